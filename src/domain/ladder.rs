//! The ladder of labels under which somebody's words may be printed (rule 15): the one place that knows it.
//!
//! Name and title → "one CCIO mentee" → "one clinical mentee" → "one mentee" → held. Knows records only as it is
//! handed them, so that questions ask it of what is and rules of what would be.

use chrono::NaiveDate;

use super::text::fold;
use super::{
    Attribution, Cohort, Consent, Enrolment, EnrolmentState, Family, Id, Person, Purpose, Quote, Role, Stream,
};

/// What the ladder is made from.
pub(crate) struct Ground<'a> {
    /// The speaker, where it is known who said it.
    pub(crate) speaker: Option<&'a Enrolment>,
    /// The person who speaks.
    pub(crate) person: Option<&'a Person>,
    /// Everybody who takes or took part.
    pub(crate) enrolments: Vec<&'a Enrolment>,
    /// The cohort's streams.
    pub(crate) streams: Vec<(Id<Stream>, &'a Stream)>,
    /// The widest attribution agreed to, where there is a consent that holds.
    pub(crate) widest: Option<Attribution>,
    /// The cohort, for its smallest published count.
    pub(crate) cohort: Option<&'a Cohort>,
    /// The day on which people are counted.
    pub(crate) day: NaiveDate,
}

/// One label of the ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rung {
    /// How wide it is.
    pub attribution: Attribution,
    /// As printed; empty where there is no such label.
    pub text: String,
    /// How many people a reader might think of under it today; 1 for a name.
    pub fits: u32,
    /// Why it may not be printed; none when it may.
    pub refused: Option<String>,
}

impl Rung {
    /// How many people it fits today, as shown: who reads the ladder learns of fewer than the smallest published
    /// count only that it is fewer.
    ///
    /// No other rung is hidden for it: heads are no answers, the report states the mentees of every stream, and so
    /// there is nothing for a difference to give away (rule 14).
    #[must_use]
    pub fn counted(&self, smallest: u32) -> String {
        match (self.attribution, self.fits) {
            (Attribution::Named, _) => "by name".to_owned(),
            (_, fits) if fits < smallest => format!("under {smallest}"),
            (_, fits) => format!("{fits} people"),
        }
    }
}

/// The labels of a quote, widest first, and why there are none where there are none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ladder {
    /// The rungs.
    pub rungs: Vec<Rung>,
    /// Why nothing may be printed under any label.
    pub held: Option<String>,
    /// Shorter forms of the name that say less than the full label.
    names: Vec<String>,
    /// The widest attribution agreed to.
    widest: Option<Attribution>,
}

/// The consent that holds for a quote: the latest for it alone, else the latest for all; none when that was
/// withdrawn or never given.
pub(crate) fn consent_that_holds<'a>(
    given: impl Iterator<Item = (Id<Consent>, &'a Consent)> + Clone,
    quote: Id<Quote>,
) -> Option<(Id<Consent>, &'a Consent)> {
    let latest = |only: Option<Id<Quote>>| {
        given
            .clone()
            .filter(move |(_, is)| is.purpose == Purpose::Quotes && is.quote == only)
            .max_by_key(|(id, is)| (is.obtained, is.withdrawn.is_some(), *id))
    };
    latest(Some(quote))
        .or_else(|| latest(None))
        .filter(|(_, is)| is.withdrawn.is_none())
}

impl Ladder {
    /// The ladder of a quote.
    pub(crate) fn of(ground: &Ground<'_>) -> Self {
        let nothing = |why: &str| Self {
            rungs: Vec::new(),
            held: Some(why.to_owned()),
            names: Vec::new(),
            widest: ground.widest,
        };
        let Some(speaker) = ground.speaker else {
            return nothing("nobody knows who said it");
        };
        let Some(widest) = ground.widest else {
            return nothing("there is no consent to publish it");
        };
        let rungs = Attribution::ALL
            .iter()
            .filter(|rung| **rung != Attribution::TeamOnly)
            .map(|rung| {
                let mut is = ground.rung(*rung, speaker);
                if *rung < widest {
                    is.refused = Some(format!("{rung}: consent goes no wider than {widest}"));
                }
                is
            });
        let rungs: Vec<Rung> = rungs.collect();
        let held = rungs.iter().all(|rung| rung.refused.is_some());
        let last = rungs.last().and_then(|rung| rung.refused.clone());
        Self {
            held: if held { last } else { None },
            rungs,
            names: ground.names(),
            widest: ground.widest,
        }
    }

    /// The widest label that may be printed.
    #[must_use]
    pub fn widest(&self) -> Option<&Rung> {
        self.rungs.iter().find(|rung| rung.refused.is_none())
    }

    /// Why no wider label may be printed, widest first, with today's counts.
    #[must_use]
    pub fn refused_wider(&self) -> Vec<String> {
        let wider = self.rungs.iter().map_while(|rung| rung.refused.clone());
        let none = self.held.clone().filter(|_| self.rungs.is_empty());
        wider.chain(none).collect()
    }

    /// The rung that a label is on.
    fn rung_of(&self, label: &str) -> Option<&Rung> {
        let given = fold(label.trim());
        let named = |rung: &Rung| {
            rung.attribution == Attribution::Named && self.names.iter().any(|name| fold(name) == given)
        };
        self.rungs
            .iter()
            .find(|rung| fold(&rung.text) == given || named(rung))
    }

    /// What was agreed to, where a label says more than that.
    #[must_use]
    pub fn goes_beyond(&self, label: &str) -> Option<Attribution> {
        let widest = self.widest?;
        self.rung_of(label)
            .filter(|rung| rung.attribution < widest)
            .map(|_| widest)
    }

