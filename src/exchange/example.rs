//! The example programme that `cohort demo` opens: read from `programme.jsonl`, which was made once from invented
//! people (`example/make.py`).
//!
//! A line `{"edit": …}` begins an edit; the lines after it are its records. Nothing here knows how edits are kept.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, TimeZone, Utc};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::domain::{AnyId, Change, Cohort, Edit, Id, Label, Mint, Record, from_json};

/// The example as it stands in the repository.
const PROGRAMME: &str = include_str!("example/programme.jsonl");

/// One line of the file.
#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    /// The beginning of an edit.
    Edit { edit: Heading },
    /// A record that the edit makes, or fields of one that it sets.
    Record {
        kind: crate::domain::Kind,
        id: String,
        #[serde(default)]
        is: Option<Map<String, Value>>,
        #[serde(default)]
        set: Option<Map<String, Value>>,
    },
}

/// What an edit was meant as.
#[derive(Deserialize)]
struct Heading {
    cohort: Id<Cohort>,
    verb: String,
    on: String,
}

/// The moment at which the example's clock starts: twelve minutes into session 3 of CCIO-2.
#[must_use]
pub fn clock() -> DateTime<Utc> {
    let day = NaiveDate::from_ymd_opt(2025, 3, 18).expect("it is a day of the calendar");
    Utc.from_utc_datetime(&day.and_hms_opt(16, 12, 0).expect("it is a time of the day"))
}

/// The edits that make the example programme, in order; `mint` gives their nonces.
///
/// # Errors
/// When a line cannot be read: its number and what is wrong with it.
pub fn edits(mint: &mut Mint) -> Result<Vec<Edit>, String> {
    let mut edits: Vec<Edit> = Vec::new();
    let mut known: HashMap<AnyId, Record> = HashMap::new();
    for (nth, line) in PROGRAMME.lines().enumerate() {
        let wrong = |what: &dyn std::fmt::Display| format!("programme.jsonl, line {}: {what}", nth + 1);
        match serde_json::from_str(line).map_err(|e| wrong(&e))? {
            Line::Edit { edit } => edits.push(Edit {
                nonce: mint.nonce(),
                cohort: edit.cohort,
                label: Label::new(edit.verb, edit.on),
                changes: Vec::new(),
            }),
            Line::Record { kind, id, is, set } => {
                let id: AnyId = id.parse().map_err(|e| wrong(&e))?;
                if id.kind != kind {
                    return Err(wrong(&"the id is of another kind"));
                }
                let before = known.get(&id).cloned();
                let mut fields = match (&before, is) {
                    (_, Some(fields)) => fields,
                    (Some(record), None) => crate::domain::field::json(record),
                    (None, None) => return Err(wrong(&"fields are set of a record that is not there")),
                };
                fields.extend(set.unwrap_or_default());
                let after = from_json(id, fields).map_err(|e| wrong(&e))?;
                known.insert(id, after.clone());
                let change = Change::between(before, Some(after)).ok_or_else(|| wrong(&"nothing changes"))?;
                edits
                    .last_mut()
                    .ok_or_else(|| wrong(&"a record before the first edit"))?
                    .changes
                    .push(change);
            }
        }
    }
    Ok(edits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Model;

    /// The running cohort of the example.
    fn running() -> Model {
        let edits = edits(&mut Mint::seeded(1)).unwrap();
        let focus = edits.last().unwrap().cohort;
        let mut model = Model::empty(focus);
        for edit in &edits {
            model.try_on(&edit.changes);
        }
        model
    }

    #[test]
    fn every_line_of_the_example_can_be_read() {
        assert!(edits(&mut Mint::seeded(1)).unwrap().len() > 8);
    }

    #[test]
    fn the_dhlp_stream_has_eleven_groups_and_thirty_seven_mentees() {
        let model = running();
        let (dhlp, _) = model
            .streams
            .iter()
            .find(|(id, stream)| {
                stream.code == "DHLP" && model.enrolments.iter().any(|(_, e)| e.stream == *id)
            })
            .unwrap();
        let mentees = model
            .enrolments
            .iter()
            .filter(|(_, e)| e.stream == dhlp && e.role == crate::domain::Role::Mentee)
            .count();
        let groups = model
            .groups
            .iter()
            .filter(|(_, group)| group.stream == dhlp)
            .count();
        assert_eq!((groups, mentees), (11, 37));
    }
}
