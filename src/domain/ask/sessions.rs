//! When groups meet, who is expected, and who was there.
//!
//! What a session is at a moment depends on its state and on the clock, and the clock is an argument.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::domain::text::fold;
use crate::domain::when::local_to_utc;
use crate::domain::word::words;
use crate::domain::{
    Enrolment, Group, Id, LeadRole, Mark, MarkValue, Model, Role, Round, Session, SessionState, Sighting,
};

words! {
    /// What a session is at a moment.
    Phase {
        Planned = 1 "planned", Confirmed = 2 "confirmed",
        /// Begins within the hour.
        Soon = 3 "soon",
        Live = 4 "live",
        /// Over, and its register is not closed.
        Ended = 5 "ended",
        /// Over, and nobody confirmed it or marked anybody: not known to have happened.
        Unconfirmed = 6 "unconfirmed",
        /// Said to have happened; its register is not closed.
        Held = 7 "held",
        /// Its register is closed.
        Closed = 8 "closed",
        Cancelled = 9 "cancelled", Postponed = 10 "postponed",
    }
}

/// Minutes before the start from which a session is soon.
const SOON_MINUTES: i64 = 60;

/// Somebody whose membership (or time as mentor) covers the day of a session (rule 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Who.
    pub enrolment: Id<Enrolment>,
    /// As what.
    pub role: Role,
}

/// Where somebody stands in a register.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Lead,
    Co,
    Mentee,
}

/// The attendance record of one session as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Register {
    /// Of which session.
    pub session: Id<Session>,
    /// Whether it is closed.
    pub closed: bool,
    /// Lead mentor, co-mentors, mentees by name; then guests, then callers nobody knows.
    pub rows: Vec<RegisterRow>,
    /// How many of each mark.
    pub counts: Counts,
}

/// One line of a register.
#[derive(Clone, Debug, PartialEq)]
pub struct RegisterRow {
    /// Whose participation; none for a guest who takes no part in the cohort.
    pub enrolment: Option<Id<Enrolment>>,
    /// The name of such a guest.
    pub guest: String,
    /// The name shown.
    pub name: String,
    /// As what the person is expected; none for guests.
    pub role: Option<Role>,
    /// When the person was seen in the call.
    pub seen: Option<Sighting>,
    /// The mark, once set.
    pub mark: Option<(Id<Mark>, Mark)>,
    /// The marks of the rounds before this one.
    pub earlier: Vec<(u8, Option<MarkValue>)>,
}

/// How many people have which mark. Guests are in `guests` only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Present in time.
    pub present: u32,
    /// Late.
    pub late: u32,
    /// Not there, and said so.
    pub apologies: u32,
    /// Not there.
    pub absent: u32,
    /// Expected and not marked.
    pub unmarked: u32,
    /// There without being expected.
    pub guests: u32,
}

impl Counts {
    /// How many are expected: everybody but guests.
    #[must_use]
    pub const fn expected(&self) -> u32 {
        self.present + self.late + self.apologies + self.absent + self.unmarked
    }

    /// Counts one expected person.
    pub const fn add(&mut self, mark: Option<MarkValue>) {
        match mark {
            Some(MarkValue::Present) => self.present += 1,
            Some(MarkValue::Late) => self.late += 1,
            Some(MarkValue::Apologies) => self.apologies += 1,
            Some(MarkValue::Absent) => self.absent += 1,
            Some(MarkValue::Guest) => self.guests += 1,
            None => self.unmarked += 1,
        }
    }
}

impl Model {
    /// What a session is at a moment; planned when it is not here.
    #[must_use]
    pub fn phase(&self, session: Id<Session>, now: DateTime<Utc>) -> Phase {
        let Some(is) = self.sessions.get(session) else {
            return Phase::Planned;
        };
        match is.state {
            SessionState::Cancelled => Phase::Cancelled,
            SessionState::Postponed => Phase::Postponed,
            SessionState::Closed => Phase::Closed,
            SessionState::Planned | SessionState::Confirmed | SessionState::Held => {
                if now < is.starts - TimeDelta::minutes(SOON_MINUTES) {
                    if is.state == SessionState::Planned {
                        Phase::Planned
                    } else {
                        Phase::Confirmed
                    }
                } else if now < is.starts {
                    Phase::Soon
                } else if now < is.ends() {
                    Phase::Live
                } else if is.state == SessionState::Held {
                    Phase::Held
                } else if is.state == SessionState::Confirmed || self.marks_in(session).next().is_some() {
                    Phase::Ended
                } else {
                    Phase::Unconfirmed
                }
            }
        }
    }

