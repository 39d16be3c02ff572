//! What a record is called when it is named in a sentence, a list or a line of history.

use crate::domain::{AnyId, Enrolment, Group, Id, Kind, Model, Person, Round, Session, Stream};

impl Model {
    /// What this record is called; its id when it is not (or no longer) here.
    #[must_use]
    pub fn title(&self, id: AnyId) -> String {
        self.known_title(id)
            .filter(|title| !title.is_empty())
            .unwrap_or_else(|| id.to_string())
    }

    fn known_title(&self, id: AnyId) -> Option<String> {
        let n = id.number;
        Some(match id.kind {
            Kind::Person => self.people.get(Id::new(n))?.name.clone(),
            Kind::Cohort => self.cohorts.get(Id::new(n))?.name.clone(),
            Kind::Admin => self.admins.get(Id::new(n))?.name.clone(),
            Kind::Instrument => self.instruments.get(Id::new(n))?.name.clone(),
            Kind::Theme => self.themes.get(Id::new(n))?.name.clone(),
            Kind::Stream => self.streams.get(Id::new(n))?.code.clone(),
            Kind::Application => {
                format!(
                    "application of {}",
                    self.name_of(self.applications.get(Id::new(n))?.person)
                )
            }
            Kind::Enrolment => self.enrolled_name(Id::new(n)),
            Kind::Group => self.groups.get(Id::new(n))?.code.clone(),
            Kind::Membership => {
                let membership = self.memberships.get(Id::new(n))?;
                format!(
                    "{} in {}",
                    self.enrolled_name(membership.enrolment),
                    self.group_code(membership.group)
                )
            }
            Kind::PairRule => {
                let rule = self.pair_rules.get(Id::new(n))?;
                format!(
                    "{} and {} {}",
                    self.name_of(rule.one),
                    self.name_of(rule.other),
                    rule.kind
                )
            }
            Kind::Round => format!("round {}", self.rounds.get(Id::new(n))?.number),
            Kind::Session => self.session_title(Id::new(n)),
            Kind::Mark => {
                let mark = self.marks.get(Id::new(n))?;
                let who = mark
                    .enrolment
                    .map_or_else(|| mark.guest.clone(), |e| self.enrolled_name(e));
                format!("{who}, {}", self.session_title(mark.session))
            }
            Kind::Sighting => {
                let seen = self.sightings.get(Id::new(n))?;
                format!(
                    "{} in the call of {}",
                    seen.name,
                    self.session_title(seen.session)
                )
            }
            Kind::Busy => self.busy_times.get(Id::new(n))?.what.clone(),
            Kind::Wave => {
                let wave = self.waves.get(Id::new(n))?;
                let round = wave
                    .round
                    .map_or(String::new(), |r| format!(" {}", self.round_number(r)));
                format!("{}{round}", wave.occasion)
            }
            Kind::Request => {
                let request = self.requests.get(Id::new(n))?;
                let wave = self.title(request.wave.into());
                format!("{} asked for {wave}", self.enrolled_name(request.enrolment))
            }
            Kind::Response => {
                let response = self.responses.get(Id::new(n))?;
                let who = response
                    .enrolment
                    .map_or_else(|| "somebody".to_owned(), |e| self.enrolled_name(e));
                format!("answer of {who} to {}", self.title(response.wave.into()))
            }
            Kind::Goal => {
                let goal = self.goals.get(Id::new(n))?;
                format!("goal of {}", self.enrolled_name(goal.enrolment))
            }
            Kind::Quote => {
                let quote = self.quotes.get(Id::new(n))?;
                let who = quote
                    .speaker
                    .map_or_else(|| "somebody".to_owned(), |e| self.enrolled_name(e));
                format!("quote of {who}")
            }
            Kind::Consent => {
                let consent = self.consents.get(Id::new(n))?;
                format!(
                    "consent of {} to {}",
                    self.name_of(consent.person),
                    consent.purpose
                )
            }
            Kind::Use => format!("use in {}", self.uses.get(Id::new(n))?.place),
            Kind::Ack => "acknowledgement".to_owned(),
            Kind::Claim => {
                let claim = self.claims.get(Id::new(n))?;
                format!("{} asked for by {}", claim.what, self.name_of(claim.person))
            }
            Kind::Mapping => format!("heading {}", self.mappings.get(Id::new(n))?.heading),
            Kind::Provenance => {
                let of = self.provenances.get(Id::new(n))?.of.parse().ok();
                let of = of.filter(|of: &AnyId| of.kind != Kind::Provenance);
                format!(
                    "provenance of {}",
                    of.map_or_else(|| "a record".to_owned(), |of| self.title(of))
                )
            }
            Kind::Message => {
                let message = self.messages.get(Id::new(n))?;
                format!("{} to {}", message.kind, self.name_of(message.person))
            }
        })
    }

    /// A person's name; "somebody" when unknown, or erased.
    #[must_use]
    pub fn name_of(&self, person: Id<Person>) -> String {
        let person = self.people.get(person).filter(|is| !is.is_erased());
        person.map_or_else(|| "somebody".to_owned(), |person| person.name.clone())
    }

    /// The name of the person behind an enrolment.
    #[must_use]
    pub fn enrolled_name(&self, enrolment: Id<Enrolment>) -> String {
        self.enrolments
            .get(enrolment)
            .map_or_else(|| "somebody".to_owned(), |e| self.name_of(e.person))
    }

    /// A group's code.
    #[must_use]
    pub fn group_code(&self, group: Id<Group>) -> String {
        self.groups
            .get(group)
            .map_or_else(|| "a group".to_owned(), |group| group.code.clone())
    }

    /// A stream's code.
    #[must_use]
    pub fn stream_code(&self, stream: Id<Stream>) -> String {
        self.streams
            .get(stream)
            .map_or_else(|| "a stream".to_owned(), |stream| stream.code.clone())
    }

    /// A round's number; 0 when unknown.
    #[must_use]
    pub fn round_number(&self, round: Id<Round>) -> u8 {
        self.rounds.get(round).map_or(0, |round| round.number)
    }

    /// Where a session is joined: its own link, else its group's; empty when there is none.
    #[must_use]
    pub fn link_of<'a>(&'a self, session: &'a Session) -> &'a str {
        if !session.link.is_empty() {
            return &session.link;
        }
        let group = session.group.and_then(|group| self.groups.get(group));
        group.map_or("", |group| &group.link)
    }

    /// `CCIO-2 S3`, or a workshop's title.
    #[must_use]
    pub fn session_title(&self, session: Id<Session>) -> String {
        let Some(is) = self.sessions.get(session) else {
            return "a session".to_owned();
        };
        match (is.group, is.round) {
            (Some(group), Some(round)) => format!("{} S{}", self.group_code(group), self.round_number(round)),
            (Some(group), None) => format!("{} {}", self.group_code(group), is.starts.format("%a %-d %b")),
            _ => is.title.clone(),
        }
    }
}
