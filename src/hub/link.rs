//! A terminal's side of the store: a thread that keeps the connection, and never lets an edit go unanswered.
//!
//! The caller is never blocked: what it asks goes into a queue, what comes back arrives as [`LinkEvent`]s on the
//! link's thread. When the connection breaks, the link comes back by itself, starting a store if nobody answers,
//! and sends every unanswered edit again under its own nonce.

use std::io;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

mod hearing;

use hearing::{Heard, read_all};

use super::frame::{self, FrameProblem};
use super::start::{self, LinkProblem, Start};
use super::wire::{
    self, Answering, Checked, Condition, Down, Erased, Farewell, Greeting, Hello, Peer, Place, Strange, Up,
    Wanted,
};
use crate::domain::{Cohort, Edit, Entry, EntryHead, Id, Mint, Model, Person, Refusal, Rev};
use crate::store::codec;

/// How long the store may be silent: it ticks every second.
const SILENCE: Duration = Duration::from_secs(5);
/// How often silence is looked for.
const LISTEN: Duration = Duration::from_secs(1);
/// How often the store hears that we are still here.
const HERE: Duration = Duration::from_secs(10);
/// How long a write to the store may take; it always reads.
const WRITE_PATIENCE: Duration = Duration::from_secs(10);
/// How long to wait before trying again what failed for good reasons.
const LATER: Duration = Duration::from_secs(2);
/// How long to wait before trying again when a store ended as we came.
const SOON: Duration = Duration::from_millis(20);
/// How many times in a row a store may end as we come.
const FAILURES: u32 = 20;

/// Who joins, and what they want to see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Who {
    /// The admin's name, when not the Unix user's (`--as`).
    pub name: Option<String>,
    /// Which cohort.
    pub cohort: Wanted,
    /// What to do when no store is at work.
    pub start: Start,
}

/// What a link tells. Events come in the order in which the store sent them.
#[derive(Debug)]
pub enum LinkEvent {
    /// We are in, or in again: this is the cohort as it stands. Replaces every model held before.
    Welcome(Box<Model>, Greeting),
    /// Another cohort that was asked for by [`Link::open`].
    Opened(Box<Model>),
    /// An entry landed, ours or another's; of whatever cohort.
    Landed(Entry),
    /// Our edit is on disk. Its entry came just before, unless it landed under an earlier connection.
    Settled {
        /// The edit's nonce.
        nonce: u128,
        /// Its entry.
        rev: Rev,
    },
    /// Our edit was refused; nothing changed.
    Refused {
        /// The edit's nonce.
        nonce: u128,
        /// Why.
        refusal: Refusal,
    },
    /// Our edit could not be saved now (a full disk); it may be proposed again.
    Unsaved {
        /// The edit's nonce.
        nonce: u128,
        /// Why.
        problem: LinkProblem,
    },
    /// Lines of history, newest first.
    Heads(Vec<EntryHead>),
    /// A whole entry that was asked for; none when there is no such entry.
    EntryIs(Option<Box<Entry>>),
    /// Who else is here.
    Peers(Vec<Peer>),
    /// How the store is.
    Condition(Condition),
    /// What a check of everything on disk found.
    Verified(Checked),
    /// Everything there is, as a backup; empty for a viewer.
    BackedUp(Vec<u8>),
    /// The person is erased. The connection ends next and comes back, with models that do not hold the person.
    Erased(Erased),
    /// The connection is lost; the link is trying to come back. Unanswered edits are kept.
    Lost {
        /// When that was noticed, by the system's clock.
        since: DateTime<Utc>,
    },
    /// The store has been silent for five seconds; the connection stands, and what is unanswered is kept.
    Silent {
        /// The number of its process.
        pid: u32,
        /// When it was last heard, by the system's clock.
        since: DateTime<Utc>,
    },
    /// The store speaks again; after `Lost` a fresh `Welcome` came before.
    Back,
    /// There is no way in. Before the first `Welcome` the link has ended; after it, it tries on.
    Failed(LinkProblem),
}

/// A connection to a store, for a program that must not wait.
#[derive(Clone, Debug)]
pub struct Link {
    notes: Sender<Note>,
}

/// What the link's thread hears, from the caller and from the thread that reads.
enum Note {
    Ask(Ask),
    Heard(u64, Heard),
    Leave,
}

