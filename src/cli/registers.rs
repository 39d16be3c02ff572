//! One session: who was there, another time, or not at all.

use clap::Args;
use serde_json::{Value, json};

use super::said::{Answer, Said, Trouble, object, table};
use super::visit::{Globals, Visit};
use crate::domain::when::{moment_short, parse_when};
use crate::domain::{
    Attendee, Clashing, Edit, Id, MarkValue, Model, Participant, Refusal, RegisterRow, Session, SessionState,
};

/// Whose marks are shown or set.
#[derive(Debug, Args)]
pub struct Register {
    /// The session: an id, or group and round as in CCIO-2/3
    session: String,
    /// Pairs of a person (id, address or name; `guest:NAME`) and a mark: present, late, late:12, apologies, absent,
    /// guest, none
    #[arg(value_name = "PERSON MARK")]
    marks: Vec<String>,
    /// Mark everybody unmarked as present
    #[arg(long)]
    all_present: bool,
    /// Close the register: nobody may be unmarked
    #[arg(long)]
    close: bool,
    /// With --close: whoever is unmarked was absent
    #[arg(long, requires = "close")]
    rest_absent: bool,
    /// Open a closed register again
    #[arg(long, conflicts_with = "close")]
    reopen: bool,
}

/// Shows a register, or sets marks in it.
pub fn register(globals: &Globals, register: &Register) -> Said {
    let mut visit = Visit::open(globals)?;
    let session = visit.model().find_session(&register.session)?;
    let mut warnings = Vec::new();
    let mut acts = false;
    if register.reopen {
        let edit = visit.client.model().reopen_register(&mut visit.mint, session)?;
        warnings.extend(visit.land(edit)?.warnings);
        acts = true;
    }
    if !register.marks.is_empty() {
        let edit = marks_edit(&mut visit, session, &register.marks)?;
        warnings.extend(visit.land(edit)?.warnings);
        acts = true;
    }
    let (now, me) = (visit.now(), visit.me().to_owned());
    if register.all_present {
        let edit = visit
            .client
            .model()
            .mark_all(&mut visit.mint, session, false, &me, now)?;
        warnings.extend(visit.land(edit)?.warnings);
        acts = true;
    }
    if register.close {
        let absent = register.rest_absent;
        let edit = visit
            .client
            .model()
            .close_register(&mut visit.mint, session, absent, &me, now)?;
        warnings.extend(visit.land(edit)?.warnings);
        acts = true;
    }
    let mut answer = shown(&visit, session);
    answer.confirms = acts;
    Ok(answer.noting(warnings))
}

/// The edit that sets these marks, all or none.
fn marks_edit(visit: &mut Visit, session: Id<Session>, words: &[String]) -> Result<Edit, Trouble> {
    if !words.len().is_multiple_of(2) {
        return Err(Trouble::usage(
            format!("{:?} has no mark", words.last().map_or("", String::as_str)),
            "give pairs of person and mark: register CCIO-2/3 \"Ann Li\" present",
        ));
    }
    let (now, me) = (visit.now(), visit.me().to_owned());
    let Visit { client, mint, .. } = visit;
    let model = client.model();
    let mut marks = Vec::new();
    for pair in words.chunks_exact(2) {
        let attendee = attendee(model, session, &pair[0])?;
        let (value, minutes) = mark(&pair[1])?;
        marks.push((attendee, value, minutes));
    }
    Ok(model.mark_many(mint, session, &marks, &me, now)?)
}

/// Whom a word of the command means: a guest by name, or somebody of the cohort.
fn attendee(model: &Model, session: Id<Session>, text: &str) -> Result<Attendee, Trouble> {
    if let Some(name) = text.strip_prefix("guest:") {
        return Ok(Attendee::Guest(name.trim().to_owned()));
    }
    let person = model.find_person(text)?;
    let parts = model.parts_of(person);
    let expected = model.expected(session);
    let is_expected = |part: &&Participant| {
        part.enrolment
            .is_some_and(|id| expected.iter().any(|one| one.enrolment == id))
    };
    let part = parts.iter().find(is_expected).or(parts.first());
    part.and_then(|part| part.enrolment)
        .map(Attendee::Enrolled)
        .ok_or_else(|| {
            Trouble::missing(
                format!("{} takes no part in this cohort", model.name_of(person)),
                "note a guest with guest:NAME guest",
            )
        })
}

/// Reads a mark: a word, its letter, or `late:12`.
fn mark(text: &str) -> Result<(Option<MarkValue>, Option<u16>), Trouble> {
    let problem = || {
        Trouble::usage(
            format!("{text:?} is no mark"),
            "it is present, late, late:MINUTES, apologies, absent, guest or none",
        )
    };
    let (word, minutes) = match text.split_once(':') {
        Some((word, minutes)) => (word, Some(minutes.parse().map_err(|_| problem())?)),
        None => (text, None),
    };
    let value = match word.to_lowercase().as_str() {
        "none" | "unmarked" | "-" => None,
        "p" => Some(MarkValue::Present),
        "l" => Some(MarkValue::Late),
        "e" => Some(MarkValue::Apologies),
        "a" => Some(MarkValue::Absent),
        word => Some(MarkValue::from_word(word).ok_or_else(problem)?),
    };
    if minutes.is_some() && value != Some(MarkValue::Late) {
        return Err(problem());
    }
    Ok((value, minutes))
}

