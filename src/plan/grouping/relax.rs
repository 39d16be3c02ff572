//! An impossible pool: a smallest set of rules to relax so that everybody has a group.
//!
//! Fewest rules first, then fewest people touched. A limit, a mentor's capacity and a pair rule count one each, and
//! so does a person let into another stream. Sets of limits and pair rules are tried from the smallest up; how many
//! streams each leaves to relax is solved exactly.

use super::case::{Bar, Case};
use super::flow::{NEVER, Place, Problem};
use super::puzzle::{Puzzle, Seats};
use crate::domain::{Enrolment, Id, Model};
use crate::plan::{Cancelled, Watch};

/// The most sets that are tried before the best found is taken.
const TRIES: usize = 600;
/// How many groups of a stream are considered where pair rules make a difference between them.
const OF_A_STREAM: usize = 3;

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

/// A rule that may be lifted.
#[derive(Clone, Debug)]
enum Lift {
    /// A group takes up to so many more; the rules that must give way for it.
    Room(usize, usize, Vec<&'static str>),
    /// A rule about two people gives way.
    Pair(Bar),
}

impl Lift {
    fn rules(&self) -> usize {
        match self {
            Self::Room(_, _, rules) => rules.len(),
            Self::Pair(_) => 1,
        }
    }
}

/// A smallest set of rules to relax so that everybody has a group; nothing where no set helps.
///
/// # Errors
/// When the work was called off.
pub(super) fn smallest(model: &Model, case: &Case, watch: &Watch) -> Result<Vec<Relaxed>, Cancelled> {
    let lifts = lifts(case);
    let mut best: Option<((usize, usize), Vec<Relaxed>)> = None;
    let mut tries = 0;
    let mut rules = 0;
    while best.as_ref().is_none_or(|((count, _), _)| rules <= *count) && rules <= lifts.len() * 2 {
        let mut sets = Vec::new();
        choose(&lifts, 0, rules, &mut Vec::new(), &mut sets);
        for set in sets {
            if tries == TRIES || watch.is_enough() {
                return Ok(best.map(|(_, found)| found).unwrap_or_default());
            }
            tries += 1;
            watch.tell("looking for a rule to relax", tries as u64, 0);
            let Some(found) = tried(model, case, &lifts, &set, watch)? else {
                continue;
            };
            let mut touched: Vec<_> = found.iter().flat_map(|is| &is.people).collect();
            touched.sort_unstable();
            touched.dedup();
            let size = (found.len(), touched.len());
            if best.as_ref().is_none_or(|(best, _)| size < *best) {
                best = Some((size, found));
            }
        }
        rules += 1;
    }
    Ok(best.map(|(_, found)| found).unwrap_or_default())
}

/// What could be lifted: more room in groups, and the rules about pairs.
fn lifts(case: &Case) -> Vec<Lift> {
    let mut lifts = Vec::new();
    for group in alike(case) {
        let limits = &case.limits[group];
        let all = usize::from(limits.max) + case.seekers.len();
        let of_group = usize::from(limits.of_group);
        match limits.capacity.map(usize::from) {
            None => lifts.push(Lift::Room(group, all, vec!["group limit"])),
            Some(capacity) => {
                if capacity < of_group {
                    lifts.push(Lift::Room(group, of_group, vec!["mentor's capacity"]));
                } else if of_group < capacity {
                    lifts.push(Lift::Room(group, capacity, vec!["group limit"]));
                }
                lifts.push(Lift::Room(group, all, vec!["group limit", "mentor's capacity"]));
            }
        }
    }
    let mut pairs: Vec<&Bar> = Vec::new();
    for bar in case.bars.values().chain(&case.apart) {
        if matches!(bar, Bar::Pair(..)) && !pairs.contains(&bar) {
            pairs.push(bar);
        }
    }
    lifts.extend(pairs.into_iter().cloned().map(Lift::Pair));
    lifts
}

/// The groups whose limits are worth lifting. Without pair rules any group of a stream is as good as another once it
/// has room enough: one that takes fewest rules stands for all, and one that takes most at its first rule.
fn alike(case: &Case) -> Vec<usize> {
    let pairs = !case.apart.is_empty() || case.bars.values().any(|bar| matches!(bar, Bar::Pair(..)));
    let wanted = if pairs { OF_A_STREAM } else { 1 };
    let mut streams: Vec<_> = case.offers.iter().map(|offer| offer.stream).collect();
    streams.sort_unstable();
    streams.dedup();
    let mut chosen = Vec::new();
    for stream in streams {
        let mut groups: Vec<usize> = (0..case.offers.len())
            .filter(|group| case.offers[*group].stream == stream)
            .collect();
        let spare = |group: &usize| {
            let limits = &case.limits[*group];
            let capacity = limits.capacity.unwrap_or(u8::MAX);
            capacity.max(limits.of_group) - limits.max
        };
        groups.sort_by_key(|group| (case.limits[*group].capacity.is_some(), *group));
        chosen.extend(groups.iter().take(wanted));
        groups.sort_by_key(|group| (std::cmp::Reverse(spare(group)), *group));
        chosen.extend(groups.iter().take(wanted));
    }
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

/// Every set of lifts that relaxes exactly so many rules, no group lifted twice.
fn choose(lifts: &[Lift], from: usize, rules: usize, chosen: &mut Vec<usize>, sets: &mut Vec<Vec<usize>>) {
    if rules == 0 {
        sets.push(chosen.clone());
        return;
    }
    if sets.len() > TRIES {
        return;
    }
    for nth in from..lifts.len() {
        let twice = chosen.iter().any(|other| match (&lifts[*other], &lifts[nth]) {
            (Lift::Room(one, ..), Lift::Room(other, ..)) => one == other,
            _ => false,
        });
        if lifts[nth].rules() <= rules && !twice {
            chosen.push(nth);
            choose(lifts, nth + 1, rules - lifts[nth].rules(), chosen, sets);
            chosen.pop();
        }
    }
}

/// What it takes besides these lifts for everybody to have a group; nothing when it cannot be.
fn tried(
    model: &Model,
    case: &Case,
    lifts: &[Lift],
    set: &[usize],
    watch: &Watch,
) -> Result<Option<Vec<Relaxed>>, Cancelled> {
    let lifted: Vec<&Lift> = set.iter().map(|nth| &lifts[*nth]).collect();
    let gone = |bar: &Bar| {
        lifted
            .iter()
            .any(|lift| matches!(lift, Lift::Pair(pair) if pair == bar))
    };
    let room = |group: usize| {
        let usual = usize::from(case.limits[group].max);
        let more = lifted.iter().find_map(|lift| match lift {
            Lift::Room(of, room, _) if *of == group => Some(*room),
            _ => None,
        });
        more.unwrap_or(usual).saturating_sub(case.members[group].len())
    };
    let places = (0..case.offers.len()).map(|group| Seats {
        min: 0,
        gain: vec![0; room(group) + 1],
    });
    let mut puzzle = Puzzle {
        people: case.seekers.len(),
        places: places.collect(),
        together: case.puzzle.together.clone(),
        ..Puzzle::default()
    };
    for person in 0..case.seekers.len() {
        for group in 0..case.offers.len() {
            puzzle.worth.push(match case.bars.get(&(person, group)) {
                None => 0,
                Some(Bar::Stream) => -1,
                Some(bar) if gone(bar) => 0,
                Some(_) => NEVER,
            });
        }
    }
    for (pair, bar) in case.puzzle.apart.iter().zip(&case.apart) {
        if !gone(bar) {
            puzzle.apart.push(*pair);
        }
    }
    let (place, unplaced) = if puzzle.apart.is_empty() && puzzle.together.is_empty() {
        let places = puzzle.places.iter().map(|seats| Place {
            min: 0,
            seats: vec![0; seats.gain.len() - 1],
        });
        let mut seated = Problem::new(puzzle.people, places.collect());
        seated.worth = puzzle.worth;
        let seated = seated.solve(watch)?;
        (seated.place, seated.worth.unplaced)
    } else {
        let solved = puzzle.solve(watch)?;
        (solved.place, solved.worth.unplaced)
    };
    if unplaced > 0 {
        return Ok(None);
    }
    Ok(Some(told(model, case, &lifted, &place)))
}

/// The rules relaxed, in words, as an answer uses them.
fn told(model: &Model, case: &Case, lifted: &[&Lift], place: &[Option<usize>]) -> Vec<Relaxed> {
    let mut found = Vec::new();
    for lift in lifted {
        match lift {
            Lift::Room(group, _, rules) => {
                let coming: Vec<usize> = (0..place.len())
                    .filter(|person| place[*person] == Some(*group))
                    .collect();
                let size = case.members[*group].len() + coming.len();
                let usual = usize::from(case.limits[*group].max);
                let over = size.saturating_sub(usual);
                let people = coming.iter().rev().take(over).rev();
                let people: Vec<_> = people.map(|person| case.seekers[*person].enrolment).collect();
                let code = model.group_code(case.offers[*group].group);
                for rule in rules {
                    let what = if *rule == "group limit" {
                        format!(
                            "raise the limit of {code} from {} to {size}",
                            case.limits[*group].of_group
                        )
                    } else {
                        let from = case.limits[*group].capacity.unwrap_or_default();
                        format!("let the mentor of {code} take {size} mentees instead of {from}")
                    };
                    found.push(Relaxed {
                        rule,
                        what,
                        people: people.clone(),
                    });
                }
            }
            Lift::Pair(bar) => {
                let barred = case.bars.iter().filter(|(_, other)| *other == bar);
                let mut people: Vec<usize> = barred.map(|((person, _), _)| *person).collect();
                for ((one, other), _) in case
                    .puzzle
                    .apart
                    .iter()
                    .zip(&case.apart)
                    .filter(|(_, b)| *b == bar)
                {
                    people.extend([*one, *other]);
                }
                people.sort_unstable();
                people.dedup();
                let name = people
                    .first()
                    .map(|person| model.enrolled_name(case.seekers[*person].enrolment));
                let Bar::Pair(words, _) = bar else { continue };
                found.push(Relaxed {
                    rule: "pair rule",
                    what: format!("end the rule about {}: {words}", name.unwrap_or_default()),
                    people: people
                        .iter()
                        .map(|person| case.seekers[*person].enrolment)
                        .collect(),
                });
            }
        }
    }
    for (person, group) in place.iter().enumerate() {
        let Some(group) = group else { continue };
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
