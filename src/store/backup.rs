//! A backup: the whole database in one file, and the way back into an empty directory.
//!
//! ```text
//! "cohort backup 00001\n"                                     what it is, for people too
//! block: tag u8 | length u32 LE | payload | xxh3-64 over the block's number, tag and payload
//!   'i' information (program, when, in milliseconds of Unix time)      'h' the database's header
//!   'r' rows of records   'e' rows of entries   'a' rows of answers    'z' the end: xxh3-128 over all before
//! rows: key length u16 LE | key | value length u32 LE | value
//! ```
//!
//! Every byte is under a checksum that says where, and the rows are held against the header's tallies: a backup
//! that reads is the database as it was at its revision. It knows rows, not what they mean, save that every one of
//! them can be read.

use std::fmt;
use std::path::Path;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::codec::{self, Other, Unreadable};
use super::ground::closed;
use super::header::{Header, HeaderProblem, Tally};
use super::problem::{Cause, StoreProblem};
use super::{DATABASE, Ground, Head, Store, keys, watermark};
use crate::domain::Rev;

/// What the file begins with: its name and the version of its layout.
const TITLE: &[u8; 20] = b"cohort backup 00001\n";
/// The part of it that every version begins with.
const NAME: &[u8] = b"cohort backup ";
/// About how many bytes a block of rows holds.
const BLOCK: usize = 64 << 10;
/// The longest block that is read.
const LONGEST: usize = 1 << 20;
/// The directory in which a restored database is built before it gets its name.
const BUILDING: &str = "data.restoring";
/// The file in the data directory that tells when backups were taken.
const TAKEN: &str = "backups";
/// Most bytes of rows written in one go while restoring.
const BATCH: usize = 64 << 10;

/// Who made a backup, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Information {
    program: String,
    at: i64,
}

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// The last entry in it.
    pub revision: Rev,
    /// How many records are in it.
    pub records: u64,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// The version of the program that made it.
    pub program: String,
}

/// Why a backup cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// It is no backup of ours.
    Foreign,
    /// A newer program made it.
    Newer,
    /// It is damaged: where, and what is wrong there.
    Damaged(String),
    /// It is whole, and cannot be put there.
    Place(StoreProblem),
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign => f.write_str("this is no backup"),
            Self::Newer => f.write_str("this backup was made by a newer cohort"),
            Self::Damaged(what) => write!(f, "the backup is damaged: {what}"),
            Self::Place(problem) => problem.fmt(f),
        }
    }
}
impl std::error::Error for Unusable {}

/// The trees that are backed up, with the tags of their blocks.
const TREES: [(u8, &str); 3] = [(b'r', "records"), (b'e', "entries"), (b'a', "answers")];

/// A backup being written.
struct Writing {
    bytes: Vec<u8>,
    blocks: u64,
}

impl Writing {
    fn block(&mut self, tag: u8, payload: &[u8]) {
        self.bytes.push(tag);
        let length = u32::try_from(payload.len()).expect("a block is far shorter than 4 GB");
        self.bytes.extend(length.to_le_bytes());
        self.bytes.extend(payload);
        self.bytes.extend(sum(self.blocks, tag, payload).to_le_bytes());
        self.blocks += 1;
    }
}

fn sum(number: u64, tag: u8, payload: &[u8]) -> u64 {
    let mut hash = Xxh3::new();
    hash.update(&number.to_le_bytes());
    hash.update(&[tag]);
    hash.update(payload);
    hash.digest()
}

