//! Who may do what: roles as the store keeps them, as commands tell them, and as a viewer's terminal shows them; and
//! accounts told apart by the kernel.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use cohort::domain::{AdminRole, Delta};
use cohort::hub::Client;
use serde_json::json;

use crate::kit::command::{Said, done, run, with_example};
use crate::kit::office::{Office, who};
use crate::kit::outside;
use crate::kit::stage::Stage;

// ---- commands

#[test]
fn an_owner_lists_adds_and_removes_admins() {
    let office = with_example();
    let names = || -> Vec<String> {
        let list = done(office.dir(), &["admin", "list"]);
        let list = list.as_array().expect("a list").clone();
        list.iter()
            .map(|is| format!("{} {}", is["name"], is["role"]).replace('"', ""))
            .collect()
    };
    let before = names();
    done(office.dir(), &["admin", "add", "Vi", "viewer"]);
    assert!(names().contains(&"Vi viewer".to_owned()));
    done(office.dir(), &["admin", "add", "vi", "editor"]);
    assert!(
        names().contains(&"Vi editor".to_owned()),
        "the same name gets another role"
    );
    done(office.dir(), &["admin", "remove", "VI"]);
    assert_eq!(names(), before);
    assert_eq!(run(office.dir(), &["admin", "remove", "Vi"]).code, 3);
    assert_eq!(run(office.dir(), &["admin", "add", "Vi", "king"]).code, 2);
}

#[test]
fn rule_18_only_an_owner_changes_admins_and_one_owner_stays() {
    let office = with_example();
    done(office.dir(), &["admin", "add", "Ed", "editor"]);
    let said = run(office.dir(), &["--as", "Ed", "admin", "add", "Ed", "owner"]);
    assert_eq!(said.code, 7, "{said:?}");
    let owners = done(office.dir(), &["admin", "list"]);
    let owners: Vec<String> = owners
        .as_array()
        .expect("a list")
        .iter()
        .filter(|is| is["role"] == json!("owner"))
        .map(|is| is["name"].as_str().expect("a name").to_owned())
        .collect();
    for name in &owners[1..] {
        done(office.dir(), &["admin", "remove", name]);
    }
    let said = run(office.dir(), &["admin", "remove", &owners[0]]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("only owner"), "{said:?}");
}

#[test]
fn a_viewers_commands_answer_and_change_nothing() {
    let office = with_example();
    done(office.dir(), &["admin", "add", "Vi", "viewer"]);
    let before = done(office.dir(), &["status"])["revision"].clone();
    assert_eq!(run(office.dir(), &["--as", "Vi", "status"]).code, 0);
    let said = run(office.dir(), &["--as", "Vi", "move", "Fatima Ahmed", "pool"]);
    assert_eq!(said.code, 7, "{said:?}");
    assert_eq!(
        run(office.dir(), &["--as", "Vi", "undo"]).code,
        3,
        "nothing is theirs"
    );
    assert_eq!(done(office.dir(), &["status"])["revision"], before);
}

#[test]
fn a_viewer_learns_from_no_command_what_somebody_answered() {
    let office = with_example();
    done(office.dir(), &["admin", "add", "Vi", "viewer"]);
    let elsewhere = tempfile::tempdir().expect("a directory can be made");
    let to = elsewhere.path().join("bundle").display().to_string();
    let file = elsewhere.path().join("pulse 1.csv").display().to_string();
    std::fs::write(
        &file,
        "Email,The session was useful to my role\nfatima@example.org,5\n",
    )
    .expect("a file can be written");
    let answer = office_answer(&office);
    for tried in [
        vec!["subject", "Fatima Ahmed", "--to", &to],
        vec!["import", &file, "--dry-run"],
        vec!["set", &answer, "useful", "1", "--was", "1"],
    ] {
        let said = run(office.dir(), &[&["--as", "Vi"], &tried[..]].concat());
        assert_eq!(said.code, 7, "{tried:?}: {said:?}");
        assert!(said.err.contains("viewers look and change nothing"), "{said:?}");
    }
    assert!(!std::path::Path::new(&to).exists());
}

