//! Seats tried and bettered by hand: who sits where, moved and swapped as long as that helps.

use super::flow::NEVER;
use super::puzzle::Puzzle;
use crate::plan::{Cancelled, Watch};

/// The most swaps looked at in one pass; a larger table is bettered by moves alone.
const SWAPS: usize = 60_000;

/// Who sits where.
pub(super) struct Table<'a> {
    puzzle: &'a Puzzle,
    units: &'a [Vec<usize>],
    belongs: &'a [Vec<usize>],
    at: Vec<Option<usize>>,
    inside: Vec<Vec<usize>>,
    apart: Vec<Vec<usize>>,
}

impl<'a> Table<'a> {
    pub(super) fn new(puzzle: &'a Puzzle, units: &'a [Vec<usize>], belongs: &'a [Vec<usize>]) -> Self {
        let mut apart = vec![Vec::new(); puzzle.people];
        for (one, other) in &puzzle.apart {
            apart[*one].push(*other);
            apart[*other].push(*one);
        }
        Self {
            puzzle,
            units,
            belongs,
            at: vec![None; puzzle.people],
            inside: vec![Vec::new(); puzzle.places.len()],
            apart,
        }
    }

    pub(super) fn places(&self) -> Vec<Option<usize>> {
        self.at.clone()
    }

    /// The first of those who sit together stands for all.
    fn heads(&self) -> Vec<usize> {
        (0..self.puzzle.people)
            .filter(|person| self.units[*person][0] == *person)
            .collect()
    }

    /// Seats everybody as a relaxed answer has it, as far as the rules allow, then those left where they may.
    pub(super) fn fill_from(&mut self, relaxed: &[Option<usize>]) {
        let heads = self.heads();
        for head in &heads {
            if let Some(place) = self.units[*head].iter().find_map(|person| relaxed[*person]) {
                self.try_moves(&[(*head, Some(place))], true);
            }
        }
        for head in heads {
            if self.at[head].is_none() {
                self.insert(head);
            }
        }
    }

    fn insert(&mut self, head: usize) -> bool {
        let places = 0..self.puzzle.places.len();
        let gains = places.filter_map(|place| {
            let gain = self.gain(&[(head, Some(place))])?;
            Some((gain, std::cmp::Reverse(place)))
        });
        match gains.max() {
            Some((_, std::cmp::Reverse(place))) => self.try_moves(&[(head, Some(place))], true),
            None => false,
        }
    }

    /// Moves and swaps until none helps, or what there is shall do.
    pub(super) fn better(&mut self, watch: &Watch) -> Result<(), Cancelled> {
        let heads = self.heads();
        let swaps = heads.len() * heads.len() / 2 <= SWAPS;
        let mut helped = true;
        while helped {
            helped = false;
            for (nth, head) in heads.iter().enumerate() {
                watch.go_on()?;
                if watch.is_enough() {
                    return Ok(());
                }
                for place in 0..self.puzzle.places.len() {
                    if self.at[*head] != Some(place) {
                        helped |= self.try_moves(&[(*head, Some(place))], false);
                    }
                }
                if !swaps {
                    continue;
                }
                for other in &heads[nth + 1..] {
                    let (here, there) = (self.at[*head], self.at[*other]);
                    if here != there {
                        helped |= self.try_moves(&[(*head, there), (*other, here)], false);
                    }
                }
            }
        }
        Ok(())
    }

    /// What these moves would change: fewer without a place, fewer missing from minimums, points. Nothing when a
    /// rule is against it.
    fn gain(&self, moves: &[(usize, Option<usize>)]) -> Option<(i64, i64, i64)> {
        let mut touched: Vec<(usize, Vec<usize>)> = Vec::with_capacity(4);
        let mut unplaced = 0;
        let mut touch = |place: usize| match touched.iter().position(|(nth, _)| *nth == place) {
            Some(at) => at,
            None => {
                touched.push((place, self.inside[place].clone()));
                touched.len() - 1
            }
        };
        for (head, to) in moves {
            for person in &self.units[*head] {
                if let Some(to) = to
                    && self.puzzle.of(*person, *to) == NEVER
                {
                    return None;
                }
                unplaced += i64::from(to.is_none()) - i64::from(self.at[*person].is_none());
                if let Some(from) = self.at[*person] {
                    touch(from);
                }
                if let Some(to) = to {
                    touch(*to);
                }
            }
        }
        for (head, to) in moves {
            for person in &self.units[*head] {
                for (place, inside) in &mut touched {
                    if Some(*place) == self.at[*person] {
                        inside.retain(|is| is != person);
                    }
                    if Some(*place) == *to {
                        inside.push(*person);
                    }
                }
            }
        }
        let (mut short, mut points) = (0_i64, 0_i64);
        for (place, inside) in &touched {
            let came = inside.iter().filter(|person| self.at[**person] != Some(*place));
            for person in came {
                if self.apart[*person].iter().any(|other| inside.contains(other)) {
                    return None;
                }
            }
            let missing = |people: usize| {
                let min = self.puzzle.places[*place].min;
                i64::try_from(min.saturating_sub(people)).unwrap_or(0)
            };
            points += self.puzzle.points_in(self.belongs, *place, inside)?;
            points -= self
                .puzzle
                .points_in(self.belongs, *place, &self.inside[*place])?;
            short += missing(inside.len()) - missing(self.inside[*place].len());
        }
        Some((-unplaced, -short, points))
    }

    /// Makes these moves when they help, or when they are allowed at all.
    fn try_moves(&mut self, moves: &[(usize, Option<usize>)], anyway: bool) -> bool {
        let Some(gain) = self.gain(moves) else {
            return false;
        };
        if !anyway && gain <= (0, 0, 0) {
            return false;
        }
        for (head, to) in moves {
            for person in &self.units[*head] {
                if let Some(from) = self.at[*person] {
                    self.inside[from].retain(|is| is != person);
                }
                if let Some(to) = to {
                    self.inside[*to].push(*person);
                }
                self.at[*person] = *to;
            }
        }
        true
    }
}
