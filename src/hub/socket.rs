//! Where the store is reached: a socket in the data directory, or elsewhere when its path would be too long.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use crate::store::{Cause, StoreProblem};

/// The longest path a Unix socket can have, in bytes.
const LONGEST: usize = 107;

/// Whether a socket can be bound at this path, the passing name during its making included.
fn fits(path: &Path) -> bool {
    passing_name(path).as_os_str().as_bytes().len() <= LONGEST
}

/// The name under which the socket is made before it is moved to its place.
fn passing_name(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}", std::process::id()));
    PathBuf::from(name)
}

/// Where the store of a directory puts its socket: in the directory; else in the user's runtime directory; else in
/// a directory of the user's own under `/tmp`.
///
/// # Errors
/// When no path is short enough, or the places are not safely ours.
pub fn place(dir: &Path) -> Result<PathBuf, StoreProblem> {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let uid = rustix::process::geteuid().as_raw();
    place_among(dir, runtime.as_deref(), Path::new("/tmp"), uid)
}

fn place_among(dir: &Path, runtime: Option<&Path>, tmp: &Path, uid: u32) -> Result<PathBuf, StoreProblem> {
    let near = dir.join("sock");
    if fits(&near) {
        return Ok(near);
    }
    let name = format!(
        "cohort-{:016x}.sock",
        xxhash_rust::xxh3::xxh3_64(dir.as_os_str().as_bytes())
    );
    if let Some(runtime) = runtime.filter(|runtime| runtime.is_absolute() && is_safe(runtime, uid)) {
        let path = runtime.join(&name);
        if fits(&path) {
            return Ok(path);
        }
    }
    let own = tmp.join(format!("cohort-{uid}"));
    // It may be there already, rightly or wrongly: what counts is what is found.
    let _ = DirBuilder::new().mode(0o700).create(&own);
    let path = own.join(&name);
    if is_safe(&own, uid) && fits(&path) {
        return Ok(path);
    }
    Err(StoreProblem::new(
        Cause::Place,
        format!(
            "the path {} is too long for a socket, and {} cannot be used instead",
            dir.display(),
            own.display()
        ),
        "choose a data directory with a shorter path, with --data",
    ))
}

/// Whether a directory is this user's and nobody else can write into it.
fn is_safe(dir: &Path, uid: u32) -> bool {
    fs::symlink_metadata(dir)
        .is_ok_and(|found| found.is_dir() && found.uid() == uid && found.mode() & 0o022 == 0)
}

/// Where a client finds the store of a directory; `None` when no store has said so.
///
/// When the socket is not in the directory, the lock file says where it is, so that it does not depend on the
/// client's environment; it is believed only when its place belongs to the directory's owner.
#[must_use]
pub fn known(dir: &Path) -> Option<PathBuf> {
    let near = dir.join("sock");
    if fits(&near) {
        return Some(near);
    }
    let signed = fs::read_to_string(dir.join("lock")).ok()?;
    let path = signed.lines().find_map(|line| line.strip_prefix("socket "))?;
    let path = PathBuf::from(path);
    let owner = fs::metadata(dir).ok()?.uid();
    is_safe(path.parent()?, owner).then_some(path)
}

/// Binds a socket under a fresh name and moves it into place: nobody ever finds a name without a listener, and no
/// living socket is unlinked. Only for the holder of the lock.
///
/// # Errors
/// When the system refuses.
pub fn bind(path: &Path) -> io::Result<UnixListener> {
    let passing = passing_name(path);
    let _ = fs::remove_file(&passing);
    let listener = UnixListener::bind(&passing)?;
    // Who may come as far as the directory may knock, whatever the umask says of files; who is let in is the desk's.
    fs::set_permissions(&passing, fs::Permissions::from_mode(0o660))?;
    fs::rename(&passing, path)?;
    Ok(listener)
}

/// The number of the file at the socket's place, to see whether it is still ours.
pub fn inode(path: &Path) -> Option<(u64, u64)> {
    fs::symlink_metadata(path)
        .ok()
        .map(|found| (found.dev(), found.ino()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn me() -> u32 {
        rustix::process::geteuid().as_raw()
    }

    fn long(dir: &Path) -> PathBuf {
        dir.join("x".repeat(60)).join("y".repeat(60))
    }

    #[test]
    fn the_socket_lies_in_the_directory_when_its_path_is_short_enough() {
        let dir = tempfile::tempdir().unwrap();
        let found = place_among(dir.path(), None, dir.path(), me()).unwrap();
        assert_eq!(found, dir.path().join("sock"));
    }

    #[test]
    fn a_long_path_puts_the_socket_into_the_runtime_directory() {
        let dir = tempfile::tempdir().unwrap();
        let found = place_among(&long(dir.path()), Some(dir.path()), dir.path(), me()).unwrap();
        assert_eq!(found.parent(), Some(dir.path()));
    }

    #[test]
    fn a_runtime_directory_that_others_may_write_is_not_used() {
        let dir = tempfile::tempdir().unwrap();
        let open = dir.path().join("open");
        fs::create_dir(&open).unwrap();
        fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).unwrap();
        let found = place_among(&long(dir.path()), Some(&open), dir.path(), me()).unwrap();
        assert_eq!(
            found.parent(),
            Some(dir.path().join(format!("cohort-{}", me())).as_path())
        );
    }

    #[test]
    fn no_possible_path_is_said_so() {
        let dir = tempfile::tempdir().unwrap();
        let problem = place_among(&long(dir.path()), None, &long(dir.path()), me()).unwrap_err();
        assert!(problem.what.contains("too long"), "{problem}");
    }

    #[test]
    fn a_socket_takes_the_place_of_a_dead_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sock");
        drop(bind(&path).unwrap());
        let _alive = bind(&path).unwrap();
        assert!(std::os::unix::net::UnixStream::connect(&path).is_ok());
    }
}
