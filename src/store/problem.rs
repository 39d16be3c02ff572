//! Why the database cannot be used, in words for whoever runs the programme. Knows no protocol and no screen.

use std::fmt;
use std::path::Path;

/// What stands between the program and its data. Everything here leaves the files as they were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreProblem {
    /// What is wrong, with the file it was found in.
    pub what: String,
    /// What to do about it.
    pub hint: String,
    /// What kind of problem it is.
    pub cause: Cause,
}

/// The kinds of problem that callers tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Another store process holds the lock.
    InUse,
    /// The directory cannot hold a database as it is.
    Place,
    /// There is too little room on the disk.
    Full,
    /// The data was written by a newer program.
    Newer,
    /// The files do not hold what was written into them.
    Damaged,
}

impl StoreProblem {
    /// A problem of this kind.
    pub fn new(cause: Cause, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            hint: hint.into(),
            cause,
        }
    }

    /// Damage found in a file or row; nothing was changed.
    pub fn damaged(place: &Path, found: impl fmt::Display) -> Self {
        Self::new(
            Cause::Damaged,
            format!("the database is damaged: {}: {found}", place.display()),
            "nothing was changed; keep a copy of the directory, then put a backup in its place",
        )
    }

    /// The system refused to do something with a path.
    pub fn system(path: &Path, doing: &str, error: &std::io::Error) -> Self {
        let cause = match error.kind() {
            std::io::ErrorKind::StorageFull => Cause::Full,
            _ => Cause::Place,
        };
        let hint = match error.kind() {
            std::io::ErrorKind::PermissionDenied => {
                "check who owns the directory and whether it can be written"
            }
            std::io::ErrorKind::ReadOnlyFilesystem => "choose a directory that can be written, with --data",
            std::io::ErrorKind::StorageFull => "free some space on this disk and try again",
            _ => "check the directory, or choose another one with --data",
        };
        Self::new(cause, format!("cannot {doing} {}: {error}", path.display()), hint)
    }
}

impl fmt::Display for StoreProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}
impl std::error::Error for StoreProblem {}
