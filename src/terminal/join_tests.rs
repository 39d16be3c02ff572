use super::*;
use proptest::prelude::*;

/// Milliseconds from a fixed instant.
struct Bench {
    joiner: Joiner,
    start: Instant,
    out: Vec<Event>,
}

impl Bench {
    fn new() -> Bench {
        Bench {
            joiner: Joiner::new(Timing::new(false)),
            start: Instant::now(),
            out: Vec::new(),
        }
    }

    fn at(&self, ms: u64) -> Instant {
        self.start + Duration::from_millis(ms)
    }

    fn input(&mut self, input: Input, ms: u64) {
        let at = self.at(ms);
        self.wait_until(at);
        let events = self.joiner.feed(input, at);
        self.out.extend(events);
    }

    /// Lets every deadline up to `at` pass, as the thread around the joiner does.
    fn wait_until(&mut self, at: Instant) {
        while let Some(deadline) = self.joiner.deadline().filter(|deadline| *deadline <= at) {
            let events = self.joiner.feed(Input::Tick, deadline);
            self.out.extend(events);
        }
    }

    /// One read of the terminal, as crossterm would report it.
    fn read(&mut self, keys: &[KeyEvent], ms: u64) -> &mut Bench {
        for key in keys {
            self.input(Input::Read(Raw::Key(*key)), ms);
        }
        self.input(Input::Drained, ms);
        self
    }

    fn settled(&mut self) -> Vec<Event> {
        let far = self.at(1_000_000);
        self.wait_until(far);
        std::mem::take(&mut self.out)
    }
}

fn keys(text: &str) -> Vec<KeyEvent> {
    text.chars()
        .map(|c| match c {
            '\x1b' => KeyCode::Esc.into(),
            '\r' => KeyCode::Enter.into(),
            '\t' => KeyCode::Tab.into(),
            '\n' => KeyEvent::new(KeyCode::Char('j'), KeyModifiers::CONTROL),
            c if c.is_uppercase() => KeyEvent::new(KeyCode::Char(c), KeyModifiers::SHIFT),
            c => KeyCode::Char(c).into(),
        })
        .collect()
}

fn pressed(codes: &[KeyCode]) -> Vec<Event> {
    codes.iter().map(|code| Event::Key((*code).into())).collect()
}

fn typed(text: &str) -> Vec<Event> {
    keys(text).into_iter().map(Event::Key).collect()
}

/// Reads of the given text at the given milliseconds.
fn after(reads: &[(&str, u64)]) -> Vec<Event> {
    let mut bench = Bench::new();
    for (text, ms) in reads {
        bench.read(&keys(text), *ms);
    }
    bench.settled()
}

#[test]
fn a_lone_esc_is_handed_on_after_50_ms() {
    let mut bench = Bench::new();
    bench.read(&keys("\x1b"), 0);
    assert_eq!(bench.joiner.deadline(), Some(bench.at(50)));
    assert_eq!(bench.out, []);
    bench.wait_until(bench.at(50));
    assert_eq!(bench.out, pressed(&[KeyCode::Esc]));
    assert_eq!(bench.joiner.deadline(), None);
}

#[test]
fn behind_a_network_esc_is_held_twice_as_long() {
    assert_eq!(Timing::new(true).hold, Duration::from_millis(100));
}

#[test]
fn a_key_is_handed_on_at_once() {
    let mut bench = Bench::new();
    bench.read(&keys("j"), 0);
    assert_eq!(bench.out, typed("j"));
    assert_eq!(bench.joiner.deadline(), None);
}

#[test]
fn keys_are_handed_on_even_when_the_reader_is_stuck() {
    let mut bench = Bench::new();
    bench.input(Input::Read(Raw::Key(KeyCode::Char('j').into())), 0);
    bench.wait_until(bench.at(5));
    assert_eq!(bench.out, typed("j"));
}

