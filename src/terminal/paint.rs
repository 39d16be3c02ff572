//! The painter: one frame, one write, as few bytes as tell the terminal what is new.
//!
//! Keeps what is on the screen, draws the difference, and lets the terminal move blocks of rows where that is cheaper.
//! It never asks the terminal anything. It must not know what the frame shows.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use ratatui::buffer::Buffer;

use super::glyph::{Glyph, Grid, Pen};
use super::pencil::Pencil;
use super::scroll::{Scroll, guesses};

/// Synchronised output: terminals that know it show the frame at once, the others ignore it.
const BEGIN: &str = "\x1b[?2026h";
const END: &str = "\x1b[?2026l";
const CURSOR_ON: &str = "\x1b[?25h";
const CURSOR_OFF: &str = "\x1b[?25l";
/// Above this many bytes the cursor is hidden while they arrive, so that it does not run about.
const LONG_FRAME: usize = 400;
/// Differences of fewer bytes are not worth looking for moved rows.
const SHORT_FRAME: usize = 120;
/// Erasing this many blanks or fewer costs more than writing them: to the end of the row, and within it.
const ERASE_LINE_COST: usize = 3;
const ERASE_CHARS_COST: usize = 10;
/// As many unchanged columns at most are written again instead of stepping over them.
const REWRITE: usize = 8;
/// A write that takes longer than this means a slow link.
const SLOW_WRITE: Duration = Duration::from_millis(200);
/// After so many quick writes in a row the link is not slow any more.
const QUICK_WRITES: u8 = 8;

/// Draws buffers on a terminal.
#[derive(Debug)]
pub struct Painter<W> {
    writer: W,
    /// What the terminal shows; `None` when not known.
    shown: Option<Grid>,
    /// Room for the next screen, kept so that a frame allocates little.
    spare: Grid,
    cursor: Cursor,
    /// Quick writes still needed until the link counts as quick again.
    slow_for: u8,
    written: u64,
}

/// What is known of the terminal's cursor.
#[derive(Clone, Copy, Debug, Default)]
struct Cursor {
    at: Option<(usize, usize)>,
    visible: Option<bool>,
}

impl<W: Write> Painter<W> {
    /// A painter that knows nothing of the screen yet: the first frame clears it.
    pub fn new(writer: W) -> Painter<W> {
        Painter {
            writer,
            shown: None,
            spare: Grid::default(),
            cursor: Cursor::default(),
            slow_for: 0,
            written: 0,
        }
    }

    /// Forgets what is on the screen, so that the next frame clears it and draws everything.
    pub fn repaint(&mut self) {
        self.shown = None;
        self.cursor = Cursor::default();
    }

    /// The terminal has this many columns and rows now; the next frame is drawn in full when that is new.
    pub fn resize(&mut self, width: u16, height: u16) {
        let size = (usize::from(width), usize::from(height));
        if self
            .shown
            .as_ref()
            .is_some_and(|shown| (shown.width(), shown.height()) != size)
        {
            self.repaint();
        }
    }

    /// Shows the buffer, with the cursor in that column and row or hidden, by at most one write.
    ///
    /// Returns the bytes written, 0 when nothing changed. After an error the next frame is drawn in full.
    pub fn draw(&mut self, buffer: &Buffer, cursor: Option<(u16, u16)>) -> io::Result<usize> {
        let mut wanted = std::mem::take(&mut self.spare);
        wanted.read(buffer);
        let size = (wanted.width(), wanted.height());
        let cursor = cursor
            .map(|(x, y)| (usize::from(x), usize::from(y)))
            .filter(|(x, y)| *x < size.0 && *y < size.1);
        let before = self
            .shown
            .take()
            .filter(|shown| (shown.width(), shown.height()) == size);
        let frame = match &before {
            Some(shown) => self.changes(shown, &wanted, cursor),
            None => self.whole(&wanted, cursor),
        };
        if !frame.out.is_empty() {
            // Until this is written the screen is not known.
            self.send(&frame.out).inspect_err(|_| self.repaint())?;
        }
        self.cursor = Cursor {
            at: frame.at,
            visible: Some(cursor.is_some()),
        };
        self.spare = before.unwrap_or_default();
        self.shown = Some(wanted);
        Ok(frame.out.len())
    }

    /// Writes a sequence that leaves the screen as it is, such as [`copy_sequence`](super::copy_sequence).
    pub fn send(&mut self, sequence: &str) -> io::Result<()> {
        let began = Instant::now();
        let sent = self
            .writer
            .write_all(sequence.as_bytes())
            .and_then(|()| self.writer.flush());
        self.note_write(began.elapsed(), sequence.len());
        sent
    }

    fn note_write(&mut self, took: Duration, bytes: usize) {
        self.slow_for = if took > SLOW_WRITE {
            QUICK_WRITES
        } else {
            self.slow_for.saturating_sub(1)
        };
        self.written += bytes as u64;
    }

    /// Whether writing blocked for more than 200 ms lately, so that what nobody asked for should be drawn less often.
    pub fn slow(&self) -> bool {
        self.slow_for > 0
    }

    /// Bytes written since the start.
    pub fn written(&self) -> u64 {
        self.written
    }

    fn whole(&self, wanted: &Grid, cursor: Option<(usize, usize)>) -> Pencil {
        let blank = Grid::blank(wanted.width(), wanted.height());
        let mut pencil = Pencil::new(wanted.width(), None);
        pencil.raw("\x1b[r\x1b[m\x1b[2J");
        difference(&mut pencil, &blank, wanted);
        self.frame(pencil, cursor, None)
    }

