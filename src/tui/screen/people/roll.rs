//! The rows of the grid, derived from the model and kept: everybody, sorted, filtered, with the text that a filter
//! searches folded once. Made again only when the model, the columns, the sort or the filter changed.

use std::collections::{BTreeSet, HashMap};

use crate::domain::query::Query;
use crate::domain::text::fold;
use crate::domain::{Change, Cohort, Id, Model, Participant, Person, Record, Rev, Role};
use crate::tui::screen::Cx;

use super::columns::{Col, How, Of};

/// How many people may be looked at for what needs attention at every change.
const LOOKED_AT: usize = 5_000;
/// How many entries are looked through for the rows they touched; after more everything is read again.
const PATCHED: Rev = 50;
/// How many changes of one entry.
const CHANGES_PATCHED: usize = 200;

/// What a row is known by: a person, in one role.
pub type Key = (Id<Person>, Role);

/// By which column rows are sorted, and which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// The column's key.
    pub by: &'static str,
    /// Whether the last comes first.
    pub reversed: bool,
}

/// What decides which rows there are, besides the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The columns, whose texts a word is looked for in.
    pub columns: Vec<&'static str>,
    /// The order; by name when none.
    pub sort: Option<Sort>,
    /// The filter as typed.
    pub filter: String,
    /// Whether rows must stay where they are: something is marked, or a cell is open.
    pub hold: bool,
}

/// The rows.
#[derive(Default)]
pub struct Roll {
    base: Option<(Id<Cohort>, Rev)>,
    wish: Option<Wish>,
    parts: Vec<Participant>,
    /// Folded texts of all rows, one after another; `ends` says where each ends.
    texts: String,
    ends: Vec<u32>,
    order: Vec<u32>,
    shown: Vec<u32>,
    keys: Vec<Key>,
    /// What the filter says is wrong with it.
    pub problem: Option<String>,
    /// Whether the filter found nothing and its letters are looked for in order instead.
    pub loosely: bool,
    /// Whether rows would change places, come or go, but for something marked or open.
    pub held: bool,
    /// Higher after every change of the rows shown.
    pub version: u64,
    /// What rows, shown or not, wait for somebody to do.
    calls: HashMap<Id<Person>, String>,
    minute: i64,
}

impl Roll {
    /// The keys of the rows shown, in order.
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// How many people there are, shown or not.
    #[must_use]
    pub fn count(&self) -> usize {
        self.parts.len()
    }

    /// The row shown at this place.
    #[must_use]
    pub fn part(&self, row: usize) -> Option<&Participant> {
        self.shown.get(row).map(|nth| &self.parts[*nth as usize])
    }

    /// The rows shown, in order.
    pub fn parts(&self) -> impl Iterator<Item = &Participant> {
        self.shown.iter().map(|nth| &self.parts[*nth as usize])
    }

