//! One cell of a form as an answer, and of several answers of one person the one that counts.

use std::collections::{BTreeSet, HashMap};

use super::Row;
use crate::domain::text::{clean_name, clean_text, refuse_text};
use crate::domain::{Answer, Enrolment, Id, Scale};
use crate::exchange::intake::{DuplicateRow, Preview};
use crate::exchange::questions::Asked;
use crate::exchange::sheet::Cell;
use crate::exchange::value;

/// Of each person the latest answer, of equal times the later row.
pub(super) fn latest(rows: Vec<Row>, preview: &mut Preview) -> Vec<Row> {
    let mut best: HashMap<Id<Enrolment>, usize> = HashMap::new();
    for (at, row) in rows.iter().enumerate() {
        if let Some(who) = row.who {
            let place = best.entry(who).or_insert(at);
            if row.sent >= rows[*place].sent {
                *place = at;
            }
        }
    }
    let mut previous: HashMap<Id<Enrolment>, u32> = HashMap::new();
    for row in &rows {
        if let Some(who) = row.who
            && let Some(of_row) = previous.insert(who, row.line)
        {
            preview.duplicates.push(DuplicateRow {
                row: row.line,
                of_row,
                kept: rows[best[&who]].line,
                email: row.email.clone(),
            });
        }
    }
    let kept: BTreeSet<usize> = best.into_values().collect();
    let rows = rows.into_iter().enumerate();
    rows.filter(|(at, row)| row.who.is_none() || kept.contains(at))
        .map(|(_, row)| row)
        .collect()
}

/// Answers as one text, to compare them.
pub(super) fn said(answers: &[Answer]) -> String {
    let one = |answer: &Answer| format!("{} {:?} {:?}\n", answer.question, answer.number, answer.text);
    answers.iter().map(one).collect()
}

/// Whether a form that does not ask for addresses wrote something in their column.
pub(super) fn is_anonymous(email: &str) -> bool {
    email.is_empty() || email.eq_ignore_ascii_case("anonymous")
}

/// What a cell answers, or why it is no answer.
pub(super) fn answer(asked: &Asked<'_>, cell: &Cell) -> Result<Answer, String> {
    let said = clean_text(&cell.text()).text;
    let shown: String = clean_name(&said).text.chars().take(40).collect();
    let unfit = || format!("“{shown}” is no answer on the scale {}", asked.question.scale);
    let number = match asked.question.scale {
        Scale::Text => None,
        Scale::YesNo => Some(i8::from(value::yes_or_no(cell).ok_or_else(unfit)?)),
        scale => {
            let number = match cell {
                #[allow(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
                Cell::Number(number) if number.fract() == 0.0 && number.abs() < 100.0 => *number as i8,
                _ => leading_number(&said).ok_or_else(unfit)?,
            };
            let fits = scale
                .range()
                .is_some_and(|(least, most)| (least..=most).contains(&number));
            Some(Some(number).filter(|_| fits).ok_or_else(unfit)?)
        }
    };
    let text = if number.is_some() { String::new() } else { said };
    if let Some(why) = refuse_text(&text) {
        return Err(why.trim_end_matches('.').to_owned());
    }
    Ok(Answer {
        question: asked.key(),
        number,
        text,
    })
}

/// The number that an answer begins with: `4`, `4 - very useful`, `+1`.
fn leading_number(text: &str) -> Option<i8> {
    let text = text.trim();
    let end = text
        .char_indices()
        .find(|(at, c)| !(c.is_ascii_digit() || *at == 0 && matches!(c, '+' | '-')))
        .map_or(text.len(), |(at, _)| at);
    let rest = text[end..].trim_start();
    let ends_well = rest.is_empty()
        || !rest.starts_with(['.', ',', '/', '%']) && !rest.starts_with(char::is_alphanumeric);
    ends_well.then(|| text[..end].parse().ok())?
}
