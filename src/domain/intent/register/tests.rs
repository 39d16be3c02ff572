//! Tests of register.

use super::*;
use crate::domain::intent::world::*;
use crate::domain::{Record, Sighting};

fn enrolled(id: Id<Enrolment>) -> Attendee {
    Attendee::Enrolled(id)
}

fn during(w: &World) -> (Id<Session>, DateTime<Utc>) {
    (w.sessions[2], at("2025-03-12 16:40"))
}

fn seen(model: &mut Model, session: Id<Session>, enrolment: Id<Enrolment>, joined: &str) {
    let is = Sighting {
        session,
        enrolment: Some(enrolment),
        name: String::new(),
        joined: at(joined),
        left: None,
    };
    model.put(
        Record::Sighting(Id::new(700 + enrolment.number()), Box::new(is)),
        1,
    );
}

#[test]
fn a_mark_says_who_marked_and_when() {
    let w = world();
    let (session, now) = during(&w);
    let edit = w
        .model
        .mark(
            &mut mint(),
            session,
            enrolled(w.fatima),
            Some(MarkValue::Late),
            Some(14),
            "Sam K",
            now,
        )
        .unwrap();
    assert_eq!(edit.label.to_string(), "mark Fatima Rahman late, CCIO-2 S3");
    let after = w.played(&edit);
    let (_, mark) = after.mark_of(session, w.fatima).unwrap();
    assert_eq!(
        (mark.value, mark.minutes_late, mark.by.as_str(), mark.at),
        (MarkValue::Late, Some(14), "Sam K", now)
    );
}

#[test]
fn a_mark_is_corrected_in_place_and_taken_away() {
    let w = world();
    let (session, now) = during(&w);
    let mark = |model: &Model, value| {
        let edit = model
            .mark(
                &mut mint(),
                session,
                enrolled(w.fatima),
                value,
                None,
                "Sam K",
                now,
            )
            .unwrap();
        (played(model, &edit), edit)
    };
    let (model, _) = mark(&w.model, Some(MarkValue::Present));
    let (model, edit) = mark(&model, Some(MarkValue::Absent));
    assert_eq!((edit.changes.len(), model.marks.len()), (1, 1));
    assert!(mark(&model, Some(MarkValue::Absent)).1.is_empty());
    let (model, edit) = mark(&model, None);
    assert_eq!(edit.label.to_string(), "unmark Fatima Rahman, CCIO-2 S3");
    assert!(model.marks.is_empty());
}

#[test]
fn minutes_late_come_from_the_call() {
    let mut w = world();
    let (session, now) = during(&w);
    seen(&mut w.model, session, w.fatima, "2025-03-12 16:14");
    let value = Some(MarkValue::Late);
    let edit = w
        .model
        .mark(
            &mut mint(),
            session,
            enrolled(w.fatima),
            value,
            None,
            "Sam K",
            now,
        )
        .unwrap();
    assert_eq!(
        w.played(&edit).mark_of(session, w.fatima).unwrap().1.minutes_late,
        Some(14)
    );
}

#[test]
fn rule_7_who_is_not_expected_is_a_guest() {
    let w = world();
    let (session, now) = during(&w);
    let mark = |who, value| {
        w.model
            .mark(&mut mint(), session, who, Some(value), None, "Sam K", now)
    };
    let edit = mark(enrolled(w.kofi), MarkValue::Present).unwrap();
    assert_eq!(
        w.played(&edit).mark_of(session, w.kofi).unwrap().1.value,
        MarkValue::Guest
    );
    let refused = mark(enrolled(w.kofi), MarkValue::Absent).unwrap_err();
    assert_eq!(
        (refused.rule, refused.what.as_str()),
        (7, "Kofi Mensah is not expected at CCIO-2 S3")
    );
    assert!(mark(enrolled(w.fatima), MarkValue::Guest).is_err());
}

#[test]
fn everybody_seen_becomes_present_or_late_and_nobody_else() {
    let mut w = world();
    let (session, now) = during(&w);
    seen(&mut w.model, session, w.fatima, "2025-03-12 16:11");
    seen(&mut w.model, session, w.amara, "2025-03-12 16:10");
    let edit = w
        .model
        .mark_all(&mut mint(), session, true, "Sam K", now)
        .unwrap();
    assert_eq!(edit.label.to_string(), "mark 2 people present, CCIO-2 S3");
    let after = w.played(&edit);
    let value = |e| after.mark_of(session, e).map(|(_, m)| m.value);
    assert_eq!(value(w.fatima), Some(MarkValue::Late));
    assert_eq!(value(w.amara), Some(MarkValue::Present));
    assert_eq!(value(w.daniel), None);
}

