//! The pencil: moves, pens and glyphs as the fewest bytes that every terminal understands.
//!
//! Knows where the cursor is and which pen is set, so that neither is sent twice. Uses only what PuTTY, tmux, screen,
//! the Linux console and the rest have in common. It must not know what has changed on the screen.

use std::fmt::Write as _;

use ratatui::style::Color;

use super::glyph::{BOLD, DIM, Glyph, Ink, Marks, Pen, REVERSED, UNDERLINED};

/// Bytes under construction, and the state of the terminal after them.
#[derive(Clone, Debug)]
pub(super) struct Pencil {
    pub(super) out: String,
    pub(super) pen: Pen,
    /// Column and row of the cursor; `None` when not certain. The column just right of the last means that the last was
    /// written and the terminal has not wrapped yet.
    pub(super) at: Option<(usize, usize)>,
    width: usize,
}

impl Pencil {
    /// A pencil for rows of `width` columns, with the plain pen.
    pub(super) fn new(width: usize, at: Option<(usize, usize)>) -> Pencil {
        Pencil {
            out: String::new(),
            pen: Pen::PLAIN,
            at,
            width,
        }
    }

    /// Adds a sequence that neither moves the cursor nor changes the pen.
    pub(super) fn raw(&mut self, sequence: &str) {
        self.out.push_str(sequence);
    }

    /// Adds a control sequence of one number, which is left out where 1 is understood.
    pub(super) fn control(&mut self, number: usize, letter: char) {
        push_control(&mut self.out, number, letter);
    }

    /// Bytes that a move to here would cost.
    pub(super) fn move_cost(&self, x: usize, y: usize) -> usize {
        self.shortest_move(x, y).len()
    }

    /// Moves the cursor.
    pub(super) fn move_to(&mut self, x: usize, y: usize) {
        let way = self.shortest_move(x, y);
        self.out.push_str(&way);
        self.at = Some((x, y));
    }

    fn shortest_move(&self, x: usize, y: usize) -> String {
        if self.at == Some((x, y)) {
            return String::new();
        }
        let mut best = match (x, y) {
            (0, 0) => "\x1b[H".to_owned(),
            (0, _) => format!("\x1b[{}H", y + 1),
            _ => format!("\x1b[{};{}H", y + 1, x + 1),
        };
        let Some((from_x, from_y)) = self.at else {
            return best;
        };
        let mut offer = |way: String| {
            if way.len() < best.len() {
                best = way;
            }
        };
        let wraps = from_x >= self.width;
        if !wraps && from_y == y && x > from_x {
            let mut way = String::new();
            push_control(&mut way, x - from_x, 'C');
            offer(way);
        }
        if !wraps && from_y == y && x < from_x {
            let mut way = String::new();
            push_control(&mut way, from_x - x, 'D');
            offer(way);
            if from_x - x <= 3 {
                offer("\x08".repeat(from_x - x));
            }
        }
        if !wraps && from_x == x && from_y != y {
            let mut way = String::new();
            push_control(&mut way, from_y.abs_diff(y), if y > from_y { 'B' } else { 'A' });
            offer(way);
        }
        if y >= from_y && y - from_y <= 4 {
            let mut way = "\r".to_owned();
            way.push_str(&"\n".repeat(y - from_y));
            if x > 0 {
                push_control(&mut way, x, 'C');
            }
            offer(way);
        }
        best
    }

    /// Sets the pen.
    pub(super) fn take(&mut self, pen: Pen) {
        if self.pen != pen {
            push_pen(&mut self.out, self.pen, pen);
            self.pen = pen;
        }
    }

    /// Sets a pen with which a blank of `pen` looks right: the present one where that is so.
    pub(super) fn take_for_blank(&mut self, pen: Pen) {
        if !self.pen.blanks_like(pen) {
            self.take(pen);
        }
    }

    /// Draws one glyph where the cursor is; a tail is part of the glyph before it and draws nothing.
    pub(super) fn put(&mut self, glyph: &Glyph) {
        match &glyph.ink {
            Ink::Char(' ') => {
                self.take_for_blank(glyph.pen);
                self.out.push(' ');
            }
            Ink::Char(c) => {
                self.take(glyph.pen);
                self.out.push(*c);
            }
            Ink::Cluster(text) => {
                self.take(glyph.pen);
                self.out.push_str(text);
            }
            Ink::Tail => {}
        }
        self.at = self
            .at
            .filter(|_| !glyph.is_risky())
            .map(|(x, y)| (x + glyph.width, y));
    }
}

fn push_control(out: &mut String, number: usize, letter: char) {
    out.push_str("\x1b[");
    if number != 1 {
        push_number(out, number);
    }
    out.push(letter);
}

fn push_number(out: &mut String, number: usize) {
    write!(out, "{number}").expect("writing to a String does not fail");
}

/// The shorter of two ways to a pen: from the one before it, or from the plain one.
fn push_pen(out: &mut String, from: Pen, to: Pen) {
    if to == Pen::PLAIN {
        return out.push_str("\x1b[m");
    }
    let mut afresh = String::from("\x1b[0");
    add_marks(&mut afresh, to.marks);
    add_colours(&mut afresh, Pen::PLAIN, to);

    let mut onwards = String::from("\x1b[");
    let mut lost = from.marks & !to.marks;
    let mut kept = from.marks & to.marks;
    if lost & (BOLD | DIM) != 0 {
        // One code takes both away.
        add(&mut onwards, 22);
        lost &= !(BOLD | DIM);
        kept &= !(BOLD | DIM);
    }
    for (mark, code) in [(UNDERLINED, 24), (REVERSED, 27)] {
        if lost & mark != 0 {
            add(&mut onwards, code);
        }
    }
    add_marks(&mut onwards, to.marks & !kept);
    add_colours(&mut onwards, from, to);

    out.push_str(if onwards.len() <= afresh.len() {
        &onwards
    } else {
        &afresh
    });
    out.push('m');
}

