//! What needs attention, as lines: alerts that say the same of several records stand on one line.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::domain::{Alert, AnyId, Concern, Id, Kind, Model, Rev, Session, text, when};
use crate::tui::screen::Cx;

/// Alerts as last looked at: found again when something changed or a minute passed.
#[derive(Default)]
pub(crate) struct Watch {
    /// All of them, most urgent first.
    pub(crate) alerts: Vec<Alert>,
    looked: Option<(AnyId, Rev, i64)>,
}

impl Watch {
    /// Looks again if there is reason to.
    pub(crate) fn look(&mut self, cx: &Cx<'_>) {
        let reason = (cx.model.focus.into(), cx.model.rev, cx.now.timestamp() / 60);
        if self.looked != Some(reason) {
            self.alerts = cx.model.attention(cx.now);
            self.looked = Some(reason);
        }
    }

    /// How many nobody has taken note of.
    pub(crate) fn open(&self) -> usize {
        self.alerts.iter().filter(|alert| alert.acked.is_none()).count()
    }

    /// `! 4`, or nothing.
    pub(crate) fn sign(&self, wide: bool) -> String {
        match (self.open(), wide) {
            (0, _) => String::new(),
            (1, true) => "1 problem".to_owned(),
            (n, true) => format!("{n} problems"),
            (n, false) => format!("! {n}"),
        }
    }

    /// What the most urgent open alert says of a session, in a few words.
    pub(crate) fn trouble(&self, session: Id<Session>) -> Option<String> {
        let session = AnyId::from(session);
        let alert = self
            .alerts
            .iter()
            .find(|alert| alert.subject == session && alert.acked.is_none())?;
        Some(in_short(alert.concern).to_owned())
    }
}

/// A concern in the words of a narrow column.
const fn in_short(concern: Concern) -> &'static str {
    match concern {
        Concern::MentorUnmarked => "no mentor",
        Concern::RegisterOpen => "to finish",
        Concern::RegisterMissing => "no register",
        Concern::NoLink => "no join link",
        other => other.word(),
    }
}

/// What the cursor follows: an alert, or the line of several, by concern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    concern: Concern,
    /// The record; none on a line of several.
    subject: Option<AnyId>,
    /// Which of the alerts with this concern and subject.
    nth: u8,
}

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) key: Key,
    /// The alerts it stands for, at least one.
    pub(super) alerts: Vec<Alert>,
}

/// From how many alerts on a concern has one line only.
const TOGETHER: usize = 3;

/// How many of those on one line are named: more have no room on any screen.
const NAMED: usize = 20;

/// The alerts as lines, most urgent first; those somebody took note of come last.
pub(super) fn rows(alerts: &[Alert]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for noted in [false, true] {
        let these: Vec<&Alert> = alerts
            .iter()
            .filter(|alert| alert.acked.is_some() == noted)
            .collect();
        let mut alike: BTreeMap<Concern, usize> = BTreeMap::new();
        for alert in &these {
            *alike.entry(alert.concern).or_default() += 1;
        }
        for alert in &these {
            let together = alike[&alert.concern] >= TOGETHER && alert.subject.kind != Kind::Session;
            let subject = (!together).then_some(alert.subject);
            let same = |row: &Row| row.key.concern == alert.concern && row.key.subject == subject;
            if together && let Some(row) = rows.iter_mut().find(|row| same(row) && row.is_noted() == noted) {
                row.alerts.push((*alert).clone());
                continue;
            }
            let nth = rows.iter().filter(|row| same(row)).count();
            rows.push(Row {
                key: Key {
                    concern: alert.concern,
                    subject,
                    nth: u8::try_from(nth).unwrap_or(u8::MAX),
                },
                alerts: vec![(*alert).clone()],
            });
        }
    }
    rows
}

impl Row {
    /// The alert it stands for, the first of several.
    pub(super) fn first(&self) -> &Alert {
        &self.alerts[0]
    }

