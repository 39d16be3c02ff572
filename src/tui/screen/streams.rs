//! Streams: how each stream stands; the groups of the one under the cursor below it.

mod standing;
mod view;

use ratatui::layout::{Position, Rect};

use super::filter::FilterLine;
use super::now::alerts::Watch;
use super::{Cx, Screen, Typed, copy, records};
use crate::domain::{AnyId, Family, Group, Id, Rev, Stream, text};
use crate::tui::key::{Action, Context, Tab};
use crate::tui::overlay::{Form, FormField, Overlay};
use crate::tui::part::{Canvas, Cursor, room};
use crate::tui::signal::Place;
use crate::tui::step::{Hand, Step};
use standing::{GroupLine, StreamLine};

/// The parts of the view that keys can go to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Pane {
    #[default]
    Streams,
    Groups,
}

/// How the streams are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Order {
    /// As the office has them.
    #[default]
    Office,
    /// Those that need most attention first.
    Attention,
    /// Lowest attendance first.
    Attendance,
}

/// The Streams view.
#[derive(Default)]
pub struct Streams {
    pane: Pane,
    order: Order,
    streams: Cursor<Id<Stream>>,
    groups: Cursor<Id<Group>>,
    watch: Watch,
    /// Every stream, as last looked at.
    all: Vec<StreamLine>,
    /// Those shown, in the order shown: places in `all`.
    shown: Vec<usize>,
    looked: Option<(AnyId, Rev, i64)>,
    filter: FilterLine,
    /// Whether the info pane covers the body (it is always there on a wide screen).
    info: bool,
}

impl Streams {
    fn look(&mut self, cx: &Cx<'_>) {
        self.watch.look(cx);
        let reason = (cx.model.focus.into(), cx.model.rev, cx.now.timestamp() / 60);
        if self.looked != Some(reason) {
            self.all = standing::standing(cx.model, &self.watch.alerts, cx.now);
            self.looked = Some(reason);
        }
        let wanted = text::fold(self.filter.text());
        let passes = |line: &StreamLine| {
            let text = text::fold(&format!("{} {}", line.code, line.lead));
            wanted.split_whitespace().all(|word| text.contains(word))
        };
        let mut shown: Vec<usize> = (0..self.all.len())
            .filter(|row| passes(&self.all[*row]))
            .collect();
        match self.order {
            Order::Office => {}
            Order::Attention => shown.sort_by_key(|row| std::cmp::Reverse(self.all[*row].open)),
            Order::Attendance => shown.sort_by_key(|row| self.all[*row].attendance.percent().unwrap_or(101)),
        }
        self.shown = shown;
    }

    fn lines(&self) -> impl Iterator<Item = &StreamLine> {
        self.shown.iter().filter_map(|row| self.all.get(*row))
    }

    fn stream_keys(&self) -> Vec<Id<Stream>> {
        self.lines().map(|line| line.id).collect()
    }

    /// The stream under the cursor.
    fn line(&self) -> Option<&StreamLine> {
        self.lines().find(|line| Some(line.id) == self.streams.at)
    }

    /// The groups of the stream under the cursor.
    fn group_lines(&self) -> &[GroupLine] {
        self.line().map(|line| line.groups.as_slice()).unwrap_or_default()
    }

    fn group_keys(&self) -> Vec<Id<Group>> {
        self.group_lines().iter().map(|group| group.id).collect()
    }

    /// The record under the cursor.
    fn at(&self) -> Option<AnyId> {
        match self.pane {
            Pane::Streams => self.streams.at.map(AnyId::from),
            Pane::Groups => self.groups.at.map(AnyId::from),
        }
    }

    fn next_problem(&mut self, backwards: bool) -> Step {
        match self.pane {
            Pane::Streams => {
                let keys = self.stream_keys();
                let troubled = self.lines().map(|line| line.open > 0).collect::<Vec<_>>();
                step_to(&mut self.streams, &keys, &troubled, backwards)
            }
            Pane::Groups => {
                let keys = self.group_keys();
                let troubled = self
                    .group_lines()
                    .iter()
                    .map(|group| group.open > 0)
                    .collect::<Vec<_>>();
                step_to(&mut self.groups, &keys, &troubled, backwards)
            }
        }
    }

