//! What the office decides about a quote: its words, its theme, what was agreed to, where it went.

use crate::domain::{Attribution, Edit, Id, MessageKind, Quote, QuoteState, Refusal, Theme, when};
use crate::tui::key::Context;
use crate::tui::overlay::{Confirm, LineBox, Menu, MenuRow, Overlay};
use crate::tui::screen::{Cx, post};
use crate::tui::sentence as sentence_case;
use crate::tui::step::{Hand, Step};

/// What the message line says of a quote.
pub(super) fn sentence(cx: &Cx<'_>, quote: Id<Quote>) -> String {
    let day = cx.model.day(cx.now);
    let label = cx.model.label_of(quote, day);
    match cx.model.held_by(quote, day).first() {
        None => format!("May be published as {}.", label.text),
        Some(why) => format!("Held: {why}."),
    }
}

/// Hides these quotes from reports, or shows them again when all of them are hidden.
pub(super) fn hide_or_show(cx: &Cx<'_>, quotes: &[Id<Quote>], hand: &mut Hand) -> Step {
    let state = |id: &Id<Quote>| cx.model.quotes.get(*id).map(|quote| quote.state);
    let all_hidden = quotes.iter().all(|id| state(id) == Some(QuoteState::Hidden));
    let wanted: Vec<Id<Quote>> = quotes
        .iter()
        .copied()
        .filter(|id| all_hidden || state(id) != Some(QuoteState::Hidden))
        .collect();
    let mut whole: Option<Edit> = None;
    for quote in &wanted {
        let edit = if all_hidden {
            cx.model.show_quote(&mut hand.mint, *quote)
        } else {
            cx.model.hide_quote(&mut hand.mint, *quote)
        };
        match (edit, &mut whole) {
            (Err(refusal), _) => return Step::Refuse(refusal),
            (Ok(edit), None) => whole = Some(edit),
            (Ok(edit), Some(whole)) => whole.changes.extend(edit.changes),
        }
    }
    let Some(mut edit) = whole else {
        return Step::say("No quote is under the cursor.");
    };
    let n = wanted.len();
    if n > 1 {
        edit.label.on = format!("{n} quotes");
    }
    let quotes = if n == 1 {
        "1 quote".to_owned()
    } else {
        format!("{n} quotes")
    };
    let said = if all_hidden {
        format!("{quotes} shown again, to be cleared")
    } else {
        format!("{quotes} hidden from reports")
    };
    Step::Propose(edit, said)
}

/// What can be done to a quote, by letter.
pub(super) fn edit(cx: &Cx<'_>, quote: Id<Quote>) -> Step {
    let Some(is) = cx.model.quotes.get(quote) else {
        return Step::say("That quote is gone.");
    };
    let tick = if is.unrecognisable { "yes" } else { "no" };
    let theme = is
        .theme
        .map_or_else(|| "none".to_owned(), |theme| cx.model.title(theme.into()));
    let consent = cx.model.consent_word(quote);
    let rows = vec![
        MenuRow::new('t', "text to be published"),
        MenuRow::new('n', format!("nobody recognisable from it: {tick}")),
        MenuRow::new('s', format!("state: {}", is.state)),
        MenuRow::new('h', format!("theme: {theme}")),
        MenuRow::new('a', asking(cx, quote)),
        MenuRow::new('c', format!("consent: {consent}")),
        MenuRow::new('w', "withdraw consent"),
        MenuRow::new('p', "published: note where"),
    ];
    let mut menu = Menu::new("Quote", rows, move |row, cx, hand| {
        let Some(is) = cx.model.quotes.get(quote) else {
            return Err("That quote is gone.".to_owned());
        };
        Ok(match row {
            0 => edit_text(quote, is),
            1 => {
                let words = is.words().to_owned();
                let tick = !is.unrecognisable;
                Step::propose(cx.model.edit_quote(&mut hand.mint, quote, &words, tick))
            }
            2 => Step::propose(match is.state {
                QuoteState::Suggested => cx.model.clear_quote(&mut hand.mint, quote),
                QuoteState::Cleared => cx.model.hide_quote(&mut hand.mint, quote),
                QuoteState::Hidden => cx.model.show_quote(&mut hand.mint, quote),
            }),
            3 => choose_theme(cx, quote),
            4 => ask_menu(cx, quote),
            5 => consent_menu(cx, quote),
            6 => withdraw(cx, quote),
            _ => note_use(cx, quote),
        })
    })
    .saying("A letter chooses. Esc closes, nothing changed.");
    menu.table = Context::FieldMenu;
    Step::Ask(Overlay::Menu(menu))
}

fn edit_text(quote: Id<Quote>, is: &Quote) -> Step {
    let tick = is.unrecognisable;
    let line = LineBox::new(
        "As it would be published",
        "Take out names and places. Changed words need the tick again.",
        is.words(),
        move |text, cx, hand| {
            let same = cx
                .model
                .quotes
                .get(quote)
                .is_some_and(|quote| quote.words() == text.trim());
            Ok(Step::propose(cx.model.edit_quote(
                &mut hand.mint,
                quote,
                text.trim(),
                tick && same,
            )))
        },
    );
    Step::Ask(Overlay::Line(line.drafting(format!("{quote} edited"))))
}

