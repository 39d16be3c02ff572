//! What is on the disk: reopening, damage, newer data, places that cannot be used.

use std::fs;
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cohort::domain::{AnyId, Delta, Edit, Label, Mint};
use cohort::hub::{Client, Service, Serving, Who};
use cohort::store::{DATABASE, Ground, Stage, Store, WATERMARK};

use crate::kit::office::{Office, add, begin, real, serving, somebody, who};

/// Starts the built program's store on a directory and lets it end at once if it can start.
fn serve(dir: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cohort"))
        .arg("--data")
        .arg(dir)
        .args(["serve", "--idle-exit", "0"])
        .output()
        .expect("the program runs")
}

/// What a store that cannot start says, having ended with exit code 6.
fn unusable(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(6), "{said}");
    assert!(
        said.starts_with("error: ") && said.contains("\n  try: "),
        "{said}"
    );
    assert!(!said.contains("panicked"), "{said}");
    said
}

/// A closed office with some people in it, opened more than once: sled writes its snapshot when it opens.
fn closed_office() -> Office {
    let (mut office, mut ann, mut mint) = Office::begun();
    for number in 0..40 {
        let (_, edit) = add(ann.model(), &mut mint, &format!("Number {number}"));
        ann.propose(edit).expect("a person can be added");
    }
    drop(ann);
    office.reopen();
    office.close();
    office
}

/// A copy of a directory, to be damaged.
fn copy(from: &Path) -> tempfile::TempDir {
    fn all(from: &Path, to: &Path) {
        for found in fs::read_dir(from).expect("it can be read").flatten() {
            let to = to.join(found.file_name());
            if found.path().is_dir() {
                fs::create_dir(&to).expect("it can be made");
                all(&found.path(), &to);
            } else if found.path().is_file() {
                fs::copy(found.path(), &to).expect("it can be copied");
            }
        }
    }
    let dir = tempfile::tempdir().expect("a temporary directory can be made");
    all(from, dir.path());
    dir
}

/// The snapshot that sled wrote.
fn snapshot(dir: &Path) -> PathBuf {
    fs::read_dir(dir.join(DATABASE))
        .expect("it can be read")
        .flatten()
        .map(|found| found.path())
        .find(|path| {
            path.file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with("snap."))
        })
        .expect("sled has written a snapshot")
}

fn flip(path: &Path, bit: u64) {
    let mut file = fs::File::options()
        .read(true)
        .write(true)
        .open(path)
        .expect("it can be opened");
    let mut byte = [0];
    file.seek(SeekFrom::Start(bit / 8)).expect("it is long enough");
    file.read_exact(&mut byte).expect("it is long enough");
    byte[0] ^= 1 << (bit % 8);
    file.seek(SeekFrom::Start(bit / 8)).expect("it is long enough");
    file.write_all(&byte).expect("it can be written");
}

fn bytes_of(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(dir)
        .expect("it can be read")
        .flatten()
        .filter(|found| found.path().is_file())
        .map(|found| (found.path(), fs::read(found.path()).expect("it can be read")))
        .collect();
    files.sort();
    files
}

#[test]
fn everything_is_there_after_closing_and_opening() {
    let (mut office, mut ann, mut mint) = Office::begun();
    let (id, edit) = add(ann.model(), &mut mint, "Owen Pritchard");
    ann.propose(edit).expect("a person can be added");
    let before = ann.model().clone();
    drop(ann);
    office.reopen();
    let ann = office.client("Ann");
    assert_eq!(ann.model(), &before);
    assert!(ann.model().people.has(id));
}

// ---- the power goes

/// Copies of a directory, and the stage of the commit they were taken at.
type Copies = Vec<(Stage, tempfile::TempDir)>;

/// A copy of the directory at each stage of a commit, taken while it is at work.
fn copies_of_a_commit() -> (
    tempfile::TempDir,
    Vec<(Stage, tempfile::TempDir)>,
    [AnyId; 2],
    Edit,
) {
    let taken: Arc<Mutex<Option<Copies>>> = Arc::default();
    let place = tempfile::tempdir().expect("a temporary directory can be made");
    let (dir, copies) = (place.path().to_owned(), Arc::clone(&taken));
    let serving = Serving {
        stages: Some(Box::new(move |stage| {
            if let Some(copies) = copies.lock().expect("nobody panics").as_mut() {
                copies.push((stage, copy(&dir)));
            }
        })),
        ..serving()
    };
    let service = Service::start(place.path(), serving).expect("the store starts");
    let mut ann = Client::connect(place.path(), who("Ann")).expect("the client is let in");
    let mut mint = Mint::seeded(2025);
    begin(&mut ann, &mut mint);
    let cohort = ann.model().cohorts.ids().next().expect("the cohort was made");
    ann.open(cohort).expect("the cohort opens");
    let (told, edit) = add(ann.model(), &mut mint, "Owen Pritchard");
    ann.propose(edit).expect("a person can be added");
    let before = copy(place.path());
    *taken.lock().expect("nobody panics") = Some(Vec::new());
    let (on_the_way, edit) = add(ann.model(), &mut mint, "Nia Rees");
    ann.propose(edit.clone()).expect("a person can be added");
    let copies = taken.lock().expect("nobody panics").take().expect("it was armed");
    drop(ann);
    service.stop();
    service.wait();
    (before, copies, [told.into(), on_the_way.into()], edit)
}

