//! What a command answers, said in one of three ways: lines for people, JSON, or lines with tabs.
//!
//! Knows no command. What other programs rely on is the JSON; the lines with tabs are made from it.

use std::io::{self, Write};
use std::process::ExitCode;

use serde_json::{Map, Value, json};

use crate::domain::text::{pad_left, pad_right, visible, width};
use crate::domain::{Reason, Refusal};
use crate::exchange::FileProblem;
use crate::hub::{LinkProblem, Unlanded};

/// How answers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Lines for people.
    Plain,
    /// One JSON value.
    Json,
    /// A heading and lines with tabs.
    Tabs,
}

/// What a command found or did.
#[derive(Clone, Debug)]
pub struct Answer {
    /// For programs.
    pub json: Value,
    /// For people.
    pub lines: Vec<String>,
    /// What people should know besides; goes to stderr.
    pub notes: Vec<String>,
    /// Whether it only confirms what was done: `--quiet` leaves its lines out.
    pub confirms: bool,
    /// The exit code; 0 unless the answer itself is bad news.
    pub code: u8,
}

impl Answer {
    /// Something that was asked for.
    pub fn found(json: Value, lines: Vec<String>) -> Self {
        Self {
            json,
            lines,
            notes: Vec::new(),
            confirms: false,
            code: 0,
        }
    }

    /// Something that was done.
    pub fn did(json: Value, line: impl Into<String>) -> Self {
        Self {
            confirms: true,
            ..Self::found(json, vec![line.into()])
        }
    }

    /// Text that is itself the answer, whatever the manner.
    pub fn text(text: &str) -> Self {
        Self::found(Value::Null, text.lines().map(str::to_owned).collect())
    }

    /// The same with what people should know besides.
    #[must_use]
    pub fn noting(mut self, notes: Vec<String>) -> Self {
        self.notes = notes;
        self
    }
}

/// Why a command did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The exit code of commands.md.
    pub code: u8,
    /// The short code people quote, when a rule or refusal has one.
    pub quoted: String,
    /// What is wrong, without a full stop.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// In which file, line and field.
    pub place: Option<Box<Place>>,
}

/// Where in a file trouble is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: String,
    /// The line, 1 being the first.
    pub line: Option<u32>,
    /// The heading.
    pub field: Option<String>,
}

/// What a command comes to.
pub type Said = Result<Answer, Trouble>;

impl Trouble {
    /// Trouble with this exit code.
    pub fn new(code: u8, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            code,
            quoted: String::new(),
            message: message.into(),
            hint: hint.into(),
            place: None,
        }
    }
    /// Bad usage.
    pub fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(2, message, hint)
    }
    /// Not found.
    pub fn missing(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(3, message, hint)
    }
    /// A file that cannot be read or written.
    pub fn file(path: &std::path::Path, error: &io::Error) -> Self {
        let hint = match error.kind() {
            io::ErrorKind::NotFound => "check the name and the directory",
            io::ErrorKind::PermissionDenied => "ask for access to it, or choose another place",
            _ => "look at the file, or choose another place",
        };
        let code = if error.kind() == io::ErrorKind::NotFound {
            3
        } else {
            5
        };
        Self::new(code, format!("{}: {error}", path.display()), hint)
            .in_file(path.display().to_string(), None)
    }

    /// The same in a file.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>, line: Option<u32>) -> Self {
        self.place = Some(Box::new(Place {
            file: file.into(),
            line,
            field: None,
        }));
        self
    }

    fn json(&self) -> Value {
        let place = self
            .place
            .as_ref()
            .map(|place| json!({"file": place.file, "line": place.line, "field": place.field}));
        let mut error = json!({
            "code": self.code, "message": self.message, "hint": self.hint, "where": place,
        });
        if !self.quoted.is_empty() {
            error["quoted"] = json!(self.quoted);
        }
        json!({ "error": error })
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal.reason {
            Reason::Rule => 1,
            Reason::Unreadable => 2,
            Reason::Missing => 3,
            Reason::Conflict => 4,
            Reason::NotPermitted => 7,
        };
        let clashes = refusal.clashes.iter().map(|clash| {
            let by = if clash.by.is_empty() {
                "somebody"
            } else {
                &clash.by
            };
            format!(
                "; {} was {:?}, {by} made it {:?}",
                clash.field, clash.was, clash.theirs
            )
        });
        let message = format!("{}{}", refusal.what, clashes.collect::<String>());
        Self {
            quoted: refusal.code(),
            ..Self::new(code, message, refusal.hint)
        }
    }
}

impl From<LinkProblem> for Trouble {
    fn from(problem: LinkProblem) -> Self {
        Self::new(problem.code(), problem.message(), problem.hint())
    }
}

impl From<Unlanded> for Trouble {
    fn from(unlanded: Unlanded) -> Self {
        match unlanded {
            Unlanded::Refused(refusal) => refusal.into(),
            Unlanded::Problem(problem) => problem.into(),
        }
    }
}

impl From<FileProblem> for Trouble {
    fn from(problem: FileProblem) -> Self {
        Self {
            place: Some(Box::new(Place {
                file: problem.file.clone(),
                line: problem.line,
                field: problem.field.clone(),
            })),
            ..Self::new(5, problem.to_string(), problem.remedy)
        }
    }
}

