//! Branch and bound: what the prices leave open is decided by trying, each case with prices of its own.

use super::path::Paths;
use super::prices::{self, Prices, Shares};
use super::search::{self, Search};
use super::{Answer, Cell, NEVER, Stage, Timetable, Way, closed};
use crate::plan::{Cancelled, Watch};

/// Rounds of prices in a case.
const ROUNDS: u32 = 60;
/// Steps of search in a case.
const STEPS: u64 = 40;
/// Steps of search for each line in the case that all others are parts of.
const STEPS_AT_FIRST: u64 = 160;

/// One decision on the way to a case: a line's stage has this cell (or is left out), or has not.
#[derive(Clone, Copy, Debug)]
struct Choice {
    line: usize,
    stage: usize,
    cell: Option<Cell>,
    has: bool,
}

/// A case that is still open: what is left to decide in it, and what was decided on the way to it.
#[derive(Clone, Debug)]
struct Case {
    /// The lines that are open still, with the cells and the room they have left.
    table: Timetable,
    /// Which lines of the whole those are.
    lines: Vec<usize>,
    /// The ways of the whole; those of open lines mean nothing.
    ways: Vec<Way>,
    /// What the decided lines cost.
    cost: i64,
    prices: Prices,
    /// What everything in this case costs at least.
    bound: i64,
}

/// Betters `best` until nothing can be cheaper, or so many cases were looked at; the bound.
///
/// First it asks for a timetable that costs no more than the bound, then for one that is a little dearer, and so on:
/// the less it may cost, the fewer cells can be in it, and each "there is none" raises the bound.
pub(super) fn decide(
    table: &Timetable,
    best: &mut Answer,
    prices: &Prices,
    paths: &mut Paths,
    bound: i64,
    nodes: u64,
    watch: &Watch,
) -> Result<i64, Cancelled> {
    let unit = i64::from(super::UNIT);
    let mut bound = bound;
    let mut more = unit;
    let mut looked = 0;
    while !closed(best.cost, bound) {
        let under = best.cost.min(super::whole(bound) + more);
        if !exhaust(table, best, prices, paths, under, (&mut looked, nodes), watch)? {
            break;
        }
        bound = bound.max(best.cost.min(under));
        more *= 2;
    }
    Ok(bound.min(best.cost))
}

/// Looks through all timetables that cost less than `under`: whether there is none besides `best` now.
fn exhaust(
    table: &Timetable,
    best: &mut Answer,
    prices: &Prices,
    paths: &mut Paths,
    under: i64,
    (looked, nodes): (&mut u64, u64),
    watch: &Watch,
) -> Result<bool, Cancelled> {
    let mut root = Case {
        table: table.clone(),
        lines: (0..table.lines.len()).collect(),
        ways: best.ways.clone(),
        cost: 0,
        prices: prices.clone(),
        bound: i64::MIN,
    };
    narrow(&mut root.table, prices, paths, under);
    let mut open = Vec::new();
    let before = *looked;
    if root.settle() {
        open.push(root);
    }
    while let Some(mut case) = open.pop() {
        let under = under.min(best.cost);
        if closed(under, case.bound) {
            continue;
        }
        if *looked >= nodes || watch.is_enough() {
            return Ok(false);
        }
        watch.go_on()?;
        watch.tell("ruling out the rest", *looked, nodes);
        *looked += 1;
        let raised = prices::raise(
            &case.table,
            &mut case.prices,
            paths,
            ROUNDS,
            under - case.cost,
            watch,
            |_| {},
        )?;
        case.bound = case.bound.max(raised.bound + case.cost);
        if let Some(ways) = raised.ways {
            case.offer(ways, table, best);
        }
        if closed(under.min(best.cost), case.bound) {
            continue;
        }
        let mut near = search::first(&case.table, &case.prices, paths);
        // The first case has them all: what is found there ends it.
        let steps = if *looked == 1 + before {
            STEPS_AT_FIRST * case.lines.len() as u64
        } else {
            STEPS
        };
        let search = Search {
            bound: case.bound - case.cost,
            steps,
            seed: *looked,
        };
        search::better(&case.table, &mut near, &case.prices, paths, search, watch)?;
        case.offer(near.ways, table, best);
        if closed(under.min(best.cost), case.bound) {
            continue;
        }
        narrow(&mut case.table, &case.prices, paths, under - case.cost);
        let Some(choice) = widest(&case.table, &raised.shares) else {
            // Every stage has one cell left: the case is one timetable.
            if case.settle() {
                case.offer(Vec::new(), table, best);
            }
            continue;
        };
        for has in [false, true] {
            let mut next = case.clone();
            next.decide(Choice { has, ..choice });
            if next.settle() {
                open.push(next);
            }
        }
    }
    Ok(true)
}

