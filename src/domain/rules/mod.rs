//! What may be: the rules of domain.md §3, asked before an edit lands.
//!
//! An edit is admitted when its author may make it (`permitted`), nobody changed the same records meanwhile, every
//! record it names is there, every change of state is in a table (`transitions`), and every rule holds afterwards.
//! Each kind of record says in one place, its `Ruled`, what must hold of it, which steps it may take, and whose
//! rules a change of it may break. So a single edit costs what it touches, not what the cohort has.

mod after;
mod answers;
mod groups;
mod office;
mod people;
mod permitted;
mod publishing;
mod sessions;
mod transitions;
mod undo;

use std::collections::{BTreeSet, HashSet};

use chrono::{DateTime, Utc};

use after::{After, Tabled};
pub use transitions::{Listed, State, Step, transitions};

use super::kind::{Kind, every_kind};
use super::{AdminRole, AnyId, Change, Edit, Id, Message, MessageState, Model, Record, Refusal};

/// What becomes of an edit that no rule stands against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It can land.
    Fresh,
    /// Everything it would make true is true already: it landed before, or changes nothing.
    Already,
}

/// A rule that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Its number in domain.md §3; 0 for what a record must be in itself.
    pub rule: u8,
    /// Of which record.
    pub subject: AnyId,
    /// What is wrong, as a sentence without a full stop.
    pub what: String,
    /// What to do.
    pub hint: String,
}

/// Something allowed that people should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warned {
    /// The number of the rule of domain.md §3 that warns; 0 when none does.
    pub rule: u8,
    /// About which record.
    pub subject: AnyId,
    /// What tells it apart from others about the same record, when there can be several.
    pub with: Option<AnyId>,
    /// What, as a sentence without a full stop.
    pub what: String,
}

/// What the rules found wrong, and what they warn of.
#[derive(Default)]
pub(crate) struct Found {
    broken: Vec<Broken>,
    warned: Vec<Warned>,
    wants_warnings: bool,
}

impl Found {
    /// Notes a rule that does not hold.
    fn breaks(
        &mut self,
        rule: u8,
        subject: impl Into<AnyId>,
        what: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.broken.push(Broken {
            rule,
            subject: subject.into(),
            what: what.into(),
            hint: hint.into(),
        });
    }
    /// Notes a refusal as it stands.
    fn refused(&mut self, subject: impl Into<AnyId>, refusal: Refusal) {
        self.breaks(refusal.rule, subject, refusal.what, refusal.hint);
    }
    /// Notes something allowed that people should know.
    fn warns(
        &mut self,
        rule: u8,
        subject: impl Into<AnyId>,
        with: Option<AnyId>,
        what: impl FnOnce() -> String,
    ) {
        if self.wants_warnings {
            self.warned.push(Warned {
                rule,
                subject: subject.into(),
                with,
                what: what(),
            });
        }
    }
}

