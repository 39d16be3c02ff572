use std::sync::Arc;

use super::*;
use crate::plan::dice::Dice;

/// Plenty for tiny problems.
const EFFORT: Effort = Effort {
    prices: 60,
    search: 200,
    nodes: 20_000,
};

/// A cost of so many units at most.
fn cost(dice: &mut Dice, below: usize) -> i32 {
    i32::try_from(dice.below(below)).expect("small") * UNIT
}

/// Which of the rules a problem has.
#[derive(Clone, Copy, Debug)]
struct Rules {
    room: bool,
    twice: bool,
    apart: bool,
    start: bool,
    long: bool,
    skip: bool,
    kept: bool,
    overlap: bool,
}

impl Rules {
    fn numbered(number: u32) -> Self {
        let is = |bit: u32| number & (1 << bit) != 0;
        Self {
            room: is(0),
            twice: is(1),
            apart: is(2),
            start: is(3),
            long: is(4),
            skip: is(5),
            kept: is(6),
            overlap: is(7),
        }
    }
}

fn tiny(dice: &mut Dice, rules: Rules) -> Timetable {
    let (starts, stages, window) = (1 + dice.below(2), 1 + dice.below(3), 1 + dice.below(3));
    let step = if rules.overlap { window.max(2) - 1 } else { window };
    let days = step * (stages - 1) + window;
    let lines = 1 + dice.below(if stages == 3 { 2 } else { 3 });
    let shared = if rules.twice { 2 } else { 0 };
    let apart = |further: usize, dice: &mut Dice| {
        let least = if rules.apart { dice.below(3) } else { 0 };
        let wish = 2 * further;
        (0..=2 * days)
            .map(|at| match at.checked_sub(days) {
                Some(days) if days >= least.max(1) => {
                    i32::try_from(days.abs_diff(wish)).expect("small") * UNIT
                }
                _ => NEVER,
            })
            .collect::<Vec<i32>>()
    };
    let apart = (1..=stages).map(|further| apart(further, dice)).collect();
    let taken = (0..days * starts)
        .map(|cell| {
            if rules.long && cell % starts + 1 < starts {
                vec![cell, cell + 1]
            } else {
                vec![cell]
            }
        })
        .collect();
    let mut room = vec![vec![1; days * starts]; 1 + shared];
    room[0] = (0..days * starts)
        .map(|_| {
            if rules.room {
                i32::try_from(dice.below(3)).expect("small")
            } else {
                9
            }
        })
        .collect();
    let line = |dice: &mut Dice| {
        let stage = |number: usize, dice: &mut Dice| {
            let kept = rules.kept && dice.below(5) == 0;
            let mut costs: Vec<i32> = (0..starts * window)
                .map(|_| if dice.below(5) == 0 { NEVER } else { cost(dice, 6) })
                .collect();
            if kept {
                costs.fill(NEVER);
                costs[dice.below(starts * window)] = 0;
            }
            let skip = if kept {
                NEVER
            } else if rules.skip {
                cost(dice, 12) + UNIT
            } else {
                500 * UNIT
            };
            Stage {
                first: number * step,
                days: window,
                costs,
                skip,
                kept,
            }
        };
        let stages = (0..stages).map(|number| stage(number, dice)).collect();
        let layers = (1..=shared).filter(|_| dice.below(2) == 0).collect();
        Line { stages, layers }
    };
    let lines = (0..lines).map(|_| line(dice)).collect();
    Timetable {
        days,
        starts,
        taken: Arc::new(taken),
        room,
        apart,
        other_start: if rules.start { 2 * UNIT } else { 0 },
        lines,
    }
}

/// Every way of a line.
fn every_way(line: &Line) -> Vec<Way> {
    let mut ways: Vec<Way> = vec![Vec::new()];
    for stage in &line.stages {
        let mut cells: Vec<Option<Cell>> = stage.cells().map(Some).collect();
        if stage.skip < NEVER {
            cells.push(None);
        }
        ways = ways
            .iter()
            .flat_map(|way| cells.iter().map(|cell| [way.as_slice(), &[*cell]].concat()))
            .collect();
    }
    ways
}

/// The least cost, by trying everything.
fn by_force(
    table: &Timetable,
    lines: &[Vec<Way>],
    so_far: &mut Vec<Way>,
    left: &mut Vec<Vec<i32>>,
) -> Option<i64> {
    let number = so_far.len();
    let Some(ways) = lines.get(number) else {
        return Some(
            so_far
                .iter()
                .enumerate()
                .map(|(line, way)| table.cost_of(line, way))
                .sum(),
        );
    };
    let mut least: Option<i64> = None;
    for way in ways {
        if table.cost_of(number, way) >= i64::from(NEVER) {
            continue;
        }
        let before = left.clone();
        for (stage, cell) in way.iter().enumerate() {
            if let Some(cell) = cell {
                table.rows_of(number, stage, *cell, |layer, row| left[layer][row] -= 1);
            }
        }
        if left.iter().flatten().all(|left| *left >= 0) {
            so_far.push(way.clone());
            let cost = by_force(table, lines, so_far, left);
            so_far.pop();
            least = least.into_iter().chain(cost).min();
        }
        *left = before;
    }
    least
}

#[test]
fn every_tiny_timetable_is_as_cheap_as_trying_everything_finds() {
    let mut dice = Dice(0x5EED_2025);
    let mut solved = 0;
    for number in 0..2048_u32 {
        let rules = Rules::numbered(number % 256);
        let table = tiny(&mut dice, rules);
        let lines: Vec<Vec<Way>> = table.lines.iter().map(every_way).collect();
        let least = by_force(&table, &lines, &mut Vec::new(), &mut table.room.clone());
        let Some(least) = least else { continue };
        solved += 1;
        let answer = table.solve(EFFORT, &Watch::default()).expect("not called off");
        assert_eq!(answer.cost, least, "problem {number}, {rules:?}");
        assert_eq!(answer.bound, least, "problem {number} is proven, {rules:?}");
        assert_eq!(
            table.cost(&answer.ways),
            Some(least),
            "problem {number} is allowed, {rules:?}"
        );
    }
    assert!(solved > 1500, "only {solved} problems had an answer");
}

#[test]
fn the_same_timetable_gets_the_same_answer() {
    let mut dice = Dice(7);
    for number in 0..50 {
        let table = tiny(&mut dice, Rules::numbered(number));
        let once = table.solve(EFFORT, &Watch::default());
        assert_eq!(once, table.solve(EFFORT, &Watch::default()));
    }
}

#[test]
fn work_that_is_called_off_gives_no_answer() {
    let watch = Watch::default();
    watch.cancel();
    let table = tiny(&mut Dice(3), Rules::numbered(1));
    assert_eq!(table.solve(EFFORT, &watch), Err(Cancelled));
}

#[test]
fn enough_gives_the_best_so_far_with_a_bound_that_holds() {
    let mut dice = Dice(11);
    for number in 0..200_u32 {
        let table = tiny(&mut dice, Rules::numbered(number));
        let watch = Watch::default();
        watch.enough();
        let soon = table.solve(EFFORT, &watch).expect("not called off");
        let whole = table.solve(EFFORT, &Watch::default()).expect("not called off");
        if whole.cost >= i64::from(NEVER) {
            continue;
        }
        assert!(
            soon.bound <= whole.cost && whole.cost <= soon.cost,
            "problem {number}"
        );
    }
}
