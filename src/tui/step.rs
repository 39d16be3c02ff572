//! What a key may cause, as a value: screens and overlays return steps, the app carries them out.

use crate::domain::{AnyId, Edit, Enrolment, Group, Id, Mint, Refusal, Rev};
use crate::plan::scheduling::Given;
use crate::tui::key::{Action, Tab};
use crate::tui::overlay::Overlay;
use crate::tui::screen::Screen;
use crate::tui::signal::Out;

/// What follows from a key.
pub enum Step {
    /// Nothing but what the screen already did to itself.
    Stay,
    /// Several things, in order.
    Many(Vec<Step>),
    /// Show a view.
    Go(Tab),
    /// Show a record where it belongs.
    Show(AnyId),
    /// Show a record in another view than its own: the groups of a stream.
    ShowIn(Tab, AnyId),
    /// Open a record: a person's card, a group on the board, a session's register.
    Open(AnyId),
    /// Put a screen on top of this view.
    Enter(Box<dyn Screen>),
    /// Leave the screen on top; at the root ask to quit.
    Back,
    /// Open a popup or question on top.
    Ask(Overlay),
    /// Close the topmost popup.
    Close,
    /// Put the conflict on top aside, undecided: `n` asks it again.
    Later,
    /// Send an edit; the text is shown once it is saved (empty: the edit's label).
    Propose(Edit, String),
    /// Take an entry back.
    TakeBack(Rev),
    /// Say something.
    Say(String),
    /// Say why something cannot be done.
    Refuse(Refusal),
    /// Set something of the program: `theme dark`, `glyphs ascii`, `q`.
    Set(String),
    /// Do what another key means.
    Act(Action),
    /// Lock somebody into a group in the proposal that is open, and have it made again.
    Lock(Id<Enrolment>, Id<Group>),
    /// Give a session this time in the plan that is open, and have the rest planned around it.
    Give(Given),
    /// Take up what was left behind the last time.
    TakeUp,
    /// Ask the loop for something.
    Out(Out),
    /// The key means nothing here.
    Unbound,
}

impl Step {
    /// An edit that was built, or why it could not be.
    #[must_use]
    pub fn propose(built: Result<Edit, Refusal>) -> Self {
        match built {
            Ok(edit) => Self::Propose(edit, String::new()),
            Err(refusal) => Self::Refuse(refusal),
        }
    }

    /// An edit with the sentence to show once it is saved.
    #[must_use]
    pub fn propose_saying(built: Result<Edit, Refusal>, said: impl Into<String>) -> Self {
        match built {
            Ok(edit) => Self::Propose(edit, said.into()),
            Err(refusal) => Self::Refuse(refusal),
        }
    }

    /// Say something.
    pub fn say(what: impl Into<String>) -> Self {
        Self::Say(what.into())
    }
}

/// What a screen may change besides itself: it mints ids and remembers across views.
#[derive(Debug)]
pub struct Hand {
    /// Where ids and nonces come from.
    pub mint: Mint,
    /// The last change of a field, for `.`: the field's key and the text.
    pub last_change: Option<(String, String)>,
    /// Texts that were typed and not saved: where (`id field`), what.
    pub drafts: std::collections::BTreeMap<String, String>,
}
