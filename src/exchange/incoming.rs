//! A file that comes in, whatever it holds: found out by looking, read once, and drawn up against the cohort as often
//! as somebody corrects how it is to be understood.
//!
//! The one door that the screen and the command share. Knows the readers, nothing of how a preview is shown.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

mod told;

pub use told::words;
use told::{check_words, fields, kind_of, need_columns, occasioned, said_of};

use super::answers::{self, Form};
use super::applications;
use super::attendance::{self, Callers, Report, Seen};
use super::busy::{self, Whose};
use super::columns::{Columns, Field, plain};
use super::events::{self, Calendar};
use super::intake::{self, Preview};
use super::problem::FileProblem;
use super::questions;
use super::roster;
use super::sheet::{Sheet, read_rows, sheet_of};
use super::since::Since;
use crate::domain::{
    ApplicationState, Change, Edit, FileOf, Id, Label, Mapping, Mint, Model, Person, Refusal, Role, Session,
};

/// What somebody said of a file, rather than leaving it to be found out.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// What it is about.
    pub kind: Option<FileOf>,
    /// Applications: of mentors or mentees.
    pub role: Option<Role>,
    /// Applications: accept them at once.
    pub accept: bool,
    /// Attendance: of which session. Pulse: of the round of which session.
    pub session: Option<Id<Session>>,
    /// Pulse: after which round.
    pub round: Option<u8>,
    /// Survey: an occasion (`endpoint`) or the id of a wave.
    pub wave: Option<String>,
    /// Busy times: whose.
    pub person: Option<Id<Person>>,
    /// Which heading is which field; remembered with the import.
    pub mapping: Vec<(String, String)>,
    /// Attendance: who the callers were.
    pub callers: Callers,
    /// Attendance: mark who was seen and has no mark; in whose name.
    pub mark: Option<String>,
    /// Rows that are left out, by line.
    pub leave_out: BTreeSet<u32>,
    /// Rows in which the file is right about what was changed here since.
    pub file_wins: BTreeSet<u32>,
    /// Whether it is right in all of them.
    pub file_always_wins: bool,
    /// Whether only the preview is wanted: what is noted for the next import is left out of the edit then.
    pub preview: bool,
}

/// Why a file is not drawn up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Something has to be said about it first.
    Need(Need),
    /// It cannot be read.
    File(FileProblem),
    /// The cohort does not allow it.
    Refused(Refusal),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<FileProblem> for Stop {
    fn from(problem: FileProblem) -> Self {
        Self::File(problem)
    }
}

/// What has to be said about a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// What it is about.
    Kind,
    /// Whether it is of mentors or mentees.
    Role,
    /// Of which session it is.
    Session,
    /// After which round.
    Round,
    /// On what occasion.
    Wave,
    /// Whose times they are.
    Person,
}

/// One column, and what it was found to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The heading; of two rows of headings both.
    pub heading: String,
    /// The word of the field or the key of the question; empty when it is not used.
    pub field: String,
    /// The first value under it.
    pub sample: String,
}

/// What a file holds.
#[derive(Clone, Debug)]
enum Body {
    Table(Box<Sheet>),
    Report(Box<Report>),
    Calendar(Box<Calendar>),
}

/// A file that was read.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// Its name.
    pub file: String,
    /// What it is made of: `utf-16le, tabs between values`.
    pub form: String,
    /// Its encoding.
    pub encoding: &'static str,
    body: Body,
}

/// What taking in a file would do.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// What it is about.
    pub kind: FileOf,
    /// Of whom, or after what: `of mentees`, `pulse 1`, `DHLP-1 S1`.
    pub whose: String,
    /// Row by row.
    pub preview: Preview,
    /// The edit that does it.
    pub edit: Edit,
    /// Its columns.
    pub columns: Vec<Heard>,
    /// What only some kinds tell.
    pub facts: Facts,
}

/// What only some kinds of file tell.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Applications: of mentors or mentees.
    pub role: Option<Role>,
    /// Pulse and survey: how many are asked.
    pub asked: Option<usize>,
    /// Survey: then and now.
    pub change: Option<answers::Change>,
    /// Attendance: who was seen.
    pub seen: Vec<Seen>,
    /// Attendance: whom nobody knows.
    pub unknown: Vec<String>,
    /// Attendance: of which session.
    pub session: Option<Id<Session>>,
}

