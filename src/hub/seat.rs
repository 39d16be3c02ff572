//! One connection seen from the store: a thread that reads what is said, and one that writes from a bounded queue.
//!
//! The writer thread of the store never waits for a seat: it puts messages into the queue, and a queue that is full
//! ends the connection, so that nobody is left silently stale.

use std::collections::VecDeque;
use std::io::Write;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::frame::{self, FrameProblem};
use super::who::Account;
use super::wire::{
    self, Answering, Down, EDIT_LIMIT, Farewell, Hello, PROTOCOL, Place, Strange, Up, WireRow,
};
use crate::domain::{Change, Cohort, Id, Label, Model, Person, Rev};
use crate::store::codec::{self, Bytes};

/// Most messages that wait for one seat.
const QUEUE: usize = 4_096;
/// Most bytes that wait for one seat. A longer message than this is taken only when little waits.
const QUEUE_BYTES: usize = 4 << 20;
/// How long a write may make no progress.
const WRITE_PATIENCE: Duration = Duration::from_secs(2);
/// How long a stranger may take to say hello.
const HELLO_PATIENCE: Duration = Duration::from_secs(5);
/// How long a frame may take once it has begun.
const FRAME_PATIENCE: Duration = Duration::from_secs(30);

/// The number of a connection, never used twice in one process.
pub type SeatId = u64;

/// What the writer thread hears.
pub enum Inbox {
    /// Somebody has come in and said hello.
    Came(SeatId, Newcomer),
    /// Somebody said something.
    Said(SeatId, Said),
    /// Somebody has gone.
    Left(SeatId),
    /// The store is to end.
    Stop,
}

/// Somebody who has said hello.
pub struct Newcomer {
    /// The Unix account.
    pub account: Account,
    /// What was said.
    pub hello: Hello,
    /// Where messages to them go.
    pub outbox: Arc<Outbox>,
}

/// What somebody said, in whole messages.
pub enum Said {
    /// An edit.
    Propose(Proposal),
    /// Take an entry back.
    Undo(u128, Rev),
    /// Show another cohort.
    Open(Id<Cohort>),
    /// Lines of history before a revision, at most so many.
    Entries(Option<Rev>, usize),
    /// One whole entry.
    Entry(Rev),
    /// Where they are.
    Place(Place),
    /// How is the store?
    Status,
    /// Is everything as it was saved?
    Verify,
    /// May the store end?
    Retire,
    /// They are still there.
    Here,
    /// Everything there is, as a backup.
    Backup,
    /// Erase a person, under this nonce; the name was typed to say that it is meant.
    Erase(u128, Id<Person>, String),
}

/// An edit as it came, with its bytes.
pub struct Proposal {
    /// Its nonce.
    pub nonce: u128,
    /// Its cohort.
    pub cohort: Id<Cohort>,
    /// What is meant.
    pub label: Label,
    /// Its changes.
    pub changes: Vec<Change>,
    /// The changes as they came.
    pub bytes: Vec<u8>,
}

/// One thing to be written to a seat.
pub enum Item {
    /// Frames, ready to be sent; shared by all seats.
    Frames(Arc<[u8]>),
    /// A whole cohort, framed by the seat's own thread.
    Snapshot(Arc<Model>),
    /// Nothing more follows.
    Last(Arc<[u8]>),
}

/// The bounded queue of one seat.
pub struct Outbox {
    waiting: Mutex<Waiting>,
    more: Condvar,
    stream: UnixStream,
}

#[derive(Default)]
struct Waiting {
    items: VecDeque<Item>,
    bytes: usize,
    closed: bool,
}

/// Turns messages into frames, as one run of bytes.
#[must_use]
pub fn frames(messages: &[Down]) -> Arc<[u8]> {
    messages
        .iter()
        .flat_map(|message| frame::framed(&codec::encode(message)))
        .collect()
}

fn weight(item: &Item) -> usize {
    match item {
        // A long message is one allocation shared by all seats.
        Item::Frames(frames) | Item::Last(frames) => frames.len().min(QUEUE_BYTES / 4),
        Item::Snapshot(_) => 0,
    }
}

