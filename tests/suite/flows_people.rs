//! What people do in People and on a card, in keys: the tasks of ux.md §9 with at most the keys given there, and what
//! must hold besides.

use crate::kit::stage::Stage;
use crate::kit::world;
use cohort::domain::{ApplicationState, Id, Model, Person, Role, Status};
use cohort::tui::{Out, Place, Signal};

fn id(model: &Model, name: &str) -> Id<Person> {
    world::person(model, name)
}

/// The status of somebody in the store.
fn status(stage: &Stage, name: &str) -> Status {
    let person = id(&stage.model, name);
    stage.model.participant(person).expect("takes part").status
}

/// The code of somebody's group in the store; empty for none.
fn group(stage: &Stage, name: &str) -> String {
    let part = stage
        .model
        .participant(id(&stage.model, name))
        .expect("takes part");
    part.group
        .map(|group| stage.model.group_code(group))
        .unwrap_or_default()
}

/// The code of somebody's stream in the store.
fn stream(stage: &Stage, name: &str) -> String {
    let part = stage
        .model
        .participant(id(&stage.model, name))
        .expect("takes part");
    part.stream
        .map(|stream| stage.model.stream_code(stream))
        .unwrap_or_default()
}

fn person<'a>(stage: &'a Stage, name: &str) -> &'a Person {
    stage.model.people.get(id(&stage.model, name)).expect("is there")
}

/// Types a text that counts as no key (ux.md §9: names and addresses count 0 for everybody).
fn types(stage: &mut Stage, text: &str) {
    let before = stage.pressed;
    stage.press(text);
    stage.pressed = before;
}

fn copied(stage: &Stage) -> String {
    let mut texts = stage.outs.iter().filter_map(|out| match out {
        Out::Copy(text) => Some(text.clone()),
        _ => None,
    });
    texts.next_back().unwrap_or_default()
}

#[test]
fn task_4_finds_a_person_and_opens_the_record() {
    let mut stage = Stage::new();
    stage.press(":fat<enter>");
    assert!(stage.pressed <= 5);
    assert!(stage.text().contains("2025 cohort > Now > Fatima Rahman"));
}

#[test]
fn task_5_corrects_a_mail_address() {
    let mut stage = Stage::new();
    stage.press(":fat<enter>em");
    types(&mut stage, "<c-u>f.rahman@example.org");
    stage.press("<enter>");
    assert!(stage.pressed <= 8);
    assert_eq!(person(&stage, "Fatima Rahman").email, "f.rahman@example.org");
}

#[test]
fn task_6_adds_a_mentee() {
    let mut stage = Stage::new();
    stage.press("6a");
    types(&mut stage, "Nora Petit");
    stage.press("<tab>");
    types(&mut stage, "nora.petit@example.org");
    stage.press("<tab>");
    types(&mut stage, "Milton");
    stage.press("<tab>c<enter>");
    assert!(stage.pressed <= 7);
    assert_eq!(
        (
            stream(&stage, "Nora Petit").as_str(),
            status(&stage, "Nora Petit")
        ),
        ("CCIO", Status::Waiting)
    );
    assert!(stage.cursor_line().contains("Nora Petit"), "{}", stage.text());
}

#[test]
fn task_8_moves_a_mentee_to_another_group() {
    let mut stage = Stage::new();
    stage.press(":fat<enter>m1");
    assert!(stage.pressed <= 7);
    assert_ne!(group(&stage, "Fatima Rahman"), "CCIO-1");
    assert!(
        stage
            .app
            .message()
            .starts_with("Moved Fatima Rahman from CCIO-1 to "),
        "{}",
        stage.app.message()
    );
}

#[test]
fn task_9_swaps_two_mentees() {
    let mut stage = Stage::new();
    stage.press(":fat<enter>msgra<enter>");
    assert!(stage.pressed <= 11);
    assert_eq!(
        (
            group(&stage, "Fatima Rahman").as_str(),
            group(&stage, "Grace Adeyemi").as_str()
        ),
        ("CCIO-2", "CCIO-1")
    );
}

