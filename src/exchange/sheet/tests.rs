//! The office's real files, and files that mean harm.

use std::io::{Cursor, Read, Write};

use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use super::super::columns::{Columns, Field};
use super::*;

fn office(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/fixtures/office/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn office_sheet(name: &str) -> Sheet {
    read_sheet(name, &office(name)).expect(name)
}

fn csv(text: &str) -> Sheet {
    read_sheet("a.csv", text.as_bytes()).expect(text)
}

fn texts_of(row: &SheetRow) -> Vec<String> {
    row.cells.iter().map(|cell| cell.text().into_owned()).collect()
}

/// A workbook with one part replaced; everything is stored, so that parts can be large and cheap.
fn with_part(name: &str, content: &[u8]) -> Vec<u8> {
    let bytes = office("2025/applications-mentors.xlsx");
    let mut from = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let packed = zip::write::SimpleFileOptions::default();
    for index in 0..from.len() {
        let mut part = from.by_index(index).unwrap();
        let own = part.name().unwrap().into_owned();
        to.start_file(&*own, packed).unwrap();
        let mut kept = Vec::new();
        part.read_to_end(&mut kept).unwrap();
        to.write_all(if own == name { content } else { &kept }).unwrap();
    }
    to.finish().unwrap().into_inner()
}

fn with_cells(cells: &str) -> Vec<u8> {
    let sheet = format!(
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{cells}</sheetData></worksheet>"
    );
    with_part("xl/worksheets/sheet1.xml", sheet.as_bytes())
}

#[test]
fn the_applications_of_2025_have_their_rows_and_headings() {
    let expected: serde_json::Value = serde_json::from_slice(&office("expected.json")).unwrap();
    for (name, columns) in [
        ("2025/applications-mentees.xlsx", 19),
        ("2025/applications-mentors.xlsx", 17),
    ] {
        let sheet = office_sheet(name);
        assert_eq!(
            Some(sheet.rows.len() as u64),
            expected["files"][name]["rows"].as_u64(),
            "{name}"
        );
        assert_eq!(
            (sheet.header.len(), sheet.sheet.as_str(), sheet.kind),
            (columns, "Form1", FileKind::Workbook)
        );
        assert_eq!(sheet.rows[0].line, 2);
        assert_eq!(sheet.warnings, []);
    }
}

#[test]
fn a_moment_in_a_workbook_is_to_the_second() {
    let sheet = office_sheet("2025/applications-mentees.xlsx");
    let day = NaiveDate::from_ymd_opt(2024, 11, 28).unwrap();
    assert_eq!(
        sheet.rows[0].cell(2),
        &Cell::Moment(day.and_hms_opt(14, 45, 0).unwrap())
    );
    assert_eq!(sheet.rows[0].cell(0), &Cell::Number(1.0));
    assert_eq!(sheet.rows[0].cell(0).text(), "1");
}

#[test]
fn the_roster_of_2024_is_windows_1252_and_loses_no_letter() {
    let sheet = office_sheet("2024/roster.csv");
    assert_eq!(
        (sheet.rows.len(), sheet.encoding, sheet.separator),
        (65, "windows-1252", Some(';'))
    );
    let names: Vec<String> = sheet
        .rows
        .iter()
        .map(|row| row.cell(0).text().into_owned())
        .collect();
    for name in ["Harvey, Lucía", "Thompson, Björn", "Williams, Seán"] {
        assert!(names.iter().any(|own| own == name), "{name}");
    }
    assert!(!names.iter().any(|name| name.contains(['\u{fffd}', '?'])));
}

#[test]
fn the_survey_of_2024_has_two_rows_of_headings() {
    let expected: serde_json::Value = serde_json::from_slice(&office("expected.json")).unwrap();
    let sheet = office_sheet("2024/endpoint-survey.csv");
    assert_eq!(
        Some(sheet.rows.len() as u64),
        expected["files"]["2024/endpoint-survey.csv"]["answers"].as_u64()
    );
    assert_eq!(sheet.rows[0].line, 3);
    assert_eq!(
        sheet.heading(13),
        (
            "Now, how confident are you (0-10)?".to_owned(),
            "Setting a digital vision with the board".to_owned()
        )
    );
    assert_eq!(sheet.heading(20).0, "Now, how confident are you (0-10)?");
    assert_eq!(
        sheet.heading(21),
        (
            "How likely are you to recommend the programme (0-10)?".to_owned(),
            String::new()
        )
    );
    assert_eq!(sheet.heading(4), ("Email Address".to_owned(), String::new()));
}

#[test]
fn the_pulse_of_2025_has_its_answers() {
    let expected: serde_json::Value = serde_json::from_slice(&office("expected.json")).unwrap();
    let sheet = office_sheet("2025/pulse-session-1.csv");
    assert_eq!(
        Some(sheet.rows.len() as u64),
        expected["files"]["2025/pulse-session-1.csv"]["answers"].as_u64()
    );
    assert_eq!(
        (sheet.header.len(), sheet.encoding, sheet.separator),
        (6, "utf-8", Some(','))
    );
}

#[test]
fn an_attendance_report_is_read_into_rows_with_their_lines() {
    let name = "2025/teams-attendance-DHLP-1-session-1.csv";
    let raw = read_rows(name, &office(name)).expect(name);
    assert_eq!((raw.encoding, raw.separator), ("utf-16le", Some('\t')));
    assert_eq!(raw.rows[0].cell(0).text(), "1. Summary");
    let participants = raw
        .rows
        .iter()
        .find(|row| row.cell(0).text() == "2. Participants")
        .unwrap();
    assert_eq!(participants.line, 9);
    let caller = raw
        .rows
        .iter()
        .find(|row| row.cell(0).text() == "07700 900463")
        .unwrap();
    assert_eq!(
        (caller.line, caller.cell(4), caller.cell(6).text().as_ref()),
        (15, &Cell::Empty, "Attendee")
    );
}

#[test]
fn a_quoted_line_end_does_not_count_as_a_row_and_an_empty_line_does() {
    let sheet = csv("Name,Email\r\n\r\n\"Ana\r\nBell\",a@b.org\r\n\r\nCarl,c@d.org\r\n");
    let lines: Vec<u32> = sheet.rows.iter().map(|row| row.line).collect();
    assert_eq!(lines, [3, 5]);
    assert_eq!(sheet.rows[0].cell(0).text(), "Ana\nBell");
}

#[test]
fn short_and_long_rows_are_kept_and_the_long_one_is_reported() {
    let sheet = csv("Name,Email,Stream\nAna,a@b.org\nCarl,c@d.org,CIO,extra\n");
    assert_eq!(sheet.rows[0].cell(2), &Cell::Empty);
    assert_eq!(texts_of(&sheet.rows[1]), ["Carl", "c@d.org", "CIO", "extra"]);
    assert_eq!(sheet.warnings[0].line, Some(3));
    assert_eq!(
        sheet.warnings[0].to_string(),
        "a.csv, line 3: the row has 4 values, and there are 3 headings"
    );
}

#[test]
fn a_title_above_the_headings_is_skipped() {
    let sheet = csv("Mentoring roster 2024,,\n,,\nName,Email,Stream\nAna,a@b.org,CIO\n");
    assert_eq!(
        (sheet.header.join("|").as_str(), sheet.rows[0].line),
        ("Name|Email|Stream", 4)
    );
}

#[test]
fn rows_without_headings_are_all_rows() {
    let sheet = csv("Ana Bell\ta@b.org\tCCIO\nCarl Dee\tc@d.org\tCIO\n");
    assert_eq!(
        (sheet.header.len(), sheet.rows.len(), sheet.separator),
        (0, 2, Some('\t'))
    );
}

#[test]
fn excels_own_separator_hint_is_heard() {
    let sheet = csv("sep=;\nName;Email\nAna;a@b.org\n");
    assert_eq!(
        (sheet.header.join("|").as_str(), sheet.rows[0].line),
        ("Name|Email", 2)
    );
}

#[test]
fn a_quotation_mark_that_is_never_closed_is_named_with_its_row() {
    let problem = read_sheet("a.csv", b"Name,Email\nAna,a@b.org\n\"Carl,c@d.org\nEva,e@f.org\n").unwrap_err();
    assert_eq!(problem.line, Some(3));
    assert!(problem.what.contains("quotation mark"), "{problem}");
}

#[test]
fn the_guard_against_formulas_comes_off_exactly() {
    for value in [
        "=1+1",
        "@x",
        "-5",
        "+44 7700",
        " =x",
        "'=x",
        "\u{ff1d}x",
        "\tx",
        "'quoted'",
        "it's",
        "",
        "' -",
    ] {
        assert_eq!(unguard(&guard(value)), value, "{value:?}");
    }
    assert_eq!(guard("=1"), "'=1");
    assert_eq!(unguard("'tis"), "'tis");
}

#[test]
fn every_kind_of_cell_of_a_workbook_is_read() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let date = Format::new().set_num_format("dd/mm/yyyy");
    for (column, heading) in ["Name", "Email", "Start", "Capacity", "Ok"].iter().enumerate() {
        sheet.write(0, column as u16, *heading).unwrap();
    }
    sheet.write(2, 0, "Ana").unwrap();
    sheet
        .write(2, 2, ExcelDateTime::from_ymd(2025, 1, 27).unwrap())
        .unwrap();
    sheet.set_cell_format(2, 2, &date).unwrap();
    sheet.write(2, 3, 4.5).unwrap();
    sheet.write(2, 4, true).unwrap();
    let sheet = read_sheet("a.xlsx", &book.save_to_buffer().unwrap()).unwrap();
    let day = NaiveDate::from_ymd_opt(2025, 1, 27).unwrap();
    let cells = vec![
        Cell::Text("Ana".into()),
        Cell::Empty,
        Cell::Day(day),
        Cell::Number(4.5),
        Cell::Truth(true),
    ];
    assert_eq!(sheet.rows, [SheetRow { line: 3, cells }]);
}

