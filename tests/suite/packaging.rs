//! What is packaged for systemd: the units are sound, and a socket that is handed over is taken.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use cohort::domain::Mint;
use cohort::hub::Client;

use crate::kit::office::{begin, who};
use crate::kit::outside;

fn packaging() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging")
}

#[test]
fn the_units_are_sound() {
    if !outside::have(&["systemd-analyze"]) {
        return;
    }
    // The program lies elsewhere on this machine: the copy names it, everything else is as packaged.
    let place = tempfile::tempdir().expect("a temporary directory can be made");
    for unit in ["cohort.service", "cohort.socket"] {
        let text = std::fs::read_to_string(packaging().join(unit)).expect("it is packaged");
        let here = text.replace("/usr/local/bin/cohort", env!("CARGO_BIN_EXE_cohort"));
        std::fs::write(place.path().join(unit), here).expect("it can be written");
    }
    let said = Command::new("systemd-analyze")
        .args(["verify", "--man=no", "--recursive-errors=no"])
        .arg(place.path().join("cohort.service"))
        .arg(place.path().join("cohort.socket"))
        .output()
        .expect("systemd-analyze runs");
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    let ours: Vec<&str> = said.lines().filter(|line| line.contains("cohort.")).collect();
    assert!(ours.is_empty(), "{said}");
}

#[test]
fn a_socket_that_is_handed_over_is_taken_and_left_behind() {
    if !outside::have(&["systemd-socket-activate"]) {
        return;
    }
    let dir = tempfile::tempdir().expect("a temporary directory can be made");
    let socket = dir.path().join("sock");
    let mut store = Command::new("systemd-socket-activate")
        .arg("-l")
        .arg(&socket)
        .arg(env!("CARGO_BIN_EXE_cohort"))
        .arg("--data")
        .arg(dir.path())
        .arg("serve")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let until = Instant::now() + Duration::from_secs(20);
    let mut client = loop {
        match Client::connect(dir.path(), who("Ann")) {
            Ok(client) => break client,
            Err(problem) => assert!(Instant::now() < until, "{problem}"),
        }
    };
    begin(&mut client, &mut Mint::seeded(1));
    client.retire().expect("it ends when asked");
    assert!(store.wait().expect("it is our child").success());
    assert!(socket.exists(), "the socket is not the store's to remove");
}

#[test]
fn a_socket_where_nobody_looks_for_it_is_refused() {
    if !outside::have(&["systemd-socket-activate"]) {
        return;
    }
    let dir = tempfile::tempdir().expect("a temporary directory can be made");
    let elsewhere = dir.path().join("elsewhere");
    let store = Command::new("systemd-socket-activate")
        .arg("-l")
        .arg(&elsewhere)
        .arg(env!("CARGO_BIN_EXE_cohort"))
        .arg("--data")
        .arg(dir.path())
        .arg("serve")
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let until = Instant::now() + Duration::from_secs(20);
    // It starts the store when somebody knocks.
    while std::os::unix::net::UnixStream::connect(&elsewhere).is_err() {
        assert!(Instant::now() < until, "nobody listens there");
    }
    let said = store.wait_with_output().expect("it is our child");
    let words = String::from_utf8_lossy(&said.stderr);
    assert_eq!(said.status.code(), Some(6), "{words}");
    assert!(words.contains("ListenStream="), "{words}");
}
