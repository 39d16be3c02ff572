//! How long the cheapest timetable takes, with its proof, beside OR-tools' CP-SAT in the same run.
//!
//! `cargo bench --bench scheduling`. OR-tools is a Python package; where it is not there and cannot be installed, that
//! side is left out and said to be. CP-SAT gets as long as the goal for the proof.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use cohort::plan::Watch;
use cohort::plan::scheduling::instance::Instance;
use serde_json::Value;

/// The instances, what is known to be cheapest, and how long its proof may take in seconds.
const INSTANCES: [(&str, i64, f64); 3] = [
    ("sched-11", 149, 5.0),
    ("sched-40", 524, 5.0),
    ("sched-250", 3438, 120.0),
];
/// By when the best so far must be near the optimum, in seconds, and how near, in thousandths.
const SOON: (f64, i64) = (10.0, 5);

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn file(name: &str) -> PathBuf {
    root().join(format!("tests/fixtures/instances/{name}.json"))
}

/// Where OR-tools is, installed beside the build where it is missing.
fn packages() -> Result<PathBuf, String> {
    let packages = root().join("target/bench-python");
    let there = || {
        let mut python = Command::new("python3");
        python.args(["-c", "import ortools"]).env("PYTHONPATH", &packages);
        python.output().is_ok_and(|said| said.status.success())
    };
    if !there() {
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "install", "--quiet", "--target"])
            .arg(&packages)
            .arg("ortools");
        let said = pip.output().map_err(|error| error.to_string())?;
        if !said.status.success() {
            return Err(String::from_utf8_lossy(&said.stderr).trim().to_owned());
        }
    }
    if there() {
        Ok(packages)
    } else {
        Err("it was installed and cannot be imported".to_owned())
    }
}

fn of_cp_sat(packages: &Path, name: &str, limit: f64) -> Result<Value, String> {
    let said = Command::new("python3")
        .arg(root().join("benches/scheduling.py"))
        .arg(file(name))
        .arg(limit.to_string())
        .env("PYTHONPATH", packages)
        .output()
        .map_err(|error| error.to_string())?;
    serde_json::from_slice(&said.stdout).map_err(|_| String::from_utf8_lossy(&said.stderr).into_owned())
}

/// What there is after the time in which it must be near.
fn soon(instance: &Instance) -> i64 {
    let watch = Watch::default();
    std::thread::scope(|scope| {
        let work = scope.spawn(|| instance.solve(&watch).expect("there is an answer").cost);
        let begun = Instant::now();
        while !work.is_finished() && begun.elapsed().as_secs_f64() < SOON.0 {
            std::thread::park_timeout(std::time::Duration::from_millis(20));
        }
        watch.enough();
        work.join().expect("it does not panic")
    })
}

fn main() {
    let packages = packages();
    if let Err(why) = &packages {
        println!("skipped: OR-tools is not there and cannot be installed ({why})");
    }
    println!(
        "instance    optimum  here: after 10 s, proof            CP-SAT: cost (bound) in the time of the goal"
    );
    for (name, optimum, goal) in INSTANCES {
        let text = std::fs::read(file(name)).expect("the instance is there");
        let instance: Instance = serde_json::from_slice(&text).expect("it is a problem");
        let early = soon(&instance);
        let near = (early - optimum) * 1000 <= optimum * SOON.1;
        let begun = Instant::now();
        let found = instance.solve(&Watch::default()).expect("there is an answer");
        let took = begun.elapsed().as_secs_f64();
        assert_eq!((found.cost, found.bound), (optimum, optimum), "{name} is proven");
        let verdict = if near && took <= goal { "met" } else { "MISSED" };
        let other = match &packages {
            Err(_) => "skipped".to_owned(),
            Ok(packages) => match of_cp_sat(packages, name, goal) {
                Ok(said) => format!(
                    "{} ({}) in {:.1} s",
                    said["cost"],
                    said["bound"],
                    said["seconds"].as_f64().unwrap_or(f64::NAN)
                ),
                Err(why) => format!("failed: {why}"),
            },
        };
        println!("{name:<11} {optimum:>7}  {early}, {took:.2} s: {verdict:<18} {other}");
    }
}
