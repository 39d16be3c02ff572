//! What keys do in the Feedback view besides moving the cursor, and what it says in sentences.

use super::facts::{self, Scoped, round_name};
use super::layout::Pane;
use super::{Feedback, answers, card, draw, quote, remind, rows};
use crate::domain::feedback::{AskedRow, Line, QuoteLine, Shown, ThemeLine};
use crate::domain::statistics::{decimal, signed};
use crate::domain::{Id, QuoteState, Scope, Wave, when};
use crate::tui::overlay::{Menu, MenuRow, Overlay};
use crate::tui::screen::{Cx, Screen};
use crate::tui::signal::Out;
use crate::tui::step::Step;

impl Feedback {
    pub(super) fn choose_round(&mut self, round: Option<u8>, cx: &Cx<'_>) {
        if round.is_some() && round != self.shown().map(|(_, of)| of.round) {
            self.round = round;
            self.settle(cx);
        }
    }

    /// The session before or after the one chosen.
    pub(super) fn step_round(&mut self, later: bool, cx: &Cx<'_>) -> Step {
        let Some((_, of)) = self.shown() else {
            return Step::Stay;
        };
        let last = of.rounds.last().map_or(0, |score| score.round);
        let next = if later {
            of.round.saturating_add(1)
        } else {
            of.round.saturating_sub(1)
        };
        if next < 1 || next > last {
            return Step::say(if later {
                "This is the last session."
            } else {
                "This is the first session."
            });
        }
        self.choose_round(Some(next), cx);
        Step::say(self.sentence(cx))
    }

    /// The pane that a wave's figures stand in: scores, confidence, or the other waves.
    pub(super) fn show_wave(&mut self, wave: Id<Wave>, cx: &Cx<'_>) -> bool {
        let Some(is) = cx.model.waves.get(wave) else {
            return false;
        };
        let keys: Vec<_> = self
            .facts
            .iter()
            .flat_map(|facts| &facts.surveys)
            .map(|survey| survey.wave)
            .collect();
        let confidence = rows::change_is_shown(self.shown().map(|(_, of)| of));
        match is.round {
            Some(round) => {
                self.choose_round(Some(cx.model.round_number(round)), cx);
                self.focus(Pane::Scores, cx);
            }
            None if confidence && measures_change(cx, is) => self.focus(Pane::Confidence, cx),
            None => {
                self.surveys.find(wave, &keys);
                self.focus(Pane::Surveys, cx);
            }
        }
        true
    }

    pub(super) fn focus(&mut self, pane: Pane, cx: &Cx<'_>) {
        self.pane = pane;
        self.opened = pane != Pane::Groups;
        self.settle(cx);
    }

    pub(super) fn next_pane(&mut self, by: isize, cx: &Cx<'_>) -> Step {
        let order = self.wanted(cx).order();
        let here = order.iter().position(|pane| *pane == self.pane).unwrap_or(0);
        let count = isize::try_from(order.len()).unwrap_or(1);
        let next = (isize::try_from(here).unwrap_or(0) + by).rem_euclid(count);
        let pane = order[usize::try_from(next).unwrap_or(0)];
        self.focus(pane, cx);
        Step::Stay
    }

    pub(super) fn open(&mut self, cx: &Cx<'_>) -> Step {
        let Some((_, of)) = self.shown() else {
            return Step::Stay;
        };
        let (scope, round) = (of.scope, of.round);
        match self.pane {
            Pane::Groups => {
                self.focus(Pane::Scores, cx);
                Step::Stay
            }
            Pane::Scores => {
                let waves = facts::waves_of(cx.model, round);
                answers::open(cx, scope, waves, None, &round_name(round))
            }
            Pane::Themes => match self.themes.at {
                Some(theme) => {
                    let waves = cx.model.waves.ids().collect();
                    answers::open(cx, scope, waves, Some(theme), &cx.model.title(theme.into()))
                }
                None => Step::say("No theme is under the cursor."),
            },
            Pane::Surveys => match self.surveys.at {
                Some(wave) => {
                    let name = cx.model.title(wave.into());
                    answers::open(cx, Scope::Cohort, vec![wave], None, &name)
                }
                None => Step::say("No wave is under the cursor."),
            },
            Pane::Quotes => match self.quotes.at {
                Some(quote) => Step::Enter(Box::new(card::QuoteCard::of(quote))),
                None => Step::say("No quote is under the cursor."),
            },
            Pane::Waiting => match self.waiting.at.and_then(|(_, who)| cx.model.enrolments.get(who)) {
                Some(enrolment) => Step::Open(enrolment.person.into()),
                None => Step::say("Nobody is under the cursor."),
            },
            Pane::Questions => {
                let waves = cx.model.pulses().into_iter().map(|(_, wave)| wave).collect();
                answers::open(cx, scope, waves, None, "all sessions")
            }
            Pane::Confidence => {
                let waves = cx.model.waves.iter();
                let waves = waves
                    .filter(|(_, wave)| measures_change(cx, wave))
                    .map(|(id, _)| id);
                answers::open(cx, scope, waves.collect(), None, "role confidence")
            }
        }
    }

