//! People: everybody as a spreadsheet. A cell cursor, inline cells, popups for choices, marks and bulk edits, the
//! filter language, sorting, columns, paste. Owns the view state; rows are derived in `roll`, changes are built by
//! the model's intents.

pub(crate) mod acts;
mod chooser;
mod columns;
mod copying;
mod edit;
mod fields;
mod grid;
mod paste;
pub(super) mod person_acts;
mod roll;

use std::cell::RefCell;
use std::rc::Rc;

use ratatui::layout::{Position, Rect};

use super::{Cx, Screen, Typed};
use crate::domain::query::Query;
use crate::domain::{AnyId, Application, Enrolment, Id, Kind, Membership, Participant, Person};
use crate::tui::key::{Action, Context};
use crate::tui::part::{Canvas, Cursor, LineInput};
use crate::tui::signal::Place;
use crate::tui::step::{Hand, Step};

use chooser::{Chosen, columns_menu};
pub use columns::{COLUMNS, Col, How, Of};
use roll::{Key, Roll, Sort, Wish};

/// Width of the pane with the full record, where it stands beside the list.
const INFO: u16 = 39;
/// How many filters Up brings back.
const RECENT: usize = 20;

/// What is being typed.
enum Mode {
    /// Nothing: keys are commands.
    List,
    /// The filter.
    Filter,
    /// A cell.
    Cell(Box<edit::CellEdit>),
}

/// The People view.
pub struct People {
    roll: Roll,
    seen: u64,
    cursor: Cursor<Key>,
    chosen: Rc<RefCell<Chosen>>,
    /// The column of the cell cursor.
    at: &'static str,
    sort: Option<Sort>,
    filter: LineInput,
    recent: Vec<String>,
    recalled: Option<usize>,
    mode: Mode,
    info: bool,
    zoom: bool,
    /// Somebody to go to once the store has said that he or she is there.
    sought: Option<Id<Person>>,
}

impl Default for People {
    fn default() -> Self {
        Self {
            roll: Roll::default(),
            seen: 0,
            cursor: Cursor::default(),
            chosen: Rc::default(),
            at: "name",
            sort: None,
            filter: LineInput::default(),
            recent: Vec::new(),
            recalled: None,
            mode: Mode::List,
            info: false,
            zoom: false,
            sought: None,
        }
    }
}

impl People {
    /// The columns shown in a list of this width, as (column, width).
    fn fitted(&self, width: u16) -> Vec<(&'static Col, u16)> {
        grid::fitted(&self.chosen.borrow(), width)
    }

    /// The list and the pane with the full record; either may be empty.
    fn areas(&self, body: Rect) -> (Rect, Rect) {
        let beside = body.width >= 100 && !self.zoom;
        let none = Rect { width: 0, ..body };
        match (beside, self.info) {
            (true, _) => {
                let list = Rect {
                    width: body.width - INFO - 1,
                    ..body
                };
                let info = Rect {
                    x: body.x + body.width - INFO,
                    width: INFO,
                    ..body
                };
                (list, info)
            }
            (false, true) => (none, body),
            (false, false) => (body, none),
        }
    }

    /// How many rows of people fit into the list.
    fn room(&self, cx: &Cx<'_>) -> usize {
        usize::from(self.areas(cx.body).0.height.saturating_sub(3)).max(1)
    }

    fn here(&self) -> Option<&Participant> {
        self.roll.part(self.cursor.row)
    }

