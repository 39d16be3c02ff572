//! A small world for tests: the 2025 cohort on Tuesday 18 March 2025 at 10:42, in the middle of session 3.
//!
//! Two streams (CCIO, CNIO), three groups, three mentors, ten mentees in groups, one in the pool, one who left, two
//! applicants, six rounds, eighteen sessions: rounds 1 and 2 with closed registers, CNIO-1 S3 over with an open
//! register, CCIO-1 S3 live, CCIO-2 S3 tomorrow in a clash. Ids and clock are fixed. Built through `Model::put`
//! only, so that it needs no rule and no intent. Used by the suite and, through `#[path]`, by the tests in `src`.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use super::{
    Admin, AdminRole, Answer, Application, ApplicationState, Asked, Attribution, Busy, BusyKind, Cohort,
    CohortState, Consent, EndedBy, Ending, Enrolment, EnrolmentState, Family, FreeTime, Group, GroupState,
    Id, Instrument, Lead, LeadRole, Mark, MarkValue, Membership, Model, Occasion, Origin, Person, Purpose,
    Question, Quote, QuoteState, Record, Request, Response, Role, Round, Scale, Session, SessionState, Stage,
    Stream, StreamState, Theme, Wave,
};

/// The cohort of the small world.
pub const COHORT: Id<Cohort> = Id::new(1);
/// The revision at which the small world stands.
pub const REV: u64 = 40;

/// A day.
pub fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("tests name days that exist")
}

/// The clock of the small world: Tuesday 18 March 2025, 10:42, London and UTC being the same then.
pub fn now() -> DateTime<Utc> {
    at(day(2025, 3, 18), 10, 42)
}

/// A moment in UTC.
pub fn at(day: NaiveDate, hour: u32, minute: u32) -> DateTime<Utc> {
    clock(hour, minute).map_or(DateTime::UNIX_EPOCH, |time| day.and_time(time).and_utc())
}

fn clock(hour: u32, minute: u32) -> Option<NaiveTime> {
    NaiveTime::from_hms_opt(hour, minute, 0)
}

/// The person of this name.
pub fn person(model: &Model, name: &str) -> Id<Person> {
    model.find_person(name).expect("the small world has this person")
}

/// The participation of the person of this name: as mentor where there are two.
pub fn enrolled(model: &Model, name: &str) -> Id<Enrolment> {
    let part = model.participant(person(model, name));
    part.and_then(|part| part.enrolment)
        .expect("this person is enrolled")
}

/// The group of this code.
pub fn group(model: &Model, code: &str) -> Id<Group> {
    model.find_group(code).expect("the small world has this group")
}

/// The stream of this code.
pub fn stream(model: &Model, code: &str) -> Id<Stream> {
    model.find_stream(code).expect("the small world has this stream")
}

/// The session named `CCIO-1/3`.
pub fn session(model: &Model, name: &str) -> Id<Session> {
    model
        .find_session(name)
        .expect("the small world has this session")
}

const CCIO: Id<Stream> = Id::new(11);
const CNIO: Id<Stream> = Id::new(12);

/// Name, address before `@example.org`, trust, region.
const PEOPLE: [(&str, &str, &str, &str); 17] = [
    ("Amara Okafor", "amara.okafor", "Arden", "Midlands"),
    ("Simon Whitfield", "simon.whitfield", "Calder", "North West"),
    ("Helen O'Brien", "helen.obrien", "Westbank", "London"),
    ("Daniel Price", "daniel.price", "Milton", "South East"),
    ("Fatima Rahman", "fatima.rahman", "Brigg", "North East"),
    ("Tomasz Nowak", "tomasz.nowak", "Regent", "London"),
    ("李梅 Li Mei", "li.mei", "Foxley", "East"),
    ("Grace Adeyemi", "grace.adeyemi", "Weald", "South East"),
    ("Owen Pritchard", "owen.pritchard", "Taff", "Wales"),
    ("Nadia Haddad", "nadia.haddad", "Tamar", "South West"),
    ("Ade Balogun", "ade.balogun", "Calder", "North West"),
    ("Ines Moreau", "ines.moreau", "Solent", "South East"),
    ("Zoë Clarke", "zoe.clarke", "Wharfe", "North East"),
    ("Amina Yusuf", "a.yusuf", "Arden", "Midlands"),
    ("José Núñez-Pérez", "jose.nunez", "Fenland", "East"),
    ("Harry Coleman", "harry.coleman", "Westbank", "London"),
    ("Dee Foster", "dee.foster", "Foxley", "East"),
];

