//! What the office's messages are made of: its texts, its sender, and the server that would take them.
//!
//! A value: whoever may read files fills it. Must not know where the texts and settings are kept.

use super::Template;
use crate::domain::MessageKind;

/// The office's texts, sender and mail server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Postroom {
    /// The office's own texts: the kind of message, the name of the file, what stands in it.
    pub own: Vec<(MessageKind, String, String)>,
    /// Who messages are from: `Team <team@example.org>`.
    pub sender: String,
    /// The mail server, `smtp.example.org:587`; none where messages are only written; else what is wrong with its
    /// settings.
    pub server: Result<Option<String>, String>,
}

impl Default for Postroom {
    fn default() -> Self {
        Self {
            own: Vec::new(),
            sender: String::new(),
            server: Ok(None),
        }
    }
}

impl Postroom {
    /// The text of a kind of message: the office's own, else the program's.
    ///
    /// # Errors
    /// A sentence: the file, and what is wrong with it.
    pub fn text_of(&self, kind: MessageKind) -> Result<Template, String> {
        let own = self.own.iter().find(|(own, ..)| *own == kind);
        Template::of(kind, own.map(|(_, file, text)| (file.as_str(), text.as_str())))
    }

    /// The office's own text of this kind, as it stands in its file.
    #[must_use]
    pub fn own_text(&self, kind: MessageKind) -> Option<&str> {
        let own = self.own.iter().find(|(own, ..)| *own == kind);
        own.map(|(.., text)| text.as_str())
    }
}
