//! Reaching the store of a directory, and starting one when nobody answers.

use std::fmt;
use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::time::{Duration, Instant};

use super::client::Client;
use super::link::Who;
use super::wire::{self, Hello, Wanted};
use super::{frame, socket};
use crate::store::{IN_USE, StoreProblem};

/// How long somebody waits for a store that another has started.
const OTHERS: Duration = Duration::from_secs(5);
/// How long somebody waits for the store they started themselves: it gives up on damaged files after 30 s.
const OURS: Duration = Duration::from_secs(40);
/// How many stores somebody starts before giving up: one may be killed while it opens.
const ATTEMPTS: u32 = 3;
/// How long a store may take to finish and end.
const RETIREMENT: Duration = Duration::from_secs(10);
/// The exit code of "the store cannot be used".
const UNUSABLE: u8 = 6;
/// The exit code of "not permitted".
const NOT_PERMITTED: u8 = 7;

/// Why a client has no store to talk to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkProblem {
    what: String,
    hint: String,
    code: u8,
}

impl LinkProblem {
    /// A store that cannot be used: exit code 6.
    pub fn unusable(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            hint: hint.into(),
            code: UNUSABLE,
        }
    }
    /// Somebody who may not: exit code 7.
    pub fn not_permitted(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            hint: hint.into(),
            code: NOT_PERMITTED,
        }
    }
    /// Something asked for that is not there: exit code 3.
    pub fn missing(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            hint: hint.into(),
            code: 3,
        }
    }
    /// What is wrong.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.what
    }
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &str {
        &self.hint
    }
    /// The exit code of a command that ends by it (commands.md).
    #[must_use]
    pub fn code(&self) -> u8 {
        self.code
    }
}

impl fmt::Display for LinkProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}
impl std::error::Error for LinkProblem {}

impl From<StoreProblem> for LinkProblem {
    fn from(problem: StoreProblem) -> Self {
        Self::unusable(problem.what, problem.hint)
    }
}

/// What to do when nobody answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// Start a store with this program.
    Program {
        /// The program; this one when none.
        path: Option<PathBuf>,
        /// After how many seconds without anybody it ends.
        idle_exit: u64,
        /// Seconds added to its clock.
        clock_offset: i64,
    },
    /// Say so.
    Never,
}

impl Start {
    /// Start a store whose clock is so many seconds from the system's.
    #[must_use]
    pub const fn on_clock(clock_offset: i64) -> Self {
        Self::Program {
            path: None,
            idle_exit: 60,
            clock_offset,
        }
    }
}

impl Default for Start {
    fn default() -> Self {
        Self::on_clock(0)
    }
}

/// A store that was started and has not said yet how it goes.
struct Starting {
    told: Receiver<Option<LinkProblem>>,
}

/// A connection to the store of a directory, started if need be. Who was there before (`again`) and starts none waits
/// a moment for somebody else to.
///
/// # Errors
/// When none can be reached nor started: with the words of the store that could not start.
pub fn reach(dir: &Path, start: &Start, again: bool) -> Result<UnixStream, LinkProblem> {
    let mut began = Instant::now();
    let mut patience = OTHERS;
    let mut pause = Duration::from_millis(5);
    let mut starting: Option<Starting> = None;
    let mut attempts = 0;
    loop {
        match socket::known(dir).map(UnixStream::connect) {
            Some(Ok(stream)) => return Ok(stream),
            Some(Err(error)) if !nobody_there(&error) => return Err(cannot_reach(dir, &error)),
            _ => {}
        }
        match starting.as_ref().map(|starting| starting.told.try_recv()) {
            // Its own words; unless another was quicker, which is as good.
            Some(Ok(Some(problem))) if !problem.what.starts_with(IN_USE) => return Err(problem),
            Some(Ok(_) | Err(TryRecvError::Disconnected)) => {
                starting = None;
                (began, patience) = (Instant::now(), OTHERS);
            }
            Some(Err(TryRecvError::Empty)) => {}
            None if again && *start == Start::Never && began.elapsed() < patience => {}
            None if attempts < ATTEMPTS => {
                attempts += 1;
                starting = Some(begin(dir, start)?);
                (began, patience) = (Instant::now(), OURS);
            }
            None => {}
        }
        if began.elapsed() > patience {
            return Err(LinkProblem::unusable(
                format!("the store of {} cannot be reached", dir.display()),
                format!("see {} there, or try again", super::LOG),
            ));
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(100));
    }
}

/// What to say of a store that is there and says nothing.
pub fn silent(dir: &Path) -> LinkProblem {
    let lock = std::fs::read_to_string(dir.join("lock")).unwrap_or_default();
    let pid = lock.lines().find_map(|line| line.strip_prefix("pid "));
    let process = pid.map_or_else(
        || "its process".to_owned(),
        |pid| format!("its process (number {pid})"),
    );
    LinkProblem::unusable(
        format!("the store of {} does not answer", dir.display()),
        format!("{process} may be stopped, or its disk hang: kill -CONT lets a stopped one go on"),
    )
}

/// What to say of a store of an older program that cannot make room.
pub fn older(speaks: (u16, u16), sessions: u16) -> LinkProblem {
    let sessions = match sessions {
        0 => "nobody else is connected".to_owned(),
        1 => "1 session is open".to_owned(),
        more => format!("{more} sessions are open"),
    };
    LinkProblem::unusable(
        format!(
            "the store speaks protocol {} to {}, this newer program {} to {}; {sessions}",
            speaks.0,
            speaks.1,
            wire::PROTOCOL.0,
            wire::PROTOCOL.1
        ),
        "leave the sessions of the older version and start this one again; the owner of the data can also run \
         cohort serve --replace",
    )
}

