//! Days and times as they are typed: "thu 16:00", "+2d", "1st dec 9.30am", "25/12 10:00".
//!
//! What a phrase means:
//! - a day without a time keeps the time of the base; a time without a day keeps its day (today without a base);
//! - a weekday alone is the next such day after the base, or after today when the base is past: typed on a
//!   Tuesday, "tue" is a week away (say "today"); "fri week" is a week later;
//! - "this tue" and "next tue" are the Tuesdays of this calendar week and of the next one, counted from today;
//! - "+2d", "-1w", "+1mo" go from the base, whose time of day stays across a change of the clocks; "+30m" and
//!   "+2h" are exact; "in 2 weeks" goes from today;
//! - a day and month without a year is the first one that is not more than [`PAST_DAYS`] days past;
//! - a bare number after a day is the hour; four digits after a month are a year from 2000 to 2100, else HHMM;
//! - "16:00 BST" says which of two readings is meant on the night the clocks go back.

use chrono::{
    DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, TimeDelta, TimeZone, Timelike, Utc, Weekday,
};
use chrono_tz::{OffsetName, Tz};

use super::{WhenProblem, local_to_utc};

/// How long ago a day without a year may be before it means the next year's.
const PAST_DAYS: u64 = 31;
/// Longer input is no date; keeps a pasted page from being read word by word.
const LONGEST: usize = 80;

/// The moment that was typed, read in the zone of `now`; `base` is what it replaces, if anything.
///
/// The module says what each phrase means. Refused when it is no date, when the day or time does not exist, when
/// a time is missing, and, with both readings, when the clocks change over it.
pub fn parse_when(
    text: &str,
    now: DateTime<Tz>,
    base: Option<DateTime<Tz>>,
) -> Result<DateTime<Utc>, WhenProblem> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text.trim()) {
        return Ok(at.to_utc());
    }
    let read = Reader::read(text, now, base)?;
    if let Some(at) = read.exact {
        return if read.day.is_none() && read.time.is_none() && read.weekday.is_none() {
            Ok(at)
        } else {
            Err(unreadable(text))
        };
    }
    let time = read.time;
    let day = match read.settled_day()? {
        Some(day) => day,
        None if time.is_some() => base.unwrap_or(now).date_naive(),
        None => return Err(unreadable(text)),
    };
    let time = time
        .or_else(|| base.map(|b| b.time()))
        .ok_or(WhenProblem::NoTime { day })?;
    let local = day.and_time(time);
    match &read.zone {
        None => local_to_utc(local, now.timezone()),
        Some(Zone::Offset(seconds)) => Ok((local - TimeDelta::seconds(*seconds)).and_utc()),
        Some(Zone::Named(name)) => {
            let readings = now.timezone().from_local_datetime(&local);
            [readings.earliest(), readings.latest()]
                .into_iter()
                .flatten()
                .find(|at| {
                    at.offset()
                        .abbreviation()
                        .is_some_and(|a| a.eq_ignore_ascii_case(name))
                })
                .map(|at| at.to_utc())
                .or_else(|| (name == "gmt").then(|| local.and_utc()))
                .ok_or_else(|| unreadable(name))
        }
    }
}

/// The day that was typed: `27/01/2025`, `2025-01-27`, `27 Jan 2025`, `27 jan`, `thu`, `tomorrow`, `+2d`.
pub fn parse_day(text: &str, today: NaiveDate) -> Result<NaiveDate, WhenProblem> {
    let now = today.and_time(NaiveTime::MIN).and_utc().with_timezone(&Tz::UTC);
    let read = Reader::read(text, now, None)?;
    if read.time.is_some() || read.exact.is_some() || read.zone.is_some() {
        return Err(unreadable(text));
    }
    read.settled_day()?.ok_or_else(|| unreadable(text))
}

