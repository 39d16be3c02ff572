//! A report as a spreadsheet: a sheet for each section, numbers as numbers, texts never run as formulas.

use rust_xlsxwriter::{Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::{Cell, Part, Report, Table};
use crate::domain::statistics::rounded;
use crate::domain::text::visible;

/// Width of the first column and of the others, in characters.
const WIDTHS: (f64, f64) = (48.0, 18.0);

/// How cells look.
struct Looks {
    title: Format,
    head: Format,
    wrapped: Format,
    hidden: Format,
}

pub(super) fn write(report: &Report) -> Result<Vec<u8>, XlsxError> {
    let looks = Looks {
        title: Format::new().set_bold().set_font_size(14),
        head: Format::new()
            .set_bold()
            .set_text_wrap()
            .set_align(FormatAlign::Top),
        wrapped: Format::new().set_text_wrap().set_align(FormatAlign::Top),
        hidden: Format::new().set_italic().set_text_wrap(),
    };
    let mut book = Workbook::new();
    for section in &report.sections {
        let sheet = book.add_worksheet();
        sheet.set_name(section.heading)?;
        sheet.set_column_width(0, WIDTHS.0)?;
        sheet.set_column_range_width(1, 7, WIDTHS.1)?;
        let title = format!("{}: {}", report.title, section.heading);
        sheet.write_string_with_format(0, 0, visible(&title), &looks.title)?;
        let mut row = 2;
        for part in &section.parts {
            row = write_part(sheet, part, row, &looks)?;
        }
    }
    book.save_to_buffer()
}

/// Writes a part from a row on; answers the row after it.
fn write_part(sheet: &mut Worksheet, part: &Part, row: u32, looks: &Looks) -> Result<u32, XlsxError> {
    match part {
        Part::Say(text) => {
            write_line(sheet, text, row, looks)?;
            Ok(row + 2)
        }
        Part::Points(points) => {
            let mut row = row;
            for point in points {
                write_line(sheet, point, row, looks)?;
                row += 1;
            }
            Ok(row + 1)
        }
        Part::Table(table) => write_table(sheet, table, row, looks),
        // A table in the same section holds the same numbers.
        Part::Chart(_) => Ok(row),
        Part::Quotes(quotes) => {
            sheet.write_string_with_format(row, 0, "Quote", &looks.head)?;
            sheet.write_string_with_format(row, 1, "Who said it", &looks.head)?;
            let mut row = row + 1;
            for quote in quotes {
                sheet.write_string_with_format(row, 0, visible(&quote.text), &looks.wrapped)?;
                sheet.write_string_with_format(row, 1, visible(&quote.label), &looks.wrapped)?;
                row += 1;
            }
            Ok(row + 1)
        }
    }
}

/// Writes sentences across the sheet.
fn write_line(sheet: &mut Worksheet, text: &str, row: u32, looks: &Looks) -> Result<(), XlsxError> {
    sheet.merge_range(row, 0, row, 5, &visible(text), &looks.wrapped)?;
    // Merged cells do not grow by themselves: about 130 letters fit on a line of them.
    let lines = u32::try_from(text.chars().count() / 120 + 1).unwrap_or(1);
    sheet.set_row_height(row, f64::from(lines) * 15.5)?;
    Ok(())
}

fn write_table(sheet: &mut Worksheet, table: &Table, row: u32, looks: &Looks) -> Result<u32, XlsxError> {
    sheet.write_string_with_format(row, 0, visible(&table.caption), &looks.head)?;
    let mut row = row + 1;
    for (column, head) in (0_u16..).zip(&table.heads) {
        sheet.write_string_with_format(row, column, visible(head), &looks.head)?;
    }
    row += 1;
    for cells in &table.rows {
        for (column, cell) in (0_u16..).zip(cells) {
            let decimals = |decimals: &u8, sign: &str| {
                let zeros = "0".repeat(usize::from(*decimals));
                let plain = if zeros.is_empty() {
                    "0".to_owned()
                } else {
                    format!("0.{zeros}")
                };
                let code = if sign.is_empty() {
                    plain
                } else {
                    format!("+{plain};-{plain};{plain}")
                };
                Format::new().set_num_format(code)
            };
            match cell {
                Cell::Nothing => {}
                Cell::Count(n) => {
                    sheet.write_number(row, column, *n)?;
                }
                Cell::Number(x, places) => {
                    sheet.write_number_with_format(
                        row,
                        column,
                        rounded(*x, *places),
                        &decimals(places, ""),
                    )?;
                }
                Cell::Change(x, places) => {
                    sheet.write_number_with_format(
                        row,
                        column,
                        rounded(*x, *places),
                        &decimals(places, "+"),
                    )?;
                }
                Cell::Hidden(why) => {
                    sheet.write_string_with_format(row, column, visible(why), &looks.hidden)?;
                }
                Cell::Text(_) | Cell::Share(_) | Cell::Between(..) => {
                    sheet.write_string_with_format(row, column, visible(&cell.text()), &looks.wrapped)?;
                }
            }
        }
        row += 1;
    }
    Ok(row + 1)
}