    fn col(&self) -> &'static Col {
        COLUMNS
            .iter()
            .find(|col| col.key == self.at)
            .unwrap_or(&COLUMNS[0])
    }

    /// What a verb acts on, in the order shown: the marked rows, else the one under the cursor.
    fn targets(&self) -> Vec<Participant> {
        if self.cursor.marks.is_empty() {
            return self.here().cloned().into_iter().collect();
        }
        let marked = |part: &&Participant| self.cursor.marks.contains(&(part.person, part.role));
        self.roll.parts().filter(marked).cloned().collect()
    }

    /// Brings rows and cursor up to date.
    fn refresh(&mut self, cx: &Cx<'_>) {
        let wish = Wish {
            columns: self.chosen.borrow().shown.clone(),
            sort: self.sort,
            filter: self.filter.text().to_owned(),
            hold: cx.steady || !self.cursor.marks.is_empty() || matches!(self.mode, Mode::Cell(_)),
        };
        self.roll.refresh(cx, &wish);
        if self.seen != self.roll.version {
            self.seen = self.roll.version;
            self.cursor.settle(self.roll.keys());
            if let Some(row) = self.sought.and_then(|person| self.row_of(person)) {
                self.sought = None;
                self.cursor.go(row, self.roll.keys());
            }
        }
    }

    fn row_of(&self, person: Id<Person>) -> Option<usize> {
        self.roll.keys().iter().position(|(is, _)| *is == person)
    }

    /// Moves the cell cursor among the columns shown.
    fn step_column(&mut self, cx: &Cx<'_>, to: Action) {
        let shown = self.fitted(self.areas(cx.body).0.width);
        let here = shown.iter().position(|(col, _)| col.key == self.at).unwrap_or(0);
        let last = shown.len().saturating_sub(1);
        let next = match to {
            Action::Left => here.saturating_sub(1),
            Action::Right => (here + 1).min(last),
            Action::FirstColumn => 0,
            _ => last,
        };
        self.at = shown.get(next).map_or("name", |(col, _)| col.key);
    }

    /// Sorts by the cursor's column: up, down, not at all.
    fn step_sort(&mut self) -> Step {
        self.sort = match self.sort {
            Some(Sort { by, reversed: false }) if by == self.at => Some(Sort { by, reversed: true }),
            Some(Sort { by, reversed: true }) if by == self.at => None,
            _ => Some(Sort {
                by: self.at,
                reversed: false,
            }),
        };
        let title = self.col().shape.title;
        Step::say(match self.sort {
            None => "Sorted by NAME a-z, as at first.".to_owned(),
            Some(sort) if sort.reversed => format!("Sorted by {title}, last first. s again: off."),
            Some(_) => format!("Sorted by {title}. s again: reversed."),
        })
    }

    /// Goes to the next or previous row that waits for somebody.
    fn step_problem(&mut self, cx: &Cx<'_>, forward: bool) -> Step {
        let rows = self.roll.keys().len();
        let order: Box<dyn Iterator<Item = usize>> = if forward {
            Box::new((self.cursor.row + 1..rows).chain(0..self.cursor.row.min(rows)))
        } else {
            Box::new(
                (0..self.cursor.row)
                    .rev()
                    .chain((self.cursor.row + 1..rows).rev()),
            )
        };
        for row in order {
            if let Some(why) = self.roll.call(row).map(str::to_owned) {
                self.cursor.go(row, self.roll.keys());
                let name = self
                    .here()
                    .map(|part| cx.model.name_of(part.person))
                    .unwrap_or_default();
                return Step::say(format!("{name}: {why}."));
            }
        }
        Step::say("Nobody else shown here waits for anything.")
    }

    fn leave_filter(&mut self) {
        let text = self.filter.text().trim().to_owned();
        if !text.is_empty() {
            self.recent.retain(|old| *old != text);
            self.recent.push(text);
            if self.recent.len() > RECENT {
                self.recent.remove(0);
            }
        }
        self.recalled = None;
        self.mode = Mode::List;
    }

    /// Brings back an earlier filter, or goes towards the newest again.
    fn recall(&mut self, back: bool) {
        let count = self.recent.len();
        let next = match (self.recalled, back) {
            (None, true) => count.checked_sub(1),
            (Some(nth), true) => Some(nth.saturating_sub(1)),
            (Some(nth), false) if nth + 1 < count => Some(nth + 1),
            (_, false) => None,
        };
        self.recalled = next;
        let text = next.map(|nth| self.recent[nth].clone()).unwrap_or_default();
        self.filter.set(&text);
    }
}

impl Screen for People {
    fn context(&self) -> Context {
        match self.mode {
            Mode::List => Context::People,
            Mode::Filter | Mode::Cell(_) => Context::Text,
        }
    }

    fn home(&self) -> Context {
        Context::People
    }

    fn crumbs(&self, _cx: &Cx<'_>) -> Vec<String> {
        Vec::new()
    }

    fn aside(&self, _cx: &Cx<'_>) -> String {
        let (all, shown) = (self.roll.count(), self.roll.keys().len());
        let mut parts = Vec::new();
        let filter = self.filter.text().trim();
        if filter.is_empty() {
            parts.push(format!("{all} people"));
        } else {
            parts.push(format!("filter \"{filter}\""));
        }
        parts.push(format!("shown {shown}"));
        if !self.cursor.marks.is_empty() {
            parts.push(format!("{} marked", self.cursor.marks.len()));
        } else if self.roll.waiting() > 0 {
            parts.push(format!("! {}", self.roll.waiting()));
        }
        parts.join("   ")
    }

