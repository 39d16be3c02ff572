//! Now: is anything going wrong in the sessions of today, what is next, what waits for somebody.

pub(crate) mod alerts;
mod month;
mod today;
mod view;

use chrono::NaiveDate;
use ratatui::layout::{Position, Rect};

use super::filter::FilterLine;
use super::register::{self, RegisterSheet};
use super::{Cx, Screen, Typed, copy};
use crate::domain::{Alert, AnyId, Concern, Edit, Id, Kind, Phase, Session, text, when};
use crate::tui::key::{Action, Context, Tab};
use crate::tui::overlay::{Menu, MenuRow, Overlay};
use crate::tui::part::{Canvas, Cursor, room};
use crate::tui::signal::Place;
use crate::tui::step::{Hand, Step};

pub(crate) use today::{Meeting, link};

/// The parts of the view that keys can go to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Pane {
    /// The sessions of the day.
    #[default]
    Sessions,
    /// What needs attention.
    Alerts,
    /// What comes next.
    Next,
}

/// How the sessions are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Order {
    /// The most urgent first.
    #[default]
    Urgent,
    /// By start.
    Time,
    /// By group.
    Group,
}

/// The Now view.
#[derive(Default)]
pub struct Now {
    pane: Pane,
    /// The day shown; today when none.
    day: Option<NaiveDate>,
    order: Order,
    sessions: Cursor<Id<Session>>,
    alerts: Cursor<alerts::Key>,
    next: Cursor<Id<Session>>,
    watch: alerts::Watch,
    /// The alerts as lines, as last looked at.
    rows: Vec<alerts::Row>,
    /// The sessions of the day, as last looked at.
    meetings: Vec<Meeting>,
    /// The sessions to come, as last looked at.
    coming: Vec<Id<Session>>,
    filter: FilterLine,
    /// Whether the info pane covers the body (it is always there on a wide screen).
    info: bool,
    /// Whether the pane with the focus has the whole body.
    zoomed: bool,
}

/// How many sessions to come are listed.
const COMING: usize = 30;

impl Now {
    fn shown_day(&self, cx: &Cx<'_>) -> NaiveDate {
        self.day.unwrap_or_else(|| cx.model.day(cx.now))
    }

    /// Whether a line has all the words of the filter.
    fn passes(&self, line: &str) -> bool {
        let line = text::fold(line);
        text::fold(self.filter.text())
            .split_whitespace()
            .all(|word| line.contains(word))
    }

    /// Looks at the model again.
    fn look(&mut self, cx: &Cx<'_>) {
        self.watch.look(cx);
        let mut rows = alerts::rows(&self.watch.alerts);
        rows.retain(|row| self.passes(&row.words(cx.model)));
        self.rows = rows;
        let mut meetings = today::meetings(cx.model, self.shown_day(cx), cx.now, &self.watch);
        meetings.retain(|m| self.passes(&format!("{} {} {} {}", m.span, m.group, m.mentor, m.words())));
        match self.order {
            Order::Urgent => {}
            Order::Time => meetings.sort_by(|a, b| a.span.cmp(&b.span)),
            Order::Group => meetings.sort_by(|a, b| a.group.cmp(&b.group)),
        }
        self.meetings = meetings;
        let mut coming = today::coming(cx.model, cx.now, COMING);
        coming.retain(|id| self.passes(&cx.model.session_title(*id)));
        self.coming = coming;
    }

    fn meeting_keys(&self) -> Vec<Id<Session>> {
        self.meetings.iter().map(|meeting| meeting.id).collect()
    }

    fn alert_keys(&self) -> Vec<alerts::Key> {
        self.rows.iter().map(|row| row.key).collect()
    }

    /// The alert line under the cursor, when the alerts have the focus.
    fn row(&self) -> Option<&alerts::Row> {
        self.rows
            .iter()
            .find(|row| self.pane == Pane::Alerts && Some(row.key) == self.alerts.at)
    }

