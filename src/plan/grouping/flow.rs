//! The best seat for everybody: people, places with seats, and what each pairing is worth.
//!
//! An assignment with convex seat costs, solved exactly by successive shortest paths with prices. Of every person
//! only the arcs that look best are kept in a list, with a floor under all the others; a search that comes near a
//! floor prices the whole row again, so that nothing is ever missed. The prices left at the end prove that nothing
//! better exists (`Problem::proves`). Knows nothing of mentoring.

mod row;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::plan::{Cancelled, Watch};
use row::Row;

/// The worth of a pairing that may not be.
pub const NEVER: i16 = i16::MIN;
/// How many arcs of a person are kept in the list.
const LISTED: usize = 16;
/// No place.
const NOWHERE: u32 = u32::MAX;
/// A cost beyond every other.
const FAR: i64 = i64::MAX / 4;
/// A place and what its seats cost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// How many of its seats are to be taken, if that can be.
    pub min: usize,
    /// What each further seat costs, in points; no seat costs less than the one before.
    pub seats: Vec<i32>,
}

/// People to be seated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problem {
    /// How many people there are.
    pub people: usize,
    /// The places.
    pub places: Vec<Place>,
    /// What each pairing is worth in points, person by person; [`NEVER`] when it may not be.
    pub worth: Vec<i16>,
}

/// How good seats are: fewer people without one first, then fewer seats missing from the minimums, then points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worth {
    /// People without a seat.
    pub unplaced: usize,
    /// Seats missing from the minimums of all places.
    pub short: usize,
    /// The worth of the pairings less the cost of the seats.
    pub points: i64,
}

impl Worth {
    /// Something to compare by: greater is better.
    #[must_use]
    pub const fn rank(&self) -> (Reverse<usize>, Reverse<usize>, i64) {
        (Reverse(self.unplaced), Reverse(self.short), self.points)
    }
}

/// The best seats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seated {
    /// The place of each person.
    pub place: Vec<Option<usize>>,
    /// How good they are.
    pub worth: Worth,
    /// What a seat of each place is worth at the margin, in points: the proof.
    pub prices: Vec<i64>,
}

/// How much the levels of the objective weigh against each other when they are one number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    /// Of one seat of a minimum: more than all points together.
    pub(super) seat: i64,
    /// Of one person without a seat: more than all minimums together.
    pub(super) person: i64,
}

impl Problem {
    /// A problem in which nothing is worth anything yet.
    #[must_use]
    pub fn new(people: usize, places: Vec<Place>) -> Self {
        let worth = vec![0; people * places.len()];
        Self {
            people,
            places,
            worth,
        }
    }

    /// What the pairings of one person are worth.
    #[must_use]
    pub fn row(&self, person: usize) -> &[i16] {
        let places = self.places.len();
        &self.worth[person * places..(person + 1) * places]
    }

    /// The same, to be changed.
    pub fn row_mut(&mut self, person: usize) -> &mut [i16] {
        let places = self.places.len();
        &mut self.worth[person * places..(person + 1) * places]
    }

    /// How good these seats are; nothing when one of them may not be or a place is overfull.
    #[must_use]
    pub fn worth_of(&self, place: &[Option<usize>]) -> Option<Worth> {
        let mut sizes = vec![0_usize; self.places.len()];
        let (mut points, mut unplaced) = (0_i64, 0);
        for (person, place) in place.iter().enumerate() {
            let Some(place) = place else {
                unplaced += 1;
                continue;
            };
            let worth = self.row(person)[*place];
            if worth == NEVER {
                return None;
            }
            points += i64::from(worth);
            sizes[*place] += 1;
        }
        let mut short = 0;
        for (place, size) in self.places.iter().zip(sizes) {
            points -= place
                .seats
                .get(..size)?
                .iter()
                .map(|cost| i64::from(*cost))
                .sum::<i64>();
            short += place.min.saturating_sub(size);
        }
        Some(Worth {
            unplaced,
            short,
            points,
        })
    }

    pub(super) fn scale(&self) -> Scale {
        // Without a branch in it, and in numbers every processor compares eight at a time: this passes over every pairing.
        let (mut least, mut most) = (0_i16, 0_i16);
        for worth in &self.worth {
            let worth = if *worth == NEVER { 0 } else { *worth };
            least = least.min(worth);
            most = most.max(worth);
        }
        let of_pairs = i64::from(least.unsigned_abs().max(most.unsigned_abs()));
        let of_seats = self.places.iter().flat_map(|place| &place.seats);
        let of_seats = of_seats.map(|cost| i64::from(cost.unsigned_abs())).max();
        let people = i64::try_from(self.people).unwrap_or(i64::MAX >> 32) + 1;
        let seat = 2 * (of_pairs + of_seats.unwrap_or(0)) * people + 1;
        Scale {
            seat,
            person: seat * (people + 1),
        }
    }

