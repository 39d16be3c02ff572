//! Taking in a file: what it is, what it would do row by row, and then, when that is wanted, doing it.

use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Map, Value, json};

use super::said::{Answer, Manner, Said, Trouble, count, object};
use super::visit::{Globals, Visit};
use crate::domain::statistics::decimal;
use crate::domain::text::visible;
use crate::domain::{FileOf, Model, Role};
use crate::exchange::attendance::Seen;
use crate::exchange::incoming::{self, Choices, Drawn, Incoming, Need, Stop};
use crate::exchange::intake::{Act, Preview};
use crate::exchange::sheet::FILE_BYTES;

/// How many changed rows a person is shown.
const SHOWN: usize = 20;

/// Which file, and how it is taken.
#[derive(Debug, Args)]
pub struct Import {
    /// The file: .xlsx, .csv or .ics, as the form, the meeting or the calendar made it; - reads pasted rows from stdin
    file: PathBuf,
    /// What it is [default: found by looking]
    #[arg(long, value_name = "KIND", value_parser = kind)]
    kind: Option<FileOf>,
    /// Applications: of mentors or mentees [default: told by the questions]
    #[arg(long, value_name = "ROLE", value_parser = role)]
    role: Option<Role>,
    /// Applications: accept them at once
    #[arg(long)]
    accept: bool,
    /// Attendance or pulse: of this session, such as CCIO-2/3 [default: told by the report's title and time]
    #[arg(long, value_name = "SESSION")]
    session: Option<String>,
    /// Pulse: of this round [default: told by the file's name or its dates]
    #[arg(long, value_name = "N")]
    round: Option<u8>,
    /// Survey: on this occasion, or in the wave with this id [default: told by the file's name]
    #[arg(long, value_name = "WAVE")]
    wave: Option<String>,
    /// Busy times: whose [default: told by the calendar]
    #[arg(long, value_name = "PERSON")]
    person: Option<String>,
    /// Attendance: who a caller was, as "07700 900463=Ann Li"
    #[arg(long = "caller", value_name = "NAME=PERSON")]
    callers: Vec<String>,
    /// Attendance: mark those seen who have no mark, in the same step
    #[arg(long)]
    mark: bool,
    /// A file that says which heading is which field, as JSON: {"Your full name": "name"}; remembered
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Let the file be right about what somebody changed here since the last import
    #[arg(long)]
    file_wins: bool,
    /// Only show what it would do
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Take it in without asking
    #[arg(long)]
    yes: bool,
}

fn role(text: &str) -> Result<Role, String> {
    Role::from_word(text).ok_or_else(|| "it is mentor or mentee".to_owned())
}

fn kind(text: &str) -> Result<FileOf, String> {
    FileOf::from_word(text).ok_or_else(|| format!("it is one of {}", FileOf::all_words().join(", ")))
}

/// Takes in a file.
pub fn import(globals: &Globals, import: &Import) -> Said {
    let file = name_of(&import.file);
    let bytes = bytes_of(&import.file)?;
    // What a file would change tells what somebody answered.
    let mut visit = Visit::open_to_change(globals)?;
    let incoming = incoming::read(&file, &bytes, visit.model().zone())?;
    let choices = choices(&visit, import)?;
    let now = visit.now();
    let Visit { client, mint, .. } = &mut visit;
    let drawn = incoming
        .draw(client.model(), mint, &choices, now)
        .map_err(|stop| trouble(&incoming, stop))?;
    let lines = preview_lines(&incoming, &drawn);
    let goes =
        import.yes || (!import.dry_run && globals.manner() == Manner::Plain && agreed(&lines, &drawn)?);
    let mut notes = Vec::new();
    let mut revision = None;
    if goes {
        let landed = visit.land(drawn.edit.clone())?;
        revision = Some(landed.rev);
        notes = landed.warnings;
    }
    let json = import_json(visit.model(), &incoming, &drawn, revision);
    let asked = !import.yes && !import.dry_run && asks();
    let mut shown = if asked && globals.manner() == Manner::Plain {
        Vec::new()
    } else {
        lines
    };
    shown.push(match revision {
        Some(rev) if drawn.edit.is_empty() => format!("Everything is so already; revision {rev}."),
        Some(rev) => format!("Taken in as revision {rev}; `cohort undo {rev}` takes it back."),
        None => "Nothing was changed; --yes takes it in.".to_owned(),
    });
    Ok(Answer::found(json, shown).noting(notes))
}