/// What the disk holds when the power goes while a file is written: of the blocks that changed, those that `is_new`
/// picks made it, the others did not.
fn torn(before: &Path, after: &Path, file: &str, is_new: impl Fn(usize) -> bool) -> tempfile::TempDir {
    const BLOCK: usize = 512;
    let disk = copy(before);
    let old = fs::read(before.join(file)).expect("it is there");
    let mut bytes = fs::read(after.join(file)).expect("it is there");
    let blocks = bytes.len().div_ceil(BLOCK);
    let block = |number: usize, length: usize| number * BLOCK..((number + 1) * BLOCK).min(length);
    let changed = (0..blocks)
        .filter(|number| old.get(block(*number, old.len())) != bytes.get(block(*number, bytes.len())));
    for (nth, number) in changed.collect::<Vec<_>>().into_iter().enumerate() {
        if !is_new(nth) {
            for at in block(number, bytes.len()) {
                bytes[at] = old.get(at).copied().unwrap_or(0);
            }
        }
    }
    fs::write(disk.path().join(file), bytes).expect("it can be written");
    disk
}

/// A store on what the disk holds has everything that was told; what was on its way lands once, now or before.
fn has_lost_nothing(disk: &Path, [told, on_the_way]: [AnyId; 2], edit: &Edit, what: &str) {
    let service = Service::start(disk, serving()).unwrap_or_else(|problem| panic!("{what}: {problem}"));
    let mut ann = Client::connect(disk, who("Ann")).expect("the client is let in");
    assert!(ann.model().record(told).is_some(), "{what}: it was acknowledged");
    ann.propose(edit.clone()).expect("it is sent again");
    assert!(ann.model().record(on_the_way).is_some(), "{what}");
    assert_eq!(ann.model().people.len(), 2, "{what}: it landed once");
    assert_eq!(ann.verify().expect("it answers").problems, [], "{what}");
    drop(ann);
    service.stop();
    service.wait();
}

#[test]
fn row_4_a_power_cut_in_the_middle_of_a_commit_loses_nothing_that_was_acknowledged() {
    let (before, copies, people, edit) = copies_of_a_commit();
    let database = format!("{DATABASE}/db");
    let mut cuts = 0;
    for (stage, after) in &copies {
        // Until it is durable any part of what was written may have reached the disk; afterwards all of it has.
        let tears: &[fn(usize) -> bool] = match stage {
            Stage::Begun | Stage::Written | Stage::Flushed => &[
                |_| false,
                |nth| nth == 0,
                |nth| nth != 0,
                |nth| nth % 2 == 0,
                |_| true,
            ],
            Stage::Durable | Stage::Noted => &[|_| true],
            Stage::Rewritten | Stage::Exchanged | Stage::Cleared => panic!("{stage:?} is of no commit"),
        };
        for (number, is_new) in tears.iter().enumerate() {
            let disk = torn(before.path(), after.path(), &database, is_new);
            has_lost_nothing(disk.path(), people, &edit, &format!("{stage:?}, tear {number}"));
            cuts += 1;
        }
    }
    assert_eq!(cuts, 3 * 5 + 2, "every stage was reached once");
}

/// Starts a store on a damaged copy: either it says so, or nothing at all was lost. Answers whether it said so.
fn is_said_or_harmless(dir: &Path) -> bool {
    let began = Instant::now();
    let output = serve(dir);
    assert!(began.elapsed() < Duration::from_secs(40), "it hung");
    if !output.status.success() {
        let said = unusable(&output);
        assert!(said.contains("damaged"), "{said}");
        return true;
    }
    let store = Store::open(&Ground::at(dir).expect("it is a directory")).expect("it opened before");
    assert_eq!(store.verify(), []);
    assert_eq!(store.header().revision, 41);
    false
}

