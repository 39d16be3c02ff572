//! Erasing a person: nothing of them is left in any file, everything else stays, and nobody does it by accident.

use std::path::{Path, PathBuf};

use cohort::domain::{AdminRole, Model};
use cohort::hub::{Client, Erased, Who};
use cohort::tui::{News, Out, Signal};
use serde_json::Value;

use crate::kit::command::{Said, done, run, with_example};
use crate::kit::office::Office;
use crate::kit::{stage::Stage, world};

/// A mentee of the example who has marks, answers, quotes and consents in 2025.
const NAME: &str = "Gwen Phillips";

/// Every file under a directory.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for one in std::fs::read_dir(dir)
        .expect("the directory can be read")
        .flatten()
    {
        let kind = one.file_type().expect("a file has a type");
        if kind.is_dir() {
            found.extend(files(&one.path()));
        } else if kind.is_file() {
            found.push(one.path());
        }
    }
    found
}

/// In which files a text stands, letter for letter.
fn standing_in(dir: &Path, text: &str) -> Vec<PathBuf> {
    let has = |file: &PathBuf| {
        let bytes = std::fs::read(file).unwrap_or_default();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    };
    files(dir).into_iter().filter(has).collect()
}

/// The example, out of which somebody has been withdrawn; and their address.
fn withdrawn() -> (Office, String) {
    let office = with_example();
    let person = done(office.dir(), &["people", NAME]);
    let email = person[0]["email"].as_str().expect("an address").to_owned();
    done(office.dir(), &["drop", NAME]);
    (office, email)
}

fn erase(office: &Office, name: &str) -> Said {
    run(office.dir(), &["erase", NAME, "--confirm", name, "--json"])
}

/// How many marks of each value the cohort has.
fn marks(dir: &Path) -> usize {
    let who = Who {
        name: Some("Sam K".to_owned()),
        ..Who::default()
    };
    let client = Client::connect(dir, who).expect("the store answers");
    client.model().marks.iter().count()
}

#[test]
fn no_byte_of_an_erased_person_is_left_in_the_data_directory() {
    let (office, email) = withdrawn();
    let dir = office.dir();
    let outbox = dir.join("outbox");
    done(dir, &["remind", "session", "CCIO-2/4"]);
    assert!(outbox.exists());
    assert!(!standing_in(dir, NAME).is_empty() && !standing_in(dir, &email).is_empty());
    let counted = marks(dir);
    let said = erase(&office, NAME);
    assert_eq!(said.code, 0, "{said:?}");
    let proof: Value = said.json();
    assert_eq!(proof["bytes_found"], 0, "{proof}");
    for key in ["records", "entries", "files_rewritten"] {
        assert!(proof[key].as_u64() > Some(0), "{key}: {proof}");
    }
    assert_eq!(standing_in(dir, NAME), Vec::<PathBuf>::new());
    assert_eq!(standing_in(dir, &email), Vec::<PathBuf>::new());
    assert_eq!(marks(dir), counted, "marks stay as counts");
    assert_eq!(done(dir, &["verify"])["problems"], serde_json::json!([]));
}

#[test]
fn the_history_keeps_its_entries_without_the_person() {
    let (office, _) = withdrawn();
    let dir = office.dir();
    let before = done(dir, &["history", "--limit", "1000"]);
    assert!(before.to_string().contains(NAME));
    assert_eq!(erase(&office, NAME).code, 0);
    let after = done(dir, &["history", "--limit", "1000"]);
    assert!(!after.to_string().contains(NAME));
    let (before, after) = (
        before.as_array().expect("a list"),
        after.as_array().expect("a list"),
    );
    assert_eq!(after.len(), before.len() + 1);
    let label = after[0]["label"].as_str().expect("a label");
    assert!(label.starts_with("erase pe-"), "{label}");
}

#[test]
fn an_erasure_is_not_taken_back() {
    let (office, _) = withdrawn();
    let proof: Value = {
        let said = erase(&office, NAME);
        assert_eq!(said.code, 0, "{said:?}");
        said.json()
    };
    let refused = run(office.dir(), &["undo", &proof["revision"].to_string()]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.err.contains("somebody who was erased"), "{refused:?}");
    // Nor is the withdrawal that came before: the person it was of is gone.
    assert_eq!(
        run(office.dir(), &["people", NAME, "--json"]).json(),
        serde_json::json!([])
    );
}

#[test]
fn who_is_connected_comes_in_again_without_the_person() {
    let (office, email) = withdrawn();
    let mut client = office.client("Jo T");
    let knows = |client: &Client| client.model().people.iter().any(|(_, is)| is.email == email);
    assert!(knows(&client));
    assert_eq!(erase(&office, NAME).code, 0);
    client.condition().expect("the store answers again");
    assert!(!knows(&client), "the replica holds nobody who was erased");
}

