//! The copy menu: what of a screen goes to the terminal's clipboard.

use crate::domain::{Enrolment, Id, Model, Person};
use crate::tui::overlay::{Menu, MenuRow, Overlay};
use crate::tui::signal::Out;
use crate::tui::step::Step;

/// A menu of texts to copy: letter, what it is, the text.
#[must_use]
pub fn menu(choices: Vec<(char, &'static str, String)>) -> Step {
    let rows = choices
        .iter()
        .map(|(letter, what, text)| MenuRow {
            label: Some(*letter),
            text: (*what).to_owned(),
            barred: text
                .is_empty()
                .then(|| format!("There is nothing to copy: no {what} here.")),
        })
        .collect();
    let texts: Vec<String> = choices.into_iter().map(|(_, _, text)| text).collect();
    let menu = Menu::new("Copy", rows, move |row, _, _| {
        Ok(Step::Out(Out::Copy(texts[row].clone())))
    });
    Step::Ask(Overlay::Menu(menu.saying("A letter copies. Esc closes.")))
}

/// The addresses of people as a mail program takes them: each once, with names.
#[must_use]
pub fn addresses(model: &Model, people: impl IntoIterator<Item = Id<Person>>) -> String {
    let mut all: Vec<String> = Vec::new();
    for person in people.into_iter().filter_map(|id| model.people.get(id)) {
        let plain: String = person
            .name
            .chars()
            .filter(|c| !matches!(c, '"' | '<' | '>' | ';' | ','))
            .collect();
        let one = format!("{plain} <{}>", person.email);
        if !person.email.is_empty() && !all.contains(&one) {
            all.push(one);
        }
    }
    all.join("; ")
}

/// The same of those who hold these enrolments.
#[must_use]
pub fn addresses_of(model: &Model, enrolments: impl IntoIterator<Item = Id<Enrolment>>) -> String {
    let people = enrolments
        .into_iter()
        .filter_map(|id| Some(model.enrolments.get(id)?.person));
    addresses(model, people)
}
