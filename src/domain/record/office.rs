//! The office itself: its admins, what they acknowledged, and the messages they prepared.

use chrono::{DateTime, Months, NaiveDate, Utc};
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
    /// What somebody asks of us about their own data.
    Claimed {
        Access = 1 "access", Erasure = 2 "erasure", Correction = 3 "correction", Objection = 4 "objection",
    }
}
words! {
    /// What a message is about.
    MessageKind {
        FeedbackReminder = 1 "feedback reminder", SessionReminder = 2 "session reminder", Changed = 3 "changed",
        Cancelled = 4 "cancelled", Decision = 5 "decision", Other = 6 "other", Invitation = 7 "invitation",
        ConsentRequest = 8 "consent request",
    }
}
words! {
    /// How far a message came.
    MessageState {
        /// Into the outbox, as a file.
        Written = 1 "written",
        /// To the mail server, which took it.
        Sent = 2 "sent",
        /// To the mail server, and the line broke before its word: it may or may not arrive.
        Unsure = 3 "unsure",
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

/// What somebody asked of us about their own data, with its clock (UK GDPR, articles 12 and 15 to 21).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Who asked.
    pub person: Id<Person>,
    /// For what.
    pub what: Claimed,
    /// The day on which it came.
    pub received: NaiveDate,
    /// The day on which it was met.
    pub met: Option<NaiveDate>,
    /// Administrative note: how it came, how it was met.
    pub note: String,
}

impl Claim {
    /// The last day for meeting it: one month after it came (article 12 (3)); in a month that is too short its last day.
    #[must_use]
    pub fn due(&self) -> NaiveDate {
        self.received
            .checked_add_months(Months::new(1))
            .unwrap_or(self.received)
    }
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
    /// How far it came.
    pub state: MessageState,
}
