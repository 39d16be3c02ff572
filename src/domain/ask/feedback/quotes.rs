//! What may be quoted, of whom, and under which name: consent and the ladder of labels (rule 15).

use chrono::NaiveDate;

use crate::domain::ask::rates::Scope;
use crate::domain::word::words;
use crate::domain::{
    Attribution, Consent, Enrolment, EnrolmentState, Family, Id, Model, Purpose, Quote, QuoteState, Role,
    Theme,
};

words! {
    /// What somebody's consent says about a quote, in one word.
    ConsentWord {
        /// It may be published with the name.
        Yes = 1 "yes",
        /// It may be published without the name.
        Anon = 2 "anon",
        /// It stays in the team.
        No = 3 "no",
    }
}

/// How a quote may be attributed today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The rung of the ladder; `team only` when it is held.
    pub attribution: Attribution,
    /// As printed: `Amara Okafor, CCIO, Arden`, `one CCIO mentee`, `one mentee`, `held`.
    pub text: String,
    /// Why no wider label will do, widest first, with today's counts.
    pub refused_wider: Vec<String>,
}

/// One quote as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuoteLine {
    /// Which quote.
    pub id: Id<Quote>,
    /// The round it was said in; 0 outside rounds.
    pub round: u8,
    /// What consent says.
    pub consent: ConsentWord,
    /// How it would be attributed.
    pub label: Label,
    /// The words as they would be published; none without consent to read them outside the team.
    pub text: Option<String>,
    /// What the office decided.
    pub state: QuoteState,
    /// The theme it stands for.
    pub theme: Option<Id<Theme>>,
    /// Whether it differs from what was said.
    pub edited: bool,
    /// What keeps it from being exported; empty when nothing does.
    pub held_by: Vec<String>,
}

/// How many quotes may be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QuoteTotals {
    /// All quotes.
    pub all: u32,
    /// Those with consent that are not hidden.
    pub usable: u32,
    /// Those of them that may carry a name.
    pub named: u32,
}

impl Quote {
    /// The words as they would be published: as edited, else as said.
    #[must_use]
    pub fn words(&self) -> &str {
        if self.edited.trim().is_empty() {
            &self.said
        } else {
            &self.edited
        }
    }
}

impl Model {
    /// The consent that holds for a quote: the latest for it alone, else the latest for all; none when that was
    /// withdrawn, was never given, or the speaker is not known.
    #[must_use]
    pub fn consent_for(&self, quote: Id<Quote>) -> Option<(Id<Consent>, &Consent)> {
        let speaker = self.quotes.get(quote)?.speaker?;
        let person = self.enrolments.get(speaker)?.person;
        let given = self
            .consents_of(person)
            .filter(|(_, is)| is.purpose == Purpose::Quotes);
        let latest = |only: Option<Id<Quote>>| {
            given
                .clone()
                .filter(move |(_, is)| is.quote == only)
                .max_by_key(|(id, is)| (is.obtained, is.withdrawn.is_some(), *id))
        };
        latest(Some(quote))
            .or_else(|| latest(None))
            .filter(|(_, is)| is.withdrawn.is_none())
    }

    /// How a quote may be attributed on a day: the widest label that its consent allows and that fits enough
    /// people, else none.
    #[must_use]
    pub fn label_of(&self, quote: Id<Quote>, day: NaiveDate) -> Label {
        let mut refused = Vec::new();
        let found = self.find_label(quote, day, &mut refused);
        let (attribution, text) = found.unwrap_or((Attribution::TeamOnly, "held".to_owned()));
        Label {
            attribution,
            text,
            refused_wider: refused,
        }
    }

    fn find_label(
        &self,
        quote: Id<Quote>,
        day: NaiveDate,
        refused: &mut Vec<String>,
    ) -> Option<(Attribution, String)> {
        let speaker = self.quotes.get(quote)?.speaker;
        let is = speaker.and_then(|speaker| self.enrolments.get(speaker));
        let Some(is) = is else {
            refused.push("nobody knows who said it".to_owned());
            return None;
        };
        let Some((_, consent)) = self.consent_for(quote) else {
            refused.push("there is no consent to publish it".to_owned());
            return None;
        };
        for rung in Attribution::ALL {
            if *rung == Attribution::TeamOnly {
                break;
            }
            if *rung < consent.widest {
                refused.push(format!("{rung}: consent goes no wider than {}", consent.widest));
                continue;
            }
            match self.rung(*rung, is, day) {
                Ok(text) => return Some((*rung, text)),
                Err(why) => refused.push(why),
            }
        }
        None
    }

    /// The label of a rung for a speaker, or why it will not do.
    fn rung(&self, rung: Attribution, speaker: &Enrolment, day: NaiveDate) -> Result<String, String> {
        let role = speaker.role;
        let stream = self.streams.get(speaker.stream);
        let (text, fits) = match rung {
            Attribution::Named => return Ok(self.full_label(speaker)),
            Attribution::Stream => {
                let text = format!("one {} {role}", self.stream_code(speaker.stream));
                (
                    text,
                    self.people_like(role, day, |other| other.stream == speaker.stream),
                )
            }
            Attribution::Family => {
                let family = stream.map(|stream| stream.family);
                let Some(family @ (Family::Clinical | Family::Technical)) = family else {
                    return Err("a mixed stream has no label of its family".to_owned());
                };
                let same = |other: &Enrolment| {
                    self.streams
                        .get(other.stream)
                        .is_some_and(|stream| stream.family == family)
                };
                (format!("one {family} {role}"), self.people_like(role, day, same))
            }
            Attribution::Anyone => (format!("one {role}"), self.people_like(role, day, |_| true)),
            Attribution::TeamOnly => return Err("it stays in the team".to_owned()),
        };
        let needed = self.smallest_published();
        if fits >= needed {
            return Ok(text);
        }
        let people = if fits == 1 {
            "1 person"
        } else {
            &format!("{fits} people")
        };
        Err(format!("\"{text}\" fits {people} today, {needed} needed"))
    }

