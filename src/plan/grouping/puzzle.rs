//! Seats when it matters who sits together: classes of people who cost each other points, pairs who must or must
//! not share a place.
//!
//! What a class costs is priced per place (Lagrange): the rest is the problem of [`super::flow`], whose answer is a
//! bound for the whole. Branching on who sits where closes what the prices leave open, best bound first, until the
//! best answer found meets the bound or the work allowed is used up; then the bound is part of the answer. Knows
//! nothing of mentoring.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use super::flow::{NEVER, Place, Problem, Worth};
use super::table::Table;
use crate::plan::{Cancelled, Watch};

/// Prices are counted in these parts of a point.
pub(super) const FINE: i64 = 64;
/// Pairings looked at before the search gives up proving: a second or two.
const WORK: usize = 3_000_000;
/// Seats tried by hand before the search relies on its prices alone.
const TRIED: usize = 200_000;

/// A place to sit.
#[derive(Clone, Debug, Default)]
pub struct Seats {
    /// How many more people are wanted.
    pub min: usize,
    /// What so many more people are worth for their number alone, in points: from none to as many as fit.
    pub gain: Vec<i64>,
}

impl Seats {
    fn room(&self) -> usize {
        self.gain.len().saturating_sub(1)
    }
}

/// People who cost each other points in one place.
#[derive(Clone, Debug, Default)]
pub struct Class {
    /// Who they are.
    pub people: Vec<usize>,
    /// How many of the kind are in each place already; nothing where they do not count.
    pub already: Vec<Option<usize>>,
    /// What one of them loses with so many others, in points; the last counts for more as well.
    pub loss: Vec<i64>,
}

impl Class {
    /// What so many of these people lose together in a place.
    fn lost(&self, place: usize, people: usize) -> i64 {
        let Some(already) = self.already[place].filter(|_| people > 0) else {
            return 0;
        };
        let others = already + people - 1;
        let each = self.loss.get(others).or(self.loss.last()).copied().unwrap_or(0);
        each * i64::try_from(people).unwrap_or(0)
    }
}

/// Who is to sit where.
#[derive(Clone, Debug, Default)]
pub struct Puzzle {
    /// How many people there are.
    pub people: usize,
    /// The places.
    pub places: Vec<Seats>,
    /// What each pairing is worth in points, person by person, before classes; [`NEVER`] when it may not be.
    pub worth: Vec<i16>,
    /// People who cost each other points.
    pub classes: Vec<Class>,
    /// Pairs who must not share a place.
    pub apart: Vec<(usize, usize)>,
    /// Pairs who must share a place when both have one.
    pub together: Vec<(usize, usize)>,
}

/// The best answer found, and what none can exceed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Solved {
    /// The place of each person.
    pub place: Vec<Option<usize>>,
    /// How good that is.
    pub worth: Worth,
    /// What no answer can exceed.
    pub bound: Worth,
}

impl Solved {
    /// Whether nothing better exists.
    #[must_use]
    pub fn is_optimal(&self) -> bool {
        self.worth == self.bound
    }
}

/// A part of the answers: those with these decisions.
#[derive(Clone, Debug, Default)]
struct Branch {
    /// Person, place, and whether there or anywhere else.
    decided: Vec<(usize, usize, bool)>,
}

type Rank = (Reverse<usize>, Reverse<usize>, i64);

impl Puzzle {
    /// What one pairing is worth.
    #[must_use]
    pub fn of(&self, person: usize, place: usize) -> i16 {
        self.worth[person * self.places.len() + place]
    }

    /// How good an answer is; nothing when it breaks a rule.
    #[must_use]
    pub fn worth_of(&self, place: &[Option<usize>]) -> Option<Worth> {
        let mut inside: Vec<Vec<usize>> = vec![Vec::new(); self.places.len()];
        for (person, place) in place.iter().enumerate() {
            if let Some(place) = place {
                inside[*place].push(person);
            }
        }
        let shares = |(one, other): &(usize, usize)| (place[*one], place[*other]);
        if self.apart.iter().map(shares).any(|(a, b)| a.is_some() && a == b) {
            return None;
        }
        let split = |(a, b): (Option<usize>, Option<usize>)| a.is_some() && b.is_some() && a != b;
        if self.together.iter().map(shares).any(split) {
            return None;
        }
        let mut worth = Worth {
            unplaced: place.iter().filter(|place| place.is_none()).count(),
            short: 0,
            points: 0,
        };
        let belongs = self.belongs();
        for (nth, people) in inside.iter().enumerate() {
            worth.points += self.points_in(&belongs, nth, people)?;
            worth.short += self.places[nth].min.saturating_sub(people.len());
        }
        Some(worth)
    }

