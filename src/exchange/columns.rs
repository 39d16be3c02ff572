//! Which column of a sheet holds what, told from its heading and, where headings mislead, from what is under it.
//!
//! One table of phrases. Microsoft Forms writes empty "Name" and "Email" columns (or "anonymous") beside the
//! questions that people answered, so a column without use loses to one with. Knows nothing of records.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::sheet::{Sheet, SheetRow};
use crate::domain::text::fold;

/// What a column can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The whole name; [`Columns::surname_first`] tells in which order.
    Name,
    /// The family name, where it has a column of its own.
    Surname,
    /// The given name, where it has a column of its own.
    Forename,
    /// What to call the person.
    KnownAs,
    /// The address.
    Email,
    /// Telephone.
    Phone,
    /// Employer.
    Organisation,
    /// NHS region.
    Region,
    /// Job title.
    JobTitle,
    /// Mentor or mentee.
    Role,
    /// Stream, first choice.
    Stream,
    /// Stream, second choice.
    SecondStream,
    /// Career stage.
    Stage,
    /// Wishes of a mentee, topics of a mentor.
    Wishes,
    /// Line manager's address.
    LineManager,
    /// When the person is usually free.
    FreeTimes,
    /// Access needs.
    AccessNeeds,
    /// Whether feedback may be quoted.
    QuoteConsent,
    /// Free words of the applicant.
    Statement,
    /// How many mentees a mentor takes.
    Capacity,
    /// When it was sent in.
    Received,
    /// Group code.
    Group,
    /// First day of taking part.
    Started,
    /// Last day, if the person left.
    Left,
    /// How many sessions the person came to.
    Attended,
    /// Administrative note.
    Note,
    /// Nothing of use: what somebody said of a column that is misread.
    Unused,
}

/// Every field, the word it has in a mapping file, and the phrases that name it in headings.
///
/// Phrases are folded words; the longest that is found in a heading wins, `=` asks for the whole heading.
const TABLE: &[(Field, &str, &[&str])] = &[
    (
        Field::Name,
        "name",
        &[
            "=name",
            "full name",
            "your name",
            "surname forename",
            "surname first name",
            "last name first name",
            "display name",
            "participant name",
            "attendee name",
            "name",
        ],
    ),
    (
        Field::Surname,
        "surname",
        &["=surname", "last name", "family name", "surname"],
    ),
    (
        Field::Forename,
        "forename",
        &["=forename", "first name", "given name", "forename", "forenames"],
    ),
    (
        Field::KnownAs,
        "known_as",
        &["known as", "preferred name", "what should we call you"],
    ),
    (
        Field::Email,
        "email",
        &[
            "=email",
            "=e mail",
            "=mail",
            "work email address",
            "email address",
            "e mail address",
            "email",
            "e mail",
            "mail",
        ],
    ),
    (
        Field::Phone,
        "phone",
        &[
            "phone",
            "telephone",
            "mobile",
            "=tel",
            "phone number",
            "telephone number",
        ],
    ),
    (
        Field::Organisation,
        "organisation",
        &[
            "organisation",
            "organization",
            "employer",
            "=trust",
            "nhs trust",
            "your trust",
            "employing trust",
            "=org",
            "where do you work",
        ],
    ),
    (Field::Region, "region", &["region", "nhs region"]),
    (
        Field::JobTitle,
        "job_title",
        &["job title", "job role", "=job", "=position", "your post", "=post"],
    ),
    (
        Field::Role,
        "role",
        &[
            "=role",
            "mentor or mentee",
            "=type",
            "role in the programme",
            "role",
        ],
    ),
    (
        Field::Stream,
        "stream",
        &[
            "=stream",
            "which stream are you applying for",
            "first choice",
            "which stream",
            "stream",
        ],
    ),
    (
        Field::SecondStream,
        "second_stream",
        &[
            "second choice",
            "second stream",
            "stream would be your second choice",
            "other stream",
            "2nd choice",
        ],
    ),
    (
        Field::Stage,
        "stage",
        &["career stage", "=stage", "stage of your career"],
    ),
    (
        Field::Wishes,
        "wishes",
        &[
            "want from mentoring",
            "which topics can you help with",
            "topics",
            "wishes",
            "=goals",
            "hope to gain",
            "can you help with",
            "would you like help with",
        ],
    ),
    (
        Field::LineManager,
        "line_manager",
        &["who is your line manager", "line manager", "=manager"],
    ),
    (
        Field::FreeTimes,
        "free_times",
        &[
            "when are you usually free",
            "usually free",
            "free times",
            "availability",
            "available",
            "=free",
        ],
    ),
    (
        Field::AccessNeeds,
        "access_needs",
        &[
            "access needs",
            "accessibility",
            "access requirements",
            "reasonable adjustments",
        ],
    ),
    (
        Field::QuoteConsent,
        "quote_consent",
        &[
            "may we quote",
            "quote your feedback",
            "quote you",
            "consent to quote",
        ],
    ),
    (
        Field::Statement,
        "statement",
        &[
            "anything else",
            "supporting statement",
            "personal statement",
            "statement",
            "why do you want to",
        ],
    ),
    (
        Field::Capacity,
        "capacity",
        &[
            "how many mentees can you take",
            "how many mentees",
            "capacity",
            "=max mentees",
        ],
    ),
    (
        Field::Received,
        "received",
        &[
            "completion time",
            "=timestamp",
            "=end date",
            "=received",
            "=submitted",
            "date submitted",
            "submitted at",
            "date received",
        ],
    ),
    (
        Field::Group,
        "group",
        &["=group", "group code", "=circle", "mentoring group"],
    ),
    (
        Field::Started,
        "started",
        &[
            "=start",
            "=start date",
            "=started",
            "=joined",
            "joined on",
            "start of mentoring",
        ],
    ),
    (
        Field::Left,
        "left",
        &["=left", "left on", "leaving date", "=leaver", "date left"],
    ),
    (
        Field::Attended,
        "attended",
        &["sessions attended", "=attended", "=sessions", "=attendance"],
    ),
    (Field::Note, "note", &["=note", "=notes", "=comment", "=comments"]),
    (Field::Unused, "unused", &[]),
];

