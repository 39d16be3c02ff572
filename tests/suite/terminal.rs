//! The real program on a real terminal line: how it comes, how it goes, and how many bytes it writes.

use std::path::Path;

use cohort::domain::Mint;
use cohort::exchange::example;
use cohort::hub::{Client, Serving};
use cohort::terminal::{Guard, install_panic_hook};
use rustix::process::Signal;

use crate::kit::office::Office;
use crate::kit::pty::{Line, Program, Terminal};

/// A store with the example programme in it, by the example's clock.
fn programme() -> (Office, Client) {
    let office = Office::serving(Serving {
        clock: Box::new(example::clock),
        ..Serving::always()
    });
    let mut jo = office.client("Jo T");
    for edit in example::edits(&mut Mint::seeded(2025)).expect("the example can be read") {
        jo.propose(edit).expect("the example lands");
    }
    (office, jo)
}

/// The program on a directory, as Sam, at the example's moment, which does not pass.
fn sam(dir: &Path) -> Program {
    let now = example::clock().to_rfc3339();
    let dir = dir.to_str().expect("temporary directories have plain names");
    Program::built(&["--data", dir, "--as", "Sam K", "--now", &now])
}

/// The program with its first frame drawn.
fn opened(office: &Office) -> Terminal {
    let terminal = Line::open(80, 24).run(&sam(office.dir()));
    terminal.shows("[1 Now]").shows("? help");
    terminal
}

/// The program with its first frame drawn, and how the terminal was set before.
fn opened_on_a_line(office: &Office) -> (Terminal, String) {
    let line = Line::open(80, 24);
    let before = line.settings();
    let terminal = line.run(&sam(office.dir()));
    terminal.shows("[1 Now]").shows("? help");
    assert_ne!(terminal.settings(), before, "keys are read one by one");
    (terminal, before)
}

/// Nothing of the program is left on its terminal.
fn is_as_before(terminal: &Terminal, before: &str) {
    assert_eq!(terminal.settings(), before);
    terminal.is_on_the_ordinary_screen();
}

#[test]
fn it_takes_the_whole_screen_and_gives_it_back() {
    let (office, _jo) = programme();
    let (mut terminal, before) = opened_on_a_line(&office);
    terminal.type_in("q").shows("Quit?");
    terminal.type_in("y");
    assert_eq!(terminal.ended(), 0);
    is_as_before(&terminal, &before);
}

#[test]
fn the_example_needs_no_directory_and_leaves_none() {
    let places = tempfile::tempdir().expect("a temporary directory can be made");
    let line = Line::open(80, 24);
    let mut terminal = line.run(&Program::built(&["demo"]).with("TMPDIR", places.path()));
    terminal.shows("[1 Now]").shows("LIVE");
    terminal.type_in("\x03\x03");
    assert_eq!(terminal.ended(), 0);
    is_empty(places.path());
}

#[test]
fn the_example_leaves_no_directory_on_a_cut_line() {
    let places = tempfile::tempdir().expect("a temporary directory can be made");
    let line = Line::open(80, 24);
    let mut terminal = line.run(&Program::built(&["demo"]).with("TMPDIR", places.path()));
    terminal.shows("[1 Now]").shows("LIVE");
    terminal.hang_up();
    assert_eq!(terminal.ended(), 129);
    is_empty(places.path());
}

