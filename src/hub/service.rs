//! The store process: the order of its start, the door, the checks that it is still the one, its end.

use std::fs::{File, OpenOptions};
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::Mode;

use super::desk::{Clock, Desk};
use super::seat::{self, Inbox, frames};
use super::who::Account;
use super::wire::{Answering, Down, Farewell, PROTOCOL};
use super::{frame, socket, wire};
use crate::store::{Cause, Ground, Lock, SCHEMA, Stages, Store, StoreProblem};

/// How many messages wait for the writer before the seats that send them wait.
const INBOX: usize = 256;
/// Most connections of one Unix account.
const PER_ACCOUNT: usize = 32;
/// Most connections in all.
const IN_ALL: usize = 128;
/// How often the store looks whether its lock and socket are still its own.
const LOOK: Duration = Duration::from_secs(30);
/// How often the door looks whether the store is ending.
const GLANCE: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 250_000_000,
};
/// Longest log that is kept before it is begun anew, in bytes.
const LOG_LIMIT: u64 = 1 << 20;
/// The log's name in the data directory.
pub const LOG: &str = "store.log";

/// How a store is to run.
pub struct Serving {
    /// Ends by itself when nobody has been connected for so long; never when none.
    pub idle_exit: Option<Duration>,
    /// The clock that stamps entries.
    pub clock: Clock,
    /// How often it looks whether its lock and socket are still its own.
    pub look_every: Duration,
    /// Refuses edits when less is free on the disk, in bytes; the usual reserve when none.
    pub keep_free: Option<u64>,
    /// The socket, when whoever started this process listens on it already (systemd).
    pub listener: Option<UnixListener>,
    /// Called at every stage of every commit; tests end the process there.
    pub stages: Option<Stages>,
}

impl Serving {
    /// For ever, by the system's clock.
    #[must_use]
    pub fn always() -> Self {
        Self {
            idle_exit: None,
            clock: Box::new(Utc::now),
            look_every: LOOK,
            keep_free: None,
            listener: None,
            stages: None,
        }
    }
}

/// A store at work in this process.
pub struct Service {
    inbox: SyncSender<Inbox>,
    door: JoinHandle<()>,
    desk: JoinHandle<()>,
    over: Arc<AtomicBool>,
    /// Its own socket's place; none when the socket is somebody else's to remove.
    socket: Option<PathBuf>,
    _lock: Arc<Mutex<Lock>>,
}

impl Service {
    /// Takes the directory, opens and checks the database, and begins to serve.
    ///
    /// # Errors
    /// When the directory, its lock, the database or the socket cannot be used.
    pub fn start(dir: &Path, serving: Serving) -> Result<Self, StoreProblem> {
        let ground = Ground::at(dir)?;
        let path = socket::place(dir)?;
        let mut lock = ground.lock()?;
        let mut store = Store::open(&ground)?;
        store.observe(serving.stages);
        let header = store.header();
        let answering = Answering {
            program: env!("CARGO_PKG_VERSION").to_owned(),
            schema: SCHEMA,
            uuid: header.uuid,
            revision: header.revision,
            pid: std::process::id(),
        };
        tracing::info!("open at entry {}, start number {}", header.revision, header.epoch);
        let mut desk = Desk::new(store, ground, serving.clock, serving.idle_exit)?;
        if let Some(bytes) = serving.keep_free {
            desk = desk.keeping_free(bytes);
        }
        let problem = |error: &std::io::Error| StoreProblem::system(&path, "listen on", error);
        let is_given = serving.listener.is_some();
        let listener = match serving.listener {
            Some(given) => handed_over(given, &path)?,
            None => socket::bind(&path).map_err(|error| problem(&error))?,
        };
        lock.sign(&path).map_err(|error| problem(&error))?;
        let lock = Arc::new(Mutex::new(lock));
        let over = Arc::new(AtomicBool::new(false));
        let (inbox, heard) = sync_channel(INBOX);
        let door = Door {
            listener,
            mine: socket::inode(&path),
            path: path.clone(),
            lock: Arc::clone(&lock),
            answering,
            inbox: inbox.clone(),
            over: Arc::clone(&over),
            present: Arc::default(),
            look_every: serving.look_every,
        };
        let spawn = |name: &str, work: Box<dyn FnOnce() + Send>| {
            std::thread::Builder::new()
                .name(name.to_owned())
                .spawn(work)
                .map_err(|error| problem(&error))
        };
        let done = Arc::clone(&over);
        let desk = spawn(
            "desk",
            Box::new(move || {
                desk.run(&heard);
                done.store(true, Ordering::SeqCst);
                turn_away_late_comers(&heard);
            }),
        )?;
        let door = spawn("door", Box::new(move || door.keep()))?;
        Ok(Self {
            inbox,
            door,
            desk,
            over,
            socket: (!is_given).then_some(path),
            _lock: lock,
        })
    }

