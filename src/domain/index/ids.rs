//! The ids under one key of an index, and how keys are hashed: small and quick, because a big cohort has many.

use std::collections::{BTreeSet, HashMap, btree_set};
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::iter::Copied;

use crate::domain::id::Id;

/// A map whose keys are ids.
pub(in crate::domain) type ById<K, V> = HashMap<K, V, BuildHasherDefault<Mixed>>;

/// The ids of records of kind `T` under keys.
pub(in crate::domain) type Under<K, T> = ById<K, Ids<T>>;

/// One id, or several in order. Nearly every key of an index has one, which then takes no memory of its own.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::domain) enum Ids<T> {
    /// One.
    One(Id<T>),
    /// Two or more.
    Several(BTreeSet<Id<T>>),
}

impl<T> Ids<T> {
    /// Adds an id.
    fn add(&mut self, id: Id<T>) {
        match self {
            Self::One(one) if *one == id => {}
            Self::One(one) => *self = Self::Several(BTreeSet::from([*one, id])),
            Self::Several(ids) => {
                ids.insert(id);
            }
        }
    }

    /// The ids in order.
    pub(in crate::domain) fn iter(&self) -> Iter<'_, T> {
        match self {
            Self::One(id) => Iter::One(Some(*id)),
            Self::Several(ids) => Iter::Several(ids.iter().copied()),
        }
    }
}

impl<'a, T> IntoIterator for &'a Ids<T> {
    type Item = Id<T>;
    type IntoIter = Iter<'a, T>;
    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

/// The ids of one key, one after another.
#[derive(Debug)]
pub(in crate::domain) enum Iter<'a, T> {
    /// One, or none any more.
    One(Option<Id<T>>),
    /// The rest of several.
    Several(Copied<btree_set::Iter<'a, Id<T>>>),
}

impl<T> Clone for Iter<'_, T> {
    fn clone(&self) -> Self {
        match self {
            Self::One(id) => Self::One(*id),
            Self::Several(ids) => Self::Several(ids.clone()),
        }
    }
}

impl<T> Iterator for Iter<'_, T> {
    type Item = Id<T>;
    fn next(&mut self) -> Option<Id<T>> {
        match self {
            Self::One(id) => id.take(),
            Self::Several(ids) => ids.next(),
        }
    }
}

/// Puts (`yes`) or takes an id under a key.
pub(super) fn set<K: Hash + Eq, T>(under: &mut Under<K, T>, key: K, id: Id<T>, yes: bool) {
    if yes {
        under
            .entry(key)
            .and_modify(|ids| ids.add(id))
            .or_insert(Ids::One(id));
        return;
    }
    let left = match under.get_mut(&key) {
        None => return,
        Some(Ids::One(one)) if *one == id => None,
        Some(Ids::One(_)) => return,
        Some(Ids::Several(ids)) => {
            ids.remove(&id);
            if ids.len() > 1 {
                return;
            }
            ids.first().copied()
        }
    };
    match left {
        Some(one) => {
            under.insert(key, Ids::One(one));
        }
        None => {
            under.remove(&key);
        }
    }
}

/// Mixes keys by multiplication. Ids are random numbers already and need no protection from chosen collisions; an
/// address that collides costs its importer a moment.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::domain) struct Mixed(u64);

impl Mixed {
    const fn mix(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        // The table takes its bucket from the low bits and its tag from the high ones: both must be mixed.
        self.0 ^ (self.0 >> 32)
    }
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.mix(u64::from_le_bytes(word));
        }
    }
    fn write_u8(&mut self, byte: u8) {
        self.mix(u64::from(byte));
    }
    fn write_u64(&mut self, word: u64) {
        self.mix(word);
    }
    fn write_isize(&mut self, word: isize) {
        self.mix(word as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Person;

    fn ids(under: &Under<u64, Person>) -> Vec<u64> {
        under.get(&1).into_iter().flatten().map(Id::number).collect()
    }

    #[test]
    fn ids_under_a_key_come_and_go_in_order() {
        let mut under = Under::default();
        for number in [5, 3, 9, 3] {
            set(&mut under, 1, Id::new(number), true);
        }
        assert_eq!(ids(&under), [3, 5, 9]);
        for number in [5, 4, 9] {
            set(&mut under, 1, Id::new(number), false);
        }
        assert_eq!(ids(&under), [3]);
        set(&mut under, 1, Id::new(3), false);
        assert!(under.is_empty(), "a key without ids is no key");
    }

    #[test]
    fn an_index_is_the_same_whatever_way_it_came_about() {
        let (mut one, mut other) = (Under::<u64, Person>::default(), Under::default());
        set(&mut one, 1, Id::new(3), true);
        for number in [3, 5] {
            set(&mut other, 1, Id::new(number), true);
        }
        set(&mut other, 1, Id::new(5), false);
        assert_eq!(one, other);
    }
}
