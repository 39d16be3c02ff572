//! Lists: people, groups and streams.

use chrono::{DateTime, Utc};
use clap::Args;
use serde_json::{Value, json};

use super::said::{Answer, Said, count, object, table};
use super::visit::{Globals, Visit};
use crate::domain::feedback::{Line, Readers, Shown};
use crate::domain::query::Query;
use crate::domain::{
    Enrolment, Group, GroupState, Id, LeadRole, Model, Participant, Ratio, Role, Scope, Stream,
};

/// Which people.
#[derive(Debug, Args)]
pub struct People {
    /// A filter as on screen: stream:cso att<80 group:none
    query: Vec<String>,
}

/// The people of the cohort, applicants included.
pub fn people(globals: &Globals, people: &People) -> Said {
    let visit = Visit::open(globals)?;
    let query = Query::parse(&people.query.join(" "))?;
    let model = visit.model();
    let found = model.people_matching(&query, visit.me(), visit.now());
    let json: Vec<Value> = found.iter().map(|part| person_json(model, part)).collect();
    let rows: Vec<Vec<String>> = found
        .iter()
        .map(|part| {
            let attendance = attendance_of(model, part).percent();
            vec![
                model.name_of(part.person),
                part.role.to_string(),
                part.stream.map(|id| model.stream_code(id)).unwrap_or_default(),
                part.group.map(|id| model.group_code(id)).unwrap_or_default(),
                part.status.to_string(),
                attendance
                    .map(|percent| format!("{percent}%"))
                    .unwrap_or_default(),
                model
                    .people
                    .get(part.person)
                    .map(|is| is.email.clone())
                    .unwrap_or_default(),
            ]
        })
        .collect();
    let mut lines = Vec::new();
    if !rows.is_empty() {
        lines = table(
            &["NAME", "ROLE", "STREAM", "GROUP", "STATUS", ">ATT", "MAIL"],
            &rows,
        );
    }
    lines.push(format!("{}.", count(found.len(), "person", "people")));
    Ok(Answer::found(Value::Array(json), lines))
}

fn attendance_of(model: &Model, part: &Participant) -> Ratio {
    part.enrolment
        .map_or_else(Ratio::default, |id| model.attendance_of_enrolment(id))
}

/// One person in one role as other programs read it.
pub fn person_json(model: &Model, part: &Participant) -> Value {
    let is = model.people.get(part.person).cloned().unwrap_or_default();
    let enrolment = part.enrolment.and_then(|id| model.enrolments.get(id));
    let application = part.application.and_then(|id| model.applications.get(id));
    let capacity = enrolment
        .map(|is| is.capacity)
        .or(application.map(|is| is.capacity))
        .flatten();
    object([
        ("id", json!(part.person)),
        ("name", json!(is.name)),
        ("known_as", json!(is.known_as)),
        ("email", json!(is.email)),
        ("earlier_emails", json!(is.earlier_emails)),
        ("role", json!(part.role)),
        ("stream", json!(part.stream.map(|id| model.stream_code(id)))),
        ("group", json!(part.group.map(|id| model.group_code(id)))),
        ("organisation", json!(is.organisation)),
        ("region", json!(is.region)),
        ("job_title", json!(is.job_title)),
        ("stage", json!(part.stage)),
        ("status", json!(part.status)),
        ("attendance", json!(attendance_of(model, part).percent())),
        ("phone", json!(is.phone)),
        ("line_manager", json!(is.line_manager)),
        ("access_needs", json!(is.access_needs)),
        ("capacity", json!(capacity)),
        ("note", json!(is.note)),
        ("application", json!(part.application)),
        ("enrolment", json!(part.enrolment)),
        ("retain_until", json!(is.retain_until)),
    ])
}

/// The groups and who is in them.
pub fn groups(globals: &Globals) -> Said {
    let visit = Visit::open(globals)?;
    let (model, today) = (visit.model(), visit.today());
    let ids = model.groups_sorted();
    let json: Vec<Value> = ids
        .iter()
        .filter_map(|id| group_json(model, *id, today))
        .collect();
    let rows: Vec<Vec<String>> = ids
        .iter()
        .map(|id| {
            let members = model.members(*id);
            let names: Vec<String> = members.iter().map(|id| model.enrolled_name(*id)).collect();
            vec![
                model.group_code(*id),
                format!("{}/{}", members.len(), model.group_limits(*id).max),
                mentors(model, *id, today)
                    .0
                    .map(|id| model.enrolled_name(id))
                    .unwrap_or_else(|| "no mentor".to_owned()),
                names.join(", "),
            ]
        })
        .collect();
    let lines = if rows.is_empty() {
        vec!["No groups yet.".to_owned()]
    } else {
        table(&["GROUP", ">SIZE", "MENTOR", "MEMBERS"], &rows)
    };
    Ok(Answer::found(Value::Array(json), lines))
}

/// The lead mentor and the co-mentors on a day; of a group whose time is another, those who came last. A group that
/// goes on without a mentor has none.
fn mentors(
    model: &Model,
    group: Id<Group>,
    day: chrono::NaiveDate,
) -> (Option<Id<Enrolment>>, Vec<Id<Enrolment>>) {
    let lead = model.lead_of(group, day).or_else(|| {
        let is = model.groups.get(group)?;
        let goes_on = matches!(is.state, GroupState::Forming | GroupState::Active);
        let leads = is.leads.iter().filter(|lead| lead.role == LeadRole::Lead);
        let leads = leads.filter(|lead| !goes_on || lead.from > day);
        leads
            .max_by_key(|lead| (lead.to.is_none(), lead.from))
            .map(|lead| lead.enrolment)
    });
    (lead, model.co_leads_of(group, day))
}

