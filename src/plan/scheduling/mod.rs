//! Dates for every group's sessions: proposed exactly or with a stated bound, with reasons.
//!
//! [`propose`] takes a cohort as it stands and answers with a [`Proposal`]. Sessions that stand already are kept, and
//! so is the past. A session lies in its round's window, on a weekday between nine and six, at least two weeks from
//! its group's neighbours; not on a bank holiday, not when somebody expected is away or in another session, and with
//! at most so many sessions at once (the cohort's setting, for its facilitators). Of what is left the cheapest is
//! proposed. A cost is the sum of its [`Parts`], with the weights of the cohort:
//!
//! | part | costs, at the weights a cohort begins with |
//! |---|---|
//! | free times | 50 for everybody expected who named free times and has none then |
//! | weekday | 6 for another weekday than the session before |
//! | hour | 4 for another time of day than the session before |
//! | days apart | 1 for each day more or less than four weeks after the session before |
//! | left out | 10,000 for a session that has no place: placing comes before everything else |
//!
//! Six, four and the days of one window together stay under fifty: no tidiness of dates is bought with somebody's
//! free time.

mod case;
pub mod instance;
mod reasons;
mod timetable;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::{Clashing, Cohort, Enrolment, Group, Id, Model, Rev, Round, Session, Slot};
use crate::plan::{Cancelled, Watch};
use case::Case;
pub use reasons::sentence;
use timetable::Effort;

/// What is to be planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// For which groups; all that exist when empty.
    pub groups: Vec<Id<Group>>,
    /// How long a session is, in minutes.
    pub minutes: u16,
    /// Rounds that are over before this day are left alone.
    pub begins: Option<NaiveDate>,
    /// Times that somebody chose, whatever else is in the way of them.
    pub given: Vec<Given>,
    /// A session that is in somebody's hand, and so is nowhere.
    pub moving: Option<Id<Session>>,
    /// The present: nothing is planned before it.
    pub now: DateTime<Utc>,
}

/// A time that somebody chose for a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given {
    /// The group that meets.
    pub group: Id<Group>,
    /// In which round.
    pub round: Id<Round>,
    /// When.
    pub starts: DateTime<Utc>,
}

impl Ask {
    /// The sessions that all groups lack, of an hour each.
    #[must_use]
    pub const fn all(now: DateTime<Utc>) -> Self {
        Self {
            groups: Vec::new(),
            minutes: 60,
            begins: None,
            given: Vec::new(),
            moving: None,
            now,
        }
    }

    /// The sessions that one group lacks from its first on, which is at this time.
    #[must_use]
    pub fn first_at(model: &Model, group: Id<Group>, starts: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        let round = model.round_on(model.day(starts));
        Self {
            groups: vec![group],
            begins: Some(model.day(starts)),
            given: round
                .into_iter()
                .map(|round| Given { group, round, starts })
                .collect(),
            ..Self::all(now)
        }
    }
}

/// What each part of a cost counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weights {
    /// For everybody who is expected outside their free times.
    pub times: u8,
    /// For another weekday than the session before.
    pub weekday: u8,
    /// For another time of day than the session before.
    pub hour: u8,
    /// For each day more or less than four weeks after the session before.
    pub apart: u8,
}

impl Weights {
    /// Those of a cohort.
    #[must_use]
    pub const fn of(cohort: &Cohort) -> Self {
        Self {
            times: cohort.cost_times,
            weekday: cohort.cost_weekday,
            hour: cohort.cost_hour,
            apart: cohort.cost_apart,
        }
    }
}

/// What a session costs, part by part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// People outside their free times.
    pub times: u32,
    /// Another weekday than the session before.
    pub weekday: u32,
    /// Another time of day than the session before.
    pub hour: u32,
    /// More or less than four weeks after the session before.
    pub apart: u32,
}

impl Parts {
    /// The sum of the parts.
    #[must_use]
    pub const fn cost(&self) -> u32 {
        self.times + self.weekday + self.hour + self.apart
    }

    /// What there is of them, in a few words.
    #[must_use]
    pub fn words(&self) -> String {
        let parts = [
            (self.times, "free times"),
            (self.weekday, "weekday"),
            (self.hour, "hour"),
            (self.apart, "days apart"),
        ];
        let there: Vec<String> = parts
            .iter()
            .filter(|(cost, _)| *cost > 0)
            .map(|(cost, what)| format!("{what} {cost}"))
            .collect();
        if there.is_empty() {
            "suits everybody".to_owned()
        } else {
            there.join(", ")
        }
    }
}

/// A session that is proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed {
    /// The group that meets.
    pub group: Id<Group>,
    /// In which round.
    pub round: Id<Round>,
    /// When.
    pub starts: DateTime<Utc>,
    /// For how many minutes.
    pub minutes: u16,
    /// What it costs.
    pub parts: Parts,
    /// Who is expected and named free times, none of them then.
    pub outside: Vec<Id<Enrolment>>,
    /// What is in the way all the same, when somebody chose the time.
    pub clashes: Vec<Clashing>,
    /// Why, in sentences.
    pub why: Vec<String>,
}

impl Proposed {
    /// As a session to be added.
    #[must_use]
    pub const fn slot(&self) -> Slot {
        Slot {
            group: self.group,
            round: Some(self.round),
            starts: self.starts,
            minutes: self.minutes,
        }
    }
}

