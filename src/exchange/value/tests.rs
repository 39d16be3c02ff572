//! What the values in forms and spreadsheets are taken to mean.

use super::super::columns::{Columns, Field};
use super::super::sheet::{Sheet, read_sheet};
use super::*;
use chrono_tz::Europe::London;

const STREAMS: [(&str, &str); 5] = [
    ("CCIO", "Chief Clinical Information Officer"),
    ("CIO", "Chief Information Officer"),
    ("CNIO", "Chief Nursing Information Officer"),
    ("CSO", "Clinical Safety Officer"),
    ("DHLP", "Digital Health Leadership Programme alumni"),
];

fn office(name: &str) -> Sheet {
    let path = format!("{}/tests/fixtures/office/{name}", env!("CARGO_MANIFEST_DIR"));
    read_sheet(name, &std::fs::read(&path).expect(&path)).expect(name)
}

fn code(text: &str) -> Option<&'static str> {
    stream(text, &STREAMS).map(|at| STREAMS[at].0)
}

fn text(text: &str) -> Cell {
    Cell::from_text(text)
}

fn days(texts: &[&str]) -> DayOrder {
    let cells: Vec<Cell> = texts.iter().map(|t| text(t)).collect();
    day_order(&cells)
}

#[test]
fn a_name_is_turned_round_when_the_surname_comes_first() {
    assert_eq!(name("Harvey, Lucía", true).text, "Lucía Harvey");
    assert_eq!(name("O'Neill, Niamh", false).text, "Niamh O'Neill");
    assert_eq!(name("Sam Kay, MBE", false).text, "Sam Kay, MBE");
    assert_eq!(
        name("Ciaran Gill (Kennet Community NHS Trust)", false).text,
        "Ciaran Gill"
    );
    assert_eq!(
        name("  Bronwen Bhatt ", false),
        Cleaned {
            text: "Bronwen Bhatt".into(),
            removed: false
        }
    );
}

#[test]
fn every_stream_of_the_real_forms_is_recognised() {
    for (file, field, some) in [
        ("2025/applications-mentees.xlsx", Field::Stream, 105),
        ("2025/applications-mentees.xlsx", Field::SecondStream, 69),
        ("2025/applications-mentors.xlsx", Field::Stream, 33),
        ("2024/roster.csv", Field::Stream, 65),
    ] {
        let sheet = office(file);
        let columns = Columns::find(&sheet, &[]);
        let answers: Vec<String> = sheet
            .rows
            .iter()
            .map(|row| columns.text(row, field).into_owned())
            .filter(|a| !a.is_empty())
            .collect();
        assert_eq!(answers.len(), some, "{file}");
        for answer in answers {
            assert!(code(&answer).is_some(), "{answer}");
        }
    }
}

#[test]
fn a_stream_is_told_by_code_or_name() {
    assert_eq!(
        code("Chief Clinical Information Officer (CCIO) or equivalent"),
        Some("CCIO")
    );
    assert_eq!(
        code("Digital Health Leadership Programme (DHLP) alumni stream"),
        Some("DHLP")
    );
    assert_eq!(code("cio"), Some("CIO"));
    assert_eq!(code("Chief Information Officer or equivalent"), Some("CIO"));
    assert_eq!(code("chief clinical information officer"), Some("CCIO"));
    assert_eq!(code("CIO or CNIO"), None);
    assert_eq!(code(""), None);
    assert_eq!(code("something else"), None);
}

#[test]
fn all_free_times_of_the_real_forms_are_read() {
    for file in ["2025/applications-mentees.xlsx", "2025/applications-mentors.xlsx"] {
        let sheet = office(file);
        let columns = Columns::find(&sheet, &[]);
        for row in &sheet.rows {
            let written = columns.text(row, Field::FreeTimes);
            let read = free_times(&written);
            assert_eq!(read.unread, Vec::<String>::new(), "{written}");
            let minutes: u32 = read.times.iter().map(|t| u32::from(t.to - t.from)).sum();
            let expected: u32 = [
                ("09:00-12:00", 180),
                ("12:00-14:00", 120),
                ("14:00-17:00", 180),
                ("17:00-18:30", 90),
            ]
            .iter()
            .map(|(slot, long)| written.matches(slot).count() as u32 * long)
            .sum();
            assert_eq!(minutes, expected, "{written}");
        }
    }
}

