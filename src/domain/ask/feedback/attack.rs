//! An attack on what is shown: whatever a reader of every screen and file could compute by adding and subtracting.
//!
//! Every shown number depends on single answers in proportion as long as nobody comes or goes. So each answer is
//! changed by one and every shown number is read again: the rows of that table are all that can be known, and so
//! is every sum of them. If a hidden number, or one answer, is such a sum, the attack succeeds.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::tests::{item_answers, survey};
use super::world::{World, day, noon};
use super::{Confidence, Readers, Shown, Up};
use crate::domain::ask::rates::Scope;
use crate::domain::{Attribution, Enrolment, Group, Id, Model, Occasion, Response};

/// One answer to one question: what nobody may learn.
type Unknown = (Id<Response>, String);

/// Every scope of a model.
fn scopes(model: &Model) -> Vec<Scope> {
    let groups = model.groups_sorted().into_iter().map(Scope::Group);
    let streams = model.streams_sorted().into_iter().map(Scope::Stream);
    groups.chain(streams).chain([Scope::Cohort]).collect()
}

/// Everything about pulses and confidence that anybody is shown, in a fixed order; hidden numbers are none.
fn shown(model: &Model) -> Vec<Option<f64>> {
    let mut all = Vec::new();
    let value = |shown: &Option<Shown<f64>>| shown.as_ref().and_then(Shown::value).copied();
    for readers in [Readers::Office, Readers::Published] {
        let scores = model.pulse_scores(readers);
        let board = scores.board(model, noon(day(6, 1)));
        for line in board.groups.iter().chain(&board.streams).chain([&board.all]) {
            all.push(value(&line.mean));
            all.extend(line.rounds.iter().map(value));
            all.push(value(&line.confidence));
        }
        for scope in scopes(model) {
            all.extend(scores.rounds(model, scope).iter().map(|round| value(&round.mean)));
            for question in scores.questions(model, scope) {
                all.push(value(&question.all));
                all.extend(question.rounds.iter().map(value));
            }
        }
    }
    for scope in scopes(model) {
        let Confidence { overall, items, .. } = model.confidence(scope);
        let changes = items
            .iter()
            .map(|item| item.change.as_ref())
            .chain([overall.as_ref()]);
        for change in changes {
            let change = change.and_then(Shown::value);
            all.extend([
                change.map(|c| c.then),
                change.map(|c| c.now),
                change.map(|c| c.by.mean),
            ]);
        }
        all.extend(items.iter().map(|item| value(&item.before)));
    }
    all
}

/// The same with one answer one higher.
fn nudged(model: &Model, (id, question): &Unknown) -> Model {
    let mut model = model.clone();
    let mut response = model.responses.get(*id).expect("a response").clone();
    for answer in response.answers.iter_mut().filter(|a| a.question == *question) {
        answer.number = answer.number.map(|n| n + 1);
    }
    model.put(crate::domain::Record::Response(*id, Box::new(response)), 2);
    model
}

/// What is shown, as rows over the answers it is made of.
fn table(model: &Model, unknowns: &[Unknown]) -> Vec<Vec<f64>> {
    let before = shown(model);
    let mut rows = vec![vec![0.0; unknowns.len()]; before.len()];
    for (at, unknown) in unknowns.iter().enumerate() {
        let after = shown(&nudged(model, unknown));
        for ((row, before), after) in rows.iter_mut().zip(&before).zip(after) {
            assert_eq!(
                before.is_some(),
                after.is_some(),
                "hiding must not depend on scores"
            );
            row[at] = before.zip(after).map_or(0.0, |(before, after)| after - before);
        }
    }
    rows
}

/// The rows in echelon form, without those that say nothing new.
fn reduced(mut rows: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let width = rows.first().map_or(0, Vec::len);
    let mut lead = 0;
    for column in 0..width {
        let by_size = |a: &usize, b: &usize| rows[*a][column].abs().total_cmp(&rows[*b][column].abs());
        let Some(at) = (lead..rows.len())
            .max_by(by_size)
            .filter(|at| rows[*at][column].abs() > 1e-7)
        else {
            continue;
        };
        rows.swap(lead, at);
        let by = rows[lead][column];
        rows[lead].iter_mut().for_each(|x| *x /= by);
        let pivot = rows[lead].clone();
        for (_, row) in rows.iter_mut().enumerate().filter(|(r, _)| *r != lead) {
            let by = row[column];
            if by != 0.0 {
                row.iter_mut().zip(&pivot).for_each(|(x, p)| *x -= by * p);
            }
        }
        lead += 1;
    }
    rows.truncate(lead);
    rows
}

