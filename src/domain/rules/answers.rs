//! The rules about what is asked and answered: rule 14, and that answers lie on their scales.

use std::collections::{BTreeMap, BTreeSet};

use super::after::After;
use super::{Found, Ruled};
use crate::domain::text::fold;
use crate::domain::when::day_short;
use crate::domain::{
    AnyId, Change, Edit, Enrolment, Goal, Id, Instrument, Occasion, Refusal, Request, Response, Scale, Theme,
    Wave,
};

/// What precedes the key of a question that was answered for an earlier time ("then").
const THEN: &str = "then:";

/// Refuses an edit that notes of a few people only that they answered an anonymous wave: beside the answers that came
/// at the same time, in the same line of history or in the next, it would tell whose they are (rule 14).
pub(super) fn refuse_link(edit: &Edit, after: &After<'_>) -> Result<(), Refusal> {
    let mut noted: BTreeMap<Id<Wave>, BTreeSet<Id<Enrolment>>> = BTreeMap::new();
    for change in &edit.changes {
        let Change::Request(delta) = change else { continue };
        let answered = |is: &Option<Box<Request>>| is.as_ref().is_some_and(|is| is.answered);
        if let Some(is) = &delta.after
            && answered(&delta.after) != answered(&delta.before)
            && after.get(is.wave).is_some_and(|wave| wave.anonymous)
        {
            noted.entry(is.wave).or_default().insert(is.enrolment);
        }
    }
    let least = after
        .cohort()
        .map_or(5, |cohort| usize::from(cohort.smallest_published));
    let Some(few) = noted.values().map(BTreeSet::len).find(|few| *few < least) else {
        return Ok(());
    };
    let what = format!(
        "in an anonymous wave, noting who answered for {few} at once would tell whose answers those are"
    );
    let hint = format!("leave out who answered, or note it for {least} people at once");
    Err(Refusal::rule(14, what, hint))
}

impl Ruled for Instrument {
    fn names(&self, _: &mut dyn FnMut(AnyId)) {}

    fn holds(&self, id: Id<Self>, after: &After<'_>, found: &mut Found) {
        if after
            .all::<Self>()
            .any(|(other, is)| other != id && is.key == self.key)
        {
            let what = format!("there is an instrument {} already", self.key);
            found.breaks(0, id, what, "choose another key");
        }
        let mut keys = BTreeSet::new();
        if let Some(twice) = self.questions.iter().find(|question| !keys.insert(&question.key)) {
            let what = format!("{} asks {} twice", self.name, twice.key);
            found.breaks(0, id, what, "give each question a key of its own");
        }
    }

    fn named_by(id: Id<Self>, after: &After<'_>) -> Option<AnyId> {
        after.named_by_search(id.into())
    }
}

impl Wave {
    /// Whether this asks the same on the same occasion as another wave. Answers are counted, and held back, by people:
    /// who was asked twice would count as two. On leaving, and after the end, the same may be asked again.
    pub(in crate::domain) fn is_again(&self, other: &Self) -> bool {
        let once = match self.occasion {
            Occasion::Baseline | Occasion::Midpoint | Occasion::Endpoint => true,
            Occasion::Pulse => self.round.is_some(),
            Occasion::FollowUp | Occasion::Exit => false,
        };
        let is = (self.instrument, self.occasion, self.round);
        once && is == (other.instrument, other.occasion, other.round)
    }
}

impl Ruled for Wave {
    fn names(&self, to: &mut dyn FnMut(AnyId)) {
        to(self.instrument.into());
        if let Some(round) = self.round {
            to(round.into());
        }
    }

    fn holds(&self, id: Id<Self>, after: &After<'_>, found: &mut Found) {
        if self.closes < self.opens {
            let what = format!("the {} would close before it opens", self.occasion);
            found.breaks(0, id, what, "give a later last day");
        }
        if let Some((_, first)) = after
            .all::<Self>()
            .find(|(other, is)| *other != id && self.is_again(is))
        {
            let what = format!(
                "this {} was asked already, on {}",
                self.occasion,
                day_short(first.opens)
            );
            let hint = "remind who has not answered, or ask more people in that wave";
            found.breaks(14, id, what, hint);
        }
    }

    fn steps(id: Id<Self>, before: Option<&Self>, next: Option<&Self>, after: &After<'_>, found: &mut Found) {
        let (Some(before), Some(next)) = (before, next) else {
            return;
        };
        let answered = !after.under(|index| &index.responses_by_wave, &id).is_empty();
        if answered && before.anonymous && !next.anonymous {
            let what = format!(
                "the {} was answered anonymously and stays anonymous",
                next.occasion
            );
            found.breaks(14, id, what, "ask a new wave");
        }
        if answered && !before.anonymous && next.anonymous {
            let what = format!("the {} has answers and cannot become anonymous", next.occasion);
            found.breaks(
                14,
                id,
                what,
                "ask a new wave that is anonymous from its first answer on",
            );
        }
        if answered && before.instrument != next.instrument {
            let what = format!("the {} has answers and keeps its questions", next.occasion);
            found.breaks(14, id, what, "ask a new wave");
        }
        // The day of an anonymous answer is the first day of its wave, so that it tells nothing.
        if answered && next.anonymous && before.opens != next.opens {
            let what = format!(
                "the {} has anonymous answers and keeps its first day",
                next.occasion
            );
            found.breaks(14, id, what, "change its last day only");
        }
    }

