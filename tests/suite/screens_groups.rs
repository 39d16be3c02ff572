//! The board of groups as people see it: the pool, moving, dropping, adding.

use crate::kit::stage::Stage;
use crate::kit::world;

#[test]
fn the_board_begins_with_the_pool() {
    Stage::sized(80, 24).press("3").golden("groups-board-80x24");
}

#[test]
fn thirty_groups_scroll() {
    Stage::example(80, 24).press("3").golden("groups-example-80x24");
}

#[test]
fn the_board_has_an_inspector_on_a_wide_screen() {
    Stage::example(160, 50).press("3").golden("groups-example-160x50");
}

#[test]
fn the_board_is_a_list_on_a_telephone() {
    Stage::sized(38, 9).press("3").golden("groups-38x9");
}

#[test]
fn the_list_has_a_person_a_line() {
    Stage::sized(80, 24).press("3b").golden("groups-list-80x24");
}

#[test]
fn task_7_an_unassigned_mentee_has_a_group_with_four_keys() {
    let mut stage = Stage::new();
    let before = stage.model.pool().len();
    stage.press("3nm1");
    assert_eq!(
        (stage.model.pool().len(), stage.pressed),
        (before - 1, 4),
        "{}",
        stage.text()
    );
}

#[test]
fn d_puts_a_person_back_into_the_pool_and_u_takes_that_back() {
    let mut stage = Stage::new();
    let grace = world::enrolled(&stage.model, "Grace Adeyemi");
    stage
        .press("3/grace<enter>")
        .press("j".repeat(2).as_str())
        .press("d");
    assert!(stage.model.pool().contains(&grace), "{}", stage.text());
    stage.press("u");
    assert!(!stage.model.pool().contains(&grace));
}

#[test]
fn a_moved_person_is_followed_by_the_cursor() {
    let mut stage = Stage::new();
    stage.press("3n");
    let who = stage
        .text()
        .lines()
        .find(|line| line.contains('>') && line.contains('!'))
        .map(str::to_owned);
    stage.press("m1");
    assert!(who.is_some() && stage.text().contains('>'), "{}", stage.text());
}

#[test]
fn the_filter_finds_a_group_by_its_letters_and_number() {
    let mut stage = Stage::example(80, 24);
    stage.press("3/cc2<enter>");
    assert!(
        stage.text().contains("CCIO-2 3/") && !stage.text().contains("CCIO-1 "),
        "{}",
        stage.text()
    );
}

#[test]
fn a_new_group_is_made_with_its_next_code() {
    let mut stage = Stage::new();
    let before = stage.model.groups.len();
    stage.press("3ag<enter>");
    assert_eq!(stage.model.groups.len(), before + 1, "{}", stage.text());
}

#[test]
fn a_mentor_is_taken_out_only_after_a_question() {
    let mut stage = Stage::new();
    stage.press("3lld");
    assert!(
        stage.entries.is_empty() && stage.text().contains("will have no mentor"),
        "{}",
        stage.text()
    );
    stage.press("y");
    assert_eq!(stage.entries.len(), 1);
}

#[test]
fn what_was_copied_is_said_in_the_words_of_the_menu() {
    let mut stage = Stage::example(80, 24);
    stage.press("3jjye");
    assert!(
        stage
            .text()
            .contains("Sent 3 mail addresses to your terminal's clipboard."),
        "{}",
        stage.text()
    );
}
