//! What taking in a sheet of people would do: the preview, row by row, and the edit behind it.
//!
//! Shared by every kind of sheet that brings people. A person is matched by address, then by an earlier address;
//! an import never removes anybody and never empties a field. Must not know the terminal or the store.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::columns::{Columns, Field};
use super::sheet::{Sheet, SheetRow};
use super::since::Since;
use super::value;
use crate::domain::text::{clean_name, clean_text, email_problem, fold, fold_email, refuse_name};
use crate::domain::{AnyId, Change, Edit, Id, Mint, Model, Person, Record, Stream};

/// What becomes of a row that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// It makes a record.
    Add,
    /// It changes one.
    Change,
    /// Everything it says is so already.
    Same,
}

/// A row that is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Its line of the sheet.
    pub row: u32,
    /// What becomes of it.
    pub act: Act,
    /// Whom it is about.
    pub name: String,
    /// What changes, in words; empty when nothing does.
    pub what: String,
}

/// A row that is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRow {
    /// Its line of the sheet.
    pub row: u32,
    /// Why.
    pub why: String,
    /// What stood there.
    pub value: String,
    /// The address of the row.
    pub email: String,
    /// The heading of the column that is wrong; empty when it is the row as a whole.
    pub field: String,
}

/// A row whose person is in another row too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuplicateRow {
    /// Its line of the sheet.
    pub row: u32,
    /// The line of the other one.
    pub of_row: u32,
    /// The line of the one that counts: the later submission.
    pub kept: u32,
    /// The address.
    pub email: String,
}

/// What taking in a sheet would do. The rows are the taken, the refused and the duplicates together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// How many rows the sheet has.
    pub rows: usize,
    /// The rows that are taken.
    pub taken: Vec<Taken>,
    /// The rows that are not.
    pub refused: Vec<RefusedRow>,
    /// The rows that another row stands for.
    pub duplicates: Vec<DuplicateRow>,
    /// What should be looked at, with the line.
    pub warnings: Vec<String>,
    /// How many left before the end (rosters).
    pub left_early: usize,
    /// How many names have a letter in them that was lost on the way.
    pub lossy_names: usize,
}

impl Preview {
    /// How many rows come to this.
    #[must_use]
    pub fn count(&self, act: Act) -> usize {
        self.taken.iter().filter(|row| row.act == act).count()
    }

    /// Notes what should be looked at in a row.
    pub(super) fn warn(&mut self, row: u32, what: impl std::fmt::Display) {
        self.warnings.push(format!("line {row}: {what}"));
    }
}

/// Records as a sheet would leave them, to become the changes of one edit.
pub(super) struct Draft<'m> {
    model: &'m Model,
    /// The records, in the order in which they were drawn up; nothing where one was dropped again.
    drawn: Vec<Option<Record>>,
    places: HashMap<AnyId, usize>,
    dropped: Vec<AnyId>,
}

impl<'m> Draft<'m> {
    pub(super) fn on(model: &'m Model) -> Self {
        Self {
            model,
            drawn: Vec::new(),
            places: HashMap::new(),
            dropped: Vec::new(),
        }
    }

    /// Puts a record in as it is to be; answers whether that is other than it was.
    pub(super) fn put(&mut self, record: Record) -> bool {
        if self.holds(&record) {
            return false;
        }
        match self.places.entry(record.id()) {
            Entry::Occupied(place) => self.drawn[*place.get()] = Some(record),
            Entry::Vacant(place) => {
                place.insert(self.drawn.len());
                self.drawn.push(Some(record));
            }
        }
        true
    }

    /// Takes a record away that the model has.
    pub(super) fn drop(&mut self, id: AnyId) {
        if let Some(place) = self.places.remove(&id) {
            self.drawn[place] = None;
        }
        if !self.dropped.contains(&id) {
            self.dropped.push(id);
        }
    }

    /// A record that the draft changes or makes.
    fn drafted(&self, id: AnyId) -> Option<&Record> {
        self.drawn[*self.places.get(&id)?].as_ref()
    }

    /// A record as the draft leaves it.
    pub(super) fn get(&self, id: AnyId) -> Option<Record> {
        self.drafted(id).cloned().or_else(|| self.model.record(id))
    }

