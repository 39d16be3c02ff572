//! What keys do on the board.

use super::block::{Block, Spot};
use super::{Groups, Screen as _};
use crate::domain::{Enrolment, EnrolmentState, Group, Id, Role, field, text};
use crate::tui::key::Action;
use crate::tui::overlay::{Confirm, Form, FormField, Grouping, Menu, MenuRow, Overlay};
use crate::tui::screen::{Cx, copy, moving, records};
use crate::tui::step::{Hand, Step};

/// More people than this are asked about before they are moved or dropped.
const MANY: usize = 10;

impl Groups {
    pub(super) fn do_act(&mut self, action: Action, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        match action {
            Action::Down
            | Action::Up
            | Action::Left
            | Action::Right
            | Action::PageDown
            | Action::PageUp
            | Action::First
            | Action::Last
            | Action::FirstColumn
            | Action::LastColumn => self.walk(action, cx),
            Action::NextPane | Action::PreviousPane => self.walk(
                if action == Action::NextPane {
                    Action::Right
                } else {
                    Action::Left
                },
                cx,
            ),
            Action::Mark => {
                if let Some(person) = self.at.and_then(Spot::person)
                    && !self.marks.remove(&person)
                {
                    self.marks.insert(person);
                }
                self.walk(Action::Down, cx)
            }
            Action::Range => {
                self.ranging = !self.ranging;
                self.mark_here();
                Step::Stay
            }
            Action::MarkAll => {
                let shown: Vec<_> = self.spots(cx).into_iter().filter_map(Spot::person).collect();
                if shown.iter().all(|person| self.marks.contains(person)) {
                    self.marks.clear();
                } else {
                    self.marks.extend(shown);
                }
                Step::Stay
            }
            Action::NextProblem => self.problem(cx, 1),
            Action::PreviousProblem => self.problem(cx, -1),
            Action::Open => match self.at {
                Some(Spot::Seat(_, enrolment)) => match cx.model.enrolments.get(enrolment) {
                    Some(is) => Step::Open(is.person.into()),
                    None => Step::say("That person is no longer here."),
                },
                Some(Spot::Group(group)) => match cx.model.next_session(group, cx.now).or(cx
                    .model
                    .sessions_of(group)
                    .last()
                    .copied())
                {
                    Some(session) => Step::Open(session.into()),
                    None => Step::say("This group has no session yet. 4 then a plans one."),
                },
                _ => Step::say("Nothing to open here."),
            },
            Action::Move => match self.people().as_slice() {
                [] => {
                    Step::say("Put the cursor on a person: m moves people. e on a group changes the group.")
                }
                people => moving::move_popup(cx, people),
            },
            Action::Drop => self.drop_here(cx, hand),
            Action::Add => self.add(cx),
            Action::AutoAssign => Grouping::open(cx, hand),
            Action::Edit => match self.at {
                Some(Spot::Seat(_, enrolment)) => records::edit(cx.model, enrolment.into()),
                Some(Spot::Group(group)) => records::edit(cx.model, group.into()),
                _ => Step::say("Put the cursor on a person or a group: e changes its fields."),
            },
            Action::Body => {
                self.as_list = !self.as_list;
                Step::Stay
            }
            Action::Info => {
                self.info = !self.info;
                Step::Stay
            }
            Action::Filter => {
                self.filter.begin();
                Step::Stay
            }
            Action::Copy => self.copy(cx),
            Action::Back => self.back(),
            _ => Step::Unbound,
        }
    }

    fn back(&mut self) -> Step {
        if self.ranging || !self.marks.is_empty() {
            self.ranging = false;
            self.marks.clear();
        } else if self.filter.is_set() {
            self.filter.clear();
        } else if self.info {
            self.info = false;
        } else if self.stream.take().is_none() {
            return Step::Back;
        }
        Step::Stay
    }

    fn mark_here(&mut self) {
        if self.ranging
            && let Some(person) = self.at.and_then(Spot::person)
        {
            self.marks.insert(person);
        }
    }