/// Whether a sum of answers follows from rows in echelon form.
fn follows(rows: &[Vec<f64>], mut sum: Vec<f64>) -> bool {
    for row in rows {
        let Some(column) = row.iter().position(|x| x.abs() > 1e-7) else {
            continue;
        };
        let by = sum[column];
        sum.iter_mut().zip(row).for_each(|(x, p)| *x -= by * p);
    }
    sum.iter().all(|x| x.abs() < 1e-6)
}

/// What may not follow: sums of the answers of fewer people than may be shown, with what they are.
fn secrets(model: &Model, unknowns: &[Unknown], smallest: usize) -> Vec<(String, Vec<f64>)> {
    let of = |is: &dyn Fn(&Unknown) -> bool| -> Vec<f64> {
        unknowns
            .iter()
            .map(|unknown| f64::from(u8::from(is(unknown))))
            .collect()
    };
    let mut secrets = Vec::new();
    for unknown in unknowns {
        secrets.push((format!("the answer {unknown:?}"), of(&|other| other == unknown)));
        let own = of(&|other| {
            other.0 == unknown.0 && other.1.starts_with("then:") == unknown.1.starts_with("then:")
        });
        secrets.push((format!("the mean of {:?}", unknown.0), own));
    }
    let group = |id: &Id<Response>| model.responses.get(*id).and_then(|is| is.group);
    let mut cells: Vec<(Option<Id<Group>>, crate::domain::Id<crate::domain::Wave>, String)> = unknowns
        .iter()
        .filter_map(|(id, question)| Some((group(id), model.responses.get(*id)?.wave, question.clone())))
        .collect();
    cells.sort();
    cells.dedup();
    for (cell, wave, question) in cells {
        let here = |unknown: &Unknown| {
            group(&unknown.0) == cell
                && unknown.1 == question
                && model.responses.get(unknown.0).is_some_and(|is| is.wave == wave)
        };
        if unknowns.iter().filter(|unknown| here(unknown)).count() < smallest {
            secrets.push((format!("{question} of {cell:?}"), of(&here)));
        }
    }
    secrets
}

fn unknowns(model: &Model) -> Vec<Unknown> {
    let answers = model.responses.iter().flat_map(|(id, is)| {
        let keys = is.answers.iter().filter(|a| a.number.is_some());
        keys.map(move |answer| (id, answer.question.clone()))
    });
    answers.collect()
}

/// What an attack on a model finds out.
fn found_out(model: &Model, smallest: usize) -> Vec<String> {
    let unknowns = unknowns(model);
    let rows = reduced(table(model, &unknowns));
    let secrets = secrets(model, &unknowns, smallest);
    let found = secrets.into_iter().filter(|(_, sum)| follows(&rows, sum.clone()));
    found.map(|(what, _)| what).collect()
}

