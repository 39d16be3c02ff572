//! Calendars (.ics, RFC 5545), read into events: holidays and busy times, repeating ones too.
//!
//! Lines are unfolded and cut into events here, so that every event keeps the line it begins in and a file that
//! nests without end is never followed; what stands inside an event is read by `icalendar`. Knows no records.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use icalendar::parser::{Component, Property, read_calendar_simple};

mod repeats;
mod rule;
mod zones;

use repeats::{Repeats, repeats};
use zones::Zones;

use super::problem::FileProblem;
use super::sheet::{FILE_BYTES, ROWS};
use super::sniff;
use crate::domain::text::clean_name;

/// The most bytes of one event; descriptions with a web page in them are long.
const EVENT_BYTES: usize = 256 << 10;
/// The longest event, in days.
const LONGEST: i64 = 366;
/// How often an event may repeat within the time asked for.
const REPEATS: u16 = 1_000;
/// The years of events that are read.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=2200;

/// A calendar that was read.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    /// The file's name, as given.
    pub file: String,
    /// `utf-8` or another.
    pub encoding: &'static str,
    /// What the calendar calls itself.
    pub name: String,
    /// Addresses of whom it is, as far as it says.
    pub owners: Vec<String>,
    /// The events, in the order of the file.
    pub events: Vec<Event>,
    /// Events that cannot be read: line, why, what stood there.
    pub unread: Vec<(u32, String, String)>,
    /// What should be looked at.
    pub warnings: Vec<String>,
}

/// Start and end.
type Span = (DateTime<Utc>, DateTime<Utc>);

/// One event, or one changed meeting of a repeating one.
#[derive(Clone, Debug)]
pub struct Event {
    /// The line it begins in.
    pub line: u32,
    /// Its calendar id, the same for ever.
    pub uid: String,
    /// What it is called.
    pub what: String,
    /// From when.
    pub starts: DateTime<Tz>,
    /// Until when.
    pub ends: DateTime<Tz>,
    /// Whether it is of whole days.
    pub is_day: bool,
    /// Whether it was called off.
    pub is_cancelled: bool,
    /// Whether its owner is free all the same.
    pub is_free: bool,
    /// Higher at every change.
    pub sequence: u32,
    /// Of a repeating event, which meeting this one stands for.
    pub replaces: Option<DateTime<Utc>>,
    /// How it repeats.
    repeats: Option<Repeats>,
}

/// A part of a file: its unfolded text and the line it begins in.
struct Block {
    line: u32,
    text: String,
}

/// Whether the bytes are a calendar.
#[must_use]
pub fn is_calendar(bytes: &[u8]) -> bool {
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let plain: Vec<u8> = start
        .iter()
        .filter(|byte| **byte != 0 && !byte.is_ascii_whitespace() && **byte < 0x80)
        .take(15)
        .copied()
        .collect();
    plain.eq_ignore_ascii_case(b"BEGIN:VCALENDAR")
}

/// Reads a calendar; times without a zone are of `zone`.
///
/// # Errors
/// When it is too big, is not text, or ends in the middle.
pub fn read_calendar(file: &str, bytes: &[u8], zone: Tz) -> Result<Calendar, FileProblem> {
    if bytes.len() > FILE_BYTES {
        let what = format!(
            "the file has {} MB, and {} MB is the most",
            bytes.len() >> 20,
            FILE_BYTES >> 20
        );
        return Err(FileProblem::whole(file, what, "export a shorter time"));
    }
    let decoded = sniff::decode(file, bytes)?;
    let mut calendar = Calendar {
        file: file.to_owned(),
        encoding: decoded.encoding,
        ..Calendar::default()
    };
    let mut zones = Zones::own(zone);
    let blocks = blocks(file, &decoded.text, &mut calendar)?;
    for block in blocks
        .iter()
        .filter(|block| block.text.starts_with("BEGIN:VTIMEZONE"))
    {
        zones.learn(&block.text);
    }
    for block in &blocks {
        if block.text.starts_with("BEGIN:VTIMEZONE") {
            continue;
        }
        // The reader of events is not ours: what it stumbles over is an unreadable event, not the end of the program.
        let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| events(block, &mut zones)));
        match read {
            Ok(Ok((events, owners))) => {
                calendar.owners.extend(owners);
                calendar.events.extend(events);
            }
            Ok(Err((why, value))) => calendar.unread.push((block.line, why, value)),
            Err(_) => {
                calendar
                    .unread
                    .push((block.line, "the event cannot be read".to_owned(), String::new()))
            }
        }
    }
    calendar.owners.sort();
    calendar.owners.dedup();
    for name in zones.unknown {
        calendar.warnings.push(format!(
            "the time zone {name} is not known: its times were read as {zone}"
        ));
    }
    Ok(calendar)
}

