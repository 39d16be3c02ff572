//! Real processes: the store is killed again and again while two clients write. Nothing acknowledged is lost, and
//! nothing lands twice.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use cohort::domain::{Id, Mint, Model, Person, Rev};
use cohort::hub::{Client, Link, LinkEvent};
use rustix::process::{Pid, Signal, kill_process};

use crate::kit::office::{add, begin, real};

/// How many times the store is killed.
const KILLS: u32 = 100;
/// How many edits each client has on the way at once.
const IN_FLIGHT: usize = 8;

/// The process that holds the lock of a directory.
fn store_process(dir: &Path) -> Option<Pid> {
    let lock = std::fs::read_to_string(dir.join("lock")).ok()?;
    let number = lock.lines().find_map(|line| line.strip_prefix("pid "))?;
    Pid::from_raw(number.parse().ok()?)
}

/// Adds people, several at a time, until told to stop; answers who was acknowledged, and as which entry.
fn write(
    dir: &Path,
    name: &str,
    seed: u64,
    stop: &AtomicBool,
    landed: &Sender<()>,
) -> BTreeMap<Id<Person>, Rev> {
    let mut mint = Mint::seeded(seed);
    let (tell, events) = mpsc::channel();
    let link = Link::join(dir, real(name), move |event| drop(tell.send(event)));
    let mut model: Option<Model> = None;
    let mut waiting: BTreeMap<u128, Id<Person>> = BTreeMap::new();
    let mut saved = BTreeMap::new();
    let mut number = 0;
    while !stop.load(Ordering::SeqCst) || !waiting.is_empty() {
        match events
            .recv_timeout(Duration::from_secs(60))
            .expect("the store answers within a minute")
        {
            LinkEvent::Welcome(fresh, _) => model = Some(*fresh),
            LinkEvent::Settled { nonce, rev } => {
                let person = waiting.remove(&nonce).expect("an edit is acknowledged once");
                saved.insert(person, rev);
                // The killer may have finished.
                let _ = landed.send(());
            }
            LinkEvent::Landed(entry) => model.iter_mut().for_each(|model| model.apply(&entry)),
            LinkEvent::Refused { refusal, .. } => panic!("{name} was refused: {refusal}"),
            LinkEvent::Failed(problem) => panic!("{name} has no store: {problem} ({})", problem.hint()),
            _ => {}
        }
        let Some(model) = &model else { continue };
        while waiting.len() < IN_FLIGHT && !stop.load(Ordering::SeqCst) {
            number += 1;
            let (id, edit) = add(model, &mut mint, &format!("{name} Number{number}"));
            waiting.insert(edit.nonce, id);
            link.propose(edit);
        }
    }
    link.leave();
    saved
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_lands_twice_when_the_store_is_killed_a_hundred_times() {
    let dir = tempfile::tempdir().expect("a temporary directory can be made");
    let dir = dir.path();
    begin(
        &mut Client::connect(dir, real("Ann")).expect("a store is started"),
        &mut Mint::seeded(1),
    );
    let stop = Arc::new(AtomicBool::new(false));
    let (tell_landed, landed) = mpsc::channel();
    let writers: Vec<_> = [("Ann", 2), ("Ben", 3)]
        .into_iter()
        .map(|(name, seed)| {
            let (dir, stop, landed) = (dir.to_owned(), Arc::clone(&stop), tell_landed.clone());
            std::thread::spawn(move || write(&dir, name, seed, &stop, &landed))
        })
        .collect();
    let mut chance = Mint::seeded(4);
    let mut kills = 0;
    let mut last = None;
    while kills < KILLS && !writers.iter().any(|writer| writer.is_finished()) {
        // Every second kill waits until something landed; the others strike a starting store.
        let patience = Duration::from_millis(if kills % 2 == 0 {
            3_000
        } else {
            chance.number() % 60
        });
        let enough = if kills % 2 == 0 { 2 } else { usize::MAX };
        let until = Instant::now() + patience;
        let left = || until.saturating_duration_since(Instant::now());
        (0..enough)
            .take_while(|_| landed.recv_timeout(left()).is_ok())
            .count();
        let found = store_process(dir).filter(|found| Some(*found) != last);
        if let Some(process) = found
            && kill_process(process, Signal::KILL).is_ok()
        {
            last = Some(process);
            kills += 1;
        }
    }
    stop.store(true, Ordering::SeqCst);
    let saved: BTreeMap<Id<Person>, Rev> = writers
        .into_iter()
        .flat_map(|writer| writer.join().expect("a writer does not fail"))
        .collect();
    assert_eq!(kills, KILLS);

    let mut client = Client::connect(dir, real("Ann")).expect("the store is there at the end");
    for (person, rev) in &saved {
        assert!(
            client.model().people.has(*person),
            "{person} was acknowledged as entry {rev} and is lost"
        );
        let entry = client
            .entry(*rev)
            .expect("the store answers")
            .expect("the entry is there");
        assert_eq!(
            entry.edit.changes[0].id(),
            (*person).into(),
            "entry {rev} is another one"
        );
    }
    assert_eq!(
        client.model().people.len(),
        saved.len(),
        "somebody is there who was not acknowledged"
    );
    let entries = 1 + saved.len() as u64;
    assert_eq!(client.model().rev, entries, "an edit landed twice");
    println!("{KILLS} kills, {} edits acknowledged", saved.len());
    client.retire().expect("the store ends when asked");
}
