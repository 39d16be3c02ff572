//! The rules about groups, who leads and who belongs to them, and who may share one: rules 3 to 7.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::after::After;
use super::transitions::State;
use super::{Found, Ruled};
use crate::domain::text::{fold, fold_email};
use crate::domain::when::day_short;
use crate::domain::{
    AnyId, Enrolment, EnrolmentState, Group, GroupState, Id, Lead, LeadRole, Limits, MarkValue, Membership,
    PairKind, PairReason, PairRule, Person, Role,
};

/// Sorts memberships by their first day.
pub(super) fn earlier_first(memberships: &mut [(Id<Membership>, &Membership)]) {
    memberships.sort_by_key(|(id, m)| (m.from, m.to.unwrap_or(NaiveDate::MAX), *id));
}

/// Somebody's time in a group, from today on, as member or mentor.
struct Presence {
    person: Id<Person>,
    from: NaiveDate,
    to: NaiveDate,
}

impl Presence {
    /// The first day on which both are there, if any.
    fn meets(&self, other: &Self) -> Option<NaiveDate> {
        let day = self.from.max(other.from);
        (day <= self.to.min(other.to)).then_some(day)
    }
}

/// Everybody who is or will be in a group from today on.
fn presences(group: Id<Group>, after: &After<'_>) -> Vec<Presence> {
    let mut all = Vec::new();
    let mut add = |enrolment: Id<Enrolment>, from: NaiveDate, to: Option<NaiveDate>| {
        let from = from.max(after.today);
        let to = to.unwrap_or(NaiveDate::MAX);
        if let Some(is) = after.get(enrolment)
            && from <= to
        {
            all.push(Presence {
                person: is.person,
                from,
                to,
            });
        }
    };
    for (_, m) in after.memberships_in(group) {
        add(m.enrolment, m.from, m.to);
    }
    for lead in after.get(group).map_or(&[][..], |group| &group.leads) {
        add(lead.enrolment, lead.from, lead.to);
    }
    all
}

/// The groups a person is or will be in from today on.
fn groups_of(person: Id<Person>, after: &After<'_>) -> BTreeSet<Id<Group>> {
    let mut groups = BTreeSet::new();
    for (enrolment, _) in after.enrolments_of(person) {
        let memberships = after.memberships_of(enrolment);
        let ahead = |to: Option<NaiveDate>| to.is_none_or(|to| to >= after.today);
        groups.extend(
            memberships
                .iter()
                .filter(|(_, m)| ahead(m.to))
                .map(|(_, m)| m.group),
        );
        for (id, group) in after.groups_led_by(enrolment) {
            let leads = group
                .leads
                .iter()
                .any(|lead| lead.enrolment == enrolment && ahead(lead.to));
            if leads {
                groups.insert(id);
            }
        }
    }
    groups
}

impl Ruled for Group {
    fn names(&self, to: &mut dyn FnMut(AnyId)) {
        to(self.stream.into());
        for lead in &self.leads {
            to(lead.enrolment.into());
        }
    }

    fn holds(&self, id: Id<Self>, after: &After<'_>, found: &mut Found) {
        if self.code.trim().is_empty() {
            found.breaks(0, id, "a group needs a code", "type one such as CCIO-2");
        }
        let same_code = after.under(|index| &index.groups_by_code, &fold(&self.code));
        if self.is_live() && same_code.iter().any(|(other, is)| *other != id && is.is_live()) {
            let what = format!("there is a group {} already", self.code);
            found.breaks(0, id, what, "choose another code");
        }
        let in_force = after.memberships_in(id).iter().any(|(_, m)| m.in_force());
        if !self.is_live() && in_force {
            let what = format!("{} is {} and still has members", self.code, self.state);
            found.breaks(
                6,
                id,
                what,
                "move every member to another group or to the pool first",
            );
        }
        if self.is_live() {
            self.look_at_size(id, after, found);
            self.look_at_leads(id, after, found);
            self.look_at_managers(id, after, found);
        }
    }

    fn concerns(&self, id: Id<Self>, after: &After<'_>, also: &mut BTreeSet<AnyId>) {
        also.extend(after.memberships_in(id).iter().map(|(id, _)| AnyId::from(*id)));
        for lead in &self.leads {
            if let Some(mentor) = after.get(lead.enrolment) {
                also.extend(
                    after
                        .pair_rules_of(mentor.person)
                        .iter()
                        .map(|(id, _)| AnyId::from(*id)),
                );
            }
        }
    }

