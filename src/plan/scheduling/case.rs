//! From a cohort to a timetable: which cells every session may have, and what they cost.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Timelike, Utc, Weekday};

use super::timetable::{Cell, Line, NEVER, Stage, Timetable, UNIT};
use super::{Ask, Weights};
use crate::domain::{Enrolment, Group, Id, Model, Person, Round, Session, SessionState};

/// The office day in which sessions are proposed, in minutes from midnight.
const OFFICE: std::ops::Range<u32> = 9 * 60..18 * 60;
/// Minutes between starting times, and the length of the stretches that facilitators are counted in.
const STEP: u32 = 30;
/// Fewest days between two sessions of a group.
pub(super) const FEWEST_DAYS: usize = 14;
/// Days between two sessions of a group that cost nothing.
pub(super) const WISHED_DAYS: usize = 28;
/// What a session without a place costs.
const LEFT_OUT: i32 = 10_000;

/// A cohort's sessions as a timetable, and what its numbers stand for.
pub(super) struct Case {
    pub(super) table: Timetable,
    pub(super) weights: Weights,
    pub(super) ask: Ask,
    /// At most so many sessions at once.
    pub(super) at_once: u8,
    /// The group of each line.
    pub(super) groups: Vec<Id<Group>>,
    /// The round of each stage of each line.
    pub(super) rounds: Vec<Vec<Id<Round>>>,
    /// The starting times of a day, in minutes from midnight.
    pub(super) minutes: Vec<u32>,
    /// The first day of the timetable.
    pub(super) first_day: NaiveDate,
    /// How many sessions stand already.
    pub(super) kept: usize,
}

/// A stretch of time in which somebody cannot come.
type Stretch = (DateTime<Utc>, DateTime<Utc>);

impl Case {
    pub(super) fn of(model: &Model, ask: &Ask) -> Self {
        let groups = if ask.groups.is_empty() {
            model.groups_sorted()
        } else {
            ask.groups.clone()
        };
        let today = model.day(ask.now);
        let rounds: Vec<(Id<Round>, &Round)> = model.rounds_sorted();
        let weights = model.cohort().map_or_else(Weights::default, Weights::of);
        let at_once = model.cohort().map_or(u8::MAX, |cohort| cohort.sessions_at_once);
        let standing: Vec<Vec<(Id<Round>, &Session)>> = groups
            .iter()
            .map(|group| {
                let sessions = model.standing_sessions_of(*group).into_iter();
                let there = sessions.filter(|(id, _)| ask.moving != Some(*id));
                there.filter_map(|(_, is)| Some((is.round?, is))).collect()
            })
            .collect();
        // The days and starting times that occur at all.
        let kept_days = standing.iter().flatten().map(|(_, is)| model.day(is.starts));
        let given_days = ask.given.iter().map(|given| model.day(given.starts));
        let opens = rounds.iter().map(|(_, round)| round.opens.max(today));
        let first_day = kept_days
            .clone()
            .chain(opens)
            .chain(given_days.clone())
            .min()
            .unwrap_or(today);
        let closes = rounds.iter().map(|(_, round)| round.closes);
        let last_day = kept_days
            .chain(closes)
            .chain(given_days)
            .max()
            .unwrap_or(today)
            .max(first_day);
        let days = usize::try_from((last_day - first_day).num_days()).unwrap_or(0) + 1;
        let minute = |at: DateTime<Utc>| {
            let local = model.local(at);
            local.hour() * 60 + local.minute()
        };
        let length = u32::from(ask.minutes.max(1));
        let grid = OFFICE
            .step_by(STEP as usize)
            .filter(|start| start + length <= OFFICE.end);
        let kept_minutes = standing.iter().flatten().map(|(_, is)| minute(is.starts));
        let minutes: BTreeSet<u32> = grid
            .chain(kept_minutes)
            .chain(ask.given.iter().map(|given| minute(given.starts)))
            .collect();
        let minutes: Vec<u32> = minutes.into_iter().collect();
        let mut case = Self {
            table: Timetable {
                days,
                starts: minutes.len(),
                taken: Arc::default(),
                room: Vec::new(),
                apart: apart(days, rounds.len(), weights),
                other_start: i32::from(weights.hour) * UNIT,
                lines: Vec::new(),
            },
            weights,
            ask: ask.clone(),
            at_once,
            groups,
            rounds: Vec::new(),
            minutes,
            first_day,
            kept: 0,
        };
        case.make_room(model);
        let away = Away::of(model, ask.moving);
        let mut in_lines: BTreeMap<Id<Person>, BTreeSet<usize>> = BTreeMap::new();
        for (line, group) in case.groups.clone().into_iter().enumerate() {
            let mut stages = Vec::new();
            let mut stage_rounds = Vec::new();
            for (id, round) in &rounds {
                let stage = match standing[line].iter().find(|(of, _)| of == id) {
                    Some((_, is)) => {
                        case.kept += 1;
                        Some(case.kept_stage(model.day(is.starts), minute(is.starts)))
                    }
                    None => case.free_stage(model, group, (*id, round), &away, |person| {
                        in_lines.entry(person).or_default().insert(line);
                    }),
                };
                if let Some(stage) = stage {
                    stages.push(stage);
                    stage_rounds.push(*id);
                }
            }
            case.table.lines.push(Line {
                stages,
                layers: Vec::new(),
            });
            case.rounds.push(stage_rounds);
        }
        // Everybody who is in several of the groups has rows of their own, each for one session.
        for lines in in_lines.into_values().filter(|lines| lines.len() > 1) {
            let layer = case.table.room.len();
            case.table.room.push(vec![1; case.table.room[0].len()]);
            lines
                .into_iter()
                .for_each(|line| case.table.lines[line].layers.push(layer));
        }
        case
    }