/// Where the last byte that is not zero lies.
fn used(file: &Path) -> u64 {
    let bytes = fs::read(file).expect("it can be read");
    bytes
        .iter()
        .rposition(|byte| *byte != 0)
        .map_or(0, |last| last as u64 + 1)
}

fn cut(file: &Path, length: u64) {
    let file = fs::File::options()
        .write(true)
        .open(file)
        .expect("it can be opened");
    file.set_len(length).expect("it can be cut");
}

#[test]
fn a_flipped_bit_anywhere_in_the_database_is_said_or_does_no_harm() {
    let office = closed_office();
    let mut chance = Mint::seeded(7);
    let length = used(&office.dir().join(DATABASE).join("db"));
    let said = (0..30).filter(|_| {
        let dir = copy(office.dir());
        flip(
            &dir.path().join(DATABASE).join("db"),
            chance.number() % (length * 8),
        );
        is_said_or_harmless(dir.path())
    });
    assert!(said.count() > 0, "no flip hit anything that matters");
}

#[test]
fn a_truncated_database_is_said_to_be_damaged_or_has_lost_nothing() {
    let office = closed_office();
    let length = used(&office.dir().join(DATABASE).join("db"));
    let said = (0..8).filter(|part| {
        let dir = copy(office.dir());
        cut(&dir.path().join(DATABASE).join("db"), length * part / 8);
        is_said_or_harmless(dir.path())
    });
    assert!(said.count() >= 4, "half a database was taken for a whole one");
}

#[test]
fn a_database_cut_back_to_an_older_whole_state_is_said_to_be_damaged() {
    // Without its snapshot sled reads the log from its beginning and is content with any whole part of it.
    let office = closed_office();
    fs::remove_file(snapshot(office.dir())).expect("it can be removed");
    let db = office.dir().join(DATABASE).join("db");
    cut(&db, used(&db) / 2);
    let said = unusable(&serve(office.dir()));
    assert!(said.contains("damaged"), "{said}");
}

#[test]
fn damaged_small_files_are_said_to_be_damaged_by_name() {
    let office = closed_office();
    for name in ["conf", "snap", "watermark"] {
        let dir = copy(office.dir());
        let path = match name {
            "conf" => dir.path().join(DATABASE).join("conf"),
            "snap" => snapshot(dir.path()),
            _ => dir.path().join(WATERMARK),
        };
        flip(&path, 8 * 20);
        let said = unusable(&serve(dir.path()));
        assert!(
            said.contains(dir.path().to_str().expect("a plain path")),
            "{name}: {said}"
        );
    }
}

#[test]
fn damage_leaves_the_files_that_were_there() {
    let office = closed_office();
    let db = office.dir().join(DATABASE).join("db");
    let whole = fs::read(&db).expect("it can be read");
    fs::remove_file(&db).expect("it can be removed");
    unusable(&serve(office.dir()));
    assert!(!db.exists(), "no empty database takes its place");
    fs::write(&db, whole).expect("it can be put back");
    assert!(serve(office.dir()).status.success(), "a repair by hand is taken");
}

#[test]
fn a_client_hears_why_its_store_cannot_start() {
    let office = closed_office();
    flip(&snapshot(office.dir()), 8 * 20);
    let problem = Client::connect(office.dir(), real("Ann"))
        .err()
        .expect("the store cannot start");
    assert_eq!(problem.code(), 6);
    assert!(problem.message().contains("damaged"), "{problem}");
    assert!(problem.hint().contains("backup"), "{}", problem.hint());
}

#[test]
fn data_of_a_newer_program_is_refused_untouched() {
    let office = closed_office();
    let mark = office.dir().join(WATERMARK);
    let text = fs::read_to_string(&mark).expect("it can be read");
    fs::write(&mark, text.replace("store 00001", "store 00002")).expect("it can be written");
    let before = bytes_of(&office.dir().join(DATABASE));
    let said = unusable(&serve(office.dir()));
    assert!(said.contains("newer"), "{said}");
    assert_eq!(bytes_of(&office.dir().join(DATABASE)), before);
}

#[test]
fn a_directory_that_cannot_be_written_is_refused() {
    let dir = tempfile::tempdir().expect("a temporary directory can be made");
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o500)).expect("it is ours");
    let said = unusable(&serve(dir.path()));
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).expect("it is ours");
    assert!(said.contains("cannot be written"), "{said}");
}

#[test]
fn a_foreign_file_in_place_of_the_directory_is_refused() {
    let dir = tempfile::tempdir().expect("a temporary directory can be made");
    let file = dir.path().join("cohort.xlsx");
    fs::write(&file, "PK").expect("it can be written");
    assert!(unusable(&serve(&file)).contains("is not a directory"));
    assert_eq!(fs::read(&file).expect("it is there"), b"PK");
}

