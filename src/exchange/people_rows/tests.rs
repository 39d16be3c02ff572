use super::*;
use crate::domain::sample::{now, person, world};

const HEAD: &str = "Name\tMail\tTrust\tStream\n";

fn read(text: &str) -> PeopleRows {
    PeopleRows::read(&world(), text).expect("the rows of a test are a table")
}

#[test]
fn a_new_address_adds_somebody() {
    let rows = read(&format!(
        "{HEAD}Nora Petit\tnora.petit@example.org\tMilton\tCNIO\n"
    ));
    assert_eq!(
        (rows.rows[0].does, rows.found.as_slice()),
        (Does::Add, ["name", "email", "organisation", "stream"].as_slice())
    );
    assert_eq!(rows.rows[0].why, ["New mentee in CNIO, waits for a group."]);
}

#[test]
fn a_known_address_changes_only_what_differs() {
    let rows = read(&format!(
        "{HEAD}Fatima Rahman\tFATIMA.rahman@example.org\tTamar\tCCIO\n"
    ));
    assert_eq!(rows.rows[0].does, Does::Change);
    assert_eq!(
        rows.rows[0].changes,
        [("organisation", "Brigg".to_owned(), "Tamar".to_owned())]
    );
}

#[test]
fn an_empty_cell_says_nothing() {
    let rows = read(&format!("{HEAD}Fatima Rahman\tfatima.rahman@example.org\t\t\n"));
    assert_eq!(rows.rows[0].does, Does::Same);
}

#[test]
fn a_row_without_a_name_is_refused_until_it_has_one() {
    let mut rows = read(&format!("{HEAD}\tsomeone@example.org\tMilton\tCNIO\n"));
    assert_eq!(
        (rows.rows[0].does, rows.rows[0].wrong),
        (Does::Refuse, Some("name"))
    );
    rows.set(&world(), 0, "name", "Some One");
    assert_eq!(rows.rows[0].does, Does::Add);
}

#[test]
fn an_address_pasted_twice_is_refused_the_second_time() {
    let rows = read(&format!("{HEAD}A One\ta@x.org\t\tCNIO\nA Two\tA@x.org\t\tCNIO\n"));
    assert_eq!(rows.rows[1].why, ["The same address as in row 2."]);
}

#[test]
fn rows_copied_without_headings_are_understood_by_what_they_hold() {
    let rows = read("Nora Petit\tnora.petit@example.org\tMilton\tCNIO\nOla Hansen\to@x.org\tWeald\tCCIO\n");
    assert_eq!(rows.found, ["name", "email", "organisation", "stream"]);
    assert_eq!(rows.count(Does::Add), 2);
}

#[test]
fn text_that_is_no_table_of_people_is_refused_whole() {
    assert!(PeopleRows::read(&world(), "just some words").is_err());
}

#[test]
fn what_is_included_lands_as_one_edit_and_nothing_else_does() {
    let model = world();
    let rows = read(&format!(
        "{HEAD}Nora Petit\tnora.petit@example.org\tMilton\tCNIO\n\
         Fatima Rahman\tfatima.rahman@example.org\tTamar\tCCIO\n\
         Li Mei\tli.mei@example.org\tElsewhere\tCCIO\n"
    ));
    let edit = rows
        .edit(&model, &mut Mint::seeded(3), &[0, 1], now())
        .expect("both can be taken");
    let after = model.after(&edit.changes);
    let trust = |name: &str| {
        after
            .people
            .get(person(&after, name))
            .map(|p| p.organisation.clone())
    };
    assert_eq!(trust("Fatima Rahman").as_deref(), Some("Tamar"));
    assert_eq!(trust("Li Mei").as_deref(), Some("Foxley"));
    assert_eq!(after.pool().len(), model.pool().len() + 1);
    assert_eq!(edit.label.to_string(), "paste 2 rows: 1 added, 1 changed");
}

#[test]
fn no_text_makes_reading_panic() {
    use proptest::prelude::*;
    proptest!(|(text in "[\\PC\t\n]{0,80}")| {
        let _ = PeopleRows::read(&world(), &text);
    });
}
