//! Scheduling problems as files (`sched-G.json`), whose optima are known: the same method without a cohort.
//!
//! One session for each group and month on a weekday that is no bank holiday and on which the mentor can come, at
//! most so many sessions in a slot, nobody in two at once. It costs 10 for each absent mentee, 2 for another weekday
//! than the preferred one, and as many as the days between neighbouring sessions differ from 28.
//!
//! The slots of a day cost alike, so days are chosen first, with the slots of a day as room for so many sessions, and
//! slots are dealt out afterwards; where that is impossible on some day, slots are chosen outright.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};
use serde::Deserialize;

use super::timetable::{Cell, Effort, Line, NEVER, Stage, Timetable, UNIT, Way};
use crate::plan::{Cancelled, Watch};

/// Cost of an absent mentee.
const ABSENT: usize = 10;
/// Cost of another weekday than the preferred one.
const OTHER_WEEKDAY: i32 = 2;
/// The days there should be between two sessions.
const DAYS_APART: usize = 28;
/// The months, all of 2025.
const MONTHS: std::ops::RangeInclusive<u32> = 1..=6;
/// More than anything else may cost: a session that cannot be placed.
const UNPLACED: i32 = 10_000 * UNIT;

/// A problem as it is written in its file.
#[derive(Clone, Debug, Deserialize)]
pub struct Instance {
    /// At most so many sessions in one day and slot.
    #[serde(rename = "K")]
    pub at_once: usize,
    /// Slots in a day.
    pub slots: usize,
    /// Days on which nobody meets.
    pub bank_holidays: Vec<NaiveDate>,
    /// The groups.
    pub groups: Vec<InstanceGroup>,
    /// Dates on which each person cannot come.
    pub unavailable: Vec<Vec<NaiveDate>>,
}

/// A group of a problem.
#[derive(Clone, Debug, Deserialize)]
pub struct InstanceGroup {
    /// Its number.
    pub id: usize,
    /// Its mentor, who must be able to come.
    pub mentor: usize,
    /// Its mentees.
    pub mentees: Vec<usize>,
    /// Its preferred weekday, 0 = Monday.
    pub weekday: u8,
}

/// A session of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meeting {
    /// The number of the group.
    pub group: usize,
    /// The day.
    pub date: NaiveDate,
    /// The slot of the day, from 0.
    pub slot: usize,
}

/// The answer to a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceAnswer {
    /// What it costs.
    pub cost: i64,
    /// What every answer costs at least; equal to the cost when it is optimal.
    pub bound: i64,
    /// By group and then by date.
    pub sessions: Vec<Meeting>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstanceProblem {
    /// It was called off.
    Cancelled,
    /// The file does not make sense: what is wrong.
    Wrong(String),
    /// No allowed timetable was found; true when there is none.
    NoAnswer(bool),
}

impl From<Cancelled> for InstanceProblem {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

impl std::fmt::Display for InstanceProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Cancelled => f.write_str("it was called off"),
            Self::Wrong(what) => f.write_str(what),
            Self::NoAnswer(true) => f.write_str("it has no answer"),
            Self::NoAnswer(false) => f.write_str("no answer was found"),
        }
    }
}

impl Instance {
    /// The cheapest timetable, or the best found with its bound.
    ///
    /// # Errors
    /// When the file does not make sense, nothing is allowed, or it was called off.
    pub fn solve(&self, watch: &Watch) -> Result<InstanceAnswer, InstanceProblem> {
        self.look_over()?;
        let days = self.by_days();
        let answer = days.solve(EFFORT, watch)?;
        let mut found = answer
            .ways
            .iter()
            .flatten()
            .all(Option::is_some)
            .then(|| self.dealt(&answer.ways))
            .flatten();
        let (mut cost, mut bound) = (answer.cost, answer.bound);
        if found.is_none() {
            // A day's sessions do not fit into its slots, or no day is left: slots are chosen outright.
            let outright = self.by_slots().solve(EFFORT, watch)?;
            cost = outright.cost;
            bound = bound.max(outright.bound);
            if outright.ways.iter().flatten().any(Option::is_none) {
                return Err(InstanceProblem::NoAnswer(bound >= i64::from(UNPLACED)));
            }
            found = Some(outright.ways);
        }
        let mut sessions = Vec::new();
        for (group, way) in self.groups.iter().zip(found.unwrap_or_default()) {
            sessions.extend(way.into_iter().flatten().map(|cell| Meeting {
                group: group.id,
                date: first_day() + TimeDelta::days(i64::try_from(cell.day).unwrap_or(0)),
                slot: cell.start,
            }));
        }
        let unit = i64::from(UNIT);
        Ok(InstanceAnswer {
            cost: cost / unit,
            bound: bound.min(cost) / unit,
            sessions,
        })
    }