fn choose_theme(cx: &Cx<'_>, quote: Id<Quote>) -> Step {
    let mut themes: Vec<(u16, String, Id<Theme>)> = cx
        .model
        .themes
        .iter()
        .map(|(id, theme)| (theme.order, theme.name.clone(), id))
        .collect();
    themes.sort();
    let mut rows = vec![MenuRow::new('0', "none")];
    rows.extend(
        themes
            .iter()
            .zip('1'..='9')
            .map(|((_, name, _), label)| MenuRow::new(label, name)),
    );
    rows.extend(themes.iter().skip(9).map(|(_, name, _)| MenuRow::plain(name)));
    let menu = Menu::new("Which theme?", rows, move |row, cx, hand| {
        let chosen = row
            .checked_sub(1)
            .and_then(|at| themes.get(at))
            .map(|(_, _, id)| *id);
        Ok(Step::propose(cx.model.theme_quote(&mut hand.mint, quote, chosen)))
    });
    Step::Ask(Overlay::Menu(menu))
}

/// Asks how widely somebody agreed to be quoted.
fn consent_menu(cx: &Cx<'_>, quote: Id<Quote>) -> Step {
    let day = cx.model.day(cx.now);
    let name = match cx.model.consent_to_quote(quote, Attribution::TeamOnly, day) {
        Ok(given) => cx.model.name_of(given.person),
        Err(refusal) => return Step::Refuse(refusal),
    };
    let rows = Attribution::ALL.iter().zip('1'..='9');
    let rows = rows
        .map(|(rung, label)| MenuRow::new(label, rung.word()))
        .collect();
    let menu = Menu::new(
        format!("{name} agreed to be quoted as"),
        rows,
        move |row, cx, hand| {
            let day = cx.model.day(cx.now);
            let given = cx.model.consent_to_quote(quote, Attribution::ALL[row], day);
            Ok(Step::propose(
                given.and_then(|given| cx.model.consent(&mut hand.mint, given)),
            ))
        },
    )
    .saying("This quote only. The wording and how it was obtained are edited on the person's card.");
    Step::Ask(Overlay::Menu(menu))
}

/// What the row that asks for consent says: when somebody was asked already.
fn asking(cx: &Cx<'_>, quote: Id<Quote>) -> String {
    match cx.model.consent_requested(quote) {
        Some(asked) => format!(
            "ask again for consent (asked {})",
            when::day_short(cx.model.day(asked.at))
        ),
        None => "ask for consent, by a message".to_owned(),
    }
}

/// Asks which label the speaker is to be asked for; then the message is shown before it is written or sent.
fn ask_menu(cx: &Cx<'_>, quote: Id<Quote>) -> Step {
    let day = cx.model.day(cx.now);
    let ladder = cx.model.ladder_with(quote, day, Some(Attribution::Named));
    let rungs: Vec<Attribution> = ladder.rungs.iter().map(|rung| rung.attribution).collect();
    let mut rows = Vec::new();
    let mut refused = None;
    for (rung, label) in ladder.rungs.iter().zip('1'..='9') {
        match cx.model.may_ask(quote, rung.attribution, day) {
            Ok(asking) => rows.push(MenuRow::new(label, asking.label)),
            Err(why) => {
                let text = if rung.text.is_empty() {
                    rung.attribution.word()
                } else {
                    &rung.text
                };
                rows.push(MenuRow::barred(text, format!("{}.", sentence_case(&why.what))));
                refused = Some(why);
            }
        }
    }
    if rows.iter().all(|row| row.barred.is_some()) {
        let why = refused.or_else(|| cx.model.may_ask(quote, Attribution::Named, day).err());
        return why.map_or(Step::Stay, Step::Refuse);
    }
    let menu = Menu::new("Ask to be quoted as", rows, move |row, cx, _| {
        let Some(attribution) = rungs.get(row).copied() else {
            return Err("That quote is gone.".to_owned());
        };
        post::one_kind(cx, MessageKind::ConsentRequest, move |model, office| {
            office.consent(model, quote, attribution).into_iter().collect()
        })
    })
    .saying("The message is shown before it leaves. The narrower the label, the easier the yes.");
    Step::Ask(Overlay::Menu(menu))
}

fn withdraw(cx: &Cx<'_>, quote: Id<Quote>) -> Step {
    let Some((consent, is)) = cx.model.consent_for(quote) else {
        return Step::say("There is no consent in force for it.");
    };
    let only = if is.quote.is_some() {
        "for this quote"
    } else {
        "for all their quotes"
    };
    let mut lines = vec![format!(
        "{} withdraws consent {only}.",
        cx.model.name_of(is.person)
    )];
    // What the consent covers stands printed in places that have to be corrected.
    let covered = cx.model.uses.iter().filter(|(_, is)| {
        let covers = cx.model.consent_for(is.quote);
        covers.is_some_and(|(other, _)| other == consent)
    });
    lines.extend(covered.map(|(_, is)| {
        format!(
            "To correct: {}, {}, as {}",
            when::day_short(is.on),
            is.place,
            is.label
        )
    }));
    let confirm = Confirm::new("Withdraw consent?", lines, move |(), cx, hand| {
        let day = cx.model.day(cx.now);
        Ok(Step::propose(cx.model.withdraw_consent(
            &mut hand.mint,
            consent,
            day,
        )))
    });
    Step::Ask(Overlay::Confirm(confirm))
}

fn note_use(cx: &Cx<'_>, quote: Id<Quote>) -> Step {
    let day = cx.model.day(cx.now);
    if let Some(why) = cx.model.held_by(quote, day).first() {
        return Step::Refuse(Refusal::rule(
            15,
            format!("the quote may not be published: {why}"),
            "Enter on the quote shows the whole ladder of labels",
        ));
    }
    let label = cx.model.label_of(quote, day).text;
    let title = format!("Published as {label}: where?");
    let line = LineBox::new(
        title,
        "The publication, in words: programme report 2025",
        "",
        move |place, cx, hand| {
            let day = cx.model.day(cx.now);
            Ok(Step::propose(cx.model.use_quote(
                &mut hand.mint,
                quote,
                &place,
                day,
                &label,
            )))
        },
    );
    Step::Ask(Overlay::Line(line))
}
