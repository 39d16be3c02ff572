//! Committing: one transaction, flush, our own fsync, the watermark; and nothing is retried.

use sled::transaction::{ConflictableTransactionError, TransactionError, Transactional, TransactionalTree};

use super::codec::{self, Other};
use super::header::{Header, Tally};
use super::open::HEADER;
use super::{Answer, Head, Outcome, Store, StoreProblem, keys};
use crate::domain::{Entry, Refusal, Rev};

/// Longest part of an entry, in bytes; sled keeps longer values in files it does not look after.
pub(super) const PART: usize = 8 << 10;
/// Most bytes of one commit: larger ones do not survive every power cut (reliability.md §1.5).
const COMMIT: usize = 64 << 10;
/// Most bytes of changes that land in one transaction with their records; more make a big edit.
pub const SMALL: usize = 24 << 10;
/// Answers kept whatever their age.
const ANSWERS_KEPT: u64 = 100_000;
/// Seconds for which an answer is kept.
const ANSWER_LIFE: i64 = 30 * 24 * 3600;
/// Most answers dropped in one commit.
const PRUNED: usize = 8;
/// Most clashes kept with a refusal; the screen shows the first ones.
const CLASHES_KEPT: usize = 16;

/// An entry about to be written.
pub struct Landing {
    /// The entry.
    pub entry: Entry,
    /// Its changes as bytes (`codec::changes`).
    pub changes: Vec<u8>,
    /// The hash of what was asked.
    pub payload: u128,
}

/// What is to be made durable together.
pub enum Verdict {
    /// An entry.
    Landed(Landing),
    /// A refusal, remembered so that the same question gets the same answer.
    Refused {
        /// The edit's nonce.
        nonce: u128,
        /// The hash of what was asked.
        payload: u128,
        /// When, in seconds of Unix time.
        at: i64,
        /// The refusal.
        refusal: Refusal,
    },
}

impl Verdict {
    /// About how many bytes it adds to a commit.
    #[must_use]
    pub fn weight(&self) -> usize {
        match self {
            Self::Landed(landing) => 2 * landing.changes.len() + 512,
            Self::Refused { .. } => 1024,
        }
    }
}

/// How far a commit, or an erasure, has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nothing is written.
    Begun,
    /// The transaction is in sled's memory.
    Written,
    /// It is with the system.
    Flushed,
    /// It is on the disk.
    Durable,
    /// The watermark says so; nobody has been told.
    Noted,
    /// A database without an erased person stands beside the one in use, and the person's letters are listed.
    Rewritten,
    /// It is the one in use; the old one stands beside it.
    Exchanged,
    /// The old one and the letters are overwritten and gone; nobody has been told.
    Cleared,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: [Self; 8] = [
        Self::Begun,
        Self::Written,
        Self::Flushed,
        Self::Durable,
        Self::Noted,
        Self::Rewritten,
        Self::Exchanged,
        Self::Cleared,
    ];
}

/// Who is called at every stage of every commit and erasure: tests end the process there.
pub type Stages = Box<dyn Fn(Stage) + Send>;

/// One row to write, or to take away.
enum Put {
    Record(Vec<u8>, Option<Vec<u8>>),
    Entry(Vec<u8>, Option<Vec<u8>>),
    Answer(Vec<u8>, Option<Vec<u8>>),
}

impl Put {
    fn weight(&self) -> usize {
        let (Self::Record(key, value) | Self::Entry(key, value) | Self::Answer(key, value)) = self;
        key.len() + value.as_ref().map_or(0, Vec::len)
    }
}

/// Says what went wrong with the disk, and ends the process: after a failed write or fsync nobody knows what is
/// on it until it is read again.
fn give_up(doing: &str, error: &dyn std::fmt::Display) -> ! {
    tracing::error!("the store ends here: {doing}: {error}");
    std::process::abort()
}

impl Store {
    /// Writes a group of small verdicts in one commit. Returns when they are durable; does not return on error.
    pub fn settle(&mut self, verdicts: &[Verdict]) {
        let mut header = self.header.clone();
        let mut puts = Vec::new();
        for verdict in verdicts {
            match verdict {
                Verdict::Landed(landing) => {
                    parts(landing, &mut puts);
                    self.head(landing, &mut header, &mut puts);
                    rows(&landing.entry, &mut puts);
                    header.applied = landing.entry.rev;
                }
                Verdict::Refused {
                    nonce,
                    payload,
                    at,
                    refusal,
                } => {
                    let mut refusal = refusal.clone();
                    refusal.clashes.truncate(CLASHES_KEPT);
                    let outcome = Outcome::Refused(refusal);
                    self.answer_with(
                        *nonce,
                        Answer {
                            payload: *payload,
                            at: *at,
                            outcome,
                        },
                        &mut header,
                        &mut puts,
                    );
                }
            }
        }
        self.commit(header, &puts);
    }

