//! Whether somebody may be quoted, as a form asked it.

use chrono::{Months, NaiveDate};

use super::intake::Draft;
use super::value::QuoteAnswer;
use crate::domain::{Attribution, Consent, Id, Mint, Model, Person, Purpose, Record};

/// Months after the cohort's last day for which a consent is kept (rule 16).
const KEPT: Months = Months::new(24);

/// What a person said about being quoted, and how it was asked.
pub(super) struct Asked<'a> {
    pub(super) person: Id<Person>,
    pub(super) answer: QuoteAnswer,
    pub(super) day: NaiveDate,
    /// The wording of the question.
    pub(super) wording: &'a str,
    /// On what form.
    pub(super) how: &'a str,
}

/// Notes what the person allows to be quoted; a later no withdraws an earlier yes. Answers whether that is news.
pub(super) fn note(model: &Model, draft: &mut Draft<'_>, mint: &mut Mint, asked: &Asked<'_>) -> bool {
    let in_force = model
        .consents_of(asked.person)
        .find(|(_, is)| is.purpose == Purpose::Quotes && is.quote.is_none() && is.withdrawn.is_none());
    let widest = match asked.answer {
        QuoteAnswer::No => return withdraw(draft, in_force, asked.day),
        QuoteAnswer::Unnamed => Attribution::Stream,
        QuoteAnswer::Named => Attribution::Named,
    };
    if let Some((_, is)) = in_force
        && (is.widest == widest || is.obtained > asked.day)
    {
        return false;
    }
    withdraw(draft, in_force, asked.day);
    let consent = Consent {
        person: asked.person,
        purpose: Purpose::Quotes,
        widest,
        quote: None,
        wording: asked.wording.to_owned(),
        how: asked.how.to_owned(),
        obtained: asked.day,
        withdrawn: None,
        retain_until: model.settings().last_day.checked_add_months(KEPT),
    };
    draft.put(Record::Consent(mint.id(), Box::new(consent)))
}

fn withdraw(draft: &mut Draft<'_>, consent: Option<(Id<Consent>, &Consent)>, day: NaiveDate) -> bool {
    match consent {
        Some((id, is)) if is.obtained < day => {
            let withdrawn = Consent {
                withdrawn: Some(day),
                ..is.clone()
            };
            draft.put(Record::Consent(id, Box::new(withdrawn)))
        }
        _ => false,
    }
}
