//! The register of one session: who is here. What was seen in the call is a hint, the mark is the record.

mod acts;
mod glance;
mod lines;
mod view;

use std::borrow::Cow;

use chrono::{DateTime, TimeDelta, Utc};
use ratatui::layout::Position;

use super::{Cx, Screen, copy, records};
use crate::domain::{
    AnyId, Attendee, Enrolment, Id, Kind, MarkValue, Model, Phase, Session, SessionState, when,
};
use crate::tui::key::{Action, Context};
use crate::tui::overlay::{Menu, MenuRow, Overlay};
use crate::tui::part::{Canvas, Cursor, room};
use crate::tui::signal::Place;
use crate::tui::step::{Hand, Step};

pub(crate) use acts::{fields_of, finish, mark_everybody, write};
pub(crate) use glance::glance;
use lines::{Entered, Who};

/// How long several `x` on one person count as one change, in milliseconds.
const ONE_CHANGE: i64 = 600;

/// A mark that was chosen and not yet sent: the next `x` may still change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Held {
    who: Id<Enrolment>,
    value: Option<MarkValue>,
    since: DateTime<Utc>,
}

/// The register of a session.
pub struct RegisterSheet {
    session: Id<Session>,
    cursor: Cursor<Who>,
    held: Option<Held>,
    /// The lines, as last looked at.
    lines: Vec<Entered>,
}

impl RegisterSheet {
    /// The register of a session, the cursor on the first person.
    #[must_use]
    pub fn of(session: Id<Session>) -> Self {
        Self {
            session,
            cursor: Cursor {
                // The heading is row 0.
                row: 1,
                ..Cursor::default()
            },
            held: None,
            lines: Vec::new(),
        }
    }

    /// The register of a session, the cursor on the first person without a mark.
    #[must_use]
    pub fn at_unmarked(session: Id<Session>, model: &Model) -> Self {
        let mut sheet = Self::of(session);
        sheet.cursor.at = model.unmarked(session).first().map(|id| Who::Enrolled(*id));
        sheet
    }

    fn keys(&self) -> Vec<Who> {
        std::iter::once(Who::Heading)
            .chain(self.lines.iter().map(|line| line.who))
            .collect()
    }

    /// The line under the cursor; none on the heading.
    fn line(&self) -> Option<&Entered> {
        self.lines.iter().find(|line| Some(line.who) == self.cursor.at)
    }

    /// The value a line shows: what is in the hand, else what waits to be saved, else the mark.
    fn shown(&self, cx: &Cx<'_>, line: &Entered) -> (Option<MarkValue>, bool) {
        let Who::Enrolled(enrolment) = line.who else {
            return (line.value(), false);
        };
        if let Some(held) = self.held.filter(|held| held.who == enrolment) {
            return (held.value, true);
        }
        match lines::waiting(cx, self.session, enrolment) {
            Some(value) => (value, true),
            None => (line.value(), false),
        }
    }

