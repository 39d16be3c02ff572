//! What is said: one-shot commands, and what the program's arguments mean.
//!
//! Every file holds one family of commands: its arguments, what it asks of the model or proposes to the store, and
//! the answer, once for people and once as JSON (`said`). It must not know the store.

mod admins;
mod agenda;
mod backup;
mod cohorts;
mod erase;
mod export;
pub(crate) mod file;
mod forced;
mod history;
mod import;
mod lists;
mod manual;
mod placing;
mod plan;
pub(crate) mod post;
mod program;
mod quotes;
mod records;
mod registers;
mod remind;
mod report;
pub(crate) mod said;
pub(crate) mod sending;
mod status;
mod subject;
mod verify;
mod visit;
mod waves;

use std::process::ExitCode;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};

use crate::hub::{self, LinkProblem};
use said::{Manner, Trouble, say, say_trouble};
use visit::Globals;

/// Live administration of a mentoring cohort, in the terminal
#[derive(Debug, Parser)]
#[command(
    name = "cohort",
    version,
    after_help = "Without a command the terminal program opens."
)]
pub struct Arguments {
    #[command(flatten)]
    globals: Globals,
    #[command(flatten)]
    looks: program::LooksGiven,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What to do
#[derive(Debug, Subcommand)]
enum Command {
    /// Open the terminal program on an example programme
    Demo(program::Demo),
    /// Make a cohort
    Init(cohorts::Init),
    /// Is everything all right?
    Status,
    /// The sessions going on, and the next ones
    Now,
    /// The sessions by date
    Agenda(agenda::Agenda),
    /// The people of the cohort, applicants included
    People(lists::People),
    /// The groups and who is in them
    Groups,
    /// The streams and how they do
    Streams,
    /// Add a record
    Add(records::Add),
    /// Set one field of a record
    Set(records::Set),
    /// Take a record out of use: people withdraw, sessions are cancelled, groups archived
    Drop(records::Drop),
    /// Decide applications
    Decide(placing::Decide),
    /// Move a mentee to a group, or to the pool
    Move(placing::Move),
    /// Let two mentees change places
    Swap(placing::Swap),
    /// Propose groups or sessions, or solve a problem file
    Plan(plan::Plan),
    /// Show or set who was at a session
    Register(registers::Register),
    /// Give a session another time
    Reschedule(registers::Reschedule),
    /// Cancel a session
    Cancel(registers::Cancel),
    /// Take in a file: applications, rosters, answers, attendance, calendars
    Import(import::Import),
    /// Write a list or a calendar into a file
    Export(export::Export),
    /// What was changed, when and by whom
    History(history::History),
    /// Take an entry back: your last one, or the one of this number
    Undo(history::Undo),
    /// Print a line for every entry as it lands
    Watch,
    /// Take in a questionnaire of your own
    Questionnaire(waves::Questionnaire),
    /// Open a wave: ask everybody it is for
    Ask(waves::Ask),
    /// The waves, and who has not answered
    Waves(waves::Waves),
    /// The quotes: what may be printed, and what holds the others back
    Quotes(quotes::Quotes),
    /// Write to people: reminders, invitations, changes, decisions, requests for consent
    Remind(remind::Remind),
    /// Who may do what: list, add (or give another role), remove
    Admin(admins::Admins),
    /// For forced commands of sshd: do what was asked for, as the key's admin
    Ssh,
    /// Write the cohort's report, or check whether it can be published
    Report(report::ReportOf),
    /// Write everything held on one person, for that person
    Subject(subject::Subject),
    /// Erase a person, whose name is typed to say that it is meant; cannot be undone
    Erase(erase::Erase),
    /// List data, consents and requests that are due to go or to be met
    Due(subject::DueBy),
    /// The mail server, and the texts of messages
    #[command(subcommand)]
    Mail(post::Mail),
    /// Write everything into one file, and read it back
    Backup(backup::Backup),
    /// Put a backup into an empty directory
    Restore(backup::Restore),
    /// Read everything and check every rule; with a file: read a backup
    Verify(verify::Verify),
    /// Run the store without a terminal; other commands start one by themselves
    Serve {
        /// End when nobody has been connected for so many seconds
        #[arg(long, value_name = "SECONDS")]
        idle_exit: Option<u64>,
        /// Ask the store that is at work, of this or an older version, to finish first
        #[arg(long)]
        replace: bool,
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
    /// The keys of the terminal program
    Keys(manual::Keys),
    /// Completions for a shell
    Completions(manual::Completions),
    /// The manual
    Man(manual::Man),
}

/// Reads the arguments of this process and does what they say; answers the exit code of commands.md.
#[must_use]
pub fn run() -> ExitCode {
    match Arguments::try_parse() {
        Ok(arguments) => perform(arguments),
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            // Help that nobody can read is no failure.
            let _ = error.print();
            ExitCode::SUCCESS
        }
        Err(error) => {
            let wants_json = std::env::args_os().any(|arg| arg == "--json");
            let manner = if wants_json { Manner::Json } else { Manner::Plain };
            say_trouble(&misused(&error), manner)
        }
    }
}

/// What is wrong with the arguments, in one sentence, and the usage.
fn misused(error: &clap::Error) -> Trouble {
    let text = error.to_string();
    let sentence: Vec<&str> = text
        .lines()
        .take_while(|line| !line.starts_with("Usage:"))
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("For more information"))
        .collect();
    let sentence = sentence.join(" ");
    let usage = text.lines().find_map(|line| line.strip_prefix("Usage: "));
    let hint = usage.map_or_else(
        || "cohort --help".to_owned(),
        |usage| format!("{}, or see --help", usage.trim()),
    );
    Trouble::usage(sentence.trim_start_matches("error: "), hint)
}

