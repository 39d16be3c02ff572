//! Now, the register and the streams as people see them.

use crate::kit::stage::Stage;

#[test]
fn now_answers_without_a_key() {
    Stage::new().golden("now-80x24");
}

#[test]
fn now_has_the_streams_beside_each_other_on_a_wide_screen() {
    Stage::sized(160, 50).golden("now-160x50");
}

#[test]
fn now_fits_a_telephone() {
    Stage::sized(38, 9).golden("now-38x9");
}
