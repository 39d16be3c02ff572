//! Erasure: what stays of a person's records, and of everything that names the person (rule 16).
//!
//! The id stays, without a person; marks, answers and participations stay as counts; what only the person gave (quotes,
//! consents, messages, busy times, what calls showed, pair rules) goes; every other text loses the person's name, addresses and
//! telephone. History is treated as the records are, so that every entry still fits the next. Must not know how
//! anything is stored.

use std::collections::HashSet;

use chrono::NaiveDate;
use serde_json::Value;

use super::entry::{Change, Entry, Label};
use super::kind::{Kind, Record, Recorded, every_kind};
use super::record::*;
use super::text::fold;
use super::{AnyId, Id, Model, Refusal};

/// What stands where the person was named.
pub const ERASED: &str = "[erased]";
/// Shortest word that is looked for in texts, in letters: shorter ones stand in too many other words.
const SHORTEST: usize = 3;

/// One person's going, told by the person's records: [`Erasure::learn`] every record and change twice, in any order.
#[derive(Clone, Debug)]
pub struct Erasure {
    person: Id<Person>,
    /// Addresses and the like that are the person's alone.
    words: Vec<Word>,
    /// Names that others bear too: looked for only where the person's own records are concerned.
    shared: Vec<Word>,
    /// Single names, for finding texts that may mean the person.
    hints: Vec<Word>,
    /// What is searched for in the files afterwards.
    needles: Vec<String>,
    /// Names and telephones of everybody who stays, folded.
    others: HashSet<String>,
    day: NaiveDate,
    enrolments: HashSet<Id<Enrolment>>,
    responses: HashSet<Id<Response>>,
    quotes: HashSet<Id<Quote>>,
}

/// Something that is looked for, in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Word(Vec<char>);

impl Word {
    fn of(text: &str) -> Option<Self> {
        let lower: Vec<char> = text.trim().chars().flat_map(char::to_lowercase).collect();
        (lower.len() >= SHORTEST).then_some(Self(lower))
    }

    /// Where the word ends in a text that begins with it; none when it does not.
    fn ends_in(&self, text: &str) -> Option<usize> {
        let mut wanted = self.0.iter();
        for (at, letter) in text.char_indices() {
            for lower in letter.to_lowercase() {
                if wanted.next() != Some(&lower) {
                    return None;
                }
            }
            if wanted.as_slice().is_empty() {
                let end = at + letter.len_utf8();
                let goes_on = text[end..].chars().next().is_some_and(char::is_alphanumeric);
                return (!goes_on).then_some(end);
            }
        }
        None
    }

    /// The first place in a text where it stands as a whole word: from, to.
    fn find(&self, text: &str) -> Option<(usize, usize)> {
        let mut before = None;
        for (at, letter) in text.char_indices() {
            if !before.is_some_and(char::is_alphanumeric)
                && let Some(length) = self.ends_in(&text[at..])
            {
                return Some((at, at + length));
            }
            before = Some(letter);
        }
        None
    }
}

/// The text without the words; an address that is all of it leaves nothing.
fn without(text: &str, words: &[&Word]) -> Option<String> {
    let mut out = text.to_owned();
    for word in words {
        let mut from = 0;
        while let Some((start, end)) = word.find(&out[from..]) {
            let (start, end) = (from + start, from + end);
            let whole = start == 0 && end == out.len();
            let put = if whole && word.0.contains(&'@') {
                ""
            } else {
                ERASED
            };
            out.replace_range(start..end, put);
            from = start + put.len();
        }
    }
    (out != text).then_some(out)
}

