//! Who is with whom: moves, swaps, locks, groups and the mentors who lead them.

use chrono::{DateTime, NaiveDate, Utc};

use super::draft::{Draft, many, reason_given};
use super::people::{end_lead_of, end_leads};
use crate::domain::text::{clean_name, fold};
use crate::domain::{
    CohortState, Edit, Enrolment, Group, GroupState, Id, Lead, LeadRole, Membership, Mint, Model, Origin,
    Refusal, Role, Session, SessionState, Stream,
};

/// One mentee put into a group, and why: a line of a grouping proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The mentee's participation.
    pub enrolment: Id<Enrolment>,
    /// The group.
    pub group: Id<Group>,
    /// Why it was chosen.
    pub reason: String,
}

impl Model {
    /// Moves mentees to a group, or back to the pool, from this day on; what was before stays.
    ///
    /// `why` is the reason kept with the membership; a group of another stream needs one (rule 4).
    ///
    /// # Errors
    /// When somebody is a mentor, or there is no such group or participation.
    pub fn move_to(
        &self,
        mint: &mut Mint,
        enrolments: &[Id<Enrolment>],
        group: Option<Id<Group>>,
        day: NaiveDate,
        why: &str,
    ) -> Result<Edit, Refusal> {
        let mut draft = Draft::on(self);
        let place_name = |group: Option<Id<Group>>| group.map_or("pool".to_owned(), |g| self.group_code(g));
        let to = match group {
            Some(group) => self.need(group)?.code.clone(),
            None => "the pool".to_owned(),
        };
        for enrolment in enrolments {
            self.place(&mut draft, mint, *enrolment, group, day, why)?;
        }
        let on = match enrolments {
            [one] => {
                let from = self.membership_in_force(*one).map(|(_, m)| m.group);
                format!("{}, {} to {to}", self.enrolled_name(*one), place_name(from))
            }
            all => format!("{} people to {to}", all.len()),
        };
        Ok(draft.edit(mint, "move", on))
    }

    /// Lets two mentees change places from this day on.
    ///
    /// # Errors
    /// When both are in the same place, or one is a mentor.
    pub fn swap(
        &self,
        mint: &mut Mint,
        one: Id<Enrolment>,
        other: Id<Enrolment>,
        day: NaiveDate,
    ) -> Result<Edit, Refusal> {
        let group_of = |id| self.membership_in_force(id).map(|(_, m)| m.group);
        let (from, to) = (group_of(one), group_of(other));
        let (name, other_name) = (self.enrolled_name(one), self.enrolled_name(other));
        if from == to {
            let place = from.map_or("the pool".to_owned(), |g| self.group_code(g));
            return Err(Refusal::rule(
                2,
                format!("{name} and {other_name} are both in {place}"),
                "choose somebody of another group",
            ));
        }
        let mut draft = Draft::on(self);
        self.place(
            &mut draft,
            mint,
            one,
            to,
            day,
            &format!("swapped with {other_name}"),
        )?;
        self.place(
            &mut draft,
            mint,
            other,
            from,
            day,
            &format!("swapped with {name}"),
        )?;
        let code = |group: Option<Id<Group>>| group.map_or("pool".to_owned(), |g| self.group_code(g));
        let on = format!("{name} ({}) and {other_name} ({})", code(from), code(to));
        Ok(draft.edit(mint, "swap", on))
    }

    /// Applies a grouping proposal, or an import's placements, from this day on, as one edit.
    ///
    /// # Errors
    /// As [`Model::move_to`].
    pub fn apply_placements(
        &self,
        mint: &mut Mint,
        placements: &[Placement],
        origin: Origin,
        day: NaiveDate,
    ) -> Result<Edit, Refusal> {
        let mut draft = Draft::on(self);
        for is in placements {
            let reason = is.reason.as_str();
            self.place_by(
                &mut draft,
                mint,
                is.enrolment,
                Some(is.group),
                day,
                reason,
                origin,
            )?;
        }
        let on = match placements {
            [one] => format!(
                "{} to {}",
                self.enrolled_name(one.enrolment),
                self.group_code(one.group)
            ),
            all => format!("{} people to groups", all.len()),
        };
        Ok(draft.edit(mint, "place", on))
    }

