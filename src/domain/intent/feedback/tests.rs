//! Tests of feedback.

use super::*;
use crate::domain::intent::template;
use crate::domain::intent::world::*;
use crate::domain::{Instrument, Record, Role};

/// The world with the template's instruments, and the one with this key.
fn asking(key: &str) -> (World, Id<Instrument>) {
    let mut w = world();
    let mut found = Id::new(0);
    for (n, instrument) in (900..).zip(template::instruments()) {
        if instrument.key == key {
            found = Id::new(n);
        }
        w.model
            .put(Record::Instrument(Id::new(n), Box::new(instrument)), 1);
    }
    (w, found)
}

fn wave(instrument: Id<Instrument>, occasion: Occasion, round: Option<u64>, anonymous: bool) -> Wave {
    Wave {
        instrument,
        occasion,
        round: round.map(|n| Id::new(499 + n)),
        opens: day("2025-03-13"),
        closes: day("2025-03-27"),
        anonymous,
    }
}

fn number(question: &str, number: i8) -> Answer {
    Answer {
        question: question.into(),
        number: Some(number),
        text: String::new(),
    }
}

/// The world with a wave asked.
fn asked(key: &str, occasion: Occasion, round: Option<u64>, anonymous: bool) -> (World, Id<Wave>) {
    let (mut w, instrument) = asking(key);
    let edit = w
        .model
        .ask_wave(
            &mut Mint::seeded(8),
            wave(instrument, occasion, round, anonymous),
            now(),
        )
        .unwrap();
    let after = w.played(&edit);
    w.model = after;
    (w, edit.made().unwrap())
}

#[test]
fn the_pulse_of_a_round_asks_those_who_were_expected() {
    let (w, instrument) = asking("pulse");
    let pulse = wave(instrument, Occasion::Pulse, Some(3), false);
    let edit = w.model.ask_wave(&mut mint(), pulse, now()).unwrap();
    assert_eq!(edit.label.to_string(), "ask pulse 3 to 3 people");
    let after = w.played(&edit);
    let people: Vec<_> = after
        .requests_in(edit.made().unwrap())
        .map(|(_, r)| r.enrolment)
        .collect();
    assert_eq!(
        after.by_name(people.into_iter()),
        vec![w.amara, w.daniel, w.fatima]
    );
}

#[test]
fn the_baseline_asks_the_mentees() {
    let (w, instrument) = asking("confidence");
    let people = w
        .model
        .who_is_asked(&wave(instrument, Occasion::Baseline, None, false));
    assert_eq!(people.len(), 5);
    assert!(
        people
            .iter()
            .all(|id| w.model.enrolments.get(*id).unwrap().role == Role::Mentee)
    );
    let exit = wave(instrument, Occasion::Exit, None, false);
    assert!(w.model.who_is_asked(&exit).is_empty());
}

#[test]
fn nobody_is_asked_twice_in_a_wave() {
    let (w, wave) = asked("pulse", Occasion::Pulse, Some(3), false);
    let edit = w
        .model
        .ask_more(&mut mint(), wave, &[w.fatima, w.kofi], now())
        .unwrap();
    assert_eq!(edit.label.to_string(), "ask pulse 3 to Kofi Mensah");
    assert_eq!(w.played(&edit).requests_in(wave).count(), 4);
}

#[test]
fn who_comes_later_is_asked_in_the_wave_there_is() {
    let (w, first) = asked("pulse", Occasion::Pulse, Some(3), false);
    let again = w.model.waves.get(first).unwrap().clone();
    let refused = w.model.ask_wave(&mut mint(), again.clone(), now()).unwrap_err();
    assert_eq!(
        (refused.rule, refused.hint.as_str()),
        (14, "remind those who have not answered")
    );
    let mut before = w.model.clone();
    let request = w.model.requests_in(first).map(|(id, _)| id).next().unwrap();
    before.take(request.into());
    let edit = before.ask_wave(&mut mint(), again, now()).unwrap();
    assert_eq!(edit.changes.len(), 1, "no second wave: {edit:?}");
    let mut after = before.clone();
    after.try_on(&edit.changes);
    assert_eq!(
        after.requests_in(first).count(),
        w.model.requests_in(first).count()
    );
}

#[test]
fn an_answer_ticks_the_request_and_knows_its_group() {
    let (w, wave) = asked("pulse", Occasion::Pulse, Some(3), false);
    let moved = w
        .model
        .move_to(&mut mint(), &[w.fatima], Some(w.ccio_3), day(TODAY), "")
        .unwrap();
    let model = w.played(&moved);
    let edit = model
        .answer(
            &mut Mint::seeded(6),
            wave,
            Some(w.fatima),
            &[number("useful", 4)],
            "typed",
            now(),
        )
        .unwrap();
    assert_eq!(edit.label.to_string(), "answer pulse 3 of Fatima Rahman");
    let after = played(&model, &edit);
    let (_, response) = after.responses_of(w.fatima).next().unwrap();
    assert_eq!(
        response.group,
        Some(w.ccio_2),
        "the group of the session, not today's"
    );
    assert!(after.requests_of(w.fatima).all(|(_, r)| r.answered));
}

