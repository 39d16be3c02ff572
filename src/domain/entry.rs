//! The one vocabulary of change: a delta of one record, an edit somebody meant, an entry that landed.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::id::{AnyId, Id};
use super::kind::{Kind, Record, Recorded, every_kind};
use super::record::*;

/// The number of an entry: 1 for the first, then one higher each, in the order in which they landed.
pub type Rev = u64;

/// The name an admin is known by.
pub type AdminName = String;

/// One record before and after: made when there was none before, gone when there is none after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "T: Recorded")]
pub struct Delta<T> {
    /// Which record.
    pub id: Id<T>,
    /// What it was.
    pub before: Option<Box<T>>,
    /// What it becomes.
    pub after: Option<Box<T>>,
}

impl<T: Recorded> Delta<T> {
    /// A new record.
    pub fn made(id: Id<T>, after: T) -> Self {
        Self {
            id,
            before: None,
            after: Some(Box::new(after)),
        }
    }
    /// A changed record.
    pub fn changed(id: Id<T>, before: T, after: T) -> Self {
        Self {
            id,
            before: Some(Box::new(before)),
            after: Some(Box::new(after)),
        }
    }
    /// A record taken away.
    pub fn gone(id: Id<T>, before: T) -> Self {
        Self {
            id,
            before: Some(Box::new(before)),
            after: None,
        }
    }
    /// The change that takes this one back.
    #[must_use]
    pub fn inverse(self) -> Self {
        Self {
            id: self.id,
            before: self.after,
            after: self.before,
        }
    }
}

macro_rules! make_change {
    ($($variant:ident, $table:ident, $number:literal, $prefix:literal, $word:literal, $scope:ident;)+) => {
        /// The change of one record of any kind.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub enum Change { $(#[doc = $word] $variant(Delta<$variant>)),+ }

        impl Change {
            /// The record it changes.
            #[must_use]
            pub fn id(&self) -> AnyId {
                match self { $(Self::$variant(delta) => delta.id.into()),+ }
            }
            /// The change that takes this one back.
            #[must_use]
            pub fn inverse(self) -> Self {
                match self { $(Self::$variant(delta) => Self::$variant(delta.inverse())),+ }
            }
            /// Whether the record did not exist before.
            #[must_use]
            pub fn is_making(&self) -> bool {
                match self { $(Self::$variant(delta) => delta.before.is_none() && delta.after.is_some()),+ }
            }
            /// Whether the record is gone afterwards.
            #[must_use]
            pub fn is_taking_away(&self) -> bool {
                match self { $(Self::$variant(delta) => delta.after.is_none()),+ }
            }
            /// The record before.
            #[must_use]
            pub fn before(&self) -> Option<Record> {
                match self { $(Self::$variant(delta) =>
                    delta.before.clone().map(|record| Record::$variant(delta.id, record))),+ }
            }
            /// The record after.
            #[must_use]
            pub fn after(&self) -> Option<Record> {
                match self { $(Self::$variant(delta) =>
                    delta.after.clone().map(|record| Record::$variant(delta.id, record))),+ }
            }
            /// A change from one record to another of the same kind and id, either of which may be missing.
            #[must_use]
            pub fn between(before: Option<Record>, after: Option<Record>) -> Option<Self> {
                match (before, after) {
                    $((Some(Record::$variant(id, before)), None) =>
                        Some(Self::$variant(Delta { id, before: Some(before), after: None })),
                    (None, Some(Record::$variant(id, after))) =>
                        Some(Self::$variant(Delta { id, before: None, after: Some(after) })),
                    (Some(Record::$variant(id, before)), Some(Record::$variant(same, after))) if id == same =>
                        Some(Self::$variant(Delta { id, before: Some(before), after: Some(after) })),)+
                    _ => None,
                }
            }
        }
        $(impl From<Delta<$variant>> for Change {
            fn from(delta: Delta<$variant>) -> Self { Self::$variant(delta) }
        })+
    };
}
every_kind!(make_change);

impl Change {
    /// The kind of record it changes.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.id().kind
    }
}

/// What one person meant, in one step: all of it lands, or nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edit {
    /// Told apart from every other edit, so that sending it twice lands once.
    pub nonce: u128,
    /// The cohort whose records it changes.
    pub cohort: Id<Cohort>,
    /// The verb and what it was done to, in the words of the screen.
    pub label: Label,
    /// The changes.
    pub changes: Vec<Change>,
}

/// What was meant, in words: `move` and `Owen Pritchard, CCIO-3 to CCIO-1`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// The verb as on screen: `mark`, `move`, `reschedule`, `import`.
    pub verb: String,
    /// What it was done to.
    pub on: String,
}

impl Label {
    /// A label of these words.
    pub fn new(verb: impl Into<String>, on: impl Into<String>) -> Self {
        Self {
            verb: verb.into(),
            on: on.into(),
        }
    }
}

impl Entry {
    /// What an edit is called that takes this entry back: what was undone is redone, and the other way round.
    #[must_use]
    pub fn label_of_undo(&self) -> Label {
        let was = &self.edit.label;
        match (was.verb.as_str(), self.undoes) {
            ("undo", Some(_)) => Label::new("redo", was.on.clone()),
            ("redo", Some(_)) => Label::new("undo", was.on.clone()),
            _ => Label::new("undo", was.to_string()),
        }
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb, self.on)
    }
}

impl Edit {
    /// The changes that take this edit back, last first.
    #[must_use]
    pub fn inverse(&self) -> Vec<Change> {
        self.changes.iter().rev().cloned().map(Change::inverse).collect()
    }
}

/// An edit that landed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number.
    pub rev: Rev,
    /// When it landed, by the store's clock.
    pub at: DateTime<Utc>,
    /// Who meant it.
    pub by: AdminName,
    /// What was meant.
    pub edit: Edit,
    /// The entry it takes back, if it is an undo.
    pub undoes: Option<Rev>,
}

/// An entry without its changes: enough for a line of history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryHead {
    /// Its number.
    pub rev: Rev,
    /// When it landed.
    pub at: DateTime<Utc>,
    /// Who meant it.
    pub by: AdminName,
    /// What was meant.
    pub label: Label,
    /// How many records it changed.
    pub count: u32,
    /// The entry it takes back, if it is an undo.
    pub undoes: Option<Rev>,
}

impl Entry {
    /// Its line of history.
    #[must_use]
    pub fn head(&self) -> EntryHead {
        EntryHead {
            rev: self.rev,
            at: self.at,
            by: self.by.clone(),
            label: self.edit.label.clone(),
            count: u32::try_from(self.edit.changes.len()).unwrap_or(u32::MAX),
            undoes: self.undoes,
        }
    }
}
