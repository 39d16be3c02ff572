//! The filter of a list: a line typed beside the list's title, which stays there when it has been typed.

use ratatui::layout::{Position, Rect};

use super::Typed;
use crate::domain::text;
use crate::tui::part::{LineInput, Pane};

/// What the lines of a list have to contain.
#[derive(Debug, Default)]
pub struct FilterLine {
    line: LineInput,
    typing: bool,
}

impl FilterLine {
    /// Lets it be typed.
    pub const fn begin(&mut self) {
        self.typing = true;
    }

    /// Whether it is being typed.
    #[must_use]
    pub const fn is_typed(&self) -> bool {
        self.typing
    }

    /// What is looked for; nothing when every line is shown.
    #[must_use]
    pub fn text(&self) -> &str {
        self.line.text()
    }

    /// Whether something is looked for.
    #[must_use]
    pub fn is_set(&self) -> bool {
        !self.text().is_empty()
    }

    /// Shows every line again.
    pub fn clear(&mut self) {
        self.line.set("");
        self.typing = false;
    }

    /// Takes a key: Enter, Tab and the way down leave it standing, Esc empties it.
    pub fn take(&mut self, typed: Typed) {
        match typed {
            Typed::Key(key) => self.line.edit(key),
            Typed::Save | Typed::Down | Typed::Next => self.typing = false,
            Typed::Leave => self.clear(),
            Typed::Up | Typed::Previous => {}
        }
    }

    /// How many columns of it stand behind the cursor.
    #[must_use]
    pub fn behind(&self) -> usize {
        text::width(self.text()).saturating_sub(self.line.column())
    }

    /// What stands beside the title; nothing when it is empty and not typed.
    #[must_use]
    pub fn legend(&self) -> Option<String> {
        match (self.typing, self.text()) {
            (true, typed) => Some(format!("filter: {typed}_   (Esc clears)")),
            (false, "") => None,
            (false, typed) => Some(format!("filter: {typed}")),
        }
    }

    /// What an empty list says, and how to see its lines again.
    #[must_use]
    pub fn no_match(&self) -> String {
        format!("No match for {}. Esc shows all.", self.text())
    }

    /// Where the terminal's cursor belongs while it is typed beside the title of a focused pane.
    #[must_use]
    pub fn place(&self, area: Rect, title: &str) -> Option<Position> {
        self.typing.then(|| {
            let column = Pane::after(title) + text::width("filter: ") + self.line.column();
            Position {
                x: (area.x + u16::try_from(column).unwrap_or(u16::MAX - area.x))
                    .min(area.right().saturating_sub(1)),
                y: area.y,
            }
        })
    }
}
