//! The person card: every field with its letter, sessions and answers, and what happened to this person. Opened on
//! top of any view; owns the pane and lines under the cursor.

pub(in crate::tui::screen) mod facts;
pub(in crate::tui::screen) mod history;

use ratatui::layout::{Position, Rect};

use super::people::{Of, person_acts};
use super::{Cx, Screen};
use crate::domain::{AnyId, Attribution, Id, Participant, Person, Purpose, Rev, Role as Part};
use crate::tui::key::{Action, Context};
use crate::tui::overlay::{Confirm, LineBox, Menu, MenuRow, Overlay, letters};
use crate::tui::part::{Canvas, Cursor, Pane, split_rows};
use crate::tui::signal::{Out, Place};
use crate::tui::step::{Hand, Step};
use crate::tui::theme::Role;

/// Every field of the card: its letter, its label, its key. The first ten are the field menu of the specification.
const FIELDS: &[(char, &str, &str)] = &[
    ('n', "Name", "name"),
    ('m', "Mail", "email"),
    ('o', "Trust", "organisation"),
    ('r', "Role", "role"),
    ('s', "Stream", "stream"),
    ('t', "Status", "status"),
    ('c', "Consent", "consent"),
    ('a', "Access needs", "access_needs"),
    ('f', "Free times", "availability"),
    ('k', "Note", "note"),
    ('p', "Phone", "phone"),
    ('b', "Job title", "job_title"),
    ('g', "Region", "region"),
    ('e', "Stage", "stage"),
    ('l', "Line manager", "line_manager"),
    ('w', "Known as", "known_as"),
    ('y', "Capacity", "capacity"),
];

/// Which part of the card keys go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Fields,
    Sessions,
    History,
}

/// One person.
pub struct Card {
    person: Id<Person>,
    role: Option<Part>,
    at: At,
    /// Whether the next letter names a field.
    choosing: bool,
    field: Cursor<usize>,
    line: Cursor<Rev>,
}

impl Card {
    /// The card of this person.
    #[must_use]
    pub fn of(person: Id<Person>) -> Self {
        Self {
            person,
            role: None,
            at: At::Fields,
            choosing: false,
            field: Cursor::default(),
            line: Cursor::default(),
        }
    }

    /// In this role, of somebody who has two.
    #[must_use]
    pub const fn role(mut self, role: Part) -> Self {
        self.role = Some(role);
        self
    }

    fn part(&self, cx: &Cx<'_>) -> Option<Participant> {
        let parts = cx.model.parts_of(self.person);
        let wanted = parts.iter().find(|part| Some(part.role) == self.role).cloned();
        wanted.or_else(|| cx.model.participant(self.person))
    }

    /// What a field of the card shows.
    fn shown(cx: &Cx<'_>, part: &Participant, key: &str) -> String {
        match key {
            "consent" => facts::consents(cx.model, part),
            "availability" => facts::free_times(cx.model, part),
            key => Of::new(cx.model, part).text(key),
        }
    }

    /// Heights of the three parts for a body.
    fn heights(&self, body: Rect) -> [u16; 2] {
        // One pane at a time where there is no room for three.
        if body.height < 12 {
            return match self.at {
                At::Fields => [body.height, 0],
                At::Sessions => [0, body.height],
                At::History => [0, 0],
            };
        }
        let all = u16::try_from(FIELDS.len()).unwrap_or(17) + 1;
        let rest = body.height.saturating_sub(3);
        let fields = match (self.at, body.height) {
            (_, 30..) => all + 1,
            (At::Fields, 16..) => 12,
            (_, 16..) => 9,
            (At::Fields, height) => height.saturating_sub(5),
            (_, height) => height / 3,
        };
        [fields.min(rest), if body.height >= 16 { 3 } else { 2 }]
    }

