//! Tests of generic.

use super::*;
use crate::domain::GroupState;
use crate::domain::intent::world::*;

fn set(model: &Model, id: impl Into<AnyId>, key: &str, text: &str) -> Result<Edit, Refusal> {
    model.set_field(&mut mint(), id.into(), key, text, "Sam K", now())
}

#[test]
fn setting_the_start_of_a_session_reschedules_it_and_keeps_the_hour() {
    let w = world();
    let edit = set(&w.model, w.sessions[3], "starts", "17 apr").unwrap();
    assert_eq!(edit.label.to_string(), "reschedule CCIO-2 S4 to Thu 17 Apr 16:00");
    assert_eq!(w.played(&edit).sessions.get(w.sessions[3]).unwrap().moves, 1);
}

#[test]
fn what_a_calendar_shows_raises_its_version_and_what_it_does_not_does_not() {
    let w = world();
    let sequence = |key, text| {
        let edit = set(&w.model, w.sessions[3], key, text).unwrap();
        w.played(&edit).sessions.get(w.sessions[3]).unwrap().sequence
    };
    assert_eq!(sequence("place", "Leeds"), 1);
    assert_eq!(sequence("topic", "Making the case"), 0);
}

#[test]
fn the_states_of_a_session_are_its_verbs() {
    let w = world();
    let verb = |model: &Model, text| set(model, w.sessions[3], "state", text).map(|e| e.label.verb);
    assert_eq!(verb(&w.model, "cancelled"), Ok("cancel".into()));
    let cancelled = w.played(&set(&w.model, w.sessions[3], "state", "cancelled").unwrap());
    assert_eq!(verb(&cancelled, "planned"), Ok("restore".into()));
    assert!(verb(&w.model, "postponed").is_err());
    assert_eq!(
        verb(&w.model, "closed").unwrap_err().what,
        "CCIO-2 S4 has not begun"
    );
}

#[test]
fn a_groups_mentor_is_a_field_of_it() {
    let w = world();
    assert_eq!(w.model.read_field(w.ccio_2.into(), "mentor"), "Amara Okafor");
    let edit = set(&w.model, w.ccio_2, "mentor", "Ruth").unwrap();
    assert_eq!(
        w.played(&edit).read_field(w.ccio_2.into(), "mentor"),
        "Ruth Abernathy"
    );
    assert_eq!(
        set(&w.model, w.ccio_2, "mentor", "Fatima").unwrap_err().what,
        "Fatima Rahman is no mentor"
    );
    let edit = set(&w.model, w.ccio_2, "co_mentor", "Ruth").unwrap();
    assert_eq!(
        w.played(&edit).read_field(w.ccio_2.into(), "co_mentor"),
        "Ruth Abernathy"
    );
    let edit = set(&w.model, w.ccio_2, "mentor", "").unwrap();
    assert_eq!(w.played(&edit).read_field(w.ccio_2.into(), "mentor"), "");
}

#[test]
fn dissolving_by_its_state_sends_the_members_to_the_pool() {
    let w = world();
    let after = w.played(&set(&w.model, w.ccio_2, "state", "dissolved").unwrap());
    assert_eq!(after.groups.get(w.ccio_2).unwrap().state, GroupState::Dissolved);
    assert_eq!(after.pool().len(), 3);
}

#[test]
fn the_group_of_a_membership_is_a_move() {
    let w = world();
    let (id, _) = w.model.membership_in_force(w.fatima).unwrap();
    let edit = set(&w.model, id, "group", "CCIO-3").unwrap();
    assert_eq!(edit.label.to_string(), "move Fatima Rahman, CCIO-2 to CCIO-3");
}

#[test]
fn a_label_says_short_values_and_no_free_text() {
    let w = world();
    assert_eq!(
        set(&w.model, w.ccio_2, "max", "8").unwrap().label.to_string(),
        "set limit of CCIO-2 to 8"
    );
    let edit = set(&w.model, w.ccio_2, "note", "mentor is ill").unwrap();
    assert_eq!(edit.label.to_string(), "set note of CCIO-2");
}

#[test]
fn a_value_that_is_there_already_changes_nothing() {
    let w = world();
    assert!(set(&w.model, w.ccio_2, "code", "CCIO-2").unwrap().is_empty());
}

#[test]
fn a_field_that_is_not_there_or_does_not_fit_is_refused_with_what_there_is() {
    let w = world();
    let refused = set(&w.model, w.ccio_2, "colour", "red").unwrap_err();
    assert_eq!(refused.what, "a group has no field colour");
    assert!(refused.hint.contains("code, stream"));
    assert_eq!(
        set(&w.model, w.ccio_2, "max", "900").unwrap_err().what,
        "Limit cannot hold that"
    );
    let nowhere = Id::<Group>::new(1);
    assert!(
        set(&w.model, nowhere, "code", "X")
            .unwrap_err()
            .what
            .starts_with("no group has the id gr-")
    );
}
