//! The calendar as people see it: month, week, agenda, and a session in the hand.

use chrono::TimeDelta;
use cohort::domain::{Phase, SessionState};

use crate::kit::stage::Stage;
use crate::kit::world;

#[test]
fn the_month_opens_on_the_next_session() {
    Stage::example(80, 24).press("4").golden("calendar-month-80x24");
}

#[test]
fn the_month_has_the_day_and_the_session_beside_it_on_a_wide_screen() {
    Stage::example(160, 50).press("4").golden("calendar-month-160x50");
}

#[test]
fn the_week_has_half_an_hour_a_line() {
    Stage::example(80, 24).press("4b").golden("calendar-week-80x24");
}

#[test]
fn the_agenda_has_a_session_a_line() {
    Stage::example(80, 24)
        .press("4bb")
        .golden("calendar-agenda-80x24");
}

#[test]
fn a_telephone_gets_the_agenda() {
    Stage::example(38, 9).press("4").golden("calendar-38x9");
}

#[test]
fn task_11_the_next_session_is_two_days_later_with_five_keys() {
    let mut stage = Stage::new();
    let next = world::session(&stage.model, "CCIO-2/3");
    let before = stage.model.sessions.get(next).unwrap().starts;
    stage.press("4mll<enter>");
    let after = stage.model.sessions.get(next).unwrap();
    assert_eq!(
        (after.starts - before, after.sequence, stage.pressed),
        (TimeDelta::days(2), 1, 5)
    );
}

#[test]
fn task_12_the_next_clash_and_why_with_two_keys() {
    let mut stage = Stage::example(80, 24);
    stage.press("4n");
    let text = stage.text();
    assert!(text.contains("DHLP-2 S3 ! clash"), "{text}");
    assert_eq!(stage.pressed, 2);
}

#[test]
fn the_agenda_says_who_is_in_the_way() {
    let mut stage = Stage::example(80, 24);
    stage.press("4nbb");
    let text = stage.text();
    assert!(
        text.contains("Why DHLP-2 S3 clashes") && text.contains("busy 16:30-17:30 (board meeting)"),
        "{text}"
    );
}

#[test]
fn a_session_in_the_hand_shows_the_clash_before_it_is_put_down() {
    let mut stage = Stage::example(80, 24);
    stage.press("4bnm");
    stage.golden("calendar-carry-80x24");
    assert!(stage.entries.is_empty());
}

#[test]
fn escape_leaves_a_carried_session_where_it_was() {
    let mut stage = Stage::new();
    stage.press("4ml<esc>");
    assert!(stage.entries.is_empty() && stage.text().contains("Left where it was"));
}

#[test]
fn s_takes_the_next_slot_free_for_everyone() {
    let mut stage = Stage::example(80, 24);
    stage.press("4nms<enter>");
    let moved = stage.model.find_session("DHLP-2/3").unwrap();
    assert!(stage.model.clashes(moved).is_empty(), "{}", stage.text());
}

#[test]
fn a_typed_time_carries_the_session_there() {
    let mut stage = Stage::new();
    let next = world::session(&stage.model, "CCIO-2/3");
    stage.press("4m/fri 11:00<enter><enter>");
    let starts = stage.model.local(stage.model.sessions.get(next).unwrap().starts);
    assert_eq!(starts.format("%a %d %b %H:%M").to_string(), "Fri 21 Mar 11:00");
}

#[test]
fn a_session_carried_over_the_change_of_clocks_keeps_its_hour() {
    let mut stage = Stage::new();
    let next = world::session(&stage.model, "CCIO-2/3");
    stage.press("4mjj<enter>");
    let starts = stage.model.local(stage.model.sessions.get(next).unwrap().starts);
    assert_eq!(starts.format("%d %b %H:%M").to_string(), "02 Apr 16:00");
}

#[test]
fn cancelling_asks_why_and_tells_nobody() {
    let mut stage = Stage::new();
    let next = world::session(&stage.model, "CCIO-2/3");
    stage.press("4dmentor ill<enter>");
    assert_eq!(
        stage.model.sessions.get(next).unwrap().state,
        SessionState::Cancelled
    );
    assert!(
        stage
            .outs
            .iter()
            .all(|out| !matches!(out, cohort::tui::Out::Outbox(_)))
    );
}

#[test]
fn a_cancelled_session_stands_again_with_one_key() {
    let mut stage = Stage::new();
    let next = world::session(&stage.model, "CCIO-2/3");
    stage.press("4dmentor ill<enter>d");
    assert_ne!(stage.model.phase(next, stage.now), Phase::Cancelled);
}

