//! What may be seen of answers, asked of small cohorts.

use chrono::TimeDelta;
use proptest::prelude::*;

use super::world::{World, day, noon};
use super::*;
use crate::domain::{Attribution, EnrolmentState, Group, Id, Record, Role};

fn rounds(world: &World, scope: Scope) -> Vec<Option<Shown<f64>>> {
    let scores = world.model.round_scores(scope, Readers::Office);
    scores.into_iter().map(|score| score.mean).collect()
}

fn means(world: &World, scope: Scope) -> Vec<Option<f64>> {
    let shown = |mean: Option<Shown<f64>>| mean.as_ref().and_then(Shown::value).copied();
    rounds(world, scope).into_iter().map(shown).collect()
}

#[test]
fn a_mean_of_a_pulse_is_shown_from_three_answers() {
    let mut world = World::new();
    let (group, people) = world.group("CCIO-1", 4);
    world.pulse(1, &people, &[4, 4, 5]);
    world.pulse(2, &people, &[4, 4]);
    let scope = Scope::Group(group);
    assert_eq!(means(&world, scope)[0], Some(13.0 / 3.0));
    assert_eq!(rounds(&world, scope)[1], Some(Shown::until(3, 2)));
    assert_eq!(rounds(&world, scope)[2], None);
}

#[test]
fn the_mean_over_all_rounds_leaves_out_the_rounds_that_are_hidden() {
    let mut world = World::new();
    let (_, people) = world.group("CCIO-1", 4);
    world.pulse(1, &people, &[4, 4, 4]);
    world.pulse(2, &people, &[1, 1]);
    let board = world.model.feedback_board(Readers::Office, noon(day(2, 12)));
    assert_eq!(board.groups[0].mean, Some(Shown::Value(4.0)));
}

#[test]
fn outside_the_office_a_mean_needs_the_smallest_published_count() {
    let mut world = World::new();
    let (group, people) = world.group("CCIO-1", 5);
    world.pulse(1, &people, &[4, 4, 5, 5]);
    let scores = world.model.round_scores(Scope::Group(group), Readers::Published);
    assert_eq!(scores[0].mean, Some(Shown::until(5, 4)));
}

#[test]
fn how_many_answered_is_shown_when_the_mean_is_not() {
    let mut world = World::new();
    let (group, people) = world.group("CCIO-1", 4);
    world.pulse(1, &people, &[4]);
    let scores = world.model.round_scores(Scope::Group(group), Readers::Office);
    assert_eq!(
        scores[0].answered,
        Some(Shown::Value(crate::domain::Ratio { part: 1, whole: 4 }))
    );
}

#[test]
fn an_anonymous_wave_shows_nothing_by_group() {
    let mut world = World::new();
    let (group, people) = world.group("CCIO-1", 4);
    let wave = world.pulses[0];
    let mut is = world.model.waves.get(wave).expect("a wave").clone();
    is.anonymous = true;
    world.model.put(Record::Wave(wave, Box::new(is)), 2);
    world.pulse(1, &people, &[4, 4, 4, 4]);
    let scores = world.model.round_scores(Scope::Group(group), Readers::Office);
    assert!(matches!(&scores[0].answered, Some(Shown::Hidden { n: 0, .. })));
    assert!(matches!(&scores[0].mean, Some(Shown::Hidden { n: 0, .. })));
    assert_eq!(means(&world, Scope::Cohort)[0], Some(4.0));
    assert!(world.model.asked_rows(&[wave], Scope::Group(group)).is_empty());
}

#[test]
fn one_small_group_is_left_out_of_its_streams_mean() {
    let mut world = World::new();
    let (_, big) = world.group("CCIO-1", 4);
    let (_, small) = world.group("CCIO-2", 4);
    world.pulse(1, &big, &[5, 5, 5, 5]);
    world.pulse(1, &small, &[1, 2]);
    assert_eq!(means(&world, world.scope_of("CCIO"))[0], Some(5.0));
}

#[test]
fn an_answer_counts_in_the_group_of_its_day() {
    let mut world = World::new();
    let (one, people) = world.group("CCIO-1", 3);
    let (other, _) = world.group("CCIO-2", 0);
    world.pulse(1, &people, &[4, 4, 4]);
    for (id, mut is) in world
        .model
        .memberships
        .iter()
        .map(|(id, is)| (id, is.clone()))
        .collect::<Vec<_>>()
    {
        is.group = other;
        is.from = day(1, 20);
        world.model.put(Record::Membership(id, Box::new(is)), 2);
    }
    assert_eq!(means(&world, Scope::Group(one))[0], Some(4.0));
    assert_eq!(rounds(&world, Scope::Group(other))[0], None);
}

