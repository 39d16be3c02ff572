//! A small cohort for tests: two streams, three groups, three mentors, five mentees, one session of CCIO-2 a month.

use chrono::{DateTime, Months, NaiveDate, Utc};

use crate::domain::record::*;
use crate::domain::{Change, Edit, Id, Mint, Model, Record, when};

/// The day on which tests happen, unless they say otherwise.
pub(in crate::domain) const TODAY: &str = "2025-03-20";

pub(in crate::domain) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A moment on London's clocks: `2025-03-20 16:00`.
pub(in crate::domain) fn at(text: &str) -> DateTime<Utc> {
    let local = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
    when::local_to_utc(local, chrono_tz::Tz::Europe__London).unwrap()
}

pub(in crate::domain) fn now() -> DateTime<Utc> {
    at("2025-03-20 10:00")
}

pub(in crate::domain) fn mint() -> Mint {
    Mint::seeded(99)
}

/// The cohort and the handles by which tests name its records.
pub(in crate::domain) struct World {
    pub(in crate::domain) model: Model,
    pub(in crate::domain) ccio: Id<Stream>,
    pub(in crate::domain) cnio: Id<Stream>,
    pub(in crate::domain) ccio_2: Id<Group>,
    pub(in crate::domain) ccio_3: Id<Group>,
    pub(in crate::domain) cnio_1: Id<Group>,
    pub(in crate::domain) amara: Id<Enrolment>,
    pub(in crate::domain) ruth: Id<Enrolment>,
    pub(in crate::domain) fatima: Id<Enrolment>,
    pub(in crate::domain) daniel: Id<Enrolment>,
    pub(in crate::domain) kofi: Id<Enrolment>,
    pub(in crate::domain) beth: Id<Enrolment>,
    pub(in crate::domain) amina: Id<Enrolment>,
    /// Sessions 1 to 6 of CCIO-2, on the 12th of each month at 16:00.
    pub(in crate::domain) sessions: Vec<Id<Session>>,
}

impl World {
    pub(in crate::domain) fn person(&self, enrolment: Id<Enrolment>) -> Id<Person> {
        self.model.enrolments.get(enrolment).unwrap().person
    }

    /// Checks that the edit's inverse gives the model back, and answers the model with the edit applied.
    pub(in crate::domain) fn played(&self, edit: &Edit) -> Model {
        played(&self.model, edit)
    }
}

/// Checks that the rules admit the edit, that it says what was, and that its inverse gives the model back; answers the model after it.
pub(in crate::domain) fn played(model: &Model, edit: &Edit) -> Model {
    assert!(
        edit.changes.iter().all(|c| model.is_before(c)),
        "a before is not what is"
    );
    if !edit.is_empty() {
        let verdict = model.admit(edit, AdminRole::Owner, now());
        assert_eq!(verdict, Ok(crate::domain::Verdict::Fresh), "{}", edit.label);
    }
    let after = model.after(&edit.changes);
    assert!(edit.changes.iter().all(|c: &Change| after.is_after(c)));
    let back: Vec<_> = after
        .after(&edit.inverse())
        .every_record()
        .map(|(r, _)| r)
        .collect();
    let was: Vec<_> = model.every_record().map(|(r, _)| r).collect();
    assert_eq!(back, was, "the inverse does not give the model back");
    after
}

fn stream(code: &str, order: u16, family: Family) -> Stream {
    Stream {
        code: code.into(),
        name: format!("{code} stream"),
        family,
        source: String::new(),
        lead: String::new(),
        order,
        state: StreamState::Open,
    }
}