    fn add() -> Step {
        let families = Family::ALL
            .iter()
            .map(|family| family.word().to_owned())
            .collect();
        let need = |key: &str, label: &str| FormField::new(key, label, "").needed();
        let fields = vec![
            need("code", "Code (CCIO)"),
            FormField::new("name", "Name", ""),
            FormField::new("family", "Family", "clinical").choosing(families),
            FormField::new("source", "Mentors from", ""),
        ];
        Step::Ask(Overlay::Form(Form::new(
            "Add a stream",
            fields,
            |texts, cx, hand| {
                let text = |key: &str| {
                    let found = texts.iter().find(|(is, _)| is == key);
                    found.map(|(_, text)| text.clone()).unwrap_or_default()
                };
                let family = Family::from_word(&text("family"))
                    .ok_or("The family is clinical, technical or mixed.")?;
                let edit = cx
                    .model
                    .add_stream(
                        &mut hand.mint,
                        &text("code"),
                        &text("name"),
                        family,
                        &text("source"),
                    )
                    .map_err(|refusal| format!("{}. Try: {}.", refusal.what, refusal.hint))?;
                Ok(Step::Propose(
                    edit,
                    format!("Added stream {}", text("code").trim()),
                ))
            },
        )))
    }

    fn copies(&self) -> Step {
        let stream = |line: &StreamLine| {
            format!(
                "{}\t{}\t{}\t{}\t{}\t{}\t{} of {}\t{}\t{}\t{}\t{}",
                line.code,
                line.lead,
                line.groups.len(),
                line.mentors,
                line.mentees,
                line.pool,
                line.held.part,
                line.held.whole,
                standing::percent(line.attendance),
                line.voices.answered(),
                line.voices.confidence(),
                line.open
            )
        };
        let group = |group: &GroupLine| {
            format!(
                "{}\t{}\t{}\t{}\t{}\t{}\t{}",
                group.code,
                group.mentor,
                group.size,
                group.next,
                standing::percent(group.attendance),
                group.voices.answered(),
                group.state(true)
            )
        };
        let (row, table) = match self.pane {
            Pane::Streams => (
                self.line().map(stream),
                self.lines().map(stream).collect::<Vec<_>>(),
            ),
            Pane::Groups => {
                let groups = self.group_lines();
                let here = groups.iter().find(|line| Some(line.id) == self.groups.at);
                (here.map(group), groups.iter().map(group).collect())
            }
        };
        copy::menu(vec![
            ('r', "row", row.unwrap_or_default()),
            ('t', "table", table.join("\n")),
        ])
    }

    /// What the whole cohort comes to.
    fn total(&self) -> String {
        let groups: usize = self.all.iter().map(|line| line.groups.len()).sum();
        let mentors: usize = self.all.iter().map(|line| line.mentors).sum();
        let mentees: usize = self.all.iter().map(|line| line.mentees).sum();
        let pool: usize = self.all.iter().map(|line| line.pool).sum();
        let of = |n: usize, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
        format!(
            "{}, {}, {}, {} ({pool} without a group).",
            of(self.all.len(), "stream"),
            of(groups, "group"),
            of(mentors, "mentor"),
            of(mentees, "mentee")
        )
    }
}

/// Puts a cursor on the next, or previous, row that needs somebody.
fn step_to<K: Copy + Ord>(cursor: &mut Cursor<K>, keys: &[K], troubled: &[bool], backwards: bool) -> Step {
    let is = |row: &usize| troubled.get(*row).copied().unwrap_or(false);
    let here = cursor.row;
    let next = if backwards {
        (0..here)
            .rev()
            .find(is)
            .or_else(|| (0..troubled.len()).rev().find(is))
    } else {
        (here + 1..troubled.len())
            .find(is)
            .or_else(|| (0..troubled.len()).find(is))
    };
    match next {
        Some(row) => {
            cursor.go(row, keys);
            Step::Stay
        }
        None => Step::say("Nothing needs attention here."),
    }
}

impl Screen for Streams {
    fn context(&self) -> Context {
        if self.filter.is_typed() {
            Context::Text
        } else {
            Context::Streams
        }
    }

    fn home(&self) -> Context {
        Context::Streams
    }

    fn crumbs(&self, _cx: &Cx<'_>) -> Vec<String> {
        match (self.pane, self.line()) {
            (Pane::Groups, Some(line)) => vec![line.code.clone()],
            _ => Vec::new(),
        }
    }

    fn aside(&self, cx: &Cx<'_>) -> String {
        self.watch.sign(cx.is_wide())
    }

    fn note(&self, cx: &Cx<'_>) -> String {
        if self.all.is_empty() {
            return "No streams yet. A cohort needs at least one: a adds it.".to_owned();
        }
        if self.shown.is_empty() {
            return format!(
                "No match for {}. {} hidden. Esc shows all.",
                self.filter.text(),
                self.all.len()
            );
        }
        let open = self
            .at()
            .map(|id| standing::open(cx.model, &self.watch.alerts, id))
            .unwrap_or_default();
        match (self.pane, open.first()) {
            (Pane::Groups, Some(alert)) => {
                let subject = super::now::alerts::subject(cx.model, alert);
                format!("{subject}: {}. {}.", alert.evidence, alert.deal)
            }
            _ => self.total(),
        }
    }

