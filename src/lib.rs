//! `cohort`: live administration of a mentoring cohort, in the terminal.

pub mod cli;
pub mod domain;
pub mod exchange;
pub mod hub;
pub mod run;
pub mod store;
pub mod terminal;
pub mod tui;
