//! The header: what the database ought to hold, so that rows lost in silence are noticed.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use super::codec;
use crate::domain::{Kind, Rev};

/// The version of the whole layout; a database with a higher one is left alone.
pub const SCHEMA: u32 = 1;
/// What the header begins with.
const MAGIC: &[u8; 8] = b"cohort\0\x01";

/// How many rows a tree holds, and a hash over them that does not depend on their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Rows.
    pub rows: u64,
    /// The wrapping sum of the rows' xxh3-128 hashes.
    pub hash: u128,
}

impl Tally {
    /// Counts a row in.
    pub fn add(&mut self, key: &[u8], value: &[u8]) {
        self.rows += 1;
        self.hash = self.hash.wrapping_add(row_hash(key, value));
    }
    /// Counts a row out.
    pub fn remove(&mut self, key: &[u8], value: &[u8]) {
        self.rows = self.rows.saturating_sub(1);
        self.hash = self.hash.wrapping_sub(row_hash(key, value));
    }
}

fn row_hash(key: &[u8], value: &[u8]) -> u128 {
    let mut row = Vec::with_capacity(1 + key.len() + value.len());
    row.push(key.len() as u8);
    row.extend_from_slice(key);
    row.extend_from_slice(value);
    xxh3_128(&row)
}

/// What is known about the database as a whole; rewritten in every commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The database's own name, drawn when it was made.
    pub uuid: u128,
    /// How many times a store was started on it.
    pub epoch: u64,
    /// The last entry that exists.
    pub revision: Rev,
    /// The last entry whose records are all in place.
    pub applied: Rev,
    /// How many answers were ever given.
    pub answered: u64,
    /// The oldest answer still kept.
    pub oldest_answer: u64,
    /// The records.
    pub records: Tally,
    /// Entries: heads and parts.
    pub entries: Tally,
    /// Answers and their order.
    pub answers: Tally,
    /// Records of each kind, by the kind's number.
    pub kinds: Vec<(u8, u64)>,
}

impl Header {
    /// The header of a database with nothing in it.
    pub fn fresh(uuid: u128) -> Self {
        Self {
            uuid,
            epoch: 0,
            revision: 0,
            applied: 0,
            answered: 0,
            oldest_answer: 0,
            records: Tally::default(),
            entries: Tally::default(),
            answers: Tally::default(),
            kinds: Vec::new(),
        }
    }

    /// Counts a record of this kind in (`true`) or out.
    pub fn count(&mut self, kind: Kind, one_more: bool) {
        let number = kind.number();
        let at = match self.kinds.binary_search_by_key(&number, |(kind, _)| *kind) {
            Ok(at) => at,
            Err(at) => {
                self.kinds.insert(at, (number, 0));
                at
            }
        };
        let count = &mut self.kinds[at].1;
        *count = if one_more {
            *count + 1
        } else {
            count.saturating_sub(1)
        };
        if *count == 0 {
            self.kinds.remove(at);
        }
    }

    /// The header as bytes: magic, schema, fields, checksum.
    pub fn write(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(SCHEMA.to_le_bytes());
        bytes.extend(codec::encode(self));
        let sum = xxh3_64(&bytes);
        bytes.extend(sum.to_le_bytes());
        bytes
    }

    /// Reads a header.
    pub fn read(bytes: &[u8]) -> Result<Self, HeaderProblem> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(HeaderProblem::Foreign)?;
        let (schema, rest) = rest.split_first_chunk().ok_or(HeaderProblem::Broken)?;
        match u32::from_le_bytes(*schema) {
            SCHEMA => {}
            newer @ SCHEMA.. => return Err(HeaderProblem::Newer(newer)),
            _ => return Err(HeaderProblem::Broken),
        }
        let (fields, sum) = rest.split_last_chunk().ok_or(HeaderProblem::Broken)?;
        if xxh3_64(&bytes[..bytes.len() - 8]) != u64::from_le_bytes(*sum) {
            return Err(HeaderProblem::Broken);
        }
        codec::decode(fields).map_err(|_| HeaderProblem::Broken)
    }
}

/// Why a header cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderProblem {
    /// It is not one of ours.
    Foreign,
    /// It is of a newer layout.
    Newer(u32),
    /// Its checksum is wrong.
    Broken,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_reads_back() {
        let mut header = Header::fresh(7);
        header.count(Kind::Person, true);
        header.records.add(b"key", b"value");
        assert_eq!(Header::read(&header.write()), Ok(header));
    }

    #[test]
    fn a_flipped_bit_in_the_header_is_noticed() {
        let good = Header::fresh(7).write();
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(Header::read(&bad).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn the_tally_does_not_depend_on_the_order_of_rows() {
        let (mut one, mut other) = (Tally::default(), Tally::default());
        one.add(b"a", b"1");
        one.add(b"b", b"2");
        other.add(b"b", b"2");
        other.add(b"c", b"3");
        other.add(b"a", b"1");
        other.remove(b"c", b"3");
        assert_eq!(one, other);
    }
}