#[test]
fn nobody_can_guess_what_somebody_answered() {
    let office = with_example();
    let answer = office_answer(&office);
    let tried: Vec<_> = (1..=5)
        .map(|guess| {
            let guess = guess.to_string();
            let said = run(office.dir(), &["set", &answer, "useful", &guess, "--was", &guess]);
            (said.code, said.err)
        })
        .collect();
    assert!(
        tried.iter().all(|said| *said == tried[0] && said.0 == 1),
        "{tried:?}"
    );
}

/// The id of an answer to a pulse.
fn office_answer(office: &Office) -> String {
    let client = Client::connect(office.dir(), who("Sam K")).expect("the store answers");
    let model = client.model();
    let answers = model.responses.iter().filter(|(_, is)| is.enrolment.is_some());
    let mut useful = answers.filter(|(_, is)| is.answers.iter().any(|answer| answer.question == "useful"));
    useful.next().expect("an answer").0.to_string()
}

// ---- a viewer's terminal

#[test]
fn a_viewer_sees_which_keys_do_nothing_and_why() {
    let mut stage = Stage::new();
    stage.role(AdminRole::Viewer);
    stage.press("3");
    let text = stage.text();
    assert!(text.contains("(m move"), "{text}");
    assert!(text.contains("viewer: you may look, not change"), "{text}");
    assert!(!text.contains("(/ filter"), "looking is not barred: {text}");
    stage.press("m");
    assert!(
        stage.app.message().contains("you are a viewer"),
        "{}",
        stage.app.message()
    );
    assert_eq!(stage.app.depth(), 0, "nothing is asked first");
    stage.golden("viewer-groups-80x24");
}

#[test]
fn no_command_of_the_palette_lets_a_viewer_begin_a_change() {
    for command in ["import", "add record", "change record", "new cohort", "erase"] {
        let mut stage = Stage::new();
        stage.role(AdminRole::Viewer);
        stage.press(&format!(":{command}<enter>"));
        assert!(
            stage.app.message().contains("you are a viewer"),
            "{command}: {}",
            stage.text()
        );
    }
}

#[test]
fn no_key_of_a_viewer_changes_anything() {
    for view in ["1", "1<enter>", "2", "3", "4", "5", "6", "6<enter>", "7"] {
        for key in [
            "e", "a", "m", "d", "x", "X", "f", "r", "u", "U", ".", "p", "A", "<enter>",
        ] {
            let mut stage = Stage::new();
            stage.role(AdminRole::Viewer);
            stage
                .press(view)
                .press(key)
                .press("y1<enter>")
                .press("hello<enter>");
            assert!(stage.entries.is_empty(), "{view} then {key}: {}", stage.last());
        }
    }
}

#[test]
fn who_becomes_an_editor_may_change_at_once() {
    let mut stage = Stage::new();
    let made = stage.model.admin_named("Sam K").map(|(id, is)| (id, is.clone()));
    let (id, was) = made.expect("the small world has its admins");
    stage.role(AdminRole::Viewer);
    let mut is = was.clone();
    is.role = AdminRole::Editor;
    let mut mint = cohort::domain::Mint::seeded(5);
    let changes = vec![Delta::changed(id, was, is).into()];
    let label = cohort::domain::Label::new("set", "role of Sam K");
    let edit = stage.model.edit(mint.nonce(), label, changes);
    stage.lands("Jo T", edit);
    stage.press("3");
    assert!(!stage.text().contains("viewer:"), "{}", stage.text());
}

// ---- accounts, told by the kernel

/// A store in a process of its own on a directory that others may enter and not read; and the built program where
/// everybody may run it.
struct Served {
    store: std::process::Child,
    place: tempfile::TempDir,
}

/// An account that every system has, and that owns nothing.
const NOBODY: u32 = 65_534;

impl Served {
    fn begin() -> Self {
        let place = tempfile::tempdir().expect("a temporary directory can be made");
        open_to(place.path(), 0o755);
        let program = place.path().join("cohort");
        let built = Path::new(env!("CARGO_BIN_EXE_cohort"));
        std::fs::hard_link(built, &program)
            .or_else(|_| std::fs::copy(built, &program).map(|_| ()))
            .expect("the program can be put there");
        let data = place.path().join("data");
        std::fs::create_dir(&data).expect("it can be made");
        std::os::unix::fs::chown(&data, None, Some(NOBODY)).expect("root gives files away");
        open_to(&data, 0o2710);
        let store = Command::new(&program)
            .arg("--data")
            .arg(&data)
            .arg("serve")
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the store starts");
        let served = Self { store, place };
        let until = Instant::now() + Duration::from_secs(20);
        while Client::connect(&served.data(), who("ann")).is_err() {
            assert!(Instant::now() < until, "the store does not come");
        }
        let init = [
            "--as",
            "ann",
            "init",
            "--name",
            "2025",
            "--from",
            "2025-01-01",
            "--to",
            "2025-06-30",
        ];
        done(&served.data(), &init);
        served
    }

