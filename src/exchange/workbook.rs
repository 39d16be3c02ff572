//! Workbooks (.xlsx), read into rows without trusting what they claim about themselves.
//!
//! Before the reader sees the archive, every part of it is unpacked once into nothing and counted, so that
//! neither a false size nor a bomb gets further. Cells are then taken one at a time: a sheet whose last cell is
//! at the far corner must not be laid out in memory.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxError, open_workbook_from_rs};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Timelike};

use super::problem::FileProblem;
use super::sheet::{Cell, SheetRow, Taken, UNPACKED_BYTES};

/// Excel's day numbers for the years 1900 to 9999; others are no dates.
const DAY_NUMBERS: std::ops::Range<f64> = 1.0..2_958_466.0;
const DAMAGED: &str = "download or save it again: the file is cut short or damaged";

/// The rows of the first visible sheet that has any, and the sheet's name.
pub(super) fn read(file: &str, bytes: &[u8]) -> Result<(String, Vec<SheetRow>), FileProblem> {
    unpack_into_nothing(file, bytes)?;
    // The reader of workbooks is not ours: what it stumbles over is a damaged file, not the end of the program.
    std::panic::catch_unwind(|| read_checked(file, bytes))
        .unwrap_or_else(|_| Err(FileProblem::whole(file, "the workbook cannot be read", DAMAGED)))
}

fn read_checked(file: &str, bytes: &[u8]) -> Result<(String, Vec<SheetRow>), FileProblem> {
    let mut book: Xlsx<_> =
        open_workbook_from_rs(Cursor::new(bytes)).map_err(|error| unread(file, None, &error))?;
    let sheets = book.sheets_metadata();
    let visible: Vec<String> = sheets
        .iter()
        .filter(|s| s.typ == SheetType::WorkSheet && s.visible == SheetVisible::Visible)
        .map(|s| s.name.clone())
        .collect();
    for sheet in &visible {
        let rows = read_sheet(file, sheet, &mut book)?;
        if !rows.is_empty() {
            return Ok((sheet.clone(), rows));
        }
    }
    Err(FileProblem::whole(
        file,
        "no visible sheet of the workbook has anything in it",
        "check that it is the right file",
    ))
}

fn read_sheet(file: &str, sheet: &str, book: &mut Xlsx<Cursor<&[u8]>>) -> Result<Vec<SheetRow>, FileProblem> {
    let mut cells = book
        .worksheet_cells_reader(sheet)
        .map_err(|error| unread(file, Some(sheet), &error))?;
    let mut rows: BTreeMap<u32, Vec<Cell>> = BTreeMap::new();
    // Cells come row by row from every program that writes workbooks; the map is for those that do not.
    let mut at = 0;
    let mut own: Vec<Cell> = Vec::new();
    let mut taken = Taken::new(file, sheet);
    while let Some(cell) = cells
        .next_cell()
        .map_err(|error| unread(file, Some(sheet), &error))?
    {
        let (row, column) = cell.get_position();
        let value = value(cell.get_value());
        if value == Cell::Empty {
            continue;
        }
        if row != at {
            let wide = own.len();
            keep(&mut rows, at, std::mem::take(&mut own));
            at = row;
            own = rows.remove(&row).unwrap_or_else(|| Vec::with_capacity(wide));
        }
        let column = column as usize;
        taken.room_for(
            row.saturating_add(1),
            column + 1,
            (column + 1).saturating_sub(own.len()),
            &value,
        )?;
        if own.len() <= column {
            own.resize(column + 1, Cell::Empty);
        }
        own[column] = value;
    }
    keep(&mut rows, at, own);
    for (row, cells) in rows {
        taken.row(row.saturating_add(1), cells)?;
    }
    Ok(taken.rows)
}

/// Keeps the cells of a row that was read, unless there are none.
fn keep(rows: &mut BTreeMap<u32, Vec<Cell>>, row: u32, cells: Vec<Cell>) {
    if !cells.is_empty() {
        rows.insert(row, cells);
    }
}

fn value(data: &DataRef<'_>) -> Cell {
    match data {
        DataRef::Empty => Cell::Empty,
        #[allow(
            clippy::cast_precision_loss,
            reason = "a whole number in a sheet is stored as a float anyway"
        )]
        DataRef::Int(number) => Cell::Number(*number as f64),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::String(text) => Cell::from_text(text),
        DataRef::SharedString(text) => Cell::from_text(text),
        DataRef::Bool(truth) => Cell::Truth(*truth),
        DataRef::DateTime(serial) => {
            let number = serial.as_f64();
            let moment = serial
                .is_datetime()
                .then(|| serial.as_datetime().filter(|_| DAY_NUMBERS.contains(&number)));
            moment.flatten().map_or(Cell::Number(number), at_second)
        }
        DataRef::DateTimeIso(text) => iso(text).unwrap_or_else(|| Cell::from_text(text)),
        DataRef::DurationIso(text) => Cell::from_text(text),
        DataRef::Error(error) => Cell::Text(error.to_string()),
    }
}

