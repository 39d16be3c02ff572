//! What the cohort was: its dates and streams, who took part, its sessions, and what changes next year.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::{Cell, Part, Section, Table, capital, day, days, in_words, listed, many, whole};
use crate::domain::{
    Enrolment, EnrolmentState, GroupState, Id, MarkValue, Model, Ratio, Role, Scope, Stage, Stream,
};

/// Everybody who took part in a role and stream, whatever came of it.
pub(super) fn took_part(
    model: &Model,
    role: Role,
    stream: Option<Id<Stream>>,
) -> Vec<(Id<Enrolment>, &Enrolment)> {
    let all = model.enrolments.iter();
    all.filter(|(_, is)| is.role == role && stream.is_none_or(|only| only == is.stream))
        .collect()
}

/// Groups of a stream that came about.
pub(super) fn groups(model: &Model, stream: Option<Id<Stream>>) -> usize {
    let all = model.groups.iter();
    all.filter(|(_, is)| stream.is_none_or(|only| only == is.stream))
        .filter(|(_, is)| !matches!(is.state, GroupState::Dissolved | GroupState::Merged))
        .count()
}

/// Streams in which somebody takes part, in the order of lists.
pub(super) fn streams(model: &Model) -> Vec<(Id<Stream>, &Stream)> {
    let all = model.streams_sorted().into_iter();
    all.filter_map(|id| Some((id, model.streams.get(id)?)))
        .filter(|(id, _)| model.enrolments.iter().any(|(_, is)| is.stream == *id))
        .collect()
}

/// Full months from the first to the last day, rounded to the nearest.
fn months(first: NaiveDate, last: NaiveDate) -> usize {
    let days = (last - first).num_days() + 1;
    usize::try_from((days * 12 + 182) / 365).unwrap_or(0)
}

/// Dates, streams, mentors and mentees.
pub(super) fn cohort(model: &Model, today: NaiveDate) -> Section {
    let is = model.settings();
    let streams = streams(model);
    let mentees = took_part(model, Role::Mentee, None);
    let mentors = took_part(model, Role::Mentor, None);
    let length = months(is.first_day, is.last_day);
    let mut parts = vec![Part::Say(format!(
        "The {} cohort of the mentoring programme {} in {} and {} for {}: from {} to {}.",
        is.name,
        if is.first_day <= today {
            "was launched"
        } else {
            "begins"
        },
        is.first_day.format("%B %Y"),
        if is.last_day < today { "ran" } else { "runs" },
        many(length, "month", "months"),
        day(is.first_day),
        day(is.last_day)
    ))];
    let roles: Vec<String> = streams
        .iter()
        .map(|(_, stream)| format!("{} ({})", stream.code, stream.name))
        .collect();
    let mut by_stage: BTreeMap<Stage, usize> = BTreeMap::new();
    for (_, mentee) in &mentees {
        if let Some(stage) = mentee.stage {
            *by_stage.entry(stage).or_default() += 1;
        }
    }
    let stages: Vec<String> = by_stage.iter().map(|(stage, n)| format!("{n} {stage}")).collect();
    let who = if stages.is_empty() {
        "digital leaders".to_owned()
    } else {
        format!("digital leaders ({})", listed(&stages))
    };
    parts.push(Part::Say(format!(
        "It was for {who} in or towards these roles: {}. {} took part as mentees and {} as mentors, in {}.",
        listed(&roles),
        mentees.len(),
        mentors.len(),
        many(groups(model, None), "group", "groups")
    )));
    let sources: Vec<String> = streams
        .iter()
        .filter(|(_, stream)| !stream.source.trim().is_empty())
        .map(|(id, stream)| {
            let n = took_part(model, Role::Mentor, Some(*id)).len();
            format!("{} ({})", many(n, "mentor", "mentors"), stream.source)
        })
        .collect();
    if !sources.is_empty() {
        parts.push(Part::Say(format!(
            "Each group was led by a mentor from the profession: {}.",
            listed(&sources)
        )));
    }
    let mut table = Table::new(
        "Who took part, by stream",
        &["Stream", "Mentors from", "Mentors", "Mentees", "Groups"],
    );
    for (id, stream) in &streams {
        table.rows.push(vec![
            format!("{} ({})", stream.code, stream.name).into(),
            stream.source.as_str().into(),
            Cell::Count(whole(took_part(model, Role::Mentor, Some(*id)).len())),
            Cell::Count(whole(took_part(model, Role::Mentee, Some(*id)).len())),
            Cell::Count(whole(groups(model, Some(*id)))),
        ]);
    }
    table.rows.push(vec![
        "All streams".into(),
        Cell::Nothing,
        Cell::Count(whole(mentors.len())),
        Cell::Count(whole(mentees.len())),
        Cell::Count(whole(groups(model, None))),
    ]);
    parts.push(Part::Table(table));
    Section {
        heading: "The programme",
        parts,
    }
}

