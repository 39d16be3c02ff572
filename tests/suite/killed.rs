//! Rows of the failure matrix that need processes: a store that dies at each stage of a commit, that is stopped, that
//! goes with its session; and many that start at once.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use cohort::domain::{Change, Mint};
use cohort::hub::{Client, Link, LinkEvent, Service, Serving};
use cohort::store::Stage;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::kit::office::{Office, add, begin, catch_up, change, real, serving, who};
use crate::kit::pty::{Line, Program};

/// How long anything may take before it counts as never.
const PATIENCE: Duration = Duration::from_secs(30);
/// Rounds of sixteen first starts at once, unless `COHORT_RACES` says otherwise.
const RACES: usize = 3;

/// The process that holds the lock of a directory.
fn store_process(dir: &Path) -> Pid {
    let lock = std::fs::read_to_string(dir.join("lock")).expect("a store has been here");
    let number = lock.lines().find_map(|line| line.strip_prefix("pid "));
    let number = number
        .and_then(|number| number.parse().ok())
        .expect("it has a number");
    Pid::from_raw(number).expect("it is a process")
}

/// Comes in as soon as a store is there.
fn in_time(dir: &Path, name: &str) -> Client {
    let until = Instant::now() + PATIENCE;
    loop {
        match Client::connect(dir, who(name)) {
            Ok(client) => return client,
            Err(problem) => assert!(Instant::now() < until, "{problem}"),
        }
    }
}

// ---- a store that dies at each stage of a commit

/// Where the store below works, and at which stage it dies.
const DIR: &str = "COHORT_TEST_DIR";
const STAGE: &str = "COHORT_TEST_STAGE";

#[test]
#[ignore = "the tests below run it as a process of its own"]
fn a_store_that_dies_at_a_stage() {
    let Some(dir) = std::env::var_os(DIR) else { return };
    let stage = std::env::var(STAGE)
        .ok()
        .and_then(|text| text.parse::<usize>().ok());
    let fatal = Stage::ALL[stage.expect("a stage is named")];
    let serving = Serving {
        stages: Some(Box::new(move |stage| {
            if stage == fatal {
                let _ = kill_process(rustix::process::getpid(), Signal::KILL);
            }
        })),
        ..serving()
    };
    Service::start(Path::new(&dir), serving)
        .expect("the store starts")
        .wait();
}

/// A store of its own process, which dies at a stage.
fn dying_at(fatal: Stage, dir: &Path) -> Child {
    let stage = Stage::ALL
        .iter()
        .position(|stage| *stage == fatal)
        .expect("it is one of them");
    let me = std::env::current_exe().expect("the tests run from a file");
    Command::new(me)
        .args(["killed::a_store_that_dies_at_a_stage", "--exact", "--ignored"])
        .env(DIR, dir)
        .env(STAGE, stage.to_string())
        .stdout(Stdio::null())
        .spawn()
        .expect("the store is started")
}

/// An edit is on its way when the store dies at a stage; the next store gets it again. Answers the revision it landed
/// as, and how many entries there are after one more edit.
fn killed_at(fatal: Stage) -> (u64, u64) {
    let (mut office, ann, mut mint) = Office::begun();
    drop(ann);
    office.close();
    let mut dying = dying_at(fatal, office.dir());
    let mut ann = in_time(office.dir(), "Ann");
    let (id, edit) = add(ann.model(), &mut mint, "Owen Pritchard");
    let waiting = std::thread::spawn(move || {
        let rev = ann.propose(edit).expect("the next store takes it");
        (ann, rev)
    });
    assert!(!dying.wait().expect("it is our child").success(), "it was killed");
    office.reopen();
    let (mut ann, rev) = waiting.join().expect("it does not fail");
    assert!(ann.model().people.has(id));
    assert_eq!(ann.model().people.len(), 1, "it landed once");
    let (_, edit) = add(ann.model(), &mut mint, "Nia Rees");
    let next = ann.propose(edit).expect("the store goes on");
    assert_eq!(ann.verify().expect("it answers").problems, []);
    (rev, next)
}

