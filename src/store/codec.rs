//! Bytes and records: the only place that decides how a value is written down.
//!
//! Every value begins with an envelope `[kind u8][version u16 LE]`. The record structs of the domain as they are
//! today are version 1; when one changes, its old form is kept here as a frozen struct and upgraded on reading.
//! bincode 1.3.3 with `DefaultOptions` (varints), a limit, from slices only, no trailing bytes. Knows no trees.

use std::fmt;

use bincode::Options;
use serde::de::{DeserializeOwned, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::{
    Ack, Admin, Application, Busy, Change, Claim, Cohort, Consent, Delta, Enrolment, Goal, Group, Id,
    Instrument, Kind, Mapping, Mark, Membership, Message, PairRule, Person, Provenance, Quote, Record,
    Recorded, Request, Response, Rev, Round, Session, Sighting, Stream, Theme, Use, Wave, every_kind,
};

/// The longest value that is decoded, in bytes.
pub const LIMIT: u64 = 1 << 20;
/// The longest record that is kept, in bytes; sled moves longer values into files of their own, and loses track.
pub const RECORD_LIMIT: usize = 8 << 10;
/// Bytes of the envelope and the revision before a record.
const BEFORE_RECORD: usize = 1 + 2 + 8;

/// Bytes that cannot be read as what they should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// They end too early, hold a word nobody knows, or go on too long.
    Broken(String),
    /// They were written by a newer program.
    Newer {
        /// Which kind of value.
        of: String,
        /// Its version.
        version: u16,
    },
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken(why) => f.write_str(why),
            Self::Newer { of, version } => write!(f, "a {of} of version {version}, newer than this program"),
        }
    }
}
impl std::error::Error for Unreadable {}

fn broken(why: &str) -> Unreadable {
    Unreadable::Broken(why.to_owned())
}

/// A plain value as bytes, without envelope.
pub fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    bincode::DefaultOptions::new()
        .serialize(value)
        .expect("serialising plain data into memory cannot fail")
}

/// The plain value that these bytes, all of them, are.
///
/// # Errors
/// When they are not one.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Unreadable> {
    bincode::DefaultOptions::new()
        .with_limit(LIMIT)
        .deserialize(bytes)
        .map_err(|error| Unreadable::Broken(error.to_string()))
}

/// The version in which values of a kind are written.
#[must_use]
pub const fn version(_kind: Kind) -> u16 {
    1
}

fn envelope(kind: Kind, into: &mut Vec<u8>) {
    into.push(kind.number());
    into.extend(version(kind).to_le_bytes());
}

/// Walks through bytes, taking pieces off the front.
struct Pieces<'a>(&'a [u8]);

impl<'a> Pieces<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Unreadable> {
        let (piece, rest) = self
            .0
            .split_at_checked(length)
            .ok_or_else(|| broken("it ends too early"))?;
        self.0 = rest;
        Ok(piece)
    }
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Unreadable> {
        Ok(self.take(N)?.try_into().expect("take answers as many as asked"))
    }
    fn envelope(&mut self) -> Result<(Kind, u16), Unreadable> {
        let [number] = self.array()?;
        let version = u16::from_le_bytes(self.array()?);
        let kind = Kind::from_number(number).ok_or_else(|| broken("a kind of record nobody knows"))?;
        Ok((kind, version))
    }
    fn sized(&mut self) -> Result<&'a [u8], Unreadable> {
        let length = u32::from_le_bytes(self.array()?);
        self.take(length as usize)
    }
}

/// One side of a change: nothing, or the record's own bytes.
fn put_side<T: Recorded>(side: Option<&T>, into: &mut Vec<u8>) {
    if let Some(record) = side {
        let bytes = encode(record);
        into.extend((bytes.len() as u32).to_le_bytes());
        into.extend(bytes);
    }
}

const HAS_BEFORE: u8 = 1;
const HAS_AFTER: u8 = 2;

