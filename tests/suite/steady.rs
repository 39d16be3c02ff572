//! Several people on one screen: the steady hand (ux.md G18), conflicts (§7.3), what is shown while the store is away
//! (§7.4), and what a cut line leaves behind.

use cohort::domain::{AnyId, Delta, Edit, Label, Mint, Person};
use cohort::tui::{Left, News, Out, Place, Signal};

use crate::kit::places::Chance;
use crate::kit::stage::Stage;
use crate::kit::world;

/// What somebody else makes of a person.
fn changed(stage: &Stage, name: &str, seed: u64, to: impl FnOnce(&mut Person)) -> Edit {
    let id = world::person(&stage.model, name);
    let was = stage.model.people.get(id).expect("is there").clone();
    let mut is = was.clone();
    to(&mut is);
    let mut mint = Mint::seeded(seed);
    let changes = vec![Delta::changed(id, was, is).into()];
    stage
        .model
        .edit(mint.nonce(), Label::new("change", name), changes)
}

fn trust(stage: &Stage, name: &str) -> String {
    let id = world::person(&stage.model, name);
    stage.model.people.get(id).expect("is there").organisation.clone()
}

/// Puts the cursor on the trust of Fatima Rahman in People, and opens the cell.
fn in_trust(stage: &mut Stage) {
    stage.press("6/Fatima<enter>lllle");
    assert!(stage.text().contains("old: Brigg"), "{}", stage.text());
}

// ---- the steady hand

#[test]
fn g18_the_record_under_the_cursor_never_changes_without_a_key() {
    let mut chance = Chance::seeded(18);
    for view in ["1", "2", "3", "4", "6", "6sj", "7"] {
        let mut stage = Stage::new();
        let first = changed(&stage, "Ade Balogun", 2, |person| {
            person.note = "first".to_owned()
        });
        stage.lands("Jo T", first);
        stage.press(view).press("jj");
        let mut mint = Mint::seeded(81);
        for step in 0..60 {
            let before = stage.cursor_line();
            let names: Vec<(cohort::domain::Id<Person>, String)> = stage
                .model
                .people
                .iter()
                .map(|(id, is)| (id, is.name.clone()))
                .collect();
            let (id, _) = names[chance.below(names.len())].clone();
            let edit = match step % 3 {
                0 => {
                    let person = Person {
                        name: format!("{} Newcomer", ["Aa", "Mm", "Zz"][chance.below(3)]),
                        email: format!("new{step}@example.org"),
                        ..Person::default()
                    };
                    let changes = vec![Delta::made(mint.id(), person).into()];
                    stage
                        .model
                        .edit(mint.nonce(), Label::new("add", "somebody"), changes)
                }
                _ => {
                    let was = stage.model.people.get(id).expect("listed").clone();
                    let mut is = was.clone();
                    is.region = format!("Region {}", chance.below(9));
                    is.job_title = format!("Title {}", chance.below(9));
                    let changes = vec![Delta::changed(id, was, is).into()];
                    stage
                        .model
                        .edit(mint.nonce(), Label::new("change", "somebody"), changes)
                }
            };
            stage.lands("Jo T", edit);
            stage.wait(if step % 5 == 0 { 4_000 } else { 100 });
            let (before, after) = (first_words(&before), first_words(&stage.cursor_line()));
            assert_eq!(before, after, "view {view}, step {step}: {}", stage.text());
        }
    }
}

/// What a row is known by: its first two words.
fn first_words(line: &str) -> String {
    line.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
}

#[test]
fn rows_stay_where_they_are_for_three_seconds_under_the_hand() {
    let mut stage = Stage::new();
    stage.press("6");
    let order = |stage: &mut Stage| -> Vec<String> {
        let text = stage.text();
        text.lines()
            .skip(4)
            .take(12)
            .map(|line| first_words(line.trim_start_matches('>')))
            .collect()
    };
    let before = order(&mut stage);
    let edit = changed(&stage, "Ade Balogun", 1, |person| {
        person.name = "Zz Balogun".to_owned()
    });
    stage.lands("Jo T", edit);
    let held = order(&mut stage);
    assert_eq!(held[1..], before[1..], "nothing moved but the name itself");
    stage.wait(3_500);
    assert_ne!(
        order(&mut stage)[1..],
        before[1..],
        "then the row takes its place"
    );
}

