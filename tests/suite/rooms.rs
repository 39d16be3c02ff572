//! The plan of the house: which room may know which, read from the source itself (architecture §1).

use std::path::{Path, PathBuf};

/// A room under `src`, and the rooms it may know besides itself.
const ROOMS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("plan", &["domain"]),
    ("store", &["domain"]),
    ("hub", &["domain", "store"]),
    ("exchange", &["domain"]),
    ("tui", &["domain", "plan", "exchange", "hub"]),
    // `cohort` without a command opens the terminal program, and `cohort keys` prints its key table.
    ("cli", &["domain", "plan", "exchange", "hub", "tui", "run"]),
    ("terminal", &[]),
];

/// What may be said only in some places: the words, the rooms and files that may say them.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("sled", &["store"]),
    ("bincode", &["store", "hub"]),
    ("ratatui", &["tui", "terminal", "run.rs"]),
    ("crossterm", &["tui", "terminal", "run.rs"]),
    ("clap", &["cli", "main.rs"]),
    ("color_eyre", &["run.rs", "main.rs", "cli"]),
    ("calamine", &["exchange"]),
    ("lettre", &["exchange"]),
    ("icalendar", &["exchange"]),
    ("rustix", &["store", "hub", "terminal", "cli", "run.rs"]),
    ("signal_hook", &["hub", "terminal", "cli"]),
    ("Utc::now", &["run.rs", "main.rs", "hub"]),
    ("Local::now", &[]),
    ("SystemTime::now", &["run.rs", "main.rs", "hub", "store"]),
    ("Instant::now", &["run.rs", "hub", "store", "terminal", "cli"]),
    ("process::exit", &["run.rs", "main.rs", "terminal", "hub"]),
    ("process::abort", &["store", "hub"]),
    ("println!", &["cli", "main.rs"]),
    ("print!", &["cli", "main.rs"]),
    ("eprintln!", &["cli", "main.rs"]),
    ("eprint!", &["cli", "main.rs"]),
    ("std::fs", &["store", "hub", "cli", "terminal", "run.rs", "run"]),
    (
        "std::env",
        &["hub", "cli", "terminal", "run.rs", "run", "main.rs"],
    ),
    // Rows are shared out among threads that have ended before the answer is given.
    (
        "std::thread",
        &["store", "hub", "cli", "terminal", "run.rs", "exchange/cores.rs"],
    ),
    ("std::net", &["hub"]),
    ("std::os", &["store", "hub", "cli", "terminal", "run.rs"]),
    ("set_current_dir", &[]),
    ("unsafe", &[]),
];

/// Ends of type and file names that say nothing.
const EMPTY_WORDS: &[&str] = &["Manager", "Handler", "Helper", "Util", "Utils", "Info"];

/// The most lines a file may have before it is about more than one subject.
const LONGEST: usize = 700;

/// One file of the source: its path below `src` and its code without comments, texts and unit tests.
struct Source {
    path: String,
    code: String,
}

impl Source {
    fn new(path: &str, text: &str) -> Self {
        let code = without_tests(&without_words(text));
        Self {
            path: path.to_owned(),
            code,
        }
    }

    /// The room it stands in, or its file name where it stands in the hall.
    fn room(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        match first.strip_suffix(".rs") {
            Some(stem) if ROOMS.iter().any(|(room, _)| *room == stem) => stem,
            // What the loop's file has put beside itself is the loop's.
            None if first == "run" => "run.rs",
            _ => first,
        }
    }

    /// The rooms it names.
    fn names(&self) -> Vec<&str> {
        let after = self
            .code
            .match_indices("crate::")
            .map(|(at, _)| &self.code[at + 7..]);
        after
            .flat_map(|rest| match rest.strip_prefix('{') {
                Some(list) => top_of_list(list),
                None => vec![first_word(rest)],
            })
            .filter(|name| ROOMS.iter().any(|(room, _)| room == name) || *name == "run")
            .collect()
    }

    /// What is wrong with where it stands.
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let room = self.room();
        if let Some((_, may)) = ROOMS.iter().find(|(name, _)| *name == room) {
            for named in self.names() {
                if named != room && !may.contains(&named) {
                    faults.push(format!("{}: {room} must not know {named}", self.path));
                }
            }
        }
        for (what, rooms) in ONLY_IN {
            if says(&self.code, what) && !rooms.contains(&room) && !rooms.contains(&self.path.as_str()) {
                faults.push(format!("{}: {what} belongs to {rooms:?}", self.path));
            }
        }
        for keyword in ["struct ", "enum ", "trait ", "type "] {
            for (at, _) in self.code.match_indices(keyword) {
                let name = first_word(&self.code[at + keyword.len()..]);
                if EMPTY_WORDS.iter().any(|word| name.ends_with(word)) {
                    faults.push(format!("{}: {name} says nothing about what it is", self.path));
                }
            }
        }
        let stem = self.path.rsplit('/').next().unwrap_or_default().to_lowercase();
        if EMPTY_WORDS
            .iter()
            .any(|word| stem == format!("{}.rs", word.to_lowercase()))
        {
            faults.push(format!("{}: the file's name says nothing", self.path));
        }
        faults
    }
}

fn first_word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_');
    &text[..end.unwrap_or(text.len())]
}

