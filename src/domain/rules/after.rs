//! The model as an edit would leave it, without copying the model: changed records lie over the present ones.
//!
//! A question costs what its answer costs, whatever the size of the cohort. Must not know any rule.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use chrono::{DateTime, NaiveDate, Utc};

use super::Ruled;
use crate::domain::index::{Index, Under};
use crate::domain::kind::every_kind;
use crate::domain::*;

/// A kind whose table can be asked for.
pub(crate) trait Tabled: Recorded {
    /// Its table.
    fn table(model: &Model) -> &Table<Self>;
}

macro_rules! make_tables {
    ($($variant:ident, $table:ident, $number:literal, $prefix:literal, $word:literal, $scope:ident;)+) => {
        $(impl Tabled for $variant {
            fn table(model: &Model) -> &Table<Self> { &model.$table }
        })+
    };
}
every_kind!(make_tables);

/// The present model with changes laid over it.
pub(crate) struct After<'a> {
    now: &'a Model,
    new: Model,
    touched: HashSet<AnyId>,
    /// The clock.
    pub(crate) at: DateTime<Utc>,
    /// Its day in the cohort's zone.
    pub(crate) today: NaiveDate,
    /// Whether the edit goes forward, rather than taking an entry back.
    pub(crate) forward: bool,
    named: RefCell<HashMap<Kind, HashMap<u64, AnyId>>>,
}

impl<'a> After<'a> {
    /// The model with these changes made; without any, the model as it is.
    pub(crate) fn new(model: &'a Model, changes: &[Change], at: DateTime<Utc>, forward: bool) -> Self {
        let mut new = Model::empty(model.focus);
        new.try_on(changes);
        let touched = changes.iter().map(Change::id).collect();
        let mut after = Self {
            now: model,
            new,
            touched,
            at,
            today: NaiveDate::default(),
            forward,
            named: RefCell::default(),
        };
        after.today = after.day(at);
        after
    }

    /// The record with this id.
    pub(crate) fn get<T: Tabled>(&self, id: Id<T>) -> Option<&T> {
        let model = if self.is_touched(id) { &self.new } else { self.now };
        T::table(model).get(id)
    }

    fn is_touched<T: Recorded>(&self, id: Id<T>) -> bool {
        !self.touched.is_empty() && self.touched.contains(&id.into())
    }

    /// Every record of a kind.
    pub(crate) fn all<T: Tabled>(&self) -> impl Iterator<Item = (Id<T>, &T)> {
        T::table(self.now)
            .iter()
            .filter(|(id, _)| !self.is_touched(*id))
            .chain(T::table(&self.new).iter())
    }

    /// The records of kind `T` that an index has under a key.
    pub(crate) fn under<K: Hash + Eq, T: Tabled>(
        &self,
        pick: fn(&Index) -> &Under<K, T>,
        key: &K,
    ) -> Vec<(Id<T>, &T)> {
        let present = pick(&self.now.index).get(key).into_iter().flatten();
        let present = present.filter(|id| !self.is_touched(*id));
        let present = present.filter_map(|id| Some((id, T::table(self.now).get(id)?)));
        let new = pick(&self.new.index).get(key).into_iter().flatten();
        let new = new.filter_map(|id| Some((id, T::table(&self.new).get(id)?)));
        present.chain(new).collect()
    }

    /// The first record that an index has under a key.
    pub(crate) fn first_under<K: Hash + Eq, T: Tabled>(
        &self,
        pick: fn(&Index) -> &Under<K, T>,
        key: &K,
    ) -> Option<AnyId> {
        self.under(pick, key).first().map(|(id, _)| (*id).into())
    }

    /// The cohort of the model.
    pub(crate) fn cohort(&self) -> Option<&Cohort> {
        self.get(self.now.focus)
    }

    /// Whether a session's register was closed before the edit.
    pub(crate) fn was_closed(&self, session: Id<Session>) -> bool {
        let before = self.now.sessions.get(session);
        before.is_some_and(|is| is.state == SessionState::Closed)
    }

