//! Now, the register and the streams as people see them.

use cohort::domain::{Change, Delta, Id, MarkValue, Mint, Model, Phase, Record, Sighting};
use cohort::tui::{Out, Place};

use crate::kit::{stage::Stage, world};

#[test]
fn now_answers_without_a_key() {
    Stage::new().golden("now-80x24");
}

#[test]
fn a_wide_screen_shows_the_register_beside_the_sessions() {
    Stage::sized(160, 50).golden("now-160x50");
}

#[test]
fn now_fits_a_telephone() {
    Stage::sized(38, 9).golden("now-38x9");
}

#[test]
fn the_register_of_a_live_session_is_one_key_away() {
    let mut stage = Stage::new();
    stage.press("<enter>").golden("register-80x24");
    stage.resize(160, 50);
    stage.golden("register-160x50");
    stage.resize(38, 9);
    stage.golden("register-38x9");
}

/// How the people of CCIO-1 S3 are marked, in the order of its register: `P P L - -`.
fn marks(stage: &Stage) -> String {
    let session = world::session(&stage.model, "CCIO-1/3");
    let rows = stage.model.register(session).rows;
    let letter = |row: &cohort::domain::RegisterRow| match row.mark.as_ref().map(|(_, mark)| mark.value) {
        Some(MarkValue::Present) => "P",
        Some(MarkValue::Late) => "L",
        Some(MarkValue::Apologies) => "E",
        Some(MarkValue::Absent) => "A",
        Some(MarkValue::Guest) => "G",
        None => "-",
    };
    rows.iter().map(letter).collect::<Vec<_>>().join(" ")
}

#[test]
fn task_2_all_present_and_the_third_person_absent_takes_five_keys() {
    let mut stage = Stage::with(unmarked(), 80, 24);
    assert_eq!(marks(&stage), "- - - - -");
    stage.press("<enter>Xjjx").wait(700);
    assert_eq!(marks(&stage), "P P A P P");
    assert_eq!(stage.pressed, 5);
}

#[test]
fn task_3_one_mark_is_corrected_to_late_in_five_keys() {
    let mut stage = Stage::new();
    stage.press("<enter>jjel");
    assert_eq!((marks(&stage).as_str(), stage.pressed), ("P P L - -", 5));
    assert_eq!(stage.entries.len(), 0, "it was late already");
    let mut stage = Stage::new();
    stage.press("<enter>jel");
    assert_eq!(marks(&stage), "P L L - -");
}

/// The small world with nobody marked in the live session.
fn unmarked() -> Model {
    let mut model = world::world();
    let session = world::session(&model, "CCIO-1/3");
    let marks: Vec<_> = model
        .marks_in(session)
        .map(|(id, mark)| (id, mark.clone()))
        .collect();
    let gone: Vec<Change> = marks
        .into_iter()
        .map(|(id, mark)| Delta::gone(id, mark).into())
        .collect();
    model.try_on(&gone);
    model
}

#[test]
fn task_18_the_last_mistake_is_taken_back_with_one_key() {
    let mut stage = Stage::new();
    stage.press("<enter>jja").press("<esc>");
    stage.press("ea");
    assert_eq!(marks(&stage), "P P A - -");
    let before = stage.pressed;
    stage.press("u");
    assert_eq!((marks(&stage).as_str(), stage.pressed - before), ("P P L - -", 1));
}

#[test]
fn what_was_done_before_the_terminal_was_opened_is_taken_back_after_a_question_only() {
    let mut earlier = Stage::new();
    earlier.press("<enter>X<esc>");
    let mut stage = Stage::with(earlier.model.clone(), 80, 24);
    stage.press("u");
    assert!(
        stage.text().contains("before this terminal was opened"),
        "{}",
        stage.text()
    );
    stage.press("n");
    assert_eq!(stage.model.rev, earlier.model.rev);
}

#[test]
fn task_20_a_register_is_finished_with_one_key_when_everybody_is_marked() {
    let mut stage = Stage::new();
    stage.press("X");
    assert_eq!(marks(&stage), "P P L P P");
    let before = stage.pressed;
    stage.press("f");
    assert_eq!(stage.pressed - before, 1);
    let session = world::session(&stage.model, "CCIO-1/3");
    assert_eq!(stage.model.phase(session, stage.now), Phase::Closed);
    assert!(
        stage
            .app
            .message()
            .starts_with("Finished the register of CCIO-1 session 3")
    );
}

