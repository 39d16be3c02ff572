//! A table out of a file, whatever the file was: headings, rows, and where each row stood.
//!
//! Bounded in every direction, because files come from outside: bytes, unpacked bytes, rows, columns, cells.
//! Knows nothing of what the columns mean.

use std::borrow::Cow;

use chrono::{NaiveDate, NaiveDateTime};

use super::problem::FileProblem;
use super::sniff::{self, FileKind};
use super::{columns, delimited, workbook};

/// The most bytes a file may have.
pub const FILE_BYTES: usize = 64 << 20;
/// The most bytes a workbook may unpack to.
pub const UNPACKED_BYTES: u64 = 256 << 20;
/// The most rows under the headings.
pub const ROWS: usize = 100_000;
/// The most columns.
pub const COLUMNS: usize = 1_000;
/// The most cells, empty ones between full ones included.
const CELLS: usize = 10_000_000;
/// How many rows are looked at to find the headings.
const LOOKED_AT: usize = 20;

/// One value of a sheet.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Cell {
    /// Text as it stood in the file.
    Text(String),
    /// A number.
    Number(f64),
    /// A day with a time, to the second, on some local clock.
    Moment(NaiveDateTime),
    /// A day.
    Day(NaiveDate),
    /// Yes or no.
    Truth(bool),
    /// Nothing, or only spaces.
    #[default]
    Empty,
}

impl Cell {
    /// A cell with this text; spaces alone are nothing.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        if text.trim().is_empty() {
            Self::Empty
        } else {
            Self::Text(text.to_owned())
        }
    }

    /// The value as text: a whole number without a decimal point, a day as 2025-01-27, a truth as yes or no.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Moment(at) => Cow::Owned(at.format("%Y-%m-%d %H:%M:%S").to_string()),
            Self::Day(day) => Cow::Owned(day.format("%Y-%m-%d").to_string()),
            Self::Truth(truth) => Cow::Borrowed(if *truth { "yes" } else { "no" }),
            Self::Empty => Cow::Borrowed(""),
        }
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }
}

/// One row of a sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct SheetRow {
    /// The row's number in the sheet, 1 being the first; empty rows count.
    pub line: u32,
    /// The values, without the empty ones at the end.
    pub cells: Vec<Cell>,
}

impl SheetRow {
    /// The value in this column, counted from 0; nothing when the row is shorter.
    #[must_use]
    pub fn cell(&self, column: usize) -> &Cell {
        self.cells.get(column).unwrap_or(&Cell::Empty)
    }
}

/// The rows of a file before any of them is taken for headings.
#[derive(Clone, Debug, PartialEq)]
pub struct RawSheet {
    /// What the file is.
    pub kind: FileKind,
    /// `utf-8`, `utf-16le`, `utf-16be` or `windows-1252`.
    pub encoding: &'static str,
    /// What stood between the values; `None` in a workbook.
    pub separator: Option<char>,
    /// The name of the workbook's sheet; empty for other files.
    pub sheet: String,
    /// The rows that have anything in them.
    pub rows: Vec<SheetRow>,
}

/// A table: headings and rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// The file's name, as given.
    pub file: String,
    /// What the file is.
    pub kind: FileKind,
    /// `utf-8`, `utf-16le`, `utf-16be` or `windows-1252`.
    pub encoding: &'static str,
    /// What stood between the values; `None` in a workbook.
    pub separator: Option<char>,
    /// The name of the workbook's sheet; empty for other files.
    pub sheet: String,
    /// The headings, one a column; none when the first rows look like data.
    pub header: Vec<String>,
    /// A second row of headings, as SurveyMonkey writes for questions with several items.
    pub second_header: Option<Vec<String>>,
    /// The rows under the headings that have anything in them.
    pub rows: Vec<SheetRow>,
    /// Rows that are longer than the headings: something in them may have been cut in the wrong place.
    pub warnings: Vec<FileProblem>,
}

impl Sheet {
    /// What stands over a column: the question, and the item within it when there are two rows of headings.
    ///
    /// A question that spans columns is written over the first of them only.
    #[must_use]
    pub fn heading(&self, column: usize) -> (String, String) {
        let Some(second) = &self.second_header else {
            return (
                self.header.get(column).cloned().unwrap_or_default(),
                String::new(),
            );
        };
        let item = second.get(column).cloned().unwrap_or_default();
        let upto = self.header.len().min(column + 1);
        let question = match self.header.get(column).filter(|own| !own.is_empty()) {
            Some(own) => own.clone(),
            None => self.header[..upto]
                .iter()
                .rev()
                .find(|h| !h.is_empty())
                .cloned()
                .unwrap_or_default(),
        };
        (question, item)
    }

