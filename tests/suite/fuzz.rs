//! Every reader of files against damaged ones: no panic, no hang, no more memory than a small machine has.
//!
//! Each reader gets the office's own files, damaged in the ways that find mistakes: bits turned, pieces cut, doubled,
//! exchanged and put in from elsewhere, numbers at the ends of their ranges. A second for each in a usual run;
//! `COHORT_FUZZ_SECONDS=600 cargo test --test suite fuzz -- --nocapture` runs ten minutes for each and prints figures.
//! In a test build, so that arithmetic that overflows is found too.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use cohort::domain::{FileOf, Id, Mint, Model};
use cohort::exchange::incoming::{self, Choices};
use cohort::exchange::people_rows::PeopleRows;

/// The longest one file may take; a test build on a busy machine is slow.
const HANG: Duration = Duration::from_secs(20);
/// The most memory of the whole process, in MiB.
const MEMORY: u64 = 256;
/// What is put in from elsewhere.
const PIECES: &[&[u8]] = &[
    b"\0",
    b"\"",
    b"\"\"",
    b"\n",
    b"\r\n",
    b"\t",
    b";",
    b",",
    b"=",
    b"'",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"PK\x03\x04",
    b"\x1b[2J",
    b"BEGIN:VEVENT\r\n",
    b"END:VEVENT\r\n",
    b"BEGIN:VCALENDAR\r\n",
    b"RRULE:FREQ=DAILY\r\n",
    b"RRULE:FREQ=YEARLY;BYMONTHDAY=31;BYMONTH=2\r\n",
    b"RRULE:FREQ=WEEKLY;INTERVAL=65535;BYDAY=MO,TU\r\n",
    b"EXDATE:20250101T000000Z\r\n",
    b"RECURRENCE-ID:20250101T000000Z\r\n",
    b"99999999",
    b"-1",
    b"00000000",
    b"65536",
    b"1e308",
    b"31/02/2025",
    b"20250330T013000",
    b"24:60:61",
    b"TZID=",
    b"DURATION:P99999W\r\n",
    b"\xe2\x80\xae",
    b"a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a\n",
    b"Name,Email,Role,Stream,Group\n",
    b" ",
    b"\n ",
];

fn file(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/office")
        .join(name);
    std::fs::read(path).expect("the file is there")
}

fn now() -> DateTime<Utc> {
    "2025-02-01T12:00:00Z".parse().expect("it is a moment")
}

/// A cohort with the people of its forms, so that answers find somebody.
fn cohort() -> Model {
    let day = |month, day| NaiveDate::from_ymd_opt(2025, month, day).expect("a day");
    let edit = Model::empty(Id::new(0))
        .new_cohort(&mut Mint::seeded(77), "2025", day(1, 6), day(6, 30), true, None)
        .expect("a cohort can be made");
    let mut model = Model::empty(edit.cohort);
    model.try_on(&edit.changes);
    for name in ["2025/applications-mentees.xlsx", "2025/applications-mentors.xlsx"] {
        let choices = Choices {
            accept: true,
            ..Choices::default()
        };
        let read = incoming::read(name, &file(name), model.zone()).expect("it can be read");
        let drawn = read.draw(&model, &mut Mint::seeded(model.count() as u64), &choices, now());
        model.try_on(&drawn.expect("it can be drawn up").edit.changes);
    }
    model
}

/// Damages a file in one to eight ways.
fn damage(mint: &mut Mint, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut pick =
        |under: usize| usize::try_from(mint.number() % (under.max(1) as u64)).expect("it is small");
    let mut bytes = seeds[pick(seeds.len())].clone();
    let keep = if pick(3) == 0 {
        pick(bytes.len()) + 1
    } else {
        bytes.len()
    };
    bytes.truncate(keep);
    for _ in 0..=pick(8) {
        let at = pick(bytes.len());
        match pick(7) {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << pick(8),
            1 if !bytes.is_empty() => bytes[at] = u8::try_from(pick(256)).expect("a byte"),
            2 => {
                let end = (at + 1 + pick(64)).min(bytes.len());
                bytes.drain(at.min(end)..end);
            }
            3 => {
                let end = (at + 1 + pick(200)).min(bytes.len());
                let twice = bytes[at.min(end)..end].to_vec();
                bytes.splice(at..at, twice);
            }
            4 => {
                let other = &seeds[pick(seeds.len())];
                let from = pick(other.len());
                let piece = other[from..(from + pick(200)).min(other.len())].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => {
                let piece = PIECES[pick(PIECES.len())].to_vec();
                let end = if pick(2) == 0 {
                    at
                } else {
                    (at + piece.len()).min(bytes.len())
                };
                bytes.splice(at..end, piece);
            }
        }
    }
    bytes
}

/// The most memory this process has had, in MiB; none where the system does not tell.
fn memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace()
        .nth(1)?
        .parse::<u64>()
        .ok()
        .map(|kib| kib >> 10)
}

