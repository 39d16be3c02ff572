//! Who is to be told or asked what: reminders, invitations, changes, cancellations, decisions and requests for consent,
//! each with its note for the log.
//!
//! What somebody was told last follows from the log: an invitation or change notes the session's calendar version
//! (`se-…/3`), so a change is due when the session has a newer one. Must not know how messages leave.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::calendar::{self, Method, Somebody};
use super::letter::{Letter, Post};
use super::template::Template;
use crate::domain::feedback::consents;
use crate::domain::{
    ApplicationState, Attribution, Enrolment, Id, Message, MessageKind, MessageState, Model, Occasion,
    Person, Quote, Refusal, Scale, Scope, Session, Wave, when,
};

/// The messages that tell somebody of a date.
const DATES: [MessageKind; 3] = [
    MessageKind::Invitation,
    MessageKind::Changed,
    MessageKind::Cancelled,
];

/// What every message is made with.
#[derive(Clone, Debug)]
pub struct Office<'a> {
    /// The text.
    pub text: &'a Template,
    /// Who calendars name as organiser.
    pub organiser: &'a Somebody,
    /// When.
    pub now: DateTime<Utc>,
}

/// What somebody was told last about a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Told {
    kind: MessageKind,
    version: u32,
}

/// Who a message is to: nobody who was erased, or has no address.
fn addressee(model: &Model, enrolment: Id<Enrolment>) -> Option<(Id<Person>, &Person)> {
    let person = model.enrolments.get(enrolment)?.person;
    let is = model.people.get(person).filter(|is| !is.email.is_empty())?;
    Some((person, is))
}

/// What to call somebody in a letter.
fn first_name(is: &Person) -> String {
    let known = is.known_as.trim();
    if known.is_empty() {
        is.name.split_whitespace().next().unwrap_or_default().to_owned()
    } else {
        known.to_owned()
    }
}

