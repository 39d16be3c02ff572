//! Tests of rank.

use super::*;
use crate::domain::intent::world::*;
use crate::domain::{Busy, BusyKind, FreeTime, PairKind, PairReason, PairRule, Record};

fn code_and_fit(model: &Model, choices: &[Choice]) -> Vec<(String, u8)> {
    choices
        .iter()
        .map(|c| (model.group_code(c.group), c.fit))
        .collect()
}

fn change(model: &mut Model, id: Id<Enrolment>, how: impl FnOnce(&mut Enrolment)) {
    let mut is = model.enrolments.get(id).unwrap().clone();
    how(&mut is);
    model.put(Record::Enrolment(id, Box::new(is)), 1);
}

#[test]
fn the_own_stream_comes_first_and_the_present_group_is_left_out() {
    let w = world();
    let choices = w.model.rank_groups(w.fatima, day(TODAY));
    let codes: Vec<_> = code_and_fit(&w.model, &choices)
        .into_iter()
        .map(|(code, _)| code)
        .collect();
    assert_eq!(codes, ["CCIO-3", "CNIO-1"]);
    assert!(choices[0].why.starts_with("same stream"), "{}", choices[0].why);
    assert_eq!(choices[1].parts[0].points, 0);
}

#[test]
fn the_fit_is_the_sum_of_its_parts_and_a_hundred_at_most() {
    let mut w = world();
    let saturday = FreeTime {
        day: 5,
        from: 15 * 60,
        to: 18 * 60,
    };
    change(&mut w.model, w.amina, |e| {
        e.availability = vec![
            saturday,
            FreeTime {
                day: 2,
                from: 900,
                to: 1080,
            },
        ];
        e.wishes = vec!["Board papers".into(), "Influence".into()];
        e.stage = Some(crate::domain::Stage::Emerging);
    });
    change(&mut w.model, w.amara, |e| {
        e.wishes = vec!["board papers".into(), "influence".into()]
    });
    let mut person = w.model.people.get(w.person(w.amina)).unwrap().clone();
    person.organisation = "Weald".into();
    person.region = "London".into();
    w.model
        .put(Record::Person(w.person(w.amina), Box::new(person)), 1);
    let choices = w.model.rank_groups(w.amina, day(TODAY));
    let best = &choices[0];
    assert_eq!(w.model.group_code(best.group), "CCIO-2");
    assert_eq!(best.fit, best.parts.iter().map(|p| p.points).sum::<u8>());
    assert_eq!(best.fit, 100, "{:?}", best.parts);
    assert_eq!(best.parts.iter().map(|p| p.of).sum::<u8>(), 100);
}

#[test]
fn the_mentors_trust_costs_more_than_a_mentees() {
    let w = world();
    let choices = w.model.rank_groups(w.amina, day(TODAY));
    let trust = |group| {
        let choice = choices.iter().find(|c| c.group == group).unwrap();
        let part = choice.parts.iter().find(|p| p.name() == "trust").unwrap();
        (part.points, part.why.clone())
    };
    assert_eq!(trust(w.ccio_2), (0, "same trust as the mentor".into()));
    assert_eq!(trust(w.ccio_3), (15, "other trust".into()));
}

#[test]
fn a_session_to_come_that_clashes_is_named() {
    let mut w = world();
    let busy = Busy {
        person: Some(w.person(w.amina)),
        kind: BusyKind::Busy,
        what: "clinic".into(),
        starts: at("2025-04-12 15:30"),
        ends: at("2025-04-12 16:30"),
        uid: String::new(),
    };
    w.model.put(Record::Busy(Id::new(970), Box::new(busy)), 1);
    let choices = w.model.rank_groups(w.amina, day(TODAY));
    let choice = choices.iter().find(|c| c.group == w.ccio_2).unwrap();
    assert_eq!(choice.clash.as_deref(), Some("Sat 16:00 (clinic)"));
    assert_eq!(choice.parts[1].points, 0);
}

#[test]
fn full_and_refused_groups_come_last_and_say_why() {
    let mut w = world();
    let edit = w.model.raise_limit(&mut mint(), w.ccio_2, Some(2)).unwrap();
    w.model.try_on(&edit.changes);
    let rule = PairRule {
        one: w.person(w.amina),
        other: w.person(w.kofi),
        kind: PairKind::Apart,
        reason: PairReason::Request,
        until: None,
        blocking: true,
        note: String::new(),
    };
    w.model.put(Record::PairRule(Id::new(980), Box::new(rule)), 1);
    let choices = w.model.rank_groups(w.amina, day(TODAY));
    let codes: Vec<_> = choices.iter().map(|c| w.model.group_code(c.group)).collect();
    assert_eq!(codes[0], "CNIO-1", "the only open one");
    let of = |group| choices.iter().find(|c| c.group == group).unwrap();
    assert!(of(w.ccio_2).full && of(w.ccio_2).why.starts_with("full"));
    assert!(
        of(w.ccio_3).refused.as_ref().unwrap().contains("Kofi Mensah"),
        "{:?}",
        of(w.ccio_3)
    );
}

#[test]
fn several_people_need_room_for_all_of_them() {
    let mut w = world();
    let edit = w.model.raise_limit(&mut mint(), w.ccio_3, Some(2)).unwrap();
    w.model.try_on(&edit.changes);
    let choices = w.model.rank_groups_for(&[w.amina, w.fatima], day(TODAY));
    let of = |group| choices.iter().find(|c| c.group == group).unwrap();
    assert!(of(w.ccio_3).full);
    assert!(!of(w.ccio_2).full);
    assert_eq!(
        w.model.rank_groups_for(&[w.amina], day(TODAY)),
        w.model.rank_groups(w.amina, day(TODAY))
    );
}

#[test]
fn the_usual_slot_is_the_one_that_most_sessions_have() {
    let mut w = world();
    for id in &w.sessions[..3] {
        let mut is = w.model.sessions.get(*id).unwrap().clone();
        is.starts = at("2025-03-17 12:00");
        w.model.put(Record::Session(*id, Box::new(is)), 1);
    }
    let time = NaiveTime::from_hms_opt(12, 0, 0).unwrap();
    assert_eq!(w.model.usual_slot(w.ccio_2), Some((Weekday::Mon, time, 60)));
    assert_eq!(w.model.usual_slot(w.ccio_3), None);
}
