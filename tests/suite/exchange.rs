//! Files of the office, taken in by the built program: exactly what `expected.json` says of them.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::kit::command::{done, empty, run};
use crate::kit::office::Office;

fn office_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/office")
        .join(name)
}

fn path(name: &str) -> String {
    office_file(name).display().to_string()
}

/// What is known of a file.
fn expected(name: &str) -> Value {
    let text = std::fs::read_to_string(office_file("expected.json")).expect("expected.json is there");
    let all: Value = serde_json::from_str(&text).expect("expected.json is JSON");
    all["files"][name].clone()
}

/// An office with an empty cohort of this name and these days.
fn cohort(name: &str, from: &str, to: &str) -> Office {
    let office = empty();
    done(
        office.dir(),
        &[
            "init",
            "--name",
            name,
            "--from",
            from,
            "--to",
            to,
            "--template",
            "dhn",
        ],
    );
    office
}

/// Address and reason of each refused row.
fn refused(rows: &Value, email: &str) -> Vec<(String, String)> {
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let rows = rows.as_array().expect("refused rows are a list").iter();
    let mut all: Vec<_> = rows.map(|row| (text(row, email), text(row, "why"))).collect();
    all.sort();
    all
}

#[test]
fn applications_are_taken_in_as_expected() {
    for name in ["2025/applications-mentees.xlsx", "2025/applications-mentors.xlsx"] {
        let office = cohort("2025", "2025-01-06", "2025-06-30");
        let expected = expected(name);
        let taken = done(office.dir(), &["import", &path(name), "--yes"]);
        assert_eq!(taken["kind"], "applications");
        assert_eq!(taken["rows"], expected["rows"], "{name}");
        assert_eq!(taken["add"], expected["accepted"], "{name}");
        assert_eq!((&taken["change"], &taken["same"]), (&json!(0), &json!(0)));
        assert_eq!(
            refused(&taken["refused"], "email"),
            refused(&expected["refused"], "email"),
            "{name}"
        );
        let twice = taken["duplicates"].as_array().expect("duplicates are a list");
        assert_eq!(twice.len(), 1);
        assert_eq!(twice[0]["email"], expected["duplicates"][0]["email"]);
        let lines = ["row", "of_row"].map(|key| twice[0][key].as_u64());
        assert_eq!(
            twice[0]["kept"].as_u64(),
            lines.into_iter().max().flatten(),
            "the later submission is kept"
        );
    }
}

#[test]
fn of_two_submissions_the_later_one_counts() {
    let office = cohort("2025", "2025-01-06", "2025-06-30");
    done(
        office.dir(),
        &["import", &path("2025/applications-mentees.xlsx"), "--yes"],
    );
    let niamh = done(office.dir(), &["people", "niamh.oneill"]);
    assert_eq!(niamh[0]["job_title"], "Chief of something new");
    assert_eq!(niamh[0]["status"], "applied");
}

#[test]
fn the_same_file_twice_changes_nothing() {
    let office = cohort("2025", "2025-01-06", "2025-06-30");
    let file = path("2025/applications-mentors.xlsx");
    let first = done(office.dir(), &["import", &file, "--yes", "--accept"]);
    let again = done(office.dir(), &["import", &file, "--yes", "--accept"]);
    assert_eq!((&again["add"], &again["change"]), (&json!(0), &json!(0)));
    assert_eq!(again["same"], first["add"]);
    assert_eq!(again["revision"], first["revision"]);
}

#[test]
fn accepting_at_once_is_the_same_entry_and_one_undo() {
    let office = cohort("2025", "2025-01-06", "2025-06-30");
    let dir = office.dir();
    let taken = done(
        dir,
        &[
            "import",
            &path("2025/applications-mentees.xlsx"),
            "--yes",
            "--accept",
        ],
    );
    let waiting = done(dir, &["people", "status:waiting"]);
    assert_eq!(waiting.as_array().map(Vec::len), Some(102));
    done(dir, &["undo", &taken["revision"].to_string()]);
    assert_eq!(done(dir, &["people"]), json!([]));
}

#[test]
fn a_preview_changes_nothing() {
    let office = cohort("2025", "2025-01-06", "2025-06-30");
    let dir = office.dir();
    let file = path("2025/applications-mentees.xlsx");
    for arguments in [
        vec!["import", &file, "--dry-run", "--json"],
        vec!["import", &file, "--json"],
    ] {
        let said = run(dir, &arguments);
        assert_eq!((said.code, said.json()["revision"].clone()), (0, Value::Null));
    }
    assert_eq!(done(dir, &["people"]), json!([]));
}

