//! What is done to people from the grid or a card besides changing a field: adding, moving, withdrawing, writing.

use crate::domain::{Message, MessageKind, MessageState, Participant, Person, Role};
use crate::exchange::{Letter, Post};
use crate::tui::overlay::{Confirm, Form, FormField, Overlay, Preview, PreviewRow};
use crate::tui::part::{Cell, Column};
use crate::tui::screen::Cx;
use crate::tui::screen::moving::move_popup;
use crate::tui::screen::post;
use crate::tui::step::Step;

use super::fields;

/// The popup of groups for those of these people who take part.
pub(in crate::tui::screen) fn move_people(cx: &Cx<'_>, parts: &[Participant]) -> Step {
    let enrolled: Vec<_> = parts
        .iter()
        .filter(|part| fields::takes_part(cx.model, part))
        .filter_map(|part| part.enrolment)
        .collect();
    move_popup(cx, &enrolled)
}

/// The row to add somebody: name, address, employer, stream, and more below.
pub(super) fn add(cx: &Cx<'_>) -> Step {
    let streams: Vec<String> = cx
        .model
        .streams_sorted()
        .into_iter()
        .filter(|id| {
            let is = cx.model.streams.get(*id);
            is.is_some_and(|stream| stream.state == crate::domain::StreamState::Open)
        })
        .map(|id| cx.model.stream_code(id))
        .collect();
    if streams.is_empty() {
        return Step::say("There is no stream yet to join: 2 Streams, a makes one.");
    }
    let words = |all: Vec<&str>| all.into_iter().map(str::to_owned).collect::<Vec<_>>();
    let need = |mut field: FormField| {
        field.needed = true;
        field
    };
    let form = vec![
        need(FormField::new("name", "Name", "")),
        need(FormField::new("email", "Mail", "")),
        FormField::new("organisation", "Trust", ""),
        need(FormField::new("stream", "Stream", "").choosing(streams)),
        need(FormField::new("role", "Role", Role::Mentee.word()).choosing(words(Role::all_words()))),
        FormField::new("job_title", "Job title", ""),
        FormField::new("region", "Region", ""),
        FormField::new("phone", "Phone", ""),
    ];
    Step::Ask(Overlay::Form(Form::new(
        "Add a person",
        form,
        |texts, cx, hand| {
            let text = |key: &str| {
                texts
                    .iter()
                    .find(|(is, _)| is == key)
                    .map(|(_, text)| text.clone())
                    .unwrap_or_default()
            };
            let stream = cx.model.find_stream(&text("stream")).map_err(fields::said)?;
            let role = Role::from_word(&text("role")).ok_or("The role is mentor or mentee.")?;
            let person = Person {
                name: text("name"),
                email: text("email"),
                organisation: text("organisation"),
                job_title: text("job_title"),
                region: text("region"),
                phone: text("phone"),
                ..Person::default()
            };
            let told = format!(
                "Added {}, {role} in {}",
                person.name.trim(),
                cx.model.stream_code(stream)
            );
            let edit = cx
                .model
                .add_person(&mut hand.mint, person, role, stream, None, cx.now)
                .map_err(fields::said)?;
            let show = edit
                .made::<Person>()
                .map_or(Step::Stay, |id| Step::Show(id.into()));
            Ok(Step::Many(vec![Step::Propose(edit, told), show]))
        },
    )))
}

/// Withdraws these people; asks first where a mentor leaves a group behind, or they are many.
pub(super) fn withdraw(cx: &Cx<'_>, parts: &[Participant], mint: &mut crate::domain::Mint) -> Step {
    let mut people: Vec<_> = parts.iter().map(|part| part.person).collect();
    people.dedup();
    let built = cx.model.withdraw(mint, &people, "", cx.now);
    let edit = match built {
        Ok(edit) => edit,
        Err(refusal) => return Step::Refuse(refusal),
    };
    let told = match people.as_slice() {
        [one] => format!(
            "Withdrew {}: the record is kept, the seat is free",
            cx.model.name_of(*one)
        ),
        all => format!(
            "Withdrew {} people: the records are kept, the seats are free",
            all.len()
        ),
    };
    let left: Vec<String> = parts
        .iter()
        .filter(|part| part.role == Role::Mentor)
        .filter_map(|part| part.group)
        .filter(|group| !cx.model.members(*group).is_empty())
        .map(|group| {
            let members = cx.model.members(group).len();
            format!(
                "{} would be without a mentor: {members} to re-home.",
                cx.model.group_code(group)
            )
        })
        .collect();
    if left.is_empty() && people.len() <= fields::UNASKED {
        return Step::Propose(edit, told);
    }
    let mut lines = left;
    lines.push("One u takes all of it back.".to_owned());
    let title = match people.as_slice() {
        [one] => format!("Withdraw {}?", cx.model.name_of(*one)),
        all => format!("Withdraw {} people?", all.len()),
    };
    Step::Ask(Overlay::Confirm(Confirm::new(title, lines, move |(), _, _| {
        Ok(Step::Propose(edit.clone(), told.clone()))
    })))
}