/// Code, stream, lead mentor, mentees (as places of `PEOPLE`), hour and minute of the sessions.
type GroupRow = (&'static str, Id<Stream>, usize, &'static [usize], (u32, u32));
const GROUPS: [GroupRow; 3] = [
    ("CCIO-1", CCIO, 0, &[3, 4, 5, 6], (10, 30)),
    ("CCIO-2", CCIO, 1, &[7, 8, 9], (16, 0)),
    ("CNIO-1", CNIO, 2, &[10, 11, 12], (9, 0)),
];

/// The days of the six sessions of each group, as month and day of 2025.
const DAYS: [[(u32, u32); 6]; 3] = [
    [(1, 14), (2, 11), (3, 18), (4, 15), (5, 13), (6, 10)],
    [(1, 15), (2, 12), (3, 19), (4, 16), (5, 14), (6, 11)],
    [(1, 16), (2, 13), (3, 18), (4, 17), (5, 15), (6, 12)],
];

/// The person at this place of `PEOPLE`.
const fn pe(place: usize) -> Id<Person> {
    Id::new(100 + place as u64)
}
/// The participation of the person at this place.
const fn en(place: usize) -> Id<Enrolment> {
    Id::new(200 + place as u64)
}
/// The group at this place of `GROUPS`.
const fn gr(place: usize) -> Id<Group> {
    Id::new(300 + place as u64)
}
/// The round of this number.
pub const fn round(number: u8) -> Id<Round> {
    Id::new(400 + number as u64)
}
/// The session of the group at this place in this round.
const fn se(place: usize, number: u8) -> Id<Session> {
    Id::new(500 + place as u64 * 10 + number as u64)
}
/// The pulse after round 1.
pub const PULSE: Id<Wave> = Id::new(702);
/// The anonymous midpoint wave, which nobody has answered.
pub const MIDPOINT: Id<Wave> = Id::new(703);
/// What Daniel Price said, with consent to "one stream member".
pub const QUOTE: Id<Quote> = Id::new(801);

/// The small world.
pub fn world() -> Model {
    let mut model = Model::empty(COHORT);
    put_programme(&mut model);
    put_people(&mut model);
    put_groups(&mut model);
    put_sessions(&mut model);
    put_feedback(&mut model);
    model.rev = REV;
    model
}

fn put_programme(model: &mut Model) {
    let mut cohort = Cohort::draft("2025", day(2025, 1, 1), day(2025, 6, 30));
    cohort.state = CohortState::Running;
    model.put(Record::Cohort(COHORT, Box::new(cohort)), 1);
    for (n, name, role) in [
        (1, "Sam K", AdminRole::Owner),
        (2, "Jo T", AdminRole::Editor),
        (3, "Vi W", AdminRole::Viewer),
    ] {
        let admin = Admin {
            name: name.to_owned(),
            role,
            last_seen: REV,
        };
        model.put(Record::Admin(Id::new(20 + n), Box::new(admin)), 1);
    }
    for (id, code, name, family, order) in [
        (
            CCIO,
            "CCIO",
            "Chief clinical information officers",
            Family::Clinical,
            1,
        ),
        (
            CNIO,
            "CNIO",
            "Chief nursing information officers",
            Family::Clinical,
            2,
        ),
    ] {
        let stream = Stream {
            code: code.to_owned(),
            name: name.to_owned(),
            family,
            source: format!("{code} advisory panel"),
            lead: "Jo T".to_owned(),
            order,
            state: StreamState::Open,
        };
        model.put(Record::Stream(id, Box::new(stream)), 2);
    }
    for number in 1..=6_u8 {
        let opens = day(2025, u32::from(number), 1);
        let round_of = Round {
            number,
            opens,
            closes: opens + chrono::Months::new(1) - chrono::Days::new(1),
            theme: String::new(),
        };
        model.put(Record::Round(round(number), Box::new(round_of)), 2);
    }
    let holiday = Busy {
        person: None,
        kind: BusyKind::Holiday,
        what: "Good Friday".to_owned(),
        starts: at(day(2025, 4, 17), 23, 0),
        ends: at(day(2025, 4, 18), 23, 0),
        uid: "good-friday-2025".to_owned(),
    };
    model.put(Record::Busy(Id::new(31), Box::new(holiday)), 3);
}

