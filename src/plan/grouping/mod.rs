//! Grouping: everybody of the pool in the group that is best for all, or who cannot be placed and why.
//!
//! [`flow`] seats people where every pairing has its own worth, exactly; [`proof`] shows that nothing better exists.

pub mod flow;
pub mod instance;
mod proof;
