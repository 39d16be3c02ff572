//! Quotes, what people agreed to, and where their words went.

use chrono::{Months, NaiveDate};

use super::draft::Draft;
use crate::domain::text::{clean_name, clean_text};
use crate::domain::{
    Attribution, Consent, Edit, Enrolment, Id, Mint, Model, Person, Purpose, Quote, QuoteState, Refusal,
    Response, Round, Theme, Use,
};

/// Months after the cohort's last day for which a consent is kept (rule 16).
const KEPT: Months = Months::new(24);

/// Where a quote comes from, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The answer it was taken from; gives speaker and round where they are not given.
    pub response: Option<Id<Response>>,
    /// Who said it.
    pub speaker: Option<Id<Enrolment>>,
    /// In which round.
    pub round: Option<Id<Round>>,
    /// What it is about.
    pub theme: Option<Id<Theme>>,
}

impl Model {
    /// Keeps somebody's words as a quote, to be looked at before anything is published.
    ///
    /// # Errors
    /// When there are no words, or the answer is not there.
    pub fn quote(&self, mint: &mut Mint, said: &str, from: Source) -> Result<Edit, Refusal> {
        let said = clean_text(said).text;
        if said.is_empty() {
            return Err(Refusal::unreadable("a quote needs words", "type what was said"));
        }
        let response = from.response.map(|id| self.need(id)).transpose()?;
        let quote = Quote {
            response: from.response,
            speaker: from.speaker.or_else(|| response?.enrolment),
            round: from.round.or_else(|| self.waves.get(response?.wave)?.round),
            said,
            edited: String::new(),
            theme: from.theme,
            state: QuoteState::Suggested,
            unrecognisable: false,
        };
        let who = quote
            .speaker
            .map_or_else(|| "somebody".to_owned(), |e| self.enrolled_name(e));
        let mut draft = Draft::on(self);
        draft.make(mint, quote);
        Ok(draft.edit(mint, "add", format!("quote of {who}")))
    }

    /// Sets the words as they would be published, and whether nobody is recognisable from them.
    ///
    /// # Errors
    /// When there is no such quote.
    pub fn edit_quote(
        &self,
        mint: &mut Mint,
        quote: Id<Quote>,
        edited: &str,
        unrecognisable: bool,
    ) -> Result<Edit, Refusal> {
        let mut draft = Draft::on(self);
        draft.change(quote, |q: &mut Quote| {
            let edited = clean_text(edited).text;
            q.edited = if edited == q.said { String::new() } else { edited };
            q.unrecognisable = unrecognisable;
        })?;
        Ok(draft.edit(mint, "edit", self.title(quote.into())))
    }

    /// Says which theme a quote stands for, if any.
    ///
    /// # Errors
    /// When there is no such quote or theme.
    pub fn theme_quote(
        &self,
        mint: &mut Mint,
        quote: Id<Quote>,
        theme: Option<Id<Theme>>,
    ) -> Result<Edit, Refusal> {
        theme.map(|theme| self.need(theme)).transpose()?;
        let mut draft = Draft::on(self);
        draft.change(quote, |q: &mut Quote| q.theme = theme)?;
        Ok(draft.edit(mint, "tag", self.title(quote.into())))
    }

    /// Clears a quote for publication.
    ///
    /// # Errors
    /// When there is no such quote.
    pub fn clear_quote(&self, mint: &mut Mint, quote: Id<Quote>) -> Result<Edit, Refusal> {
        self.set_quote_state(mint, quote, QuoteState::Cleared, "clear")
    }

    /// Keeps a quote out of every report.
    ///
    /// # Errors
    /// When there is no such quote.
    pub fn hide_quote(&self, mint: &mut Mint, quote: Id<Quote>) -> Result<Edit, Refusal> {
        self.set_quote_state(mint, quote, QuoteState::Hidden, "hide")
    }

    /// Brings a hidden quote back, to be looked at again.
    ///
    /// # Errors
    /// When there is no such quote.
    pub fn show_quote(&self, mint: &mut Mint, quote: Id<Quote>) -> Result<Edit, Refusal> {
        self.set_quote_state(mint, quote, QuoteState::Suggested, "show")
    }

    fn set_quote_state(
        &self,
        mint: &mut Mint,
        quote: Id<Quote>,
        state: QuoteState,
        verb: &str,
    ) -> Result<Edit, Refusal> {
        let mut draft = Draft::on(self);
        draft.change(quote, |q: &mut Quote| q.state = state)?;
        Ok(draft.edit(mint, verb, self.title(quote.into())))
    }