impl Model {
    /// Whether this cohort lets a person be erased, whose name somebody has typed to say that it is meant.
    ///
    /// # Errors
    /// When there is no such person any more, the name is another, or the person still takes part or applies.
    pub fn may_erase(&self, person: Id<Person>, typed: &str) -> Result<(), Refusal> {
        let Some(is) = self.people.get(person).filter(|is| !is.is_erased()) else {
            return Err(Refusal::missing("there is no such person", "look in 6 People"));
        };
        if fold(typed.trim()) != fold(is.name.trim()) {
            return Err(Refusal::unreadable(
                format!("\"{}\" is not the name of the person", typed.trim()),
                format!("type the whole name: {}", is.name),
            ));
        }
        let cohort = self.settings();
        let takes_part = self.enrolments_of(person).any(|(_, is)| is.state.is_live());
        if takes_part && !self.cohort().is_some_and(Cohort::is_read_only) {
            return Err(Refusal::rule(
                16,
                format!("{} still takes part in {}", is.name, cohort.name),
                format!("end that first: cohort drop \"{}\", or d on 6 People", is.name),
            ));
        }
        let waits = self.applications_of(person).any(|(_, is)| {
            use ApplicationState as State;
            matches!(
                is.state,
                State::Received | State::UnderReview | State::Waitlisted | State::Offered
            )
        });
        if waits {
            return Err(Refusal::rule(
                16,
                format!("the application of {} to {} is open", is.name, cohort.name),
                "decide it, or withdraw it, first",
            ));
        }
        Ok(())
    }
}

impl Erasure {
    /// The going of a person on a day; `others` are the names and telephones of everybody who stays, admins included.
    #[must_use]
    pub fn of(person: Id<Person>, is: &Person, others: &[&str], day: NaiveDate) -> Self {
        let mut erasure = Self {
            person,
            words: Vec::new(),
            shared: Vec::new(),
            hints: Vec::new(),
            needles: Vec::new(),
            others: others.iter().map(|other| fold(other)).collect(),
            day,
            enrolments: HashSet::new(),
            responses: HashSet::new(),
            quotes: HashSet::new(),
        };
        erasure.learn_names(is);
        erasure
    }

    /// Takes note of what the person is, or was, called and reached by.
    fn learn_names(&mut self, is: &Person) {
        let borne = |text: &str| self.others.contains(&fold(text));
        let own_name = is.name.contains(' ') && !borne(&is.name);
        let mut names = vec![is.name.clone(), is.known_as.clone()];
        if let Some((first, last)) = is.name.rsplit_once(' ') {
            names.push(format!("{last}, {first}"));
            names.push(format!("{} {last}", is.known_as));
        }
        // What somebody is called for short is many people's name.
        let is_own = |name: &String| own_name && name.trim().contains(' ') && !borne(name);
        let (own, shared): (Vec<String>, Vec<String>) = names.into_iter().partition(is_own);
        let mut told: Vec<String> = is.earlier_emails.iter().chain([&is.email]).cloned().collect();
        told.extend(Some(is.phone.clone()).filter(|phone| !borne(phone)));
        let needles = told.iter().chain(Some(&is.name).filter(|_| own_name));
        let needles: Vec<String> = needles.cloned().collect();
        told.extend(own);
        let hints = is.name.split_whitespace().map(str::to_owned).collect();
        for (texts, words) in [
            (told, &mut self.words),
            (shared, &mut self.shared),
            (hints, &mut self.hints),
        ] {
            for word in texts.iter().filter_map(|text| Word::of(text)) {
                if !words.contains(&word) {
                    words.push(word);
                }
            }
        }
        for needle in needles {
            if needle.chars().count() >= SHORTEST && !self.needles.contains(&needle) {
                self.needles.push(needle);
            }
        }
    }

    /// Takes note of what the person was called, and of the records that others point at.
    pub fn learn(&mut self, record: &Record) {
        match record {
            Record::Person(id, is) if *id == self.person => self.learn_names(is),
            Record::Enrolment(id, is) if is.person == self.person => {
                self.enrolments.insert(*id);
            }
            Record::Response(id, is) if is.enrolment.is_some_and(|who| self.enrolments.contains(&who)) => {
                self.responses.insert(*id);
            }
            Record::Quote(id, is) if self.said(is) => {
                self.quotes.insert(*id);
            }
            _ => {}
        }
    }

    /// The same for both sides of every change of an entry.
    pub fn learn_from(&mut self, entry: &Entry) {
        for change in &entry.edit.changes {
            let sides = change.before().into_iter().chain(change.after());
            sides.for_each(|record| self.learn(&record));
        }
    }

