//! Files taken in on the screen: every file of the office to exactly what `expected.json` says, corrections, what
//! somebody changed since, and files that are broken or meant badly.

use std::path::Path;

use chrono::{NaiveDate, TimeZone, Utc};
use cohort::domain::{Edit, FileOf, Id, Mint, Model, Refusal, Role};
use cohort::exchange::incoming::{self, Choices, Drawn};
use cohort::exchange::intake::Act;
use cohort::tui::{Done, Out, Signal};
use serde_json::Value;

use crate::kit::stage::Stage;

fn bytes(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/office")
        .join(name);
    std::fs::read(path).expect("the file is there")
}

fn expected(name: &str) -> Value {
    let all: Value = serde_json::from_slice(&bytes("expected.json")).expect("expected.json is JSON");
    all["files"][name].clone()
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day")
}

/// An empty cohort from the programme's template, running.
fn cohort(name: &str, from: NaiveDate, to: NaiveDate) -> Model {
    let empty = Model::empty(Id::new(0));
    let edit = empty
        .new_cohort(&mut Mint::seeded(77), name, from, to, true, None)
        .expect("a cohort can be made");
    let mut model = Model::empty(edit.cohort);
    model.try_on(&edit.changes);
    model
}

fn cohort_2025() -> Model {
    cohort("2025", day(2025, 1, 6), day(2025, 6, 30))
}

/// What drawing a file up comes to, and the cohort with it.
fn take(model: &mut Model, file: &str, bytes: &[u8], choices: &Choices) -> Drawn {
    let now = Utc.with_ymd_and_hms(2025, 2, 1, 12, 0, 0).unwrap();
    let read = incoming::read(file, bytes, model.zone()).expect("it can be read");
    let drawn = read
        .draw(model, &mut Mint::seeded(9 + model.count() as u64), choices, now)
        .expect("it can be drawn up");
    model.try_on(&drawn.edit.changes);
    drawn
}

/// Reads a file on the screen of imports.
fn read(stage: &mut Stage, file: &str, bytes: Vec<u8>) {
    stage.press(":import<enter>");
    assert!(stage.text().contains("> Import"), "{}", stage.text());
    stage.signal(Signal::Done(Done::Read {
        file: file.to_owned(),
        bytes,
    }));
}

fn import(stage: &mut Stage, name: &str) {
    let file = name.rsplit('/').next().expect("a name");
    read(stage, file, bytes(name));
    assert!(stage.text().contains("Import preview"), "{}", stage.text());
    stage.press("y");
}

/// The edit that a verb answers, landed by a colleague.
fn lands(stage: &mut Stage, build: impl Fn(&Model, &mut Mint) -> Result<Edit, Refusal>) {
    let edit =
        build(&stage.model, &mut Mint::seeded(31 + stage.entries.len() as u64)).expect("it can be done");
    stage.lands("Jo T", edit);
}

/// The cohort of 2025 with everybody of the two forms accepted, all on the screen.
fn stage_2025() -> Stage {
    accepted_2025(Stage::with(cohort_2025(), 100, 30))
}

/// The cohort of 2025 on its first working day, with everybody of the two forms accepted and the bank holidays
/// known, all on the screen of a terminal of this size.
pub fn applications_2025(width: u16, height: u16) -> Stage {
    let mut stage = Stage::with(cohort_2025(), width, height);
    stage.now = Utc.with_ymd_and_hms(2025, 1, 6, 9, 0, 0).unwrap();
    let mut stage = accepted_2025(stage);
    import(&mut stage, "2025/bank-holidays.ics");
    stage
}

fn accepted_2025(mut stage: Stage) -> Stage {
    for (name, role) in [
        ("2025/applications-mentees.xlsx", Role::Mentee),
        ("2025/applications-mentors.xlsx", Role::Mentor),
    ] {
        read(&mut stage, name.rsplit('/').next().expect("a name"), bytes(name));
        assert!(stage.text().contains("Import preview"), "{}", stage.text());
        stage.press("eay");
        let accepted = stage
            .model
            .enrolments
            .iter()
            .filter(|(_, is)| is.role == role)
            .count();
        assert_eq!(
            Value::from(accepted),
            expected(name)["accepted"],
            "{name}: {}",
            stage.text()
        );
    }
    stage
}

