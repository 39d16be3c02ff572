//! The key table: what is bound, what must never be, and that every row does what it says.

use std::collections::BTreeSet;

use cohort::tui::Out;
use cohort::tui::key::{self, Action, BINDINGS, Binding, Chord, Context, ch, ctrl, named};
use crossterm::event::KeyCode;

use crate::kit::places::{self, PLACES, at, event, keyboard, look};
use crate::kit::stage::Stage;

/// The key map of the specification.
const KEYMAP: &str = include_str!("../fixtures/keymap.tsv");

/// A row of the key map: context, key, kind, note.
struct Wanted {
    context: Context,
    key: &'static str,
    action: &'static str,
    kind: &'static str,
    note: &'static str,
}

fn contexts() -> BTreeSet<Context> {
    BINDINGS.iter().map(|b| b.context).collect()
}

fn keymap() -> Vec<Wanted> {
    let rows = KEYMAP.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        let context = contexts().into_iter().find(|c| c.word() == cells[0]);
        Wanted {
            context: context.unwrap_or_else(|| panic!("{} is no context", cells[0])),
            key: cells[1],
            action: cells[2],
            kind: cells[4],
            note: cells.get(5).copied().unwrap_or_default(),
        }
    });
    rows.collect()
}

fn is_list(context: Context) -> bool {
    context.mode() == "LIST"
}

#[test]
fn no_key_means_two_things_in_one_context() {
    for context in contexts() {
        let mut seen: Vec<Chord> = Vec::new();
        for binding in BINDINGS.iter().filter(|b| b.context == context) {
            for chord in binding.chords {
                assert!(!seen.contains(chord), "{context:?} binds {chord} twice");
                seen.push(*chord);
            }
        }
    }
}

#[test]
fn keys_that_terminals_garble_or_take_are_not_bound() {
    let ctrl_never = ['h', 'i', 'j', 'm', '[', 'b', 'a', 'q', 'v', 'd', 't', 'w', 'k'];
    let never = "[]{}\\~@#`BCDFHPQRSZ";
    for binding in BINDINGS.iter().filter(|b| is_list(b.context)) {
        for chord in binding.chords {
            let is_bad = match chord.code {
                KeyCode::F(_) => true,
                KeyCode::Char('s') if chord.ctrl => binding.action != Action::Saved,
                KeyCode::Char(c) if chord.ctrl => ctrl_never.contains(&c),
                KeyCode::Char(c @ '1'..='9') => !matches!(binding.action, Action::View(_)) || c > '7',
                KeyCode::Char(c) => never.contains(c),
                _ => false,
            };
            assert!(!is_bad, "{chord} must not be bound to {:?}", binding.action);
        }
    }
}

#[test]
fn a_key_means_the_same_in_every_view() {
    for binding in BINDINGS.iter().filter(|b| is_list(b.context)) {
        for chord in binding.chords {
            for other in BINDINGS.iter().filter(|b| is_list(b.context)) {
                if other.chords.contains(chord) {
                    let (here, there) = (binding.context, other.context);
                    assert_eq!(binding.action, other.action, "{chord} in {here:?} and {there:?}");
                }
            }
        }
    }
}

#[test]
fn the_table_has_every_row_of_the_key_map() {
    for wanted in keymap() {
        let Wanted {
            context, key, action, ..
        } = wanted;
        let mut rows = BINDINGS.iter().filter(|b| b.context == context);
        let row = rows.find(|b| match key {
            "1-9" => b.chords == ('1'..='9').map(ch).collect::<Vec<_>>(),
            key => {
                b.chords.iter().any(|chord| chord.to_string() == key)
                    || b.chords.is_empty() && b.mnemonic == key
            }
        });
        let row = row.unwrap_or_else(|| panic!("{} {key} ({action}) is missing", context.word()));
        assert_eq!(row.act.word(), wanted.kind, "{} {key} ({action})", context.word());
    }
}

