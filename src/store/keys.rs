//! How rows are named: keys whose order makes a cohort, the history and the answers each one range.

use crate::domain::{AnyId, Cohort, Id, Kind, Rev};

/// The cohort number under which shared kinds are kept.
const SHARED: u64 = 0;

/// `[cohort u64 BE | kind u8 | id u64 BE]`: a cohort is one range, what is shared comes first.
pub(super) fn record(cohort: Id<Cohort>, id: AnyId) -> [u8; 17] {
    let owner = if id.kind.is_shared() {
        SHARED
    } else {
        cohort.number()
    };
    let mut key = [0; 17];
    key[..8].copy_from_slice(&owner.to_be_bytes());
    key[8] = id.kind.number();
    key[9..].copy_from_slice(&id.number.to_be_bytes());
    key
}

/// The beginning of all keys of a cohort's own records.
pub(super) fn of_cohort(cohort: Id<Cohort>) -> [u8; 8] {
    cohort.number().to_be_bytes()
}

/// The beginning of all keys of shared records.
pub(super) fn shared() -> [u8; 8] {
    SHARED.to_be_bytes()
}

/// What a record's key says: cohort number and id.
pub(super) fn read_record(key: &[u8]) -> Option<(u64, AnyId)> {
    let owner = u64::from_be_bytes(key.get(..8)?.try_into().ok()?);
    let kind = Kind::from_number(*key.get(8)?)?;
    let number = u64::from_be_bytes(key.get(9..)?.try_into().ok()?);
    Some((owner, AnyId { kind, number }))
}

/// The beginning of all keys of entry heads.
pub(super) const HEADS: &[u8] = b"h";

/// The key of an entry's head.
pub(super) fn head(rev: Rev) -> [u8; 9] {
    let mut key = [b'h'; 9];
    key[1..].copy_from_slice(&rev.to_be_bytes());
    key
}

/// The key of one part of an entry.
pub(super) fn part(rev: Rev, number: u32) -> [u8; 13] {
    let mut key = [b'p'; 13];
    key[1..9].copy_from_slice(&rev.to_be_bytes());
    key[9..].copy_from_slice(&number.to_be_bytes());
    key
}

/// The revision in the key of a head or part.
pub(super) fn rev(key: &[u8]) -> Option<Rev> {
    Some(Rev::from_be_bytes(key.get(1..9)?.try_into().ok()?))
}

/// The key of the answer to an edit.
pub(super) fn answer(nonce: u128) -> [u8; 17] {
    let mut key = [b'n'; 17];
    key[1..].copy_from_slice(&nonce.to_be_bytes());
    key
}

/// The key under which the nonce of the n-th answer is kept, for pruning from the oldest on.
pub(super) fn answered(number: u64) -> [u8; 9] {
    let mut key = [b'o'; 9];
    key[1..].copy_from_slice(&number.to_be_bytes());
    key
}

/// A key as people can quote it.
pub(super) fn shown(key: &[u8]) -> String {
    match read_record(key) {
        Some((_, id)) if key.len() == 17 && key[0] != b'n' => id.to_string(),
        _ => match (key.first(), rev(key)) {
            (Some(b'h'), Some(rev)) => format!("entry {rev}"),
            (Some(b'p'), Some(rev)) => format!("part of entry {rev}"),
            _ => key.iter().map(|byte| format!("{byte:02x}")).collect(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Mint, Person, Stream};

    #[test]
    fn a_shared_record_is_kept_outside_every_cohort() {
        let mut mint = Mint::seeded(1);
        let (cohort, person, stream) = (mint.id(), mint.id::<Person>(), mint.id::<Stream>());
        assert!(record(cohort, person.into()).starts_with(&shared()));
        assert!(record(cohort, stream.into()).starts_with(&of_cohort(cohort)));
    }

    #[test]
    fn a_key_says_which_record_it_is_of() {
        let mut mint = Mint::seeded(1);
        let (cohort, stream) = (mint.id(), mint.id::<Stream>());
        let key = record(cohort, stream.into());
        assert_eq!(read_record(&key), Some((cohort.number(), stream.into())));
    }

    #[test]
    fn heads_sort_by_revision() {
        assert!(head(255) < head(256));
        assert!(part(1, u32::MAX) < part(2, 0));
    }
}
