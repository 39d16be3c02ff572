//! Lists and calendars written by the built program, read back by ourselves and by programs that are not ours.

use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use cohort::exchange::{Cell, read_rows};
use serde_json::{Value, json};

use crate::kit::command::{done, empty, run, with_example};
use crate::kit::office::Office;
use crate::kit::tool;

const LISTS: &[&str] = &[
    "people",
    "groups",
    "sessions",
    "attendance",
    "feedback",
    "quotes",
    "entries",
];

/// Writes something, and answers where and with how many rows.
fn export(office: &Office, what: &[&str], file: &str) -> (PathBuf, u64) {
    let path = office.dir().join(file);
    let named = path.display().to_string();
    let mut arguments = vec!["export"];
    arguments.extend(what);
    arguments.extend(["--to", &named]);
    let said = done(office.dir(), &arguments);
    assert_eq!(said["file"], named);
    (path, said["rows"].as_u64().expect("rows are counted"))
}

fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

/// The rows of a file as text.
fn rows(path: &Path) -> Vec<Vec<String>> {
    let name = path.display().to_string();
    let sheet = read_rows(&name, &bytes(path)).unwrap_or_else(|why| panic!("{name}: {why}"));
    let wide = sheet.rows.first().map_or(0, |row| row.cells.len());
    let text =
        |row: &cohort::exchange::SheetRow| (0..wide).map(|at| row.cell(at).text().into_owned()).collect();
    sheet.rows.iter().map(text).collect()
}

/// The lines of a JSON lines file.
fn lines(path: &Path) -> Vec<Value> {
    let text = String::from_utf8(bytes(path)).expect("JSON is UTF-8");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect()
}

#[test]
fn every_list_says_the_same_in_every_format() {
    let office = with_example();
    for list in LISTS {
        let (values, of_values) = export(&office, &[list], &format!("{list}.csv"));
        let (book, of_book) = export(&office, &[list], &format!("{list}.xlsx"));
        assert_eq!(of_values, of_book, "{list}");
        assert!(of_values > 0, "{list} has something in it");
        assert_eq!(rows(&values), rows(&book), "{list}");
        assert_eq!(
            rows(&values).len() as u64,
            of_values + 1,
            "{list}: a heading and the rows"
        );
        let mode = std::fs::metadata(&book).expect("it is there").mode();
        assert_eq!(mode & 0o777, 0o600, "{list} is for its owner's eyes");
        let (json, of_lines) = export(&office, &[list], &format!("{list}.jsonl"));
        assert_eq!(lines(&json).len() as u64, of_lines, "{list}");
    }
}

#[test]
fn a_list_of_people_has_the_keys_and_values_of_the_command() {
    let office = with_example();
    let (path, _) = export(&office, &["people", "stream:cso"], "cso.jsonl");
    let listed = done(office.dir(), &["people", "stream:cso"]);
    let written = lines(&path);
    assert_eq!(written.len(), listed.as_array().map_or(0, Vec::len));
    for (row, person) in written.iter().zip(listed.as_array().expect("a list")) {
        for key in [
            "id",
            "name",
            "email",
            "role",
            "stream",
            "group",
            "status",
            "attendance",
            "capacity",
        ] {
            assert_eq!(row[key], person[key], "{key}");
        }
    }
}

/// An office with the roster of 2024 in it.
fn with_roster() -> Office {
    let office = empty();
    let dir = office.dir();
    done(
        dir,
        &[
            "init",
            "--name",
            "2024",
            "--from",
            "2023-10-02",
            "--to",
            "2024-03-29",
            "--template",
            "dhn",
        ],
    );
    let roster = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/office/2024/roster.csv");
    done(dir, &["import", &roster.display().to_string(), "--yes"]);
    office
}

#[test]
fn people_written_out_and_taken_in_again_change_nothing() {
    let office = with_roster();
    let someone = done(office.dir(), &["people", "lucia", "harvey"])[0]["id"].clone();
    let id = someone.as_str().expect("an id");
    for (field, value) in [
        ("organisation", "=HYPERLINK(\"https://x.example\")"),
        ("job_title", "@SUM(A1:A9), \"quoted\"; semicolons"),
        ("phone", "+44 113 496 0000"),
        ("region", "'-2+3"),
    ] {
        done(office.dir(), &["set", id, field, value]);
    }
    for file in ["people.csv", "people.xlsx"] {
        let (path, count) = export(&office, &["people"], file);
        let taken = done(
            office.dir(),
            &[
                "import",
                &path.display().to_string(),
                "--kind",
                "roster",
                "--dry-run",
            ],
        );
        assert_eq!(taken["same"], json!(count), "{file}: {taken}");
        assert_eq!(
            (&taken["add"], &taken["change"]),
            (&json!(0), &json!(0)),
            "{file}"
        );
    }
    let text = String::from_utf8(bytes(&office.dir().join("people.csv"))).expect("UTF-8");
    for harmless in ["\"'=HYPERLINK(", "\"'@SUM(", "'+44 113", "''-2+3"] {
        assert!(text.contains(harmless), "{harmless}");
    }
}

