//! Taking an entry back: the edit that does it, on what is true now.

use crate::domain::{AdminName, Change, Edit, Entry, Label, Model, Refusal, Rev, Session};

impl Model {
    /// The edit that takes an entry back, rebuilt on the present records; [`Model::admit_undo`] then says whether
    /// what was built on it stands against that. Taking back an undo does the thing again.
    ///
    /// A session that goes back to an earlier time gets a new calendar version: calendars ignore an older one.
    ///
    /// # Errors
    /// A conflict, when a later entry changed the same fields.
    pub fn undoing(
        &self,
        entry: &Entry,
        nonce: u128,
        who: impl Fn(Rev) -> AdminName,
    ) -> Result<Edit, Refusal> {
        let verb = if entry.undoes.is_some() { "redo" } else { "undo" };
        let on = if entry.undoes.is_some() {
            entry.edit.label.on.clone()
        } else {
            entry.edit.label.to_string()
        };
        let inverse = Edit {
            nonce,
            cohort: entry.edit.cohort,
            label: Label::new(verb, on),
            changes: entry.edit.inverse(),
        };
        let mut edit = self.rebase(&self.with_present_versions(inverse), who)?;
        edit.raise_versions();
        Ok(edit)
    }

    /// The same edit, taking the calendar versions of sessions as they are now: they only ever rise, so that nothing
    /// depends on the one that was there.
    #[must_use]
    pub fn with_present_versions(&self, mut edit: Edit) -> Edit {
        for change in &mut edit.changes {
            if let Change::Session(delta) = change
                && let Some(present) = self.sessions.get(delta.id)
            {
                for side in [&mut delta.before, &mut delta.after].into_iter().flatten() {
                    side.sequence = present.sequence;
                }
            }
        }
        edit
    }
}

impl Edit {
    /// Gives every session that an undo brings back a calendar version of its own, once the undo was rebuilt on
    /// the present records: calendars ignore a version that is not newer than what they have seen.
    pub fn raise_versions(&mut self) {
        for change in &mut self.changes {
            if let Change::Session(delta) = change
                && let (Some(before), Some(after)) = (&delta.before, &mut delta.after)
            {
                raise_version(before, after);
            }
        }
    }
}

/// Gives a session the calendar version that follows what calendars have seen.
fn raise_version(before: &Session, after: &mut Session) {
    let seen = before.sequence.max(after.sequence);
    after.sequence = seen + u32::from(before.calendar_sees_change(after));
}
