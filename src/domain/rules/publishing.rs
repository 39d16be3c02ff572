//! The rules about what may be published of what people said: rules 14 and 15.

use super::after::After;
use super::transitions::State;
use super::{Found, Ruled};
use crate::domain::text::fold;
use crate::domain::{
    AnyId, Attribution, Consent, Enrolment, EnrolmentState, Family, Id, Purpose, Quote, QuoteState, Role,
    Stream, Use,
};

/// Fewest letters of a part of a name that tells who it is.
const TELLING_LETTERS: usize = 3;

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
fn why_held(id: Id<Quote>, quote: &Quote, label: &str, after: &After<'_>) -> Option<(String, &'static str)> {
    if quote.state == QuoteState::Hidden {
        return Some(("the quote is hidden".to_owned(), "show it first"));
    }
    if !quote.unrecognisable {
        let what = "nobody has ticked that the text gives nobody away".to_owned();
        return Some((what, "read it again and tick that nobody is recognisable"));
    }
    let speaker = quote.speaker.and_then(|speaker| after.get(speaker));
    let who = speaker.map_or_else(|| "the speaker".to_owned(), |is| after.name_of(is.person));
    let Some(widest) = widest_consent(id, speaker, after) else {
        let what = format!("{who} has not agreed to be quoted");
        return Some((what, "ask, and record the consent"));
    };
    let width = width_of(label, speaker, after);
    if widest == Attribution::TeamOnly || width < widest {
        let what = format!("{who} agreed to \"{widest}\", and \"{label}\" says more");
        return Some((what, "choose a label that says less, or ask again"));
    }
    let least = after
        .cohort()
        .map_or(5, |cohort| usize::from(cohort.smallest_published));
    let fits = people_behind(width, speaker, label, after);
    if width != Attribution::Named && fits < least {
        let what = format!("\"{label}\" fits {fits} people, and {least} is the least");
        return Some((what, "choose a label that fits more people"));
    }
    None
}

/// The widest attribution that somebody agreed to for a quote, by consents that hold.
fn widest_consent(id: Id<Quote>, speaker: Option<&Enrolment>, after: &After<'_>) -> Option<Attribution> {
    let holds = |is: &Consent| {
        is.purpose == Purpose::Quotes && is.withdrawn.is_none() && is.quote.is_none_or(|only| only == id)
    };
    match speaker {
        Some(speaker) => after
            .under(|index| &index.consents_by_person, &speaker.person)
            .into_iter()
            .filter(|(_, is)| holds(is))
            .map(|(_, is)| is.widest)
            .min(),
        None => after
            .all::<Consent>()
            .filter(|(_, is)| is.quote == Some(id) && holds(is))
            .map(|(_, is)| is.widest)
            .min(),
    }
}

/// How much a label tells: the name, the stream, the family, or nothing but the role.
fn width_of(label: &str, speaker: Option<&Enrolment>, after: &After<'_>) -> Attribution {
    let folded = fold(label);
    let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).collect();
    let person = speaker.and_then(|speaker| after.get(speaker.person));
    let telling = |name: &str| {
        let name = fold(name);
        let parts: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).collect();
        parts
            .iter()
            .any(|part| part.chars().count() >= TELLING_LETTERS && words.contains(part))
            || !name.is_empty() && folded.contains(&name)
    };
    if person.is_some_and(|person| telling(&person.name) || telling(&person.known_as)) {
        return Attribution::Named;
    }
    let titles = person.map_or("", |person| person.job_title.trim());
    if !titles.is_empty() && folded.contains(&fold(titles)) {
        return Attribution::Named;
    }
    if stream_in(&folded, &words, after).is_some() {
        return Attribution::Stream;
    }
    if Family::ALL.iter().any(|family| words.contains(&family.word())) {
        return Attribution::Family;
    }
    Attribution::Anyone
}

/// The stream that a label names.
fn stream_in<'a>(folded: &str, words: &[&str], after: &'a After<'_>) -> Option<(Id<Stream>, &'a Stream)> {
    after.all::<Stream>().find(|(_, is)| {
        words.contains(&fold(&is.code).as_str()) || !is.name.is_empty() && folded.contains(&fold(&is.name))
    })
}

/// How many people of the cohort a label fits today.
fn people_behind(width: Attribution, speaker: Option<&Enrolment>, label: &str, after: &After<'_>) -> usize {
    let folded = fold(label);
    let words: Vec<&str> = folded.split(|c: char| !c.is_alphanumeric()).collect();
    let role = match speaker {
        Some(speaker) => Some(speaker.role),
        None => Role::ALL
            .iter()
            .copied()
            .find(|role| words.contains(&role.word())),
    };
    let stream = stream_in(&folded, &words, after);
    let family = Family::ALL
        .iter()
        .copied()
        .find(|family| words.contains(&family.word()));
    let counts = |is: &Enrolment| {
        let here = match width {
            Attribution::Stream => stream.is_some_and(|(stream, _)| stream == is.stream),
            Attribution::Family => {
                family.is_some() && after.get(is.stream).map(|stream| stream.family) == family
            }
            Attribution::Named | Attribution::Anyone | Attribution::TeamOnly => true,
        };
        let gone = matches!(is.state, EnrolmentState::Withdrawn | EnrolmentState::Removed);
        here && !gone && role.is_none_or(|role| role == is.role)
    };
    after.all::<Enrolment>().filter(|(_, is)| counts(is)).count()
}
