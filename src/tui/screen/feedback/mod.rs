//! Feedback: is it working, who has not answered, what may we quote.
//!
//! Opens on the groups; Enter gives one group the body. Never shows one person's numbers.

mod answers;
mod draw;
mod facts;
mod layout;
mod quote;
mod remind;
mod rows;

use std::borrow::Cow;

use ratatui::layout::Position;

use self::facts::{Facts, Scoped, round_name};
use self::layout::{Layout, Pane, Wanted};
use super::{Cx, Screen, Typed};
use crate::domain::feedback::{AskedRow, Line, QuoteLine, Shown};
use crate::domain::{AnyId, Enrolment, Id, Kind, Quote, Scope, Theme, Wave, text, when};
use crate::tui::key::{Action, Context};
use crate::tui::overlay::{Menu, MenuRow, Overlay};
use crate::tui::part::{Canvas, Cursor, LineInput};
use crate::tui::signal::{Out, Place};
use crate::tui::step::{Hand, Step};

/// In which order the groups stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Sort {
    /// By stream and code.
    #[default]
    Code,
    /// Lowest mean first.
    Mean,
    /// Fewest answers first.
    Answered,
}

impl Sort {
    const fn next(self) -> Self {
        match self {
            Self::Code => Self::Mean,
            Self::Mean => Self::Answered,
            Self::Answered => Self::Code,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Code => "",
            Self::Mean => ", lowest first",
            Self::Answered => ", fewest answers first",
        }
    }
}

/// The Feedback view.
pub struct Feedback {
    facts: Option<Facts>,
    pane: Pane,
    opened: bool,
    zoom: bool,
    table: bool,
    sort: Sort,
    round: Option<u8>,
    groups: Cursor<Scope>,
    scores: Cursor<u8>,
    questions: Cursor<usize>,
    themes: Cursor<Id<Theme>>,
    quotes: Cursor<Id<Quote>>,
    confidence: Cursor<usize>,
    surveys: Cursor<Id<Wave>>,
    waiting: Cursor<(Id<Wave>, Id<Enrolment>)>,
    filter: LineInput,
    filtered: Pane,
    typing: bool,
}

