//! Files and the workshop desk on the screen: how previews look, what is corrected, asked and refused, who arrives at
//! the door, and what is written out.

use std::path::Path;

use chrono::{Datelike as _, NaiveDate};
use cohort::domain::{Id, MarkValue, Mint, Model, Role};
use cohort::exchange::{Content, Postroom};
use cohort::tui::{Done, Out, Signal};

use crate::kit::stage::Stage;

const SIZES: [(u16, u16); 2] = [(80, 24), (160, 50)];

fn bytes(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/office")
        .join(name);
    std::fs::read(path).expect("the file is there")
}

/// The file at this path was read for the screen of imports.
fn read(stage: &mut Stage, name: &str, bytes: Vec<u8>) {
    let file = name.rsplit('/').next().expect("a name").to_owned();
    stage.signal(Signal::Done(Done::Read { file, bytes }));
}

fn cohort(name: &str, from: (i32, u32, u32), to: (i32, u32, u32)) -> Model {
    let day = |(year, month, day)| NaiveDate::from_ymd_opt(year, month, day).expect("a day");
    let edit = Model::empty(Id::new(0))
        .new_cohort(&mut Mint::seeded(77), name, day(from), day(to), true, None)
        .expect("a cohort can be made");
    let mut model = Model::empty(edit.cohort);
    model.try_on(&edit.changes);
    model
}

fn cohort_2025() -> Model {
    cohort("2025", (2025, 1, 6), (2025, 6, 30))
}

/// The cohort of 2025 with the people of both forms accepted.
fn accepted(width: u16, height: u16) -> Stage {
    let mut stage = Stage::with(cohort_2025(), width, height);
    for name in ["2025/applications-mentees.xlsx", "2025/applications-mentors.xlsx"] {
        stage.press(":import<enter>");
        read(&mut stage, name, bytes(name));
        stage.press("eay");
    }
    stage
}

/// DHLP-1 with the four people of its report, and its session of 14 January at four.
fn with_dhlp(stage: &mut Stage) {
    let who = |model: &Model, email: &str, role| {
        let person = model.find_person(email).expect("is here");
        model.enrolment_of(person, role).expect("takes part")
    };
    let at = NaiveDate::from_ymd_opt(2025, 1, 14).expect("a day");
    let now = at.and_hms_opt(9, 0, 0).expect("a time").and_utc();
    let lead = who(&stage.model, "ciaran.gill@kennet.example.org", Role::Mentor);
    let stream = stage.model.enrolments.get(lead).expect("is there").stream;
    let edit = stage
        .model
        .add_group(&mut Mint::seeded(31), "DHLP-1", stream, Some(lead), now);
    stage.lands("Jo T", edit.expect("a group"));
    let group = stage.model.find_group("DHLP-1").expect("is there");
    for (nth, email) in [
        "beatrice.mehta@tamar.example.org",
        "samira.cooper@brigg.example.org",
        "freya.zhang@eskdale.example.org",
    ]
    .into_iter()
    .enumerate()
    {
        let mentee = who(&stage.model, email, Role::Mentee);
        let from = at.with_day(10).expect("a day");
        let mut mint = Mint::seeded(40 + nth as u64);
        let edit = stage
            .model
            .move_to(&mut mint, &[mentee], Some(group), from, "test");
        stage.lands("Jo T", edit.expect("it can be moved"));
    }
    let starts = at.and_hms_opt(16, 0, 0).expect("a time").and_utc();
    let edit = stage
        .model
        .add_session(&mut Mint::seeded(51), group, None, starts, 60);
    stage.lands("Jo T", edit.expect("a session"));
}

#[test]
fn the_preview_of_every_file_of_the_office() {
    for (width, height) in SIZES {
        let shot = |stage: &mut Stage, name: &str, as_what: &str| {
            stage.press(":import<enter>");
            read(stage, name, bytes(name));
            stage.golden(&format!("import-{as_what}-{width}x{height}"));
            stage.press("<esc><esc>");
        };
        let mut past = Stage::with(cohort("2024", (2023, 10, 2), (2024, 3, 29)), width, height);
        shot(&mut past, "2024/roster.csv", "roster");
        past.press(":import<enter>");
        read(&mut past, "2024/roster.csv", bytes("2024/roster.csv"));
        past.press("y");
        shot(&mut past, "2024/endpoint-survey.csv", "survey");
        let mut empty = Stage::with(cohort_2025(), width, height);
        shot(&mut empty, "2025/applications-mentees.xlsx", "mentees");
        shot(&mut empty, "2025/applications-mentors.xlsx", "mentors");
        shot(&mut empty, "2025/bank-holidays.ics", "holidays");
        let mut stage = accepted(width, height);
        shot(&mut stage, "2025/pulse-session-1.csv", "pulse");
        with_dhlp(&mut stage);
        shot(
            &mut stage,
            "2025/teams-attendance-DHLP-1-session-1.csv",
            "attendance",
        );
    }
}

