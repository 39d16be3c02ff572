//! What is said of people and of their parts, field by field, for one or many people at once.
//!
//! A person's own fields stand on the person; stream, stage, status and the like on the participation, or before
//! acceptance on the application; the group is a membership. The screen and the command line see one row.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::draft::{Draft, many};
use super::generic::{reads, with};
use crate::domain::field::{self, Field, Input};
use crate::domain::text::fold_email;
use crate::domain::{
    Application, ApplicationState, Edit, EndedBy, Enrolment, EnrolmentState, Group, Id, Kind, LeadRole,
    Membership, Mint, Model, Participant, Person, Record, Refusal, Role, Stream,
};

impl Model {
    /// Sets one field of people, as one edit: their own (`email`, `organisation`, …) or of the part they take
    /// (`role`, `stream`, `stage`, `status`, `capacity`, `group`, `wishes`, `availability`).
    ///
    /// # Errors
    /// Unreadable text, an unknown field, or somebody who takes no part where a part is meant.
    pub fn set_person_field(
        &self,
        mint: &mut Mint,
        people: &[Id<Person>],
        key: &str,
        text: &str,
        now: DateTime<Utc>,
    ) -> Result<Edit, Refusal> {
        let field = person_field(key)?;
        let mut draft = Draft::on(self);
        let mut names = Vec::new();
        let mut before = String::new();
        for person in people {
            names.push(self.need(*person)?.name.clone());
            before = self.read_person_field(*person, key);
            if Kind::Person.field(key).is_some() {
                self.set_own(&mut draft, *person, field, text, now)?;
            } else {
                self.set_part(&mut draft, mint, *person, field, text, now)?;
            }
        }
        let tells = !matches!(
            field.input,
            Input::Text | Input::Name | Input::Email | Input::Note
        );
        let after = match people {
            [one, ..] if tells => self.written_after(&mut draft, *one, field, text, now),
            _ => String::new(),
        };
        let names = many(&names, "people");
        let on = match (people.len(), before.is_empty(), after.is_empty()) {
            (_, _, true) => names,
            (1, false, false) => format!("{names}, {before} to {after}"),
            _ => format!("{names} to {after}"),
        };
        Ok(draft.edit(mint, "set", format!("{} of {on}", field.label.to_lowercase())))
    }

    /// One field of a person, or of the part taken, as text that can be typed back; empty when there is none.
    #[must_use]
    pub fn read_person_field(&self, person: Id<Person>, key: &str) -> String {
        let Some(field) = field::of_person(key) else {
            return String::new();
        };
        let Some(is) = self.people.get(person) else {
            return String::new();
        };
        if Kind::Person.field(key).is_some() {
            let record = Record::Person(person, Box::new(is.clone()));
            return reads(self, &record, field);
        }
        let Some(part) = self.participant(person) else {
            return String::new();
        };
        match key {
            "status" => part.status.word().to_owned(),
            "group" => part
                .group
                .map_or_else(String::new, |group| self.group_code(group)),
            _ => match (part.enrolment, part.application) {
                (Some(id), _) => self.record(id.into()),
                (None, Some(id)) => self.record(id.into()),
                (None, None) => None,
            }
            .map_or_else(String::new, |record| reads(self, &record, field)),
        }
    }

    /// What a field was set to, as a label says it.
    fn written_after(
        &self,
        draft: &mut Draft<'_>,
        person: Id<Person>,
        field: &'static Field,
        text: &str,
        now: DateTime<Utc>,
    ) -> String {
        if let Some(record) = draft.get_any(person.into())
            && Kind::Person.field(field.key).is_some()
        {
            return reads(self, &record, field);
        }
        match field::parse(self, field, text, None, now) {
            Ok(Value::Null) if field.key == "group" => "the pool".to_owned(),
            Ok(value) => field::written(self, field, &value),
            Err(_) => text.trim().to_owned(),
        }
    }

