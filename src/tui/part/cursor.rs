//! The place in a list: it follows the record and not the row, and remembers marks.

use std::collections::BTreeSet;

use crate::tui::key::Action;

/// A cursor over rows named by keys of type `K`.
#[derive(Clone, Debug)]
pub struct Cursor<K> {
    /// The record under the cursor.
    pub at: Option<K>,
    /// Its row, as last seen: where the cursor goes when the record is gone.
    pub row: usize,
    /// First row shown.
    pub top: usize,
    /// How many rows were shown last.
    pub height: usize,
    /// Marked records.
    pub marks: BTreeSet<K>,
    /// Where a range of marks began.
    pub range: Option<usize>,
}

impl<K> Default for Cursor<K> {
    fn default() -> Self {
        Self {
            at: None,
            row: 0,
            top: 0,
            height: 0,
            marks: BTreeSet::new(),
            range: None,
        }
    }
}

impl<K: Copy + Ord> Cursor<K> {
    /// Finds the record again after rows changed; goes to the nearest row when it is gone.
    pub fn settle(&mut self, keys: &[K]) {
        if let Some(at) = self.at
            && keys.get(self.row) != Some(&at)
            && let Some(row) = keys.iter().position(|key| *key == at)
        {
            self.row = row;
            return;
        }
        self.row = self.row.min(keys.len().saturating_sub(1));
        self.at = keys.get(self.row).copied();
        if !self.marks.is_empty() && keys.len() < 5_000 {
            self.marks.retain(|key| keys.contains(key));
        }
    }

    /// Moves the window so that the cursor is inside.
    pub fn arrange(&mut self, height: usize, rows: usize) {
        let height = height.max(1);
        if std::mem::replace(&mut self.height, height) != height {
            // Another size begins anew: what was scrolled away on a small screen is back on a large one.
            self.top = (self.row + 1).saturating_sub(height);
        }
        if self.row < self.top {
            self.top = self.row;
        } else if self.row >= self.top + height {
            self.top = self.row + 1 - height;
        }
        self.top = self.top.min(rows.saturating_sub(height));
    }

    /// Puts the cursor on a row.
    pub fn go(&mut self, row: usize, keys: &[K]) {
        self.row = row.min(keys.len().saturating_sub(1));
        self.at = keys.get(self.row).copied();
        if let Some(from) = self.range {
            let (low, high) = (from.min(self.row), from.max(self.row));
            self.marks
                .extend(keys.iter().skip(low).take(high + 1 - low).copied());
        }
    }

    /// Puts the cursor on a record; answers whether it is there.
    pub fn find(&mut self, key: K, keys: &[K]) -> bool {
        let found = keys.iter().position(|k| *k == key);
        if let Some(row) = found {
            self.go(row, keys);
        }
        found.is_some()
    }

    /// Does what a movement or marking key means; answers whether it was one.
    pub fn act(&mut self, action: Action, keys: &[K], page: usize) -> bool {
        let last = keys.len().saturating_sub(1);
        let page = page.max(2) - 1;
        match action {
            Action::Down => self.go((self.row + 1).min(last), keys),
            Action::Up => self.go(self.row.saturating_sub(1), keys),
            Action::PageDown => self.go((self.row + page).min(last), keys),
            Action::PageUp => self.go(self.row.saturating_sub(page), keys),
            Action::First => self.go(0, keys),
            Action::Last => self.go(last, keys),
            Action::Mark => {
                if let Some(at) = self.at
                    && !self.marks.remove(&at)
                {
                    self.marks.insert(at);
                }
                self.go((self.row + 1).min(last), keys);
            }
            Action::Range => {
                self.range = if self.range.is_some() {
                    None
                } else {
                    Some(self.row)
                };
                self.go(self.row, keys);
            }
            Action::MarkAll => {
                if keys.iter().all(|key| self.marks.contains(key)) {
                    self.marks.clear();
                } else {
                    self.marks = keys.iter().copied().collect();
                }
            }
            _ => return false,
        }
        true
    }

    /// What a verb acts on: the marked records, else the one under the cursor.
    #[must_use]
    pub fn chosen(&self) -> Vec<K> {
        if self.marks.is_empty() {
            self.at.into_iter().collect()
        } else {
            self.marks.iter().copied().collect()
        }
    }

    /// Clears marks and range; answers whether there were any.
    pub fn unmark(&mut self) -> bool {
        let any = !self.marks.is_empty() || self.range.is_some();
        self.marks.clear();
        self.range = None;
        any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_follows_the_record_and_not_the_row() {
        let mut cursor = Cursor::default();
        cursor.settle(&[1, 2, 3]);
        cursor.act(Action::Down, &[1, 2, 3], 10);
        cursor.settle(&[9, 1, 2, 3]);
        assert_eq!((cursor.at, cursor.row), (Some(2), 2));
    }

    #[test]
    fn a_record_that_is_gone_leaves_the_cursor_on_the_next_row() {
        let mut cursor = Cursor::default();
        cursor.go(1, &[1, 2, 3]);
        cursor.settle(&[1, 3]);
        assert_eq!(cursor.at, Some(3));
    }

    #[test]
    fn marks_come_before_the_cursor() {
        let mut cursor = Cursor::default();
        cursor.settle(&[1, 2, 3]);
        cursor.act(Action::Mark, &[1, 2, 3], 10);
        assert_eq!((cursor.chosen(), cursor.at), (vec![1], Some(2)));
    }
}