    /// Edits the field with this key.
    fn edit(&self, cx: &Cx<'_>, hand: &Hand, part: &Participant, key: &'static str) -> Step {
        match key {
            "role" | "stream" | "status" | "stage" => person_acts::choose(cx, part, key),
            "consent" => consent_menu(cx, part),
            "availability" => free_line(cx, part),
            key => person_acts::line(cx, hand, part, key),
        }
    }

    /// Takes back the line of history under the cursor; asks when it is somebody else's.
    fn take_back(&self, cx: &Cx<'_>) -> Step {
        let lines = history::of_person(cx, self.person);
        let Some(line) = lines.iter().find(|line| Some(line.rev) == self.line.at) else {
            return Step::say("No change of this person is at hand. 7 History has all of them.");
        };
        if line.by == cx.me {
            return Step::TakeBack(line.rev);
        }
        let (rev, by) = (line.rev, line.by.clone());
        let told = vec![
            format!("{by}: {}", line.what),
            format!("This step is not yours but {by}'s."),
        ];
        Step::Ask(Overlay::Confirm(Confirm::new(
            "Take back somebody else's step?",
            told,
            move |(), _, _| Ok(Step::TakeBack(rev)),
        )))
    }

    fn move_in_pane(&mut self, action: Action, cx: &Cx<'_>) -> bool {
        match self.at {
            At::Fields => {
                let keys: Vec<usize> = (0..FIELDS.len()).collect();
                self.field.act(action, &keys, 8)
            }
            At::Sessions => matches!(action, Action::Down | Action::Up),
            At::History => {
                let keys: Vec<Rev> = history::of_person(cx, self.person)
                    .into_iter()
                    .map(|line| line.rev)
                    .collect();
                !matches!(action, Action::Mark | Action::MarkAll | Action::Range)
                    && self.line.act(action, &keys, 8)
            }
        }
    }
}

impl Screen for Card {
    fn context(&self) -> Context {
        if self.choosing {
            Context::FieldMenu
        } else {
            Context::Card
        }
    }

    fn home(&self) -> Context {
        Context::Card
    }

    fn crumbs(&self, cx: &Cx<'_>) -> Vec<String> {
        vec![cx.model.name_of(self.person)]
    }

    fn aside(&self, cx: &Cx<'_>) -> String {
        let here = cx
            .peers
            .iter()
            .find(|peer| peer.place.on == Some(self.person.into()));
        here.map(|peer| format!("{} is here too", peer.name))
            .unwrap_or_default()
    }

    fn note(&self, cx: &Cx<'_>) -> String {
        if self.choosing {
            return "Press the letter of the field to change.".to_owned();
        }
        let Some(part) = self.part(cx) else {
            return "This person takes no part in this cohort.".to_owned();
        };
        match self.at {
            At::Fields => match Of::new(cx.model, &part).calls() {
                Some(calls) => format!("! {calls}."),
                None => "e then a letter edits a field; Tab goes to sessions and history.".to_owned(),
            },
            At::Sessions => facts::answers(cx, &part),
            At::History => "u takes back the selected change. An undo is a new line.".to_owned(),
        }
    }

    fn offers(&self, _cx: &Cx<'_>) -> Vec<Action> {
        match self.at {
            At::History => vec![
                Action::Undo,
                Action::NextPane,
                Action::Edit,
                Action::Move,
                Action::Copy,
                Action::Back,
            ],
            _ => vec![
                Action::Edit,
                Action::Move,
                Action::Add,
                Action::Drop,
                Action::Remind,
                Action::Copy,
                Action::NextPane,
                Action::Undo,
                Action::Back,
            ],
        }
    }

    fn hint(&self, action: Action, _cx: &Cx<'_>) -> Option<String> {
        match (action, self.at) {
            (Action::Label('1') | Action::Down | Action::Up | Action::Filter, _) if self.choosing => {
                Some(String::new())
            }
            (Action::Label(_), _) if self.choosing => Some("edit field".to_owned()),
            (Action::Back, _) if self.choosing => Some("close".to_owned()),
            (Action::Undo, At::History) => Some("undo this".to_owned()),
            (Action::NextPane, _) => Some("next part".to_owned()),
            (Action::Back, _) => Some("back".to_owned()),
            _ => None,
        }
    }

