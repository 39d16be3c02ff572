//! The rules about sessions, who was there and when nobody can come: rules 7 to 10.

use std::collections::BTreeSet;

use chrono::DateTime;

use super::after::After;
use super::transitions::State;
use super::{Found, Ruled};
use crate::domain::when::day_short;
use crate::domain::{AnyId, Busy, Id, Mark, MarkValue, Round, Session, SessionState, Sighting};

/// Shortest and longest session, in minutes.
const MINUTES: std::ops::RangeInclusive<u16> = 5..=720;

impl Ruled for Round {
    fn names(&self, _: &mut dyn FnMut(AnyId)) {}

    fn holds(&self, id: Id<Self>, after: &After<'_>, found: &mut Found) {
        let number = self.number;
        let rounds = after.cohort().map_or(number, |cohort| cohort.rounds);
        if number == 0 || number > rounds {
            let what = format!("there is no round {number} in a cohort of {rounds} rounds");
            found.breaks(0, id, what, "change the number of rounds of the cohort first");
        }
        if self.closes < self.opens {
            let what = format!("round {number} would close before it opens");
            found.breaks(0, id, what, "give a later last day");
        }
        if after
            .all::<Self>()
            .any(|(other, is)| other != id && is.number == number)
        {
            let what = format!("there is a round {number} already");
            found.breaks(0, id, what, "give it another number");
        }
    }

    fn named_by(id: Id<Self>, after: &After<'_>) -> Option<AnyId> {
        after.named_by_search(id.into())
    }
}

impl Ruled for Session {
    fn names(&self, to: &mut dyn FnMut(AnyId)) {
        if let Some(group) = self.group {
            to(group.into());
        }
        if let Some(round) = self.round {
            to(round.into());
        }
        if let Some(then) = self.postponed_to {
            to(then.into());
        }
    }

    fn holds(&self, id: Id<Self>, after: &After<'_>, found: &mut Found) {
        let title = || after.session_title(self);
        if self.group.is_none() && self.title.trim().is_empty() {
            found.breaks(
                0,
                id,
                "a workshop needs a title",
                "name it, or choose the group that meets",
            );
        }
        if !MINUTES.contains(&self.minutes) {
            let what = format!("{} would be {} minutes long", title(), self.minutes);
            let hint = format!("choose {} to {} minutes", MINUTES.start(), MINUTES.end());
            found.breaks(0, id, what, hint);
        }
        let reason_given = !self.reason.trim().is_empty();
        match self.state {
            SessionState::Cancelled if !reason_given => {
                let what = format!("{} would be cancelled without a reason", title());
                found.breaks(10, id, what, "say why, in a few words");
            }
            SessionState::Postponed if self.postponed_to.is_none_or(|to| to == id) => {
                let what = format!("{} would be postponed without a new session", title());
                found.breaks(10, id, what, "say to which session, or cancel it");
            }
            SessionState::Held | SessionState::Closed if self.starts > after.at => {
                let what = format!("{} has not begun and cannot be {}", title(), self.state);
                found.breaks(8, id, what, "wait until it has begun");
            }
            _ => {}
        }
        if let (Some(group), Some(round)) = (self.group, self.round)
            && self.stands()
        {
            let others = after.under(|index| &index.sessions_by_group, &group);
            let twice =
                |(other, is): &(Id<Self>, &Self)| *other != id && is.round == Some(round) && is.stands();
            if others.iter().any(twice) {
                let what = format!("{} is there already", title());
                found.breaks(0, id, what, "move that one, or cancel it first");
            }
        }
        // At the door of a workshop people arrive before it starts: it has begun with its day.
        let is_to_come = match self.group {
            Some(_) => self.starts > after.at,
            None => after.day(self.starts) > after.day(after.at),
        };
        if is_to_come && self.stands() {
            let marks = after.marks_in(id);
            let early = marks.iter().find(|(_, mark)| mark.value != MarkValue::Apologies);
            if let Some((_, mark)) = early {
                let who = mark.who(after);
                let what = format!("{} has not begun, and {who} would be {}", title(), mark.value);
                found.breaks(8, id, what, "a session to come takes apologies only");
            }
        }
        if let Some(round) = self.round.and_then(|round| after.get(round)) {
            let day = after.day(self.starts);
            if self.stands() && !(round.opens..=round.closes).contains(&day) {
                found.warns(0, id, None, || {
                    format!(
                        "{} on {} is outside the window of round {}",
                        title(),
                        day_short(day),
                        round.number
                    )
                });
            }
        }
    }