/// Groups of two streams.
fn people(world: &mut World, sizes: &[usize]) -> Vec<Vec<Id<Enrolment>>> {
    let groups = sizes.iter().enumerate().map(|(at, size)| {
        let stream = if at % 2 == 0 { "CCIO" } else { "CIO" };
        world.group(&format!("{stream}-{}", at / 2 + 1), *size).1
    });
    groups.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Pulses: somebody sees the office's screens and every report, of groups, streams, rounds and questions.
    #[test]
    fn no_hidden_pulse_follows_from_all_that_is_shown(
        answered in prop::collection::vec((0_usize..7, 0_usize..7, 0_usize..3), 2..6),
    ) {
        let mut world = World::new();
        let sizes: Vec<usize> = answered.iter().map(|(one, two, _)| *one.max(two)).collect();
        for (people, (one, two, left_out)) in people(&mut world, &sizes).iter().zip(&answered) {
            for (round, count) in [(0, one), (1, two)] {
                for (at, person) in people.iter().take(*count).enumerate() {
                    let both = [("useful", 3), ("openly", 3)];
                    let given = if at < *left_out { &both[..1] } else { &both[..] };
                    let wave = world.pulses[round];
                    world.answer(wave, *person, given);
                }
            }
        }
        let found = found_out(&world.model, 3);
        prop_assert!(found.is_empty(), "{found:?}");
    }

    /// Role confidence: means and items, of groups, streams and all, where some left items out.
    #[test]
    fn no_hidden_confidence_follows_from_means_and_items(
        answered in prop::collection::vec((0_usize..8, prop::collection::vec((0_usize..8, 1_usize..9), 0..5)), 1..4),
    ) {
        let mut world = World::new();
        let wave = world.confidence(&[Occasion::Endpoint])[0];
        let sizes: Vec<usize> = answered.iter().map(|(size, _)| *size).collect();
        // Nobody changed as another did, not by one more either: where everybody did, less is told.
        let mut score = 20;
        for (people, (_, left_out)) in people(&mut world, &sizes).iter().zip(&answered) {
            for (at, person) in people.iter().enumerate() {
                score += 2;
                let out: Vec<usize> = left_out.iter().filter(|(who, _)| *who == at).map(|(_, item)| *item).collect();
                let items = (1..=8).filter(|item| !out.contains(item)).map(|item| (format!("item{item}"), score));
                let then = (1..=8).map(|item| (format!("then:item{item}"), 20));
                let given: Vec<(String, i8)> = items.chain(then).collect();
                let given: Vec<(&str, i8)> = given.iter().map(|(key, n)| (key.as_str(), *n)).collect();
                world.answer(wave, *person, &given);
            }
        }
        let found = found_out(&world.model, 5);
        prop_assert!(found.is_empty(), "{found:?}");
    }

    /// Whoever knows the scale, too, learns nothing of a hidden group: not from a mean at the end of the scale.
    #[test]
    fn a_mean_at_the_end_of_the_scale_tells_no_hidden_group(
        sizes in prop::collection::vec(1_usize..6, 2..6),
        low in prop::collection::vec(any::<bool>(), 6),
    ) {
        let mut world = World::new();
        let everybody = people(&mut world, &sizes);
        for (people, low) in everybody.iter().zip(&low) {
            let scores = vec![if *low { 4 } else { 5 }; people.len()];
            world.pulse(1, people, &scores);
        }
        let scores = world.model.pulse_scores(Readers::Office);
        let mean = |scope| scores.rounds(&world.model, scope)[0].mean.clone();
        for group in world.model.groups_sorted() {
            let stream = Scope::Stream(world.model.groups.get(group).expect("a group").stream);
            let hidden = mean(Scope::Group(group)).is_some_and(|mean| mean.value().is_none());
            for wide in [stream, Scope::Cohort] {
                let top = mean(wide).as_ref().and_then(Shown::value).is_some_and(|mean| *mean >= 5.0);
                if hidden && top {
                    // The hidden group is none of those that the wider mean is of.
                    let shown: usize = world.model.groups_sorted().into_iter()
                        .filter(|other| mean(Scope::Group(*other)).is_some_and(|mean| mean.value().is_some()))
                        .count();
                    prop_assert!(shown > 0, "a mean of hidden groups alone is at the end of the scale");
                }
            }
        }
    }
}

/// The attack itself: it finds what a table without secondary suppression gives away.
#[test]
fn the_attack_finds_a_total_less_its_parts() {
    let rows = reduced(vec![vec![1.0, 1.0, 1.0], vec![1.0, 1.0, 0.0]]);
    assert!(follows(&rows, vec![0.0, 0.0, 1.0]));
    assert!(!follows(&rows, vec![1.0, 0.0, 0.0]));
}

/// Five people of two streams that are hidden alone, who answered this then and now; as the whole cohort sees them.
fn two_and_three(then: [i8; 5], now: [i8; 5]) -> Confidence {
    let mut world = World::new();
    let waves = world.confidence(&[Occasion::Endpoint]);
    let (_, two) = world.group("CCIO-1", 2);
    let (_, three) = world.group("CIO-1", 3);
    for (person, (then, now)) in two.into_iter().chain(three).zip(then.into_iter().zip(now)) {
        let mut answers = item_answers("", now, &[]);
        answers.extend(item_answers("then:", then, &[]));
        survey(&mut world, waves[0], person, &answers);
    }
    world.model.confidence(Scope::Cohort)
}