impl Office<'_> {
    fn post(
        &self,
        (person, is): (Id<Person>, &Person),
        (kind, about): (MessageKind, String),
        mut words: Vec<(&str, String)>,
        calendar: Option<(Method, Vec<u8>)>,
    ) -> Post {
        words.push(("name", is.name.clone()));
        words.push(("first_name", first_name(is)));
        let (subject, body) = self.text.fill(&words);
        Post {
            note: Message {
                person,
                kind,
                about,
                subject: subject.clone(),
                at: self.now,
                state: MessageState::Written,
            },
            letter: Letter {
                to: (is.name.clone(), is.email.clone()),
                subject,
                body,
                calendar,
            },
        }
    }

    /// To those who were asked in these waves and have not answered.
    #[must_use]
    pub fn feedback(&self, model: &Model, waves: &[Id<Wave>], scope: Scope) -> Vec<Post> {
        let rows = model.waiting_rows(waves, scope);
        rows.iter()
            .filter_map(|row| self.feedback_to(model, row.wave, row.enrolment))
            .collect()
    }

    /// To one of those who were asked in a wave.
    #[must_use]
    pub fn feedback_to(&self, model: &Model, asked: Id<Wave>, enrolment: Id<Enrolment>) -> Option<Post> {
        let wave = model.waves.get(asked)?;
        let words = vec![
            ("what", asked_about(model, wave)),
            ("closes", when::day_long(wave.closes)),
            ("questions", questions(model, asked)),
        ];
        let about = (MessageKind::FeedbackReminder, asked.to_string());
        Some(self.post(addressee(model, enrolment)?, about, words, None))
    }

    /// To everybody expected at a session.
    #[must_use]
    pub fn session(&self, model: &Model, session: Id<Session>) -> Vec<Post> {
        let Some(is) = model.sessions.get(session) else {
            return Vec::new();
        };
        let expected = model.expected(session);
        expected
            .iter()
            .filter_map(|one| {
                let about = (MessageKind::SessionReminder, session.to_string());
                let words = about_session(model, session, is);
                Some(self.post(addressee(model, one.enrolment)?, about, words, None))
            })
            .collect()
    }

    /// To everybody expected at these sessions who has not been invited, or was uninvited since.
    #[must_use]
    pub fn invitations(&self, model: &Model, sessions: &[Id<Session>]) -> Vec<Post> {
        self.about_dates(model, sessions, MessageKind::Invitation, |_, told| {
            told.is_none_or(|told| told.kind == MessageKind::Cancelled)
        })
    }

    /// To everybody expected at these sessions who was told of an older version.
    #[must_use]
    pub fn changes(&self, model: &Model, sessions: &[Id<Session>]) -> Vec<Post> {
        self.about_dates(model, sessions, MessageKind::Changed, |is, told| {
            told.is_some_and(|told| told.kind != MessageKind::Cancelled && told.version < is.sequence)
        })
    }

    fn about_dates(
        &self,
        model: &Model,
        sessions: &[Id<Session>],
        kind: MessageKind,
        due: impl Fn(&Session, Option<Told>) -> bool,
    ) -> Vec<Post> {
        let mut posts = Vec::new();
        for id in sessions {
            let Some(is) = model.sessions.get(*id) else {
                continue;
            };
            if !is.stands() || is.starts <= self.now {
                continue;
            }
            for one in model.expected(*id) {
                let Some(to) = addressee(model, one.enrolment) else {
                    continue;
                };
                if due(is, told(model, to.0, *id)) {
                    posts.push(self.dated(model, *id, is, to, (kind, Method::Request)));
                }
            }
        }
        posts
    }

    /// To everybody who was told of a session that does not take place, or not with them.
    #[must_use]
    pub fn cancellations(&self, model: &Model, sessions: &[Id<Session>]) -> Vec<Post> {
        let mut posts = Vec::new();
        // Of many thousands only those who were ever told of a date are looked at.
        let dated = model.messages.iter().filter(|(_, m)| DATES.contains(&m.kind));
        let known: HashSet<Id<Person>> = dated.map(|(_, m)| m.person).collect();
        for id in sessions {
            let Some(is) = model.sessions.get(*id).filter(|is| is.ends() > self.now) else {
                continue;
            };
            for (enrolment, _) in model.enrolments.iter() {
                let Some(to) = addressee(model, enrolment).filter(|(person, _)| known.contains(person))
                else {
                    continue;
                };
                let invited = told(model, to.0, *id).is_some_and(|told| told.kind != MessageKind::Cancelled);
                if invited && !(is.stands() && model.is_expected(is, enrolment)) {
                    posts.push(self.dated(model, *id, is, to, (MessageKind::Cancelled, Method::Cancel)));
                }
            }
        }
        // Somebody with two parts in the cohort is told once.
        posts.dedup_by_key(|post| (post.note.person, post.note.about.clone()));
        posts
    }

    /// To everybody who was told of a session that does not take place; where nobody was, to whom it was for.
    #[must_use]
    pub fn cancellation(&self, model: &Model, session: Id<Session>) -> Vec<Post> {
        let posts = self.cancellations(model, &[session]);
        let Some(is) = model.sessions.get(session) else {
            return posts;
        };
        let prefix = format!("{session}/");
        let anybody = || {
            let mut all = model.messages.iter();
            all.any(|(_, m)| DATES.contains(&m.kind) && m.about.starts_with(&prefix))
        };
        if is.stands() || !posts.is_empty() || is.ends() <= self.now || anybody() {
            return posts;
        }
        let expected = model.expected(session);
        let to = expected.iter().filter_map(|one| addressee(model, one.enrolment));
        to.map(|to| self.dated(model, session, is, to, (MessageKind::Cancelled, Method::Cancel)))
            .collect()
    }

    fn dated(
        &self,
        model: &Model,
        id: Id<Session>,
        is: &Session,
        (person, to): (Id<Person>, &Person),
        (kind, method): (MessageKind, Method),
    ) -> Post {
        let whom = Somebody {
            name: to.name.clone(),
            email: to.email.clone(),
        };
        let ics = calendar::sent(model, method, &[id], self.organiser, &whom, self.now);
        let about = format!("{id}/{}", is.sequence);
        let words = about_session(model, id, is);
        self.post((person, to), (kind, about), words, Some((method, ics)))
    }

    /// To everybody whose application was decided and who has not been told.
    #[must_use]
    pub fn decisions(&self, model: &Model) -> Vec<Post> {
        let mut posts = Vec::new();
        for (id, is) in model.applications.iter() {
            let decision = match is.state {
                ApplicationState::Accepted => "We are glad to tell you that your application was accepted.",
                ApplicationState::Waitlisted => {
                    "More people applied than we have places for. You are on the waiting list, and we will write as \
                     soon as a place is free."
                }
                ApplicationState::Offered => {
                    "A place has become free, and we are glad to offer it to you. Please answer this message to take it."
                }
                ApplicationState::Declined => {
                    "We are sorry to tell you that we could not offer you a place this time."
                }
                _ => continue,
            };
            let about = format!("{id}/{}", is.state.word());
            let Some(person) = model.people.get(is.person).filter(|is| !is.email.is_empty()) else {
                continue;
            };
            let before = model
                .messages_to(is.person)
                .any(|(_, m)| m.kind == MessageKind::Decision && m.about == about);
            if before {
                continue;
            }
            let words = vec![
                ("cohort", model.settings().name),
                ("role", is.role.word().to_owned()),
                ("stream", model.stream_code(is.stream)),
                ("decision", decision.to_owned()),
            ];
            posts.push(self.post((is.person, person), (MessageKind::Decision, about), words, None));
        }
        posts
    }
}

