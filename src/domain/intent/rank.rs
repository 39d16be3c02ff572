//! Where somebody would fit: groups ranked by stream, free times, employer, wishes and room.
//!
//! The fit is 0 to 100, the sum of parts that are shown. It is advice: a group that the rules would refuse says
//! why and stays in the list, at its end.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc, Weekday};

use crate::domain::fit::{FitPart, Offer, Others, Seeker};
use crate::domain::when::local_to_utc;
use crate::domain::{AdminRole, Enrolment, Group, GroupState, Id, Mint, Model, Reason, Session};

/// A group somebody could be moved to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The group.
    pub group: Id<Group>,
    /// How many mentees it has.
    pub size: u8,
    /// How many it can have.
    pub max: u8,
    /// How well it fits, 0 to 100.
    pub fit: u8,
    /// What the fit is made of.
    pub parts: Vec<FitPart>,
    /// The parts in words, or why the rules refuse it.
    pub why: String,
    /// The first session to come that the person could not come to.
    pub clash: Option<String>,
    /// Whether there is no room; raising the limit makes some.
    pub full: bool,
    /// Why the rules would refuse it, other than for want of room.
    pub refused: Option<String>,
}

impl Choice {
    /// Whether it can be chosen as it is.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        !self.full && self.refused.is_none()
    }
}

impl Model {
    /// The groups a mentee could be moved to on a day, best first; full and refused ones come last. The group
    /// the person is in is left out.
    #[must_use]
    pub fn rank_groups(&self, enrolment: Id<Enrolment>, day: NaiveDate) -> Vec<Choice> {
        let present = self.membership_in_force(enrolment).map(|(_, m)| m.group);
        let mut choices: Vec<_> = self
            .groups_sorted()
            .into_iter()
            .filter(|group| Some(*group) != present)
            .filter_map(|group| self.weigh(&[enrolment], group, day))
            .collect();
        choices.sort_by_key(|choice| (!choice.is_open(), std::cmp::Reverse(choice.fit)));
        choices
    }

    /// The groups that several mentees could be moved to together, by their mean fit; a group has room when all
    /// of them find a place.
    #[must_use]
    pub fn rank_groups_for(&self, people: &[Id<Enrolment>], day: NaiveDate) -> Vec<Choice> {
        if let [one] = people {
            return self.rank_groups(*one, day);
        }
        let mut choices: Vec<_> = self
            .groups_sorted()
            .into_iter()
            .filter_map(|group| self.weigh(people, group, day))
            .collect();
        choices.sort_by_key(|choice| (!choice.is_open(), std::cmp::Reverse(choice.fit)));
        choices
    }

    /// How well one group fits people who would join it together.
    fn weigh(&self, people: &[Id<Enrolment>], group: Id<Group>, day: NaiveDate) -> Option<Choice> {
        let is = self.groups.get(group)?;
        if people.is_empty() || is.state == GroupState::Completed {
            return None;
        }
        let members = self.members(group);
        let joining = people.iter().filter(|id| !members.contains(id)).count();
        let limits = self.group_limits(group);
        let size = u8::try_from(members.len()).unwrap_or(u8::MAX);
        let full = members.len() + joining > usize::from(limits.max);
        let offer = Offer::of(self, group, day)?;
        let weights = self.settings().weights();
        let all: Vec<Seeker> = members
            .iter()
            .chain(people.iter().filter(|id| !members.contains(id)))
            .filter_map(|id| Seeker::of(self, *id))
            .collect();
        let mut parts: Vec<FitPart> = Vec::new();
        let mut clash = None;
        for enrolment in people {
            let seeker = Seeker::of(self, *enrolment)?;
            clash = clash.or_else(|| self.first_clash(*enrolment, group, day));
            let others = all.iter().filter(|other| other.enrolment != *enrolment);
            let others = Others::among(&seeker, others, |id| self.enrolled_name(id));
            let of_one = seeker.parts(&offer, &others, &weights, clash.is_some());
            if parts.is_empty() {
                parts = of_one;
            } else {
                for (sum, part) in parts.iter_mut().zip(of_one) {
                    sum.points = sum.points.min(part.points);
                    if sum.points == part.points {
                        sum.why = part.why;
                    }
                }
            }
        }
        let refused = if full {
            None
        } else {
            self.why_refused(people, group, day)
        };
        let words: Vec<&str> = parts
            .iter()
            .map(|p| p.why.as_str())
            .filter(|w| !w.is_empty())
            .collect();
        let why = match (&refused, full) {
            (Some(why), _) => why.clone(),
            (None, true) => "full (e changes the limit)".to_owned(),
            (None, false) => words.join("; "),
        };
        Some(Choice {
            group,
            size,
            max: limits.max,
            fit: parts.iter().map(|p| p.points).sum(),
            parts,
            why,
            clash,
            full,
            refused,
        })
    }

    /// Why the rules would refuse the move, asked of the rules themselves.
    fn why_refused(&self, people: &[Id<Enrolment>], group: Id<Group>, day: NaiveDate) -> Option<String> {
        let noon = local_to_utc(day.and_time(NaiveTime::MIN), self.zone()).ok()?;
        let mut mint = Mint::seeded(group.number());
        let refusal = match self.move_to(&mut mint, people, Some(group), day, "chosen by hand") {
            Ok(edit) => self.admit(&edit, AdminRole::Owner, noon).err()?,
            Err(refusal) => refusal,
        };
        (refusal.reason == Reason::Rule).then_some(refusal.what)
    }

    /// When a group usually meets: the weekday, time and length that most of its sessions have.
    #[must_use]
    pub fn usual_slot(&self, group: Id<Group>) -> Option<(Weekday, NaiveTime, u16)> {
        let mut counts: BTreeMap<(u32, NaiveTime, u16), usize> = BTreeMap::new();
        for (_, session) in self.standing_sessions_of(group) {
            let local = self.local(session.starts);
            let key = (
                local.weekday().num_days_from_monday(),
                local.time(),
                session.minutes,
            );
            *counts.entry(key).or_default() += 1;
        }
        let ((weekday, time, minutes), _) = counts.into_iter().max_by_key(|(_, count)| *count)?;
        Some((
            Weekday::try_from(u8::try_from(weekday).ok()?).ok()?,
            time,
            minutes,
        ))
    }

    /// The first of a group's sessions to come that somebody could not come to, and why.
    #[must_use]
    pub fn first_clash(&self, enrolment: Id<Enrolment>, group: Id<Group>, day: NaiveDate) -> Option<String> {
        let person = self.enrolments.get(enrolment)?.person;
        let busy: Vec<(DateTime<Utc>, DateTime<Utc>, &str)> = self
            .busy_of(person)
            .map(|(_, b)| {
                (
                    b.starts,
                    b.ends,
                    if b.what.is_empty() { b.kind.word() } else { &b.what },
                )
            })
            .collect();
        let to_come = self.standing_sessions_of(group).into_iter().map(|(_, s)| s);
        to_come
            .filter(|s| self.day(s.starts) >= day)
            .find_map(|s: &Session| {
                let (_, _, what) = busy
                    .iter()
                    .find(|(from, until, _)| *from < s.ends() && s.starts < *until)?;
                let local = self.local(s.starts);
                Some(format!("{} ({what})", local.format("%a %H:%M")))
            })
    }
}

#[cfg(test)]
mod tests;
