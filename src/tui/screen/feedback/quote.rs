//! What the office decides about a quote: its words, its theme, what was agreed to, where it went.

use crate::domain::{Attribution, Edit, Id, Quote, QuoteState, Refusal, Theme, when};
use crate::tui::key::Context;
use crate::tui::overlay::{Confirm, LineBox, Menu, MenuRow, Overlay};
use crate::tui::screen::Cx;
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
            4 => consent_menu(cx, quote),
            5 => withdraw(cx, quote),
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
    let speaker = cx.model.quotes.get(quote).and_then(|quote| quote.speaker);
    let person = speaker
        .and_then(|speaker| cx.model.enrolments.get(speaker))
        .map(|is| is.person);
    let Some(person) = person else {
        return Step::say("Nobody knows who said it, so nobody can agree to it.");
    };
    let name = cx.model.name_of(person);
    let rows = Attribution::ALL.iter().zip('1'..='9');
    let rows = rows
        .map(|(rung, label)| MenuRow::new(label, rung.word()))
        .collect();
    let menu = Menu::new(
        format!("{name} agreed to be quoted as"),
        rows,
        move |row, cx, hand| {
            let widest = Attribution::ALL[row];
            let mut given = cx.model.consent_to_quotes(person, widest, cx.model.day(cx.now));
            given.quote = Some(quote);
            Ok(Step::propose(cx.model.consent(&mut hand.mint, given)))
        },
    )
    .saying("This quote only. The wording and how it was obtained are edited on the person's card.");
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
