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
    stage.press("4ry9<enter>");
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
