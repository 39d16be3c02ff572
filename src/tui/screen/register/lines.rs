//! The lines of a register: who stands on each, and what is said of them.

use super::super::Cx;
use crate::domain::{
    Change, Enrolment, Id, Mark, MarkValue, Model, RegisterRow, Role, Session, Sighting, when,
};

/// Who is meant by a line: what the cursor follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Who {
    /// The heading above the people.
    Heading,
    /// Somebody who takes part.
    Enrolled(Id<Enrolment>),
    /// A guest, by the guest's mark.
    Guest(Id<Mark>),
    /// Somebody in the call whom nobody knows.
    Caller(Id<Sighting>),
}

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entered {
    pub(super) who: Who,
    pub(super) row: RegisterRow,
}

/// The lines of a session's register.
pub(super) fn lines(model: &Model, session: Id<Session>) -> Vec<Entered> {
    let rows = model.register(session).rows.into_iter();
    rows.filter_map(|row| {
        Some(Entered {
            who: who(model, session, &row)?,
            row,
        })
    })
    .collect()
}

fn who(model: &Model, session: Id<Session>, row: &RegisterRow) -> Option<Who> {
    if let Some(enrolment) = row.enrolment {
        return Some(Who::Enrolled(enrolment));
    }
    if let Some((mark, _)) = &row.mark {
        return Some(Who::Guest(*mark));
    }
    let mut seen = model.sightings_in(session);
    seen.find(|(_, seen)| Some(*seen) == row.seen.as_ref())
        .map(|(id, _)| Who::Caller(id))
}

/// The value that an edit on its way to the store gives somebody, if one does.
pub(super) fn waiting(cx: &Cx<'_>, session: Id<Session>, who: Id<Enrolment>) -> Option<Option<MarkValue>> {
    let is_theirs = |mark: &Mark| mark.session == session && mark.enrolment == Some(who);
    let changes = cx.waiting.iter().rev().flat_map(|edit| edit.changes.iter().rev());
    for change in changes {
        let Change::Mark(delta) = change else {
            continue;
        };
        let after = delta.after.as_deref();
        if after.or(delta.before.as_deref()).is_some_and(is_theirs) {
            return Some(after.map(|mark| mark.value));
        }
    }
    None
}

/// What a mark is called on the screen.
pub(super) const fn word(value: MarkValue) -> &'static str {
    match value {
        MarkValue::Present => "present",
        MarkValue::Late => "late",
        MarkValue::Apologies => "excused",
        MarkValue::Absent => "absent",
        MarkValue::Guest => "guest",
    }
}

/// The letter of a mark.
pub(super) const fn letter(value: Option<MarkValue>) -> &'static str {
    match value {
        Some(MarkValue::Present) => "P",
        Some(MarkValue::Absent) => "A",
        Some(MarkValue::Late) => "L",
        Some(MarkValue::Apologies) => "E",
        Some(MarkValue::Guest) => "G",
        None => "-",
    }
}

/// `CCIO-2 session 3`, or a workshop's title.
pub(super) fn session_name(model: &Model, session: Id<Session>) -> String {
    let group = model.sessions.get(session).and_then(|is| is.group);
    match (group, model.round_of(session)) {
        (Some(group), Some(round)) => format!("{} session {}", model.group_code(group), round.number),
        _ => model.session_title(session),
    }
}

/// What a terminal tells the others while its cursor is on a person of this register.
pub(super) fn setting(model: &Model, session: Id<Session>) -> String {
    format!("mark in {}", model.session_title(session))
}

/// The initials of another admin whose cursor is on this person in this register.
pub(super) fn set_by(cx: &Cx<'_>, session: Id<Session>, who: Who) -> Option<String> {
    let Who::Enrolled(id) = who else {
        return None;
    };
    let here = setting(cx.model, session);
    let other = cx
        .peers
        .iter()
        .find(|peer| peer.place.on == Some(id.into()) && peer.place.editing.as_ref() == Some(&here))?;
    Some(format!("@{}", crate::domain::text::initials(&other.name)))
}

impl Entered {
    /// The mark as it is saved.
    pub(super) fn value(&self) -> Option<MarkValue> {
        self.row.mark.as_ref().map(|(_, mark)| mark.value)
    }

    /// `mentor`, `mentee`, `guest`, or `not known`.
    pub(super) const fn role(&self) -> &'static str {
        match (self.row.role, self.row.mark.is_some()) {
            (Some(Role::Mentor), _) => "mentor",
            (Some(Role::Mentee), _) => "mentee",
            (None, true) => "guest",
            (None, false) => "caller",
        }
    }

    /// `in 10:14`, `10:14-10:50`, `not seen`.
    pub(super) fn seen(&self, model: &Model) -> String {
        let Some(seen) = &self.row.seen else {
            return "not seen".to_owned();
        };
        let joined = when::clock(model.local(seen.joined));
        match seen.left {
            Some(left) => format!("{joined}-{}", when::clock(model.local(left))),
            None => format!("in {joined}"),
        }
    }

    /// How many minutes after the start the person was first seen.
    pub(super) fn minutes_late(&self, model: &Model, session: Id<Session>) -> Option<i64> {
        let starts = model.sessions.get(session)?.starts;
        let late = (self.row.seen.as_ref()?.joined - starts).num_minutes();
        (late > 0).then_some(late)
    }

    /// The round of the session before this one, when the person was absent then.
    fn missed_last(&self) -> Option<u8> {
        let (round, mark) = self.row.earlier.last()?;
        (*mark == Some(MarkValue::Absent)).then_some(*round)
    }

    /// Whether this would be, or is, the second absence in a row.
    pub(super) fn is_second_absence(&self) -> bool {
        self.missed_last().is_some() && matches!(self.value(), None | Some(MarkValue::Absent))
    }

    /// What is said of the line under the cursor; `shown` is the mark shown and whether it waits to be saved.
    pub(super) fn sentence(
        &self,
        cx: &Cx<'_>,
        session: Id<Session>,
        (shown, waits): (Option<MarkValue>, bool),
    ) -> String {
        let name = &self.row.name;
        let mark = match (shown, &self.row.mark) {
            (None, _) if self.row.role.is_none() => {
                format!("{name} was in the call and is not expected here. a notes a guest.")
            }
            (None, _) => format!("{name} is not marked."),
            (Some(value), Some((_, mark))) if !waits => {
                let at = when::clock(cx.model.local(mark.at));
                let by = if mark.by == cx.me { "you" } else { mark.by.as_str() };
                let late = mark
                    .minutes_late
                    .map(|m| format!(" ({m} min)"))
                    .unwrap_or_default();
                format!("{name}: {}{late}, marked {at} by {by}.", word(value))
            }
            (Some(value), _) => format!("{name}: {}.", word(value)),
        };
        let missed = match (self.missed_last(), self.is_second_absence()) {
            (Some(round), true) => format!(" Missed session {round} too."),
            _ => String::new(),
        };
        let seen = match self.minutes_late(cx.model, session) {
            Some(minutes) if shown.is_none() => format!(" Joined {minutes} min after the start."),
            _ => String::new(),
        };
        format!("{mark}{seen}{missed}")
    }
}
