//! What is remembered of files that were taken in: what their headings mean, and what they said last.

use serde::{Deserialize, Serialize};

use crate::domain::word::words;

words! {
    /// What a file that comes in is about.
    FileOf {
        Applications = 1 "applications", Roster = 2 "roster", Pulse = 3 "pulse", Survey = 4 "survey",
        Attendance = 5 "attendance", Holidays = 6 "holidays", Busy = 7 "busy",
    }
}

/// What stands under a heading, as somebody corrected it once: the next file with that heading is read so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// In files about what.
    pub of: FileOf,
    /// The heading as it was written; of two rows of headings both, with ` / ` between.
    pub heading: String,
    /// The field or question it holds; empty when it holds nothing of use.
    pub field: String,
}

/// What a file said of one field, as a fingerprint: enough to tell whether anybody changed it since, and no second
/// copy of what people wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The field's key.
    pub field: String,
    /// The XXH3 of the record's id and the field's JSON.
    pub print: u64,
}

/// Where a record came from, and what the file said of it when it was last taken in.
///
/// It outlives the record: what was imported and dropped here is not brought back by the next import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// The record, as an id in text.
    pub of: String,
    /// The file's name.
    pub file: String,
    /// The line of its sheet, 1 being the first; 0 when it has none.
    pub line: u32,
    /// What it said.
    pub said: Vec<Said>,
}