    /// The classes of each person.
    pub(super) fn belongs(&self) -> Vec<Vec<usize>> {
        let mut belongs = vec![Vec::new(); self.people];
        for (nth, class) in self.classes.iter().enumerate() {
            for person in &class.people {
                belongs[*person].push(nth);
            }
        }
        belongs
    }

    /// What these people, of these classes, are worth in one place; nothing when one of them may not be there or
    /// they do not fit.
    pub(super) fn points_in(&self, belongs: &[Vec<usize>], place: usize, people: &[usize]) -> Option<i64> {
        let mut points = *self.places[place].gain.get(people.len())?;
        let mut classes: Vec<usize> = Vec::with_capacity(people.len() * 3);
        for person in people {
            let worth = self.of(*person, place);
            if worth == NEVER {
                return None;
            }
            points += i64::from(worth);
            classes.extend(&belongs[*person]);
        }
        classes.sort_unstable();
        for same in classes.chunk_by(|one, other| one == other) {
            points -= self.classes[same[0]].lost(place, same.len());
        }
        Some(points)
    }

    /// The best answer, or the best found with its bound.
    ///
    /// # Errors
    /// When the work was called off.
    pub fn solve(&self, watch: &Watch) -> Result<Solved, Cancelled> {
        Search::new(self).run(watch)
    }
}

/// The search and the best it has found.
struct Search<'a> {
    puzzle: &'a Puzzle,
    relaxed: Problem,
    /// What one more of a class costs in a place, in parts of a point: class by class.
    prices: Vec<i64>,
    /// Those who must sit together, as one: of each person.
    units: Vec<Vec<usize>>,
    /// The classes of each person.
    of_person: Vec<Vec<usize>>,
    best: Option<(Worth, Vec<Option<usize>>)>,
    /// How often relaxed answers are still bettered by hand.
    by_hand: usize,
}

/// What the relaxed problem says about a branch.
struct Look {
    place: Vec<Option<usize>>,
    bound: Worth,
    /// Class, place, how many more sit there than the prices want (or fewer), and what that leaves open.
    open: Vec<(i64, usize, usize, i64)>,
}

impl<'a> Search<'a> {
    fn new(puzzle: &'a Puzzle) -> Self {
        let places = puzzle.places.iter().map(|seats| Place {
            min: seats.min.min(seats.room()),
            seats: falling(&seats.gain),
        });
        let mut units: Vec<Vec<usize>> = (0..puzzle.people).map(|person| vec![person]).collect();
        for (one, other) in &puzzle.together {
            let all: BTreeSet<usize> = units[*one].iter().chain(&units[*other]).copied().collect();
            for person in &all {
                units[*person] = all.iter().copied().collect();
            }
        }
        Self {
            relaxed: Problem::new(puzzle.people, places.collect()),
            prices: vec![0; puzzle.classes.len() * puzzle.places.len()],
            puzzle,
            units,
            of_person: puzzle.belongs(),
            best: None,
            by_hand: (TRIED / (puzzle.people * (puzzle.people + puzzle.places.len())).max(1)).clamp(3, 200),
        }
    }

    fn run(mut self, watch: &Watch) -> Result<Solved, Cancelled> {
        let size = self.puzzle.people * self.puzzle.places.len() + 1000;
        let mut left = (WORK / size).max(40);
        let root = Branch::default();
        watch.tell("placing people", 0, 0);
        let mut look = self.look(&root, watch)?;
        self.improve(&look, watch)?;
        let mut bound = look.bound;
        let mut best_prices = self.prices.clone();
        // Prices for classes, a step at a time in the direction of what the answer got wrong.
        let rounds = (left / 4).clamp(10, 120);
        let mut pace = 1.0_f64;
        for round in 0..rounds {
            let Some((found, _)) = &self.best else { break };
            if found.rank() >= bound.rank() || watch.is_enough() {
                break;
            }
            watch.tell("weighing who sits together", round as u64, rounds as u64);
            let gap = (bound.points - found.points).max(1) * FINE;
            let off: i64 = look.open.iter().map(|(_, _, _, off)| off * off).sum();
            if off == 0 {
                break;
            }
            let step = (pace * gap as f64 / off as f64).max(1.0);
            for (_, class, place, off) in &look.open {
                let price = &mut self.prices[class * self.puzzle.places.len() + place];
                *price = (*price + (step * *off as f64).round() as i64).clamp(0, 100 * FINE);
            }
            look = self.look(&root, watch)?;
            left = left.saturating_sub(1);
            if look.bound.rank() < bound.rank() {
                bound = look.bound;
                best_prices.clone_from(&self.prices);
                self.improve(&look, watch)?;
            } else {
                pace *= 0.85;
            }
        }
        self.prices = best_prices;
        self.branch(bound, left, watch)
    }