/// What the rules know about a kind of record.
pub(crate) trait Ruled: Tabled {
    /// Calls `to` with every record that this one names.
    fn names(&self, to: &mut dyn FnMut(AnyId));
    /// What must hold of it whenever it is looked at.
    fn holds(&self, id: Id<Self>, after: &After<'_>, found: &mut Found);
    /// The other records whose rules a change of this one may break.
    fn concerns(&self, _id: Id<Self>, _after: &After<'_>, _also: &mut BTreeSet<AnyId>) {}
    /// What must be true of the step from one state of it to another.
    fn steps(
        _id: Id<Self>,
        _before: Option<&Self>,
        _next: Option<&Self>,
        _after: &After<'_>,
        _found: &mut Found,
    ) {
    }
    /// A record that names this one, so that it cannot be taken away.
    fn named_by(_id: Id<Self>, _after: &After<'_>) -> Option<AnyId> {
        None
    }
}

macro_rules! make_dispatch {
    ($($variant:ident, $table:ident, $number:literal, $prefix:literal, $word:literal, $scope:ident;)+) => {
        /// Notes what does not hold of one record, if it is there.
        fn look_at(id: AnyId, after: &After<'_>, found: &mut Found) {
            match id.kind { $(Kind::$variant => {
                let id: Id<super::$variant> = Id::new(id.number);
                if let Some(is) = after.get(id) {
                    is.holds(id, after, found);
                }
            })+ }
        }

        /// Notes what is wrong with one change itself: records it names that are not there, a record taken away
        /// that others name, a step that is in no table.
        fn look_at_change(change: &Change, after: &After<'_>, found: &mut Found) {
            match change { $(Change::$variant(delta) => {
                match &delta.after {
                    Some(is) => is.names(&mut |named| {
                        if !is_there(named, after) {
                            let what = format!("{} names a {} that is not there", after.title(change.id()), named.kind);
                            found.breaks(10, change.id(), what, "it may have been taken away meanwhile: look again");
                        }
                    }),
                    None => if let Some(by) = super::$variant::named_by(delta.id, after) {
                        let what = format!(
                            "{} cannot be taken away: {} needs it", after.title(change.id()), after.title(by)
                        );
                        found.breaks(10, change.id(), what, "take that away first, or end it instead");
                    },
                }
                super::$variant::steps(delta.id, delta.before.as_deref(), delta.after.as_deref(), after, found);
            })+ }
        }

        /// The records whose rules a change may break: its own, and those it concerns before and after.
        fn add_subjects(change: &Change, after: &After<'_>, subjects: &mut BTreeSet<AnyId>) {
            subjects.insert(change.id());
            match change { $(Change::$variant(delta) => {
                for is in delta.before.iter().chain(&delta.after) {
                    is.concerns(delta.id, after, subjects);
                }
            })+ }
        }

        fn is_there(id: AnyId, after: &After<'_>) -> bool {
            match id.kind { $(Kind::$variant => after.get::<super::$variant>(Id::new(id.number)).is_some()),+ }
        }

        /// Notes what one record names that is not there.
        fn look_at_names(record: &Record, after: &After<'_>, found: &mut Found) {
            match record { $(Record::$variant(id, is) => is.names(&mut |named| {
                if !is_there(named, after) {
                    let what = format!("{} names a {} that is not there", after.title((*id).into()), named.kind);
                    found.breaks(10, *id, what, "restore a backup from before it went");
                }
            })),+ }
        }
    };
}
every_kind!(make_dispatch);

impl Model {
    /// Whether an edit may land now, asked by the one writer before it writes.
    ///
    /// `Already` says that everything it would make true is true: it is acknowledged without landing twice.
    ///
    /// # Errors
    /// The first reason against it: not permitted; a conflict (with the fields, or with none when the two edits
    /// touch different fields and [`Model::rebase`] brings them together); a rule with its number.
    pub fn admit(&self, edit: &Edit, by: AdminRole, now: DateTime<Utc>) -> Result<Verdict, Refusal> {
        self.judge(edit, by, now, true)
    }

    /// Whether an edit that takes an entry back may land: as [`Model::admit`], but states may go back to what they
    /// were. What later entries built on it stands against it.
    ///
    /// # Errors
    /// As [`Model::admit`].
    pub fn admit_undo(&self, edit: &Edit, by: AdminRole, now: DateTime<Utc>) -> Result<Verdict, Refusal> {
        self.judge(edit, by, now, false)
    }

    fn judge(
        &self,
        edit: &Edit,
        by: AdminRole,
        now: DateTime<Utc>,
        forward: bool,
    ) -> Result<Verdict, Refusal> {
        by.may_change_data()?;
        if edit.cohort != self.focus {
            let what = "this change is meant for another cohort";
            return Err(Refusal::missing(what, "open that cohort and try again"));
        }
        if edit.changes.iter().any(forgets_what_left) {
            let what = "messages that were sent cannot be taken back";
            return Err(Refusal::rule(10, what, "write to the same people again"));
        }
        let mut seen = HashSet::with_capacity(edit.changes.len());
        if let Some(twice) = edit.changes.iter().find(|change| !seen.insert(change.id())) {
            let what = format!("{} is changed twice in one step", self.title(twice.id()));
            return Err(Refusal::rule(10, what, "make it two steps"));
        }
        if edit.changes.iter().all(|change| self.is_after(change)) {
            return Ok(Verdict::Already);
        }
        self.refuse_stale(edit)?;
        let after = After::new(self, &edit.changes, now, forward);
        permitted::refuse_changes(self, edit, by, &after)?;
        answers::refuse_link(edit, &after)?;
        people::refuse_return(edit)?;
        let found = self.look_at_edit(edit, &after, false);
        let broken = told_of(edit, self.newly_broken(found.broken, now));
        match broken.split_first() {
            None => Ok(Verdict::Fresh),
            Some((first, more)) => {
                let mut what = first.what.clone();
                if !more.is_empty() {
                    what.push_str(&format!(" (and {} more)", more.len()));
                }
                Err(Refusal::rule(first.rule, what, first.hint.clone()))
            }
        }
    }

    /// Refuses an edit whose records are no longer what it says they were.
    fn refuse_stale(&self, edit: &Edit) -> Result<(), Refusal> {
        let Some(stale) = edit.changes.iter().find(|change| !self.is_before(change)) else {
            return Ok(());
        };
        self.rebase(edit, |_| String::new())?;
        let what = format!("{} changed meanwhile, in other fields", self.title(stale.id()));
        Err(Refusal::conflict(what, Vec::new()))
    }

    /// What the rules say to an edit.
    fn look_at_edit(&self, edit: &Edit, after: &After<'_>, wants_warnings: bool) -> Found {
        let mut found = Found {
            wants_warnings,
            ..Found::default()
        };
        let mut subjects = BTreeSet::new();
        for change in &edit.changes {
            look_at_change(change, after, &mut found);
            add_subjects(change, after, &mut subjects);
        }
        // A record that names what is not there cannot be looked at further.
        if found.broken.is_empty() {
            for subject in subjects {
                look_at(subject, after, &mut found);
            }
        }
        found
    }

    /// What an edit would break that is not broken already: nobody is kept from mending one thing because another
    /// is broken too.
    fn newly_broken(&self, mut broken: Vec<Broken>, now: DateTime<Utc>) -> Vec<Broken> {
        if broken.is_empty() {
            return broken;
        }
        let present = After::new(self, &[], now, true);
        let mut found = Found::default();
        let subjects: BTreeSet<AnyId> = broken.iter().map(|one| one.subject).collect();
        for subject in subjects {
            look_at(subject, &present, &mut found);
        }
        broken.retain(|one| !found.broken.contains(one));
        broken
    }

    /// What an edit would do that is allowed and should be known: shown before and after it lands.
    #[must_use]
    pub fn warnings(&self, edit: &Edit, now: DateTime<Utc>) -> Vec<String> {
        let after = After::new(self, &edit.changes, now, true);
        let warned = self.look_at_edit(edit, &after, true).warned;
        let mut subjects = BTreeSet::new();
        for change in &edit.changes {
            add_subjects(change, &after, &mut subjects);
        }
        let present = self.standing_warnings(&subjects, now);
        let mut new: Vec<String> = Vec::new();
        for one in warned.into_iter().filter(|one| !present.contains(one)) {
            if !new.contains(&one.what) {
                new.push(one.what);
            }
        }
        new
    }

    /// What the rules warn of in these records as they are.
    pub(crate) fn standing_warnings(&self, subjects: &BTreeSet<AnyId>, now: DateTime<Utc>) -> Vec<Warned> {
        let after = After::new(self, &[], now, true);
        let mut found = Found {
            wants_warnings: true,
            ..Found::default()
        };
        for subject in subjects {
            look_at(*subject, &after, &mut found);
        }
        found.warned
    }

    /// Every rule that does not hold, of every record: nothing, whatever edits were admitted. Reads everything;
    /// used by `cohort verify` and by tests.
    #[must_use]
    pub fn broken_rules(&self, now: DateTime<Utc>) -> Vec<Broken> {
        let after = After::new(self, &[], now, true);
        let mut found = Found::default();
        for (record, _) in self.every_record() {
            look_at_names(&record, &after, &mut found);
            look_at(record.id(), &after, &mut found);
        }
        found.broken
    }
}

/// What to tell of what an edit breaks: what is wrong with the changed records themselves, where anything is; the
/// records they concern would say the same again.
fn told_of(edit: &Edit, mut broken: Vec<Broken>) -> Vec<Broken> {
    let changed: HashSet<AnyId> = edit.changes.iter().map(Change::id).collect();
    if broken.iter().any(|one| changed.contains(&one.subject)) {
        broken.retain(|one| changed.contains(&one.subject));
    }
    broken
}
/// Whether a change takes away the note of a message that has left the program (rule 10).
fn forgets_what_left(change: &Change) -> bool {
    let Change::Message(delta) = change else {
        return false;
    };
    let left = |message: &Message| message.state != MessageState::Written;
    delta.after.is_none() && delta.before.as_deref().is_some_and(left)
}