fn is_empty(dir: &Path) {
    let left: Vec<_> = std::fs::read_dir(dir).expect("it can be read").collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_request_to_end_is_obeyed() {
    let (office, _jo) = programme();
    let (mut terminal, before) = opened_on_a_line(&office);
    terminal.kill(Signal::TERM);
    assert_eq!(terminal.ended(), 143);
    is_as_before(&terminal, &before);
}

#[test]
fn a_hang_up_sent_by_hand_restores_the_terminal() {
    let (office, _jo) = programme();
    let (mut terminal, before) = opened_on_a_line(&office);
    terminal.kill(Signal::HUP);
    assert_eq!(terminal.ended(), 129);
    is_as_before(&terminal, &before);
}

#[test]
fn a_cut_line_ends_the_program() {
    let (office, _jo) = programme();
    let mut terminal = opened(&office);
    terminal.hang_up();
    assert_eq!(terminal.ended(), 129);
}

#[test]
fn a_stop_that_nobody_sees_coming_is_mended_when_the_program_goes_on() {
    let (office, _jo) = programme();
    let line = Line::open(80, 24);
    let shell = line.kept();
    let mut terminal = line.run(&sam(office.dir()));
    terminal.shows("[1 Now]").shows("? help");
    let inside = terminal.settings();
    terminal.kill(Signal::STOP);
    terminal.stopped();
    terminal.restore(&shell);
    terminal.scribble("\x1b[?1049l\x1b[2J$ ").shows_no("[1 Now]");
    terminal.kill(Signal::CONT);
    terminal.shows("[1 Now]").shows("? help");
    assert_eq!(terminal.settings(), inside);
    terminal.type_in("2").shows("[2 Streams]");
}

#[test]
fn a_stop_that_is_asked_for_gives_the_terminal_back_meanwhile() {
    let (office, _jo) = programme();
    let (mut terminal, before) = opened_on_a_line(&office);
    let inside = terminal.settings();
    terminal.kill(Signal::TSTP);
    terminal.stopped();
    is_as_before(&terminal, &before);
    terminal.kill(Signal::CONT);
    terminal.shows("[1 Now]").shows("? help");
    assert_eq!(terminal.settings(), inside);
    terminal.type_in("6").shows("[6 People]");
}

#[test]
fn a_key_that_comes_in_pieces_is_one_key() {
    let (office, _jo) = programme();
    let line = Line::open(80, 24);
    // Over SSH the program waits longest for the rest of a key.
    let mut terminal = line.run(&sam(office.dir()).with("SSH_CONNECTION", "127.0.0.1 1 127.0.0.1 22"));
    terminal.shows("[1 Now]").shows("? help");
    terminal.type_in("6").shows("[6 People]");
    let first = terminal.cursor_line();
    terminal
        .type_in("\x1b")
        .type_in("[")
        .type_in("B")
        .cursor_leaves(&first);
    terminal.type_in("\x1bO").type_in("A").cursor_on(&first);
    assert!(!terminal.text().contains("Quit?"));
}

#[test]
fn pasted_rows_change_nothing_before_they_are_confirmed() {
    let (office, jo) = programme();
    let mut terminal = opened(&office);
    terminal.type_in("\x1b[200~Ada Lovelace\tada@example.org\nd\ny\nq\x1b[201~");
    terminal.shows("nothing changed yet").shows("Ada Lovelace");
    terminal.type_in("\x1b").shows("Nothing was changed");
    let again = office.client("Jo T");
    assert_eq!(again.model().rev, jo.model().rev);
}

#[test]
fn another_size_is_drawn_at_once() {
    let (office, _jo) = programme();
    let terminal = opened(&office);
    terminal.resize(38, 9);
    terminal.shows("[1 Now]").shows_no(": all");
    terminal.resize(160, 50);
    terminal.shows("7 History").shows(": all");
}

#[test]
fn a_panic_gives_the_terminal_back_before_it_says_why() {
    let line = Line::open(80, 24);
    let before = line.settings();
    let me = std::env::current_exe().expect("the tests run from a file");
    let test = [
        "terminal::a_program_that_panics",
        "--exact",
        "--ignored",
        "--nocapture",
    ];
    let mut terminal = line.run(&Program::at(&me, &test));
    terminal.shows("on purpose");
    assert_eq!(terminal.ended(), 101);
    is_as_before(&terminal, &before);
}

#[test]
#[ignore = "the test above runs it in a terminal of its own"]
fn a_program_that_panics() {
    install_panic_hook();
    let Ok(_guard) = Guard::enter() else {
        return;
    };
    panic!("on purpose");
}

#[test]
fn frames_are_small() {
    let (office, _jo) = programme();
    let mut terminal = opened(&office);
    let mut costs = vec![(
        "the first frame".to_owned(),
        terminal.cost("", "[1 Now]"),
        5 * 1024,
    )];
    for (key, name) in [
        ("2", "[2 Streams]"),
        ("3", "[3 Groups]"),
        ("4", "[4 Calendar]"),
        ("5", "[5 Feedback]"),
        ("7", "[7 History]"),
        ("6", "[6 People]"),
        ("1", "[1 Now]"),
    ] {
        costs.push((format!("the view {name}"), terminal.cost(key, name), 4 * 1024));
    }
    for view in ["1", "2", "3", "4", "5", "6", "7"] {
        terminal.type_in(view).shows(&format!("[{view} "));
        // What follows the cursor comes in a frame of its own, when the hand rests.
        let frames = if matches!(view, "2" | "5") { 2 } else { 1 };
        for (nth, bytes) in terminal.step("j", frames).into_iter().enumerate() {
            costs.push(match nth {
                0 => (format!("a cursor move in view {view}"), bytes, 250),
                _ => (format!("what follows the cursor in view {view}"), bytes, 750),
            });
        }
    }
    terminal.type_in("6").shows("[6 People]");
    terminal.cost("jjjjjjjjjjjjjjjjjjjj", "? help");
    let mut scrolled: Vec<usize> = (0..9).map(|_| terminal.cost("j", "? help")).collect();
    scrolled.sort_unstable();
    // A row beside names with marks of their own is written whole: terminals differ in how wide they take them.
    costs.push(("the dearest line scrolled in".to_owned(), scrolled[8], 600));
    costs.push(("the usual line scrolled in".to_owned(), scrolled[4], 300));
    let burst = "j".repeat(100);
    costs.push((
        "a burst of 100 keys".to_owned(),
        terminal.cost(&burst, "? help"),
        4 * 1024,
    ));
    terminal.resize(160, 50);
    terminal.type_in("2").shows("Sessions of");
    for view in ["1", "2", "3", "4", "5", "6", "7"] {
        terminal.type_in(view).shows(&format!("[{view} "));
        for key in ["k", "j"] {
            let bytes = terminal.step(key, 1)[0];
            costs.push((format!("a cursor move in view {view} at 160x50"), bytes, 400));
        }
    }
    terminal.resize(80, 24);
    terminal.type_in("3").shows("[3 Groups]");
    terminal.type_in(":line slow\r").shows("marked by > alone");
    for view in ["1", "2", "3", "4", "5", "6", "7"] {
        terminal.type_in(view).shows(&format!("[{view} "));
        let bytes = terminal.step("k", 1)[0];
        costs.push((format!("a cursor move on a slow line in view {view}"), bytes, 60));
    }
    let said: Vec<String> = costs
        .iter()
        .map(|(what, bytes, most)| format!("{what}: {bytes} B of {most}"))
        .collect();
    println!("{}", said.join("\n"));
    let dear: Vec<&String> = costs
        .iter()
        .zip(&said)
        .filter(|((_, bytes, most), _)| bytes > most)
        .map(|(_, said)| said)
        .collect();
    assert!(dear.is_empty(), "{dear:#?}");
}