/// Rows of a form whose headings nobody has seen, about this person.
fn strange_form(name: &str) -> Vec<u8> {
    format!("Timestamp,Who are you,Email address,Strand,Career stage,Tell us more\n2024/12/01 10:00:00,{name} Li,{name}@example.org,CCIO,Emerging,Public speaking\n")
        .into_bytes()
}

#[test]
fn headings_that_nobody_knows_are_asked_about_and_remembered_for_the_next_file() {
    for (width, height) in SIZES {
        let mut stage = Stage::with(cohort_2025(), width, height);
        stage.press(":import<enter>");
        read(&mut stage, "strange.csv", strange_form("Ann"));
        stage.golden(&format!("import-what-is-it-{width}x{height}"));
        stage.press("<enter>");
        stage.golden(&format!("import-unknown-headings-{width}x{height}"));
        stage.press("/who<enter>");
        stage.golden(&format!("import-which-field-{width}x{height}"));
        stage.press("/name<enter>/strand<enter>/stream<enter>");
        assert!(stage.text().contains("Import preview"), "{}", stage.text());
        stage.press("ec/tell<enter>/wishes<enter>");
        stage.golden(&format!("import-corrected-{width}x{height}"));
        stage.press("y");
        assert_eq!(stage.model.mappings.len(), 3, "{}", stage.text());

        stage.press(":import<enter>");
        read(&mut stage, "strange-2.csv", strange_form("Bea"));
        let text = stage.text();
        assert!(text.contains("1 added") && text.contains("Bea Li"), "{text}");
        stage.press("y");
        let wishes = stage.model.applications.iter().map(|(_, is)| is.wishes.clone());
        assert_eq!(
            wishes.collect::<Vec<_>>(),
            vec![vec!["Public speaking".to_owned()]; 2]
        );
    }
}

#[test]
fn an_unknown_caller_is_asked_about() {
    for (width, height) in SIZES {
        let mut stage = accepted(width, height);
        with_dhlp(&mut stage);
        stage.press(":import<enter>");
        let name = "2025/teams-attendance-DHLP-1-session-1.csv";
        read(&mut stage, name, bytes(name));
        stage.press("jjjje");
        stage.golden(&format!("import-caller-{width}x{height}"));
        stage.press("w");
        stage.golden(&format!("import-who-was-it-{width}x{height}"));
        stage.press("/samira<enter>y");
        let session = stage.model.find_session("DHLP-1/1").expect("is there");
        let nameless = stage
            .model
            .sightings_in(session)
            .filter(|(_, is)| is.enrolment.is_none());
        assert_eq!(nameless.count(), 0, "{}", stage.text());
    }
}

#[test]
fn files_that_cannot_be_read_say_where_and_what_to_do() {
    let xlsx = bytes("2025/applications-mentees.xlsx");
    let half = xlsx[..xlsx.len() / 2].to_vec();
    let wide = format!("{}\n", "a,".repeat(1_000_000)).into_bytes();
    let lying = b"\xef\xbb\xbfName,Email\nLuc\xeda,x@example.org\n".to_vec();
    let cut = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\n".to_vec();
    for (width, height) in SIZES {
        for (name, bytes, what, where_) in [
            ("half.xlsx", half.clone(), "archive", "half.xlsx"),
            ("wide.csv", wide.clone(), "wide", "line 1"),
            ("lying.csv", lying.clone(), "encoding", "line 2"),
            ("cut.ics", cut.clone(), "calendar", "line 2"),
        ] {
            let mut stage = Stage::with(cohort_2025(), width, height);
            stage.press(":import<enter>");
            read(&mut stage, name, bytes);
            let text = stage.text();
            assert!(text.contains("Not read: ") && text.contains("Try: "), "{text}");
            assert!(text.contains(where_), "{text}");
            stage.golden(&format!("import-refused-{what}-{width}x{height}"));
        }
    }
}

