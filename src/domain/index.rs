//! Which records belong to which: kept up to date by every change, so that screens never search.

mod ids;

use std::collections::{BTreeMap, BTreeSet};

use ids::set;
pub(in crate::domain) use ids::{ById, Under};

use super::id::Id;
use super::record::*;
use super::text::{fold, fold_email};

/// All indexes of a model.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Index {
    /// Present and earlier addresses, as `text::fold_email` makes them.
    pub(super) people_by_email: Under<String, Person>,
    /// Everybody in the order of lists: by name as `text::fold` makes it.
    pub(super) people_by_name: BTreeSet<(String, Id<Person>)>,
    pub(super) applications_by_person: Under<Id<Person>, Application>,
    pub(super) enrolments_by_person: Under<Id<Person>, Enrolment>,
    pub(super) groups_by_stream: Under<Id<Stream>, Group>,
    /// Codes as `text::fold` makes them.
    pub(super) groups_by_code: Under<String, Group>,
    pub(super) groups_by_lead: Under<Id<Enrolment>, Group>,
    pub(super) memberships_by_enrolment: Under<Id<Enrolment>, Membership>,
    pub(super) memberships_by_group: Under<Id<Group>, Membership>,
    pub(super) sessions_by_group: Under<Id<Group>, Session>,
    pub(super) sessions_by_start: BTreeSet<(chrono::DateTime<chrono::Utc>, Id<Session>)>,
    /// Sessions for everybody, which are in the way of every other session.
    pub(super) workshops: BTreeSet<(chrono::DateTime<chrono::Utc>, Id<Session>)>,
    pub(super) marks_by_session: Under<Id<Session>, Mark>,
    pub(super) marks_by_enrolment: Under<Id<Enrolment>, Mark>,
    pub(super) sightings_by_session: Under<Id<Session>, Sighting>,
    pub(super) busy_by_person: Under<Option<Id<Person>>, Busy>,
    pub(super) requests_by_wave: Under<Id<Wave>, Request>,
    pub(super) requests_by_enrolment: Under<Id<Enrolment>, Request>,
    pub(super) responses_by_wave: Under<Id<Wave>, Response>,
    pub(super) responses_by_enrolment: Under<Id<Enrolment>, Response>,
    pub(super) pair_rules_by_person: Under<Id<Person>, PairRule>,
    pub(super) consents_by_person: Under<Id<Person>, Consent>,
    pub(super) goals_by_enrolment: Under<Id<Enrolment>, Goal>,
    pub(super) messages_by_person: Under<Id<Person>, Message>,
    pub(super) rounds_by_number: BTreeMap<u8, Id<Round>>,
    pub(super) uses_by_quote: Under<Id<Quote>, Use>,
    pub(super) claims_by_person: Under<Id<Person>, Claim>,
    pub(super) acks_by_alert: Under<String, Ack>,
    /// By the text of the id of what came in.
    pub(super) provenances_by_record: Under<String, Provenance>,
}

/// A record that the indexes may know.
pub(super) trait Indexed: Sized {
    /// Enters (`yes`) or removes the record.
    fn index(&self, index: &mut Index, id: Id<Self>, yes: bool);
}

