//! Tests of calendar.

use super::*;
use crate::domain::intent::world::*;

#[test]
fn a_session_keeps_its_hour_when_the_clocks_change() {
    let w = world();
    let march = at("2025-03-27 16:00");
    let later = w.model.shifted(march, 7, 0).unwrap();
    assert_eq!(later, at("2025-04-03 16:00"));
    assert_eq!((later - march).num_hours(), 7 * 24 - 1);
}

#[test]
fn rule_13_a_time_the_clocks_skip_is_refused_with_two_readings() {
    let w = world();
    let refused = w.model.shifted(at("2025-03-29 01:30"), 1, 0).unwrap_err();
    assert_eq!(refused.rule, 13);
    assert!(refused.hint.contains("02:30"), "{}", refused.hint);
}

#[test]
fn rescheduling_raises_the_calendar_version_and_counts_as_a_move() {
    let w = world();
    let to = at("2025-04-17 16:00");
    let edit = w.model.reschedule(&mut mint(), w.sessions[3], to).unwrap();
    assert_eq!(edit.label.to_string(), "reschedule CCIO-2 S4 to Thu 17 Apr 16:00");
    let after = w.played(&edit);
    let is = after.sessions.get(w.sessions[3]).unwrap();
    assert_eq!((is.starts, is.sequence, is.moves), (to, 1, 1));
    assert_eq!(is.uid, w.model.sessions.get(w.sessions[3]).unwrap().uid);
}

#[test]
fn rescheduling_to_the_same_time_changes_nothing() {
    let w = world();
    let edit = w
        .model
        .reschedule(&mut mint(), w.sessions[3], at("2025-04-12 16:00"))
        .unwrap();
    assert!(edit.is_empty());
}

#[test]
fn a_cancelled_session_is_restored_before_it_is_moved() {
    let w = world();
    let edit = w.model.cancel(&mut mint(), w.sessions[3], "mentor ill").unwrap();
    let model = w.played(&edit);
    let refused = model.reschedule(&mut mint(), w.sessions[3], now()).unwrap_err();
    assert_eq!(
        (refused.what.as_str(), refused.hint.as_str()),
        ("CCIO-2 S4 is cancelled", "restore it first")
    );
    let restored = model.restore(&mut mint(), w.sessions[3]).unwrap();
    let after = played(&model, &restored);
    let is = after.sessions.get(w.sessions[3]).unwrap();
    assert_eq!(
        (is.state, is.reason.as_str(), is.sequence, is.moves),
        (SessionState::Planned, "", 2, 1)
    );
}

#[test]
fn a_postponed_session_says_to_which_one() {
    let w = world();
    let to = at("2025-04-24 16:00");
    let edit = w
        .model
        .postpone(&mut mint(), w.sessions[3], to, "clinic")
        .unwrap();
    let after = w.played(&edit);
    let next: Id<Session> = edit.made().unwrap();
    let old = after.sessions.get(w.sessions[3]).unwrap();
    assert_eq!(
        (old.state, old.postponed_to),
        (SessionState::Postponed, Some(next))
    );
    let new = after.sessions.get(next).unwrap();
    assert_eq!(
        (new.starts, new.round, new.state),
        (to, old.round, SessionState::Planned)
    );
    assert_ne!(new.uid, old.uid);
    let refused = after.restore(&mut mint(), w.sessions[3]).unwrap_err();
    assert_eq!(refused.what, "CCIO-2 S4 takes place on Thu 24 Apr 16:00 instead");
}

#[test]
fn a_session_takes_the_round_whose_window_holds_its_day() {
    let w = world();
    let edit = w
        .model
        .add_session(&mut mint(), w.ccio_3, None, at("2025-04-14 12:00"), 60)
        .unwrap();
    assert_eq!(edit.label.to_string(), "add CCIO-3 S4, Mon 14 Apr 12:00");
    let after = w.played(&edit);
    let id: Id<Session> = edit.made().unwrap();
    let is = after.sessions.get(id).unwrap();
    assert_eq!(is.uid, format!("{id}@cohort"));
    assert_eq!(after.round_number(is.round.unwrap()), 4);
}

#[test]
fn a_group_meets_once_in_a_round() {
    let w = world();
    let starts = at("2025-04-14 12:00");
    let refused = w
        .model
        .add_session(&mut mint(), w.ccio_2, None, starts, 60)
        .unwrap_err();
    assert_eq!(refused.what, "CCIO-2 has a session in round 4 already");
    let slot = Slot {
        group: w.ccio_3,
        round: None,
        starts,
        minutes: 60,
    };
    assert!(w.model.add_sessions(&mut mint(), &[slot, slot]).is_err());
}

#[test]
fn six_sessions_are_added_as_one_edit() {
    let w = world();
    let slots: Vec<_> = (1..=6)
        .map(|month| Slot {
            group: w.ccio_3,
            round: None,
            starts: at(&format!("2025-{month:02}-14 12:00")),
            minutes: 60,
        })
        .collect();
    let edit = w.model.add_sessions(&mut mint(), &slots).unwrap();
    assert_eq!(edit.label.to_string(), "add 6 sessions");
    assert_eq!(w.played(&edit).sessions_in(w.ccio_3).count(), 6);
}

#[test]
fn a_workshop_needs_a_title_and_a_length() {
    let w = world();
    let add = |title, minutes| w.model.add_workshop(&mut mint(), title, now(), minutes, "Leeds");
    let edit = add("Summer School", 90).unwrap();
    assert_eq!(edit.label.to_string(), "add Summer School, Thu 20 Mar 10:00");
    assert_eq!(
        w.played(&edit).session_title(edit.made().unwrap()),
        "Summer School"
    );
    assert_eq!(add(" ", 90).unwrap_err().what, "a workshop needs a title");
    assert_eq!(
        add("Summer School", 0).unwrap_err().what,
        "a session cannot be 0 minutes long"
    );
}

#[test]
fn confirming_says_that_a_session_will_happen_or_did() {
    let w = world();
    let mut model = w.model.clone();
    for id in [w.sessions[2], w.sessions[3]] {
        let mut is = model.sessions.get(id).unwrap().clone();
        is.state = SessionState::Planned;
        model.put(crate::domain::Record::Session(id, Box::new(is)), 1);
    }
    let edit = model
        .confirm(&mut mint(), &[w.sessions[2], w.sessions[3]], now())
        .unwrap();
    assert_eq!(edit.label.to_string(), "confirm 2 sessions");
    let after = played(&model, &edit);
    assert_eq!(
        after.sessions.get(w.sessions[2]).unwrap().state,
        SessionState::Held
    );
    assert_eq!(
        after.sessions.get(w.sessions[3]).unwrap().state,
        SessionState::Confirmed
    );
}

#[test]
fn a_busy_time_ends_after_it_begins() {
    let w = world();
    let person = Some(w.person(w.fatima));
    let add = |until| {
        w.model
            .add_busy(&mut mint(), person, BusyKind::Leave, "away", now(), until)
    };
    let edit = add(at("2025-03-21 10:00")).unwrap();
    assert_eq!(
        edit.label.to_string(),
        "add leave of Fatima Rahman, Thu 20 Mar 10:00"
    );
    w.played(&edit);
    assert_eq!(add(now()).unwrap_err().what, "it ends before it begins");
}