/// How many rows are looked at to see whether a column is of use.
const LOOKED_AT: usize = 200;

impl Field {
    /// The word for it in a mapping file.
    #[must_use]
    pub fn word(self) -> &'static str {
        TABLE
            .iter()
            .find(|(field, ..)| *field == self)
            .map_or("", |(_, word, _)| word)
    }

    /// The field with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let word = plain(word).replace(' ', "_");
        TABLE
            .iter()
            .find(|(_, own, _)| *own == word)
            .map(|(field, ..)| *field)
    }

    /// All of them, in the order of forms.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|(field, ..)| *field)
    }
}

/// Where each field stands in a sheet.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Columns {
    at: BTreeMap<Field, usize>,
    surname_first: bool,
}

impl Columns {
    /// Finds the fields by looking; `remembered` pairs of heading and field, from an earlier time or from a
    /// mapping file, come before everything else.
    #[must_use]
    pub fn find(sheet: &Sheet, remembered: &[(String, Field)]) -> Self {
        let headings: Vec<String> = (0..sheet.header.len())
            .map(|column| plain(&sheet.header[column]))
            .collect();
        let mut candidates = Vec::new();
        for (column, heading) in headings.iter().enumerate().filter(|(_, h)| !h.is_empty()) {
            if remembered
                .iter()
                .any(|(header, field)| *field == Field::Unused && plain(header) == *heading)
            {
                continue;
            }
            for (header, field) in remembered.iter().filter(|(header, _)| plain(header) == *heading) {
                candidates.push((1000 + header.len(), *field, column));
            }
            for (field, _, phrases) in TABLE {
                if let Some(score) = phrases.iter().filter_map(|phrase| score(heading, phrase)).max() {
                    candidates.push((score / usefulness(sheet, column, *field), *field, column));
                }
            }
        }
        candidates.sort_by(|a, b| b.0.cmp(&a.0).then(a.2.cmp(&b.2)));
        let mut columns = Self::default();
        for (_, field, column) in candidates {
            if !columns.at.contains_key(&field) && !columns.at.values().any(|taken| *taken == column) {
                columns.at.insert(field, column);
            }
        }
        columns.surname_first = columns.column(Field::Name).is_some_and(|column| {
            let heading = &headings[column];
            let place = |words: &[&str]| words.iter().filter_map(|word| heading.find(word)).min();
            place(&["surname", "last name", "family name"])
                .zip(place(&["forename", "first name", "given name"]))
                .is_some_and(|(family, given)| family < given)
        });
        columns
    }