#[test]
fn answering_again_changes_the_answer() {
    let (w, wave) = asked("pulse", Occasion::Pulse, Some(3), false);
    let give = |model: &Model, n| {
        let edit = model
            .answer(
                &mut Mint::seeded(6),
                wave,
                Some(w.fatima),
                &[number("useful", n)],
                "typed",
                now(),
            )
            .unwrap();
        played(model, &edit)
    };
    let after = give(&give(&w.model, 4), 2);
    assert_eq!(after.responses.len(), 1);
    assert_eq!(
        after.responses_of(w.fatima).next().unwrap().1.answers[0].number,
        Some(2)
    );
}

#[test]
fn rule_14_an_anonymous_answer_tells_neither_who_nor_when() {
    let (w, wave) = asked("confidence", Occasion::Baseline, None, true);
    let answers = [number("vision", 4)];
    let refused = w
        .model
        .answer(&mut mint(), wave, Some(w.fatima), &answers, "typed", now())
        .unwrap_err();
    assert_eq!(
        (refused.rule, refused.what.as_str()),
        (14, "baseline is anonymous and takes no names")
    );
    let edit = w
        .model
        .answer(&mut mint(), wave, None, &answers, "typed", now())
        .unwrap();
    assert_eq!(edit.label.to_string(), "answer baseline");
    assert_eq!(edit.changes.len(), 1, "no request is ticked by the same edit");
    let after = w.played(&edit);
    let (_, response) = after.responses_in(wave).next().unwrap();
    assert_eq!((response.enrolment, response.group), (None, None));
    assert_eq!(response.received, at("2025-03-13 00:00"));
    let everybody: Vec<_> = w.model.requests_in(wave).map(|(_, is)| is.enrolment).collect();
    let edit = w
        .model
        .tick_answered(&mut mint(), wave, &everybody, true)
        .unwrap();
    let ticked = w
        .played(&edit)
        .requests_in(wave)
        .filter(|(_, r)| r.answered)
        .count();
    assert_eq!(ticked, everybody.len());
}

#[test]
fn an_answer_answers_something() {
    let (w, wave) = asked("pulse", Occasion::Pulse, Some(3), false);
    let blank = Answer {
        question: "next_step".into(),
        number: None,
        text: "  ".into(),
    };
    let refused = w
        .model
        .answer(&mut mint(), wave, Some(w.fatima), &[blank], "typed", now())
        .unwrap_err();
    assert_eq!(refused.what, "nothing was answered");
}

#[test]
fn a_wave_closes_after_it_opens() {
    let (w, instrument) = asking("pulse");
    let wave = Wave {
        closes: day("2025-03-01"),
        ..wave(instrument, Occasion::Pulse, None, false)
    };
    let refused = w.model.ask_wave(&mut mint(), wave, now()).unwrap_err();
    assert_eq!(refused.what, "the pulse would close before it opens");
}

#[test]
fn a_theme_is_put_on_an_answer_and_taken_off() {
    let (mut w, wave) = asked("pulse", Occasion::Pulse, Some(3), false);
    let theme = Id::new(950);
    w.model
        .put(Record::Theme(theme, Box::new(template::themes().remove(0))), 1);
    let answers = [number("useful", 4)];
    let edit = w
        .model
        .answer(&mut mint(), wave, Some(w.fatima), &answers, "typed", now())
        .unwrap();
    let model = w.played(&edit);
    let response = edit.made().unwrap();
    let edit = model.tag(&mut mint(), response, theme).unwrap();
    assert_eq!(
        edit.label.to_string(),
        "tag answer of Fatima Rahman to pulse 3: confidence"
    );
    let model = played(&model, &edit);
    assert_eq!(model.responses.get(response).unwrap().themes, vec![theme]);
    let edit = model.tag(&mut mint(), response, theme).unwrap();
    assert!(
        played(&model, &edit)
            .responses
            .get(response)
            .unwrap()
            .themes
            .is_empty()
    );
}

#[test]
fn a_goal_is_set_and_scored() {
    let w = world();
    let edit = w
        .model
        .goal(&mut mint(), w.fatima, "speak to the board", day(TODAY))
        .unwrap();
    let model = w.played(&edit);
    let goal = edit.made().unwrap();
    let edit = model.score_goal(&mut mint(), goal, Some(1), day(TODAY)).unwrap();
    let after = played(&model, &edit);
    let is = after.goals.get(goal).unwrap();
    assert_eq!((is.score, is.scored_on), (Some(1), Some(day(TODAY))));
    assert_eq!(
        model
            .score_goal(&mut mint(), goal, Some(3), day(TODAY))
            .unwrap_err()
            .what,
        "a goal is scored from -2 to +2"
    );
    assert_eq!(
        w.model
            .goal(&mut mint(), w.fatima, " ", day(TODAY))
            .unwrap_err()
            .what,
        "a goal needs words"
    );
}