#[test]
fn a_key_meant_for_a_row_that_slipped_away_does_nothing_until_pressed_again() {
    let mut stage = Stage::new();
    let name = "Grace Adeyemi".to_owned();
    let id = world::person(&stage.model, &name);
    stage.press("6");
    while !stage.cursor_line().contains(&name) {
        stage.press("j");
    }
    let part = stage.model.participant(id).expect("takes part");
    let mut mint = Mint::seeded(3);
    let enrolment = part.enrolment.expect("is enrolled");
    let was = stage.model.enrolments.get(enrolment).expect("is there").clone();
    let mut changes: Vec<cohort::domain::Change> = stage
        .model
        .memberships
        .iter()
        .filter(|(_, is)| is.enrolment == enrolment)
        .map(|(id, is)| Delta::gone(id, is.clone()).into())
        .collect();
    changes.push(Delta::gone(enrolment, was).into());
    let edit = stage
        .model
        .edit(mint.nonce(), Label::new("drop", name.clone()), changes);
    stage.lands("Jo T", edit);
    assert!(
        stage.app.message().contains("has gone from here: Jo T"),
        "{}",
        stage.app.message()
    );
    let entries = stage.entries.len();
    stage.press("d");
    assert!(
        stage.app.message().contains("a moment ago"),
        "{}",
        stage.app.message()
    );
    assert_eq!((stage.entries.len(), stage.app.depth()), (entries, 0));
}

// ---- conflicts

/// I am typing Fatima's trust when Jo saves another.
fn both_type_a_trust(stage: &mut Stage) {
    in_trust(stage);
    stage.press("<c-u>Mine");
    let edit = changed(stage, "Fatima Rahman", 7, |person| {
        person.organisation = "Theirs".to_owned()
    });
    stage.lands("Jo T", edit);
}

#[test]
fn the_same_field_asks_with_both_values_and_their_times() {
    let mut stage = Stage::new();
    both_type_a_trust(&mut stage);
    assert!(
        stage.app.message().contains("Jo T made") || stage.text().contains("Changed meanwhile to Theirs"),
        "it is said at once: {}",
        stage.text()
    );
    stage.press("<enter>");
    let text = stage.text();
    assert!(
        text.contains("Theirs") && text.contains("Mine") && text.contains("Brigg"),
        "{text}"
    );
    assert!(text.contains("Jo T, 10:42:00, saved"), "{text}");
    stage.press("m");
    assert_eq!(trust(&stage, "Fatima Rahman"), "Mine");
}

#[test]
fn theirs_stays_and_mine_is_a_draft() {
    let mut stage = Stage::new();
    both_type_a_trust(&mut stage);
    stage.press("<enter>t");
    assert_eq!(trust(&stage, "Fatima Rahman"), "Theirs");
    stage.press("e<up>");
    assert!(stage.text().contains("Mine"), "{}", stage.text());
}

#[test]
fn what_others_do_follows_a_line_of_mine_once_it_was_read() {
    let mut stage = Stage::new();
    in_trust(&mut stage);
    stage.press("<c-u>Mine<enter>");
    let edit = |stage: &Stage, seed: u64, trust: &str| {
        changed(stage, "Ade Balogun", seed, |person| {
            person.organisation = trust.to_owned()
        })
    };
    let at_once = edit(&stage, 7, "Theirs");
    stage.lands("Jo T", at_once);
    assert!(stage.app.message().ends_with("u undo"), "{}", stage.app.message());
    stage.wait(6_000);
    let later = edit(&stage, 8, "Theirs again");
    stage.lands("Jo T", later);
    assert!(
        stage.app.message().starts_with("Jo T: "),
        "{}",
        stage.app.message()
    );
}

#[test]
fn a_conflict_that_was_put_aside_is_found_again_by_n() {
    let mut stage = Stage::new();
    both_type_a_trust(&mut stage);
    stage.press("<enter><esc>");
    assert_eq!(
        (trust(&stage, "Fatima Rahman").as_str(), stage.app.depth()),
        ("Theirs", 0)
    );
    stage.press("n");
    assert!(
        stage.text().contains("both of you changed it"),
        "{}",
        stage.text()
    );
    stage.press("m");
    assert_eq!(trust(&stage, "Fatima Rahman"), "Mine");
}