#[test]
fn answers_and_holidays_are_taken_in_on_the_screen_as_expected() {
    let mut stage = stage_2025();
    import(&mut stage, "2025/pulse-session-1.csv");
    let known = expected("2025/pulse-session-1.csv");
    assert_eq!(
        Value::from(stage.model.responses.len()),
        known["answers"],
        "{}",
        stage.text()
    );
    assert_eq!(Value::from(stage.model.requests.len()), known["asked"]);
    let (_, wave) = stage.model.waves.iter().next().expect("a wave");
    assert_eq!(wave.round.map(|round| stage.model.round_number(round)), Some(1));
    import(&mut stage, "2025/bank-holidays.ics");
    assert_eq!(
        Value::from(stage.model.busy_times.len()),
        expected("2025/bank-holidays.ics")["events"]
    );
    let before = stage.entries.len();
    stage.press("u");
    assert_eq!(
        (stage.entries.len(), stage.model.busy_times.len()),
        (before + 1, 0),
        "one undo takes all of it back"
    );
}

#[test]
fn a_roster_and_its_survey_are_taken_in_on_the_screen_as_expected() {
    let mut stage = Stage::with(cohort("2024", day(2023, 10, 2), day(2024, 3, 29)), 100, 30);
    import(&mut stage, "2024/roster.csv");
    assert_eq!(
        Value::from(stage.model.enrolments.len()),
        expected("2024/roster.csv")["rows"],
        "{}",
        stage.text()
    );
    read(
        &mut stage,
        "endpoint-survey.csv",
        bytes("2024/endpoint-survey.csv"),
    );
    let known = expected("2024/endpoint-survey.csv");
    let text = stage.text();
    assert!(
        text.contains("50 asked; confidence 4.05 then, 5.77 now (37 pairs)"),
        "{text}"
    );
    stage.press("y");
    let confidence = stage
        .model
        .instruments
        .iter()
        .find(|(_, is)| is.key == "confidence")
        .expect("it is there")
        .0;
    let wave = stage
        .model
        .waves
        .iter()
        .find(|(_, is)| is.instrument == confidence)
        .expect("a wave")
        .0;
    assert_eq!(
        Value::from(stage.model.responses_in(wave).count()),
        known["answers"]
    );
    assert_eq!(Value::from(stage.model.requests_in(wave).count()), known["asked"]);
}

#[test]
fn an_attendance_report_fills_seen_on_the_screen_and_a_caller_is_asked_about() {
    let mut stage = stage_2025();
    for (code, at) in [("DHLP-1", day(2025, 1, 14)), ("DHLP-2", day(2025, 1, 15))] {
        let name = format!("2025/teams-attendance-{code}-session-1.csv");
        let known = expected(&name);
        let seen = known["seen"].as_array().expect("a list").clone();
        let person = |model: &Model, nth: usize, role| {
            let person = model
                .find_person(seen[nth]["email"].as_str().expect("an address"))
                .expect("is here");
            model.enrolment_of(person, role).expect("takes part")
        };
        lands(&mut stage, |model, mint| {
            let lead = person(model, 0, Role::Mentor);
            let stream = model.enrolments.get(lead).expect("is there").stream;
            model.add_group(
                mint,
                code,
                stream,
                Some(lead),
                at.and_hms_opt(9, 0, 0).expect("a time").and_utc(),
            )
        });
        for nth in 1..4 {
            lands(&mut stage, |model, mint| {
                let group = model.find_group(code)?;
                model.move_to(
                    mint,
                    &[person(model, nth, Role::Mentee)],
                    Some(group),
                    day(2025, 1, 10),
                    "test",
                )
            });
        }
        lands(&mut stage, |model, mint| {
            let starts = at.and_hms_opt(16, 0, 0).expect("a time").and_utc();
            model.add_session(mint, model.find_group(code)?, None, starts, 60)
        });
        import(&mut stage, &name);
        let session = stage
            .model
            .find_session(&format!("{code}/1"))
            .expect("it is there");
        for one in &seen {
            let person = stage
                .model
                .find_person(one["email"].as_str().expect("an address"))
                .expect("is here");
            let sighting = stage.model.sightings_in(session).find(|(_, is)| {
                is.enrolment
                    .and_then(|id| stage.model.enrolments.get(id))
                    .is_some_and(|is| is.person == person)
            });
            let (_, sighting) = sighting.expect("was seen");
            let local = |at| stage.model.local(at).format("%Y-%m-%dT%H:%M:%S").to_string();
            assert_eq!(local(sighting.joined), one["joined"].as_str().expect("a time"));
            assert_eq!(sighting.left.map(local).as_deref(), one["left"].as_str());
        }
        let callers = stage
            .model
            .sightings_in(session)
            .filter(|(_, is)| is.enrolment.is_none())
            .count();
        assert_eq!(Value::from(callers), known["unknown_callers"]);
        // The register of the session is open now, with who was seen.
        assert!(stage.text().contains("SEEN"), "{}", stage.text());
    }
    // The caller was Samira after all: asked about, and said.
    let name = "2025/teams-attendance-DHLP-1-session-1.csv";
    read(&mut stage, "report.csv", bytes(name));
    stage.press("jjjje");
    assert!(stage.text().contains("who 07700 900463 was"), "{}", stage.text());
    stage.press("w/samira<enter>");
    let text = stage.text();
    assert!(!text.contains("caller"), "{text}");
}

