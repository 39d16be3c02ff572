//! Days and times: as people type them, as the cohort's zone reads them, and as a screen shows them.
//!
//! Times are kept as UTC; what is typed and shown is local to the cohort's zone. No clock: the present is an
//! argument. Days come before months (`25/12`), weeks begin on Monday. Knows nothing of sessions.

use std::fmt;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Offset, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::{OffsetName, Tz};

mod typed;

pub use typed::{parse_day, parse_duration_minutes, parse_when};

/// Why a typed day or time was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhenProblem {
    /// No date or time was recognised in it.
    Unreadable {
        /// What was typed, or the part that was not understood.
        text: String,
    },
    /// The calendar has no such day.
    NoSuchDay {
        /// The day as typed.
        text: String,
        /// What is wrong with it, such as "February 2025 has 28 days".
        why: String,
    },
    /// The clock has no such time.
    NoSuchTime {
        /// The time as typed.
        text: String,
    },
    /// A day was given, no time, and there is no earlier time to keep.
    NoTime {
        /// The day that was understood.
        day: NaiveDate,
    },
    /// The weekday and the date do not belong together.
    WrongWeekday {
        /// The date that was understood.
        day: NaiveDate,
    },
    /// The clocks go forward over this time, so it never is.
    Skipped {
        /// The local time that does not exist.
        local: NaiveDateTime,
        /// The reading with the clock after the change, then the one with the clock before it.
        readings: [DateTime<Tz>; 2],
    },
    /// The clocks go back over this time, so it is twice.
    Twice {
        /// The local time that is ambiguous.
        local: NaiveDateTime,
        /// The earlier and the later reading.
        readings: [DateTime<Tz>; 2],
    },
    /// A length that is not between a minute and a day.
    NoSuchLength {
        /// The length as typed.
        text: String,
    },
}

impl WhenProblem {
    /// What to type instead.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::Unreadable { .. } => {
                "type a day and a time such as thu 16:00, 12 may 16:30 or +2d".to_owned()
            }
            Self::NoSuchDay { .. } => "type a day that is in the calendar, day first: 27/01/2025".to_owned(),
            Self::NoSuchTime { .. } => "type a time from 00:00 to 23:59, such as 16:30 or 4pm".to_owned(),
            Self::NoTime { day } => format!(
                "type the time too: {} 16:00",
                day.format("%-d %b").to_string().to_lowercase()
            ),
            Self::WrongWeekday { .. } => "leave out the weekday, or correct the date".to_owned(),
            Self::Skipped {
                readings: [first, second],
                ..
            } => {
                format!("type {} or {}", clock(*first), clock(*second))
            }
            Self::Twice {
                readings: [first, second],
                ..
            } => {
                format!("type {} or {}", clock_and_zone(first), clock_and_zone(second))
            }
            Self::NoSuchLength { .. } => {
                "type a length from 1 minute to 24 hours: 60, 90m or 1h30".to_owned()
            }
        }
    }
}

impl fmt::Display for WhenProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { text } if text.is_empty() => f.write_str("no day or time was typed"),
            Self::Unreadable { text } => write!(f, "“{text}” is no day or time"),
            Self::NoSuchDay { text, why } => write!(f, "there is no {text}: {why}"),
            Self::NoSuchTime { text } => write!(f, "there is no {text} on the clock"),
            Self::NoTime { day } => write!(f, "{} has no time with it", day_short(*day)),
            Self::WrongWeekday { day } => {
                write!(f, "{} is a {}", day.format("%-d %B %Y"), day.format("%A"))
            }
            Self::Skipped {
                local,
                readings: [first, second],
            } => write!(
                f,
                "there is no {} on {}: the clocks go forward; it could be {} or {}",
                local.format("%H:%M"),
                local.format("%a %-d %B %Y"),
                clock_and_zone(first),
                clock_and_zone(second)
            ),
            Self::Twice {
                local,
                readings: [first, second],
            } => write!(
                f,
                "{} is twice on {}: the clocks go back; it could be {} or {}",
                local.format("%H:%M"),
                local.format("%a %-d %B %Y"),
                clock_and_zone(first),
                clock_and_zone(second)
            ),
            Self::NoSuchLength { text } => write!(f, "“{text}” is no length of time"),
        }
    }
}

impl std::error::Error for WhenProblem {}

/// The same moment on the zone's clocks.
#[must_use]
pub fn to_local(at: DateTime<Utc>, zone: Tz) -> DateTime<Tz> {
    at.with_timezone(&zone)
}

/// The moment that the zone's clocks show so; refused with both readings where the clocks change over it.
pub fn local_to_utc(local: NaiveDateTime, zone: Tz) -> Result<DateTime<Utc>, WhenProblem> {
    use chrono::LocalResult::{Ambiguous, None, Single};
    match zone.from_local_datetime(&local) {
        Single(at) => Ok(at.to_utc()),
        Ambiguous(first, second) => Err(WhenProblem::Twice {
            local,
            readings: [first, second],
        }),
        None => {
            let a_day = TimeDelta::hours(24);
            let read_with = |sample: NaiveDateTime| {
                let offset = zone.offset_from_utc_datetime(&sample).fix();
                zone.from_utc_datetime(&(local - offset))
            };
            Err(WhenProblem::Skipped {
                local,
                readings: [read_with(local + a_day), read_with(local - a_day)],
            })
        }
    }
}

/// A day as lists show it: `Tue 14 Apr`.
#[must_use]
pub fn day_short(day: NaiveDate) -> String {
    day.format("%a %-d %b").to_string()
}

/// A day with nothing left out: `Tue 14 April 2026`.
#[must_use]
pub fn day_long(day: NaiveDate) -> String {
    day.format("%a %-d %B %Y").to_string()
}

/// The time of day: `10:42`.
#[must_use]
pub fn clock(at: impl Timelike) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// A day and time as messages show them: `Tue 14 Apr 10:42`.
#[must_use]
pub fn moment_short(at: DateTime<Tz>) -> String {
    format!("{} {}", day_short(at.date_naive()), clock(at))
}

/// From when to when: `10:00-11:00`.
#[must_use]
pub fn span(starts: DateTime<Tz>, minutes: u32) -> String {
    format!(
        "{}-{}",
        clock(starts),
        clock(starts + TimeDelta::minutes(i64::from(minutes)))
    )
}

/// How far apart two moments are, whichever is first: `42 min`, `3h18`, `1 day`, `6 days`; rounded down.
#[must_use]
pub fn ago(from: DateTime<Utc>, to: DateTime<Utc>) -> String {
    let minutes = (to - from).num_minutes().abs();
    match minutes {
        0..60 => format!("{minutes} min"),
        60..1440 => format!("{}h{:02}", minutes / 60, minutes % 60),
        1440..2880 => "1 day".to_owned(),
        _ => format!("{} days", minutes / 1440),
    }
}

/// `01:30 BST`: the time with the zone's name for it, which is what tells two readings apart.
fn clock_and_zone(at: &DateTime<Tz>) -> String {
    let name = at
        .offset()
        .abbreviation()
        .map_or_else(|| at.offset().fix().to_string(), str::to_owned);
    format!("{} {name}", clock(*at))
}

#[cfg(test)]
mod tests;
