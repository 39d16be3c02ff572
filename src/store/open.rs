//! Opening: sled under a time limit, then everything checked against the header before anybody is served.

use std::fs::{self, File};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use super::ground::{LOCK_PATIENCE, in_use, once_free};
use super::header::{Header, HeaderProblem, Tally};
use super::problem::{Cause, StoreProblem};
use super::watermark::{self, Seen, Watermark};
use super::{DATABASE, Ground, Store, erase, keys};
use crate::domain::Rev;

/// How long sled may take to open before it counts as hanging on damaged files.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes of pages sled keeps in memory; the models hold the data, sled is only written.
const CACHE: u64 = 8 << 20;
/// Where the header lies in its tree.
pub(super) const HEADER: &[u8] = b"header";

/// What the trees really hold.
#[derive(Default)]
pub(super) struct Found {
    pub(super) records: Tally,
    pub(super) entries: Tally,
    pub(super) answers: Tally,
    pub(super) kinds: Vec<(u8, u64)>,
}

impl Store {
    /// Opens the database of a directory whose lock is held, or makes one where there never was any.
    ///
    /// # Errors
    /// When the files are damaged, newer than this program, or the disk is too full; they are left as they were.
    pub fn open(ground: &Ground) -> Result<Self, StoreProblem> {
        let dir = ground.dir();
        let seen = watermark::read(dir)?;
        ground.room_to_start()?;
        let place = dir.join(DATABASE);
        if seen.is_some() && !place.join("db").exists() {
            return Err(StoreProblem::damaged(&place, "the database file is gone"));
        }
        remove_leftovers(&place)?;
        erase::finish(dir).map_err(|error| StoreProblem::system(dir, "finish an erasure in", &error))?;
        let (db, trees) = once_free(LOCK_PATIENCE, || open_in_time(&place))?;
        let [records, entries, answers, meta] = trees;
        let io = |error: std::io::Error| StoreProblem::system(&place, "make durable", &error);
        let file = File::options()
            .read(true)
            .write(true)
            .open(place.join("db"))
            .map_err(io)?;
        for durable in [&place, &dir.to_owned()] {
            File::open(durable).and_then(|d| d.sync_all()).map_err(io)?;
        }
        // The parent may be readable by somebody else only; the directory's own name is then theirs to keep.
        if let Some(Ok(parent)) = dir.parent().map(File::open) {
            parent.sync_all().map_err(io)?;
        }
        let header = read_header(&meta, &place, seen)?;
        let fresh = header.is_none();
        let header = match header {
            Some(header) => header,
            None => Header::fresh(draw_uuid(&place)?),
        };
        let mut store = Self {
            stages: None,
            watermark: Watermark::open(
                dir,
                header.uuid,
                if fresh { 0 } else { seen.map_or(0, |s| s.revision) },
            )
            .map_err(|error| StoreProblem::system(&dir.join(watermark::FILE), "write", &error))?,
            db,
            records,
            entries,
            answers,
            meta,
            file,
            header,
            place,
        };
        if !fresh {
            store.check(seen)?;
        }
        store.begin_epoch();
        store.finish_entries()?;
        Ok(store)
    }

    /// Compares what the trees hold with what the header says they hold.
    fn check(&self, seen: Option<Seen>) -> Result<(), StoreProblem> {
        let damaged = |found: String| StoreProblem::damaged(&self.place, found);
        let header = &self.header;
        if let Some(seen) = seen {
            if seen.uuid != header.uuid {
                return Err(damaged(
                    "it is not the database that belongs to this directory".to_owned(),
                ));
            }
            if seen.revision > header.revision {
                return Err(damaged(format!(
                    "it ends at entry {}, but {} entries were saved",
                    header.revision, seen.revision
                )));
            }
        }
        let found = self.tally()?;
        for (what, found, said) in [
            ("records", found.records, header.records),
            ("rows of history", found.entries, header.entries),
            ("answers", found.answers, header.answers),
        ] {
            if found.rows != said.rows {
                return Err(damaged(format!(
                    "{} {what} found where {} were saved",
                    found.rows, said.rows
                )));
            }
            if found.hash != said.hash {
                return Err(damaged(format!("the {what} are not the ones that were saved")));
            }
        }
        if found.kinds != header.kinds {
            return Err(damaged("the kinds of its records do not add up".to_owned()));
        }
        self.check_history()
    }

    /// Whether the entries are numbered without a gap.
    fn check_history(&self) -> Result<(), StoreProblem> {
        let mut expected: Rev = 0;
        for key in self.entries.scan_prefix(keys::HEADS).keys() {
            expected += 1;
            let rev = key.ok().as_deref().and_then(keys::rev);
            if rev != Some(expected) {
                return Err(StoreProblem::damaged(
                    &self.place,
                    format!("entry {expected} is missing"),
                ));
            }
        }
        if expected != self.header.revision {
            return Err(StoreProblem::damaged(
                &self.place,
                format!(
                    "{expected} entries found where {} were saved",
                    self.header.revision
                ),
            ));
        }
        Ok(())
    }

