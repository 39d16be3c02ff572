//! Which column of a form's answers holds which question, told from the wording.
//!
//! A form rewords a little ("Handling a safety or supplier dispute"), numbers its scale and asks some questions for
//! two times: "Before the programme …" and "Now …". Knows the instruments, nothing of who answered.

use super::columns::{Columns, Field, has_words, plain};
use super::sheet::Sheet;
use crate::domain::{Id, Instrument, Model, Question};

/// What precedes the key of a question that is answered for the time before ("then").
pub(super) const THEN: &str = "then:";
/// How many tenths of the words of a question must be in a heading, and the other way round.
const ALIKE: usize = 6;

/// A column that holds answers.
#[derive(Clone, Debug)]
pub(super) struct Asked<'m> {
    /// The column, counted from 0.
    pub(super) column: usize,
    /// Of which instrument.
    pub(super) instrument: Id<Instrument>,
    /// Which question.
    pub(super) question: &'m Question,
    /// Whether it is answered for the time before.
    pub(super) then: bool,
}

impl Asked<'_> {
    /// The key of its answers.
    pub(super) fn key(&self) -> String {
        format!("{}{}", if self.then { THEN } else { "" }, self.question.key)
    }
}

/// The columns with answers to the questions of these instruments.
///
/// `remembered` pairs of heading and key come before everything else; an empty key takes the column out.
pub(super) fn find<'m>(
    model: &'m Model,
    sheet: &Sheet,
    columns: &Columns,
    remembered: &[(String, String)],
    of: impl Fn(&Instrument) -> bool,
) -> Vec<Asked<'m>> {
    let instruments: Vec<_> = model.instruments.iter().filter(|(_, is)| of(is)).collect();
    let wide = sheet
        .header
        .len()
        .max(sheet.second_header.as_ref().map_or(0, Vec::len));
    let mut found: Vec<(usize, Asked<'m>)> = Vec::new();
    for column in 0..wide {
        let heading = heading(sheet, column);
        let (over, item) = sheet.heading(column);
        if heading.is_empty() {
            continue;
        }
        let then = is_then(&over);
        let told = remembered.iter().find(|(own, _)| plain(own) == plain(&heading));
        if let Some((_, key)) = told {
            let bare = key.strip_prefix(THEN).unwrap_or(key);
            let question = instruments
                .iter()
                .find_map(|(id, is)| Some((*id, is.questions.iter().find(|question| question.key == bare)?)));
            if let Some((instrument, question)) = question {
                let then = key.starts_with(THEN);
                found.push((
                    1_000,
                    Asked {
                        column,
                        instrument,
                        question,
                        then,
                    },
                ));
            }
            continue;
        }
        // The column of an address asks nothing, whatever it is called.
        if [Field::Email, Field::Received, Field::Name]
            .iter()
            .any(|field| columns.column(*field) == Some(column))
        {
            continue;
        }
        let texts = [item.as_str(), over.as_str()];
        let best = instruments
            .iter()
            .flat_map(|(id, is)| is.questions.iter().map(move |question| (*id, question)))
            .filter_map(|(id, question)| {
                let alike = texts.iter().map(|text| alike(text, &question.text)).max()?;
                (alike >= ALIKE * 10).then_some((alike, id, question))
            })
            .max_by_key(|(alike, ..)| *alike);
        if let Some((alike, instrument, question)) = best {
            found.push((
                alike,
                Asked {
                    column,
                    instrument,
                    question,
                    then,
                },
            ));
        }
    }
    // Of two columns with the same question the one that is more alike, then the first, holds it.
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by_key(|at| (std::cmp::Reverse(found[*at].0), *at));
    let mut taken: Vec<(Id<Instrument>, String)> = Vec::new();
    let mut kept: Vec<usize> = order
        .into_iter()
        .filter(|at| {
            let asked = &found[*at].1;
            let key = (asked.instrument, asked.key());
            let fresh = !taken.contains(&key);
            taken.push(key);
            fresh
        })
        .collect();
    kept.sort_unstable();
    kept.into_iter().map(|at| found[at].1.clone()).collect()
}

/// What a column is called in mappings: its heading; of two rows of headings both.
pub(super) fn heading(sheet: &Sheet, column: usize) -> String {
    match sheet.heading(column) {
        (over, item) if item.is_empty() => over,
        (over, item) if over.is_empty() => item,
        (over, item) => format!("{over} / {item}"),
    }
}

/// Whether a question asks about the time before.
fn is_then(over: &str) -> bool {
    let words = plain(over);
    let has = |part: &str| has_words(&words, part);
    (has("before") || has("back then") || has("at the start") || has("when you began") || has("looking back"))
        && !has("now")
}

/// How alike two texts are, in percent: the words they share of the words of the longer.
fn alike(one: &str, other: &str) -> usize {
    let words = |text: &str| -> Vec<String> {
        let mut words: Vec<String> = plain(text)
            .split(' ')
            .filter(|word| !word.is_empty() && !word.bytes().all(|byte| byte.is_ascii_digit()))
            .map(str::to_owned)
            .collect();
        words.sort();
        words.dedup();
        words
    };
    let (one, other) = (words(one), words(other));
    let shared = one
        .iter()
        .filter(|word| other.binary_search(word).is_ok())
        .count();
    shared * 100 / one.len().max(other.len()).max(1)
}
