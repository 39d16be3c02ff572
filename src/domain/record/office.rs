//! The office itself: its admins, what they acknowledged, and the messages they prepared.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Person;
use crate::domain::entry::{AdminName, Rev};
use crate::domain::id::Id;
use crate::domain::word::words;

words! {
    /// What an admin may do (rule 18); `shared` is no person but a Unix account that several of them use, and may
    /// come in only under the name of one.
    AdminRole { Owner = 1 "owner", Editor = 2 "editor", Viewer = 3 "viewer", Shared = 4 "shared" }
}
words! {
    /// What a message is about.
    MessageKind {
        FeedbackReminder = 1 "feedback reminder", SessionReminder = 2 "session reminder", Changed = 3 "changed",
        Cancelled = 4 "cancelled", Decision = 5 "decision", Other = 6 "other",
    }
}

/// Somebody who runs the programme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admin {
    /// The name they are known by, unique without regard to case.
    pub name: AdminName,
    /// What they may do.
    pub role: AdminRole,
    /// The last revision they have seen.
    pub last_seen: Rev,
}

/// An alert that somebody has taken note of; it stays listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ack {
    /// The alert's key: its rule and the id it is about.
    pub alert: String,
    /// Who took note.
    pub by: AdminName,
    /// When.
    pub at: DateTime<Utc>,
}

/// A message to one person, prepared, written to the outbox or sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// To whom.
    pub person: Id<Person>,
    /// What about.
    pub kind: MessageKind,
    /// The wave or session it is about, as an id in text; empty when neither.
    pub about: String,
    /// Subject line.
    pub subject: String,
    /// When it was written to the outbox or sent.
    pub at: DateTime<Utc>,
    /// Whether it went by mail server (true) or into the outbox.
    pub sent: bool,
}
