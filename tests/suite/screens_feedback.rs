//! Feedback as people see it: scores, answers, themes, quotes, confidence, and who has not answered.

use cohort::domain::{Answer, MessageKind, QuoteState};
use cohort::tui::{Done, Out, Signal, key::Tab};

use crate::kit::{example, stage::Stage, world};

/// Sam K before a cohort of the example programme, on Feedback.
fn example_of(cohort: &str, width: u16, height: u16) -> Stage {
    let mut stage = Stage::with(example::cohort(cohort), width, height);
    stage.now = cohort::exchange::example::clock();
    stage.press("5");
    stage
}

/// Sam K before the small world three days after the first sessions, on Feedback.
fn january() -> Stage {
    let mut stage = Stage::new();
    stage.now = world::at(world::day(2025, 1, 21), 9, 0);
    stage.press("5");
    stage
}

#[test]
fn the_groups_with_their_scores() {
    example_of("2025", 80, 24).golden("feedback-groups-80x24");
}

#[test]
fn everything_of_a_group_on_a_wide_screen() {
    example_of("2025", 160, 50)
        .press("/ccio-3<enter>")
        .golden("feedback-160x50");
}

#[test]
fn one_group_has_the_body_of_a_small_screen() {
    example_of("2025", 80, 24)
        .press("/ccio-3<enter>")
        .golden("feedback-group-80x24");
}

#[test]
fn feedback_fits_a_telephone() {
    example_of("2025", 38, 9).golden("feedback-38x9");
}

#[test]
fn a_closed_cohort_shows_its_confidence_and_its_survey() {
    example_of("2024", 80, 24)
        .press("<enter><tab><tab><tab>")
        .golden("feedback-confidence-80x24");
}

#[test]
fn the_confidence_of_2024_is_what_was_computed_elsewhere() {
    // tests against shared/data/expected.json: 4.0507 then, 5.7717 now, 37 pairs.
    let model = example::cohort("2024");
    let confidence = model.confidence(cohort::domain::Scope::Cohort);
    let change = confidence.overall.expect("asked twice");
    let change = change.value().expect("37 pairs are enough");
    assert_eq!(change.by.n, 37);
    assert!((change.then - 4.0507).abs() < 5e-5, "{}", change.then);
    assert!((change.now - 5.7717).abs() < 5e-5, "{}", change.now);
}

#[test]
fn task_14_who_has_not_answered_is_reminded_with_four_keys_one_letter_each() {
    let mut stage = Stage::new();
    stage.now = world::at(world::day(2025, 1, 21), 9, 0);
    stage.outs.clear();
    stage.pressed = 0;
    stage.press("5r1<enter>");
    assert_eq!(stage.pressed, 4);
    let letters = stage.outs.iter().find_map(|out| match out {
        Out::Outbox(letters) => Some(letters.clone()),
        _ => None,
    });
    let letters = letters.expect("letters for the outbox");
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].letter.to.0, "Zoë Clarke");
    assert!(letters[0].letter.body.starts_with("Dear Zoë,"));
    assert!(letters[0].letter.body.contains("1. Useful to my role (1-5)"));
    let kept = stage
        .model
        .messages
        .iter()
        .filter(|(_, is)| is.kind == MessageKind::FeedbackReminder);
    assert_eq!(kept.count(), 1);
    assert!(
        stage.app.message().starts_with("Wrote 1 messages"),
        "{}",
        stage.app.message()
    );
}

#[test]
fn a_wrong_number_reminds_nobody() {
    let mut stage = january();
    stage.press("r9<enter>");
    assert!(stage.entries.is_empty());
    assert!(!stage.outs.iter().any(|out| matches!(out, Out::Outbox(_))));
    stage.press("<esc>");
    assert!(stage.text().contains("Zoë Clarke"));
    stage.press("<esc>");
    assert_eq!(stage.app.depth(), 0);
    assert!(stage.entries.is_empty());
}

#[test]
fn who_is_left_out_of_a_reminder_gets_no_letter() {
    let mut stage = january();
    stage.press("r<esc><space>y");
    assert!(
        stage.app.message().contains("Nobody is included"),
        "{}",
        stage.app.message()
    );
}

