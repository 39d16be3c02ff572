//! The real program in a pseudo-terminal: keys in as bytes, the screen out as a terminal would show it.
//!
//! Nothing sleeps: whoever waits, waits for a condition, ten seconds at most.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::fs::OFlags;
use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

/// How long anything may take before it counts as never.
const PATIENCE: Duration = Duration::from_secs(10);
/// What ends a frame.
const FRAME_ENDS: &[u8] = b"\x1b[?2026l";

/// What has come out of the program.
struct Seen {
    screen: vt100::Parser,
    bytes: Vec<u8>,
    /// Whether the line is being cut: then nobody may hold its end.
    cut: bool,
}

impl Seen {
    fn text(&self) -> String {
        self.screen.screen().contents()
    }

    /// How many frames are complete.
    fn frames(&self) -> usize {
        let windows = self.bytes.windows(FRAME_ENDS.len());
        windows.filter(|window| *window == FRAME_ENDS).count()
    }
}

/// A program to run: which, with what arguments and surroundings.
pub struct Program(CommandBuilder);

impl Program {
    /// The built program with these arguments.
    pub fn built(arguments: &[&str]) -> Self {
        Self::at(Path::new(env!("CARGO_BIN_EXE_cohort")), arguments)
    }

    /// A program in a file, with these arguments, and none of the variables of whoever runs the tests.
    pub fn at(file: &Path, arguments: &[&str]) -> Self {
        let mut command = CommandBuilder::new(file);
        command.args(arguments);
        command.env_clear();
        command.env("TERM", "xterm-256color");
        command.env("LC_ALL", "C.UTF-8");
        command.env("PATH", "/usr/bin:/bin");
        command.env("HOME", std::env::temp_dir());
        Self(command)
    }

    /// With this variable in its surroundings.
    pub fn with(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.0.env(name, value);
        self
    }
}

/// A program in a pseudo-terminal.
pub struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    keys: Option<Box<dyn Write + Send>>,
    line: File,
    seen: Arc<(Mutex<Seen>, Condvar)>,
}