impl Case {
    /// Takes these ways of the open lines for the best, if they are allowed and cheaper.
    fn offer(&self, ways: Vec<Way>, whole: &Timetable, best: &mut Answer) {
        let mut all = self.ways.clone();
        for (line, way) in self.lines.iter().zip(ways) {
            all[*line] = way;
        }
        if let Some(cost) = whole.cost(&all)
            && cost < best.cost
        {
            (best.ways, best.cost) = (all, cost);
        }
    }

    /// Makes a choice true.
    fn decide(&mut self, choice: Choice) {
        let stage = &mut self.table.lines[choice.line].stages[choice.stage];
        let place = choice
            .cell
            .map(|cell| cell.start * stage.days + cell.day - stage.first);
        match (place, choice.has) {
            (Some(place), true) => {
                let cost = stage.costs[place];
                stage.costs.fill(NEVER);
                stage.costs[place] = cost;
                stage.skip = NEVER;
            }
            (Some(place), false) => stage.costs[place] = NEVER,
            (None, true) => stage.costs.fill(NEVER),
            (None, false) => stage.skip = NEVER,
        }
    }

    /// Draws the conclusions: rows that are full bar their cells, lines with one way left are decided; false when
    /// the case is impossible.
    fn settle(&mut self) -> bool {
        loop {
            let Some(full) = self.full() else { return false };
            let mut barred = false;
            for line in 0..self.table.lines.len() {
                for stage in 0..self.table.lines[line].stages.len() {
                    let is = &self.table.lines[line].stages[stage];
                    if is.kept || is.choices() == 1 {
                        continue;
                    }
                    let gone: Vec<Cell> = is
                        .cells()
                        .filter(|cell| {
                            let mut bars = false;
                            self.table
                                .rows_of(line, stage, *cell, |layer, row| bars |= full[layer][row]);
                            bars
                        })
                        .collect();
                    let is = &mut self.table.lines[line].stages[stage];
                    for cell in gone {
                        let place = cell.start * is.days + cell.day - is.first;
                        is.costs[place] = NEVER;
                        barred = true;
                    }
                    if is.choices() == 0 {
                        return false;
                    }
                }
            }
            if !barred {
                break;
            }
        }
        let mut open = Vec::new();
        for (number, mut line) in std::mem::take(&mut self.table.lines).into_iter().enumerate() {
            if line.stages.iter().all(|stage| stage.choices() == 1) {
                let of = self.lines[number];
                let way: Way = line.stages.iter().map(|stage| stage.cells().next()).collect();
                self.table.lines = vec![line];
                self.cost += self.table.cost_of(0, &way);
                let mut taken = Vec::new();
                for (stage, cell) in way.iter().enumerate() {
                    if let Some(cell) = cell {
                        self.table
                            .rows_of(0, stage, *cell, |layer, row| taken.push((layer, row)));
                    }
                }
                taken
                    .into_iter()
                    .for_each(|(layer, row)| self.table.room[layer][row] -= 1);
                self.ways[of] = way;
            } else {
                line.stages.iter_mut().for_each(Stage::trim);
                open.push((self.lines[number], line));
            }
        }
        (self.lines, self.table.lines) = open.into_iter().unzip();
        self.cost < i64::from(NEVER)
    }

