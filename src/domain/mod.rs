//! What is true: the records of a mentoring programme, the one vocabulary of change, and the rules.
//!
//! No I/O, no clock, no terminal, no database: time is an argument. Everything a screen, a command or the store
//! needs to know about the programme is asked here.

mod ask;
mod entry;
mod erasure;
pub mod field;
pub mod fit;
mod id;
mod index;
mod intent;
mod kind;
mod ladder;
mod merge;
mod model;
pub mod query;
mod record;
mod refusal;
mod rules;
#[cfg(test)]
#[path = "../../tests/suite/kit/world.rs"]
pub(crate) mod sample;
pub mod statistics;
mod table;
pub mod text;
mod together;
pub mod when;
mod word;

pub use ask::feedback;
pub use ask::{
    Alert, Clashing, Concern, Counts, Diary, Due, Expected, Limits, Outlook, Participant, Phase, Ratio,
    Register, RegisterRow, Scope, Status, natural,
};
pub use entry::{AdminName, Change, Delta, Edit, Entry, EntryHead, Label, Rev};
pub use erasure::{ERASED, Erasure};
pub use id::{AnyId, Id, Mint, NotAnId};

pub use fit::FitPart;
pub use intent::{Attendee, Choice, Joining, Placement, Slot, Source, Typed};
pub(crate) use kind::every_kind;
pub use kind::{Kind, Record, Recorded};
pub use ladder::{Ladder, Rung};
pub use merge::{FieldChange, from_json};
pub use model::{HEADS_KEPT, Model};
pub use record::*;
pub use refusal::{Clash, Reason, Refusal};
pub use rules::{Broken, Listed, State, Step, Verdict, Warned, transitions};
pub use table::{Row, Table};
