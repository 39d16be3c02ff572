//! Every rule of domain.md §3, each shown by tests that carry its number, and two properties of them all.

mod change;
mod groups;
mod people;
mod properties;
mod publishing;
mod sessions;

use cohort::domain::{
    AdminRole, Change, Delta, Edit, Id, Label, Model, Reason, Recorded, Refusal, Table, Verdict,
};

use crate::kit::world;

/// An edit of the small world.
fn edit(model: &Model, changes: Vec<Change>) -> Edit {
    model.edit(7, Label::new("test", "the rules"), changes)
}

/// What the rules say to an editor's changes at the world's clock.
fn admit(model: &Model, changes: Vec<Change>) -> Result<Verdict, Refusal> {
    model.admit(&edit(model, changes), AdminRole::Owner, world::now())
}

/// The model after changes that are admitted.
fn after(model: &Model, changes: Vec<Change>) -> Model {
    assert_eq!(admit(model, changes.clone()), Ok(Verdict::Fresh));
    model.after(&changes)
}

/// Checks that a rule refuses changes, in these words; answers what to do.
#[track_caller]
fn refused(model: &Model, changes: Vec<Change>, rule: u8, what: &str) -> String {
    let refusal = admit(model, changes).expect_err("a rule stands against it");
    assert_eq!(
        (refusal.reason, refusal.rule, refusal.what.as_str()),
        (Reason::Rule, rule, what)
    );
    assert!(!refusal.hint.is_empty(), "a refusal says what to do");
    refusal.hint
}

/// A change of one record of a table.
fn changed<T: Recorded>(table: &Table<T>, id: Id<T>, change: impl FnOnce(&mut T)) -> Change
where
    Change: From<Delta<T>>,
{
    let before = table.get(id).expect("the small world has this record").clone();
    let mut after = before.clone();
    change(&mut after);
    Delta::changed(id, before, after).into()
}

/// A new record.
fn made<T: Recorded>(number: u64, is: T) -> Change
where
    Change: From<Delta<T>>,
{
    Delta::made(Id::new(9000 + number), is).into()
}

/// A record taken away.
fn gone<T: Recorded>(table: &Table<T>, id: Id<T>) -> Change
where
    Change: From<Delta<T>>,
{
    let before = table.get(id).expect("the small world has this record").clone();
    Delta::gone(id, before).into()
}

#[test]
fn the_small_world_breaks_no_rule() {
    let model = world::world();
    assert_eq!(model.broken_rules(world::now()), []);
}