#[test]
fn several_x_on_one_person_are_one_change_and_one_undo() {
    let mut stage = Stage::new();
    stage.press("<enter>jjjxxx");
    assert_eq!(
        marks(&stage),
        "P P L - -",
        "nothing is sent while the hand is on the key"
    );
    assert!(stage.text().contains("L late ~"), "{}", stage.text());
    stage.wait(700);
    assert_eq!((marks(&stage).as_str(), stage.entries.len()), ("P P L L -", 1));
    stage.press("u");
    assert_eq!(marks(&stage), "P P L - -");
}

#[test]
fn x_goes_through_present_absent_late_excused_and_back() {
    for (times, wanted) in [(1, "P"), (2, "A"), (3, "L"), (4, "E"), (5, "-")] {
        let mut stage = Stage::new();
        stage.press("<enter>jjj").press(&"x".repeat(times)).press("j");
        assert_eq!(marks(&stage), format!("P P L {wanted} -"));
    }
}

#[test]
fn a_mark_in_the_hand_is_saved_by_leaving_and_dropped_by_u() {
    let mut stage = Stage::new();
    stage.press("<enter>jjjx1");
    assert_eq!(marks(&stage), "P P L P -");
    let mut stage = Stage::new();
    stage.press("<enter>jjjxu").wait(700);
    assert_eq!((marks(&stage).as_str(), stage.entries.len()), ("P P L - -", 0));
}

#[test]
fn marking_again_before_the_store_answered_changes_the_same_mark() {
    let mut stage = Stage::new();
    stage.press("<enter>jjj");
    stage.answers = false;
    stage.press("xjkxk");
    assert!(stage.text().contains("A absent ~"), "{}", stage.text());
    stage.answer();
    assert_eq!(marks(&stage), "P P L A -");
    let session = world::session(&stage.model, "CCIO-1/3");
    assert_eq!(stage.model.marks_in(session).count(), 4);
}

#[test]
fn finishing_with_people_unmarked_names_them_and_waits_for_y() {
    let mut stage = Stage::new();
    stage.press("f");
    stage.golden("finish-unmarked");
    stage.press("n");
    assert_eq!(marks(&stage), "P P L - -");
    stage.press("fy");
    assert_eq!(marks(&stage), "P P L A A");
}

#[test]
fn a_finished_register_takes_no_mark_until_it_is_opened_again() {
    let mut stage = Stage::new();
    stage.press("Xf<enter>x").wait(700);
    assert!(
        stage.app.message().contains("finished"),
        "{}",
        stage.app.message()
    );
    assert_eq!(marks(&stage), "P P L P P");
    stage.press("fx").wait(700);
    assert_eq!(marks(&stage), "A P L P P");
}

#[test]
fn a_session_in_the_future_takes_apologies_only() {
    let mut stage = Stage::new();
    stage.press("<tab><tab><enter>");
    assert!(stage.text().contains("CCIO-2 session 3"));
    stage.press("jep");
    assert!(
        stage.app.message().contains("only apologies"),
        "{}",
        stage.app.message()
    );
    stage.press("<esc>ee");
    assert_eq!(stage.last(), "mark Grace Adeyemi apologies, CCIO-2 S3");
    stage.press("X");
    assert!(stage.app.message().contains("only apologies"));
    stage.press("x").wait(700);
    assert_eq!(stage.last(), "mark Nadia Haddad apologies, CCIO-2 S3");
}

#[test]
fn a_guest_comes_and_goes() {
    let mut stage = Stage::new();
    stage.press("<enter>aJoan Archer<enter>");
    assert_eq!(marks(&stage), "P P L - - G");
    stage.press("Gd");
    assert_eq!(marks(&stage), "P P L - -");
    stage.press("aGrace Adeyemi<enter>");
    assert_eq!(stage.last(), "add guest Grace Adeyemi, CCIO-1 S3");
}

#[test]
fn a_mark_can_carry_a_note() {
    let mut stage = Stage::new();
    stage.press("<enter>jenby telephone<enter>");
    let line = stage.cursor_line();
    assert!(line.contains("Daniel") && line.contains("by telephone"), "{line}");
}

