//! The cheapest way for one line alone: a dynamic programme over its stages.
//!
//! The state is the last cell that the line was given. From one stage to the next the cost depends on the days
//! between and on whether the starting time stays, so the best of all starting times stands for every other one, and
//! a step costs days × days × starts and not its square.

use super::{Cell, NEVER, Stage, Timetable, Way};

/// The cheapest ways of a line, and the room to find them in.
#[derive(Debug)]
pub(super) struct Paths {
    days: usize,
    starts: usize,
    /// `apart` of the timetable, and the same back to front, so that inner loops run forward.
    apart: Vec<Vec<i32>>,
    back: Vec<Vec<i32>>,
    other_start: i32,
    /// Of each stage and cell: the cost up to and with it, cheapest first part.
    pub(super) to: Vec<Vec<i32>>,
    /// Of each stage and cell: the cost of what comes after it.
    pub(super) from: Vec<Vec<i32>>,
    low: Vec<Vec<i32>>,
    best: Vec<i32>,
    /// How many cheapest ways were looked for.
    pub(super) walked: u64,
}

impl Paths {
    pub(super) fn of(table: &Timetable) -> Self {
        let stages = table
            .lines
            .iter()
            .map(|line| line.stages.len())
            .max()
            .unwrap_or(0);
        let back = table
            .apart
            .iter()
            .map(|apart| apart.iter().rev().copied().collect())
            .collect();
        Self {
            days: table.days,
            starts: table.starts,
            apart: table.apart.clone(),
            back,
            other_start: table.other_start,
            to: vec![Vec::new(); stages],
            from: vec![Vec::new(); stages],
            low: vec![Vec::new(); stages],
            best: Vec::new(),
            walked: 0,
        }
    }

    /// The cost of the cheapest way of these stages when their cells cost `costs`, filling `to`.
    pub(super) fn forward(&mut self, stages: &[Stage], costs: &[Vec<i32>]) -> i32 {
        self.walked += 1;
        let mut all = 0_i32;
        let mut cheapest = NEVER;
        for (j, stage) in stages.iter().enumerate() {
            self.best.clear();
            self.best.resize(stage.costs.len(), all);
            if j > 0 {
                self.gather(stages, j, (0..j).rev(), false);
            }
            let Self { to, best, .. } = self;
            to[j].clear();
            to[j].extend(
                best.iter()
                    .zip(&costs[j])
                    .map(|(best, cost)| best.saturating_add(*cost).min(NEVER)),
            );
            cover(
                &to[j],
                stage.days,
                self.starts,
                self.other_start,
                &mut self.low[j],
            );
            let ended = to[j].iter().copied().min().unwrap_or(NEVER);
            cheapest = cheapest.saturating_add(stage.skip).min(ended).min(NEVER);
            all = all.saturating_add(stage.skip).min(NEVER);
        }
        cheapest.min(all)
    }

    /// Fills `from` as well: what is cheapest after each cell.
    pub(super) fn backward(&mut self, stages: &[Stage], costs: &[Vec<i32>]) {
        let mut all = 0_i32;
        for (j, stage) in stages.iter().enumerate().rev() {
            self.best.clear();
            self.best.resize(stage.costs.len(), all);
            if j + 1 < stages.len() {
                self.gather(stages, j, j + 1..stages.len(), true);
            }
            self.from[j].clone_from(&self.best);
            let with: Vec<i32> = self
                .best
                .iter()
                .zip(&costs[j])
                .map(|(after, cost)| after.saturating_add(*cost).min(NEVER))
                .collect();
            cover(&with, stage.days, self.starts, self.other_start, &mut self.low[j]);
            all = all.saturating_add(stage.skip).min(NEVER);
        }
    }

