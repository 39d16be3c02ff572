//! Everything in one file, and back.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::export::trouble;
use super::file;
use super::said::{Answer, Said, Trouble, object};
use super::visit::{Globals, Visit};
use crate::hub::backup::{self, Contents, Unusable};

/// Where to.
#[derive(Debug, Args)]
pub struct Backup {
    /// The file
    file: PathBuf,
}

/// What, and where to.
#[derive(Debug, Args)]
pub struct Restore {
    /// The backup
    file: PathBuf,
    /// A directory that is empty or not there yet
    #[arg(long, value_name = "DIR")]
    into: PathBuf,
}

/// Writes a backup beside its place, reads it back from the disk, and only then gives it its name.
pub fn backup(globals: &Globals, to: &Backup) -> Said {
    let path = &to.file;
    let mut visit = Visit::open(globals)?;
    let (part, file) = file::beside(path).map_err(|why| trouble(path, why))?;
    let made = visit
        .client
        .backup()
        .map_err(Trouble::from)
        .and_then(|bytes| kept(path, file, &bytes))
        .and_then(|contents| {
            file::put(&part, path).map_err(|why| trouble(path, why))?;
            Ok(contents)
        });
    match made {
        Ok(contents) => Ok(told(path, &contents, "Backed up and read back")),
        Err(why) => {
            // The first error is the one to tell.
            let _ = fs::remove_file(&part);
            Err(why)
        }
    }
}

/// Writes the bytes, makes them durable and reads what is on the disk.
fn kept(path: &Path, mut file: File, bytes: &[u8]) -> Result<Contents, Trouble> {
    let again = || -> std::io::Result<Vec<u8>> {
        file.write_all(bytes)?;
        file.sync_all()?;
        file.seek(SeekFrom::Start(0))?;
        let mut found = Vec::with_capacity(bytes.len());
        file.read_to_end(&mut found)?;
        Ok(found)
    };
    let mut again = again;
    let found = again().map_err(|error| trouble(path, error.into()))?;
    backup::check(&found).map_err(|why| unusable(path, why))
}

/// Reads a backup and says what is in it.
pub fn look(path: &Path) -> Said {
    let bytes = fs::read(path).map_err(|error| Trouble::file(path, &error))?;
    let contents = backup::check(&bytes).map_err(|why| unusable(path, why))?;
    let mut answer = told(path, &contents, "A whole backup");
    answer.confirms = false;
    Ok(answer)
}

/// Puts a backup into an empty directory.
pub fn restore(restore: &Restore) -> Said {
    let path = &restore.file;
    let bytes = fs::read(path).map_err(|error| Trouble::file(path, &error))?;
    let contents = backup::restore(&bytes, &restore.into).map_err(|why| unusable(path, why))?;
    let mut answer = told(&restore.into, &contents, "Restored and read back");
    answer
        .lines
        .push(format!("Open it with: cohort --data {}", restore.into.display()));
    Ok(answer)
}

fn told(place: &Path, contents: &Contents, what: &str) -> Answer {
    let json = object([
        ("revision", json!(contents.revision)),
        ("records", json!(contents.records)),
        ("problems", json!([])),
        ("file", json!(place.display().to_string())),
        ("at", json!(contents.at)),
        ("program", json!(contents.program)),
    ]);
    let said = format!(
        "{what}: {} records at revision {}, of {}, in {}.",
        contents.records,
        contents.revision,
        contents.at.format("%Y-%m-%d %H:%M UTC"),
        place.display()
    );
    Answer::did(json, said)
}

fn unusable(path: &Path, why: Unusable) -> Trouble {
    let what = why.to_string();
    let hint = match &why {
        Unusable::Foreign => "name a file that `cohort backup` wrote",
        Unusable::Newer => "install the newer program",
        Unusable::Damaged(_) => "nothing was changed; use an older backup, or another copy of this one",
        Unusable::Place(problem) => &problem.hint,
    };
    let code = match &why {
        Unusable::Foreign | Unusable::Damaged(_) => 5,
        Unusable::Newer | Unusable::Place(_) => 6,
    };
    let trouble = match &why {
        Unusable::Place(_) => Trouble::new(code, what, hint),
        _ => Trouble::new(code, format!("{}: {what}", path.display()), hint),
    };
    trouble.in_file(path.display().to_string(), None)
}
