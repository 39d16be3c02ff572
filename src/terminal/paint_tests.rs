use super::*;
use crate::terminal::glyph::{BOLD, DIM, Ink, REVERSED, UNDERLINED};
use proptest::prelude::*;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

/// A terminal that counts writes.
struct Tty {
    screen: vt100::Parser,
    writes: Vec<Vec<u8>>,
}

impl Write for &mut Tty {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.screen.process(bytes);
        self.writes.push(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn tty(width: u16, height: u16) -> Tty {
    Tty {
        screen: vt100::Parser::new(height, width, 0),
        writes: Vec::new(),
    }
}

fn empty(width: u16, height: u16) -> Buffer {
    Buffer::empty(Rect::new(0, 0, width, height))
}

fn colour(colour: Color) -> vt100::Color {
    match colour {
        Color::Reset => vt100::Color::Default,
        Color::Red => vt100::Color::Idx(1),
        Color::Green => vt100::Color::Idx(2),
        Color::Gray => vt100::Color::Idx(7),
        Color::DarkGray => vt100::Color::Idx(8),
        Color::LightCyan => vt100::Color::Idx(14),
        other => panic!("not used here: {other:?}"),
    }
}

/// Compares every column of the terminal with the buffer: text, width, colours and marks.
fn assert_shows(tty: &Tty, buffer: &Buffer) {
    let mut grid = Grid::default();
    grid.read(buffer);
    for y in 0..buffer.area.height {
        for x in 0..buffer.area.width {
            let glyph = &grid.row(usize::from(y))[usize::from(x)];
            let cell = tty.screen.screen().cell(y, x).unwrap();
            let place = format!("column {x} row {y}");
            match &glyph.ink {
                Ink::Tail => assert!(cell.is_wide_continuation(), "{place}"),
                Ink::Char(' ') => assert!(
                    matches!(cell.contents(), "" | " "),
                    "{place}: {:?}",
                    cell.contents()
                ),
                Ink::Char(c) => assert_eq!(cell.contents(), c.to_string(), "{place}"),
                Ink::Cluster(text) => assert_eq!(cell.contents(), &**text, "{place}"),
            }
            if glyph.ink == Ink::Tail {
                continue;
            }
            assert_eq!(cell.is_wide(), glyph.width == 2, "{place}");
            assert_eq!(cell.bgcolor(), colour(glyph.pen.bg), "{place}");
            assert_eq!(cell.underline(), glyph.pen.marks & UNDERLINED != 0, "{place}");
            assert_eq!(cell.inverse(), glyph.pen.marks & REVERSED != 0, "{place}");
            let blank = glyph.ink == Ink::Char(' ') && !cell.underline() && !cell.inverse();
            if !blank {
                assert_eq!(cell.fgcolor(), colour(glyph.pen.fg), "{place}");
                // This terminal knows bold or dim, not both at once.
                match glyph.pen.marks & (BOLD | DIM) {
                    0 => assert!(!cell.bold() && !cell.dim(), "{place}"),
                    BOLD => assert!(cell.bold(), "{place}"),
                    DIM => assert!(cell.dim(), "{place}"),
                    _ => assert!(cell.bold() || cell.dim(), "{place}"),
                }
            }
        }
    }
}

/// Draws the frames one after the other, and looks at the terminal after each.
fn play(frames: &[(Buffer, Option<(u16, u16)>)]) -> Vec<usize> {
    let area = frames[0].0.area;
    let mut tty = tty(area.width, area.height);
    let mut painter = Painter::new(&mut tty);
    let mut sizes = Vec::new();
    for (buffer, cursor) in frames {
        sizes.push(painter.draw(buffer, *cursor).unwrap());
        let tty = &mut *painter.writer;
        assert!(tty.writes.len() <= 1, "a frame is one write");
        assert_eq!(
            tty.writes.drain(..).map(|bytes| bytes.len()).sum::<usize>(),
            *sizes.last().unwrap()
        );
        assert_shows(tty, buffer);
        assert_eq!(tty.screen.screen().hide_cursor(), cursor.is_none());
        if let Some((x, y)) = *cursor {
            assert_eq!(tty.screen.screen().cursor_position(), (y, x));
        }
    }
    sizes
}

// A screen like those of the program: a head, a list with its cursor row reversed, a rule, a message, hints.

const NAMES: [&str; 8] = [
    "Priya Shah",
    "Łukasz Nowak",
    "Daniel Price",
    "Zoë Brontë",
    "Nguyễn Thị Hà",
    "Omar Khan",
    "Ingrid Berg",
    "李小龙",
];

/// A list of 150 people with `top` the first on the screen and the cursor on `at`.
fn list(width: u16, height: u16, top: usize, at: usize) -> (Buffer, Option<(u16, u16)>) {
    let mut buffer = empty(width, height);
    let plain = Style::new();
    let line = |buffer: &mut Buffer, y: u16, text: &str, style: Style| buffer.set_string(0, y, text, style);
    let head = " 1 Now  2 Streams  3 Groups  4 Calendar  5 Feedback [6 People] 7 History   10:42";
    line(&mut buffer, 0, head, plain.add_modifier(Modifier::BOLD));
    line(
        &mut buffer,
        1,
        &format!("People 150  mentees 112  mentors 38  row {} of 150", at + 1),
        plain,
    );
    line(
        &mut buffer,
        2,
        "  name                 role    stream  group   seen   next          note",
        plain.add_modifier(Modifier::UNDERLINED),
    );
    let rows = usize::from(height) - 6;
    for n in 0..rows {
        let person = top + n;
        let mark = if person == at { '>' } else { ' ' };
        let name = NAMES[person * 5 % 8];
        let pad = 21_usize.saturating_sub(unicode_width::UnicodeWidthStr::width(name));
        let text = format!(
            "{mark} {name}{:pad$}{}  DHLP-{:<3} {:<7} {}/5    Tue 24 Nov    {}",
            "",
            ["mentee", "mentor"][person % 2],
            person % 11 + 1,
            ["SAFE", "HOPE", "OAK", "ELM"][person % 4],
            person % 6,
            ["prefers mornings", "", "asked to move group", "new"][person % 4],
        );
        let style = if person == at {
            plain.add_modifier(Modifier::REVERSED)
        } else {
            plain
        };
        let y = 3 + n as u16;
        line(&mut buffer, y, &text, plain);
        buffer.set_style(Rect::new(0, y, width, 1), style);
        if person % 7 == 3 {
            buffer.set_string(34, y, "!", plain.fg(Color::Red));
        }
    }
    line(&mut buffer, height - 3, &"─".repeat(usize::from(width)), plain);
    line(
        &mut buffer,
        height - 2,
        "Ann Lee (mentee, DHLP) moved to group 4: OAK. u takes it back.",
        plain,
    );
    line(
        &mut buffer,
        height - 1,
        "LIST  e edit  m move  x present  space mark  / filter  u undo  ? help : all",
        plain,
    );
    (buffer, Some((0, 3 + (at - top) as u16)))
}

/// Another view: months as boxes.
fn calendar(width: u16, height: u16) -> (Buffer, Option<(u16, u16)>) {
    let mut buffer = empty(width, height);
    for y in 0..height - 3 {
        let text = match y % 4 {
            0 => "├──────────".repeat(7) + "┤",
            1 => (0..7)
                .map(|day| format!("│ {:<9}", usize::from(y) * 2 + day))
                .collect(),
            _ => "│ 10:00 OAK".repeat(7) + "│",
        };
        buffer.set_string(0, y, text, Style::new());
    }
    buffer.set_string(
        0,
        height - 1,
        "LIST  hjkl move  n new  w week  ? help : all",
        Style::new(),
    );
    (buffer, Some((5, 5)))
}

#[test]
fn the_first_frame_is_complete_within_its_budget() {
    let sizes = play(&[list(80, 24, 0, 0)]);
    assert!(sizes[0] <= 5_000, "{sizes:?}");
    assert!(play(&[list(160, 50, 0, 0)])[0] <= 18_000);
}

#[test]
fn a_cursor_step_stays_within_its_budget() {
    let sizes = play(&[list(80, 24, 0, 3), list(80, 24, 0, 4), list(80, 24, 0, 3)]);
    assert!(sizes[1..].iter().all(|bytes| *bytes <= 250), "{sizes:?}");
    let sizes = play(&[list(160, 50, 0, 3), list(160, 50, 0, 4)]);
    assert!(sizes[1] <= 400, "{sizes:?}");
}

#[test]
fn a_cursor_step_that_scrolls_the_list_stays_within_its_budget() {
    let frames: Vec<_> = (0..30).map(|n| list(80, 24, n, n + 17)).collect();
    let down = play(&frames);
    assert!(down[1..].iter().all(|bytes| *bytes <= 300), "{down:?}");
    let frames: Vec<_> = (0..30).rev().map(|n| list(80, 24, n, n)).collect();
    let up = play(&frames);
    assert!(up[1..].iter().all(|bytes| *bytes <= 300), "{up:?}");
}

#[test]
fn another_view_stays_within_its_budget() {
    let sizes = play(&[list(80, 24, 0, 3), calendar(80, 24), list(80, 24, 40, 44)]);
    assert!(sizes[1..].iter().all(|bytes| *bytes <= 4_000), "{sizes:?}");
    let sizes = play(&[list(160, 50, 0, 3), calendar(160, 50), list(160, 50, 40, 44)]);
    assert!(sizes[1..].iter().all(|bytes| *bytes <= 13_000), "{sizes:?}");
}

#[test]
fn a_clock_that_ticks_costs_less_than_60_bytes() {
    let (mut later, cursor) = list(80, 24, 0, 3);
    later.set_string(75, 0, "10:43", Style::new().add_modifier(Modifier::BOLD));
    let sizes = play(&[list(80, 24, 0, 3), (later, cursor)]);
    assert!(sizes[1] <= 60, "{sizes:?}");
}

#[test]
fn nothing_is_written_when_nothing_changed() {
    assert_eq!(play(&[list(80, 24, 0, 3), list(80, 24, 0, 3)])[1], 0);
    let hidden = (list(80, 24, 0, 3).0, None);
    assert_eq!(play(&[hidden.clone(), hidden])[1], 0);
}

#[test]
fn a_cursor_that_moves_alone_costs_only_its_move() {
    let (buffer, _) = list(80, 24, 0, 3);
    let at = |x| (buffer.clone(), Some((x, 6)));
    let sizes = play(&[at(3), at(4), (buffer.clone(), None), at(4)]);
    assert_eq!(sizes[1..3], [3, 6]);
    assert!(sizes[3] <= 12, "{sizes:?}");
}

#[test]
fn a_frame_is_synchronised_and_ends_with_the_plain_pen() {
    let mut tty = tty(80, 24);
    let mut painter = Painter::new(&mut tty);
    let (buffer, cursor) = list(80, 24, 0, 3);
    painter.draw(&buffer, cursor).unwrap();
    let bytes = &painter.writer.writes[0];
    assert!(bytes.starts_with(BEGIN.as_bytes()) && bytes.ends_with(END.as_bytes()));
    assert!(!painter.writer.screen.screen().inverse() && !painter.writer.screen.screen().bold());
}

#[test]
fn a_repaint_clears_and_draws_everything_without_a_question() {
    let mut tty = tty(80, 24);
    let mut painter = Painter::new(&mut tty);
    let (buffer, cursor) = list(80, 24, 0, 3);
    let first = painter.draw(&buffer, cursor).unwrap();
    painter
        .writer
        .screen
        .process(b"\x1b[5;5Hwall: going down\x1b[7m\x1b[3;9r");
    painter.repaint();
    assert_eq!(painter.draw(&buffer, cursor).unwrap(), first);
    assert_shows(painter.writer, &buffer);
    let question = b"\x1b[6n";
    assert!(
        !painter
            .writer
            .writes
            .iter()
            .any(|write| write.windows(4).any(|part| part == question))
    );
}

#[test]
fn a_new_size_is_cleared_and_drawn_in_full() {
    let mut tty = tty(80, 24);
    let mut painter = Painter::new(&mut tty);
    let (buffer, cursor) = list(80, 24, 0, 3);
    let first = painter.draw(&buffer, cursor).unwrap();
    painter.resize(80, 24);
    assert_eq!(painter.draw(&buffer, cursor).unwrap(), 0);
    painter.resize(100, 30);
    painter.resize(80, 24);
    assert_eq!(painter.draw(&buffer, cursor).unwrap(), first);
    painter.writer.screen.screen_mut().set_size(30, 100);
    let (buffer, cursor) = list(100, 30, 0, 3);
    painter.draw(&buffer, cursor).unwrap();
    assert_shows(painter.writer, &buffer);
}

#[test]
fn a_failed_write_is_followed_by_a_whole_frame() {
    struct Once(bool, Vec<u8>);
    impl Write for Once {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if std::mem::take(&mut self.0) {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            self.1.extend(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut painter = Painter::new(Once(false, Vec::new()));
    let (buffer, cursor) = list(80, 24, 0, 3);
    let whole = painter.draw(&buffer, cursor).unwrap();
    painter.writer.0 = true;
    let (moved, cursor) = list(80, 24, 0, 4);
    painter.draw(&moved, cursor).unwrap_err();
    assert!(painter.draw(&moved, cursor).unwrap() + 100 > whole);
}

#[test]
fn a_link_is_slow_until_writes_are_quick_again() {
    let mut painter = Painter::new(Vec::new());
    assert!(!painter.slow());
    painter.note_write(Duration::from_millis(201), 10);
    assert!(painter.slow());
    (0..QUICK_WRITES).for_each(|_| painter.note_write(Duration::from_millis(2), 10));
    assert!(!painter.slow());
    assert_eq!(painter.written(), 90);
}

#[test]
fn every_size_can_be_drawn() {
    for (width, height) in [(0, 0), (0, 5), (5, 0), (1, 1), (2, 1), (1, 30), (300, 1)] {
        let mut painter = Painter::new(Vec::new());
        let mut buffer = empty(width, height);
        painter.draw(&buffer, Some((0, 0))).unwrap();
        buffer.content.iter_mut().for_each(|cell| {
            cell.set_symbol("漢");
        });
        painter.draw(&buffer, Some((9, 9))).unwrap();
    }
}

#[test]
fn one_glyph_of_two_columns_can_slide_by_one() {
    let line = |text: &str| (Buffer::with_lines([text]), Some((0, 0)));
    play(&[
        line("漢字x  "),
        line(" 漢字x "),
        line("a漢b字 "),
        line("漢b字a "),
        line("abcdef "),
    ]);
}

#[test]
fn columns_right_of_an_emoji_are_not_trusted() {
    let line = |text: &str| Buffer::with_lines([text]);
    let mut painter = Painter::new(Vec::new());
    painter.draw(&line("👍 yes, on Tuesday"), None).unwrap();
    painter.writer.clear();
    painter.draw(&line("👎 yes, on Tuesday"), None).unwrap();
    let bytes = String::from_utf8(painter.writer).unwrap();
    assert!(bytes.contains("yes, on Tuesday"), "{bytes:?}");
}

fn style() -> impl Strategy<Value = Style> {
    let hue = || {
        prop::sample::select(vec![
            Color::Reset,
            Color::Reset,
            Color::Reset,
            Color::Red,
            Color::Green,
            Color::Gray,
            Color::DarkGray,
            Color::LightCyan,
        ])
    };
    (hue(), hue(), 0_u8..16).prop_map(|(fg, bg, marks)| {
        let mut style = Style::new().fg(fg).bg(bg);
        for (bit, modifier) in [
            (1, Modifier::BOLD),
            (2, Modifier::DIM),
            (4, Modifier::UNDERLINED),
            (8, Modifier::REVERSED),
        ] {
            if marks & bit != 0 {
                style = style.add_modifier(modifier);
            }
        }
        style
    })
}

#[derive(Clone, Debug)]
enum Stroke {
    Text(u16, u16, String, Style),
    Paint(u16, u16, u16, Style),
    Clear(u16, u16, u16),
    Scroll(u16, u16, i16),
    Everything(String),
}

const W: u16 = 40;
const H: u16 = 10;

fn stroke() -> impl Strategy<Value = Stroke> {
    let text = "[a-z ]{0,30}|[a-c漢字é│─ ]{0,20}|(e\u{301}|n\u{303}|x|漢|👍| ){0,12}";
    prop_oneof![
        4 => (0..W, 0..H, text, style()).prop_map(|(x, y, text, style)| Stroke::Text(x, y, text, style)),
        2 => (0..W, 0..H, 1..W, style()).prop_map(|(x, y, width, style)| Stroke::Paint(x, y, width, style)),
        1 => (0..W, 0..H, 1..W).prop_map(|(x, y, width)| Stroke::Clear(x, y, width)),
        3 => (0..H, 0..H, -4_i16..4).prop_map(|(a, b, by)| Stroke::Scroll(a.min(b), a.max(b), by)),
        1 => "[a-z]{1,9}".prop_map(Stroke::Everything),
    ]
}

fn apply(stroke: &Stroke, buffer: &mut Buffer) {
    match stroke {
        Stroke::Text(x, y, text, style) => {
            buffer.set_string(*x, *y, text, *style);
        }
        Stroke::Paint(x, y, width, style) => {
            buffer.set_style(Rect::new(*x, *y, (*width).min(W - x), 1), *style);
        }
        Stroke::Clear(x, y, width) => (*x..(x + width).min(W)).for_each(|x| buffer[(x, *y)].reset()),
        Stroke::Scroll(top, bottom, by) => {
            let old = buffer.clone();
            for y in *top..=*bottom {
                let from = i32::from(y) + i32::from(*by);
                if (i32::from(*top)..=i32::from(*bottom)).contains(&from) {
                    (0..W).for_each(|x| buffer[(x, y)] = old[(x, from as u16)].clone());
                }
            }
        }
        Stroke::Everything(word) => {
            for y in 0..H {
                let text = format!("{y}{word} ").repeat(usize::from(W));
                buffer.set_string(0, y, text, Style::new());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    /// The terminal shows what the buffer holds after every frame of any history.
    #[test]
    fn the_terminal_shows_the_buffer(
        history in prop::collection::vec((prop::collection::vec(stroke(), 0..6), prop::option::of((0..W, 0..H))), 1..8),
    ) {
        let mut buffer = empty(W, H);
        let mut frames = Vec::new();
        for (strokes, cursor) in &history {
            strokes.iter().for_each(|stroke| apply(stroke, &mut buffer));
            frames.push((buffer.clone(), *cursor));
        }
        play(&frames);
    }
}
