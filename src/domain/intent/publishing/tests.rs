//! Tests of publishing.

use super::*;
use crate::domain::intent::world::*;

type Step = fn(&Model, &mut Mint, Id<Quote>) -> Result<Edit, Refusal>;

fn quoted(w: &World) -> (Model, Id<Quote>) {
    let from = Source {
        speaker: Some(w.fatima),
        ..Source::default()
    };
    let edit = w
        .model
        .quote(&mut Mint::seeded(4), "I asked at last.", from)
        .unwrap();
    assert_eq!(edit.label.to_string(), "add quote of Fatima Rahman");
    (w.played(&edit), edit.made().unwrap())
}

#[test]
fn a_quote_begins_as_a_suggestion_that_names_nobody_safe() {
    let w = world();
    let (model, quote) = quoted(&w);
    let is = model.quotes.get(quote).unwrap();
    assert_eq!((is.state, is.unrecognisable), (QuoteState::Suggested, false));
    let refused = w.model.quote(&mut mint(), " \n", Source::default()).unwrap_err();
    assert_eq!(refused.what, "a quote needs words");
}

#[test]
fn the_words_as_published_are_kept_only_where_they_differ() {
    let w = world();
    let (model, quote) = quoted(&w);
    let edit = model
        .edit_quote(&mut mint(), quote, "I asked at last.", true)
        .unwrap();
    let after = played(&model, &edit);
    let is = after.quotes.get(quote).unwrap();
    assert_eq!((is.edited.as_str(), is.unrecognisable), ("", true));
    let edit = model.edit_quote(&mut mint(), quote, "I asked.", false).unwrap();
    assert_eq!(
        played(&model, &edit).quotes.get(quote).unwrap().edited,
        "I asked."
    );
}

#[test]
fn a_quote_is_cleared_hidden_and_shown_again() {
    let w = world();
    let (mut model, quote) = quoted(&w);
    let steps: [(Step, QuoteState); 3] = [
        (Model::clear_quote, QuoteState::Cleared),
        (Model::hide_quote, QuoteState::Hidden),
        (Model::show_quote, QuoteState::Suggested),
    ];
    for (step, state) in steps {
        let edit = step(&model, &mut mint(), quote).unwrap();
        model = played(&model, &edit);
        assert_eq!(model.quotes.get(quote).unwrap().state, state);
    }
}

#[test]
fn a_consent_of_the_same_day_is_corrected_and_a_later_one_is_new() {
    let w = world();
    let person = w.person(w.fatima);
    let give = |model: &Model, widest, on, seed| {
        let consent = model.consent_to_quotes(person, widest, day(on));
        let edit = model.consent(&mut Mint::seeded(seed), consent).unwrap();
        played(model, &edit)
    };
    let model = give(&w.model, Attribution::Named, TODAY, 1);
    let model = give(&model, Attribution::Anyone, TODAY, 2);
    assert_eq!(model.consents_of(person).count(), 1);
    let (_, consent) = model.consents_of(person).next().unwrap();
    assert_eq!(
        (consent.widest, consent.retain_until),
        (Attribution::Anyone, Some(day("2027-06-30")))
    );
    let model = give(&model, Attribution::Named, "2025-03-21", 3);
    let held: Vec<_> = model
        .consents_of(person)
        .map(|(_, c)| (c.obtained, c.withdrawn))
        .collect();
    let (earlier, later) = (day(TODAY), day("2025-03-21"));
    assert!(held.contains(&(earlier, Some(later))) && held.contains(&(later, None)));
}

#[test]
fn a_consent_is_withdrawn_once() {
    let w = world();
    let consent = w
        .model
        .consent_to_quotes(w.person(w.fatima), Attribution::Named, day(TODAY));
    let edit = w.model.consent(&mut mint(), consent).unwrap();
    assert_eq!(
        edit.label.to_string(),
        "record consent of Fatima Rahman to quotes: name and title"
    );
    let model = w.played(&edit);
    let id = edit.made().unwrap();
    let edit = model
        .withdraw_consent(&mut mint(), id, day("2025-04-01"))
        .unwrap();
    let model = played(&model, &edit);
    assert_eq!(model.consents.get(id).unwrap().withdrawn, Some(day("2025-04-01")));
    assert!(
        model
            .withdraw_consent(&mut mint(), id, day("2025-05-01"))
            .unwrap()
            .is_empty()
    );
}

#[test]
fn a_use_says_where() {
    let w = world();
    let (model, quote) = quoted(&w);
    let consent = w
        .model
        .consent_to_quotes(w.person(w.fatima), Attribution::Named, day(TODAY));
    let consent = model.consent(&mut mint(), consent).unwrap();
    let model = played(&model, &consent);
    let tick = model.edit_quote(&mut mint(), quote, "", true).unwrap();
    let model = played(&model, &tick);
    let use_in = |place| model.use_quote(&mut Mint::seeded(6), quote, place, day(TODAY), "Fatima Rahman");
    let edit = use_in("report 2025").unwrap();
    assert_eq!(
        edit.label.to_string(),
        "add use of quote of Fatima Rahman in report 2025"
    );
    played(&model, &edit);
    assert_eq!(
        use_in("").unwrap_err().what,
        "a use says where the quote was published"
    );
}