    /// Whether the draft leaves a record exactly so.
    pub(super) fn holds(&self, record: &Record) -> bool {
        match self.drafted(record.id()) {
            Some(drafted) => drafted == record,
            None => self.model.holds(record),
        }
    }

    /// Whether the draft leaves no such record.
    pub(super) fn lacks(&self, id: AnyId) -> bool {
        !self.places.contains_key(&id) && self.model.touched(id).is_none()
    }

    /// The first record of the draft that fits.
    pub(super) fn find<T>(&self, fits: impl Fn(&Record) -> Option<T>) -> Option<T> {
        self.drawn.iter().flatten().find_map(fits)
    }

    /// A person as the draft leaves it.
    pub(super) fn person(&self, id: Id<Person>) -> Option<&Person> {
        match self.drafted(id.into()) {
            Some(Record::Person(_, is)) => Some(is),
            _ => self.model.people.get(id),
        }
    }

    /// The changes, in the order in which they were drawn up.
    pub(super) fn changes(self) -> Vec<Change> {
        let model = self.model;
        let drawn = self.drawn.into_iter().flatten();
        let changes = drawn.filter_map(|after| Change::between(model.record(after.id()), Some(after)));
        let dropped = self
            .dropped
            .iter()
            .filter_map(|id| Change::between(model.record(*id), None));
        changes.chain(dropped).collect()
    }
}

/// Two edits as one: the second was drawn up on what the first leaves.
#[must_use]
pub fn then(first: Edit, second: Edit) -> Edit {
    let mut places: HashMap<AnyId, usize> = HashMap::new();
    let mut changes: Vec<Change> = Vec::with_capacity(first.changes.len() + second.changes.len());
    for change in first.changes.into_iter().chain(second.changes) {
        match places.get(&change.id()) {
            Some(place) => {
                if let Some(both) = Change::between(changes[*place].before(), change.after()) {
                    changes[*place] = both;
                }
            }
            None => {
                places.insert(change.id(), changes.len());
                changes.push(change);
            }
        }
    }
    Edit { changes, ..first }
}

/// The people whom a sheet names: those the programme knows, and those met in rows before.
pub(super) struct Acquaintances<'m> {
    model: &'m Model,
    met: HashMap<String, Id<Person>>,
}

impl<'m> Acquaintances<'m> {
    pub(super) fn of(model: &'m Model) -> Self {
        Self {
            model,
            met: HashMap::new(),
        }
    }

    /// Who has this address, or had it before.
    pub(super) fn find(&self, email: &str) -> Option<Id<Person>> {
        let folded = fold_email(email);
        if let Some(id) = self.met.get(&*folded) {
            return Some(*id);
        }
        let mut found = self.model.people_with_email(email);
        let present = found.clone().find(|(_, is)| fold_email(&is.email) == folded);
        present.or_else(|| found.next()).map(|(id, _)| id)
    }

    /// The person of a row, known or new; answers what of the person changes, in words. What somebody changed here
    /// since the last import stays, with a warning, unless the file wins.
    pub(super) fn take(
        &mut self,
        draft: &mut Draft<'_>,
        mint: &mut Mint,
        row: &PersonRow,
        since: &Since<'_>,
        preview: &mut Preview,
    ) -> (Id<Person>, String) {
        let found = self.find(&row.person.email);
        let id = found.unwrap_or_else(|| mint.id());
        self.met.insert(fold_email(&row.person.email).into_owned(), id);
        let known = found.and_then(|id| draft.person(id));
        let said = known.map_or_else(|| row.person.clone(), |known| merged(known, &row.person));
        let said = Record::Person(id, Box::new(said));
        let brought = since.bring(draft, mint, said, (PERSON, row.row));
        for note in brought.notes(&row.person.name) {
            preview.warn(row.row, note);
        }
        (id, brought.words())
    }
}

/// The fields of a person that a sheet may speak of.
const PERSON: &[&str] = &[
    "name",
    "known_as",
    "phone",
    "organisation",
    "region",
    "job_title",
    "line_manager",
    "access_needs",
];