    /// The session it is about.
    pub(super) fn session(&self) -> Option<Id<Session>> {
        match self.alerts.as_slice() {
            [one] => one.subject.of(),
            _ => None,
        }
    }

    /// Whether somebody took note of it.
    pub(super) fn is_noted(&self) -> bool {
        self.first().acked.is_some()
    }

    /// `! 12 min`, `! in 5h18`, `ack SK`.
    pub(super) fn age(&self, now: DateTime<Utc>) -> String {
        let first = self
            .alerts
            .iter()
            .min_by_key(|alert| alert.since)
            .unwrap_or_else(|| self.first());
        if let Some(by) = &self.first().acked {
            return format!("ack {}", text::initials(by));
        }
        let ago = when::ago(first.since, now);
        if first.since > now {
            format!("! in {ago}")
        } else {
            format!("! {ago}")
        }
    }

    /// What needs attention, and what shows it.
    pub(super) fn words(&self, model: &Model) -> String {
        if let [one] = self.alerts.as_slice() {
            return format!("{}  {}", subject(model, one), one.evidence);
        }
        let count = self.alerts.len();
        let what = match self.first().concern {
            Concern::NoGroup => format!("{count} mentees have no group"),
            Concern::WordWanted => format!("{count} people would like a word"),
            concern => format!("{concern}: {count}"),
        };
        let named = self.alerts.iter().take(NAMED);
        let names: Vec<String> = named.map(|alert| subject(model, alert)).collect();
        let more = if count > NAMED { ", ..." } else { "" };
        format!("{what} ({}{more})", names.join(", "))
    }

    /// What deals with it.
    pub(super) fn deal(&self) -> &'static str {
        match (self.alerts.len(), self.first().concern) {
            (2.., Concern::NoGroup) => "3 then A proposes groups",
            (2.., _) => "Enter lists them, x acknowledges",
            _ => self.first().deal,
        }
    }

    /// The whole of it, for the message line.
    pub(super) fn sentence(&self, model: &Model) -> String {
        let noted = self
            .first()
            .acked
            .as_ref()
            .map(|by| format!(" {by} has taken note."))
            .unwrap_or_default();
        format!(
            "{}.{noted} {}.",
            self.words(model).replace("  ", ": "),
            self.deal()
        )
    }
}

/// What an alert is about, by the name lists use.
pub(crate) fn subject(model: &Model, alert: &Alert) -> String {
    match alert.subject.kind {
        Kind::Cohort => "All".to_owned(),
        _ => model.title(alert.subject),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alert(concern: Concern, subject: u64, acked: bool) -> Alert {
        let subject = AnyId {
            kind: Kind::Enrolment,
            number: subject,
        };
        Alert {
            concern,
            subject,
            evidence: String::new(),
            since: DateTime::UNIX_EPOCH,
            key: format!("{concern}:{subject}"),
            acked: acked.then(|| "Jo T".to_owned()),
            deal: concern.deal(),
            person: None,
            group: None,
            stream: None,
        }
    }

    #[test]
    fn many_of_a_kind_share_a_line() {
        let alerts: Vec<Alert> = (1..=3).map(|n| alert(Concern::NoGroup, n, false)).collect();
        let rows = rows(&alerts);
        assert_eq!(rows.iter().map(|row| row.alerts.len()).collect::<Vec<_>>(), [3]);
    }

    #[test]
    fn two_of_a_kind_have_a_line_each() {
        let alerts: Vec<Alert> = (1..=2).map(|n| alert(Concern::NoGroup, n, false)).collect();
        assert_eq!(rows(&alerts).len(), 2);
    }

    #[test]
    fn what_somebody_took_note_of_comes_last() {
        let alerts = [alert(Concern::Clash, 1, true), alert(Concern::NoGroup, 2, false)];
        let rows = rows(&alerts);
        assert_eq!(rows.iter().map(Row::is_noted).collect::<Vec<_>>(), [false, true]);
    }
}