#[test]
fn marked_people_are_set_together_as_one_change() {
    let mut stage = Stage::new();
    stage.press("<enter>jjj<space><space>ep");
    assert_eq!((marks(&stage).as_str(), stage.entries.len()), ("P P L P P", 1));
}

#[test]
fn the_header_is_a_row_above_the_first_person() {
    let mut stage = Stage::new();
    stage.press("<tab><tab><enter>k");
    assert!(
        stage.cursor_line().starts_with("CCIO-2 session 3"),
        "{}",
        stage.text()
    );
    stage.press("es<c-u>thu 16:00<enter>");
    assert_eq!(stage.last(), "reschedule CCIO-2 S3 to Thu 20 Mar 16:00");
    stage.press("etMaking the case<enter>");
    assert!(
        stage.text().contains("Topic  Making the case"),
        "{}",
        stage.text()
    );
}

#[test]
fn the_sessions_of_the_group_are_a_key_apart() {
    let mut stage = Stage::new();
    stage.press("<enter><");
    assert!(stage.text().contains("CCIO-1 session 2 of 6"), "{}", stage.text());
    stage.press(">>");
    assert!(stage.text().contains("CCIO-1 session 4 of 6"));
    stage.press(">>>");
    assert!(stage.app.message().contains("last session"));
}

#[test]
fn n_goes_to_the_next_person_without_a_mark() {
    let mut stage = Stage::new();
    stage.press("<enter>n");
    assert!(stage.cursor_line().contains("Tomasz Nowak"));
    stage.press("n");
    assert!(stage.cursor_line().contains("Li Mei"));
    stage.press("n");
    assert!(stage.cursor_line().contains("Tomasz Nowak"));
}

#[test]
fn a_colleague_on_a_row_is_shown_there() {
    let mut stage = Stage::new();
    stage.press("<enter>");
    let tomasz = world::enrolled(&stage.model, "Tomasz Nowak");
    stage.others(&[(
        "Jo T",
        Place {
            view: "Now > CCIO-1 session 3 > Register".to_owned(),
            on: Some(tomasz.into()),
            editing: Some("mark in CCIO-1 S3".to_owned()),
        },
    )]);
    let text = stage.text();
    let line = text
        .lines()
        .find(|line| line.contains("Tomasz"))
        .unwrap_or_default();
    assert!(line.contains("@JT"), "{line}");
}

/// A report of the call of the live session: Daniel in time, Tomasz 14 minutes late, a caller nobody knows.
fn seen() -> Model {
    let mut model = unmarked();
    let session = world::session(&model, "CCIO-1/3");
    let starts = model
        .sessions
        .get(session)
        .map(|is| is.starts)
        .expect("it is there");
    for (n, name, minutes, known) in [
        (1, "Daniel Price", -1, true),
        (2, "Tomasz Nowak", 14, true),
        (3, "Guest 7", 2, false),
    ] {
        let sighting = Sighting {
            session,
            enrolment: known.then(|| world::enrolled(&model, name)),
            name: name.to_owned(),
            joined: starts + chrono::TimeDelta::minutes(minutes),
            left: None,
        };
        model.put(Record::Sighting(Id::new(9000 + n), Box::new(sighting)), 41);
    }
    model
}

#[test]
fn what_was_seen_in_the_call_becomes_a_mark_only_by_hand() {
    let mut stage = Stage::with(seen(), 80, 24);
    stage.press("<enter>");
    stage.golden("register-seen");
    stage.press("X");
    assert_eq!(marks(&stage), "- P - L - -");
    assert!(
        stage.app.message().contains("1 marked present, 1 late"),
        "{}",
        stage.app.message()
    );
}

#[test]
fn x_on_a_session_opens_its_register_at_the_first_person_without_a_mark() {
    let mut stage = Stage::new();
    stage.press("x");
    assert!(stage.cursor_line().contains("Tomasz Nowak"));
}

#[test]
fn the_day_before_and_after_are_a_key_apart() {
    let mut stage = Stage::new();
    stage.press(">");
    assert!(stage.cursor_line().contains("CCIO-2"));
    stage.press(">");
    stage.golden("now-empty");
    stage.press("t");
    assert!(stage.cursor_line().contains("CCIO-1"));
}

