//! Everything held on one person, for that person: a subject-access bundle (UK GDPR, article 15).
//!
//! Others are left out: records name them by nothing but an id, and where a text names somebody else it says so
//! instead. Must not know how the bundle reaches the person.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::domain::text::fold;
use crate::domain::{AnyId, Entry, Id, Kind, Model, Person, field};

/// What stands where somebody else was named.
const SOMEBODY: &str = "[somebody else]";

/// One record, under the cohort it belongs to.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// The cohort's name; the first that shows it, for what all cohorts share.
    pub cohort: String,
    /// Which record.
    pub id: AnyId,
    /// Its fields.
    pub fields: Map<String, Value>,
}

/// One change of such a record, from the history.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// The cohort's name.
    pub cohort: String,
    /// When, as text with the offset.
    pub at: String,
    /// What was done, without what it was done to.
    pub verb: String,
    /// Which record.
    pub id: AnyId,
    /// The field.
    pub field: String,
    /// Its value before, and after.
    pub values: (Value, Value),
}

/// Everything held on one person.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bundle {
    /// The person's name.
    pub name: String,
    /// The records, by id.
    pub records: BTreeMap<AnyId, Held>,
    /// Their changes, as found.
    pub changes: Vec<Changed>,
}

/// Names and addresses that belong to others.
struct Others {
    words: Vec<String>,
}

impl Others {
    fn of(model: &Model, person: Id<Person>) -> Self {
        let own = model.people.get(person);
        let is_own = |text: &str| {
            own.is_some_and(|own| {
                let addresses = own
                    .earlier_emails
                    .iter()
                    .chain([&own.email, &own.name, &own.known_as]);
                addresses.into_iter().any(|own| fold(own) == fold(text))
            })
        };
        let people = model.people.iter().filter(|(id, _)| *id != person);
        let words = people.flat_map(|(_, is)| [&is.name, &is.email].into_iter().chain(&is.earlier_emails));
        let admins = model.admins.iter().map(|(_, is)| &is.name);
        let words = words.chain(admins).filter(|word| {
            word.chars().count() > 3 && !SOMEBODY.contains(&word.to_lowercase()) && !is_own(word)
        });
        Self {
            words: words.cloned().collect(),
        }
    }

    /// The value with everybody else's name and address taken out of its texts.
    fn left_out(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.without(text)),
            Value::Array(all) => Value::Array(all.into_iter().map(|one| self.left_out(one)).collect()),
            Value::Object(fields) => Value::Object(
                fields
                    .into_iter()
                    .map(|(key, value)| (key, self.left_out(value)))
                    .collect(),
            ),
            other => other,
        }
    }

    fn without(&self, mut text: String) -> String {
        for word in &self.words {
            // As written, and without regard to case where that keeps every letter in its place.
            while let Some(at) = text.to_ascii_lowercase().find(&word.to_ascii_lowercase()) {
                text.replace_range(at..at + word.len(), SOMEBODY);
            }
        }
        text
    }
}

impl Bundle {
    /// Adds what one cohort holds.
    pub fn take(&mut self, model: &Model, person: Id<Person>) {
        if let Some(is) = model.people.get(person) {
            self.name.clone_from(&is.name);
        }
        let others = Others::of(model, person);
        let cohort = model.settings().name;
        for id in model.held_on(person) {
            let Some(record) = model.record(id) else { continue };
            let fields = fields_of(model, person, id, field::json(&record));
            let fields = fields
                .into_iter()
                .map(|(key, value)| (key, others.left_out(value)))
                .collect();
            self.records.entry(id).or_insert_with(|| Held {
                cohort: cohort.clone(),
                id,
                fields,
            });
        }
    }