impl Store {
    /// The whole database as a backup, as it is at this moment: the caller is the only one who writes.
    ///
    /// # Errors
    /// When a row cannot be read.
    pub fn backup(&self, now: DateTime<Utc>) -> Result<Vec<u8>, StoreProblem> {
        let mut writing = Writing {
            bytes: TITLE.to_vec(),
            blocks: 0,
        };
        let information = Information {
            program: env!("CARGO_PKG_VERSION").to_owned(),
            at: now.timestamp_millis(),
        };
        writing.block(b'i', &codec::encode(&information));
        writing.block(b'h', &self.header.write());
        for ((tag, name), tree) in TREES.iter().zip([&self.records, &self.entries, &self.answers]) {
            let mut rows = Vec::new();
            for row in tree {
                let (key, value) =
                    row.map_err(|error| StoreProblem::damaged(&self.place, format!("tree {name}: {error}")))?;
                let long = "keys are a few bytes, values a few KB";
                rows.extend(u16::try_from(key.len()).expect(long).to_le_bytes());
                rows.extend(key.as_ref());
                rows.extend(u32::try_from(value.len()).expect(long).to_le_bytes());
                rows.extend(value.as_ref());
                if rows.len() >= BLOCK {
                    writing.block(*tag, &rows);
                    rows.clear();
                }
            }
            if !rows.is_empty() {
                writing.block(*tag, &rows);
            }
        }
        let whole = xxh3_128(&writing.bytes);
        writing.block(b'z', &whole.to_le_bytes());
        Ok(writing.bytes)
    }
}

/// A row of a tree.
type Row<'a> = (&'a [u8], &'a [u8]);

/// A backup that was read.
struct Read<'a> {
    information: Information,
    header: Header,
    trees: [Vec<Row<'a>>; 3],
}

/// Reads a backup from end to end and holds it against its own checksums and tallies.
///
/// # Errors
/// When it is none, is newer, or is damaged: where.
pub fn check(bytes: &[u8]) -> Result<Contents, Unusable> {
    read(bytes).map(|read| read.contents())
}

/// Damage at a place of the file.
fn damaged(at: usize, what: impl fmt::Display) -> Unusable {
    Unusable::Damaged(format!("at byte {at}: {what}"))
}

fn read(bytes: &[u8]) -> Result<Read<'_>, Unusable> {
    let mut rest = match bytes.strip_prefix(TITLE) {
        Some(rest) => rest,
        None if bytes.starts_with(NAME) => return Err(title(bytes)),
        None => return Err(Unusable::Foreign),
    };
    let mut information = None;
    let mut header = None;
    let mut trees: [Vec<Row<'_>>; 3] = Default::default();
    let mut number = 0;
    loop {
        let at = bytes.len() - rest.len();
        let (tag, payload, after) = block(rest, number, at)?;
        let within = at + 5;
        match tag {
            b'i' => information = Some(codec::decode(payload).map_err(|why| damaged(within, why))?),
            b'h' => header = Some(Header::read(payload).map_err(|why| header_problem(within, why))?),
            b'z' => {
                if payload != xxh3_128(&bytes[..at]).to_le_bytes() {
                    return Err(damaged(at, "the sum over the whole file is wrong"));
                }
                if !after.is_empty() {
                    return Err(damaged(
                        bytes.len() - after.len(),
                        "there is something after its end",
                    ));
                }
                break;
            }
            tag => match TREES.iter().position(|(own, _)| *own == tag) {
                Some(tree) => rows(payload, within, &mut trees[tree])?,
                None => return Err(damaged(at, "a kind of block nobody knows")),
            },
        }
        rest = after;
        number += 1;
    }
    let (Some(information), Some(header)) = (information, header) else {
        return Err(damaged(TITLE.len(), "it does not say what it is a backup of"));
    };
    let read = Read {
        information,
        header,
        trees,
    };
    read.hold_against_header()?;
    Ok(read)
}

/// What is wrong with the first line.
fn title(bytes: &[u8]) -> Unusable {
    let number = bytes.get(NAME.len()..TITLE.len() - 1);
    let number = number.and_then(|digits| std::str::from_utf8(digits).ok()?.parse::<u32>().ok());
    match number {
        Some(number) if number > 1 => Unusable::Newer,
        _ => damaged(NAME.len(), "its first line is not as it was written"),
    }
}

fn header_problem(at: usize, why: HeaderProblem) -> Unusable {
    match why {
        HeaderProblem::Newer(_) => Unusable::Newer,
        HeaderProblem::Foreign | HeaderProblem::Broken => damaged(at, "the header of the database is broken"),
    }
}

