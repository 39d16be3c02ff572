//! What is held on a person, until when, and what is due to go or to be answered (rule 16).

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::domain::{AnyId, ApplicationState, Id, Model, Person};

/// Something with a day on which it is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The record.
    pub about: AnyId,
    /// Whose.
    pub person: Id<Person>,
    /// What is due: `personal data`, `consent to quotes`, `erasure asked for`.
    pub what: String,
    /// The day: until then it is kept, or is to be met.
    pub on: NaiveDate,
}

impl Model {
    /// What is due to go or to be met by a day, the longest due first.
    ///
    /// A request of a person comes with its own clock, one month; data and consents with their retention dates.
    #[must_use]
    pub fn due(&self, by: NaiveDate) -> Vec<Due> {
        let mut all: Vec<Due> = Vec::new();
        for (id, is) in self.claims.iter().filter(|(_, is)| is.met.is_none()) {
            all.push(Due {
                about: id.into(),
                person: is.person,
                what: format!("{} asked for", is.what),
                on: is.due(),
            });
        }
        for (id, is) in self.people.iter().filter(|(_, is)| !is.is_erased()) {
            if let Some(on) = is.retain_until {
                let declined = self
                    .applications_of(id)
                    .any(|(_, is)| is.state == ApplicationState::Declined);
                let only_applied = declined && self.enrolments_of(id).next().is_none();
                let what = if only_applied {
                    "declined application"
                } else {
                    "personal data"
                };
                all.push(Due {
                    about: id.into(),
                    person: id,
                    what: what.to_owned(),
                    on,
                });
            }
        }
        for (id, is) in self.consents.iter() {
            if let Some(on) = is.retain_until {
                all.push(Due {
                    about: id.into(),
                    person: is.person,
                    what: format!("consent to {}", is.purpose),
                    on,
                });
            }
        }
        all.retain(|due| due.on <= by);
        all.sort_by_cached_key(|due| {
            (
                due.on,
                crate::domain::text::fold(&self.name_of(due.person)),
                due.about,
            )
        });
        all
    }

    /// Every record that holds something on a person: the person, and whatever is of or about the person.
    #[must_use]
    pub fn held_on(&self, person: Id<Person>) -> Vec<AnyId> {
        let mut held: BTreeSet<AnyId> = BTreeSet::new();
        if self.people.has(person) {
            held.insert(person.into());
        }
        held.extend(self.applications_of(person).map(|(id, _)| AnyId::from(id)));
        held.extend(self.consents_of(person).map(|(id, _)| AnyId::from(id)));
        held.extend(self.claims_of(person).map(|(id, _)| AnyId::from(id)));
        held.extend(self.messages_to(person).map(|(id, _)| AnyId::from(id)));
        held.extend(self.busy_of(person).map(|(id, _)| AnyId::from(id)));
        let pairs = self
            .pair_rules
            .iter()
            .filter(|(_, is)| is.one == person || is.other == person);
        held.extend(pairs.map(|(id, _)| AnyId::from(id)));
        for (enrolment, _) in self.enrolments_of(person) {
            held.insert(enrolment.into());
            held.extend(self.memberships_of(enrolment).map(|(id, _)| AnyId::from(id)));
            held.extend(self.leads_of(enrolment).map(|(id, _)| AnyId::from(id)));
            held.extend(self.marks_of(enrolment).map(|(id, _)| AnyId::from(id)));
            held.extend(self.responses_of(enrolment).map(|(id, _)| AnyId::from(id)));
            let seen = self
                .sightings
                .iter()
                .filter(|(_, is)| is.enrolment == Some(enrolment));
            held.extend(seen.map(|(id, _)| AnyId::from(id)));
            let asked = self.requests.iter().filter(|(_, is)| is.enrolment == enrolment);
            held.extend(asked.map(|(id, _)| AnyId::from(id)));
            let goals = self.goals.iter().filter(|(_, is)| is.enrolment == enrolment);
            held.extend(goals.map(|(id, _)| AnyId::from(id)));
            for (quote, _) in self.quotes.iter().filter(|(_, is)| is.speaker == Some(enrolment)) {
                held.insert(quote.into());
                let uses = self.uses.iter().filter(|(_, is)| is.quote == quote);
                held.extend(uses.map(|(id, _)| AnyId::from(id)));
            }
        }
        let about: Vec<_> = held
            .iter()
            .filter_map(|id| self.provenance_of(*id))
            .map(|(id, _)| id)
            .collect();
        held.extend(about.into_iter().map(AnyId::from));
        held.into_iter().collect()
    }
}
