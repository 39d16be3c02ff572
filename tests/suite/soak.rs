//! Clients in processes of their own work at random while the store and they themselves are killed: nothing that was
//! acknowledged is lost, nothing lands twice, and in the end every model, and the disk, say the same (ux.md G17,
//! reliability.md T9).
//!
//! `COHORT_EDITS=100000 cargo test --test suite soak::g17` and `COHORT_SOAK=1800 cargo test --test suite soak::t9`
//! do it at length; both print what they counted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use cohort::domain::{Change, Delta, Edit, Label, Mint, Model, Reason};
use cohort::hub::{Client, Link, LinkEvent};
use cohort::store::{Ground, Store};
use rustix::process::{Pid, Signal, kill_process};

use crate::kit::office::{begin, real, somebody};

/// Edits that three clients land, unless `COHORT_EDITS` says otherwise.
const EDITS: usize = 2_000;
/// Seconds that four clients work, unless `COHORT_SOAK` says otherwise.
const SECONDS: u64 = 60;
/// Edits that one client has on the way at once.
const IN_FLIGHT: usize = 12;
/// People above which more are taken away than added.
const MANY: usize = 300;
/// How long the store may leave a client without an answer.
const PATIENCE: Duration = Duration::from_secs(120);

// ---- one client, as a process

const DIR: &str = "COHORT_TEST_DIR";
const LOG: &str = "COHORT_TEST_LOG";
const SEED: &str = "COHORT_TEST_SEED";

/// Something small that anybody might do, as seen from this model.
fn something(model: &Model, mint: &mut Mint) -> Edit {
    let count = model.people.len();
    let picked = model.people.ids().nth(mint.number() as usize % count.max(1));
    let kind = if count > MANY { 1 } else { 0 } + mint.number() % 8;
    let change: Change = match (kind, picked) {
        (0 | 1, _) if count <= MANY => new(mint),
        (_, None) => new(mint),
        (0..=2, Some(id)) => Delta::gone(id, model.people.get(id).expect("it was listed").clone()).into(),
        (field, Some(id)) => {
            let before = model.people.get(id).expect("it was listed").clone();
            let mut after = before.clone();
            // Never what it is already: only taking away can be true before it is done.
            let text = format!("v{}", mint.number());
            match field {
                3 | 4 => after.region = text,
                5 => after.note = text,
                _ => after.job_title = text,
            }
            Delta::changed(id, before, after).into()
        }
    };
    model.edit(mint.nonce(), Label::new("do", "something"), vec![change])
}

fn new(mint: &mut Mint) -> Change {
    let number = mint.number() % 1_000_000_000;
    Delta::made(mint.id(), somebody(&format!("Number {number}"))).into()
}

/// Whether a question was asked about nothing but what the edit itself would change.
fn asks_only_about_its_own(edit: &Edit, refusal: &cohort::domain::Refusal) -> bool {
    let own: BTreeSet<String> = edit
        .changes
        .iter()
        .flat_map(|change| change.fields().into_iter().map(|field| field.field))
        .collect();
    refusal
        .clashes
        .iter()
        .all(|clash| clash.field.is_empty() || own.contains(&clash.field))
}

#[test]
#[ignore = "the tests below run it as processes of their own"]
fn a_client_that_works() {
    let (Some(dir), Some(log)) = (std::env::var_os(DIR), std::env::var_os(LOG)) else {
        return;
    };
    let seed = std::env::var(SEED)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1);
    let stop = Path::new(&dir).join("stop");
    let mut log = OpenOptions::new()
        .append(true)
        .create(true)
        .open(log)
        .expect("the log can be written");
    let (tell, events) = mpsc::channel();
    let join = || {
        let tell = tell.clone();
        Link::join(Path::new(&dir), real("Ann"), move |event| drop(tell.send(event)))
    };
    let mut link = join();
    let mut mint = Mint::seeded(seed);
    let mut model: Option<Model> = None;
    let mut waiting: BTreeMap<u128, Edit> = BTreeMap::new();
    while !stop.exists() || !waiting.is_empty() {
        match events.recv_timeout(PATIENCE).expect("the store answers") {
            LinkEvent::Welcome(fresh, _) => model = Some(*fresh),
            LinkEvent::Landed(entry) => model.iter_mut().for_each(|model| model.apply(&entry)),
            LinkEvent::Settled { nonce, rev } => {
                let edit = waiting.remove(&nonce).expect("an edit is answered once");
                let gone = edit.changes[0].after().is_none();
                let gone = if gone {
                    edit.changes[0].id().to_string()
                } else {
                    "-".to_owned()
                };
                writeln!(log, "{nonce} {rev} {gone}").expect("the log can be written");
            }
            LinkEvent::Refused { nonce, refusal } => {
                let edit = waiting.remove(&nonce).expect("an edit is answered once");
                assert!(
                    matches!(refusal.reason, Reason::Conflict | Reason::Rule),
                    "{refusal}"
                );
                assert!(asks_only_about_its_own(&edit, &refusal), "{refusal:?}");
            }
            // Who was in is let in again without a word; who was not tries again, as the hint says.
            LinkEvent::Failed(_) if model.is_none() => link = join(),
            _ => {}
        }
        let Some(model) = &model else { continue };
        while waiting.len() < IN_FLIGHT && !stop.exists() {
            let edit = something(model, &mut mint);
            waiting.insert(edit.nonce, edit.clone());
            link.propose(edit);
        }
    }
    link.leave();
}

