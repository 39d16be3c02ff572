//! Any size and any keys: the program never panics, never loses its focus, never does what was not asked.

use std::collections::BTreeSet;

use cohort::tui::key::{Chord, Context, ch};
use cohort::tui::{Out, Signal};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::kit::places::{Chance, PLACES, at, at_sized, event, keyboard};
use crate::kit::stage::Stage;

/// The sizes that matter: the ends, and both sides of every border between layouts.
const WIDTHS: &[u16] = &[
    1, 2, 7, 20, 29, 30, 31, 38, 59, 60, 61, 79, 80, 99, 100, 139, 140, 160, 300,
];
const HEIGHTS: &[u16] = &[1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 15, 16, 24, 25, 50, 100];

/// Draws a frame of this size; the cursor must be on it.
fn draw(stage: &mut Stage, width: u16, height: u16, what: &str) {
    stage.app.handle(Signal::Resize(width, height), stage.now);
    let area = Rect::new(0, 0, width, height);
    let mut buf = Buffer::empty(area);
    let place = stage.app.view(stage.now, &mut buf);
    let place = place.unwrap_or_else(|| panic!("{what} at {width}x{height} has no cursor"));
    assert!(
        area.contains(place),
        "{what} at {width}x{height} has its cursor at {place:?}"
    );
}

#[test]
fn the_cursor_of_a_filter_stands_where_the_next_letter_goes() {
    for size in [(80, 24), (160, 50)] {
        for view in ["1", "2", "3", "3v", "5", "7"] {
            let mut stage = Stage::sized(size.0, size.1);
            stage.press(view).press("/cio");
            let before = stage.before_cursor();
            assert!(before.ends_with(" cio"), "{view} at {size:?}: {before}");
            stage.press("<left>");
            let before = stage.before_cursor();
            assert!(before.ends_with(" ci"), "{view} at {size:?}: {before}");
        }
    }
}

#[test]
fn every_place_can_be_drawn_at_every_size_with_a_cursor_on_it() {
    let mut chance = Chance::seeded(2026);
    for (context, keys) in PLACES {
        let mut stage = at(keys);
        let what = format!("{context:?} ({keys})");
        for (nth, width) in WIDTHS.iter().enumerate() {
            // Every width with some heights, every height with some widths.
            draw(&mut stage, *width, HEIGHTS[nth % HEIGHTS.len()], &what);
            draw(&mut stage, *width, *chance.of(HEIGHTS), &what);
        }
        for height in HEIGHTS {
            draw(&mut stage, *chance.of(WIDTHS), *height, &what);
        }
        for _ in 0..40 {
            let (width, height) = (chance.below(300) + 1, chance.below(100) + 1);
            let size = |n| u16::try_from(n).expect("sizes are small");
            draw(&mut stage, size(width), size(height), &what);
        }
    }
}

#[test]
fn the_focus_survives_a_small_screen() {
    for (context, keys) in PLACES {
        let mut stage = at(keys);
        let before = stage.text();
        stage.resize(1, 1);
        stage.resize(38, 9);
        stage.resize(80, 24);
        assert_eq!(stage.text(), before, "{context:?} ({keys})");
    }
}

#[test]
fn every_place_can_be_reached_on_a_telephone() {
    for (context, keys) in PLACES {
        let stage = at_sized(keys, 38, 9);
        assert_eq!(stage.app.context(), *context, "after {keys} at 38x9");
    }
}

/// Whether the program is at its root: nothing on top of a view, nothing typed, nothing in the hand.
fn is_at_a_root(stage: &Stage) -> bool {
    stage.app.depth() == 0 && stage.app.context().mode() == "LIST"
}

/// Ways in that chance alone finds too seldom.
const WAYS: &[&str] = &[
    "1<enter>",
    "4m",
    "4rr",
    "4rry",
    "5r",
    "6<enter>",
    "6<enter>e",
    "3lm",
    "6ee",
    "6e",
    "4bn",
    "6V",
    "6/",
    ":",
    "g",
    "?",
    "3b",
    "3A",
    "ag",
    "2<enter>",
    "5<enter>",
    "f",
    "X",
    "u",
    "1G<enter>",
    "6Ve",
    "<enter>",
    "<esc><esc>",
];