#[test]
fn task_16_changes_the_stream_of_filtered_people() {
    let mut stage = Stage::new();
    stage.press("6/cald<enter>Vllen");
    assert!(stage.pressed <= 12);
    assert_eq!(stage.entries.len(), 1, "{}", stage.text());
    assert_eq!(
        (
            stream(&stage, "Ade Balogun").as_str(),
            stream(&stage, "Simon Whitfield").as_str()
        ),
        ("CNIO", "CNIO")
    );
    stage.press("u");
    assert_eq!(
        (
            stream(&stage, "Ade Balogun").as_str(),
            stream(&stage, "Simon Whitfield").as_str()
        ),
        ("CNIO", "CCIO")
    );
}

#[test]
fn task_17_copies_the_mail_addresses_of_those_shown() {
    let mut stage = Stage::new();
    stage.press("6/cald<enter>ye");
    assert_eq!(
        copied(&stage),
        "Ade Balogun <ade.balogun@example.org>; Simon Whitfield <simon.whitfield@example.org>"
    );
}

#[test]
fn task_17_copies_the_mail_addresses_of_a_group_from_anywhere() {
    let mut stage = Stage::new();
    stage.press(":cc2<enter>ye");
    assert!(stage.pressed <= 7);
    let copied = copied(&stage);
    assert!(copied.contains("Grace Adeyemi <"), "{copied}");
    assert!(!copied.contains("Fatima Rahman"), "{copied}");
}

#[test]
fn the_note_is_a_field_by_its_letter() {
    let mut stage = Stage::new();
    stage.press(":fat<enter>ekRings back on Fridays<enter>");
    assert_eq!(person(&stage, "Fatima Rahman").note, "Rings back on Fridays");
}

#[test]
fn the_history_pane_begins_with_the_change_made_a_moment_ago() {
    let mut stage = Stage::new();
    stage.press(":fat<enter><tab><tab><tab>em<c-u>wrong@example.org<enter>");
    stage.press("<tab><tab>u");
    assert_eq!(person(&stage, "Fatima Rahman").email, "fatima.rahman@example.org");
}

#[test]
fn task_19_takes_back_the_newest_change_of_a_person() {
    let mut stage = Stage::new();
    stage.press(":fat<enter>em<c-u>wrong@example.org<enter><esc>");
    stage.pressed = 0;
    stage.press(":fat<enter><tab><tab>u");
    assert!(stage.pressed <= 8);
    assert_eq!(person(&stage, "Fatima Rahman").email, "fatima.rahman@example.org");
}

#[test]
fn a_cell_is_typed_in_place_and_saved_by_enter() {
    let mut stage = Stage::new();
    stage.press("6/fatima<enter>lllle");
    assert!(stage.text().contains("old: Brigg"), "{}", stage.text());
    stage.press("<c-u>Tamar<enter>");
    assert_eq!(person(&stage, "Fatima Rahman").organisation, "Tamar");
    assert!(stage.app.message().contains("TRUST of Fatima Rahman: Tamar"));
}

#[test]
fn an_undo_says_what_it_took_back_and_a_redo_what_it_brought_back() {
    let mut stage = Stage::new();
    stage.press("6/fatima<enter>lllle<c-u>Tamar<enter>u");
    let said = stage.app.message().to_owned();
    assert!(
        said.starts_with("Taken back: ") && said.ends_with("U redo"),
        "{said}"
    );
    assert!(said.contains("Fatima Rahman"), "{said}");
    stage.press("U");
    let said = stage.app.message().to_owned();
    assert!(
        said.starts_with("Brought back: ") && said.ends_with("u undo"),
        "{said}"
    );
}

#[test]
fn a_wrong_address_is_told_while_it_is_typed_and_stays_in_the_cell() {
    let mut stage = Stage::sized(160, 50);
    stage.press("6/fatima<enter>llllle<c-u>nobody");
    assert!(stage.text().contains("address has no @"), "{}", stage.text());
    stage.press("<enter>");
    assert!(stage.text().contains("[nobody"), "{}", stage.text());
    assert!(stage.entries.is_empty());
}

