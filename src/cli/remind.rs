//! Reminders: messages to those who have not answered, or who are expected at a session, as files.
//!
//! Nothing is sent from here: the files open as drafts in a mail program.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use serde_json::json;

use super::said::{Answer, Said, Trouble, count, object};
use super::visit::{Globals, Visit, sender};
use crate::domain::{Edit, Enrolment, Id, Message, MessageKind, Mint, Model, Scope, Session, Wave, when};
use crate::exchange::Letter;
use crate::run::outbox;

/// Whom to remind of what.
#[derive(Debug, Args)]
pub struct Remind {
    #[command(subcommand)]
    what: What,
    /// Where the messages are written [default: outbox in the data directory]
    #[arg(long, value_name = "DIR", global = true)]
    outbox: Option<PathBuf>,
    /// Send them by the mail server
    #[arg(long, global = true)]
    send: bool,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Those who were asked for feedback and have not answered
    Feedback {
        /// Only the pulses of this round [default: every wave that is open]
        #[arg(long, value_name = "NUMBER")]
        round: Option<u8>,
        /// Only this group
        #[arg(long, value_name = "GROUP")]
        group: Option<String>,
    },
    /// Those who are expected at a session
    Session {
        /// The session: an id, or group and round as in CCIO-2/3
        session: String,
    },
}

/// One message, and the note that it was prepared.
struct Prepared {
    letter: Letter,
    message: Message,
}

/// Writes reminders as files, and notes that they were prepared.
pub fn remind(globals: &Globals, remind: &Remind) -> Said {
    if remind.send {
        return Err(Trouble::usage(
            "no mail server is configured",
            "leave out --send: the messages are written as drafts to open in a mail program",
        ));
    }
    let mut visit = Visit::open(globals)?;
    let now = visit.now();
    let model = visit.model();
    let prepared = match &remind.what {
        What::Feedback { round, group } => of_feedback(model, *round, group.as_deref(), now)?,
        What::Session { session } => of_session(model, model.find_session(session)?, now),
    };
    let dir = match &remind.outbox {
        Some(dir) => dir.clone(),
        None => globals.directory()?.join("outbox"),
    };
    if prepared.is_empty() {
        let json = object([
            ("messages", json!(0)),
            ("sent", json!(0)),
            ("revision", json!(model.rev)),
        ]);
        return Ok(Answer::did(json, "Nobody is to be reminded."));
    }
    let letters: Vec<Letter> = prepared.iter().map(|one| one.letter.clone()).collect();
    let written = outbox(&dir, &sender(), &letters, now)
        .map_err(|what| Trouble::new(6, what, "name another directory with --outbox"))?;
    let edit = noted(visit.client.model(), &mut visit.mint, &prepared)?;
    let landed = visit.land(edit)?;
    let json = object([
        ("messages", json!(written)),
        ("sent", json!(0)),
        ("file", json!(dir.display().to_string())),
        ("revision", json!(landed.rev)),
    ]);
    let said = format!(
        "Wrote {} to {}. Nothing was sent.",
        count(written, "message", "messages"),
        dir.display()
    );
    Ok(Answer::did(json, said).noting(landed.warnings))
}

fn noted(model: &Model, mint: &mut Mint, prepared: &[Prepared]) -> Result<Edit, Trouble> {
    let messages: Vec<Message> = prepared.iter().map(|one| one.message.clone()).collect();
    Ok(model.messages_prepared(mint, &messages)?)
}

/// The waves meant: those of a round, else every one that is open today.
fn waves(model: &Model, round: Option<u8>, now: DateTime<Utc>) -> Result<Vec<Id<Wave>>, Trouble> {
    let today = model.day(now);
    let found: Vec<Id<Wave>> = match round {
        Some(number) => model.pulses_of_round(number),
        None => {
            let open = model
                .waves
                .iter()
                .filter(|(_, is)| is.opens <= today && today <= is.closes);
            open.map(|(id, _)| id).collect()
        }
    };
    if found.is_empty() {
        let what = round.map_or_else(
            || "no wave is open today".to_owned(),
            |n| format!("round {n} has no pulse"),
        );
        return Err(Trouble::missing(what, "name a round with --round"));
    }
    Ok(found)
}

fn of_feedback(
    model: &Model,
    round: Option<u8>,
    group: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Vec<Prepared>, Trouble> {
    let waves = waves(model, round, now)?;
    let scope = match group {
        Some(text) => Scope::Group(model.find_group(text)?),
        None => Scope::Cohort,
    };
    let rows = model.waiting_rows(&waves, scope);
    Ok(rows
        .iter()
        .filter_map(|row| {
            let asked = model.waves.get(row.wave)?;
            let what = model.title(row.wave.into());
            let subject = format!("Your feedback: {what}");
            let body = format!(
                "we have not had your answers yet to {what}.\nThey are open until {}, and take two minutes.",
                when::day_long(asked.closes)
            );
            let about = (MessageKind::FeedbackReminder, row.wave.to_string());
            prepare(model, row.enrolment, about, subject, &body, now)
        })
        .collect())
}

fn of_session(model: &Model, session: Id<Session>, now: DateTime<Utc>) -> Vec<Prepared> {
    let Some(is) = model.sessions.get(session) else {
        return Vec::new();
    };
    let title = model.session_title(session);
    let starts = model.local(is.starts);
    let at = format!(
        "{} at {}",
        when::day_long(starts.date_naive()),
        when::clock(starts)
    );
    let group = is.group.and_then(|group| model.groups.get(group));
    let own = Some(&is.link).filter(|link| !link.is_empty());
    let link = own.or_else(|| group.map(|group| &group.link).filter(|link| !link.is_empty()));
    let mut body = format!("{title} is on {at}, for {} minutes.", is.minutes);
    for (word, value) in [
        ("Join", link),
        ("Place", Some(&is.place)),
        ("Topic", Some(&is.topic)),
    ] {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            body.push_str(&format!("\n{word}: {value}"));
        }
    }
    let expected = model.expected(session);
    expected
        .iter()
        .filter_map(|one| {
            let about = (MessageKind::SessionReminder, session.to_string());
            prepare(model, one.enrolment, about, format!("{title}, {at}"), &body, now)
        })
        .collect()
}

/// A message to one participant; none to somebody who was erased.
fn prepare(
    model: &Model,
    enrolment: Id<Enrolment>,
    (kind, about): (MessageKind, String),
    subject: String,
    body: &str,
    now: DateTime<Utc>,
) -> Option<Prepared> {
    let person = model.enrolments.get(enrolment)?.person;
    let is = model.people.get(person).filter(|is| !is.email.is_empty())?;
    let call = if is.known_as.is_empty() {
        &is.name
    } else {
        &is.known_as
    };
    let letter = Letter {
        to: (is.name.clone(), is.email.clone()),
        subject: subject.clone(),
        body: format!("Dear {call},\n\n{body}\n\nThe mentoring programme team\n"),
    };
    let message = Message {
        person,
        kind,
        about,
        subject,
        at: now,
        sent: false,
    };
    Some(Prepared { letter, message })
}
