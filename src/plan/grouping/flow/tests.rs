use super::*;
use crate::plan::dice::Dice;

/// A few people and places, with everything about them left to the dice.
fn thrown(dice: &mut Dice, people: usize, places: usize) -> Problem {
    let places = (0..places).map(|_| {
        let room = dice.below(4);
        let mut cost = -3;
        let seats: Vec<i32> = (0..room)
            .map(|_| {
                cost += i32::try_from(dice.below(4)).unwrap();
                cost
            })
            .collect();
        Place {
            min: dice.below(room + 1),
            seats,
        }
    });
    let mut problem = Problem::new(people, places.collect());
    for worth in &mut problem.worth {
        *worth = match dice.below(5) {
            0 => NEVER,
            _ => i16::try_from(dice.below(7)).unwrap() - 2,
        };
    }
    problem
}

/// The best of all ways to seat them, tried one by one.
fn tried(problem: &Problem) -> Worth {
    let ways = problem.places.len() + 1;
    let all = ways.pow(u32::try_from(problem.people).unwrap());
    let each = (0..all).filter_map(|mut way| {
        let places: Vec<Option<usize>> = (0..problem.people)
            .map(|_| {
                let place = way % ways;
                way /= ways;
                (place < problem.places.len()).then_some(place)
            })
            .collect();
        problem.worth_of(&places)
    });
    each.max_by_key(Worth::rank).expect("nobody seated is a way")
}

#[test]
fn the_search_finds_what_trying_everything_finds_and_proves_it() {
    let mut dice = Dice(4);
    for trial in 0..4000 {
        let (people, places) = (dice.below(6), 1 + dice.below(4));
        let problem = thrown(&mut dice, people, places);
        let seated = problem.solve(&Watch::default()).unwrap();
        assert_eq!(seated.worth, tried(&problem), "trial {trial}: {problem:?}");
        assert!(problem.proves(&seated), "trial {trial}: {problem:?}");
    }
}

#[test]
fn places_beyond_the_list_are_found_and_priced() {
    let mut dice = Dice(9);
    for trial in 0..40 {
        let people = 60 + dice.below(60);
        let mut problem = thrown(&mut dice, people, 70);
        for worth in &mut problem.worth {
            // Almost everybody wants the same, so that lists run dry.
            *worth = worth.saturating_mul(2);
        }
        let seated = problem.solve(&Watch::default()).unwrap();
        assert!(problem.proves(&seated), "trial {trial}");
    }
}

#[test]
fn a_proof_of_something_worse_is_refused() {
    let mut problem = Problem::new(
        2,
        vec![
            Place {
                min: 0,
                seats: vec![0],
            };
            2
        ],
    );
    problem.worth = vec![5, 1, 5, 4];
    let best = problem.solve(&Watch::default()).unwrap();
    assert_eq!((best.worth.points, problem.proves(&best)), (9, true));
    let mut worse = best.clone();
    worse.place.swap(0, 1);
    worse.worth = problem.worth_of(&worse.place).unwrap();
    assert!(!problem.proves(&worse));
    let mut boasting = best;
    boasting.worth.points += 1;
    assert!(!problem.proves(&boasting));
}

#[test]
fn the_same_problem_has_the_same_seats() {
    let problem = thrown(&mut Dice(7), 40, 12);
    let seats = || problem.solve(&Watch::default()).unwrap();
    assert_eq!(seats(), seats());
}

#[test]
fn work_called_off_has_no_answer() {
    let watch = Watch::default();
    watch.cancel();
    let problem = thrown(&mut Dice(1), 3, 2);
    assert_eq!(problem.solve(&watch), Err(Cancelled));
}
