//! The copy menu: what of a screen goes to the terminal's clipboard.

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
