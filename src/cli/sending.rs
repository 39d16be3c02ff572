//! A sending: messages given to the mail server, and remembered on disk until the programme's log has them.
//!
//! Before a message is given to the server a line in the outbox's `sending.log` says so, and another what became
//! of it; when everything has ended the programme's log gets one entry and the file goes. Whatever interrupts this,
//! the next sending finds in the file who was given a message already, and nobody gets it twice. The commands and
//! the screen send through here; who asks for the number of messages, and who logs, is theirs.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde_json::json;

use super::post::make;
use super::said::Trouble;
use crate::domain::{Message, MessageState};
use crate::exchange::Post;
use crate::exchange::mail::{self, Envelope, Fate, Settings};

/// The file that remembers a sending until it is in the programme's log.
const SENDING: &str = "sending.log";

/// A sending that is under way, remembered on disk.
#[derive(Debug)]
pub struct Sending {
    path: PathBuf,
    file: File,
}

impl Sending {
    /// Opens the file of a directory, for this process alone.
    pub fn in_dir(dir: &Path) -> Result<Self, Trouble> {
        make(dir)?;
        let path = dir.join(SENDING);
        let said = |error: io::Error| {
            Trouble::new(6, format!("{}: {error}", path.display()), "name another --outbox")
        };
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&path)
            .map_err(said)?;
        if file.try_lock().is_err() {
            return Err(Trouble::new(
                4,
                "messages are being sent from this outbox just now",
                "wait until that has ended, then try again",
            ));
        }
        Ok(Self { path, file })
    }

    fn note(&mut self, word: &str, message: &Message) -> io::Result<()> {
        let line = json!([word, message]);
        writeln!(self.file, "{line}")?;
        self.file.sync_data()
    }

    /// What an interrupted sending left behind: messages that were given, and those of which nobody knows.
    pub fn left(&mut self) -> Vec<Message> {
        let mut text = String::new();
        // What cannot be read was not written to the end: nothing followed from it.
        let _ = self.file.seek(SeekFrom::Start(0));
        let _ = self.file.read_to_string(&mut text);
        let mut left: Vec<(String, Message)> = Vec::new();
        for line in text.lines() {
            if let Ok((word, message)) = serde_json::from_str::<(String, Message)>(line) {
                left.retain(|(_, other)| *other != message);
                left.push((word, message));
            }
        }
        left.into_iter()
            .filter_map(|(word, message)| {
                let state = match word.as_str() {
                    "given" => MessageState::Sent,
                    "trying" | "unsure" => MessageState::Unsure,
                    _ => return None,
                };
                Some(Message { state, ..message })
            })
            .collect()
    }

    /// Gives messages to the server, in order, and remembers what became of each.
    ///
    /// # Errors
    /// When that cannot be remembered; nothing more is sent then.
    pub fn deliver(
        &mut self,
        settings: &Settings,
        posts: Vec<Post>,
        now: DateTime<Utc>,
    ) -> Result<Told, Trouble> {
        let (ready, mut told) = Told::ready(settings, posts, now);
        let (ready, envelopes): (Vec<Post>, Vec<Envelope>) = ready.into_iter().unzip();
        let journal = std::cell::RefCell::new(self);
        let fates = mail::deliver(
            settings,
            &envelopes,
            |nth| journal.borrow_mut().note("trying", &ready[nth].note),
            |nth, fate| {
                let word = match fate {
                    Fate::Given => "given",
                    Fate::Unsure(_) => "unsure",
                    Fate::Refused(_) | Fate::Kept(_) => "none",
                };
                journal.borrow_mut().note(word, &ready[nth].note)
            },
        )
        .map_err(|error| {
            Trouble::new(
                6,
                format!("the sending cannot be remembered: {error}"),
                "free some space",
            )
        })?;
        for (post, fate) in ready.into_iter().zip(fates) {
            let state = match fate {
                Fate::Given => MessageState::Sent,
                Fate::Unsure(why) => {
                    told.unsure.push((post.clone(), why));
                    MessageState::Unsure
                }
                Fate::Refused(why) => {
                    told.refused.push((post, why));
                    continue;
                }
                Fate::Kept(why) => {
                    told.kept.push((post, why));
                    continue;
                }
            };
            told.sent += usize::from(state == MessageState::Sent);
            told.log.push(Message { state, ..post.note });
        }
        Ok(told)
    }

    /// Forgets the sending: the programme's log has it.
    ///
    /// # Errors
    /// When the file cannot be removed.
    pub fn end(self) -> Result<(), Trouble> {
        fs::remove_file(&self.path)
            .map_err(|error| Trouble::new(6, format!("{SENDING}: {error}"), "remove it by hand"))
    }
}

/// What became of a sending.
#[derive(Debug, Default)]
pub struct Told {
    /// How many the server has taken.
    pub sent: usize,
    /// Those that cannot be sent, and why.
    pub refused: Vec<(Post, String)>,
    /// Those that may or may not arrive.
    pub unsure: Vec<(Post, String)>,
    /// Those that were not sent and can be sent again.
    pub kept: Vec<(Post, String)>,
    /// What the programme's log is to say.
    pub log: Vec<Message>,
}

impl Told {
    /// The messages that mail can reach, and those that it cannot.
    #[must_use]
    pub fn ready(settings: &Settings, posts: Vec<Post>, now: DateTime<Utc>) -> (Vec<(Post, Envelope)>, Self) {
        let mut told = Self::default();
        let mut ready = Vec::with_capacity(posts.len());
        for post in posts {
            match post.envelope(&settings.sender, &settings.reply_to, now) {
                Ok(envelope) => ready.push((post, envelope)),
                Err(why) => told.refused.push((post, why)),
            }
        }
        (ready, told)
    }

    /// How many there were.
    #[must_use]
    pub fn all(&self) -> usize {
        self.sent + self.refused.len() + self.unsure.len() + self.kept.len()
    }
}
