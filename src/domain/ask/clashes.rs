//! Who is in the way of a session at a time, and which times are free.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};

use super::sessions::Expected;
use crate::domain::{Busy, BusyKind, Enrolment, Group, Id, Model, Person, Session};

/// The office day in which slots are proposed: minutes from midnight, end excluded for the end of a session.
const OFFICE_MINUTES: std::ops::Range<u32> = 9 * 60..18 * 60;
/// Minutes between the starts of proposed slots.
const STEP_MINUTES: usize = 30;
/// Days beyond its window in which a slot is looked for when the window has none.
const DAYS_BEYOND: i64 = 42;

/// One reason why a session cannot well be at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clashing {
    /// Whom it concerns; none means everybody.
    pub person: Option<Id<Person>>,
    /// Why, without the name: `busy 16:30-17:30 (clinic)`.
    pub why: String,
    /// The other session, when that is why.
    pub with: Option<Id<Session>>,
}

impl Model {
    /// What is in the way of a session that stands; nothing is in the way of a cancelled one.
    #[must_use]
    pub fn clashes(&self, session: Id<Session>) -> Vec<Clashing> {
        match self.sessions.get(session) {
            Some(is) if is.stands() => self.clashes_at(session, is.starts, is.minutes),
            _ => Vec::new(),
        }
    }

    /// What would be in the way of a session at another time.
    #[must_use]
    pub fn clashes_at(&self, session: Id<Session>, starts: DateTime<Utc>, minutes: u16) -> Vec<Clashing> {
        let Some(is) = self.sessions.get(session) else {
            return Vec::new();
        };
        let expected = self.expected_in_any_order(is, self.day(starts));
        let mut found = Vec::new();
        self.look_for_clashes(Some(session), is, &expected, starts, minutes, &mut |clash| {
            found.push(clash());
            true
        });
        found
    }

    /// What would be in the way of a new session of a group.
    #[must_use]
    pub fn clashes_of_new(&self, new: &Session) -> Vec<Clashing> {
        let expected = self.expected_in_any_order(new, self.day(new.starts));
        let mut found = Vec::new();
        self.look_for_clashes(None, new, &expected, new.starts, new.minutes, &mut |clash| {
            found.push(clash());
            true
        });
        found
    }

    /// Whether nothing is in the way.
    fn is_free(
        &self,
        session: Id<Session>,
        is: &Session,
        expected: &[Expected],
        starts: DateTime<Utc>,
    ) -> bool {
        let mut free = true;
        self.look_for_clashes(Some(session), is, expected, starts, is.minutes, &mut |_| {
            free = false;
            false
        });
        free
    }

    /// Calls `found` with each clash until it answers false.
    fn look_for_clashes(
        &self,
        session: Option<Id<Session>>,
        is: &Session,
        expected: &[Expected],
        starts: DateTime<Utc>,
        minutes: u16,
        found: &mut dyn FnMut(&dyn Fn() -> Clashing) -> bool,
    ) {
        let ends = starts + TimeDelta::minutes(i64::from(minutes));
        let overlaps = |from: DateTime<Utc>, to: DateTime<Utc>| from < ends && starts < to;
        for (_, busy) in self
            .busy_for_everybody()
            .filter(|(_, b)| overlaps(b.starts, b.ends))
        {
            let clash = || Clashing {
                person: None,
                why: self.why_busy(busy, starts),
                with: None,
            };
            if !found(&clash) {
                return;
            }
        }
        // Everybody is expected at a workshop, so it is one clash and not one for each person.
        let day = TimeDelta::hours(24);
        let range = (starts - day, Id::new(0))..(ends, Id::new(0));
        let for_everybody = if is.group.is_none() {
            &self.index.sessions_by_start
        } else {
            &self.index.workshops
        };
        for (_, id) in for_everybody.range(range) {
            let Some(other) = self.sessions.get(*id) else {
                continue;
            };
            if Some(*id) != session
                && other.stands()
                && overlaps(other.starts, other.ends())
                && !found(&|| self.meets(None, *id, other))
            {
                return;
            }
        }
        for one in expected {
            let Some(person) = self.enrolments.get(one.enrolment).map(|e| e.person) else {
                continue;
            };
            for (_, busy) in self
                .busy_of(person)
                .filter(|(_, b)| b.person.is_some() && overlaps(b.starts, b.ends))
            {
                let clash = || Clashing {
                    person: Some(person),
                    why: self.why_busy(busy, starts),
                    with: None,
                };
                if !found(&clash) {
                    return;
                }
            }
            if is.group.is_none() {
                continue;
            }
            for group in self.groups_of_person(person, self.day(starts)) {
                for (id, other) in self.sessions_in(group) {
                    if Some(id) != session
                        && other.stands()
                        && overlaps(other.starts, other.ends())
                        && !found(&|| self.meets(Some(person), id, other))
                    {
                        return;
                    }
                }
            }
        }
    }

