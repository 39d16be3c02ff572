//! How many of how many: attendance, commitment, sessions held, and who can still complete.
//!
//! Rates use closed registers and standing sessions only, and count a person in a session only if the membership
//! covers its day (rules 7 to 9). Mentees make the rates of groups, streams and the cohort; a mentor has a rate
//! of his or her own.

use chrono::{DateTime, Utc};

use super::sessions::Phase;
use crate::domain::{
    Enrolment, Group, Id, Mark, MarkValue, Model, Role, Round, Session, SessionState, Stream,
};

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ratio {
    /// How many.
    pub part: u32,
    /// Of how many.
    pub whole: u32,
}

impl Ratio {
    /// Whole percent, rounded to the nearest; none of nothing.
    #[must_use]
    pub fn percent(self) -> Option<u8> {
        if self.whole == 0 {
            return None;
        }
        let (part, whole) = (u64::from(self.part), u64::from(self.whole));
        u8::try_from((part * 200 + whole) / (whole * 2)).ok()
    }

    /// Counts one more, as part or not.
    pub const fn count(&mut self, is_part: bool) {
        self.whole += 1;
        if is_part {
            self.part += 1;
        }
    }
}

impl std::ops::Add for Ratio {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            part: self.part + other.part,
            whole: self.whole + other.whole,
        }
    }
}
impl std::iter::Sum for Ratio {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| sum + one)
    }
}

/// What a figure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Everybody.
    Cohort,
    /// One stream.
    Stream(Id<Stream>),
    /// One group.
    Group(Id<Group>),
}

/// Whether somebody can still complete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outlook {
    /// Sessions attended, present or late.
    pub attended: u8,
    /// Sessions still to come, or past and not yet marked.
    pub to_come: u8,
    /// Sessions to complete.
    pub needed: u8,
}

impl Outlook {
    /// Whether enough have been attended already.
    #[must_use]
    pub const fn is_reached(self) -> bool {
        self.attended >= self.needed
    }
    /// Whether enough can still be attended.
    #[must_use]
    pub const fn is_possible(self) -> bool {
        self.attended + self.to_come >= self.needed
    }
}

/// Which marks count as having been there, or as having kept one's word.
type Counted = fn(MarkValue) -> bool;

/// Present or late.
const fn attended(mark: MarkValue) -> bool {
    matches!(mark, MarkValue::Present | MarkValue::Late)
}

/// Present, late or excused.
const fn committed(mark: MarkValue) -> bool {
    matches!(mark, MarkValue::Present | MarkValue::Late | MarkValue::Apologies)
}

impl Model {
    /// How often somebody was there, of the closed registers that expected him or her.
    #[must_use]
    pub fn attendance_of_enrolment(&self, enrolment: Id<Enrolment>) -> Ratio {
        self.rate_of(enrolment, attended)
    }
    /// How often somebody was there or sent apologies.
    #[must_use]
    pub fn commitment_of_enrolment(&self, enrolment: Id<Enrolment>) -> Ratio {
        self.rate_of(enrolment, committed)
    }
    /// Attendance of the mentees of a group, in its own sessions.
    #[must_use]
    pub fn attendance_of_group(&self, group: Id<Group>) -> Ratio {
        self.attendance(Scope::Group(group))
    }
    /// Commitment of the mentees of a group, in its own sessions.
    #[must_use]
    pub fn commitment_of_group(&self, group: Id<Group>) -> Ratio {
        self.commitment(Scope::Group(group))
    }
    /// Attendance in the sessions of a stream's groups.
    #[must_use]
    pub fn attendance_of_stream(&self, stream: Id<Stream>) -> Ratio {
        self.attendance(Scope::Stream(stream))
    }
    /// Commitment in the sessions of a stream's groups.
    #[must_use]
    pub fn commitment_of_stream(&self, stream: Id<Stream>) -> Ratio {
        self.commitment(Scope::Stream(stream))
    }
    /// Attendance in all sessions and workshops.
    #[must_use]
    pub fn attendance_of_cohort(&self) -> Ratio {
        self.attendance(Scope::Cohort)
    }
    /// Commitment in all sessions and workshops.
    #[must_use]
    pub fn commitment_of_cohort(&self) -> Ratio {
        self.commitment(Scope::Cohort)
    }