#[test]
fn a_change_is_said_in_words() {
    let mut world = World::new();
    let (group, people) = world.group("CCIO-1", 4);
    world.pulse(1, &people, &[4, 4, 4, 4]);
    world.pulse(2, &people, &[4, 4, 4, 5]);
    let scores = world.model.round_scores(Scope::Group(group), Readers::Office);
    assert_eq!(scores[0].change, None);
    assert_eq!(in_words(scores[1].change.expect("two rounds")), "+0.3 up");
    assert_eq!(
        (in_words(-8), in_words(0)),
        ("-0.8 down".to_owned(), "same".to_owned())
    );
}

#[test]
fn a_question_most_left_out_is_hidden_and_does_not_follow_from_the_mean() {
    let mut world = World::new();
    let (group, people) = world.group("CCIO-1", 3);
    let wave = world.pulses[0];
    for (person, openly) in people.iter().zip([Some(1), None, None]) {
        let mut numbers = vec![("useful", 4)];
        numbers.extend(openly.map(|n| ("openly", n)));
        world.answer(wave, *person, &numbers);
    }
    let lines = world.model.question_scores(Scope::Group(group), Readers::Office);
    assert_eq!(lines[1].rounds[0], Some(Shown::until(3, 3)));
    assert_eq!(means(&world, Scope::Group(group))[0], Some(4.0));
}

#[test]
fn the_lowest_question_is_named() {
    let mut world = World::new();
    let (group, people) = world.group("CCIO-1", 3);
    for person in people {
        world.answer(world.pulses[0], person, &[("useful", 5), ("openly", 3)]);
    }
    let lines = world.model.question_scores(Scope::Group(group), Readers::Office);
    assert_eq!((lines[0].lowest, lines[1].lowest), (false, true));
}

#[test]
fn a_low_answer_is_told_of_a_scope_that_does_not_say_who() {
    let mut world = World::new();
    let (_, one) = world.group("CCIO-1", 4);
    let (_, other) = world.group("CCIO-2", 4);
    world.pulse(1, &one, &[5, 5]);
    world.pulse(1, &other, &[2]);
    let low = world.model.low_pulses();
    assert_eq!(low.len(), 1);
    assert_eq!(low[0].scope, world.scope_of("CCIO"));
}

#[test]
fn a_low_answer_is_not_told_of_a_stream_in_which_only_one_could_have_given_it() {
    let mut world = World::new();
    let (_, big) = world.group("CCIO-1", 4);
    let (_, small) = world.group("CCIO-2", 4);
    // A low answer in the big group would be told of that group.
    world.pulse(1, &big, &[5, 5, 5]);
    world.pulse(1, &small, &[2]);
    assert_eq!(world.model.low_pulses(), Vec::new());
}

#[test]
fn a_low_answer_does_not_tell_when_it_came() {
    let mut world = World::new();
    let (_, people) = world.group("CCIO-1", 4);
    world.pulse(1, &people, &[5, 2, 5]);
    let wave = world.model.waves.get(world.pulses[0]).expect("a wave").clone();
    let low = world.model.low_pulses();
    assert_eq!(low[0].since, world.model.morning(wave.opens));
}

#[test]
fn who_answers_twice_counts_once() {
    let mut world = World::new();
    let (group, people) = world.group("CCIO-1", 3);
    world.pulse(1, &people, &[4, 4]);
    let again = world.another_pulse(1);
    world.answer(again, people[0], &[("useful", 1)]);
    assert_eq!(rounds(&world, Scope::Group(group))[0], Some(Shown::until(3, 2)));
    world.answer(again, people[2], &[("useful", 4)]);
    assert_eq!(means(&world, Scope::Group(group))[0], Some(3.0));
}

#[test]
fn who_is_asked_twice_at_the_end_is_one_pair_of_answers() {
    let mut world = World::new();
    let waves = world.confidence(&[Occasion::Endpoint, Occasion::Endpoint]);
    let (group, people) = world.group("CCIO-1", 5);
    for (at, person) in people.into_iter().enumerate() {
        let mut answers = item_answers("", 5 + at as i8 % 3, &[]);
        answers.extend(item_answers("then:", 4, &[]));
        survey(&mut world, waves[0], person, &answers);
        if at == 0 {
            survey(&mut world, waves[1], person, &answers);
        }
    }
    let confidence = world.model.confidence(Scope::Group(group));
    let overall = confidence
        .overall
        .as_ref()
        .and_then(Shown::value)
        .expect("five pairs");
    assert_eq!((overall.by.n, confidence.after.part), (5, 5));
}

