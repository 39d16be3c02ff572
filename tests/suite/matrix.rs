//! The failure matrix of the hub, row by row: each test is named after its row. Strangers speak to the store byte by
//! byte here; processes are killed in `killed`, and again and again in `takeover`.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use cohort::domain::{AdminRole, Delta, Label, Mint, Reason};
use cohort::hub::frame;
use cohort::hub::wire::{self, Answering, Down, Hello, Up, Wanted};
use cohort::hub::{Client, Service, Unlanded};
use cohort::store::codec::{self, Bytes};

use crate::kit::office::{Office, add, catch_up, change, first_edit, read, serving, somebody, who};

#[test]
fn row_12_a_full_disk_refuses_the_edit_and_takes_it_when_there_is_room() {
    let mut office = Office::serving(cohort::hub::Serving {
        keep_free: Some(u64::MAX),
        ..serving()
    });
    let mut mint = Mint::seeded(1);
    let mut ann = office.client("Ann");
    let edit = first_edit(&mut mint);
    match ann.propose(edit.clone()) {
        Err(Unlanded::Problem(problem)) => {
            assert_eq!(problem.code(), 6);
            assert!(problem.message().contains("disk is full"), "{problem}");
        }
        other => panic!("there was no room: {other:?}"),
    }
    office.reopen();
    assert_eq!(ann.propose(edit), Ok(1), "the same edit, once there is room");
}

#[test]
fn row_17_a_socket_that_somebody_removed_is_made_again() {
    let look_every = Duration::ZERO;
    let office = Office::serving(cohort::hub::Serving {
        look_every,
        ..serving()
    });
    std::fs::remove_file(office.dir().join("sock")).expect("it is there");
    let until = Instant::now() + Duration::from_secs(10);
    while Client::connect(office.dir(), who("Ann")).is_err() {
        assert!(Instant::now() < until, "the store cannot be reached");
    }
}

#[test]
fn row_18_a_store_whose_lock_was_removed_ends_so_that_there_are_never_two() {
    let look_every = Duration::ZERO;
    let dir = tempfile::tempdir().expect("a temporary directory can be made");
    let serving = cohort::hub::Serving {
        look_every,
        ..serving()
    };
    let service = cohort::hub::Service::start(dir.path(), serving).expect("the store starts");
    std::fs::remove_file(dir.path().join("lock")).expect("it is there");
    service.wait();
    assert!(!dir.path().join("sock").exists());
}

// ---- strangers, spoken to byte by byte

/// A connection that has said nothing yet.
fn raw(office: &Office) -> UnixStream {
    let stream = UnixStream::connect(office.dir().join("sock")).expect("the store listens");
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .expect("a time limit can be set");
    stream
}

fn hello(name: &str) -> Hello {
    Hello {
        program: "test".into(),
        claims: Some(name.into()),
        cohort: Wanted::Usual,
    }
}

/// A connection that has said hello and been welcomed.
fn welcomed(office: &Office) -> UnixStream {
    let mut stream = raw(office);
    frame::write(&mut stream, &wire::hello(&hello("Ann"))).expect("the store reads");
    let first = frame::read(&mut stream, frame::LIMIT, |_| ()).expect("the store greets");
    wire::read_first::<Answering>(&first).expect("in this protocol");
    stream
}

/// Whether the store has closed the connection; what it said before is passed over.
fn is_closed(mut stream: UnixStream) -> bool {
    match stream.read_to_end(&mut Vec::new()) {
        Ok(_) => true,
        Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
    }
}

#[test]
fn row_15_hostile_frames_close_the_connection_and_nobody_else_notices() {
    let (office, mut ann, mut mint) = Office::begun();
    let good = frame::framed(&codec::encode(&Up::Status));
    let mut wrong_sum = good.clone();
    wrong_sum[4] ^= 1;
    let mut trailing = codec::encode(&Up::Status);
    trailing.push(0);
    let absurd_part = codec::encode(&Up::Propose {
        nonce: 1,
        cohort: mint.id(),
        label: Label::new("x", "y"),
        last: Bytes(vec![0xff; 100]),
    });
    let attacks: [&[u8]; 7] = [
        &[0; 8],
        &[0xff; 64],
        &(frame::LIMIT as u32 + 1).to_le_bytes().repeat(2),
        &wrong_sum,
        &frame::framed(&[0xee; 40]),
        &frame::framed(&trailing),
        &frame::framed(&absurd_part),
    ];
    for attack in attacks {
        let mut stream = welcomed(&office);
        stream.write_all(attack).expect("the store reads");
        assert!(is_closed(stream), "{:02x?}", &attack[..8]);
    }
    let (_, edit) = add(ann.model(), &mut mint, "Owen Pritchard");
    ann.propose(edit).expect("the others go on");
}