#[test]
fn a_roster_of_a_past_cohort_is_taken_in_and_the_cohort_closed() {
    let office = cohort("2024", "2023-10-02", "2024-03-29");
    let dir = office.dir();
    let expected = expected("2024/roster.csv");
    let taken = done(dir, &["import", &path("2024/roster.csv"), "--yes"]);
    assert_eq!(taken["kind"], "roster");
    assert_eq!(
        (&taken["rows"], &taken["add"]),
        (&expected["rows"], &expected["rows"])
    );
    for key in ["encoding", "left_early", "lossy_names"] {
        assert_eq!(taken[key], expected[key], "{key}");
    }
    assert_eq!(done(dir, &["groups"]).as_array().map(Vec::len), Some(15));
    let left = done(dir, &["people", "status:withdrawn"]);
    assert_eq!(
        left.as_array().map(Vec::len),
        expected["left_early"].as_u64().map(|n| n as usize)
    );
    let again = done(dir, &["import", &path("2024/roster.csv"), "--yes"]);
    assert_eq!(
        again["same"], expected["rows"],
        "the same file twice changes nothing"
    );

    done(dir, &["set", "2024", "state", "closed"]);
    assert_eq!(done(dir, &["status"])["state"], "closed");
    let lucia = done(dir, &["people", "lucia", "harvey"]);
    assert_eq!(lucia[0]["name"], "Lucía Harvey");
    assert_eq!(lucia[0]["status"], "completed");
}

#[test]
fn a_later_form_changes_what_differs_and_leaves_decisions_alone() {
    let office = cohort("2025", "2025-01-06", "2025-06-30");
    let dir = office.dir();
    let form = |rows: &str| {
        let path = dir.join("form.csv");
        let head = "Timestamp,Full name,Email address,Job title,Stream,Career stage,What do you want from mentoring?";
        std::fs::write(&path, format!("{head}\n{rows}")).expect("a file can be written");
        path.display().to_string()
    };
    let first = form("2024/12/01 10:00:00,Ann Li,ann.li@example.org,Nurse,CCIO,Emerging,Public speaking\n");
    assert_eq!(done(dir, &["import", &first, "--yes"])["add"], 1);
    let second = form("2024/12/05 10:00:00,Ann Li,ANN.LI@example.org,Matron,CCIO,Emerging,Public speaking\n");
    let taken = done(dir, &["import", &second, "--yes"]);
    assert_eq!((&taken["add"], &taken["change"]), (&json!(0), &json!(1)));
    done(dir, &["decide", "accepted", "ann.li@example.org"]);
    let third = form("2024/12/09 10:00:00,Ann Li,ann.li@example.org,Matron,CIO,Emerging,Public speaking\n");
    let taken = done(dir, &["import", &third, "--yes"]);
    assert_eq!(taken["same"], 1);
    assert_eq!(done(dir, &["people", "ann.li"])[0]["stream"], "CCIO");
    let stranger =
        form("2024/12/09 10:00:00,Bob Ray,ann.li@example.org,Porter,CIO,Emerging,Public speaking\n");
    let taken = done(dir, &["import", &stranger, "--yes"]);
    assert_eq!(taken["refused"][0]["why"], "the address is Ann Li's");
}

/// The 2025 cohort with the mentees and mentors of the two forms, accepted.
fn cohort_of_2025() -> Office {
    let office = cohort("2025", "2025-01-06", "2025-06-30");
    for file in ["2025/applications-mentees.xlsx", "2025/applications-mentors.xlsx"] {
        done(office.dir(), &["import", &path(file), "--yes", "--accept"]);
    }
    office
}

/// Puts the four people of a report into a group of this code, with its session of round 1 at this time.
fn group_of(office: &Office, code: &str, people: &[&str], starts: &str) {
    let dir = office.dir();
    let (mentor, mentees) = people.split_first().expect("a mentor comes first");
    let stream = format!("stream={}", code.split('-').next().unwrap_or_default());
    done(
        dir,
        &[
            "add",
            "group",
            &format!("code={code}"),
            &stream,
            &format!("mentor={mentor}"),
        ],
    );
    for mentee in mentees {
        done(dir, &["move", mentee, code]);
    }
    done(
        dir,
        &[
            "add",
            "session",
            &format!("group={code}"),
            "round=1",
            &format!("starts={starts}"),
            "minutes=60",
        ],
    );
}

#[test]
fn a_pulse_is_taken_in_as_expected_and_twice_changes_nothing() {
    let office = cohort_of_2025();
    let dir = office.dir();
    let expected = expected("2025/pulse-session-1.csv");
    let file = path("2025/pulse-session-1.csv");
    let taken = done(dir, &["import", &file, "--round", "1", "--yes"]);
    assert_eq!(taken["kind"], "pulse");
    assert_eq!(
        (&taken["add"], &taken["asked"]),
        (&expected["answers"], &expected["asked"]),
        "{taken}"
    );
    assert_eq!(
        (&taken["refused"], &taken["duplicates"]),
        (&json!([]), &json!([]))
    );
    let again = done(dir, &["import", &file, "--yes"]);
    assert_eq!(
        (&again["same"], &again["revision"]),
        (&expected["answers"], &taken["revision"]),
        "{again}"
    );
    assert_eq!(again["asked"], expected["asked"]);
    done(dir, &["undo", &taken["revision"].to_string()]);
    let dry = done(dir, &["import", &file, "--round", "1", "--dry-run"]);
    assert_eq!(dry["add"], expected["answers"], "one undo takes all of it back");
}

