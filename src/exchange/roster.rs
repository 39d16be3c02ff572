//! A roster: who took part in a cohort, as what and in which group, from an earlier year's list.
//!
//! It makes people, participations, groups and memberships with their dates. Somebody who left before the end has
//! withdrawn. Who is in another group here than in the file is left there, with a warning.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Months, NaiveDate, Utc};

use super::columns::{Columns, Field};
use super::intake::{
    Acquaintances, Act, Addresses, Draft, DuplicateRow, PersonRow, Preview, Reader, RefusedRow, Taken,
};
use super::sheet::{Sheet, SheetRow};
use super::since::Since;
use super::value::{self, DayOrder};
use crate::domain::text::{clean_name, fold, fold_email};
use crate::domain::{
    Cohort, CohortState, Edit, EndedBy, Ending, Enrolment, EnrolmentState, Group, GroupState, Id, Label,
    Lead, LeadRole, Membership, Mint, Model, Origin, Person, Record, Role,
};

/// Months after the cohort's last day for which a participant is kept (rule 16).
const KEPT: Months = Months::new(24);

/// A roster that was read, and what taking it in would do.
#[derive(Clone, Debug)]
pub struct Roster {
    /// What it would do, row by row.
    pub preview: Preview,
    /// The edit that does it.
    pub edit: Edit,
}

/// One row, read.
struct Part {
    who: PersonRow,
    role: Role,
    group: String,
    from: NaiveDate,
    left: Option<NaiveDate>,
    attended: Option<u32>,
}

/// What stays the same for every row, and the groups as the file fills them.
struct Book<'a> {
    model: &'a Model,
    reader: Reader<'a>,
    cohort: Cohort,
    /// How dates are written in the columns of first and last days.
    order: DayOrder,
    /// How many sessions there were, when the heading says so.
    of: Option<u32>,
    today: NaiveDate,
    groups: HashMap<String, Id<Group>>,
    sizes: BTreeMap<Id<Group>, u8>,
}

/// Draws up what taking in a roster does.
#[must_use]
pub(super) fn roster(
    model: &Model,
    mint: &mut Mint,
    sheet: &Sheet,
    columns: &Columns,
    now: DateTime<Utc>,
    since: &Since<'_>,
) -> Roster {
    let dates = [Field::Started, Field::Left]
        .into_iter()
        .filter_map(|field| columns.column(field));
    let dates: Vec<usize> = dates.collect();
    let cells = sheet
        .rows
        .iter()
        .flat_map(|row| dates.iter().map(|column| row.cell(*column)));
    let mut book = Book {
        model,
        reader: Reader::new(model, sheet, columns),
        cohort: model.settings(),
        order: value::day_order(cells),
        of: sessions_in_heading(sheet, columns),
        today: model.day(now),
        groups: HashMap::new(),
        sizes: BTreeMap::new(),
    };
    let mut preview = Preview {
        rows: sheet.rows.len(),
        ..Preview::default()
    };
    let mut parts = Vec::new();
    let mut addresses = Addresses::default();
    for row in &sheet.rows {
        match book.part(row, &mut addresses, &mut preview) {
            Ok(part) => parts.push(part),
            Err(refused) => preview.refused.push(refused),
        }
    }
    let parts = last_of_each(parts, &mut preview);

    let mut draft = Draft::on(model);
    let mut people = Acquaintances::of(model);
    // Mentors first: a group needs its lead before its members.
    for role in [Role::Mentor, Role::Mentee] {
        for part in parts.iter().filter(|part| part.role == role) {
            let (person, changed) = people.take(&mut draft, mint, &part.who, since, &mut preview);
            let act = book.take(&mut draft, mint, person, part, &mut preview);
            let act = if act == Act::Same && !changed.is_empty() {
                Act::Change
            } else {
                act
            };
            preview.left_early += usize::from(part.left.is_some());
            preview.taken.push(Taken {
                row: part.who.row,
                act,
                name: part.who.person.name.clone(),
                what: changed,
            });
        }
    }
    book.raise_limits(&mut draft, &mut preview);
    preview.taken.sort_by_key(|taken| taken.row);
    let count = preview.count(Act::Add) + preview.count(Act::Change);
    let label = Label::new("import", format!("roster of {count} people from {}", sheet.file));
    Roster {
        preview,
        edit: model.edit(mint.nonce(), label, draft.changes()),
    }
}

/// The number in a heading such as `Sessions attended (of 6)`.
fn sessions_in_heading(sheet: &Sheet, columns: &Columns) -> Option<u32> {
    let heading = sheet.header.get(columns.column(Field::Attended)?)?;
    let digits = heading
        .split(|c: char| !c.is_ascii_digit())
        .find(|part| !part.is_empty());
    digits?.parse().ok()
}

