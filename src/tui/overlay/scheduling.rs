//! The planning preview of the Calendar (ux.md §6.4): when every group would meet, why, and what has no place. A
//! plan, not an action: nothing changes until `y`, and one `u` takes all of it back.
//!
//! The planner works off the screen's thread; until its answer is there this says how far it is. When somebody
//! changes the cohort meanwhile the proposal is made again and says which rows are other than they were.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use ratatui::layout::{Position, Rect};

use super::awaited::Awaited;
use super::{LineBox, Menu, MenuRow, Overlay};
use crate::domain::{Group, Id, Record, Round, Slot, when};
use crate::plan::scheduling::{
    Ask, Given, Place, Proposal, Proposed, Unplaced, Weights, changed, ranked, sentence,
};
use crate::plan::{Asked, Progress};
use crate::tui::key::Action;
use crate::tui::part::{Canvas, Cell, Column, Cursor, Line, Pane, share, split_rows};
use crate::tui::screen::Cx;
use crate::tui::step::{Hand, Step};
use crate::tui::theme::Role;

/// The columns of the list.
const COLUMNS: &[Column] = &[
    Column::new("", 3, 0, 0),
    Column::new("SESSION", 10, 0, 0),
    Column::new("WHEN", 17, 0, 0),
    Column::new("COST", 4, 0, 1),
    Column::new("WHY THEN", 20, 3, 0),
];
/// How many other times can be chosen by a digit.
const DIGITS: [char; 8] = ['1', '2', '3', '4', '5', '6', '7', '8'];

/// Dates proposed for sessions.
pub struct Scheduling {
    awaited: Awaited,
    ask: Ask,
    proposal: Option<Proposal>,
    left_out: BTreeSet<Place>,
    /// The sessions that are other than they were when the proposal was last made.
    changed: BTreeSet<Place>,
    cursor: Cursor<usize>,
}

/// A row of the list: a session with a time, or one without a place.
enum Row<'a> {
    Placed(&'a Proposed),
    Unplaced(&'a Unplaced),
}

impl Row<'_> {
    const fn place(&self) -> Place {
        match self {
            Self::Placed(one) => (one.group, one.round),
            Self::Unplaced(one) => (one.group, one.round),
        }
    }
}

impl Scheduling {
    /// Asks the planner for dates, and shows what it will say.
    pub fn open(ask: Ask, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        let mut scheduling = Self {
            awaited: Awaited::nothing("dates", cx.now),
            ask,
            proposal: None,
            left_out: BTreeSet::new(),
            changed: BTreeSet::new(),
            cursor: Cursor::default(),
        };
        let asks = scheduling.ask_again(cx, hand);
        Step::Many(vec![Step::Ask(Overlay::Scheduling(Box::new(scheduling))), asks])
    }

    /// Has the proposal made from the cohort as it is now.
    pub fn ask_again(&mut self, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        self.ask.now = cx.now;
        self.awaited
            .ask(cx.model.clone(), Asked::Sessions(self.ask.clone()), cx.now, hand)
    }

    /// Puts a session at this time, whatever the planner thinks; the rest is planned around it.
    pub fn give(&mut self, given: Given) {
        self.ask
            .given
            .retain(|other| (other.group, other.round) != (given.group, given.round));
        self.ask.given.push(given);
        self.left_out.remove(&(given.group, given.round));
    }

    /// Takes the planner's answer, unless another one is awaited.
    pub fn answered(&mut self, number: u64, proposal: Proposal) {
        if !self.awaited.takes(number) {
            return;
        }
        let here = self.rows().get(self.cursor.row).map(Row::place);
        self.changed = match &self.proposal {
            Some(former) => changed(former, &proposal).into_iter().collect(),
            None => BTreeSet::new(),
        };
        self.proposal = Some(proposal);
        let rows = self.rows();
        let row = rows.iter().position(|row| Some(row.place()) == here);
        let keys: Vec<usize> = (0..rows.len()).collect();
        drop(rows);
        if let Some(row) = row {
            self.cursor.go(row, &keys);
        }
        self.cursor.settle(&keys);
    }

