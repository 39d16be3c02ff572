//! Every place of the program where keys are read, and the keys that lead there from the start.

use std::sync::OnceLock;

use cohort::domain::{Change, Delta, Edit, Label, Model};
use cohort::tui::key::{Chord, Context};
use cohort::tui::{Signal, picture};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::stage::Stage;
use super::world;

/// The keys that lead to each place in the small world. History has a line because a session was moved.
pub const PLACES: &[(Context, &str)] = &[
    (Context::Now, "1"),
    (Context::Register, "1<enter>"),
    (Context::Streams, "2"),
    (Context::Groups, "3"),
    (Context::Groups, "3b"),
    (Context::Calendar, "4"),
    (Context::Calendar, "4b"),
    (Context::Calendar, "4bb"),
    (Context::Carry, "4m"),
    (Context::Carry, "4bm"),
    (Context::Feedback, "5"),
    (Context::People, "6"),
    (Context::Card, "6<enter>"),
    (Context::History, "4ml<enter>7"),
    (Context::GoTo, "g"),
    (Context::Popup, "6y"),
    (Context::MovePopup, "3m"),
    (Context::FieldMenu, "6<enter>e"),
    (Context::Text, "6/"),
    (Context::Text, ":"),
    (Context::Text, "6ee"),
    (Context::Confirm, "q"),
    (Context::Typed, "4rry"),
    (Context::Preview, "4rr"),
    (Context::Conflict, CONFLICT),
    (Context::Help, "?"),
];

/// Stands for what no key alone can cause: somebody else saved the same field.
const CONFLICT: &str = "conflict";

/// The program after these keys in the small world.
pub fn at(keys: &str) -> Stage {
    at_sized(keys, 80, 24)
}

/// The program after these keys, on a terminal of this size.
pub fn at_sized(keys: &str, width: u16, height: u16) -> Stage {
    static WORLD: OnceLock<Model> = OnceLock::new();
    let model = WORLD.get_or_init(world::world).clone();
    let mut stage = Stage::with(model, width, height);
    if keys == CONFLICT {
        conflict(&mut stage);
    } else {
        stage.press(keys);
    }
    stage
}

/// Sam renames somebody while Jo does.
fn conflict(stage: &mut Stage) {
    stage.press("6e<c-u>Daniel Pryce");
    stage.answers = false;
    stage.press("<enter>");
    let edit = renaming(&stage.model);
    stage.lands("Jo T", edit);
    stage.answer();
}

/// The edit by which the person at the top of People gets another name.
fn renaming(model: &Model) -> Edit {
    let first = model.participants().first().expect("somebody takes part").person;
    let before = model.people.get(first).expect("the person is there").clone();
    let mut after = before.clone();
    "Dan Price".clone_into(&mut after.name);
    let change: Change = Delta::changed(first, before, after).into();
    model.edit(77, Label::new("edit", "name"), vec![change])
}

/// The place in this context that comes first.
pub fn of(context: Context) -> Option<&'static str> {
    PLACES
        .iter()
        .find(|(is, _)| *is == context)
        .map(|(_, keys)| *keys)
}

/// Everything about a program that a key can change, as far as its user can tell.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    screen: String,
    styles: String,
    asked: usize,
    landed: usize,
}

/// What there is to see.
pub fn look(stage: &mut Stage) -> Look {
    let buf = stage.frame();
    Look {
        screen: picture::text(&buf),
        styles: picture::styles(&buf),
        asked: stage.outs.len(),
        landed: stage.entries.len(),
    }
}

/// The event of pressing these keys.
pub fn event(chord: Chord) -> Signal {
    let held = if chord.ctrl {
        KeyModifiers::CONTROL
    } else {
        KeyModifiers::NONE
    };
    Signal::Key(KeyEvent::new(chord.code, held))
}

/// Every key a plain keyboard has.
pub fn keyboard() -> Vec<Chord> {
    let plain = |code| Chord { code, ctrl: false };
    let mut keys: Vec<Chord> = (' '..='~').map(|c| plain(KeyCode::Char(c))).collect();
    keys.push(plain(KeyCode::Char('é')));
    keys.extend(('a'..='z').map(|c| Chord {
        code: KeyCode::Char(c),
        ctrl: true,
    }));
    let named = [
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::Tab,
        KeyCode::BackTab,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::Backspace,
        KeyCode::Delete,
        KeyCode::Insert,
        KeyCode::F(1),
        KeyCode::F(5),
    ];
    keys.extend(named.map(plain));
    keys
}

/// A chance that is the same on every run.
pub struct Chance(u64);

impl Chance {
    /// Chance that begins here; not 0.
    pub const fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap_or(0) % end.max(1)
    }

    /// One of these.
    pub fn of<'a, T>(&mut self, these: &'a [T]) -> &'a T {
        &these[self.below(these.len())]
    }
}
