//! What tests share: the small world.

// The world is one file for the suite and for the tests in `src`; it names the domain as `super`.
use cohort::domain::*;

pub mod world;
