//! A form: several lines to type, Tab from one to the next, Enter saves them all.

use ratatui::layout::Position;

use super::Then;
use super::menu::letters;
use crate::domain::field::{Field, Input};
use crate::domain::{Kind, Model, text};
use crate::tui::key::{Action, TextKey};
use crate::tui::part::{Canvas, LineInput, popup_area};
use crate::tui::screen::{Cx, Typed};
use crate::tui::step::{Hand, Step};
use crate::tui::theme::Role;

/// What the names of drafts of forms begin with; the title of the form and the line follow.
pub const DRAFT: &str = "form ";

/// One line of a form.
#[derive(Clone, Debug, Default)]
pub struct FormField {
    /// The field's key.
    pub key: String,
    /// What it is called.
    pub label: String,
    /// What may be chosen; anything may be typed when empty.
    pub choices: Vec<String>,
    /// Whether it must hold something.
    pub needed: bool,
    /// The text.
    pub input: LineInput,
    /// The text it was opened with.
    was: String,
}

impl FormField {
    /// A line to type.
    pub fn new(key: &str, label: &str, text: &str) -> Self {
        Self {
            key: key.to_owned(),
            label: label.to_owned(),
            input: LineInput::holding(text),
            was: text.to_owned(),
            ..Self::default()
        }
    }
    /// One that must hold something.
    #[must_use]
    pub fn needed(mut self) -> Self {
        self.needed = true;
        self
    }
    /// With choices: a letter picks, Up and Down step.
    #[must_use]
    pub fn choosing(mut self, choices: Vec<String>) -> Self {
        self.choices = choices;
        self
    }
    /// A line for a field of a record, with the choices it allows.
    #[must_use]
    pub fn of(field: &Field, text: &str, model: &Model) -> Self {
        let words = |words: fn() -> Vec<&'static str>| words().into_iter().map(str::to_owned).collect();
        let choices = match field.input {
            Input::Word(all) | Input::MaybeWord(all) => words(all),
            Input::Flag => vec!["yes".to_owned(), "no".to_owned()],
            Input::Ref(kind) | Input::MaybeRef(kind) => titles(model, kind),
            _ => Vec::new(),
        };
        Self {
            needed: field.needed,
            ..Self::new(field.key, field.label, text).choosing(choices)
        }
    }
}

/// What the few records of a kind are called, for choosing; nothing for kinds that are many.
fn titles(model: &Model, kind: Kind) -> Vec<String> {
    let all: Vec<String> = match kind {
        Kind::Stream => model.streams.ids().map(|id| model.title(id.into())).collect(),
        Kind::Group => model.groups.ids().map(|id| model.title(id.into())).collect(),
        Kind::Round => model.rounds.ids().map(|id| model.title(id.into())).collect(),
        Kind::Instrument => model.instruments.ids().map(|id| model.title(id.into())).collect(),
        Kind::Theme => model.themes.ids().map(|id| model.title(id.into())).collect(),
        Kind::Wave => model.waves.ids().map(|id| model.title(id.into())).collect(),
        _ => Vec::new(),
    };
    let mut all = all;
    all.sort();
    all
}

/// Several lines to type.
pub struct Form {
    /// Its title.
    pub title: String,
    /// The lines.
    pub fields: Vec<FormField>,
    /// The line being typed.
    pub at: usize,
    /// What saving causes: keys with their texts, empty ones included.
    pub then: Then<Vec<(String, String)>>,
}

