//! Rows pasted from a spreadsheet: a preview of what each would do, corrected row by row, applied as one edit. And
//! the box to paste into where the terminal does not tell a paste from typing.

use ratatui::layout::Position;

use crate::exchange::people_rows::{Does, PeopleRows};
use crate::tui::key::{Action, Context, TextKey};
use crate::tui::overlay::{LineBox, Overlay, Preview, PreviewRow};
use crate::tui::part::{Canvas, Cell, Column, LineInput, Pane};
use crate::tui::screen::{Cx, Screen, Typed};
use crate::tui::step::{Hand, Step};
use crate::tui::theme::Role;

use super::fields;

/// What the columns found are called, in words.
fn found(rows: &PeopleRows) -> String {
    let words: Vec<String> = rows
        .found
        .iter()
        .map(|key| fields::title(key).to_lowercase())
        .collect();
    words.join(", ")
}

/// The preview of pasted text; a sentence when it is no table of people.
pub(super) fn preview(cx: &Cx<'_>, text: &str) -> Step {
    match PeopleRows::read(cx.model, text) {
        Ok(rows) if rows.rows.is_empty() => Step::say("There are no rows in what was pasted."),
        Ok(rows) => {
            let all = (0..rows.rows.len()).collect();
            show(rows, all, 0)
        }
        Err(problem) => Step::say(format!(
            "{}. Try: {}.",
            crate::tui::sentence(&problem.what),
            problem.remedy
        )),
    }
}

/// Shows rows, those included that were and can be, the cursor on one of them.
fn show(rows: PeopleRows, included: Vec<usize>, on: usize) -> Step {
    let shown = rows
        .rows
        .iter()
        .enumerate()
        .map(|(nth, row)| {
            let or = |key: &str, empty: &str| match row.value(key) {
                "" => empty.to_owned(),
                text => text.to_owned(),
            };
            PreviewRow {
                included: matches!(row.does, Does::Add | Does::Change) && included.contains(&nth),
                allowed: row.does != Does::Refuse,
                cells: vec![
                    Cell::from(row.does.word()),
                    Cell::from(or("name", "(no name)")),
                    Cell::from(or("email", "-")),
                    Cell::from(or("organisation", "-")),
                    Cell::from(or("stream", "-")),
                ],
                why: row.why.clone(),
            }
        })
        .collect();
    let columns = vec![
        Column::new("DOES", 8, 0, 0),
        Column::new("NAME", 18, 1, 0),
        Column::new("MAIL", 24, 1, 1),
        Column::new("TRUST", 12, 0, 2),
        Column::new("STREAM", 6, 0, 1),
    ];
    let count = rows.rows.len();
    let mut heading = format!(
        "Pasted {count} row{}, columns found: {}",
        if count == 1 { "" } else { "s" },
        found(&rows)
    );
    if !rows.unknown.is_empty() {
        heading.push_str(&format!("; left out: {}", rows.unknown.join(", ")));
    }
    let taken = rows.clone();
    let mut preview = Preview::new("Paste preview", columns, shown, move |included, cx, hand| {
        let edit = taken
            .edit(cx.model, &mut hand.mint, &included, cx.now)
            .map_err(fields::said)?;
        let doing = |does| {
            included
                .iter()
                .filter(|nth| taken.rows[**nth].does == does)
                .count()
        };
        let told = format!(
            "Pasted: {} added, {} changed",
            doing(Does::Add),
            doing(Does::Change)
        );
        Ok(Step::Propose(edit, told))
    });
    preview.heading = heading;
    let told = rows.clone();
    preview.told = Some(Box::new(move |included| {
        let doing = |does| {
            included
                .iter()
                .filter(|nth| told.rows[**nth].does == does)
                .count()
        };
        let out = told.rows.len() - included.len();
        format!(
            "y adds {}, changes {}, leaves out {out}. One u takes it all back.",
            doing(Does::Add),
            doing(Does::Change)
        )
    }));
    preview.change = Some(Box::new(move |(row, included), _, _| {
        Ok(correct(rows.clone(), included, row))
    }));
    Step::Ask(Overlay::Preview(preview.on(on)))
}

