//! Calendars as .ics (RFC 5545, RFC 5546): sessions with a UID for life and a SEQUENCE that rises.
//!
//! What stands and what is to be taken out again are two calendars in one file, because a calendar has one METHOD.
//! Times are written on the clocks of London with their VTIMEZONE; in any other zone, and where a clock shows a
//! time twice, in UTC. Written by hand: the crates put random UIDs into time zones (see the tests, which read it
//! back with one of them).

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domain::when::local_to_utc;
use crate::domain::{Diary, Id, Model, Session, SessionState};

/// Bytes of a line before it is folded, the line end not counted (RFC 5545, 3.1).
const FOLD: usize = 75;
/// Minutes before the start at which a calendar reminds.
const ALARM: u16 = 15;

/// The rules of London's clocks since 1996.
const LONDON: &[&str] = &[
    "BEGIN:VTIMEZONE",
    "TZID:Europe/London",
    "BEGIN:DAYLIGHT",
    "DTSTART:19960331T010000",
    "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0100",
    "TZNAME:BST",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
    "END:DAYLIGHT",
    "BEGIN:STANDARD",
    "DTSTART:19961027T020000",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0000",
    "TZNAME:GMT",
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    "END:STANDARD",
    "END:VTIMEZONE",
];

/// What a calendar asks of the program that opens it (RFC 5546).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Here is a calendar.
    Publish,
    /// Please come.
    Request,
    /// This does not take place, or not for you.
    Cancel,
}

impl Method {
    /// Its word in a calendar and in the content type of a message.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Publish => "PUBLISH",
            Self::Request => "REQUEST",
            Self::Cancel => "CANCEL",
        }
    }
}

/// A name and an address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Somebody {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
}

/// Lines of a calendar, folded.
#[derive(Default)]
struct Lines(String);

impl Lines {
    /// One content line, folded after at most 75 bytes and never within a character.
    fn line(&mut self, line: &str) {
        let mut room = FOLD;
        for letter in line.chars() {
            if letter.len_utf8() > room {
                self.0.push_str("\r\n ");
                room = FOLD - 1;
            }
            self.0.push(letter);
            room -= letter.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    fn text(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.line(&format!("{name}:{}", escaped(text)));
        }
    }
}

/// Text as a value: what would end it or begin another is escaped, what cannot be said is left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.replace("\r\n", "\n").chars() {
        match letter {
            '\\' | ';' | ',' => out.extend(['\\', letter]),
            '\n' | '\r' => out.push_str("\\n"),
            '\t' => out.push('\t'),
            letter if letter.is_control() => {}
            letter => out.push(letter),
        }
    }
    out
}

/// Text as a parameter, in quotes (RFC 5545, 3.2): quotes and control characters cannot be said.
fn quoted(text: &str) -> String {
    let plain: String = text.chars().filter(|c| !c.is_control() && *c != '"').collect();
    format!("\"{plain}\"")
}

/// A link as an address that a calendar may open; none unless it is one of the web.
fn web(link: &str) -> Option<&str> {
    let link = link.trim();
    let known = ["https://", "http://"].iter().any(|scheme| {
        link.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    });
    let plain = link
        .chars()
        .all(|c| c.is_ascii_graphic() && !"\"<>\\^`{|}".contains(c));
    (known && plain).then_some(link)
}

/// An address as one that mail knows; none when it would break out of its line.
fn mailto(who: &Somebody) -> Option<String> {
    let plain = |c: char| !c.is_control() && !c.is_whitespace() && !"\";,:<>".contains(c);
    (who.email.contains('@') && who.email.chars().all(plain)).then(|| format!("mailto:{}", who.email))
}