impl Outbox {
    fn new(stream: UnixStream) -> Self {
        Self {
            waiting: Mutex::default(),
            more: Condvar::new(),
            stream,
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts something into the queue; a queue that is full ends the connection. Never waits.
    pub fn push(&self, item: Item) {
        let mut waiting = self.waiting();
        if waiting.closed {
            return;
        }
        let weight = weight(&item);
        let full = waiting.items.len() >= QUEUE || waiting.bytes + weight > QUEUE_BYTES;
        if full {
            waiting.closed = true;
            waiting.items.clear();
            drop(waiting);
            // It did not read: tell it if there is room for a word, and never leave it believing it is up to date.
            let _ = self.stream.set_nonblocking(true);
            let _ = (&self.stream).write(&frames(&[Down::Bye(Farewell::Lagging)]));
            self.cut();
        } else {
            waiting.bytes += weight;
            waiting.closed = matches!(item, Item::Last(_));
            waiting.items.push_back(item);
        }
        self.more.notify_one();
    }

    /// Puts a message into the queue.
    pub fn say(&self, message: &Down) {
        self.push(Item::Frames(frames(std::slice::from_ref(message))));
    }

    /// Says good-bye, after everything that waits.
    pub fn dismiss(&self, why: Farewell) {
        self.push(Item::Last(frames(&[Down::Bye(why)])));
    }

    /// Ends the connection now.
    pub fn cut(&self) {
        // It may be gone already.
        let _ = self.stream.shutdown(Shutdown::Both);
    }

    /// The next thing to write; waits for one. `None` when nothing more follows.
    fn next(&self) -> Option<Item> {
        let mut waiting = self.waiting();
        loop {
            if let Some(item) = waiting.items.pop_front() {
                waiting.bytes -= weight(&item);
                return Some(item);
            }
            if waiting.closed {
                return None;
            }
            waiting = self.more.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn close(&self) {
        self.waiting().closed = true;
        self.more.notify_one();
    }
}

/// Serves one connection until it ends; runs on its reading thread. `over` is set when the writer has ended.
pub fn serve(
    id: SeatId,
    stream: UnixStream,
    answering: (Answering, u16),
    inbox: &SyncSender<Inbox>,
    over: &AtomicBool,
) {
    match begin(&stream, answering, inbox) {
        Ok((account, hello, outbox)) => {
            let writing = Arc::clone(&outbox);
            let writer = std::thread::Builder::new()
                .name(format!("to seat {id}"))
                .spawn(move || write_from(&writing));
            let newcomer = Newcomer {
                account,
                hello,
                outbox: Arc::clone(&outbox),
            };
            let came = writer.is_ok() && inbox.send(Inbox::Came(id, newcomer)).is_ok();
            // The writer sets `over` and then turns away who is still in its inbox: nobody falls between.
            if came && !over.load(Ordering::SeqCst) {
                if let Some(why) = listen(id, &stream, inbox) {
                    tracing::warn!("seat {id}: {why}");
                    outbox.dismiss(Farewell::Unreadable);
                }
                // Nobody listens when the store is ending.
                let _ = inbox.send(Inbox::Left(id));
            }
            outbox.close();
        }
        Err(why) => tracing::warn!("a connection was closed before it began: {why}"),
    }
}

/// Exchanges the first frames. A newer program of the data's owner may ask this store to make room for its own.
fn begin(
    stream: &UnixStream,
    (answering, others): (Answering, u16),
    inbox: &SyncSender<Inbox>,
) -> Result<(Account, Hello, Arc<Outbox>), String> {
    let say = |error: std::io::Error| error.to_string();
    let account = Account::behind(stream).map_err(say)?;
    stream.set_read_timeout(Some(HELLO_PATIENCE)).map_err(say)?;
    stream.set_write_timeout(Some(WRITE_PATIENCE)).map_err(say)?;
    let first = frame::read(&mut &*stream, frame::BEFORE_HELLO, |_| ()).map_err(|error| error.to_string())?;
    let hello: Result<Hello, Strange> = wire::read_first(&first);
    if hello != Err(Strange::Foreign) {
        // The same greeting for all: who speaks another protocol reads in it which ones are spoken here.
        frame::write(&mut &*stream, &wire::answering(&answering, others)).map_err(say)?;
    }
    if let Err(Strange::OtherProtocol { from, word, .. }) = hello
        && from > PROTOCOL.1
        && word == wire::RETIRE
        && account.uid == rustix::process::geteuid().as_raw()
    {
        // When nobody hears it, the store is ending already.
        let _ = inbox.send(Inbox::Stop);
        return Err("a newer program of the owner asked this store to end".to_owned());
    }
    let hello = hello.map_err(|why| format!("{why:?}"))?;
    let outbox = Outbox::new(stream.try_clone().map_err(say)?);
    Ok((account, hello, Arc::new(outbox)))
}

/// Hears what a seat says until it goes; answers why when what it said is not of this protocol.
fn listen(id: SeatId, stream: &UnixStream, inbox: &SyncSender<Inbox>) -> Option<String> {
    let mut parts: Vec<u8> = Vec::new();
    loop {
        // Silence is no fault, but a frame that has begun must end.
        stream.set_read_timeout(None).ok()?;
        let begun = |stream: &&UnixStream| {
            // On a socket that is gone the next read says so.
            let _ = stream.set_read_timeout(Some(FRAME_PATIENCE));
        };
        let payload = match frame::read(&mut &*stream, frame::LIMIT, begun) {
            Ok(payload) => payload,
            Err(FrameProblem::Gone(_)) => return None,
            Err(FrameProblem::Hostile(why)) => return Some(why.to_owned()),
        };
        let up: Up = match codec::decode(&payload) {
            Ok(up) => up,
            Err(why) => return Some(why.to_string()),
        };
        let said = match up {
            Up::Part(Bytes(more)) => {
                if parts.len() + more.len() > EDIT_LIMIT {
                    return Some("an edit that is too long".to_owned());
                }
                parts.extend(more);
                continue;
            }
            Up::Propose {
                nonce,
                cohort,
                label,
                last,
            } => {
                let mut bytes = std::mem::take(&mut parts);
                bytes.extend(last.0);
                match codec::read_changes(&bytes) {
                    Ok(changes) => Said::Propose(Proposal {
                        nonce,
                        cohort,
                        label,
                        changes,
                        bytes,
                    }),
                    Err(why) => return Some(why.to_string()),
                }
            }
            Up::Undo { nonce, rev } => Said::Undo(nonce, rev),
            Up::Open { cohort } => Said::Open(cohort),
            Up::Entries { before, limit } => Said::Entries(before, usize::from(limit)),
            Up::Entry { rev } => Said::Entry(rev),
            Up::Place(place) => Said::Place(place),
            Up::Status => Said::Status,
            Up::Verify => Said::Verify,
            Up::Retire => Said::Retire,
            Up::Here => Said::Here,
            Up::Backup => Said::Backup,
            Up::Erase { nonce, person, name } => Said::Erase(nonce, person, name),
            Up::Bye => return None,
        };
        inbox.send(Inbox::Said(id, said)).ok()?;
    }
}

/// Writes what waits until nothing more follows or the other side does not read.
fn write_from(outbox: &Outbox) {
    while let Some(item) = outbox.next() {
        let done = match item {
            Item::Frames(frames) => (&outbox.stream).write_all(&frames),
            Item::Snapshot(model) => write_model(&outbox.stream, &model),
            Item::Last(frames) => (&outbox.stream).write_all(&frames),
        };
        if done.is_err() {
            break;
        }
    }
    outbox.close();
    outbox.cut();
}

/// Streams a whole cohort.
fn write_model(mut stream: &UnixStream, model: &Model) -> std::io::Result<()> {
    let mut rows = Vec::new();
    let mut weight = 0;
    for (record, rev) in model.every_record() {
        let value = codec::record(&record, rev);
        weight += value.len() + 16;
        rows.push(WireRow {
            id: record.id().number,
            value: Bytes(value),
        });
        if weight > frame::PIECE {
            weight = 0;
            stream.write_all(&frames(&[Down::Rows(std::mem::take(&mut rows))]))?;
        }
    }
    let mut heads: Vec<_> = model.heads().cloned().collect();
    heads.reverse();
    let ready = Down::Ready {
        cohort: model.focus,
        rev: model.rev,
        heads,
    };
    stream.write_all(&frames(&[Down::Rows(rows), ready]))
}
