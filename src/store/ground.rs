//! The ground the database stands on: the directory, its lock, the room on the disk. Knows nothing of sled.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::problem::{Cause, StoreProblem};

/// How long a start waits for a dying predecessor to let go of the lock.
pub(super) const LOCK_PATIENCE: Duration = Duration::from_secs(2);
/// How long sled may take to write what it has in hand when a database is closed.
const CLOSING_PATIENCE: Duration = Duration::from_secs(60);
/// Room that a start needs beside twice the database, in bytes.
const ROOM_TO_START: u64 = 16 << 20;
/// Room below which no edit is taken, in bytes.
pub const ROOM_TO_COMMIT: u64 = 4 << 20;

/// What the refusal of a second store begins with; a client that started one in vain looks for it.
pub const IN_USE: &str = "another store is at work on";

/// The refusal of a store where another one is at work.
pub(super) fn in_use(place: &Path) -> StoreProblem {
    StoreProblem::new(
        Cause::InUse,
        format!("{IN_USE} {}", place.display()),
        "use the one that runs; any cohort command finds it by itself",
    )
}

/// Waits until sled has let go of a database that was closed: its threads may be writing there still, and hold the
/// lock of its file, when it is dropped.
///
/// # Errors
/// When there is no such file, or it is still held after [`CLOSING_PATIENCE`].
pub(super) fn closed(place: &Path) -> Result<(), StoreProblem> {
    let path = place.join("db");
    let system = |doing: &str, error: &std::io::Error| StoreProblem::system(&path, doing, error);
    let file = File::open(&path).map_err(|error| system("open", &error))?;
    once_free(CLOSING_PATIENCE, || match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(in_use(place)),
        Err(TryLockError::Error(error)) => Err(system("lock", &error)),
    })
}

/// Attempts until a dying predecessor has let go: it loses the lock of the directory and that of the database one
/// after the other, and a child that it was just starting holds both until it has become another program.
///
/// # Errors
/// Those of the attempt; that another store is in use, when it still is after this long.
pub(super) fn once_free<T>(
    patience: Duration,
    mut attempt: impl FnMut() -> Result<T, StoreProblem>,
) -> Result<T, StoreProblem> {
    let began = Instant::now();
    loop {
        match attempt() {
            Err(problem) if problem.cause == Cause::InUse && began.elapsed() < patience => {
                std::thread::sleep(Duration::from_millis(10));
            }
            done => return done,
        }
    }
}

/// A directory that has been looked at and may hold a database.
#[derive(Clone, Debug)]
pub struct Ground {
    dir: PathBuf,
}

/// The kernel's lock on a directory; it ends with the process.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
}

/// File systems on which neither locks nor sockets can be trusted between machines.
const NETWORKS: [(u64, &str); 7] = [
    (0x6969, "NFS"),
    (0x517b, "SMB"),
    (0xff53_4d42, "CIFS"),
    (0xfe53_4d42, "SMB"),
    (0x5346_414f, "AFS"),
    (0x00c3_6400, "Ceph"),
    (0x7375_7245, "Coda"),
];

impl Ground {
    /// Looks at a directory, making it when there is none.
    ///
    /// # Errors
    /// When it is a link or no directory, belongs to somebody else, may be written by everybody or not by its
    /// owner, or lies on a network file system.
    pub fn at(dir: &Path) -> Result<Self, StoreProblem> {
        let place = |what: String, hint: &str| StoreProblem::new(Cause::Place, what, hint);
        if fs::symlink_metadata(dir).is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound) {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(dir)
                .map_err(|error| StoreProblem::system(dir, "make the directory", &error))?;
        }
        let found =
            fs::symlink_metadata(dir).map_err(|error| StoreProblem::system(dir, "look at", &error))?;
        let name = dir.display();
        if found.is_symlink() {
            return Err(place(
                format!("{name} is a link to another place"),
                "name the directory itself with --data",
            ));
        }
        if !found.is_dir() {
            return Err(place(
                format!("{name} is not a directory"),
                "name a directory with --data",
            ));
        }
        if found.uid() != rustix::process::geteuid().as_raw() {
            return Err(place(
                format!("{name} belongs to another user (number {})", found.uid()),
                "only its owner's store may work on it: ask the owner to start it with `cohort serve`",
            ));
        }
        if found.mode() & 0o002 != 0 {
            return Err(place(
                format!("everybody on this machine may write into {name}"),
                "take that right away: chmod o-w on the directory",
            ));
        }
        if found.mode() & 0o700 != 0o700 {
            return Err(place(
                format!("the directory {name} cannot be written"),
                "give its owner the right to: chmod u+rwx on the directory, or choose another with --data",
            ));
        }
        let system =
            rustix::fs::statfs(dir).map_err(|error| StoreProblem::system(dir, "look at", &error.into()))?;
        let magic = u64::from(system.f_type as u32);
        if let Some((_, network)) = NETWORKS.iter().find(|(number, _)| *number == magic) {
            return Err(place(
                format!("{name} lies on a network file system ({network})"),
                "keep the data on a disk of this machine, with --data",
            ));
        }
        Ok(Self { dir: dir.to_owned() })
    }

    /// The directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Takes the lock, waiting a moment for a predecessor that is just ending.
    ///
    /// # Errors
    /// When another store holds it, or the file cannot be opened.
    pub fn lock(&self) -> Result<Lock, StoreProblem> {
        let path = self.dir.join("lock");
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o660)
            .open(&path)
            .map_err(|error| StoreProblem::system(&path, "open", &error))?;
        once_free(LOCK_PATIENCE, || match file.try_lock() {
            Ok(()) => Ok(()),
            Err(TryLockError::WouldBlock) => Err(in_use(&self.dir)),
            Err(TryLockError::Error(error)) => Err(StoreProblem::system(&path, "lock", &error)),
        })?;
        Ok(Lock { file, path })
    }

    /// Room left on the disk for this user, in bytes.
    pub fn room(&self) -> std::io::Result<u64> {
        let disk = rustix::fs::statvfs(&self.dir)?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    /// Whether there is room to open a database: sled writes before it reads.
    ///
    /// # Errors
    /// When there is not; nothing was touched.
    pub fn room_to_start(&self) -> Result<(), StoreProblem> {
        let database = fs::metadata(self.dir.join(super::DATABASE).join("db")).map_or(0, |found| found.len());
        let needed = ROOM_TO_START + 2 * database;
        let room = self
            .room()
            .map_err(|error| StoreProblem::system(&self.dir, "look at", &error))?;
        if room < needed {
            let mb = |bytes: u64| bytes.div_ceil(1 << 20);
            return Err(StoreProblem::new(
                Cause::Full,
                format!(
                    "the disk of {} is full: {} MB free, {} MB needed",
                    self.dir.display(),
                    mb(room),
                    mb(needed)
                ),
                "free some space and try again; nothing was changed",
            ));
        }
        Ok(())
    }
}

