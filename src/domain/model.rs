//! One cohort as everybody sees it: its records by kind, with indexes. No clock: time is an argument.
//!
//! This file owns the tables and how an entry changes them. What the tables mean is asked in `ask`, what may
//! change them is decided in `rules`, and the changes people make are built in `intent`.

use super::entry::{Change, Delta, Edit, Entry, EntryHead, Rev};
use super::id::{AnyId, Id};
use super::index::{Index, Indexed};
use super::kind::{Kind, Record, every_kind};
use super::record::*;
use super::table::Table;

/// How many lines of history a model keeps at hand; older ones are asked of the store.
pub const HEADS_KEPT: usize = 500;

macro_rules! make_model {
    ($($variant:ident, $table:ident, $number:literal, $prefix:literal, $word:literal, $scope:ident;)+) => {
        /// Everything about one cohort that a screen needs, and what the whole programme shares.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Model {
            /// The cohort this model is of.
            pub focus: Id<Cohort>,
            /// The last entry applied.
            pub rev: Rev,
            $(#[doc = concat!("Every ", $word, ".")] pub $table: Table<$variant>,)+
            pub(super) index: Index,
            heads: std::collections::VecDeque<EntryHead>,
        }

        impl Model {
            /// A model of this cohort with nothing in it.
            #[must_use]
            pub fn empty(focus: Id<Cohort>) -> Self {
                Self {
                    focus, rev: 0, $($table: Table::default(),)+
                    index: Index::default(), heads: std::collections::VecDeque::new(),
                }
            }
            /// Puts one record in as it was stored.
            pub fn put(&mut self, record: Record, rev: Rev) {
                match record {
                    $(Record::$variant(id, is) => {
                        if let Some(old) = self.$table.get(id) { old.clone().index(&mut self.index, id, false); }
                        is.index(&mut self.index, id, true);
                        self.$table.put(id, *is, rev);
                    })+
                }
            }
            /// Takes one record out.
            pub fn take(&mut self, id: AnyId) {
                match id.kind {
                    $(Kind::$variant => {
                        let id: Id<$variant> = Id::new(id.number);
                        if let Some(old) = self.$table.take(id) { old.index(&mut self.index, id, false); }
                    })+
                }
            }
            /// The record with this id.
            #[must_use]
            pub fn record(&self, id: AnyId) -> Option<Record> {
                match id.kind {
                    $(Kind::$variant => {
                        let id: Id<$variant> = Id::new(id.number);
                        self.$table.get(id).map(|is| Record::$variant(id, Box::new(is.clone())))
                    })+
                }
            }
            /// Whether there is exactly this record.
            #[must_use]
            pub fn holds(&self, record: &Record) -> bool {
                match record {
                    $(Record::$variant(id, is) => self.$table.get(*id) == Some(&**is)),+
                }
            }
            /// The entry that last touched this record.
            #[must_use]
            pub fn touched(&self, id: AnyId) -> Option<Rev> {
                match id.kind {
                    $(Kind::$variant => self.$table.row(Id::new(id.number)).map(|row| row.rev)),+
                }
            }
            /// Every record, with the revision that last touched it: shared kinds first, each kind by id.
            pub fn every_record(&self) -> impl Iterator<Item = (Record, Rev)> + '_ {
                std::iter::empty()
                    $(.chain(self.$table.rows().map(|(id, row)| {
                        (Record::$variant(id, Box::new(row.is.clone())), row.rev)
                    })))+
            }
            /// The ids of every record of a kind.
            #[must_use]
            pub fn ids_of(&self, kind: Kind) -> Vec<AnyId> {
                match kind { $(Kind::$variant => self.$table.ids().map(AnyId::from).collect()),+ }
            }
            /// How many records there are.
            #[must_use]
            pub fn count(&self) -> usize {
                0 $(+ self.$table.len())+
            }
            /// Whether the record is, at present, what the change says it was.
            #[must_use]
            pub fn is_before(&self, change: &Change) -> bool {
                match change { $(Change::$variant(delta) =>
                    self.$table.get(delta.id) == delta.before.as_deref()),+ }
            }
            /// Whether the record is, at present, what the change would make it.
            #[must_use]
            pub fn is_after(&self, change: &Change) -> bool {
                match change { $(Change::$variant(delta) =>
                    self.$table.get(delta.id) == delta.after.as_deref()),+ }
            }
            fn change(&mut self, change: &Change, rev: Rev) {
                match change {
                    $(Change::$variant(Delta { id, after, .. }) => match after {
                        Some(after) => self.put(Record::$variant(*id, after.clone()), rev),
                        None => self.take((*id).into()),
                    })+
                }
            }
        }
    };
}
every_kind!(make_model);

impl Model {
    /// Makes an entry true here. It was admitted by the store, so nothing is checked again.
    ///
    /// Entries of other cohorts change only what is shared.
    pub fn apply(&mut self, entry: &Entry) {
        let ours = entry.edit.cohort == self.focus;
        for change in &entry.edit.changes {
            if ours || change.kind().is_shared() {
                self.change(change, entry.rev);
            }
        }
        self.rev = entry.rev;
        if ours {
            self.remember(entry.head());
        }
    }

    /// Makes changes true for a look ahead, without an entry: for rules and previews.
    pub fn try_on(&mut self, changes: &[Change]) {
        let rev = self.rev;
        for change in changes {
            self.change(change, rev);
        }
    }

    /// The model as it would be after these changes.
    #[must_use]
    pub fn after(&self, changes: &[Change]) -> Self {
        let mut model = self.clone();
        model.try_on(changes);
        model
    }

    /// Keeps a line of history, newest last.
    pub fn remember(&mut self, head: EntryHead) {
        self.heads.push_back(head);
        if self.heads.len() > HEADS_KEPT {
            self.heads.pop_front();
        }
    }

    /// The lines of history at hand, newest first.
    pub fn heads(&self) -> impl Iterator<Item = &EntryHead> + Clone {
        self.heads.iter().rev()
    }

    /// An edit of this cohort.
    #[must_use]
    pub fn edit(&self, nonce: u128, label: super::entry::Label, changes: Vec<Change>) -> Edit {
        Edit {
            nonce,
            cohort: self.focus,
            label,
            changes,
        }
    }
}