    fn act(&mut self, action: Action, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        let Some(part) = self.part(cx) else {
            return Step::Back;
        };
        if std::mem::take(&mut self.choosing) {
            return match action {
                Action::Label(letter) => match FIELDS.iter().position(|(is, ..)| *is == letter) {
                    Some(nth) => {
                        self.field.go(nth, &(0..FIELDS.len()).collect::<Vec<_>>());
                        self.edit(cx, hand, &part, FIELDS[nth].2)
                    }
                    None => {
                        self.choosing = true;
                        Step::say(format!(
                            "{letter} is no field here: press one of the letters shown, or Esc."
                        ))
                    }
                },
                Action::Open => self.edit(cx, hand, &part, FIELDS[self.field.row.min(FIELDS.len() - 1)].2),
                Action::Back | Action::Leave | Action::Cancel => Step::Stay,
                other => {
                    self.choosing = true;
                    self.at = At::Fields;
                    if self.move_in_pane(other, cx) {
                        Step::Stay
                    } else {
                        Step::Unbound
                    }
                }
            };
        }
        match action {
            Action::Edit => {
                self.choosing = true;
                self.at = At::Fields;
                Step::Stay
            }
            Action::Open if self.at == At::Fields => {
                self.edit(cx, hand, &part, FIELDS[self.field.row.min(FIELDS.len() - 1)].2)
            }
            Action::Open => match (self.at, self.line.at) {
                (At::History, Some(rev)) if !cx.entries.contains_key(&rev) => Step::Out(Out::Entry(rev)),
                (At::History, Some(rev)) => {
                    Step::say(format!("This is change {rev}; 7 History shows all of it."))
                }
                _ => Step::say("e changes a field; a session's register is in 4 Calendar."),
            },
            Action::NextPane | Action::PreviousPane => {
                self.at = match (self.at, action) {
                    (At::Fields, Action::NextPane) | (At::History, Action::PreviousPane) => At::Sessions,
                    (At::Sessions, Action::NextPane) | (At::Fields, Action::PreviousPane) => At::History,
                    _ => At::Fields,
                };
                // Whoever comes to the history wants what was changed last, also when that was a moment ago.
                self.line = Cursor::default();
                self.settle(cx);
                if self.at == At::History {
                    history::fetch(cx, self.person)
                } else {
                    Step::Stay
                }
            }
            Action::Undo if self.at == At::History => self.take_back(cx),
            Action::Move => person_acts::move_people(cx, &[part]),
            Action::Drop => person_acts::withdraw(cx, &[part], &mut hand.mint),
            Action::Remind => person_acts::write(cx, &[part]),
            Action::Copy => person_acts::copy_card(cx, &part),
            Action::Add => add_menu(&part),
            Action::Back => Step::Back,
            other if self.move_in_pane(other, cx) => Step::Stay,
            _ => Step::Unbound,
        }
    }

    fn settle(&mut self, cx: &Cx<'_>) {
        let keys: Vec<Rev> = history::of_person(cx, self.person)
            .into_iter()
            .map(|line| line.rev)
            .collect();
        self.line.settle(&keys);
        self.field.settle(&(0..FIELDS.len()).collect::<Vec<_>>());
    }

    fn arrange(&mut self, cx: &Cx<'_>) {
        let [fields, sessions] = self.heights(cx.body);
        self.field
            .arrange(usize::from(fields.saturating_sub(2)), FIELDS.len());
        let rest = cx.body.height.saturating_sub(fields + sessions + 1);
        let lines = history::of_person(cx, self.person).len();
        self.line.arrange(usize::from(rest), lines);
    }

