//! Any record made from typed fields, from the one table of fields.
//!
//! Fields that are not given hold what a new record usually holds. What a record needs beside its fields (a
//! calendar id, who was asked, a participation for an added person) is made with it.

use super::calendar::calendar_uid;
use super::draft::Draft;
use super::generic::{reads, unfit, unknown, with};
use super::people::Joining;
use crate::domain::field::{self, Input};
use crate::domain::record::*;
use crate::domain::when::moment_short;
use crate::domain::{AnyId, Change, Edit, Id, Kind, Mint, Model, Record, Refusal, from_json};
use chrono::{DateTime, TimeDelta, Utc};

/// One field and the text typed for it.
pub type Typed<'t> = (&'t str, &'t str);

impl Model {
    /// Makes one record of a kind from typed fields; `by` is the admin's name, for records that say who.
    ///
    /// A person takes `role`, `stream`, `group` and the other fields of a part too; a group takes `mentor`; an
    /// answer takes the keys of the questions.
    ///
    /// # Errors
    /// Unreadable text, an unknown field, or a needed one that is missing.
    pub fn make(
        &self,
        mint: &mut Mint,
        kind: Kind,
        typed: &[Typed<'_>],
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<Edit, Refusal> {
        match kind {
            Kind::Person => self.make_person(mint, typed, now),
            Kind::Cohort => self.make_cohort(mint, typed, now),
            Kind::Response => self.make_response(mint, typed, now),
            Kind::Group => self.make_group(mint, typed, now),
            Kind::Wave => {
                let Record::Wave(_, wave) = self.filled(mint, kind, typed, &[], by, now)? else {
                    return Err(unknown(kind, ""));
                };
                self.ask_wave(mint, *wave, now)
            }
            _ => {
                let mut record = self.filled(mint, kind, typed, &[], by, now)?;
                if let Record::Session(_, session) = &mut record
                    && session.group.is_some()
                    && session.round.is_none()
                {
                    session.round = self.round_on(self.day(session.starts));
                }
                let on = self.in_few_words(&record);
                let mut draft = Draft::on(self);
                draft.make_any(record);
                Ok(draft.edit(mint, "add", on))
            }
        }
    }

    /// What a new record is, in a few words: its kind and what it needs first; free text is left out.
    fn in_few_words(&self, record: &Record) -> String {
        if let Record::Session(_, session) = record {
            let group = session
                .group
                .map_or_else(|| session.title.clone(), |group| self.group_code(group));
            return format!("{group}, {}", moment_short(self.local(session.starts)));
        }
        let kind = record.id().kind;
        let first = kind.fields().iter().find(|field| field.needed);
        match first.filter(|field| !matches!(field.input, Input::Note)) {
            Some(field) => format!("{kind} {}", reads(self, record, field)),
            None => kind.to_string(),
        }
    }

    /// A new record with these fields typed; keys in `beside` belong to something made with it.
    fn filled(
        &self,
        mint: &mut Mint,
        kind: Kind,
        typed: &[Typed<'_>],
        beside: &[&str],
        by: &str,
        now: DateTime<Utc>,
    ) -> Result<Record, Refusal> {
        let id = AnyId {
            kind,
            number: mint.id::<Person>().number(),
        };
        let mut fields = field::json(&self.blank(id, by, now));
        for (key, text) in typed.iter().filter(|(key, _)| !beside.contains(key)) {
            let field = kind.field(key).ok_or_else(|| unknown(kind, key))?;
            let value = field::parse(self, field, text, None, now)?;
            fields.insert((*key).to_owned(), value);
        }
        for field in kind.fields().iter().filter(|field| field.needed) {
            if typed.iter().all(|(key, _)| *key != field.key) {
                return Err(Refusal::unreadable(
                    format!("a {kind} needs {} ({})", field.label.to_lowercase(), field.key),
                    format!("add {}=…", field.key),
                ));
            }
        }
        from_json(id, fields).map_err(|why| unfit(&format!("a {kind}"), &why))
    }

    /// Adds a person, with the part taken when a role or stream is given; a stream alone means a mentee.
    fn make_person(&self, mint: &mut Mint, typed: &[Typed<'_>], now: DateTime<Utc>) -> Result<Edit, Refusal> {
        let own = |key: &str| Kind::Person.field(key).is_some();
        let of_person: Vec<Typed<'_>> = typed.iter().copied().filter(|(key, _)| own(key)).collect();
        let Record::Person(_, person) = self.filled(mint, Kind::Person, &of_person, &[], "", now)? else {
            return Err(unknown(Kind::Person, ""));
        };
        let part: Vec<Typed<'_>> = typed.iter().copied().filter(|(key, _)| !own(key)).collect();
        if let Some((key, _)) = part.iter().find(|(key, _)| field::of_person(key).is_none()) {
            return Err(unknown(Kind::Person, key));
        }
        let text = |wanted: &str| part.iter().find(|(key, _)| *key == wanted).map(|(_, text)| *text);
        if part.is_empty() {
            return self.add_acquaintance(mint, *person);
        }
        let group = match text("group").map(str::trim) {
            None | Some("" | "pool" | "none" | "-") => None,
            Some(group) => Some(self.find_group(group)?),
        };
        let stream = match (text("stream"), group) {
            (Some(stream), _) => self.find_stream(stream)?,
            (None, Some(group)) => self.need(group)?.stream,
            (None, None) => {
                return Err(Refusal::unreadable(
                    "somebody who takes part needs a stream",
                    "add stream=…, or leave out role and group",
                ));
            }
        };
        let blank = Joining::new(Role::Mentee, stream);
        let record = enrolment_of(&blank, self.day(now));
        let mut record = Record::Enrolment(mint.id(), Box::new(record));
        for (key, text) in part.iter().filter(|(key, _)| !matches!(*key, "group" | "status")) {
            let field = field::of_person(key).ok_or_else(|| unknown(Kind::Person, key))?;
            let value = field::parse(self, field, text, None, now)?;
            record = with(&record, field, value)?;
        }
        let Record::Enrolment(_, is) = record else {
            return Err(unknown(Kind::Person, ""));
        };
        let joining = Joining {
            role: is.role,
            stream: is.stream,
            second_stream: is.second_stream,
            stage: is.stage,
            wishes: is.wishes,
            availability: is.availability,
            capacity: is.capacity,
        };
        match text("status")
            .map(|status| status.trim().to_lowercase())
            .as_deref()
        {
            Some("applied" | "received") => self.receive(mint, *person, joining, "", now),
            None | Some("" | "active" | "confirmed" | "waiting" | "accepted") => {
                self.add_joining(mint, *person, joining, group, now)
            }
            Some(other) => Err(Refusal::unreadable(
                format!("somebody new cannot be {other}"),
                "leave the status out, or say applied",
            )),
        }
    }

    /// Makes a cohort with its rounds; `template` brings streams, instruments and themes.
    fn make_cohort(&self, mint: &mut Mint, typed: &[Typed<'_>], now: DateTime<Utc>) -> Result<Edit, Refusal> {
        let record = self.filled(mint, Kind::Cohort, typed, &["template"], "", now)?;
        let Record::Cohort(_, is) = &record else {
            return Err(unknown(Kind::Cohort, ""));
        };
        let template = typed
            .iter()
            .any(|(key, text)| *key == "template" && !text.trim().is_empty());
        let mut edit = self.new_cohort(mint, &is.name, is.first_day, is.last_day, template, None)?;
        for change in &mut edit.changes {
            if let Change::Cohort(delta) = change {
                delta.after = Some(is.clone());
            }
        }
        Ok(edit)
    }

    /// Makes a group; without a code it takes the next of its stream.
    fn make_group(&self, mint: &mut Mint, typed: &[Typed<'_>], now: DateTime<Utc>) -> Result<Edit, Refusal> {
        let text = |wanted: &str| {
            typed
                .iter()
                .find(|(key, _)| *key == wanted)
                .map(|(_, text)| *text)
        };
        let stream = match text("stream") {
            Some(stream) => self.find_stream(stream)?,
            None => {
                return Err(Refusal::unreadable(
                    "a group needs a stream (stream)",
                    "add stream=…",
                ));
            }
        };
        let lead = match text("mentor").filter(|text| !text.trim().is_empty()) {
            Some(mentor) => {
                let person = self.find_person(mentor)?;
                let mentor = self.enrolment_of(person, Role::Mentor).ok_or_else(|| {
                    let name = self.name_of(person);
                    Refusal::rule(
                        6,
                        format!("{name} is no mentor"),
                        "choose a mentor of this cohort",
                    )
                })?;
                Some(mentor)
            }
            None => None,
        };
        let mut edit = self.add_group(mint, text("code").unwrap_or_default(), stream, lead, now)?;
        let rest = typed
            .iter()
            .filter(|(key, _)| !matches!(*key, "code" | "stream" | "mentor"));
        for (key, text) in rest {
            let field = Kind::Group.field(key).ok_or_else(|| unknown(Kind::Group, key))?;
            let value = field::parse(self, field, text, None, now)?;
            for change in &mut edit.changes {
                if let Some(record @ Record::Group(..)) = change.after()
                    && let Some(made) = Change::between(None, Some(with(&record, field, value.clone())?))
                {
                    *change = made;
                }
            }
        }
        Ok(edit)
    }

    /// Takes in an answer: the wave, the person unless it is anonymous, and one field for each question.
    fn make_response(
        &self,
        mint: &mut Mint,
        typed: &[Typed<'_>],
        now: DateTime<Utc>,
    ) -> Result<Edit, Refusal> {
        let text = |wanted: &str| {
            typed
                .iter()
                .find(|(key, _)| *key == wanted)
                .map(|(_, text)| *text)
        };
        let wave = text("wave")
            .ok_or_else(|| Refusal::unreadable("an answer needs its wave (wave)", "add wave=…"))?;
        let wave: Id<Wave> = self
            .find(Kind::Wave, wave)?
            .of()
            .ok_or_else(|| unknown(Kind::Response, "wave"))?;
        let who = match text("enrolment").filter(|text| !text.trim().is_empty()) {
            Some(who) => self.find(Kind::Enrolment, who)?.of(),
            None => None,
        };
        let mut answers = Vec::new();
        let of_question = |key: &str| !matches!(key, "wave" | "enrolment" | "by_way_of");
        for (key, text) in typed.iter().filter(|(key, _)| of_question(key)) {
            answers.extend(self.read_answer(wave, key, text)?);
        }
        self.answer(
            mint,
            wave,
            who,
            &answers,
            text("by_way_of").unwrap_or("typed"),
            now,
        )
    }

    /// A record of a kind as it is before anything is typed.
    fn blank(&self, id: AnyId, by: &str, now: DateTime<Utc>) -> Record {
        let today = self.day(now);
        let n = id.number;
        let text = String::new;
        // Records that a field must name stand as number 0 until the field is typed.
        match id.kind {
            Kind::Person => Record::Person(Id::new(n), Box::default()),
            Kind::Cohort => Record::Cohort(Id::new(n), Box::new(Cohort::draft("", today, today))),
            Kind::Admin => record(
                n,
                Record::Admin,
                Admin {
                    name: text(),
                    role: AdminRole::Viewer,
                    last_seen: self.rev,
                },
            ),
            Kind::Instrument => record(
                n,
                Record::Instrument,
                Instrument {
                    key: text(),
                    name: text(),
                    audience: Asked::Everybody,
                    questions: Vec::new(),
                    enough: 1,
                },
            ),
            Kind::Theme => record(
                n,
                Record::Theme,
                Theme {
                    name: text(),
                    words: Vec::new(),
                    order: self
                        .themes
                        .iter()
                        .map(|(_, t)| t.order)
                        .max()
                        .unwrap_or(0)
                        .saturating_add(1),
                },
            ),
            Kind::Stream => record(
                n,
                Record::Stream,
                Stream {
                    code: text(),
                    name: text(),
                    family: Family::Mixed,
                    source: text(),
                    lead: text(),
                    order: self.next_stream_order(),
                    state: StreamState::Open,
                },
            ),
            Kind::Application => record(
                n,
                Record::Application,
                Application {
                    person: Id::new(0),
                    role: Role::Mentee,
                    stream: Id::new(0),
                    second_stream: None,
                    stage: None,
                    wishes: Vec::new(),
                    availability: Vec::new(),
                    capacity: None,
                    statement: text(),
                    received: now,
                    state: ApplicationState::Received,
                    offer_expires: None,
                },
            ),
            Kind::Enrolment => record(
                n,
                Record::Enrolment,
                enrolment_of(&Joining::new(Role::Mentee, Id::new(0)), today),
            ),
            Kind::Group => record(n, Record::Group, Group::new(text(), Id::new(0))),
            Kind::Membership => record(
                n,
                Record::Membership,
                Membership {
                    enrolment: Id::new(0),
                    group: Id::new(0),
                    from: today,
                    to: None,
                    locked: false,
                    origin: Origin::ByHand,
                    reason: text(),
                },
            ),
            Kind::PairRule => record(
                n,
                Record::PairRule,
                PairRule {
                    one: Id::new(0),
                    other: Id::new(0),
                    kind: PairKind::Apart,
                    reason: PairReason::Request,
                    until: None,
                    blocking: true,
                    note: text(),
                },
            ),
            Kind::Round => record(
                n,
                Record::Round,
                Round {
                    number: 0,
                    opens: today,
                    closes: today,
                    theme: text(),
                },
            ),
            Kind::Session => record(
                n,
                Record::Session,
                Session {
                    group: None,
                    round: None,
                    title: text(),
                    starts: now,
                    minutes: 60,
                    link: text(),
                    place: text(),
                    topic: text(),
                    note: text(),
                    state: SessionState::Planned,
                    reason: text(),
                    postponed_to: None,
                    uid: calendar_uid(Id::new(n)),
                    sequence: 0,
                    moves: 0,
                },
            ),
            Kind::Mark => record(
                n,
                Record::Mark,
                Mark {
                    session: Id::new(0),
                    enrolment: None,
                    guest: text(),
                    value: MarkValue::Present,
                    minutes_late: None,
                    note: text(),
                    by: by.to_owned(),
                    at: now,
                },
            ),
            Kind::Sighting => record(
                n,
                Record::Sighting,
                Sighting {
                    session: Id::new(0),
                    enrolment: None,
                    name: text(),
                    joined: now,
                    left: None,
                },
            ),
            Kind::Busy => record(
                n,
                Record::Busy,
                Busy {
                    person: None,
                    kind: BusyKind::Busy,
                    what: text(),
                    starts: now,
                    ends: now + TimeDelta::hours(1),
                    uid: text(),
                },
            ),
            Kind::Wave => record(
                n,
                Record::Wave,
                Wave {
                    instrument: Id::new(0),
                    occasion: Occasion::Pulse,
                    round: None,
                    opens: today,
                    closes: today,
                    anonymous: false,
                },
            ),
            Kind::Request => record(
                n,
                Record::Request,
                Request {
                    wave: Id::new(0),
                    enrolment: Id::new(0),
                    asked: now,
                    answered: false,
                },
            ),
            Kind::Response => record(
                n,
                Record::Response,
                Response {
                    wave: Id::new(0),
                    enrolment: None,
                    group: None,
                    received: now,
                    answers: Vec::new(),
                    themes: Vec::new(),
                    by_way_of: "typed".to_owned(),
                },
            ),
            Kind::Goal => record(
                n,
                Record::Goal,
                Goal {
                    enrolment: Id::new(0),
                    text: text(),
                    set_on: today,
                    score: None,
                    scored_on: None,
                },
            ),
            Kind::Quote => record(
                n,
                Record::Quote,
                Quote {
                    response: None,
                    speaker: None,
                    round: None,
                    said: text(),
                    edited: text(),
                    theme: None,
                    state: QuoteState::Suggested,
                    unrecognisable: false,
                },
            ),
            Kind::Consent => record(
                n,
                Record::Consent,
                Consent {
                    retain_until: self
                        .settings()
                        .last_day
                        .checked_add_months(super::people::KEPT_PARTICIPANT),
                    wording: text(),
                    how: text(),
                    ..self.consent_to_quotes(Id::new(0), Attribution::TeamOnly, today)
                },
            ),
            Kind::Use => record(
                n,
                Record::Use,
                Use {
                    quote: Id::new(0),
                    place: text(),
                    on: today,
                    label: text(),
                },
            ),
            Kind::Ack => record(
                n,
                Record::Ack,
                Ack {
                    alert: text(),
                    by: by.to_owned(),
                    at: now,
                },
            ),
            Kind::Claim => record(
                n,
                Record::Claim,
                Claim {
                    person: Id::new(0),
                    what: Claimed::Access,
                    received: today,
                    met: None,
                    note: text(),
                },
            ),
            Kind::Mapping => record(
                n,
                Record::Mapping,
                Mapping {
                    of: FileOf::Applications,
                    heading: text(),
                    field: text(),
                },
            ),
            Kind::Provenance => record(
                n,
                Record::Provenance,
                Provenance {
                    of: text(),
                    file: text(),
                    line: 0,
                    said: Vec::new(),
                },
            ),
            Kind::Message => record(
                n,
                Record::Message,
                Message {
                    person: Id::new(0),
                    kind: MessageKind::Other,
                    about: text(),
                    subject: text(),
                    at: now,
                    state: MessageState::Written,
                },
            ),
        }
    }
}

/// A record of one kind under a number.
fn record<T>(number: u64, kind: fn(Id<T>, Box<T>) -> Record, is: T) -> Record {
    kind(Id::new(number), Box::new(is))
}

/// A participation as it begins.
fn enrolment_of(joining: &Joining, from: chrono::NaiveDate) -> Enrolment {
    Enrolment {
        person: Id::new(0),
        role: joining.role,
        stream: joining.stream,
        second_stream: joining.second_stream,
        stage: joining.stage,
        wishes: joining.wishes.clone(),
        availability: joining.availability.clone(),
        capacity: joining.capacity,
        from,
        state: EnrolmentState::Confirmed,
        ended: None,
        note: String::new(),
    }
}

#[cfg(test)]
mod tests;
