//! Sessions: those going on and the next ones, and by date.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use clap::Args;
use serde_json::{Value, json};

use super::said::{Answer, Said, Trouble, object, table};
use super::visit::{Globals, Visit, stamp};
use crate::domain::{Counts, Id, Model, Phase, Session, when};

/// Days ahead that an agenda shows when nothing else is said.
const AHEAD: u64 = 14;

/// Which days are shown.
#[derive(Debug, Args)]
pub struct Agenda {
    /// The first day [default: today]
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// The last day [default: two weeks later]
    #[arg(long, value_name = "DAY")]
    to: Option<String>,
}

/// The sessions by date.
pub fn agenda(globals: &Globals, agenda: &Agenda) -> Said {
    let visit = Visit::open(globals)?;
    let today = visit.today();
    let day = |text: &Option<String>, otherwise: NaiveDate| match text {
        Some(text) => when::parse_day(text, today)
            .map_err(|problem| Trouble::from(crate::domain::Refusal::from(problem))),
        None => Ok(otherwise),
    };
    let from = day(&agenda.from, today)?;
    let to = day(
        &agenda.to,
        from.checked_add_days(Days::new(AHEAD)).unwrap_or(from),
    )?;
    if to < from {
        return Err(Trouble::usage(
            format!("{to} is before {from}"),
            "give the first day with --from and the last with --to",
        ));
    }
    let model = visit.model();
    // Days of the cohort's zone begin within 14 hours of midnight UTC: look wide, then narrow.
    let wide = TimeDelta::hours(14);
    let begins = from.and_time(NaiveTime::MIN).and_utc() - wide;
    let ends = to.and_time(NaiveTime::MIN).and_utc() + TimeDelta::days(1) + wide;
    let mut sessions = model.sessions_between(begins, ends);
    sessions.retain(|id| {
        let day = model.sessions.get(*id).map(|is| model.day(is.starts));
        day.is_some_and(|day| from <= day && day <= to)
    });
    Ok(list(model, &sessions, visit.now(), "No sessions on these days."))
}

/// The sessions going on, then what comes next.
pub fn now(globals: &Globals) -> Said {
    let visit = Visit::open(globals)?;
    let (model, now) = (visit.model(), visit.now());
    let sessions = going_on_and_next(model, now);
    Ok(list(
        model,
        &sessions,
        now,
        "No session goes on, and none is planned.",
    ))
}

/// The sessions going on, and those that begin at the next time at which any begins.
fn going_on_and_next(model: &Model, now: DateTime<Utc>) -> Vec<Id<Session>> {
    let recent = model.sessions_between(now - TimeDelta::hours(24), now + TimeDelta::seconds(1));
    let mut sessions: Vec<_> = recent
        .into_iter()
        .filter(|id| model.phase(*id, now) == Phase::Live)
        .collect();
    let stands = |id: &Id<Session>| model.sessions.get(*id).filter(|is| is.stands());
    let later = model.sessions_between(now + TimeDelta::seconds(1), DateTime::<Utc>::MAX_UTC);
    let first = later.iter().find_map(|id| stands(id).map(|is| is.starts));
    let next = later
        .iter()
        .filter(|id| stands(id).map(|is| is.starts) == first && first.is_some());
    sessions.extend(next);
    sessions
}

fn list(model: &Model, sessions: &[Id<Session>], now: DateTime<Utc>, none: &str) -> Answer {
    let json: Vec<Value> = sessions
        .iter()
        .filter_map(|id| session_json(model, *id, now))
        .collect();
    let lines = if sessions.is_empty() {
        vec![none.to_owned()]
    } else {
        session_lines(model, sessions, now)
    };
    Answer::found(Value::Array(json), lines)
}

/// One session as other programs read it.
pub fn session_json(model: &Model, id: Id<Session>, now: DateTime<Utc>) -> Option<Value> {
    let is = model.sessions.get(id)?;
    let counts = model.counts(id);
    Some(object([
        ("id", json!(id)),
        ("group", json!(is.group.map(|group| model.group_code(group)))),
        ("round", json!(model.round_of(id).map(|round| round.number))),
        ("starts", json!(stamp(model, is.starts))),
        ("minutes", json!(is.minutes)),
        ("state", json!(model.phase(id, now).word())),
        ("mentor", json!(mentor(model, is))),
        ("marks", counts_json(&counts)),
        ("title", json!(model.session_title(id))),
        ("topic", json!(is.topic)),
        ("link", json!(model.link_of(is))),
        ("place", json!(is.place)),
        ("clashes", json!(model.clashes(id).len())),
    ]))
}

/// How many people have which mark.
fn counts_json(counts: &Counts) -> Value {
    json!({
        "present": counts.present, "late": counts.late, "apologies": counts.apologies,
        "absent": counts.absent, "unmarked": counts.unmarked, "guests": counts.guests,
    })
}

fn mentor(model: &Model, is: &Session) -> Option<String> {
    let lead = model.lead_of(is.group?, model.day(is.starts))?;
    Some(model.enrolled_name(lead))
}

/// Sessions as lines for people.
pub fn session_lines(model: &Model, sessions: &[Id<Session>], now: DateTime<Utc>) -> Vec<String> {
    let row = |id: &Id<Session>| {
        let is = model.sessions.get(*id)?;
        let counts = model.counts(*id);
        let marked = counts.expected() - counts.unmarked;
        Some(vec![
            when::day_short(model.day(is.starts)),
            when::span(model.local(is.starts), is.minutes.into()),
            model.session_title(*id),
            model.phase(*id, now).to_string(),
            mentor(model, is).unwrap_or_default(),
            format!("{marked}/{}", counts.expected()),
        ])
    };
    let rows: Vec<Vec<String>> = sessions.iter().filter_map(row).collect();
    table(&["DAY", "TIME", "SESSION", "STATE", "MENTOR", ">MARKED"], &rows)
}
