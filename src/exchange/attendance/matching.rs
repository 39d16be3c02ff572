//! Whom a report means: by address, then by name, among those whom the session expects first.

use crate::domain::text::{fold, fold_email};
use crate::domain::{Enrolment, Id, Model, Person, Session};

/// Who can be meant by an address or a name.
pub(super) struct Matching<'m> {
    model: &'m Model,
    expected: Vec<Id<Enrolment>>,
}

impl<'m> Matching<'m> {
    pub(super) fn of(model: &'m Model, session: Id<Session>) -> Self {
        let expected = model
            .expected(session)
            .into_iter()
            .map(|one| one.enrolment)
            .collect();
        Self { model, expected }
    }

    /// Who has this address, else who alone has this name: of those expected first.
    pub(super) fn find(&self, email: &str, name: &str) -> Option<Id<Enrolment>> {
        let by_address = (!email.is_empty()).then(|| self.by_address(email)).flatten();
        by_address.or_else(|| self.by_name(name))
    }

    fn by_address(&self, email: &str) -> Option<Id<Enrolment>> {
        let folded = fold_email(email);
        let people: Vec<_> = self.model.people_with_email(email).collect();
        let present = people.iter().find(|(_, is)| fold_email(&is.email) == folded);
        let (person, _) = present.or(people.first())?;
        self.part_of(*person)
    }

    fn by_name(&self, name: &str) -> Option<Id<Enrolment>> {
        let wanted = fold(name);
        if wanted.is_empty() {
            return None;
        }
        let is_called = |id: &Id<Enrolment>| {
            let person = self
                .model
                .enrolments
                .get(*id)
                .and_then(|is| self.model.people.get(is.person));
            person.is_some_and(|is| {
                let family = is.name.rsplit(' ').next().unwrap_or("");
                fold(&is.name) == wanted
                    || !is.known_as.is_empty()
                        && (fold(&is.known_as) == wanted
                            || fold(&format!("{} {family}", is.known_as)) == wanted)
            })
        };
        let expected: Vec<_> = self.expected.iter().copied().filter(is_called).collect();
        match expected.as_slice() {
            [only] => return Some(*only),
            [] => {}
            _ => return None,
        }
        let mut called = self
            .model
            .people_called(name)
            .filter_map(|(person, _)| self.part_of(person));
        called.next().filter(|_| called.next().is_none())
    }

    /// As what somebody takes part: as the session expects, else as whatever.
    fn part_of(&self, person: Id<Person>) -> Option<Id<Enrolment>> {
        let all: Vec<_> = self.model.enrolments_of(person).collect();
        let expected = all.iter().find(|(id, _)| self.expected.contains(id));
        expected
            .or_else(|| all.iter().max_by_key(|(id, is)| (is.state.is_live(), *id)))
            .map(|(id, _)| *id)
    }
}