    /// How many columns there are, counting those without a heading.
    #[must_use]
    pub fn width(&self) -> usize {
        let rows = self
            .rows
            .iter()
            .map(|row| row.cells.len())
            .max()
            .unwrap_or_default();
        let second = self.second_header.as_ref().map_or(0, Vec::len);
        self.header.len().max(second).max(rows)
    }

    /// A problem in one cell, with the file, the line and the column's heading.
    #[must_use]
    pub fn problem(&self, line: u32, column: usize, what: &str, remedy: &str) -> FileProblem {
        let (question, item) = self.heading(column);
        let heading = if item.is_empty() { question } else { item };
        let heading = if heading.is_empty() {
            format!("column {}", column + 1)
        } else {
            heading
        };
        FileProblem::whole(&self.file, what, remedy)
            .at_line(line)
            .in_field(heading)
    }
}

/// Reads a file or pasted rows into a table; `file` is only a name for messages.
pub fn read_sheet(file: &str, bytes: &[u8]) -> Result<Sheet, FileProblem> {
    sheet_of(file, read_rows(file, bytes)?)
}

/// The table in rows that were read: their headings found, and what is above them left out.
pub(super) fn sheet_of(file: &str, raw: RawSheet) -> Result<Sheet, FileProblem> {
    let mut rows = raw.rows;
    let mut header = Vec::new();
    let mut second_header = None;
    if let Some(at) = header_row(&rows) {
        header = texts(&rows[at]);
        let two = rows
            .get(at + 1)
            .is_some_and(|next| is_second_header(&header, next));
        if two {
            second_header = Some(texts(&rows[at + 1]));
        }
        rows.drain(..=at + usize::from(two));
    }
    if rows.len() > ROWS {
        return Err(too_many_rows(file));
    }
    let wide = header.len().max(second_header.as_ref().map_or(0, Vec::len));
    let warnings = rows
        .iter()
        .filter(|row| wide > 0 && row.cells.len() > wide)
        .map(|row| {
            let what = format!(
                "the row has {} values, and there are {wide} headings",
                row.cells.len()
            );
            FileProblem::whole(
                file,
                what,
                "look for a separator inside a value that is not quoted",
            )
            .at_line(row.line)
        });
    let warnings = warnings.collect();
    Ok(Sheet {
        file: file.to_owned(),
        kind: raw.kind,
        encoding: raw.encoding,
        separator: raw.separator,
        sheet: raw.sheet,
        header,
        second_header,
        rows,
        warnings,
    })
}

/// Reads a file into rows without looking for headings, for reports that hold several tables.
pub fn read_rows(file: &str, bytes: &[u8]) -> Result<RawSheet, FileProblem> {
    if bytes.len() > FILE_BYTES {
        let what = format!(
            "the file has {} MB, and {} MB is the most",
            bytes.len() >> 20,
            FILE_BYTES >> 20
        );
        return Err(FileProblem::whole(file, what, "split it into several files"));
    }
    let kind = sniff::file_kind(file, bytes)?;
    match kind {
        FileKind::Workbook => {
            let (sheet, rows) = workbook::read(file, bytes)?;
            Ok(RawSheet {
                kind,
                encoding: "utf-8",
                separator: None,
                sheet,
                rows,
            })
        }
        FileKind::Delimited => {
            let decoded = sniff::decode(file, bytes)?;
            let hint = decoded
                .text
                .strip_prefix("sep=")
                .and_then(|rest| rest.chars().next());
            let separator = hint.unwrap_or_else(|| sniff::separator(&decoded.text));
            let rows = delimited::read(file, &decoded.text, separator)?;
            Ok(RawSheet {
                kind,
                encoding: decoded.encoding,
                separator: Some(separator),
                sheet: String::new(),
                rows,
            })
        }
    }
}

/// Takes off the apostrophe that exports put before what a spreadsheet would run.
///
/// An export puts one before every value that, apostrophes and spaces at its start aside, begins with one of
/// `= + - @`, their full-width forms, a tab, a line end or a zero byte; so taking one off gives the value back.
#[must_use]
pub fn unguard(value: &str) -> &str {
    match value.strip_prefix('\'') {
        Some(rest) if is_runnable(rest) => rest,
        _ => value,
    }
}

/// Puts an apostrophe before what a spreadsheet would run, so that it shows it instead; see [`unguard`].
#[must_use]
pub fn guard(value: &str) -> Cow<'_, str> {
    if is_runnable(value) {
        Cow::Owned(format!("'{value}"))
    } else {
        Cow::Borrowed(value)
    }
}