    /// Takes how far the planner is.
    pub fn working(&mut self, number: u64, progress: Progress) {
        self.awaited.working(number, progress);
    }

    /// What has no place first: that is what somebody must look at.
    fn rows(&self) -> Vec<Row<'_>> {
        let Some(proposal) = &self.proposal else {
            return Vec::new();
        };
        let unplaced = proposal.unplaced.iter().map(Row::Unplaced);
        unplaced
            .chain(proposal.sessions.iter().map(Row::Placed))
            .collect()
    }

    fn included(&self) -> Vec<&Proposed> {
        let sessions = self.proposal.iter().flat_map(|proposal| &proposal.sessions);
        sessions
            .filter(|one| !self.left_out.contains(&(one.group, one.round)))
            .collect()
    }

    pub(super) fn act(&mut self, action: Action, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        if matches!(action, Action::Back | Action::Leave | Action::Cancel | Action::No) {
            return self.awaited.leave();
        }
        if self.proposal.is_none() {
            return Step::say("Still being worked out. Esc calls it off.");
        }
        let rows = self.rows();
        let keys: Vec<usize> = (0..rows.len()).collect();
        match action {
            Action::Include => {
                let place = match rows.get(self.cursor.row) {
                    None => return Step::Stay,
                    Some(Row::Unplaced(_)) => {
                        return Step::say("This session has no place: e gives it a time, Enter says why.");
                    }
                    Some(Row::Placed(one)) => (one.group, one.round),
                };
                if !self.left_out.remove(&place) {
                    self.left_out.insert(place);
                }
                self.cursor.act(Action::Down, &keys, 2);
                Step::Stay
            }
            Action::Yes if self.awaited.waits() => {
                Step::say("The cohort has changed: the plan is being made again, y when it is there.")
            }
            Action::Yes => {
                let slots: Vec<Slot> = self.included().into_iter().map(Proposed::slot).collect();
                if slots.is_empty() {
                    return Step::say("No session is included. Space includes a row, Esc leaves.");
                }
                let told = match slots.len() {
                    1 => "Planned 1 session; nobody told yet".to_owned(),
                    n => format!("Planned {n} sessions; nobody told yet"),
                };
                let built = cx.model.add_sessions(&mut hand.mint, &slots);
                Step::Many(vec![Step::Close, Step::propose_saying(built, told)])
            }
            Action::Open => Step::say(self.why(cx).join(". ")),
            Action::Edit => match rows.get(self.cursor.row).map(Row::place) {
                Some(place) => self.other_times(place, cx),
                None => Step::Stay,
            },
            other => {
                drop(rows);
                if self.cursor.act(other, &keys, usize::from(cx.body.height) / 2) {
                    Step::Stay
                } else {
                    Step::Unbound
                }
            }
        }
    }

    /// The popup of other times for a session, cheapest first, with the rest of the plan as it is.
    fn other_times(&self, (group, round): Place, cx: &Cx<'_>) -> Step {
        let mut planned = cx.model.clone();
        let others = self
            .included()
            .into_iter()
            .filter(|one| (one.group, one.round) != (group, round));
        // Numbers that no record has: these sessions exist in this look ahead only.
        for (one, number) in others.zip((0..u64::MAX).rev()) {
            let is = one.as_session();
            planned.put(Record::Session(Id::new(number), Box::new(is)), cx.model.rev);
        }
        let times = ranked(&planned, &self.ask, group, round);
        let mut rows: Vec<MenuRow> = times
            .iter()
            .zip(DIGITS)
            .map(|((at, parts), digit)| {
                let when = when::moment_short(cx.model.local(*at));
                MenuRow::new(
                    digit,
                    format!("{when}  cost {:>3}  {}", parts.cost(), parts.words()),
                )
            })
            .collect();
        let choices: Vec<DateTime<Utc>> = times.iter().map(|(at, _)| *at).take(rows.len()).collect();
        rows.push(MenuRow::new('t', "type a day and time"));
        let title = format!(
            "Another time for {} S{}",
            cx.model.group_code(group),
            cx.model.round_number(round)
        );
        let asked = title.clone();
        let menu = Menu::new(title, rows, move |row, _, _| match choices.get(row) {
            Some(starts) => Ok(Step::Give(Given {
                group,
                round,
                starts: *starts,
            })),
            None => Ok(Step::Ask(Overlay::Line(typed_time(&asked, group, round)))),
        });
        Step::Ask(Overlay::Menu(menu.saying(
            "The others are planned anew around this choice. Nothing changes yet.",
        )))
    }

    pub(super) fn note(&self, cx: &Cx<'_>) -> String {
        let (false, Some(proposal)) = (self.awaited.waits(), &self.proposal) else {
            return self.awaited.said(cx.now);
        };
        let changed = match self.changed.len() {
            0 => String::new(),
            _ => {
                let titles: Vec<String> = self
                    .changed
                    .iter()
                    .take(3)
                    .map(|(group, round)| {
                        format!(
                            "{} S{}",
                            cx.model.group_code(*group),
                            cx.model.round_number(*round)
                        )
                    })
                    .collect();
                let more = if self.changed.len() > 3 { " …" } else { "" };
                return format!(
                    "The cohort changed: {} of the rows did too ({}{more}). y applies, Esc leaves.",
                    self.changed.len(),
                    titles.join(", ")
                );
            }
        };
        let many = self.included().len();
        format!(
            "{changed}If you apply: {many} planned, {} without a place. Nobody is told. Undo with one u.",
            proposal.unplaced.len()
        )
    }

    pub(super) fn view(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        canvas.clear(cx.body);
        let Some(proposal) = &self.proposal else {
            return self.awaited.draw(cx, canvas);
        };
        let why = self.why(cx);
        let totals = Self::totals(proposal, cx);
        let rows = self.rows();
        let tall = |lines: usize| u16::try_from(lines + 1).unwrap_or(u16::MAX);
        let wants = [tall(rows.len() + 1), tall(why.len()), tall(totals.len())];
        let heights = share(cx.body.height, &wants, &[4, 3, tall(totals.len())], 0);
        let list = heights[0]
            .max(cx.body.height.saturating_sub(heights[1..].iter().sum()))
            .min(cx.body.height);
        let parts = split_rows(cx.body, &[list, heights[1], heights[2]]);
        let place = self.draw_list(proposal, &rows, cx, canvas, parts[0]);
        for (nth, (title, lines)) in [("Why", &why), ("The plan", &totals)].into_iter().enumerate() {
            if heights[nth + 1] == 0 {
                continue;
            }
            let inside = Pane::new(title, false).draw(canvas, parts[nth + 1]);
            let inside = Rect {
                x: inside.x + 2,
                width: inside.width.saturating_sub(2),
                ..inside
            };
            canvas.lines(inside, lines.iter().map(String::as_str));
        }
        place
    }

    fn draw_list(
        &self,
        proposal: &Proposal,
        rows: &[Row<'_>],
        cx: &Cx<'_>,
        canvas: &mut Canvas<'_>,
        area: Rect,
    ) -> Option<Position> {
        let more = match self.changed.len() {
            0 => String::new(),
            1 => "1 row changed".to_owned(),
            n => format!("{n} rows changed"),
        };
        let all = proposal.sessions.len() + proposal.unplaced.len();
        let heading = format!("Proposed {} of {all}", self.included().len());
        let inside = Pane {
            stale: self.awaited.waits(),
            ..Pane::new(heading, true).with(more)
        }
        .draw(canvas, area);
        if rows.is_empty() {
            canvas.lines(
                inside,
                ["Every session that can still be planned stands already. Esc leaves."],
            );
            return None;
        }
        let room = usize::from(inside.height.saturating_sub(1)).max(1);
        let top = (self.cursor.row + 1).saturating_sub(room.saturating_sub(1).max(1));
        let shown: Vec<Line> = rows
            .iter()
            .skip(top)
            .take(room)
            .map(|row| self.line(row, cx))
            .collect();
        let below = rows.len().saturating_sub(top + shown.len());
        canvas.table(inside, COLUMNS, &shown, Some(self.cursor.row - top), below)
    }

    fn line(&self, row: &Row<'_>, cx: &Cx<'_>) -> Line {
        let (group, round) = row.place();
        let title = format!("{} S{}", cx.model.group_code(group), cx.model.round_number(round));
        let cells = match row {
            Row::Placed(one) => {
                let tick = if self.left_out.contains(&(group, round)) {
                    "[ ]"
                } else {
                    "[x]"
                };
                let role = if one.clashes.is_empty() {
                    Role::Plain
                } else {
                    Role::Attention
                };
                let why = match one.clashes.first() {
                    Some(_) => one.why.get(1).cloned().unwrap_or_default(),
                    None => one.short(cx.model),
                };
                vec![
                    Cell::from(tick),
                    Cell::from(title),
                    Cell::from(when::moment_short(cx.model.local(one.starts))),
                    Cell::from(one.parts.cost().to_string()),
                    Cell::new(why, role),
                ]
            }
            Row::Unplaced(one) => vec![
                Cell::from("[ ]"),
                Cell::from(title),
                Cell::new("! no place", Role::Attention),
                Cell::from("-"),
                Cell::new(
                    sentence(cx.model, one).into_iter().next().unwrap_or_default(),
                    Role::Attention,
                ),
            ],
        };
        Line {
            cells,
            marked: self.changed.contains(&(group, round)),
            at: None,
        }
    }

    /// Why the session under the cursor is where it is, or is nowhere.
    fn why(&self, cx: &Cx<'_>) -> Vec<String> {
        match self.rows().get(self.cursor.row) {
            Some(Row::Placed(one)) => one.why.clone(),
            Some(Row::Unplaced(one)) => sentence(cx.model, one),
            None => Vec::new(),
        }
    }

    /// What the plan comes to, and what a cost is made of.
    fn totals(proposal: &Proposal, cx: &Cx<'_>) -> Vec<String> {
        let proof = if proposal.is_optimal() {
            "no plan costs less".to_owned()
        } else {
            format!("no plan costs less than {}", proposal.bound)
        };
        let weights = cx.model.cohort().map_or_else(Weights::default, Weights::of);
        let at_once = cx.model.cohort().map_or(0, |cohort| cohort.sessions_at_once);
        vec![
            format!(
                "cost {}; {proof}; {} sessions stand already and are kept",
                proposal.cost, proposal.kept
            ),
            format!(
                "cost = {} a missed free time, {} another weekday, {} another hour, {} a day from 4 weeks",
                weights.times, weights.weekday, weights.hour, weights.apart
            ),
            format!("window, office hours, holidays, leave, two weeks apart; at most {at_once} at once"),
        ]
    }
}

/// The line in which a time is typed for a session.
fn typed_time(title: &str, group: Id<Group>, round: Id<Round>) -> LineBox {
    let parse = |text: &str, cx: &Cx<'_>| {
        let now = cx.model.local(cx.now);
        when::parse_when(text, now, None).map_err(|problem| format!("{problem}. Try: {}.", problem.remedy()))
    };
    LineBox::new(
        title,
        "A day and a time: thu 23 apr 10:00, 12 may 16.",
        "",
        move |text, cx, _| {
            Ok(Step::Give(Given {
                group,
                round,
                starts: parse(&text, cx)?,
            }))
        },
    )
    .reading(move |text, cx| parse(text, cx).map(|at| when::moment_short(cx.model.local(at))))
}
