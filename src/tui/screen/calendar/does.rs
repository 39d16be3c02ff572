//! What keys do in the calendar while nothing is carried.

use chrono::Days;

use super::carry::Carry;
use super::{Calendar, Layout, Typing, monday};
use crate::domain::{Group, Id, Phase, Refusal, Session, when};
use crate::tui::key::Action;
use crate::tui::overlay::{Form, FormField, LineBox, Menu, MenuRow, Overlay};
use crate::tui::part::LineInput;
use crate::tui::screen::{Cx, copy, post, records};
use crate::tui::step::{Hand, Step};

/// A refusal as a sentence for a form.
fn say(refusal: Refusal) -> String {
    format!("{}. Try: {}.", refusal.what, refusal.hint)
}

/// One more session of a group, in the round of its day.
pub(super) fn one_session(
    cx: &Cx<'_>,
    hand: &mut Hand,
    group: Id<Group>,
    starts: chrono::DateTime<chrono::Utc>,
    minutes: u16,
) -> Result<Step, String> {
    let round = cx.model.round_on(cx.model.day(starts));
    let taken = |round| {
        let mut of_group = cx.model.standing_sessions_of(group).into_iter();
        of_group.any(|(_, is)| is.round == Some(round))
    };
    if let Some(round) = round.filter(|round| taken(*round)) {
        let (code, number) = (cx.model.group_code(group), cx.model.round_number(round));
        return Err(format!(
            "{code} has a session in round {number} already: m moves it."
        ));
    }
    let edit = cx
        .model
        .add_session(&mut hand.mint, group, round, starts, minutes);
    Ok(Step::Propose(edit.map_err(say)?, String::new()))
}

impl Calendar {
    pub(super) fn list_act(&mut self, action: Action, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        match action {
            Action::Left
            | Action::Right
            | Action::Up
            | Action::Down
            | Action::PageUp
            | Action::PageDown
            | Action::First
            | Action::Last
            | Action::FirstColumn
            | Action::LastColumn => self.walk(action, cx),
            Action::Earlier | Action::Later => {
                let day = self.period(cx, action == Action::Later);
                self.go_to_day(cx, day);
                Step::Stay
            }
            Action::Today => {
                self.go_to_day(cx, cx.model.day(cx.now));
                Step::Stay
            }
            Action::Body => {
                self.layout = self.layout.next();
                self.in_day = false;
                Step::Stay
            }
            Action::NextPane | Action::PreviousPane => {
                self.in_day = !self.in_day && self.layout == Layout::Month;
                Step::Stay
            }
            Action::Info => {
                self.info = !self.info;
                Step::Stay
            }
            Action::Open => match (self.layout, self.in_day, self.at) {
                (Layout::Month, false, Some(_)) if self.on_day(cx, self.here(cx)).len() > 1 => {
                    self.in_day = true;
                    Step::Stay
                }
                (_, _, Some(id)) => Step::Open(id.into()),
                (_, _, None) => Step::say("No session on this day. a adds one, n goes to the next problem."),
            },
            Action::Move => self.pick_up(cx),
            Action::Add => Step::Ask(self.which_group(cx)),
            Action::Drop => self.drop_here(cx, hand),
            Action::Edit => match self.at {
                Some(id) => records::edit(cx.model, id.into()),
                None => Step::say("Put the cursor on a session: e changes its topic, link, note and more."),
            },
            Action::NextProblem | Action::PreviousProblem => self.problem(cx, action == Action::NextProblem),
            Action::Filter => {
                self.typing = Typing::Filter;
                self.line = LineInput::holding(&self.filter);
                Step::Stay
            }
            Action::Remind => self.remind(cx),
            Action::Copy => self.copy(cx),
            Action::Back => {
                if self.in_day {
                    self.in_day = false;
                } else if self.info {
                    self.info = false;
                } else if !self.filter.is_empty() {
                    self.filter.clear();
                } else {
                    return Step::Back;
                }
                Step::Stay
            }
            _ => Step::Unbound,
        }
    }

