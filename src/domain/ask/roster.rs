//! Who takes part, as what, in which group, and where each of them stands.
//!
//! Days are days of the cohort's zone. Must not know how any of it is shown.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::domain::index::ById;
use crate::domain::text::fold;
use crate::domain::word::words;
use crate::domain::{
    Application, ApplicationState, Cohort, Enrolment, EnrolmentState, Group, GroupState, Id, Lead, LeadRole,
    Membership, Model, Person, Role, Stage, Stream, StreamState,
};

words! {
    /// Where somebody stands in a cohort, in one word that covers application and participation.
    Status {
        Applied = 1 "applied", UnderReview = 2 "under review", Waitlisted = 3 "waitlisted", Offered = 4 "offered",
        /// Accepted, a mentee, and without a group.
        Waiting = 5 "waiting",
        Confirmed = 6 "confirmed", Active = 7 "active", Paused = 8 "paused", Completed = 9 "completed",
        DidNotComplete = 10 "did not complete", Withdrawn = 11 "withdrawn", Removed = 12 "removed",
        Declined = 13 "declined", Duplicate = 14 "duplicate", Expired = 15 "expired",
    }
}

/// One person in one role in this cohort.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participant {
    /// Who.
    pub person: Id<Person>,
    /// As what.
    pub role: Role,
    /// In which stream (applied for, until accepted).
    pub stream: Option<Id<Stream>>,
    /// Career stage.
    pub stage: Option<Stage>,
    /// The application that counts: the live one, else the latest.
    pub application: Option<Id<Application>>,
    /// The participation.
    pub enrolment: Option<Id<Enrolment>>,
    /// The group a mentee belongs to or a mentor leads; of somebody who finished, the last one.
    pub group: Option<Id<Group>>,
    /// Where the person stands.
    pub status: Status,
}

/// How many mentees a group has room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Fewest (warns under it).
    pub min: u8,
    /// Meant.
    pub target: u8,
    /// Most: the lesser of `of_group` and `capacity`.
    pub max: u8,
    /// Most by the group's own limit, or the cohort's.
    pub of_group: u8,
    /// Most that the lead mentor takes, when the mentor said so.
    pub capacity: Option<u8>,
}

impl Model {
    /// The cohort this model is of; none before it is made.
    #[must_use]
    pub fn cohort(&self) -> Option<&Cohort> {
        self.cohorts.get(self.focus)
    }

    /// The cohort's settings, or the programme's defaults before the cohort is made.
    #[must_use]
    pub fn settings(&self) -> Cohort {
        self.cohort()
            .cloned()
            .unwrap_or_else(|| Cohort::draft("", NaiveDate::default(), NaiveDate::default()))
    }

    /// Where the cohort's clocks are.
    #[must_use]
    pub fn zone(&self) -> Tz {
        self.cohort().map_or(Tz::Europe__London, |cohort| cohort.zone)
    }