    /// The best seats there are.
    ///
    /// # Errors
    /// When the work was called off.
    pub fn solve(&self, watch: &Watch) -> Result<Seated, Cancelled> {
        self.seat_all(watch, |doing, done, of| watch.tell(doing, done as u64, of as u64))
    }

    /// The same as a step of longer work, which tells how far it is itself.
    pub(super) fn solve_silently(&self, watch: &Watch) -> Result<Seated, Cancelled> {
        self.seat_all(watch, |_, _, _| {})
    }

    fn seat_all(
        &self,
        watch: &Watch,
        tell: impl Fn(&'static str, usize, usize),
    ) -> Result<Seated, Cancelled> {
        let mut search = Search::new(self);
        for person in 0..self.people {
            if person % 64 == 0 {
                watch.go_on()?;
                tell("placing people", person, self.people);
            }
            search.seat(person);
        }
        for place in 0..self.places.len() {
            while search.lacks(place) > 0 {
                watch.go_on()?;
                tell("filling groups", place, self.places.len());
                search.fill(place);
            }
        }
        Ok(search.seated())
    }
}

/// The person or place to look at next, nearest first.
type Next = Reverse<(i64, u32)>;

/// A place that a person looks at.
#[derive(Clone, Copy, Debug, Default)]
struct Arc {
    place: u32,
    worth: i16,
    /// By how much it cost more than the cheapest when it was listed.
    above: u16,
}

/// The state of the search: who sits where, and what a seat of each place costs at the margin.
struct Search<'a> {
    problem: &'a Problem,
    scale: Scale,
    /// Price of each place; a person's cost of a place is its price less the worth.
    price: Vec<i64>,
    /// What the next seat of a place costs beyond its price; never negative.
    spare: Vec<i64>,
    /// The people in each place.
    sits: Vec<Vec<u32>>,
    without: Vec<u32>,
    at: Vec<u32>,
    /// What the place of each person is worth to them.
    worths: Vec<i16>,
    /// The listed arcs of each person, the cheapest first.
    arcs: Vec<Arc>,
    listed: Vec<u8>,
    /// What the cheapest of them cost when it was listed, at raised prices, which only grow.
    least: Vec<i32>,
    /// Every arc that is not listed costs at least this, less what prices fell since it was written down.
    floor: Vec<i64>,
    fallen: i64,
    /// What every place would cost one person, at prices as they would be had they not fallen.
    row: Row,
    /// The search in hand.
    round: u32,
    seen: Vec<u32>,
    settled: Vec<u32>,
    near: Vec<i64>,
    via: Vec<u32>,
    heap: BinaryHeap<Next>,
    done: Vec<u32>,
}

impl<'a> Search<'a> {
    fn new(problem: &'a Problem) -> Self {
        let (people, places) = (problem.people, problem.places.len());
        let mut search = Self {
            problem,
            scale: problem.scale(),
            price: Vec::with_capacity(places),
            spare: vec![0; places],
            sits: vec![Vec::new(); places],
            without: Vec::new(),
            at: vec![NOWHERE; people],
            worths: vec![0; people],
            arcs: vec![Arc::default(); people * LISTED],
            listed: vec![0; people],
            least: vec![0; people],
            floor: vec![FAR; people],
            fallen: 0,
            row: Row::default(),
            round: 0,
            seen: vec![0; places],
            settled: vec![0; places],
            near: vec![0; places],
            via: vec![NOWHERE; places],
            heap: BinaryHeap::new(),
            done: Vec::new(),
        };
        // Where there is no seat at all the price keeps everybody away.
        search.price = (0..places).map(|place| search.seat_cost(place, 0)).collect();
        search.row = Row::of(&search.price);
        for person in 0..people {
            let least = search.row.price(problem.row(person));
            search.list(person, least);
        }
        search
    }

    /// What a place's seat of this number costs, 0 being the first.
    fn seat_cost(&self, place: usize, nth: usize) -> i64 {
        let seat = self.problem.places[place].seats.get(nth);
        seat.map_or(FAR, |cost| i64::from(*cost))
    }

    fn worth(&self, person: usize, place: usize) -> i64 {
        i64::from(self.problem.worth[person * self.problem.places.len() + place])
    }

