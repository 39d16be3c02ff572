//! Rules 7 to 9 and 13: who is expected, what may be marked when, when a register closes, and clocks that change.

use cohort::domain::{Change, Enrolment, Id, Mark, MarkValue, Model, Session, SessionState, Verdict, when};

use super::{admit, after, changed, gone, made, refused};
use crate::kit::world::{self, at, day, enrolled, group, membership, now, session};

fn mark(session: Id<Session>, enrolment: Id<Enrolment>, value: MarkValue) -> Mark {
    Mark {
        session,
        enrolment: Some(enrolment),
        guest: String::new(),
        value,
        minutes_late: None,
        note: String::new(),
        by: "Jo T".to_owned(),
        at: now(),
    }
}

fn marks(model: &Model, name: &str, who: &str, value: MarkValue) -> Change {
    made(1, mark(session(model, name), enrolled(model, who), value))
}

#[test]
fn rule_7_only_members_of_the_day_are_expected_and_others_are_guests() {
    let model = world::world();
    let present = marks(&model, "CCIO-1/3", "Amina Yusuf", MarkValue::Present);
    let what = "Amina Yusuf is not expected in CCIO-1 S3: no membership covers Tue 18 Mar";
    let hint = refused(&model, vec![present], 7, what);
    assert_eq!(hint, "mark the person as guest");
    let guest = marks(&model, "CCIO-1/3", "Amina Yusuf", MarkValue::Guest);
    assert_eq!(admit(&model, vec![guest]), Ok(Verdict::Fresh));
}

#[test]
fn rule_7_a_member_is_no_guest() {
    let model = world::world();
    let guest = marks(&model, "CCIO-1/3", "Tomasz Nowak", MarkValue::Guest);
    refused(
        &model,
        vec![guest],
        7,
        "Tomasz Nowak is expected in CCIO-1 S3 and no guest",
    );
}

#[test]
fn rule_7_joining_late_never_makes_an_absence() {
    let model = world::world();
    let amina = enrolled(&model, "Amina Yusuf");
    let joins = made(1, membership(amina, group(&model, "CCIO-1"), day(2025, 2, 1)));
    let model = after(&model, vec![joins]);
    let rate = model.attendance_of_enrolment(amina);
    assert_eq!(
        rate.whole, 0,
        "the closed register of 11 February does not know her"
    );
    assert_eq!(model.attendance_of_group(group(&model, "CCIO-1")).whole, 10);
}

#[test]
fn rule_7_leaving_keeps_the_past() {
    let model = world::world();
    let daniel = enrolled(&model, "Daniel Price");
    let (id, _) = model.memberships_of(daniel).next().expect("a member");
    let before_today = changed(&model.memberships, id, |m| m.to = Some(day(2025, 3, 17)));
    let what = "Daniel Price was marked present in CCIO-1 S3 on Tue 18 Mar";
    let hint = refused(&model, vec![before_today], 7, what);
    assert_eq!(hint, "let the change begin on the day after");
    let today = changed(&model.memberships, id, |m| m.to = Some(day(2025, 3, 18)));
    let rate = model.attendance_of_enrolment(daniel);
    assert_eq!(after(&model, vec![today]).attendance_of_enrolment(daniel), rate);
}

#[test]
fn rule_7_a_membership_with_marks_is_never_taken_away() {
    let model = world::world();
    let daniel = enrolled(&model, "Daniel Price");
    let (id, _) = model.memberships_of(daniel).next().expect("a member");
    let refusal = admit(&model, vec![gone(&model.memberships, id)]).expect_err("he was marked");
    assert_eq!(refusal.rule, 7);
}

#[test]
fn rule_8_a_session_to_come_takes_apologies_only() {
    let model = world::world();
    let early = marks(&model, "CCIO-1/4", "Daniel Price", MarkValue::Present);
    let what = "CCIO-1 S4 has not begun, and Daniel Price would be present";
    refused(&model, vec![early], 8, what);
    let apologies = marks(&model, "CCIO-1/4", "Daniel Price", MarkValue::Apologies);
    assert_eq!(admit(&model, vec![apologies]), Ok(Verdict::Fresh));
}

