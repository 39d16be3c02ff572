//! The report of a cohort: what it was, who took part, what it did for them, what they said.
//!
//! Here is what a report consists of, without how it looks: sections of sentences, tables, charts and quotes, made
//! from the model by `programme`, `answers` and `words`. `markdown`, `page` (HTML) and `book` (a spreadsheet)
//! write it down; `check` says what keeps it from being published. Everything is made for readers outside the
//! office: numbers pass rule 14, quotes rule 15, and no writer sees more than what is here.

mod answers;
mod book;
mod chart;
mod check;
mod glance;
mod markdown;
mod page;
mod programme;
mod words;

pub use check::{Hindrance, hindrances};

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::feedback::Shown;
use crate::domain::statistics::Interval;
use crate::domain::statistics::decimal;
use crate::domain::{Model, Ratio};

/// A report, ready to be written down.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// What it is about: `Mentoring cohort 2024`.
    pub title: String,
    /// Its sections, in order.
    pub sections: Vec<Section>,
    /// How many quotes are not printed, for whatever reason.
    pub held: usize,
}

/// One subject of a report.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// Its heading; unique in a report and at most 31 letters long, so that it can name a sheet.
    pub heading: &'static str,
    /// What it says, in order.
    pub parts: Vec<Part>,
}

/// Something a report says.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Sentences.
    Say(String),
    /// Sentences one under the other, each complete by itself.
    Points(Vec<String>),
    /// Numbers in rows.
    Table(Table),
    /// Numbers as bars; a table beside it says the same.
    Chart(Chart),
    /// People's words.
    Quotes(Vec<Printed>),
}

/// A table; the first cell of a row names it.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// What it shows.
    pub caption: String,
    /// The headings of its columns.
    pub heads: Vec<String>,
    /// Its rows, each as long as the headings.
    pub rows: Vec<Vec<Cell>>,
}

/// One cell of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// How many.
    Count(u32),
    /// How many of how many.
    Share(Ratio),
    /// A number with this many decimals.
    Number(f64, u8),
    /// A change, with its sign and this many decimals.
    Change(f64, u8),
    /// From where to where, with this many decimals.
    Between(Interval, u8),
    /// Not to be shown (rule 14), and why.
    Hidden(String),
    /// There is nothing to show.
    Nothing,
}

/// Bars on one scale.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// What is to be seen in it, in a sentence.
    pub says: String,
    /// What the first, and perhaps a second bar of each line stand for.
    pub series: Vec<&'static str>,
    /// The ends of the scale.
    pub scale: (f64, f64),
    /// The lines: a label, and as many numbers as there are series.
    pub lines: Vec<(String, Vec<f64>)>,
    /// Decimals of the numbers beside the bars.
    pub decimals: u8,
}

/// A quote as it is printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Printed {
    /// The words.
    pub text: String,
    /// Who said them.
    pub label: String,
}

/// The cohorts before and after, where there are any.
#[derive(Clone, Copy, Debug, Default)]
pub struct Neighbours<'a> {
    /// The one before.
    pub last: Option<&'a Model>,
    /// The one after.
    pub next: Option<&'a Model>,
}

impl Report {
    /// The report of a cohort at a moment.
    #[must_use]
    pub fn of(model: &Model, around: Neighbours<'_>, now: DateTime<Utc>) -> Self {
        let today = model.day(now);
        let (words, held) = words::section(model, today);
        let sections = [
            Some(glance::section(model, now)),
            Some(programme::cohort(model, today)),
            Some(programme::sessions(model, now)),
            Some(answers::asked(model)),
            answers::pulses(model, now),
            answers::confidence(model),
            answers::surveys(model),
            answers::themes(model),
            Some(words),
            around.last.map(|last| answers::against(model, last)),
            Some(programme::next_year(model, around.next)),
            Some(words::reading(model)),
        ];
        Self {
            title: format!("Mentoring cohort {}", model.settings().name),
            sections: sections.into_iter().flatten().collect(),
            held,
        }
    }

    /// How many numbers are hidden in it.
    #[must_use]
    pub fn suppressed(&self) -> usize {
        let parts = self.sections.iter().flat_map(|section| &section.parts);
        let cells = parts.filter_map(|part| match part {
            Part::Table(table) => Some(table.rows.iter().flatten()),
            Part::Say(_) | Part::Points(_) | Part::Chart(_) | Part::Quotes(_) => None,
        });
        cells
            .flatten()
            .filter(|cell| matches!(cell, Cell::Hidden(_)))
            .count()
    }

