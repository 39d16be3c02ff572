//! Backups: consistent while others work, whole or refused, and the same programme when they come back.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use cohort::domain::{Entry, Mint, Model};
use cohort::hub::backup::{self, Unusable};
use cohort::hub::{Client, Service};
use serde_json::Value;

use crate::kit::command::{done, run, with_example};
use crate::kit::office::{self, Office, add, serving, who};

fn made(office: &Office, name: &str) -> (String, Value) {
    let file = office.dir().join(name).display().to_string();
    let said = done(office.dir(), &["backup", &file]);
    (file, said)
}

/// What is in a directory, as text: every record, every entry.
fn everything(dir: &Path) -> [String; 2] {
    ["everything", "entries"].map(|what| {
        let file = dir.join(format!("{what}.jsonl"));
        let named = file.display().to_string();
        done(dir, &["export", what, "--to", &named]);
        let text = std::fs::read_to_string(&file).expect("it was written");
        std::fs::remove_file(&file).expect("it can be removed");
        text
    })
}

#[test]
fn what_is_restored_is_the_same_to_the_last_revision() {
    let office = with_example();
    let (file, said) = made(&office, "all.backup");
    let status = done(office.dir(), &["status"]);
    assert_eq!(said["revision"], status["revision"]);
    let home = tempfile::tempdir().expect("a directory can be made");
    let into = home.path().join("restored");
    let restored = done(
        office.dir(),
        &["restore", &file, "--into", &into.display().to_string()],
    );
    assert_eq!(restored["revision"], said["revision"]);
    assert_eq!(restored["records"], said["records"]);
    assert_eq!(everything(&into), everything(office.dir()));
    for (cohort, name) in [("2024", "closed"), ("2025", "running")] {
        assert_eq!(done(&into, &["status", "--cohort", cohort])["state"], name);
    }
    let checked = done(&into, &["verify"]);
    assert_eq!(checked["problems"], serde_json::json!([]));
    assert_eq!(checked["records"], said["records"]);
    // And work goes on where it stopped.
    let revision = said["revision"].as_u64().expect("a number");
    let moved = done(&into, &["reschedule", "CCIO-2/5", "8 may 16:00"]);
    assert_eq!(moved["revision"].as_u64(), Some(revision + 1));
}

#[test]
fn a_backup_goes_into_an_empty_directory_only() {
    let office = with_example();
    let (file, _) = made(&office, "all.backup");
    let home = tempfile::tempdir().expect("a directory can be made");
    std::fs::write(home.path().join("mine"), "kept").expect("a file can be written");
    let into = home.path().display().to_string();
    let said = run(office.dir(), &["restore", &file, "--into", &into]);
    assert_eq!(said.code, 6, "{said:?}");
    assert!(said.err.contains("is not empty"), "{said:?}");
    let left = std::fs::read_dir(home.path()).expect("it can be read").count();
    assert_eq!(left, 1);
}

#[test]
fn a_damaged_backup_is_refused_with_the_place_and_nothing_is_made_of_it() {
    let office = with_example();
    let (file, _) = made(&office, "all.backup");
    let good = std::fs::read(&file).expect("it was written");
    assert!(backup::check(&good).is_ok());
    let step = good.len() / 150;
    for at in (0..good.len()).step_by(step.max(1)) {
        let mut bad = good.clone();
        bad[at] ^= 0x10;
        match backup::check(&bad) {
            Err(Unusable::Damaged(what)) => {
                let named: usize = what
                    .strip_prefix("at byte ")
                    .and_then(|rest| rest.split(':').next()?.parse().ok())
                    .unwrap_or_else(|| panic!("byte {at}: no place in {what}"));
                assert!(
                    named <= at + 8 && at - named.min(at) <= (1 << 20),
                    "byte {at}: {what}"
                );
            }
            Err(Unusable::Foreign | Unusable::Newer) => assert!(at < 20, "byte {at}"),
            other => panic!("byte {at}: {other:?}"),
        }
    }
    for length in [0, 10, 20, 21, 500, good.len() / 2, good.len() - 1] {
        assert!(backup::check(&good[..length]).is_err(), "cut to {length}");
    }
    let longer = [good.as_slice(), b"x"].concat();
    assert!(matches!(backup::check(&longer), Err(Unusable::Damaged(_))));

    let mut bad = good;
    let middle = bad.len() / 2;
    bad[middle] ^= 1;
    std::fs::write(&file, &bad).expect("it can be written");
    let into = office.dir().join("restored").display().to_string();
    for arguments in [vec!["restore", &file, "--into", &into], vec!["verify", &file]] {
        let said = run(office.dir(), &arguments);
        assert_eq!(said.code, 5, "{said:?}");
        assert!(said.err.contains("at byte "), "{said:?}");
    }
    assert!(!Path::new(&into).exists());
}