/// A line to type for the field that is wrong in a row, or its name.
fn correct(rows: PeopleRows, included: Vec<usize>, nth: usize) -> Step {
    let Some(row) = rows.rows.get(nth) else {
        return Step::Stay;
    };
    let key = row.wrong.unwrap_or("name");
    let title = format!("{} in row {}", fields::title(key), row.line);
    let old = row.value(key).to_owned();
    let line = LineBox::new(title, fields::rule(key), &old, move |text, cx, _| {
        let mut rows = rows.clone();
        rows.set(cx.model, nth, key, &text);
        let mut included = included.clone();
        included.push(nth);
        // The preview underneath gives way to the one with the corrected row.
        Ok(Step::Many(vec![Step::Close, show(rows, included, nth)]))
    });
    Step::Ask(Overlay::Line(line))
}

/// An empty box to paste into: Enter begins a new row, an empty row ends it.
#[derive(Default)]
pub(super) struct PasteBox {
    lines: Vec<String>,
    line: LineInput,
}

impl PasteBox {
    fn finish(&mut self, cx: &Cx<'_>) -> Step {
        let mut text = std::mem::take(&mut self.lines);
        let last = self.line.text().to_owned();
        if !last.trim().is_empty() {
            text.push(last);
        }
        self.line.set("");
        if text.is_empty() {
            return Step::Many(vec![Step::Back, Step::say("Nothing was pasted.")]);
        }
        Step::Many(vec![Step::Back, preview(cx, &text.join("\n"))])
    }
}

impl Screen for PasteBox {
    fn context(&self) -> Context {
        Context::Text
    }

    fn home(&self) -> Context {
        Context::People
    }

    fn crumbs(&self, _cx: &Cx<'_>) -> Vec<String> {
        vec!["Paste".to_owned()]
    }

    fn aside(&self, _cx: &Cx<'_>) -> String {
        "nothing changed yet".to_owned()
    }

    fn note(&self, _cx: &Cx<'_>) -> String {
        "Paste rows here, headings too. An empty line ends it and opens the preview; Esc leaves.".to_owned()
    }

    fn offers(&self, _cx: &Cx<'_>) -> Vec<Action> {
        Vec::new()
    }

    fn hint(&self, action: Action, _cx: &Cx<'_>) -> Option<String> {
        let words = match action {
            Action::Open => "next row, empty row: preview",
            Action::NextField => "next column",
            Action::Back => "leave",
            Action::Up => "",
            _ => return None,
        };
        Some(words.to_owned())
    }

    fn act(&mut self, _action: Action, _cx: &Cx<'_>, _hand: &mut Hand) -> Step {
        Step::Unbound
    }

    fn text(&mut self, typed: Typed, cx: &Cx<'_>, _hand: &mut Hand) -> Step {
        match typed {
            Typed::Key(TextKey::Backspace) if self.line.text().is_empty() => {
                let back = self.lines.pop().unwrap_or_default();
                self.line.set(&back);
            }
            Typed::Key(key) => self.line.edit(key),
            Typed::Next => self.line.edit(TextKey::Type('\t')),
            Typed::Save if self.line.text().trim().is_empty() => return self.finish(cx),
            Typed::Save => {
                self.lines.push(self.line.text().to_owned());
                self.line.set("");
            }
            Typed::Leave => return Step::Many(vec![Step::Back, Step::say("Nothing was changed.")]),
            Typed::Up | Typed::Down | Typed::Previous => {}
        }
        Step::Stay
    }

    fn paste(&mut self, text: &str, cx: &Cx<'_>, _hand: &mut Hand) -> Option<Step> {
        self.lines.extend(text.lines().map(str::to_owned));
        Some(self.finish(cx))
    }

    fn settle(&mut self, _cx: &Cx<'_>) {}

    fn view(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        let inside = Pane::new("Paste rows", true)
            .with(format!("{} so far", self.lines.len()))
            .draw(canvas, cx.body);
        let room = usize::from(inside.height.saturating_sub(1));
        let from = self.lines.len().saturating_sub(room);
        let shown: Vec<String> = self.lines[from..]
            .iter()
            .map(|line| line.replace('\t', "  |  "))
            .collect();
        let used = canvas.lines(inside, shown.iter().map(String::as_str));
        let y = (inside.y + used).min(inside.bottom().saturating_sub(1));
        let line = self.line.text().replace('\t', "  |  ");
        let at = canvas.put(inside.x, y, inside.width, &line, Role::Typing);
        Some(Position {
            x: (inside.x + at).min(inside.right().saturating_sub(1)),
            y,
        })
    }
}
