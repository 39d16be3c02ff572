//! People, what they applied for, and what they take part in.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc, Weekday};
use serde::{Deserialize, Serialize};

use super::Stream;
use crate::domain::id::Id;
use crate::domain::word::words;

/// Somebody the programme knows, in whatever cohort.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The name as the person writes it.
    pub name: String,
    /// What to call the person, when it is not the name.
    pub known_as: String,
    /// The present address; unique without regard to case.
    pub email: String,
    /// Addresses the person had before: still matched by imports.
    pub earlier_emails: Vec<String>,
    /// Telephone, as written.
    pub phone: String,
    /// Employer ("trust" on screen).
    pub organisation: String,
    /// NHS region.
    pub region: String,
    /// Job title.
    pub job_title: String,
    /// The line manager's address: the two never share a group (rule 5).
    pub line_manager: String,
    /// What the office provides so that the person can take part.
    pub access_needs: String,
    /// Administrative note.
    pub note: String,
    /// The day on which the person's data is due to go (rule 16).
    pub retain_until: Option<NaiveDate>,
}

words! {
    /// In which part somebody takes part.
    Role { Mentor = 1 "mentor", Mentee = 2 "mentee" }
}
words! {
    /// How far along a digital leader's career is.
    Stage { Aspiring = 1 "aspiring", Emerging = 2 "emerging", Senior = 3 "senior" }
}
words! {
    /// What became of an application.
    ApplicationState {
        Received = 1 "received", UnderReview = 2 "under review", Accepted = 3 "accepted",
        Waitlisted = 4 "waitlisted", Declined = 5 "declined", Duplicate = 6 "duplicate", Offered = 7 "offered",
        Expired = 8 "expired", DeclinedByApplicant = 9 "declined by applicant", Withdrawn = 10 "withdrawn",
    }
}
words! {
    /// Where a participation stands.
    EnrolmentState {
        Confirmed = 1 "confirmed", Active = 2 "active", Paused = 3 "paused", Completed = 4 "completed",
        DidNotComplete = 5 "did not complete", Withdrawn = 6 "withdrawn", Removed = 7 "removed",
    }
}
words! {
    /// Who began the ending of a participation.
    EndedBy { Formal = 1 "formal", Mentee = 2 "mentee", Mentor = 3 "mentor", Programme = 4 "programme" }
}

/// A weekly stretch of time, in the cohort's zone, in which somebody can usually come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FreeTime {
    /// Day of the week, 0 = Monday … 6 = Sunday.
    pub day: u8,
    /// First minute of the stretch, counted from midnight.
    pub from: u16,
    /// Minute after the last, counted from midnight; greater than `from`.
    pub to: u16,
}

impl FreeTime {
    /// Whether a meeting on this weekday from `starts`, `minutes` long, fits into the stretch.
    #[must_use]
    pub fn covers(&self, day: Weekday, starts: NaiveTime, minutes: u16) -> bool {
        use chrono::Timelike;
        let first = starts.hour() * 60 + starts.minute();
        u32::from(self.day) == day.num_days_from_monday()
            && u32::from(self.from) <= first
            && first + u32::from(minutes) <= u32::from(self.to)
    }
}

impl std::fmt::Display for FreeTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let day = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][usize::from(self.day) % 7];
        let clock = |m: u16| format!("{:02}:{:02}", m / 60, m % 60);
        write!(f, "{day} {}-{}", clock(self.from), clock(self.to))
    }
}

/// Somebody asking to join one cohort in one role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// Who asks.
    pub person: Id<super::Person>,
    /// As what.
    pub role: Role,
    /// For which stream.
    pub stream: Id<Stream>,
    /// Second choice, if the person allowed one.
    pub second_stream: Option<Id<Stream>>,
    /// Career stage (mentees).
    pub stage: Option<Stage>,
    /// What a mentee wants from mentoring, or a mentor can help with.
    pub wishes: Vec<String>,
    /// When the person is usually free.
    pub availability: Vec<FreeTime>,
    /// How many mentees a mentor can take.
    pub capacity: Option<u8>,
    /// What the person wrote.
    pub statement: String,
    /// When it came in.
    pub received: DateTime<Utc>,
    /// Where it stands.
    pub state: ApplicationState,
    /// Last day of an offer.
    pub offer_expires: Option<NaiveDate>,
}

/// How and why a participation ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// Last day.
    pub on: NaiveDate,
    /// Why, in the office's words.
    pub reason: String,
    /// Who began it.
    pub by: EndedBy,
}

/// Accepted participation of one person in one cohort, in one role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolment {
    /// Who takes part.
    pub person: Id<super::Person>,
    /// As what.
    pub role: Role,
    /// In which stream.
    pub stream: Id<Stream>,
    /// Second choice, if the person allowed one.
    pub second_stream: Option<Id<Stream>>,
    /// Career stage (mentees).
    pub stage: Option<Stage>,
    /// What a mentee wants from mentoring, or a mentor can help with.
    pub wishes: Vec<String>,
    /// When the person is usually free.
    pub availability: Vec<FreeTime>,
    /// How many mentees a mentor can take.
    pub capacity: Option<u8>,
    /// First day.
    pub from: NaiveDate,
    /// Where it stands.
    pub state: EnrolmentState,
    /// How it ended, once it has.
    pub ended: Option<Ending>,
    /// Administrative note about this participation.
    pub note: String,
}

impl EnrolmentState {
    /// Whether the person takes part now or is about to (confirmed, active or paused).
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Confirmed | Self::Active | Self::Paused)
    }
}

impl ApplicationState {
    /// Whether it still waits for somebody or was accepted: rule 1 allows one such per person, cohort and role.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(
            self,
            Self::Received | Self::UnderReview | Self::Accepted | Self::Waitlisted | Self::Offered
        )
    }
}