    /// The sessions that start in `from..to`, by start.
    #[must_use]
    pub fn sessions_between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Id<Session>> {
        if from >= to {
            return Vec::new();
        }
        let range = (from, Id::new(0))..(to, Id::new(0));
        self.index
            .sessions_by_start
            .range(range)
            .map(|(_, id)| *id)
            .collect()
    }

    /// The sessions that start on a day of the cohort's zone, by start.
    #[must_use]
    pub fn sessions_on(&self, day: NaiveDate) -> Vec<Id<Session>> {
        // A day has 23 to 25 hours and begins within 14 hours of midnight UTC: look wide, then narrow.
        let noon = day.and_time(chrono::NaiveTime::MIN).and_utc() + TimeDelta::hours(12);
        let mut sessions = self.sessions_between(noon - TimeDelta::hours(40), noon + TimeDelta::hours(40));
        sessions.retain(|id| {
            self.sessions
                .get(*id)
                .is_some_and(|is| self.day(is.starts) == day)
        });
        sessions
    }

    /// A group's sessions by start, cancelled and postponed ones included.
    #[must_use]
    pub fn sessions_of(&self, group: Id<Group>) -> Vec<Id<Session>> {
        let mut sessions: Vec<_> = self.sessions_in(group).map(|(id, is)| (is.starts, id)).collect();
        sessions.sort_unstable();
        sessions.into_iter().map(|(_, id)| id).collect()
    }

    /// A group's sessions that stand (neither cancelled nor postponed), by start.
    #[must_use]
    pub fn standing_sessions_of(&self, group: Id<Group>) -> Vec<(Id<Session>, &Session)> {
        let mut sessions: Vec<_> = self.sessions_in(group).filter(|(_, is)| is.stands()).collect();
        sessions.sort_unstable_by_key(|(id, is)| (is.starts, *id));
        sessions
    }

    /// The round a session belongs to.
    #[must_use]
    pub fn round_of(&self, session: Id<Session>) -> Option<&Round> {
        self.rounds.get(self.sessions.get(session)?.round?)
    }

    /// The round whose window holds this day.
    #[must_use]
    pub fn round_on(&self, day: NaiveDate) -> Option<Id<Round>> {
        self.rounds
            .iter()
            .find(|(_, round)| round.opens <= day && day <= round.closes)
            .map(|(id, _)| id)
    }

    /// Rounds by number.
    #[must_use]
    pub fn rounds_sorted(&self) -> Vec<(Id<Round>, &Round)> {
        let mut rounds: Vec<_> = self.rounds.iter().collect();
        rounds.sort_by_key(|(id, round)| (round.number, *id));
        rounds
    }

    /// The session a group is in, or has next.
    #[must_use]
    pub fn next_session(&self, group: Id<Group>, now: DateTime<Utc>) -> Option<Id<Session>> {
        let standing = self.standing_sessions_of(group);
        standing
            .into_iter()
            .find(|(_, is)| now < is.ends())
            .map(|(id, _)| id)
    }

    /// The group's standing session before this one.
    #[must_use]
    pub fn session_before(&self, session: Id<Session>) -> Option<Id<Session>> {
        let is = self.sessions.get(session)?;
        let standing = self.standing_sessions_of(is.group?);
        let earlier = |(id, other): &&(Id<Session>, &Session)| {
            *id != session && (other.starts, *id) < (is.starts, session)
        };
        standing.iter().rev().find(earlier).map(|(id, _)| *id)
    }

    /// The group's standing session after this one.
    #[must_use]
    pub fn session_after(&self, session: Id<Session>) -> Option<Id<Session>> {
        let is = self.sessions.get(session)?;
        let standing = self.standing_sessions_of(is.group?);
        let later = |(id, other): &&(Id<Session>, &Session)| {
            *id != session && (other.starts, *id) > (is.starts, session)
        };
        standing.iter().find(later).map(|(id, _)| *id)
    }

