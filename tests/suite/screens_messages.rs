//! Messages from the screen: what is due, in whose words, and how they leave.

use chrono::TimeDelta;
use cohort::domain::{AdminRole, MessageKind, MessageState, Mint};
use cohort::exchange::{Post, Postroom};
use cohort::tui::{Out, Signal};

use crate::kit::stage::Stage;
use crate::kit::world;

/// An office with a mail server, and perhaps a text of its own.
fn office(server: bool, own: Option<(MessageKind, &str)>) -> Signal {
    let own = own.map(|(kind, text)| (kind, "own.txt".to_owned(), text.to_owned()));
    Signal::Postroom(Box::new(Postroom {
        own: own.into_iter().collect(),
        sender: "Mentoring team <team@example.org>".to_owned(),
        server: Ok(server.then(|| "smtp.example.org:587".to_owned())),
    }))
}

fn staged(server: bool) -> Stage {
    let mut stage = Stage::new();
    stage.signal(office(server, None));
    stage
}

fn written(stage: &Stage) -> Vec<Post> {
    let all = stage.outs.iter().filter_map(|out| match out {
        Out::Outbox(posts) => Some(posts.clone()),
        _ => None,
    });
    all.flatten().collect()
}

fn sent(stage: &Stage) -> Vec<Post> {
    let all = stage.outs.iter().filter_map(|out| match out {
        Out::Send(posts) => Some(posts.clone()),
        _ => None,
    });
    all.flatten().collect()
}

/// Types the number that the question on the screen wants.
fn type_the_number(stage: &mut Stage) -> usize {
    let text = stage.text();
    let after = text
        .split("Type ")
        .nth(1)
        .unwrap_or_else(|| panic!("no number is asked:\n{text}"));
    let number: String = after.chars().take_while(char::is_ascii_digit).collect();
    stage.press(&format!("{number}<enter>"));
    number.parse().expect("a number is asked")
}

/// Puts the session of CCIO-2 in round 3 a day later.
fn postponed_a_day(stage: &mut Stage) {
    let session = world::session(&stage.model, "CCIO-2/3");
    let at = stage.model.sessions.get(session).expect("is there").starts + TimeDelta::days(1);
    let edit = stage.model.reschedule(&mut Mint::seeded(91), session, at);
    stage.lands("Jo T", edit.expect("it can be moved"));
}

#[test]
fn invitations_are_written_with_what_goes_into_the_calendar_and_nobody_is_invited_twice() {
    let mut stage = staged(false);
    stage.press(":messages<enter>i");
    assert!(
        stage.text().contains("With what puts it into the calendar"),
        "{}",
        stage.text()
    );
    stage.press("y");
    let number = type_the_number(&mut stage);
    let posts = written(&stage);
    assert_eq!(posts.len(), number);
    assert!(posts.iter().all(|post| post.letter.calendar.is_some()));
    assert!(posts.iter().all(|post| post.note.kind == MessageKind::Invitation));
    stage.press(":messages<enter>i");
    assert!(stage.text().contains("nobody to be told"), "{}", stage.text());
}

#[test]
fn a_change_and_a_cancellation_are_told_to_whom_was_invited() {
    let mut stage = staged(false);
    stage.press("4ri");
    stage.press("y");
    let invited = type_the_number(&mut stage);
    postponed_a_day(&mut stage);
    stage.press("rc");
    assert!(
        stage.text().contains("has changed. It is now on"),
        "{}",
        stage.text()
    );
    stage.press("y");
    assert_eq!(type_the_number(&mut stage), invited);
    stage.press("dmentor ill<enter>rxy");
    assert_eq!(type_the_number(&mut stage), invited);
    let kinds: Vec<MessageKind> = written(&stage).iter().map(|post| post.note.kind).collect();
    assert_eq!(kinds[invited], MessageKind::Changed);
    assert_eq!(kinds[invited * 2], MessageKind::Cancelled);
}

#[test]
fn a_cancelled_session_that_nobody_was_invited_to_is_told_to_whom_it_was_for() {
    let mut stage = staged(false);
    stage.press("4dmentor ill<enter>rxy");
    assert_eq!(type_the_number(&mut stage), 4);
    stage.press("rx");
    assert!(stage.text().contains("nobody to be told"), "{}", stage.text());
}

#[test]
fn what_was_written_can_be_taken_out_of_the_log_and_the_words_say_that_the_files_stay() {
    let mut stage = staged(false);
    stage.press("4rry");
    let question = stage.text();
    assert!(
        question.contains("takes back the note, and not the files"),
        "{question}"
    );
    assert!(!question.contains("cannot be undone"), "{question}");
    type_the_number(&mut stage);
    let said = stage.app.message().to_owned();
    assert!(said.ends_with("u takes back the note alone"), "{said}");
    stage.press("u");
    assert_eq!(stage.model.messages.len(), 0);
    let said = stage.app.message().to_owned();
    assert!(said.contains("the files stay"), "{said}");
}

#[test]
fn mail_is_sent_after_its_number_is_typed_and_the_log_keeps_it() {
    let mut stage = staged(true);
    stage.press("4rrys");
    let question = stage.text();
    assert!(question.contains("Send 4 messages?"), "{question}");
    assert!(
        question.contains("They leave at once and cannot be taken back."),
        "{question}"
    );
    assert!(
        question.contains("Sending cannot be undone. Type 4"),
        "{question}"
    );
    stage.press("<enter>3<enter>");
    assert!(sent(&stage).is_empty(), "another number sends nothing");
    stage.press("<backspace>4<enter>");
    assert_eq!(sent(&stage).len(), 4);
    let states = stage.model.messages.iter().map(|(_, is)| is.state);
    assert!(states.eq([MessageState::Sent; 4]));
    let said = stage.app.message().to_owned();
    assert!(
        said.starts_with("Sent 4 of 4 messages") && !said.contains("undo"),
        "{said}"
    );
    stage.press("u");
    assert_eq!(stage.model.messages.len(), 4, "what was sent stays in the log");
}