/// The length that was typed, in minutes from 1 to 1440: `60`, `90m`, `45 min`, `1h30`, `1.5 hours`, `1:30`.
pub fn parse_duration_minutes(text: &str) -> Result<u32, WhenProblem> {
    let problem = || WhenProblem::NoSuchLength {
        text: text.trim().to_owned(),
    };
    let plain: String = text.to_lowercase().split_whitespace().collect();
    let minutes = if let Some((hours, minutes)) = plain.split_once(':') {
        let minutes = whole(minutes).filter(|m| *m < 60).ok_or_else(problem)?;
        whole(hours).ok_or_else(problem)? * 60 + minutes
    } else {
        let split = plain
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(plain.len());
        let (number, rest) = plain.split_at(split);
        let unit_end = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let (unit, after) = rest.split_at(unit_end);
        let hours = matches!(unit, "h" | "hr" | "hrs" | "hour" | "hours");
        let minutes_alone = (is_minute(unit) || unit.is_empty()) && after.is_empty();
        if !hours && !minutes_alone {
            return Err(problem());
        }
        let after = after.trim_end_matches(char::is_alphabetic);
        let odd = if after.is_empty() {
            0
        } else {
            whole(after).filter(|m| *m < 60).ok_or_else(problem)?
        };
        match (hours, number.split_once('.')) {
            (true, None) => whole(number).ok_or_else(problem)? * 60 + odd,
            (true, Some((units, tenths))) if tenths.len() == 1 && odd == 0 => {
                whole(units).ok_or_else(problem)? * 60 + whole(tenths).ok_or_else(problem)? * 6
            }
            (false, None) => whole(number).ok_or_else(problem)?,
            _ => return Err(problem()),
        }
    };
    if (1..=1440).contains(&minutes) {
        Ok(minutes)
    } else {
        Err(problem())
    }
}

/// Which clock a time was meant on, when that was said.
#[derive(Debug)]
enum Zone {
    /// So many seconds east of Greenwich.
    Offset(i64),
    /// By the zone's own name for it, lower case.
    Named(String),
}

/// What has been understood of a phrase so far.
struct Reader<'t> {
    text: &'t str,
    now: DateTime<Tz>,
    base: DateTime<Tz>,
    day: Option<NaiveDate>,
    /// A weekday that was named, not yet brought together with a date.
    weekday: Option<Weekday>,
    weeks_later: u64,
    time: Option<NaiveTime>,
    zone: Option<Zone>,
    /// An instant that needs no clock: "in 2 hours", "+30m".
    exact: Option<DateTime<Utc>>,
}

impl<'t> Reader<'t> {
    fn read(text: &'t str, now: DateTime<Tz>, base: Option<DateTime<Tz>>) -> Result<Self, WhenProblem> {
        let lower = text.to_lowercase();
        if text.len() > LONGEST {
            return Err(unreadable(&text.chars().take(20).collect::<String>()));
        }
        // "12th of May" is "12th May", "+ 2 days" is "+2 days".
        let joined = lower.replace("+ ", "+").replace("- ", "-");
        let words: Vec<&str> = joined
            .split(|c: char| c.is_whitespace() || c == ',')
            .filter(|w| !matches!(*w, "" | "of"))
            .collect();
        let mut read = Self {
            text,
            now,
            base: base.unwrap_or(now),
            day: None,
            weekday: None,
            weeks_later: 0,
            time: None,
            zone: None,
            exact: None,
        };
        let mut rest = words.as_slice();
        while let [word, after @ ..] = rest {
            let used = read.word(word, after)?;
            rest = &rest[used..];
        }
        Ok(read)
    }

    /// Takes in a word, and what belongs to it of the words after; answers how many were used.
    fn word(&mut self, word: &str, after: &[&str]) -> Result<usize, WhenProblem> {
        let today = self.now.date_naive();
        let next = after.first().copied();
        match (word, next) {
            ("at" | "on" | "the" | "@", _) => Ok(1),
            ("today", _) => self.set_day(today, 1),
            ("tomorrow" | "tmrw" | "tom", _) => self.set_day(later(today, 1), 1),
            ("yesterday", _) => self.set_day(earlier(today, 1), 1),
            ("noon" | "midday", _) => self.set_time(hour_minute(12, 0), 1),
            ("end", Some("month")) => self.set_day(last_of_month(today.year(), today.month()), 2),
            ("in", Some(number)) => self.shift_from(number, after.get(1).copied(), self.now, 1),
            ("next" | "this", Some("week")) => {
                let weeks = u64::from(word == "next");
                self.set_day(in_week(today, weeks, self.base.weekday()), 2)
            }
            ("next" | "this", Some(name)) => {
                let weekday = weekday(name).ok_or_else(|| unreadable(name))?;
                self.set_day(in_week(today, u64::from(word == "next"), weekday), 2)
            }
            _ if word.starts_with(['+', '-']) && self.time.is_some() && word.contains(':') => {
                self.zone = Some(Zone::Offset(
                    offset_seconds(word).ok_or_else(|| unreadable(word))?,
                ));
                Ok(1)
            }
            _ if word.starts_with(['+', '-']) => self.shift_from(word, next, self.base, 0),
            _ => self.plain_word(word, next, after.get(1).copied()),
        }
    }

