//! The watermark: a small file beside the database that says how far it had come.
//!
//! A truncated log can leave sled with an older state that is whole in itself, which no hash inside it would
//! show. The watermark is written after each durable commit, so a database behind it has lost something. It also
//! tells a new directory from one whose database has vanished, and a newer layout before sled opens anything.

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::header::SCHEMA;
use super::problem::{Cause, StoreProblem};
use crate::domain::Rev;

/// The file's name in the data directory.
pub const FILE: &str = "watermark";

/// The open file.
pub struct Watermark {
    file: File,
    uuid: u128,
}

/// What a watermark says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Which database it belongs to.
    pub uuid: u128,
    /// The last revision that was durable.
    pub revision: Rev,
}

fn text(uuid: u128, revision: Rev) -> String {
    let line = format!("cohort store {SCHEMA:05}\nuuid {uuid:032x}\nrevision {revision:020}\n");
    let sum = crc32fast::hash(line.as_bytes());
    format!("{line}sum {sum:08x}\n")
}

/// Reads the watermark of a directory; `None` when it has none yet.
pub fn read(dir: &Path) -> Result<Option<Seen>, StoreProblem> {
    let path = dir.join(FILE);
    let mut found = String::new();
    match File::open(&path) {
        Ok(file) => file.take(4096).read_to_string(&mut found),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => Err(error),
    }
    .map_err(|error| StoreProblem::system(&path, "read", &error))?;
    let field = |name: &str| -> Option<&str> {
        found
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))
    };
    let schema: Option<u32> = field("cohort store").and_then(|t| t.parse().ok());
    if let Some(schema) = schema.filter(|schema| *schema > SCHEMA) {
        return Err(newer(&path, schema));
    }
    let read = || -> Option<Seen> {
        let seen = Seen {
            uuid: u128::from_str_radix(field("uuid")?, 16).ok()?,
            revision: field("revision")?.parse().ok()?,
        };
        (text(seen.uuid, seen.revision) == found).then_some(seen)
    };
    read().map(Some).ok_or_else(|| {
        StoreProblem::new(
            Cause::Damaged,
            format!("the file {} is not as the store wrote it", path.display()),
            "nothing was changed; put a backup in place, or move this file away to take the database as it is",
        )
    })
}

/// The refusal of data written by a newer program.
pub fn newer(path: &Path, schema: u32) -> StoreProblem {
    StoreProblem::new(
        Cause::Newer,
        format!(
            "{} was written by a newer cohort (layout {schema}; this program knows {SCHEMA})",
            path.display()
        ),
        "install the newer program; nothing was changed",
    )
}

impl Watermark {
    /// Opens the file, making it durable when it is new.
    pub fn open(dir: &Path, uuid: u128, revision: Rev) -> std::io::Result<Self> {
        let path: PathBuf = dir.join(FILE);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o660)
            .open(path)?;
        let mark = Self { file, uuid };
        mark.raise(revision)?;
        mark.file.sync_all()?;
        Ok(mark)
    }

    /// Notes that everything up to here is durable. The line has one length, so it is replaced in place.
    pub fn raise(&self, revision: Rev) -> std::io::Result<()> {
        self.file.write_all_at(text(self.uuid, revision).as_bytes(), 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watermark_reads_back_and_rises() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(read(dir.path()), Ok(None));
        let mark = Watermark::open(dir.path(), 9, 3).unwrap();
        mark.raise(12).unwrap();
        assert_eq!(
            read(dir.path()),
            Ok(Some(Seen {
                uuid: 9,
                revision: 12
            }))
        );
    }

    #[test]
    fn a_watermark_of_a_newer_layout_is_named_as_such() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE), "cohort store 00099\nwhatever is new\n").unwrap();
        assert_eq!(read(dir.path()).unwrap_err().cause, Cause::Newer);
    }
}