    /// Whether a session was there before the edit.
    pub(crate) fn was_there(&self, session: Id<Session>) -> bool {
        self.now.sessions.has(session)
    }

    /// The day of a moment in the cohort's zone.
    pub(crate) fn day(&self, at: DateTime<Utc>) -> NaiveDate {
        let zone = self
            .cohort()
            .map_or(chrono_tz::Tz::Europe__London, |cohort| cohort.zone);
        at.with_timezone(&zone).date_naive()
    }

    /// A mentee's memberships.
    pub(crate) fn memberships_of(&self, enrolment: Id<Enrolment>) -> Vec<(Id<Membership>, &Membership)> {
        self.under(|index| &index.memberships_by_enrolment, &enrolment)
    }
    /// A group's memberships.
    pub(crate) fn memberships_in(&self, group: Id<Group>) -> Vec<(Id<Membership>, &Membership)> {
        self.under(|index| &index.memberships_by_group, &group)
    }
    /// A person's enrolments.
    pub(crate) fn enrolments_of(&self, person: Id<Person>) -> Vec<(Id<Enrolment>, &Enrolment)> {
        self.under(|index| &index.enrolments_by_person, &person)
    }
    /// A person's applications.
    pub(crate) fn applications_of(&self, person: Id<Person>) -> Vec<(Id<Application>, &Application)> {
        self.under(|index| &index.applications_by_person, &person)
    }
    /// The groups somebody leads, co-leads, led or will lead.
    pub(crate) fn groups_led_by(&self, enrolment: Id<Enrolment>) -> Vec<(Id<Group>, &Group)> {
        self.under(|index| &index.groups_by_lead, &enrolment)
    }
    /// The marks of a session.
    pub(crate) fn marks_in(&self, session: Id<Session>) -> Vec<(Id<Mark>, &Mark)> {
        self.under(|index| &index.marks_by_session, &session)
    }
    /// The pair rules that name a person.
    pub(crate) fn pair_rules_of(&self, person: Id<Person>) -> Vec<(Id<PairRule>, &PairRule)> {
        self.under(|index| &index.pair_rules_by_person, &person)
    }
    /// The people who have or had an address.
    pub(crate) fn people_with_email(&self, address: &str) -> Vec<(Id<Person>, &Person)> {
        self.under(
            |index| &index.people_by_email,
            &text::fold_email(address).into_owned(),
        )
    }

    /// Whether somebody is expected at a session (rule 7).
    pub(crate) fn is_expected(&self, session: &Session, enrolment: Id<Enrolment>) -> bool {
        let day = self.day(session.starts);
        let here = |group: Id<Group>| session.group.is_none_or(|its| its == group);
        let member = || {
            self.memberships_of(enrolment)
                .iter()
                .any(|(_, m)| here(m.group) && m.on(day))
        };
        let leads = || {
            self.groups_led_by(enrolment).iter().any(|(id, group)| {
                here(*id)
                    && group
                        .leads
                        .iter()
                        .any(|lead| lead.enrolment == enrolment && lead.on(day))
            })
        };
        self.takes_part_on(enrolment, day) && (member() || leads())
    }

    /// Whether a participation has not ended before this day.
    pub(crate) fn takes_part_on(&self, enrolment: Id<Enrolment>, day: NaiveDate) -> bool {
        self.get(enrolment)
            .is_some_and(|is| is.ended.as_ref().is_none_or(|ended| day <= ended.on))
    }