    fn said(&self, quote: &Quote) -> bool {
        let response = quote.response.is_some_and(|id| self.responses.contains(&id));
        response || quote.speaker.is_some_and(|who| self.enrolments.contains(&who))
    }

    /// Whether a record holds something on the person.
    #[must_use]
    pub fn concerns(&self, record: &Record) -> bool {
        let own = |who: Id<Enrolment>| self.enrolments.contains(&who);
        let own_id = |id: &str| {
            let id = id.parse::<AnyId>();
            id.is_ok_and(|id| {
                id == self.person.into()
                    || id.of().is_some_and(own)
                    || id.of().is_some_and(|id| self.responses.contains(&id))
                    || id.of().is_some_and(|id| self.quotes.contains(&id))
            })
        };
        match record {
            Record::Person(id, _) => *id == self.person,
            Record::Application(_, is) => is.person == self.person,
            Record::Enrolment(_, is) => is.person == self.person,
            Record::Consent(_, is) => is.person == self.person,
            Record::Claim(_, is) => is.person == self.person,
            Record::Message(_, is) => is.person == self.person,
            Record::Busy(_, is) => is.person == Some(self.person),
            Record::PairRule(_, is) => is.one == self.person || is.other == self.person,
            Record::Membership(_, is) => own(is.enrolment),
            Record::Mark(_, is) => is.enrolment.is_some_and(own),
            Record::Sighting(_, is) => is.enrolment.is_some_and(own),
            Record::Request(_, is) => own(is.enrolment),
            Record::Response(_, is) => is.enrolment.is_some_and(own),
            Record::Goal(_, is) => own(is.enrolment),
            Record::Quote(_, is) => self.said(is),
            Record::Use(_, is) => self.quotes.contains(&is.quote),
            Record::Provenance(_, is) => own_id(&is.of),
            Record::Cohort(..)
            | Record::Admin(..)
            | Record::Instrument(..)
            | Record::Theme(..)
            | Record::Mapping(..)
            | Record::Stream(..)
            | Record::Group(..)
            | Record::Round(..)
            | Record::Session(..)
            | Record::Wave(..)
            | Record::Ack(..) => false,
        }
    }

    /// A record as it stays; none when it goes.
    #[must_use]
    pub fn record(&self, record: &Record) -> Option<Record> {
        if !self.concerns(record) {
            return Some(self.scrubbed(record, false));
        }
        let emptied = match record.clone() {
            Record::Person(id, is) => {
                let retain_until = is.retain_until;
                Record::Person(
                    id,
                    Box::new(Person {
                        retain_until,
                        ..Person::default()
                    }),
                )
            }
            Record::Application(id, mut is) => {
                is.wishes.clear();
                is.availability.clear();
                is.statement.clear();
                Record::Application(id, is)
            }
            Record::Enrolment(id, mut is) => {
                is.wishes.clear();
                is.availability.clear();
                is.note.clear();
                is.ended
                    .iter_mut()
                    .for_each(|ending| ending.reason = stood(&ending.reason));
                Record::Enrolment(id, is)
            }
            Record::Membership(id, mut is) => {
                is.reason = stood(&is.reason);
                Record::Membership(id, is)
            }
            Record::Mark(id, mut is) => {
                is.note.clear();
                Record::Mark(id, is)
            }
            Record::Response(id, mut is) => {
                is.answers.iter_mut().for_each(|answer| answer.text.clear());
                is.answers.retain(|answer| answer.number.is_some());
                Record::Response(id, is)
            }
            Record::Goal(id, mut is) => {
                ERASED.clone_into(&mut is.text);
                Record::Goal(id, is)
            }
            Record::Claim(id, mut is) => {
                is.note.clear();
                if is.what == Claimed::Erasure {
                    is.met = is.met.or(Some(self.day));
                }
                Record::Claim(id, is)
            }
            request @ Record::Request(..) => request,
            _ => return None,
        };
        Some(emptied)
    }

