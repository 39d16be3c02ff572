//! What the values of a sheet mean: names, streams, free times, choices, numbers, days.
//!
//! Each reader takes what forms and spreadsheets are known to write, and says so when it cannot tell. No clock,
//! no model: what is known already (streams, the zone) is an argument.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;

use super::columns::{has_words, plain};
use super::sheet::Cell;
use crate::domain::text::{Cleaned, clean_name};
use crate::domain::{FreeTime, Role, Stage, when};

/// A person's name as it is to be kept; "Surname, forename" is turned round.
///
/// With `surname_first` from the heading every comma is one between surname and forename; without it only a
/// single comma is, unless letters of honour follow it ("Sam Kay, MBE"). A bracketed employer at the end, as
/// Teams and Outlook show it, is left out.
#[must_use]
pub fn name(text: &str, surname_first: bool) -> Cleaned {
    let cleaned = clean_name(text);
    let bare = match cleaned.text.rfind(" (") {
        Some(at) if cleaned.text.ends_with(')') && at > 0 => cleaned.text[..at].trim_end(),
        _ => cleaned.text.as_str(),
    };
    let turned = match bare
        .split_once(',')
        .map(|(family, given)| (family.trim(), given.trim()))
    {
        Some((family, given)) if surname_first || !given.contains(',') && !is_honour(given) => {
            format!("{given} {family}").trim().to_owned()
        }
        _ => bare.to_owned(),
    };
    Cleaned {
        text: turned,
        removed: cleaned.removed,
    }
}

/// Whether letters of the name were lost before it came here: a question mark or U+FFFD stands in their place.
#[must_use]
pub fn is_lossy(name: &str) -> bool {
    name.contains(['\u{fffd}', '?'])
}

/// Which of the streams, given as code and name, an answer means: by code in brackets, code alone, or name.
///
/// "Chief Clinical Information Officer (CCIO) or equivalent" is CCIO. `None` for no answer, and for two codes.
#[must_use]
pub fn stream(text: &str, streams: &[(&str, &str)]) -> Option<usize> {
    if text.is_empty() {
        return None;
    }
    let is_code = |word: &str| {
        streams
            .iter()
            .position(|(code, _)| code.eq_ignore_ascii_case(word.trim()))
    };
    let bracketed = text
        .split('(')
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .find_map(is_code);
    if bracketed.is_some() {
        return bracketed;
    }
    let mut coded: Vec<usize> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter_map(is_code)
        .collect();
    coded.sort_unstable();
    coded.dedup();
    match coded.as_slice() {
        [only] => return Some(*only),
        [] => {}
        _ => return None,
    }
    let heading = plain(text);
    if heading.is_empty() {
        return None;
    }
    let named = streams.iter().enumerate().filter(|(_, (_, name))| {
        let name = plain(name);
        !name.is_empty() && heading.contains(&name)
    });
    named.max_by_key(|(_, (_, name))| name.len()).map(|(at, _)| at)
}

/// Mentor or mentee; `None` when the text names neither or both.
#[must_use]
pub fn role(text: &str) -> Option<Role> {
    let words = plain(text);
    let names = |word: &str| {
        words
            .split(' ')
            .any(|own| own == word || own.strip_suffix('s') == Some(word))
    };
    match (names("mentor"), names("mentee")) {
        (true, false) => Some(Role::Mentor),
        (false, true) => Some(Role::Mentee),
        _ => None,
    }
}

/// The career stage that is named in the text, if exactly one is.
#[must_use]
pub fn stage(text: &str) -> Option<Stage> {
    let words = plain(text);
    let mut named = Stage::ALL
        .iter()
        .filter(|stage| words.split(' ').any(|word| word == stage.word()));
    named.next().filter(|_| named.next().is_none()).copied()
}

/// An answer to "May we quote your feedback?".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuoteAnswer {
    /// Not at all.
    No,
    /// Without the name.
    Unnamed,
    /// With the name.
    Named,
}