fn is_runnable(value: &str) -> bool {
    let bare = value
        .trim_start_matches(|c: char| c == '\'' || c.is_whitespace() && !matches!(c, '\t' | '\r' | '\n'));
    bare.starts_with([
        '=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}', '\t', '\r', '\n', '\0',
    ])
}

/// The rows taken so far, and the limits.
pub(super) struct Taken<'f> {
    file: &'f str,
    sheet: &'f str,
    pub(super) rows: Vec<SheetRow>,
    cells: usize,
    bytes: u64,
}

impl<'f> Taken<'f> {
    pub(super) const fn new(file: &'f str, sheet: &'f str) -> Self {
        Self {
            file,
            sheet,
            rows: Vec::new(),
            cells: 0,
            bytes: 0,
        }
    }

    /// Whether there is room for one more value in this column, `more` cells being added with it.
    pub(super) fn room_for(
        &mut self,
        line: u32,
        columns: usize,
        more: usize,
        value: &Cell,
    ) -> Result<(), FileProblem> {
        let problem = |what: String, remedy: &str| {
            let problem = FileProblem::whole(self.file, what, remedy).at_line(line);
            Err(if self.sheet.is_empty() {
                problem
            } else {
                problem.in_field(format!("sheet {}", self.sheet))
            })
        };
        if columns > COLUMNS {
            return problem(
                format!("the row has {columns} columns, and {COLUMNS} is the most"),
                "delete the columns that are not needed",
            );
        }
        self.cells += more;
        if let Cell::Text(text) = value {
            self.bytes += text.len() as u64;
        }
        if self.cells > CELLS || self.bytes > UNPACKED_BYTES {
            return problem(
                "the sheet is too big".to_owned(),
                "delete the columns that are not needed, or split it",
            );
        }
        Ok(())
    }

    /// Takes a row, unless there is nothing in it.
    pub(super) fn row(&mut self, line: u32, mut cells: Vec<Cell>) -> Result<(), FileProblem> {
        let full = cells
            .iter()
            .rposition(|cell| !cell.is_empty())
            .map_or(0, |last| last + 1);
        cells.truncate(full);
        if cells.is_empty() {
            return Ok(());
        }
        if self.sheet.is_empty() {
            // A workbook's cells were counted one by one as they came.
            self.room_for(line, full, full, &Cell::Empty)?;
        }
        if self.rows.len() > ROWS + LOOKED_AT {
            return Err(too_many_rows(self.file));
        }
        self.rows.push(SheetRow { line, cells });
        Ok(())
    }
}

fn too_many_rows(file: &str) -> FileProblem {
    FileProblem::whole(
        file,
        format!("the sheet has more than {ROWS} rows"),
        "split it into several files",
    )
}

fn texts(row: &SheetRow) -> Vec<String> {
    row.cells
        .iter()
        .map(|cell| crate::domain::text::clean_name(&cell.text()).text)
        .collect()
}

/// Which row holds the headings: the first with two known ones, else the first that is mostly full of words.
///
/// Titles above the headings are skipped; a row with an address in it is data, and so is all that follows it.
fn header_row(rows: &[SheetRow]) -> Option<usize> {
    let looked = &rows[..rows.len().min(LOOKED_AT)];
    let before_data = looked
        .iter()
        .take_while(|row| !row.cells.iter().any(|cell| cell.text().contains('@')))
        .count();
    let known = |row: &SheetRow| {
        row.cells
            .iter()
            .filter(|cell| columns::is_known(&cell.text()))
            .count()
    };
    let words = |row: &SheetRow| row.cells.iter().filter(|cell| is_words(cell)).count();
    let full = looked
        .iter()
        .map(|row| row.cells.iter().filter(|c| !c.is_empty()).count())
        .max()?;
    let first = &looked[..before_data];
    first
        .iter()
        .position(|row| known(row) >= 2)
        .or_else(|| first.iter().position(|row| words(row) * 10 >= full * 6))
}

/// Text that is neither a number nor a date: more than a third of it is letters.
fn is_words(cell: &Cell) -> bool {
    matches!(cell, Cell::Text(text) if text.chars().filter(|c| c.is_alphabetic()).count() * 3 > text.trim().chars().count())
}

/// A row that fills the gaps of the headings with words and is empty where they name a person or a date.
fn is_second_header(header: &[String], next: &SheetRow) -> bool {
    let gaps = |h: &&String| h.is_empty();
    let has_gaps = header.iter().filter(gaps).count() > 0 || next.cells.len() > header.len();
    has_gaps
        && next.cell(0).is_empty()
        && next.cell(1).is_empty()
        && next
            .cells
            .iter()
            .all(|cell| cell.is_empty() || is_words(cell) && !cell.text().contains('@'))
}

#[cfg(test)]
mod tests;