#[test]
fn a_file_is_written_whole_or_not_at_all_and_never_over_a_link() {
    let office = with_example();
    let dir = office.dir().join("out");
    std::fs::create_dir(&dir).expect("a directory can be made");
    std::fs::write(dir.join("precious"), "kept").expect("a file can be written");
    symlink(dir.join("precious"), dir.join("link.csv")).expect("a link can be made");
    std::fs::create_dir(dir.join("dir.csv")).expect("a directory can be made");
    for (name, code) in [
        ("link.csv", 2),
        ("dir.csv", 2),
        ("people.doc", 2),
        ("none/people.csv", 6),
    ] {
        let path = dir.join(name).display().to_string();
        let said = run(office.dir(), &["export", "people", "--to", &path]);
        assert_eq!(said.code, code, "{name}: {said:?}");
    }
    assert_eq!(bytes(&dir.join("precious")), b"kept");
    let left = std::fs::read_dir(&dir).expect("it can be read").count();
    assert_eq!(left, 3, "nothing half written is left");
}

/// The answers hidden in an export are not to be had from any other one.
#[test]
fn rule_14_no_file_gives_what_fewer_than_the_smallest_count_answered() {
    let office = with_example();
    let (path, _) = export(&office, &["feedback"], "feedback.jsonl");
    let scores = lines(&path);
    let shown = |row: &&Value| !row["mean"].is_null();
    assert!(scores.iter().any(|row| shown(&row)), "some means are shown");
    for row in scores.iter().filter(shown) {
        assert!(row["answered"].as_u64().is_none_or(|n| n >= 5), "{row}");
    }
    assert!(scores.iter().any(|row| row["hidden"] == "hidden until 5 answers"));
    for what in ["everything", "entries"] {
        let (path, _) = export(&office, &[what], &format!("{what}.jsonl"));
        let text = String::from_utf8(bytes(&path)).expect("UTF-8");
        assert!(text.contains("\"question\":\"useful\""), "{what} has the answers");
        let scored = |line: &str| line.contains("\"question\":\"useful\"") && line.contains("\"number\":4");
        assert!(
            !text.lines().any(scored),
            "{what} has no number that somebody answered"
        );
    }
    let said = run(office.dir(), &["history", "--json"]);
    assert!(!said.out.contains("\"number\":4"), "nor has the history");
}

#[test]
fn everything_holds_every_record_with_its_kind_and_entry() {
    let office = with_example();
    let (path, count) = export(&office, &["everything"], "all.jsonl");
    let records = lines(&path);
    assert_eq!(records.len() as u64, count);
    let kinds: std::collections::BTreeSet<&str> = records.iter().filter_map(|r| r["kind"].as_str()).collect();
    for kind in [
        "person",
        "cohort",
        "membership",
        "session",
        "mark",
        "response",
        "consent",
    ] {
        assert!(kinds.contains(kind), "{kind} is missing of {kinds:?}");
    }
    let one = &records[0];
    assert!(
        one["revision"].is_u64() && one["id"].is_string() && one["fields"].is_object(),
        "{one}"
    );
}

#[test]
fn libreoffice_opens_the_workbook_with_dates_as_dates() {
    let Some(soffice) = tool::program("soffice") else {
        return;
    };
    let office = with_example();
    let home = format!("-env:UserInstallation=file://{}/lo", office.dir().display());
    let (book, count) = export(&office, &["sessions"], "sessions.xlsx");
    let (values, _) = export(&office, &["sessions"], "ours.csv");
    let convert = |to: &str| {
        let done = Command::new(&soffice)
            .args([home.as_str(), "--headless", "--convert-to", to, "--outdir"])
            .arg(office.dir())
            .arg(&book)
            .output()
            .expect("LibreOffice runs");
        assert!(done.status.success(), "{done:?}");
    };
    // Commas, quotes where needed, UTF-8.
    convert("csv:Text - txt - csv (StarCalc):44,34,76");
    assert_eq!(rows(&office.dir().join("sessions.csv")), rows(&values));
    convert("fods");
    let flat = String::from_utf8(bytes(&office.dir().join("sessions.fods"))).expect("UTF-8");
    let dates = flat.matches("office:value-type=\"date\"").count() as u64;
    assert_eq!(dates, 2 * count, "start and end of every session are dates");
    assert!(
        flat.contains("table:display-filter-buttons=\"true\""),
        "it can be filtered"
    );
    assert!(!flat.contains("table:formula"), "nothing in it is a formula");
}

