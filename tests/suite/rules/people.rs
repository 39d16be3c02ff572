//! Rules 1, 2, 16 and 17: people, what they applied for, where they belong and how they are matched.

use cohort::domain::{ApplicationState, Concern, EndedBy, Ending, EnrolmentState, Person, Role, Verdict};

use super::{admit, after, changed, made, refused};
use crate::kit::world::{self, application, enrolled, enrolment, group, membership, person, stream};

#[test]
fn rule_1_one_live_application_per_person_and_role() {
    let model = world::world();
    let ccio = stream(&model, "CCIO");
    let harry = person(&model, "Harry Coleman");
    let again = made(1, application(harry, ccio, ApplicationState::Received));
    refused(
        &model,
        vec![again],
        1,
        "Harry Coleman has an application as mentee already: received",
    );
}

#[test]
fn rule_1_a_duplicate_may_be_kept_beside_the_live_application() {
    let model = world::world();
    let ccio = stream(&model, "CCIO");
    let harry = person(&model, "Harry Coleman");
    let duplicate = made(1, application(harry, ccio, ApplicationState::Duplicate));
    assert_eq!(admit(&model, vec![duplicate]), Ok(Verdict::Fresh));
}

#[test]
fn rule_1_one_enrolment_per_person_and_role() {
    let model = world::world();
    let daniel = person(&model, "Daniel Price");
    let again = made(1, enrolment(daniel, Role::Mentee, stream(&model, "CNIO")));
    refused(
        &model,
        vec![again],
        1,
        "Daniel Price takes part as mentee already: active",
    );
}

#[test]
fn rule_1_both_roles_in_one_cohort_warn() {
    let model = world::world();
    let daniel = person(&model, "Daniel Price");
    let as_mentor = vec![made(1, enrolment(daniel, Role::Mentor, stream(&model, "CCIO")))];
    let warnings = model.warnings(&super::edit(&model, as_mentor.clone()), world::now());
    assert_eq!(
        warnings,
        ["Daniel Price is both mentor and mentee in this cohort"]
    );
    let model = after(&model, as_mentor);
    let listed = model.attention(world::now());
    assert!(listed.iter().any(|alert| alert.concern == Concern::BothRoles));
}

#[test]
fn rule_1_accepting_without_a_participation_is_refused() {
    let model = world::world();
    let id = model
        .applications_of(person(&model, "Harry Coleman"))
        .next()
        .expect("applied")
        .0;
    let accepted = changed(&model.applications, id, |a| a.state = ApplicationState::Accepted);
    refused(
        &model,
        vec![accepted.clone()],
        1,
        "Harry Coleman is accepted and takes no part",
    );
    let joins = enrolment(
        person(&model, "Harry Coleman"),
        Role::Mentee,
        stream(&model, "CCIO"),
    );
    assert_eq!(admit(&model, vec![accepted, made(1, joins)]), Ok(Verdict::Fresh));
}

#[test]
fn rule_2_a_mentees_memberships_never_overlap() {
    let model = world::world();
    let daniel = enrolled(&model, "Daniel Price");
    let second = membership(daniel, group(&model, "CCIO-2"), world::day(2025, 4, 1));
    let what = "Daniel Price would be in CCIO-1 and CCIO-2 on Tue 1 Apr";
    refused(&model, vec![made(1, second)], 2, what);
}

#[test]
fn rule_2_a_move_ends_one_membership_and_begins_another() {
    let model = world::world();
    let daniel = enrolled(&model, "Daniel Price");
    let (first, _) = model.memberships_of(daniel).next().expect("a member");
    let ends = changed(&model.memberships, first, |m| {
        m.to = Some(world::day(2025, 3, 31))
    });
    let begins = made(
        1,
        membership(daniel, group(&model, "CCIO-2"), world::day(2025, 4, 1)),
    );
    let model = after(&model, vec![ends, begins]);
    assert_eq!(
        model.group_of(daniel, world::day(2025, 3, 31)),
        Some(group(&model, "CCIO-1"))
    );
    assert_eq!(
        model.group_of(daniel, world::day(2025, 4, 1)),
        Some(group(&model, "CCIO-2"))
    );
}