    /// Adds what an entry of a cohort changed of these records; `at` is its time as text.
    pub fn remember(&mut self, model: &Model, person: Id<Person>, entry: &Entry, at: &str) {
        let others = Others::of(model, person);
        let cohort = model.settings().name;
        for change in entry
            .edit
            .changes
            .iter()
            .filter(|change| self.records.contains_key(&change.id()))
        {
            for field in change.fields() {
                // Of a group only its mentor's own time is about a person, and that is in the record.
                if change.kind() == Kind::Group || is_others(change.kind(), &field.field) {
                    continue;
                }
                self.changes.push(Changed {
                    cohort: cohort.clone(),
                    at: at.to_owned(),
                    verb: entry.edit.label.verb.clone(),
                    id: change.id(),
                    field: field.field,
                    values: (others.left_out(field.before), others.left_out(field.after)),
                });
            }
        }
    }

    /// As one JSON value.
    #[must_use]
    pub fn json(&self) -> Value {
        let records: Vec<Value> = self
            .records
            .values()
            .map(|is| json!({"cohort": is.cohort, "kind": is.id.kind, "id": is.id.to_string(), "fields": is.fields}))
            .collect();
        let changes: Vec<Value> = self
            .changes
            .iter()
            .map(|is| {
                json!({"cohort": is.cohort, "at": is.at, "what": is.verb, "kind": is.id.kind, "id": is.id.to_string(),
                    "field": is.field, "before": is.values.0, "after": is.values.1})
            })
            .collect();
        json!({"person": self.name, "records": records, "history": changes})
    }

    /// As text for the person to read, kind by kind.
    #[must_use]
    pub fn text(&self, on: &str) -> String {
        let mut out = format!(
            "Everything the mentoring programme holds on {}\nas of {on}\n\nOther people are left out: where a text \
             named one it says {SOMEBODY}.\nThe same, for programs, is in subject.json, with the history of every \
             change.\n",
            self.name
        );
        let mut by_kind: Vec<&Held> = self.records.values().collect();
        by_kind.sort_by_key(|is| (is.id.kind, &is.cohort, is.id));
        let mut last = None;
        for is in by_kind {
            if last != Some(is.id.kind) {
                out.push_str(&format!("\n{}\n", is.id.kind.to_string().to_uppercase()));
                last = Some(is.id.kind);
            }
            out.push_str(&format!("\n  {} (cohort {})\n", is.id, is.cohort));
            for (key, value) in &is.fields {
                let text = match value {
                    Value::Null => continue,
                    Value::String(text) if text.is_empty() => continue,
                    Value::Array(all) if all.is_empty() => continue,
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                out.push_str(&format!(
                    "    {}: {}\n",
                    key.replace('_', " "),
                    text.replace('\n', "\n      ")
                ));
            }
        }
        out.push_str(&format!(
            "\n{} changes of these records are in the history.\n",
            self.changes.len()
        ));
        out
    }
}

/// Fields that say something about others, or about who in the office did it.
fn is_others(kind: Kind, key: &str) -> bool {
    matches!(
        (kind, key),
        (Kind::Mark, "by") | (Kind::PairRule, "one" | "other")
    )
}

/// The fields of a record that are about this person.
fn fields_of(
    model: &Model,
    person: Id<Person>,
    id: AnyId,
    mut fields: Map<String, Value>,
) -> Map<String, Value> {
    if id.kind == Kind::Group {
        let own: Vec<String> = model
            .enrolments_of(person)
            .map(|(id, _)| id.to_string())
            .collect();
        let leads = fields
            .get("leads")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        let leads: Vec<Value> = leads
            .into_iter()
            .filter(|lead| {
                lead.get("enrolment")
                    .and_then(Value::as_str)
                    .is_some_and(|id| own.iter().any(|own| own == id))
            })
            .collect();
        let code = fields.get("code").cloned().unwrap_or_default();
        return Map::from_iter([
            ("code".to_owned(), code),
            ("leads".to_owned(), Value::Array(leads)),
        ]);
    }
    fields.retain(|key, _| !is_others(id.kind, key));
    fields
}