/// Asks a store of an older program to end, and waits for it to close the connection; whether it did.
pub fn retire_older(dir: &Path) -> bool {
    let Some(Ok(stream)) = socket::known(dir).map(UnixStream::connect) else {
        return true;
    };
    let hello = Hello {
        program: env!("CARGO_PKG_VERSION").to_owned(),
        claims: None,
        cohort: Wanted::Usual,
    };
    let asked = stream
        .set_read_timeout(Some(RETIREMENT))
        .and_then(|()| frame::write(&mut &stream, &wire::first(wire::PROTOCOL, wire::RETIRE, &hello)))
        .and_then(|()| (&stream).read_to_end(&mut Vec::new()));
    // Whether it listened is seen from the socket: a store that ends takes it away.
    asked.is_ok() && gone(dir)
}

/// Whether nobody listens on the socket of a directory any more, soon.
fn gone(dir: &Path) -> bool {
    let began = Instant::now();
    while began.elapsed() < RETIREMENT {
        match socket::known(dir).map(UnixStream::connect) {
            Some(Ok(_)) => std::thread::sleep(Duration::from_millis(20)),
            _ => return true,
        }
    }
    false
}

/// Asks the store of a directory, of this or an older version, to finish what it has and end. Done at once when there
/// is none.
///
/// # Errors
/// When it stays: it is somebody else's, newer, or does not answer.
pub fn retire(dir: &Path) -> Result<(), LinkProblem> {
    if !matches!(socket::known(dir).map(UnixStream::connect), Some(Ok(_))) {
        return Ok(());
    }
    let who = Who {
        start: Start::Never,
        ..Who::default()
    };
    let stays = match Client::connect(dir, who) {
        Ok(client) => client.retire().err(),
        Err(problem) => Some(problem),
    };
    match stays {
        None => Ok(()),
        Some(_) if retire_older(dir) => Ok(()),
        Some(problem) => Err(problem),
    }
}

fn nobody_there(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset
    )
}

fn cannot_reach(dir: &Path, error: &io::Error) -> LinkProblem {
    let what = format!("cannot reach the store of {}: {error}", dir.display());
    match error.kind() {
        io::ErrorKind::PermissionDenied => {
            LinkProblem::not_permitted(what, "ask the owner of the directory to let you in")
        }
        io::ErrorKind::NotADirectory => LinkProblem::unusable(what, "name a directory with --data"),
        _ => LinkProblem::unusable(what, "try again"),
    }
}

fn begin(dir: &Path, start: &Start) -> Result<Starting, LinkProblem> {
    let Start::Program {
        path,
        idle_exit,
        clock_offset,
    } = start
    else {
        return Err(LinkProblem::unusable(
            format!("no store is at work on {}", dir.display()),
            "start one: cohort serve",
        ));
    };
    let failed = |error: io::Error| {
        LinkProblem::unusable(
            format!("a store cannot be started: {error}"),
            "try `cohort serve` to see why",
        )
    };
    let program = match path {
        Some(path) => path.clone(),
        None => this_program().map_err(failed)?,
    };
    let mut command = Command::new(program);
    command
        .arg("--data")
        .arg(std::path::absolute(dir).map_err(failed)?)
        .args(["serve", "--idle-exit", &idle_exit.to_string()]);
    if *clock_offset != 0 {
        command.arg(format!("--clock-offset={clock_offset}"));
    }
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let (tell, told) = mpsc::channel();
    let words = child.stderr.take();
    std::thread::Builder::new()
        .name("starting".to_owned())
        .spawn(move || {
            let mut said = String::new();
            if let Some(words) = words {
                // What cannot be read was not said.
                let _ = words.take(64 << 10).read_to_string(&mut said);
            }
            if !said.trim().is_empty() {
                let _ = tell.send(Some(problem_in(&said)));
            }
            // Nobody else takes note of its end; it may be long after ours.
            let ended = child.wait();
            if ended.is_ok_and(|status| !status.success()) {
                let _ = tell.send(None);
            }
        })
        .map_err(failed)?;
    Ok(Starting { told })
}

/// This program's file, also after it was replaced by an update.
fn this_program() -> io::Result<PathBuf> {
    let path = std::env::current_exe()?;
    let text = path.to_string_lossy();
    Ok(match text.strip_suffix(" (deleted)") {
        Some(path) => PathBuf::from(path),
        None => path,
    })
}

/// What a store said before it ended: `error: what`, `  try: hint`.
fn problem_in(said: &str) -> LinkProblem {
    let line = |name: &str| {
        said.lines()
            .find_map(|line| line.trim_start().strip_prefix(name))
            .map(|text| text.trim().to_owned())
    };
    LinkProblem::unusable(
        line("error:")
            .unwrap_or_else(|| format!("the store ended: {}", said.lines().next().unwrap_or_default())),
        line("try:").unwrap_or_else(|| "try `cohort serve` to see more".to_owned()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_store_that_cannot_start_are_passed_on() {
        let problem = problem_in("error: the disk is full\n  try: free some space\n");
        assert_eq!(
            (problem.message(), problem.hint()),
            ("the disk is full", "free some space")
        );
        assert_eq!(problem.code(), 6);
    }

    #[test]
    fn nobody_is_started_where_none_may_be() {
        let dir = tempfile::tempdir().unwrap();
        let problem = reach(dir.path(), &Start::Never, false).unwrap_err();
        assert!(problem.message().contains("no store"), "{problem}");
    }
}