const FORM: &str =
    "Timestamp,Full name,Email address,Job title,Stream,Career stage,What do you want from mentoring?\n";

fn form(job: &str) -> Vec<u8> {
    format!("{FORM}2024/12/01 10:00:00,Ann Li,ann.li@example.org,{job},CCIO,Emerging,Public speaking\n")
        .into_bytes()
}

fn job(model: &Model) -> String {
    let person = model.find_person("ann.li@example.org").expect("is here");
    model.people.get(person).expect("is here").job_title.clone()
}

#[test]
fn what_somebody_changed_since_the_last_import_stays_until_the_file_is_said_to_be_right() {
    let mut model = cohort_2025();
    let choices = Choices::default();
    assert_eq!(
        take(&mut model, "form.csv", &form("Nurse"), &choices)
            .preview
            .count(Act::Add),
        1
    );
    let changed = take(&mut model, "form.csv", &form("Sister"), &choices);
    assert_eq!(
        changed.preview.taken[0].what, "job title from Nurse to Sister",
        "nobody touched it here"
    );
    let person = model.find_person("ann.li@example.org").expect("is here");
    let now = Utc.with_ymd_and_hms(2025, 2, 1, 12, 0, 0).unwrap();
    let edit = model
        .set_person_field(&mut Mint::seeded(5), &[person], "job_title", "Matron", now)
        .expect("it can be set");
    model.try_on(&edit.changes);
    let again = take(&mut model, "form.csv", &form("Sister"), &choices);
    assert_eq!(
        (again.preview.count(Act::Same), job(&model).as_str()),
        (1, "Matron"),
        "the file says nothing new"
    );
    assert!(
        again.preview.warnings[0].contains("changed here since the last import"),
        "{:?}",
        again.preview.warnings
    );
    let both = take(&mut model, "form.csv", &form("Director"), &choices);
    assert_eq!(
        (both.preview.count(Act::Change), job(&model).as_str()),
        (0, "Matron"),
        "both changed it"
    );
    assert!(
        both.preview.warnings[0].contains("here and in the file"),
        "{:?}",
        both.preview.warnings
    );
    let wins = Choices {
        file_wins: [2].into_iter().collect(),
        ..Choices::default()
    };
    take(&mut model, "form.csv", &form("Director"), &wins);
    assert_eq!(job(&model), "Director");
}

#[test]
fn a_mapping_said_once_is_remembered_with_the_import_and_undone_with_it() {
    let file = |name: &str| {
        format!("Who,Mail,Strand,Career stage\n{name} Li,{name}@example.org,CCIO,Emerging\n").into_bytes()
    };
    let mut model = cohort_2025();
    let zone = model.zone();
    let now = Utc.with_ymd_and_hms(2025, 2, 1, 12, 0, 0).unwrap();
    let unread = incoming::read("a.csv", &file("Ann"), zone).expect("a table");
    assert!(
        unread
            .draw(&model, &mut Mint::seeded(1), &Choices::default(), now)
            .is_err(),
        "nobody knows these headings"
    );
    let said = Choices {
        kind: Some(FileOf::Applications),
        mapping: vec![("Who".into(), "name".into()), ("Strand".into(), "stream".into())],
        ..Choices::default()
    };
    let drawn = take(&mut model, "a.csv", &file("Ann"), &said);
    assert_eq!((drawn.preview.count(Act::Add), model.mappings.len()), (1, 2));
    let next = take(&mut model, "b.csv", &file("Bea"), &Choices::default());
    assert_eq!(
        (next.kind, next.preview.count(Act::Add)),
        (FileOf::Applications, 1),
        "it is remembered"
    );
}

