//! Streams as people see them.

use cohort::tui::Signal;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::style::Modifier;

use crate::kit::{stage::Stage, world};

#[test]
fn streams_answer_how_each_stands() {
    Stage::new().press("2").golden("streams-80x24");
}

#[test]
fn a_wide_screen_shows_the_sessions_and_one_stream_too() {
    Stage::sized(160, 50).press("2").golden("streams-160x50");
}

#[test]
fn streams_fit_a_telephone() {
    Stage::sized(38, 9).press("2").golden("streams-38x9");
}

#[test]
fn the_groups_follow_the_stream_under_the_cursor() {
    let mut stage = Stage::new();
    stage.press("2");
    assert!(stage.text().contains("CCIO - groups"));
    stage.press("j");
    assert!(stage.text().contains("CNIO - groups") && stage.text().contains("Helen O'Brien"));
}

#[test]
fn the_groups_below_wait_until_the_hand_rests() {
    let mut stage = Stage::new();
    stage.press("2");
    stage.signal(Signal::Key(KeyEvent::new(KeyCode::Char('j'), KeyModifiers::NONE)));
    assert!(stage.text().contains("CCIO - groups") && stage.app.trails());
    stage.signal(Signal::Rest);
    assert!(stage.text().contains("CNIO - groups") && !stage.app.trails());
}

#[test]
fn over_a_slow_line_the_row_has_its_sign_and_nothing_more() {
    let reversed = |stage: &mut Stage| {
        let cells = stage.frame().content;
        cells
            .iter()
            .any(|cell| cell.modifier.contains(Modifier::REVERSED))
    };
    let mut stage = Stage::new();
    stage.press("2");
    assert!(reversed(&mut stage));
    stage.press(":line slow<enter>");
    assert!(!reversed(&mut stage) && stage.text().contains(">   CCIO"));
}

#[test]
fn an_act_is_about_the_stream_under_the_cursor_though_the_hand_never_rested() {
    let mut stage = Stage::new();
    // Down to CNIO, into the groups below, and open the first: all in one burst.
    stage.press("2j<tab><enter>");
    assert!(stage.text().contains("Helen O'Brien"), "{}", stage.text());
}

#[test]
fn enter_opens_the_groups_of_the_stream() {
    let mut stage = Stage::new();
    stage.press("2j<enter>");
    let text = stage.text();
    assert!(text.contains("[3 Groups]") && text.contains("CNIO-1"), "{text}");
    assert!(!text.contains("CCIO-2"), "{text}");
}

#[test]
fn a_stream_is_added_and_archived_again() {
    let mut stage = Stage::new();
    stage.press("2aCSO<tab>Clinical safety officers<enter>");
    assert!(stage.text().contains("Streams 3"), "{}", stage.text());
    let added = world::stream(&stage.model, "CSO");
    stage.press("Gd");
    let state = stage.model.streams.get(added).map(|is| is.state);
    assert_eq!(state, Some(cohort::domain::StreamState::Archived));
    stage.press("u");
    let state = stage.model.streams.get(added).map(|is| is.state);
    assert_eq!(state, Some(cohort::domain::StreamState::Open));
}

#[test]
fn a_stream_with_people_is_not_archived() {
    let mut stage = Stage::new();
    stage.press("2d");
    assert!(stage.entries.is_empty());
    assert!(
        stage.app.message().contains("CCIO has 2 groups"),
        "{}",
        stage.app.message()
    );
}

#[test]
fn no_size_breaks_the_streams() {
    let mut stage = Stage::new();
    for keys in ["2", "<tab>", "i"] {
        stage.press(keys);
        for width in (1..40).chain([59, 60, 80, 99, 100, 139, 140, 160, 300]) {
            for height in (1..14).chain([16, 24, 50, 100]) {
                stage.resize(width, height);
            }
        }
    }
}
