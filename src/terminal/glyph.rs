//! What stands in each column of a screen: the glyph and the pen it is drawn with, as the terminal is told them.
//!
//! Reads ratatui's buffer and makes it drawable: no control or direction characters, no glyph cut in two, blanks that
//! look alike equal. It must not know how any of it is sent.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Bold, dim, underlined and reversed, as bits.
pub(super) type Marks = u8;
pub(super) const BOLD: Marks = 1;
pub(super) const DIM: Marks = 2;
pub(super) const UNDERLINED: Marks = 4;
pub(super) const REVERSED: Marks = 8;

/// Colours and marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Pen {
    pub(super) fg: Color,
    pub(super) bg: Color,
    pub(super) marks: Marks,
}

impl Pen {
    pub(super) const PLAIN: Pen = Pen {
        fg: Color::Reset,
        bg: Color::Reset,
        marks: 0,
    };

    fn of(cell: &Cell) -> Pen {
        let mut marks = 0;
        for (modifier, mark) in [
            (Modifier::BOLD, BOLD),
            (Modifier::DIM, DIM),
            (Modifier::UNDERLINED, UNDERLINED),
            (Modifier::REVERSED, REVERSED),
        ] {
            if cell.modifier.contains(modifier) {
                marks |= mark;
            }
        }
        Pen {
            fg: cell.fg,
            bg: cell.bg,
            marks,
        }
    }

    /// Whether a blank drawn with this pen shows nothing but its background.
    fn blank_shows_no_ink(self) -> bool {
        self.marks & (UNDERLINED | REVERSED) == 0
    }

    /// Whether a blank of the pen `wanted` looks the same when drawn, or erased, with this one.
    pub(super) fn blanks_like(self, wanted: Pen) -> bool {
        self == wanted || self.bg == wanted.bg && self.blank_shows_no_ink() && wanted.blank_shows_no_ink()
    }
}

/// What fills a column.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Ink {
    /// One character.
    Char(char),
    /// Several characters in one place: a letter with its marks.
    Cluster(Box<str>),
    /// A further column of the glyph before.
    Tail,
}

/// One column of one row.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Glyph {
    pub(super) ink: Ink,
    pub(super) pen: Pen,
    /// Columns taken: 1, 2, for some Indic clusters more, and 0 for a tail.
    pub(super) width: usize,
}

impl Glyph {
    pub(super) const BLANK: Glyph = Glyph {
        ink: Ink::Char(' '),
        pen: Pen::PLAIN,
        width: 1,
    };

    fn blank(pen: Pen) -> Glyph {
        let pen = if pen.blank_shows_no_ink() {
            Pen {
                bg: pen.bg,
                ..Pen::PLAIN
            }
        } else {
            pen
        };
        Glyph {
            ink: Ink::Char(' '),
            pen,
            width: 1,
        }
    }

    pub(super) fn is_plain_blank(&self) -> bool {
        *self == Glyph::BLANK
    }

    /// Bytes of the ink.
    pub(super) fn len(&self) -> usize {
        match &self.ink {
            Ink::Char(c) => c.len_utf8(),
            Ink::Cluster(text) => text.len(),
            Ink::Tail => 0,
        }
    }

    /// Whether terminals disagree about how far the cursor moves after it: marks, symbols and emoji.
    pub(super) fn is_risky(&self) -> bool {
        match self.ink {
            Ink::Char(c) => self.width > 1 && !matches!(c, '\u{2e80}'..='\u{ffff}'),
            Ink::Cluster(_) => true,
            Ink::Tail => false,
        }
    }

    fn read(cell: &Cell) -> Glyph {
        let pen = Pen::of(cell);
        let symbol = cell.symbol();
        if let [byte @ b'!'..=b'~'] = symbol.as_bytes() {
            return Glyph {
                ink: Ink::Char(char::from(*byte)),
                pen,
                width: 1,
            };
        }
        let kept = drawable(symbol);
        let width = kept.width();
        let mut chars = kept.chars();
        match (chars.next(), chars.next()) {
            (None | Some(' '), None) => Glyph::blank(pen),
            _ if width == 0 => Glyph::blank(pen),
            (Some(c), None) => Glyph {
                ink: Ink::Char(c),
                pen,
                width,
            },
            _ => Glyph {
                ink: Ink::Cluster(kept.into()),
                pen,
                width,
            },
        }
    }
}

/// The part of a symbol that every terminal draws in the same columns: without control, direction and zero-width
/// characters, emoji variants and what is glued to an emoji. (Free text shows such characters as tokens before it gets
/// here; this is the last door.)
fn drawable(symbol: &str) -> String {
    let mut kept = String::with_capacity(symbol.len());
    let mut emoji = false;
    for c in symbol.chars() {
        match c {
            '\u{200d}' if emoji => break,
            // ZWJ and ZWNJ shape letters; the selectors of emoji and the colours of skin are not drawn alike.
            '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => {}
            '\u{ad}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}' => {}
            '\u{1f3fb}'..='\u{1f3ff}' if emoji => {}
            c if c.is_control() => {}
            c if kept.is_empty() && c.width() == Some(0) => {}
            c => {
                emoji |= c.width() == Some(2) || matches!(c, '\u{2190}'..='\u{2bff}');
                kept.push(c);
            }
        }
    }
    kept
}

/// A whole screen, row by row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Grid {
    width: usize,
    glyphs: Vec<Glyph>,
}