    /// Why a label may not be printed, and what to print instead; none when it may.
    #[must_use]
    pub fn refuses(&self, label: &str) -> Option<(String, String)> {
        let rung = self.rung_of(label);
        let why = match rung {
            Some(Rung { refused: None, .. }) => return None,
            Some(Rung {
                refused: Some(why), ..
            }) => why.clone(),
            None => match &self.held {
                Some(why) => why.clone(),
                None => format!("\"{label}\" is none of its labels"),
            },
        };
        let may: Vec<String> = self
            .rungs
            .iter()
            .filter(|rung| rung.refused.is_none())
            .map(|rung| format!("\"{}\"", rung.text))
            .collect();
        let hint = if may.is_empty() {
            "hold it, or ask for consent that goes further".to_owned()
        } else {
            format!("print it as {}", may.join(" or "))
        };
        Some((why, hint))
    }
}

impl Ground<'_> {
    fn rung(&self, rung: Attribution, speaker: &Enrolment) -> Rung {
        let role = speaker.role;
        let is = |text: String, fits: u32| {
            let needed = self.needed();
            let refused = (rung != Attribution::Named && fits < needed)
                .then(|| format!("\"{text}\" fits fewer than {needed} people today"));
            Rung {
                attribution: rung,
                text,
                fits,
                refused,
            }
        };
        match rung {
            Attribution::Named => is(self.names().pop().unwrap_or_else(|| "somebody".to_owned()), 1),
            Attribution::Stream => {
                let code = self.stream(speaker.stream).map_or("", |is| is.code.as_str());
                is(format!("one {code} {role}"), self.in_stream(role, speaker.stream))
            }
            Attribution::Family => {
                let family = self.stream(speaker.stream).map(|is| is.family);
                let Some(family @ (Family::Clinical | Family::Technical)) = family else {
                    return Rung {
                        attribution: rung,
                        text: String::new(),
                        fits: 0,
                        refused: Some("a mixed stream has no label of its family".to_owned()),
                    };
                };
                is(
                    format!("one {family} {role}"),
                    self.in_family(role, family, speaker),
                )
            }
            Attribution::Anyone | Attribution::TeamOnly => {
                is(format!("one {role}"), self.in_all(role, speaker))
            }
        }
    }

    fn needed(&self) -> u32 {
        u32::from(self.cohort.map_or(5, |cohort| cohort.smallest_published.max(1)))
    }

    fn in_stream(&self, role: Role, stream: Id<Stream>) -> u32 {
        self.people_like(role, |other| other.stream == stream)
    }

    /// How many of a family are in streams too small for a label of their own.
    fn in_small_streams(&self, role: Role, family: Family) -> u32 {
        let of_family = self.streams.iter().filter(|(_, is)| is.family == family);
        let small: Vec<Id<Stream>> = of_family
            .map(|(id, _)| *id)
            .filter(|id| self.in_stream(role, *id) < self.needed())
            .collect();
        self.people_like(role, |other| small.contains(&other.stream))
    }

    /// The label under which a reader expects somebody of this stream, who agreed to be quoted without a name.
    fn expected(&self, role: Role, stream: Id<Stream>) -> Attribution {
        if self.in_stream(role, stream) >= self.needed() {
            return Attribution::Stream;
        }
        match self.stream(stream).map(|is| is.family) {
            Some(family @ (Family::Clinical | Family::Technical))
                if self.in_small_streams(role, family) >= self.needed() =>
            {
                Attribution::Family
            }
            _ => Attribution::Anyone,
        }
    }

    /// Whom a reader thinks of under "one clinical mentee": when the speaker's own stream has no label that fits,
    /// only those of whom that is true. Were everybody counted, the label would point at the only CNIO mentee where
    /// every CCIO mentee can be called one.
    fn in_family(&self, role: Role, family: Family, speaker: &Enrolment) -> u32 {
        if self.expected(role, speaker.stream) != Attribution::Stream {
            return self.in_small_streams(role, family);
        }
        self.people_like(role, |other| {
            self.stream(other.stream).is_some_and(|is| is.family == family)
        })
    }

    /// Whom a reader thinks of under "one mentee", as in [`Self::in_family`].
    fn in_all(&self, role: Role, speaker: &Enrolment) -> u32 {
        let unlabelled = self.expected(role, speaker.stream) == Attribution::Anyone;
        self.people_like(role, |other| {
            !unlabelled || self.expected(role, other.stream) == Attribution::Anyone
        })
    }

    fn stream(&self, id: Id<Stream>) -> Option<&Stream> {
        let found = self.streams.iter().find(|(other, _)| *other == id);
        found.map(|(_, is)| *is)
    }

    /// The name, the name and title, and both with the employer, as far as they are known.
    fn names(&self) -> Vec<String> {
        let Some(person) = self.person else {
            return Vec::new();
        };
        let parts = [&person.name, &person.job_title, &person.organisation];
        let known: Vec<&str> = parts.iter().map(|p| p.trim()).filter(|p| !p.is_empty()).collect();
        (1..=known.len()).map(|n| known[..n].join(", ")).collect()
    }

    /// How many people take or took part in a role and are like this on the day.
    ///
    /// Who withdrew or was removed is not counted: a reader would not think of them.
    fn people_like(&self, role: Role, like: impl Fn(&Enrolment) -> bool) -> u32 {
        let gone = |state| matches!(state, EnrolmentState::Withdrawn | EnrolmentState::Removed);
        let all = self.enrolments.iter();
        let mut people: Vec<_> = all
            .filter(|is| is.role == role && is.from <= self.day && !gone(is.state) && like(is))
            .map(|is| is.person)
            .collect();
        people.sort_unstable();
        people.dedup();
        u32::try_from(people.len()).unwrap_or(u32::MAX)
    }
}