    fn walk(&mut self, action: Action, cx: &Cx<'_>) -> Step {
        let here = self.here(cx);
        if self.layout == Layout::Agenda || cx.is_small() {
            let all = self.everything(cx);
            self.agenda.act(action, &all, usize::from(cx.body.height));
            if let Some(id) = self.agenda.at {
                self.go_to(cx, id);
            }
            return Step::Stay;
        }
        let of_day = self.on_day(cx, here);
        let place = self.at.and_then(|at| of_day.iter().position(|id| *id == at));
        let within_day = self.in_day || self.layout == Layout::Week;
        match (action, place) {
            (Action::Down, Some(place)) if within_day => {
                self.at = of_day.get((place + 1).min(of_day.len() - 1)).copied();
                return Step::Stay;
            }
            (Action::Up, Some(place)) if within_day => {
                self.at = of_day.get(place.saturating_sub(1)).copied();
                return Step::Stay;
            }
            (Action::Down | Action::Up, None) if within_day => return Step::Stay,
            _ => {}
        }
        let back = |days: u64| here.checked_sub_days(Days::new(days));
        let on = |days: u64| here.checked_add_days(Days::new(days));
        let day = match action {
            Action::Left => back(1),
            Action::Right => on(1),
            Action::Up => back(7),
            Action::Down => on(7),
            Action::PageUp => Some(self.period(cx, false)),
            Action::PageDown => Some(self.period(cx, true)),
            Action::FirstColumn => Some(monday(here)),
            Action::LastColumn => monday(here).checked_add_days(Days::new(6)),
            Action::First => cx.model.cohort().map(|cohort| cohort.first_day),
            Action::Last => cx.model.cohort().map(|cohort| cohort.last_day),
            _ => None,
        };
        if let Some(day) = day {
            self.go_to_day(cx, day);
        }
        Step::Stay
    }

    fn pick_up(&mut self, cx: &Cx<'_>) -> Step {
        let Some(id) = self.at else {
            return Step::say("Put the cursor on a session: m picks it up, arrows carry it.");
        };
        let Some(is) = cx.model.sessions.get(id) else {
            return Step::Stay;
        };
        match cx.model.phase(id, cx.now) {
            Phase::Closed | Phase::Held => {
                return Step::say(
                    "It was held: its time is a fact. f reopens a register, e changes other fields.",
                );
            }
            Phase::Cancelled | Phase::Postponed => {
                return Step::say("It is cancelled: d takes that back, then m moves it.");
            }
            _ => {}
        }
        if self.layout == Layout::Agenda {
            self.layout = Layout::Week;
        }
        self.day = Some(cx.model.day(is.starts));
        self.in_day = false;
        self.carry = Some(Carry::of(id, is.starts));
        Step::Stay
    }

    /// The group of the session under the cursor.
    pub(super) fn group_here(&self, cx: &Cx<'_>) -> Option<Id<Group>> {
        cx.model.sessions.get(self.at?)?.group
    }

    /// The form of a new session; without a group it is a workshop.
    pub(super) fn form(cx: &Cx<'_>, day: chrono::NaiveDate, group: Option<Id<Group>>) -> Overlay {
        let groups = cx
            .model
            .groups_sorted()
            .into_iter()
            .map(|id| cx.model.group_code(id))
            .collect();
        let code = group.map(|g| cx.model.group_code(g)).unwrap_or_default();
        let fields = vec![
            FormField::new("group", "Group (none: workshop)", &code).choosing(groups),
            FormField::new("when", "When", &format!("{} 10:00", day.format("%-d %b %Y"))).needed(),
            FormField::new("minutes", "Minutes", "60").needed(),
            FormField::new("title", "Title of a workshop", ""),
            FormField::new("place", "Place of a workshop", ""),
        ];
        Overlay::Form(Form::new("Add a session", fields, |texts, cx, hand| {
            let get = |key: &str| {
                texts
                    .iter()
                    .find(|(k, _)| k == key)
                    .map(|(_, t)| t.as_str())
                    .unwrap_or_default()
            };
            let now = cx.model.local(cx.now);
            let starts =
                when::parse_when(get("when"), now, None).map_err(|p| format!("{p}. Try: {}.", p.remedy()))?;
            let minutes: u16 = get("minutes")
                .parse()
                .map_err(|_| "Minutes is a whole number, such as 60.".to_owned())?;
            let edit = if get("group").is_empty() {
                if get("title").is_empty() {
                    return Err("Name a group, or give the workshop a title.".to_owned());
                }
                cx.model
                    .add_workshop(&mut hand.mint, get("title"), starts, minutes, get("place"))
            } else {
                let group = cx.model.find_group(get("group")).map_err(say)?;
                return one_session(cx, hand, group, starts, minutes);
            };
            Ok(Step::Propose(edit.map_err(say)?, String::new()))
        }))
    }

