//! A grouping problem with a known answer, as `shared/instances` describes it, and its solution.
//!
//! Every mentee gets one mentor of another organisation, sizes stay within limits, and the score less the cost of
//! uneven sizes is greatest. Knows no file format.

use super::flow::{NEVER, Place, Problem};
use crate::plan::{Cancelled, Watch};

/// A mentor.
#[derive(Clone, Debug, Default)]
pub struct Mentor {
    /// Organisation, stream and region, by number.
    pub org: u32,
    /// Stream, by number.
    pub stream: u32,
    /// Region, by number.
    pub region: u32,
    /// Seniority.
    pub level: i32,
    /// What the mentor can help with, a bit each.
    pub skills: u32,
    /// Fewest mentees.
    pub min: usize,
    /// Most mentees.
    pub max: usize,
}

/// A mentee.
#[derive(Clone, Debug, Default)]
pub struct Mentee {
    /// Organisation, by number.
    pub org: u32,
    /// Stream, by number.
    pub stream: u32,
    /// Region, by number.
    pub region: u32,
    /// Seniority.
    pub level: i32,
    /// What the mentee wants, a bit each.
    pub goals: u32,
    /// Up to three mentors asked for, in order.
    pub prefs: Vec<usize>,
}

/// The whole problem.
#[derive(Clone, Debug, Default)]
pub struct Instance {
    /// The size that costs nothing.
    pub target: i64,
    /// What the square of every difference from it costs.
    pub balance: i64,
    /// The mentors.
    pub mentors: Vec<Mentor>,
    /// The mentees.
    pub mentees: Vec<Mentee>,
}

/// The answer to an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The mentor of each mentee.
    pub mentor: Vec<Option<usize>>,
    /// The score less the cost of uneven sizes.
    pub objective: i64,
    /// What no assignment can exceed.
    pub bound: i64,
    /// Whether the prices prove it best.
    pub optimal: bool,
    /// Mentees without a mentor, and mentees missing from the minimums.
    pub missing: (usize, usize),
}

impl Instance {
    /// The best assignment, with its proof.
    ///
    /// # Errors
    /// When the work was called off.
    pub fn solve(&self, watch: &Watch) -> Result<Assignment, Cancelled> {
        let problem = self.problem();
        let seated = problem.solve(watch)?;
        let even = self.balance * self.target * self.target;
        let empty = even * i64::try_from(self.mentors.len()).unwrap_or(0);
        let objective = seated.worth.points - empty;
        let optimal = problem.proves(&seated);
        Ok(Assignment {
            objective,
            bound: objective,
            optimal,
            missing: (seated.worth.unplaced, seated.worth.short),
            mentor: seated.place,
        })
    }

    /// The instance as people and places; empty mentors count as costing nothing.
    #[must_use]
    pub fn problem(&self) -> Problem {
        let square = |size: i64| self.balance * (size - self.target).pow(2);
        let places = self.mentors.iter().map(|mentor| {
            let sizes = 0..i64::try_from(mentor.max).unwrap_or(0);
            let seats = sizes.map(|size| i32::try_from(square(size + 1) - square(size)).unwrap_or(i32::MAX));
            Place {
                min: mentor.min,
                seats: seats.collect(),
            }
        });
        let mut problem = Problem::new(self.mentees.len(), places.collect());
        for (number, mentee) in self.mentees.iter().enumerate() {
            let row = problem.row_mut(number);
            for (worth, mentor) in row.iter_mut().zip(&self.mentors) {
                *worth = score(mentee, mentor);
            }
            for (wish, points) in mentee.prefs.iter().zip([12, 8, 5]) {
                if let Some(worth) = row.get_mut(*wish).filter(|worth| **worth != NEVER) {
                    *worth += points;
                }
            }
        }
        problem
    }
}

/// What a mentor is worth to a mentee before wishes are counted.
fn score(mentee: &Mentee, mentor: &Mentor) -> i16 {
    if mentee.org == mentor.org {
        return NEVER;
    }
    let shared = (mentee.goals & mentor.skills).count_ones();
    let ahead = match mentor.level - mentee.level {
        ..=0 => -8,
        1 | 2 => 5,
        3 => 2,
        _ => 0,
    };
    let stream = if mentee.stream == mentor.stream { 6 } else { 0 };
    let region = if mentee.region == mentor.region { 3 } else { 0 };
    // At most 32 skills are shared.
    4 * i16::try_from(shared).unwrap_or(0) + stream + region + ahead
}
