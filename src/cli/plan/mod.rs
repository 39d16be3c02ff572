//! `cohort plan`: proposals made by the planners, and problem files solved.
//!
//! A planner runs on a thread of its own, under a [`Watch`]: `--limit` reaches it through that, and how far it is
//! goes to a terminal's stderr. Ctrl-C ends the command; nothing was changed then.

mod groups;
mod instance;
mod sessions;

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{Args, Subcommand};

use super::said::{Said, Trouble};
use super::visit::Globals;
use crate::plan::{Cancelled, Watch};

/// What to plan.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, arg_required_else_help = true)]
pub struct Plan {
    #[command(subcommand)]
    what: Option<What>,
    /// Solve a problem file with a known answer
    #[arg(long, value_name = "FILE")]
    instance: Option<PathBuf>,
    /// Stop with the best answer after so many seconds
    #[arg(long, value_name = "SECONDS", requires = "instance")]
    limit: Option<u64>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Propose a group for everybody in the pool, with reasons
    Groups(groups::Groups),
    /// Propose dates for the sessions that groups lack, with reasons
    Sessions(sessions::Sessions),
}

/// Plans what is asked for.
pub fn plan(globals: &Globals, plan: &Plan) -> Said {
    match (&plan.what, &plan.instance) {
        (Some(What::Groups(wanted)), _) => groups::groups(globals, wanted),
        (Some(What::Sessions(wanted)), _) => sessions::sessions(globals, wanted),
        (None, Some(file)) => instance::solve(globals, file, plan.limit.map(Duration::from_secs)),
        (None, None) => Err(Trouble::usage(
            "nothing to plan was named",
            "cohort plan groups, cohort plan sessions, or cohort plan --instance FILE",
        )),
    }
}

/// Runs a planner to its end, saying how far it is once it takes longer than half a second; after `limit` it is to
/// stop with what it has. Answers with the seconds it took.
pub(super) fn watched<T: Send>(
    globals: &Globals,
    limit: Option<Duration>,
    work: impl FnOnce(&Watch) -> Result<T, Cancelled> + Send,
) -> Result<(T, f64), Trouble> {
    let watch = Watch::default();
    let begun = Instant::now();
    let mut err = std::io::stderr();
    let shows = err.is_terminal() && !globals.quiet;
    let (result, took) = std::thread::scope(|scope| {
        let worker = scope.spawn(|| {
            let result = work(&watch);
            (result, begun.elapsed().as_secs_f64())
        });
        let mut wait = Duration::from_millis(1);
        let mut shown = false;
        while !worker.is_finished() {
            // Short at first, so that quick work is not waited for.
            std::thread::park_timeout(wait);
            wait = (wait * 2).min(Duration::from_millis(100));
            if limit.is_some_and(|limit| begun.elapsed() >= limit) {
                watch.enough();
            }
            if shows && begun.elapsed() >= Duration::from_millis(500) {
                let progress = watch.progress();
                shown = true;
                // Progress that cannot be shown is no reason to stop.
                let _ = write!(
                    err,
                    "\r{} {} of {}   ",
                    progress.doing, progress.done, progress.of
                );
            }
        }
        if shown {
            let _ = write!(err, "\r{:60}\r", "");
        }
        match worker.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    });
    let interrupted = |Cancelled| Trouble::new(130, "the plan was called off", "ask again");
    Ok((result.map_err(interrupted)?, took))
}
