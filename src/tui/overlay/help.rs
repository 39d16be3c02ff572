//! Help: the acts of the screen beneath, made from the key table; Enter runs the one under the cursor.

use ratatui::layout::{Position, Rect};

use crate::domain::text;
use crate::tui::key::{Action, Binding, Context, bindings};
use crate::tui::part::{Canvas, LineInput, Pane};
use crate::tui::screen::{Cx, Typed};
use crate::tui::step::Step;
use crate::tui::theme::Role;

/// The keys of one screen, searchable and runnable.
pub struct HelpSheet {
    /// What it is the help of.
    pub title: String,
    /// The acts, those of this screen first.
    rows: Vec<&'static Binding>,
    /// How many of them are of this screen.
    here: usize,
    row: usize,
    find: Option<LineInput>,
}

/// Whether an act makes sense in every view, without the screen offering it.
#[must_use]
pub(super) const fn holds_everywhere(action: Action) -> bool {
    !matches!(
        action,
        Action::Filter
            | Action::Sort
            | Action::Body
            | Action::Info
            | Action::Zoom
            | Action::Columns
            | Action::Today
            | Action::Earlier
            | Action::Later
            | Action::Edit
            | Action::Add
            | Action::Move
            | Action::Drop
            | Action::Remind
            | Action::Copy
            | Action::Repeat
            | Action::NextProblem
            | Action::PreviousProblem
            | Action::Mark
            | Action::Range
            | Action::MarkAll
    )
}

impl HelpSheet {
    /// The help of a screen whose keys are read in `context` and that offers these acts.
    #[must_use]
    pub fn of(title: impl Into<String>, context: Context, offers: &[Action]) -> Self {
        let all: Vec<&Binding> = bindings(context)
            .into_iter()
            .filter(|b| !b.chords.is_empty())
            .collect();
        let offered = |action: Action| match action {
            Action::PreviousProblem => offers.contains(&Action::NextProblem),
            Action::Range | Action::MarkAll => offers.contains(&Action::Mark),
            action => offers.contains(&action),
        };
        let is_here = |b: &&Binding| b.context == context || offered(b.action);
        let mut rows: Vec<&Binding> = all.iter().copied().filter(|b| is_here(b)).collect();
        let here = rows.len();
        rows.extend(
            all.iter()
                .copied()
                .filter(|b| !is_here(b) && b.context == Context::Any && holds_everywhere(b.action)),
        );
        Self {
            title: title.into(),
            rows,
            here,
            row: 0,
            find: None,
        }
    }

    pub(super) fn context(&self) -> Context {
        if self.find.is_some() {
            Context::Text
        } else {
            Context::Help
        }
    }

    /// How many acts there are here.
    #[must_use]
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    fn shown(&self) -> Vec<usize> {
        let wanted = self
            .find
            .as_ref()
            .map(|find| text::fold(find.text()))
            .unwrap_or_default();
        let matches = |b: &Binding| {
            let line = text::fold(&format!("{} {} {}", b.key(), b.help, b.hint));
            wanted.split_whitespace().all(|word| line.contains(word))
        };
        (0..self.rows.len())
            .filter(|row| matches(self.rows[*row]))
            .collect()
    }

    fn step(&mut self, by: isize) {
        let shown = self.shown();
        let here = shown.iter().position(|row| *row == self.row).unwrap_or(0);
        self.row = shown
            .get(here.saturating_add_signed(by).min(shown.len().saturating_sub(1)))
            .copied()
            .unwrap_or_default();
    }

    pub(super) fn act(&mut self, action: Action) -> Step {
        match action {
            Action::Down => self.step(1),
            Action::Up => self.step(-1),
            Action::Filter => self.find = Some(LineInput::default()),
            Action::Open => return self.run(),
            Action::Back | Action::Leave | Action::Cancel => return Step::Close,
            _ => return Step::Unbound,
        }
        Step::Stay
    }

    fn run(&self) -> Step {
        match self.rows.get(self.row) {
            Some(binding) => Step::Many(vec![Step::Close, Step::Act(binding.action)]),
            None => Step::Close,
        }
    }

    pub(super) fn text(&mut self, typed: Typed) -> Step {
        match typed {
            Typed::Key(key) => {
                if let Some(find) = &mut self.find {
                    find.edit(key);
                }
                self.row = self.shown().first().copied().unwrap_or(0);
            }
            Typed::Save if self.shown().contains(&self.row) => return self.run(),
            Typed::Save => return Step::say("Nothing matches. Esc shows all again."),
            Typed::Down | Typed::Next => self.step(1),
            Typed::Up | Typed::Previous => self.step(-1),
            Typed::Leave => self.find = None,
        }
        Step::Stay
    }

    pub(super) fn view(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        canvas.clear(cx.body);
        let inside = Pane::new(format!("Help: {}", self.title), true).draw(canvas, cx.body);
        let mut place = None;
        let mut area = inside;
        if let Some(find) = &self.find {
            let (typed, at) = find.window(inside.width.saturating_sub(4));
            canvas.put(
                inside.x + 2,
                inside.y,
                inside.width - 2,
                &format!("/ {typed}"),
                Role::Typing,
            );
            place = Some(Position {
                x: inside.x + 4 + at,
                y: inside.y,
            });
            area = Rect {
                y: area.y + 1,
                height: area.height.saturating_sub(1),
                ..area
            };
        }
        let shown = self.shown();
        let columns = usize::from(area.width / 52).clamp(1, 3);
        let headed = area.height.saturating_sub(1).max(1);
        // Two headings: the acts of this screen, then those that hold everywhere.
        let mut lines: Vec<(Option<usize>, String)> = Vec::new();
        for (nth, row) in shown.iter().enumerate() {
            if nth == 0 && *row < self.here {
                lines.push((None, "HERE".to_owned()));
            }
            if *row >= self.here && (nth == 0 || shown[nth - 1] < self.here) {
                lines.push((None, "EVERYWHERE".to_owned()));
            }
            let binding = self.rows[*row];
            let keys = binding
                .chords
                .iter()
                .take(2)
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(" ");
            lines.push((
                Some(*row),
                format!("{} {}", text::pad_right(&keys, 10), binding.help),
            ));
        }
        let per_page = usize::from(headed) * columns;
        let at = lines
            .iter()
            .position(|(row, _)| *row == Some(self.row))
            .unwrap_or(0);
        let first = at / per_page.max(1) * per_page;
        let width = area.width / u16::try_from(columns).unwrap_or(1);
        for (nth, (row, line)) in lines.iter().skip(first).take(per_page).enumerate() {
            let column = u16::try_from(nth / usize::from(headed)).unwrap_or(0);
            let x = area.x + column * width;
            let y = area.y + u16::try_from(nth % usize::from(headed)).unwrap_or(0);
            let here = *row == Some(self.row);
            let sign = if here { "> " } else { "  " };
            canvas.put(
                x,
                y,
                width.saturating_sub(1),
                &format!("{sign}{line}"),
                Role::Plain,
            );
            if here {
                canvas.tint(
                    Rect {
                        x,
                        y,
                        width: width.saturating_sub(1),
                        height: 1,
                    },
                    Role::Cursor,
                );
                place = place.or(Some(Position { x, y }));
            }
        }
        let hidden = lines.len().saturating_sub(first + per_page);
        if hidden > 0 {
            canvas.put(
                area.x + 2,
                area.bottom() - 1,
                area.width,
                &format!("v {hidden} more actions"),
                Role::Plain,
            );
        }
        place
    }
}