#[test]
fn the_message_of_a_reminder_can_be_changed() {
    let mut stage = january();
    stage.press("r<esc>e<c-u>Subject: How was it?<tab>y1<enter>");
    let subject = stage.outs.iter().find_map(|out| match out {
        Out::Outbox(letters) => Some(letters[0].letter.subject.clone()),
        _ => None,
    });
    assert_eq!(subject.as_deref(), Some("How was it?"));
}

#[test]
fn after_the_last_day_nobody_is_reminded() {
    let mut stage = Stage::new();
    stage.press("5r");
    assert_eq!(stage.app.depth(), 0);
    assert!(stage.app.message().contains("31 Jan"), "{}", stage.app.message());
}

#[test]
fn task_15_the_scores_of_a_group_take_six_keys() {
    let mut stage = example_of("2025", 80, 24);
    stage.press("1");
    stage.pressed = 0;
    stage.press("5/cc3<enter>");
    assert!(stage.pressed <= 6);
    assert!(stage.text().contains("Feedback > CCIO-3"), "{}", stage.text());
    assert!(stage.text().contains("[ Scores CCIO-3 ]"));
}

#[test]
fn an_answer_got_by_mail_is_added_by_hand_and_taken_back() {
    let mut stage = january();
    stage.press("aZo<tab>4<tab>5<tab>Ask the board<tab>yes<tab><enter>");
    assert_eq!(stage.last(), "answer pulse 1 of Zoë Clarke", "{}", stage.text());
    let (_, response) = stage
        .model
        .responses
        .iter()
        .find(|(_, is)| is.by_way_of == "mail")
        .expect("an answer by mail");
    let number = |key: &str| {
        response
            .answers
            .iter()
            .find(|a| a.question == key)
            .and_then(|a| a.number)
    };
    assert_eq!(
        (number("useful"), number("open"), number("word")),
        (Some(4), Some(5), Some(1))
    );
    assert!(stage.text().contains("10 of 10"), "{}", stage.text());
    assert!(stage.text().contains("a word"), "{}", stage.text());
    stage.press("u");
    assert!(stage.text().contains("9 of 10"), "{}", stage.text());
}

#[test]
fn a_number_off_the_scale_keeps_the_form_open() {
    let mut stage = january();
    stage.press("aZoë Clarke<tab>9<enter>");
    assert!(stage.entries.is_empty());
    assert_eq!(
        stage.app.message(),
        "Useful to my role: a whole number from 1 to 5."
    );
}

#[test]
fn one_persons_scores_stand_nowhere() {
    // Fatima Rahman's answer is 2 where everybody else's is 4: 2 must not be told of her anywhere.
    let mut stage = january();
    stage.press("/ccio-1<enter><enter>");
    let text = stage.text();
    let line = text
        .lines()
        .find(|line| line.contains("Tomasz Nowak"))
        .expect("she is listed")
        .to_owned();
    assert!(line.contains("(numbers only)"), "{line}");
    assert!(!line.contains('2') || line.contains("20 Jan"), "{line}");
}

#[test]
fn the_history_tells_no_scores() {
    let mut stage = january();
    stage.press("aZoë Clarke<tab>2<tab>1<tab>Ask the board<tab>no<tab><enter>7<enter>");
    let text = stage.text();
    let line = text
        .lines()
        .find(|line| line.contains("useful"))
        .expect("the answer is in the history");
    assert!(
        line.contains("Ask the board") || line.contains("useful, open"),
        "{line}"
    );
    assert!(!line.contains("useful 2") && !line.contains("open 1"), "{line}");
}

#[test]
fn a_quote_is_hidden_and_shown_again() {
    let mut stage = Stage::new();
    stage.press("5<enter><tab><tab>d");
    let state = |stage: &Stage| stage.model.quotes.get(world::QUOTE).map(|quote| quote.state);
    assert_eq!(state(&stage), Some(QuoteState::Hidden));
    assert!(stage.text().contains("hidden"), "{}", stage.text());
    stage.press("d");
    assert_eq!(state(&stage), Some(QuoteState::Suggested));
}

