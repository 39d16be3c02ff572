//! Tests of people.

use super::*;
use crate::domain::intent::world::*;

fn person(name: &str, email: &str) -> Person {
    Person {
        name: name.into(),
        email: email.into(),
        ..Person::default()
    }
}

fn applied(w: &World, name: &str) -> (Model, Id<Application>) {
    let is = person(name, &format!("{}@x.example.org", name.to_lowercase()));
    let joining = Joining {
        stage: Some(Stage::Emerging),
        ..Joining::new(Role::Mentee, w.ccio)
    };
    let edit = w
        .model
        .receive(&mut Mint::seeded(3), is, joining, "Please.", now())
        .unwrap();
    (w.played(&edit), edit.made().unwrap())
}

#[test]
fn somebody_added_without_a_group_waits_in_the_pool() {
    let w = world();
    let is = person(" Nora  Petit ", "nora@x.example.org");
    let edit = w
        .model
        .add_person(&mut mint(), is, Role::Mentee, w.cnio, None, now())
        .unwrap();
    assert_eq!(edit.label.to_string(), "add Nora Petit, mentee in CNIO");
    let after = w.played(&edit);
    let id: Id<Person> = edit.made().unwrap();
    assert_eq!(
        after.participant(id).unwrap().status,
        crate::domain::Status::Waiting
    );
    assert_eq!(
        after.people.get(id).unwrap().retain_until,
        Some(day("2027-06-30"))
    );
}

#[test]
fn somebody_can_be_added_straight_into_a_group() {
    let w = world();
    let is = person("Nora Petit", "nora@x.example.org");
    let edit = w
        .model
        .add_person(&mut mint(), is, Role::Mentee, w.ccio, Some(w.ccio_2), now())
        .unwrap();
    let after = w.played(&edit);
    assert_eq!(after.members(w.ccio_2).len(), 3);
}

#[test]
fn an_address_that_is_somebody_elses_is_refused() {
    let w = world();
    let is = person("Nora Petit", "Fatima.Rahman@brigg.example.org");
    let refused = w
        .model
        .add_person(&mut mint(), is, Role::Mentee, w.ccio, None, now())
        .unwrap_err();
    assert_eq!(
        refused.what,
        "fatima.rahman@brigg.example.org is the address of Fatima Rahman"
    );
}

#[test]
fn somebody_the_programme_knows_joins_anew_under_the_same_person() {
    let w = world();
    let is = person("amara okafor", "amara.okafor@arden.example.org");
    let edit = w
        .model
        .add_person(&mut mint(), is, Role::Mentee, w.ccio, None, now())
        .unwrap();
    let after = w.played(&edit);
    assert_eq!(after.people.len(), w.model.people.len());
    assert_eq!(after.parts_of(w.person(w.amara)).len(), 2);
}

#[test]
fn a_name_and_an_address_are_needed() {
    let w = world();
    let add = |is| {
        w.model
            .add_person(&mut mint(), is, Role::Mentee, w.ccio, None, now())
            .unwrap_err()
    };
    assert_eq!(add(person(" ", "a@x.org")).what, "A name is needed here");
    assert!(add(person("Nora Petit", "nora")).what.starts_with("nora: "));
}

#[test]
fn accepting_an_application_makes_the_participation() {
    let w = world();
    let (model, application) = applied(&w, "Nora");
    let edit = model
        .decide(&mut mint(), &[application], ApplicationState::Accepted, now())
        .unwrap();
    assert_eq!(edit.label.to_string(), "decide Nora accepted");
    let after = played(&model, &edit);
    let enrolment = after.enrolments.get(edit.made().unwrap()).unwrap();
    assert_eq!(
        (enrolment.stage, enrolment.role),
        (Some(Stage::Emerging), Role::Mentee)
    );
    let again = after
        .decide(&mut mint(), &[application], ApplicationState::Accepted, now())
        .unwrap();
    assert!(again.is_empty());
}

#[test]
fn declining_sets_when_the_applicants_data_must_go() {
    let w = world();
    let (model, application) = applied(&w, "Nora");
    let edit = model
        .decide(&mut mint(), &[application], ApplicationState::Declined, now())
        .unwrap();
    let after = played(&model, &edit);
    let person = after.applications.get(application).unwrap().person;
    assert_eq!(
        after.people.get(person).unwrap().retain_until,
        Some(day("2025-09-20"))
    );
}

#[test]
fn an_offer_stands_for_a_fortnight() {
    let w = world();
    let (model, application) = applied(&w, "Nora");
    let waitlist = model
        .decide(&mut mint(), &[application], ApplicationState::Waitlisted, now())
        .unwrap();
    let model = played(&model, &waitlist);
    let edit = model
        .decide(&mut mint(), &[application], ApplicationState::Offered, now())
        .unwrap();
    let after = played(&model, &edit);
    let expires = after.applications.get(application).unwrap().offer_expires;
    assert_eq!(expires, Some(day("2025-04-03")));
}