    /// The session under the cursor, whichever pane has it.
    fn session(&self) -> Option<Id<Session>> {
        match self.pane {
            Pane::Sessions => self.sessions.at,
            Pane::Alerts => self.row().and_then(alerts::Row::session),
            Pane::Next => self.next.at,
        }
    }

    fn meeting(&self) -> Option<&Meeting> {
        let at = self.session()?;
        self.meetings.iter().find(|meeting| meeting.id == at)
    }

    fn step_pane(&mut self, backwards: bool) {
        self.pane = match (self.pane, backwards) {
            (Pane::Sessions, false) | (Pane::Next, true) => Pane::Alerts,
            (Pane::Alerts, false) | (Pane::Sessions, true) => Pane::Next,
            (Pane::Next, false) | (Pane::Alerts, true) => Pane::Sessions,
        };
    }

    /// Goes to the next (or, backwards, the previous) line that needs somebody, through sessions and alerts.
    fn next_problem(&mut self, backwards: bool) -> Step {
        let meetings = self.meetings.iter().map(|meeting| meeting.trouble.is_some());
        let rows = self.rows.iter().map(|row| !row.is_noted());
        let all: Vec<bool> = meetings.chain(rows).collect();
        let before = self.meetings.len();
        let here = match self.pane {
            Pane::Sessions => self.sessions.row,
            Pane::Alerts => before + self.alerts.row,
            Pane::Next => all.len(),
        };
        let troubled = |place: &usize| all.get(*place).copied().unwrap_or(false);
        let next = if backwards {
            (0..here)
                .rev()
                .find(troubled)
                .or_else(|| (0..all.len()).rev().find(troubled))
        } else {
            (here + 1..all.len())
                .find(troubled)
                .or_else(|| (0..all.len()).find(troubled))
        };
        let Some(place) = next else {
            return Step::say("Nothing needs attention.");
        };
        if place < before {
            let keys = self.meeting_keys();
            self.pane = Pane::Sessions;
            self.sessions.go(place, &keys);
        } else {
            let keys = self.alert_keys();
            self.pane = Pane::Alerts;
            self.alerts.go(place - before, &keys);
        }
        Step::Stay
    }

    /// Takes note of the alerts under the cursor or marked, or takes the note back.
    fn acknowledge(&self, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        let chosen = self.alerts.chosen();
        let rows: Vec<&alerts::Row> = self.rows.iter().filter(|row| chosen.contains(&row.key)).collect();
        let Some(first) = rows.first() else {
            return Step::say("No alert is selected.");
        };
        let noted = first.is_noted();
        let alerts = rows
            .iter()
            .filter(|row| row.is_noted() == noted)
            .flat_map(|row| &row.alerts);
        let mut together: Option<Edit> = None;
        let mut names = Vec::new();
        for alert in alerts {
            names.push(alerts::subject(cx.model, alert));
            let one = match cx.model.acknowledge(&mut hand.mint, &alert.key, cx.me, cx.now) {
                Ok(one) => one,
                Err(refusal) => return Step::Refuse(refusal),
            };
            match &mut together {
                Some(edit) => edit.changes.extend(one.changes),
                None => together = Some(one),
            }
        }
        let Some(edit) = together else {
            return Step::Stay;
        };
        let concern = first.first().concern;
        let verb = if noted {
            "No longer acknowledged"
        } else {
            "Acknowledged"
        };
        Step::Propose(edit, format!("{verb}: {}, {concern}", names.join(", ")))
    }

    /// Opens the thing behind an alert; of several, asks which.
    fn open_alert(row: &alerts::Row, cx: &Cx<'_>) -> Step {
        let target = |alert: &Alert| match alert.person {
            Some(person) if alert.subject.kind != Kind::Session => person.into(),
            _ => alert.subject,
        };
        match row.alerts.as_slice() {
            [one] => Step::Open(target(one)),
            many => {
                let rows = many.iter().map(|alert| {
                    MenuRow::plain(format!(
                        "{}  {}",
                        alerts::subject(cx.model, alert),
                        alert.evidence
                    ))
                });
                let rows = rows.collect();
                let targets: Vec<AnyId> = many.iter().map(target).collect();
                let title = row.first().concern.to_string();
                let menu = Menu::new(title, rows, move |row, _, _| Ok(Step::Open(targets[row])));
                Step::Ask(Overlay::Menu(menu.saying("Enter opens, / finds, Esc closes.")))
            }
        }
    }

