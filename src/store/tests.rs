//! The store by itself: what is written is there after reopening, and damage is named.

use chrono::{NaiveDate, Utc};
use tempfile::TempDir;

use super::*;
use crate::domain::{Delta, Edit, Mint, Model, Person};

const COHORT: Id<Cohort> = Id::new(7);

fn open(dir: &TempDir) -> Store {
    Store::open(&Ground::at(dir.path()).unwrap()).unwrap()
}

fn noon() -> chrono::DateTime<Utc> {
    NaiveDate::from_ymd_opt(2025, 3, 18)
        .unwrap()
        .and_hms_opt(12, 0, 0)
        .unwrap()
        .and_utc()
}

fn entry_of(rev: Rev, people: usize, mint: &mut Mint) -> Entry {
    let changes = (0..people)
        .map(|number| {
            let person = Person {
                name: format!("Person {number} of {rev}"),
                ..Person::default()
            };
            Delta::made(mint.id(), person).into()
        })
        .collect();
    Entry {
        rev,
        at: noon(),
        by: "Ann".into(),
        edit: Edit {
            nonce: mint.nonce(),
            cohort: COHORT,
            label: Label::new("add", format!("{people} people")),
            changes,
        },
        undoes: None,
    }
}

fn landing(entry: Entry) -> Landing {
    Landing {
        changes: codec::changes(&entry.edit.changes),
        entry,
        payload: 1,
    }
}

#[test]
fn what_was_settled_is_there_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let entry = entry_of(1, 3, &mut Mint::seeded(1));
    let refusal = Refusal::rule(3, "full", "choose another");
    let mut store = open(&dir);
    store.settle(&[
        Verdict::Landed(landing(entry.clone())),
        Verdict::Refused {
            nonce: 5,
            payload: 6,
            at: 7,
            refusal: refusal.clone(),
        },
    ]);
    let before = store.model(COHORT).unwrap();
    drop(store);

    let store = open(&dir);
    assert_eq!(store.model(COHORT).unwrap(), before);
    assert_eq!(before.people.len(), 3);
    assert_eq!(store.entry(1).unwrap(), Some(entry.clone()));
    assert_eq!(store.heads(Some(COHORT), None, 10).unwrap(), [entry.head()]);
    let answer = store.answer(entry.edit.nonce).unwrap().unwrap();
    assert_eq!((answer.payload, answer.outcome), (1, Outcome::Landed(1)));
    assert_eq!(
        store.answer(5).unwrap().unwrap().outcome,
        Outcome::Refused(refusal)
    );
    assert_eq!(store.verify(), []);
    assert_eq!(store.header().epoch, 2);
}

#[test]
fn the_model_of_the_store_is_the_sum_of_its_entries() {
    let dir = tempfile::tempdir().unwrap();
    let mut mint = Mint::seeded(2);
    let mut store = open(&dir);
    let mut model = Model::empty(COHORT);
    for rev in 1..=5 {
        let entry = entry_of(rev, 2, &mut mint);
        model.apply(&entry);
        store.settle(&[Verdict::Landed(landing(entry))]);
    }
    assert_eq!(store.model(COHORT).unwrap(), model);
}

#[test]
fn a_big_entry_without_its_head_does_not_exist() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(&dir);
    let big = landing(entry_of(1, 2_000, &mut Mint::seeded(3)));
    store.write_parts_only(&big);
    drop(store);

    let store = open(&dir);
    assert_eq!(store.header().revision, 0);
    assert_eq!(
        store.header().entries,
        Tally::default(),
        "the parts are swept away"
    );
    assert_eq!(store.verify(), []);
}

#[test]
fn a_big_entry_whose_records_were_interrupted_is_finished_at_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(&dir);
    let big = landing(entry_of(1, 2_000, &mut Mint::seeded(4)));
    store.land(&big, || ());
    assert_eq!((store.header().revision, store.header().applied), (1, 0));
    drop(store);

    let store = open(&dir);
    assert_eq!((store.header().revision, store.header().applied), (1, 1));
    assert_eq!(store.model(COHORT).unwrap().people.len(), 2_000);
    assert_eq!(store.verify(), []);
}

#[test]
fn records_of_another_cohort_are_not_loaded() {
    let dir = tempfile::tempdir().unwrap();
    let mut mint = Mint::seeded(5);
    let mut entry = entry_of(1, 1, &mut mint);
    let round = crate::domain::Round {
        number: 1,
        opens: noon().date_naive(),
        closes: noon().date_naive(),
        theme: String::new(),
    };
    entry.edit.changes.push(Delta::made(mint.id(), round).into());
    let mut store = open(&dir);
    store.settle(&[Verdict::Landed(landing(entry))]);
    let other = store.model(Id::new(8)).unwrap();
    assert_eq!(
        (other.people.len(), other.rounds.len(), other.heads().count()),
        (1, 0, 0)
    );
    assert_eq!(store.model(COHORT).unwrap().rounds.len(), 1);
}

#[test]
fn a_database_behind_its_watermark_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    let uuid = store.header().uuid;
    drop(store);
    watermark::Watermark::open(dir.path(), uuid, 3).unwrap();
    let problem = Store::open(&Ground::at(dir.path()).unwrap()).err().unwrap();
    assert_eq!(problem.cause, Cause::Damaged);
    assert!(problem.what.contains("3 entries were saved"), "{problem}");
}

#[test]
fn a_row_that_vanished_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(&dir);
    store.settle(&[Verdict::Landed(landing(entry_of(1, 3, &mut Mint::seeded(6))))]);
    let key = store.records.iter().keys().next().unwrap().unwrap();
    store.records.remove(key).unwrap();
    store.db.flush().unwrap();
    drop(store);
    let problem = Store::open(&Ground::at(dir.path()).unwrap()).err().unwrap();
    assert_eq!(problem.cause, Cause::Damaged);
    assert!(
        problem.what.contains("2 records found where 3 were saved"),
        "{problem}"
    );
}

#[test]
fn a_database_that_vanished_is_not_begun_anew() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(&dir));
    std::fs::remove_dir_all(dir.path().join(DATABASE)).unwrap();
    let problem = Store::open(&Ground::at(dir.path()).unwrap()).err().unwrap();
    assert_eq!(problem.cause, Cause::Damaged);
    assert!(!dir.path().join(DATABASE).exists());
}

#[test]
fn an_interrupted_start_of_sled_is_cleaned_up() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(&dir));
    let leftover = dir.path().join(DATABASE).join("snap.0000000000000001.generating");
    std::fs::write(&leftover, "half").unwrap();
    drop(open(&dir));
    assert!(!leftover.exists());
}
