//! Tests of parse.

use super::*;
use crate::domain::field;
use crate::domain::intent::world::*;

fn read(kind: Kind, key: &str, text: &str) -> Result<Value, Refusal> {
    parse(&world().model, kind.field(key).unwrap(), text, None, now())
}

fn what(kind: Kind, key: &str, text: &str) -> String {
    read(kind, key, text).unwrap_err().what
}

#[test]
fn names_are_cleaned_and_needed() {
    assert_eq!(read(Kind::Person, "name", "  Li   Mei "), Ok(json!("Li Mei")));
    assert_eq!(what(Kind::Person, "name", " "), "Name cannot be empty");
    assert_eq!(read(Kind::Person, "known_as", ""), Ok(json!("")));
}

#[test]
fn an_address_has_one_at() {
    assert_eq!(read(Kind::Person, "email", "a@x.org"), Ok(json!("a@x.org")));
    assert!(what(Kind::Person, "email", "a.x.org").starts_with("a.x.org: "));
}

#[test]
fn words_are_found_by_their_beginning_without_case() {
    assert_eq!(
        read(Kind::Enrolment, "state", "DID NOT complete"),
        Ok(json!("did not complete"))
    );
    assert_eq!(read(Kind::Enrolment, "state", "paus"), Ok(json!("paused")));
    assert_eq!(
        what(Kind::Enrolment, "state", "co"),
        "Status cannot be co",
        "confirmed or completed"
    );
    assert_eq!(read(Kind::Application, "stage", ""), Ok(Value::Null));
}

#[test]
fn days_and_moments_are_read_in_the_cohorts_zone() {
    assert_eq!(read(Kind::Round, "opens", "1 apr"), Ok(json!("2025-04-01")));
    assert_eq!(
        read(Kind::Session, "starts", "12 may 16:00"),
        Ok(json!(at("2025-05-12 16:00")))
    );
    let field = Kind::Session.field("starts").unwrap();
    let base = json!(at("2025-04-12 16:00"));
    let moved = parse(&world().model, field, "17 apr", Some(&base), now());
    assert_eq!(moved, Ok(json!(at("2025-04-17 16:00"))), "the hour is kept");
    let refused = read(Kind::Session, "starts", "30 mar 01:30").unwrap_err();
    assert_eq!(refused.rule, 13);
}

#[test]
fn records_are_named_as_they_are_called() {
    let w = world();
    let id = |id: AnyId| Ok(json!(id.to_string()));
    assert_eq!(read(Kind::Membership, "group", "ccio-3"), id(w.ccio_3.into()));
    assert_eq!(read(Kind::Membership, "enrolment", "fatima"), id(w.fatima.into()));
    assert_eq!(read(Kind::Mark, "session", "CCIO-2/3"), id(w.sessions[2].into()));
    assert_eq!(
        read(Kind::Session, "round", "round 3"),
        read(Kind::Session, "round", "S3")
    );
    assert_eq!(what(Kind::Session, "round", "9"), "there is no round 9");
    assert_eq!(what(Kind::Quote, "theme", "money"), "no theme is called money");
    assert_eq!(read(Kind::Session, "round", ""), Ok(Value::Null));
}

#[test]
fn numbers_and_flags_say_what_they_are() {
    assert_eq!(read(Kind::Goal, "score", "+1"), Ok(json!(1)));
    assert_eq!(read(Kind::Goal, "score", "\u{2212}2"), Ok(json!(-2)));
    assert_eq!(
        what(Kind::Cohort, "rounds", "six"),
        "Rounds is a whole number, and six is none"
    );
    assert_eq!(read(Kind::Membership, "locked", "Yes"), Ok(json!(true)));
    assert_eq!(
        what(Kind::Membership, "locked", "perhaps"),
        "Locked is yes or no, and perhaps is neither"
    );
}

#[test]
fn what_follows_from_elsewhere_is_not_typed() {
    assert_eq!(what(Kind::Session, "uid", "x"), "Calendar id is not typed");
}

#[test]
fn free_times_are_read_as_people_write_them() {
    let time = |day, from: u16, to: u16| FreeTime {
        day,
        from: from * 60,
        to: to * 60,
    };
    assert_eq!(
        free_times("Mon 12-14, Thu 16:00-18:00"),
        Ok(vec![time(0, 12, 14), time(3, 16, 18)])
    );
    assert_eq!(
        free_times("Wed 9am\u{2013}11, 2pm-4pm"),
        Ok(vec![time(2, 9, 11), time(2, 14, 16)])
    );
    assert_eq!(free_times("Mondays to Tuesday 9-10").unwrap().len(), 2);
    assert_eq!(free_times("weekdays 9-10").unwrap().len(), 5);
    for wrong in ["Mon", "12-14", "Mon 14-12", "Mon 9-25", "Moonday 9-10", "Mon 9"] {
        let refused = free_times(wrong).unwrap_err();
        assert_eq!(refused.what, format!("{wrong} is no time of a week"));
    }
}

#[test]
fn questions_are_typed_one_a_line() {
    let text = "useful: How useful (in all) was it? (1-5, scored)\nword: A word? (yes or no)";
    let value = read(Kind::Instrument, "questions", text).unwrap();
    let questions: Vec<Question> = serde_json::from_value(value.clone()).unwrap();
    assert_eq!(
        (questions[0].scale, questions[0].scored),
        (Scale::OneToFive, true)
    );
    assert_eq!(questions[0].text, "How useful (in all) was it?");
    let field = Kind::Instrument.field("questions").unwrap();
    assert_eq!(written(&world().model, field, &value), text);
    assert_eq!(what(Kind::Instrument, "questions", "how?"), "how? is no question");
}

#[test]
fn every_value_reads_back_from_how_it_is_written() {
    let model = world().model;
    let mut checked = 0;
    for (record, _) in model.every_record() {
        let fields = field::json(&record);
        for is in record.id().kind.fields() {
            let value = &fields[is.key];
            if matches!(is.input, Input::Fixed) {
                continue;
            }
            let text = written(&model, is, value);
            let back = parse(&model, is, &text, Some(value), now());
            let empty = text.is_empty() && back.is_err();
            assert!(
                empty || back.as_ref() == Ok(value),
                "{}: {value} is written {text:?} and read {back:?}",
                is.label
            );
            checked += 1;
        }
    }
    assert!(checked > 300, "{checked}");
}
