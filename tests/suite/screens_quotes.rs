//! From an answer to a quote in print: reading answers one after another, themes and the words that suggest them, the
//! label ladder, consent, and where a quote was used.

use cohort::domain::{Attribution, Consent, MessageKind, Quote, Record, Theme};
use cohort::tui::Out;

use crate::kit::{example, stage::Stage, world};

/// The quotes of the small world, the first under the cursor.
fn quotes() -> Stage {
    let mut stage = Stage::new();
    stage.press("5<enter><tab><tab>");
    assert!(
        row(&mut stage, "I said it to the board").starts_with('>'),
        "{}",
        stage.text()
    );
    stage
}

/// The line on the screen with these words.
fn row(stage: &mut Stage, words: &str) -> String {
    let text = stage.text();
    let found = text.lines().find(|line| line.contains(words));
    found
        .unwrap_or_else(|| panic!("{words} is missing\n{text}"))
        .to_owned()
}

fn consent_in_force(stage: &Stage) -> Option<&Consent> {
    stage.model.consent_for(world::QUOTE).map(|(_, is)| is)
}

fn confidence(stage: &Stage) -> &Theme {
    let mut themes = stage.model.themes.iter().map(|(_, is)| is);
    themes
        .find(|is| is.name.starts_with("confidence"))
        .expect("a theme")
}

#[test]
fn answers_are_read_one_after_another_with_n() {
    let mut stage = Stage::with(example::cohort("2025"), 80, 24);
    stage.now = cohort::exchange::example::clock();
    stage.press("5<enter><enter>n");
    // Who would like a word is stopped at whatever has been read of it.
    while stage.cursor_line().contains("would like a word") {
        stage.press("n");
    }
    let first = stage.cursor_line();
    // What is read has its theme, and n goes on to what nobody has read.
    stage.press("et1");
    assert!(stage.last().starts_with("tag answer of"), "{}", stage.last());
    let read = stage.cursor_line();
    assert_ne!(read, first, "the theme stands on the row");
    stage.press("n");
    assert_ne!(stage.cursor_line(), read, "{}", stage.text());
    stage.press("N");
    assert_ne!(stage.cursor_line(), read, "what was read is passed over");
}

#[test]
fn several_answers_get_a_theme_at_once() {
    let mut stage = Stage::with(example::cohort("2025"), 80, 24);
    stage.now = cohort::exchange::example::clock();
    stage.press("5<enter><enter><space><space>et2");
    assert_eq!(
        stage.last(),
        "tag 2 answers: innovative thinking",
        "{}",
        stage.text()
    );
}

#[test]
fn the_office_changes_the_words_that_suggest_a_theme() {
    let mut stage = Stage::new();
    stage.press("5<enter><tab>");
    assert!(
        row(&mut stage, "confidence ").starts_with('>'),
        "{}",
        stage.text()
    );
    stage.press("e<tab><c-u>brave, the board; Brave ,, <enter>");
    assert_eq!(stage.last(), "edit theme confidence");
    assert_eq!(confidence(&stage).words, ["brave", "the board"]);
    stage.press("e<c-u>confidence at work<enter>");
    assert_eq!(stage.last(), "edit theme confidence");
    assert_eq!(confidence(&stage).name, "confidence at work");
    assert_eq!(confidence(&stage).words, ["brave", "the board"]);
}

#[test]
fn a_theme_without_a_name_keeps_the_form_open() {
    let mut stage = Stage::new();
    stage.press("5<enter><tab>e<c-u><enter>");
    assert!(stage.entries.is_empty());
    assert_eq!(stage.app.message(), "Name must be filled in.");
}

#[test]
fn consent_is_recorded_from_the_quotes_menu() {
    let mut stage = quotes();
    stage.press("ec1");
    let is = consent_in_force(&stage).expect("it was just given");
    assert_eq!((is.widest, is.quote), (Attribution::Named, Some(world::QUOTE)));
    assert_eq!(is.obtained, stage.model.day(stage.now));
    assert!(
        row(&mut stage, "I said it").contains("yes  S1 Daniel Price"),
        "{}",
        stage.text()
    );
    assert!(
        stage.app.message().contains("Daniel Price"),
        "{}",
        stage.app.message()
    );
}