#[test]
fn a_changed_quote_loses_the_tick_that_nobody_is_recognisable() {
    let mut stage = Stage::new();
    stage.press("5<enter><tab><tab>et<c-u>I said it to the board.<enter>");
    let quote = stage.model.quotes.get(world::QUOTE).expect("the quote");
    assert_eq!(
        (quote.words(), quote.unrecognisable),
        ("I said it to the board.", false)
    );
    stage.press("en");
    let quote = stage.model.quotes.get(world::QUOTE).expect("the quote");
    assert!(quote.unrecognisable);
    assert_eq!(quote.words(), "I said it to the board.");
}

#[test]
fn a_quote_says_why_it_is_signed_no_wider() {
    let mut stage = Stage::new();
    stage
        .press("5<enter><tab><tab><enter>")
        .golden("feedback-quote-80x24");
}

#[test]
fn consent_withdrawn_hides_the_words() {
    let mut stage = Stage::new();
    stage.press("5<enter><tab><tab>ewy");
    assert!(
        stage
            .text()
            .contains("hidden: no consent to read outside the team"),
        "{}",
        stage.text()
    );
    assert!(!stage.text().contains("I said it to the board"));
}

#[test]
fn an_answer_is_given_a_theme_and_its_words_kept_as_a_quote() {
    let mut stage = january();
    stage.press("aZoë Clarke<tab>4<tab>5<tab>I was confident<tab>no<tab><enter>");
    stage.press("/cnio<enter><enter>");
    stage.press("G");
    assert!(stage.cursor_line().starts_with("Zoë Clarke"), "{}", stage.text());
    stage.press("et");
    assert!(stage.text().contains("its words suggest it"), "{}", stage.text());
    stage.press("1");
    assert!(stage.cursor_line().contains("confidence"), "{}", stage.text());
    stage.press("ew<enter>");
    let kept = stage
        .model
        .quotes
        .iter()
        .find(|(id, _)| *id != world::QUOTE)
        .expect("a second quote");
    assert_eq!(
        (kept.1.said.as_str(), kept.1.state),
        ("I was confident", QuoteState::Suggested)
    );
}

#[test]
fn the_next_problem_is_the_next_group_with_attention() {
    let mut stage = example_of("2025", 80, 24);
    stage.press("n");
    assert!(
        stage.cursor_line().contains("! a word"),
        "{}",
        stage.cursor_line()
    );
    stage.press("n");
    assert!(
        stage.cursor_line().contains("! answers"),
        "{}",
        stage.cursor_line()
    );
    stage.press("N");
    assert!(
        stage.cursor_line().contains("! a word"),
        "{}",
        stage.cursor_line()
    );
}

#[test]
fn the_streams_stand_beside_one_another() {
    let mut stage = Stage::example(80, 24);
    stage.press("5sss").golden("feedback-streams-80x24");
    // Enter gives a stream the body, with all that is told of one group.
    stage.press("j<enter>");
    assert!(stage.text().contains("> Feedback > CCIO"), "{}", stage.text());
    stage.press("<esc>s");
    assert!(stage.text().contains("[ Groups 30 ]"), "{}", stage.text());
}

#[test]
fn the_session_before_is_chosen_by_its_key() {
    let mut stage = example_of("2025", 80, 24);
    stage.press("/ccio-1<enter>");
    assert!(stage.text().contains(">   Session 3"), "{}", stage.text());
    stage.press("<");
    assert!(stage.text().contains(">   Session 2"), "{}", stage.text());
    stage.press("<<");
    assert_eq!(stage.app.message(), "This is the first session.");
    stage.press("t");
    assert!(stage.text().contains(">   Session 3"), "{}", stage.text());
}

#[test]
fn bars_turn_into_a_table_by_question() {
    let mut stage = example_of("2025", 80, 24);
    stage.press("/ccio-1<enter>b");
    assert!(stage.text().contains("USEFUL"), "{}", stage.text());
    assert!(!stage.text().contains("###") || !stage.text().contains("1     2      3"));
}

#[test]
fn six_times_esc_goes_back_to_the_groups() {
    let mut stage = example_of("2025", 80, 24);
    stage.press("/ccio-1<enter><tab><tab>z<esc><esc><esc>");
    assert_eq!(stage.app.tab(), Tab::Feedback);
    assert!(stage.text().contains("[ Groups 30 ]"), "{}", stage.text());
}

