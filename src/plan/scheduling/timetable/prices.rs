//! Prices on the rows that lines compete for: Lagrangian relaxation.
//!
//! With a price on every row each line can take its cheapest way alone; what they pay together, less what the rooms
//! are worth, is a bound on what any timetable costs. Prices go up where too many want a row and down where there
//! is room (subgradient steps of Polyak's length, the direction averaged with the one before, as in Held, Wolfe and
//! Crowder 1974 and Camerini, Fratta and Maffioli 1975). Prices are whole thousandths, so the bound is exact.

use super::path::Paths;
use super::{Cell, Line, NEVER, Timetable, UNIT, Way, closed};
use crate::plan::{Cancelled, Watch};

/// What the rows cost, by layer and row, in thousandths.
#[derive(Clone, Debug)]
pub(super) struct Prices {
    pub(super) rows: Vec<Vec<i32>>,
    /// What a cell costs in each layer: the sum over its rows.
    cells: Vec<Vec<i32>>,
    /// Layers in which any row has a price.
    any: Vec<bool>,
}

/// How often a stage had each cell (or none) lately; those that it had not are absent.
pub(super) type Shares = Vec<(Option<Cell>, f64)>;

/// What raising the prices came to.
#[derive(Debug)]
pub(super) struct Raised {
    /// The best bound, in thousandths.
    pub(super) bound: i64,
    /// The lines' cheapest ways, when at some prices they were allowed together.
    pub(super) ways: Option<Vec<Way>>,
    /// What the cheapest ways were like, by line and stage.
    pub(super) shares: Vec<Vec<Shares>>,
}

impl Prices {
    pub(super) fn of(table: &Timetable) -> Self {
        let rows: Vec<Vec<i32>> = table.room.iter().map(|room| vec![0; room.len()]).collect();
        Self {
            cells: vec![vec![0; table.taken.len()]; rows.len()],
            any: vec![false; rows.len()],
            rows,
        }
    }

    /// Works out what cells cost after rows have changed.
    fn spread(&mut self, table: &Timetable) {
        for (layer, rows) in self.rows.iter().enumerate() {
            let any = rows.iter().any(|price| *price > 0);
            if any || self.any[layer] {
                for (cell, taken) in self.cells[layer].iter_mut().zip(table.taken.iter()) {
                    *cell = taken.iter().map(|row| rows[*row]).sum();
                }
            }
            self.any[layer] = any;
        }
    }

    /// The line's costs with the prices, by stage, into `costs`.
    pub(super) fn priced(&self, table: &Timetable, line: &Line, costs: &mut Vec<Vec<i32>>) {
        costs.resize(line.stages.len(), Vec::new());
        for (stage, into) in line.stages.iter().zip(costs) {
            into.clone_from(&stage.costs);
            if stage.kept {
                continue;
            }
            for layer in std::iter::once(0)
                .chain(line.layers.iter().copied())
                .filter(|layer| self.any[*layer])
            {
                for start in 0..table.starts {
                    let row = &mut into[start * stage.days..(start + 1) * stage.days];
                    let places = self.cells[layer][stage.first * table.starts + start..]
                        .iter()
                        .step_by(table.starts);
                    row.iter_mut()
                        .zip(places)
                        .for_each(|(cost, price)| *cost = (*cost + price).min(NEVER));
                }
            }
        }
    }

    /// What all rooms together are worth.
    pub(super) fn worth(&self, table: &Timetable) -> i64 {
        let rows = self.rows.iter().flatten().zip(table.room.iter().flatten());
        rows.map(|(price, room)| i64::from(*price) * i64::from(*room))
            .sum()
    }
}

