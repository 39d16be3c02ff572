//! Problem files with known answers (`shared/instances`): read, solved, answered.

use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use super::watched;
use crate::cli::said::{Answer, Said, Trouble, object};
use crate::cli::visit::Globals;
use crate::plan::Cancelled;
use crate::plan::grouping::instance::{Instance, Mentee, Mentor};
use crate::plan::scheduling::instance::{Instance as SchedFile, InstanceProblem, Meeting};

/// What any problem file says of itself.
#[derive(Deserialize)]
struct Head {
    kind: String,
}

/// A grouping problem as the file has it.
#[derive(Deserialize)]
struct AssignFile {
    t: i64,
    balance: i64,
    mentors: Vec<MentorLine>,
    mentees: Vec<MenteeLine>,
}

#[derive(Deserialize)]
struct MentorLine {
    org: u32,
    stream: u32,
    region: u32,
    level: i32,
    skills: u32,
    min: usize,
    max: usize,
}

#[derive(Deserialize)]
struct MenteeLine {
    org: u32,
    stream: u32,
    region: u32,
    level: i32,
    goals: u32,
    prefs: Vec<usize>,
}

impl From<AssignFile> for Instance {
    fn from(file: AssignFile) -> Self {
        let mentor = |is: MentorLine| Mentor {
            org: is.org,
            stream: is.stream,
            region: is.region,
            level: is.level,
            skills: is.skills,
            min: is.min,
            max: is.max,
        };
        let mentee = |is: MenteeLine| Mentee {
            org: is.org,
            stream: is.stream,
            region: is.region,
            level: is.level,
            goals: is.goals,
            prefs: is.prefs,
        };
        Self {
            target: file.t,
            balance: file.balance,
            mentors: file.mentors.into_iter().map(mentor).collect(),
            mentees: file.mentees.into_iter().map(mentee).collect(),
        }
    }
}

/// Solves a problem file.
pub fn solve(globals: &Globals, path: &Path, limit: Option<Duration>) -> Said {
    let bytes = std::fs::read(path).map_err(|error| Trouble::file(path, &error))?;
    let head: Head = read(path, &bytes)?;
    match head.kind.as_str() {
        "assign" => grouping(globals, read::<AssignFile>(path, &bytes)?.into(), limit),
        "sched" => scheduling(globals, path, &read(path, &bytes)?, limit),
        other => Err(Trouble::new(
            5,
            format!("{}: {other} is no kind of problem known here", path.display()),
            "the kinds are those of shared/instances",
        )
        .in_file(path.display().to_string(), None)),
    }
}

fn read<'a, T: Deserialize<'a>>(path: &Path, bytes: &'a [u8]) -> Result<T, Trouble> {
    serde_json::from_slice(bytes).map_err(|error| {
        let line = u32::try_from(error.line()).ok();
        Trouble::new(
            5,
            format!("{} is no problem file: {error}", path.display()),
            "the README of shared/instances describes them",
        )
        .in_file(path.display().to_string(), line)
    })
}

fn grouping(globals: &Globals, instance: Instance, limit: Option<Duration>) -> Said {
    let (found, seconds) = watched(globals, limit, |watch| instance.solve(watch))?;
    let json = object([
        ("objective", json!(found.objective)),
        ("bound", json!(found.bound)),
        ("optimal", json!(found.optimal)),
        ("assignment", json!(found.mentor)),
        ("seconds", json!(seconds)),
    ]);
    let proof = if found.optimal {
        "proven best"
    } else {
        "not proven"
    };
    let mut lines = vec![format!(
        "Objective {}, {proof}, in {seconds:.3} seconds.",
        found.objective
    )];
    let (unplaced, short) = found.missing;
    if unplaced + short > 0 {
        lines.push(format!(
            "{unplaced} mentees without a mentor; {short} missing from the minimums."
        ));
    }
    Ok(Answer::found(json, lines))
}

fn scheduling(globals: &Globals, path: &Path, instance: &SchedFile, limit: Option<Duration>) -> Said {
    let solved = watched(globals, limit, |watch| match instance.solve(watch) {
        Err(InstanceProblem::Cancelled) => Err(Cancelled),
        other => Ok(other),
    })?;
    let (found, seconds) = match solved {
        (Ok(found), seconds) => (found, seconds),
        (Err(InstanceProblem::NoAnswer(sure)), _) => {
            let what = if sure {
                "has no answer"
            } else {
                "got no answer in this time"
            };
            let hint = if sure {
                "more slots or sessions at once would make room"
            } else {
                "give it a longer --limit"
            };
            return Err(Trouble::new(1, format!("{} {what}", path.display()), hint));
        }
        (Err(problem), _) => {
            return Err(
                Trouble::new(5, format!("{}: {problem}", path.display()), "mend the file")
                    .in_file(path.display().to_string(), None),
            );
        }
    };
    let meeting = |at: &Meeting| json!({ "group": at.group, "date": at.date.to_string(), "slot": at.slot });
    let optimal = found.cost == found.bound;
    let json = object([
        ("cost", json!(found.cost)),
        ("bound", json!(found.bound)),
        ("optimal", json!(optimal)),
        ("sessions", found.sessions.iter().map(meeting).collect()),
        ("seconds", json!(seconds)),
    ]);
    let proof = if optimal {
        "proven best".to_owned()
    } else {
        format!("none can cost less than {}", found.bound)
    };
    let many = found.sessions.len();
    Ok(Answer::found(
        json,
        vec![format!(
            "{many} sessions at a cost of {}, {proof}, in {seconds:.3} seconds.",
            found.cost
        )],
    ))
}