/// Reads a file; `zone` is for times that name none.
///
/// # Errors
/// When it cannot be read as a whole.
pub fn read(file: &str, bytes: &[u8], zone: Tz) -> Result<Incoming, FileProblem> {
    let incoming = |form: String, encoding, body| Incoming {
        file: file.to_owned(),
        form,
        encoding,
        body,
    };
    if events::is_calendar(bytes) {
        let calendar = events::read_calendar(file, bytes, zone)?;
        let form = format!("calendar, {}", calendar.encoding);
        return Ok(incoming(
            form,
            calendar.encoding,
            Body::Calendar(Box::new(calendar)),
        ));
    }
    let raw = read_rows(file, bytes)?;
    let form = match raw.separator {
        None => format!("workbook, sheet {}", raw.sheet),
        Some('\t') => format!("{}, tabs between values", raw.encoding),
        Some(',') => format!("{}, commas between values", raw.encoding),
        Some(';') => format!("{}, semicolons between values", raw.encoding),
        Some(separator) => format!("{}, {separator} between values", raw.encoding),
    };
    let encoding = raw.encoding;
    let body = if attendance::is_report(&raw) {
        Body::Report(Box::new(attendance::report(file, raw)?))
    } else {
        Body::Table(Box::new(sheet_of(file, raw)?))
    };
    Ok(incoming(form, encoding, body))
}

impl Incoming {
    /// Draws up what taking it in does.
    ///
    /// # Errors
    /// When something has to be said first, a column is missing, or the cohort does not allow it.
    pub fn draw(
        &self,
        model: &Model,
        mint: &mut Mint,
        choices: &Choices,
        now: DateTime<Utc>,
    ) -> Result<Drawn, Stop> {
        let mut drawn = match &self.body {
            Body::Calendar(calendar) => self.calendar(model, mint, calendar, choices)?,
            Body::Report(report) => self.report(model, mint, report, choices, now)?,
            Body::Table(sheet) => self.table(model, mint, sheet, choices, now)?,
        };
        if let Some(remembered) = remember(model, mint, drawn.kind, &choices.mapping) {
            drawn.edit = intake::then(drawn.edit, remembered);
        }
        Ok(drawn)
    }

    /// The first headings of a table.
    #[must_use]
    pub fn headings(&self) -> Vec<&str> {
        match &self.body {
            Body::Table(sheet) => sheet.header.iter().map(String::as_str).take(6).collect(),
            Body::Report(_) | Body::Calendar(_) => Vec::new(),
        }
    }

    /// The name of the workbook's sheet; empty for other files.
    #[must_use]
    pub fn sheet(&self) -> &str {
        match &self.body {
            Body::Table(sheet) => &sheet.sheet,
            Body::Report(_) | Body::Calendar(_) => "",
        }
    }

