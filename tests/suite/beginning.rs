//! A programme from nothing: the first cohort made on the screen, and the ones after it.

use crate::kit::command::{done, empty, with_example};
use crate::kit::office::Office;
use crate::kit::pty::{Line, Program, Terminal};

fn opened(office: &Office) -> Terminal {
    let dir = office.dir().display().to_string();
    let arguments = ["--data", &dir, "--as", "Sam K", "--now", "2025-03-18T16:12:00Z"];
    Line::open(80, 24).run(&Program::built(&arguments))
}

/// Types the lines of a form, one after the other: what comes in one burst with tabs counts as pasted.
fn fill(terminal: &mut Terminal, lines: &[&str]) {
    for (nth, line) in lines.iter().enumerate() {
        if nth > 0 {
            terminal.type_in("\t");
        }
        terminal.type_in(line).shows(line);
    }
    terminal.type_in("\r");
}

#[test]
fn who_opens_an_empty_programme_makes_its_first_cohort_on_the_screen_and_owns_it() {
    let office = empty();
    let mut terminal = opened(&office);
    terminal.shows("There is no cohort yet").shows("a make a cohort");
    terminal.type_in("a").shows("A new cohort");
    fill(&mut terminal, &["2026", "5 jan 2026", "26 jun 2026"]);
    terminal.shows("2026 cohort").shows("? help");
    terminal.type_in("2").shows("CCIO").shows("DHLP");
    let admins = done(office.dir(), &["admin", "list"]);
    assert_eq!(admins[0]["name"], "Sam K");
    assert_eq!(admins[0]["role"], "owner");
}

#[test]
fn a_cohort_that_cannot_be_is_refused_with_the_form_still_filled_in() {
    let office = empty();
    let mut terminal = opened(&office);
    terminal.shows("a make a cohort");
    terminal.type_in("a").shows("A new cohort");
    fill(&mut terminal, &["2026", "5 jan 2026", "4 jan 2026"]);
    terminal
        .shows("2026-01-04 is not after 2026-01-05")
        .shows("4 jan 2026");
}

#[test]
fn next_years_cohort_begins_with_the_streams_and_mentors_of_this_one() {
    let office = with_example();
    let mut terminal = opened(&office);
    terminal.shows("[1 Now]").shows("? help");
    terminal
        .type_in(":new cohort\r")
        .shows("streams and mentors of 2025");
    fill(&mut terminal, &["2026", "5 jan 2026", "26 jun 2026"]);
    terminal.shows("Made the cohort 2026");
    let streams = done(office.dir(), &["--cohort", "2026", "streams"]);
    assert_eq!(streams.as_array().unwrap().len(), 5, "{streams}");
    let people = done(office.dir(), &["--cohort", "2026", "people", "role:mentor"]);
    assert!(people.as_array().unwrap().len() > 20, "{people}");
}
