//! Tests of make: every kind of record is made, changed and dropped from one table, and each step is undone.

use super::*;
use crate::domain::intent::template;
use crate::domain::intent::world::*;
use crate::domain::{Label, Status};

/// A kind, what is typed to make one, a field to change, what is typed there, and how the record ends when it is
/// dropped: `gone`, or a field and the word it then holds.
type Case = (
    Kind,
    &'static [Typed<'static>],
    &'static str,
    &'static str,
    &'static str,
);

const CASES: &[Case] = &[
    (
        Kind::Person,
        &[
            ("name", "Nora Petit"),
            ("email", "nora@x.org"),
            ("stream", "ccio"),
            ("stage", "senior"),
        ],
        "organisation",
        "Milton",
        "status=withdrawn",
    ),
    (
        Kind::Admin,
        &[("name", "Jo T"), ("role", "editor")],
        "role",
        "viewer",
        "gone",
    ),
    (
        Kind::Instrument,
        &[
            ("key", "check"),
            ("name", "Check"),
            ("audience", "mentors"),
            ("questions", "a: How? (1-5, scored)"),
        ],
        "enough",
        "2",
        "gone",
    ),
    (Kind::Theme, &[("name", "money")], "words", "cost; budget", "gone"),
    (
        Kind::Stream,
        &[
            ("code", "CSO"),
            ("name", "Clinical safety"),
            ("family", "clinical"),
        ],
        "lead",
        "Jo T",
        "state=archived",
    ),
    (
        Kind::Application,
        &[
            ("person", "Amara Okafor"),
            ("role", "mentee"),
            ("stream", "CNIO"),
            ("availability", "Mon 12-14"),
        ],
        "state",
        "under review",
        "state=withdrawn",
    ),
    (
        Kind::Enrolment,
        &[("person", "Amara Okafor"), ("role", "mentee"), ("stream", "CNIO")],
        "stage",
        "senior",
        "state=withdrawn",
    ),
    (
        Kind::Group,
        &[("stream", "CCIO"), ("mentor", "Ruth Abernathy"), ("max", "5")],
        "link",
        "https://meet.example.org/4",
        "state=dissolved",
    ),
    (
        Kind::Membership,
        &[
            ("enrolment", "Amina Yusuf"),
            ("group", "CCIO-3"),
            ("from", "today"),
        ],
        "locked",
        "yes",
        "to=2025-03-19",
    ),
    (
        Kind::PairRule,
        &[
            ("one", "Fatima Rahman"),
            ("other", "Beth Turner"),
            ("kind", "apart"),
        ],
        "reason",
        "earlier pair",
        "gone",
    ),
    (
        Kind::Round,
        &[("number", "7"), ("opens", "2025-07-01"), ("closes", "2025-07-31")],
        "theme",
        "Next",
        "gone",
    ),
    (
        Kind::Session,
        &[("group", "CCIO-3"), ("starts", "14 apr 12:00"), ("minutes", "90")],
        "place",
        "Leeds",
        "state=cancelled",
    ),
    (
        Kind::Mark,
        &[
            ("session", "CCIO-2/3"),
            ("enrolment", "Fatima Rahman"),
            ("value", "present"),
        ],
        "value",
        "late",
        "gone",
    ),
    (
        Kind::Sighting,
        &[
            ("session", "CCIO-2/3"),
            ("enrolment", "Fatima Rahman"),
            ("joined", "12 mar 16:01"),
        ],
        "left",
        "12 mar 17:00",
        "gone",
    ),
    (
        Kind::Busy,
        &[
            ("person", "Fatima Rahman"),
            ("kind", "leave"),
            ("starts", "1 apr 09:00"),
            ("ends", "3 apr 17:00"),
        ],
        "what",
        "holiday",
        "gone",
    ),
    (
        Kind::Wave,
        &[
            ("instrument", "exit"),
            ("occasion", "exit"),
            ("opens", "1 jun"),
            ("closes", "30 jun"),
        ],
        "closes",
        "2025-07-15",
        "gone",
    ),
    (
        Kind::Request,
        &[("wave", "pulse 3"), ("enrolment", "Kofi Mensah")],
        "answered",
        "yes",
        "gone",
    ),
    (
        Kind::Response,
        &[
            ("wave", "pulse 3"),
            ("enrolment", "Kofi Mensah"),
            ("useful", "4"),
            ("word", "no"),
        ],
        "open",
        "5",
        "gone",
    ),
    (
        Kind::Goal,
        &[("enrolment", "Kofi Mensah"), ("text", "speak to the board")],
        "score",
        "+1",
        "gone",
    ),
    (
        Kind::Quote,
        &[("said", "I asked at last.")],
        "speaker",
        "Kofi Mensah",
        "state=hidden",
    ),
    (
        Kind::Consent,
        &[
            ("person", "Kofi Mensah"),
            ("purpose", "quotes"),
            ("widest", "one stream member"),
            ("obtained", "today"),
        ],
        "how",
        "by mail",
        "withdrawn=2025-03-20",
    ),
    (
        Kind::Use,
        &[
            ("quote", "qu-0000000000z5"),
            ("place", "report"),
            ("on", "today"),
            ("label", "Fatima Rahman"),
        ],
        "place",
        "annual report",
        "gone",
    ),
    (
        Kind::Ack,
        &[("alert", "no group:pe-1")],
        "alert",
        "no group:pe-2",
        "gone",
    ),
    (
        Kind::Claim,
        &[
            ("person", "Kofi Mensah"),
            ("what", "access"),
            ("received", "today"),
        ],
        "met",
        "today",
        "gone",
    ),
    (
        Kind::Mapping,
        &[("of", "roster"), ("heading", "Gruppe"), ("field", "group")],
        "field",
        "stream",
        "gone",
    ),
    (
        Kind::Provenance,
        &[("of", "pe-0000000000z5"), ("file", "roster.csv")],
        "file",
        "roster-2.csv",
        "gone",
    ),
    (
        Kind::Message,
        &[
            ("person", "Kofi Mensah"),
            ("kind", "other"),
            ("subject", "Welcome"),
        ],
        "subject",
        "Welcome to the group",
        "gone",
    ),
];

