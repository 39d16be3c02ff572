//! Files put where they belong: whole or not at all, for their owner's eyes only.
//!
//! A file is written beside its place under another name, made durable, and renamed over it. Where a directory, a
//! link or a device stands in its place nothing is written.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use crate::exchange::Post;

/// Most names tried for the file beside the place.
const TRIES: u32 = 100;

/// Why a file was not written; nothing of it is left.
#[derive(Debug)]
pub enum Unwritten {
    /// The place is not one for a file: why.
    Place(String),
    /// The system refused.
    System(io::Error),
}

impl std::fmt::Display for Unwritten {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Place(why) => f.write_str(why),
            Self::System(error) => error.fmt(f),
        }
    }
}
impl std::error::Error for Unwritten {}

impl From<io::Error> for Unwritten {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

/// Writes a file, in the place of an ordinary one of the same name if there is one.
///
/// # Errors
/// When the place is a directory, a link or no place for a file, or the disk refuses; what was there stays.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Unwritten> {
    let (part, mut file) = beside(path)?;
    let written = file
        .write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(Unwritten::from)
        .and_then(|()| put(&part, path));
    if written.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&part);
    }
    written
}

/// Writes a file of this name into a directory that is made if need be.
///
/// # Errors
/// As [`write`].
pub fn write_in(dir: &Path, name: &str, bytes: &[u8]) -> Result<(), Unwritten> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    write(&dir.join(name), bytes)
}

/// A new file in the directory of `path`, under a name of its own, to be written and then [`put`] in its place.
///
/// # Errors
/// As [`write`].
pub fn beside(path: &Path) -> Result<(PathBuf, File), Unwritten> {
    look(path)?;
    let directory = directory_of(path);
    for nth in 0..TRIES {
        let part = directory.join(format!(".cohort-{}-{nth}.part", std::process::id()));
        let opened = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&part);
        match opened {
            Ok(file) => return Ok((part, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Unwritten::Place(format!(
        "{} is full of unfinished files (.cohort-*.part): remove them",
        directory.display()
    )))
}

/// Puts a finished, durable file in its place, and makes that durable.
///
/// # Errors
/// As [`write`]; the file stays where it was.
pub fn put(part: &Path, path: &Path) -> Result<(), Unwritten> {
    look(path)?;
    fs::rename(part, path)?;
    File::open(directory_of(path))?.sync_all()?;
    Ok(())
}

/// Writes messages as .eml files into a directory that is made if need be; answers how many.
///
/// # Errors
/// A sentence: the first message or file that cannot be written. Nothing is left of them then.
pub fn outbox(dir: &Path, sender: &str, posts: &[Post], at: DateTime<Utc>) -> Result<usize, String> {
    let said = |what: &Path, error: &io::Error| format!("{} cannot be written: {error}", what.display());
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(|error| format!("{} cannot be made: {error}", dir.display()))?;
    let mut written: Vec<PathBuf> = Vec::with_capacity(posts.len());
    let mut write_all = || -> Result<(), String> {
        let mut number = 0;
        for post in posts {
            loop {
                number += 1;
                let (name, bytes) = post.letter.eml(sender, number, at)?;
                let path = dir.join(name);
                let opened = OpenOptions::new()
                    .write(true)
                    .create_new(true)
                    .mode(0o600)
                    .open(&path);
                let mut file = match opened {
                    Ok(file) => file,
                    // Written in the same second by somebody else.
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 10_000 => continue,
                    Err(error) => return Err(said(&path, &error)),
                };
                written.push(path.clone());
                file.write_all(&bytes)
                    .and_then(|()| file.sync_all())
                    .map_err(|error| said(&path, &error))?;
                break;
            }
        }
        let opened = File::open(dir).and_then(|dir| dir.sync_all());
        opened.map_err(|error| said(dir, &error))
    };
    let done = write_all();
    if done.is_err() {
        for path in &written {
            // The first error is the one to tell.
            let _ = fs::remove_file(path);
        }
    }
    done.map(|()| posts.len())
}

fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Whether a file may be written there.
fn look(path: &Path) -> Result<(), Unwritten> {
    let place = |why: &str| Err(Unwritten::Place(format!("{} {why}", path.display())));
    let Some(name) = path.file_name() else {
        return place("is not the name of a file");
    };
    if name.as_bytes().starts_with(b"-") || name.as_bytes().contains(&0) {
        return place("has a name that commands would take for an option");
    }
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => place("is a directory"),
        Ok(found) if found.is_symlink() => place("is a link to another place"),
        Ok(found) if !found.is_file() => place("is not an ordinary file"),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use super::*;

    fn left(dir: &Path) -> Vec<String> {
        let files = fs::read_dir(dir).unwrap().flatten();
        let mut names: Vec<String> = files
            .map(|f| f.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_its_owners_alone_and_replaces_an_older_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("people.csv");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        write(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(left(dir.path()), ["people.csv"]);
    }

    #[test]
    fn a_link_a_directory_and_an_option_are_no_places_for_a_file() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::write(at("precious"), "kept").unwrap();
        symlink(at("precious"), at("link")).unwrap();
        symlink(at("nowhere"), at("dangling")).unwrap();
        fs::create_dir(at("dir")).unwrap();
        for name in ["link", "dangling", "dir", "-rf", ".."] {
            assert!(
                matches!(write(&at(name), b"x"), Err(Unwritten::Place(_))),
                "{name}"
            );
        }
        assert_eq!(fs::read(at("precious")).unwrap(), b"kept");
        assert_eq!(left(dir.path()), ["dangling", "dir", "link", "precious"]);
    }

    #[test]
    fn a_directory_that_cannot_be_written_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("missing/people.csv");
        assert!(matches!(write(&path, b"x"), Err(Unwritten::System(_))));
        assert_eq!(left(dir.path()), Vec::<String>::new());
    }
}