pub(in crate::domain) fn world() -> World {
    let focus = Id::new(1);
    let mut model = Model::empty(focus);
    let mut cohort = Cohort::draft("2025", day("2025-01-01"), day("2025-06-30"));
    cohort.state = CohortState::Running;
    model.put(Record::Cohort(focus, Box::new(cohort)), 1);
    let (ccio, cnio) = (Id::new(2), Id::new(3));
    model.put(
        Record::Stream(ccio, Box::new(stream("CCIO", 1, Family::Clinical))),
        1,
    );
    model.put(
        Record::Stream(cnio, Box::new(stream("CNIO", 2, Family::Clinical))),
        1,
    );
    let mut next = 100;
    let mut join = |name: &str, trust: &str, role, stream| {
        let (person, enrolment) = (Id::new(next), Id::new(next + 100));
        next += 1;
        let email = format!(
            "{}@{}.example.org",
            name.to_lowercase().replace([' ', '\''], "."),
            trust.to_lowercase()
        );
        let is = Person {
            name: name.into(),
            email,
            organisation: trust.into(),
            ..Person::default()
        };
        model.put(Record::Person(person, Box::new(is)), 1);
        let is = Enrolment {
            person,
            role,
            stream,
            second_stream: None,
            stage: None,
            wishes: Vec::new(),
            availability: Vec::new(),
            capacity: None,
            from: day("2025-01-01"),
            state: EnrolmentState::Active,
            ended: None,
            note: String::new(),
        };
        model.put(Record::Enrolment(enrolment, Box::new(is)), 1);
        enrolment
    };
    let amara = join("Amara Okafor", "Arden", Role::Mentor, ccio);
    let ruth = join("Ruth Abernathy", "Calder", Role::Mentor, ccio);
    let helen = join("Helen O'Brien", "Westbank", Role::Mentor, cnio);
    let fatima = join("Fatima Rahman", "Brigg", Role::Mentee, ccio);
    let daniel = join("Daniel Price", "Milton", Role::Mentee, ccio);
    let kofi = join("Kofi Mensah", "Calder", Role::Mentee, ccio);
    let beth = join("Beth Turner", "Foxley", Role::Mentee, cnio);
    let amina = join("Amina Yusuf", "Arden", Role::Mentee, ccio);
    let (ccio_2, ccio_3, cnio_1) = (Id::new(300), Id::new(301), Id::new(302));
    for (id, code, stream, mentor) in [
        (ccio_2, "CCIO-2", ccio, amara),
        (ccio_3, "CCIO-3", ccio, ruth),
        (cnio_1, "CNIO-1", cnio, helen),
    ] {
        let lead = Lead {
            enrolment: mentor,
            role: LeadRole::Lead,
            from: day("2025-01-01"),
            to: None,
        };
        let is = Group {
            code: code.into(),
            stream,
            leads: vec![lead],
            min: None,
            max: None,
            link: String::new(),
            state: GroupState::Active,
            note: String::new(),
        };
        model.put(Record::Group(id, Box::new(is)), 1);
    }
    for (n, enrolment, group) in [
        (400, fatima, ccio_2),
        (401, daniel, ccio_2),
        (402, kofi, ccio_3),
        (403, beth, cnio_1),
    ] {
        let is = Membership {
            enrolment,
            group,
            from: day("2025-01-01"),
            to: None,
            locked: false,
            origin: Origin::Grouping,
            reason: String::new(),
        };
        model.put(Record::Membership(Id::new(n), Box::new(is)), 1);
    }
    let mut sessions = Vec::new();
    for n in 0_u8..6 {
        let opens = day("2025-01-01") + Months::new(n.into());
        let round = Id::new(500 + u64::from(n));
        let closes = (opens + Months::new(1)).pred_opt().unwrap();
        let is = Round {
            number: n + 1,
            opens,
            closes,
            theme: String::new(),
        };
        model.put(Record::Round(round, Box::new(is)), 1);
        let id = Id::new(600 + u64::from(n));
        let is = Session {
            group: Some(ccio_2),
            round: Some(round),
            title: String::new(),
            starts: at(&format!("2025-{:02}-12 16:00", n + 1)),
            minutes: 60,
            link: String::new(),
            place: String::new(),
            topic: String::new(),
            note: String::new(),
            state: SessionState::Confirmed,
            reason: String::new(),
            postponed_to: None,
            uid: format!("{id}@cohort"),
            sequence: 0,
            moves: 0,
        };
        model.put(Record::Session(id, Box::new(is)), 1);
        sessions.push(id);
    }
    World {
        model,
        ccio,
        cnio,
        ccio_2,
        ccio_3,
        cnio_1,
        amara,
        ruth,
        fatima,
        daniel,
        kofi,
        beth,
        amina,
        sessions,
    }
}