/// The small world with what the cases name: instruments, a pulse, an owner, a quote that may be used.
fn furnished() -> Model {
    let w = world();
    let mut model = w.model;
    let cohort = Cohort {
        rounds: 7,
        ..model.settings()
    };
    model.put(record(model.focus.number(), Record::Cohort, cohort), 1);
    for (n, instrument) in (900..).zip(template::instruments()) {
        model.put(record(n, Record::Instrument, instrument), 1);
    }
    model.put(
        record(
            990,
            Record::Admin,
            Admin {
                name: "Sam K".into(),
                role: AdminRole::Owner,
                last_seen: 0,
            },
        ),
        1,
    );
    let pulse = Wave {
        instrument: Id::new(900),
        occasion: Occasion::Pulse,
        round: Some(Id::new(502)),
        opens: day("2025-03-12"),
        closes: day("2025-03-26"),
        anonymous: false,
    };
    model.put(record(991, Record::Wave, pulse), 1);
    let quote = Quote {
        response: None,
        speaker: Some(w.fatima),
        round: None,
        said: "I asked at last.".into(),
        edited: String::new(),
        theme: None,
        state: QuoteState::Cleared,
        unrecognisable: true,
    };
    model.put(record(997, Record::Quote, quote), 1);
    let person = model.enrolments.get(w.fatima).unwrap().person;
    let consent = model.consent_to_quotes(person, Attribution::Named, day("2025-03-01"));
    model.put(record(998, Record::Consent, consent), 1);
    model
}

