//! Administrators as they really come: through OpenSSH's server on loopback, with keys made for the test, in terminals.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use cohort::domain::{AdminRole, Mint};
use cohort::hub::{Client, Link, LinkEvent};
use rustix::process::Signal;
use serde_json::Value;

use crate::kit::command::with_example;
use crate::kit::office::{Office, add, change, who};
use crate::kit::outside;
use crate::kit::pty::Terminal;
use crate::kit::sshd::{PROGRAMS, Sshd};

/// A store with the example programme and a server in front of it; nothing where there is no OpenSSH.
fn office() -> Option<(Office, Sshd)> {
    outside::have(&PROGRAMS).then(|| (with_example(), Sshd::start()))
}

/// The key of an admin, and the admin at a terminal with the first frame drawn.
fn comes(office: &Office, sshd: &Sshd, name: &str) -> Terminal {
    sshd.admin(name, office.dir());
    comes_back(sshd, name)
}

fn comes_back(sshd: &Sshd, name: &str) -> Terminal {
    let terminal = sshd.sit_down(name, 80, 24);
    terminal.shows("[1 Now]").shows("LIVE").shows("? help");
    terminal
}

/// Puts a name into the filter of People, so that who has it stands under the cursor.
fn looks_for(terminal: &mut Terminal, name: &str) {
    terminal.type_in("6").shows("[6 People]");
    terminal.type_in("/").shows("filter:");
    terminal
        .type_in("\u{15}")
        .type_in(name)
        .shows(&format!("filter: {name}_"));
    terminal.type_in("\r").shows("LIST").cursor_on(name);
}

/// Gives somebody another name, in the cell.
fn renames(terminal: &mut Terminal, from: &str, to: &str) {
    looks_for(terminal, from);
    terminal.type_in("e").shows("TYPE");
    terminal.type_in("\u{15}").type_in(to).shows(to);
    terminal.type_in("\r").shows("LIST").shows("u undo").cursor_on(to);
}

/// Somebody in the example whose name nobody else has.
const SOMEBODY: &str = "Fatima Ahmed";

#[test]
fn two_administrators_see_each_other_and_what_the_other_does() {
    let Some((office, sshd)) = office() else { return };
    let mut ann = comes(&office, &sshd, "ann");
    let mut ben = comes(&office, &sshd, "ben");
    ann.shows("here: you, ben");
    ben.shows("here: you, ann");
    renames(&mut ann, SOMEBODY, "Fatima Ahmed Two");
    looks_for(&mut ben, "Fatima Ahmed Two");
    let by: Value = sshd.ask("ann", "cohort history --limit 1 --json").json();
    assert_eq!(by[0]["by"], "ann", "the key says who it was");
    ben.type_in("q");
    ann.hang_up();
}

#[test]
fn eight_administrators_work_at_once_and_nothing_is_lost_or_doubled() {
    let Some((office, sshd)) = office() else { return };
    let names = ["ann", "ben", "cy", "dot", "eve", "fay", "gus", "hal"];
    let theirs = mentees(&office, 3 * names.len());
    let mut terminals: Vec<Terminal> = names.iter().map(|name| comes(&office, &sshd, name)).collect();
    std::thread::scope(|scope| {
        for ((terminal, name), people) in terminals.iter_mut().zip(names).zip(theirs.chunks(3)) {
            scope.spawn(move || {
                for person in people {
                    renames(terminal, person, &format!("{person} of {name}"));
                }
            });
        }
    });
    let model = office.client("Sam K").model().clone();
    for (name, people) in names.iter().zip(theirs.chunks(3)) {
        for person in people {
            let full = format!("{person} of {name}");
            let found = model.people.iter().filter(|(_, is)| is.name == full).count();
            assert_eq!(found, 1, "{full}");
        }
    }
    let last = format!("{} of hal", theirs[23]);
    for terminal in &mut terminals {
        looks_for(terminal, &last);
    }
}

/// So many mentees of the running cohort whose name is nobody else's, nor part of it.
fn mentees(office: &Office, count: usize) -> Vec<String> {
    let model = office.client("Sam K").model().clone();
    let all: Vec<String> = model
        .participants()
        .iter()
        .map(|part| model.name_of(part.person))
        .collect();
    // Short enough to be seen whole with the new name.
    let fits = |name: &&String| {
        let alike = all.iter().filter(|other| other.contains(name.as_str())).count();
        name.is_ascii() && name.len() <= 11 && alike == 1
    };
    all.iter().filter(fits).take(count).cloned().collect()
}

