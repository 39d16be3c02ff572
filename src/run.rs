//! The loop: events of the terminal and of the store in, frames and requests out. One thread draws, nothing waits.

mod files;
mod left;
mod post;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use color_eyre::eyre::{Result, WrapErr};
use ratatui::buffer::Buffer;

use crate::cli;
use crate::cli::sending::Sending;
use crate::domain::MessageKind;
use crate::hub::{self, Link, LinkEvent, Wanted, Who};
use crate::plan::{Answer, Progress, Request, Watch};
use crate::terminal::{self, Event, Guard, Painter, Screen, Timing};
use crate::tui::{App, Done, Looks, News, Out, Peer, Place, Signal, whole};

/// How often changes by others are drawn at most (ux.md §12), and when writing to the terminal blocks.
const LIVE: Duration = Duration::from_millis(250);
const LIVE_SLOW: Duration = Duration::from_secs(1);
/// How often lamps and clock are looked at; nothing is written unless they changed.
const GLANCE: Duration = Duration::from_secs(1);
/// How long a planner works before the screen says how far it is.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long after a key the hand rests: longer than between the strokes of a held key.
const REST: Duration = Duration::from_millis(150);
/// Lines of history asked for at a time.
const PAGE: u16 = 200;

/// What the time is, for this process.
#[derive(Clone, Copy, Debug)]
pub enum Clock {
    /// The system's.
    System,
    /// The system's, so much later (or earlier): the example programme runs in March 2025.
    Shifted(TimeDelta),
    /// One moment, for tests and rehearsals.
    Fixed(DateTime<Utc>),
}

impl Clock {
    /// The present moment.
    #[must_use]
    pub fn now(self) -> DateTime<Utc> {
        match self {
            Self::System => Utc::now(),
            Self::Shifted(by) => Utc::now() + by,
            Self::Fixed(at) => at,
        }
    }
}

/// How the terminal program is opened.
#[derive(Debug)]
pub struct Opening {
    /// The data directory.
    pub dir: PathBuf,
    /// Who opens it, and which cohort.
    pub who: Who,
    /// Colours and characters.
    pub looks: Looks,
    /// The time.
    pub clock: Clock,
    /// Where prepared messages are written.
    pub outbox: PathBuf,
    /// Where lists and calendars are written.
    pub exports: PathBuf,
    /// Who prepared messages are from.
    pub sender: String,
}

/// Fetches a cohort over a connection of its own.
fn look_at(dir: &Path, who: Who) -> Done {
    match hub::Client::connect(dir, who) {
        Ok(client) => Done::LookedAt(Box::new(client.model().clone())),
        Err(problem) => Done::Failed {
            what: format!("The other cohort could not be fetched: {problem}."),
        },
    }
}

/// What wakes the loop.
enum Wake {
    Terminal(Event),
    Store(LinkEvent),
    Planned(u64, Option<Answer>),
    Ended(Box<Done>, Option<Sending>),
}

/// A planner at work on a thread of its own.
struct Work {
    number: u64,
    watch: Arc<Watch>,
    begun: Instant,
}

/// Runs the terminal program until it is left; answers the exit code.
///
/// # Errors
/// When the terminal cannot be used.
pub fn run(opening: &Opening) -> Result<u8> {
    terminal::install_panic_hook();
    let guard = Guard::enter()
        .wrap_err("the terminal cannot be used: run cohort in a terminal, or see `cohort --help`")?;
    let (tell, wakes) = mpsc::channel();
    let keys = tell.clone();
    // A send fails only when the loop has ended, and then nobody wants to hear.
    terminal::spawn_input(Timing::from_env(), move |event| {
        drop(keys.send(Wake::Terminal(event)))
    })?;
    let planned = tell.clone();
    let link = Link::join(&opening.dir, opening.who.clone(), move |event| {
        drop(tell.send(Wake::Store(event)))
    });
    let code = Loop::new(opening, link, planned).run(&wakes)?;
    if code == HUNG_UP {
        // Nobody is there to be told that a terminal that went away cannot be restored.
        drop(guard);
    } else {
        guard.leave()?;
    }
    Ok(code)
}

/// Exit code of a program whose terminal went away (128 + SIGHUP).
const HUNG_UP: u8 = 129;