    /// The cohort as it will be once everything sent has landed: what the next mark is built on.
    fn ahead<'m>(cx: &Cx<'m>) -> Cow<'m, Model> {
        if cx.waiting.is_empty() {
            return Cow::Borrowed(cx.model);
        }
        let changes: Vec<_> = cx.waiting.iter().flat_map(|edit| edit.changes.clone()).collect();
        Cow::Owned(cx.model.after(&changes))
    }

    /// Sends what is in the hand.
    fn send_held(&mut self, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        let Some(held) = self.held.take() else {
            return Step::Stay;
        };
        self.send(&[held.who], held.value, cx, hand)
    }

    /// Marks people and says what was meant.
    fn send(&self, who: &[Id<Enrolment>], value: Option<MarkValue>, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        let model = Self::ahead(cx);
        let marks: Vec<_> = who
            .iter()
            .map(|id| (Attendee::Enrolled(*id), value, None))
            .collect();
        let edit = match model.mark_many(&mut hand.mint, self.session, &marks, cx.me, cx.now) {
            Ok(edit) if edit.is_empty() => return Step::Stay,
            Ok(edit) => edit,
            Err(refusal) => return Step::Refuse(refusal),
        };
        let word = value.map_or("not marked", lines::word);
        let said = match who {
            [one] => {
                let late = self.lines.iter().find(|line| line.who == Who::Enrolled(*one));
                let late = late.and_then(|line| line.minutes_late(cx.model, self.session));
                match late.filter(|_| value == Some(MarkValue::Late)) {
                    Some(minutes) => format!(
                        "{}: late (joined {minutes} min after the start)",
                        cx.model.enrolled_name(*one)
                    ),
                    None => format!("{}: {word}", cx.model.enrolled_name(*one)),
                }
            }
            all => format!("{} people: {word}", all.len()),
        };
        Step::Propose(edit, said)
    }

    /// Why nobody can be marked so, or at all, just now.
    fn obstacle(&self, cx: &Cx<'_>, value: Option<MarkValue>) -> Option<String> {
        let is = cx.model.sessions.get(self.session)?;
        match is.state {
            SessionState::Closed => Some("This register is finished. f opens it again.".to_owned()),
            SessionState::Cancelled | SessionState::Postponed => {
                Some(format!("This session is {}.", is.state))
            }
            _ if cx.now < is.starts && !matches!(value, None | Some(MarkValue::Apologies)) => Some(format!(
                "This session begins in {}: until then only apologies can be noted (e, then e).",
                when::ago(cx.now, is.starts)
            )),
            _ => None,
        }
    }

    /// The next value in the cycle - P A L E -; before the session only - and E.
    fn next_value(&self, cx: &Cx<'_>, value: Option<MarkValue>) -> Option<MarkValue> {
        let future = cx
            .model
            .sessions
            .get(self.session)
            .is_some_and(|is| cx.now < is.starts);
        match value {
            None if future => Some(MarkValue::Apologies),
            None => Some(MarkValue::Present),
            Some(MarkValue::Present) => Some(MarkValue::Absent),
            Some(MarkValue::Absent) => Some(MarkValue::Late),
            Some(MarkValue::Late) => Some(MarkValue::Apologies),
            Some(MarkValue::Apologies | MarkValue::Guest) => None,
        }
    }

    /// One step of the cycle for the person under the cursor.
    fn cross(&mut self, cx: &Cx<'_>) -> Step {
        if !self.cursor.marks.is_empty() {
            return self.set_menu(cx);
        }
        let Some(line) = self.line() else {
            return Step::say("x marks a person: j goes to the first.");
        };
        let Who::Enrolled(who) = line.who else {
            return self.note_caller();
        };
        if line.row.role.is_none() {
            return self.note_caller();
        }
        let value = self.next_value(cx, self.shown(cx, line).0);
        if let Some(why) = self.obstacle(cx, value) {
            return Step::Say(why);
        }
        self.held = Some(Held {
            who,
            value,
            since: cx.now,
        });
        Step::Say(format!(
            "{}: {}. x again changes it, any other key saves it.",
            cx.model.enrolled_name(who),
            value.map_or("not marked", lines::word)
        ))
    }

    /// What `x` means for somebody who is not expected.
    fn note_caller(&self) -> Step {
        match self.line() {
            Some(line) if line.value().is_some() => {
                Step::say(format!("{} is a guest: d takes the guest off.", line.row.name))
            }
            Some(line) => Step::say(format!(
                "{} was in the call and is not expected here: a notes a guest.",
                line.row.name
            )),
            None => Step::Stay,
        }
    }

    /// The people a mark would be set for: the marked rows, else the one under the cursor; expected people only.
    fn chosen(&self) -> Vec<Id<Enrolment>> {
        let chosen = self.cursor.chosen();
        let expected = self
            .lines
            .iter()
            .filter(|line| line.row.role.is_some() && chosen.contains(&line.who));
        expected
            .filter_map(|line| match line.who {
                Who::Enrolled(id) => Some(id),
                _ => None,
            })
            .collect()
    }

    /// The menu that sets one mark directly.
    fn set_menu(&self, cx: &Cx<'_>) -> Step {
        let who = self.chosen();
        let name = match who.as_slice() {
            [] => return self.note_caller(),
            [one] => cx.model.enrolled_name(*one),
            all => format!("{} people", all.len()),
        };
        let values = [
            ('p', Some(MarkValue::Present)),
            ('l', Some(MarkValue::Late)),
            ('a', Some(MarkValue::Absent)),
            ('e', Some(MarkValue::Apologies)),
            ('-', None),
        ];
        let mut rows: Vec<MenuRow> = values
            .iter()
            .map(|(letter, value)| MenuRow {
                label: Some(*letter),
                text: value.map_or("not marked", lines::word).to_owned(),
                barred: self.obstacle(cx, *value),
            })
            .collect();
        let mark = self.line().and_then(|line| line.row.mark.as_ref());
        let mark = mark
            .filter(|_| who.len() == 1)
            .map(|(id, mark)| (*id, mark.note.clone()));
        if let Some((_, note)) = &mark {
            rows.push(MenuRow::new('n', format!("note  {note}")));
        }
        let mark = mark.map(|(id, _)| id);
        let sheet = Self {
            lines: self.lines.clone(),
            ..Self::of(self.session)
        };
        let menu = Menu::new(name, rows, move |row, cx, hand| {
            let Some((_, value)) = values.get(row) else {
                let mark = mark.ok_or("There is no mark to note anything with.")?;
                return Ok(records::edit_field(cx.model, mark.into(), "note", None));
            };
            let step = sheet.send(&who, *value, cx, hand);
            // A single mark steps down, so that a column of them is letters only.
            match who.len() {
                1 => Ok(Step::Many(vec![step, Step::Act(Action::Down)])),
                _ => Ok(step),
            }
        });
        Step::Ask(Overlay::Menu(
            menu.saying("p l a e or - sets the mark and steps down. Esc leaves it."),
        ))
    }

    /// Goes to the group's session before or after this one.
    fn step_session(&mut self, cx: &Cx<'_>, action: Action) -> Step {
        let (other, end) = if action == Action::Earlier {
            (cx.model.session_before(self.session), "first")
        } else {
            (cx.model.session_after(self.session), "last")
        };
        match other {
            Some(other) => {
                self.session = other;
                self.cursor.unmark();
                self.settle(cx);
                Step::Stay
            }
            None => Step::say(format!("This is the {end} session there is.")),
        }
    }

    /// Goes to the next person without a mark, or who missed two in a row.
    fn next_problem(&mut self, cx: &Cx<'_>, backwards: bool) -> Step {
        let begun = cx
            .model
            .sessions
            .get(self.session)
            .is_some_and(|is| is.starts <= cx.now);
        let troubled = |line: &&Entered| {
            line.row.role.is_some()
                && ((begun && self.shown(cx, line).0.is_none()) || line.is_second_absence())
        };
        let mut rows: Vec<Who> = self.lines.iter().filter(troubled).map(|line| line.who).collect();
        if backwards {
            rows.reverse();
        }
        let keys = self.keys();
        let place = |who: &Who| keys.iter().position(|key| key == who).unwrap_or(0);
        let here = self.cursor.row;
        let next = rows
            .iter()
            .find(|who| {
                if backwards {
                    place(who) < here
                } else {
                    place(who) > here
                }
            })
            .or(rows.first());
        match next.copied() {
            Some(who) => {
                self.cursor.find(who, &keys);
                Step::Stay
            }
            None => Step::say("Everybody is marked."),
        }
    }

    fn copies(&self, cx: &Cx<'_>) -> Step {
        let link = cx
            .model
            .sessions
            .get(self.session)
            .map(|is| super::now::link(cx.model, is));
        let text = |line: &Entered| {
            let mark = line.value().map_or("not marked", lines::word);
            format!("{}\t{}\t{mark}", line.row.name, line.role())
        };
        let enrolled = self.lines.iter().filter_map(|line| line.row.enrolment);
        let addresses = copy::addresses_of(cx.model, enrolled);
        let table: Vec<String> = self.lines.iter().map(text).collect();
        copy::menu(vec![
            (
                'c',
                "name",
                self.line().map(|line| line.row.name.clone()).unwrap_or_default(),
            ),
            ('r', "row", self.line().map(text).unwrap_or_default()),
            ('t', "table", table.join("\n")),
            ('e', "mail addresses", addresses),
            ('l', "join link", link.unwrap_or_default()),
        ])
    }

    /// Whether nothing can be marked but apologies.
    fn is_to_come(&self, cx: &Cx<'_>) -> bool {
        cx.model
            .sessions
            .get(self.session)
            .is_some_and(|is| cx.now < is.starts)
    }
}

