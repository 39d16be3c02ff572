//! Taking in a file: what it is, what it would do row by row, and then, when that is wanted, doing it.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Map, Value, json};

use super::said::{Answer, Manner, Said, Trouble, count, object};
use super::visit::{Globals, Visit};
use crate::domain::text::visible;
use crate::domain::{ApplicationState, Edit, Role};
use crate::exchange::columns::{Columns, Field};
use crate::exchange::intake::{Act, Preview};
use crate::exchange::{Sheet, applications, intake, read_sheet, roster};

/// How many changed rows a person is shown.
const SHOWN: usize = 20;

/// Which file, and how it is taken.
#[derive(Debug, Args)]
pub struct Import {
    /// The file: .xlsx or .csv, as the form or the spreadsheet made it
    file: PathBuf,
    /// What it is [default: found by looking]
    #[arg(long, value_name = "KIND", value_parser = ["applications", "roster", "pulse", "survey", "attendance", "holidays", "busy"])]
    kind: Option<String>,
    /// Applications: of mentors or mentees [default: told by the questions]
    #[arg(long, value_name = "ROLE", value_parser = role)]
    role: Option<Role>,
    /// Applications: accept them at once
    #[arg(long)]
    accept: bool,
    /// A file that says which heading is which field, as JSON: {"Your full name": "name"}
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
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

/// What a file was found to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Applications,
    Roster,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Applications => "applications",
            Self::Roster => "roster",
        }
    }
}

/// A file that was read, with what taking it in would do.
struct Drawn {
    kind: Kind,
    role: Option<Role>,
    preview: Preview,
    edit: Edit,
}

/// Takes in a file.
pub fn import(globals: &Globals, import: &Import) -> Said {
    let file = name_of(&import.file);
    let bytes = std::fs::read(&import.file).map_err(|error| Trouble::file(&import.file, &error))?;
    let kind = match import.kind.as_deref() {
        Some("applications") => Some(Kind::Applications),
        Some("roster") => Some(Kind::Roster),
        Some(other) => return Err(not_taken(&file, other)),
        None => None,
    };
    let sheet = read_sheet(&file, &bytes)?;
    let remembered = match &import.map {
        Some(path) => mapping(path)?,
        None => Vec::new(),
    };
    let columns = Columns::find(&sheet, &remembered);
    let kind = match kind.or_else(|| kind_of(&columns)) {
        Some(kind) => kind,
        None => return Err(unknown(&file, &sheet)),
    };
    let mut visit = Visit::open(globals)?;
    let drawn = draw(&mut visit, import, kind, &sheet, &columns)?;
    let lines = preview_lines(&sheet, &columns, &drawn);
    let goes =
        import.yes || (!import.dry_run && globals.manner() == Manner::Plain && agreed(&lines, &drawn)?);
    let mut notes = Vec::new();
    let mut revision = None;
    if goes {
        let edit = drawn.edit.clone();
        let landed = visit.land(edit)?;
        revision = Some(landed.rev);
        notes = landed.warnings;
    }
    let json = import_json(&sheet, &drawn, revision);
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

fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
}

fn not_taken(file: &str, kind: &str) -> Trouble {
    Trouble::usage(
        format!("files of kind {kind} are not taken in yet"),
        "applications and rosters are",
    )
    .in_file(file.to_owned(), None)
}

fn unknown(file: &str, sheet: &Sheet) -> Trouble {
    let headings: Vec<&str> = sheet.header.iter().map(String::as_str).take(6).collect();
    let what = if headings.is_empty() {
        format!("{file} has no headings, and what it is cannot be told")
    } else {
        format!(
            "{file} looks like neither applications nor a roster (headings: {})",
            headings.join(", ")
        )
    };
    Trouble::new(
        5,
        what,
        "say what it is with --kind, and which heading is which field with --map",
    )
    .in_file(file.to_owned(), None)
}

/// What a sheet is, by its columns.
fn kind_of(columns: &Columns) -> Option<Kind> {
    let has = |field: Field| columns.has(field);
    if !has(Field::Email) {
        return None;
    }
    if has(Field::Group) && has(Field::Role) {
        return Some(Kind::Roster);
    }
    let asks = [
        Field::Wishes,
        Field::FreeTimes,
        Field::Capacity,
        Field::Statement,
        Field::Received,
        Field::Stage,
    ];
    (has(Field::Stream) && asks.into_iter().any(has)).then_some(Kind::Applications)
}

/// Reads which heading is which field.
fn mapping(path: &Path) -> Result<Vec<(String, Field)>, Trouble> {
    let text = std::fs::read_to_string(path).map_err(|error| Trouble::file(path, &error))?;
    let wrong = |what: String| {
        Trouble::new(5, what, "write it as {\"heading\": \"field\"}")
            .in_file(path.display().to_string(), None)
    };
    let read: Map<String, Value> =
        serde_json::from_str(&text).map_err(|error| wrong(format!("{}: {error}", path.display())))?;
    read.into_iter()
        .map(|(heading, field)| {
            let word = field.as_str().unwrap_or_default();
            let known = Field::from_word(word);
            let words = || Field::all().map(Field::word).collect::<Vec<_>>().join(", ");
            known
                .map(|field| (heading, field))
                .ok_or_else(|| wrong(format!("{field} is no field; there is {}", words())))
        })
        .collect()
}