/// A person as the sheet says, read and checked.
#[derive(Clone, Debug)]
pub(super) struct PersonRow {
    /// The line of the sheet.
    pub(super) row: u32,
    /// What the sheet says of the person.
    pub(super) person: Person,
    /// The stream.
    pub(super) stream: Id<Stream>,
}

/// What is read of every row: who, and for which stream.
pub(super) struct Reader<'s> {
    pub(super) sheet: &'s Sheet,
    pub(super) columns: &'s Columns,
    pub(super) streams: Vec<(Id<Stream>, String, String)>,
}

impl<'s> Reader<'s> {
    pub(super) fn new(model: &Model, sheet: &'s Sheet, columns: &'s Columns) -> Self {
        let all = model.streams_sorted().into_iter();
        let streams = all
            .filter_map(|id| Some((id, model.streams.get(id)?)))
            .map(|(id, is)| (id, is.code.clone(), is.name.clone()))
            .collect();
        Self {
            sheet,
            columns,
            streams,
        }
    }

    /// What stands over the column of a field; empty when the sheet has none.
    pub(super) fn heading(&self, field: Field) -> String {
        let column = self.columns.column(field);
        column
            .map(|column| self.sheet.heading(column).0)
            .unwrap_or_default()
    }

    /// A field of a row as one clean line.
    pub(super) fn line(&self, row: &SheetRow, field: Field) -> String {
        clean_name(&self.columns.text(row, field)).text
    }

    /// A field of a row as clean text, at most as long as a text may be.
    pub(super) fn text(&self, row: &SheetRow, field: Field, preview: &mut Preview) -> String {
        let mut text = clean_text(&self.columns.text(row, field)).text;
        if crate::domain::text::refuse_text(&text).is_some() {
            let mut end = crate::domain::text::TEXT_BYTES;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.truncate(end);
            preview.warn(row.line, format!("a text of more than {end} bytes was cut"));
        }
        text
    }

    /// The stream that a text names.
    pub(super) fn stream(&self, text: &str) -> Option<Id<Stream>> {
        let named: Vec<(&str, &str)> = self
            .streams
            .iter()
            .map(|(_, code, name)| (code.as_str(), name.as_str()))
            .collect();
        value::stream(text, &named).map(|at| self.streams[at].0)
    }

    /// Who a row is about and for which stream, or why it cannot be taken.
    pub(super) fn person(
        &self,
        model: &Model,
        row: &SheetRow,
        preview: &mut Preview,
    ) -> Result<PersonRow, RefusedRow> {
        let email = self.columns.text(row, Field::Email);
        let refused = |why: &str, value: &str, field: Field| RefusedRow {
            row: row.line,
            why: why.to_owned(),
            value: value.to_owned(),
            email: clean_name(&email).text,
            field: self.heading(field),
        };
        let written = self.columns.written_name(row);
        let name = value::name(&written, self.columns.surname_first());
        if name.text.is_empty() {
            return Err(refused("no name", &written, Field::Name));
        }
        if let Some(why) = refuse_name(&name.text) {
            return Err(refused(why.trim_end_matches('.'), &name.text, Field::Name));
        }
        if let Some(why) = email_problem(&email) {
            return Err(refused(why, &clean_name(&email).text, Field::Email));
        }
        let wanted = self.line(row, Field::Stream);
        let Some(stream) = self.stream(&wanted) else {
            let why = if wanted.is_empty() {
                "no stream"
            } else {
                "no such stream"
            };
            return Err(refused(why, &wanted, Field::Stream));
        };
        if let Some(known) = stranger(model, &email, &name.text) {
            return Err(refused(
                &format!("the address is {known}'s"),
                &name.text,
                Field::Email,
            ));
        }
        if name.removed {
            preview.warn(
                row.line,
                format!("unseen characters were taken out of the name {}", name.text),
            );
        }
        if value::is_lossy(&name.text) {
            preview.lossy_names += 1;
            preview.warn(
                row.line,
                format!("a letter of the name {} was lost before it came here", name.text),
            );
        }
        let mut person = Person {
            name: name.text,
            known_as: self.line(row, Field::KnownAs),
            email: email.trim().to_owned(),
            phone: self.line(row, Field::Phone),
            organisation: self.line(row, Field::Organisation),
            region: self.line(row, Field::Region),
            job_title: self.line(row, Field::JobTitle),
            access_needs: self.line(row, Field::AccessNeeds),
            ..Person::default()
        };
        person.line_manager = self.line_manager(row, &person, preview);
        self.warn_of_namesake(model, row, &person, preview);
        Ok(PersonRow {
            row: row.line,
            person,
            stream,
        })
    }