#[test]
fn nobody_is_sent_the_same_twice_on_one_day() {
    let mut stage = staged(true);
    stage.press("4rrys4<enter>rrys");
    assert!(stage.text().contains("nobody gets it twice"), "{}", stage.text());
    assert_eq!(sent(&stage).len(), 4);
}

#[test]
fn with_a_server_messages_can_still_be_written_as_files() {
    let mut stage = staged(true);
    stage.press("4rryw4<enter>");
    assert_eq!((written(&stage).len(), sent(&stage).len()), (4, 0));
}

#[test]
fn broken_mail_settings_are_told_and_files_can_still_be_written() {
    let mut stage = Stage::new();
    stage.signal(Signal::Postroom(Box::new(Postroom {
        server: Err("unknown field `passwrd`".to_owned()),
        ..Postroom::default()
    })));
    stage.press("4rrys");
    assert!(
        stage.text().contains("unknown field `passwrd`"),
        "{}",
        stage.text()
    );
    stage.press("w4<enter>");
    assert_eq!(written(&stage).len(), 4);
}

#[test]
fn a_text_is_changed_for_this_time_in_the_preview() {
    let mut stage = staged(false);
    stage.press("4rre");
    assert!(
        stage.text().contains("Subject: {session}, {when}"),
        "{}",
        stage.text()
    );
    stage.press("<down><down><down><end> {who}<tab>");
    assert!(stage.text().contains("{who} is not known"), "{}", stage.text());
    stage.press("<backspace><backspace><backspace><backspace>me}<tab>");
    stage.press("<backspace><backspace><backspace><backspace>first_name}<tab>");
    let text = stage.text();
    assert!(text.contains("Session reminder: 4 messages"), "{text}");
    stage.press("y4<enter>");
    let posts = written(&stage);
    assert_eq!(posts.len(), 4);
    assert!(
        stage.outs.iter().all(|out| !matches!(out, Out::KeepText(..))),
        "this time only"
    );
}

#[test]
fn an_offices_own_text_is_what_everybody_reads() {
    let mut stage = Stage::new();
    let own = "Subject: See you, {first_name}\n\nUntil {when}.\n";
    stage.signal(office(false, Some((MessageKind::SessionReminder, own))));
    stage.press("4rry4<enter>");
    let posts = written(&stage);
    assert!(
        posts
            .iter()
            .all(|post| post.letter.subject.starts_with("See you, "))
    );
    let own = "Subject: Only {what}\n\nPlease, {first_name}.\n";
    stage.now = world::at(world::day(2025, 1, 21), 9, 0);
    stage.signal(office(false, Some((MessageKind::FeedbackReminder, own))));
    stage.press("5r");
    type_the_number(&mut stage);
    let last = written(&stage).pop().expect("somebody is reminded");
    assert!(last.letter.subject.starts_with("Only "), "{:?}", last.letter);
}

#[test]
fn a_text_is_kept_for_good_after_its_words_were_looked_at() {
    let mut stage = staged(false);
    stage.press(":messages<enter>t<enter>");
    assert!(
        stage.text().contains("It may use {name} {first_name}"),
        "{}",
        stage.text()
    );
    stage.press("<end>, {wat}<tab>");
    assert!(stage.text().contains("{wat} is not known"), "{}", stage.text());
    assert!(stage.outs.iter().all(|out| !matches!(out, Out::KeepText(..))));
    stage.press("<backspace><backspace><backspace><backspace><backspace>{name}<tab>");
    let kept = stage.outs.iter().find_map(|out| match out {
        Out::KeepText(kind, text) => Some((*kind, text.clone())),
        _ => None,
    });
    let (kind, text) = kept.expect("it is kept");
    assert_eq!(kind, MessageKind::FeedbackReminder);
    assert!(
        text.lines().next().is_some_and(|line| line.ends_with("{name}")),
        "{text}"
    );
}

#[test]
fn a_text_that_was_left_is_a_draft() {
    let mut stage = staged(false);
    stage.press(":messages<enter>t<enter><end>!!<esc>");
    assert!(stage.text().contains("draft"), "{}", stage.text());
    stage.press(":messages<enter>t<enter>");
    assert!(stage.text().contains("?!!"), "{}", stage.text());
}

#[test]
fn a_viewer_writes_to_nobody() {
    let mut stage = staged(true);
    stage.role(AdminRole::Viewer);
    stage.press(":messages<enter>iy");
    assert!(stage.text().contains("You are a viewer"), "{}", stage.text());
    assert!(sent(&stage).is_empty() && written(&stage).is_empty());
}

#[test]
fn how_messages_look_before_they_leave() {
    for (width, height) in [(80, 24), (160, 50)] {
        let mut stage = Stage::sized(width, height);
        stage.signal(office(true, None));
        stage.press(":messages<enter>");
        stage.golden(&format!("messages-due-{width}x{height}"));
        stage.press("i");
        stage.golden(&format!("messages-preview-{width}x{height}"));
        stage.press("y");
        stage.golden(&format!("messages-way-{width}x{height}"));
        stage.press("s");
        stage.golden(&format!("messages-number-{width}x{height}"));
        stage.press("<esc>:messages<enter>t<enter>");
        stage.golden(&format!("messages-text-{width}x{height}"));
    }
}
