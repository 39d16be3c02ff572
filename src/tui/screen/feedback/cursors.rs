//! Which rows each pane has, in which order, and which of them the cursor of the pane is on.

use std::borrow::Cow;

use super::facts::{Facts, Scoped};
use super::layout::Pane;
use super::{Feedback, Sort, rows};
use crate::domain::feedback::{AskedRow, Line, QuoteLine, Shown};
use crate::domain::{Scope, text};
use crate::tui::key::Action;
use crate::tui::screen::{Cx, Screen};

/// Whether the letters of what is typed come one after another in a name: `cc2` finds CCIO-2.
fn finds(wanted: &str, name: &str) -> bool {
    if wanted.is_empty() {
        return true;
    }
    let name = text::fold(name);
    let mut letters = name.chars();
    let wanted = text::fold(wanted);
    wanted
        .chars()
        .filter(|c| !c.is_whitespace())
        .all(|c| letters.any(|letter| letter == c))
}

impl Feedback {
    /// The filter, in the pane it belongs to.
    pub(super) fn filter_of(&self, pane: Pane) -> Cow<'_, str> {
        if pane == self.filtered {
            Cow::Borrowed(self.filter.text())
        } else {
            Cow::Borrowed("")
        }
    }

    /// The lines of the table of groups, all groups first.
    pub(super) fn lines<'a>(&self, facts: &'a Facts) -> Vec<&'a Line> {
        let wanted = self.filter_of(Pane::Groups);
        let groups = match self.sort {
            Sort::Streams => facts.board.streams.iter(),
            _ => facts.board.groups.iter(),
        };
        let mut groups: Vec<&Line> = groups.filter(|line| finds(&wanted, &line.name)).collect();
        let mean = |line: &Line| line.mean.as_ref().and_then(Shown::value).copied();
        match self.sort {
            Sort::Code | Sort::Streams => {}
            Sort::Mean => groups.sort_by(|a, b| {
                let (a, b) = (mean(a).unwrap_or(f64::MAX), mean(b).unwrap_or(f64::MAX));
                a.total_cmp(&b)
            }),
            Sort::Answered => {
                groups.sort_by_key(|line| line.answered.value().and_then(|r| r.percent()).unwrap_or(101));
            }
        }
        let all = wanted.is_empty().then_some(&facts.board.all);
        all.into_iter().chain(groups).collect()
    }

    pub(super) fn quotes_shown<'a>(&self, of: &'a Scoped) -> Vec<&'a QuoteLine> {
        let wanted = text::fold(&self.filter_of(Pane::Quotes));
        let line = |quote: &QuoteLine| {
            let words = rows::words_of(quote);
            text::fold(&format!("{} {words} {}", quote.label.text, rows::state_of(quote)))
        };
        let quotes = of.quotes.iter();
        quotes
            .filter(|q| wanted.is_empty() || line(q).contains(&wanted))
            .collect()
    }

    pub(super) fn asked_shown<'a>(&self, of: &'a Scoped) -> Vec<&'a AskedRow> {
        let wanted = self.filter_of(Pane::Waiting);
        of.asked.iter().filter(|row| finds(&wanted, &row.name)).collect()
    }

    /// How many rows a pane has.
    pub(super) fn count(&self, _cx: &Cx<'_>, pane: Pane) -> usize {
        let Some((facts, of)) = self.shown() else { return 0 };
        match pane {
            Pane::Groups => self.lines(facts).len(),
            Pane::Scores => of.rounds.len(),
            Pane::Questions => of.questions.len(),
            Pane::Themes => of.themes.len(),
            Pane::Quotes => self.quotes_shown(of).len(),
            Pane::Confidence => rows::confidence_rows(of),
            Pane::Surveys => facts.surveys.len(),
            Pane::Waiting => self.asked_shown(of).len(),
        }
    }

    /// The row of the cursor of a pane, and the first row shown.
    pub(super) const fn window(&self, pane: Pane) -> (usize, usize) {
        match pane {
            Pane::Groups => (self.groups.row, self.groups.top),
            Pane::Scores => (self.scores.row, self.scores.top),
            Pane::Questions => (self.questions.row, self.questions.top),
            Pane::Themes => (self.themes.row, self.themes.top),
            Pane::Quotes => (self.quotes.row, self.quotes.top),
            Pane::Confidence => (self.confidence.row, self.confidence.top),
            Pane::Surveys => (self.surveys.row, self.surveys.top),
            Pane::Waiting => (self.waiting.row, self.waiting.top),
        }
    }

    /// Moves the cursor of the focused pane, or marks; answers whether the key was one that does.
    pub(super) fn move_cursor(&mut self, action: Action, cx: &Cx<'_>, page: usize) -> bool {
        let rows: Vec<usize> = (0..self.count(cx, self.pane)).collect();
        let Some(facts) = &self.facts else { return false };
        let Some(of) = &facts.of else { return false };
        match self.pane {
            Pane::Groups => {
                let keys: Vec<Scope> = self.lines(facts).iter().map(|line| line.scope).collect();
                let moved = !is_marking(action) && self.groups.act(action, &keys, page);
                self.settle(cx);
                moved
            }
            Pane::Scores => {
                let keys: Vec<u8> = of.rounds.iter().map(|score| score.round).collect();
                let moved = !is_marking(action) && self.scores.act(action, &keys, page);
                self.choose_round(self.scores.at, cx);
                moved
            }
            Pane::Questions => !is_marking(action) && self.questions.act(action, &rows, page),
            Pane::Confidence => !is_marking(action) && self.confidence.act(action, &rows, page),
            Pane::Themes => {
                let keys: Vec<_> = of.themes.iter().map(|theme| theme.theme).collect();
                !is_marking(action) && self.themes.act(action, &keys, page)
            }
            Pane::Surveys => {
                let keys: Vec<_> = facts.surveys.iter().map(|survey| survey.wave).collect();
                !is_marking(action) && self.surveys.act(action, &keys, page)
            }
            Pane::Quotes => {
                let keys: Vec<_> = self.quotes_shown(of).iter().map(|quote| quote.id).collect();
                self.quotes.act(action, &keys, page)
            }
            Pane::Waiting => {
                let rows = self.asked_shown(of);
                let keys: Vec<_> = rows.iter().map(|row| (row.wave, row.enrolment)).collect();
                self.waiting.act(action, &keys, page)
            }
        }
    }

    /// Puts the cursors on rows that are there.
    pub(super) fn settle_panes(&mut self, facts: &Facts) {
        if let Some(of) = &facts.of {
            let rounds: Vec<u8> = of.rounds.iter().map(|score| score.round).collect();
            self.scores.at = Some(of.round);
            self.scores.settle(&rounds);
            self.questions
                .settle(&(0..of.questions.len()).collect::<Vec<_>>());
            self.themes
                .settle(&of.themes.iter().map(|theme| theme.theme).collect::<Vec<_>>());
            let quotes: Vec<_> = self.quotes_shown(of).iter().map(|quote| quote.id).collect();
            self.quotes.settle(&quotes);
            self.surveys
                .settle(&facts.surveys.iter().map(|s| s.wave).collect::<Vec<_>>());
            let asked = self.asked_shown(of);
            let asked: Vec<_> = asked.iter().map(|row| (row.wave, row.enrolment)).collect();
            self.waiting.settle(&asked);
        }
    }

    /// Moves what a pane shows so that its cursor is in sight.
    pub(super) fn arrange_pane(&mut self, pane: Pane, room: usize, rows: usize) {
        match pane {
            Pane::Groups => self.groups.arrange(room, rows),
            Pane::Scores => self.scores.arrange(room, rows),
            Pane::Questions => self.questions.arrange(room, rows),
            Pane::Themes => self.themes.arrange(room, rows),
            Pane::Quotes => self.quotes.arrange(room, rows),
            Pane::Confidence => self.confidence.arrange(room, rows),
            Pane::Surveys => self.surveys.arrange(room, rows),
            Pane::Waiting => self.waiting.arrange(room, rows),
        }
    }
}

/// Whether an action marks rows.
const fn is_marking(action: Action) -> bool {
    matches!(action, Action::Mark | Action::Range | Action::MarkAll)
}
