//! The planners against problems whose answers are known (`tests/fixtures/instances`).

use std::path::{Path, PathBuf};
use std::process::Command;

use cohort::domain::{Mint, Model};
use cohort::plan::{Progress, Request, Watch};
use cohort::tui::{Out, Signal};
use serde_json::Value;

use crate::kit::command;
use crate::kit::stage::Stage;

fn instance(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/instances/{name}.json"))
}

/// What `cohort plan --instance` answers.
fn solved(name: &str) -> Value {
    let said = Command::new(env!("CARGO_BIN_EXE_cohort"))
        .args(["plan", "--json", "--instance"])
        .arg(instance(name))
        .output()
        .expect("the program runs");
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    serde_json::from_slice(&said.stdout).expect("it answers in JSON")
}

/// What an assignment is worth by the formula of the instances' README, worked out from the file alone.
fn scored(name: &str, assignment: &Value) -> i64 {
    let text = std::fs::read(instance(name)).expect("the instance is there");
    let file: Value = serde_json::from_slice(&text).expect("it is JSON");
    let number = |of: &Value, key: &str| of[key].as_i64().expect("a number");
    let mentors = file["mentors"].as_array().expect("mentors");
    let mut sizes = vec![0_i64; mentors.len()];
    let mut total = 0;
    let mentees = file["mentees"].as_array().expect("mentees");
    let places = assignment.as_array().expect("an assignment");
    assert_eq!(places.len(), mentees.len());
    for (mentee, place) in mentees.iter().zip(places) {
        let place = usize::try_from(place.as_i64().expect("everybody has a mentor")).expect("a number");
        let mentor = &mentors[place];
        assert_ne!(mentee["org"], mentor["org"], "{name}: one organisation");
        sizes[place] += 1;
        total += 4 * i64::from((number(mentee, "goals") & number(mentor, "skills")).count_ones());
        total += if mentee["stream"] == mentor["stream"] {
            6
        } else {
            0
        };
        total += if mentee["region"] == mentor["region"] {
            3
        } else {
            0
        };
        total += match number(mentor, "level") - number(mentee, "level") {
            ..=0 => -8,
            1 | 2 => 5,
            3 => 2,
            _ => 0,
        };
        let wishes = mentee["prefs"].as_array().expect("wishes");
        let nth = wishes.iter().position(|wish| wish.as_u64() == Some(place as u64));
        total += nth.map_or(0, |nth| [12, 8, 5][nth]);
    }
    for (mentor, size) in mentors.iter().zip(&sizes) {
        assert!(
            number(mentor, "min") <= *size && *size <= number(mentor, "max"),
            "{name}"
        );
        total -= number(&file, "balance") * (size - number(&file, "t")).pow(2);
    }
    total
}

#[test]
fn the_recorded_optima_are_reached_and_certified() {
    for (name, optimum) in [
        ("assign-37x11", 571),
        ("assign-150x40", 2319),
        ("assign-1000x250", 18071),
    ] {
        let said = solved(name);
        assert_eq!(said["objective"], optimum, "{name}");
        assert_eq!(said["bound"], optimum, "{name}");
        assert_eq!(said["optimal"], true, "{name}");
        assert_eq!(scored(name, &said["assignment"]), optimum, "{name}");
    }
}

