use proptest::prelude::*;

use super::*;
use crate::domain::Id;
use crate::domain::sample::{now, world};

fn names(query: &str) -> Vec<String> {
    let model = world();
    let query = Query::parse(query).expect("the query of a test is well formed");
    let found = model.people_matching(&query, "Jo", now());
    found.into_iter().map(|part| model.name_of(part.person)).collect()
}

fn problem(query: &str) -> String {
    let refusal = Query::parse(query).expect_err("the query of a test is wrong");
    format!("{}. {}", refusal.what, refusal.hint)
}

#[test]
fn a_word_is_found_in_a_name_without_case_or_accents() {
    assert_eq!(names("AMARA"), ["Amara Okafor"]);
}

#[test]
fn an_unknown_field_is_told_with_the_one_that_was_meant() {
    assert_eq!(
        problem("straem:cso"),
        "there is no field straem. did you mean stream: ? In quotes it is text: \"straem:cso\""
    );
}

#[test]
fn a_status_that_does_not_exist_is_told_with_those_that_do() {
    assert!(problem("status:actve").contains("active"));
}

#[test]
fn what_is_compared_must_be_a_number() {
    assert_eq!(
        problem("att<many"),
        "att is a number, and many is none. type att<80"
    );
}

#[test]
fn a_half_typed_field_does_not_hide_the_list() {
    let (query, problem) = Query::typed("amara stat");
    assert!(problem.is_none() && !query.is_empty());
    let (query, problem) = Query::typed("amara status:");
    assert_eq!((query, problem.is_some()), (Query::parse("amara").unwrap(), true));
}

#[test]
fn a_dash_turns_a_term_round() {
    let mentors = names("role:mentor").len();
    assert_eq!(names("-role:mentor").len() + mentors, names("").len());
}

#[test]
fn people_without_a_group_are_found() {
    let model = world();
    for name in names("group:none role:mentee") {
        let person = model.find_person(&name).unwrap();
        assert_eq!(model.participant(person).unwrap().group, None, "{name}");
    }
    assert!(!names("group:none role:mentee").is_empty());
}

#[test]
fn the_code_of_a_stream_finds_all_its_groups_and_no_longer_number() {
    let both = names("group:ccio-1,ccio-2").len();
    assert!(both > 0 && names("group:ccio").len() >= both);
    assert!(names("group:ccio-").is_empty());
}

#[test]
fn attendance_is_compared_as_percent() {
    assert!(names("att<80").contains(&"Tomasz Nowak".to_owned()));
    assert!(!names("att>=80").contains(&"Tomasz Nowak".to_owned()));
}

#[test]
fn tab_completes_the_name_of_a_field_then_its_value() {
    let model = world();
    assert_eq!(
        Query::completed("amara str", &model).as_deref(),
        Some("amara stream:")
    );
    assert_eq!(
        Query::completed("status:waiti", &model).as_deref(),
        Some("status:waiting ")
    );
    assert_eq!(
        Query::completed("status:und", &model).as_deref(),
        Some("status:\"under review\" ")
    );
    assert_eq!(Query::completed("-ro", &model).as_deref(), Some("-role:"));
    assert_eq!(Query::completed("at", &model).as_deref(), Some("att<"));
    assert_eq!(Query::completed("zzz", &model), None);
}

#[test]
fn letters_in_order_are_found_only_when_asked_loosely() {
    let model = world();
    let query = Query::parse("amoka").unwrap();
    let part = model
        .participant(model.find_person("Amara Okafor").unwrap())
        .unwrap();
    let shown = model.searched(&part);
    assert!(!query.ready(&model, "Jo", now()).takes(&part, &shown));
    assert!(query.ready(&model, "Jo", now()).loosely().takes(&part, &shown));
}

#[test]
fn words_in_quotes_keep_their_blanks_and_colons() {
    let query = Query::parse("\"is: it\" name:\"van der\"").unwrap();
    assert_eq!(query.to_string(), "\"is: it\" name:\"van der\"");
}

fn value() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9é:<,@ .-]{1,8}"
}

proptest! {
    #[test]
    fn no_text_makes_reading_panic(text in ".{0,60}") {
        let (query, _) = Query::typed(&text);
        let _ = Query::completed(&text, &Model::empty(Id::new(1)));
        prop_assert!(Query::parse(&query.to_string()).is_ok());
    }

    #[test]
    fn a_filter_that_was_read_reads_the_same_when_written_down(
        words in proptest::collection::vec(value(), 0..4),
        trust in value(),
        att in 0_u16..200,
        not in any::<bool>(),
    ) {
        let dash = if not { "-" } else { "" };
        let mut text: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
        text.push(format!("{dash}trust:\"{trust}\""));
        text.push(format!("att<={att}"));
        text.push("is:late".to_owned());
        let query = Query::parse(&text.join(" ")).unwrap();
        prop_assert_eq!(Query::parse(&query.to_string()).unwrap(), query);
    }

    #[test]
    fn a_longer_word_never_finds_more(word in "[a-z]{1,5}", more in "[a-z]{1,2}") {
        let model = world();
        let count = |text: &str| model.people_matching(&Query::parse(text).unwrap(), "Jo", now()).len();
        let longer = count(&(word.clone() + &more));
        prop_assert!(longer <= count(&word));
    }
}