/// What was said about being quoted; a plain "yes" does not cover the name. `None` when it cannot be told.
#[must_use]
pub fn quote_answer(text: &str) -> Option<QuoteAnswer> {
    let words = plain(text);
    if words.is_empty() {
        return None;
    }
    let has = |part: &str| has_words(&words, part);
    if words == "no" || words.starts_with("no ") || has("do not") || has("don t") {
        return Some(QuoteAnswer::No);
    }
    if has("anonymous") || has("anonymously") || has("without my name") || has("not by name") {
        return Some(QuoteAnswer::Unnamed);
    }
    if has("with my name") || has("by name") || has("name and title") {
        return Some(QuoteAnswer::Named);
    }
    (words == "yes" || words.starts_with("yes ")).then_some(QuoteAnswer::Unnamed)
}

/// Yes or no; `None` when it is neither.
#[must_use]
pub fn yes_or_no(cell: &Cell) -> Option<bool> {
    match plain(&cell.text()).split(' ').next() {
        Some("yes" | "y" | "true" | "1") => Some(true),
        Some("no" | "n" | "false" | "0") => Some(false),
        _ => None,
    }
}

/// The choices of a question with several: Microsoft writes `a;b;`, Google `a, b`, people one a line.
///
/// A comma cuts only before a capital letter, because choices have commas of their own.
#[must_use]
pub fn choices(text: &str) -> Vec<String> {
    let pieces: Vec<Cow<'_, str>> = if text.contains(';') {
        text.split(';').map(Cow::Borrowed).collect()
    } else if text.trim().contains('\n') {
        text.split('\n').map(Cow::Borrowed).collect()
    } else {
        let mut pieces: Vec<Cow<'_, str>> = Vec::new();
        for piece in text.split(", ") {
            match pieces.last_mut() {
                Some(last) if !piece.starts_with(char::is_uppercase) => {
                    last.to_mut().push_str(&format!(", {piece}"))
                }
                _ => pieces.push(Cow::Borrowed(piece)),
            }
        }
        pieces
    };
    let mut kept: Vec<String> = Vec::new();
    for piece in pieces {
        let piece = clean_name(&piece).text;
        if !piece.is_empty() && !kept.contains(&piece) {
            kept.push(piece);
        }
    }
    kept
}

/// Free times as they were read.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct FreeTimes {
    /// In order of the week; stretches that touch are one.
    pub times: Vec<FreeTime>,
    /// Pieces that were not understood.
    pub unread: Vec<String>,
}

/// Reads "Mon 12:00-14:00;Tue 9am-12.30pm;"; pieces stand between semicolons, commas or line ends.
#[must_use]
pub fn free_times(text: &str) -> FreeTimes {
    let mut read = FreeTimes::default();
    for piece in text
        .split([';', ',', '\n'])
        .map(str::trim)
        .filter(|piece| !piece.is_empty())
    {
        match free_time(piece) {
            Some(time) => read.times.push(time),
            None => read.unread.push(clean_name(piece).text),
        }
    }
    read.times.sort_unstable();
    let mut joined: Vec<FreeTime> = Vec::with_capacity(read.times.len());
    for time in read.times {
        match joined.last_mut() {
            Some(last) if last.day == time.day && time.from <= last.to => last.to = last.to.max(time.to),
            _ => joined.push(time),
        }
    }
    read.times = joined;
    read
}

fn free_time(piece: &str) -> Option<FreeTime> {
    let (day, hours) = piece.split_once(|c: char| c.is_whitespace() || c == ':')?;
    let day: Weekday = day
        .trim_end_matches(['s', '.'])
        .parse()
        .or_else(|_| day.parse())
        .ok()?;
    let hours = hours.replace(['–', '—', '−'], "-").replace(" to ", "-");
    let (from, to) = hours.split_once('-')?;
    let (from, to) = (minute_of_day(from)?, minute_of_day(to)?);
    (from < to).then_some(FreeTime {
        day: u8::try_from(day.num_days_from_monday()).unwrap_or(0),
        from,
        to,
    })
}

/// "09:00", "9.30", "9", "5pm", "24:00".
fn minute_of_day(text: &str) -> Option<u16> {
    let text = text.trim().to_lowercase();
    let (clock, afternoon) = match (text.strip_suffix("am"), text.strip_suffix("pm")) {
        (Some(clock), _) => (clock.trim(), Some(false)),
        (_, Some(clock)) => (clock.trim(), Some(true)),
        _ => (text.as_str(), None),
    };
    let (hour, minute) = clock.split_once([':', '.']).unwrap_or((clock, "0"));
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let hour = match afternoon {
        None => hour,
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(afternoon) => hour % 12 + if afternoon { 12 } else { 0 },
    };
    (minute < 60 && (hour < 24 || hour == 24 && minute == 0)).then_some(hour * 60 + minute)
}

