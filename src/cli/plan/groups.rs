//! `cohort plan groups`: places the pool, or shows how to go on without a mentor.

use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use super::watched;
use crate::cli::placing::mentee_meant;
use crate::cli::said::{Answer, Said, Trouble, count, object, table};
use crate::cli::visit::{Globals, Visit};
use crate::domain::{Enrolment, FitPart, Group, Id, Model, Role};
use crate::plan::grouping::{Proposal, Relaxed, Way, Wish, propose, ways};

/// Whom to place, and how.
#[derive(Debug, Args)]
pub struct Groups {
    /// Apply the proposal as one entry
    #[arg(long)]
    apply: bool,
    /// Put this person into this group whatever fits best: an id, an address or a name, then = and the code
    #[arg(long, value_name = "PERSON=GROUP")]
    lock: Vec<String>,
    /// What if this mentor leaves: place the members instead of the pool
    #[arg(long, value_name = "PERSON")]
    without: Option<String>,
    /// Stop with the best proposal after so many seconds, and say how far from the best it can be
    #[arg(long, value_name = "SECONDS")]
    limit: Option<u64>,
}

/// Proposes groups, and applies the proposal when asked to.
pub fn groups(globals: &Globals, groups: &Groups) -> Said {
    let mut visit = Visit::open(globals)?;
    let day = visit.today();
    let limit = groups.limit.map(Duration::from_secs);
    let forming = match groups.without {
        None => visit.client.model().form_groups(&mut visit.mint, day)?.changes,
        Some(_) => Vec::new(),
    };
    // The cohort as it is, with the groups that the proposal would form.
    let ahead = visit.model().after(&forming);
    let model = &ahead;
    let without = match &groups.without {
        Some(text) => Some(mentor_meant(model, text)?),
        None => None,
    };
    let wish = Wish {
        day,
        locked: groups
            .lock
            .iter()
            .map(|lock| locked(model, lock))
            .collect::<Result<_, _>>()?,
        without,
    };
    let (proposal, ways) = match without {
        None => {
            let (proposal, _) = watched(globals, limit, |watch| propose(model, wish, watch))?;
            (proposal, None)
        }
        Some(mentor) => {
            let ((ways, proposal), _) = watched(globals, limit, |watch| ways(model, mentor, day, watch))?;
            (proposal, Some(ways))
        }
    };
    let everybody: Vec<usize> = (0..proposal.place.len()).collect();
    let mut json = json_of(model, &proposal, ways.as_deref());
    let mut lines = lines_of(model, &proposal, ways.as_deref());
    if !forming.is_empty() {
        let new = count(forming.len(), "new group", "new groups");
        lines.push(format!(
            "{new}: one for each mentor of a stream that has none yet."
        ));
    }
    let mut notes = Vec::new();
    if groups.apply {
        let placements = proposal.placements(model, &everybody);
        let present = visit.client.model();
        let edit = match without {
            None => present.form_and_place(&mut visit.mint, &forming, &placements, day)?,
            Some(mentor) => present.go_on_without(&mut visit.mint, mentor, &placements, day)?,
        };
        let landed = visit.land(edit)?;
        json["revision"] = json!(landed.rev);
        lines.push(format!(
            "Applied: {} placed. Nothing was sent to anybody.",
            count(placements.len(), "person", "people")
        ));
        notes = landed.warnings;
    }
    Ok(Answer::found(json, lines).noting(notes))
}

/// The mentor meant, as a participation.
fn mentor_meant(model: &Model, text: &str) -> Result<Id<Enrolment>, Trouble> {
    let person = model.find_person(text)?;
    model.enrolment_of(person, Role::Mentor).ok_or_else(|| {
        Trouble::missing(
            format!("{} takes no part as a mentor", model.name_of(person)),
            "see `cohort people role:mentor`",
        )
    })
}

/// `PERSON=GROUP`.
fn locked(model: &Model, text: &str) -> Result<(Id<Enrolment>, Id<Group>), Trouble> {
    let (person, group) = text
        .rsplit_once('=')
        .ok_or_else(|| Trouble::usage(format!("{text:?} locks nobody"), "write --lock PERSON=GROUP"))?;
    Ok((
        mentee_meant(model, person.trim())?,
        model.find_group(group.trim())?,
    ))
}

fn parts_json(parts: &[FitPart]) -> Value {
    parts
        .iter()
        .map(|part| json!({"part": part.name(), "points": part.points, "of": part.of, "why": part.why}))
        .collect()
}

fn person_json(model: &Model, enrolment: Id<Enrolment>) -> Value {
    json!(model.enrolments.get(enrolment).map(|is| is.person))
}

