//! Previews: what would be done, row by row; nothing changes until `y`.

use ratatui::layout::{Position, Rect};

use super::Then;
use crate::tui::key::Action;
use crate::tui::part::{Canvas, Cell, Column, Cursor, Line, Pane, split_rows};
use crate::tui::screen::Cx;
use crate::tui::step::{Hand, Step};

/// One row of a preview.
#[derive(Clone, Debug, Default)]
pub struct PreviewRow {
    /// Whether it would be done.
    pub included: bool,
    /// Whether it may be included at all: a refused row may not.
    pub allowed: bool,
    /// Its cells.
    pub cells: Vec<Cell>,
    /// Why: shown for the row under the cursor.
    pub why: Vec<String>,
}

/// A sentence about the rows included.
pub type Told = Box<dyn Fn(&[usize]) -> String>;

/// A list of what would be done.
pub struct Preview {
    /// What it is a preview of, for the breadcrumb.
    pub title: String,
    /// The heading of the list: `Proposed 3 of 3`.
    pub heading: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<PreviewRow>,
    /// Lines at the bottom: what it all comes to.
    pub totals: Vec<String>,
    /// The sentence for the message line.
    pub note: String,
    /// What `y` causes, for the rows included.
    pub then: Then<Vec<usize>>,
    /// The sentence for the message line, from the rows included; [`Preview::note`] when none.
    pub told: Option<Told>,
    /// What `e` on a row causes: the row, and the rows included just now.
    pub change: Option<Then<(usize, Vec<usize>)>>,
    cursor: Cursor<usize>,
}

impl Preview {
    /// A preview of these rows.
    pub fn new(
        title: impl Into<String>,
        columns: Vec<Column>,
        rows: Vec<PreviewRow>,
        then: impl Fn(Vec<usize>, &Cx<'_>, &mut Hand) -> Result<Step, String> + 'static,
    ) -> Self {
        let mut cursor = Cursor::default();
        cursor.settle(&(0..rows.len()).collect::<Vec<_>>());
        Self {
            title: title.into(),
            heading: String::new(),
            columns,
            rows,
            totals: Vec::new(),
            note: String::new(),
            then: Box::new(then),
            told: None,
            change: None,
            cursor,
        }
    }

    /// The numbers of the rows that would be done.
    #[must_use]
    pub fn included(&self) -> Vec<usize> {
        (0..self.rows.len())
            .filter(|row| self.rows[*row].included)
            .collect()
    }

    /// With the cursor on this row.
    #[must_use]
    pub fn on(mut self, row: usize) -> Self {
        self.cursor.go(row, &(0..self.rows.len()).collect::<Vec<_>>());
        self
    }

    pub(super) fn said(&self) -> String {
        let told = self.told.as_ref().map(|told| told(&self.included()));
        told.unwrap_or_else(|| self.note.clone())
    }

    pub(super) fn act(&mut self, action: Action, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        let keys: Vec<usize> = (0..self.rows.len()).collect();
        match action {
            Action::Back | Action::Leave | Action::Cancel | Action::No => {
                return Step::Many(vec![Step::Close, Step::say("Nothing was changed.")]);
            }
            Action::Include => {
                if let Some(row) = self.rows.get_mut(self.cursor.row) {
                    if !row.allowed {
                        return Step::say("This row is refused: e changes it, or leave it out.");
                    }
                    row.included = !row.included;
                }
                self.cursor.act(Action::Down, &keys, 2);
            }
            Action::Yes => {
                let rows = self.included();
                if rows.is_empty() {
                    return Step::say("No row is included. Space includes one, Esc leaves.");
                }
                return match (self.then)(rows, cx, hand) {
                    Ok(step) => Step::Many(vec![Step::Close, step]),
                    Err(why) => Step::Say(why),
                };
            }
            Action::Open => {
                let why = self.rows.get(self.cursor.row).map(|row| row.why.join(". "));
                return Step::say(why.unwrap_or_default());
            }
            Action::Edit => {
                return match self
                    .change
                    .as_ref()
                    .map(|change| change((self.cursor.row, self.included()), cx, hand))
                {
                    Some(Ok(step)) => step,
                    Some(Err(why)) => Step::Say(why),
                    None => Step::say("Rows here are taken or left out as they are: Space."),
                };
            }
            other => {
                if !self.cursor.act(other, &keys, usize::from(cx.body.height) / 2) {
                    return Step::Unbound;
                }
            }
        }
        Step::Stay
    }

    pub(super) fn view(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        canvas.clear(cx.body);
        let empty = PreviewRow::default();
        let here = self.rows.get(self.cursor.row).unwrap_or(&empty);
        let why = u16::try_from(here.why.len()).unwrap_or(6).clamp(2, 7) + 1;
        let totals = u16::try_from(self.totals.len()).unwrap_or(3).min(5);
        let list = cx
            .body
            .height
            .saturating_sub(why + totals + u16::from(totals > 0))
            .max(3);
        let parts = split_rows(cx.body, &[list, why, totals + u16::from(totals > 0)]);
        let heading = if self.heading.is_empty() {
            format!("{} of {}", self.included().len(), self.rows.len())
        } else {
            self.heading.clone()
        };
        let inside = Pane::new(heading, true).draw(canvas, parts[0]);
        let room = usize::from(inside.height.saturating_sub(1)).max(1);
        let top = (self.cursor.row + 1).saturating_sub(room.saturating_sub(1).max(1));
        let mut columns = vec![Column::new("", 3, 0, 0)];
        columns.extend(self.columns.iter().copied());
        let shown: Vec<Line> = self
            .rows
            .iter()
            .skip(top)
            .take(room)
            .map(|row| {
                let tick = if row.included { "[x]" } else { "[ ]" };
                Line::of(std::iter::once(Cell::from(tick)).chain(row.cells.iter().cloned()))
            })
            .collect();
        let below = self.rows.len().saturating_sub(top + shown.len());
        let place = canvas.table(inside, &columns, &shown, Some(self.cursor.row - top), below);
        let inside = Pane::new("Why", false).draw(canvas, parts[1]);
        let inside = Rect {
            x: inside.x + 2,
            width: inside.width.saturating_sub(2),
            ..inside
        };
        canvas.lines(inside, here.why.iter().map(String::as_str));
        if totals > 0 {
            let inside = Pane::new("If you apply", false).draw(canvas, parts[2]);
            let inside = Rect {
                x: inside.x + 2,
                width: inside.width.saturating_sub(2),
                ..inside
            };
            canvas.lines(inside, self.totals.iter().map(String::as_str));
        }
        place
    }
}
