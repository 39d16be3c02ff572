//! A file of tests that nobody lists would never run.

use std::path::Path;

#[test]
fn every_file_of_the_suite_is_listed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite");
    let main = std::fs::read_to_string(folder.join("main.rs")).expect("the suite has a main.rs");
    let mut unlisted = Vec::new();
    for found in std::fs::read_dir(&folder).expect("the suite is a folder") {
        let path = found.expect("its entries can be read").path();
        let is_module = path.extension().is_some_and(|ext| ext == "rs") || path.join("mod.rs").exists();
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        if let (true, Some(name)) = (is_module, name)
            && name != "main"
            && !main.lines().any(|line| line.trim() == format!("mod {name};"))
        {
            unlisted.push(name);
        }
    }
    assert!(
        unlisted.is_empty(),
        "add these to tests/suite/main.rs: {unlisted:?}"
    );
}
