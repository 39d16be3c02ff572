//! Programs that are not ours: looked for, and where they are missing the test says so.

use std::path::PathBuf;
use std::process::Command;

/// A program on the path, or where only root looks.
pub fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]);
    let found = places.map(|dir| dir.join(name)).find(|file| file.is_file());
    needed(found, name)
}

/// A Python that has this module.
pub fn python_with(module: &str) -> Option<PathBuf> {
    let given = std::env::var_os("COHORT_PYTHON").map(PathBuf::from);
    let python = given.unwrap_or_else(|| PathBuf::from("python3"));
    let tried = Command::new(&python)
        .args(["-c", &format!("import {module}")])
        .output();
    let has = tried.is_ok_and(|done| done.status.success());
    needed(has.then_some(python), &format!("the Python module {module}"))
}

/// What was found; when nothing was, says so, and fails where everything was to be installed.
fn needed(found: Option<PathBuf>, what: &str) -> Option<PathBuf> {
    if found.is_none() {
        assert!(
            std::env::var("COHORT_TOOLS").as_deref() != Ok("required"),
            "{what} is not installed"
        );
        println!("skipped: {what} is not installed");
    }
    found
}
