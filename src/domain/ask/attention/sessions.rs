//! What needs attention about sessions and their registers.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Alerts, Concern};
use crate::domain::ask::sessions::Phase;
use crate::domain::{Enrolment, Id, Role, Session, SessionState};

impl Alerts<'_> {
    /// Sessions past without a closed register, live, and to come.
    pub(super) fn look_at_sessions(&mut self) {
        for (id, is) in self.model.sessions.iter() {
            match is.state {
                SessionState::Closed | SessionState::Postponed => {}
                SessionState::Cancelled => self.look_at_moves(id, is),
                SessionState::Planned | SessionState::Confirmed | SessionState::Held => {
                    match self.model.phase(id, self.now) {
                        Phase::Live => {
                            self.look_at_live(id, is);
                            self.look_at_clashes(id, is);
                        }
                        Phase::Ended | Phase::Held | Phase::Unconfirmed => self.look_at_register(id, is),
                        _ => {
                            self.look_at_clashes(id, is);
                            self.look_at_link(id, is);
                            self.look_at_moves(id, is);
                        }
                    }
                }
            }
        }
    }

    fn minutes(of: impl Into<i64>) -> TimeDelta {
        TimeDelta::minutes(of.into())
    }

    /// A live session where nobody, or not the mentor, is marked.
    fn look_at_live(&mut self, id: Id<Session>, is: &Session) {
        let model = self.model;
        let limit = model
            .cohort()
            .map_or(15, |cohort| cohort.thresholds.unmarked_minutes);
        if self.now < is.starts + Self::minutes(limit) {
            return;
        }
        let expected = model.expected(id);
        let is_marked = |enrolment| model.mark_of(id, enrolment).is_some();
        if model.marks_in(id).next().is_none() {
            if !expected.is_empty() {
                let evidence = format!("{} are expected", expected.len());
                self.note(Concern::NobodyMarked, id, None, is.starts, evidence);
            }
            return;
        }
        let mentor = expected.first().filter(|first| first.role == Role::Mentor);
        if let Some(mentor) = mentor.filter(|mentor| !is_marked(mentor.enrolment)) {
            let others = expected.iter().filter(|e| is_marked(e.enrolment)).count();
            let name = model.enrolled_name(mentor.enrolment);
            let person = model.enrolments.get(mentor.enrolment).map(|e| e.person);
            let evidence = format!("{name} is not marked, {others} others are");
            self.note(Concern::MentorUnmarked, id, None, is.starts, evidence)
                .person = person;
        }
    }

    /// A session that is over and has no closed register.
    fn look_at_register(&mut self, id: Id<Session>, is: &Session) {
        let model = self.model;
        let (minutes, hours) = model.cohort().map_or((30, 48), |cohort| {
            let limits = &cohort.thresholds;
            (limits.open_register_minutes, limits.missing_register_hours)
        });
        let ends = is.ends();
        if self.now < ends + Self::minutes(minutes) {
            return;
        }
        let counts = model.counts(id);
        let evidence = match (counts.unmarked, counts.expected()) {
            (0, _) => "everybody is marked, register not finished".to_owned(),
            (unmarked, expected) if unmarked == expected => "nobody is marked".to_owned(),
            (unmarked, expected) => format!("{unmarked} of {expected} not marked"),
        };
        let concern = if self.now < ends + TimeDelta::hours(i64::from(hours)) {
            Concern::RegisterOpen
        } else {
            Concern::RegisterMissing
        };
        self.note(concern, id, None, ends, evidence);
    }

    /// A session in somebody's way.
    fn look_at_clashes(&mut self, id: Id<Session>, is: &Session) {
        let clashes = self.model.clashes(id);
        let Some(first) = clashes.first() else { return };
        let who = first
            .person
            .map_or_else(|| "everybody".to_owned(), |person| self.model.name_of(person));
        let more = match clashes.len() {
            1 => String::new(),
            n => format!(", and {} more", n - 1),
        };
        let person = first.person;
        let evidence = format!("{who}: {}{more}", first.why);
        let with = first.with.map(Into::into).or_else(|| person.map(Into::into));
        self.note(Concern::Clash, id, with, is.starts, evidence).person = person;
    }

    /// A session that begins soon without a link or a place.
    fn look_at_link(&mut self, id: Id<Session>, is: &Session) {
        let hours = self
            .model
            .cohort()
            .map_or(24, |cohort| cohort.thresholds.link_hours);
        let group = is.group.and_then(|group| self.model.groups.get(group));
        let can_join =
            !is.link.is_empty() || !is.place.is_empty() || group.is_some_and(|group| !group.link.is_empty());
        if !can_join && is.starts <= self.now + TimeDelta::hours(i64::from(hours)) {
            let begins = self.model.local(is.starts).format("%a %-d %b %H:%M");
            self.note(Concern::NoLink, id, None, is.starts, format!("begins {begins}"));
        }
    }

    /// A session moved or cancelled twice; no longer once the round has another one that stands.
    fn look_at_moves(&mut self, id: Id<Session>, is: &Session) {
        if is.moves < 2 || !self.is_ahead_or_lost(is) {
            return;
        }
        let replaced = is.group.is_some_and(|group| {
            self.model
                .sessions_in(group)
                .any(|(other, o)| other != id && o.round == is.round && o.stands())
        });
        if is.stands() || !replaced {
            let what = if is.stands() { "moved" } else { "cancelled" };
            let evidence = format!("changed {} times, now {what}", is.moves);
            self.note(Concern::MovedTwice, id, None, is.starts, evidence);
        }
    }

    /// Whether a session lies ahead, or is cancelled in a round that still runs.
    fn is_ahead_or_lost(&self, is: &Session) -> bool {
        let round = is.round.and_then(|round| self.model.rounds.get(round));
        self.now < is.starts || round.is_some_and(|round| self.today <= round.closes)
    }

    /// When the last session began that this participation is marked in.
    pub(super) fn last_marked(&self, enrolment: Id<Enrolment>) -> Option<DateTime<Utc>> {
        let marks = self.model.marks_of(enrolment);
        marks
            .filter_map(|(_, mark)| Some(self.model.sessions.get(mark.session)?.starts))
            .max()
    }
}