/// Everything the loop holds.
struct Loop<'a> {
    opening: &'a Opening,
    link: Link,
    left: Option<left::Place>,
    app: App,
    painter: Painter<Screen>,
    size: (u16, u16),
    drawn: Instant,
    pressed: Instant,
    /// When another size was found out by asking: the word about it may still come.
    measured: Option<Instant>,
    lamp: String,
    steady: bool,
    minute: i64,
    welcomed: bool,
    tell: Sender<Wake>,
    work: Vec<Work>,
    /// Sendings whose entry has not landed yet: its nonce, and what remembers them.
    logging: Vec<(u128, Sending)>,
    /// How many threads write files; the program is left when they have ended and what they wrote is noted.
    writing: usize,
    leaving: bool,
}

impl<'a> Loop<'a> {
    fn new(opening: &'a Opening, link: Link, tell: Sender<Wake>) -> Self {
        let size = crossterm::terminal::size().unwrap_or((80, 24));
        Self {
            opening,
            link,
            left: left::Place::of(opening),
            app: App::new(opening.looks, hub::mint(), size),
            painter: Painter::new(Screen),
            size,
            drawn: Instant::now() - LIVE_SLOW,
            pressed: Instant::now(),
            measured: None,
            lamp: String::new(),
            steady: false,
            minute: 0,
            welcomed: false,
            tell,
            work: Vec::new(),
            logging: Vec::new(),
            writing: 0,
            leaving: false,
        }
    }