    fn note(&self, cx: &Cx<'_>) -> String {
        if let Mode::Cell(cell) = &self.mode {
            return cell.note(cx);
        }
        if let Some(problem) = &self.roll.problem {
            return problem.clone();
        }
        if matches!(self.mode, Mode::Filter) {
            return "Words, or field:value as in stream:cso att<80 group:none. Tab completes, Up brings recent ones."
                .to_owned();
        }
        let Some(part) = self.here() else {
            return if self.roll.count() == 0 {
                "Nobody here yet. Paste rows from a spreadsheet or add one.".to_owned()
            } else {
                format!(
                    "No match for {}. {} hidden.",
                    self.filter.text(),
                    self.roll.count()
                )
            };
        };
        let of = Of::new(cx.model, part);
        let (name, col) = (cx.model.name_of(part.person), self.col());
        let by = match cx.peers.iter().find(|p| p.place.on == Some(part.person.into())) {
            Some(peer) if peer.place.editing.is_some() => {
                format!(
                    " @{} = {} is editing that row.",
                    crate::domain::text::initials(&peer.name),
                    peer.name
                )
            }
            _ => String::new(),
        };
        let is = match of.text(col.key) {
            empty if empty.is_empty() => "empty".to_owned(),
            text => text,
        };
        if self.roll.loosely {
            return format!(
                "Nothing holds {}; these have its letters in order.",
                self.filter.text()
            );
        }
        let end = if is.ends_with('.') { "" } else { "." };
        let how = match col.how {
            How::Counted(_) => "",
            How::Moved => " e or m moves.",
            _ => " e changes it.",
        };
        format!("{} of {name}: {is}{end}{how}{by}", col.shape.title)
    }

    fn offers(&self, _cx: &Cx<'_>) -> Vec<Action> {
        vec![
            Action::Edit,
            Action::Mark,
            Action::Filter,
            Action::Sort,
            Action::Add,
            Action::Move,
            Action::Drop,
            Action::Paste,
            Action::Columns,
            Action::Remind,
            Action::Copy,
            Action::NextProblem,
            Action::Repeat,
            Action::Info,
            Action::Open,
            Action::Undo,
        ]
    }

    fn hint(&self, action: Action, _cx: &Cx<'_>) -> Option<String> {
        let marked = self.cursor.marks.len();
        match (action, marked) {
            _ if !matches!(self.mode, Mode::List) => self.typing_hint(action),
            (Action::Edit | Action::Move | Action::Drop | Action::Remind, 1..) => {
                let word = match action {
                    Action::Edit => "edit",
                    Action::Move => "move",
                    Action::Drop => "withdraw",
                    _ => "remind",
                };
                Some(format!("{word} {marked}"))
            }
            (Action::Mark, 1..) => Some("mark".to_owned()),
            _ => None,
        }
    }

    fn act(&mut self, action: Action, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        self.refresh(cx);
        match action {
            Action::Left | Action::Right | Action::FirstColumn | Action::LastColumn => {
                self.step_column(cx, action);
                Step::Stay
            }
            Action::Filter => {
                self.mode = Mode::Filter;
                Step::Stay
            }
            Action::Sort => self.step_sort(),
            Action::Columns => columns_menu(Rc::clone(&self.chosen), 0),
            Action::NextProblem => self.step_problem(cx, true),
            Action::PreviousProblem => self.step_problem(cx, false),
            Action::Info => {
                self.info = !self.info;
                Step::Stay
            }
            Action::Zoom => {
                self.zoom = !self.zoom;
                Step::Stay
            }
            Action::Open => match self.here() {
                Some(part) => Step::Enter(Box::new(super::card::Card::of(part.person).role(part.role))),
                None => Step::say("Nobody is under the cursor."),
            },
            Action::Edit => self.edit(cx, hand),
            Action::Repeat => self.repeat(cx, hand),
            Action::Add => acts::add(cx),
            Action::Move => acts::move_people(cx, &self.targets()),
            Action::Drop => match self.targets().as_slice() {
                [] => Step::say("Nobody is under the cursor."),
                all => acts::withdraw(cx, all, &mut hand.mint),
            },
            Action::Paste => Step::Enter(Box::<paste::PasteBox>::default()),
            Action::Remind => acts::write(cx, &self.targets()),
            Action::Copy => copying::menu(cx, &self.fitted(cx.body.width), self.at, &self.copied()),
            Action::Back => {
                if self.info && cx.body.width < 100 {
                    self.info = false;
                } else if self.cursor.unmark() {
                    // Rows that had to stay may go where they belong.
                } else if !self.filter.text().is_empty() {
                    self.filter.set("");
                } else {
                    return Step::Back;
                }
                self.refresh(cx);
                Step::Stay
            }
            other => {
                if self.cursor.act(other, self.roll.keys(), self.room(cx)) {
                    Step::Stay
                } else {
                    Step::Unbound
                }
            }
        }
    }

