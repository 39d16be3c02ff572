//! What terminals and the store say to each other. Knows how it is written, not what follows from it.
//!
//! The beginning of the first frame of each side is fixed for all time: magic, protocol numbers, a word, then a
//! greeting. Everything after the word belongs to the protocol agreed on there. Long runs of bytes (the changes of an import) come as `Part`s
//! before the message they belong to.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::{AdminName, AdminRole, AnyId, Cohort, EntryHead, Id, Label, Person, Refusal, Rev};
use crate::store::Head;
use crate::store::codec::{self, Bytes};
pub use crate::store::erase::Erased;

/// What both first frames begin with.
pub const MAGIC: [u8; 8] = *b"cohort\r\n";
/// The oldest and newest protocol this program speaks.
pub const PROTOCOL: (u16, u16) = (1, 1);
/// The word of a terminal that asks a store of an older protocol to end, for all time.
pub const RETIRE: u16 = 1;
/// The most bytes of changes in one edit.
pub const EDIT_LIMIT: usize = 128 << 20;

/// Which cohort somebody wants to see.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wanted {
    /// The running one, else the newest, else none.
    #[default]
    Usual,
    /// The one with this name.
    Named(String),
    /// This one.
    This(Id<Cohort>),
}

/// Who comes in, in a terminal's first frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The program's version.
    pub program: String,
    /// The name it would like to be known by, when not the Unix user's.
    pub claims: Option<AdminName>,
    /// What it wants to see.
    pub cohort: Wanted,
}

/// Who answers, in the store's first frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answering {
    /// The program's version.
    pub program: String,
    /// The layout of the database.
    pub schema: u32,
    /// The database's own name.
    pub uuid: u128,
    /// Its last entry.
    pub revision: Rev,
    /// Process number of the store.
    pub pid: u32,
}

/// Where in the program somebody is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The view.
    pub view: String,
    /// What the cursor is on.
    pub on: Option<AnyId>,
    /// The field being edited.
    pub editing: Option<String>,
}

/// Somebody else at work on the same data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peer {
    /// Name.
    pub name: AdminName,
    /// Two letters for narrow places.
    pub initials: String,
    /// Where they are.
    pub place: Place,
    /// Since when they are connected.
    pub since: DateTime<Utc>,
    /// When they last did something.
    pub idle_since: DateTime<Utc>,
}

/// Whom the store takes us for, and what there is to see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Greeting {
    /// The name our entries will carry.
    pub me: AdminName,
    /// What we may do.
    pub role: AdminRole,
    /// The cohort that follows; number 0 when there is none yet.
    pub focus: Id<Cohort>,
    /// Every cohort, oldest first.
    pub cohorts: Vec<(Id<Cohort>, Cohort)>,
}

/// The store's condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// Process number.
    pub pid: u32,
    /// Program version.
    pub program: String,
    /// When it started.
    pub since: DateTime<Utc>,
    /// The last entry.
    pub revision: Rev,
    /// How many records there are.
    pub records: u64,
    /// How many terminals and commands are connected.
    pub seats: u32,
}

/// What reading everything showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// The last entry.
    pub revision: Rev,
    /// How many records were read.
    pub records: u64,
    /// Which row or entry is not as it was saved, and how; the first thousand.
    pub problems: Vec<(String, String)>,
}

/// One record on its way to a terminal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireRow {
    /// The id's number.
    pub id: u64,
    /// The record as it is kept.
    pub value: Bytes,
}

/// Why a connection is ended by the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Farewell {
    /// It did not read what was sent.
    Lagging,
    /// The store ends; another may be started.
    Retiring,
    /// Too many connections.
    Crowded,
    /// It may not be here.
    NotPermitted {
        /// Why.
        what: String,
        /// What to do.
        hint: String,
    },
    /// What it asked for is not there.
    Missing {
        /// What.
        what: String,
        /// What to do.
        hint: String,
    },
    /// It sent something that is not of this protocol.
    Unreadable,
}

/// What a terminal says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Up {
    /// Some bytes of the edit that follows.
    Part(Bytes),
    /// An edit.
    Propose {
        /// Its nonce.
        nonce: u128,
        /// Its cohort.
        cohort: Id<Cohort>,
        /// What is meant.
        label: Label,
        /// The last of its changes' bytes.
        last: Bytes,
    },
    /// Take an entry back.
    Undo {
        /// The nonce of the entry that will do so.
        nonce: u128,
        /// The entry.
        rev: Rev,
    },
    /// Send another cohort.
    Open {
        /// Which.
        cohort: Id<Cohort>,
    },
    /// Lines of history before a revision.
    Entries {
        /// Before which; from the newest on when none.
        before: Option<Rev>,
        /// How many at most.
        limit: u16,
    },
    /// One whole entry.
    Entry {
        /// Which.
        rev: Rev,
    },
    /// Where we are now.
    Place(Place),
    /// How are you?
    Status,
    /// Is everything as it was saved?
    Verify,
    /// Please end, so that another program can start a store.
    Retire,
    /// We are still here: said every ten seconds, so that who was stopped or cut off is not shown as present.
    Here,
    /// We go.
    Bye,
    /// Everything there is, as a backup.
    Backup,
    /// Erase a person. Answered by `Erased`, `Refused` or `Unsaved`.
    Erase {
        /// The nonce of the entry that will say so.
        nonce: u128,
        /// Who.
        person: Id<Person>,
        /// The person's name, typed to say that it is meant.
        name: String,
    },
}

