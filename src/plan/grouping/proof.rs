//! The proof that seats are the best: from prices alone, without knowing how they were found.

use super::flow::{NEVER, Problem, Seated};

impl Problem {
    /// Whether nothing better than these seats exists: every pairing and every seat is priced, and what the prices
    /// say nobody can beat is what the seats are worth (linear programming duality). One pass over all pairings.
    #[must_use]
    pub fn proves(&self, seated: &Seated) -> bool {
        let Some(worth) = self.worth_of(&seated.place) else {
            return false;
        };
        if worth != seated.worth || seated.prices.len() != self.places.len() {
            return false;
        }
        let scale = self.scale();
        // The least that each person pays at these prices, or what being left out costs …
        let mut bound = 0_i64;
        for person in 0..self.people {
            let costs = self.row(person).iter().zip(&seated.prices);
            let costs = costs.filter(|(worth, _)| **worth != NEVER);
            let least = costs.map(|(worth, price)| price - i64::from(*worth)).min();
            bound += least.unwrap_or(scale.person).min(scale.person);
        }
        // … less what the seats would earn at most.
        let mut filled = 0_i64;
        let mut minimums = 0_i64;
        for (place, price) in self.places.iter().zip(&seated.prices) {
            for (nth, cost) in place.seats.iter().enumerate() {
                let reward = if nth < place.min { scale.seat } else { 0 };
                bound -= (price - (i64::from(*cost) - reward)).max(0);
            }
            minimums += i64::try_from(place.min).unwrap_or(i64::MAX);
        }
        filled += minimums - i64::try_from(worth.short).unwrap_or(i64::MAX);
        let unplaced = i64::try_from(worth.unplaced).unwrap_or(i64::MAX);
        let cost = scale.person * unplaced - scale.seat * filled - worth.points;
        cost == bound
    }
}
