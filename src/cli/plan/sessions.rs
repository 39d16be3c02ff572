//! `cohort plan sessions`: dates for the sessions that groups lack.

use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use super::watched;
use crate::cli::said::{Answer, Said, count, object};
use crate::cli::visit::{Globals, Visit};
use crate::domain::{Model, Slot, when};
use crate::plan::scheduling::{Ask, Proposal, Proposed, Unplaced, propose, sentence};

/// For whom, and whether to apply it.
#[derive(Debug, Args)]
pub struct Sessions {
    /// Apply the proposal as one entry
    #[arg(long)]
    apply: bool,
    /// Only for this group; may be given again
    #[arg(long, value_name = "CODE")]
    group: Vec<String>,
    /// How long a session is
    #[arg(long, value_name = "MINUTES", default_value_t = 60, value_parser = clap::value_parser!(u16).range(5..=480))]
    minutes: u16,
    /// Stop with the best plan after so many seconds, and say how far from the best it can be
    #[arg(long, value_name = "SECONDS")]
    limit: Option<u64>,
}

/// Proposes dates, and applies the proposal when asked to.
pub fn sessions(globals: &Globals, wanted: &Sessions) -> Said {
    let mut visit = Visit::open(globals)?;
    let now = visit.now();
    let model = visit.model();
    let groups = wanted
        .group
        .iter()
        .map(|code| model.find_group(code))
        .collect::<Result<_, _>>()?;
    let limit = wanted.limit.map(Duration::from_secs);
    let ask = Ask {
        groups,
        minutes: wanted.minutes,
        ..Ask::all(now)
    };
    let (proposal, _) = watched(globals, limit, |watch| propose(model, &ask, watch))?;
    let mut json = json_of(model, &proposal);
    let mut lines = lines_of(model, &proposal);
    let mut notes = Vec::new();
    if wanted.apply {
        let slots: Vec<Slot> = proposal.sessions.iter().map(Proposed::slot).collect();
        let Visit { client, mint, .. } = &mut visit;
        let edit = client.model().add_sessions(mint, &slots)?;
        let landed = visit.land(edit)?;
        json["revision"] = json!(landed.rev);
        lines.push(format!(
            "Applied: {} added. Nothing was sent to anybody.",
            count(slots.len(), "session", "sessions")
        ));
        notes = landed.warnings;
    }
    Ok(Answer::found(json, lines).noting(notes))
}

fn json_of(model: &Model, proposal: &Proposal) -> Value {
    let session = |one: &Proposed| {
        let parts = one.parts;
        let outside: Vec<String> = one.outside.iter().map(|one| model.enrolled_name(*one)).collect();
        json!({
            "group": model.group_code(one.group),
            "round": model.round_number(one.round),
            "starts": model.local(one.starts).to_rfc3339(),
            "minutes": one.minutes,
            "cost": parts.cost(),
            "parts": {"times": parts.times, "weekday": parts.weekday, "hour": parts.hour, "apart": parts.apart},
            "outside": outside,
        })
    };
    let unplaced = |one: &Unplaced| {
        let nearest: Vec<Value> = one
            .nearest
            .iter()
            .map(|(at, why)| json!({"starts": model.local(*at).to_rfc3339(), "in_the_way": why}))
            .collect();
        let who: Vec<Value> = one
            .in_the_way
            .iter()
            .map(|(who, times)| json!({"who": who, "times": times}))
            .collect();
        json!({
            "group": model.group_code(one.group),
            "round": model.round_number(one.round),
            "times": one.times,
            "in_the_way": who,
            "nearest": nearest,
        })
    };
    object([
        ("cost", json!(proposal.cost)),
        ("bound", json!(proposal.bound)),
        ("optimal", json!(proposal.is_optimal())),
        ("sessions", proposal.sessions.iter().map(session).collect()),
        ("unplaced", proposal.unplaced.iter().map(unplaced).collect()),
    ])
}

fn lines_of(model: &Model, proposal: &Proposal) -> Vec<String> {
    let mut lines = Vec::new();
    for one in &proposal.sessions {
        let title = format!(
            "{} S{}",
            model.group_code(one.group),
            model.round_number(one.round)
        );
        let at = when::moment_short(model.local(one.starts));
        lines.push(format!("{title:<12} {at}  {}", one.why.join(". ")));
    }
    for one in &proposal.unplaced {
        let title = format!(
            "{} S{}",
            model.group_code(one.group),
            model.round_number(one.round)
        );
        lines.push(format!(
            "{title:<12} has no place. {}",
            sentence(model, one).join(". ")
        ));
    }
    let proof = if proposal.is_optimal() {
        "no plan costs less".to_owned()
    } else {
        format!("no plan costs less than {}", proposal.bound)
    };
    lines.push(format!(
        "{} proposed at a cost of {}; {proof}. {} without a place; {} stand already.",
        count(proposal.sessions.len(), "session", "sessions"),
        proposal.cost,
        proposal.unplaced.len(),
        proposal.kept
    ));
    lines
}