    fn view(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        let Some(part) = self.part(cx) else {
            let gone = "This person takes no part in this cohort. Esc goes back.";
            canvas.lines(cx.body, [gone]);
            return Some(Position {
                x: cx.body.x,
                y: cx.body.y,
            });
        };
        let [fields, sessions] = self.heights(cx.body);
        let areas = split_rows(cx.body, &[fields, sessions]);
        let mut place = None;
        let title = cx.model.name_of(self.person);
        let inside = Pane::new(title, self.at == At::Fields)
            .with(facts::heading(cx.model, &part))
            .draw(canvas, areas[0]);
        for (row, (letter, label, key)) in FIELDS
            .iter()
            .enumerate()
            .skip(self.field.top)
            .take(usize::from(inside.height))
        {
            let y = inside.y + u16::try_from(row - self.field.top).unwrap_or(0);
            let here = row == self.field.row && self.at == At::Fields;
            let sign = if here && !self.choosing { '>' } else { ' ' };
            let text = Self::shown(cx, &part, key);
            canvas.put(
                inside.x,
                y,
                inside.width,
                &format!("{sign} {letter}  {label:<13} {text}"),
                Role::Plain,
            );
            if here && !self.choosing {
                canvas.tint(
                    Rect {
                        y,
                        height: 1,
                        ..inside
                    },
                    Role::Cursor,
                );
                place = Some(Position { x: inside.x, y });
            }
        }
        if self.choosing {
            place = Some(Position {
                x: inside.x + 2,
                y: inside.y + u16::try_from(self.field.row.saturating_sub(self.field.top)).unwrap_or(0),
            });
        }
        let inside = Pane::new("Sessions and feedback", self.at == At::Sessions).draw(canvas, areas[1]);
        let lines = [
            format!("  {}", facts::sessions(cx, &part).join("    ")),
            format!("  {}", facts::answers(cx, &part)),
        ];
        canvas.lines(inside, lines.iter().map(String::as_str));
        if self.at == At::Sessions {
            place = Some(Position {
                x: inside.x,
                y: inside.y,
            });
        }
        let inside = Pane::new("History of this person", self.at == At::History).draw(canvas, areas[2]);
        let all = history::of_person(cx, self.person);
        for (row, line) in all
            .iter()
            .enumerate()
            .skip(self.line.top)
            .take(usize::from(inside.height))
        {
            let y = inside.y + u16::try_from(row - self.line.top).unwrap_or(0);
            let here = row == self.line.row && self.at == At::History;
            let sign = if here { '>' } else { ' ' };
            let text = format!("{sign} {:<6} {:<7} {}", line.when, line.who, line.what);
            canvas.put(inside.x, y, inside.width, &text, Role::Plain);
            if here {
                canvas.tint(
                    Rect {
                        y,
                        height: 1,
                        ..inside
                    },
                    Role::Cursor,
                );
                place = Some(Position { x: inside.x, y });
            }
        }
        if all.is_empty() {
            canvas.put(
                inside.x + 2,
                inside.y,
                inside.width.saturating_sub(2),
                "nothing at hand",
                Role::Plain,
            );
        }
        place
    }

    fn show(&mut self, id: AnyId, cx: &Cx<'_>) -> bool {
        facts::records(cx.model, self.person).contains(&id)
    }

    fn about(&self) -> Option<AnyId> {
        Some(self.person.into())
    }

    fn place(&self, _cx: &Cx<'_>) -> Place {
        Place {
            on: Some(self.person.into()),
            ..Place::default()
        }
    }
}