/// Cuts the text into events, free-busy lists and time zones; what is nested in them (alarms) is left out.
fn blocks(file: &str, text: &str, calendar: &mut Calendar) -> Result<Vec<Block>, FileProblem> {
    const WANTED: [&str; 3] = ["VEVENT", "VFREEBUSY", "VTIMEZONE"];
    let mut blocks: Vec<Block> = Vec::new();
    let mut open: Option<(&str, Block)> = None;
    let mut skipped: Option<String> = None;
    let mut ended = false;
    for (line, unfolded) in unfolded(text) {
        let upper = unfolded
            .get(..unfolded.len().min(40))
            .unwrap_or("")
            .trim_end()
            .to_ascii_uppercase();
        if let Some(name) = &skipped {
            if upper == format!("END:{name}") {
                skipped = None;
            }
            continue;
        }
        match &mut open {
            None => {
                if let Some(name) = upper.strip_prefix("BEGIN:") {
                    match WANTED.iter().find(|wanted| **wanted == name) {
                        Some(name) => {
                            let text = format!("BEGIN:{name}\r\n");
                            open = Some((name, Block { line, text }));
                        }
                        None if name == "VCALENDAR" => {}
                        None => skipped = Some(name.to_owned()),
                    }
                } else if upper == "END:VCALENDAR" {
                    ended = true;
                } else if let Some(name) = unfolded
                    .strip_prefix("X-WR-CALNAME")
                    .and_then(|rest| rest.split_once(':'))
                {
                    calendar.name = clean_name(name.1).text;
                }
            }
            Some((name, block)) => {
                if upper == format!("END:{name}") {
                    block.text.push_str(&format!("END:{name}\r\n"));
                    let (_, block) = open.take().expect("it is open");
                    if blocks.len() >= ROWS {
                        let what = format!("the calendar has more than {ROWS} events");
                        return Err(FileProblem::whole(file, what, "export a shorter time").at_line(line));
                    }
                    blocks.push(block);
                } else if let Some(nested) = upper.strip_prefix("BEGIN:") {
                    if *name == "VTIMEZONE" {
                        // Its two halves are told apart by their offsets alone.
                        continue;
                    }
                    skipped = Some(nested.to_owned());
                } else if *name == "VTIMEZONE" && upper.starts_with("END:") {
                    // The end of one of its halves.
                } else {
                    if block.text.len() + unfolded.len() > EVENT_BYTES {
                        let what = format!("the event is longer than {} KB", EVENT_BYTES >> 10);
                        return Err(
                            FileProblem::whole(file, what, "take the event out and import the rest")
                                .at_line(block.line),
                        );
                    }
                    block.text.push_str(&unfolded);
                    block.text.push_str("\r\n");
                }
            }
        }
    }
    if let Some((_, block)) = open {
        return Err(FileProblem::whole(
            file,
            "the calendar ends in the middle of the event that begins here",
            "export it again: the file is cut short",
        )
        .at_line(block.line));
    }
    if !ended {
        return Err(FileProblem::whole(
            file,
            "the calendar has no end",
            "export it again: the file is cut short",
        ));
    }
    Ok(blocks)
}

/// The lines with their numbers, lines that go on put together.
fn unfolded(text: &str) -> impl Iterator<Item = (u32, String)> {
    let mut lines = (1_u32..).zip(text.split('\n')).peekable();
    std::iter::from_fn(move || {
        let (number, line) = lines.next()?;
        let mut whole = line.to_owned();
        while let Some((_, next)) = lines.next_if(|(_, next)| next.starts_with([' ', '\t'])) {
            whole.push_str(&next[1..]);
        }
        Some((number, whole))
    })
}

/// Why a part cannot be read, and what stood there.
type Unread = (String, String);