/// The bytes of the file, or of stdin; one byte more than is allowed at most, so that too much is told and not read.
fn bytes_of(path: &Path) -> Result<Vec<u8>, Trouble> {
    let most = FILE_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        let open = |file: std::fs::File| {
            let is = file.metadata()?;
            if is.is_file() && is.len() > FILE_BYTES as u64 {
                return Ok(is.len());
            }
            file.take(most).read_to_end(&mut bytes).map(|_| 0)
        };
        std::fs::File::open(path).and_then(open).and_then(|size| {
            if size == 0 {
                return Ok(0);
            }
            let what = format!(
                "the file has {} MB, and {} MB is the most",
                size >> 20,
                FILE_BYTES >> 20
            );
            Err(std::io::Error::other(what))
        })
    };
    read.map_err(|error| Trouble::file(path, &error))?;
    Ok(bytes)
}

/// What was said on the command line of how the file is to be understood.
fn choices(visit: &Visit, import: &Import) -> Result<Choices, Trouble> {
    let model = visit.model();
    let mut choices = Choices {
        kind: import.kind,
        role: import.role,
        accept: import.accept,
        round: import.round,
        wave: import.wave.clone(),
        mark: import.mark.then(|| visit.me().to_owned()),
        file_always_wins: import.file_wins,
        preview: import.dry_run,
        ..Choices::default()
    };
    if let Some(session) = &import.session {
        choices.session = Some(model.find_session(session)?);
    }
    if let Some(person) = &import.person {
        choices.person = Some(model.find_person(person)?);
    }
    if let Some(path) = &import.map {
        choices.mapping = mapping(path)?;
    }
    for caller in &import.callers {
        let (name, who) = caller.rsplit_once('=').ok_or_else(|| {
            Trouble::usage(
                format!("{caller} does not say who called"),
                "write --caller \"NAME=PERSON\"",
            )
        })?;
        let person = model.find_person(who)?;
        let part = model
            .enrolments_of(person)
            .max_by_key(|(id, is)| (is.state.is_live(), *id));
        let (enrolment, _) = part.ok_or_else(|| {
            Trouble::missing(
                format!("{} takes no part in this cohort", model.name_of(person)),
                "name somebody who does",
            )
        })?;
        choices.callers.insert(name.trim().to_owned(), enrolment);
    }
    Ok(choices)
}