/// Gives a reader damaged files for as long as is asked.
fn fuzz(name: &str, seeds: &[Vec<u8>], reader: impl Fn(&[u8])) {
    let seconds = std::env::var("COHORT_FUZZ_SECONDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1);
    let seed = std::env::var("COHORT_FUZZ_SEED")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(2025);
    let mut mint = Mint::seeded(seed);
    let began = Instant::now();
    let (mut count, mut longest) = (0_u64, Duration::ZERO);
    while began.elapsed() < Duration::from_secs(seconds) {
        let bytes = damage(&mut mint, seeds);
        let started = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| reader(&bytes)));
        let took = started.elapsed();
        longest = longest.max(took);
        count += 1;
        if outcome.is_err() || took > HANG {
            let kept = std::env::temp_dir().join(format!("cohort-fuzz-{name}-{seed}-{count}"));
            std::fs::write(&kept, &bytes).expect("the file can be kept");
            panic!(
                "{name}: file {count} took {took:?} and came to {outcome:?}; it is kept as {}",
                kept.display()
            );
        }
    }
    println!(
        "{name:<10} {count:>9} files in {:>6.1?}, longest {longest:.1?}, process at most {:?} MiB",
        began.elapsed(),
        memory()
    );
    assert!(count > 0);
    // In a usual run the process holds what the other tests need too.
    if std::env::var_os("COHORT_FUZZ_SECONDS").is_some() {
        let most = memory().unwrap_or(0);
        assert!(most <= MEMORY, "{name}: {most} MiB, and {MEMORY} is the most");
    }
}

/// Reads a file and draws it up as each of these kinds.
fn taken_in(model: &Model, name: &str, bytes: &[u8], kinds: &[Option<FileOf>]) {
    let Ok(read) = incoming::read(name, bytes, Tz::Europe__London) else {
        return;
    };
    for kind in kinds {
        let choices = Choices {
            kind: *kind,
            person: model.people.ids().next(),
            session: model.sessions.ids().next(),
            round: Some(1),
            role: Some(cohort::domain::Role::Mentee),
            leave_out: BTreeSet::from([7]),
            ..Choices::default()
        };
        let drawn = read.draw(model, &mut Mint::seeded(1), &choices, now());
        if let Ok(drawn) = drawn {
            let all = &drawn.preview;
            let told = all.taken.len() + all.refused.len() + all.duplicates.len();
            assert_eq!(told, all.rows, "every row says what becomes of it");
        }
    }
}

#[test]
fn damaged_workbooks_are_rows_or_a_reason() {
    let model = cohort();
    let seeds = [
        file("2025/applications-mentors.xlsx"),
        file("2025/applications-mentees.xlsx"),
    ];
    fuzz("workbook", &seeds, |bytes| {
        taken_in(&model, "a.xlsx", bytes, &[None, Some(FileOf::Roster)])
    });
}

#[test]
fn damaged_rosters_are_rows_or_a_reason() {
    let model = cohort();
    let seeds = [file("2024/roster.csv")];
    fuzz("roster", &seeds, |bytes| {
        taken_in(&model, "a.csv", bytes, &[None, Some(FileOf::Applications)])
    });
}

#[test]
fn damaged_answers_are_rows_or_a_reason() {
    let model = cohort();
    let seeds = [file("2025/pulse-session-1.csv"), file("2024/endpoint-survey.csv")];
    let kinds = [None, Some(FileOf::Pulse), Some(FileOf::Survey)];
    fuzz("answers", &seeds, |bytes| {
        taken_in(&model, "endpoint.csv", bytes, &kinds)
    });
}

#[test]
fn damaged_attendance_reports_are_rows_or_a_reason() {
    let mut model = cohort();
    let mut mint = Mint::seeded(5);
    let stream = model.streams_sorted()[4];
    let edit = model
        .add_group(&mut mint, "DHLP-1", stream, None, now())
        .expect("a group");
    model.try_on(&edit.changes);
    let group = model.find_group("DHLP-1").expect("it is there");
    let starts = "2025-01-14T16:00:00Z".parse().expect("a moment");
    let edit = model
        .add_session(&mut mint, group, None, starts, 60)
        .expect("a session");
    model.try_on(&edit.changes);
    let utf_16 = file("2025/teams-attendance-DHLP-1-session-1.csv");
    let units: Vec<u16> = utf_16[2..]
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
        .collect();
    let seeds = [String::from_utf16_lossy(&units).into_bytes(), utf_16];
    fuzz("attendance", &seeds, |bytes| {
        taken_in(&model, "teams.csv", bytes, &[None])
    });
}

#[test]
fn damaged_calendars_are_events_or_a_reason() {
    let model = cohort();
    let repeating = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTIMEZONE\r\nTZID:Home\r\nBEGIN:STANDARD\r\n\
        TZOFFSETTO:+0000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:w@x\r\nSUMMARY:Clinic\\, long\r\n\
        ORGANIZER:mailto:a@example.org\r\nDTSTART;TZID=Home:20250319T090000\r\nDURATION:PT3H\r\n\
        RRULE:FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20251231\r\nEXDATE;TZID=Home:20250409T090000\r\nEND:VEVENT\r\n\
        BEGIN:VFREEBUSY\r\nFREEBUSY:20250106T090000Z/PT1H\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n";
    let seeds = [
        file("2025/bank-holidays.ics"),
        repeating.to_vec(),
        repeating.to_vec(),
    ];
    let kinds = [Some(FileOf::Holidays), Some(FileOf::Busy)];
    fuzz("calendar", &seeds, |bytes| {
        taken_in(&model, "a.ics", bytes, &kinds)
    });
}

#[test]
fn damaged_pasted_rows_are_rows_or_a_reason() {
    let model = cohort();
    let roster: String = file("2024/roster.csv")
        .iter()
        .map(|byte| char::from(*byte))
        .collect();
    let seeds = [
        roster.replace(';', "\t").into_bytes(),
        b"Name\tMail\tTrust\tStream\nAnn Li\tann.li@example.org\tFoxley\tCCIO\n".to_vec(),
    ];
    fuzz("pasted", &seeds, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        drop(PeopleRows::read(&model, &text));
        taken_in(&model, "pasted rows", bytes, &[None]);
    });
}
