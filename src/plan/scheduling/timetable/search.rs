//! Search: a timetable to begin with, and better ones by taking a few lines out and putting each back cheapest.

use super::path::Paths;
use super::prices::Prices;
use super::{Answer, Cell, NEVER, Timetable, Way, closed};
use crate::plan::dice::Dice;
use crate::plan::{Cancelled, Watch};

/// What is left of every row while lines are put in and taken out.
#[derive(Clone, Debug)]
pub(super) struct Left {
    rows: Vec<Vec<i32>>,
}

impl Left {
    pub(super) fn of(table: &Timetable) -> Self {
        Self {
            rows: table.room.clone(),
        }
    }

    fn put(&mut self, table: &Timetable, line: usize, way: &Way, by: i32) {
        for (stage, cell) in way.iter().enumerate() {
            if let Some(cell) = cell {
                table.rows_of(line, stage, *cell, |layer, row| self.rows[layer][row] -= by);
            }
        }
    }

    fn fits(&self, table: &Timetable, line: usize, stage: usize, cell: Cell) -> bool {
        let mut fits = true;
        table.rows_of(line, stage, cell, |layer, row| fits &= self.rows[layer][row] > 0);
        fits
    }

    /// The line's cheapest way in what is left, prices counted.
    fn cheapest(
        &self,
        table: &Timetable,
        line: usize,
        prices: &Prices,
        paths: &mut Paths,
        costs: &mut Vec<Vec<i32>>,
    ) -> Way {
        let of = &table.lines[line];
        prices.priced(table, of, costs);
        for (number, stage) in of.stages.iter().enumerate().filter(|(_, stage)| !stage.kept) {
            for (at, cost) in costs[number]
                .iter_mut()
                .enumerate()
                .filter(|(_, cost)| **cost < NEVER)
            {
                let cell = Cell {
                    day: stage.first + at % stage.days,
                    start: at / stage.days,
                };
                if !self.fits(table, line, number, cell) {
                    *cost = NEVER;
                }
            }
        }
        paths.forward(&of.stages, costs);
        paths.way(&of.stages, costs, table)
    }
}

/// A first timetable: lines one after another, each cheapest in what the earlier ones left.
pub(super) fn first(table: &Timetable, prices: &Prices, paths: &mut Paths) -> Answer {
    let mut left = Left::of(table);
    let mut costs = Vec::new();
    let mut ways = Vec::with_capacity(table.lines.len());
    for line in 0..table.lines.len() {
        let way = left.cheapest(table, line, prices, paths, &mut costs);
        left.put(table, line, &way, 1);
        ways.push(way);
    }
    let cost = ways
        .iter()
        .enumerate()
        .map(|(line, way)| table.cost_of(line, way))
        .sum();
    Answer {
        ways,
        cost,
        bound: i64::MIN,
        work: 0,
    }
}

/// How long to search.
#[derive(Clone, Copy, Debug)]
pub(super) struct Search {
    /// Nothing below this is to be had.
    pub(super) bound: i64,
    /// How many steps at most.
    pub(super) steps: u64,
    /// Where its choices begin.
    pub(super) seed: u64,
}

/// Betters a timetable by so many steps at most.
pub(super) fn better(
    table: &Timetable,
    best: &mut Answer,
    prices: &Prices,
    paths: &mut Paths,
    search: Search,
    watch: &Watch,
) -> Result<(), Cancelled> {
    let Search { bound, steps, seed } = search;
    let many = table.lines.len();
    if many == 0 {
        return Ok(());
    }
    let mut dice = Dice(seed);
    let mut costs = Vec::new();
    let free = Prices::of(table);
    // From the prices: lines that find their cheapest way blocked show where to look.
    let mut ways = best.ways.clone();
    let mut left = Left::of(table);
    for (line, way) in ways.iter().enumerate() {
        left.put(table, line, way, 1);
    }
    let mut each: Vec<i64> = (0..many).map(|line| table.cost_of(line, &ways[line])).collect();
    let mut cost: i64 = each.iter().sum();
    let mut on: Vec<Vec<usize>> = Vec::new();
    let mut since = 0_u64;
    for step in 0..steps {
        if step % 16 == 0 {
            watch.go_on()?;
            if watch.is_enough() {
                break;
            }
            watch.tell("trying other times", step, steps);
        }
        // Every so often, begin again from the best.
        if since > 40 * many as u64 {
            since = 0;
            for line in 0..many {
                left.put(table, line, &ways[line], -1);
                ways[line].clone_from(&best.ways[line]);
                left.put(table, line, &ways[line], 1);
                each[line] = table.cost_of(line, &ways[line]);
            }
            cost = each.iter().sum();
        }
        since += 1;
        // A line, and others that have cells on the days that it has or would rather have.
        let one = dice.below(many);
        let with = if dice.below(4) == 0 { &free } else { prices };
        with.priced(table, &table.lines[one], &mut costs);
        paths.forward(&table.lines[one].stages, &costs);
        let wish = paths.way(&table.lines[one].stages, &costs, table);
        if step % 64 == 0 {
            on = vec![Vec::new(); table.days];
            for (line, way) in ways.iter().enumerate() {
                way.iter().flatten().for_each(|cell| on[cell.day].push(line));
            }
        }
        let mut out = vec![one];
        let wanted: Vec<usize> = wish
            .iter()
            .chain(&ways[one])
            .flatten()
            .map(|cell| cell.day)
            .collect();
        for _ in 0..=dice.below(7) {
            let day = wanted.get(dice.below(wanted.len().max(1))).copied().unwrap_or(0);
            let other = match on[day].as_slice() {
                [] => dice.below(many),
                lines => lines[dice.below(lines.len())],
            };
            if !out.contains(&other) {
                out.push(other);
            }
        }
        let before: i64 = out.iter().map(|line| each[*line]).sum();
        for line in &out {
            left.put(table, *line, &ways[*line], -1);
        }
        if dice.below(2) == 0 {
            for place in (1..out.len()).rev() {
                out.swap(place, dice.below(place + 1));
            }
        }
        let old: Vec<(usize, Way)> = out.iter().map(|line| (*line, ways[*line].clone())).collect();
        let mut after = 0;
        for line in &out {
            let way = left.cheapest(table, *line, with, paths, &mut costs);
            left.put(table, *line, &way, 1);
            after += table.cost_of(*line, &way);
            ways[*line] = way;
        }
        let slack = if dice.below(8) == 0 {
            i64::from(super::UNIT)
        } else {
            0
        };
        if after <= before + slack {
            for line in &out {
                each[*line] = table.cost_of(*line, &ways[*line]);
            }
            cost += after - before;
            if cost < best.cost {
                best.cost = cost;
                best.ways.clone_from(&ways);
                since = 0;
                if closed(cost, bound) {
                    break;
                }
            }
        } else {
            for line in &out {
                left.put(table, *line, &ways[*line], -1);
            }
            for (line, way) in old {
                left.put(table, line, &way, 1);
                ways[line] = way;
            }
        }
    }
    Ok(())
}