    fn steps(id: Id<Self>, before: Option<&Self>, next: Option<&Self>, after: &After<'_>, found: &mut Found) {
        if after.forward
            && let (Some(before), Some(next)) = (before, next)
            && let Err(refusal) = before.state.step_to(next.state)
        {
            found.refused(id, refusal);
        }
    }

    fn named_by(id: Id<Self>, after: &After<'_>) -> Option<AnyId> {
        let membership = after.first_under(|index| &index.memberships_by_group, &id);
        membership
            .or_else(|| after.first_under(|index| &index.sessions_by_group, &id))
            .or_else(|| after.named_by_search(id.into()))
    }
}

impl Group {
    /// Rule 3, on every day from today on.
    fn look_at_size(&self, id: Id<Self>, after: &After<'_>, found: &mut Found) {
        let memberships = after.memberships_in(id);
        let ahead = |day: &NaiveDate| *day > after.today;
        let mut days: BTreeSet<NaiveDate> = memberships.iter().map(|(_, m)| m.from).filter(ahead).collect();
        days.extend(self.leads.iter().map(|lead| lead.from).filter(ahead));
        days.insert(after.today);
        for day in days {
            let size = memberships.iter().filter(|(_, m)| m.on(day)).count();
            let lead = self.lead_on(day).and_then(|lead| after.get(lead));
            let limits = Limits::of(after.cohort(), Some(self), lead.and_then(|lead| lead.capacity));
            if size <= usize::from(limits.max) {
                continue;
            }
            let code = &self.code;
            let (what, hint) = match (limits.capacity, lead) {
                (Some(capacity), Some(lead)) if capacity < limits.of_group => (
                    format!(
                        "{code} would have {size} mentees, and {} takes {capacity}",
                        after.name_of(lead.person)
                    ),
                    "choose another group, or raise the mentor's capacity",
                ),
                _ => (
                    format!(
                        "{code} would have {size} mentees, and {} is its limit",
                        limits.of_group
                    ),
                    "choose another group, or raise the limit of this one",
                ),
            };
            found.breaks(3, id, what, hint);
            return;
        }
        let size = memberships.iter().filter(|(_, m)| m.in_force()).count();
        let min = usize::from(Limits::of(after.cohort(), Some(self), None).min);
        if self.state == GroupState::Active && size < min {
            found.warns(3, id, None, || {
                format!("{} has {size} mentees, and {min} is the minimum", self.code)
            });
        }
    }

    /// Rule 6, and that who leads is a mentor who takes part.
    fn look_at_leads(&self, id: Id<Self>, after: &After<'_>, found: &mut Found) {
        let code = &self.code;
        for lead in &self.leads {
            let Some(is) = after.get(lead.enrolment) else {
                continue;
            };
            let name = after.name_of(is.person);
            if is.role != Role::Mentor {
                let what = format!("{name} is a mentee and cannot lead {code}");
                found.breaks(6, id, what, "choose a mentor");
            }
            if lead.to.is_some_and(|to| to < lead.from) {
                let what = format!("{name} would stop leading {code} before beginning");
                found.breaks(6, id, what, "give a later last day, or take the time away");
            }
            let left = matches!(is.state, EnrolmentState::Withdrawn | EnrolmentState::Removed);
            let beyond = |ended: NaiveDate| lead.to.is_none_or(|to| to > ended && to >= after.today);
            if let Some(ended) = is.ended.as_ref().filter(|ended| left && beyond(ended.on)) {
                let what = format!(
                    "{name} left on {} and would still lead {code}",
                    day_short(ended.on)
                );
                let hint = "give the group another lead from the next day, or move every member";
                found.breaks(6, id, what, hint);
            }
        }
        let mut times: Vec<&Lead> = self
            .leads
            .iter()
            .filter(|lead| lead.role == LeadRole::Lead)
            .collect();
        times.sort_by_key(|lead| (lead.from, lead.to.unwrap_or(NaiveDate::MAX)));
        for pair in times.windows(2) {
            let [one, two] = pair else { continue };
            if one.to.is_none_or(|to| two.from <= to) {
                let what = format!(
                    "{code} would have two lead mentors on {}: {} and {}",
                    day_short(two.from),
                    after.enrolled_name(one.enrolment),
                    after.enrolled_name(two.enrolment)
                );
                found.breaks(6, id, what, "end the time of the first the day before");
            }
        }
        if self.state == GroupState::Active
            && let Some(day) = first_day_without(&times, after.today)
        {
            let what = format!("{code} would have no lead mentor on {}", day_short(day));
            let hint = "name a lead from that day on, or let the group form anew until it has one";
            found.breaks(6, id, what, hint);
        }
    }

