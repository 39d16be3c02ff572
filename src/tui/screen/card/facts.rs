//! What a person card says, as lines: consents, free times, sessions, answers. The card and the pane beside the grid
//! both take it from here. Never scores: one person's answers are not shown (rule 14).

use crate::domain::{AnyId, Model, Participant, Person, Purpose, Role};
use crate::tui::screen::Cx;
use crate::tui::screen::people::Of;

/// `quotes one stream member, recording no`.
pub(super) fn consents(model: &Model, part: &Participant) -> String {
    let all: Vec<_> = model
        .consents_of(part.person)
        .filter(|(_, is)| is.withdrawn.is_none())
        .collect();
    let mut words: Vec<String> = all
        .iter()
        .filter(|(_, is)| is.purpose == Purpose::Quotes)
        .map(|(_, is)| match is.quote {
            Some(_) => format!("one quote {}", is.widest),
            None => format!("quotes {}", is.widest),
        })
        .collect();
    if words.is_empty() {
        words.push("quotes no".to_owned());
    }
    for (purpose, word) in [(Purpose::Recording, "recording"), (Purpose::Contact, "contact")] {
        let given = all.iter().any(|(_, is)| is.purpose == purpose);
        if given || purpose == Purpose::Recording {
            words.push(format!("{word} {}", if given { "yes" } else { "no" }));
        }
    }
    words.join(", ")
}

/// `Mon 12:00-14:00, Thu 16:00-18:00`.
pub(super) fn free_times(model: &Model, part: &Participant) -> String {
    let of_enrolment = part
        .enrolment
        .and_then(|id| model.enrolments.get(id))
        .map(|is| &is.availability);
    let of_application = || {
        part.application
            .and_then(|id| model.applications.get(id))
            .map(|is| &is.availability)
    };
    let times = of_enrolment.or_else(of_application);
    let times = times.into_iter().flatten().map(ToString::to_string);
    times.collect::<Vec<_>>().join(", ")
}

/// One entry for each round: `S1 present`, `S3 late (today)`, and those to come as one.
pub(super) fn sessions(cx: &Cx<'_>, part: &Participant) -> Vec<String> {
    let model = cx.model;
    let Some(enrolment) = part.enrolment else {
        return Vec::new();
    };
    let today = model.day(cx.now);
    let mut lines = Vec::new();
    let mut to_come: Vec<(u8, String)> = Vec::new();
    for number in 1..=model.settings().rounds {
        let of_round = |round| model.round_number(round) == number;
        let marked = model.marks_of(enrolment).find_map(|(_, mark)| {
            let session = model.sessions.get(mark.session)?;
            session
                .round
                .filter(|round| of_round(*round))
                .map(|_| (session, mark))
        });
        let session = part.group.and_then(|group| model.session_in_round(group, number));
        let starts = session
            .and_then(|id| model.sessions.get(id))
            .filter(|is| is.stands())
            .map(|is| is.starts);
        match (marked, starts) {
            (Some((session, mark)), _) => {
                let when = if model.day(session.starts) == today {
                    " (today)"
                } else {
                    ""
                };
                lines.push(format!("S{number} {}{when}", mark.value));
            }
            (None, Some(starts)) if starts <= cx.now => lines.push(format!("S{number} not marked")),
            (None, Some(starts)) => {
                to_come.push((number, model.local(starts).format("%a %-d %b %H:%M").to_string()));
            }
            (None, None) => to_come.push((number, "no date".to_owned())),
        }
    }
    match to_come.as_slice() {
        [] => {}
        [(number, when)] => lines.push(format!("S{number} {when}")),
        [(first, when), .., (last, _)] => lines.push(format!("S{first} {when}, to S{last} to come")),
    }
    lines
}

/// How much was answered of what was asked by name, goals, messages.
pub(super) fn answers(cx: &Cx<'_>, part: &Participant) -> String {
    let model = cx.model;
    let (answered, asked) = Of::new(model, part).answered();
    let mut words = vec![format!("answered {answered} of {asked} asked by name")];
    if let Some(enrolment) = part.enrolment {
        let goals = model.goals_of(enrolment).count();
        if goals > 0 {
            let scored = model
                .goals_of(enrolment)
                .filter(|(_, goal)| goal.score.is_some())
                .count();
            words.push(format!("goals {goals}, scored {scored}"));
        }
    }
    if let Some(last) = model
        .messages_to(part.person)
        .map(|(_, message)| message.at)
        .max()
    {
        words.push(format!("last written {}", model.local(last).format("%-d %b")));
    }
    words.join("    ")
}

