//! What people are told or asked: reminders, invitations, changes, cancellations, decisions and requests for consent, as
//! drafts or by mail.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::post;
use super::said::{Answer, Said, Trouble, object};
use super::visit::{Globals, Visit};
use crate::domain::{AnyId, Attribution, Id, MessageKind, Model, Quote, Scope, Session, Wave};
use crate::exchange::messages::Office;
use crate::exchange::{Post, parted};

/// Whom to tell what.
#[derive(Debug, Args)]
pub struct Remind {
    #[command(subcommand)]
    what: What,
    /// Where the messages are written [default: outbox in the data directory]
    #[arg(long, value_name = "DIR", global = true)]
    outbox: Option<PathBuf>,
    /// Send them by the mail server; asks for their number
    #[arg(long, global = true)]
    send: bool,
    /// The number of messages, for scripts
    #[arg(long, value_name = "NUMBER", global = true, requires = "send")]
    confirm: Option<usize>,
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
    /// Those who are expected at sessions to come and have not been invited, with the session for their calendar
    Invitations(Which),
    /// Those who were told of another time or place than now holds, with the session for their calendar
    Changes(Which),
    /// Those who were invited to what does not take place, or not with them, with what takes it out of their calendar
    Cancellations(Which),
    /// Those whose application was decided
    Decisions,
    /// The speakers of quotes: may their words be published, under a label?
    Consent {
        /// The quotes, by id
        #[arg(required = true, value_name = "QUOTE")]
        quotes: Vec<String>,
        /// The label that is asked for [default: the widest that names nobody and may be printed]
        #[arg(long = "label", value_name = "LABEL")]
        label: Option<Asked>,
    },
}

/// The labels that consent may be asked for.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Asked {
    /// Name and title
    Name,
    /// One CCIO mentee
    Stream,
    /// One clinical mentee
    Family,
    /// One mentee
    Role,
}

impl Asked {
    const fn attribution(self) -> Attribution {
        match self {
            Self::Name => Attribution::Named,
            Self::Stream => Attribution::Stream,
            Self::Family => Attribution::Family,
            Self::Role => Attribution::Anyone,
        }
    }
}

/// Which sessions.
#[derive(Debug, Args)]
struct Which {
    /// Only this one: an id, or group and round as in CCIO-2/3
    session: Option<String>,
    /// Only those of this group
    #[arg(long, value_name = "GROUP", conflicts_with = "session")]
    group: Option<String>,
    /// Only those of this round
    #[arg(long, value_name = "NUMBER", conflicts_with = "session")]
    round: Option<u8>,
}

impl What {
    const fn kind(&self) -> MessageKind {
        match self {
            Self::Feedback { .. } => MessageKind::FeedbackReminder,
            Self::Session { .. } => MessageKind::SessionReminder,
            Self::Invitations(_) => MessageKind::Invitation,
            Self::Changes(_) => MessageKind::Changed,
            Self::Cancellations(_) => MessageKind::Cancelled,
            Self::Decisions => MessageKind::Decision,
            Self::Consent { .. } => MessageKind::ConsentRequest,
        }
    }
}

/// Writes messages as files or sends them, and notes who was told what.
pub fn remind(globals: &Globals, remind: &Remind) -> Said {
    let mut visit = Visit::open(globals)?;
    let sender = post::office()?;
    let posts = posts(&visit, &remind.what, &sender)?;
    let dir = match &remind.outbox {
        Some(dir) => dir.clone(),
        None => globals.directory()?.join("outbox"),
    };
    if posts.is_empty() {
        let json = object([
            ("messages", json!(0)),
            ("sent", json!(0)),
            ("revision", json!(visit.model().rev)),
        ]);
        return Ok(Answer::did(json, "There is nobody to be told."));
    }
    if remind.send {
        post::send(&mut visit, &dir, posts, remind.confirm)
    } else {
        post::write(&mut visit, &dir, &posts, &sender)
    }
}

fn posts(visit: &Visit, what: &What, sender: &str) -> Result<Vec<Post>, Trouble> {
    let (model, now) = (visit.model(), visit.now());
    let (text, organiser) = (post::text_of(what.kind())?, parted(sender));
    let office = Office {
        text: &text,
        organiser: &organiser,
        now,
    };
    Ok(match what {
        What::Feedback { round, group } => {
            let waves = waves(model, *round, now)?;
            let scope = match group {
                Some(text) => Scope::Group(model.find_group(text)?),
                None => Scope::Cohort,
            };
            office.feedback(model, &waves, scope)
        }
        What::Session { session } => office.session(model, model.find_session(session)?),
        What::Invitations(which) => office.invitations(model, &which.of(model)?),
        What::Changes(which) => office.changes(model, &which.of(model)?),
        What::Cancellations(which) => office.cancellations(model, &which.of(model)?),
        What::Decisions => office.decisions(model),
        What::Consent { quotes, label } => {
            let quotes: Vec<Id<Quote>> = quotes
                .iter()
                .map(|text| quote(model, text))
                .collect::<Result<_, _>>()?;
            let today = model.day(now);
            let to = |quote| match label {
                Some(label) => label.attribution(),
                // Where none may be printed the refusal says why.
                None => model.unnamed_label(quote, today).unwrap_or(Attribution::Stream),
            };
            let posts = quotes
                .into_iter()
                .map(|quote| office.consent(model, quote, to(quote)));
            posts.collect::<Result<_, _>>()?
        }
    })
}

/// The quote with this id.
fn quote(model: &Model, text: &str) -> Result<Id<Quote>, Trouble> {
    let id = text.parse::<AnyId>().ok().and_then(AnyId::of::<Quote>);
    id.filter(|id| model.quotes.has(*id))
        .ok_or_else(|| Trouble::missing(format!("there is no quote {text}"), "`cohort quotes` lists them"))
}

impl Which {
    fn of(&self, model: &Model) -> Result<Vec<Id<Session>>, Trouble> {
        if let Some(text) = &self.session {
            return Ok(vec![model.find_session(text)?]);
        }
        let group = self
            .group
            .as_ref()
            .map(|text| model.find_group(text))
            .transpose()?;
        let mut found: Vec<_> = model
            .sessions
            .iter()
            .filter(|(id, is)| {
                let round = model.round_of(*id).map(|round| round.number);
                (group.is_none() || is.group == group) && (self.round.is_none() || round == self.round)
            })
            .map(|(id, is)| (is.starts, id))
            .collect();
        found.sort_unstable();
        Ok(found.into_iter().map(|(_, id)| id).collect())
    }
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