/// The events of a part, and whose they are.
fn events(block: &Block, zones: &mut Zones) -> Result<(Vec<Event>, Vec<String>), Unread> {
    let unreadable = || ("the event cannot be read".to_owned(), String::new());
    let read = read_calendar_simple(&block.text).map_err(|_| unreadable())?;
    let [component] = read.as_slice() else {
        return Err(unreadable());
    };
    let owners = ["ORGANIZER", "ATTENDEE"];
    let owners = if component.name.as_str() == "VFREEBUSY" {
        &owners[..]
    } else {
        &owners[..1]
    };
    let owners = component
        .properties
        .iter()
        .filter(|property| owners.contains(&property.name.as_str()))
        .filter_map(|property| {
            property
                .val
                .as_str()
                .to_lowercase()
                .strip_prefix("mailto:")
                .map(str::to_owned)
        })
        .collect();
    if component.name.as_str() == "VFREEBUSY" {
        return Ok((free_busy(block.line, component)?, owners));
    }
    Ok((vec![event(block.line, component, zones)?], owners))
}

fn event(line: u32, component: &Component<'_>, zones: &mut Zones) -> Result<Event, Unread> {
    let text = |key: &str| {
        component
            .find_prop(key)
            .map(|property| property.val.as_str().to_owned())
    };
    let what = component
        .find_prop("SUMMARY")
        .map(|property| property.val.clone().unescape_text());
    let what = clean_name(what.as_ref().map_or("", |what| what.as_str())).text;
    let what: String = what.chars().take(100).collect();
    let start = component
        .find_prop("DTSTART")
        .ok_or_else(|| ("no start".to_owned(), what.clone()))?;
    let (starts, is_day) = moment(start, start.val.as_str(), zones)?;
    let ends = match (component.find_prop("DTEND"), text("DURATION")) {
        (Some(end), _) => moment(end, end.val.as_str(), zones)?.0,
        (None, Some(length)) => {
            let length = duration(&length)
                .ok_or_else(|| (format!("“{}” is no length of time", said(&length)), what.clone()))?;
            starts
                .checked_add_signed(length)
                .ok_or_else(|| ("it never ends".to_owned(), what.clone()))?
        }
        (None, None) if is_day => at(
            starts
                .date_naive()
                .succ_opt()
                .unwrap_or_default()
                .and_time(NaiveTime::MIN),
            starts.timezone(),
        )
        .ok_or_else(|| ("it never ends".to_owned(), what.clone()))?,
        (None, None) => starts,
    };
    if ends <= starts {
        return Err(("it ends before it begins, or has no length".to_owned(), what));
    }
    if (ends.to_utc() - starts.to_utc()).num_days() > LONGEST {
        return Err((format!("it lasts longer than {LONGEST} days"), what));
    }
    let uid = text("UID").map(|uid| clean_name(&uid).text).unwrap_or_default();
    let uid: String = uid.chars().take(200).collect();
    let uid = if uid.is_empty() {
        format!("{}-{}", starts.to_utc().format("%Y%m%dT%H%M%SZ"), what)
    } else {
        uid
    };
    let replaces = match component.find_prop("RECURRENCE-ID") {
        Some(property) => Some(moment(property, property.val.as_str(), zones)?.0.to_utc()),
        None => None,
    };
    let is = |key: &str, value: &str| text(key).is_some_and(|own| own.eq_ignore_ascii_case(value));
    Ok(Event {
        line,
        uid,
        starts,
        ends,
        is_day,
        is_cancelled: is("STATUS", "CANCELLED"),
        is_free: is("TRANSP", "TRANSPARENT") || is("X-MICROSOFT-CDO-BUSYSTATUS", "FREE"),
        sequence: text("SEQUENCE").and_then(|text| text.parse().ok()).unwrap_or(0),
        repeats: if replaces.is_some() {
            None
        } else {
            repeats(component, &starts, &what, zones)?
        },
        replaces,
        what,
    })
}

