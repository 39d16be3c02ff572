//! Seats for people who have too few: a smallest set of rules to lift so that everybody sits.
//!
//! Fewest rules first, then fewest people touched: those who sit beyond a usual number of seats, those let in where
//! only a rule of their own lets them, and those whom a lifted pair rule is about. Searched exactly: whoever has no
//! seat can get one only where the people and places that seats can be passed on among (the alternating paths from
//! that person) are given more room, or somebody of them is let in elsewhere; each branch lifts one such place, the
//! last none of them. Pair rules that nobody has decided about bind nobody until an answer breaks one; then it is
//! lifted, or kept by keeping one of the two away. Knows nothing of mentoring.

use super::flow::{NEVER, Place, Problem, Seated};
use crate::plan::{Cancelled, Watch};

/// Pairings looked at before the best set found is taken: a few seconds.
const WORK: usize = 30_000_000;

/// Whether somebody may sit in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seat {
    /// Yes.
    Free,
    /// When let in, which is a rule to lift for this person alone.
    LetIn,
    /// When this pair rule is lifted.
    Pair(usize),
    /// Never.
    Never,
}

/// How two people are bound by a pair rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bond {
    /// They must not share a place.
    Apart,
    /// They must not sit in different places.
    Together,
}

/// Who is to sit where, and which rules could be lifted.
#[derive(Clone, Debug, Default)]
pub(super) struct Lacking {
    pub(super) people: usize,
    /// The seats of each place: as it is, and with more and more rules lifted: seats, and how many rules that takes.
    pub(super) rooms: Vec<Vec<(usize, usize)>>,
    /// Where people may sit, person by person.
    pub(super) seats: Vec<Seat>,
    /// Two people, how they are bound, and by which pair rule.
    pub(super) bonds: Vec<(usize, usize, Bond, usize)>,
    /// How many people each pair rule is about.
    pub(super) touches: Vec<usize>,
}

/// A set of rules to lift, and where everybody sits then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lifted {
    /// How many rules.
    pub(super) rules: usize,
    /// How many people they touch.
    pub(super) touched: usize,
    /// How far each place is lifted: which of its `rooms`.
    pub(super) rooms: Vec<usize>,
    /// Which pair rules are lifted.
    pub(super) pairs: Vec<usize>,
    /// The place of each person.
    pub(super) place: Vec<usize>,
    /// Whether no smaller set exists.
    pub(super) smallest: bool,
}

/// What is decided about a pair rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    Open,
    Lifted,
    Kept,
}

/// A part of the sets: those with these decisions.
#[derive(Clone, Debug)]
struct Branch {
    rooms: Vec<usize>,
    /// Places that are lifted no further.
    frozen: Vec<bool>,
    rules: Vec<Rule>,
    /// Pairings that are not to be.
    not: Vec<bool>,
}

struct Search<'a> {
    of: &'a Lacking,
    best: Option<Lifted>,
    left: usize,
    /// How many cannot sit as the rules are, pair rules left aside: so many people are touched at least.
    lacking: usize,
}

impl Lacking {
    fn seat(&self, person: usize, place: usize) -> Seat {
        self.seats[person * self.rooms.len() + place]
    }

    /// A smallest set of rules to lift; nothing where no set helps.
    ///
    /// # Errors
    /// When the work was called off.
    pub(super) fn solve(&self, watch: &Watch) -> Result<Option<Lifted>, Cancelled> {
        let size = self.people * self.rooms.len() + 1000;
        let root = Branch {
            rooms: vec![0; self.rooms.len()],
            frozen: vec![false; self.rooms.len()],
            rules: vec![Rule::Open; self.touches.len()],
            not: vec![false; self.seats.len()],
        };
        let mut search = Search {
            of: self,
            best: None,
            left: (WORK / size).max(60),
            lacking: 0,
        };
        search.lacking = search.seated(&root, false, watch)?.worth.unplaced;
        let whole = search.branch(&root, watch)?;
        Ok(search.best.map(|best| Lifted {
            smallest: whole,
            ..best
        }))
    }
}

