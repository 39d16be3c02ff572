//! What needs attention about groups, rounds and what groups answered.

use chrono::TimeDelta;

use super::{Alerts, Concern};
use crate::domain::statistics::decimal;
use crate::domain::when::day_short;
use crate::domain::{CohortState, Group, GroupState, Id};

impl Alerts<'_> {
    /// Groups without a mentor, without enough members, or without a date.
    pub(super) fn look_at_groups(&mut self) {
        let model = self.model;
        let state = model.cohort().map(|cohort| cohort.state);
        let running = matches!(state, Some(CohortState::Running));
        for (id, is) in model.groups.iter() {
            if !matches!(is.state, GroupState::Forming | GroupState::Active) {
                continue;
            }
            let members = model.memberships_in(id).filter(|(_, m)| m.in_force()).count();
            self.look_at_mentor(id, is, members);
            if running || is.state == GroupState::Active {
                self.look_at_minimum(id, is, members);
            }
            if running && is.state == GroupState::Active {
                self.look_at_dates(id, is);
            }
        }
    }

    /// Members, and nobody who leads them.
    fn look_at_mentor(&mut self, id: Id<Group>, is: &Group, members: usize) {
        let ahead = is
            .leads
            .iter()
            .any(|lead| lead.to.is_none_or(|to| self.today <= to));
        if members == 0 || ahead {
            return;
        }
        let last = is.leads.iter().filter_map(|lead| lead.to).max();
        let joined = self.model.memberships_in(id).map(|(_, m)| m.from).max();
        let since = last
            .and_then(|day| day.succ_opt())
            .or(joined)
            .unwrap_or(self.today);
        let who = if members == 1 {
            "mentee needs"
        } else {
            "mentees need"
        };
        let evidence = format!("{members} {who} a mentor or another group");
        let since = self.morning(since);
        self.note(Concern::NoMentor, id, None, since, evidence);
    }

    /// Fewer members than the minimum.
    fn look_at_minimum(&mut self, id: Id<Group>, is: &Group, members: usize) {
        let min = self.model.group_limits(id).min;
        if members >= usize::from(min) {
            return;
        }
        let left = self.model.memberships_in(id).filter_map(|(_, m)| m.to).max();
        let began = is.leads.iter().map(|lead| lead.from).min();
        let since = left
            .and_then(|day| day.succ_opt())
            .or(began)
            .unwrap_or(self.today)
            .min(self.today);
        let evidence = format!("{members} of at least {min}");
        let since = self.morning(since);
        self.note(Concern::UnderMinimum, id, None, since, evidence);
    }

    /// A round past the middle of its window, in which the group has no session that stands.
    fn look_at_dates(&mut self, id: Id<Group>, is: &Group) {
        let model = self.model;
        let began = is.leads.iter().map(|lead| lead.from).min();
        for (round_id, round) in model.rounds_sorted() {
            let middle = round.opens + TimeDelta::days((round.closes - round.opens).num_days() / 2);
            let before_it = began.is_none_or(|began| began > round.closes);
            if self.today <= middle || before_it {
                continue;
            }
            let has_date = model
                .sessions_in(id)
                .any(|(_, session)| session.round == Some(round_id) && session.stands());
            if !has_date {
                let closes = if self.today > round.closes {
                    "closed"
                } else {
                    "closes"
                };
                let evidence = format!(
                    "round {}: its window {closes} {}",
                    round.number,
                    day_short(round.closes)
                );
                let since = self.morning(middle);
                self.note(Concern::NoDate, id, Some(round_id.into()), since, evidence);
            }
        }
    }

    /// What groups answered, or have not.
    pub(super) fn look_at_answers(&mut self) {
        let model = self.model;
        for slow in model.slow_waves(self.now) {
            let subject = model.record_of(slow.scope);
            let title = model.title(slow.wave.into());
            let ratio = slow.answered;
            let evidence = format!("{} of {} answered the {title}", ratio.part, ratio.whole);
            let with = Some(slow.wave.into());
            self.note(Concern::FewAnswers, subject, with, slow.since, evidence);
        }
        for wanted in model.words_wanted() {
            let title = model.title(wanted.wave.into());
            let with = Some(wanted.wave.into());
            let evidence = format!("asked for it in the {title}");
            self.note(
                Concern::WordWanted,
                wanted.enrolment,
                with,
                wanted.since,
                evidence,
            );
        }
        for low in model.low_pulses() {
            let subject = model.record_of(low.scope);
            let title = model.title(low.wave.into());
            let with = Some(low.wave.into());
            let evidence = format!("a very low answer to the {title}");
            self.note(Concern::LowPulse, subject, with, low.since, evidence);
        }
        for low in model.low_means() {
            let subject = model.record_of(low.scope);
            let with = model.round_numbered(low.round).map(Into::into);
            let mean = decimal(low.mean, 1);
            if low.low {
                let evidence = format!("mean {mean} after session {}", low.round);
                self.note(Concern::LowMean, subject, with, low.since, evidence);
            }
            if let Some(fell) = low.fell {
                let (whole, tenth) = (fell / 10, fell % 10);
                let evidence = format!("mean {mean} after session {}, down {whole}.{tenth}", low.round);
                self.note(Concern::FallingMean, subject, with, low.since, evidence);
            }
        }
    }
}