const SEQUENCES: &[(&str, KeyCode)] = &[
    ("[A", KeyCode::Up),
    ("[B", KeyCode::Down),
    ("[C", KeyCode::Right),
    ("[D", KeyCode::Left),
    ("OA", KeyCode::Up),
    ("OD", KeyCode::Left),
    ("[H", KeyCode::Home),
    ("OF", KeyCode::End),
    ("[1~", KeyCode::Home),
    ("[4~", KeyCode::End),
    ("[2~", KeyCode::Insert),
    ("[3~", KeyCode::Delete),
    ("[5~", KeyCode::PageUp),
    ("[6~", KeyCode::PageDown),
    ("OP", KeyCode::F(1)),
    ("OR", KeyCode::F(3)),
    ("[[E", KeyCode::F(5)),
    ("[15~", KeyCode::F(5)),
    ("[24~", KeyCode::F(12)),
];

#[test]
fn a_key_that_was_cut_after_its_first_byte_is_whole_again() {
    for (tail, code) in SEQUENCES {
        assert_eq!(after(&[("\x1b", 0), (tail, 49)]), pressed(&[*code]), "{tail}");
    }
}

#[test]
fn a_key_that_was_cut_at_every_byte_is_whole_again() {
    for (tail, code) in SEQUENCES {
        let mut bench = Bench::new();
        bench.read(&keys("\x1b"), 0);
        for (n, key) in keys(tail).into_iter().enumerate() {
            bench.read(&[key], 40 * (n as u64 + 1));
        }
        assert_eq!(bench.settled(), pressed(&[*code]), "{tail}");
    }
}

#[test]
fn a_pause_within_the_rest_of_a_key_changes_nothing() {
    assert_eq!(
        after(&[("\x1b", 0), ("[", 20), ("5", 300), ("~", 590)]),
        pressed(&[KeyCode::PageUp])
    );
}

#[test]
fn modifiers_of_a_cut_key_survive() {
    let ctrl_right = KeyEvent::new(KeyCode::Right, KeyModifiers::CONTROL);
    assert_eq!(after(&[("\x1b", 0), ("[1;5C", 10)]), [Event::Key(ctrl_right)]);
    let back_tab = KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT);
    assert_eq!(after(&[("\x1b", 0), ("[Z", 10)]), [Event::Key(back_tab)]);
}

#[test]
fn what_comes_too_late_after_esc_is_swallowed_to_its_last_letter() {
    assert_eq!(
        after(&[("\x1b", 0), ("[A", 80), ("j", 90)]),
        [pressed(&[KeyCode::Esc]), typed("j")].concat()
    );
    assert_eq!(
        after(&[("\x1b", 0), ("[", 80), ("5", 200), ("~", 480)]),
        pressed(&[KeyCode::Esc])
    );
    assert_eq!(after(&[("\x1b", 0), ("OP", 299)]), pressed(&[KeyCode::Esc]));
}

#[test]
fn after_the_guard_a_bracket_is_a_key_again() {
    assert_eq!(
        after(&[("\x1b", 0), ("[", 300)]),
        [pressed(&[KeyCode::Esc]), typed("[")].concat()
    );
}

#[test]
fn another_key_after_esc_ends_the_guard() {
    let expected = [pressed(&[KeyCode::Esc]), typed("/Osman")].concat();
    assert_eq!(after(&[("\x1b", 0), ("/", 80), ("Osman", 100)]), expected);
}

#[test]
fn a_tail_that_breaks_off_gives_esc_and_the_next_key() {
    assert_eq!(
        after(&[("\x1b", 0), ("[5", 10), (" ", 20)]),
        [pressed(&[KeyCode::Esc]), typed(" ")].concat()
    );
    assert_eq!(after(&[("\x1b", 0), ("[", 10)]), pressed(&[KeyCode::Esc]));
}

#[test]
fn an_unknown_sequence_is_swallowed_whole() {
    assert_eq!(after(&[("\x1b", 0), ("[99;9Xj", 10)]), typed("j"));
    assert_eq!(after(&[("\x1b", 0), ("[I", 10)]), []);
}

