//! History: who changed what, newest first; any line can be taken back, and an undo is a new line.

use chrono::NaiveDate;
use ratatui::layout::{Position, Rect};

use super::filter::FilterLine;
use super::{Cx, Screen, Typed};
use crate::domain::{EntryHead, Rev, field, text, when};
use crate::tui::key::{Action, Context};
use crate::tui::overlay::{Confirm, Overlay};
use crate::tui::part::{Canvas, Cell, Column, Cursor, Line, Pane, split_rows};
use crate::tui::signal::{Out, Place};
use crate::tui::step::{Hand, Step};
use crate::tui::theme::Role;

/// The title of the list, and the order of its lines.
const CHANGES: &str = "Changes";
const ORDER: &str = "newest first";
const COLUMNS: &[Column] = &[
    Column::new("TIME", 8, 0, 0),
    Column::new("WHO", 9, 0, 1),
    Column::new("WHAT", 10, 0, 0),
    Column::new("ON", 24, 2, 0),
    Column::new("FROM -> TO", 20, 1, 2),
];

/// The History view.
#[derive(Default)]
pub struct History {
    cursor: Cursor<Rev>,
    /// The day shown; all days when none.
    day: Option<NaiveDate>,
    filter: FilterLine,
    detail: bool,
}

impl History {
    /// The lines shown, newest first.
    fn heads<'a>(&self, cx: &'a Cx<'_>) -> Vec<&'a EntryHead> {
        let wanted = text::fold(self.filter.text());
        cx.model
            .heads()
            .chain(cx.older)
            .filter(|head| self.day.is_none_or(|day| cx.model.day(head.at) == day))
            .filter(|head| {
                wanted.is_empty() || {
                    let line = text::fold(&format!("{} {}", head.by, head.label));
                    wanted.split_whitespace().all(|word| line.contains(word))
                }
            })
            .collect()
    }

    fn keys(&self, cx: &Cx<'_>) -> Vec<Rev> {
        self.heads(cx).into_iter().map(|head| head.rev).collect()
    }

    fn list_height(&self, cx: &Cx<'_>) -> u16 {
        let detail = if self.detail { cx.body.height / 2 } else { 6 };
        cx.body.height.saturating_sub(detail).max(4)
    }

    /// What an entry changed, a line a field.
    fn changes(&self, cx: &Cx<'_>, rev: Rev) -> Vec<String> {
        let Some(entry) = cx.entries.get(&rev) else {
            return vec!["Enter fetches what it changed.".to_owned()];
        };
        let mut lines = Vec::new();
        for change in &entry.edit.changes {
            lines.push(format!("{} {}", change.kind(), cx.model.title(change.id())));
            for part in change.fields() {
                let label = change
                    .kind()
                    .field(&part.field)
                    .map_or(part.field.as_str(), |f| f.label);
                let before = field::shown(cx.model, &part.before);
                let after = field::shown(cx.model, &part.after);
                lines.push(format!("  {label:<16} before  {before}   after  {after}"));
            }
        }
        lines
    }

    /// `- -> late`: the first field an entry changed.
    fn from_to(cx: &Cx<'_>, head: &EntryHead) -> String {
        let Some(entry) = cx.entries.get(&head.rev) else {
            return String::new();
        };
        match (entry.edit.changes.first(), head.count) {
            (Some(change), 1) if !change.is_making() && !change.is_taking_away() => change
                .fields()
                .first()
                .map(|part| {
                    let text = |value| field::shown(cx.model, value);
                    format!("{} -> {}", text(&part.before), text(&part.after))
                })
                .unwrap_or_default(),
            (Some(change), 1) if change.is_making() => "added".to_owned(),
            (Some(_), 1) => "removed".to_owned(),
            (_, n) => format!("{n} records"),
        }
    }

    fn line(&self, cx: &Cx<'_>, head: &EntryHead, undone: bool) -> Line {
        let local = cx.model.local(head.at);
        let today = cx.model.day(cx.now) == cx.model.day(head.at);
        let time = if today {
            local.format("%H:%M:%S").to_string()
        } else {
            local.format("%d %b").to_string()
        };
        let who = if head.by == cx.me { "you" } else { &head.by };
        let verb = if head.undoes.is_some() {
            "undo"
        } else {
            &head.label.verb
        };
        let mut change = Self::from_to(cx, head);
        if undone {
            change.push_str(" (undone)");
        }
        Line::of(
            [
                time,
                who.to_owned(),
                verb.to_owned(),
                head.label.on.clone(),
                change,
            ]
            .map(Cell::from),
        )
    }
}

impl Screen for History {
    fn context(&self) -> Context {
        if self.filter.is_typed() {
            Context::Text
        } else {
            Context::History
        }
    }

    fn home(&self) -> Context {
        Context::History
    }

    fn crumbs(&self, _cx: &Cx<'_>) -> Vec<String> {
        self.day.map(when::day_short).into_iter().collect()
    }

    fn aside(&self, cx: &Cx<'_>) -> String {
        let today = cx.model.day(cx.now);
        let of_today = || cx.model.heads().filter(|head| cx.model.day(head.at) == today);
        let mine = of_today().filter(|head| head.by == cx.me).count();
        format!("today {} changes   yours {mine}", of_today().count())
    }

    fn note(&self, cx: &Cx<'_>) -> String {
        match self.heads(cx).first() {
            None if self.filter.is_set() => self.filter.no_match(),
            None => "Nothing changed here yet. < goes to the day before.".to_owned(),
            Some(_) => "u takes back the selected change. Nothing is lost: an undo is a new line.".to_owned(),
        }
    }

    fn offers(&self, _cx: &Cx<'_>) -> Vec<Action> {
        vec![
            Action::Undo,
            Action::Open,
            Action::Filter,
            Action::Earlier,
            Action::Later,
            Action::Today,
            Action::Copy,
        ]
    }

