//! Calendar: what is when, what collides, where is a free slot. Month, week or agenda; a session can be carried.

mod agenda;
mod carry;
mod does;
mod month;
mod plan;
mod side;
mod week;

use chrono::{Datelike, Days, Months, NaiveDate};
use ratatui::layout::{Position, Rect};

use super::{Cx, Screen, Typed};
use crate::domain::{AnyId, Id, Kind, Phase, Session, when};
use crate::tui::key::{Action, Context};
use crate::tui::part::{Canvas, Cursor, LineInput};
use crate::tui::signal::Place;
use crate::tui::step::{Hand, Step};

use carry::Carry;

/// Width of the side pane on wide screens.
const SIDE: u16 = 48;

/// How the body is laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Layout {
    #[default]
    Month,
    Week,
    Agenda,
}

impl Layout {
    const fn next(self) -> Self {
        match self {
            Self::Month => Self::Week,
            Self::Week => Self::Agenda,
            Self::Agenda => Self::Month,
        }
    }
}

/// What is being typed in the screen itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Typing {
    Nothing,
    Filter,
    Time,
}

/// The Calendar view.
pub struct Calendar {
    layout: Layout,
    /// The day under the cursor; today until the cursor is moved.
    day: Option<NaiveDate>,
    /// The session under the cursor, and the day it was on when the cursor came there.
    at: Option<Id<Session>>,
    at_day: Option<NaiveDate>,
    agenda: Cursor<Id<Session>>,
    carry: Option<Carry>,
    typing: Typing,
    line: LineInput,
    filter: String,
    /// Whether the cursor is in the pane of the day's sessions.
    in_day: bool,
    info: bool,
}

impl Default for Calendar {
    fn default() -> Self {
        Self {
            layout: Layout::Month,
            day: None,
            at: None,
            at_day: None,
            agenda: Cursor::default(),
            carry: None,
            typing: Typing::Nothing,
            line: LineInput::default(),
            filter: String::new(),
            in_day: false,
            info: false,
        }
    }
}

impl Calendar {
    /// The day under the cursor.
    fn here(&self, cx: &Cx<'_>) -> NaiveDate {
        self.day.unwrap_or_else(|| cx.model.day(cx.now))
    }

    /// The sessions of a day that the filter lets through, by start.
    fn on_day(&self, cx: &Cx<'_>, day: NaiveDate) -> Vec<Id<Session>> {
        cx.model
            .sessions_on(day)
            .into_iter()
            .filter(|id| self.passes(cx, *id))
            .collect()
    }

    /// All sessions the filter lets through, by start.
    fn everything(&self, cx: &Cx<'_>) -> Vec<Id<Session>> {
        let (from, to) = (
            chrono::DateTime::<chrono::Utc>::MIN_UTC,
            chrono::DateTime::<chrono::Utc>::MAX_UTC,
        );
        cx.model
            .sessions_between(from, to)
            .into_iter()
            .filter(|id| self.passes(cx, *id))
            .collect()
    }

    fn passes(&self, cx: &Cx<'_>, id: Id<Session>) -> bool {
        if self.filter.is_empty() {
            return true;
        }
        let line = format!("{} {}", cx.model.session_title(id), side::mentor_of(cx, id));
        let line = crate::domain::text::fold(&line);
        crate::domain::text::fold(&self.filter)
            .split_whitespace()
            .all(|word| line.contains(word))
    }

    /// Puts the cursor on a session and its day.
    fn go_to(&mut self, cx: &Cx<'_>, id: Id<Session>) {
        self.at = Some(id);
        self.day = cx
            .model
            .sessions
            .get(id)
            .map(|is| cx.model.day(is.starts))
            .or(self.day);
        let all = self.everything(cx);
        self.agenda.find(id, &all);
    }

    /// Puts the cursor on a day, and on its first session that is not over.
    fn go_to_day(&mut self, cx: &Cx<'_>, day: NaiveDate) {
        self.day = Some(day);
        self.at = self.first_of(cx, day);
        if let Some(id) = self.at {
            let all = self.everything(cx);
            self.agenda.find(id, &all);
        }
    }

