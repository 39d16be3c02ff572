//! Which column is taken for what, in the office's own files and in pasted rows.

use super::super::sheet::read_sheet;
use super::*;

fn office(name: &str) -> Sheet {
    let path = format!("{}/tests/fixtures/office/{name}", env!("CARGO_MANIFEST_DIR"));
    read_sheet(name, &std::fs::read(&path).expect(&path)).expect(name)
}

fn found(sheet: &Sheet) -> Vec<(Field, usize)> {
    let columns = Columns::find(sheet, &[]);
    Field::all()
        .filter_map(|field| columns.column(field).map(|at| (field, at)))
        .collect()
}

#[test]
fn a_mentees_application_is_understood() {
    use Field::*;
    let mut expected = vec![
        (Name, 5),
        (Email, 6),
        (Organisation, 7),
        (Region, 8),
        (JobTitle, 9),
        (Stream, 10),
        (Stage, 11),
        (Wishes, 12),
        (SecondStream, 13),
        (LineManager, 14),
        (FreeTimes, 15),
        (AccessNeeds, 16),
        (QuoteConsent, 17),
        (Statement, 18),
        (Received, 2),
    ];
    let mut got = found(&office("2025/applications-mentees.xlsx"));
    expected.sort();
    got.sort();
    assert_eq!(got, expected);
}

#[test]
fn a_mentors_application_is_understood() {
    use Field::*;
    let mut expected = vec![
        (Name, 5),
        (Email, 6),
        (Organisation, 7),
        (Region, 8),
        (JobTitle, 9),
        (Stream, 10),
        (Capacity, 11),
        (Wishes, 12),
        (FreeTimes, 13),
        (AccessNeeds, 14),
        (QuoteConsent, 15),
        (Statement, 16),
        (Received, 2),
    ];
    let mut got = found(&office("2025/applications-mentors.xlsx"));
    expected.sort();
    got.sort();
    assert_eq!(got, expected);
}

#[test]
fn a_roster_is_understood() {
    use Field::*;
    let sheet = office("2024/roster.csv");
    let expected = vec![
        (Name, 0),
        (Email, 1),
        (Organisation, 5),
        (Role, 2),
        (Stream, 3),
        (Group, 4),
        (Started, 6),
        (Left, 7),
        (Attended, 8),
    ];
    assert_eq!(found(&sheet), expected);
    let columns = Columns::find(&sheet, &[]);
    assert!(columns.surname_first());
    assert!(columns.unknown(&sheet).is_empty());
}

#[test]
fn pasted_people_are_understood() {
    use Field::*;
    let paste = "name\tmail\ttrust\tstream\trole\tphone\tregion\tjob title\nAna\ta@b.org\tX\tCIO\tmentor\t1\tLondon\tCIO\n";
    let sheet = read_sheet("pasted", paste.as_bytes()).unwrap();
    let expected = vec![
        (Name, 0),
        (Email, 1),
        (Phone, 5),
        (Organisation, 2),
        (Region, 6),
        (JobTitle, 7),
        (Role, 4),
        (Stream, 3),
    ];
    assert_eq!(found(&sheet), expected);
}

#[test]
fn a_name_in_two_columns_is_put_together() {
    let text = "First name,Last name,Email address\nAna,Bell,a@b.org\n";
    let sheet = read_sheet("a.csv", text.as_bytes()).unwrap();
    let columns = Columns::find(&sheet, &[]);
    assert_eq!(columns.written_name(&sheet.rows[0]), "Ana Bell");
    assert!(!columns.surname_first());
}

#[test]
fn what_was_remembered_comes_first_and_survives_a_change_of_case() {
    let sheet = read_sheet("a.csv", b"Kontakt,Email\nx@y.org,a@b.org\n").unwrap();
    let columns = Columns::find(&sheet, &[("KONTAKT".into(), Field::Email)]);
    assert_eq!(columns.column(Field::Email), Some(0));
    assert_eq!(columns.mapping(&sheet), [("Kontakt".to_owned(), Field::Email)]);
    assert_eq!(columns.unknown(&sheet), [1]);
}

#[test]
fn every_field_has_a_word_of_its_own() {
    for field in Field::all() {
        assert_eq!(Field::from_word(field.word()), Some(field));
        assert_eq!(
            Field::from_word(&field.word().to_uppercase().replace('_', " ")),
            Some(field)
        );
    }
    assert_eq!(Field::from_word("nonsense"), None);
}

#[test]
fn every_phrase_is_written_as_headings_are_compared() {
    for (field, _, phrases) in TABLE {
        for phrase in *phrases {
            assert_eq!(
                plain(phrase.trim_start_matches('=')),
                phrase.trim_start_matches('='),
                "{field:?}"
            );
        }
    }
}
