//! Messages and files as the loop has them written and sent: on threads of their own, for the screen never waits.

use std::path::Path;

use chrono::{DateTime, Utc};

use crate::cli::file;
use crate::cli::post;
use crate::cli::said::Trouble;
use crate::cli::sending::{Sending, Told};
use crate::domain::Message;
use crate::exchange::{Content, Post};
use crate::tui::Done;

/// Writes prepared messages into the outbox, all or none.
pub(super) fn write(outbox: &Path, sender: &str, posts: &[Post], now: DateTime<Utc>) -> Done {
    match file::outbox(outbox, sender, posts, now) {
        Ok(count) => Done::Written {
            what: format!("Wrote {} to {}", messages(count), outbox.display()),
            notes: posts.iter().map(|post| post.note.clone()).collect(),
        },
        Err(what) => Done::Failed {
            what: format!("Nothing was written: {what}."),
        },
    }
}

/// Gives messages to the mail server; answers what became of them, and what remembers it until the log does.
pub(super) fn send(outbox: &Path, posts: Vec<Post>, now: DateTime<Utc>) -> (Done, Option<Sending>) {
    match sent(outbox, posts, now) {
        Ok((what, notes, sending)) => (Done::Sent { what, notes }, Some(sending)),
        Err(trouble) => {
            let what = format!("Nothing was sent: {}. Try: {}.", trouble.message, trouble.hint);
            let notes = Vec::new();
            (Done::Sent { what, notes }, None)
        }
    }
}

fn sent(
    outbox: &Path,
    mut posts: Vec<Post>,
    now: DateTime<Utc>,
) -> Result<(String, Vec<Message>, Sending), Trouble> {
    let settings = post::settings()?.ok_or_else(post::no_server)?;
    let mut sending = Sending::in_dir(outbox)?;
    let mut notes = sending.left();
    posts.retain(|post| {
        let is_same = |left: &Message| {
            (left.person, left.kind) == (post.note.person, post.note.kind)
                && left.about == post.note.about
                && left.subject == post.note.subject
        };
        !notes.iter().any(is_same)
    });
    let told = sending.deliver(&settings, posts, now)?;
    let mut what = summary(&told);
    if !notes.is_empty() {
        what = format!(
            "{what}; {} of an interrupted sending had left",
            messages(notes.len())
        );
    }
    notes.extend(told.log);
    Ok((what, notes, sending))
}

/// What became of a sending, in one line.
fn summary(told: &Told) -> String {
    let mut parts = vec![format!("Sent {} of {}", told.sent, messages(told.all()))];
    for (what, of) in [
        ("not taken", &told.refused),
        ("may or may not arrive", &told.unsure),
        ("left for another try", &told.kept),
    ] {
        if let Some((post, why)) = of.first() {
            parts.push(format!("{} {what} ({}: {why})", of.len(), post.letter.to.1));
        }
    }
    parts.join("; ")
}

fn messages(count: usize) -> String {
    if count == 1 {
        "1 message".to_owned()
    } else {
        format!("{count} messages")
    }
}

/// Writes a file into the directory of exports.
pub(super) fn save(exports: &Path, name: &str, content: Content) -> Done {
    let path = exports.join(name);
    let written = content
        .bytes()
        .and_then(|bytes| file::write_in(exports, name, &bytes).map_err(|why| why.to_string()));
    match written {
        Ok(()) => Done::Written {
            what: format!("Wrote {}.", path.display()),
            notes: Vec::new(),
        },
        Err(why) => Done::Failed {
            what: format!("Not written: {}: {why}.", path.display()),
        },
    }
}
