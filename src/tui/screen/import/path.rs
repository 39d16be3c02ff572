//! Where the path of a file is typed, with completion, or rows are pasted.

use ratatui::layout::Position;

use super::look;
use crate::tui::key::{Action, Context};
use crate::tui::part::{Canvas, LineInput, Pane};
use crate::tui::screen::{Cx, Screen, Typed};
use crate::tui::signal::{Done, Out};
use crate::tui::step::{Hand, Step};
use crate::tui::theme::Role;

/// A path that is being typed, with what it can become.
#[derive(Default)]
pub(super) struct PathEntry {
    line: LineInput,
    paths: Vec<String>,
    row: Option<usize>,
}

impl PathEntry {
    fn list(&mut self) -> Step {
        self.row = None;
        Step::Out(Out::List(self.line.text().to_owned()))
    }

    /// Completes what was typed as far as all that is listed agrees.
    fn complete(&mut self) -> Step {
        let Some(first) = self.paths.first() else {
            return Step::say("Nothing begins so. Backspace widens.");
        };
        let shared = self.paths.iter().skip(1).fold(first.as_str(), |shared, path| {
            let same = shared.char_indices().zip(path.chars()).find(|((_, a), b)| a != b);
            let end = same.map_or(shared.len().min(path.len()), |((at, _), _)| at);
            &shared[..end]
        });
        if shared.len() > self.line.text().len() {
            let shared = shared.to_owned();
            self.line.set(&shared);
        }
        self.list()
    }

    fn choose(&mut self) -> Step {
        if let Some(path) = self.row.and_then(|row| self.paths.get(row)).cloned() {
            self.line.set(&path);
        }
        let path = self.line.text().trim().to_owned();
        if path.is_empty() {
            return Step::say("Type the path of a file, or choose one with the arrows.");
        }
        if path.ends_with('/') {
            return self.list();
        }
        Step::Out(Out::Read(path))
    }

    fn step(&mut self, down: bool) {
        if self.paths.is_empty() {
            return;
        }
        let last = self.paths.len() - 1;
        self.row = match (self.row, down) {
            (None, true) => Some(0),
            (None, false) => Some(last),
            (Some(row), true) => Some((row + 1).min(last)),
            (Some(row), false) => row.checked_sub(1),
        };
    }
}

impl Screen for PathEntry {
    fn context(&self) -> Context {
        Context::Text
    }

    fn home(&self) -> Context {
        Context::People
    }

    fn crumbs(&self, _cx: &Cx<'_>) -> Vec<String> {
        vec!["Import".to_owned()]
    }

    fn aside(&self, _cx: &Cx<'_>) -> String {
        "nothing changed yet".to_owned()
    }

    fn note(&self, _cx: &Cx<'_>) -> String {
        "The path of a .xlsx, .csv or .ics file; Tab completes. Rows can be pasted here too.".to_owned()
    }

    fn offers(&self, _cx: &Cx<'_>) -> Vec<Action> {
        Vec::new()
    }

    fn hint(&self, action: Action, _cx: &Cx<'_>) -> Option<String> {
        let words = match action {
            Action::Open => "read it",
            Action::NextField => "complete",
            Action::Back => "leave",
            Action::Up => "choose",
            _ => return None,
        };
        Some(words.to_owned())
    }

    fn act(&mut self, _action: Action, _cx: &Cx<'_>, _hand: &mut Hand) -> Step {
        Step::Unbound
    }

    fn text(&mut self, typed: Typed, _cx: &Cx<'_>, _hand: &mut Hand) -> Step {
        match typed {
            Typed::Key(key) => {
                self.line.edit(key);
                self.list()
            }
            Typed::Next => self.complete(),
            Typed::Save => self.choose(),
            Typed::Leave => Step::Many(vec![Step::Back, Step::say("Nothing was changed.")]),
            Typed::Down => {
                self.step(true);
                Step::Stay
            }
            Typed::Up | Typed::Previous => {
                self.step(false);
                Step::Stay
            }
        }
    }

    fn paste(&mut self, text: &str, cx: &Cx<'_>, hand: &mut Hand) -> Option<Step> {
        if text.trim().contains('\n') {
            return Some(look("pasted rows", text.as_bytes(), cx, hand));
        }
        self.line.paste(text.trim());
        Some(self.list())
    }

    fn done(&mut self, done: Done, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        match done {
            // An answer to what was typed meanwhile is on its way.
            Done::Listed { typed, paths } if typed == self.line.text() => {
                self.paths = paths;
                self.row = None;
                Step::Stay
            }
            Done::Read { file, bytes } => look(&file, &bytes, cx, hand),
            _ => Step::Stay,
        }
    }

    fn settle(&mut self, _cx: &Cx<'_>) {}

    fn view(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        let inside = Pane::new("Import a file", true)
            .with(format!("{} here", self.paths.len()))
            .draw(canvas, cx.body);
        let (typed, at) = self.line.window(inside.width);
        canvas.put(inside.x, inside.y, inside.width, &typed, Role::Typing);
        let room = usize::from(inside.height.saturating_sub(2)).max(1);
        let top = self.row.map_or(0, |row| (row + 1).saturating_sub(room));
        for (nth, path) in self.paths.iter().enumerate().skip(top).take(room) {
            let y = inside.y + 2 + u16::try_from(nth - top).unwrap_or(0);
            if y >= inside.bottom() {
                break;
            }
            let (mark, role) = if self.row == Some(nth) {
                ("> ", Role::Cursor)
            } else {
                ("  ", Role::Plain)
            };
            canvas.put(inside.x, y, inside.width, &format!("{mark}{path}"), role);
        }
        Some(Position {
            x: inside.x + at,
            y: inside.y,
        })
    }
}