    fn step_day(&mut self, cx: &Cx<'_>, action: Action) {
        let here = self.shown_day(cx);
        let day = match action {
            Action::Earlier => here.pred_opt(),
            Action::Later => here.succ_opt(),
            _ => None,
        };
        self.day = day.filter(|day| *day != cx.model.day(cx.now));
        self.settle(cx);
    }

    /// Prepares messages to whom the line under the cursor concerns.
    fn write(&self, cx: &Cx<'_>) -> Step {
        if let Some(session) = self.session() {
            let mentor_only = self
                .row()
                .is_some_and(|row| row.first().concern == Concern::MentorUnmarked);
            let people = cx.model.expected(session).into_iter().map(|who| who.enrolment);
            let to: Vec<_> = people.take(if mentor_only { 1 } else { usize::MAX }).collect();
            return register::write(cx, session, &to);
        }
        let Some(row) = self.row() else {
            return Step::say("Go to a session or an alert first: r prepares messages about it.");
        };
        let people = row.alerts.iter().filter_map(|alert| alert.person);
        let parts: Vec<_> = people.filter_map(|person| cx.model.participant(person)).collect();
        if parts.is_empty() {
            return Step::say("This alert is about no one person: Enter opens what is behind it.");
        }
        super::people::acts::write_about(&parts, "Mentoring", "")
    }

    fn copies(&self, cx: &Cx<'_>) -> Step {
        let text = |meeting: &Meeting| {
            let [present, absent, late, excused, unmarked] = meeting.numbers();
            format!(
                "{}\t{}\t{}\t{}\t{present}\t{absent}\t{late}\t{excused}\t{unmarked}\t{}",
                meeting.span,
                meeting.group,
                meeting.number,
                meeting.mentor,
                meeting.words()
            )
        };
        let table: Vec<String> = self.meetings.iter().map(text).collect();
        let session = self.session().and_then(|id| cx.model.sessions.get(id));
        let link = session.map(|is| link(cx.model, is)).unwrap_or_default();
        let people = self.session().map(|id| cx.model.expected(id)).unwrap_or_default();
        let addresses = copy::addresses_of(cx.model, people.iter().map(|who| who.enrolment));
        let row = match self.row() {
            Some(row) => row.words(cx.model),
            None => self.meeting().map(text).unwrap_or_default(),
        };
        copy::menu(vec![
            ('r', "row", row),
            ('t', "table", table.join("\n")),
            ('e', "mail addresses", addresses),
            ('l', "join link", link),
            ('m', "message", self.note(cx)),
        ])
    }

    /// The sentence about a session.
    fn sentence(cx: &Cx<'_>, meeting: &Meeting) -> String {
        // The mentor stands in the row; a short sentence is a quick one on a slow link.
        let name = &meeting.group;
        let [present, absent, late, excused, unmarked] = meeting.numbers();
        let starts = cx.model.sessions.get(meeting.id).map_or(cx.now, |is| is.starts);
        match meeting.phase {
            Phase::Live => format!(
                "{name} began {} ago: {present} present, {unmarked} not marked.",
                when::ago(starts, cx.now)
            ),
            Phase::Ended | Phase::Held if unmarked == 0 => {
                format!("{name} is over and everybody is marked: f finishes.")
            }
            Phase::Ended | Phase::Held => {
                format!("{name} is over, {unmarked} not marked: Enter opens the register.")
            }
            Phase::Unconfirmed => format!("{name} was never confirmed and nobody is marked: did it happen?"),
            Phase::Closed => {
                format!(
                    "{name} is finished: {present} present, {late} late, {excused} excused, {absent} absent."
                )
            }
            phase => format!(
                "{name} is {phase} for {}.",
                when::moment_short(cx.model.local(starts))
            ),
        }
    }

