//! The file system as the screen needs it: what begins with a path, and what is in a file. Knows nothing of formats.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::exchange::sheet::FILE_BYTES;

/// How many paths are listed.
const LISTED: usize = 200;

/// The paths that begin with what was typed, in order; directories with a slash at the end. Names that begin with a
/// dot only when the dot was typed.
#[must_use]
pub fn beginning_with(typed: &str) -> Vec<String> {
    let (dir, start) = match typed.rfind('/') {
        Some(at) => typed.split_at(at + 1),
        None => ("", typed),
    };
    let Ok(entries) = fs::read_dir(if dir.is_empty() {
        PathBuf::from(".")
    } else {
        expanded(dir)
    }) else {
        return Vec::new();
    };
    let folded = start.to_lowercase();
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            // A name that is no text cannot be typed either.
            let name = entry.file_name().into_string().ok()?;
            let hidden = name.starts_with('.') && !start.starts_with('.');
            if hidden || !name.to_lowercase().starts_with(&folded) || name.chars().any(char::is_control) {
                return None;
            }
            let is_dir = fs::metadata(entry.path()).is_ok_and(|is| is.is_dir());
            Some(format!("{dir}{name}{}", if is_dir { "/" } else { "" }))
        })
        .collect();
    names.sort();
    names.truncate(LISTED);
    names
}

/// The name of a file and what is in it.
///
/// # Errors
/// A sentence: it is not there, is no file, or is too big.
pub fn read(typed: &str) -> Result<(String, Vec<u8>), String> {
    let path = expanded(typed.trim());
    let wrong = |error: std::io::Error| format!("{} cannot be read: {error}.", path.display());
    let is = fs::metadata(&path).map_err(wrong)?;
    if !is.is_file() {
        return Err(format!("{} is no file.", path.display()));
    }
    let too_big = |bytes: u64| {
        format!(
            "{} has {} MB, and {} MB is the most.",
            path.display(),
            bytes >> 20,
            FILE_BYTES >> 20
        )
    };
    if is.len() > FILE_BYTES as u64 {
        return Err(too_big(is.len()));
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(&path).map_err(wrong)?;
    file.take(FILE_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(wrong)?;
    if bytes.len() > FILE_BYTES {
        return Err(too_big(bytes.len() as u64));
    }
    let name = path
        .file_name()
        .map_or_else(|| typed.to_owned(), |name| name.to_string_lossy().into_owned());
    Ok((name, bytes))
}

/// With the home directory for a tilde.
fn expanded(typed: &str) -> PathBuf {
    match (typed.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(rest), Some(home)) => Path::new(&home).join(rest),
        _ => PathBuf::from(typed),
    }
}