impl Terminal {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until what was seen is so.
    fn until(&self, what: &str, is_so: impl Fn(&Seen) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = self.seen();
        while !is_so(&seen) {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "{what} did not happen; the screen is\n{}",
                seen.text()
            );
            seen = self
                .seen
                .1
                .wait_timeout(seen, left)
                .map_or_else(|poisoned| poisoned.into_inner().0, |(seen, _)| seen);
        }
    }

    /// Waits until the screen shows this text.
    pub fn shows(&self, text: &str) -> &Self {
        self.until(&format!("{text:?}"), |seen| seen.text().contains(text));
        self
    }

    /// Waits until the screen no longer shows this text.
    pub fn shows_no(&self, text: &str) -> &Self {
        self.until(&format!("the end of {text:?}"), |seen| {
            !seen.text().contains(text)
        });
        self
    }

    /// Waits until the row with the cursor sign has this text.
    pub fn cursor_on(&self, text: &str) -> &Self {
        self.until(&format!("the cursor on {text:?}"), |seen| {
            let screen = seen.text();
            screen
                .lines()
                .any(|line| line.starts_with('>') && line.contains(text))
        });
        self
    }

    /// What the screen shows.
    pub fn text(&self) -> String {
        self.seen().text()
    }

    /// The row with the cursor sign, without the sign.
    pub fn cursor_line(&self) -> String {
        cursor_line(&self.text()).unwrap_or_default()
    }

    /// Waits until the cursor sign is on another row.
    pub fn cursor_leaves(&self, line: &str) -> &Self {
        self.until(&format!("a cursor off {line:?}"), |seen| {
            cursor_line(&seen.text()).is_some_and(|here| here != line)
        });
        self
    }

    /// Waits until the ordinary screen is shown, with its cursor, and pasted text comes as it is.
    pub fn is_on_the_ordinary_screen(&self) {
        self.until("the ordinary screen", |seen| {
            let screen = seen.screen.screen();
            !screen.alternate_screen() && !screen.bracketed_paste() && !screen.hide_cursor()
        });
    }

    /// Something else writes on the terminal.
    pub fn scribble(&mut self, text: &str) -> &Self {
        self.line.write_all(text.as_bytes()).expect("the line is open");
        self
    }

    /// Types these bytes in one write.
    pub fn type_in(&mut self, bytes: &str) -> &mut Self {
        let keys = self.keys.as_mut().expect("the line is open");
        keys.write_all(bytes.as_bytes()).expect("the terminal takes keys");
        keys.flush().expect("the terminal takes keys");
        self
    }

    /// Types, waits until the frame with this text is complete, and answers how many bytes came since; with nothing
    /// to type, since the program began.
    pub fn cost(&mut self, keys: &str, text: &str) -> usize {
        let (before, frames) = match keys {
            "" => (0, 0),
            _ => {
                let seen = self.seen();
                (seen.bytes.len(), seen.frames())
            }
        };
        self.type_in(keys);
        self.until(&format!("a frame with {text:?} after {keys:?}"), |seen| {
            seen.frames() > frames && seen.bytes.ends_with(FRAME_ENDS) && seen.text().contains(text)
        });
        self.seen().bytes.len() - before
    }

    /// Types, and answers how many bytes the frame had that answered at once, and those that came after it by
    /// themselves until this many frames are there.
    pub fn step(&mut self, keys: &str, frames: usize) -> Vec<usize> {
        self.until("a complete frame", |seen| seen.bytes.ends_with(FRAME_ENDS));
        let before = self.seen().bytes.len();
        self.type_in(keys);
        let ends = |bytes: &[u8]| -> Vec<usize> {
            let windows = bytes[before..].windows(FRAME_ENDS.len()).enumerate();
            let ends = windows.filter(|(_, window)| *window == FRAME_ENDS);
            ends.map(|(at, _)| at + FRAME_ENDS.len()).collect()
        };
        self.until(&format!("{frames} frames after {keys:?}"), |seen| {
            ends(&seen.bytes).len() >= frames
        });
        let ends = ends(&self.seen().bytes);
        let starts = std::iter::once(0).chain(ends.iter().copied());
        ends.iter().zip(starts).map(|(end, start)| end - start).collect()
    }

    /// The terminal's settings, in words that can be compared.
    pub fn settings(&self) -> String {
        settings(&self.line)
    }

    /// Gives the terminal another size.
    pub fn resize(&self, columns: u16, rows: u16) {
        // The crate that plays the terminal here cannot be as small as a terminal can.
        self.seen()
            .screen
            .screen_mut()
            .set_size(rows.max(3), columns.max(10));
        let master = self.master.as_ref().expect("the line is open");
        master
            .resize(size(columns, rows))
            .expect("the terminal can be resized");
    }

    fn pid(&self) -> Pid {
        let number = self.child.process_id().and_then(|id| i32::try_from(id).ok());
        number.and_then(Pid::from_raw).expect("the program runs")
    }

    /// Sends the program a signal.
    pub fn kill(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("the program runs");
    }

    /// Waits until the program has been stopped.
    pub fn stopped(&self) {
        let pid = self.pid();
        wait_for("the stop", || {
            let how = waitpid(Some(pid), WaitOptions::UNTRACED | WaitOptions::NOHANG);
            how.ok().flatten().filter(|(_, how)| how.stopped())
        });
    }

    /// Puts the terminal's settings back as a shell does when a program was stopped.
    pub fn restore(&self, settings: &Settings) {
        rustix::termios::tcsetattr(&self.line, rustix::termios::OptionalActions::Now, &settings.0)
            .expect("settings can be set");
    }

    /// Cuts the line, as when a window is closed or a connection breaks.
    pub fn hang_up(&mut self) {
        self.keys = None;
        self.master = None;
        self.seen().cut = true;
        // Wakes the reader, which holds the last end.
        self.line.write_all(b".").expect("the line is open");
    }

    /// Waits until the program has ended; answers its exit code.
    pub fn ended(&mut self) -> u32 {
        let child = &mut self.child;
        wait_for("the end of the program", || {
            child.try_wait().expect("it is our child")
        })
        .exit_code()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A test that failed leaves no program behind; one that has ended cannot be ended again.
        if let Ok(None) = self.child.try_wait() {
            let _ = kill_process(self.pid(), Signal::KILL);
            let _ = self.child.wait();
        }
    }
}

