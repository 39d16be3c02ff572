//! Who takes part, as what, in which group, and where each of them stands.
//!
//! Days are days of the cohort's zone. Must not know how any of it is shown.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

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
    #[must_use]
    pub fn participants(&self) -> Vec<Participant> {
        let mut all = Vec::with_capacity(self.enrolments.len().max(self.applications.len()));
        for (_, person) in &self.index.people_by_name {
            self.take_part(*person, &mut all);
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
        let mut parts = Vec::new();
        self.take_part(person, &mut parts);
        parts
    }

    /// Adds a person's parts to a list, mentor before mentee.
    fn take_part(&self, person: Id<Person>, into: &mut Vec<Participant>) {
        let applications = self.index.applications_by_person.get(&person);
        let enrolments = self.index.enrolments_by_person.get(&person);
        if applications.is_none() && enrolments.is_none() {
            return;
        }
        for role in [Role::Mentor, Role::Mentee] {
            let application = applications
                .into_iter()
                .flatten()
                .filter_map(|id| Some((*id, self.applications.get(*id)?)))
                .filter(|(_, is)| is.role == role)
                .max_by_key(|(id, is)| (is.state.is_live(), is.received, *id));
            let enrolment = enrolments
                .into_iter()
                .flatten()
                .filter_map(|id| Some((*id, self.enrolments.get(*id)?)))
                .filter(|(_, is)| is.role == role)
                .max_by_key(|(id, is)| (is.state.is_live(), is.from, *id));
            if application.is_none() && enrolment.is_none() {
                continue;
            }
            let group = enrolment.and_then(|(id, is)| self.shown_group(id, is));
            into.push(Participant {
                person,
                role,
                stream: enrolment
                    .map(|(_, is)| is.stream)
                    .or(application.map(|(_, is)| is.stream)),
                stage: enrolment.map_or_else(|| application.and_then(|(_, is)| is.stage), |(_, is)| is.stage),
                application: application.map(|(id, _)| id),
                enrolment: enrolment.map(|(id, _)| id),
                group,
                status: match (enrolment, application) {
                    (Some((_, is)), _) => status_of_enrolment(is, group.is_some()),
                    (None, Some((_, is))) => status_of_application(is.state),
                    (None, None) => Status::Applied,
                },
            });
        }
    }

    /// The group a list shows for somebody: in force, or for those who finished the last one.
    fn shown_group(&self, id: Id<Enrolment>, is: &Enrolment) -> Option<Id<Group>> {
        let finished = matches!(
            is.state,
            EnrolmentState::Completed | EnrolmentState::DidNotComplete
        );
        let open_or_finished = |to: Option<NaiveDate>| to.is_none() || finished;
        match is.role {
            Role::Mentee => self
                .memberships_of(id)
                .filter(|(_, m)| open_or_finished(m.to) && m.to.is_none_or(|to| m.from <= to))
                .max_by_key(|(_, m)| (m.to.is_none(), m.from))
                .map(|(_, m)| m.group),
            Role::Mentor => self
                .leads_of(id)
                .filter(|(group, lead)| {
                    open_or_finished(lead.to) && self.groups.get(*group).is_some_and(Group::is_live)
                })
                .max_by_key(|(group, lead)| (lead.role == LeadRole::Lead, lead.from, *group))
                .map(|(group, _)| group),
        }
    }

    /// A mentor's times with groups, past and present.
    pub fn leads_of(&self, enrolment: Id<Enrolment>) -> impl Iterator<Item = (Id<Group>, &Lead)> + '_ {
        let ids = self.index.groups_by_lead.get(&enrolment);
        ids.into_iter()
            .flatten()
            .filter_map(|id| Some((*id, self.groups.get(*id)?)))
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
    fn folded_name(&self, enrolment: Id<Enrolment>) -> String {
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
mod tests {
    use super::*;
    use crate::domain::sample::{day, enrolled, group, person, world};

    fn names(model: &Model, ids: &[Id<Enrolment>]) -> Vec<String> {
        ids.iter().map(|id| model.enrolled_name(*id)).collect()
    }

    #[test]
    fn everybody_who_applied_or_takes_part_is_listed_once_by_name() {
        let model = world();
        let all = model.participants();
        let listed: Vec<String> = all.iter().map(|part| model.name_of(part.person)).collect();
        assert_eq!(all.len(), 17);
        assert_eq!(listed[..3], ["Ade Balogun", "Amara Okafor", "Amina Yusuf"]);
        assert_eq!(listed[15..], ["Zoë Clarke", "李梅 Li Mei"]);
    }

    #[test]
    fn the_status_says_where_somebody_stands() {
        let model = world();
        let status = |name: &str| model.participant(person(&model, name)).map(|part| part.status);
        assert_eq!(status("Amina Yusuf"), Some(Status::Waiting));
        assert_eq!(status("Daniel Price"), Some(Status::Active));
        assert_eq!(status("Amara Okafor"), Some(Status::Active));
        assert_eq!(status("José Núñez-Pérez"), Some(Status::Withdrawn));
        assert_eq!(status("Harry Coleman"), Some(Status::Applied));
        assert_eq!(status("Dee Foster"), Some(Status::Waitlisted));
    }

    #[test]
    fn the_pool_holds_accepted_mentees_without_a_group() {
        let model = world();
        assert_eq!(names(&model, &model.pool()), ["Amina Yusuf"]);
    }

    #[test]
    fn a_group_has_other_members_on_another_day() {
        let model = world();
        let ccio_1 = group(&model, "CCIO-1");
        let now = ["Daniel Price", "Fatima Rahman", "Tomasz Nowak", "李梅 Li Mei"];
        assert_eq!(names(&model, &model.members(ccio_1)), now);
        assert_eq!(model.members_on(ccio_1, day(2025, 2, 20)).len(), 5);
        assert_eq!(model.members_on(ccio_1, day(2025, 2, 21)).len(), 4);
        assert!(model.members_on(ccio_1, day(2025, 1, 5)).is_empty());
    }

    #[test]
    fn groups_are_listed_by_stream_and_number() {
        let mut model = world();
        let ten = Group {
            code: "CCIO-10".into(),
            ..model.groups.get(group(&model, "CCIO-1")).expect("there").clone()
        };
        model.put(crate::domain::Record::Group(Id::new(1), Box::new(ten)), 1);
        let codes: Vec<_> = model
            .groups_sorted()
            .iter()
            .map(|id| model.group_code(*id))
            .collect();
        assert_eq!(codes, ["CCIO-1", "CCIO-2", "CCIO-10", "CNIO-1"]);
    }

    #[test]
    fn room_is_the_lesser_of_the_limit_and_what_the_mentor_takes() {
        let limits = world().group_limits(group(&world(), "CCIO-1"));
        assert_eq!((limits.max, limits.of_group, limits.capacity), (5, 6, Some(5)));
    }

    #[test]
    fn a_mentor_has_the_group_he_or_she_leads() {
        let model = world();
        let amara = enrolled(&model, "Amara Okafor");
        let ccio_1 = group(&model, "CCIO-1");
        assert_eq!(model.group_of(amara, day(2025, 3, 18)), Some(ccio_1));
        assert_eq!(model.lead_of(ccio_1, day(2025, 3, 18)), Some(amara));
        assert_eq!(model.lead_of(ccio_1, day(2025, 1, 1)), None);
    }
}
