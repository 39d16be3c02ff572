//! What may be shown of numbers that people answered (rule 14): from how many answers on, and that no total
//! gives a hidden number away.
//!
//! Knows counts only: what was asked, and of whom, is not its business.

use std::collections::BTreeMap;

/// Something that is shown, or hidden with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown<T> {
    /// It is shown.
    Value(T),
    /// It is not.
    Hidden {
        /// Why, as shown in its place: `hidden until 3 answers`.
        why: String,
        /// How many answers there are behind it, where that may be said; otherwise 0.
        n: u32,
    },
}

impl<T> Shown<T> {
    /// Hidden until there are this many answers; where there are, it is for what the number would tell of others.
    #[must_use]
    pub fn until(smallest: u32, n: u32) -> Self {
        if n >= smallest {
            return Self::would_tell(n);
        }
        Self::Hidden {
            why: format!("hidden until {smallest} answers"),
            n,
        }
    }

    /// Hidden because single answers, or those of too few, would follow from it and from what else is shown.
    #[must_use]
    pub fn would_tell(n: u32) -> Self {
        Self::Hidden {
            why: "hidden: would tell single answers".to_owned(),
            n,
        }
    }

    /// The value, where it is shown.
    #[must_use]
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Hidden { .. } => None,
        }
    }

    /// The same, with the value turned into something else.
    #[must_use]
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Shown<U> {
        match self {
            Self::Value(value) => Shown::Value(f(value)),
            Self::Hidden { why, n } => Shown::Hidden { why, n },
        }
    }
}

/// A number of answers that belong together, or a total of several such numbers.
#[derive(Clone, Debug)]
pub struct Part<K> {
    /// What it is called.
    pub key: K,
    /// Answers that belong to it and to none of its parts.
    pub own: u32,
    /// What it is the total of.
    pub parts: Vec<Part<K>>,
}

impl<K> Part<K> {
    /// A number of answers that is not a total.
    pub const fn cell(key: K, own: u32) -> Self {
        Self {
            key,
            own,
            parts: Vec::new(),
        }
    }

    /// A total of these parts.
    pub const fn total(key: K, parts: Vec<Self>) -> Self {
        Self { key, own: 0, parts }
    }
}

/// Of which cells a number is made so that it may be shown; no cells: it is hidden.
pub type Cover<K> = BTreeMap<K, Vec<K>>;

/// Decides for every part, a cell or a total, which cells its number is made of, where a number stands on
/// `smallest` answers at least.
#[must_use]
pub fn suppress<K: Copy + Ord>(whole: &Part<K>, smallest: u32) -> Cover<K> {
    let mut answers = BTreeMap::new();
    count(whole, &mut answers);
    let enough = |cells: &[K]| cells.iter().map(|cell| answers[cell]).sum::<u32>() >= smallest.max(1);
    Blocks::of(whole, &enough).cover(whole)
}

fn count<K: Copy + Ord>(part: &Part<K>, answers: &mut BTreeMap<K, u32>) {
    answers.insert(part.key, part.own);
    part.parts.iter().for_each(|inner| count(inner, answers));
}

/// Cells that are told together or not at all, by the part at which they became enough.
///
/// A part tells as one block what none of its parts could tell alone, once that is enough. What is not enough
/// waits for the total above. Every shown number is so a sum of blocks that do not overlap, each of which may be
/// shown; whatever is computed from shown numbers, by subtraction or otherwise, is again made of whole blocks.
/// (Complementary suppression; Willenborg and de Waal, Elements of Statistical Disclosure Control, 2001, 1.4.)
#[derive(Clone, Debug)]
pub struct Blocks<K>(BTreeMap<K, Vec<K>>);