/// The parts somebody has besides this one: mentor here and mentee there.
pub(super) fn also(model: &Model, part: &Participant) -> Option<String> {
    let other = model
        .parts_of(part.person)
        .into_iter()
        .find(|is| is.role != part.role)?;
    Some(format!("also {} ({})", other.role, other.status))
}

/// The heading after the name: `mentee, CCIO-2`.
pub(super) fn heading(model: &Model, part: &Participant) -> String {
    let mut words = vec![part.role.to_string()];
    match part.group {
        Some(group) if part.role == Role::Mentor => words.push(format!("leads {}", model.group_code(group))),
        Some(group) => words.push(model.group_code(group)),
        None => words.push(part.status.to_string()),
    }
    words.extend(also(model, part));
    words.join(", ")
}

/// The pane beside the grid: the full record in a narrow column.
pub(in crate::tui::screen) fn inspector(cx: &Cx<'_>, part: &Participant, width: usize) -> Vec<String> {
    let model = cx.model;
    let of = Of::new(model, part);
    let nothing = |text: String| if text.is_empty() { "-".to_owned() } else { text };
    let group = if of.waits() {
        "! none".to_owned()
    } else {
        nothing(of.text("group"))
    };
    let mut lines = vec![
        format!("{:<9}{group:<9}{}", part.role.word(), of.text("organisation")),
        of.text("email"),
        String::new(),
    ];
    let mut fact = |label: &str, text: String| {
        if text.is_empty() {
            return;
        }
        let room = width.saturating_sub(10).max(8);
        for (nth, piece) in wrapped(&text, room).into_iter().enumerate() {
            let label = if nth == 0 { label } else { "" };
            lines.push(format!("{label:<10}{piece}"));
        }
    };
    fact("Status", part.status.to_string());
    fact("Waits for", of.calls().unwrap_or_default());
    fact("Stream", of.text("stream"));
    fact("Stage", of.text("stage"));
    fact(
        "Takes",
        of.enrolment
            .and_then(|e| e.capacity)
            .map(|n| format!("{n} mentees"))
            .unwrap_or_default(),
    );
    fact("Job", of.text("job_title"));
    fact("Region", of.text("region"));
    fact("Phone", of.text("phone"));
    fact("Manager", of.text("line_manager"));
    fact("Consent", consents(model, part));
    fact("Needs", nothing(of.text("access_needs")));
    fact("Free", nothing(free_times(model, part)));
    fact("Also", also(model, part).unwrap_or_default());
    lines.push(String::new());
    lines.push("Sessions".to_owned());
    lines.extend(sessions(cx, part));
    lines.push(answers(cx, part));
    lines.push(String::new());
    lines.push("History".to_owned());
    let history = super::history::of_person(cx, part.person);
    lines.extend(
        history
            .iter()
            .take(6)
            .map(|line| format!("{} {} {}", line.when, line.who, line.what)),
    );
    if history.is_empty() {
        lines.push("nothing that is at hand".to_owned());
    }
    lines.push(String::new());
    lines.push("Notes".to_owned());
    let note = of.text("note");
    if note.is_empty() {
        lines.push("-   (Enter, then e k)".to_owned());
    } else {
        lines.extend(wrapped(&note, width.max(8)));
    }
    lines
}

/// A text broken at blanks into lines of at most this width.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let room = width.saturating_sub(crate::domain::text::width(word) + 1);
        match lines.last_mut() {
            Some(last) if last.is_empty() => last.push_str(word),
            Some(last) if crate::domain::text::width(last) <= room => {
                last.push(' ');
                last.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Every record that is about this person.
pub(super) fn records(model: &Model, person: crate::domain::Id<Person>) -> Vec<AnyId> {
    let mut all: Vec<AnyId> = vec![person.into()];
    all.extend(model.applications_of(person).map(|(id, _)| AnyId::from(id)));
    all.extend(model.consents_of(person).map(|(id, _)| AnyId::from(id)));
    all.extend(model.messages_to(person).map(|(id, _)| AnyId::from(id)));
    for (enrolment, _) in model.enrolments_of(person) {
        all.push(enrolment.into());
        all.extend(model.memberships_of(enrolment).map(|(id, _)| AnyId::from(id)));
        all.extend(model.marks_of(enrolment).map(|(id, _)| AnyId::from(id)));
        all.extend(model.goals_of(enrolment).map(|(id, _)| AnyId::from(id)));
        all.extend(model.groups_led_by(enrolment).map(|(id, _)| AnyId::from(id)));
    }
    all
}
