//! Lines of separated values, read into rows. Knows nothing of headings.

use super::problem::FileProblem;
use super::sheet::{Cell, SheetRow, Taken, unguard};

/// Cuts the text into rows; `line` is the row of the sheet as a spreadsheet would number it, in which a quoted
/// line end does not count and an empty line does.
pub(super) fn read(file: &str, text: &str, separator: char) -> Result<Vec<SheetRow>, FileProblem> {
    let text = match text.split_once('\n') {
        // Excel's own hint, which it takes out when it opens the file.
        Some((first, rest)) if first.len() == 5 && first.to_ascii_lowercase().starts_with("sep=") => rest,
        _ => text,
    };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(u8::try_from(separator).unwrap_or(b','))
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut taken = Taken::new(file, "");
    let mut start = 0;
    let mut line = 0;
    loop {
        let more = reader.read_record(&mut record).map_err(|error| {
            FileProblem::whole(
                file,
                format!("the row cannot be read ({error})"),
                "open the file and mend the row",
            )
            .at_line(line + 1)
        })?;
        if !more {
            return Ok(taken.rows);
        }
        let end = usize::try_from(reader.position().byte())
            .unwrap_or(text.len())
            .min(text.len());
        let raw = &text[start..end];
        let empty_before = raw.len() - raw.trim_start_matches('\n').len();
        line += u32::try_from(empty_before).unwrap_or(u32::MAX) + 1;
        let own = raw.trim_matches('\n');
        if end == text.len() && own.contains('\n') && own.matches('"').count() % 2 == 1 {
            return Err(FileProblem::whole(
                file,
                "a quotation mark opens in this row and is never closed",
                "close it, or take it away",
            )
            .at_line(line));
        }
        start = end;
        taken.row(
            line,
            record
                .iter()
                .map(|value| Cell::from_text(unguard(value)))
                .collect(),
        )?;
    }
}
