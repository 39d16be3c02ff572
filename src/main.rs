//! Installs the error reports, parses the arguments, and hands over.

use std::process::ExitCode;

use clap::Parser;

fn main() -> color_eyre::Result<ExitCode> {
    color_eyre::install()?;
    Ok(cohort::cli::run(cohort::cli::Arguments::parse()))
}