#[test]
fn row_15_a_stranger_is_not_answered() {
    let (office, ..) = Office::begun();
    let mut stream = raw(&office);
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .expect("the store reads");
    let mut said = Vec::new();
    let _ = stream.read_to_end(&mut said);
    assert_eq!(said, b"");
}

#[test]
fn row_11_another_protocol_is_told_which_one_is_spoken_here() {
    let (office, ..) = Office::begun();
    let mut stream = raw(&office);
    frame::write(&mut stream, &wire::first((8, 9), 0, &hello("Ann"))).expect("the store reads");
    let first = frame::read(&mut stream, frame::LIMIT, |_| ()).expect("the store greets");
    wire::read_first::<Answering>(&first).expect("in its own protocol");
    assert!(is_closed(stream));
}

#[test]
fn row_11_a_newer_store_is_not_spoken_to() {
    let dir = tempfile::tempdir().expect("a temporary directory can be made");
    let listener = std::os::unix::net::UnixListener::bind(dir.path().join("sock")).expect("it can listen");
    let answering = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client comes");
        let newer = Answering {
            program: "9.0".into(),
            schema: 9,
            uuid: 1,
            revision: 1,
            pid: 1,
        };
        frame::read(&mut stream, frame::LIMIT, |_| ()).expect("it says hello");
        frame::write(&mut stream, &wire::first((8, 9), 0, &newer)).expect("it reads");
    });
    let problem = Client::connect(dir.path(), who("Ann"))
        .err()
        .expect("there is no common protocol");
    assert_eq!(problem.code(), 6);
    assert!(problem.message().contains("protocol 8 to 9"), "{problem}");
    answering.join().expect("it answered");
}

// ---- clients that go away or do not read

/// A proposal, in frames.
fn proposal(edit: &cohort::domain::Edit) -> Vec<u8> {
    let propose = Up::Propose {
        nonce: edit.nonce,
        cohort: edit.cohort,
        label: edit.label.clone(),
        last: Bytes(codec::changes(&edit.changes)),
    };
    frame::framed(&codec::encode(&propose))
}

#[test]
fn row_7_what_a_killed_client_had_sent_whole_lands_and_the_rest_does_not() {
    let (office, mut ann, mut mint) = Office::begun();
    let mut dying = welcomed(&office);
    let (_, first) = add(ann.model(), &mut mint, "Owen Pritchard");
    let (_, second) = add(ann.model(), &mut mint, "Nia Rees");
    let (third, half) = add(ann.model(), &mut mint, "Tomos Vaughan");
    let mut bytes = proposal(&first);
    bytes.extend(proposal(&second));
    let cut_off = proposal(&half);
    bytes.extend(&cut_off[..cut_off.len() - 3]);
    dying.write_all(&bytes).expect("the store reads");
    drop(dying);
    catch_up(&mut ann, 3);
    let (_, last) = add(ann.model(), &mut mint, "Elin Pugh");
    assert_eq!(ann.propose(last), Ok(4), "nothing else came between");
    assert!(!ann.model().people.has(third));
}

#[test]
fn row_8_who_does_not_read_is_cut_off_and_nobody_waits_for_them() {
    let (office, mut ann, mut mint) = Office::begun();
    let (id, edit) = add(ann.model(), &mut mint, "Owen Pritchard");
    ann.propose(edit).expect("a person can be added");
    // One edit takes this long when everybody reads.
    let note = "x".repeat(3_500);
    let mut write = |ann: &mut Client, number: usize| {
        let edit = change(ann.model(), &mut mint, id, |person| {
            person.note = format!("{number} {note}")
        });
        let began = Instant::now();
        ann.propose(edit).expect("the others go on");
        began.elapsed()
    };
    let mut alone: Vec<Duration> = (0..100).map(|number| write(&mut ann, number)).collect();
    let lazy = welcomed(&office);
    // More than the queue of one seat and the buffers of its socket hold.
    let mut beside: Vec<Duration> = (0..1_200).map(|number| write(&mut ann, number)).collect();
    alone.sort_unstable();
    beside.sort_unstable();
    // The typical edit, not the slowest: disks of shared machines pause for seconds of their own accord.
    let (alone, beside) = (alone[50], beside[600]);
    assert!(
        beside < alone * 4,
        "an edit took {alone:?} alone and {beside:?} beside somebody who does not read"
    );
    let mut last = None;
    let mut stream = &lazy;
    while let Ok(payload) = frame::read(&mut stream, frame::LIMIT, |_| ()) {
        if let Ok(Down::Landed { head, .. }) = codec::decode(&payload) {
            last = Some(head.rev);
        }
    }
    assert!(
        last.is_some_and(|rev| rev < ann.model().rev),
        "it was cut off before the end: {last:?}"
    );
}