    /// Sets a field of the person; a new address keeps the old one among the earlier ones.
    pub(super) fn set_own(
        &self,
        draft: &mut Draft<'_>,
        person: Id<Person>,
        field: &'static Field,
        text: &str,
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        let is = Record::Person(person, Box::new(self.need(person)?.clone()));
        let before = field::json(&is);
        let value = field::parse(self, field, text, before.get(field.key), now)?;
        draft.change_any(with(&is, field, value)?)?;
        if field.key == "email" {
            let old = self.need(person)?.email.clone();
            draft.change(person, |p: &mut Person| {
                let (new, was) = (fold_email(&p.email), fold_email(&old));
                p.earlier_emails.retain(|e| fold_email(e) != new);
                if !old.is_empty() && new != was && p.earlier_emails.iter().all(|e| fold_email(e) != was) {
                    p.earlier_emails.push(old);
                }
            })?;
        }
        Ok(())
    }

    /// Sets a field of the part somebody takes, or asks to take.
    fn set_part(
        &self,
        draft: &mut Draft<'_>,
        mint: &mut Mint,
        person: Id<Person>,
        field: &'static Field,
        text: &str,
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        let part = self.participant(person).ok_or_else(|| {
            Refusal::missing(
                format!("{} takes no part in this cohort", self.name_of(person)),
                "add the person to a stream first",
            )
        })?;
        match field.key {
            "group" => self.set_group(draft, mint, &part, text, now),
            "status" => self.set_status(draft, mint, &part, text, now),
            "role" => {
                let value = field::parse(self, field, text, None, now)?;
                let role = Role::from_word(value.as_str().unwrap_or_default());
                self.set_role(draft, mint, &part, role.unwrap_or(part.role), now)
            }
            key => {
                let id = match (part.enrolment, part.application) {
                    (Some(id), _) => id.into(),
                    (None, Some(id)) => id.into(),
                    (None, None) => person.into(),
                };
                let is = self.record(id).ok_or_else(|| super::draft::gone(id))?;
                let before = field::json(&is);
                let value = field::parse(self, field, text, before.get(key), now)?;
                draft.change_any(with(&is, field, value)?)?;
                match part.enrolment.filter(|_| key == "stream") {
                    Some(enrolment) => self.explain_stream(draft, enrolment),
                    None => Ok(()),
                }
            }
        }
    }

    /// Puts the person into a group (a mentor leads it), or into the pool when nothing, `pool` or `none` is typed.
    fn set_group(
        &self,
        draft: &mut Draft<'_>,
        mint: &mut Mint,
        part: &Participant,
        text: &str,
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        let name = self.name_of(part.person);
        let enrolment = part.enrolment.ok_or_else(|| {
            Refusal::rule(
                2,
                format!("{name} is not accepted yet"),
                "accept the application first",
            )
        })?;
        let day = self.day(now);
        let group = match text.trim().to_lowercase().as_str() {
            "" | "pool" | "none" | "-" => None,
            _ => Some(self.find_group(text)?),
        };
        match (part.role, group) {
            (Role::Mentee, group) => self.place(draft, mint, enrolment, group, day, "set by hand"),
            (Role::Mentor, Some(group)) => self.lead(draft, group, enrolment, LeadRole::Lead, day),
            (Role::Mentor, None) => {
                let led: Vec<Id<Group>> = self
                    .leads_of(enrolment)
                    .filter(|(_, l)| l.to.is_none())
                    .map(|(g, _)| g)
                    .collect();
                let last = day.pred_opt().unwrap_or(day);
                led.into_iter()
                    .try_for_each(|group| self.hand_over(draft, group, enrolment, last))
            }
        }
    }

    /// Brings a participation, or an application, to the state that is typed.
    fn set_status(
        &self,
        draft: &mut Draft<'_>,
        mint: &mut Mint,
        part: &Participant,
        text: &str,
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        match (part.enrolment, part.application) {
            (Some(id), _) => {
                let field = Kind::Enrolment.field("state").ok_or_else(|| unknown("status"))?;
                let value = field::parse(self, field, text, None, now)?;
                let state = EnrolmentState::from_word(value.as_str().unwrap_or_default());
                self.set_enrolment_state(draft, id, state.unwrap_or(EnrolmentState::Active), now)
            }
            (None, Some(id)) => {
                let text = if text.trim().eq_ignore_ascii_case("applied") {
                    "received"
                } else {
                    text
                };
                let field = Kind::Application
                    .field("state")
                    .ok_or_else(|| unknown("status"))?;
                let value = field::parse(self, field, text, None, now)?;
                let state = ApplicationState::from_word(value.as_str().unwrap_or_default());
                let state = state.unwrap_or(ApplicationState::UnderReview);
                self.decide_in(draft, mint, id, state, now).map(|_| ())
            }
            (None, None) => Ok(()),
        }
    }

