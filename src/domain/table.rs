//! A table of records of one kind, each with the revision that last touched it.

use std::collections::BTreeMap;

use super::entry::Rev;
use super::id::Id;

/// One record as it stands, and when it last changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Row<T> {
    /// The record.
    pub is: T,
    /// The entry that last changed it.
    pub rev: Rev,
}

/// Records of one kind by id.
#[derive(Clone, Debug, PartialEq)]
pub struct Table<T> {
    rows: BTreeMap<Id<T>, Row<T>>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
        }
    }
}

impl<T> Table<T> {
    /// The record with this id.
    #[must_use]
    pub fn get(&self, id: Id<T>) -> Option<&T> {
        self.rows.get(&id).map(|row| &row.is)
    }
    /// The record with this id and the revision that last touched it.
    #[must_use]
    pub fn row(&self, id: Id<T>) -> Option<&Row<T>> {
        self.rows.get(&id)
    }
    /// Whether there is a record with this id.
    #[must_use]
    pub fn has(&self, id: Id<T>) -> bool {
        self.rows.contains_key(&id)
    }
    /// All records in order of id.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Id<T>, &T)> + Clone {
        self.rows.iter().map(|(id, row)| (*id, &row.is))
    }
    /// All records with their revisions, in order of id.
    pub fn rows(&self) -> impl Iterator<Item = (Id<T>, &Row<T>)> {
        self.rows.iter().map(|(id, row)| (*id, row))
    }
    /// All ids in order.
    pub fn ids(&self) -> impl Iterator<Item = Id<T>> {
        self.rows.keys().copied()
    }
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
    /// Puts a record in, answering what was there.
    pub(super) fn put(&mut self, id: Id<T>, is: T, rev: Rev) -> Option<T> {
        self.rows.insert(id, Row { is, rev }).map(|row| row.is)
    }
    /// Takes a record out, answering what was there.
    pub(super) fn take(&mut self, id: Id<T>) -> Option<T> {
        self.rows.remove(&id).map(|row| row.is)
    }
}
