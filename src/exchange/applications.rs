//! Applications from a form: Microsoft Forms, Google Forms, or any sheet with the same questions.
//!
//! Of several submissions of one person the latest counts. An application that was decided already keeps its
//! decision.

use std::borrow::Cow;
use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::columns::{Columns, Field};
use super::consents;
use super::cores::on_all_cores;
use super::intake::{
    Acquaintances, Act, Addresses, Draft, DuplicateRow, PersonRow, Preview, Reader, RefusedRow, Taken,
};
use super::sheet::{Sheet, SheetRow};
use super::since::Since;
use super::value::{self, DayOrder, QuoteAnswer};
use crate::domain::text::fold_email;
use crate::domain::{Application, ApplicationState, Edit, Id, Label, Mint, Model, Person, Record, Role};

/// A form that was read, and what taking it in would do.
#[derive(Clone, Debug)]
pub struct Applications {
    /// What it would do, row by row.
    pub preview: Preview,
    /// The edit that does it.
    pub edit: Edit,
    /// The applications it is about that wait for a decision.
    pub undecided: Vec<Id<Application>>,
}

/// Whether the rows are of mentors or mentees, told by the questions; none when they do not tell.
#[must_use]
pub fn role_of(columns: &Columns, file: &str) -> Option<Role> {
    if columns.has(Field::Capacity) {
        return Some(Role::Mentor);
    }
    if [Field::Stage, Field::LineManager, Field::SecondStream]
        .iter()
        .any(|field| columns.has(*field))
    {
        return Some(Role::Mentee);
    }
    value::role(file)
}

/// One submission, read.
struct Submission {
    who: PersonRow,
    role: Role,
    asked: Application,
    /// When it was sent, when the form says so.
    sent: Option<DateTime<Utc>>,
    quote: Option<QuoteAnswer>,
}

/// What stays the same for every row.
struct Form<'a> {
    model: &'a Model,
    reader: Reader<'a>,
    role: Role,
    order: DayOrder,
    now: DateTime<Utc>,
    since: &'a Since<'a>,
}

/// The fields of an application that a form fills.
const ASKED: &[&str] = &[
    "stream",
    "second_stream",
    "stage",
    "wishes",
    "availability",
    "capacity",
    "statement",
    "received",
];

/// Draws up what taking in a form of applications does; `role` is of rows that do not say one.
#[must_use]
pub(super) fn applications(
    model: &Model,
    mint: &mut Mint,
    sheet: &Sheet,
    columns: &Columns,
    role: Role,
    now: DateTime<Utc>,
    since: &Since<'_>,
) -> Applications {
    let dates = columns
        .column(Field::Received)
        .map(|column| sheet.rows.iter().map(move |row| row.cell(column)));
    let form = Form {
        model,
        reader: Reader::new(model, sheet, columns),
        role,
        order: value::day_order(dates.into_iter().flatten()),
        now,
        since,
    };
    let mut preview = Preview {
        rows: sheet.rows.len(),
        ..Preview::default()
    };
    let mut submissions = Vec::new();
    let mut addresses = Addresses::default();
    for mut read in on_all_cores(&sheet.rows, |row| form.read(row)) {
        let checked = read.one.and_then(|one| {
            addresses.check(&form.reader, &one.who)?;
            Ok(one)
        });
        match checked {
            Ok(one) => submissions.push(one),
            Err(refused) => {
                read.noted.warnings.truncate(read.of_person);
                preview.refused.push(refused);
            }
        }
        preview.lossy_names += read.noted.lossy_names;
        preview.warnings.append(&mut read.noted.warnings);
    }
    let submissions = form.latest(submissions, &mut preview);

    let mut draft = Draft::on(model);
    let mut people = Acquaintances::of(model);
    let mut undecided = Vec::new();
    for submission in &submissions {
        let (person, changed) = people.take(&mut draft, mint, &submission.who, since, &mut preview);
        let (act, id, asked) = form.apply(&mut draft, mint, person, submission, &mut preview);
        let changed = [changed, asked]
            .into_iter()
            .filter(|words| !words.is_empty())
            .collect::<Vec<_>>()
            .join(", ");
        let act = if act == Act::Same && !changed.is_empty() {
            Act::Change
        } else {
            act
        };
        undecided.extend(id);
        preview.taken.push(Taken {
            row: submission.who.row,
            act,
            name: submission.who.person.name.clone(),
            what: changed,
        });
    }
    let count = preview.count(Act::Add) + preview.count(Act::Change);
    let word = if count == 1 { "application" } else { "applications" };
    let label = Label::new("import", format!("{count} {word} from {}", sheet.file));
    Applications {
        preview,
        edit: model.edit(mint.nonce(), label, draft.changes()),
        undecided,
    }
}

