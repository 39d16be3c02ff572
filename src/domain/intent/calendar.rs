//! When groups meet: sessions are added, moved, confirmed, cancelled, postponed and restored.
//!
//! Every change of time, place or state raises the calendar SEQUENCE; every move or cancellation counts as a move.
//! Whether a time suits everybody is asked elsewhere: a clash warns and does not refuse.

use chrono::{DateTime, TimeDelta, Utc};

use super::draft::{Draft, many, reason_given};
use crate::domain::text::clean_name;
use crate::domain::when::{local_to_utc, moment_short};
use crate::domain::{
    AnyId, Busy, BusyKind, Edit, Group, Id, Mint, Model, Person, Refusal, Round, Session, SessionState,
};

/// A session to be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The group that meets.
    pub group: Id<Group>,
    /// The round; the one whose window holds the day when not given.
    pub round: Option<Id<Round>>,
    /// When it starts.
    pub starts: DateTime<Utc>,
    /// How long it is, in minutes.
    pub minutes: u16,
}

impl Model {
    /// A moment later (or earlier) by so many days and minutes on the cohort's clocks: 16:00 stays 16:00 when
    /// the clocks change between.
    ///
    /// # Errors
    /// Rule 13, when the clocks skip or repeat that time.
    pub fn shifted(&self, at: DateTime<Utc>, days: i64, minutes: i64) -> Result<DateTime<Utc>, Refusal> {
        let local = self.local(at).naive_local() + TimeDelta::days(days) + TimeDelta::minutes(minutes);
        Ok(local_to_utc(local, self.zone())?)
    }

    /// Adds one session of a group.
    ///
    /// # Errors
    /// As [`Model::add_sessions`].
    pub fn add_session(
        &self,
        mint: &mut Mint,
        group: Id<Group>,
        round: Option<Id<Round>>,
        starts: DateTime<Utc>,
        minutes: u16,
    ) -> Result<Edit, Refusal> {
        let slot = Slot {
            group,
            round,
            starts,
            minutes,
        };
        self.add_sessions(mint, &[slot])
    }

    /// Adds sessions as one edit: the six of a group, or those of a schedule.
    ///
    /// # Errors
    /// When a group has a session in that round already, or a session has no length.
    pub fn add_sessions(&self, mint: &mut Mint, slots: &[Slot]) -> Result<Edit, Refusal> {
        let mut draft = Draft::on(self);
        let mut taken: Vec<(Id<Group>, Id<Round>)> = Vec::new();
        let mut titles = Vec::new();
        for slot in slots {
            let code = self.need(slot.group)?.code.clone();
            let round = slot.round.or_else(|| self.round_on(self.day(slot.starts)));
            let mut title = format!("{code}, {}", moment_short(self.local(slot.starts)));
            if let Some(round) = round {
                let number = self.need(round)?.number;
                let there = self
                    .sessions_in(slot.group)
                    .any(|(_, s)| s.round == Some(round) && s.stands());
                if there || taken.contains(&(slot.group, round)) {
                    return Err(Refusal::rule(
                        0,
                        format!("{code} has a session in round {number} already"),
                        "reschedule that one, or choose another round",
                    ));
                }
                taken.push((slot.group, round));
                title = format!("{code} S{number}, {}", moment_short(self.local(slot.starts)));
            }
            titles.push(title);
            let id = mint.id();
            let is = Session {
                group: Some(slot.group),
                round,
                ..planned(id, slot.starts, slot.minutes)?
            };
            draft.make_as(id, is);
        }
        Ok(draft.edit(mint, "add", many(&titles, "sessions")))
    }

