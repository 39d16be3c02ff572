//! Joining, being decided on, and leaving.

use chrono::{DateTime, Days, Months, NaiveDate, Utc};

use super::draft::{Draft, many, reason_given};
use super::grouping::form_anew;
use crate::domain::text::{clean_name, clean_text, email_problem, fold, fold_email, refuse_name};
use crate::domain::{
    Application, ApplicationState, CohortState, Edit, EndedBy, Ending, Enrolment, EnrolmentState, FreeTime,
    Group, Id, Lead, LeadRole, Mint, Model, Person, Refusal, Role, Stage, Stream,
};

/// Days an offer stands before it expires, unless the office says otherwise.
const OFFER_DAYS: u64 = 14;
/// Months for which an applicant who was not accepted is kept (rule 16).
pub(super) const KEPT_DECLINED: Months = Months::new(6);
/// Months after the cohort's last day for which a participant is kept (rule 16).
pub(super) const KEPT_PARTICIPANT: Months = Months::new(24);

/// How somebody joins, or asks to join: everything about the part, nothing about the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joining {
    /// As what.
    pub role: Role,
    /// In which stream.
    pub stream: Id<Stream>,
    /// Second choice, if the person allows one.
    pub second_stream: Option<Id<Stream>>,
    /// Career stage (mentees).
    pub stage: Option<Stage>,
    /// What a mentee wants, or a mentor can help with.
    pub wishes: Vec<String>,
    /// When the person is usually free.
    pub availability: Vec<FreeTime>,
    /// How many mentees a mentor can take.
    pub capacity: Option<u8>,
}

impl Joining {
    /// Joining with nothing known but role and stream.
    #[must_use]
    pub const fn new(role: Role, stream: Id<Stream>) -> Self {
        Self {
            role,
            stream,
            second_stream: None,
            stage: None,
            wishes: Vec::new(),
            availability: Vec::new(),
            capacity: None,
        }
    }
}

impl Model {
    /// Adds somebody who is accepted already; a mentee goes to the group, or to the pool.
    ///
    /// Somebody whom the programme knows by this address and name joins anew.
    ///
    /// # Errors
    /// Unreadable name or address; an address that is somebody else's.
    pub fn add_person(
        &self,
        mint: &mut Mint,
        person: Person,
        role: Role,
        stream: Id<Stream>,
        group: Option<Id<Group>>,
        now: DateTime<Utc>,
    ) -> Result<Edit, Refusal> {
        self.add_joining(mint, person, Joining::new(role, stream), group, now)
    }

    /// Adds somebody who is accepted already, with everything that is known about the part.
    ///
    /// # Errors
    /// As [`Model::add_person`].
    pub fn add_joining(
        &self,
        mint: &mut Mint,
        person: Person,
        joining: Joining,
        group: Option<Id<Group>>,
        now: DateTime<Utc>,
    ) -> Result<Edit, Refusal> {
        let mut draft = Draft::on(self);
        let name = person.name.clone();
        let role = joining.role;
        let mut on = format!(
            "{}, {role} in {}",
            clean_name(&name).text,
            self.stream_code(joining.stream)
        );
        self.need(joining.stream)?;
        let person = self.known_or_new(&mut draft, mint, person)?;
        let enrolment = self.enrol(&mut draft, mint, person, joining, now)?;
        if let Some(group) = group {
            on = format!("{}, {role} in {}", clean_name(&name).text, self.need(group)?.code);
            let day = self.day(now);
            match role {
                Role::Mentee => self.place(&mut draft, mint, enrolment, Some(group), day, "")?,
                Role::Mentor => self.lead(&mut draft, group, enrolment, LeadRole::Lead, day)?,
            }
        }
        Ok(draft.edit(mint, "add", on))
    }

    /// Adds somebody to the programme who takes no part in this cohort.
    ///
    /// # Errors
    /// As [`Model::add_person`].
    pub fn add_acquaintance(&self, mint: &mut Mint, person: Person) -> Result<Edit, Refusal> {
        let mut draft = Draft::on(self);
        let person = self.known_or_new(&mut draft, mint, person)?;
        let on = draft.get(person).map(|p| p.name.clone()).unwrap_or_default();
        Ok(draft.edit(mint, "add", on))
    }

