//! Opening the terminal program: on the data directory, or on the example programme.

use std::fs;
use std::io::{self, IsTerminal};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::TimeDelta;
use clap::Args;

use super::said::{Trouble, say_trouble};
use super::visit::{EXAMPLE_CLOCK, Globals, example_offset};
use crate::domain::Mint;
use crate::exchange::example;
use crate::hub::{Client, Start, Who};
use crate::run::{self, Clock, Opening};
use crate::tui::Looks;
use crate::tui::theme::{ASCII, Glyphs, Theme, UTF8};

/// The exit code of bad usage.
const USAGE: u8 = 2;
/// Seconds for which the store of an example waits for somebody to come back.
const IDLE_EXIT: u64 = 10;
/// The seed of the example's nonces: filling it twice lands once.
const EXAMPLE_SEED: u64 = 2025;

/// How the terminal program is to look.
#[derive(Clone, Debug, Args)]
pub struct LooksGiven {
    /// Colours of the terminal program
    #[arg(long, value_name = "THEME", value_parser = ["mono", "dark", "light"], global = true, hide_possible_values = false)]
    theme: Option<String>,
    /// Draw with ASCII characters only
    #[arg(long, global = true)]
    ascii: bool,
}

/// What a session's environment says about looks.
struct Surroundings<'a> {
    no_color: bool,
    locale: &'a str,
}

impl LooksGiven {
    /// The looks for this session: mono unless asked, ASCII unless the session is of UTF-8.
    fn looks(&self, color: &str, around: &Surroundings<'_>) -> Looks {
        let theme = self.theme.as_deref().and_then(Theme::named).unwrap_or_default();
        let colourless = color == "never" || (around.no_color && color != "always");
        let theme = if colourless { Theme::Mono } else { theme };
        let glyphs = if self.ascii {
            ASCII
        } else {
            glyphs_of(around.locale)
        };
        Looks {
            theme,
            glyphs,
            slow: false,
        }
    }
}

/// Which characters a locale can be trusted with: lines and blocks are of doubtful width where Chinese, Japanese
/// or Korean is spoken.
fn glyphs_of(locale: &str) -> Glyphs {
    let locale = locale.to_lowercase();
    let is_utf8 = locale.contains("utf-8") || locale.contains("utf8");
    let is_wide = ["zh", "ja", "ko"]
        .iter()
        .any(|language| locale.starts_with(language));
    if is_utf8 && !is_wide { UTF8 } else { ASCII }
}

/// The locale that decides about characters: the first of these that is set.
fn locale() -> String {
    ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty())
        .unwrap_or_default()
}

/// Opens the terminal program on the data directory.
pub fn open(globals: &Globals, looks: &LooksGiven) -> ExitCode {
    let opened = need_terminal()
        .and_then(|()| Ok(globals.directory()?))
        .and_then(|dir| run_on(globals, looks, &dir, globals.who(&dir), globals.clock(&dir)));
    ended(globals, opened)
}

fn ended(globals: &Globals, opened: Result<u8, Trouble>) -> ExitCode {
    match opened {
        Ok(code) => ExitCode::from(code),
        Err(trouble) => say_trouble(&trouble, globals.manner()),
    }
}

/// Refuses to open the program where nobody could use it.
fn need_terminal() -> Result<(), Trouble> {
    let hint = "run it in a terminal, or ask one question: cohort status --json";
    if !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
        return Err(Trouble::new(USAGE, "the terminal program needs a terminal", hint));
    }
    if std::env::var("TERM").is_ok_and(|term| term == "dumb") {
        return Err(Trouble::new(
            USAGE,
            "this terminal (TERM=dumb) cannot place text",
            hint,
        ));
    }
    Ok(())
}

fn run_on(globals: &Globals, looks: &LooksGiven, dir: &Path, who: Who, clock: Clock) -> Result<u8, Trouble> {
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let locale = locale();
    let around = Surroundings {
        no_color,
        locale: &locale,
    };
    let opening = Opening {
        dir: dir.to_owned(),
        who,
        looks: looks.looks(&globals.color, &around),
        clock,
        outbox: dir.join("outbox"),
        exports: dir.join("exports"),
        sender: super::post::office()?,
    };
    run::run(&opening).map_err(|error| Trouble::new(USAGE, format!("{error:#}"), "cohort status --json"))
}

/// Where the example is opened.
#[derive(Debug, Args)]
pub struct Demo {
    /// Keep the example in this directory [default: a throw-away one]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Fill the directory and end
    #[arg(long, hide = true, requires = "dir")]
    prepare_only: bool,
}

/// Opens the terminal program on the example programme.
pub fn demo(globals: &Globals, looks: &LooksGiven, demo: &Demo) -> ExitCode {
    ended(globals, demo_on(globals, looks, demo))
}

fn demo_on(globals: &Globals, looks: &LooksGiven, demo: &Demo) -> Result<u8, Trouble> {
    if !demo.prepare_only {
        need_terminal()?;
    }
    let given = demo.dir.as_ref().or(globals.data.as_ref());
    let place = match given {
        Some(dir) => Place::Given(dir.clone()),
        None => Place::thrown_away()?,
    };
    let mut who = globals.who(place.dir());
    let clock = prepare(place.dir(), &mut who)?;
    if demo.prepare_only {
        return Ok(0);
    }
    let clock = globals.now.map_or(clock, Clock::Fixed);
    run_on(globals, looks, place.dir(), who, clock)
}

