//! Grouping: everybody of the pool in the group that is best for all, or who cannot be placed and why.
//!
//! [`flow`] seats people where every pairing has its own worth, exactly; `proof` shows that nothing better exists.
//! [`puzzle`] adds what depends on who sits together, with a bound. `case` makes a puzzle of a cohort,
//! `proposal` puts its answer into the words of the programme, `relax` says what to give up where the rules
//! leave no place, and `rehome` what to do when a mentor leaves.

mod case;
pub mod flow;
pub mod instance;
mod lifting;
mod proof;
mod proposal;
pub mod puzzle;
mod rehome;
mod relax;
mod table;

pub use case::{Bar, Case, Wish};
pub use proposal::{Alternative, Change, Placed, Proposal, propose, said, why};
pub use rehome::{Way, ways};
pub use relax::{Relaxed, Relaxing};

#[cfg(test)]
mod tests;