/// The tag and payload of the next block, and what follows it.
fn block(rest: &[u8], number: u64, at: usize) -> Result<(u8, &[u8], &[u8]), Unusable> {
    let early = || damaged(at, format!("it ends in the middle of block {number}"));
    let (tag, rest) = rest.split_first().ok_or_else(early)?;
    let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(early)?;
    let length = u32::from_le_bytes(*length) as usize;
    if length > LONGEST {
        return Err(damaged(
            at,
            format!("block {number} says that it is {length} bytes long"),
        ));
    }
    let (payload, rest) = rest.split_at_checked(length).ok_or_else(early)?;
    let (found, rest) = rest.split_first_chunk::<8>().ok_or_else(early)?;
    if sum(number, *tag, payload) != u64::from_le_bytes(*found) {
        return Err(damaged(at, format!("block {number} is not as it was written")));
    }
    Ok((*tag, payload, rest))
}

/// Takes the rows out of a block.
fn rows<'a>(payload: &'a [u8], at: usize, into: &mut Vec<Row<'a>>) -> Result<(), Unusable> {
    let mut rest = payload;
    while !rest.is_empty() {
        let cut = || damaged(at + payload.len() - rest.len(), "a row is cut short");
        let (length, after) = rest.split_first_chunk::<2>().ok_or_else(cut)?;
        let (key, after) = after
            .split_at_checked(usize::from(u16::from_le_bytes(*length)))
            .ok_or_else(cut)?;
        let (length, after) = after.split_first_chunk::<4>().ok_or_else(cut)?;
        let (value, after) = after
            .split_at_checked(u32::from_le_bytes(*length) as usize)
            .ok_or_else(cut)?;
        into.push((key, value));
        rest = after;
    }
    Ok(())
}

impl Read<'_> {
    fn contents(&self) -> Contents {
        Contents {
            revision: self.header.revision,
            records: self.header.records.rows,
            at: DateTime::from_timestamp_millis(self.information.at).unwrap_or_default(),
            program: self.information.program.clone(),
        }
    }

    /// Whether the rows are those that the header counts, and every record and line of history can be read.
    fn hold_against_header(&self) -> Result<(), Unusable> {
        let header = &self.header;
        let said = [header.records, header.entries, header.answers];
        for ((rows, said), (_, name)) in self.trees.iter().zip(said).zip(TREES) {
            let mut found = Tally::default();
            rows.iter().for_each(|(key, value)| found.add(key, value));
            if found != said {
                return Err(Unusable::Damaged(format!(
                    "{name}: {} rows where {} were saved, or not the same ones",
                    found.rows, said.rows
                )));
            }
        }
        let unreadable = |key: &[u8], why: Unreadable| match why {
            Unreadable::Newer { .. } => Unusable::Newer,
            Unreadable::Broken(why) => Unusable::Damaged(format!("{}: {why}", keys::shown(key))),
        };
        let [records, entries, _] = &self.trees;
        for (key, value) in records {
            let number = keys::read_record(key).map_or(0, |(_, id)| id.number);
            codec::read_record(number, value).map_err(|why| unreadable(key, why))?;
        }
        let heads = entries.iter().filter(|(key, _)| key.starts_with(keys::HEADS));
        for (key, value) in heads {
            codec::unwrap::<Head>(Other::Head, value).map_err(|why| unreadable(key, why))?;
        }
        Ok(())
    }
}

/// Writes rows into a new database, closes it and makes it durable.
pub(super) fn build<'a, I: Iterator<Item = Row<'a>>>(
    place: &Path,
    header: &Header,
    trees: [I; 3],
) -> sled::Result<()> {
    let db = sled::Config::new().path(place).flush_every_ms(None).open()?;
    for ((_, name), rows) in TREES.iter().zip(trees) {
        let tree = db.open_tree(name)?;
        let mut batch = sled::Batch::default();
        let mut weight = 0;
        for (key, value) in rows {
            weight += key.len() + value.len();
            batch.insert(key, value);
            if weight >= BATCH {
                tree.apply_batch(std::mem::take(&mut batch))?;
                weight = 0;
            }
        }
        tree.apply_batch(batch)?;
    }
    db.open_tree("meta")?
        .insert(super::open::HEADER, header.write())?;
    db.flush()?;
    drop(db);
    close(place)?;
    std::fs::File::open(place.join("db"))?.sync_all()?;
    std::fs::File::open(place)?.sync_all()?;
    Ok(())
}