/// A walk of random keys; answers the contexts it came through and how many letters were written.
fn walk(seed: u64, steps: usize) -> (BTreeSet<Context>, usize) {
    let mut chance = Chance::seeded(seed);
    let keys = keyboard();
    let sizes = [(80, 24), (160, 50), (38, 9), (110, 30), (30, 7), (200, 60)];
    let mut stage = at("");
    let mut seen = BTreeSet::new();
    let mut written = 0;
    let mut trail: Vec<String> = Vec::new();
    for step in 0..steps {
        if step % 400 == 399 {
            stage = at("");
            trail.clear();
        }
        match chance.below(100) {
            0 => {
                let (width, height) = *chance.of(&sizes);
                stage.resize(width, height);
            }
            1..=4 => {
                let way = *chance.of(WAYS);
                trail.push(way.to_owned());
                for key in way_events(way) {
                    written += press(&mut stage, key, &trail);
                }
            }
            5 => {
                stage.wait(700);
            }
            6 => stage.signal(Signal::Paste("Ada\tada@example.org\ny\nq\n9".to_owned())),
            7 => stage.answers = !stage.answers,
            8 => stage.answer(),
            _ => {
                let key = *chance.of(&keys);
                trail.push(key.to_string());
                written += press(&mut stage, key, &trail);
            }
        }
        seen.insert(stage.app.context());
        if step % 25 == 24 {
            let escapes = (0..6).find(|_| {
                let is_root = is_at_a_root(&stage);
                if !is_root {
                    stage.press("<esc>");
                }
                is_root
            });
            assert!(
                escapes.is_some() || is_at_a_root(&stage),
                "six Esc do not lead out of {:?}\n{}\n{}",
                stage.app.context(),
                trail.join(" "),
                stage.text()
            );
            trail.push("(root)".to_owned());
        }
    }
    (seen, written)
}

fn way_events(way: &str) -> Vec<Chord> {
    let mut chords = Vec::new();
    let mut rest = way;
    while let Some(first) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("<enter>") {
            chords.push(cohort::tui::key::named(crossterm::event::KeyCode::Enter));
            rest = after;
        } else if let Some(after) = rest.strip_prefix("<esc>") {
            chords.push(cohort::tui::key::named(crossterm::event::KeyCode::Esc));
            rest = after;
        } else {
            chords.push(ch(first));
            rest = &rest[first.len_utf8()..];
        }
    }
    chords
}

/// Presses one key. Whatever leaves the program must have been shown, and its number typed; answers how many letters
/// were written.
fn press(stage: &mut Stage, key: Chord, trail: &[String]) -> usize {
    let context = stage.app.context();
    let before = stage.text();
    let asked = stage.outs.len();
    stage.signal(event(key));
    let mut written = 0;
    for out in &stage.outs[asked..] {
        if let Out::Outbox(letters) = out {
            written += letters.len();
            let number = letters.len().to_string();
            assert_eq!(
                context,
                Context::Typed,
                "letters without a question after {}",
                trail.join(" ")
            );
            assert!(before.contains(&number), "the number was not shown\n{before}");
        }
        assert!(
            !matches!(out, Out::Erase { .. }) || (context == Context::Typed && before.contains("Erase ")),
            "somebody erased without a question after {}",
            trail.join(" ")
        );
        if *out == Out::Quit {
            let was_asked =
                before.contains("Quit?") || key == cohort::tui::key::ctrl('c') || before.contains(":q");
            assert!(
                was_asked,
                "left without a question after {}\n{before}",
                trail.join(" ")
            );
        }
    }
    written
}

#[test]
fn twenty_thousand_random_keys_find_no_dead_end_and_send_nothing_unasked() {
    let mut seen = BTreeSet::new();
    let mut written = 0;
    for seed in 1..=4 {
        let (contexts, letters) = walk(seed * 7919, 5_000);
        seen.extend(contexts);
        written += letters;
    }
    let all: BTreeSet<Context> = PLACES.iter().map(|(context, _)| *context).collect();
    let unseen: Vec<&Context> = all
        .difference(&seen)
        .filter(|c| **c != Context::Conflict)
        .collect();
    assert!(unseen.is_empty(), "the walk never came to {unseen:?}");
    println!("{written} letters were written, each after its number was typed");
}