#[test]
fn row_1_killed_before_anything_is_written_the_edit_lands_once_at_the_next_store() {
    assert_eq!(killed_at(Stage::Begun), (2, 3));
}

#[test]
fn row_2_killed_after_writing_and_before_it_is_durable_the_edit_lands_once() {
    for stage in [Stage::Written, Stage::Flushed] {
        assert_eq!(killed_at(stage), (2, 3), "{stage:?}");
    }
}

#[test]
fn row_3_killed_when_durable_and_before_it_was_answered_the_same_entry_is_the_answer() {
    for stage in [Stage::Durable, Stage::Noted] {
        assert_eq!(killed_at(stage), (2, 3), "{stage:?}");
    }
}

/// Somebody is being erased when the store dies at a stage; the next store is asked again.
fn erased_though_killed_at(fatal: Stage) {
    const NAME: &str = "Owen Pritchard";
    let (mut office, mut ann, mut mint) = Office::begun();
    let (id, edit) = add(ann.model(), &mut mint, NAME);
    ann.propose(edit).expect("it lands");
    let address = change(ann.model(), &mut mint, id, |person| {
        person.email = "owen.pritchard@example.org".to_owned();
    });
    ann.propose(address).expect("it lands");
    let nia = add(ann.model(), &mut mint, "Nia Rees");
    let before = ann.propose(nia.1).expect("it lands");
    drop(ann);
    office.close();
    let outbox = office.dir().join("outbox/2025");
    std::fs::create_dir_all(&outbox).expect("it can be made");
    for (file, to) in [("owen.eml", "owen.pritchard"), ("nia.eml", "nia.rees")] {
        let letter = format!("From: office@example.org\r\nTo: <{to}@example.org>\r\n\r\nDear all,\r\n");
        std::fs::write(outbox.join(file), letter).expect("it can be written");
    }
    let mut dying = dying_at(fatal, office.dir());
    let mut ann = in_time(office.dir(), "Ann");
    let nonce = mint.nonce();
    let waiting = std::thread::spawn(move || {
        let erased = ann
            .erase(nonce, id, NAME)
            .expect("the next store goes on with it");
        (ann, erased)
    });
    assert!(!dying.wait().expect("it is our child").success(), "it was killed");
    office.reopen();
    let (mut ann, erased) = waiting.join().expect("it does not fail");
    assert_eq!(
        (erased.found, erased.revision),
        (0, before + 1),
        "{fatal:?}: {erased:?}"
    );
    assert_eq!(ann.verify().expect("it answers").problems, [], "{fatal:?}");
    assert!(!office.dir().join("data.erasing").exists(), "{fatal:?}");
    assert!(!office.dir().join("data/letters.erasing").exists(), "{fatal:?}");
    assert!(
        !outbox.join("owen.eml").exists() && outbox.join("nia.eml").exists(),
        "{fatal:?}"
    );
    let ann = office.client("Ann");
    let names: Vec<_> = ann.model().people.iter().map(|(_, is)| is.name.clone()).collect();
    assert!(
        names.contains(&"Nia Rees".to_owned()) && !names.contains(&NAME.to_owned()),
        "{names:?}"
    );
}

#[test]
fn a_store_killed_on_the_way_leaves_an_erasure_that_the_next_one_finishes() {
    for stage in [Stage::Rewritten, Stage::Exchanged, Stage::Cleared] {
        erased_though_killed_at(stage);
    }
}

#[test]
fn row_5_what_an_interrupted_start_leaves_keeps_nobody_out() {
    let (mut office, ann, _) = Office::begun();
    drop(ann);
    office.close();
    let left = office.dir().join("data/snap.00000000000000AB.generating");
    std::fs::write(&left, b"half a snapshot").expect("it can be written");
    office.reopen();
    assert!(!left.exists());
    assert_eq!(office.client("Ann").model().cohorts.len(), 1);
}

// ---- a disk that fails

