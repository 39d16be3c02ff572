//! The rows of the grid, derived from the model and kept: everybody, sorted, filtered, with the text that a filter
//! searches folded once. Made again only when the model, the columns, the sort or the filter changed.

use crate::domain::query::Query;
use crate::domain::text::fold;
use crate::domain::{Cohort, Id, Model, Participant, Person, Rev, Role};
use crate::tui::screen::Cx;

use super::columns::{Col, How, Of};

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
    /// Rows, shown or not, that wait for somebody to do something.
    pub waiting: usize,
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

    /// Brings the rows up to date with the model and what is wished.
    pub fn refresh(&mut self, cx: &Cx<'_>, wish: &Wish) {
        let base = Some((cx.model.focus, cx.model.rev));
        let fresh = self.base != base;
        let old = self.wish.as_ref();
        let columns = fresh || old.is_none_or(|old| old.columns != wish.columns);
        let sorted = columns || old.is_none_or(|old| old.sort != wish.sort);
        let asked = old.is_none_or(|old| old.filter != wish.filter);
        let released = old.is_some_and(|old| old.hold && !wish.hold) && self.held;
        if !fresh && !sorted && !asked && !released {
            self.wish = Some(wish.clone());
            return;
        }
        if fresh {
            self.parts = cx.model.participants();
            self.base = base;
            self.waiting = self
                .parts
                .iter()
                .filter(|part| Of::new(cx.model, part).calls().is_some())
                .count();
        }
        if columns {
            self.write_texts(cx.model, &wish.columns);
        }
        if sorted {
            self.sort(cx.model, wish.sort);
        }
        let narrows = !sorted && !released && self.narrows(&wish.filter);
        if fresh && wish.hold && !self.keys.is_empty() && !asked {
            self.stay();
        } else {
            self.filter(cx, &wish.filter, narrows);
        }
        self.wish = Some(wish.clone());
    }

    /// Writes down what words are looked for in: name and address always, and the columns of text that are shown.
    fn write_texts(&mut self, model: &Model, columns: &[&'static str]) {
        self.texts.clear();
        self.ends.clear();
        self.texts.reserve(self.parts.len() * 64);
        let more: Vec<&Col> = super::columns::COLUMNS
            .iter()
            .filter(|col| columns.contains(&col.key))
            .filter(|col| col.how == How::Typed && !matches!(col.key, "name" | "email" | "organisation"))
            .collect();
        for part in &self.parts {
            let of = Of::new(model, part);
            if let Some(person) = of.person {
                for text in [
                    &person.name,
                    &person.known_as,
                    &person.email,
                    &person.organisation,
                ] {
                    if !text.is_empty() {
                        push_folded(&mut self.texts, text);
                    }
                }
                for col in &more {
                    push_folded(&mut self.texts, &of.text(col.key));
                }
            }
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
        let places: std::collections::HashMap<Key, u32> = (0..)
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

/// Adds a folded text as a line of its own.
fn push_folded(texts: &mut String, text: &str) {
    texts.push_str(&fold(text));
    texts.push('\n');
}
