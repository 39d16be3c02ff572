//! Why a session is proposed where it is, and who is in the way of one that has no place.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, TimeDelta, Utc};

use super::case::{Case, FEWEST_DAYS, WISHED_DAYS, session};
use super::timetable::{Cell, UNIT, Way};
use super::{Parts, Proposed, Unplaced};
use crate::domain::{Clashing, Enrolment, Group, Id, Model, Record, Round, when};

/// How many of those in the way, and of the nearest times, are named.
const NAMED: usize = 3;

/// What becomes of every session that was to be placed.
pub(super) fn tell(model: &Model, case: &Case, ways: &[Way]) -> (Vec<Proposed>, Vec<Unplaced>) {
    let mut sessions = Vec::new();
    let mut left_out = Vec::new();
    for (line, way) in ways.iter().enumerate() {
        let mut before: Option<(usize, Cell)> = None;
        for (number, cell) in way.iter().enumerate() {
            let kept = case.table.lines[line].stages[number].kept;
            match cell {
                None => left_out.push((line, number)),
                Some(cell) => {
                    if !kept && let Some(one) = proposed(model, case, line, (number, *cell), before) {
                        sessions.push(one);
                    } else if kept && let Some(before) = before.filter(|_| number > 0) {
                        // What stands pays nothing itself: its distance is the part of the one before it.
                        let add = neighbours(case, (before.0, before.1), (number, *cell));
                        let of = (case.groups[line], case.rounds[line][before.0]);
                        if let Some(one) = sessions.iter_mut().find(|one| (one.group, one.round) == of) {
                            one.parts.weekday += add.weekday;
                            one.parts.hour += add.hour;
                            one.parts.apart += add.apart;
                        }
                    }
                    before = Some((number, *cell));
                }
            }
        }
    }
    sessions.iter_mut().for_each(|one| one.why = why(model, one));
    sessions.sort_by_key(|one| (one.starts, model.group_code(one.group)));
    let unplaced = if left_out.is_empty() {
        Vec::new()
    } else {
        without_place(model, case, &sessions, &left_out)
    };
    (sessions, unplaced)
}

fn proposed(
    model: &Model,
    case: &Case,
    line: usize,
    (number, cell): (usize, Cell),
    before: Option<(usize, Cell)>,
) -> Option<Proposed> {
    let (group, round) = (case.groups[line], case.rounds[line][number]);
    let starts = case.at(model, cell)?;
    let minutes = case.ask.minutes;
    let expected = case.expected(model, group, model.day(starts));
    let outside: Vec<Id<Enrolment>> = expected
        .into_iter()
        .filter(|one| !model.likes(*one, starts, minutes))
        .collect();
    let mut parts = before.map_or_else(Parts::default, |before| neighbours(case, before, (number, cell)));
    parts.times = u32::from(case.weights.times) * u32::try_from(outside.len()).unwrap_or(u32::MAX);
    let given = case
        .ask
        .given
        .iter()
        .any(|given| (given.group, given.round) == (group, round));
    let clashes = if given {
        model.clashes_of_new(&session(group, Some(round), starts, minutes))
    } else {
        Vec::new()
    };
    Some(Proposed {
        group,
        round,
        starts,
        minutes,
        parts,
        outside,
        clashes,
        why: Vec::new(),
    })
}

/// What two neighbours cost.
fn neighbours(case: &Case, (before, was): (usize, Cell), (number, is): (usize, Cell)) -> Parts {
    let days = is.day.saturating_sub(was.day);
    let off = days.abs_diff(WISHED_DAYS * (number - before));
    let weights = case.weights;
    Parts {
        times: 0,
        weekday: if days.is_multiple_of(7) {
            0
        } else {
            u32::from(weights.weekday)
        },
        hour: if was.start == is.start {
            0
        } else {
            u32::from(weights.hour)
        },
        apart: u32::from(weights.apart) * u32::try_from(off).unwrap_or(u32::MAX),
    }
}

/// Why a session is where it is: its parts, and whom it costs.
fn why(model: &Model, one: &Proposed) -> Vec<String> {
    let parts = one.parts;
    let mut why = vec![format!(
        "Cost {} = free times {} + weekday {} + hour {} + days apart {}",
        parts.cost(),
        parts.times,
        parts.weekday,
        parts.hour,
        parts.apart
    )];
    why.extend(
        one.clashes
            .iter()
            .map(|clash| format!("! {}", words(model, clash))),
    );
    if one.outside.is_empty() {
        why.push("In everybody's free times; nobody is away or elsewhere then".to_owned());
    } else {
        let names: Vec<String> = one.outside.iter().map(|one| model.enrolled_name(*one)).collect();
        why.push(format!(
            "Outside the free times of {}; no cheaper time is free for more",
            names.join(", ")
        ));
    }
    why
}

/// `Miguel Santos: busy 16:30-17:30 (board)`.
fn words(model: &Model, clash: &Clashing) -> String {
    let who = clash
        .person
        .map_or_else(|| "everybody".to_owned(), |person| model.name_of(person));
    format!("{who}: {}", clash.why)
}