#[test]
fn who_would_like_a_word_is_named_without_scores() {
    let mut world = World::new();
    let (group, people) = world.group("CCIO-1", 3);
    world.answer(world.pulses[0], people[1], &[("useful", 5), ("word", 1)]);
    world.answer(world.pulses[0], people[0], &[("useful", 5), ("word", 0)]);
    let wanted = world.model.words_wanted();
    assert_eq!(wanted.len(), 1);
    assert_eq!(wanted[0].enrolment, people[1]);
    let rows = world.model.answer_rows(&world.pulses, Scope::Group(group));
    let wants: Vec<_> = rows
        .iter()
        .filter(|row| row.word_wanted)
        .map(|row| &row.name)
        .collect();
    assert_eq!(wants, ["CCIO-1 1"]);
    assert!(rows.iter().all(|row| row.texts.is_empty()));
}

#[test]
fn answers_are_slow_after_three_days_and_only_while_the_wave_is_open() {
    let mut world = World::new();
    let (group, people) = world.group("CCIO-1", 4);
    world.pulse(1, &people, &[5, 5]);
    let asked = noon(day(1, 11));
    assert_eq!(world.model.slow_waves(asked + TimeDelta::days(2)), Vec::new());
    let slow = world.model.slow_waves(asked + TimeDelta::days(3));
    assert_eq!(slow.len(), 1);
    assert_eq!((slow[0].scope, slow[0].answered.part), (Scope::Group(group), 2));
    assert_eq!(slow[0].since, asked + TimeDelta::days(3));
    assert_eq!(world.model.slow_waves(asked + TimeDelta::days(30)), Vec::new());
}

#[test]
fn a_mean_needs_attention_when_it_is_low_or_has_fallen() {
    let mut world = World::new();
    let (fallen, people) = world.group("CCIO-1", 4);
    world.pulse(1, &people, &[5, 5, 5, 5]);
    world.pulse(2, &people, &[4, 4, 4, 4]);
    let (low, people) = world.group("CCIO-2", 4);
    world.pulse(2, &people, &[3, 3, 3, 3]);
    let (fine, people) = world.group("CCIO-3", 4);
    world.pulse(2, &people, &[1, 1]);
    let found = world.model.low_means();
    let of = |group: Id<Group>| found.iter().find(|mean| mean.scope == Scope::Group(group));
    assert_eq!(
        of(fallen).map(|mean| (mean.fell, mean.low)),
        Some((Some(10), false))
    );
    assert_eq!(of(low).map(|mean| (mean.fell, mean.low)), Some((None, true)));
    assert!(of(fine).is_none(), "a hidden mean must not be told of");
}

pub(super) fn item_answers(prefix: &str, number: i8, leave_out: &[usize]) -> Vec<(String, i8)> {
    let items = (1..=8).filter(|item| !leave_out.contains(item));
    items
        .map(|item| (format!("{prefix}item{item}"), number))
        .collect()
}

pub(super) fn survey(
    world: &mut World,
    wave: Id<crate::domain::Wave>,
    who: Id<Enrolment>,
    answers: &[(String, i8)],
) {
    let answers: Vec<(&str, i8)> = answers.iter().map(|(key, n)| (key.as_str(), *n)).collect();
    world.answer(wave, who, &answers);
}

#[test]
fn confidence_changes_on_pairs_only() {
    let mut world = World::new();
    let waves = world.confidence(&[Occasion::Baseline, Occasion::Endpoint]);
    let (group, people) = world.group("CCIO-1", 6);
    for person in &people {
        survey(&mut world, waves[0], *person, &item_answers("", 4, &[]));
    }
    for (person, now) in people.iter().take(5).zip([5, 6, 7, 4, 8]) {
        survey(&mut world, waves[1], *person, &item_answers("", now, &[]));
    }
    let confidence = world.model.confidence(Scope::Group(group));
    let overall = confidence
        .overall
        .as_ref()
        .and_then(Shown::value)
        .expect("five pairs");
    assert_eq!(
        (overall.by.n, overall.then, overall.now, overall.up),
        (5, 4.0, 6.0, Some(Up::Exactly(4)))
    );
    assert_eq!(confidence.compared, Some(Compared::Baseline));
    assert_eq!((confidence.before.part, confidence.after.part), (6, 5));
}

