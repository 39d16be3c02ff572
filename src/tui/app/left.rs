//! What is left behind when the terminal goes away, and how the next session takes it up again (ux.md §7.4).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{App, Waiting};
use crate::domain::{AnyId, Edit, Model};
use crate::tui::key::Tab;
use crate::tui::overlay::{Confirm, DRAFT, Overlay};
use crate::tui::screen::Typed;
use crate::tui::signal::Out;
use crate::tui::step::Step;

/// Where somebody was, and what was not saved.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Left {
    /// When.
    pub at: DateTime<Utc>,
    /// The cohort.
    pub cohort: u64,
    /// The view, by its place among the tabs.
    pub tab: usize,
    /// The breadcrumb.
    pub crumbs: String,
    /// The record whose screen was open on top of the view.
    pub about: Option<AnyId>,
    /// The record under the cursor.
    pub on: Option<AnyId>,
    /// The filter of the view.
    pub filter: String,
    /// Its marked records.
    pub marks: Vec<AnyId>,
    /// Texts that were typed and not saved: where (`id field`), what.
    pub drafts: BTreeMap<String, String>,
    /// The text that was being typed when it ended.
    pub typing: Option<String>,
    /// Edits that were sent and not answered. They keep their nonces, so they land once.
    pub waiting: Vec<Edit>,
}

impl Left {
    /// Whether there is anything worth a question.
    fn is_worth_asking(&self) -> bool {
        !self.drafts.is_empty()
            || !self.waiting.is_empty()
            || self.about.is_some()
            || !self.filter.is_empty()
            || !self.marks.is_empty()
            || self.tab != 0
    }

    /// What is restored, in words.
    fn sentences(&self, model: &Model) -> Vec<String> {
        let mut with = Vec::new();
        let form = self.typing.as_ref().and_then(|name| name.strip_prefix(DRAFT));
        if let Some(form) = form {
            let title = form.split_once(": ").map_or(form, |(title, _)| title);
            with.push(format!("an unfinished form: {title}"));
        } else if let Some(field) = &self.typing {
            let (id, field) = field.split_once(' ').unwrap_or((field.as_str(), ""));
            let of = id
                .parse()
                .map_or_else(|_| String::new(), |id: AnyId| model.title(id));
            with.push(format!("an unsaved text: {field} of {of}"));
        } else if !self.drafts.is_empty() {
            with.push(format!("{} unsaved text(s)", self.drafts.len()));
        }
        if !self.waiting.is_empty() {
            with.push(format!(
                "{} change(s) that were not confirmed",
                self.waiting.len()
            ));
        }
        if !self.filter.is_empty() {
            with.push(format!("the filter {}", self.filter));
        }
        if !self.marks.is_empty() {
            with.push(format!("{} marked", self.marks.len()));
        }
        let local = model.local(self.at).format("%a %-d %b %H:%M");
        let mut lines = vec![format!("You were in {} ({local})", self.crumbs)];
        lines.extend(with.into_iter().map(|what| format!("with {what}")));
        lines
    }
}

impl App {
    /// What is left behind when the terminal goes away now: nothing when nothing is worth taking up.
    ///
    /// Unfinished text becomes drafts, as Esc makes it; what a screen still held in the hand is sent.
    pub fn leave_behind(&mut self, now: DateTime<Utc>) -> (Option<Left>, Vec<Out>) {
        if !self.is_ready() {
            // An offer that was not answered is kept for the next time.
            return (self.left.take(), Vec::new());
        }
        if let Some(left) = self.left.take() {
            return (Some(left), Vec::new());
        }
        let before = self.hand.drafts.clone();
        while let Some(overlay) = self.overlays.last() {
            if overlay.is_typing() {
                // What the popup says to it is seen by nobody.
                drop(self.with_overlay(now, |overlay, cx, hand| overlay.text(Typed::Leave, cx, hand)));
            }
            self.overlays.pop();
        }
        if self.screen().context() == crate::tui::key::Context::Text {
            let step = self.with_screen(now, |screen, cx, hand| screen.text(Typed::Leave, cx, hand));
            drop(step);
        }
        let in_hand = self.with_screen(now, |screen, cx, hand| {
            screen.tick(Some(crate::tui::key::Action::Leave), cx, hand)
        });
        self.take(in_hand, now);
        let cx = self.cx(now);
        let screen = self.screen();
        let (filter, marks) = screen.kept();
        let drafts = self.hand.drafts.clone();
        let fresh = drafts.iter().find(|(name, text)| before.get(*name) != Some(text));
        let left = Left {
            at: now,
            cohort: self.model.focus.number(),
            tab: self.tab.index(),
            crumbs: std::iter::once(self.tab.name().to_owned())
                .chain(screen.crumbs(&cx))
                .collect::<Vec<_>>()
                .join(" > "),
            about: screen.about(),
            on: screen.place(&cx).on,
            filter,
            marks,
            typing: fresh.map(|(name, _)| name.clone()),
            drafts,
            waiting: self.pending.clone(),
        };
        let outs = std::mem::take(&mut self.outs);
        (left.is_worth_asking().then_some(left), outs)
    }