    /// What a person pays now.
    fn pays(&self, person: u32) -> i64 {
        let place = self.at[person as usize];
        if place == NOWHERE {
            return self.scale.person;
        }
        self.price[place as usize] - i64::from(self.worths[person as usize])
    }

    /// Keeps the cheapest arcs of the priced row in the person's list.
    fn list(&mut self, person: usize, least: i32) {
        let floor = self.row.pick_cheapest(LISTED, least, person);
        let row = self.problem.row(person);
        let list = &mut self.arcs[person * LISTED..(person + 1) * LISTED];
        for (arc, (cost, place)) in list.iter_mut().zip(self.row.picked()) {
            *arc = Arc {
                place: *place,
                worth: row[*place as usize],
                above: u16::try_from(cost - least).unwrap_or(u16::MAX),
            };
        }
        self.listed[person] = u8::try_from(self.row.picked().len()).unwrap_or(u8::MAX);
        self.least[person] = least;
        self.floor[person] = floor.unwrap_or(FAR);
    }

    fn begin(&mut self) {
        self.round += 1;
        self.heap.clear();
        self.done.clear();
    }

    /// Looks at one place from a person who would pay `cost` for it, having come `so_far`.
    fn reach(&mut self, person: u32, place: usize, cost: i64, so_far: i64, end: &mut End) {
        let near = so_far + cost;
        if near >= end.near || self.settled[place] == self.round {
            return;
        }
        if self.seen[place] == self.round && self.near[place] <= near {
            return;
        }
        self.seen[place] = self.round;
        self.near[place] = near;
        self.via[place] = person;
        if end.is_any {
            let whole = near + self.spare[place];
            if whole < end.near {
                end.near = whole;
                end.place = index(place);
            }
        }
        if !self.sits[place].is_empty() && near < end.near {
            self.heap.push(Reverse((near, index(place))));
        }
    }

    /// Looks at everything a person could move to, having come `so_far` (what he pays now taken off).
    fn leave(&mut self, person: u32, so_far: i64, end: &mut End) {
        let is = person as usize;
        if end.is_any {
            let whole = so_far + self.scale.person;
            if whole < end.near {
                (end.near, end.place, end.without) = (whole, NOWHERE, person);
            }
        } else {
            let worth = self.worth(is, end.place as usize);
            if worth != i64::from(NEVER) {
                let whole = so_far + self.price[end.place as usize] - worth;
                if whole < end.near {
                    (end.near, end.without) = (whole, person);
                }
            }
        }
        let least = so_far + i64::from(self.least[is]) - self.fallen;
        for nth in is * LISTED..is * LISTED + usize::from(self.listed[is]) {
            let arc = self.arcs[nth];
            // It costs at least what it did, and those after it no less.
            if least + i64::from(arc.above) >= end.near {
                break;
            }
            let cost = self.price[arc.place as usize] - i64::from(arc.worth);
            self.reach(person, arc.place as usize, cost, so_far, end);
        }
        let floor = so_far + self.floor[is] - self.fallen;
        if floor < end.near {
            self.heap.push(Reverse((floor, index(self.sits.len()) + person)));
        }
    }

    /// Looks at every place, also those that are not listed.
    fn leave_far(&mut self, person: u32, so_far: i64, end: &mut End) {
        let least = self.row.price(self.problem.row(person as usize));
        self.row.pick((end.near - so_far).saturating_add(self.fallen));
        for nth in 0..self.row.picked().len() {
            let place = self.row.picked()[nth].1 as usize;
            let cost = self.price[place] - self.worth(person as usize, place);
            self.reach(person, place, cost, so_far, end);
        }
        self.list(person as usize, least);
    }

    /// Goes on from the nearest place until the end is nearest.
    fn go(&mut self, root: Option<u32>, end: &mut End) {
        let places = self.sits.len();
        while let Some(Reverse((near, what))) = self.heap.pop() {
            if near >= end.near {
                return;
            }
            let what = what as usize;
            if let Some(person) = what.checked_sub(places) {
                let person = index(person);
                let so_far = match self.at[person as usize] {
                    NOWHERE if Some(person) == root => 0,
                    NOWHERE => -self.scale.person,
                    place => self.near[place as usize] - self.pays(person),
                };
                self.leave_far(person, so_far, end);
            } else if self.settled[what] != self.round && self.near[what] == near {
                self.settled[what] = self.round;
                self.done.push(index(what));
                for nth in 0..self.sits[what].len() {
                    let person = self.sits[what][nth];
                    let so_far = near - self.pays(person);
                    self.leave(person, so_far, end);
                }
            }
        }
    }