#[test]
fn confidence_of_four_people_is_hidden() {
    let mut world = World::new();
    let waves = world.confidence(&[Occasion::Endpoint]);
    let (group, people) = world.group("CCIO-1", 4);
    for person in people {
        let mut answers = item_answers("", 6, &[]);
        answers.extend(item_answers("then:", 4, &[]));
        survey(&mut world, waves[0], person, &answers);
    }
    let confidence = world.model.confidence(Scope::Group(group));
    assert_eq!(confidence.overall, Some(Shown::until(5, 4)));
    assert!(
        confidence
            .items
            .iter()
            .all(|item| item.change == Some(Shown::until(5, 4)))
    );
}

#[test]
fn without_a_baseline_the_then_test_is_compared() {
    let mut world = World::new();
    let waves = world.confidence(&[Occasion::Endpoint]);
    let (_, people) = world.group("CCIO-1", 5);
    for person in people {
        let mut answers = item_answers("", 6, &[]);
        answers.extend(item_answers("then:", 4, &[]));
        survey(&mut world, waves[0], person, &answers);
    }
    let confidence = world.model.confidence(Scope::Cohort);
    assert_eq!(confidence.compared, Some(Compared::ThenTest));
    let overall = confidence
        .overall
        .as_ref()
        .and_then(Shown::value)
        .expect("five pairs");
    assert_eq!((overall.by.mean, overall.by.effect()), (2.0, None));
}

#[test]
fn a_mean_of_confidence_needs_six_items_of_eight() {
    let mut world = World::new();
    let waves = world.confidence(&[Occasion::Endpoint]);
    let (_, people) = world.group("CCIO-1", 6);
    for (at, person) in people.into_iter().enumerate() {
        let out: &[usize] = if at == 0 { &[1, 2, 3] } else { &[] };
        let mut answers = item_answers("", 6, out);
        answers.extend(item_answers("then:", 4, out));
        survey(&mut world, waves[0], person, &answers);
    }
    let confidence = world.model.confidence(Scope::Cohort);
    let overall = confidence
        .overall
        .as_ref()
        .and_then(Shown::value)
        .expect("five pairs");
    assert_eq!(overall.by.n, 5);
}

#[test]
fn items_that_one_person_left_out_are_hidden() {
    let mut world = World::new();
    let waves = world.confidence(&[Occasion::Endpoint]);
    let (_, people) = world.group("CCIO-1", 6);
    for (at, person) in people.into_iter().enumerate() {
        let out: &[usize] = if at == 0 { &[8] } else { &[] };
        let mut answers = item_answers("", [6, 5, 7][at % 3], out);
        answers.extend(item_answers("then:", 4, out));
        survey(&mut world, waves[0], person, &answers);
    }
    let items = world.model.confidence(Scope::Cohort).items;
    assert!(
        items[0]
            .change
            .as_ref()
            .is_some_and(|change| change.value().is_some())
    );
    assert!(
        items[7]
            .change
            .as_ref()
            .is_some_and(|change| change.value().is_none())
    );
}

/// A world of this many CCIO and CNIO mentees, and a quote of the first CCIO mentee.
fn quoted(ccio: usize, cnio: usize, widest: Attribution) -> (World, Id<crate::domain::Quote>) {
    let mut world = World::new();
    let (_, people) = world.group("CCIO-1", ccio);
    world.group("CNIO-1", cnio);
    let quote = world.quote(people[0]);
    world.consent(people[0], widest, None);
    (world, quote)
}

#[test]
fn a_name_is_printed_only_with_consent_to_the_name() {
    let (world, quote) = quoted(5, 0, Attribution::Named);
    assert_eq!(
        world.model.label_of(quote, day(3, 1)).text,
        "CCIO-1 0, CCIO, Arden"
    );
    let (world, quote) = quoted(5, 0, Attribution::Stream);
    let label = world.model.label_of(quote, day(3, 1));
    assert_eq!(
        (label.text.as_str(), label.refused_wider.len()),
        ("one CCIO mentee", 1)
    );
}

#[test]
fn a_label_that_fits_too_few_gives_way_to_the_next() {
    let (world, quote) = quoted(3, 2, Attribution::Stream);
    let label = world.model.label_of(quote, day(3, 1));
    assert_eq!(label.text, "one clinical mentee");
    assert_eq!(
        label.refused_wider[1],
        "\"one CCIO mentee\" fits fewer than 5 people today"
    );
    let (mut world, quote) = quoted(3, 0, Attribution::Stream);
    world.group("CIO-1", 2);
    assert_eq!(world.model.label_of(quote, day(3, 1)).text, "one mentee");
    // Every CNIO mentee would be called one: "one clinical mentee" and "one mentee" say that it was a CCIO mentee.
    let (world, quote) = quoted(3, 5, Attribution::Stream);
    assert_eq!(
        world.model.label_of(quote, day(3, 1)).attribution,
        Attribution::TeamOnly
    );
    // Of somebody who wants no more to be said, they say nothing of the kind.
    let (mut world, quote) = quoted(5, 2, Attribution::Anyone);
    world.group("CIO-1", 6);
    let label = world.model.label_of(quote, day(3, 1));
    assert_eq!(label.text, "one mentee");
    let (world, quote) = quoted(3, 0, Attribution::Stream);
    assert_eq!(
        world.model.label_of(quote, day(3, 1)).attribution,
        Attribution::TeamOnly
    );
}

