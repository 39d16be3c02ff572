//! Typing in a cell: TYPE mode inside the grid. Old value and problems stand on the message line; Enter saves and
//! stays, Tab saves and goes right, Up brings back the draft or the old value, Esc keeps what was typed.

use crate::domain::Participant;
use crate::tui::key::Action;
use crate::tui::part::LineInput;
use crate::tui::screen::{Cx, Typed};
use crate::tui::step::{Hand, Step};

use super::columns::{Col, How};
use super::{Mode, People, fields};

/// A cell being typed in.
pub(super) struct CellEdit {
    /// Whose.
    pub part: Participant,
    /// Which column.
    pub col: &'static Col,
    /// The text.
    pub input: LineInput,
    /// What the cell held when it was opened.
    pub old: String,
}

impl CellEdit {
    /// The sentence for the message line: what is wrong, or the rule, and the old value.
    pub fn note(&self, cx: &Cx<'_>) -> String {
        let typed = self.input.text();
        let now = fields::text_of(cx.model, &self.part, self.col.key);
        if now != self.old {
            return format!(
                "Changed meanwhile to {now}. Enter asks which of the two stands; yours stays here."
            );
        }
        let wrong = (typed != self.old)
            .then(|| fields::problem(cx, &self.part, self.col.key, typed.trim()))
            .flatten();
        let said = wrong.unwrap_or_else(|| fields::rule(self.col.key).to_owned());
        let old = if self.old.is_empty() { "nothing" } else { &self.old };
        format!("{said}   old: {old}")
    }
}

impl People {
    /// `e`: the cell, the popup of its values, or this column in all marked rows.
    pub(super) fn edit(&mut self, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        let targets = self.targets();
        let col = self.col();
        if targets.is_empty() {
            return Step::say("Nobody is under the cursor. a adds a person.");
        }
        match (col.how, targets.as_slice()) {
            (How::Counted(why), _) => Step::say(why),
            (How::Moved, all) => super::acts::move_people(cx, all),
            (How::Chosen, all) => fields::choose(cx, all, col.key),
            (How::Typed, [part]) if self.cursor.marks.is_empty() => {
                let others = cx.edited_by(part.person.into());
                self.open_cell(cx, part.clone(), col);
                match (others, hand.drafts.contains_key(&fields::draft_of(part, col.key))) {
                    (Some(initials), _) => {
                        Step::say(format!("@{initials} is editing this row too. Nothing is locked."))
                    }
                    (None, true) => Step::say("Up brings back what you typed here before."),
                    (None, false) => Step::Stay,
                }
            }
            (How::Typed, all) => fields::line(cx, hand, all, col.key),
        }
    }

    fn open_cell(&mut self, cx: &Cx<'_>, part: Participant, col: &'static Col) {
        let old = fields::text_of(cx.model, &part, col.key);
        self.mode = Mode::Cell(Box::new(CellEdit {
            input: LineInput::holding(&old),
            part,
            col,
            old,
        }));
    }

    /// `.`: the last change again, on this row or the marked ones.
    pub(super) fn repeat(&mut self, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        let Some((key, text)) = hand.last_change.clone() else {
            return Step::say(
                "Nothing to repeat yet: . does your last change of a field again, on this row.",
            );
        };
        let Some(col) = super::COLUMNS.iter().find(|col| col.key == key) else {
            return Step::say("Your last change was not of a field shown here.");
        };
        let targets = self.targets();
        if targets.is_empty() {
            return Step::say("Nobody is under the cursor.");
        }
        fields::set(cx, hand, &targets, col.key, &text).unwrap_or_else(Step::Say)
    }

    /// A key of TYPE mode in the cell.
    pub(super) fn type_cell(&mut self, typed: Typed, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        let Mode::Cell(cell) = &mut self.mode else {
            return Step::Unbound;
        };
        let draft = fields::draft_of(&cell.part, cell.col.key);
        match typed {
            Typed::Key(key) => {
                cell.input.edit(key);
                // What was said before gives way to the rule and the old value.
                Step::say("")
            }
            Typed::Up => {
                let kept = hand
                    .drafts
                    .get(&draft)
                    .filter(|kept| kept.as_str() != cell.input.text());
                let back = kept.cloned().unwrap_or_else(|| cell.old.clone());
                cell.input.set(&back);
                Step::say("")
            }
            Typed::Down => {
                cell.input.set(&cell.old.clone());
                Step::say("")
            }
            Typed::Leave => {
                let text = cell.input.text().to_owned();
                let changed = text != cell.old;
                self.mode = Mode::List;
                if !changed {
                    return Step::say("");
                }
                hand.drafts.insert(draft, text);
                Step::say("Not saved; your text is kept: e then Up brings it back.")
            }
            Typed::Save | Typed::Next | Typed::Previous => self.save_cell(typed, cx, hand),
        }
    }

    fn save_cell(&mut self, typed: Typed, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        let Mode::Cell(cell) = &self.mode else {
            return Step::Unbound;
        };
        let text = cell.input.text().trim().to_owned();
        let (part, col, old) = (cell.part.clone(), cell.col, cell.old.clone());
        let step = match fields::save(cx, hand, &part, col.key, &old, &text) {
            Ok(step) => step,
            // A refused text stays in the hand: the cell stays open.
            Err(why) => return Step::Say(why),
        };
        if !matches!(step, Step::Ask(_)) {
            hand.drafts.remove(&fields::draft_of(&part, col.key));
        }
        self.mode = Mode::List;
        if !matches!(typed, Typed::Save) {
            self.next_cell(cx, &part, matches!(typed, Typed::Next));
        }
        match step {
            Step::Stay => Step::say(""),
            step => step,
        }
    }

    /// Opens the next column that is typed, to the right or to the left; stays when there is none.
    fn next_cell(&mut self, cx: &Cx<'_>, part: &Participant, right: bool) {
        let shown = self.fitted(self.areas(cx.body).0.width);
        let here = shown.iter().position(|(col, _)| col.key == self.at).unwrap_or(0);
        let typed = |(col, _): &&(&'static Col, u16)| col.how == How::Typed;
        let next = if right {
            shown.iter().skip(here + 1).find(typed)
        } else {
            shown.iter().take(here).rev().find(typed)
        };
        if let Some((col, _)) = next {
            self.at = col.key;
            self.open_cell(cx, part.clone(), col);
        }
    }

    /// What the keys of TYPE mode do here, in words.
    pub(super) fn typing_hint(&self, action: Action) -> Option<String> {
        let words = match (&self.mode, action) {
            (Mode::Filter, Action::Open) => "keep",
            (Mode::Filter, Action::NextField) => "complete",
            (Mode::Filter, Action::Back) => "clear",
            (Mode::Filter, Action::Up) => "recent",
            (Mode::Filter, Action::Down) => "list",
            (Mode::Cell(_), Action::NextField) => "save, next cell",
            _ => return None,
        };
        Some(words.to_owned())
    }
}
