//! Several clients on one hub: merging, conflict, undo, presence. What goes wrong between them is in `matrix`.

use std::time::{Duration, Instant};

use cohort::domain::{Admin, AdminRole, AnyId, CohortState, Delta, Edit, Label, Reason};
use cohort::hub::{Client, Place, Unlanded, Wanted};

use crate::kit::office::{Office, add, catch_up, change, first_edit, noon, read, who};

/// The refusal an edit met.
fn refused<T: std::fmt::Debug>(answer: Result<T, Unlanded>) -> cohort::domain::Refusal {
    match answer {
        Err(Unlanded::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn what_one_saves_the_other_sees() {
    let (office, mut ann, mut mint) = Office::begun();
    let mut ben = office.client("Ben");
    let (id, edit) = add(ann.model(), &mut mint, "Owen Pritchard");
    let rev = ann.propose(edit).expect("a person can be added");
    catch_up(&mut ben, rev);
    assert_eq!(read(ben.model(), id).name, "Owen Pritchard");
    assert_eq!(ann.model(), ben.model());
}

#[test]
fn entries_carry_the_stores_clock_and_the_name_of_who_meant_them() {
    let (_office, mut ann, mut mint) = Office::begun();
    let (_, edit) = add(ann.model(), &mut mint, "Owen Pritchard");
    let rev = ann.propose(edit.clone()).expect("a person can be added");
    let entry = ann.entry(rev).expect("the store answers").expect("it is there");
    assert_eq!((entry.at, entry.by.as_str(), entry.edit), (noon(), "Ann", edit));
}

#[test]
fn the_same_edit_sent_twice_lands_once() {
    let (_office, mut ann, mut mint) = Office::begun();
    let (_, edit) = add(ann.model(), &mut mint, "Owen Pritchard");
    let first = ann.propose(edit.clone());
    assert_eq!(ann.propose(edit), first);
}

#[test]
fn the_number_of_an_edit_cannot_be_used_for_another() {
    let (_office, mut ann, mut mint) = Office::begun();
    let (_, edit) = add(ann.model(), &mut mint, "Owen Pritchard");
    let (_, mut other) = add(ann.model(), &mut mint, "Claire Dunn");
    other.nonce = edit.nonce;
    ann.propose(edit).expect("a person can be added");
    assert_eq!(refused(ann.propose(other)).reason, Reason::Unreadable);
    assert_eq!(ann.model().people.len(), 1);
}

#[test]
fn changes_of_different_fields_merge_without_a_question() {
    let (office, mut ann, mut mint) = Office::begun();
    let (id, edit) = add(ann.model(), &mut mint, "Owen Pritchard");
    let rev = ann.propose(edit).expect("a person can be added");
    let mut ben = office.client("Ben");
    let stale = change(ben.model(), &mut mint, id, |person| {
        person.region = "Wales".into()
    });
    let edit = change(ann.model(), &mut mint, id, |person| {
        person.job_title = "CCIO".into()
    });
    ann.propose(edit).expect("nobody else changed it");
    let landed = ben.propose(stale).expect("it touches another field");
    assert_eq!(landed, rev + 2);
    let owen = read(ben.model(), id);
    assert_eq!((owen.region.as_str(), owen.job_title.as_str()), ("Wales", "CCIO"));
    catch_up(&mut ann, landed);
    assert_eq!(ann.model(), ben.model());
}

#[test]
fn changes_of_the_same_field_are_a_conflict_that_shows_both_values() {
    let (office, mut ann, mut mint) = Office::begun();
    let (id, edit) = add(ann.model(), &mut mint, "Owen Pritchard");
    ann.propose(edit).expect("a person can be added");
    let mut ben = office.client("Ben");
    let stale = change(ben.model(), &mut mint, id, |person| {
        person.region = "Wales".into()
    });
    let edit = change(ann.model(), &mut mint, id, |person| {
        person.region = "London".into()
    });
    let rev = ann.propose(edit).expect("nobody else changed it");
    let refusal = refused(ben.propose(stale.clone()));
    assert_eq!(refusal.reason, Reason::Conflict);
    let clash = &refusal.clashes[0];
    assert_eq!(
        (
            clash.field.as_str(),
            clash.theirs.as_str(),
            clash.mine.as_str(),
            clash.by.as_str(),
            clash.rev
        ),
        ("region", "London", "Wales", "Ann", rev)
    );
    assert_eq!(
        refused(ben.propose(stale)),
        refusal,
        "the same question gets the same answer"
    );
}

#[test]
fn an_edit_that_is_true_already_is_acknowledged_and_not_written() {
    let (office, mut ann, mut mint) = Office::begun();
    let (id, edit) = add(ann.model(), &mut mint, "Owen Pritchard");
    ann.propose(edit).expect("a person can be added");
    let mut ben = office.client("Ben");
    let same = change(ben.model(), &mut mint, id, |person| {
        person.region = "Wales".into()
    });
    let edit = change(ann.model(), &mut mint, id, |person| {
        person.region = "Wales".into()
    });
    let rev = ann.propose(edit).expect("nobody else changed it");
    assert_eq!(ben.propose(same), Ok(rev));
}

#[test]
fn undo_takes_back_and_undo_of_the_undo_brings_back() {
    let (_office, mut ann, mut mint) = Office::begun();
    let (id, edit) = add(ann.model(), &mut mint, "Owen Pritchard");
    ann.propose(edit).expect("a person can be added");
    let edit = change(ann.model(), &mut mint, id, |person| {
        person.region = "Wales".into()
    });
    let rev = ann.propose(edit).expect("nobody else changed it");

    let undo = ann.undo(mint.nonce(), rev).expect("nothing depends on it");
    assert_eq!(read(ann.model(), id).region, "");
    let entry = ann.entry(undo).expect("the store answers").expect("it is there");
    assert_eq!(
        (entry.undoes, entry.edit.label.verb.as_str()),
        (Some(rev), "undo")
    );

    let again = refused(ann.undo(mint.nonce(), rev));
    assert!(again.what.contains("taken back already"), "{again}");

    ann.undo(mint.nonce(), undo).expect("nothing depends on it");
    assert_eq!(read(ann.model(), id).region, "Wales");
}

#[test]
fn undo_keeps_what_others_changed_in_other_fields() {
    let (_office, mut ann, mut mint) = Office::begun();
    let (id, edit) = add(ann.model(), &mut mint, "Owen Pritchard");
    ann.propose(edit).expect("a person can be added");
    let edit = change(ann.model(), &mut mint, id, |person| {
        person.region = "Wales".into()
    });
    let rev = ann.propose(edit).expect("nobody else changed it");
    let edit = change(ann.model(), &mut mint, id, |person| {
        person.job_title = "CCIO".into()
    });
    ann.propose(edit).expect("nobody else changed it");
    ann.undo(mint.nonce(), rev)
        .expect("another field does not stand in its way");
    let owen = read(ann.model(), id);
    assert_eq!((owen.region.as_str(), owen.job_title.as_str()), ("", "CCIO"));
}

#[test]
fn undo_names_the_entries_that_depend_on_it() {
    let (_office, mut ann, mut mint) = Office::begun();
    let (id, edit) = add(ann.model(), &mut mint, "Owen Pritchard");
    let made = ann.propose(edit).expect("a person can be added");
    let edit = change(ann.model(), &mut mint, id, |person| {
        person.region = "Wales".into()
    });
    let rev = ann.propose(edit).expect("nobody else changed it");
    let refusal = refused(ann.undo(mint.nonce(), made));
    assert_eq!(refusal.reason, Reason::Conflict);
    let words = format!("{rev} (change Owen Pritchard, Ann)");
    assert!(refusal.what.contains(&words), "{refusal}");
}

#[test]
fn an_entry_that_does_not_exist_cannot_be_undone() {
    let (_office, mut ann, mut mint) = Office::begun();
    assert_eq!(refused(ann.undo(mint.nonce(), 99)).reason, Reason::Missing);
}

#[test]
fn who_makes_the_first_cohort_owns_the_programme() {
    let (_office, ann, _) = Office::begun();
    let admins: Vec<_> = ann
        .model()
        .admins
        .iter()
        .map(|(_, admin)| (admin.name.as_str(), admin.role))
        .collect();
    assert_eq!(admins, [("Ann", AdminRole::Owner)]);
}

#[test]
fn a_viewer_changes_nothing() {
    let (office, mut ann, mut mint) = Office::begun();
    let viewer = Admin {
        name: "Eve".into(),
        role: AdminRole::Viewer,
        last_seen: 0,
    };
    let change = Delta::made(mint.id(), viewer).into();
    let edit = ann
        .model()
        .edit(mint.nonce(), Label::new("add", "Eve"), vec![change]);
    ann.propose(edit).expect("an owner can add an admin");
    let mut eve = office.client("eve");
    assert_eq!(eve.greeting().role, AdminRole::Viewer);
    let (_, edit) = add(eve.model(), &mut mint, "Owen Pritchard");
    assert_eq!(refused(eve.propose(edit)).reason, Reason::NotPermitted);
}

#[test]
fn an_editor_cannot_make_anybody_an_owner() {
    let (office, _ann, mut mint) = Office::begun();
    let mut ben = office.client("Ben");
    assert_eq!(ben.greeting().role, AdminRole::Editor);
    let owner = Admin {
        name: "Ben".into(),
        role: AdminRole::Owner,
        last_seen: 0,
    };
    let change = Delta::made(mint.id(), owner).into();
    let edit = ben
        .model()
        .edit(mint.nonce(), Label::new("add", "Ben"), vec![change]);
    assert_eq!(refused(ben.propose(edit)).reason, Reason::NotPermitted);
}

#[test]
fn a_second_cohort_is_opened_beside_the_first_and_shares_its_people() {
    let (office, mut ann, mut mint) = Office::begun();
    let (id, edit) = add(ann.model(), &mut mint, "Owen Pritchard");
    ann.propose(edit).expect("a person can be added");
    let mut second = first_edit(&mut mint);
    let cohort = second.cohort;
    for change in &mut second.changes {
        if let cohort::domain::Change::Cohort(delta) = change
            && let Some(cohort) = &mut delta.after
        {
            cohort.name = "2026".into();
        }
    }
    ann.propose(second).expect("an owner can make another cohort");
    let mut ben = Client::connect(
        office.dir(),
        cohort::hub::Who {
            cohort: Wanted::Named("2026".into()),
            ..who("Ben")
        },
    )
    .expect("the cohort is there");
    assert_eq!(ben.model().focus, cohort);
    assert_eq!(read(ben.model(), id).name, "Owen Pritchard");
    // What is shared changes in both, whoever changes it from where.
    let edit = change(ben.model(), &mut mint, id, |person| {
        person.region = "Wales".into()
    });
    let rev = ben.propose(edit).expect("nobody else changed it");
    catch_up(&mut ann, rev);
    assert_eq!(read(ann.model(), id).region, "Wales");
    ann.open(cohort).expect("the store answers");
    assert_eq!(ann.model(), ben.model());
}

#[test]
fn a_cohort_that_is_not_there_is_named_with_those_that_are() {
    let (office, _ann, _) = Office::begun();
    let who = cohort::hub::Who {
        cohort: Wanted::Named("1999".into()),
        ..who("Ann")
    };
    let problem = Client::connect(office.dir(), who).err().expect("there is none");
    assert_eq!((problem.code(), problem.hint()), (3, "there are: 2025"));
}

#[test]
fn an_edit_of_a_cohort_nobody_made_is_refused() {
    let (_office, mut ann, mut mint) = Office::begun();
    let stream = ann
        .model()
        .streams
        .iter()
        .next()
        .map(|(_, stream)| stream.clone())
        .expect("there is one");
    let edit = Edit {
        nonce: mint.nonce(),
        cohort: mint.id(),
        label: Label::new("add", "nothing"),
        changes: vec![Delta::made(mint.id(), stream).into()],
    };
    assert_eq!(refused(ann.propose(edit)).reason, Reason::Missing);
}

#[test]
fn history_comes_in_pages_newest_first() {
    let (_office, mut ann, mut mint) = Office::begun();
    for number in 0..5 {
        let (_, edit) = add(ann.model(), &mut mint, &format!("Number {number}"));
        ann.propose(edit).expect("a person can be added");
    }
    let newest: Vec<u64> = ann
        .heads(None, 2)
        .expect("the store answers")
        .iter()
        .map(|head| head.rev)
        .collect();
    let older: Vec<u64> = ann
        .heads(Some(5), 10)
        .expect("the store answers")
        .iter()
        .map(|head| head.rev)
        .collect();
    assert_eq!((newest, older), (vec![6, 5], vec![4, 3, 2, 1]));
}

#[test]
fn everybody_sees_where_the_others_are() {
    let (office, mut ann, _) = Office::begun();
    let id = AnyId::from(ann.greeting().focus);
    let (tell, events) = std::sync::mpsc::channel();
    let ben = cohort::hub::Link::join(office.dir(), who("Ben Li"), move |event| drop(tell.send(event)));
    let place = Place {
        view: "people".into(),
        on: Some(id),
        editing: Some("region".into()),
    };
    ben.place(place.clone());
    let until = Instant::now() + Duration::from_secs(10);
    while !ann.peers().iter().any(|peer| peer.place == place) {
        assert!(Instant::now() < until, "Ben was not seen: {:?}", ann.peers());
        ann.next_entry(Duration::from_millis(50))
            .expect("the store answers");
    }
    assert_eq!(
        (ann.peers()[0].name.as_str(), ann.peers()[0].initials.as_str()),
        ("Ben Li", "BL")
    );
    ben.leave();
    drop(events);
}

#[test]
fn a_command_comes_and_goes_unseen() {
    let (office, mut ann, mut mint) = Office::begun();
    let _status = office.client("Cy");
    let ben = cohort::hub::Link::join(office.dir(), who("Ben Li"), |_| ());
    ben.place(Place {
        view: "people".into(),
        ..Place::default()
    });
    let until = Instant::now() + Duration::from_secs(10);
    while ann.peers().is_empty() {
        assert!(Instant::now() < until, "Ben was not seen");
        let name = format!("Number {}", mint.number());
        let (_, edit) = add(ann.model(), &mut mint, &name);
        ann.propose(edit).expect("the store answers");
    }
    let names: Vec<&str> = ann.peers().iter().map(|peer| peer.name.as_str()).collect();
    assert_eq!(names, ["Ben Li"]);
    ben.leave();
}

#[test]
fn a_big_edit_arrives_whole_everywhere() {
    let (office, mut ann, mut mint) = Office::begun();
    let mut ben = office.client("Ben");
    let changes = (0..3_000)
        .map(|number| {
            Delta::made(
                mint.id(),
                crate::kit::office::somebody(&format!("Number {number}")),
            )
            .into()
        })
        .collect();
    let edit = ann
        .model()
        .edit(mint.nonce(), Label::new("import", "3000 people"), changes);
    let rev = ann.propose(edit.clone()).expect("people can be imported");
    catch_up(&mut ben, rev);
    assert_eq!(ben.model().people.len(), 3_000);
    assert_eq!(ann.model(), ben.model());
    let entry = ben.entry(rev).expect("the store answers").expect("it is there");
    assert_eq!(entry.edit, edit);
    ann.undo(mint.nonce(), rev)
        .expect("an import is taken back at once");
    assert_eq!(ann.model().people.len(), 0);
}

#[test]
fn clients_come_back_when_the_store_was_closed_and_opened() {
    let (mut office, mut ann, mut mint) = Office::begun();
    office.reopen();
    let (id, edit) = add(ann.model(), &mut mint, "Owen Pritchard");
    ann.propose(edit).expect("the link came back by itself");
    assert!(ann.model().people.has(id));
}

#[test]
fn an_editor_does_not_open_the_cohort() {
    let (office, ann, mut mint) = Office::begun();
    let found = ann
        .model()
        .cohorts
        .iter()
        .next()
        .map(|(id, cohort)| (id, cohort.clone()))
        .expect("there is one");
    let mut after = found.1.clone();
    after.state = CohortState::Running;
    let edit = ann.model().edit(
        mint.nonce(),
        Label::new("open", "2025"),
        vec![Delta::changed(found.0, found.1, after).into()],
    );
    let mut ben = office.client("Ben");
    assert_eq!(
        refused(ben.propose(edit)).reason,
        Reason::NotPermitted,
        "an editor does not set the cohort's state"
    );
}

#[test]
fn a_check_of_everything_finds_nothing_in_a_sound_database() {
    let (_office, mut ann, mut mint) = Office::begun();
    let (_, edit) = add(ann.model(), &mut mint, "Owen Pritchard");
    ann.propose(edit).expect("a person can be added");
    let checked = ann.verify().expect("the store answers");
    // Cohort, stream, the first owner, Owen.
    assert_eq!(
        (checked.revision, checked.records, checked.problems),
        (2, 4, vec![])
    );
}