    /// Walks people: down and up inside a column of blocks, left and right between columns.
    fn walk(&mut self, action: Action, cx: &Cx<'_>) -> Step {
        let all = self.blocks(cx);
        let spots: Vec<Spot> = all.iter().flat_map(Block::spots).collect();
        if spots.is_empty() {
            return Step::Stay;
        }
        let columns = if self.as_list { 1 } else { self.columns(cx) };
        let (block, row) = self
            .at
            .and_then(|spot| Self::find(&all, spot))
            .unwrap_or(self.last);
        let to = |block: usize, row: usize| {
            let spots = all[block].spots();
            Some(spots[row.min(spots.len() - 1)])
        };
        let linear = spots.iter().position(|spot| Some(*spot) == self.at).unwrap_or(0);
        self.at = match action {
            Action::Down if columns == 1 => spots.get((linear + 1).min(spots.len() - 1)).copied(),
            Action::Up if columns == 1 => spots.get(linear.saturating_sub(1)).copied(),
            Action::Down if row + 1 < all[block].spots().len() => to(block, row + 1),
            Action::Down if block + columns < all.len() => to(block + columns, 0),
            Action::Down => self.at,
            Action::Up if row > 0 => to(block, row - 1),
            Action::Up if block >= columns => to(block - columns, usize::MAX),
            Action::Up => self.at,
            Action::Right => to((block + 1).min(all.len() - 1), row),
            Action::Left => to(block.saturating_sub(1), row),
            Action::PageDown => to((block + columns).min(all.len() - 1), row),
            Action::PageUp => to(block.saturating_sub(columns), row),
            Action::First => spots.first().copied(),
            Action::Last => spots.last().copied(),
            Action::FirstColumn => to(block / columns * columns, row),
            Action::LastColumn => to((block / columns * columns + columns - 1).min(all.len() - 1), row),
            _ => self.at,
        };
        self.settle(cx);
        self.mark_here();
        Step::Stay
    }

    /// The next spot that needs a person, after the cursor and round again.
    fn problem(&mut self, cx: &Cx<'_>, by: isize) -> Step {
        let all = self.blocks(cx);
        let mut wanted: Vec<Spot> = Vec::new();
        for block in &all {
            if let (false, Some(group)) = (block.concern.is_empty(), block.group) {
                wanted.push(Spot::Group(group));
            }
            let troubled = block.seats.iter().filter(|seat| !seat.concern.is_empty());
            wanted.extend(troubled.map(|seat| Spot::Seat(block.group, seat.enrolment)));
        }
        if wanted.is_empty() {
            return Step::say(
                "Nothing needs a person here: everybody has a group, and no group is too small.",
            );
        }
        let spots: Vec<Spot> = all.iter().flat_map(Block::spots).collect();
        let place = |spot: &Spot| spots.iter().position(|s| s == spot).unwrap_or(0);
        let at_problem = self.at.is_some_and(|at| wanted.contains(&at));
        let here = self.at.as_ref().map_or(0, place);
        let next = if by > 0 {
            let first_time = !at_problem || wanted.len() == 1;
            wanted
                .iter()
                .find(|s| place(s) > here || (first_time && place(s) == here))
                .or(wanted.first())
        } else {
            wanted.iter().rev().find(|s| place(s) < here).or(wanted.last())
        };
        self.at = next.copied();
        self.settle(cx);
        Step::Stay
    }

    fn drop_here(&mut self, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        let people = self.people();
        if people.is_empty() {
            let Some(Spot::Group(group)) = self.at else {
                return Step::say(
                    "Put the cursor on a person (back to the pool) or on an empty group (out of use).",
                );
            };
            return Step::propose(cx.model.archive_group(&mut hand.mint, group, cx.now));
        }
        if people.iter().any(|id| {
            cx.model
                .enrolments
                .get(*id)
                .is_some_and(|e| e.role == Role::Mentor)
        }) {
            return self.drop_mentor(cx, hand, &people);
        }
        let day = cx.model.day(cx.now);
        let edit = cx
            .model
            .move_to(&mut hand.mint, &people, None, day, "back to the pool");
        if people.len() <= MANY {
            self.marks.clear();
            return Step::propose(edit);
        }
        let lines = vec![format!(
            "{} people go back to the pool. Their marks and answers stay.",
            people.len()
        )];
        let ask = Confirm::new(
            format!("Take {} people out of their groups?", people.len()),
            lines,
            move |(), cx, hand| {
                Ok(Step::propose(cx.model.move_to(
                    &mut hand.mint,
                    &people,
                    None,
                    day,
                    "back to the pool",
                )))
            },
        );
        Step::Ask(Overlay::Confirm(ask))
    }

    /// A mentor leaves a group only after a question: its members stay without a mentor.
    fn drop_mentor(&self, cx: &Cx<'_>, _hand: &mut Hand, people: &[Id<Enrolment>]) -> Step {
        let ([mentor], Some(group)) = (people, self.at.and_then(Spot::group)) else {
            return Step::say("Take mentors out one at a time: unmark all but one.");
        };
        let (mentor, name) = (*mentor, cx.model.enrolled_name(*mentor));
        let code = cx.model.group_code(group);
        let lines = vec![
            format!("{code} will have no mentor until another is added (a, then n)."),
            format!(
                "Its {} mentees stay in it and are listed under needs attention.",
                cx.model.members(group).len()
            ),
        ];
        Step::Ask(Overlay::Confirm(Confirm::new(
            format!("Take {name} out of {code}?"),
            lines,
            move |(), cx, hand| {
                Ok(Step::propose(cx.model.end_lead(
                    &mut hand.mint,
                    group,
                    mentor,
                    cx.model.day(cx.now),
                )))
            },
        )))
    }