    /// Writes a big entry: its parts, then its head. When this returns the entry exists and will stay; its records
    /// are still to be put in place by [`Store::catch_up`]. `breathe` is called between commits.
    pub fn land(&mut self, landing: &Landing, breathe: impl FnMut()) {
        let mut puts = Vec::new();
        parts(landing, &mut puts);
        self.commit_in_pieces(puts, breathe);
        let mut header = self.header.clone();
        let mut puts = Vec::new();
        self.head(landing, &mut header, &mut puts);
        self.commit(header, &puts);
    }

    /// Puts the records of a landed entry in place, in small commits; `breathe` is called between them.
    pub fn catch_up(&mut self, entry: &Entry, breathe: impl FnMut()) {
        let mut puts = Vec::new();
        rows(entry, &mut puts);
        self.commit_in_pieces(puts, breathe);
        let mut header = self.header.clone();
        header.applied = entry.rev;
        self.commit(header, &[]);
    }

    /// Begins a new life of this database: what is written from here on belongs to this process.
    pub(super) fn begin_epoch(&mut self) {
        let mut header = self.header.clone();
        header.epoch += 1;
        self.commit(header, &[]);
    }

    /// Finishes what an interrupted process left: drops parts without a head, puts in place what a head promises.
    pub(super) fn finish_entries(&mut self) -> Result<(), StoreProblem> {
        let beyond = keys::part(self.header.revision + 1, 0);
        let mut orphans = Vec::new();
        for key in self.entries.range(beyond.to_vec()..).keys() {
            let key = key.map_err(|error| StoreProblem::damaged(&self.place, error))?;
            orphans.push(Put::Entry(key.to_vec(), None));
        }
        self.commit_in_pieces(orphans, || ());
        for rev in self.header.applied + 1..=self.header.revision {
            let entry = self
                .entry(rev)?
                .ok_or_else(|| StoreProblem::damaged(&self.place, format!("entry {rev} is missing")))?;
            self.catch_up(&entry, || ());
        }
        Ok(())
    }

    /// As far as [`Store::land`] had come when the process ended before the head was written.
    #[cfg(test)]
    pub(super) fn write_parts_only(&mut self, landing: &Landing) {
        let mut puts = Vec::new();
        parts(landing, &mut puts);
        self.commit_in_pieces(puts, || ());
    }

    fn head(&self, landing: &Landing, header: &mut Header, puts: &mut Vec<Put>) {
        let entry = &landing.entry;
        header.revision = entry.rev;
        let head = Head::of(entry, &landing.changes);
        puts.push(Put::Entry(
            keys::head(entry.rev).to_vec(),
            Some(codec::wrap(Other::Head, &head)),
        ));
        let answer = Answer {
            payload: landing.payload,
            at: entry.at.timestamp(),
            outcome: Outcome::Landed(entry.rev),
        };
        self.answer_with(entry.edit.nonce, answer, header, puts);
    }

    /// Remembers an answer, and forgets the oldest ones that nobody can still be waiting for.
    fn answer_with(&self, nonce: u128, answer: Answer, header: &mut Header, puts: &mut Vec<Put>) {
        let now = answer.at;
        let number = header.answered;
        header.answered += 1;
        puts.push(Put::Answer(
            keys::answer(nonce).to_vec(),
            Some(codec::wrap(Other::Answer, &answer)),
        ));
        puts.push(Put::Answer(
            keys::answered(number).to_vec(),
            Some(nonce.to_be_bytes().to_vec()),
        ));
        for _ in 0..PRUNED {
            if header.answered - header.oldest_answer <= ANSWERS_KEPT {
                break;
            }
            let order = keys::answered(header.oldest_answer);
            let Ok(Some(oldest)) = self.answers.get(order) else {
                break;
            };
            let Ok(oldest) = <[u8; 16]>::try_from(oldest.as_ref()) else {
                break;
            };
            let oldest = u128::from_be_bytes(oldest);
            match self.answer(oldest) {
                Ok(Some(answer)) if now - answer.at < ANSWER_LIFE => break,
                _ => {}
            }
            puts.push(Put::Answer(order.to_vec(), None));
            puts.push(Put::Answer(keys::answer(oldest).to_vec(), None));
            header.oldest_answer += 1;
        }
    }