fn draw(
    visit: &mut Visit,
    import: &Import,
    kind: Kind,
    sheet: &Sheet,
    columns: &Columns,
) -> Result<Drawn, Trouble> {
    need_columns(kind, sheet, columns)?;
    let now = visit.now();
    let Visit { client, mint, .. } = visit;
    let model = client.model();
    if kind == Kind::Roster {
        let drawn = roster::roster(model, mint, sheet, columns, now);
        return Ok(Drawn {
            kind,
            role: None,
            preview: drawn.preview,
            edit: drawn.edit,
        });
    }
    let role = import
        .role
        .or_else(|| applications::role_of(columns, &sheet.file))
        .ok_or_else(|| {
            Trouble::usage(
                format!("{} does not tell whether it is of mentors or mentees", sheet.file),
                "say so with --role mentor or --role mentee",
            )
        })?;
    let drawn = applications::applications(model, mint, sheet, columns, role, now);
    let mut edit = drawn.edit;
    if import.accept {
        let then = model.after(&edit.changes);
        let accepting = then.decide(mint, &drawn.undecided, ApplicationState::Accepted, now)?;
        edit = intake::then(edit, accepting);
    }
    Ok(Drawn {
        kind,
        role: Some(role),
        preview: drawn.preview,
        edit,
    })
}

/// Refuses a file in which what every row needs has no column.
fn need_columns(kind: Kind, sheet: &Sheet, columns: &Columns) -> Result<(), Trouble> {
    let has_name = columns.has(Field::Name) || columns.has(Field::Surname);
    let mut missing = Vec::new();
    if !has_name {
        missing.push("names");
    }
    if !columns.has(Field::Email) {
        missing.push("addresses");
    }
    if !columns.has(Field::Stream) {
        missing.push("streams");
    }
    if kind == Kind::Roster && !columns.has(Field::Role) {
        missing.push("roles");
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(Trouble::new(
        5,
        format!("{} has no column of {}", sheet.file, missing.join(", of ")),
        "name the headings with --map FILE",
    )
    .in_file(sheet.file.clone(), Some(1)))
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
fn preview_lines(sheet: &Sheet, columns: &Columns, drawn: &Drawn) -> Vec<String> {
    let preview = &drawn.preview;
    let form = match sheet.separator {
        None => format!("workbook, sheet {}", sheet.sheet),
        Some('\t') => format!("{}, tabs between values", sheet.encoding),
        Some(separator) => format!("{}, {separator} between values", sheet.encoding),
    };
    let whose = drawn.role.map(|role| format!(" of {role}s")).unwrap_or_default();
    let mut lines = vec![format!(
        "{}: {}{whose}; {form}; {}.",
        sheet.file,
        drawn.kind.word(),
        count(preview.rows, "row", "rows")
    )];
    let found = columns.mapping(sheet);
    let found: Vec<String> = found
        .iter()
        .map(|(heading, field)| format!("{} = {heading:?}", field.word()))
        .collect();
    lines.push(format!("Columns: {}.", found.join(", ")));
    let unknown: Vec<String> = columns
        .unknown(sheet)
        .iter()
        .map(|at| format!("{:?}", sheet.header[*at]))
        .collect();
    if !unknown.is_empty() {
        lines.push(format!("Not used: {}.", unknown.join(", ")));
    }
    lines.push(format!(
        "{} to add, {} to change, {} the same, {} refused, {} sent twice.",
        preview.count(Act::Add),
        preview.count(Act::Change),
        preview.count(Act::Same),
        preview.refused.len(),
        preview.duplicates.len()
    ));
    for row in &preview.refused {
        let value = [&row.value, &row.email].into_iter().find(|text| !text.is_empty());
        let value = value.map(|text| format!(" ({text})")).unwrap_or_default();
        lines.push(format!("  refused, line {}: {}{value}", row.row, row.why));
    }
    for row in &preview.duplicates {
        lines.push(format!(
            "  twice, lines {} and {}: {}; line {} counts",
            row.of_row, row.row, row.email, row.kept
        ));
    }
    let changed = preview.taken.iter().filter(|row| row.act == Act::Change);
    for row in changed.clone().take(SHOWN) {
        let what = if row.what.is_empty() {
            "the application"
        } else {
            &row.what
        };
        lines.push(format!("  changes, line {}: {}: {what}", row.row, row.name));
    }
    let more = changed.count().saturating_sub(SHOWN);
    if more > 0 {
        lines.push(format!("  and {more} more that change"));
    }
    lines.extend(
        warnings(sheet, preview)
            .iter()
            .map(|warning| format!("  note, {warning}")),
    );
    lines
}

/// What should be looked at: in the rows, and in the file.
fn warnings(sheet: &Sheet, preview: &Preview) -> Vec<String> {
    let cut = sheet.warnings.iter().map(|problem| {
        let line = problem
            .line
            .map(|line| format!("line {line}: "))
            .unwrap_or_default();
        format!("{line}{}; {}", problem.what, problem.remedy)
    });
    cut.chain(preview.warnings.iter().cloned()).collect()
}

fn import_json(sheet: &Sheet, drawn: &Drawn, revision: Option<u64>) -> Value {
    let preview = &drawn.preview;
    let refused: Vec<Value> = preview
        .refused
        .iter()
        .map(|row| json!({"row": row.row, "why": row.why, "value": row.value, "email": row.email}))
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
        ("warnings", json!(warnings(sheet, preview))),
        ("revision", json!(revision)),
        ("encoding", json!(sheet.encoding)),
    ]);
    if drawn.kind == Kind::Roster {
        json["left_early"] = json!(preview.left_early);
        json["lossy_names"] = json!(preview.lossy_names);
    } else {
        json["role"] = json!(drawn.role);
    }
    json
}
