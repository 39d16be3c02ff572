//! What needs attention: named reasons with their evidence (domain.md §4), never a score.
//!
//! Thresholds are the cohort's. Each file finds the reasons of one subject; this one says what a reason is, in
//! which order they are listed, who took note of them, and whom they concern.

mod people;
mod places;
mod sessions;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use super::rates::Scope;
use crate::domain::word::words;
use crate::domain::{AdminName, AnyId, Enrolment, Group, Id, Kind, Model, Person, Session, Stream};

words! {
    /// Why something needs attention, most urgent first.
    Concern {
        /// The mentor is unmarked some minutes after the start, while others are marked.
        MentorUnmarked = 1 "mentor not marked",
        /// Nobody is marked some minutes after the start.
        NobodyMarked = 2 "nobody marked",
        /// Somebody expected cannot come.
        Clash = 3 "clash",
        /// The register is open some minutes after the end.
        RegisterOpen = 4 "register open",
        /// The register is missing some hours after the end.
        RegisterMissing = 5 "register missing",
        /// A group has members and no lead mentor: every member needs a home (rule 6).
        NoMentor = 6 "no mentor",
        /// A session begins soon and nobody knows how to join.
        NoLink = 7 "no joining link",
        /// Somebody would like a word with the organisers.
        WordWanted = 8 "would like a word",
        /// A second absence in a row without apologies.
        AbsentTwice = 9 "absent twice",
        /// A very low answer to a pulse; who gave it is not said.
        LowPulse = 10 "low pulse",
        /// Accepted and without a group for days.
        NoGroup = 11 "no group",
        /// Can no longer attend the sessions to complete.
        CannotComplete = 12 "cannot complete",
        /// An offer is about to expire, or has.
        OfferExpiring = 13 "offer expires",
        /// A round is past the middle of its window and the group has no date in it.
        NoDate = 14 "no date",
        /// A group has fewer members than its minimum (rule 3).
        UnderMinimum = 15 "under its minimum",
        /// A session was moved or cancelled twice.
        MovedTwice = 16 "moved twice",
        /// Too few have answered after days.
        FewAnswers = 17 "few answers",
        /// A mean is low.
        LowMean = 18 "low mean",
        /// A mean fell.
        FallingMean = 19 "falling mean",
        /// Mentor and mentee in one cohort (rule 1).
        BothRoles = 20 "both roles",
        /// Two people who had better not share a group, or had better share one (rule 5).
        PairWarning = 21 "pair rule",
        /// The day on which data is due to go has come (rule 16).
        RetentionDue = 22 "retention due",
        /// Somebody asked for their data, or for its end, and the month is running.
        ClaimDue = 23 "request about data due",
    }
}

impl Concern {
    /// Which key deals with it, in words.
    #[must_use]
    pub const fn deal(self) -> &'static str {
        match self {
            Self::MentorUnmarked => "r messages, Enter opens the register",
            Self::NobodyMarked => "Enter opens the register, X marks everybody seen",
            Self::Clash => "m moves the session",
            Self::RegisterOpen | Self::RegisterMissing => "f finishes the register",
            Self::NoMentor => "a names a mentor, m moves the members",
            Self::NoLink => "e sets the joining link",
            Self::WordWanted | Self::AbsentTwice | Self::LowPulse | Self::CannotComplete => {
                "r messages, x acknowledges"
            }
            Self::NoGroup => "m gives a group, A proposes for all",
            Self::OfferExpiring => "e changes the status",
            Self::NoDate => "a in Calendar adds the session",
            Self::UnderMinimum => "m moves somebody here",
            Self::MovedTwice | Self::LowMean | Self::FallingMean | Self::BothRoles => "x acknowledges",
            Self::FewAnswers => "r reminds",
            Self::PairWarning => "m moves one of them, x acknowledges",
            Self::RetentionDue => "the owner erases, or keeps longer with e",
            Self::ClaimDue => "cohort subject, or erase, and note the day on which it was met",
        }
    }
}

/// One reason why something needs attention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Why.
    pub concern: Concern,
    /// What it is about.
    pub subject: AnyId,
    /// What shows it, without the subject's name.
    pub evidence: String,
    /// When it began to need attention; of something ahead, when it will be.
    pub since: DateTime<Utc>,
    /// Told apart from every other alert, so that it can be acknowledged.
    pub key: String,
    /// Who took note of it.
    pub acked: Option<AdminName>,
    /// Which key deals with it, in words.
    pub deal: &'static str,
    /// The person it concerns, when it is one.
    pub person: Option<Id<Person>>,
    /// The group it concerns.
    pub group: Option<Id<Group>>,
    /// The stream it concerns.
    pub stream: Option<Id<Stream>>,
}

/// Whom and what a record concerns.
#[derive(Default)]
struct Concerned {
    person: Option<Id<Person>>,
    group: Option<Id<Group>>,
    stream: Option<Id<Stream>>,
}

/// Alerts as they are found.
struct Alerts<'a> {
    model: &'a Model,
    now: DateTime<Utc>,
    today: NaiveDate,
    all: Vec<Alert>,
}

