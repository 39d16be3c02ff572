//! The steady hand (ux.md G18): what others change moves nothing under a hand that is at work, and a key that was
//! meant for one record never falls on another.

use chrono::{DateTime, TimeDelta, Utc};

use super::App;
use crate::domain::AnyId;
use crate::tui::key::{self, Act, Action};

/// How long after a key rows stay where they are, in milliseconds.
const HELD: i64 = 3_000;

/// What is known about the hand.
#[derive(Debug, Default)]
pub(super) struct Steady {
    /// When the last key was pressed.
    last: Option<DateTime<Utc>>,
    /// Whether others changed something since then, and we did not.
    theirs: bool,
    /// What was under the cursor when the last key was pressed and has gone since, and by whose doing.
    slipped: Option<String>,
}

impl Steady {
    /// A key is pressed; answers what slipped away from under the cursor just before.
    pub(super) fn pressed(&mut self, now: DateTime<Utc>) -> Option<String> {
        let recent = self.is_at_work(now);
        self.last = Some(now);
        self.theirs = false;
        self.slipped.take().filter(|_| recent)
    }

    fn is_at_work(&self, now: DateTime<Utc>) -> bool {
        self.last
            .is_some_and(|last| now - last < TimeDelta::milliseconds(HELD))
    }
}

impl App {
    /// Whether rows stay where they are: a key was pressed a moment ago and somebody else changed something since.
    #[must_use]
    pub fn is_steady(&self, now: DateTime<Utc>) -> bool {
        self.steady.theirs && self.steady.is_at_work(now)
    }

    /// The record under the cursor.
    pub(super) fn under(&self, now: DateTime<Utc>) -> Option<AnyId> {
        self.screen().place(&self.cx(now)).on
    }

    /// Takes note of an entry that landed: whose it was, and whether it took the record under the cursor away.
    pub(super) fn moved(&mut self, by: &str, was: Option<AnyId>, name: &str, now: DateTime<Utc>) {
        let mine = by == self.me;
        self.steady.theirs = !mine;
        let is = self.under(now);
        if !mine && was.is_some() && is != was {
            self.message =
                format!("{name} has gone from here: {by} did that. The cursor is on the next row.");
            self.steady.slipped = Some(name.to_owned());
        }
    }

    /// Why an act is not done at once: it was meant for what is no longer under the cursor.
    pub(super) fn slip(&self, action: Action, slipped: Option<String>) -> Option<String> {
        let slipped = slipped?;
        let act = key::binding(self.context(), action)?.act;
        let changes = matches!(act, Act::Edit | Act::External | Act::Mark);
        (changes && self.overlays.is_empty()).then(|| {
            format!("{slipped} was under the cursor a moment ago. Press the key again to act on this row.")
        })
    }
}