/// `r`: first what to write, then who gets it, then the number typed; only then are messages written.
pub(in crate::tui::screen) fn write(cx: &Cx<'_>, parts: &[Participant]) -> Step {
    let cohort = cx.model.cohort().map(|cohort| cohort.name.clone());
    write_about(parts, &format!("Mentoring {}", cohort.unwrap_or_default()), "")
}

/// The same from another screen, with a subject and a text to begin from.
pub(crate) fn write_about(parts: &[Participant], subject: &str, body: &str) -> Step {
    let mut people: Vec<Participant> = Vec::new();
    for part in parts {
        if people.iter().all(|known| known.person != part.person) {
            people.push(part.clone());
        }
    }
    if people.is_empty() {
        return Step::say("Nobody is under the cursor to write to.");
    }
    letter_form(people, subject, body)
}

/// The lines to type of a message.
fn letter_form(people: Vec<Participant>, subject: &str, body: &str) -> Step {
    let title = match people.len() {
        1 => "Write to 1 person".to_owned(),
        n => format!("Write to {n} people"),
    };
    let need = |key: &str, label: &str, text: &str| FormField::new(key, label, text).needed();
    let fields = vec![need("subject", "Subject", subject), need("body", "Text", body)];
    Step::Ask(Overlay::Form(Form::new(title, fields, move |texts, cx, _| {
        let text = |nth: usize| texts.get(nth).map(|(_, text)| text.clone()).unwrap_or_default();
        Ok(preview(cx, people.clone(), text(0), text(1)))
    })))
}

/// The message to one person.
fn letter(person: &Person, subject: &str, body: &str) -> Letter {
    let first = if person.known_as.is_empty() {
        person.name.split_whitespace().next().unwrap_or_default()
    } else {
        &person.known_as
    };
    Letter {
        to: (person.name.clone(), person.email.clone()),
        subject: subject.to_owned(),
        body: format!("Dear {first},\n\n{body}\n\nThe mentoring team\n"),
        calendar: None,
    }
}

/// Who would get the message; `y` then asks for the number.
fn preview(cx: &Cx<'_>, people: Vec<Participant>, subject: String, body: String) -> Step {
    let rows: Vec<PreviewRow> = people
        .iter()
        .filter_map(|part| cx.model.people.get(part.person).map(|person| (part, person)))
        .map(|(part, person)| {
            let letter = letter(person, &subject, &body);
            let last = cx
                .model
                .messages_to(part.person)
                .map(|(_, message)| message.at)
                .max();
            let last = last.map_or_else(
                || "never".to_owned(),
                |at| cx.model.local(at).format("%-d %b").to_string(),
            );
            let wrong = crate::domain::text::email_problem(&person.email);
            let mut why = vec![format!("Subject  {}", letter.subject)];
            why.extend(letter.body.lines().map(str::to_owned));
            if let Some(wrong) = wrong {
                why = vec![format!("Left out: {wrong}.")];
            }
            PreviewRow {
                included: wrong.is_none(),
                allowed: wrong.is_none(),
                cells: [
                    person.name.clone(),
                    person.email.clone(),
                    format!("last written {last}"),
                ]
                .map(Cell::from)
                .to_vec(),
                why,
            }
        })
        .collect();
    let columns = vec![
        Column::new("PERSON", 18, 1, 0),
        Column::new("MAIL", 28, 2, 0),
        Column::new("", 22, 0, 1),
    ];
    let (to, subject_then, body_then) = (people.clone(), subject.clone(), body.clone());
    let mut preview = Preview::new("Write", columns, rows, move |included, cx, _| {
        let chosen: Vec<Participant> = included.iter().filter_map(|nth| to.get(*nth).cloned()).collect();
        Ok(ask_number(cx, &chosen, &subject_then, &body_then))
    });
    preview.heading = format!("To {} people", people.len());
    preview.note =
        "Nothing is written yet. y goes on, e changes the text, Space leaves somebody out.".to_owned();
    preview.change = Some(Box::new(move |_: (usize, Vec<usize>), _, _| {
        let again = letter_form(people.clone(), &subject, &body);
        Ok(Step::Many(vec![Step::Close, again]))
    }));
    Step::Ask(Overlay::Preview(preview))
}

/// How they leave, and the number typed.
fn ask_number(cx: &Cx<'_>, people: &[Participant], subject: &str, body: &str) -> Step {
    let posts = people.iter().filter_map(|part| {
        let person = cx.model.people.get(part.person)?;
        let note = Message {
            person: part.person,
            kind: MessageKind::Other,
            about: String::new(),
            subject: subject.to_owned(),
            at: cx.now,
            state: MessageState::Written,
        };
        let letter = letter(person, subject, body);
        Some(Post { letter, note })
    });
    post::ask(cx, posts.collect(), Vec::new)
}