#[test]
fn a_hidden_first_sheet_is_not_the_one_that_is_read() {
    let mut book = Workbook::new();
    book.add_worksheet()
        .set_name("lists")
        .unwrap()
        .set_hidden(true)
        .write(0, 0, "Yes")
        .unwrap();
    let people = book.add_worksheet().set_name("People").unwrap();
    people.set_active(true).write(0, 0, "Email").unwrap();
    people.write(1, 0, "a@b.org").unwrap();
    let sheet = read_sheet("a.xlsx", &book.save_to_buffer().unwrap()).unwrap();
    assert_eq!((sheet.sheet.as_str(), sheet.rows.len()), ("People", 1));
}

#[test]
fn an_empty_workbook_is_refused() {
    let mut book = Workbook::new();
    book.add_worksheet();
    let problem = read_sheet("a.xlsx", &book.save_to_buffer().unwrap()).unwrap_err();
    assert!(problem.what.contains("no visible sheet"), "{problem}");
}

#[test]
fn a_workbook_that_was_cut_short_is_refused_with_the_remedy() {
    let bytes = office("2025/applications-mentees.xlsx");
    for keep in [4, 100, bytes.len() / 2, bytes.len() - 30] {
        let problem = read_sheet("a.xlsx", &bytes[..keep]).unwrap_err();
        assert!(problem.remedy.contains("cut short"), "{keep}: {problem}");
    }
}

