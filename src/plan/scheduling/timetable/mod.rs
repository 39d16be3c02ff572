//! Timetables: lines of stages to be put on days and starting times, when many want the same times.
//!
//! This is the mathematics of scheduling and knows nothing of people, groups or calendars: a *line* is one group,
//! a *stage* one of its rounds, a *cell* a starting time on a day. The cost of a line depends on its own cells
//! only; lines meet in *rows*, stretches of time that only so many may share. So there is an exact cheapest way for
//! one line alone (`path`), prices on the rows make the lines agree as far as prices can and bound what any
//! timetable costs (`prices`, Lagrangian relaxation), a search mends what is left over (`search`), and branch and
//! bound decides what the prices cannot exclude (`branch`). All costs are whole numbers, so bounds are exact.

mod branch;
mod path;
mod prices;
mod search;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::plan::{Cancelled, Watch};
use path::Paths;
use prices::Prices;
use search::Search;

/// More than any timetable costs: what cannot be.
pub(crate) const NEVER: i32 = 400_000_000;
/// Prices are counted in thousandths of a unit of cost.
pub(crate) const UNIT: i32 = 1000;

/// A starting time on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Cell {
    /// Days from the first day of the timetable.
    pub day: usize,
    /// Which of the starting times of a day.
    pub start: usize,
}

/// One round of a line.
#[derive(Clone, Debug)]
pub(crate) struct Stage {
    /// The first day it may be on.
    pub first: usize,
    /// On how many days, that one included.
    pub days: usize,
    /// What each cell costs in thousandths, by start and then by day; [`NEVER`] where it cannot be.
    pub costs: Vec<i32>,
    /// What leaving it out costs; [`NEVER`] when it must be.
    pub skip: i32,
    /// Whether it stands already: it takes no room, and the distance between two such costs nothing.
    pub kept: bool,
}

/// The rounds of one group.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// In order.
    pub stages: Vec<Stage>,
    /// Layers of rows besides the first: one for each person who is in several lines.
    pub layers: Vec<usize>,
}

/// Lines that want times, and how many may have each.
#[derive(Clone, Debug)]
pub(crate) struct Timetable {
    /// How many days there are.
    pub days: usize,
    /// How many starting times a day has.
    pub starts: usize,
    /// The rows that a cell takes, by `day * starts + start`.
    pub taken: Arc<Vec<Vec<usize>>>,
    /// How many may share each row, by layer and row.
    pub room: Vec<Vec<i32>>,
    /// What so many days between two stages of a line cost, by how many stages further on (from 1), in thousandths.
    pub apart: Vec<Vec<i32>>,
    /// What another starting time than that of the stage before costs, in thousandths.
    pub other_start: i32,
    /// The lines.
    pub lines: Vec<Line>,
}

/// Where the stages of one line are; none is left out.
pub(crate) type Way = Vec<Option<Cell>>;

/// A timetable that is allowed, with what it costs and what no other can go below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// Each line's way.
    pub ways: Vec<Way>,
    /// What it costs, in thousandths.
    pub cost: i64,
    /// What every timetable costs at least, in thousandths.
    pub bound: i64,
    /// How much work it took, counted in cheapest ways.
    pub work: u64,
}

/// How much work to do before the best so far must do, so that the same input always gets the same answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    /// Rounds of prices.
    pub prices: u32,
    /// Steps of search.
    pub search: u64,
    /// Nodes of branch and bound.
    pub nodes: u64,
}

impl Timetable {
    /// The place of a cell among all cells.
    pub(crate) const fn place(&self, cell: Cell) -> usize {
        cell.day * self.starts + cell.start
    }

    /// What a line's way costs; [`NEVER`] or more when it cannot be.
    pub(crate) fn cost_of(&self, line: usize, way: &[Option<Cell>]) -> i64 {
        let stages = &self.lines[line].stages;
        let mut cost = 0;
        let mut last: Option<(usize, Cell)> = None;
        for (number, (stage, at)) in stages.iter().zip(way).enumerate() {
            let Some(at) = *at else {
                cost += i64::from(stage.skip);
                continue;
            };
            cost += i64::from(stage.cost_at(at));
            if let Some((before, cell)) = last {
                cost += i64::from(self.between(number - before, cell, at, stages[before].kept && stage.kept));
            }
            last = Some((number, at));
        }
        cost
    }

    /// What two neighbours cost, `further` stages apart.
    fn between(&self, further: usize, from: Cell, to: Cell, kept: bool) -> i32 {
        if kept {
            return 0;
        }
        let start = if from.start == to.start {
            0
        } else {
            self.other_start
        };
        let days = (to.day + self.days).checked_sub(from.day);
        let apart = days.and_then(|days| self.apart[further - 1].get(days)).copied();
        apart.unwrap_or(NEVER).saturating_add(start).min(NEVER)
    }