    /// How many rows, shown or not, wait for somebody to do something.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.calls.len()
    }

    /// What the person in this row waits for somebody to do.
    #[must_use]
    pub fn call(&self, row: usize) -> Option<&str> {
        let part = self.part(row)?;
        self.calls.get(&part.person).map(String::as_str)
    }

    /// Brings the rows up to date with the model and what is wished.
    pub fn refresh(&mut self, cx: &Cx<'_>, wish: &Wish) {
        let base = Some((cx.model.focus, cx.model.rev));
        let changed = self.base != base;
        let fresh = changed && !self.patch(cx);
        self.base = base;
        if fresh {
            self.parts = cx.model.participants();
        }
        if changed || self.minute != cx.now.timestamp() / 60 {
            self.look_for_calls(cx, fresh);
        }
        let old = self.wish.as_ref();
        let columns = fresh || old.is_none_or(|old| old.columns != wish.columns);
        let sorted = columns || old.is_none_or(|old| old.sort != wish.sort);
        let patched = changed && !fresh && !wish.filter.is_empty() && !wish.hold;
        let asked = patched || old.is_none_or(|old| old.filter != wish.filter);
        let released = old.is_some_and(|old| old.hold && !wish.hold) && self.held;
        if !fresh && !sorted && !asked && !released {
            self.wish = Some(wish.clone());
            return;
        }
        if columns {
            self.write_texts(cx.model, &wish.columns);
        }
        if sorted {
            self.sort(cx.model, wish.sort);
        }
        let narrows = !sorted && !released && !patched && self.narrows(&wish.filter);
        if fresh && wish.hold && !self.keys.is_empty() && !asked {
            self.stay();
        } else {
            self.filter(cx, &wish.filter, narrows);
        }
        self.wish = Some(wish.clone());
    }

    /// Finds who waits for somebody: by standing, and, in cohorts of a usual size, by what needs attention.
    fn look_for_calls(&mut self, cx: &Cx<'_>, fresh: bool) {
        self.minute = cx.now.timestamp() / 60;
        let few = self.parts.len() <= LOOKED_AT;
        if !few && !fresh {
            return;
        }
        let parts = self.parts.iter();
        let calls = parts.filter_map(|part| Some((part.person, Of::new(cx.model, part).calls()?)));
        self.calls = calls.collect();
        if few {
            for alert in cx.model.attention(cx.now) {
                if let (Some(person), None) = (alert.person, &alert.acked) {
                    let why = || format!("{}: {}", alert.concern, alert.evidence);
                    self.calls.entry(person).or_insert_with(why);
                }
            }
        }
    }

    /// Brings only the rows up to date whose records the entries since then touched; no when it takes more.
    fn patch(&mut self, cx: &Cx<'_>) -> bool {
        let Some((focus, from)) = self.base.filter(|(focus, _)| *focus == cx.model.focus) else {
            return false;
        };
        let wish = self.wish.take();
        let done = wish.as_ref().is_some_and(|wish| {
            let plain = wish.sort.is_none();
            plain
                && from < cx.model.rev
                && cx.model.rev - from <= PATCHED
                && self.patch_rows(cx, focus, from, wish)
        });
        self.wish = wish;
        done
    }

    fn patch_rows(&mut self, cx: &Cx<'_>, focus: Id<Cohort>, from: Rev, wish: &Wish) -> bool {
        let mut people: BTreeSet<Id<Person>> = BTreeSet::new();
        for rev in from + 1..=cx.model.rev {
            let Some(entry) = cx.entries.get(&rev) else {
                return false;
            };
            if entry.edit.changes.len() > CHANGES_PATCHED {
                return false;
            }
            for change in &entry.edit.changes {
                match touches(cx.model, change) {
                    Touches::Nobody => {}
                    Touches::Person(person) => {
                        people.insert(person);
                    }
                    Touches::Many if entry.edit.cohort != focus => {}
                    Touches::Many => return false,
                }
            }
        }
        people
            .into_iter()
            .all(|person| self.patch_person(cx.model, person, wish))
    }

    /// Puts the present parts of one person where the old ones were; no when there are others, or the name changed.
    fn patch_person(&mut self, model: &Model, person: Id<Person>, wish: &Wish) -> bool {
        let now = model.parts_of(person);
        let rows: Vec<usize> = (0..self.parts.len())
            .filter(|nth| self.parts[*nth].person == person)
            .collect();
        if rows.len() != now.len() {
            return false;
        }
        let more = more_columns(&wish.columns);
        for (nth, part) in rows.into_iter().zip(now) {
            let mut text = String::new();
            write_text(&mut text, model, &part, &more);
            let from = nth.checked_sub(1).map_or(0, |before| self.ends[before]) as usize;
            let to = self.ends[nth] as usize;
            let named = |text: &str| text.lines().next().map(str::to_owned);
            if self.parts[nth].role != part.role || named(&self.texts[from..to]) != named(&text) {
                return false;
            }
            if self.texts[from..to] != text {
                let (was, is) = (to - from, text.len());
                self.texts.replace_range(from..to, &text);
                for end in &mut self.ends[nth..] {
                    *end = u32::try_from(*end as usize + is - was).unwrap_or(u32::MAX);
                }
            }
            match Of::new(model, &part).calls() {
                Some(why) => self.calls.insert(person, why),
                None => self.calls.remove(&person),
            };
            self.parts[nth] = part;
        }
        true
    }

    /// Writes down what words are looked for in: name and address always, and the columns of text that are shown.
    fn write_texts(&mut self, model: &Model, columns: &[&'static str]) {
        self.texts.clear();
        self.ends.clear();
        self.texts.reserve(self.parts.len() * 64);
        let more = more_columns(columns);
        for part in &self.parts {
            write_text(&mut self.texts, model, part, &more);
            self.ends
                .push(u32::try_from(self.texts.len()).unwrap_or(u32::MAX));
        }
    }

    fn text(&self, nth: u32) -> &str {
        let nth = nth as usize;
        let from = nth.checked_sub(1).map_or(0, |before| self.ends[before]) as usize;
        &self.texts[from..self.ends[nth] as usize]
    }

    fn sort(&mut self, model: &Model, sort: Option<Sort>) {
        let all = u32::try_from(self.parts.len()).unwrap_or(u32::MAX);
        self.order = (0..all).collect();
        let Some(sort) = sort.filter(|sort| {
            *sort
                != Sort {
                    by: "name",
                    reversed: false,
                }
        }) else {
            return;
        };
        let parts = &self.parts;
        let key = |nth: &u32| Of::new(model, &parts[*nth as usize]).sort_key(sort.by);
        let mut keyed: Vec<_> = self.order.iter().map(|nth| (key(nth), *nth)).collect();
        // Nothing stays last whichever way the rest is sorted; equals stay in the order of names.
        keyed.sort_by(|(a, _), (b, _)| {
            let by = a.empty.cmp(&b.empty);
            by.then(if sort.reversed { b.cmp(a) } else { a.cmp(b) })
        });
        self.order = keyed.into_iter().map(|(_, nth)| nth).collect();
    }

    /// Whether the filter wished is the one before with letters added, so that only its rows need looking at.
    fn narrows(&self, filter: &str) -> bool {
        let before = self
            .wish
            .as_ref()
            .map(|wish| wish.filter.as_str())
            .unwrap_or_default();
        let plain = |text: &str| !text.contains(['"', ':', '<', '>', '=', '-']);
        !self.loosely && plain(filter) && filter.starts_with(before) && !self.held
    }

    fn filter(&mut self, cx: &Cx<'_>, filter: &str, narrows: bool) {
        let (query, problem) = Query::typed(filter);
        self.problem = problem.map(|refusal| format!("{}: {}.", refusal.what, refusal.hint));
        self.loosely = false;
        self.held = false;
        if query.is_empty() {
            self.shown.clone_from(&self.order);
        } else {
            let ready = query.ready(cx.model, cx.me, cx.now);
            let pool = if narrows { &self.shown } else { &self.order };
            let takes = |nth: &u32| ready.takes(&self.parts[*nth as usize], self.text(*nth));
            let found: Vec<u32> = pool.iter().copied().filter(takes).collect();
            if found.is_empty() && query.narrows() {
                let ready = query.ready(cx.model, cx.me, cx.now).loosely();
                let takes = |nth: &u32| ready.takes(&self.parts[*nth as usize], self.text(*nth));
                self.shown = self.order.iter().copied().filter(takes).collect();
                self.loosely = !self.shown.is_empty();
            } else {
                self.shown = found;
            }
        }
        self.write_keys();
    }

    /// Keeps the rows that were shown, in their places, after the model changed.
    fn stay(&mut self) {
        let places: HashMap<Key, u32> = (0..)
            .zip(&self.parts)
            .map(|(nth, part)| ((part.person, part.role), nth))
            .collect();
        self.shown = self
            .keys
            .iter()
            .filter_map(|key| places.get(key).copied())
            .collect();
        self.held = true;
        self.write_keys();
    }

    fn write_keys(&mut self) {
        let parts = &self.parts;
        let key = |nth: &u32| (parts[*nth as usize].person, parts[*nth as usize].role);
        self.keys.clear();
        self.keys.extend(self.shown.iter().map(key));
        self.version += 1;
    }
}

