//! Keys that do nothing just now, and why: for who may only look, and while there is no connection.

use super::App;
use crate::domain::AdminRole;
use crate::tui::key::{self, Act, Action};

/// What is shown of somebody who may only look.
pub(super) const LOOKING: &str = "viewer: you may look, not change";

impl App {
    /// Whether we may only look.
    pub(super) const fn may_only_look(&self) -> bool {
        matches!(self.role, AdminRole::Viewer | AdminRole::Shared)
    }

    /// Why an action cannot be done, if so: said before anything is asked or typed.
    pub(super) fn barred(&self, action: Action) -> Option<String> {
        let binding = key::binding(self.context(), action)?;
        if self.may_only_look() && matches!(binding.act, Act::Edit | Act::External) {
            let what = if binding.hint.is_empty() {
                binding.help
            } else {
                binding.hint
            };
            return Some(format!(
                "{} ({what}) changes data, and you are a viewer. An owner can make you editor.",
                binding.key()
            ));
        }
        let needs_others = matches!(
            action,
            Action::Move
                | Action::Add
                | Action::Drop
                | Action::Remind
                | Action::Finish
                | Action::AutoAssign
                | Action::Paste
        );
        (self.is_cut_off() && needs_others).then(|| {
            let what = if binding.hint.is_empty() {
                binding.help
            } else {
                binding.hint
            };
            format!(
                "{} ({what}) waits for the connection. Marks, notes and fields are kept and sent later.",
                binding.key()
            )
        })
    }

    /// Whether a hint is shown as barred.
    pub(super) fn is_barred(&self, action: Action) -> bool {
        self.overlays.is_empty() && self.barred(action).is_some()
    }
}
