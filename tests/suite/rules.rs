//! Every rule of domain.md §3, each shown by tests that carry its number.

use cohort::domain::Ratio;

use crate::kit::world;

#[test]
fn rule_7_joining_late_never_makes_an_absence() {
    let model = world::world();
    let late = world::enrolled(&model, "Amina Yusuf");
    assert_eq!(model.attendance_of_enrolment(late), Ratio::default());
}

#[test]
fn the_small_world_breaks_no_rule() {
    let model = world::world();
    assert_eq!(model.broken_rules(world::now()), []);
}