    /// Calls `each` with the layer and the row of everything that a line takes when it has this cell in this stage.
    fn rows_of(&self, line: usize, stage: usize, cell: Cell, mut each: impl FnMut(usize, usize)) {
        let line = &self.lines[line];
        if line.stages[stage].kept {
            return;
        }
        for row in &self.taken[self.place(cell)] {
            each(0, *row);
            for layer in &line.layers {
                each(*layer, *row);
            }
        }
    }

    /// What these ways cost when they are allowed together.
    pub(crate) fn cost(&self, ways: &[Way]) -> Option<i64> {
        let mut left = self.room.clone();
        let mut cost = 0;
        for (line, way) in ways.iter().enumerate() {
            let one = self.cost_of(line, way);
            if one >= i64::from(NEVER) {
                return None;
            }
            cost += one;
            for (stage, cell) in way.iter().enumerate() {
                if let Some(cell) = cell {
                    self.rows_of(line, stage, *cell, |layer, row| left[layer][row] -= 1);
                }
            }
        }
        left.iter().flatten().all(|left| *left >= 0).then_some(cost)
    }

    /// The cheapest timetable, or the best that this effort finds, with its bound.
    ///
    /// # Errors
    /// When it was called off.
    pub(crate) fn solve(&self, effort: Effort, watch: &Watch) -> Result<Answer, Cancelled> {
        let mut paths = Paths::of(self);
        let mut prices = Prices::of(self);
        let mut best = search::first(self, &prices, &mut paths);
        let mut bound = i64::MIN;
        // Rough prices for a fair timetable first: its cost is what the fine prices are measured against.
        let quick = effort.prices / 5 + 1;
        let turns = [(quick, effort.search / 20), (effort.prices, effort.search)];
        for (seed, (rounds, steps)) in (0..).zip(turns) {
            let found = prices::raise(self, &mut prices, &mut paths, rounds, best.cost, watch, |done| {
                watch.tell("comparing times", u64::from(done), u64::from(rounds));
            })?;
            bound = bound.max(found.bound);
            if let Some(ways) = found.ways
                && let Some(cost) = self.cost(&ways)
                && cost < best.cost
            {
                best = Answer { ways, cost, ..best };
            }
            if closed(best.cost, bound) || watch.is_enough() {
                break;
            }
            search::better(
                self,
                &mut best,
                &prices,
                &mut paths,
                Search { bound, steps, seed },
                watch,
            )?;
            if closed(best.cost, bound) {
                break;
            }
        }
        if !closed(best.cost, bound) && !watch.is_enough() {
            bound = branch::decide(self, &mut best, &prices, &mut paths, bound, effort.nodes, watch)?;
        }
        best.bound = whole(bound).min(best.cost);
        best.work = paths.walked;
        Ok(best)
    }
}

/// Whether nothing can be cheaper by a whole unit.
const fn closed(cost: i64, bound: i64) -> bool {
    cost <= whole(bound)
}

/// A bound, rounded up to whole units: what costs whole units costs at least that.
const fn whole(bound: i64) -> i64 {
    let unit = UNIT as i64;
    if bound == i64::MIN {
        bound
    } else {
        -((-bound).div_euclid(unit)) * unit
    }
}

impl Stage {
    /// What this cell costs.
    pub(crate) fn cost_at(&self, cell: Cell) -> i32 {
        let day = cell.day.checked_sub(self.first).filter(|day| *day < self.days);
        day.map_or(NEVER, |day| self.costs[cell.start * self.days + day])
    }

    /// The cells it may have.
    pub(crate) fn cells(&self) -> impl Iterator<Item = Cell> + '_ {
        let allowed = self.costs.iter().enumerate().filter(|(_, cost)| **cost < NEVER);
        allowed.map(|(at, _)| Cell {
            day: self.first + at % self.days,
            start: at / self.days,
        })
    }

    /// How many things may become of it: its cells, and being left out.
    pub(crate) fn choices(&self) -> usize {
        let cells = self.costs.iter().filter(|cost| **cost < NEVER).count();
        cells + usize::from(self.skip < NEVER)
    }

    /// Leaves out the days at its ends on which it cannot be.
    fn trim(&mut self) {
        let days: Vec<usize> = self.cells().map(|cell| cell.day).collect();
        let (Some(first), Some(last)) = (days.iter().min(), days.iter().max()) else {
            return;
        };
        let (from, long) = (first - self.first, last - first + 1);
        let rows = self.costs.chunks_exact(self.days);
        self.costs = rows
            .flat_map(|row| row[from..from + long].iter().copied())
            .collect();
        (self.first, self.days) = (*first, long);
    }
}