    fn plain_word(
        &mut self,
        word: &str,
        next: Option<&str>,
        third: Option<&str>,
    ) -> Result<usize, WhenProblem> {
        if let Some(weekday) = weekday(word) {
            if self.weekday.replace(weekday).is_some() {
                return Err(unreadable(self.text));
            }
            let a_week_later = next == Some("week");
            self.weeks_later = u64::from(a_week_later);
            return Ok(1 + usize::from(a_week_later));
        }
        if let Some(month) = month(word) {
            let number = next.and_then(day_number).ok_or_else(|| unreadable(word))?;
            return self.day_and_month(number, month, third, 2);
        }
        if let (Some(number), Some(month)) = (day_number(word), next.and_then(month)) {
            return self.day_and_month(number, month, third, 2);
        }
        if let Some((date, time)) = word.split_once('t').filter(|(date, _)| date.contains('-')) {
            self.written_date(date)?;
            return self.clock_word(time, None);
        }
        if word.contains('/') || word.matches('-').count() == 2 || word.matches('.').count() == 2 {
            return self.written_date(word).map(|()| 1);
        }
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            return self.clock_word(word, next);
        }
        if self.time.is_some()
            && self.zone.is_none()
            && word.len() <= 5
            && word.bytes().all(|b| b.is_ascii_lowercase())
        {
            self.zone = Some(if matches!(word, "utc" | "z") {
                Zone::Offset(0)
            } else {
                Zone::Named(word.to_owned())
            });
            return Ok(1);
        }
        Err(unreadable(word))
    }

    /// "16:30", "9.30am", "9 am", "1630", and a bare hour after a day.
    fn clock_word(&mut self, word: &str, next: Option<&str>) -> Result<usize, WhenProblem> {
        let wrong = || WhenProblem::NoSuchTime {
            text: word.to_owned(),
        };
        let (digits, half) = match word.find(|c: char| c.is_ascii_alphabetic()) {
            Some(at) => (&word[..at], Some(&word[at..])),
            None => (word, None),
        };
        let (half, used) = match (half, next) {
            (None, Some(half @ ("am" | "pm"))) => (Some(half), 2),
            (half, _) => (half, 1),
        };
        let mut parts = digits.splitn(3, [':', '.']);
        let first = parts.next().unwrap_or_default();
        let (mut hour, minute) = match (parts.next(), parts.next()) {
            (Some(minute), None) if minute.len() == 2 => (number(first), number(minute)),
            // Seconds are read, because files and clipboards have them, and dropped: nothing is planned to the second.
            (Some(minute), Some(second)) if minute.len() == 2 && number(second).is_some_and(|s| s < 60) => {
                (number(first), number(minute))
            }
            (None, None) if first.len() == 4 && first.is_ascii() => {
                (number(&first[..2]), number(&first[2..]))
            }
            (None, None) if half.is_some() || self.has_day() => (number(first), Some(0)),
            (None, None) => return Err(unreadable(word)),
            _ => return Err(wrong()),
        };
        match half {
            None => {}
            Some("am") if hour.is_some_and(|h| (1..=12).contains(&h)) => hour = hour.map(|h| h % 12),
            Some("pm") if hour.is_some_and(|h| (1..=12).contains(&h)) => hour = hour.map(|h| h % 12 + 12),
            Some("am" | "pm") => return Err(wrong()),
            Some("z") => self.zone = Some(Zone::Offset(0)),
            Some(_) => return Err(unreadable(word)),
        }
        let time = hour
            .zip(minute)
            .and_then(|(h, m)| NaiveTime::from_hms_opt(h, m, 0));
        self.set_time(time.ok_or_else(wrong)?, used)
    }

    /// `25/12`, `25/12/2025`, `25.12.2025`, `2025-12-25`.
    fn written_date(&mut self, word: &str) -> Result<(), WhenProblem> {
        let parts: Vec<&str> = word.split(['/', '-', '.']).collect();
        let numbers: Option<Vec<u32>> = parts.iter().map(|part| number(part)).collect();
        let day = match (numbers.as_deref(), parts.as_slice()) {
            (Some([year, month, day]), [y, _, _]) if y.len() == 4 => self.existing(*year, *month, *day)?,
            (Some([day, month, year]), [_, _, y]) if y.len() == 4 || y.len() == 2 => {
                self.existing(full_year(*year), *month, *day)?
            }
            (Some([day, month]), _) => self.without_year(*day, *month)?,
            _ => return Err(unreadable(word)),
        };
        self.set_day(day, 1).map(|_| ())
    }

    fn day_and_month(
        &mut self,
        day: u32,
        month: u32,
        third: Option<&str>,
        used: usize,
    ) -> Result<usize, WhenProblem> {
        let year = third
            .filter(|y| y.len() == 4)
            .and_then(number)
            .filter(|y| (2000..=2100).contains(y));
        match year {
            Some(year) => {
                let day = self.existing(year, month, day)?;
                self.set_day(day, used + 1)
            }
            None => {
                let day = self.without_year(day, month)?;
                self.set_day(day, used)
            }
        }
    }

    /// The first such day that is not long past; one that is on the named weekday is preferred.
    fn without_year(&self, day: u32, month: u32) -> Result<NaiveDate, WhenProblem> {
        let this_year = self.now.year().unsigned_abs();
        let from = earlier(self.now.date_naive(), PAST_DAYS);
        (this_year - 1..=this_year + 1)
            .filter_map(|year| NaiveDate::from_ymd_opt(year.cast_signed(), month, day))
            .find(|date| *date >= from)
            .map_or_else(|| self.existing(this_year, month, day), Ok)
    }

    fn existing(&self, year: u32, month: u32, day: u32) -> Result<NaiveDate, WhenProblem> {
        let wrong = |text: String, why: String| Err(WhenProblem::NoSuchDay { text, why });
        let Some(name) = MONTHS.get(month.wrapping_sub(1) as usize) else {
            return wrong(
                format!("{day}/{month}/{year}"),
                format!("there are 12 months, and {month} is none of them"),
            );
        };
        if !(1900..=2100).contains(&year) {
            return wrong(
                format!("{day} {name} {year}"),
                "years go from 1900 to 2100 here".to_owned(),
            );
        }
        NaiveDate::from_ymd_opt(year.cast_signed(), month, day).map_or_else(
            || {
                let days = last_of_month(year.cast_signed(), month).day();
                wrong(
                    format!("{day} {name} {year}"),
                    format!("{name} {year} has {days} days"),
                )
            },
            Ok,
        )
    }

    /// "+2d", "+ 2 days", "in 2 weeks"; `from` is what it counts from, `before` the words used already.
    fn shift_from(
        &mut self,
        word: &str,
        next: Option<&str>,
        from: DateTime<Tz>,
        before: usize,
    ) -> Result<usize, WhenProblem> {
        let back = word.starts_with('-');
        let word = word.trim_start_matches(['+', '-']);
        let split = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
        let (digits, unit) = word.split_at(split);
        let count = match digits {
            "" if matches!(unit, "a" | "an") => 1,
            digits => number(digits).ok_or_else(|| unreadable(self.text))?,
        };
        let (unit, used) = match next {
            Some(next) if unit.is_empty() || digits.is_empty() => (next, before + 2),
            _ => (unit, before + 1),
        };
        let day = from.date_naive();
        let moved = match unit {
            "d" | "day" | "days" => moved_by(day, count, back),
            "w" | "wk" | "week" | "weeks" => moved_by(day, count.saturating_mul(7), back),
            "mo" | "month" | "months" if back => day.checked_sub_months(Months::new(count)),
            "mo" | "month" | "months" => day.checked_add_months(Months::new(count)),
            _ => {
                let seconds = match unit {
                    "h" | "hr" | "hour" | "hours" => 3600,
                    unit if is_minute(unit) => 60,
                    _ => return Err(unreadable(self.text)),
                };
                let by = TimeDelta::seconds(i64::from(count) * if back { -seconds } else { seconds });
                let at = from
                    .with_second(0)
                    .unwrap_or(from)
                    .with_nanosecond(0)
                    .unwrap_or(from);
                self.exact = at.checked_add_signed(by).map(|at| at.to_utc());
                return self.exact.map(|_| used).ok_or_else(|| unreadable(self.text));
            }
        };
        let moved = moved
            .filter(|d| (1900..=2100).contains(&d.year()))
            .ok_or_else(|| unreadable(self.text))?;
        self.set_day(moved, used)
    }

    const fn has_day(&self) -> bool {
        self.day.is_some() || self.weekday.is_some()
    }

    fn set_day(&mut self, day: NaiveDate, used: usize) -> Result<usize, WhenProblem> {
        if self.day.replace(day).is_some() {
            Err(unreadable(self.text))
        } else {
            Ok(used)
        }
    }

    fn set_time(&mut self, time: NaiveTime, used: usize) -> Result<usize, WhenProblem> {
        if self.time.replace(time).is_some() {
            Err(unreadable(self.text))
        } else {
            Ok(used)
        }
    }

    /// The day, once the weekday and the date have been brought together.
    fn settled_day(&self) -> Result<Option<NaiveDate>, WhenProblem> {
        let Some(weekday) = self.weekday else {
            return Ok(self.day);
        };
        match self.day {
            Some(day) if day.weekday() == weekday => Ok(Some(day)),
            Some(day) => Err(WhenProblem::WrongWeekday { day }),
            None => {
                let after = self.base.date_naive().max(self.now.date_naive());
                let ahead = (weekday.days_since(after.weekday()) + 6) % 7 + 1;
                Ok(Some(later(after, u64::from(ahead) + 7 * self.weeks_later)))
            }
        }
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn unreadable(text: &str) -> WhenProblem {
    WhenProblem::Unreadable {
        text: text.trim().to_owned(),
    }
}

fn number(digits: &str) -> Option<u32> {
    (!digits.is_empty() && digits.len() <= 6 && digits.bytes().all(|b| b.is_ascii_digit()))
        .then(|| digits.parse().ok())
        .flatten()
}

fn whole(digits: &str) -> Option<u32> {
    number(digits).filter(|n| *n <= 100_000)
}

fn is_minute(unit: &str) -> bool {
    matches!(unit, "m" | "min" | "mins" | "minute" | "minutes")
}

const fn full_year(year: u32) -> u32 {
    if year < 100 { year + 2000 } else { year }
}

/// "12", "1st", "22nd".
fn day_number(word: &str) -> Option<u32> {
    let digits = ["st", "nd", "rd", "th"]
        .iter()
        .find_map(|end| word.strip_suffix(end))
        .unwrap_or(word);
    number(digits).filter(|_| digits.len() <= 2)
}

/// A month by at least three letters of its name.
fn month(word: &str) -> Option<u32> {
    let word = word.trim_end_matches('.');
    let word = if word == "sept" { "sep" } else { word };
    let at = MONTHS
        .iter()
        .position(|name| word.len() >= 3 && name.to_lowercase().starts_with(word))?;
    u32::try_from(at + 1).ok()
}

/// A weekday by at least three letters of its name ("tues" and "thurs" among them).
fn weekday(word: &str) -> Option<Weekday> {
    const NAMES: [(&str, Weekday); 7] = [
        ("monday", Weekday::Mon),
        ("tuesday", Weekday::Tue),
        ("wednesday", Weekday::Wed),
        ("thursday", Weekday::Thu),
        ("friday", Weekday::Fri),
        ("saturday", Weekday::Sat),
        ("sunday", Weekday::Sun),
    ];
    let word = word.trim_end_matches('.');
    NAMES
        .iter()
        .find(|(name, _)| word.len() >= 3 && name.starts_with(word))
        .map(|(_, day)| *day)
}

/// "+01:00" as seconds.
fn offset_seconds(word: &str) -> Option<i64> {
    let (hours, minutes) = word.get(1..)?.split_once(':')?;
    let (hours, minutes) = (
        number(hours).filter(|h| *h <= 14)?,
        number(minutes).filter(|m| *m < 60)?,
    );
    let seconds = i64::from(hours * 3600 + minutes * 60);
    Some(if word.starts_with('-') { -seconds } else { seconds })
}

fn hour_minute(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).expect("noon is a time of day")
}

fn later(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_add_days(Days::new(days)).unwrap_or(day)
}

fn earlier(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_sub_days(Days::new(days)).unwrap_or(day)
}

fn moved_by(day: NaiveDate, days: u32, back: bool) -> Option<NaiveDate> {
    let days = Days::new(u64::from(days));
    if back {
        day.checked_sub_days(days)
    } else {
        day.checked_add_days(days)
    }
}

/// That weekday in the calendar week that is so many weeks after the one of `day`.
fn in_week(day: NaiveDate, weeks: u64, weekday: Weekday) -> NaiveDate {
    let monday = earlier(day, u64::from(day.weekday().num_days_from_monday()));
    later(monday, 7 * weeks + u64::from(weekday.num_days_from_monday()))
}

fn last_of_month(year: i32, month: u32) -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(year, month, 1).unwrap_or_default();
    let next = first.checked_add_months(Months::new(1)).unwrap_or(first);
    next.pred_opt().unwrap_or(first)
}
