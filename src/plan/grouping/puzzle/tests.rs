use super::*;
use crate::plan::dice::Dice;

/// Which rules a trial has.
#[derive(Clone, Copy, Debug)]
struct With {
    classes: bool,
    apart: bool,
    together: bool,
    minimums: bool,
}

fn thrown(dice: &mut Dice, with: With) -> Puzzle {
    let (people, places) = (dice.below(6), 1 + dice.below(3));
    let mut puzzle = Puzzle {
        people,
        ..Puzzle::default()
    };
    for _ in 0..places {
        let room = dice.below(4);
        let mut gain = vec![0];
        for _ in 0..room {
            let last = *gain.last().unwrap();
            gain.push(last + i64::try_from(dice.below(9)).unwrap() - 3);
        }
        let min = if with.minimums { dice.below(room + 1) } else { 0 };
        puzzle.places.push(Seats { min, gain });
    }
    for _ in 0..people * places {
        puzzle.worth.push(match dice.below(6) {
            0 => NEVER,
            _ => i16::try_from(dice.below(40)).unwrap(),
        });
    }
    for _ in 0..if with.classes { dice.below(4) } else { 0 } {
        let first = i64::try_from(dice.below(12)).unwrap();
        let second = first + i64::try_from(dice.below(6)).unwrap();
        puzzle.classes.push(Class {
            people: (0..people).filter(|_| dice.below(2) == 0).collect(),
            already: (0..places)
                .map(|_| [Some(0), Some(0), Some(1), None][dice.below(4)])
                .collect(),
            loss: vec![0, first, second],
        });
    }
    let pairs = |dice: &mut Dice, wanted: bool| -> Vec<(usize, usize)> {
        let count = if wanted && people > 1 { dice.below(3) } else { 0 };
        let thrown = (0..count).map(|_| (dice.below(people), dice.below(people)));
        thrown.filter(|(one, other)| one != other).collect()
    };
    puzzle.apart = pairs(dice, with.apart);
    puzzle.together = pairs(dice, with.together);
    puzzle
}

/// The best of all answers, tried one by one.
fn tried(puzzle: &Puzzle) -> Worth {
    let ways = puzzle.places.len() + 1;
    let all = ways.pow(u32::try_from(puzzle.people).unwrap());
    let each = (0..all).filter_map(|mut way| {
        let places: Vec<Option<usize>> = (0..puzzle.people)
            .map(|_| {
                let place = way % ways;
                way /= ways;
                (place < puzzle.places.len()).then_some(place)
            })
            .collect();
        puzzle.worth_of(&places)
    });
    each.max_by_key(Worth::rank)
        .expect("nobody seated breaks no rule")
}

/// Every rule on and off, a few hundred puzzles each.
#[test]
fn the_search_agrees_with_trying_everything_whatever_the_rules() {
    let mut dice = Dice(11);
    for rules in 0..16 {
        let with = With {
            classes: rules & 1 > 0,
            apart: rules & 2 > 0,
            together: rules & 4 > 0,
            minimums: rules & 8 > 0,
        };
        for trial in 0..200 {
            let puzzle = thrown(&mut dice, with);
            let solved = puzzle.solve(&Watch::default()).unwrap();
            let best = tried(&puzzle);
            assert_eq!(solved.worth, best, "{with:?} trial {trial}: {puzzle:?}");
            assert!(
                solved.is_optimal(),
                "{with:?} trial {trial}: {solved:?} {puzzle:?}"
            );
            assert_eq!(puzzle.worth_of(&solved.place), Some(solved.worth));
        }
    }
}

#[test]
fn a_search_cut_short_states_a_bound_that_holds() {
    let mut dice = Dice(5);
    let with = With {
        classes: true,
        apart: true,
        together: true,
        minimums: true,
    };
    for trial in 0..200 {
        let puzzle = thrown(&mut dice, with);
        let watch = Watch::default();
        watch.enough();
        let solved = puzzle.solve(&watch).unwrap();
        let best = tried(&puzzle).rank();
        assert!(solved.worth.rank() <= best, "trial {trial}: {puzzle:?}");
        assert!(
            solved.bound.rank() >= best,
            "trial {trial}: {solved:?} {puzzle:?}"
        );
    }
}
