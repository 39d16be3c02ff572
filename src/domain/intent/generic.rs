//! Any field of any record set, any record dropped, from the one table of fields.
//!
//! What has a verb of its own goes through that verb: setting a session's start reschedules it, dropping a person
//! withdraws. Everything else is one changed field.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::draft::{Draft, gone};
use super::register::Attendee;
use crate::domain::field::{self, Field, Input};
use crate::domain::{
    AdminRole, Answer, AnyId, ApplicationState, CohortState, Edit, EndedBy, EnrolmentState, Group,
    GroupState, Id, Kind, LeadRole, MarkValue, Membership, Mint, Model, Person, Record, Refusal, Response,
    Role, Session, SessionState, from_json,
};

impl Model {
    /// Sets one field of one record from typed text.
    ///
    /// A group's `mentor` and `co_mentor`, a person's part (`stream`, `group`, …) and the questions of an answer
    /// are fields too. `by` is the admin's name, for records that say who.
    ///
    /// # Errors
    /// Unreadable text, an unknown field, or what the verb behind the field refuses.
    pub fn set_field(
        &self,
        mint: &mut Mint,
        id: AnyId,
        key: &str,
        text: &str,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<Edit, Refusal> {
        let is = self.record(id).ok_or_else(|| gone(id))?;
        if let Some(edit) = self.set_by_verb(mint, &is, key, text, by, now)? {
            return Ok(edit);
        }
        let field = id.kind.field(key).ok_or_else(|| unknown(id.kind, key))?;
        let fields = field::json(&is);
        let value = field::parse(self, field, text, fields.get(key), now)?;
        let before = field::written(self, field, fields.get(key).unwrap_or(&Value::Null));
        let after = field::written(self, field, &value);
        let mut draft = Draft::on(self);
        draft.change_any(with(&is, field, value)?)?;
        self.follow(&mut draft, &is, key, by, now)?;
        let on = label(&self.title(id), field, &before, &after);
        Ok(draft.edit(mint, "set", format!("{} of {on}", field.label.to_lowercase())))
    }

    /// One field of one record as text that can be typed back; empty when there is none.
    #[must_use]
    pub fn read_field(&self, id: AnyId, key: &str) -> String {
        if let Some(person) = id.of::<Person>() {
            return self.read_person_field(person, key);
        }
        let Some(is) = self.record(id) else {
            return String::new();
        };
        match (&is, key) {
            (Record::Group(_, group), "mentor") => {
                let open = group
                    .leads
                    .iter()
                    .find(|l| l.role == LeadRole::Lead && l.to.is_none());
                open.map_or_else(String::new, |l| self.enrolled_name(l.enrolment))
            }
            (Record::Group(_, group), "co_mentor") => {
                let open = group
                    .leads
                    .iter()
                    .find(|l| l.role == LeadRole::Co && l.to.is_none());
                open.map_or_else(String::new, |l| self.enrolled_name(l.enrolment))
            }
            (Record::Response(_, response), key) if id.kind.field(key).is_none() => {
                let answer = response.answers.iter().find(|a| a.question == key);
                answer.map_or_else(String::new, |a| {
                    a.number
                        .map_or_else(|| a.text.clone(), |number| number.to_string())
                })
            }
            _ => id
                .kind
                .field(key)
                .map_or_else(String::new, |field| reads(self, &is, field)),
        }
    }

    /// Takes a record out of use, as softly as its kind allows: a person is withdrawn, a session cancelled, a
    /// group or stream archived, a quote hidden, a consent withdrawn, a mentee goes back to the pool; other
    /// records go, and undo brings them back.
    ///
    /// # Errors
    /// What the verb behind it refuses.
    pub fn drop_record(&self, mint: &mut Mint, id: AnyId, now: DateTime<Utc>) -> Result<Edit, Refusal> {
        let is = self.record(id).ok_or_else(|| gone(id))?;
        let title = self.title(id);
        let mut draft = Draft::on(self);
        match is {
            Record::Person(id, _) => return self.withdraw(mint, &[id], "", now),
            Record::Session(id, _) => return self.cancel(mint, id, ""),
            Record::Group(id, _) => return self.archive_group(mint, id, now),
            Record::Stream(id, _) => return self.archive_stream(mint, id),
            Record::Quote(id, _) => return self.hide_quote(mint, id),
            Record::Consent(id, _) => return self.withdraw_consent(mint, id, self.day(now)),
            Record::Cohort(_, _) => return self.set_cohort_state(mint, CohortState::Archived, now),
            Record::Admin(id, _) => return self.remove_admin(mint, id),
            Record::Mark(id, _) => return self.drop_guest(mint, id),
            Record::Application(id, _) => {
                return self.decide(mint, &[id], ApplicationState::Withdrawn, now);
            }
            Record::Enrolment(id, is) => {
                let by = if is.role == Role::Mentor {
                    EndedBy::Mentor
                } else {
                    EndedBy::Mentee
                };
                return self.end(mint, &[id], EnrolmentState::Withdrawn, "", by, now);
            }
            Record::Membership(id, is) => {
                if is.in_force() {
                    let last = self.last_day_in(is.group, now);
                    self.end_membership(&mut draft, id, last)?;
                }
            }
            Record::Response(id, is) => {
                draft.drop(id)?;
                if let Some(who) = is.enrolment {
                    self.tick(&mut draft, is.wave, who, false)?;
                }
            }
            other => draft.drop_any(other.id())?,
        }
        Ok(draft.edit(mint, "drop", title))
    }

    /// The edit of the verb that a field stands for, if it stands for one.
    fn set_by_verb(
        &self,
        mint: &mut Mint,
        is: &Record,
        key: &str,
        text: &str,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Edit>, Refusal> {
        let value = |field: &str| -> Result<Value, Refusal> {
            let kind = is.id().kind;
            let field = kind.field(field).ok_or_else(|| unknown(kind, key))?;
            field::parse(self, field, text, field::json(is).get(key), now)
        };
        let edit = match (is, key) {
            (Record::Person(id, _), key) => self.set_person_field(mint, &[*id], key, text, now)?,
            (Record::Cohort(_, _), "state") => {
                self.set_cohort_state(mint, chosen(CohortState::from_word, &value("state")?)?, now)?
            }
            (Record::Admin(id, _), "role") => {
                self.set_admin_role(mint, *id, chosen(AdminRole::from_word, &value("role")?)?)?
            }
            (Record::Application(id, _), "state") => self.decide(
                mint,
                &[*id],
                chosen(ApplicationState::from_word, &value("state")?)?,
                now,
            )?,
            (Record::Enrolment(id, _), "state") => {
                let state = chosen(EnrolmentState::from_word, &value("state")?)?;
                let mut draft = Draft::on(self);
                self.set_enrolment_state(&mut draft, *id, state, now)?;
                draft.edit(
                    mint,
                    "set",
                    format!("status of {} to {state}", self.enrolled_name(*id)),
                )
            }
            (Record::Group(id, group), "mentor" | "co_mentor") => {
                let role = if key == "mentor" {
                    LeadRole::Lead
                } else {
                    LeadRole::Co
                };
                let day = self.day(now);
                if text.trim().is_empty() {
                    let open = group.leads.iter().find(|l| l.role == role && l.to.is_none());
                    match open {
                        Some(lead) => self.end_lead(mint, *id, lead.enrolment, day)?,
                        None => Draft::on(self).edit(mint, "end", group.code.clone()),
                    }
                } else {
                    let person = self.find_person(text)?;
                    let mentor = self.enrolment_of(person, Role::Mentor).ok_or_else(|| {
                        let name = self.name_of(person);
                        Refusal::rule(
                            6,
                            format!("{name} is no mentor"),
                            "choose a mentor of this cohort",
                        )
                    })?;
                    self.set_lead(mint, *id, mentor, role, day)?
                }
            }
            (Record::Group(id, _), "state") => match chosen(GroupState::from_word, &value("state")?)? {
                GroupState::Dissolved if self.members(*id).is_empty() => {
                    self.archive_group(mint, *id, now)?
                }
                GroupState::Dissolved => self.dissolve(mint, *id, "", now)?,
                _ => return Ok(None),
            },
            (Record::Membership(_, m), "group") => {
                let group = value("group")?
                    .as_str()
                    .and_then(|text| text.parse::<Id<Group>>().ok());
                self.move_to(mint, &[m.enrolment], group, self.day(now), "set by hand")?
            }
            (Record::Session(id, _), "starts") => {
                let starts = serde_json::from_value(value("starts")?).map_err(|why| unfit("Starts", &why))?;
                self.reschedule(mint, *id, starts)?
            }
            (Record::Session(id, session), "state") => {
                match self.set_session_state(mint, *id, session, &value("state")?, by, now)? {
                    Some(edit) => edit,
                    None => return Ok(None),
                }
            }
            (Record::Mark(_, mark), "value") => {
                let value = Some(chosen(MarkValue::from_word, &value("value")?)?);
                let who = match mark.enrolment {
                    Some(enrolment) => Attendee::Enrolled(enrolment),
                    None => Attendee::Guest(mark.guest.clone()),
                };
                self.mark(mint, mark.session, who, value, None, by, now)?
            }
            (Record::Goal(id, _), "score") => {
                let score = serde_json::from_value(value("score")?).map_err(|why| unfit("Score", &why))?;
                self.score_goal(mint, *id, score, self.day(now))?
            }
            (Record::Response(id, response), key) if Kind::Response.field(key).is_none() => {
                self.set_answer(mint, *id, response, key, text)?
            }
            _ => return Ok(None),
        };
        Ok(Some(edit))
    }

    /// The edit that brings a session to a state; none where one changed field is all.
    fn set_session_state(
        &self,
        mint: &mut Mint,
        id: Id<Session>,
        is: &Session,
        state: &Value,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Edit>, Refusal> {
        let state = chosen(SessionState::from_word, state)?;
        Ok(Some(match state {
            state if state == is.state => return Ok(None),
            SessionState::Cancelled => self.cancel(mint, id, "")?,
            SessionState::Planned if !is.stands() => self.restore(mint, id)?,
            SessionState::Confirmed if is.state == SessionState::Planned => self.confirm(mint, &[id], now)?,
            SessionState::Closed => self.close_register(mint, id, false, by, now)?,
            SessionState::Postponed => {
                return Err(Refusal::unreadable(
                    "a session is postponed to a day and time",
                    "postpone it, or reschedule it",
                ));
            }
            _ => return Ok(None),
        }))
    }

    /// Changes the answer to one question.
    fn set_answer(
        &self,
        mint: &mut Mint,
        id: Id<Response>,
        is: &Response,
        key: &str,
        text: &str,
    ) -> Result<Edit, Refusal> {
        let answer = self.read_answer(is.wave, key, text)?;
        let mut draft = Draft::on(self);
        draft.change(id, |r: &mut Response| {
            let place = r.answers.iter().position(|a| a.question == key);
            match (place, answer) {
                (Some(place), Some(answer)) => r.answers[place] = answer,
                (Some(place), None) => {
                    r.answers.remove(place);
                }
                (None, Some(answer)) => r.answers.push(answer),
                (None, None) => {}
            }
        })?;
        Ok(draft.edit(mint, "set", self.title(id.into())))
    }

    /// One typed answer to a question of a wave; none when nothing is typed.
    pub(super) fn read_answer(
        &self,
        wave: Id<crate::domain::Wave>,
        key: &str,
        text: &str,
    ) -> Result<Option<Answer>, Refusal> {
        let instrument = self.need(self.need(wave)?.instrument)?;
        let plain = key.strip_prefix("then:").unwrap_or(key);
        let question = instrument
            .questions
            .iter()
            .find(|q| q.key == plain)
            .ok_or_else(|| {
                let keys: Vec<_> = instrument.questions.iter().map(|q| q.key.as_str()).collect();
                Refusal::missing(
                    format!("{} does not ask {key}", instrument.name),
                    format!("it asks {}", keys.join(", ")),
                )
            })?;
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let (number, text) = match question.scale.range() {
            None => (None, crate::domain::text::clean_text(text).text),
            Some((lowest, highest)) => {
                let number = match text.to_lowercase().as_str() {
                    "yes" | "y" if (lowest, highest) == (0, 1) => Some(1),
                    "no" | "n" if (lowest, highest) == (0, 1) => Some(0),
                    text => text.trim_start_matches('+').parse::<i8>().ok(),
                };
                let number = number.filter(|n| (lowest..=highest).contains(n)).ok_or_else(|| {
                    Refusal::unreadable(
                        format!("{text} is no answer to \"{}\"", question.text),
                        format!("the scale is {}", question.scale),
                    )
                })?;
                (Some(number), String::new())
            }
        };
        let question = key.to_owned();
        Ok(Some(Answer {
            question,
            number,
            text,
        }))
    }

    /// What follows from a changed field: calendars, whoever marked, the reason for another stream.
    fn follow(
        &self,
        draft: &mut Draft<'_>,
        was: &Record,
        key: &str,
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        match was {
            Record::Session(id, before) => draft.change(*id, |s: &mut Session| {
                if before.calendar_sees_change(s) || before.state != s.state {
                    s.sequence = s.sequence.max(before.sequence.saturating_add(1));
                }
            }),
            // A session without a link of its own is joined where its group is.
            Record::Group(id, _) if key == "link" => {
                let to_come: Vec<_> = self
                    .sessions_in(*id)
                    .filter(|(_, s)| s.stands() && s.link.is_empty() && s.ends() > now)
                    .map(|(session, _)| session)
                    .collect();
                for session in to_come {
                    draft.change(session, |s: &mut Session| {
                        s.sequence = s.sequence.saturating_add(1)
                    })?;
                }
                Ok(())
            }
            Record::Mark(id, _) => draft.change(*id, |m: &mut crate::domain::Mark| {
                by.clone_into(&mut m.by);
                m.at = now;
            }),
            Record::Enrolment(id, _) if key == "stream" => self.explain_stream(draft, *id),
            Record::Membership(id, _) if key == "locked" => {
                draft.change(*id, |m: &mut Membership| m.locked &= m.in_force())
            }
            _ => Ok(()),
        }
    }
}

/// A field of a record as text that can be typed back.
pub(super) fn reads(model: &Model, is: &Record, field: &Field) -> String {
    let fields = field::json(is);
    fields
        .get(field.key)
        .map_or_else(String::new, |value| field::written(model, field, value))
}

/// The record with one field set.
pub(super) fn with(is: &Record, field: &Field, value: Value) -> Result<Record, Refusal> {
    let mut fields = field::json(is);
    fields.insert(field.key.to_owned(), value);
    from_json(is.id(), fields).map_err(|why| unfit(field.label, &why))
}

/// The refusal for a value of the right form that the field cannot hold.
pub(super) fn unfit(label: &str, why: &serde_json::Error) -> Refusal {
    let hint = if why.to_string().contains("integer") {
        "type a number that is neither negative nor too large"
    } else {
        "type another value"
    };
    Refusal::unreadable(format!("{label} cannot hold that"), hint)
}

/// The word of a set that a parsed value is.
fn chosen<T>(from_word: fn(&str) -> Option<T>, value: &Value) -> Result<T, Refusal> {
    let word = value.as_str().unwrap_or_default();
    from_word(word)
        .ok_or_else(|| Refusal::unreadable(format!("{word} is not known here"), "choose another word"))
}

/// The refusal for a field that a kind does not have.
pub(super) fn unknown(kind: Kind, key: &str) -> Refusal {
    let keys: Vec<_> = kind.fields().iter().map(|field| field.key).collect();
    Refusal::unreadable(
        format!("a {kind} has no field {key}"),
        format!("there are {}", keys.join(", ")),
    )
}

/// What a changed field was done to: the record, and for short values what it was and is. Free text and addresses
/// stay out of labels, so that erasing a person has less to find.
fn label(title: &str, field: &Field, before: &str, after: &str) -> String {
    match field.input {
        Input::Text | Input::Name | Input::Email | Input::Note | Input::List | Input::Questions => {
            title.to_owned()
        }
        _ if after.is_empty() => title.to_owned(),
        _ if before.is_empty() => format!("{title} to {after}"),
        _ => format!("{title}, {before} to {after}"),
    }
}

#[cfg(test)]
mod tests;