    fn run(&mut self, wakes: &Receiver<Wake>) -> Result<u8> {
        if let Some(code) = self.postroom() {
            return Ok(code);
        }
        if let Some(left) = self.left.as_ref().and_then(left::Place::take) {
            self.signal(Signal::Left(Box::new(left)));
        }
        let mut stale = false;
        loop {
            let patience = if stale {
                self.live().saturating_sub(self.drawn.elapsed())
            } else {
                GLANCE
            };
            let patience = if self.work.is_empty() {
                patience
            } else {
                patience.min(LIVE)
            };
            let patience = match self.app.trails() {
                true => patience.min(REST.saturating_sub(self.pressed.elapsed())),
                false => patience,
            };
            let mut urgent = false;
            match wakes.recv_timeout(patience) {
                Ok(wake) => {
                    // Drain first, draw once; a flood is drawn in between.
                    let began = Instant::now();
                    let mut next = Some(wake);
                    while let Some(wake) = next {
                        urgent |= self.is_urgent(&wake);
                        if let Some(code) = self.wake(wake) {
                            return Ok(code);
                        }
                        if began.elapsed() > LIVE {
                            break;
                        }
                        next = wakes.try_recv().ok();
                    }
                    stale = true;
                }
                Err(RecvTimeoutError::Timeout) => {
                    if let Some(code) = self.signal(Signal::Tick) {
                        return Ok(code);
                    }
                    stale |= self.glance();
                    if let Some(code) = self.tell_progress() {
                        return Ok(code);
                    }
                    stale |= !self.work.is_empty();
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(1),
            }
            if self.app.trails() && self.pressed.elapsed() >= REST {
                if let Some(code) = self.signal(Signal::Rest) {
                    return Ok(code);
                }
                stale = true;
                urgent = true;
            }
            stale |= self.measure();
            if stale && (urgent || self.drawn.elapsed() >= self.live()) {
                self.draw()?;
                stale = false;
            }
        }
    }

    /// Asks the terminal for its size: crossterm loses the word about another one when a key comes with it.
    fn measure(&mut self) -> bool {
        let Ok(size) = crossterm::terminal::size() else {
            return false;
        };
        size != self.size && {
            self.resize(size);
            self.measured = Some(Instant::now());
            true
        }
    }

    fn resize(&mut self, size: (u16, u16)) {
        self.size = size;
        self.painter.resize(size.0, size.1);
        // Another size asks nothing of the loop.
        let _ = self.signal(Signal::Resize(size.0, size.1));
    }

    /// How long changes by others may wait to be drawn.
    fn live(&self) -> Duration {
        if self.painter.slow() { LIVE_SLOW } else { LIVE }
    }

    /// Whether it must be drawn at once: keys, and what answers them.
    fn is_urgent(&self, wake: &Wake) -> bool {
        match wake {
            Wake::Terminal(_) | Wake::Planned(..) | Wake::Ended(..) => true,
            Wake::Store(LinkEvent::Landed(_) | LinkEvent::Peers(_) | LinkEvent::Condition(_)) => false,
            Wake::Store(_) => true,
        }
    }

    /// Whether the lamp or the clock has changed since the last frame.
    fn glance(&mut self) -> bool {
        let now = self.opening.clock.now();
        let (lamp, minute) = (self.app.lamp(now), now.timestamp() / 60);
        let steady = self.app.is_steady(now);
        // Rows that were held under the hand are let go.
        let released = std::mem::replace(&mut self.steady, steady) && !steady;
        let changed = lamp != self.lamp || minute != self.minute || released;
        self.lamp = lamp;
        self.minute = minute;
        changed
    }

    fn draw(&mut self) -> Result<()> {
        let now = self.opening.clock.now();
        // Until the cohort is there only trouble is worth a frame: the first picture is the real one.
        if !self.welcomed && self.app.lamp(now) == "JOINING" {
            return Ok(());
        }
        self.app.line_is_slow(self.painter.slow());
        let mut buf = Buffer::empty(whole(self.size));
        let cursor = self.app.view(now, &mut buf).map(|place| (place.x, place.y));
        match self.painter.draw(&buf, cursor) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error).wrap_err("the terminal cannot be written to"),
        }
        self.drawn = Instant::now();
        self.glance();
        Ok(())
    }

    /// Takes one thing that happened; answers an exit code when it ends the program.
    fn wake(&mut self, wake: Wake) -> Option<u8> {
        match wake {
            Wake::Terminal(Event::HangUp) => {
                self.leave_behind();
                Some(HUNG_UP)
            }
            Wake::Terminal(Event::Terminate(signal)) => {
                self.leave_behind();
                Some(128_u8.saturating_add(u8::try_from(signal).unwrap_or(0)))
            }
            Wake::Terminal(Event::Key(key)) => {
                self.pressed = Instant::now();
                self.signal(Signal::Key(key))
            }
            Wake::Terminal(Event::Paste(text)) => self.signal(Signal::Paste(text)),
            Wake::Terminal(Event::Resize(width, height)) => {
                let known = self.measured.take().is_some_and(|at| at.elapsed() < LIVE);
                // The whole screen is not written twice for one change.
                if !known || self.size != (width, height) {
                    self.resize((width, height));
                }
                None
            }
            Wake::Terminal(Event::Resumed) => {
                self.painter.repaint();
                self.signal(Signal::Resumed)
            }
            Wake::Planned(number, answer) => {
                self.work.retain(|work| work.number != number);
                answer.and_then(|answer| self.signal(Signal::Planned { number, answer }))
            }
            Wake::Ended(done, sending) => self.ended(*done, sending),
            Wake::Store(event) => match news(event) {
                Some(news) => {
                    if let News::Settled { nonce, .. } = &news {
                        self.logged(*nonce);
                    }
                    let answered = matches!(
                        news,
                        News::Settled { .. } | News::Refused { .. } | News::Unsaved { .. }
                    );
                    self.welcomed |= matches!(news, News::Welcome { .. });
                    let code = self.signal(Signal::News(news));
                    code.or_else(|| self.leave_at_last(answered))
                }
                None => None,
            },
        }
    }

    /// The terminal goes away: what was unfinished is kept for the next session, what was in the hand is sent.
    fn leave_behind(&mut self) {
        let (left, outs) = self.app.leave_behind(self.opening.clock.now());
        for out in outs {
            if let Out::Propose(edit) = out {
                self.link.propose(edit);
            }
        }
        if let (Some(place), Some(left)) = (&self.left, left) {
            place.keep(&left);
        }
        self.link.leave();
    }

    fn signal(&mut self, signal: Signal) -> Option<u8> {
        let outs = self.app.handle(signal, self.opening.clock.now());
        outs.into_iter().find_map(|out| self.perform(out))
    }

    fn perform(&mut self, out: Out) -> Option<u8> {
        match out {
            Out::Propose(edit) => self.link.propose(edit),
            Out::Undo { nonce, rev } => self.link.undo(nonce, rev),
            Out::Erase { nonce, person, name } => self.link.erase(nonce, person, &name),
            Out::Heads(before) => self.link.heads(Some(before), PAGE),
            Out::Entry(rev) => self.link.entry(rev),
            Out::OpenCohort(cohort) => self.link.open(cohort),
            Out::LookAt(cohort) => {
                let dir = self.opening.dir.clone();
                let who = Who {
                    cohort: Wanted::This(cohort),
                    ..self.opening.who.clone()
                };
                self.off(move || (look_at(&dir, who), None));
            }
            Out::Place(place) => {
                self.link.place(hub::Place {
                    view: place.view,
                    on: place.on,
                    editing: place.editing,
                });
            }
            Out::Copy(text) => {
                let done = match terminal::copy_sequence(&text) {
                    Some(sequence) => self.painter.send(&sequence).err().map(|e| e.to_string()),
                    None => Some("it is too much for a terminal's clipboard".to_owned()),
                };
                if let Some(problem) = done {
                    return self.signal(Signal::Done(Done::Failed {
                        what: format!("Not copied: {problem}."),
                    }));
                }
            }
            Out::Outbox(posts) => {
                let (dir, sender) = (self.opening.outbox.clone(), self.opening.sender.clone());
                let now = self.opening.clock.now();
                self.writing += 1;
                self.off(move || (post::write(&dir, &sender, &posts, now), None));
            }
            Out::Send(posts) => {
                let (dir, now) = (self.opening.outbox.clone(), self.opening.clock.now());
                self.off(move || post::send(&dir, posts, now));
            }
            Out::Save { name, content } => {
                let dir = self.opening.exports.clone();
                self.writing += 1;
                self.off(move || (post::save(&dir, &name, content), None));
            }
            Out::Postroom => return self.postroom(),
            Out::KeepText(kind, text) => return self.keep_text(kind, &text),
            Out::Plan(request) => self.plan(*request),
            Out::CallOff(number) => {
                for work in self.work.iter().filter(|work| work.number == number) {
                    work.watch.cancel();
                }
                self.work.retain(|work| work.number != number);
            }
            Out::List(typed) => {
                let paths = files::beginning_with(&typed);
                return self.signal(Signal::Done(Done::Listed { typed, paths }));
            }
            Out::Read(path) => {
                let done = match files::read(&path) {
                    Ok((file, bytes)) => Done::Read { file, bytes },
                    Err(what) => Done::Failed { what },
                };
                return self.signal(Signal::Done(done));
            }
            Out::Repaint => self.painter.repaint(),
            Out::Reconnect => self.link.hurry(),
            // Who asks again does not want to wait.
            Out::Quit if self.writing > 0 && !self.leaving => self.leaving = true,
            Out::Quit => {
                self.link.leave();
                return Some(0);
            }
        }
        None
    }

    /// Has a planner work on a thread of its own; the answer wakes the loop.
    fn plan(&mut self, request: Request) {
        let watch = Arc::new(Watch::default());
        self.work.push(Work {
            number: request.number,
            watch: Arc::clone(&watch),
            begun: Instant::now(),
        });
        let tell = self.tell.clone();
        std::thread::spawn(move || {
            let answer = request.answer(&watch).ok();
            // A send fails only when the loop has ended, and then nobody wants to hear.
            drop(tell.send(Wake::Planned(request.number, answer)));
        });
    }

    /// Says how far planners are that have worked for longer than half a second.
    fn tell_progress(&mut self) -> Option<u8> {
        let long = |work: &&Work| work.begun.elapsed() >= PATIENCE;
        let all: Vec<(u64, Progress)> = self
            .work
            .iter()
            .filter(long)
            .map(|work| (work.number, work.watch.progress()))
            .collect();
        all.into_iter()
            .find_map(|(number, progress)| self.signal(Signal::Working { number, progress }))
    }

    /// Has something done on a thread of its own; what came of it wakes the loop.
    fn off(&self, work: impl FnOnce() -> (Done, Option<Sending>) + Send + 'static) {
        let tell = self.tell.clone();
        std::thread::spawn(move || {
            let (done, sending) = work();
            // A send fails only when the loop has ended; what was sent is remembered on disk then.
            drop(tell.send(Wake::Ended(Box::new(done), sending)));
        });
    }

    /// Something done elsewhere has ended. A sending is remembered on disk until its entry has landed.
    fn ended(&mut self, done: Done, sending: Option<Sending>) -> Option<u8> {
        if !matches!(done, Done::Sent { .. }) {
            self.writing = self.writing.saturating_sub(1);
        }
        let outs = self.app.handle(Signal::Done(done), self.opening.clock.now());
        if let Some(sending) = sending {
            let logged = outs.iter().find_map(|out| match out {
                Out::Propose(edit) => Some(edit.nonce),
                _ => None,
            });
            match logged {
                Some(nonce) => self.logging.push((nonce, sending)),
                None => forget(sending),
            }
        }
        let noted = outs.iter().any(|out| matches!(out, Out::Propose(_)));
        let code = outs.into_iter().find_map(|out| self.perform(out));
        code.or_else(|| self.leave_at_last(!noted))
    }

    /// Leaves, when that was asked for and nothing is written any more.
    fn leave_at_last(&mut self, settled: bool) -> Option<u8> {
        let may = self.leaving && self.writing == 0 && settled;
        may.then_some(Out::Quit).and_then(|quit| self.perform(quit))
    }

    /// The entry about a sending has landed.
    fn logged(&mut self, nonce: u128) {
        if let Some(at) = self.logging.iter().position(|(waits, _)| *waits == nonce) {
            forget(self.logging.remove(at).1);
        }
    }

    /// Tells the program what the office's messages are made of.
    fn postroom(&mut self) -> Option<u8> {
        match cli::post::postroom() {
            Ok(post) => self.signal(Signal::Postroom(Box::new(post))),
            Err(trouble) => self.signal(Signal::Done(Done::Failed {
                what: format!("{}. Try: {}.", trouble.message, trouble.hint),
            })),
        }
    }

    /// Keeps a text of the office.
    fn keep_text(&mut self, kind: MessageKind, text: &str) -> Option<u8> {
        let what = match cli::post::keep_text(kind, text) {
            Ok(_) if text.trim().is_empty() => format!("The program's text of {kind} messages is back."),
            Ok(path) => format!("Kept in {}: every {kind} message to come has it.", path.display()),
            Err(trouble) => format!("Not kept: {}. Try: {}.", trouble.message, trouble.hint),
        };
        let ended = self.postroom();
        ended.or_else(|| {
            let notes = Vec::new();
            self.signal(Signal::Done(Done::Written { what, notes }))
        })
    }
}