impl Indexed for Person {
    fn index(&self, index: &mut Index, id: Id<Self>, yes: bool) {
        for address in self
            .earlier_emails
            .iter()
            .chain([&self.email])
            .filter(|a| !a.is_empty())
        {
            set(
                &mut index.people_by_email,
                fold_email(address).into_owned(),
                id,
                yes,
            );
        }
        let name = (fold(&self.name), id);
        if yes {
            index.people_by_name.insert(name);
        } else {
            index.people_by_name.remove(&name);
        }
    }
}
impl Indexed for Application {
    fn index(&self, index: &mut Index, id: Id<Self>, yes: bool) {
        set(&mut index.applications_by_person, self.person, id, yes);
    }
}
impl Indexed for Enrolment {
    fn index(&self, index: &mut Index, id: Id<Self>, yes: bool) {
        set(&mut index.enrolments_by_person, self.person, id, yes);
    }
}
impl Indexed for Group {
    fn index(&self, index: &mut Index, id: Id<Self>, yes: bool) {
        set(&mut index.groups_by_stream, self.stream, id, yes);
        set(&mut index.groups_by_code, fold(&self.code), id, yes);
        for lead in &self.leads {
            set(&mut index.groups_by_lead, lead.enrolment, id, yes);
        }
    }
}
impl Indexed for Membership {
    fn index(&self, index: &mut Index, id: Id<Self>, yes: bool) {
        set(&mut index.memberships_by_enrolment, self.enrolment, id, yes);
        set(&mut index.memberships_by_group, self.group, id, yes);
    }
}
impl Indexed for Session {
    fn index(&self, index: &mut Index, id: Id<Self>, yes: bool) {
        if let Some(group) = self.group {
            set(&mut index.sessions_by_group, group, id, yes);
        }
        let set = |starts: &mut BTreeSet<_>| {
            if yes {
                starts.insert((self.starts, id));
            } else {
                starts.remove(&(self.starts, id));
            }
        };
        set(&mut index.sessions_by_start);
        if self.group.is_none() {
            set(&mut index.workshops);
        }
    }
}
impl Indexed for Mark {
    fn index(&self, index: &mut Index, id: Id<Self>, yes: bool) {
        set(&mut index.marks_by_session, self.session, id, yes);
        if let Some(enrolment) = self.enrolment {
            set(&mut index.marks_by_enrolment, enrolment, id, yes);
        }
    }
}
impl Indexed for Sighting {
    fn index(&self, index: &mut Index, id: Id<Self>, yes: bool) {
        set(&mut index.sightings_by_session, self.session, id, yes);
    }
}
impl Indexed for Busy {
    fn index(&self, index: &mut Index, id: Id<Self>, yes: bool) {
        set(&mut index.busy_by_person, self.person, id, yes);
    }
}
impl Indexed for Request {
    fn index(&self, index: &mut Index, id: Id<Self>, yes: bool) {
        set(&mut index.requests_by_wave, self.wave, id, yes);
        set(&mut index.requests_by_enrolment, self.enrolment, id, yes);
    }
}
impl Indexed for Response {
    fn index(&self, index: &mut Index, id: Id<Self>, yes: bool) {
        set(&mut index.responses_by_wave, self.wave, id, yes);
        if let Some(enrolment) = self.enrolment {
            set(&mut index.responses_by_enrolment, enrolment, id, yes);
        }
    }
}
impl Indexed for PairRule {
    fn index(&self, index: &mut Index, id: Id<Self>, yes: bool) {
        set(&mut index.pair_rules_by_person, self.one, id, yes);
        set(&mut index.pair_rules_by_person, self.other, id, yes);
    }
}
impl Indexed for Consent {
    fn index(&self, index: &mut Index, id: Id<Self>, yes: bool) {
        set(&mut index.consents_by_person, self.person, id, yes);
    }
}
impl Indexed for Goal {
    fn index(&self, index: &mut Index, id: Id<Self>, yes: bool) {
        set(&mut index.goals_by_enrolment, self.enrolment, id, yes);
    }
}
impl Indexed for Message {
    fn index(&self, index: &mut Index, id: Id<Self>, yes: bool) {
        set(&mut index.messages_by_person, self.person, id, yes);
    }
}
impl Indexed for Use {
    fn index(&self, index: &mut Index, id: Id<Self>, yes: bool) {
        set(&mut index.uses_by_quote, self.quote, id, yes);
    }
}
impl Indexed for Ack {
    fn index(&self, index: &mut Index, id: Id<Self>, yes: bool) {
        set(&mut index.acks_by_alert, self.alert.clone(), id, yes);
    }
}
impl Indexed for Claim {
    fn index(&self, index: &mut Index, id: Id<Self>, yes: bool) {
        set(&mut index.claims_by_person, self.person, id, yes);
    }
}
impl Indexed for Provenance {
    fn index(&self, index: &mut Index, id: Id<Self>, yes: bool) {
        set(&mut index.provenances_by_record, self.of.clone(), id, yes);
    }
}
impl Indexed for Round {
    fn index(&self, index: &mut Index, id: Id<Self>, yes: bool) {
        if yes {
            index.rounds_by_number.insert(self.number, id);
        } else if index.rounds_by_number.get(&self.number) == Some(&id) {
            index.rounds_by_number.remove(&self.number);
        }
    }
}

/// Kinds that are few, or only ever found by id.
macro_rules! not_indexed {
    ($($kind:ident),+) => { $(impl Indexed for $kind {
        fn index(&self, _: &mut Index, _: Id<Self>, _: bool) {}
    })+ };
}
not_indexed!(Cohort, Admin, Instrument, Theme, Mapping, Stream, Wave, Quote);
