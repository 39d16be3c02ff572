//! Rules by which events repeat (RFC 5545 §3.3.10), followed over the days asked about and no further.
//!
//! Written here because a rule whose days never come together must not be followed for thousands of years, which
//! readers of such rules do; a test compares the days with those of such a reader. Knows days, not times.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use chrono::{Datelike, Months, NaiveDate, TimeDelta, Weekday};

/// The longest list of numbers in a part of a rule.
const LONGEST: usize = 400;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Every {
    Day,
    Week,
    Month,
    Year,
}

/// How an event repeats, as far as days go; when it ends by a date is not part of it.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    every: Every,
    interval: u32,
    count: Option<usize>,
    months: Vec<i64>,
    weeks: Vec<i64>,
    days_of_year: Vec<i64>,
    days_of_month: Vec<i64>,
    /// Weekdays, each perhaps only the so-manieth of its month or year.
    weekdays: Vec<(Option<i64>, Weekday)>,
    places: Vec<i64>,
    week_starts: Weekday,
}

impl Rule {
    /// Reads the parts of a rule: `FREQ=MONTHLY`, `BYDAY=-1FR`.
    ///
    /// # Errors
    /// The part that cannot be read, or that does not belong into such a rule.
    pub(super) fn read(parts: &[&str]) -> Result<Self, String> {
        let mut rule = Self {
            every: Every::Day,
            interval: 1,
            count: None,
            months: Vec::new(),
            weeks: Vec::new(),
            days_of_year: Vec::new(),
            days_of_month: Vec::new(),
            weekdays: Vec::new(),
            places: Vec::new(),
            week_starts: Weekday::Mon,
        };
        let mut has_every = false;
        for part in parts {
            let wrong = || (*part).to_owned();
            let (key, value) = part.split_once('=').ok_or_else(wrong)?;
            let list = |range| numbers(value, range).ok_or_else(wrong);
            match key {
                "FREQ" => {
                    has_every = true;
                    rule.every = match value {
                        "DAILY" => Every::Day,
                        "WEEKLY" => Every::Week,
                        "MONTHLY" => Every::Month,
                        "YEARLY" => Every::Year,
                        _ => return Err(wrong()),
                    };
                }
                "INTERVAL" => rule.interval = value.parse().ok().filter(|n| *n > 0).ok_or_else(wrong)?,
                "COUNT" => rule.count = Some(value.parse().ok().filter(|n| *n > 0).ok_or_else(wrong)?),
                "BYMONTH" => rule.months = list(1..=12)?,
                "BYWEEKNO" => rule.weeks = list(-53..=53)?,
                "BYYEARDAY" => rule.days_of_year = list(-366..=366)?,
                "BYMONTHDAY" => rule.days_of_month = list(-31..=31)?,
                "BYSETPOS" => rule.places = list(-366..=366)?,
                "BYDAY" => {
                    let all = value.split(',').map(nth_weekday);
                    rule.weekdays = all.take(LONGEST).collect::<Option<_>>().ok_or_else(wrong)?;
                }
                "WKST" => rule.week_starts = weekday(value).ok_or_else(wrong)?,
                _ => return Err(wrong()),
            }
        }
        if !has_every {
            return Err("FREQ".to_owned());
        }
        rule.fits_together()?;
        Ok(rule)
    }

    /// Parts that RFC 5545 allows only in rules of some kinds.
    fn fits_together(&self) -> Result<(), String> {
        let yearly = self.every == Every::Year;
        let numbered = self.weekdays.iter().any(|(nth, _)| nth.is_some());
        let months = matches!(self.every, Every::Month | Every::Year);
        for (there, allowed, name) in [
            (!self.weeks.is_empty(), yearly, "BYWEEKNO"),
            (!self.days_of_year.is_empty(), yearly, "BYYEARDAY"),
            (
                !self.days_of_month.is_empty(),
                self.every != Every::Week,
                "BYMONTHDAY",
            ),
            (numbered, months && self.weeks.is_empty(), "BYDAY"),
        ] {
            if there && !allowed {
                return Err(name.to_owned());
            }
        }
        Ok(())
    }

