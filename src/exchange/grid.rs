//! A list on its way out: headings, typed values, and the three ways they are written.
//!
//! Knows nothing of what the columns mean. What is read back by `sheet` is what was written: text that a
//! spreadsheet would run carries a guard (`sheet::guard`), and reading takes it off.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;
use serde_json::{Map, Value, json};

use super::sheet::guard;

/// One value of a list.
#[derive(Clone, Debug, PartialEq)]
pub enum Datum {
    /// Nothing.
    Nothing,
    /// Text.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A number.
    Real(f64),
    /// Yes or no.
    Flag(bool),
    /// A day.
    Day(NaiveDate),
    /// A moment on the cohort's clocks.
    Moment(DateTime<Tz>),
    /// Several texts.
    Several(Vec<String>),
    /// What only JSON can say; elsewhere its text.
    Json(Value),
}

impl Datum {
    /// Text, or nothing.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        match text.into() {
            text if text.is_empty() => Self::Nothing,
            text => Self::Text(text),
        }
    }

    /// A whole number, or nothing.
    pub fn whole(number: Option<impl Into<i64>>) -> Self {
        number.map_or(Self::Nothing, |number| Self::Whole(number.into()))
    }

    /// A day, or nothing.
    #[must_use]
    pub fn day(day: Option<NaiveDate>) -> Self {
        day.map_or(Self::Nothing, Self::Day)
    }

    /// The value as a reader of text sees it: `2025-03-18 16:00`, `yes`, several texts with semicolons between.
    #[must_use]
    pub fn shown(&self) -> Cow<'_, str> {
        match self {
            Self::Nothing => Cow::Borrowed(""),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Whole(number) => Cow::Owned(number.to_string()),
            Self::Real(number) => Cow::Owned(number.to_string()),
            Self::Flag(yes) => Cow::Borrowed(if *yes { "yes" } else { "no" }),
            Self::Day(day) => Cow::Owned(day.format("%Y-%m-%d").to_string()),
            Self::Moment(at) => Cow::Owned(at.format("%Y-%m-%d %H:%M:%S").to_string()),
            Self::Several(texts) => Cow::Owned(texts.join("; ")),
            Self::Json(value) => Cow::Owned(value.to_string()),
        }
    }

    /// The value for other programs: RFC 3339 with offset, numbers as numbers, `null` for nothing.
    #[must_use]
    pub fn json(&self) -> Value {
        match self {
            Self::Nothing => Value::Null,
            Self::Text(text) => json!(text),
            Self::Whole(number) => json!(number),
            Self::Real(number) => json!(number),
            Self::Flag(yes) => json!(yes),
            Self::Day(day) => json!(day),
            Self::Moment(at) => json!(at.to_rfc3339_opts(chrono::SecondsFormat::Secs, false)),
            Self::Several(texts) => json!(texts),
            Self::Json(value) => value.clone(),
        }
    }
}

/// One column of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heading {
    /// Its key in JSON, that of the command which shows the same.
    pub key: &'static str,
    /// What stands above it.
    pub title: &'static str,
}

/// A list: every row is as long as the headings.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// What the sheet is called.
    pub name: &'static str,
    /// The columns.
    pub headings: Vec<Heading>,
    /// The rows.
    pub rows: Vec<Vec<Datum>>,
}

impl Grid {
    /// A list with these columns, given as key and title, and nothing in it.
    #[must_use]
    pub fn under(name: &'static str, headings: &[(&'static str, &'static str)]) -> Self {
        let headings = headings
            .iter()
            .map(|(key, title)| Heading { key, title })
            .collect();
        Self {
            name,
            headings,
            rows: Vec::new(),
        }
    }

    /// The same without what was noted as this column.
    #[must_use]
    pub fn without(mut self, key: &str) -> Self {
        if let Some(at) = self.headings.iter().position(|heading| heading.key == key) {
            self.headings.remove(at);
            for row in &mut self.rows {
                row.remove(at);
            }
        }
        self
    }

