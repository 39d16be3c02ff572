//! Erasing a person: asked for by name, done by the store, proved by a search of every file.

use clap::Args;
use serde_json::json;

use super::said::{Answer, Said, object};
use super::visit::{Globals, Visit};

/// Whom.
#[derive(Debug, Args)]
pub struct Erase {
    /// The person: an id, an address or an unambiguous name
    #[arg(value_name = "PERSON")]
    person: String,
    /// The person's whole name, to say that it is meant: this cannot be undone
    #[arg(long, value_name = "NAME")]
    confirm: String,
}

/// Erases a person from the database, its history and the prepared messages.
pub fn erase(globals: &Globals, erase: &Erase) -> Said {
    let mut visit = Visit::open(globals)?;
    let person = visit.model().find_person(&erase.person)?;
    let nonce = visit.mint.nonce();
    let erased = visit.client.erase(nonce, person, &erase.confirm)?;
    let to_read: Vec<String> = erased.to_read.iter().map(ToString::to_string).collect();
    let json = object([
        ("revision", json!(erased.revision)),
        ("records", json!(erased.records)),
        ("entries", json!(erased.entries)),
        ("files_rewritten", json!(erased.files)),
        ("bytes_found", json!(erased.found)),
        ("found_in", json!(erased.places)),
        ("to_read", json!(to_read)),
        ("backups", json!(erased.backups)),
    ]);
    let mut lines = erased.said().into_iter();
    let first = lines.next().unwrap_or_default();
    let mut answer = Answer::did(json, first);
    answer.lines.extend(lines);
    Ok(answer)
}