    fn text(&mut self, typed: Typed, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        if matches!(self.mode, Mode::Cell(_)) {
            let step = self.type_cell(typed, cx, hand);
            self.refresh(cx);
            return step;
        }
        match typed {
            Typed::Key(key) => {
                self.filter.edit(key);
                self.recalled = None;
            }
            Typed::Next => {
                let Some(text) = Query::completed(self.filter.text(), cx.model) else {
                    return Step::say(
                        "No field begins like that: name, mail, trust, stream, group, status, att ...",
                    );
                };
                self.filter.set(&text);
            }
            Typed::Up => self.recall(true),
            Typed::Down if self.recalled.is_some() => self.recall(false),
            Typed::Save | Typed::Down => self.leave_filter(),
            Typed::Previous => {}
            Typed::Leave => {
                self.filter.set("");
                self.leave_filter();
            }
        }
        self.refresh(cx);
        Step::Stay
    }

    fn paste(&mut self, text: &str, cx: &Cx<'_>, _hand: &mut Hand) -> Option<Step> {
        match &mut self.mode {
            Mode::Cell(cell) => cell.input.paste(text),
            Mode::Filter => self.filter.paste(text),
            Mode::List => return Some(paste::preview(cx, text)),
        }
        self.refresh(cx);
        Some(Step::Stay)
    }

    fn settle(&mut self, cx: &Cx<'_>) {
        self.refresh(cx);
    }

    fn arrange(&mut self, cx: &Cx<'_>) {
        let rows = self.roll.keys().len();
        let room = self.room(cx);
        // One line more where nothing is hidden below.
        let room = if rows <= room + 1 { room + 1 } else { room };
        self.cursor.arrange(room, rows);
        let shown = self.fitted(self.areas(cx.body).0.width);
        if !shown.is_empty() && !shown.iter().any(|(col, _)| col.key == self.at) {
            self.at = shown[0].0.key;
        }
    }

    fn view(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        grid::view(self, cx, canvas)
    }

    fn following(&self, cx: &Cx<'_>) -> Vec<Rect> {
        let (list, info) = self.areas(cx.body);
        if list.width > 0 { vec![info] } else { Vec::new() }
    }

    fn show(&mut self, id: AnyId, cx: &Cx<'_>) -> bool {
        let Some(person) = person_behind(id, cx) else {
            return false;
        };
        self.refresh(cx);
        let row = self.row_of(person).or_else(|| {
            self.filter.set("");
            self.refresh(cx);
            self.row_of(person)
        });
        if row.is_none() && !cx.model.people.has(person) {
            self.sought = Some(person);
        }
        if let Some(row) = row {
            self.cursor.go(row, self.roll.keys());
        }
        row.is_some()
    }

    fn place(&self, _cx: &Cx<'_>) -> Place {
        let editing = match &self.mode {
            Mode::Cell(cell) => Some(cell.col.shape.title.to_owned()),
            _ => None,
        };
        Place {
            on: self.here().map(|part| part.person.into()),
            editing,
            ..Place::default()
        }
    }

    fn marked(&self) -> usize {
        self.cursor.marks.len()
    }

    fn kept(&self) -> (String, Vec<AnyId>) {
        let marks = self
            .roll
            .parts()
            .filter(|part| self.cursor.marks.contains(&(part.person, part.role)));
        (
            self.filter.text().to_owned(),
            marks.map(|part| part.person.into()).collect(),
        )
    }

    fn take_up(&mut self, filter: &str, marks: &[AnyId], cx: &Cx<'_>) {
        self.filter.set(filter);
        self.refresh(cx);
        let marked = self
            .roll
            .parts()
            .filter(|part| marks.contains(&part.person.into()));
        self.cursor.marks = marked.map(|part| (part.person, part.role)).collect();
    }
}

impl People {
    /// What `y` copies: the marked rows, else all shown; and the one under the cursor.
    fn copied(&self) -> copying::Rows {
        let rows = if self.cursor.marks.is_empty() {
            self.roll.parts().cloned().collect()
        } else {
            self.targets()
        };
        copying::Rows {
            here: self.here().cloned(),
            rows,
            marked: !self.cursor.marks.is_empty(),
        }
    }
}

/// The person a record belongs to.
fn person_behind(id: AnyId, cx: &Cx<'_>) -> Option<Id<Person>> {
    let of = |enrolment: Id<Enrolment>| Some(cx.model.enrolments.get(enrolment)?.person);
    match id.kind {
        Kind::Person => id.of::<Person>(),
        Kind::Enrolment => of(id.of()?),
        Kind::Application => Some(cx.model.applications.get(id.of::<Application>()?)?.person),
        Kind::Membership => of(cx.model.memberships.get(id.of::<Membership>()?)?.enrolment),
        _ => None,
    }
}
