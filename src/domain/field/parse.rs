//! What people type into a field, read and written.
//!
//! [`parse`] reads text as the field asks for it, [`written`] gives text that reads back as the same value. Both
//! need the model for names and zones; neither knows what a field means.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{Field, Input, shown};
use crate::domain::text::{clean_name, clean_text, email_problem, fold, refuse_name, refuse_text};
use crate::domain::when::{parse_day, parse_when};
use crate::domain::{AnyId, FreeTime, Kind, Model, Question, Refusal, Scale};

/// Reads what was typed into a field. `base` is the value it has, so that `thu` keeps the hour.
///
/// # Errors
/// Unreadable, naming the field and what can be typed; missing, for a record that is not there; rule 13, for a
/// time that the clocks skip or repeat.
pub fn parse(
    model: &Model,
    field: &Field,
    text: &str,
    base: Option<&Value>,
    now: DateTime<Utc>,
) -> Result<Value, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return empty(field);
    }
    match field.input {
        Input::Text => short(field, text),
        Input::Name => name(text),
        Input::Email => email(text),
        Input::Note => long(text),
        Input::Number | Input::MaybeNumber => number(field, text),
        Input::Day | Input::MaybeDay => Ok(json!(parse_day(text, model.day(now))?)),
        Input::Moment | Input::MaybeMoment => {
            let base = base.and_then(|v| serde_json::from_value::<DateTime<Utc>>(v.clone()).ok());
            let at = parse_when(text, model.local(now), base.map(|at| model.local(at)))?;
            Ok(json!(at))
        }
        Input::Flag => flag(field, text),
        Input::Word(words) | Input::MaybeWord(words) => word(field, text, &words()),
        Input::Ref(kind) | Input::MaybeRef(kind) => Ok(json!(model.find(kind, text)?.to_string())),
        Input::Refs(kind) => {
            let ids = items(text).map(|one| Ok(model.find(kind, one)?.to_string()));
            Ok(json!(ids.collect::<Result<Vec<_>, Refusal>>()?))
        }
        Input::List => Ok(json!(
            items(text).map(|one| clean_name(one).text).collect::<Vec<_>>()
        )),
        Input::Times => Ok(json!(free_times(text)?)),
        Input::Questions => Ok(json!(questions(text)?)),
        Input::Fixed => Err(fixed(field)),
    }
}

/// A field's value as text that [`parse`] reads back.
#[must_use]
pub fn written(model: &Model, field: &Field, value: &Value) -> String {
    let list = |separator: &str| {
        let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
        items
            .iter()
            .map(|item| shown(model, item))
            .collect::<Vec<_>>()
            .join(separator)
    };
    match field.input {
        Input::List | Input::Refs(_) => list("; "),
        Input::Times => list(", "),
        Input::Questions => match serde_json::from_value::<Vec<Question>>(value.clone()) {
            Ok(questions) => questions.iter().map(question_line).collect::<Vec<_>>().join("\n"),
            Err(_) => shown(model, value),
        },
        // Free text may look like an id or a moment and is none.
        Input::Text | Input::Name | Input::Email | Input::Note => {
            value.as_str().map_or_else(|| shown(model, value), str::to_owned)
        }
        _ => shown(model, value),
    }
}

impl Model {
    /// The record of a kind that is meant by an id, or by what it is called.
    ///
    /// # Errors
    /// Missing: none, or several, are called so.
    pub fn find(&self, kind: Kind, text: &str) -> Result<AnyId, Refusal> {
        let text = text.trim();
        if let Ok(id) = text.parse::<AnyId>()
            && id.kind == kind
        {
            return if self.touched(id).is_some() {
                Ok(id)
            } else {
                let what = format!("no {kind} has the id {id}");
                Err(Refusal::missing(what, "it may be of another cohort, or gone"))
            };
        }
        match kind {
            Kind::Person => Ok(self.find_person(text)?.into()),
            Kind::Stream => Ok(self.find_stream(text)?.into()),
            Kind::Group => Ok(self.find_group(text)?.into()),
            Kind::Session => Ok(self.find_session(text)?.into()),
            Kind::Enrolment => {
                let person = self.find_person(text)?;
                let part = self.participant(person).and_then(|part| part.enrolment);
                part.map(AnyId::from).ok_or_else(|| {
                    let name = self.name_of(person);
                    Refusal::missing(
                        format!("{name} takes no part in this cohort"),
                        "enrol the person first",
                    )
                })
            }
            Kind::Round => self.find_round(text),
            _ => self.find_called(kind, text),
        }
    }

    /// The round with a number: `3`, `round 3`, `S3`.
    fn find_round(&self, text: &str) -> Result<AnyId, Refusal> {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let round = digits.parse().ok().and_then(|number| self.round_numbered(number));
        round.map(AnyId::from).ok_or_else(|| {
            let hint = format!("there are rounds 1 to {}", self.settings().rounds);
            Refusal::missing(format!("there is no round {text}"), hint)
        })
    }