    /// (Present + late) of expected mentees, over closed registers.
    #[must_use]
    pub fn attendance(&self, scope: Scope) -> Ratio {
        self.rate(scope, attended)
    }
    /// (Present + late + apologies) of expected mentees, over closed registers.
    #[must_use]
    pub fn commitment(&self, scope: Scope) -> Ratio {
        self.rate(scope, committed)
    }

    /// Attendance of one session's mentees, once its register is closed.
    #[must_use]
    pub fn attendance_of_session(&self, session: Id<Session>) -> Ratio {
        let is = self.sessions.get(session);
        is.map_or_else(Ratio::default, |is| self.rate_in(session, is, attended))
    }

    fn rate(&self, scope: Scope, counted: Counted) -> Ratio {
        match scope {
            Scope::Cohort => self
                .sessions
                .iter()
                .map(|(id, is)| self.rate_in(id, is, counted))
                .sum(),
            Scope::Stream(stream) => self
                .groups_in(stream)
                .map(|(group, _)| self.rate(Scope::Group(group), counted))
                .sum(),
            Scope::Group(group) => self
                .sessions_in(group)
                .map(|(id, is)| self.rate_in(id, is, counted))
                .sum(),
        }
    }

    /// The rate of one session's mentees.
    fn rate_in(&self, id: Id<Session>, is: &Session, counted: Counted) -> Ratio {
        let mut ratio = Ratio::default();
        if is.state != SessionState::Closed {
            return ratio;
        }
        for (_, mark) in self.marks_in(id) {
            let mentee = mark
                .enrolment
                .filter(|id| self.enrolments.get(*id).is_some_and(|e| e.role == Role::Mentee));
            if mentee.is_some_and(|enrolment| self.counts_for(is, enrolment, mark)) {
                ratio.count(counted(mark.value));
            }
        }
        ratio
    }

    fn rate_of(&self, enrolment: Id<Enrolment>, counted: Counted) -> Ratio {
        let mut ratio = Ratio::default();
        for (_, mark) in self.marks_of(enrolment) {
            let closed = self
                .sessions
                .get(mark.session)
                .filter(|is| is.state == SessionState::Closed);
            if closed.is_some_and(|is| self.counts_for(is, enrolment, mark)) {
                ratio.count(counted(mark.value));
            }
        }
        ratio
    }

    /// Whether a mark of a closed register counts: its person was expected.
    fn counts_for(&self, session: &Session, enrolment: Id<Enrolment>, mark: &Mark) -> bool {
        mark.value != MarkValue::Guest && self.is_expected(session, enrolment)
    }

    /// Sessions held, of those due by now: a round is due for a group once its session has begun or its window
    /// has closed.
    #[must_use]
    pub fn held_and_due(&self, scope: Scope, now: DateTime<Utc>) -> Ratio {
        match scope {
            Scope::Group(group) => self.held_and_due_of_group(group, now),
            Scope::Stream(stream) => self
                .groups_in(stream)
                .filter(|(_, group)| group.is_live())
                .map(|(group, _)| self.held_and_due_of_group(group, now))
                .sum(),
            Scope::Cohort => self
                .groups
                .iter()
                .filter(|(_, group)| group.is_live())
                .map(|(group, _)| self.held_and_due_of_group(group, now))
                .sum(),
        }
    }

    fn held_and_due_of_group(&self, group: Id<Group>, now: DateTime<Utc>) -> Ratio {
        let mut ratio = Ratio::default();
        let mut begun = Vec::new();
        for (id, is) in self.sessions_in(group) {
            if is.stands() && is.starts <= now {
                ratio.count(self.was_held(id, now));
                begun.extend(is.round);
            }
        }
        let today = self.day(now);
        let missed = self
            .rounds
            .iter()
            .filter(|(id, is)| is.closes < today && !begun.contains(id));
        ratio.whole += u32::try_from(missed.count()).unwrap_or(u32::MAX);
        ratio
    }

    /// Whether a session is over and known to have happened.
    #[must_use]
    pub fn was_held(&self, session: Id<Session>, now: DateTime<Utc>) -> bool {
        matches!(
            self.phase(session, now),
            Phase::Held | Phase::Closed | Phase::Ended
        )
    }

