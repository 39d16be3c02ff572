//! What is kept: records, entries and answers in sled trees, durable before anybody hears of them.
//!
//! The only room that names sled, and the one that decides how records become bytes. One process opens a
//! database, behind the lock of [`Ground`]; only the hub's writer thread calls [`Store`]. It must not know roles,
//! rules or clients.
//!
//! **Commit.** One sled transaction over all trees, at most 64 KB, then sled's flush, then our own fsync of the
//! file behind it (sled's flush alone does not survive a power cut), then the watermark. Any error after the
//! transaction began ends the process: what is on disk is then found out by reading it, never guessed.
//!
//! **Big edits.** An entry is numbered parts of at most 8 KB and a head. The parts of a big one are written first,
//! in commits of their own; the head is the commit that makes it exist. Its records follow in small commits and
//! are redone at the next start when that was interrupted (`applied < revision`).
//!
//! **Places left open.** The *write-ahead journal* of entries since the last verified backup belongs between
//! `commit::Landing` and the transaction: [`Store::land`] would append to it first, and then need only its
//! fdatasync to acknowledge. The *salvage ladder* belongs in `open`, where [`StoreProblem::damaged`] is
//! made: it would set the files aside, then try them without snapshots, row by row, and from backup and journal.
//!
//! **Erasure** (`erase`) builds the whole database anew without a person, and exchanges the directory `data` under
//! the lock.

pub mod backup;
pub mod codec;
mod commit;
pub mod erase;
mod ground;
mod header;
mod keys;
mod open;
mod problem;
mod read;
mod watermark;

use std::fs::File;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::domain::{AdminName, Cohort, Entry, EntryHead, Id, Label, Refusal, Rev};

pub use commit::{Landing, SMALL, Stage, Stages, Verdict};
pub use ground::{Ground, IN_USE, Lock, ROOM_TO_COMMIT};
pub use header::{Header, SCHEMA, Tally};
pub use problem::{Cause, StoreProblem};
pub use read::Finding;
pub use watermark::FILE as WATERMARK;

/// The directory in the data directory that is sled's.
pub const DATABASE: &str = "data";

/// An open database.
pub struct Store {
    db: sled::Db,
    records: sled::Tree,
    entries: sled::Tree,
    answers: sled::Tree,
    meta: sled::Tree,
    file: File,
    watermark: watermark::Watermark,
    header: Header,
    place: PathBuf,
    stages: Option<Stages>,
}

/// The head of an entry as it is kept and as it travels: without it the entry does not exist.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// Its number.
    pub rev: Rev,
    /// When it landed, in milliseconds of Unix time.
    pub at: i64,
    /// Who meant it.
    pub by: AdminName,
    /// The edit's nonce.
    pub nonce: u128,
    /// The edit's cohort.
    pub cohort: Id<Cohort>,
    /// What was meant.
    pub label: Label,
    /// How many records it changed.
    pub count: u32,
    /// The entry it takes back, if it is an undo.
    pub undoes: Option<Rev>,
    /// How many parts its changes fill.
    pub parts: u32,
    /// xxh3-128 over the changes' bytes.
    pub hash: u128,
}

impl Head {
    /// The head of an entry whose changes are these bytes.
    #[must_use]
    pub fn of(entry: &Entry, changes: &[u8]) -> Self {
        Self {
            rev: entry.rev,
            at: entry.at.timestamp_millis(),
            by: entry.by.clone(),
            nonce: entry.edit.nonce,
            cohort: entry.edit.cohort,
            label: entry.edit.label.clone(),
            count: u32::try_from(entry.edit.changes.len()).unwrap_or(u32::MAX),
            undoes: entry.undoes,
            parts: u32::try_from(changes.len().div_ceil(commit::PART)).unwrap_or(u32::MAX),
            hash: xxhash_rust::xxh3::xxh3_128(changes),
        }
    }

    /// The line of history.
    #[must_use]
    pub fn line(&self) -> EntryHead {
        EntryHead {
            rev: self.rev,
            at: chrono::DateTime::from_timestamp_millis(self.at).unwrap_or_default(),
            by: self.by.clone(),
            label: self.label.clone(),
            count: self.count,
            undoes: self.undoes,
        }
    }

    /// The whole entry, with the changes read from their bytes.
    ///
    /// # Errors
    /// When the bytes are not those the head was made for.
    pub fn entry(self, changes: &[u8]) -> Result<Entry, codec::Unreadable> {
        if xxhash_rust::xxh3::xxh3_128(changes) != self.hash {
            return Err(codec::Unreadable::Broken(
                "its parts are not the ones it was made of".to_owned(),
            ));
        }
        let line = self.line();
        Ok(Entry {
            rev: self.rev,
            at: line.at,
            by: self.by,
            undoes: self.undoes,
            edit: crate::domain::Edit {
                nonce: self.nonce,
                cohort: self.cohort,
                label: self.label,
                changes: codec::read_changes(changes)?,
            },
        })
    }
}

/// What became of an edit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// It landed as this entry.
    Landed(Rev),
    /// It was refused.
    Refused(Refusal),
}

/// The answer to an edit, kept so that the edit can be sent again and means the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// A hash of what was asked: the same nonce for something else is refused.
    pub payload: u128,
    /// When it was given, in seconds of Unix time.
    pub at: i64,
    /// What was answered.
    pub outcome: Outcome,
}

impl Store {
    /// What the database says of itself.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }
}

#[cfg(test)]
mod tests;