    /// Commits rows in pieces of at most [`COMMIT`] bytes, each durable before the next.
    fn commit_in_pieces(&mut self, puts: Vec<Put>, mut breathe: impl FnMut()) {
        let mut piece = Vec::new();
        let mut weight = 0;
        for put in puts {
            if weight + put.weight() > COMMIT && !piece.is_empty() {
                self.commit(self.header.clone(), &piece);
                breathe();
                piece.clear();
                weight = 0;
            }
            weight += put.weight();
            piece.push(put);
        }
        if !piece.is_empty() {
            self.commit(self.header.clone(), &piece);
        }
    }

    /// Has somebody called at every stage of the commits to come.
    pub fn observe(&mut self, stages: Option<Stages>) {
        self.stages = stages;
    }

    fn reach(&self, stage: Stage) {
        if let Some(stages) = &self.stages {
            stages(stage);
        }
    }

    /// One commit: transaction, flush, fsync, watermark. Whatever fails ends the process.
    fn commit(&mut self, header: Header, puts: &[Put]) {
        self.reach(Stage::Begun);
        let trees = (&self.records, &self.entries, &self.answers, &self.meta);
        let done = trees.transaction(|(records, entries, answers, meta)| {
            // sled may run this twice, so it counts on a copy.
            let mut header = header.clone();
            for put in puts {
                match put {
                    Put::Record(key, value) => {
                        let (was, is) = replace(records, key, value.as_deref(), &mut header.records)?;
                        if let Some((_, id)) = keys::read_record(key).filter(|_| was != is) {
                            header.count(id.kind, is);
                        }
                    }
                    Put::Entry(key, value) => {
                        replace(entries, key, value.as_deref(), &mut header.entries)?;
                    }
                    Put::Answer(key, value) => {
                        replace(answers, key, value.as_deref(), &mut header.answers)?;
                    }
                }
            }
            meta.insert(HEADER, header.write())?;
            Ok::<Header, ConflictableTransactionError<()>>(header)
        });
        let header = match done {
            Ok(header) => header,
            Err(TransactionError::Storage(error)) => give_up("writing", &error),
            Err(TransactionError::Abort(())) => unreachable!("the transaction never aborts itself"),
        };
        self.reach(Stage::Written);
        if let Err(error) = self.db.flush() {
            give_up("flushing", &error);
        }
        self.reach(Stage::Flushed);
        if let Err(error) = self.file.sync_all() {
            give_up("making durable", &error);
        }
        self.reach(Stage::Durable);
        if let Err(error) = self.watermark.raise(header.revision) {
            give_up("noting how far it came", &error);
        }
        self.reach(Stage::Noted);
        self.header = header;
    }
}

/// Writes or removes a row and keeps the tally; answers whether there was one before and is one now.
fn replace(
    tree: &TransactionalTree,
    key: &[u8],
    value: Option<&[u8]>,
    tally: &mut Tally,
) -> Result<(bool, bool), ConflictableTransactionError<()>> {
    let before = match value {
        Some(value) => tree.insert(key, value)?,
        None => tree.remove(key)?,
    };
    if let Some(before) = &before {
        tally.remove(key, before);
    }
    if let Some(value) = value {
        tally.add(key, value);
    }
    Ok((before.is_some(), value.is_some()))
}

/// The parts of an entry.
fn parts(landing: &Landing, puts: &mut Vec<Put>) {
    for (number, part) in (0_u32..).zip(landing.changes.chunks(PART)) {
        let key = keys::part(landing.entry.rev, number).to_vec();
        puts.push(Put::Entry(key, Some(part.to_vec())));
    }
}

/// The records that an entry leaves.
fn rows(entry: &Entry, puts: &mut Vec<Put>) {
    for change in &entry.edit.changes {
        let key = keys::record(entry.edit.cohort, change.id()).to_vec();
        puts.push(Put::Record(key, codec::left_by(change, entry.rev)));
    }
}

impl Header {
    /// The number the next entry gets.
    #[must_use]
    pub fn next(&self) -> Rev {
        self.revision + 1
    }
}