    /// The line manager's address; who names himself or herself has none.
    fn line_manager(&self, row: &SheetRow, person: &Person, preview: &mut Preview) -> String {
        let manager = self.line(row, Field::LineManager);
        if manager.is_empty() {
            return manager;
        }
        if let Some(why) = email_problem(&manager) {
            preview.warn(
                row.line,
                format!("the line manager {manager} was left out: {why}"),
            );
            return String::new();
        }
        if fold_email(&manager) == fold_email(&person.email) {
            preview.warn(
                row.line,
                format!(
                    "{} is named as his or her own line manager: counts as none",
                    person.name
                ),
            );
            return String::new();
        }
        manager
    }

    /// Somebody of the same name under another address may be the same person.
    fn warn_of_namesake(&self, model: &Model, row: &SheetRow, person: &Person, preview: &mut Preview) {
        if model.people_with_email(&person.email).next().is_some() {
            return;
        }
        if let Some(other) = model.people_called(&person.name).next().map(|(_, is)| is) {
            preview.warn(
                row.line,
                format!(
                    "{} is known with the address {}: if it is the same person, add that as an earlier address first",
                    person.name, other.email
                ),
            );
        }
    }
}

/// The addresses that the rows of a sheet gave so far, with the first name of each.
#[derive(Default)]
pub(super) struct Addresses(HashMap<String, String>);

impl Addresses {
    /// Refuses a row whose address a row above gives to somebody of quite another name.
    pub(super) fn check(&mut self, reader: &Reader<'_>, row: &PersonRow) -> Result<(), RefusedRow> {
        let address = fold_email(&row.person.email);
        let Some(first) = self.0.get(&*address) else {
            self.0.insert(address.into_owned(), row.person.name.clone());
            return Ok(());
        };
        if share_a_word(&row.person.name, &[first.as_str()]) {
            return Ok(());
        }
        Err(RefusedRow {
            row: row.row,
            why: format!("the address is {first}'s"),
            value: row.person.name.clone(),
            email: row.person.email.clone(),
            field: reader.heading(Field::Email),
        })
    }
}

/// Whether a name has a word of two letters or more with another in common; names without such words always do.
fn share_a_word(name: &str, others: &[&str]) -> bool {
    // Nearly every row of a sheet that comes again says the name as it is known.
    if others.contains(&name) {
        return true;
    }
    let words = |text: &str| -> Vec<String> {
        let folded = fold(text);
        let words = folded
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.len() > 1);
        words.map(str::to_owned).collect()
    };
    let known: Vec<String> = others.iter().flat_map(|other| words(other)).collect();
    known.is_empty() || words(name).iter().any(|word| known.contains(word))
}

/// The name under which an address is known, when no part of it is in this name.
fn stranger(model: &Model, email: &str, name: &str) -> Option<String> {
    let (_, known) = model.people_with_email(email).next()?;
    (!share_a_word(name, &[&known.name, &known.known_as])).then(|| known.name.clone())
}

/// A person with what a sheet says of it; what the sheet leaves empty stays.
fn merged(known: &Person, said: &Person) -> Person {
    let pick = |known: &String, said: &String| {
        if said.is_empty() {
            known.clone()
        } else {
            said.clone()
        }
    };
    Person {
        name: pick(&known.name, &said.name),
        known_as: pick(&known.known_as, &said.known_as),
        phone: pick(&known.phone, &said.phone),
        organisation: pick(&known.organisation, &said.organisation),
        region: pick(&known.region, &said.region),
        job_title: pick(&known.job_title, &said.job_title),
        line_manager: pick(&known.line_manager, &said.line_manager),
        access_needs: pick(&known.access_needs, &said.access_needs),
        ..known.clone()
    }
}
