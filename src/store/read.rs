//! Reading: models, entries, lines of history, answers; and the check of everything that `verify` asks for.

use std::collections::HashMap;
use std::fmt;

use super::codec::{self, Other, Unreadable};
use super::{Answer, Head, Store, StoreProblem, keys, watermark};
use crate::domain::{Cohort, Entry, EntryHead, HEADS_KEPT, Id, Model, Record, Rev};

/// How far back the store looks for a cohort's lines of history when it loads a model.
const LOOK_BACK: u64 = 5_000;

/// Something that a check of everything found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which row or entry.
    pub place: String,
    /// What is wrong with it.
    pub what: String,
}

impl Store {
    /// A problem with one row, named.
    fn row(&self, place: impl fmt::Display, why: &Unreadable) -> StoreProblem {
        match why {
            Unreadable::Newer { .. } => watermark::newer(&self.place, super::SCHEMA + 1),
            Unreadable::Broken(why) => StoreProblem::damaged(&self.place, format!("{place}: {why}")),
        }
    }

    fn sled(&self, error: &sled::Error) -> StoreProblem {
        StoreProblem::damaged(&self.place, error)
    }

    fn records_under(
        &self,
        prefix: [u8; 8],
    ) -> impl Iterator<Item = Result<(Record, Rev), StoreProblem>> + '_ {
        self.records.scan_prefix(prefix).map(|row| {
            let (key, value) = row.map_err(|error| self.sled(&error))?;
            let number = keys::read_record(&key).map_or(0, |(_, id)| id.number);
            codec::read_record(number, &value).map_err(|why| self.row(keys::shown(&key), &why))
        })
    }

    /// The model of one cohort: its records, what is shared, its newest lines of history.
    ///
    /// # Errors
    /// When a row cannot be read.
    pub fn model(&self, cohort: Id<Cohort>) -> Result<Model, StoreProblem> {
        let mut model = Model::empty(cohort);
        let own = (cohort.number() != 0).then(|| keys::of_cohort(cohort));
        for prefix in std::iter::once(keys::shared()).chain(own) {
            for row in self.records_under(prefix) {
                let (record, rev) = row?;
                model.put(record, rev);
            }
        }
        model.rev = self.header.revision;
        let mut heads = self.heads(Some(cohort), None, HEADS_KEPT)?;
        heads.reverse();
        for head in heads {
            model.remember(head);
        }
        Ok(model)
    }

    /// Lines of history, newest first: those before a revision (or from the last on), of one cohort or of all.
    ///
    /// Looks at no more than 5,000 entries; a shorter answer than asked for is followed by asking again before
    /// the last line given.
    ///
    /// # Errors
    /// When a row cannot be read.
    pub fn heads(
        &self,
        cohort: Option<Id<Cohort>>,
        before: Option<Rev>,
        limit: usize,
    ) -> Result<Vec<EntryHead>, StoreProblem> {
        let end = before.unwrap_or(Rev::MAX).min(self.header.revision + 1);
        let begin = end.saturating_sub(LOOK_BACK);
        let mut lines = Vec::new();
        for row in self.entries.range(keys::head(begin)..keys::head(end)).rev() {
            if lines.len() >= limit {
                break;
            }
            let (key, value) = row.map_err(|error| self.sled(&error))?;
            let head: Head =
                codec::unwrap(Other::Head, &value).map_err(|why| self.row(keys::shown(&key), &why))?;
            if cohort.is_none_or(|cohort| cohort == head.cohort) {
                lines.push(head.line());
            }
        }
        Ok(lines)
    }

    /// Which entries were taken back, and by which.
    ///
    /// # Errors
    /// When a row cannot be read.
    pub fn undone(&self) -> Result<HashMap<Rev, Rev>, StoreProblem> {
        let mut undone = HashMap::new();
        for row in self.entries.scan_prefix(keys::HEADS) {
            let (key, value) = row.map_err(|error| self.sled(&error))?;
            let head: Head =
                codec::unwrap(Other::Head, &value).map_err(|why| self.row(keys::shown(&key), &why))?;
            if let Some(undoes) = head.undoes {
                undone.insert(undoes, head.rev);
            }
        }
        Ok(undone)
    }

    /// The head of an entry and its changes as bytes.
    ///
    /// # Errors
    /// When a row cannot be read or is missing.
    pub fn packed(&self, rev: Rev) -> Result<Option<(Head, Vec<u8>)>, StoreProblem> {
        let found = self
            .entries
            .get(keys::head(rev))
            .map_err(|error| self.sled(&error))?;
        let Some(value) = found else { return Ok(None) };
        let head: Head =
            codec::unwrap(Other::Head, &value).map_err(|why| self.row(format!("entry {rev}"), &why))?;
        let mut changes = Vec::new();
        for number in 0..head.parts {
            let part = self
                .entries
                .get(keys::part(rev, number))
                .map_err(|error| self.sled(&error))?
                .ok_or_else(|| {
                    StoreProblem::damaged(&self.place, format!("entry {rev}: part {number} is missing"))
                })?;
            changes.extend_from_slice(&part);
        }
        Ok(Some((head, changes)))
    }

    /// One entry, with its changes.
    ///
    /// # Errors
    /// When a row cannot be read or is missing.
    pub fn entry(&self, rev: Rev) -> Result<Option<Entry>, StoreProblem> {
        let Some((head, changes)) = self.packed(rev)? else {
            return Ok(None);
        };
        let entry = head
            .entry(&changes)
            .map_err(|why| self.row(format!("entry {rev}"), &why))?;
        Ok(Some(entry))
    }

    /// What was answered to an edit, if that is still known.
    ///
    /// # Errors
    /// When the row cannot be read.
    pub fn answer(&self, nonce: u128) -> Result<Option<Answer>, StoreProblem> {
        let found = self
            .answers
            .get(keys::answer(nonce))
            .map_err(|error| self.sled(&error))?;
        found
            .map(|value| codec::unwrap(Other::Answer, &value).map_err(|why| self.row("an answer", &why)))
            .transpose()
    }

    /// Reads everything: counts and hashes, every record, every entry. An empty list means that all is well.
    pub fn verify(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut find = |place: String, what: String| findings.push(Finding { place, what });
        match self.tally() {
            Err(problem) => find("the database".to_owned(), problem.what),
            Ok(found) => {
                for (name, found, said) in [
                    ("records", found.records, self.header.records),
                    ("history", found.entries, self.header.entries),
                    ("answers", found.answers, self.header.answers),
                ] {
                    if found != said {
                        let what = format!(
                            "{} rows found, {} saved, or not the same ones",
                            found.rows, said.rows
                        );
                        find(name.to_owned(), what);
                    }
                }
            }
        }
        for row in &self.records {
            let Ok((key, value)) = row else { break };
            let number = keys::read_record(&key).map_or(0, |(_, id)| id.number);
            if let Err(why) = codec::read_record(number, &value) {
                find(keys::shown(&key), why.to_string());
            }
        }
        for rev in 1..=self.header.revision {
            match self.entry(rev) {
                Ok(Some(_)) => {}
                Ok(None) => find(format!("entry {rev}"), "it is missing".to_owned()),
                Err(problem) => find(format!("entry {rev}"), problem.what),
            }
        }
        findings
    }
}