#[test]
fn rule_9_marking_everybody_touches_the_unmarked_only() {
    let w = world();
    let (session, now) = during(&w);
    let value = Some(MarkValue::Apologies);
    let first = w
        .model
        .mark(
            &mut mint(),
            session,
            enrolled(w.daniel),
            value,
            None,
            "Sam K",
            now,
        )
        .unwrap();
    let model = w.played(&first);
    let edit = model
        .mark_all(&mut Mint::seeded(4), session, false, "Jo T", now)
        .unwrap();
    let after = played(&model, &edit);
    assert_eq!(
        after.mark_of(session, w.daniel).unwrap().1.value,
        MarkValue::Apologies
    );
    assert_eq!(after.counts(session).present, 2);
}

#[test]
fn rule_9_a_register_closes_when_nobody_is_unmarked() {
    let w = world();
    let (session, now) = during(&w);
    let close = |model: &Model, absent| model.close_register(&mut mint(), session, absent, "Sam K", now);
    let refused = close(&w.model, false).unwrap_err();
    assert_eq!(
        (refused.rule, refused.what.as_str()),
        (9, "Amara Okafor, Daniel Price and Fatima Rahman are not marked")
    );
    let edit = close(&w.model, true).unwrap();
    assert_eq!(
        edit.label.to_string(),
        "close the register of CCIO-2 S3, 3 absent"
    );
    let after = w.played(&edit);
    assert!(after.register(session).closed);
    assert_eq!(after.counts(session).absent, 3);
    assert!(close(&after, false).unwrap().is_empty());
}

#[test]
fn a_closed_register_is_reopened_before_it_is_changed() {
    let w = world();
    let (session, now) = during(&w);
    let closing = w
        .model
        .close_register(&mut mint(), session, true, "Sam K", now)
        .unwrap();
    let model = w.played(&closing);
    let value = Some(MarkValue::Present);
    let refused = model
        .mark(
            &mut mint(),
            session,
            enrolled(w.fatima),
            value,
            None,
            "Sam K",
            now,
        )
        .unwrap_err();
    assert_eq!(refused.what, "the register of CCIO-2 S3 is closed");
    let edit = model.reopen_register(&mut mint(), session).unwrap();
    let model = played(&model, &edit);
    assert!(
        model
            .mark(
                &mut mint(),
                session,
                enrolled(w.fatima),
                value,
                None,
                "Sam K",
                now
            )
            .is_ok()
    );
}

#[test]
fn a_register_is_not_closed_before_the_session() {
    let w = world();
    let refused = w
        .model
        .close_register(&mut mint(), w.sessions[3], true, "Sam K", now())
        .unwrap_err();
    assert_eq!(refused.what, "CCIO-2 S4 has not begun");
}

#[test]
fn a_cancelled_session_takes_no_marks() {
    let w = world();
    let edit = w.model.cancel(&mut mint(), w.sessions[2], "").unwrap();
    let model = w.played(&edit);
    let refused = model
        .mark_all(&mut mint(), w.sessions[2], false, "Sam K", now())
        .unwrap_err();
    assert_eq!(refused.what, "CCIO-2 S3 is cancelled");
}

#[test]
fn a_guest_is_added_once_and_dropped() {
    let w = world();
    let (session, now) = during(&w);
    let add = |model: &Model, name: &str| {
        model.add_guest(&mut mint(), session, Attendee::Guest(name.into()), "Sam K", now)
    };
    let edit = add(&w.model, "Rae  Kim").unwrap();
    assert_eq!(edit.label.to_string(), "add guest Rae Kim, CCIO-2 S3");
    let model = w.played(&edit);
    assert_eq!(model.counts(session).guests, 1);
    assert!(add(&model, "rae kim").unwrap().is_empty());
    assert_eq!(add(&model, " ").unwrap_err().what, "A name is needed here");
    let edit = model.drop_guest(&mut mint(), edit.made().unwrap()).unwrap();
    assert!(played(&model, &edit).marks.is_empty());
    let refused = w
        .model
        .add_guest(&mut mint(), session, enrolled(w.fatima), "Sam K", now)
        .unwrap_err();
    assert_eq!(
        refused.what,
        "Fatima Rahman is expected at CCIO-2 S3 and no guest"
    );
}

#[test]
fn several_marks_are_one_edit() {
    let w = world();
    let (session, now) = during(&w);
    let marks = [
        (enrolled(w.fatima), Some(MarkValue::Present), None),
        (enrolled(w.daniel), Some(MarkValue::Absent), None),
    ];
    let edit = w
        .model
        .mark_many(&mut mint(), session, &marks, "Sam K", now)
        .unwrap();
    assert_eq!(edit.label.to_string(), "mark 2 people, CCIO-2 S3");
    assert_eq!(w.played(&edit).marks.len(), 2);
}
