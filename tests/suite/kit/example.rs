//! The example programme, without a store.

use std::sync::OnceLock;

use chrono::TimeDelta;
use cohort::domain::{Change, Edit, Entry, Id, Mint, Model};
use cohort::exchange::example;

/// The edits of the example, read once.
fn edits() -> &'static [Edit] {
    static EDITS: OnceLock<Vec<Edit>> = OnceLock::new();
    EDITS.get_or_init(|| example::edits(&mut Mint::seeded(1)).expect("the example can be read"))
}

/// The cohort of this name in the example programme, as it stands after its last edit, without a history.
pub fn cohort(name: &str) -> Model {
    let mut shared = Model::empty(Id::new(0));
    for edit in edits() {
        shared.try_on(&edit.changes);
    }
    let named = shared.cohorts.iter().find(|(_, cohort)| cohort.name == name);
    let mut model = Model::empty(named.expect("the example has this cohort").0);
    for edit in edits() {
        let ours = |change: &&Change| edit.cohort == model.focus || change.kind().is_shared();
        let changes: Vec<Change> = edit.changes.iter().filter(ours).cloned().collect();
        model.try_on(&changes);
    }
    model
}

/// The same with its history: Jo T put it in, an edit a day, the last one this morning.
pub fn remembered(name: &str) -> Model {
    let mut model = cohort(name);
    let mut at = example::clock() - TimeDelta::hours(6);
    let mut entries = Vec::new();
    for (edit, rev) in edits().iter().zip(1_u64..).collect::<Vec<_>>().into_iter().rev() {
        entries.push(Entry {
            rev,
            at,
            by: "Jo T".to_owned(),
            edit: edit.clone(),
            undoes: None,
        });
        at -= TimeDelta::days(1);
    }
    let focus = model.focus;
    for entry in entries.iter().rev().filter(|entry| entry.edit.cohort == focus) {
        model.rev = entry.rev;
        model.remember(entry.head());
    }
    model
}
