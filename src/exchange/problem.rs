//! What is wrong with a file, said so that it can be mended.

use std::fmt;

/// Why a file, or a row of it, was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct FileProblem {
    /// The file's name, as given.
    pub file: String,
    /// The row of the sheet, 1 being the first.
    pub line: Option<u32>,
    /// The heading of the column, or the name of the sheet when the problem is not one cell's.
    pub field: Option<String>,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

impl FileProblem {
    /// A problem of the whole file.
    #[must_use]
    pub fn whole(file: &str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            what: what.into(),
            remedy: remedy.into(),
            ..Self::default()
        }
    }

    /// The same problem at this row.
    #[must_use]
    pub fn at_line(mut self, line: u32) -> Self {
        self.line = Some(line);
        self
    }

    /// The same problem in this column or sheet.
    #[must_use]
    pub fn in_field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}

impl fmt::Display for FileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if let Some(field) = &self.field {
            write!(f, ", {field}")?;
        }
        write!(f, ": {}", self.what)
    }
}

impl std::error::Error for FileProblem {}