    /// What this file can be about.
    #[must_use]
    pub fn kinds(&self) -> &'static [FileOf] {
        match self.body {
            Body::Calendar(_) => &[FileOf::Holidays, FileOf::Busy],
            Body::Report(_) => &[FileOf::Attendance],
            Body::Table(_) => &[
                FileOf::Applications,
                FileOf::Roster,
                FileOf::Pulse,
                FileOf::Survey,
            ],
        }
    }

    fn calendar(
        &self,
        model: &Model,
        mint: &mut Mint,
        calendar: &Calendar,
        choices: &Choices,
    ) -> Result<Drawn, Stop> {
        let kind = match choices.kind {
            Some(kind) => self.must_be(kind)?,
            None if choices.person.is_none() && busy::is_holidays(calendar) => FileOf::Holidays,
            None => FileOf::Busy,
        };
        let person = match kind {
            FileOf::Holidays => None,
            _ => Some(
                choices
                    .person
                    .or_else(|| busy::owner(model, calendar))
                    .ok_or(Stop::Need(Need::Person))?,
            ),
        };
        let wins: BTreeSet<u32> = self.wins(choices, calendar.events.iter().map(|event| event.line));
        let drawn = busy::busy(
            model,
            mint,
            calendar,
            &Whose {
                person,
                leave_out: &choices.leave_out,
                since: Since::of(model, &self.file, wins, !choices.preview),
            },
        );
        Ok(Drawn {
            kind,
            whose: person.map_or_else(
                || "for everybody".to_owned(),
                |person| format!("of {}", model.name_of(person)),
            ),
            preview: drawn.preview,
            edit: drawn.edit,
            columns: Vec::new(),
            facts: Facts::default(),
        })
    }

    fn report(
        &self,
        model: &Model,
        mint: &mut Mint,
        report: &Report,
        choices: &Choices,
        now: DateTime<Utc>,
    ) -> Result<Drawn, Stop> {
        if let Some(kind) = choices.kind {
            self.must_be(kind)?;
        }
        let session = choices
            .session
            .or_else(|| report.session(model))
            .ok_or(Stop::Need(Need::Session))?;
        let mark = choices.mark.as_deref().map(|by| (by, now));
        let taken = report.attendance(model, mint, (session, &choices.callers), &choices.leave_out, mark)?;
        let columns = report.headings.iter().map(|(heading, field)| Heard {
            heading: heading.clone(),
            field: (*field).to_owned(),
            sample: String::new(),
        });
        Ok(Drawn {
            kind: FileOf::Attendance,
            whose: format!("of {}", model.session_title(session)),
            columns: columns.collect(),
            facts: Facts {
                seen: taken.seen,
                unknown: taken.unknown,
                session: Some(taken.session),
                ..Facts::default()
            },
            preview: taken.preview,
            edit: taken.edit,
        })
    }

    fn table(
        &self,
        model: &Model,
        mint: &mut Mint,
        sheet: &Sheet,
        choices: &Choices,
        now: DateTime<Utc>,
    ) -> Result<Drawn, Stop> {
        let kept;
        let sheet = if choices.leave_out.is_empty() {
            sheet
        } else {
            let mut fewer = sheet.clone();
            fewer.rows.retain(|row| !choices.leave_out.contains(&row.line));
            kept = fewer;
            &kept
        };
        let any = said_of(model, None, choices);
        let columns = Columns::find(sheet, &fields(&any)?);
        let kind = match choices.kind {
            Some(kind) => self.must_be(kind)?,
            None => kind_of(model, sheet, &columns, &any).ok_or(Stop::Need(Need::Kind))?,
        };
        let said = said_of(model, Some(kind), choices);
        let columns = Columns::find(sheet, &fields(&said)?);
        check_words(model, &choices.mapping)?;
        need_columns(kind, sheet, &columns)?;
        let wins = self.wins(choices, sheet.rows.iter().map(|row| row.line));
        let since = Since::of(model, &self.file, wins, !choices.preview);
        let mut drawn = match kind {
            FileOf::Pulse | FileOf::Survey => {
                self.answers(model, mint, sheet, (kind, &columns, &said), (choices, since, now))?
            }
            FileOf::Roster => {
                let drawn = roster::roster(model, mint, sheet, &columns, now, &since);
                self.people(sheet, &columns, kind, drawn.preview, drawn.edit)
            }
            _ => {
                let role = choices
                    .role
                    .or_else(|| applications::role_of(&columns, &sheet.file));
                let role = role.ok_or(Stop::Need(Need::Role))?;
                let drawn = applications::applications(model, mint, sheet, &columns, role, now, &since);
                let mut edit = drawn.edit;
                if choices.accept {
                    let then = model.after(&edit.changes);
                    let accepting = then.decide(mint, &drawn.undecided, ApplicationState::Accepted, now)?;
                    edit = intake::then(edit, accepting);
                }
                let mut taken = self.people(sheet, &columns, kind, drawn.preview, edit);
                taken.whose = format!("of {role}s");
                taken.facts.role = Some(role);
                taken
            }
        };
        let cut = sheet.warnings.iter().map(|problem| {
            let line = problem
                .line
                .map(|line| format!("line {line}: "))
                .unwrap_or_default();
            format!("{line}{}; {}", problem.what, problem.remedy)
        });
        drawn.preview.warnings.splice(0..0, cut.collect::<Vec<_>>());
        Ok(drawn)
    }

    /// What was understood of the headings of a table, whether or not that is enough; nothing of other files.
    #[must_use]
    pub fn understood(&self, model: &Model, choices: &Choices) -> Vec<Heard> {
        let Body::Table(sheet) = &self.body else {
            return Vec::new();
        };
        let Ok(said) = fields(&said_of(model, choices.kind, choices)) else {
            return Vec::new();
        };
        let columns = Columns::find(sheet, &said);
        heard(sheet, |column| word_of(&columns, column))
    }

    /// What a sheet of people comes to.
    fn people(&self, sheet: &Sheet, columns: &Columns, kind: FileOf, preview: Preview, edit: Edit) -> Drawn {
        Drawn {
            kind,
            whose: String::new(),
            preview,
            edit,
            columns: heard(sheet, |column| word_of(columns, column)),
            facts: Facts::default(),
        }
    }

    fn answers(
        &self,
        model: &Model,
        mint: &mut Mint,
        sheet: &Sheet,
        (kind, columns, said): (FileOf, &Columns, &[(String, String)]),
        (choices, since, now): (&Choices, Since<'_>, DateTime<Utc>),
    ) -> Result<Drawn, Stop> {
        let asked = questions::find(model, sheet, columns, said, |is| {
            (is.key == "pulse") == (kind == FileOf::Pulse)
        });
        if asked.is_empty() {
            let what = "no column of it holds an answer to a question of an instrument";
            return Err(Stop::File(
                FileProblem::whole(&sheet.file, what, "say which heading is which question").at_line(1),
            ));
        }
        let on = occasioned(
            model,
            sheet,
            columns,
            (kind, choices),
            asked.iter().any(|asked| asked.then),
        )?;
        let field = |column: usize| {
            let question = asked
                .iter()
                .find(|asked| asked.column == column)
                .map(questions::Asked::key);
            let held = [Field::Email, Field::Received]
                .into_iter()
                .find(|field| columns.column(*field) == Some(column));
            question
                .or_else(|| held.map(|field| field.word().to_owned()))
                .unwrap_or_default()
        };
        let columns_heard = heard(sheet, field);
        let form = Form {
            model,
            sheet,
            columns,
            asked: asked.clone(),
            on,
            now,
            since,
        };
        let drawn = form.draw(mint);
        Ok(Drawn {
            kind,
            whose: drawn.whose,
            preview: drawn.preview,
            edit: drawn.edit,
            columns: columns_heard,
            facts: Facts {
                asked: Some(drawn.asked),
                change: drawn.change,
                ..Facts::default()
            },
        })
    }

    /// Refuses to take a file for what it cannot be.
    fn must_be(&self, kind: FileOf) -> Result<FileOf, Stop> {
        if self.kinds().contains(&kind) {
            return Ok(kind);
        }
        let is = match self.body {
            Body::Calendar(_) => "a calendar",
            Body::Report(_) => "an attendance report",
            Body::Table(_) => "a table of people",
        };
        let words: Vec<&str> = self.kinds().iter().map(|kind| kind.word()).collect();
        Err(Stop::File(FileProblem::whole(
            &self.file,
            format!(
                "this is {is}, which can hold {}, and no {kind}",
                words.join(" or ")
            ),
            "check that it is the right file",
        )))
    }

    /// The rows in which the file is right about what was changed here since.
    fn wins(&self, choices: &Choices, lines: impl Iterator<Item = u32>) -> BTreeSet<u32> {
        if choices.file_always_wins {
            lines.collect()
        } else {
            choices.file_wins.clone()
        }
    }
}