    /// Locks or unlocks the places of mentees: automatic grouping keeps a locked one.
    ///
    /// # Errors
    /// When somebody has no group.
    pub fn lock(&self, mint: &mut Mint, enrolments: &[Id<Enrolment>], locked: bool) -> Result<Edit, Refusal> {
        let mut draft = Draft::on(self);
        let mut names = Vec::new();
        for enrolment in enrolments {
            let name = self.enrolled_name(*enrolment);
            let (id, membership) = self.membership_in_force(*enrolment).ok_or_else(|| {
                Refusal::missing(
                    format!("{name} has no group to be locked in"),
                    "m gives the person a group",
                )
            })?;
            draft.change(id, |m: &mut Membership| m.locked = locked)?;
            names.push(format!("{name} in {}", self.group_code(membership.group)));
        }
        let verb = if locked { "lock" } else { "unlock" };
        Ok(draft.edit(mint, verb, many(&names, "people")))
    }

    /// Adds a group; without a code it takes the stream's next number, `CCIO-4`.
    ///
    /// # Errors
    /// When the code is taken, or there is no such stream.
    pub fn add_group(
        &self,
        mint: &mut Mint,
        code: &str,
        stream: Id<Stream>,
        lead: Option<Id<Enrolment>>,
        now: DateTime<Utc>,
    ) -> Result<Edit, Refusal> {
        let mut draft = Draft::on(self);
        let code = match clean_name(code).text {
            empty if empty.is_empty() => self.next_code(stream)?,
            code => code,
        };
        self.need(stream)?;
        self.free_code(&code, None)?;
        let group = draft.make(mint, Group::new(code.clone(), stream));
        let mut on = code;
        if let Some(lead) = lead {
            on = format!("{on}, mentor {}", self.enrolled_name(lead));
            self.lead(&mut draft, group, lead, LeadRole::Lead, self.day(now))?;
        }
        Ok(draft.edit(mint, "add", on))
    }

    /// The stream's next group code.
    ///
    /// # Errors
    /// When there is no such stream.
    pub fn next_code(&self, stream: Id<Stream>) -> Result<String, Refusal> {
        Ok(self.next_codes(stream, 1)?.remove(0))
    }

    /// So many of the stream's next group codes.
    pub(super) fn next_codes(&self, stream: Id<Stream>, how_many: usize) -> Result<Vec<String>, Refusal> {
        let stem = self.need(stream)?.code.clone();
        let highest = self
            .groups
            .iter()
            .filter_map(|(_, g)| g.code.strip_prefix(&stem)?.strip_prefix('-')?.parse::<u32>().ok())
            .max();
        let from = highest.unwrap_or(0).saturating_add(1);
        Ok((from..)
            .take(how_many)
            .map(|nth| format!("{stem}-{nth}"))
            .collect())
    }

    /// Refuses a code that another existing group has.
    pub(super) fn free_code(&self, code: &str, but: Option<Id<Group>>) -> Result<(), Refusal> {
        let wanted = fold(code);
        let taken = self
            .groups
            .iter()
            .find(|(id, g)| Some(*id) != but && g.is_live() && fold(&g.code) == wanted);
        match taken {
            Some((_, group)) => Err(Refusal::rule(
                0,
                format!("there is a group {} already", group.code),
                "choose another code",
            )),
            None => Ok(()),
        }
    }

    /// Gives a group its lead or a co-mentor from this day on; the lead it had ends the day before.
    ///
    /// # Errors
    /// When the person is no mentor.
    pub fn set_lead(
        &self,
        mint: &mut Mint,
        group: Id<Group>,
        mentor: Id<Enrolment>,
        role: LeadRole,
        day: NaiveDate,
    ) -> Result<Edit, Refusal> {
        let mut draft = Draft::on(self);
        self.lead(&mut draft, group, mentor, role, day)?;
        let what = match role {
            LeadRole::Lead => "mentor",
            LeadRole::Co => "co-mentor",
        };
        let on = format!(
            "{what} of {} to {}",
            self.group_code(group),
            self.enrolled_name(mentor)
        );
        Ok(draft.edit(mint, "set", on))
    }

