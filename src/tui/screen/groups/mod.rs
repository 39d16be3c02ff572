//! Groups: who is with whom, where is room, who has no group. The pool is the first block of the board.

mod act;
mod block;
mod draw;

use std::collections::BTreeSet;

use ratatui::layout::{Position, Rect};

use super::filter::FilterLine;
use super::{Cx, Screen, Typed};
use crate::domain::{AnyId, Enrolment, Id, Kind, Stream};
use crate::tui::key::{Action, Context};
use crate::tui::part::{Canvas, Cursor};
use crate::tui::signal::Place;
use crate::tui::step::{Hand, Step};

use block::{Block, Spot, blocks};

/// The Groups view.
#[derive(Default)]
pub struct Groups {
    at: Option<Spot>,
    /// Block and row of the cursor, as last seen: where it goes when its record is gone.
    last: (usize, usize),
    marks: BTreeSet<Id<Enrolment>>,
    ranging: bool,
    stream: Option<Id<Stream>>,
    list: Cursor<Spot>,
    as_list: bool,
    info: bool,
    filter: FilterLine,
    top: usize,
}

impl Groups {
    /// The groups of one stream only.
    pub fn of_stream(&mut self, stream: Option<Id<Stream>>) {
        self.stream = stream;
        self.at = None;
    }

    fn blocks(&self, cx: &Cx<'_>) -> Vec<Block> {
        blocks(cx, self.stream, self.filter.text())
    }

    fn spots(&self, cx: &Cx<'_>) -> Vec<Spot> {
        self.blocks(cx).iter().flat_map(Block::spots).collect()
    }

    /// Block and row of a spot.
    fn find(all: &[Block], spot: Spot) -> Option<(usize, usize)> {
        all.iter().enumerate().find_map(|(nth, block)| {
            block
                .spots()
                .iter()
                .position(|s| *s == spot)
                .map(|row| (nth, row))
        })
    }

    /// What a verb acts on: marked people, else the person under the cursor.
    fn people(&self) -> Vec<Id<Enrolment>> {
        if self.marks.is_empty() {
            self.at.and_then(Spot::person).into_iter().collect()
        } else {
            self.marks.iter().copied().collect()
        }
    }
}

impl Screen for Groups {
    fn context(&self) -> Context {
        if self.filter.is_typed() {
            Context::Text
        } else {
            Context::Groups
        }
    }

    fn home(&self) -> Context {
        Context::Groups
    }

    fn crumbs(&self, cx: &Cx<'_>) -> Vec<String> {
        vec![
            self.stream
                .map_or_else(|| "all streams".to_owned(), |stream| cx.model.stream_code(stream)),
        ]
    }

    fn aside(&self, cx: &Cx<'_>) -> String {
        let mut parts = vec![format!("{} unassigned", cx.model.pool().len())];
        if !self.marks.is_empty() {
            parts.push(format!("{} marked", self.marks.len()));
        }
        if self.filter.is_set() {
            parts.push(format!("filter \"{}\"", self.filter.text()));
        }
        parts.join("   ")
    }

    fn note(&self, cx: &Cx<'_>) -> String {
        if cx.model.groups.is_empty() {
            return "Nothing here yet. The ways to begin are on the screen.".to_owned();
        }
        match self.at {
            Some(Spot::Seat(group, enrolment)) => draw::about_person(cx, group, enrolment),
            Some(Spot::Group(group)) => draw::about_group(cx, group),
            Some(Spot::Pool) => {
                "People without a group. m gives one a group, A proposes one for everybody.".to_owned()
            }
            None => "No match. Esc shows all groups again.".to_owned(),
        }
    }

    fn offers(&self, _cx: &Cx<'_>) -> Vec<Action> {
        vec![
            Action::Move,
            Action::AutoAssign,
            Action::Add,
            Action::Drop,
            Action::Open,
            Action::Body,
            Action::NextProblem,
            Action::Filter,
            Action::Edit,
            Action::Copy,
            Action::Info,
            Action::Undo,
        ]
    }

    fn hint(&self, action: Action, _cx: &Cx<'_>) -> Option<String> {
        let n = self.marks.len();
        match action {
            Action::Move if n > 0 => Some(format!("move {n}")),
            Action::Drop if n > 0 => Some(format!("drop {n}")),
            Action::Body => Some(if self.as_list { "board" } else { "list" }.to_owned()),
            _ => None,
        }
    }

    fn act(&mut self, action: Action, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        self.do_act(action, cx, hand)
    }

    fn text(&mut self, typed: Typed, cx: &Cx<'_>, _hand: &mut Hand) -> Step {
        self.filter.take(typed);
        // The first group found is where the cursor is wanted.
        if !self.filter.is_typed() && self.filter.is_set() {
            let found = self.blocks(cx).iter().find_map(|b| b.group.map(Spot::Group));
            self.at = found.or(self.at);
        }
        self.settle(cx);
        Step::Stay
    }

    fn settle(&mut self, cx: &Cx<'_>) {
        let all = self.blocks(cx);
        let found = self.at.and_then(|spot| Self::find(&all, spot));
        // Somebody who was moved is followed by person, wherever the seat is now.
        let moved = self.at.and_then(Spot::person).and_then(|person| {
            all.iter()
                .flat_map(Block::spots)
                .find(|spot| spot.person() == Some(person))
        });
        match (found, moved) {
            (Some(place), _) => self.last = place,
            (None, Some(spot)) => {
                self.at = Some(spot);
                self.last = Self::find(&all, spot).unwrap_or_default();
            }
            (None, None) => {
                let block = self.last.0.min(all.len().saturating_sub(1));
                let spots = all.get(block).map(Block::spots).unwrap_or_default();
                let first = usize::from(self.at.is_none() && spots.len() > 1);
                let row = self.last.1.max(first).min(spots.len().saturating_sub(1));
                self.at = spots.get(row).copied();
                self.last = (block, row);
            }
        }
        self.marks.retain(|mark| cx.model.enrolments.has(*mark));
        let spots = self.spots(cx);
        if let Some(at) = self.at {
            self.list.at = Some(at);
        }
        self.list.settle(&spots);
    }

    fn arrange(&mut self, cx: &Cx<'_>) {
        self.scroll(cx);
    }

    fn view(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        self.draw(cx, canvas)
    }

    fn following(&self, cx: &Cx<'_>) -> Vec<Rect> {
        Self::beside(cx).into_iter().collect()
    }

    fn show(&mut self, id: AnyId, cx: &Cx<'_>) -> bool {
        let wanted = match id.kind {
            Kind::Stream => {
                self.of_stream(id.of());
                self.settle(cx);
                return true;
            }
            Kind::Group => id.of().map(Spot::Group),
            Kind::Enrolment => {
                let person = id.of();
                self.spots(cx).into_iter().find(|spot| spot.person() == person)
            }
            _ => None,
        };
        self.stream = None;
        self.filter.clear();
        self.at = wanted.or(self.at);
        self.settle(cx);
        wanted.is_some()
    }

    fn place(&self, _cx: &Cx<'_>) -> Place {
        Place {
            on: self.at.and_then(Spot::record),
            ..Place::default()
        }
    }

    fn marked(&self) -> usize {
        self.marks.len()
    }
}
