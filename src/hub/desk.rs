//! The one writer: hears every seat in turn, judges, commits, and tells everybody.
//!
//! Edits that wait together are committed together. Within a group each is judged on the models as the earlier ones
//! of the group leave them; nobody is told or shown anything before the group is on disk, and if it cannot be
//! brought there the process ends and with it what was only in memory.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use chrono::{DateTime, SubsecRound, Utc};

use super::seat::{Inbox, Item, Newcomer, Outbox, Said, SeatId, frames};
use super::who::{self, Account};
use super::wire::{self, Checked, Condition, Down, Farewell, Greeting, Peer, Place, Wanted};
use crate::domain::{AdminName, AdminRole, Cohort, CohortState, Id, Model, Rev};
use crate::store::{Ground, ROOM_TO_COMMIT, Store, StoreProblem, Verdict, backup};

mod edits;
mod erasing;

/// The store's clock.
pub type Clock = Box<dyn Fn() -> DateTime<Utc> + Send>;

/// Most edits that are committed together.
const GROUP: usize = 64;
/// Most bytes that are committed together, of the 64 KB that a power cut leaves whole.
const GROUP_BYTES: usize = 60 << 10;
/// How often everybody hears that all is well.
const TICK: Duration = Duration::from_secs(1);
/// How long changes of place gather before everybody is told.
const GATHER: Duration = Duration::from_millis(250);
/// After how long without a word somebody is no longer shown as present (ux.md §7.7).
const AWAY: Duration = Duration::from_secs(30);
/// Under this number a model holds only what the programme shares.
const SHARED: Id<Cohort> = Id::new(0);

/// Somebody connected.
struct Seat {
    name: AdminName,
    account: Account,
    cohort: Id<Cohort>,
    place: Place,
    since: DateTime<Utc>,
    idle_since: DateTime<Utc>,
    /// When anything was heard from them, alive or only there.
    heard: Instant,
    outbox: Arc<Outbox>,
}

impl Seat {
    /// Whether the others are told of them: a terminal that says where it is, and has been heard of lately. Commands
    /// come and go unseen.
    fn is_present(&self) -> bool {
        !self.place.view.is_empty() && self.heard.elapsed() < AWAY
    }
}

/// The writer's state.
pub struct Desk {
    store: erasing::Kept,
    ground: Ground,
    clock: Clock,
    started: DateTime<Utc>,
    models: HashMap<Id<Cohort>, Arc<Model>>,
    undone: HashMap<Rev, Rev>,
    seats: HashMap<SeatId, Seat>,
    group: Vec<(SeatId, Verdict)>,
    group_bytes: usize,
    peers_changed: Option<Instant>,
    present: usize,
    idle_exit: Option<Duration>,
    empty_since: Instant,
    room_to_commit: u64,
    stopping: bool,
}

impl Desk {
    /// A desk over an open store.
    ///
    /// # Errors
    /// When what is shared cannot be read.
    pub fn new(
        store: Store,
        ground: Ground,
        clock: Clock,
        idle_exit: Option<Duration>,
    ) -> Result<Self, StoreProblem> {
        let shared = store.model(SHARED)?;
        let undone = store.undone()?;
        let started = clock();
        Ok(Self {
            store: erasing::Kept::of(store),
            ground,
            clock,
            started,
            models: HashMap::from([(SHARED, Arc::new(shared))]),
            undone,
            seats: HashMap::new(),
            group: Vec::new(),
            group_bytes: 0,
            peers_changed: None,
            present: 0,
            idle_exit,
            empty_since: Instant::now(),
            room_to_commit: ROOM_TO_COMMIT,
            stopping: false,
        })
    }

    /// Refuses edits when less than this is free on the disk; for tests of a full one.
    #[must_use]
    pub fn keeping_free(mut self, bytes: u64) -> Self {
        self.room_to_commit = bytes;
        self
    }

