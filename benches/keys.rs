//! How long a key takes, from the press to the bytes written, with 150 and with 100,000 people; beside stock ratatui
//! drawing the same rows, and beside a plain scan of the same names.
//!
//! `cargo bench --bench keys`

use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, Utc};
use cohort::domain::{
    AdminRole, Cohort, CohortState, Enrolment, EnrolmentState, Family, Id, Mint, Model, Person, Record, Role,
    Stream, StreamState,
};
use cohort::terminal::Painter;
use cohort::tui::{App, Looks, News, Signal, whole};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Constraint;
use ratatui::widgets::{Row, Table, TableState};

const FIRST: [&str; 12] = [
    "Amara", "Zoë", "Tomás", "Niamh", "Wei", "Owen", "Fatima", "Lucía", "Kofi", "Sadia", "Ines", "Bilal",
];
const LAST: [&str; 11] = [
    "Okafor",
    "Whitfield",
    "O'Brien",
    "Price",
    "Rahman",
    "Nowak",
    "Adeyemi",
    "Øverland",
    "Haddad",
    "Nguyễn",
    "Das",
];

fn now() -> DateTime<Utc> {
    "2025-03-18T16:12:00Z".parse().expect("it is a moment")
}

/// A running cohort with so many mentees in one stream.
fn cohort_of(people: usize) -> Model {
    let day = |m, d| NaiveDate::from_ymd_opt(2025, m, d).expect("it is a day");
    let mut model = Model::empty(Id::new(1));
    let cohort = Cohort {
        state: CohortState::Running,
        ..Cohort::draft("2025", day(1, 1), day(6, 30))
    };
    model.put(Record::Cohort(Id::new(1), Box::new(cohort)), 1);
    let stream = Stream {
        code: "CCIO".into(),
        name: "CCIO".into(),
        family: Family::Clinical,
        source: String::new(),
        lead: String::new(),
        order: 1,
        state: StreamState::Open,
    };
    model.put(Record::Stream(Id::new(2), Box::new(stream)), 1);
    let mut mint = Mint::seeded(people as u64);
    for nth in 0..people {
        let dice = usize::try_from(mint.number() % 1_000_000).expect("it is small");
        let person = Person {
            name: format!(
                "{} {}-{nth}",
                FIRST[dice % FIRST.len()],
                LAST[dice / 7 % LAST.len()]
            ),
            email: format!("p{nth}@example.org"),
            organisation: format!("Trust {}", dice % 97),
            ..Person::default()
        };
        let (person_id, enrolment_id) = (mint.id(), mint.id());
        model.put(Record::Person(person_id, Box::new(person)), 1);
        let enrolment = Enrolment {
            person: person_id,
            role: Role::Mentee,
            stream: Id::new(2),
            second_stream: None,
            stage: None,
            wishes: Vec::new(),
            availability: Vec::new(),
            capacity: None,
            from: day(1, 1),
            state: EnrolmentState::Active,
            ended: None,
            note: String::new(),
        };
        model.put(Record::Enrolment(enrolment_id, Box::new(enrolment)), 1);
    }
    model
}

/// Times so sorted: p50, p95, p99.
fn figures(mut times: Vec<Duration>) -> (Duration, Duration, Duration) {
    times.sort_unstable();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    (at(50), at(95), at(99))
}

fn say(what: &str, ours: Vec<Duration>, other: &str, theirs: Vec<Duration>) {
    let (p50, p95, p99) = figures(ours);
    let (q50, q95, q99) = figures(theirs);
    let ratio = p50.as_secs_f64() / q50.as_secs_f64().max(1e-9);
    println!("{what:<44} p50 {p50:>9.1?}  p95 {p95:>9.1?}  p99 {p99:>9.1?}");
    println!("  {other:<42} p50 {q50:>9.1?}  p95 {q95:>9.1?}  p99 {q99:>9.1?}   ratio {ratio:.2}");
}

/// Presses a key and writes the frame it causes; answers how long that took.
fn press(app: &mut App, painter: &mut Painter<Vec<u8>>, key: KeyCode) -> Duration {
    let started = Instant::now();
    drop(app.handle(Signal::Key(KeyEvent::new(key, KeyModifiers::NONE)), now()));
    let mut buf = Buffer::empty(whole((80, 24)));
    let cursor = app.view(now(), &mut buf).map(|at| (at.x, at.y));
    painter.draw(&buf, cursor).expect("memory can be written to");
    started.elapsed()
}

/// What stock ratatui takes for one step down in a table that is given only the rows in sight.
fn stock(names: &[String], steps: usize) -> Vec<Duration> {
    let mut terminal = Terminal::with_options(
        CrosstermBackend::new(Vec::new()),
        ratatui::TerminalOptions {
            viewport: ratatui::Viewport::Fixed(whole((80, 24))),
        },
    )
    .expect("memory can be drawn on");
    (0..steps)
        .map(|step| {
            let started = Instant::now();
            let top = step.saturating_sub(20).min(names.len().saturating_sub(23));
            terminal
                .draw(|frame| {
                    let rows = names[top..]
                        .iter()
                        .take(23)
                        .map(|name| Row::new([name.as_str(), "mentee", "CCIO", "active"]));
                    let table = Table::new(
                        rows,
                        [
                            Constraint::Length(30),
                            Constraint::Length(8),
                            Constraint::Length(8),
                            Constraint::Fill(1),
                        ],
                    )
                    .row_highlight_style(ratatui::style::Style::new().reversed());
                    let mut state = TableState::new().with_selected(Some(step - top));
                    frame.render_stateful_widget(table, frame.area(), &mut state);
                })
                .expect("memory can be drawn on");
            started.elapsed()
        })
        .collect()
}

fn main() {
    // `cargo test` runs benches with --test: there they only have to build.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    for people in [150_usize, 100_000] {
        let model = cohort_of(people);
        let names: Vec<String> = model
            .people
            .iter()
            .map(|(_, person)| person.name.clone())
            .collect();
        let mut app = App::new(Looks::default(), Mint::seeded(9), (80, 24));
        let mut painter = Painter::new(Vec::new());
        let welcomed = Instant::now();
        let welcome = News::Welcome {
            model: Box::new(model),
            me: "Sam K".into(),
            role: AdminRole::Owner,
        };
        drop(app.handle(Signal::News(welcome), now()));
        press(&mut app, &mut painter, KeyCode::Char('6'));
        println!(
            "{people} people: first frame of People after the cohort arrived {:.1?}",
            welcomed.elapsed()
        );
        let steps = 400.min(people - 1);
        let down = (0..steps)
            .map(|_| press(&mut app, &mut painter, KeyCode::Char('j')))
            .collect();
        say(
            &format!("{people} people, one step down"),
            down,
            "stock ratatui, the rows in sight",
            stock(&names, steps),
        );
        let mut letters = Vec::new();
        let mut scans = Vec::new();
        for word in ["okafor", "zoe", "nguyen", "trust 9"] {
            press(&mut app, &mut painter, KeyCode::Char('/'));
            let mut typed = String::new();
            for letter in word.chars() {
                letters.push(press(&mut app, &mut painter, KeyCode::Char(letter)));
                typed.push(letter);
                let started = Instant::now();
                let hits = names
                    .iter()
                    .filter(|name| name.to_lowercase().contains(&typed))
                    .count();
                scans.push(started.elapsed());
                std::hint::black_box(hits);
            }
            press(&mut app, &mut painter, KeyCode::Esc);
        }
        say(
            &format!("{people} people, one letter of the filter"),
            letters,
            "a scan: lower case, contains",
            scans,
        );
    }
}