    /// Rule 5 for line managers, and for those of one employer.
    fn look_at_managers(&self, id: Id<Self>, after: &After<'_>, found: &mut Found) {
        let here = presences(id, after);
        for (place, report) in here.iter().enumerate() {
            let Some(person) = after.get(report.person) else {
                continue;
            };
            let named = &person.line_manager;
            let own = fold_email(named) == fold_email(&person.email);
            if !named.is_empty() && !own {
                let managers = after.people_with_email(named);
                let clash = here.iter().find(|other| {
                    other.person != report.person
                        && managers.iter().any(|(id, _)| *id == other.person)
                        && report.meets(other).is_some()
                });
                if let Some(manager) = clash {
                    let what = format!(
                        "{} is the line manager of {}, and both would be in {}",
                        after.name_of(manager.person),
                        person.name,
                        self.code
                    );
                    found.breaks(5, id, what, "choose another group for one of them");
                }
            }
            let employer = fold(person.organisation.trim());
            let same = here.iter().skip(place + 1).find(|other| {
                !employer.is_empty()
                    && other.person != report.person
                    && report.meets(other).is_some()
                    && after
                        .get(other.person)
                        .is_some_and(|is| fold(is.organisation.trim()) == employer)
            });
            if let Some(other) = same {
                found.warns(5, id, Some(other.person.into()), || {
                    format!(
                        "{} and {} of {} are of one employer, {}",
                        person.name,
                        after.name_of(other.person),
                        self.code,
                        person.organisation
                    )
                });
            }
        }
    }
}

/// The first day, from today or from the first time on, that none of these times covers. They are in order.
fn first_day_without(times: &[&Lead], today: NaiveDate) -> Option<NaiveDate> {
    let Some(first) = times.first() else {
        return Some(today);
    };
    let mut day = today.max(first.from);
    for lead in times {
        if lead.from > day {
            return Some(day);
        }
        match lead.to {
            None => return None,
            Some(to) if to >= day => day = to.succ_opt()?,
            Some(_) => {}
        }
    }
    Some(day)
}

impl Ruled for Membership {
    fn names(&self, to: &mut dyn FnMut(AnyId)) {
        to(self.enrolment.into());
        to(self.group.into());
    }

    fn holds(&self, id: Id<Self>, after: &After<'_>, found: &mut Found) {
        let before_it = self.from.pred_opt().unwrap_or(self.from);
        if self.to.is_some_and(|to| to < before_it) {
            let what = format!(
                "{} would leave before joining",
                after.enrolled_name(self.enrolment)
            );
            found.breaks(2, id, what, "give a later last day");
        }
        let ahead = self.covers_a_day() && self.to.is_none_or(|to| to >= after.today);
        let (Some(member), Some(group)) = (after.get(self.enrolment), after.get(self.group)) else {
            return;
        };
        let fits = member.stream == group.stream || member.second_stream == Some(group.stream);
        if ahead && !fits && self.reason.trim().is_empty() {
            let stream = |id| {
                after
                    .get::<crate::domain::Stream>(id)
                    .map_or_else(|| "another stream".to_owned(), |stream| stream.code.clone())
            };
            let what = format!(
                "{} is of {} and {} is of {}",
                after.name_of(member.person),
                stream(member.stream),
                group.code,
                stream(group.stream)
            );
            found.breaks(4, id, what, "choose a group of the same stream, or give a reason");
        }
    }

    fn concerns(&self, _: Id<Self>, after: &After<'_>, also: &mut BTreeSet<AnyId>) {
        also.insert(self.enrolment.into());
        also.insert(self.group.into());
        if let Some(member) = after.get(self.enrolment) {
            let rules = after.pair_rules_of(member.person);
            also.extend(rules.iter().map(|(id, _)| AnyId::from(*id)));
        }
    }

