use super::*;
use crate::domain::sample::{day, enrolled, group, person, world};

fn names(model: &Model, ids: &[Id<Enrolment>]) -> Vec<String> {
    ids.iter().map(|id| model.enrolled_name(*id)).collect()
}

#[test]
fn everybody_who_applied_or_takes_part_is_listed_once_by_name() {
    let model = world();
    let all = model.participants();
    let listed: Vec<String> = all.iter().map(|part| model.name_of(part.person)).collect();
    assert_eq!(all.len(), 17);
    assert_eq!(listed[..3], ["Ade Balogun", "Amara Okafor", "Amina Yusuf"]);
    assert_eq!(listed[15..], ["Zoë Clarke", "李梅 Li Mei"]);
}

#[test]
fn the_status_says_where_somebody_stands() {
    let model = world();
    let status = |name: &str| model.participant(person(&model, name)).map(|part| part.status);
    assert_eq!(status("Amina Yusuf"), Some(Status::Waiting));
    assert_eq!(status("Daniel Price"), Some(Status::Active));
    assert_eq!(status("Amara Okafor"), Some(Status::Active));
    assert_eq!(status("José Núñez-Pérez"), Some(Status::Withdrawn));
    assert_eq!(status("Harry Coleman"), Some(Status::Applied));
    assert_eq!(status("Dee Foster"), Some(Status::Waitlisted));
}

#[test]
fn the_pool_holds_accepted_mentees_without_a_group() {
    let model = world();
    assert_eq!(names(&model, &model.pool()), ["Amina Yusuf"]);
}

#[test]
fn a_group_has_other_members_on_another_day() {
    let model = world();
    let ccio_1 = group(&model, "CCIO-1");
    let now = ["Daniel Price", "Fatima Rahman", "Tomasz Nowak", "李梅 Li Mei"];
    assert_eq!(names(&model, &model.members(ccio_1)), now);
    assert_eq!(model.members_on(ccio_1, day(2025, 2, 20)).len(), 5);
    assert_eq!(model.members_on(ccio_1, day(2025, 2, 21)).len(), 4);
    assert!(model.members_on(ccio_1, day(2025, 1, 5)).is_empty());
}

#[test]
fn groups_are_listed_by_stream_and_number() {
    let mut model = world();
    let ten = Group {
        code: "CCIO-10".into(),
        ..model.groups.get(group(&model, "CCIO-1")).expect("there").clone()
    };
    model.put(crate::domain::Record::Group(Id::new(1), Box::new(ten)), 1);
    let codes: Vec<_> = model
        .groups_sorted()
        .iter()
        .map(|id| model.group_code(*id))
        .collect();
    assert_eq!(codes, ["CCIO-1", "CCIO-2", "CCIO-10", "CNIO-1"]);
}

#[test]
fn room_is_the_lesser_of_the_limit_and_what_the_mentor_takes() {
    let limits = world().group_limits(group(&world(), "CCIO-1"));
    assert_eq!((limits.max, limits.of_group, limits.capacity), (5, 6, Some(5)));
}

#[test]
fn a_mentor_has_the_group_he_or_she_leads() {
    let model = world();
    let amara = enrolled(&model, "Amara Okafor");
    let ccio_1 = group(&model, "CCIO-1");
    assert_eq!(model.group_of(amara, day(2025, 3, 18)), Some(ccio_1));
    assert_eq!(model.lead_of(ccio_1, day(2025, 3, 18)), Some(amara));
    assert_eq!(model.lead_of(ccio_1, day(2025, 1, 1)), None);
}