#[test]
fn a_foreign_file_in_place_of_the_database_is_refused_untouched() {
    let dir = tempfile::tempdir().expect("a temporary directory can be made");
    let data = dir.path().join(DATABASE);
    fs::write(&data, "not a database").expect("it can be written");
    unusable(&serve(dir.path()));
    assert_eq!(fs::read(&data).expect("it is there"), b"not a database");
}

#[test]
fn a_second_store_on_the_same_data_is_refused() {
    let office = Office::empty();
    let said = unusable(&serve(office.dir()));
    assert!(said.contains("another store is at work"), "{said}");
}

#[test]
fn a_path_too_long_for_a_socket_is_served_from_elsewhere() {
    let dir = tempfile::tempdir().expect("a temporary directory can be made");
    let long = dir.path().join("a".repeat(70)).join("b".repeat(70));
    let mut ann = Client::connect(&long, real("Ann")).expect("a store is started and found");
    begin(&mut ann, &mut Mint::seeded(1));
    let ben = Client::connect(
        &long,
        Who {
            start: cohort::hub::Start::Never,
            ..real("Ben")
        },
    );
    assert_eq!(ben.expect("it is found by others").model().cohorts.len(), 1);
    ann.retire().expect("the store ends when asked");
}

#[test]
fn a_terminal_that_comes_as_the_store_ends_finds_the_next() {
    let dir = tempfile::tempdir().expect("a temporary directory can be made");
    for _ in 0..5 {
        let ann = Client::connect(dir.path(), real("Ann")).expect("a store is found or started");
        ann.retire().expect("the store ends when asked");
    }
}

#[test]
fn sixteen_first_starts_at_once_make_one_store() {
    let dir = tempfile::tempdir().expect("a temporary directory can be made");
    let starts: Vec<_> = (0..16)
        .map(|number| {
            let dir = dir.path().to_owned();
            std::thread::spawn(move || {
                let mut client = Client::connect(&dir, real(&format!("Number {number}"))).expect("a way in");
                client.condition().expect("the store answers").pid
            })
        })
        .collect();
    let mut stores: Vec<u32> = starts
        .into_iter()
        .map(|start| start.join().expect("it came in"))
        .collect();
    stores.dedup();
    assert_eq!(stores.len(), 1, "{stores:?}");
}

#[test]
fn a_big_edit_killed_on_its_way_lands_whole_and_once() {
    let dir = tempfile::tempdir().expect("a temporary directory can be made");
    let mut mint = Mint::seeded(1);
    let mut ann = Client::connect(dir.path(), real("Ann")).expect("a store is started");
    begin(&mut ann, &mut mint);
    let changes = (0..6_000)
        .map(|number| Delta::made(mint.id(), somebody(&format!("Number {number}"))).into())
        .collect();
    let edit = ann
        .model()
        .edit(mint.nonce(), Label::new("import", "6000 people"), changes);
    let before = ann.model().rev;
    let lock = fs::read_to_string(dir.path().join("lock")).expect("the store has signed");
    let pid = lock
        .lines()
        .find_map(|line| line.strip_prefix("pid "))
        .expect("with its number")
        .to_owned();
    let db = dir.path().join(DATABASE).join("db");
    let killer = std::thread::spawn(move || {
        // Once the database has begun to grow, the parts are being written.
        let length = fs::metadata(&db).map_or(0, |found| found.len());
        let until = Instant::now() + Duration::from_secs(20);
        while fs::metadata(&db).map_or(0, |found| found.len()) < length + (200 << 10)
            && Instant::now() < until
        {
            std::thread::yield_now();
        }
        let killed = Command::new("kill")
            .args(["-9", &pid])
            .stderr(Stdio::null())
            .status();
        assert!(
            killed.is_ok_and(|status| status.success()),
            "the store was killed"
        );
    });
    let rev = ann.propose(edit).expect("it is sent again, and lands");
    killer.join().expect("the killer did its work");
    assert_eq!(rev, before + 1, "once");
    assert_eq!(ann.model().people.len(), 6_000, "whole");
    ann.retire().expect("the store ends when asked");
    // The store that was asked to end may still hold the lock while it closes.
    let until = Instant::now() + Duration::from_secs(20);
    let store = loop {
        match Store::open(&Ground::at(dir.path()).expect("it is a directory")) {
            Ok(store) => break store,
            Err(problem) => assert!(Instant::now() < until, "it opens: {problem:?}"),
        }
        std::thread::yield_now();
    };
    assert_eq!(store.verify(), []);
}
