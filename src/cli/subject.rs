//! The rights of people over their data: everything held on one person, and what is due.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::said::{Answer, Said, Trouble, count, object, table};
use super::visit::{Globals, Visit, stamp};
use crate::domain::{AnyId, Cohort, Id};
use crate::exchange::subject::Bundle;

/// How many lines of history are asked for at a time.
const PAGE: u16 = 500;

/// Whose data, and where to.
#[derive(Debug, Args)]
pub struct Subject {
    /// The person: an id, an address or an unambiguous name
    #[arg(value_name = "PERSON")]
    person: String,
    /// The directory to write into; it is made if need be
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
}

/// Every cohort, the chosen one first.
fn cohorts(visit: &Visit) -> Vec<Id<Cohort>> {
    let here = visit.model().focus;
    let others = visit.model().cohorts.ids().filter(|id| *id != here);
    std::iter::once(here).chain(others).collect()
}

/// Writes everything held on one person.
pub fn subject(globals: &Globals, arguments: &Subject) -> Said {
    let mut visit = Visit::open_to_change(globals)?;
    let person = visit.model().find_person(&arguments.person)?;
    let cohorts = cohorts(&visit);
    let mut bundle = Bundle::default();
    for cohort in &cohorts {
        visit.client.open(*cohort)?;
        bundle.take(visit.model(), person);
    }
    let mut entries = 0;
    for cohort in &cohorts {
        visit.client.open(*cohort)?;
        entries += remember(&mut visit, person, &mut bundle)?;
    }
    let dir = &arguments.to;
    std::fs::create_dir_all(dir).map_err(|error| Trouble::file(dir, &error))?;
    let text = bundle.text(&visit.stamp(visit.now()));
    let whole = serde_json::to_string_pretty(&bundle.json())
        .map_err(|error| Trouble::new(5, format!("the bundle cannot be written: {error}"), "try again"))?;
    for (name, content) in [("subject.txt", text), ("subject.json", whole)] {
        let file = dir.join(name);
        std::fs::write(&file, content).map_err(|error| Trouble::file(&file, &error))?;
    }
    let records = bundle.records.len();
    let json = object([
        ("file", json!(dir.display().to_string())),
        ("records", json!(records)),
        ("entries", json!(entries)),
    ]);
    let said = format!(
        "Wrote {} and {} on {} to {}: subject.txt to read, subject.json for programs.",
        count(records, "record", "records"),
        count(entries, "entry", "entries"),
        bundle.name,
        dir.display()
    );
    Ok(Answer::did(json, said))
}

/// Adds the history of one cohort to the bundle; answers how many entries touched the person's records.
fn remember(
    visit: &mut Visit,
    person: Id<crate::domain::Person>,
    bundle: &mut Bundle,
) -> Result<usize, Trouble> {
    let mut before = None;
    let mut entries = 0;
    loop {
        let heads = visit.client.heads(before, PAGE)?;
        let Some(last) = heads.last() else {
            return Ok(entries);
        };
        before = Some(last.rev);
        for head in &heads {
            let Some(entry) = visit.client.entry(head.rev)? else {
                continue;
            };
            let model = visit.model();
            let had = bundle.changes.len();
            bundle.remember(model, person, &entry, &stamp(model, entry.at));
            entries += usize::from(bundle.changes.len() > had);
        }
    }
}

/// What is due by when.
#[derive(Debug, Args)]
pub struct DueBy {
    /// Also what becomes due within so many days
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    within: u16,
}

/// Lists data, consents and requests that are due, in every cohort.
pub fn due(globals: &Globals, arguments: &DueBy) -> Said {
    let mut visit = Visit::open(globals)?;
    let today = visit.today();
    let by = today + chrono::TimeDelta::days(i64::from(arguments.within));
    let mut rows: Vec<(chrono::NaiveDate, AnyId, Vec<String>, Value)> = Vec::new();
    for cohort in cohorts(&visit) {
        visit.client.open(cohort)?;
        let model = visit.model();
        for due in model.due(by) {
            // What all cohorts share is due once.
            if rows.iter().any(|(_, about, ..)| *about == due.about) {
                continue;
            }
            let name = model.name_of(due.person);
            let days = (due.on - today).num_days();
            let when = match days {
                ..0 => format!("{} days over", -days),
                0 => "today".to_owned(),
                _ => format!("in {days} days"),
            };
            let json = object([
                ("id", json!(due.about.to_string())),
                ("person", json!(name)),
                ("what", json!(due.what)),
                ("due", json!(due.on)),
                ("days", json!(days)),
            ]);
            rows.push((
                due.on,
                due.about,
                vec![due.on.to_string(), when, name, due.what, due.about.to_string()],
                json,
            ));
        }
    }
    rows.sort_by_key(|row| (row.0, row.1));
    let lines: Vec<Vec<String>> = rows.iter().map(|row| row.2.clone()).collect();
    let json = Value::Array(rows.into_iter().map(|row| row.3).collect());
    if lines.is_empty() {
        let said = format!("Nothing is due within {} days.", arguments.within);
        return Ok(Answer::found(json, vec![said]));
    }
    Ok(Answer::found(
        json,
        table(&["DUE", "WHEN", "PERSON", "WHAT", "ID"], &lines),
    ))
}