/// How many of the sessions that the rounds planned were held.
pub(super) fn held(model: &Model, scope: Scope, now: DateTime<Utc>) -> Ratio {
    let rounds = model.rounds_sorted().into_iter();
    rounds
        .map(|(round, _)| model.held_in_round(scope, round, now))
        .sum()
}

/// How many mentees of those who began have completed, and how many still take part.
pub(super) fn completion(model: &Model, stream: Option<Id<Stream>>) -> (Ratio, usize) {
    let mut ratio = Ratio::default();
    let mut still = 0;
    for (_, is) in took_part(model, Role::Mentee, stream) {
        ratio.count(is.state == EnrolmentState::Completed);
        still += usize::from(is.state.is_live());
    }
    (ratio, still)
}

/// Sessions held of planned, attendance, commitment, completion, workshops.
pub(super) fn sessions(model: &Model, now: DateTime<Utc>) -> Section {
    let rounds = model.rounds_sorted();
    let all = held(model, Scope::Cohort, now);
    let mut parts = vec![Part::Say(format!(
        "Every group was to meet in {}. {} of {} sessions were held.",
        many(rounds.len(), "virtual session", "virtual sessions"),
        all.part,
        all.whole
    ))];
    let mut by_round = Table::new("Sessions held, by round", &["Round", "Between", "Theme", "Held"]);
    for (id, round) in &rounds {
        by_round.rows.push(vec![
            format!("Round {}", round.number).into(),
            days(round.opens, round.closes).into(),
            round.theme.as_str().into(),
            Cell::Share(model.held_in_round(Scope::Cohort, *id, now)),
        ]);
    }
    parts.push(Part::Table(by_round));
    let (completed, still) = completion(model, None);
    let mut said = format!(
        "Attendance (present or late, of those expected) was {}; commitment (apologies included) {}.",
        Cell::Share(model.attendance_of_cohort()).text(),
        Cell::Share(model.commitment_of_cohort()).text()
    );
    if still == 0 {
        said.push_str(&format!(
            " {} of {} mentees completed the programme.",
            completed.part, completed.whole
        ));
    } else {
        said.push_str(&format!(
            " {} still take part.",
            capital(&many(still, "mentee", "mentees"))
        ));
    }
    parts.push(Part::Say(said));
    let mut by_stream = Table::new(
        "Sessions and attendance, by stream",
        &["Stream", "Sessions held", "Attendance", "Commitment", "Completed"],
    );
    let ended = |stream| match completion(model, stream) {
        (completed, 0) => Cell::Share(completed),
        _ => "still running".into(),
    };
    let rates = |scope| {
        [
            held(model, scope, now),
            model.attendance(scope),
            model.commitment(scope),
        ]
    };
    let mut in_streams = [Ratio::default(); 3];
    for (id, is) in streams(model) {
        let of_stream = rates(Scope::Stream(id));
        in_streams = std::array::from_fn(|at| in_streams[at] + of_stream[at]);
        by_stream.rows.push(
            [
                vec![is.code.as_str().into()],
                of_stream.map(Cell::Share).into(),
                vec![ended(Some(id))],
            ]
            .concat(),
        );
    }
    let all = rates(Scope::Cohort);
    // What is for everybody is in no stream's figures: the table has to add up.
    let shared: [Ratio; 3] = std::array::from_fn(|at| Ratio {
        part: all[at].part.saturating_sub(in_streams[at].part),
        whole: all[at].whole.saturating_sub(in_streams[at].whole),
    });
    let is_shared = shared.iter().any(|ratio| ratio.whole > 0);
    if is_shared {
        by_stream.rows.push(
            [
                vec!["Workshop, for everybody".into()],
                shared.map(Cell::Share).into(),
                vec![Cell::Nothing],
            ]
            .concat(),
        );
    }
    let name = if is_shared {
        "All, with the workshop"
    } else {
        "All streams"
    };
    by_stream
        .rows
        .push([vec![name.into()], all.map(Cell::Share).into(), vec![ended(None)]].concat());
    parts.push(Part::Table(by_stream));
    parts.extend(workshops(model, now).into_iter().map(Part::Say));
    Section {
        heading: "Sessions",
        parts,
    }
}

