//! The rules about people, what they applied for and what they take part in: rules 1, 2, 7 and 10.

use std::collections::BTreeSet;

use super::after::After;
use super::groups::earlier_first;
use super::transitions::State;
use super::{Found, Ruled};
use crate::domain::text::{email_problem, fold_email};
use crate::domain::when::day_short;
use crate::domain::{
    AnyId, Application, ApplicationState, Change, Edit, Enrolment, EnrolmentState, FreeTime, Id, Membership,
    Person, Refusal, Role,
};

/// Refuses to make somebody of an id that is left of an erased person (rule 16).
pub(super) fn refuse_return(edit: &Edit) -> Result<(), Refusal> {
    let returns = edit.changes.iter().any(|change| match change {
        Change::Person(delta) => {
            let erased = |is: &Option<Box<Person>>| is.as_ref().is_some_and(|is| is.is_erased());
            erased(&delta.before) && delta.after.is_some() && !erased(&delta.after)
        }
        _ => false,
    });
    if !returns {
        return Ok(());
    }
    let what = "this person was erased: the record stays empty";
    Err(Refusal::rule(16, what, "add the person anew, if it is wanted"))
}

impl Ruled for Person {
    fn names(&self, _: &mut dyn FnMut(AnyId)) {}

    fn holds(&self, id: Id<Self>, after: &After<'_>, found: &mut Found) {
        if self.is_erased() {
            return;
        }
        if self.name.trim().is_empty() {
            found.breaks(
                0,
                id,
                "a person needs a name",
                "type the name as the person writes it",
            );
        }
        if let Some(problem) = email_problem(&self.email) {
            let what = format!("{}: {problem}", self.name);
            found.breaks(0, id, what, "type one address with one @");
            return;
        }
        let folded = fold_email(&self.email);
        for (other, is) in after.people_with_email(&self.email) {
            if other == id {
                continue;
            }
            if fold_email(&is.email) == folded {
                let what = format!("{} has the address {} already", is.name, self.email);
                found.breaks(
                    0,
                    id,
                    what,
                    "it is the same person, or one of the two addresses is wrong",
                );
            } else {
                found.warns(17, id, Some(other.into()), || {
                    format!("{} had the address {} before", is.name, self.email)
                });
            }
        }
        if !self.line_manager.is_empty() && fold_email(&self.line_manager) == folded {
            found.warns(5, id, None, || {
                format!(
                    "{} is named as his or her own line manager: counts as none",
                    self.name
                )
            });
        }
        let live: BTreeSet<Role> = after
            .enrolments_of(id)
            .iter()
            .filter(|(_, is)| is.state.is_live())
            .map(|(_, is)| is.role)
            .collect();
        if live.len() > 1 {
            found.warns(1, id, None, || {
                format!("{} is both mentor and mentee in this cohort", self.name)
            });
        }
    }

    fn concerns(&self, id: Id<Self>, after: &After<'_>, also: &mut BTreeSet<AnyId>) {
        for (enrolment, _) in after.enrolments_of(id) {
            also.extend(
                after
                    .memberships_of(enrolment)
                    .iter()
                    .map(|(_, m)| AnyId::from(m.group)),
            );
            also.extend(
                after
                    .groups_led_by(enrolment)
                    .iter()
                    .map(|(group, _)| AnyId::from(*group)),
            );
        }
    }

    fn named_by(id: Id<Self>, after: &After<'_>) -> Option<AnyId> {
        let enrolment = after.first_under(|index| &index.enrolments_by_person, &id);
        enrolment
            .or_else(|| after.first_under(|index| &index.applications_by_person, &id))
            .or_else(|| after.first_under(|index| &index.pair_rules_by_person, &id))
            .or_else(|| after.first_under(|index| &index.consents_by_person, &id))
            .or_else(|| after.first_under(|index| &index.busy_by_person, &Some(id)))
            .or_else(|| after.first_under(|index| &index.messages_by_person, &id))
    }
}

