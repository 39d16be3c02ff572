//! Erasure on disk: the whole database written anew without a person, put in the place of the old one, and the old
//! files overwritten before they go.
//!
//! sled keeps deleted rows in its files for a long time (reliability.md §1.8), so that only a new database is free of
//! them. It is built beside the old one, read back, and exchanged for it in one step of the file system; whatever
//! interrupts that leaves one whole database under the usual name, and what stands beside it is overwritten at the
//! next start, with the person's prepared messages: their list travels with the old database. What cannot be reached
//! from here (backups elsewhere, snapshots of the disk, free space) is said, not denied.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path, PathBuf};

use chrono::{DateTime, Utc};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use serde::{Deserialize, Serialize};

use super::codec::{self, Other};
use super::commit::PART;
use super::ground::closed;
use super::header::{Header, Tally};
use super::problem::{Cause, StoreProblem};
use super::{Answer, DATABASE, Ground, Head, Outcome, Stage, Store, backup, keys};
use crate::domain::{AdminName, AnyId, Cohort, Edit, Entry, Erasure, Id, Label, Person, Rev};

/// The directory in which the new database is built, and under which the old one is found afterwards.
const BESIDE: &str = "data.erasing";
/// In the directory of the old database: the files of prepared messages to the person, each ended by a zero byte.
const LETTERS: &str = "letters.erasing";
/// The directory of prepared messages, in the data directory.
const OUTBOX: &str = "outbox";
/// Bytes that are read, and overwritten, in one go.
const CHUNK: usize = 1 << 20;
/// Texts that may mean the person, listed at most.
const LISTED: usize = 50;

/// What an erasure did, and the proof of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    /// The entry that says so.
    pub revision: Rev,
    /// Records that were emptied, changed or taken away.
    pub records: u64,
    /// Entries of the history that lost something.
    pub entries: u64,
    /// Files that were overwritten.
    pub files: u64,
    /// How many times a name, address or telephone number of the person stands in files of the data directory.
    pub found: u64,
    /// In which of them.
    pub places: Vec<String>,
    /// Records of others whose texts have one of the names alone: somebody has to read them.
    pub to_read: Vec<AnyId>,
    /// Backups that still hold the person: where known, and when they were taken.
    pub backups: Vec<String>,
}

impl Erased {
    /// What was done, and what is left to do, in sentences; the first says the most.
    #[must_use]
    pub fn said(&self) -> Vec<String> {
        let mut said = vec![if self.records > 0 {
            format!(
                "Erased: {} records and {} entries lost the person, {} files were overwritten.",
                self.records, self.entries, self.files
            )
        } else {
            format!(
                "Erased, as entry {}: the store ended on the way, and the next one finished it.",
                self.revision
            )
        }];
        said.push(if self.found == 0 {
            "Their name, addresses and telephone stand nowhere in the data directory.".to_owned()
        } else {
            format!(
                "! They still stand {} times in {}.",
                self.found,
                self.places.join(", ")
            )
        });
        if !self.to_read.is_empty() {
            let ids: Vec<String> = self.to_read.iter().map(ToString::to_string).collect();
            said.push(format!(
                "! To be read, one of the names stands in {}.",
                ids.join(", ")
            ));
        }
        said.extend(
            self.backups
                .iter()
                .map(|taken| format!("! A backup that may hold them: {taken}.")),
        );
        said.push("Free space of the disk, its snapshots and what was sent may hold copies.".to_owned());
        said
    }
}

/// Who is erased, by whom, and when.
pub struct Going<'a> {
    /// The person.
    pub id: Id<Person>,
    /// As the person is now.
    pub person: &'a Person,
    /// Everybody else's name.
    pub others: &'a [&'a str],
    /// The admin.
    pub by: AdminName,
    /// In whose history it stands.
    pub cohort: Id<Cohort>,
    /// The edit's nonce.
    pub nonce: u128,
    /// When.
    pub at: DateTime<Utc>,
}

/// A database without the person, built and read back, and not yet in its place.
pub struct Fresh {
    dir: PathBuf,
    revision: Rev,
    erased: Erased,
    needles: Vec<String>,
}

/// A row of a tree.
type Row = (Vec<u8>, Vec<u8>);

/// A database without the person, in memory.
struct Rows {
    header: Header,
    trees: [Vec<Row>; 3],
    /// What must stand nowhere afterwards.
    needles: Vec<String>,
}