impl<K: Copy + Ord> Blocks<K> {
    /// The blocks of a table, where `may` says whether cells may be told together.
    #[must_use]
    pub fn of(whole: &Part<K>, may: &dyn Fn(&[K]) -> bool) -> Self {
        let own = |part: &Part<K>| if part.own > 0 { vec![part.key] } else { Vec::new() };
        let mut blocks = BTreeMap::new();
        settle(whole, &own, may, &mut blocks);
        Self(blocks)
    }

    /// Blocks made of these blocks, where `may` asks for more: who sees both learns nothing from the difference.
    #[must_use]
    pub fn coarser(&self, whole: &Part<K>, may: &dyn Fn(&[K]) -> bool) -> Self {
        let own = |part: &Part<K>| self.0.get(&part.key).cloned().unwrap_or_default();
        let mut blocks = BTreeMap::new();
        settle(whole, &own, may, &mut blocks);
        Self(blocks)
    }

    /// The cells of the blocks that lie within each part.
    #[must_use]
    pub fn cover(&self, whole: &Part<K>) -> Cover<K> {
        let mut cover = Cover::new();
        self.gather(whole, &mut cover);
        cover
    }

    /// The part at which each block is told.
    pub fn told_at(&self) -> impl Iterator<Item = (K, &[K])> {
        self.0.iter().map(|(key, cells)| (*key, cells.as_slice()))
    }

    /// The blocks that lie within a part: each is told as a whole or not at all.
    #[must_use]
    pub fn within(&self, whole: &Part<K>, key: K) -> Vec<&[K]> {
        let mut blocks = Vec::new();
        self.collect(whole, key, false, &mut blocks);
        blocks
    }

    fn collect<'a>(&'a self, part: &Part<K>, key: K, inside: bool, blocks: &mut Vec<&'a [K]>) {
        let inside = inside || part.key == key;
        if inside {
            blocks.extend(self.0.get(&part.key).map(Vec::as_slice));
        }
        for inner in &part.parts {
            self.collect(inner, key, inside, blocks);
        }
    }

    fn gather(&self, part: &Part<K>, cover: &mut Cover<K>) -> Vec<K> {
        let mut told: Vec<K> = Vec::new();
        for inner in &part.parts {
            told.extend(self.gather(inner, cover));
        }
        told.extend(self.0.get(&part.key).into_iter().flatten());
        cover.insert(part.key, told.clone());
        told
    }
}