/// What the caller asks.
enum Ask {
    Propose(Edit),
    Undo(u128, Rev),
    Open(Id<Cohort>),
    Heads(Option<Rev>, u16),
    Entry(Rev),
    Place(Place),
    Condition,
    Verify,
    Retire,
    /// Do not wait any longer before trying again.
    Now,
    /// Everything there is, as a backup.
    Backup,
    Erase(u128, Id<Person>, String),
}

/// A mint seeded from the system's randomness: for the ids and nonces of one run of the program.
#[must_use]
pub fn mint() -> Mint {
    let mut seed = [0; 8];
    // Without randomness the clock and the process number still tell runs apart.
    if getrandom::fill(&mut seed).is_err() {
        let nanos = Utc::now().timestamp_nanos_opt().unwrap_or_default() as u64;
        seed = (nanos ^ u64::from(std::process::id()).rotate_left(40)).to_le_bytes();
    }
    Mint::seeded(u64::from_le_bytes(seed))
}

impl Link {
    /// Joins the store of a directory; everything further arrives by `to`, on the link's thread.
    #[must_use]
    pub fn join(dir: &Path, who: Who, to: impl Fn(LinkEvent) + Send + 'static) -> Self {
        let (notes, heard) = mpsc::channel();
        let keeper = Keeper {
            dir: dir.to_owned(),
            who,
            to: Box::new(to),
            notes: notes.clone(),
            heard,
            unanswered: Vec::new(),
            place: None,
            generation: 0,
            greeting: None,
            pid: 0,
            joined: false,
            lost: false,
            failures: 0,
        };
        let keeping = std::thread::Builder::new()
            .name("link".to_owned())
            .spawn(move || keeper.keep());
        // Without a thread nobody hears the notes, and every later event is missing: as when it had ended.
        drop(keeping);
        Self { notes }
    }

    fn ask(&self, ask: Ask) {
        // When the link has ended it said so by `Failed`.
        let _ = self.notes.send(Note::Ask(ask));
    }

    /// Proposes an edit; answered by `Settled`, `Refused` or `Unsaved`.
    pub fn propose(&self, edit: Edit) {
        self.ask(Ask::Propose(edit));
    }
    /// Takes an entry back, under this nonce; answered like an edit.
    pub fn undo(&self, nonce: u128, rev: Rev) {
        self.ask(Ask::Undo(nonce, rev));
    }
    /// Asks for another cohort; answered by `Opened`.
    pub fn open(&self, cohort: Id<Cohort>) {
        self.ask(Ask::Open(cohort));
    }
    /// Asks for lines of history before a revision, newest first; answered by `Heads`.
    pub fn heads(&self, before: Option<Rev>, limit: u16) {
        self.ask(Ask::Heads(before, limit));
    }
    /// Asks for a whole entry; answered by `EntryIs`.
    pub fn entry(&self, rev: Rev) {
        self.ask(Ask::Entry(rev));
    }
    /// Says where we are, for the others to see.
    pub fn place(&self, place: Place) {
        self.ask(Ask::Place(place));
    }
    /// Asks how the store is; answered by `Condition`.
    pub fn condition(&self) {
        self.ask(Ask::Condition);
    }
    /// Asks for everything on disk to be read and checked; answered by `Verified`.
    pub fn verify(&self) {
        self.ask(Ask::Verify);
    }
    /// Asks for everything as a backup; answered by `BackedUp`.
    pub fn backup(&self) {
        self.ask(Ask::Backup);
    }
    /// Asks for a person, whose name was typed, to be erased; answered by `Erased`, or as an edit is under this nonce.
    pub fn erase(&self, nonce: u128, person: Id<Person>, name: &str) {
        self.ask(Ask::Erase(nonce, person, name.to_owned()));
    }
    /// Asks the store to end, so that a newer program can start one; heard only from the data's owner.
    pub fn retire(&self) {
        self.ask(Ask::Retire);
    }
    /// Does not wait any longer before trying to come back.
    pub fn hurry(&self) {
        self.ask(Ask::Now);
    }
    /// Says good-bye. Edits that are still unanswered may or may not land.
    pub fn leave(&self) {
        let _ = self.notes.send(Note::Leave);
    }
}

/// Why a connection ended.
enum End {
    /// It broke; another is made.
    Lost,
    /// There is no way in.
    Failed(LinkProblem),
    /// We left.
    Left,
}

