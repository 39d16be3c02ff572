//! The half of a link that reads: frames into whole messages. It knows nothing of what is asked and answered.

use std::io;
use std::os::unix::net::UnixStream;

use super::{LinkEvent, LinkProblem};
use crate::domain::{Entry, Id, Model};
use crate::hub::frame;
use crate::hub::wire::{Down, Farewell};
use crate::store::codec::{self, Bytes};

/// What the reading thread makes of what it reads.
pub enum Heard {
    /// A whole cohort.
    Model(Box<Model>),
    /// Something for the caller.
    Event(LinkEvent),
    /// All is well.
    Tick,
    /// The store ends the connection.
    Farewell(Farewell),
    /// The connection has ended, and why.
    Gone(String),
}

/// Reads until the connection ends, putting together what came in pieces. `pass` answers whether anybody listens.
pub fn read_all(stream: UnixStream, pass: impl Fn(Heard) -> bool) {
    let mut stream = io::BufReader::with_capacity(64 << 10, stream);
    let mut rows: Option<Model> = None;
    let mut parts: Vec<u8> = Vec::new();
    let why = loop {
        let payload = match frame::read(&mut stream, frame::LIMIT, |_| ()) {
            Ok(payload) => payload,
            Err(problem) => break problem.to_string(),
        };
        let down: Down = match codec::decode(&payload) {
            Ok(down) => down,
            Err(why) => break why.to_string(),
        };
        match hear(down, &mut rows, &mut parts) {
            Ok(Some(heard)) => {
                if !pass(heard) {
                    return;
                }
            }
            Ok(None) => {}
            Err(why) => break why,
        }
    };
    pass(Heard::Gone(why));
}

/// What one message comes to; pieces come to nothing yet.
fn hear(down: Down, rows: &mut Option<Model>, parts: &mut Vec<u8>) -> Result<Option<Heard>, String> {
    let event = match down {
        Down::Rows(more) => {
            let model = rows.get_or_insert_with(|| Model::empty(Id::new(0)));
            for row in more {
                let (record, rev) =
                    codec::read_record(row.id, &row.value.0).map_err(|why| why.to_string())?;
                model.put(record, rev);
            }
            return Ok(None);
        }
        Down::Ready { cohort, rev, heads } => {
            let mut model = rows.take().unwrap_or_else(|| Model::empty(cohort));
            model.focus = cohort;
            model.rev = rev;
            for head in heads {
                model.remember(head);
            }
            return Ok(Some(Heard::Model(Box::new(model))));
        }
        Down::Part(Bytes(more)) => {
            parts.extend(more);
            return Ok(None);
        }
        Down::Landed { head, last } => LinkEvent::Landed(whole(head, last, parts)?),
        Down::EntryIs { head, last } => {
            let entry = head.map(|head| whole(head, last, parts)).transpose()?;
            LinkEvent::EntryIs(entry.map(Box::new))
        }
        Down::Settled { nonce, rev } => LinkEvent::Settled { nonce, rev },
        Down::Refused { nonce, refusal } => LinkEvent::Refused { nonce, refusal },
        Down::Unsaved { nonce, what, hint } => LinkEvent::Unsaved {
            nonce,
            problem: LinkProblem::unusable(what, hint),
        },
        Down::Heads(heads) => LinkEvent::Heads(heads),
        Down::Peers(peers) => LinkEvent::Peers(peers),
        Down::Condition(condition) => LinkEvent::Condition(condition),
        Down::Verified(checked) => LinkEvent::Verified(checked),
        Down::BackedUp(Bytes(last)) => {
            let mut bytes = std::mem::take(parts);
            bytes.extend(last);
            LinkEvent::BackedUp(bytes)
        }
        Down::Erased(erased) => LinkEvent::Erased(erased),
        Down::Tick { .. } => return Ok(Some(Heard::Tick)),
        Down::Bye(farewell) => return Ok(Some(Heard::Farewell(farewell))),
        Down::Welcome(_) => return Err("a second welcome".to_owned()),
    };
    Ok(Some(Heard::Event(event)))
}

fn whole(head: crate::store::Head, last: Bytes, parts: &mut Vec<u8>) -> Result<Entry, String> {
    let mut bytes = std::mem::take(parts);
    bytes.extend(last.0);
    head.entry(&bytes).map_err(|why| why.to_string())
}