    /// In one round: groups whose session was held, of the groups there are.
    #[must_use]
    pub fn held_in_round(&self, scope: Scope, round: Id<Round>, now: DateTime<Utc>) -> Ratio {
        let mut ratio = Ratio::default();
        let number = self.round_number(round);
        for group in self.groups_sorted() {
            let inside = match scope {
                Scope::Cohort => true,
                Scope::Stream(stream) => self.groups.get(group).is_some_and(|is| is.stream == stream),
                Scope::Group(only) => only == group,
            };
            if inside {
                let session = self.session_in_round(group, number);
                ratio.count(session.is_some_and(|id| self.was_held(id, now)));
            }
        }
        ratio
    }

    /// Whether somebody can still attend the sessions to complete. Workshops do not count.
    #[must_use]
    pub fn outlook(&self, enrolment: Id<Enrolment>, now: DateTime<Utc>) -> Outlook {
        let needed = self.cohort().map_or(4, |cohort| cohort.to_complete);
        let mut outlook = Outlook {
            needed,
            ..Outlook::default()
        };
        let mut settled = Vec::new();
        for (_, mark) in self.marks_of(enrolment) {
            let Some(is) = self.sessions.get(mark.session).filter(|is| is.stands()) else {
                continue;
            };
            if is.group.is_some() && self.counts_for(is, enrolment, mark) {
                settled.extend(is.round);
                outlook.attended = outlook.attended.saturating_add(u8::from(attended(mark.value)));
            }
        }
        let today = self.day(now);
        let group = self.group_of(enrolment, today);
        for (id, round) in self.rounds.iter().filter(|(id, _)| !settled.contains(id)) {
            let session = group.and_then(|group| {
                self.sessions_in(group)
                    .find(|(_, is)| is.stands() && is.round == Some(id))
            });
            let to_come = match session {
                Some((_, is)) => is.state != SessionState::Closed && self.is_expected(is, enrolment),
                None => today <= round.closes,
            };
            outlook.to_come = outlook.to_come.saturating_add(u8::from(to_come));
        }
        outlook
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample::{enrolled, group, now, stream, world};

    const fn of(part: u32, whole: u32) -> Ratio {
        Ratio { part, whole }
    }

    #[test]
    fn percent_is_rounded_and_none_of_nothing() {
        assert_eq!(of(2, 3).percent(), Some(67));
        assert_eq!(of(1, 8).percent(), Some(13));
        assert_eq!(of(0, 0).percent(), None);
    }

    #[test]
    fn attendance_counts_present_and_late_mentees_of_closed_registers() {
        let model = world();
        // Sessions 1 and 2, five mentees each: one apologies, two absences.
        assert_eq!(model.attendance_of_group(group(&model, "CCIO-1")), of(7, 10));
        assert_eq!(model.commitment_of_group(group(&model, "CCIO-1")), of(8, 10));
        assert_eq!(model.attendance_of_stream(stream(&model, "CCIO")), of(12, 16));
        assert_eq!(model.attendance_of_cohort(), of(18, 22));
        assert_eq!(model.commitment_of_cohort(), of(20, 22));
    }

    #[test]
    fn a_mentor_has_a_rate_of_his_own() {
        let model = world();
        assert_eq!(
            model.attendance_of_enrolment(enrolled(&model, "Amara Okafor")),
            of(2, 2)
        );
        assert_eq!(
            model.attendance_of_enrolment(enrolled(&model, "Tomasz Nowak")),
            of(1, 2)
        );
    }

    #[test]
    fn sessions_are_due_once_begun() {
        let model = world();
        assert_eq!(
            model.held_and_due(Scope::Group(group(&model, "CNIO-1")), now()),
            of(3, 3)
        );
        assert_eq!(
            model.held_and_due(Scope::Group(group(&model, "CCIO-1")), now()),
            of(2, 3)
        );
        assert_eq!(
            model.held_and_due(Scope::Group(group(&model, "CCIO-2")), now()),
            of(2, 2)
        );
        assert_eq!(model.held_and_due(Scope::Cohort, now()), of(7, 8));
    }

    #[test]
    fn the_outlook_counts_what_was_attended_and_what_can_be() {
        let model = world();
        let tomasz = model.outlook(enrolled(&model, "Tomasz Nowak"), now());
        assert_eq!((tomasz.attended, tomasz.to_come, tomasz.needed), (1, 4, 4));
        assert!(tomasz.is_possible() && !tomasz.is_reached());
        let late = model.outlook(enrolled(&model, "Amina Yusuf"), now());
        assert_eq!((late.attended, late.to_come), (0, 4));
    }
}
