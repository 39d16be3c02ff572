//! People and the person card as people see them.

use crate::kit::stage::Stage;

/// The People view of the small world at this size.
fn people(width: u16, height: u16) -> Stage {
    let mut stage = Stage::sized(width, height);
    stage.press("6");
    stage
}

#[test]
fn people_are_a_grid() {
    people(80, 24).golden("people-80x24");
}

#[test]
fn people_have_the_record_beside_them_on_a_wide_screen() {
    people(160, 50).golden("people-160x50");
}

#[test]
fn people_fit_a_telephone() {
    people(38, 9).golden("people-38x9");
}

#[test]
fn a_filter_is_shown_while_it_is_typed() {
    let mut stage = people(80, 24);
    stage.press("/cald").golden("people-filter-80x24");
}

#[test]
fn a_filter_that_finds_nothing_says_what_is_hidden() {
    let mut stage = people(80, 24);
    stage.press("/zzzzz<enter>").golden("people-no-match-80x24");
}