#[test]
fn rule_8_a_session_with_people_marked_present_does_not_move_ahead() {
    let model = world::world();
    let moved = changed(&model.sessions, session(&model, "CCIO-1/3"), |s| {
        s.starts = at(day(2025, 3, 25), 10, 30);
        s.sequence += 1;
        s.moves += 1;
    });
    let refusal = admit(&model, vec![moved]).expect_err("three people are marked");
    assert_eq!(
        (refusal.rule, refusal.hint.as_str()),
        (8, "a session to come takes apologies only")
    );
}

fn cancelled(model: &Model, name: &str) -> Change {
    changed(&model.sessions, session(model, name), |s| {
        s.state = SessionState::Cancelled;
        s.reason = "strike".to_owned();
        s.sequence += 1;
        s.moves += 1;
    })
}

#[test]
fn rule_8_the_marks_of_a_cancelled_session_are_kept_and_count_for_nothing() {
    let model = world::world();
    let apologies = marks(&model, "CCIO-1/4", "Daniel Price", MarkValue::Apologies);
    let model = after(
        &after(&world::world(), vec![apologies]),
        vec![cancelled(&model, "CCIO-1/4")],
    );
    let fourth = session(&model, "CCIO-1/4");
    let (kept, _) = model.marks_in(fourth).next().expect("the mark is kept");
    let what = "CCIO-1 S4 is cancelled: its marks count for nothing and are kept";
    refused(&model, vec![gone(&model.marks, kept)], 8, what);
    let daniel = enrolled(&model, "Daniel Price");
    assert_eq!(model.commitment_of_enrolment(daniel).whole, 2);
    assert_eq!(
        model.outlook(daniel, now()).to_come,
        3,
        "the round may still get another session"
    );
}

#[test]
fn rule_8_a_session_to_come_was_not_held() {
    let model = world::world();
    let held = changed(&model.sessions, session(&model, "CCIO-1/4"), |s| {
        s.state = SessionState::Held
    });
    refused(
        &model,
        vec![held],
        8,
        "CCIO-1 S4 has not begun and cannot be held",
    );
}

#[test]
fn rule_9_a_register_closes_when_nobody_is_unmarked() {
    let model = world::world();
    let third = session(&model, "CNIO-1/3");
    let closed = changed(&model.sessions, third, |s| s.state = SessionState::Closed);
    refused(
        &model,
        vec![closed.clone()],
        9,
        "Zoë Clarke is not marked in CNIO-1 S3",
    );
    let absent = marks(&model, "CNIO-1/3", "Zoë Clarke", MarkValue::Absent);
    assert_eq!(admit(&model, vec![closed, absent]), Ok(Verdict::Fresh));
}

#[test]
fn rule_9_a_closed_register_is_reopened_before_it_changes() {
    let model = world::world();
    let first = session(&model, "CCIO-1/1");
    let daniel = enrolled(&model, "Daniel Price");
    let (id, _) = model.mark_of(first, daniel).expect("marked");
    let late = changed(&model.marks, id, |m| m.value = MarkValue::Late);
    let hint = refused(
        &model,
        vec![late.clone()],
        9,
        "the register of CCIO-1 S1 is closed",
    );
    assert_eq!(hint, "reopen the register first");
    let reopened = changed(&model.sessions, first, |s| s.state = SessionState::Held);
    let model = after(&model, vec![reopened]);
    assert_eq!(admit(&model, vec![late]), Ok(Verdict::Fresh));
}

#[test]
fn rule_9_a_missing_register_is_a_debt_and_never_an_absence() {
    let model = world::world();
    let later = at(day(2025, 3, 25), 9, 0);
    let tomasz = enrolled(&model, "Tomasz Nowak");
    assert_eq!(model.attendance_of_enrolment(tomasz).whole, 2);
    let missing = model
        .attention(later)
        .iter()
        .filter(|alert| alert.concern == cohort::domain::Concern::RegisterMissing)
        .count();
    assert_eq!(missing, 3);
}

