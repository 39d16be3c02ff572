//! The bytes of every stored kind and version, as they were when they were first written: they must read for ever.

use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};

use super::super::{Answer as EditAnswer, Head, Outcome};
use super::*;
use crate::domain::*;

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, month, day).unwrap()
}

fn noon() -> DateTime<Utc> {
    day(3, 18).and_hms_opt(12, 0, 0).unwrap().and_utc()
}

fn id<T>(number: u64) -> Id<T> {
    Id::new(0x0123_4567_89ab_0000 + number)
}

/// One record of every kind, every field holding something where it can.
fn samples() -> Vec<Record> {
    fn record<T>(number: u64, is: T, of: fn(Id<T>, Box<T>) -> Record) -> Record {
        of(id(number), Box::new(is))
    }
    let free = FreeTime {
        day: 1,
        from: 540,
        to: 1080,
    };
    let person = Person {
        name: "Łucja Nguyễn".into(),
        known_as: "Lu".into(),
        email: "lucja@example.org".into(),
        earlier_emails: vec!["l.n@example.org".into()],
        phone: "+44 20 7946 0000".into(),
        organisation: "Arden".into(),
        region: "Midlands".into(),
        job_title: "CNIO".into(),
        line_manager: "boss@example.org".into(),
        access_needs: "captions".into(),
        note: "two\nlines".into(),
        retain_until: Some(day(6, 30)),
    };
    let enrolment = Enrolment {
        person: id(1),
        role: Role::Mentor,
        stream: id(16),
        second_stream: Some(id(17)),
        stage: Some(Stage::Emerging),
        wishes: vec!["board".into()],
        availability: vec![free],
        capacity: Some(4),
        from: day(1, 6),
        state: EnrolmentState::Active,
        ended: Some(Ending {
            on: day(5, 1),
            reason: "moved".into(),
            by: EndedBy::Mentor,
        }),
        note: "n".into(),
    };
    let application = Application {
        person: id(1),
        role: Role::Mentee,
        stream: id(16),
        second_stream: Some(id(17)),
        stage: Some(Stage::Senior),
        wishes: vec!["vision".into(), "team".into()],
        availability: vec![free],
        capacity: None,
        statement: "why".into(),
        received: noon(),
        state: ApplicationState::Waitlisted,
        offer_expires: Some(day(4, 1)),
    };
    let group = Group {
        code: "CNIO-2".into(),
        stream: id(16),
        leads: vec![Lead {
            enrolment: id(18),
            role: LeadRole::Co,
            from: day(1, 6),
            to: Some(day(2, 1)),
        }],
        min: Some(2),
        max: Some(7),
        link: "https://example.org/2".into(),
        state: GroupState::Active,
        note: "n".into(),
    };
    let membership = Membership {
        enrolment: id(18),
        group: id(19),
        from: day(1, 6),
        to: Some(day(3, 1)),
        locked: true,
        origin: Origin::Grouping,
        reason: "fit".into(),
    };
    let session = Session {
        group: Some(id(19)),
        round: Some(id(22)),
        title: "Summer School".into(),
        starts: noon(),
        minutes: 60,
        link: "l".into(),
        place: "p".into(),
        topic: "t".into(),
        note: "n".into(),
        state: SessionState::Postponed,
        reason: "r".into(),
        postponed_to: Some(id(24)),
        uid: "u@example.org".into(),
        sequence: 300,
        moves: 2,
    };
    let mark = Mark {
        session: id(23),
        enrolment: Some(id(18)),
        guest: "G".into(),
        value: MarkValue::Late,
        minutes_late: Some(12),
        note: "n".into(),
        by: "Ann".into(),
        at: noon(),
    };
    let response = Response {
        wave: id(27),
        enrolment: Some(id(18)),
        group: Some(id(19)),
        received: noon(),
        answers: vec![Answer {
            question: "useful".into(),
            number: Some(-2),
            text: "yes".into(),
        }],
        themes: vec![id(5)],
        by_way_of: "form".into(),
    };
    let quote = Quote {
        response: Some(id(29)),
        speaker: Some(id(18)),
        round: Some(id(22)),
        said: "said".into(),
        edited: "edited".into(),
        theme: Some(id(5)),
        state: QuoteState::Cleared,
        unrecognisable: true,
    };
    let consent = Consent {
        person: id(1),
        purpose: Purpose::Quotes,
        widest: Attribution::Family,
        quote: Some(id(31)),
        wording: "w".into(),
        how: "form".into(),
        obtained: day(3, 1),
        withdrawn: Some(day(4, 1)),
        retain_until: Some(day(6, 1)),
    };
    let instrument = Instrument {
        key: "pulse".into(),
        name: "Pulse".into(),
        audience: Asked::Everybody,
        questions: vec![Question {
            key: "useful".into(),
            text: "?".into(),
            scale: Scale::ZeroToTen,
            scored: true,
        }],
        enough: 2,
    };
    let wave = Wave {
        instrument: id(4),
        occasion: Occasion::FollowUp,
        round: Some(id(22)),
        opens: day(3, 1),
        closes: day(3, 9),
        anonymous: true,
    };
    let pair = PairRule {
        one: id(1),
        other: id(2),
        kind: PairKind::Apart,
        reason: PairReason::EarlierPair,
        until: Some(day(6, 1)),
        blocking: true,
        note: "n".into(),
    };
    let stream = Stream {
        code: "CNIO".into(),
        name: "Chief nurses".into(),
        family: Family::Mixed,
        source: "s".into(),
        lead: "l".into(),
        order: 3,
        state: StreamState::Archived,
    };
    let sighting = Sighting {
        session: id(23),
        enrolment: Some(id(18)),
        name: "Lu".into(),
        joined: noon(),
        left: Some(noon()),
    };
    let busy = Busy {
        person: Some(id(1)),
        kind: BusyKind::Leave,
        what: "w".into(),
        starts: noon(),
        ends: noon(),
        uid: "u".into(),
    };
    let goal = Goal {
        enrolment: id(18),
        text: "g".into(),
        set_on: day(1, 9),
        score: Some(-1),
        scored_on: Some(day(6, 1)),
    };
    let message = Message {
        person: id(1),
        kind: MessageKind::Decision,
        about: "a".into(),
        subject: "s".into(),
        at: noon(),
        state: MessageState::Sent,
    };
    let used = Use {
        quote: id(31),
        place: "p".into(),
        on: day(6, 9),
        label: "one CNIO mentee".into(),
    };
    vec![
        record(1, person, Record::Person),
        record(2, Cohort::draft("2025", day(1, 1), day(6, 30)), Record::Cohort),
        record(
            3,
            Admin {
                name: "Ann".into(),
                role: AdminRole::Editor,
                last_seen: 900,
            },
            Record::Admin,
        ),
        record(4, instrument, Record::Instrument),
        record(
            5,
            Theme {
                name: "confidence".into(),
                words: vec!["sure".into()],
                order: 1,
            },
            Record::Theme,
        ),
        record(16, stream, Record::Stream),
        record(17, application, Record::Application),
        record(18, enrolment, Record::Enrolment),
        record(19, group, Record::Group),
        record(20, membership, Record::Membership),
        record(21, pair, Record::PairRule),
        record(
            22,
            Round {
                number: 3,
                opens: day(3, 1),
                closes: day(3, 31),
                theme: "t".into(),
            },
            Record::Round,
        ),
        record(23, session, Record::Session),
        record(24, mark, Record::Mark),
        record(25, sighting, Record::Sighting),
        record(26, busy, Record::Busy),
        record(27, wave, Record::Wave),
        record(
            28,
            Request {
                wave: id(27),
                enrolment: id(18),
                asked: noon(),
                answered: true,
            },
            Record::Request,
        ),
        record(29, response, Record::Response),
        record(30, goal, Record::Goal),
        record(31, quote, Record::Quote),
        record(32, consent, Record::Consent),
        record(33, used, Record::Use),
        record(
            34,
            Ack {
                alert: "pool:pe-1".into(),
                by: "Ann".into(),
                at: noon(),
            },
            Record::Ack,
        ),
        record(35, message, Record::Message),
        record(
            7,
            Claim {
                person: id(1),
                what: Claimed::Erasure,
                received: day(3, 1),
                met: Some(day(3, 20)),
                note: "by mail".into(),
            },
            Record::Claim,
        ),
        record(
            6,
            Mapping {
                of: FileOf::Survey,
                heading: "Now / Building a team".into(),
                field: "team".into(),
            },
            Record::Mapping,
        ),
        record(
            36,
            Provenance {
                of: "pe-0000000000z5".into(),
                file: "roster.csv".into(),
                line: 3,
                said: vec![Said {
                    field: "name".into(),
                    print: 1 << 40,
                }],
            },
            Record::Provenance,
        ),
    ]
}