    /// Works until there is nothing more to do: nobody has been here for long enough, or it is told to stop.
    pub fn run(mut self, inbox: &Receiver<Inbox>) {
        let mut next_tick = Instant::now() + TICK;
        loop {
            self.go_when_idle();
            if self.stopping {
                break;
            }
            let gathered = self.peers_changed.map_or(next_tick, |since| since + GATHER);
            let wait = next_tick.min(gathered).saturating_duration_since(Instant::now());
            match inbox.recv_timeout(wait) {
                Ok(first) => {
                    self.hear(first);
                    while !self.stopping && self.group.len() < GROUP && self.group_bytes < GROUP_BYTES {
                        let Ok(next) = inbox.try_recv() else { break };
                        self.hear(next);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            self.settle();
            if self.peers_changed.is_some_and(|since| since.elapsed() >= GATHER) {
                self.tell_peers();
            }
            if next_tick <= Instant::now() {
                next_tick = Instant::now() + TICK;
                if self.seats.values().filter(|seat| seat.is_present()).count() != self.present {
                    self.peers_changed.get_or_insert_with(Instant::now);
                }
                self.tell_all(&[Down::Tick {
                    rev: self.store.header().revision,
                }]);
            }
        }
        for seat in self.seats.values() {
            seat.outbox.dismiss(Farewell::Retiring);
        }
    }

    fn go_when_idle(&mut self) {
        let long_enough = self
            .idle_exit
            .is_some_and(|idle| self.empty_since.elapsed() >= idle);
        if self.seats.is_empty() && long_enough {
            self.stopping = true;
        }
    }

    fn now(&self) -> DateTime<Utc> {
        (self.clock)().trunc_subsecs(3)
    }

    fn hear(&mut self, message: Inbox) {
        match message {
            Inbox::Came(id, newcomer) => self.welcome(id, newcomer),
            Inbox::Left(id) => {
                if self.seats.remove(&id).is_some() {
                    self.peers_changed.get_or_insert_with(Instant::now);
                }
                self.empty_since = Instant::now();
            }
            Inbox::Stop => {
                self.settle();
                self.stopping = true;
            }
            Inbox::Said(id, said) => {
                let now = self.now();
                let Some(seat) = self.seats.get_mut(&id) else {
                    return;
                };
                seat.heard = Instant::now();
                if !matches!(said, Said::Here) {
                    seat.idle_since = now;
                }
                self.answer(id, said);
            }
        }
    }

    fn answer(&mut self, id: SeatId, said: Said) {
        match said {
            Said::Propose(proposal) => self.propose(id, proposal),
            Said::Undo(nonce, rev) => self.undo(id, nonce, rev),
            Said::Place(place) => {
                if let Some(seat) = self.seats.get_mut(&id) {
                    seat.place = place;
                }
                self.peers_changed.get_or_insert_with(Instant::now);
            }
            Said::Open(cohort) => self.open(id, cohort),
            Said::Entries(before, limit) => {
                self.settle();
                let cohort = self.seats.get(&id).map(|seat| seat.cohort);
                let heads = self.must(self.store.heads(cohort, before, limit.min(1_000)));
                self.say(id, &Down::Heads(heads));
            }
            Said::Entry(rev) => {
                self.settle();
                let found = self.must(self.store.packed(rev));
                let (head, changes) = found.map_or((None, Vec::new()), |(head, bytes)| (Some(head), bytes));
                let (parts, last) = wire::cut(&changes);
                let mut messages: Vec<Down> = parts.into_iter().map(Down::Part).collect();
                messages.push(Down::EntryIs { head, last });
                self.push(id, Item::Frames(frames(&messages)));
            }
            Said::Here => {}
            Said::Status => {
                let header = self.store.header();
                let condition = Condition {
                    pid: std::process::id(),
                    program: env!("CARGO_PKG_VERSION").to_owned(),
                    since: self.started,
                    revision: header.revision,
                    records: header.records.rows,
                    seats: u32::try_from(self.seats.len()).unwrap_or(u32::MAX),
                };
                self.say(id, &Down::Condition(condition));
            }
            Said::Verify => {
                self.settle();
                let findings = self.store.verify();
                let header = self.store.header();
                let checked = Checked {
                    revision: header.revision,
                    records: header.records.rows,
                    problems: findings
                        .into_iter()
                        .take(1_000)
                        .map(|found| (found.place, found.what))
                        .collect(),
                };
                self.say(id, &Down::Verified(checked));
            }
            Said::Backup => {
                self.settle();
                let shared = self.model(SHARED);
                let viewer = self.seats.get(&id).is_none_or(|seat| {
                    let found = who::identify(&seat.account, Some(&seat.name), me(), &shared);
                    found.is_ok_and(|(_, role)| role == AdminRole::Viewer)
                });
                let bytes = if viewer {
                    Vec::new()
                } else {
                    self.note_backup(id);
                    self.must(self.store.backup(self.now()))
                };
                let (parts, last) = wire::cut(&bytes);
                let mut messages: Vec<Down> = parts.into_iter().map(Down::Part).collect();
                messages.push(Down::BackedUp(last));
                self.push(id, Item::Frames(frames(&messages)));
            }
            Said::Erase(nonce, person, name) => self.erase(id, nonce, person, &name),
            Said::Retire => {
                let may = self.seats.get(&id).is_some_and(|seat| seat.account.uid == me());
                if may {
                    self.settle();
                    self.stopping = true;
                }
            }
        }
    }

    /// Notes who takes a backup: an erasure names those that still hold the person.
    fn note_backup(&self, id: SeatId) {
        let by = self.seats.get(&id).map_or("", |seat| &seat.name);
        let revision = self.store.header().revision;
        if let Err(error) = backup::note(self.ground.dir(), by, revision, self.now()) {
            tracing::warn!("that a backup was taken could not be noted: {error}");
        }
    }

    /// What the store could not read is damage found late: the process ends, and the next start says what it is.
    fn must<T>(&self, read: Result<T, StoreProblem>) -> T {
        match read {
            Ok(value) => value,
            Err(problem) => {
                tracing::error!("the store ends here: {problem}");
                std::process::abort()
            }
        }
    }

    fn say(&self, id: SeatId, message: &Down) {
        if let Some(seat) = self.seats.get(&id) {
            seat.outbox.say(message);
        }
    }

    fn push(&self, id: SeatId, item: Item) {
        if let Some(seat) = self.seats.get(&id) {
            seat.outbox.push(item);
        }
    }

    fn tell_all(&self, messages: &[Down]) {
        let frames = frames(messages);
        for seat in self.seats.values() {
            seat.outbox.push(Item::Frames(Arc::clone(&frames)));
        }
    }

    fn tell_peers(&mut self) {
        self.peers_changed = None;
        let present = self.seats.iter().filter(|(_, seat)| seat.is_present());
        let mut ids: Vec<SeatId> = present.map(|(id, _)| *id).collect();
        ids.sort_unstable();
        self.present = ids.len();
        let peer = |seat: &Seat| Peer {
            name: seat.name.clone(),
            initials: who::initials(&seat.name),
            place: seat.place.clone(),
            since: seat.since,
            idle_since: seat.idle_since,
        };
        for (id, seat) in &self.seats {
            let others = ids
                .iter()
                .filter(|other| **other != *id)
                .map(|other| peer(&self.seats[other]));
            seat.outbox.say(&Down::Peers(others.collect()));
        }
    }

    fn welcome(&mut self, id: SeatId, newcomer: Newcomer) {
        self.settle();
        let Newcomer {
            account,
            hello,
            outbox,
        } = newcomer;
        let shared = self.model(SHARED);
        let found = who::identify(&account, hello.claims.as_deref(), me(), &shared)
            .and_then(|me| Ok((me, wanted(&hello.cohort, &shared)?)));
        let ((name, role), focus) = match found {
            Ok(found) => found,
            Err(why) => {
                outbox.dismiss(why);
                return;
            }
        };
        let greeting = Greeting {
            me: name.clone(),
            role,
            focus,
            cohorts: cohorts(&shared),
        };
        outbox.say(&Down::Welcome(greeting));
        outbox.push(Item::Snapshot(self.model(focus)));
        let now = self.now();
        let seat = Seat {
            name,
            account,
            cohort: focus,
            place: Place::default(),
            since: now,
            idle_since: now,
            heard: Instant::now(),
            outbox,
        };
        self.seats.insert(id, seat);
        self.peers_changed.get_or_insert_with(Instant::now);
    }

    fn open(&mut self, id: SeatId, cohort: Id<Cohort>) {
        self.settle();
        let known = cohort == SHARED || self.model(SHARED).cohorts.has(cohort);
        let cohort = if known { cohort } else { SHARED };
        let model = self.model(cohort);
        if let Some(seat) = self.seats.get_mut(&id) {
            seat.cohort = cohort;
            seat.outbox.push(Item::Snapshot(model));
        }
    }

    /// The model of a cohort, loaded when it is first asked for.
    fn model(&mut self, cohort: Id<Cohort>) -> Arc<Model> {
        if !self.models.contains_key(&cohort) {
            // What waits in the group is in the loaded models, but not yet in the store.
            self.settle();
            let model = self.must(self.store.model(cohort));
            self.models.insert(cohort, Arc::new(model));
        }
        Arc::clone(&self.models[&cohort])
    }
}

/// The account that owns the data: the store runs as nobody else.
fn me() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Every cohort, oldest first.
fn cohorts(shared: &Model) -> Vec<(Id<Cohort>, Cohort)> {
    let mut cohorts: Vec<_> = shared.cohorts.iter().map(|(id, is)| (id, is.clone())).collect();
    cohorts.sort_by(|(_, one), (_, other)| (one.first_day, &one.name).cmp(&(other.first_day, &other.name)));
    cohorts
}

/// The cohort somebody wants: as asked; usually the running one, else the newest, else none.
fn wanted(wanted: &Wanted, shared: &Model) -> Result<Id<Cohort>, Farewell> {
    let cohorts = cohorts(shared);
    let found = match wanted {
        Wanted::This(id) => cohorts.iter().find(|(cohort, _)| cohort == id),
        Wanted::Named(name) => {
            let name = name.trim().to_lowercase();
            cohorts
                .iter()
                .rev()
                .find(|(_, cohort)| cohort.name.to_lowercase() == name)
        }
        Wanted::Usual => {
            let running = cohorts
                .iter()
                .rev()
                .find(|(_, cohort)| cohort.state == CohortState::Running);
            return Ok(running.or(cohorts.last()).map_or(SHARED, |(id, _)| *id));
        }
    };
    let names: Vec<&str> = cohorts.iter().map(|(_, cohort)| cohort.name.as_str()).collect();
    found.map(|(id, _)| *id).ok_or_else(|| Farewell::Missing {
        what: match wanted {
            Wanted::Named(name) => format!("there is no cohort {name}"),
            _ => "there is no such cohort".to_owned(),
        },
        hint: match names.as_slice() {
            [] => "there is none yet: cohort init makes one".to_owned(),
            names => format!("there are: {}", names.join(", ")),
        },
    })
}
