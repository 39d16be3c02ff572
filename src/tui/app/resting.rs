//! What is shown about the row under the cursor follows it when the hand rests: a step then writes two rows and not
//! half a screen, which is what a held key costs over a slow line (quality.md §2, ux.md G12).
//!
//! Only the picture waits. The screens are ahead of it: an act is always about what is under the cursor.

use chrono::{DateTime, Utc};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;

use super::{App, whole};
use crate::tui::key::{Action, Tab};

/// What waits for the hand to rest.
#[derive(Debug, Default)]
pub(super) struct Resting {
    /// Whether the last key only moved the cursor, and the hand has not rested since.
    moving: bool,
    /// Whether writing to the terminal has taken long lately.
    slow: bool,
    /// What the areas that follow the cursor showed when it last rested, and where that was.
    shown: Option<(Setting, Vec<Vec<Cell>>)>,
    /// Whether they show something else than they will.
    behind: bool,
}

/// The view, how much is on top of it, and the areas: cells of another setting are of no use.
type Setting = (Tab, usize, Vec<Rect>);

impl Resting {
    /// Takes note of whether an act only moves the cursor.
    pub(super) const fn acts(&mut self, action: Action) {
        self.moving = action.is_step();
    }
}

impl App {
    /// Whether something on the screen waits for the hand to rest.
    #[must_use]
    pub const fn trails(&self) -> bool {
        self.resting.moving && self.resting.behind
    }

    /// Takes note of whether writing to the terminal has taken long lately.
    pub const fn line_is_slow(&mut self, slow: bool) {
        self.resting.slow = slow;
    }

    /// Whether as little as possible is written: the line is slow, or somebody says so.
    pub(super) const fn is_slow(&self) -> bool {
        self.resting.slow || self.looks.slow
    }

    /// The hand rests: what follows the cursor does so now.
    pub(super) const fn rest(&mut self) {
        self.resting.moving = false;
    }

    /// While the cursor moves, the areas that follow it keep what they showed.
    pub(super) fn hold_back(&mut self, now: DateTime<Utc>, buf: &mut Buffer) {
        let setting = (self.tab, self.depth(), self.following(now));
        let read =
            |buf: &Buffer, area: &Rect| -> Vec<Cell> { area.positions().map(|at| buf[at].clone()).collect() };
        match &self.resting.shown {
            Some((was, shown)) if self.resting.moving && *was == setting => {
                let mut behind = false;
                for (area, cells) in setting.2.iter().zip(shown) {
                    for (at, cell) in area.positions().zip(cells) {
                        behind |= buf[at] != *cell;
                        buf[at] = cell.clone();
                    }
                }
                self.resting.behind = behind;
            }
            _ => {
                let shown = setting.2.iter().map(|area| read(buf, area)).collect();
                self.resting.shown = Some((setting, shown));
                self.resting.behind = false;
            }
        }
    }

    /// The areas that follow the cursor: the screen's, and over a slow line the rows around it too.
    fn following(&self, now: DateTime<Utc>) -> Vec<Rect> {
        let all = whole(self.size);
        if !self.is_ready() || !self.overlays.is_empty() || all.height < 7 {
            return Vec::new();
        }
        let row = |y: u16| Rect { y, height: 1, ..all };
        let mut areas = self.screen().following(&self.cx(now));
        if self.is_slow() {
            areas.extend([row(1), row(all.height - 2), row(all.height - 1)]);
        }
        areas.retain_mut(|area| {
            *area = area.intersection(all);
            !area.is_empty()
        });
        areas
    }
}
