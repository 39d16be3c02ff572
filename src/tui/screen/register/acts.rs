//! What is done to a register as a whole, from the register itself or from Now.

use super::super::{Cx, people, records};
use super::lines::session_name;
use crate::domain::{
    Attendee, Change, Enrolment, Id, MarkValue, Model, Participant, Role, Session, SessionState, text, when,
};
use crate::tui::key::Context;
use crate::tui::overlay::{Confirm, LineBox, Menu, MenuRow, Overlay};
use crate::tui::step::{Hand, Step};

/// From how many changed records on a question is asked first (ux.md §7.5).
const MANY: usize = 10;

/// Marks everybody seen and unmarked as present or late; without an attendance report everybody unmarked.
pub(crate) fn mark_everybody(session: Id<Session>, cx: &Cx<'_>, hand: &mut Hand) -> Step {
    let Some(is) = cx.model.sessions.get(session) else {
        return Step::say("This session is gone.");
    };
    if cx.now < is.starts {
        return Step::say(format!(
            "{} begins in {}: until then only apologies can be noted.",
            session_name(cx.model, session),
            when::ago(cx.now, is.starts)
        ));
    }
    let only_seen = cx.model.sightings_in(session).next().is_some();
    let edit = match cx
        .model
        .mark_all(&mut hand.mint, session, only_seen, cx.me, cx.now)
    {
        Ok(edit) => edit,
        Err(refusal) => return Step::Refuse(refusal),
    };
    if edit.is_empty() {
        return Step::say(match cx.model.unmarked(session).len() {
            0 => "Everybody is marked already. f finishes the register.".to_owned(),
            n => format!("Nobody else was seen in the call; {n} are not marked."),
        });
    }
    let is_late = |change: &&Change| match change {
        Change::Mark(delta) => delta
            .after
            .as_ref()
            .is_some_and(|mark| mark.value == MarkValue::Late),
        _ => false,
    };
    let late = edit.changes.iter().filter(is_late).count();
    let present = edit.changes.len() - late;
    let mut said = format!("{}: {present} marked present", session_name(cx.model, session));
    if late > 0 {
        said.push_str(&format!(", {late} late"));
    }
    if edit.changes.len() <= MANY {
        return Step::Propose(edit, said);
    }
    let lines = vec![
        format!("{said}."),
        "Nobody who has a mark already is changed.".to_owned(),
    ];
    let confirm = Confirm::new(
        format!("Mark {} people?", edit.changes.len()),
        lines,
        move |(), _, _| Ok(Step::Propose(edit.clone(), said.clone())),
    );
    Step::Ask(Overlay::Confirm(confirm))
}

/// Finishes the register, asking first when people are unmarked; opens a finished one again.
pub(crate) fn finish(session: Id<Session>, cx: &Cx<'_>, hand: &mut Hand) -> Step {
    let name = session_name(cx.model, session);
    let Some(is) = cx.model.sessions.get(session) else {
        return Step::say("This session is gone.");
    };
    if is.state == SessionState::Closed {
        let edit = cx.model.reopen_register(&mut hand.mint, session);
        return Step::propose_saying(edit, format!("Opened the register of {name} again"));
    }
    let said = format!("Finished the register of {name}");
    let unmarked = cx.model.unmarked(session);
    if unmarked.is_empty() || cx.now < is.starts {
        let edit = cx
            .model
            .close_register(&mut hand.mint, session, false, cx.me, cx.now);
        return Step::propose_saying(edit, said);
    }
    let mut lines = vec![format!("{} not marked, absent after y:", persons(unmarked.len()))];
    lines.extend(
        unmarked
            .iter()
            .map(|id| format!("  {}", cx.model.enrolled_name(*id))),
    );
    if cx.now < is.ends() {
        lines.push(format!(
            "The session goes on until {}.",
            when::clock(cx.model.local(is.ends()))
        ));
    }
    let confirm = Confirm::new(
        format!("Finish the register of {name}?"),
        lines,
        move |(), cx, hand| {
            let edit = cx
                .model
                .close_register(&mut hand.mint, session, true, cx.me, cx.now);
            Ok(Step::propose_saying(edit, said.clone()))
        },
    );
    Step::Ask(Overlay::Confirm(confirm))
}

fn persons(n: usize) -> String {
    match n {
        1 => "1 person is".to_owned(),
        n => format!("{n} people are"),
    }
}