    /// Halves the answers again and again, those with the best bound first.
    fn branch(mut self, bound: Worth, left: usize, watch: &Watch) -> Result<Solved, Cancelled> {
        let mut open: BinaryHeap<(Rank, Reverse<usize>)> = BinaryHeap::new();
        let mut branches = vec![(Branch::default(), bound)];
        open.push((bound.rank(), Reverse(0)));
        let mut looks = 0;
        let mut rest = None;
        while let Some((rank, Reverse(nth))) = open.pop() {
            if self.best.as_ref().is_some_and(|(best, _)| best.rank() >= rank) {
                break;
            }
            if looks >= left || watch.is_enough() {
                rest = Some(branches[nth].1);
                break;
            }
            looks += 1;
            watch.tell("proving it", looks as u64, left as u64);
            let branch = branches[nth].0.clone();
            let above = branches[nth].1;
            let look = self.look(&branch, watch)?;
            self.improve(&look, watch)?;
            let bound = if look.bound.rank() < above.rank() {
                look.bound
            } else {
                above
            };
            let Some((person, place)) = self.question(&branch, &look) else {
                continue;
            };
            for yes in [true, false] {
                let mut next = branch.clone();
                next.decided.push((person, place, yes));
                open.push((bound.rank(), Reverse(branches.len())));
                branches.push((next, bound));
            }
        }
        let (worth, place) = self.best.unwrap_or_else(|| {
            let nobody = vec![None; self.puzzle.people];
            let worth = self.puzzle.worth_of(&nobody);
            (worth.expect("nobody seated breaks no rule"), nobody)
        });
        let bound = rest.filter(|rest| rest.rank() > worth.rank()).unwrap_or(worth);
        Ok(Solved { place, worth, bound })
    }

    /// Solves the relaxed problem of a branch.
    fn look(&mut self, branch: &Branch, watch: &Watch) -> Result<Look, Cancelled> {
        let (puzzle, places) = (self.puzzle, self.puzzle.places.len());
        let mut never: Vec<bool> = puzzle.worth.iter().map(|worth| *worth == NEVER).collect();
        let mut fixed = vec![None; puzzle.people];
        for (person, place, there) in &branch.decided {
            if *there {
                // Who must be with them may be left out, but sits nowhere else.
                for other in partners(&puzzle.together, *person).chain([*person]) {
                    for elsewhere in (0..places).filter(|elsewhere| elsewhere != place) {
                        never[other * places + elsewhere] = true;
                    }
                }
            } else {
                never[person * places + place] = true;
            }
            if *there {
                fixed[*person] = Some(*place);
                for other in partners(&puzzle.apart, *person) {
                    never[other * places + place] = true;
                }
            }
        }
        for person in 0..puzzle.people {
            for place in 0..places {
                let at = person * places + place;
                self.relaxed.worth[at] = if never[at] {
                    NEVER
                } else {
                    let priced = self.of_person[person]
                        .iter()
                        .map(|class| self.prices[class * places + place]);
                    let worth = i64::from(puzzle.worth[at]) * FINE - priced.sum::<i64>();
                    i16::try_from(worth.clamp(-30_000, 30_000)).unwrap_or(0)
                };
            }
        }
        let seated = self.relaxed.solve_silently(watch)?;
        let mut points = seated.worth.points;
        let mut open = Vec::new();
        for (nth, class) in puzzle.classes.iter().enumerate() {
            for place in 0..places {
                if class.already[place].is_none() {
                    continue;
                }
                let price = self.prices[nth * places + place];
                let may = class
                    .people
                    .iter()
                    .filter(|person| !never[**person * places + place])
                    .count()
                    .min(puzzle.places[place].room());
                let must = class
                    .people
                    .iter()
                    .filter(|person| fixed[**person] == Some(place))
                    .count();
                let value = |people: usize| {
                    price * i64::try_from(people).unwrap_or(0) - FINE * class.lost(place, people)
                };
                let (best, wanted) = (must.min(may)..=may)
                    .map(|people| (value(people), Reverse(people)))
                    .max()
                    .map_or((0, 0), |(value, Reverse(people))| (value, people));
                points += best;
                let there = class
                    .people
                    .iter()
                    .filter(|person| seated.place[**person] == Some(place))
                    .count();
                if there != wanted {
                    let off = i64::try_from(there).unwrap_or(0) - i64::try_from(wanted).unwrap_or(0);
                    open.push((best - value(there), nth, place, off));
                }
            }
        }
        Ok(Look {
            place: seated.place,
            bound: Worth {
                points: points.div_euclid(FINE),
                ..seated.worth
            },
            open,
        })
    }