#[test]
fn a_group_that_fills_while_the_popup_is_open_says_so_on_its_line_and_explains_itself() {
    let mut stage = Stage::new();
    stage.press("6/fatima<enter>m");
    let line = |stage: &mut Stage| {
        let text = stage.text();
        text.lines()
            .find(|line| line.contains("> 1"))
            .expect("one is offered")
            .to_owned()
    };
    let code = line(&mut stage)
        .split_whitespace()
        .nth(3)
        .expect("a code")
        .to_owned();
    let group = stage
        .model
        .groups
        .ids()
        .find(|id| stage.model.group_code(*id) == code)
        .expect("it is there");
    let was = stage.model.groups.get(group).expect("it is there").clone();
    let mut after = was.clone();
    after.max = Some(u8::try_from(stage.model.members(group).len()).expect("groups are small"));
    let changes = vec![Delta::changed(group, was, after).into()];
    let edit = stage
        .model
        .edit(Mint::seeded(9).nonce(), Label::new("set", code.as_str()), changes);
    stage.lands("Jo T", edit);
    assert!(line(&mut stage).contains("full now"), "{}", stage.text());
    let entries = stage.entries.len();
    stage.press("1");
    assert!(
        stage.app.message().contains("full now"),
        "{}",
        stage.app.message()
    );
    assert_eq!((stage.entries.len(), stage.app.depth()), (entries, 1));
}

#[test]
fn a_form_that_is_left_keeps_what_was_typed_as_a_draft() {
    let mut stage = Stage::new();
    stage.press("6aWalker<esc>");
    assert!(stage.app.message().contains("draft"), "{}", stage.app.message());
    stage.press("a");
    assert!(stage.text().contains("[Walker"), "{}", stage.text());
}

#[test]
fn an_undo_of_what_somebody_changed_since_asks_field_by_field() {
    let mut stage = Stage::new();
    in_trust(&mut stage);
    stage.press("<c-u>Wales<enter>");
    assert_eq!(trust(&stage, "Fatima Rahman"), "Wales");
    stage.press("<esc>");
    let edit = changed(&stage, "Fatima Rahman", 9, |person| {
        person.organisation = "London".to_owned()
    });
    stage.lands("Jo T", edit);
    stage.press("u");
    let text = stage.text();
    assert!(text.contains("both of you changed it"), "{text}");
    assert!(text.contains("London") && text.contains("Brigg"), "{text}");
    stage.press("t");
    assert_eq!(
        trust(&stage, "Fatima Rahman"),
        "London",
        "theirs stays unless asked"
    );
}

#[test]
fn a_step_of_somebody_else_is_taken_back_only_with_y() {
    let mut stage = Stage::new();
    let edit = changed(&stage, "Fatima Rahman", 9, |person| {
        person.organisation = "London".to_owned()
    });
    stage.lands("Jo T", edit);
    stage.press("u");
    assert_eq!(
        trust(&stage, "Fatima Rahman"),
        "London",
        "u takes back one's own steps"
    );
    stage.press("7gg");
    while !stage.cursor_line().contains("Fatima") {
        stage.press("j");
    }
    stage.press("u");
    assert!(stage.text().contains("not yours but Jo T's"), "{}", stage.text());
    stage.press("n");
    assert_eq!(trust(&stage, "Fatima Rahman"), "London");
    stage.press("uy");
    assert_eq!(trust(&stage, "Fatima Rahman"), "Brigg");
}

// ---- presence

#[test]
fn who_is_here_is_told_in_the_header_on_the_row_and_by_w() {
    let mut stage = Stage::new();
    let on = AnyId::from(world::person(&stage.model, "Fatima Rahman"));
    let place = Place {
        view: "People > Fatima Rahman".to_owned(),
        on: Some(on),
        editing: Some("MAIL".to_owned()),
    };
    stage.others(&[("Jo T", place)]);
    stage.press("6");
    let text = stage.text();
    assert!(text.contains("here: you, Jo T") && text.contains("@JT"), "{text}");
    stage.press("w");
    stage.golden("who-is-here-80x24");
    stage.press("j<enter>");
    assert!(
        stage.cursor_line().contains("Fatima"),
        "Enter goes where they are: {}",
        stage.text()
    );
}

// ---- while the store is away