    /// Adds a workshop for everybody.
    ///
    /// # Errors
    /// When it has no title or no length.
    pub fn add_workshop(
        &self,
        mint: &mut Mint,
        title: &str,
        starts: DateTime<Utc>,
        minutes: u16,
        place: &str,
    ) -> Result<Edit, Refusal> {
        let title = clean_name(title).text;
        if title.is_empty() {
            return Err(Refusal::unreadable(
                "a workshop needs a title",
                "type one, such as Summer School",
            ));
        }
        let mut draft = Draft::on(self);
        let id = mint.id();
        let on = format!("{title}, {}", moment_short(self.local(starts)));
        let is = Session {
            title,
            place: clean_name(place).text,
            ..planned(id, starts, minutes)?
        };
        draft.make_as(id, is);
        Ok(draft.edit(mint, "add", on))
    }

    /// Moves a session to another time.
    ///
    /// # Errors
    /// When it does not stand, or its register is closed.
    pub fn reschedule(
        &self,
        mint: &mut Mint,
        session: Id<Session>,
        starts: DateTime<Utc>,
    ) -> Result<Edit, Refusal> {
        let title = self.session_title(session);
        self.movable(session, "moved")?;
        let mut draft = Draft::on(self);
        draft.change(session, |s: &mut Session| {
            if s.starts != starts {
                s.starts = starts;
                moved(s);
            }
        })?;
        let to = moment_short(self.local(starts));
        Ok(draft.edit(mint, "reschedule", format!("{title} to {to}")))
    }

    /// Cancels a session; nobody is told by that.
    ///
    /// # Errors
    /// When it does not stand, or its register is closed.
    pub fn cancel(&self, mint: &mut Mint, session: Id<Session>, reason: &str) -> Result<Edit, Refusal> {
        let title = self.session_title(session);
        if self.need(session)?.state == SessionState::Cancelled {
            return Ok(Draft::on(self).edit(mint, "cancel", title));
        }
        self.movable(session, "cancelled")?;
        let mut draft = Draft::on(self);
        draft.change(session, |s: &mut Session| {
            s.state = SessionState::Cancelled;
            s.reason = reason_given(reason);
            moved(s);
        })?;
        Ok(draft.edit(mint, "cancel", title))
    }

    /// Postpones a session: it stays, as postponed, and another takes its place at the new time.
    ///
    /// # Errors
    /// When it does not stand, or its register is closed.
    pub fn postpone(
        &self,
        mint: &mut Mint,
        session: Id<Session>,
        starts: DateTime<Utc>,
        reason: &str,
    ) -> Result<Edit, Refusal> {
        let title = self.session_title(session);
        let is = self.movable(session, "postponed")?;
        let mut draft = Draft::on(self);
        let id = mint.id();
        let next = Session {
            starts,
            uid: calendar_uid(id),
            state: SessionState::Planned,
            sequence: 0,
            moves: is.moves.saturating_add(1),
            ..is.clone()
        };
        draft.make_as(id, next);
        draft.change(session, |s: &mut Session| {
            s.state = SessionState::Postponed;
            s.reason = reason_given(reason);
            s.postponed_to = Some(id);
            moved(s);
        })?;
        let to = moment_short(self.local(starts));
        Ok(draft.edit(mint, "postpone", format!("{title} to {to}")))
    }

    /// Confirms sessions: those to come will happen, those that are over did.
    ///
    /// # Errors
    /// When one does not stand.
    pub fn confirm(
        &self,
        mint: &mut Mint,
        sessions: &[Id<Session>],
        now: DateTime<Utc>,
    ) -> Result<Edit, Refusal> {
        let mut draft = Draft::on(self);
        let mut titles = Vec::new();
        for id in sessions {
            let title = self.session_title(*id);
            let is = self.need(*id)?;
            if !is.stands() {
                return Err(not_standing(&title, is.state));
            }
            let over = is.ends() <= now;
            draft.change(*id, |s: &mut Session| {
                s.state = match s.state {
                    SessionState::Planned | SessionState::Confirmed if over => SessionState::Held,
                    SessionState::Planned => SessionState::Confirmed,
                    other => other,
                };
                if s.state != is.state {
                    s.sequence = s.sequence.saturating_add(1);
                }
            })?;
            titles.push(title);
        }
        Ok(draft.edit(mint, "confirm", many(&titles, "sessions")))
    }