impl Default for Feedback {
    fn default() -> Self {
        Self {
            facts: None,
            pane: Pane::Groups,
            opened: false,
            zoom: false,
            table: false,
            sort: Sort::default(),
            round: None,
            groups: Cursor::default(),
            scores: Cursor::default(),
            questions: Cursor::default(),
            themes: Cursor::default(),
            quotes: Cursor::default(),
            confidence: Cursor::default(),
            surveys: Cursor::default(),
            waiting: Cursor::default(),
            filter: LineInput::default(),
            filtered: Pane::Groups,
            typing: false,
        }
    }
}

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
    /// What is shown, once it has been asked for.
    fn shown(&self) -> Option<(&Facts, &Scoped)> {
        let facts = self.facts.as_ref()?;
        Some((facts, facts.of.as_ref()?))
    }

    /// The filter, in the pane it belongs to.
    fn filter_of(&self, pane: Pane) -> Cow<'_, str> {
        if pane == self.filtered {
            Cow::Borrowed(self.filter.text())
        } else {
            Cow::Borrowed("")
        }
    }

    /// The lines of the table of groups, all groups first.
    fn lines<'a>(&self, facts: &'a Facts) -> Vec<&'a Line> {
        let wanted = self.filter_of(Pane::Groups);
        let groups = facts.board.groups.iter();
        let mut groups: Vec<&Line> = groups.filter(|line| finds(&wanted, &line.name)).collect();
        let mean = |line: &Line| line.mean.as_ref().and_then(Shown::value).copied();
        match self.sort {
            Sort::Code => {}
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

    fn quotes_shown<'a>(&self, of: &'a Scoped) -> Vec<&'a QuoteLine> {
        let wanted = text::fold(&self.filter_of(Pane::Quotes));
        let line = |quote: &QuoteLine| text::fold(&format!("{} {}", quote.label.text, rows::words_of(quote)));
        let quotes = of.quotes.iter();
        quotes
            .filter(|q| wanted.is_empty() || line(q).contains(&wanted))
            .collect()
    }

    fn asked_shown<'a>(&self, of: &'a Scoped) -> Vec<&'a AskedRow> {
        let wanted = self.filter_of(Pane::Waiting);
        of.asked.iter().filter(|row| finds(&wanted, &row.name)).collect()
    }

    /// How many rows a pane has.
    fn count(&self, _cx: &Cx<'_>, pane: Pane) -> usize {
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

    fn wanted(&self, cx: &Cx<'_>) -> Wanted {
        let surveys = self
            .shown()
            .is_some_and(|(facts, of)| of.scope == Scope::Cohort && !facts.surveys.is_empty());
        Wanted {
            body: cx.body,
            focus: self.pane,
            opened: self.opened,
            alone: self.zoom || cx.is_small(),
            surveys,
        }
    }

    fn layout(&self, cx: &Cx<'_>) -> Layout {
        self.wanted(cx).layout(|pane| draw::rows(self, cx, pane))
    }

    /// The row of the cursor of a pane, and the first row shown.
    const fn window(&self, pane: Pane) -> (usize, usize) {
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
    fn move_cursor(&mut self, action: Action, cx: &Cx<'_>, page: usize) -> bool {
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

    fn choose_round(&mut self, round: Option<u8>, cx: &Cx<'_>) {
        if round.is_some() && round != self.shown().map(|(_, of)| of.round) {
            self.round = round;
            self.settle(cx);
        }
    }

    /// The session before or after the one chosen.
    fn step_round(&mut self, later: bool, cx: &Cx<'_>) -> Step {
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

    fn focus(&mut self, pane: Pane, cx: &Cx<'_>) {
        self.pane = pane;
        self.opened = pane != Pane::Groups;
        self.settle(cx);
    }

    fn next_pane(&mut self, by: isize, cx: &Cx<'_>) -> Step {
        let order = self.wanted(cx).order();
        let here = order.iter().position(|pane| *pane == self.pane).unwrap_or(0);
        let count = isize::try_from(order.len()).unwrap_or(1);
        let next = (isize::try_from(here).unwrap_or(0) + by).rem_euclid(count);
        let pane = order[usize::try_from(next).unwrap_or(0)];
        self.focus(pane, cx);
        Step::Stay
    }

    fn open(&mut self, cx: &Cx<'_>) -> Step {
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
                Some(quote) => Step::Enter(Box::new(quote::QuoteCard::of(quote))),
                None => Step::say("No quote is under the cursor."),
            },
            Pane::Waiting => match self.waiting.at.and_then(|(_, who)| cx.model.enrolments.get(who)) {
                Some(enrolment) => Step::Open(enrolment.person.into()),
                None => Step::say("Nobody is under the cursor."),
            },
            Pane::Questions | Pane::Confidence => Step::say(self.detail()),
        }
    }

    /// The row under the cursor in a whole sentence, for the panes whose rows open nothing.
    fn detail(&self) -> String {
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
                    format!(", 95 % interval {:+.1} to {:+.1}", interval.low, interval.high)
                });
                let effect = change
                    .by
                    .effect()
                    .map_or(String::new(), |d| format!(", d {d:.1}"));
                let n = change.by.n;
                format!("{name}: {:+.1} on {n} pairs{interval}{effect}.", change.by.mean)
            }
            Some((name, Shown::Hidden { why, .. })) => format!("{name}: {why}."),
            None => "The change is known once people have been asked again.".to_owned(),
        }
    }

    /// Back one level: marks, filter, zoom, group.
    fn back(&mut self, cx: &Cx<'_>) -> Step {
        if self.quotes.unmark() || self.waiting.unmark() {
            return Step::Stay;
        }
        if !self.filter.text().is_empty() && self.filtered == self.pane {
            self.filter.set("");
        } else if self.zoom {
            self.zoom = false;
        } else if self.pane != Pane::Groups {
            self.focus(Pane::Groups, cx);
        } else if !self.filter.text().is_empty() {
            self.filter.set("");
        } else {
            return Step::Back;
        }
        self.settle(cx);
        Step::Stay
    }

    /// Goes to the next row that needs a person.
    fn next_problem(&mut self, later: bool, cx: &Cx<'_>) -> Step {
        let Some((facts, of)) = self.shown() else {
            return Step::Stay;
        };
        let problems: Vec<usize> = match self.pane {
            Pane::Quotes => {
                let quotes = self.quotes_shown(of);
                let waits = |quote: &QuoteLine| {
                    quote.state == crate::domain::QuoteState::Suggested && quote.text.is_some()
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
    fn sentence(&self, cx: &Cx<'_>) -> String {
        let Some((facts, of)) = self.shown() else {
            return String::new();
        };
        if facts.is_empty() {
            return draw::not_begun(cx, of);
        }
        let line = facts.line(of.scope);
        let waiting = of.waiting().count();
        let people = if waiting == 1 {
            "1 person has"
        } else {
            &format!("{waiting} people have")
        };
        let round = round_name(of.round);
        let open = of.closes.is_some_and(|day| cx.model.day(cx.now) <= day);
        let about = match (of.closes, open) {
            (None, _) => format!("{}: nobody was asked about {round} yet.", line.name),
            (Some(day), true) => {
                let remind = if waiting > 0 { ": r reminds them" } else { "" };
                let what = sentence_case(&round);
                format!(
                    "{what} closes {}. {people} not answered{remind}.",
                    when::day_short(day)
                )
            }
            (Some(day), false) => {
                let what = sentence_case(&round);
                format!("{what} closed {}. {people} not answered.", when::day_short(day))
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
    fn copied(&self, what: usize, cx: &Cx<'_>) -> String {
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
                let line = |theme: &crate::domain::feedback::ThemeLine| {
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
    fn chosen_waiting<'a>(&self, cx: &Cx<'_>, of: &'a Scoped) -> Vec<&'a AskedRow> {
        let day = cx.model.day(cx.now);
        let marks = &self.waiting.marks;
        let marked = |row: &AskedRow| marks.is_empty() || marks.contains(&(row.wave, row.enrolment));
        of.waiting()
            .filter(|row| marked(row) && facts::is_open(cx.model, row.wave, day))
            .collect()
    }

    fn copy(&self, cx: &Cx<'_>) -> Step {
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

    fn remind(&self, cx: &Cx<'_>) -> Step {
        let Some((_, of)) = self.shown() else {
            return Step::Stay;
        };
        remind::open(cx, of, &self.chosen_waiting(cx, of))
    }
}

/// The first letter in upper case.
fn sentence_case(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// Whether an action marks rows.
const fn is_marking(action: Action) -> bool {
    matches!(action, Action::Mark | Action::Range | Action::MarkAll)
}

impl Screen for Feedback {
    fn context(&self) -> Context {
        if self.typing {
            Context::Text
        } else {
            Context::Feedback
        }
    }

    fn home(&self) -> Context {
        Context::Feedback
    }

    fn crumbs(&self, _cx: &Cx<'_>) -> Vec<String> {
        match self.shown() {
            Some((facts, of)) if self.opened => vec![facts.line(of.scope).name.clone()],
            _ => Vec::new(),
        }
    }

    fn aside(&self, _cx: &Cx<'_>) -> String {
        let Some((facts, of)) = self.shown() else {
            return String::new();
        };
        let scope = if self.opened { of.scope } else { Scope::Cohort };
        let problems = if scope == Scope::Cohort {
            facts
                .board
                .groups
                .iter()
                .filter(|line| !line.attention.is_empty())
                .count()
        } else {
            facts.line(scope).attention.len()
        };
        let problems = if problems > 0 {
            format!("   ! {problems}")
        } else {
            String::new()
        };
        match facts::ratio(&facts.line(scope).answered).as_str() {
            "" => problems.trim().to_owned(),
            "-" => format!("anonymous{problems}"),
            answered => format!("{answered} answered{problems}"),
        }
    }

    fn note(&self, cx: &Cx<'_>) -> String {
        self.sentence(cx)
    }

    fn offers(&self, _cx: &Cx<'_>) -> Vec<Action> {
        let mut offers = match self.pane {
            Pane::Groups => vec![
                Action::Open,
                Action::Remind,
                Action::Filter,
                Action::NextProblem,
                Action::Sort,
            ],
            Pane::Quotes => vec![
                Action::Open,
                Action::Edit,
                Action::Drop,
                Action::Filter,
                Action::NextProblem,
            ],
            Pane::Themes => vec![Action::Open, Action::Edit],
            Pane::Waiting => vec![
                Action::Remind,
                Action::Mark,
                Action::Add,
                Action::Open,
                Action::Filter,
            ],
            _ => vec![Action::Remind, Action::Open, Action::Body],
        };
        let rest = [
            Action::Earlier,
            Action::Later,
            Action::NextPane,
            Action::Add,
            Action::Remind,
            Action::Body,
            Action::Zoom,
            Action::Copy,
            Action::Today,
            Action::PreviousPane,
            Action::PreviousProblem,
        ];
        for action in rest {
            if !offers.contains(&action) {
                offers.push(action);
            }
        }
        offers
    }

    fn hint(&self, action: Action, cx: &Cx<'_>) -> Option<String> {
        let (_, of) = self.shown()?;
        match action {
            Action::Remind => match self.chosen_waiting(cx, of).len() {
                0 => Some(String::new()),
                n => Some(format!("remind {n}")),
            },
            Action::Open => Some(
                match self.pane {
                    Pane::Groups | Pane::Quotes => "open",
                    Pane::Scores | Pane::Themes | Pane::Surveys => "answers",
                    Pane::Waiting => "person",
                    Pane::Questions | Pane::Confidence => "say it",
                }
                .to_owned(),
            ),
            Action::Edit => Some(
                if self.pane == Pane::Quotes {
                    "edit quote"
                } else {
                    "rename"
                }
                .to_owned(),
            ),
            Action::Drop => Some(
                match self
                    .quotes
                    .at
                    .and_then(|id| of.quotes.iter().find(|quote| quote.id == id))
                {
                    Some(quote) if quote.state == crate::domain::QuoteState::Hidden => "show quote",
                    _ => "hide quote",
                }
                .to_owned(),
            ),
            Action::Body => Some(if self.table { "bars" } else { "table" }.to_owned()),
            Action::NextPane => Some("next pane".to_owned()),
            Action::Earlier => Some("session before".to_owned()),
            Action::Later => Some("after".to_owned()),
            Action::Mark => Some("mark".to_owned()),
            _ => None,
        }
    }

    fn act(&mut self, action: Action, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        self.settle(cx);
        match action {
            Action::Open => self.open(cx),
            Action::Back => self.back(cx),
            Action::NextPane => self.next_pane(1, cx),
            Action::PreviousPane => self.next_pane(-1, cx),
            Action::Left if self.pane != Pane::Groups => {
                self.focus(Pane::Groups, cx);
                Step::Stay
            }
            Action::Right if self.pane == Pane::Groups => self.open(cx),
            Action::Earlier => self.step_round(false, cx),
            Action::Later => self.step_round(true, cx),
            Action::Today => {
                self.round = None;
                self.settle(cx);
                Step::say(self.sentence(cx))
            }
            Action::Body => {
                self.table = !self.table;
                let words = if self.table {
                    "Scores as a table, by question."
                } else {
                    "Scores as bars."
                };
                Step::say(words)
            }
            Action::Zoom => {
                self.zoom = !self.zoom;
                Step::Stay
            }
            Action::Info => {
                let say = self.sentence(cx);
                Step::say(say)
            }
            Action::Sort => {
                self.sort = self.sort.next();
                self.settle(cx);
                Step::say(match self.sort {
                    Sort::Code => "Groups by stream and code.",
                    Sort::Mean => "Groups with the lowest mean first. s again: fewest answers first.",
                    Sort::Answered => "Groups with the fewest answers first. s again: by code.",
                })
            }
            Action::Filter => {
                if !matches!(self.pane, Pane::Quotes | Pane::Waiting) {
                    self.focus(Pane::Groups, cx);
                }
                if self.filtered != self.pane {
                    self.filter.set("");
                    self.filtered = self.pane;
                }
                self.typing = true;
                Step::Stay
            }
            Action::NextProblem => self.next_problem(true, cx),
            Action::PreviousProblem => self.next_problem(false, cx),
            Action::Copy => self.copy(cx),
            Action::Remind => self.remind(cx),
            Action::Add => {
                let waiting = (self.pane == Pane::Waiting).then_some(self.waiting.at).flatten();
                let (scope, round) = self
                    .shown()
                    .map_or((Scope::Cohort, 0), |(_, of)| (of.scope, of.round));
                answers::add(cx, scope, round, waiting)
            }
            Action::Drop if self.pane == Pane::Quotes => {
                let chosen = self.quotes.chosen();
                self.quotes.unmark();
                quote::hide_or_show(cx, &chosen, hand)
            }
            Action::Drop => Step::say("d hides a quote from reports: Tab goes to the quotes."),
            Action::Edit => match (self.pane, self.quotes.at, self.themes.at) {
                (Pane::Quotes, Some(quote), _) => quote::edit(cx, quote),
                (Pane::Themes, _, Some(theme)) => quote::rename_theme(cx, theme),
                _ => Step::say("e edits a quote or renames a theme: Tab goes to them."),
            },
            other => {
                let areas = self.layout(cx).panes;
                let area = areas.iter().find(|(pane, _)| *pane == self.pane);
                let page = area.map_or(5, |(_, area)| usize::from(area.height.saturating_sub(2)));
                if self.move_cursor(other, cx, page) {
                    Step::Stay
                } else {
                    Step::Unbound
                }
            }
        }
    }

    fn text(&mut self, typed: Typed, cx: &Cx<'_>, _hand: &mut Hand) -> Step {
        let mut step = Step::Stay;
        match typed {
            Typed::Key(key) => {
                self.filter.edit(key);
                // The first match is under the cursor as soon as something is typed.
                self.groups.row = 0;
                self.groups.at = None;
            }
            Typed::Save => {
                self.typing = false;
                self.settle(cx);
                if self.pane == Pane::Groups && !self.filter.text().is_empty() && self.groups.at.is_some() {
                    step = self.open(cx);
                }
            }
            Typed::Next | Typed::Down => self.typing = false,
            Typed::Leave => {
                self.typing = false;
                self.filter.set("");
            }
            Typed::Up | Typed::Previous => {}
        }
        self.settle(cx);
        step
    }

    fn settle(&mut self, cx: &Cx<'_>) {
        let mut facts = match self.facts.take() {
            Some(facts) if facts.is_of(cx.model, cx.now) => facts,
            _ => Facts::of(cx.model, cx.now),
        };
        let keys: Vec<Scope> = self.lines(&facts).iter().map(|line| line.scope).collect();
        self.groups.settle(&keys);
        let rounds = u8::try_from(facts.board.all.rounds.len()).unwrap_or(u8::MAX);
        self.round = self.round.filter(|round| (1..=rounds).contains(round));
        facts.look_at(
            cx.model,
            cx.now,
            self.groups.at.unwrap_or(Scope::Cohort),
            self.round,
        );
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
        self.facts = Some(facts);
        let rows = self.count(cx, Pane::Confidence);
        self.confidence.settle(&(0..rows).collect::<Vec<_>>());
        if !self.wanted(cx).order().contains(&self.pane) {
            self.pane = Pane::Scores;
        }
    }

    fn arrange(&mut self, cx: &Cx<'_>) {
        for (pane, area) in self.layout(cx).panes {
            let rows = self.count(cx, pane);
            let heading = usize::from(draw::has_heading(pane, area.height));
            let room = usize::from(area.height).saturating_sub(1 + heading);
            let room = if rows > room { room.saturating_sub(1) } else { room };
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

    fn view(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        draw::view(self, cx, canvas)
    }

    fn show(&mut self, id: AnyId, cx: &Cx<'_>) -> bool {
        self.filter.set("");
        self.groups.go(0, &[Scope::Cohort]);
        self.settle(cx);
        let Some((_, of)) = self.shown() else { return false };
        match id.kind {
            Kind::Quote => {
                let keys: Vec<_> = of.quotes.iter().map(|quote| quote.id).collect();
                let found = self.quotes.find(Id::new(id.number), &keys);
                self.focus(Pane::Quotes, cx);
                found
            }
            Kind::Theme => {
                let keys: Vec<_> = of.themes.iter().map(|theme| theme.theme).collect();
                let found = self.themes.find(Id::new(id.number), &keys);
                self.focus(Pane::Themes, cx);
                found
            }
            Kind::Wave | Kind::Response => {
                let wave = match id.of::<crate::domain::Response>() {
                    Some(response) => cx.model.responses.get(response).map(|response| response.wave),
                    None => id.of::<Wave>(),
                };
                let round = wave.and_then(|wave| cx.model.waves.get(wave)?.round);
                self.choose_round(round.map(|round| cx.model.round_number(round)), cx);
                self.focus(Pane::Scores, cx);
                wave.is_some()
            }
            Kind::Group => {
                let keys: Vec<Scope> = self.facts.as_ref().map_or(Vec::new(), |facts| {
                    self.lines(facts).iter().map(|line| line.scope).collect()
                });
                let found = self.groups.find(Scope::Group(Id::new(id.number)), &keys);
                self.settle(cx);
                found
            }
            _ => false,
        }
    }

    fn place(&self, _cx: &Cx<'_>) -> Place {
        let on: Option<AnyId> = match (self.pane, self.groups.at) {
            (Pane::Quotes, _) => self.quotes.at.map(Into::into),
            (_, Some(Scope::Group(group))) => Some(group.into()),
            _ => None,
        };
        Place {
            on,
            ..Place::default()
        }
    }

    fn marked(&self) -> usize {
        match self.pane {
            Pane::Quotes => self.quotes.marks.len(),
            Pane::Waiting => self.waiting.marks.len(),
            _ => 0,
        }
    }
}
