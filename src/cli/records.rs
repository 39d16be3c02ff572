//! The single edits: adding a record, setting one field of it, taking it out of use.

use super::cohorts::cohort_named;
use super::said::Trouble;
use super::visit::Visit;
use crate::domain::AnyId;

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
