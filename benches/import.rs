//! How long 100,000 rows take to the preview: read, understood, compared with the cohort and drawn up row by row, from
//! .csv and .xlsx; beside the bare crates that only read the same bytes.
//!
//! `cargo bench --bench import`

use std::io::Cursor;
use std::time::{Duration, Instant};

use calamine::{Reader, Xlsx, open_workbook_from_rs};
use chrono::{DateTime, NaiveDate, Utc};
use cohort::domain::{Id, Mint, Model};
use cohort::exchange::incoming::{self, Choices, Drawn, Incoming};
use cohort::exchange::intake::Act;

const ROWS: usize = 100_000;
const HEADINGS: [&str; 10] = [
    "Timestamp",
    "Full name",
    "Email address",
    "Employing trust",
    "NHS region",
    "Job title",
    "Stream",
    "Career stage",
    "What do you want from mentoring?",
    "When are you usually free?",
];

fn now() -> DateTime<Utc> {
    "2025-03-18T16:12:00Z".parse().expect("it is a moment")
}

fn row(nth: usize) -> [String; 10] {
    [
        format!("{:02}/12/2024 {:02}:{:02}:00", nth % 28 + 1, nth % 24, nth % 60),
        format!("Amara Okafor-{nth}"),
        format!("p{nth}@example.org"),
        format!("Trust {}", nth % 97),
        "Midlands".to_owned(),
        "Chief of something".to_owned(),
        ["CCIO", "CIO", "CNIO", "CSO", "DHLP"][nth % 5].to_owned(),
        ["Aspiring", "Emerging", "Senior"][nth % 3].to_owned(),
        "Public speaking;Working with the board;".to_owned(),
        "Mon 12:00-14:00;Thu 16:00-18:00;".to_owned(),
    ]
}

fn cohort() -> Model {
    let day = |month, day| NaiveDate::from_ymd_opt(2025, month, day).expect("a day");
    let edit = Model::empty(Id::new(0))
        .new_cohort(&mut Mint::seeded(77), "2025", day(1, 6), day(6, 30), true, None)
        .expect("a cohort can be made");
    let mut model = Model::empty(edit.cohort);
    model.try_on(&edit.changes);
    model
}

fn csv_file() -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADINGS).expect("memory can be written to");
    for nth in 0..ROWS {
        writer.write_record(row(nth)).expect("memory can be written to");
    }
    writer.into_inner().expect("memory can be written to")
}

fn workbook() -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, heading) in (0_u16..).zip(HEADINGS) {
        sheet.write_string(0, column, heading).expect("it fits");
    }
    for nth in 0..ROWS {
        for (column, text) in (0_u16..).zip(row(nth)) {
            sheet
                .write_string(u32::try_from(nth + 1).expect("it fits"), column, text)
                .expect("it fits");
        }
    }
    book.save_to_buffer().expect("memory can be written to")
}

/// Of five runs the middle one; what a run leaves is put away after the clock has stopped.
fn middle<T>(mut run: impl FnMut() -> T) -> Duration {
    let mut times: Vec<Duration> = (0..5)
        .map(|_| {
            let started = Instant::now();
            let left = run();
            let took = started.elapsed();
            drop(left);
            took
        })
        .collect();
    times.sort_unstable();
    times[2]
}

/// Draws up a file: to be looked at, as the screen and `--dry-run` do, or to be taken in, with what is noted for the
/// next import.
fn drawn(model: &Model, file: &str, bytes: &[u8], preview: bool) -> (Incoming, Drawn) {
    let read = incoming::read(file, bytes, model.zone()).expect("it can be read");
    let choices = Choices {
        role: Some(cohort::domain::Role::Mentee),
        preview,
        ..Choices::default()
    };
    let drawn = read
        .draw(model, &mut Mint::seeded(1), &choices, now())
        .expect("it can be drawn up");
    (read, drawn)
}

fn preview(model: &Model, file: &str, bytes: &[u8], adds: usize) -> (Incoming, Drawn) {
    let (read, drawn) = drawn(model, file, bytes, true);
    assert_eq!(drawn.preview.count(Act::Add), adds);
    (read, drawn)
}

fn main() {
    let (csv_bytes, xlsx_bytes) = (csv_file(), workbook());
    let empty = cohort();
    let bare_csv = middle(|| {
        let mut records = 0;
        let mut reader = csv::Reader::from_reader(csv_bytes.as_slice());
        for record in reader.records() {
            records += usize::from(record.expect("it can be read").len() == HEADINGS.len());
        }
        assert_eq!(records, ROWS);
        reader
    });
    let bare_xlsx = middle(|| {
        let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(xlsx_bytes.as_slice())).expect("it opens");
        let range = book
            .worksheet_range_at(0)
            .expect("there is a sheet")
            .expect("it can be read");
        assert_eq!(range.height(), ROWS + 1);
        range
    });
    let ours_csv = middle(|| preview(&empty, "form.csv", &csv_bytes, ROWS));
    let ours_xlsx = middle(|| preview(&empty, "form.xlsx", &xlsx_bytes, ROWS));
    let mut full = cohort();
    let (_, taken_in) = drawn(&full, "form.csv", &csv_bytes, false);
    full.try_on(&taken_in.edit.changes);
    let edit = middle(|| {
        let (read, drawn) = drawn(&empty, "form.csv", &csv_bytes, false);
        assert!(drawn.edit.changes.len() > 2 * ROWS);
        (read, drawn)
    });
    let again = middle(|| preview(&full, "form.csv", &csv_bytes, 0));
    let say = |what: &str, ours: Duration, other: &str, bare: Duration| {
        println!(
            "{what:<52} {:>6.2} s   {other:<28} {:>6.2} s   ratio {:.1}",
            ours.as_secs_f64(),
            bare.as_secs_f64(),
            ours.as_secs_f64() / bare.as_secs_f64()
        );
    };
    println!(
        "{ROWS} applications, {} MB .csv, {} MB .xlsx",
        csv_bytes.len() >> 20,
        xlsx_bytes.len() >> 20
    );
    say(
        ".csv to the preview, an empty cohort",
        ours_csv,
        "csv alone",
        bare_csv,
    );
    say(
        ".csv to the preview, all of them there already",
        again,
        "csv alone",
        bare_csv,
    );
    say(
        ".csv to the edit, with notes for the next time",
        edit,
        "csv alone",
        bare_csv,
    );
    say(
        ".xlsx to the preview, an empty cohort",
        ours_xlsx,
        "calamine alone",
        bare_xlsx,
    );
}