    /// The day of a moment in the cohort's zone.
    #[must_use]
    pub fn day(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.zone()).date_naive()
    }

    /// A moment on the cohort's clocks.
    #[must_use]
    pub fn local(&self, at: DateTime<Utc>) -> DateTime<Tz> {
        at.with_timezone(&self.zone())
    }

    /// Everybody with an application or an enrolment in this cohort, once per role, by name.
    ///
    /// Reads each table once from end to end: looking up a hundred thousand people one by one takes three times as
    /// long.
    #[must_use]
    pub fn participants(&self) -> Vec<Participant> {
        let mut places: ById<Id<Enrolment>, Place> = ById::default();
        let mut note = |enrolment, place: Place| {
            let best = places.entry(enrolment).or_insert(place);
            *best = place.max(*best);
        };
        for (_, m) in self.memberships.iter() {
            if let Some(place) = Place::of_member(m) {
                note(m.enrolment, place);
            }
        }
        for (id, group) in self.groups.iter() {
            for lead in &group.leads {
                if let Some(place) = Place::of_lead(id, group, lead) {
                    note(lead.enrolment, place);
                }
            }
        }
        let mut parts: ById<Id<Person>, [Part<'_>; 2]> = ById::default();
        for (id, is) in self.applications.iter() {
            parts.entry(is.person).or_default()[which(is.role)].consider_application(id, is);
        }
        for (id, is) in self.enrolments.iter() {
            parts.entry(is.person).or_default()[which(is.role)].consider_enrolment(id, is);
        }
        let mut all = Vec::with_capacity(parts.len());
        for (_, person) in &self.index.people_by_name {
            for part in parts.get(person).into_iter().flatten() {
                let place = part.enrolment.and_then(|(id, _)| places.get(&id).copied());
                all.extend(part.participant(*person, place));
            }
        }
        all
    }

    /// One person's part in this cohort: the living one where there are two, else that of the mentor.
    #[must_use]
    pub fn participant(&self, person: Id<Person>) -> Option<Participant> {
        let parts = self.parts_of(person);
        let is_live = |part: &&Participant| {
            part.enrolment
                .and_then(|id| self.enrolments.get(id))
                .is_some_and(|e| e.state.is_live())
        };
        parts
            .iter()
            .find(is_live)
            .or_else(|| parts.iter().find(|part| part.enrolment.is_some()))
            .or(parts.first())
            .cloned()
    }

    /// Every part of one person in this cohort: one, or two for somebody who is both mentor and mentee.
    #[must_use]
    pub fn parts_of(&self, person: Id<Person>) -> Vec<Participant> {
        let mut parts = [Part::default(); 2];
        for (id, is) in self.applications_of(person) {
            parts[which(is.role)].consider_application(id, is);
        }
        for (id, is) in self.enrolments_of(person) {
            parts[which(is.role)].consider_enrolment(id, is);
        }
        parts
            .iter()
            .filter_map(|part| {
                let place = part.enrolment.and_then(|(id, _)| self.shown_place(id));
                part.participant(person, place)
            })
            .collect()
    }

    /// The place that a list shows for a participation.
    fn shown_place(&self, enrolment: Id<Enrolment>) -> Option<Place> {
        let member = self
            .memberships_of(enrolment)
            .filter_map(|(_, m)| Place::of_member(m));
        let leads = self.leads_of(enrolment).filter_map(|(id, lead)| {
            let group = self.groups.get(id)?;
            Place::of_lead(id, group, lead)
        });
        member.chain(leads).max()
    }

    /// A mentor's times with groups, past and present.
    pub fn leads_of(&self, enrolment: Id<Enrolment>) -> impl Iterator<Item = (Id<Group>, &Lead)> + '_ {
        let ids = self.index.groups_by_lead.get(&enrolment);
        ids.into_iter()
            .flatten()
            .filter_map(|id| Some((id, self.groups.get(id)?)))
            .flat_map(move |(id, group)| {
                let times = group.leads.iter().filter(move |l| l.enrolment == enrolment);
                times.map(move |lead| (id, lead))
            })
    }

    /// The person's enrolment in this role: the live one, else the latest.
    #[must_use]
    pub fn enrolment_of(&self, person: Id<Person>, role: Role) -> Option<Id<Enrolment>> {
        self.enrolments_of(person)
            .filter(|(_, is)| is.role == role)
            .max_by_key(|(id, is)| (is.state.is_live(), is.from, *id))
            .map(|(id, _)| id)
    }

    /// Mentees who take part and have no group, by name.
    #[must_use]
    pub fn pool(&self) -> Vec<Id<Enrolment>> {
        let without = self.enrolments.iter().filter(|(id, is)| {
            is.role == Role::Mentee
                && is.state.is_live()
                && !self.memberships_of(*id).any(|(_, m)| m.in_force())
        });
        self.by_name(without.map(|(id, _)| id))
    }

    /// The mentees of a group whose membership is in force, by name.
    #[must_use]
    pub fn members(&self, group: Id<Group>) -> Vec<Id<Enrolment>> {
        let in_force = self.memberships_in(group).filter(|(_, m)| m.in_force());
        self.by_name(in_force.map(|(_, m)| m.enrolment))
    }

    /// The mentees of a group on a day, by name.
    #[must_use]
    pub fn members_on(&self, group: Id<Group>, day: NaiveDate) -> Vec<Id<Enrolment>> {
        let then = self.memberships_in(group).filter(|(_, m)| m.on(day));
        self.by_name(then.map(|(_, m)| m.enrolment))
    }

    /// Enrolments in the order of lists: by name, each once.
    #[must_use]
    pub fn by_name(&self, enrolments: impl Iterator<Item = Id<Enrolment>>) -> Vec<Id<Enrolment>> {
        let mut named: Vec<(String, Id<Enrolment>)> =
            enrolments.map(|id| (self.folded_name(id), id)).collect();
        named.sort_unstable();
        named.dedup();
        named.into_iter().map(|(_, id)| id).collect()
    }

    /// The name of the person behind an enrolment as lists are sorted by it.
    pub(super) fn folded_name(&self, enrolment: Id<Enrolment>) -> String {
        self.enrolments
            .get(enrolment)
            .and_then(|is| self.people.get(is.person))
            .map_or_else(String::new, |person| fold(&person.name))
    }

    /// The membership a mentee has on a day.
    #[must_use]
    pub fn membership_of(&self, enrolment: Id<Enrolment>, day: NaiveDate) -> Option<Id<Membership>> {
        self.memberships_of(enrolment)
            .find(|(_, m)| m.on(day))
            .map(|(id, _)| id)
    }

    /// The group somebody belongs to, or leads (or co-leads, when leading none), on a day.
    #[must_use]
    pub fn group_of(&self, enrolment: Id<Enrolment>, day: NaiveDate) -> Option<Id<Group>> {
        let belongs = self.memberships_of(enrolment).find(|(_, m)| m.on(day));
        belongs.map(|(_, m)| m.group).or_else(|| {
            self.leads_of(enrolment)
                .filter(|(_, lead)| lead.on(day))
                .max_by_key(|(group, lead)| (lead.role == LeadRole::Lead, *group))
                .map(|(group, _)| group)
        })
    }

    /// The lead mentor of a group on a day.
    #[must_use]
    pub fn lead_of(&self, group: Id<Group>, day: NaiveDate) -> Option<Id<Enrolment>> {
        self.groups.get(group)?.lead_on(day)
    }

    /// The co-mentors of a group on a day, by name.
    #[must_use]
    pub fn co_leads_of(&self, group: Id<Group>, day: NaiveDate) -> Vec<Id<Enrolment>> {
        let leads = self.groups.get(group).map_or(&[][..], |group| &group.leads);
        let then = leads.iter().filter(|l| l.role == LeadRole::Co && l.on(day));
        self.by_name(then.map(|lead| lead.enrolment))
    }

    /// Groups that exist (neither dissolved nor merged), by stream and then by code with its number read as one:
    /// CCIO-2 before CCIO-10.
    #[must_use]
    pub fn groups_sorted(&self) -> Vec<Id<Group>> {
        let mut groups: Vec<_> = self
            .groups
            .iter()
            .filter(|(_, group)| group.is_live())
            .map(|(id, group)| (self.stream_rank(group.stream), natural(&group.code), id))
            .collect();
        groups.sort_unstable();
        groups.into_iter().map(|(_, _, id)| id).collect()
    }

    /// Streams in the office's order, archived ones last.
    #[must_use]
    pub fn streams_sorted(&self) -> Vec<Id<Stream>> {
        let mut streams: Vec<_> = self.streams.iter().collect();
        streams.sort_by_cached_key(|(id, is)| {
            (is.state == StreamState::Archived, is.order, fold(&is.code), *id)
        });
        streams.into_iter().map(|(id, _)| id).collect()
    }

    /// A stream's place in lists.
    fn stream_rank(&self, stream: Id<Stream>) -> (u16, &str) {
        self.streams
            .get(stream)
            .map_or((u16::MAX, ""), |is| (is.order, is.code.as_str()))
    }

    /// How many mentees a group has room for, with the mentor it has (or last had, or will have).
    #[must_use]
    pub fn group_limits(&self, group: Id<Group>) -> Limits {
        let lead = self.groups.get(group).and_then(|group| {
            let leads = group.leads.iter().filter(|lead| lead.role == LeadRole::Lead);
            leads.max_by_key(|lead| (lead.to.is_none(), lead.from))
        });
        self.limits_with(group, lead.map(|lead| lead.enrolment))
    }

    /// How many mentees a group has room for under this mentor.
    #[must_use]
    pub fn limits_with(&self, group: Id<Group>, lead: Option<Id<Enrolment>>) -> Limits {
        let group = self.groups.get(group);
        let capacity = lead
            .and_then(|lead| self.enrolments.get(lead))
            .and_then(|lead| lead.capacity);
        Limits::of(self.cohort(), group, capacity)
    }
}

