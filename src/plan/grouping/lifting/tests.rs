use super::*;
use crate::plan::dice::Dice;

fn thrown(dice: &mut Dice, pairs: bool, lets: bool) -> Lacking {
    let (people, places) = (1 + dice.below(5), 1 + dice.below(3));
    let mut lacking = Lacking {
        people,
        ..Lacking::default()
    };
    for _ in 0..places {
        let usual = dice.below(3);
        let some = usual + 1 + dice.below(2);
        lacking.rooms.push(match dice.below(4) {
            0 => vec![(usual, 0)],
            1 => vec![(usual, 0), (people, 1)],
            2 => vec![(usual, 0), (some, 1), (people.max(some), 2)],
            _ => vec![(usual, 0), (people, 2)],
        });
    }
    let rules = if pairs { dice.below(4) } else { 0 };
    lacking.touches = (0..rules).map(|_| 1 + dice.below(2)).collect();
    for _ in 0..people * places {
        lacking.seats.push(match dice.below(8) {
            0 => Seat::Never,
            1 | 2 if lets => Seat::LetIn,
            3 if rules > 0 => Seat::Pair(dice.below(rules)),
            _ => Seat::Free,
        });
    }
    for rule in 0..rules {
        let (one, other) = (dice.below(people), dice.below(people));
        if one != other {
            let bond = [Bond::Apart, Bond::Together][dice.below(2)];
            lacking.bonds.push((one, other, bond, rule));
        }
    }
    lacking
}

/// The least of all sets: every way to seat everybody, and what it breaks.
fn tried(of: &Lacking) -> Option<(usize, usize)> {
    let places = of.rooms.len();
    let all = places.pow(u32::try_from(of.people).unwrap());
    let each = (0..all).filter_map(|mut way| {
        let place: Vec<usize> = (0..of.people)
            .map(|_| {
                let at = way % places;
                way /= places;
                at
            })
            .collect();
        let (mut rules, mut touched) = (0, 0);
        let mut pairs = vec![false; of.touches.len()];
        for (person, at) in place.iter().enumerate() {
            match of.seat(person, *at) {
                Seat::Free => {}
                Seat::LetIn => {
                    rules += 1;
                    touched += 1;
                }
                Seat::Pair(rule) => pairs[rule] = true,
                Seat::Never => return None,
            }
        }
        for (one, other, bond, rule) in &of.bonds {
            let share = place[*one] == place[*other];
            pairs[*rule] |= share == (*bond == Bond::Apart);
        }
        for (nth, tiers) in of.rooms.iter().enumerate() {
            let sit = place.iter().filter(|at| **at == nth).count();
            rules += tiers.iter().find(|(room, _)| sit <= *room)?.1;
            touched += sit.saturating_sub(tiers[0].0);
        }
        for (rule, _) in pairs.iter().enumerate().filter(|(_, broken)| **broken) {
            rules += 1;
            touched += of.touches[rule];
        }
        Some((rules, touched))
    });
    each.min()
}

#[test]
fn the_set_named_is_a_smallest_by_rules_then_by_people() {
    let mut dice = Dice(29);
    for kind in 0..4 {
        for trial in 0..400 {
            let of = thrown(&mut dice, kind & 1 > 0, kind & 2 > 0);
            let found = of.solve(&Watch::default()).unwrap();
            let size = found.as_ref().map(|is| (is.rules, is.touched));
            assert_eq!(size, tried(&of), "kind {kind} trial {trial}: {of:?} {found:?}");
            assert!(found.is_none_or(|is| is.smallest), "trial {trial}");
        }
    }
}

#[test]
fn five_streams_that_lack_room_at_once_take_five_rules() {
    let (streams, groups, each) = (5, 6, 25);
    let people = streams * each;
    let mut of = Lacking {
        people,
        rooms: vec![vec![(4, 0), (6, 1), (people, 2)]; streams * groups],
        ..Lacking::default()
    };
    for person in 0..people {
        for place in 0..streams * groups {
            let same = person / each == place / groups;
            of.seats.push(if same { Seat::Free } else { Seat::LetIn });
        }
    }
    let found = of.solve(&Watch::default()).unwrap().expect("it can be");
    assert_eq!((found.rules, found.touched, found.smallest), (5, 5, true));
}