#[test]
fn a_no_keeps_the_words_in_the_team() {
    let mut stage = quotes();
    stage.press("ec5");
    assert_eq!(
        consent_in_force(&stage).map(|is| is.widest),
        Some(Attribution::TeamOnly)
    );
    assert!(
        !stage.text().contains("I said it to the board"),
        "{}",
        stage.text()
    );
}

#[test]
fn where_a_quote_was_used_is_what_a_withdrawal_lists_to_correct() {
    let mut stage = quotes();
    stage.press("epAnnual report 2025<enter>");
    let (_, used) = stage.model.uses.iter().next().expect("a use");
    assert_eq!(
        (used.place.as_str(), used.label.as_str()),
        ("Annual report 2025", "one CCIO mentee")
    );
    stage.press("<enter>");
    assert!(
        stage.text().contains("Annual report 2025, as one CCIO mentee"),
        "{}",
        stage.text()
    );
    stage.press("ew");
    assert!(stage.text().contains("To correct:"), "{}", stage.text());
    assert!(
        stage.text().contains("Annual report 2025, as one CCIO mentee"),
        "{}",
        stage.text()
    );
    stage.press("y");
    assert!(consent_in_force(&stage).is_none());
    // And it stays listed until somebody has corrected it.
    assert_eq!(stage.model.uses_to_correct(stage.model.day(stage.now)).len(), 1);
}

#[test]
fn a_place_without_a_name_notes_no_use() {
    let mut stage = quotes();
    stage.press("ep<enter>");
    assert_eq!(stage.model.uses.iter().count(), 0);
    assert!(
        stage.app.message().contains("name the place"),
        "{}",
        stage.app.message()
    );
}

#[test]
fn every_label_stands_with_how_many_it_fits_and_why_a_wider_one_is_refused() {
    let mut stage = quotes();
    stage.press("<enter>");
    let text = stage.text();
    let at = |what: &str| {
        text.find(what)
            .unwrap_or_else(|| panic!("{what} is missing\n{text}"))
    };
    let rungs = [
        at("by name    Daniel Price"),
        at("no: consent goes no wider than one stream member"),
        at("> 8 people   one CCIO mentee"),
        at("one clinical mentee"),
        at("one mentee"),
    ];
    assert!(rungs.is_sorted(), "{text}");
}

#[test]
fn a_label_that_fits_too_few_does_not_say_how_few() {
    let mut model = world::world();
    let mut cohort = model.cohorts.get(world::COHORT).expect("the cohort").clone();
    cohort.smallest_published = 9;
    model.put(Record::Cohort(world::COHORT, Box::new(cohort)), 41);
    let mut stage = Stage::with(model, 80, 24);
    stage.press("5<enter><tab><tab><enter>");
    let text = stage.text();
    assert!(text.contains("under 9    one CCIO mentee"), "{text}");
    assert!(text.contains("no: fits fewer than 9 people today"), "{text}");
    assert!(!text.contains("8 people"), "{text}");
}

#[test]
fn without_consent_the_ladder_says_what_could_be_asked_for() {
    let mut stage = quotes();
    stage.press("ewy<enter>");
    let text = stage.text();
    assert!(text.contains("none: there is no consent to publish it"), "{text}");
    assert!(text.contains("  8 people   one CCIO mentee"), "{text}");
    assert!(!text.contains("> 8 people"), "{text}");
}

/// Asks Daniel Price whether his words may stand under his name.
fn asked() -> Stage {
    let mut stage = quotes();
    stage.press("ea1");
    assert!(stage.text().contains("May we quote you?"), "{}", stage.text());
    stage.press("y1<enter>");
    stage
}