    /// Name, job title and employer, as far as they are known.
    fn full_label(&self, speaker: &Enrolment) -> String {
        let Some(person) = self.people.get(speaker.person) else {
            return "somebody".to_owned();
        };
        let parts = [&person.name, &person.job_title, &person.organisation];
        let known: Vec<&str> = parts.iter().map(|p| p.trim()).filter(|p| !p.is_empty()).collect();
        known.join(", ")
    }

    /// How many people take or took part in a role and are like this on a day.
    ///
    /// Who withdrew or was removed is not counted: a reader would not think of them.
    fn people_like(&self, role: Role, day: NaiveDate, like: impl Fn(&Enrolment) -> bool) -> u32 {
        let gone = |state| matches!(state, EnrolmentState::Withdrawn | EnrolmentState::Removed);
        let mut people: Vec<_> = self
            .enrolments
            .iter()
            .filter(|(_, is)| is.role == role && is.from <= day && !gone(is.state) && like(is))
            .map(|(_, is)| is.person)
            .collect();
        people.sort_unstable();
        people.dedup();
        super::number(people.len())
    }

    /// What keeps a quote from being exported on a day; empty when nothing does (rule 15).
    #[must_use]
    pub fn held_by(&self, quote: Id<Quote>, day: NaiveDate) -> Vec<String> {
        let Some(is) = self.quotes.get(quote) else {
            return vec!["it is not there".to_owned()];
        };
        let label = self.label_of(quote, day);
        let mut why = Vec::new();
        if label.attribution == Attribution::TeamOnly {
            why.extend(label.refused_wider.last().cloned());
        }
        match is.state {
            QuoteState::Cleared => {}
            QuoteState::Suggested => why.push("it has not been cleared".to_owned()),
            QuoteState::Hidden => why.push("it is hidden from reports".to_owned()),
        }
        if !is.unrecognisable {
            why.push("nobody has ticked that no one is recognisable from the text".to_owned());
        }
        why
    }

    /// What consent says about a quote, in one word.
    #[must_use]
    pub fn consent_word(&self, quote: Id<Quote>) -> ConsentWord {
        match self.consent_for(quote).map(|(_, consent)| consent.widest) {
            Some(Attribution::Named) => ConsentWord::Yes,
            Some(Attribution::Stream | Attribution::Family | Attribution::Anyone) => ConsentWord::Anon,
            Some(Attribution::TeamOnly) | None => ConsentWord::No,
        }
    }

    /// Where a quote belongs: the group it was said in.
    fn place_of_quote(&self, quote: &Quote, day: NaiveDate) -> Scope {
        let response = quote.response.and_then(|id| self.responses.get(id));
        if let Some(group) = response.and_then(|is| is.group) {
            return Scope::Group(group);
        }
        let round = quote.round.and_then(|id| self.rounds.get(id));
        let then = round.map_or(day, |round| round.opens.min(day));
        quote
            .speaker
            .map_or(Scope::Cohort, |who| self.place_on(who, then))
    }

    /// The quotes of a scope: with a name first, then without, then those that stay in the team; by round.
    #[must_use]
    pub fn quote_lines(&self, scope: Scope, day: NaiveDate) -> Vec<QuoteLine> {
        let mut lines: Vec<QuoteLine> = self
            .quotes
            .iter()
            .filter(|(_, is)| self.lies_in(self.place_of_quote(is, day), scope))
            .map(|(id, is)| {
                let consent = self.consent_word(id);
                QuoteLine {
                    id,
                    round: is.round.map_or(0, |round| self.round_number(round)),
                    consent,
                    label: self.label_of(id, day),
                    text: (consent != ConsentWord::No).then(|| is.words().to_owned()),
                    state: is.state,
                    theme: is.theme,
                    edited: !is.edited.trim().is_empty() && is.edited != is.said,
                    held_by: self.held_by(id, day),
                }
            })
            .collect();
        lines.sort_by_key(|line| (line.consent, line.round, line.id));
        lines
    }

    /// How many quotes of a scope may be used.
    #[must_use]
    pub fn quote_totals(&self, scope: Scope, day: NaiveDate) -> QuoteTotals {
        let mut totals = QuoteTotals::default();
        for (id, is) in self.quotes.iter() {
            if !self.lies_in(self.place_of_quote(is, day), scope) {
                continue;
            }
            totals.all += 1;
            let consent = self.consent_word(id);
            if is.state != QuoteState::Hidden && consent != ConsentWord::No {
                totals.usable += 1;
                totals.named += u32::from(consent == ConsentWord::Yes);
            }
        }
        totals
    }
}
