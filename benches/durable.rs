//! How long until an edit is on disk, how many a second, and how soon others see it; each beside something else done
//! in the same run, because absolute times on shared machines mean little. `cargo bench --bench durable`.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Barrier, mpsc};
use std::time::{Duration, Instant};

use chrono::{NaiveDate, Utc};
use cohort::domain::{Cohort, Delta, Edit, Id, Label, Mint, Model, Person};
use cohort::hub::{Client, Link, LinkEvent, Service, Serving, Start, Wanted, Who};
use cohort::store::codec;

/// Edits whose time is taken, one after another.
const ONE_BY_ONE: usize = 400;
/// Admins who write at once.
const ADMINS: usize = 8;
/// Edits of each of them.
const EACH: usize = 150;

fn who(name: &str) -> Who {
    Who {
        name: Some(name.to_owned()),
        cohort: Wanted::Usual,
        start: Start::Never,
    }
}

/// The edit that makes the cohort the others are made in.
fn first_edit(mint: &mut Mint) -> Edit {
    let id: Id<Cohort> = mint.id();
    let day = |month| NaiveDate::from_ymd_opt(2025, month, 1).expect("the day exists");
    Edit {
        nonce: mint.nonce(),
        cohort: id,
        label: Label::new("begin", "2025"),
        changes: vec![Delta::made(id, Cohort::draft("2025", day(1), day(6))).into()],
    }
}

/// The edit that adds somebody: a row, an entry and an answer.
fn add(model: &Model, mint: &mut Mint, name: &str) -> Edit {
    let person = Person {
        name: name.to_owned(),
        email: format!("{}@example.org", name.replace(' ', ".")),
        organisation: "University Hospitals of Arden".into(),
        region: "Midlands".into(),
        job_title: "Chief clinical information officer".into(),
        ..Person::default()
    };
    let changes = vec![Delta::made(mint.id(), person).into()];
    model.edit(mint.nonce(), Label::new("add", name), changes)
}

/// The value below which a part of the times lies, in milliseconds.
fn at(times: &mut [Duration], part: f64) -> f64 {
    times.sort_unstable();
    let index = ((times.len() - 1) as f64 * part) as usize;
    times[index].as_secs_f64() * 1_000.0
}

/// One edit at a time, each followed by an append and fdatasync of as many bytes to a file beside it.
fn one_by_one(dir: &Path) {
    let mut mint = Mint::seeded(1);
    let mut ann = Client::connect(dir, who("Ann")).expect("the store is at work");
    ann.propose(first_edit(&mut mint))
        .expect("the cohort can be made");
    let cohort = ann.model().cohorts.ids().next().expect("it was made");
    ann.open(cohort).expect("it opens");
    let mut beside = File::create(dir.join("beside")).expect("a file can be made");
    let (mut ours, mut raw) = (Vec::new(), Vec::new());
    for number in 0..ONE_BY_ONE {
        let edit = add(ann.model(), &mut mint, &format!("Number {number}"));
        let bytes = codec::changes(&edit.changes);
        let began = Instant::now();
        ann.propose(edit).expect("it lands");
        ours.push(began.elapsed());
        let began = Instant::now();
        beside.write_all(&bytes).expect("it can be written");
        beside.sync_data().expect("it can be made durable");
        raw.push(began.elapsed());
    }
    let (p50, raw50) = (at(&mut ours, 0.5), at(&mut raw, 0.5));
    println!(
        "edit proposed, durable and answered   p50 {p50:7.3} ms   p99 {:7.3} ms",
        at(&mut ours, 0.99)
    );
    println!(
        "one append and fdatasync beside it    p50 {raw50:7.3} ms   p99 {:7.3} ms",
        at(&mut raw, 0.99)
    );
    println!(
        "ratio of the p50s                     {:.2} (goal: at most 3)",
        p50 / raw50
    );
}