    fn nothing_today(&self, cx: &Cx<'_>) -> String {
        let day = match self.day {
            None => "today".to_owned(),
            Some(day) => format!("on {}", when::day_short(day)),
        };
        let next = self
            .coming
            .first()
            .and_then(|id| Some((*id, cx.model.sessions.get(*id)?)));
        match next {
            Some((id, is)) => format!(
                "No sessions {day}. Next: {} {}.",
                when::moment_short(cx.model.local(is.starts)),
                cx.model.session_title(id)
            ),
            None => format!("No sessions {day}, and none to come."),
        }
    }
}

impl Screen for Now {
    fn context(&self) -> Context {
        if self.filter.is_typed() {
            Context::Text
        } else {
            Context::Now
        }
    }

    fn home(&self) -> Context {
        Context::Now
    }

    fn crumbs(&self, cx: &Cx<'_>) -> Vec<String> {
        vec![when::day_short(self.shown_day(cx))]
    }

    fn aside(&self, cx: &Cx<'_>) -> String {
        self.watch.sign(cx.is_wide())
    }

    fn note(&self, cx: &Cx<'_>) -> String {
        match (self.meeting(), self.pane) {
            (_, Pane::Alerts) => match self.row() {
                Some(row) => row.sentence(cx.model),
                None => "Nothing needs attention.".to_owned(),
            },
            (Some(meeting), _) => Self::sentence(cx, meeting),
            (None, Pane::Sessions) if self.filter.is_set() => self.filter.no_match(),
            (None, Pane::Sessions) => self.nothing_today(cx),
            (None, Pane::Next) => self
                .next
                .at
                .map(|id| Meeting::of(cx.model, id, cx.now, &self.watch))
                .and_then(|meeting| meeting.map(|meeting| Self::sentence(cx, &meeting)))
                .unwrap_or_default(),
        }
    }

    fn offers(&self, _cx: &Cx<'_>) -> Vec<Action> {
        let mut offers = Vec::new();
        if self.row().is_some() {
            offers.extend([Action::Open, Action::Tick]);
        }
        if self.session().is_some() {
            offers.extend([Action::Open, Action::AllPresent, Action::Finish]);
        }
        offers.extend([
            Action::NextProblem,
            Action::Filter,
            Action::NextPane,
            Action::Remind,
            Action::Edit,
            Action::Move,
            Action::Copy,
            Action::Later,
            Action::Info,
            Action::Zoom,
            Action::Undo,
        ]);
        if self.session().is_none() {
            offers.retain(|action| !matches!(action, Action::Move | Action::Edit));
            if self.row().is_none() {
                offers.retain(|action| *action != Action::Remind);
            }
            offers.push(Action::GoTo);
        }
        let mut seen = Vec::new();
        offers.retain(|action| {
            let new = !seen.contains(action);
            seen.push(*action);
            new
        });
        offers
    }

    fn hint(&self, action: Action, _cx: &Cx<'_>) -> Option<String> {
        match action {
            Action::Open if self.row().is_some() => Some("open".to_owned()),
            Action::Move => Some("reschedule".to_owned()),
            Action::Later => Some("day after".to_owned()),
            Action::Earlier => Some("day before".to_owned()),
            Action::Finish if self.meeting().is_some_and(|m| m.phase == Phase::Closed) => {
                Some("reopen".to_owned())
            }
            _ => None,
        }
    }