    fn add(&self, cx: &Cx<'_>) -> Step {
        let group = self.at.and_then(Spot::group);
        let code = group.map(|group| cx.model.group_code(group));
        let here = code.unwrap_or_else(|| "a group".to_owned());
        let no_group =
            |text: &str| MenuRow::barred(text, "Put the cursor on a group or one of its people first.");
        let row = |label, text: String| {
            if group.is_some() {
                MenuRow::new(label, text)
            } else {
                no_group(&text)
            }
        };
        let rows = vec![
            row('m', format!("a mentee from the pool to {here}")),
            row('n', format!("a mentor to {here}")),
            MenuRow::new('g', "a new group"),
        ];
        let stream = self.stream;
        let menu = Menu::new("Add", rows, move |row, cx, _| match (row, group) {
            (0, Some(group)) => Ok(mentee_here(cx, group)),
            (1, Some(group)) => Ok(mentor_here(cx, group)),
            _ => Ok(new_group(
                cx,
                stream.or(group.and_then(|g| cx.model.groups.get(g)).map(|g| g.stream)),
            )),
        });
        Step::Ask(Overlay::Menu(
            menu.saying("m, n or g. Nothing is told to anybody by adding."),
        ))
    }

    fn copy(&self, cx: &Cx<'_>) -> Step {
        let group = self.at.and_then(Spot::group);
        let seats: Vec<Id<Enrolment>> = if self.marks.is_empty() {
            let all = self.blocks(cx);
            let here = all.iter().find(|block| block.group == group);
            here.map(|block| block.seats.iter().map(|seat| seat.enrolment).collect())
                .unwrap_or_default()
        } else {
            self.people()
        };
        let people =
            |cx: &Cx<'_>, ids: &[Id<Enrolment>], pick: fn(&crate::domain::Person) -> String| -> Vec<String> {
                ids.iter()
                    .filter_map(|id| {
                        cx.model
                            .people
                            .get(cx.model.enrolments.get(*id)?.person)
                            .map(pick)
                    })
                    .collect()
            };
        let mails = copy::addresses_of(cx.model, seats.iter().copied());
        let names = people(cx, &seats, |p| {
            format!("{}\t{}\t{}", p.name, p.email, p.organisation)
        })
        .join("\n");
        let link = group
            .and_then(|g| cx.model.groups.get(g))
            .map(|g| g.link.clone())
            .unwrap_or_default();
        let all: Vec<Id<Enrolment>> = self.spots(cx).into_iter().filter_map(Spot::person).collect();
        let table = people(cx, &all, |p| {
            format!("{}\t{}\t{}", p.name, p.email, p.organisation)
        })
        .join("\n");
        let rows = vec![
            MenuRow::new('e', format!("{} mail addresses", seats.len())),
            MenuRow::new('r', "these people, a line each"),
            MenuRow::new('t', "everybody shown, as a table"),
            if link.is_empty() {
                MenuRow::barred(
                    "join link",
                    "This group has no join link yet: e on its heading adds one.",
                )
            } else {
                MenuRow::new('l', "join link")
            },
        ];
        let texts = [
            ("mail addresses", mails),
            ("people", names),
            ("table", table),
            ("join link", link),
        ];
        let menu = Menu::new("Copy", rows, move |row, _, _| Ok(copy::copy(&texts[row])));
        Step::Ask(Overlay::Menu(menu))
    }
}

/// Finds somebody of the pool for this group.
fn mentee_here(cx: &Cx<'_>, group: Id<Group>) -> Step {
    let pool = cx.model.pool();
    if pool.is_empty() {
        return Step::say("Nobody is in the pool. m on a person moves somebody from another group.");
    }
    let rows = pool
        .iter()
        .map(|id| MenuRow::plain(person_line(cx, *id)))
        .collect();
    let title = format!("Who joins {}?", cx.model.group_code(group));
    let menu = Menu::new(title, rows, move |row, cx, hand| {
        let day = cx.model.day(cx.now);
        Ok(Step::propose(cx.model.move_to(
            &mut hand.mint,
            &[pool[row]],
            Some(group),
            day,
            "by hand",
        )))
    });
    Step::Ask(Overlay::Menu(menu.finding()))
}

