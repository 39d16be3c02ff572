//! Reminding those who have not answered: a preview, and a number typed before files are written.

use chrono::{DateTime, Utc};
use ratatui::layout::{Position, Rect};

use super::draw;
use super::facts::{Scoped, is_open, round_name};
use crate::domain::feedback::AskedRow;
use crate::domain::{
    Enrolment, Id, Message, MessageKind, MessageState, Model, Person, Scale, Wave, text, when,
};
use crate::exchange::{Letter, Post};
use crate::tui::key::{Action, Context};
use crate::tui::overlay::{Form, FormField, Overlay, TypedQuestion};
use crate::tui::part::{Canvas, Cell, Column, Cursor, Line, Pane, split_rows};
use crate::tui::screen::{Cx, Screen};
use crate::tui::signal::Out;
use crate::tui::step::{Hand, Step};
use crate::tui::theme::Role;

const COLUMNS: &[Column] = &[
    Column::new("", 3, 0, 0),
    Column::new("NAME", 16, 1, 0),
    Column::new("MAIL", 22, 2, 1),
    Column::new("REMINDED", 26, 1, 0),
];

/// One person who may be reminded.
#[derive(Clone, Debug)]
struct Reminded {
    wave: Id<Wave>,
    enrolment: Id<Enrolment>,
    person: Id<Person>,
    name: String,
    email: String,
    asked: DateTime<Utc>,
    last: Option<DateTime<Utc>>,
    included: bool,
}

/// The parts of the message that can be changed.
#[derive(Clone, Debug)]
struct Draft {
    subject: String,
    opening: String,
    closing: String,
}

/// Who will be reminded, and of what.
#[derive(Clone, Debug)]
pub(super) struct Remind {
    what: String,
    people: Vec<Reminded>,
    draft: Draft,
    cursor: Cursor<usize>,
}

/// Opens the preview for these people, the question of the number on top.
pub(super) fn open(cx: &Cx<'_>, of: &Scoped, chosen: &[&AskedRow]) -> Step {
    let day = cx.model.day(cx.now);
    let what = round_name(of.round);
    let people: Vec<Reminded> = chosen
        .iter()
        .filter(|row| is_open(cx.model, row.wave, day))
        .filter_map(|row| Reminded::of(cx.model, row))
        .collect();
    if people.is_empty() {
        let closed = of.closes.filter(|closes| *closes < day);
        return Step::say(match closed {
            _ if of.asked.is_empty() => format!("Nobody was asked about {what}. < and > go to another."),
            Some(closes) if of.waiting().next().is_some() => {
                let closes = when::day_short(closes);
                format!("No answers about {what} are taken since {closes}. < and > go to another.")
            }
            _ => format!("Everybody asked about {what} has answered."),
        });
    }
    let draft = Draft {
        subject: format!("Two minutes on {what}?"),
        opening: format!(
            "You were asked about {what}, and your answer is still missing. It takes two minutes:"
        ),
        closing: "The mentoring team".to_owned(),
    };
    let mut remind = Remind {
        what,
        people,
        draft,
        cursor: Cursor::default(),
    };
    remind.cursor.settle(&remind.keys());
    let question = remind.question();
    Step::Many(vec![Step::Enter(Box::new(remind)), question])
}

impl Reminded {
    fn of(model: &Model, row: &AskedRow) -> Option<Self> {
        let person = model.enrolments.get(row.enrolment)?.person;
        let is = model.people.get(person)?;
        Some(Self {
            wave: row.wave,
            enrolment: row.enrolment,
            person,
            name: row.name.clone(),
            email: is.email.clone(),
            asked: row.asked,
            last: row.reminded,
            included: !is.email.is_empty(),
        })
    }
}

impl Remind {
    fn keys(&self) -> Vec<usize> {
        (0..self.people.len()).collect()
    }

    fn included(&self) -> impl Iterator<Item = &Reminded> {
        self.people.iter().filter(|one| one.included)
    }