/// The link's thread.
struct Keeper {
    dir: PathBuf,
    who: Who,
    to: Box<dyn Fn(LinkEvent) + Send>,
    notes: Sender<Note>,
    heard: Receiver<Note>,
    unanswered: Vec<(u128, Ask)>,
    place: Option<Place>,
    generation: u64,
    greeting: Option<Greeting>,
    pid: u32,
    joined: bool,
    lost: bool,
    failures: u32,
}

impl Keeper {
    fn keep(mut self) {
        loop {
            let end = match self.come_in() {
                Ok(stream) => self.converse(&stream),
                Err(end) => end,
            };
            if self.joined && !self.lost && !matches!(end, End::Left) {
                self.lost = true;
                (self.to)(LinkEvent::Lost { since: Utc::now() });
            }
            match end {
                End::Left => return,
                End::Lost => self.failures += 1,
                End::Failed(problem) => {
                    (self.to)(LinkEvent::Failed(problem));
                    if !self.joined || self.wait(LATER).is_err() {
                        return;
                    }
                }
            }
        }
    }

    /// Waits before trying again, taking what is asked meanwhile; an error when we are to leave.
    fn wait(&mut self, patience: Duration) -> Result<(), ()> {
        let until = Instant::now() + patience;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.heard.recv_timeout(left) {
                Ok(Note::Ask(Ask::Now)) => return Ok(()),
                Ok(Note::Ask(ask)) => self.keep_for_later(ask),
                Ok(Note::Heard(..)) => {}
                Ok(Note::Leave) | Err(RecvTimeoutError::Disconnected) => return Err(()),
                Err(RecvTimeoutError::Timeout) => return Ok(()),
            }
        }
    }

    /// What must not be lost while there is no connection.
    fn keep_for_later(&mut self, ask: Ask) {
        match ask {
            Ask::Propose(edit) => self.unanswered.push((edit.nonce, Ask::Propose(edit))),
            Ask::Undo(nonce, rev) => self.unanswered.push((nonce, Ask::Undo(nonce, rev))),
            Ask::Erase(nonce, ..) => self.unanswered.push((nonce, ask)),
            Ask::Place(place) => self.place = Some(place),
            // Where we were going, for the next welcome.
            Ask::Open(cohort) => self.who.cohort = Wanted::This(cohort),
            // Asked of a store that is gone; the screen asks again when it is back.
            Ask::Heads(..)
            | Ask::Entry(_)
            | Ask::Condition
            | Ask::Verify
            | Ask::Retire
            | Ask::Now
            | Ask::Backup => {}
        }
    }

    /// Connects, says hello, reads the welcome, starts the reading thread.
    fn come_in(&mut self) -> Result<UnixStream, End> {
        if self.failures >= FAILURES {
            self.failures = 0;
            return Err(End::Failed(LinkProblem::unusable(
                format!("the store of {} ends again and again", self.dir.display()),
                format!("see {} there", super::LOG),
            )));
        }
        let stream = start::reach(&self.dir, &self.who.start, self.joined).map_err(End::Failed)?;
        let stream = match self.greet(stream) {
            Ok(greeted) => greeted,
            Err(Greeted::Refused(problem)) => return Err(End::Failed(problem)),
            Err(Greeted::Silent) => return Err(End::Failed(start::silent(&self.dir))),
            // Of the same owner and with nobody else there it makes room for a store of this program.
            Err(Greeted::Older { sessions: 0, .. })
                if self.who.start != Start::Never && start::retire_older(&self.dir) =>
            {
                self.wait(SOON).map_err(|()| End::Left)?;
                return Err(End::Lost);
            }
            Err(Greeted::Older { speaks, sessions }) => {
                return Err(End::Failed(start::older(speaks, sessions)));
            }
            // It ended as we came; its successor is reached or started.
            Err(Greeted::Gone) => {
                self.wait(SOON).map_err(|()| End::Left)?;
                return Err(End::Lost);
            }
        };
        self.generation += 1;
        // From here on silence is noticed by ticks that do not come, and does not end the connection.
        stream.set_read_timeout(None).map_err(|_| End::Lost)?;
        let (notes, generation) = (self.notes.clone(), self.generation);
        let reading = stream.try_clone().map_err(|_| End::Lost)?;
        std::thread::Builder::new()
            .name("from store".to_owned())
            .spawn(move || {
                read_all(reading, |heard| {
                    notes.send(Note::Heard(generation, heard)).is_ok()
                })
            })
            .map_err(|_| End::Lost)?;
        Ok(stream)
    }

    fn greet(&mut self, stream: UnixStream) -> Result<UnixStream, Greeted> {
        let gone = |error: io::Error| broken(&error);
        stream.set_read_timeout(Some(SILENCE)).map_err(gone)?;
        stream.set_write_timeout(Some(WRITE_PATIENCE)).map_err(gone)?;
        let hello = Hello {
            program: env!("CARGO_PKG_VERSION").to_owned(),
            claims: self.who.name.clone(),
            cohort: self.who.cohort.clone(),
        };
        frame::write(&mut &stream, &wire::hello(&hello)).map_err(gone)?;
        let first = next_frame(&stream)?;
        let answering: Answering = wire::read_first(&first).map_err(|strange| match strange {
            Strange::OtherProtocol { from, to, word } if to < wire::PROTOCOL.0 => Greeted::Older {
                speaks: (from, to),
                sessions: word,
            },
            strange => Greeted::Refused(other_program(&strange)),
        })?;
        self.pid = answering.pid;
        match codec::decode(&next_frame(&stream)?) {
            Ok(Down::Welcome(greeting)) => {
                self.greeting = Some(greeting);
                Ok(stream)
            }
            Ok(Down::Bye(farewell)) => match fatal(farewell) {
                Some(problem) => Err(Greeted::Refused(problem)),
                None => Err(Greeted::Gone),
            },
            _ => Err(Greeted::Refused(other_program(&Strange::Foreign))),
        }
    }

    /// Speaks with the store until the connection ends.
    fn converse(&mut self, stream: &UnixStream) -> End {
        let end = self.exchange(stream);
        // The reading thread ends with it.
        let _ = stream.shutdown(Shutdown::Both);
        end
    }

    fn exchange(&mut self, stream: &UnixStream) -> End {
        let again: Vec<Up> = self.unanswered.iter().flat_map(|(_, ask)| spoken(ask)).collect();
        let place = self.place.clone().map(Up::Place);
        if again.into_iter().chain(place).any(|up| say(stream, &up).is_err()) {
            return End::Lost;
        }
        let (mut quiet, mut told) = (0, Instant::now());
        loop {
            if told.elapsed() >= HERE {
                told = Instant::now();
                if say(stream, &Up::Here).is_err() {
                    return End::Lost;
                }
            }
            let note = match self.heard.recv_timeout(LISTEN) {
                Ok(note) => note,
                Err(RecvTimeoutError::Timeout) => {
                    // Counted, not measured: a terminal that was itself stopped has heard nothing either.
                    quiet += 1;
                    if LISTEN * quiet == SILENCE {
                        let (pid, since) = (self.pid, Utc::now() - SILENCE);
                        (self.to)(LinkEvent::Silent { pid, since });
                    }
                    continue;
                }
                // We hold a sender ourselves, so the channel cannot close.
                Err(RecvTimeoutError::Disconnected) => return End::Left,
            };
            if matches!(note, Note::Heard(generation, _) if generation == self.generation) {
                if LISTEN * quiet >= SILENCE {
                    (self.to)(LinkEvent::Back);
                }
                quiet = 0;
            }
            match note {
                Note::Leave => {
                    let _ = say(stream, &Up::Bye);
                    return End::Left;
                }
                Note::Ask(ask) => {
                    let words = spoken(&ask);
                    self.keep_for_later(ask);
                    if words.iter().any(|up| say(stream, up).is_err()) {
                        return End::Lost;
                    }
                }
                Note::Heard(generation, _) if generation != self.generation => {}
                Note::Heard(_, heard) => {
                    if let Some(end) = self.pass_on(heard) {
                        return end;
                    }
                }
            }
        }
    }

    fn pass_on(&mut self, heard: Heard) -> Option<End> {
        match heard {
            Heard::Tick => {}
            Heard::Model(model) => match self.greeting.take() {
                Some(greeting) => {
                    let again = std::mem::replace(&mut self.joined, true);
                    (self.lost, self.failures) = (false, 0);
                    (self.to)(LinkEvent::Welcome(model, greeting));
                    if again {
                        (self.to)(LinkEvent::Back);
                    }
                }
                None => (self.to)(LinkEvent::Opened(model)),
            },
            Heard::Event(event) => {
                if let LinkEvent::Settled { nonce, .. }
                | LinkEvent::Refused { nonce, .. }
                | LinkEvent::Unsaved { nonce, .. } = &event
                {
                    self.unanswered.retain(|(other, _)| other != nonce);
                }
                if matches!(event, LinkEvent::Erased(_)) {
                    self.unanswered.retain(|(_, ask)| !matches!(ask, Ask::Erase(..)));
                }
                (self.to)(event);
            }
            Heard::Farewell(farewell) => return Some(fatal(farewell).map_or(End::Lost, End::Failed)),
            Heard::Gone(why) => {
                tracing::info!("the connection to the store ended: {why}");
                return Some(End::Lost);
            }
        }
        None
    }
}

