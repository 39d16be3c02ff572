//! Messages as mail carries them (RFC 5322): text, the same as HTML, and what goes into a calendar.
//!
//! A file with `X-Unsent: 1` opens as a draft in mail programs. Nothing is sent from here.

use chrono::{DateTime, Utc};
use lettre::message::{Attachment, Mailbox, Message as Mime, MultiPart, SinglePart, header};
use xxhash_rust::xxh3::xxh3_128;

use super::calendar::{Method, Somebody};
use super::mail::Envelope;
use crate::domain::Message;
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
    /// What the calendar of who gets it should do.
    pub calendar: Option<(Method, Vec<u8>)>,
}

/// A message and the note of it that the log keeps once it is written or sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// The message.
    pub letter: Letter,
    /// The note.
    pub note: Message,
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

impl Post {
    /// The message for a mail server.
    ///
    /// Its Message-ID follows from what the log would say of it, so that the same message given twice is one to
    /// every mail program.
    ///
    /// # Errors
    /// When mail cannot reach the address: which, and why.
    pub fn envelope(&self, from: &str, reply_to: &str, at: DateTime<Utc>) -> Result<Envelope, String> {
        let note = &self.note;
        let key = format!(
            "{} {} {} {}",
            note.person,
            note.kind,
            note.about,
            note.at.timestamp()
        );
        let id = format!("{:032x}", xxh3_128(key.as_bytes()));
        let message = self.letter.message(from, reply_to, &id, at, false)?;
        Ok(Envelope {
            to: self.letter.to.1.clone(),
            bytes: message.formatted(),
        })
    }
}

impl Letter {
    /// The file: its name (fixed pattern, nothing from the data) and its bytes.
    ///
    /// # Errors
    /// When mail cannot reach the address: which, and why.
    pub fn eml(&self, from: &str, number: usize, at: DateTime<Utc>) -> Result<(String, Vec<u8>), String> {
        let file = format!("{}-{number:04}.eml", at.format("%Y%m%dT%H%M%S"));
        let id = format!("{}.{number}", at.timestamp_micros());
        let message = self.message(from, "", &id, at, true)?;
        Ok((file, message.formatted()))
    }

    fn message(
        &self,
        from: &str,
        reply_to: &str,
        id: &str,
        at: DateTime<Utc>,
        draft: bool,
    ) -> Result<Mime, String> {
        // A name or subject with line breaks is no header: lettre fails in the middle of writing one.
        let (name, address) = (clean_name(&self.to.0).text, &self.to.1);
        let to = address
            .parse()
            .map_err(|e| format!("mail cannot reach {address:?}: {e}"))?;
        let mailbox = |text: &str| -> Result<Mailbox, String> {
            text.parse().map_err(|e| format!("{text:?} is no sender: {e}"))
        };
        let from = mailbox(from)?;
        let domain = from.email.domain().to_owned();
        let mut builder = Mime::builder()
            .from(from)
            .to(Mailbox::new(Some(name), to))
            .subject(clean_name(&self.subject).text)
            .date(at.into())
            .message_id(Some(format!("<{id}@{domain}>")));
        if !reply_to.is_empty() {
            builder = builder.reply_to(mailbox(reply_to)?);
        }
        if draft {
            builder = builder.header(Unsent);
        }
        builder
            .multipart(self.parts())
            .map_err(|e| format!("the message to {address} cannot be written: {e}"))
    }

    /// Text, HTML and calendar as alternatives; the calendar once more as a file, for programs that want one.
    fn parts(&self) -> MultiPart {
        let both = MultiPart::alternative()
            .singlepart(SinglePart::plain(self.body.clone()))
            .singlepart(SinglePart::html(html(&self.body)));
        let Some((method, ics)) = &self.calendar else {
            return both;
        };
        let kind = |text: &str| header::ContentType::parse(text).expect("it is written as RFC 2045 asks");
        let inline = kind(&format!("text/calendar; charset=utf-8; method={}", method.word()));
        let calendar = SinglePart::builder().header(inline).body(ics.clone());
        let file = match method {
            Method::Cancel => "cancelled.ics",
            Method::Request | Method::Publish => "invitation.ics",
        };
        let attached = Attachment::new(file.to_owned()).body(ics.clone(), kind("application/ics"));
        MultiPart::mixed()
            .multipart(both.singlepart(calendar))
            .singlepart(attached)
    }
}

/// Text as a page: paragraphs, and links that can be followed.
fn html(text: &str) -> String {
    let mut page = String::from("<!DOCTYPE html>\n<html lang=\"en-GB\"><body>\n");
    for paragraph in text.split("\n\n").filter(|part| !part.trim().is_empty()) {
        let lines: Vec<String> = paragraph.trim_matches('\n').lines().map(linked).collect();
        page.push_str(&format!("<p>{}</p>\n", lines.join("<br>\n")));
    }
    page.push_str("</body></html>\n");
    page
}

/// One line, with everything escaped and addresses of the web as links.
fn linked(line: &str) -> String {
    let mut out = String::new();
    for (nth, word) in line.split(' ').enumerate() {
        if nth > 0 {
            out.push(' ');
        }
        let safe = escaped(word);
        if word.starts_with("https://") || word.starts_with("http://") {
            out.push_str(&format!("<a href=\"{safe}\">{safe}</a>"));
        } else {
            out.push_str(&safe);
        }
    }
    out
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            letter => out.push(letter),
        }
    }
    out
}

/// A sender such as `Team <team@example.org>` in its parts.
#[must_use]
pub fn parted(sender: &str) -> Somebody {
    match sender.parse::<Mailbox>() {
        Ok(mailbox) => Somebody {
            name: mailbox.name.unwrap_or_default(),
            email: mailbox.email.to_string(),
        },
        Err(_) => Somebody {
            name: String::new(),
            email: sender.trim().to_owned(),
        },
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
            calendar: None,
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

    #[test]
    fn a_page_runs_nothing_that_a_message_says() {
        let page = html("Dear <script>alert(1)</script>,\n\nJoin https://x.example/?a=\"b\"&c now\n");
        assert!(page.contains("&lt;script&gt;"), "{page}");
        assert!(
            page.contains("<a href=\"https://x.example/?a=&quot;b&quot;&amp;c\">"),
            "{page}"
        );
    }

    #[test]
    fn a_calendar_goes_with_its_method_and_as_a_file() {
        let mut letter = letter("zoe@example.org");
        letter.calendar = Some((Method::Cancel, b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n".to_vec()));
        let (_, bytes) = letter.eml("Team <t@example.org>", 1, at()).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(
            text.contains("text/calendar; charset=utf-8; method=CANCEL"),
            "{text}"
        );
        assert!(text.contains("filename=\"cancelled.ics\""), "{text}");
    }
}