#[test]
fn every_alias_of_the_key_map_means_what_its_key_means() {
    let same = |context: Context, a: Chord, b: Chord| {
        let meant = |chord| key::resolve(context, chord).map(|row| row.action);
        assert!(meant(a).is_some(), "{a} in {context:?}");
        assert_eq!(meant(a), meant(b), "{a} and {b} in {context:?}");
    };
    let by_name = |name: &str| {
        let all = keyboard();
        all.into_iter().find(|chord| chord.to_string() == name)
    };
    let mut played = 0;
    for wanted in keymap() {
        let alias = wanted.note.trim_start_matches("= ").trim_start_matches("also ");
        let alias = alias
            .trim_start_matches("alias ")
            .split(',')
            .next()
            .unwrap_or_default();
        if let (Some(alias), Some(is)) = (by_name(alias), by_name(wanted.key)) {
            same(wanted.context, alias, is);
            played += 1;
        }
    }
    assert!(played > 10, "{played}");
    same(Context::Any, ctrl('z'), ch('u'));
    same(Context::Any, ctrl('y'), ch('U'));
    same(Context::Any, ctrl('f'), ch('/'));
}

#[test]
fn the_key_map_has_every_row_of_the_table() {
    // What the key map does not name: the card of a person, and the answer to Ctrl-S.
    let is_extra = |b: &Binding| b.context == Context::Card || b.action == Action::Saved;
    let wanted = keymap();
    for binding in BINDINGS.iter().filter(|b| !is_extra(b)) {
        let shown = match binding.action {
            Action::Label('1') => "1-9".to_owned(),
            _ => binding.key(),
        };
        let known = wanted
            .iter()
            .any(|row| row.context == binding.context && row.key == shown);
        assert!(known, "{} {shown} ({})", binding.context.word(), binding.help);
    }
}

#[test]
fn every_context_can_be_reached() {
    for context in contexts().into_iter().filter(|c| *c != Context::Any) {
        assert!(places::of(context).is_some(), "no keys lead to {context:?}");
    }
    for (context, keys) in PLACES {
        let stage = at(keys);
        assert_eq!(stage.app.context(), *context, "after {keys}: {}", at(keys).text());
    }
}

/// The keys to play first, so that the row under test finds something to work on.
const BEFORE: &[&str] = &[
    "", "j", "jj", "l", "lj", "<space>", "G", "jjj", "n", "<tab>", "d", "du", "ll", "e<c-u>x",
];

/// Whether a key changes anything to be seen, after some keys that may be needed first.
fn does_something(keys: &str, chord: Chord) -> bool {
    BEFORE.iter().any(|before| {
        let mut stage = at(keys);
        let context = stage.app.context();
        stage.press(before);
        if stage.app.context() != context {
            return false;
        }
        let was = look(&mut stage);
        stage.signal(event(chord));
        look(&mut stage) != was && !stage.app.message().contains("does nothing here")
    })
}

#[test]
fn every_row_does_something_where_it_holds() {
    let mut idle = Vec::new();
    for binding in BINDINGS {
        for chord in binding.chords {
            let mut places = PLACES.iter().filter(|(context, _)| match binding.context {
                Context::Any => is_list(*context),
                own => own == *context || context.parent() == Some(own),
            });
            let chord = *chord;
            let is_barred =
                matches!(chord.code, KeyCode::Char('6'..='9')) && binding.context == Context::Popup;
            if !is_barred && !places.any(|(_, keys)| does_something(keys, chord)) {
                idle.push(format!("{} {chord} {}", binding.context.word(), binding.help));
            }
        }
    }
    assert!(idle.is_empty(), "these keys do nothing:\n{}", idle.join("\n"));
}

