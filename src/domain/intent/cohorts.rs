//! A year's run: making one from the template or from an earlier one, its streams, and its states.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc};

use super::draft::Draft;
use super::people::{KEPT_DECLINED, KEPT_PARTICIPANT};
use super::template;
use crate::domain::text::{clean_name, fold};
use crate::domain::{
    Admin, AdminRole, Cohort, CohortState, Consent, Delta, Edit, EndedBy, Ending, Enrolment, EnrolmentState,
    Family, Group, GroupState, Id, MarkValue, Mint, Model, Person, Refusal, Role, Round, SessionState,
    Stream, StreamState,
};

impl Model {
    /// The edit that begins a programme, with whoever begins it as its first owner; the same edit where the programme has
    /// admins already.
    #[must_use]
    pub fn owned_from_the_start(&self, mint: &mut Mint, mut edit: Edit, me: &str) -> Edit {
        if self.admins.is_empty() {
            let owner = Admin {
                name: me.to_owned(),
                role: AdminRole::Owner,
                last_seen: 0,
            };
            edit.changes.push(Delta::made(mint.id(), owner).into());
        }
        edit
    }

    /// Makes a cohort: a draft with its rounds, and from the template the five streams, the instruments and the
    /// themes, or from an earlier cohort its settings, streams and mentors who take part again.
    ///
    /// The edit is of the new cohort, whose id is its subject; what the programme shares is taken from this model.
    ///
    /// # Errors
    /// When the name is taken or empty, or the days are in the wrong order.
    pub fn new_cohort(
        &self,
        mint: &mut Mint,
        name: &str,
        first_day: NaiveDate,
        last_day: NaiveDate,
        template: bool,
        copy_from: Option<&Self>,
    ) -> Result<Edit, Refusal> {
        let name = clean_name(name).text;
        if name.is_empty() {
            return Err(Refusal::unreadable(
                "a cohort needs a name",
                "type one, such as 2026",
            ));
        }
        if self.cohorts.iter().any(|(_, c)| fold(&c.name) == fold(&name)) {
            return Err(Refusal::rule(
                0,
                format!("there is a cohort {name} already"),
                "choose another name",
            ));
        }
        if last_day <= first_day {
            return Err(Refusal::unreadable(
                format!("{last_day} is not after {first_day}"),
                "type a last day that is later than the first",
            ));
        }
        let mut cohort = Cohort::draft(name.clone(), first_day, last_day);
        if let Some(earlier) = copy_from.and_then(Self::cohort) {
            cohort = Cohort {
                name: name.clone(),
                first_day,
                last_day,
                state: CohortState::Draft,
                ..earlier.clone()
            };
        }
        let focus = mint.id();
        let mut draft = Draft::on(self);
        let rounds = cohort.rounds;
        draft.make_as(focus, cohort);
        for (number, opens, closes) in windows(first_day, last_day, rounds) {
            let theme = copy_from.and_then(|m| m.rounds.get(m.round_numbered(number)?));
            let theme = theme.map(|round| round.theme.clone()).unwrap_or_default();
            let round = Round {
                number,
                opens,
                closes,
                theme,
            };
            draft.make(mint, round);
        }
        let mut streams = Vec::new();
        if let Some(earlier) = copy_from {
            for id in earlier.streams_sorted() {
                let open = earlier
                    .streams
                    .get(id)
                    .filter(|stream| stream.state == StreamState::Open);
                if let Some(stream) = open {
                    streams.push((id, draft.make(mint, stream.clone())));
                }
            }
        } else if template {
            for stream in template::streams() {
                draft.make(mint, stream);
            }
        }
        if template {
            self.add_what_is_asked(&mut draft, mint);
        }
        let mut on = format!("cohort {name}");
        if let Some(earlier) = copy_from {
            let mentors = self.bring_mentors(&mut draft, mint, earlier, &streams, first_day)?;
            on = format!("{on} from {}, {mentors} mentors", earlier.settings().name);
        }
        let edit = draft.edit(mint, "add", on);
        Ok(Edit {
            cohort: focus,
            ..edit
        })
    }

    /// Adds the template's instruments and themes that the programme does not have yet.
    fn add_what_is_asked(&self, draft: &mut Draft<'_>, mint: &mut Mint) {
        for instrument in template::instruments() {
            if self.instruments.iter().all(|(_, i)| i.key != instrument.key) {
                draft.make(mint, instrument);
            }
        }
        for theme in template::themes() {
            if self
                .themes
                .iter()
                .all(|(_, t)| fold(&t.name) != fold(&theme.name))
            {
                draft.make(mint, theme);
            }
        }
    }

