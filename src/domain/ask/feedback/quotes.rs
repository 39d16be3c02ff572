//! What may be quoted, of whom, and under which name: consent and the ladder of labels (rule 15).

use chrono::NaiveDate;

use super::Requested;
use crate::domain::ask::rates::Scope;
use crate::domain::ladder::{Ground, Ladder, consent_that_holds};
use crate::domain::word::words;
use crate::domain::{Attribution, Consent, Id, Model, Quote, QuoteState, Theme, Use, when};

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
    /// The request for consent that has no answer yet.
    pub requested: Option<Requested>,
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
        consent_that_holds(self.consents_of(person), quote)
    }

    /// The labels under which a quote might be printed on a day, widest first.
    #[must_use]
    pub fn ladder(&self, quote: Id<Quote>, day: NaiveDate) -> Ladder {
        self.ladder_with(quote, day, self.consent_for(quote).map(|(_, is)| is.widest))
    }

    /// The same, had the speaker agreed to this attribution: what consent is worth asking for.
    #[must_use]
    pub fn ladder_with(&self, quote: Id<Quote>, day: NaiveDate, widest: Option<Attribution>) -> Ladder {
        let speaker = self
            .quotes
            .get(quote)
            .and_then(|is| self.enrolments.get(is.speaker?));
        Ladder::of(&Ground {
            speaker,
            person: speaker.and_then(|is| self.people.get(is.person)),
            enrolments: self.enrolments.iter().map(|(_, is)| is).collect(),
            streams: self.streams.iter().collect(),
            widest,
            cohort: self.cohort(),
            day,
        })
    }

    /// How a quote may be attributed on a day: the widest label that its consent allows and that fits enough
    /// people, else none.
    #[must_use]
    pub fn label_of(&self, quote: Id<Quote>, day: NaiveDate) -> Label {
        let ladder = self.ladder(quote, day);
        let widest = ladder.widest();
        Label {
            attribution: widest.map_or(Attribution::TeamOnly, |rung| rung.attribution),
            text: widest.map_or_else(|| "held".to_owned(), |rung| rung.text.clone()),
            refused_wider: ladder.refused_wider(),
        }
    }

    /// Where quotes stand printed that may not stand there any more on a day, and why: consent was withdrawn, or
    /// goes no longer as far as the label.
    #[must_use]
    pub fn uses_to_correct(&self, day: NaiveDate) -> Vec<(Id<Use>, String)> {
        let uses = self.uses.iter();
        uses.filter_map(|(id, is)| {
            let hidden = self.quotes.get(is.quote)?.state == QuoteState::Hidden;
            // Labels are counted as on the day of printing: who leaves later makes no printed label wrong.
            let (why, _) = self.ladder(is.quote, is.on.min(day)).refuses(&is.label)?;
            let withdrawn = self.consent_for(is.quote).is_none();
            let why = match (withdrawn, hidden) {
                (true, _) => "consent was withdrawn or never given".to_owned(),
                (false, true) => "the quote was hidden".to_owned(),
                (false, false) => why,
            };
            Some((id, why))
        })
        .collect()
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
            why.extend(match self.consent_requested(quote) {
                Some(asked) => {
                    let on = when::day_short(self.day(asked.at));
                    Some(format!("consent was asked for on {on} and is not answered"))
                }
                None => label.refused_wider.last().cloned(),
            });
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
                    requested: self.consent_requested(id),
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