fn name_of(path: &Path) -> String {
    if path == Path::new("-") {
        return "pasted rows".to_owned();
    }
    path.file_name().map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// Why a file was not drawn up, as a command says it.
fn trouble(incoming: &Incoming, stop: Stop) -> Trouble {
    let file = &incoming.file;
    let (what, hint) = match stop {
        Stop::File(problem) => return problem.into(),
        Stop::Refused(refusal) => return refusal.into(),
        Stop::Need(Need::Kind) => {
            let headings = incoming.headings();
            let what = if headings.is_empty() {
                format!("{file} has no headings, and what it is cannot be told")
            } else {
                format!(
                    "what {file} is cannot be told (headings: {})",
                    headings.join(", ")
                )
            };
            return Trouble::new(
                5,
                what,
                "say what it is with --kind, and which heading is which field with --map",
            )
            .in_file(file.clone(), None);
        }
        Stop::Need(Need::Role) => (
            "whether it is of mentors or mentees",
            "--role mentor or --role mentee",
        ),
        Stop::Need(Need::Session) => ("of which session it is", "--session GROUP/ROUND"),
        Stop::Need(Need::Round) => ("after which round it was asked", "--round N"),
        Stop::Need(Need::Wave) => (
            "on what occasion it was asked",
            "--wave baseline, midpoint, endpoint or follow-up",
        ),
        Stop::Need(Need::Person) => (
            "whose calendar it is",
            "--person NAME, or --kind holidays when it is everybody's",
        ),
    };
    Trouble::usage(
        format!("{file} does not tell {what}"),
        format!("say so with {hint}"),
    )
    .in_file(file.clone(), None)
}

/// Reads which heading is which field.
fn mapping(path: &Path) -> Result<Vec<(String, String)>, Trouble> {
    let text = std::fs::read_to_string(path).map_err(|error| Trouble::file(path, &error))?;
    let wrong = |what: String| {
        Trouble::new(
            5,
            what,
            "write it as {\"heading\": \"field\"}; an empty field leaves the column out",
        )
        .in_file(path.display().to_string(), None)
    };
    let read: Map<String, Value> =
        serde_json::from_str(&text).map_err(|error| wrong(format!("{}: {error}", path.display())))?;
    read.into_iter()
        .map(|(heading, field)| match &field {
            Value::String(word) => Ok((heading, word.trim().to_owned())),
            Value::Null => Ok((heading, String::new())),
            other => Err(wrong(format!("{}: {other} is no field", path.display()))),
        })
        .collect()
}

fn asks() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Shows the preview and asks, where there is somebody to ask.
fn agreed(lines: &[String], drawn: &Drawn) -> Result<bool, Trouble> {
    if !asks() {
        return Ok(false);
    }
    let mut err = std::io::stderr();
    let wrote = lines
        .iter()
        .try_for_each(|line| writeln!(err, "{}", visible(line)));
    let asked = wrote.and_then(|()| {
        let rows = drawn.preview.taken.len();
        write!(err, "Take in {}? y/N ", count(rows, "row", "rows")).and_then(|()| err.flush())
    });
    asked.map_err(|error| Trouble::new(6, format!("the question cannot be asked: {error}"), "use --yes"))?;
    let mut answer = String::new();
    std::io::stdin()
        .read_line(&mut answer)
        .map_err(|error| Trouble::new(6, format!("the answer cannot be read: {error}"), "use --yes"))?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// What the file is, and what taking it in would do, for people.
fn preview_lines(incoming: &Incoming, drawn: &Drawn) -> Vec<String> {
    let preview = &drawn.preview;
    let whose = Some(drawn.whose.as_str()).filter(|whose| !whose.is_empty());
    let mut lines = vec![format!(
        "{}: {}{}; {}; {}.",
        incoming.file,
        drawn.kind.word(),
        whose.map(|whose| format!(" {whose}")).unwrap_or_default(),
        incoming.form,
        count(preview.rows, "row", "rows")
    )];
    let (used, unused): (Vec<_>, Vec<_>) = drawn.columns.iter().partition(|heard| !heard.field.is_empty());
    if !used.is_empty() {
        let found: Vec<String> = used
            .iter()
            .map(|heard| format!("{} = {:?}", heard.field, heard.heading))
            .collect();
        lines.push(format!("Columns: {}.", found.join(", ")));
    }
    if !unused.is_empty() {
        let unused: Vec<String> = unused
            .iter()
            .map(|heard| format!("{:?}", heard.heading))
            .collect();
        lines.push(format!("Not used: {}.", unused.join(", ")));
    }
    lines.push(format!(
        "{} to add, {} to change, {} the same, {} refused, {} sent twice.",
        preview.count(Act::Add),
        preview.count(Act::Change),
        preview.count(Act::Same),
        preview.refused.len(),
        preview.duplicates.len()
    ));
    if let Some(asked) = drawn.facts.asked {
        lines.push(format!("{} asked.", count(asked, "person is", "people are")));
    }
    if let Some((then, now)) = drawn.facts.change.and_then(|change| change.means) {
        let paired = drawn.facts.change.map_or(0, |change| change.paired);
        lines.push(format!(
            "Confidence then {}, now {}, of {paired} who answered both.",
            decimal(then, 2),
            decimal(now, 2)
        ));
    }
    for row in &preview.refused {
        let value = [&row.value, &row.email].into_iter().find(|text| !text.is_empty());
        let value = value.map(|text| format!(" ({text})")).unwrap_or_default();
        let column = Some(&row.field).filter(|field| !field.is_empty());
        let column = column.map(|field| format!(", {field:?}")).unwrap_or_default();
        lines.push(format!("  refused, line {}{column}: {}{value}", row.row, row.why));
    }
    for row in &preview.duplicates {
        lines.push(format!(
            "  twice, lines {} and {}: {}; line {} counts",
            row.of_row, row.row, row.email, row.kept
        ));
    }
    let changed = preview.taken.iter().filter(|row| row.act == Act::Change);
    for row in changed.clone().take(SHOWN) {
        lines.push(format!("  changes, line {}: {}: {}", row.row, row.name, row.what));
    }
    let more = changed.count().saturating_sub(SHOWN);
    if more > 0 {
        lines.push(format!("  and {more} more that change"));
    }
    lines.extend(
        preview
            .warnings
            .iter()
            .map(|warning| format!("  note, {warning}")),
    );
    lines
}

fn import_json(model: &Model, incoming: &Incoming, drawn: &Drawn, revision: Option<u64>) -> Value {
    let preview: &Preview = &drawn.preview;
    let sheet = incoming.sheet();
    let refused: Vec<Value> = preview
        .refused
        .iter()
        .map(|row| {
            json!({
                "row": row.row, "why": row.why, "value": row.value, "email": row.email,
                "field": row.field, "sheet": sheet,
            })
        })
        .collect();
    let duplicates: Vec<Value> = preview
        .duplicates
        .iter()
        .map(|row| json!({"row": row.row, "of_row": row.of_row, "kept": row.kept, "email": row.email}))
        .collect();
    let mut json = object([
        ("kind", json!(drawn.kind.word())),
        ("rows", json!(preview.rows)),
        ("add", json!(preview.count(Act::Add))),
        ("change", json!(preview.count(Act::Change))),
        ("same", json!(preview.count(Act::Same))),
        ("refused", json!(refused)),
        ("duplicates", json!(duplicates)),
        ("warnings", json!(preview.warnings)),
        ("revision", json!(revision)),
        ("encoding", json!(incoming.encoding)),
    ]);
    let facts = &drawn.facts;
    match drawn.kind {
        FileOf::Roster => {
            json["left_early"] = json!(preview.left_early);
            json["lossy_names"] = json!(preview.lossy_names);
        }
        FileOf::Applications => json["role"] = json!(facts.role),
        FileOf::Pulse => json["asked"] = json!(facts.asked),
        FileOf::Survey => {
            let means = facts.change.and_then(|change| change.means);
            json["asked"] = json!(facts.asked);
            json["confidence_then"] = json!(means.map(|(then, _)| then));
            json["confidence_now"] = json!(means.map(|(_, now)| now));
            json["paired"] = json!(facts.change.map(|change| change.paired));
        }
        FileOf::Attendance => {
            let seen: Vec<Value> = facts.seen.iter().map(|seen| seen_json(model, seen)).collect();
            json["session"] = json!(facts.session);
            json["seen"] = json!(seen);
            json["unknown"] = json!(facts.unknown);
        }
        FileOf::Holidays | FileOf::Busy => {}
    }
    json
}

fn seen_json(model: &Model, seen: &Seen) -> Value {
    let person = model.enrolments.get(seen.enrolment).map(|is| is.person);
    let local = |at: chrono::NaiveDateTime| at.format("%Y-%m-%dT%H:%M:%S").to_string();
    json!({
        "person": person,
        "name": model.enrolled_name(seen.enrolment),
        "email": seen.email,
        "joined": local(seen.joined),
        "left": seen.left.map(local),
        "proposed": seen.proposed,
    })
}
