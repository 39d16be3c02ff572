//! Who takes part and in which group: decisions on applications, moves and swaps.

use clap::Args;
use serde_json::json;

use super::said::{Answer, Said, Trouble, count, object};
use super::visit::{Globals, Visit};
use crate::domain::text::fold;
use crate::domain::{Application, ApplicationState, Enrolment, Id, Model, Role};

/// Which applications, and what becomes of them.
#[derive(Debug, Args)]
pub struct Decide {
    /// accepted, waitlisted, declined, offered or "under review"
    #[arg(value_name = "DECISION", value_parser = decision)]
    state: ApplicationState,
    /// Who applied: an id, an address or a name
    #[arg(value_name = "PERSON", required_unless_present = "all")]
    people: Vec<String>,
    /// Everybody whose application waits for a decision
    #[arg(long, conflicts_with = "people")]
    all: bool,
}

/// Reads a decision that an office can make.
fn decision(text: &str) -> Result<ApplicationState, String> {
    use ApplicationState::{
        Accepted, Declined, DeclinedByApplicant, Expired, Offered, UnderReview, Waitlisted,
    };
    let made = [
        Accepted,
        Waitlisted,
        Declined,
        Offered,
        UnderReview,
        Expired,
        DeclinedByApplicant,
    ];
    let state = ApplicationState::from_word(text).filter(|state| made.contains(state));
    state.ok_or_else(|| {
        let words: Vec<&str> = made.iter().map(|state| state.word()).collect();
        format!("it is one of {}", words.join(", "))
    })
}

/// Decides applications as one entry.
pub fn decide(globals: &Globals, decide: &Decide) -> Said {
    let mut visit = Visit::open(globals)?;
    let now = visit.now();
    let Visit { client, mint, .. } = &mut visit;
    let model = client.model();
    let mut applications = Vec::new();
    if decide.all {
        let waits = |state| matches!(state, ApplicationState::Received | ApplicationState::UnderReview);
        let waiting = model.applications.iter().filter(|(_, is)| waits(is.state));
        applications.extend(waiting.map(|(id, _)| id));
    }
    for person in &decide.people {
        applications.extend(applications_meant(model, person)?);
    }
    let edit = model.decide(mint, &applications, decide.state, now)?;
    let decided = edit
        .changes
        .iter()
        .filter(|change| change.id().of::<Application>().is_some())
        .count();
    let landed = visit.land(edit)?;
    let json = object([("revision", json!(landed.rev)), ("decided", json!(decided))]);
    let said = format!(
        "{} {}.",
        count(decided, "application", "applications"),
        decide.state
    );
    Ok(Answer::did(json, said).noting(landed.warnings))
}

/// The applications of one person that can be decided: the live ones, else the latest.
fn applications_meant(model: &Model, text: &str) -> Result<Vec<Id<Application>>, Trouble> {
    let person = match text.parse::<Id<Application>>() {
        Ok(id) if model.applications.has(id) => return Ok(vec![id]),
        _ => model.find_person(text)?,
    };
    let live: Vec<_> = model
        .applications_of(person)
        .filter(|(_, is)| is.state.is_live())
        .map(|(id, _)| id)
        .collect();
    if !live.is_empty() {
        return Ok(live);
    }
    let latest = model
        .applications_of(person)
        .max_by_key(|(id, is)| (is.received, *id));
    latest.map(|(id, _)| vec![id]).ok_or_else(|| {
        Trouble::missing(
            format!("{} has not applied", model.name_of(person)),
            "see `cohort people status:applied`",
        )
    })
}

/// Who goes where.
#[derive(Debug, Args)]
pub struct Move {
    /// The mentee: an id, an address or a name
    person: String,
    /// The group's code, or pool
    #[arg(value_name = "GROUP")]
    group: String,
    /// Why, where the stream is another or somebody will ask
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    why: String,
}

/// Moves one mentee.
pub fn move_one(globals: &Globals, step: &Move) -> Said {
    let mut visit = Visit::open(globals)?;
    let day = visit.today();
    let Visit { client, mint, .. } = &mut visit;
    let model = client.model();
    let mentee = mentee_meant(model, &step.person)?;
    let group = match fold(step.group.trim()).as_str() {
        "pool" => None,
        _ => Some(model.find_group(&step.group)?),
    };
    let edit = model.move_to(mint, &[mentee], group, day, &step.why)?;
    let name = model.enrolled_name(mentee);
    let place = group.map_or_else(|| "the pool".to_owned(), |id| model.group_code(id));
    let said = if edit.is_empty() {
        format!("{name} is in {place} already.")
    } else {
        format!("Moved {name} to {place}.")
    };
    let landed = visit.land(edit)?;
    Ok(Answer::did(object([("revision", json!(landed.rev))]), said).noting(landed.warnings))
}

/// Which two change places.
#[derive(Debug, Args)]
pub struct Swap {
    /// A mentee: an id, an address or a name
    #[arg(value_name = "PERSON")]
    one: String,
    /// Another mentee
    #[arg(value_name = "PERSON")]
    other: String,
}

/// Lets two mentees change places.
pub fn swap(globals: &Globals, swap: &Swap) -> Said {
    let mut visit = Visit::open(globals)?;
    let day = visit.today();
    let Visit { client, mint, .. } = &mut visit;
    let model = client.model();
    let (one, other) = (mentee_meant(model, &swap.one)?, mentee_meant(model, &swap.other)?);
    let edit = model.swap(mint, one, other, day)?;
    let said = format!(
        "Swapped {} and {}.",
        model.enrolled_name(one),
        model.enrolled_name(other)
    );
    let landed = visit.land(edit)?;
    Ok(Answer::did(object([("revision", json!(landed.rev))]), said).noting(landed.warnings))
}

/// The participation of the mentee meant.
pub(super) fn mentee_meant(model: &Model, text: &str) -> Result<Id<Enrolment>, Trouble> {
    let person = model.find_person(text)?;
    model.enrolment_of(person, Role::Mentee).ok_or_else(|| {
        let name = model.name_of(person);
        let hint = if model.applications_of(person).any(|(_, is)| is.state.is_live()) {
            format!("accept the application first: cohort decide accepted {person}")
        } else {
            "only mentees move between groups".to_owned()
        };
        Trouble::missing(format!("{name} takes no part as a mentee"), hint)
    })
}
