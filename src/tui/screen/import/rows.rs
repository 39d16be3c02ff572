//! The rows of an import preview, and what they come to, as they are shown.

use crate::domain::statistics::decimal;
use std::collections::HashMap;

use crate::exchange::incoming::Drawn;
use crate::exchange::intake::Act;

/// One line of the preview.
pub(super) struct Shown {
    pub(super) line: u32,
    pub(super) does: &'static str,
    pub(super) name: String,
    pub(super) what: String,
    pub(super) why: Vec<String>,
    pub(super) included: bool,
    pub(super) allowed: bool,
}

/// The rows of a preview in the order of the sheet.
pub(super) fn shown(drawn: &Drawn) -> Vec<Shown> {
    let preview = &drawn.preview;
    let mut notes: HashMap<u32, Vec<String>> = HashMap::new();
    for warning in &preview.warnings {
        let line = warning
            .strip_prefix("line ")
            .and_then(|rest| rest.split_once(": "));
        if let Some((line, what)) = line.and_then(|(line, what)| Some((line.parse().ok()?, what))) {
            notes.entry(line).or_default().push(crate::tui::sentence(what));
        }
    }
    let mut rows: Vec<Shown> = Vec::with_capacity(preview.rows);
    for row in &preview.taken {
        let (does, included) = match row.act {
            Act::Add => ("add", true),
            Act::Change => ("change", true),
            Act::Same => ("same", false),
        };
        let mut why = Vec::new();
        why.extend(Some(row.what.clone()).filter(|what| !what.is_empty()));
        why.extend(notes.remove(&row.row).unwrap_or_default());
        if why.is_empty() {
            why.push(if included {
                "New.".to_owned()
            } else {
                "Everything is so already.".to_owned()
            });
        }
        rows.push(Shown {
            line: row.row,
            does,
            name: row.name.clone(),
            what: row.what.clone(),
            why,
            included,
            allowed: included,
        });
    }
    for row in &preview.refused {
        let column = if row.field.is_empty() {
            String::new()
        } else {
            format!(", column {:?}", row.field)
        };
        let does = if drawn.facts.unknown.contains(&row.value) {
            "caller"
        } else {
            "refuse"
        };
        let name = [&row.email, &row.value].into_iter().find(|text| !text.is_empty());
        rows.push(Shown {
            line: row.row,
            does,
            name: if does == "caller" {
                row.value.clone()
            } else {
                name.cloned().unwrap_or_default()
            },
            what: row.why.clone(),
            why: vec![
                format!("Line {}{column}: {}.", row.row, row.why),
                format!("What stood there: {}", row.value),
            ],
            included: false,
            allowed: false,
        });
    }
    for row in &preview.duplicates {
        rows.push(Shown {
            line: row.row,
            does: "twice",
            name: row.email.clone(),
            what: format!("as line {}; line {} counts", row.of_row, row.kept),
            why: vec![format!(
                "The same person is in line {}; line {} counts.",
                row.of_row, row.kept
            )],
            included: false,
            allowed: false,
        });
    }
    rows.sort_by_key(|row| row.line);
    rows
}

/// `83 added, 2 changed`.
pub(super) fn what_y_does(drawn: &Drawn) -> String {
    let count = |act| drawn.preview.count(act);
    format!("{} added, {} changed", count(Act::Add), count(Act::Change))
}

/// What it all comes to.
pub(super) fn totals(drawn: &Drawn) -> Vec<String> {
    let preview = &drawn.preview;
    let used: Vec<&str> = drawn
        .columns
        .iter()
        .map(|heard| heard.field.as_str())
        .filter(|field| !field.is_empty())
        .collect();
    let unused = drawn.columns.len() - used.len();
    let mut lines = vec![format!(
        "{}, {} the same, {} refused, {} sent twice",
        what_y_does(drawn),
        preview.count(Act::Same),
        preview.refused.len(),
        preview.duplicates.len()
    )];
    if !used.is_empty() {
        lines.push(format!(
            "{unused} columns not used; the others: {}",
            used.join(", ")
        ));
    }
    if let Some(asked) = drawn.facts.asked {
        let answered = drawn
            .facts
            .change
            .and_then(|change| change.means)
            .map(|(then, now)| {
                let paired = drawn.facts.change.map_or(0, |change| change.paired);
                format!(
                    "; confidence {} then, {} now ({paired} pairs)",
                    decimal(then, 2),
                    decimal(now, 2)
                )
            });
        lines.push(format!("{asked} asked{}", answered.unwrap_or_default()));
    }
    let general = preview
        .warnings
        .iter()
        .filter(|warning| !warning.starts_with("line "));
    lines.extend(general.take(2).map(|warning| crate::tui::sentence(warning)));
    lines
}