    /// Enrols the mentors of an earlier cohort who did not leave it; answers how many.
    fn bring_mentors(
        &self,
        draft: &mut Draft<'_>,
        mint: &mut Mint,
        earlier: &Self,
        streams: &[(Id<Stream>, Id<Stream>)],
        from: NaiveDate,
    ) -> Result<usize, Refusal> {
        let mut brought = 0;
        let stays = |e: &Enrolment| e.state.is_live() || e.state == EnrolmentState::Completed;
        let here = |old: Id<Stream>| streams.iter().find(|(was, _)| *was == old).map(|(_, is)| *is);
        for (_, was) in earlier.enrolments.iter() {
            if was.role != Role::Mentor || !stays(was) || !self.people.has(was.person) {
                continue;
            }
            let Some(stream) = here(was.stream) else {
                continue;
            };
            let enrolment = Enrolment {
                stream,
                second_stream: was.second_stream.and_then(here),
                from,
                state: EnrolmentState::Confirmed,
                ended: None,
                note: String::new(),
                ..was.clone()
            };
            draft.make(mint, enrolment);
            brought += 1;
        }
        Ok(brought)
    }

    /// The mentees who completed an earlier cohort and take no part as mentor in this one, by name.
    #[must_use]
    pub fn possible_mentors(&self, earlier: &Self) -> Vec<Id<Person>> {
        let completed = earlier.enrolments.iter().filter(|(_, e)| {
            e.role == Role::Mentee && e.state == EnrolmentState::Completed && self.people.has(e.person)
        });
        let mut people: Vec<(String, Id<Person>)> = completed
            .map(|(_, e)| e.person)
            .filter(|person| {
                self.enrolment_of(*person, Role::Mentor).is_none()
                    && !self.applications_of(*person).any(|(_, a)| a.role == Role::Mentor)
            })
            .map(|person| (fold(&self.name_of(person)), person))
            .collect();
        people.sort_unstable();
        people.dedup();
        people.into_iter().map(|(_, person)| person).collect()
    }

    /// Adds a stream at the end of the list.
    ///
    /// # Errors
    /// When the code is taken or empty.
    pub fn add_stream(
        &self,
        mint: &mut Mint,
        code: &str,
        name: &str,
        family: Family,
        source: &str,
    ) -> Result<Edit, Refusal> {
        let code = clean_name(code).text;
        if code.is_empty() {
            return Err(Refusal::unreadable(
                "a stream needs a code",
                "type one, such as CCIO",
            ));
        }
        if let Some((_, taken)) = self.streams.iter().find(|(_, s)| fold(&s.code) == fold(&code)) {
            return Err(Refusal::rule(
                0,
                format!("there is a stream {} already", taken.code),
                "choose another code",
            ));
        }
        let name = match clean_name(name).text {
            none if none.is_empty() => code.clone(),
            name => name,
        };
        let mut draft = Draft::on(self);
        draft.make(
            mint,
            Stream {
                code: code.clone(),
                name,
                family,
                source: clean_name(source).text,
                lead: String::new(),
                order: self.next_stream_order(),
                state: StreamState::Open,
            },
        );
        Ok(draft.edit(mint, "add", format!("stream {code}")))
    }

    /// The place after the last stream.
    pub(super) fn next_stream_order(&self) -> u16 {
        let last = self.streams.iter().map(|(_, s)| s.order).max();
        last.unwrap_or(0).saturating_add(1)
    }

    /// Takes an empty stream out of use.
    ///
    /// # Errors
    /// Rule 10, when somebody takes part in it or it has groups.
    pub fn archive_stream(&self, mint: &mut Mint, stream: Id<Stream>) -> Result<Edit, Refusal> {
        let code = self.need(stream)?.code.clone();
        let groups = self.groups_in(stream).filter(|(_, g)| g.is_live()).count();
        let people = self
            .enrolments
            .iter()
            .filter(|(_, e)| e.stream == stream && e.state.is_live())
            .count();
        if groups + people > 0 {
            let of = |n: usize, one: &str, more: &str| format!("{n} {}", if n == 1 { one } else { more });
            return Err(Refusal::rule(
                10,
                format!(
                    "{code} has {} and {}",
                    of(groups, "group", "groups"),
                    of(people, "person", "people")
                ),
                "give them another stream first, and archive its groups",
            ));
        }
        let mut draft = Draft::on(self);
        draft.change(stream, |s: &mut Stream| s.state = StreamState::Archived)?;
        Ok(draft.edit(mint, "archive", format!("stream {code}")))
    }

    /// Brings the cohort to another state. Beginning it makes confirmed people and led groups active; closing it
    /// completes who came often enough, ends the others, and sets when everybody's data must go (rule 16).
    ///
    /// # Errors
    /// When the cohort has not been made.
    pub fn set_cohort_state(
        &self,
        mint: &mut Mint,
        state: CohortState,
        now: DateTime<Utc>,
    ) -> Result<Edit, Refusal> {
        let name = self.need(self.focus)?.name.clone();
        let mut draft = Draft::on(self);
        let before = self.settings().state;
        draft.change(self.focus, |c: &mut Cohort| c.state = state)?;
        if before != state {
            match state {
                CohortState::Running => self.begin(&mut draft, now)?,
                CohortState::Closed if before != CohortState::Archived => self.finish(&mut draft, now)?,
                _ => {}
            }
        }
        Ok(draft.edit(mint, "set", format!("cohort {name} to {state}")))
    }