    /// The column of a field, counted from 0.
    #[must_use]
    pub fn column(&self, field: Field) -> Option<usize> {
        self.at.get(&field).copied()
    }

    /// Whether the sheet has this field.
    #[must_use]
    pub fn has(&self, field: Field) -> bool {
        self.at.contains_key(&field)
    }

    /// What a row has for a field; nothing when the sheet has no such column.
    #[must_use]
    pub fn cell<'r>(&self, row: &'r SheetRow, field: Field) -> &'r super::Cell {
        self.column(field)
            .map_or(&super::Cell::Empty, |column| row.cell(column))
    }

    /// What a row has for a field, as trimmed text.
    #[must_use]
    pub fn text<'r>(&self, row: &'r SheetRow, field: Field) -> Cow<'r, str> {
        match self.cell(row, field).text() {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            made => made,
        }
    }

    /// Whether names are written "Surname, forename" by the word of the heading.
    #[must_use]
    pub const fn surname_first(&self) -> bool {
        self.surname_first
    }

    /// The found fields with their headings, to be remembered for the next file of the same making.
    #[must_use]
    pub fn mapping(&self, sheet: &Sheet) -> Vec<(String, Field)> {
        let heading = |column: usize| sheet.header.get(column).cloned().unwrap_or_default();
        self.at
            .iter()
            .map(|(field, column)| (heading(*column), *field))
            .collect()
    }

    /// The columns, counted from 0, that have a heading and were not understood.
    #[must_use]
    pub fn unknown(&self, sheet: &Sheet) -> Vec<usize> {
        let known = |column: &usize| self.at.values().any(|taken| taken == column);
        (0..sheet.header.len())
            .filter(|c| !known(c) && !sheet.header[*c].is_empty())
            .collect()
    }

    /// The name in a row as it was written: one column, or forename and surname put together.
    #[must_use]
    pub fn written_name<'r>(&self, row: &'r SheetRow) -> Cow<'r, str> {
        if self.has(Field::Name) {
            let name = self.text(row, Field::Name);
            if !name.is_empty() {
                return name;
            }
        }
        let parts = [self.text(row, Field::Forename), self.text(row, Field::Surname)];
        Cow::Owned(parts.join(" ").trim().to_owned())
    }
}

/// Whether a text is the heading of some field.
#[must_use]
pub(super) fn is_known(text: &str) -> bool {
    let heading = plain(text);
    !heading.is_empty()
        && TABLE
            .iter()
            .any(|(_, _, phrases)| phrases.iter().any(|p| score(&heading, p).is_some()))
}

/// Folded words with single spaces between them.
pub(super) fn plain(text: &str) -> String {
    let folded = fold(text);
    let mut words = String::with_capacity(folded.len());
    for word in folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    words
}

/// Whether these words stand in the text side by side; both are plain.
pub(super) fn has_words(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + words.len()..]);
        (before.is_empty() || before.ends_with(' ')) && (after.is_empty() || after.starts_with(' '))
    })
}

/// How well a heading fits a phrase: all of it best, then by the length of what was found.
fn score(heading: &str, phrase: &str) -> Option<usize> {
    let (whole, phrase) = phrase
        .strip_prefix('=')
        .map_or((false, phrase), |phrase| (true, phrase));
    if heading == phrase {
        return Some(400 + phrase.len());
    }
    (!whole && has_words(heading, phrase)).then_some(100 + phrase.len())
}

/// By what a column's score is divided: 1 when it holds what the field needs, more when it is of no use.
fn usefulness(sheet: &Sheet, column: usize, field: Field) -> usize {
    let looked = sheet.rows.iter().take(LOOKED_AT);
    let cells: Vec<_> = looked
        .map(|row| row.cell(column))
        .filter(|cell| !cell.is_empty())
        .collect();
    let addresses = cells.iter().filter(|cell| cell.text().contains('@')).count();
    match field {
        _ if sheet.rows.is_empty() => 1,
        _ if cells.is_empty() => 50,
        Field::Email if addresses * 2 < cells.len() => 50,
        Field::Name if addresses * 2 > cells.len() => 50,
        _ => 1,
    }
}

#[cfg(test)]
mod tests;
