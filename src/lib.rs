//! `cohort`: live administration of a mentoring cohort, in the terminal.

pub mod domain;
pub mod exchange;
pub mod terminal;
pub mod tui;
