//! This cohort beside the last one: asked for by name, fetched off the screen's thread, shown in a popup.

use chrono::{DateTime, Utc};

use crate::domain::feedback::{Amount, Shown};
use crate::domain::statistics::{decimal, signed};
use crate::domain::{Cohort, Id, Model, text};
use crate::tui::overlay::{Menu, MenuRow, Overlay};
use crate::tui::signal::Out;
use crate::tui::step::Step;

/// How wide the names of figures may be.
const WHAT: usize = 44;

/// Asks for the cohort before this one.
pub fn ask(model: &Model) -> Step {
    match last(model) {
        Some(cohort) => Step::Many(vec![
            Step::say("Fetching the last cohort ..."),
            Step::Out(Out::LookAt(cohort)),
        ]),
        None => Step::say("No cohort ended before this one began: there is nothing to compare with."),
    }
}

/// The cohort that ended last before this one began.
fn last(model: &Model) -> Option<Id<Cohort>> {
    let begin = model.cohorts.get(model.focus)?.first_day;
    let before = model.cohorts.iter().filter(|(_, is)| is.last_day < begin);
    before.max_by_key(|(_, is)| is.last_day).map(|(id, _)| id)
}

/// The popup with both cohorts' figures.
pub fn popup(model: &Model, other: &Model, now: DateTime<Utc>) -> Step {
    let name = |model: &Model| model.title(model.focus.into());
    let only_there = format!(
        "Only {0} has this figure: :cohort {0} opens it there.",
        name(other)
    );
    let figures = model.beside(other, now);
    let rows: Vec<MenuRow> = figures
        .iter()
        .map(|is| {
            let what = text::fit(&is.what, WHAT, "~");
            let [here, there] = is.amounts.each_ref().map(said);
            let what = text::pad_right(&what, WHAT);
            MenuRow::plain(format!("{what} {here:>11} {there:>11}"))
        })
        .collect();
    if rows.is_empty() {
        return Step::say("Neither cohort has been asked anything yet.");
    }
    let mut menu = Menu::new(
        format!("{} beside {}", name(model), name(other)),
        rows,
        move |row, _, _| match figures.get(row).and_then(|is| is.from) {
            Some(wave) => Ok(Step::Show(wave.into())),
            None => Err(only_there.clone()),
        },
    );
    menu.heading = format!("{:WHAT$} {:>11} {:>11}", "", name(model), name(other));
    menu.footer = vec!["- is hidden for too few answers; nothing stands where nobody was asked".to_owned()];
    Step::Ask(Overlay::Menu(menu.saying(
        "Other people, other groups: no difference is yet an effect. Enter: its rows.",
    )))
}

/// A figure as shown.
fn said(amount: &Amount) -> String {
    match amount {
        Amount::Missing => String::new(),
        Amount::Mean(Shown::Value(mean)) => decimal(*mean, 1),
        Amount::Change(Shown::Value(change)) => signed(*change, 1),
        Amount::Part(Shown::Value(ratio)) => format!("{} of {}", ratio.part, ratio.whole),
        Amount::Mean(_) | Amount::Change(_) | Amount::Part(_) => "-".to_owned(),
    }
}
