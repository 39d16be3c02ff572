//! Now: is anything going wrong in the sessions of today, what is next, what waits for somebody.

mod month;
mod today;
mod view;

use chrono::NaiveDate;
use ratatui::layout::Position;

use super::register::{self, RegisterSheet};
use super::{Cx, Screen, Typed};
use crate::domain::{AnyId, Id, Phase, Session, text, when};
use crate::tui::key::{Action, Context};
use crate::tui::part::{Canvas, Cursor, LineInput};
use crate::tui::signal::Place;
use crate::tui::step::{Hand, Step};

pub(crate) use today::{Meeting, link};

/// The parts of the view that keys can go to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Pane {
    /// The sessions of the day.
    #[default]
    Sessions,
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
    next: Cursor<Id<Session>>,
    /// The sessions of the day, as last looked at.
    meetings: Vec<Meeting>,
    /// The sessions to come, as last looked at.
    coming: Vec<Id<Session>>,
    filter: LineInput,
    typing: bool,
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
        let mut meetings = today::meetings(cx.model, self.shown_day(cx), cx.now);
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

    /// The session under the cursor, whichever pane has it.
    fn session(&self) -> Option<Id<Session>> {
        match self.pane {
            Pane::Sessions => self.sessions.at,
            Pane::Next => self.next.at,
        }
    }

    fn meeting(&self) -> Option<&Meeting> {
        let at = self.session()?;
        self.meetings.iter().find(|meeting| meeting.id == at)
    }

    fn step_pane(&mut self) {
        self.pane = match self.pane {
            Pane::Sessions => Pane::Next,
            Pane::Next => Pane::Sessions,
        };
    }

    /// Goes to the next (or, backwards, the previous) line that needs somebody.
    fn next_problem(&mut self, backwards: bool) -> Step {
        let mut troubled: Vec<usize> = (0..self.meetings.len())
            .filter(|row| self.meetings[*row].trouble.is_some())
            .collect();
        if troubled.is_empty() {
            return Step::say("Nothing needs attention here.");
        }
        let here = self.sessions.row;
        let next = if backwards {
            troubled.reverse();
            troubled.iter().find(|row| **row < here)
        } else {
            troubled.iter().find(|row| **row > here)
        };
        let row = next.copied().unwrap_or(troubled[0]);
        let keys = self.meeting_keys();
        self.pane = Pane::Sessions;
        self.sessions.go(row, &keys);
        Step::Stay
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

    /// The sentence about a session.
    fn sentence(cx: &Cx<'_>, meeting: &Meeting) -> String {
        let name = if meeting.mentor.is_empty() {
            meeting.group.clone()
        } else {
            format!("{} ({})", meeting.group, meeting.mentor)
        };
        let [present, absent, late, excused, unmarked] = meeting.numbers();
        let starts = cx.model.sessions.get(meeting.id).map_or(cx.now, |is| is.starts);
        match meeting.phase {
            Phase::Live => format!(
                "{name} began {} ago: {present} present, {late} late, {unmarked} not marked.",
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
        if self.typing { Context::Text } else { Context::Now }
    }

    fn home(&self) -> Context {
        Context::Now
    }

    fn crumbs(&self, cx: &Cx<'_>) -> Vec<String> {
        vec![when::day_short(self.shown_day(cx))]
    }

    fn note(&self, cx: &Cx<'_>) -> String {
        match (self.meeting(), self.pane) {
            (Some(meeting), _) => Self::sentence(cx, meeting),
            (None, Pane::Sessions) if !self.filter.text().is_empty() => {
                format!("No match for {}. Esc shows all.", self.filter.text())
            }
            (None, Pane::Sessions) => self.nothing_today(cx),
            (None, Pane::Next) => self
                .next
                .at
                .map(|id| Meeting::of(cx.model, id, cx.now))
                .and_then(|meeting| meeting.map(|meeting| Self::sentence(cx, &meeting)))
                .unwrap_or_default(),
        }
    }

    fn offers(&self, _cx: &Cx<'_>) -> Vec<Action> {
        if self.session().is_none() {
            return vec![Action::NextPane, Action::NextProblem, Action::Later, Action::GoTo];
        }
        vec![
            Action::Open,
            Action::AllPresent,
            Action::Finish,
            Action::NextProblem,
            Action::NextPane,
            Action::Filter,
            Action::Later,
            Action::Info,
        ]
    }

    fn hint(&self, action: Action, _cx: &Cx<'_>) -> Option<String> {
        match action {
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
            Action::Open => match self.session() {
                Some(id) => return Step::Open(id.into()),
                None => return Step::say(self.nothing_today(cx)),
            },
            Action::Tick => {
                let Some(id) = self.session() else {
                    return Step::say(self.nothing_today(cx));
                };
                return Step::Enter(Box::new(RegisterSheet::at_unmarked(id, cx.model)));
            }
            Action::AllPresent | Action::Finish => {
                let Some(id) = self.session() else {
                    return Step::say(self.nothing_today(cx));
                };
                return match action {
                    Action::Finish => register::finish(id, cx, hand),
                    _ => register::mark_everybody(id, cx, hand),
                };
            }
            Action::NextPane | Action::PreviousPane => self.step_pane(),
            Action::NextProblem => return self.next_problem(false),
            Action::PreviousProblem => return self.next_problem(true),
            Action::Earlier | Action::Later | Action::Today => self.step_day(cx, action),
            Action::Filter => self.typing = true,
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
            Action::Back if !self.filter.text().is_empty() => {
                self.filter.set("");
                self.settle(cx);
            }
            Action::Back if self.pane != Pane::Sessions => self.pane = Pane::Sessions,
            Action::Back if self.day.is_some() => self.step_day(cx, Action::Today),
            Action::Back => return Step::Back,
            other => {
                let page = usize::from(cx.body.height) / 3;
                let moved = match self.pane {
                    Pane::Sessions => self.sessions.act(other, &self.meeting_keys(), page),
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
        match typed {
            Typed::Key(key) => self.filter.edit(key),
            Typed::Save | Typed::Down | Typed::Next => self.typing = false,
            Typed::Leave => {
                self.filter.set("");
                self.typing = false;
            }
            Typed::Up | Typed::Previous => {}
        }
        self.settle(cx);
        Step::Stay
    }

    fn settle(&mut self, cx: &Cx<'_>) {
        self.look(cx);
        self.sessions.settle(&self.meeting_keys());
        self.next.settle(&self.coming);
    }

    fn arrange(&mut self, cx: &Cx<'_>) {
        let (sessions, next) = self.heights(cx);
        // The last row says how many more there are, where there are more.
        let room = |height: usize, rows: usize| {
            if rows > height {
                height.saturating_sub(1)
            } else {
                height
            }
        };
        self.sessions
            .arrange(room(sessions, self.meetings.len()), self.meetings.len());
        self.next
            .arrange(room(next, self.coming.len()), self.coming.len());
    }

    fn view(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        self.draw(cx, canvas)
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
        Place {
            on: self.session().map(AnyId::from),
            ..Place::default()
        }
    }
}