    /// The days from `from` to `to` on which an event takes place that takes place first on `first`, as far as the
    /// rule tells; at most `most` of them. The second is whether there are more.
    pub(super) fn days(
        &self,
        first: NaiveDate,
        (from, to): (NaiveDate, NaiveDate),
        most: usize,
    ) -> (Vec<NaiveDate>, bool) {
        let own = self.filled_in(first);
        let mut found = Vec::new();
        let mut counted = 0;
        let mut nth = own.first_worth_a_look(first, from);
        while let Some(period) = own.period(first, nth) {
            if *period.start() > to {
                break;
            }
            for day in own.days_in(period) {
                if day < first {
                    continue;
                }
                counted += 1;
                if own.count.is_some_and(|count| counted > count) || day > to {
                    return (found, false);
                }
                if day >= from {
                    if found.len() == most {
                        return (found, true);
                    }
                    found.push(day);
                }
            }
            let Some(next) = nth.checked_add(own.interval) else {
                break;
            };
            nth = next;
        }
        (found, false)
    }

    /// With what the rule leaves to the first day.
    fn filled_in(&self, first: NaiveDate) -> Self {
        let mut own = self.clone();
        let says_days =
            !(self.days_of_year.is_empty() && self.days_of_month.is_empty() && self.weekdays.is_empty());
        if says_days {
            return own;
        }
        match self.every {
            Every::Day => {}
            Every::Week => own.weekdays = vec![(None, first.weekday())],
            _ if !self.weeks.is_empty() => own.weekdays = vec![(None, first.weekday())],
            Every::Month => own.days_of_month = vec![i64::from(first.day())],
            Every::Year => {
                own.days_of_month = vec![i64::from(first.day())];
                if own.months.is_empty() {
                    own.months = vec![i64::from(first.month())];
                }
            }
        }
        own
    }

    /// The first period that can matter: where nothing is counted, what lies before `from` need not be walked.
    fn first_worth_a_look(&self, first: NaiveDate, from: NaiveDate) -> u32 {
        if self.count.is_some() || from <= first {
            return 0;
        }
        let days = (from - first).num_days();
        let periods = match self.every {
            Every::Day => days,
            Every::Week => days / 7 - 1,
            Every::Month => days / 31 - 1,
            Every::Year => days / 366 - 1,
        };
        let periods = u32::try_from(periods.max(0)).unwrap_or(0);
        periods - periods % self.interval
    }

    /// The days of the so-manieth period after the first one.
    fn period(&self, first: NaiveDate, nth: u32) -> Option<RangeInclusive<NaiveDate>> {
        let after = |days: i64| first.checked_add_signed(TimeDelta::try_days(days)?);
        Some(match self.every {
            Every::Day => {
                let day = after(i64::from(nth))?;
                day..=day
            }
            Every::Week => {
                let into = i64::from(first.weekday().days_since(self.week_starts));
                let start = after(i64::from(nth).checked_mul(7)? - into)?;
                start..=start.checked_add_signed(TimeDelta::days(6))?
            }
            Every::Month => {
                let start = first.with_day(1)?.checked_add_months(Months::new(nth))?;
                start..=start.checked_add_months(Months::new(1))?.pred_opt()?
            }
            Every::Year => {
                let year = first.year().checked_add(i32::try_from(nth).ok()?)?;
                NaiveDate::from_ymd_opt(year, 1, 1)?..=NaiveDate::from_ymd_opt(year, 12, 31)?
            }
        })
    }