/// How a greeting can fail.
enum Greeted {
    /// The other side went away.
    Gone,
    /// It is there and says nothing.
    Silent,
    /// It said no.
    Refused(LinkProblem),
    /// It is of an older program.
    Older {
        /// The protocols it speaks.
        speaks: (u16, u16),
        /// How many others are connected to it.
        sessions: u16,
    },
}

fn broken(error: &io::Error) -> Greeted {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Greeted::Silent,
        _ => Greeted::Gone,
    }
}

fn next_frame(stream: &UnixStream) -> Result<Vec<u8>, Greeted> {
    frame::read(&mut &*stream, frame::LIMIT, |_| ()).map_err(|problem| match problem {
        FrameProblem::Gone(error) => broken(&error),
        FrameProblem::Hostile(_) => Greeted::Refused(other_program(&Strange::Foreign)),
    })
}

fn other_program(strange: &Strange) -> LinkProblem {
    match strange {
        Strange::Foreign => LinkProblem::unusable(
            "something else than a cohort store answers on its socket",
            "look at who made the file sock in the data directory",
        ),
        Strange::OtherProtocol { from, to, .. } => LinkProblem::unusable(
            format!(
                "the store speaks protocol {from} to {to}, this program {} to {}: this program is the older one",
                wire::PROTOCOL.0,
                wire::PROTOCOL.1
            ),
            "leave it and start cohort again: the newer version is installed",
        ),
    }
}

