//! An edit being drawn up: records are made, changed and taken away in any order, each ends as one change.
//!
//! Reading through the draft shows what it has changed so far, so that two steps of one verb never disagree. Knows
//! no verb.

use std::collections::HashMap;

use crate::domain::kind::every_kind;
use crate::domain::record::*;
use crate::domain::table::Table;
use crate::domain::text::clean_text;
use crate::domain::{AnyId, Change, Delta, Edit, Id, Kind, Label, Mint, Model, Record, Recorded, Refusal};

/// A record kind and the table of the model that holds it.
pub(super) trait Kept: Recorded {
    /// Its table.
    fn table(model: &Model) -> &Table<Self>;
    /// The change of one such record, when it is one.
    fn delta(change: &mut Change) -> Option<&mut Delta<Self>>;
    /// The change of one such record.
    fn change(delta: Delta<Self>) -> Change;
}

macro_rules! make_kept {
    ($($variant:ident, $table:ident, $number:literal, $prefix:literal, $word:literal, $scope:ident;)+) => {
        $(impl Kept for $variant {
            fn table(model: &Model) -> &Table<Self> { &model.$table }
            fn delta(change: &mut Change) -> Option<&mut Delta<Self>> {
                match change { Change::$variant(delta) => Some(delta), _ => None }
            }
            fn change(delta: Delta<Self>) -> Change { Change::$variant(delta) }
        })+

        impl Draft<'_> {
            /// The record of any kind as the draft leaves it.
            pub(super) fn get_any(&mut self, id: AnyId) -> Option<Record> {
                match id.kind { $(Kind::$variant => {
                    let id = Id::<$variant>::new(id.number);
                    self.get(id).cloned().map(|is| Record::$variant(id, Box::new(is)))
                })+ }
            }
            /// Makes a record of any kind.
            pub(super) fn make_any(&mut self, record: Record) {
                match record { $(Record::$variant(id, is) => self.make_as(id, *is)),+ }
            }
            /// Puts a record of any kind in the place of the one with its id.
            pub(super) fn change_any(&mut self, record: Record) -> Result<(), Refusal> {
                match record { $(Record::$variant(id, is) => self.change(id, |was| *was = *is)),+ }
            }
            /// Takes away a record of any kind.
            pub(super) fn drop_any(&mut self, id: AnyId) -> Result<(), Refusal> {
                match id.kind { $(Kind::$variant => self.drop(Id::<$variant>::new(id.number))),+ }
            }
        }
    };
}

/// The changes of one edit as far as they are drawn up.
pub(super) struct Draft<'m> {
    model: &'m Model,
    changes: Vec<Change>,
    places: HashMap<AnyId, usize>,
}

every_kind!(make_kept);

impl<'m> Draft<'m> {
    /// Nothing changed yet.
    pub(super) fn on(model: &'m Model) -> Self {
        Self {
            model,
            changes: Vec::new(),
            places: HashMap::new(),
        }
    }

    /// The record as the draft leaves it.
    pub(super) fn get<T: Kept>(&mut self, id: Id<T>) -> Option<&T> {
        match self.places.get(&id.into()) {
            Some(place) => T::delta(&mut self.changes[*place])?.after.as_deref(),
            None => T::table(self.model).get(id),
        }
    }

    /// Makes a record under a fresh id.
    pub(super) fn make<T: Kept>(&mut self, mint: &mut Mint, is: T) -> Id<T> {
        let id = mint.id();
        self.make_as(id, is);
        id
    }

    /// Makes a record under this id.
    pub(super) fn make_as<T: Kept>(&mut self, id: Id<T>, is: T) {
        self.push(id, Delta::made(id, is));
    }

    /// Changes a record; does nothing when it is already so.
    ///
    /// # Errors
    /// When there is no such record.
    pub(super) fn change<T: Kept>(&mut self, id: Id<T>, how: impl FnOnce(&mut T)) -> Result<(), Refusal> {
        let mut after = self.get(id).ok_or_else(|| gone(id.into()))?.clone();
        how(&mut after);
        if let Some(place) = self.places.get(&id.into()) {
            if let Some(delta) = T::delta(&mut self.changes[*place]) {
                delta.after = Some(Box::new(after));
            }
        } else if let Some(before) = T::table(self.model).get(id).filter(|before| **before != after) {
            self.push(id, Delta::changed(id, before.clone(), after));
        }
        Ok(())
    }