/// The columns of a sheet with what each holds.
/// The word of the field that a column holds; empty for none.
fn word_of(columns: &Columns, column: usize) -> String {
    let held = Field::all().find(|field| columns.column(*field) == Some(column));
    held.map_or("", Field::word).to_owned()
}

fn heard(sheet: &Sheet, field: impl Fn(usize) -> String) -> Vec<Heard> {
    let wide = sheet
        .header
        .len()
        .max(sheet.second_header.as_ref().map_or(0, Vec::len));
    (0..wide)
        .map(|column| {
            let sample = sheet
                .rows
                .iter()
                .map(|row| row.cell(column))
                .find(|cell| !cell.is_empty());
            let sample = sample
                .map(|cell| crate::domain::text::clean_name(&cell.text()).text)
                .unwrap_or_default();
            Heard {
                heading: questions::heading(sheet, column),
                field: field(column),
                sample: sample.chars().take(40).collect(),
            }
        })
        .filter(|heard| !heard.heading.is_empty())
        .collect()
}

/// Remembers what was said of headings, for the next file of this kind.
fn remember(model: &Model, mint: &mut Mint, kind: FileOf, mapping: &[(String, String)]) -> Option<Edit> {
    let mut changes: Vec<Change> = Vec::new();
    for (heading, field) in mapping {
        let known = model
            .mappings
            .iter()
            .find(|(_, is)| is.of == kind && plain(&is.heading) == plain(heading));
        let said = Mapping {
            of: kind,
            heading: heading.clone(),
            field: field.clone(),
        };
        match known {
            Some((_, is)) if is.field == *field => {}
            Some((id, is)) => changes.push(crate::domain::Delta::changed(id, is.clone(), said).into()),
            None => changes.push(crate::domain::Delta::made(mint.id(), said).into()),
        }
    }
    (!changes.is_empty()).then(|| model.edit(mint.nonce(), Label::new("import", "mapping"), changes))
}