    fn hint(&self, action: Action, _cx: &Cx<'_>) -> Option<String> {
        match action {
            Action::Earlier => Some("day before".to_owned()),
            Action::Later => Some("day after".to_owned()),
            _ => None,
        }
    }

    fn act(&mut self, action: Action, cx: &Cx<'_>, _hand: &mut Hand) -> Step {
        let keys = self.keys(cx);
        match action {
            Action::Undo => {
                let Some(head) = self
                    .heads(cx)
                    .into_iter()
                    .find(|head| Some(head.rev) == self.cursor.at)
                else {
                    return Step::say("No line is selected.");
                };
                // On a line that was taken back, u brings it back: it takes back the line that did.
                let undoing = cx.model.heads().find(|other| other.undoes == Some(head.rev));
                let head = undoing.unwrap_or(head);
                if head.by == cx.me {
                    return Step::TakeBack(head.rev);
                }
                let (rev, by) = (head.rev, head.by.clone());
                let lines = vec![
                    format!("{by}: {}", head.label),
                    format!("This step is not yours but {by}'s."),
                ];
                Step::Ask(Overlay::Confirm(Confirm::new(
                    "Take back somebody else's step?",
                    lines,
                    move |(), _, _| Ok(Step::TakeBack(rev)),
                )))
            }
            Action::Open => {
                self.detail = !self.detail;
                match self.cursor.at {
                    Some(rev) if !cx.entries.contains_key(&rev) => Step::Out(Out::Entry(rev)),
                    _ => Step::Stay,
                }
            }
            Action::Filter => {
                self.filter.begin();
                Step::Stay
            }
            Action::Earlier | Action::Later => {
                let here = self.day.unwrap_or_else(|| cx.model.day(cx.now));
                self.day = if action == Action::Earlier {
                    here.pred_opt()
                } else {
                    here.succ_opt()
                };
                self.settle(cx);
                Step::Stay
            }
            Action::Today => {
                self.day = None;
                self.settle(cx);
                Step::Stay
            }
            Action::Copy => {
                let lines: Vec<String> = self
                    .heads(cx)
                    .iter()
                    .map(|head| {
                        format!(
                            "{}\t{}\t{}\t{}",
                            head.at.to_rfc3339(),
                            head.by,
                            head.label.verb,
                            head.label.on
                        )
                    })
                    .collect();
                Step::Out(Out::Copy(lines.join("\n")))
            }
            Action::Back => {
                if self.detail {
                    self.detail = false;
                } else if self.filter.is_set() {
                    self.filter.clear();
                } else if self.day.take().is_none() {
                    return Step::Back;
                }
                Step::Stay
            }
            other => {
                if !self
                    .cursor
                    .act(other, &keys, usize::from(self.list_height(cx)).saturating_sub(2))
                {
                    return Step::Unbound;
                }
                let oldest = cx.older.last().or(cx.model.heads().last()).map(|head| head.rev);
                match oldest {
                    // The last line reached: older ones are fetched.
                    Some(rev) if rev > 1 && self.cursor.row + 1 >= keys.len() => Step::Out(Out::Heads(rev)),
                    _ => Step::Stay,
                }
            }
        }
    }

    fn text(&mut self, typed: Typed, cx: &Cx<'_>, _hand: &mut Hand) -> Step {
        self.filter.take(typed);
        self.settle(cx);
        Step::Stay
    }

    fn settle(&mut self, cx: &Cx<'_>) {
        let keys = self.keys(cx);
        self.cursor.settle(&keys);
    }

    fn arrange(&mut self, cx: &Cx<'_>) {
        let rows = self.keys(cx).len();
        self.cursor
            .arrange(usize::from(self.list_height(cx)).saturating_sub(3), rows);
    }

    fn view(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        let parts = split_rows(cx.body, &[self.list_height(cx)]);
        let heads = self.heads(cx);
        let undone: std::collections::BTreeSet<Rev> = cx
            .model
            .heads()
            .chain(cx.older)
            .filter_map(|head| head.undoes)
            .collect();
        let more = self
            .filter
            .legend()
            .map_or_else(|| ORDER.to_owned(), |filter| format!("{filter}   {ORDER}"));
        let inside = Pane::new(CHANGES, true).with(more).draw(canvas, parts[0]);
        let room = usize::from(inside.height.saturating_sub(1));
        let shown: Vec<Line> = heads
            .iter()
            .skip(self.cursor.top)
            .take(room)
            .map(|head| self.line(cx, head, undone.contains(&head.rev)))
            .collect();
        let below = heads.len().saturating_sub(self.cursor.top + shown.len());
        let here = self.cursor.row.checked_sub(self.cursor.top);
        let place = canvas.table(inside, COLUMNS, &shown, here, below);
        let place = self.filter.place(parts[0], CHANGES).or(place);
        let inside = Pane::new("Before / after", false).draw(canvas, parts[1]);
        if let Some(head) = heads.iter().find(|head| Some(head.rev) == self.cursor.at) {
            let inside = Rect {
                x: inside.x + 2,
                width: inside.width.saturating_sub(2),
                ..inside
            };
            let changes = self.changes(cx, head.rev);
            canvas.lines(inside, changes.iter().map(String::as_str));
            let by = if head.by == cx.me { "you" } else { &head.by };
            let saved = cx.model.local(head.at).format("%a %-d %b %H:%M:%S");
            let line = format!("by {by}, change {}, saved {saved}", head.rev);
            let y = inside.bottom().saturating_sub(1);
            canvas.row(inside, y, &line, Role::Plain);
        }
        place
    }

    fn place(&self, _cx: &Cx<'_>) -> Place {
        Place::default()
    }
}
