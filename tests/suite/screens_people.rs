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

#[test]
fn a_cell_is_typed_in_place() {
    let mut stage = people(80, 24);
    stage.press("jjjlllle<c-u>Calder").golden("people-cell-80x24");
}

#[test]
fn marked_people_are_changed_together() {
    let mut stage = people(80, 24);
    stage.press("/cald<enter>Vlle").golden("people-bulk-80x24");
}

#[test]
fn groups_are_ranked_in_the_move_popup() {
    let mut stage = people(80, 24);
    stage.press("/fatima<enter>m").golden("people-move-80x24");
}

#[test]
fn a_person_has_a_card() {
    let mut stage = people(80, 24);
    stage.press("/fatima<enter><enter>").golden("card-80x24");
}

#[test]
fn the_card_has_its_fields_by_letter() {
    let mut stage = people(80, 24);
    stage.press("/fatima<enter><enter>e").golden("card-fields-80x24");
}

#[test]
fn the_card_has_room_on_a_wide_screen() {
    let mut stage = people(160, 50);
    stage.press("/fatima<enter><enter>").golden("card-160x50");
}

#[test]
fn the_card_fits_a_telephone() {
    let mut stage = people(38, 9);
    stage.press("/fatima<enter><enter>").golden("card-38x9");
}

#[test]
fn an_empty_cohort_says_how_to_begin() {
    let model = crate::kit::world::world();
    let mut empty = cohort::domain::Model::empty(model.focus);
    for (record, rev) in model.every_record() {
        if matches!(
            record.id().kind,
            cohort::domain::Kind::Cohort | cohort::domain::Kind::Stream
        ) {
            empty.put(record, rev);
        }
    }
    let mut stage = Stage::with(empty, 80, 24);
    stage.press("6").golden("people-empty-80x24");
}

#[test]
fn pasted_rows_are_shown_before_anything_changes() {
    let mut stage = people(80, 24);
    let rows = "Name\tMail\tTrust\tStream\nNora Petit\tnora.petit@example.org\tMilton\tCNIO\n\
        Fatima Rahman\tfatima.rahman@example.org\tTamar\tCCIO\n\tsomeone@example.org\t\tCCIO\n";
    stage.signal(cohort::tui::Signal::Paste(rows.to_owned()));
    stage.press("j").golden("people-paste-80x24");
}