impl Alerts<'_> {
    /// Notes a reason. `with` tells two alerts of one concern and subject apart.
    fn note(
        &mut self,
        concern: Concern,
        subject: impl Into<AnyId>,
        with: Option<AnyId>,
        since: DateTime<Utc>,
        evidence: String,
    ) -> &mut Alert {
        let subject = subject.into();
        let with = with.map_or_else(String::new, |with| format!(":{with}"));
        let key = format!("{concern}:{subject}{with}");
        let acked = self.model.acknowledged(&key);
        let Concerned {
            person,
            group,
            stream,
        } = self.model.concerned(subject);
        let at = self.all.len();
        self.all.push(Alert {
            concern,
            subject,
            evidence,
            since,
            key,
            acked,
            deal: concern.deal(),
            person,
            group,
            stream,
        });
        &mut self.all[at]
    }

    /// The moment a day begins.
    fn morning(&self, day: NaiveDate) -> DateTime<Utc> {
        self.model.morning(day)
    }
}

impl Model {
    /// Everything that needs attention, most urgent first, then the oldest.
    #[must_use]
    pub fn attention(&self, now: DateTime<Utc>) -> Vec<Alert> {
        let mut alerts = Alerts {
            model: self,
            now,
            today: self.day(now),
            all: Vec::new(),
        };
        // Nothing of a closed cohort can be mended, and nothing but data due to go needs anybody.
        if self.cohort().is_some_and(|cohort| !cohort.is_read_only()) {
            alerts.look_at_sessions();
            alerts.look_at_groups();
            alerts.look_at_participants();
            alerts.look_at_answers();
            alerts.look_at_warnings();
        }
        alerts.look_at_retention();
        alerts.look_at_claims();
        let mut all = alerts.all;
        all.sort_by(|a, b| (a.concern, a.since, &a.key).cmp(&(b.concern, b.since, &b.key)));
        all
    }

    /// The alerts about a record: its own, those of a person's parts, of a group's sessions and members, and of all
    /// that belongs to a stream.
    #[must_use]
    pub fn attention_of<'a>(&self, id: AnyId, alerts: &'a [Alert]) -> Vec<&'a Alert> {
        let person = id
            .of::<Enrolment>()
            .and_then(|enrolment| self.enrolments.get(enrolment))
            .map(|is| is.person)
            .or_else(|| id.of::<Person>());
        let concerns = |alert: &&Alert| {
            alert.subject == id
                || person.is_some() && alert.person == person
                || alert.group.is_some_and(|group| AnyId::from(group) == id)
                || alert.stream.is_some_and(|stream| AnyId::from(stream) == id)
        };
        alerts.iter().filter(concerns).collect()
    }

    /// Who took note of the alert with this key.
    #[must_use]
    pub fn acknowledged(&self, key: &str) -> Option<AdminName> {
        let ids = self.index.acks_by_alert.get(key)?;
        ids.iter().find_map(|id| Some(self.acks.get(id)?.by.clone()))
    }

    /// The person, group and stream that a record belongs to.
    fn concerned(&self, id: AnyId) -> Concerned {
        let of_group = |group: Option<Id<Group>>| Concerned {
            person: None,
            group,
            stream: group.and_then(|id| self.groups.get(id)).map(|is| is.stream),
        };
        match id.kind {
            Kind::Person => Concerned {
                person: id.of(),
                ..Concerned::default()
            },
            Kind::Enrolment => {
                let Some(enrolment) = id.of::<Enrolment>() else {
                    return Concerned::default();
                };
                let member = self.memberships_of(enrolment).find(|(_, m)| m.in_force());
                let here = of_group(member.map(|(_, m)| m.group));
                let is = self.enrolments.get(enrolment);
                Concerned {
                    person: is.map(|is| is.person),
                    stream: here.stream.or_else(|| is.map(|is| is.stream)),
                    ..here
                }
            }
            Kind::Application => {
                let is = id.of().and_then(|id| self.applications.get(id));
                Concerned {
                    person: is.map(|is| is.person),
                    group: None,
                    stream: is.map(|is| is.stream),
                }
            }
            Kind::Session => {
                let is = id.of::<Session>().and_then(|id| self.sessions.get(id));
                of_group(is.and_then(|is| is.group))
            }
            Kind::Group => of_group(id.of()),
            Kind::Stream => Concerned {
                stream: id.of(),
                ..Concerned::default()
            },
            _ => Concerned::default(),
        }
    }

    /// The moment a day begins in the cohort's zone.
    #[must_use]
    pub fn morning(&self, day: NaiveDate) -> DateTime<Utc> {
        // No zone with a changing midnight is in use here; were it, a day would begin at midnight UTC.
        self.moment(day, NaiveTime::MIN)
            .unwrap_or_else(|| day.and_time(NaiveTime::MIN).and_utc())
    }

    /// The record that a scope is about.
    fn record_of(&self, scope: Scope) -> AnyId {
        match scope {
            Scope::Cohort => self.focus.into(),
            Scope::Stream(stream) => stream.into(),
            Scope::Group(group) => group.into(),
        }
    }
}

#[cfg(test)]
mod tests;
