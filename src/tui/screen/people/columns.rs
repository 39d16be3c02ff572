//! The columns of the grid: what each is called, what stands in it, how it is edited, and which go first when
//! room is short. Knows one person at a time; must not know the list.

use crate::domain::text::fold;
use crate::domain::{Enrolment, Model, Participant, Person, Role, Status};
use crate::tui::part::{Cell, Column};
use crate::tui::theme;

/// How a cell is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Typed in the cell.
    Typed,
    /// Chosen from a popup.
    Chosen,
    /// Through the popup of groups.
    Moved,
    /// Counted, never typed; the sentence says from what.
    Counted(&'static str),
}

/// One column.
#[derive(Clone, Copy, Debug)]
pub struct Col {
    /// The field's key, as in `set ID FIELD VALUE`.
    pub key: &'static str,
    /// Heading, widths, rank.
    pub shape: Column,
    /// How its cells are changed.
    pub how: How,
    /// Whether it is shown before anybody chooses.
    pub usual: bool,
    /// What it holds, for the popup of columns.
    pub about: &'static str,
}

const fn col(key: &'static str, shape: Column, how: How, usual: bool, about: &'static str) -> Col {
    Col {
        key,
        shape,
        how,
        usual,
        about,
    }
}

use How::{Chosen, Counted, Moved, Typed};

const COUNTED_ATT: &str = "ATT is counted from closed registers; a mark in a register changes it.";
const COUNTED_FDBK: &str = "FDBK counts answers to what was asked by name; 5 Feedback has them.";

/// Every column, in the order shown.
#[rustfmt::skip]
pub const COLUMNS: &[Col] = &[
    col("name", Column::new("NAME", 18, 1, 0), Typed, true, "as the person writes it"),
    col("known_as", Column::new("KNOWN AS", 10, 0, 9), Typed, false, "what to call the person"),
    col("role", Column::new("ROLE", 6, 0, 5), Chosen, true, "mentor or mentee"),
    col("stream", Column::new("STREAM", 6, 0, 4), Chosen, true, "which stream"),
    col("group", Column::new("GROUP", 7, 0, 2), Moved, true, "the group in force"),
    col("organisation", Column::new("TRUST", 13, 1, 7), Typed, true, "the employer"),
    col("email", Column::new("MAIL", 28, 2, 9), Typed, true, "present address"),
    col("phone", Column::new("PHONE", 14, 0, 9), Typed, false, "telephone"),
    col("region", Column::new("REGION", 12, 0, 9), Typed, false, "NHS region"),
    col("job_title", Column::new("JOB", 18, 1, 9), Typed, false, "job title"),
    col("line_manager", Column::new("LINE MANAGER", 22, 0, 9), Typed, false, "the line manager's address"),
    col("access_needs", Column::new("NEEDS", 14, 0, 9), Typed, false, "access needs"),
    col("stage", Column::new("STAGE", 8, 0, 9), Chosen, false, "aspiring, emerging, senior"),
    col("capacity", Column::new("CAP", 3, 0, 9), Typed, false, "mentees a mentor takes"),
    col("status", Column::new("STATUS", 9, 0, 3), Chosen, true, "where the person stands"),
    col("attendance", Column::new("ATT", 4, 0, 6), Counted(COUNTED_ATT), true, "attendance in closed registers"),
    col("answered", Column::new("FDBK", 4, 0, 8), Counted(COUNTED_FDBK), true, "answered of asked by name"),
    col("note", Column::new("NOTE", 16, 1, 9), Typed, false, "administrative note"),
];

/// One person in one role, with the records a cell needs.
#[derive(Clone, Copy)]
pub struct Of<'a> {
    /// The cohort.
    pub model: &'a Model,
    /// The part.
    pub part: &'a Participant,
    /// The person; none when erased meanwhile.
    pub person: Option<&'a Person>,
    /// The participation.
    pub enrolment: Option<&'a Enrolment>,
}

impl<'a> Of<'a> {
    /// The records of one part.
    #[must_use]
    pub fn new(model: &'a Model, part: &'a Participant) -> Self {
        Self {
            model,
            part,
            person: model.people.get(part.person),
            enrolment: part.enrolment.and_then(|id| model.enrolments.get(id)),
        }
    }

