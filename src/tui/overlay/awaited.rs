//! A planner's answer that a preview waits for: which request, since when, and how far the planner is.

use chrono::{DateTime, Utc};
use ratatui::layout::Position;

use crate::domain::Model;
use crate::plan::{Asked, Progress, Request};
use crate::tui::part::{Canvas, Pane};
use crate::tui::screen::Cx;
use crate::tui::signal::Out;
use crate::tui::step::{Hand, Step};

/// The request whose answer is awaited, or was taken last.
pub(super) struct Awaited {
    /// What is being worked out: `groups`.
    what: &'static str,
    number: u64,
    waits: bool,
    begun: DateTime<Utc>,
    progress: Option<Progress>,
}

impl Awaited {
    /// Nothing was asked yet.
    pub(super) const fn nothing(what: &'static str, now: DateTime<Utc>) -> Self {
        Self {
            what,
            number: 0,
            waits: false,
            begun: now,
            progress: None,
        }
    }

    /// Whether an answer is still to come.
    pub(super) const fn waits(&self) -> bool {
        self.waits
    }

    /// Asks the planner; a request that was not answered yet is called off.
    pub(super) fn ask(&mut self, model: Model, asked: Asked, now: DateTime<Utc>, hand: &mut Hand) -> Step {
        let former = self.call_off();
        // Half of a nonce tells requests of one terminal apart.
        self.number = half(hand.mint.nonce());
        self.waits = true;
        self.begun = now;
        self.progress = None;
        let request = Request {
            number: self.number,
            model,
            asked,
        };
        let mut steps: Vec<Step> = former.into_iter().collect();
        steps.push(Step::Out(Out::Plan(Box::new(request))));
        Step::Many(steps)
    }

    /// Whether the answer with this number is the one awaited; then it is awaited no more.
    pub(super) fn takes(&mut self, number: u64) -> bool {
        let mine = self.waits && number == self.number;
        if mine {
            self.waits = false;
            self.progress = None;
        }
        mine
    }

    /// Takes how far the planner is.
    pub(super) fn working(&mut self, number: u64, progress: Progress) {
        if self.waits && number == self.number {
            self.progress = Some(progress);
        }
    }

    /// What leaving the preview causes.
    pub(super) fn leave(&self) -> Step {
        let mut steps = vec![Step::Close, Step::say("Nothing was changed.")];
        steps.extend(self.call_off());
        Step::Many(steps)
    }

    fn call_off(&self) -> Option<Step> {
        self.waits.then(|| Step::Out(Out::CallOff(self.number)))
    }

    /// How far the planner is, once it takes longer than half a second.
    pub(super) fn said(&self, now: DateTime<Utc>) -> String {
        match &self.progress {
            Some(progress) if progress.of > 0 => format!(
                "Working: {}, {} of {}, {} s. Esc calls it off.",
                progress.doing,
                progress.done,
                progress.of,
                (now - self.begun).num_seconds()
            ),
            Some(progress) => format!("Working: {}. Esc calls it off.", progress.doing),
            None => format!("Working out {}. Esc calls it off.", self.what),
        }
    }

    /// Draws the preview while there is no answer at all yet.
    pub(super) fn draw(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        let inside = Pane::new("Proposing", true).draw(canvas, cx.body);
        canvas.lines(inside, [self.said(cx.now).as_str()]);
        None
    }
}

/// Half of a nonce.
pub(super) fn half(nonce: u128) -> u64 {
    u64::try_from(nonce & u128::from(u64::MAX)).unwrap_or(0)
}
