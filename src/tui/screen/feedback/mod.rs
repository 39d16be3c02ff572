//! Feedback: is it working, who has not answered, what may we quote.
//!
//! Opens on the groups; Enter gives one group the body. Never shows one person's numbers.

mod answers;
mod card;
mod cursors;
mod draw;
mod facts;
mod layout;
mod quote;
mod remind;
mod rows;
mod themes;
mod verbs;

use ratatui::layout::{Position, Rect};

use self::facts::{Facts, Scoped};
use self::layout::{Layout, Pane, Wanted};
use super::filter::FilterLine;
use super::{Cx, Screen, Typed};
use crate::domain::{AnyId, Enrolment, Id, Kind, Quote, Scope, Theme, Wave};
use crate::tui::key::{Action, Context};
use crate::tui::part::{Canvas, Cursor, around};
use crate::tui::signal::Place;
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
    /// The streams beside one another instead of the groups.
    Streams,
}

impl Sort {
    const fn next(self) -> Self {
        match self {
            Self::Code => Self::Mean,
            Self::Mean => Self::Answered,
            Self::Answered => Self::Streams,
            Self::Streams => Self::Code,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Code | Self::Streams => "",
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
    filter: FilterLine,
    filtered: Pane,
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
            filter: FilterLine::default(),
            filtered: Pane::Groups,
        }
    }
}

impl Feedback {
    /// What is shown, once it has been asked for.
    fn shown(&self) -> Option<(&Facts, &Scoped)> {
        let facts = self.facts.as_ref()?;
        Some((facts, facts.of.as_ref()?))
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
}

impl Screen for Feedback {
    fn context(&self) -> Context {
        if self.filter.is_typed() {
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
                    Pane::Scores | Pane::Themes | Pane::Surveys | Pane::Questions | Pane::Confidence => {
                        "answers"
                    }
                    Pane::Waiting => "person",
                }
                .to_owned(),
            ),
            Action::Edit => Some(
                if self.pane == Pane::Quotes {
                    "edit quote"
                } else {
                    "edit theme"
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
                    Sort::Answered => "Groups with the fewest answers first. s again: the streams.",
                    Sort::Streams => "The streams beside one another. s again: groups by code.",
                })
            }
            Action::Filter => {
                if !matches!(self.pane, Pane::Quotes | Pane::Waiting) {
                    self.focus(Pane::Groups, cx);
                }
                if self.filtered != self.pane {
                    self.filter.clear();
                    self.filtered = self.pane;
                }
                self.filter.begin();
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
                (Pane::Themes, _, Some(theme)) => themes::edit(cx, theme),
                _ => Step::say("e edits a quote or a theme: Tab goes to them."),
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
        self.filter.take(typed);
        if matches!(typed, Typed::Key(_)) {
            // The first match is under the cursor as soon as something is typed.
            self.groups.row = 0;
            self.groups.at = None;
        }
        self.settle(cx);
        let found = self.pane == Pane::Groups && self.filter.is_set() && self.groups.at.is_some();
        if typed == Typed::Save && found {
            let step = self.open(cx);
            self.settle(cx);
            return step;
        }
        Step::Stay
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
        self.settle_panes(&facts);
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
            self.arrange_pane(pane, room, rows);
        }
    }

    fn view(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        draw::view(self, cx, canvas)
    }

    fn following(&self, cx: &Cx<'_>) -> Vec<Rect> {
        let panes = self.layout(cx).panes;
        let here = panes.iter().find(|(pane, _)| *pane == self.pane);
        here.map_or_else(Vec::new, |(_, area)| around(cx.body, *area))
    }

    fn show(&mut self, id: AnyId, cx: &Cx<'_>) -> bool {
        self.filter.clear();
        if self.sort == Sort::Streams {
            self.sort = Sort::Code;
        }
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
                wave.is_some_and(|wave| self.show_wave(wave, cx))
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