#[test]
fn a_survey_is_taken_in_as_expected_with_then_and_now() {
    let office = cohort("2024", "2023-10-02", "2024-03-29");
    let dir = office.dir();
    done(dir, &["import", &path("2024/roster.csv"), "--yes"]);
    let expected = expected("2024/endpoint-survey.csv");
    let file = path("2024/endpoint-survey.csv");
    let taken = done(dir, &["import", &file, "--yes"]);
    assert_eq!(
        (&taken["kind"], &taken["add"]),
        (&json!("survey"), &expected["answers"]),
        "{taken}"
    );
    for key in ["asked", "confidence_then", "confidence_now", "paired"] {
        assert_eq!(taken[key], expected[key], "{key}");
    }
    let again = done(dir, &["import", &file, "--wave", "endpoint", "--yes"]);
    assert_eq!(
        (&again["same"], &again["revision"]),
        (&expected["answers"], &taken["revision"]),
        "{again}"
    );
}

#[test]
fn attendance_reports_fill_who_was_seen_as_expected() {
    let office = cohort_of_2025();
    let dir = office.dir();
    for (code, starts) in [("DHLP-1", "2025-01-14 16:00"), ("DHLP-2", "2025-01-15 16:00")] {
        let name = format!("2025/teams-attendance-{code}-session-1.csv");
        let expected = expected(&name);
        let seen = expected["seen"].as_array().expect("people were seen");
        let people: Vec<&str> = seen.iter().filter_map(|one| one["email"].as_str()).collect();
        group_of(&office, code, &people, starts);
        let taken = done(dir, &["import", &path(&name), "--yes"]);
        assert_eq!(
            (&taken["kind"], &taken["encoding"]),
            (&json!("attendance"), &json!("utf-16le"))
        );
        assert_eq!(taken["add"], expected["people_seen"], "{taken}");
        let told: Vec<Value> = taken["seen"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|one| json!({"email": one["email"], "joined": one["joined"], "left": one["left"]}))
            .collect();
        assert_eq!(json!(told), expected["seen"]);
        let unknown = taken["unknown"].as_array().map(Vec::len);
        assert_eq!(
            unknown.map(|n| json!(n)),
            Some(expected["unknown_callers"].clone())
        );
        let again = done(
            dir,
            &["import", &path(&name), "--session", &format!("{code}/1"), "--yes"],
        );
        assert_eq!(again["revision"], taken["revision"], "{again}");
    }
    // They joined after that day, so the marks it proposes are not set: nobody was expected (rule 7).
    let report = path("2025/teams-attendance-DHLP-1-session-1.csv");
    let marked = done(dir, &["import", &report, "--mark", "--yes"]);
    assert_eq!(marked["seen"][2]["proposed"], "late");
}

#[test]
fn bank_holidays_are_taken_in_as_expected() {
    let office = cohort("2025", "2025-01-06", "2025-06-30");
    let dir = office.dir();
    let expected = expected("2025/bank-holidays.ics");
    let taken = done(dir, &["import", &path("2025/bank-holidays.ics"), "--yes"]);
    assert_eq!(
        (&taken["kind"], &taken["add"], &taken["rows"]),
        (&json!("holidays"), &expected["events"], &expected["events"])
    );
    let again = done(dir, &["import", &path("2025/bank-holidays.ics"), "--yes"]);
    assert_eq!(
        (&again["same"], &again["revision"]),
        (&expected["events"], &taken["revision"])
    );
}

/// Runs a command that must be done, as on this day.
fn done_on(dir: &Path, day: &str, arguments: &[&str]) -> Value {
    let said = std::process::Command::new(env!("CARGO_BIN_EXE_cohort"))
        .args(arguments)
        .args(["--json", "--now", &format!("{day}T09:00:00Z")])
        .env("COHORT_DATA", dir)
        .stdin(std::process::Stdio::null())
        .output()
        .expect("the program can be run");
    let text = String::from_utf8_lossy(&said.stdout);
    serde_json::from_str(&text).unwrap_or_else(|why| panic!("{arguments:?}: {why}: {said:?}"))
}