    /// The session of a day that is next, else its first.
    fn first_of(&self, cx: &Cx<'_>, day: NaiveDate) -> Option<Id<Session>> {
        let of_day = self.on_day(cx, day);
        let to_come = |id: &&Id<Session>| {
            cx.model
                .sessions
                .get(**id)
                .is_some_and(|is| is.stands() && is.starts > cx.now)
        };
        of_day.iter().find(to_come).or(of_day.first()).copied()
    }

    /// Whether a session needs a person: clash, no link in time, a past one without a closed register.
    fn concern(cx: &Cx<'_>, id: Id<Session>) -> Option<String> {
        let is = cx.model.sessions.get(id)?;
        match cx.model.phase(id, cx.now) {
            Phase::Cancelled | Phase::Postponed | Phase::Closed => None,
            Phase::Ended | Phase::Held => Some("to finish".to_owned()),
            Phase::Unconfirmed => Some("unconfirmed".to_owned()),
            _ => {
                if !cx.model.clashes(id).is_empty() {
                    return Some("clash".to_owned());
                }
                let hours = i64::from(cx.model.settings().thresholds.link_hours);
                let soon = is.starts - cx.now < chrono::TimeDelta::hours(hours);
                let group_link = is
                    .group
                    .and_then(|g| cx.model.groups.get(g))
                    .map(|g| g.link.is_empty());
                (soon && is.link.is_empty() && is.place.is_empty() && group_link != Some(false))
                    .then(|| "no link".to_owned())
            }
        }
    }

    /// The body without the side pane.
    fn main_area(cx: &Cx<'_>) -> Rect {
        let width = if cx.is_wide() {
            cx.body.width - SIDE
        } else {
            cx.body.width
        };
        Rect { width, ..cx.body }
    }

    /// The layout that is drawn: a small screen has room for a list alone.
    fn seen(&self, cx: &Cx<'_>) -> Layout {
        if cx.is_small() && self.carry.is_none() {
            Layout::Agenda
        } else {
            self.layout
        }
    }

    /// The side pane, on a wide screen.
    fn beside(cx: &Cx<'_>) -> Option<Rect> {
        cx.is_wide().then(|| Rect {
            x: Self::main_area(cx).right() + 2,
            width: SIDE - 2,
            ..cx.body
        })
    }

    /// Moves the cursor by a period of the layout.
    fn period(&self, cx: &Cx<'_>, on: bool) -> NaiveDate {
        let here = self.here(cx);
        let by = |day: NaiveDate| match (self.layout, on) {
            (Layout::Month, true) => day.checked_add_months(Months::new(1)),
            (Layout::Month, false) => day.checked_sub_months(Months::new(1)),
            (_, true) => day.checked_add_days(Days::new(7)),
            (_, false) => day.checked_sub_days(Days::new(7)),
        };
        by(here).unwrap_or(here)
    }
}

/// The Monday of a day's week.
fn monday(day: NaiveDate) -> NaiveDate {
    day - Days::new(u64::from(day.weekday().num_days_from_monday()))
}

impl Screen for Calendar {
    fn context(&self) -> Context {
        match (self.typing, &self.carry) {
            (Typing::Filter | Typing::Time, _) => Context::Text,
            (Typing::Nothing, Some(_)) => Context::Carry,
            (Typing::Nothing, None) => Context::Calendar,
        }
    }

    fn home(&self) -> Context {
        if self.carry.is_some() {
            Context::Carry
        } else {
            Context::Calendar
        }
    }

    fn crumbs(&self, cx: &Cx<'_>) -> Vec<String> {
        let here = self.here(cx);
        let period = match self.layout {
            Layout::Month => here.format("%B %Y").to_string(),
            Layout::Week => format!("Week {}", here.iso_week().week()),
            Layout::Agenda => format!("Agenda from {}", when::day_short(here)),
        };
        let mut crumbs = vec![period];
        crumbs.extend(
            self.carry
                .as_ref()
                .map(|carry| format!("moving {}", cx.model.session_title(carry.session))),
        );
        crumbs
    }