/// The small world on the day of a workshop.
fn workshop(width: u16, height: u16) -> Stage {
    let mut stage = Stage::sized(width, height);
    let starts = stage.now + chrono::TimeDelta::minutes(20);
    let edit = stage
        .model
        .add_workshop(&mut Mint::seeded(61), "Summer School", starts, 180, "Hall 2");
    stage.lands("Jo T", edit.expect("a workshop"));
    stage
}

fn marks(stage: &Stage) -> Vec<(String, MarkValue)> {
    let mut all: Vec<_> = stage
        .model
        .marks
        .iter()
        .filter(|(_, is)| {
            stage
                .model
                .sessions
                .get(is.session)
                .is_some_and(|s| s.group.is_none())
        })
        .map(|(_, is)| {
            let name = is
                .enrolment
                .map_or_else(|| is.guest.clone(), |e| stage.model.enrolled_name(e));
            (name, is.value)
        })
        .collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

#[test]
fn three_letters_find_who_is_at_the_door_and_the_next_can_come() {
    for (width, height) in SIZES {
        let mut stage = workshop(width, height);
        stage.press(":desk<enter>");
        stage.golden(&format!("desk-{width}x{height}"));
        stage.press("fat");
        stage.golden(&format!("desk-found-{width}x{height}"));
        stage.press("<enter>ami<enter>");
        stage.golden(&format!("desk-here-{width}x{height}"));
        let names: Vec<String> = marks(&stage).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["Amina Yusuf", "Fatima Rahman"]);
        let values: Vec<MarkValue> = marks(&stage).into_iter().map(|(_, value)| value).collect();
        let as_what = [MarkValue::Guest, MarkValue::Present];
        assert_eq!(values, as_what, "who is in no group is not expected, and welcome");
        assert!(stage.text().contains("1 of 13 here, 1 guest"), "{}", stage.text());
    }
}

#[test]
fn the_desk_is_that_of_today_and_of_several_the_nearest_comes_first() {
    let mut stage = workshop(80, 24);
    let later = stage.now + chrono::TimeDelta::days(60);
    let edit = stage
        .model
        .add_workshop(&mut Mint::seeded(62), "Farewell", later, 120, "Hall 1");
    stage.lands("Jo T", edit.expect("a workshop"));
    stage.press(":desk<enter>");
    assert!(stage.text().contains("Summer School: 0 of"), "{}", stage.text());
    stage.press("<esc><esc>");
    stage.now += chrono::TimeDelta::days(58);
    stage.press(":desk<enter>");
    assert!(stage.text().contains("Which workshop?"), "{}", stage.text());
    stage.press("<enter>fat<enter>");
    assert!(
        stage.text().contains("has not begun"),
        "arrivals are of the day: {}",
        stage.text()
    );
    assert_eq!(marks(&stage), []);
}

#[test]
fn who_is_not_on_the_list_is_a_guest_with_a_badge() {
    let mut stage = workshop(80, 24);
    stage.press(":desk<enter>xyz");
    assert!(stage.text().contains("Enter notes a guest"), "{}", stage.text());
    stage.press("<c-u>Ola Hansen<enter>");
    assert!(
        stage.text().contains("[Ola Hansen"),
        "what was typed is the name: {}",
        stage.text()
    );
    stage.press("<enter>");
    assert_eq!(marks(&stage), [("Ola Hansen".to_owned(), MarkValue::Guest)]);
    assert!(stage.text().contains("[x] Ola Hansen"), "{}", stage.text());
    stage.press("<esc><esc>:export<enter>bv");
    let number = number_asked(&mut stage);
    stage.press(&format!("{number}<enter>"));
    let badges = csv(&stage);
    assert!(badges.contains("Ola Hansen"), "{badges}");
    assert!(badges.contains("Fatima Rahman,"), "{badges}");
}

