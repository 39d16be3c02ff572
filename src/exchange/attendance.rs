//! Attendance reports of a meeting, as Microsoft Teams writes them: three tables in one file.
//!
//! Who was in the call is matched by address, then by name; among those whom the session expects first. Somebody
//! nobody knows, a telephone for the most part, is asked about, and until then stands in the register as a caller.
//! A sighting is a hint: the mark is made in the register, or in the same entry when that is asked for.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDateTime, Utc};

mod matching;

use matching::Matching;

use super::columns::{has_words, plain};
use super::intake::{Act, Draft, DuplicateRow, Preview, RefusedRow, Taken};
use super::problem::FileProblem;
use super::sheet::{Cell, RawSheet, SheetRow, read_rows};
use super::value::{self, DayOrder};
use crate::domain::text::{clean_name, fold};
use crate::domain::{Edit, Enrolment, Id, Label, MarkValue, Mint, Model, Record, Session, Sighting};

/// Minutes after the start from which somebody who joined counts as late.
const LATE_FROM: i64 = 10;
/// The most people of one report; no meeting has more.
const MOST: usize = 2_000;
/// How far apart a report and its session may begin, in minutes.
const NEAR: i64 = 180;

/// A report that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The file's name, as given.
    pub file: String,
    /// The encoding it came in.
    pub encoding: &'static str,
    /// What stood between the values.
    pub separator: Option<char>,
    /// What the meeting was called.
    pub title: String,
    /// The headings of the table of people, with the field each holds; empty for those not used.
    pub headings: Vec<(String, &'static str)>,
    /// When the meeting began, as written.
    start: Cell,
    /// The people.
    rows: Vec<Caller>,
}

/// One line of the table of people.
#[derive(Clone, Debug, PartialEq)]
struct Caller {
    line: u32,
    name: String,
    email: String,
    joined: Cell,
    left: Cell,
}

/// Somebody the report saw and the cohort knows.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// Who.
    pub enrolment: Id<Enrolment>,
    /// The address in the report; the person's own where it has none.
    pub email: String,
    /// First join, on the cohort's clocks.
    pub joined: NaiveDateTime,
    /// Last leave, on the cohort's clocks; none while in the call when the report was made.
    pub left: Option<NaiveDateTime>,
    /// The mark it proposes.
    pub proposed: MarkValue,
}

/// A report that was compared, and what taking it in would do.
#[derive(Clone, Debug)]
pub struct Attendance {
    /// What it would do, row by row.
    pub preview: Preview,
    /// The edit that does it.
    pub edit: Edit,
    /// Of which session.
    pub session: Id<Session>,
    /// Who was seen, in the order of the report.
    pub seen: Vec<Seen>,
    /// Names nobody knows.
    pub unknown: Vec<String>,
}

/// Whom somebody said the callers were, by the name in the report.
pub type Callers = BTreeMap<String, Id<Enrolment>>;

/// Whether a table of rows is an attendance report: a heading row of names with times of joining.
#[must_use]
pub fn is_report(raw: &RawSheet) -> bool {
    raw.rows.iter().take(60).any(|row| table(row).is_some())
}

/// Reads a report.
///
/// # Errors
/// When the file cannot be read, or no table in it says who joined when.
pub fn read_report(file: &str, bytes: &[u8]) -> Result<Report, FileProblem> {
    report(file, read_rows(file, bytes)?)
}