fn perform(arguments: Arguments) -> ExitCode {
    let Arguments {
        globals,
        looks,
        command,
    } = arguments;
    let globals = &globals;
    let said = match command {
        None => return program::open(globals, &looks),
        Some(Command::Ssh) => return forced::forced(globals),
        Some(Command::Demo(demo)) => return program::demo(globals, &looks, &demo),
        Some(Command::Watch) => return history::watch(globals),
        Some(Command::Serve {
            idle_exit,
            replace,
            clock_offset,
        }) => return serve(globals, idle_exit, replace, clock_offset),
        Some(Command::Init(init)) => cohorts::init(globals, &init),
        Some(Command::Status) => status::status(globals),
        Some(Command::Now) => agenda::now(globals),
        Some(Command::Agenda(agenda)) => agenda::agenda(globals, &agenda),
        Some(Command::People(people)) => lists::people(globals, &people),
        Some(Command::Groups) => lists::groups(globals),
        Some(Command::Streams) => lists::streams(globals),
        Some(Command::Add(add)) => records::add(globals, &add),
        Some(Command::Set(set)) => records::set(globals, &set),
        Some(Command::Drop(drop)) => records::drop_one(globals, &drop),
        Some(Command::Decide(decide)) => placing::decide(globals, &decide),
        Some(Command::Move(step)) => placing::move_one(globals, &step),
        Some(Command::Swap(swap)) => placing::swap(globals, &swap),
        Some(Command::Plan(plan)) => plan::plan(globals, &plan),
        Some(Command::Register(register)) => registers::register(globals, &register),
        Some(Command::Reschedule(reschedule)) => registers::reschedule(globals, &reschedule),
        Some(Command::Cancel(cancel)) => registers::cancel(globals, &cancel),
        Some(Command::Import(import)) => import::import(globals, &import),
        Some(Command::Export(export)) => export::export(globals, &export),
        Some(Command::History(history)) => history::history(globals, &history),
        Some(Command::Undo(undo)) => history::undo(globals, &undo),
        Some(Command::Questionnaire(given)) => waves::questionnaire(globals, &given),
        Some(Command::Ask(ask)) => waves::ask(globals, &ask),
        Some(Command::Waves(waves)) => waves::waves(globals, &waves),
        Some(Command::Quotes(quotes)) => quotes::quotes(globals, &quotes),
        Some(Command::Remind(remind)) => remind::remind(globals, &remind),
        Some(Command::Admin(admins)) => admins::admins(globals, &admins),
        Some(Command::Report(report)) => report::report(globals, &report),
        Some(Command::Subject(subject)) => subject::subject(globals, &subject),
        Some(Command::Erase(erase)) => erase::erase(globals, &erase),
        Some(Command::Due(due)) => subject::due(globals, &due),
        Some(Command::Mail(mail)) => post::mail(&mail),
        Some(Command::Backup(backup)) => backup::backup(globals, &backup),
        Some(Command::Restore(restore)) => backup::restore(&restore),
        Some(Command::Verify(verify)) => verify::verify(globals, &verify),
        Some(Command::Keys(keys)) => manual::keys(&keys),
        Some(Command::Completions(completions)) => manual::completions(Arguments::command(), &completions),
        Some(Command::Man(man)) => manual::man(Arguments::command(), &man),
    };
    say(said, globals.manner(), globals.quiet)
}

/// Runs the store until it ends.
fn serve(globals: &Globals, idle_exit: Option<u64>, replace: bool, clock_offset: i64) -> ExitCode {
    let idle_exit = idle_exit.map(Duration::from_secs);
    let served = globals.directory().and_then(|dir| {
        if replace {
            hub::retire(&dir)?;
        }
        hub::serve(&dir, idle_exit, clock_offset).map_err(LinkProblem::from)
    });
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => say_trouble(&problem.into(), globals.manner()),
    }
}
