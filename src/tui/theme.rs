//! How roles look: colour only ever repeats what a character already says (ux.md §10).

use ratatui::style::{Color, Modifier, Style};

/// What a piece of the screen is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Role {
    /// Ordinary text.
    #[default]
    Plain,
    /// The row under the cursor.
    Cursor,
    /// A marked row.
    Marked,
    /// Something that needs attention; always with `!`.
    Attention,
    /// Going on now; always with the word LIVE.
    Live,
    /// Not saved or not fresh; always with a word.
    Stale,
    /// No connection; always with a word.
    Offline,
    /// Being edited by somebody else; always with `@XX`.
    Others,
    /// The title of the focused pane; always in brackets.
    Focus,
    /// Text being typed.
    Typing,
    /// A key that does nothing for this admin just now; always in round brackets.
    Barred,
}

/// A set of looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Theme {
    /// No colours at all.
    #[default]
    Mono,
    /// Hues that are readable on black.
    Dark,
    /// Hues that are readable on white.
    Light,
}

impl Theme {
    /// The theme with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "mono" => Some(Self::Mono),
            "dark" => Some(Self::Dark),
            "light" => Some(Self::Light),
            _ => None,
        }
    }

    /// The look of a role.
    #[must_use]
    pub fn style(self, role: Role) -> Style {
        let plain = Style::default();
        let hue = |dark: Color, light: Color| match self {
            Self::Mono => plain.add_modifier(Modifier::BOLD),
            Self::Dark => plain.fg(dark),
            Self::Light => plain.fg(light),
        };
        match role {
            Role::Plain => plain,
            Role::Cursor => plain.add_modifier(Modifier::REVERSED),
            Role::Marked | Role::Focus => plain.add_modifier(Modifier::BOLD),
            Role::Attention => hue(Color::LightRed, Color::Red),
            Role::Live => hue(Color::Green, Color::Blue),
            Role::Stale => match self {
                Self::Dark => plain.fg(Color::LightYellow),
                _ => plain.add_modifier(Modifier::REVERSED),
            },
            Role::Offline => plain.add_modifier(Modifier::REVERSED),
            Role::Others => match self {
                Self::Mono => plain.add_modifier(Modifier::UNDERLINED),
                _ => hue(Color::Cyan, Color::Blue),
            },
            Role::Typing => plain.add_modifier(Modifier::UNDERLINED),
            Role::Barred => plain.add_modifier(Modifier::DIM),
        }
    }
}

/// The characters that draw rules, bars and cuts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glyphs {
    /// Horizontal rule.
    pub rule: char,
    /// Vertical divider.
    pub wall: char,
    /// Popup corners: top left, top right, bottom left, bottom right.
    pub corners: [char; 4],
    /// Full part of a bar.
    pub full: char,
    /// Empty part of a bar.
    pub empty: char,
    /// Where text was cut.
    pub cut: &'static str,
}

/// Characters every terminal has.
pub const ASCII: Glyphs = Glyphs {
    rule: '-',
    wall: '|',
    corners: ['+', '+', '+', '+'],
    full: '#',
    empty: '.',
    cut: "~",
};
/// Characters of a UTF-8 session.
pub const UTF8: Glyphs = Glyphs {
    rule: '─',
    wall: '│',
    corners: ['┌', '┐', '└', '┘'],
    full: '█',
    empty: '░',
    cut: "…",
};