#[test]
fn rule_2_a_membership_taken_back_on_its_first_day_covers_no_day() {
    let model = world::world();
    let amina = enrolled(&model, "Amina Yusuf");
    let mut taken_back = membership(amina, group(&model, "CCIO-1"), world::day(2025, 3, 18));
    taken_back.to = Some(world::day(2025, 3, 17));
    let then = membership(amina, group(&model, "CCIO-2"), world::day(2025, 3, 18));
    let model = after(&model, vec![made(1, taken_back), made(2, then)]);
    assert_eq!(
        model.group_of(amina, world::day(2025, 3, 18)),
        Some(group(&model, "CCIO-2"))
    );
}

#[test]
fn rule_16_a_person_whose_retention_date_has_come_is_listed() {
    let model = world::world();
    let dee = person(&model, "Dee Foster");
    let declined = changed(&model.people, dee, |p| {
        p.retain_until = Some(world::day(2025, 3, 17))
    });
    let listed = after(&model, vec![declined]).attention(world::now());
    let due: Vec<_> = listed
        .iter()
        .filter(|alert| alert.concern == Concern::RetentionDue)
        .collect();
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].person, Some(dee));
}

#[test]
fn rule_16_an_erased_person_is_an_id_and_nothing_else() {
    let model = world::world();
    let dee = person(&model, "Dee Foster");
    let erased = changed(&model.people, dee, |p| *p = Person::default());
    let model = after(&model, vec![erased]);
    assert!(model.people.get(dee).expect("the id stays").is_erased());
    assert_eq!(model.broken_rules(world::now()), []);
}

#[test]
fn rule_16_an_erased_person_does_not_come_back() {
    let model = world::world();
    let dee = person(&model, "Dee Foster");
    let erased = changed(&model.people, dee, |p| *p = Person::default());
    let model = after(&model, vec![erased]);
    let typed_meanwhile = changed(&model.people, dee, |p| p.email = "dee@new.example.org".to_owned());
    refused(
        &model,
        vec![typed_meanwhile],
        16,
        "this person was erased: the record stays empty",
    );
}

#[test]
fn rule_17_people_are_matched_by_address_and_then_by_an_earlier_one() {
    let model = world::world();
    let dee = person(&model, "Dee Foster");
    let moved = changed(&model.people, dee, |p| {
        p.earlier_emails
            .push(std::mem::replace(&mut p.email, "dee@new.example.org".to_owned()));
    });
    let model = after(&model, vec![moved]);
    assert_eq!(model.find_person("Dee.Foster@example.org"), Ok(dee));
    assert_eq!(model.find_person("dee@new.example.org"), Ok(dee));
}

#[test]
fn two_people_never_share_an_address_without_regard_to_case() {
    let model = world::world();
    let dee = person(&model, "Dee Foster");
    let same = changed(&model.people, dee, |p| {
        p.email = "Daniel.PRICE@example.org".to_owned()
    });
    refused(
        &model,
        vec![same],
        0,
        "Daniel Price has the address Daniel.PRICE@example.org already",
    );
}

#[test]
fn an_ending_has_its_day_and_its_reason() {
    let model = world::world();
    let amina = enrolled(&model, "Amina Yusuf");
    let without_day = changed(&model.enrolments, amina, |e| e.state = EnrolmentState::Withdrawn);
    refused(
        &model,
        vec![without_day],
        10,
        "Amina Yusuf is withdrawn without a last day",
    );
    let without_reason = changed(&model.enrolments, amina, |e| {
        e.state = EnrolmentState::Withdrawn;
        e.ended = Some(Ending {
            on: world::day(2025, 3, 18),
            reason: " ".to_owned(),
            by: EndedBy::Mentee,
        });
    });
    refused(
        &model,
        vec![without_reason],
        10,
        "Amina Yusuf is withdrawn without a reason",
    );
}