    /// Who to decide about next, and where: what the relaxed answer gets most wrong.
    fn question(&self, branch: &Branch, look: &Look) -> Option<(usize, usize)> {
        let decided: BTreeSet<(usize, usize)> = branch
            .decided
            .iter()
            .map(|(person, place, _)| (*person, *place))
            .collect();
        let settled: BTreeSet<usize> = branch
            .decided
            .iter()
            .filter(|(_, _, there)| *there)
            .map(|(person, _, _)| *person)
            .collect();
        let asks = |person: usize, place: usize| {
            (!settled.contains(&person) && !decided.contains(&(person, place))).then_some((person, place))
        };
        let at = |person: usize| look.place[person];
        for (one, other) in &self.puzzle.apart {
            if let (Some(a), Some(b)) = (at(*one), at(*other))
                && a == b
                && let Some(found) = asks(*one, a).or(asks(*other, a))
            {
                return Some(found);
            }
        }
        for (one, other) in &self.puzzle.together {
            if let (Some(a), Some(b)) = (at(*one), at(*other))
                && a != b
                && let Some(found) = asks(*one, a).or(asks(*other, b))
            {
                return Some(found);
            }
        }
        let mut open = look.open.clone();
        open.sort_by_key(|(gap, class, place, _)| (Reverse(*gap), *class, *place));
        for (gap, class, place, _) in open {
            if gap == 0 {
                break;
            }
            let people = &self.puzzle.classes[class].people;
            let there = people.iter().filter(|person| at(**person) == Some(place));
            let elsewhere = people.iter().filter(|person| at(**person) != Some(place));
            let can = |person: &&usize| self.puzzle.of(**person, place) != NEVER;
            let found = there
                .chain(elsewhere.filter(can))
                .find_map(|person| asks(*person, place));
            if found.is_some() {
                return found;
            }
        }
        (0..self.puzzle.people).find_map(|person| asks(person, at(person)?))
    }

    /// Makes a whole answer of a relaxed one, betters it by moves and swaps, and keeps it when it is the best yet.
    fn improve(&mut self, look: &Look, watch: &Watch) -> Result<(), Cancelled> {
        let mut answers = vec![look.place.clone()];
        if self.by_hand > 0 {
            self.by_hand -= 1;
            let mut table = Table::new(self.puzzle, &self.units, &self.of_person);
            table.fill_from(&look.place);
            table.better(watch)?;
            answers.push(table.places());
        }
        for place in answers {
            let Some(worth) = self.puzzle.worth_of(&place) else {
                continue;
            };
            let best = self.best.as_ref().map(|(best, _)| best.rank());
            if best.is_none_or(|best| best < worth.rank()) {
                self.best = Some((worth, place));
            }
        }
        Ok(())
    }
}

/// Those who are in a pair with somebody.
fn partners(pairs: &[(usize, usize)], person: usize) -> impl Iterator<Item = usize> + '_ {
    pairs.iter().filter_map(move |(one, other)| {
        (*one == person)
            .then_some(*other)
            .or((*other == person).then_some(*one))
    })
}

/// What each further seat costs in parts of a point, so that no number of people is worth less than it is and no
/// seat costs less than the one before: the least concave function above the gains.
fn falling(gain: &[i64]) -> Vec<i32> {
    let mut seats = Vec::with_capacity(gain.len().saturating_sub(1));
    let mut from = 0;
    while from + 1 < gain.len() {
        // The steepest way on, the longest of those.
        let rise = |to: usize| {
            let step = i64::try_from(to - from).unwrap_or(1);
            // Rounded up, so that it stays a bound.
            -(-(gain[to] - gain[from]) * FINE).div_euclid(step)
        };
        let to = (from + 1..gain.len())
            .max_by_key(|to| (rise(*to), *to))
            .unwrap_or(from + 1);
        let each = i32::try_from(-rise(to)).unwrap_or(i32::MAX);
        seats.extend(std::iter::repeat_n(each, to - from));
        from = to;
    }
    // Rounding may have made a later step steeper by less than a part of a point.
    for nth in 1..seats.len() {
        seats[nth] = seats[nth].max(seats[nth - 1]);
    }
    seats
}

#[cfg(test)]
mod tests;
