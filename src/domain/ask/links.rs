//! Which records belong to which, read from the indexes: never a search through a whole table.
//!
//! Every answer is in order of id and holds the records themselves. Whether something is in force, live or due
//! is asked elsewhere; nothing here knows a day.

use std::borrow::Borrow;
use std::hash::Hash;

use crate::domain::index::Under;
use crate::domain::table::Table;
use crate::domain::{
    AnyId, Application, Busy, Claim, Consent, Enrolment, Goal, Group, Id, Mark, Membership, Message, Model,
    PairRule, Person, Provenance, Request, Response, Round, Session, Sighting, Stream, Wave,
};

/// The records whose ids stand under this key.
fn under<'a, K: Hash + Eq + Borrow<Q>, Q: Hash + Eq + ?Sized, T>(
    ids: &'a Under<K, T>,
    key: &Q,
    table: &'a Table<T>,
) -> impl Iterator<Item = (Id<T>, &'a T)> + Clone + use<'a, K, Q, T> {
    ids.get(key)
        .into_iter()
        .flatten()
        .filter_map(|id| table.get(id).map(|is| (id, is)))
}

/// One accessor per link: its name, what it is asked with, the index and the table it reads.
macro_rules! links {
    ($($(#[$doc:meta])* $name:ident($key:ident: $from:ty) -> $to:ident via $index:ident in $table:ident;)+) => {
        impl Model {
            $($(#[$doc])*
            pub fn $name(&self, $key: $from) -> impl Iterator<Item = (Id<$to>, &$to)> + Clone {
                under(&self.index.$index, &$key, &self.$table)
            })+
        }
    };
}

links! {
    /// What this person applied for in this cohort, in whatever state.
    applications_of(person: Id<Person>) -> Application via applications_by_person in applications;
    /// What this person takes or took part in in this cohort.
    enrolments_of(person: Id<Person>) -> Enrolment via enrolments_by_person in enrolments;
    /// The groups of this stream, in whatever state.
    groups_in(stream: Id<Stream>) -> Group via groups_by_stream in groups;
    /// The groups this mentor leads, co-leads, led or will lead.
    groups_led_by(enrolment: Id<Enrolment>) -> Group via groups_by_lead in groups;
    /// Everywhere this mentee belongs or belonged.
    memberships_of(enrolment: Id<Enrolment>) -> Membership via memberships_by_enrolment in memberships;
    /// Everybody who belongs or belonged to this group.
    memberships_in(group: Id<Group>) -> Membership via memberships_by_group in memberships;
    /// This group's sessions, in whatever state.
    sessions_in(group: Id<Group>) -> Session via sessions_by_group in sessions;
    /// The marks of this session's register.
    marks_in(session: Id<Session>) -> Mark via marks_by_session in marks;
    /// The marks of this participation, in every session.
    marks_of(enrolment: Id<Enrolment>) -> Mark via marks_by_enrolment in marks;
    /// Who was seen in this session's call.
    sightings_in(session: Id<Session>) -> Sighting via sightings_by_session in sightings;
    /// Who is asked in this wave.
    requests_in(wave: Id<Wave>) -> Request via requests_by_wave in requests;
    /// What this participant is asked.
    requests_of(enrolment: Id<Enrolment>) -> Request via requests_by_enrolment in requests;
    /// What was answered in this wave.
    responses_in(wave: Id<Wave>) -> Response via responses_by_wave in responses;
    /// What this participant answered in waves that are not anonymous.
    responses_of(enrolment: Id<Enrolment>) -> Response via responses_by_enrolment in responses;
    /// The pair rules that name this person.
    pair_rules_of(person: Id<Person>) -> PairRule via pair_rules_by_person in pair_rules;
    /// What this person agreed to, withdrawn or not.
    consents_of(person: Id<Person>) -> Consent via consents_by_person in consents;
    /// What this participant wants to reach.
    goals_of(enrolment: Id<Enrolment>) -> Goal via goals_by_enrolment in goals;
    /// The messages prepared for or sent to this person.
    claims_of(person: Id<Person>) -> Claim via claims_by_person in claims;
    messages_to(person: Id<Person>) -> Message via messages_by_person in messages;
}

impl Model {
    /// Where this record came from, when it came in a file.
    #[must_use]
    pub fn provenance_of(&self, record: AnyId) -> Option<(Id<Provenance>, &Provenance)> {
        under(
            &self.index.provenances_by_record,
            record.to_string().as_str(),
            &self.provenances,
        )
        .next()
    }
}

impl Model {
    /// The people who have or had this address, without regard to case.
    pub fn people_with_email<'a>(
        &'a self,
        address: &str,
    ) -> impl Iterator<Item = (Id<Person>, &'a Person)> + Clone + use<'a> {
        under(
            &self.index.people_by_email,
            &*crate::domain::text::fold_email(address),
            &self.people,
        )
    }

    /// When this person cannot come, and when nobody can.
    pub fn busy_of(&self, person: Id<Person>) -> impl Iterator<Item = (Id<Busy>, &Busy)> + Clone {
        under(&self.index.busy_by_person, &Some(person), &self.busy_times).chain(self.busy_for_everybody())
    }

    /// When nobody can come: bank holidays.
    pub fn busy_for_everybody(&self) -> impl Iterator<Item = (Id<Busy>, &Busy)> + Clone {
        under(&self.index.busy_by_person, &None, &self.busy_times)
    }

    /// The round with this number.
    #[must_use]
    pub fn round_numbered(&self, number: u8) -> Option<Id<Round>> {
        self.index.rounds_by_number.get(&number).copied()
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::{Busy, BusyKind, Cohort, Id, Model, Person, Record};

    fn person(email: &str, earlier: &[&str]) -> Box<Person> {
        Box::new(Person {
            email: email.to_owned(),
            earlier_emails: earlier.iter().map(|e| (*e).to_owned()).collect(),
            ..Person::default()
        })
    }

    fn empty() -> Model {
        Model::empty(Id::<Cohort>::new(1))
    }

    #[test]
    fn an_earlier_address_still_finds_the_person() {
        let mut model = empty();
        let id = Id::new(7);
        model.put(Record::Person(id, person("new@x.org", &["Old@x.org"])), 1);
        let found: Vec<_> = model.people_with_email(" OLD@X.org ").map(|(id, _)| id).collect();
        assert_eq!(found, vec![id]);
    }

    #[test]
    fn a_bank_holiday_is_a_busy_time_of_everybody() {
        let mut model = empty();
        let at = chrono::DateTime::UNIX_EPOCH;
        let busy = |person, n| {
            let busy = Busy {
                person,
                kind: BusyKind::Holiday,
                what: String::new(),
                starts: at,
                ends: at,
                uid: String::new(),
            };
            Record::Busy(Id::new(n), Box::new(busy))
        };
        model.put(busy(None, 1), 1);
        model.put(busy(Some(Id::new(7)), 2), 1);
        model.put(busy(Some(Id::new(8)), 3), 1);
        let mine: Vec<u64> = model.busy_of(Id::new(7)).map(|(id, _)| id.number()).collect();
        assert_eq!(mine, vec![2, 1]);
    }
}