    /// What a field holds, as text.
    #[must_use]
    pub fn text(&self, key: &str) -> String {
        let of_person = |get: fn(&Person) -> &String| self.person.map(get).cloned().unwrap_or_default();
        match key {
            "name" => self.model.name_of(self.part.person),
            "known_as" => of_person(|p| &p.known_as),
            "organisation" => of_person(|p| &p.organisation),
            "email" => of_person(|p| &p.email),
            "phone" => of_person(|p| &p.phone),
            "region" => of_person(|p| &p.region),
            "job_title" => of_person(|p| &p.job_title),
            "line_manager" => of_person(|p| &p.line_manager),
            "access_needs" => of_person(|p| &p.access_needs),
            "note" => of_person(|p| &p.note),
            "role" => self.part.role.word().to_owned(),
            "stream" => self
                .part
                .stream
                .map(|id| self.model.stream_code(id))
                .unwrap_or_default(),
            "group" => self
                .part
                .group
                .map(|id| self.model.group_code(id))
                .unwrap_or_default(),
            "stage" => self
                .part
                .stage
                .map(|stage| stage.word().to_owned())
                .unwrap_or_default(),
            "status" => self.part.status.word().to_owned(),
            "capacity" => self
                .enrolment
                .and_then(|enrolment| enrolment.capacity)
                .map(|capacity| capacity.to_string())
                .unwrap_or_default(),
            "attendance" => self
                .attendance()
                .map_or_else(|| "-".to_owned(), |percent| format!("{percent}%")),
            "answered" => match self.answered() {
                (_, 0) => String::new(),
                (part, whole) => format!("{part}/{whole}"),
            },
            _ => String::new(),
        }
    }

    /// Attendance in percent, where a register is closed.
    #[must_use]
    pub fn attendance(&self) -> Option<u8> {
        self.model.attendance_of_enrolment(self.part.enrolment?).percent()
    }

    /// How many of the questions asked by name were answered: waves that are not anonymous.
    #[must_use]
    pub fn answered(&self) -> (usize, usize) {
        let Some(enrolment) = self.part.enrolment else {
            return (0, 0);
        };
        let by_name = |wave| self.model.waves.get(wave).is_some_and(|wave| !wave.anonymous);
        let asked = self
            .model
            .requests_of(enrolment)
            .filter(|(_, request)| by_name(request.wave));
        asked.fold((0, 0), |(part, whole), (_, request)| {
            (part + usize::from(request.answered), whole + 1)
        })
    }

    /// Whether the person waits for a group.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.part.status == Status::Waiting && self.part.role == Role::Mentee
    }

    /// What the person waits for the office to do, in words.
    #[must_use]
    pub fn calls(&self) -> Option<String> {
        match self.part.status {
            Status::Waiting if self.part.role == Role::Mentee => Some("no group yet: m gives one".to_owned()),
            Status::Applied | Status::UnderReview => Some("not decided: e on STATUS decides".to_owned()),
            _ if self.strays() => {
                let group = self.text("group");
                Some(format!(
                    "stream {} in {group}: m moves, e on STREAM changes",
                    self.text("stream")
                ))
            }
            _ => None,
        }
    }

    /// Whether somebody's stream is not the group's.
    #[must_use]
    pub fn strays(&self) -> bool {
        let group = self.part.group.and_then(|id| self.model.groups.get(id));
        group.is_some_and(|group| Some(group.stream) != self.part.stream)
    }

    /// A cell as the grid shows it.
    #[must_use]
    pub fn cell(&self, key: &str) -> Cell {
        match key {
            "group" if self.waits() => Cell::new("! none", theme::Role::Attention),
            "stream" if self.strays() => Cell::new(format!("!{}", self.text(key)), theme::Role::Attention),
            _ => Cell::from(self.text(key)),
        }
    }

    /// What a column is sorted by: numbers by size, texts folded, codes by their number, nothing last.
    #[must_use]
    pub fn sort_key(&self, key: &str) -> SortKey {
        let number = |n: Option<u16>| SortKey {
            empty: n.is_none(),
            number: n.unwrap_or_default(),
            text: Vec::new(),
        };
        match key {
            "attendance" => number(self.attendance().map(u16::from)),
            "answered" => number(match self.answered() {
                (_, 0) => None,
                (part, whole) => u16::try_from(part * 100 / whole).ok(),
            }),
            "capacity" => number(self.enrolment.and_then(|e| e.capacity).map(u16::from)),
            _ => {
                let text = self.text(key);
                let text = if key == "group" {
                    crate::domain::natural(&text)
                } else {
                    vec![(fold(&text), 0)]
                };
                SortKey {
                    empty: text.iter().all(|(part, _)| part.is_empty()),
                    number: 0,
                    text,
                }
            }
        }
    }
}

/// The place of a cell in a sorted column.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SortKey {
    /// Whether there is nothing in it.
    pub empty: bool,
    number: u16,
    text: Vec<(String, u64)>,
}