    /// Takes in an application that came by hand.
    ///
    /// # Errors
    /// Unreadable name or address; an address that is somebody else's.
    pub fn receive(
        &self,
        mint: &mut Mint,
        person: Person,
        joining: Joining,
        statement: &str,
        received: DateTime<Utc>,
    ) -> Result<Edit, Refusal> {
        let mut draft = Draft::on(self);
        let stream = self.need(joining.stream)?.code.clone();
        let person = self.known_or_new(&mut draft, mint, person)?;
        let name = draft.get(person).map(|p| p.name.clone()).unwrap_or_default();
        let on = format!("application of {name}, {} in {stream}", joining.role);
        draft.make(mint, application(person, joining, statement, received));
        Ok(draft.edit(mint, "add", on))
    }

    /// Takes in an application of somebody the programme knows.
    ///
    /// # Errors
    /// When there is no such person or stream.
    pub fn apply_for(
        &self,
        mint: &mut Mint,
        person: Id<Person>,
        joining: Joining,
        statement: &str,
        received: DateTime<Utc>,
    ) -> Result<Edit, Refusal> {
        let known = self.need(person)?.clone();
        self.receive(mint, known, joining, statement, received)
    }

    /// Decides applications; accepting makes the participation, and a mentee then waits in the pool.
    ///
    /// # Errors
    /// Rule 10, when somebody already takes part and the decision would take it back.
    pub fn decide(
        &self,
        mint: &mut Mint,
        applications: &[Id<Application>],
        state: ApplicationState,
        now: DateTime<Utc>,
    ) -> Result<Edit, Refusal> {
        let mut draft = Draft::on(self);
        let mut decided = Vec::new();
        for id in applications {
            if self.decide_in(&mut draft, mint, *id, state, now)? {
                decided.push(self.name_of(self.need(*id)?.person));
            }
        }
        let on = format!("{} {state}", many(&decided, "people"));
        Ok(draft.edit(mint, "decide", on))
    }

    /// Decides one application as part of an edit; answers whether there was anything to decide.
    pub(super) fn decide_in(
        &self,
        draft: &mut Draft<'_>,
        mint: &mut Mint,
        id: Id<Application>,
        state: ApplicationState,
        now: DateTime<Utc>,
    ) -> Result<bool, Refusal> {
        let is = self.need(id)?.clone();
        let takes_part = self
            .enrolments_of(is.person)
            .any(|(_, e)| e.role == is.role && e.state.is_live());
        let accepting = state == ApplicationState::Accepted;
        if is.state == state && (takes_part || !accepting) {
            return Ok(false);
        }
        if takes_part && !accepting {
            return Err(Refusal::rule(
                10,
                format!("{} was accepted and takes part", self.name_of(is.person)),
                "withdraw the person instead, or undo the decision in History",
            ));
        }
        self.decide_one(draft, id, state, now)?;
        if accepting && !takes_part {
            self.enrol(draft, mint, is.person, joining_of(&is), now)?;
        }
        Ok(true)
    }

    /// The state of one application, the date of an offer, and how long the person is kept.
    fn decide_one(
        &self,
        draft: &mut Draft<'_>,
        id: Id<Application>,
        state: ApplicationState,
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        use ApplicationState::{Declined, DeclinedByApplicant, Expired, Offered};
        let day = self.day(now);
        let person = self.need(id)?.person;
        draft.change(id, |application: &mut Application| {
            application.state = state;
            application.offer_expires = match state {
                Offered => application
                    .offer_expires
                    .or(day.checked_add_days(Days::new(OFFER_DAYS))),
                Expired => application.offer_expires,
                _ => None,
            };
        })?;
        let over = matches!(state, Declined | DeclinedByApplicant | Expired);
        if over && self.enrolments_of(person).next().is_none() {
            draft.change(person, |person: &mut Person| {
                person.retain_until = person.retain_until.or(day.checked_add_months(KEPT_DECLINED));
            })?;
        }
        Ok(())
    }

