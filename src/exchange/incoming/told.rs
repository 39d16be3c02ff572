//! What a file tells of itself, and what was said of it: what it is about, what its headings mean, on what occasion its
//! answers were given.

use std::collections::BTreeMap;

use super::{Choices, Need, Stop};
use crate::domain::{FileOf, Id, Model, Occasion, Refusal, Round, Wave};
use crate::exchange::FileProblem;
use crate::exchange::answers::Occasioned;
use crate::exchange::columns::{Columns, Field, plain};
use crate::exchange::questions;
use crate::exchange::sheet::Sheet;
use crate::exchange::value;

/// What is said of headings: for this file first, then what is remembered of files of this kind, or of any.
pub(super) fn said_of(model: &Model, kind: Option<FileOf>, choices: &Choices) -> Vec<(String, String)> {
    let remembered = model
        .mappings
        .iter()
        .filter(|(_, is)| kind.is_none_or(|kind| is.of == kind));
    let remembered: Vec<_> = remembered
        .map(|(_, is)| (is.heading.clone(), is.field.clone()))
        .collect();
    let fresh = remembered.into_iter().filter(|(heading, _)| {
        choices
            .mapping
            .iter()
            .all(|(own, _)| plain(own) != plain(heading))
    });
    choices.mapping.iter().cloned().chain(fresh).collect()
}

/// Of what is said of headings, what is about the fields of people.
pub(super) fn fields(said: &[(String, String)]) -> Result<Vec<(String, Field)>, Stop> {
    let known = said.iter().filter_map(|(heading, word)| {
        let field = if word.is_empty() {
            Some(Field::Unused)
        } else {
            Field::from_word(word)
        };
        Some((heading.clone(), field?))
    });
    Ok(known.collect())
}

/// Refuses a mapping to something that is neither a field nor a question.
pub(super) fn check_words(model: &Model, mapping: &[(String, String)]) -> Result<(), Stop> {
    for (heading, word) in mapping {
        let bare = word.strip_prefix(questions::THEN).unwrap_or(word);
        let asks = model
            .instruments
            .iter()
            .any(|(_, is)| is.questions.iter().any(|question| question.key == bare));
        if !word.is_empty() && !asks && Field::from_word(word).is_none() {
            let words: Vec<&str> = Field::all().map(Field::word).collect();
            return Err(Stop::Refused(Refusal::unreadable(
                format!("{word}, for the heading {heading}, is no field and no question"),
                format!(
                    "fields are {}; questions have the keys of their instrument",
                    words.join(", ")
                ),
            )));
        }
    }
    Ok(())
}

/// What a sheet is about, by its columns.
pub(super) fn kind_of(
    model: &Model,
    sheet: &Sheet,
    columns: &Columns,
    said: &[(String, String)],
) -> Option<FileOf> {
    let has = |field: Field| columns.has(field);
    let answers = |pulse: bool| {
        let found = questions::find(model, sheet, columns, said, |is| (is.key == "pulse") == pulse);
        found.len()
    };
    let (pulse, survey) = (answers(true), answers(false));
    if pulse >= 2 && pulse >= survey {
        return Some(FileOf::Pulse);
    }
    if survey >= 3 {
        return Some(FileOf::Survey);
    }
    if !has(Field::Email) {
        return None;
    }
    if has(Field::Group) && has(Field::Role) {
        return Some(FileOf::Roster);
    }
    let asks = [
        Field::Wishes,
        Field::FreeTimes,
        Field::Capacity,
        Field::Statement,
        Field::Received,
        Field::Stage,
    ];
    (has(Field::Stream) && asks.into_iter().any(has)).then_some(FileOf::Applications)
}

/// Refuses a file in which what every row needs has no column.
pub(super) fn need_columns(kind: FileOf, sheet: &Sheet, columns: &Columns) -> Result<(), Stop> {
    let people = matches!(kind, FileOf::Roster | FileOf::Applications);
    let has_name = columns.has(Field::Name) || columns.has(Field::Surname);
    let mut missing = Vec::new();
    if people && !has_name {
        missing.push("names");
    }
    if people && !columns.has(Field::Email) {
        missing.push("addresses");
    }
    if people && !columns.has(Field::Stream) {
        missing.push("streams");
    }
    if kind == FileOf::Roster && !columns.has(Field::Role) {
        missing.push("roles");
    }
    if missing.is_empty() {
        return Ok(());
    }
    let mut problem = FileProblem::whole(
        &sheet.file,
        format!("there is no column of {}", missing.join(", of ")),
        "say which heading is which field",
    )
    .at_line(1);
    if !sheet.sheet.is_empty() {
        problem = problem.in_field(format!("sheet {}", sheet.sheet));
    }
    Err(Stop::File(problem))
}

