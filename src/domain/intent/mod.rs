//! The changes people make, one verb each, named as on screen.
//!
//! An intent reads the present model and answers the edit that says exactly what was meant, every change with the
//! value it replaces, or a refusal when there is nothing the edit could be built on. Whether the rules of the
//! programme allow it is the question of `Model::admit` and is not asked here. No clock: the moment, or the day,
//! is an argument; nothing here knows how the edit travels or is kept.
//!
//! An edit without changes says that everything is already as asked; it is admitted and changes nothing.

mod calendar;
mod cohorts;
mod draft;
mod feedback;
mod forming;
mod generic;
mod grouping;
mod make;
mod office;
mod people;
mod person_fields;
mod publishing;
mod rank;
mod register;
mod template;
#[cfg(test)]
pub(in crate::domain) mod world;

pub use calendar::Slot;
pub use grouping::Placement;
pub use make::Typed;
pub use people::Joining;
pub use publishing::Source;
pub use rank::Choice;
pub use register::Attendee;

use super::{AnyId, Edit, Id, Recorded};

impl Edit {
    /// Whether everything is already as it asks.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The record it is about: the first it makes, else the first it changes.
    #[must_use]
    pub fn subject(&self) -> Option<AnyId> {
        let making = self.changes.iter().find(|change| change.is_making());
        making.or(self.changes.first()).map(super::Change::id)
    }

    /// The first record of this kind that it makes.
    #[must_use]
    pub fn made<T: Recorded>(&self) -> Option<Id<T>> {
        let made = self.changes.iter().filter(|change| change.is_making());
        made.filter_map(|change| change.id().of::<T>()).next()
    }
}