#[test]
fn a_total_of_hidden_streams_is_not_told_while_it_tells_each_of_them() {
    let all = |confidence: &Confidence| confidence.overall.as_ref().and_then(Shown::value).copied();
    assert!(all(&two_and_three([4, 5, 6, 4, 5], [5, 7, 5, 6, 6])).is_some());
    // Everybody at the end of the scale now; everybody changed by the same.
    assert_eq!(all(&two_and_three([4, 5, 6, 4, 5], [10; 5])), None);
    assert_eq!(all(&two_and_three([4, 5, 6, 4, 5], [5, 6, 7, 5, 6])), None);
}

#[test]
fn how_many_went_up_tells_of_no_hidden_group_that_all_of_them_did() {
    let up = |now: [i8; 4]| {
        let mut world = World::new();
        let waves = world.confidence(&[Occasion::Endpoint]);
        for group in ["CCIO-1", "CCIO-2", "CCIO-3"] {
            for (person, now) in world.group(group, 4).1.into_iter().zip(now) {
                let mut answers = item_answers("", now, &[]);
                answers.extend(item_answers("then:", 5, &[]));
                survey(&mut world, waves[0], person, &answers);
            }
        }
        let confidence = world.model.confidence(world.scope_of("CCIO"));
        let item = confidence.items[0].change.as_ref().and_then(Shown::value);
        let overall = confidence.overall.as_ref().and_then(Shown::value).copied();
        (overall.and_then(|is| is.up), item.and_then(|is| is.up))
    };
    let both = |up: Up| (Some(up), Some(up));
    assert_eq!(up([6, 7, 8, 9]), both(Up::AtLeast(8)));
    assert_eq!(up([6, 7, 8, 4]), both(Up::AtLeast(8)));
    assert_eq!(up([6, 7, 3, 4]), both(Up::Exactly(6)));
    assert_eq!(up([6, 2, 3, 4]), both(Up::AtMost(4)));
    assert_eq!(up([1, 2, 3, 4]), both(Up::AtMost(4)));
}

#[test]
fn a_total_of_few_hidden_people_does_not_tell_how_many_went_up() {
    let up = |confidence: &Confidence| {
        let item = confidence.items[0].change.as_ref().and_then(Shown::value);
        let overall = confidence.overall.as_ref().and_then(Shown::value);
        (overall.and_then(|is| is.up), item.and_then(|is| is.up))
    };
    assert_eq!(up(&two_and_three([4, 5, 6, 4, 5], [5, 7, 5, 6, 6])), (None, None));
    assert_eq!(up(&two_and_three([4, 5, 6, 4, 5], [5, 7, 8, 6, 6])), (None, None));
    assert_eq!(up(&two_and_three([4, 5, 6, 4, 5], [3, 5, 4, 2, 1])), (None, None));
}

proptest! {
    /// Labels: whoever reads one and knows who takes part in which stream has enough people to think of.
    #[test]
    fn no_printed_label_points_at_few(sizes in prop::array::uniform4(0_usize..8)) {
        let mut world = World::new();
        let mut said = Vec::new();
        for (stream, size) in ["CCIO", "CNIO", "CIO", "DHLP"].into_iter().zip(sizes) {
            for person in world.group(&format!("{stream}-1"), size).1 {
                world.consent(person, Attribution::Stream, None);
                said.push(world.quote(person));
            }
        }
        let mut under: BTreeMap<String, usize> = BTreeMap::new();
        for quote in said {
            let label = world.model.label_of(quote, day(3, 1));
            if label.attribution != Attribution::TeamOnly {
                *under.entry(label.text).or_default() += 1;
            }
        }
        prop_assert!(under.values().all(|people| *people >= 5), "{under:?} of {sizes:?}");
    }

    /// Low answers: the scope that is named has several people in it of whom it would have been named.
    #[test]
    fn a_low_answer_is_told_of_nobody(
        answered in prop::collection::vec(0_usize..6, 1..6),
        low in 0_usize..30,
    ) {
        let named = |low: usize| {
            let mut world = World::new();
            let everybody: Vec<_> = people(&mut world, &answered).concat();
            for (at, person) in everybody.iter().enumerate() {
                let score = if at == low { 1 } else { 5 };
                let wave = world.pulses[0];
                world.answer(wave, *person, &[("useful", score)]);
            }
            world.model.low_pulses()
        };
        let all: usize = answered.iter().sum();
        prop_assume!(low < all);
        let told = named(low);
        if !told.is_empty() {
            let alike = (0..all).filter(|other| named(*other) == told).count();
            prop_assert!(alike >= 3, "only {alike} of {answered:?} could have given it");
        }
    }
}