/// Settings of a terminal.
pub struct Settings(rustix::termios::Termios);

/// A terminal before a program runs on it.
pub struct Line {
    master: Box<dyn MasterPty + Send>,
    slave: Box<dyn portable_pty::SlavePty + Send>,
    held: File,
    columns: u16,
    rows: u16,
}

impl Line {
    /// A terminal of this many columns and rows.
    pub fn open(columns: u16, rows: u16) -> Self {
        let pair = native_pty_system()
            .openpty(size(columns, rows))
            .expect("a terminal can be had");
        let name = pair.master.tty_name().expect("it has a name");
        let held = OpenOptions::new()
            .read(true)
            .write(true)
            // Opening it must not make it the test's own.
            .custom_flags(OFlags::NOCTTY.bits().cast_signed())
            .open(name)
            .expect("it can be opened");
        Self {
            master: pair.master,
            slave: pair.slave,
            held,
            columns,
            rows,
        }
    }

    /// Runs a program on it.
    pub fn run(self, program: &Program) -> Terminal {
        let child = self
            .slave
            .spawn_command(program.0.clone())
            .expect("the program starts");
        let mut out = self.master.try_clone_reader().expect("a terminal can be read");
        let keys = self.master.take_writer().expect("a terminal can be written to");
        let seen = Seen {
            screen: vt100::Parser::new(self.rows, self.columns, 0),
            bytes: Vec::new(),
            cut: false,
        };
        let seen = Arc::new((Mutex::new(seen), Condvar::new()));
        let shared = Arc::clone(&seen);
        // Ends when the last end of the line is closed.
        std::thread::spawn(move || {
            let mut some = [0; 4096];
            while let Ok(read @ 1..) = out.read(&mut some) {
                let mut seen = shared.0.lock().unwrap_or_else(PoisonError::into_inner);
                seen.screen.process(&some[..read]);
                seen.bytes.extend_from_slice(&some[..read]);
                shared.1.notify_all();
                if seen.cut {
                    return;
                }
            }
        });
        Terminal {
            child,
            master: Some(self.master),
            keys: Some(keys),
            line: self.held,
            seen,
        }
    }

    /// Its settings, in words that can be compared.
    pub fn settings(&self) -> String {
        settings(&self.held)
    }

    /// Its settings, to be put back.
    pub fn kept(&self) -> Settings {
        Settings(rustix::termios::tcgetattr(&self.held).expect("a terminal has settings"))
    }
}

fn settings(line: &File) -> String {
    format!(
        "{:?}",
        rustix::termios::tcgetattr(line).expect("a terminal has settings")
    )
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        pixel_width: 0,
        pixel_height: 0,
    }
}

/// Waits until something can be had; the kernel tells of it in no other way.
pub fn wait_for<T>(what: &str, mut had: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(got) = had() {
            return got;
        }
        assert!(Instant::now() < deadline, "{what} did not come");
        std::thread::park_timeout(Duration::from_millis(2));
    }
}

/// The row with the cursor sign, below the tabs, without the sign.
fn cursor_line(text: &str) -> Option<String> {
    let mut lines = text.lines().skip(2);
    lines.find_map(|line| line.strip_prefix('>').map(|line| line.trim().to_owned()))
}