/// Where the example is kept while it is open.
enum Place {
    /// In a directory that stays.
    Given(PathBuf),
    /// In one that goes when this does.
    ThrownAway(PathBuf),
}

impl Place {
    fn thrown_away() -> Result<Self, Trouble> {
        let name = format!(
            "cohort-demo-{}-{:08x}",
            std::process::id(),
            crate::hub::mint().number() >> 32
        );
        let dir = std::env::temp_dir().join(name);
        fs::DirBuilder::new().mode(0o700).create(&dir).map_err(|error| {
            Trouble::new(
                6,
                format!("{} cannot be made: {error}", dir.display()),
                "name one with --dir",
            )
        })?;
        Ok(Self::ThrownAway(dir))
    }

    fn dir(&self) -> &Path {
        match self {
            Self::Given(dir) | Self::ThrownAway(dir) => dir,
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Self::ThrownAway(dir) = self {
            let who = Who {
                start: Start::Never,
                ..Who::default()
            };
            // The store must have gone before its files do; one that cannot be asked has gone.
            let _ = Client::connect(dir, who).and_then(Client::retire);
            // Nothing is lost with what cannot be removed: it is invented, and the system's to clear away.
            let _ = fs::remove_dir_all(dir);
        }
    }
}

/// Fills a directory with the example unless it has it already; answers the example's clock.
fn prepare(dir: &Path, who: &mut Who) -> Result<Clock, Trouble> {
    let mut offset = offset_of_running(dir, who);
    if offset.is_none() {
        let seconds = (example::clock() - Clock::System.now()).num_seconds();
        who.start = Start::Program {
            path: None,
            idle_exit: IDLE_EXIT,
            clock_offset: seconds,
        };
        offset = Some(seconds);
    }
    let seconds = offset.unwrap_or_default();
    let wanted = std::mem::take(&mut who.cohort);
    let mut client = Client::connect(dir, who.clone())?;
    // Without the note a second terminal would only show another minute.
    let _ = fs::write(dir.join(EXAMPLE_CLOCK), seconds.to_string());
    fill(&mut client, dir)?;
    who.cohort = wanted;
    Ok(Clock::Shifted(TimeDelta::seconds(seconds)))
}

/// How far the clock of a store that is at work on an example already is from the system's.
fn offset_of_running(dir: &Path, who: &Who) -> Option<i64> {
    let seconds = example_offset(dir)?;
    let who = Who {
        start: Start::Never,
        ..who.clone()
    };
    Client::connect(dir, who).ok().map(|_| seconds)
}

/// Brings the example's entries in, as far as they are not there.
fn fill(client: &mut Client, dir: &Path) -> Result<(), Trouble> {
    let broken = |what: String| Trouble::new(6, what, "install the program again");
    let edits = example::edits(&mut Mint::seeded(EXAMPLE_SEED)).map_err(broken)?;
    let rev = client.model().rev;
    let first = edits.first().map(|edit| edit.cohort);
    let is_example = client.greeting().cohorts.iter().any(|(id, _)| Some(*id) == first);
    if rev > 0 && !is_example {
        return Err(Trouble::new(
            1,
            format!("{} holds other data than the example", dir.display()),
            "name an empty directory with --dir, or leave --dir out",
        ));
    }
    // Its entries are the first of the directory, in order: an interrupted filling goes on where it stopped.
    let landed = usize::try_from(rev).unwrap_or(usize::MAX);
    for edit in edits.into_iter().skip(landed) {
        client.propose(edit)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(theme: Option<&str>, color: &str, no_color: bool, locale: &str) -> Looks {
        let given = LooksGiven {
            theme: theme.map(str::to_owned),
            ascii: false,
        };
        given.looks(color, &Surroundings { no_color, locale })
    }

    #[test]
    fn without_being_asked_the_program_has_no_colours() {
        assert_eq!(looks(None, "auto", false, "en_GB.UTF-8").theme, Theme::Mono);
    }

    #[test]
    fn no_color_takes_colours_away_unless_they_are_asked_for_always() {
        assert_eq!(looks(Some("dark"), "auto", true, "C").theme, Theme::Mono);
        assert_eq!(looks(Some("dark"), "always", true, "C").theme, Theme::Dark);
        assert_eq!(looks(Some("dark"), "never", false, "C").theme, Theme::Mono);
    }

    #[test]
    fn lines_are_drawn_in_ascii_unless_the_session_is_of_utf_8_and_they_have_one_width() {
        for (locale, glyphs) in [
            ("en_GB.UTF-8", UTF8),
            ("C.utf8", UTF8),
            ("C", ASCII),
            ("", ASCII),
            ("ja_JP.UTF-8", ASCII),
        ] {
            assert_eq!(looks(None, "auto", false, locale).glyphs, glyphs, "{locale}");
        }
    }
}
