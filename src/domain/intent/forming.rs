//! Groups for mentors who lead none: how a cohort comes to its first groups.

use chrono::NaiveDate;

use super::draft::Draft;
use super::grouping::Placement;
use crate::domain::{
    Change, Edit, Enrolment, Group, Id, Label, LeadRole, Mint, Model, Origin, Refusal, Role, Stream,
};

impl Model {
    /// A forming group for every mentor of the streams that have people waiting and no group yet, by name of the
    /// mentor, with the stream's next codes; a stream that has groups keeps its reserve of mentors. Empty where
    /// there is nothing to form.
    ///
    /// # Errors
    /// When a mentor cannot lead.
    pub fn form_groups(&self, mint: &mut Mint, day: NaiveDate) -> Result<Edit, Refusal> {
        let mut draft = Draft::on(self);
        let mut formed = 0;
        for stream in self.streams_without_groups() {
            let mentors = self.enrolments.iter().filter(|(id, is)| {
                is.role == Role::Mentor
                    && is.state.is_live()
                    && is.stream == stream
                    && !self
                        .leads_of(*id)
                        .any(|(_, lead)| lead.to.is_none_or(|to| to >= day))
            });
            let mentors: Vec<Id<Enrolment>> = self.by_name(mentors.map(|(id, _)| id));
            let codes = self.next_codes(stream, mentors.len())?;
            formed += mentors.len();
            for (mentor, code) in mentors.into_iter().zip(codes) {
                let group = draft.make(mint, Group::new(code, stream));
                self.lead(&mut draft, group, mentor, LeadRole::Lead, day)?;
            }
        }
        Ok(draft.edit(mint, "form", format!("{formed} groups")))
    }

    /// Applies a grouping proposal that was made for groups still to be formed (of [`Model::form_groups`]): forms
    /// those that somebody comes into and places everybody, as one edit.
    ///
    /// # Errors
    /// As [`Model::apply_placements`].
    pub fn form_and_place(
        &self,
        mint: &mut Mint,
        forming: &[Change],
        placements: &[Placement],
        day: NaiveDate,
    ) -> Result<Edit, Refusal> {
        let comes_into = |change: &&Change| {
            let group = change.id().of::<Group>();
            placements.iter().any(|placed| Some(placed.group) == group)
        };
        let mut changes: Vec<Change> = forming.iter().filter(comes_into).cloned().collect();
        let ahead = self.after(&changes);
        let placing = ahead.apply_placements(mint, placements, Origin::Grouping, day)?;
        if changes.is_empty() {
            return Ok(placing);
        }
        let groups = changes.len();
        changes.extend(placing.changes);
        let on = match (placements.len(), groups) {
            (1, _) => "1 person to a new group".to_owned(),
            (people, 1) => format!("{people} people to groups, 1 of them new"),
            (people, groups) => format!("{people} people to groups, {groups} of them new"),
        };
        Ok(self.edit(mint.nonce(), Label::new("place", on), changes))
    }

    /// Places the members of the groups that a mentor leaves, as one edit: the mentor's time with those groups ends
    /// the day before, and everybody of the proposal is placed.
    ///
    /// # Errors
    /// As [`Model::apply_placements`].
    pub fn go_on_without(
        &self,
        mint: &mut Mint,
        mentor: Id<Enrolment>,
        placements: &[Placement],
        day: NaiveDate,
    ) -> Result<Edit, Refusal> {
        let mut changes: Vec<Change> = Vec::new();
        let led: Vec<Id<Group>> = self
            .groups_led_by(mentor)
            .filter(|(_, is)| is.is_live() && is.lead_on(day) == Some(mentor))
            .map(|(group, _)| group)
            .collect();
        for group in &led {
            changes.extend(self.end_lead(mint, *group, mentor, day)?.changes);
        }
        let ahead = self.after(&changes);
        changes.extend(
            ahead
                .apply_placements(mint, placements, Origin::Grouping, day)?
                .changes,
        );
        let people = match placements.len() {
            1 => "1 person placed".to_owned(),
            n => format!("{n} people placed"),
        };
        let codes: Vec<String> = led.iter().map(|group| self.group_code(*group)).collect();
        let name = self.enrolled_name(mentor);
        let on = format!("{name} as mentor of {}, {people}", codes.join(", "));
        Ok(self.edit(mint.nonce(), Label::new("end", on), changes))
    }

