//! The rules about the cohort itself, its streams, the admins and what the office noted: rules 0, 10 and 18.

use std::collections::BTreeSet;

use super::after::After;
use super::transitions::State;
use super::{Found, Ruled};
use crate::domain::text::fold;
use crate::domain::{
    Ack, Admin, AdminRole, AnyId, Claim, Cohort, Enrolment, Group, Id, Mapping, Message, Provenance, Round,
    Session, Stream,
};

impl Ruled for Cohort {
    fn names(&self, _: &mut dyn FnMut(AnyId)) {}

    fn holds(&self, id: Id<Self>, after: &After<'_>, found: &mut Found) {
        let name = &self.name;
        if name.trim().is_empty() {
            found.breaks(0, id, "a cohort needs a name", "name it by its year");
        }
        if after
            .all::<Self>()
            .any(|(other, is)| other != id && fold(&is.name) == fold(name))
        {
            let what = format!("there is a cohort {name} already");
            found.breaks(0, id, what, "choose another name");
        }
        if self.last_day < self.first_day {
            let what = format!("{name} would end before it begins");
            found.breaks(0, id, what, "give a later last day");
        }
        let sizes_fit =
            1 <= self.group_min && self.group_min <= self.group_target && self.group_target <= self.group_max;
        if !sizes_fit {
            let (min, target, max) = (self.group_min, self.group_target, self.group_max);
            let what = format!("groups of {min} to {max} cannot be meant to have {target}");
            found.breaks(
                3,
                id,
                what,
                "choose minimum, target and maximum in that order, from 1 on",
            );
        }
        if self.rounds == 0 || self.to_complete > self.rounds {
            let what = format!(
                "{} of {} sessions cannot be completed",
                self.to_complete, self.rounds
            );
            found.breaks(
                0,
                id,
                what,
                "ask for as many sessions as there are rounds, or fewer",
            );
        }
        if self.smallest_published == 0 {
            let what = "a figure about nobody cannot be published";
            found.breaks(14, id, what, "choose at least 1 for the smallest published count");
        }
        if self.is_read_only() && self.last_day >= after.today {
            found.warns(0, id, None, || {
                format!("{name} is {} before its last day", self.state)
            });
        }
    }

    fn concerns(&self, _: Id<Self>, after: &After<'_>, also: &mut BTreeSet<AnyId>) {
        // Limits and the zone of a cohort reach every group, round and session.
        also.extend(after.all::<Group>().map(|(id, _)| AnyId::from(id)));
        also.extend(after.all::<Round>().map(|(id, _)| AnyId::from(id)));
    }

    fn steps(id: Id<Self>, before: Option<&Self>, next: Option<&Self>, after: &After<'_>, found: &mut Found) {
        let (Some(before), Some(next)) = (before, next) else {
            return;
        };
        if after.forward
            && let Err(refusal) = before.state.step_to(next.state)
        {
            found.refused(id, refusal);
        }
        let used = || after.all::<Session>().next().is_some();
        if before.zone != next.zone && used() {
            let what = format!(
                "{} has sessions, and its clocks stay those of {}",
                next.name, before.zone
            );
            found.breaks(13, id, what, "make another cohort in the other zone");
        }
    }

    fn named_by(_: Id<Self>, after: &After<'_>) -> Option<AnyId> {
        let stream = after.all::<Stream>().next().map(|(id, _)| AnyId::from(id));
        stream
            .or_else(|| after.all::<Round>().next().map(|(id, _)| id.into()))
            .or_else(|| after.all::<Enrolment>().next().map(|(id, _)| id.into()))
    }
}

impl Ruled for Stream {
    fn names(&self, _: &mut dyn FnMut(AnyId)) {}

    fn holds(&self, id: Id<Self>, after: &After<'_>, found: &mut Found) {
        if self.code.trim().is_empty() {
            found.breaks(0, id, "a stream needs a code", "type one such as CCIO");
        }
        let code = fold(&self.code);
        if after
            .all::<Self>()
            .any(|(other, is)| other != id && fold(&is.code) == code)
        {
            let what = format!("there is a stream {} already", self.code);
            found.breaks(0, id, what, "choose another code");
        }
    }