#[test]
fn task_1_whether_everything_is_all_right_is_one_key_from_anywhere() {
    let mut stage = Stage::new();
    stage.press("7");
    let before = stage.pressed;
    stage.press("1");
    assert_eq!(stage.pressed - before, 1);
    let text = stage.text();
    for wanted in [
        "! 4\n",
        "LIVE",
        "! to finish",
        "Alerts 4",
        "Amina Yusuf",
        "Next up",
    ] {
        assert!(text.contains(wanted), "{wanted} is missing:\n{text}");
    }
}

#[test]
fn n_goes_through_sessions_and_alerts_that_need_somebody() {
    let mut stage = Stage::new();
    stage.press("n");
    assert!(stage.cursor_line().contains("CNIO-1"), "{}", stage.text());
    stage.press("n");
    assert!(stage.cursor_line().starts_with("! "), "{}", stage.text());
    let rows = stage
        .text()
        .lines()
        .filter(|line| line.contains("! ") && !line.contains("LIST"))
        .count();
    for _ in 0..rows + 3 {
        stage.press("n");
    }
    stage.press("N");
    assert!(!stage.app.message().contains("does nothing"));
}

#[test]
fn an_alert_is_acknowledged_and_stays_listed() {
    let mut stage = Stage::new();
    stage.press("<tab>");
    let line = stage.cursor_line();
    stage.press("x");
    assert!(stage.text().contains("ack SK"), "{}", stage.text());
    assert!(stage.text().contains("! 3\n") && stage.text().contains("Alerts 3"));
    assert_ne!(stage.cursor_line(), line);
    stage.press("u");
    assert!(!stage.text().contains("ack SK"));
}

#[test]
fn enter_on_an_alert_opens_what_is_behind_it() {
    let mut stage = Stage::new();
    stage.press("<tab>");
    while !stage.cursor_line().contains("CNIO-1 S3") {
        stage.press("j");
    }
    stage.press("<enter>");
    assert!(stage.text().contains("CNIO-1 session 3 > Register"));
}

#[test]
fn a_register_is_finished_from_its_alert() {
    let mut stage = Stage::new();
    stage.press("<tab>");
    while !stage.cursor_line().contains("CNIO-1 S3") {
        stage.press("j");
    }
    stage.press("fy");
    let session = world::session(&stage.model, "CNIO-1/3");
    assert_eq!(stage.model.phase(session, stage.now), Phase::Closed);
}

#[test]
fn the_filter_narrows_the_sessions() {
    let mut stage = Stage::new();
    stage.press("/helen<enter>");
    assert!(stage.cursor_line().contains("CNIO-1"));
    stage.press("<esc>");
    assert!(stage.text().contains("CCIO-1"));
}

#[test]
fn no_size_breaks_now_or_the_register() {
    let mut stage = Stage::new();
    for keys in ["", "<enter>"] {
        stage.press(keys);
        for width in (1..40).chain([59, 60, 80, 99, 100, 139, 140, 160, 300]) {
            for height in (1..14).chain([16, 24, 50, 100]) {
                stage.resize(width, height);
            }
        }
    }
}

#[test]
fn a_message_leaves_only_after_its_number_was_typed() {
    let mut stage = Stage::new();
    stage.press("<enter>jjjr");
    stage.press("<enter>");
    assert!(stage.text().contains("Tomasz Nowak"), "{}", stage.text());
    stage.press("y<enter>2<enter>");
    let written = |stage: &Stage| {
        stage
            .outs
            .iter()
            .filter(|out| matches!(out, Out::Outbox(_)))
            .count()
    };
    assert_eq!(written(&stage), 0);
    stage.press("<c-u>1<enter>");
    assert_eq!(written(&stage), 1);
}

#[test]
fn a_terminal_without_a_cohort_says_how_one_is_made_and_opens_it_then() {
    let mut stage = Stage::with(Model::empty(Id::new(0)), 80, 24);
    assert!(stage.text().contains("a make a cohort"), "{}", stage.text());
    let mut edits = cohort::exchange::example::edits(&mut Mint::seeded(1)).expect("the example can be read");
    let first = edits.remove(0);
    let made = first.cohort;
    stage.lands("Jo T", first);
    let opened = |out: &Out| matches!(out, Out::OpenCohort(id) if *id == made);
    assert!(stage.outs.iter().any(opened), "{:?}", stage.outs);
}