#[test]
fn a_typed_text_is_kept_when_the_cell_is_left() {
    let mut stage = Stage::new();
    stage.press("6/fatima<enter>lllle<c-u>Tamar<esc>");
    assert_eq!(person(&stage, "Fatima Rahman").organisation, "Brigg");
    stage.press("e<up><enter>");
    assert_eq!(person(&stage, "Fatima Rahman").organisation, "Tamar");
}

#[test]
fn the_last_change_is_repeated_on_the_next_row() {
    let mut stage = Stage::new();
    stage.press("6lllle<c-u>Arden<enter>jjj.");
    assert_eq!(person(&stage, "Ade Balogun").organisation, "Arden");
    assert_eq!(person(&stage, "Daniel Price").organisation, "Arden");
    assert_eq!(stage.entries.len(), 2);
}

#[test]
fn a_field_that_somebody_else_saved_meanwhile_asks_which_stands() {
    let mut stage = Stage::new();
    stage.press("6/fatima<enter>lllle<c-u>Mine");
    let theirs = {
        let mut mint = cohort::domain::Mint::seeded(9);
        let who = id(&stage.model, "Fatima Rahman");
        stage
            .model
            .set_person_field(&mut mint, &[who], "organisation", "Theirs", stage.now)
    };
    stage.lands("Jo T", theirs.expect("it can be set"));
    assert!(stage.text().contains("Jo T"), "{}", stage.text());
    stage.press("!");
    assert!(
        stage.text().contains("Changed meanwhile to Theirs."),
        "{}",
        stage.text()
    );
    stage.press("<backspace>");
    stage.press("<enter>");
    assert!(
        stage.text().contains("both of you changed it"),
        "{}",
        stage.text()
    );
    stage.press("m");
    assert_eq!(person(&stage, "Fatima Rahman").organisation, "Mine");
}

#[test]
fn applications_are_decided_by_marks() {
    let mut stage = Stage::new();
    stage.press("6/status:applied<enter>V$hhe");
    assert!(stage.text().contains("accepted"), "{}", stage.text());
    stage.press("a");
    assert_eq!(status(&stage, "Harry Coleman"), Status::Waiting);
    let harry = id(&stage.model, "Harry Coleman");
    let states: Vec<_> = stage
        .model
        .applications_of(harry)
        .map(|(_, is)| is.state)
        .collect();
    assert_eq!(states, [ApplicationState::Accepted]);
}

#[test]
fn somebody_is_withdrawn_and_brought_back_by_undo() {
    let mut stage = Stage::new();
    stage.press("6/fatima<enter>d");
    assert_eq!(status(&stage, "Fatima Rahman"), Status::Withdrawn);
    stage.press("u");
    assert_eq!(
        (
            status(&stage, "Fatima Rahman"),
            group(&stage, "Fatima Rahman").as_str()
        ),
        (Status::Active, "CCIO-1")
    );
}

#[test]
fn a_mentor_with_a_group_is_withdrawn_only_after_yes() {
    let mut stage = Stage::new();
    stage.press("6/simon<enter>d");
    assert!(
        stage.text().contains("CCIO-2 would be without a mentor"),
        "{}",
        stage.text()
    );
    stage.press("<enter>n");
    assert_eq!(status(&stage, "Simon Whitfield"), Status::Active);
}

#[test]
fn more_than_ten_people_are_changed_only_after_yes() {
    let mut stage = Stage::new();
    stage.press("6Vlllle<c-u>Arden<enter>");
    assert!(
        stage.entries.is_empty() && stage.text().contains("Change 17 people?"),
        "{}",
        stage.text()
    );
    stage.press("y");
    assert_eq!(stage.entries.len(), 1);
    assert!(
        stage
            .model
            .people
            .iter()
            .all(|(_, person)| person.organisation == "Arden")
    );
}

