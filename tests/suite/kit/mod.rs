//! What tests share: the small world, and the program on a stage.

// The world is one file for the suite and for the tests in `src`; it names the domain as `super`.
use cohort::domain::*;

pub mod command;
pub mod example;
pub mod office;
pub mod outside;
pub mod places;
pub mod postfix;
pub mod pty;
pub mod sshd;
pub mod stage;
pub mod tool;
pub mod world;
