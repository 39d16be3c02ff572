//! The sessions of one day as lines, the most urgent first; knows nothing of keys.

use chrono::{DateTime, NaiveDate, Utc};

use super::alerts::Watch;
use crate::domain::{Counts, Id, Model, Phase, Session, when};

/// One session as a line of Now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Meeting {
    /// Which session.
    pub(crate) id: Id<Session>,
    /// What it is at the moment.
    pub(crate) phase: Phase,
    /// `10:30-11:30`.
    pub(crate) span: String,
    /// The group's code, or a workshop's name.
    pub(crate) group: String,
    /// `3/6`: round of rounds.
    pub(crate) number: String,
    /// The lead mentor's name.
    pub(crate) mentor: String,
    /// How many of those expected were seen in the call; none without an attendance report.
    pub(crate) seen: Option<u32>,
    /// The marks.
    pub(crate) counts: Counts,
    /// What is going on, in a word: `LIVE`, `ENDED`, `in 3h18`.
    pub(crate) state: String,
    /// What needs somebody, without the sign.
    pub(crate) trouble: Option<String>,
}

impl Meeting {
    /// A session as it stands; `watch` knows what needs somebody.
    pub(crate) fn of(model: &Model, id: Id<Session>, now: DateTime<Utc>, watch: &Watch) -> Option<Self> {
        let is = model.sessions.get(id)?;
        let phase = model.phase(id, now);
        let counts = model.counts(id);
        let expected = model.expected(id);
        let seen = model.sightings_in(id).filter_map(|(_, seen)| seen.enrolment);
        let seen: Vec<_> = seen.collect();
        let there = expected
            .iter()
            .filter(|who| seen.contains(&who.enrolment))
            .count();
        let any_seen = model.sightings_in(id).next().is_some();
        Some(Self {
            id,
            phase,
            span: when::span(model.local(is.starts), u32::from(is.minutes)),
            group: is
                .group
                .map_or_else(|| is.title.clone(), |group| model.group_code(group)),
            number: number(model, id),
            mentor: mentor(model, is),
            seen: any_seen.then(|| u32::try_from(there).unwrap_or(u32::MAX)),
            counts,
            state: state(is, phase, now),
            trouble: watch.trouble(id),
        })
    }

    /// Where it stands among the others: live with trouble, live, over with an open register, to come, done.
    pub(crate) const fn rank(&self) -> u8 {
        match self.phase {
            Phase::Live if self.trouble.is_some() => 0,
            Phase::Live => 1,
            Phase::Ended | Phase::Held | Phase::Unconfirmed => 2,
            Phase::Planned | Phase::Confirmed | Phase::Soon => 3,
            Phase::Closed => 4,
            Phase::Cancelled | Phase::Postponed => 5,
        }
    }

    /// `4/5`: seen of expected, where a report says who was there.
    pub(crate) fn here(&self) -> String {
        self.seen
            .map(|seen| format!("{seen}/{}", self.counts.expected()))
            .unwrap_or_default()
    }

    /// Whether there is anything to count yet: not before it begins, unless somebody sent apologies.
    pub(crate) const fn has_marks(&self) -> bool {
        let marked = self.counts.expected() > self.counts.unmarked;
        marked
            || matches!(
                self.phase,
                Phase::Live | Phase::Ended | Phase::Held | Phase::Unconfirmed | Phase::Closed
            )
    }

    /// Present, apologies or absent and so on in the order of the screen: P A L E and unmarked.
    pub(crate) const fn numbers(&self) -> [u32; 5] {
        let Counts {
            present,
            absent,
            late,
            apologies,
            unmarked,
            ..
        } = self.counts;
        [present, absent, late, apologies, unmarked]
    }

    /// `LIVE ! no mentor`: what it is, and what needs somebody.
    pub(crate) fn words(&self) -> String {
        match &self.trouble {
            Some(trouble) => format!("{} ! {trouble}", self.state),
            None => self.state.clone(),
        }
    }
}

/// The sessions of a day, the most urgent first.
pub(crate) fn meetings(model: &Model, day: NaiveDate, now: DateTime<Utc>, watch: &Watch) -> Vec<Meeting> {
    let sessions = model.sessions_on(day).into_iter();
    let mut lines: Vec<Meeting> = sessions
        .filter_map(|id| Meeting::of(model, id, now, watch))
        .collect();
    // Sessions of a day come by start, and the sort keeps that order among equals.
    lines.sort_by_key(Meeting::rank);
    lines
}

/// The sessions that begin after this moment, by start, at most so many.
pub(crate) fn coming(model: &Model, now: DateTime<Utc>, most: usize) -> Vec<Id<Session>> {
    let until = now + chrono::TimeDelta::days(400);
    let later = model.sessions_between(now, until).into_iter();
    later
        .filter(|id| model.sessions.get(*id).is_some_and(Session::stands))
        .take(most)
        .collect()
}

/// `3/6`, or nothing for a workshop.
fn number(model: &Model, id: Id<Session>) -> String {
    let rounds = model.settings().rounds;
    model
        .round_of(id)
        .map(|round| format!("{}/{rounds}", round.number))
        .unwrap_or_default()
}

/// The name of who leads the group on the session's day.
fn mentor(model: &Model, is: &Session) -> String {
    is.group
        .and_then(|group| model.lead_of(group, model.day(is.starts)))
        .map(|lead| model.enrolled_name(lead))
        .unwrap_or_default()
}

/// What a session is, in a word.
fn state(is: &Session, phase: Phase, now: DateTime<Utc>) -> String {
    match phase {
        Phase::Live => "LIVE".to_owned(),
        Phase::Ended | Phase::Held => "ENDED".to_owned(),
        Phase::Unconfirmed => "PAST".to_owned(),
        Phase::Closed => "finished".to_owned(),
        Phase::Cancelled => "cancelled".to_owned(),
        Phase::Postponed => "postponed".to_owned(),
        Phase::Planned | Phase::Confirmed | Phase::Soon => format!("in {}", when::ago(now, is.starts)),
    }
}

/// Where a session is joined: its own link, else the group's.
pub(crate) fn link(model: &Model, is: &Session) -> String {
    if !is.link.is_empty() {
        return is.link.clone();
    }
    is.group
        .and_then(|group| model.groups.get(group))
        .map(|group| group.link.clone())
        .unwrap_or_default()
}
