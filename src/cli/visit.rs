//! One command's visit to the store: the way in, the time, and edits that land.

use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use clap::Args;
use etcetera::BaseStrategy;

use super::said::{Manner, Trouble};
use crate::domain::{Edit, Mint, Model, Rev};
use crate::hub::{self, Client, LinkProblem, Start, Wanted, Who};
use crate::run::Clock;

/// What every command can be told.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub struct Globals {
    /// The directory that holds the data [default: the user's data directory]
    #[arg(long, global = true, value_name = "DIR", env = "COHORT_DATA")]
    pub data: Option<PathBuf>,
    /// Which cohort [default: the running one, else the newest]
    #[arg(long, global = true, value_name = "NAME")]
    pub cohort: Option<String>,
    /// The admin's name [default: the Unix user's]
    #[arg(long = "as", global = true, value_name = "NAME")]
    pub admin: Option<String>,
    /// Answer in JSON
    #[arg(long, global = true, conflicts_with = "tsv")]
    pub json: bool,
    /// Answer in lines with tabs, under a line of headings
    #[arg(long, global = true)]
    pub tsv: bool,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", value_parser = ["auto", "always", "never"])]
    pub color: String,
    /// Take this for the present moment, as in 2025-03-18T16:12:00Z
    #[arg(long, global = true, value_name = "RFC3339", value_parser = moment)]
    pub now: Option<DateTime<Utc>>,
    /// Say only what was asked for: no confirmations, no notes
    #[arg(long, global = true)]
    pub quiet: bool,
}

/// Reads a moment with its offset.
fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    DateTime::parse_from_rfc3339(text.trim())
        .map(|at| at.to_utc())
        .map_err(|_| "write it like 2025-03-18T16:12:00Z or 2025-03-18T16:12:00+00:00".to_owned())
}

impl Globals {
    /// How answers are written.
    pub fn manner(&self) -> Manner {
        match (self.json, self.tsv) {
            (true, _) => Manner::Json,
            (_, true) => Manner::Tabs,
            _ => Manner::Plain,
        }
    }

    /// The time for this process: as given, else that of the data, else the system's.
    pub fn clock(&self, dir: &Path) -> Clock {
        let of_data = || {
            example_offset(dir).map_or(Clock::System, |seconds| {
                Clock::Shifted(TimeDelta::seconds(seconds))
            })
        };
        self.now.map_or_else(of_data, Clock::Fixed)
    }

    /// The data directory: as given, else the user's.
    pub fn directory(&self) -> Result<PathBuf, LinkProblem> {
        if let Some(dir) = &self.data {
            return Ok(dir.clone());
        }
        etcetera::choose_base_strategy()
            .map(|places| places.data_dir().join("cohort"))
            .map_err(|_| LinkProblem::unusable("there is no home directory", "name a directory with --data"))
    }

    /// Who comes to the data in this directory, and what they want to see.
    pub fn who(&self, dir: &Path) -> Who {
        let cohort = match self.cohort.as_deref().map(str::trim) {
            None | Some("") => Wanted::Usual,
            Some(name) => match name.parse() {
                Ok(id) => Wanted::This(id),
                Err(_) => Wanted::Named(name.to_owned()),
            },
        };
        Who {
            name: self.admin.clone(),
            cohort,
            start: Start::on_clock(example_offset(dir).unwrap_or_default()),
        }
    }
}

/// The file of an example's directory that says how far its clock is from the system's, in seconds.
pub const EXAMPLE_CLOCK: &str = "example-clock";

/// How far the clock of an example is from the system's, in seconds; none when the data are no example.
pub fn example_offset(dir: &Path) -> Option<i64> {
    let text = std::fs::read_to_string(dir.join(EXAMPLE_CLOCK)).ok()?;
    text.trim().parse().ok()
}

/// A connection with the time and fresh ids.
pub struct Visit {
    pub client: Client,
    pub mint: Mint,
    clock: Clock,
}

/// What came of an edit.
pub struct Landed {
    /// The entry; the last one there is when everything was so already.
    pub rev: Rev,
    /// What the rules warn of.
    pub warnings: Vec<String>,
}

impl Visit {
    /// Goes to the store of a cohort that is there.
    pub fn open(globals: &Globals) -> Result<Self, Trouble> {
        let dir = globals.directory()?;
        if !dir.exists() {
            return Err(Trouble::missing(
                format!("there is no data in {}", dir.display()),
                "begin with `cohort init`, or look at the example with `cohort demo`",
            ));
        }
        let visit = Self::enter(globals, &dir, globals.who(&dir))?;
        if visit.model().cohort().is_none() {
            return Err(Trouble::missing(
                "there is no cohort yet",
                "make one: cohort init --name 2025 --from 2025-01-06 --to 2025-06-30 --template dhn",
            ));
        }
        Ok(visit)
    }

    /// Goes to the store of a directory, whatever is in it.
    pub fn enter(globals: &Globals, dir: &Path, who: Who) -> Result<Self, Trouble> {
        Ok(Self {
            client: Client::connect(dir, who)?,
            mint: hub::mint(),
            clock: globals.clock(dir),
        })
    }

    pub fn model(&self) -> &Model {
        self.client.model()
    }

    /// The present moment.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Today, on the cohort's calendar.
    pub fn today(&self) -> NaiveDate {
        self.model().day(self.now())
    }

    /// Opens the data for what a viewer may not do, nor see.
    pub fn open_to_change(globals: &Globals) -> Result<Self, Trouble> {
        let visit = Self::open(globals)?;
        visit.client.greeting().role.may_change_data()?;
        Ok(visit)
    }

    /// The name our entries carry.
    pub fn me(&self) -> &str {
        &self.client.greeting().me
    }

    /// Proposes an edit and waits until it is on disk. One without changes is true already.
    pub fn land(&mut self, edit: Edit) -> Result<Landed, Trouble> {
        if edit.is_empty() {
            return Ok(Landed {
                rev: self.model().rev,
                warnings: Vec::new(),
            });
        }
        let warnings = self.model().warnings(&edit, self.now());
        let rev = self.client.propose(edit)?;
        Ok(Landed { rev, warnings })
    }

    /// A moment as other programs read it: with the offset of the cohort's zone.
    pub fn stamp(&self, at: DateTime<Utc>) -> String {
        stamp(self.model(), at)
    }
}

/// A moment as other programs read it: with the offset of the cohort's zone.
pub fn stamp(model: &Model, at: DateTime<Utc>) -> String {
    model
        .local(at)
        .to_rfc3339_opts(chrono::SecondsFormat::Secs, false)
}

/// Who prepared messages are from; a person's mail program puts the real sender in.
pub fn sender() -> String {
    std::env::var("COHORT_SENDER")
        .ok()
        .filter(|sender| !sender.trim().is_empty())
        .unwrap_or_else(|| "Mentoring programme <programme@cohort.invalid>".to_owned())
}
