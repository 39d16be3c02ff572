//! Asking somebody whether their words may be published: who can be asked, for which label, and who has not answered.
//!
//! That somebody was asked follows from the log of messages: a consent request notes the quote and the label it asks
//! for (`qu-…/one stream member`). Any consent that is recorded or withdrawn after it is its answer.

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::{Attribution, Id, MessageKind, Model, Person, Purpose, Quote, QuoteState, Refusal};

/// A request for consent that has no answer yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requested {
    /// When the message was written or sent; of several the last.
    pub at: DateTime<Utc>,
    /// The label that it asks for.
    pub attribution: Attribution,
}

/// What somebody is asked to agree to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking<'a> {
    /// The speaker.
    pub person: (Id<Person>, &'a Person),
    /// The words as they would be published.
    pub words: &'a str,
    /// The label as it would be printed today.
    pub label: String,
}

/// What a consent request is about, as its note in the log says it.
#[must_use]
pub fn about(quote: Id<Quote>, attribution: Attribution) -> String {
    format!("{quote}/{attribution}")
}

impl Model {
    /// Whom to ask for consent to publish a quote under a label, and exactly for what.
    ///
    /// # Errors
    /// When nobody knows who said it, the speaker cannot be written to or has agreed already, the quote is hidden, or
    /// the label may not be printed whatever the speaker says.
    pub fn may_ask(
        &self,
        quote: Id<Quote>,
        attribution: Attribution,
        day: NaiveDate,
    ) -> Result<Asking<'_>, Refusal> {
        let rule = |what: String, hint: &str| Err(Refusal::rule(15, what, hint));
        let Some(is) = self.quotes.get(quote) else {
            return Err(Refusal::missing("there is no such quote", "choose another"));
        };
        let Some(speaker) = is.speaker.and_then(|speaker| self.enrolments.get(speaker)) else {
            return rule(
                "nobody knows who said it, so nobody can be asked".to_owned(),
                "words of an anonymous answer stay in the team",
            );
        };
        let name = self.name_of(speaker.person);
        let person = self.people.get(speaker.person);
        let Some(person) = person.filter(|who| !who.email.is_empty()) else {
            let what = format!("{name} has no e-mail address to be asked at");
            return rule(what, "ask by other means, and record the consent");
        };
        if is.state == QuoteState::Hidden {
            return rule("the quote is hidden".to_owned(), "show it first");
        }
        let ladder = self.ladder_with(quote, day, Some(Attribution::Named));
        let rung = ladder.rungs.iter().find(|rung| rung.attribution == attribution);
        let Some(rung) = rung else {
            let what = "words that stay in the team need no consent".to_owned();
            return rule(what, "choose a label that is printed");
        };
        if let Some(why) = &rung.refused {
            return rule(why.clone(), "ask for a label that fits more people");
        }
        if let Some((_, given)) = self.consent_for(quote)
            && given.widest <= attribution
        {
            let what = format!("{name} has agreed to \"{}\" already", given.widest);
            return rule(what, "clear the quote, or ask for a wider label");
        }
        Ok(Asking {
            person: (speaker.person, person),
            words: is.words().trim(),
            label: rung.text.clone(),
        })
    }

    /// The widest label that names nobody and might be printed on a day, had the speaker agreed to it.
    #[must_use]
    pub fn unnamed_label(&self, quote: Id<Quote>, day: NaiveDate) -> Option<Attribution> {
        let ladder = self.ladder_with(quote, day, Some(Attribution::Stream));
        ladder.widest().map(|rung| rung.attribution)
    }

    /// The request for consent to a quote that waits for its answer.
    #[must_use]
    pub fn consent_requested(&self, quote: Id<Quote>) -> Option<Requested> {
        let speaker = self.quotes.get(quote)?.speaker?;
        let person = self.enrolments.get(speaker)?.person;
        let prefix = format!("{quote}/");
        let asked = self.messages_to(person).filter_map(|(id, is)| {
            let attribution = Attribution::from_word(is.about.strip_prefix(&prefix)?)?;
            let requested = Requested {
                at: is.at,
                attribution,
            };
            (is.kind == MessageKind::ConsentRequest).then_some((is.at, self.touched(id.into()), requested))
        });
        let (_, rev, requested) = asked.max_by_key(|(at, rev, _)| (*at, *rev))?;
        let day = self.day(requested.at);
        let answered = self.consents_of(person).any(|(id, is)| {
            let about_it = is.purpose == Purpose::Quotes && is.quote.is_none_or(|only| only == quote);
            let since = is.obtained >= day || is.withdrawn.is_some_and(|withdrawn| withdrawn >= day);
            about_it && since && self.touched(id.into()) > rev
        });
        (!answered).then_some(requested)
    }
}