    /// Asks it to finish what it has and end.
    pub fn stop(&self) {
        // When nobody hears it, it is ending already.
        let _ = self.inbox.send(Inbox::Stop);
    }

    /// A way to ask that from elsewhere.
    fn stopper(&self) -> impl FnOnce() + Send + 'static {
        let inbox = self.inbox.clone();
        move || {
            let _ = inbox.send(Inbox::Stop);
        }
    }

    /// Waits for its end. The lock is let go last.
    pub fn wait(self) {
        let _ = self.desk.join();
        self.over.store(true, Ordering::SeqCst);
        let _ = self.door.join();
        if let Some(socket) = &self.socket {
            // Under the lock the name is ours; a client that finds none starts a successor at once.
            let _ = std::fs::remove_file(socket);
        }
    }
}

/// A listening socket that was handed to this process, if clients will look for it where it is.
fn handed_over(given: UnixListener, path: &Path) -> Result<UnixListener, StoreProblem> {
    let there = given.local_addr().ok();
    let there = there.as_ref().and_then(|address| address.as_pathname());
    if there == Some(path) {
        return Ok(given);
    }
    let there = there.map_or_else(|| "nowhere".to_owned(), |there| there.display().to_string());
    Err(StoreProblem::new(
        Cause::Place,
        format!(
            "the socket that was handed over is {there}, and clients look for {}",
            path.display()
        ),
        "name that path as ListenStream= in the socket unit",
    ))
}

/// Where connections come in.
struct Door {
    listener: UnixListener,
    mine: Option<(u64, u64)>,
    path: PathBuf,
    lock: Arc<Mutex<Lock>>,
    answering: Answering,
    inbox: SyncSender<Inbox>,
    over: Arc<AtomicBool>,
    present: Arc<Mutex<Vec<u32>>>,
    look_every: Duration,
}

impl Door {
    fn keep(mut self) {
        let ids = AtomicU64::new(1);
        let mut looked = Instant::now();
        while !self.over.load(Ordering::SeqCst) {
            if looked.elapsed() >= self.look_every {
                looked = Instant::now();
                if !self.lock.lock().unwrap_or_else(PoisonError::into_inner).is_ours() {
                    tracing::warn!("the lock file was deleted: ending, so that there are never two stores");
                    let _ = self.inbox.send(Inbox::Stop);
                    return;
                }
                if socket::inode(&self.path) != self.mine {
                    self.rebind();
                }
            }
            let fd = self.listener.as_fd();
            let mut waiting = [PollFd::new(&fd, PollFlags::IN)];
            if !matches!(poll(&mut waiting, Some(&GLANCE)), Ok(1..)) {
                continue;
            }
            match self.listener.accept() {
                Ok((stream, _)) => self.let_in(ids.fetch_add(1, Ordering::Relaxed), stream),
                Err(error) => {
                    tracing::warn!("a connection could not be taken: {error}");
                    std::thread::sleep(Duration::from_millis(50));
                }
            }
        }
    }

    /// Somebody removed the socket: makes it anew. Connections go on meanwhile.
    fn rebind(&mut self) {
        match socket::bind(&self.path) {
            Ok(listener) => {
                tracing::warn!("the socket was gone and has been made again");
                self.listener = listener;
                self.mine = socket::inode(&self.path);
            }
            Err(error) => tracing::warn!("the socket is gone and cannot be made again: {error}"),
        }
    }

    fn let_in(&self, id: seat::SeatId, stream: UnixStream) {
        let Ok(account) = Account::behind(&stream) else {
            return;
        };
        let present = Arc::clone(&self.present);
        let others = {
            let mut here = present.lock().unwrap_or_else(PoisonError::into_inner);
            let own = here.iter().filter(|uid| **uid == account.uid).count();
            if here.len() >= IN_ALL || own >= PER_ACCOUNT {
                drop(here);
                turn_away(
                    &stream,
                    &self.answering,
                    u16::try_from(IN_ALL).unwrap_or(u16::MAX),
                );
                return;
            }
            here.push(account.uid);
            u16::try_from(here.len() - 1).unwrap_or(u16::MAX)
        };
        let (answering, inbox) = ((self.answering.clone(), others), self.inbox.clone());
        let (leave, over) = (Arc::clone(&present), Arc::clone(&self.over));
        let serving = std::thread::Builder::new()
            .name(format!("seat {id}"))
            .spawn(move || {
                seat::serve(id, stream, answering, &inbox, &over);
                forget(&leave, account.uid);
            });
        if serving.is_err() {
            forget(&present, account.uid);
        }
    }
}