    fn steps(id: Id<Self>, before: Option<&Self>, next: Option<&Self>, after: &After<'_>, found: &mut Found) {
        let Some(next) = next else { return };
        let was_closed = before.is_some_and(|before| before.state == SessionState::Closed);
        if next.state == SessionState::Closed && !was_closed {
            next.look_at_closing(id, after, found);
        }
        let Some(before) = before else { return };
        if next.uid != before.uid {
            let what = format!("{} keeps its calendar id for life", after.session_title(before));
            found.breaks(0, id, what, "cancel it and plan another session");
        }
        let moved = before.starts != next.starts;
        if was_closed && next.state == SessionState::Closed && (moved || before.group != next.group) {
            let what = format!("the register of {} is closed", after.session_title(before));
            found.breaks(9, id, what, "reopen the register first");
        }
        if !after.forward {
            return;
        }
        if before.group != next.group && !after.marks_in(id).is_empty() {
            let what = format!(
                "{} has marks and stays the session of its group",
                after.session_title(before)
            );
            found.breaks(7, id, what, "cancel it and plan another session");
        }
        if let Err(refusal) = before.state.step_to(next.state) {
            found.refused(id, refusal);
        }
        if moved && !before.stands() && !next.stands() {
            let what = format!("{} is {}", after.session_title(before), before.state);
            found.breaks(10, id, what, "restore it first");
        }
        if before.calendar_sees_change(next) && next.sequence <= before.sequence {
            let what = format!(
                "{} changed in the calendar without a new version",
                after.session_title(next)
            );
            found.breaks(10, id, what, "raise its calendar version");
        }
    }

    fn concerns(&self, _: Id<Self>, after: &After<'_>, also: &mut BTreeSet<AnyId>) {
        if let Some(group) = self.group {
            let same_round = after.under(|index| &index.sessions_by_group, &group);
            also.extend(
                same_round
                    .iter()
                    .filter(|(_, is)| is.round == self.round)
                    .map(|(id, _)| AnyId::from(*id)),
            );
        }
    }

    fn named_by(id: Id<Self>, after: &After<'_>) -> Option<AnyId> {
        let mark = after.first_under(|index| &index.marks_by_session, &id);
        mark.or_else(|| after.first_under(|index| &index.sightings_by_session, &id))
            .or_else(|| after.named_by_search(id.into()))
    }
}

impl Session {
    /// Rule 9: a register closes when nobody is unmarked.
    fn look_at_closing(&self, id: Id<Self>, after: &After<'_>, found: &mut Found) {
        let marks = after.marks_in(id);
        let mut unmarked: Vec<String> = after
            .expected(self)
            .into_iter()
            .filter(|who| !marks.iter().any(|(_, mark)| mark.enrolment == Some(*who)))
            .map(|who| after.enrolled_name(who))
            .collect();
        unmarked.sort_unstable();
        let what = match unmarked.as_slice() {
            [] => return,
            [one] => format!("{one} is not marked in {}", after.session_title(self)),
            [one, two] => format!("{one} and {two} are not marked in {}", after.session_title(self)),
            [one, rest @ ..] => {
                let more = rest.len();
                format!(
                    "{one} and {more} others are not marked in {}",
                    after.session_title(self)
                )
            }
        };
        found.breaks(
            9,
            id,
            what,
            "mark everybody first, or let the unmarked become absent",
        );
    }

    /// Whether somebody who has the session in a calendar must be told: time, length, place or link, or whether it
    /// takes place at all.
    #[must_use]
    pub fn calendar_sees_change(&self, next: &Self) -> bool {
        self.starts != next.starts
            || self.minutes != next.minutes
            || self.place != next.place
            || self.link != next.link
            || self.stands() != next.stands()
    }
}

impl Ruled for Mark {
    fn names(&self, to: &mut dyn FnMut(AnyId)) {
        to(self.session.into());
        if let Some(enrolment) = self.enrolment {
            to(enrolment.into());
        }
    }