/// Of each person and role the last row of the sheet.
fn last_of_each(parts: Vec<Part>, preview: &mut Preview) -> Vec<Part> {
    let key = |part: &Part| (fold_email(&part.who.person.email).into_owned(), part.role);
    let mut last: HashMap<_, u32> = HashMap::new();
    let mut again = Vec::new();
    for part in &parts {
        if let Some(of_row) = last.insert(key(part), part.who.row) {
            again.push((part.who.row, of_row, key(part)));
        }
    }
    for (row, of_row, key) in again {
        preview.duplicates.push(DuplicateRow {
            row,
            of_row,
            kept: last[&key],
            email: key.0,
        });
    }
    parts
        .into_iter()
        .filter(|part| last[&key(part)] == part.who.row)
        .collect()
}

impl Book<'_> {
    /// What a row says.
    fn part(
        &self,
        row: &SheetRow,
        addresses: &mut Addresses,
        preview: &mut Preview,
    ) -> Result<Part, RefusedRow> {
        let columns = self.reader.columns;
        let who = self.reader.person(self.model, row, preview)?;
        addresses.check(&self.reader, &who)?;
        let refused = |why: &str, value: String, field: Field| RefusedRow {
            row: row.line,
            why: why.to_owned(),
            value,
            email: who.person.email.clone(),
            field: self.reader.heading(field),
        };
        let role_text = self.reader.line(row, Field::Role);
        let Some(role) = value::role(&role_text) else {
            return Err(refused("neither mentor nor mentee", role_text, Field::Role));
        };
        let day = |field: Field| {
            let cell = columns.cell(row, field);
            value::day(cell, self.order).map_err(|why| refused(&why, cell.text().into_owned(), field))
        };
        let from = day(Field::Started)?.unwrap_or(self.cohort.first_day);
        let left = day(Field::Left)?;
        if left.is_some_and(|left| left < from) {
            return Err(refused(
                "left before the start",
                columns.text(row, Field::Left).into_owned(),
                Field::Left,
            ));
        }
        let attended = columns.cell(row, Field::Attended);
        let read = value::whole_number(attended);
        if read.is_none() && !attended.is_empty() {
            preview.warn(
                row.line,
                format!("sessions attended, {}, is no number", attended.text()),
            );
        }
        Ok(Part {
            role,
            group: clean_name(&columns.text(row, Field::Group)).text,
            from,
            left: left.filter(|left| *left < self.cohort.last_day),
            attended: read,
            who,
        })
    }

    /// Brings one row in.
    fn take(
        &mut self,
        draft: &mut Draft<'_>,
        mint: &mut Mint,
        person: Id<Person>,
        part: &Part,
        preview: &mut Preview,
    ) -> Act {
        self.keep_until(draft, person);
        let known = self.model.enrolment_of(person, part.role);
        let enrolment = known.unwrap_or_else(|| mint.id());
        let mut act = Act::Same;
        match known.and_then(|id| self.model.enrolments.get(id)) {
            None => {
                draft.put(Record::Enrolment(
                    enrolment,
                    Box::new(self.enrolment(person, part)),
                ));
                act = Act::Add;
            }
            Some(is) => {
                if is.stream != part.who.stream {
                    let code = self.model.stream_code(is.stream);
                    preview.warn(
                        part.who.row,
                        format!(
                            "{} takes part in {code} here and stays there",
                            part.who.person.name
                        ),
                    );
                }
                if let Some(ended) = self.withdrawal(part).filter(|_| is.state.is_live()) {
                    let left = Enrolment {
                        state: EnrolmentState::Withdrawn,
                        ended: Some(ended),
                        ..is.clone()
                    };
                    draft.put(Record::Enrolment(enrolment, Box::new(left)));
                    act = Act::Change;
                }
            }
        }
        if part.group.is_empty() {
            return act;
        }
        let group = self.group(draft, mint, part);
        let placed = match part.role {
            Role::Mentor => self.lead(draft, group, enrolment, part),
            Role::Mentee => self.place(draft, mint, group, enrolment, part, preview),
        };
        if placed && act == Act::Same {
            Act::Change
        } else {
            act
        }
    }

    /// Dates the going of a participant's data (rule 16).
    fn keep_until(&self, draft: &mut Draft<'_>, person: Id<Person>) {
        if let Some(is) = draft.person(person) {
            let until = is.retain_until.max(self.cohort.last_day.checked_add_months(KEPT));
            if until == is.retain_until {
                return;
            }
            let kept = Person {
                retain_until: until,
                ..is.clone()
            };
            draft.put(Record::Person(person, Box::new(kept)));
        }
    }

    fn withdrawal(&self, part: &Part) -> Option<Ending> {
        part.left.map(|on| Ending {
            on,
            reason: "left early, by the roster".to_owned(),
            by: match part.role {
                Role::Mentor => EndedBy::Mentor,
                Role::Mentee => EndedBy::Mentee,
            },
        })
    }

    /// The participation that a row means, ended when the cohort is over and the row says how.
    fn enrolment(&self, person: Id<Person>, part: &Part) -> Enrolment {
        let is_over = self.cohort.last_day < self.today;
        let running = matches!(self.cohort.state, CohortState::Running | CohortState::Evaluating);
        let (state, ended) = match (self.withdrawal(part), part.attended) {
            (Some(ended), _) => (EnrolmentState::Withdrawn, Some(ended)),
            (None, Some(times)) if is_over => {
                let completes = part.role == Role::Mentor || times >= u32::from(self.cohort.to_complete);
                let state = if completes {
                    EnrolmentState::Completed
                } else {
                    EnrolmentState::DidNotComplete
                };
                let ended = Ending {
                    on: self.cohort.last_day.max(part.from),
                    reason: attended(times, self.of),
                    by: EndedBy::Formal,
                };
                (state, Some(ended))
            }
            (None, _) if is_over || running => (EnrolmentState::Active, None),
            (None, _) => (EnrolmentState::Confirmed, None),
        };
        Enrolment {
            person,
            role: part.role,
            stream: part.who.stream,
            second_stream: None,
            stage: None,
            wishes: Vec::new(),
            availability: Vec::new(),
            capacity: None,
            from: part.from,
            state,
            ended,
            note: part
                .attended
                .map(|times| attended(times, self.of))
                .unwrap_or_default(),
        }
    }

    /// The group with the row's code, made when there is none.
    fn group(&mut self, draft: &mut Draft<'_>, mint: &mut Mint, part: &Part) -> Id<Group> {
        let code = fold(&part.group);
        if let Some(id) = self.groups.get(&code) {
            return *id;
        }
        let known = self
            .model
            .groups
            .iter()
            .find(|(_, is)| is.is_live() && fold(&is.code) == code);
        let id = known.map_or_else(|| mint.id(), |(id, _)| id);
        if known.is_none() {
            let group = Group::new(part.group.clone(), part.who.stream);
            draft.put(Record::Group(id, Box::new(group)));
        }
        self.groups.insert(code, id);
        id
    }

    /// Gives a group its mentor: the first of the file leads, others help.
    fn lead(&self, draft: &mut Draft<'_>, group: Id<Group>, enrolment: Id<Enrolment>, part: &Part) -> bool {
        let Some(Record::Group(_, mut is)) = draft.get(group.into()) else {
            return false;
        };
        if is.leads.iter().any(|lead| lead.enrolment == enrolment) {
            return false;
        }
        let overlaps = |lead: &Lead| {
            lead.role == LeadRole::Lead
                && lead.to.is_none_or(|to| to >= part.from)
                && part.left.is_none_or(|left| lead.from <= left)
        };
        let role = if is.leads.iter().any(overlaps) {
            LeadRole::Co
        } else {
            LeadRole::Lead
        };
        is.leads.push(Lead {
            enrolment,
            role,
            from: part.from,
            to: part.left,
        });
        let has_begun = self.cohort.first_day <= self.today;
        if is.state == GroupState::Forming && has_begun && part.left.is_none() {
            is.state = GroupState::Active;
        }
        draft.put(Record::Group(group, is))
    }

    /// Places a mentee for the time the row says.
    fn place(
        &mut self,
        draft: &mut Draft<'_>,
        mint: &mut Mint,
        group: Id<Group>,
        enrolment: Id<Enrolment>,
        part: &Part,
        preview: &mut Preview,
    ) -> bool {
        let present = self
            .model
            .memberships_of(enrolment)
            .max_by_key(|(_, is)| (is.in_force(), is.from));
        if let Some((id, is)) = present {
            if is.group != group {
                let code = self.model.group_code(is.group);
                preview.warn(
                    part.who.row,
                    format!("{} is in {code} here and stays there", part.who.person.name),
                );
            } else if is.in_force() && part.left.is_some() {
                let ended = Membership {
                    to: part.left,
                    ..is.clone()
                };
                return draft.put(Record::Membership(id, Box::new(ended)));
            }
            return false;
        }
        if part.left.is_none() {
            *self.sizes.entry(group).or_default() += 1;
        }
        let membership = Membership {
            enrolment,
            group,
            from: part.from,
            to: part.left,
            locked: false,
            origin: Origin::Import,
            reason: String::new(),
        };
        draft.put(Record::Membership(mint.id(), Box::new(membership)))
    }

    /// A roster says what was, whatever the limit of a group is today: the limit follows.
    fn raise_limits(&self, draft: &mut Draft<'_>, preview: &mut Preview) {
        for (id, new) in &self.sizes {
            let before = u8::try_from(self.model.members(*id).len()).unwrap_or(u8::MAX);
            let size = before.saturating_add(*new);
            let Some(Record::Group(_, mut is)) = draft.get((*id).into()) else {
                continue;
            };
            if size > is.max.unwrap_or(self.cohort.group_max) {
                preview.warnings.push(format!(
                    "{} has {size} mentees: its limit is raised to that",
                    is.code
                ));
                is.max = Some(size);
                draft.put(Record::Group(*id, is));
            }
        }
    }
}

/// How often somebody came, in words.
fn attended(times: u32, of: Option<u32>) -> String {
    match of {
        Some(of) => format!("attended {times} of {of} sessions"),
        None => format!("attended {times} sessions"),
    }
}
