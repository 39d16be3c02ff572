//! Finds rows that moved up or down as a block, so that the terminal can move them itself.
//!
//! Pure: two screens in, at most a few guesses out. Whether a guess pays is measured by whoever draws it.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::ops::Range;

use super::glyph::Grid;

/// Columns compared at once: fine enough to see one pane move beside another that does not.
const CHUNK: usize = 16;
/// How many guesses are worth trying.
const GUESSES: usize = 2;

/// A block of rows that is found again `by` rows further up (`Up`) or down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scroll {
    /// The rows between which the terminal moves: the old and the new place of the block.
    pub(super) region: Range<usize>,
    pub(super) by: usize,
    pub(super) to: Towards,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Towards {
    Up,
    Down,
}

impl Scroll {
    /// The last letter of the control sequence that does it from the first row of the region: delete or insert lines.
    pub(super) fn letter(&self) -> char {
        match self.to {
            Towards::Up => 'M',
            Towards::Down => 'L',
        }
    }

    /// Does to `grid` what the terminal does to its screen.
    pub(super) fn apply(&self, grid: &mut Grid) {
        let Range { start, end } = self.region;
        match self.to {
            Towards::Up => grid.shift(start + self.by..end, start),
            Towards::Down => grid.shift(start..end - self.by, start + self.by),
        }
    }
}

/// The moves that explain most of the difference between two screens of the same size, best first.
pub(super) fn guesses(before: &Grid, after: &Grid) -> Vec<Scroll> {
    let (old, new) = (chunks(before), chunks(after));
    let height = old.len();
    let mut found: Vec<(usize, Scroll)> = Vec::new();
    for by in 1..height {
        for to in [Towards::Up, Towards::Down] {
            // Row `y + up` of the old screen is row `y + down` of the new one.
            let (up, down) = if to == Towards::Up { (by, 0) } else { (0, by) };
            let gain = |y: usize| gain(&old[y + up], &old[y + down], &new[y + down]);
            if let Some((sum, rows)) = best_stretch((0..height - by).map(gain)) {
                found.push((
                    sum,
                    Scroll {
                        region: rows.start..rows.end + by,
                        by,
                        to,
                    },
                ));
            }
        }
    }
    found.sort_by_key(|(sum, scroll)| (std::cmp::Reverse(*sum), scroll.by));
    found
        .into_iter()
        .take(GUESSES)
        .map(|(_, scroll)| scroll)
        .collect()
}

fn chunks(grid: &Grid) -> Vec<Vec<u64>> {
    let digest = |chunk: &[super::glyph::Glyph]| {
        let mut hasher = DefaultHasher::new();
        chunk.hash(&mut hasher);
        hasher.finish()
    };
    (0..grid.height())
        .map(|y| grid.row(y).chunks(CHUNK).map(digest).collect())
        .collect()
}

/// How many chunks of a row need no drawing when the block moves, less those that need it only then.
fn gain(moved: &[u64], stayed: &[u64], wanted: &[u64]) -> isize {
    let mut gain = 0;
    for ((moved, stayed), wanted) in moved.iter().zip(stayed).zip(wanted) {
        match (moved == wanted, stayed == wanted) {
            (true, false) => gain += 1,
            (false, true) => gain -= 1,
            _ => {}
        }
    }
    gain
}

/// The stretch of rows with the largest sum above nothing, and that sum.
fn best_stretch(gains: impl Iterator<Item = isize>) -> Option<(usize, Range<usize>)> {
    let mut best: Option<(usize, Range<usize>)> = None;
    let (mut sum, mut start) = (0_isize, 0);
    for (y, gain) in gains.enumerate() {
        if sum <= 0 {
            (sum, start) = (0, y);
        }
        sum += gain;
        let total = usize::try_from(sum).unwrap_or(0);
        if total > best.as_ref().map_or(0, |(sum, _)| *sum) {
            best = Some((total, start..y + 1));
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::buffer::Buffer;

    fn grid(lines: &[&str]) -> Grid {
        let mut grid = Grid::default();
        grid.read(&Buffer::with_lines(lines.iter().copied()));
        grid
    }

    #[test]
    fn a_list_that_moved_between_fixed_rows_is_found() {
        let before = grid(&["title", "ann", "bob", "cid", "dan", "keys"]);
        let after = grid(&["title", "bob", "cid", "dan", "eve", "keys"]);
        let scroll = Scroll {
            region: 1..5,
            by: 1,
            to: Towards::Up,
        };
        assert_eq!(guesses(&before, &after).first(), Some(&scroll));
        assert_eq!(
            guesses(&after, &before)[0],
            Scroll {
                to: Towards::Down,
                ..scroll
            }
        );
    }

    #[test]
    fn applying_a_guess_leaves_only_the_new_row_to_draw() {
        let mut screen = grid(&["title", "ann", "bob", "cid", "dan", "keys"]);
        let after = grid(&["title", "bob", "cid", "dan", "eve", "keys"]);
        guesses(&screen, &after)[0].apply(&mut screen);
        assert_eq!(screen, grid(&["title", "bob", "cid", "dan", "", "keys"]));
    }

    #[test]
    fn nothing_is_guessed_where_nothing_moved() {
        let still = grid(&["title", "ann", "bob"]);
        assert_eq!(guesses(&still, &still), []);
        assert_eq!(guesses(&still, &grid(&["x", "y", "z"])), []);
        assert_eq!(guesses(&Grid::blank(0, 0), &Grid::blank(0, 0)), []);
    }
}