/// A whole number from 0 on; `None` for an empty cell and for anything else.
#[must_use]
pub fn whole_number(cell: &Cell) -> Option<u32> {
    match cell {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked to be whole and in range"
        )]
        Cell::Number(number) if number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(number) => {
            Some(*number as u32)
        }
        Cell::Text(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// Whether dates in a column are written day first or, as American services do, month first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum DayOrder {
    /// 27/01/2025.
    #[default]
    DayFirst,
    /// 01/27/2025.
    MonthFirst,
}

/// The order in which the dates of a column are written, told from all of them together.
///
/// A first part over 12 is a day, a second part over 12 makes the first a month. When no date tells, a clock
/// with AM and PM and seconds is an American service's; else days come first.
#[must_use]
pub fn day_order<'c>(cells: impl IntoIterator<Item = &'c Cell>) -> DayOrder {
    let (mut day_first, mut month_first, mut american) = (0_usize, 0_usize, 0_usize);
    for cell in cells {
        let Cell::Text(text) = cell else { continue };
        let Some([first, second, _]) = slashed(text) else {
            continue;
        };
        day_first += usize::from(first > 12);
        month_first += usize::from(second > 12);
        let upper = text.to_uppercase();
        american +=
            usize::from(upper.matches(':').count() == 2 && (upper.contains("AM") || upper.contains("PM")));
    }
    match (day_first, month_first) {
        (0, 0) if american > 0 => DayOrder::MonthFirst,
        (days, months) if months > days => DayOrder::MonthFirst,
        _ => DayOrder::DayFirst,
    }
}

/// The day in a cell; `Ok(None)` for an empty one, a reason when it holds something else.
pub fn day(cell: &Cell, order: DayOrder) -> Result<Option<NaiveDate>, String> {
    match cell {
        Cell::Empty => Ok(None),
        Cell::Day(day) => Ok(Some(*day)),
        Cell::Moment(at) => Ok(Some(at.date())),
        Cell::Number(number) => serial(*number).map(|at| Some(at.date())),
        Cell::Truth(_) => Err(no_day(&cell.text())),
        Cell::Text(text) => day_in(text.trim(), order).map(Some),
    }
}

/// The moment in a cell, read on the clocks of the zone unless it names an offset; a day alone is its beginning.
///
/// Of two readings, on the night the clocks go back, the earlier is taken: what is imported has happened already.
pub fn moment(cell: &Cell, order: DayOrder, zone: Tz) -> Result<Option<DateTime<Utc>>, String> {
    let local = match cell {
        Cell::Empty => return Ok(None),
        Cell::Day(day) => day.and_time(NaiveTime::MIN),
        Cell::Moment(at) => *at,
        Cell::Number(number) => serial(*number)?,
        Cell::Truth(_) => return Err(no_day(&cell.text())),
        Cell::Text(text) => match moment_in(text.trim(), order)? {
            Written::Exact(at) => return Ok(Some(at)),
            Written::Local(at) => at,
        },
    };
    // A time that the clocks skip can only come from a clock that was not put forward: an hour later is the same moment.
    let readings = zone.from_local_datetime(&local);
    let at = readings.earliest().or_else(|| {
        zone.from_local_datetime(&(local + TimeDelta::hours(1)))
            .earliest()
    });
    at.map(|at| Some(at.to_utc())).ok_or_else(|| no_day(&cell.text()))
}

enum Written {
    Exact(DateTime<Utc>),
    Local(NaiveDateTime),
}

fn moment_in(text: &str, order: DayOrder) -> Result<Written, String> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(Written::Exact(at.to_utc()));
    }
    let (date, clock) = text.split_once([' ', 'T', ',']).unwrap_or((text, ""));
    let Ok(day) = day_in(date, order) else {
        // A date in words has spaces of its own: what is after the last word without a colon is the clock.
        let split = text
            .find(':')
            .and_then(|at| text[..at].rfind(' '))
            .unwrap_or(text.len());
        let day = day_in(text[..split].trim_end_matches([',', ' ']), order)?;
        return Ok(Written::Local(
            day.and_time(clock_in(text[split..].trim(), text)?),
        ));
    };
    let clock = clock.trim_start_matches([',', ' ']);
    let (clock, greenwich) = match clock.strip_suffix(" GMT").or_else(|| clock.strip_suffix(" UTC")) {
        Some(clock) => (clock, true),
        None => (clock, false),
    };
    let at = day.and_time(clock_in(clock, text)?);
    Ok(if greenwich {
        Written::Exact(at.and_utc())
    } else {
        Written::Local(at)
    })
}