impl Grid {
    /// An empty screen.
    pub(super) fn blank(width: usize, height: usize) -> Grid {
        Grid {
            width,
            glyphs: vec![Glyph::BLANK; width * height],
        }
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn height(&self) -> usize {
        self.glyphs.len().checked_div(self.width).unwrap_or(0)
    }

    pub(super) fn row(&self, y: usize) -> &[Glyph] {
        &self.glyphs[y * self.width..][..self.width]
    }

    /// Takes what the buffer shows in place of what was here.
    pub(super) fn read(&mut self, buffer: &Buffer) {
        self.width = usize::from(buffer.area.width);
        self.glyphs.clear();
        if self.width == 0 {
            return;
        }
        for row in buffer.content.chunks(self.width) {
            let mut x = 0;
            while x < self.width {
                let glyph = Glyph::read(&row[x]);
                let end = x + glyph.width;
                // ratatui leaves blanks under the rest of a wide glyph; anything else was drawn over it later.
                let under = row.get(x + 1..end);
                if under.is_some_and(|under| under.iter().all(|cell| cell.symbol().trim_ascii().is_empty())) {
                    let tail = Glyph {
                        ink: Ink::Tail,
                        pen: glyph.pen,
                        width: 0,
                    };
                    self.glyphs.push(glyph);
                    self.glyphs.extend(std::iter::repeat_n(tail, end - x - 1));
                    x = end;
                } else {
                    self.glyphs.push(Glyph::blank(glyph.pen));
                    x += 1;
                }
            }
        }
    }

    /// Moves the rows `from.start..from.end` to begin at row `to`; rows that are left behind are blank.
    pub(super) fn shift(&mut self, from: std::ops::Range<usize>, to: usize) {
        let moved: Vec<Glyph> = self.glyphs[from.start * self.width..from.end * self.width].to_vec();
        let end = to + from.len();
        self.glyphs[from.start.min(to) * self.width..from.end.max(end) * self.width].fill(Glyph::BLANK);
        self.glyphs[to * self.width..end * self.width].clone_from_slice(&moved);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;

    fn row(text: &str, width: u16) -> Vec<Glyph> {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, 1));
        buffer.set_string(0, 0, text, ratatui::style::Style::new());
        let mut grid = Grid::default();
        grid.read(&buffer);
        grid.row(0).to_vec()
    }

    fn ink(glyphs: &[Glyph]) -> String {
        glyphs
            .iter()
            .map(|glyph| match &glyph.ink {
                Ink::Char(c) => c.to_string(),
                Ink::Cluster(text) => text.to_string(),
                Ink::Tail => "<".to_string(),
            })
            .collect()
    }

    #[test]
    fn a_wide_glyph_takes_two_columns() {
        assert_eq!(ink(&row("a漢b", 5)), "a漢<b ");
    }

    #[test]
    fn a_wide_glyph_under_a_border_is_not_drawn_in_half() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 1));
        buffer.set_string(0, 0, "漢字", ratatui::style::Style::new());
        buffer[(1, 0)].set_symbol("│");
        let mut grid = Grid::default();
        grid.read(&buffer);
        assert_eq!(ink(grid.row(0)), " │字<");
    }

    #[test]
    fn a_wide_glyph_does_not_stick_out_of_the_screen() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 3, 1));
        buffer[(2, 0)].set_symbol("漢");
        let mut grid = Grid::default();
        grid.read(&buffer);
        assert_eq!(ink(grid.row(0)), "   ");
    }

    #[test]
    fn an_emoji_variant_selector_is_dropped_and_its_second_column_is_blank() {
        assert_eq!(ink(&row("❤\u{fe0f}x", 4)), "❤ x ");
    }

    #[test]
    fn a_family_is_drawn_as_its_first_member() {
        assert_eq!(ink(&row("👨\u{200d}👩\u{200d}👧x", 4)), "👨<x ");
        assert_eq!(ink(&row("👍🏽x", 4)), "👍<x ");
    }

    #[test]
    fn combining_marks_stay_with_their_letter() {
        assert_eq!(row("e\u{301}x", 3)[0].ink, Ink::Cluster("e\u{301}".into()));
    }

    #[test]
    fn no_control_or_direction_character_comes_through() {
        let mut cell = Cell::EMPTY;
        for hostile in [
            "\x1b",
            "\u{9b}",
            "\u{202e}",
            "\u{2066}",
            "\u{200b}",
            "\u{e0041}",
            "\u{feff}",
            "\u{301}",
            "",
        ] {
            cell.set_symbol(hostile);
            assert!(Glyph::read(&cell).is_plain_blank(), "{hostile:?}");
        }
        cell.set_symbol("a\x1b[31m");
        assert_eq!(Glyph::read(&cell).ink, Ink::Cluster("a[31m".into()));
    }

    #[test]
    fn blanks_that_look_alike_are_equal() {
        let mut cell = Cell::EMPTY;
        cell.fg = Color::Red;
        cell.modifier = Modifier::BOLD | Modifier::ITALIC;
        assert!(Glyph::read(&cell).is_plain_blank());
        cell.modifier = Modifier::REVERSED;
        assert!(!Glyph::read(&cell).is_plain_blank());
    }

    #[test]
    fn rows_left_behind_by_a_shift_are_blank() {
        let mut grid = Grid::default();
        grid.read(&Buffer::with_lines(["a", "b", "c", "d"]));
        grid.shift(1..3, 0);
        let all: Vec<String> = (0..4).map(|y| ink(grid.row(y))).collect();
        assert_eq!(all, ["b", "c", " ", "d"]);
    }
}
