//! The example programme, without a store.

use std::sync::OnceLock;

use cohort::domain::{Change, Edit, Id, Mint, Model};
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