    /// Withdraws people from the cohort, as mentor, mentee and applicant: the record is kept, the seat is freed.
    ///
    /// # Errors
    /// When somebody has no part to withdraw from.
    pub fn withdraw(
        &self,
        mint: &mut Mint,
        people: &[Id<Person>],
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<Edit, Refusal> {
        let mut draft = Draft::on(self);
        let mut names = Vec::new();
        for person in people {
            let name = self.need(*person)?.name.clone();
            let mut parts = 0;
            for (id, is) in self.enrolments_of(*person).filter(|(_, e)| e.state.is_live()) {
                let by = match is.role {
                    Role::Mentor => EndedBy::Mentor,
                    Role::Mentee => EndedBy::Mentee,
                };
                self.end_one(&mut draft, id, EnrolmentState::Withdrawn, reason, by, now)?;
                parts += 1;
            }
            for (id, is) in self.applications_of(*person) {
                let enrolled = self.enrolment_of(*person, is.role).is_some();
                if is.state.is_live() && !enrolled {
                    draft.change(id, |a: &mut Application| a.state = ApplicationState::Withdrawn)?;
                    parts += 1;
                }
            }
            if parts == 0 {
                return Err(Refusal::missing(
                    format!("{name} takes no part in this cohort"),
                    "there is nothing to withdraw from",
                ));
            }
            names.push(name);
        }
        Ok(draft.edit(mint, "withdraw", many(&names, "people")))
    }

    /// Ends participations: completed, did not complete, withdrawn or removed, with a reason and who began it.
    ///
    /// # Errors
    /// When the state is none that ends, or there is no such participation.
    pub fn end(
        &self,
        mint: &mut Mint,
        enrolments: &[Id<Enrolment>],
        state: EnrolmentState,
        reason: &str,
        by: EndedBy,
        now: DateTime<Utc>,
    ) -> Result<Edit, Refusal> {
        if state.is_live() {
            return Err(Refusal::unreadable(
                format!("{state} does not end a participation"),
                "choose completed, did not complete, withdrawn or removed",
            ));
        }
        let mut draft = Draft::on(self);
        let mut names = Vec::new();
        for id in enrolments {
            self.end_one(&mut draft, *id, state, reason, by, now)?;
            names.push(self.enrolled_name(*id));
        }
        let verb = match state {
            EnrolmentState::Completed => "complete",
            EnrolmentState::Withdrawn => "withdraw",
            EnrolmentState::Removed => "remove",
            _ => "end",
        };
        Ok(draft.edit(mint, verb, many(&names, "people")))
    }

    /// Ends one participation, with its place in a group or as a mentor.
    pub(super) fn end_one(
        &self,
        draft: &mut Draft<'_>,
        id: Id<Enrolment>,
        state: EnrolmentState,
        reason: &str,
        by: EndedBy,
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        let reason = match state {
            EnrolmentState::Completed => clean_text(reason).text,
            _ => reason_given(reason),
        };
        let on = self.day(now);
        let ended = Ending { on, reason, by };
        draft.change(id, |enrolment: &mut Enrolment| {
            enrolment.state = state;
            enrolment.ended = Some(ended);
        })?;
        for (membership, is) in self.memberships_of(id).filter(|(_, m)| m.in_force()) {
            let last = self.last_day_in(is.group, now);
            self.end_membership(draft, membership, last)?;
        }
        let groups: Vec<_> = self
            .leads_of(id)
            .filter(|(_, l)| l.to.is_none())
            .map(|(g, _)| g)
            .collect();
        for group in groups {
            let last = self.last_day_in(group, now);
            self.hand_over(draft, group, id, last)?;
        }
        Ok(())
    }

    /// The last day of somebody who leaves a group now: today when the group has met today, else yesterday.
    pub(super) fn last_day_in(&self, group: Id<Group>, now: DateTime<Utc>) -> NaiveDate {
        let today = self.day(now);
        let met = |starts: DateTime<Utc>| starts <= now && self.day(starts) == today;
        if self.sessions_in(group).any(|(_, s)| s.stands() && met(s.starts)) {
            today
        } else {
            today.pred_opt().unwrap_or(today)
        }
    }

    /// Ends a mentor's time with a group; the first co-mentor takes the lead where there is one.
    pub(super) fn hand_over(
        &self,
        draft: &mut Draft<'_>,
        group: Id<Group>,
        mentor: Id<Enrolment>,
        last: NaiveDate,
    ) -> Result<(), Refusal> {
        let next_day = last.succ_opt().unwrap_or(last);
        draft.change(group, |group: &mut Group| {
            let led = group.lead_on(next_day) == Some(mentor);
            end_lead_of(&mut group.leads, mentor, last);
            let co = group
                .leads
                .iter()
                .find(|l| l.role == LeadRole::Co && l.on(next_day));
            if let Some(co) = co.map(|l| l.enrolment).filter(|_| led) {
                end_lead_of(&mut group.leads, co, last);
                group.leads.push(Lead {
                    enrolment: co,
                    role: LeadRole::Lead,
                    from: next_day,
                    to: None,
                });
            }
            form_anew(group, next_day);
        })
    }

    /// The person with this address when the programme knows it, else a new one, cleaned.
    fn known_or_new(
        &self,
        draft: &mut Draft<'_>,
        mint: &mut Mint,
        person: Person,
    ) -> Result<Id<Person>, Refusal> {
        if let Some(why) = refuse_name(&person.name) {
            return Err(Refusal::unreadable(
                why.trim_end_matches('.'),
                "type the name as the person writes it",
            ));
        }
        if let Some(why) = email_problem(&person.email) {
            return Err(Refusal::unreadable(
                format!("{}: {why}", person.email.trim()),
                "type one address, such as name@trust.nhs.uk",
            ));
        }
        let name = clean_name(&person.name).text;
        if let Some((id, known)) = self.people_with_email(&person.email).next() {
            if fold(&known.name) == fold(&name) {
                return Ok(id);
            }
            return Err(Refusal::rule(
                1,
                format!("{} is the address of {}", fold_email(&person.email), known.name),
                format!("check the address, or add {} by that name", known.name),
            ));
        }
        let email = person.email.trim().to_owned();
        Ok(draft.make(
            mint,
            Person {
                name,
                email,
                ..person
            },
        ))
    }

    /// Makes the participation of a person whose place is certain; who withdrew before takes it up again, because
    /// there is one participation per person and role (rule 1).
    pub(super) fn enrol(
        &self,
        draft: &mut Draft<'_>,
        mint: &mut Mint,
        person: Id<Person>,
        joining: Joining,
        now: DateTime<Utc>,
    ) -> Result<Id<Enrolment>, Refusal> {
        let cohort = self.settings();
        let kept = cohort.last_day.checked_add_months(KEPT_PARTICIPANT);
        draft.change(person, |person: &mut Person| {
            person.retain_until = person.retain_until.max(kept)
        })?;
        let running = matches!(cohort.state, CohortState::Running | CohortState::Evaluating);
        let state = if running {
            EnrolmentState::Active
        } else {
            EnrolmentState::Confirmed
        };
        let before = self.enrolments_of(person).find(|(_, e)| e.role == joining.role);
        if let Some((id, _)) = before.filter(|(_, e)| e.state == EnrolmentState::Withdrawn) {
            draft.change(id, |e: &mut Enrolment| {
                e.state = state;
                e.ended = None;
                e.stream = joining.stream;
            })?;
            return Ok(id);
        }
        Ok(draft.make(
            mint,
            Enrolment {
                person,
                role: joining.role,
                stream: joining.stream,
                second_stream: joining.second_stream,
                stage: joining.stage,
                wishes: joining.wishes,
                availability: joining.availability,
                capacity: joining.capacity,
                from: self.day(now),
                state,
                ended: None,
                note: String::new(),
            },
        ))
    }
}

/// Gives a mentor's open times with a group their last day; a time that began later is taken away.
pub(super) fn end_lead_of(leads: &mut Vec<Lead>, mentor: Id<Enrolment>, last: NaiveDate) {
    end_leads(leads, last, |lead| lead.enrolment == mentor);
}

/// Gives the open times that are meant their last day; those that began later are taken away.
pub(super) fn end_leads(leads: &mut Vec<Lead>, last: NaiveDate, meant: impl Fn(&Lead) -> bool) {
    leads.retain(|lead| lead.to.is_some() || !meant(lead) || lead.from <= last);
    for lead in leads.iter_mut().filter(|lead| lead.to.is_none() && meant(lead)) {
        lead.to = Some(last);
    }
}

/// What an application says about the part that is asked for.
fn joining_of(application: &Application) -> Joining {
    Joining {
        role: application.role,
        stream: application.stream,
        second_stream: application.second_stream,
        stage: application.stage,
        wishes: application.wishes.clone(),
        availability: application.availability.clone(),
        capacity: application.capacity,
    }
}

/// An application as it comes in.
fn application(
    person: Id<Person>,
    joining: Joining,
    statement: &str,
    received: DateTime<Utc>,
) -> Application {
    Application {
        person,
        role: joining.role,
        stream: joining.stream,
        second_stream: joining.second_stream,
        stage: joining.stage,
        wishes: joining.wishes,
        availability: joining.availability,
        capacity: joining.capacity,
        statement: clean_text(statement).text,
        received,
        state: ApplicationState::Received,
        offer_expires: None,
    }
}

#[cfg(test)]
mod tests;