fn made(
    model: &Model,
    mint: &mut Mint,
    kind: Kind,
    typed: &[Typed<'_>],
) -> Result<(Model, AnyId, Label), Refusal> {
    let edit = model.make(mint, kind, typed, "Sam K", now())?;
    let id = edit
        .changes
        .iter()
        .find(|c| c.is_making() && c.kind() == kind)
        .unwrap()
        .id();
    Ok((played(model, &edit), id, edit.label))
}

#[test]
fn every_kind_is_made_changed_and_dropped_from_one_table_and_each_step_is_undone() {
    let start = furnished();
    let mut mint = mint();
    for (kind, typed, key, text, ending) in CASES {
        let (model, id, label) = made(&start, &mut mint, *kind, typed)
            .unwrap_or_else(|why| panic!("{kind}: {} ({})", why.what, why.hint));
        assert!(
            label.verb == "add" || label.verb == "ask" || label.verb == "answer",
            "{kind}: {label}"
        );
        let before = model.read_field(id, key);
        let edit = model
            .set_field(&mut mint, id, key, text, "Sam K", now())
            .unwrap_or_else(|why| panic!("{kind}: {}", why.what));
        let model = played(&model, &edit);
        let after = model.read_field(id, key);
        assert_ne!(before, after, "{kind}: {key} did not change");
        let edit = model
            .drop_record(&mut mint, id, now())
            .unwrap_or_else(|why| panic!("{kind}: {}", why.what));
        let model = played(&model, &edit);
        match ending.split_once('=') {
            None => assert!(model.record(id).is_none(), "{kind} is still there"),
            Some((key, word)) => assert_eq!(model.read_field(id, key), word, "{kind}"),
        }
    }
}

#[test]
fn the_table_has_every_kind_but_the_cohort_which_is_of_its_own() {
    let listed: Vec<Kind> = CASES.iter().map(|case| case.0).collect();
    let missing: Vec<_> = Kind::ALL.iter().filter(|kind| !listed.contains(kind)).collect();
    assert_eq!(missing, [&Kind::Cohort]);
}

#[test]
fn a_cohort_is_made_changed_and_archived() {
    let typed = [
        ("name", "2026"),
        ("first_day", "2026-01-01"),
        ("last_day", "2026-06-30"),
        ("group_max", "5"),
        ("template", "dhn"),
    ];
    let edit = furnished()
        .make(&mut mint(), Kind::Cohort, &typed, "Sam K", now())
        .unwrap();
    let mut model = Model::empty(edit.cohort);
    model.try_on(&edit.changes);
    assert_eq!(
        (
            model.settings().group_max,
            model.streams.len(),
            model.rounds.len()
        ),
        (5, 5, 6)
    );
    let id = AnyId::from(model.focus);
    let mut mint = Mint::seeded(3);
    for (key, text) in [("group_target", "3"), ("state", "running"), ("state", "closed")] {
        let edit = model.set_field(&mut mint, id, key, text, "Sam K", now()).unwrap();
        model = played(&model, &edit);
        assert_eq!(model.read_field(id, key), text);
    }
    let edit = model.drop_record(&mut mint, id, now()).unwrap();
    assert_eq!(played(&model, &edit).settings().state, CohortState::Archived);
}

#[test]
fn what_is_needed_is_named_when_it_is_missing() {
    let refused = furnished()
        .make(&mut mint(), Kind::Stream, &[("code", "CSO")], "Sam K", now())
        .unwrap_err();
    assert_eq!(
        (refused.what.as_str(), refused.hint.as_str()),
        ("a stream needs name (name)", "add name=…")
    );
    let refused = furnished()
        .make(&mut mint(), Kind::Round, &[("colour", "red")], "Sam K", now())
        .unwrap_err();
    assert_eq!(refused.what, "a round has no field colour");
}

#[test]
fn somebody_new_may_be_an_applicant_or_take_no_part() {
    let model = furnished();
    let typed = [
        ("name", "Nora Petit"),
        ("email", "nora@x.org"),
        ("stream", "ccio"),
        ("status", "applied"),
    ];
    let (after, id, label) = made(&model, &mut mint(), Kind::Person, &typed).unwrap();
    assert_eq!(
        after.participant(id.of().unwrap()).unwrap().status,
        Status::Applied
    );
    assert_eq!(label.to_string(), "add application of Nora Petit, mentee in CCIO");
    let (after, id, _) = made(&model, &mut mint(), Kind::Person, &typed[..2]).unwrap();
    assert_eq!(after.participant(id.of().unwrap()), None);
    let part = [typed[0], typed[1], ("role", "mentor")];
    let refused = model
        .make(&mut mint(), Kind::Person, &part, "Sam K", now())
        .unwrap_err();
    assert_eq!(refused.what, "somebody who takes part needs a stream");
}

#[test]
fn somebody_new_takes_the_stream_of_the_group() {
    let typed = [
        ("name", "Nora Petit"),
        ("email", "nora@x.org"),
        ("group", "CCIO-3"),
    ];
    let (after, id, _) = made(&furnished(), &mut mint(), Kind::Person, &typed).unwrap();
    assert_eq!(after.read_person_field(id.of().unwrap(), "stream"), "CCIO");
    assert_eq!(after.read_person_field(id.of().unwrap(), "group"), "CCIO-3");
}

#[test]
fn an_answer_names_questions_that_are_asked_and_stays_on_their_scales() {
    let model = furnished();
    let make = |key, text| {
        let typed = [("wave", "pulse 3"), ("enrolment", "Fatima Rahman"), (key, text)];
        model
            .make(&mut mint(), Kind::Response, &typed, "Sam K", now())
            .unwrap_err()
    };
    assert_eq!(make("colour", "red").what, "Pulse does not ask colour");
    assert_eq!(
        make("useful", "6").what,
        "6 is no answer to \"How useful was this session to your role?\""
    );
    assert_eq!(make("useful", "6").hint, "the scale is 1-5");
}
