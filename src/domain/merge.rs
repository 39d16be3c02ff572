//! Bringing two people's changes of one record together: field by field, asking only where both touched the same.

use serde_json::{Map, Value};

use super::entry::{AdminName, Change, Edit, Rev};
use super::field::{self, shown};
use super::id::Id;
use super::kind::{Kind, Record, Recorded, every_kind};
use super::model::Model;
use super::refusal::{Clash, Refusal};

/// The fields of a record as JSON.
fn map(record: &Record) -> Map<String, Value> {
    field::json(record)
}

/// One field that differs between two states of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldChange {
    /// The field's key.
    pub field: String,
    /// Its value before; null when the record is new.
    pub before: Value,
    /// Its value after; null when the record is gone.
    pub after: Value,
}

impl Change {
    /// The fields it changes, in the order of the record; for a record made or gone, those that hold something.
    ///
    /// As they may be read in a history: that a number was answered is told, which number is not (rule 14).
    #[must_use]
    pub fn fields(&self) -> Vec<FieldChange> {
        let before = self.before().as_ref().map(map).unwrap_or_default();
        let after = self.after().as_ref().map(map).unwrap_or_default();
        let (before, after) = match self.kind() {
            Kind::Response => (without_numbers(before), without_numbers(after)),
            _ => (before, after),
        };
        let longer = if after.is_empty() { &before } else { &after };
        let get = |of: &Map<String, Value>, key: &String| of.get(key).cloned().unwrap_or(Value::Null);
        let blank = |value: &Value| match value {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            Value::Array(items) => items.is_empty(),
            _ => false,
        };
        longer
            .keys()
            .map(|key| FieldChange {
                field: key.clone(),
                before: get(&before, key),
                after: get(&after, key),
            })
            .filter(|change| {
                let hides = self.kind() == Kind::Response && change.field == "answers";
                (hides || change.before != change.after) && !(blank(&change.before) && blank(&change.after))
            })
            .collect()
    }
}

/// A response's fields with its numbers taken out.
fn without_numbers(mut fields: Map<String, Value>) -> Map<String, Value> {
    let answers = fields.get_mut("answers").and_then(Value::as_array_mut);
    for answer in answers.into_iter().flatten() {
        if let Some(number) = answer.get_mut("number").filter(|number| !number.is_null()) {
            *number = Value::String("hidden".to_owned());
        }
    }
    fields
}

macro_rules! make_from_json {
    ($($variant:ident, $table:ident, $number:literal, $prefix:literal, $word:literal, $scope:ident;)+) => {
        /// The record of this kind and id that these fields make.
        ///
        /// # Errors
        /// When a field is missing or of another type: serde's words.
        pub fn from_json(id: super::id::AnyId, fields: Map<String, Value>) -> Result<Record, serde_json::Error> {
            match id.kind { $(super::kind::Kind::$variant =>
                read(fields).map(|is| Record::$variant(Id::new(id.number), Box::new(is)))),+ }
        }
    };
}
every_kind!(make_from_json);

/// Reads one record from its fields.
fn read<T: Recorded>(fields: Map<String, Value>) -> Result<T, serde_json::Error> {
    serde_json::from_value(Value::Object(fields))
}

impl Model {
    /// The edit rebuilt on what is true now: fields that others changed and this edit did not touch keep their
    /// present values.
    ///
    /// # Errors
    /// A conflict, with the fields that both changed (rule 11); `who` names the admin of an entry where known.
    pub fn rebase(&self, edit: &Edit, who: impl Fn(Rev) -> AdminName) -> Result<Edit, Refusal> {
        let mut changes = Vec::with_capacity(edit.changes.len());
        let mut clashes = Vec::new();
        for change in &edit.changes {
            if self.is_before(change) {
                changes.push(change.clone());
            } else if !self.is_after(change) {
                match self.rebase_one(change, &who) {
                    Ok(change) => changes.push(change),
                    Err(found) => clashes.extend(found),
                }
            }
        }
        if clashes.is_empty() {
            return Ok(Edit {
                changes,
                ..edit.clone()
            });
        }
        let by = clashes
            .iter()
            .map(|c| c.by.as_str())
            .find(|by| !by.is_empty())
            .unwrap_or("somebody");
        Err(Refusal::conflict(
            format!("{by} changed the same thing meanwhile"),
            clashes,
        ))
    }

    /// One change on the present record, or the fields in conflict.
    fn rebase_one(&self, change: &Change, who: &impl Fn(Rev) -> AdminName) -> Result<Change, Vec<Clash>> {
        let id = change.id();
        let rev = self.touched(id).unwrap_or(self.rev);
        let clash = |field: &str, was: String, theirs: String, mine: String| Clash {
            id,
            field: field.to_owned(),
            was,
            theirs,
            mine,
            rev,
            by: who(rev),
        };
        let now = self.record(id);
        let (Some(before), Some(after), Some(now)) = (change.before(), change.after(), now.clone()) else {
            let word = |there: bool| if there { "there" } else { "gone" }.to_owned();
            let (was, mine) = (word(change.before().is_some()), word(change.after().is_some()));
            return Err(vec![clash("", was, word(now.is_some()), mine)]);
        };
        let (before, after, mut merged) = (map(&before), map(&after), map(&now));
        let mut found = Vec::new();
        for (key, mine) in &after {
            let (was, theirs) = (before.get(key), merged.get(key));
            if was == Some(mine) || theirs == Some(mine) {
                continue;
            }
            if was == theirs {
                merged.insert(key.clone(), mine.clone());
            } else {
                let text = |value: Option<&Value>| value.map(|v| shown(self, v)).unwrap_or_default();
                found.push(clash(key, text(was), text(theirs), text(Some(mine))));
            }
        }
        if !found.is_empty() {
            return Err(found);
        }
        from_json(id, merged)
            .ok()
            .and_then(|record| Change::between(Some(now), Some(record)))
            .ok_or_else(|| vec![clash("", "there".into(), "changed".into(), "changed".into())])
    }
}