    /// Cancels a session after a reason; takes a cancellation back.
    fn drop_here(&self, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        let Some(id) = self.at else {
            return Step::say("Put the cursor on a session: d cancels it.");
        };
        let title = cx.model.session_title(id);
        if cx.model.phase(id, cx.now) == Phase::Cancelled {
            return Step::propose_saying(
                cx.model.restore(&mut hand.mint, id),
                format!("{title} stands again"),
            );
        }
        let told = cx.model.expected(id).len();
        let line = LineBox::new(
            format!("Cancel {title}: why?"),
            "The reason, in a few words. Nobody is told by this.",
            "",
            {
                move |reason, cx, hand| {
                    if reason.trim().is_empty() {
                        return Err(
                            "Say why in a word or two, or Esc leaves the session as it is.".to_owned()
                        );
                    }
                    let edit = cx.model.cancel(&mut hand.mint, id, reason.trim()).map_err(say)?;
                    let said = format!(
                        "{} cancelled; {told} people not told yet, r tells them",
                        cx.model.session_title(id)
                    );
                    Ok(Step::Propose(edit, said))
                }
            },
        );
        Step::Ask(Overlay::Line(line))
    }

    /// The next session that needs a person, from the cursor on and round again.
    fn problem(&mut self, cx: &Cx<'_>, on: bool) -> Step {
        let all = self.everything(cx);
        let here = self
            .at
            .and_then(|at| all.iter().position(|id| *id == at))
            .unwrap_or(0);
        // The first press may find the session under the cursor; the next ones go on from there.
        let shown = self.in_day || self.layout != Layout::Month;
        let from = here + usize::from(shown);
        let order: Vec<Id<Session>> = if on {
            all.iter().cycle().skip(from).take(all.len()).copied().collect()
        } else {
            all.iter()
                .rev()
                .cycle()
                .skip(all.len() - here)
                .take(all.len())
                .copied()
                .collect()
        };
        // A clash can still be mended: it comes before a register that is late already.
        let clash = |id: &&Id<Session>| Self::concern(cx, **id).as_deref() == Some("clash");
        let any = |id: &&Id<Session>| Self::concern(cx, **id).is_some();
        let found = match shown {
            false => order
                .iter()
                .find(clash)
                .or_else(|| order.iter().find(any))
                .copied(),
            true => order.iter().find(any).copied(),
        };
        let Some(id) = found else {
            return Step::say("Nothing needs a person here: no clash, no missing link, no open register.");
        };
        self.go_to(cx, id);
        self.in_day = self.layout == Layout::Month;
        Step::Stay
    }

    /// What the people of the session under the cursor may be told of it.
    fn remind(&self, cx: &Cx<'_>) -> Step {
        match self.at {
            Some(id) => post::about_session(cx, id),
            None => Step::say("Put the cursor on a session: r prepares messages about it."),
        }
    }

    fn copy(&self, cx: &Cx<'_>) -> Step {
        let all = self.everything(cx);
        let table: Vec<String> = all.iter().map(|id| super::agenda::plain(cx, *id)).collect();
        let row = self.at.map(|id| super::agenda::plain(cx, id)).unwrap_or_default();
        let session = self.at.and_then(|id| cx.model.sessions.get(id));
        let group = session
            .and_then(|is| is.group)
            .and_then(|g| cx.model.groups.get(g));
        let link = match (session.map(|is| is.link.clone()), group) {
            (Some(link), _) if !link.is_empty() => link,
            (_, Some(group)) => group.link.clone(),
            _ => String::new(),
        };
        let mails = self.at.map(|id| cx.model.expected(id)).unwrap_or_default();
        let people = mails.len();
        let mails = copy::addresses_of(cx.model, mails.iter().map(|is| is.enrolment));
        let rows = vec![
            MenuRow::new('r', "this session"),
            MenuRow::new('t', "all sessions, as a table"),
            MenuRow::new('e', format!("{people} mail addresses")),
            if link.is_empty() {
                MenuRow::barred("join link", "It has no join link yet: e adds one.")
            } else {
                MenuRow::new('l', "join link")
            },
        ];
        let texts = [
            ("session", row),
            ("table", table.join("\n")),
            ("mail addresses", mails),
            ("join link", link),
        ];
        let menu = Menu::new("Copy", rows, move |row, _, _| Ok(copy::copy(&texts[row])));
        Step::Ask(Overlay::Menu(menu))
    }
}
