//! The rules about what may be published of what people said: rules 14 and 15.

use super::after::After;
use super::transitions::State;
use super::{Found, Ruled};
use crate::domain::ladder::{Ground, Ladder, consent_that_holds};
use crate::domain::{AnyId, Consent, Enrolment, Id, Quote, QuoteState, Stream, Use};

impl Ruled for Quote {
    fn names(&self, to: &mut dyn FnMut(AnyId)) {
        if let Some(response) = self.response {
            to(response.into());
        }
        if let Some(speaker) = self.speaker {
            to(speaker.into());
        }
        if let Some(round) = self.round {
            to(round.into());
        }
        if let Some(theme) = self.theme {
            to(theme.into());
        }
    }

    fn holds(&self, id: Id<Self>, after: &After<'_>, found: &mut Found) {
        if self.said.trim().is_empty() {
            found.breaks(0, id, "a quote needs words", "type what was said");
        }
        let wave = self
            .response
            .and_then(|response| after.get(response))
            .and_then(|response| after.get(response.wave));
        if wave.is_some_and(|wave| wave.anonymous) && self.speaker.is_some() {
            let what = "a quote from an anonymous answer has no speaker";
            found.breaks(14, id, what, "leave the speaker out");
        }
    }

    fn steps(id: Id<Self>, before: Option<&Self>, next: Option<&Self>, after: &After<'_>, found: &mut Found) {
        if after.forward
            && let (Some(before), Some(next)) = (before, next)
            && let Err(refusal) = before.state.step_to(next.state)
        {
            found.refused(id, refusal);
        }
    }

    fn named_by(id: Id<Self>, after: &After<'_>) -> Option<AnyId> {
        let used = after.first_under(|index| &index.uses_by_quote, &id);
        used.or_else(|| after.named_by_search(id.into()))
    }
}

impl Ruled for Consent {
    fn names(&self, to: &mut dyn FnMut(AnyId)) {
        to(self.person.into());
        if let Some(quote) = self.quote {
            to(quote.into());
        }
    }

    fn holds(&self, id: Id<Self>, after: &After<'_>, found: &mut Found) {
        if self.withdrawn.is_some_and(|withdrawn| withdrawn < self.obtained) {
            let what = format!(
                "{} would withdraw consent before giving it",
                after.name_of(self.person)
            );
            found.breaks(0, id, what, "check the two days");
        }
    }

    fn steps(id: Id<Self>, before: Option<&Self>, next: Option<&Self>, after: &After<'_>, found: &mut Found) {
        let (Some(before), Some(next)) = (before.filter(|_| after.forward), next) else {
            return;
        };
        let name = || after.name_of(before.person);
        if before.person != next.person || before.purpose != next.purpose {
            let what = format!("the consent of {} stays what it was given for", name());
            found.breaks(15, id, what, "record a new consent");
        } else if before.withdrawn.is_some() && next.withdrawn.is_none() {
            let what = format!("{} withdrew this consent", name());
            found.breaks(15, id, what, "ask again and record a new consent");
        }
    }
}

impl Ruled for Use {
    fn names(&self, to: &mut dyn FnMut(AnyId)) {
        to(self.quote.into());
    }

    fn holds(&self, id: Id<Self>, _: &After<'_>, found: &mut Found) {
        if self.place.trim().is_empty() {
            found.breaks(
                15,
                id,
                "a use says where the quote was published",
                "name the place",
            );
        }
    }

    fn steps(id: Id<Self>, before: Option<&Self>, next: Option<&Self>, after: &After<'_>, found: &mut Found) {
        let Some(next) = next.filter(|_| after.forward) else {
            return;
        };
        if before.is_some_and(|before| before.label == next.label && before.quote == next.quote) {
            return;
        }
        if let Some(quote) = after.get(next.quote)
            && let Some((what, hint)) = why_held(next.quote, quote, &next.label, after)
        {
            found.breaks(15, id, what, hint);
        }
    }
}

/// Why a quote may not be published under a label (rule 15), and what to do; none when it may.
fn why_held(id: Id<Quote>, quote: &Quote, label: &str, after: &After<'_>) -> Option<(String, String)> {
    if quote.state == QuoteState::Hidden {
        return Some(("the quote is hidden".to_owned(), "show it first".to_owned()));
    }
    if !quote.unrecognisable {
        let what = "nobody has ticked that the text gives nobody away".to_owned();
        let hint = "read it again and tick that nobody is recognisable";
        return Some((what, hint.to_owned()));
    }
    let speaker = quote.speaker.and_then(|speaker| after.get(speaker));
    let consents = speaker.map(|is| after.under(|index| &index.consents_by_person, &is.person));
    let consents = consents.unwrap_or_default();
    let widest = consent_that_holds(consents.into_iter(), id).map(|(_, is)| is.widest);
    if let (Some(speaker), None) = (speaker, widest) {
        let what = format!("{} has not agreed to be quoted", after.name_of(speaker.person));
        return Some((what, "ask, and record the consent".to_owned()));
    }
    let ladder = Ladder::of(&Ground {
        speaker,
        person: speaker.and_then(|is| after.get(is.person)),
        enrolments: after.all::<Enrolment>().map(|(_, is)| is).collect(),
        streams: after.all::<Stream>().collect(),
        widest,
        cohort: after.cohort(),
        day: after.today,
    });
    if let (Some(agreed), Some(speaker)) = (ladder.goes_beyond(label), speaker) {
        let who = after.name_of(speaker.person);
        let what = format!("{who} agreed to \"{agreed}\", and \"{label}\" says more");
        return Some((what, "choose a label that says less, or ask again".to_owned()));
    }
    ladder.refuses(label)
}
