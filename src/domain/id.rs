//! Identity of records: opaque, stable, typed. Knows nothing of what is inside a record.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::kind::{Kind, Recorded};

/// The identity of one record of kind `T`; an `Id<Group>` is not an `Id<Session>`.
///
/// 60 random bits. In text it is the kind's two letters and twelve Crockford base-32 digits
/// (`pe-4k2m9x7q1w3z`), so that a command line can tell what an id names.
pub struct Id<T> {
    number: u64,
    of: PhantomData<fn() -> T>,
}

/// How many bits of a number an id keeps.
const BITS: u32 = 60;
/// Douglas Crockford's base-32 alphabet: no i, l, o, u.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

impl<T> Id<T> {
    /// The id with this number; bits above the sixtieth are dropped.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self {
            number: number & ((1 << BITS) - 1),
            of: PhantomData,
        }
    }

    /// The bare number, for keys and indexes.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.number
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.number.cmp(&other.number)
    }
}
impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

impl<T: Recorded> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        AnyId {
            kind: T::KIND,
            number: self.number,
        }
        .fmt(f)
    }
}
impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Id({:x})", self.number)
    }
}

/// An id together with its kind, as read from text or carried where kinds mix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AnyId {
    /// What kind of record it names.
    pub kind: Kind,
    /// The bare number.
    pub number: u64,
}

impl AnyId {
    /// The typed id, when the kind is the asked one.
    #[must_use]
    pub fn of<T: Recorded>(self) -> Option<Id<T>> {
        (self.kind == T::KIND).then(|| Id::new(self.number))
    }
}

impl<T: Recorded> From<Id<T>> for AnyId {
    fn from(id: Id<T>) -> Self {
        Self {
            kind: T::KIND,
            number: id.number,
        }
    }
}

impl fmt::Display for AnyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(16);
        text.push_str(self.kind.prefix());
        text.push('-');
        text.extend(
            (0..12).map(|place| char::from(ALPHABET[(self.number >> (5 * (11 - place))) as usize & 31])),
        );
        f.pad(&text)
    }
}

/// Text that is not an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAnId;

impl fmt::Display for NotAnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an id (two letters, a dash and twelve letters or digits)")
    }
}
impl std::error::Error for NotAnId {}

impl FromStr for AnyId {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let (prefix, digits) = text.split_once('-').ok_or(NotAnId)?;
        let kind = Kind::from_prefix(prefix).ok_or(NotAnId)?;
        if digits.len() != 12 {
            return Err(NotAnId);
        }
        let mut number = 0_u64;
        for byte in digits.bytes() {
            let value = ALPHABET
                .iter()
                .position(|a| *a == byte.to_ascii_lowercase())
                .ok_or(NotAnId)?;
            number = number << 5 | value as u64;
        }
        Ok(Self { kind, number })
    }
}

impl<T: Recorded> FromStr for Id<T> {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        AnyId::from_str(text)?.of().ok_or(NotAnId)
    }
}

impl<T: Recorded> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            serializer.serialize_u64(self.number)
        }
    }
}
impl<'de, T: Recorded> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = String::deserialize(deserializer)?;
            text.parse().map_err(serde::de::Error::custom)
        } else {
            u64::deserialize(deserializer).map(Self::new)
        }
    }
}

/// Where new ids and nonces come from: chance in the program, a counter in tests.
#[derive(Clone, Debug)]
pub struct Mint {
    state: u64,
}

impl Mint {
    /// A mint that yields a sequence fixed by `seed`; the program seeds it from the system's randomness.
    #[must_use]
    pub const fn seeded(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next number of the sequence: Steele, Lea and Flood's SplitMix64 (OOPSLA 2014).
    pub fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A fresh id.
    pub fn id<T>(&mut self) -> Id<T> {
        Id::new(self.number())
    }

    /// A fresh nonce for one edit.
    pub fn nonce(&mut self) -> u128 {
        u128::from(self.number()) << 64 | u128::from(self.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Group, Person};

    #[test]
    fn an_id_reads_back_from_its_text() {
        let id: Id<Person> = Mint::seeded(7).id();
        assert_eq!(id.to_string().parse::<Id<Person>>(), Ok(id));
    }

    #[test]
    fn an_id_of_another_kind_is_not_taken() {
        let id: Id<Person> = Mint::seeded(7).id();
        assert_eq!(id.to_string().parse::<Id<Group>>(), Err(NotAnId));
    }
}