/// Finds a mentor for this group: those who lead nothing first.
fn mentor_here(cx: &Cx<'_>, group: Id<Group>) -> Step {
    let mut mentors: Vec<Id<Enrolment>> = cx
        .model
        .enrolments
        .iter()
        .filter(|(_, e)| {
            e.role == Role::Mentor && matches!(e.state, EnrolmentState::Active | EnrolmentState::Confirmed)
        })
        .map(|(id, _)| id)
        .collect();
    if mentors.is_empty() {
        return Step::say("There is no mentor in this cohort yet. 6 then a adds a person.");
    }
    let leads = |id: Id<Enrolment>| cx.model.leads_of(id).count();
    mentors.sort_by_key(|id| (leads(*id), text::fold(&cx.model.enrolled_name(*id))));
    let rows = mentors
        .iter()
        .map(|id| MenuRow::plain(person_line(cx, *id)))
        .collect();
    let has_lead = cx.model.lead_of(group, cx.model.day(cx.now)).is_some();
    let role = if has_lead {
        crate::domain::LeadRole::Co
    } else {
        crate::domain::LeadRole::Lead
    };
    let title = format!("Who is {role} mentor of {}?", cx.model.group_code(group));
    let menu = Menu::new(title, rows, move |row, cx, hand| {
        let day = cx.model.day(cx.now);
        Ok(Step::propose(cx.model.set_lead(
            &mut hand.mint,
            group,
            mentors[row],
            role,
            day,
        )))
    });
    Step::Ask(Overlay::Menu(menu.finding()))
}

/// The form of a new group.
fn new_group(cx: &Cx<'_>, stream: Option<Id<crate::domain::Stream>>) -> Step {
    let stream = stream.or_else(|| cx.model.streams_sorted().first().copied());
    let Some(stream) = stream else {
        return Step::say("A group belongs to a stream, and there is none yet. 2 then a adds one.");
    };
    let code = cx.model.next_code(stream).unwrap_or_default();
    let streams = cx
        .model
        .streams_sorted()
        .into_iter()
        .map(|id| cx.model.stream_code(id))
        .collect();
    let fields = vec![
        FormField::new("code", "Code", &code).needed(),
        FormField::new("stream", "Stream", &cx.model.stream_code(stream)).choosing(streams),
        FormField::new("mentor", "Mentor", ""),
    ];
    let form = Form::new("New group", fields, |texts, cx, hand| {
        let get = |key: &str| {
            texts
                .iter()
                .find(|(k, _)| k == key)
                .map(|(_, t)| t.as_str())
                .unwrap_or_default()
        };
        let say = |r: crate::domain::Refusal| format!("{}. Try: {}.", r.what, r.hint);
        let stream = cx.model.find_stream(get("stream")).map_err(say)?;
        let mentor =
            match get("mentor") {
                "" => None,
                name => {
                    let person = cx.model.find_person(name).map_err(say)?;
                    let mentor = cx.model.enrolment_of(person, Role::Mentor);
                    Some(mentor.ok_or_else(|| {
                        format!("{} is no mentor in this cohort.", cx.model.name_of(person))
                    })?)
                }
            };
        let edit = cx
            .model
            .add_group(&mut hand.mint, get("code"), stream, mentor, cx.now)
            .map_err(say)?;
        Ok(Step::Propose(edit, String::new()))
    });
    Step::Ask(Overlay::Form(form))
}

/// `Amina Yusuf   CCIO   Arden`.
fn person_line(cx: &Cx<'_>, id: Id<Enrolment>) -> String {
    let Some(enrolment) = cx.model.enrolments.get(id) else {
        return String::new();
    };
    let trust = cx
        .model
        .people
        .get(enrolment.person)
        .map(|p| p.organisation.clone())
        .unwrap_or_default();
    let name = text::fit(&cx.model.name_of(enrolment.person), 24, "~");
    let leads = cx
        .model
        .leads_of(id)
        .map(|(group, _)| cx.model.group_code(group))
        .collect::<Vec<_>>()
        .join(" ");
    format!(
        "{name} {:<5} {:<8} {}",
        cx.model.stream_code(enrolment.stream),
        leads,
        text::fit(&trust, 20, "~")
    )
}

/// Kept close to the board because only it shows wishes as a list.
pub(super) fn wishes(cx: &Cx<'_>, id: Id<Enrolment>) -> String {
    let Some(record) = cx.model.record(id.into()) else {
        return String::new();
    };
    field::json(&record)
        .get("wishes")
        .map(|value| field::shown(cx.model, value))
        .unwrap_or_default()
}