#[test]
fn the_quickest_check_there_is_answers_without_a_terminal() {
    let Some((office, sshd)) = office() else { return };
    sshd.admin("ann", office.dir());
    let said = sshd.ask("ann", "cohort status --json");
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(said.json()["cohort"], "2025");
}

#[test]
fn a_key_is_one_admin_on_one_programme_and_opens_nothing_else() {
    let Some((office, sshd)) = office() else { return };
    let mut sam = office.client("Sam K");
    let edit = sam
        .model()
        .add_admin(&mut Mint::seeded(3), "vi", AdminRole::Viewer)
        .expect("a viewer can be added");
    sam.propose(edit).expect("it lands");
    sshd.admin("ann", office.dir());
    sshd.admin("vi", office.dir());
    for asked in [
        "sh",
        "cat /etc/passwd",
        "cohort --as ben status",
        "cohort status --data=/elsewhere",
        "cohort ssh",
    ] {
        let said = sshd.ask("ann", asked);
        assert_eq!((said.code, said.out.as_str()), (7, ""), "{asked}: {said:?}");
    }
    let changing = sshd.ask("vi", "cohort move 'Fatima Ahmed' pool");
    assert_eq!(changing.code, 7, "{changing:?}");
    assert_eq!(sshd.ask("vi", "cohort now").code, 0);
}

#[test]
fn a_viewer_at_a_terminal_is_told_before_anything_is_asked() {
    let Some((office, sshd)) = office() else { return };
    let mut sam = office.client("Sam K");
    let edit = sam
        .model()
        .add_admin(&mut Mint::seeded(3), "vi", AdminRole::Viewer)
        .expect("a viewer can be added");
    sam.propose(edit).expect("it lands");
    let mut vi = comes(&office, &sshd, "vi");
    vi.shows("viewer: you may look");
    vi.type_in("6").shows("[6 People]");
    vi.type_in("e").shows("you are a viewer");
}

// ---- connections that drop

/// Waits until the store shows nobody of this name any more.
fn is_gone(watching: &Terminal, name: &str) {
    watching.shows_no(&format!("you, {name}"));
}

/// A connection ends while somebody types; answers their next session, with what was there taken up.
fn dropped(how: impl FnOnce(&mut Terminal)) -> Option<(Terminal, Sshd, Office)> {
    let (office, sshd) = office()?;
    let ann = comes(&office, &sshd, "ann");
    let mut ben = comes(&office, &sshd, "ben");
    ann.shows("here: you, ben");
    looks_for(&mut ben, SOMEBODY);
    ben.type_in("e").shows("TYPE");
    ben.type_in("\u{15}").type_in("half a word").shows("half a word");
    how(&mut ben);
    is_gone(&ann, "ben");
    // Nobody else is disturbed, and the next time the text is there.
    let mut again = sshd.sit_down("ben", 80, 24);
    again.shows("You were in People").shows("y restores it");
    again.type_in("y").shows("half a word");
    Some((again, sshd, office))
}

#[test]
fn when_the_ssh_client_is_killed_place_and_text_are_kept() {
    if let Some((again, _sshd, _office)) = dropped(|terminal| terminal.kill(Signal::KILL)) {
        again.shows("TYPE");
    }
}

#[test]
fn when_the_ssh_client_hangs_up_place_and_text_are_kept() {
    if let Some((again, _sshd, _office)) = dropped(|terminal| terminal.kill(Signal::HUP)) {
        again.shows("TYPE");
    }
}

#[test]
fn when_the_window_is_closed_place_and_text_are_kept() {
    // The crate that plays the terminal types Enter as it closes, so the text may be saved, but it is not lost.
    drop(dropped(Terminal::hang_up));
}

#[test]
fn a_frozen_reader_disturbs_nobody_and_is_up_to_date_when_it_reads_again() {
    let Some((office, sshd)) = office() else { return };
    let mut ann = office.client("ann");
    let mut mint = Mint::seeded(8);
    let id = ann.model().find_person(SOMEBODY).expect("the example has her");
    let mut ben = comes(&office, &sshd, "ben");
    looks_for(&mut ben, SOMEBODY);
    let mut write = |ann: &mut Client, number: usize| {
        let edit = change(ann.model(), &mut mint, id, |person| {
            person.name = format!("{SOMEBODY} {number}")
        });
        let began = Instant::now();
        ann.propose(edit).expect("it lands");
        began.elapsed()
    };
    let mut alone: Vec<Duration> = (0..100).map(|number| write(&mut ann, number)).collect();
    ben.kill(Signal::STOP);
    ben.stopped();
    let mut beside: Vec<Duration> = (100..700).map(|number| write(&mut ann, number)).collect();
    ben.kill(Signal::CONT);
    ben.shows("Ahmed 699").shows("LIVE");
    alone.sort_unstable();
    beside.sort_unstable();
    assert!(
        beside[300] < alone[50] * 4,
        "{:?} alone, {:?} beside",
        alone[50],
        beside[300]
    );
}