/// The columns of text that are shown, besides those always looked at.
fn more_columns(columns: &[&'static str]) -> Vec<&'static Col> {
    let typed = super::columns::COLUMNS.iter().filter(|col| col.how == How::Typed);
    typed
        .filter(|col| {
            columns.contains(&col.key) && !matches!(col.key, "name" | "known_as" | "email" | "organisation")
        })
        .collect()
}

/// Adds what words are looked for in of one row.
fn write_text(texts: &mut String, model: &Model, part: &Participant, more: &[&'static Col]) {
    let of = Of::new(model, part);
    let Some(person) = of.person else {
        return;
    };
    for text in [
        &person.name,
        &person.known_as,
        &person.email,
        &person.organisation,
    ] {
        if !text.is_empty() {
            push_folded(texts, text);
        }
    }
    for col in more {
        push_folded(texts, &of.text(col.key));
    }
}

/// Whose row a change may alter.
enum Touches {
    /// No row: cells that count are counted as they are drawn.
    Nobody,
    /// The rows of one person.
    Person(Id<Person>),
    /// Many rows: a group, a stream, the cohort.
    Many,
}

fn touches(model: &Model, change: &Change) -> Touches {
    let is = change.after().or_else(|| change.before());
    let person = match is {
        Some(Record::Person(id, _)) => Some(id),
        Some(Record::Application(_, is)) => Some(is.person),
        Some(Record::Enrolment(_, is)) => Some(is.person),
        Some(Record::Membership(_, is)) => match model.enrolments.get(is.enrolment) {
            Some(enrolment) => Some(enrolment.person),
            None => return Touches::Many,
        },
        Some(Record::Group(..) | Record::Stream(..) | Record::Cohort(..)) => return Touches::Many,
        _ => None,
    };
    person.map_or(Touches::Nobody, Touches::Person)
}

/// Adds a folded text as a line of its own.
fn push_folded(texts: &mut String, text: &str) {
    texts.push_str(&fold(text));
    texts.push('\n');
}
