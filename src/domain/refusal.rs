//! Why something cannot be done, in words for the person who asked.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::entry::{AdminName, Rev};
use super::id::AnyId;

use super::when::WhenProblem;
use super::word::words;

words! {
    /// What kind of refusal it is: decides the exit code and the code quoted on screen.
    Reason {
        /// A rule of the programme stands against it.
        Rule = 1 "rule",
        /// What was asked for is not there.
        Missing = 2 "missing",
        /// Somebody else changed the same thing.
        Conflict = 3 "conflict",
        /// The asker may not.
        NotPermitted = 4 "not permitted",
        /// What was typed cannot be read.
        Unreadable = 5 "unreadable",
    }
}

/// One field that two people changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clash {
    /// The record.
    pub id: AnyId,
    /// The field's key; empty when the whole record is gone.
    pub field: String,
    /// What it was when the edit was begun, as text.
    pub was: String,
    /// What it is now, as text.
    pub theirs: String,
    /// What the edit would make it, as text.
    pub mine: String,
    /// The entry that changed it meanwhile.
    pub rev: Rev,
    /// Who made that entry, where known.
    pub by: AdminName,
}

/// A thing that was not done: why, and what to do instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// What kind.
    pub reason: Reason,
    /// The number of the rule of domain.md §3 that stands against it; 0 when none does.
    pub rule: u8,
    /// What is wrong, as a sentence without a full stop.
    pub what: String,
    /// What to do, as a sentence without a full stop.
    pub hint: String,
    /// The fields in conflict, when that is the reason.
    pub clashes: Vec<Clash>,
}

impl Refusal {
    /// A rule stands against it.
    pub fn rule(rule: u8, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            reason: Reason::Rule,
            rule,
            what: what.into(),
            hint: hint.into(),
            clashes: Vec::new(),
        }
    }
    /// What was asked for is not there.
    pub fn missing(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            reason: Reason::Missing,
            ..Self::rule(0, what, hint)
        }
    }
    /// What was typed cannot be read.
    pub fn unreadable(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            reason: Reason::Unreadable,
            ..Self::rule(0, what, hint)
        }
    }
    /// The asker may not.
    pub fn not_permitted(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            reason: Reason::NotPermitted,
            ..Self::rule(18, what, hint)
        }
    }
    /// Somebody else changed the same fields.
    pub fn conflict(what: impl Into<String>, clashes: Vec<Clash>) -> Self {
        let hint = "look at both values and choose one";
        Self {
            reason: Reason::Conflict,
            clashes,
            ..Self::rule(11, what, hint)
        }
    }
    /// The short code shown for quoting: `R-3`, `C-11`.
    #[must_use]
    pub fn code(&self) -> String {
        let letter = match self.reason {
            Reason::Rule => 'R',
            Reason::Missing => 'M',
            Reason::Conflict => 'C',
            Reason::NotPermitted => 'P',
            Reason::Unreadable => 'U',
        };
        format!("{letter}-{}", self.rule)
    }
}

impl From<WhenProblem> for Refusal {
    /// A time that the clocks skip or repeat stands against rule 13; anything else was not readable.
    fn from(problem: WhenProblem) -> Self {
        let (what, hint) = (problem.to_string(), problem.remedy());
        match problem {
            WhenProblem::Skipped { .. } | WhenProblem::Twice { .. } => Self::rule(13, what, hint),
            _ => Self::unreadable(what, hint),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}
impl std::error::Error for Refusal {}