    fn steps(id: Id<Self>, before: Option<&Self>, next: Option<&Self>, after: &After<'_>, found: &mut Found) {
        let Some(before) = before.filter(|_| after.forward) else {
            return;
        };
        let covers = |m: &Self, day: NaiveDate| m.enrolment == before.enrolment && m.on(day);
        let fixed = next.is_none_or(|next| next.enrolment == before.enrolment && next.group == before.group);
        if !fixed {
            let what = "a membership stays in the group it was made for";
            found.breaks(
                7,
                id,
                what,
                "move the mentee: it ends this one and begins another",
            );
        }
        // Leaving keeps the past: a day on which somebody was marked stays covered.
        for (_, mark) in after.under(|index| &index.marks_by_enrolment, &before.enrolment) {
            let Some(session) = after.get(mark.session) else {
                continue;
            };
            let day = after.day(session.starts);
            let was = session.group == Some(before.group) && covers(before, day);
            let past = session.starts <= after.at && mark.value != MarkValue::Guest && session.stands();
            if was && past && !next.is_some_and(|next| covers(next, day)) {
                let what = format!(
                    "{} was marked {} in {} on {}",
                    after.enrolled_name(before.enrolment),
                    mark.value,
                    after.session_title(session),
                    day_short(day)
                );
                found.breaks(7, id, what, "let the change begin on the day after");
                return;
            }
        }
    }
}

impl Ruled for PairRule {
    fn names(&self, to: &mut dyn FnMut(AnyId)) {
        to(self.one.into());
        to(self.other.into());
    }

    fn holds(&self, id: Id<Self>, after: &After<'_>, found: &mut Found) {
        if self.one == self.other {
            let what = "a pair rule is about two people";
            found.breaks(5, id, what, "choose two different people");
            return;
        }
        if self.until.is_some_and(|until| until < after.today) {
            return;
        }
        let (one, other) = (after.name_of(self.one), after.name_of(self.other));
        let why = match self.reason {
            PairReason::LineManager => "line manager",
            PairReason::SameEmployer => "same employer",
            PairReason::EarlierPair => "a pair before",
            PairReason::Request => "by request",
        };
        let broken = match self.kind {
            PairKind::Apart => self.shared_group(after).map(|group| {
                let code = after.group_code(group);
                format!("{one} and {other} must not share a group ({why}), and both would be in {code}")
            }),
            PairKind::Together => self.separate_groups(after).map(|(first, second)| {
                let (first, second) = (after.group_code(first), after.group_code(second));
                format!("{one} and {other} must share a group ({why}), and would be in {first} and {second}")
            }),
        };
        match broken {
            Some(what) if self.blocking => {
                found.breaks(
                    5,
                    id,
                    what,
                    "choose another group for one of them, or end the rule",
                );
            }
            Some(what) => found.warns(5, id, None, || what),
            None => {}
        }
    }
}

impl PairRule {
    /// A group that both are in on a day from today on and while the rule holds.
    fn shared_group(&self, after: &After<'_>) -> Option<Id<Group>> {
        let until = self.until.unwrap_or(NaiveDate::MAX);
        let theirs = groups_of(self.other, after);
        groups_of(self.one, after).into_iter().find(|group| {
            theirs.contains(group) && {
                let here = presences(*group, after);
                let of = |person| here.iter().filter(move |p| p.person == person);
                of(self.one)
                    .any(|a| of(self.other).any(|b| a.meets(b).is_some_and(|first_day| first_day <= until)))
            }
        })
    }

    /// A group of each in force, when both have one and share none.
    fn separate_groups(&self, after: &After<'_>) -> Option<(Id<Group>, Id<Group>)> {
        let (one, other) = (
            groups_in_force(self.one, after),
            groups_in_force(self.other, after),
        );
        let (first, second) = (*one.first()?, *other.first()?);
        one.is_disjoint(&other).then_some((first, second))
    }
}

/// The groups a person belongs to or leads without a last day.
fn groups_in_force(person: Id<Person>, after: &After<'_>) -> BTreeSet<Id<Group>> {
    let mut groups = BTreeSet::new();
    for (enrolment, _) in after.enrolments_of(person) {
        let memberships = after.memberships_of(enrolment);
        groups.extend(
            memberships
                .iter()
                .filter(|(_, m)| m.in_force())
                .map(|(_, m)| m.group),
        );
        for (id, group) in after.groups_led_by(enrolment) {
            if group
                .leads
                .iter()
                .any(|lead| lead.enrolment == enrolment && lead.to.is_none())
            {
                groups.insert(id);
            }
        }
    }
    groups
}