impl Store {
    /// Writes the database anew without a person, beside the old one. Nothing is changed yet.
    ///
    /// # Errors
    /// When a row cannot be read, or the new database cannot be written.
    pub fn without(&self, ground: &Ground, going: &Going<'_>) -> Result<Fresh, StoreProblem> {
        let dir = ground.dir();
        let beside = dir.join(BESIDE);
        clear(&beside).map_err(|error| StoreProblem::system(&beside, "remove", &error))?;
        self.room_for_another(ground)?;
        let mut erased = Erased::default();
        let Rows {
            header,
            trees,
            needles,
        } = self.rows_without(going, &mut erased)?;
        backup::build(
            &beside,
            &header,
            trees.each_ref().map(|rows| {
                let rows = rows.iter();
                rows.map(|(key, value)| (key.as_slice(), value.as_slice()))
            }),
        )
        .and_then(|()| backup::read_back(&beside, &header))
        .map_err(|error| match error {
            sled::Error::Io(error) => StoreProblem::system(&beside, "write", &error),
            error => StoreProblem::damaged(&beside, error),
        })?;
        Ok(Fresh {
            dir: dir.to_owned(),
            revision: header.revision,
            erased,
            needles,
        })
    }

    /// Whether a second database fits on the disk.
    fn room_for_another(&self, ground: &Ground) -> Result<(), StoreProblem> {
        let size: u64 = files_under(&self.place)
            .iter()
            .filter_map(|file| Some(fs::metadata(file).ok()?.len()))
            .sum();
        let room = ground.room().unwrap_or(u64::MAX);
        let needed = size + super::ROOM_TO_COMMIT;
        if room >= needed {
            return Ok(());
        }
        let mb = |bytes: u64| bytes.div_ceil(1 << 20);
        Err(StoreProblem::new(
            Cause::Full,
            format!(
                "erasing writes everything anew: {} MB free, {} MB needed",
                mb(room),
                mb(needed)
            ),
            "free some space on this disk and try again; nothing was changed",
        ))
    }

    /// Every row as it stays.
    fn rows_without(&self, going: &Going<'_>, erased: &mut Erased) -> Result<Rows, StoreProblem> {
        let mut records = Vec::new();
        for row in &self.records {
            let (key, value) = row.map_err(|error| StoreProblem::damaged(&self.place, error))?;
            let number = keys::read_record(&key).map_or(0, |(_, id)| id.number);
            let (record, rev) = codec::read_record(number, &value)
                .map_err(|why| StoreProblem::damaged(&self.place, format!("{}: {why}", keys::shown(&key))))?;
            records.push((key.to_vec(), value.to_vec(), record, rev));
        }
        let mut entries = Vec::new();
        for rev in 1..=self.header.revision {
            let missing = || StoreProblem::damaged(&self.place, format!("entry {rev} is missing"));
            entries.push(self.entry(rev)?.ok_or_else(missing)?);
        }
        let mut erasure = Erasure::of(going.id, going.person, going.others, going.at.date_naive());
        // Twice: what points at a record may be read before it.
        for _ in 0..2 {
            entries.iter().for_each(|entry| erasure.learn_from(entry));
            records.iter().for_each(|(_, _, record, _)| erasure.learn(record));
        }
        let mut header = Header {
            revision: self.header.revision + 1,
            applied: self.header.revision + 1,
            records: Tally::default(),
            entries: Tally::default(),
            answers: Tally::default(),
            kinds: Vec::new(),
            ..self.header.clone()
        };
        let mut rows: [Vec<Row>; 3] = Default::default();
        for (key, value, record, rev) in records {
            let after = erasure.record(&record);
            erased.records += u64::from(after.as_ref() != Some(&record));
            if let Some(after) = after {
                if erased.to_read.len() < LISTED && erasure.may_mean(&after) {
                    erased.to_read.push(after.id());
                }
                header.count(after.id().kind, true);
                let value = if after == record {
                    value
                } else {
                    codec::record(&after, rev)
                };
                rows[0].push((key, value));
            }
        }
        for entry in &entries {
            let after = erasure.entry(entry);
            erased.entries += u64::from(after != *entry);
            entry_rows(&after, &mut rows[1]);
        }
        entry_rows(&told(going, header.revision), &mut rows[1]);
        erased.revision = header.revision;
        self.answers_without(&erasure, &mut rows[2])?;
        // Whoever could not be told asks again under the same nonce.
        let answer = Answer {
            payload: 0,
            at: going.at.timestamp(),
            outcome: Outcome::Landed(header.revision),
        };
        let nonce = going.nonce;
        rows[2].push((keys::answer(nonce).to_vec(), codec::wrap(Other::Answer, &answer)));
        rows[2].push((
            keys::answered(header.answered).to_vec(),
            nonce.to_be_bytes().to_vec(),
        ));
        header.answered += 1;
        let tallies = [&mut header.records, &mut header.entries, &mut header.answers];
        for (tally, rows) in tallies.into_iter().zip(&rows) {
            rows.iter().for_each(|(key, value)| tally.add(key, value));
        }
        Ok(Rows {
            header,
            trees: rows,
            needles: erasure.needles().to_vec(),
        })
    }