/// Opens a database that was built and holds what is on the disk against its header.
pub(super) fn read_back(place: &Path, header: &Header) -> sled::Result<()> {
    let db = sled::Config::new().path(place).flush_every_ms(None).open()?;
    let wrong = |what: String| sled::Error::ReportableBug(what);
    for ((_, name), said) in TREES.iter().zip([header.records, header.entries, header.answers]) {
        let mut found = Tally::default();
        for row in &db.open_tree(name)? {
            let (key, value) = row?;
            found.add(&key, &value);
        }
        if found != said {
            return Err(wrong(format!("{name} do not read back as they were written")));
        }
    }
    let kept = db.open_tree("meta")?.get(super::open::HEADER)?;
    if kept.is_none_or(|kept| kept != header.write()) {
        return Err(wrong(
            "the header does not read back as it was written".to_owned(),
        ));
    }
    drop(db);
    close(place)
}

/// Waits until a database that was dropped may be opened or moved.
fn close(place: &Path) -> sled::Result<()> {
    closed(place).map_err(|problem| sled::Error::Io(std::io::Error::other(problem.to_string())))
}

/// Notes that a backup was taken: an erasure names those that still hold the person.
///
/// # Errors
/// When the note cannot be written; the backup is as good without it.
pub fn note(dir: &Path, by: &str, revision: Rev, now: DateTime<Utc>) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = std::fs::OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o660)
        .open(dir.join(TAKEN))?;
    let at = now.format("%Y-%m-%d %H:%M UTC");
    file.write_all(
        format!(
            "{at}, revision {revision}, by {}\n",
            crate::domain::text::visible(by)
        )
        .as_bytes(),
    )
}

/// The backups that were taken of a directory's database, oldest first: when, and by whom.
#[must_use]
pub fn taken(dir: &Path) -> Vec<String> {
    let notes = std::fs::read_to_string(dir.join(TAKEN)).unwrap_or_default();
    notes.lines().map(str::to_owned).collect()
}

/// Puts a backup into an empty directory, opens what came of it, and reads everything again.
///
/// # Errors
/// When the backup cannot be used, or the directory is not empty; an empty directory stays empty then, as far as
/// the disk allows.
pub fn restore(bytes: &[u8], dir: &Path) -> Result<Contents, Unusable> {
    let read = read(bytes)?;
    let occupied = |path: &Path| {
        let mut files = std::fs::read_dir(path).ok()?;
        files.next().is_some().then(|| {
            StoreProblem::new(
                Cause::Place,
                format!("{} is not empty", path.display()),
                "a backup goes into an empty directory: name a new one",
            )
        })
    };
    if let Some(problem) = occupied(dir) {
        return Err(Unusable::Place(problem));
    }
    let ground = Ground::at(dir).map_err(Unusable::Place)?;
    let _lock = ground.lock().map_err(Unusable::Place)?;
    let building = dir.join(BUILDING);
    let system = |error: &std::io::Error| Unusable::Place(StoreProblem::system(dir, "restore into", error));
    let rows = read.trees.each_ref().map(|rows| rows.iter().copied());
    build(&building, &read.header, rows).map_err(|error| match error {
        sled::Error::Io(error) => system(&error),
        error => Unusable::Place(StoreProblem::damaged(&building, error)),
    })?;
    let durable = || -> std::io::Result<()> {
        std::fs::rename(&building, dir.join(DATABASE))?;
        watermark::Watermark::open(dir, read.header.uuid, read.header.revision)?;
        std::fs::File::open(dir)?.sync_all()
    };
    durable().map_err(|error| system(&error))?;
    let store = Store::open(&ground).map_err(Unusable::Place)?;
    if let Some(found) = store.verify().into_iter().next() {
        return Err(Unusable::Place(StoreProblem::damaged(
            dir,
            format!("{}: {}", found.place, found.what),
        )));
    }
    Ok(read.contents())
}
