//! What the store says, and what follows from it.

use chrono::{DateTime, TimeDelta, Utc};

use super::{App, Line, Waiting};
use crate::domain::{AnyId, Change, Edit, Kind, MessageState, Reason, Record, Refusal, Rev};
use crate::tui::key::Context;
use crate::tui::overlay::{Choice, Conflict, Notice, Overlay};
use crate::tui::signal::{Done, News, Out};
use crate::tui::step::Step;

/// How a line about something saved ends: with the key that takes it back, or brings it back.
const UNDO: &str = "u undo";
/// What an undo of written messages would take back.
const NOTE: &str = "u takes back the note alone";
const REDO: &str = "U redo";
/// How long such a line is left for reading before what others do may follow it.
const READ: TimeDelta = TimeDelta::seconds(5);

impl App {
    pub(super) fn news(&mut self, news: News, now: DateTime<Utc>) {
        if !matches!(news, News::Lost | News::Failed { .. } | News::Silent { .. }) {
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
                let typed_over = self.typed_over(&entry);
                self.model.apply(&entry);
                if let Some((_, admin)) = self.model.admin_named(&self.me) {
                    self.role = admin.role;
                }
                let label = entry.edit.label.to_string();
                let by = entry.by.clone();
                self.entries.insert(entry.rev, *entry);
                while self.entries.len() > 300 {
                    self.entries.pop_first();
                }
                if let Some(said) = typed_over {
                    self.message = said;
                } else if theirs && self.gives_way(now) {
                    self.passing = format!("{by}: {label}.");
                    self.message.clone_from(&self.passing);
                }
                self.open_the_first_cohort();
                self.steady.landed(&by, by == self.me);
                self.unsettled = true;
                self.plan_again(now);
            }
            News::Settled { nonce, rev } => {
                if let Some(waiting) = self.answered(nonce) {
                    self.saved = Some(now);
                    let (said, back) = match &waiting.edit {
                        Some(edit) => {
                            let label = super::steps::sentence(&edit.label.to_string());
                            let said = Some(waiting.said).filter(|said| !said.is_empty());
                            (said.unwrap_or(label), way_back(edit))
                        }
                        None => self.taken_back(rev),
                    };
                    // While text is typed, u is a letter.
                    let typing = self.context() == Context::Text;
                    let end = if back.is_empty() || typing {
                        String::new()
                    } else {
                        format!(" {back}")
                    };
                    let whole = format!("{said}. Saved {}.{end}", self.clock(now, true));
                    let short = format!("{said}.{end}");
                    let fits = crate::domain::text::width(&whole) <= usize::from(self.size.0);
                    self.message = if fits { whole } else { short };
                }
            }
            News::Refused { nonce, refusal } => {
                match self.answered(nonce) {
                    Some(waiting) => self.refused(waiting, *refusal, now),
                    // An erasure is no edit that waits.
                    None => self.take(Step::Refuse(*refusal), now),
                }
            }
            News::Erased(erased) => {
                self.forget_history();
                self.message.clear();
                self.take(crate::tui::screen::erase::done(&erased), now);
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
                } else {
                    self.message = format!("Not erased. {what}");
                }
            }
            News::Lost => {
                if !matches!(self.line, Line::Down(_)) {
                    self.line = Line::Down(now);
                }
            }
            News::Silent { pid, .. } => {
                // By this program's own clock, which may be another than the system's.
                let since = now - chrono::TimeDelta::seconds(5);
                self.line = Line::Silent(since, pid);
                self.message = format!(
                    "The store (process {pid}) has not answered since {}: it may be stopped. What you do waits.",
                    self.clock(since, true)
                );
            }
            News::Back => {
                if self.waiting.is_empty() {
                    "Connected again. Everything is up to date.".clone_into(&mut self.passing);
                    self.message.clone_from(&self.passing);
                }
            }
            News::Failed { what, hint } => {
                let since = match &self.line {
                    Line::Down(since) | Line::Silent(since, _) | Line::Failed(since, ..) => *since,
                    Line::Joining | Line::Up => now,
                };
                self.line = Line::Failed(since, what, hint);
            }
        }
    }

    /// Whether the message may be followed by what others did: nothing is said, or nothing that is still news.
    fn gives_way(&self, now: DateTime<Utc>) -> bool {
        let was_read = self.saved.is_some_and(|at| now - at > READ);
        let ends = [UNDO, REDO, NOTE];
        let is_done = ends.iter().any(|end| self.message.ends_with(end));
        self.message.is_empty() || self.message == self.passing || (is_done && was_read)
    }

    /// What an undo or a redo of mine took back or brought back, and the key for the other way.
    fn taken_back(&self, rev: Rev) -> (String, &'static str) {
        let entry = self.entries.get(&rev);
        let first = entry.and_then(|entry| entry.edit.changes.first());
        let is_note = first.is_some_and(|change| change.id().kind == Kind::Message);
        match entry.map(|entry| &entry.edit.label) {
            Some(label) if label.verb == "redo" => (format!("Brought back: {}", label.on), UNDO),
            Some(label) if is_note => (
                format!(
                    "Taken back: the note of {}; the files stay",
                    label.on.trim_start_matches("prepare ")
                ),
                REDO,
            ),
            Some(label) => (format!("Taken back: {}", label.on), REDO),
            None => ("Taken back".to_owned(), REDO),
        }
    }

    /// What to say when somebody saves the field that is being typed in here.
    fn typed_over(&self, entry: &crate::domain::Entry) -> Option<String> {
        let field = self.place.editing.as_ref()?;
        let on = self.place.on?;
        if entry.by == self.me {
            return None;
        }
        let same = |name: &str| {
            let known = on.kind.field(name);
            known
                .map_or(name, |known| known.label)
                .eq_ignore_ascii_case(field)
                || name.eq_ignore_ascii_case(field)
        };
        let change = entry.edit.changes.iter().find(|change| change.id() == on)?;
        let found = change.fields().into_iter().find(|change| same(&change.field))?;
        Some(format!(
            "{} made {field} of this row {}. Your text stays; Enter asks which of the two stands.",
            entry.by,
            crate::domain::field::shown(&self.model, &found.after)
        ))
    }

    fn welcome(
        &mut self,
        model: crate::domain::Model,
        me: String,
        role: crate::domain::AdminRole,
        now: DateTime<Utc>,
    ) {
        let changed = self.model.focus != model.focus;
        let goes = |id, is: &crate::domain::Person| {
            !is.is_erased() && model.people.get(id).is_none_or(|is| is.is_erased())
        };
        if self.model.people.iter().any(|(id, is)| goes(id, is)) {
            self.forget_history();
        }
        self.opened_at.get_or_insert(model.rev);
        self.model = model;
        self.me = me;
        self.role = role;
        self.since.get_or_insert(now);
        if changed {
            self.older.clear();
            self.over.clear();
            self.overlays.clear();
        }
        self.settle_all(now);
        if changed {
            self.offer(now);
        }
    }

    /// Lets go of what was fetched of the history: it may hold somebody who was erased.
    fn forget_history(&mut self) {
        self.older.clear();
        self.entries.clear();
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
        // An undo of what somebody changed since is a question about the same fields.
        let undo = waiting
            .undoes
            .and_then(|rev| self.entries.get(&rev))
            .map(|entry| {
                let mut edit = entry.edit.clone();
                edit.changes = entry.edit.inverse();
                edit.label = crate::domain::Label::new("undo", entry.edit.label.to_string());
                edit
            });
        if let (Reason::Conflict, Some(edit), true) = (
            refusal.reason,
            &waiting.edit.clone().or(undo),
            refusal.clashes.iter().any(|clash| !clash.field.is_empty()),
        ) {
            let ids: Vec<AnyId> = refusal.clashes.iter().map(|clash| clash.id).collect();
            let name = ids.first().map(|id| self.model.title(*id)).unwrap_or_default();
            let merged = self.merged(edit, &refusal);
            let mut asked = conflict(edit.clone(), refusal, name);
            asked.merged = merged;
            asked.at_mine = now;
            self.overlays.push(Overlay::Conflict(asked));
            return;
        }
        self.message = format!("Not saved: {}. Try: {}.", refusal.what, refusal.hint);
        self.overlays.push(Overlay::Notice(Notice {
            title: format!("Not saved: {title}"),
            refusal,
            at: self.clock(now, true),
        }));
    }

    /// The fields of the same records that need no question: mine that nobody else touched, theirs that I did not.
    fn merged(&self, edit: &Edit, refusal: &Refusal) -> Vec<(String, String, String)> {
        let label = |id: AnyId, field: &str| {
            id.kind
                .field(field)
                .map_or(field, |known| known.label)
                .to_uppercase()
        };
        let asked = |id: AnyId, field: &str| {
            refusal
                .clashes
                .iter()
                .any(|clash| clash.id == id && clash.field == field)
        };
        let row = |who: &str, id: AnyId, change: &crate::domain::FieldChange| {
            let (before, after) = (&change.before, &change.after);
            let told = format!(
                "{} -> {}",
                crate::domain::field::shown(&self.model, before),
                crate::domain::field::shown(&self.model, after)
            );
            (label(id, &change.field), who.to_owned(), told)
        };
        let mut rows = Vec::new();
        for change in &edit.changes {
            let id = change.id();
            let fields = change.fields();
            rows.extend(
                fields
                    .iter()
                    .filter(|f| !asked(id, &f.field))
                    .map(|f| row("you", id, f)),
            );
            let mut revs: Vec<Rev> = refusal
                .clashes
                .iter()
                .filter(|c| c.id == id)
                .map(|c| c.rev)
                .collect();
            revs.dedup();
            for entry in revs.iter().filter_map(|rev| self.entries.get(rev)) {
                let theirs = entry.edit.changes.iter().filter(|change| change.id() == id);
                let theirs = theirs.flat_map(crate::domain::Change::fields);
                rows.extend(
                    theirs
                        .filter(|f| !asked(id, &f.field) && fields.iter().all(|mine| mine.field != f.field))
                        .map(|f| row(&entry.by, id, &f)),
                );
            }
        }
        rows
    }

    pub(super) fn done(&mut self, done: Done, now: DateTime<Utc>) {
        match done {
            Done::Written { what, notes } if notes.is_empty() => self.message = what,
            // Who got what is noted once the messages are on disk, and not before.
            Done::Written { what, notes } => {
                match self.model.messages_prepared(&mut self.hand.mint, &notes) {
                    Ok(edit) => self.propose(edit, what, now),
                    Err(refusal) => self.message = format!("{what}, and not noted: {}.", refusal.what),
                }
            }
            Done::Sent { what, mut notes } => {
                self.sendings = self.sendings.saturating_sub(1);
                // What an interrupted sending left behind may have been logged from elsewhere.
                notes.retain(|note| !self.model.was_sent(note));
                self.done(Done::Written { what, notes }, now);
            }
            Done::LookedAt(other) => {
                self.message.clear();
                let step = crate::tui::screen::beside::popup(&self.model, &other, now);
                self.take(step, now);
            }
            Done::Failed { what } => self.message = what,
            asked @ (Done::Listed { .. } | Done::Read { .. }) => {
                let step = self.with_screen(now, |screen, cx, hand| screen.done(asked, cx, hand));
                self.take(step, now);
            }
        }
    }

    /// Sends an edit and remembers that it waits.
    pub(super) fn propose(&mut self, edit: Edit, said: String, now: DateTime<Utc>) {
        if self.may_only_look() {
            self.message = format!(
                "Not done: {}. An owner can make you editor.",
                super::allowed::LOOKING
            );
            return;
        }
        if edit.changes.is_empty() {
            self.message = "Nothing to change: it is so already.".to_owned();
            return;
        }
        self.pending.push(edit.clone());
        self.waiting.push(Waiting {
            nonce: edit.nonce,
            edit: Some(edit.clone()),
            undoes: None,
            said,
            since: now,
        });
        self.outs.push(Out::Propose(edit));
    }

    /// Asks the store to take an entry back and remembers that it waits.
    pub(super) fn take_back(&mut self, rev: u64, said: String, now: DateTime<Utc>) {
        if self.may_only_look() {
            self.message = format!(
                "Not done: {}. An owner can make you editor.",
                super::allowed::LOOKING
            );
            return;
        }
        let nonce = self.hand.mint.nonce();
        self.waiting.push(Waiting {
            nonce,
            edit: None,
            undoes: Some(rev),
            said,
            since: now,
        });
        self.outs.push(Out::Undo { nonce, rev });
    }
}

/// What undoing an edit would do, in words; nothing for what cannot be undone.
fn way_back(edit: &Edit) -> &'static str {
    match edit.changes.first().and_then(Change::after) {
        Some(Record::Message(_, message)) if message.state == MessageState::Written => NOTE,
        Some(Record::Message(..)) => "",
        _ => UNDO,
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
        merged: Vec::new(),
        at_mine: DateTime::default(),
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