fn utc(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

/// A calendar file of these sessions: those that stand are published, those that are gone cancelled.
#[must_use]
pub fn file(model: &Model, diary: &Diary, name: &str, organiser: &Somebody, now: DateTime<Utc>) -> Vec<u8> {
    let mut lines = Lines::default();
    let nobody = None;
    if !diary.stands.is_empty() || diary.gone.is_empty() {
        let who = (organiser, nobody);
        calendar(&mut lines, model, Method::Publish, &diary.stands, name, who, now);
    }
    if !diary.gone.is_empty() {
        let who = (organiser, nobody);
        calendar(&mut lines, model, Method::Cancel, &diary.gone, name, who, now);
    }
    lines.0.into_bytes()
}

/// What goes with a message to one person: sessions to come to, or to take out of the calendar.
#[must_use]
pub fn sent(
    model: &Model,
    method: Method,
    sessions: &[Id<Session>],
    organiser: &Somebody,
    to: &Somebody,
    now: DateTime<Utc>,
) -> Vec<u8> {
    let mut lines = Lines::default();
    calendar(
        &mut lines,
        model,
        method,
        sessions,
        "",
        (organiser, Some(to)),
        now,
    );
    lines.0.into_bytes()
}

fn calendar(
    lines: &mut Lines,
    model: &Model,
    method: Method,
    sessions: &[Id<Session>],
    name: &str,
    who: (&Somebody, Option<&Somebody>),
    now: DateTime<Utc>,
) {
    lines.line("BEGIN:VCALENDAR");
    lines.line("VERSION:2.0");
    lines.line(concat!(
        "PRODID:-//cohort//cohort ",
        env!("CARGO_PKG_VERSION"),
        "//EN"
    ));
    lines.line("CALSCALE:GREGORIAN");
    lines.line(&format!("METHOD:{}", method.word()));
    if !name.is_empty() {
        lines.text("X-WR-CALNAME", name);
    }
    if model.zone() == Tz::Europe__London {
        LONDON.iter().for_each(|line| lines.line(line));
    }
    for id in sessions {
        if let Some(is) = model.sessions.get(*id) {
            event(lines, model, *id, is, method, who, now);
        }
    }
    lines.line("END:VCALENDAR");
}

/// A start or an end: on London's clocks where they show it once, else in UTC.
fn moment(lines: &mut Lines, model: &Model, name: &str, at: DateTime<Utc>) {
    let local = model.local(at).naive_local();
    if model.zone() == Tz::Europe__London && local_to_utc(local, model.zone()) == Ok(at) {
        lines.line(&format!(
            "{name};TZID=Europe/London:{}",
            local.format("%Y%m%dT%H%M%S")
        ));
    } else {
        lines.line(&format!("{name}:{}", utc(at)));
    }
}

fn event(
    lines: &mut Lines,
    model: &Model,
    id: Id<Session>,
    is: &Session,
    method: Method,
    (organiser, to): (&Somebody, Option<&Somebody>),
    now: DateTime<Utc>,
) {
    let gone = method == Method::Cancel;
    lines.line("BEGIN:VEVENT");
    lines.text("UID", &is.uid);
    lines.line(&format!("DTSTAMP:{}", utc(now)));
    lines.line(&format!("SEQUENCE:{}", is.sequence));
    moment(lines, model, "DTSTART", is.starts);
    moment(lines, model, "DTEND", is.ends());
    let title = model.session_title(id);
    let summary = match is.topic.as_str() {
        "" => title,
        topic => format!("{title}: {topic}"),
    };
    lines.text("SUMMARY", &summary);
    lines.line(match is.state {
        _ if gone => "STATUS:CANCELLED",
        SessionState::Planned => "STATUS:TENTATIVE",
        _ => "STATUS:CONFIRMED",
    });
    if let Some(address) = mailto(organiser) {
        lines.line(&format!("ORGANIZER;CN={}:{address}", quoted(&organiser.name)));
    }
    if let Some((to, address)) = to.and_then(|to| Some((to, mailto(to)?))) {
        let asks = if gone {
            ""
        } else {
            ";RSVP=TRUE;PARTSTAT=NEEDS-ACTION"
        };
        lines.line(&format!(
            "ATTENDEE;CN={};ROLE=REQ-PARTICIPANT{asks}:{address}",
            quoted(&to.name)
        ));
    }
    if gone {
        // Who is no longer invited is not told where the others meet.
        if !is.stands() {
            lines.text("COMMENT", &is.reason);
        }
    } else {
        whereabouts(lines, model, is);
    }
    lines.line("END:VEVENT");
}

/// Place, link, description and the alarm of a session that stands.
fn whereabouts(lines: &mut Lines, model: &Model, is: &Session) {
    let link = model.link_of(is);
    let place = if is.place.is_empty() { link } else { &is.place };
    lines.text("LOCATION", place);
    if let Some(link) = web(link) {
        lines.line(&format!("URL:{link}"));
        lines.line(&format!(
            "CONFERENCE;VALUE=URI;FEATURE=VIDEO;LABEL=\"Join\":{link}"
        ));
    }
    let mut about = String::new();
    for (word, value) in [
        ("Join", link),
        ("Place", is.place.as_str()),
        ("Topic", is.topic.as_str()),
    ] {
        if !value.is_empty() {
            // Writing into a string cannot fail.
            let _ = writeln!(about, "{word}: {value}");
        }
    }
    lines.text("DESCRIPTION", about.trim_end());
    lines.line("BEGIN:VALARM");
    lines.line("ACTION:DISPLAY");
    lines.line(&format!("TRIGGER:-PT{ALARM}M"));
    lines.text("DESCRIPTION", "The session begins soon");
    lines.line("END:VALARM");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample::world;

    fn organiser() -> Somebody {
        Somebody {
            name: "Mentoring team".into(),
            email: "team@example.org".into(),
        }
    }

    fn now() -> DateTime<Utc> {
        "2025-03-18T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn no_line_is_longer_than_75_bytes_and_no_character_is_cut() {
        let mut lines = Lines::default();
        lines.text("SUMMARY", &"Zoë Łukasz 👩‍⚕️ ".repeat(20));
        assert!(lines.0.split("\r\n").all(|line| line.len() <= 75));
        let unfolded = lines.0.replace("\r\n ", "");
        assert_eq!(
            unfolded.trim_end(),
            format!("SUMMARY:{}", "Zoë Łukasz 👩‍⚕️ ".repeat(20)).trim_end()
        );
    }

    #[test]
    fn text_can_neither_end_its_line_nor_begin_another() {
        let mut model = world();
        let (id, mut is) = model
            .sessions
            .iter()
            .map(|(id, is)| (id, is.clone()))
            .next()
            .unwrap();
        is.topic = "a\r\nEND:VEVENT\u{7}, b; c\\".into();
        is.link = "https://x.example/a\r\nATTENDEE:mailto:x@y.example".into();
        let rev = model.rev;
        model.put(crate::domain::Record::Session(id, Box::new(is)), rev);
        let to = Somebody {
            name: "A\";X=\"\r\nB".into(),
            email: "a@example.org".into(),
        };
        let bytes = sent(&model, Method::Request, &[id], &organiser(), &to, now());
        let text = String::from_utf8(bytes).unwrap().replace("\r\n ", "");
        let begins = |word: &str| text.lines().filter(|line| line.starts_with(word)).count();
        assert_eq!(
            (begins("END:VEVENT"), begins("ATTENDEE"), begins("URL")),
            (1, 1, 0),
            "{text}"
        );
        assert!(text.contains("a\\nEND:VEVENT\\, b\\; c\\\\"), "{text}");
        assert!(text.contains("CN=\"A;X=B\""), "{text}");
    }

    #[test]
    fn a_time_that_the_clocks_show_twice_is_written_in_utc() {
        let mut lines = Lines::default();
        let model = world();
        let twice = "2025-10-26T00:30:00Z".parse().unwrap();
        moment(&mut lines, &model, "DTSTART", twice);
        assert_eq!(lines.0, "DTSTART:20251026T003000Z\r\n");
    }

    #[test]
    fn what_is_gone_is_a_calendar_of_its_own_without_links() {
        let model = world();
        let mut diary = model.diary();
        diary.gone = diary.stands.split_off(diary.stands.len() - 1);
        let text = String::from_utf8(file(&model, &diary, "2025", &organiser(), now())).unwrap();
        let (first, second) = text.split_once("END:VCALENDAR\r\n").unwrap();
        assert!(first.contains("METHOD:PUBLISH\r\n") && !first.contains("METHOD:CANCEL"));
        assert!(second.contains("METHOD:CANCEL\r\n") && second.contains("STATUS:CANCELLED\r\n"));
        assert!(!second.contains("URL:") && !second.contains("VALARM"));
    }
}