impl Limits {
    /// The limits of a group in a cohort, whose lead mentor takes so many.
    #[must_use]
    pub fn of(cohort: Option<&Cohort>, group: Option<&Group>, capacity: Option<u8>) -> Self {
        let (min, target, max) = cohort.map_or((3, 4, 6), |c| (c.group_min, c.group_target, c.group_max));
        let of_group = group.and_then(|group| group.max).unwrap_or(max);
        let most = capacity.map_or(of_group, |capacity| capacity.min(of_group));
        Self {
            min: group.and_then(|group| group.min).unwrap_or(min).min(most),
            target: target.min(most),
            max: most,
            of_group,
            capacity,
        }
    }
}

impl Group {
    /// Whether it exists: neither dissolved nor merged into another.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        !matches!(self.state, GroupState::Dissolved | GroupState::Merged)
    }

    /// Its lead mentor on a day.
    #[must_use]
    pub fn lead_on(&self, day: NaiveDate) -> Option<Id<Enrolment>> {
        self.leads
            .iter()
            .find(|lead| lead.role == LeadRole::Lead && lead.on(day))
            .map(|lead| lead.enrolment)
    }
}

/// A place in a group, the one to show ordered last: in force before ended, leading before co-leading, later before
/// earlier.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    in_force: bool,
    leads: bool,
    from: NaiveDate,
    group: Id<Group>,
}