#[test]
fn a_heading_is_corrected_on_the_screen() {
    let mut stage = Stage::with(cohort_2025(), 100, 30);
    let file = b"Timestamp,Full name,Email address,Stream,Career stage,Tell us more\n\
        2024/12/01 10:00:00,Ann Li,ann.li@example.org,CCIO,Emerging,Public speaking\n";
    read(&mut stage, "form.csv", file.to_vec());
    stage.press("ec");
    assert!(stage.text().contains("What the columns hold"), "{}", stage.text());
    stage.press("jjjjj<enter>/wishes<enter>");
    assert!(stage.text().contains("Import preview"), "{}", stage.text());
    stage.press("y");
    let (_, asked) = stage.model.applications.iter().next().expect("an application");
    assert_eq!(asked.wishes, ["Public speaking"]);
    let (_, mapping) = stage.model.mappings.iter().next().expect("it is remembered");
    assert_eq!(
        (mapping.heading.as_str(), mapping.field.as_str()),
        ("Tell us more", "wishes")
    );
}

#[test]
fn a_row_left_out_is_not_taken_in() {
    let mut stage = Stage::with(cohort_2025(), 100, 30);
    let rows = "2024/12/01 10:00:00,Ann Li,ann@example.org,Nurse,CCIO,Emerging,x\n\
        2024/12/01 10:00:00,Bob Ray,bob@example.org,Nurse,CCIO,Emerging,x\n";
    read(&mut stage, "form.csv", format!("{FORM}{rows}").into_bytes());
    stage.press(" y");
    let names: Vec<_> = stage.model.people.iter().map(|(_, is)| is.name.clone()).collect();
    assert_eq!(names, ["Bob Ray"]);
}

fn calendar(events: &str) -> Vec<u8> {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n").into_bytes()
}

#[test]
fn a_repeating_busy_time_is_followed_and_what_was_taken_out_here_stays_out() {
    let mut model = cohort_2025();
    take(&mut model, "form.csv", &form("Nurse"), &Choices::default());
    let weekly = |more: &str| {
        calendar(&format!(
            "BEGIN:VEVENT\r\nUID:w@x\r\nORGANIZER:mailto:ann.li@example.org\r\nSUMMARY:Clinic\r\n\
             DTSTART;TZID=Europe/London:20250319T090000\r\nDTEND;TZID=Europe/London:20250319T120000\r\n\
             RRULE:FREQ=WEEKLY;COUNT=4\r\nEXDATE;TZID=Europe/London:20250409T090000\r\n{more}END:VEVENT\r\n"
        ))
    };
    let taken = take(&mut model, "ann.ics", &weekly(""), &Choices::default());
    assert_eq!(
        (taken.kind, taken.preview.rows, model.busy_times.len()),
        (FileOf::Busy, 1, 3)
    );
    let hours: Vec<String> = model
        .busy_times
        .iter()
        .map(|(_, is)| model.local(is.starts).format("%H").to_string())
        .collect();
    assert_eq!(
        hours,
        ["09", "09", "09"],
        "nine stays nine when the clocks change"
    );
    let again = take(&mut model, "ann.ics", &weekly(""), &Choices::default());
    assert!(again.edit.is_empty(), "{:?}", again.edit.changes);
    let first = model.busy_times.ids().next().expect("one");
    let dropped = cohort::domain::Change::between(model.record(first.into()), None).expect("a change");
    model.try_on(&[dropped]);
    let after = take(&mut model, "ann.ics", &weekly(""), &Choices::default());
    assert_eq!(model.busy_times.len(), 2, "{:?}", after.preview.warnings);
    take(
        &mut model,
        "ann.ics",
        &weekly("STATUS:CANCELLED\r\n"),
        &Choices::default(),
    );
    assert_eq!(model.busy_times.len(), 0, "called off is no omission");
}