    fn named_by(id: Id<Self>, after: &After<'_>) -> Option<AnyId> {
        let request = after.first_under(|index| &index.requests_by_wave, &id);
        request.or_else(|| after.first_under(|index| &index.responses_by_wave, &id))
    }
}

impl Ruled for Request {
    fn names(&self, to: &mut dyn FnMut(AnyId)) {
        to(self.wave.into());
        to(self.enrolment.into());
    }

    fn holds(&self, id: Id<Self>, after: &After<'_>, found: &mut Found) {
        let of_person = after.under(|index| &index.requests_by_enrolment, &self.enrolment);
        if of_person
            .iter()
            .any(|(other, is)| *other != id && is.wave == self.wave)
        {
            let what = format!(
                "{} would be asked twice in one wave",
                after.enrolled_name(self.enrolment)
            );
            found.breaks(0, id, what, "keep the request there is");
        }
    }
}

impl Ruled for Response {
    fn names(&self, to: &mut dyn FnMut(AnyId)) {
        to(self.wave.into());
        if let Some(enrolment) = self.enrolment {
            to(enrolment.into());
        }
        if let Some(group) = self.group {
            to(group.into());
        }
        for theme in &self.themes {
            to((*theme).into());
        }
    }

    fn holds(&self, id: Id<Self>, after: &After<'_>, found: &mut Found) {
        let Some(wave) = after.get(self.wave) else { return };
        if wave.anonymous {
            if self.enrolment.is_some() || self.group.is_some() {
                let what = format!(
                    "the {} is anonymous and takes no name and no group",
                    wave.occasion
                );
                found.breaks(14, id, what, "leave both out");
            }
            if after.day(self.received) != wave.opens {
                let what = format!(
                    "an answer to the anonymous {} would tell when it came",
                    wave.occasion
                );
                found.breaks(14, id, what, "date it with the first day of the wave");
            }
        } else if let Some(enrolment) = self.enrolment {
            let theirs = after.under(|index| &index.responses_by_enrolment, &enrolment);
            if theirs
                .iter()
                .any(|(other, is)| *other != id && is.wave == self.wave)
            {
                let name = after.enrolled_name(enrolment);
                let what = format!("{name} has answered the {} already", wave.occasion);
                found.breaks(0, id, what, "change the answer there is");
            }
        }
        let Some(instrument) = after.get(wave.instrument) else {
            return;
        };
        for answer in &self.answers {
            let key = answer.question.strip_prefix(THEN).unwrap_or(&answer.question);
            let Some(question) = instrument.questions.iter().find(|question| question.key == key) else {
                let what = format!("{} does not ask {}", instrument.name, answer.question);
                found.breaks(0, id, what, "leave that answer out");
                continue;
            };
            if let Some(number) = answer.number
                && question
                    .scale
                    .range()
                    .is_none_or(|(lowest, highest)| !(lowest..=highest).contains(&number))
            {
                let what = format!(
                    "{number} is no answer to \"{}\" ({})",
                    question.text, question.scale
                );
                found.breaks(0, id, what, "choose an answer on the scale");
            }
        }
    }

    fn steps(id: Id<Self>, before: Option<&Self>, next: Option<&Self>, _: &After<'_>, found: &mut Found) {
        if let (Some(before), Some(next)) = (before, next)
            && before.wave != next.wave
        {
            found.breaks(
                14,
                id,
                "an answer stays in the wave it was given in",
                "answer the other wave",
            );
        }
    }

    fn named_by(id: Id<Self>, after: &After<'_>) -> Option<AnyId> {
        after.named_by_search(id.into())
    }
}

impl Ruled for Goal {
    fn names(&self, to: &mut dyn FnMut(AnyId)) {
        to(self.enrolment.into());
    }

    fn holds(&self, id: Id<Self>, _: &After<'_>, found: &mut Found) {
        if self.text.trim().is_empty() {
            found.breaks(0, id, "a goal needs words", "say what is to be reached");
        }
        if let (Some(score), Some((lowest, highest))) = (self.score, Scale::MinusTwoToTwo.range())
            && !(lowest..=highest).contains(&score)
        {
            let what = format!("{score} is no score of a goal");
            found.breaks(0, id, what, "goals are scored from -2 to +2");
        }
    }
}

impl Ruled for Theme {
    fn names(&self, _: &mut dyn FnMut(AnyId)) {}

    fn holds(&self, id: Id<Self>, after: &After<'_>, found: &mut Found) {
        if self.name.trim().is_empty() {
            found.breaks(0, id, "a theme needs a name", "name it in a word or two");
        }
        let name = fold(&self.name);
        if after
            .all::<Self>()
            .any(|(other, is)| other != id && fold(&is.name) == name)
        {
            let what = format!("there is a theme {} already", self.name);
            found.breaks(0, id, what, "choose another name");
        }
    }

    fn named_by(id: Id<Self>, after: &After<'_>) -> Option<AnyId> {
        after.named_by_search(id.into())
    }
}
