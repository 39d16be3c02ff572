//! Taking an entry back: the edit that does it, or which later entries stand in the way.

use std::collections::{BTreeSet, HashMap};

use crate::domain::{Edit, Entry, EntryHead, Reason, Refusal, Rev};

/// Whether an entry is taken back at present: by an entry that was not itself taken back.
pub fn taken_back_by(rev: Rev, undone: &HashMap<Rev, Rev>) -> Option<Rev> {
    let by = *undone.get(&rev)?;
    taken_back_by(by, undone).is_none().then_some(by)
}

/// The edit that takes an entry back; taking back an undo is a redo.
///
/// # Errors
/// When it is taken back already, or nothing of it is left.
pub fn edit(nonce: u128, entry: &Entry, undone: &HashMap<Rev, Rev>) -> Result<Edit, Refusal> {
    if let Some(by) = taken_back_by(entry.rev, undone) {
        return Err(Refusal::rule(
            10,
            format!("entry {} was taken back already, by entry {by}", entry.rev),
            format!("to bring it back, undo entry {by}"),
        ));
    }
    if entry.edit.changes.is_empty() {
        return Err(Refusal::rule(
            10,
            format!(
                "entry {} cannot be taken back: it is of somebody who was erased",
                entry.rev
            ),
            "an erasure is for good",
        ));
    }
    Ok(Edit {
        nonce,
        cohort: entry.edit.cohort,
        label: entry.label_of_undo(),
        changes: entry.edit.inverse(),
    })
}

/// Says which later entries an undo would destroy, in place of bare fields that clash.
pub fn explain(refusal: Refusal, entry: &Entry, head: impl Fn(Rev) -> Option<EntryHead>) -> Refusal {
    if refusal.reason != Reason::Conflict {
        return Refusal {
            what: format!("entry {} cannot be taken back: {}", entry.rev, refusal.what),
            ..refusal
        };
    }
    let later: BTreeSet<Rev> = refusal
        .clashes
        .iter()
        .map(|clash| clash.rev)
        .filter(|rev| *rev > entry.rev)
        .collect();
    let named: Vec<String> = later
        .iter()
        .rev()
        .take(5)
        .map(|rev| match head(*rev) {
            Some(head) => format!("{rev} ({}, {})", head.label, head.by),
            None => rev.to_string(),
        })
        .collect();
    if named.is_empty() {
        return refusal;
    }
    let more = match later.len().saturating_sub(5) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let (depends, them) = match later.len() {
        1 => ("a later entry depends", "it"),
        _ => ("later entries depend", "them"),
    };
    Refusal {
        what: format!(
            "entry {} ({}) cannot be taken back: {depends} on it: {}{more}",
            entry.rev,
            entry.edit.label,
            named.join(", ")
        ),
        hint: format!("undo {them} first, newest first"),
        ..refusal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_undone_and_redone_can_be_undone_again() {
        // 2 undoes 1, 3 undoes 2: entry 1 stands again.
        let undone = HashMap::from([(1, 2), (2, 3)]);
        assert_eq!(taken_back_by(1, &undone), None);
        assert_eq!(taken_back_by(2, &undone), Some(3));
    }
}
