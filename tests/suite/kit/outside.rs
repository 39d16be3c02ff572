//! Programs that some tests talk to and that a machine may lack.

use std::path::PathBuf;

/// The folders in which programs are looked for: sshd is not on everybody's path.
const FOLDERS: [&str; 6] = [
    "/usr/local/sbin",
    "/usr/local/bin",
    "/usr/sbin",
    "/usr/bin",
    "/sbin",
    "/bin",
];

/// Where a program is.
pub fn place(program: &str) -> Option<PathBuf> {
    let folders = FOLDERS.iter().map(|folder| PathBuf::from(folder).join(program));
    folders.into_iter().find(|path| path.is_file())
}

/// Says that a test does nothing here; where the tools were installed that is a failure.
fn skip(why: &str) -> bool {
    let required = std::env::var("COHORT_TOOLS").is_ok_and(|tools| tools == "required");
    assert!(!required, "{why}, and COHORT_TOOLS=required");
    println!("skipped: {why}");
    false
}

/// Whether these programs are here; says which is not.
pub fn have(programs: &[&str]) -> bool {
    match programs.iter().find(|program| place(program).is_none()) {
        None => true,
        Some(missing) => skip(&format!("{missing} is not installed")),
    }
}

/// Whether we may be anybody; says so when not.
pub fn have_root() -> bool {
    rustix::process::geteuid().is_root() || skip("only root can be another account")
}