#[test]
fn a_key_without_a_meaning_says_so_and_changes_nothing() {
    for (context, keys) in PLACES {
        if matches!(context, Context::Text | Context::Typed) {
            continue;
        }
        for chord in keyboard() {
            if key::resolve(*context, chord).is_some() {
                continue;
            }
            let mut stage = at(keys);
            if context.mode() == "ASK" && chord.types().is_some() && *context != Context::Confirm {
                continue;
            }
            let (asked, landed) = (stage.outs.len(), stage.entries.len());
            stage.signal(event(chord));
            let said = stage.app.message().to_owned();
            assert!(
                said.contains(&chord.to_string()),
                "{chord} in {context:?} says {said:?}"
            );
            assert_eq!(
                (asked, landed),
                (stage.outs.len(), stage.entries.len()),
                "{chord} in {context:?}"
            );
            assert!(stage.text().contains(said.get(..20).unwrap_or(&said)));
        }
    }
}

#[test]
fn no_key_alone_leaves_the_program_or_sends_anything() {
    for (context, keys) in PLACES {
        for chord in keyboard() {
            let mut stage = at(keys);
            stage.signal(event(chord));
            let left: Vec<_> = stage.outs.iter().filter(|out| leaves(out)).collect();
            let is_yes = *context == Context::Confirm && chord == ch('y');
            assert!(left.is_empty() || is_yes, "{chord} in {context:?}: {left:?}");
        }
    }
}

fn leaves(out: &cohort::tui::Out) -> bool {
    matches!(
        out,
        cohort::tui::Out::Quit
            | cohort::tui::Out::Outbox(_)
            | cohort::tui::Out::Send(_)
            | cohort::tui::Out::Erase { .. }
    )
}