#[test]
fn row_13_a_write_that_fails_ends_the_store_at_once_and_is_never_acknowledged() {
    let (mut office, ann, mut mint) = Office::begun();
    drop(ann);
    office.close();
    // No file may grow beyond this, and who tries is told by the system that writing failed.
    let mut failing = Command::new("sh")
        .args([
            "-c",
            r#"trap '' XFSZ; ulimit -f 1200; exec "$0" --data "$1" serve --idle-exit 600"#,
        ])
        .arg(env!("CARGO_BIN_EXE_cohort"))
        .arg(office.dir())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("there is a shell");
    let mut ann = in_time(office.dir(), "Ann");
    let mut told = Vec::new();
    let unsaved = (0..2_000).find_map(|number| {
        let (id, mut edit) = add(ann.model(), &mut mint, &format!("Number {number}"));
        if let Some(Change::Person(delta)) = edit.changes.first_mut() {
            delta.after.as_mut().expect("somebody is added").note = "a long note ".repeat(400);
        }
        match ann.propose(edit.clone()) {
            Ok(_) => told.push(id),
            Err(_) => return Some((id, edit)),
        }
        None
    });
    let (id, edit) = unsaved.expect("writing fails in the end");
    assert!(
        !failing.wait().expect("it is our child").success(),
        "it ended, and not of its own will"
    );
    office.reopen();
    let mut ann = office.client("Ann");
    assert!(told.len() > 10 && told.iter().all(|id| ann.model().people.has(*id)));
    ann.propose(edit).expect("sent again it lands, or has landed");
    assert!(ann.model().people.has(id));
    assert_eq!(ann.model().people.len(), told.len() + 1, "once");
    assert_eq!(ann.verify().expect("it answers").problems, []);
}

// ---- a store that is stopped

/// What a link tells, until something wanted.
fn until<T>(events: &Receiver<LinkEvent>, what: &str, wanted: impl Fn(LinkEvent) -> Option<T>) -> T {
    loop {
        let event = events.recv_timeout(PATIENCE);
        let event = event.unwrap_or_else(|_| panic!("{what} did not come"));
        if let Some(found) = wanted(event) {
            return found;
        }
    }
}

#[test]
fn row_9_a_stopped_store_is_named_and_what_waits_lands_when_it_goes_on() {
    let dir = tempfile::tempdir().expect("a temporary directory can be made");
    let mut mint = Mint::seeded(9);
    begin(
        &mut Client::connect(dir.path(), real("Ann")).expect("a store is started"),
        &mut mint,
    );
    let (tell, events) = mpsc::channel();
    let link = Link::join(dir.path(), real("Ann"), move |event| drop(tell.send(event)));
    let model = until(&events, "the welcome", |event| match event {
        LinkEvent::Welcome(model, _) => Some(model),
        _ => None,
    });
    let store = store_process(dir.path());
    kill_process(store, Signal::STOP).expect("it runs");
    let (_, edit) = add(&model, &mut mint, "Owen Pritchard");
    let nonce = edit.nonce;
    link.propose(edit);
    let pid = until(&events, "the word about its silence", |event| match event {
        LinkEvent::Silent { pid, .. } => Some(pid),
        _ => None,
    });
    assert_eq!(i64::from(pid), i64::from(store.as_raw_nonzero().get()));
    // Nobody takes its place while it holds the lock.
    let problem = Client::connect(dir.path(), real("Ben"))
        .err()
        .expect("nobody answers");
    assert_eq!(problem.code(), 6);
    assert!(problem.hint().contains(&pid.to_string()), "{}", problem.hint());
    kill_process(store, Signal::CONT).expect("it is there");
    let rev = until(&events, "the answer", |event| match event {
        LinkEvent::Settled { nonce: landed, rev } if landed == nonce => Some(rev),
        LinkEvent::Lost { .. } => panic!("the connection stands"),
        _ => None,
    });
    assert_eq!(rev, 2);
    link.leave();
    let ann = Client::connect(dir.path(), real("Ann")).expect("it answers");
    assert_eq!(ann.model().people.len(), 1, "it landed once");
    ann.retire().expect("it ends when asked");
}