/// Tells at a part what has become enough there; answers what still waits.
fn settle<K: Copy + Ord>(
    part: &Part<K>,
    own: &dyn Fn(&Part<K>) -> Vec<K>,
    may: &dyn Fn(&[K]) -> bool,
    blocks: &mut BTreeMap<K, Vec<K>>,
) -> Vec<K> {
    let mut waiting = own(part);
    for inner in &part.parts {
        waiting.extend(settle(inner, own, may, blocks));
    }
    if !waiting.is_empty() && may(&waiting) {
        blocks.insert(part.key, std::mem::take(&mut waiting));
    }
    waiting
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The keys of the table in these tests: the whole, a stream, a group of a stream.
    type Key = (u8, u8);

    fn table(streams: &[Vec<u32>]) -> Part<Key> {
        let stream = |(s, groups): (usize, &Vec<u32>)| {
            let s = s as u8 + 1;
            let cells = groups.iter().enumerate();
            Part::total(
                (s, 0),
                cells.map(|(g, n)| Part::cell((s, g as u8 + 1), *n)).collect(),
            )
        };
        Part::total((0, 0), streams.iter().enumerate().map(stream).collect())
    }

    #[test]
    fn a_single_hidden_cell_is_left_out_of_its_total() {
        let cover = suppress(&table(&[vec![4, 5, 2]]), 3);
        assert_eq!(cover[&(1, 3)], Vec::new());
        assert_eq!(cover[&(1, 0)], vec![(1, 1), (1, 2)]);
    }

    #[test]
    fn hidden_cells_that_are_enough_together_count_in_the_total() {
        let cover = suppress(&table(&[vec![4, 2, 2]]), 3);
        assert_eq!(cover[&(1, 0)], vec![(1, 1), (1, 2), (1, 3)]);
    }

    #[test]
    fn what_two_streams_left_out_may_count_in_the_whole() {
        let cover = suppress(&table(&[vec![4, 2], vec![5, 1]]), 3);
        assert_eq!(cover[&(1, 0)], vec![(1, 1)]);
        assert_eq!(cover[&(0, 0)].len(), 4);
    }

    #[test]
    fn what_a_stream_has_told_already_does_not_hide_another_cell_in_the_whole() {
        let cover = suppress(&table(&[vec![2, 2], vec![5, 1]]), 3);
        assert!(!cover[&(0, 0)].contains(&(2, 2)));
    }

    /// Brings the shown sums to row echelon form and reads off every combination of cells they determine.
    fn determined(shown: &[Vec<f64>], cells: usize) -> Vec<usize> {
        let mut rows: Vec<Vec<f64>> = shown.to_vec();
        let mut lead = 0;
        for column in 0..cells {
            let Some(at) = (lead..rows.len()).find(|r| rows[*r][column].abs() > 1e-9) else {
                continue;
            };
            rows.swap(lead, at);
            let by = rows[lead][column];
            rows[lead].iter_mut().for_each(|x| *x /= by);
            let pivot = rows[lead].clone();
            for (r, row) in rows.iter_mut().enumerate() {
                if r != lead {
                    let by = row[column];
                    row.iter_mut().zip(&pivot).for_each(|(x, p)| *x -= by * p);
                }
            }
            lead += 1;
        }
        rows.iter()
            .filter_map(|row| {
                let mut on = row.iter().enumerate().filter(|(_, x)| x.abs() > 1e-9);
                match (on.next(), on.next()) {
                    (Some((cell, _)), None) => Some(cell),
                    _ => None,
                }
            })
            .collect()
    }

    proptest! {
        #[test]
        fn no_hidden_cell_follows_from_the_shown_cells_and_totals(
            streams in prop::collection::vec(prop::collection::vec(0_u32..7, 1..6), 1..6),
            smallest in 1_u32..6,
        ) {
            let whole = table(&streams);
            let cells: Vec<Key> = whole.parts.iter().flat_map(|s| s.parts.iter().map(|c| c.key)).collect();
            let cover = suppress(&whole, smallest);
            let sums: Vec<Vec<f64>> = cover
                .values()
                .map(|of| cells.iter().map(|c| f64::from(u8::from(of.contains(c)))).collect())
                .collect();
            for cell in determined(&sums, cells.len()) {
                let (s, g) = cells[cell];
                let n = streams[usize::from(s) - 1][usize::from(g) - 1];
                prop_assert!(n >= smallest, "{:?} of {n} answers follows", cells[cell]);
            }
        }

        #[test]
        fn the_difference_of_two_shown_numbers_is_never_of_too_few_answers(
            streams in prop::collection::vec(prop::collection::vec(0_u32..7, 1..6), 1..6),
            smallest in 1_u32..6,
        ) {
            let cover = suppress(&table(&streams), smallest);
            let answers = |cells: &[Key]| -> u32 {
                cells.iter().map(|(s, g)| streams[usize::from(*s) - 1][usize::from(*g) - 1]).sum()
            };
            for (key, total) in cover.iter().filter(|(key, _)| key.1 == 0) {
                let inside = |of: &Key| if key.0 == 0 { of.0 > 0 && of.1 == 0 } else { of.0 == key.0 && of.1 > 0 };
                let told: Vec<Key> =
                    cover.iter().filter(|(of, _)| inside(of)).flat_map(|(_, c)| c.clone()).collect();
                let left: Vec<Key> = total.iter().filter(|c| !told.contains(c)).copied().collect();
                let n = answers(&left);
                prop_assert!(left.is_empty() || n >= smallest, "{key:?} leaves {n}");
            }
        }
    }
}
