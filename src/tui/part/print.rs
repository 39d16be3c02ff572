//! Putting text on the screen: cleaned, cut at grapheme borders, styled by role.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::domain::text;
use crate::tui::theme::{Glyphs, Role, Theme};

/// A piece of text with its role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// The text.
    pub text: String,
    /// What it is.
    pub role: Role,
}

impl Cell {
    /// Text of some role.
    pub fn new(text: impl Into<String>, role: Role) -> Self {
        Self {
            text: text.into(),
            role,
        }
    }
}
impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self {
            text,
            role: Role::Plain,
        }
    }
}
impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

/// One row of a list: its cells, and the signs before them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The cells, one for each column.
    pub cells: Vec<Cell>,
    /// Whether it is marked.
    pub marked: bool,
    /// The column with the cell cursor, in a grid.
    pub at: Option<usize>,
}

impl Line {
    /// A row of these cells.
    pub fn of<C: Into<Cell>>(cells: impl IntoIterator<Item = C>) -> Self {
        Self {
            cells: cells.into_iter().map(Into::into).collect(),
            marked: false,
            at: None,
        }
    }
}

/// Where and how a screen draws.
pub struct Canvas<'a> {
    /// The cells of the screen.
    pub buf: &'a mut Buffer,
    /// The looks.
    pub theme: Theme,
    /// The characters.
    pub glyphs: Glyphs,
    /// Whether the row under the cursor has its `>` and nothing more: the line to the terminal is slow.
    pub bare: bool,
}

impl Canvas<'_> {
    /// Writes text at a place, at most `width` columns, cut with the cut sign; answers the columns used.
    pub fn put(&mut self, x: u16, y: u16, width: u16, what: &str, role: Role) -> u16 {
        self.styled(x, y, width, what, self.theme.style(role))
    }

    /// Writes text in a style.
    pub fn styled(&mut self, x: u16, y: u16, width: u16, what: &str, style: Style) -> u16 {
        let area = self.buf.area;
        if y < area.top() || y >= area.bottom() || x < area.left() || x >= area.right() || width == 0 {
            return 0;
        }
        let width = width.min(area.right() - x);
        let seen = text::visible(what);
        let fitted = if text::width(&seen) > usize::from(width) {
            text::fit(&seen, usize::from(width), self.glyphs.cut)
        } else {
            seen.into_owned()
        };
        let used = u16::try_from(text::width(&fitted)).unwrap_or(width).min(width);
        self.buf.set_stringn(x, y, &fitted, usize::from(width), style);
        used
    }

    /// Writes text so that it ends at a column (exclusive).
    pub fn put_right(&mut self, right: u16, y: u16, width: u16, what: &str, role: Role) -> u16 {
        let used = u16::try_from(text::width(what)).unwrap_or(u16::MAX).min(width);
        self.put(right.saturating_sub(used), y, used, what, role)
    }

    /// Writes text over the whole row, after clearing it.
    pub fn row(&mut self, area: Rect, y: u16, what: &str, role: Role) {
        self.clear(Rect { y, height: 1, ..area });
        self.put(area.x, y, area.width, what, role);
    }

    /// Empties an area.
    pub fn clear(&mut self, area: Rect) {
        let area = area.intersection(self.buf.area);
        for y in area.top()..area.bottom() {
            for x in area.left()..area.right() {
                self.buf[(x, y)].reset();
            }
        }
    }

    /// Gives an area a role on top of what is there.
    pub fn tint(&mut self, area: Rect, role: Role) {
        if self.bare && role == Role::Cursor {
            return;
        }
        let area = area.intersection(self.buf.area);
        self.buf.set_style(area, self.theme.style(role));
    }

    /// A vertical divider.
    pub fn wall(&mut self, x: u16, top: u16, bottom: u16) {
        let wall = self.glyphs.wall.to_string();
        for y in top..bottom {
            self.put(x, y, 1, &wall, Role::Plain);
        }
    }

    /// Lines of text from the top of an area; answers how many fitted.
    pub fn lines<'t>(&mut self, area: Rect, lines: impl IntoIterator<Item = &'t str>) -> u16 {
        let mut used = 0;
        for line in lines.into_iter().take(usize::from(area.height)) {
            self.put(area.x, area.y + used, area.width, line, Role::Plain);
            used += 1;
        }
        used
    }
}