#[test]
fn a_terminal_that_was_stopped_itself_does_not_accuse_the_store() {
    let (office, mut ann, mut mint) = Office::begun();
    let dir = office
        .dir()
        .to_str()
        .expect("temporary directories have plain names");
    let terminal = Line::open(80, 24).run(&Program::built(&["--data", dir, "--as", "Ben"]));
    terminal.shows("LIVE");
    terminal.kill(Signal::STOP);
    terminal.stopped();
    for number in 0..20 {
        let (_, edit) = add(ann.model(), &mut mint, &format!("Number {number}"));
        ann.propose(edit).expect("nobody waits for it");
    }
    terminal.kill(Signal::CONT);
    terminal.shows("Number 19").shows("LIVE");
}

// ---- a store that goes with its session

#[test]
fn row_19_a_store_whose_whole_session_is_killed_is_followed_by_another_without_a_key() {
    let dir = tempfile::tempdir().expect("a temporary directory can be made");
    let name = dir
        .path()
        .to_str()
        .expect("temporary directories have plain names");
    begin(
        &mut Client::connect(dir.path(), real("Ann")).expect("a store is started"),
        &mut Mint::seeded(19),
    );
    let mut terminal = Line::open(80, 24).run(&Program::built(&["--data", name, "--as", "Ben"]));
    terminal.shows("LIVE");
    let first = store_process(dir.path());
    let session = rustix::process::getsid(Some(first)).expect("it runs");
    assert_eq!(session, first, "it leads a session of its own");
    kill_process_group(first, Signal::KILL).expect("it runs");
    let mut ann = Client::connect(dir.path(), real("Ann")).expect("there is a store again");
    terminal.shows("Connected again").shows("LIVE");
    let (_, edit) = add(ann.model(), &mut Mint::seeded(20), "Owen Pritchard");
    ann.propose(edit).expect("it lands");
    terminal.type_in("7").shows("Owen Pritchard");
    assert_ne!(store_process(dir.path()), first);
    drop(terminal);
    ann.retire().expect("it ends when asked");
}

// ---- many that start at once

#[test]
fn of_sixteen_first_starts_at_once_one_store_comes() {
    let races = std::env::var("COHORT_RACES")
        .ok()
        .and_then(|text| text.parse().ok());
    for race in 0..races.unwrap_or(RACES) {
        let dir = tempfile::tempdir().expect("a temporary directory can be made");
        let together = std::sync::Barrier::new(16);
        let pids: Vec<u32> = std::thread::scope(|scope| {
            let starters: Vec<_> = (0..16)
                .map(|_| {
                    scope.spawn(|| {
                        together.wait();
                        let client = Client::connect(dir.path(), real("Ann"));
                        let mut client =
                            client.unwrap_or_else(|problem| panic!("{problem} ({})", problem.hint()));
                        let pid = client.condition().expect("it answers").pid;
                        // Everybody stays until everybody has come.
                        together.wait();
                        pid
                    })
                })
                .collect();
            starters
                .into_iter()
                .map(|starter| starter.join().expect("it does not fail"))
                .collect()
        });
        assert!(pids.iter().all(|pid| *pid == pids[0]), "race {race}: {pids:?}");
        let log = std::fs::read_to_string(dir.path().join("store.log")).expect("it keeps a log");
        assert_eq!(log.matches("open at entry").count(), 1, "race {race}: {log}");
        let client = Client::connect(dir.path(), who("Ann")).expect("it is there");
        client.retire().expect("it ends when asked");
    }
}

#[test]
fn a_store_is_replaced_when_its_owner_asks() {
    let dir = tempfile::tempdir().expect("a temporary directory can be made");
    let mut ann = Client::connect(dir.path(), real("Ann")).expect("a store is started");
    begin(&mut ann, &mut Mint::seeded(3));
    let first = store_process(dir.path());
    let mut second = Command::new(env!("CARGO_BIN_EXE_cohort"))
        .args(["serve", "--replace", "--idle-exit", "5", "--data"])
        .arg(dir.path())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let (_, edit) = add(ann.model(), &mut Mint::seeded(4), "Owen Pritchard");
    // Whichever store has it, it lands once, and the session goes on.
    catch_up(&mut ann, 1);
    while store_process(dir.path()) == first {
        ann.condition().expect("a store answers");
    }
    assert_eq!(ann.propose(edit), Ok(2));
    ann.retire().expect("it ends when asked");
    let _ = second.wait();
}