    fn aside(&self, cx: &Cx<'_>) -> String {
        if self.carry.is_some() {
            return "not saved yet".to_owned();
        }
        let here = self.here(cx);
        let in_month: Vec<Id<Session>> = self
            .everything(cx)
            .into_iter()
            .filter(|id| {
                let day = cx.model.sessions.get(*id).map(|is| cx.model.day(is.starts));
                day.is_some_and(|day| (day.year(), day.month()) == (here.year(), here.month()))
            })
            .collect();
        let clashes = in_month
            .iter()
            .filter(|id| Self::concern(cx, **id).as_deref() == Some("clash"))
            .count();
        let clash = match clashes {
            0 => String::new(),
            1 => "   1 clash".to_owned(),
            n => format!("   {n} clashes"),
        };
        let filter = if self.filter.is_empty() {
            String::new()
        } else {
            format!("   filter \"{}\"", self.filter)
        };
        format!("{} sessions{clash}{filter}", in_month.len())
    }

    fn note(&self, cx: &Cx<'_>) -> String {
        if self.typing == Typing::Time {
            return carry::reading(cx, self.carry.as_ref(), self.line.text());
        }
        if let Some(carry) = &self.carry {
            return carry.note(cx);
        }
        if let Some(id) = self.at.filter(|_| self.in_day || self.layout != Layout::Month) {
            return side::about(cx, id);
        }
        let here = self.here(cx);
        let of_day = self.on_day(cx, here);
        match (of_day.len(), self.at) {
            (0, _) => format!(
                "{}: no sessions. a adds one, n next problem.",
                when::day_short(here)
            ),
            (1, Some(id)) => side::about(cx, id),
            (n, _) => format!(
                "{}: {n} sessions, {}.",
                when::day_short(here),
                self.at.map_or_else(String::new, |id| cx.model.session_title(id))
            ),
        }
    }

    fn offers(&self, _cx: &Cx<'_>) -> Vec<Action> {
        vec![
            Action::Open,
            Action::Move,
            Action::Add,
            Action::Body,
            Action::Earlier,
            Action::Later,
            Action::Today,
            Action::NextProblem,
            Action::Drop,
            Action::Remind,
            Action::Edit,
            Action::Filter,
            Action::Copy,
            Action::Info,
            Action::Undo,
        ]
    }

    fn hint(&self, action: Action, _cx: &Cx<'_>) -> Option<String> {
        match action {
            Action::Body => Some(
                match self.layout.next() {
                    Layout::Month => "month",
                    Layout::Week => "week",
                    Layout::Agenda => "agenda",
                }
                .to_owned(),
            ),
            _ => None,
        }
    }

    fn act(&mut self, action: Action, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        if self.carry.is_some() {
            return self.carry_act(action, cx, hand);
        }
        self.list_act(action, cx, hand)
    }

    fn text(&mut self, typed: Typed, cx: &Cx<'_>, _hand: &mut Hand) -> Step {
        match typed {
            Typed::Key(key) => {
                self.line.edit(key);
                if self.typing == Typing::Filter {
                    self.line.text().clone_into(&mut self.filter);
                }
            }
            Typed::Save | Typed::Down | Typed::Next => {
                if self.typing == Typing::Time {
                    let text = self.line.text().to_owned();
                    let Some(carry) = &mut self.carry else {
                        return Step::Stay;
                    };
                    if let Err(problem) = carry.take_to(cx, &text) {
                        return Step::Say(problem);
                    }
                    let day = cx.model.day(carry.starts);
                    self.day = Some(day);
                }
                self.typing = Typing::Nothing;
            }
            Typed::Leave => {
                if self.typing == Typing::Filter {
                    self.filter.clear();
                }
                self.typing = Typing::Nothing;
            }
            Typed::Up | Typed::Previous => {}
        }
        self.settle(cx);
        Step::Stay
    }