#[test]
fn rule_9_nobody_is_marked_twice_in_one_register() {
    let model = world::world();
    let again = marks(&model, "CCIO-1/3", "Daniel Price", MarkValue::Late);
    refused(&model, vec![again], 9, "Daniel Price would be marked twice");
}

#[test]
fn rule_13_a_time_that_the_clocks_leave_out_or_have_twice_is_refused_with_its_readings() {
    let zone = world::world().zone();
    for (date, hour) in [(day(2025, 3, 30), 1), (day(2025, 10, 26), 1)] {
        let local = date.and_hms_opt(hour, 30, 0).expect("a time of day");
        let problem = when::local_to_utc(local, zone).expect_err("the clocks change then");
        let remedy = problem.remedy();
        assert!(remedy.matches(':').count() >= 2, "two readings: {remedy}");
    }
}

#[test]
fn rule_13_a_session_at_ten_thirty_stays_at_ten_thirty_when_the_clocks_change() {
    let model = world::world();
    let clock = |name: &str| {
        let is = model.sessions.get(session(&model, name)).expect("there");
        model.local(is.starts).format("%H:%M").to_string()
    };
    assert_eq!(
        (clock("CCIO-1/3"), clock("CCIO-1/4")),
        ("10:30".to_owned(), "10:30".to_owned())
    );
    let hours = |name: &str| {
        use chrono::Timelike;
        model
            .sessions
            .get(session(&model, name))
            .expect("there")
            .starts
            .hour()
    };
    assert_eq!((hours("CCIO-1/3"), hours("CCIO-1/4")), (10, 9));
}

#[test]
fn a_calendar_version_rises_with_every_change_that_calendars_show() {
    let model = world::world();
    let moved = changed(&model.sessions, session(&model, "CCIO-1/4"), |s| {
        s.starts = at(day(2025, 4, 16), 9, 30);
    });
    let what = "CCIO-1 S4 changed in the calendar without a new version";
    refused(&model, vec![moved], 10, what);
}

#[test]
fn a_calendar_id_is_fixed_for_life() {
    let model = world::world();
    let other = changed(&model.sessions, session(&model, "CCIO-1/4"), |s| {
        s.uid = "other".to_owned()
    });
    refused(&model, vec![other], 0, "CCIO-1 S4 keeps its calendar id for life");
}

#[test]
fn a_round_has_one_session_of_a_group_that_stands() {
    let model = world::world();
    let fourth = session(&model, "CCIO-1/4");
    let again = model.sessions.get(fourth).expect("there").clone();
    refused(
        &model,
        vec![made(1, again.clone())],
        0,
        "CCIO-1 S4 is there already",
    );
    let changes = vec![cancelled(&model, "CCIO-1/4"), made(1, again)];
    assert_eq!(admit(&model, changes), Ok(Verdict::Fresh));
}

#[test]
fn a_closed_session_of_the_past_is_imported_with_its_marks() {
    let model = world::world();
    let mut past = model
        .sessions
        .get(session(&model, "CCIO-1/1"))
        .expect("there")
        .clone();
    past.round = None;
    past.starts = at(day(2025, 2, 25), 10, 30);
    let id: Id<Session> = Id::new(9000);
    let mut changes = vec![made(0, past.clone())];
    refused(
        &model,
        changes.clone(),
        9,
        "Amara Okafor and 4 others are not marked in a session of CCIO-1",
    );
    let everybody = model.expected_at(&past, day(2025, 2, 25));
    for (place, one) in everybody.iter().enumerate() {
        changes.push(made(
            1 + place as u64,
            mark(id, one.enrolment, MarkValue::Present),
        ));
    }
    assert_eq!(admit(&model, changes), Ok(Verdict::Fresh));
}