/// Eight admins, each waiting for every answer before the next edit; how long an entry takes to reach another.
fn eight_admins(dir: &Path) -> f64 {
    let (tell, landed) = mpsc::channel();
    let (tell_ready, ready) = mpsc::channel();
    let watcher = Link::join(dir, who("Watcher"), move |event| match event {
        LinkEvent::Landed(entry) => drop(tell.send((entry.edit.nonce, Instant::now()))),
        LinkEvent::Welcome(..) => drop(tell_ready.send(())),
        _ => {}
    });
    ready.recv().expect("the watcher is let in");
    let together = Arc::new(Barrier::new(ADMINS + 1));
    let writers: Vec<_> = (0..ADMINS)
        .map(|number| {
            let (dir, together) = (dir.to_owned(), Arc::clone(&together));
            std::thread::spawn(move || {
                let name = format!("Admin{number}");
                let mut mint = Mint::seeded(100 + number as u64);
                let mut client = Client::connect(&dir, who(&name)).expect("the store is at work");
                together.wait();
                (0..EACH)
                    .map(|edit| {
                        let edit = add(client.model(), &mut mint, &format!("{name} {edit}"));
                        let nonce = edit.nonce;
                        client.propose(edit).expect("it lands");
                        (nonce, Instant::now())
                    })
                    .collect::<Vec<_>>()
            })
        })
        .collect();
    together.wait();
    let began = Instant::now();
    let settled: Vec<(u128, Instant)> = writers
        .into_iter()
        .flat_map(|writer| writer.join().expect("a writer does not fail"))
        .collect();
    let rate = settled.len() as f64 / began.elapsed().as_secs_f64();
    let mut seen = std::collections::HashMap::new();
    while seen.len() < settled.len() {
        let (nonce, when) = landed
            .recv_timeout(Duration::from_secs(10))
            .expect("every entry is seen");
        seen.insert(nonce, when);
    }
    watcher.leave();
    let mut late: Vec<Duration> = settled
        .iter()
        .map(|(nonce, when)| seen[nonce].saturating_duration_since(*when))
        .collect();
    println!(
        "seen by another after its own answer  p50 {:7.3} ms   p99 {:7.3} ms",
        at(&mut late, 0.5),
        at(&mut late, 0.99)
    );
    rate
}

/// The same rows by eight threads into SQLite, WAL, synchronous=FULL, one transaction an edit.
fn sqlite(dir: &Path) -> f64 {
    let file = dir.join("beside.sqlite");
    let open = |file: &Path| {
        let db = rusqlite::Connection::open(file).expect("SQLite opens");
        db.busy_timeout(Duration::from_secs(60)).expect("it waits");
        db.pragma_update(None, "journal_mode", "WAL").expect("WAL");
        db.pragma_update(None, "synchronous", "FULL").expect("FULL");
        db
    };
    open(&file)
        .execute_batch(
            "CREATE TABLE records (id BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID;
             CREATE TABLE entries (rev INTEGER PRIMARY KEY, value BLOB);
             CREATE TABLE answers (nonce BLOB PRIMARY KEY, rev INTEGER) WITHOUT ROWID;",
        )
        .expect("tables can be made");
    let together = Arc::new(Barrier::new(ADMINS + 1));
    let writers: Vec<_> = (0..ADMINS)
        .map(|number| {
            let (mut db, together) = (open(&file), Arc::clone(&together));
            std::thread::spawn(move || {
                let mut mint = Mint::seeded(900 + number as u64);
                let model = Model::empty(Id::new(1));
                together.wait();
                for edit in 0..EACH {
                    let edit = add(&model, &mut mint, &format!("Admin{number} {edit}"));
                    let bytes = codec::changes(&edit.changes);
                    let id = mint.number().to_be_bytes();
                    let tx = db
                        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
                        .expect("it begins");
                    tx.execute("INSERT INTO records VALUES (?1, ?2)", (&id[..], &bytes))
                        .expect("row");
                    tx.execute("INSERT INTO entries (value) VALUES (?1)", (&bytes,))
                        .expect("entry");
                    let rev = tx.last_insert_rowid();
                    tx.execute(
                        "INSERT INTO answers VALUES (?1, ?2)",
                        (&edit.nonce.to_be_bytes()[..], rev),
                    )
                    .expect("answer");
                    tx.commit().expect("it is durable");
                }
            })
        })
        .collect();
    together.wait();
    let began = Instant::now();
    for writer in writers {
        writer.join().expect("a writer does not fail");
    }
    (ADMINS * EACH) as f64 / began.elapsed().as_secs_f64()
}

fn main() {
    // Beside the build, on a real disk: /tmp may be memory.
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory can be made");
    let serving = Serving {
        clock: Box::new(Utc::now),
        ..Serving::always()
    };
    let service = Service::start(dir.path(), serving).expect("the store starts");
    one_by_one(dir.path());
    let ours = eight_admins(dir.path());
    let theirs = sqlite(dir.path());
    println!("edits a second, eight admins          {ours:7.0}");
    println!("the same rows in SQLite, WAL, FULL    {theirs:7.0}");
    println!(
        "ratio                                 {:.2} (goal: at least 1)",
        ours / theirs
    );
    service.stop();
    service.wait();
}