/// What somebody agreed to: how widely quotes may be attributed, or that they may not.
fn consent_menu(cx: &Cx<'_>, part: &Participant) -> Step {
    let person = part.person;
    let holds = |purpose| {
        let mut all = cx.model.consents_of(person);
        all.find(|(_, is)| is.purpose == purpose && is.quote.is_none() && is.withdrawn.is_none())
    };
    let quotes = holds(Purpose::Quotes).map(|(id, is)| (id, is.widest));
    let recording = holds(Purpose::Recording).map(|(id, _)| id);
    let mut words: Vec<String> = Attribution::ALL
        .iter()
        .map(|widest| format!("quotes: {widest}"))
        .collect();
    words.push("quotes: no".to_owned());
    words.push(
        if recording.is_some() {
            "recording: no"
        } else {
            "recording: yes"
        }
        .to_owned(),
    );
    let tails: Vec<String> = words
        .iter()
        .map(|word| word.split_once(": ").map_or("", |(_, t)| t).to_owned())
        .collect();
    let now = quotes
        .map(|(_, widest)| format!("quotes: {widest}"))
        .unwrap_or_else(|| "quotes: no".to_owned());
    let rows = words
        .iter()
        .zip(letters(&tails))
        .map(|(word, label)| MenuRow {
            label,
            ..MenuRow::plain(format!("{word:<30}{}", if *word == now { "now" } else { "" }))
        })
        .collect();
    let on = words.iter().position(|word| *word == now).unwrap_or(0);
    let title = format!("Consent of {}", cx.model.name_of(person));
    let widest = Attribution::ALL;
    let menu = Menu::new(title, rows, move |row, cx, hand| {
        let day = cx.model.day(cx.now);
        let mint = &mut hand.mint;
        let built = if let Some(widest) = widest.get(row) {
            cx.model
                .consent(mint, cx.model.consent_to_quotes(person, *widest, day))
        } else if row == widest.len() {
            let Some((id, _)) = quotes else {
                return Err("There is no consent to withdraw.".to_owned());
            };
            cx.model.withdraw_consent(mint, id, day)
        } else {
            match recording {
                Some(id) => cx.model.withdraw_consent(mint, id, day),
                None => {
                    let quotes = cx.model.consent_to_quotes(person, Attribution::TeamOnly, day);
                    cx.model.consent(
                        mint,
                        crate::domain::Consent {
                            purpose: Purpose::Recording,
                            wording: "May we record sessions?".to_owned(),
                            ..quotes
                        },
                    )
                }
            }
        };
        Ok(Step::propose(built))
    });
    Step::Ask(Overlay::Menu(menu.on(on).saying(
        "A quote is never attributed more widely than consented (rule 15).",
    )))
}

/// The line for free times.
fn free_line(cx: &Cx<'_>, part: &Participant) -> Step {
    let old = facts::free_times(cx.model, part).replace(", ", "; ");
    let part = part.clone();
    let line = LineBox::new(
        format!("Free times of {}", cx.model.name_of(part.person)),
        "Weekly, with semicolons: Mon 12:00-14:00; Thu 16:00-18:00",
        &old,
        move |text, cx, hand| person_acts::set(cx, hand, &part, "availability", text.trim()),
    );
    Step::Ask(Overlay::Line(line))
}

/// What can be added to somebody.
fn add_menu(part: &Participant) -> Step {
    let part = part.clone();
    let rows = vec![
        MenuRow::new('g', "goal             what the person wants to reach"),
        MenuRow::new('c', "consent          to quotes or recording"),
    ];
    let menu = Menu::new("Add", rows, move |row, cx, _| {
        if row == 1 {
            return Ok(consent_menu(cx, &part));
        }
        let Some(enrolment) = part.enrolment else {
            return Err("Only people who take part have goals.".to_owned());
        };
        let line = LineBox::new(
            "Goal",
            "What the person wants to reach, in a sentence.",
            "",
            move |text, cx, hand| {
                let day = cx.model.day(cx.now);
                let edit = cx.model.goal(&mut hand.mint, enrolment, &text, day);
                edit.map(|edit| Step::Propose(edit, String::new()))
                    .map_err(|refusal| refusal.what)
            },
        );
        Ok(Step::Ask(Overlay::Line(line)))
    });
    Step::Ask(Overlay::Menu(menu.saying("A letter chooses what to add.")))
}