fn clock_in(clock: &str, whole: &str) -> Result<NaiveTime, String> {
    if clock.is_empty() {
        return Ok(NaiveTime::MIN);
    }
    let clock = clock.to_uppercase();
    [
        "%H:%M:%S%.f",
        "%H:%M",
        "%I:%M:%S %p",
        "%I:%M %p",
        "%I:%M:%S%p",
        "%I:%M%p",
    ]
    .iter()
    .find_map(|format| NaiveTime::parse_from_str(&clock, format).ok())
    .ok_or_else(|| no_day(whole))
}

fn day_in(text: &str, order: DayOrder) -> Result<NaiveDate, String> {
    if let (DayOrder::MonthFirst, Some([month, day, year])) = (order, slashed(text)) {
        let year = if year < 100 { year + 2000 } else { year };
        return NaiveDate::from_ymd_opt(year.cast_signed(), month, day).ok_or_else(|| no_day(text));
    }
    if let Some(day) = plain_day(text) {
        return Ok(day);
    }
    // Relative days ("tomorrow") and days without a year have no meaning in a file.
    let has_year = text
        .split(|c: char| !c.is_ascii_digit())
        .any(|digits| digits.len() == 4);
    if !has_year && slashed(text).is_none() {
        return Err(no_day(text));
    }
    let any_day = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap_or_default();
    when::parse_day(text, any_day).map_err(|problem| problem.to_string())
}

/// A day written in full, 27/01/2025 or 2025-01-27, as nearly every sheet does; whatever else it is, or wrong with it,
/// is found by the long way.
fn plain_day(text: &str) -> Option<NaiveDate> {
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0_u32, |number, digit| {
            digit
                .is_ascii_digit()
                .then(|| number * 10 + u32::from(digit - b'0'))
        })
    };
    let (day, month, year) = match text.as_bytes() {
        [day @ .., b'/', m1, m2, b'/', y1, y2, y3, y4] if (1..=2).contains(&day.len()) => {
            (number(day)?, number(&[*m1, *m2])?, number(&[*y1, *y2, *y3, *y4])?)
        }
        [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] => (
            number(&[*d1, *d2])?,
            number(&[*m1, *m2])?,
            number(&[*y1, *y2, *y3, *y4])?,
        ),
        _ => return None,
    };
    NaiveDate::from_ymd_opt(year.cast_signed(), month, day).filter(|_| (1900..=2100).contains(&year))
}

/// The three numbers of 1/14/25; a year in front (2025/01/14) is not one of these.
fn slashed(text: &str) -> Option<[u32; 3]> {
    let date = text.trim().split([' ', ',']).next()?;
    let parts: Vec<u32> = date
        .split('/')
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    parts
        .try_into()
        .ok()
        .filter(|[first, ..]: &[u32; 3]| *first < 100)
}

/// A bare number in a column of dates is Excel's count of days since the end of 1899.
fn serial(number: f64) -> Result<NaiveDateTime, String> {
    if !(20_000.0..80_000.0).contains(&number) {
        return Err(no_day(&number.to_string()));
    }
    #[allow(clippy::cast_possible_truncation, reason = "under 80,000 days of seconds")]
    let seconds = (number * 86_400.0).round() as i64;
    NaiveDate::from_ymd_opt(1899, 12, 30)
        .and_then(|epoch| {
            epoch
                .and_time(NaiveTime::MIN)
                .checked_add_signed(TimeDelta::seconds(seconds))
        })
        .ok_or_else(|| no_day(&number.to_string()))
}

fn no_day(text: &str) -> String {
    format!(
        "“{}” is no date",
        clean_name(text).text.chars().take(40).collect::<String>()
    )
}

/// Letters of honour, which follow a name after a comma: MBE, FRCP, PhD.
fn is_honour(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = text.chars().filter(|c| c.is_uppercase()).count();
    letters > 1 && letters <= 8 && capitals * 2 > letters
}

#[cfg(test)]
mod tests;