#[test]
fn an_empty_cohort_says_that_nobody_was_asked() {
    let mut stage = Stage::with(cohort::domain::Model::empty(world::COHORT), 80, 24);
    stage.press("5");
    assert!(stage.text().contains("No answers yet."), "{}", stage.text());
    stage.press("<enter>");
    for _ in 0..6 {
        stage.press("<tab>ra<esc>edn<enter>");
    }
    assert!(stage.entries.is_empty());
}

#[test]
fn an_answer_of_a_colleague_appears_without_a_key() {
    let mut stage = january();
    let zoe = world::enrolled(&stage.model, "Zoë Clarke");
    let answer = Answer {
        question: "useful".to_owned(),
        number: Some(3),
        text: String::new(),
    };
    let mut mint = cohort::domain::Mint::seeded(9);
    let edit = stage
        .model
        .answer(&mut mint, world::PULSE, Some(zoe), &[answer], "form", stage.now);
    stage.lands("Jo T", edit.expect("an answer"));
    assert!(stage.text().contains("10 of 10"), "{}", stage.text());
}

#[test]
fn no_size_makes_feedback_panic() {
    for (width, height) in [
        (1, 1),
        (30, 7),
        (38, 9),
        (59, 15),
        (80, 24),
        (100, 16),
        (139, 40),
        (300, 100),
    ] {
        let mut stage = example_of("2025", width, height);
        for keys in [
            "<enter>", "<tab>", "<tab>", "<tab>", "<tab>", "<tab>", "z", "b", "G", "<enter>", "<esc>",
            "<esc>",
        ] {
            stage.press(keys);
        }
        if width >= 30 {
            assert!(!stage.text().trim().is_empty());
        }
    }
}

#[test]
fn the_last_cohort_stands_beside_this_one() {
    let mut stage = Stage::example(80, 24);
    stage.press(":compare<enter>");
    let last = stage.outs.iter().find_map(|out| match out {
        Out::LookAt(cohort) => Some(*cohort),
        _ => None,
    });
    let other = crate::kit::example::remembered("2024");
    assert_eq!(last, Some(other.focus));
    stage.signal(Signal::Done(Done::LookedAt(Box::new(other))));
    stage.golden("feedback-beside-2024-80x24");
}

/// The 2024 cohort beside an earlier one that asked nothing, the popup open.
fn beside_nothing() -> Stage {
    let mut stage = Stage::with(crate::kit::example::remembered("2024"), 80, 24);
    stage.now = cohort::exchange::example::clock();
    let other = cohort::domain::Model::empty(world::COHORT);
    stage.press(":compare<enter>");
    stage.signal(Signal::Done(Done::LookedAt(Box::new(other))));
    stage
}

#[test]
fn a_figure_beside_the_last_cohorts_leads_to_the_rows_it_comes_from() {
    let mut stage = Stage::example(80, 24);
    stage.press(":compare<enter>");
    let other = crate::kit::example::remembered("2024");
    stage.signal(Signal::Done(Done::LookedAt(Box::new(other))));
    // The third row is the mean after session 1.
    stage.press("jj<enter>");
    assert_eq!(stage.app.tab(), Tab::Feedback);
    assert!(stage.text().contains("[ Scores all groups ]"), "{}", stage.text());
    assert!(stage.text().contains(">   Session 1"), "{}", stage.text());
    stage.press("<enter>");
    assert!(stage.text().contains("Answers to session 1"), "{}", stage.text());
}

#[test]
fn a_figure_that_only_the_last_cohort_has_says_where_it_is() {
    let mut stage = Stage::example(80, 24);
    stage.press(":compare<enter>");
    let other = crate::kit::example::remembered("2024");
    stage.signal(Signal::Done(Done::LookedAt(Box::new(other))));
    stage.press("jjjjjj<enter>");
    assert_eq!(
        stage.app.message(),
        "Only 2024 has this figure: :cohort 2024 opens it there."
    );
    assert_eq!(stage.app.tab(), Tab::Now);
}

#[test]
fn the_change_in_confidence_leads_to_confidence_and_a_survey_to_the_other_waves() {
    let mut stage = beside_nothing();
    stage.press("<enter>");
    assert!(stage.text().contains("[ Confidence"), "{}", stage.text());
    let mut stage = beside_nothing();
    stage.press("j<enter>");
    assert!(stage.text().contains("[ Other waves ]"), "{}", stage.text());
}
