//! Rows about people pasted from a spreadsheet, compared with the cohort: added, changed field by field, the same, or
//! refused with the reason. Nothing is changed by reading them; what is included becomes one edit.
//!
//! A row is matched by address, then by earlier address; an empty cell says nothing about the field (rule 17).

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};

use super::columns::{Columns, Field};
use super::problem::FileProblem;
use super::sheet::{Sheet, SheetRow, read_sheet};
use super::value;
use crate::domain::field;
use crate::domain::text::{email_problem, fold, fold_email};
use crate::domain::{
    Edit, Enrolment, Group, Id, Joining, Label, Mint, Model, Participant, Person, Refusal, Role, Stage,
    Stream,
};

/// The columns that are understood, with the key of the field each holds, in the order shown.
const KEYS: &[(Field, &str)] = &[
    (Field::Name, "name"),
    (Field::KnownAs, "known_as"),
    (Field::Email, "email"),
    (Field::Phone, "phone"),
    (Field::Organisation, "organisation"),
    (Field::Region, "region"),
    (Field::JobTitle, "job_title"),
    (Field::Role, "role"),
    (Field::Stream, "stream"),
    (Field::Stage, "stage"),
    (Field::LineManager, "line_manager"),
    (Field::AccessNeeds, "access_needs"),
    (Field::Capacity, "capacity"),
    (Field::Group, "group"),
    (Field::Note, "note"),
];

/// What a row would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    /// Somebody joins.
    Add,
    /// Fields of somebody who is here change.
    Change,
    /// Everything is so already.
    Same,
    /// It cannot be taken.
    Refuse,
}

impl Does {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Change => "change",
            Self::Same => "same",
            Self::Refuse => "refuse",
        }
    }
}

/// One pasted row, and what it would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeopleRow {
    /// The number of the row as pasted, 1 being the first.
    pub line: u32,
    /// What it says, by key of the field; fields it says nothing about are not there.
    pub values: BTreeMap<&'static str, String>,
    /// What it would do.
    pub does: Does,
    /// Whom it is about, when the programme knows the person.
    pub person: Option<Id<Person>>,
    /// The fields it would change: key, before, after.
    pub changes: Vec<(&'static str, String, String)>,
    /// Why it does what it does, a sentence each.
    pub why: Vec<String>,
    /// The field that is wrong, when it is refused for one.
    pub wrong: Option<&'static str>,
}

impl PeopleRow {
    /// What the row says for a field; nothing when it says nothing.
    #[must_use]
    pub fn value(&self, key: &str) -> &str {
        self.values.get(key).map_or("", String::as_str)
    }
}

/// Pasted rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeopleRows {
    /// The keys of the fields found, in the order of forms.
    pub found: Vec<&'static str>,
    /// Headings that were not understood.
    pub unknown: Vec<String>,
    /// The rows.
    pub rows: Vec<PeopleRow>,
}

/// One act of an edit.
enum Act<'r> {
    Add(&'r PeopleRow),
    Set(Id<Person>, &'static str, &'r str),
    Move(Id<Enrolment>, Id<Group>),
}

impl PeopleRows {
    /// Reads pasted text and compares it with the cohort.
    ///
    /// # Errors
    /// When it is no table, or no column holds a name or an address.
    pub fn read(model: &Model, text: &str) -> Result<Self, FileProblem> {
        let mut sheet = read_sheet("pasted rows", text.as_bytes())?;
        let mut columns = Columns::find(&sheet, &[]);
        if !columns.has(Field::Email) && !columns.has(Field::Name) && !columns.has(Field::Surname) {
            guess_headings(model, &mut sheet);
            columns = Columns::find(&sheet, &[]);
        }
        let known: Vec<&(Field, &str)> = KEYS.iter().filter(|(field, _)| columns.has(*field)).collect();
        if known.is_empty() && !columns.has(Field::Surname) {
            return Err(FileProblem::whole(
                "pasted rows",
                "no column holds a name or an address",
                "copy the row of headings too: Name, Mail, Trust, Stream",
            ));
        }
        let mut found: Vec<&'static str> = known.iter().map(|(_, key)| *key).collect();
        if columns.has(Field::Surname) && !found.contains(&"name") {
            found.insert(0, "name");
        }
        let unknown = columns.unknown(&sheet);
        let unknown = unknown
            .into_iter()
            .filter_map(|column| sheet.header.get(column).cloned())
            .collect();
        let rows = sheet.rows.iter().map(|row| blank(row, &columns)).collect();
        let mut read = Self { found, unknown, rows };
        read.judge(model);
        Ok(read)
    }

    /// How many rows do this.
    #[must_use]
    pub fn count(&self, does: Does) -> usize {
        self.rows.iter().filter(|row| row.does == does).count()
    }

