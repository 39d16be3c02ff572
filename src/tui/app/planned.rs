//! What planners answer, and what follows for the proposal that is open.

use chrono::{DateTime, Utc};

use super::App;
use crate::domain::{Enrolment, Group, Id};
use crate::plan::scheduling::Given;
use crate::plan::{Answer, Progress};
use crate::tui::overlay::{Grouping, Overlay, Scheduling};
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
            Answer::Sessions(proposal) => self.with_scheduling(now, |scheduling, _, _| {
                scheduling.answered(number, *proposal);
                Step::Stay
            }),
        }
    }

    /// A planner says how far it is.
    pub(super) fn working(&mut self, number: u64, progress: Progress) {
        for overlay in &mut self.overlays {
            match overlay {
                Overlay::Grouping(grouping) => grouping.working(number, progress),
                Overlay::Scheduling(scheduling) => scheduling.working(number, progress),
                _ => {}
            }
        }
    }

    /// Has an open proposal made again, because what it was made from has changed.
    pub(super) fn plan_again(&mut self, now: DateTime<Utc>) {
        self.with_grouping(now, Grouping::ask_again);
        self.with_scheduling(now, Scheduling::ask_again);
    }

    /// Gives a session a time in the plan that is open, and has the rest planned around it.
    pub(super) fn give_in_plan(&mut self, given: Given, now: DateTime<Utc>) {
        self.with_scheduling(now, |scheduling, cx, hand| {
            scheduling.give(given);
            scheduling.ask_again(cx, hand)
        });
    }

    /// Locks somebody into a group in the proposal that is open.
    pub(super) fn lock_in_proposal(&mut self, person: Id<Enrolment>, group: Id<Group>, now: DateTime<Utc>) {
        self.with_grouping(now, |grouping, cx, hand| {
            grouping.lock(person, group);
            grouping.ask_again(cx, hand)
        });
    }

    /// Lets the open proposal of groups change itself.
    fn with_grouping(
        &mut self,
        now: DateTime<Utc>,
        act: impl FnOnce(&mut Grouping, &Cx<'_>, &mut Hand) -> Step,
    ) {
        let open = |overlay: &Overlay| matches!(overlay, Overlay::Grouping(_));
        self.with_open(now, open, |overlay, cx, hand| match overlay {
            Overlay::Grouping(grouping) => act(grouping, cx, hand),
            _ => Step::Stay,
        });
    }

    /// Lets the open proposal of dates change itself.
    fn with_scheduling(
        &mut self,
        now: DateTime<Utc>,
        act: impl FnOnce(&mut Scheduling, &Cx<'_>, &mut Hand) -> Step,
    ) {
        let open = |overlay: &Overlay| matches!(overlay, Overlay::Scheduling(_));
        self.with_open(now, open, |overlay, cx, hand| match overlay {
            Overlay::Scheduling(scheduling) => act(scheduling, cx, hand),
            _ => Step::Stay,
        });
    }

    /// Lets an open proposal, wherever it is in the stack, change itself.
    fn with_open(
        &mut self,
        now: DateTime<Utc>,
        open: impl Fn(&Overlay) -> bool,
        act: impl FnOnce(&mut Overlay, &Cx<'_>, &mut Hand) -> Step,
    ) {
        let Some(at) = self.overlays.iter().position(open) else {
            return;
        };
        let above = self.overlays.split_off(at + 1);
        let step = self.with_overlay(now, act);
        self.overlays.extend(above);
        self.take(step, now);
    }
}