impl Screen for RegisterSheet {
    fn context(&self) -> Context {
        Context::Register
    }

    fn crumbs(&self, cx: &Cx<'_>) -> Vec<String> {
        vec![lines::session_name(cx.model, self.session), "Register".to_owned()]
    }

    fn aside(&self, cx: &Cx<'_>) -> String {
        if self.is_to_come(cx) {
            return String::new();
        }
        match cx.model.unmarked(self.session).len() {
            0 => String::new(),
            n => format!("! {n}"),
        }
    }

    fn note(&self, cx: &Cx<'_>) -> String {
        match self.line() {
            Some(line) => line.sentence(cx, self.session, self.shown(cx, line)),
            None if self.lines.is_empty() => {
                "Nobody is expected: the group has neither mentor nor mentees on this day.".to_owned()
            }
            None => "e changes topic, link, note and time of this session.".to_owned(),
        }
    }

    fn offers(&self, cx: &Cx<'_>) -> Vec<Action> {
        let closed = cx.model.phase(self.session, cx.now) == Phase::Closed;
        let mut offers = match self.cursor.at {
            Some(Who::Heading) => vec![Action::Edit],
            Some(Who::Guest(_)) => vec![Action::Drop],
            _ => vec![Action::Tick],
        };
        if closed {
            offers = vec![Action::Finish];
        } else if !self.is_to_come(cx) {
            offers.extend([Action::AllPresent, Action::Edit, Action::Add, Action::Finish]);
        } else {
            offers.push(Action::Edit);
        }
        offers.extend([
            Action::NextProblem,
            Action::Earlier,
            Action::Later,
            Action::Remind,
            Action::Mark,
            Action::Copy,
        ]);
        offers.dedup();
        offers
    }

