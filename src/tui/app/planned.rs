//! What planners answer, and what follows for the proposal that is open.

use chrono::{DateTime, Utc};

use super::App;
use crate::domain::{Enrolment, Group, Id};
use crate::plan::{Answer, Progress};
use crate::tui::overlay::{Grouping, Overlay};
use crate::tui::screen::Cx;
use crate::tui::step::{Hand, Step};

impl App {
    /// A planner has its answer.
    pub(super) fn planned(&mut self, number: u64, answer: Answer, now: DateTime<Utc>) {
        match answer {
            Answer::Groups(proposal) => self.with_grouping(now, |grouping, cx, _| {
                grouping.answered(number, *proposal, cx);
                Step::Stay
            }),
        }
    }

    /// A planner says how far it is.
    pub(super) fn working(&mut self, number: u64, progress: Progress) {
        for overlay in &mut self.overlays {
            if let Overlay::Grouping(grouping) = overlay {
                grouping.working(number, progress);
            }
        }
    }

    /// Has an open proposal made again, because what it was made from has changed.
    pub(super) fn plan_again(&mut self, now: DateTime<Utc>) {
        self.with_grouping(now, Grouping::ask_again);
    }

    /// Locks somebody into a group in the proposal that is open.
    pub(super) fn lock_in_proposal(&mut self, person: Id<Enrolment>, group: Id<Group>, now: DateTime<Utc>) {
        self.with_grouping(now, |grouping, cx, hand| {
            grouping.lock(person, group);
            grouping.ask_again(cx, hand)
        });
    }

    /// Lets the open proposal, wherever it is in the stack, change itself.
    fn with_grouping(
        &mut self,
        now: DateTime<Utc>,
        act: impl FnOnce(&mut Grouping, &Cx<'_>, &mut Hand) -> Step,
    ) {
        let at = self
            .overlays
            .iter()
            .position(|overlay| matches!(overlay, Overlay::Grouping(_)));
        let Some(at) = at else { return };
        let above = self.overlays.split_off(at + 1);
        let step = self.with_overlay(now, |overlay, cx, hand| match overlay {
            Overlay::Grouping(grouping) => act(grouping, cx, hand),
            _ => Step::Stay,
        });
        self.overlays.extend(above);
        self.take(step, now);
    }
}