    /// The answers to edits: a refusal may name anybody.
    fn answers_without(&self, erasure: &Erasure, rows: &mut Vec<Row>) -> Result<(), StoreProblem> {
        for row in &self.answers {
            let (key, value) = row.map_err(|error| StoreProblem::damaged(&self.place, error))?;
            let mut value = value.to_vec();
            if let Ok(answer) = codec::unwrap::<Answer>(Other::Answer, &value)
                && let Outcome::Refused(refusal) = answer.outcome
            {
                let outcome = Outcome::Refused(erasure.scrub(refusal));
                value = codec::wrap(Other::Answer, &Answer { outcome, ..answer });
            }
            rows.push((key.to_vec(), value));
        }
        Ok(())
    }
}

/// The entry that tells of the erasure: the id, and no name. It changes nothing that could be taken back.
fn told(going: &Going<'_>, rev: Rev) -> Entry {
    Entry {
        rev,
        at: going.at,
        by: going.by.clone(),
        edit: Edit {
            nonce: going.nonce,
            cohort: going.cohort,
            label: Label::new("erase", going.id.to_string()),
            changes: Vec::new(),
        },
        undoes: None,
    }
}

/// The parts and the head of an entry.
fn entry_rows(entry: &Entry, rows: &mut Vec<Row>) {
    let changes = codec::changes(&entry.edit.changes);
    for (number, part) in (0_u32..).zip(changes.chunks(PART)) {
        rows.push((keys::part(entry.rev, number).to_vec(), part.to_vec()));
    }
    let head = codec::wrap(Other::Head, &Head::of(entry, &changes));
    rows.push((keys::head(entry.rev).to_vec(), head));
}

impl Fresh {
    /// Puts the new database in the place of the old one, which is closed, overwrites the old files and the person's
    /// prepared messages, and searches everything that is left.
    ///
    /// # Errors
    /// When the exchange or the opening fails. Then one whole database stands in the usual place, and the process has
    /// to end, for it no longer knows which.
    pub fn replace(self, mut old: Store, ground: &Ground) -> Result<(Store, Erased), StoreProblem> {
        let stages = old.stages.take();
        let reach = |stage| {
            if let Some(stages) = &stages {
                stages(stage);
            }
        };
        // sled writes into its directory when it is closed: that must still be the old one.
        drop(old);
        closed(&ground.dir().join(DATABASE))?;
        let Self {
            dir,
            revision,
            mut erased,
            needles,
        } = self;
        let (beside, place) = (dir.join(BESIDE), dir.join(DATABASE));
        let system =
            |path: &Path, doing: &str, error: &std::io::Error| StoreProblem::system(path, doing, error);
        list_letters(&dir, &place, &needles).map_err(|error| system(&place, "write into", &error))?;
        reach(Stage::Rewritten);
        renameat_with(CWD, &beside, CWD, &place, RenameFlags::EXCHANGE)
            .map_err(|error| system(&place, "exchange", &error.into()))?;
        File::open(&dir)
            .and_then(|dir| dir.sync_all())
            .map_err(|error| system(&dir, "make durable", &error))?;
        reach(Stage::Exchanged);
        erased.files += finish(&dir).map_err(|error| system(&beside, "overwrite", &error))?;
        reach(Stage::Cleared);
        let mut store = Store::open(ground)?;
        store.observe(stages);
        debug_assert_eq!(store.header.revision, revision);
        erased.prove(&dir, &needles);
        Ok((store, erased))
    }
}

impl Erased {
    /// An erasure that landed while nobody could be told: searched for the name that was typed.
    #[must_use]
    pub fn earlier(ground: &Ground, revision: Rev, name: &str) -> Self {
        let mut erased = Self {
            revision,
            ..Self::default()
        };
        erased.prove(ground.dir(), &[name.to_owned()]);
        erased
    }

    /// Searches every file for what must stand nowhere.
    fn prove(&mut self, dir: &Path, needles: &[String]) {
        for file in files_under(dir) {
            let found = search(&file, needles);
            if found > 0 {
                self.found += found;
                let name = file.strip_prefix(dir).unwrap_or(&file);
                self.places.push(name.display().to_string());
            }
        }
        self.backups = backup::taken(dir);
    }
}

