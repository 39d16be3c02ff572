//! What is asked, what is answered, and what may be published of it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{Enrolment, Group, Person, Role, Round};
use crate::domain::id::Id;
use crate::domain::word::words;

words! {
    /// How a question is answered.
    Scale {
        OneToFive = 1 "1-5", ZeroToTen = 2 "0-10", YesNo = 3 "yes or no", Text = 4 "text",
        MinusTwoToTwo = 5 "-2 to +2",
    }
}
words! {
    /// On what occasion a wave asks.
    Occasion {
        Pulse = 1 "pulse", Baseline = 2 "baseline", Midpoint = 3 "midpoint", Endpoint = 4 "endpoint",
        FollowUp = 5 "follow-up", Exit = 6 "exit",
    }
}
words! {
    /// Who is asked.
    Asked { Mentees = 1 "mentees", Mentors = 2 "mentors", Everybody = 3 "everybody" }
}
words! {
    /// How widely a quote may be attributed, widest first (rule 15).
    Attribution {
        Named = 1 "name and title", Stream = 2 "one stream member", Family = 3 "one family member",
        Anyone = 4 "one participant", TeamOnly = 5 "team only",
    }
}
words! {
    /// What somebody agreed to.
    Purpose { Quotes = 1 "quotes", Recording = 2 "recording", Contact = 3 "contact next year" }
}
words! {
    /// What the office decided about a quote.
    QuoteState { Suggested = 1 "suggested", Cleared = 2 "cleared", Hidden = 3 "hidden" }
}

impl Scale {
    /// Lowest and highest number, for scales that have them.
    #[must_use]
    pub const fn range(self) -> Option<(i8, i8)> {
        match self {
            Self::OneToFive => Some((1, 5)),
            Self::ZeroToTen => Some((0, 10)),
            Self::MinusTwoToTwo => Some((-2, 2)),
            Self::YesNo => Some((0, 1)),
            Self::Text => None,
        }
    }
}

/// One question of an instrument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Short key: `useful`.
    pub key: String,
    /// What is asked.
    pub text: String,
    /// How it is answered.
    pub scale: Scale,
    /// Whether its number counts in the instrument's mean.
    pub scored: bool,
}

/// A set of questions with exact scales.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instrument {
    /// Short key: `pulse`.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Who is asked.
    pub audience: Asked,
    /// The questions, in order.
    pub questions: Vec<Question>,
    /// Fewest scored answers for a mean of one response (6 of 8 for role confidence).
    pub enough: u8,
}

/// One asking of an instrument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wave {
    /// What is asked.
    pub instrument: Id<Instrument>,
    /// On what occasion.
    pub occasion: Occasion,
    /// The round whose sessions a pulse follows.
    pub round: Option<Id<Round>>,
    /// First day for answers.
    pub opens: NaiveDate,
    /// Last day for answers.
    pub closes: NaiveDate,
    /// Whether nothing links a response to a person; fixed after the first answer.
    pub anonymous: bool,
}

/// One person asked in one wave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The wave.
    pub wave: Id<Wave>,
    /// Who is asked.
    pub enrolment: Id<Enrolment>,
    /// When the person was asked.
    pub asked: DateTime<Utc>,
    /// Whether an answer has come.
    pub answered: bool,
}

/// One answer to one question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The question's key; `then:key` for what it was before, judged at the end.
    pub question: String,
    /// The number given, on scales that have one (yes is 1).
    pub number: Option<i8>,
    /// The text given.
    pub text: String,
}

/// What one person answered in one wave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// The wave.
    pub wave: Id<Wave>,
    /// Whose answer; none in an anonymous wave.
    pub enrolment: Option<Id<Enrolment>>,
    /// The group at the time, where the wave is not anonymous.
    pub group: Option<Id<Group>>,
    /// The day it came (in an anonymous wave the wave's first day, so that it cannot be joined back).
    pub received: DateTime<Utc>,
    /// The answers.
    pub answers: Vec<Answer>,
    /// What the office heard in its text.
    pub themes: Vec<Id<Theme>>,
    /// How it came: `form`, `mail`, `typed`.
    pub by_way_of: String,
}

/// Something a mentee wants to reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Goal {
    /// Whose.
    pub enrolment: Id<Enrolment>,
    /// What.
    pub text: String,
    /// When it was set.
    pub set_on: NaiveDate,
    /// Goal attainment, −2 … +2, once judged.
    pub score: Option<i8>,
    /// When it was judged.
    pub scored_on: Option<NaiveDate>,
}

/// Something people said in many words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Theme {
    /// Its name.
    pub name: String,
    /// Words that suggest it.
    pub words: Vec<String>,
    /// Place in lists, smallest first.
    pub order: u16,
}

/// Words of one person that might be published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// The response it was taken from.
    pub response: Option<Id<Response>>,
    /// Who said it, when known.
    pub speaker: Option<Id<Enrolment>>,
    /// In which round it was said.
    pub round: Option<Id<Round>>,
    /// Word for word.
    pub said: String,
    /// As it would be published.
    pub edited: String,
    /// The theme it stands for.
    pub theme: Option<Id<Theme>>,
    /// What the office decided.
    pub state: QuoteState,
    /// The tick that nobody is recognisable from the text.
    pub unrecognisable: bool,
}

/// What somebody agreed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// Who.
    pub person: Id<Person>,
    /// To what.
    pub purpose: Purpose,
    /// Widest attribution.
    pub widest: Attribution,
    /// One quote only, or all.
    pub quote: Option<Id<Quote>>,
    /// The wording the person saw.
    pub wording: String,
    /// How it was obtained.
    pub how: String,
    /// When.
    pub obtained: NaiveDate,
    /// When it was taken back.
    pub withdrawn: Option<NaiveDate>,
    /// The day on which the record of it is due to go.
    pub retain_until: Option<NaiveDate>,
}

/// Where a quote was published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    /// Which quote.
    pub quote: Id<Quote>,
    /// Where.
    pub place: String,
    /// When.
    pub on: NaiveDate,
    /// With which attribution, as printed.
    pub label: String,
}

impl Wave {
    /// Whether it asks this role.
    #[must_use]
    pub const fn asks(audience: Asked, role: Role) -> bool {
        matches!(
            (audience, role),
            (Asked::Everybody, _) | (Asked::Mentees, Role::Mentee) | (Asked::Mentors, Role::Mentor)
        )
    }
}