impl Proposed {
    /// As a session, for looks ahead.
    #[must_use]
    pub fn as_session(&self) -> Session {
        case::session(self.group, Some(self.round), self.starts, self.minutes)
    }

    /// Why, in a few words.
    #[must_use]
    pub fn short(&self, model: &Model) -> String {
        let who: Vec<String> = self.outside.iter().map(|one| model.enrolled_name(*one)).collect();
        match who.as_slice() {
            [] => self.parts.words(),
            [one] => format!("outside {one}'s free times"),
            [one, rest @ ..] => format!("outside the free times of {one} and {} more", rest.len()),
        }
    }
}

/// A session that has no place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unplaced {
    /// The group.
    pub group: Id<Group>,
    /// The round.
    pub round: Id<Round>,
    /// Who or what is in the way of how many of its times, most first.
    pub in_the_way: Vec<(String, u32)>,
    /// How many times its window has.
    pub times: u32,
    /// The times with the least in their way, and what that is.
    pub nearest: Vec<(DateTime<Utc>, Vec<String>)>,
}

/// Dates for sessions, with reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The revision of the cohort that it was made from.
    pub rev: Rev,
    /// What was asked.
    pub ask: Ask,
    /// What it costs; 10,000 of it for each session without a place.
    pub cost: i64,
    /// What every other plan costs at least; equal to the cost when none is better.
    pub bound: i64,
    /// The sessions, by time and group.
    pub sessions: Vec<Proposed>,
    /// Those without a place.
    pub unplaced: Vec<Unplaced>,
    /// How many sessions stand already.
    pub kept: usize,
}

impl Proposal {
    /// When each session is proposed to begin; none for one without a place.
    fn times(&self) -> BTreeMap<Place, Option<DateTime<Utc>>> {
        let placed = self
            .sessions
            .iter()
            .map(|is| ((is.group, is.round), Some(is.starts)));
        let unplaced = self.unplaced.iter().map(|is| ((is.group, is.round), None));
        placed.chain(unplaced).collect()
    }

    /// Whether no plan is cheaper.
    #[must_use]
    pub const fn is_optimal(&self) -> bool {
        self.cost == self.bound
    }
}

/// How much work a proposal is worth: the same on every machine, so that the same cohort gets the same answer.
const EFFORT: Effort = Effort {
    prices: 400,
    search: 4_000,
    nodes: 400,
};

/// Proposes dates for the sessions that groups lack.
///
/// # Errors
/// When it was called off.
pub fn propose(model: &Model, ask: &Ask, watch: &Watch) -> Result<Proposal, Cancelled> {
    watch.go_on()?;
    watch.tell("looking at free times", 0, 0);
    let case = Case::of(model, ask);
    let answer = case.table.solve(EFFORT, watch)?;
    watch.go_on()?;
    let unit = i64::from(timetable::UNIT);
    let (sessions, unplaced) = reasons::tell(model, &case, &answer.ways);
    Ok(Proposal {
        rev: model.rev,
        ask: ask.clone(),
        cost: answer.cost / unit,
        bound: answer.bound / unit,
        sessions,
        unplaced,
        kept: case.kept,
    })
}

/// A session of a plan, by group and round.
pub type Place = (Id<Group>, Id<Round>);

/// The sessions that are at another time in the second proposal, new there, or gone.
#[must_use]
pub fn changed(before: &Proposal, after: &Proposal) -> Vec<Place> {
    let (was, is) = (before.times(), after.times());
    let mut changed: Vec<_> = was
        .keys()
        .chain(is.keys())
        .filter(|key| was.get(key) != is.get(key))
        .copied()
        .collect();
    changed.sort_unstable();
    changed.dedup();
    changed
}

/// Every time that a group's session of a round could have, cheapest first, while its other sessions stay.
///
/// For `s` (next free slot) and for choosing by hand: what is in the way of somebody is not among them.
#[must_use]
pub fn ranked(model: &Model, ask: &Ask, group: Id<Group>, round: Id<Round>) -> Vec<(DateTime<Utc>, Parts)> {
    let ask = Ask {
        groups: vec![group],
        given: Vec::new(),
        ..ask.clone()
    };
    let case = Case::of(model, &ask);
    reasons::ranked(model, &case, round)
}

/// The next times for a session that are in nobody's way, best first: for a group's session as the planner ranks
/// them; where its window has none, and for a workshop, the earliest there are.
#[must_use]
pub fn next_free(
    model: &Model,
    session: Id<Session>,
    now: DateTime<Utc>,
    how_many: usize,
) -> Vec<DateTime<Utc>> {
    let is = model.sessions.get(session);
    let of = is.and_then(|is| Some((is.minutes, is.group?, is.round?)));
    let ranked = of.map(|(minutes, group, round)| {
        let ask = Ask {
            minutes,
            moving: Some(session),
            ..Ask::all(now)
        };
        ranked(model, &ask, group, round)
    });
    let times: Vec<DateTime<Utc>> = ranked.into_iter().flatten().map(|(at, _)| at).collect();
    if times.is_empty() {
        return model.free_slots(session, now, how_many);
    }
    times.into_iter().take(how_many).collect()
}

#[cfg(test)]
mod tests;
