//! Events of a calendar as times at which one person, or on a bank holiday everybody, cannot come.
//!
//! An event is told by its calendar id, a meeting of a repeating one by the id and its first time, so a second import
//! changes nothing. An event that was called off takes its times away; one that is left out does not.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Days, NaiveTime, TimeZone, Utc};
use serde_json::json;

use super::events::{Calendar, Event};
use super::intake::{Act, Draft, DuplicateRow, Preview, RefusedRow, Taken};
use super::since::Since;
use crate::domain::{Busy, BusyKind, Edit, Id, Kind, Label, Mint, Model, Person, Record};

/// How long before the cohort and after it repeating events are followed.
const BEFORE: Days = Days::new(31);
const AFTER: Days = Days::new(183);

/// Busy times as a calendar has them, and what taking them in would do.
#[derive(Clone, Debug)]
pub(super) struct BusyTimes {
    pub(super) preview: Preview,
    pub(super) edit: Edit,
}

/// Whose times they are, and which rows are read how.
pub(super) struct Whose<'a> {
    /// None means everybody: bank holidays.
    pub(super) person: Option<Id<Person>>,
    pub(super) leave_out: &'a BTreeSet<u32>,
    pub(super) since: Since<'a>,
}

/// Whether a calendar is one of bank holidays: whole days that nobody called people to.
pub(super) fn is_holidays(calendar: &Calendar) -> bool {
    const NAMES: [&str; 7] = [
        "bank holiday",
        "christmas",
        "boxing day",
        "good friday",
        "easter",
        "new year",
        "st ",
    ];
    let named = |event: &&Event| {
        let what = event.what.to_lowercase();
        NAMES.iter().any(|name| what.contains(name))
    };
    let all = calendar.events.len();
    let named = calendar.events.iter().filter(named).count();
    all > 0
        && calendar.owners.is_empty()
        && calendar.events.iter().all(|event| event.is_day)
        && named * 2 > all
}

/// Whose calendar it says it is, when that is one person whom the programme knows.
pub(super) fn owner(model: &Model, calendar: &Calendar) -> Option<Id<Person>> {
    let known = |address: &str| model.find_person(address).ok().filter(|_| address.contains('@'));
    if let Some(person) = known(&calendar.name) {
        return Some(person);
    }
    let mut known: Vec<_> = calendar
        .owners
        .iter()
        .filter_map(|address| known(address))
        .collect();
    known.sort();
    known.dedup();
    match known.as_slice() {
        [only] if calendar.owners.len() == 1 => Some(*only),
        _ => model
            .people_called(&calendar.name)
            .next()
            .map(|(id, _)| id)
            .filter(|_| !calendar.name.is_empty()),
    }
}