#[test]
fn nothing_is_written_to_anybody_before_the_number_is_typed() {
    let mut stage = Stage::new();
    let letters = |stage: &Stage| {
        let count = |out: &Out| {
            if let Out::Outbox(letters) = out {
                letters.len()
            } else {
                0
            }
        };
        stage.outs.iter().map(count).sum::<usize>()
    };
    stage.press("6/cald<enter>Vr<tab>See you on Thursday.<enter>y<enter>");
    assert_eq!(letters(&stage), 0, "{}", stage.text());
    stage.press("2<enter>");
    assert_eq!((letters(&stage), stage.model.messages.len()), (2, 2));
}

#[test]
fn rows_stay_in_place_while_something_is_marked() {
    let mut stage = Stage::new();
    stage.press("6<space>");
    let mut mint = cohort::domain::Mint::seeded(9);
    let who = id(&stage.model, "Fatima Rahman");
    let edit = stage
        .model
        .set_person_field(&mut mint, &[who], "name", "Aaron Rahman", stage.now);
    stage.lands("Jo T", edit.expect("it can be set"));
    let text = stage.text();
    let line = |name: &str| {
        text.lines()
            .position(|line| line.contains(name))
            .unwrap_or_default()
    };
    assert!(line("Ade Balogun") < line("Aaron Rahman"), "{text}");
    stage.press("<esc>");
    let text = stage.text();
    let line = |name: &str| {
        text.lines()
            .position(|line| line.contains(name))
            .unwrap_or_default()
    };
    assert!(line("Aaron Rahman") < line("Ade Balogun"), "{text}");
}

#[test]
fn the_next_problem_is_the_next_person_who_waits() {
    let mut stage = Stage::new();
    stage.press("6n");
    assert!(
        stage.cursor_line().contains("Amina Yusuf"),
        "{}",
        stage.cursor_line()
    );
}

#[test]
fn a_column_chosen_by_hand_is_shown_where_room_is_short() {
    let mut stage = Stage::new();
    assert!(!stage.press("6").text().contains("REGION"));
    stage.press("c/region<enter><esc>");
    assert!(stage.text().contains("REGION"), "{}", stage.text());
}

#[test]
fn a_column_is_sorted_up_down_and_not_at_all() {
    let mut stage = Stage::new();
    stage.press("6lllls<home>");
    assert!(stage.cursor_line().contains("Arden"), "{}", stage.cursor_line());
    stage.press("s<home>");
    assert!(stage.cursor_line().contains("Zo"), "{}", stage.cursor_line());
    stage.press("s<home>");
    assert!(
        stage.cursor_line().contains("Ade Balogun"),
        "{}",
        stage.cursor_line()
    );
}

#[test]
fn who_edits_a_row_is_shown_on_it() {
    let mut stage = Stage::new();
    let place = Place {
        view: "People".to_owned(),
        on: Some(id(&stage.model, "Fatima Rahman").into()),
        editing: Some("MAIL".to_owned()),
    };
    stage.press("6");
    stage.others(&[("Jo T", place)]);
    let text = stage.text();
    let line = text
        .lines()
        .find(|line| line.contains("Fatima Rahman"))
        .unwrap_or_default();
    assert!(line.ends_with("@JT"), "{line}");
}

#[test]
fn a_recent_filter_comes_back() {
    let mut stage = Stage::new();
    stage.press("6/cald<enter><esc>/<up><enter>");
    assert!(stage.text().contains("filter \"cald\""), "{}", stage.text());
}

#[test]
fn tab_completes_a_field_in_the_filter() {
    let mut stage = Stage::new();
    stage.press("6/str<tab>cn<tab><enter>");
    assert!(
        stage.text().contains("filter \"stream:cnio\""),
        "{}",
        stage.text()
    );
}

#[test]
fn an_unknown_field_says_what_was_meant_and_hides_nobody() {
    let mut stage = Stage::new();
    stage.press("6/strem:cso");
    let text = stage.text();
    assert!(
        text.contains("did you mean stream:") && text.contains("Ade Balogun"),
        "{text}"
    );
}

#[test]
fn six_times_back_reaches_the_root_from_anywhere() {
    let mut stage = Stage::new();
    stage.press("6/a<enter>V<enter>e");
    let asks = |stage: &mut Stage| stage.press("<esc>").text().contains("Quit?");
    assert!((0..6).any(|_| asks(&mut stage)), "{}", stage.text());
}