/// On what occasion answers were given: as said, else told from the file.
pub(super) fn occasioned(
    model: &Model,
    sheet: &Sheet,
    columns: &Columns,
    (kind, choices): (FileOf, &Choices),
    has_then: bool,
) -> Result<Occasioned, Stop> {
    if let Some(text) = &choices.wave {
        if let Ok(id) = text.parse::<Id<Wave>>() {
            let Some(is) = model.waves.get(id) else {
                return Err(
                    Refusal::missing(format!("no wave has the id {text}"), "look it up in Feedback").into(),
                );
            };
            return Ok(Occasioned {
                occasion: is.occasion,
                round: is.round,
                wave: Some(id),
            });
        }
        let occasion = Occasion::from_word(text).ok_or_else(|| {
            Refusal::unreadable(
                format!("{text} is no occasion"),
                format!("there are {}", Occasion::all_words().join(", ")),
            )
        })?;
        if occasion != Occasion::Pulse {
            return Ok(Occasioned {
                occasion,
                round: None,
                wave: None,
            });
        }
    }
    if kind == FileOf::Survey {
        let spoken = plain(&sheet.file);
        let named = [
            Occasion::Baseline,
            Occasion::Midpoint,
            Occasion::Endpoint,
            Occasion::FollowUp,
            Occasion::Exit,
        ]
        .into_iter()
        .find(|occasion| spoken.contains(&plain(occasion.word())));
        let occasion = named
            .or(has_then.then_some(Occasion::Endpoint))
            .ok_or(Stop::Need(Need::Wave))?;
        return Ok(Occasioned {
            occasion,
            round: None,
            wave: None,
        });
    }
    let of_session = choices
        .session
        .and_then(|id| model.sessions.get(id))
        .and_then(|is| is.round);
    let numbered = match choices.round {
        Some(number) => Some(
            model
                .rounds
                .iter()
                .find(|(_, is)| is.number == number)
                .map(|(id, _)| id)
                .ok_or_else(|| {
                    Refusal::missing(
                        format!("there is no round {number}"),
                        "look at the rounds of the cohort",
                    )
                })?,
        ),
        None => None,
    };
    let round = numbered
        .or(of_session)
        .or_else(|| round_in_name(model, &sheet.file))
        .or_else(|| round_of_days(model, sheet, columns));
    Ok(Occasioned {
        occasion: Occasion::Pulse,
        round: Some(round.ok_or(Stop::Need(Need::Round))?),
        wave: None,
    })
}

/// The round that a file's name names: `pulse-session-1.csv`.
fn round_in_name(model: &Model, file: &str) -> Option<Id<Round>> {
    let words = plain(file);
    let words: Vec<&str> = words.split(' ').collect();
    let number = words
        .windows(2)
        .filter(|pair| ["session", "round", "pulse", "s"].contains(&pair[0]))
        .find_map(|pair| pair[1].parse::<u8>().ok())?;
    model
        .rounds
        .iter()
        .find(|(_, is)| is.number == number)
        .map(|(id, _)| id)
}

/// The round in whose window most answers came, if one is told.
fn round_of_days(model: &Model, sheet: &Sheet, columns: &Columns) -> Option<Id<Round>> {
    let column = columns.column(Field::Received)?;
    let order = value::day_order(sheet.rows.iter().map(|row| row.cell(column)));
    let mut counts: BTreeMap<Id<Round>, usize> = BTreeMap::new();
    for row in &sheet.rows {
        if let Ok(Some(at)) = value::moment(row.cell(column), order, model.zone())
            && let Some(round) = model.round_on(model.day(at))
        {
            *counts.entry(round).or_default() += 1;
        }
    }
    let (round, most) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    (most * 2 > sheet.rows.len()).then_some(round)
}

/// What a word of a mapping means, for people: every field and question a file of this kind can hold.
#[must_use]
pub fn words(model: &Model, kind: FileOf) -> Vec<(String, String)> {
    let field = |field: Field| (field.word().to_owned(), field.word().replace('_', " "));
    match kind {
        FileOf::Pulse | FileOf::Survey => {
            let mut words = vec![field(Field::Email), field(Field::Received)];
            let asked = model
                .instruments
                .iter()
                .filter(|(_, is)| (is.key == "pulse") == (kind == FileOf::Pulse));
            for (_, is) in asked {
                for question in &is.questions {
                    words.push((question.key.clone(), question.text.clone()));
                    if kind == FileOf::Survey && is.key == "confidence" {
                        words.push((
                            format!("{}{}", questions::THEN, question.key),
                            format!("before: {}", question.text),
                        ));
                    }
                }
            }
            words
        }
        FileOf::Attendance | FileOf::Holidays | FileOf::Busy => Vec::new(),
        FileOf::Applications | FileOf::Roster => Field::all()
            .filter(|own| *own != Field::Unused)
            .map(field)
            .collect(),
    }
}