    /// The streams that people wait for and that have no group.
    fn streams_without_groups(&self) -> Vec<Id<Stream>> {
        let waiting: Vec<Id<Stream>> = self
            .pool()
            .into_iter()
            .filter_map(|id| Some(self.enrolments.get(id)?.stream))
            .collect();
        let has_group = |stream: Id<Stream>| {
            self.groups
                .iter()
                .any(|(_, group)| group.is_live() && group.stream == stream)
        };
        let mut streams = self.streams_sorted();
        streams.retain(|stream| waiting.contains(stream) && !has_group(*stream));
        streams
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample::{day, now, world};
    use crate::domain::{AdminRole, GroupState, Record};

    /// The small world before anybody had a group.
    fn unmatched() -> Model {
        let mut model = world();
        let gone: Vec<_> = model.sessions.ids().map(Into::into).collect();
        let gone = gone.into_iter().chain(model.memberships.ids().map(Into::into));
        let gone: Vec<_> = gone.chain(model.groups.ids().map(Into::into)).collect();
        gone.into_iter().for_each(|id| model.take(id));
        model
    }

    #[test]
    fn every_mentor_of_a_stream_without_groups_gets_one() {
        let model = unmatched();
        let on = day(2025, 1, 6);
        let edit = model
            .form_groups(&mut Mint::seeded(3), on)
            .expect("they can lead");
        let after = model.after(&edit.changes);
        let mentors = model.enrolments.iter().filter(|(_, is)| is.role == Role::Mentor);
        assert_eq!(after.groups.ids().count(), mentors.count());
        for (id, group) in after.groups.iter() {
            let lead = group.lead_on(on).expect("it has a lead");
            let is = after.enrolments.get(lead).expect("there");
            assert_eq!(is.stream, group.stream, "{}", after.group_code(id));
            assert_eq!(group.state, GroupState::Active, "the cohort runs");
        }
        assert!(model.admit(&edit, AdminRole::Editor, now()).is_ok());
    }

    #[test]
    fn a_stream_that_has_groups_keeps_its_reserve_of_mentors() {
        let mut model = world();
        let of = |model: &Model| model.groups.ids().next().expect("one");
        let group = of(&model);
        let mut is = model.groups.get(group).expect("there").clone();
        is.leads.clear();
        model.put(Record::Group(group, Box::new(is)), 50);
        let edit = model
            .form_groups(&mut Mint::seeded(3), day(2025, 3, 19))
            .expect("they can lead");
        assert!(edit.is_empty());
    }

    #[test]
    fn only_groups_that_somebody_comes_into_are_formed() {
        let model = unmatched();
        let on = day(2025, 1, 6);
        let mut mint = Mint::seeded(3);
        let forming = model.form_groups(&mut mint, on).expect("they can lead");
        let ahead = model.after(&forming.changes);
        let group = ahead.groups_sorted()[0];
        let stream = ahead.groups.get(group).expect("there").stream;
        let of_stream = |id: &Id<Enrolment>| ahead.enrolments.get(*id).is_some_and(|is| is.stream == stream);
        let enrolment = ahead.pool().into_iter().find(of_stream).expect("somebody waits");
        let placements = [Placement {
            enrolment,
            group,
            reason: "fit 80".to_owned(),
        }];
        let edit = model
            .form_and_place(&mut mint, &forming.changes, &placements, on)
            .expect("it can be");
        assert!(model.admit(&edit, AdminRole::Editor, now()).is_ok());
        let after = model.after(&edit.changes);
        assert_eq!(after.groups.ids().collect::<Vec<_>>(), [group]);
        assert_eq!(after.members(group), [enrolment]);
    }

    #[test]
    fn going_on_without_a_mentor_ends_the_lead_and_places_the_members() {
        let model = world();
        let on = day(2025, 3, 20);
        let led = |model: &Model, group| model.groups.get(group).and_then(|is: &Group| is.lead_on(on));
        let [from, to] = ["CCIO-1", "CCIO-2"].map(|code| crate::domain::sample::group(&model, code));
        let mentor = led(&model, from).expect("it has a mentor");
        let moved = model.members(from)[0];
        let placements = [Placement {
            enrolment: moved,
            group: to,
            reason: "fit 70".to_owned(),
        }];
        let edit = model
            .go_on_without(&mut Mint::seeded(3), mentor, &placements, on)
            .expect("it can be");
        let after = model.after(&edit.changes);
        assert_eq!(led(&after, from), None);
        assert!(after.members(to).contains(&moved) && !after.members(from).contains(&moved));
        assert!(model.admit(&edit, AdminRole::Editor, now()).is_ok());
    }
}