    /// The quotes that are printed.
    #[must_use]
    pub fn quotes(&self) -> Vec<&Printed> {
        let parts = self.sections.iter().flat_map(|section| &section.parts);
        let quotes = parts.filter_map(|part| match part {
            Part::Quotes(quotes) => Some(quotes),
            Part::Say(_) | Part::Points(_) | Part::Table(_) | Part::Chart(_) => None,
        });
        quotes.flatten().collect()
    }

    /// As Markdown (CommonMark with tables).
    #[must_use]
    pub fn markdown(&self) -> String {
        markdown::write(self)
    }

    /// As one HTML file that needs nothing else.
    #[must_use]
    pub fn html(&self) -> String {
        page::write(self)
    }

    /// As an .xlsx workbook.
    ///
    /// # Errors
    /// When the workbook cannot be put together, in a sentence.
    pub fn workbook(&self) -> Result<Vec<u8>, String> {
        book::write(self).map_err(|error| format!("the workbook cannot be made: {error}"))
    }
}

impl Cell {
    /// The cell as people read it.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) | Self::Hidden(text) => text.clone(),
            Self::Count(n) => n.to_string(),
            Self::Share(ratio) => match ratio.percent() {
                Some(percent) => format!("{percent} % ({} of {})", ratio.part, ratio.whole),
                None => "-".to_owned(),
            },
            Self::Number(x, decimals) => number(*x, *decimals),
            Self::Change(x, decimals) => change(*x, *decimals),
            Self::Between(interval, decimals) => format!(
                "{} to {}",
                number(interval.low, *decimals),
                number(interval.high, *decimals)
            ),
            Self::Nothing => "-".to_owned(),
        }
    }

    /// Whether it is read from the right, as numbers are.
    #[must_use]
    pub const fn is_number(&self) -> bool {
        matches!(
            self,
            Self::Count(_) | Self::Share(_) | Self::Number(..) | Self::Change(..) | Self::Between(..)
        )
    }

    /// What may be shown, as a cell.
    fn shown<T: Clone>(shown: &Shown<T>, cell: impl FnOnce(T) -> Self) -> Self {
        match shown {
            Shown::Value(value) => cell(value.clone()),
            Shown::Hidden { why, .. } => Self::Hidden(why.clone()),
        }
    }

    /// What may be shown, where there is anything.
    fn perhaps<T: Clone>(shown: Option<&Shown<T>>, cell: impl FnOnce(T) -> Self) -> Self {
        shown.map_or(Self::Nothing, |shown| Self::shown(shown, cell))
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl Table {
    fn new(caption: impl Into<String>, heads: &[&str]) -> Self {
        Self {
            caption: caption.into(),
            heads: heads.iter().map(|head| (*head).to_owned()).collect(),
            rows: Vec::new(),
        }
    }
}

/// A number with a real minus sign.
fn number(x: f64, decimals: u8) -> String {
    decimal(x, decimals).replace('-', "\u{2212}")
}

/// A change with its sign.
fn change(x: f64, decimals: u8) -> String {
    let text = number(x, decimals);
    let nothing = text.chars().all(|c| matches!(c, '0' | '.'));
    if text.starts_with('\u{2212}') || nothing {
        text
    } else {
        format!("+{text}")
    }
}

/// A day with nothing left out: `1 October 2023`.
fn day(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

/// From one day to another: `1 to 31 October 2023`.
fn days(first: NaiveDate, last: NaiveDate) -> String {
    use chrono::Datelike;
    let (same_year, same_month) = (first.year() == last.year(), first.month() == last.month());
    let from = match (same_year, same_month) {
        (true, true) => first.format("%-d"),
        (true, false) => first.format("%-d %B"),
        (false, _) => first.format("%-d %B %Y"),
    };
    format!("{from} to {}", day(last))
}

/// A small number as a word.
fn in_words(n: usize) -> String {
    const WORDS: [&str; 13] = [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
        "twelve",
    ];
    WORDS
        .get(n)
        .map_or_else(|| n.to_string(), |word| (*word).to_owned())
}

/// So many of something, the number as a word where it is small.
fn many(n: usize, one: &str, more: &str) -> String {
    format!("{} {}", in_words(n), if n == 1 { one } else { more })
}

/// The same at the beginning of a sentence.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Things one after the other: `CCIO, CIO and CNIO`.
fn listed(all: &[String]) -> String {
    match all {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// The number of a count; counts of people fit.
fn whole(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