    /// The rows that stages with one cell left fill up, by layer and row; none when they want more than there is.
    fn full(&self) -> Option<Vec<Vec<bool>>> {
        let mut left = self.table.room.clone();
        for (number, line) in self.table.lines.iter().enumerate() {
            for (stage, is) in line.stages.iter().enumerate() {
                if is.choices() == 1
                    && let Some(cell) = is.cells().next()
                {
                    self.table
                        .rows_of(number, stage, cell, |layer, row| left[layer][row] -= 1);
                }
            }
        }
        if left.iter().flatten().any(|left| *left < 0) {
            return None;
        }
        Some(
            left.into_iter()
                .map(|rows| rows.into_iter().map(|left| left == 0).collect())
                .collect(),
        )
    }
}

/// Takes out the cells that cannot be in any timetable cheaper than `under`: the cheapest way through them, at these
/// prices, already raises the bound to it.
fn narrow(table: &mut Timetable, prices: &Prices, paths: &mut Paths, under: i64) {
    let mut costs = Vec::new();
    let mut cheapest = Vec::with_capacity(table.lines.len());
    for line in &table.lines {
        prices.priced(table, line, &mut costs);
        cheapest.push(paths.forward(&line.stages, &costs));
    }
    let bound = cheapest.iter().map(|cost| i64::from(*cost)).sum::<i64>() - prices.worth(table);
    // What is cheaper is cheaper by a whole unit.
    let spare = under - i64::from(super::UNIT) - bound;
    for (number, cheapest) in cheapest.into_iter().enumerate() {
        let line = &table.lines[number];
        prices.priced(table, line, &mut costs);
        paths.forward(&line.stages, &costs);
        paths.backward(&line.stages, &costs);
        for (stage, is) in table.lines[number]
            .stages
            .iter_mut()
            .enumerate()
            .filter(|(_, is)| !is.kept)
        {
            // Nothing costs less than nothing: a way without this stage costs what leaving it out costs at least.
            if i64::from(is.skip) - i64::from(cheapest) > spare {
                is.skip = NEVER;
            }
            let through = paths.to[stage].iter().zip(&paths.from[stage]);
            for (through, cost) in through.zip(&mut is.costs) {
                let more = i64::from(through.0.saturating_add(*through.1)) - i64::from(cheapest);
                if more > spare {
                    *cost = NEVER;
                }
            }
        }
    }
}

/// The stage that is most torn between cells, with the cell that it has most often.
fn widest(table: &Timetable, shares: &[Vec<Shares>]) -> Option<Choice> {
    let mut widest: Option<(f64, usize, usize, Option<Cell>)> = None;
    for (line, stages) in shares.iter().enumerate() {
        for (number, shares) in stages.iter().enumerate() {
            let stage = &table.lines[line].stages[number];
            if stage.kept || stage.choices() < 2 {
                continue;
            }
            let allowed = |cell: &Option<Cell>| cell.map_or(stage.skip, |cell| stage.cost_at(cell)) < NEVER;
            let all: f64 = shares.iter().map(|(_, share)| share).sum();
            let most = shares
                .iter()
                .filter(|(cell, _)| allowed(cell))
                .max_by(|a, b| a.1.total_cmp(&b.1));
            let (cell, torn) = match most {
                Some((cell, share)) => (*cell, 1.0 - share / all.max(1e-9)),
                // What it had is ruled out by now: any cell that is left will do.
                None => (stage.cells().next(), 1.0),
            };
            if widest.as_ref().is_none_or(|(most, ..)| torn > *most) {
                widest = Some((torn, line, number, cell));
            }
        }
    }
    widest.map(|(_, line, stage, cell)| Choice {
        line,
        stage,
        cell,
        has: true,
    })
}