    /// Puts a cancelled or postponed session back into the plan.
    ///
    /// # Errors
    /// When another session stands in its place.
    pub fn restore(&self, mint: &mut Mint, session: Id<Session>) -> Result<Edit, Refusal> {
        let title = self.session_title(session);
        let is = self.need(session)?;
        let mut draft = Draft::on(self);
        if is.stands() {
            return Ok(draft.edit(mint, "restore", title));
        }
        let in_its_place = |id: Id<Session>, s: &Session| {
            id != session
                && s.stands()
                && (is.postponed_to == Some(id)
                    || (is.group.is_some()
                        && is.round.is_some()
                        && s.group == is.group
                        && s.round == is.round))
        };
        if let Some((_, other)) = self.sessions.iter().find(|(id, s)| in_its_place(*id, s)) {
            let when = moment_short(self.local(other.starts));
            return Err(Refusal::rule(
                10,
                format!("{title} takes place on {when} instead"),
                "cancel that session first",
            ));
        }
        draft.change(session, |s: &mut Session| {
            s.state = SessionState::Planned;
            s.reason = String::new();
            s.postponed_to = None;
            s.sequence = s.sequence.saturating_add(1);
        })?;
        Ok(draft.edit(mint, "restore", title))
    }

    /// Notes when somebody, or everybody, cannot come.
    ///
    /// # Errors
    /// When it ends before it begins.
    pub fn add_busy(
        &self,
        mint: &mut Mint,
        person: Option<Id<Person>>,
        kind: BusyKind,
        what: &str,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Edit, Refusal> {
        if until <= from {
            return Err(Refusal::unreadable(
                "it ends before it begins",
                "type an end that is later than the start",
            ));
        }
        let who = match person {
            Some(person) => self.need(person)?.name.clone(),
            None => "everybody".to_owned(),
        };
        let mut draft = Draft::on(self);
        let busy = Busy {
            person,
            kind,
            what: clean_name(what).text,
            starts: from,
            ends: until,
            uid: String::new(),
        };
        draft.make(mint, busy);
        let on = format!("{kind} of {who}, {}", moment_short(self.local(from)));
        Ok(draft.edit(mint, "add", on))
    }

    /// The session, when it still can be `done` to something.
    fn movable(&self, session: Id<Session>, done: &str) -> Result<&Session, Refusal> {
        let is = self.need(session)?;
        let title = self.session_title(session);
        match is.state {
            SessionState::Cancelled | SessionState::Postponed => Err(not_standing(&title, is.state)),
            SessionState::Closed => Err(Refusal::rule(
                10,
                format!("{title} has taken place and cannot be {done}"),
                "reopen its register first, if that is wrong",
            )),
            SessionState::Planned | SessionState::Confirmed | SessionState::Held => Ok(is),
        }
    }
}

/// A session as it is when it is planned.
fn planned(id: Id<Session>, starts: DateTime<Utc>, minutes: u16) -> Result<Session, Refusal> {
    if minutes == 0 || minutes > 24 * 60 {
        return Err(Refusal::unreadable(
            format!("a session cannot be {minutes} minutes long"),
            "type a length from 1 minute to 24 hours",
        ));
    }
    Ok(Session {
        group: None,
        round: None,
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
        uid: calendar_uid(id),
        sequence: 0,
        moves: 0,
    })
}

/// The calendar UID a session keeps for life.
pub(super) fn calendar_uid(id: Id<Session>) -> String {
    format!("{}@cohort", AnyId::from(id))
}

/// Counts a move, for calendars and for the office.
fn moved(session: &mut Session) {
    session.sequence = session.sequence.saturating_add(1);
    session.moves = session.moves.saturating_add(1);
}

/// The refusal for a session that is cancelled or postponed.
fn not_standing(title: &str, state: SessionState) -> Refusal {
    Refusal::rule(10, format!("{title} is {state}"), "restore it first")
}

#[cfg(test)]
mod tests;
