//! A session in the hand (MOVE mode): arrows carry it, clashes are worked out at every step, Enter puts it down.

use chrono::{DateTime, Utc};

use super::{Calendar, Layout, Typing};
use crate::domain::{Clashing, Id, Session, when};
use crate::plan::scheduling::next_free;
use crate::tui::key::Action;
use crate::tui::part::LineInput;
use crate::tui::screen::Cx;
use crate::tui::step::{Hand, Step};

/// A session that is being carried.
#[derive(Clone, Debug)]
pub(super) struct Carry {
    pub(super) session: Id<Session>,
    /// Where it was.
    pub(super) from: DateTime<Utc>,
    /// Where it would be put.
    pub(super) starts: DateTime<Utc>,
    /// Slots that `s` has offered already.
    offered: Vec<DateTime<Utc>>,
}

impl Carry {
    pub(super) const fn of(session: Id<Session>, from: DateTime<Utc>) -> Self {
        Self {
            session,
            from,
            starts: from,
            offered: Vec::new(),
        }
    }

    /// What is in the way where it is now.
    pub(super) fn clashes(&self, cx: &Cx<'_>) -> Vec<Clashing> {
        let minutes = cx.model.sessions.get(self.session).map_or(60, |is| is.minutes);
        cx.model.clashes_at(self.session, self.starts, minutes)
    }

    pub(super) fn note(&self, cx: &Cx<'_>) -> String {
        let at = when::moment_short(cx.model.local(self.starts));
        match self.clashes(cx).first() {
            Some(clash) => format!("CLASH {at}: {}. s: next free slot.", clash_words(cx, clash)),
            None if self.starts == self.from => {
                format!("{at}, where it was. Arrows carry it, s finds a free slot.")
            }
            None => format!("{at}: free for everybody. Enter puts it here and tells nobody."),
        }
    }

    fn shift(&mut self, cx: &Cx<'_>, days: i64, minutes: i64) -> Result<(), String> {
        let moved = cx.model.shifted(self.starts, days, minutes);
        self.starts = moved.map_err(|refusal| format!("{}. Try: {}.", refusal.what, refusal.hint))?;
        Ok(())
    }

    /// Takes it to a typed date and time.
    pub(super) fn take_to(&mut self, cx: &Cx<'_>, text: &str) -> Result<(), String> {
        let (now, base) = (cx.model.local(cx.now), cx.model.local(self.starts));
        let at = when::parse_when(text, now, Some(base)).map_err(|p| format!("{p}. Try: {}.", p.remedy()))?;
        self.starts = at;
        Ok(())
    }

    /// Takes it to the next slot that is free for everybody.
    fn suggest(&mut self, cx: &Cx<'_>) -> Result<(), String> {
        let slots = next_free(cx.model, self.session, cx.now, 40);
        let next = slots
            .iter()
            .find(|slot| !self.offered.contains(slot) && **slot != self.from);
        let Some(next) = next else {
            return Err("No other slot is free for everybody in this window. / types any date.".to_owned());
        };
        self.offered.push(*next);
        self.starts = *next;
        Ok(())
    }
}

/// `Miguel Santos is busy 16:30-17:30 (board)`.
pub(super) fn clash_words(cx: &Cx<'_>, clash: &Clashing) -> String {
    let who = clash
        .person
        .map_or_else(|| "everybody".to_owned(), |person| cx.model.name_of(person));
    format!("{who}: {}", clash.why)
}

/// What a typed time would mean, for the message line.
pub(super) fn reading(cx: &Cx<'_>, carry: Option<&Carry>, text: &str) -> String {
    let Some(carry) = carry else { return String::new() };
    if text.trim().is_empty() {
        return "Type a day, a time or both: thu 16:00, +2d, 12 may 16, tomorrow 9.".to_owned();
    }
    let mut trial = carry.clone();
    match trial.take_to(cx, text) {
        Ok(()) => trial.note(cx),
        Err(problem) => problem,
    }
}

impl Calendar {
    pub(super) fn carry_act(&mut self, action: Action, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        let layout = self.layout;
        let Some(carry) = &mut self.carry else {
            return Step::Unbound;
        };
        let week = layout != Layout::Month;
        let moved = match action {
            Action::Left => carry.shift(cx, -1, 0),
            Action::Right => carry.shift(cx, 1, 0),
            Action::Down if week => carry.shift(cx, 0, 30),
            Action::Up if week => carry.shift(cx, 0, -30),
            Action::Down => carry.shift(cx, 7, 0),
            Action::Up => carry.shift(cx, -7, 0),
            Action::Earlier => carry.shift(cx, if week { -7 } else { -28 }, 0),
            Action::Later => carry.shift(cx, if week { 7 } else { 28 }, 0),
            Action::Suggest => carry.suggest(cx),
            Action::TypeTime => {
                self.typing = Typing::Time;
                self.line = LineInput::default();
                return Step::Stay;
            }
            Action::Open => return self.put_down(cx, hand),
            Action::Back | Action::Cancel | Action::Leave => {
                let (session, from) = (carry.session, carry.from);
                self.carry = None;
                self.day = Some(cx.model.day(from));
                self.at = Some(session);
                return Step::say("Left where it was. Nothing was changed.");
            }
            _ => return Step::Unbound,
        };
        let day = cx.model.day(carry.starts);
        self.day = Some(day);
        match moved {
            Ok(()) => Step::Stay,
            Err(problem) => Step::Say(problem),
        }
    }

    /// Puts the session where it is carried, even on a clash: that stays listed.
    fn put_down(&mut self, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        let Some(carry) = self.carry.clone() else {
            return Step::Unbound;
        };
        if carry.starts == carry.from {
            self.carry = None;
            return Step::say("It is where it was. Nothing was changed.");
        }
        let edit = match cx.model.reschedule(&mut hand.mint, carry.session, carry.starts) {
            Ok(edit) => edit,
            // Kept in the hand, so that it can be altered rather than carried again.
            Err(refusal) => return Step::Refuse(refusal),
        };
        self.carry = None;
        self.at = Some(carry.session);
        self.day = Some(cx.model.day(carry.starts));
        let people = cx.model.expected(carry.session).len();
        let clash = if carry.clashes(cx).is_empty() {
            ""
        } else {
            " ! with a clash"
        };
        let at = when::moment_short(cx.model.local(carry.starts));
        let title = cx.model.session_title(carry.session);
        Step::Propose(
            edit,
            format!("{title} moved to {at}{clash}; {people} people not told yet, r tells them"),
        )
    }

    /// The session in the hand, where it was and where it is, for drawing both places.
    pub(super) fn carried(&self) -> Option<(Id<Session>, DateTime<Utc>, DateTime<Utc>)> {
        self.carry.as_ref().map(|c| (c.session, c.from, c.starts))
    }
}
