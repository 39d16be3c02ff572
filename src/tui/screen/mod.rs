//! Screens: each owns its own view state, reads the model, and answers keys with steps.

pub mod beginning;
pub mod beside;
pub mod calendar;
pub mod card;
pub mod copy;
pub mod desk;
pub mod erase;
pub mod export;
pub mod feedback;
pub mod filter;
pub mod groups;
pub mod history;
pub mod import;
pub mod moving;
pub mod now;
pub mod people;
pub mod post;
pub mod records;
pub mod register;
pub mod streams;

use chrono::{DateTime, Utc};
use ratatui::layout::{Position, Rect};

use crate::domain::{AdminRole, AnyId, Edit, Entry, EntryHead, Kind, Model};
use crate::exchange::Postroom;
use crate::tui::key::{Action, Context, TextKey};
use crate::tui::part::Canvas;
use crate::tui::signal::{Done, Peer, Place};
use crate::tui::step::{Hand, Step};

/// What a screen may look at.
pub struct Cx<'a> {
    /// The cohort.
    pub model: &'a Model,
    /// The time.
    pub now: DateTime<Utc>,
    /// Who we are.
    pub me: &'a str,
    /// What we may do.
    pub role: AdminRole,
    /// Everybody else who is here.
    pub peers: &'a [Peer],
    /// Edits sent and not yet answered, oldest first.
    pub waiting: &'a [Edit],
    /// Lines of history older than the model keeps, newest first.
    pub older: &'a [EntryHead],
    /// Entries whose changes are at hand.
    pub entries: &'a std::collections::BTreeMap<crate::domain::Rev, Entry>,
    /// What the office's messages are made of.
    pub post: &'a Postroom,
    /// The body: where the screen draws.
    pub body: Rect,
    /// Whether there is no connection to the store.
    pub offline: bool,
    /// Whether rows must stay where they are for a moment: others change them under a hand at work.
    pub steady: bool,
}

impl Cx<'_> {
    /// The initials of another admin who is editing this record: `SK`.
    #[must_use]
    pub fn edited_by(&self, id: AnyId) -> Option<String> {
        self.peers
            .iter()
            .find(|peer| peer.place.on == Some(id) && peer.place.editing.is_some())
            .map(|peer| crate::domain::text::initials(&peer.name))
    }

    /// Whether the body is as wide as the large layouts need (140 columns).
    #[must_use]
    pub const fn is_wide(&self) -> bool {
        self.body.width >= 140
    }

    /// Whether the body is so small that only one pane fits (ux.md §5.2).
    #[must_use]
    pub const fn is_small(&self) -> bool {
        self.body.width < 60 || self.body.height < 12
    }
}

/// What TYPE mode does besides editing the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    /// An editing key.
    Key(TextKey),
    /// Save (Enter).
    Save,
    /// Save and next field (Tab).
    Next,
    /// Save and previous field (Shift-Tab).
    Previous,
    /// Close, keeping what was typed as a draft (Esc).
    Leave,
    /// Previous value, list up.
    Up,
    /// Next value, list down.
    Down,
}

/// One screen: a view, or something opened on top of one.
pub trait Screen {
    /// Where its keys are read just now; [`Context::Text`] while a line is being typed in the screen itself.
    fn context(&self) -> Context;
    /// Which table its keys and help come from, typing or not.
    fn home(&self) -> Context {
        self.context()
    }
    /// What comes after the cohort in the breadcrumb.
    fn crumbs(&self, cx: &Cx<'_>) -> Vec<String>;
    /// The right side of the second row.
    fn aside(&self, _cx: &Cx<'_>) -> String {
        String::new()
    }
    /// The sentence for the message line while nothing else is said: what is under the cursor.
    fn note(&self, _cx: &Cx<'_>) -> String {
        String::new()
    }
    /// The acts that make sense here, most wanted first: the hint line and help show these.
    fn offers(&self, cx: &Cx<'_>) -> Vec<Action>;
    /// Words that replace the table's hint for an act just now ("move 2").
    fn hint(&self, _action: Action, _cx: &Cx<'_>) -> Option<String> {
        None
    }
    /// Does what an action means here.
    fn act(&mut self, action: Action, cx: &Cx<'_>, hand: &mut Hand) -> Step;
    /// Takes a key of TYPE mode.
    fn text(&mut self, _typed: Typed, _cx: &Cx<'_>, _hand: &mut Hand) -> Step {
        Step::Unbound
    }
    /// Takes pasted text; the app opens a preview of rows when the screen does not want it.
    fn paste(&mut self, _text: &str, _cx: &Cx<'_>, _hand: &mut Hand) -> Option<Step> {
        None
    }
    /// Takes what the loop found in the file system, when this screen asked for it.
    fn done(&mut self, _done: Done, _cx: &Cx<'_>, _hand: &mut Hand) -> Step {
        Step::Stay
    }
    /// Sends what is still in the hand: all of it before `next` is done, and, when time passes, what has waited
    /// long enough.
    fn tick(&mut self, _next: Option<Action>, _cx: &Cx<'_>, _hand: &mut Hand) -> Step {
        Step::Stay
    }
    /// Keeps the selection valid after the model changed.
    fn settle(&mut self, cx: &Cx<'_>);
    /// Makes ready to draw in `cx.body`: scrolls so that the cursor is inside.
    fn arrange(&mut self, _cx: &Cx<'_>) {}
    /// Draws itself into `cx.body`; answers where the hardware cursor belongs.
    fn view(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position>;
    /// Puts the cursor on a record; answers whether it is shown here.
    fn show(&mut self, _id: AnyId, _cx: &Cx<'_>) -> bool {
        false
    }
    /// The record under the cursor, and the field being edited.
    fn place(&self, _cx: &Cx<'_>) -> Place {
        Place::default()
    }
    /// The areas that are about what is under the cursor, its own row apart: they follow it when the hand rests.
    fn following(&self, _cx: &Cx<'_>) -> Vec<Rect> {
        Vec::new()
    }
    /// How many rows are marked.
    fn marked(&self) -> usize {
        0
    }
    /// The record that the whole screen is about, where it is one's: what reopens it.
    fn about(&self) -> Option<AnyId> {
        None
    }
    /// The filter and the marks, to be taken up again in a later session.
    fn kept(&self) -> (String, Vec<AnyId>) {
        (String::new(), Vec::new())
    }
    /// Takes up filter and marks of an earlier session.
    fn take_up(&mut self, _filter: &str, _marks: &[AnyId], _cx: &Cx<'_>) {}
}

/// The seven views in the order of their digits.
#[must_use]
pub fn tabs() -> Vec<Box<dyn Screen>> {
    vec![
        Box::<now::Now>::default(),
        Box::<streams::Streams>::default(),
        Box::<groups::Groups>::default(),
        Box::<calendar::Calendar>::default(),
        Box::<feedback::Feedback>::default(),
        Box::<people::People>::default(),
        Box::<history::History>::default(),
    ]
}

/// The screen of one record, where its kind has one: a person's card, a session's register.
#[must_use]
pub fn opened(id: AnyId, cx: &Cx<'_>) -> Option<Box<dyn Screen>> {
    let card = |person| Some(Box::new(card::Card::of(person)) as Box<dyn Screen>);
    match id.kind {
        Kind::Person => card(id.of()?),
        Kind::Enrolment => card(cx.model.enrolments.get(id.of()?)?.person),
        Kind::Application => card(cx.model.applications.get(id.of()?)?.person),
        Kind::Session if cx.model.sessions.has(id.of()?) => {
            Some(Box::new(register::RegisterSheet::of(id.of()?)))
        }
        _ => None,
    }
}
