//! What keeps a report from being published, or should be looked at first.

use chrono::{DateTime, Utc};

use super::{day, words};
use crate::domain::feedback::Shown;
use crate::domain::{AnyId, Model, Phase, QuoteState, Scope};

/// One thing to see to before a report is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hindrance {
    /// What it is about.
    pub about: Option<AnyId>,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub hint: String,
    /// Whether the report should not be published like this; otherwise it is good to know.
    pub blocks: bool,
}

fn hindrance(about: Option<AnyId>, blocks: bool, what: impl Into<String>, hint: &str) -> Hindrance {
    Hindrance {
        about,
        what: what.into(),
        hint: hint.to_owned(),
        blocks,
    }
}

/// What keeps the report of a cohort from being published at a moment; those that block it first.
#[must_use]
pub fn hindrances(model: &Model, now: DateTime<Utc>) -> Vec<Hindrance> {
    let today = model.day(now);
    let mut all = Vec::new();
    let last = model.settings().last_day;
    if today <= last {
        let what = format!("the cohort runs until {}", day(last));
        all.push(hindrance(
            None,
            false,
            what,
            "the report says how things stand today",
        ));
    }
    for (id, wave) in model.waves.iter() {
        if wave.opens <= today && today <= wave.closes {
            let what = format!("{} is open until {}", model.title(id.into()), day(wave.closes));
            all.push(hindrance(
                Some(id.into()),
                true,
                what,
                "wait for the answers, or close it: set its last day",
            ));
        }
    }
    registers(model, now, &mut all);
    if model
        .confidence(Scope::Cohort)
        .overall
        .as_ref()
        .is_some_and(|is| matches!(is, Shown::Hidden { .. }))
    {
        let what = "the change in confidence stands on too few answers and is not stated";
        all.push(hindrance(
            None,
            false,
            what,
            "remind those who have not answered: cohort remind feedback",
        ));
    }
    for (id, why) in model.uses_to_correct(today) {
        let place = model.uses.get(id).map_or("", |is| is.place.as_str());
        let what = format!("a quote printed in {place} may not stand there any more: {why}");
        all.push(hindrance(
            Some(id.into()),
            true,
            what,
            "have it corrected there, then drop the use",
        ));
    }
    let undecided = model
        .quotes
        .iter()
        .filter(|(_, is)| is.state == QuoteState::Suggested)
        .count();
    if undecided > 0 {
        let what = format!("{undecided} quotes are suggested and not decided");
        all.push(hindrance(
            None,
            false,
            what,
            "clear or hide them on 5 Feedback; until then they stay out",
        ));
    }
    for (id, is) in model
        .quotes
        .iter()
        .filter(|(_, is)| is.state == QuoteState::Cleared)
    {
        if let Some(why) = model.held_by(id, today).first() {
            let words: String = is.words().chars().take(40).collect();
            let what = format!("\"{words}\" is cleared and held: {why}");
            all.push(hindrance(
                Some(id.into()),
                false,
                what,
                "see the quote on 5 Feedback",
            ));
        }
    }
    if words::printable(model, today).0.is_empty() {
        all.push(hindrance(
            None,
            false,
            "no quote can be printed",
            "clear quotes on 5 Feedback",
        ));
    }
    all.sort_by_key(|is| !is.blocks);
    all
}

/// Registers that are missing: rates would not be true.
fn registers(model: &Model, now: DateTime<Utc>, all: &mut Vec<Hindrance>) {
    let mut begun: Vec<_> = model
        .sessions
        .iter()
        .filter(|(_, is)| is.stands() && is.starts <= now)
        .collect();
    begun.sort_by_key(|(id, is)| (is.starts, *id));
    for (id, is) in begun {
        if matches!(
            model.phase(id, now),
            Phase::Ended | Phase::Held | Phase::Unconfirmed
        ) {
            let what = format!(
                "the register of {} on {} is not closed",
                model.session_title(id),
                day(model.day(is.starts))
            );
            all.push(hindrance(
                Some(id.into()),
                true,
                what,
                "fill it in and close it: rates use closed registers",
            ));
        }
    }
}