macro_rules! make_codec {
    ($($variant:ident, $table:ident, $number:literal, $prefix:literal, $word:literal, $scope:ident;)+) => {
        /// A record as it is kept: envelope, the revision that last touched it, its fields.
        #[must_use]
        pub fn record(record: &Record, rev: Rev) -> Vec<u8> {
            match record { $(Record::$variant(_, is) => record_of(is.as_ref(), rev)),+ }
        }

        /// The record with this id number, and the revision that last touched it.
        ///
        /// # Errors
        /// When the bytes are not one, or come from a newer program.
        pub fn read_record(id: u64, bytes: &[u8]) -> Result<(Record, Rev), Unreadable> {
            let mut pieces = Pieces(bytes);
            let (kind, version) = pieces.envelope()?;
            let rev = Rev::from_le_bytes(pieces.array()?);
            let record = match kind {
                $(Kind::$variant => Record::$variant(Id::new(id), Box::new(read::<$variant>(version, pieces.0)?)),)+
            };
            Ok((record, rev))
        }

        fn put_change(change: &Change, into: &mut Vec<u8>) {
            match change { $(Change::$variant(Delta { id, before, after }) => {
                envelope(Kind::$variant, into);
                into.extend(id.number().to_le_bytes());
                let sides = [(before, HAS_BEFORE), (after, HAS_AFTER)];
                into.push(sides.iter().filter(|(side, _)| side.is_some()).map(|(_, flag)| flag).sum());
                put_side(before.as_deref(), into);
                put_side(after.as_deref(), into);
            })+ }
        }

        fn take_change(pieces: &mut Pieces) -> Result<Change, Unreadable> {
            let (kind, version) = pieces.envelope()?;
            let number = u64::from_le_bytes(pieces.array()?);
            let [sides] = pieces.array()?;
            match kind { $(Kind::$variant => {
                let mut side = |flag: u8| -> Result<Option<Box<$variant>>, Unreadable> {
                    if sides & flag == 0 { return Ok(None); }
                    Ok(Some(Box::new(read(version, pieces.sized()?)?)))
                };
                let (before, after) = (side(HAS_BEFORE)?, side(HAS_AFTER)?);
                Ok(Delta { id: Id::<$variant>::new(number), before, after }.into())
            })+ }
        }

        /// What a change leaves behind, as it is kept; nothing when the record is gone.
        pub(super) fn left_by(change: &Change, rev: Rev) -> Option<Vec<u8>> {
            match change { $(Change::$variant(delta) => delta.after.as_deref().map(|is| record_of(is, rev))),+ }
        }
    };
}
every_kind!(make_codec);

fn record_of<T: Recorded>(record: &T, rev: Rev) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(128);
    envelope(T::KIND, &mut bytes);
    bytes.extend(rev.to_le_bytes());
    bytes.extend(encode(record));
    bytes
}

/// A record's fields, in whatever version they were written.
fn read<T: Recorded>(version: u16, bytes: &[u8]) -> Result<T, Unreadable> {
    match version {
        1 => decode(bytes),
        _ => Err(Unreadable::Newer {
            of: T::KIND.word().to_owned(),
            version,
        }),
    }
}

/// Changes as one run of bytes, each with its envelope: what an entry's parts are cut from.
#[must_use]
pub fn changes(changes: &[Change]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(changes.len() * 160);
    for change in changes {
        put_change(change, &mut bytes);
    }
    bytes
}

/// The changes that a run of bytes holds.
///
/// # Errors
/// When it does not hold changes to its last byte.
pub fn read_changes(bytes: &[u8]) -> Result<Vec<Change>, Unreadable> {
    let mut pieces = Pieces(bytes);
    let mut changes = Vec::new();
    while !pieces.0.is_empty() {
        changes.push(take_change(&mut pieces)?);
    }
    Ok(changes)
}

/// The first change that leaves behind a record too long to be kept, if there is one.
#[must_use]
pub fn too_long(changes: &[Change]) -> Option<&Change> {
    changes
        .iter()
        .find(|change| left_by(change, 0).is_some_and(|bytes| bytes.len() > RECORD_LIMIT + BEFORE_RECORD))
}

/// Values that are not records, but are kept like them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Other {
    /// The head of an entry.
    Head,
    /// The answer to an edit.
    Answer,
}

impl Other {
    const fn number(self) -> u8 {
        match self {
            Self::Head => 0xf0,
            Self::Answer => 0xf1,
        }
    }
    const fn word(self) -> &'static str {
        match self {
            Self::Head => "entry",
            Self::Answer => "answer",
        }
    }
}

/// Such a value with its envelope.
pub(super) fn wrap<T: Serialize>(other: Other, value: &T) -> Vec<u8> {
    let mut bytes = vec![other.number(), 1, 0];
    bytes.extend(encode(value));
    bytes
}

/// Such a value out of its envelope.
pub(super) fn unwrap<T: DeserializeOwned>(other: Other, bytes: &[u8]) -> Result<T, Unreadable> {
    let mut pieces = Pieces(bytes);
    let [number] = pieces.array()?;
    let version = u16::from_le_bytes(pieces.array()?);
    match version {
        _ if number != other.number() => Err(broken("a value of another kind")),
        1 => decode(pieces.0),
        _ => Err(Unreadable::Newer {
            of: other.word().to_owned(),
            version,
        }),
    }
}

/// Bytes that travel as one piece rather than one by one.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}
impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}
impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl Visitor<'_> for Read {
            type Value = Bytes;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }
            fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Bytes, E> {
                Ok(Bytes(bytes))
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.to_vec()))
            }
        }
        deserializer.deserialize_byte_buf(Read)
    }
}

#[cfg(test)]
#[path = "golden.rs"]
mod golden;