#[test]
fn what_is_wrong_in_a_row_is_refused_with_line_and_column() {
    let mut model = cohort_2025();
    let forms = format!(
        "{FORM}2024/12/01 10:00:00,Ann Li,ann.li@example.org,Nurse,CCIO,Emerging,x\n\
         2024/12/01 10:00:00,Bob Ray,ann.li@example.org,Nurse,CCIO,Emerging,x\n"
    );
    let accept = Choices {
        accept: true,
        ..Choices::default()
    };
    let two = take(&mut model, "form.csv", forms.as_bytes(), &accept);
    assert_eq!(
        two.preview.refused[0].why, "the address is Ann Li's",
        "two people with one address"
    );
    assert_eq!((two.preview.refused[0].row, two.preview.count(Act::Add)), (3, 1));
    let head = "Timestamp,Email address,How useful was this session to your role? (1-5),I could speak openly (1-5)\n";
    for (row, why, field) in [
        (
            "31/02/2025 10:00:00,ann.li@example.org,4,4",
            "there is no 31 February 2025",
            "Timestamp",
        ),
        (
            "14/01/2025 10:00:00,ann.li@example.org,9,4",
            "“9” is no answer",
            "How useful was this session",
        ),
        (
            "14/01/2025 10:00:00,ann.li@example.org,=1+1,4",
            "“=1+1” is no answer",
            "How useful was this session",
        ),
        (
            "14/01/2025 10:00:00,nobody@example.org,4,4",
            "nobody here",
            "Email address",
        ),
        (
            "14/01/2025 10:00:00,ann.li@example.org,,",
            "nothing was answered",
            "",
        ),
    ] {
        let read = incoming::read("pulse-1.csv", format!("{head}{row}\n").as_bytes(), model.zone())
            .expect("a table");
        let now = Utc.with_ymd_and_hms(2025, 2, 1, 12, 0, 0).unwrap();
        let choices = Choices {
            kind: Some(FileOf::Pulse),
            ..Choices::default()
        };
        let drawn = read
            .draw(&model, &mut Mint::seeded(3), &choices, now)
            .expect("drawn up");
        let [refused] = drawn.preview.refused.as_slice() else {
            panic!("{row}: {:?}", drawn.preview);
        };
        assert!(
            refused.why.contains(why) && refused.row == 2 && refused.field.starts_with(field),
            "{refused:?}"
        );
    }
}

#[test]
fn files_that_are_broken_or_meant_badly_are_refused_as_a_whole() {
    let wide = format!("{}\n{}\n", "a,".repeat(1_000_000), "b,".repeat(1_000_000));
    let xlsx = bytes("2025/applications-mentees.xlsx");
    let half = xlsx[..xlsx.len() / 2].to_vec();
    let teams = bytes("2025/teams-attendance-DHLP-1-session-1.csv");
    let endless = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\n".to_vec();
    let lying = [
        b"\xef\xbb\xbfName,Email\nLuc".to_vec(),
        vec![0xed],
        b"a,x@example.org\n".to_vec(),
    ]
    .concat();
    for (name, bytes, says) in [
        ("wide.csv", wide.into_bytes(), "1000 is the most"),
        ("half.xlsx", half, "cut short or damaged"),
        ("endless.ics", endless, "line 2"),
        ("lying.csv", lying, "line 2"),
        ("half.csv", teams[..61].to_vec(), ""),
        ("empty.csv", Vec::new(), "empty"),
    ] {
        let zone = chrono_tz::Tz::Europe__London;
        match incoming::read(name, &bytes, zone) {
            Err(problem) => {
                let said = format!("{problem} {}", problem.remedy);
                assert!(said.contains(says), "{name}: {said}");
            }
            Ok(read) => {
                let now = Utc.with_ymd_and_hms(2025, 2, 1, 12, 0, 0).unwrap();
                let drawn = read.draw(&cohort_2025(), &mut Mint::seeded(3), &Choices::default(), now);
                assert!(drawn.is_err() && says.is_empty(), "{name}: {drawn:?}");
            }
        }
    }
}

#[test]
fn escape_sequences_in_a_report_reach_nobody() {
    let mut stage = stage_2025();
    let text = "1. Summary\nMeeting title\tX\n\n2. Participants\nName\tFirst Join\tLast Leave\tEmail\n\
        \u{1b}]0;owned\u{7}\u{202e}Ann\t1/14/25, 4:01:00 PM\t1/14/25, 5:01:00 PM\t\n";
    read(&mut stage, "report.csv", text.as_bytes().to_vec());
    let shown = stage.text();
    assert!(
        !shown.contains('\u{1b}') && !shown.contains('\u{202e}'),
        "{shown}"
    );
}

#[test]
fn the_path_is_completed_and_the_file_asked_for() {
    let mut stage = Stage::new();
    stage.press(":import<enter>da");
    let paths = vec!["data/".to_owned(), "data-2024.csv".to_owned()];
    stage.signal(Signal::Done(Done::Listed {
        typed: "da".to_owned(),
        paths,
    }));
    assert!(stage.text().contains("data-2024.csv"), "{}", stage.text());
    stage.press("<tab>-2024.csv<enter>");
    assert_eq!(
        stage.outs.last(),
        Some(&Out::Read("data-2024.csv".to_owned())),
        "{:?}",
        stage.outs
    );
}