/// The busy stretches of a free-busy list.
fn free_busy(line: u32, component: &Component<'_>) -> Result<Vec<Event>, Unread> {
    let mut events = Vec::new();
    for property in component
        .properties
        .iter()
        .filter(|property| property.name.as_str() == "FREEBUSY")
    {
        let is_free = property.params.iter().any(|param| {
            param
                .val
                .as_ref()
                .is_some_and(|val| val.as_str().eq_ignore_ascii_case("FREE"))
        });
        for stretch in property.val.as_str().split(',').filter(|_| !is_free) {
            let unreadable = || {
                (
                    format!("“{}” is no stretch of time", said(stretch)),
                    String::new(),
                )
            };
            let (from, to) = stretch.split_once('/').ok_or_else(unreadable)?;
            let utc = |text: &str| local(text.trim_end_matches('Z')).map(|(at, _)| at.and_utc());
            let starts = utc(from).ok_or_else(unreadable)?;
            let ends = utc(to)
                .or_else(|| starts.checked_add_signed(duration(to)?))
                .filter(|ends| *ends > starts && (*ends - starts).num_days() <= LONGEST)
                .ok_or_else(unreadable)?;
            events.push(Event {
                line,
                uid: format!("free-busy-{}", starts.format("%Y%m%dT%H%M%SZ")),
                what: "busy".to_owned(),
                starts: starts.with_timezone(&Tz::UTC),
                ends: ends.with_timezone(&Tz::UTC),
                is_day: false,
                is_cancelled: false,
                is_free: false,
                sequence: 0,
                replaces: None,
                repeats: None,
            });
        }
    }
    Ok(events)
}

/// A moment of a property, and whether it is a whole day.
fn moment(property: &Property<'_>, text: &str, zones: &mut Zones) -> Result<(DateTime<Tz>, bool), Unread> {
    let unreadable = || {
        (
            format!("“{}” is no date", said(text)),
            property.name.as_str().to_owned(),
        )
    };
    let bare = text.trim();
    if let Some(bare) = bare.strip_suffix(['Z', 'z']) {
        let (at, _) = local(bare).ok_or_else(unreadable)?;
        return Ok((at.and_utc().with_timezone(&Tz::UTC), false));
    }
    let (naive, is_day) = local(bare).ok_or_else(unreadable)?;
    let zone = property
        .params
        .iter()
        .find(|param| param.key.as_str().eq_ignore_ascii_case("TZID"))
        .and_then(|param| param.val.as_ref())
        .map(|name| name.as_str().trim_matches('"').to_owned());
    let zone = match zone {
        Some(name) if !is_day => zones.of(&name),
        _ => zones.own,
    };
    at(naive, zone).map(|at| (at, is_day)).ok_or_else(unreadable)
}

/// `20250114T160000` or `20250114`, and whether it is a day alone.
fn local(text: &str) -> Option<(NaiveDateTime, bool)> {
    if text.len() > 15 || !text.is_ascii() {
        return None;
    }
    let day = |text: &str| {
        NaiveDate::parse_from_str(text, "%Y%m%d")
            .ok()
            .filter(|day| YEARS.contains(&chrono::Datelike::year(day)))
    };
    match text.split_once(['T', 't']) {
        None => Some((day(text)?.and_time(NaiveTime::MIN), true)),
        Some((date, clock)) => {
            let clock = NaiveTime::parse_from_str(clock, "%H%M%S")
                .or_else(|_| NaiveTime::parse_from_str(clock, "%H%M"))
                .ok()?;
            Some((day(date)?.and_time(clock), false))
        }
    }
}

/// The moment that a zone's clocks show so: the first of two, and an hour later where the clocks leave it out, as
/// calendars do (RFC 5545 §3.3.5).
fn at(local: NaiveDateTime, zone: Tz) -> Option<DateTime<Tz>> {
    let readings = zone.from_local_datetime(&local);
    readings.earliest().or_else(|| {
        zone.from_local_datetime(&(local + TimeDelta::hours(1)))
            .earliest()
    })
}

/// `PT1H30M`, `P1D`, `P2W`.
fn duration(text: &str) -> Option<TimeDelta> {
    let rest = text.trim().trim_start_matches('+').strip_prefix('P')?;
    let (days, clock) = rest.split_once('T').unwrap_or((rest, ""));
    let mut seconds = 0_i64;
    for (part, units) in [
        (days, [('W', 604_800), ('D', 86_400), ('D', 86_400)]),
        (clock, [('H', 3_600), ('M', 60), ('S', 1)]),
    ] {
        let mut number = String::new();
        for letter in part.chars() {
            if letter.is_ascii_digit() && number.len() < 7 {
                number.push(letter);
                continue;
            }
            let (_, unit) = units.iter().find(|(own, _)| *own == letter)?;
            seconds = seconds.checked_add(number.parse::<i64>().ok()?.checked_mul(*unit)?)?;
            number.clear();
        }
        if !number.is_empty() {
            return None;
        }
    }
    TimeDelta::try_seconds(seconds)
}

/// What stood there, short and clean.
fn said(text: &str) -> String {
    clean_name(text).text.chars().take(40).collect()
}

#[cfg(test)]
mod tests;