impl Search<'_> {
    /// Whether a branch was looked through: not when the work allowed is used up.
    fn branch(&mut self, branch: &Branch, watch: &Watch) -> Result<bool, Cancelled> {
        watch.go_on()?;
        if self.left == 0 || watch.is_enough() && self.best.is_some() {
            return Ok(false);
        }
        self.left -= 1;
        watch.tell("looking for a rule to relax", 0, 0);
        let plain = self.seated(branch, false, watch)?;
        let (rules, people) = self.lifted(branch);
        let (open, lets, reach) = self.lack(branch, &plain);
        let least = (rules + open + lets, people + self.lacking);
        if self
            .best
            .as_ref()
            .is_some_and(|best| (best.rules, best.touched) <= least)
        {
            return Ok(true);
        }
        if open > 0 {
            return self.lift_one(branch, &reach, true, watch);
        }
        let seated = if lets > 0 {
            self.seated(branch, true, watch)?
        } else {
            plain
        };
        if let Some(without) = seated.place.iter().position(Option::is_none) {
            let reach = self.reach(branch, &seated, without, true);
            return self.lift_one(branch, &reach, false, watch);
        }
        let place: Vec<usize> = seated.place.iter().flatten().copied().collect();
        match self.broken(branch, &place) {
            Some(children) => {
                let mut whole = true;
                for child in children {
                    whole &= self.branch(&child, watch)?;
                }
                Ok(whole)
            }
            None => {
                self.keep(branch, place);
                Ok(true)
            }
        }
    }

    /// Gives one of these places more room, each kind of place in turn; then, where it can be done without, none.
    fn lift_one(
        &mut self,
        branch: &Branch,
        reach: &[usize],
        or_none: bool,
        watch: &Watch,
    ) -> Result<bool, Cancelled> {
        let mut without = branch.clone();
        let mut whole = true;
        for place in reach {
            let step = branch.rooms[*place] + 1;
            if without.frozen[*place] || step >= self.of.rooms[*place].len() {
                continue;
            }
            let mut child = without.clone();
            child.rooms[*place] = step;
            whole &= self.branch(&child, watch)?;
            // Places alike need not be tried one after the other.
            for other in reach {
                if self.alike(branch, *place, *other) {
                    without.frozen[*other] = true;
                }
            }
        }
        for place in reach {
            without.frozen[*place] = true;
        }
        if or_none {
            whole &= self.branch(&without, watch)?;
        }
        Ok(whole)
    }

    fn alike(&self, branch: &Branch, one: usize, other: usize) -> bool {
        let (of, places) = (self.of, self.of.rooms.len());
        one == other
            || of.rooms[one] == of.rooms[other]
                && branch.rooms[one] == branch.rooms[other]
                && (0..of.people).all(|person| {
                    of.seat(person, one) == of.seat(person, other)
                        && branch.not[person * places + one] == branch.not[person * places + other]
                })
    }

    /// How many rules a branch has lifted, and how many people its pair rules touch.
    fn lifted(&self, branch: &Branch) -> (usize, usize) {
        let rooms = branch.rooms.iter().zip(&self.of.rooms);
        let rooms: usize = rooms.map(|(at, tiers)| tiers[*at].1).sum();
        let pairs = branch.rules.iter().zip(&self.of.touches);
        let pairs = pairs.filter(|(rule, _)| **rule == Rule::Lifted);
        pairs.fold((rooms, 0), |(rules, people), (_, touched)| {
            (rules + 1, people + touched)
        })
    }

    /// Whether somebody may sit there in a branch: freely, or when let in.
    fn may(&self, branch: &Branch, person: usize, place: usize) -> Seat {
        if branch.not[person * self.of.rooms.len() + place] {
            return Seat::Never;
        }
        match self.of.seat(person, place) {
            Seat::Pair(rule) if branch.rules[rule] == Rule::Kept => Seat::Never,
            Seat::Pair(_) => Seat::Free,
            other => other,
        }
    }

    /// Everybody seated as far as the branch allows: most people, fewest let in, fewest beyond the usual seats.
    fn seated(&self, branch: &Branch, let_in: bool, watch: &Watch) -> Result<Seated, Cancelled> {
        let places = self.of.rooms.iter().zip(&branch.rooms).map(|(tiers, at)| {
            let (usual, room) = (tiers[0].0, tiers[*at].0.min(self.of.people));
            Place {
                min: 0,
                seats: (0..room).map(|nth| i32::from(nth >= usual)).collect(),
            }
        });
        let mut problem = Problem::new(self.of.people, places.collect());
        // More than all seats beyond the usual together; nobody is touched twice.
        let dear = i16::try_from(self.of.people + 1).unwrap_or(i16::MAX);
        for person in 0..self.of.people {
            for place in 0..self.of.rooms.len() {
                problem.row_mut(person)[place] = match self.may(branch, person, place) {
                    Seat::Free => 0,
                    Seat::LetIn if let_in => -dear,
                    _ => NEVER,
                };
            }
        }
        problem.solve_silently(watch)
    }

    /// The places that seats could be passed on among to give this person one: all of them are full.
    fn reach(&self, branch: &Branch, seated: &Seated, person: usize, let_in: bool) -> Vec<usize> {
        let mut reached = vec![false; self.of.rooms.len()];
        let mut people = vec![person];
        while let Some(person) = people.pop() {
            for (place, reached) in reached.iter_mut().enumerate() {
                let may = match self.may(branch, person, place) {
                    Seat::Free => true,
                    Seat::LetIn => let_in,
                    _ => false,
                };
                if may && !*reached {
                    *reached = true;
                    let sits = |other: &usize| seated.place[*other] == Some(place);
                    people.extend((0..self.of.people).filter(sits));
                }
            }
        }
        (0..reached.len()).filter(|place| reached[*place]).collect()
    }

    /// How many groups of places lack room that may be lifted; how many people can only be let in, since nothing
    /// they reach may be; and the places of the first of those groups.
    fn lack(&self, branch: &Branch, seated: &Seated) -> (usize, usize, Vec<usize>) {
        let (mut open, mut lets, mut first) = (0, 0, Vec::new());
        let mut counted = vec![false; self.of.rooms.len()];
        for person in (0..self.of.people).filter(|person| seated.place[*person].is_none()) {
            let reach = self.reach(branch, seated, person, false);
            let liftable = |place: &usize| {
                !branch.frozen[*place] && branch.rooms[*place] + 1 < self.of.rooms[*place].len()
            };
            if !reach.iter().any(liftable) {
                lets += 1;
            } else if !reach.iter().any(|place| counted[*place]) {
                open += 1;
                reach.iter().for_each(|place| counted[*place] = true);
                if open == 1 {
                    first = reach;
                }
            }
        }
        (open, lets, first)
    }

    /// What becomes of a pair rule that an answer breaks: lifted, or kept by keeping somebody away. Nothing when
    /// none is broken.
    fn broken(&self, branch: &Branch, place: &[usize]) -> Option<Vec<Branch>> {
        let places = self.of.rooms.len();
        let decided = |rule: usize, what: Rule| {
            let mut child = branch.clone();
            child.rules[rule] = what;
            child
        };
        for (person, at) in place.iter().enumerate() {
            if let Seat::Pair(rule) = self.of.seat(person, *at)
                && branch.rules[rule] == Rule::Open
            {
                return Some(vec![decided(rule, Rule::Kept), decided(rule, Rule::Lifted)]);
            }
        }
        for (one, other, bond, rule) in &self.of.bonds {
            let (here, there) = (place[*one], place[*other]);
            let holds = match bond {
                Bond::Apart => here != there,
                Bond::Together => here == there,
            };
            if holds || branch.rules[*rule] == Rule::Lifted {
                continue;
            }
            let mut children = Vec::new();
            let mut away = decided(*rule, Rule::Kept);
            away.not[one * places + here] = true;
            children.push(away);
            let mut stays = decided(*rule, Rule::Kept);
            match bond {
                Bond::Apart => stays.not[other * places + here] = true,
                Bond::Together => {
                    for elsewhere in (0..places).filter(|elsewhere| *elsewhere != here) {
                        stays.not[one * places + elsewhere] = true;
                        stays.not[other * places + elsewhere] = true;
                    }
                }
            }
            children.push(stays);
            if branch.rules[*rule] == Rule::Open {
                children.push(decided(*rule, Rule::Lifted));
            }
            return Some(children);
        }
        None
    }

    /// Keeps an answer when it is the best yet.
    fn keep(&mut self, branch: &Branch, place: Vec<usize>) {
        let (mut rules, mut touched) = self.lifted(branch);
        for (person, at) in place.iter().enumerate() {
            if self.of.seat(person, *at) == Seat::LetIn {
                rules += 1;
                touched += 1;
            }
        }
        for (nth, tiers) in self.of.rooms.iter().enumerate() {
            let sit = place.iter().filter(|at| **at == nth).count();
            touched += sit.saturating_sub(tiers[0].0);
        }
        if self
            .best
            .as_ref()
            .is_none_or(|best| (rules, touched) < (best.rules, best.touched))
        {
            let pairs = branch.rules.iter().enumerate();
            let pairs = pairs.filter(|(_, rule)| **rule == Rule::Lifted);
            self.best = Some(Lifted {
                rules,
                touched,
                rooms: branch.rooms.clone(),
                pairs: pairs.map(|(rule, _)| rule).collect(),
                place,
                smallest: false,
            });
        }
    }
}

#[cfg(test)]
mod tests;