/// The farewells after which trying again is of no use.
fn fatal(farewell: Farewell) -> Option<LinkProblem> {
    match farewell {
        Farewell::NotPermitted { what, hint } => Some(LinkProblem::not_permitted(what, hint)),
        Farewell::Missing { what, hint } => Some(LinkProblem::missing(what, hint)),
        Farewell::Crowded => Some(LinkProblem::unusable(
            "too many sessions are open on this data",
            "close some of them",
        )),
        Farewell::Lagging | Farewell::Retiring | Farewell::Unreadable => None,
    }
}

/// What is said for what is asked.
fn spoken(ask: &Ask) -> Vec<Up> {
    match ask {
        Ask::Propose(edit) => {
            let (parts, last) = wire::cut(&codec::changes(&edit.changes));
            let propose = Up::Propose {
                nonce: edit.nonce,
                cohort: edit.cohort,
                label: edit.label.clone(),
                last,
            };
            parts.into_iter().map(Up::Part).chain([propose]).collect()
        }
        Ask::Undo(nonce, rev) => vec![Up::Undo {
            nonce: *nonce,
            rev: *rev,
        }],
        Ask::Open(cohort) => vec![Up::Open { cohort: *cohort }],
        Ask::Heads(before, limit) => vec![Up::Entries {
            before: *before,
            limit: *limit,
        }],
        Ask::Entry(rev) => vec![Up::Entry { rev: *rev }],
        Ask::Place(place) => vec![Up::Place(place.clone())],
        Ask::Condition => vec![Up::Status],
        Ask::Verify => vec![Up::Verify],
        Ask::Retire => vec![Up::Retire],
        Ask::Now => Vec::new(),
        Ask::Backup => vec![Up::Backup],
        Ask::Erase(nonce, person, name) => vec![Up::Erase {
            nonce: *nonce,
            person: *person,
            name: name.clone(),
        }],
    }
}

fn say(mut stream: &UnixStream, up: &Up) -> io::Result<()> {
    frame::write(&mut stream, &codec::encode(up))
}