/// Asks who the guest is: somebody who takes part elsewhere, or a name.
pub(super) fn guest(session: Id<Session>, cx: &Cx<'_>) -> Step {
    let title = format!("Guest of {}", session_name(cx.model, session));
    let hint = "The guest's name. Enter notes the guest.";
    let line = LineBox::new(title, hint, "", move |name, cx, hand| {
        let who = attendee(cx.model, &name);
        let edit = cx
            .model
            .add_guest(&mut hand.mint, session, who, cx.me, cx.now)
            .map_err(|refusal| format!("{}. Try: {}.", refusal.what, refusal.hint))?;
        Ok(Step::Propose(edit, format!("{} noted as a guest", name.trim())))
    })
    .reading(|name, cx| {
        Ok(match attendee(cx.model, name) {
            Attendee::Guest(_) => "A guest from outside the cohort.".to_owned(),
            Attendee::Enrolled(id) => {
                let role = cx.model.enrolments.get(id).map_or(Role::Mentee, |is| is.role);
                format!(
                    "{} takes part in this cohort as {role}.",
                    cx.model.enrolled_name(id)
                )
            }
        })
    });
    Step::Ask(Overlay::Line(line))
}

/// Prepares messages about a session to these people: first what to write, then who gets it, then the number.
pub(crate) fn write(cx: &Cx<'_>, session: Id<Session>, to: &[Id<Enrolment>]) -> Step {
    let Some(is) = cx.model.sessions.get(session) else {
        return Step::say("This session is gone.");
    };
    let part = |id: &Id<Enrolment>| {
        let person = cx.model.enrolments.get(*id)?.person;
        let parts = cx.model.parts_of(person);
        parts.into_iter().find(|part| part.enrolment == Some(*id))
    };
    let parts: Vec<Participant> = to.iter().filter_map(part).collect();
    let at = when::moment_short(cx.model.local(is.starts));
    let link = super::super::now::link(cx.model, is);
    let joining = if link.is_empty() {
        String::new()
    } else {
        format!(" It is joined here: {link}")
    };
    let body = if cx.now < is.starts {
        format!("Our next session is on {at}.{joining}")
    } else if cx.now < is.ends() {
        format!(
            "Our session began at {}.{joining}",
            when::clock(cx.model.local(is.starts))
        )
    } else {
        format!("This is about our session of {at}.")
    };
    people::acts::write_about(&parts, &session_name(cx.model, session), &body)
}

/// The participant of exactly this name, if there is just one; else a guest of this name.
fn attendee(model: &Model, name: &str) -> Attendee {
    let wanted = text::fold(name.trim());
    let mut found = model
        .enrolments
        .iter()
        .filter(|(id, is)| is.state.is_live() && text::fold(&model.enrolled_name(*id)) == wanted);
    match (found.next(), found.next()) {
        (Some((id, _)), None) if !wanted.is_empty() => Attendee::Enrolled(id),
        _ => Attendee::Guest(name.trim().to_owned()),
    }
}

/// The fields of a session that its heading changes: letter, key, label.
const FIELDS: [(char, &str, &str); 6] = [
    ('t', "topic", "Topic"),
    ('l', "link", "Join link"),
    ('n', "note", "Note"),
    ('p', "place", "Place"),
    ('s', "starts", "Starts"),
    ('m', "minutes", "Minutes"),
];

/// The menu of a session's own fields.
pub(crate) fn fields_of(cx: &Cx<'_>, session: Id<Session>) -> Step {
    let Some(is) = cx.model.sessions.get(session) else {
        return Step::say("This session is gone.");
    };
    let value = |key: &str| match key {
        "starts" => when::moment_short(cx.model.local(is.starts)),
        key => cx.model.read_field(session.into(), key),
    };
    let rows = FIELDS
        .iter()
        .map(|(letter, key, label)| MenuRow::new(*letter, format!("{label:<10} {}", value(key))))
        .collect();
    let mut menu = Menu::new(session_name(cx.model, session), rows, move |row, cx, _| {
        Ok(match FIELDS[row].1 {
            "starts" => start_of(cx.model, session),
            key => records::edit_field(cx.model, session.into(), key, None),
        })
    });
    menu.table = Context::FieldMenu;
    Step::Ask(Overlay::Menu(
        menu.saying("A letter changes the field. Esc leaves it."),
    ))
}

/// Asks when a session starts.
fn start_of(model: &Model, session: Id<Session>) -> Step {
    let Some(starts) = model.sessions.get(session).map(|is| is.starts) else {
        return Step::say("This session is gone.");
    };
    let read = move |text: &str, cx: &Cx<'_>| {
        let base = Some(cx.model.local(starts));
        when::parse_when(text, cx.model.local(cx.now), base)
            .map_err(|problem| format!("{problem}: {}.", problem.remedy()))
    };
    let old = when::moment_short(model.local(starts));
    let title = format!("Start of {}", session_name(model, session));
    let line = LineBox::new(
        title,
        "A day and a time: thu 16:00, 12 may 16:30, +2d.",
        &old,
        move |text, cx, hand| {
            let at = read(&text, cx)?;
            let said = format!(
                "{} moved to {}",
                session_name(cx.model, session),
                when::moment_short(cx.model.local(at))
            );
            Ok(Step::propose_saying(
                cx.model.reschedule(&mut hand.mint, session, at),
                said,
            ))
        },
    )
    .reading(move |text, cx| read(text, cx).map(|at| when::moment_short(cx.model.local(at))));
    Step::Ask(Overlay::Line(line))
}