#[test]
fn row_14_who_never_says_hello_is_closed_and_nobody_else_notices() {
    let (office, mut ann, mut mint) = Office::begun();
    let mut silent = raw(&office);
    let mut half = raw(&office);
    let greeting = frame::framed(&wire::hello(&hello("Ann")));
    half.write_all(&greeting[..greeting.len() / 2])
        .expect("the store reads");
    let (_, edit) = add(ann.model(), &mut mint, "Owen Pritchard");
    ann.propose(edit).expect("the others go on");
    let mut said = Vec::new();
    assert_eq!(
        silent.read_to_end(&mut said).ok(),
        Some(0),
        "closed without a word"
    );
    assert!(is_closed(half));
}

// ---- programs of other versions

#[test]
fn row_10_a_program_whose_protocols_overlap_is_let_in() {
    let (office, ..) = Office::begun();
    let mut stream = raw(&office);
    frame::write(&mut stream, &wire::first((0, 9), 0, &hello("Ann"))).expect("the store reads");
    let first = frame::read(&mut stream, frame::LIMIT, |_| ()).expect("the store greets");
    wire::read_first::<Answering>(&first).expect("in this protocol");
    let next = frame::read(&mut stream, frame::LIMIT, |_| ()).expect("and goes on");
    assert!(matches!(codec::decode(&next), Ok(Down::Welcome(_))));
}

#[test]
fn row_11_a_newer_program_of_the_owner_is_made_room_for() {
    let dir = tempfile::tempdir().expect("a temporary directory can be made");
    let service = Service::start(dir.path(), serving()).expect("the store starts");
    let mut stream = UnixStream::connect(dir.path().join("sock")).expect("the store listens");
    frame::write(&mut stream, &wire::first((8, 9), wire::RETIRE, &hello("Ann"))).expect("the store reads");
    service.wait();
    assert!(!dir.path().join("sock").exists(), "a successor can start");
}

#[test]
fn row_11_an_older_program_cannot_end_a_newer_store() {
    let (office, mut ann, mut mint) = Office::begun();
    let mut stream = raw(&office);
    frame::write(&mut stream, &wire::first((0, 0), wire::RETIRE, &hello("Ann"))).expect("the store reads");
    assert!(is_closed(stream));
    let (_, edit) = add(ann.model(), &mut mint, "Owen Pritchard");
    assert_eq!(ann.propose(edit), Ok(2));
}

/// A store of protocol 0 to which so many others are connected; hears what two visitors want of it.
fn older_store(dir: &std::path::Path, others: u16) -> std::thread::JoinHandle<Vec<bool>> {
    let listener = std::os::unix::net::UnixListener::bind(dir.join("sock")).expect("it can listen");
    let dir = dir.to_owned();
    std::thread::spawn(move || {
        let mut asked = Vec::new();
        loop {
            let (mut stream, _) = listener.accept().expect("a client comes");
            let said = frame::read(&mut stream, frame::LIMIT, |_| ()).expect("it says hello");
            let wants_end = said[12..14] == wire::RETIRE.to_le_bytes();
            asked.push(wants_end);
            let old = ("0.0.1".to_owned(), 0_u32);
            frame::write(&mut stream, &wire::first((0, 0), others, &old)).expect("it reads");
            if wants_end || others > 0 {
                std::fs::remove_file(dir.join("sock")).expect("it is there");
                return asked;
            }
        }
    })
}

#[test]
fn row_11_an_older_store_with_nobody_else_is_asked_to_end_and_a_new_one_started() {
    let dir = tempfile::tempdir().expect("a temporary directory can be made");
    let older = older_store(dir.path(), 0);
    let mut client =
        Client::connect(dir.path(), crate::kit::office::real("Ann")).expect("a new store is started");
    assert_eq!(older.join().expect("it answered"), [false, true]);
    assert_eq!(client.condition().expect("it answers").revision, 0);
    client.retire().expect("it ends when asked");
}

