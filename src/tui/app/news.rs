//! What the store says, and what follows from it.

use chrono::{DateTime, Utc};

use super::{App, Line, Waiting};
use crate::domain::{AnyId, Edit, Reason, Record, Refusal};
use crate::tui::overlay::{Choice, Conflict, Notice, Overlay};
use crate::tui::signal::{Done, News, Out};
use crate::tui::step::Step;

impl App {
    pub(super) fn news(&mut self, news: News, now: DateTime<Utc>) {
        if !matches!(news, News::Lost | News::Failed { .. }) {
            self.line = Line::Up;
        }
        match news {
            News::Welcome { model, me, role } => self.welcome(*model, me, role, now),
            News::Opened(model) => {
                let (me, role) = (self.me.clone(), self.role);
                self.welcome(*model, me, role, now);
            }
            News::Landed(entry) => {
                let theirs = entry.by != self.me && entry.edit.cohort == self.model.focus;
                self.model.apply(&entry);
                let label = entry.edit.label.to_string();
                let by = entry.by.clone();
                self.entries.insert(entry.rev, *entry);
                while self.entries.len() > 300 {
                    self.entries.pop_first();
                }
                if theirs && self.message.is_empty() {
                    self.message = format!("{by}: {label}.");
                }
                self.open_the_first_cohort();
                self.settle_all(now);
            }
            News::Settled { nonce, .. } => {
                if let Some(waiting) = self.answered(nonce) {
                    self.saved = Some(now);
                    let said = if waiting.said.is_empty() {
                        waiting.edit.map_or_else(
                            || "Taken back".to_owned(),
                            |edit| super::steps::sentence(&edit.label.to_string()),
                        )
                    } else {
                        waiting.said
                    };
                    let whole = format!("{said}. Saved {}. u undo", self.clock(now, true));
                    let short = format!("{said}. u undo");
                    let fits = crate::domain::text::width(&whole) <= usize::from(self.size.0);
                    self.message = if fits { whole } else { short };
                }
            }
            News::Refused { nonce, refusal } => {
                if let Some(waiting) = self.answered(nonce) {
                    self.refused(waiting, *refusal, now);
                }
            }
            News::Heads(heads) => self.older.extend(heads),
            News::EntryIs(entry) => {
                self.entries.insert(entry.rev, *entry);
            }
            News::Peers(peers) => self.peers = peers,
            News::Unsaved { nonce, what } => {
                if let Some(waiting) = self.answered(nonce) {
                    let label = waiting
                        .edit
                        .map_or_else(|| "undo".to_owned(), |edit| edit.label.to_string());
                    self.message = format!("Not saved: {label}. {what}");
                }
            }
            News::Lost => {
                if !matches!(self.line, Line::Down(_)) {
                    self.line = Line::Down(now);
                }
            }
            News::Failed { what, hint } => self.line = Line::Failed(what, hint),
        }
    }

    fn welcome(
        &mut self,
        model: crate::domain::Model,
        me: String,
        role: crate::domain::AdminRole,
        now: DateTime<Utc>,
    ) {
        let changed = self.model.focus != model.focus;
        self.opened_at.get_or_insert(model.rev);
        self.model = model;
        self.me = me;
        self.role = role;
        if changed {
            self.older.clear();
            self.over.clear();
            self.overlays.clear();
        }
        self.settle_all(now);
    }

    /// Opens a cohort for a terminal that came before there was any.
    fn open_the_first_cohort(&mut self) {
        if self.model.cohort().is_none()
            && let Some((first, _)) = self.model.cohorts.iter().next()
        {
            self.outs.push(Out::OpenCohort(first));
        }
    }

    /// Takes an edit off the list of those that wait.
    fn answered(&mut self, nonce: u128) -> Option<Waiting> {
        self.pending.retain(|edit| edit.nonce != nonce);
        let at = self.waiting.iter().position(|waiting| waiting.nonce == nonce)?;
        Some(self.waiting.remove(at))
    }

    /// Lets every screen find its records again.
    pub(super) fn settle_all(&mut self, now: DateTime<Utc>) {
        self.with_screen(now, |screen, cx, _| screen.settle(cx));
    }

