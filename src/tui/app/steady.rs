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
    /// Who changed something since then, when it was not we.
    theirs: Option<String>,
    /// What is under the cursor by our own doing, and what it is called.
    under: Option<(AnyId, String)>,
    /// What others took away from under the cursor, and when.
    slipped: Option<(String, DateTime<Utc>)>,
}

impl Steady {
    /// A key is pressed; answers what slipped away from under the cursor just before.
    pub(super) fn pressed(&mut self, now: DateTime<Utc>) -> Option<String> {
        self.last = Some(now);
        self.theirs = None;
        let (name, at) = self.slipped.take()?;
        (now - at < TimeDelta::milliseconds(HELD)).then_some(name)
    }

    /// An entry landed.
    pub(super) fn landed(&mut self, by: &str, mine: bool) {
        self.theirs = (!mine).then(|| by.to_owned());
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
        self.steady.theirs.is_some() && self.steady.is_at_work(now)
    }

    /// Takes note of what is under the cursor: after a key it is what was chosen; otherwise, when it is another, it
    /// slipped away by somebody else's doing.
    pub(super) fn watch_the_hand(&mut self, by_hand: bool, now: DateTime<Utc>) {
        if !self.is_ready() {
            return;
        }
        if self.steady.theirs.is_some() && !self.is_steady(now) {
            // Rows that were held take their places.
            self.settle_all(now);
        }
        let is = self.screen().place(&self.cx(now)).on;
        let same = self.steady.under.as_ref().map(|(id, _)| *id) == is;
        if let (false, false, Some(by), Some((_, name))) =
            (by_hand, same, &self.steady.theirs, &self.steady.under)
        {
            self.message =
                format!("{name} has gone from here: {by} did that. The cursor is on the next row.");
            self.steady.slipped = Some((name.clone(), now));
        }
        if !same {
            self.steady.under = is.map(|id| (id, self.model.title(id)));
        }
        if !self.steady.is_at_work(now) {
            self.steady.theirs = None;
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