    /// Makes confirmed people and groups that have a lead active.
    fn begin(&self, draft: &mut Draft<'_>, now: DateTime<Utc>) -> Result<(), Refusal> {
        let today = self.day(now);
        for (id, is) in self.enrolments.iter() {
            if is.state == EnrolmentState::Confirmed {
                draft.change(id, |e: &mut Enrolment| e.state = EnrolmentState::Active)?;
            }
        }
        for (id, is) in self.groups.iter() {
            if is.state == GroupState::Forming && is.lead_on(today).is_some() {
                draft.change(id, |g: &mut Group| g.state = GroupState::Active)?;
            }
        }
        Ok(())
    }

    /// Ends every participation and group that is left, and dates the going of everybody's data.
    fn finish(&self, draft: &mut Draft<'_>, now: DateTime<Utc>) -> Result<(), Refusal> {
        let today = self.day(now);
        let to_complete = usize::from(self.settings().to_complete);
        let knows_attendance = self.sessions.iter().any(|(_, s)| s.state == SessionState::Closed);
        for (id, is) in self.enrolments.iter().filter(|(_, e)| e.state.is_live()) {
            let completes = match is.role {
                Role::Mentor => true,
                Role::Mentee if knows_attendance => self.times_there(id) >= to_complete,
                Role::Mentee => self.memberships_of(id).next().is_some(),
            };
            let (state, reason) = if completes {
                (EnrolmentState::Completed, "the cohort closed")
            } else {
                (EnrolmentState::DidNotComplete, "did not come often enough")
            };
            draft.change(id, |e: &mut Enrolment| {
                e.state = state;
                e.ended = Some(Ending {
                    on: today.max(e.from),
                    reason: reason.to_owned(),
                    by: EndedBy::Formal,
                });
            })?;
        }
        for (id, is) in self.groups.iter() {
            let next = match is.state {
                GroupState::Active => GroupState::Completed,
                GroupState::Forming if self.members(id).is_empty() => GroupState::Dissolved,
                other => other,
            };
            draft.change(id, |g: &mut Group| g.state = next)?;
        }
        self.date_the_going(draft, today)
    }

    /// How many sessions with a closed register somebody came to.
    fn times_there(&self, enrolment: Id<Enrolment>) -> usize {
        let closed = |id| {
            self.sessions
                .get(id)
                .is_some_and(|s| s.state == SessionState::Closed)
        };
        let came = |value| matches!(value, MarkValue::Present | MarkValue::Late);
        let marks = self.marks_of(enrolment);
        marks.filter(|(_, m)| came(m.value) && closed(m.session)).count()
    }

    /// Sets the day on which each person's data must go: participants two years, applicants half a year from now.
    fn date_the_going(&self, draft: &mut Draft<'_>, today: NaiveDate) -> Result<(), Refusal> {
        let (long, short) = (
            today.checked_add_months(KEPT_PARTICIPANT),
            today.checked_add_months(KEPT_DECLINED),
        );
        for (_, is) in self.enrolments.iter() {
            draft.change(is.person, |p: &mut Person| {
                p.retain_until = p.retain_until.max(long)
            })?;
        }
        for (_, is) in self.applications.iter() {
            draft.change(is.person, |p: &mut Person| {
                p.retain_until = p.retain_until.or(short);
            })?;
        }
        for (id, _) in self.consents.iter() {
            draft.change(id, |c: &mut Consent| c.retain_until = c.retain_until.max(long))?;
        }
        Ok(())
    }
}

/// Number, first and last day of so many rounds: whole months where the cohort has as many, else equal parts.
fn windows(first: NaiveDate, last: NaiveDate, rounds: u8) -> Vec<(u8, NaiveDate, NaiveDate)> {
    let months_between = (last.year() - first.year()) * 12 + last.month().cast_signed()
        - first.month().cast_signed()
        + i32::from(last.day() >= first.day());
    let days = u64::try_from((last - first).num_days() + 1).unwrap_or(0);
    let monthly = months_between == i32::from(rounds);
    let opens = |n: u8| {
        if n >= rounds {
            last.checked_add_days(Days::new(1))
        } else if monthly {
            first.checked_add_months(Months::new(n.into()))
        } else {
            first.checked_add_days(Days::new(days * u64::from(n) / u64::from(rounds)))
        }
        .unwrap_or(last)
    };
    let window = |n: u8| (n + 1, opens(n), opens(n + 1).pred_opt().unwrap_or(last));
    (0..rounds).map(window).collect()
}

#[cfg(test)]
mod tests;