    /// An entry as it stays in the history.
    #[must_use]
    pub fn entry(&self, entry: &Entry) -> Entry {
        let mut entry = entry.clone();
        let mut own = false;
        let changes = std::mem::take(&mut entry.edit.changes);
        entry.edit.changes = changes
            .into_iter()
            .filter_map(|change| {
                let (before, after) = (change.before(), change.after());
                own |= before.iter().chain(&after).any(|record| self.concerns(record));
                let stays = |side: Option<Record>| side.and_then(|record| self.record(&record));
                Change::between(stays(before), stays(after))
            })
            .collect();
        let words = self.all_words(own);
        let Label { on, .. } = &mut entry.edit.label;
        if let Some(text) = without(on, &words) {
            *on = text;
        }
        entry
    }

    /// Whether a text that stays may mean the person: it has one of the names alone.
    #[must_use]
    pub fn may_mean(&self, record: &Record) -> bool {
        if self.concerns(record) || matches!(record.id().kind, Kind::Person | Kind::Admin) {
            return false;
        }
        let mut found = false;
        let mut look = |text: &str| {
            found |= self.hints.iter().any(|word| word.find(text).is_some());
            None
        };
        rewritten(record, &mut look);
        found
    }

    /// Any value without the person's words.
    #[must_use]
    pub fn scrub<T: serde::Serialize + serde::de::DeserializeOwned>(&self, value: T) -> T {
        let words = self.all_words(true);
        value_rewritten(&value, &mut |text| without(text, &words)).unwrap_or(value)
    }

    /// What must not be found in any file afterwards: addresses, and the names and telephones that nobody else has.
    #[must_use]
    pub fn needles(&self) -> &[String] {
        &self.needles
    }

    fn all_words(&self, own: bool) -> Vec<&Word> {
        let shared = self.shared.iter().filter(|_| own);
        self.words.iter().chain(shared).collect()
    }

    fn scrubbed(&self, record: &Record, own: bool) -> Record {
        // The names of admins are what they sign with: roles hang on them.
        if matches!(record, Record::Admin(..)) {
            return record.clone();
        }
        let words = self.all_words(own);
        rewritten(record, &mut |text| without(text, &words))
    }
}

/// That a text stood there, where a rule asks for one.
fn stood(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        ERASED.to_owned()
    }
}

/// Every text of a value, as a function makes it new; none when nothing is to change.
fn value_rewritten<T: serde::Serialize + serde::de::DeserializeOwned>(
    is: &T,
    new: &mut dyn FnMut(&str) -> Option<String>,
) -> Option<T> {
    let mut value = serde_json::to_value(is).ok()?;
    if !texts(&mut value, new) {
        return None;
    }
    // A name that is a word of the program too (somebody called Early) cannot be taken out of that word.
    serde_json::from_value(value).ok()
}

/// Makes the texts of a value new; answers whether any was.
fn texts(value: &mut Value, new: &mut dyn FnMut(&str) -> Option<String>) -> bool {
    match value {
        Value::String(text) => new(text).map(|is| *text = is).is_some(),
        Value::Array(all) => all.iter_mut().fold(false, |any, one| texts(one, new) | any),
        Value::Object(fields) => fields.values_mut().fold(false, |any, one| texts(one, new) | any),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn made_new<T: Recorded>(is: &T, new: &mut dyn FnMut(&str) -> Option<String>) -> Box<T> {
    Box::new(value_rewritten(is, new).unwrap_or_else(|| is.clone()))
}

macro_rules! make_rewritten {
    ($($variant:ident, $table:ident, $number:literal, $prefix:literal, $word:literal, $scope:ident;)+) => {
        /// A record with every text as a function makes it new.
        fn rewritten(record: &Record, new: &mut dyn FnMut(&str) -> Option<String>) -> Record {
            match record { $(Record::$variant(id, is) => Record::$variant(*id, made_new(is.as_ref(), new)),)+ }
        }
    };
}
every_kind!(make_rewritten);

#[cfg(test)]
mod tests;
