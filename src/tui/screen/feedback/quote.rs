//! One quote: its words, what was agreed to, how it may be signed, and what the office decides about it.

use ratatui::layout::{Position, Rect};

use super::draw;
use crate::domain::feedback::ConsentWord;
use crate::domain::{
    AdminRole, Attribution, Delta, Edit, Id, Label, Quote, QuoteState, Refusal, Theme, when,
};
use crate::tui::key::{Action, Context};
use crate::tui::overlay::{Confirm, LineBox, Menu, MenuRow, Overlay};
use crate::tui::part::{Canvas, Pane};
use crate::tui::screen::{Cx, Screen};
use crate::tui::signal::Place;
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
        let Some(before) = cx.model.quotes.get(quote).cloned() else {
            return Err("That quote is gone.".to_owned());
        };
        let after = Quote {
            theme: chosen,
            ..before.clone()
        };
        let label = Label::new("tag", cx.model.title(quote.into()));
        let changes = if after == before {
            Vec::new()
        } else {
            vec![Delta::changed(quote, before, after).into()]
        };
        Ok(Step::Propose(
            cx.model.edit(hand.mint.nonce(), label, changes),
            String::new(),
        ))
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

/// Where a quote was published, oldest first.
fn uses(cx: &Cx<'_>, quote: Id<Quote>) -> Vec<String> {
    let mut uses: Vec<_> = cx.model.uses.iter().filter(|(_, is)| is.quote == quote).collect();
    uses.sort_by_key(|(id, is)| (is.on, *id));
    let line = |is: &crate::domain::Use| format!("{}, {}, as {}", when::day_short(is.on), is.place, is.label);
    uses.into_iter().map(|(_, is)| line(is)).collect()
}

/// Asks for another name of a theme.
pub(super) fn rename_theme(cx: &Cx<'_>, theme: Id<Theme>) -> Step {
    let name = cx.model.title(theme.into());
    let line = LineBox::new(
        "Name of the theme",
        "Answers that have it keep it.",
        &name,
        move |name, cx, hand| {
            let Some(before) = cx.model.themes.get(theme).cloned() else {
                return Err("That theme is gone.".to_owned());
            };
            let name = crate::domain::text::clean_name(&name).text;
            if name.is_empty() {
                return Err("A theme needs a name.".to_owned());
            }
            let label = Label::new("edit", format!("theme {} to {name}", before.name));
            let after = Theme {
                name,
                ..before.clone()
            };
            let changes = if after == before {
                Vec::new()
            } else {
                vec![Delta::changed(theme, before, after).into()]
            };
            Ok(Step::Propose(
                cx.model.edit(hand.mint.nonce(), label, changes),
                String::new(),
            ))
        },
    );
    Step::Ask(Overlay::Line(line.drafting(format!("{theme} name"))))
}

/// All about one quote.
pub(super) struct QuoteCard {
    quote: Id<Quote>,
}

impl QuoteCard {
    pub(super) const fn of(quote: Id<Quote>) -> Self {
        Self { quote }
    }

    /// Its lines: words, label, consent, decision, uses.
    fn lines(&self, cx: &Cx<'_>) -> Vec<String> {
        let Some(is) = cx.model.quotes.get(self.quote) else {
            return vec!["This quote is gone.".to_owned()];
        };
        let day = cx.model.day(cx.now);
        let may_read = cx.role != AdminRole::Viewer || cx.model.consent_word(self.quote) != ConsentWord::No;
        let words = |text: &str| {
            if may_read {
                format!("\"{text}\"")
            } else {
                "hidden: no consent to read outside the team".to_owned()
            }
        };
        let label = cx.model.label_of(self.quote, day);
        let mut lines = vec![
            format!("Said          {}", words(&is.said)),
            format!("To publish    {}", words(is.words())),
            String::new(),
            format!("Signed        {}", label.text),
        ];
        lines.extend(
            label
                .refused_wider
                .iter()
                .map(|why| format!("              not wider: {why}")),
        );
        lines.push(String::new());
        match cx.model.consent_for(self.quote) {
            Some((_, consent)) => {
                lines.push(format!(
                    "Consent       {}, obtained {}",
                    consent.widest,
                    when::day_short(consent.obtained)
                ));
                lines.push(format!("              {} {}", consent.how, consent.wording));
            }
            None => lines.push("Consent       none in force".to_owned()),
        }
        let tick = if is.unrecognisable { "yes" } else { "no" };
        let theme = is
            .theme
            .map_or_else(|| "none".to_owned(), |theme| cx.model.title(theme.into()));
        lines.push(format!("State         {}", is.state));
        lines.push(format!("Nobody recognisable from it: {tick}      Theme {theme}"));
        lines.push(String::new());
        let held = cx.model.held_by(self.quote, day);
        if held.is_empty() {
            lines.push("It may be published.".to_owned());
        }
        lines.extend(held.iter().map(|why| format!("! {why}")));
        lines.extend(
            uses(cx, self.quote)
                .into_iter()
                .map(|used| format!("Used          {used}")),
        );
        lines
    }
}

impl Screen for QuoteCard {
    fn context(&self) -> Context {
        Context::Feedback
    }

    fn crumbs(&self, cx: &Cx<'_>) -> Vec<String> {
        let is = cx.model.quotes.get(self.quote);
        let round = is.and_then(|quote| quote.round);
        vec![round.map_or_else(
            || "Quote".to_owned(),
            |round| format!("Quote of session {}", cx.model.round_number(round)),
        )]
    }

    fn note(&self, cx: &Cx<'_>) -> String {
        sentence(cx, self.quote)
    }

    fn offers(&self, _cx: &Cx<'_>) -> Vec<Action> {
        vec![Action::Edit, Action::Drop, Action::Copy, Action::Back]
    }

    fn hint(&self, action: Action, cx: &Cx<'_>) -> Option<String> {
        let state = cx.model.quotes.get(self.quote).map(|quote| quote.state);
        match action {
            Action::Edit => Some("edit quote".to_owned()),
            Action::Drop if state == Some(QuoteState::Hidden) => Some("show quote".to_owned()),
            _ => None,
        }
    }

    fn act(&mut self, action: Action, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        match action {
            Action::Back | Action::Left => Step::Back,
            Action::Edit | Action::Open => edit(cx, self.quote),
            Action::Drop => hide_or_show(cx, &[self.quote], hand),
            Action::Copy => {
                let day = cx.model.day(cx.now);
                match cx.model.held_by(self.quote, day).first() {
                    Some(why) => Step::say(format!("Not copied: {why}.")),
                    None => {
                        let words = cx.model.quotes.get(self.quote).map_or("", |quote| quote.words());
                        let label = cx.model.label_of(self.quote, day).text;
                        Step::Out(crate::tui::signal::Out::Copy(format!("\"{words}\" - {label}")))
                    }
                }
            }
            _ => Step::Unbound,
        }
    }

    fn settle(&mut self, _cx: &Cx<'_>) {}

    fn view(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        let inside = Pane::new("Quote", true).draw(canvas, cx.body);
        let inside = Rect {
            x: inside.x + 2,
            width: inside.width.saturating_sub(2),
            ..inside
        };
        let width = usize::from(inside.width);
        let lines: Vec<String> = self
            .lines(cx)
            .iter()
            .flat_map(|line| draw::broken(line, width, 14))
            .collect();
        canvas.lines(inside, lines.iter().map(String::as_str));
        Some(Position::new(inside.x, inside.y))
    }

    fn place(&self, _cx: &Cx<'_>) -> Place {
        Place {
            on: Some(self.quote.into()),
            ..Place::default()
        }
    }
}
