//! What is written about the program is true: keys, commands and pictures are made from the program itself.
//!
//! `UPDATE=1 cargo test --test suite docs` writes them anew.

use std::path::{Path, PathBuf};
use std::process::Command;

use cohort::tui::theme::{Theme, UTF8};
use cohort::tui::{Looks, picture};

use crate::kit::stage::Stage;

/// The pictures: name, keys that lead there from the start, what is to be seen.
const PICTURES: &[(&str, &str, &str)] = &[
    ("now", "", "Now: what is going on and what needs attention"),
    (
        "register",
        "<enter>",
        "The register of a session that is going on",
    ),
    ("streams", "2", "Streams: how each stream stands"),
    ("groups", "3", "Groups: everybody's place on one board"),
    ("move", "3nm", "Moving a mentee: groups ranked by fit"),
    ("calendar-month", "4", "Calendar: the month"),
    ("calendar-week", "4b", "Calendar: the week"),
    ("calendar-agenda", "4bb", "Calendar: the agenda"),
    (
        "carry",
        "4nm",
        "A session in the hand: clashes are shown while it moves",
    ),
    ("feedback", "5", "Feedback: answers, themes, quotes"),
    ("people", "6", "People: everybody as a spreadsheet"),
    (
        "filter",
        "6/stream:dhlp att<80<enter>",
        "People: a filter in words",
    ),
    ("card", "6/fat<enter><enter>", "Everything about one person"),
    (
        "history",
        "4ml<enter>6/fat<enter>lle<esc>7<enter>",
        "History: who changed what, and taking it back",
    ),
    ("help", "6?", "Help: the keys of exactly this screen"),
    ("palette", ":mar", "The palette: everything by name"),
    ("goto", "g", "Going to a view by its letter"),
    ("quit", "q", "A question"),
];

/// The sizes of the pictures.
const SIZES: &[(u16, u16)] = &[(80, 24), (160, 50)];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn is_update() -> bool {
    std::env::var_os("UPDATE").is_some()
}

/// What a file says; nothing when it is not there.
fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

fn stage(width: u16, height: u16, keys: &str) -> Stage {
    let looks = Looks {
        theme: Theme::Dark,
        glyphs: UTF8,
        slow: false,
    };
    let mut stage = Stage::looking(looks, width, height);
    stage.press(keys);
    stage
}

/// What the built program prints.
fn printed(arguments: &[&str]) -> String {
    let out = Command::new(env!("CARGO_BIN_EXE_cohort"))
        .args(arguments)
        .env("COLUMNS", "100")
        .output()
        .expect("the program runs");
    assert!(out.status.success(), "cohort {arguments:?}");
    String::from_utf8(out.stdout).expect("it prints text")
}

/// Keeps what stands between two marks of the README as the program has it.
fn keep(name: &str, wanted: &str) {
    let path = root().join("README.md");
    let readme = read(&path);
    let (begin, end) = (
        format!("<!-- {name}: begin -->\n"),
        format!("<!-- {name}: end -->"),
    );
    let from = readme.find(&begin).expect("the README has the mark") + begin.len();
    let to = readme.find(&end).expect("the README has the mark");
    if is_update() {
        let fresh = format!("{}{wanted}{}", &readme[..from], &readme[to..]);
        std::fs::write(&path, fresh).expect("the README can be written");
    } else {
        assert_eq!(&readme[from..to], wanted, "UPDATE=1 cargo test --test suite docs");
    }
}

/// The commands as a table: what stands under `Commands:` of the help.
fn commands() -> String {
    let help = printed(&["--help"]);
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let mut table = String::from("| command | does |\n|---|---|\n");
    for line in lines.take_while(|line| !line.is_empty()) {
        let (name, about) = line
            .trim()
            .split_once(' ')
            .expect("a command has a name and a text");
        if name != "help" {
            table.push_str(&format!(
                "| `cohort {name}` | {} |\n",
                about.trim().replace('|', "\\|")
            ));
        }
    }
    table
}

#[test]
fn the_readme_has_the_keys_and_the_commands_of_the_program() {
    keep("keys", &printed(&["keys", "--markdown"]));
    keep("commands", &commands());
}

#[test]
fn every_picture_shows_the_program_as_it_is() {
    let folder = root().join("screenshots");
    let mut old = Vec::new();
    for (name, keys, title) in PICTURES {
        for (width, height) in SIZES {
            let svg = picture::svg(&stage(*width, *height, keys).frame(), title);
            let path = folder.join(format!("{name}-{width}x{height}.svg"));
            if is_update() {
                std::fs::create_dir_all(&folder).expect("the folder can be made");
                std::fs::write(&path, &svg).expect("the picture can be written");
                std::fs::write(path.with_extension("png"), png(&svg)).expect("the picture can be written");
            } else if read(&path) != svg || !path.with_extension("png").is_file() {
                old.push(path.file_name().map(|name| name.to_string_lossy().into_owned()));
            }
        }
    }
    assert!(old.is_empty(), "UPDATE=1 cargo test --test suite docs\n{old:?}");
}

#[test]
fn there_is_no_picture_that_nothing_draws() {
    let folder = std::fs::read_dir(root().join("screenshots")).expect("there are pictures");
    let names = folder.map(|entry| {
        entry
            .expect("it can be read")
            .file_name()
            .to_string_lossy()
            .into_owned()
    });
    let is_drawn = |file: &String| {
        PICTURES.iter().any(|(name, ..)| {
            let mut files = SIZES
                .iter()
                .map(|(width, height)| format!("{name}-{width}x{height}"));
            files.any(|drawn| *file == format!("{drawn}.svg") || *file == format!("{drawn}.png"))
        })
    };
    let strange: Vec<String> = names.filter(|file| !is_drawn(file)).collect();
    assert!(strange.is_empty(), "{strange:?}");
}

#[test]
fn every_picture_and_file_the_readme_names_is_there() {
    let readme = read(&root().join("README.md"));
    let links = readme
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    let files: Vec<&str> = links
        .filter(|link| !link.starts_with("http") && !link.starts_with('#'))
        .collect();
    assert!(
        files.iter().any(|file| file.ends_with("png")),
        "the README has pictures"
    );
    for file in files {
        assert!(root().join(file).exists(), "{file} is not there");
    }
}

/// The picture in pixels, twice as large as drawn.
fn png(svg: &str) -> Vec<u8> {
    use resvg::{tiny_skia, usvg};
    let mut options = usvg::Options::default();
    options.fontdb_mut().load_system_fonts();
    options.fontdb_mut().set_monospace_family("DejaVu Sans Mono");
    let tree = usvg::Tree::from_str(svg, &options).expect("the program draws pictures that can be read");
    let size = tree.size().to_int_size().scale_by(1.5).expect("it has a size");
    let mut pixels = tiny_skia::Pixmap::new(size.width(), size.height()).expect("it fits into memory");
    resvg::render(
        &tree,
        tiny_skia::Transform::from_scale(1.5, 1.5),
        &mut pixels.as_mut(),
    );
    pixels.encode_png().expect("pixels can be written")
}