    /// The only record of a kind that is called so.
    fn find_called(&self, kind: Kind, text: &str) -> Result<AnyId, Refusal> {
        let wanted = fold(text);
        let is_called = |id: &AnyId| fold(&self.title(*id)) == wanted || self.key_of(*id) == Some(text);
        let found: Vec<AnyId> = self.ids_of(kind).into_iter().filter(is_called).collect();
        match found.as_slice() {
            [one] => Ok(*one),
            [] => Err(Refusal::missing(
                format!("no {kind} is called {text}"),
                "say which one by its id",
            )),
            all => Err(Refusal::missing(
                format!("{} records of the kind {kind} are called {text}", all.len()),
                "say which one by its id",
            )),
        }
    }

    /// An instrument's key.
    fn key_of(&self, id: AnyId) -> Option<&str> {
        Some(self.instruments.get(id.of()?)?.key.as_str())
    }
}

/// What an empty text means.
fn empty(field: &Field) -> Result<Value, Refusal> {
    match field.input {
        Input::Fixed => Err(fixed(field)),
        _ if field.needed => Err(unreadable(field, "cannot be empty", "type something")),
        Input::Text | Input::Name | Input::Email | Input::Note => Ok(json!("")),
        Input::List | Input::Refs(_) | Input::Times | Input::Questions => Ok(json!([])),
        Input::MaybeNumber
        | Input::MaybeDay
        | Input::MaybeMoment
        | Input::MaybeWord(_)
        | Input::MaybeRef(_) => Ok(Value::Null),
        Input::Flag => Ok(json!(false)),
        Input::Number | Input::Day | Input::Moment | Input::Word(_) | Input::Ref(_) => {
            Err(unreadable(field, "cannot be empty", "type something"))
        }
    }
}

fn unreadable(field: &Field, what: &str, hint: impl Into<String>) -> Refusal {
    Refusal::unreadable(format!("{} {what}", field.label), hint)
}

fn fixed(field: &Field) -> Refusal {
    unreadable(field, "is not typed", "it follows from what is done elsewhere")
}

fn short(field: &Field, text: &str) -> Result<Value, Refusal> {
    if text.contains('\n') {
        return Err(unreadable(field, "is one line", "leave out the line ends"));
    }
    match refuse_text(text) {
        Some(why) => Err(Refusal::unreadable(why.trim_end_matches('.'), "shorten it")),
        None => Ok(json!(clean_name(text).text)),
    }
}

fn long(text: &str) -> Result<Value, Refusal> {
    match refuse_text(text) {
        Some(why) => Err(Refusal::unreadable(why.trim_end_matches('.'), "shorten it")),
        None => Ok(json!(clean_text(text).text)),
    }
}

fn name(text: &str) -> Result<Value, Refusal> {
    match refuse_name(text) {
        Some(why) => Err(Refusal::unreadable(
            why.trim_end_matches('.'),
            "type the name as it is written",
        )),
        None => Ok(json!(clean_name(text).text)),
    }
}

fn email(text: &str) -> Result<Value, Refusal> {
    match email_problem(text) {
        Some(why) => Err(Refusal::unreadable(
            format!("{text}: {why}"),
            "type one address with one @",
        )),
        None => Ok(json!(text)),
    }
}

fn number(field: &Field, text: &str) -> Result<Value, Refusal> {
    let plain = text.trim_start_matches('+').replace('\u{2212}', "-");
    let number: i64 = plain.parse().map_err(|_| {
        unreadable(
            field,
            &format!("is a whole number, and {text} is none"),
            "type digits",
        )
    })?;
    Ok(json!(number))
}

fn flag(field: &Field, text: &str) -> Result<Value, Refusal> {
    match fold(text).as_str() {
        "yes" | "y" | "true" | "on" | "1" | "x" => Ok(json!(true)),
        "no" | "n" | "false" | "off" | "0" | "-" => Ok(json!(false)),
        _ => Err(unreadable(
            field,
            &format!("is yes or no, and {text} is neither"),
            "type yes or no",
        )),
    }
}

/// One of these words: case, spaces and dashes do not matter, and a beginning that only one has will do.
fn word(field: &Field, text: &str, words: &[&'static str]) -> Result<Value, Refusal> {
    let plain = |t: &str| -> String {
        fold(t)
            .chars()
            .filter(|c| c.is_alphanumeric() || *c == '+')
            .collect()
    };
    let wanted = plain(text);
    if let Some(word) = words.iter().find(|word| plain(word) == wanted) {
        return Ok(json!(word));
    }
    let begins: Vec<_> = words
        .iter()
        .filter(|word| plain(word).starts_with(&wanted))
        .collect();
    match begins.as_slice() {
        [one] if !wanted.is_empty() => Ok(json!(one)),
        _ => Err(unreadable(
            field,
            &format!("cannot be {text}"),
            format!("choose {}", words.join(", ")),
        )),
    }
}

/// The parts of a list: separated by semicolons or line ends.
fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split([';', '\n'])
        .map(str::trim)
        .filter(|item| !item.is_empty())
}

