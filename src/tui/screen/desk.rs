//! The workshop desk: three letters find a person, Enter notes the arrival; who is not on the list is a guest.
//!
//! A popup that stays open from one arrival to the next. An arrival is a mark in the workshop's register, so
//! everything else (taking it back, closing, lists) is the register's.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::{Attendee, Enrolment, Id, MarkValue, Model, Role, Session, text, when};
use crate::tui::overlay::{Form, FormField, Menu, MenuRow, Overlay};
use crate::tui::screen::Cx;
use crate::tui::step::Step;

/// Opens the desk of today's workshop; where none or several are today, asks which, the nearest first.
#[must_use]
pub fn open(model: &Model, now: DateTime<Utc>) -> Step {
    let mut workshops: Vec<(TimeDelta, Id<Session>, DateTime<Utc>)> = model
        .sessions
        .iter()
        .filter(|(_, is)| is.group.is_none() && is.stands())
        .map(|(id, is)| ((is.starts - now).abs(), id, is.starts))
        .collect();
    workshops.sort_unstable();
    let is_today = |starts: DateTime<Utc>| model.day(starts) == model.day(now);
    let mut today = workshops.iter().filter(|(.., starts)| is_today(*starts));
    match (workshops.as_slice(), today.next(), today.next()) {
        ([], ..) => Step::say("There is no workshop: :add record adds a session without a group."),
        ([(_, only, _)], ..) | (_, Some((_, only, _)), None) => {
            Step::Ask(Overlay::Menu(desk(model, *only, None)))
        }
        _ => {
            let rows = workshops.iter().map(|(_, id, starts)| {
                let at = when::moment_short(model.local(*starts));
                MenuRow::plain(format!("{}, {at}", model.session_title(*id)))
            });
            let rows = rows.collect();
            Step::Ask(Overlay::Menu(Menu::new(
                "Which workshop?",
                rows,
                move |row, cx, _| Ok(Step::Ask(Overlay::Menu(desk(cx.model, workshops[row].1, None)))),
            )))
        }
    }
}

/// Everybody who may arrive, in the order of lists; who is there already is ticked. The first row is for a guest.
fn desk(model: &Model, workshop: Id<Session>, last: Option<String>) -> Menu {
    let register = model.register(workshop);
    let mut people: Vec<Attendee> = Vec::new();
    let mut rows = vec![MenuRow::plain("somebody who is not on the list: a guest")];
    let mut arrived = Vec::new();
    for row in &register.rows {
        let there = row.mark.as_ref().is_some_and(|(_, mark)| {
            matches!(
                mark.value,
                MarkValue::Present | MarkValue::Late | MarkValue::Guest
            )
        });
        let tick = if there { "[x]" } else { "[ ]" };
        let part = row
            .enrolment
            .map_or_else(|| "guest".to_owned(), |e| place(model, workshop, e));
        let name = text::pad_right(&row.name, 24);
        rows.push(MenuRow::plain(format!("{tick} {name} {part}")));
        arrived.push(there);
        people.push(match row.enrolment {
            Some(enrolment) => Attendee::Enrolled(enrolment),
            None => Attendee::Guest(row.guest.clone()),
        });
    }
    let mut names: Vec<String> = register.rows.iter().map(|row| row.name.clone()).collect();
    let arrivals = |expected: bool| {
        let rows = register.rows.iter().zip(&arrived);
        rows.filter(|(row, here)| row.role.is_some() == expected && **here)
            .count()
    };
    let (here, guests) = (arrivals(true), arrivals(false));
    let expected = register.rows.iter().filter(|row| row.role.is_some()).count();
    // Who takes part and is in no group stands at the door too.
    let mut others: Vec<(String, Id<Enrolment>)> = model
        .enrolments
        .iter()
        .filter(|(id, is)| is.state.is_live() && !people.contains(&Attendee::Enrolled(*id)))
        .map(|(id, _)| (model.enrolled_name(id), id))
        .collect();
    others.sort();
    for (name, enrolment) in others {
        let role = model.enrolments.get(enrolment).map_or(Role::Mentee, |is| is.role);
        let padded = text::pad_right(&name, 24);
        rows.push(MenuRow::plain(format!("[ ] {padded} {role} without a group")));
        people.push(Attendee::Enrolled(enrolment));
        arrived.push(false);
        names.push(name);
    }
    let guests = match guests {
        0 => String::new(),
        1 => ", 1 guest".to_owned(),
        many => format!(", {many} guests"),
    };
    let title = format!(
        "{}: {here} of {expected} here{guests}",
        model.session_title(workshop)
    );
    let note = last.unwrap_or_else(|| "Type three letters of a name; Enter notes the arrival.".to_owned());
    Menu::new(title, rows, move |row, cx, hand| {
        let Some(at) = row.checked_sub(1) else {
            return Ok(guest(workshop, ""));
        };
        let who = people[at].clone();
        if arrived[at] {
            return Ok(already(workshop, who, &names[at]));
        }
        let edit = cx
            .model
            .mark(
                &mut hand.mint,
                workshop,
                who.clone(),
                Some(match who {
                    Attendee::Enrolled(enrolment) if is_expected(cx.model, workshop, enrolment) => {
                        MarkValue::Present
                    }
                    _ => MarkValue::Guest,
                }),
                None,
                cx.me,
                cx.now,
            )
            .map_err(|refusal| format!("{}. Try: {}.", refusal.what, refusal.hint))?;
        let said = format!("{} is here", names[at]);
        Ok(then(cx, workshop, edit, said))
    })
    .lacking("nobody of that name: Enter notes a guest", move |typed, _, _| {
        Ok(guest(workshop, &typed))
    })
    .saying(note)
    .finding()
}