#[test]
fn an_arrival_noted_wrongly_is_taken_back_at_the_desk() {
    let mut stage = workshop(80, 24);
    stage.press(":desk<enter>fat<enter>");
    assert!(
        !stage.text().contains("u undo"),
        "letters are a name here: {}",
        stage.text()
    );
    stage.press("fat<enter>");
    assert!(
        stage.text().contains("Fatima Rahman is here already"),
        "{}",
        stage.text()
    );
    stage.press("t");
    assert_eq!(marks(&stage), []);
    assert!(stage.text().contains("[ ] Fatima Rahman"), "{}", stage.text());
    stage.press("fat<enter>fat<enter><enter>ami<enter>");
    assert_eq!(marks(&stage).len(), 2);
}

fn number_asked(stage: &mut Stage) -> String {
    let text = stage.text();
    let after = text
        .split("Type ")
        .nth(1)
        .unwrap_or_else(|| panic!("no number is asked:\n{text}"));
    after.chars().take_while(char::is_ascii_digit).collect()
}

/// The last file written, its name and what is in it.
fn saved(stage: &Stage) -> (String, Vec<u8>) {
    let last = stage.outs.iter().rev().find_map(|out| match out {
        Out::Save { name, content } => Some((name.clone(), content.clone())),
        _ => None,
    });
    let (name, content): (String, Content) = last.expect("a file is written");
    (name, content.bytes().expect("it can be made"))
}

fn csv(stage: &Stage) -> String {
    String::from_utf8(saved(stage).1).expect("it is UTF-8")
}

#[test]
fn each_list_leaves_in_each_format_after_its_number_is_typed() {
    for (width, height) in SIZES {
        let mut stage = Stage::example(width, height);
        stage.press(":export<enter>");
        stage.golden(&format!("export-{width}x{height}"));
        stage.press("p");
        stage.golden(&format!("export-format-{width}x{height}"));
        stage.press("x");
        stage.golden(&format!("export-number-{width}x{height}"));
        stage.press("<esc>");
        for list in "pgsafob".chars() {
            for (format, ending, start) in [
                ('x', ".xlsx", &b"PK\x03\x04"[..]),
                ('v', ".csv", b"\xef\xbb\xbf"),
                ('l', ".jsonl", b"{"),
            ] {
                let before = stage.outs.len();
                stage.press(&format!(":export<enter>{list}{format}"));
                let number = number_asked(&mut stage);
                stage.press("0<enter>");
                assert_eq!(stage.outs.len(), before, "a wrong number writes nothing");
                stage.press(&format!("<c-u>{number}<enter>"));
                let (name, bytes) = saved(&stage);
                assert!(name.ends_with(ending), "{name}");
                assert!(bytes.starts_with(start), "{name}");
            }
        }
    }
}

#[test]
fn the_calendar_of_the_cohort_of_a_group_and_of_a_person_leave_as_ics() {
    for (width, height) in SIZES {
        let mut stage = Stage::example(width, height);
        stage.signal(Signal::Postroom(Box::new(Postroom {
            sender: "Mentoring team <team@example.org>".to_owned(),
            ..Postroom::default()
        })));
        let mut events = Vec::new();
        for keys in ["c", "rccio-2<enter>", "mfatima<enter>"] {
            stage.press(&format!(":export<enter>{keys}"));
            let number = number_asked(&mut stage);
            if keys.starts_with('r') {
                stage.golden(&format!("export-calendar-{width}x{height}"));
            }
            stage.press(&format!("{number}<enter>"));
            let (name, bytes) = saved(&stage);
            let text = String::from_utf8(bytes).expect("it is UTF-8");
            assert!(name.ends_with(".ics"), "{name}");
            assert!(text.contains("mailto:team@example.org"), "{text}");
            let count = text.matches("BEGIN:VEVENT").count();
            assert_eq!(count.to_string(), number);
            events.push(count);
        }
        assert!(
            events[0] > events[1] && events[1] >= events[2] && events[2] > 0,
            "{events:?}"
        );
    }
}

#[test]
fn a_group_that_is_chosen_by_letters_names_its_file_by_nothing_of_the_data() {
    let mut stage = Stage::example(80, 24);
    stage.press(":export<enter>rccio-2<enter>");
    let number = number_asked(&mut stage);
    stage.press(&format!("{number}<enter>"));
    let (name, _) = saved(&stage);
    assert!(
        name.starts_with("cohort-calendar-") && !name.contains("CCIO"),
        "{name}"
    );
}
