//! One person's costs of every place, priced at once: the bulk of the work, in a form that compilers make quick.
//!
//! Prices are kept as they would be had they never fallen, so that they only grow and a cost written down stays a
//! lower bound for ever. Knows nothing of searches.

use super::{NEVER, index};

/// Where prices of a row end: a place that costs more is looked at exactly when it comes to that.
const LIMIT: i32 = 1 << 28;
/// From here on costs are of places that may not be, beyond every other.
const BARRED: i32 = 1 << 29;
/// Beyond the cheapest by more than this nothing is picked to be kept.
const WIDEST: i32 = 256;
/// So many costs are compared at once.
const STRIDE: usize = 16;

/// The prices of all places, and what they would cost the person priced last.
#[derive(Default)]
pub(super) struct Row {
    /// The prices, cut off at [`LIMIT`].
    prices: Vec<i32>,
    /// The costs; one at the limit is at least that.
    costs: Vec<i32>,
    /// The least of each stride of them.
    leasts: Vec<i32>,
    /// The costs and places picked last.
    picked: Vec<(i32, u32)>,
    /// How far beyond the cheapest they were looked for.
    width: i32,
}

impl Row {
    pub(super) fn of(prices: &[i64]) -> Self {
        Self {
            prices: prices.iter().map(|price| cut_off(*price)).collect(),
            costs: vec![0; prices.len()],
            leasts: vec![0; prices.len().div_ceil(STRIDE)],
            picked: Vec::new(),
            width: WIDEST / 16,
        }
    }

    /// Gives a place another price.
    pub(super) fn set(&mut self, place: usize, price: i64) {
        self.prices[place] = cut_off(price);
    }

    /// The costs and places picked last.
    pub(super) fn picked(&self) -> &[(i32, u32)] {
        &self.picked
    }

    /// Prices the places for a person to whom they are worth this; answers the least cost.
    pub(super) fn price(&mut self, worth: &[i16]) -> i32 {
        for ((cost, worth), price) in self.costs.iter_mut().zip(worth).zip(&self.prices) {
            // Without a branch, so that the compiler makes one step of several.
            *cost = price - i32::from(*worth) + (i32::from(*worth == NEVER) << 30);
        }
        let (strides, rest) = self.costs.as_chunks::<STRIDE>();
        for (least, costs) in self.leasts.iter_mut().zip(strides) {
            let mut lanes = [BARRED; 4];
            for costs in costs.as_chunks::<4>().0 {
                for (least, cost) in lanes.iter_mut().zip(costs) {
                    *least = (*least).min(*cost);
                }
            }
            *least = lanes[0].min(lanes[1]).min(lanes[2].min(lanes[3]));
        }
        if let Some(least) = self.leasts.get_mut(strides.len()) {
            *least = rest.iter().copied().fold(BARRED, i32::min);
        }
        self.leasts.iter().copied().min().unwrap_or(BARRED)
    }

    /// Picks the places that may be and cost less than this, in their order.
    pub(super) fn pick(&mut self, under: i64) {
        let under = i32::try_from(under).unwrap_or(BARRED).min(BARRED);
        self.picked.clear();
        for (nth, costs) in self.costs.chunks(STRIDE).enumerate() {
            if self.leasts[nth] < under {
                let places = index(nth * STRIDE)..;
                let all = costs.iter().copied().zip(places);
                self.picked.extend(all.filter(|(cost, _)| *cost < under));
            }
        }
    }

    /// Picks at most so many of the cheapest, the cheapest first; answers what every other place costs at least,
    /// nothing when there is no other. Of places that cost the same, another `turn` picks others.
    pub(super) fn pick_cheapest(&mut self, most: usize, least: i32, turn: usize) -> Option<i64> {
        // As wide as it was for the last person is mostly wide enough, and seldom far too wide.
        let mut floor = loop {
            let under = least.saturating_add(self.width).min(BARRED);
            self.pick(i64::from(under));
            if self.picked.len() > most || self.width >= WIDEST || under == BARRED {
                break under;
            }
            self.width = (self.width + self.width / 2 + 1).min(WIDEST);
        };
        if self.picked.len() > 3 * most {
            self.width = (self.width - self.width / 4 - 1).max(1);
        }
        if self.picked.len() > most {
            let first = index(turn.wrapping_mul(0x9E37_79B1) % self.costs.len());
            let order = |(cost, place): &(i32, u32)| (*cost, place.wrapping_sub(first));
            self.picked.select_nth_unstable_by_key(most, order);
            floor = self.picked[most].0;
            self.picked.truncate(most);
        }
        self.picked.sort_unstable();
        (floor < BARRED).then_some(i64::from(floor))
    }
}

/// A price as rows are priced with it.
fn cut_off(price: i64) -> i32 {
    i32::try_from(price).unwrap_or(LIMIT).clamp(-LIMIT, LIMIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Costs 0, 1, 2 … of forty places, one of which may not be.
    fn row() -> (Row, i32) {
        let mut row = Row::of(&(0..40).collect::<Vec<i64>>());
        let mut worth = vec![0; 40];
        worth[3] = NEVER;
        let least = row.price(&worth);
        (row, least)
    }

    #[test]
    fn a_place_that_may_not_be_is_never_picked() {
        let (mut row, _) = row();
        row.pick(i64::MAX);
        assert_eq!(row.picked().len(), 39);
        assert!(row.picked().iter().all(|(_, place)| *place != 3));
    }

    #[test]
    fn the_cheapest_are_picked_with_a_floor_under_all_others() {
        let (mut row, least) = row();
        assert_eq!(least, 0);
        assert_eq!(row.pick_cheapest(4, least, 7), Some(5));
        assert_eq!(row.picked(), [(0, 0), (1, 1), (2, 2), (4, 4)]);
    }

    #[test]
    fn where_nothing_is_left_there_is_no_floor() {
        let mut row = Row::of(&[5, 5]);
        let least = row.price(&[0, NEVER]);
        assert_eq!(row.pick_cheapest(4, least, 1), Some(i64::from(5 + WIDEST)));
        assert_eq!(row.picked(), [(5, 0)]);
        let least = row.price(&[NEVER, NEVER]);
        assert_eq!((least, row.pick_cheapest(4, least, 1)), (BARRED, None));
        assert!(row.picked().is_empty());
    }

    #[test]
    fn a_price_beyond_the_limit_still_counts_as_at_least_that() {
        let mut row = Row::of(&[i64::MAX / 4, 1]);
        let least = row.price(&[i16::MAX, 0]);
        assert_eq!(least, 1);
        row.pick(i64::from(LIMIT));
        assert_eq!(row.picked(), [(LIMIT - i32::from(i16::MAX), 0), (1, 1)]);
    }
}