    fn changes(&self, shown: &Grid, wanted: &Grid, cursor: Option<(usize, usize)>) -> Pencil {
        let mut best = Pencil::new(wanted.width(), self.cursor.at);
        difference(&mut best, shown, wanted);
        if best.out.is_empty() {
            return self.only_cursor(best, cursor);
        }
        if best.out.len() > SHORT_FRAME {
            for scroll in guesses(shown, wanted) {
                let mut moved = shown.clone();
                scroll.apply(&mut moved);
                let mut pencil = Pencil::new(wanted.width(), self.cursor.at);
                push_scroll(&mut pencil, &scroll);
                difference(&mut pencil, &moved, wanted);
                if pencil.out.len() < best.out.len() {
                    best = pencil;
                }
            }
        }
        self.frame(best, cursor, self.cursor.visible)
    }

    /// Puts the cursor in its place after drawing, and the marks of a frame around all of it.
    fn frame(&self, mut pencil: Pencil, cursor: Option<(usize, usize)>, visible: Option<bool>) -> Pencil {
        pencil.take(Pen::PLAIN);
        let hide = match visible {
            None => true,
            Some(visible) => visible && (cursor.is_none() || pencil.out.len() > LONG_FRAME),
        };
        if let Some((x, y)) = cursor {
            pencil.move_to(x, y);
            if hide || visible == Some(false) {
                pencil.raw(CURSOR_ON);
            }
        }
        let off = if hide { CURSOR_OFF } else { "" };
        pencil.out = format!("{BEGIN}{off}{}{END}", pencil.out);
        pencil
    }

    fn only_cursor(&self, mut pencil: Pencil, cursor: Option<(usize, usize)>) -> Pencil {
        if let Some((x, y)) = cursor {
            pencil.move_to(x, y);
        }
        match (self.cursor.visible, cursor.is_some()) {
            (Some(true), true) | (Some(false), false) => {}
            (_, true) => pencil.raw(CURSOR_ON),
            (_, false) => pencil.raw(CURSOR_OFF),
        }
        pencil
    }
}

/// Has the terminal move the rows: a scrolling region, and within it lines deleted or inserted at the top.
fn push_scroll(pencil: &mut Pencil, scroll: &Scroll) {
    pencil.raw(&format!(
        "\x1b[{};{}r",
        scroll.region.start + 1,
        scroll.region.end
    ));
    pencil.at = None;
    pencil.move_to(0, scroll.region.start);
    pencil.control(scroll.by, scroll.letter());
    pencil.raw("\x1b[r");
    pencil.at = None;
}

fn difference(pencil: &mut Pencil, shown: &Grid, wanted: &Grid) {
    for y in 0..wanted.height() {
        row_difference(pencil, y, shown.row(y), wanted.row(y));
    }
}

fn row_difference(pencil: &mut Pencil, y: usize, shown: &[Glyph], wanted: &[Glyph]) {
    let Some(last) = (0..wanted.len()).rfind(|x| shown[*x] != wanted[*x]) else {
        return;
    };
    // Right of a glyph that terminals disagree about, what is on the screen is not certain.
    let certain = shown
        .iter()
        .zip(wanted)
        .position(|(old, new)| old.is_risky() || new.is_risky());
    let certain = certain.unwrap_or(wanted.len());
    let blank_from = wanted
        .iter()
        .rposition(|glyph| !glyph.is_plain_blank())
        .map_or(0, |x| x + 1);
    let last = if certain < wanted.len() {
        wanted.len() - 1
    } else {
        last
    };
    let mut x = 0;
    while x <= last {
        if x < certain && shown[x] == wanted[x] {
            x += 1;
            continue;
        }
        reach(pencil, x, y, wanted);
        if x >= blank_from && wanted.len() - x > ERASE_LINE_COST {
            pencil.take_for_blank(Pen::PLAIN);
            pencil.raw("\x1b[K");
            return;
        }
        let blanks = wanted[x..=last]
            .iter()
            .take_while(|glyph| glyph.is_plain_blank())
            .count();
        if blanks > ERASE_CHARS_COST {
            pencil.take_for_blank(Pen::PLAIN);
            pencil.control(blanks, 'X');
            x += blanks;
            continue;
        }
        pencil.put(&wanted[x]);
        x += wanted[x].width.max(1);
    }
}

/// Brings the cursor to a column, by writing the few unchanged glyphs before it again where that is shorter.
fn reach(pencil: &mut Pencil, x: usize, y: usize, wanted: &[Glyph]) {
    if let Some((from, _)) = pencil
        .at
        .filter(|(from, row)| *row == y && *from < x && x - *from <= REWRITE)
    {
        let between = &wanted[from..x];
        let same_pen = |glyph: &Glyph| {
            glyph.width == 1
                && !glyph.is_risky()
                && (glyph.pen == pencil.pen || glyph.is_plain_blank() && pencil.pen.blanks_like(glyph.pen))
        };
        if between.iter().all(same_pen)
            && between.iter().map(Glyph::len).sum::<usize>() <= pencil.move_cost(x, y)
        {
            between.iter().for_each(|glyph| pencil.put(glyph));
            return;
        }
    }
    pencil.move_to(x, y);
}

#[cfg(test)]
#[path = "paint_tests.rs"]
mod tests;