    /// Who is expected: lead mentor, co-mentors, then mentees by name; of a workshop everybody who belongs to
    /// or leads a group on its day (rule 7).
    #[must_use]
    pub fn expected(&self, session: Id<Session>) -> Vec<Expected> {
        let Some(is) = self.sessions.get(session) else {
            return Vec::new();
        };
        self.expected_at(is, self.day(is.starts))
    }

    /// Who would be expected if the session were on this day.
    #[must_use]
    pub fn expected_at(&self, session: &Session, day: NaiveDate) -> Vec<Expected> {
        let mut named: Vec<(Place, String, Expected)> = Vec::new();
        self.each_expected(session, day, |place, one| {
            named.push((place, self.folded_name(one.enrolment), one));
        });
        named.sort_by(|a, b| (a.0, &a.1, a.2.enrolment).cmp(&(b.0, &b.1, b.2.enrolment)));
        named.into_iter().map(|(_, _, one)| one).collect()
    }

    /// The same people, but not in the order of lists: for questions that ask many sessions.
    pub(super) fn expected_in_any_order(&self, session: &Session, day: NaiveDate) -> Vec<Expected> {
        let mut all = Vec::new();
        self.each_expected(session, day, |_, one| all.push(one));
        all
    }

    /// Calls `found` with everybody expected, each once: a mentor of several groups at the highest place.
    fn each_expected(&self, session: &Session, day: NaiveDate, mut found: impl FnMut(Place, Expected)) {
        let mut mentors: Vec<(Place, Id<Enrolment>)> = Vec::new();
        let mut of_group = |id: Id<Group>, group: &Group| {
            for lead in group.leads.iter().filter(|lead| lead.on(day)) {
                let place = match lead.role {
                    LeadRole::Lead => Place::Lead,
                    LeadRole::Co => Place::Co,
                };
                mentors.push((place, lead.enrolment));
            }
            for (_, m) in self.memberships_in(id).filter(|(_, m)| m.on(day)) {
                if self.takes_part_on(m.enrolment, day) {
                    let one = Expected {
                        enrolment: m.enrolment,
                        role: Role::Mentee,
                    };
                    found(Place::Mentee, one);
                }
            }
        };
        match session.group {
            Some(id) => {
                if let Some(group) = self.groups.get(id) {
                    of_group(id, group);
                }
            }
            None => {
                for (id, group) in self.groups.iter().filter(|(_, group)| group.is_live()) {
                    of_group(id, group);
                }
            }
        }
        mentors.sort_unstable_by_key(|(place, enrolment)| (*enrolment, *place));
        mentors.dedup_by_key(|(_, enrolment)| *enrolment);
        mentors.sort_unstable();
        for (place, enrolment) in mentors {
            if self.takes_part_on(enrolment, day) {
                let role = Role::Mentor;
                found(place, Expected { enrolment, role });
            }
        }
    }

    /// Whether a participation has not ended before this day.
    #[must_use]
    pub fn takes_part_on(&self, enrolment: Id<Enrolment>, day: NaiveDate) -> bool {
        self.enrolments
            .get(enrolment)
            .is_some_and(|is| is.ended.as_ref().is_none_or(|ended| day <= ended.on))
    }

    /// Whether this person is expected at this session.
    #[must_use]
    pub fn is_expected(&self, session: &Session, enrolment: Id<Enrolment>) -> bool {
        let day = self.day(session.starts);
        let here = |group: Id<Group>| session.group.is_none_or(|its| its == group);
        self.takes_part_on(enrolment, day)
            && (self
                .memberships_of(enrolment)
                .any(|(_, m)| here(m.group) && m.on(day))
                || self
                    .leads_of(enrolment)
                    .any(|(group, lead)| here(group) && lead.on(day)))
    }

    /// The mark somebody has in a session.
    #[must_use]
    pub fn mark_of(&self, session: Id<Session>, enrolment: Id<Enrolment>) -> Option<(Id<Mark>, &Mark)> {
        self.marks_in(session)
            .find(|(_, mark)| mark.enrolment == Some(enrolment))
    }

