//! What `y` offers: a cell, a row, the table, addresses, the join link; as data, never as drawn.

use crate::domain::{Id, Participant, Person};
use crate::tui::overlay::{Menu, MenuRow, Overlay};
use crate::tui::screen::{Cx, copy};
use crate::tui::signal::Out;
use crate::tui::step::Step;

use super::columns::{Col, Of};

/// The rows to copy from.
pub(super) struct Rows {
    /// The row under the cursor.
    pub here: Option<Participant>,
    /// The marked rows, else all shown.
    pub rows: Vec<Participant>,
    /// Whether rows are marked.
    pub marked: bool,
}

/// The copy menu of the grid.
pub(super) fn menu(cx: &Cx<'_>, columns: &[(&'static Col, u16)], at: &'static str, from: &Rows) -> Step {
    let Some(here) = &from.here else {
        return Step::say("There is nothing to copy.");
    };
    let model = cx.model;
    let keys: Vec<&'static str> = columns.iter().map(|(col, _)| col.key).collect();
    let line = |part: &Participant| {
        let of = Of::new(model, part);
        let cells: Vec<String> = keys.iter().map(|key| one_line(&of.text(key))).collect();
        cells.join("\t")
    };
    let heads: Vec<&str> = columns.iter().map(|(col, _)| col.shape.title).collect();
    let mut table = vec![heads.join("\t")];
    table.extend(from.rows.iter().map(line));
    let people: Vec<Id<Person>> = from.rows.iter().map(|part| part.person).collect();
    let which = if from.marked { "marked" } else { "shown" };
    let count = from.rows.len();
    let link = here
        .group
        .and_then(|id| model.groups.get(id))
        .map(|group| group.link.clone())
        .unwrap_or_default();
    let texts = [
        Of::new(model, here).text(at),
        line(here),
        table.join("\n"),
        copy::addresses(model, people.iter().copied()),
        link.clone(),
    ];
    let name = model.name_of(here.person);
    let title = columns
        .iter()
        .find(|(col, _)| col.key == at)
        .map_or("cell", |(col, _)| col.shape.title);
    let mut rows = vec![
        MenuRow::new('c', format!("cell             {title} of {name}")),
        MenuRow::new('r', format!("row              {name}, tab separated")),
        MenuRow::new('t', format!("table            {count} {which}, tab separated")),
        MenuRow::new('e', format!("mail addresses   of {count} {which}")),
    ];
    rows.push(if link.is_empty() {
        MenuRow::barred("join link", "The group of this row has no join link.")
    } else {
        MenuRow::new('l', format!("join link        {link}"))
    });
    let said = [
        format!("{title} of {name}"),
        format!("the row of {name}"),
        format!("{count} rows"),
        format!("{} mail addresses", people.len()),
        "the join link".to_owned(),
    ];
    let menu = Menu::new("Copy", rows, move |row, _, _| {
        Ok(copy(texts[row].clone(), &said[row]))
    });
    Step::Ask(Overlay::Menu(menu.saying(
        "Copies data, not what is drawn. Your terminal must allow its clipboard.",
    )))
}

/// The copy menu of a person card.
pub(in crate::tui::screen) fn card(cx: &Cx<'_>, part: &Participant) -> Step {
    let columns: Vec<(&'static Col, u16)> = super::columns::COLUMNS.iter().map(|col| (col, 0)).collect();
    let from = Rows {
        here: Some(part.clone()),
        rows: vec![part.clone()],
        marked: false,
    };
    menu(cx, &columns, "email", &from)
}

/// Puts text on the clipboard and says what it was.
#[must_use]
pub fn copy(text: String, what: &str) -> Step {
    Step::Many(vec![
        Step::Out(Out::Copy(text)),
        Step::say(format!("Sent {what} to your terminal's clipboard.")),
    ])
}

/// A text on one line: tabs and line ends would break a table.
fn one_line(text: &str) -> String {
    text.replace(['\t', '\n', '\r'], " ")
}