    fn data(&self) -> PathBuf {
        self.place.path().join("data")
    }

    /// What somebody without any right but that of the socket's group is told.
    fn nobody(&self, arguments: &[&str]) -> Said {
        let id = NOBODY.to_string();
        let out = Command::new("setpriv")
            .args(["--reuid", &id, "--regid", &id, "--clear-groups"])
            .arg(self.place.path().join("cohort"))
            .arg("--data")
            .arg(self.data())
            .args(arguments)
            .env("HOME", "/nonexistent")
            .stdin(Stdio::null())
            .output()
            .expect("setpriv runs");
        Said {
            code: out.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&out.stdout).into_owned(),
            err: String::from_utf8_lossy(&out.stderr).into_owned(),
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let ended = Client::connect(&self.data(), who("ann")).and_then(Client::retire);
        if ended.is_err() {
            let _ = self.store.kill();
        }
        let _ = self.store.wait();
    }
}

fn open_to(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("it is ours");
}

/// The name of the account that owns nothing.
fn nobodys_name() -> String {
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let line = users.lines().find(|line| line.split(':').nth(2) == Some("65534"));
    line.and_then(|line| line.split(':').next())
        .unwrap_or("65534")
        .to_owned()
}

#[test]
fn the_kernel_says_who_somebody_is_and_a_claim_is_heard_from_shared_accounts_only() {
    if !outside::have_root() || !outside::have(&["setpriv"]) {
        return;
    }
    let served = Served::begin();
    let nobody = nobodys_name();
    let stranger = served.nobody(&["status"]);
    assert_eq!(stranger.code, 7, "{stranger:?}");
    assert!(stranger.err.contains("not an admin"), "{stranger:?}");

    done(
        &served.data(),
        &["--as", "ann", "admin", "add", &nobody, "editor"],
    );
    let known = served.nobody(&["add", "person", "name=Owen Pritchard", "email=owen@example.org"]);
    assert_eq!(known.code, 0, "{known:?}");
    let history = done(&served.data(), &["history", "--limit", "1"]);
    assert_eq!(
        history[0]["by"],
        json!(nobody),
        "the entry carries the account's name"
    );
    let forged = served.nobody(&["--as", "ann", "status"]);
    assert_eq!(forged.code, 7, "{forged:?}");

    done(
        &served.data(),
        &["--as", "ann", "admin", "add", &nobody, "shared"],
    );
    done(&served.data(), &["--as", "ann", "admin", "add", "ben", "viewer"]);
    assert_eq!(served.nobody(&["status"]).code, 7, "it must say for whom");
    assert_eq!(served.nobody(&["--as", "ben", "status"]).code, 0);
    assert_eq!(
        served.nobody(&["--as", "eve", "status"]).code,
        7,
        "nobody knows her"
    );
    let looking = served.nobody(&["--as", "ben", "move", "Owen Pritchard", "pool"]);
    assert!([3, 7].contains(&looking.code), "{looking:?}");
}

#[test]
fn administrators_cannot_read_the_data_of_a_store_under_its_own_account() {
    if !outside::have_root() || !outside::have(&["setpriv", "cat"]) {
        return;
    }
    let served = Served::begin();
    let id = NOBODY.to_string();
    for file in ["data/db", "watermark", "store.log", "lock"] {
        let path = served.data().join(file);
        assert!(path.exists(), "{file} is there");
        let read = Command::new("setpriv")
            .args(["--reuid", &id, "--regid", &id, "--clear-groups", "cat"])
            .arg(&path)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .expect("setpriv runs");
        assert!(!read.success(), "{file} can be read by others");
    }
    let socket = std::fs::symlink_metadata(served.data().join("sock")).expect("it is there");
    assert_eq!(
        (socket.gid(), socket.mode() & 0o777),
        (NOBODY, 0o660),
        "the socket is the door"
    );
}
