//! The screen as a place one enters and leaves: raw mode, the alternate screen, and the way back in every case.
//!
//! There is one terminal, so there is one state, behind one lock. It must not know what is drawn.

use std::io::{self, IsTerminal as _, Write};
use std::os::fd::BorrowedFd;
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::Duration;

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

/// Alternate screen, whole-screen scrolling, plain pen, clear, bracketed paste, hidden cursor.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[r\x1b[m\x1b[H\x1b[2J\x1b[?2004h\x1b[?25l";
/// The same backwards; first the end of a frame that may have been cut short.
const LEAVE: &[u8] = b"\x1b[?2026l\x1b[r\x1b[m\x1b[?2004l\x1b[?25h\x1b[?1049l";

/// Where the program stands with its terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// On the ordinary screen.
    Outside,
    /// On the alternate screen, in raw mode.
    Inside,
    /// Stopped by a signal while inside, and to be inside again when it goes on.
    Stopped,
}

static PLACE: Mutex<Place> = Mutex::new(Place::Outside);
/// The terminal hung up: nothing is written to it ever again. Apart from the place, because it is set while another
/// thread may be stuck in a write.
static GONE: AtomicBool = AtomicBool::new(false);

fn gone() -> bool {
    GONE.load(Ordering::SeqCst)
}

fn place() -> MutexGuard<'static, Place> {
    PLACE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Holds the terminal while the program draws on it; dropped, or told to, it gives back what it found.
#[derive(Debug)]
#[must_use = "the terminal is restored when the guard is dropped"]
pub struct Guard(());

impl Guard {
    /// Takes the terminal: raw mode, alternate screen, bracketed paste, hidden cursor.
    ///
    /// An error of kind `Unsupported` when standard input or output is not a terminal.
    pub fn enter() -> io::Result<Guard> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "standard input or output is not a terminal",
            ));
        }
        let mut place = place();
        enter(&mut place)?;
        Ok(Guard(()))
    }

    /// Gives the terminal back, and tells whether that worked; dropping the guard does the same in silence.
    pub fn leave(self) -> io::Result<()> {
        leave(&mut place())
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // Nobody is left to be told.
        let _ = leave(&mut place());
    }
}

fn enter(place: &mut Place) -> io::Result<()> {
    enable_raw_mode()?;
    *place = Place::Inside;
    write_all_to_terminal(ENTER)
}

fn leave(place: &mut Place) -> io::Result<()> {
    if *place != Place::Inside || gone() {
        return Ok(());
    }
    *place = Place::Outside;
    let written = write_all_to_terminal(LEAVE);
    disable_raw_mode().and(written)
}

/// Before the program stops: gives the terminal to the shell. False when there is nothing to come back to.
pub(super) fn step_out() -> bool {
    let mut place = place();
    let inside = *place == Place::Inside;
    if inside && leave(&mut place).is_ok() {
        *place = Place::Stopped;
    }
    inside
}

/// After the program was stopped, by whatever signal: takes the terminal again. False when it was not held.
pub(super) fn step_in() -> bool {
    let mut place = place();
    match *place {
        Place::Outside => false,
        Place::Inside | Place::Stopped => {
            // After a stop that could not be seen coming crossterm believes in a raw mode that the shell has undone.
            let _ = disable_raw_mode();
            enter(&mut place).is_ok()
        }
    }
}

/// Tells the kernel to report again that input is waiting. crossterm asks for news only (an edge, not a level) but reads
/// 1,024 bytes at most, so the rest of a long paste without brackets would lie there until the next key. Setting the
/// terminal's modes to what they are wakes whoever waits for it.
pub(super) fn report_waiting_input() {
    let place = place();
    let stdin = rustix::stdio::stdin();
    if *place == Place::Inside
        && !gone()
        && is_ready(stdin, PollFlags::IN)
        && let Ok(modes) = tcgetattr(stdin)
    {
        // Without it the rest comes with the next key.
        let _ = tcsetattr(stdin, OptionalActions::Now, &modes);
    }
}

fn is_ready(end: BorrowedFd<'_>, wanted: PollFlags) -> bool {
    let now = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    let mut ends = [PollFd::new(&end, wanted)];
    poll(&mut ends, Some(&now)).is_ok() && ends[0].revents() == wanted
}

/// The terminal hung up: from now on every way out is silent. Restores it first if it is there after all, because SIGHUP
/// can be sent by hand. False when this was known already.
pub(super) fn give_up() -> bool {
    if gone() {
        return false;
    }
    leave_at_once();
    !GONE.swap(true, Ordering::SeqCst)
}

/// Leaves when the thread that ought to do it does not, without waiting for a write that may never end.
pub(super) fn leave_at_once() {
    if !is_ready(rustix::stdio::stdout(), PollFlags::OUT) {
        return;
    }
    for _ in 0..20 {
        match PLACE.try_lock() {
            Ok(mut place) => {
                // There is no other way left to say it.
                let _ = leave(&mut place);
                return;
            }
            Err(TryLockError::Poisoned(poisoned)) => {
                let _ = leave(&mut poisoned.into_inner());
                return;
            }
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(10)),
        }
    }
    let _ = disable_raw_mode();
}

/// Puts the way back to the ordinary screen before the present panic hook; call it after `color_eyre::install()`.
///
/// A panic in any thread but the main one while the screen is taken ends the program with exit code 101, because the
/// screen it would go on drawing is no longer there. After a hang-up nothing is printed and the exit code is 129.
pub fn install_panic_hook() {
    let previous = panic::take_hook();
    panic::set_hook(Box::new(move |panicked| {
        if gone() {
            std::process::exit(129);
        }
        let outside = match PLACE.try_lock() {
            Ok(place) => *place == Place::Outside,
            Err(TryLockError::Poisoned(poisoned)) => *poisoned.into_inner() == Place::Outside,
            // Held in the middle of a write.
            Err(TryLockError::WouldBlock) => false,
        };
        leave_at_once();
        previous(panicked);
        if !outside && thread::current().name() != Some("main") {
            std::process::exit(101);
        }
    }));
}

/// The terminal's screen as something to write frames to: what is written while it is not held is dropped.
///
/// Unbuffered, so that one call is one write; a terminal left in non-blocking mode by a neighbour is waited for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Screen;

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if gone() {
            return Ok(bytes.len());
        }
        let place = place();
        if *place != Place::Inside {
            return Ok(bytes.len());
        }
        write_to_terminal(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write_to_terminal(bytes: &[u8]) -> io::Result<usize> {
    let stdout = rustix::stdio::stdout();
    loop {
        match rustix::io::write(stdout, bytes) {
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => match poll(&mut [PollFd::new(&stdout, PollFlags::OUT)], None) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            },
            written => return Ok(written?),
        }
    }
}

fn write_all_to_terminal(mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match write_to_terminal(bytes)? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            written => bytes = &bytes[written..],
        }
    }
    Ok(())
}