    /// Ends a mentor's time with a group; this day is the first without.
    ///
    /// # Errors
    /// When the mentor neither leads nor co-leads the group.
    pub fn end_lead(
        &self,
        mint: &mut Mint,
        group: Id<Group>,
        mentor: Id<Enrolment>,
        day: NaiveDate,
    ) -> Result<Edit, Refusal> {
        let is = self.need(group)?;
        let name = self.enrolled_name(mentor);
        if !is.leads.iter().any(|l| l.enrolment == mentor && l.to.is_none()) {
            return Err(Refusal::missing(
                format!("{name} does not lead {}", is.code),
                "look at the mentors of the group",
            ));
        }
        let mut draft = Draft::on(self);
        let last = day.pred_opt().unwrap_or(day);
        draft.change(group, |g: &mut Group| {
            end_lead_of(&mut g.leads, mentor, last);
            form_anew(g, day);
        })?;
        Ok(draft.edit(mint, "end", format!("{name} as mentor of {}", is.code)))
    }

    /// Sets how many mentees a group may have; nothing puts back the cohort's limit.
    ///
    /// # Errors
    /// When there is no such group.
    pub fn raise_limit(&self, mint: &mut Mint, group: Id<Group>, max: Option<u8>) -> Result<Edit, Refusal> {
        let code = self.need(group)?.code.clone();
        let mut draft = Draft::on(self);
        draft.change(group, |g: &mut Group| g.max = max)?;
        let to = max.map_or_else(|| "the cohort's".to_owned(), |max| max.to_string());
        Ok(draft.edit(mint, "set", format!("limit of {code} to {to}")))
    }

    /// Takes a group without mentees out of use, with its sessions to come.
    ///
    /// # Errors
    /// Rule 6, when it still has mentees.
    pub fn archive_group(
        &self,
        mint: &mut Mint,
        group: Id<Group>,
        now: DateTime<Utc>,
    ) -> Result<Edit, Refusal> {
        let members = self.members(group).len();
        let code = self.need(group)?.code.clone();
        if members > 0 {
            return Err(Refusal::rule(
                6,
                format!("{code} still has {}", mentees(members)),
                "move them to another group or to the pool first",
            ));
        }
        let mut draft = Draft::on(self);
        self.close_group(&mut draft, group, "group archived", now)?;
        Ok(draft.edit(mint, "archive", code))
    }