    /// Records what somebody agreed to: the consent with its wording, for all quotes or for one. It takes the
    /// place of what the person agreed to earlier for the same; a second record of the same day corrects the first.
    ///
    /// # Errors
    /// When there is no such person.
    pub fn consent(&self, mint: &mut Mint, given: Consent) -> Result<Edit, Refusal> {
        let name = self.need(given.person)?.name.clone();
        let kept = self.settings().last_day.checked_add_months(KEPT);
        let consent = Consent {
            wording: clean_name(&given.wording).text,
            how: clean_name(&given.how).text,
            retain_until: given.retain_until.or(kept),
            ..given
        };
        let on = format!("consent of {name} to {}: {}", consent.purpose, consent.widest);
        let holds =
            |c: &&Consent| (c.purpose, c.quote, c.withdrawn) == (consent.purpose, consent.quote, None);
        let before: Vec<_> = self
            .consents_of(consent.person)
            .filter(|(_, c)| holds(c))
            .collect();
        let mut draft = Draft::on(self);
        for (id, _) in before.iter().filter(|(_, c)| c.obtained < consent.obtained) {
            draft.change(*id, |c: &mut Consent| c.withdrawn = Some(consent.obtained))?;
        }
        match before.iter().find(|(_, c)| c.obtained == consent.obtained) {
            Some((id, _)) => draft.change(*id, |c: &mut Consent| *c = consent)?,
            None => {
                draft.make(mint, consent);
            }
        }
        Ok(draft.edit(mint, "record", on))
    }

    /// A consent to the publication of quotes, as it is usually given.
    #[must_use]
    pub fn consent_to_quotes(&self, person: Id<Person>, widest: Attribution, day: NaiveDate) -> Consent {
        Consent {
            person,
            purpose: Purpose::Quotes,
            widest,
            quote: None,
            wording: "May we quote you?".to_owned(),
            how: "asked by the office".to_owned(),
            obtained: day,
            withdrawn: None,
            retain_until: None,
        }
    }

    /// What a speaker answered about one quote: where the office has asked by message, with the wording of that.
    ///
    /// # Errors
    /// When there is no such quote, or nobody knows who said it.
    pub fn consent_to_quote(
        &self,
        quote: Id<Quote>,
        widest: Attribution,
        day: NaiveDate,
    ) -> Result<Consent, Refusal> {
        let is = self.need(quote)?;
        let Some(speaker) = is.speaker.and_then(|speaker| self.enrolments.get(speaker)) else {
            return Err(Refusal::rule(
                15,
                "nobody knows who said it, so nobody can agree to it",
                "words of an anonymous answer stay in the team",
            ));
        };
        let mut given = self.consent_to_quotes(speaker.person, widest, day);
        given.quote = Some(quote);
        if let Some(asked) = self.consent_requested(quote) {
            let ladder = self.ladder_with(quote, day, Some(Attribution::Named));
            let rung = ladder
                .rungs
                .iter()
                .find(|rung| rung.attribution == asked.attribution);
            let label = rung.map_or("", |rung| &rung.text);
            given.wording = format!("May we publish \"{}\", signed: {label}?", is.words().trim());
            given.how = format!("asked by message on {}", self.day(asked.at));
        }
        Ok(given)
    }

    /// Notes that somebody took a consent back; where the words were used stays listed.
    ///
    /// # Errors
    /// When there is no such consent.
    pub fn withdraw_consent(
        &self,
        mint: &mut Mint,
        consent: Id<Consent>,
        day: NaiveDate,
    ) -> Result<Edit, Refusal> {
        let mut draft = Draft::on(self);
        draft.change(consent, |c: &mut Consent| {
            c.withdrawn = c.withdrawn.or(Some(day.max(c.obtained)));
        })?;
        Ok(draft.edit(mint, "withdraw", self.title(consent.into())))
    }

    /// Notes where a quote was published, and under which label.
    ///
    /// # Errors
    /// When the place is not named, or there is no such quote.
    pub fn use_quote(
        &self,
        mint: &mut Mint,
        quote: Id<Quote>,
        place: &str,
        on: NaiveDate,
        label: &str,
    ) -> Result<Edit, Refusal> {
        self.need(quote)?;
        let place = clean_name(place).text;
        if place.is_empty() {
            return Err(Refusal::unreadable(
                "a use says where the quote was published",
                "name the place, such as the annual report",
            ));
        }
        let what = format!("use of {} in {place}", self.title(quote.into()));
        let mut draft = Draft::on(self);
        let label = clean_name(label).text;
        let is = Use {
            quote,
            place,
            on,
            label,
        };
        draft.make(mint, is);
        Ok(draft.edit(mint, "add", what))
    }
}

#[cfg(test)]
mod tests;
