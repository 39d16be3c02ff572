//! The real program in a pseudo-terminal: keys in as bytes, the screen out as a terminal would show it.
//!
//! Nothing sleeps: whoever waits, waits for a condition, ten seconds at most.

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

/// A program in a pseudo-terminal.
pub struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    keys: Option<Box<dyn Write + Send>>,
    line: File,
    seen: Arc<(Mutex<Seen>, Condvar)>,
}

impl Terminal {
    /// Runs the built program with these arguments on a terminal of this many columns and rows.
    pub fn run(arguments: &[&str], columns: u16, rows: u16) -> Self {
        Self::run_on(Line::open(columns, rows), arguments)
    }

    /// Runs it at 80x24 on the data in a directory, as Sam, at the example's moment, which does not pass.
    pub fn on(dir: &Path) -> Self {
        Self::on_line(Line::open(80, 24), dir)
    }

    /// The same, on a terminal that was opened before.
    pub fn on_line(line: Line, dir: &Path) -> Self {
        let now = cohort::exchange::example::clock().to_rfc3339();
        let dir = dir.to_str().expect("temporary directories have plain names");
        Self::run_on(line, &["--data", dir, "--as", "Sam K", "--now", &now])
    }

    fn run_on(line: Line, arguments: &[&str]) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_cohort"));
        command.args(arguments);
        command.env_clear();
        for (name, value) in [("TERM", "xterm-256color"), ("PATH", "/usr/bin:/bin"), ("LC_ALL", "C.UTF-8")] {
            command.env(name, value);
        }
        command.env("HOME", std::env::temp_dir());
        let child = line.slave.spawn_command(command).expect("the program starts");
        let mut out = line.master.try_clone_reader().expect("a terminal can be read");
        let keys = line.master.take_writer().expect("a terminal can be written to");
        let seen = Arc::new((
            Mutex::new(Seen {
                screen: vt100::Parser::new(line.rows, line.columns, 0),
                bytes: Vec::new(),
                cut: false,
            }),
            Condvar::new(),
        ));
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
        Self {
            child,
            master: Some(line.master),
            keys: Some(keys),
            line: line.held,
            seen,
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until what was seen is so.
    fn until(&self, what: &str, is_so: impl Fn(&Seen) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = self.seen();
        while !is_so(&seen) {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{what} did not happen; the screen is\n{}", seen.text());
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
        self.until(&format!("the end of {text:?}"), |seen| !seen.text().contains(text));
        self
    }

    /// Waits until the row with the cursor sign has this text.
    pub fn cursor_on(&self, text: &str) -> &Self {
        self.until(&format!("the cursor on {text:?}"), |seen| {
            let screen = seen.text();
            screen.lines().any(|line| line.starts_with('>') && line.contains(text))
        });
        self
    }

    /// What the screen shows.
    pub fn text(&self) -> String {
        self.seen().text()
    }

    /// Whether the alternate screen and bracketed paste are on, and whether the cursor is hidden.
    pub fn modes(&self) -> (bool, bool, bool) {
        let seen = self.seen();
        let screen = seen.screen.screen();
        (screen.alternate_screen(), screen.bracketed_paste(), screen.hide_cursor())
    }

    /// Everything that was written so far.
    pub fn bytes(&self) -> Vec<u8> {
        self.seen().bytes.clone()
    }

    /// Types these bytes in one write.
    pub fn type_in(&mut self, bytes: &str) -> &mut Self {
        let keys = self.keys.as_mut().expect("the line is open");
        keys.write_all(bytes.as_bytes()).expect("the terminal takes keys");
        keys.flush().expect("the terminal takes keys");
        self
    }

    /// Types, waits until the whole frame with this text is there, and answers how many bytes it took.
    pub fn cost(&mut self, bytes: &str, text: &str) -> usize {
        let (before, frames) = {
            let seen = self.seen();
            (seen.bytes.len(), seen.frames())
        };
        self.type_in(bytes);
        self.until(&format!("a frame with {text:?} after {bytes:?}"), |seen| {
            seen.frames() > frames && seen.bytes.ends_with(FRAME_ENDS) && seen.text().contains(text)
        });
        self.seen().bytes.len() - before
    }

    /// The terminal's settings, in words that can be compared.
    pub fn settings(&self) -> String {
        settings(&self.line)
    }

    /// Gives the terminal another size.
    pub fn resize(&self, columns: u16, rows: u16) {
        self.seen().screen.screen_mut().set_size(rows, columns);
        let master = self.master.as_ref().expect("the line is open");
        master.resize(size(columns, rows)).expect("the terminal can be resized");
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
        wait_for("the end of the program", || child.try_wait().expect("it is our child")).exit_code()
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
        let pair = native_pty_system().openpty(size(columns, rows)).expect("a terminal can be had");
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
    format!("{:?}", rustix::termios::tcgetattr(line).expect("a terminal has settings"))
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
fn wait_for<T>(what: &str, mut had: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(got) = had() {
            return got;
        }
        assert!(Instant::now() < deadline, "{what} did not come");
        std::thread::park_timeout(Duration::from_millis(2));
    }
}