    /// The rows: half hours of office days, less what sessions take that stand already.
    fn make_room(&mut self, model: &Model) {
        let per_day = row_of_minute(OFFICE.end);
        let mut room = vec![i32::from(self.at_once); self.table.days * per_day];
        for (_, is) in model
            .sessions
            .iter()
            .filter(|(_, is)| is.stands() && is.group.is_some())
        {
            let (day, from) = (model.day(is.starts), model.local(is.starts));
            let from = from.hour() * 60 + from.minute();
            let Some(day) = self.day_number(day) else { continue };
            for row in rows(from, u32::from(is.minutes)) {
                let left = &mut room[day * per_day + row];
                *left = (*left - 1).max(0);
            }
        }
        let length = u32::from(self.ask.minutes);
        let cells =
            (0..self.table.days).flat_map(|day| self.minutes.iter().map(move |minute| (day, *minute)));
        self.table.taken = Arc::new(
            cells
                .map(|(day, minute)| rows(minute, length).map(|row| day * per_day + row).collect())
                .collect(),
        );
        self.table.room = vec![room];
    }

    fn day_number(&self, day: NaiveDate) -> Option<usize> {
        usize::try_from((day - self.first_day).num_days())
            .ok()
            .filter(|day| *day < self.table.days)
    }

    /// A session that stands: one cell, which costs nothing.
    fn kept_stage(&self, day: NaiveDate, minute: u32) -> Stage {
        let mut costs = vec![NEVER; self.minutes.len()];
        let start = self
            .minutes
            .iter()
            .position(|start| *start == minute)
            .unwrap_or(0);
        costs[start] = 0;
        Stage {
            first: self.day_number(day).unwrap_or(0),
            days: 1,
            costs,
            skip: NEVER,
            kept: true,
        }
    }

    /// A session to be placed; none when its window is over.
    fn free_stage(
        &self,
        model: &Model,
        group: Id<Group>,
        (id, round): (Id<Round>, &Round),
        away: &Away,
        mut expects: impl FnMut(Id<Person>),
    ) -> Option<Stage> {
        let given = self
            .ask
            .given
            .iter()
            .find(|given| (given.group, given.round) == (group, id));
        let today = model.day(self.ask.now);
        let (opens, closes) = given.map_or((round.opens.max(today), round.closes), |given| {
            let day = model.day(given.starts);
            (day, day)
        });
        let too_early = self.ask.begins.is_some_and(|begins| round.closes < begins);
        if closes < opens || (too_early && given.is_none()) {
            return None;
        }
        let (first, last) = (self.day_number(opens)?, self.day_number(closes)?);
        let days = last - first + 1;
        let mut costs = vec![NEVER; days * self.minutes.len()];
        for (number, day) in opens.iter_days().take(days).enumerate() {
            if given.is_none() && matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
                continue;
            }
            let expected = self.expected(model, group, day);
            let people: Vec<Id<Person>> = expected
                .iter()
                .filter_map(|one| Some(model.enrolments.get(*one)?.person))
                .collect();
            people.iter().for_each(|person| expects(*person));
            for (start, minute) in self.minutes.iter().enumerate() {
                let Some(at) = self.moment(model, day, *minute) else {
                    continue;
                };
                let wanted = match given {
                    Some(given) => given.starts == at,
                    None => self.may_be(*minute, at, &people, away),
                };
                if wanted {
                    let outside = expected
                        .iter()
                        .filter(|one| !model.likes(**one, at, self.ask.minutes))
                        .count();
                    let cost = i32::try_from(outside).unwrap_or(100) * i32::from(self.weights.times);
                    costs[start * days + number] = cost * UNIT;
                }
            }
        }
        Some(Stage {
            first,
            days,
            costs,
            skip: LEFT_OUT * UNIT,
            kept: false,
        })
    }

    /// Whether a session may be at a moment: to come, in office hours, and nobody away.
    fn may_be(&self, minute: u32, at: DateTime<Utc>, people: &[Id<Person>], away: &Away) -> bool {
        at >= self.ask.now
            && OFFICE.contains(&minute)
            && minute + u32::from(self.ask.minutes) <= OFFICE.end
            && !away.any(people, at, at + TimeDelta::minutes(i64::from(self.ask.minutes)))
    }

    /// Who is expected when a group meets on a day.
    pub(super) fn expected(&self, model: &Model, group: Id<Group>, day: NaiveDate) -> Vec<Id<Enrolment>> {
        let at = self.moment(model, day, 12 * 60).unwrap_or(self.ask.now);
        let expected = model.expected_at(&session(group, None, at, self.ask.minutes), day);
        expected.into_iter().map(|one| one.enrolment).collect()
    }

    /// The moment of a minute of a day on the cohort's clocks; none where the clocks skip or repeat it (rule 13).
    fn moment(&self, model: &Model, day: NaiveDate, minute: u32) -> Option<DateTime<Utc>> {
        model.moment(
            day,
            NaiveTime::from_num_seconds_from_midnight_opt(minute * 60, 0)?,
        )
    }

    /// The moment of a cell.
    pub(super) fn at(&self, model: &Model, cell: Cell) -> Option<DateTime<Utc>> {
        let day = self.first_day + TimeDelta::days(i64::try_from(cell.day).ok()?);
        self.moment(model, day, self.minutes[cell.start])
    }
}