    /// Gives one more person a seat, moving others where that is best for all.
    fn seat(&mut self, person: usize) {
        self.begin();
        let person = index(person);
        let mut end = End {
            near: FAR,
            place: NOWHERE,
            without: NOWHERE,
            is_any: true,
        };
        self.leave(person, 0, &mut end);
        self.go(Some(person), &mut end);
        for nth in 0..self.done.len() {
            self.raise(self.done[nth] as usize, end.near);
        }
        if end.place == NOWHERE {
            self.without.push(end.without);
            self.shift(end.without, NOWHERE);
        } else {
            let place = end.place as usize;
            if self.settled[place] != self.round {
                self.raise(place, end.near);
            }
            self.shift(self.via[place], end.place);
            self.spare[place] = self.seat_cost(place, self.sits[place].len()) - self.price[place];
        }
    }

    fn raise(&mut self, place: usize, near: i64) {
        let by = near - self.near[place];
        if by > 0 {
            self.price[place] += by;
            self.spare[place] -= by;
            self.row.set(place, self.price[place] + self.fallen);
        }
    }

    /// Moves a person to a place, whoever came that way to the place left, and so on back to the root.
    fn shift(&mut self, person: u32, to: u32) {
        let (mut person, mut to) = (person, to);
        loop {
            let from = std::mem::replace(&mut self.at[person as usize], to);
            if to != NOWHERE {
                self.worths[person as usize] = self.problem.row(person as usize)[to as usize];
                self.sits[to as usize].push(person);
            }
            if from == NOWHERE {
                self.without.retain(|without| *without != person || to == NOWHERE);
                return;
            }
            let left = &mut self.sits[from as usize];
            if let Some(nth) = left.iter().position(|sits| *sits == person) {
                left.swap_remove(nth);
            }
            if self.via[from as usize] == NOWHERE {
                return;
            }
            (person, to) = (self.via[from as usize], from);
        }
    }

    /// What a place's seat of this number costs once filling a minimum is worth more than anything.
    fn wanted_cost(&self, place: usize, nth: usize) -> i64 {
        let is = &self.problem.places[place];
        let reward = if nth < is.min { self.scale.seat } else { 0 };
        self.seat_cost(place, nth) - reward
    }

    /// What one more seat taken at this place would gain at the present prices; nothing above 0 when its minimum
    /// is met, or its prices say that nobody can come.
    fn lacks(&self, place: usize) -> i64 {
        let size = self.sits[place].len();
        if size >= self.problem.places[place].min {
            return 0;
        }
        self.price[place] - self.wanted_cost(place, size)
    }

    /// Brings one more person to a place that has fewer than its minimum, at the least loss, or prices the place
    /// so that it shows that nobody can come.
    fn fill(&mut self, place: usize) {
        self.begin();
        let mut end = End {
            near: self.lacks(place),
            place: index(place),
            without: NOWHERE,
            is_any: false,
        };
        for from in 0..self.sits.len() {
            if let Some(last) = self.sits[from].len().checked_sub(1) {
                self.seen[from] = self.round;
                self.near[from] = self.price[from] - self.wanted_cost(from, last);
                self.via[from] = NOWHERE;
                self.heap.push(Reverse((self.near[from], index(from))));
            }
        }
        for nth in 0..self.without.len() {
            self.leave(self.without[nth], -self.scale.person, &mut end);
        }
        self.go(None, &mut end);
        self.fallen += end.near;
        for of in 0..self.price.len() {
            let near = if self.seen[of] == self.round {
                self.near[of].min(end.near)
            } else {
                end.near
            };
            self.price[of] -= near;
            self.row.set(of, self.price[of] + self.fallen);
        }
        if end.without != NOWHERE {
            self.shift(end.without, index(place));
        }
    }

    fn seated(self) -> Seated {
        let place: Vec<Option<usize>> = self
            .at
            .iter()
            .map(|at| (*at != NOWHERE).then_some(*at as usize))
            .collect();
        let worth = self.problem.worth_of(&place);
        Seated {
            worth: worth.expect("the search seats people only where they may sit"),
            place,
            prices: self.price,
        }
    }
}

/// Where a search is to end.
struct End {
    /// How far it is by the best way found.
    near: i64,
    /// The place, or nowhere.
    place: u32,
    /// Who would be left without a seat, or would come to the place.
    without: u32,
    /// Whether any free seat will do; else it is one place.
    is_any: bool,
}

/// A number of people or places, which are fewer than four thousand million.
fn index(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(NOWHERE)
}

#[cfg(test)]
mod tests;