fn forget(present: &Mutex<Vec<u32>>, uid: u32) {
    let mut here = present.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(at) = here.iter().position(|other| *other == uid) {
        here.swap_remove(at);
    }
}

/// Who came in while the store was ending finds the next one.
fn turn_away_late_comers(heard: &Receiver<Inbox>) {
    while let Ok(message) = heard.try_recv() {
        if let Inbox::Came(_, newcomer) = message {
            newcomer.outbox.dismiss(Farewell::Retiring);
        }
    }
}

/// Too many are here: says so, if the other side hears it.
fn turn_away(stream: &UnixStream, answering: &Answering, others: u16) {
    let _ = stream.set_write_timeout(Some(Duration::from_millis(100)));
    let _ = frame::write(&mut &*stream, &wire::answering(answering, others));
    let _ = std::io::Write::write_all(&mut &*stream, &frames(&[Down::Bye(Farewell::Crowded)]));
}

/// Runs a store in a process of its own until it ends: by idleness, by a signal, or because it was asked to.
///
/// `clock_offset` seconds are added to the system's clock when entries are stamped; the demonstration uses it.
///
/// # Errors
/// When it cannot start; then nothing was changed.
pub fn serve(dir: &Path, idle_exit: Option<Duration>, clock_offset: i64) -> Result<(), StoreProblem> {
    let dir = std::path::absolute(dir).map_err(|error| StoreProblem::system(dir, "find", &error))?;
    // What a terminal started must outlive it; a process that a shell started by hand stays in its group.
    let _ = rustix::process::setsid();
    // Where a group may write the directory its files are the group's too; else they are this account's alone, and
    // the socket is the only door for others.
    let is_groups = std::fs::metadata(&dir).is_ok_and(|found| found.mode() & 0o060 == 0o060);
    rustix::process::umask(Mode::from_raw_mode(if is_groups { 0o007 } else { 0o077 }));
    let listener = listenfd::ListenFd::from_env()
        .take_unix_listener(0)
        .map_err(|error| StoreProblem::system(&dir, "take over the socket of", &error))?;
    let ended = Arc::new(AtomicBool::new(false));
    let listen = |signal, flag: &Arc<AtomicBool>| {
        signal_hook::flag::register(signal, Arc::clone(flag))
            .map_err(|error| StoreProblem::system(&dir, "hear signals for", &error))
    };
    listen(signal_hook::consts::SIGTERM, &ended)?;
    listen(signal_hook::consts::SIGINT, &ended)?;
    // A terminal that hangs up is no reason to end: the flag is never looked at.
    listen(signal_hook::consts::SIGHUP, &Arc::new(AtomicBool::new(false)))?;
    Ground::at(&dir)?;
    let log = open_log(&dir);
    begin_log(log.as_ref());
    crash_on_panic();
    let offset = TimeDelta::seconds(clock_offset);
    let serving = Serving {
        idle_exit,
        clock: Box::new(move || Utc::now() + offset),
        listener,
        ..Serving::always()
    };
    let service = Service::start(&dir, serving).inspect_err(|problem| tracing::error!("{problem}"))?;
    if let Some(log) = &log {
        // Whoever waits at the other end of our standard error learns from its end that all is well.
        let _ = rustix::stdio::dup2_stderr(log);
    }
    let stop = service.stopper();
    let watch = std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            while !ended.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(200));
            }
            stop();
        });
    if let Err(error) = watch {
        tracing::warn!("signals are not heard: {error}");
    }
    service.wait();
    tracing::info!("closed");
    Ok(())
}

fn open_log(dir: &Path) -> Option<File> {
    let path = dir.join(LOG);
    let long = std::fs::metadata(&path).is_ok_and(|found| found.len() > LOG_LIMIT);
    if long {
        let _ = std::fs::rename(&path, dir.join(format!("{LOG}.1")));
    }
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o660)
        .open(path)
        .ok()
}

fn begin_log(log: Option<&File>) {
    let Some(log) = log.and_then(|log| log.try_clone().ok()) else {
        return;
    };
    let log = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_target(false)
        .with_max_level(tracing::Level::INFO)
        .with_writer(Mutex::new(log));
    // In a process that has a log already, that one is used.
    let _ = log.try_init();
}

/// Says what a process of protocol `PROTOCOL` does about a fault in itself: it writes it down and ends, whatever
/// thread it happened in. The opening of the database is the exception: it is expected to fail on damaged files.
fn crash_on_panic() {
    std::panic::set_hook(Box::new(|panic| {
        let opening = std::thread::current().name() == Some("open");
        tracing::error!("protocol {}: {panic}", PROTOCOL.1);
        if !opening {
            std::process::abort();
        }
    }));
}