// ---- the test around it

/// When it has been enough.
#[derive(Clone, Copy)]
enum Enough {
    Edits(usize),
    Time(Duration),
}

/// Clients at work, and what they were told.
struct Workers {
    dir: PathBuf,
    running: Vec<Child>,
    logs: Vec<PathBuf>,
}

impl Workers {
    fn start(&mut self) -> Child {
        let number = self.logs.len();
        let log = self.dir.join(format!("acknowledged-{number}"));
        let me = std::env::current_exe().expect("the tests run from a file");
        let child = Command::new(me)
            .args(["soak::a_client_that_works", "--exact", "--ignored"])
            .env(DIR, &self.dir)
            .env(LOG, &log)
            .env(SEED, (1_000 + number).to_string())
            .stdout(Stdio::null())
            .spawn()
            .expect("a client can be started");
        self.logs.push(log);
        child
    }

    /// Kills one, and lets another take its seat.
    fn replace(&mut self, which: usize) {
        let fresh = self.start();
        let mut dead = std::mem::replace(&mut self.running[which], fresh);
        dead.kill().expect("it is our child");
        let _ = dead.wait();
    }

    /// What was acknowledged: nonce, revision, and whom it took away, if anybody.
    fn acknowledged(&self) -> Vec<(u128, u64, String)> {
        let read = |log: &PathBuf| fs::read_to_string(log).unwrap_or_default();
        let text: Vec<String> = self.logs.iter().map(read).collect();
        // The last line of a killed client may be half written.
        let whole = text
            .iter()
            .filter_map(|text| text.rfind('\n').map(|end| &text[..end]));
        whole
            .flat_map(str::lines)
            .map(|line| {
                let [nonce, rev, gone] = line.split(' ').collect::<Vec<_>>()[..] else {
                    panic!("three words a line: {line}");
                };
                let (nonce, rev) = (nonce.parse().expect("a nonce"), rev.parse().expect("a revision"));
                (nonce, rev, gone.to_owned())
            })
            .collect()
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        for child in &mut self.running {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The process that holds the lock of a directory.
fn store_process(dir: &Path) -> Option<Pid> {
    let lock = fs::read_to_string(dir.join("lock")).ok()?;
    let number = lock.lines().find_map(|line| line.strip_prefix("pid "))?;
    Pid::from_raw(number.parse().ok()?)
}

fn soak(clients: usize, enough: Enough) {
    let place = tempfile::tempdir().expect("a temporary directory can be made");
    let dir = place.path();
    let began = Instant::now();
    begin(
        &mut Client::connect(dir, real("Ann")).expect("a store is started"),
        &mut Mint::seeded(1),
    );
    // A replica that only listens, from the beginning to the end.
    let (tell, heard) = mpsc::channel();
    let follower = Link::join(dir, real("Watcher"), move |event| drop(tell.send(event)));
    let mut workers = Workers {
        dir: dir.to_owned(),
        running: Vec::new(),
        logs: Vec::new(),
    };
    for _ in 0..clients {
        let child = workers.start();
        workers.running.push(child);
    }
    let mut replica: Option<Model> = None;
    let mut chance = Mint::seeded(4);
    let (mut stores, mut killed, mut last) = (0, 0, None);
    let mut next = Instant::now() + Duration::from_millis(700);
    loop {
        let over = match enough {
            Enough::Edits(edits) => workers.acknowledged().len() >= edits,
            Enough::Time(time) => began.elapsed() >= time,
        };
        if over {
            break;
        }
        while Instant::now() < next {
            let left = next.saturating_duration_since(Instant::now());
            if let Ok(event) = heard.recv_timeout(left) {
                follow(&mut replica, event);
            }
        }
        next = Instant::now() + Duration::from_millis(300 + chance.number() % 1_200);
        for (at, child) in workers.running.iter_mut().enumerate() {
            assert!(
                child.try_wait().expect("it is our child").is_none(),
                "client {at} failed"
            );
        }
        if chance.number().is_multiple_of(3) {
            workers.replace(chance.number() as usize % clients);
            killed += 1;
        } else if let Some(store) = store_process(dir).filter(|store| Some(*store) != last)
            && kill_process(store, Signal::KILL).is_ok()
        {
            last = Some(store);
            stores += 1;
        }
    }
    fs::write(dir.join("stop"), "").expect("it can be written");
    for child in &mut workers.running {
        assert!(
            child.wait().expect("it is our child").success(),
            "a client failed"
        );
    }
    let acknowledged = workers.acknowledged();
    let fresh = Client::connect(dir, real("Ann")).expect("a store is there");
    let model = fresh.model().clone();
    while replica.as_ref().is_none_or(|replica| replica.rev < model.rev) {
        follow(
            &mut replica,
            heard.recv_timeout(PATIENCE).expect("everything is told"),
        );
    }
    follower.leave();
    assert_eq!(
        replica.as_ref(),
        Some(&model),
        "who listened all the time has the same"
    );
    fresh.retire().expect("it ends when asked");

    let ground = Ground::at(dir).expect("it is a directory");
    // Each try waits two seconds for the store's process to let go; a loaded machine may need several.
    let _lock = (0..15)
        .find_map(|_| ground.lock().ok())
        .expect("nobody else is there");
    let store = Store::open(&ground).expect("it opens");
    assert_eq!(store.verify(), []);
    assert_eq!(
        store.model(model.focus).expect("it can be read"),
        model,
        "and so has the disk"
    );
    let mut revs: BTreeMap<u128, u64> = BTreeMap::new();
    let mut gone: BTreeMap<String, u64> = BTreeMap::new();
    let mut doubled = 0;
    for rev in 1..=model.rev {
        let entry = store.entry(rev).expect("it can be read").expect("it is there");
        doubled += usize::from(revs.insert(entry.edit.nonce, rev).is_some());
        let taken = entry
            .edit
            .changes
            .iter()
            .filter(|change| change.after().is_none());
        gone.extend(taken.map(|change| (change.id().to_string(), rev)));
    }
    let landed = |nonce: &u128, rev: &u64| revs.get(nonce) == Some(rev);
    // Who takes away somebody whom another took away just before is told that it is so, and no entry is written.
    let so_already = |nonce: &u128, rev: &u64, whom: &String| {
        !revs.contains_key(nonce) && gone.get(whom).is_some_and(|before| before <= rev)
    };
    let lost = acknowledged
        .iter()
        .filter(|(nonce, rev, whom)| !landed(nonce, rev) && !so_already(nonce, rev, whom))
        .count();
    println!(
        "{} s: {stores} stores and {killed} of {clients} clients killed, {} edits acknowledged, {} entries: {lost} lost, \
         {doubled} doubled",
        began.elapsed().as_secs(),
        acknowledged.len(),
        model.rev,
    );
    assert_eq!((lost, doubled), (0, 0));
    assert!(stores > 0 && acknowledged.len() > 100, "it was a test");
}

/// A replica hears something.
fn follow(replica: &mut Option<Model>, event: LinkEvent) {
    match event {
        LinkEvent::Welcome(fresh, _) => {
            if let Some(replica) = replica {
                assert!(fresh.rev >= replica.rev, "what was told is never taken back");
            }
            *replica = Some(*fresh);
        }
        LinkEvent::Landed(entry) => {
            if let Some(replica) = replica {
                assert_eq!(entry.rev, replica.rev + 1, "no entry is missing");
                replica.apply(&entry);
            }
        }
        LinkEvent::Failed(problem) if replica.is_none() => panic!("{problem} ({})", problem.hint()),
        _ => {}
    }
}

fn told(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

#[test]
fn g17_random_edits_by_three_clients_with_kills_end_with_one_model_everywhere() {
    let edits = told("COHORT_EDITS").map_or(EDITS, |edits| edits as usize);
    soak(3, Enough::Edits(edits));
}

#[test]
fn t9_nothing_acknowledged_is_lost_and_nothing_doubled_while_store_and_clients_are_killed() {
    let seconds = told("COHORT_SOAK").unwrap_or(SECONDS);
    soak(4, Enough::Time(Duration::from_secs(seconds)));
}