#[test]
fn people_and_cards_are_drawn_at_any_size() {
    for (width, height) in [
        (1, 1),
        (5, 3),
        (30, 7),
        (31, 8),
        (38, 9),
        (59, 15),
        (60, 16),
        (99, 30),
        (100, 24),
        (140, 20),
        (300, 100),
    ] {
        let mut stage = Stage::sized(width, height);
        stage.press("6le<esc>c<esc>/cald<enter>Ve<esc><esc><esc>i<enter><tab><tab>e<esc>m<esc><esc>");
        stage.signal(Signal::Resize(height.max(2), width.max(2)));
    }
}

#[test]
fn a_consent_is_given_and_withdrawn_on_the_card() {
    let mut stage = Stage::new();
    let holds = |stage: &Stage| {
        let who = id(&stage.model, "Grace Adeyemi");
        stage
            .model
            .consents_of(who)
            .filter(|(_, is)| is.withdrawn.is_none())
            .count()
    };
    let before = holds(&stage);
    stage.press(":grace<enter>ec");
    assert!(
        stage.text().contains("Consent of Grace Adeyemi"),
        "{}",
        stage.text()
    );
    stage.press("jj<enter>");
    assert!(
        holds(&stage) >= before && !stage.entries.is_empty(),
        "{}",
        stage.text()
    );
}

#[test]
fn a_mentor_is_given_a_group_by_the_same_key() {
    let mut stage = Stage::new();
    stage.press("6/helen<enter>m");
    assert!(
        stage.text().contains("Which group does Helen O'Brien lead?"),
        "{}",
        stage.text()
    );
    let role = stage
        .model
        .participant(id(&stage.model, "Helen O'Brien"))
        .map(|part| part.role);
    assert_eq!(role, Some(Role::Mentor));
}

const PASTED: &str = "Name\tMail\tTrust\tStream\n\
    Nora Petit\tnora.petit@example.org\tMilton\tCNIO\n\
    Fatima Rahman\tfatima.rahman@example.org\tTamar\tCCIO\n\
    \tsomeone@example.org\t\tCCIO\n";

#[test]
fn pasted_rows_open_a_preview_and_land_as_one_edit() {
    let mut stage = Stage::new();
    stage.press("6");
    stage.signal(Signal::Paste(PASTED.to_owned()));
    assert!(
        stage.text().contains("y adds 1, changes 1, leaves out 1."),
        "{}",
        stage.text()
    );
    assert!(stage.entries.is_empty());
    stage.press("y");
    assert_eq!(
        (
            stage.entries.len(),
            person(&stage, "Fatima Rahman").organisation.as_str()
        ),
        (1, "Tamar")
    );
    stage.press("u");
    assert_eq!(person(&stage, "Fatima Rahman").organisation, "Brigg");
    assert!(stage.model.find_person("Nora Petit").is_err());
}

#[test]
fn a_refused_row_is_corrected_in_the_preview() {
    let mut stage = Stage::new();
    stage.press("6");
    stage.signal(Signal::Paste(PASTED.to_owned()));
    stage.press("jjeSome One<enter>");
    assert!(
        stage.text().contains("y adds 2, changes 1, leaves out 0."),
        "{}",
        stage.text()
    );
    stage.press("y");
    assert!(stage.model.find_person("Some One").is_ok());
}

#[test]
fn a_row_left_out_stays_out_when_another_is_corrected() {
    let mut stage = Stage::new();
    stage.press("6");
    stage.signal(Signal::Paste(PASTED.to_owned()));
    stage.press("<space>jeSome One<enter>");
    assert!(
        stage.text().contains("y adds 1, changes 1, leaves out 1."),
        "{}",
        stage.text()
    );
}

#[test]
fn rows_can_be_pasted_into_a_box_where_pastes_are_not_told() {
    let mut stage = Stage::new();
    stage.press("6pName<tab>Mail<tab>Stream<enter>Nora Petit<tab>nora@example.org<tab>CNIO<enter><enter>");
    assert!(stage.text().contains("y adds 1, changes 0"), "{}", stage.text());
}
