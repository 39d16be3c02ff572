//! Questions: yes or no, and those answered by typing exactly what is shown.

use ratatui::layout::Position;

use super::Then;
use crate::domain::{Refusal, text};
use crate::tui::key::Action;
use crate::tui::part::{Canvas, LineInput, popup_area};
use crate::tui::screen::{Cx, Typed};
use crate::tui::step::{Hand, Step};
use crate::tui::theme::Role;

/// A yes-or-no question: for what is undoable but large or odd.
pub struct Confirm {
    /// The question.
    pub title: String,
    /// The consequences, one a line.
    pub lines: Vec<String>,
    /// The sentence for the message line.
    pub note: String,
    /// What yes causes.
    pub then: Then<()>,
}

impl Confirm {
    /// A question with its consequences.
    pub fn new(
        title: impl Into<String>,
        lines: Vec<String>,
        then: impl Fn((), &Cx<'_>, &mut Hand) -> Result<Step, String> + 'static,
    ) -> Self {
        Self {
            title: title.into(),
            lines,
            note: "y does it, n or Esc leaves everything as it is.".to_owned(),
            then: Box::new(then),
        }
    }

    pub(super) fn act(&mut self, action: Action, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        match action {
            Action::Yes => match (self.then)((), cx, hand) {
                Ok(step) => Step::Many(vec![Step::Close, step]),
                Err(why) => Step::Say(why),
            },
            Action::No | Action::Back | Action::Cancel | Action::Leave => Step::Close,
            _ => Step::say("y or n. Esc leaves everything as it is."),
        }
    }

    pub(super) fn view(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        boxed(cx, canvas, &self.title, &self.lines, "y  yes      n  no")
    }
}

/// Something that was not done: why, what to do, and a code to quote.
pub struct Notice {
    /// What was not done: `Not saved: …`.
    pub title: String,
    /// Why not.
    pub refusal: Refusal,
    /// When it was refused, as a clock.
    pub at: String,
}

impl Notice {
    pub(super) fn act(&mut self, action: Action) -> Step {
        match action {
            Action::Yes => {
                let text = format!("{}: {}. {}.", self.title, self.refusal.what, self.refusal.hint);
                Step::Many(vec![Step::Close, Step::Out(crate::tui::signal::Out::Copy(text))])
            }
            _ => Step::Close,
        }
    }

    pub(super) fn note(&self) -> String {
        format!(
            "{}. Try: {}.",
            text::visible(&self.refusal.what),
            text::visible(&self.refusal.hint)
        )
    }

    pub(super) fn view(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        let lines = [
            format!("Refused: {}.", self.refusal.what),
            "Nothing was changed.".to_owned(),
            format!("Try: {}.", self.refusal.hint),
            String::new(),
            format!("code {}   {}", self.refusal.code(), self.at),
        ];
        boxed(
            cx,
            canvas,
            &self.title,
            &lines,
            "y  copy this message      Esc  leave it",
        )
    }
}

/// A question that is only answered by typing what it shows: for what leaves the program.
pub struct TypedQuestion {
    /// The question.
    pub title: String,
    /// The consequences, one a line.
    pub lines: Vec<String>,
    /// What must be typed.
    pub wanted: String,
    /// What the message line says before how to answer.
    pub warning: String,
    /// The text.
    pub input: LineInput,
    /// What typing it causes.
    pub then: Then<()>,
}

impl TypedQuestion {
    /// A question that wants exactly this text.
    pub fn new(
        title: impl Into<String>,
        lines: Vec<String>,
        wanted: impl Into<String>,
        then: impl Fn((), &Cx<'_>, &mut Hand) -> Result<Step, String> + 'static,
    ) -> Self {
        Self {
            title: title.into(),
            lines,
            wanted: wanted.into(),
            warning: "This cannot be undone.".to_owned(),
            input: LineInput::default(),
            then: Box::new(then),
        }
    }

    /// With other words than that it cannot be undone.
    #[must_use]
    pub fn warning(mut self, warning: impl Into<String>) -> Self {
        self.warning = warning.into();
        self
    }

    pub(super) fn note(&self) -> String {
        format!("{} Type {} and press Enter, or Esc.", self.warning, self.wanted)
    }

    pub(super) fn text(&mut self, typed: Typed, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        match typed {
            Typed::Key(key) => self.input.edit(key),
            Typed::Leave => return Step::Many(vec![Step::Close, Step::say("Nothing was done.")]),
            Typed::Save if self.input.text().trim() == self.wanted => {
                return match (self.then)((), cx, hand) {
                    Ok(step) => Step::Many(vec![Step::Close, step]),
                    Err(why) => Step::Say(why),
                };
            }
            _ => {
                return Step::Say(format!(
                    "Type {} and press Enter, or Esc: nothing has been done.",
                    self.wanted
                ));
            }
        }
        Step::Stay
    }

    pub(super) fn view(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        let (typed, at) = self.input.window(20);
        let ask = format!("Type {}:  [ {typed} ]", self.wanted);
        let column = u16::try_from(text::width(&format!("Type {}:  [ ", self.wanted))).unwrap_or(0) + at;
        let place = boxed(cx, canvas, &self.title, &self.lines, &ask)?;
        Some(Position {
            x: place.x + column,
            y: place.y,
        })
    }
}

/// A box of lines with a last line of keys; answers the place of that last line.
fn boxed(
    cx: &Cx<'_>,
    canvas: &mut Canvas<'_>,
    title: &str,
    lines: &[String],
    keys: &str,
) -> Option<Position> {
    let longest = lines
        .iter()
        .map(|l| text::width(l))
        .chain([text::width(keys), text::width(title) + 3])
        .max();
    let width = u16::try_from(longest.unwrap_or(20))
        .unwrap_or(60)
        .clamp(20, cx.body.width.saturating_sub(4).max(20));
    let wrapped: Vec<String> = lines
        .iter()
        .flat_map(|line| text::wrapped(line, usize::from(width)))
        .collect();
    let area = popup_area(
        cx.body,
        width,
        u16::try_from(wrapped.len() + 1).unwrap_or(u16::MAX),
    );
    let inside = canvas.popup(area, title);
    let room = inside.height.saturating_sub(1);
    canvas.lines(
        ratatui::layout::Rect {
            height: room,
            ..inside
        },
        wrapped.iter().map(String::as_str),
    );
    let y = inside.bottom().saturating_sub(1);
    canvas.put(inside.x, y, inside.width, keys, Role::Plain);
    Some(Position { x: inside.x, y })
}
