//! Events that repeat: how they do, and when they take place between two moments.

use super::rule::Rule;
use super::zones::Zones;
use super::{Event, REPEATS, Span, Unread, at, local, moment, said};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use icalendar::parser::Component;

/// How an event repeats.
#[derive(Clone, Debug)]
pub(super) struct Repeats {
    rule: Option<Rule>,
    until: Option<DateTime<Utc>>,
    also: Vec<DateTime<Utc>>,
    except: Vec<DateTime<Utc>>,
}

/// How an event repeats; a rule that runs by the hour or faster is no appointment and is refused.
pub(super) fn repeats(
    component: &Component<'_>,
    starts: &DateTime<Tz>,
    what: &str,
    zones: &mut Zones,
) -> Result<Option<Repeats>, Unread> {
    let mut repeats = Repeats {
        rule: None,
        until: None,
        also: Vec::new(),
        except: Vec::new(),
    };
    for property in &component.properties {
        let name = property.name.as_str();
        if name == "EXDATE" || name == "RDATE" {
            let list = if name == "EXDATE" {
                &mut repeats.except
            } else {
                &mut repeats.also
            };
            for text in property.val.as_str().split(',').take(usize::from(REPEATS)) {
                let text = text.split('/').next().unwrap_or(text);
                list.push(moment(property, text, zones)?.0.to_utc());
            }
        }
    }
    let Some(rule) = component
        .find_prop("RRULE")
        .map(|property| property.val.as_str().to_uppercase())
    else {
        return Ok((!repeats.also.is_empty()).then_some(repeats));
    };
    let unreadable = |why: &str| (format!("how it repeats cannot be read ({why})"), what.to_owned());
    let mut parts = Vec::new();
    for part in rule.split(';').filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once('=').ok_or_else(|| unreadable(&said(part)))?;
        match key {
            "FREQ" if ["SECONDLY", "MINUTELY", "HOURLY"].contains(&value) => {
                return Err((
                    "it repeats too often to be an appointment".to_owned(),
                    said(&rule),
                ));
            }
            "BYSECOND" | "BYMINUTE" | "BYHOUR" => {
                return Err(("it repeats within a day".to_owned(), said(&rule)));
            }
            "UNTIL" => {
                let date = value.split('T').next().unwrap_or(value);
                let until = if value.ends_with('Z') {
                    local(value.trim_end_matches('Z')).map(|(at, _)| at.and_utc())
                } else if value.contains('T') {
                    local(value)
                        .and_then(|(local, _)| at(local, starts.timezone()))
                        .map(|at| at.to_utc())
                } else {
                    local(date)
                        .and_then(|(local, _)| at(local + TimeDelta::days(1), starts.timezone()))
                        .map(|at| at.to_utc())
                };
                repeats.until = Some(until.ok_or_else(|| unreadable(&said(value)))?);
            }
            _ => parts.push(part),
        }
    }
    repeats.rule = Some(Rule::read(&parts).map_err(|part| unreadable(&said(&part)))?);
    Ok(Some(repeats))
}

impl Event {
    /// Whether it repeats.
    #[must_use]
    pub const fn is_repeating(&self) -> bool {
        self.repeats.is_some()
    }

    /// When it takes place between two moments: start and end of each time; of an event that does not repeat its
    /// only time, wherever that lies. The second is whether there are more than are taken.
    #[must_use]
    pub fn times(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> (Vec<Span>, bool) {
        let length = self.ends.naive_local() - self.starts.naive_local();
        let Some(repeats) = &self.repeats else {
            return (vec![(self.starts.to_utc(), self.ends.to_utc())], false);
        };
        let zone = self.starts.timezone();
        let mut limited = false;
        let mut found: Vec<DateTime<Utc>> = vec![self.starts.to_utc()];
        if let Some(rule) = &repeats.rule {
            let last = repeats.until.map_or(to, |until| until.min(to));
            let day = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
            let (days, more) = rule.days(
                self.starts.date_naive(),
                (day(from), day(last)),
                usize::from(REPEATS),
            );
            limited = more;
            let times = days
                .into_iter()
                .filter_map(|day| at(day.and_time(self.starts.time()), zone));
            found.extend(times.map(|at| at.to_utc()).filter(|at| *at <= last));
        }
        found.extend(repeats.also.iter().copied());
        found.retain(|at| !repeats.except.contains(at) && *at >= from && *at <= to);
        found.sort_unstable();
        found.dedup();
        let times = found.into_iter().filter_map(|start| {
            // By the clock on the wall: an hour stays an hour and a day a day when the clocks change.
            let end = at(start.with_timezone(&zone).naive_local() + length, zone)?;
            Some((start, end.to_utc()))
        });
        (times.filter(|(start, end)| start < end).collect(), limited)
    }
}