/// A sending that the log has needs no file; one that cannot be removed is found to be logged the next time.
fn forget(sending: Sending) {
    let _ = sending.end();
}

/// What the store said, in the words of the screen.
fn news(event: LinkEvent) -> Option<News> {
    Some(match event {
        LinkEvent::Welcome(model, greeting) => News::Welcome {
            model,
            me: greeting.me,
            role: greeting.role,
        },
        LinkEvent::Opened(model) => News::Opened(model),
        LinkEvent::Landed(entry) => News::Landed(Box::new(entry)),
        LinkEvent::Settled { nonce, rev } => News::Settled { nonce, rev },
        LinkEvent::Refused { nonce, refusal } => News::Refused {
            nonce,
            refusal: Box::new(refusal),
        },
        LinkEvent::Unsaved { nonce, problem } => News::Unsaved {
            nonce,
            what: format!("{}. Try: {}.", problem.message(), problem.hint()),
        },
        LinkEvent::Heads(heads) => News::Heads(heads),
        LinkEvent::EntryIs(entry) => News::EntryIs(entry?),
        LinkEvent::Erased(erased) => News::Erased(Box::new(erased)),
        LinkEvent::Peers(peers) => News::Peers(peers.into_iter().map(peer).collect()),
        LinkEvent::Lost { .. } => News::Lost,
        LinkEvent::Failed(problem) => News::Failed {
            what: problem.message().to_owned(),
            hint: problem.hint().to_owned(),
        },
        LinkEvent::Silent { pid, since } => News::Silent { pid, since },
        LinkEvent::Back => News::Back,
        LinkEvent::Condition(_) | LinkEvent::Verified(_) | LinkEvent::BackedUp(_) => return None,
    })
}

fn peer(peer: hub::Peer) -> Peer {
    let place = Place {
        view: peer.place.view,
        on: peer.place.on,
        editing: peer.place.editing,
    };
    Peer {
        name: peer.name,
        place,
        since: peer.since,
        active: peer.idle_since,
    }
}