fn relaxed_json(model: &Model, relaxed: &Relaxed) -> Value {
    let people: Vec<Value> = relaxed.people.iter().map(|id| person_json(model, *id)).collect();
    json!({"rule": relaxed.rule, "what": relaxed.what, "people": people})
}

fn way_json(model: &Model, way: &Way) -> Value {
    json!({
        "group": model.group_code(way.group),
        "lead": way.lead.map(|lead| person_json(model, lead)),
        "moves": way.moves, "left_over": way.left_over, "fit": way.fit, "what": way.what,
    })
}

fn json_of(model: &Model, proposal: &Proposal, ways: Option<&[Way]>) -> Value {
    let people = 0..proposal.place.len();
    let placed: Vec<Value> = people
        .clone()
        .filter_map(|person| {
            let placed = proposal.placed(model, person)?;
            let next = proposal.next_best(model, person);
            Some(object([
                ("person", person_json(model, placed.enrolment)),
                ("name", json!(model.enrolled_name(placed.enrolment))),
                ("group", json!(model.group_code(placed.group))),
                ("fit", json!(placed.fit)),
                ("parts", parts_json(&placed.parts)),
                (
                    "next_best",
                    json!(next.map(|next| {
                        json!({"group": model.group_code(next.group), "fit": next.fit, "why_not": next.why_not})
                    })),
                ),
            ]))
        })
        .collect();
    let unplaced: Vec<Value> = people
        .filter(|person| proposal.place[*person].is_none())
        .map(|person| {
            let enrolment = proposal.case.seekers[person].enrolment;
            json!({
                "person": person_json(model, enrolment), "name": model.enrolled_name(enrolment),
                "why": proposal.why_unplaced(model, person),
            })
        })
        .collect();
    let relax: Vec<Value> = proposal
        .relax
        .rules
        .iter()
        .map(|is| relaxed_json(model, is))
        .collect();
    let mut json = object([
        ("objective", json!(proposal.worth.points)),
        ("bound", json!(proposal.bound.points)),
        ("optimal", json!(proposal.is_optimal())),
        ("short", json!(proposal.worth.short)),
        ("placed", json!(placed)),
        ("unplaced", json!(unplaced)),
        ("relax", json!(relax)),
    ]);
    if let Some(ways) = ways {
        json["ways"] = ways.iter().map(|way| way_json(model, way)).collect();
    }
    json
}

fn lines_of(model: &Model, proposal: &Proposal, ways: Option<&[Way]>) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(ways) = ways {
        let rows: Vec<Vec<String>> = ways
            .iter()
            .map(|way| {
                vec![
                    model.group_code(way.group),
                    way.moves.to_string(),
                    way.left_over.to_string(),
                    way.fit.to_string(),
                    way.what.clone(),
                ]
            })
            .collect();
        lines.extend(table(&["GROUP", ">MOVE", ">NO PLACE", ">FIT", "WAY"], &rows));
        lines.push(String::new());
    }
    let people = 0..proposal.place.len();
    let rows: Vec<Vec<String>> = people
        .clone()
        .filter_map(|person| {
            let placed = proposal.placed(model, person)?;
            let next = proposal
                .next_best(model, person)
                .map_or_else(String::new, |next| {
                    let fit = next.fit.unwrap_or_default();
                    format!("{} {fit}, {}", model.group_code(next.group), next.why_not)
                });
            Some(vec![
                model.enrolled_name(placed.enrolment),
                model.group_code(placed.group),
                placed.fit.to_string(),
                placed.why(),
                next,
            ])
        })
        .collect();
    if proposal.place.is_empty() {
        lines.push("Nobody waits for a group.".to_owned());
        return lines;
    }
    if !rows.is_empty() {
        lines.extend(table(&["PERSON", "GROUP", ">FIT", "WHY", "NEXT BEST"], &rows));
    }
    for person in people.filter(|person| proposal.place[*person].is_none()) {
        let name = model.enrolled_name(proposal.case.seekers[person].enrolment);
        lines.push(format!(
            "{name} has no place: {}.",
            proposal.why_unplaced(model, person)
        ));
    }
    if !proposal.relax.rules.is_empty() {
        let rules = count(proposal.relax.rules.len(), "rule", "rules");
        let fewest = if proposal.relax.smallest {
            "; fewer would not do"
        } else {
            ""
        };
        lines.push(format!(
            "Everybody would have a place if {rules} gave way{fewest}:"
        ));
        lines.extend(proposal.relax.rules.iter().map(|is| format!("  {}", is.what)));
    }
    let sum = proposal.worth.points;
    lines.push(if proposal.is_optimal() {
        format!("The fits come to {sum}; nothing better exists.")
    } else {
        format!(
            "The fits come to {sum}; no proposal exceeds {}.",
            proposal.bound.points
        )
    });
    lines
}
