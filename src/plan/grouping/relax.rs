//! An impossible pool: a smallest set of rules to relax so that everybody has a group.
//!
//! Fewest rules first, then fewest people touched. A limit, a mentor's capacity and a pair rule count one each, and
//! so does a person let into another stream. [`super::lifting`] searches; this puts a case before it and its answer
//! into words.

use super::case::{Bar, Case};
use super::lifting::{Bond, Lacking, Lifted, Seat};
use crate::domain::{Enrolment, Id, Model, PairRule};
use crate::plan::{Cancelled, Watch};

/// One rule to relax.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relaxed {
    /// Which rule: `group limit`, `mentor's capacity`, `pair rule` or `stream`.
    pub rule: &'static str,
    /// What to do, in words.
    pub what: String,
    /// Whom it touches.
    pub people: Vec<Id<Enrolment>>,
}

/// A set of rules to relax so that everybody has a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Relaxing {
    /// The rules; none when nothing is lacking or no set helps.
    pub rules: Vec<Relaxed>,
    /// Whether no smaller set exists, by number and then by people touched.
    pub smallest: bool,
}

/// A rule about two people.
struct Pair {
    key: Key,
    words: String,
    /// The people of it who are to be placed, by number.
    people: Vec<usize>,
}

/// What makes rules about two people one and the same.
#[derive(PartialEq, Eq)]
enum Key {
    Rule(Id<PairRule>),
    /// A line manager who is there already, or who is to be placed as well.
    Manager(usize, String),
}

impl Pair {
    fn of(bar: &Bar, person: usize) -> Option<Self> {
        let Bar::Pair(words, rule) = bar else { return None };
        Some(Self {
            key: rule.map_or_else(|| Key::Manager(person, words.clone()), Key::Rule),
            words: words.clone(),
            people: vec![person],
        })
    }
}

/// A smallest set of rules to relax so that everybody has a group.
///
/// # Errors
/// When the work was called off.
pub(super) fn smallest(model: &Model, case: &Case, watch: &Watch) -> Result<Relaxing, Cancelled> {
    let (lacking, pairs) = lacking(case);
    let found = lacking.solve(watch)?;
    Ok(found.map_or_else(Relaxing::default, |found| Relaxing {
        smallest: found.smallest,
        rules: told(model, case, &pairs, &found),
    }))
}

/// The case as seats that rules keep from people.
fn lacking(case: &Case) -> (Lacking, Vec<Pair>) {
    let people = case.seekers.len();
    let mut pairs: Vec<Pair> = Vec::new();
    let mut number = |pair: Pair| match pairs.iter().position(|other| other.key == pair.key) {
        Some(at) => {
            let new = pair
                .people
                .iter()
                .filter(|person| !pairs[at].people.contains(*person));
            let new: Vec<usize> = new.copied().collect();
            pairs[at].people.extend(new);
            at
        }
        None => {
            pairs.push(pair);
            pairs.len() - 1
        }
    };
    let mut lacking = Lacking {
        people,
        rooms: (0..case.offers.len()).map(|group| rooms(case, group)).collect(),
        ..Lacking::default()
    };
    for person in 0..people {
        for group in 0..case.offers.len() {
            lacking.seats.push(match case.bars.get(&(person, group)) {
                None => Seat::Free,
                Some(Bar::Stream) => Seat::LetIn,
                Some(bar) => Pair::of(bar, person).map_or(Seat::Never, |pair| Seat::Pair(number(pair))),
            });
        }
    }
    let puzzle = &case.puzzle;
    let apart = puzzle.apart.iter().zip(&case.apart).map(|is| (is, Bond::Apart));
    let together = puzzle
        .together
        .iter()
        .zip(&case.together)
        .map(|is| (is, Bond::Together));
    for (((one, other), bar), bond) in apart.chain(together) {
        let Some(pair) = Pair::of(bar, *one) else { continue };
        let people = vec![*one, *other];
        lacking
            .bonds
            .push((*one, *other, bond, number(Pair { people, ..pair })));
    }
    lacking.touches = pairs.iter().map(|pair| pair.people.len()).collect();
    (lacking, pairs)
}

/// How many people could still come into a group, and how many rules give way for that: its own limit and its
/// mentor's capacity, the smaller one first.
fn rooms(case: &Case, group: usize) -> Vec<(usize, usize)> {
    let limits = &case.limits[group];
    let there = case.members[group].len();
    let (usual, of_group) = (usize::from(limits.max), usize::from(limits.of_group));
    let all = there.max(usual) + case.seekers.len();
    let up_to = match limits.capacity.map(usize::from) {
        None => vec![(usual, 0), (all, 1)],
        Some(capacity) if capacity == of_group => vec![(usual, 0), (all, 2)],
        Some(capacity) => vec![(usual, 0), (capacity.max(of_group), 1), (all, 2)],
    };
    let more = up_to
        .into_iter()
        .map(|(size, rules)| (size.saturating_sub(there), rules));
    more.collect()
}

/// Which rules give way when a group takes more: so many of them.
fn of_room(case: &Case, group: usize, rules: usize) -> Vec<&'static str> {
    let limits = &case.limits[group];
    match limits.capacity {
        Some(capacity) if rules == 1 && capacity < limits.of_group => vec!["mentor's capacity"],
        _ => ["group limit", "mentor's capacity"]
            .into_iter()
            .take(rules)
            .collect(),
    }
}

/// The rules relaxed, in words, as an answer uses them.
fn told(model: &Model, case: &Case, pairs: &[Pair], lifted: &Lifted) -> Vec<Relaxed> {
    let mut found = Vec::new();
    let who = |person: usize| case.seekers[person].enrolment;
    for (group, at) in lifted.rooms.iter().enumerate() {
        let rules = rooms(case, group)[*at].1;
        let coming = (0..lifted.place.len()).filter(|person| lifted.place[*person] == group);
        let coming: Vec<usize> = coming.collect();
        let size = case.members[group].len() + coming.len();
        let over = size.saturating_sub(usize::from(case.limits[group].max));
        let over = coming.len() - over.min(coming.len());
        let people: Vec<_> = coming[over..].iter().map(|person| who(*person)).collect();
        let code = model.group_code(case.offers[group].group);
        for rule in of_room(case, group, rules) {
            let what = if rule == "group limit" {
                let from = case.limits[group].of_group;
                format!("raise the limit of {code} from {from} to {size}")
            } else {
                let from = case.limits[group].capacity.unwrap_or_default();
                format!("let the mentor of {code} take {size} mentees instead of {from}")
            };
            let people = people.clone();
            found.push(Relaxed { rule, what, people });
        }
    }
    for pair in lifted.pairs.iter().map(|rule| &pairs[*rule]) {
        let name = pair
            .people
            .first()
            .map(|person| model.enrolled_name(who(*person)));
        found.push(Relaxed {
            rule: "pair rule",
            what: format!("end the rule about {}: {}", name.unwrap_or_default(), pair.words),
            people: pair.people.iter().map(|person| who(*person)).collect(),
        });
    }
    for (person, group) in lifted.place.iter().enumerate() {
        if case.bars.get(&(person, *group)) == Some(&Bar::Stream) {
            let seeker = &case.seekers[person];
            let offer = &case.offers[*group];
            found.push(Relaxed {
                rule: "stream",
                what: format!(
                    "let {} of {} into {} of {}",
                    model.enrolled_name(seeker.enrolment),
                    model.stream_code(seeker.stream),
                    model.group_code(offer.group),
                    model.stream_code(offer.stream)
                ),
                people: vec![seeker.enrolment],
            });
        }
    }
    found
}
