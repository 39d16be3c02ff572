//! Panes that follow the cursor do so when the hand rests: a step then writes two rows and not half a screen, which
//! is what a held key costs over a slow line (quality.md §2: 250 bytes a step).

use chrono::{DateTime, Utc};

use super::App;
use crate::tui::key::Action;

impl App {
    /// Whether something on the screen waits for the hand to rest.
    #[must_use]
    pub fn trails(&self) -> bool {
        self.moving && self.is_ready() && self.overlays.is_empty() && self.screen().trails()
    }

    /// Takes note of whether an act only moves the cursor. Before any other, what follows the cursor catches up: an
    /// act is about what is under the cursor, and what is shown with it.
    pub(super) fn note_step(&mut self, action: Action, now: DateTime<Utc>) {
        let moving = action.is_step();
        if !moving {
            self.rest(now);
        }
        self.moving = moving;
    }

    /// The hand rests: what follows the cursor does so now.
    pub(super) fn rest(&mut self, now: DateTime<Utc>) {
        if std::mem::take(&mut self.moving) {
            self.with_screen(now, |screen, cx, _| screen.settle(cx));
        }
    }
}