    /// Shows why an edit was refused; asks field by field where two people changed the same.
    fn refused(&mut self, waiting: Waiting, refusal: Refusal, now: DateTime<Utc>) {
        let title = waiting
            .edit
            .as_ref()
            .map_or_else(|| "undo".to_owned(), |edit| edit.label.to_string());
        if let (Reason::Conflict, Some(edit), true) = (
            refusal.reason,
            &waiting.edit,
            refusal.clashes.iter().any(|clash| !clash.field.is_empty()),
        ) {
            let ids: Vec<AnyId> = refusal.clashes.iter().map(|clash| clash.id).collect();
            let name = ids.first().map(|id| self.model.title(*id)).unwrap_or_default();
            self.overlays
                .push(Overlay::Conflict(conflict(edit.clone(), refusal, name)));
            return;
        }
        self.message = format!("Not saved: {}. Try: {}.", refusal.what, refusal.hint);
        self.overlays.push(Overlay::Notice(Notice {
            title,
            refusal,
            at: self.clock(now, true),
        }));
    }

    pub(super) fn done(&mut self, done: Done, now: DateTime<Utc>) {
        match done {
            Done::Written { what } | Done::Failed { what } => self.message = what,
            asked @ (Done::Listed { .. } | Done::Read { .. }) => {
                let step = self.with_screen(now, |screen, cx, hand| screen.done(asked, cx, hand));
                self.take(step, now);
            }
        }
    }

    /// Sends an edit and remembers that it waits.
    pub(super) fn propose(&mut self, edit: Edit, said: String, now: DateTime<Utc>) {
        if edit.changes.is_empty() {
            self.message = "Nothing to change: it is so already.".to_owned();
            return;
        }
        self.pending.push(edit.clone());
        self.waiting.push(Waiting {
            nonce: edit.nonce,
            edit: Some(edit.clone()),
            said,
            since: now,
        });
        self.outs.push(Out::Propose(edit));
    }

    /// Asks the store to take an entry back and remembers that it waits.
    pub(super) fn take_back(&mut self, rev: u64, said: String, now: DateTime<Utc>) {
        let nonce = self.hand.mint.nonce();
        self.waiting.push(Waiting {
            nonce,
            edit: None,
            said,
            since: now,
        });
        self.outs.push(Out::Undo { nonce, rev });
    }
}

/// The question about the fields that two people changed.
fn conflict(edit: Edit, refusal: Refusal, title: String) -> Conflict {
    let clashes = refusal.clashes;
    let choices = vec![None; clashes.len()];
    let asked = clashes.clone();
    Conflict {
        clashes,
        title,
        at: 0,
        choices,
        then: Box::new(move |choices, cx, hand| {
            let mine: Vec<_> = asked
                .iter()
                .zip(&choices)
                .filter(|(_, choice)| **choice == Choice::Mine)
                .map(|(c, _)| c)
                .collect();
            if mine.is_empty() {
                return Ok(Step::say(
                    "Their value stays. Yours is kept as a draft: open the field and press Up.",
                ));
            }
            let changes = edit.changes.iter().filter_map(|change| {
                let now_is = cx.model.record(change.id())?;
                let mut fields = crate::domain::field::json(&now_is);
                let after = crate::domain::field::json(&change.after()?);
                for clash in mine.iter().filter(|clash| clash.id == change.id()) {
                    fields.insert(clash.field.clone(), after.get(&clash.field)?.clone());
                }
                let merged: Record = crate::domain::from_json(change.id(), fields).ok()?;
                crate::domain::Change::between(Some(now_is), Some(merged))
            });
            let changes: Vec<_> = changes.collect();
            let edit = cx.model.edit(hand.mint.nonce(), edit.label.clone(), changes);
            Ok(Step::Propose(edit, String::new()))
        }),
        third: Box::new(|(id, field, mine), cx, hand| {
            hand.drafts.insert(format!("{id} {field}"), mine.clone());
            Ok(crate::tui::screen::records::edit_field(
                cx.model,
                id,
                &field,
                Some(mine),
            ))
        }),
    }
}
