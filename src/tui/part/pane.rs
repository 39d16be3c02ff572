//! Panes: parts of the body divided by one rule with the title in it; no boxes.

use ratatui::layout::{Position, Rect};

use super::print::{Canvas, Line};
use super::{Column, fit_columns};
use crate::domain::text;
use crate::tui::theme::Role;

/// A titled part of the body.
#[derive(Clone, Debug, Default)]
pub struct Pane {
    /// The title.
    pub title: String,
    /// What follows the title in the same rule.
    pub more: String,
    /// Whether keys go here.
    pub focused: bool,
    /// Whether what it shows may be old: drawn with `=`.
    pub stale: bool,
}

impl Pane {
    /// A pane with this title.
    pub fn new(title: impl Into<String>, focused: bool) -> Self {
        Self {
            title: title.into(),
            focused,
            ..Self::default()
        }
    }

    /// With words after the title.
    #[must_use]
    pub fn with(mut self, more: impl Into<String>) -> Self {
        self.more = more.into();
        self
    }

    /// The column in which the words after the title of a focused pane begin.
    #[must_use]
    pub fn after(title: &str) -> usize {
        2 + text::width("[ ") + text::width(title) + text::width(" ]") + 2
    }

    /// Draws the rule in the first row of the area and answers the rest.
    pub fn draw(&self, canvas: &mut Canvas<'_>, area: Rect) -> Rect {
        if area.height == 0 {
            return area;
        }
        let rule = if self.stale { '=' } else { canvas.glyphs.rule };
        let line: String = std::iter::repeat_n(rule, usize::from(area.width)).collect();
        canvas.clear(Rect { height: 1, ..area });
        canvas.put(area.x, area.y, area.width, &line, Role::Plain);
        let (title, role) = if self.focused {
            (format!("[ {} ]", self.title), Role::Focus)
        } else {
            (self.title.clone(), Role::Plain)
        };
        let width = area.width.saturating_sub(2);
        let used = canvas.put(area.x + 2, area.y, width, &title, role);
        if !self.more.is_empty() && used + 2 < width {
            canvas.put(
                area.x + 2 + used,
                area.y,
                width - used,
                &format!("  {} ", self.more),
                Role::Plain,
            );
        }
        Rect {
            y: area.y + 1,
            height: area.height - 1,
            ..area
        }
    }
}

impl Canvas<'_> {
    /// Draws headings and the rows given (already the window), the cursor on row `cursor` of them.
    ///
    /// Four columns of signs come before the cells: `>` for the cursor, `*` for marks. `below` says how many
    /// more rows there are. Answers where the hardware cursor belongs.
    pub fn table(
        &mut self,
        area: Rect,
        columns: &[Column],
        rows: &[Line],
        cursor: Option<usize>,
        below: usize,
    ) -> Option<Position> {
        let fitted = fit_columns(columns, area.width.saturating_sub(4));
        let mut x = area.x + 4;
        for (index, width) in &fitted {
            self.put(x, area.y, *width, columns[*index].title, Role::Plain);
            x += width + 1;
        }
        let body = Rect {
            y: area.y + 1,
            height: area.height.saturating_sub(1),
            ..area
        };
        self.rows(body, &fitted, rows, cursor, below)
    }

    /// Draws rows without headings into columns already fitted.
    pub fn rows(
        &mut self,
        area: Rect,
        fitted: &[(usize, u16)],
        rows: &[Line],
        cursor: Option<usize>,
        below: usize,
    ) -> Option<Position> {
        let mut place = None;
        let full = usize::from(area.height);
        let room = if full > 1 && (below > 0 || rows.len() > full) {
            full.saturating_sub(1)
        } else {
            full
        };
        for (row, line) in rows.iter().take(room).enumerate() {
            let y = area.y + u16::try_from(row).unwrap_or(0);
            let here = cursor == Some(row);
            let sign = format!(
                "{} {}",
                if here { '>' } else { ' ' },
                if line.marked { '*' } else { ' ' }
            );
            self.put(area.x, y, 3, &sign, Role::Plain);
            let mut x = area.x + 4;
            for (index, width) in fitted {
                if let Some(cell) = line.cells.get(*index) {
                    let role = if line.marked && cell.role == Role::Plain {
                        Role::Marked
                    } else {
                        cell.role
                    };
                    if line.at == Some(*index) && here {
                        // A text that fills its column keeps all of it: the bracket takes the gap after it.
                        let tight = text::width(&cell.text) > usize::from(width.saturating_sub(2));
                        let inner = usize::from(if tight { *width } else { width.saturating_sub(2) });
                        let inner = text::fit(&cell.text, inner, self.glyphs.cut);
                        self.put(x.saturating_sub(1), y, width + 2, &format!("[{inner}]"), role);
                    } else {
                        self.put(x, y, *width, &cell.text, role);
                    }
                }
                x += width + 1;
            }
            if here {
                // Only as far as there is text: blanks in reverse cost bytes on every step of the cursor.
                let blank = |column: &u16| self.buf[(*column, y)].symbol() == " ";
                let end = (area.x..area.right().min(self.buf.area.right()))
                    .rev()
                    .find(|column| !blank(column));
                let width = end.map_or(1, |end| end + 1 - area.x);
                self.tint(
                    Rect {
                        x: area.x,
                        y,
                        width,
                        height: 1,
                    },
                    Role::Cursor,
                );
                place = Some(Position { x: area.x, y });
            }
        }
        let hidden = below + rows.len().saturating_sub(room);
        if hidden > 0 && full > 1 {
            let y = area.y + area.height - 1;
            self.put(area.x, y, area.width, &format!("v {hidden} more"), Role::Plain);
        }
        place
    }
}

