//! Moving people between groups: the popup of groups ranked by fit, the swap, the way back to the pool. People, the
//! person card and Groups all open it.

use crate::domain::{
    Choice, Edit, Enrolment, Group, Id, Label, LeadRole, Mint, Model, Placement, Refusal, Role,
};
use crate::tui::key::{Action, Context};
use crate::tui::overlay::{Confirm, Menu, MenuRow, Overlay};
use crate::tui::screen::Cx;
use crate::tui::step::Step;

use chrono::{DateTime, NaiveDate, Utc};

/// How many groups can be chosen by a digit.
const DIGITS: usize = 9;

/// What a choice in the popup does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Does {
    /// Everybody goes to this group.
    Move(Id<Group>),
    /// The same, its limit raised to this first.
    Raise(Id<Group>, u8),
    /// Everybody goes to the place that fits best.
    Best,
}

/// Where these people could go: of mentees the groups by fit, of one mentor the groups to lead.
#[must_use]
pub fn move_popup(cx: &Cx<'_>, people: &[Id<Enrolment>]) -> Step {
    let model = cx.model;
    let mentors = people
        .iter()
        .filter(|id| role(model, **id) == Some(Role::Mentor))
        .count();
    match (people, mentors) {
        ([], _) => Step::say("Only people who take part can be moved: e on STATUS decides an application."),
        ([one], 1) => lead_popup(cx, *one),
        (_, 0) => mentees_popup(cx, people),
        _ => Step::say("Mentors lead groups one at a time: move mentees and mentors separately."),
    }
}

fn role(model: &Model, id: Id<Enrolment>) -> Option<Role> {
    model.enrolments.get(id).map(|enrolment| enrolment.role)
}

/// The group of a mentee now.
fn group_now(model: &Model, id: Id<Enrolment>) -> Option<Id<Group>> {
    model
        .membership_in_force(id)
        .map(|(_, membership)| membership.group)
}

/// A group's code, or the pool.
fn place(model: &Model, group: Option<Id<Group>>) -> String {
    group.map_or_else(|| "the pool".to_owned(), |id| model.group_code(id))
}

/// The first day of somebody in a new group: today, or tomorrow when the present group has begun to meet today.
#[must_use]
pub fn first_day(model: &Model, id: Id<Enrolment>, now: DateTime<Utc>) -> NaiveDate {
    let today = model.day(now);
    let met = |group| {
        let sessions = model.standing_sessions_of(group);
        sessions
            .iter()
            .any(|(_, is)| is.starts <= now && model.day(is.starts) == today)
    };
    match group_now(model, id) {
        Some(group) if met(group) => today.succ_opt().unwrap_or(today),
        _ => today,
    }
}

/// The edit that moves one mentee, with a reason where the stream is another (rule 4).
fn moved(
    model: &Model,
    mint: &mut Mint,
    id: Id<Enrolment>,
    group: Option<Id<Group>>,
    now: DateTime<Utc>,
) -> Result<Edit, Refusal> {
    let day = first_day(model, id, now);
    let same = group
        .and_then(|group| model.groups.get(group))
        .is_none_or(|group| {
            let is = model.enrolments.get(id);
            is.is_some_and(|is| is.stream == group.stream || is.second_stream == Some(group.stream))
        });
    let why = if same {
        ""
    } else {
        "another stream, chosen by hand"
    };
    model.move_to(mint, &[id], group, day, why)
}

/// The edit that moves all of these to one place.
fn moved_all(
    cx: &Cx<'_>,
    mint: &mut Mint,
    people: &[Id<Enrolment>],
    group: Option<Id<Group>>,
) -> Result<Edit, Refusal> {
    if let [one] = people {
        return moved(cx.model, mint, *one, group, cx.now);
    }
    let label = Label::new(
        "move",
        format!("{} people to {}", people.len(), place(cx.model, group)),
    );
    cx.model.together(mint, label, people, |model, id, mint| {
        moved(model, mint, *id, group, cx.now)
    })
}

/// What is said when these were moved.
fn told(model: &Model, people: &[Id<Enrolment>], group: Option<Id<Group>>) -> String {
    match people {
        [one] => {
            let from = place(model, group_now(model, *one));
            format!(
                "Moved {} from {from} to {}",
                model.enrolled_name(*one),
                place(model, group)
            )
        }
        all => format!("Moved {} people to {}", all.len(), place(model, group)),
    }
}

/// The groups these could go to: of one person as ranked, of several by the sum of their fits.
fn ranked(cx: &Cx<'_>, people: &[Id<Enrolment>]) -> Vec<Choice> {
    let day = cx.model.day(cx.now);
    cx.model.rank_groups_for(people, day)
}

