//! How long the best grouping takes, with its proof, beside OR-tools' min-cost flow in the same run.
//!
//! `cargo bench --bench grouping`. OR-tools is a Python package; where it is not there and cannot be installed, that
//! side is left out and said to be.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use cohort::plan::Watch;
use cohort::plan::grouping::instance::{Instance, Mentee, Mentor};
use serde_json::Value;

/// The instances, what is known to be best, and how long they may take in seconds.
const INSTANCES: [(&str, i64, f64); 4] = [
    ("assign-37x11", 571, 0.1),
    ("assign-150x40", 2319, 0.1),
    ("assign-1000x250", 18071, 0.1),
    ("assign-10000x2500", 198_141, 2.0),
];
/// The most memory the process may have taken, in KiB.
const MEMORY: u64 = 300 * 1024;
/// Times each is run; the shortest counts, on machines that do other things besides.
const RUNS: usize = 3;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn file(name: &str) -> PathBuf {
    root().join(format!("tests/fixtures/instances/{name}.json"))
}

fn read(name: &str) -> Instance {
    let text = std::fs::read(file(name)).expect("the instance is there");
    let is: Value = serde_json::from_slice(&text).expect("it is JSON");
    let number = |of: &Value, key: &str| of[key].as_i64().expect("a number");
    let small = |of: &Value, key: &str| u32::try_from(number(of, key)).expect("it is small");
    let size = |of: &Value, key: &str| usize::try_from(number(of, key)).expect("it is a size");
    let level = |of: &Value| i32::try_from(number(of, "level")).expect("it is small");
    let all = |key: &str| is[key].as_array().expect("a list").iter();
    Instance {
        target: number(&is, "t"),
        balance: number(&is, "balance"),
        mentors: all("mentors")
            .map(|one| Mentor {
                org: small(one, "org"),
                stream: small(one, "stream"),
                region: small(one, "region"),
                level: level(one),
                skills: small(one, "skills"),
                min: size(one, "min"),
                max: size(one, "max"),
            })
            .collect(),
        mentees: all("mentees")
            .map(|one| Mentee {
                org: small(one, "org"),
                stream: small(one, "stream"),
                region: small(one, "region"),
                level: level(one),
                goals: small(one, "goals"),
                prefs: one["prefs"]
                    .as_array()
                    .expect("wishes")
                    .iter()
                    .map(|wish| usize::try_from(wish.as_u64().expect("a number")).expect("it is small"))
                    .collect(),
            })
            .collect(),
    }
}

/// Python with OR-tools, installed beside the build where it is missing.
fn python() -> Result<(String, PathBuf), String> {
    let packages = root().join("target/bench-python");
    let has = |python: &str| {
        Command::new(python)
            .args(["-c", "import ortools, numpy"])
            .env("PYTHONPATH", &packages)
            .output()
            .is_ok_and(|said| said.status.success())
    };
    let python = "python3";
    if !has(python) {
        let installed = Command::new(python)
            .args(["-m", "pip", "install", "--quiet", "--target"])
            .arg(&packages)
            .arg("ortools")
            .output();
        match installed {
            Ok(said) if said.status.success() => {}
            Ok(said) => return Err(String::from_utf8_lossy(&said.stderr).trim().to_owned()),
            Err(error) => return Err(error.to_string()),
        }
    }
    if has(python) {
        Ok((python.to_owned(), packages))
    } else {
        Err("it was installed and cannot be imported".to_owned())
    }
}

fn of_or_tools(python: &(String, PathBuf), name: &str) -> Result<Value, String> {
    let said = Command::new(&python.0)
        .arg(root().join("benches/grouping.py"))
        .arg(file(name))
        .env("PYTHONPATH", &python.1)
        .output()
        .map_err(|error| error.to_string())?;
    serde_json::from_slice(&said.stdout).map_err(|_| String::from_utf8_lossy(&said.stderr).into_owned())
}

/// The most memory this process has had, in KiB, where the system says so.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn main() {
    let python = python();
    if let Err(why) = &python {
        println!("skipped: OR-tools is not there and cannot be installed ({why})");
    }
    println!("instance             optimum   here, solve (whole with proof)      OR-tools, solve (whole)");
    for (name, optimum, goal) in INSTANCES {
        let instance = read(name);
        let (mut solve, mut whole) = (f64::MAX, f64::MAX);
        for _ in 0..RUNS {
            let watch = Watch::default();
            let begun = Instant::now();
            let problem = instance.problem();
            let built = begun.elapsed().as_secs_f64();
            let seated = problem.solve(&watch).expect("nobody calls it off");
            solve = solve.min(begun.elapsed().as_secs_f64() - built);
            assert!(problem.proves(&seated), "{name} is proven");
            whole = whole.min(begun.elapsed().as_secs_f64());
        }
        let found = instance.solve(&Watch::default()).expect("nobody calls it off");
        assert_eq!((found.objective, found.optimal), (optimum, true), "{name}");
        let verdict = if whole <= goal { "met" } else { "MISSED" };
        let other = match &python {
            Err(_) => "skipped".to_owned(),
            Ok(python) => match of_or_tools(python, name) {
                Ok(said) if said["error"].is_null() => {
                    let seconds = |key: &str| said[key].as_f64().unwrap_or(f64::NAN);
                    format!(
                        "{:.3} s ({:.3} s), {}, {} MiB; solve {:.1} times as long, whole {:.1} times",
                        seconds("solve"),
                        seconds("whole"),
                        said["objective"],
                        said["peak"].as_u64().unwrap_or(0) / 1024,
                        seconds("solve") / solve,
                        seconds("whole") / whole
                    )
                }
                Ok(said) => said["error"].to_string(),
                Err(why) => why,
            },
        };
        println!("{name:<20} {optimum:>7}   {solve:.3} s ({whole:.3} s), goal {goal} s {verdict:<8} {other}");
    }
    if let Some(peak) = peak() {
        let verdict = if peak <= MEMORY { "met" } else { "MISSED" };
        println!(
            "peak memory {} MiB, goal {} MiB {verdict}",
            peak / 1024,
            MEMORY / 1024
        );
    }
}