/// One row, read by itself.
struct Read {
    /// What should be looked at.
    noted: Preview,
    /// How many of the warnings are about the person, whatever becomes of the row.
    of_person: usize,
    one: Result<Submission, RefusedRow>,
}

impl Form<'_> {
    /// Reads one row.
    fn read(&self, row: &SheetRow) -> Read {
        let mut noted = Preview::default();
        let who = self.reader.person(self.model, row, &mut noted);
        let of_person = noted.warnings.len();
        let one = who.map(|who| self.submission(row, who, &mut noted));
        Read {
            noted,
            of_person,
            one,
        }
    }

    /// What a row asks for.
    fn submission(&self, row: &SheetRow, who: PersonRow, preview: &mut Preview) -> Submission {
        let reader = &self.reader;
        let columns = reader.columns;
        let role = value::role(&columns.text(row, Field::Role)).unwrap_or(self.role);
        let second = reader.line(row, Field::SecondStream);
        let second_choice = reader.stream(&second);
        let second_stream = second_choice.filter(|id| *id != who.stream);
        if !second.is_empty()
            && second_choice.is_none()
            && value::yes_or_no(columns.cell(row, Field::SecondStream)).is_none()
        {
            preview.warn(row.line, format!("the second choice {second} is no stream"));
        }
        let times = value::free_times(&columns.text(row, Field::FreeTimes));
        for unread in &times.unread {
            preview.warn(row.line, format!("the free time {unread} cannot be read"));
        }
        let stage_text = reader.line(row, Field::Stage);
        let stage = value::stage(&stage_text);
        if stage.is_none() && !stage_text.is_empty() {
            preview.warn(
                row.line,
                format!("the career stage {stage_text} is none of aspiring, emerging, senior"),
            );
        }
        let sent = match value::moment(columns.cell(row, Field::Received), self.order, self.model.zone()) {
            Ok(sent) => sent,
            Err(why) => {
                preview.warn(row.line, why);
                None
            }
        };
        let asked = Application {
            person: Id::new(0),
            role,
            stream: who.stream,
            second_stream,
            stage: stage.filter(|_| role == Role::Mentee),
            wishes: value::choices(&columns.text(row, Field::Wishes)),
            availability: times.times,
            capacity: self.capacity(row, role, preview),
            statement: reader.text(row, Field::Statement, preview),
            received: sent.unwrap_or(self.now),
            state: ApplicationState::Received,
            offer_expires: None,
        };
        Submission {
            who,
            role,
            asked,
            sent,
            quote: value::quote_answer(&columns.text(row, Field::QuoteConsent)),
        }
    }

    /// How many mentees a mentor takes.
    fn capacity(&self, row: &SheetRow, role: Role, preview: &mut Preview) -> Option<u8> {
        let cell = self.reader.columns.cell(row, Field::Capacity);
        if cell.is_empty() || role == Role::Mentee {
            return None;
        }
        let read = value::whole_number(cell).and_then(|number| u8::try_from(number).ok());
        if read.is_none() {
            preview.warn(row.line, format!("the capacity {} is no number", cell.text()));
        }
        read
    }

    /// The submissions that count, in the order of the sheet: of each person and role the latest.
    fn latest(&self, all: Vec<Submission>, preview: &mut Preview) -> Vec<Submission> {
        let people = Acquaintances::of(self.model);
        // Somebody who is known may write from two addresses: the person, not the address, is the key then.
        let keys = all.iter().map(|one| match people.find(&one.who.person.email) {
            Some(person) => (Some(person), Cow::Borrowed(""), one.role),
            None => (None, fold_email(&one.who.person.email), one.role),
        });
        let keys: Vec<_> = keys.collect();
        let mut best: HashMap<_, usize> = HashMap::with_capacity(all.len());
        for (at, one) in all.iter().enumerate() {
            let place = best.entry(&keys[at]).or_insert(at);
            if one.sent >= all[*place].sent {
                *place = at;
            }
        }
        let mut previous: HashMap<_, u32> = HashMap::with_capacity(all.len());
        for (one, key) in all.iter().zip(&keys) {
            if let Some(of_row) = previous.insert(key, one.who.row) {
                preview.duplicates.push(DuplicateRow {
                    row: one.who.row,
                    of_row,
                    kept: all[best[key]].who.row,
                    email: one.who.person.email.clone(),
                });
            }
        }
        let mut counts: Vec<usize> = best.into_values().collect();
        counts.sort_unstable();
        let mut kept = counts.into_iter().peekable();
        all.into_iter()
            .enumerate()
            .filter(|(at, _)| kept.next_if_eq(at).is_some())
            .map(|(_, one)| one)
            .collect()
    }

    /// Brings one submission in; answers what it comes to, and the application when it waits for a decision.
    fn apply(
        &self,
        draft: &mut Draft<'_>,
        mint: &mut Mint,
        person: Id<Person>,
        submission: &Submission,
        preview: &mut Preview,
    ) -> (Act, Option<Id<Application>>, String) {
        use ApplicationState::{Accepted, Offered, Received, UnderReview, Waitlisted};
        let of_role = self
            .model
            .applications_of(person)
            .filter(|(_, is)| is.role == submission.role);
        let known = of_role.max_by_key(|(id, is)| (is.state.is_live(), is.received, *id));
        let row = submission.who.row;
        let Some((id, is)) = known.filter(|(_, is)| {
            // Who was declined may ask again; the same submission read twice is no new one.
            is.state.is_live() || submission.sent.is_none_or(|sent| sent <= is.received)
        }) else {
            let id = mint.id();
            let asked = Application {
                person,
                ..submission.asked.clone()
            };
            let said = Record::Application(id, Box::new(asked));
            self.since.bring(draft, mint, said, (ASKED, row));
            self.consent(draft, mint, person, submission);
            return (Act::Add, Some(id), String::new());
        };
        let waits = matches!(is.state, Received | UnderReview).then_some(id);
        if !is.state.is_live() || submission.sent.is_some_and(|sent| sent < is.received) {
            return (Act::Same, waits, String::new());
        }
        let asked = Application {
            person,
            state: is.state,
            offer_expires: is.offer_expires,
            received: submission.sent.unwrap_or(is.received),
            ..submission.asked.clone()
        };
        let mut changed = false;
        let mut words = String::new();
        if matches!(is.state, Received | UnderReview | Waitlisted | Offered) {
            let said = Record::Application(id, Box::new(asked));
            let brought = self.since.bring(draft, mint, said, (ASKED, row));
            changed = !brought.changes.is_empty();
            words = brought.words();
            for note in brought.notes(&submission.who.person.name) {
                preview.warn(row, note);
            }
        } else if is.state == Accepted && asked != *is {
            let name = &submission.who.person.name;
            preview.warn(
                row,
                format!("{name} is accepted already: what is asked for differs and was left out"),
            );
        }
        changed |= self.consent(draft, mint, person, submission);
        (if changed { Act::Change } else { Act::Same }, waits, words)
    }

    /// What the person allows to be quoted.
    fn consent(
        &self,
        draft: &mut Draft<'_>,
        mint: &mut Mint,
        person: Id<Person>,
        submission: &Submission,
    ) -> bool {
        let Some(answer) = submission.quote else {
            return false;
        };
        let wording = self.reader.heading(Field::QuoteConsent);
        let asked = consents::Asked {
            person,
            answer,
            day: self.model.day(submission.asked.received),
            wording: &wording,
            how: "application form",
        };
        consents::note(self.model, draft, mint, &asked)
    }
}
