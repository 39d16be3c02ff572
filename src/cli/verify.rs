//! Reading everything and checking every rule.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::said::{Answer, Said, count, object};
use super::visit::{Globals, Visit};
use crate::domain::{Broken, Cohort, Id};

/// What is read.
#[derive(Debug, Args)]
pub struct Verify {
    /// A backup to be read instead of the data
    file: Option<PathBuf>,
}

/// Checks every byte on disk and every cohort; problems end with exit code 1.
pub fn verify(globals: &Globals, verify: &Verify) -> Said {
    if let Some(file) = &verify.file {
        return super::backup::look(file);
    }
    let mut visit = Visit::open(globals)?;
    let cohorts: Vec<(Id<Cohort>, String)> = visit
        .client
        .greeting()
        .cohorts
        .iter()
        .map(|(id, is)| (*id, is.name.clone()))
        .collect();
    let checked = visit.client.verify()?;
    let mut problems: Vec<(String, Broken, String)> = Vec::new();
    for (cohort, name) in &cohorts {
        visit.client.open(*cohort)?;
        let model = visit.model();
        for broken in model.broken_rules(visit.now()) {
            let title = model.title(broken.subject);
            let shared = broken.subject.kind.is_shared();
            // What is shared is in every cohort's model: once is enough.
            if !(shared && problems.iter().any(|(_, one, _)| *one == broken)) {
                problems.push((name.clone(), broken, title));
            }
        }
    }
    let records = checked.records;
    let on_disk = checked
        .problems
        .iter()
        .map(|(place, what)| format!("! on disk, {place}: {what}"));
    let mut lines: Vec<String> = on_disk.collect();
    let broken = problems.iter().map(|(cohort, broken, title)| {
        format!("! {cohort}, {title}: {} (rule {})", broken.what, broken.rule)
    });
    lines.extend(broken);
    let found = lines.len();
    lines.push(format!(
        "{records} records of {} read at revision {}: {}.",
        count(cohorts.len(), "cohort", "cohorts"),
        checked.revision,
        count(found, "problem", "problems")
    ));
    let damage = checked.problems.iter().map(|(place, what)| {
        object([
            ("cohort", Value::Null),
            ("rule", Value::Null),
            ("id", json!(place)),
            ("subject", json!("on disk")),
            ("what", json!(what)),
            (
                "hint",
                json!("keep a copy of the directory, then restore a backup"),
            ),
        ])
    });
    let mut listed: Vec<Value> = damage.collect();
    let rules = problems.iter().map(|(cohort, broken, title)| {
        object([
            ("cohort", json!(cohort)),
            ("rule", json!(broken.rule)),
            ("id", json!(broken.subject.to_string())),
            ("subject", json!(title)),
            ("what", json!(broken.what)),
            ("hint", json!(broken.hint)),
        ])
    });
    listed.extend(rules);
    let json = object([
        ("revision", json!(checked.revision)),
        ("records", json!(records)),
        ("problems", json!(listed)),
    ]);
    let mut answer = Answer::found(json, lines);
    answer.code = u8::from(found > 0);
    Ok(answer)
}