    /// The days of a period on which the rule holds, in order.
    fn days_in(&self, period: RangeInclusive<NaiveDate>) -> Vec<NaiveDate> {
        let mut day = Some(*period.start());
        let mut days = Vec::new();
        while let Some(is) = day.filter(|day| day <= period.end()) {
            if self.holds_on(is) {
                days.push(is);
            }
            day = is.succ_opt();
        }
        if self.places.is_empty() {
            return days;
        }
        let places = self.places.iter().filter_map(|place| {
            let count = i64::try_from(days.len()).ok()?;
            let at = if *place > 0 { place - 1 } else { count + place };
            days.get(usize::try_from(at).ok()?).copied()
        });
        places.collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn holds_on(&self, day: NaiveDate) -> bool {
        let month = || {
            let long = i64::from(day.num_days_in_month());
            (i64::from(day.day()), long)
        };
        let year = || {
            let long = if day.leap_year() { 366 } else { 365 };
            (i64::from(day.ordinal()), long)
        };
        let within = |wanted: &[i64], place: &dyn Fn() -> (i64, i64)| {
            wanted.is_empty() || {
                let (at, long) = place();
                wanted.contains(&at) || wanted.contains(&(at - long - 1))
            }
        };
        let weekday = |(nth, wanted): &(Option<i64>, Weekday)| {
            *wanted == day.weekday()
                && nth.is_none_or(|nth| {
                    let in_month = self.every == Every::Month || !self.months.is_empty();
                    let (at, long) = if in_month { month() } else { year() };
                    nth == (at - 1) / 7 + 1 || nth == -((long - at) / 7 + 1)
                })
        };
        (self.months.is_empty() || self.months.contains(&i64::from(day.month())))
            && within(&self.days_of_month, &month)
            && within(&self.days_of_year, &year)
            && within(&self.weeks, &|| self.week_of(day))
            && (self.weekdays.is_empty() || self.weekdays.iter().any(weekday))
    }

    /// The number of a day's week, and how many weeks its year has: the first is that with at least four days.
    fn week_of(&self, day: NaiveDate) -> (i64, i64) {
        let start = |year: i32| {
            let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(day);
            let into = i64::from(first.weekday().days_since(self.week_starts));
            let days = if into <= 3 { -into } else { 7 - into };
            first + TimeDelta::days(days)
        };
        let mut year = day.year();
        if day < start(year) {
            year -= 1;
        } else if day >= start(year + 1) {
            year += 1;
        }
        let began = start(year);
        let weeks = (start(year + 1) - began).num_days() / 7;
        ((day - began).num_days() / 7 + 1, weeks)
    }
}

/// Numbers with commas between, none of them 0.
fn numbers(value: &str, range: RangeInclusive<i64>) -> Option<Vec<i64>> {
    let number = |text: &str| {
        let number = text.strip_prefix('+').unwrap_or(text).parse().ok()?;
        (number != 0 && range.contains(&number)).then_some(number)
    };
    value.split(',').take(LONGEST).map(number).collect()
}

/// `MO`, `-1FR`.
fn nth_weekday(text: &str) -> Option<(Option<i64>, Weekday)> {
    let at = text.len().checked_sub(2)?;
    let (nth, day) = (text.get(..at)?, text.get(at..)?);
    let day = weekday(day)?;
    if nth.is_empty() {
        return Some((None, day));
    }
    let nth: i64 = nth.strip_prefix('+').unwrap_or(nth).parse().ok()?;
    (nth != 0 && (-53..=53).contains(&nth)).then_some((Some(nth), day))
}

fn weekday(text: &str) -> Option<Weekday> {
    Some(match text {
        "MO" => Weekday::Mon,
        "TU" => Weekday::Tue,
        "WE" => Weekday::Wed,
        "TH" => Weekday::Thu,
        "FR" => Weekday::Fri,
        "SA" => Weekday::Sat,
        "SU" => Weekday::Sun,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeZone, Utc};
    use rrule::{RRuleSet, Tz, Unvalidated};

    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    fn read(text: &str) -> Result<Rule, String> {
        Rule::read(&text.split(';').collect::<Vec<_>>())
    }

    /// What another reader of rules makes of this one; none when it refuses it.
    fn theirs(text: &str, first: NaiveDate, to: NaiveDate) -> Option<Vec<NaiveDate>> {
        let start = Tz::UTC.from_utc_datetime(&first.and_hms_opt(9, 0, 0).unwrap());
        let rule: rrule::RRule<Unvalidated> = text.parse().ok()?;
        let last: DateTime<Utc> = to.and_hms_opt(9, 0, 0).unwrap().and_utc();
        let rule = rule.validate(start).ok()?;
        let set = RRuleSet::new(start)
            .rrule(rule)
            .before(last.with_timezone(&Tz::UTC));
        let all = set.all(u16::MAX).dates;
        Some(all.iter().map(|at| at.date_naive()).collect())
    }

    #[test]
    fn the_days_are_those_of_another_reader_of_rules() {
        let mut compared = 0;
        let to = day(2030, 6, 1);
        for every in ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"] {
            for more in [
                "",
                "BYDAY=TU,TH",
                "BYDAY=-1FR",
                "BYDAY=2TU,-2WE",
                "BYDAY=20MO",
                "BYMONTH=3",
                "BYMONTH=2,7;BYDAY=SU",
                "BYMONTH=4,5;BYDAY=1SU",
                "BYMONTH=2;BYMONTHDAY=29",
                "BYMONTHDAY=31",
                "BYMONTHDAY=1,15,-3",
                "BYMONTHDAY=13;BYDAY=FR",
                "BYYEARDAY=1,100,-1",
                "BYYEARDAY=366",
                "BYWEEKNO=20;BYDAY=MO",
                "BYWEEKNO=1;BYDAY=MO,SU",
                "BYWEEKNO=-1,53;BYDAY=TU",
                "BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
                "BYMONTH=6;BYDAY=MO;BYSETPOS=2,-1",
                "WKST=SU;BYDAY=SU,MO",
                "COUNT=7",
                "COUNT=5;BYDAY=SA",
            ] {
                for interval in [1, 2, 13] {
                    for first in [day(2025, 1, 6), day(2024, 2, 29), day(2023, 12, 31)] {
                        let text = format!("FREQ={every};INTERVAL={interval};{more}");
                        let text = text.trim_end_matches(';');
                        let (Ok(rule), Some(theirs)) = (read(text), theirs(text, first, to)) else {
                            continue;
                        };
                        let all = rule.days(first, (first, to), usize::MAX).0;
                        assert_eq!(all, theirs, "{text} from {first}");
                        let from = day(2027, 5, 17);
                        let later: Vec<_> = theirs.into_iter().filter(|day| *day >= from).collect();
                        let found = rule.days(first, (from, to), usize::MAX).0;
                        assert_eq!(found, later, "{text} from {first}, looked at from {from}");
                        compared += 1;
                    }
                }
            }
        }
        assert!(compared > 500, "{compared}");
    }

    #[test]
    fn a_week_alone_is_the_weekday_of_the_first_time() {
        let rule = read("FREQ=YEARLY;BYWEEKNO=20").unwrap();
        let found = rule
            .days(day(2025, 5, 14), (day(2025, 1, 1), day(2026, 12, 31)), 9)
            .0;
        assert_eq!(found, [day(2025, 5, 14), day(2026, 5, 13)]);
    }

    #[test]
    fn more_than_are_asked_for_is_told() {
        let rule = read("FREQ=DAILY").unwrap();
        let (days, more) = rule.days(day(2025, 1, 1), (day(2025, 1, 1), day(2025, 12, 31)), 3);
        assert_eq!((days.len(), more), (3, true));
    }

    #[test]
    fn parts_that_do_not_belong_are_named() {
        for (text, part) in [
            ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY"),
            ("FREQ=DAILY;BYDAY=1MO", "BYDAY"),
            ("FREQ=MONTHLY;BYWEEKNO=1", "BYWEEKNO"),
            ("FREQ=MONTHLY;BYDAY=0MO", "BYDAY=0MO"),
            ("FREQ=MONTHLY;INTERVAL=0", "INTERVAL=0"),
            ("FREQ=MONTHLY;BYEASTER=1", "BYEASTER=1"),
            ("INTERVAL=2", "FREQ"),
        ] {
            assert_eq!(read(text).unwrap_err(), part, "{text}");
        }
    }
}
