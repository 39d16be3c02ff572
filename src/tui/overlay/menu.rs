//! A popup of rows: one key chooses. Labels never change while it is open.

use ratatui::layout::Position;

use super::Then;
use crate::domain::text;
use crate::tui::key::{Action, Context};
use crate::tui::part::{Canvas, LineInput, popup_area};
use crate::tui::screen::{Cx, Typed};
use crate::tui::step::{Hand, Step};
use crate::tui::theme::Role;

/// Whether the first word of a line has these letters in this order: `cci4` finds CCIO-4.
fn in_order(line: &str, letters: &str) -> bool {
    let first = line.split_whitespace().next().unwrap_or_default();
    let mut rest = first.chars();
    letters.chars().all(|letter| rest.any(|other| other == letter))
}

/// One row of a menu.
#[derive(Clone, Debug, Default)]
pub struct MenuRow {
    /// The key that chooses it at once.
    pub label: Option<char>,
    /// What it says.
    pub text: String,
    /// Why it cannot be chosen just now; said when somebody tries.
    pub barred: Option<String>,
}

impl MenuRow {
    /// A row chosen by this key.
    pub fn new(label: char, text: impl Into<String>) -> Self {
        Self {
            label: Some(label),
            text: text.into(),
            barred: None,
        }
    }
    /// A row without a key of its own.
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            label: None,
            text: text.into(),
            barred: None,
        }
    }
    /// A row that explains why it cannot be chosen.
    pub fn barred(text: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            label: None,
            text: text.into(),
            barred: Some(why.into()),
        }
    }
}

