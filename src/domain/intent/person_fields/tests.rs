//! Tests of person_fields.

use super::*;
use crate::domain::Status;
use crate::domain::intent::world::*;

fn set(w: &World, who: &[Id<Enrolment>], key: &str, text: &str) -> Result<Edit, Refusal> {
    let people: Vec<_> = who.iter().map(|id| w.person(*id)).collect();
    w.model.set_person_field(&mut mint(), &people, key, text, now())
}

#[test]
fn a_new_address_keeps_the_old_one_among_the_earlier() {
    let mut w = world();
    let edit = set(&w, &[w.fatima], "email", "fatima@new.example.org").unwrap();
    assert_eq!(edit.label.to_string(), "set mail of Fatima Rahman");
    w.model = w.played(&edit);
    let person = w.model.people.get(w.person(w.fatima)).unwrap();
    assert_eq!(person.earlier_emails, ["fatima.rahman@brigg.example.org"]);
    let back = set(&w, &[w.fatima], "email", "Fatima.Rahman@brigg.example.org").unwrap();
    let after = w.played(&back);
    let person = after.people.get(w.person(w.fatima)).unwrap();
    assert_eq!(person.earlier_emails, ["fatima@new.example.org"]);
}

#[test]
fn a_bulk_change_is_one_edit_with_what_everybody_gets() {
    let w = world();
    let edit = set(&w, &[w.daniel, w.fatima, w.kofi], "stage", "senior").unwrap();
    assert_eq!(edit.label.to_string(), "set stage of 3 people to senior");
    let after = w.played(&edit);
    assert_eq!(after.read_person_field(w.person(w.kofi), "stage"), "senior");
    let one = set(&w, &[w.daniel], "stream", "cnio").unwrap();
    assert_eq!(one.label.to_string(), "set stream of Daniel Price, CCIO to CNIO");
}

#[test]
fn a_member_whose_stream_changes_has_a_reason_to_stay() {
    let w = world();
    let after = w.played(&set(&w, &[w.fatima], "stream", "CNIO").unwrap());
    assert_eq!(
        after.membership_in_force(w.fatima).unwrap().1.reason,
        "stream changed to CNIO"
    );
}

#[test]
fn the_group_is_a_field_and_the_pool_is_none() {
    let mut w = world();
    let edit = set(&w, &[w.amina], "group", "ccio-3").unwrap();
    assert_eq!(edit.label.to_string(), "set group of Amina Yusuf to CCIO-3");
    w.model = w.played(&edit);
    let edit = w
        .model
        .set_person_field(
            &mut Mint::seeded(6),
            &[w.person(w.fatima)],
            "group",
            "pool",
            now(),
        )
        .unwrap();
    assert_eq!(
        edit.label.to_string(),
        "set group of Fatima Rahman, CCIO-2 to pool"
    );
    assert_eq!(w.played(&edit).pool(), vec![w.fatima]);
}

#[test]
fn a_mentors_group_is_the_one_led() {
    let w = world();
    let after = w.played(&set(&w, &[w.ruth], "group", "CCIO-2").unwrap());
    assert_eq!(after.lead_of(w.ccio_2, day(TODAY)), Some(w.ruth));
    let after = w.played(&set(&w, &[w.amara], "group", "").unwrap());
    assert_eq!(after.lead_of(w.ccio_2, day(TODAY)), None);
}

#[test]
fn a_status_is_set_and_ending_frees_the_seat() {
    let mut w = world();
    let status = |w: &World, text: &str| w.played(&set(w, &[w.fatima], "status", text).unwrap());
    let paused = status(&w, "paused");
    assert_eq!(
        paused.participant(w.person(w.fatima)).unwrap().status,
        Status::Paused
    );
    w.model = status(&w, "withdrawn");
    assert_eq!(w.model.members(w.ccio_2), vec![w.daniel]);
    w.model = status(&w, "active");
    assert_eq!(w.model.enrolments.get(w.fatima).unwrap().ended, None);
    assert!(
        set(&w, &[w.fatima], "status", "happy")
            .unwrap_err()
            .hint
            .contains("withdrawn")
    );
}

#[test]
fn an_applicants_fields_stand_on_the_application() {
    let mut w = world();
    let typed = [
        ("name", "Nora Petit"),
        ("email", "nora@x.org"),
        ("stream", "ccio"),
        ("status", "applied"),
    ];
    let edit = w
        .model
        .make(&mut Mint::seeded(5), Kind::Person, &typed, "Sam K", now())
        .unwrap();
    w.model = w.played(&edit);
    let nora = edit.made().unwrap();
    let mut set = |key: &str, text: &str| {
        let edit = w
            .model
            .set_person_field(&mut mint(), &[nora], key, text, now())
            .unwrap();
        w.model = played(&w.model, &edit);
        w.model.read_person_field(nora, key)
    };
    assert_eq!(set("stream", "CNIO"), "CNIO");
    assert_eq!(set("availability", "Mon 12-14"), "Mon 12:00-14:00");
    assert_eq!(set("status", "under review"), "under review");
    assert_eq!(set("status", "accepted"), "waiting");
    assert_eq!(w.model.enrolments_of(nora).count(), 1);
}

#[test]
fn a_change_of_role_ends_one_part_and_begins_another() {
    let w = world();
    let after = w.played(&set(&w, &[w.kofi], "role", "mentor").unwrap());
    let parts = after.parts_of(w.person(w.kofi));
    let states: Vec<_> = parts.iter().map(|p| (p.role, p.status)).collect();
    assert_eq!(
        states,
        [(Role::Mentor, Status::Active), (Role::Mentee, Status::Withdrawn)]
    );
    assert!(set(&w, &[w.kofi], "role", "mentee").unwrap().is_empty());
}

#[test]
fn an_unknown_field_is_refused_with_those_there_are() {
    let w = world();
    let refused = set(&w, &[w.kofi], "colour", "red").unwrap_err();
    assert_eq!(refused.what, "people have no field \"colour\"");
    assert!(refused.hint.contains("email") && refused.hint.contains("status"));
}
