//! What needs attention about people: places, absences, offers, data due to go, and what rules warn of.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::{Alerts, Concern};
use crate::domain::when::day_short;
use crate::domain::{
    AnyId, Application, ApplicationState, CohortState, Enrolment, Id, Mark, MarkValue, Person, Role, Session,
};

impl Alerts<'_> {
    /// Participants without a group, absent again, or past completing; offers.
    pub(super) fn look_at_participants(&mut self) {
        for (id, is) in self.model.enrolments.iter().filter(|(_, is)| is.state.is_live()) {
            self.look_at_absences(id);
            if is.role == Role::Mentee {
                self.look_at_place(id, is);
                self.look_at_outlook(id, is);
            }
        }
        for (id, is) in self.model.applications.iter() {
            if is.state == ApplicationState::Offered {
                self.look_at_offer(id, is);
            }
        }
    }

    /// Accepted, and without a group for days.
    fn look_at_place(&mut self, id: Id<Enrolment>, is: &Enrolment) {
        let mut since = is.from;
        for (_, m) in self.model.memberships_of(id) {
            match m.to {
                None => return,
                Some(last) => since = since.max(last.succ_opt().unwrap_or(last)),
            }
        }
        let days = (self.today - since).num_days();
        let limit = self
            .model
            .cohort()
            .map_or(3, |cohort| cohort.thresholds.pool_days);
        if days >= i64::from(limit) {
            let evidence = format!("no group for {days} days");
            let since = self.morning(since);
            self.note(Concern::NoGroup, id, None, since, evidence);
        }
    }

    /// The last two marks are absences without apologies.
    fn look_at_absences(&mut self, id: Id<Enrolment>) {
        let marks = self.model.marks_of(id);
        let mut marks: Vec<(&Session, &Mark)> = marks
            .filter(|(_, mark)| mark.value != MarkValue::Guest)
            .filter_map(|(_, mark)| Some((self.model.sessions.get(mark.session)?, mark)))
            .filter(|(session, _)| session.stands() && session.starts <= self.now)
            .collect();
        if marks.len() < 2 {
            return;
        }
        marks.sort_by_key(|(session, _)| session.starts);
        let [.., (_, before), (session, last)] = marks.as_slice() else {
            return;
        };
        if before.value == MarkValue::Absent && last.value == MarkValue::Absent {
            let titles = [before, last].map(|mark| self.model.session_title(mark.session));
            let evidence = format!("absent in {} and {}", titles[0], titles[1]);
            let with = Some(last.session.into());
            self.note(Concern::AbsentTwice, id, with, session.starts, evidence);
        }
    }

    /// Can no longer attend enough sessions.
    fn look_at_outlook(&mut self, id: Id<Enrolment>, is: &Enrolment) {
        let outlook = self.model.outlook(id, self.now);
        if outlook.is_possible() {
            return;
        }
        let since = self.last_marked(id).unwrap_or_else(|| self.morning(is.from));
        let evidence = format!(
            "attended {}, {} to come, {} needed",
            outlook.attended, outlook.to_come, outlook.needed
        );
        self.note(Concern::CannotComplete, id, None, since, evidence);
    }

    /// An offer that expires soon, or has.
    fn look_at_offer(&mut self, id: Id<Application>, is: &Application) {
        let Some(expires) = is.offer_expires else { return };
        let days = self
            .model
            .cohort()
            .map_or(3, |cohort| cohort.thresholds.offer_days);
        let since = expires - TimeDelta::days(i64::from(days));
        if self.today < since {
            return;
        }
        let name = self.model.name_of(is.person);
        let evidence = if self.today > expires {
            format!("the offer to {name} expired on {}", day_short(expires))
        } else {
            format!("the offer to {name} expires on {}", day_short(expires))
        };
        let since = self.morning(since);
        self.note(Concern::OfferExpiring, id, None, since, evidence);
    }

    /// What rules warn of and allow: both roles, employers, line managers, wishes about pairs.
    pub(super) fn look_at_warnings(&mut self) {
        let model = self.model;
        let running = model
            .cohort()
            .is_some_and(|cohort| !matches!(cohort.state, CohortState::Draft | CohortState::Archived));
        if !running {
            return;
        }
        let groups = model.groups.iter().filter(|(_, is)| is.is_live());
        let mut subjects: BTreeSet<AnyId> = groups.map(|(id, _)| id.into()).collect();
        subjects.extend(model.pair_rules.ids().map(AnyId::from));
        for (_, is) in model.enrolments.iter().filter(|(_, is)| is.state.is_live()) {
            let own_manager = |person: &Person| !person.line_manager.is_empty();
            if model.people.get(is.person).is_some_and(own_manager)
                || model.enrolments_of(is.person).nth(1).is_some()
            {
                subjects.insert(is.person.into());
            }
        }
        let begins = model.cohort().map_or(self.today, |cohort| cohort.first_day);
        for warned in model.standing_warnings(&subjects, self.now) {
            let concern = match warned.rule {
                1 => Concern::BothRoles,
                5 => Concern::PairWarning,
                _ => continue,
            };
            let mut since = begins;
            if let Some(group) = warned.subject.of() {
                let joined = model.memberships_in(group).map(|(_, m)| m.from);
                since = joined.filter(|day| *day <= self.today).max().unwrap_or(begins);
            }
            let since = self.morning(since);
            let with = warned.with;
            self.note(concern, warned.subject, with, since, warned.what);
        }
    }

    /// What people asked about their own data and was not met: the month is running, or over.
    pub(super) fn look_at_claims(&mut self) {
        let model = self.model;
        for (id, is) in model.claims.iter().filter(|(_, is)| is.met.is_none()) {
            let due = is.due();
            let days = (due - self.today).num_days();
            let clock = match days {
                ..0 => format!("was due on {}", due.format("%-d %B %Y")),
                0 => "is due today".to_owned(),
                1 => "is due tomorrow".to_owned(),
                _ => format!("is due on {} (in {days} days)", due.format("%-d %B %Y")),
            };
            let evidence = format!("came on {}, {clock}", is.received.format("%-d %B"));
            let since = self.morning(is.received);
            self.note(Concern::ClaimDue, id, None, since, evidence).person = Some(is.person);
        }
    }

    /// People and consents whose day to go has come.
    pub(super) fn look_at_retention(&mut self) {
        let model = self.model;
        for (id, is) in model.people.iter().filter(|(_, is)| !is.is_erased()) {
            if let Some(until) = is.retain_until.filter(|until| *until < self.today) {
                let since = self.morning(until.succ_opt().unwrap_or(until));
                let evidence = format!("kept until {}", until.format("%-d %B %Y"));
                self.note(Concern::RetentionDue, id, None, since, evidence);
            }
        }
        for (id, is) in model.consents.iter() {
            if let Some(until) = is.retain_until.filter(|until| *until < self.today) {
                let since = self.morning(until.succ_opt().unwrap_or(until));
                let evidence = format!(
                    "consent of {} kept until {}",
                    model.name_of(is.person),
                    until.format("%-d %B %Y")
                );
                self.note(Concern::RetentionDue, id, None, since, evidence).person = Some(is.person);
            }
        }
    }
}