/// Notes free times that are no times.
fn look_at_times(times: &[FreeTime], subject: impl Into<AnyId>, found: &mut Found) {
    let wrong = |time: &&FreeTime| time.day > 6 || time.from >= time.to || time.to > 24 * 60;
    if let Some(time) = times.iter().find(wrong) {
        let what = format!("{time} is no time of a week");
        found.breaks(0, subject, what, "type it as Mon 12:00-14:00");
    }
}

impl Ruled for Application {
    fn names(&self, to: &mut dyn FnMut(AnyId)) {
        to(self.person.into());
        to(self.stream.into());
        if let Some(second) = self.second_stream {
            to(second.into());
        }
    }

    fn holds(&self, id: Id<Self>, after: &After<'_>, found: &mut Found) {
        look_at_times(&self.availability, id, found);
        if !self.state.is_live() {
            return;
        }
        let same = |is: &Self| is.role == self.role && is.state.is_live();
        let other = after
            .applications_of(self.person)
            .into_iter()
            .find(|(other, is)| *other != id && same(is));
        if let Some((_, is)) = other {
            let name = after.name_of(self.person);
            let what = format!("{name} has an application as {} already: {}", self.role, is.state);
            found.breaks(
                1,
                id,
                what,
                "mark one of the two as duplicate, or change the one there is",
            );
        }
        let takes_part = |role: Role| {
            after
                .enrolments_of(self.person)
                .iter()
                .any(|(_, is)| is.role == role)
        };
        if self.state == ApplicationState::Accepted && !takes_part(self.role) {
            let what = format!("{} is accepted and takes no part", after.name_of(self.person));
            found.breaks(
                1,
                id,
                what,
                "accepting makes the participation: decide the application again",
            );
        }
    }

    fn concerns(&self, _: Id<Self>, after: &After<'_>, also: &mut BTreeSet<AnyId>) {
        also.extend(
            after
                .applications_of(self.person)
                .iter()
                .map(|(id, _)| AnyId::from(*id)),
        );
    }

    fn steps(id: Id<Self>, before: Option<&Self>, next: Option<&Self>, after: &After<'_>, found: &mut Found) {
        let (Some(before), Some(next)) = (before, next) else {
            return;
        };
        if before.person != next.person || before.role != next.role {
            let what = "an application stays that of the person and role it was made for";
            found.breaks(1, id, what, "withdraw it and make another");
        }
        if after.forward
            && let Err(refusal) = before.state.step_to(next.state)
        {
            found.refused(id, refusal);
        }
    }
}

impl Ruled for Enrolment {
    fn names(&self, to: &mut dyn FnMut(AnyId)) {
        to(self.person.into());
        to(self.stream.into());
        if let Some(second) = self.second_stream {
            to(second.into());
        }
    }

    fn holds(&self, id: Id<Self>, after: &After<'_>, found: &mut Found) {
        look_at_times(&self.availability, id, found);
        let name = || after.name_of(self.person);
        for (other, is) in after.enrolments_of(self.person) {
            if other != id && is.role == self.role {
                let what = format!("{} takes part as {} already: {}", name(), self.role, is.state);
                found.breaks(1, id, what, "change the participation there is");
            } else if other != id && is.state.is_live() && self.state.is_live() {
                found.warns(1, self.person, None, || {
                    format!("{} is both mentor and mentee in this cohort", name())
                });
            }
        }
        self.look_at_ending(id, after, found);
        if self.capacity.is_some() && self.role == Role::Mentee {
            let what = format!("{} is a mentee and takes no mentees", name());
            found.breaks(0, id, what, "only mentors have a capacity");
        }
        let mut memberships = after.memberships_of(id);
        if self.role == Role::Mentor && !memberships.is_empty() {
            let what = format!("{} is a mentor and cannot be a member of a group", name());
            found.breaks(
                2,
                id,
                what,
                "let the mentor lead the group, or enrol the person as mentee too",
            );
        }
        memberships.retain(|(_, m)| m.covers_a_day());
        earlier_first(&mut memberships);
        for pair in memberships.windows(2) {
            let [(_, one), (_, two)] = pair else { continue };
            if one.to.is_none_or(|to| two.from <= to) {
                let what = format!(
                    "{} would be in {} and {} on {}",
                    name(),
                    after.group_code(one.group),
                    after.group_code(two.group),
                    day_short(two.from)
                );
                found.breaks(2, id, what, "end the first the day before: moving does both");
            }
        }
        if matches!(self.state, EnrolmentState::Withdrawn | EnrolmentState::Removed)
            && let Some(ended) = &self.ended
            && let Some((_, m)) = memberships
                .iter()
                .find(|(_, m)| m.to.is_none_or(|to| to > ended.on))
        {
            let what = format!(
                "{} left on {} and would still be in {}",
                name(),
                day_short(ended.on),
                after.group_code(m.group)
            );
            found.breaks(7, id, what, "end the membership on that day too");
        }
    }

