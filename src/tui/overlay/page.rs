//! A text of several lines being typed: Enter begins a line, Tab keeps the text, Esc leaves it as a draft.

use std::ops::Range;

use ratatui::layout::Position;
use unicode_segmentation::UnicodeSegmentation as _;

use super::Then;
use super::form::DRAFT;
use crate::domain::text;
use crate::tui::key::{Action, TextKey};
use crate::tui::part::{Canvas, popup_area};
use crate::tui::screen::{Cx, Typed};
use crate::tui::step::{Hand, Step};
use crate::tui::theme::Role;

/// The most bytes of a text.
const LONGEST: usize = 16 << 10;
/// How wide the text is shown where there is room.
const WIDTH: u16 = 76;

/// A text of several lines.
pub struct Page {
    /// Its title.
    pub title: String,
    /// What may be written in it, for the message line.
    pub note: String,
    lines: Vec<String>,
    /// The line of the cursor, and how many graphemes of it are to the left.
    at: (usize, usize),
    was: String,
    /// What keeping the text causes.
    pub then: Then<String>,
}

impl Page {
    /// A page that holds this text.
    pub fn new(
        title: impl Into<String>,
        held: &str,
        note: impl Into<String>,
        then: impl Fn(String, &Cx<'_>, &mut Hand) -> Result<Step, String> + 'static,
    ) -> Self {
        let mut page = Self {
            title: title.into(),
            note: note.into(),
            lines: Vec::new(),
            at: (0, 0),
            was: held.to_owned(),
            then: Box::new(then),
        };
        page.hold(held);
        page
    }

    /// The text as it stands.
    #[must_use]
    pub fn held(&self) -> String {
        self.lines.join("\n") + "\n"
    }

    fn hold(&mut self, held: &str) {
        self.lines = held.trim_end_matches('\n').split('\n').map(clean).collect();
        self.at = (0, 0);
    }

    fn draft(&self) -> String {
        format!("{DRAFT}{}: text", self.title)
    }

    /// Puts a draft of this page back.
    pub(super) fn take_up(&mut self, hand: &Hand) -> Option<String> {
        let draft = hand.drafts.get(&self.draft())?.clone();
        self.hold(&draft);
        Some("Your draft is back. Tab keeps it, Esc leaves it.".to_owned())
    }

    /// What a key means here, where that is other than in a field of one line.
    pub(super) fn hint(action: Action) -> Option<String> {
        match action {
            Action::Open => Some("new line".to_owned()),
            Action::NextField => Some("keep the text".to_owned()),
            Action::Up => Some(String::new()),
            _ => None,
        }
    }

    pub(super) fn paste(&mut self, pasted: &str) {
        for (nth, line) in pasted.replace("\r\n", "\n").split('\n').enumerate() {
            if nth > 0 {
                self.begin_line();
            }
            for letter in clean(line).chars() {
                self.type_in(letter);
            }
        }
    }

    pub(super) fn text(&mut self, typed: Typed, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        match typed {
            Typed::Key(key) => self.edit(key),
            Typed::Save => self.begin_line(),
            Typed::Up => self.at = (self.at.0.saturating_sub(1), self.at.1),
            Typed::Down => self.at = ((self.at.0 + 1).min(self.lines.len() - 1), self.at.1),
            Typed::Previous => return Step::say("Tab keeps the text, Esc leaves it as a draft."),
            Typed::Next => {
                return match (self.then)(self.held(), cx, hand) {
                    Ok(step) => {
                        hand.drafts.remove(&self.draft());
                        Step::Many(vec![Step::Close, step])
                    }
                    Err(why) => Step::Say(why),
                };
            }
            Typed::Leave => {
                if self.held().trim_end() == self.was.trim_end() {
                    return Step::Many(vec![Step::Close, Step::say("The text stays as it was.")]);
                }
                hand.drafts.insert(self.draft(), self.held());
                let said = "Not kept: your text is here as a draft when you come back.";
                return Step::Many(vec![Step::Close, Step::say(said)]);
            }
        }
        Step::Stay
    }

    /// The column of the cursor: a shorter line ends before it.
    fn column(&self) -> usize {
        self.at.1.min(count(&self.lines[self.at.0]))
    }

    fn is_full(&self) -> bool {
        self.lines.iter().map(|line| line.len() + 1).sum::<usize>() >= LONGEST
    }

    fn type_in(&mut self, letter: char) {
        if self.is_full() || letter.is_control() {
            return;
        }
        let (row, column) = (self.at.0, self.column());
        let line = &mut self.lines[row];
        let place = byte(line, column);
        let before = count(line);
        line.insert(place, letter);
        // A letter that joins the one before it moves nothing.
        self.at.1 = column + count(line).saturating_sub(before);
    }

    fn begin_line(&mut self) {
        if self.is_full() {
            return;
        }
        let (row, column) = (self.at.0, self.column());
        let line = &mut self.lines[row];
        let rest = line.split_off(byte(line, column));
        self.lines.insert(row + 1, rest);
        self.at = (row + 1, 0);
    }

    fn edit(&mut self, key: TextKey) {
        let (row, column) = (self.at.0, self.column());
        let end = count(&self.lines[row]);
        match key {
            TextKey::Type(letter) => self.type_in(letter),
            TextKey::Left if column > 0 => self.at.1 = column - 1,
            TextKey::Left if row > 0 => self.at = (row - 1, usize::MAX),
            TextKey::Right if column < end => self.at.1 = column + 1,
            TextKey::Right if row + 1 < self.lines.len() => self.at = (row + 1, 0),
            TextKey::Home => self.at.1 = 0,
            TextKey::End => self.at.1 = end,
            TextKey::Backspace if column > 0 => self.cut(row, column - 1..column),
            TextKey::Backspace if row > 0 => self.join(row - 1),
            TextKey::Delete if column < end => self.cut(row, column..column + 1),
            TextKey::Delete if row + 1 < self.lines.len() => self.join(row),
            TextKey::Clear => self.cut(row, 0..end),
            TextKey::Word => {
                let before: Vec<&str> = self.lines[row].graphemes(true).take(column).collect();
                let blanks = before.iter().rev().take_while(|g| g.trim().is_empty()).count();
                let word = before.iter().rev().skip(blanks);
                let word = word.take_while(|g| !g.trim().is_empty()).count();
                self.cut(row, column - blanks - word..column);
            }
            TextKey::Left | TextKey::Right | TextKey::Backspace | TextKey::Delete => {}
        }
    }

    fn cut(&mut self, row: usize, graphemes: Range<usize>) {
        let line = &mut self.lines[row];
        let (from, to) = (byte(line, graphemes.start), byte(line, graphemes.end));
        line.replace_range(from..to, "");
        self.at = (row, graphemes.start);
    }

    /// Puts the line after this one at its end.
    fn join(&mut self, row: usize) {
        let next = self.lines.remove(row + 1);
        self.at = (row, count(&self.lines[row]));
        self.lines[row].push_str(&next);
    }

    pub(super) fn view(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        let area = popup_area(
            cx.body,
            WIDTH.min(cx.body.width.saturating_sub(4)),
            cx.body.height,
        );
        let inside = canvas.popup(area, &self.title);
        let width = usize::from(inside.width.saturating_sub(1)).max(1);
        let column = self.column();
        let mut shown: Vec<String> = Vec::new();
        let mut place = (0, 0);
        for (row, line) in self.lines.iter().enumerate() {
            let graphemes: Vec<&str> = line.graphemes(true).collect();
            for part in parts(&graphemes, width) {
                let is_here = row == self.at.0 && part.start <= column;
                if is_here {
                    let left = graphemes[part.start..column.min(part.end)].concat();
                    place = (shown.len(), text::width(&left));
                }
                shown.push(graphemes[part].concat());
            }
        }
        let room = usize::from(inside.height).max(1);
        let top = (place.0 + 1).saturating_sub(room);
        for (nth, line) in shown.iter().skip(top).take(room).enumerate() {
            let y = inside.y + u16::try_from(nth).unwrap_or(0);
            canvas.put(inside.x, y, inside.width, line, Role::Typing);
        }
        Some(Position {
            x: inside.x + u16::try_from(place.1).unwrap_or(0),
            y: inside.y + u16::try_from(place.0 - top).unwrap_or(0),
        })
    }
}

fn count(line: &str) -> usize {
    line.graphemes(true).count()
}

/// Where a grapheme of this number begins.
fn byte(line: &str, grapheme: usize) -> usize {
    let found = line.grapheme_indices(true).nth(grapheme);
    found.map_or(line.len(), |(at, _)| at)
}

fn clean(line: &str) -> String {
    line.replace('\t', " ")
        .chars()
        .filter(|c| !c.is_control())
        .collect()
}

/// A line broken after blanks so that each part fits: the graphemes of each; of an empty line one part.
fn parts(graphemes: &[&str], width: usize) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let (mut start, mut used, mut blank) = (0, 0, None);
    for (nth, grapheme) in graphemes.iter().enumerate() {
        let wide = text::width(grapheme);
        if used + wide > width && nth > start {
            let end = blank.filter(|blank| *blank > start).unwrap_or(nth);
            parts.push(start..end);
            start = end;
            used = graphemes[start..nth].iter().map(|g| text::width(g)).sum();
            blank = None;
        }
        used += wide;
        if grapheme.trim().is_empty() {
            blank = Some(nth + 1);
        }
    }
    parts.push(start..graphemes.len());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(held: &str) -> Page {
        Page::new("A text", held, "", |_, _, _| Ok(Step::Stay))
    }