/// The committed bytes of a value; written first when `UPDATE` asks for it.
fn golden(name: &str, version: u16, now: &[u8]) -> Vec<u8> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/golden")
        .join(format!("{}.v{version}.hex", name.replace(' ', "-")));
    if std::env::var_os("UPDATE").is_some() {
        let hex: String = now.iter().map(|byte| format!("{byte:02x}")).collect();
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, hex + "\n").unwrap();
    }
    let hex = std::fs::read_to_string(&file).unwrap_or_else(|_| panic!("{} is missing", file.display()));
    let hex = hex.trim();
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

#[test]
fn every_kind_reads_and_writes_its_golden_bytes() {
    let samples = samples();
    for kind in Kind::ALL {
        let sample = samples
            .iter()
            .find(|record| record.id().kind == *kind)
            .unwrap_or_else(|| panic!("no sample of a {kind}"));
        let now = record(sample, 700);
        let then = golden(kind.word(), version(*kind), &now);
        assert_eq!(
            read_record(sample.id().number, &then).as_ref(),
            Ok(&(sample.clone(), 700)),
            "{kind}"
        );
        assert_eq!(
            now, then,
            "a {kind} is written differently: that is a new version"
        );
    }
}

#[test]
fn entries_and_answers_read_and_write_their_golden_bytes() {
    let head = Head {
        rev: 700,
        at: noon().timestamp_millis(),
        by: "Ann".into(),
        nonce: u128::MAX - 5,
        cohort: id(2),
        label: Label::new("move", "Lu"),
        count: 2,
        undoes: Some(699),
        parts: 3,
        hash: 12,
    };
    let answer = EditAnswer {
        payload: 99,
        at: noon().timestamp(),
        outcome: Outcome::Refused(Refusal::conflict(
            "Ben changed it",
            vec![Clash {
                id: id::<Person>(1).into(),
                field: "name".into(),
                was: "a".into(),
                theirs: "b".into(),
                mine: "c".into(),
                rev: 4,
                by: "Ben".into(),
            }],
        )),
    };
    let then = golden("entry", 1, &wrap(Other::Head, &head));
    assert_eq!(
        (unwrap(Other::Head, &then), wrap(Other::Head, &head)),
        (Ok(head), then)
    );
    let then = golden("answer", 1, &wrap(Other::Answer, &answer));
    assert_eq!(
        (unwrap(Other::Answer, &then), wrap(Other::Answer, &answer)),
        (Ok(answer), then)
    );
}