    /// Reads every row of every tree. A damaged page ends the reading: sled would answer the same error for ever.
    pub(super) fn tally(&self) -> Result<Found, StoreProblem> {
        let mut found = Found::default();
        let mut kinds = [0_u64; 256];
        for (tree, name, tally) in [
            (&self.records, "records", &mut found.records),
            (&self.entries, "entries", &mut found.entries),
            (&self.answers, "answers", &mut found.answers),
        ] {
            let mut last = String::from("the beginning");
            for row in tree {
                let (key, value) = row.map_err(|error| {
                    StoreProblem::damaged(&self.place, format!("tree {name}, after {last}: {error}"))
                })?;
                tally.add(&key, &value);
                if name == "records" {
                    kinds[usize::from(key.get(8).copied().unwrap_or(0))] += 1;
                }
                last = keys::shown(&key);
            }
        }
        found.kinds = (0_u8..=255).zip(kinds).filter(|(_, count)| *count > 0).collect();
        Ok(found)
    }
}

/// An interrupted start of sled leaves `snap.*.generating`, after which it refuses to open for ever
/// (spacejam/sled#1527). The lock is held, so nobody is writing it now.
fn remove_leftovers(place: &Path) -> Result<(), StoreProblem> {
    let Ok(files) = fs::read_dir(place) else {
        return Ok(());
    };
    for file in files.flatten() {
        let name = file.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            fs::remove_file(file.path())
                .map_err(|error| StoreProblem::system(&file.path(), "remove", &error))?;
        }
    }
    Ok(())
}

/// The database and its four trees.
type Opened = (sled::Db, [sled::Tree; 4]);

/// Opens sled on a thread of its own: on damaged files it may panic, or never come back.
fn open_in_time(place: &Path) -> Result<Opened, StoreProblem> {
    let (tell, hear) = mpsc::channel();
    let path: PathBuf = place.to_owned();
    std::thread::Builder::new()
        .name("open".to_owned())
        .spawn(move || {
            let opened = catch_unwind(AssertUnwindSafe(|| -> sled::Result<Opened> {
                let db = sled::Config::new()
                    .path(&path)
                    .cache_capacity(CACHE)
                    .flush_every_ms(None)
                    .open()?;
                let tree = |name: &str| db.open_tree(name);
                let trees = [
                    tree("records")?,
                    tree("entries")?,
                    tree("answers")?,
                    tree("meta")?,
                ];
                Ok((db, trees))
            }));
            // Nobody listens any more once the time is up.
            let _ = tell.send(opened);
        })
        .map_err(|error| StoreProblem::system(place, "open", &error))?;
    match hear.recv_timeout(PATIENCE) {
        Ok(Ok(Ok(opened))) => Ok(opened),
        Ok(Ok(Err(error))) => Err(sled_problem(place, &error)),
        Ok(Err(_)) => Err(StoreProblem::damaged(
            place,
            "it cannot be opened (sled gave up on it)",
        )),
        Err(_) => Err(StoreProblem::damaged(
            place,
            format!("it did not open within {} seconds", PATIENCE.as_secs()),
        )),
    }
}

fn sled_problem(place: &Path, error: &sled::Error) -> StoreProblem {
    match error {
        sled::Error::Io(error) if error.to_string().contains("could not acquire lock") => in_use(place),
        sled::Error::Io(error) => StoreProblem::system(place, "open", error),
        error => StoreProblem::damaged(place, error),
    }
}

/// The header, or `None` in a database nothing was ever saved in.
fn read_header(meta: &sled::Tree, place: &Path, seen: Option<Seen>) -> Result<Option<Header>, StoreProblem> {
    let found = meta
        .get(HEADER)
        .map_err(|error| StoreProblem::damaged(place, error))?;
    let Some(bytes) = found else {
        // A start that was interrupted before its first commit leaves neither header nor watermark.
        return match seen {
            None => Ok(None),
            Some(_) => Err(StoreProblem::damaged(place, "its header is gone")),
        };
    };
    Header::read(&bytes).map(Some).map_err(|problem| match problem {
        HeaderProblem::Newer(schema) => watermark::newer(place, schema),
        HeaderProblem::Foreign => StoreProblem::damaged(place, "its header is not one of ours"),
        HeaderProblem::Broken => StoreProblem::damaged(place, "its header is broken"),
    })
}

fn draw_uuid(place: &Path) -> Result<u128, StoreProblem> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        StoreProblem::new(
            Cause::Place,
            format!("no randomness for {}: {error}", place.display()),
            "this machine's random numbers do not work; start it again",
        )
    })?;
    Ok(u128::from_le_bytes(bytes))
}
