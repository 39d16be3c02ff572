//! What was changed, by whom; taking it back; and watching it happen.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use super::said::{Answer, Manner, Said, Trouble, object, say_trouble, table};
use super::visit::{Globals, Visit};
use crate::domain::text::{fold, visible};
use crate::domain::{AnyId, Entry, EntryHead, Model, Refusal, Rev, when};
use crate::exchange::lists::entry_json;

/// How many lines of history are asked for at a time.
const PAGE: u16 = 500;
/// How often a watch looks whether it was interrupted.
const GLANCE: Duration = Duration::from_millis(200);
/// The exit code of a program that was interrupted.
const INTERRUPTED: u8 = 130;

/// Which entries.
#[derive(Debug, Args)]
pub struct History {
    /// Only what changed this record: an id, or what `set` takes
    #[arg(long, value_name = "ID")]
    of: Option<String>,
    /// Only what this admin did
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// Only from this day on
    #[arg(long, value_name = "DAY")]
    since: Option<String>,
    /// At most so many, the newest
    #[arg(long, value_name = "NUMBER")]
    limit: Option<usize>,
}

/// The entries of the cohort, newest first.
pub fn history(globals: &Globals, history: &History) -> Said {
    let mut visit = Visit::open(globals)?;
    let of = match &history.of {
        Some(text) => Some(super::records::record_meant(&visit, text)?),
        None => None,
    };
    let since = match &history.since {
        Some(text) => Some(when::parse_day(text, visit.today()).map_err(Refusal::from)?),
        None => None,
    };
    // Lines for people need the changes only to know whether one record is among them.
    let wants_changes = of.is_some() || globals.manner() != Manner::Plain;
    let limit = history.limit.unwrap_or(usize::MAX);
    let mut found: Vec<(EntryHead, Option<Entry>)> = Vec::new();
    let mut before = None;
    'pages: loop {
        let heads = visit.client.heads(before, PAGE)?;
        let Some(last) = heads.last() else { break };
        before = Some(last.rev);
        for head in heads {
            let model = visit.model();
            if since.is_some_and(|day| model.day(head.at) < day) || found.len() >= limit {
                break 'pages;
            }
            if history
                .by
                .as_ref()
                .is_some_and(|by| fold(by.trim()) != fold(&head.by))
            {
                continue;
            }
            let entry = if wants_changes {
                visit.client.entry(head.rev)?
            } else {
                None
            };
            let touches =
                |entry: &Entry, id: AnyId| entry.edit.changes.iter().any(|change| change.id() == id);
            if of.is_none_or(|id| entry.as_ref().is_some_and(|entry| touches(entry, id))) {
                found.push((head, entry));
            }
        }
    }
    let model = visit.model();
    let json: Vec<Value> = found
        .iter()
        .filter_map(|(_, entry)| entry.as_ref())
        .map(|entry| entry_json(model, entry))
        .collect();
    let rows: Vec<Vec<String>> = found.iter().map(|(head, _)| head_row(model, head)).collect();
    let lines = if rows.is_empty() {
        vec!["Nothing was changed.".to_owned()]
    } else {
        table(&[">REV", "WHEN", "BY", "WHAT"], &rows)
    };
    Ok(Answer::found(Value::Array(json), lines))
}

fn head_row(model: &Model, head: &EntryHead) -> Vec<String> {
    let undoes = head.undoes.map(|rev| format!(" (of {rev})")).unwrap_or_default();
    vec![
        head.rev.to_string(),
        when::moment_short(model.local(head.at)),
        head.by.clone(),
        format!("{}{undoes}", head.label),
    ]
}

/// Which entry is taken back.
#[derive(Debug, Args)]
pub struct Undo {
    /// The entry's number [default: your last one]
    #[arg(value_name = "REV")]
    rev: Option<Rev>,
}

/// Takes an entry back.
pub fn undo(globals: &Globals, undo: &Undo) -> Said {
    let mut visit = Visit::open(globals)?;
    let rev = match undo.rev {
        Some(rev) => rev,
        None => my_last(&mut visit)?,
    };
    let Some(entry) = visit.client.entry(rev)? else {
        return Err(Trouble::missing(
            format!("there is no entry {rev}"),
            "see `cohort history`",
        ));
    };
    let nonce = visit.mint.nonce();
    let now = visit.client.undo(nonce, rev)?;
    let json = object([("revision", json!(now)), ("undoes", json!(rev))]);
    Ok(Answer::did(
        json,
        format!("Took back {rev}: {}.", entry.edit.label),
    ))
}

/// The last entry of ours that is no undo and was not taken back.
fn my_last(visit: &mut Visit) -> Result<Rev, Trouble> {
    let me = fold(visit.me());
    let mut taken_back = std::collections::BTreeSet::new();
    let mut before = None;
    loop {
        let heads = visit.client.heads(before, PAGE)?;
        let Some(last) = heads.last() else {
            return Err(Trouble::missing(
                "there is nothing of yours to take back",
                "name an entry: cohort undo REV (see `cohort history`)",
            ));
        };
        before = Some(last.rev);
        for head in heads {
            if let Some(rev) = head.undoes {
                // An undo that was itself taken back leaves its entry standing.
                if !taken_back.contains(&head.rev) {
                    taken_back.insert(rev);
                }
            } else if fold(&head.by) == me && !taken_back.contains(&head.rev) {
                return Ok(head.rev);
            }
        }
    }
}

/// Prints a line for every entry as it lands, until interrupted.
pub fn watch(globals: &Globals) -> ExitCode {
    match watch_on(globals) {
        Ok(code) => ExitCode::from(code),
        Err(trouble) => say_trouble(&trouble, globals.manner()),
    }
}

/// Whether the other end of our output is gone: over ssh without a terminal nothing else tells.
fn nobody_reads() -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let out = std::io::stdout();
    let mut looked = [PollFd::new(&out, PollFlags::empty())];
    let at_once = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    matches!(poll(&mut looked, Some(&at_once)), Ok(1..))
        && looked[0].revents().intersects(PollFlags::ERR | PollFlags::HUP)
}

fn watch_on(globals: &Globals) -> Result<u8, Trouble> {
    let interrupted = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&interrupted))
            .map_err(|error| Trouble::new(6, format!("signals cannot be heard: {error}"), "try again"))?;
    }
    let mut visit = Visit::open(globals)?;
    while !interrupted.load(Ordering::SeqCst) {
        let Some(entry) = visit.client.next_entry(GLANCE)? else {
            if nobody_reads() {
                return Ok(0);
            }
            continue;
        };
        let line = match globals.manner() {
            Manner::Plain => head_row(visit.model(), &entry.head()).join("  "),
            _ => entry_json(visit.model(), &entry).to_string(),
        };
        let mut out = std::io::stdout().lock();
        let shown = if globals.json {
            line
        } else {
            visible(&line).into_owned()
        };
        if writeln!(out, "{shown}").and_then(|()| out.flush()).is_err() {
            // Nobody reads any more.
            return Ok(0);
        }
    }
    Ok(INTERRUPTED)
}
