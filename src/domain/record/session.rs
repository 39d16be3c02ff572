//! Sessions, who was there, and when people cannot come.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Enrolment, Group, Person, Round};
use crate::domain::entry::AdminName;
use crate::domain::id::Id;
use crate::domain::word::words;

words! {
    /// What was decided about a session; whether it is live or over also depends on the clock
    /// (`Model::phase`).
    SessionState {
        Planned = 1 "planned", Confirmed = 2 "confirmed", Held = 3 "held", Closed = 4 "closed",
        Cancelled = 5 "cancelled", Postponed = 6 "postponed",
    }
}
words! {
    /// How somebody attended; nobody has a mark before one is set.
    MarkValue {
        Present = 1 "present", Late = 2 "late", Apologies = 3 "apologies", Absent = 4 "absent", Guest = 5 "guest",
    }
}
words! {
    /// Why somebody cannot come.
    BusyKind { Holiday = 1 "bank holiday", Leave = 2 "leave", Busy = 3 "busy" }
}

/// One group's meeting in a round, or a workshop for everybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The group that meets; none for a workshop.
    pub group: Option<Id<Group>>,
    /// The round it belongs to; none for a workshop.
    pub round: Option<Id<Round>>,
    /// Name of a workshop.
    pub title: String,
    /// When it starts.
    pub starts: DateTime<Utc>,
    /// How long it is, in minutes.
    pub minutes: u16,
    /// Where it is joined, when not by the group's link.
    pub link: String,
    /// Where it is, when people meet in a place.
    pub place: String,
    /// What it is about.
    pub topic: String,
    /// Administrative note.
    pub note: String,
    /// What was decided about it.
    pub state: SessionState,
    /// Why it was cancelled or postponed.
    pub reason: String,
    /// Where a postponed session went.
    pub postponed_to: Option<Id<Session>>,
    /// Calendar UID, fixed for life (RFC 5545 §3.8.4.7).
    pub uid: String,
    /// Calendar SEQUENCE, higher at every change of time, place or state (RFC 5545 §3.8.7.4).
    pub sequence: u32,
    /// How many times it was moved or cancelled.
    pub moves: u8,
}

impl Session {
    /// The moment it ends.
    #[must_use]
    pub fn ends(&self) -> DateTime<Utc> {
        self.starts + TimeDelta::minutes(i64::from(self.minutes))
    }

    /// Whether it still counts: neither cancelled nor postponed.
    #[must_use]
    pub const fn stands(&self) -> bool {
        !matches!(self.state, SessionState::Cancelled | SessionState::Postponed)
    }
}

/// How one person attended one session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Which session.
    pub session: Id<Session>,
    /// Whose participation; none for a named guest.
    pub enrolment: Option<Id<Enrolment>>,
    /// Name of a guest who takes no part in the cohort.
    pub guest: String,
    /// How.
    pub value: MarkValue,
    /// How many minutes late, when known.
    pub minutes_late: Option<u16>,
    /// Administrative note.
    pub note: String,
    /// Who marked.
    pub by: AdminName,
    /// When.
    pub at: DateTime<Utc>,
}

/// Somebody seen in a call, from an imported attendance report: a hint, not a mark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// Which session.
    pub session: Id<Session>,
    /// Whose participation, when the caller is known.
    pub enrolment: Option<Id<Enrolment>>,
    /// The caller's name as reported.
    pub name: String,
    /// First join.
    pub joined: DateTime<Utc>,
    /// Last leave; none while in the call when the report was made.
    pub left: Option<DateTime<Utc>>,
}

/// A time at which one person, or on a bank holiday everybody, cannot come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Busy {
    /// Who; none means everybody.
    pub person: Option<Id<Person>>,
    /// Why.
    pub kind: BusyKind,
    /// What the calendar calls it.
    pub what: String,
    /// From when.
    pub starts: DateTime<Utc>,
    /// Until when.
    pub ends: DateTime<Utc>,
    /// The calendar's UID for it, so that a second import changes nothing.
    pub uid: String,
}