/// The report in these rows.
pub(super) fn report(file: &str, raw: RawSheet) -> Result<Report, FileProblem> {
    let Some(at) = raw.rows.iter().position(|row| table(row).is_some()) else {
        return Err(FileProblem::whole(
            file,
            "no table in it says who joined when",
            "download the attendance report again, and import it as it is",
        ));
    };
    let columns = table(&raw.rows[at]).expect("this row was found by it");
    let above = &raw.rows[..at];
    let said = |wanted: &[&str]| {
        let row = above
            .iter()
            .find(|row| wanted.contains(&plain(&row.cell(0).text()).as_str()));
        row.map_or(Cell::Empty, |row| row.cell(1).clone())
    };
    let rows = raw.rows[at + 1..]
        .iter()
        .take_while(|row| !is_section(row) && table(row).is_none())
        .map(|row| Caller {
            line: row.line,
            name: clean_name(&row.cell(columns.name).text())
                .text
                .chars()
                .take(100)
                .collect(),
            email: columns
                .email
                .iter()
                .map(|at| row.cell(*at).text().trim().to_owned())
                .find(|text| text.contains('@'))
                .unwrap_or_default(),
            joined: row.cell(columns.joined).clone(),
            left: columns.left.map_or(Cell::Empty, |left| row.cell(left).clone()),
        })
        .collect();
    let rows: Vec<Caller> = rows;
    if rows.len() > MOST {
        let what = format!("the report lists {} people, and {MOST} is the most", rows.len());
        return Err(FileProblem::whole(
            file,
            what,
            "check that it is the report of one session",
        ));
    }
    let word = |column: usize| {
        if column == columns.name {
            "name"
        } else if columns.email.contains(&column) {
            "email"
        } else if column == columns.joined {
            "joined"
        } else if Some(column) == columns.left {
            "left"
        } else {
            ""
        }
    };
    let headings = raw.rows[at].cells.iter().enumerate();
    Ok(Report {
        file: file.to_owned(),
        encoding: raw.encoding,
        separator: raw.separator,
        title: clean_name(&said(&["meeting title", "title", "meeting name"]).text()).text,
        headings: headings
            .map(|(column, cell)| (clean_name(&cell.text()).text, word(column)))
            .collect(),
        start: said(&["start time", "meeting start time", "start"]),
        rows,
    })
}

/// Where a table of people has what is needed.
struct Table {
    name: usize,
    email: Vec<usize>,
    joined: usize,
    left: Option<usize>,
}

/// The table that a row is the headings of.
fn table(row: &SheetRow) -> Option<Table> {
    let headings: Vec<String> = row
        .cells
        .iter()
        .take(40)
        .map(|cell| plain(&cell.text()))
        .collect();
    let place = |wanted: &[&str]| {
        wanted
            .iter()
            .find_map(|wanted| headings.iter().position(|heading| heading == wanted))
    };
    Some(Table {
        name: place(&["name", "full name", "participant", "display name"])?,
        email: [
            "email",
            "e mail",
            "email address",
            "participant id upn",
            "upn",
            "user principal name",
        ]
        .iter()
        .filter_map(|wanted| headings.iter().position(|heading| heading == wanted))
        .collect(),
        joined: place(&[
            "first join",
            "join time",
            "first join time",
            "joined",
            "joined at",
        ])?,
        left: place(&["last leave", "leave time", "last leave time", "left", "left at"]),
    })
}

/// `2. Participants`.
fn is_section(row: &SheetRow) -> bool {
    let text = row.cell(0).text();
    let mut letters = text.trim().chars();
    row.cells.len() == 1 && letters.next().is_some_and(|c| c.is_ascii_digit()) && letters.next() == Some('.')
}

impl Report {
    /// How many people it lists.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it lists nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The session it is of, told from its title, its file's name and its time; none when they do not tell.
    #[must_use]
    pub fn session(&self, model: &Model) -> Option<Id<Session>> {
        let texts = [self.title.as_str(), self.file.as_str()];
        let spoken = |code: &str| texts.iter().any(|text| has_words(&plain(text), &plain(code)));
        let mut groups: Vec<_> = model.groups.iter().filter(|(_, is)| spoken(&is.code)).collect();
        // CCIO-12 is not meant where CCIO-1 is, but a longer code holds a shorter one.
        groups.sort_by_key(|(id, is)| (std::cmp::Reverse(is.code.len()), !is.is_live(), *id));
        let group = groups.first().map(|(id, _)| *id);
        let starts = self.start_near(model, None);
        let mut sessions: Vec<_> = model
            .sessions
            .iter()
            .filter(|(_, is)| is.stands() && (group.is_none() || is.group == group))
            .collect();
        if let Some(starts) = starts {
            let apart = |is: &Session| (is.starts - starts).num_minutes().abs();
            let mut near: Vec<_> = sessions.iter().filter(|(_, is)| apart(is) <= NEAR).collect();
            near.sort_by_key(|(id, is)| (apart(is), *id));
            if let Some((only, _)) = near.first().filter(|_| group.is_some() || near.len() == 1) {
                return Some(*only);
            }
        }
        group?;
        let numbered = |is: &Session| {
            let round = is.round.map_or(0, |round| model.round_number(round));
            ["session", "round", "s"]
                .iter()
                .any(|word| spoken(&format!("{word} {round}")))
                || spoken(&format!("s{round}"))
        };
        sessions.retain(|(_, is)| is.round.is_some() && numbered(is));
        sessions.sort_by_key(|(id, is)| (std::cmp::Reverse(is.starts), *id));
        sessions.first().map(|(id, _)| *id)
    }

