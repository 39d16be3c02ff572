use chrono::{DateTime, Utc};

use super::*;
use crate::domain::intent::world::{World, mint, played, world};
use crate::domain::{Edit, Rev};

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 8, 1).unwrap()
}

fn going(w: &World) -> (Erasure, Id<Person>) {
    let person = w.person(w.fatima);
    let is = w.model.people.get(person).unwrap().clone();
    let others: Vec<String> = w
        .model
        .people
        .iter()
        .filter(|(id, _)| *id != person)
        .map(|(_, is)| is.name.clone())
        .collect();
    let others: Vec<&str> = others.iter().map(String::as_str).collect();
    let mut erasure = Erasure::of(person, &is, &others, today());
    for _ in 0..2 {
        for (record, _) in w.model.every_record() {
            erasure.learn(&record);
        }
    }
    (erasure, person)
}

fn entry(rev: Rev, edit: Edit) -> Entry {
    Entry {
        rev,
        at: DateTime::<Utc>::UNIX_EPOCH,
        by: "Sam K".to_owned(),
        edit,
        undoes: None,
    }
}

#[test]
fn the_id_stays_without_a_person() {
    let w = world();
    let (erasure, person) = going(&w);
    let is = w.model.people.get(person).unwrap().clone();
    let Some(Record::Person(id, after)) = erasure.record(&Record::Person(person, Box::new(is))) else {
        panic!("the id stays");
    };
    assert!(id == person && after.is_erased());
}

#[test]
fn other_texts_lose_the_name_and_the_address_and_keep_the_rest() {
    let w = world();
    let (erasure, person) = going(&w);
    let is = w.model.people.get(person).unwrap();
    let other = w.person(w.kofi);
    let mut colleague = w.model.people.get(other).unwrap().clone();
    colleague.note = format!("shares a lift with {}; not Mefatima", is.name.to_uppercase());
    colleague.line_manager = is.email.to_uppercase();
    let Some(Record::Person(_, after)) = erasure.record(&Record::Person(other, Box::new(colleague.clone())))
    else {
        panic!("the other one stays");
    };
    assert_eq!(after.note, "shares a lift with [erased]; not Mefatima");
    assert_eq!((after.line_manager.as_str(), &after.name), ("", &colleague.name));
}

#[test]
fn a_name_that_somebody_else_bears_stays_in_texts_about_others() {
    let w = world();
    let person = w.person(w.fatima);
    let is = w.model.people.get(person).unwrap().clone();
    let erasure = Erasure::of(person, &is, &[&is.name], today());
    let mut colleague = w.model.people.get(w.person(w.kofi)).unwrap().clone();
    colleague.note = format!("asked {} and {}", is.name, is.email);
    let record = Record::Person(w.person(w.kofi), Box::new(colleague));
    let Some(Record::Person(_, after)) = erasure.record(&record) else {
        panic!("the other one stays");
    };
    assert_eq!(after.note, format!("asked {} and [erased]", is.name));
    assert_eq!(erasure.needles(), [is.email]);
}

#[test]
fn a_telephone_that_others_have_too_stays_theirs() {
    let w = world();
    let person = w.person(w.fatima);
    let mut is = w.model.people.get(person).unwrap().clone();
    is.phone = "020 7946 0018".to_owned();
    let mut colleague = w.model.people.get(w.person(w.kofi)).unwrap().clone();
    colleague.phone.clone_from(&is.phone);
    let record = Record::Person(w.person(w.kofi), Box::new(colleague.clone()));
    let shared = Erasure::of(person, &is, &[&colleague.phone], today());
    assert_eq!(shared.record(&record), Some(record.clone()));
    assert!(!shared.needles().contains(&is.phone));
    let alone = Erasure::of(person, &is, &[], today());
    assert_ne!(alone.record(&record), Some(record));
    assert!(alone.needles().contains(&is.phone));
}

#[test]
fn history_loses_the_person_in_labels_and_in_what_was_there_before() {
    let w = world();
    let (erasure, person) = going(&w);
    let name = w.model.people.get(person).unwrap().name.clone();
    let edit = w
        .model
        .goal(&mut mint(), w.fatima, "speak to the board", today())
        .unwrap();
    let goal = edit.made::<Goal>().unwrap();
    let after = erasure.entry(&entry(7, edit.clone()));
    assert_eq!(after.edit.label.on, "goal of [erased]");
    let Some(Record::Goal(id, is)) = after.edit.changes[0].after() else {
        panic!("the goal stays as a count");
    };
    assert_eq!((id, is.text.as_str()), (goal, ERASED));
    assert!(!format!("{after:?}").contains(&name));
}

#[test]
fn a_name_that_the_person_had_before_goes_too() {
    let w = world();
    let (mut erasure, person) = going(&w);
    let mut before = w.model.people.get(person).unwrap().clone();
    (before.name, before.email) = ("Fatima Malik".to_owned(), "malik@old.example.org".to_owned());
    erasure.learn(&Record::Person(person, Box::new(before)));
    let mut theme = Theme {
        name: "asked by Fatima Malik".to_owned(),
        words: Vec::new(),
        order: 1,
    };
    let record = Record::Theme(Id::new(5), Box::new(theme.clone()));
    theme.name = "asked by [erased]".to_owned();
    assert_eq!(
        erasure.record(&record),
        Some(Record::Theme(Id::new(5), Box::new(theme)))
    );
    assert!(erasure.needles().contains(&"malik@old.example.org".to_owned()));
}

#[test]
fn what_only_the_person_gave_goes_from_records_and_history() {
    let w = world();
    let (_, person) = going(&w);
    let consent = w.model.consent_to_quotes(person, Attribution::Named, today());
    let edit = w.model.consent(&mut mint(), consent).unwrap();
    let w = World {
        model: played(&w.model, &edit),
        ..w
    };
    let (erasure, _) = going(&w);
    assert_eq!(erasure.entry(&entry(8, edit)).edit.changes, Vec::new());
    let (record, _) = w
        .model
        .every_record()
        .find(|(record, _)| matches!(record, Record::Consent(..)))
        .unwrap();
    assert_eq!(erasure.record(&record), None);
}

#[test]
fn every_record_of_the_sample_survives_the_way_through_its_texts() {
    let w = world();
    for (record, _) in w.model.every_record() {
        assert_eq!(rewritten(&record, &mut |text| Some(text.to_owned())), record);
    }
}

#[test]
fn a_text_with_one_of_the_names_alone_is_listed_for_a_look() {
    let w = world();
    let (erasure, person) = going(&w);
    let first = w
        .model
        .people
        .get(person)
        .unwrap()
        .name
        .split(' ')
        .next()
        .unwrap()
        .to_owned();
    let theme = |name: &str| {
        let theme = Theme {
            name: name.to_owned(),
            words: Vec::new(),
            order: 1,
        };
        Record::Theme(Id::new(5), Box::new(theme))
    };
    assert!(erasure.may_mean(&theme(&format!("what {first} said"))));
    assert!(!erasure.may_mean(&theme("confidence")));
}

#[test]
fn who_still_takes_part_is_not_erased() {
    let w = world();
    let person = w.person(w.fatima);
    let name = &w.model.people.get(person).unwrap().name;
    let refused = w.model.may_erase(person, name).unwrap_err();
    assert!(refused.what.contains("still takes part"), "{refused:?}");
    let refused = w.model.may_erase(person, "Fatima").unwrap_err();
    assert!(refused.what.contains("is not the name"), "{refused:?}");
}