    fn typed(page: &mut Page, letters: &str) {
        for letter in letters.chars() {
            page.edit(TextKey::Type(letter));
        }
    }

    #[test]
    fn lines_are_begun_and_joined() {
        let mut page = page("Dear Zoë,\nhello\n");
        page.edit(TextKey::End);
        page.begin_line();
        typed(&mut page, "good day");
        assert_eq!(page.held(), "Dear Zoë,\ngood day\nhello\n");
        page.edit(TextKey::Delete);
        assert_eq!(page.held(), "Dear Zoë,\ngood dayhello\n");
        page.edit(TextKey::Word);
        page.edit(TextKey::Home);
        page.edit(TextKey::Backspace);
        assert_eq!(page.held(), "Dear Zoë,good hello\n");
    }

    #[test]
    fn a_letter_of_several_marks_is_one_step() {
        let mut page = page("a\u{301}bc");
        page.edit(TextKey::Right);
        page.edit(TextKey::Backspace);
        assert_eq!(page.held(), "bc\n");
    }

    #[test]
    fn what_is_pasted_keeps_its_lines_and_loses_its_escapes() {
        let mut page = page("");
        page.paste("one\r\ntwo\u{1b}[2J\nthree");
        assert_eq!(page.held(), "one\ntwo[2J\nthree\n");
    }

    #[test]
    fn a_line_is_broken_after_a_blank_and_a_long_word_anywhere() {
        let broken = |line: &str| -> Vec<String> {
            let graphemes: Vec<&str> = line.graphemes(true).collect();
            let parts = parts(&graphemes, 6).into_iter();
            parts.map(|part| graphemes[part].concat()).collect()
        };
        assert_eq!(broken("good day to you"), ["good ", "day ", "to you"]);
        assert_eq!(broken("abcdefghi"), ["abcdef", "ghi"]);
        assert_eq!(broken(""), [""]);
    }
}