/// Excel keeps a moment as a fraction of a day: the nearest second is what was meant.
fn at_second(at: NaiveDateTime) -> Cell {
    let nearest = at + chrono::TimeDelta::milliseconds(500);
    let at = nearest.with_nanosecond(0).unwrap_or(at);
    if at.time() == NaiveTime::MIN {
        Cell::Day(at.date())
    } else {
        Cell::Moment(at)
    }
}

fn iso(text: &str) -> Option<Cell> {
    let moment = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.fZ", "%Y-%m-%dT%H:%M"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
    moment
        .map(at_second)
        .or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(Cell::Day))
}

/// Counts what every part of the archive unpacks to, its claim first.
fn unpack_into_nothing(file: &str, bytes: &[u8]) -> Result<(), FileProblem> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes))
        .map_err(|_| FileProblem::whole(file, "the workbook cannot be opened", DAMAGED))?;
    let too_big = |part: &str| {
        FileProblem::whole(
            file,
            format!("the workbook unpacks to more than {} MB", UNPACKED_BYTES >> 20),
            "split it into several files, or save it as .csv",
        )
        .in_field(part_name(part))
    };
    let mut claimed = 0_u64;
    let mut left = UNPACKED_BYTES;
    for index in 0..archive.len() {
        let mut part = archive
            .by_index(index)
            .map_err(|_| FileProblem::whole(file, "a part of the workbook cannot be opened", DAMAGED))?;
        let name = part
            .name()
            .map_or_else(|_| String::new(), |name| name.into_owned());
        claimed = claimed.saturating_add(part.size());
        if claimed > UNPACKED_BYTES {
            return Err(too_big(&name));
        }
        let mut places = Places::default();
        let mut limited = part.by_ref().take(left + 1);
        let unpacked = if is_worksheet(&name) {
            std::io::copy(&mut limited, &mut places)
        } else {
            std::io::copy(&mut limited, &mut std::io::sink())
        };
        let damaged = |what: &str| FileProblem::whole(file, what, DAMAGED).in_field(part_name(&name));
        let unpacked = unpacked.map_err(|_| damaged("a part of the workbook is damaged"))?;
        left = left.checked_sub(unpacked).ok_or_else(|| too_big(&name))?;
        if places.impossible {
            return Err(damaged("a cell says that it stands where no cell can be"));
        }
    }
    Ok(())
}

fn is_worksheet(part: &str) -> bool {
    part.starts_with("xl/worksheets/")
}

/// Watches the places that cells of a sheet claim (`r="B7"`) while it is unpacked.
///
/// The reader multiplies them out without checking, so that one with too many letters or digits would land
/// somewhere else.
#[derive(Default)]
struct Places {
    in_tag: bool,
    /// The last eight bytes before this one, the latest lowest.
    before: u64,
    /// The quotation mark that ends the value, and the letters and digits of the place so far.
    value: Option<(u8, u8, u8)>,
    impossible: bool,
}

impl Places {
    fn byte(&mut self, byte: u8) {
        match &mut self.value {
            Some((quote, ..)) if *quote == byte => self.value = None,
            Some((_, letters, digits)) => match byte {
                b'A'..=b'Z' | b'a'..=b'z' => *letters = letters.saturating_add(1),
                b'0'..=b'9' => *digits = digits.saturating_add(1),
                _ => (*letters, *digits) = (0, 0),
            },
            None => match byte {
                b'<' => self.in_tag = true,
                b'>' => self.in_tag = false,
                b'"' | b'\'' if self.in_tag && self.is_place() => self.value = Some((byte, 0, 0)),
                _ => {}
            },
        }
        self.impossible |= self
            .value
            .is_some_and(|(_, letters, digits)| letters > 3 || digits > 7);
        self.before = self.before << 8 | u64::from(byte);
    }

    /// Whether `r=` or `ref=` has just gone by.
    fn is_place(&self) -> bool {
        let [.., a, b, c, d, e] = self.before.to_be_bytes();
        e == b'=' && (d == b'r' && c.is_ascii_whitespace() || [b, c, d] == *b"ref" && a.is_ascii_whitespace())
    }
}

impl std::io::Write for Places {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        bytes.iter().for_each(|byte| self.byte(*byte));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// How a part of the archive is called to people: `xl/worksheets/sheet1.xml` is "sheet1".
fn part_name(part: &str) -> String {
    let part: String = part.chars().filter(|c| !c.is_control()).take(60).collect();
    match part
        .strip_prefix("xl/worksheets/")
        .and_then(|name| name.strip_suffix(".xml"))
    {
        Some(sheet) => sheet.to_owned(),
        None => part,
    }
}

fn unread(file: &str, sheet: Option<&str>, error: &XlsxError) -> FileProblem {
    let problem = match error {
        XlsxError::Password => FileProblem::whole(
            file,
            "the workbook is protected by a password",
            "open it, take the password off and save it again",
        ),
        error => FileProblem::whole(file, format!("the workbook cannot be read ({error})"), DAMAGED),
    };
    match sheet {
        Some(sheet) => problem.in_field(format!("sheet {sheet}")),
        None => problem,
    }
}