    /// The row under the cursor in a whole sentence, for the panes whose rows open nothing.
    pub(super) fn detail(&self) -> String {
        let Some((_, of)) = self.shown() else {
            return String::new();
        };
        if self.pane == Pane::Questions {
            let question = of.questions.get(self.questions.row);
            return question.map_or(String::new(), |question| {
                format!(
                    "\"{}\": mean {} of 5.",
                    question.text,
                    facts::mean(question.all.as_ref())
                )
            });
        }
        let overall = of.confidence.overall.as_ref();
        let row = match (overall, self.confidence.row) {
            (Some(overall), 0) => Some(("All items", overall)),
            (Some(_), row) => of
                .confidence
                .items
                .get(row - 1)
                .and_then(|item| Some((item.text.as_str(), item.change.as_ref()?))),
            (None, _) => None,
        };
        match row {
            Some((name, Shown::Value(change))) => {
                let interval = change.by.interval().map_or(String::new(), |interval| {
                    format!(
                        ", 95 % interval {} to {}",
                        signed(interval.low, 1),
                        signed(interval.high, 1)
                    )
                });
                let effect = change
                    .by
                    .effect()
                    .map_or(String::new(), |d| format!(", d {}", decimal(d, 1)));
                let n = change.by.n;
                format!(
                    "{name}: {} on {n} pairs{interval}{effect}.",
                    signed(change.by.mean, 1)
                )
            }
            Some((name, Shown::Hidden { why, .. })) => format!("{name}: {why}."),
            None => "The change is known once people have been asked again.".to_owned(),
        }
    }

    /// Back one level: marks, filter, zoom, group.
    pub(super) fn back(&mut self, cx: &Cx<'_>) -> Step {
        if self.quotes.unmark() || self.waiting.unmark() {
            return Step::Stay;
        }
        if self.filter.is_set() && self.filtered == self.pane {
            self.filter.clear();
        } else if self.zoom {
            self.zoom = false;
        } else if self.pane != Pane::Groups {
            self.focus(Pane::Groups, cx);
        } else if self.filter.is_set() {
            self.filter.clear();
        } else {
            return Step::Back;
        }
        self.settle(cx);
        Step::Stay
    }

    /// Goes to the next row that needs a person.
    pub(super) fn next_problem(&mut self, later: bool, cx: &Cx<'_>) -> Step {
        let Some((facts, of)) = self.shown() else {
            return Step::Stay;
        };
        let problems: Vec<usize> = match self.pane {
            Pane::Quotes => {
                let quotes = self.quotes_shown(of);
                // To be decided: what may be read and is not cleared, and whose speaker was asked.
                let waits = |quote: &QuoteLine| {
                    quote.state == QuoteState::Suggested && quote.text.is_some()
                        || quote.state != QuoteState::Hidden && quote.requested.is_some()
                };
                (0..quotes.len()).filter(|at| waits(quotes[*at])).collect()
            }
            Pane::Waiting => {
                let rows = self.asked_shown(of);
                (0..rows.len()).filter(|at| rows[*at].waiting).collect()
            }
            _ => {
                let lines = self.lines(facts);
                (0..lines.len())
                    .filter(|at| !lines[*at].attention.is_empty())
                    .collect()
            }
        };
        let pane = if matches!(self.pane, Pane::Quotes | Pane::Waiting) {
            self.pane
        } else {
            Pane::Groups
        };
        let (row, _) = self.window(pane);
        let next = if later {
            problems.iter().find(|at| **at > row).or(problems.first())
        } else {
            problems.iter().rev().find(|at| **at < row).or(problems.last())
        };
        let Some(next) = next.copied() else {
            return Step::say("Nothing here needs a person.");
        };
        let scopes: Vec<Scope> = self.lines(facts).iter().map(|line| line.scope).collect();
        let quotes: Vec<_> = self.quotes_shown(of).iter().map(|quote| quote.id).collect();
        let waiting: Vec<_> = self
            .asked_shown(of)
            .iter()
            .map(|row| (row.wave, row.enrolment))
            .collect();
        match pane {
            Pane::Quotes => self.quotes.go(next, &quotes),
            Pane::Waiting => self.waiting.go(next, &waiting),
            _ => self.groups.go(next, &scopes),
        }
        self.settle(cx);
        Step::say(self.sentence(cx))
    }