    /// Dissolves a group: its mentees go to the pool, its mentors are free, its sessions to come are cancelled.
    ///
    /// # Errors
    /// When there is no such group.
    pub fn dissolve(
        &self,
        mint: &mut Mint,
        group: Id<Group>,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<Edit, Refusal> {
        let code = self.need(group)?.code.clone();
        let members = self.members(group);
        let mut draft = Draft::on(self);
        let last = self.last_day_in(group, now);
        for (id, _) in self.memberships_in(group).filter(|(_, m)| m.in_force()) {
            self.end_membership(&mut draft, id, last)?;
        }
        self.close_group(&mut draft, group, reason, now)?;
        let on = match members.len() {
            0 => code,
            n => format!("{code}, {} to the pool", mentees(n)),
        };
        Ok(draft.edit(mint, "dissolve", on))
    }

    /// Ends the mentors' times with a group, cancels what is to come and marks it dissolved.
    fn close_group(
        &self,
        draft: &mut Draft<'_>,
        group: Id<Group>,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        let last = self.last_day_in(group, now);
        draft.change(group, |g: &mut Group| {
            end_leads(&mut g.leads, last, |_| true);
            g.state = GroupState::Dissolved;
        })?;
        let to_come = self
            .sessions_in(group)
            .filter(|(_, s)| s.starts > now && s.stands());
        for (id, _) in to_come.collect::<Vec<_>>() {
            draft.change(id, |s: &mut Session| {
                s.state = SessionState::Cancelled;
                s.reason = reason_given(reason);
                s.sequence = s.sequence.saturating_add(1);
                s.moves = s.moves.saturating_add(1);
            })?;
        }
        Ok(())
    }

    /// The membership of a mentee that has no last day.
    #[must_use]
    pub fn membership_in_force(&self, enrolment: Id<Enrolment>) -> Option<(Id<Membership>, &Membership)> {
        self.memberships_of(enrolment).find(|(_, m)| m.in_force())
    }

    /// Ends a membership with this last day; one that began later is taken back.
    pub(super) fn end_membership(
        &self,
        draft: &mut Draft<'_>,
        id: Id<Membership>,
        last: NaiveDate,
    ) -> Result<(), Refusal> {
        draft.change(id, |m: &mut Membership| {
            m.to = Some(last.max(m.from.pred_opt().unwrap_or(m.from)));
        })
    }

    /// Puts one mentee into a group or the pool by hand.
    pub(super) fn place(
        &self,
        draft: &mut Draft<'_>,
        mint: &mut Mint,
        enrolment: Id<Enrolment>,
        group: Option<Id<Group>>,
        day: NaiveDate,
        why: &str,
    ) -> Result<(), Refusal> {
        self.place_by(draft, mint, enrolment, group, day, why, Origin::ByHand)
    }

    /// Puts one mentee into a group or the pool; nothing changes for somebody who is there already.
    #[expect(
        clippy::too_many_arguments,
        reason = "one act, told in full; only verbs of this file call it"
    )]
    fn place_by(
        &self,
        draft: &mut Draft<'_>,
        mint: &mut Mint,
        enrolment: Id<Enrolment>,
        group: Option<Id<Group>>,
        day: NaiveDate,
        why: &str,
        origin: Origin,
    ) -> Result<(), Refusal> {
        let is = draft
            .get(enrolment)
            .ok_or_else(|| super::draft::gone(enrolment.into()))?;
        if is.role == Role::Mentor {
            return Err(Refusal::rule(
                2,
                format!("{} is a mentor", self.enrolled_name(enrolment)),
                "make the person mentor of the group instead",
            ));
        }
        let present = self.membership_in_force(enrolment);
        if present.map(|(_, m)| m.group) == group {
            return Ok(());
        }
        if let Some((id, _)) = present {
            self.end_membership(draft, id, day.pred_opt().unwrap_or(day))?;
        }
        if let Some(group) = group {
            draft.get(group).ok_or_else(|| super::draft::gone(group.into()))?;
            draft.make(
                mint,
                Membership {
                    enrolment,
                    group,
                    from: day,
                    to: None,
                    locked: false,
                    origin,
                    reason: crate::domain::text::clean_text(why).text,
                },
            );
        }
        Ok(())
    }

    /// Gives a group a mentor from this day on.
    pub(super) fn lead(
        &self,
        draft: &mut Draft<'_>,
        group: Id<Group>,
        mentor: Id<Enrolment>,
        role: LeadRole,
        day: NaiveDate,
    ) -> Result<(), Refusal> {
        let is = draft
            .get(mentor)
            .ok_or_else(|| super::draft::gone(mentor.into()))?;
        if is.role != Role::Mentor {
            return Err(Refusal::rule(
                6,
                format!(
                    "{} is a mentee and cannot lead a group",
                    self.enrolled_name(mentor)
                ),
                "choose a mentor, or add the person as one",
            ));
        }
        let last = day.pred_opt().unwrap_or(day);
        let running = self.settings().state == CohortState::Running;
        draft.change(group, |g: &mut Group| {
            let already = g
                .leads
                .iter()
                .any(|l| l.enrolment == mentor && l.role == role && l.to.is_none());
            if already {
                return;
            }
            end_lead_of(&mut g.leads, mentor, last);
            if role == LeadRole::Lead {
                end_leads(&mut g.leads, last, |l| l.role == LeadRole::Lead);
                if running && g.state == GroupState::Forming {
                    g.state = GroupState::Active;
                }
            }
            g.leads.push(Lead {
                enrolment: mentor,
                role,
                from: day,
                to: None,
            });
        })
    }
}

/// An active group without a lead on this day forms anew (rule 6).
pub(super) fn form_anew(group: &mut Group, day: NaiveDate) {
    if group.state == GroupState::Active && group.lead_on(day).is_none() {
        group.state = GroupState::Forming;
    }
}

/// `1 mentee`, `4 mentees`.
fn mentees(n: usize) -> String {
    format!("{n} mentee{}", if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests;
