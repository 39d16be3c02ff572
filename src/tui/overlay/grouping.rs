//! The auto-assign preview (ux.md §6.3): who would go where, why, and what becomes of the groups. A plan, not an
//! action: nothing changes until `y`.
//!
//! The planner works off the screen's thread; until its answer is there this says how far it is. When somebody
//! changes the cohort meanwhile the proposal is made again and says which rows are other than they were.

use std::collections::BTreeSet;

mod reasons;

use ratatui::layout::{Position, Rect};

use super::awaited::{Awaited, half};
use super::{Menu, MenuRow, Overlay};

use crate::domain::{Change, Enrolment, Group, Id, Mint, Model};
use crate::plan::grouping::{Proposal, Wish};
use crate::plan::{Asked, Progress};
use crate::tui::key::Action;
use crate::tui::part::{Canvas, Cell, Column, Cursor, Line, Pane, share, split_rows};
use crate::tui::screen::Cx;
use crate::tui::step::{Hand, Step};
use crate::tui::theme::Role;

/// The columns of the list.
const COLUMNS: &[Column] = &[
    Column::new("", 3, 0, 0),
    Column::new("PERSON", 17, 1, 0),
    Column::new("STREAM", 6, 0, 3),
    Column::new("TRUST", 12, 1, 2),
    Column::new("GROUP", 7, 0, 0),
    Column::new("FIT", 3, 0, 0),
    Column::new("WHY THIS GROUP", 14, 3, 1),
];
/// From this height on every reason is shown, however long the list is.
const TALL: u16 = 36;
/// How many other groups can be chosen by a digit.
const DIGITS: [char; 9] = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];

/// Groups proposed for the pool.
pub struct Grouping {
    awaited: Awaited,
    wish: Wish,
    /// What the ids of groups to be formed are thrown from: the same each time the proposal is made.
    seed: u64,
    /// The groups that would be formed, and the cohort with them where there are any.
    forming: Vec<Change>,
    ahead: Option<Box<Model>>,
    proposal: Option<Proposal>,
    left_out: BTreeSet<Id<Enrolment>>,
    /// Whose rows are other than they were when the proposal was last made.
    changed: BTreeSet<Id<Enrolment>>,
    cursor: Cursor<usize>,
}

impl Grouping {
    /// Asks the planner for groups, and shows what it will say.
    pub fn open(cx: &Cx<'_>, hand: &mut Hand) -> Step {
        if cx.model.pool().is_empty() {
            return Step::say("Nobody waits for a group. m moves a person to another.");
        }
        let mut grouping = Self {
            awaited: Awaited::nothing("groups", cx.now),
            wish: Wish::pool(cx.model.day(cx.now)),
            seed: half(hand.mint.nonce()),
            forming: Vec::new(),
            ahead: None,
            proposal: None,
            left_out: BTreeSet::new(),
            changed: BTreeSet::new(),
            cursor: Cursor::default(),
        };
        let asks = grouping.ask_again(cx, hand);
        Step::Many(vec![Step::Ask(Overlay::Grouping(Box::new(grouping))), asks])
    }

    /// Has the proposal made from the cohort as it is now.
    pub fn ask_again(&mut self, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        self.wish.day = cx.model.day(cx.now);
        let formed = cx.model.form_groups(&mut Mint::seeded(self.seed), self.wish.day);
        self.forming = formed.map(|edit| edit.changes).unwrap_or_default();
        self.ahead = (!self.forming.is_empty()).then(|| Box::new(cx.model.after(&self.forming)));
        let model = self.model(cx).clone();
        self.awaited
            .ask(model, Asked::Groups(self.wish.clone()), cx.now, hand)
    }

