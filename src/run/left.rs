//! The file in which a session that was cut off leaves what was unfinished, for this person's next one.
//!
//! It lies with the person's own state, not with the data: administrators of a service cannot write there.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::PathBuf;

use etcetera::BaseStrategy as _;
use xxhash_rust::xxh3::xxh3_64;

use super::Opening;
use crate::tui::Left;

/// Longest file that is read, in bytes.
const LIMIT: u64 = 4 << 20;

/// Where it is.
pub struct Place(PathBuf);

impl Place {
    /// The place for one person on one data directory; none where the person has no home.
    pub fn of(opening: &Opening) -> Option<Self> {
        let home = etcetera::choose_base_strategy().ok()?;
        let home = home.state_dir().unwrap_or_else(|| home.data_dir());
        let dir = std::path::absolute(&opening.dir).ok()?;
        let who = opening.who.name.as_deref().unwrap_or_default();
        let name = format!("{}\n{who}", dir.display());
        Some(Self(
            home.join("cohort")
                .join(format!("left-{:016x}", xxh3_64(name.as_bytes()))),
        ))
    }

    /// What was left the last time; it is taken away.
    pub fn take(&self) -> Option<Left> {
        let size = fs::symlink_metadata(&self.0)
            .ok()
            .filter(fs::Metadata::is_file)?
            .len();
        let text = (size <= LIMIT).then(|| fs::read(&self.0).ok()).flatten();
        // Whatever it was, it is offered once.
        let _ = fs::remove_file(&self.0);
        serde_json::from_slice(&text?).ok()
    }

    /// Leaves something. What cannot be written is lost with the terminal; there is nobody to tell.
    pub fn keep(&self, left: &Left) {
        let Ok(text) = serde_json::to_vec(left) else {
            return;
        };
        let Some(dir) = self.0.parent() else { return };
        let _ = DirBuilder::new().recursive(true).mode(0o700).create(dir);
        let _ = fs::remove_file(&self.0);
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&self.0);
        let _ = file.and_then(|mut file| file.write_all(&text).and_then(|()| file.sync_all()));
    }
}