#[test]
fn who_withdrew_makes_no_label_fit() {
    let (mut world, quote) = quoted(5, 0, Attribution::Stream);
    let (id, mut is) = world
        .model
        .enrolments
        .iter()
        .last()
        .map(|(id, is)| (id, is.clone()))
        .expect("one");
    is.state = EnrolmentState::Withdrawn;
    world.model.put(Record::Enrolment(id, Box::new(is)), 2);
    assert_eq!(world.model.label_of(quote, day(3, 1)).text, "held");
}

#[test]
fn consent_for_one_quote_goes_before_consent_for_all() {
    let (mut world, quote) = quoted(5, 0, Attribution::Named);
    let speaker = world
        .model
        .quotes
        .get(quote)
        .and_then(|q| q.speaker)
        .expect("a speaker");
    world.consent(speaker, Attribution::Anyone, Some(quote));
    assert_eq!(world.model.label_of(quote, day(3, 1)).text, "one mentee");
    assert_eq!(world.model.consent_word(quote), ConsentWord::Anon);
}

#[test]
fn withdrawn_consent_hides_the_text() {
    let (mut world, quote) = quoted(5, 0, Attribution::Named);
    let (id, mut is) = world
        .model
        .consents
        .iter()
        .next()
        .map(|(id, is)| (id, is.clone()))
        .expect("one");
    is.withdrawn = Some(day(2, 20));
    world.model.put(Record::Consent(id, Box::new(is)), 2);
    let lines = world.model.quote_lines(Scope::Cohort, day(3, 1));
    assert_eq!(
        (lines[0].consent, lines[0].text.as_deref()),
        (ConsentWord::No, None)
    );
    assert!(!world.model.held_by(quote, day(3, 1)).is_empty());
}

#[test]
fn a_quote_leaves_only_cleared_and_ticked() {
    let (mut world, quote) = quoted(5, 0, Attribution::Stream);
    assert_eq!(world.model.held_by(quote, day(3, 1)), Vec::<String>::new());
    let mut is = world.model.quotes.get(quote).expect("a quote").clone();
    is.unrecognisable = false;
    is.state = crate::domain::QuoteState::Suggested;
    world.model.put(Record::Quote(quote, Box::new(is)), 2);
    assert_eq!(world.model.held_by(quote, day(3, 1)).len(), 2);
}

#[test]
fn a_mentors_quote_needs_as_many_mentors() {
    let mut world = World::new();
    world.group("CCIO-1", 6);
    let mentor = world.person("Amara Okafor", Role::Mentor, "CCIO");
    let quote = world.quote(mentor);
    world.consent(mentor, Attribution::Stream, None);
    let label = world.model.label_of(quote, day(3, 1));
    assert_eq!(label.text, "held");
    assert_eq!(
        label.refused_wider[1],
        "\"one CCIO mentor\" fits fewer than 5 people today"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Two cohorts that differ only in what hidden groups answered look the same wherever too few have answered.
    #[test]
    fn a_hidden_groups_scores_change_no_shown_number_by_themselves(
        sizes in prop::collection::vec(0_usize..6, 2..6),
        hidden in 1_i8..=5,
        other in 1_i8..=5,
    ) {
        let board = |score: i8| {
            let mut world = World::new();
            for (at, size) in sizes.iter().enumerate() {
                let (_, people) = world.group(&format!("CCIO-{}", at + 1), 6);
                let score = if *size < 3 { score } else { 4 };
                world.pulse(1, &people, &vec![score; *size]);
            }
            world.model.feedback_board(Readers::Office, noon(day(1, 11)))
        };
        let together: usize = sizes.iter().filter(|size| **size < 3).sum();
        let (one, two) = (board(hidden), board(other));
        for (a, b) in one.groups.iter().zip(&two.groups) {
            prop_assert_eq!(&a.rounds, &b.rounds);
            prop_assert_eq!(&a.mean, &b.mean);
        }
        if together < 3 {
            prop_assert_eq!(&one.all.rounds, &two.all.rounds);
            prop_assert_eq!(&one.streams[0].mean, &two.streams[0].mean);
        }
    }
}