    /// The order of its dates: the one that makes the report one of the session's day.
    fn order(&self, model: &Model, session: Option<&Session>) -> DayOrder {
        let cells = self.rows.iter().flat_map(|row| [&row.joined, &row.left]);
        let told = value::day_order(cells.chain(std::iter::once(&self.start)));
        let Some(session) = session else { return told };
        let day = model.day(session.starts);
        let other = match told {
            DayOrder::DayFirst => DayOrder::MonthFirst,
            DayOrder::MonthFirst => DayOrder::DayFirst,
        };
        let first = std::iter::once(&self.start).chain(self.rows.iter().map(|row| &row.joined));
        let first = first.into_iter().find(|cell| !cell.is_empty());
        let reads = |order| first.is_some_and(|cell| value::day(&date_of(cell), order) == Ok(Some(day)));
        if !reads(told) && reads(other) { other } else { told }
    }

    fn start_near(&self, model: &Model, session: Option<&Session>) -> Option<DateTime<Utc>> {
        let order = self.order(model, session);
        let first = std::iter::once(&self.start).chain(self.rows.iter().map(|row| &row.joined));
        first
            .filter_map(|cell| value::moment(cell, order, model.zone()).ok().flatten())
            .next()
    }

    /// Draws up what taking it in does. With `mark`, who was seen and has no mark is marked in the same entry.
    ///
    /// # Errors
    /// When the session's register is closed and marks are asked for.
    pub fn attendance(
        &self,
        model: &Model,
        mint: &mut Mint,
        (session, callers): (Id<Session>, &Callers),
        leave_out: &BTreeSet<u32>,
        mark: Option<(&str, DateTime<Utc>)>,
    ) -> Result<Attendance, crate::domain::Refusal> {
        let is = model.sessions.get(session);
        let order = self.order(model, is);
        let matching = Matching::of(model, session);
        let mut preview = Preview::default();
        let mut draft = Draft::on(model);
        let mut seen: Vec<Seen> = Vec::new();
        let mut unknown = Vec::new();
        let mut met: BTreeMap<(Option<Id<Enrolment>>, String), u32> = BTreeMap::new();
        if let Some(is) = is
            && let Some(starts) = self.start_near(model, Some(is))
            && model.day(starts) != model.day(is.starts)
        {
            preview.warnings.push(format!(
                "the report is of {}, and {} is on {}",
                model.day(starts),
                model.session_title(session),
                model.day(is.starts)
            ));
        }
        for row in self.rows.iter().filter(|row| !leave_out.contains(&row.line)) {
            preview.rows += 1;
            let refused = |why: &str, value: &str, field: &str| RefusedRow {
                row: row.line,
                why: why.to_owned(),
                value: value.to_owned(),
                email: row.email.clone(),
                field: field.to_owned(),
            };
            let moment = |cell: &Cell| value::moment(cell, order, model.zone());
            let joined = match moment(&row.joined) {
                Ok(Some(joined)) => joined,
                Ok(None) => {
                    preview
                        .refused
                        .push(refused("no time of joining", &row.name, "joined"));
                    continue;
                }
                Err(why) => {
                    preview.refused.push(refused(&why, &row.name, "joined"));
                    continue;
                }
            };
            let left = match moment(&row.left) {
                Ok(left) if left.is_some_and(|left| left < joined) => {
                    preview
                        .refused
                        .push(refused("left before joining", &row.name, "left"));
                    continue;
                }
                Ok(left) => left,
                Err(why) => {
                    preview.refused.push(refused(&why, &row.name, "left"));
                    continue;
                }
            };
            let name = value::name(&row.name, false).text;
            let enrolment = callers
                .get(&row.name)
                .copied()
                .or_else(|| matching.find(&row.email, &name));
            let key = (
                enrolment,
                if enrolment.is_none() {
                    fold(&row.name)
                } else {
                    String::new()
                },
            );
            if let Some(first) = met.get(&key) {
                // Teams lists somebody twice who came with two devices: from the first join to the last leave.
                preview.duplicates.push(DuplicateRow {
                    row: row.line,
                    of_row: *first,
                    kept: *first,
                    email: row.email.clone(),
                });
                if let Some(both) = seen.iter_mut().find(|seen| Some(seen.enrolment) == enrolment) {
                    both.joined = both.joined.min(model.local(joined).naive_local());
                    both.left = both
                        .left
                        .zip(left.map(|left| model.local(left).naive_local()))
                        .map(|(one, other)| one.max(other));
                }
            } else {
                met.insert(key, row.line);
            }
            let act = self.sight(
                model,
                &mut draft,
                mint,
                session,
                (enrolment, &row.name),
                (joined, left),
            );
            if preview
                .duplicates
                .last()
                .is_some_and(|twice| twice.row == row.line)
            {
                continue;
            }
            let local = |at: DateTime<Utc>| model.local(at).naive_local();
            let Some(enrolment) = enrolment else {
                unknown.push(row.name.clone());
                preview.refused.push(refused(
                    "nobody here has this name or address; it stands in the register as a caller",
                    &row.name,
                    "name",
                ));
                continue;
            };
            let late = is.map_or(0, |is| (joined - is.starts).num_minutes());
            let proposed = if late > LATE_FROM {
                MarkValue::Late
            } else {
                MarkValue::Present
            };
            let until = left.map_or_else(String::new, |left| format!(" to {}", local(left).format("%H:%M")));
            let late = if proposed == MarkValue::Late {
                format!(" {late} min")
            } else {
                String::new()
            };
            preview.taken.push(Taken {
                row: row.line,
                act,
                name: model.enrolled_name(enrolment),
                what: format!(
                    "seen {}{until}, proposed {proposed}{late}",
                    local(joined).format("%H:%M")
                ),
            });
            seen.push(Seen {
                enrolment,
                email: if row.email.is_empty() {
                    let person = model
                        .enrolments
                        .get(enrolment)
                        .and_then(|is| model.people.get(is.person));
                    person.map(|is| is.email.clone()).unwrap_or_default()
                } else {
                    row.email.clone()
                },
                joined: local(joined),
                left: left.map(local),
                proposed,
            });
        }
        let label = Label::new(
            "import",
            format!(
                "attendance of {} from {}",
                model.session_title(session),
                self.file
            ),
        );
        let mut edit = model.edit(mint.nonce(), label, draft.changes());
        if let Some((by, now)) = mark {
            let marking = model
                .after(&edit.changes)
                .mark_all(mint, session, true, by, now)?;
            edit = super::intake::then(edit, marking);
        }
        Ok(Attendance {
            preview,
            edit,
            session,
            seen,
            unknown,
        })
    }

