//! What a model is asked: who, which, how many, when. Each file holds the questions about one subject.

mod find;
mod links;
mod roster;
mod title;

pub use roster::{Limits, Participant, Status};