/// Draws up what taking in a calendar does.
pub(super) fn busy(model: &Model, mint: &mut Mint, calendar: &Calendar, whose: &Whose<'_>) -> BusyTimes {
    let cohort = model.settings();
    let midnight = |day: chrono::NaiveDate| {
        let at = model
            .zone()
            .from_local_datetime(&day.and_time(NaiveTime::MIN))
            .earliest();
        at.map_or_else(|| day.and_time(NaiveTime::MIN).and_utc(), |at| at.to_utc())
    };
    let from = midnight(
        cohort
            .first_day
            .checked_sub_days(BEFORE)
            .unwrap_or(cohort.first_day),
    );
    let to = midnight(cohort.last_day.checked_add_days(AFTER).unwrap_or(cohort.last_day));
    let mut preview = Preview {
        warnings: calendar.warnings.clone(),
        ..Preview::default()
    };
    for (line, why, value) in calendar
        .unread
        .iter()
        .filter(|(line, ..)| !whose.leave_out.contains(line))
    {
        preview.refused.push(refused(*line, why, value));
    }
    let events: Vec<&Event> = calendar
        .events
        .iter()
        .filter(|event| !whose.leave_out.contains(&event.line))
        .collect();
    preview.rows = events.len() + preview.refused.len();
    let events = last_of_each(events, &mut preview);
    let replaced: HashMap<&str, HashSet<DateTime<Utc>>> =
        events.iter().fold(HashMap::new(), |mut all, event| {
            if let Some(at) = event.replaces {
                all.entry(event.uid.as_str()).or_default().insert(at);
            }
            all
        });
    let known: HashMap<&str, Id<Busy>> = model
        .busy_times
        .iter()
        .filter(|(_, is)| is.person == whose.person && !is.uid.is_empty())
        .map(|(id, is)| (is.uid.as_str(), id))
        .collect();
    let since = &whose.since;
    let mut draft = Draft::on(model);
    for event in events {
        if event.is_free && !event.is_cancelled {
            preview.refused.push(refused(
                event.line,
                "marked as free: it keeps nobody away",
                &event.what,
            ));
            continue;
        }
        let (times, limited) = event.times(from, to);
        if limited {
            preview.warn(
                event.line,
                format!("{} repeats more often than is followed", event.what),
            );
        }
        let gone = replaced.get(event.uid.as_str());
        let times: Vec<_> = times
            .into_iter()
            .filter(|(starts, _)| !event.is_repeating() || gone.is_none_or(|gone| !gone.contains(starts)))
            .collect();
        let mut acts = Vec::new();
        let mut words = Vec::new();
        for (starts, ends) in &times {
            let uid = match (event.replaces, event.is_repeating()) {
                (Some(at), _) => format!("{}/{}", event.uid, at.format("%Y%m%dT%H%M%SZ")),
                (None, true) => format!("{}/{}", event.uid, starts.format("%Y%m%dT%H%M%SZ")),
                (None, false) => event.uid.clone(),
            };
            let there = known.get(uid.as_str()).copied();
            if event.is_cancelled {
                if let Some(id) = there {
                    draft.drop(id.into());
                    acts.push(Act::Change);
                    words.push("called off".to_owned());
                }
                continue;
            }
            if there.is_none() && since.was_dropped(Kind::Busy, "uid", &json!(uid)) && !since.wins(event.line)
            {
                preview.warn(
                    event.line,
                    format!(
                        "{} was taken out here since the last import and stays out",
                        event.what
                    ),
                );
                continue;
            }
            let id = there.unwrap_or_else(|| mint.id());
            let said = Busy {
                person: whose.person,
                kind: if whose.person.is_none() {
                    BusyKind::Holiday
                } else {
                    kind_of(event)
                },
                what: event.what.clone(),
                starts: *starts,
                ends: *ends,
                uid,
            };
            let said = Record::Busy(id, Box::new(said));
            let keys = ["what", "starts", "ends", "uid"];
            let brought = since.bring(&mut draft, mint, said, (&keys, event.line));
            acts.push(match (there, brought.changes.is_empty()) {
                (None, _) => Act::Add,
                (Some(_), false) => Act::Change,
                (Some(_), true) => Act::Same,
            });
            words.extend(Some(brought.words()).filter(|words| !words.is_empty()));
            for note in brought.notes(&event.what) {
                preview.warn(event.line, note);
            }
        }
        let act = [Act::Change, Act::Add]
            .into_iter()
            .find(|act| acts.contains(act))
            .unwrap_or(Act::Same);
        if words.is_empty() {
            words.push(when(model, event, times.len()));
        }
        preview.taken.push(Taken {
            row: event.line,
            act,
            name: event.what.clone(),
            what: words.join(", "),
        });
    }
    preview.refused.sort_by_key(|refused| refused.row);
    let count = preview.count(Act::Add) + preview.count(Act::Change);
    let word = match (whose.person, count) {
        (None, 1) => "holiday".to_owned(),
        (None, _) => "holidays".to_owned(),
        (Some(person), 1) => format!("busy time of {}", model.name_of(person)),
        (Some(person), _) => format!("busy times of {}", model.name_of(person)),
    };
    let label = Label::new("import", format!("{count} {word} from {}", calendar.file));
    BusyTimes {
        edit: model.edit(mint.nonce(), label, draft.changes()),
        preview,
    }
}

/// Of events with one id, and the same meeting of a repeating one, the latest version.
fn last_of_each<'e>(events: Vec<&'e Event>, preview: &mut Preview) -> Vec<&'e Event> {
    let key = |event: &'e Event| (event.uid.as_str(), event.replaces);
    let mut best: HashMap<_, &Event> = HashMap::new();
    for event in &events {
        let place = best.entry(key(event)).or_insert(event);
        if event.sequence >= place.sequence {
            *place = event;
        }
    }
    let mut previous: HashMap<_, u32> = HashMap::new();
    for event in &events {
        if let Some(of_row) = previous.insert(key(event), event.line) {
            preview.duplicates.push(DuplicateRow {
                row: event.line,
                of_row,
                kept: best[&key(event)].line,
                email: String::new(),
            });
        }
    }
    let mut taken = HashSet::new();
    let mut kept = Vec::with_capacity(events.len());
    for event in events {
        // Two stretches of one free-busy list stand in one line, and have different ids.
        if best[&key(event)].line == event.line && taken.insert(key(event)) {
            kept.push(event);
        }
    }
    kept
}

/// Leave, when the calendar calls it so; else busy.
fn kind_of(event: &Event) -> BusyKind {
    const LEAVE: [&str; 5] = ["leave", "holiday", "vacation", "out of office", "off work"];
    let what = event.what.to_lowercase();
    if LEAVE.iter().any(|word| what.contains(word)) {
        BusyKind::Leave
    } else {
        BusyKind::Busy
    }
}

/// `2025-04-18`, `2025-01-14 16:00-17:00, 6 times`.
fn when(model: &Model, event: &Event, times: usize) -> String {
    let (starts, ends) = (
        model.local(event.starts.to_utc()),
        model.local(event.ends.to_utc()),
    );
    let often = match (event.is_repeating(), times) {
        (false, _) => String::new(),
        (true, 0) => ", not in the time of the cohort".to_owned(),
        (true, 1) => ", once".to_owned(),
        (true, times) => format!(", {times} times"),
    };
    if event.is_day {
        return format!("{}{often}", starts.format("%Y-%m-%d"));
    }
    format!(
        "{}-{}{often}",
        starts.format("%Y-%m-%d %H:%M"),
        ends.format("%H:%M")
    )
}

fn refused(row: u32, why: &str, value: &str) -> RefusedRow {
    RefusedRow {
        row,
        why: why.to_owned(),
        value: value.to_owned(),
        email: String::new(),
        field: String::new(),
    }
}