    /// Notes that somebody was in the call; of somebody who was noted before from the first join to the last leave.
    fn sight(
        &self,
        model: &Model,
        draft: &mut Draft<'_>,
        mint: &mut Mint,
        session: Id<Session>,
        (enrolment, name): (Option<Id<Enrolment>>, &str),
        (joined, left): (DateTime<Utc>, Option<DateTime<Utc>>),
    ) -> Act {
        let same = |is: &Sighting| match (is.enrolment, enrolment) {
            (Some(one), Some(other)) => one == other,
            // Who was a caller nobody knew is known now.
            (None, _) => fold(&is.name) == fold(name),
            (Some(_), None) => false,
        };
        let drafted = draft.find(|record| match record {
            Record::Sighting(id, is) if is.session == session && same(is) => Some((*id, (**is).clone())),
            _ => None,
        });
        let known = drafted.or_else(|| {
            let mut there = model.sightings_in(session);
            there.find(|(_, is)| same(is)).map(|(id, is)| (id, is.clone()))
        });
        let (id, act, sighting) = match known {
            Some((id, is)) => {
                let merged = Sighting {
                    enrolment: enrolment.or(is.enrolment),
                    joined: joined.min(is.joined),
                    left: left.zip(is.left).map(|(one, other)| one.max(other)).or(left),
                    ..is.clone()
                };
                let act = if merged == is { Act::Same } else { Act::Change };
                (id, act, merged)
            }
            None => {
                let is = Sighting {
                    session,
                    enrolment,
                    name: name.to_owned(),
                    joined,
                    left,
                };
                (mint.id(), Act::Add, is)
            }
        };
        draft.put(Record::Sighting(id, Box::new(sighting)));
        act
    }
}

/// The date of a moment written as text, for telling the order of its parts.
fn date_of(cell: &Cell) -> Cell {
    match cell {
        Cell::Text(text) => Cell::from_text(text.trim().split([' ', ',']).next().unwrap_or("")),
        Cell::Moment(at) => Cell::Day(at.date()),
        other => other.clone(),
    }
}