/// An enrolment of the small world.
pub fn enrolment(person: Id<Person>, role: Role, stream: Id<Stream>) -> Enrolment {
    Enrolment {
        person,
        role,
        stream,
        second_stream: None,
        stage: (role == Role::Mentee).then_some(Stage::Emerging),
        wishes: Vec::new(),
        availability: Vec::new(),
        capacity: (role == Role::Mentor).then_some(5),
        from: day(2025, 1, 6),
        state: EnrolmentState::Active,
        ended: None,
        note: String::new(),
    }
}

/// An application to the small world.
pub fn application(person: Id<Person>, stream: Id<Stream>, state: ApplicationState) -> Application {
    Application {
        person,
        role: Role::Mentee,
        stream,
        second_stream: None,
        stage: Some(Stage::Aspiring),
        wishes: vec!["working with a board".to_owned()],
        availability: Vec::new(),
        capacity: None,
        statement: String::new(),
        received: at(day(2025, 3, 1), 9, 0),
        state,
        offer_expires: None,
    }
}

fn put_people(model: &mut Model) {
    for (place, (name, mail, trust, region)) in PEOPLE.iter().enumerate() {
        let is = Person {
            name: (*name).to_owned(),
            email: format!("{mail}@example.org"),
            organisation: (*trust).to_owned(),
            region: (*region).to_owned(),
            job_title: "Deputy lead".to_owned(),
            retain_until: Some(day(2027, 6, 30)),
            ..Person::default()
        };
        model.put(Record::Person(pe(place), Box::new(is)), 3);
    }
    for place in 0..15 {
        let role = if place < 3 { Role::Mentor } else { Role::Mentee };
        let stream = if matches!(place, 2 | 10..=12) { CNIO } else { CCIO };
        let mut is = enrolment(pe(place), role, stream);
        match place {
            4 => {
                is.availability = vec![FreeTime {
                    day: 1,
                    from: 9 * 60,
                    to: 13 * 60,
                }];
            }
            13 => {
                is.state = EnrolmentState::Confirmed;
                is.from = day(2025, 3, 12);
            }
            14 => {
                is.state = EnrolmentState::Withdrawn;
                is.ended = Some(Ending {
                    on: day(2025, 2, 20),
                    reason: "new post".to_owned(),
                    by: EndedBy::Mentee,
                });
            }
            _ => {}
        }
        model.put(Record::Enrolment(en(place), Box::new(is)), 4);
    }
    let received = application(pe(15), CCIO, ApplicationState::Received);
    model.put(Record::Application(Id::new(251), Box::new(received)), 4);
    let waitlisted = application(pe(16), CNIO, ApplicationState::Waitlisted);
    model.put(Record::Application(Id::new(252), Box::new(waitlisted)), 4);
    let accepted = application(pe(13), CCIO, ApplicationState::Accepted);
    model.put(Record::Application(Id::new(253), Box::new(accepted)), 4);
    let clinic = Busy {
        person: Some(pe(1)),
        kind: BusyKind::Busy,
        what: "clinic".to_owned(),
        starts: at(day(2025, 3, 19), 16, 30),
        ends: at(day(2025, 3, 19), 17, 30),
        uid: "clinic-19-march".to_owned(),
    };
    model.put(Record::Busy(Id::new(32), Box::new(clinic)), 4);
}

