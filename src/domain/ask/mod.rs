//! What a model is asked: who, which, how many, when. Each file holds the questions about one subject.

mod attention;
mod calendars;
mod clashes;
pub mod feedback;
mod find;
mod links;
mod rates;
mod retention;
mod roster;
mod sessions;
mod title;

pub use attention::{Alert, Concern};
pub use calendars::Diary;
pub use clashes::Clashing;
pub use rates::{Outlook, Ratio, Scope};
pub use retention::Due;
pub use roster::{Limits, Participant, Status, natural};
pub use sessions::{Counts, Expected, Phase, Register, RegisterRow};