    /// The groups a person belongs to, leads or co-leads on a day, in any role.
    fn groups_of_person(&self, person: Id<Person>, day: NaiveDate) -> Vec<Id<Group>> {
        let mut groups = Vec::new();
        for (enrolment, _) in self.enrolments_of(person) {
            let member = self.memberships_of(enrolment).filter(|(_, m)| m.on(day));
            groups.extend(member.map(|(_, m)| m.group));
            let leads = self.leads_of(enrolment).filter(|(_, lead)| lead.on(day));
            groups.extend(leads.map(|(group, _)| group));
        }
        groups.sort_unstable();
        groups.dedup();
        groups
    }

    /// The clash with another session.
    fn meets(&self, person: Option<Id<Person>>, id: Id<Session>, other: &Session) -> Clashing {
        let (from, to) = (self.local(other.starts), self.local(other.ends()));
        Clashing {
            person,
            why: format!(
                "{} is at {}-{}",
                self.session_title(id),
                from.format("%H:%M"),
                to.format("%H:%M")
            ),
            with: Some(id),
        }
    }

    /// Why somebody cannot come, seen from a day: `busy 16:30-17:30 (clinic)`, `leave until Fri 18 Apr`.
    fn why_busy(&self, busy: &Busy, seen_from: DateTime<Utc>) -> String {
        let (from, to) = (self.local(busy.starts), self.local(busy.ends));
        let whole_day = busy.ends - busy.starts >= TimeDelta::hours(23);
        let last_day = (busy.ends - TimeDelta::minutes(1)).with_timezone(&self.zone());
        let span = if !whole_day {
            format!(" {}-{}", from.format("%H:%M"), to.format("%H:%M"))
        } else if busy.kind == BusyKind::Holiday || last_day.date_naive() == self.day(seen_from) {
            String::new()
        } else {
            format!(" until {}", last_day.format("%a %-d %b"))
        };
        let what = if busy.what.is_empty() {
            String::new()
        } else {
            format!(" ({})", busy.what)
        };
        format!("{}{span}{what}", busy.kind)
    }

    /// Times at which nothing is in the way of a session: weekdays between 09:00 and 18:00 on the half hour, from
    /// `from` on, after the group's session before and before the one after, inside the round's window when it
    /// has one. Those that lie in everybody's free times come first, then by time.
    #[must_use]
    pub fn free_slots(
        &self,
        session: Id<Session>,
        from: DateTime<Utc>,
        how_many: usize,
    ) -> Vec<DateTime<Utc>> {
        let Some(is) = self.sessions.get(session) else {
            return Vec::new();
        };
        let of = |id: Option<Id<Session>>| id.and_then(|id| self.sessions.get(id));
        let first = of(self.session_before(session)).map_or(from, |before| from.max(before.ends()));
        let last = of(self.session_after(session)).map(|after| after.starts);
        let window = self.round_of(session).map(|round| (round.opens, round.closes));
        let (opens, closes) = window.unwrap_or_else(|| {
            let day = self.day(first);
            (day, day + TimeDelta::days(DAYS_BEYOND))
        });
        let begin = opens.max(self.day(first));
        let inside = self.slots_in(session, is, begin, closes, first, last);
        let mut slots = if inside.is_empty() {
            let begin = self.day(first);
            self.slots_in(
                session,
                is,
                begin,
                begin + TimeDelta::days(DAYS_BEYOND),
                first,
                last,
            )
        } else {
            inside
        };
        slots.sort_unstable();
        slots.into_iter().take(how_many).map(|(_, at)| at).collect()
    }

