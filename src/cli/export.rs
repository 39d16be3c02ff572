//! Lists and calendars as files.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;

use super::file::{self, Unwritten};
use super::said::{Answer, Said, Trouble, count, object};
use super::visit::{Globals, Visit};
use crate::domain::Entry;
use crate::domain::query::Query;
use crate::exchange::calendar;
use crate::exchange::grid::Grid;
use crate::exchange::lists::{self, List};
use crate::exchange::{parted, spreadsheet};

/// How many lines of history are asked for at a time.
const PAGE: u16 = 500;

/// What to write, and where.
#[derive(Debug, Args)]
pub struct Export {
    #[command(subcommand)]
    what: What,
    /// The file: its ending says what is written, .csv, .xlsx or .jsonl; .ics for a calendar
    #[arg(long, value_name = "FILE", global = true)]
    to: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The people, applicants included; reads back as a roster
    People {
        /// A filter as on screen: stream:cso att<80
        query: Vec<String>,
    },
    /// The groups
    Groups,
    /// The sessions
    Sessions,
    /// Who was expected at each session, and who was there
    Attendance,
    /// Scores, from the smallest published count on
    Feedback,
    /// The quotes that may be published today
    Quotes,
    /// A badge for everybody who takes part, for a workshop
    Badges,
    /// The history: .jsonl has every entry whole, .csv and .xlsx a row for every field that changed
    Entries,
    /// Every record, as JSON lines, without the numbers that people answered
    Everything,
    /// The sessions as a calendar: of the cohort, of a group, of a person
    Calendar {
        /// Only this group's
        #[arg(long, value_name = "GROUP", conflicts_with = "person")]
        group: Option<String>,
        /// Only this person's, with what is to be taken out again
        #[arg(long, value_name = "PERSON")]
        person: Option<String>,
    },
}

/// What an ending asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Values,
    Workbook,
    Lines,
}

/// Writes a list.
pub fn export(globals: &Globals, export: &Export) -> Said {
    let to = export
        .to
        .as_deref()
        .ok_or_else(|| Trouble::usage("no file is named", "name it with --to, as in --to people.xlsx"))?;
    let Some(list) = export.what.list() else {
        return calendar(globals, &export.what, to);
    };
    let format = format_of(to)?;
    if list == List::Everything && format != Format::Lines {
        return Err(Trouble::usage(
            "every record can only be written as JSON lines",
            "name a file that ends with .jsonl",
        ));
    }
    let mut visit = Visit::open(globals)?;
    let (bytes, rows) = match (&export.what, format) {
        (What::Entries, Format::Lines) => {
            let entries = history(&mut visit)?;
            let lines = entries
                .iter()
                .map(|entry| lists::entry_json(visit.model(), entry));
            let text: String = lines.map(|line| format!("{line}\n")).collect();
            (text.into_bytes(), entries.len())
        }
        (what, format) => {
            let grid = match what {
                What::Entries => {
                    let entries = history(&mut visit)?;
                    lists::entries(visit.model(), &entries)
                }
                What::People { query } if !query.is_empty() => {
                    let query = Query::parse(&query.join(" "))?;
                    let model = visit.model();
                    lists::people(model, &model.people_matching(&query, visit.me(), visit.now()))
                }
                _ => lists::grid(visit.model(), list, visit.now()),
            };
            (written(&grid, format)?, grid.rows.len())
        }
    };
    put(to, &bytes)?;
    let json = object([("file", json!(to.display().to_string())), ("rows", json!(rows))]);
    let said = format!("Wrote {} to {}.", count(rows, "row", "rows"), to.display());
    Ok(Answer::did(json, said))
}