#[test]
fn changes_read_back() {
    let changes: Vec<Change> = samples()
        .into_iter()
        .flat_map(|record| {
            let made = Change::between(None, Some(record.clone())).unwrap();
            let kept = Change::between(Some(record.clone()), Some(record)).unwrap();
            [made.clone(), kept, made.inverse()]
        })
        .collect();
    assert_eq!(read_changes(&super::changes(&changes)), Ok(changes));
}

#[test]
fn changes_that_end_early_are_not_read() {
    let changes: Vec<Change> = samples()
        .into_iter()
        .take(2)
        .filter_map(|is| Change::between(None, Some(is)))
        .collect();
    let bytes = super::changes(&changes);
    let whole: Vec<usize> = (0..bytes.len())
        .filter(|end| read_changes(&bytes[..*end]).is_ok())
        .collect();
    // Nothing at all, and the first change alone, are whole.
    assert_eq!(whole.len(), 2, "{whole:?}");
}

#[test]
fn no_flipped_bit_makes_reading_panic() {
    let samples = samples();
    for sample in &samples {
        let good = record(sample, 1);
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            // It may read as another record; hashes find that. It must not panic or take all memory.
            let _ = read_record(1, &bad);
        }
    }
}

#[test]
fn a_record_of_a_newer_program_is_named_as_such() {
    let mut bytes = record(&samples()[0], 1);
    bytes[1] = 9;
    let newer = Unreadable::Newer {
        of: "person".into(),
        version: 9,
    };
    assert_eq!(read_record(1, &bytes), Err(newer));
}

#[test]
fn bytes_after_the_end_are_refused() {
    let mut bytes = record(&samples()[0], 1);
    bytes.push(0);
    assert!(read_record(1, &bytes).is_err());
}