/// What the store says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Down {
    /// Come in.
    Welcome(Greeting),
    /// Some records of a cohort.
    Rows(Vec<WireRow>),
    /// That was all of it, as of a revision.
    Ready {
        /// Which cohort.
        cohort: Id<Cohort>,
        /// As of which entry.
        rev: Rev,
        /// The newest lines of its history, oldest first.
        heads: Vec<EntryHead>,
    },
    /// Some bytes of the entry that follows.
    Part(Bytes),
    /// An entry landed.
    Landed {
        /// Its head.
        head: Head,
        /// The last of its changes' bytes.
        last: Bytes,
    },
    /// Your edit is on disk as this entry.
    Settled {
        /// Its nonce.
        nonce: u128,
        /// Its number.
        rev: Rev,
    },
    /// Your edit was refused.
    Refused {
        /// Its nonce.
        nonce: u128,
        /// Why.
        refusal: Refusal,
    },
    /// Your edit could not be saved now; sent again later, it may.
    Unsaved {
        /// Its nonce.
        nonce: u128,
        /// Why.
        what: String,
        /// What to do.
        hint: String,
    },
    /// Lines of history, newest first.
    Heads(Vec<EntryHead>),
    /// The entry that was asked for.
    EntryIs {
        /// Its head, if it exists.
        head: Option<Head>,
        /// The last of its changes' bytes.
        last: Bytes,
    },
    /// Who else is here.
    Peers(Vec<Peer>),
    /// The store's condition.
    Condition(Condition),
    /// What a check of everything found.
    Verified(Checked),
    /// All is well, and this is the last entry.
    Tick {
        /// The last entry.
        rev: Rev,
    },
    /// The connection ends.
    Bye(Farewell),
    /// The end of a backup, after its parts; nothing at all for a viewer.
    BackedUp(Bytes),
    /// The person is erased, and this is the proof. The connection ends: what it has told holds the person.
    Erased(Erased),
}

/// Why a first frame was not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Strange {
    /// It is not of this program.
    Foreign,
    /// It speaks other protocols.
    OtherProtocol {
        /// The oldest.
        from: u16,
        /// The newest.
        to: u16,
        /// Of a store: how many others are connected. Of a terminal: [`RETIRE`], or nothing.
        word: u16,
    },
}

/// The first frame of a terminal.
#[must_use]
pub fn hello(hello: &Hello) -> Vec<u8> {
    first(PROTOCOL, 0, hello)
}

/// The first frame of a store to which so many others are connected.
#[must_use]
pub fn answering(answering: &Answering, others: u16) -> Vec<u8> {
    first(PROTOCOL, others, answering)
}

/// A first frame, of whatever protocol.
#[must_use]
pub fn first<T: Serialize>(protocol: (u16, u16), word: u16, greeting: &T) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    for number in [protocol.0, protocol.1, word] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend(codec::encode(greeting));
    bytes
}

/// Reads a first frame.
///
/// # Errors
/// When it is a stranger's, or of protocols this program does not speak.
pub fn read_first<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, Strange> {
    let rest = bytes.strip_prefix(&MAGIC).ok_or(Strange::Foreign)?;
    let (numbers, rest) = rest.split_first_chunk::<6>().ok_or(Strange::Foreign)?;
    let [a, b, c, d, e, f] = *numbers;
    let (from, to) = (u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]));
    if from > PROTOCOL.1 || to < PROTOCOL.0 {
        let word = u16::from_le_bytes([e, f]);
        return Err(Strange::OtherProtocol { from, to, word });
    }
    codec::decode(rest).map_err(|_| Strange::Foreign)
}

/// Cuts a long run of bytes: what goes into parts, and the last piece for the message itself.
#[must_use]
pub fn cut(bytes: &[u8]) -> (Vec<Bytes>, Bytes) {
    let mut parts: Vec<Bytes> = bytes
        .chunks(super::frame::PIECE)
        .map(|piece| Bytes(piece.to_vec()))
        .collect();
    let last = parts.pop().unwrap_or_default();
    (parts, last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a_hello() -> Hello {
        Hello {
            program: "0.1.0".into(),
            claims: None,
            cohort: Wanted::Usual,
        }
    }

    #[test]
    fn a_hello_reads_back() {
        assert_eq!(read_first(&hello(&a_hello())), Ok(a_hello()));
    }

    #[test]
    fn another_protocol_is_told_from_a_stranger() {
        assert_eq!(
            read_first::<Hello>(&first((7, 9), 3, &a_hello())),
            Err(Strange::OtherProtocol {
                from: 7,
                to: 9,
                word: 3
            })
        );
        assert_eq!(
            read_first::<Hello>(b"GET / HTTP/1.1\r\n\r\n"),
            Err(Strange::Foreign)
        );
    }
}