    fn concerns(&self, id: Id<Self>, after: &After<'_>, also: &mut BTreeSet<AnyId>) {
        let groups = after.under(|index| &index.groups_by_stream, &id);
        also.extend(groups.iter().map(|(id, _)| AnyId::from(*id)));
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
        let group = after.first_under(|index| &index.groups_by_stream, &id);
        group.or_else(|| after.named_by_search(id.into()))
    }
}

impl Ruled for Admin {
    fn names(&self, _: &mut dyn FnMut(AnyId)) {}

    fn holds(&self, id: Id<Self>, after: &After<'_>, found: &mut Found) {
        if self.name.trim().is_empty() {
            found.breaks(0, id, "an admin needs a name", "type the name");
        }
        let name = fold(&self.name);
        if after
            .all::<Self>()
            .any(|(other, is)| other != id && fold(&is.name) == name)
        {
            let what = format!("there is an admin {} already", self.name);
            found.breaks(18, id, what, "choose another name");
        }
        if !after.all::<Self>().any(|(_, is)| is.role == AdminRole::Owner) {
            found.breaks(18, id, "nobody would be owner", "name another owner first");
        }
    }

    fn steps(id: Id<Self>, before: Option<&Self>, next: Option<&Self>, after: &After<'_>, found: &mut Found) {
        let was_owner = before.is_some_and(|is| is.role == AdminRole::Owner);
        if was_owner && next.is_none() && !after.all::<Self>().any(|(_, is)| is.role == AdminRole::Owner) {
            found.breaks(18, id, "nobody would be owner", "name another owner first");
        }
    }
}

impl Ruled for Ack {
    fn names(&self, _: &mut dyn FnMut(AnyId)) {}

    fn holds(&self, id: Id<Self>, after: &After<'_>, found: &mut Found) {
        let same = after.under(|index| &index.acks_by_alert, &self.alert);
        if let Some((_, other)) = same.iter().find(|(other, _)| *other != id) {
            let what = format!("{} has taken note of it already", other.by);
            found.breaks(0, id, what, "nothing needs to be done");
        }
    }
}

impl Ruled for Claim {
    fn names(&self, to: &mut dyn FnMut(AnyId)) {
        to(self.person.into());
    }

    fn holds(&self, id: Id<Self>, after: &After<'_>, found: &mut Found) {
        if self.met.is_some_and(|met| met < self.received) {
            let what = format!(
                "what {} asked for would be met before it was asked",
                after.name_of(self.person)
            );
            found.breaks(16, id, what, "check the two days");
        }
    }
}

impl Ruled for Mapping {
    fn names(&self, _: &mut dyn FnMut(AnyId)) {}

    fn holds(&self, id: Id<Self>, after: &After<'_>, found: &mut Found) {
        let heading = fold(&self.heading);
        if heading.is_empty() {
            found.breaks(
                0,
                id,
                "a mapping needs a heading",
                "type the heading as the file writes it",
            );
        }
        if after
            .all::<Self>()
            .any(|(other, is)| other != id && is.of == self.of && fold(&is.heading) == heading)
        {
            let what = format!("what stands under {} is known already", self.heading);
            found.breaks(0, id, what, "change the mapping there is");
        }
    }
}

impl Ruled for Provenance {
    // What came in may be dropped; where it came from is remembered, so that it does not come back.
    fn names(&self, _: &mut dyn FnMut(AnyId)) {}

    fn holds(&self, id: Id<Self>, after: &After<'_>, found: &mut Found) {
        if self.of.parse::<AnyId>().is_err() {
            let what = format!("{} is the id of no record", self.of);
            found.breaks(0, id, what, "give the id of the record that came in");
        }
        let same = after.under(|index| &index.provenances_by_record, &self.of);
        if same.iter().any(|(other, _)| *other != id) {
            found.breaks(
                0,
                id,
                "where the record came from is known already",
                "change the provenance there is",
            );
        }
    }
}

impl Ruled for Message {
    fn names(&self, to: &mut dyn FnMut(AnyId)) {
        to(self.person.into());
    }

    fn holds(&self, id: Id<Self>, _: &After<'_>, found: &mut Found) {
        if self.subject.trim().is_empty() {
            found.breaks(0, id, "a message needs a subject", "type one");
        }
    }
}