    /// Changes what a row says for a field, and looks at all rows again.
    pub fn set(&mut self, model: &Model, row: usize, key: &'static str, text: &str) {
        if let Some(row) = self.rows.get_mut(row) {
            row.values.remove(key);
            if !text.trim().is_empty() {
                row.values.insert(key, text.trim().to_owned());
            }
        }
        self.judge(model);
    }

    /// Decides what each row would do.
    fn judge(&mut self, model: &Model) {
        let mut seen: HashMap<String, u32> = HashMap::new();
        for row in &mut self.rows {
            row.does = Does::Refuse;
            row.person = None;
            row.changes = Vec::new();
            row.wrong = None;
            row.why = match judged(model, row, &seen) {
                Ok(why) => why,
                Err((wrong, why)) => {
                    row.does = Does::Refuse;
                    row.wrong = Some(wrong);
                    vec![why]
                }
            };
            let address = fold_email(row.value("email")).into_owned();
            if !address.is_empty() {
                seen.entry(address).or_insert(row.line);
            }
        }
    }

    /// One edit of the rows with these numbers.
    ///
    /// # Errors
    /// What the first row that cannot be taken is refused for.
    pub fn edit(
        &self,
        model: &Model,
        mint: &mut Mint,
        included: &[usize],
        now: DateTime<Utc>,
    ) -> Result<Edit, Refusal> {
        let rows: Vec<&PeopleRow> = included.iter().filter_map(|nth| self.rows.get(*nth)).collect();
        let mut acts: Vec<(u32, Act<'_>)> = Vec::new();
        for row in &rows {
            match (row.does, row.person) {
                (Does::Add, _) => acts.push((row.line, Act::Add(row))),
                (Does::Change, Some(person)) => {
                    for (key, _, after) in &row.changes {
                        let group = (*key == "group").then(|| model.find_group(after)).transpose()?;
                        let enrolment = model.participant(person).and_then(|part| part.enrolment);
                        acts.push((
                            row.line,
                            match (group, enrolment) {
                                (Some(group), Some(enrolment)) => Act::Move(enrolment, group),
                                _ => Act::Set(person, key, after.as_str()),
                            },
                        ));
                    }
                }
                _ => {}
            }
        }
        let count = |does| rows.iter().filter(|row| row.does == does).count();
        let on = format!(
            "{} rows: {} added, {} changed",
            rows.len(),
            count(Does::Add),
            count(Does::Change)
        );
        let day = model.day(now);
        model.together(
            mint,
            Label::new("paste", on),
            &acts,
            |model, (line, act), mint| {
                let built = match act {
                    Act::Add(row) => add(model, mint, row, now),
                    Act::Set(person, key, text) => model.set_person_field(mint, &[*person], key, text, now),
                    Act::Move(enrolment, group) => {
                        model.move_to(mint, &[*enrolment], Some(*group), day, "pasted")
                    }
                };
                built.map_err(|refusal| Refusal {
                    what: format!("row {line}: {}", refusal.what),
                    ..refusal
                })
            },
        )
    }
}

/// A row as read, not yet compared.
fn blank(row: &SheetRow, columns: &Columns) -> PeopleRow {
    let mut values = BTreeMap::new();
    for (field, key) in KEYS {
        let text = match field {
            Field::Name => value::name(&columns.written_name(row), columns.surname_first()).text,
            field => columns.text(row, *field).into_owned(),
        };
        if !text.is_empty() {
            values.insert(*key, text);
        }
    }
    PeopleRow {
        line: row.line,
        values,
        does: Does::Refuse,
        person: None,
        changes: Vec::new(),
        why: Vec::new(),
        wrong: None,
    }
}

/// Headings for rows that were copied without them: told from what stands in the columns.
fn guess_headings(model: &Model, sheet: &mut Sheet) {
    let mut plain = ["name", "organisation", "job title", "region"].into_iter();
    let mut headings = Vec::new();
    for column in 0..sheet.width() {
        let texts = || {
            sheet
                .rows
                .iter()
                .map(|row| row.cell(column).text())
                .filter(|t| !t.trim().is_empty())
        };
        let all = |test: &dyn Fn(&str) -> bool| texts().next().is_some() && texts().all(|text| test(&text));
        headings.push(
            if all(&|text| text.contains('@')) && !headings.contains(&"email") {
                "email"
            } else if all(&|text| value::role(text).is_some()) {
                "role"
            } else if all(&|text| stream(model, text).is_some()) {
                "stream"
            } else if all(&|text| model.find_group(text).is_ok()) {
                "group"
            } else if texts().next().is_some() {
                plain.next().unwrap_or("")
            } else {
                ""
            },
        );
    }
    // A table of which nothing but text is known is no list of people.
    if headings.contains(&"email") || headings.contains(&"stream") {
        sheet.header = headings.into_iter().map(str::to_owned).collect();
    }
}

/// The stream somebody means.
fn stream(model: &Model, text: &str) -> Option<Id<Stream>> {
    let ids = model.streams_sorted();
    let names: Vec<(&str, &str)> = ids
        .iter()
        .filter_map(|id| model.streams.get(*id))
        .map(|is| (is.code.as_str(), is.name.as_str()))
        .collect();
    value::stream(text, &names).and_then(|nth| ids.get(nth).copied())
}

/// What a row would do, and why; or the field that is wrong and why it is refused.
fn judged(
    model: &Model,
    row: &mut PeopleRow,
    seen: &HashMap<String, u32>,
) -> Result<Vec<String>, (&'static str, String)> {
    let address = row.value("email").to_owned();
    let name = row.value("name").to_owned();
    if address.is_empty() && name.is_empty() {
        return Err(("name", "Name and mail are empty.".to_owned()));
    }
    if address.is_empty() {
        let here = model.find_person(&name).is_ok();
        return Err((
            "email",
            if here {
                format!(
                    "Mail is empty, and somebody called {name} is here: the address says whether it is the same."
                )
            } else {
                "Mail is empty. e types one, Space leaves the row out.".to_owned()
            },
        ));
    }
    if let Some(wrong) = email_problem(&address) {
        return Err(("email", format!("{}: {address}.", sentence(wrong))));
    }
    if let Some(line) = seen.get(&*fold_email(&address)) {
        return Err(("email", format!("The same address as in row {line}.")));
    }
    read_words(model, row)?;
    let known = known(model, &address);
    let Some(person) = known else {
        return joins(model, row, None);
    };
    row.person = Some(person);
    let role = Role::from_word(row.value("role"));
    let parts = model.parts_of(person);
    let part = parts
        .iter()
        .find(|part| role.is_none_or(|role| role == part.role));
    let Some(part) = part.or(parts.first()) else {
        return joins(model, row, Some(person));
    };
    compare(model, row, part);
    let who = model.name_of(person);
    let present = model
        .people
        .get(person)
        .is_some_and(|is| fold_email(&is.email) == fold_email(&address));
    let by = if present { "same mail" } else { "an earlier mail" };
    row.does = if row.changes.is_empty() {
        Does::Same
    } else {
        Does::Change
    };
    let mut why = vec![format!("{who} exists ({by}).")];
    why.extend(row.changes.iter().map(|(key, before, after)| {
        let before = if before.is_empty() { "nothing" } else { before };
        let label = field::of_person(key).map_or(*key, |field| field.label);
        format!("{}   {before} -> {after}", label.to_uppercase())
    }));
    why.push(
        if row.changes.is_empty() {
            "Everything is so already."
        } else {
            "Other fields are the same."
        }
        .to_owned(),
    );
    Ok(why)
}

/// The person who has this address, or had it.
fn known(model: &Model, address: &str) -> Option<Id<Person>> {
    let folded = fold_email(address);
    let have: Vec<_> = model.people_with_email(address).collect();
    let present = have.iter().find(|(_, is)| fold_email(&is.email) == folded);
    present.or(have.first()).map(|(id, _)| *id)
}

/// Puts words of role, stream, stage and group into the words of the program.
fn read_words(model: &Model, row: &mut PeopleRow) -> Result<(), (&'static str, String)> {
    let values = row.values.clone();
    let mut say = |key: &'static str, read: Option<String>, unreadable: String| match read {
        Some(word) => {
            row.values.insert(key, word);
            Ok(())
        }
        None => Err((key, unreadable)),
    };
    let text =
        |row: &BTreeMap<&'static str, String>, key: &str| row.get(key).cloned().filter(|t| !t.is_empty());
    if let Some(role) = text(&values, "role") {
        say(
            "role",
            value::role(&role).map(|r| r.to_string()),
            format!("{role} is neither mentor nor mentee."),
        )?;
    }
    if let Some(code) = text(&values, "stream") {
        let read = stream(model, &code).map(|id| model.stream_code(id));
        let there: Vec<String> = model
            .streams_sorted()
            .into_iter()
            .map(|id| model.stream_code(id))
            .collect();
        say(
            "stream",
            read,
            format!("No stream is called {code}: there are {}.", there.join(", ")),
        )?;
    }
    if let Some(stage) = text(&values, "stage") {
        say(
            "stage",
            value::stage(&stage).map(|s| s.to_string()),
            format!("{stage} is no career stage."),
        )?;
    }
    if let Some(code) = text(&values, "group") {
        let read = model.find_group(&code).ok().map(|id| model.group_code(id));
        say("group", read, format!("No group has the code {code}."))?;
    }
    if let Some(capacity) = text(&values, "capacity") {
        let read = capacity.parse::<u8>().ok().map(|n| n.to_string());
        say("capacity", read, format!("{capacity} is no number of mentees."))?;
    }
    Ok(())
}