/// The first words of the parts of `a::b, c::{d, e}}` up to the brace that closes it.
fn top_of_list(list: &str) -> Vec<&str> {
    let (mut depth, mut begin, mut words) = (0, 0, Vec::new());
    for (at, c) in list.char_indices() {
        match (c, depth) {
            ('{', _) => depth += 1,
            (',', 0) | ('}', 0) => {
                words.push(first_word(list[begin..at].trim_start()));
                begin = at + 1;
                if c == '}' {
                    break;
                }
            }
            ('}', _) => depth -= 1,
            _ => {}
        }
    }
    words
}

/// Whether the code says this as a whole word.
fn says(code: &str, what: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(what).any(|(at, _)| {
        !code[..at].ends_with(is_part)
            && (what.ends_with('!') || !code[at + what.len()..].starts_with(is_part))
    })
}

/// The code without comments, and with texts and characters left empty.
fn without_words(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let skip = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(hashes) = raw_text(rest) {
            let close = format!("\"{}", "#".repeat(hashes));
            let body = hashes + 2;
            rest[body..]
                .find(&close)
                .map_or(rest.len(), |end| body + end + close.len())
        } else if c == '"' {
            end_of_text(rest)
        } else if c == '\'' {
            end_of_character(rest)
        } else {
            0
        };
        if skip > 0 {
            rest = &rest[skip..];
        } else {
            code.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    code
}

/// How many `#` a raw text that begins here has.
fn raw_text(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix('r')?;
    let hashes = after.chars().take_while(|c| *c == '#').count();
    after[hashes..].starts_with('"').then_some(hashes)
}

fn end_of_text(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            _ => escaped = c == '\\' && !escaped,
        }
    }
    rest.len()
}

/// The length of a character in quotes; 0 for a lifetime.
fn end_of_character(rest: &str) -> usize {
    let mut letters = rest.char_indices().skip(1);
    match (letters.next(), letters.next()) {
        (Some((_, '\\')), _) => rest[2..].find('\'').map_or(0, |end| end + 3).max(4),
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 0,
    }
}

/// The code up to its unit tests, which stand last in a file and may do what they like.
fn without_tests(code: &str) -> String {
    let end = code.find("#[cfg(test)]\nmod ").unwrap_or(code.len());
    code[..end].to_owned()
}

/// Files that hold only unit tests.
fn is_tests(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name == "tests.rs" || name == "golden.rs" || name.ends_with("_tests.rs") || path.contains("/tests/")
}

/// Every Rust file below a folder, with its path below it.
fn files(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(&dir).expect("the folder can be read") {
            let path = entry.expect("its entries can be read").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                let text = std::fs::read_to_string(&path).expect("source is text");
                let below = path.strip_prefix(folder).expect("it is below the folder");
                found.push((below.to_string_lossy().into_owned(), text));
            }
        }
    }
    found.sort();
    found
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

#[test]
fn every_room_knows_only_what_it_may() {
    let all = files(&root().join("src"));
    let faults: Vec<String> = all
        .iter()
        .filter(|(path, _)| !is_tests(path))
        .flat_map(|(path, text)| Source::new(path, text).faults())
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(all.len() > 100, "only {} files were read", all.len());
}

#[test]
fn every_file_is_about_one_subject() {
    let mut long = Vec::new();
    for folder in ["src", "tests"] {
        for (path, text) in files(&root().join(folder)) {
            if text.lines().count() > LONGEST {
                long.push(format!("{folder}/{path}: {} lines", text.lines().count()));
            }
        }
    }
    assert!(long.is_empty(), "more than {LONGEST} lines: {long:?}");
}

#[test]
fn every_file_says_what_it_owns() {
    let silent: Vec<String> = files(&root().join("src"))
        .into_iter()
        .filter(|(path, text)| !is_tests(path) && !text.starts_with("//!"))
        .map(|(path, _)| path)
        .collect();
    assert!(silent.is_empty(), "these files do not begin with //! {silent:?}");
}

#[test]
fn a_room_that_knows_too_much_is_found() {
    let faults = |path: &str, text: &str| Source::new(path, text).faults().len();
    assert_eq!(faults("tui/screen/now.rs", "use crate::store::Store;"), 1);
    assert_eq!(
        faults(
            "tui/screen/now.rs",
            "use crate::{domain, store::{A, B}, exchange};"
        ),
        1
    );
    assert_eq!(faults("domain/model.rs", "fn now() -> T { Utc::now() }"), 1);
    assert_eq!(faults("hub/desk.rs", "let tree = sled::open(dir);"), 1);
    assert_eq!(faults("domain/ask.rs", "use ratatui::text::Line;"), 1);
    assert_eq!(faults("exchange/letter.rs", "println!(\"{}\", 1);"), 1);
    assert_eq!(faults("tui/key.rs", "pub struct KeyManager;"), 1);
    assert_eq!(faults("tui/helper.rs", ""), 1);
}

#[test]
fn comments_texts_and_tests_accuse_nobody() {
    let faults = |text: &str| Source::new("domain/model.rs", text).faults();
    assert_eq!(faults("// sled keeps it, and Utc::now is not asked"), [""; 0]);
    assert_eq!(
        faults("/* ratatui */ const A: &str = \"crate::store \\\" sled\"; let b = '\"';"),
        [""; 0]
    );
    assert_eq!(
        faults("fn a<'a>(b: &'a str) { r#\"println!(\"sled\")\"#; }"),
        [""; 0]
    );
    assert_eq!(
        faults("fn a() {}\n#[cfg(test)]\nmod tests { fn b() { println!(); } }"),
        [""; 0]
    );
    assert_eq!(faults("let c = '\\''; let installed = 1; // sled"), [""; 0]);
}