/// Says what came of a command, and answers the exit code.
pub fn say(said: Said, manner: Manner, quiet: bool) -> ExitCode {
    match said {
        Ok(answer) => {
            let code = answer.code;
            match write_answer(&answer, manner, quiet) {
                // Whoever reads us has seen enough.
                Ok(()) => ExitCode::from(code),
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(code),
                Err(error) => {
                    let trouble = Trouble::new(
                        6,
                        format!("the answer cannot be written: {error}"),
                        "free some space",
                    );
                    say_trouble(&trouble, manner)
                }
            }
        }
        Err(trouble) => say_trouble(&trouble, manner),
    }
}

fn write_answer(answer: &Answer, manner: Manner, quiet: bool) -> io::Result<()> {
    if !quiet {
        for note in &answer.notes {
            // A note that cannot be written is no reason to fail.
            let _ = writeln!(io::stderr(), "note: {}", visible(note));
        }
    }
    let mut out = io::BufWriter::new(io::stdout().lock());
    match manner {
        _ if answer.json.is_null() => {
            for line in &answer.lines {
                writeln!(out, "{line}")?;
            }
        }
        Manner::Plain => {
            if !(quiet && answer.confirms) {
                for line in &answer.lines {
                    writeln!(out, "{}", visible(line))?;
                }
            }
        }
        Manner::Json => writeln!(out, "{}", answer.json)?,
        Manner::Tabs => {
            for line in tabs(&answer.json) {
                writeln!(out, "{line}")?;
            }
        }
    }
    out.flush()
}

/// Says trouble on stderr: for people, and as JSON when that was asked for.
pub fn say_trouble(trouble: &Trouble, manner: Manner) -> ExitCode {
    let mut text = format!("error: {}\n", visible(&trouble.message));
    if !trouble.hint.is_empty() {
        text.push_str(&format!("  try: {}\n", visible(&trouble.hint)));
    }
    if manner == Manner::Json {
        text.push_str(&format!("{}\n", trouble.json()));
    }
    // Nobody is left to hear that nobody hears.
    let _ = io::stderr().write_all(text.as_bytes());
    ExitCode::from(trouble.code)
}

/// A JSON value as lines with tabs: a list of objects under the keys of the first, an object as one line.
fn tabs(json: &Value) -> Vec<String> {
    let one;
    let rows: &[Value] = match json {
        Value::Array(rows) => rows,
        other => {
            one = [other.clone()];
            &one
        }
    };
    let Some(Value::Object(first)) = rows.first() else {
        return rows.iter().map(cell).collect();
    };
    let keys: Vec<&String> = first.keys().collect();
    let head = keys.iter().map(|key| key.as_str()).collect::<Vec<_>>().join("\t");
    let line = |row: &Value| {
        let cells: Vec<String> = keys.iter().map(|key| cell(&row[key.as_str()])).collect();
        cells.join("\t")
    };
    std::iter::once(head).chain(rows.iter().map(line)).collect()
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => visible(text).into_owned(),
        Value::Array(items) if items.iter().all(|item| !item.is_object()) => {
            items.iter().map(cell).collect::<Vec<_>>().join(", ")
        }
        other => visible(&other.to_string()).into_owned(),
    }
}

/// Rows under headings, as wide as they need to be; a heading that begins with `>` is of numbers.
pub fn table(heads: &[&str], rows: &[Vec<String>]) -> Vec<String> {
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(|text| visible(text).into_owned()).collect())
        .collect();
    let bare: Vec<&str> = heads.iter().map(|head| head.trim_start_matches('>')).collect();
    let widths: Vec<usize> = bare
        .iter()
        .enumerate()
        .map(|(at, head)| {
            let cells = rows.iter().map(|row| row.get(at).map_or(0, |text| width(text)));
            cells.max().unwrap_or(0).max(width(head))
        })
        .collect();
    let line = |cells: Vec<&str>| {
        let padded = cells.iter().enumerate().map(|(at, text)| {
            let columns = widths.get(at).copied().unwrap_or(0);
            if heads.get(at).is_some_and(|head| head.starts_with('>')) {
                pad_left(text, columns)
            } else {
                pad_right(text, columns)
            }
        });
        let line: Vec<String> = padded.collect();
        line.join("  ").trim_end().to_owned()
    };
    let head = line(bare.clone());
    let body = rows
        .iter()
        .map(|row| line(row.iter().map(String::as_str).collect()));
    std::iter::once(head).chain(body).collect()
}

/// An object of these keys and values, in this order.
pub fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let fields: Map<String, Value> = fields
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect();
    Value::Object(fields)
}

/// A count with the right word: `1 person`, `2 people`.
pub fn count(n: usize, one: &str, more: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { more })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_objects_becomes_lines_with_tabs_under_its_keys() {
        let list = json!([{"a": 1, "b": null, "c": ["x", "y"]}, {"a": "t\tb", "b": true, "c": []}]);
        assert_eq!(tabs(&list), ["a\tb\tc", "1\t\tx, y", "t b\ttrue\t"]);
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_value() {
        let rows = [
            vec!["Zoë".to_owned(), "7".to_owned()],
            vec!["Al".to_owned(), "12".to_owned()],
        ];
        assert_eq!(
            table(&["NAME", ">N"], &rows),
            ["NAME   N", "Zoë    7", "Al    12"]
        );
    }

    #[test]
    fn a_refusal_ends_with_the_code_of_its_reason() {
        for (refusal, code) in [
            (Refusal::rule(3, "full", "raise it"), 1),
            (Refusal::unreadable("what", "that"), 2),
            (Refusal::missing("who", "look"), 3),
            (Refusal::conflict("both", Vec::new()), 4),
            (Refusal::not_permitted("no", "ask"), 7),
        ] {
            assert_eq!(Trouble::from(refusal).code, code);
        }
    }
}