impl Lock {
    /// Writes down who holds the lock and where it can be reached; for people, and for clients when the socket
    /// cannot lie in the directory.
    pub fn sign(&mut self, socket: &Path) -> std::io::Result<()> {
        self.file.set_len(0)?;
        let text = format!(
            "pid {}\nversion {}\nsocket {}\n",
            std::process::id(),
            env!("CARGO_PKG_VERSION"),
            socket.display()
        );
        std::os::unix::fs::FileExt::write_all_at(&self.file, text.as_bytes(), 0)?;
        self.file.flush()
    }

    /// Whether the file in the directory is still the one that is locked.
    pub fn is_ours(&self) -> bool {
        match (self.file.metadata(), fs::symlink_metadata(&self.path)) {
            (Ok(mine), Ok(there)) => mine.ino() == there.ino() && mine.dev() == there.dev(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn temp() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn a_directory_that_is_not_there_is_made_for_its_owner_alone() {
        let dir = temp();
        let inner = dir.path().join("a/b");
        Ground::at(&inner).unwrap();
        assert_eq!(fs::metadata(&inner).unwrap().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_directory_that_cannot_be_written_is_refused() {
        let dir = temp();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o500)).unwrap();
        let problem = Ground::at(dir.path()).unwrap_err();
        assert!(problem.what.contains("cannot be written"), "{problem}");
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).unwrap();
    }

    #[test]
    fn a_directory_that_everybody_may_write_is_refused() {
        let dir = temp();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o777)).unwrap();
        assert!(Ground::at(dir.path()).is_err());
    }

    #[test]
    fn a_link_and_a_file_are_refused() {
        let dir = temp();
        std::os::unix::fs::symlink(dir.path(), dir.path().join("link")).unwrap();
        fs::write(dir.path().join("file"), "x").unwrap();
        assert!(Ground::at(&dir.path().join("link")).is_err());
        assert!(Ground::at(&dir.path().join("file")).is_err());
    }

    #[test]
    fn only_one_has_the_lock() {
        let dir = temp();
        let ground = Ground::at(dir.path()).unwrap();
        let first = ground.lock().unwrap();
        assert!(first.is_ours());
        assert_eq!(ground.lock().unwrap_err().cause, Cause::InUse);
    }

    #[test]
    fn a_predecessor_that_is_just_ending_is_waited_for() {
        let mut attempts = 0;
        let taken = once_free(LOCK_PATIENCE, || {
            attempts += 1;
            if attempts < 3 {
                Err(in_use(Path::new("data")))
            } else {
                Ok(())
            }
        });
        assert!(taken.is_ok());
        assert_eq!(attempts, 3);
    }

    #[test]
    fn other_trouble_is_not_waited_for() {
        let mut attempts = 0;
        let problem = once_free(LOCK_PATIENCE, || -> Result<(), _> {
            attempts += 1;
            Err(StoreProblem::damaged(Path::new("data"), "a page is broken"))
        })
        .unwrap_err();
        assert_ne!(problem.cause, Cause::InUse);
        assert_eq!(attempts, 1);
    }

    #[test]
    fn a_database_is_closed_when_the_last_thread_has_let_go_of_its_file() {
        let dir = temp();
        let file = File::create(dir.path().join("db")).unwrap();
        file.lock().unwrap();
        let released = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|threads| {
            threads.spawn(|| {
                released.store(true, std::sync::atomic::Ordering::SeqCst);
                drop(file);
            });
            closed(dir.path()).unwrap();
            assert!(released.load(std::sync::atomic::Ordering::SeqCst));
        });
    }

    #[test]
    fn a_deleted_lock_file_is_noticed() {
        let dir = temp();
        let lock = Ground::at(dir.path()).unwrap().lock().unwrap();
        fs::remove_file(dir.path().join("lock")).unwrap();
        assert!(!lock.is_ours());
    }
}