impl What {
    /// The list meant; none when it is a calendar.
    const fn list(&self) -> Option<List> {
        match self {
            Self::People { .. } => Some(List::People),
            Self::Groups => Some(List::Groups),
            Self::Sessions => Some(List::Sessions),
            Self::Attendance => Some(List::Attendance),
            Self::Feedback => Some(List::Feedback),
            Self::Quotes => Some(List::Quotes),
            Self::Badges => Some(List::Badges),
            Self::Entries => Some(List::Entries),
            Self::Everything => Some(List::Everything),
            Self::Calendar { .. } => None,
        }
    }
}

/// Writes a calendar.
fn calendar(globals: &Globals, what: &What, to: &Path) -> Said {
    if to
        .extension()
        .is_none_or(|ending| !ending.eq_ignore_ascii_case("ics"))
    {
        return Err(Trouble::usage(
            format!("{} is not named as a calendar", to.display()),
            "let the name end with .ics",
        ));
    }
    let visit = Visit::open(globals)?;
    let model = visit.model();
    let cohort = model.settings().name;
    let (diary, name) = match what {
        What::Calendar {
            group: Some(text), ..
        } => {
            let group = model.find_group(text)?;
            let name = format!("Mentoring {cohort}, {}", model.group_code(group));
            (model.diary_of_group(group), name)
        }
        What::Calendar {
            person: Some(text), ..
        } => {
            let person = model.find_person(text)?;
            let name = format!("Mentoring {cohort}, {}", model.name_of(person));
            (model.diary_of_person(person), name)
        }
        _ => (model.diary(), format!("Mentoring {cohort}")),
    };
    let organiser = parted(&super::post::office()?);
    put(to, &calendar::file(model, &diary, &name, &organiser, visit.now()))?;
    let rows = diary.stands.len() + diary.gone.len();
    let json = object([
        ("file", json!(to.display().to_string())),
        ("rows", json!(rows)),
        ("cancelled", json!(diary.gone.len())),
    ]);
    let said = format!(
        "Wrote {}, {} of them cancelled, to {}.",
        count(rows, "session", "sessions"),
        diary.gone.len(),
        to.display()
    );
    Ok(Answer::did(json, said))
}

fn format_of(path: &Path) -> Result<Format, Trouble> {
    let ending = path.extension().map(|ending| ending.to_ascii_lowercase());
    match ending.as_ref().and_then(|ending| ending.to_str()) {
        Some("csv") => Ok(Format::Values),
        Some("xlsx") => Ok(Format::Workbook),
        Some("jsonl") => Ok(Format::Lines),
        _ => Err(Trouble::usage(
            format!("{} does not say what to write", path.display()),
            "let the name end with .csv, .xlsx or .jsonl",
        )),
    }
}

fn written(grid: &Grid, format: Format) -> Result<Vec<u8>, Trouble> {
    match format {
        Format::Values => Ok(grid.csv()),
        Format::Lines => Ok(grid.json_lines()),
        Format::Workbook => spreadsheet::workbook(std::slice::from_ref(grid))
            .map_err(|what| Trouble::new(5, what, "write it as .csv or .jsonl")),
    }
}

/// Puts a finished file in its place.
pub fn put(path: &Path, bytes: &[u8]) -> Result<(), Trouble> {
    file::write(path, bytes).map_err(|unwritten| trouble(path, unwritten))
}

/// Why a file was not written, for a command: a place that is none is bad usage, the rest the disk's fault.
pub fn trouble(path: &Path, unwritten: Unwritten) -> Trouble {
    match unwritten {
        Unwritten::Place(why) => Trouble::usage(why, "name another file"),
        Unwritten::System(error) => Trouble {
            code: 6,
            ..Trouble::file(path, &error)
        },
    }
}

/// The history of the cohort, oldest entry first.
fn history(visit: &mut Visit) -> Result<Vec<Entry>, Trouble> {
    let mut before = None;
    let mut entries = Vec::new();
    loop {
        let heads = visit.client.heads(before, PAGE)?;
        let Some(last) = heads.last() else { break };
        before = Some(last.rev);
        for head in heads {
            entries.extend(visit.client.entry(head.rev)?);
        }
    }
    entries.reverse();
    Ok(entries)
}