/// A membership of the small world, in force from this day.
pub fn membership(enrolment: Id<Enrolment>, group: Id<Group>, from: NaiveDate) -> Membership {
    Membership {
        enrolment,
        group,
        from,
        to: None,
        locked: false,
        origin: Origin::ByHand,
        reason: String::new(),
    }
}

fn put_groups(model: &mut Model) {
    let begins = day(2025, 1, 6);
    for (place, (code, stream, lead, mentees, _)) in GROUPS.iter().enumerate() {
        let is = Group {
            code: (*code).to_owned(),
            stream: *stream,
            leads: vec![Lead {
                enrolment: en(*lead),
                role: LeadRole::Lead,
                from: begins,
                to: None,
            }],
            min: None,
            max: None,
            link: if place == 1 {
                String::new()
            } else {
                format!("https://meet.example.org/{code}")
            },
            state: GroupState::Active,
            note: String::new(),
        };
        model.put(Record::Group(gr(place), Box::new(is)), 5);
        for mentee in *mentees {
            let is = membership(en(*mentee), gr(place), begins);
            model.put(Record::Membership(Id::new(600 + *mentee as u64), Box::new(is)), 5);
        }
    }
    let mut left = membership(en(14), gr(0), begins);
    left.to = Some(day(2025, 2, 20));
    model.put(Record::Membership(Id::new(614), Box::new(left)), 6);
}

/// A session of the small world.
pub fn session_of(group: Id<Group>, number: u8, starts: DateTime<Utc>, state: SessionState) -> Session {
    Session {
        group: Some(group),
        round: Some(round(number)),
        title: String::new(),
        starts,
        minutes: 60,
        link: String::new(),
        place: String::new(),
        topic: String::new(),
        note: String::new(),
        state,
        reason: String::new(),
        postponed_to: None,
        uid: format!("{}-{number}@cohort", group.number()),
        sequence: 0,
        moves: 0,
    }
}

fn put_sessions(model: &mut Model) {
    let mut next_mark = 0;
    for (place, (_, _, lead, mentees, (hour, minute))) in GROUPS.iter().enumerate() {
        for number in 1..=6_u8 {
            let (month, on) = DAYS[place][usize::from(number) - 1];
            let date = day(2025, month, on);
            let starts = clock(*hour, *minute).and_then(|time| model.moment(date, time));
            let state = match number {
                1 | 2 => SessionState::Closed,
                3 => SessionState::Confirmed,
                _ => SessionState::Planned,
            };
            let id = se(place, number);
            let starts = starts.expect("no session of the small world falls into a change of the clocks");
            let is = session_of(gr(place), number, starts, state);
            model.put(Record::Session(id, Box::new(is)), 7);
            let mut people = vec![*lead];
            people.extend(*mentees);
            if place == 0 && number < 3 {
                people.push(14);
            }
            for who in people {
                if let Some(value) = mark_in_world(place, number, who) {
                    let mark = Mark {
                        session: id,
                        enrolment: Some(en(who)),
                        guest: String::new(),
                        value,
                        minutes_late: None,
                        note: String::new(),
                        by: "Jo T".to_owned(),
                        at: starts + chrono::TimeDelta::minutes(5),
                    };
                    model.put(Record::Mark(Id::new(1000 + next_mark), Box::new(mark)), 8);
                    next_mark += 1;
                }
            }
        }
    }
}