/// Lines about a row, by its number: what choosing it would mean.
pub type About = Box<dyn Fn(usize, &Cx<'_>) -> Vec<String>>;

/// What has become of a row, by its number, since the popup was opened: its line now, and why it cannot be chosen.
pub type Since = Box<dyn Fn(usize, &Cx<'_>) -> Option<(String, String)>>;

/// A popup of rows.
pub struct Menu {
    /// Its title.
    pub title: String,
    /// The heading above the rows; empty for none.
    pub heading: String,
    /// The rows.
    pub rows: Vec<MenuRow>,
    /// Lines under the rows: consequences.
    pub footer: Vec<String>,
    /// Lines about the row under the cursor, after the footer; how many are kept free for them.
    pub about: Option<(u16, About)>,
    /// Rows that others took away meanwhile stay where they are and say so.
    pub since: Option<Since>,
    /// The sentence for the message line.
    pub note: String,
    /// Which table its keys come from: popup, move popup, field menu, go-to.
    pub table: Context,
    /// What choosing a row causes, by its number.
    pub then: Then<usize>,
    /// What other actions of its table cause (swap, unassign).
    pub other: Option<Then<Action>>,
    /// What Enter causes where nothing matches what was typed, and the line that says so.
    pub lacking: Option<(&'static str, Then<String>)>,
    row: usize,
    find: Option<LineInput>,
}

impl Menu {
    /// A menu of these rows.
    pub fn new(
        title: impl Into<String>,
        rows: Vec<MenuRow>,
        then: impl Fn(usize, &Cx<'_>, &mut Hand) -> Result<Step, String> + 'static,
    ) -> Self {
        Self {
            title: title.into(),
            heading: String::new(),
            rows,
            footer: Vec::new(),
            about: None,
            since: None,
            note: String::new(),
            table: Context::Popup,
            then: Box::new(then),
            other: None,
            lacking: None,
            row: 0,
            find: None,
        }
    }

    /// With the cursor on this row.
    #[must_use]
    pub fn on(mut self, row: usize) -> Self {
        self.row = row.min(self.rows.len().saturating_sub(1));
        self
    }

    /// With a sentence for the message line.
    #[must_use]
    pub fn saying(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// With so many lines about the row under the cursor.
    #[must_use]
    pub fn about(mut self, lines: u16, about: impl Fn(usize, &Cx<'_>) -> Vec<String> + 'static) -> Self {
        self.about = Some((lines, Box::new(about)));
        self
    }

    /// With something that Enter does where nothing matches what was typed: the line that says so, and what.
    #[must_use]
    pub fn lacking(
        mut self,
        line: &'static str,
        then: impl Fn(String, &Cx<'_>, &mut Hand) -> Result<Step, String> + 'static,
    ) -> Self {
        self.lacking = Some((line, Box::new(then)));
        self
    }

    /// Open with the find line ready: typing narrows the rows at once.
    #[must_use]
    pub fn finding(mut self) -> Self {
        self.find = Some(LineInput::default());
        self
    }

    pub(super) fn context(&self) -> Context {
        if self.find.is_some() {
            Context::Text
        } else {
            self.table
        }
    }

    /// What a key means here: nothing is said of digits or letters where no row has one, and typing finds a row.
    pub(super) fn hint(&self, action: Action) -> Option<String> {
        let words = match action {
            Action::Label(like) if !self.labels().any(|label| label.is_numeric() == like.is_numeric()) => "",
            Action::Open if self.find.is_some() => "this one",
            Action::NextField => "next",
            Action::Up if self.find.is_some() => "one up",
            Action::Back if self.find.is_some() => "leave",
            _ => return None,
        };
        Some(words.to_owned())
    }

    fn labels(&self) -> impl Iterator<Item = char> {
        self.rows.iter().filter_map(|row| row.label)
    }

    /// The rows that match what is typed, by number.
    fn shown(&self) -> Vec<usize> {
        let wanted = self
            .find
            .as_ref()
            .map(|find| text::fold(find.text()))
            .unwrap_or_default();
        let words: Vec<&str> = wanted.split_whitespace().collect();
        let having = |has: &dyn Fn(&str, &str) -> bool| -> Vec<usize> {
            let all = 0..self.rows.len();
            all.filter(|row| {
                let line = text::fold(&self.rows[*row].text);
                words.iter().all(|word| has(&line, word))
            })
            .collect()
        };
        let exactly = having(&|line, word| line.contains(word));
        if exactly.is_empty() {
            having(&in_order)
        } else {
            exactly
        }
    }

    fn choose(&self, row: usize, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        let Some(chosen) = self.rows.get(row) else {
            return Step::Stay;
        };
        if let Some(why) = &chosen.barred {
            return Step::say(why.clone());
        }
        if let Some((_, why)) = self.since(row, cx) {
            return Step::Say(why);
        }
        match (self.then)(row, cx, hand) {
            Ok(step) => Step::Many(vec![Step::Close, step]),
            Err(why) => Step::Say(why),
        }
    }

    fn since(&self, row: usize, cx: &Cx<'_>) -> Option<(String, String)> {
        self.since.as_ref().and_then(|since| since(row, cx))
    }

    pub(super) fn act(&mut self, action: Action, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        match action {
            Action::Down => self.step(1),
            Action::Up => self.step(-1),
            Action::Back | Action::Leave | Action::Cancel | Action::No => return Step::Close,
            Action::Open => return self.choose(self.row, cx, hand),
            Action::Filter => self.find = Some(LineInput::default()),
            Action::Label(label) => {
                let Some(row) = self.rows.iter().position(|row| row.label == Some(label)) else {
                    return Step::Unbound;
                };
                return self.choose(row, cx, hand);
            }
            other => {
                return match self.other.as_ref().map(|then| then(other, cx, hand)) {
                    Some(Ok(step)) => Step::Many(vec![Step::Close, step]),
                    Some(Err(why)) => Step::Say(why),
                    None => Step::Unbound,
                };
            }
        }
        Step::Stay
    }

    fn step(&mut self, by: isize) {
        let shown = self.shown();
        let here = shown.iter().position(|row| *row == self.row).unwrap_or(0);
        let next = here.saturating_add_signed(by).min(shown.len().saturating_sub(1));
        self.row = shown.get(next).copied().unwrap_or(0);
    }

    pub(super) fn text(&mut self, typed: Typed, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        match typed {
            Typed::Key(key) => {
                if let Some(find) = &mut self.find {
                    find.edit(key);
                }
                self.row = self.shown().first().copied().unwrap_or(0);
                Step::Stay
            }
            Typed::Save => match self.shown().contains(&self.row) {
                true => self.choose(self.row, cx, hand),
                false => self.other_than_all(cx, hand),
            },
            Typed::Down | Typed::Next => {
                self.step(1);
                Step::Stay
            }
            Typed::Up | Typed::Previous => {
                self.step(-1);
                Step::Stay
            }
            Typed::Leave => {
                self.find = None;
                if self.rows.is_empty() {
                    Step::Close
                } else {
                    Step::Stay
                }
            }
        }
    }

    /// What Enter does where nothing matches.
    fn other_than_all(&self, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        let typed = self.find.as_ref().map(|find| find.text().trim().to_owned());
        match (&self.lacking, typed) {
            (Some((_, then)), Some(typed)) if !typed.is_empty() => match then(typed, cx, hand) {
                Ok(step) => Step::Many(vec![Step::Close, step]),
                Err(why) => Step::Say(why),
            },
            _ => Step::say("Nothing matches. Esc shows all rows again."),
        }
    }

    pub(super) fn view(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        let shown = self.shown();
        let mut footer = self.footer.clone();
        if let Some((lines, about)) = &self.about {
            footer.extend(about(self.row, cx));
            footer.resize(self.footer.len() + usize::from(*lines), String::new());
        }
        let longest = self
            .rows
            .iter()
            .map(|row| text::width(&row.text) + 6)
            .chain(footer.iter().map(|line| text::width(line)))
            .chain([text::width(&self.title) + 2, text::width(&self.heading) + 6, 30])
            .max()
            .unwrap_or(30);
        let extra = usize::from(!self.heading.is_empty()) + footer.len() + usize::from(self.find.is_some());
        let size = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        let area = popup_area(cx.body, size(longest), size(shown.len().max(1) + extra));
        let inside = canvas.popup(area, &self.title);
        let mut y = inside.y;
        let mut place = None;
        if let Some(find) = &self.find {
            let (typed, at) = find.window(inside.width.saturating_sub(2));
            canvas.put(inside.x, y, inside.width, &format!("/ {typed}"), Role::Typing);
            place = Some(Position {
                x: inside.x + 2 + at,
                y,
            });
            y += 1;
        }
        if !self.heading.is_empty() {
            canvas.put(
                inside.x + 6,
                y,
                inside.width.saturating_sub(6),
                &self.heading,
                Role::Plain,
            );
            y += 1;
        }
        let room = usize::from(inside.bottom().saturating_sub(y))
            .saturating_sub(footer.len())
            .max(1);
        let here = shown.iter().position(|row| *row == self.row).unwrap_or(0);
        let top = here
            .saturating_sub(room.saturating_sub(2).max(1) - 1)
            .min(shown.len().saturating_sub(room));
        for row in shown.iter().skip(top).take(room) {
            let is = &self.rows[*row];
            let sign = if *row == self.row { '>' } else { ' ' };
            let label = is.label.unwrap_or(if is.barred.is_some() { '-' } else { ' ' });
            let text = self
                .since(*row, cx)
                .map_or_else(|| is.text.clone(), |(text, _)| text);
            canvas.put(
                inside.x,
                y,
                inside.width,
                &format!("{sign} {label}  {text}"),
                Role::Plain,
            );
            if *row == self.row {
                canvas.tint(
                    ratatui::layout::Rect {
                        y,
                        height: 1,
                        ..inside
                    },
                    Role::Cursor,
                );
                place = place.or(Some(Position { x: inside.x, y }));
            }
            y += 1;
        }
        if shown.is_empty() {
            let line = self.lacking.as_ref().map_or("no match", |(line, _)| line);
            canvas.put(inside.x, y, inside.width, line, Role::Plain);
            y += 1;
        }
        let hidden = shown.len().saturating_sub(top + room);
        if hidden > 0 {
            canvas.put_right(
                area.right() - 2,
                area.bottom() - 1,
                20,
                &format!(" v {hidden} more "),
                Role::Plain,
            );
        }
        for line in &footer {
            canvas.put(inside.x, y, inside.width, line, Role::Plain);
            y += 1;
        }
        place
    }
}

/// The letters that choose words in a popup: of each its first letter that is free; none when all are taken.
///
/// Letters that mean something in every popup are never given.
#[must_use]
pub fn letters(words: &[String]) -> Vec<Option<char>> {
    let mut taken = vec!['j', 'k', 'q'];
    let mut all = Vec::with_capacity(words.len());
    for word in words {
        let letter = text::fold(word)
            .chars()
            .find(|c| c.is_ascii_lowercase() && !taken.contains(c));
        taken.extend(letter);
        all.push(letter);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_gets_its_first_free_letter() {
        let words = ["CCIO", "CIO", "CNIO", "CSO", "DHLP"].map(str::to_owned);
        assert_eq!(
            letters(&words),
            [Some('c'), Some('i'), Some('n'), Some('s'), Some('d')]
        );
    }

    #[test]
    fn letters_that_move_the_cursor_are_never_given() {
        assert_eq!(letters(&["kj q".to_owned(), "jkx".to_owned()]), [None, Some('x')]);
    }
}