#[test]
fn two_keys_lead_back_from_any_wrong_one() {
    let mut lost = Vec::new();
    for (context, keys) in PLACES.iter().filter(|(context, _)| is_list(*context)) {
        for chord in keyboard() {
            let mut stage = at(keys);
            let (depth, tab) = (stage.app.depth(), stage.app.tab());
            let (was, landed) = (stage.model.clone(), stage.entries.len());
            stage.signal(event(chord));
            // Nothing waits in the hand any more.
            stage.wait(1_000);
            if stage.entries.len() > landed {
                stage.press("u");
                if !same_records(&stage, &was) {
                    lost.push(format!("{chord} in {context:?} is not undone by u"));
                }
                continue;
            }
            let mut pressed = 0;
            while (stage.app.depth(), stage.app.context()) != (depth, *context)
                && stage.app.tab() == tab
                && pressed < 2
            {
                stage.press("<esc>");
                pressed += 1;
            }
            let is_back =
                stage.app.context() == *context || stage.app.tab() != tab || stage.app.depth() < depth;
            if !is_back {
                lost.push(format!(
                    "{chord} in {context:?} leads to {:?}",
                    stage.app.context()
                ));
            }
        }
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

/// Whether the records are what they were, whichever entry wrote them last.
fn same_records(stage: &Stage, was: &cohort::domain::Model) -> bool {
    let records =
        |model: &cohort::domain::Model| model.every_record().map(|(record, _)| record).collect::<Vec<_>>();
    records(&stage.model) == records(was)
}

/// The keys named in a line of hints, with the words of each.
fn hints(line: &str) -> Vec<(String, String)> {
    let line = line.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let parts = line.split("  ").map(str::trim).filter(|part| !part.is_empty());
    let pairs = parts.filter_map(|part| part.split_once(' '));
    pairs
        .map(|(key, words)| (key.to_owned(), words.to_owned()))
        .collect()
}

#[test]
fn the_hint_line_offers_at_least_four_keys_that_work_and_where_to_find_the_rest() {
    for (context, keys) in PLACES.iter().filter(|(context, _)| is_list(*context)) {
        let text = at(keys).text();
        let line = text.lines().last().unwrap_or_default();
        assert!(line.starts_with("LIST "), "{keys}: {line}");
        assert!(line.ends_with("? help  : all"), "{keys}: {line}");
        assert!(line.chars().count() <= 80, "{keys}: {line}");
        let offered = hints(line);
        // The last two are ? and :.
        assert!(offered.len() >= 6, "{keys} offers {offered:?}");
        for (name, words) in offered {
            let chord = keyboard().into_iter().find(|chord| chord.to_string() == name);
            let chord = chord.unwrap_or_else(|| panic!("{name} in {line:?} is no key"));
            assert!(key::resolve(*context, chord).is_some(), "{keys}: {name} {words}");
        }
    }
}

#[test]
fn help_is_offered_in_every_list_from_38_columns_up() {
    for (context, keys) in PLACES.iter().filter(|(context, _)| is_list(*context)) {
        for (width, ending) in [
            (38, "? help"),
            (45, "? help"),
            (60, "? help  : all"),
            (79, "? help  : all"),
        ] {
            let mut stage = at(keys);
            stage.resize(width, 24);
            let text = stage.text();
            let line = text.lines().last().unwrap_or_default();
            assert!(line.ends_with(ending), "{context:?} at {width}: {line}");
        }
    }
}

/// Everything a popup shows while the cursor goes through it.
fn read_through(stage: &mut Stage) -> String {
    let mut all = stage.text();
    loop {
        let before = all.len();
        let was = stage.text();
        stage.press("<down>");
        let is = stage.text();
        if is == was {
            return all;
        }
        for line in is.lines().filter(|line| !was.contains(*line)) {
            all.push('\n');
            all.push_str(line);
        }
        assert!(all.len() < before + 10_000);
    }
}

#[test]
fn every_key_of_a_view_is_in_help() {
    let mut missing = Vec::new();
    let mut everywhere: BTreeSet<&str> = BINDINGS
        .iter()
        .filter(|b| b.context == Context::Any)
        // Where every view says it in words of its own, those words are looked for below.
        .filter(|b| {
            !BINDINGS
                .iter()
                .any(|own| is_list(own.context) && own.context != Context::Any && own.action == b.action)
        })
        .map(|b| b.help)
        .collect();
    for (context, keys) in PLACES.iter().filter(|(context, _)| is_list(*context)) {
        let mut stage = at(keys);
        stage.press("?");
        let all = read_through(&mut stage);
        let replaced = |help: &str| !all.contains(help);
        everywhere.retain(|help| replaced(help));
        for binding in BINDINGS.iter().filter(|b| b.context == *context) {
            if !all.contains(binding.help) {
                missing.push(format!("{} {} {}", context.word(), binding.key(), binding.help));
            }
        }
    }
    missing.extend(everywhere.iter().map(|help| format!("ANY {help}")));
    assert!(missing.is_empty(), "help does not say:\n{}", missing.join("\n"));
}

#[test]
fn every_act_of_a_view_is_in_the_palette() {
    let mut missing = Vec::new();
    for (context, keys) in PLACES.iter().filter(|(context, _)| is_list(*context)) {
        for binding in BINDINGS.iter().filter(|b| b.context == *context) {
            let mut stage = at(keys);
            stage.press(":>").press(binding.help);
            if !stage
                .text()
                .contains(binding.help.get(..40).unwrap_or(binding.help))
            {
                missing.push(format!("{} {} {}", context.word(), binding.key(), binding.help));
            }
        }
    }
    assert!(
        missing.is_empty(),
        "the palette does not know:\n{}",
        missing.join("\n")
    );
}

#[test]
fn the_keys_of_questions_are_told_when_another_is_pressed() {
    let mut stage = at("q");
    stage.signal(event(named(KeyCode::Enter)));
    assert_eq!(stage.app.context(), Context::Confirm);
    assert!(stage.app.message().contains("y yes"), "{}", stage.app.message());
}

#[test]
fn colon_q_quits_without_a_question() {
    let mut stage = Stage::new();
    stage.press(":q<enter>");
    assert!(matches!(stage.outs.last(), Some(Out::Quit)), "{}", stage.text());
}
