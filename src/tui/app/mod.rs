//! The whole program minus I/O: signals in, orders for the loop out, one frame on demand.

mod allowed;
mod chrome;
mod left;
mod news;
mod planned;
mod resting;
mod steady;
mod steps;

pub use left::Left;
pub(crate) use steps::sentence;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use crossterm::event::{KeyEvent, KeyEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::{AdminName, AdminRole, Cohort, Edit, Entry, EntryHead, Id, Mint, Model, Rev};
use crate::exchange::Postroom;
use crate::tui::key::{self, Action, Chord, Context, Tab, TextKey};
use crate::tui::overlay::Overlay;
use crate::tui::part::Canvas;
use crate::tui::screen::{self, Cx, Screen, Typed};
use crate::tui::signal::{Out, Peer, Place, Signal};
use crate::tui::step::{Hand, Step};
use crate::tui::theme::{ASCII, Glyphs, Theme, UTF8};

/// What the palette offers that begins a change.
const CHANGING: [&str; 5] = ["add record", "change record", "import", "new cohort", "erase"];

/// How the connection to the store is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Line {
    /// Not connected yet.
    Joining,
    /// Connected.
    Up,
    /// Gone since this moment.
    Down(DateTime<Utc>),
    /// There, but silent since this moment: the process of this number.
    Silent(DateTime<Utc>, u32),
    /// Not to be had since this moment: what is wrong, what to do.
    Failed(DateTime<Utc>, String, String),
}

/// An edit or undo sent to the store and not yet answered.
struct Waiting {
    nonce: u128,
    edit: Option<Edit>,
    undoes: Option<Rev>,
    said: String,
    since: DateTime<Utc>,
}

/// The looks chosen at the start.
#[derive(Clone, Copy, Debug)]
pub struct Looks {
    /// Colours.
    pub theme: Theme,
    /// Characters.
    pub glyphs: Glyphs,
    /// Whether the line to the terminal is to be spared, however quick it seems.
    pub slow: bool,
}

impl Default for Looks {
    fn default() -> Self {
        Self {
            theme: Theme::Mono,
            glyphs: ASCII,
            slow: false,
        }
    }
}

/// The program as seen from one terminal.
pub struct App {
    model: Model,
    me: AdminName,
    role: AdminRole,
    line: Line,
    peers: Vec<Peer>,
    tabs: Vec<Box<dyn Screen>>,
    tab: Tab,
    before: Tab,
    over: Vec<Box<dyn Screen>>,
    overlays: Vec<Overlay>,
    /// Conflicts that were put aside, the oldest first.
    undecided: Vec<Overlay>,
    message: String,
    /// The last message that gives way to the next news: nobody here caused it.
    passing: String,
    waiting: Vec<Waiting>,
    pending: Vec<Edit>,
    older: Vec<EntryHead>,
    entries: BTreeMap<Rev, Entry>,
    hand: Hand,
    looks: Looks,
    size: (u16, u16),
    cancelled: bool,
    saved: Option<DateTime<Utc>>,
    place: Place,
    /// The last change before this terminal was opened.
    opened_at: Option<Rev>,
    steady: steady::Steady,
    resting: resting::Resting,
    /// Whether entries landed since the screens last found their records.
    unsettled: bool,
    left: Option<Left>,
    since: Option<DateTime<Utc>>,
    /// What the office's messages are made of.
    post: Postroom,
    /// How many sendings are under way.
    sendings: usize,
    outs: Vec<Out>,
}

impl App {
    /// A program that has not heard from the store yet, on a terminal of this size.
    #[must_use]
    pub fn new(looks: Looks, mint: Mint, size: (u16, u16)) -> Self {
        Self {
            model: Model::empty(Id::<Cohort>::new(0)),
            me: AdminName::new(),
            role: AdminRole::Viewer,
            line: Line::Joining,
            peers: Vec::new(),
            tabs: screen::tabs(),
            tab: Tab::Now,
            before: Tab::Now,
            over: Vec::new(),
            overlays: Vec::new(),
            undecided: Vec::new(),
            message: String::new(),
            passing: String::new(),
            waiting: Vec::new(),
            pending: Vec::new(),
            older: Vec::new(),
            entries: BTreeMap::new(),
            hand: Hand {
                mint,
                last_change: None,
                drafts: BTreeMap::new(),
            },
            looks,
            size,
            cancelled: false,
            saved: None,
            place: Place::default(),
            opened_at: None,
            steady: steady::Steady::default(),
            resting: resting::Resting::default(),
            unsettled: false,
            left: None,
            since: None,
            post: Postroom::default(),
            sendings: 0,
            outs: Vec::new(),
        }
    }

    /// The cohort as this terminal knows it.
    #[must_use]
    pub const fn model(&self) -> &Model {
        &self.model
    }

