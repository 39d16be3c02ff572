//! Whether an edit may land: brought up to date first, then held against the rules.

use chrono::{DateTime, Utc};

use crate::domain::{AdminName, AdminRole, Edit, Model, Refusal, Rev, Verdict};
use crate::store::codec;

/// What was found.
pub enum Judgement {
    /// It may land, in this form.
    Fresh(Edit),
    /// Everything it asks for is true already.
    Already,
}

/// Whether an edit goes on from here, or takes an entry back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// It goes on: states change as the tables allow.
    Forward,
    /// It takes an entry back: states may become what they were.
    Undo,
}

/// Judges an edit against the present model.
///
/// An edit begun on an older state is rebuilt on the present one where it touched other fields than were changed
/// meanwhile; where both touched the same, it is refused with both values.
///
/// # Errors
/// With the rule that stands against it.
pub fn judge(
    model: &Model,
    edit: &Edit,
    meaning: Meaning,
    role: AdminRole,
    now: DateTime<Utc>,
    who: impl Fn(Rev) -> AdminName,
) -> Result<Judgement, Refusal> {
    if edit.changes.is_empty() {
        return Err(Refusal::unreadable(
            "this changes nothing",
            "say what is to become different",
        ));
    }
    if let Some(change) = codec::too_long(&edit.changes) {
        return Err(Refusal::rule(
            0,
            format!("{} is longer than 8 KB", model.title(change.id())),
            "shorten its longest text",
        ));
    }
    let known = model.cohorts.has(edit.cohort)
        || edit
            .changes
            .iter()
            .any(|change| change.id() == edit.cohort.into() && change.is_making())
        || edit.changes.iter().all(|change| change.kind().is_shared());
    if !known {
        return Err(Refusal::missing(
            "there is no such cohort",
            "make it first: cohort init",
        ));
    }
    let edit = match meaning {
        Meaning::Forward => model.rebase(edit, who)?,
        Meaning::Undo => {
            let mut edit = model.rebase(&model.with_present_versions(edit.clone()), who)?;
            edit.raise_versions();
            edit
        }
    };
    if edit.changes.is_empty() {
        return Ok(Judgement::Already);
    }
    let verdict = match meaning {
        Meaning::Forward => model.admit(&edit, role, now)?,
        Meaning::Undo => model.admit_undo(&edit, role, now)?,
    };
    Ok(match verdict {
        Verdict::Fresh => Judgement::Fresh(edit),
        Verdict::Already => Judgement::Already,
    })
}