    /// Brings a participation to a state: ending it ends what hangs on it, going on clears the ending.
    pub(super) fn set_enrolment_state(
        &self,
        draft: &mut Draft<'_>,
        id: Id<Enrolment>,
        state: EnrolmentState,
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        let is = self.need(id)?;
        if is.state == state {
            return Ok(());
        }
        if state.is_live() {
            return draft.change(id, |e: &mut Enrolment| {
                e.state = state;
                e.ended = None;
            });
        }
        let by = match (state, is.role) {
            (EnrolmentState::Withdrawn, Role::Mentor) => EndedBy::Mentor,
            (EnrolmentState::Withdrawn, Role::Mentee) => EndedBy::Mentee,
            (EnrolmentState::Completed, _) => EndedBy::Formal,
            _ => EndedBy::Programme,
        };
        self.end_one(draft, id, state, "", by, now)
    }

    /// Lets somebody take part, or ask to, in the other role: the part in this one ends, because a participation
    /// stays that of the role it was made for (rule 1).
    fn set_role(
        &self,
        draft: &mut Draft<'_>,
        mint: &mut Mint,
        part: &Participant,
        role: Role,
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        if part.role == role {
            return Ok(());
        }
        if let Some(id) = part.enrolment {
            let is = self.need(id)?;
            let mut joining = super::people::Joining::new(role, is.stream);
            joining.second_stream = is.second_stream;
            joining.wishes.clone_from(&is.wishes);
            joining.availability.clone_from(&is.availability);
            let by = EndedBy::Programme;
            if is.state.is_live() {
                let reason = format!("takes part as {role}");
                self.end_one(draft, id, EnrolmentState::Withdrawn, &reason, by, now)?;
            }
            self.enrol(draft, mint, part.person, joining, now)?;
        } else if let Some(id) = part.application {
            let is = self.need(id)?.clone();
            draft.change(id, |a: &mut Application| a.state = ApplicationState::Withdrawn)?;
            let capacity = None;
            draft.make(mint, Application { role, capacity, ..is });
        }
        Ok(())
    }

    /// Notes why a member's stream is not the group's, after the stream was changed (rule 4).
    pub(super) fn explain_stream(
        &self,
        draft: &mut Draft<'_>,
        enrolment: Id<Enrolment>,
    ) -> Result<(), Refusal> {
        let Some((id, membership)) = self.membership_in_force(enrolment) else {
            return Ok(());
        };
        let stream: Option<Id<Stream>> = draft.get(enrolment).map(|e| e.stream);
        let theirs = self.groups.get(membership.group).map(|g| g.stream);
        if stream == theirs || !membership.reason.is_empty() {
            return Ok(());
        }
        let code = stream.map_or_else(String::new, |s| self.stream_code(s));
        draft.change(id, |m: &mut Membership| {
            m.reason = format!("stream changed to {code}")
        })
    }
}

/// The field of a person with this key; `free_times` and `trust` are understood too.
fn person_field(key: &str) -> Result<&'static Field, Refusal> {
    let key = match key {
        "free_times" => "availability",
        "trust" => "organisation",
        "mail" => "email",
        key => key,
    };
    field::of_person(key).ok_or_else(|| unknown(key))
}

/// The refusal for a field that people do not have.
fn unknown(key: &str) -> Refusal {
    let keys: Vec<_> = Kind::Person
        .fields()
        .iter()
        .chain(field::PART)
        .map(|f| f.key)
        .collect();
    Refusal::unreadable(
        format!("people have no field {}", json!(key)),
        format!("there are {}", keys.join(", ")),
    )
}

#[cfg(test)]
mod tests;
