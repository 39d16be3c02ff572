//! The threads that listen: keys, signals and the line itself, all into one channel and out as [`Event`]s.
//!
//! crossterm never returns from a read once the terminal is gone, so it reads on a thread of its own that nobody waits
//! for. Nothing here wakes up while nothing happens.

use std::fs::File;
use std::io::{self, IsTerminal as _};
use std::os::fd::AsFd;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use crossterm::event as keyboard;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Signal, getpid, kill_process};
use signal_hook::consts::signal::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::iterator::Signals;

use super::Event;
use super::guard::{give_up, leave_at_once, report_waiting_input, step_in, step_out};
use super::join::{Input, Joiner, Timing};

/// How long the program has, after a hang-up, to save and leave by itself; crossterm burns a processor meanwhile.
const LAST_WORDS: Duration = Duration::from_secs(10);
/// After this many failed reads in a row, [`RETRY`] apart, there is no keyboard any more.
const READ_FAILURES: u32 = 20;
const RETRY: Duration = Duration::from_millis(50);

enum Heard {
    Read(keyboard::Event, Instant),
    Drained(Instant),
    Said(Event),
}

/// Starts listening to the terminal and to signals; `tell` is called, on a thread of its own, for each event.
///
/// Call it once, after [`Guard::enter`](super::Guard::enter). An error when threads or signals are refused.
pub fn spawn_input(timing: Timing, tell: impl Fn(Event) + Send + 'static) -> io::Result<()> {
    let signals = Signals::new([SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGTSTP, SIGCONT])?;
    let (heard, hear) = mpsc::channel();
    let (keys, line) = (heard.clone(), heard.clone());
    thread::Builder::new()
        .name("joiner".into())
        .spawn(move || join(timing, &hear, tell))?;
    thread::Builder::new()
        .name("signals".into())
        .spawn(move || obey(signals, &heard))?;
    thread::Builder::new()
        .name("hang-up".into())
        .spawn(move || watch_line(&line))?;
    thread::Builder::new()
        .name("keyboard".into())
        .spawn(move || read_keys(&keys))?;
    Ok(())
}

fn join(timing: Timing, hear: &Receiver<Heard>, tell: impl Fn(Event)) {
    let mut joiner = Joiner::new(timing);
    loop {
        let heard = match joiner.deadline() {
            None => hear.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(deadline) => hear.recv_timeout(deadline.saturating_duration_since(Instant::now())),
        };
        let events = match heard {
            Ok(Heard::Read(event, at)) => joiner.feed(Input::Read(event), at),
            Ok(Heard::Drained(at)) => joiner.feed(Input::Drained, at),
            Ok(Heard::Said(event)) => vec![event],
            Err(RecvTimeoutError::Timeout) => joiner.feed(Input::Tick, Instant::now()),
            Err(RecvTimeoutError::Disconnected) => return,
        };
        events.into_iter().for_each(&tell);
    }
}

fn read_keys(heard: &Sender<Heard>) {
    let mut failures = 0;
    loop {
        match keyboard::read() {
            Ok(event) => {
                failures = 0;
                if heard.send(Heard::Read(event, Instant::now())).is_err() {
                    return;
                }
                if !is_more_waiting() && heard.send(Heard::Drained(Instant::now())).is_err() {
                    return;
                }
            }
            Err(_) if failures < READ_FAILURES => {
                failures += 1;
                thread::sleep(RETRY);
            }
            Err(_) => return hang_up(heard),
        }
    }
}

fn is_more_waiting() -> bool {
    let waiting = || keyboard::poll(Duration::ZERO).unwrap_or(false);
    waiting() || {
        report_waiting_input();
        waiting()
    }
}

fn obey(mut signals: Signals, heard: &Sender<Heard>) {
    let mut asked = false;
    for signal in &mut signals {
        match signal {
            SIGHUP => return hang_up(heard),
            SIGTSTP => {
                step_out();
                // Not SIGTSTP again: the kernel drops that for a group of processes without a shell above it.
                let _ = kill_process(getpid(), Signal::STOP);
            }
            SIGCONT => {
                if step_in() {
                    let _ = heard.send(Heard::Said(Event::Resumed));
                    if let Ok((width, height)) = crossterm::terminal::size() {
                        let _ = heard.send(Heard::Said(Event::Resize(width, height)));
                    }
                }
            }
            _ if asked => {
                // Asked twice: the program does not listen.
                leave_at_once();
                std::process::exit(128 + signal);
            }
            _ => {
                asked = true;
                let _ = heard.send(Heard::Said(Event::Terminate(signal)));
            }
        }
    }
}

/// Waits for the line to be cut, which no signal tells when SIGHUP goes elsewhere or is blocked.
fn watch_line(heard: &Sender<Heard>) {
    if io::stdin().is_terminal() {
        wait_for_hang_up(rustix::stdio::stdin());
    } else {
        match File::open("/dev/tty") {
            Ok(terminal) => wait_for_hang_up(terminal.as_fd()),
            Err(_) => return,
        }
    }
    hang_up(heard);
}

fn wait_for_hang_up(line: impl AsFd) {
    loop {
        // No readiness is asked for, so that only the end of the line wakes this thread.
        let mut ends = [PollFd::new(&line, PollFlags::empty())];
        match poll(&mut ends, None) {
            Ok(_)
                if ends[0]
                    .revents()
                    .intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) =>
            {
                return;
            }
            Ok(_) | Err(_) => thread::sleep(RETRY),
        }
    }
}

/// Says that the terminal is gone, and ends the program itself should nobody act on it.
fn hang_up(heard: &Sender<Heard>) {
    if give_up() && heard.send(Heard::Said(Event::HangUp)).is_ok() {
        thread::sleep(LAST_WORDS);
        std::process::exit(129);
    }
}