#[test]
fn another_name_or_a_person_who_takes_part_is_not_erased() {
    let office = with_example();
    let refused = erase(&office, "Gwen");
    assert_eq!(refused.code, 2, "{refused:?}");
    let refused = erase(&office, NAME);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.err.contains("still takes part in 2025"), "{refused:?}");
    assert!(!standing_in(office.dir(), NAME).is_empty());
}

#[test]
fn only_an_owner_erases() {
    let (office, _) = withdrawn();
    done(office.dir(), &["admin", "add", "Jo T", "editor"]);
    let refused = run(office.dir(), &["erase", NAME, "--confirm", NAME, "--as", "Jo T"]);
    assert_eq!(refused.code, 7, "{refused:?}");
    assert!(!standing_in(office.dir(), NAME).is_empty());
}

#[test]
fn backups_that_were_taken_before_are_named_with_their_dates() {
    let (office, _) = withdrawn();
    let elsewhere = tempfile::tempdir().expect("a directory can be made");
    let file = elsewhere.path().join("whole.backup").display().to_string();
    done(office.dir(), &["backup", &file]);
    let proof: Value = {
        let said = erase(&office, NAME);
        assert_eq!(said.code, 0, "{said:?}");
        said.json()
    };
    let taken = proof["backups"][0].as_str().expect("one backup");
    assert!(
        taken.starts_with("2025-03-18 16:12 UTC") && taken.contains(", by "),
        "{taken}"
    );
}

#[test]
fn what_an_interrupted_erasure_left_is_gone_after_the_next_start() {
    let (mut office, _) = withdrawn();
    office.close();
    let beside = office.dir().join("data.erasing");
    std::fs::create_dir(&beside).expect("the directory can be made");
    std::fs::write(beside.join("db"), NAME).expect("the file can be written");
    office.reopen();
    assert!(!beside.exists());
    assert_eq!(done(office.dir(), &["verify"])["problems"], serde_json::json!([]));
}

/// Somebody of the small world who has left it.
fn who_left(model: &Model) -> String {
    let mut ended = model.enrolments.iter().filter(|(_, is)| is.ended.is_some());
    let (_, is) = ended.next().expect("somebody left");
    model.name_of(is.person)
}

/// The question whether somebody is to be erased, open.
fn asked() -> (Stage, String) {
    let mut stage = Stage::new();
    let name = who_left(&stage.model);
    stage.press(&format!("6/{name}<enter>:erase<enter>"));
    assert!(
        stage.text().contains(&format!("Erase {name}?")),
        "{}",
        stage.text()
    );
    (stage, name)
}

fn wanted(stage: &Stage) -> Option<&str> {
    stage.outs.iter().find_map(|out| match out {
        Out::Erase { name, .. } => Some(name.as_str()),
        _ => None,
    })
}

#[test]
fn on_screen_nobody_is_erased_before_the_whole_name_is_typed() {
    let (mut stage, name) = asked();
    stage.press("y<enter>");
    assert_eq!(wanted(&stage), None);
    stage.press(&format!("<c-u>{name}<enter>"));
    assert_eq!(wanted(&stage), Some(name.as_str()));
}

#[test]
fn on_screen_an_editor_erases_nobody() {
    let mut stage = Stage::new();
    let name = who_left(&stage.model);
    stage.role(AdminRole::Editor);
    stage.press(&format!("6/{name}<enter>:erase<enter>"));
    assert_eq!(stage.app.message(), "Erasing a person is the owner's.");
}

#[test]
fn on_screen_who_takes_part_is_not_erased() {
    let mut stage = Stage::new();
    stage.press("6/Daniel Price<enter>:erase<enter>");
    assert!(
        stage.app.message().contains("still takes part"),
        "{}",
        stage.app.message()
    );
    assert_eq!(wanted(&stage), None);
}

#[test]
fn on_screen_the_proof_is_shown_and_the_screen_forgets_the_person() {
    let (mut stage, name) = asked();
    stage.press(&format!("{name}<enter>"));
    let mut model = stage.model.clone();
    let (id, _) = model
        .people
        .iter()
        .find(|(_, is)| is.name == name)
        .expect("a person");
    let gone = cohort::domain::Record::Person(id, Box::default());
    model.put(gone, world::REV + 1);
    let erased = Erased {
        records: 12,
        entries: 7,
        backups: vec!["2025-03-01 10:00 UTC, revision 3, by Sam K".to_owned()],
        ..Erased::default()
    };
    stage.signal(Signal::News(News::Erased(Box::new(erased))));
    assert!(
        stage.text().contains("stand nowhere in the data"),
        "{}",
        stage.text()
    );
    assert!(
        stage.text().contains("A backup that may hold them: 2025-03-01"),
        "{}",
        stage.text()
    );
    stage.signal(Signal::News(News::Welcome {
        model: Box::new(model),
        me: "Sam K".to_owned(),
        role: AdminRole::Owner,
    }));
    stage.press("<esc><esc><esc>6");
    assert!(!stage.text().contains(&name), "{}", stage.text());
}