#[test]
fn a_damaged_sheet_is_named() {
    let mut bytes = office("2025/applications-mentees.xlsx");
    let name = b"xl/worksheets/sheet1.xml";
    let at = bytes
        .windows(name.len())
        .position(|window| window == name)
        .unwrap()
        + 500;
    bytes[at] ^= 0x55;
    let problem = read_sheet("a.xlsx", &bytes).unwrap_err();
    assert_eq!(problem.field.as_deref(), Some("sheet1"), "{problem}");
}

/// A workbook whose sheet has two megabytes of spaces and claims another size.
fn claiming(size: u32) -> Vec<u8> {
    const REAL: u32 = 2 << 20;
    let mut bytes = with_part("xl/worksheets/sheet1.xml", &vec![b' '; REAL as usize]);
    // The size before packing stands in the local header and in the directory.
    let real = REAL.to_le_bytes();
    let places: Vec<usize> = bytes
        .windows(4)
        .enumerate()
        .filter(|(_, w)| *w == real)
        .map(|(at, _)| at)
        .collect();
    assert_eq!(places.len(), 2);
    for at in places {
        bytes[at..at + 4].copy_from_slice(&size.to_le_bytes());
    }
    bytes
}

#[test]
fn a_bomb_is_refused_by_what_it_claims() {
    let problem = read_sheet("a.xlsx", &claiming(300 << 20)).unwrap_err();
    assert_eq!(
        problem.to_string(),
        "a.xlsx, sheet1: the workbook unpacks to more than 256 MB"
    );
    assert_eq!(problem.remedy, "split it into several files, or save it as .csv");
}

#[test]
fn a_bomb_that_lies_about_its_size_is_refused_while_it_is_unpacked() {
    let problem = read_sheet("a.xlsx", &claiming(1000)).unwrap_err();
    assert_eq!(
        problem.to_string(),
        "a.xlsx, sheet1: a part of the workbook is damaged"
    );
}

#[test]
fn a_cell_at_the_far_corner_is_refused_and_not_laid_out() {
    let far = with_cells(
        "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>",
    );
    let problem = read_sheet("a.xlsx", &far).unwrap_err();
    assert_eq!(
        (problem.line, problem.field.as_deref()),
        (Some(1_048_576), Some("sheet Form1"))
    );
    assert!(problem.what.contains("columns"), "{problem}");
}

