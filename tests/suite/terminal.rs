//! The real program on a real terminal line: how it comes, how it goes, and how many bytes it writes.

use std::path::Path;

use cohort::domain::Mint;
use cohort::exchange::example;
use cohort::hub::{Serving, Unlanded};
use rustix::process::Signal;

use crate::kit::office::Office;
use crate::kit::pty::{Line, Terminal};

/// A store with the example programme in it, by the example's clock.
fn programme() -> Office {
    let office = Office::serving(Serving {
        clock: Box::new(example::clock),
        ..Serving::always()
    });
    let mut sam = office.client("Sam K");
    for edit in example::edits(&mut Mint::seeded(2025)).expect("the example can be read") {
        let landed: Result<_, Unlanded> = sam.propose(edit);
        landed.expect("the example lands");
    }
    office
}

/// The program with its first frame drawn.
fn opened(dir: &Path) -> Terminal {
    let terminal = Terminal::on(dir);
    terminal.shows("[1 Now]").shows("? help");
    terminal
}

#[test]
fn it_takes_the_whole_screen_and_gives_it_back() {
    let office = programme();
    let line = Line::open(80, 24);
    let before = line.settings();
    let mut terminal = Terminal::on_line(line, office.dir());
    terminal.shows("[1 Now]");
    assert_ne!(terminal.settings(), before, "keys are read one by one");
    let (alternate, paste, _) = terminal.modes();
    assert!(alternate && paste);
    terminal.type_in("q").shows("Quit?").type_in_and_end("y", 0);
    assert_eq!(terminal.settings(), before);
    assert_eq!(terminal.modes(), (false, false, false));
}
