//! The records: what the program keeps, field by field, and the words their fields may hold.
//!
//! A record is flat data: ids of others, words, times, text. Text fields are empty when absent. Rules between
//! records live in `rules`; nothing here knows another record's contents.

mod cohort;
mod evaluation;
mod file;
mod group;
mod office;
mod person;
mod session;

pub use cohort::{Cohort, CohortState, Family, Round, Stream, StreamState, Thresholds};
pub use evaluation::{
    Answer, Asked, Attribution, Consent, Goal, Instrument, Occasion, Purpose, Question, Quote, QuoteState,
    Request, Response, Scale, Theme, Use, Wave,
};
pub use file::{FileOf, Mapping, Provenance, Said};
pub use group::{Group, GroupState, Lead, LeadRole, Membership, Origin, PairKind, PairReason, PairRule};
pub use office::{Ack, Admin, AdminRole, Claim, Claimed, Message, MessageKind, MessageState};
pub use person::{
    Application, ApplicationState, EndedBy, Ending, Enrolment, EnrolmentState, FreeTime, Person, Role, Stage,
};
pub use session::{Busy, BusyKind, Mark, MarkValue, Session, SessionState, Sighting};
