//! Who was there: marks, guests, and the closing of registers.

use chrono::{DateTime, Utc};

use super::draft::{Draft, many};
use crate::domain::text::{clean_name, fold, refuse_name};
use crate::domain::{
    Edit, Enrolment, Id, Mark, MarkValue, Mint, Model, Refusal, Session, SessionState, Sighting,
};

/// Minutes after the start from which somebody seen in the call counts as late.
const LATE_FROM: i64 = 10;
/// How many names a refusal lists.
const NAMED: usize = 3;

/// Who is marked: somebody who takes part, or a guest by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attendee {
    /// A participation.
    Enrolled(Id<Enrolment>),
    /// A guest who takes no part in the cohort.
    Guest(String),
}

impl Model {
    /// Marks one person in one session, or takes the mark away. Of somebody late the minutes are taken from the
    /// call when not given; somebody who is not expected is a guest (rule 7).
    ///
    /// # Errors
    /// As [`Model::mark_many`].
    #[expect(
        clippy::too_many_arguments,
        reason = "what a mark is: where, who, what, by whom and when"
    )]
    pub fn mark(
        &self,
        mint: &mut Mint,
        session: Id<Session>,
        who: Attendee,
        value: Option<MarkValue>,
        minutes_late: Option<u16>,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<Edit, Refusal> {
        self.mark_many(mint, session, &[(who, value, minutes_late)], by, now)
    }

    /// Marks several people in one session as one edit.
    ///
    /// # Errors
    /// Rule 7, for a mark that a guest cannot have; rule 9, when the register is closed.
    pub fn mark_many(
        &self,
        mint: &mut Mint,
        session: Id<Session>,
        marks: &[(Attendee, Option<MarkValue>, Option<u16>)],
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<Edit, Refusal> {
        let is = self.open_register(session)?;
        let title = self.session_title(session);
        let mut draft = Draft::on(self);
        let mut said = Vec::new();
        for (who, value, minutes_late) in marks {
            let value = match (who, value) {
                (Attendee::Enrolled(id), Some(value)) => Some(self.fitting(is, &title, *id, *value)?),
                (Attendee::Guest(name), Some(_)) => {
                    named(name)?;
                    Some(MarkValue::Guest)
                }
                (_, None) => None,
            };
            let minutes = minutes_late.or_else(|| self.minutes_late(session, is, who));
            let minutes = minutes.filter(|_| value == Some(MarkValue::Late));
            self.set_mark(&mut draft, mint, (session, who), value, minutes, (by, now))?;
            let word = value.map_or("unmarked", MarkValue::word);
            said.push(format!("{} {word}", self.attendee_name(who)));
        }
        let verb = if marks.iter().any(|(_, value, _)| value.is_some()) {
            "mark"
        } else {
            "unmark"
        };
        let on = match said.as_slice() {
            [_] if verb == "unmark" => self.attendee_name(&marks[0].0),
            all => many(all, "people"),
        };
        Ok(draft.edit(mint, verb, format!("{on}, {title}")))
    }

    /// Marks everybody expected and unmarked as present, or late when they came to the call later than ten
    /// minutes after the start; with `only_seen` those who were seen in the call only.
    ///
    /// # Errors
    /// Rule 9, when the register is closed.
    pub fn mark_all(
        &self,
        mint: &mut Mint,
        session: Id<Session>,
        only_seen: bool,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<Edit, Refusal> {
        let is = self.open_register(session)?;
        let title = self.session_title(session);
        let mut draft = Draft::on(self);
        let mut names = Vec::new();
        for enrolment in self.unmarked(session) {
            let seen = self.sighting_of(session, enrolment);
            if only_seen && seen.is_none() {
                continue;
            }
            let late = seen
                .map(|s| (s.joined - is.starts).num_minutes())
                .filter(|m| *m > LATE_FROM);
            let (value, minutes) = match late {
                Some(minutes) => (MarkValue::Late, u16::try_from(minutes).ok()),
                None => (MarkValue::Present, None),
            };
            let who = Attendee::Enrolled(enrolment);
            self.set_mark(&mut draft, mint, (session, &who), Some(value), minutes, (by, now))?;
            names.push(format!("{} {value}", self.enrolled_name(enrolment)));
        }
        let on = match names.as_slice() {
            [one] => one.clone(),
            all => format!("{} people present", all.len()),
        };
        Ok(draft.edit(mint, "mark", format!("{on}, {title}")))
    }

    /// Notes a guest of a session.
    ///
    /// # Errors
    /// Rule 7, when the person is expected; rule 9, when the register is closed; an unreadable name.
    pub fn add_guest(
        &self,
        mint: &mut Mint,
        session: Id<Session>,
        who: Attendee,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<Edit, Refusal> {
        let is = self.open_register(session)?;
        let title = self.session_title(session);
        if let Attendee::Enrolled(id) = &who
            && self.is_expected(is, *id)
        {
            return Err(Refusal::rule(
                7,
                format!("{} is expected at {title} and no guest", self.enrolled_name(*id)),
                "mark the person in the register",
            ));
        }
        if let Attendee::Guest(name) = &who {
            named(name)?;
        }
        let mut draft = Draft::on(self);
        let value = Some(MarkValue::Guest);
        self.set_mark(&mut draft, mint, (session, &who), value, None, (by, now))?;
        let on = format!("guest {}, {title}", self.attendee_name(&who));
        Ok(draft.edit(mint, "add", on))
    }

    /// Takes a guest off a session.
    ///
    /// # Errors
    /// Rule 9, when the register is closed.
    pub fn drop_guest(&self, mint: &mut Mint, mark: Id<Mark>) -> Result<Edit, Refusal> {
        let is = self.need(mark)?;
        self.open_register(is.session)?;
        let on = self.title(mark.into());
        let mut draft = Draft::on(self);
        draft.drop(mark)?;
        Ok(draft.edit(mint, "drop", on))
    }

    /// Closes the register of a session that has begun.
    ///
    /// # Errors
    /// Rule 9, when people are unmarked and shall not become absent; rule 8, before the session has begun.
    pub fn close_register(
        &self,
        mint: &mut Mint,
        session: Id<Session>,
        unmarked_become_absent: bool,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<Edit, Refusal> {
        let title = self.session_title(session);
        let mut draft = Draft::on(self);
        if self.need(session)?.state == SessionState::Closed {
            return Ok(draft.edit(mint, "close", format!("the register of {title}")));
        }
        let is = self.open_register(session)?;
        if now < is.starts {
            return Err(Refusal::rule(
                8,
                format!("{title} has not begun"),
                "close its register when it is over",
            ));
        }
        let unmarked = self.unmarked(session);
        if !unmarked.is_empty() && !unmarked_become_absent {
            let names: Vec<_> = unmarked.iter().map(|id| self.enrolled_name(*id)).collect();
            let are = if names.len() == 1 { "is" } else { "are" };
            return Err(Refusal::rule(
                9,
                format!("{} {are} not marked", listed(&names)),
                "mark them, or let the unmarked become absent",
            ));
        }
        for enrolment in &unmarked {
            let who = Attendee::Enrolled(*enrolment);
            let value = Some(MarkValue::Absent);
            self.set_mark(&mut draft, mint, (session, &who), value, None, (by, now))?;
        }
        draft.change(session, |s: &mut Session| s.state = SessionState::Closed)?;
        let absent = match unmarked.len() {
            0 => String::new(),
            n => format!(", {n} absent"),
        };
        Ok(draft.edit(mint, "close", format!("the register of {title}{absent}")))
    }

    /// Opens a closed register again.
    ///
    /// # Errors
    /// When there is no such session.
    pub fn reopen_register(&self, mint: &mut Mint, session: Id<Session>) -> Result<Edit, Refusal> {
        let closed = self.need(session)?.state == SessionState::Closed;
        let mut draft = Draft::on(self);
        if closed {
            draft.change(session, |s: &mut Session| s.state = SessionState::Held)?;
        }
        Ok(draft.edit(
            mint,
            "reopen",
            format!("the register of {}", self.session_title(session)),
        ))
    }

    /// Who is expected at a session and has no mark, in the order of its register.
    #[must_use]
    pub fn unmarked(&self, session: Id<Session>) -> Vec<Id<Enrolment>> {
        let expected = self.expected(session).into_iter().map(|e| e.enrolment);
        expected
            .filter(|id| self.mark_of(session, *id).is_none())
            .collect()
    }

    /// The session, when its register can be written in.
    pub(super) fn open_register(&self, session: Id<Session>) -> Result<&Session, Refusal> {
        let is = self.need(session)?;
        let title = self.session_title(session);
        match is.state {
            SessionState::Closed => Err(Refusal::rule(
                9,
                format!("the register of {title} is closed"),
                "reopen it first",
            )),
            SessionState::Cancelled | SessionState::Postponed => Err(Refusal::rule(
                8,
                format!("{title} is {}", is.state),
                "restore the session first",
            )),
            SessionState::Planned | SessionState::Confirmed | SessionState::Held => Ok(is),
        }
    }

    /// The value as it can be set: who is not expected but came is a guest.
    fn fitting(
        &self,
        is: &Session,
        title: &str,
        id: Id<Enrolment>,
        value: MarkValue,
    ) -> Result<MarkValue, Refusal> {
        self.need(id)?;
        let expected = self.is_expected(is, id);
        match value {
            MarkValue::Guest if expected => Err(Refusal::rule(
                7,
                format!("{} is expected at {title} and no guest", self.enrolled_name(id)),
                "mark the person present, late, apologies or absent",
            )),
            MarkValue::Present | MarkValue::Late if !expected => Ok(MarkValue::Guest),
            MarkValue::Apologies | MarkValue::Absent if !expected => Err(Refusal::rule(
                7,
                format!("{} is not expected at {title}", self.enrolled_name(id)),
                "who is not expected can be a guest only",
            )),
            value => Ok(value),
        }
    }

    /// Sets, changes or takes away the mark of one person in one session.
    fn set_mark(
        &self,
        draft: &mut Draft<'_>,
        mint: &mut Mint,
        (session, who): (Id<Session>, &Attendee),
        value: Option<MarkValue>,
        minutes_late: Option<u16>,
        (by, at): (&str, DateTime<Utc>),
    ) -> Result<(), Refusal> {
        let there = self.marks_in(session).find(|(_, mark)| match who {
            Attendee::Enrolled(id) => mark.enrolment == Some(*id),
            Attendee::Guest(name) => mark.enrolment.is_none() && fold(&mark.guest) == fold(name.trim()),
        });
        match (there, value) {
            (None, None) => {}
            (Some((id, _)), None) => draft.drop(id)?,
            (Some((_, mark)), Some(value)) if (mark.value, mark.minutes_late) == (value, minutes_late) => {}
            (Some((id, _)), Some(value)) => draft.change(id, |mark: &mut Mark| {
                *mark = Mark {
                    value,
                    minutes_late,
                    by: by.to_owned(),
                    at,
                    ..mark.clone()
                };
            })?,
            (None, Some(value)) => {
                let (enrolment, guest) = match who {
                    Attendee::Enrolled(id) => (Some(*id), String::new()),
                    Attendee::Guest(name) => (None, clean_name(name).text),
                };
                draft.make(
                    mint,
                    Mark {
                        session,
                        enrolment,
                        guest,
                        value,
                        minutes_late,
                        note: String::new(),
                        by: by.to_owned(),
                        at,
                    },
                );
            }
        }
        Ok(())
    }

    /// How late somebody came to the call, when it was after the start.
    fn minutes_late(&self, session: Id<Session>, is: &Session, who: &Attendee) -> Option<u16> {
        let Attendee::Enrolled(enrolment) = who else {
            return None;
        };
        let seen = self.sighting_of(session, *enrolment)?;
        u16::try_from((seen.joined - is.starts).num_minutes())
            .ok()
            .filter(|m| *m > 0)
    }

    /// When somebody first was in the call.
    fn sighting_of(&self, session: Id<Session>, enrolment: Id<Enrolment>) -> Option<&Sighting> {
        let seen = self.sightings_in(session).map(|(_, s)| s);
        seen.filter(|s| s.enrolment == Some(enrolment))
            .min_by_key(|s| s.joined)
    }

    fn attendee_name(&self, who: &Attendee) -> String {
        match who {
            Attendee::Enrolled(id) => self.enrolled_name(*id),
            Attendee::Guest(name) => clean_name(name).text,
        }
    }
}

/// Refuses a guest without a name.
fn named(name: &str) -> Result<(), Refusal> {
    refuse_name(name).map_or(Ok(()), |why| {
        Err(Refusal::unreadable(
            why.trim_end_matches('.'),
            "type the name of the guest",
        ))
    })
}

/// `Tomasz Nowak`, `A, B and C`, `A, B, C and 2 others`.
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        all if all.len() <= NAMED => {
            let (last, first) = all.split_last().expect("there are two at least");
            format!("{} and {last}", first.join(", "))
        }
        all => format!("{} and {} others", all[..NAMED].join(", "), all.len() - NAMED),
    }
}

#[cfg(test)]
mod tests;