/// What a timetable costs by the formula of the instances' README, worked out from the file alone, every hard rule
/// looked at.
fn timetable_costs(name: &str, sessions: &Value) -> i64 {
    use std::collections::{BTreeMap, BTreeSet};

    use chrono::{Datelike, NaiveDate};
    let text = std::fs::read(instance(name)).expect("the instance is there");
    let file: Value = serde_json::from_slice(&text).expect("it is JSON");
    let days = |of: &Value| -> BTreeSet<NaiveDate> {
        let days = of.as_array().expect("days").iter();
        days.map(|day| day.as_str().expect("a day").parse().expect("a day"))
            .collect()
    };
    let holidays = days(&file["bank_holidays"]);
    let away: Vec<BTreeSet<NaiveDate>> = file["unavailable"]
        .as_array()
        .expect("people")
        .iter()
        .map(days)
        .collect();
    let number = |of: &Value| usize::try_from(of.as_u64().expect("a number")).expect("small");
    let mut by_group: BTreeMap<usize, Vec<NaiveDate>> = BTreeMap::new();
    let mut at_once: BTreeMap<(NaiveDate, usize), usize> = BTreeMap::new();
    let mut places: BTreeSet<(NaiveDate, usize, usize)> = BTreeSet::new();
    let groups = file["groups"].as_array().expect("groups");
    let mut cost = 0;
    for session in sessions.as_array().expect("sessions") {
        let day: NaiveDate = session["date"].as_str().expect("a day").parse().expect("a day");
        let (id, slot) = (number(&session["group"]), number(&session["slot"]));
        let group = &groups[id];
        let mentor = number(&group["mentor"]);
        let weekday = u64::from(day.weekday().num_days_from_monday());
        assert!(
            weekday < 5 && !holidays.contains(&day) && !away[mentor].contains(&day),
            "{name}: {session}"
        );
        assert!(slot < number(&file["slots"]), "{name}: {session}");
        *at_once.entry((day, slot)).or_default() += 1;
        assert!(
            places.insert((day, slot, mentor)),
            "{name}: the mentor is in two places, {session}"
        );
        for mentee in group["mentees"].as_array().expect("mentees").iter().map(number) {
            assert!(
                places.insert((day, slot, mentee)),
                "{name}: {mentee} is in two places, {session}"
            );
            cost += if away[mentee].contains(&day) { 10 } else { 0 };
        }
        cost += if group["weekday"].as_u64() == Some(weekday) {
            0
        } else {
            2
        };
        by_group.entry(id).or_default().push(day);
    }
    assert!(at_once.values().all(|many| *many <= number(&file["K"])), "{name}");
    assert_eq!(by_group.len(), groups.len(), "{name}");
    for mut days in by_group.into_values() {
        days.sort_unstable();
        let months: Vec<u32> = days.iter().map(|day| day.month()).collect();
        assert_eq!(months, [1, 2, 3, 4, 5, 6], "{name}");
        cost += days
            .windows(2)
            .map(|two| ((two[1] - two[0]).num_days() - 28).abs())
            .sum::<i64>();
    }
    cost
}

#[test]
fn the_recorded_timetables_are_reached_and_proven() {
    for (name, optimum) in [("sched-11", 149), ("sched-40", 524)] {
        let said = solved(name);
        assert_eq!(said["cost"], optimum, "{name}");
        assert_eq!(said["bound"], optimum, "{name}");
        assert_eq!(said["optimal"], true, "{name}");
        assert_eq!(timetable_costs(name, &said["sessions"]), optimum, "{name}");
    }
}

#[test]
fn a_file_that_is_no_problem_is_refused_with_its_line() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("broken.json");
    std::fs::write(&file, "{\"kind\":\"assign\",\n\"t\":3}").expect("it is written");
    let said = Command::new(env!("CARGO_BIN_EXE_cohort"))
        .args(["plan", "--instance"])
        .arg(&file)
        .output()
        .expect("the program runs");
    let error = String::from_utf8_lossy(&said.stderr).into_owned();
    assert_eq!(said.status.code(), Some(5), "{error}");
    assert!(error.contains("line 2"), "{error}");
}

/// What the planner was asked last.
fn asked(stage: &mut Stage) -> Box<Request> {
    let at = stage.outs.iter().rposition(|out| matches!(out, Out::Plan(_)));
    match at.map(|at| stage.outs.remove(at)) {
        Some(Out::Plan(request)) => request,
        _ => panic!("no planner was asked"),
    }
}

#[test]
fn the_proposal_is_shown_with_its_reasons_and_changes_nothing() {
    let mut stage = Stage::example(80, 24);
    stage.press("3A");
    let text = stage.text();
    for shown in [
        "Auto-assign preview",
        "nothing changed yet",
        "Proposed 3 of 3",
        "[x] Aisha Chan",
        "Why CSO-4 for Aisha Chan",
        "Groups after applying",
        "pool 3 -> 0",
        "fit 100 = stream 30",
    ] {
        assert!(text.contains(shown), "{shown} is missing:\n{text}");
    }
    assert!(stage.entries.is_empty());
    stage.press("<esc>");
    assert!(stage.entries.is_empty() && stage.app.message().contains("Nothing was changed"));
}