    /// Lowers `best` of stage `j` to what can be reached from the stages `others`, nearest first.
    fn gather(&mut self, stages: &[Stage], j: usize, others: impl Iterator<Item = usize>, backwards: bool) {
        let Self {
            best,
            low,
            apart,
            back,
            ..
        } = self;
        let stage = &stages[j];
        let mut skipped = 0_i32;
        for i in others {
            let other = &stages[i];
            if skipped >= NEVER {
                return;
            }
            let cheapest = low[i]
                .iter()
                .copied()
                .min()
                .unwrap_or(NEVER)
                .saturating_add(skipped);
            let worst = best.iter().copied().max().unwrap_or(NEVER);
            if cheapest < worst {
                let kept = stage.kept && other.kept;
                let table = if backwards {
                    &back[i.abs_diff(j) - 1]
                } else {
                    &apart[i.abs_diff(j) - 1]
                };
                for start in 0..self.starts {
                    let into = &mut best[start * stage.days..(start + 1) * stage.days];
                    for day in 0..other.days {
                        let value = low[i][start * other.days + day].saturating_add(skipped);
                        if value >= NEVER {
                            continue;
                        }
                        if kept {
                            into.iter_mut().for_each(|into| *into = (*into).min(value));
                            continue;
                        }
                        let first = self.days + stage.first - (other.first + day);
                        let slice = &table[first..first + into.len()];
                        for (into, apart) in into.iter_mut().zip(slice) {
                            *into = (*into).min(value + apart);
                        }
                    }
                }
            }
            skipped = skipped.saturating_add(other.skip).min(NEVER);
        }
    }

    /// The way that [`Paths::forward`] found, which cost `cheapest`.
    pub(super) fn way(&self, stages: &[Stage], costs: &[Vec<i32>], table: &Timetable) -> Way {
        let mut way: Way = vec![None; stages.len()];
        let whole = |j: usize| {
            stages[..j]
                .iter()
                .fold(0_i32, |sum, stage| sum.saturating_add(stage.skip).min(NEVER))
        };
        let after = |j: usize| {
            stages[j + 1..]
                .iter()
                .fold(0_i32, |sum, stage| sum.saturating_add(stage.skip).min(NEVER))
        };
        // The last cell: of the cheapest, the one in the latest stage, then the first.
        let mut found: Option<(i32, usize, usize)> = None;
        for j in (0..stages.len()).rev() {
            for (at, value) in self.to[j].iter().enumerate() {
                let value = value.saturating_add(after(j));
                if value < NEVER && found.is_none_or(|(least, ..)| value < least) {
                    found = Some((value, j, at));
                }
            }
        }
        let Some((least, mut j, mut at)) = found else {
            return way;
        };
        if whole(stages.len()) < least {
            return way;
        }
        loop {
            let stage = &stages[j];
            let here = Cell {
                day: stage.first + at % stage.days,
                start: at / stage.days,
            };
            way[j] = Some(here);
            let target = self.to[j][at] - costs[j][at];
            let mut skipped = 0_i32;
            let mut before = None;
            'stages: for i in (0..j).rev() {
                let other = &stages[i];
                for (place, value) in self.to[i].iter().enumerate() {
                    let there = Cell {
                        day: other.first + place % other.days,
                        start: place / other.days,
                    };
                    let between = table.between(j - i, there, here, other.kept && stage.kept);
                    if *value < NEVER && value.saturating_add(between).saturating_add(skipped) == target {
                        before = Some((i, place));
                        break 'stages;
                    }
                }
                skipped = skipped.saturating_add(other.skip).min(NEVER);
                if skipped >= NEVER {
                    break;
                }
            }
            match before {
                Some((i, place)) => (j, at) = (i, place),
                None => return way,
            }
        }
    }
}

/// Of each cell, the lesser of its value and that of the best other start of its day with the cost of changing.
fn cover(values: &[i32], days: usize, starts: usize, other_start: i32, low: &mut Vec<i32>) {
    low.clear();
    low.extend_from_slice(values);
    if starts == 1 {
        return;
    }
    let mut best = vec![NEVER; days];
    for row in values.chunks_exact(days) {
        best.iter_mut()
            .zip(row)
            .for_each(|(best, value)| *best = (*best).min(*value));
    }
    for row in low.chunks_exact_mut(days) {
        for (low, best) in row.iter_mut().zip(&best) {
            *low = (*low).min(best.saturating_add(other_start));
        }
    }
}
