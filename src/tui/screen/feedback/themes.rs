//! A theme as the office has it: its name, and the words that suggest it.

use crate::domain::{Id, Theme};
use crate::tui::overlay::{Form, FormField, Overlay};
use crate::tui::screen::Cx;
use crate::tui::step::Step;

/// Asks for another name of a theme, and other words that suggest it.
pub(super) fn edit(cx: &Cx<'_>, theme: Id<Theme>) -> Step {
    let Some(is) = cx.model.themes.get(theme) else {
        return Step::say("That theme is gone.");
    };
    let fields = vec![
        FormField::new("name", "Name", &is.name).needed(),
        FormField::new("words", "Suggested by", &is.words.join(", ")),
    ];
    let form = Form::new(format!("Theme {}", is.name), fields, move |texts, cx, hand| {
        let [(_, name), (_, words)] = texts.as_slice() else {
            return Err("That theme is gone.".to_owned());
        };
        let words: Vec<String> = words.split([',', ';']).map(str::to_owned).collect();
        Ok(Step::propose(cx.model.edit_theme(
            &mut hand.mint,
            theme,
            name,
            &words,
        )))
    });
    Step::Ask(Overlay::Form(form))
}