#[test]
fn a_backup_that_could_not_be_kept_leaves_the_old_one() {
    let office = with_example();
    let (file, _) = made(&office, "all.backup");
    let before = std::fs::read(&file).expect("it was written");
    let link = office.dir().join("link.backup");
    std::os::unix::fs::symlink(&file, &link).expect("a link can be made");
    let said = run(office.dir(), &["backup", &link.display().to_string()]);
    assert_eq!(said.code, 2, "{said:?}");
    assert_eq!(std::fs::read(&file).expect("it is there"), before);
    let unfinished = std::fs::read_dir(office.dir()).expect("it can be read").flatten();
    assert!(
        !unfinished
            .map(|f| f.file_name())
            .any(|name| name.to_string_lossy().ends_with(".part"))
    );
}

/// Every entry that a backup holds, played from the beginning, is what its records say.
fn is_the_sum_of_its_entries(client: &mut Client) -> u64 {
    let focus = client.model().focus;
    let mut model = Model::empty(focus);
    let revision = client.model().rev;
    for rev in 1..=revision {
        let entry: Entry = client.entry(rev).expect("it answers").expect("it is there");
        model.apply(&entry);
    }
    assert_eq!(&model, client.model());
    revision
}

#[test]
fn backups_made_while_others_work_are_each_one_moment() {
    let (office, mut ann, mut mint) = Office::begun();
    let working = AtomicBool::new(true);
    let mut backups = Vec::new();
    std::thread::scope(|scope| {
        for name in ["Ben", "Cat"] {
            let (office, working) = (&office, &working);
            let mut client = office.client(name);
            let cohort = ann.model().focus;
            client.open(cohort).expect("the cohort opens");
            let seed = u64::from(name.as_bytes()[0]);
            scope.spawn(move || {
                let mut mint = Mint::seeded(seed);
                for n in 0.. {
                    if !working.load(Ordering::SeqCst) {
                        break;
                    }
                    let (_, edit) = add(client.model(), &mut mint, &format!("{name} {n}"));
                    client.propose(edit).expect("people can be added");
                }
            });
        }
        for n in 0..6 {
            let (_, edit) = add(ann.model(), &mut mint, &format!("Ann {n}"));
            ann.propose(edit).expect("people can be added");
            backups.push(ann.backup().expect("a backup is given"));
        }
        working.store(false, Ordering::SeqCst);
    });
    let mut revisions = Vec::new();
    for bytes in &backups {
        let home = tempfile::tempdir().expect("a directory can be made");
        let into = home.path().join("restored");
        let contents = backup::restore(bytes, &into).expect("it can be restored");
        let service = Service::start(&into, serving()).expect("the store starts");
        let mut client = Client::connect(&into, who("Ann")).expect("Ann is let in");
        let revision = is_the_sum_of_its_entries(&mut client);
        assert_eq!(revision, contents.revision);
        revisions.push(revision);
        drop(client);
        service.stop();
        service.wait();
    }
    assert!(
        revisions.is_sorted() && revisions[0] < revisions[5],
        "{revisions:?}"
    );
}

#[test]
fn a_viewer_may_not_take_everything_away() {
    let (office, mut ann, mut mint) = Office::begun();
    let edit = ann
        .model()
        .add_admin(&mut mint, "Viv", cohort::domain::AdminRole::Viewer)
        .expect("an admin can be added");
    ann.propose(edit).expect("Ann is the owner");
    let mut viv = Client::connect(office.dir(), office::who("Viv")).expect("Viv is let in");
    let refused = viv.backup().expect_err("she may not");
    assert_eq!(refused.code(), 7);
    assert!(ann.backup().is_ok());
}