/// Somebody joins: what is needed for that is there, or what is missing.
fn joins(
    model: &Model,
    row: &mut PeopleRow,
    person: Option<Id<Person>>,
) -> Result<Vec<String>, (&'static str, String)> {
    if row.value("name").is_empty() {
        match person {
            Some(person) => {
                row.values.insert("name", model.name_of(person));
            }
            None => {
                return Err((
                    "name",
                    "Name is empty. e types one, Space leaves the row out.".to_owned(),
                ));
            }
        }
    }
    if row.value("stream").is_empty() {
        return Err((
            "stream",
            "Stream is empty. e types one, Space leaves the row out.".to_owned(),
        ));
    }
    row.does = Does::Add;
    let role = row
        .values
        .entry("role")
        .or_insert_with(|| Role::Mentee.to_string())
        .clone();
    let place = match (row.value("group"), role == "mentee") {
        ("", true) => "waits for a group".to_owned(),
        ("", false) => "leads no group yet".to_owned(),
        (group, _) => format!("in {group}"),
    };
    let mut why = vec![format!("New {role} in {}, {place}.", row.value("stream"))];
    if person.is_some() {
        why.push("The programme knows this person from another year: the record is kept.".to_owned());
    }
    Ok(why)
}

/// The fields in which a row differs from what is known.
fn compare(model: &Model, row: &mut PeopleRow, part: &Participant) {
    let Some(person) = model.people.get(part.person) else {
        return;
    };
    let enrolment = part.enrolment.and_then(|id| model.enrolments.get(id));
    for (_, key) in KEYS {
        let after = row.value(key).to_owned();
        let before = match *key {
            "name" => person.name.clone(),
            "known_as" => person.known_as.clone(),
            "email" => person.email.clone(),
            "phone" => person.phone.clone(),
            "organisation" => person.organisation.clone(),
            "region" => person.region.clone(),
            "job_title" => person.job_title.clone(),
            "line_manager" => person.line_manager.clone(),
            "access_needs" => person.access_needs.clone(),
            "note" => person.note.clone(),
            "role" => part.role.to_string(),
            "stream" => part.stream.map(|id| model.stream_code(id)).unwrap_or_default(),
            "stage" => part
                .stage
                .map(|stage: Stage| stage.to_string())
                .unwrap_or_default(),
            "capacity" => enrolment
                .and_then(|e| e.capacity)
                .map(|n| n.to_string())
                .unwrap_or_default(),
            "group" => part.group.map(|id| model.group_code(id)).unwrap_or_default(),
            _ => continue,
        };
        // An address that was the person's before says who it is; the present one stays.
        let earlier = *key == "email"
            && person
                .earlier_emails
                .iter()
                .any(|e| fold_email(e) == fold_email(&after));
        let same = match *key {
            "email" | "line_manager" => fold_email(&before) == fold_email(&after),
            "name" => fold(&before) == fold(&after),
            _ => before == after,
        };
        if !after.is_empty() && !same && !earlier {
            row.changes.push((key, before, after));
        }
    }
}