    fn concerns(&self, id: Id<Self>, after: &After<'_>, also: &mut BTreeSet<AnyId>) {
        for (membership, m) in after.memberships_of(id) {
            also.insert(membership.into());
            also.insert(m.group.into());
        }
        also.extend(
            after
                .groups_led_by(id)
                .iter()
                .map(|(group, _)| AnyId::from(*group)),
        );
        also.extend(
            after
                .applications_of(self.person)
                .iter()
                .map(|(id, _)| AnyId::from(*id)),
        );
        also.extend(
            after
                .enrolments_of(self.person)
                .iter()
                .map(|(id, _)| AnyId::from(*id)),
        );
    }

    fn steps(id: Id<Self>, before: Option<&Self>, next: Option<&Self>, after: &After<'_>, found: &mut Found) {
        let (Some(before), Some(next)) = (before, next) else {
            return;
        };
        if before.person != next.person || before.role != next.role {
            let what = "a participation stays that of the person and role it was made for";
            found.breaks(1, id, what, "end it and enrol the person in the other role");
        }
        if after.forward
            && let Err(refusal) = before.state.step_to(next.state)
        {
            found.refused(id, refusal);
        }
    }

    fn named_by(id: Id<Self>, after: &After<'_>) -> Option<AnyId> {
        let membership = after.first_under(|index| &index.memberships_by_enrolment, &id);
        membership
            .or_else(|| after.first_under(|index| &index.groups_by_lead, &id))
            .or_else(|| after.first_under(|index| &index.marks_by_enrolment, &id))
            .or_else(|| after.first_under(|index| &index.requests_by_enrolment, &id))
            .or_else(|| after.first_under(|index| &index.responses_by_enrolment, &id))
            .or_else(|| after.first_under(|index| &index.goals_by_enrolment, &id))
            .or_else(|| after.named_by_search(id.into()))
    }
}

impl Enrolment {
    /// An ending has its day, its reason and who began it, and only endings have one.
    fn look_at_ending(&self, id: Id<Self>, after: &After<'_>, found: &mut Found) {
        let name = || after.name_of(self.person);
        match (&self.ended, self.state.is_live()) {
            (Some(_), true) => {
                let what = format!("{} is {} and has an ending", name(), self.state);
                found.breaks(10, id, what, "clear the ending");
            }
            (None, false) => {
                let what = format!("{} is {} without a last day", name(), self.state);
                found.breaks(10, id, what, "give the last day, the reason and who began it");
            }
            (Some(ended), false) => {
                if ended.on < self.from {
                    let what = format!(
                        "{} would end before beginning on {}",
                        name(),
                        day_short(self.from)
                    );
                    found.breaks(10, id, what, "give a later last day");
                }
                if self.state != EnrolmentState::Completed && ended.reason.trim().is_empty() {
                    let what = format!("{} is {} without a reason", name(), self.state);
                    found.breaks(10, id, what, "say why, in a few words");
                }
            }
            (None, true) => {}
        }
    }
}

impl Membership {
    /// Whether it covers any day: one taken back on its first day covers none.
    pub(super) fn covers_a_day(&self) -> bool {
        self.to.is_none_or(|to| self.from <= to)
    }
}