/// The best place for each, as far as there is room: nobody twice, no group over its limit.
fn best_places(cx: &Cx<'_>, people: &[Id<Enrolment>]) -> Vec<Placement> {
    let day = cx.model.day(cx.now);
    let mut taken: std::collections::HashMap<Id<Group>, u8> = std::collections::HashMap::new();
    let mut placed = Vec::new();
    for id in people {
        let here = group_now(cx.model, *id);
        let choices = cx.model.rank_groups(*id, day);
        let has_room = |choice: &&Choice| {
            let more = taken.get(&choice.group).copied().unwrap_or_default();
            choice.is_open() && choice.size + more < choice.max && Some(choice.group) != here
        };
        if let Some(best) = choices.iter().find(has_room) {
            *taken.entry(best.group).or_default() += 1;
            placed.push(Placement {
                enrolment: *id,
                group: best.group,
                reason: format!("best fit {}", best.fit),
            });
        }
    }
    placed
}

fn mentees_popup(cx: &Cx<'_>, people: &[Id<Enrolment>]) -> Step {
    let model = cx.model;
    let many = people.len() > 1;
    let mut rows = Vec::new();
    let mut does = Vec::new();
    let best = if many { best_places(cx, people) } else { Vec::new() };
    if many && !best.is_empty() {
        let names = best.iter().take(3).map(|is| {
            let name = model.enrolled_name(is.enrolment);
            let first = name.split_whitespace().next().unwrap_or_default().to_owned();
            format!("{first} {}", model.group_code(is.group))
        });
        let names: Vec<String> = names.collect();
        let more = if best.len() > 3 { ", ..." } else { "" };
        rows.push(MenuRow::new(
            'b',
            format!("best place for each: {}{more}", names.join(", ")),
        ));
        does.push(Does::Best);
    }
    let mut digit = 0;
    for choice in ranked(cx, people) {
        let code = model.group_code(choice.group);
        if let Some(why) = &choice.refused {
            let text = format!(
                "{code:<9}{:<6} -   {why}",
                format!("{}/{}", choice.size, choice.max)
            );
            rows.push(MenuRow::barred(text, format!("{code} cannot be chosen: {why}.")));
            does.push(Does::Move(choice.group));
            continue;
        }
        let size = format!("{}/{}", choice.size, choice.max);
        if choice.full {
            let limits = model.group_limits(choice.group);
            let needed = usize::from(choice.size) + people.len();
            let text = format!("{code:<9}{size:<6} -   full");
            let by_mentor = limits
                .capacity
                .is_some_and(|capacity| usize::from(capacity) < needed);
            rows.push(if by_mentor {
                let why = format!(
                    "{code} is full: its mentor takes {}. CAP in 6 People changes that.",
                    limits.max
                );
                MenuRow::barred(format!("{text}: as many as its mentor takes"), why)
            } else {
                MenuRow::plain(format!("{text} (Enter raises the limit)"))
            });
            does.push(Does::Raise(choice.group, u8::try_from(needed).unwrap_or(u8::MAX)));
            continue;
        }
        let clash = choice
            .clash
            .as_ref()
            .map(|clash| format!("; ! clash {clash}"))
            .unwrap_or_default();
        let text = format!("{code:<9}{size:<6}{:>3}   {}{clash}", choice.fit, choice.why);
        digit += 1;
        let label = char::from_digit(digit, 10).filter(|_| digit as usize <= DIGITS);
        rows.push(MenuRow {
            label,
            ..MenuRow::plain(text)
        });
        does.push(Does::Move(choice.group));
    }
    if rows.is_empty() {
        return Step::say("There is no group to go to: 3 Groups, a makes one.");
    }
    let title = match people {
        [one] => format!(
            "Move {}   {} -> ?",
            model.enrolled_name(*one),
            place(model, group_now(model, *one))
        ),
        all => format!("Move {} people -> ?", all.len()),
    };
    let chosen = people.to_vec();
    let (offered, coming) = (does.clone(), people.len());
    let mut menu = Menu::new(title, rows, move |row, cx, hand| {
        let does = does.get(row).ok_or("There is no such row.")?;
        carry_out(cx, &mut hand.mint, &chosen, *does)
    });
    menu.since = Some(Box::new(move |row, cx| match offered.get(row)? {
        Does::Move(group) => full_now(cx.model, *group, coming),
        Does::Raise(..) | Does::Best => None,
    }));
    menu.heading = format!("{:<9}{:<6}{:>3}   WHY", "GROUP", "SIZE", "FIT");
    menu.footer = vec![String::new()];
    menu.footer.push(if many {
        "0  all back to the unassigned pool".to_owned()
    } else {
        "s  swap with another person      0  back to the unassigned pool".to_owned()
    });
    menu.footer.extend(consequences(cx, people));
    menu.table = Context::MovePopup;
    let chosen = people.to_vec();
    menu.other = Some(Box::new(move |action, cx, hand| {
        match (action, chosen.as_slice()) {
            (Action::Unassign, all) => {
                let told = told(cx.model, all, None);
                Ok(Step::propose_saying(
                    moved_all(cx, &mut hand.mint, all, None),
                    told,
                ))
            }
            (Action::Swap, [one]) => Ok(swap_popup(cx, *one)),
            (Action::Swap, _) => Err("A swap is between two people: unmark the others.".to_owned()),
            _ => Err("A digit or Enter chooses a group; Esc changes nothing.".to_owned()),
        }
    }));
    Step::Ask(Overlay::Menu(
        menu.saying("Choose a group. Nothing is sent to anyone by moving."),
    ))
}

