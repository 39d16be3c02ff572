//! Erasing a person, from the palette alone: what goes and what stays, and the name to be typed.

use crate::domain::{AdminRole, Id, Kind, Person, text, when};
use crate::hub::Erased;
use crate::tui::overlay::{Menu, MenuRow, Overlay, TypedQuestion};
use crate::tui::screen::Cx;
use crate::tui::signal::Out;
use crate::tui::step::Step;

/// How wide a line of the proof may be, so that it fits 80 columns.
const WIDTH: usize = 68;

/// Asks whether the person under the cursor is to be erased; the whole name is the answer.
#[must_use]
pub fn ask(cx: &Cx<'_>, person: Option<Id<Person>>) -> Step {
    let Some((id, is)) = person.and_then(|id| Some((id, cx.model.people.get(id)?))) else {
        return Step::say("Put the cursor on the person in 6 People, or open their card, then :erase again.");
    };
    if cx.role != AdminRole::Owner {
        return Step::say("Erasing a person is the owner's.");
    }
    if let Err(refusal) = cx.model.may_erase(id, &is.name) {
        return Step::Refuse(refusal);
    }
    let held = cx.model.held_on(id);
    let count = |kind: Kind| match held.iter().filter(|id| id.kind == kind).count() {
        1 => format!("1 {kind}"),
        n => format!("{n} {kind}s"),
    };
    let mut lines = vec![
        format!(
            "Name, addresses, notes and words of {} go, from the history too.",
            is.name
        ),
        format!(
            "Of this cohort go: {}, {}, {}.",
            count(Kind::Quote),
            count(Kind::Consent),
            count(Kind::Message)
        ),
        format!(
            "As counts stay: {}, {}.",
            count(Kind::Mark),
            count(Kind::Response)
        ),
    ];
    let printed = cx
        .model
        .uses
        .iter()
        .filter(|(use_id, _)| held.contains(&(*use_id).into()));
    lines.extend(printed.map(|(_, is)| {
        let on = when::day_short(is.on);
        format!("Printed, to be corrected: {}, {on}, as {}.", is.place, is.label)
    }));
    lines.push("Everything is written anew; everybody is disconnected for a moment.".to_owned());
    let name = is.name.clone();
    let question = TypedQuestion::new(
        format!("Erase {name}?"),
        lines,
        name.clone(),
        move |(), _, hand| {
            let nonce = hand.mint.nonce();
            let name = name.clone();
            Ok(Step::Many(vec![
                Step::say("Erasing ... everything is written anew."),
                Step::Out(Out::Erase {
                    nonce,
                    person: id,
                    name,
                }),
            ]))
        },
    );
    Step::Ask(Overlay::Typed(question.warning("An erasure cannot be undone.")))
}

/// What was done, with its proof.
#[must_use]
pub fn done(erased: &Erased) -> Step {
    let said = erased.said();
    let first = said.first().cloned().unwrap_or_default();
    let rows = said.iter().flat_map(|line| text::wrapped(line, WIDTH));
    let rows = rows.map(MenuRow::plain).collect();
    let menu = Menu::new("Erased", rows, |_, _, _| Ok(Step::Stay)).saying(first);
    Step::Ask(Overlay::Menu(menu))
}