/// The rows that a session takes in its day.
fn rows(from: u32, minutes: u32) -> std::ops::Range<usize> {
    let until = from + minutes;
    let first = row_of_minute(from.max(OFFICE.start));
    let last = row_of_minute((until.min(OFFICE.end) + STEP - 1).max(OFFICE.start));
    first.min(row_of_minute(OFFICE.end))
        ..last
            .min(row_of_minute(OFFICE.end))
            .max(first.min(row_of_minute(OFFICE.end)))
}

/// The row of a minute of the day, counted from the beginning of the office day.
fn row_of_minute(minute: u32) -> usize {
    usize::try_from(minute.saturating_sub(OFFICE.start) / STEP).unwrap_or(0)
}

/// A planned session, for questions about it.
pub(super) fn session(
    group: Id<Group>,
    round: Option<Id<Round>>,
    starts: DateTime<Utc>,
    minutes: u16,
) -> Session {
    Session {
        group: Some(group),
        round,
        title: String::new(),
        starts,
        minutes,
        link: String::new(),
        place: String::new(),
        topic: String::new(),
        note: String::new(),
        state: SessionState::Planned,
        reason: String::new(),
        postponed_to: None,
        uid: String::new(),
        sequence: 0,
        moves: 0,
    }
}

/// What the days between two sessions cost, by how many rounds apart they are.
fn apart(days: usize, rounds: usize, weights: Weights) -> Vec<Vec<i32>> {
    let cost = |further: usize, between: usize| {
        if between < FEWEST_DAYS {
            return NEVER;
        }
        let off = i32::try_from(between.abs_diff(WISHED_DAYS * further)).unwrap_or(NEVER / UNIT / 1000);
        let weekday = if between.is_multiple_of(7) {
            0
        } else {
            i32::from(weights.weekday)
        };
        (off * i32::from(weights.apart) + weekday) * UNIT
    };
    let table = |further: usize| {
        (0..=2 * days)
            .map(|at| {
                at.checked_sub(days)
                    .map_or(NEVER, |between| cost(further, between))
            })
            .collect()
    };
    (1..=rounds.max(1)).map(table).collect()
}

/// When people cannot come: leave, busy times, holidays, workshops, and sessions that stand.
struct Away {
    everybody: Vec<Stretch>,
    people: BTreeMap<Id<Person>, Vec<Stretch>>,
}

impl Away {
    fn of(model: &Model, moving: Option<Id<Session>>) -> Self {
        let mut away = Self {
            everybody: Vec::new(),
            people: BTreeMap::new(),
        };
        for (_, busy) in model.busy_times.iter() {
            match busy.person {
                None => away.everybody.push((busy.starts, busy.ends)),
                Some(person) => away
                    .people
                    .entry(person)
                    .or_default()
                    .push((busy.starts, busy.ends)),
            }
        }
        for (id, is) in model
            .sessions
            .iter()
            .filter(|(id, is)| is.stands() && moving != Some(*id))
        {
            let stretch = (is.starts, is.ends());
            if is.group.is_none() {
                away.everybody.push(stretch);
                continue;
            }
            for one in model.expected(id) {
                if let Some(enrolment) = model.enrolments.get(one.enrolment) {
                    away.people.entry(enrolment.person).or_default().push(stretch);
                }
            }
        }
        away
    }

    fn any(&self, people: &[Id<Person>], from: DateTime<Utc>, until: DateTime<Utc>) -> bool {
        let overlaps = |(starts, ends): &Stretch| *starts < until && from < *ends;
        self.everybody.iter().any(overlaps)
            || people
                .iter()
                .filter_map(|person| self.people.get(person))
                .flatten()
                .any(overlaps)
    }
}