    /// What the message line says.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The view shown.
    #[must_use]
    pub const fn tab(&self) -> Tab {
        self.tab
    }

    /// Where keys are read just now.
    #[must_use]
    pub fn context(&self) -> Context {
        match self.overlays.last() {
            Some(overlay) => overlay.context(),
            None => self.screen().context(),
        }
    }

    /// How many screens and popups are on top of the view.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.over.len() + self.overlays.len()
    }

    /// Whether the cohort has arrived.
    #[must_use]
    pub const fn is_ready(&self) -> bool {
        self.model.focus.number() != 0
    }

    /// Everything that follows from one thing that happened.
    pub fn handle(&mut self, signal: Signal, now: DateTime<Utc>) -> Vec<Out> {
        let by_hand = !matches!(signal, Signal::News(_) | Signal::Tick | Signal::Rest);
        // Entries may come in a flood: screens find their records again once, before anything else happens.
        let landing = matches!(signal, Signal::News(crate::tui::signal::News::Landed(_)));
        if !landing {
            self.catch_up(now);
        }
        match signal {
            Signal::Key(event) if event.kind != KeyEventKind::Release => self.key(event, now),
            Signal::Key(_) => {}
            Signal::Paste(text) => self.paste(&text, now),
            Signal::Resize(width, height) => self.size = (width, height),
            Signal::Resumed => self.outs.push(Out::Repaint),
            Signal::News(news) => {
                self.news(news, now);
                if !landing {
                    self.time_passes(now);
                }
            }
            Signal::Done(done) => self.done(done, now),
            Signal::Planned { number, answer } => self.planned(number, answer, now),
            Signal::Working { number, progress } => self.working(number, progress),
            Signal::Postroom(post) => self.post = *post,
            Signal::Left(left) => self.remember(*left, now),
            Signal::Rest => self.rest(),
            Signal::Tick => self.time_passes(now),
        }
        if !self.unsettled {
            self.watch_the_hand(by_hand, now);
            self.tell_place(now);
        }
        std::mem::take(&mut self.outs)
    }

    /// Lets screens find their records again after entries landed.
    fn catch_up(&mut self, now: DateTime<Utc>) {
        if std::mem::take(&mut self.unsettled) {
            self.settle_all(now);
            self.watch_the_hand(false, now);
        }
    }

    /// What the current screen may look at.
    fn cx(&self, now: DateTime<Utc>) -> Cx<'_> {
        Cx {
            model: &self.model,
            now,
            me: &self.me,
            role: self.role,
            peers: &self.peers,
            waiting: &self.pending,
            older: &self.older,
            entries: &self.entries,
            post: &self.post,
            body: chrome::body(self.size),
            offline: self.is_cut_off(),
            steady: self.is_steady(now),
        }
    }

    /// Whether what is shown may be old: there is no connection, or nothing comes over it.
    const fn is_cut_off(&self) -> bool {
        matches!(self.line, Line::Down(_) | Line::Failed(..) | Line::Silent(..))
    }

    /// The screen keys go to when no popup is open.
    fn screen(&self) -> &dyn Screen {
        self.over
            .last()
            .map_or_else(|| self.tabs[self.tab.index()].as_ref(), AsRef::as_ref)
    }

    /// Lets the current screen change itself, with what it may look at.
    fn with_screen<R>(
        &mut self,
        now: DateTime<Utc>,
        act: impl FnOnce(&mut dyn Screen, &Cx<'_>, &mut Hand) -> R,
    ) -> R {
        // Taken out while it acts, so that it can look at the rest.
        let mut hand = std::mem::replace(
            &mut self.hand,
            Hand {
                mint: Mint::seeded(0),
                last_change: None,
                drafts: BTreeMap::new(),
            },
        );
        let mut tabs = std::mem::take(&mut self.tabs);
        let mut over = std::mem::take(&mut self.over);
        let tab = self.tab.index();
        let screen = over.last_mut().unwrap_or(&mut tabs[tab]);
        let answer = act(screen.as_mut(), &self.cx(now), &mut hand);
        self.tabs = tabs;
        self.over = over;
        self.hand = hand;
        answer
    }

    /// Lets the topmost popup change itself.
    fn with_overlay(
        &mut self,
        now: DateTime<Utc>,
        act: impl FnOnce(&mut Overlay, &Cx<'_>, &mut Hand) -> Step,
    ) -> Step {
        let Some(mut overlay) = self.overlays.pop() else {
            return Step::Unbound;
        };
        let mut hand = std::mem::replace(
            &mut self.hand,
            Hand {
                mint: Mint::seeded(0),
                last_change: None,
                drafts: BTreeMap::new(),
            },
        );
        let step = act(&mut overlay, &self.cx(now), &mut hand);
        self.overlays.push(overlay);
        self.hand = hand;
        step
    }

    /// Lets the screen send what has waited long enough in the hand.
    fn time_passes(&mut self, now: DateTime<Utc>) {
        if self.is_ready() {
            let step = self.with_screen(now, |screen, cx, hand| screen.tick(None, cx, hand));
            self.take(step, now);
        }
    }

    fn key(&mut self, event: KeyEvent, now: DateTime<Utc>) {
        let chord = Chord::of(event);
        let slipped = self.steady.pressed(now);
        if !self.is_ready() && self.overlays.is_empty() {
            self.key_before_ready(chord, now);
            return;
        }
        let context = self.context();
        if !(matches!(
            chord,
            Chord {
                code: crossterm::event::KeyCode::Char('c'),
                ctrl: true
            }
        )) {
            self.cancelled = false;
        }
        let step = match context {
            Context::Text | Context::Typed => match typed(chord) {
                Some(typed) if !self.overlays.is_empty() => {
                    self.with_overlay(now, |o, cx, hand| o.text(typed, cx, hand))
                }
                Some(typed) => self.with_screen(now, |screen, cx, hand| screen.text(typed, cx, hand)),
                None => Step::Unbound,
            },
            _ => {
                let bound = key::resolve(context, chord).map(|binding| binding.action);
                let action = match (bound, chord.types()) {
                    (Some(Action::Label(_)) | None, Some(label)) if context.has_labels() => {
                        Some(Action::Label(label))
                    }
                    // k is the letter of the note among the fields; the arrow goes up there.
                    (Some(Action::Up), Some('k')) if context == Context::FieldMenu => {
                        Some(Action::Label('k'))
                    }
                    (bound, _) => bound,
                };
                match action {
                    Some(action) => match self.slip(action, slipped) {
                        Some(why) => Step::Say(why),
                        None => self.action(action, now),
                    },
                    None => Step::Unbound,
                }
            }
        };
        if matches!(step, Step::Unbound) {
            self.explain(chord, context);
        } else {
            self.take(step, now);
        }
        if self.overlays.is_empty() {
            // What was left behind is offered once.
            self.left = None;
        }
    }

    /// What an action does: the popup's, the program's own, or the screen's.
    fn action(&mut self, action: Action, now: DateTime<Utc>) -> Step {
        if !self.overlays.is_empty() {
            return self.with_overlay(now, |overlay, cx, hand| overlay.act(action, cx, hand));
        }
        if let Some(why) = self.barred(action) {
            return Step::Say(why);
        }
        self.message.clear();
        self.resting.acts(action);
        let still_in_hand = self.with_screen(now, |screen, cx, hand| screen.tick(Some(action), cx, hand));
        self.take(still_in_hand, now);
        match action {
            Action::View(tab) => Step::Go(tab),
            Action::Help => self.help(now),
            Action::Palette => self.palette(now),
            Action::GoTo => self.go_to(),
            Action::Who => self.who(now),
            Action::Repaint => Step::Out(Out::Repaint),
            Action::Saved => Step::Say(match self.saved {
                Some(at) => format!(
                    "Already saved {}: everything is saved as you do it.",
                    self.clock(at, true)
                ),
                None => "Already saved: everything is saved as you do it.".to_owned(),
            }),
            Action::BackTo => Step::Go(self.before),
            Action::NextProblem if !self.undecided.is_empty() => Step::Ask(self.undecided.remove(0)),
            Action::Cancel if self.over.is_empty() => {
                let step = self.with_screen(now, |screen, cx, hand| screen.act(Action::Back, cx, hand));
                if !matches!(step, Step::Back | Step::Unbound) {
                    return step;
                }
                if std::mem::replace(&mut self.cancelled, true) {
                    return Step::Out(Out::Quit);
                }
                Step::say("Nothing to cancel. Ctrl-C again quits; everything is saved.")
            }
            Action::Leave | Action::Cancel => {
                self.with_screen(now, |screen, cx, hand| screen.act(Action::Back, cx, hand))
            }
            action => {
                let step = self.with_screen(now, |screen, cx, hand| screen.act(action, cx, hand));
                match (step, action) {
                    (Step::Unbound, Action::Undo) => self.undo(),
                    (Step::Unbound, Action::Redo) => self.redo(),
                    (Step::Unbound, Action::Back) => Step::Back,
                    (step, _) => step,
                }
            }
        }
    }

    fn paste(&mut self, text: &str, now: DateTime<Utc>) {
        if let Some(overlay) = self.overlays.last_mut() {
            overlay.paste(text);
            return;
        }
        let still_in_hand =
            self.with_screen(now, |screen, cx, hand| screen.tick(Some(Action::Paste), cx, hand));
        self.take(still_in_hand, now);
        match self.with_screen(now, |screen, cx, hand| screen.paste(text, cx, hand)) {
            Some(step) => self.take(step, now),
            None => {
                self.take(Step::Go(Tab::People), now);
                if let Some(step) = self.with_screen(now, |screen, cx, hand| screen.paste(text, cx, hand)) {
                    self.take(step, now);
                }
            }
        }
    }

    /// Draws the frame; answers where the hardware cursor belongs.
    pub fn view(&mut self, now: DateTime<Utc>, buf: &mut Buffer) -> Option<Position> {
        self.size = (buf.area.width, buf.area.height);
        self.catch_up(now);
        if self.is_ready() {
            self.with_screen(now, |screen, cx, _| {
                screen.settle(cx);
                screen.arrange(cx);
            });
        }
        let mut canvas = Canvas {
            buf,
            theme: self.looks.theme,
            glyphs: self.looks.glyphs,
            bare: self.is_slow(),
        };
        let place = self.draw(now, &mut canvas);
        self.hold_back(now, buf);
        let place = place?;
        // On a terminal too small for a layout the cursor still belongs on the screen.
        let (right, bottom) = (self.size.0.saturating_sub(1), self.size.1.saturating_sub(1));
        Some(Position {
            x: place.x.min(right),
            y: place.y.min(bottom),
        })
    }

    /// When something on the screen will change by itself: the next minute, or a lamp in the corner.
    #[must_use]
    pub fn lamp(&self, now: DateTime<Utc>) -> String {
        chrome::lamp(self, now)
    }

    fn tell_place(&mut self, now: DateTime<Utc>) {
        if !self.is_ready() {
            return;
        }
        let cx = self.cx(now);
        let mut place = self.screen().place(&cx);
        place.view = std::iter::once(self.tab.name().to_owned())
            .chain(self.screen().crumbs(&cx))
            .collect::<Vec<_>>()
            .join(" > ");
        if place != self.place {
            self.place = place.clone();
            self.outs.push(Out::Place(place));
        }
    }

    /// A moment as a clock in the cohort's zone, with seconds if wanted.
    fn clock(&self, at: DateTime<Utc>, seconds: bool) -> String {
        let local = self.model.local(at);
        local
            .format(if seconds { "%H:%M:%S" } else { "%H:%M" })
            .to_string()
    }

    fn set(&mut self, what: &str, now: DateTime<Utc>) -> Step {
        if self.may_only_look() && CHANGING.contains(&what) {
            return Step::say("That changes data, and you are a viewer. An owner can make you editor.");
        }
        match what {
            "q" => Step::Out(Out::Quit),
            "glyphs ascii" => {
                self.looks.glyphs = ASCII;
                Step::Out(Out::Repaint)
            }
            "glyphs utf8" => {
                self.looks.glyphs = UTF8;
                Step::Out(Out::Repaint)
            }
            "add record" => screen::records::add_any(),
            "change record" => screen::records::change_any(),
            "import" => screen::import::open(),
            "cohort" => screen::records::open_cohort(&self.model),
            "new cohort" => screen::beginning::form(&self.model),
            "export" => screen::export::menu(),
            "erase" => {
                let on = self.screen().place(&self.cx(now)).on;
                screen::erase::ask(&self.cx(now), on.and_then(crate::domain::AnyId::of))
            }
            "compare" => screen::beside::ask(&self.model),
            "desk" => screen::desk::open(&self.model, now),
            "line slow" => {
                self.looks.slow = true;
                Step::say("As little as possible is written: rows are marked by > alone.")
            }
            "line quick" => {
                self.looks.slow = false;
                Step::say("The row under the cursor is reversed, unless the line proves slow.")
            }
            "messages" => screen::post::menu(&self.cx(now)),
            other => match other.strip_prefix("theme ").and_then(Theme::named) {
                Some(theme) => {
                    self.looks.theme = theme;
                    Step::Out(Out::Repaint)
                }
                None => Step::Unbound,
            },
        }
    }
}

/// What a key means while text is typed.
fn typed(chord: Chord) -> Option<Typed> {
    let bound = key::BINDINGS
        .iter()
        .find(|b| b.context == Context::Text && b.chords.contains(&chord));
    Some(match bound.map(|b| b.action) {
        Some(Action::Text(key)) => Typed::Key(key),
        Some(Action::Open) => Typed::Save,
        Some(Action::NextField) => Typed::Next,
        Some(Action::PreviousField) => Typed::Previous,
        Some(Action::Back) => Typed::Leave,
        Some(Action::Up) => Typed::Up,
        Some(Action::Down) => Typed::Down,
        _ => Typed::Key(TextKey::Type(chord.types()?)),
    })
}

/// The area of a terminal of this size.
#[must_use]
pub const fn whole(size: (u16, u16)) -> Rect {
    Rect {
        x: 0,
        y: 0,
        width: size.0,
        height: size.1,
    }
}