#[test]
fn free_times_that_touch_are_one_stretch() {
    let read = free_times("Tue 14:00-17:00; Mon 12:00-14:00;Mon 9am-12pm; whenever");
    let shown: Vec<String> = read.times.iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["Mon 09:00-14:00", "Tue 14:00-17:00"]);
    assert_eq!(read.unread, ["whenever"]);
    assert_eq!(free_times("Fri 25:00-26:00, Fri 10:00-09:00").unread.len(), 2);
    assert_eq!(free_times("Thursdays 17.00–18.30").times.len(), 1);
}

#[test]
fn choices_are_cut_as_each_service_joins_them() {
    assert_eq!(
        choices("Career planning;Public speaking;"),
        ["Career planning", "Public speaking"]
    );
    assert_eq!(
        choices("Influencing, negotiating and persuading, Public speaking"),
        ["Influencing, negotiating and persuading", "Public speaking"]
    );
    assert_eq!(choices("one\ntwo\n"), ["one", "two"]);
    assert_eq!(choices(""), Vec::<String>::new());
}

#[test]
fn roles_stages_and_consent_are_told_from_words() {
    assert_eq!(role("Mentor"), Some(Role::Mentor));
    assert_eq!(role("mentees"), Some(Role::Mentee));
    assert_eq!(role("mentor and mentee"), None);
    assert_eq!(stage("Aspiring"), Some(Stage::Aspiring));
    assert_eq!(stage("Senior digital leader"), Some(Stage::Senior));
    assert_eq!(stage("aspiring or emerging"), None);
    assert_eq!(quote_answer("Yes, with my name"), Some(QuoteAnswer::Named));
    assert_eq!(quote_answer("Yes, without my name"), Some(QuoteAnswer::Unnamed));
    assert_eq!(quote_answer("Yes, anonymously"), Some(QuoteAnswer::Unnamed));
    assert_eq!(quote_answer("Yes"), Some(QuoteAnswer::Unnamed));
    assert_eq!(quote_answer("No"), Some(QuoteAnswer::No));
    assert_eq!(quote_answer("perhaps"), None);
    assert_eq!(yes_or_no(&text("Yes please")), Some(true));
    assert_eq!(yes_or_no(&Cell::Truth(false)), Some(false));
    assert_eq!(yes_or_no(&Cell::Empty), None);
}

#[test]
fn whole_numbers_come_from_numbers_and_from_text() {
    assert_eq!(whole_number(&Cell::Number(4.0)), Some(4));
    assert_eq!(whole_number(&text(" 4 ")), Some(4));
    assert_eq!(whole_number(&Cell::Number(4.5)), None);
    assert_eq!(whole_number(&Cell::Number(-1.0)), None);
    assert_eq!(whole_number(&Cell::Number(f64::NAN)), None);
    assert_eq!(whole_number(&text("four")), None);
}

#[test]
fn the_order_of_day_and_month_is_told_from_the_whole_column() {
    assert_eq!(
        days(&["04/07/2024 03:43:00 PM", "04/27/2024 08:08:00 PM"]),
        DayOrder::MonthFirst
    );
    assert_eq!(
        days(&["27/01/2025 16:12:30", "04/02/2025 10:00:00"]),
        DayOrder::DayFirst
    );
    assert_eq!(days(&["02/10/2023"]), DayOrder::DayFirst);
    assert_eq!(days(&["1/5/25, 4:00:00 PM"]), DayOrder::MonthFirst);
    assert_eq!(days(&[]), DayOrder::DayFirst);
}