    /// Takes a record away.
    ///
    /// # Errors
    /// When there is no such record.
    pub(super) fn drop<T: Kept>(&mut self, id: Id<T>) -> Result<(), Refusal> {
        if let Some(place) = self.places.get(&id.into()) {
            if let Some(delta) = T::delta(&mut self.changes[*place]) {
                delta.after = None;
            }
            return Ok(());
        }
        let before = T::table(self.model).get(id).ok_or_else(|| gone(id.into()))?;
        self.push(id, Delta::gone(id, before.clone()));
        Ok(())
    }

    fn push<T: Kept>(&mut self, id: Id<T>, delta: Delta<T>) {
        self.places.insert(id.into(), self.changes.len());
        self.changes.push(T::change(delta));
    }

    /// The edit, with a nonce of its own. Changes that end where they began are left out.
    pub(super) fn edit(self, mint: &mut Mint, verb: &str, on: impl Into<String>) -> Edit {
        let stays = |change: &Change| change.before() == change.after();
        let changes = self.changes.into_iter().filter(|c| !stays(c)).collect();
        self.model.edit(mint.nonce(), Label::new(verb, on), changes)
    }
}

/// The refusal for a record that is not there.
pub(super) fn gone(id: AnyId) -> Refusal {
    Refusal::missing(
        format!("no {} has the id {id}", id.kind),
        "it may be of another cohort, or gone: look at the list again",
    )
}

impl Model {
    /// The record with this id.
    ///
    /// # Errors
    /// Missing, when it is not there.
    pub(super) fn need<T: Kept>(&self, id: Id<T>) -> Result<&T, Refusal> {
        T::table(self).get(id).ok_or_else(|| gone(id.into()))
    }
}

/// `Fatima Rahman`, or `3 people` when there are several: what a bulk edit was done to.
pub(super) fn many(titles: &[String], several: &str) -> String {
    match titles {
        [one] => one.clone(),
        all => format!("{} {several}", all.len()),
    }
}

/// The reason as it is kept: cleaned, and said to be missing where nobody gave one.
pub(super) fn reason_given(reason: &str) -> String {
    match clean_text(reason).text {
        none if none.is_empty() => "no reason given".to_owned(),
        reason => reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn theme(name: &str) -> Theme {
        Theme {
            name: name.to_owned(),
            words: Vec::new(),
            order: 1,
        }
    }

    #[test]
    fn a_record_changed_twice_is_one_change() {
        let mut model = Model::empty(Id::new(1));
        let id = Id::new(5);
        model.put(crate::domain::Record::Theme(id, Box::new(theme("a"))), 1);
        let mut draft = Draft::on(&model);
        draft.change(id, |t: &mut Theme| t.name = "b".into()).unwrap();
        draft.change(id, |t: &mut Theme| t.order = 2).unwrap();
        let edit = draft.edit(&mut Mint::seeded(1), "set", "theme");
        let after = Theme {
            order: 2,
            ..theme("b")
        };
        assert_eq!(
            edit.changes,
            vec![Change::Theme(Delta::changed(id, theme("a"), after))]
        );
    }

    #[test]
    fn a_change_that_ends_where_it_began_is_left_out() {
        let mut model = Model::empty(Id::new(1));
        let id = Id::new(5);
        model.put(crate::domain::Record::Theme(id, Box::new(theme("a"))), 1);
        let mut draft = Draft::on(&model);
        draft.change(id, |t: &mut Theme| t.name = "b".into()).unwrap();
        draft.change(id, |t: &mut Theme| t.name = "a".into()).unwrap();
        let made = draft.make(&mut Mint::seeded(1), theme("c"));
        draft.drop(made).unwrap();
        assert!(draft.edit(&mut Mint::seeded(1), "set", "theme").is_empty());
    }
}