/// How many of so many rows are seen in a height: where there are more, the last line says how many.
#[must_use]
pub const fn room(height: usize, rows: usize) -> usize {
    if rows > height {
        height.saturating_sub(1)
    } else {
        height
    }
}

/// Heights for panes that want so many rows and need at least so many: the pane with the focus is served first,
/// then the others in order; a pane that cannot have its least has none. Never more than `height` in all.
#[must_use]
pub fn share(height: u16, wants: &[u16], least: &[u16], focused: usize) -> Vec<u16> {
    let mut shares = vec![0_u16; wants.len()];
    let mut left = height;
    let order = || std::iter::once(focused).chain((0..wants.len()).filter(|pane| *pane != focused));
    for pane in order().filter(|pane| *pane < wants.len()) {
        let need = least[pane].min(wants[pane]);
        if need <= left {
            shares[pane] = need;
            left -= need;
        }
    }
    for pane in order().filter(|pane| *pane < wants.len()) {
        if shares[pane] > 0 {
            let more = wants[pane].saturating_sub(shares[pane]).min(left);
            shares[pane] += more;
            left -= more;
        }
    }
    shares
}

/// All of an area but a part of it: what is above, left, right and below.
#[must_use]
pub fn around(all: Rect, part: Rect) -> Vec<Rect> {
    let part = part.intersection(all);
    let (top, bottom) = (part.y, part.bottom());
    let rows = |y: u16, end: u16| Rect {
        y,
        height: end.saturating_sub(y),
        ..all
    };
    let columns = |x: u16, end: u16| Rect {
        x,
        width: end.saturating_sub(x),
        ..part
    };
    [
        rows(all.y, top),
        columns(all.x, part.x),
        columns(part.right(), all.right()),
        rows(bottom, all.bottom()),
    ]
    .into_iter()
    .filter(|area| !area.is_empty())
    .collect()
}

/// Splits an area into parts of these heights from the top; the last gets the rest. Parts without room are empty.
#[must_use]
pub fn split_rows(area: Rect, heights: &[u16]) -> Vec<Rect> {
    let mut y = area.y;
    let mut left = area.height;
    let mut parts = Vec::with_capacity(heights.len() + 1);
    for height in heights {
        let height = (*height).min(left);
        parts.push(Rect { y, height, ..area });
        y += height;
        left -= height;
    }
    parts.push(Rect {
        y,
        height: left,
        ..area
    });
    parts
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn the_pane_with_the_focus_is_served_first() {
        assert_eq!(share(12, &[10, 10, 2], &[4, 3, 2], 1), [4, 6, 2]);
    }

    #[test]
    fn a_pane_without_its_least_is_not_shown() {
        assert_eq!(share(7, &[10, 10, 2], &[4, 3, 2], 0), [4, 3, 0]);
    }

    #[test]
    fn nothing_is_given_that_nobody_wants() {
        assert_eq!(share(40, &[5, 4, 2], &[4, 3, 2], 0), [5, 4, 2]);
    }
}