/// Finishes what an erasure began, whatever ended it: what stands beside the database is overwritten and removed,
/// with the letters that it lists. Answers how many files that were. A letter that is not ours to remove keeps nothing
/// from starting: the search after an erasure names it.
pub(super) fn finish(dir: &Path) -> std::io::Result<u64> {
    let beside = dir.join(BESIDE);
    let mut gone = 0;
    for letter in letters_listed(&dir.join(OUTBOX), &beside.join(LETTERS)) {
        let removed = overwrite(&letter).and_then(|()| fs::remove_file(&letter));
        gone += u64::from(removed.is_ok());
    }
    gone += clear(&beside)?;
    // Of an erasure that ended before the exchange.
    let unused = dir.join(DATABASE).join(LETTERS);
    if unused.exists() {
        overwrite(&unused)?;
        fs::remove_file(&unused)?;
    }
    Ok(gone)
}

/// Lists the prepared messages to the person beside the old database.
fn list_letters(dir: &Path, place: &Path, needles: &[String]) -> std::io::Result<()> {
    let outbox = dir.join(OUTBOX);
    let mut list = Vec::new();
    for letter in files_under(&outbox) {
        if letter.extension().is_some_and(|is| is == "eml") && is_to(&letter, needles) {
            let name = letter.strip_prefix(&outbox).unwrap_or(&letter);
            list.extend_from_slice(name.as_os_str().as_bytes());
            list.push(0);
        }
    }
    let mut file = File::create(place.join(LETTERS))?;
    file.write_all(&list)?;
    file.sync_all()?;
    File::open(place)?.sync_all()
}

/// The letters of a list that are still there.
fn letters_listed(outbox: &Path, list: &Path) -> Vec<PathBuf> {
    let list = fs::read(list).unwrap_or_default();
    let names = list.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    let letters = names.map(|name| PathBuf::from(OsStr::from_bytes(name)));
    letters
        .filter(|name| name.components().all(|part| matches!(part, Component::Normal(_))))
        .map(|name| outbox.join(name))
        .filter(|letter| letter.is_file())
        .collect()
}

/// Overwrites and removes what an erasure left beside the database; answers how many files that were.
fn clear(beside: &Path) -> std::io::Result<u64> {
    if fs::symlink_metadata(beside).is_err() {
        return Ok(0);
    }
    let files = files_under(beside);
    for file in &files {
        overwrite(file)?;
    }
    fs::remove_dir_all(beside)?;
    Ok(files.len() as u64)
}

/// Overwrites a file with nothing, as far as the file system does that in place, and makes that durable.
fn overwrite(path: &Path) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(path)?;
    let mut left = file.metadata()?.len();
    let zeros = vec![0; CHUNK];
    file.seek(SeekFrom::Start(0))?;
    while left > 0 {
        let piece = usize::try_from(left).map_or(CHUNK, |left| left.min(CHUNK));
        file.write_all(&zeros[..piece])?;
        left -= piece as u64;
    }
    file.sync_all()
}

/// Whether a letter is addressed to one of these.
fn is_to(letter: &Path, needles: &[String]) -> bool {
    let Ok(bytes) = fs::read(letter) else { return false };
    let text = String::from_utf8_lossy(&bytes).to_lowercase();
    let head = text.split("\r\n\r\n").next().unwrap_or_default();
    let to = head.lines().skip_while(|line| !line.starts_with("to:"));
    let mut to = to.take(4);
    to.any(|line| {
        needles
            .iter()
            .any(|needle| needle.contains('@') && line.contains(&needle.to_lowercase()))
    })
}

/// Every file under a directory, links not followed.
fn files_under(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(dir) = open.pop() {
        let Ok(found) = fs::read_dir(dir) else { continue };
        for one in found.flatten() {
            match one.file_type() {
                Ok(kind) if kind.is_dir() => open.push(one.path()),
                Ok(kind) if kind.is_file() => files.push(one.path()),
                _ => {}
            }
        }
    }
    files.sort();
    files
}

/// How many times these stand in a file, letter for letter.
fn search(path: &Path, needles: &[String]) -> u64 {
    let longest = needles.iter().map(String::len).max().unwrap_or(0);
    let Ok(mut file) = File::open(path) else { return 0 };
    let (mut found, mut kept) = (0, Vec::new());
    let mut chunk = vec![0; CHUNK];
    while let Ok(read @ 1..) = file.read(&mut chunk) {
        // The end of the last chunk comes again, so that nothing is cut in two; what lay in it whole was counted.
        let seen = kept.len();
        kept.extend_from_slice(&chunk[..read]);
        for needle in needles {
            let places = kept.windows(needle.len()).enumerate();
            let hits = places.filter(|(at, window)| at + needle.len() > seen && *window == needle.as_bytes());
            found += hits.count() as u64;
        }
        let from = kept.len().saturating_sub(longest.saturating_sub(1));
        kept.drain(..from);
    }
    found
}