    /// How many people of a session have which mark: those expected, and guests.
    #[must_use]
    pub fn counts(&self, session: Id<Session>) -> Counts {
        let mut counts = Counts::default();
        let Some(is) = self.sessions.get(session) else {
            return counts;
        };
        let expected = self.expected_in_any_order(is, self.day(is.starts));
        let marks: HashMap<Id<Enrolment>, MarkValue> = self
            .marks_in(session)
            .filter_map(|(_, mark)| Some((mark.enrolment?, mark.value)))
            .collect();
        let mut known = 0;
        for person in &expected {
            let mark = marks.get(&person.enrolment).copied();
            known += usize::from(mark.is_some());
            counts.add(mark);
        }
        let guests = self.marks_in(session).count().saturating_sub(known);
        counts.guests += u32::try_from(guests).unwrap_or(u32::MAX);
        counts
    }

    /// The register of a session.
    #[must_use]
    pub fn register(&self, session: Id<Session>) -> Register {
        let mut rows = Vec::new();
        let mut listed = Vec::new();
        let mut counts = Counts::default();
        for person in self.expected(session) {
            let row = self.row_of(session, person.enrolment, Some(person.role));
            counts.add(row.mark.as_ref().map(|(_, mark)| mark.value));
            listed.push(person.enrolment);
            rows.push(row);
        }
        let mut guests = Vec::new();
        for (id, mark) in self.marks_in(session) {
            match mark.enrolment {
                Some(enrolment) if listed.contains(&enrolment) => continue,
                Some(enrolment) => {
                    listed.push(enrolment);
                    guests.push(self.row_of(session, enrolment, None));
                }
                None => guests.push(RegisterRow {
                    enrolment: None,
                    guest: mark.guest.clone(),
                    name: mark.guest.clone(),
                    role: None,
                    seen: None,
                    mark: Some((id, mark.clone())),
                    earlier: Vec::new(),
                }),
            }
            counts.guests += 1;
        }
        self.add_callers(session, &listed, &mut guests);
        guests.sort_by_cached_key(|row| (row.mark.is_none(), fold(&row.name)));
        rows.extend(guests);
        Register {
            session,
            closed: self
                .sessions
                .get(session)
                .is_some_and(|is| is.state == SessionState::Closed),
            rows,
            counts,
        }
    }

    /// Adds people seen in the call who are not listed, and tells guests from callers of the same name.
    fn add_callers(&self, session: Id<Session>, listed: &[Id<Enrolment>], guests: &mut Vec<RegisterRow>) {
        for (_, seen) in self.sightings_in(session) {
            match seen.enrolment {
                Some(enrolment) if listed.contains(&enrolment) => {}
                Some(enrolment) => guests.push(self.row_of(session, enrolment, None)),
                None => {
                    let folded = fold(&seen.name);
                    let known = guests
                        .iter_mut()
                        .find(|row| row.enrolment.is_none() && fold(&row.guest) == folded);
                    if let Some(row) = known {
                        row.seen = Some(seen.clone());
                    } else {
                        guests.push(RegisterRow {
                            enrolment: None,
                            guest: seen.name.clone(),
                            name: seen.name.clone(),
                            role: None,
                            seen: Some(seen.clone()),
                            mark: None,
                            earlier: Vec::new(),
                        });
                    }
                }
            }
        }
    }

    /// The line of one participant.
    fn row_of(&self, session: Id<Session>, enrolment: Id<Enrolment>, role: Option<Role>) -> RegisterRow {
        let seen = self
            .sightings_in(session)
            .find(|(_, s)| s.enrolment == Some(enrolment));
        RegisterRow {
            enrolment: Some(enrolment),
            guest: String::new(),
            name: self.enrolled_name(enrolment),
            role,
            seen: seen.map(|(_, seen)| seen.clone()),
            mark: self
                .mark_of(session, enrolment)
                .map(|(id, mark)| (id, mark.clone())),
            earlier: self.earlier_marks(session, enrolment),
        }
    }

