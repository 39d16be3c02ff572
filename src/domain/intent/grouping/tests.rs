//! Tests of grouping.

use super::*;
use crate::domain::intent::world::*;

#[test]
fn a_move_ends_one_membership_and_begins_another() {
    let w = world();
    let edit = w
        .model
        .move_to(&mut mint(), &[w.fatima], Some(w.ccio_3), day(TODAY), "")
        .unwrap();
    assert_eq!(edit.label.to_string(), "move Fatima Rahman, CCIO-2 to CCIO-3");
    let after = w.played(&edit);
    assert_eq!(after.group_of(w.fatima, day("2025-03-19")), Some(w.ccio_2));
    assert_eq!(after.group_of(w.fatima, day(TODAY)), Some(w.ccio_3));
}

#[test]
fn a_move_on_the_first_day_takes_the_membership_back() {
    let w = world();
    let to = |group| (Some(group), day(TODAY));
    let (group, on) = to(w.ccio_3);
    let first = w.model.move_to(&mut mint(), &[w.amina], group, on, "").unwrap();
    let mut model = w.model.clone();
    model.try_on(&first.changes);
    let mut other = Mint::seeded(5);
    let edit = model
        .move_to(&mut other, &[w.amina], Some(w.ccio_2), day(TODAY), "")
        .unwrap();
    let after = played(&model, &edit);
    let ended = after.memberships.get(first.made().unwrap()).unwrap();
    assert_eq!(ended.to, Some(day("2025-03-19")));
    assert_eq!(after.members(w.ccio_2).len(), 3);
    assert_eq!(after.members_on(w.ccio_3, day(TODAY)), vec![w.kofi]);
}

#[test]
fn going_back_to_the_pool_ends_the_membership_only() {
    let w = world();
    let edit = w
        .model
        .move_to(&mut mint(), &[w.fatima, w.daniel], None, day(TODAY), "")
        .unwrap();
    assert_eq!(edit.label.to_string(), "move 2 people to the pool");
    let after = w.played(&edit);
    assert_eq!(after.memberships.len(), w.model.memberships.len());
    assert_eq!(after.pool(), vec![w.amina, w.daniel, w.fatima]);
}

#[test]
fn moving_somebody_to_where_they_are_changes_nothing() {
    let w = world();
    let edit = w
        .model
        .move_to(&mut mint(), &[w.fatima], Some(w.ccio_2), day(TODAY), "")
        .unwrap();
    assert!(edit.is_empty());
}

#[test]
fn a_mentor_is_not_moved_like_a_mentee() {
    let w = world();
    let refused = w
        .model
        .move_to(&mut mint(), &[w.amara], Some(w.ccio_3), day(TODAY), "")
        .unwrap_err();
    assert_eq!(refused.what, "Amara Okafor is a mentor");
}

#[test]
fn a_swap_is_one_edit_and_says_with_whom() {
    let w = world();
    let edit = w.model.swap(&mut mint(), w.fatima, w.beth, day(TODAY)).unwrap();
    assert_eq!(
        edit.label.to_string(),
        "swap Fatima Rahman (CCIO-2) and Beth Turner (CNIO-1)"
    );
    let after = w.played(&edit);
    assert_eq!(after.group_of(w.fatima, day(TODAY)), Some(w.cnio_1));
    assert_eq!(after.group_of(w.beth, day(TODAY)), Some(w.ccio_2));
    let reason = &after.membership_in_force(w.beth).unwrap().1.reason;
    assert_eq!(reason, "swapped with Fatima Rahman");
}

#[test]
fn two_of_one_group_cannot_be_swapped() {
    let w = world();
    let refused = w
        .model
        .swap(&mut mint(), w.fatima, w.daniel, day(TODAY))
        .unwrap_err();
    assert_eq!(refused.what, "Fatima Rahman and Daniel Price are both in CCIO-2");
}

#[test]
fn a_place_is_locked_and_unlocked() {
    let w = world();
    let edit = w.model.lock(&mut mint(), &[w.fatima], true).unwrap();
    let after = w.played(&edit);
    assert!(after.membership_in_force(w.fatima).unwrap().1.locked);
    let refused = w.model.lock(&mut mint(), &[w.amina], true).unwrap_err();
    assert_eq!(refused.what, "Amina Yusuf has no group to be locked in");
}