    /// The cohort, with the groups that would be formed.
    fn model<'a>(&'a self, cx: &'a Cx<'_>) -> &'a Model {
        self.ahead.as_deref().unwrap_or(cx.model)
    }

    /// Puts somebody into this group whatever the planner thinks.
    pub fn lock(&mut self, person: Id<Enrolment>, group: Id<Group>) {
        self.wish.locked.retain(|(locked, _)| *locked != person);
        self.wish.locked.push((person, group));
        self.left_out.remove(&person);
    }

    /// Takes the planner's answer, unless another one is awaited.
    pub fn answered(&mut self, number: u64, proposal: Proposal, _cx: &Cx<'_>) {
        if !self.awaited.takes(number) {
            return;
        }
        self.changed = match &self.proposal {
            Some(former) => proposal.differs_from(former).into_iter().collect(),
            None => BTreeSet::new(),
        };
        let rows: Vec<usize> = (0..proposal.place.len()).collect();
        self.proposal = Some(proposal);
        self.cursor.settle(&rows);
    }

    /// Takes how far the planner is.
    pub fn working(&mut self, number: u64, progress: Progress) {
        self.awaited.working(number, progress);
    }

    /// The people who would be placed: by number.
    fn included(&self, proposal: &Proposal) -> Vec<usize> {
        let people = 0..proposal.place.len();
        people
            .filter(|person| {
                proposal.place[*person].is_some()
                    && !self.left_out.contains(&proposal.case.seekers[*person].enrolment)
            })
            .collect()
    }

    pub(super) fn act(&mut self, action: Action, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        if matches!(action, Action::Back | Action::Leave | Action::Cancel | Action::No) {
            return self.awaited.leave();
        }
        let Some(proposal) = &self.proposal else {
            return Step::say("Still being worked out. Esc calls it off.");
        };
        let rows: Vec<usize> = (0..proposal.place.len()).collect();
        let here = self.cursor.row;
        match action {
            Action::Include => {
                let Some(seeker) = proposal.case.seekers.get(here) else {
                    return Step::Stay;
                };
                if proposal.place[here].is_none() {
                    return Step::say("This person has no place: Enter says why.");
                }
                if !self.left_out.remove(&seeker.enrolment) {
                    self.left_out.insert(seeker.enrolment);
                }
                self.cursor.act(Action::Down, &rows, 2);
                Step::Stay
            }
            Action::Yes if self.awaited.waits() => {
                Step::say("The cohort has changed: the proposal is being made again, y when it is there.")
            }
            Action::Yes => {
                let included = self.included(proposal);
                if included.is_empty() {
                    return Step::say("Nobody is included. Space includes a row, Esc leaves.");
                }
                let placements = proposal.placements(self.model(cx), &included);
                let built =
                    cx.model
                        .form_and_place(&mut hand.mint, &self.forming, &placements, self.wish.day);
                let told = match included.len() {
                    1 => "Placed 1 person in a group".to_owned(),
                    n => format!("Placed {n} people in groups"),
                };
                Step::Many(vec![Step::Close, Step::propose_saying(built, told)])
            }
            Action::Open => self.reasons(proposal, cx),
            Action::Edit => self.other_groups(proposal, cx),
            other => {
                if self.cursor.act(other, &rows, usize::from(cx.body.height) / 2) {
                    Step::Stay
                } else {
                    Step::Unbound
                }
            }
        }
    }

    /// The popup of other groups for the person under the cursor: each with its fit and why it was not chosen.
    fn other_groups(&self, proposal: &Proposal, cx: &Cx<'_>) -> Step {
        let Some(seeker) = proposal.case.seekers.get(self.cursor.row) else {
            return Step::Stay;
        };
        let others = proposal.alternatives(self.model(cx), self.cursor.row);
        let can: Vec<_> = others
            .into_iter()
            .filter(|is| is.fit.is_some() && is.open)
            .collect();
        if can.is_empty() {
            return Step::say("No other group has room for this person. Space leaves the row out.");
        }
        let rows = can.iter().enumerate().map(|(nth, is)| {
            let text = format!(
                "{:<8} {:>3}  {}",
                self.model(cx).group_code(is.group),
                is.fit.unwrap_or_default(),
                is.why_not
            );
            match DIGITS.get(nth) {
                Some(digit) => MenuRow::new(*digit, text),
                None => MenuRow::plain(text),
            }
        });
        let (person, groups): (_, Vec<Id<Group>>) =
            (seeker.enrolment, can.iter().map(|is| is.group).collect());
        let title = format!("Another group for {}", self.model(cx).enrolled_name(person));
        let menu = Menu::new(title, rows.collect(), move |row, _, _| {
            groups
                .get(row)
                .map(|group| Step::Lock(person, *group))
                .ok_or_else(|| "Choose a row shown.".to_owned())
        });
        Step::Ask(Overlay::Menu(menu.saying(
            "The others are placed anew around this choice. Nothing changes yet.",
        )))
    }

    pub(super) fn note(&self, cx: &Cx<'_>) -> String {
        let (false, Some(proposal)) = (self.awaited.waits(), &self.proposal) else {
            return self.awaited.said(cx.now);
        };
        let included = self.included(proposal);
        let fits = included
            .iter()
            .filter_map(|person| proposal.placed(self.model(cx), *person))
            .map(|placed| usize::from(placed.fit));
        let sum: usize = fits.sum();
        let mean = (sum + included.len() / 2)
            .checked_div(included.len())
            .unwrap_or(0);
        let left = proposal.place.len() - included.len();
        let clashes = included
            .iter()
            .filter(|person| {
                proposal.place[**person]
                    .is_some_and(|group| proposal.case.clashes.contains_key(&(**person, group)))
            })
            .count();
        format!(
            "If you apply: {} assigned, {left} left over, {clashes} clashes, mean fit {mean}. Undo: one u.",
            included.len()
        )
    }

    pub(super) fn view(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        canvas.clear(cx.body);
        let Some(proposal) = &self.proposal else {
            return self.awaited.draw(cx, canvas);
        };
        let why = self.why(proposal, cx);
        let groups = self.groups(proposal, cx);
        let rules = Self::rules(proposal, cx);
        let tall = |lines: usize| u16::try_from(lines + 1).unwrap_or(u16::MAX);
        let wants = [
            tall(proposal.place.len() + 1),
            tall(why.len()),
            tall(groups.len()),
            tall(rules.len()),
        ];
        // Reasons may be cut, the list scrolls; at a telephone's height the list alone is left.
        let least = if cx.body.height < TALL {
            [4, 4, 2, tall(rules.len())]
        } else {
            [4, wants[1], wants[2].min(TALL / 4), wants[3]]
        };
        let heights = share(cx.body.height, &wants, &least, 0);
        let list = heights[0].max(cx.body.height.saturating_sub(heights[1..].iter().sum()));
        let list = list.min(cx.body.height);
        let parts = split_rows(cx.body, &[list, heights[1], heights[2], heights[3]]);
        let place = self.draw_list(proposal, cx, canvas, parts[0]);
        let title = self.title(proposal, cx);
        for (nth, (title, lines)) in [
            (title.as_str(), &why),
            ("Groups after applying", &groups),
            ("Rules", &rules),
        ]
        .into_iter()
        .enumerate()
        {
            let area = parts[nth + 1];
            if heights[nth + 1] == 0 {
                continue;
            }
            let inside = Pane::new(title, false).draw(canvas, area);
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
        cx: &Cx<'_>,
        canvas: &mut Canvas<'_>,
        area: Rect,
    ) -> Option<Position> {
        let included = self.included(proposal);
        let mut more = match self.changed.len() {
            0 => String::new(),
            1 => "1 row changed".to_owned(),
            n => format!("{n} rows changed"),
        };
        if proposal.relax.rules.is_empty() && !proposal.is_optimal() {
            let away = proposal.bound.points - proposal.worth.points;
            more = format!("{more}  at most {away} points of all fits from the best")
                .trim()
                .to_owned();
        }
        let heading = format!("Proposed {} of {}", included.len(), proposal.place.len());
        let inside = Pane {
            stale: self.awaited.waits(),
            ..Pane::new(heading, true).with(more)
        }
        .draw(canvas, area);
        let room = usize::from(inside.height.saturating_sub(1)).max(1);
        let top = (self.cursor.row + 1).saturating_sub(room.saturating_sub(1).max(1));
        let people = (0..proposal.place.len()).skip(top).take(room);
        let rows: Vec<Line> = people
            .map(|person| self.line(proposal, cx, person, included.contains(&person)))
            .collect();
        let below = proposal.place.len().saturating_sub(top + rows.len());
        canvas.table(inside, COLUMNS, &rows, Some(self.cursor.row - top), below)
    }

    fn line(&self, proposal: &Proposal, cx: &Cx<'_>, person: usize, included: bool) -> Line {
        let seeker = &proposal.case.seekers[person];
        let is = self
            .model(cx)
            .enrolments
            .get(seeker.enrolment)
            .and_then(|is| self.model(cx).people.get(is.person));
        let trust = is.map(|is| is.organisation.clone()).unwrap_or_default();
        let (group, fit, why) = match proposal.placed(self.model(cx), person) {
            Some(placed) => (
                self.model(cx).group_code(placed.group),
                placed.fit.to_string(),
                placed.why(),
            ),
            None => (
                "-".to_owned(),
                "-".to_owned(),
                proposal.why_unplaced(self.model(cx), person),
            ),
        };
        let warned = if proposal.place[person].is_some() {
            Role::Plain
        } else {
            Role::Attention
        };
        Line {
            cells: vec![
                Cell::from(if included { "[x]" } else { "[ ]" }),
                Cell::from(self.model(cx).enrolled_name(seeker.enrolment)),
                Cell::from(self.model(cx).stream_code(seeker.stream)),
                Cell::from(trust),
                Cell::from(group),
                Cell::from(fit),
                Cell::new(why, warned),
            ],
            marked: self.changed.contains(&seeker.enrolment),
            at: None,
        }
    }
}
