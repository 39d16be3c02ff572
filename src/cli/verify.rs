//! Reading everything and checking every rule.

use serde_json::{Value, json};

use super::said::{Answer, Said, count, object};
use super::visit::{Globals, Visit};
use crate::domain::{Broken, Cohort, Id};

/// Checks every cohort; problems end with exit code 1.
pub fn verify(globals: &Globals) -> Said {
    let mut visit = Visit::open(globals)?;
    let cohorts: Vec<(Id<Cohort>, String)> = visit
        .client
        .greeting()
        .cohorts
        .iter()
        .map(|(id, is)| (*id, is.name.clone()))
        .collect();
    let condition = visit.client.condition()?;
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
    let records = condition.records;
    let mut lines: Vec<String> = problems
        .iter()
        .map(|(cohort, broken, title)| format!("! {cohort}, {title}: {} (rule {})", broken.what, broken.rule))
        .collect();
    lines.push(format!(
        "{records} records of {} read at revision {}: {}.",
        count(cohorts.len(), "cohort", "cohorts"),
        condition.revision,
        count(problems.len(), "problem", "problems")
    ));
    let listed: Vec<Value> = problems
        .iter()
        .map(|(cohort, broken, title)| {
            object([
                ("cohort", json!(cohort)),
                ("rule", json!(broken.rule)),
                ("id", json!(broken.subject.to_string())),
                ("subject", json!(title)),
                ("what", json!(broken.what)),
                ("hint", json!(broken.hint)),
            ])
        })
        .collect();
    let json = object([
        ("revision", json!(condition.revision)),
        ("records", json!(records)),
        ("problems", json!(listed)),
    ]);
    let mut answer = Answer::found(json, lines);
    answer.code = u8::from(!problems.is_empty());
    Ok(answer)
}