    fn look_over(&self) -> Result<(), InstanceProblem> {
        let people = self.unavailable.len();
        let wrong = |what: String| Err(InstanceProblem::Wrong(what));
        if self.slots == 0 || self.slots > 48 {
            return wrong(format!(
                "there are {} slots in a day; 1 to 48 make sense",
                self.slots
            ));
        }
        for group in &self.groups {
            let stranger = std::iter::once(&group.mentor)
                .chain(&group.mentees)
                .find(|person| **person >= people);
            if let Some(person) = stranger {
                return wrong(format!(
                    "group {} names person {person}, and there are {people}",
                    group.id
                ));
            }
        }
        Ok(())
    }

    /// With each day as one cell that has room for all its slots.
    fn by_days(&self) -> Timetable {
        let room = |each: usize| i32::try_from(each).unwrap_or(i32::MAX);
        let shared = self.shared(self.slots + 1);
        let layers = 1 + shared.len();
        let mut rooms = vec![vec![room(self.slots); days()]; layers];
        rooms[0].fill(room(self.slots.saturating_mul(self.at_once)));
        self.timetable(1, rooms, &shared)
    }

    /// With each slot of each day as a cell.
    fn by_slots(&self) -> Timetable {
        let shared = self.shared(2);
        let mut rooms = vec![vec![1; days() * self.slots]; 1 + shared.len()];
        rooms[0].fill(i32::try_from(self.at_once).unwrap_or(i32::MAX));
        self.timetable(self.slots, rooms, &shared)
    }

    /// The people who are in so many groups at least, with their layer.
    fn shared(&self, groups: usize) -> BTreeMap<usize, usize> {
        let mut many: BTreeMap<usize, usize> = BTreeMap::new();
        for group in &self.groups {
            group
                .people()
                .for_each(|person| *many.entry(person).or_default() += 1);
        }
        many.retain(|_, many| *many >= groups);
        many.into_keys().zip(1..).collect()
    }

    fn timetable(&self, starts: usize, room: Vec<Vec<i32>>, shared: &BTreeMap<usize, usize>) -> Timetable {
        let days = days();
        let apart = (0..=2 * days).map(|at| match at.checked_sub(days) {
            Some(apart @ 1..) => i32::try_from(apart.abs_diff(DAYS_APART)).map_or(NEVER, |off| off * UNIT),
            _ => NEVER,
        });
        Timetable {
            days,
            starts,
            taken: Arc::new((0..days * starts).map(|cell| vec![cell]).collect()),
            room,
            apart: vec![apart.collect(); MONTHS.count()],
            other_start: 0,
            lines: self
                .groups
                .iter()
                .map(|group| self.line(group, starts, shared))
                .collect(),
        }
    }

    fn line(&self, group: &InstanceGroup, starts: usize, shared: &BTreeMap<usize, usize>) -> Line {
        let costs: Vec<i32> = first_day()
            .iter_days()
            .take(days())
            .map(|day| self.cost(group, day))
            .collect();
        let mut stages = Vec::new();
        let mut first = 0;
        for month in MONTHS {
            let long = first_day()
                .iter_days()
                .take(days())
                .filter(|day| day.month() == month)
                .count();
            stages.push(Stage {
                first,
                days: long,
                costs: costs[first..first + long].repeat(starts),
                skip: UNPLACED,
                kept: false,
            });
            first += long;
        }
        let mut layers: Vec<usize> = group
            .people()
            .filter_map(|person| shared.get(&person).copied())
            .collect();
        layers.sort_unstable();
        layers.dedup();
        Line { stages, layers }
    }