#[test]
fn days_are_read_in_their_order() {
    let read = |t: &str, order| day(&text(t), order).map(|d| d.map(|d| d.to_string()));
    assert_eq!(
        read("02/10/2023", DayOrder::DayFirst),
        Ok(Some("2023-10-02".into()))
    );
    assert_eq!(
        read("02/10/2023", DayOrder::MonthFirst),
        Ok(Some("2023-02-10".into()))
    );
    assert_eq!(
        read("27 Jan 2025", DayOrder::MonthFirst),
        Ok(Some("2025-01-27".into()))
    );
    assert_eq!(
        read("2025-01-27", DayOrder::DayFirst),
        Ok(Some("2025-01-27".into()))
    );
    assert_eq!(read("  ", DayOrder::DayFirst), Ok(None));
    assert!(
        read("31/02/2025", DayOrder::DayFirst)
            .unwrap_err()
            .contains("28 days")
    );
    assert!(read("tomorrow", DayOrder::DayFirst).is_err());
    assert!(read("27 jan", DayOrder::DayFirst).is_err());
    assert_eq!(
        day(&Cell::Number(45624.0), DayOrder::DayFirst),
        Ok(NaiveDate::from_ymd_opt(2024, 11, 28))
    );
    assert!(day(&Cell::Number(7.0), DayOrder::DayFirst).is_err());
}

#[test]
fn moments_are_read_as_every_service_writes_them() {
    let read = |t: &str, order| moment(&text(t), order, London).unwrap().map(|at| at.to_rfc3339());
    let (uk, us) = (DayOrder::DayFirst, DayOrder::MonthFirst);
    for (written, order, means) in [
        ("27/01/2025 16:12:30", uk, "2025-01-27T16:12:30+00:00"),
        ("27/06/2025 16:12", uk, "2025-06-27T15:12:00+00:00"),
        ("04/07/2024 03:43:00 PM", us, "2024-04-07T14:43:00+00:00"),
        ("1/14/25, 4:01:00 PM", us, "2025-01-14T16:01:00+00:00"),
        ("1/14/25, 4:01:00\u{202f}PM", us, "2025-01-14T16:01:00+00:00"),
        ("2025/01/27 4:12:30 PM GMT", uk, "2025-01-27T16:12:30+00:00"),
        ("2025-06-27T16:12:30+02:00", uk, "2025-06-27T14:12:30+00:00"),
        ("2025-06-27 16:12:30", uk, "2025-06-27T15:12:30+00:00"),
        ("27 Jan 2025 16:12", uk, "2025-01-27T16:12:00+00:00"),
        ("27/01/2025", uk, "2025-01-27T00:00:00+00:00"),
        ("26/10/2025 01:30:00", uk, "2025-10-26T00:30:00+00:00"),
        ("30/03/2025 01:30:00", uk, "2025-03-30T01:30:00+00:00"),
    ] {
        assert_eq!(read(written, order).as_deref(), Some(means), "{written}");
    }
    assert!(moment(&text("soon"), uk, London).is_err());
    assert!(moment(&text("27/01/2025 25:00"), uk, London).is_err());
}

#[test]
fn every_time_of_the_real_files_is_read() {
    for (file, column) in [
        ("2025/applications-mentees.xlsx", 2),
        ("2025/applications-mentors.xlsx", 2),
        ("2025/pulse-session-1.csv", 0),
        ("2024/endpoint-survey.csv", 3),
        ("2024/roster.csv", 6),
    ] {
        let sheet = office(file);
        let order = day_order(sheet.rows.iter().map(|row| row.cell(column)));
        for row in &sheet.rows {
            let at = moment(row.cell(column), order, London);
            assert!(matches!(at, Ok(Some(_))), "{file} {}: {at:?}", row.line);
        }
    }
}

proptest::proptest! {
    #[test]
    fn a_day_in_full_is_the_day_that_somebody_typing_it_means(text in "[0-3]?[0-9]/[01][0-9]/(19|20|21)[0-9]{2}|20[0-9]{2}-[01][0-9]-[0-3][0-9]|[0-9/-]{10}") {
        if let Some(day) = plain_day(&text) {
            proptest::prop_assert_eq!(when::parse_day(&text, NaiveDate::MIN).ok(), Some(day));
        }
    }
}
