//! Reminding those who have not answered: a preview, and a number typed before files are written.

use chrono::{DateTime, Utc};
use ratatui::layout::{Position, Rect};

use super::draw;
use super::facts::{Scoped, is_open, round_name};
use crate::domain::feedback::AskedRow;
use crate::domain::{Enrolment, Id, MessageKind, Model, Wave, text, when};
use crate::exchange::messages::Office;
use crate::exchange::{Post, Template, parted};
use crate::tui::key::{Action, Context};
use crate::tui::overlay::{Overlay, Page};
use crate::tui::part::{Canvas, Cell, Column, Cursor, Line, Pane, split_rows};
use crate::tui::screen::{Cx, Screen, post};
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
    name: String,
    email: String,
    asked: DateTime<Utc>,
    last: Option<DateTime<Utc>>,
    included: bool,
}

/// Who will be reminded, and of what.
#[derive(Clone, Debug)]
pub(super) struct Remind {
    what: String,
    people: Vec<Reminded>,
    text: Template,
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
    let text = match cx.post.text_of(MessageKind::FeedbackReminder) {
        Ok(text) => text,
        Err(problem) => return Step::say(format!("{problem}. Mend it: :messages, t.")),
    };
    let mut remind = Remind {
        what,
        people,
        text,
        cursor: Cursor::default(),
    };
    remind.cursor.settle(&remind.keys());
    let question = remind.question(cx);
    Step::Many(vec![Step::Enter(Box::new(remind)), question])
}

impl Reminded {
    fn of(model: &Model, row: &AskedRow) -> Option<Self> {
        let person = model.enrolments.get(row.enrolment)?.person;
        let is = model.people.get(person)?;
        Some(Self {
            wave: row.wave,
            enrolment: row.enrolment,
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

    /// The message to one person: what is asked stands in it, so that a reply is an answer.
    fn post(&self, cx: &Cx<'_>, to: &Reminded) -> Option<Post> {
        let organiser = parted(&cx.post.sender);
        let office = Office {
            text: &self.text,
            organiser: &organiser,
            now: cx.now,
        };
        office.feedback_to(cx.model, to.wave, to.enrolment)
    }

    /// The question that wants the number of messages.
    fn question(&self, cx: &Cx<'_>) -> Step {
        let posts = self.included().filter_map(|to| self.post(cx, to));
        post::ask(cx, posts.collect(), || vec![Step::Back])
    }

    /// A page for the message; keeping it opens the preview anew with the new text.
    fn change_message(&self) -> Step {
        let before = self.clone();
        let held = self.text.text();
        let kind = MessageKind::FeedbackReminder;
        let page = Page::new(
            "The message, this time",
            &held,
            post::words_of(kind),
            move |text, _, _| {
                let mut changed = before.clone();
                changed.text = Template::of(kind, Some(("the text", &text)))?;
                Ok(Step::Many(vec![Step::Back, Step::Enter(Box::new(changed))]))
            },
        );
        Step::Ask(Overlay::Page(page))
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
            Action::Yes => self.question(cx),
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
            let Some(Post { letter, .. }) = self.post(cx, to) else {
                return place;
            };
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
