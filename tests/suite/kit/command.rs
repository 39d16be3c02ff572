//! The built program, run for one command on the directory of a test.

use std::path::Path;
use std::process::{Command, Stdio};

use cohort::domain::Mint;
use cohort::exchange::example;
use cohort::hub::Serving;
use serde_json::Value;

use super::office::Office;

/// What a command said.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    /// Its answer in JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|why| panic!("no JSON: {why}: {self:?}"))
    }
}

/// Runs one command on a directory, as at the example's moment.
pub fn run(dir: &Path, arguments: &[&str]) -> Said {
    let done = Command::new(env!("CARGO_BIN_EXE_cohort"))
        .args(arguments)
        .args(["--now", "2025-03-18T16:12:00Z"])
        .env_remove("COHORT_SENDER")
        .env("COHORT_DATA", dir)
        .stdin(Stdio::null())
        .output()
        .expect("the program can be run");
    Said {
        code: done.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&done.stdout).into_owned(),
        err: String::from_utf8_lossy(&done.stderr).into_owned(),
    }
}

/// Runs one command that must be done, and answers its JSON.
pub fn done(dir: &Path, arguments: &[&str]) -> Value {
    let mut with_json = arguments.to_vec();
    with_json.push("--json");
    let said = run(dir, &with_json);
    assert_eq!(said.code, 0, "{arguments:?}: {said:?}");
    said.json()
}

/// An office with nothing in it, at the example's moment.
pub fn empty() -> Office {
    Office::serving(Serving {
        clock: Box::new(example::clock),
        ..Serving::always()
    })
}

/// An office that keeps the example programme.
pub fn with_example() -> Office {
    let office = empty();
    let mut client = office.client("Sam K");
    for edit in example::edits(&mut Mint::seeded(1)).expect("the example can be read") {
        client.propose(edit).expect("the example breaks no rule");
    }
    office
}
