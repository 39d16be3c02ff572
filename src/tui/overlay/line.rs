//! One line to type, in a box: with a hint of what is expected, checked while typing.

use ratatui::layout::Position;

use super::Then;
use crate::tui::part::{Canvas, LineInput, popup_area};
use crate::tui::screen::{Cx, Typed};
use crate::tui::step::{Hand, Step};
use crate::tui::theme::Role;

/// What a typed text would mean, or what is wrong with it: shown while typing.
pub type Reading = Box<dyn Fn(&str, &Cx<'_>) -> Result<String, String>>;

/// A question answered by typing one line.
pub struct LineBox {
    /// Its title.
    pub title: String,
    /// What is expected.
    pub hint: String,
    /// The text.
    pub input: LineInput,
    /// The text it began with, brought back by Up.
    pub old: String,
    /// Where an unsaved text is kept.
    pub draft: String,
    /// What the text would mean.
    pub reading: Option<Reading>,
    /// What saving causes.
    pub then: Then<String>,
}

impl LineBox {
    /// A question with an answer to begin with.
    pub fn new(
        title: impl Into<String>,
        hint: impl Into<String>,
        old: &str,
        then: impl Fn(String, &Cx<'_>, &mut Hand) -> Result<Step, String> + 'static,
    ) -> Self {
        Self {
            title: title.into(),
            hint: hint.into(),
            input: LineInput::holding(old),
            old: old.to_owned(),
            draft: String::new(),
            reading: None,
            then: Box::new(then),
        }
    }

    /// Saying while it is typed what the text means.
    #[must_use]
    pub fn reading(mut self, reading: impl Fn(&str, &Cx<'_>) -> Result<String, String> + 'static) -> Self {
        self.reading = Some(Box::new(reading));
        self
    }

    /// Keeping an unsaved text under this name.
    #[must_use]
    pub fn drafting(mut self, name: impl Into<String>) -> Self {
        self.draft = name.into();
        self
    }

    pub(super) fn note(&self, cx: &Cx<'_>) -> String {
        match self
            .reading
            .as_ref()
            .map(|reading| reading(self.input.text(), cx))
        {
            Some(Ok(meaning)) if !self.input.text().is_empty() => meaning,
            Some(Err(problem)) if !self.input.text().is_empty() => problem,
            _ => self.hint.clone(),
        }
    }

    pub(super) fn text(&mut self, typed: Typed, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        match typed {
            Typed::Key(key) => self.input.edit(key),
            Typed::Save | Typed::Next | Typed::Previous => {
                return match (self.then)(self.input.text().to_owned(), cx, hand) {
                    Ok(step) => {
                        hand.drafts.remove(&self.draft);
                        Step::Many(vec![Step::Close, step])
                    }
                    Err(problem) => Step::Say(problem),
                };
            }
            Typed::Leave => {
                if !self.draft.is_empty() && self.input.text() != self.old {
                    hand.drafts
                        .insert(self.draft.clone(), self.input.text().to_owned());
                    let kept = "Not saved; your text is kept: open the field again and press Up.";
                    return Step::Many(vec![Step::Close, Step::say(kept)]);
                }
                return Step::Close;
            }
            Typed::Up => {
                let draft = hand
                    .drafts
                    .get(&self.draft)
                    .filter(|draft| draft.as_str() != self.input.text());
                let back = draft.cloned().unwrap_or_else(|| self.old.clone());
                self.input.set(&back);
            }
            Typed::Down => self.input.set(&self.old.clone()),
        }
        Step::Stay
    }

    pub(super) fn view(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        let area = popup_area(cx.body, 58, 2);
        let inside = canvas.popup(area, &self.title);
        let (typed, at) = self.input.window(inside.width.saturating_sub(2));
        canvas.put(inside.x, inside.y, 1, "[", Role::Plain);
        let field = inside.width.saturating_sub(2);
        canvas.put(
            inside.x + 1,
            inside.y,
            field,
            &crate::domain::text::pad_right(&typed, usize::from(field)),
            Role::Typing,
        );
        canvas.put(inside.right().saturating_sub(1), inside.y, 1, "]", Role::Plain);
        canvas.put(inside.x, inside.y + 1, inside.width, &self.hint, Role::Plain);
        Some(Position {
            x: inside.x + 1 + at,
            y: inside.y,
        })
    }
}
