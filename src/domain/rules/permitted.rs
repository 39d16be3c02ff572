//! Who may change what (rule 18), and what may still change once a cohort is closed.

use super::after::After;
use crate::domain::{
    AdminRole, Change, Cohort, Consent, Delta, Edit, Id, Model, Occasion, Person, Refusal, Wave,
};

impl AdminRole {
    /// Whether somebody of this role may change data, and see what only those may who change it: what one person
    /// answered, when the person asks for it.
    ///
    /// # Errors
    /// Not permitted to a viewer, and to an account that stands for nobody (rule 18).
    pub fn may_change_data(self) -> Result<(), Refusal> {
        let (what, hint) = match self {
            Self::Owner | Self::Editor => return Ok(()),
            Self::Viewer => (
                "viewers look and change nothing",
                "ask the owner for the role of editor",
            ),
            Self::Shared => (
                "a shared account changes nothing under its own name",
                "say who you are with --as",
            ),
        };
        Err(Refusal::not_permitted(what, hint))
    }
}

/// Refuses changes that only the owner may make, and changes of a closed cohort.
pub(super) fn refuse_changes(
    model: &Model,
    edit: &Edit,
    by: AdminRole,
    after: &After<'_>,
) -> Result<(), Refusal> {
    if by != AdminRole::Owner
        && let Some(what) = edit
            .changes
            .iter()
            .find_map(|change| owners(change, after.forward))
    {
        return Err(Refusal::not_permitted(what, "ask the owner to do it"));
    }
    if let Some(Change::Cohort(delta)) = edit.changes.iter().find(|c| is_of_other_cohort(c, model.focus)) {
        let name = delta
            .after
            .as_ref()
            .or(delta.before.as_ref())
            .map_or("", |is| &is.name);
        let hint = format!("open {name} and change it there");
        return Err(Refusal::missing("a cohort is changed from inside it", hint));
    }
    let Some(closed) = model.cohort().filter(|cohort| cohort.is_read_only()) else {
        return Ok(());
    };
    // Taking back the closing itself opens the cohort for all that was closed with it.
    let opens = !after.forward && after.cohort().is_some_and(|cohort| !cohort.is_read_only());
    if opens
        || edit
            .changes
            .iter()
            .all(|change| may_change_closed(change, by, after))
    {
        return Ok(());
    }
    let what = format!(
        "{} is {}: it takes only withdrawal of consent, erasure and the follow-up wave",
        closed.name, closed.state
    );
    let hint = "the owner can reopen the cohort; people can be changed in the running one";
    Err(Refusal::rule(0, what, hint))
}

/// What a change does that is the owner's, if it does.
fn owners(change: &Change, forward: bool) -> Option<&'static str> {
    match change {
        Change::Cohort(_) => Some("the settings of a cohort are the owner's"),
        Change::Admin(delta) => {
            let only_seen = match (&delta.before, &delta.after) {
                (Some(before), Some(after)) => before.name == after.name && before.role == after.role,
                _ => false,
            };
            (!only_seen).then_some("the list of admins is the owner's")
        }
        Change::Person(delta) if forward && is_erasure(delta) => Some("erasing a person is the owner's"),
        _ => None,
    }
}

/// Whether a change takes a person out of the data: the record, or everything in it that tells who it was.
fn is_erasure(delta: &Delta<Person>) -> bool {
    delta.before.is_some() && delta.after.as_ref().is_none_or(|is| is.is_erased())
}

fn is_of_other_cohort(change: &Change, focus: Id<Cohort>) -> bool {
    matches!(change, Change::Cohort(delta) if delta.id != focus)
}

/// Whether a closed cohort takes this change.
fn may_change_closed(change: &Change, by: AdminRole, after: &After<'_>) -> bool {
    let follows_up = |wave: Id<Wave>| {
        after
            .get(wave)
            .is_some_and(|wave| wave.occasion == Occasion::FollowUp)
    };
    match change {
        // The table of states says which way; everything else about a closed cohort stays as it is.
        Change::Cohort(delta) => match (&delta.before, &delta.after) {
            (Some(before), Some(then)) => {
                Cohort {
                    state: before.state,
                    ..(**then).clone()
                } == **before
            }
            _ => false,
        },
        Change::Admin(_)
        | Change::Instrument(_)
        | Change::Theme(_)
        | Change::Claim(_)
        | Change::Message(_) => true,
        Change::Person(delta) => by == AdminRole::Owner && is_erasure(delta),
        Change::Consent(delta) => is_withdrawal(delta),
        Change::Wave(delta) => [&delta.before, &delta.after]
            .into_iter()
            .flatten()
            .all(|wave| wave.occasion == Occasion::FollowUp),
        Change::Request(delta) => delta.after.as_ref().is_some_and(|is| follows_up(is.wave)),
        Change::Response(delta) => delta.after.as_ref().is_some_and(|is| follows_up(is.wave)),
        _ => false,
    }
}

/// Whether a change does nothing but withdraw a consent.
fn is_withdrawal(delta: &Delta<Consent>) -> bool {
    match (&delta.before, &delta.after) {
        (Some(before), Some(then)) => {
            then.withdrawn.is_some()
                && Consent {
                    withdrawn: before.withdrawn,
                    retain_until: before.retain_until,
                    ..(**then).clone()
                } == **before
        }
        _ => false,
    }
}

impl Person {
    /// Whether the person has been erased: the id is left, and nothing that tells whose it was (rule 16).
    #[must_use]
    pub fn is_erased(&self) -> bool {
        *self
            == Self {
                retain_until: self.retain_until,
                ..Self::default()
            }
    }
}