#[test]
fn everybody_unassigned_is_placed_with_three_keys_and_taken_back_with_one() {
    let mut stage = Stage::example(80, 24);
    let pool = stage.model.pool().len();
    stage.press("3Ay");
    assert_eq!(
        (stage.model.pool().len(), stage.pressed),
        (0, 3),
        "{}",
        stage.text()
    );
    assert_eq!(stage.entries.len(), 1, "one entry");
    stage.press("u");
    assert_eq!(stage.model.pool().len(), pool, "{}", stage.text());
}

#[test]
fn a_row_left_out_stays_in_the_pool() {
    let mut stage = Stage::example(80, 24);
    let pool = stage.model.pool().len();
    stage.press("3A<space>y");
    assert_eq!(stage.model.pool().len(), 1, "of {pool}: {}", stage.text());
}

#[test]
fn a_pool_without_room_is_told_the_fewest_rules_to_give_up() {
    let mut stage = Stage::example(80, 24);
    let groups: Vec<_> = stage.model.groups.ids().collect();
    for (seed, group) in (0..).zip(groups) {
        let full = u8::try_from(stage.model.members(group).len()).expect("few");
        let edit = stage
            .model
            .raise_limit(&mut Mint::seeded(seed), group, Some(full.max(1)));
        stage.lands("Jo T", edit.expect("a limit can be set"));
    }
    stage.press("3A");
    let text = stage.text();
    for shown in [
        "Proposed 0 of 3",
        "Why no group for",
        "everybody would have a place if you",
        "no fewer rules do",
    ] {
        assert!(text.contains(shown), "{shown} is missing:\n{text}");
    }
}

#[test]
fn another_admins_change_has_the_proposal_made_again_and_says_which_rows_changed() {
    let mut stage = Stage::example(80, 24);
    stage.press("3A");
    stage.plans = false;
    let first = stage.model.pool()[0];
    let limit = |model: &Model| {
        let placed = cohort::plan::grouping::propose(
            model,
            cohort::plan::grouping::Wish::pool(model.day(stage_clock())),
            &Watch::default(),
        );
        let placed = placed.expect("it is not called off");
        placed.placed(model, 0).expect("placed").group
    };
    let group = limit(&stage.model);
    let full = u8::try_from(stage.model.members(group).len()).expect("few");
    let edit = stage
        .model
        .raise_limit(&mut Mint::seeded(3), group, Some(full))
        .expect("a limit can be set");
    stage.lands("Jo T", edit);
    stage.press("y");
    assert!(
        stage.app.message().contains("being made again"),
        "{}",
        stage.app.message()
    );
    assert!(stage.model.pool().contains(&first), "y did nothing yet");
    let request = asked(&mut stage);
    let answer = request.answer(&Watch::default()).expect("it is not called off");
    let number = request.number;
    stage.signal(Signal::Planned { number, answer });
    let text = stage.text();
    assert!(
        text.contains("1 row changed") || text.contains("rows changed"),
        "{text}"
    );
    stage.press("y");
    assert!(stage.model.pool().is_empty(), "{}", stage.text());
}

#[test]
fn esc_calls_the_planner_off_and_progress_is_shown() {
    let mut stage = Stage::example(80, 24);
    stage.plans = false;
    stage.press("3A");
    let request = asked(&mut stage);
    let number = request.number;
    stage.signal(Signal::Working {
        number,
        progress: Progress {
            doing: "placing people",
            done: 2,
            of: 3,
        },
    });
    assert!(
        stage.text().contains("placing people, 2 of 3"),
        "{}",
        stage.text()
    );
    stage.press("<esc>");
    assert!(stage.outs.contains(&Out::CallOff(number)));
    // An answer that comes too late is nobody's.
    let answer = request.answer(&Watch::default()).expect("nobody told this one");
    stage.signal(Signal::Planned { number, answer });
    assert!(!stage.text().contains("Auto-assign"), "{}", stage.text());
}