/// Raises the bound by so many rounds at most; `prices` become those of the best bound.
pub(super) fn raise(
    table: &Timetable,
    prices: &mut Prices,
    paths: &mut Paths,
    rounds: u32,
    target: i64,
    watch: &Watch,
    tell: impl Fn(u32),
) -> Result<Raised, Cancelled> {
    let mut exact: Vec<Vec<f64>> = prices
        .rows
        .iter()
        .map(|rows| rows.iter().map(|price| f64::from(*price)).collect())
        .collect();
    let mut turn: Vec<Vec<f64>> = exact.iter().map(|rows| vec![0.0; rows.len()]).collect();
    let mut now = prices.clone();
    let mut found = Raised {
        bound: i64::MIN,
        ways: None,
        shares: table
            .lines
            .iter()
            .map(|line| vec![Vec::new(); line.stages.len()])
            .collect(),
    };
    let mut cheapest = i64::MAX;
    let (mut step, mut still) = (1.0_f64, 0);
    let mut costs = Vec::new();
    let mut used: Vec<Vec<i32>> = table.room.iter().map(|room| vec![0; room.len()]).collect();
    for round in 0..rounds {
        watch.go_on()?;
        if watch.is_enough() && round > 0 {
            break;
        }
        tell(round);
        for (rows, exact) in now.rows.iter_mut().zip(&exact) {
            #[expect(clippy::cast_possible_truncation, reason = "prices stay under NEVER")]
            rows.iter_mut()
                .zip(exact)
                .for_each(|(price, exact)| *price = exact.round() as i32);
        }
        now.spread(table);
        used.iter_mut().for_each(|used| used.fill(0));
        let mut ways = Vec::with_capacity(table.lines.len());
        let mut total = -now.worth(table);
        for (number, line) in table.lines.iter().enumerate() {
            now.priced(table, line, &mut costs);
            let cost = paths.forward(&line.stages, &costs);
            total += i64::from(cost);
            let way = paths.way(&line.stages, &costs, table);
            for (stage, cell) in way.iter().enumerate() {
                note(&mut found.shares[number][stage], *cell);
                if let Some(cell) = cell {
                    table.rows_of(number, stage, *cell, |layer, row| used[layer][row] += 1);
                }
            }
            ways.push(way);
        }
        let over = used
            .iter()
            .flatten()
            .zip(table.room.iter().flatten())
            .any(|(used, room)| used > room);
        if !over {
            let cost = ways
                .iter()
                .enumerate()
                .map(|(line, way)| table.cost_of(line, way))
                .sum::<i64>();
            if cost < cheapest {
                cheapest = cost;
                found.ways = Some(ways);
            }
        }
        if total > found.bound {
            found.bound = total;
            prices.clone_from(&now);
            still = 0;
        } else {
            still += 1;
            if still > 20 {
                (step, still) = (step * 0.7, 0);
                for (exact, rows) in exact.iter_mut().zip(&prices.rows) {
                    exact
                        .iter_mut()
                        .zip(rows)
                        .for_each(|(exact, price)| *exact = f64::from(*price));
                }
            }
        }
        if closed(target.min(cheapest), found.bound) || step < 1e-4 {
            break;
        }
        let mut square = 0.0;
        for ((turn, exact), (used, room)) in turn.iter_mut().zip(&exact).zip(used.iter().zip(&table.room)) {
            for ((turn, exact), (used, room)) in turn.iter_mut().zip(exact).zip(used.iter().zip(room)) {
                *turn = 0.3 * *turn + 0.7 * f64::from(used - room);
                if *exact > 0.0 || *turn > 0.0 {
                    square += *turn * *turn;
                }
            }
        }
        if square < 1e-9 {
            break;
        }
        #[expect(clippy::cast_precision_loss, reason = "costs are far below 2^52")]
        let length = step * ((target - total).max(i64::from(UNIT) / 10) as f64) / square;
        for (exact, turn) in exact.iter_mut().zip(&turn) {
            exact.iter_mut().zip(turn).for_each(|(exact, turn)| {
                *exact = (*exact + length * turn).clamp(0.0, f64::from(NEVER / 16));
            });
        }
    }
    Ok(found)
}

/// Counts a cell in, older ones fading.
fn note(shares: &mut Shares, cell: Option<Cell>) {
    for (_, share) in shares.iter_mut() {
        *share *= 0.95;
    }
    match shares.iter_mut().find(|(of, _)| *of == cell) {
        Some((_, share)) => *share += 0.05,
        None => shares.push((cell, 0.05)),
    }
    shares.retain(|(_, share)| *share > 0.01);
}