/// Somebody who is here already: noted by mistake, or asked for twice.
fn already(workshop: Id<Session>, who: Attendee, name: &str) -> Step {
    let told = name.to_owned();
    let rows = vec![
        MenuRow::new('g', "go on, that is right"),
        MenuRow::new('t', "take it back, it was somebody else"),
    ];
    let title = format!("{name} is here already");
    let menu = Menu::new(title, rows, move |row, cx, hand| {
        if row == 0 {
            return Ok(Step::Ask(Overlay::Menu(desk(cx.model, workshop, None))));
        }
        let edit = cx
            .model
            .mark(&mut hand.mint, workshop, who.clone(), None, None, cx.me, cx.now)
            .map_err(|refusal| format!("{}. Try: {}.", refusal.what, refusal.hint))?;
        Ok(then(cx, workshop, edit, format!("{told} is not here")))
    });
    Step::Ask(Overlay::Menu(
        menu.saying("Enter goes on with the next, t takes the arrival back."),
    ))
}

fn is_expected(model: &Model, workshop: Id<Session>, enrolment: Id<Enrolment>) -> bool {
    let session = model.sessions.get(workshop);
    session.is_some_and(|is| model.is_expected(is, enrolment))
}

/// Saves an arrival and opens the desk again, as it will be then.
fn then(cx: &Cx<'_>, workshop: Id<Session>, edit: crate::domain::Edit, said: String) -> Step {
    let again = desk(
        &cx.model.after(&edit.changes),
        workshop,
        Some(format!("{said}. The next: three letters of the name.")),
    );
    if edit.is_empty() {
        return Step::Ask(Overlay::Menu(again));
    }
    if let Err(refusal) = cx.model.admit(&edit, cx.role, cx.now) {
        let as_it_was = Step::Ask(Overlay::Menu(desk(cx.model, workshop, None)));
        return Step::Many(vec![as_it_was, Step::Refuse(refusal)]);
    }
    Step::Many(vec![Step::Propose(edit, said), Step::Ask(Overlay::Menu(again))])
}

/// As what somebody comes: role, group, mentor.
fn place(model: &Model, workshop: Id<Session>, enrolment: Id<Enrolment>) -> String {
    let day = model.sessions.get(workshop).map(|is| model.day(is.starts));
    let role = model.enrolments.get(enrolment).map_or(Role::Mentee, |is| is.role);
    let Some((day, group)) = day.and_then(|day| Some((day, model.group_of(enrolment, day)?))) else {
        return role.word().to_owned();
    };
    let code = model.group_code(group);
    match (role, model.lead_of(group, day)) {
        (Role::Mentee, Some(lead)) => format!("{code}, with {}", model.enrolled_name(lead)),
        _ => format!("{code}, {role}"),
    }
}

/// The name of somebody who is not on the list, as far as it was typed.
fn guest(workshop: Id<Session>, typed: &str) -> Step {
    let fields = vec![FormField::new("name", "Name", typed)];
    Step::Ask(Overlay::Form(Form::new(
        "A guest",
        fields,
        move |texts, cx, hand| {
            let name = texts
                .first()
                .map(|(_, text)| text.trim().to_owned())
                .unwrap_or_default();
            if name.is_empty() {
                return Err("Type the name of the guest.".to_owned());
            }
            let edit = cx
                .model
                .mark(
                    &mut hand.mint,
                    workshop,
                    Attendee::Guest(name.clone()),
                    Some(MarkValue::Guest),
                    None,
                    cx.me,
                    cx.now,
                )
                .map_err(|refusal| format!("{}. Try: {}.", refusal.what, refusal.hint))?;
            Ok(then(cx, workshop, edit, format!("{name} is here, as a guest")))
        },
    )))
}
