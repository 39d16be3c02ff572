//! Messages as .eml files (RFC 5322), ready to be opened in a mail program and sent by a person.
//!
//! `X-Unsent: 1` makes mail programs open the file as a draft. Nothing is sent from here.

use chrono::{DateTime, Utc};
use lettre::message::{Mailbox, Message, header};

use crate::domain::text::clean_name;

/// A message to one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Name and address of who gets it.
    pub to: (String, String),
    /// Subject line.
    pub subject: String,
    /// Text.
    pub body: String,
}

/// Marks the file as a draft for mail programs.
#[derive(Clone)]
struct Unsent;

impl header::Header for Unsent {
    fn name() -> header::HeaderName {
        header::HeaderName::new_from_ascii_str("X-Unsent")
    }
    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }
    fn display(&self) -> header::HeaderValue {
        header::HeaderValue::new(Self::name(), "1".to_owned())
    }
}

impl Letter {
    /// The file: its name (fixed pattern, nothing from the data) and its bytes.
    ///
    /// # Errors
    /// When mail cannot reach the address: which, and why.
    pub fn eml(&self, from: &str, number: usize, at: DateTime<Utc>) -> Result<(String, Vec<u8>), String> {
        // A name or subject with line breaks is no header: lettre fails in the middle of writing one.
        let (name, address) = (clean_name(&self.to.0).text, &self.to.1);
        let subject = clean_name(&self.subject).text;
        let to = address
            .parse()
            .map_err(|e| format!("mail cannot reach {address:?}: {e}"))?;
        let from: Mailbox = from.parse().map_err(|e| format!("{from:?} is no sender: {e}"))?;
        let file = format!("{}-{number:04}.eml", at.format("%Y%m%dT%H%M%S"));
        let message = Message::builder()
            .from(from)
            .to(Mailbox::new(Some(name), to))
            .subject(subject)
            .date(at.into())
            .message_id(Some(format!(
                "<{}.{number}@cohort.invalid>",
                at.timestamp_micros()
            )))
            .header(Unsent)
            .header(header::ContentType::TEXT_PLAIN)
            .body(self.body.clone())
            .map_err(|e| format!("the message to {address} cannot be written: {e}"))?;
        Ok((file, message.formatted()))
    }
}

/// A sender such as `Team <team@example.org>` in its parts, name and address; the name may be empty.
#[must_use]
pub fn parted(sender: &str) -> (String, String) {
    match sender.parse::<Mailbox>() {
        Ok(mailbox) => (mailbox.name.unwrap_or_default(), mailbox.email.to_string()),
        Err(_) => (String::new(), sender.trim().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> DateTime<Utc> {
        "2025-03-18T16:12:00Z".parse().unwrap()
    }

    fn letter(address: &str) -> Letter {
        Letter {
            to: ("Zoë\r\nBcc: x@y.example".to_owned(), address.to_owned()),
            subject: "Two minutes on session 3?\r\nBcc: a@b.example".to_owned(),
            body: "Dear Zoë,\n\nthank you.\n".to_owned(),
        }
    }

    #[test]
    fn a_name_or_subject_cannot_add_a_header() {
        let (_, bytes) = letter("zoe@example.org")
            .eml("Team <t@example.org>", 1, at())
            .unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let head = text.split("\r\n\r\n").next().unwrap();
        assert!(!head.lines().any(|line| line.starts_with("Bcc:")), "{head}");
    }

    #[test]
    fn the_file_opens_as_a_draft_from_a_name_of_fixed_form() {
        let (file, bytes) = letter("zoe@example.org")
            .eml("Team <t@example.org>", 7, at())
            .unwrap();
        assert_eq!(file, "20250318T161200-0007.eml");
        assert!(String::from_utf8_lossy(&bytes).contains("X-Unsent: 1\r\n"));
    }

    #[test]
    fn an_address_mail_cannot_reach_is_named() {
        let problem = letter("no at sign")
            .eml("Team <t@example.org>", 1, at())
            .unwrap_err();
        assert!(problem.contains("no at sign"), "{problem}");
    }
}