    /// What the message line says of what is under the cursor.
    pub(super) fn sentence(&self, cx: &Cx<'_>) -> String {
        let Some((facts, of)) = self.shown() else {
            return String::new();
        };
        if facts.is_empty() {
            return draw::not_begun(cx, of);
        }
        let line = facts.line(of.scope);
        let waiting = of.waiting().count();
        // Of one length whatever the number, so that a step of the cursor changes few cells.
        let people = if waiting == 1 { "person" } else { "people" };
        let people = format!("{waiting} {people} still to answer");
        let round = round_name(of.round);
        let open = of.closes.is_some_and(|day| cx.model.day(cx.now) <= day);
        let about = match (of.closes, open) {
            (None, _) => format!("{}: nobody was asked about {round} yet.", line.name),
            (Some(day), true) => {
                let remind = if waiting > 0 { ": r reminds them" } else { "" };
                let what = sentence_case(&round);
                format!("{what} closes {}. {people}{remind}.", when::day_short(day))
            }
            (Some(day), false) => {
                let what = sentence_case(&round);
                format!("{what} closed {}. {people}.", when::day_short(day))
            }
        };
        match self.pane {
            Pane::Groups if !line.attention.is_empty() => {
                format!("{}: {}. {about}", line.name, line.attention.join(", "))
            }
            Pane::Quotes => self.quotes.at.map_or(about, |quote| quote::sentence(cx, quote)),
            Pane::Questions | Pane::Confidence => self.detail(),
            _ => about,
        }
    }

    /// The focused pane as lines of text with tabs.
    pub(super) fn copied(&self, what: usize, cx: &Cx<'_>) -> String {
        let Some((facts, of)) = self.shown() else {
            return String::new();
        };
        match (what, self.pane) {
            (1, _) => {
                let rows = self.chosen_waiting(cx, of);
                let addresses = rows.iter().filter_map(|row| {
                    let person = cx.model.enrolments.get(row.enrolment)?.person;
                    Some(cx.model.people.get(person)?.email.clone())
                });
                addresses.collect::<Vec<_>>().join("\n")
            }
            (_, Pane::Quotes) => {
                let quotes = self.quotes_shown(of);
                let line = |quote: &&QuoteLine| {
                    let words = rows::words_of(quote);
                    format!("{}\t{}\t{words}", quote.consent, quote.label.text)
                };
                quotes.iter().map(line).collect::<Vec<_>>().join("\n")
            }
            (_, Pane::Themes) => {
                let themes = of.themes.iter();
                let line = |theme: &ThemeLine| {
                    format!("{}\t{}", theme.name, theme.count.value().copied().unwrap_or(0))
                };
                themes.map(line).collect::<Vec<_>>().join("\n")
            }
            _ => {
                let line = |line: &&Line| {
                    let rounds = line.rounds.iter().map(|mean| facts::mean(mean.as_ref()));
                    let cells = [
                        line.name.clone(),
                        facts::mean(line.mean.as_ref()),
                        facts::ratio(&line.answered),
                    ];
                    cells.into_iter().chain(rounds).collect::<Vec<_>>().join("\t")
                };
                self.lines(facts).iter().map(line).collect::<Vec<_>>().join("\n")
            }
        }
    }

    /// Who a reminder goes to: of those who have not answered and still can, the marked, else all.
    pub(super) fn chosen_waiting<'a>(&self, cx: &Cx<'_>, of: &'a Scoped) -> Vec<&'a AskedRow> {
        let day = cx.model.day(cx.now);
        let marks = &self.waiting.marks;
        let marked = |row: &AskedRow| marks.is_empty() || marks.contains(&(row.wave, row.enrolment));
        of.waiting()
            .filter(|row| marked(row) && facts::is_open(cx.model, row.wave, day))
            .collect()
    }

    pub(super) fn copy(&self, cx: &Cx<'_>) -> Step {
        let table = self.copied(0, cx);
        let addresses = self.copied(1, cx);
        let n = addresses.lines().count();
        let rows = vec![
            MenuRow::new('t', "the table shown, with tabs"),
            MenuRow::new('e', format!("the e-mail addresses of {n} who have not answered")),
        ];
        Step::Ask(Overlay::Menu(Menu::new("Copy", rows, move |row, _, _| {
            Ok(Step::Out(Out::Copy(if row == 0 {
                table.clone()
            } else {
                addresses.clone()
            })))
        })))
    }

    pub(super) fn remind(&self, cx: &Cx<'_>) -> Step {
        let Some((_, of)) = self.shown() else {
            return Step::Stay;
        };
        remind::open(cx, of, &self.chosen_waiting(cx, of))
    }
}

/// Whether a wave asks what is compared between then and now.
fn measures_change(cx: &Cx<'_>, wave: &Wave) -> bool {
    let instrument = cx.model.instruments.get(wave.instrument);
    instrument.is_some_and(crate::domain::Instrument::measures_change)
}

/// The first letter in upper case.
fn sentence_case(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}