#[test]
fn a_cell_in_an_impossible_place_is_refused() {
    for place in ["A99999999999", "ABCDEFGH1"] {
        let problem = read_sheet(
            "a.xlsx",
            &with_cells(&format!("<row><c t='n' r='{place}'><v>1</v></c></row>")),
        )
        .unwrap_err();
        assert_eq!(
            problem.to_string(),
            "a.xlsx, sheet1: a cell says that it stands where no cell can be"
        );
    }
    let text = "<row><c r=\"A1\" t=\"inlineStr\"><is><t>x r=\"ABCDEFGH1\"</t></is></c></row>";
    assert_eq!(
        read_sheet("a.xlsx", &with_cells(text)).unwrap().header,
        ["x r=\"ABCDEFGH1\""]
    );
}

#[test]
fn a_thousand_columns_are_the_most() {
    for (columns, taken) in [(999, true), (1000, true), (1001, false)] {
        let line = vec!["x"; columns].join(",");
        assert_eq!(read_sheet("a.csv", line.as_bytes()).is_ok(), taken, "{columns}");
    }
}

#[test]
fn a_hundred_thousand_rows_are_the_most() {
    for (rows, taken) in [(ROWS, true), (ROWS + 1, false), (ROWS + 100, false)] {
        let text = format!("Name,Email\n{}", "a,a@b\n".repeat(rows));
        assert_eq!(read_sheet("a.csv", text.as_bytes()).is_ok(), taken, "{rows}");
    }
}

#[test]
fn a_file_over_its_limit_is_refused_unread() {
    let problem = read_rows("a.csv", &vec![b'a'; FILE_BYTES + 1]).unwrap_err();
    assert!(problem.what.contains("64 MB"), "{problem}");
}

#[test]
fn a_problem_in_a_cell_names_the_file_the_line_and_the_heading() {
    let sheet = csv("Name,Email\nAna,nowhere\n");
    let problem = sheet.problem(2, 1, "address has no @", "correct the address");
    assert_eq!(problem.to_string(), "a.csv, line 2, Email: address has no @");
}

#[test]
fn a_million_values_far_apart_do_not_fill_the_memory() {
    let rows: String = (1..=20_000)
        .map(|r| format!("<row r=\"{r}\"><c r=\"ALL{r}\"><v>1</v></c></row>"))
        .collect();
    let problem = read_sheet("a.xlsx", &with_cells(&rows)).unwrap_err();
    assert!(problem.what.contains("too big"), "{problem}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_bytes_are_there_is_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read_sheet("a.csv", &bytes);
        let _ = read_sheet("a.xlsx", &[b"PK\x03\x04".as_slice(), &bytes].concat());
    }

    #[test]
    fn a_workbook_with_damage_gives_rows_or_a_reason(at in 0_usize..9000, with in any::<u8>()) {
        let mut bytes = office("2025/applications-mentors.xlsx");
        bytes[at] = with;
        if let Ok(sheet) = read_sheet("a.xlsx", &bytes) {
            prop_assert!(sheet.rows.len() <= ROWS);
        }
    }

    #[test]
    fn hostile_cells_give_rows_or_a_reason(
        reference in "[A-Z]{0,4}[0-9]{0,11}", kind in "(n|s|b|d|e|str|inlineStr|x)?", style in -2_i32..40, value in "[0-9eE.+-]{0,12}|\\PC{0,8}",
    ) {
        let value = value.replace(['<', '&'], "");
        let cells = format!("<row><c r=\"{reference}\" t=\"{kind}\" s=\"{style}\"><v>{value}</v></c></row>");
        let _ = read_sheet("a.xlsx", &with_cells(&cells));
    }

    #[test]
    fn written_values_come_back(rows in proptest::collection::vec(proptest::collection::vec("[ -~é\n\"';,=]{0,12}", 2..4), 1..8)) {
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        writer.write_record(["Name", "Email", "Stream", "Role"]).unwrap();
        for row in &rows {
            writer.write_record(row.iter().map(|value| guard(value).into_owned())).unwrap();
        }
        let sheet = read_sheet("a.csv", &writer.into_inner().unwrap()).unwrap();
        let full: Vec<&Vec<String>> = rows.iter().filter(|row| row.iter().any(|v| !v.trim().is_empty())).collect();
        prop_assert_eq!(sheet.rows.len(), full.len());
        for (read, written) in sheet.rows.iter().zip(full) {
            for (column, value) in written.iter().enumerate() {
                let expected = if value.trim().is_empty() { "" } else { value.as_str() };
                prop_assert_eq!(read.cell(column).text(), expected);
            }
        }
    }
}

#[test]
fn columns_are_found_in_a_sheet_that_begins_with_titles() {
    let sheet = csv("Roster,\nE-mail,Surname; forename\na@b.org,\"Bell, Ana\"\n");
    assert_eq!(Columns::find(&sheet, &[]).column(Field::Email), Some(0));
}
