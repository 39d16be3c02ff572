//! The one table of keys: dispatch, hint line, help, palette, README and `cohort keys` all read it.

mod action;
mod chord;
mod table;

pub use action::{Action, Context, Tab, TextKey};
pub use chord::{Chord, ch, ctrl, named};
pub use table::BINDINGS;

/// What kind of act a key causes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Shows another view or layout.
    View,
    /// Moves the cursor or opens.
    Nav,
    /// Marks rows.
    Mark,
    /// Changes data; can be undone.
    Edit,
    /// Leaves the program; asks for a typed number.
    External,
    /// The program itself.
    System,
}

impl Act {
    /// Its word in the key table.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Nav => "nav",
            Self::Mark => "mark",
            Self::Edit => "edit",
            Self::External => "ext",
            Self::System => "sys",
        }
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// Where it holds.
    pub context: Context,
    /// The keys, the one to show first.
    pub chords: &'static [Chord],
    /// What it means.
    pub action: Action,
    /// One or two words for the hint line; empty: not shown there.
    pub hint: &'static str,
    /// What it does, for help, palette and README.
    pub help: &'static str,
    /// Why this letter.
    pub mnemonic: &'static str,
    /// What kind of act.
    pub act: Act,
}

impl Binding {
    /// The key to show.
    #[must_use]
    pub fn key(&self) -> String {
        self.chords
            .first()
            .map_or_else(|| self.mnemonic.to_owned(), ToString::to_string)
    }
}

/// The binding of a key in a context, or in the contexts behind it.
#[must_use]
pub fn resolve(context: Context, chord: Chord) -> Option<&'static Binding> {
    let own = BINDINGS
        .iter()
        .find(|b| b.context == context && b.chords.contains(&chord));
    own.or_else(|| context.parent().and_then(|parent| resolve(parent, chord)))
}

/// The binding of an action in a context, or in the contexts behind it.
#[must_use]
pub fn binding(context: Context, action: Action) -> Option<&'static Binding> {
    let own = BINDINGS
        .iter()
        .find(|b| b.context == context && b.action == action);
    own.or_else(|| context.parent().and_then(|parent| binding(parent, action)))
}

/// The bindings that hold in a context: its own, then those behind it that it does not replace.
#[must_use]
pub fn bindings(context: Context) -> Vec<&'static Binding> {
    let mut found: Vec<&Binding> = BINDINGS.iter().filter(|b| b.context == context).collect();
    if let Some(parent) = context.parent() {
        let inherited = bindings(parent);
        found.extend(inherited.into_iter().filter(|b| {
            b.chords.is_empty()
                || b.chords
                    .iter()
                    .any(|c| resolve(context, *c).is_some_and(|r| std::ptr::eq(r, *b)))
        }));
    }
    found
}
