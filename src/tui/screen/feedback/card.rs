//! The page of one quote: its words, every label it might carry and why, what was agreed to, where it was used.

use ratatui::layout::{Position, Rect};

use super::draw;
use super::quote::{edit, hide_or_show, sentence};
use crate::domain::feedback::ConsentWord;
use crate::domain::{AdminRole, Attribution, Id, Quote, QuoteState, Rung, text, when};
use crate::tui::key::{Action, Context};
use crate::tui::part::{Canvas, Pane};
use crate::tui::screen::{Cx, Screen};
use crate::tui::signal::Place;
use crate::tui::step::{Hand, Step};

/// Where a quote was published, oldest first.
fn uses(cx: &Cx<'_>, quote: Id<Quote>) -> Vec<String> {
    let mut uses: Vec<_> = cx.model.uses.iter().filter(|(_, is)| is.quote == quote).collect();
    uses.sort_by_key(|(id, is)| (is.on, *id));
    let line = |is: &crate::domain::Use| format!("{}, {}, as {}", when::day_short(is.on), is.place, is.label);
    uses.into_iter().map(|(_, is)| line(is)).collect()
}

/// Every label that it might carry, widest first, with how many people each fits today; `>` before the one taken.
fn labels(cx: &Cx<'_>, quote: Id<Quote>, may_read: bool) -> Vec<String> {
    let day = cx.model.day(cx.now);
    let consent = cx.model.consent_for(quote).map(|(_, is)| is.widest);
    let ladder = cx
        .model
        .ladder_with(quote, day, consent.or(Some(Attribution::Named)));
    let taken = ladder.widest().filter(|_| consent.is_some());
    let says = match (&ladder.held, taken) {
        (Some(why), _) if ladder.rungs.is_empty() => return vec![format!("Label         none: {why}")],
        (_, Some(_)) => "Label         the widest that may be printed is taken: >",
        (_, None) if consent.is_none() => "Label         none: there is no consent to publish it",
        (_, None) => "Label         none of these may be printed",
    };
    let mut lines = vec![says.to_owned()];
    let smallest = cx.model.smallest_published();
    for rung in ladder.rungs.iter().filter(|rung| !rung.text.is_empty()) {
        let sign = if taken == Some(rung) { '>' } else { ' ' };
        let fits = text::pad_right(&rung.counted(smallest), 10);
        lines.push(format!("            {sign} {fits} {}", named(rung, may_read)));
        if let Some(why) = &rung.refused {
            // The label stands on the line above.
            let why = why.strip_prefix(&format!("\"{}\" ", rung.text)).unwrap_or(why);
            let why = why
                .strip_prefix(&format!("{}: ", rung.attribution))
                .unwrap_or(why);
            lines.push(format!("                         no: {why}"));
        }
    }
    lines
}

/// How far the further lines of a line that is broken are set in.
fn indent(line: &str) -> usize {
    if line.starts_with(&" ".repeat(12)) { 25 } else { 14 }
}

/// A label as printed; the name of somebody whose words must stay hidden is not told either.
fn named(rung: &Rung, may_read: bool) -> &str {
    if rung.attribution == Attribution::Named && !may_read {
        rung.attribution.word()
    } else {
        &rung.text
    }
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
        let mut lines = vec![
            format!("Said          {}", words(&is.said)),
            format!("To publish    {}", words(is.words())),
            String::new(),
        ];
        lines.extend(labels(cx, self.quote, may_read));
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
        if let Some(asked) = cx.model.consent_requested(self.quote) {
            let on = when::day_short(cx.model.day(asked.at));
            lines.push(format!(
                "              asked {on} for {}, not answered",
                asked.attribution
            ));
        }
        let tick = if is.unrecognisable { "yes" } else { "no" };
        let theme = is
            .theme
            .map_or_else(|| "none".to_owned(), |theme| cx.model.title(theme.into()));
        lines.push(format!(
            "State         {}   Theme {theme}   Nobody recognisable from it: {tick}",
            is.state
        ));
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
            .flat_map(|line| draw::broken(line, width, indent(line)))
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