impl Place {
    /// The place of a mentee; none of a membership that was taken back on its first day.
    fn of_member(m: &Membership) -> Option<Self> {
        m.to.is_none_or(|to| m.from <= to).then_some(Self {
            in_force: m.to.is_none(),
            leads: false,
            from: m.from,
            group: m.group,
        })
    }

    /// The place of a mentor in a group that exists.
    fn of_lead(id: Id<Group>, group: &Group, lead: &Lead) -> Option<Self> {
        group.is_live().then_some(Self {
            in_force: lead.to.is_none(),
            leads: lead.role == LeadRole::Lead,
            from: lead.from,
            group: id,
        })
    }
}

/// The mentor's part first, then the mentee's.
const fn which(role: Role) -> usize {
    match role {
        Role::Mentor => 0,
        Role::Mentee => 1,
    }
}

/// The application and the enrolment that count, of one person in one role.
#[derive(Clone, Copy, Default)]
struct Part<'a> {
    application: Option<(Id<Application>, &'a Application)>,
    enrolment: Option<(Id<Enrolment>, &'a Enrolment)>,
}

impl<'a> Part<'a> {
    /// Keeps an application if it counts more: the live one, else the latest.
    fn consider_application(&mut self, id: Id<Application>, is: &'a Application) {
        let key = |id, is: &Application| (is.state.is_live(), is.received, id);
        if self
            .application
            .is_none_or(|(other, has)| key(other, has) < key(id, is))
        {
            self.application = Some((id, is));
        }
    }

    /// Keeps an enrolment if it counts more: the live one, else the latest.
    fn consider_enrolment(&mut self, id: Id<Enrolment>, is: &'a Enrolment) {
        let key = |id, is: &Enrolment| (is.state.is_live(), is.from, id);
        if self
            .enrolment
            .is_none_or(|(other, has)| key(other, has) < key(id, is))
        {
            self.enrolment = Some((id, is));
        }
    }

    /// What a list shows of it; nothing when there is neither.
    fn participant(&self, person: Id<Person>, place: Option<Place>) -> Option<Participant> {
        let finished = self.enrolment.is_some_and(|(_, is)| {
            matches!(
                is.state,
                EnrolmentState::Completed | EnrolmentState::DidNotComplete
            )
        });
        let group = place
            .filter(|place| place.in_force || finished)
            .map(|place| place.group);
        let (role, stream, stage, status) = match (self.enrolment, self.application) {
            (Some((_, is)), _) => (
                is.role,
                is.stream,
                is.stage,
                status_of_enrolment(is, group.is_some()),
            ),
            (None, Some((_, is))) => (is.role, is.stream, is.stage, status_of_application(is.state)),
            (None, None) => return None,
        };
        Some(Participant {
            person,
            role,
            stream: Some(stream),
            stage,
            application: self.application.map(|(id, _)| id),
            enrolment: self.enrolment.map(|(id, _)| id),
            group,
            status,
        })
    }
}

/// Where a participation stands, in one word.
const fn status_of_enrolment(is: &Enrolment, has_group: bool) -> Status {
    match is.state {
        EnrolmentState::Confirmed | EnrolmentState::Active
            if matches!(is.role, Role::Mentee) && !has_group =>
        {
            Status::Waiting
        }
        EnrolmentState::Confirmed => Status::Confirmed,
        EnrolmentState::Active => Status::Active,
        EnrolmentState::Paused => Status::Paused,
        EnrolmentState::Completed => Status::Completed,
        EnrolmentState::DidNotComplete => Status::DidNotComplete,
        EnrolmentState::Withdrawn => Status::Withdrawn,
        EnrolmentState::Removed => Status::Removed,
    }
}

/// Where an application without a participation stands, in one word.
const fn status_of_application(state: ApplicationState) -> Status {
    match state {
        ApplicationState::Received => Status::Applied,
        ApplicationState::UnderReview => Status::UnderReview,
        ApplicationState::Accepted => Status::Waiting,
        ApplicationState::Waitlisted => Status::Waitlisted,
        ApplicationState::Declined | ApplicationState::DeclinedByApplicant => Status::Declined,
        ApplicationState::Duplicate => Status::Duplicate,
        ApplicationState::Offered => Status::Offered,
        ApplicationState::Expired => Status::Expired,
        ApplicationState::Withdrawn => Status::Withdrawn,
    }
}

/// A code as people order it: letters by letter, runs of digits by their number.
#[must_use]
pub fn natural(code: &str) -> Vec<(String, u64)> {
    let mut parts: Vec<(String, u64)> = vec![(String::new(), 0)];
    let mut in_digits = false;
    for c in fold(code).chars() {
        let digit = c.to_digit(10);
        if digit.is_none() && in_digits {
            parts.push((String::new(), 0));
        }
        in_digits = digit.is_some();
        if let Some(last) = parts.last_mut() {
            match digit {
                Some(digit) => last.1 = last.1.saturating_mul(10).saturating_add(u64::from(digit)),
                None => last.0.push(c),
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests;