#[test]
fn messages_about_a_session_leave_only_after_their_number_is_typed() {
    let mut stage = Stage::new();
    stage.press("4rry9<enter>");
    assert!(
        stage
            .outs
            .iter()
            .all(|out| !matches!(out, cohort::tui::Out::Outbox(_)))
    );
    stage.press("<backspace>4<enter>");
    assert!(
        stage
            .outs
            .iter()
            .any(|out| matches!(out, cohort::tui::Out::Outbox(letters) if letters.len() == 4))
    );
}

#[test]
fn undo_puts_a_moved_session_back() {
    let mut stage = Stage::new();
    let next = world::session(&stage.model, "CCIO-2/3");
    let before = stage.model.sessions.get(next).unwrap().starts;
    stage.press("4ml<enter>u");
    assert_eq!(stage.model.sessions.get(next).unwrap().starts, before);
}

/// The small world with no dates from round 4 on.
fn undated() -> cohort::domain::Model {
    let mut model = world::world();
    let april = world::at(world::day(2025, 4, 1), 0, 0);
    let later: Vec<_> = model
        .sessions
        .iter()
        .filter(|(_, is)| is.starts > april)
        .map(|(id, _)| id)
        .collect();
    later.into_iter().for_each(|id| model.take(id.into()));
    model
}

/// How many sessions stand from April on.
fn dated(stage: &Stage) -> usize {
    let april = world::at(world::day(2025, 4, 1), 0, 0);
    stage
        .model
        .sessions
        .iter()
        .filter(|(_, is)| is.stands() && is.starts > april)
        .count()
}

#[test]
fn task_13_the_sessions_of_a_group_are_planned_with_eighteen_keys() {
    use cohort::domain::{Id, Record};
    let mut model = world::world();
    let mut group = model.groups.get(world::group(&model, "CCIO-2")).unwrap().clone();
    group.code = "CCIO-4".to_owned();
    let four = Id::new(900);
    model.put(Record::Group(four, Box::new(group)), 40);
    let mut stage = Stage::with(model, 80, 24);
    stage.press("4acci4<enter>12 may 16<enter>y");
    let starts: Vec<_> = stage
        .model
        .standing_sessions_of(four)
        .iter()
        .map(|(_, is)| is.starts)
        .collect();
    let sixteen = |day| world::at(world::day(2025, day, if day == 5 { 12 } else { 9 }), 15, 0);
    assert_eq!(
        starts,
        [sixteen(5), sixteen(6)],
        "rounds 5 and 6, at 16:00 in London: {}",
        stage.text()
    );
    stage.press("u");
    assert_eq!(stage.model.standing_sessions_of(four).len(), 0);
}

#[test]
fn all_groups_get_dates_as_a_preview_that_one_u_takes_back() {
    let mut stage = Stage::with(undated(), 80, 24);
    stage.press("4a<enter>").golden("calendar-planning-80x24");
    assert_eq!(dated(&stage), 0, "a preview changes nothing");
    stage.press("<space>y");
    assert_eq!(dated(&stage), 8, "nine less the one left out: {}", stage.text());
    stage.press("u");
    assert_eq!(dated(&stage), 0);
}

#[test]
fn a_colleagues_change_makes_the_plan_again_and_tells_the_rows() {
    use cohort::domain::{BusyKind, Mint};
    let mut stage = Stage::with(undated(), 80, 24);
    stage.press("4a<enter>");
    let (from, until) = (world::day(2025, 4, 1), world::day(2025, 5, 1));
    let who = world::person(&stage.model, "Simon Whitfield");
    let leave = stage.model.add_busy(
        &mut Mint::seeded(5),
        Some(who),
        BusyKind::Leave,
        "",
        world::at(from, 0, 0),
        world::at(until, 0, 0),
    );
    stage.lands("Jo T", leave.unwrap());
    let text = stage.text();
    assert!(
        text.contains("1 row changed") && text.contains("no place"),
        "{text}"
    );
    assert!(text.contains("Simon Whitfield"), "{text}");
}

#[test]
fn a_session_is_given_another_time_and_the_rest_is_planned_around_it() {
    let mut stage = Stage::with(undated(), 80, 24);
    stage.press("4a<enter>et17 apr 16<enter>");
    assert!(stage.text().contains("Thu 17 Apr 16:00"), "{}", stage.text());
    stage.press("y");
    let at = world::at(world::day(2025, 4, 17), 15, 0);
    assert!(stage.model.sessions.iter().any(|(_, is)| is.starts == at));
}

#[test]
fn esc_calls_a_plan_off_at_once() {
    let mut stage = Stage::with(undated(), 80, 24);
    stage.plans = false;
    stage.press("4a<enter>");
    assert!(stage.text().contains("Esc calls it off"), "{}", stage.text());
    stage.press("<esc>");
    assert!(
        stage
            .outs
            .iter()
            .any(|out| matches!(out, cohort::tui::Out::CallOff(_)))
    );
    assert_eq!(dated(&stage), 0);
}