    /// The free slots of these days, with whether they miss somebody's free times.
    fn slots_in(
        &self,
        session: Id<Session>,
        is: &Session,
        opens: NaiveDate,
        closes: NaiveDate,
        first: DateTime<Utc>,
        last: Option<DateTime<Utc>>,
    ) -> Vec<(bool, DateTime<Utc>)> {
        let mut slots = Vec::new();
        for day in opens.iter_days().take_while(|day| *day <= closes) {
            if matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
                continue;
            }
            let expected = self.expected_in_any_order(is, day);
            for minute in OFFICE_MINUTES.step_by(STEP_MINUTES) {
                if minute + u32::from(is.minutes) > OFFICE_MINUTES.end {
                    break;
                }
                let time = NaiveTime::from_num_seconds_from_midnight_opt(minute * 60, 0);
                let Some(at) = time.and_then(|time| self.moment(day, time)) else {
                    continue;
                };
                let ends = at + TimeDelta::minutes(i64::from(is.minutes));
                if at < first || last.is_some_and(|last| ends > last) {
                    continue;
                }
                if self.is_free(session, is, &expected, at) {
                    let misses = expected
                        .iter()
                        .any(|one| !self.likes(one.enrolment, at, is.minutes));
                    slots.push((misses, at));
                }
            }
        }
        slots
    }

    /// Whether a meeting lies in somebody's free times; somebody who named none likes any.
    #[must_use]
    pub fn likes(&self, enrolment: Id<Enrolment>, starts: DateTime<Utc>, minutes: u16) -> bool {
        let Some(is) = self.enrolments.get(enrolment) else {
            return true;
        };
        let local = self.local(starts);
        is.availability.is_empty()
            || is
                .availability
                .iter()
                .any(|free| free.covers(local.weekday(), local.time(), minutes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Record;
    use crate::domain::sample::{at, day, now, person, session, world};

    #[test]
    fn a_busy_mentor_is_in_the_way() {
        let model = world();
        let clashes = model.clashes(session(&model, "CCIO-2/3"));
        let expected = Clashing {
            person: Some(person(&model, "Simon Whitfield")),
            why: "busy 16:30-17:30 (clinic)".into(),
            with: None,
        };
        assert_eq!(clashes, [expected]);
    }

    #[test]
    fn an_earlier_hour_is_free() {
        let model = world();
        let third = session(&model, "CCIO-2/3");
        assert_eq!(model.clashes_at(third, at(day(2025, 3, 19), 15, 0), 60), []);
    }

    #[test]
    fn a_bank_holiday_is_in_everybodys_way() {
        let model = world();
        let clashes = model.clashes_at(session(&model, "CCIO-2/4"), at(day(2025, 4, 18), 9, 0), 60);
        assert_eq!(clashes[0].person, None);
        assert_eq!(clashes[0].why, "bank holiday (Good Friday)");
    }

    #[test]
    fn nobody_is_in_two_sessions_at_once() {
        let mut model = world();
        let (one, two) = (session(&model, "CCIO-1/4"), session(&model, "CCIO-2/4"));
        let mentor = model.expected(one)[0].enrolment;
        let group_id = model
            .sessions
            .get(two)
            .and_then(|is| is.group)
            .expect("of a group");
        let mut group = model.groups.get(group_id).expect("there").clone();
        group.leads[0].enrolment = mentor;
        model.put(Record::Group(group_id, Box::new(group)), 1);
        let starts = model.sessions.get(one).expect("there").starts;
        let clashes = model.clashes_at(two, starts, 60);
        assert_eq!(clashes.len(), 1);
        assert_eq!(clashes[0].why, "CCIO-1 S4 is at 10:30-11:30");
        assert_eq!(clashes[0].with, Some(one));
    }

    #[test]
    fn free_slots_lie_after_now_inside_the_window_and_in_nobodys_way() {
        let model = world();
        let third = session(&model, "CCIO-2/3");
        let slots = model.free_slots(third, now(), 400);
        assert_eq!(slots[0], at(day(2025, 3, 18), 11, 0));
        assert!(slots.iter().all(|at| model.day(*at) <= day(2025, 3, 31)));
        assert!(slots.iter().all(|at| model.clashes_at(third, *at, 60).is_empty()));
        assert!(!slots.contains(&at(day(2025, 3, 19), 16, 0)));
    }

    #[test]
    fn slots_in_everybodys_free_times_come_first() {
        let model = world();
        let slots = model.free_slots(session(&model, "CCIO-1/4"), now(), 3);
        let tuesday = day(2025, 4, 1);
        assert_eq!(slots[0], at(tuesday, 8, 0), "09:00 in London in April");
    }
}