impl Office<'_> {
    /// To the speaker of a quote: may it be published in these words, under this label?
    ///
    /// # Errors
    /// When nobody can be asked, or not for that ([`Model::may_ask`]).
    pub fn consent(&self, model: &Model, quote: Id<Quote>, to: Attribution) -> Result<Post, Refusal> {
        let asking = model.may_ask(quote, to, model.day(self.now))?;
        let words = vec![
            ("cohort", model.settings().name),
            ("quote", asking.words.to_owned()),
            ("label", asking.label),
        ];
        let about = (MessageKind::ConsentRequest, consents::about(quote, to));
        Ok(self.post(asking.person, about, words, None))
    }
}

/// What somebody was told last about a session's date.
fn told(model: &Model, person: Id<Person>, session: Id<Session>) -> Option<Told> {
    let prefix = format!("{session}/");
    model
        .messages_to(person)
        .filter(|(_, m)| DATES.contains(&m.kind))
        .filter_map(|(id, m)| {
            let version = m.about.strip_prefix(&prefix)?.parse().ok()?;
            let told = Told {
                kind: m.kind,
                version,
            };
            Some(((model.touched(id.into()), m.at), told))
        })
        .max_by_key(|(order, _)| *order)
        .map(|(_, told)| told)
}

/// The words about a session.
fn about_session(model: &Model, id: Id<Session>, is: &Session) -> Vec<(&'static str, String)> {
    let starts = model.local(is.starts);
    let link = model.link_of(is);
    let mut whereabouts = Vec::new();
    for (word, value) in [
        ("Join", link),
        ("Place", is.place.as_str()),
        ("Topic", is.topic.as_str()),
    ] {
        if !value.is_empty() {
            whereabouts.push(format!("{word}: {value}"));
        }
    }
    vec![
        ("session", model.session_title(id)),
        (
            "when",
            format!(
                "{} at {}",
                when::day_long(starts.date_naive()),
                when::clock(starts)
            ),
        ),
        ("minutes", is.minutes.to_string()),
        ("whereabouts", whereabouts.join("\n")),
        ("topic", is.topic.clone()),
        (
            "reason",
            if is.stands() {
                String::new()
            } else {
                is.reason.clone()
            },
        ),
    ]
}

/// What a wave asks about, as whoever is asked would say it.
fn asked_about(model: &Model, wave: &Wave) -> String {
    let number = wave.round.map(|round| model.round_number(round));
    match (wave.occasion, number) {
        (Occasion::Pulse, Some(number)) => format!("session {number}"),
        (Occasion::Pulse, None) => "the last session".to_owned(),
        (Occasion::Baseline, _) => "where you stand at the start".to_owned(),
        (Occasion::Midpoint, _) => "the programme so far".to_owned(),
        (Occasion::Endpoint, _) => "the programme as a whole".to_owned(),
        (Occasion::FollowUp, _) => "the time since the programme".to_owned(),
        (Occasion::Exit, _) => "how the programme went for you".to_owned(),
    }
}

/// What a wave asks, numbered, so that a reply is an answer.
fn questions(model: &Model, wave: Id<Wave>) -> String {
    let instrument = model.waves.get(wave).map(|wave| wave.instrument);
    let questions = instrument.and_then(|id| model.instruments.get(id));
    let lines: Vec<String> = questions
        .iter()
        .flat_map(|instrument| &instrument.questions)
        .zip(1..)
        .map(|(question, n)| match question.scale {
            Scale::Text => format!("{n}. {}", question.text),
            scale => format!("{n}. {} ({scale})", question.text),
        })
        .collect();
    lines.join("\n")
}