    /// The text to one person: what is asked stands in it, so that a reply is an answer.
    fn letter(&self, model: &Model, to: &Reminded) -> Letter {
        let person = model.people.get(to.person);
        let first = person.map_or(to.name.as_str(), |person| {
            let known = person.known_as.trim();
            if known.is_empty() {
                person.name.split_whitespace().next().unwrap_or("")
            } else {
                known
            }
        });
        let instrument = model.waves.get(to.wave).map(|wave| wave.instrument);
        let questions = instrument.and_then(|id| model.instruments.get(id));
        let questions = questions.iter().flat_map(|instrument| &instrument.questions);
        let asked: Vec<String> = questions
            .zip(1..)
            .map(|(question, n)| match question.scale {
                Scale::Text => format!("{n}. {}", question.text),
                scale => format!("{n}. {} ({scale})", question.text),
            })
            .collect();
        let Draft {
            subject,
            opening,
            closing,
        } = &self.draft;
        let body = format!(
            "Dear {first},\n\n{opening}\n\n{}\n\nA reply to this message is enough.\n\n{closing}\n",
            asked.join("\n")
        );
        Letter {
            to: (to.name.clone(), to.email.clone()),
            subject: subject.clone(),
            body,
            calendar: None,
        }
    }

    /// The question that wants the number of messages.
    fn question(&self) -> Step {
        let n = self.included().count();
        if n == 0 {
            return Step::say("Nobody is included. Space includes the row under the cursor, Esc leaves.");
        }
        let all = self.clone();
        let files = if n == 1 {
            "1 .eml file is".to_owned()
        } else {
            format!("{n} .eml files are")
        };
        let lines = vec![
            format!("{files} written into the outbox, for your mail program to send."),
            "Esc lets you look at the list and the message first.".to_owned(),
        ];
        let title = if n == 1 {
            "Write 1 message?".to_owned()
        } else {
            format!("Write {n} messages?")
        };
        let question = TypedQuestion::new(title, lines, n.to_string(), move |(), cx, _| Ok(all.write(cx)));
        Step::Ask(Overlay::Typed(question))
    }

    /// The files; they are remembered once they are on disk.
    fn write(&self, cx: &Cx<'_>) -> Step {
        let posts = self.included().map(|to| Post {
            letter: self.letter(cx.model, to),
            note: Message {
                person: to.person,
                kind: MessageKind::FeedbackReminder,
                about: to.wave.to_string(),
                subject: self.draft.subject.clone(),
                at: cx.now,
                state: MessageState::Written,
            },
        });
        let posts = posts.collect();
        Step::Many(vec![Step::Back, Step::Out(Out::Outbox(posts))])
    }

    /// A form for the message; saving it opens the preview anew with the new text.
    fn change_message(&self) -> Step {
        let fields = vec![
            FormField::new("subject", "Subject", &self.draft.subject),
            FormField::new("opening", "First sentence", &self.draft.opening),
            FormField::new("closing", "Signed", &self.draft.closing),
        ];
        let before = self.clone();
        let form = Form::new("The message", fields, move |texts, _, _| {
            let text = |key: &str| {
                let found = texts.iter().find(|(k, _)| k == key);
                found.map_or(String::new(), |(_, text)| text.clone())
            };
            let mut changed = before.clone();
            changed.draft = Draft {
                subject: text("subject"),
                opening: text("opening"),
                closing: text("closing"),
            };
            if changed.draft.subject.trim().is_empty() {
                return Err("A message needs a subject.".to_owned());
            }
            Ok(Step::Many(vec![Step::Back, Step::Enter(Box::new(changed))]))
        });
        Step::Ask(Overlay::Form(form))
    }

    fn line(&self, cx: &Cx<'_>, to: &Reminded) -> Line {
        let last = match (to.email.is_empty(), to.last) {
            (true, _) => Cell::new("! no e-mail address", Role::Attention),
            (false, None) => Cell::from("never"),
            (false, Some(at)) if (cx.now - at).num_days() < 3 => {
                Cell::new(format!("{} !", when::ago(at, cx.now)), Role::Attention)
            }
            (false, Some(at)) => Cell::from(when::ago(at, cx.now)),
        };
        let tick = if to.included { "[x]" } else { "[ ]" };
        Line::of([
            Cell::from(tick),
            to.name.clone().into(),
            to.email.clone().into(),
            last,
        ])
    }
}

impl Screen for Remind {
    fn context(&self) -> Context {
        Context::Preview
    }

    fn crumbs(&self, _cx: &Cx<'_>) -> Vec<String> {
        vec![format!("Remind, {}", self.what)]
    }