    /// Everybody expected at a session of a group.
    pub(crate) fn expected(&self, session: &Session) -> Vec<Id<Enrolment>> {
        let day = self.day(session.starts);
        let groups: Vec<Id<Group>> = match session.group {
            Some(group) => vec![group],
            None => self
                .all::<Group>()
                .filter(|(_, is)| is.is_live())
                .map(|(id, _)| id)
                .collect(),
        };
        let mut expected = Vec::new();
        for id in groups {
            let leads = self.get(id).map_or(&[][..], |group| &group.leads);
            expected.extend(
                leads
                    .iter()
                    .filter(|lead| lead.on(day))
                    .map(|lead| lead.enrolment),
            );
            let members = self.memberships_in(id);
            expected.extend(
                members
                    .iter()
                    .filter(|(_, m)| m.on(day))
                    .map(|(_, m)| m.enrolment),
            );
        }
        expected.retain(|id| self.takes_part_on(*id, day));
        expected.sort_unstable();
        expected.dedup();
        expected
    }

    /// A person's name.
    pub(crate) fn name_of(&self, person: Id<Person>) -> String {
        self.get(person)
            .map_or_else(|| "somebody".to_owned(), |person| person.name.clone())
    }
    /// The name of the person behind an enrolment.
    pub(crate) fn enrolled_name(&self, enrolment: Id<Enrolment>) -> String {
        self.get(enrolment)
            .map_or_else(|| "somebody".to_owned(), |is| self.name_of(is.person))
    }
    /// A group's code.
    pub(crate) fn group_code(&self, group: Id<Group>) -> String {
        self.get(group)
            .map_or_else(|| "a group".to_owned(), |group| group.code.clone())
    }
    /// `CCIO-2 S3`, or a workshop's title.
    pub(crate) fn session_title(&self, session: &Session) -> String {
        let round = session
            .round
            .and_then(|round| self.get(round))
            .map(|round| round.number);
        match (session.group, round) {
            (Some(group), Some(round)) => format!("{} S{round}", self.group_code(group)),
            (Some(group), None) => format!("a session of {}", self.group_code(group)),
            _ => session.title.clone(),
        }
    }

    /// What a record is called: its present title, or that of the record laid over it.
    pub(crate) fn title(&self, id: AnyId) -> String {
        let at_hand = if self.touched.contains(&id) && self.now.record(id).is_none() {
            &self.new
        } else {
            self.now
        };
        at_hand.title(id)
    }

    /// A record that names this one in a field that no index knows. The search of a kind is made once for a whole
    /// edit, so that taking many away stays quick.
    pub(crate) fn named_by_search(&self, id: AnyId) -> Option<AnyId> {
        let mut named = self.named.borrow_mut();
        let of_kind = named.entry(id.kind).or_insert_with(|| {
            let mut found = HashMap::new();
            match id.kind {
                Kind::Stream => {
                    self.search::<Application>(id.kind, &mut found);
                    self.search::<Enrolment>(id.kind, &mut found);
                }
                Kind::Enrolment => {
                    self.search::<Sighting>(id.kind, &mut found);
                    self.search::<Quote>(id.kind, &mut found);
                }
                Kind::Group => self.search::<Response>(id.kind, &mut found),
                Kind::Round => {
                    self.search::<Session>(id.kind, &mut found);
                    self.search::<Wave>(id.kind, &mut found);
                    self.search::<Quote>(id.kind, &mut found);
                }
                Kind::Session => self.search::<Session>(id.kind, &mut found),
                Kind::Instrument => self.search::<Wave>(id.kind, &mut found),
                Kind::Response => self.search::<Quote>(id.kind, &mut found),
                Kind::Quote => self.search::<Consent>(id.kind, &mut found),
                Kind::Theme => {
                    self.search::<Quote>(id.kind, &mut found);
                    self.search::<Response>(id.kind, &mut found);
                }
                _ => {}
            }
            found
        });
        of_kind.get(&id.number).copied()
    }

    /// Notes which records of kind `of` those of kind `T` name.
    fn search<T: Ruled>(&self, of: Kind, found: &mut HashMap<u64, AnyId>) {
        for (id, record) in self.all::<T>() {
            record.names(&mut |named| {
                if named.kind == of && named != id.into() {
                    found.insert(named.number, id.into());
                }
            });
        }
    }
}