    /// What it costs when this group meets on this day, its neighbours apart.
    fn cost(&self, group: &InstanceGroup, day: NaiveDate) -> i32 {
        let away = |person: usize| self.unavailable[person].contains(&day);
        if matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
            || self.bank_holidays.contains(&day)
            || away(group.mentor)
        {
            return NEVER;
        }
        let absent = group.mentees.iter().filter(|person| away(**person)).count();
        let other = u32::from(group.weekday) != day.weekday().num_days_from_monday();
        let cost = i32::try_from(ABSENT * absent).unwrap_or(NEVER / UNIT - OTHER_WEEKDAY);
        (cost + if other { OTHER_WEEKDAY } else { 0 }) * UNIT
    }

    /// The ways with a slot for every session, when each day's sessions fit into its slots.
    fn dealt(&self, ways: &[Way]) -> Option<Vec<Way>> {
        let mut by_day: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
        for (line, way) in ways.iter().enumerate() {
            for (stage, cell) in way.iter().enumerate() {
                by_day.entry((*cell)?.day).or_default().push((line, stage));
            }
        }
        let mut dealt = ways.to_vec();
        for (day, sessions) in by_day {
            let sets: Vec<Vec<usize>> = sessions
                .iter()
                .map(|(line, _)| self.groups[*line].people().collect())
                .collect();
            let meet: Vec<Vec<usize>> = (0..sets.len())
                .map(|a| {
                    (0..sets.len())
                        .filter(|b| a != *b && sets[a].iter().any(|p| sets[*b].contains(p)))
                        .collect()
                })
                .collect();
            // Those who meet most others first: they are the hardest to put.
            let mut order: Vec<usize> = (0..sets.len()).collect();
            order.sort_by_key(|one| (std::cmp::Reverse(meet[*one].len()), *one));
            let mut slot_of = vec![None; sets.len()];
            let mut left = vec![self.at_once; self.slots];
            let mut tries = 100_000;
            if !deal(&order, &meet, &mut slot_of, &mut left, &mut tries) {
                return None;
            }
            for ((line, stage), slot) in sessions.into_iter().zip(slot_of) {
                dealt[line][stage] = slot.map(|start| Cell { day, start });
            }
        }
        Some(dealt)
    }
}

impl InstanceGroup {
    fn people(&self) -> impl Iterator<Item = usize> + '_ {
        std::iter::once(self.mentor).chain(self.mentees.iter().copied())
    }
}

/// Deals slots to sessions in this order, those who share a person into different ones, trying so often at most.
fn deal(
    order: &[usize],
    meet: &[Vec<usize>],
    slot_of: &mut [Option<usize>],
    left: &mut [usize],
    tries: &mut u32,
) -> bool {
    let Some((one, rest)) = order.split_first() else {
        return true;
    };
    for slot in 0..left.len() {
        if left[slot] == 0 || meet[*one].iter().any(|other| slot_of[*other] == Some(slot)) {
            continue;
        }
        if *tries == 0 {
            return false;
        }
        *tries -= 1;
        left[slot] -= 1;
        slot_of[*one] = Some(slot);
        if deal(rest, meet, slot_of, left, tries) {
            return true;
        }
        left[slot] += 1;
        slot_of[*one] = None;
    }
    false
}

/// The first day of the first month.
fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 1, 1).expect("a day of the calendar")
}

/// How many days the months have.
fn days() -> usize {
    MONTHS
        .map(|month| {
            first_day()
                .with_month(month)
                .map_or(0, |day| usize::from(day.num_days_in_month()))
        })
        .sum()
}

/// The effort for a problem file: enough for the recorded ones many times over.
const EFFORT: Effort = Effort {
    prices: 1500,
    search: 20_000,
    nodes: 20_000,
};