#[test]
fn the_speaker_is_asked_for_exactly_these_words_under_this_label() {
    let mut stage = asked();
    let posts = stage.outs.iter().find_map(|out| match out {
        Out::Outbox(posts) => Some(posts.clone()),
        _ => None,
    });
    let posts = posts.expect("a message for the outbox");
    let letter = &posts[0].letter;
    assert_eq!((posts.len(), letter.to.0.as_str()), (1, "Daniel Price"));
    assert!(
        letter.body.contains("\"I said it to the board the same week.\""),
        "{}",
        letter.body
    );
    assert!(
        letter
            .body
            .contains("signed:\n\nDaniel Price, Deputy lead, Milton\n"),
        "{}",
        letter.body
    );
    let log = stage
        .model
        .messages
        .iter()
        .find(|(_, is)| is.kind == MessageKind::ConsentRequest);
    assert_eq!(
        log.expect("it is logged").1.about,
        format!("{}/name and title", world::QUOTE)
    );
    assert!(
        row(&mut stage, "I said it").ends_with(" asked"),
        "{}",
        stage.text()
    );
    stage.wait(3 * 24 * 3600 * 1000);
    assert!(
        row(&mut stage, "I said it").ends_with(" asked 3d"),
        "{}",
        stage.text()
    );
}

#[test]
fn who_has_not_answered_is_found_by_filter_and_by_n() {
    let mut stage = quotes();
    stage.press("ewyea2");
    stage.press("y1<enter>/asked<enter>");
    let hidden = "hidden: no consent to read outside the team";
    assert!(row(&mut stage, hidden).starts_with('>'), "{}", stage.text());
    stage.press("<esc>n");
    assert!(row(&mut stage, hidden).ends_with(" asked"), "{}", stage.text());
    stage.press("<enter>");
    assert!(
        stage
            .text()
            .contains("asked Tue 18 Mar for one stream member, not answered"),
        "{}",
        stage.text()
    );
    assert!(
        stage
            .text()
            .contains("consent was asked for on Tue 18 Mar and is not answered"),
        "{}",
        stage.text()
    );
}

#[test]
fn the_answer_is_recorded_with_the_wording_that_was_asked() {
    let mut stage = asked();
    stage.press("ec1");
    let is = consent_in_force(&stage).expect("it was just given");
    assert_eq!(is.how, "asked by message on 2025-03-18");
    assert_eq!(
        is.wording,
        "May we publish \"I said it to the board the same week.\", signed: Daniel Price, Deputy lead, Milton?"
    );
    assert!(stage.model.consent_requested(world::QUOTE).is_none());
    assert!(
        row(&mut stage, "I said it").contains("may go"),
        "{}",
        stage.text()
    );
}

#[test]
fn a_withdrawal_answers_a_request_too() {
    let mut stage = asked();
    stage.press("ewy");
    assert!(stage.model.consent_requested(world::QUOTE).is_none());
}

#[test]
fn who_agreed_already_is_not_asked_for_less() {
    let mut stage = quotes();
    stage.press("ea2");
    assert!(stage.text().contains("-  one CCIO mentee"), "{}", stage.text());
    stage.press("j<enter>");
    assert!(
        stage
            .app
            .message()
            .contains("Daniel Price has agreed to \"one stream member\" already"),
        "{}",
        stage.app.message()
    );
}

#[test]
fn nobody_is_asked_about_the_words_of_an_anonymous_answer() {
    let mut model = world::world();
    let mut quote: Quote = model.quotes.get(world::QUOTE).expect("the quote").clone();
    (quote.speaker, quote.response) = (None, None);
    model.put(Record::Quote(world::QUOTE, Box::new(quote)), 41);
    let mut stage = Stage::with(model, 80, 24);
    stage.press("5<enter><tab><tab>ea");
    assert!(
        stage.app.message().contains("nobody can be asked"),
        "{}",
        stage.app.message()
    );
    assert_eq!(stage.app.depth(), 0, "{}", stage.text());
}

#[test]
fn the_text_of_a_consent_request_is_changed_for_this_time() {
    let mut stage = quotes();
    stage.press("ea1e<c-u>Subject: A word of yours<tab>y1<enter>");
    let subject = stage.outs.iter().find_map(|out| match out {
        Out::Outbox(posts) => Some(posts[0].letter.subject.clone()),
        _ => None,
    });
    assert_eq!(subject.as_deref(), Some("A word of yours"), "{}", stage.text());
}
