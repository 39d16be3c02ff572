//! Any record, of any kind, by key: made, changed and taken away through the field table.

use crate::domain::Model;
use crate::tui::overlay::{Menu, MenuRow, Overlay};
use crate::tui::signal::Out;
use crate::tui::step::Step;

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
pub fn edit(_m: &Model, _id: crate::domain::AnyId) -> Step {
    Step::Stay
}