#[test]
fn row_11_an_older_store_with_open_sessions_is_named_and_left_alone() {
    let dir = tempfile::tempdir().expect("a temporary directory can be made");
    let older = older_store(dir.path(), 2);
    let problem = Client::connect(dir.path(), crate::kit::office::real("Ann"))
        .err()
        .expect("there is no common protocol");
    assert!(problem.message().contains("2 sessions are open"), "{problem}");
    assert!(problem.hint().contains("--replace"), "{}", problem.hint());
    assert_eq!(older.join().expect("it answered"), [false]);
}

// ---- well-formed and not well meant

#[test]
fn row_16_a_name_in_use_for_another_edit_or_a_text_without_end_is_refused_by_type() {
    let (_office, mut ann, mut mint) = Office::begun();
    let (id, edit) = add(ann.model(), &mut mint, "Owen Pritchard");
    let mut other = add(ann.model(), &mut mint, "Nia Rees").1;
    other.nonce = edit.nonce;
    ann.propose(edit).expect("a person can be added");
    let reused = ann.propose(other).expect_err("its number is taken");
    assert!(matches!(reused, Unlanded::Refused(refusal) if refusal.reason == Reason::Unreadable));
    let long = change(ann.model(), &mut mint, id, |person| {
        person.note = "x".repeat(9_000)
    });
    let refused = ann.propose(long).expect_err("it is too long");
    assert!(matches!(refused, Unlanded::Refused(refusal) if refusal.what.contains("longer than 8 KB")));
    assert_eq!(read(ann.model(), id).note, "");
}

#[test]
fn row_16_an_edit_on_an_old_state_asks() {
    let (office, mut ann, mut mint) = Office::begun();
    let (id, edit) = add(ann.model(), &mut mint, "Owen Pritchard");
    ann.propose(edit).expect("a person can be added");
    let mut ben = office.client("Ben");
    let mine = change(ben.model(), &mut mint, id, |person| {
        person.region = "Wales".into()
    });
    let theirs = change(ann.model(), &mut mint, id, |person| {
        person.region = "North".into()
    });
    ann.propose(theirs).expect("it lands");
    let refused = ben.propose(mine).expect_err("both changed the region");
    assert!(matches!(refused, Unlanded::Refused(refusal) if refusal.reason == Reason::Conflict));
}

#[test]
fn row_16_one_account_has_thirty_two_connections_and_five_hundred_knocks_disturb_nobody() {
    let (office, mut ann, mut mint) = Office::begun();
    let path = office.dir().join("sock");
    let knocks: Vec<UnixStream> = (0..500).filter_map(|_| UnixStream::connect(&path).ok()).collect();
    assert!(
        knocks.len() > 100,
        "only {} came as far as the door",
        knocks.len()
    );
    for number in 0..20 {
        let (_, edit) = add(ann.model(), &mut mint, &format!("Number {number}"));
        ann.propose(edit).expect("who is in goes on");
    }
    let crowded = Client::connect(office.dir(), who("Ben"))
        .err()
        .expect("there is no room");
    assert!(crowded.message().contains("too many sessions"), "{crowded}");
    drop(knocks);
    let until = Instant::now() + Duration::from_secs(20);
    while Client::connect(office.dir(), who("Ben")).is_err() {
        assert!(Instant::now() < until, "room is not made again");
    }
}

#[test]
fn row_16_a_viewer_is_refused_by_the_store_whatever_its_program_allows() {
    let (office, mut ann, mut mint) = Office::begun();
    let edit = ann
        .model()
        .add_admin(&mut mint, "Vi", AdminRole::Viewer)
        .expect("a viewer can be added");
    ann.propose(edit).expect("it lands");
    let mut vi = office.client("vi");
    assert_eq!(vi.greeting().role, AdminRole::Viewer);
    let changes = vec![Delta::made(mint.id(), somebody("Owen Pritchard")).into()];
    let edit = vi.model().edit(mint.nonce(), Label::new("add", "Owen"), changes);
    let refused = vi.propose(edit).expect_err("viewers look");
    assert!(matches!(refused, Unlanded::Refused(refusal) if refusal.reason == Reason::NotPermitted));
}