#[test]
fn a_new_group_takes_the_next_number_of_its_stream() {
    let w = world();
    let edit = w.model.add_group(&mut mint(), "", w.ccio, None, now()).unwrap();
    let after = w.played(&edit);
    assert_eq!(after.group_code(edit.made().unwrap()), "CCIO-4");
    let refused = w
        .model
        .add_group(&mut mint(), "ccio-3", w.ccio, None, now())
        .unwrap_err();
    assert_eq!(refused.what, "there is a group CCIO-3 already");
}

#[test]
fn a_new_lead_follows_the_old_one_without_a_gap() {
    let w = world();
    let edit = w
        .model
        .set_lead(&mut mint(), w.ccio_2, w.ruth, LeadRole::Lead, day(TODAY))
        .unwrap();
    let after = w.played(&edit);
    assert_eq!(after.lead_of(w.ccio_2, day("2025-03-19")), Some(w.amara));
    assert_eq!(after.lead_of(w.ccio_2, day(TODAY)), Some(w.ruth));
    let refused = w
        .model
        .set_lead(&mut mint(), w.ccio_2, w.fatima, LeadRole::Co, day(TODAY));
    assert_eq!(
        refused.unwrap_err().what,
        "Fatima Rahman is a mentee and cannot lead a group"
    );
}

#[test]
fn a_mentor_stops_leading_the_day_before() {
    let w = world();
    let edit = w
        .model
        .end_lead(&mut mint(), w.ccio_2, w.amara, day(TODAY))
        .unwrap();
    let after = w.played(&edit);
    assert_eq!(after.lead_of(w.ccio_2, day("2025-03-19")), Some(w.amara));
    assert_eq!(after.lead_of(w.ccio_2, day(TODAY)), None);
    assert_eq!(after.groups.get(w.ccio_2).unwrap().state, GroupState::Forming);
    let refused = w
        .model
        .end_lead(&mut mint(), w.ccio_2, w.ruth, day(TODAY))
        .unwrap_err();
    assert_eq!(refused.what, "Ruth Abernathy does not lead CCIO-2");
}

#[test]
fn a_limit_is_raised_by_hand_and_put_back() {
    let w = world();
    let edit = w.model.raise_limit(&mut mint(), w.ccio_2, Some(8)).unwrap();
    assert_eq!(edit.label.to_string(), "set limit of CCIO-2 to 8");
    assert_eq!(w.played(&edit).group_limits(w.ccio_2).max, 8);
}

#[test]
fn only_a_group_without_mentees_is_archived() {
    let w = world();
    let refused = w.model.archive_group(&mut mint(), w.ccio_2, now()).unwrap_err();
    assert_eq!(refused.what, "CCIO-2 still has 2 mentees");
    let empty = w
        .model
        .move_to(&mut mint(), &[w.kofi], None, day(TODAY), "")
        .unwrap();
    let model = w.played(&empty);
    let edit = model.archive_group(&mut mint(), w.ccio_3, now()).unwrap();
    let after = played(&model, &edit);
    assert!(!after.groups.get(w.ccio_3).unwrap().is_live());
    assert_eq!(after.lead_of(w.ccio_3, day(TODAY)), None);
}

#[test]
fn dissolving_a_group_frees_its_mentees_and_cancels_what_is_to_come() {
    let w = world();
    let edit = w
        .model
        .dissolve(&mut mint(), w.ccio_2, "mentor left", now())
        .unwrap();
    assert_eq!(edit.label.to_string(), "dissolve CCIO-2, 2 mentees to the pool");
    let after = w.played(&edit);
    assert_eq!(after.pool().len(), 3);
    let states: Vec<_> = w
        .sessions
        .iter()
        .map(|id| after.sessions.get(*id).unwrap().state)
        .collect();
    assert_eq!(states[2], SessionState::Confirmed);
    assert_eq!(states[3..], [SessionState::Cancelled; 3]);
}

#[test]
fn a_proposal_is_applied_as_one_edit() {
    let w = world();
    let placement = |enrolment, group| Placement {
        enrolment,
        group,
        reason: "fit 92".into(),
    };
    let placements = [placement(w.amina, w.ccio_3), placement(w.kofi, w.ccio_2)];
    let edit = w
        .model
        .apply_placements(&mut mint(), &placements, Origin::Grouping, day(TODAY))
        .unwrap();
    let after = w.played(&edit);
    assert_eq!(after.pool(), vec![]);
    let membership = after.membership_in_force(w.amina).unwrap().1;
    assert_eq!(
        (membership.origin, membership.reason.as_str()),
        (Origin::Grouping, "fit 92")
    );
}