    fn holds(&self, id: Id<Self>, after: &After<'_>, found: &mut Found) {
        if self.enrolment.is_some() != self.guest.trim().is_empty() {
            found.breaks(
                0,
                id,
                "a mark is of a participant or of a named guest",
                "choose one of the two",
            );
        }
        if self.enrolment.is_none() && self.value != MarkValue::Guest {
            let what = format!(
                "{} takes no part in the cohort and would be {}",
                self.guest, self.value
            );
            found.breaks(7, id, what, "mark the person as guest, or enrol the person first");
        }
        let twice = |(other, is): &(Id<Self>, &Self)| *other != id && is.enrolment == self.enrolment;
        if self.enrolment.is_some() && after.marks_in(self.session).iter().any(twice) {
            let what = format!("{} would be marked twice", self.who(after));
            found.breaks(9, id, what, "change the mark there is");
        }
    }

    fn concerns(&self, _: Id<Self>, after: &After<'_>, also: &mut BTreeSet<AnyId>) {
        also.insert(self.session.into());
        if self.enrolment.is_some() {
            let marks = after.marks_in(self.session);
            let same = marks.iter().filter(|(_, is)| is.enrolment == self.enrolment);
            also.extend(same.map(|(id, _)| AnyId::from(*id)));
        }
    }

    fn steps(id: Id<Self>, before: Option<&Self>, next: Option<&Self>, after: &After<'_>, found: &mut Found) {
        let Some(session_id) = next.or(before).map(|mark| mark.session) else {
            return;
        };
        let Some(session) = after.get(session_id) else {
            return;
        };
        let title = || after.session_title(session);
        if session.state == SessionState::Closed && after.was_closed(session_id) {
            let what = format!("the register of {} is closed", title());
            found.breaks(9, id, what, "reopen the register first");
        }
        if !after.forward {
            return;
        }
        // The past is imported as it was, marks of sessions that were cancelled included.
        if !session.stands() && after.was_there(session_id) {
            let what = format!(
                "{} is {}: its marks count for nothing and are kept",
                title(),
                session.state
            );
            found.breaks(8, id, what, "restore the session first");
        }
        if let (Some(before), Some(next)) = (before, next)
            && (before.session != next.session || before.enrolment != next.enrolment)
        {
            let what = "a mark stays that of its session and person";
            found.breaks(7, id, what, "take it back and set another");
        }
        let Some(next) = next else { return };
        let unchanged = before.is_some_and(|before| before.value == next.value);
        if let Some(enrolment) = next.enrolment.filter(|_| !unchanged) {
            let expected = after.is_expected(session, enrolment);
            if !expected && next.value != MarkValue::Guest {
                let what = format!(
                    "{} is not expected in {}: no membership covers {}",
                    next.who(after),
                    title(),
                    day_short(after.day(session.starts))
                );
                found.breaks(7, id, what, "mark the person as guest");
            } else if expected && next.value == MarkValue::Guest {
                let what = format!("{} is expected in {} and no guest", next.who(after), title());
                found.breaks(7, id, what, "choose present, late, apologies or absent");
            }
        }
    }
}

impl Mark {
    /// The name of who is marked.
    fn who(&self, after: &After<'_>) -> String {
        self.enrolment
            .map_or_else(|| self.guest.clone(), |enrolment| after.enrolled_name(enrolment))
    }
}

impl Ruled for Sighting {
    fn names(&self, to: &mut dyn FnMut(AnyId)) {
        to(self.session.into());
        if let Some(enrolment) = self.enrolment {
            to(enrolment.into());
        }
    }

    fn holds(&self, id: Id<Self>, _: &After<'_>, found: &mut Found) {
        if self.left.is_some_and(|left| left < self.joined) {
            let what = format!("{} would leave the call before joining", self.name);
            found.breaks(0, id, what, "check the two times");
        }
    }
}

impl Ruled for Busy {
    fn names(&self, to: &mut dyn FnMut(AnyId)) {
        if let Some(person) = self.person {
            to(person.into());
        }
    }

    fn holds(&self, id: Id<Self>, after: &After<'_>, found: &mut Found) {
        if self.ends <= self.starts || self.starts < DateTime::UNIX_EPOCH {
            let who = self
                .person
                .map_or_else(|| "everybody".to_owned(), |person| after.name_of(person));
            let what = format!("a busy time of {who} would end before it begins");
            found.breaks(0, id, what, "check the two times");
        }
    }
}