#[test]
fn a_lost_store_is_told_from_a_silent_one_and_what_waits_is_counted() {
    let mut stage = Stage::new();
    stage.answers = false;
    let since = stage.now;
    stage.wait(5_000);
    stage.signal(Signal::News(News::Silent { pid: 4711, since }));
    let text = stage.text();
    assert!(
        text.contains("STALE 5s") && text.contains("process 4711"),
        "{text}"
    );
    stage.wait(15_000);
    in_trust(&mut stage);
    stage.press("<c-u>Wales<enter>");
    let text = stage.text();
    assert!(
        text.contains("OFFLINE 15s") && text.contains("1 waiting to be saved"),
        "{text}"
    );
    stage.press("<esc>3m");
    assert!(
        stage.app.message().contains("waits for the connection"),
        "{}",
        stage.app.message()
    );
    stage.golden("offline-groups-80x24");
    stage.signal(Signal::News(News::Back));
    stage.answer();
    assert_eq!(trust(&stage, "Fatima Rahman"), "Wales");
    assert!(stage.text().contains("LIVE"), "{}", stage.text());
}

#[test]
fn w_then_enter_tries_to_connect_now() {
    let mut stage = Stage::new();
    stage.signal(Signal::News(News::Lost));
    stage.press("w<enter>");
    assert!(stage.outs.contains(&Out::Reconnect), "{:?}", stage.outs);
}

// ---- a line that is cut

/// What a session leaves when its line is cut after these keys.
fn left_after(keys: &str) -> Option<Left> {
    let mut stage = Stage::new();
    stage.press(keys);
    let (left, _) = stage.app.leave_behind(stage.now);
    let left = left?;
    let text = serde_json::to_string(&left).expect("it can be written");
    Some(serde_json::from_str(&text).expect("and read"))
}

#[test]
fn who_is_cut_off_while_typing_finds_place_and_text_again() {
    let mut stage = Stage::new();
    in_trust(&mut stage);
    stage.press("<c-u>Half a sent");
    let (left, _) = stage.app.leave_behind(stage.now);
    let left = left.expect("there was something unfinished");
    let mut next = Stage::new();
    next.signal(Signal::Left(Box::new(left)));
    let text = next.text();
    assert!(
        text.contains("You were in People") && text.contains("y restores it"),
        "{text}"
    );
    next.golden("taking-up-80x24");
    next.press("y");
    assert!(next.text().contains("[6 People]"), "{}", next.text());
    assert!(next.text().contains("Half a sent"), "{}", next.text());
    next.press("<enter>");
    assert_eq!(trust(&next, "Fatima Rahman"), "Half a sent");
}

#[test]
fn who_is_cut_off_in_a_form_finds_its_text_in_the_form_again() {
    let left = left_after("6aWalker").expect("there is an unfinished form");
    let mut stage = Stage::new();
    stage.signal(Signal::Left(Box::new(left)));
    assert!(
        stage.text().contains("an unfinished form: Add a person"),
        "{}",
        stage.text()
    );
    stage.press("ya");
    assert!(stage.text().contains("[Walker"), "{}", stage.text());
}

#[test]
fn the_register_that_was_open_is_open_again() {
    let left = left_after("1<enter>jj").expect("a register was open");
    let mut next = Stage::new();
    next.signal(Signal::Left(Box::new(left)));
    next.press("y");
    assert!(next.text().contains("> Register"), "{}", next.text());
}

#[test]
fn who_says_no_begins_anew() {
    let left = left_after("6/Fatima<enter>").expect("a filter was set");
    let mut next = Stage::new();
    next.signal(Signal::Left(Box::new(left)));
    next.press("n");
    assert!(next.text().contains("[1 Now]"), "{}", next.text());
    assert_eq!(next.app.leave_behind(next.now).0, None, "it is offered once");
}

#[test]
fn nothing_is_asked_when_nothing_was_unfinished() {
    assert_eq!(left_after(""), None);
}

#[test]
fn what_was_sent_and_not_answered_is_sent_again_and_lands_once() {
    let mut stage = Stage::new();
    stage.answers = false;
    in_trust(&mut stage);
    stage.press("<c-u>Wales<enter>");
    let (left, _) = stage.app.leave_behind(stage.now);
    let left = left.expect("something waits");
    let nonce = left.waiting[0].nonce;
    let mut next = Stage::new();
    next.signal(Signal::Left(Box::new(left)));
    next.press("y");
    assert_eq!(trust(&next, "Fatima Rahman"), "Wales");
    assert_eq!(next.entries.last().map(|entry| entry.edit.nonce), Some(nonce));
}
