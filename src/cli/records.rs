//! The single edits: adding a record, setting one field of it, taking it out of use.

use clap::Args;
use serde_json::json;

use super::cohorts::cohort_named;
use super::said::{Answer, Said, Trouble, object};
use super::visit::{Globals, Visit};
use crate::domain::{AnyId, Cohort, Edit, Kind};

/// What is added.
#[derive(Debug, Args)]
pub struct Add {
    /// What kind of record: person, group, session, ...
    #[arg(value_parser = kind)]
    kind: Kind,
    /// Its fields: name="Ann Li" email=ann.li@example.org role=mentee stream=CCIO
    #[arg(value_name = "FIELD=VALUE", value_parser = pair)]
    fields: Vec<(String, String)>,
}

/// Reads the word for a kind of record.
fn kind(text: &str) -> Result<Kind, String> {
    Kind::from_word(text).ok_or_else(|| format!("it is one of {}", Kind::all_words().join(", ")))
}

/// Reads `field=value`.
fn pair(text: &str) -> Result<(String, String), String> {
    let (field, value) = text
        .split_once('=')
        .ok_or_else(|| "write it as field=value, as in name=\"Ann Li\"".to_owned())?;
    Ok((field.trim().to_owned(), value.to_owned()))
}

/// Adds a record.
pub fn add(globals: &Globals, add: &Add) -> Said {
    let mut visit = Visit::open(globals)?;
    let (now, me) = (visit.now(), visit.me().to_owned());
    let typed: Vec<(&str, &str)> = add
        .fields
        .iter()
        .map(|(field, value)| (field.as_str(), value.as_str()))
        .collect();
    let Visit { client, mint, .. } = &mut visit;
    let edit = client.model().make(mint, add.kind, &typed, &me, now)?;
    let id = about(&edit, add.kind);
    let said = format!("Added {}.", edit.label.on);
    let landed = visit.land(edit)?;
    let json = object([
        ("revision", json!(landed.rev)),
        ("id", json!(id.map(|id| id.to_string()))),
    ]);
    Ok(Answer::did(json, said).noting(landed.warnings))
}

/// The record of this kind that an edit is about.
fn about(edit: &Edit, kind: Kind) -> Option<AnyId> {
    let of_kind = edit.changes.iter().filter(|change| change.kind() == kind);
    let made = of_kind.clone().find(|change| change.is_making());
    made.or_else(|| of_kind.clone().next())
        .map(|change| change.id())
        .or_else(|| edit.subject())
}

/// Which field of which record.
#[derive(Debug, Args)]
pub struct Set {
    /// The record: an id, or what people call it (an address, a name, a code, CCIO-2/3)
    id: String,
    /// The field: a key of the record's JSON
    field: String,
    /// The new value; empty for none
    #[arg(allow_hyphen_values = true)]
    value: String,
    /// Only when this is the present value; otherwise it ends with exit code 4
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    was: Option<String>,
}

/// Sets one field.
pub fn set(globals: &Globals, set: &Set) -> Said {
    let mut visit = Visit::open_to_change(globals)?;
    let id = record_meant(&visit, &set.id)?;
    open_cohort_of(&mut visit, id)?;
    let (now, me) = (visit.now(), visit.me().to_owned());
    if let Some(was) = &set.was {
        if id.kind == Kind::Response {
            let what = "--was would tell what somebody answered";
            return Err(Trouble::new(1, what, "leave it out"));
        }
        let present = visit.model().read_field(id, &set.field);
        if present.trim() != was.trim() {
            let what = format!("{} is {present:?} now, and not {was:?}", set.field);
            return Err(Trouble::new(4, what, "look at both values and choose one"));
        }
    }
    let Visit { client, mint, .. } = &mut visit;
    let edit = client
        .model()
        .set_field(mint, id, &set.field, &set.value, &me, now)?;
    let said = if edit.is_empty() {
        format!("{} is so already.", set.field)
    } else {
        let mut said = edit.label.to_string();
        said.replace_range(..1, &said[..1].to_uppercase());
        format!("{said}.")
    };
    let landed = visit.land(edit)?;
    let json = object([("revision", json!(landed.rev)), ("id", json!(id.to_string()))]);
    Ok(Answer::did(json, said).noting(landed.warnings))
}

/// Which record.
#[derive(Debug, Args)]
pub struct Drop {
    /// The record: an id, or what people call it (an address, a name, a code, CCIO-2/3)
    id: String,
}

/// Takes a record out of use, as softly as its kind allows.
pub fn drop_one(globals: &Globals, drop: &Drop) -> Said {
    let mut visit = Visit::open(globals)?;
    let id = record_meant(&visit, &drop.id)?;
    open_cohort_of(&mut visit, id)?;
    let title = visit.model().title(id);
    let now = visit.now();
    let Visit { client, mint, .. } = &mut visit;
    let edit = client.model().drop_record(mint, id, now)?;
    let said = format!("{title}: {}.", edit.label.verb);
    let landed = visit.land(edit)?;
    let json = object([("revision", json!(landed.rev)), ("id", json!(id.to_string()))]);
    Ok(Answer::did(json, said).noting(landed.warnings))
}

/// A cohort's own fields are set in that cohort.
fn open_cohort_of(visit: &mut Visit, id: AnyId) -> Result<(), Trouble> {
    match id.of::<Cohort>() {
        Some(cohort) if cohort != visit.model().focus => Ok(visit.client.open(cohort)?),
        _ => Ok(()),
    }
}

/// The record somebody means: by id, or as people call it (a cohort's name, a group's or stream's code, a session
/// as in CCIO-2/3, a person's address or name).
pub fn record_meant(visit: &Visit, text: &str) -> Result<AnyId, Trouble> {
    let model = visit.model();
    let text = text.trim();
    if let Ok(id) = text.parse::<AnyId>() {
        return match model.record(id) {
            Some(_) => Ok(id),
            None => Err(Trouble::missing(
                format!("there is no {} {id} in this cohort", id.kind),
                "look it up, or name another cohort with --cohort",
            )),
        };
    }
    if let Ok(cohort) = cohort_named(visit, text) {
        return Ok(cohort.into());
    }
    if let Ok(stream) = model.find_stream(text) {
        return Ok(stream.into());
    }
    if let Ok(group) = model.find_group(text) {
        return Ok(group.into());
    }
    if text.contains('/') {
        return Ok(model.find_session(text)?.into());
    }
    Ok(model.find_person(text)?.into())
}