/// Weekly free times as people write them: `Mon 12-14, Thu 16:00-18:00`, `Mon-Fri 9am-12`, `Wed 9-11, 14-16`.
///
/// # Errors
/// Unreadable, with the part that is.
pub fn free_times(text: &str) -> Result<Vec<FreeTime>, Refusal> {
    let mut times: Vec<FreeTime> = Vec::new();
    let mut days: Vec<u8> = Vec::new();
    for part in text
        .split([',', ';', '\n'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        let problem = || {
            Refusal::unreadable(
                format!("{part} is no time of a week"),
                "type a weekday and two times, such as Mon 12:00-14:00",
            )
        };
        let folded = fold(part)
            .replace(['\u{2013}', '\u{2014}'], "-")
            .replace(" to ", "-");
        let begins = folded.find(|c: char| c.is_ascii_digit()).ok_or_else(problem)?;
        let (named, clock) = folded.split_at(begins);
        if !named.trim().is_empty() {
            days = weekdays(named).ok_or_else(problem)?;
        }
        let (from, to) = clock.split_once('-').ok_or_else(problem)?;
        let to = minute_of_day(to).ok_or_else(problem)?;
        let from = minute_of_day(from).ok_or_else(problem)?;
        if from >= to || days.is_empty() {
            return Err(problem());
        }
        times.extend(days.iter().map(|day| FreeTime { day: *day, from, to }));
    }
    times.sort_unstable();
    times.dedup();
    Ok(times)
}

/// `mon`, `monday`, `mon-fri`, `weekdays`.
fn weekdays(text: &str) -> Option<Vec<u8>> {
    let one = |text: &str| -> Option<u8> {
        let text = text.trim().trim_end_matches([':', '.']).trim();
        let days = [
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday",
        ];
        let text = text.strip_suffix('s').filter(|t| t.len() > 4).unwrap_or(text);
        let place = days
            .iter()
            .position(|day| text.len() >= 2 && day.starts_with(text))?;
        u8::try_from(place).ok()
    };
    if text.trim().starts_with("weekday") {
        return Some((0..5).collect());
    }
    match text.split_once('-') {
        Some((first, last)) => {
            let (first, last) = (one(first)?, one(last)?);
            (first <= last).then(|| (first..=last).collect())
        }
        None => one(text).map(|day| vec![day]),
    }
}

/// `12`, `12:30`, `9am`, `4.30pm`, as minutes from midnight.
fn minute_of_day(text: &str) -> Option<u16> {
    let text = text.trim();
    let (digits, afternoon) = match (text.strip_suffix("pm"), text.strip_suffix("am")) {
        (Some(digits), _) => (digits, Some(true)),
        (None, Some(digits)) => (digits, Some(false)),
        (None, None) => (text, None),
    };
    let (hour, minute) = digits
        .trim()
        .split_once([':', '.'])
        .unwrap_or((digits.trim(), "0"));
    let (mut hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    match afternoon {
        Some(true) if hour < 12 => hour += 12,
        Some(false) if hour == 12 => hour = 0,
        Some(_) if hour > 12 => return None,
        _ => {}
    }
    (minute < 60 && hour * 60 + minute <= 24 * 60).then_some(hour * 60 + minute)
}

/// A question as [`questions`] reads it.
fn question_line(question: &Question) -> String {
    let scored = if question.scored { ", scored" } else { "" };
    format!("{}: {} ({}{scored})", question.key, question.text, question.scale)
}

/// Questions as they are typed, one a line.
fn questions(text: &str) -> Result<Vec<Question>, Refusal> {
    let read = |line: &str| -> Option<Question> {
        let (key, rest) = line.split_once(':')?;
        let (text, scale) = rest.trim().strip_suffix(')')?.rsplit_once('(')?;
        let (scale, scored) = match scale.split_once(',') {
            Some((scale, scored)) => (scale, scored.trim() == "scored"),
            None => (scale, false),
        };
        let key = clean_name(key).text;
        let text = clean_name(text).text;
        let scale = Scale::from_word(scale)?;
        (!key.is_empty() && !text.is_empty()).then_some(Question {
            key,
            text,
            scale,
            scored,
        })
    };
    items(text)
        .map(|line| {
            read(line).ok_or_else(|| {
                Refusal::unreadable(
                    format!("{line} is no question"),
                    format!(
                        "type it as key: text (scale); the scales are {}",
                        Scale::all_words().join(", ")
                    ),
                )
            })
        })
        .collect()
}

#[cfg(test)]
mod tests;