/// What a calendar holds, by Python's icalendar: method, uid, sequence, start in UTC, status, alarms, link.
fn by_python(python: &Path, file: &Path) -> Vec<Value> {
    const SCRIPT: &str = r#"
import sys, json, datetime
from icalendar import Calendar
out = []
with open(sys.argv[1], 'rb') as f:
    data = f.read()
assert all(len(line) <= 75 for line in data.split(b'\r\n')), 'a line is too long'
for cal in Calendar.from_ical(data, multiple=True):
    zones = [str(z['TZID']) for z in cal.walk('VTIMEZONE')]
    for z in cal.walk('VTIMEZONE'):
        z.to_tz()
    for e in cal.walk('VEVENT'):
        start, end = e.decoded('DTSTART'), e.decoded('DTEND')
        out.append(dict(method=str(cal['METHOD']), zones=zones, uid=str(e['UID']), sequence=int(e['SEQUENCE']),
            starts=start.astimezone(datetime.timezone.utc).isoformat(), minutes=int((end-start).total_seconds()//60),
            local=start.strftime('%H:%M'), status=str(e['STATUS']), alarms=len(e.walk('VALARM')),
            url=str(e.get('URL', '')), summary=str(e['SUMMARY'])))
json.dump(out, sys.stdout)
"#;
    let done = Command::new(python)
        .args(["-c", SCRIPT])
        .arg(file)
        .output()
        .expect("Python runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let read: Value = serde_json::from_slice(&done.stdout).expect("it answers JSON");
    read.as_array().cloned().unwrap_or_default()
}

fn moment(value: &Value) -> chrono::DateTime<chrono::Utc> {
    let text = value.as_str().expect("a moment is text");
    chrono::DateTime::parse_from_rfc3339(text)
        .unwrap_or_else(|why| panic!("{text}: {why}"))
        .to_utc()
}

#[test]
fn another_parser_reads_the_calendar_across_the_change_of_the_clocks() {
    let Some(python) = tool::python_with("icalendar") else {
        return;
    };
    let office = with_example();
    let (file, count) = export(&office, &["calendar"], "all.ics");
    let (sessions, _) = export(&office, &["sessions"], "sessions.jsonl");
    let ours: BTreeMap<String, Value> = lines(&sessions)
        .into_iter()
        .map(|row| (row["uid"].as_str().unwrap_or_default().to_owned(), row))
        .collect();
    let read = by_python(&python, &file);
    assert_eq!(read.len() as u64, count);
    let mut summer = 0;
    for event in &read {
        let uid = event["uid"].as_str().expect("a UID");
        let session = &ours[uid];
        assert_eq!(moment(&event["starts"]), moment(&session["starts"]), "{uid}");
        assert_eq!(event["minutes"], session["minutes"], "{uid}");
        assert_eq!(event["sequence"], session["sequence"], "{uid}");
        assert_eq!(event["zones"], json!(["Europe/London"]), "{uid}");
        let local = session["starts"].as_str().map(|at| at[11..16].to_owned());
        assert_eq!(
            event["local"].as_str(),
            local.as_deref(),
            "{uid}: the clock in London"
        );
        if moment(&event["starts"]).to_rfc3339().as_str() >= "2025-03-30" {
            summer += 1;
        }
        let gone = session["state"] == "cancelled" || session["state"] == "postponed";
        assert_eq!(event["method"] == "CANCEL", gone, "{uid}");
        assert_eq!(event["status"] == "CANCELLED", gone, "{uid}");
        assert_eq!(event["alarms"], json!(u8::from(!gone)), "{uid}");
        if !gone {
            assert_eq!(
                event["url"],
                session["link"].as_str().unwrap_or_default(),
                "{uid}"
            );
        }
    }
    assert!(
        summer > 20 && summer < read.len(),
        "{summer} of {} are after 30 March",
        read.len()
    );
}

/// The events of a calendar by UID, read by the icalendar crate: sequence, start as written, status.
fn events(path: &Path) -> BTreeMap<String, (String, String, String)> {
    use icalendar::Component;
    let text = String::from_utf8(bytes(path)).expect("UTF-8");
    let mut all = BTreeMap::new();
    for part in text.split_inclusive("END:VCALENDAR\r\n") {
        let calendar: icalendar::Calendar = part.parse().unwrap_or_else(|why| panic!("{why}: {part}"));
        for event in calendar.events() {
            let value = |key: &str| event.property_value(key).unwrap_or_default().to_owned();
            all.insert(
                value("UID"),
                (value("SEQUENCE"), value("DTSTART"), value("STATUS")),
            );
        }
    }
    all
}

#[test]
fn a_session_keeps_its_uid_and_every_change_raises_its_sequence() {
    let office = with_example();
    let dir = office.dir();
    let calendar = || events(&export(&office, &["calendar", "--group", "CCIO-2"], "group.ics").0);
    let uid = calendar()
        .keys()
        .find(|uid| uid.starts_with("CCIO-2-5-"))
        .cloned()
        .expect("round 5 is planned");
    let sequence = || -> u32 { calendar()[&uid].0.parse().expect("a number") };
    let mut last = sequence();
    let changes: [&[&str]; 4] = [
        &["reschedule", "CCIO-2/5", "8 may 16:00"],
        &["set", "CCIO-2/5", "link", "https://meet.example.org/other"],
        &["set", "CCIO-2/5", "minutes", "75"],
        &["cancel", "CCIO-2/5", "--reason", "the mentor is ill"],
    ];
    for change in changes {
        done(dir, change);
        assert!(sequence() > last, "{change:?}");
        last = sequence();
    }
    assert_eq!(calendar()[&uid].2, "CANCELLED");
    let next = done(dir, &["undo"]);
    assert!(next["revision"].is_u64());
    assert!(sequence() > last, "undoing is a change too");
    assert_ne!(calendar()[&uid].2, "CANCELLED");
}

#[test]
fn a_new_joining_link_of_a_group_reaches_the_calendars_of_its_sessions_to_come() {
    let office = with_example();
    let calendar = || events(&export(&office, &["calendar", "--group", "CCIO-2"], "group.ics").0);
    let before = calendar();
    let group = done(office.dir(), &["groups"]);
    let groups = group.as_array().expect("a list");
    let id = groups
        .iter()
        .find(|g| g["code"] == "CCIO-2")
        .expect("it is there")["id"]
        .clone();
    done(
        office.dir(),
        &[
            "set",
            id.as_str().expect("an id"),
            "link",
            "https://meet.example.org/new",
        ],
    );
    let after = calendar();
    let raised = after.iter().filter(|(uid, event)| before[*uid].0 != event.0);
    let starts: Vec<&str> = raised.map(|(_, event)| event.1.as_str()).collect();
    assert!(!starts.is_empty());
    assert!(
        starts.iter().all(|at| *at >= "20250318T"),
        "only sessions to come: {starts:?}"
    );
}

#[test]
fn who_leaves_a_group_has_its_sessions_taken_out_of_the_calendar() {
    let office = with_example();
    let dir = office.dir();
    let member = done(dir, &["people", "group:ccio-2", "role:mentee"])[0]["email"].clone();
    let email = member.as_str().expect("an address");
    let mine = || events(&export(&office, &["calendar", "--person", email], "mine.ics").0);
    let before = mine();
    assert!(before.values().all(|event| event.2 != "CANCELLED"), "{before:?}");
    done(dir, &["move", email, "pool"]);
    let after = mine();
    for (uid, event) in &before {
        let gone = after.get(uid).is_some_and(|event| event.2 == "CANCELLED");
        let of_group = uid.starts_with("CCIO-2-");
        // Whoever leaves on the day of a session that is still going on is not expected at it.
        let to_come = event.1.as_str() >= "20250318T";
        assert_eq!(gone, of_group && to_come, "{uid} {event:?}");
    }
    assert!(after.values().any(|event| event.2 == "CANCELLED"));
}

#[test]
fn cells_keep_their_types_in_a_workbook() {
    let office = with_example();
    let (path, _) = export(&office, &["sessions"], "sessions.xlsx");
    let sheet = read_rows("sessions.xlsx", &bytes(&path)).expect("it reads back");
    let head: Vec<String> = sheet.rows[0]
        .cells
        .iter()
        .map(|cell| cell.text().into_owned())
        .collect();
    let column = |title: &str| {
        head.iter()
            .position(|is| is == title)
            .expect("the column is there")
    };
    let mut book = zip::ZipArchive::new(std::io::Cursor::new(bytes(&path))).expect("it is an archive");
    let mut xml = String::new();
    let mut part = book.by_name("xl/worksheets/sheet1.xml").expect("it has a sheet");
    std::io::Read::read_to_string(&mut part, &mut xml).expect("it is text");
    assert!(
        xml.contains("ySplit=\"1\"") && xml.contains("state=\"frozen\""),
        "the head stays"
    );
    assert!(xml.contains("<autoFilter ref=\"A1:X"), "it can be filtered");
    let row = &sheet.rows[1];
    assert!(matches!(row.cell(column("Starts")), Cell::Moment(_)));
    assert!(matches!(row.cell(column("Minutes")), Cell::Number(_)));
    assert!(matches!(row.cell(column("Session")), Cell::Text(_)));
}