/// The line of a group that had room for these people when it was offered and has none now, and why.
fn full_now(model: &Model, group: Id<Group>, coming: usize) -> Option<(String, String)> {
    let (size, max) = (model.members(group).len(), model.group_limits(group).max);
    let code = model.group_code(group);
    (size + coming > usize::from(max)).then(|| {
        let line = format!("{code:<9}{:<6} -   full now", format!("{size}/{max}"));
        (
            line,
            format!("{code} is full now ({size} of {max}): somebody else filled it while you chose."),
        )
    })
}

/// What stays and what follows when these leave their group.
fn consequences(cx: &Cx<'_>, people: &[Id<Enrolment>]) -> Vec<String> {
    let model = cx.model;
    let [one] = people else {
        return Vec::new();
    };
    let Some(group) = group_now(model, *one) else {
        return Vec::new();
    };
    let code = model.group_code(group);
    let size = model.members(group).len();
    let limits = model.group_limits(group);
    let short = if size.saturating_sub(1) < usize::from(limits.min) {
        format!(": under its minimum of {}", limits.min)
    } else {
        String::new()
    };
    let sessions = model.standing_sessions_of(group);
    let begun = sessions.iter().filter(|(_, is)| is.starts <= cx.now);
    let begun = begun
        .filter_map(|(_, is)| is.round)
        .map(|round| model.round_number(round))
        .max()
        .unwrap_or(0);
    let rounds = model.settings().rounds;
    let mut lines = vec![
        String::new(),
        format!(
            "{code} would have {} of {}{short}.",
            size.saturating_sub(1),
            limits.max
        ),
    ];
    if begun < rounds {
        lines.push(format!("Sessions {}-{rounds} follow the new group.", begun + 1));
    }
    if begun > 0 {
        lines.push(format!(
            "Marks and feedback of sessions 1-{begun} stay with {code}."
        ));
    }
    lines
}

/// Does what was chosen; above a limit, and for more than ten people, asks first.
fn carry_out(cx: &Cx<'_>, mint: &mut Mint, people: &[Id<Enrolment>], does: Does) -> Result<Step, String> {
    let (built, told, question) = match does {
        Does::Move(group) => {
            let told = told(cx.model, people, Some(group));
            (moved_all(cx, mint, people, Some(group)), told, None)
        }
        Does::Best => {
            let placed = best_places(cx, people);
            let told = format!(
                "Moved {} of {} people, each to the best place",
                placed.len(),
                people.len()
            );
            let label = Label::new("move", format!("{} people to their best places", placed.len()));
            let built = cx.model.together(mint, label, &placed, |model, is, mint| {
                moved(model, mint, is.enrolment, Some(is.group), cx.now)
            });
            (built, told, None)
        }
        Does::Raise(group, max) => {
            let code = cx.model.group_code(group);
            let is = cx.model.group_limits(group);
            let told = format!("{}, its limit now {max}", told(cx.model, people, Some(group)));
            let label = Label::new(
                "move",
                format!("{} to {code}, limit {max}", counted(cx.model, people)),
            );
            let acts = [None]
                .into_iter()
                .chain(people.iter().copied().map(Some))
                .collect::<Vec<_>>();
            let built = cx
                .model
                .together(mint, label, &acts, |model, act, mint| match act {
                    None => model.raise_limit(mint, group, Some(max)),
                    Some(id) => moved(model, mint, *id, Some(group), cx.now),
                });
            (
                built,
                told,
                Some(format!(
                    "{code} is full: {} of {}. y raises its limit to {max}.",
                    is.max, is.max
                )),
            )
        }
    };
    let edit = built
        .map_err(|refusal| format!("{}. Try: {}.", crate::tui::sentence(&refusal.what), refusal.hint))?;
    let question =
        question.or_else(|| (people.len() > 10).then(|| format!("This moves {} people.", people.len())));
    let Some(question) = question else {
        return Ok(Step::Propose(edit, told));
    };
    let mut lines = vec![question];
    lines.extend(cx.model.warnings(&edit, cx.now).into_iter().take(5));
    lines.push("One u takes all of it back.".to_owned());
    let confirm = Confirm::new(format!("{told}?"), lines, move |(), _, _| {
        Ok(Step::Propose(edit.clone(), told.clone()))
    });
    Ok(Step::Ask(Overlay::Confirm(confirm)))
}

