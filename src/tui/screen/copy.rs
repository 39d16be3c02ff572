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
    let texts: Vec<_> = choices.into_iter().map(|(_, what, text)| (what, text)).collect();
    let menu = Menu::new("Copy", rows, move |row, _, _| Ok(copy(&texts[row])));
    Step::Ask(Overlay::Menu(menu.saying("A letter copies. Esc closes.")))
}

/// Puts text on the clipboard and says what it was, and how many where it is more than one.
#[must_use]
pub fn copy((what, text): &(&'static str, String)) -> Step {
    let many = match *what {
        "mail addresses" => text.split(BETWEEN).count(),
        _ => text.lines().count(),
    };
    let said = match (*what, many) {
        ("mail addresses", 1) => "1 mail address".to_owned(),
        ("mail addresses", many) => format!("{many} mail addresses"),
        (what, 0 | 1) => format!("the {what}"),
        (what, many) => format!("the {what}, {many} lines,"),
    };
    Step::Many(vec![
        Step::Out(Out::Copy(text.clone())),
        Step::say(format!("Sent {said} to your terminal's clipboard.")),
    ])
}

/// What stands between two mail addresses.
const BETWEEN: &str = "; ";

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
    all.join(BETWEEN)
}

/// The same of those who hold these enrolments.
#[must_use]
pub fn addresses_of(model: &Model, enrolments: impl IntoIterator<Item = Id<Enrolment>>) -> String {
    let people = enrolments
        .into_iter()
        .filter_map(|id| Some(model.enrolments.get(id)?.person));
    addresses(model, people)
}