    /// As separated values: UTF-8 with the mark that Excel looks for, commas, CRLF, quoted where need be, and what
    /// a spreadsheet would run made harmless.
    #[must_use]
    pub fn csv(&self) -> Vec<u8> {
        let mut bytes = b"\xef\xbb\xbf".to_vec();
        let mut writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(&mut bytes);
        let full = "writing into memory cannot fail";
        writer
            .write_record(self.headings.iter().map(|heading| heading.title))
            .expect(full);
        for row in &self.rows {
            let cells = row.iter().map(|datum| match datum {
                // A negative number is a number: only text can be taken for a formula.
                Datum::Whole(_) | Datum::Real(_) => datum.shown().into_owned(),
                _ => guard(&datum.shown()).into_owned(),
            });
            writer.write_record(cells).expect(full);
        }
        writer.flush().expect(full);
        drop(writer);
        bytes
    }

    /// As lines of JSON: one object a row.
    #[must_use]
    pub fn json_lines(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for row in &self.rows {
            let fields: Map<String, Value> = self
                .headings
                .iter()
                .zip(row)
                .map(|(heading, datum)| (heading.key.to_owned(), datum.json()))
                .collect();
            bytes.extend(Value::Object(fields).to_string().into_bytes());
            bytes.push(b'\n');
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::read_rows;
    use crate::exchange::sheet::Cell;

    fn one(datum: Datum) -> Grid {
        let mut grid = Grid::under("people", &[("name", "Name"), ("end", "End")]);
        grid.rows.push(vec![datum, Datum::Whole(-2)]);
        grid
    }

    #[test]
    fn what_a_spreadsheet_would_run_is_made_harmless_in_separated_values() {
        for text in [
            "=1+1",
            "+44 20",
            "-2",
            "@SUM(A1)",
            " =cmd|' /C calc'!A0",
            "＝1",
            "\tx",
            "'=1",
        ] {
            let bytes = one(Datum::text(text)).csv();
            let lines = String::from_utf8(bytes).unwrap();
            let row = lines.lines().nth(1).unwrap().trim_start_matches('"');
            assert!(row.starts_with('\''), "{text:?} became {row:?}");
            assert!(lines.ends_with(",-2\r\n"), "a number stays a number: {lines}");
        }
    }

    #[test]
    fn json_keeps_the_text_as_it_is_and_says_nothing_as_null() {
        let mut grid = one(Datum::text("=1+1"));
        grid.rows.push(vec![Datum::Nothing, Datum::Flag(true)]);
        let text = String::from_utf8(grid.json_lines()).unwrap();
        assert_eq!(
            text,
            "{\"name\":\"=1+1\",\"end\":-2}\n{\"name\":null,\"end\":true}\n"
        );
    }

    #[test]
    fn a_moment_carries_its_offset_in_json_and_the_local_time_elsewhere() {
        let at = "2025-04-01T15:00:00Z".parse::<DateTime<chrono::Utc>>().unwrap();
        let at = Datum::Moment(at.with_timezone(&Tz::Europe__London));
        assert_eq!(at.json(), "2025-04-01T16:00:00+01:00");
        assert_eq!(at.shown(), "2025-04-01 16:00:00");
    }

    proptest::proptest! {
        #[test]
        fn text_reads_back_from_separated_values_exactly(text in "\\PC{0,40}|['=+@ -]{1,6}[a-z]{0,4}|[\"',;\n\tа-я=]{1,12}") {
            let grid = one(Datum::Text(text.clone()));
            let read = read_rows("people.csv", &grid.csv()).unwrap();
            let cell = read.rows.get(1).map_or(&Cell::Empty, |row| row.cell(0));
            // Spaces alone are nothing; a bare line end within a quoted value stays.
            let expected = Cell::from_text(&text);
            proptest::prop_assert_eq!(cell, &expected);
        }
    }
}