    fn settle(&mut self, cx: &Cx<'_>) {
        if self
            .carry
            .as_ref()
            .is_some_and(|carry| !cx.model.sessions.has(carry.session))
        {
            self.carry = None;
        }
        if self.day.is_none() && self.at.is_none() {
            // Opens on today, with the next session under the cursor.
            let today = cx.model.day(cx.now);
            let to_come = self.everything(cx).into_iter().find(|id| {
                cx.model
                    .sessions
                    .get(*id)
                    .is_some_and(|is| is.stands() && is.starts > cx.now)
            });
            self.at = to_come.or_else(|| self.first_of(cx, today));
            self.day = self
                .at
                .and_then(|id| cx.model.sessions.get(id))
                .map(|is| cx.model.day(is.starts));
        }
        if self
            .at
            .is_some_and(|id| !cx.model.sessions.has(id) || !self.passes(cx, id))
        {
            self.at = self.first_of(cx, self.here(cx));
        }
        let all = self.everything(cx);
        if let Some(at) = self.at {
            self.agenda.at = Some(at);
        }
        // A session that was moved is followed to its new day.
        let on = |id| cx.model.sessions.get(id).map(|is| cx.model.day(is.starts));
        let on_day = self.at.and_then(on);
        if self.carry.is_none() && self.at_day.is_some() && self.at_day != on_day {
            self.day = on_day.or(self.day);
        }
        self.at_day = on_day;
        self.agenda.settle(&all);
        if self.layout == Layout::Agenda {
            self.at = self.agenda.at;
        }
    }

    fn arrange(&mut self, cx: &Cx<'_>) {
        let rows = self.everything(cx).len();
        let room = usize::from(agenda::list_height(cx)).saturating_sub(3);
        self.agenda.arrange(room, rows);
    }

    fn view(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        let area = Self::main_area(cx);
        if let Some(beside) = Self::beside(cx) {
            canvas.wall(area.right(), cx.body.y, cx.body.bottom());
            self.draw_side(cx, canvas, beside);
        } else if self.info && self.carry.is_none() {
            canvas.clear(cx.body);
            self.draw_side(cx, canvas, cx.body);
            return Some(Position {
                x: cx.body.x,
                y: cx.body.y,
            });
        }
        let place = match self.seen(cx) {
            Layout::Month => self.draw_month(cx, canvas, area),
            Layout::Week => self.draw_week(cx, canvas, area),
            Layout::Agenda => self.draw_agenda(cx, canvas, area),
        };
        if self.typing == Typing::Nothing {
            return place;
        }
        let y = area.bottom().saturating_sub(1);
        let label = if self.typing == Typing::Filter {
            "filter: "
        } else {
            "to: "
        };
        let width = area
            .width
            .saturating_sub(u16::try_from(label.len()).unwrap_or(0) + 1);
        let (typed, at) = self.line.window(width);
        canvas.row(
            area,
            y,
            &format!("{label}{typed}"),
            crate::tui::theme::Role::Typing,
        );
        Some(Position {
            x: area.x + u16::try_from(label.len()).unwrap_or(0) + at,
            y,
        })
    }

    fn following(&self, cx: &Cx<'_>) -> Vec<Rect> {
        if self.carry.is_some() || self.info {
            // A session in the hand is seen where it goes.
            return Vec::new();
        }
        let area = Self::main_area(cx);
        let below = match self.seen(cx) {
            Layout::Month if self.in_day => None,
            Layout::Month => Some(month::Grid::of(area, self.here(cx), cx.model.day(cx.now)).below(area)),
            Layout::Week => Some(week::below(area)),
            Layout::Agenda => Some(agenda::below(cx, area)),
        };
        below.into_iter().chain(Self::beside(cx)).collect()
    }

    fn show(&mut self, id: AnyId, cx: &Cx<'_>) -> bool {
        match id.kind {
            Kind::Session => match id.of() {
                Some(session) if cx.model.sessions.has(session) => {
                    self.filter.clear();
                    self.go_to(cx, session);
                    true
                }
                _ => false,
            },
            _ => false,
        }
    }

    fn place(&self, _cx: &Cx<'_>) -> Place {
        let carried = self.carry.as_ref().map(|carry| carry.session);
        Place {
            on: carried.or(self.at).map(AnyId::from),
            editing: carried.map(|_| "its time".to_owned()),
            ..Place::default()
        }
    }
}