#[test]
fn option_up_of_a_mac_is_up() {
    assert_eq!(after(&[("\x1b[A", 0)]), pressed(&[KeyCode::Up]));
    assert_eq!(
        after(&[("\x1b", 0), ("\x1b", 20), ("[A", 40)]),
        pressed(&[KeyCode::Up])
    );
    let mut bench = Bench::new();
    bench.read(&keys("\x1b"), 0).read(&[KeyCode::Up.into()], 20);
    assert_eq!(bench.settled(), pressed(&[KeyCode::Up]));
}

#[test]
fn every_esc_of_many_arrives() {
    assert_eq!(
        after(&[("\x1b\x1b\x1b\x1b\x1b\x1b", 0)]),
        pressed(&[KeyCode::Esc; 6])
    );
    assert_eq!(
        after(&[("\x1b", 0), ("\x1b", 30), ("\x1b", 60), ("q", 90)]).len(),
        4
    );
}

#[test]
fn esc_and_a_letter_read_together_are_both_keys() {
    assert_eq!(
        after(&[("\x1bj", 0)]),
        [pressed(&[KeyCode::Esc]), typed("j")].concat()
    );
}

#[test]
fn alt_with_a_character_is_esc_and_the_character() {
    let mut bench = Bench::new();
    bench.read(&[KeyEvent::new(KeyCode::Char('j'), KeyModifiers::ALT)], 0);
    assert_eq!(bench.out, [pressed(&[KeyCode::Esc]), typed("j")].concat());
    let both = KeyModifiers::ALT | KeyModifiers::CONTROL;
    let mut bench = Bench::new();
    bench.read(&[KeyEvent::new(KeyCode::Char('h'), both)], 0);
    assert_eq!(bench.out, pressed(&[KeyCode::Esc, KeyCode::Backspace]));
}

#[test]
fn alt_with_an_arrow_is_the_arrow() {
    let mut bench = Bench::new();
    bench.read(&[KeyEvent::new(KeyCode::Up, KeyModifiers::ALT)], 0);
    assert_eq!(bench.out, pressed(&[KeyCode::Up]));
}

#[test]
fn control_h_is_backspace_and_a_line_feed_is_enter() {
    let control_h = KeyEvent::new(KeyCode::Char('h'), KeyModifiers::CONTROL);
    let mut bench = Bench::new();
    bench.read(&[control_h], 0).read(&keys("\n"), 10);
    assert_eq!(bench.out, pressed(&[KeyCode::Backspace, KeyCode::Enter]));
}

#[test]
fn releases_are_not_keys_and_repeats_are() {
    let kind = |kind| KeyEvent::new_with_kind(KeyCode::Char('j'), KeyModifiers::NONE, kind);
    let mut bench = Bench::new();
    bench.read(
        &[
            kind(KeyEventKind::Press),
            kind(KeyEventKind::Repeat),
            kind(KeyEventKind::Release),
        ],
        0,
    );
    assert_eq!(bench.out.len(), 2);
}

#[test]
fn sixteen_keys_with_a_line_end_in_one_read_are_a_paste() {
    assert_eq!(
        after(&[("Priya Shah\rOmar K", 0)]),
        [Event::Paste("Priya Shah\nOmar K".into())]
    );
    assert_eq!(
        after(&[("0123456789\t\n45678", 0)]),
        [Event::Paste("0123456789\t\n45678".into())]
    );
}

#[test]
fn fewer_keys_or_no_line_end_are_typed() {
    assert_eq!(after(&[("0123456789abcd\r", 0)]).len(), 15);
    assert_eq!(after(&[("0123456789abcdefgh", 0)]), typed("0123456789abcdefgh"));
}

#[test]
fn a_hundred_arrows_in_one_read_are_keys() {
    let mut bench = Bench::new();
    bench.read(&[KeyEvent::from(KeyCode::Down); 100], 0);
    assert_eq!(bench.out.len(), 100);
}

