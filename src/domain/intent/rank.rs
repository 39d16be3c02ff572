//! Where somebody would fit: groups ranked by stream, free times, employer, wishes and room.
//!
//! The fit is 0 to 100, the sum of parts that are shown. It is advice: a group that the rules would refuse says
//! why and stays in the list, at its end.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc, Weekday};

use crate::domain::text::fold;
use crate::domain::when::local_to_utc;
use crate::domain::{AdminRole, Enrolment, Group, GroupState, Id, LeadRole, Mint, Model, Reason, Session};

/// Most points of each part; together 100.
mod weight {
    /// The group's stream is the person's.
    pub(super) const STREAM: u8 = 40;
    /// The group meets when the person is free.
    pub(super) const TIMES: u8 = 20;
    /// Mentor and mentees work elsewhere.
    pub(super) const EMPLOYER: u8 = 15;
    /// The mentor knows what the person wants.
    pub(super) const WISHES: u8 = 15;
    /// The group has room.
    pub(super) const ROOM: u8 = 10;
}

/// One part of a fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FitPart {
    /// What it is about.
    pub name: &'static str,
    /// How many points it gives.
    pub points: u8,
    /// How many it could give.
    pub of: u8,
    /// Why, in a few words; empty when nothing is known.
    pub why: String,
}

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
        let slot = self.usual_slot(group);
        let mut parts: Vec<FitPart> = Vec::new();
        let mut clash = None;
        for enrolment in people {
            let one = self.enrolments.get(*enrolment)?;
            clash = clash.or_else(|| self.first_clash(*enrolment, group, day));
            let of_one = [
                self.stream_part(one, is),
                times_part(one, slot, clash.is_some()),
                self.employer_part(*enrolment, one, is, &members, day),
                self.wishes_part(one, is, day),
                room_part(members.len() + joining, limits.target, full),
            ];
            if parts.is_empty() {
                parts = of_one.to_vec();
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

    fn stream_part(&self, one: &Enrolment, group: &Group) -> FitPart {
        let (points, why) = if one.stream == group.stream {
            (weight::STREAM, "same stream")
        } else if one.second_stream == Some(group.stream) {
            (weight::STREAM * 3 / 4, "second stream")
        } else {
            (0, "other stream")
        };
        part("stream", points, weight::STREAM, why)
    }

    /// Whether mentor and mentees come from other employers.
    fn employer_part(
        &self,
        enrolment: Id<Enrolment>,
        one: &Enrolment,
        group: &Group,
        members: &[Id<Enrolment>],
        day: NaiveDate,
    ) -> FitPart {
        let employer = |id: Id<Enrolment>| {
            let person = self.people.get(self.enrolments.get(id)?.person)?;
            Some(fold(person.organisation.trim())).filter(|text| !text.is_empty())
        };
        let of = weight::EMPLOYER;
        let mine = self.people.get(one.person).map(|p| fold(p.organisation.trim()));
        let Some(mine) = mine.filter(|text| !text.is_empty()) else {
            return part("trust", of / 2, of, "");
        };
        let mentors = group.leads.iter().filter(|l| l.on(day)).map(|l| l.enrolment);
        if mentors.into_iter().any(|id| employer(id).as_ref() == Some(&mine)) {
            return part("trust", 0, of, "same trust as the mentor");
        }
        let other = members
            .iter()
            .find(|id| **id != enrolment && employer(**id).as_ref() == Some(&mine));
        match other {
            Some(id) => part(
                "trust",
                of / 2,
                of,
                &format!("same trust as {}", self.enrolled_name(*id)),
            ),
            None => part("trust", of, of, "other trust"),
        }
    }

    /// Whether the mentor's topics are among the mentee's wishes.
    fn wishes_part(&self, one: &Enrolment, group: &Group, day: NaiveDate) -> FitPart {
        let of = weight::WISHES;
        let lead = group
            .leads
            .iter()
            .filter(|l| l.role == LeadRole::Lead && l.on(day));
        let topics: Vec<String> = lead
            .filter_map(|l| self.enrolments.get(l.enrolment))
            .flat_map(|mentor| mentor.wishes.iter().map(|wish| fold(wish)))
            .collect();
        if one.wishes.is_empty() || topics.is_empty() {
            return part("wishes", of / 2, of, "");
        }
        let met: Vec<&String> = one
            .wishes
            .iter()
            .filter(|wish| topics.contains(&fold(wish)))
            .collect();
        match met.as_slice() {
            [] => part("wishes", 0, of, ""),
            [wish] => part("wishes", of * 2 / 3, of, wish),
            [wish, ..] => part("wishes", of, of, wish),
        }
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
    fn first_clash(&self, enrolment: Id<Enrolment>, group: Id<Group>, day: NaiveDate) -> Option<String> {
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

/// Whether somebody is free when the group usually meets.
fn times_part(one: &Enrolment, slot: Option<(Weekday, NaiveTime, u16)>, clashes: bool) -> FitPart {
    let of = weight::TIMES;
    let Some((weekday, time, minutes)) = slot else {
        return part("free times", of / 2, of, "");
    };
    let when = format!("{weekday} {}", time.format("%H:%M"));
    let covered = one
        .availability
        .iter()
        .any(|free| free.covers(weekday, time, minutes));
    match (clashes, covered) {
        (true, _) => part("free times", 0, of, ""),
        (false, true) => part("free times", of, of, &format!("free {when}")),
        (false, false) if one.availability.is_empty() => part("free times", of / 2, of, ""),
        (false, false) => part("free times", of / 4, of, &format!("not free {when}")),
    }
}

/// Whether the group would stay at its target.
fn room_part(after: usize, target: u8, full: bool) -> FitPart {
    let of = weight::ROOM;
    let points = if full {
        0
    } else if after <= usize::from(target) {
        of
    } else {
        of / 2
    };
    part("room", points, of, "")
}

fn part(name: &'static str, points: u8, of: u8, why: &str) -> FitPart {
    FitPart {
        name,
        points,
        of,
        why: why.to_owned(),
    }
}

#[cfg(test)]
mod tests;