fn group_json(model: &Model, id: Id<Group>, day: chrono::NaiveDate) -> Option<Value> {
    let is = model.groups.get(id)?;
    let limits = model.group_limits(id);
    let (lead, co_leads) = mentors(model, id, day);
    let members = model.members(id);
    Some(object([
        ("id", json!(id)),
        ("code", json!(is.code)),
        ("stream", json!(model.stream_code(is.stream))),
        ("mentor", json!(lead.map(|id| model.enrolled_name(id)))),
        (
            "co_mentors",
            json!(
                co_leads
                    .iter()
                    .map(|id| model.enrolled_name(*id))
                    .collect::<Vec<_>>()
            ),
        ),
        ("size", json!(members.len())),
        ("min", json!(limits.min)),
        ("target", json!(limits.target)),
        ("max", json!(limits.max)),
        ("state", json!(is.state)),
        ("link", json!(is.link)),
        ("attendance", json!(model.attendance_of_group(id).percent())),
        (
            "members",
            members.iter().map(|id| member_json(model, *id)).collect(),
        ),
    ]))
}

fn member_json(model: &Model, enrolment: Id<Enrolment>) -> Value {
    let person = model.enrolments.get(enrolment).map(|is| is.person);
    let email = person
        .and_then(|id| model.people.get(id))
        .map(|is| is.email.clone());
    json!({ "person": person, "name": model.enrolled_name(enrolment), "email": email })
}

/// The streams and how they do.
pub fn streams(globals: &Globals) -> Said {
    let visit = Visit::open(globals)?;
    let model = visit.model();
    let json = streams_json(model, visit.now());
    let lines = stream_lines(&json);
    Ok(Answer::found(Value::Array(json), lines))
}

/// Every stream as other programs read it, in the office's order.
pub fn streams_json(model: &Model, now: DateTime<Utc>) -> Vec<Value> {
    let board = model.feedback_board(Readers::Office, now);
    let pool = model.pool();
    model
        .streams_sorted()
        .into_iter()
        .filter_map(|id| {
            let is = model.streams.get(id)?;
            let taking_part = |role: Role| {
                let all = model.enrolments.iter();
                all.filter(|(_, e)| e.stream == id && e.role == role && takes_part(e))
                    .count()
            };
            let held = model.held_and_due(Scope::Stream(id), now);
            let waiting = pool
                .iter()
                .filter(|e| model.enrolments.get(**e).is_some_and(|e| e.stream == id));
            Some(object([
                ("id", json!(id)),
                ("code", json!(is.code)),
                ("name", json!(is.name)),
                ("family", json!(is.family)),
                ("state", json!(is.state)),
                (
                    "groups",
                    json!(model.groups_in(id).filter(|(_, group)| group.is_live()).count()),
                ),
                ("mentors", json!(taking_part(Role::Mentor))),
                ("mentees", json!(taking_part(Role::Mentee))),
                ("pool", json!(waiting.count())),
                ("sessions_held", json!(held.part)),
                ("sessions_due", json!(held.whole)),
                ("attendance", json!(model.attendance_of_stream(id).percent())),
                ("answered", json!(answered(&board.streams, id))),
            ]))
        })
        .collect()
}

/// Whether somebody counts as a mentor or mentee of the cohort: takes part, or did to the end.
fn takes_part(is: &Enrolment) -> bool {
    use crate::domain::EnrolmentState::{Completed, DidNotComplete};
    is.state.is_live() || matches!(is.state, Completed | DidNotComplete)
}

/// How many percent of those asked in a stream have answered, where that may be said.
fn answered(lines: &[Line], stream: Id<Stream>) -> Option<u8> {
    let line = lines.iter().find(|line| line.scope == Scope::Stream(stream))?;
    match &line.answered {
        Shown::Value(ratio) => ratio.percent(),
        Shown::Hidden { .. } => None,
    }
}

/// Streams as lines for people, from their JSON.
pub fn stream_lines(streams: &[Value]) -> Vec<String> {
    if streams.is_empty() {
        return vec!["No streams yet.".to_owned()];
    }
    let percent = |value: &Value| value.as_u64().map(|n| format!("{n}%")).unwrap_or_default();
    let rows: Vec<Vec<String>> = streams
        .iter()
        .map(|is| {
            vec![
                is["code"].as_str().unwrap_or_default().to_owned(),
                is["groups"].to_string(),
                is["mentors"].to_string(),
                is["mentees"].to_string(),
                is["pool"].to_string(),
                format!("{}/{}", is["sessions_held"], is["sessions_due"]),
                percent(&is["attendance"]),
                percent(&is["answered"]),
            ]
        })
        .collect();
    table(
        &[
            "STREAM",
            ">GROUPS",
            ">MENTORS",
            ">MENTEES",
            ">POOL",
            ">HELD/DUE",
            ">ATT",
            ">ANSWERED",
        ],
        &rows,
    )
}
