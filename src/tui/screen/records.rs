//! Any record, of any kind, by key: made, changed and taken away through the field table.

use crate::domain::{AnyId, Kind, Model, field};
use crate::tui::overlay::{Form, FormField, LineBox, Menu, MenuRow, Overlay};
use crate::tui::signal::Out;
use crate::tui::step::Step;

/// Letters for menus of many rows, without those that move the cursor.
const LETTERS: &str = "abcdefghilmnoprstuvwxyzABCDEFGHILMN";

/// A menu of all kinds, then the form of one.
#[must_use]
pub fn add_any() -> Step {
    let rows = Kind::ALL
        .iter()
        .zip(LETTERS.chars())
        .map(|(kind, letter)| MenuRow::new(letter, kind.word()))
        .collect();
    let menu = Menu::new("Add a record", rows, |row, cx, _| {
        Ok(add(cx.model, Kind::ALL[row]))
    });
    Step::Ask(Overlay::Menu(menu.saying("Choose what to add; / finds.")))
}

/// The form of a new record of one kind.
#[must_use]
pub fn add(model: &Model, kind: Kind) -> Step {
    let fields = kind
        .fields()
        .iter()
        .filter(|field| !matches!(field.input, field::Input::Fixed))
        .map(|field| FormField::of(field, "", model))
        .collect();
    let form = Form::new(format!("Add {kind}"), fields, move |texts, cx, hand| {
        let filled: Vec<(&str, &str)> = texts
            .iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(key, text)| (key.as_str(), text.as_str()))
            .collect();
        let edit = cx
            .model
            .make(&mut hand.mint, kind, &filled, cx.me, cx.now)
            .map_err(|r| format!("{r}. Try: {}.", r.hint))?;
        Ok(Step::Propose(edit, String::new()))
    });
    Step::Ask(Overlay::Form(form))
}

/// A menu of all kinds, then of the records of one.
#[must_use]
pub fn change_any() -> Step {
    let rows = Kind::ALL
        .iter()
        .zip(LETTERS.chars())
        .map(|(kind, letter)| MenuRow::new(letter, kind.word()))
        .collect();
    let menu = Menu::new("Change a record", rows, |row, cx, _| {
        Ok(records_of(cx.model, Kind::ALL[row]))
    });
    Step::Ask(Overlay::Menu(menu.saying("Choose the kind; / finds.")))
}

/// A menu of the records of one kind.
fn records_of(model: &Model, kind: Kind) -> Step {
    let mut all: Vec<(String, AnyId)> = model
        .every_record()
        .map(|(record, _)| record.id())
        .filter(|id| id.kind == kind)
        .map(|id| (model.title(id), id))
        .collect();
    all.sort();
    if all.is_empty() {
        return Step::Say(format!(
            "There is no {kind} yet. \"add a record\" in the palette makes one."
        ));
    }
    let rows = all
        .iter()
        .map(|(title, _)| MenuRow::plain(title.clone()))
        .collect();
    let menu = Menu::new(format!("Which {kind}?"), rows, move |row, cx, _| {
        Ok(edit(cx.model, all[row].1))
    });
    Step::Ask(Overlay::Menu(menu.finding()))
}

/// The field menu of one record: a letter changes a field, the last row takes the record away.
#[must_use]
pub fn edit(model: &Model, id: AnyId) -> Step {
    let Some(record) = model.record(id) else {
        return Step::say("It is gone.");
    };
    let values = field::json(&record);
    let mut rows = Vec::new();
    let mut keys = Vec::new();
    for (field, letter) in id.kind.fields().iter().zip(LETTERS.chars()) {
        let value = values
            .get(field.key)
            .map(|value| field::shown(model, value))
            .unwrap_or_default();
        let text = format!("{:<18} {value}", field.label);
        rows.push(match field.input {
            field::Input::Fixed => MenuRow::barred(text, "This is set by the program itself."),
            _ => MenuRow::new(letter, text),
        });
        keys.push(Some(field.key));
    }
    rows.push(MenuRow::new('-', "take it away (undoable)"));
    keys.push(None);
    let title = model.title(id);
    let menu = Menu::new(title, rows, move |row, cx, hand| match keys[row] {
        Some(key) => Ok(edit_field(cx.model, id, key, None)),
        None => Ok(Step::propose(cx.model.drop_record(&mut hand.mint, id, cx.now))),
    });
    Step::Ask(Overlay::Menu(
        menu.saying("Press the letter of the field to change."),
    ))
}

/// A box with one field of a record, holding its value or an unsaved text.
#[must_use]
pub fn edit_field(model: &Model, id: AnyId, key: &str, text: Option<String>) -> Step {
    let Some(field) = id.kind.field(key) else {
        return Step::say("There is no such field.");
    };
    let old = model.read_field(id, key);
    let title = format!("{} of {}", field.label, model.title(id));
    let key = key.to_owned();
    let mut line = LineBox::new(title, "Enter saves, Esc leaves it as it was.", &old, {
        let key = key.clone();
        move |text, cx, hand| {
            let edit = cx
                .model
                .set_field(&mut hand.mint, id, &key, &text, cx.me, cx.now)
                .map_err(|r| format!("{r}. Try: {}.", r.hint))?;
            hand.last_change = Some((key.clone(), text));
            Ok(Step::Propose(edit, String::new()))
        }
    })
    .drafting(format!("{id} {key}"));
    if let Some(text) = text {
        line.input.set(&text);
    }
    Step::Ask(Overlay::Line(line))
}

/// A menu of the cohorts there are.
#[must_use]
pub fn open_cohort(model: &Model) -> Step {
    let mut all: Vec<_> = model
        .cohorts
        .iter()
        .map(|(id, cohort)| (cohort.name.clone(), cohort.state, id))
        .collect();
    all.sort();
    all.reverse();
    let rows = all
        .iter()
        .map(|(name, state, _)| MenuRow::plain(format!("{name:<12} {state}")))
        .collect();
    let menu = Menu::new("Open which cohort?", rows, move |row, _, _| {
        Ok(Step::Out(Out::OpenCohort(all[row].2)))
    });
    Step::Ask(Overlay::Menu(menu))
}
