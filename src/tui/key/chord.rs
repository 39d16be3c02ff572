//! One key press, as written in the key table, on screen and in the README.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key with or without Ctrl. Shift is part of the character; Alt is never used (ux.md §8.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Chord {
    /// The key.
    pub code: KeyCode,
    /// Whether Ctrl is held.
    pub ctrl: bool,
}

/// A printable key.
#[must_use]
pub const fn ch(c: char) -> Chord {
    Chord {
        code: KeyCode::Char(c),
        ctrl: false,
    }
}
/// A printable key with Ctrl.
#[must_use]
pub const fn ctrl(c: char) -> Chord {
    Chord {
        code: KeyCode::Char(c),
        ctrl: true,
    }
}
/// A named key.
#[must_use]
pub const fn named(code: KeyCode) -> Chord {
    Chord { code, ctrl: false }
}

impl Chord {
    /// The chord of a key event: Shift-Tab however it arrives, Ctrl-letters in lower case.
    #[must_use]
    pub fn of(event: KeyEvent) -> Self {
        let held = event.modifiers.contains(KeyModifiers::CONTROL);
        match event.code {
            KeyCode::Tab if event.modifiers.contains(KeyModifiers::SHIFT) => named(KeyCode::BackTab),
            KeyCode::Char(c) if held => Self {
                code: KeyCode::Char(c.to_ascii_lowercase()),
                ctrl: true,
            },
            KeyCode::Char(c) => ch(c),
            code => named(code),
        }
    }

    /// The character it types, if it types one.
    #[must_use]
    pub const fn types(self) -> Option<char> {
        match self.code {
            KeyCode::Char(c) if !self.ctrl => Some(c),
            _ => None,
        }
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.code {
            KeyCode::Char(' ') => "Space".to_owned(),
            KeyCode::Char(c) if self.ctrl => format!("Ctrl-{}", c.to_ascii_uppercase()),
            KeyCode::Char(c) => c.to_string(),
            KeyCode::BackTab => "Shift-Tab".to_owned(),
            KeyCode::PageUp => "PgUp".to_owned(),
            KeyCode::PageDown => "PgDn".to_owned(),
            code => format!("{code:?}"),
        };
        f.pad(&text)
    }
}