/// The mark that the person at a place has in a session of the group at a place; none for unmarked.
fn mark_in_world(place: usize, number: u8, who: usize) -> Option<MarkValue> {
    match (place, number, who) {
        (_, 1 | 2, 5) if number == 2 => Some(MarkValue::Absent),
        (_, 1, 14) => Some(MarkValue::Apologies),
        (_, 2, 14) => Some(MarkValue::Absent),
        (_, 2, 8) => Some(MarkValue::Apologies),
        (_, 2, 4) | (0, 3, 4) => Some(MarkValue::Late),
        (_, 1 | 2, _) | (0, 3, 0 | 3) | (2, 3, 2 | 10) => Some(MarkValue::Present),
        (2, 3, 11) => Some(MarkValue::Absent),
        _ => None,
    }
}

fn put_feedback(model: &mut Model) {
    let question = |key: &str, text: &str, scale, scored| Question {
        key: key.to_owned(),
        text: text.to_owned(),
        scale,
        scored,
    };
    let pulse = Instrument {
        key: "pulse".to_owned(),
        name: "Pulse".to_owned(),
        audience: Asked::Everybody,
        questions: vec![
            question("useful", "Useful to my role", Scale::OneToFive, true),
            question("open", "I could speak openly", Scale::OneToFive, true),
            question("next", "My next step", Scale::Text, false),
            question("word", "Would like a word", Scale::YesNo, false),
        ],
        enough: 1,
    };
    let instrument = Id::new(701);
    model.put(Record::Instrument(instrument, Box::new(pulse)), 9);
    let wave = |occasion, round, anonymous| Wave {
        instrument,
        occasion,
        round,
        opens: day(2025, 1, 14),
        closes: day(2025, 1, 31),
        anonymous,
    };
    let after_one = wave(Occasion::Pulse, Some(round(1)), false);
    model.put(Record::Wave(PULSE, Box::new(after_one)), 9);
    let midpoint = Wave {
        opens: day(2025, 3, 18),
        closes: day(2025, 3, 31),
        ..wave(Occasion::Midpoint, None, true)
    };
    model.put(Record::Wave(MIDPOINT, Box::new(midpoint)), 9);
    for (place, answered) in (3..13).map(|place| (place, place != 12)) {
        let request = Request {
            wave: PULSE,
            enrolment: en(place),
            asked: at(day(2025, 1, 17), 9, 0),
            answered,
        };
        model.put(Record::Request(Id::new(720 + place as u64), Box::new(request)), 9);
        let group = GROUPS
            .iter()
            .position(|(_, _, _, mentees, _)| mentees.contains(&place));
        if answered {
            let number = |key: &str, number: i8| Answer {
                question: key.to_owned(),
                number: Some(number),
                text: String::new(),
            };
            let response = Response {
                wave: PULSE,
                enrolment: Some(en(place)),
                group: group.map(gr),
                received: at(day(2025, 1, 20), 9, 0),
                answers: vec![
                    number("useful", if place == 5 { 2 } else { 4 }),
                    number("open", 5),
                ],
                themes: Vec::new(),
                by_way_of: "form".to_owned(),
            };
            model.put(
                Record::Response(Id::new(740 + place as u64), Box::new(response)),
                9,
            );
        }
    }
    let theme = Theme {
        name: "confidence".to_owned(),
        words: vec!["confident".to_owned()],
        order: 1,
    };
    model.put(Record::Theme(Id::new(790), Box::new(theme)), 9);
    let quote = Quote {
        response: Some(Id::new(743)),
        speaker: Some(en(3)),
        round: Some(round(1)),
        said: "I said it to the board the same week.".to_owned(),
        edited: "I said it to the board the same week.".to_owned(),
        theme: Some(Id::new(790)),
        state: QuoteState::Cleared,
        unrecognisable: true,
    };
    model.put(Record::Quote(QUOTE, Box::new(quote)), 10);
    let consent = Consent {
        person: pe(3),
        purpose: Purpose::Quotes,
        widest: Attribution::Stream,
        quote: None,
        wording: "You may quote me as one CCIO mentee.".to_owned(),
        how: "pulse form".to_owned(),
        obtained: day(2025, 1, 20),
        withdrawn: None,
        retain_until: Some(day(2027, 6, 30)),
    };
    model.put(Record::Consent(Id::new(802), Box::new(consent)), 10);
}
