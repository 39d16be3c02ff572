//! The report of a cohort, and what keeps it from being published.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::said::{Answer, Said, Trouble, count, object};
use super::visit::{Globals, Visit};
use crate::domain::{Cohort, Id, Model};
use crate::exchange::report::{Hindrance, Neighbours, Report, hindrances};

/// What to write, and where to.
#[derive(Debug, Args)]
pub struct ReportOf {
    /// The file to write; its ending says which kind: .md, .html or .xlsx [default: Markdown on the terminal]
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// Say what keeps the report from being published; exit code 1 when something does
    #[arg(long)]
    check: bool,
}

/// Writes the report, or says what keeps it from being published.
pub fn report(globals: &Globals, arguments: &ReportOf) -> Said {
    let mut visit = Visit::open(globals)?;
    let now = visit.now();
    let (last, next) = neighbours(&mut visit)?;
    let around = Neighbours {
        last: last.as_ref(),
        next: next.as_ref(),
    };
    let model = visit.model();
    let report = Report::of(model, around, now);
    let found = if arguments.check {
        hindrances(model, now)
    } else {
        Vec::new()
    };
    if let Some(file) = &arguments.to {
        let bytes = written(&report, file)?;
        std::fs::write(file, bytes).map_err(|error| Trouble::file(file, &error))?;
    }
    let file = arguments.to.as_ref().map(|file| file.display().to_string());
    let mut json = object([
        ("file", json!(file)),
        ("suppressed", json!(report.suppressed())),
        ("quotes", json!(report.quotes().len())),
        ("held", json!(report.held)),
    ]);
    if let Value::Object(fields) = &mut json {
        if arguments.check {
            let listed: Vec<Value> = found.iter().map(listed).collect();
            fields.insert("publishable".to_owned(), json!(found.iter().all(|is| !is.blocks)));
            fields.insert("problems".to_owned(), json!(listed));
        } else if file.is_none() {
            fields.insert("text".to_owned(), json!(report.markdown()));
        }
    }
    if arguments.check {
        let mut answer = Answer::found(json, checked(&report, &found));
        answer.code = u8::from(found.iter().any(|is| is.blocks));
        return Ok(answer);
    }
    Ok(match file {
        Some(file) => Answer::did(
            json,
            format!(
                "Wrote {file}: {}, {} hidden, {} held.",
                count(report.quotes().len(), "quote", "quotes"),
                count(report.suppressed(), "number", "numbers"),
                count(report.held, "quote", "quotes")
            ),
        ),
        None => Answer::found(json, report.markdown().lines().map(str::to_owned).collect()),
    })
}

fn listed(is: &Hindrance) -> Value {
    object([
        ("id", json!(is.about.map(|id| id.to_string()))),
        ("what", json!(is.what)),
        ("hint", json!(is.hint)),
        ("blocks", json!(is.blocks)),
    ])
}

fn checked(report: &Report, found: &[Hindrance]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for is in found {
        let mark = if is.blocks { "!" } else { "-" };
        lines.push(format!("{mark} {}", is.what));
        lines.push(format!("    {}", is.hint));
    }
    let blocking = found.iter().filter(|is| is.blocks).count();
    lines.push(match blocking {
        0 => format!(
            "Nothing keeps it from being published: {} printed, {} held, {} hidden.",
            count(report.quotes().len(), "quote", "quotes"),
            report.held,
            count(report.suppressed(), "number", "numbers")
        ),
        n => format!(
            "{} it from being published.",
            count(n, "thing keeps", "things keep")
        ),
    });
    lines
}

/// The report as the file's ending says.
fn written(report: &Report, file: &Path) -> Result<Vec<u8>, Trouble> {
    let ending = file
        .extension()
        .map(|ending| ending.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some("md" | "markdown") => Ok(report.markdown().into_bytes()),
        Some("html" | "htm") => Ok(report.html().into_bytes()),
        Some("xlsx") => report
            .workbook()
            .map_err(|what| Trouble::new(5, what, "write it as .md or .html")),
        _ => Err(Trouble::usage(
            format!("{} has no ending that says what to write", file.display()),
            "end it with .md, .html or .xlsx",
        )),
    }
}

/// The cohorts before and after the chosen one, by their first days.
fn neighbours(visit: &mut Visit) -> Result<(Option<Model>, Option<Model>), Trouble> {
    let here = visit.model().focus;
    let mut all: Vec<(chrono::NaiveDate, Id<Cohort>)> = visit
        .model()
        .cohorts
        .iter()
        .map(|(id, is)| (is.first_day, id))
        .collect();
    all.sort_unstable();
    let at = all.iter().position(|(_, id)| *id == here);
    let before = at.and_then(|at| at.checked_sub(1)).and_then(|at| all.get(at));
    let after = at.and_then(|at| all.get(at + 1));
    let mut fetch = |id: Option<&(chrono::NaiveDate, Id<Cohort>)>| -> Result<Option<Model>, Trouble> {
        let Some((_, id)) = id else { return Ok(None) };
        visit.client.open(*id)?;
        Ok(Some(visit.model().clone()))
    };
    let both = (fetch(before)?, fetch(after)?);
    visit.client.open(here)?;
    Ok(both)
}