// ---- tmux, sizes

#[test]
fn a_session_in_tmux_is_left_and_taken_up_where_it_was() {
    let Some((office, sshd)) = office() else { return };
    if !outside::have(&["tmux"]) {
        return;
    }
    let tmux = outside::place("tmux").expect("it was looked for");
    let socket = sshd.folder().join("tmux");
    let (cohort, data) = (env!("CARGO_BIN_EXE_cohort"), office.dir().display());
    let tmux = format!(
        "LC_ALL=C.UTF-8 {} -f /dev/null -S {}",
        tmux.display(),
        socket.display()
    );
    sshd.key(
        "ann",
        &format!("{tmux} new-session -A -s office {cohort} --data {data} --as ann"),
    );
    let mut ann = sshd.sit_down("ann", 80, 24);
    ann.shows("[1 Now]").shows("LIVE");
    looks_for(&mut ann, SOMEBODY);
    // Left by the key of tmux: Ctrl-B d.
    ann.type_in("\u{2}d");
    ann.ended();
    let mut sam = office.client("Sam K");
    let (_, edit) = add(sam.model(), &mut Mint::seeded(8), "Owain Glynne");
    sam.propose(edit).expect("it lands meanwhile");
    let mut ann = sshd.sit_down("ann", 120, 40);
    ann.shows("[6 People]").cursor_on("Fatima").shows("LIVE");
    // Cut off, and taken up again.
    ann.kill(Signal::KILL);
    ann.ended();
    let mut ann = sshd.sit_down("ann", 80, 24);
    ann.shows("[6 People]").cursor_on("Fatima");
    ann.type_in("\u{3}\u{3}\u{3}\u{3}");
    ann.ended();
}

#[test]
fn every_window_size_arrives_through_ssh() {
    let Some((office, sshd)) = office() else { return };
    let mut ann = comes(&office, &sshd, "ann");
    for (columns, rows) in [
        (1, 1),
        (10, 3),
        (29, 7),
        (38, 9),
        (80, 24),
        (132, 43),
        (300, 100),
        (1, 1),
        (80, 24),
    ] {
        ann.resize(columns, rows);
        if columns >= 80 {
            ann.type_in("2").shows("[2 Streams]").shows(": all");
            ann.type_in("1").shows("[1 Now]").shows(": all");
        } else if columns >= 38 {
            ann.shows("LIST").shows_no(": all");
        } else if columns >= 20 {
            ann.shows("too small");
        }
    }
}

// ---- a store that is killed under them

#[test]
fn when_the_store_is_killed_everybody_goes_on_without_a_key() {
    let Some((mut office, sshd)) = office() else {
        return;
    };
    office.close();
    let mut ann = comes(&office, &sshd, "ann");
    let mut ben = comes(&office, &sshd, "ben");
    let lock = std::fs::read_to_string(office.dir().join("lock")).expect("a store is at work");
    let pid = lock
        .lines()
        .find_map(|line| line.strip_prefix("pid "))
        .and_then(|pid| pid.parse().ok());
    let store = pid
        .and_then(rustix::process::Pid::from_raw)
        .expect("it has a number");
    rustix::process::kill_process(store, Signal::KILL).expect("it runs");
    renames(&mut ann, SOMEBODY, "Fatima Ahmed Two");
    ben.shows("LIVE");
    looks_for(&mut ben, "Fatima Ahmed Two");
    let (tell, events) = mpsc::channel();
    let link = Link::join(office.dir(), who("Sam K"), move |event| drop(tell.send(event)));
    let model = loop {
        match events
            .recv_timeout(Duration::from_secs(10))
            .expect("the store answers")
        {
            LinkEvent::Welcome(model, _) => break model,
            _ => continue,
        }
    };
    assert_eq!(
        model
            .people
            .iter()
            .filter(|(_, is)| is.name == "Fatima Ahmed Two")
            .count(),
        1
    );
    link.retire();
}