/// A name, or how many.
fn counted(model: &Model, people: &[Id<Enrolment>]) -> String {
    match people {
        [one] => model.enrolled_name(*one),
        all => format!("{} people", all.len()),
    }
}

/// With whom somebody could change places: the same stream first.
fn swap_popup(cx: &Cx<'_>, one: Id<Enrolment>) -> Step {
    let model = cx.model;
    let from = group_now(model, one);
    let stream = model.enrolments.get(one).map(|enrolment| enrolment.stream);
    let mut others: Vec<(bool, Id<Enrolment>, Id<Group>)> = Vec::new();
    for group in model.groups_sorted() {
        if Some(group) != from {
            let same = model.groups.get(group).map(|group| group.stream) == stream;
            others.extend(model.members(group).into_iter().map(|id| (!same, id, group)));
        }
    }
    others.sort_by_key(|(other, ..)| *other);
    if others.is_empty() {
        return Step::say("There is nobody in another group to swap with.");
    }
    let name = model.enrolled_name(one);
    let rows = others
        .iter()
        .map(|(_, id, group)| {
            let trust = model.enrolments.get(*id).and_then(|e| model.people.get(e.person));
            let trust = trust
                .map(|person| person.organisation.clone())
                .unwrap_or_default();
            MenuRow::plain(format!(
                "{:<24}{:<9}{trust}",
                model.enrolled_name(*id),
                model.group_code(*group)
            ))
        })
        .collect();
    let title = format!("Swap {name} ({}) with", place(model, from));
    let menu = Menu::new(title, rows, move |row, cx, hand| {
        let (_, other, group) = others.get(row).ok_or("There is no such row.")?;
        let (one_day, other_day) = (
            first_day(cx.model, one, cx.now),
            first_day(cx.model, *other, cx.now),
        );
        let built = cx.model.swap(&mut hand.mint, one, *other, one_day.max(other_day));
        let told = format!(
            "Swapped {} (now {}) and {} (now {})",
            cx.model.enrolled_name(one),
            cx.model.group_code(*group),
            cx.model.enrolled_name(*other),
            place(cx.model, from)
        );
        Ok(Step::propose_saying(built, told))
    });
    Step::Ask(Overlay::Menu(menu.finding().saying(
        "Type part of a name; Enter swaps the two. Nothing is sent to anyone.",
    )))
}

/// Which group a mentor could lead: those without one first.
fn lead_popup(cx: &Cx<'_>, mentor: Id<Enrolment>) -> Step {
    let model = cx.model;
    let day = model.day(cx.now);
    let stream = model.enrolments.get(mentor).map(|enrolment| enrolment.stream);
    let mut groups: Vec<Id<Group>> = model.groups_sorted();
    groups.retain(|id| model.lead_of(*id, day) != Some(mentor));
    groups.sort_by_key(|id| {
        let same = model.groups.get(*id).map(|group| group.stream) == stream;
        (model.lead_of(*id, day).is_some(), !same)
    });
    let name = model.enrolled_name(mentor);
    if groups.is_empty() {
        return Step::say(format!(
            "There is no other group for {name} to lead: 3 Groups, a makes one."
        ));
    }
    let mut free = 0;
    let rows = groups
        .iter()
        .map(|id| {
            let code = model.group_code(*id);
            match model.lead_of(*id, day) {
                Some(lead) => MenuRow::plain(format!("{code:<9}in place of {}", model.enrolled_name(lead))),
                None => {
                    free += 1;
                    MenuRow {
                        label: char::from_digit(free, 10).filter(|_| free as usize <= DIGITS),
                        ..MenuRow::plain(format!("{code:<9}has no mentor"))
                    }
                }
            }
        })
        .collect();
    let menu = Menu::new(
        format!("Which group does {name} lead?"),
        rows,
        move |row, cx, hand| {
            let group = *groups.get(row).ok_or("There is no such row.")?;
            let day = cx.model.day(cx.now);
            let built = cx
                .model
                .set_lead(&mut hand.mint, group, mentor, LeadRole::Lead, day);
            let told = format!(
                "{} leads {}",
                cx.model.enrolled_name(mentor),
                cx.model.group_code(group)
            );
            Ok(Step::propose_saying(built, told))
        },
    );
    Step::Ask(Overlay::Menu(menu.saying(
        "A mentor who already leads a group then leads both. Nothing is sent to anyone.",
    )))
}
