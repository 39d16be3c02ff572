//! One line of text being typed: whole graphemes, readline keys, a width.

use tui_input::{Input, InputRequest};

use crate::domain::text;
use crate::tui::key::TextKey;

/// A text field of one line.
#[derive(Clone, Debug, Default)]
pub struct LineInput {
    input: Input,
}

impl LineInput {
    /// A field that holds this text, cursor at its end.
    #[must_use]
    pub fn holding(text: &str) -> Self {
        Self {
            input: Input::new(text.to_owned()),
        }
    }

    /// The text typed so far.
    #[must_use]
    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// Replaces the text, cursor at its end.
    pub fn set(&mut self, text: &str) {
        self.input = Input::new(text.to_owned());
    }

    /// Does what an editing key means.
    pub fn edit(&mut self, key: TextKey) {
        let request = match key {
            TextKey::Left => InputRequest::GoToPrevChar,
            TextKey::Right => InputRequest::GoToNextChar,
            TextKey::Home => InputRequest::GoToStart,
            TextKey::End => InputRequest::GoToEnd,
            TextKey::Backspace => InputRequest::DeletePrevChar,
            TextKey::Delete => InputRequest::DeleteNextChar,
            TextKey::Clear => InputRequest::DeleteLine,
            TextKey::Word => InputRequest::DeletePrevWord,
            TextKey::Type(c) => InputRequest::InsertChar(c),
        };
        // The answer only says whether anything changed, which the next frame shows by itself.
        let _ = self.input.handle(request);
    }

    /// Adds pasted text: one line of it, cleaned.
    pub fn paste(&mut self, pasted: &str) {
        let line = pasted.lines().next().unwrap_or_default();
        for c in text::clean_name(line).text.chars() {
            self.edit(TextKey::Type(c));
        }
    }

    /// The column of the cursor in the whole text.
    #[must_use]
    pub fn column(&self) -> usize {
        self.input.visual_cursor()
    }

    /// What to show in `width` columns, and the column of the cursor in it.
    #[must_use]
    pub fn window(&self, width: u16) -> (String, u16) {
        let width = usize::from(width.max(1));
        let skip = self.input.visual_scroll(width.saturating_sub(1));
        let mut column = 0;
        let mut shown = String::new();
        for part in self.input.value().chars() {
            if column >= skip {
                shown.push(part);
            }
            column += text::width(part.encode_utf8(&mut [0; 4]));
        }
        let at = self.column().saturating_sub(skip);
        (text::fit(&shown, width, "~"), u16::try_from(at).unwrap_or(0))
    }
}