/// The cells of the only group's session of a round, with their parts, cheapest first.
pub(super) fn ranked(model: &Model, case: &Case, round: Id<Round>) -> Vec<(DateTime<Utc>, Parts)> {
    let (Some(line), Some(rounds)) = (case.table.lines.first(), case.rounds.first()) else {
        return Vec::new();
    };
    let Some(number) = rounds.iter().position(|of| *of == round) else {
        return Vec::new();
    };
    let kept = |other: usize| {
        let stage = line.stages.get(other).filter(|stage| stage.kept)?;
        Some((other, stage.cells().next()?))
    };
    let before = (0..number).rev().find_map(kept);
    let after = (number + 1..line.stages.len()).find_map(kept);
    let far = |a: Cell, b: Cell| a.day.abs_diff(b.day) >= FEWEST_DAYS;
    let mut found = Vec::new();
    for cell in line.stages[number].cells() {
        let full = case.table.taken[case.table.place(cell)]
            .iter()
            .any(|row| case.table.room[0][*row] < 1);
        let near = [before, after]
            .into_iter()
            .flatten()
            .any(|(_, other)| !far(cell, other));
        if full || near {
            continue;
        }
        let times = line.stages[number].cost_at(cell) / UNIT;
        let mut parts = Parts {
            times: u32::try_from(times).unwrap_or(0),
            ..Parts::default()
        };
        let sides = [
            before.map(|before| (before, (number, cell))),
            after.map(|after| ((number, cell), after)),
        ];
        for (one, other) in sides.into_iter().flatten() {
            let add = neighbours(case, one, other);
            parts.weekday += add.weekday;
            parts.hour += add.hour;
            parts.apart += add.apart;
        }
        if let Some(at) = case.at(model, cell) {
            found.push((at, parts));
        }
    }
    found.sort_by_key(|(at, parts)| (parts.cost(), *at));
    found
}

/// What keeps sessions out of the plan, which is looked at as if it were in force.
fn without_place(
    model: &Model,
    case: &Case,
    sessions: &[Proposed],
    left_out: &[(usize, usize)],
) -> Vec<Unplaced> {
    let mut planned = model.clone();
    // Numbers that no record has: these sessions exist in this look ahead only.
    for (one, number) in sessions.iter().zip((0..u64::MAX).rev()) {
        let is = session(one.group, Some(one.round), one.starts, one.minutes);
        planned.put(Record::Session(Id::new(number), Box::new(is)), model.rev);
    }
    let tell = |(line, number): &(usize, usize)| {
        let (group, round) = (case.groups[*line], case.rounds[*line][*number]);
        obstacles(&planned, case, group, round)
    };
    left_out.iter().map(tell).collect()
}

/// Who or what is in the way of each time of a round's window.
fn obstacles(planned: &Model, case: &Case, group: Id<Group>, round: Id<Round>) -> Unplaced {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    let mut near: Vec<(usize, DateTime<Utc>, Vec<String>)> = Vec::new();
    let mut times = 0;
    let window = planned
        .rounds
        .get(round)
        .map(|round| (round.opens.max(planned.day(case.ask.now)), round.closes));
    let days = window
        .into_iter()
        .flat_map(|(opens, closes)| opens.iter_days().take_while(move |day| *day <= closes));
    for day in days.filter(|day| day.weekday().num_days_from_monday() < 5) {
        let day_number = usize::try_from((day - case.first_day).num_days()).unwrap_or(0);
        for start in 0..case.minutes.len() {
            let Some(starts) = case.at(
                planned,
                Cell {
                    day: day_number,
                    start,
                },
            ) else {
                continue;
            };
            if starts < case.ask.now {
                continue;
            }
            times += 1;
            let new = session(group, Some(round), starts, case.ask.minutes);
            let clashes = planned.clashes_of_new(&new);
            let mut who: Vec<String> = clashes
                .iter()
                .map(|clash| {
                    clash
                        .person
                        .map_or_else(|| clash.why.clone(), |person| planned.name_of(person))
                })
                .collect();
            let mut what: Vec<String> = clashes.iter().map(|clash| words(planned, clash)).collect();
            let ends = starts + TimeDelta::minutes(i64::from(case.ask.minutes));
            let at_once = planned
                .sessions
                .iter()
                .filter(|(_, is)| is.stands() && is.group.is_some() && is.starts < ends && starts < is.ends())
                .count();
            if at_once >= usize::from(case.at_once) {
                who.push("the facilitators".to_owned());
                what.push(format!(
                    "{at_once} sessions at once already, as many as there are facilitators"
                ));
            }
            let too_near = planned.standing_sessions_of(group).into_iter().find(|(_, is)| {
                (planned.day(is.starts) - day).num_days().unsigned_abs() < FEWEST_DAYS as u64
            });
            if let Some((_, is)) = too_near {
                let on = when::day_short(planned.day(is.starts));
                who.push(format!("the session of {on}"));
                what.push(format!("less than two weeks from the session of {on}"));
            }
            who.sort();
            who.dedup();
            for who in who {
                *counts.entry(who).or_default() += 1;
            }
            near.push((what.len(), starts, what));
        }
    }
    let mut in_the_way: Vec<(String, u32)> = counts.into_iter().collect();
    in_the_way.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    in_the_way.truncate(NAMED);
    near.sort_by_key(|(many, starts, _)| (*many, *starts));
    let nearest = near
        .into_iter()
        .take(NAMED)
        .map(|(_, starts, what)| (starts, what))
        .collect();
    Unplaced {
        group,
        round,
        in_the_way,
        times,
        nearest,
    }
}

/// A session without a place, in a sentence or two.
#[must_use]
pub fn sentence(model: &Model, one: &Unplaced) -> Vec<String> {
    let mut lines = Vec::new();
    if one.times == 0 {
        lines.push("Its window has no office hours left".to_owned());
    }
    if !one.in_the_way.is_empty() {
        let who: Vec<String> = one
            .in_the_way
            .iter()
            .map(|(who, many)| format!("{who} ({many} of {} times)", one.times))
            .collect();
        lines.push(format!("In the way: {}", who.join(", ")));
    }
    for (at, what) in &one.nearest {
        let at = when::moment_short(model.local(*at));
        let what = if what.is_empty() {
            "nothing in the way by itself".to_owned()
        } else {
            what.join("; ")
        };
        lines.push(format!("Nearest: {at}: {what}"));
    }
    lines
}
