//! A list as an .xlsx workbook: typed cells, a heading row that stays, filters, widths.
//!
//! Text is written as text and never as a formula; what Excel would turn into one as soon as somebody edits the
//! cell carries Excel's own mark for quoted text (`quotePrefix`).

use chrono::Datelike;
use rust_xlsxwriter::{Color, Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::grid::{Datum, Grid};
use super::sheet::guard;
use crate::domain::text::width;

/// Narrowest and widest column, in characters.
const WIDTHS: (usize, usize) = (6, 60);
/// The first year Excel has days of.
const FIRST_YEAR: i32 = 1900;
/// The longest text a cell may hold, in UTF-16 units; Excel's own limit.
const LONGEST: usize = 32_767;

/// The ways in which cells look.
struct Looks {
    heading: Format,
    text: Format,
    quoted: Format,
    day: Format,
    moment: Format,
}

impl Looks {
    fn new() -> Self {
        let top = Format::new().set_align(FormatAlign::Top);
        Self {
            heading: Format::new()
                .set_bold()
                .set_background_color(Color::RGB(0x00E8_EDF5)),
            text: top.clone(),
            quoted: top.clone().set_quote_prefix(),
            day: top.clone().set_num_format("yyyy-mm-dd"),
            moment: top.set_num_format("yyyy-mm-dd hh:mm:ss"),
        }
    }
}

/// The bytes of a workbook with one sheet for each list.
///
/// # Errors
/// When a cell cannot be written: which sheet, row and column.
pub fn workbook(grids: &[Grid]) -> Result<Vec<u8>, String> {
    let looks = Looks::new();
    let mut book = Workbook::new();
    for grid in grids {
        let sheet = book.add_worksheet();
        fill(sheet, grid, &looks)?;
    }
    book.save_to_buffer()
        .map_err(|error| format!("the workbook cannot be made: {error}"))
}

fn fill(sheet: &mut Worksheet, grid: &Grid, looks: &Looks) -> Result<(), String> {
    let whole = |error: XlsxError| format!("sheet {}: {error}", grid.name);
    sheet.set_name(grid.name).map_err(whole)?;
    sheet.set_freeze_panes(1, 0).map_err(whole)?;
    let mut widths: Vec<usize> = Vec::new();
    for (column, heading) in (0_u16..).zip(&grid.headings) {
        sheet
            .write_string_with_format(0, column, heading.title, &looks.heading)
            .map_err(whole)?;
        // Room for the button of the filter.
        widths.push(width(heading.title) + 3);
    }
    for (row, cells) in (1_u32..).zip(&grid.rows) {
        for (column, datum) in (0_u16..).zip(cells) {
            put(sheet, row, column, datum, looks).map_err(|error| {
                let heading = grid.headings.get(usize::from(column)).map_or("", |h| h.title);
                format!("sheet {}, row {}, column {heading}: {error}", grid.name, row + 1)
            })?;
            if let Some(widest) = widths.get_mut(usize::from(column)) {
                let shown = datum.shown();
                *widest = shown.lines().map(width).max().unwrap_or(0).max(*widest);
            }
        }
    }
    for (column, widest) in (0_u16..).zip(widths) {
        let wide = widest.clamp(WIDTHS.0, WIDTHS.1);
        sheet.set_column_width(column, wide as f64 + 1.0).map_err(whole)?;
    }
    let last_row = u32::try_from(grid.rows.len()).unwrap_or(u32::MAX);
    let last = u16::try_from(grid.headings.len().saturating_sub(1)).unwrap_or(u16::MAX);
    sheet.autofilter(0, 0, last_row, last).map_err(whole)?;
    Ok(())
}

fn put(sheet: &mut Worksheet, row: u32, column: u16, datum: &Datum, looks: &Looks) -> Result<(), String> {
    let said = |error: XlsxError| error.to_string();
    let done = match datum {
        Datum::Nothing => return Ok(()),
        Datum::Whole(number) => sheet.write_number_with_format(row, column, *number as f64, &looks.text),
        Datum::Real(number) => sheet.write_number_with_format(row, column, *number, &looks.text),
        Datum::Flag(yes) => sheet.write_boolean_with_format(row, column, *yes, &looks.text),
        Datum::Day(day) if day.year() >= FIRST_YEAR => {
            sheet.write_date_with_format(row, column, day, &looks.day)
        }
        Datum::Moment(at) if at.year() >= FIRST_YEAR => {
            sheet.write_datetime_with_format(row, column, at.naive_local(), &looks.moment)
        }
        other => {
            let text = other.shown();
            if text.encode_utf16().count() > LONGEST {
                return Err("the text is longer than a spreadsheet cell may be".to_owned());
            }
            let format = if guard(&text) == text {
                &looks.text
            } else {
                &looks.quoted
            };
            sheet.write_string_with_format(row, column, text.as_ref(), format)
        }
    };
    done.map(|_| ()).map_err(said)
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::exchange::read_rows;
    use crate::exchange::sheet::Cell;

    fn grid(datum: Datum) -> Grid {
        let mut grid = Grid::under("people", &[("a", "Name"), ("b", "End")]);
        grid.rows.push(vec![datum, Datum::Text("end".to_owned())]);
        grid
    }

    fn back(datum: Datum) -> Cell {
        let bytes = workbook(&[grid(datum)]).unwrap();
        read_rows("people.xlsx", &bytes).unwrap().rows[1].cell(0).clone()
    }

    #[test]
    fn every_type_reads_back_as_itself() {
        let day = NaiveDate::from_ymd_opt(2025, 3, 30).unwrap();
        let at = "2025-03-30T01:00:00Z"
            .parse::<chrono::DateTime<chrono::Utc>>()
            .unwrap();
        let local = at.with_timezone(&chrono_tz::Tz::Europe__London);
        assert_eq!(back(Datum::Day(day)), Cell::Day(day));
        assert_eq!(
            back(Datum::Moment(local)),
            Cell::Moment(day.and_hms_opt(2, 0, 0).unwrap())
        );
        assert_eq!(back(Datum::Whole(-7)), Cell::Number(-7.0));
        assert_eq!(back(Datum::Real(3.25)), Cell::Number(3.25));
        assert_eq!(back(Datum::Flag(true)), Cell::Truth(true));
        assert_eq!(back(Datum::Nothing), Cell::Empty);
    }

    #[test]
    fn a_formula_is_text() {
        for text in ["=1+1", "+44 20 7946", "@x", "'=1", "-"] {
            assert_eq!(back(Datum::Text(text.to_owned())), Cell::Text(text.to_owned()));
        }
    }

    #[test]
    fn a_text_too_long_for_a_cell_is_refused_by_place() {
        let problem = workbook(&[grid(Datum::Text("x".repeat(40_000)))]).unwrap_err();
        assert!(
            problem.starts_with("sheet people, row 2, column Name: "),
            "{problem}"
        );
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config { cases: 64, ..Default::default() })]
        #[test]
        fn text_reads_back_from_a_workbook_exactly(text in "\\PC{0,40}|['=+@ -]{1,6}[a-z]{0,4}|_x00[0-9A-F]{2}_[a-z<&\"\n]{0,4}") {
            proptest::prop_assert_eq!(back(Datum::Text(text.clone())), Cell::from_text(&text));
        }
    }
}