#[test]
fn who_takes_part_is_not_declined_but_withdrawn() {
    let w = world();
    let (model, application) = applied(&w, "Nora");
    let edit = model
        .decide(&mut mint(), &[application], ApplicationState::Accepted, now())
        .unwrap();
    let model = played(&model, &edit);
    let refused = model
        .decide(&mut mint(), &[application], ApplicationState::Declined, now())
        .unwrap_err();
    assert_eq!(refused.what, "Nora was accepted and takes part");
    assert!(refused.hint.starts_with("withdraw"));
}

#[test]
fn withdrawing_keeps_the_record_and_frees_the_seat() {
    let w = world();
    let edit = w
        .model
        .withdraw(&mut mint(), &[w.person(w.fatima)], "new job", now())
        .unwrap();
    let after = w.played(&edit);
    assert_eq!(after.members(w.ccio_2), vec![w.daniel]);
    let enrolment = after.enrolments.get(w.fatima).unwrap();
    assert_eq!(enrolment.state, EnrolmentState::Withdrawn);
    let ended = enrolment.ended.clone().unwrap();
    assert_eq!(
        (ended.reason.as_str(), ended.by, ended.on),
        ("new job", EndedBy::Mentee, day(TODAY))
    );
    assert_eq!(after.group_of(w.fatima, day("2025-03-19")), Some(w.ccio_2));
}

#[test]
fn who_leaves_after_todays_session_still_belonged_to_it() {
    let w = world();
    let after_session = at("2025-04-12 18:00");
    let edit = w
        .model
        .withdraw(&mut mint(), &[w.person(w.fatima)], "", after_session)
        .unwrap();
    let after = w.played(&edit);
    assert_eq!(after.group_of(w.fatima, day("2025-04-12")), Some(w.ccio_2));
    let before_session = at("2025-04-12 09:00");
    let edit = w
        .model
        .withdraw(&mut mint(), &[w.person(w.fatima)], "", before_session)
        .unwrap();
    assert_eq!(w.played(&edit).group_of(w.fatima, day("2025-04-12")), None);
}

#[test]
fn a_leaving_mentor_hands_over_to_the_co_mentor() {
    let w = world();
    let co = w
        .model
        .set_lead(&mut mint(), w.ccio_2, w.ruth, LeadRole::Co, day("2025-02-01"))
        .unwrap();
    let model = w.played(&co);
    let edit = model
        .withdraw(&mut mint(), &[w.person(w.amara)], "", now())
        .unwrap();
    let after = played(&model, &edit);
    assert_eq!(after.lead_of(w.ccio_2, day("2025-03-19")), Some(w.amara));
    assert_eq!(after.lead_of(w.ccio_2, day(TODAY)), Some(w.ruth));
    assert_eq!(after.co_leads_of(w.ccio_2, day(TODAY)), vec![]);
}

#[test]
fn an_applicant_withdraws_the_application() {
    let w = world();
    let (model, application) = applied(&w, "Nora");
    let person = model.applications.get(application).unwrap().person;
    let edit = model.withdraw(&mut mint(), &[person], "", now()).unwrap();
    let after = played(&model, &edit);
    assert_eq!(
        after.applications.get(application).unwrap().state,
        ApplicationState::Withdrawn
    );
    let refused = after.withdraw(&mut mint(), &[person], "", now()).unwrap_err();
    assert_eq!(refused.what, "Nora takes no part in this cohort");
}

#[test]
fn a_participation_ends_with_a_reason_and_who_began_it() {
    let w = world();
    let ends = |state| {
        w.model.end(
            &mut mint(),
            &[w.kofi, w.beth],
            state,
            "moved",
            EndedBy::Formal,
            now(),
        )
    };
    let edit = ends(EnrolmentState::Completed).unwrap();
    assert_eq!(edit.label.to_string(), "complete 2 people");
    assert_eq!(
        w.played(&edit).enrolments.get(w.kofi).unwrap().state,
        EnrolmentState::Completed
    );
    assert_eq!(
        ends(EnrolmentState::Paused).unwrap_err().what,
        "paused does not end a participation"
    );
}

#[test]
fn who_comes_back_takes_the_same_participation_up_again() {
    let w = world();
    let person = w.person(w.fatima);
    let edit = w.model.withdraw(&mut mint(), &[person], "", now()).unwrap();
    let model = w.played(&edit);
    let ended = model.enrolments.get(w.fatima).unwrap().ended.clone().unwrap();
    assert_eq!(ended.reason, "no reason given");
    let known = model.people.get(person).unwrap().clone();
    let edit = model
        .add_person(&mut mint(), known, Role::Mentee, w.ccio, None, now())
        .unwrap();
    let after = played(&model, &edit);
    assert_eq!(after.enrolments.len(), model.enrolments.len());
    let back = after.enrolments.get(w.fatima).unwrap();
    assert_eq!((back.state, back.ended.clone()), (EnrolmentState::Active, None));
}