    /// Something was left behind the last time: asks, once the cohort is there.
    pub(super) fn remember(&mut self, left: Left, now: DateTime<Utc>) {
        self.left = Some(left);
        self.offer(now);
    }

    /// Asks whether to take up what was left.
    pub(super) fn offer(&mut self, _now: DateTime<Utc>) {
        let cohort = self.model.focus.number();
        if !self.is_ready() || self.left.as_ref().is_none_or(|left| left.cohort != cohort) {
            return;
        }
        let Some(left) = &self.left else { return };
        let lines = left.sentences(&self.model);
        let mut confirm = Confirm::new("Take up where you were?", lines, |(), _, _| Ok(Step::TakeUp));
        confirm.note = format!("You were in {}; y restores it, n begins anew.", left.crumbs);
        self.overlays.push(Overlay::Confirm(confirm));
    }

    /// Puts everything back as it was left.
    pub(super) fn take_up(&mut self, now: DateTime<Utc>) {
        let Some(left) = self.left.take() else { return };
        if let Some(tab) = Tab::ALL.into_iter().find(|tab| tab.index() == left.tab) {
            self.take(Step::Go(tab), now);
        }
        self.with_screen(now, |screen, cx, _| screen.take_up(&left.filter, &left.marks, cx));
        if let Some(about) = left.about {
            self.take(Step::Open(about), now);
        }
        if let Some(on) = left.on {
            self.with_screen(now, |screen, cx, _| screen.show(on, cx));
        }
        self.hand.drafts.extend(left.drafts.clone());
        let count = left.waiting.len();
        for edit in left.waiting {
            self.pending.push(edit.clone());
            self.waiting.push(Waiting {
                nonce: edit.nonce,
                edit: Some(edit.clone()),
                undoes: None,
                said: String::new(),
                since: now,
            });
            self.outs.push(Out::Propose(edit));
        }
        self.message = match (&left.typing, left.drafts.len(), count) {
            (Some(name), ..) if name.starts_with(DRAFT) => {
                "Restored. What you typed in the form is there when you open it again.".to_owned()
            }
            (Some(_), ..) => {
                "Restored. Your text is a draft: e opens the field, Up brings it back.".to_owned()
            }
            (None, 0, 0) => "Restored.".to_owned(),
            (None, 0, n) => format!("Restored. {n} change(s) are sent again; each lands once."),
            (None, n, _) => {
                format!("Restored, with {n} draft(s): e opens the field, Up brings the text back.")
            }
        };
        if let Some(step) = left
            .typing
            .as_ref()
            .and_then(|name| self.reopened(name, &left.drafts))
        {
            self.take(step, now);
        }
    }

    /// The field that was being typed in, open with its text.
    fn reopened(&self, name: &str, drafts: &BTreeMap<String, String>) -> Option<Step> {
        let (id, field) = name.split_once(' ')?;
        let id: AnyId = id.parse().ok()?;
        let text = drafts.get(name)?.clone();
        self.model.record(id)?;
        id.kind.field(field)?;
        Some(crate::tui::screen::records::edit_field(
            &self.model,
            id,
            field,
            Some(text),
        ))
    }
}
