//! Files taken in on the screen: every file of the office to exactly what `expected.json` says, corrections, what
//! somebody changed since, and files that are broken or meant badly.

use std::path::Path;

use chrono::{NaiveDate, TimeZone, Utc};
use cohort::domain::{
    ApplicationState, BusyKind, Cohort, CohortState, FileOf, Id, Joining, Mint, Model, Role, Session,
};
use cohort::exchange::incoming::{self, Choices, Drawn};
use cohort::exchange::intake::Act;
use cohort::tui::{Done, Out, Signal};
use serde_json::Value;

use crate::kit::stage::Stage;

fn bytes(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/office").join(name);
    std::fs::read(path).expect("the file is there")
}

fn expected(name: &str) -> Value {
    let all: Value = serde_json::from_slice(&bytes("expected.json")).expect("expected.json is JSON");
    all["files"][name].clone()
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day")
}

/// An empty cohort from the programme's template, running.
fn cohort(name: &str, from: NaiveDate, to: NaiveDate) -> Model {
    let empty = Model::empty(Id::new(0));
    let edit = empty
        .new_cohort(&mut Mint::seeded(77), name, from, to, true)
        .expect("a cohort can be made");
    let mut model = Model::empty(edit.cohort);
    model.try_on(&edit.changes);
    model
}

fn cohort_2025() -> Model {
    cohort("2025", day(2025, 1, 6), day(2025, 6, 30))
}

/// What drawing a file up comes to, and the cohort with it.
fn take(model: &mut Model, file: &str, bytes: &[u8], choices: &Choices) -> Drawn {
    let now = Utc.with_ymd_and_hms(2025, 2, 1, 12, 0, 0).unwrap();
    let read = incoming::read(file, bytes, model.zone()).expect("it can be read");
    let drawn = read
        .draw(model, &mut Mint::seeded(9 + model.count() as u64), choices, now)
        .expect("it can be drawn up");
    model.try_on(&drawn.edit.changes);
    drawn
}

/// Reads a file on the screen of imports.
fn read(stage: &mut Stage, file: &str, bytes: Vec<u8>) {
    stage.press(":import<enter>");
    assert!(stage.text().contains("> Import"), "{}", stage.text());
    stage.signal(Signal::Done(Done::Read {
        file: file.to_owned(),
        bytes,
    }));
}

fn import(stage: &mut Stage, name: &str) {
    let file = name.rsplit('/').next().expect("a name");
    read(stage, file, bytes(name));
    assert!(stage.text().contains("Import preview"), "{}", stage.text());
    stage.press("y");
}
