//! What is said: one-shot commands, as lines of text, and what the program's arguments mean.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use etcetera::BaseStrategy;

use crate::hub::{self, LinkProblem};

/// Live administration of a mentoring cohort, in the terminal
#[derive(Debug, Parser)]
#[command(name = "cohort", version)]
pub struct Arguments {
    /// The directory that holds the data
    #[arg(long, global = true, value_name = "DIR", env = "COHORT_DATA")]
    data: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

/// What to do
#[derive(Debug, Subcommand)]
enum Command {
    /// Run the store without a terminal; other commands start one by themselves
    Serve {
        /// End when nobody has been connected for so many seconds
        #[arg(long, value_name = "SECONDS")]
        idle_exit: Option<u64>,
        /// Stamp entries so many seconds later than the system's clock says
        #[arg(
            long,
            value_name = "SECONDS",
            default_value_t = 0,
            allow_negative_numbers = true,
            hide = true
        )]
        clock_offset: i64,
    },
}

/// Does what the arguments say; answers the exit code of commands.md.
#[must_use]
pub fn run(arguments: Arguments) -> ExitCode {
    let done = directory(arguments.data).and_then(|dir| match arguments.command {
        Command::Serve {
            idle_exit,
            clock_offset,
        } => hub::serve(&dir, idle_exit.map(Duration::from_secs), clock_offset).map_err(LinkProblem::from),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {}\n  try: {}", problem.message(), problem.hint());
            ExitCode::from(problem.code())
        }
    }
}

/// The data directory: as given, else the user's.
fn directory(given: Option<PathBuf>) -> Result<PathBuf, LinkProblem> {
    if let Some(dir) = given {
        return Ok(dir);
    }
    etcetera::choose_base_strategy()
        .map(|places| places.data_dir().join("cohort"))
        .map_err(|_| LinkProblem::unusable("there is no home directory", "name a directory with --data"))
}