    fn hint(&self, action: Action, cx: &Cx<'_>) -> Option<String> {
        let marks = self.cursor.marks.len();
        match action {
            Action::Finish if cx.model.phase(self.session, cx.now) == Phase::Closed => {
                Some("reopen".to_owned())
            }
            Action::AllPresent if cx.model.sightings_in(self.session).next().is_none() => {
                Some("all present".to_owned())
            }
            Action::Tick | Action::Edit if marks > 0 => Some(format!("set {marks}")),
            Action::Edit if self.cursor.at == Some(Who::Heading) => Some("session fields".to_owned()),
            _ => None,
        }
    }

    fn act(&mut self, action: Action, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        match action {
            Action::Tick => return self.cross(cx),
            Action::Undo => match self.held.take() {
                Some(held) => {
                    return Step::say(format!("{} stays as before.", cx.model.enrolled_name(held.who)));
                }
                None => return Step::Unbound,
            },
            Action::AllPresent => return acts::mark_everybody(self.session, cx, hand),
            Action::Finish => return acts::finish(self.session, cx, hand),
            Action::Edit if self.cursor.at == Some(Who::Heading) => return acts::fields_of(cx, self.session),
            Action::Edit => return self.set_menu(cx),
            Action::Add => return acts::guest(self.session, cx),
            Action::Drop => return self.drop_guest(cx, hand),
            Action::Earlier | Action::Later => return self.step_session(cx, action),
            Action::NextProblem => return self.next_problem(cx, false),
            Action::PreviousProblem => return self.next_problem(cx, true),
            Action::Copy => return self.copies(cx),
            Action::Remind => {
                let everybody = || self.lines.iter().filter_map(|line| line.row.enrolment).collect();
                let to: Vec<Id<Enrolment>> = match self.cursor.at {
                    Some(Who::Heading) if self.cursor.marks.is_empty() => everybody(),
                    _ => self.chosen(),
                };
                return acts::write(cx, self.session, &to);
            }
            Action::Open => {
                let person = self.line().and_then(|line| line.row.enrolment);
                let person = person
                    .and_then(|id| cx.model.enrolments.get(id))
                    .map(|is| is.person);
                return match person {
                    Some(person) => Step::Open(person.into()),
                    None if self.cursor.at == Some(Who::Heading) => Step::Act(Action::Edit),
                    None => Step::say("A guest has no record of their own."),
                };
            }
            Action::Move => {
                return Step::Many(vec![Step::Show(self.session.into()), Step::Act(Action::Move)]);
            }
            Action::Back if self.cursor.unmark() => {}
            Action::Back => return Step::Back,
            Action::MarkAll => {
                let people: Vec<Who> = self.lines.iter().map(|line| line.who).collect();
                self.cursor.act(Action::MarkAll, &people, 1);
            }
            Action::Mark if self.cursor.at == Some(Who::Heading) => {}
            other => {
                let page = usize::from(cx.body.height).saturating_sub(6).max(2);
                let keys = self.keys();
                if !self.cursor.act(other, &keys, page) {
                    return Step::Unbound;
                }
                self.cursor.marks.remove(&Who::Heading);
            }
        }
        Step::Stay
    }