/// A sentence on each workshop.
fn workshops(model: &Model, now: DateTime<Utc>) -> Vec<String> {
    let mut all: Vec<_> = model
        .sessions
        .iter()
        .filter(|(_, is)| is.group.is_none() && is.stands())
        .collect();
    all.sort_by_key(|(id, is)| (is.starts, *id));
    all.into_iter()
        .map(|(id, is)| {
            let on = day(model.day(is.starts));
            let place = if is.place.is_empty() {
                String::new()
            } else {
                format!(" in {}", is.place)
            };
            let topic = if is.topic.is_empty() {
                String::new()
            } else {
                format!(" ({})", is.topic)
            };
            let title = if is.title.is_empty() {
                "workshop"
            } else {
                &is.title
            };
            if !model.was_held(id, now) {
                return format!("Workshop: {title}{topic}, planned for {on}{place}.");
            }
            let there = |value| matches!(value, MarkValue::Present | MarkValue::Late | MarkValue::Guest);
            let came = model.marks_in(id).filter(|(_, mark)| there(mark.value)).count();
            format!("Workshop: {title}{topic}, {on}{place}: {came} people took part.")
        })
        .collect()
}

/// What the next cohort brings.
pub(super) fn next_year(model: &Model, next: Option<&Model>) -> Section {
    let heading = "What changes next year";
    let Some(next) = next else {
        let said = "The next cohort has not been set up yet.".to_owned();
        return Section {
            heading,
            parts: vec![Part::Say(said)],
        };
    };
    let is = next.settings();
    let before = model.settings();
    let mut parts = vec![Part::Say(format!(
        "The {} cohort runs for {}, from {} to {}.",
        is.name,
        many(months(is.first_day, is.last_day), "month", "months"),
        day(is.first_day),
        day(is.last_day)
    ))];
    let known: Vec<&String> = model.streams.iter().map(|(_, stream)| &stream.code).collect();
    let sorted = next.streams_sorted().into_iter();
    let new: Vec<(Id<Stream>, &Stream)> = sorted
        .filter_map(|id| Some((id, next.streams.get(id)?)))
        .filter(|(_, stream)| !known.contains(&&stream.code))
        .collect();
    if !new.is_empty() {
        let names: Vec<String> = new.iter().map(|(_, stream)| stream.name.clone()).collect();
        parts.push(Part::Say(format!(
            "{}: {}.",
            if new.len() == 1 {
                "It has a new stream".to_owned()
            } else {
                format!("It has {} new streams", in_words(new.len()))
            },
            listed(&names)
        )));
        let mut table = Table::new("New streams", &["Stream", "Mentors from", "Mentors", "Mentees"]);
        for (id, stream) in new {
            table.rows.push(vec![
                format!("{} ({})", stream.code, stream.name).into(),
                stream.source.as_str().into(),
                Cell::Count(whole(took_part(next, Role::Mentor, Some(id)).len())),
                Cell::Count(whole(took_part(next, Role::Mentee, Some(id)).len())),
            ]);
        }
        parts.push(Part::Table(table));
    }
    let gone: Vec<String> = streams(model)
        .into_iter()
        .filter(|(_, stream)| next.streams.iter().all(|(_, other)| other.code != stream.code))
        .map(|(_, stream)| stream.name.clone())
        .collect();
    if !gone.is_empty() {
        parts.push(Part::Say(format!("No longer offered: {}.", listed(&gone))));
    }
    if is.rounds != before.rounds {
        parts.push(Part::Say(format!(
            "Groups meet in {} sessions instead of {}.",
            in_words(usize::from(is.rounds)),
            in_words(usize::from(before.rounds))
        )));
    }
    if is.first_day.month() != before.first_day.month() {
        parts.push(Part::Say(format!(
            "It begins in {} instead of {}.",
            is.first_day.format("%B"),
            before.first_day.format("%B")
        )));
    }
    Section { heading, parts }
}