/// The register as it stands.
fn shown(visit: &Visit, session: Id<Session>) -> Answer {
    let model = visit.model();
    let register = model.register(session);
    let is = model.sessions.get(session);
    let state = if register.closed {
        "closed"
    } else if register.counts.unmarked == 0 {
        "open"
    } else {
        "incomplete"
    };
    let marks: Vec<Value> = register.rows.iter().map(|row| row_json(model, row)).collect();
    let rows: Vec<Vec<String>> = register
        .rows
        .iter()
        .map(|row| {
            let value = row.mark.as_ref().map(|(_, mark)| mark.value);
            let late = row.mark.as_ref().and_then(|(_, mark)| mark.minutes_late);
            vec![
                row.name.clone(),
                row.role.map_or("guest", |role| role.word()).to_owned(),
                value.map_or("-", MarkValue::word).to_owned(),
                late.map(|minutes| format!("{minutes} min")).unwrap_or_default(),
            ]
        })
        .collect();
    let when = is
        .map(|is| moment_short(model.local(is.starts)))
        .unwrap_or_default();
    let mut lines = vec![format!(
        "{}, {when}: register {state}.",
        model.session_title(session)
    )];
    lines.extend(table(&["NAME", "ROLE", "MARK", "LATE"], &rows));
    let json = object([
        ("session", json!(session)),
        ("state", json!(state)),
        ("marks", json!(marks)),
        (
            "group",
            json!(is.and_then(|is| is.group).map(|id| model.group_code(id))),
        ),
        ("round", json!(model.round_of(session).map(|round| round.number))),
        ("phase", json!(model.phase(session, visit.now()))),
        ("revision", json!(model.rev)),
    ]);
    Answer::found(json, lines)
}

fn row_json(model: &Model, row: &RegisterRow) -> Value {
    let person = row
        .enrolment
        .and_then(|id| model.enrolments.get(id))
        .map(|is| is.person);
    let mark = row.mark.as_ref().map(|(_, mark)| mark);
    object([
        ("person", json!(person)),
        ("mark", json!(mark.map(|mark| mark.value))),
        ("minutes_late", json!(mark.and_then(|mark| mark.minutes_late))),
        ("name", json!(row.name)),
        ("role", json!(row.role)),
    ])
}

/// Which session, and its new time.
#[derive(Debug, Args)]
pub struct Reschedule {
    /// The session: an id, or group and round as in CCIO-2/3
    session: String,
    /// The new time as typed on screen: thu 16:00, 12 may 16:30, +2d
    #[arg(required = true, value_name = "WHEN")]
    when: Vec<String>,
}

/// Gives a session another time.
pub fn reschedule(globals: &Globals, reschedule: &Reschedule) -> Said {
    let mut visit = Visit::open(globals)?;
    let now = visit.now();
    let Visit { client, mint, .. } = &mut visit;
    let model = client.model();
    let session = model.find_session(&reschedule.session)?;
    let present = model.sessions.get(session).map(|is| model.local(is.starts));
    let starts = parse_when(&reschedule.when.join(" "), model.local(now), present).map_err(Refusal::from)?;
    let edit = model.reschedule(mint, session, starts)?;
    let landed = visit.land(edit)?;
    let model = visit.model();
    let clashes = model.clashes(session);
    let said = format!(
        "{} is now {}.",
        model.session_title(session),
        moment_short(model.local(starts))
    );
    let notes = clashes.iter().map(|clash| clash_line(model, clash));
    let notes = notes.chain(landed.warnings).collect();
    let json = object([
        ("revision", json!(landed.rev)),
        (
            "clashes",
            clashes.iter().map(|clash| clash_json(model, clash)).collect(),
        ),
        ("starts", json!(visit.stamp(starts))),
    ]);
    Ok(Answer::did(json, said).noting(notes))
}

fn clash_json(model: &Model, clash: &Clashing) -> Value {
    object([
        ("person", json!(clash.person)),
        ("name", json!(clash.person.map(|id| model.name_of(id)))),
        ("why", json!(clash.why)),
        ("with", json!(clash.with)),
    ])
}

fn clash_line(model: &Model, clash: &Clashing) -> String {
    let who = clash
        .person
        .map_or_else(|| "everybody".to_owned(), |id| model.name_of(id));
    format!("clash: {who}, {}", clash.why)
}

/// Which session, and why.
#[derive(Debug, Args)]
pub struct Cancel {
    /// The session: an id, or group and round as in CCIO-2/3
    session: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// Cancels a session; its marks are kept and count for nothing.
pub fn cancel(globals: &Globals, cancel: &Cancel) -> Said {
    let mut visit = Visit::open(globals)?;
    let Visit { client, mint, .. } = &mut visit;
    let model = client.model();
    let session = model.find_session(&cancel.session)?;
    let title = model.session_title(session);
    let was = model.sessions.get(session).map(|is| is.state);
    let edit = model.cancel(mint, session, &cancel.reason)?;
    let landed = visit.land(edit)?;
    let said = if was == Some(SessionState::Cancelled) {
        format!("{title} was cancelled already.")
    } else {
        format!("Cancelled {title}.")
    };
    let json = object([("revision", json!(landed.rev)), ("clashes", json!([]))]);
    Ok(Answer::did(json, said).noting(landed.warnings))
}