    fn tick(&mut self, next: Option<Action>, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        let Some(held) = self.held else {
            return Step::Stay;
        };
        let stays = match next {
            // Several x on one person are one change, and u takes back what was not sent yet.
            Some(Action::Tick) => self.cursor.at == Some(Who::Enrolled(held.who)),
            Some(Action::Undo) => true,
            Some(_) => false,
            None => cx.now - held.since < TimeDelta::milliseconds(ONE_CHANGE),
        };
        if stays {
            Step::Stay
        } else {
            self.send_held(cx, hand)
        }
    }

    fn settle(&mut self, cx: &Cx<'_>) {
        self.lines = lines::lines(cx.model, self.session);
        let keys = self.keys();
        self.cursor.settle(&keys);
    }

    fn arrange(&mut self, cx: &Cx<'_>) {
        let rows = self.lines.len();
        let height = room(self.list_height(cx), rows);
        // The heading is drawn above the list and takes no row of it.
        let row = self.cursor.row.saturating_sub(1);
        let mut window = Cursor::<Who> {
            row,
            top: self.cursor.top,
            height,
            ..Cursor::default()
        };
        window.arrange(height, rows);
        self.cursor.top = window.top;
    }

    fn view(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        self.draw(cx, canvas)
    }

    fn show(&mut self, id: AnyId, cx: &Cx<'_>) -> bool {
        self.settle(cx);
        let keys = self.keys();
        let who = match id.kind {
            Kind::Enrolment => id.of().map(Who::Enrolled),
            Kind::Mark => id.of().map(Who::Guest),
            _ => None,
        };
        who.is_some_and(|who| self.cursor.find(who, &keys))
    }

    fn about(&self) -> Option<AnyId> {
        Some(self.session.into())
    }

    fn place(&self, cx: &Cx<'_>) -> Place {
        match self.cursor.at {
            Some(Who::Enrolled(id)) => Place {
                on: Some(id.into()),
                editing: Some(lines::setting(cx.model, self.session)),
                ..Place::default()
            },
            Some(Who::Guest(id)) => Place {
                on: Some(id.into()),
                ..Place::default()
            },
            _ => Place {
                on: Some(self.session.into()),
                ..Place::default()
            },
        }
    }

    fn marked(&self) -> usize {
        self.cursor.marks.len()
    }
}

impl RegisterSheet {
    fn drop_guest(&self, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        let Some(line) = self.line() else {
            return Step::Many(vec![Step::Show(self.session.into()), Step::Act(Action::Drop)]);
        };
        match &line.row.mark {
            Some((mark, _)) if line.row.role.is_none() => Step::propose_saying(
                cx.model.drop_guest(&mut hand.mint, *mark),
                format!("{} is no longer a guest", line.row.name),
            ),
            _ => Step::say(format!(
                "{} is no guest: d takes guests off, e then - takes a mark off.",
                line.row.name
            )),
        }
    }
}
