//! What the writer does to erase a person: asks every cohort, has the database written anew, and lets everybody come in
//! again, for they all hold the person in memory.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use super::super::seat::SeatId;
use super::super::who;
use super::super::wire::{Down, Farewell};
use super::{Desk, SHARED, me};
use crate::domain::{AdminName, AdminRole, Cohort, Id, Person, Refusal};
use crate::store::erase::{Erased, Going};
use crate::store::{Outcome, Store, StoreProblem};

/// The store, which is away only while it is exchanged for another.
pub(super) struct Kept(Option<Store>);

impl Kept {
    pub(super) const fn of(store: Store) -> Self {
        Self(Some(store))
    }
}

impl Deref for Kept {
    type Target = Store;
    fn deref(&self) -> &Store {
        self.0
            .as_ref()
            .expect("nothing else happens while the store is exchanged")
    }
}

impl DerefMut for Kept {
    fn deref_mut(&mut self) -> &mut Store {
        self.0
            .as_mut()
            .expect("nothing else happens while the store is exchanged")
    }
}

/// Why nobody was erased; nothing was changed.
enum Unerased {
    Refused(Refusal),
    Problem(StoreProblem),
}

impl From<Refusal> for Unerased {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreProblem> for Unerased {
    fn from(problem: StoreProblem) -> Self {
        Self::Problem(problem)
    }
}

impl Desk {
    /// Erases a person whose name was typed, for an owner.
    pub(super) fn erase(&mut self, id: SeatId, nonce: u128, person: Id<Person>, name: &str) {
        self.settle();
        if let Some(Outcome::Landed(revision)) =
            self.must(self.store.answer(nonce)).map(|answer| answer.outcome)
        {
            let erased = Erased::earlier(&self.ground, revision, name);
            return self.say(id, &Down::Erased(erased));
        }
        match self.erased(id, nonce, person, name) {
            Ok(erased) => {
                self.say(id, &Down::Erased(erased));
                for seat in self.seats.values() {
                    seat.outbox.dismiss(Farewell::Retiring);
                }
            }
            Err(Unerased::Refused(refusal)) => self.say(id, &Down::Refused { nonce, refusal }),
            Err(Unerased::Problem(problem)) => {
                let (what, hint) = (problem.what, problem.hint);
                self.say(id, &Down::Unsaved { nonce, what, hint });
            }
        }
    }

    fn erased(
        &mut self,
        id: SeatId,
        nonce: u128,
        person: Id<Person>,
        name: &str,
    ) -> Result<Erased, Unerased> {
        let shared = self.model(SHARED);
        let (by, cohort) = self.owner(id)?;
        let cohorts: Vec<_> = shared.cohorts.ids().collect();
        shared.may_erase(person, name)?;
        for cohort in cohorts {
            self.model(cohort).may_erase(person, name)?;
        }
        let Some(is) = shared.people.get(person) else {
            return Err(Refusal::missing("there is no such person", "look in 6 People").into());
        };
        let others = shared.people.iter().filter(|(other, _)| *other != person);
        // A telephone may be a whole office's.
        let others = others.flat_map(|(_, is)| [is.name.as_str(), is.phone.as_str()]);
        let others: Vec<&str> = others
            .chain(shared.admins.iter().map(|(_, is)| is.name.as_str()))
            .collect();
        let going = Going {
            id: person,
            person: is,
            others: &others,
            by,
            cohort,
            nonce,
            at: self.now(),
        };
        let fresh = self.store.without(&self.ground, &going)?;
        let old = self
            .store
            .0
            .take()
            .expect("nothing else happens while the store is exchanged");
        let (store, erased) = self.must(fresh.replace(old, &self.ground));
        self.store = Kept::of(store);
        let shared = self.must(self.store.model(SHARED));
        self.models = HashMap::from([(SHARED, Arc::new(shared))]);
        tracing::info!(
            "somebody was erased, and the database written anew, at entry {}",
            erased.revision
        );
        Ok(erased)
    }

    /// The name and the cohort of a seat that is an owner's.
    fn owner(&mut self, id: SeatId) -> Result<(AdminName, Id<Cohort>), Refusal> {
        let shared = self.model(SHARED);
        let found = self.seats.get(&id).and_then(|seat| {
            let found = who::identify(&seat.account, Some(&seat.name), me(), &shared);
            found.ok().map(|(_, role)| (seat.name.clone(), seat.cohort, role))
        });
        match found {
            Some((name, cohort, AdminRole::Owner)) => Ok((name, cohort)),
            _ => Err(Refusal::not_permitted(
                "erasing a person is the owner's",
                "ask an owner of the data",
            )),
        }
    }
}