#[test]
fn the_rest_of_a_paste_that_comes_in_pieces_is_paste() {
    let pieces = [("Priya Shah\rOmar Khan\rIn", 0), ("g", 200), ("rid\rq", 450)];
    assert_eq!(
        after(&pieces),
        [Event::Paste("Priya Shah\nOmar Khan\nIngrid\nq".into())]
    );
    let later = [("Priya Shah\rOmar Khan\r", 0), ("q", 300)];
    assert_eq!(
        after(&later),
        [vec![Event::Paste("Priya Shah\nOmar Khan\n".into())], typed("q")].concat()
    );
}

#[test]
fn keys_before_and_after_a_paste_stay_keys() {
    let mut bench = Bench::new();
    let mut read = vec![KeyCode::Down.into()];
    read.extend(keys("Priya Shah\rOmar Khan"));
    read.push(KeyCode::Down.into());
    bench.read(&read, 0);
    let down = Event::Key(KeyCode::Down.into());
    assert_eq!(
        bench.out,
        [down.clone(), Event::Paste("Priya Shah\nOmar Khan".into()), down]
    );
}

#[test]
fn a_bracketed_paste_is_one_event() {
    let mut bench = Bench::new();
    bench.input(Input::Read(Raw::Paste("a\r\nb\rc".into())), 0);
    assert_eq!(bench.out, [Event::Paste("a\nb\nc".into())]);
}

#[test]
fn a_paste_whose_first_bracket_was_cut_is_still_a_paste() {
    let whole = after(&[("\x1b", 0), ("[200~dd\r", 10), ("u\x1b[201~", 100), ("j", 110)]);
    assert_eq!(whole, [vec![Event::Paste("dd\nu".into())], typed("j")].concat());
    let late = after(&[("\x1b", 0), ("[200~dd\r", 80)]);
    assert_eq!(
        late,
        [pressed(&[KeyCode::Esc]), vec![Event::Paste("dd\n".into())]].concat()
    );
}

#[test]
fn a_resize_goes_past_a_held_esc() {
    let mut bench = Bench::new();
    bench.read(&keys("\x1b"), 0);
    bench.input(Input::Read(Raw::Resize(80, 24)), 1);
    assert_eq!(bench.out, [Event::Resize(80, 24)]);
    assert_eq!(
        bench.settled(),
        [vec![Event::Resize(80, 24)], pressed(&[KeyCode::Esc])].concat()
    );
}

proptest! {
    /// Text that no key sequence begins with loses no key and changes none, however it is cut up.
    #[test]
    fn typed_text_arrives_as_it_was_typed(text in "[a-z /:,.0-9]{0,15}", gap in 0_u64..400) {
        let mut bench = Bench::new();
        for (n, key) in keys(&text).into_iter().enumerate() {
            bench.read(&[key], n as u64 * gap);
        }
        prop_assert_eq!(bench.settled(), typed(&text));
    }

    /// Whatever is pasted without brackets, in one read and long enough, no key of it is pressed.
    #[test]
    fn no_key_of_a_pasted_text_is_pressed(text in "[ -~é\r\t]{16,200}", line in "[a-z]{1,20}\r") {
        let text = text + &line;
        let events = after(&[(&text, 0)]);
        prop_assert!(events.iter().all(|event| matches!(event, Event::Paste(_))), "{:?}", events);
    }

    /// No input brings the joiner to a panic or lets it hold anything for ever.
    #[test]
    fn everything_is_handed_on_in_the_end(reads in prop::collection::vec(("[\x1b\\[O0-9;~A-Za-z\r]{0,24}", 0_u64..400), 0..20)) {
        let mut bench = Bench::new();
        let mut ms = 0;
        for (text, gap) in &reads {
            ms += gap;
            bench.read(&keys(text), ms);
        }
        bench.settled();
        prop_assert_eq!(bench.joiner.deadline(), None);
    }
}
