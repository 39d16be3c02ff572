//! Groups, who belongs to them and when, and who may or must not share one.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Enrolment, Person, Stream};
use crate::domain::id::Id;
use crate::domain::word::words;

words! {
    /// Where a group stands.
    GroupState {
        Forming = 1 "forming", Active = 2 "active", Completed = 3 "completed", Dissolved = 4 "dissolved",
        Merged = 5 "merged",
    }
}
words! {
    /// How a mentor stands to a group.
    LeadRole { Lead = 1 "lead", Co = 2 "co" }
}
words! {
    /// How a membership came about.
    Origin { ByHand = 1 "by hand", Grouping = 2 "grouping", Import = 3 "import" }
}
words! {
    /// What a pair rule asks.
    PairKind { Together = 1 "together", Apart = 2 "apart" }
}
words! {
    /// Why a pair rule exists.
    PairReason {
        LineManager = 1 "line manager", SameEmployer = 2 "same employer", EarlierPair = 3 "earlier pair",
        Request = 4 "request",
    }
}

/// A mentor's time with a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lead {
    /// The mentor's participation.
    pub enrolment: Id<Enrolment>,
    /// Lead or co-mentor.
    pub role: LeadRole,
    /// First day.
    pub from: NaiveDate,
    /// Last day; open while `None`.
    pub to: Option<NaiveDate>,
}

impl Lead {
    /// Whether it holds on this day.
    #[must_use]
    pub fn on(&self, day: NaiveDate) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }
}

/// One lead mentor, perhaps a co-mentor, and a few mentees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// `CCIO-2`.
    pub code: String,
    /// The stream its members come from.
    pub stream: Id<Stream>,
    /// Mentors as dated intervals.
    pub leads: Vec<Lead>,
    /// Fewest mentees, if other than the cohort's.
    pub min: Option<u8>,
    /// Most mentees, if other than the cohort's.
    pub max: Option<u8>,
    /// Where its sessions are joined.
    pub link: String,
    /// Where it stands.
    pub state: GroupState,
    /// Administrative note.
    pub note: String,
}

impl Group {
    /// A forming group of this code: nobody in it, the cohort's limits.
    #[must_use]
    pub const fn new(code: String, stream: Id<Stream>) -> Self {
        Self {
            code,
            stream,
            leads: Vec::new(),
            min: None,
            max: None,
            link: String::new(),
            state: GroupState::Forming,
            note: String::new(),
        }
    }
}

/// Dated belonging of a mentee's enrolment to a group; a move ends one and begins another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The mentee's participation.
    pub enrolment: Id<Enrolment>,
    /// The group.
    pub group: Id<Group>,
    /// First day.
    pub from: NaiveDate,
    /// Last day; in force while `None`. A day before `from` says that it was taken back on its first day.
    pub to: Option<NaiveDate>,
    /// Whether automatic grouping must keep it.
    pub locked: bool,
    /// How it came about.
    pub origin: Origin,
    /// Why it was chosen, or why the stream differs.
    pub reason: String,
}

impl Membership {
    /// Whether it covers this day.
    #[must_use]
    pub fn on(&self, day: NaiveDate) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }

    /// Whether it is in force (has no last day).
    #[must_use]
    pub const fn in_force(&self) -> bool {
        self.to.is_none()
    }
}

/// Two people who must, or must not, share a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairRule {
    /// One of them.
    pub one: Id<Person>,
    /// The other.
    pub other: Id<Person>,
    /// Together or apart.
    pub kind: PairKind,
    /// Why.
    pub reason: PairReason,
    /// Last day on which it holds.
    pub until: Option<NaiveDate>,
    /// Whether it refuses (true) or warns.
    pub blocking: bool,
    /// More about why.
    pub note: String,
}