    fn aside(&self, _cx: &Cx<'_>) -> String {
        "nothing written yet".to_owned()
    }

    fn note(&self, _cx: &Cx<'_>) -> String {
        let n = self.included().count();
        format!(
            "y writes {n} of {}, after the number is typed. Nothing leaves by itself.",
            self.people.len()
        )
    }

    fn offers(&self, _cx: &Cx<'_>) -> Vec<Action> {
        vec![
            Action::Yes,
            Action::Include,
            Action::Edit,
            Action::Open,
            Action::Back,
        ]
    }

    fn hint(&self, action: Action, _cx: &Cx<'_>) -> Option<String> {
        match action {
            Action::Yes => Some(format!("write {}", self.included().count())),
            Action::Edit => Some("message".to_owned()),
            _ => None,
        }
    }

    fn act(&mut self, action: Action, cx: &Cx<'_>, _hand: &mut Hand) -> Step {
        let keys = self.keys();
        match action {
            Action::Back | Action::Leave | Action::Cancel => {
                Step::Many(vec![Step::Back, Step::say("Nobody was reminded.")])
            }
            Action::Yes => self.question(),
            Action::Edit => self.change_message(),
            Action::Include => {
                if let Some(one) = self.people.get_mut(self.cursor.row) {
                    if one.email.is_empty() {
                        return Step::say(format!("{} has no e-mail address to write to.", one.name));
                    }
                    one.included = !one.included;
                }
                self.cursor.act(Action::Down, &keys, 2);
                Step::Stay
            }
            Action::Open => Step::say(self.people.get(self.cursor.row).map_or(String::new(), |one| {
                let asked = when::moment_short(cx.model.local(one.asked));
                let last = one
                    .last
                    .map_or_else(|| "never".to_owned(), |at| when::ago(at, cx.now));
                format!(
                    "{} was asked {asked} and has not answered. Last reminded {last}.",
                    one.name
                )
            })),
            other => {
                if self.cursor.act(other, &keys, usize::from(cx.body.height) / 2) {
                    Step::Stay
                } else {
                    Step::Unbound
                }
            }
        }
    }

    fn settle(&mut self, cx: &Cx<'_>) {
        // Whoever has answered meanwhile is not reminded.
        self.people.retain(|one| {
            let mut requests = cx.model.requests_of(one.enrolment);
            requests.any(|(_, request)| request.wave == one.wave && !request.answered)
        });
        self.cursor.settle(&self.keys());
    }

    fn arrange(&mut self, cx: &Cx<'_>) {
        let room = usize::from(cx.body.height / 2).saturating_sub(2);
        self.cursor.arrange(room, self.people.len());
    }

    fn view(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        let parts = split_rows(cx.body, &[cx.body.height / 2]);
        let n = self.included().count();
        let people = if n == 1 {
            "1 person".to_owned()
        } else {
            format!("{n} people")
        };
        let inside = Pane::new(format!("Will be written to {people}"), true).draw(canvas, parts[0]);
        let room = usize::from(inside.height.saturating_sub(1));
        let lines: Vec<Line> = self
            .people
            .iter()
            .skip(self.cursor.top)
            .take(room)
            .map(|to| self.line(cx, to))
            .collect();
        let below = self.people.len().saturating_sub(self.cursor.top + lines.len());
        let here = self.cursor.row.checked_sub(self.cursor.top);
        let place = canvas.table(inside, COLUMNS, &lines, here, below);
        let inside = Pane::new("Message", false)
            .with("e changes it")
            .draw(canvas, parts[1]);
        if let Some(to) = self.people.get(self.cursor.row) {
            let letter = self.letter(cx.model, to);
            let inside = Rect {
                x: inside.x + 2,
                width: inside.width.saturating_sub(2),
                ..inside
            };
            let subject = format!("Subject  {}", letter.subject);
            let width = usize::from(inside.width);
            let body = letter.body.lines().map(|line| text::visible(line).into_owned());
            let body = body.flat_map(|line| draw::broken(&line, width, 0));
            let all: Vec<String> = [subject, String::new()].into_iter().chain(body).collect();
            canvas.lines(inside, all.iter().map(String::as_str));
        }
        place
    }
}