fn add(codes: &mut String, code: usize) {
    if !codes.ends_with('[') {
        codes.push(';');
    }
    push_number(codes, code);
}

fn add_marks(codes: &mut String, marks: Marks) {
    for (mark, code) in [(BOLD, 1), (DIM, 2), (UNDERLINED, 4), (REVERSED, 7)] {
        if marks & mark != 0 {
            add(codes, code);
        }
    }
}

fn add_colours(codes: &mut String, from: Pen, to: Pen) {
    if from.fg != to.fg {
        add_colour(codes, to.fg, 30);
    }
    if from.bg != to.bg {
        add_colour(codes, to.bg, 40);
    }
}

/// Adds a colour with `base` 30 for the foreground, 40 for the background: the names by the codes that every terminal
/// has, never by 38;5.
fn add_colour(codes: &mut String, colour: Color, base: usize) {
    match named(colour) {
        Named::Code(n @ 0..=7) => add(codes, base + n),
        Named::Code(n) => add(codes, base + 60 + n - 8),
        Named::Default => add(codes, base + 9),
        Named::Indexed(n) => [base + 8, 5, usize::from(n)]
            .into_iter()
            .for_each(|code| add(codes, code)),
        Named::Rgb(rgb) => {
            add(codes, base + 8);
            add(codes, 2);
            rgb.into_iter().for_each(|part| add(codes, usize::from(part)));
        }
    }
}

enum Named {
    Default,
    Code(usize),
    Indexed(u8),
    Rgb([u8; 3]),
}

fn named(colour: Color) -> Named {
    match colour {
        Color::Reset => Named::Default,
        Color::Black => Named::Code(0),
        Color::Red => Named::Code(1),
        Color::Green => Named::Code(2),
        Color::Yellow => Named::Code(3),
        Color::Blue => Named::Code(4),
        Color::Magenta => Named::Code(5),
        Color::Cyan => Named::Code(6),
        Color::Gray => Named::Code(7),
        Color::DarkGray => Named::Code(8),
        Color::LightRed => Named::Code(9),
        Color::LightGreen => Named::Code(10),
        Color::LightYellow => Named::Code(11),
        Color::LightBlue => Named::Code(12),
        Color::LightMagenta => Named::Code(13),
        Color::LightCyan => Named::Code(14),
        Color::White => Named::Code(15),
        Color::Indexed(n @ 0..=15) => Named::Code(usize::from(n)),
        Color::Indexed(n) => Named::Indexed(n),
        Color::Rgb(r, g, b) => Named::Rgb([r, g, b]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(from: Option<(usize, usize)>, to: (usize, usize)) -> String {
        let mut pencil = Pencil::new(80, from);
        pencil.move_to(to.0, to.1);
        pencil.out
    }

    #[test]
    fn the_shortest_way_is_taken() {
        assert_eq!(way(Some((4, 2)), (4, 2)), "");
        assert_eq!(way(Some((4, 2)), (3, 2)), "\x08");
        assert_eq!(way(Some((4, 2)), (5, 2)), "\x1b[C");
        assert_eq!(way(Some((4, 2)), (30, 2)), "\x1b[26C");
        assert_eq!(way(Some((4, 2)), (0, 3)), "\r\n");
        assert_eq!(way(Some((4, 2)), (4, 1)), "\x1b[A");
        assert_eq!(way(Some((70, 2)), (0, 20)), "\x1b[21H");
        assert_eq!(way(None, (9, 9)), "\x1b[10;10H");
        assert_eq!(way(None, (0, 0)), "\x1b[H");
    }

    #[test]
    fn from_the_edge_of_a_row_no_relative_move_is_made() {
        assert_eq!(way(Some((80, 2)), (79, 2)), "\r\x1b[79C");
        assert_eq!(way(Some((80, 2)), (0, 3)), "\r\n");
    }

    #[test]
    fn colours_are_sent_by_their_old_names() {
        let mut pencil = Pencil::new(80, None);
        pencil.take(Pen {
            fg: Color::LightRed,
            bg: Color::Blue,
            marks: BOLD,
        });
        assert_eq!(pencil.out, "\x1b[1;91;44m");
    }

    #[test]
    fn a_change_of_pen_never_loses_reverse_on_the_way() {
        let mut pencil = Pencil::new(80, None);
        pencil.take(Pen {
            fg: Color::Red,
            marks: REVERSED,
            ..Pen::PLAIN
        });
        pencil.out.clear();
        pencil.take(Pen {
            marks: REVERSED,
            ..Pen::PLAIN
        });
        assert_eq!(pencil.out, "\x1b[39m");
        pencil.out.clear();
        pencil.take(Pen {
            marks: BOLD | REVERSED,
            ..Pen::PLAIN
        });
        assert_eq!(pencil.out, "\x1b[1m");
        pencil.out.clear();
        pencil.take(Pen {
            marks: DIM,
            ..Pen::PLAIN
        });
        assert_eq!(pencil.out, "\x1b[0;2m");
        pencil.out.clear();
        pencil.take(Pen::PLAIN);
        assert_eq!(pencil.out, "\x1b[m");
    }
}