    fn offers(&self, _cx: &Cx<'_>) -> Vec<Action> {
        if self.all.is_empty() {
            return vec![Action::Add, Action::GoTo];
        }
        vec![
            Action::Open,
            Action::Add,
            Action::Edit,
            Action::NextProblem,
            Action::Sort,
            Action::Info,
            Action::NextPane,
            Action::Drop,
            Action::Filter,
            Action::Copy,
        ]
    }

    fn hint(&self, action: Action, _cx: &Cx<'_>) -> Option<String> {
        match (action, self.pane) {
            (Action::Open, Pane::Groups) => Some("group".to_owned()),
            (Action::Sort, _) => Some("sort".to_owned()),
            _ => None,
        }
    }

    fn act(&mut self, action: Action, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        match action {
            Action::Open => match (self.pane, self.at()) {
                (Pane::Streams, Some(stream)) => return Step::ShowIn(Tab::Groups, stream),
                (Pane::Groups, Some(group)) => return Step::Open(group),
                (_, None) => return Step::say("No streams yet. A cohort needs at least one: a adds it."),
            },
            Action::Add => return Self::add(),
            Action::Edit => {
                return match self.at() {
                    Some(id) => records::edit(cx.model, id),
                    None => Step::say("There is no stream yet: a adds one."),
                };
            }
            Action::Drop => match (self.pane, self.line()) {
                (Pane::Streams, Some(line)) => {
                    let said = format!("Archived stream {}", line.code);
                    return Step::propose_saying(cx.model.archive_stream(&mut hand.mint, line.id), said);
                }
                _ => return Step::say("d archives an empty stream; groups are archived in 3 Groups."),
            },
            Action::NextPane | Action::PreviousPane | Action::Left | Action::Right => {
                self.pane = match (self.pane, action) {
                    (_, Action::Left) | (Pane::Groups, Action::NextPane | Action::PreviousPane) => {
                        Pane::Streams
                    }
                    _ => Pane::Groups,
                };
            }
            Action::NextProblem => return self.next_problem(false),
            Action::PreviousProblem => return self.next_problem(true),
            Action::Sort => {
                self.order = match self.order {
                    Order::Office => Order::Attention,
                    Order::Attention => Order::Attendance,
                    Order::Attendance => Order::Office,
                };
                self.settle(cx);
            }
            Action::Copy => return self.copies(),
            Action::Filter => {
                self.pane = Pane::Streams;
                self.filter.begin();
            }
            Action::Info => self.info = !self.info,
            Action::Back if self.info => self.info = false,
            Action::Back if self.filter.is_set() => {
                self.filter.clear();
                self.settle(cx);
            }
            Action::Back if self.pane == Pane::Groups => self.pane = Pane::Streams,
            Action::Back => return Step::Back,
            other => {
                let page = usize::from(cx.body.height) / 3;
                let moved = match self.pane {
                    Pane::Streams => self.streams.act(other, &self.stream_keys(), page),
                    Pane::Groups => self.groups.act(other, &self.group_keys(), page),
                };
                if !moved {
                    return Step::Unbound;
                }
                self.groups.settle(&self.group_keys());
            }
        }
        Step::Stay
    }

    fn text(&mut self, typed: Typed, cx: &Cx<'_>, _hand: &mut Hand) -> Step {
        self.filter.take(typed);
        self.settle(cx);
        Step::Stay
    }

    fn settle(&mut self, cx: &Cx<'_>) {
        self.look(cx);
        self.streams.settle(&self.stream_keys());
        self.groups.settle(&self.group_keys());
        if self.group_lines().is_empty() {
            self.pane = Pane::Streams;
        }
    }

    fn arrange(&mut self, cx: &Cx<'_>) {
        let [streams, groups] = self.heights(cx);
        let (shown, lines) = (self.shown.len(), self.group_lines().len());
        self.streams.arrange(room(streams, shown), shown);
        self.groups.arrange(room(groups, lines), lines);
    }

    fn view(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        self.draw(cx, canvas)
    }

    fn following(&self, cx: &Cx<'_>) -> Vec<Rect> {
        self.of_one_stream(cx)
    }

    fn show(&mut self, id: AnyId, cx: &Cx<'_>) -> bool {
        self.filter.clear();
        self.settle(cx);
        let Some(stream) = id.of::<Stream>() else {
            return false;
        };
        self.pane = Pane::Streams;
        let found = self.streams.find(stream, &self.stream_keys());
        self.groups.settle(&self.group_keys());
        found
    }

    fn place(&self, _cx: &Cx<'_>) -> Place {
        Place {
            on: self.at(),
            ..Place::default()
        }
    }
}
