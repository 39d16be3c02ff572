//! Rules 14 and 15: anonymous waves, and what may be published.

use cohort::domain::when::day_short;
use cohort::domain::{
    Answer, Attribution, Change, Consent, Id, Model, Quote, QuoteState, Request, Response, Use, Verdict,
};

use super::{admit, after, changed, made, refused};
use crate::kit::world::{self, MIDPOINT, PULSE, QUOTE, at, day, enrolled, group};

fn answer(model: &Model, name: Option<&str>) -> Response {
    Response {
        wave: MIDPOINT,
        enrolment: name.map(|name| enrolled(model, name)),
        group: None,
        received: at(day(2025, 3, 18), 0, 0),
        answers: vec![Answer {
            question: "useful".to_owned(),
            number: Some(4),
            text: String::new(),
        }],
        themes: Vec::new(),
        by_way_of: "form".to_owned(),
    }
}

#[test]
fn rule_14_nothing_links_an_anonymous_answer_to_a_person() {
    let model = world::world();
    let what = "the midpoint is anonymous and takes no name and no group";
    refused(
        &model,
        vec![made(1, answer(&model, Some("Daniel Price")))],
        14,
        what,
    );
    let grouped = Response {
        group: Some(group(&model, "CCIO-1")),
        ..answer(&model, None)
    };
    refused(&model, vec![made(1, grouped)], 14, what);
    assert_eq!(
        admit(&model, vec![made(1, answer(&model, None))]),
        Ok(Verdict::Fresh)
    );
}

#[test]
fn rule_14_an_anonymous_answer_does_not_tell_when_it_came() {
    let model = world::world();
    let dated = Response {
        received: at(day(2025, 3, 20), 11, 3),
        ..answer(&model, None)
    };
    let what = "an answer to the anonymous midpoint would tell when it came";
    refused(&model, vec![made(1, dated)], 14, what);
}

#[test]
fn rule_14_no_line_of_history_tells_whose_an_anonymous_answer_is() {
    let model = world::world();
    let asked = |name: &str, answered| Request {
        wave: MIDPOINT,
        enrolment: enrolled(&model, name),
        asked: at(day(2025, 3, 18), 9, 0),
        answered,
    };
    let both = vec![
        made(1, answer(&model, None)),
        made(2, asked("Daniel Price", true)),
    ];
    let few = |n: usize| {
        format!(
            "in an anonymous wave, noting who answered for {n} at once would tell whose answers those are"
        )
    };
    refused(&model, both, 14, &few(1));
    // The line before or after it would tell as much as the same line.
    refused(&model, vec![made(2, asked("Daniel Price", true))], 14, &few(1));
    let everybody: Vec<String> = model.enrolments.ids().map(|id| model.enrolled_name(id)).collect();
    let noted = |n: usize| -> Vec<Change> {
        let people = everybody.iter().take(n).zip(2..);
        people
            .map(|(name, number)| made(number, asked(name, true)))
            .collect()
    };
    refused(&model, noted(4), 14, &few(4));
    assert_eq!(admit(&model, noted(5)), Ok(Verdict::Fresh));
}

#[test]
fn rule_14_nobody_is_asked_the_same_twice_on_one_occasion() {
    let model = world::world();
    let again = model.waves.get(PULSE).expect("a wave").clone();
    let what = format!("this pulse was asked already, on {}", day_short(again.opens));
    refused(&model, vec![made(1, again)], 14, &what);
}

#[test]
fn rule_14_a_wave_cannot_stop_being_anonymous_after_its_first_answer() {
    let model = world::world();
    let named = |model: &Model| changed(&model.waves, MIDPOINT, |w| w.anonymous = false);
    assert_eq!(admit(&model, vec![named(&model)]), Ok(Verdict::Fresh));
    let model = after(&model, vec![made(1, answer(&model, None))]);
    let what = "the midpoint was answered anonymously and stays anonymous";
    refused(&model, vec![named(&model)], 14, what);
}

#[test]
fn rule_14_a_wave_with_names_cannot_become_anonymous() {
    let model = world::world();
    let anonymous = changed(&model.waves, PULSE, |w| w.anonymous = true);
    refused(
        &model,
        vec![anonymous],
        14,
        "the pulse has answers and cannot become anonymous",
    );
}

#[test]
fn rule_14_a_quote_from_an_anonymous_answer_has_no_speaker() {
    let model = world::world();
    let model = after(&model, vec![made(1, answer(&model, None))]);
    let mut quote: Quote = model.quotes.get(QUOTE).expect("there").clone();
    quote.response = Some(Id::new(9001));
    let what = "a quote from an anonymous answer has no speaker";
    refused(&model, vec![made(2, quote)], 14, what);
}

