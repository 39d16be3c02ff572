//! Installs the error reports and hands over to the command line.

use std::process::ExitCode;

fn main() -> color_eyre::Result<ExitCode> {
    color_eyre::install()?;
    Ok(cohort::cli::run())
}