#[test]
fn plan_groups_answers_with_the_promised_keys_and_applies_as_one_entry() {
    let office = command::with_example();
    let said = command::done(office.dir(), &["plan", "groups"]);
    for key in ["objective", "bound", "optimal", "placed", "unplaced", "relax"] {
        assert!(said.get(key).is_some(), "{key}: {said}");
    }
    let placed = said["placed"].as_array().expect("a list");
    assert!(!placed.is_empty());
    for one in placed {
        for key in ["person", "group", "fit", "parts", "next_best"] {
            assert!(one.get(key).is_some(), "{key}: {one}");
        }
        let parts = one["parts"].as_array().expect("parts").iter();
        let sum: i64 = parts.map(|part| part["points"].as_i64().expect("points")).sum();
        assert_eq!(Some(sum), one["fit"].as_i64());
    }
    let before = command::done(office.dir(), &["status"])["revision"].as_u64();
    let applied = command::done(office.dir(), &["plan", "groups", "--apply"]);
    assert_eq!(applied["revision"].as_u64(), before.map(|rev| rev + 1));
    assert_eq!(command::done(office.dir(), &["status"])["pool"], 0);
}

#[test]
fn plan_sessions_answers_with_the_promised_keys_and_applies_as_one_entry() {
    let office = command::with_example();
    // A session less, so that there is one to plan.
    command::done(
        office.dir(),
        &["cancel", "CCIO-2/5", "--reason", "the mentor asked"],
    );
    let said = command::done(office.dir(), &["plan", "sessions"]);
    for key in ["cost", "bound", "optimal", "sessions", "unplaced"] {
        assert!(said.get(key).is_some(), "{key}: {said}");
    }
    assert_eq!(said["cost"], said["bound"], "{said}");
    let sessions = said["sessions"].as_array().expect("a list");
    let of = |session: &&Value| session["group"] == "CCIO-2" && session["round"] == 5;
    let one = sessions
        .iter()
        .find(of)
        .expect("the cancelled one is planned again");
    let starts = one["starts"].as_str().expect("a time");
    assert!(chrono::DateTime::parse_from_rfc3339(starts).is_ok(), "{starts}");
    let parts = one["parts"].as_object().expect("parts").values();
    let sum: i64 = parts.map(|part| part.as_i64().expect("points")).sum();
    assert_eq!(Some(sum), one["cost"].as_i64());
    let before = command::done(office.dir(), &["status"])["revision"].as_u64();
    let applied = command::done(office.dir(), &["plan", "sessions", "--apply", "--limit", "60"]);
    assert_eq!(applied["revision"].as_u64(), before.map(|rev| rev + 1));
    let again = command::done(office.dir(), &["plan", "sessions"]);
    assert_eq!(again["sessions"].as_array().map(Vec::len), Some(0), "{again}");
    assert_eq!(
        command::done(office.dir(), &["verify"])["problems"],
        serde_json::json!([])
    );
}

#[test]
fn a_plan_cut_short_states_a_bound_and_who_goes_on_without_a_mentor_ends_the_lead() {
    let office = command::with_example();
    let groups = command::done(office.dir(), &["groups"]);
    let groups = groups.as_array().expect("a list");
    let of = |code: &str| groups.iter().find(|is| is["code"] == code).expect("it is there");
    let mentor = of("CCIO-1")["mentor"].as_str().expect("it has one").to_owned();
    let asked = ["plan", "groups", "--without", &mentor];
    let said = command::done(office.dir(), &[&asked[..], &["--limit", "0"]].concat());
    let number = |key: &str| said[key].as_i64().expect("a number");
    assert!(number("objective") <= number("bound"), "{said}");
    let ways = said["ways"].as_array().expect("ways");
    assert!(ways.iter().any(|way| way["lead"].is_null()), "{said}");
    command::done(office.dir(), &[&asked[..], &["--apply"]].concat());
    let groups = command::done(office.dir(), &["groups"]);
    let left = groups
        .as_array()
        .expect("a list")
        .iter()
        .find(|is| is["code"] == "CCIO-1");
    let left = left.expect("it is there still");
    assert_eq!(left["mentor"], Value::Null, "{left}");
    let placed = said["placed"].as_array().expect("a list").len();
    let unplaced = said["unplaced"].as_array().expect("a list").len();
    assert_eq!(
        left["size"].as_u64(),
        u64::try_from(unplaced).ok(),
        "{placed} placed: {left}"
    );
}

fn stage_clock() -> chrono::DateTime<chrono::Utc> {
    cohort::exchange::example::clock()
}