#[test]
fn an_answer_lies_on_its_scale() {
    let model = world::world();
    let mut six = answer(&model, None);
    six.answers[0].number = Some(6);
    refused(
        &model,
        vec![made(1, six)],
        0,
        "6 is no answer to \"Useful to my role\" (1-5)",
    );
}

/// The quote of the small world is published under a label.
fn published(label: &str) -> Change {
    let is = Use {
        quote: QUOTE,
        place: "Report 2025".to_owned(),
        on: day(2025, 3, 18),
        label: label.to_owned(),
    };
    made(1, is)
}

#[test]
fn rule_15_a_quote_is_published_as_widely_as_consented() {
    let model = world::world();
    assert_eq!(
        admit(&model, vec![published("one CCIO mentee")]),
        Ok(Verdict::Fresh)
    );
    assert_eq!(
        admit(&model, vec![published("one clinical mentee")]),
        Ok(Verdict::Fresh)
    );
    let what = "Daniel Price agreed to \"one stream member\", and \"Daniel Price, Deputy lead\" says more";
    refused(&model, vec![published("Daniel Price, Deputy lead")], 15, what);
}

#[test]
fn rule_15_a_quote_without_consent_is_not_published() {
    let model = world::world();
    let consent = model.consents.ids().next().expect("Daniel Price agreed");
    let withdrawn = changed(&model.consents, consent, |c| c.withdrawn = Some(day(2025, 3, 18)));
    let model = after(&model, vec![withdrawn]);
    refused(
        &model,
        vec![published("one mentee")],
        15,
        "Daniel Price has not agreed to be quoted",
    );
}

#[test]
fn rule_15_consent_for_the_team_alone_publishes_nothing() {
    let model = world::world();
    let consent = model.consents.ids().next().expect("Daniel Price agreed");
    let team = changed(&model.consents, consent, |c| c.widest = Attribution::TeamOnly);
    let model = after(&model, vec![team]);
    let what = "Daniel Price agreed to \"team only\", and \"one mentee\" says more";
    refused(&model, vec![published("one mentee")], 15, what);
}

#[test]
fn rule_15_consent_to_one_quote_is_no_consent_to_another() {
    let model = world::world();
    let mut other: Quote = model.quotes.get(QUOTE).expect("there").clone();
    other.said = "Something else.".to_owned();
    let consent = model.consents.ids().next().expect("Daniel Price agreed");
    let only = changed(&model.consents, consent, |c| c.quote = Some(Id::new(9005)));
    let model = after(&model, vec![made(5, other), only]);
    refused(
        &model,
        vec![published("one CCIO mentee")],
        15,
        "Daniel Price has not agreed to be quoted",
    );
}

#[test]
fn rule_15_a_label_fits_the_smallest_published_count_of_people() {
    let model = world::world();
    let many = changed(&model.cohorts, model.focus, |c| c.smallest_published = 9);
    let model = after(&model, vec![many]);
    let what = "\"one CCIO mentee\" fits fewer than 9 people today";
    refused(&model, vec![published("one CCIO mentee")], 15, what);
    assert_eq!(
        admit(&model, vec![published("one clinical mentee")]),
        Ok(Verdict::Fresh)
    );
}

#[test]
fn rule_15_somebody_has_ticked_that_nobody_is_recognisable() {
    let model = world::world();
    let unticked = changed(&model.quotes, QUOTE, |q| q.unrecognisable = false);
    let model = after(&model, vec![unticked]);
    let what = "nobody has ticked that the text gives nobody away";
    refused(&model, vec![published("one CCIO mentee")], 15, what);
}

#[test]
fn rule_15_a_hidden_quote_is_not_published() {
    let model = world::world();
    let hidden = changed(&model.quotes, QUOTE, |q| q.state = QuoteState::Hidden);
    let model = after(&model, vec![hidden]);
    refused(
        &model,
        vec![published("one CCIO mentee")],
        15,
        "the quote is hidden",
    );
}

#[test]
fn rule_15_a_withdrawn_consent_is_not_given_back_by_hand() {
    let model = world::world();
    let consent: Id<Consent> = model.consents.ids().next().expect("Daniel Price agreed");
    let withdrawn = changed(&model.consents, consent, |c| c.withdrawn = Some(day(2025, 3, 18)));
    let model = after(&model, vec![withdrawn]);
    let back = changed(&model.consents, consent, |c| c.withdrawn = None);
    refused(&model, vec![back], 15, "Daniel Price withdrew this consent");
}