    fn act(&mut self, action: Action, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        match action {
            Action::Open => {
                if let Some(row) = self.row() {
                    return Self::open_alert(row, cx);
                }
                return match self.session() {
                    Some(id) => Step::Open(id.into()),
                    None => Step::say(self.nothing_today(cx)),
                };
            }
            Action::Tick if self.pane == Pane::Alerts => return self.acknowledge(cx, hand),
            Action::Tick => {
                let Some(id) = self.session() else {
                    return Step::say(self.nothing_today(cx));
                };
                return Step::Enter(Box::new(RegisterSheet::at_unmarked(id, cx.model)));
            }
            Action::Move | Action::Drop => {
                let Some(id) = self.session() else {
                    return Step::say("Go to a session first: Tab steps to the sessions.");
                };
                return Step::Many(vec![Step::Show(id.into()), Step::Act(action)]);
            }
            Action::Remind => return self.write(cx),
            Action::Add => return Step::Many(vec![Step::Go(Tab::Calendar), Step::Act(action)]),
            Action::Copy => return self.copies(cx),
            Action::AllPresent | Action::Finish | Action::Edit => {
                let Some(id) = self.session() else {
                    return Step::say("Go to a session first: Tab steps to the sessions.");
                };
                return match action {
                    Action::Finish => register::finish(id, cx, hand),
                    Action::Edit => register::fields_of(cx, id),
                    _ => register::mark_everybody(id, cx, hand),
                };
            }
            Action::NextPane => self.step_pane(false),
            Action::PreviousPane => self.step_pane(true),
            Action::NextProblem => return self.next_problem(false),
            Action::PreviousProblem => return self.next_problem(true),
            Action::Earlier | Action::Later | Action::Today => self.step_day(cx, action),
            Action::Filter => self.filter.begin(),
            Action::Info => self.info = !self.info,
            Action::Zoom => self.zoomed = !self.zoomed,
            Action::Sort => {
                self.order = match self.order {
                    Order::Urgent => Order::Time,
                    Order::Time => Order::Group,
                    Order::Group => Order::Urgent,
                };
                self.settle(cx);
            }
            Action::Back if self.info => self.info = false,
            Action::Back if self.zoomed => self.zoomed = false,
            Action::Back if self.filter.is_set() => {
                self.filter.clear();
                self.settle(cx);
            }
            Action::Back if self.alerts.unmark() => {}
            Action::Back if self.pane != Pane::Sessions => self.pane = Pane::Sessions,
            Action::Back if self.day.is_some() => self.step_day(cx, Action::Today),
            Action::Back => return Step::Back,
            other => {
                let page = usize::from(cx.body.height) / 3;
                let moved = match self.pane {
                    Pane::Sessions => self.sessions.act(other, &self.meeting_keys(), page),
                    Pane::Alerts => self.alerts.act(other, &self.alert_keys(), page),
                    Pane::Next => self.next.act(other, &self.coming, page),
                };
                if !moved {
                    return Step::Unbound;
                }
            }
        }
        Step::Stay
    }

    fn text(&mut self, typed: Typed, cx: &Cx<'_>, _hand: &mut Hand) -> Step {
        self.filter.take(typed);
        self.settle(cx);
        Step::Stay
    }

    fn settle(&mut self, cx: &Cx<'_>) {
        self.look(cx);
        self.sessions.settle(&self.meeting_keys());
        self.alerts.settle(&self.alert_keys());
        self.next.settle(&self.coming);
    }

    fn arrange(&mut self, cx: &Cx<'_>) {
        let [sessions, alerts, next] = self.heights(cx);
        let (meetings, rows, coming) = (self.meetings.len(), self.rows.len(), self.coming.len());
        self.sessions.arrange(room(sessions, meetings), meetings);
        self.alerts.arrange(room(alerts, rows), rows);
        self.next.arrange(room(next, coming), coming);
    }

    fn view(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        self.draw(cx, canvas)
    }

    fn following(&self, cx: &Cx<'_>) -> Vec<Rect> {
        self.beside(cx).into_iter().collect()
    }

    fn show(&mut self, id: AnyId, cx: &Cx<'_>) -> bool {
        let Some(session) = id.of::<Session>() else {
            return false;
        };
        self.settle(cx);
        self.pane = Pane::Sessions;
        self.sessions.find(session, &self.meeting_keys())
    }

    fn place(&self, _cx: &Cx<'_>) -> Place {
        let alert = self.row().map(|row| row.first().subject);
        Place {
            on: self.session().map(AnyId::from).or(alert),
            ..Place::default()
        }
    }

    fn marked(&self) -> usize {
        self.alerts.marks.len()
    }
}