#[test]
fn marks_that_a_report_proposes_are_set_where_there_are_none_and_taken_back_with_it() {
    let office = cohort_of_2025();
    let dir = office.dir();
    let name = "2025/teams-attendance-DHLP-1-session-1.csv";
    let seen = expected(name)["seen"].clone();
    let emails: Vec<&str> = (0..4).filter_map(|nth| seen[nth]["email"].as_str()).collect();
    let group = ["code=DHLP-1", "stream=DHLP", &format!("mentor={}", emails[0])];
    done_on(dir, "2025-01-07", &[&["add", "group"], &group[..]].concat());
    for mentee in &emails[1..] {
        done_on(dir, "2025-01-07", &["move", mentee, "DHLP-1"]);
    }
    let session = ["group=DHLP-1", "round=1", "starts=2025-01-14 16:00", "minutes=60"];
    done_on(dir, "2025-01-07", &[&["add", "session"], &session[..]].concat());
    done(dir, &["register", "DHLP-1/1", emails[3], "apologies"]);
    let taken = done(dir, &["import", &path(name), "--mark", "--yes"]);
    let marks = |email: &str| -> Value {
        let register = done(dir, &["register", "DHLP-1/1"]);
        let name = done(dir, &["people", email])[0]["name"].clone();
        let rows = register["marks"].as_array().expect("a list").clone();
        let row = rows
            .into_iter()
            .find(|row| row["person"] == name || row["name"] == name);
        row.unwrap_or_else(|| panic!("{email} is not in {register}"))
    };
    assert_eq!(marks(emails[0])["mark"], "present");
    assert_eq!(marks(emails[1])["mark"], "present");
    let late = marks(emails[2]);
    assert_eq!(
        (&late["mark"], &late["minutes_late"]),
        (&json!("late"), &json!(19))
    );
    assert_eq!(marks(emails[3])["mark"], "apologies", "what a person said stands");
    done(dir, &["undo", &taken["revision"].to_string()]);
    assert_ne!(marks(emails[0])["mark"], "present");
    assert_eq!(marks(emails[3])["mark"], "apologies");
}

#[test]
fn answers_without_names_make_an_anonymous_wave_and_twice_are_the_same() {
    let office = cohort_of_2025();
    let dir = office.dir();
    let named = std::fs::read_to_string(office_file("2025/pulse-session-1.csv")).expect("it is text");
    let nameless: Vec<String> = named
        .lines()
        .map(|line| {
            let mut cells: Vec<&str> = line.splitn(3, ',').collect();
            // A text of an answer may go on over several lines.
            if cells.get(1).is_some_and(|cell| cell.contains('@')) {
                cells[1] = "anonymous";
            }
            cells.join(",")
        })
        .collect();
    let file = dir.join("pulse-session-1.csv");
    std::fs::write(&file, nameless.join("\n") + "\n").expect("a file can be written");
    let file = file.display().to_string();
    let taken = done(dir, &["import", &file, "--round", "1", "--yes"]);
    assert_eq!(
        taken["add"],
        expected("2025/pulse-session-1.csv")["answers"],
        "{taken}"
    );
    let waves = done(dir, &["waves"]);
    assert_eq!(waves[0]["anonymous"], true, "{waves}");
    let everything = dir.join("all.jsonl");
    let to = everything.display().to_string();
    done(dir, &["export", "everything", "--to", &to]);
    let text = std::fs::read_to_string(&everything).expect("it is text");
    let records: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect();
    let responses: Vec<&Value> = records.iter().filter(|is| is["kind"] == "response").collect();
    assert_eq!(json!(responses.len()), taken["add"]);
    let mut days = std::collections::BTreeSet::new();
    for response in &responses {
        let text = response.to_string();
        assert!(!text.contains('@'), "nobody is named: {text}");
        let record = response.get("record").unwrap_or(response);
        assert!(
            record["enrolment"].is_null(),
            "nothing links it to a person: {text}"
        );
        days.insert(record["received"].to_string());
    }
    assert_eq!(days.len(), 1, "nobody is told by the day of the answer");
    let again = done(dir, &["import", &file, "--round", "1", "--yes"]);
    assert_eq!(
        (&again["same"], &again["add"], &again["revision"]),
        (&taken["add"], &json!(0), &taken["revision"]),
        "{again}"
    );
}

#[test]
fn a_file_of_ten_gigabytes_is_refused_before_it_is_read() {
    let office = cohort("2025", "2025-01-06", "2025-06-30");
    let file = office.dir().join("huge.csv");
    let huge = std::fs::File::create(&file).expect("a file can be made");
    huge.set_len(10 << 30).expect("it takes no room: it is all holes");
    let said = run(
        office.dir(),
        &["import", &file.display().to_string(), "--yes", "--json"],
    );
    assert_eq!(said.code, 5, "{said:?}");
    assert!(said.err.contains("10240 MB, and 64 MB is the most"), "{said:?}");
}