/// The edit that lets the person of a row join.
fn add(model: &Model, mint: &mut Mint, row: &PeopleRow, now: DateTime<Utc>) -> Result<Edit, Refusal> {
    let text = |key: &str| row.value(key).to_owned();
    let stream = model.find_stream(row.value("stream"))?;
    let role = Role::from_word(row.value("role")).unwrap_or(Role::Mentee);
    let group = match row.value("group") {
        "" => None,
        code => Some(model.find_group(code)?),
    };
    let known = row
        .person
        .and_then(|id| model.people.get(id))
        .cloned()
        .unwrap_or_default();
    let or = |given: String, known: String| if given.is_empty() { known } else { given };
    let person = Person {
        name: or(text("name"), known.name.clone()),
        known_as: or(text("known_as"), known.known_as.clone()),
        email: or(known.email.clone(), text("email")),
        phone: or(text("phone"), known.phone.clone()),
        organisation: or(text("organisation"), known.organisation.clone()),
        region: or(text("region"), known.region.clone()),
        job_title: or(text("job_title"), known.job_title.clone()),
        line_manager: or(text("line_manager"), known.line_manager.clone()),
        access_needs: or(text("access_needs"), known.access_needs.clone()),
        note: or(text("note"), known.note.clone()),
        ..known
    };
    let joining = Joining {
        stage: Stage::from_word(row.value("stage")),
        capacity: row.value("capacity").parse().ok(),
        ..Joining::new(role, stream)
    };
    model.add_joining(mint, person, joining, group, now)
}

/// The first letter in upper case.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().collect::<String>() + letters.as_str())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