    /// The marks of the rounds before a session's.
    fn earlier_marks(&self, session: Id<Session>, enrolment: Id<Enrolment>) -> Vec<(u8, Option<MarkValue>)> {
        let Some(number) = self.round_of(session).map(|round| round.number) else {
            return Vec::new();
        };
        let mut earlier: Vec<(u8, Option<MarkValue>)> = (1..number).map(|round| (round, None)).collect();
        for (_, mark) in self.marks_of(enrolment) {
            let stands = self.sessions.get(mark.session).is_some_and(Session::stands);
            let round = self.round_of(mark.session).map(|round| round.number);
            if let (true, Some(round @ 1..)) = (stands, round)
                && let Some(at) = earlier.get_mut(usize::from(round) - 1)
            {
                at.1 = Some(mark.value);
            }
        }
        earlier
    }

    /// The moment of a wall-clock time on a day of the cohort's zone; none where the clocks leave it out or have
    /// it twice.
    #[must_use]
    pub fn moment(&self, day: NaiveDate, time: chrono::NaiveTime) -> Option<DateTime<Utc>> {
        local_to_utc(day.and_time(time), self.zone()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample::{at, day, now, session, world};

    #[test]
    fn the_phase_follows_the_clock() {
        let model = world();
        let phase = |name: &str| model.phase(session(&model, name), now());
        assert_eq!(phase("CCIO-1/3"), Phase::Live);
        assert_eq!(phase("CNIO-1/3"), Phase::Ended);
        assert_eq!(phase("CCIO-1/2"), Phase::Closed);
        assert_eq!(phase("CCIO-2/3"), Phase::Confirmed);
        assert_eq!(phase("CCIO-2/4"), Phase::Planned);
        let soon = at(day(2025, 3, 19), 15, 1);
        assert_eq!(model.phase(session(&model, "CCIO-2/3"), soon), Phase::Soon);
    }

    #[test]
    fn a_past_session_that_nobody_confirmed_or_marked_is_unconfirmed() {
        let model = world();
        let later = at(day(2025, 4, 20), 9, 0);
        assert_eq!(
            model.phase(session(&model, "CCIO-2/4"), later),
            Phase::Unconfirmed
        );
    }

    #[test]
    fn a_day_has_the_sessions_that_start_on_it_by_the_cohorts_clocks() {
        let model = world();
        let titles: Vec<_> = model
            .sessions_on(day(2025, 3, 18))
            .iter()
            .map(|id| model.session_title(*id))
            .collect();
        assert_eq!(titles, ["CNIO-1 S3", "CCIO-1 S3"]);
    }

    #[test]
    fn the_mentor_is_expected_first_and_only_members_of_the_day_follow() {
        let model = world();
        let names = |name: &str| -> Vec<String> {
            let expected = model.expected(session(&model, name));
            expected
                .iter()
                .map(|e| model.enrolled_name(e.enrolment))
                .collect()
        };
        let third = [
            "Amara Okafor",
            "Daniel Price",
            "Fatima Rahman",
            "Tomasz Nowak",
            "李梅 Li Mei",
        ];
        assert_eq!(names("CCIO-1/3"), third);
        assert_eq!(
            names("CCIO-1/2").len(),
            6,
            "somebody who left later was expected then"
        );
    }

    #[test]
    fn a_register_shows_marks_and_those_before() {
        let model = world();
        let register = model.register(session(&model, "CCIO-1/3"));
        assert!(!register.closed);
        let tomasz = register
            .rows
            .iter()
            .find(|row| row.name == "Tomasz Nowak")
            .expect("expected");
        assert_eq!(tomasz.mark, None);
        let before = [(1, Some(MarkValue::Present)), (2, Some(MarkValue::Absent))];
        assert_eq!(tomasz.earlier, before);
        let counts = Counts {
            present: 2,
            late: 1,
            unmarked: 2,
            ..Counts::default()
        };
        assert_eq!(register.counts, counts);
        assert_eq!(model.counts(register.session), counts);
    }

    #[test]
    fn sessions_of_a_group_follow_one_another() {
        let model = world();
        let third = session(&model, "CCIO-1/3");
        assert_eq!(model.session_before(third), Some(session(&model, "CCIO-1/2")));
        assert_eq!(model.session_after(third), Some(session(&model, "CCIO-1/4")));
        let group = model
            .sessions
            .get(third)
            .and_then(|is| is.group)
            .expect("of a group");
        assert_eq!(model.next_session(group, now()), Some(third));
    }
}
