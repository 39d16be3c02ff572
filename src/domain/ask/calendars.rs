//! What stands in whose calendar, and what has to be taken out of it again.

use crate::domain::{Group, Id, Model, Person, Session};

/// The sessions of a calendar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diary {
    /// Those that stand, by date.
    pub stands: Vec<Id<Session>>,
    /// Those that may stand in somebody's calendar and should not: cancelled and postponed ones, and those of a
    /// group that the person has left; by date.
    pub gone: Vec<Id<Session>>,
}

impl Diary {
    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.stands.is_empty() && self.gone.is_empty()
    }
}

impl Model {
    /// The calendar of the whole cohort, workshops included.
    #[must_use]
    pub fn diary(&self) -> Diary {
        self.sorted_diary(self.sessions.iter().map(|(id, is)| (id, is.stands())))
    }

    /// The calendar of a group; workshops are everybody's and stand in it too.
    #[must_use]
    pub fn diary_of_group(&self, group: Id<Group>) -> Diary {
        let of_group = self
            .sessions
            .iter()
            .filter(|(_, is)| is.group.is_none_or(|its| its == group));
        self.sorted_diary(of_group.map(|(id, is)| (id, is.stands())))
    }

    /// The calendar of a person: every session at which the person is expected, in whatever role; and to be taken
    /// out again what was cancelled, and what a group does after the person has left it.
    #[must_use]
    pub fn diary_of_person(&self, person: Id<Person>) -> Diary {
        let parts: Vec<_> = self.enrolments_of(person).map(|(id, _)| id).collect();
        let of_interest = self.sessions.iter().filter_map(|(id, is)| {
            let expected = parts.iter().any(|part| self.is_expected(is, *part));
            let left = || parts.iter().any(|part| self.has_left(is, *part));
            (expected || left()).then_some((id, expected && is.stands()))
        });
        self.sorted_diary(of_interest)
    }

    /// Whether somebody belonged to (or led) the session's group before its day, and does no longer.
    pub(crate) fn has_left(&self, session: &Session, part: Id<crate::domain::Enrolment>) -> bool {
        let day = self.day(session.starts);
        let here = |group: Id<Group>| session.group.is_none_or(|its| its == group);
        let was_member = self
            .memberships_of(part)
            .any(|(_, m)| here(m.group) && m.from <= day);
        let was_lead = self
            .leads_of(part)
            .any(|(group, lead)| here(group) && lead.from <= day);
        // Who is between two groups is still welcome at a workshop; who left the cohort is not.
        let stays = session.group.is_none() && self.takes_part_on(part, day);
        (was_member || was_lead) && !stays && !self.is_expected(session, part)
    }

    fn sorted_diary(&self, found: impl Iterator<Item = (Id<Session>, bool)>) -> Diary {
        let mut diary = Diary::default();
        for (id, stands) in found {
            if stands {
                diary.stands.push(id);
            } else {
                diary.gone.push(id);
            }
        }
        let by_date = |ids: &mut Vec<Id<Session>>| {
            ids.sort_by_key(|id| (self.sessions.get(*id).map(|is| is.starts), *id));
        };
        by_date(&mut diary.stands);
        by_date(&mut diary.gone);
        diary
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::Mint;
    use crate::domain::sample::world;

    #[test]
    fn who_moves_loses_the_old_groups_sessions_and_gains_the_new_ones() {
        let mut model = world();
        let groups = model.groups_sorted();
        let (from, to) = (groups[0], groups[1]);
        let mentee = model.members(from)[0];
        let person = model.enrolments.get(mentee).unwrap().person;
        let before = model.diary_of_person(person);
        let day = chrono::NaiveDate::from_ymd_opt(2025, 4, 1).unwrap();
        let edit = model
            .move_to(&mut Mint::seeded(3), &[mentee], Some(to), day, "a better fit")
            .unwrap();
        model.try_on(&edit.changes);
        let after = model.diary_of_person(person);
        let late = |id| model.day(model.sessions.get(id).unwrap().starts) > day;
        for id in before.stands {
            let of_old = model.sessions.get(id).unwrap().group == Some(from);
            assert_eq!(after.gone.contains(&id), of_old && late(id));
            assert_eq!(after.stands.contains(&id), !(of_old && late(id)));
        }
    }

    #[test]
    fn a_cancelled_session_is_taken_out_of_every_calendar() {
        let mut model = world();
        let group = model.groups_sorted()[0];
        let stands = model.diary_of_group(group).stands;
        let last = *stands.last().unwrap();
        let edit = model
            .cancel(&mut Mint::seeded(3), last, "the mentor is ill")
            .unwrap();
        model.try_on(&edit.changes);
        let after = model.diary_of_group(group);
        assert!(after.gone.contains(&last) && !after.stands.contains(&last));
        assert!(model.diary().gone.contains(&last));
    }
}