impl Form {
    /// A form of these lines.
    pub fn new(
        title: impl Into<String>,
        fields: Vec<FormField>,
        then: impl Fn(Vec<(String, String)>, &Cx<'_>, &mut Hand) -> Result<Step, String> + 'static,
    ) -> Self {
        Self {
            title: title.into(),
            fields,
            at: 0,
            then: Box::new(then),
        }
    }

    /// The word of the hint of an action, where a form has another than one line has.
    pub(super) fn hint(&self, action: Action) -> Option<String> {
        let word = match action {
            Action::Open if self.fields.len() > 1 => "save all",
            Action::NextField if self.fields.len() > 1 => "next line",
            Action::Up
                if self
                    .fields
                    .get(self.at)
                    .is_some_and(|field| field.choices.is_empty()) =>
            {
                ""
            }
            Action::Up => "another choice",
            _ => return None,
        };
        Some(word.to_owned())
    }

    pub(super) fn note(&self) -> String {
        let Some(field) = self.fields.get(self.at) else {
            return String::new();
        };
        let need = if field.needed {
            " It must be filled in."
        } else {
            " It may stay empty."
        };
        if field.choices.is_empty() {
            format!("{}.{need}", field.label)
        } else {
            format!(
                "{}: {}. Type its beginning, or Up and Down.{need}",
                field.label,
                field.choices.join(", ")
            )
        }
    }

    pub(super) fn paste(&mut self, pasted: &str) {
        if let Some(field) = self.fields.get_mut(self.at) {
            field.input.paste(pasted);
        }
    }

    fn complete(&mut self) {
        let Some(field) = self.fields.get_mut(self.at) else {
            return;
        };
        let typed = text::fold(field.input.text());
        if typed.is_empty() {
            return;
        }
        let begins = |choice: &&String| text::fold(choice).starts_with(&typed);
        let labels = letters(&field.choices);
        let letter = || {
            labels
                .iter()
                .position(|label| label.is_some_and(|c| typed == c.to_string()))
        };
        let found = field
            .choices
            .iter()
            .find(begins)
            .or_else(|| field.choices.get(letter()?));
        if let Some(choice) = found.cloned() {
            field.input.set(&choice);
        }
    }

    fn step_choice(&mut self, by: isize) {
        let Some(field) = self.fields.get_mut(self.at) else {
            return;
        };
        if field.choices.is_empty() {
            return;
        }
        let here = field
            .choices
            .iter()
            .position(|choice| choice == field.input.text());
        let next = match here {
            Some(here) => here.saturating_add_signed(by).min(field.choices.len() - 1),
            None => 0,
        };
        field.input.set(&field.choices[next].clone());
    }

    pub(super) fn text(&mut self, typed: Typed, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        let last = self.fields.len().saturating_sub(1);
        match typed {
            Typed::Key(key) => {
                if let Some(field) = self.fields.get_mut(self.at) {
                    // A choice is replaced, not added to, by the letter that begins another.
                    let picked = field.choices.iter().any(|choice| choice == field.input.text());
                    if picked && matches!(key, TextKey::Type(_)) {
                        field.input.set("");
                    }
                    field.input.edit(key);
                }
            }
            Typed::Next => {
                self.complete();
                self.at = if self.at == last { 0 } else { self.at + 1 };
            }
            Typed::Previous => {
                self.complete();
                self.at = if self.at == 0 { last } else { self.at - 1 };
            }
            Typed::Down => self.step_choice(1),
            Typed::Up => self.step_choice(-1),
            Typed::Save => {
                self.complete();
                if let Some(missing) = self
                    .fields
                    .iter()
                    .position(|f| f.needed && f.input.text().trim().is_empty())
                {
                    self.at = missing;
                    return Step::Say(format!("{} must be filled in.", self.fields[missing].label));
                }
                let texts = self
                    .fields
                    .iter()
                    .map(|f| (f.key.clone(), f.input.text().trim().to_owned()))
                    .collect();
                return match (self.then)(texts, cx, hand) {
                    Ok(step) => {
                        self.forget(hand);
                        Step::Many(vec![Step::Close, step])
                    }
                    Err(problem) => Step::Say(problem),
                };
            }
            Typed::Leave => {
                self.forget(hand);
                let typed: Vec<(String, String)> = self.typed().collect();
                let said = if typed.is_empty() {
                    "Nothing was added or changed."
                } else {
                    "Nothing was added or changed. What you typed is a draft: open this again to go on."
                };
                hand.drafts.extend(typed);
                return Step::Many(vec![Step::Close, Step::say(said)]);
            }
        }
        Step::Stay
    }

    /// The name of the draft of a line.
    fn draft(&self, key: &str) -> String {
        format!("{DRAFT}{}: {key}", self.title)
    }

    /// The lines that hold something else than when it was opened, as drafts.
    fn typed(&self) -> impl Iterator<Item = (String, String)> {
        let lines = self.fields.iter().filter(|field| field.input.text() != field.was);
        lines.map(|field| (self.draft(&field.key), field.input.text().to_owned()))
    }

    fn forget(&self, hand: &mut Hand) {
        for field in &self.fields {
            hand.drafts.remove(&self.draft(&field.key));
        }
    }

    /// Puts a draft of this form back.
    pub(super) fn take_up(&mut self, hand: &Hand) -> Option<String> {
        let names: Vec<String> = self.fields.iter().map(|field| self.draft(&field.key)).collect();
        let mut found = false;
        for (field, name) in self.fields.iter_mut().zip(names) {
            if let Some(text) = hand.drafts.get(&name) {
                field.input.set(text);
                found = true;
            }
        }
        found.then(|| "Your draft is back. Ctrl-U empties a line, Enter saves all of it.".to_owned())
    }

    pub(super) fn view(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        let label = self
            .fields
            .iter()
            .map(|f| text::width(&f.label))
            .max()
            .unwrap_or(8)
            .min(24);
        let rows = u16::try_from(self.fields.len()).unwrap_or(u16::MAX);
        let area = popup_area(cx.body, 64, rows);
        let inside = canvas.popup(area, &self.title);
        let room = usize::from(inside.height).max(1);
        let top = (self.at + 1).saturating_sub(room);
        let mut place = None;
        for (row, field) in self.fields.iter().enumerate().skip(top).take(room) {
            let y = inside.y + u16::try_from(row - top).unwrap_or(0);
            let here = row == self.at;
            let need = if field.needed && field.input.text().is_empty() {
                '!'
            } else {
                ' '
            };
            let sign = if here { '>' } else { ' ' };
            let name = text::pad_right(&field.label, label);
            let x = inside.x
                + canvas.put(
                    inside.x,
                    y,
                    inside.width,
                    &format!("{sign}{need}{name}  "),
                    Role::Plain,
                );
            let width = inside.right().saturating_sub(x);
            if here {
                let (typed, at) = field.input.window(width.saturating_sub(2));
                let typed = text::pad_right(&typed, usize::from(width.saturating_sub(2)));
                canvas.put(x, y, width, &format!("[{typed}]"), Role::Typing);
                place = Some(Position { x: x + 1 + at, y });
            } else {
                canvas.put(x + 1, y, width.saturating_sub(1), field.input.text(), Role::Plain);
            }
        }
        place
    }
}
