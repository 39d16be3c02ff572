//! Messages from the screen: what is due, who gets it and in what words; nothing is written or sent before the
//! number of messages is typed.

use std::rc::Rc;

use crate::domain::{AdminRole, Id, MessageKind, Model, Scope, Session, Wave, text, when};
use crate::exchange::messages::Office;
use crate::exchange::{Post, Template, parted};
use crate::tui::overlay::{Menu, MenuRow, Overlay, Page, Preview, PreviewRow, TypedQuestion};
use crate::tui::part::{Cell, Column};
use crate::tui::screen::Cx;
use crate::tui::signal::Out;
use crate::tui::step::Step;

/// How wide a line of a message is shown, so that all of it is read at 80 columns.
const LINE: usize = 76;

/// The messages of a text, to whom they are due.
type Make = Rc<dyn Fn(&Model, &Office<'_>) -> Vec<Post>>;

/// Messages that may be due: the key, what they are, and how they are made.
struct Due {
    key: char,
    what: String,
    kind: MessageKind,
    make: Make,
}

impl Due {
    fn new(
        key: char,
        what: impl Into<String>,
        kind: MessageKind,
        make: impl Fn(&Model, &Office<'_>) -> Vec<Post> + 'static,
    ) -> Self {
        Self {
            key,
            what: what.into(),
            kind,
            make: Rc::new(make),
        }
    }
}

/// Everything that the cohort may be told, and the texts of it.
#[must_use]
pub fn menu(cx: &Cx<'_>) -> Step {
    let every = |model: &Model| -> Vec<Id<Session>> {
        let mut all: Vec<_> = model.sessions.iter().map(|(id, is)| (is.starts, id)).collect();
        all.sort_unstable();
        all.into_iter().map(|(_, id)| id).collect()
    };
    let due = vec![
        Due::new(
            'i',
            "invitations to sessions to come",
            MessageKind::Invitation,
            move |model, office| office.invitations(model, &every(model)),
        ),
        Due::new(
            'c',
            "changes of what they were invited to",
            MessageKind::Changed,
            move |model, office| office.changes(model, &every(model)),
        ),
        Due::new(
            'x',
            "cancellations of what they were invited to",
            MessageKind::Cancelled,
            move |model, office| office.cancellations(model, &every(model)),
        ),
        Due::new(
            'd',
            "decisions on applications",
            MessageKind::Decision,
            |model, office| office.decisions(model),
        ),
        Due::new(
            'f',
            "reminders to answer what is asked just now",
            MessageKind::FeedbackReminder,
            |model, office| {
                let today = model.day(office.now);
                let open = model
                    .waves
                    .iter()
                    .filter(|(_, is)| is.opens <= today && today <= is.closes);
                let open: Vec<Id<Wave>> = open.map(|(id, _)| id).collect();
                office.feedback(model, &open, Scope::Cohort)
            },
        ),
    ];
    let step = choose(cx, "Messages", due, true);
    // What is edited elsewhere is looked at again for the next time.
    Step::Many(vec![Step::Out(Out::Postroom), step])
}

/// What the people of a session may be told of it.
#[must_use]
pub fn about_session(cx: &Cx<'_>, session: Id<Session>) -> Step {
    let Some(is) = cx.model.sessions.get(session) else {
        return Step::say("This session is gone.");
    };
    let at = when::moment_short(cx.model.local(is.starts));
    let all = [session];
    let mut due = Vec::new();
    if is.stands() {
        due.push(Due::new(
            'r',
            format!("remind of {at}"),
            MessageKind::SessionReminder,
            move |model, office| office.session(model, session),
        ));
    }
    due.push(Due::new(
        'i',
        "invite who has not been invited",
        MessageKind::Invitation,
        move |model, office| office.invitations(model, &all),
    ));
    due.push(Due::new(
        'c',
        "tell who was invited of the change",
        MessageKind::Changed,
        move |model, office| office.changes(model, &all),
    ));
    due.push(Due::new(
        'x',
        "tell that it does not take place",
        MessageKind::Cancelled,
        move |model, office| office.cancellation(model, session),
    ));
    choose(cx, &cx.model.session_title(session), due, false)
}

/// Messages of one kind, shown before anything is written or sent.
///
/// # Errors
/// When the office's own text of this kind cannot be used.
pub(in crate::tui::screen) fn one_kind(
    cx: &Cx<'_>,
    kind: MessageKind,
    make: impl Fn(&Model, &Office<'_>) -> Vec<Post> + 'static,
) -> Result<Step, String> {
    let template = cx.post.text_of(kind)?;
    Ok(preview(cx, kind, template, Rc::new(make)))
}

/// Who messages are from while they are previewed.
fn posts(cx: &Cx<'_>, template: &Template, make: &Make) -> Vec<Post> {
    let organiser = parted(&cx.post.sender);
    let office = Office {
        text: template,
        organiser: &organiser,
        now: cx.now,
    };
    make(cx.model, &office)
}

/// A menu of what may be due, each with the number of messages; what is due to nobody says so.
fn choose(cx: &Cx<'_>, title: &str, due: Vec<Due>, texts: bool) -> Step {
    let longest = due.iter().map(|due| text::width(&due.what)).max().unwrap_or(0);
    let rows = due.iter().map(|due| {
        let what = text::pad_right(&due.what, longest);
        let (row, why) = match cx.post.text_of(due.kind) {
            Ok(template) => {
                let count = posts(cx, &template, &due.make).len();
                let why = (count == 0).then(|| "There is nobody to be told of that.".to_owned());
                (format!("{what}  {count:>4}"), why)
            }
            Err(problem) => {
                let why = format!("{problem}. Mend it: :messages, t.");
                (format!("{what}     !"), Some(why))
            }
        };
        MenuRow {
            barred: why,
            ..MenuRow::new(due.key, row)
        }
    });
    let mut rows: Vec<MenuRow> = rows.collect();
    if texts {
        rows.push(MenuRow::new('t', "the texts of messages, to be changed"));
    }
    let menu = Menu::new(title, rows, move |row, cx, _| {
        let Some(due) = due.get(row) else {
            return Ok(self::texts(cx));
        };
        let template = cx.post.text_of(due.kind)?;
        Ok(preview(cx, due.kind, template, Rc::clone(&due.make)))
    });
    Step::Ask(Overlay::Menu(menu.saying(
        "The number is of messages. Each is shown before anything is written or sent.",
    )))
}

/// Who would get what; `y` then asks for the number.
fn preview(cx: &Cx<'_>, kind: MessageKind, template: Template, make: Make) -> Step {
    let posts: Rc<Vec<Post>> = Rc::new(posts(cx, &template, &make));
    let rows = posts.iter().map(|post| row(cx, post)).collect();
    let columns = vec![
        Column::new("TO", 18, 1, 0),
        Column::new("MAIL", 28, 1, 1),
        Column::new("SUBJECT", 20, 2, 0),
    ];
    let all = Rc::clone(&posts);
    let mut preview = Preview::new("Messages", columns, rows, move |included, cx, _| {
        let chosen = included.iter().filter_map(|nth| all.get(*nth).cloned()).collect();
        Ok(ask(cx, chosen, Vec::new))
    });
    preview.heading = format!("{}: {}", crate::tui::sentence(kind.word()), messages(posts.len()));
    preview.note = "Nothing leaves yet. y goes on, e changes the text, Space leaves one out.".to_owned();
    preview.change = Some(Box::new(move |_, _, _| {
        let make = Rc::clone(&make);
        let page = Page::new(
            "The text, this time",
            &template.text(),
            words_of(kind),
            move |text, cx, _| {
                let template = Template::of(kind, Some(("the text", &text)))?;
                let again = self::preview(cx, kind, template, Rc::clone(&make));
                Ok(Step::Many(vec![Step::Close, again]))
            },
        );
        Ok(Step::Ask(Overlay::Page(page)))
    }));
    Step::Ask(Overlay::Preview(preview))
}

/// One message of a preview.
fn row(cx: &Cx<'_>, post: &Post) -> PreviewRow {
    let (name, address) = &post.letter.to;
    let last = cx.model.messages_to(post.note.person).map(|(_, m)| m.at).max();
    let last = last.map_or_else(
        || "never".to_owned(),
        |at| format!("{} ago", when::ago(at, cx.now)),
    );
    let wrong = text::email_problem(address);
    let why = match wrong {
        Some(wrong) => vec![format!("Left out: {wrong}.")],
        None => {
            let with = post.letter.calendar.as_ref().map(|(method, _)| match method {
                crate::exchange::calendar::Method::Cancel => "With what takes it out of the calendar.",
                _ => "With what puts it into the calendar.",
            });
            let subject = format!("Subject  {}", post.letter.subject);
            let body = post.letter.body.lines().filter(|line| !line.is_empty());
            [subject]
                .into_iter()
                .chain(body.flat_map(|line| text::wrapped(line, LINE)))
                .chain(with.map(str::to_owned))
                .chain([format!("Last message to them: {last}.")])
                .collect()
        }
    };
    PreviewRow {
        included: wrong.is_none(),
        allowed: wrong.is_none(),
        cells: [name.clone(), address.clone(), post.letter.subject.clone()]
            .map(Cell::from)
            .to_vec(),
        why,
    }
}

fn messages(count: usize) -> String {
    if count == 1 {
        "1 message".to_owned()
    } else {
        format!("{count} messages")
    }
}

/// How these messages leave, and then their number. `after` is what else follows when it was typed.
pub(in crate::tui::screen) fn ask(cx: &Cx<'_>, posts: Vec<Post>, after: fn() -> Vec<Step>) -> Step {
    if matches!(cx.role, AdminRole::Viewer | AdminRole::Shared) {
        return Step::say(
            "You are a viewer: you may look, not write to people. An owner can make you editor.",
        );
    }
    if posts.is_empty() {
        return Step::say("Nobody is included. Space includes the row under the cursor, Esc leaves.");
    }
    let server = match &cx.post.server {
        Ok(None) => return drafts(posts, after),
        Ok(Some(server)) => Ok(server.clone()),
        Err(problem) => Err(problem.clone()),
    };
    let title = format!("How do the {} leave?", messages(posts.len()));
    let title = if posts.len() == 1 {
        "How does the message leave?".to_owned()
    } else {
        title
    };
    let send = match &server {
        Ok(server) => MenuRow::new('s', format!("sent now, by {server}")),
        Err(problem) => MenuRow {
            label: Some('s'),
            ..MenuRow::barred("sent now", format!("The mail settings: {problem}."))
        },
    };
    let rows = vec![
        send,
        MenuRow::new('w', "written as files, for a mail program to send"),
    ];
    let menu = Menu::new(title, rows, move |row, cx, _| {
        Ok(match &server {
            Ok(server) if row == 0 => mail(cx, server, posts.clone(), after),
            _ => drafts(posts.clone(), after),
        })
    });
    Step::Ask(Overlay::Menu(
        menu.saying("Its number is asked for in either case."),
    ))
}

/// The number typed writes files.
fn drafts(posts: Vec<Post>, after: fn() -> Vec<Step>) -> Step {
    let count = posts.len();
    let lines = vec![
        "They go into the outbox as .eml files, for a mail program to send.".to_owned(),
        "The log notes them. Undo takes back the note, and not the files.".to_owned(),
    ];
    let question = TypedQuestion::new(
        format!("Write {}?", messages(count)),
        lines,
        count.to_string(),
        move |(), _, _| {
            let mut steps = after();
            steps.push(Step::Out(Out::Outbox(posts.clone())));
            Ok(Step::Many(steps))
        },
    );
    Step::Ask(Overlay::Typed(
        question.warning("Nothing is sent by this; the files stay."),
    ))
}

/// The number typed sends.
fn mail(cx: &Cx<'_>, server: &str, posts: Vec<Post>, after: fn() -> Vec<Step>) -> Step {
    let all = posts.len();
    let posts: Vec<Post> = posts
        .into_iter()
        .filter(|post| !cx.model.was_sent(&post.note))
        .collect();
    let count = posts.len();
    if count == 0 {
        return Step::say("All of them were sent this today already: nobody gets it twice.");
    }
    let mut lines = vec![
        "They leave at once and cannot be taken back.".to_owned(),
        format!("By {server}, and the log notes who got what."),
    ];
    if count < all {
        let left_out = all - count;
        lines.push(format!("{left_out} got the same today and are left out."));
    }
    let question = TypedQuestion::new(
        format!("Send {}?", messages(count)),
        lines,
        count.to_string(),
        move |(), _, _| {
            let mut steps = after();
            steps.push(Step::Out(Out::Send(posts.clone())));
            Ok(Step::Many(steps))
        },
    );
    Step::Ask(Overlay::Typed(question.warning("Sending cannot be undone.")))
}

/// The texts of messages: which are the office's own, and a page to change one.
fn texts(cx: &Cx<'_>) -> Step {
    let kinds: Vec<MessageKind> = Template::kinds().collect();
    let rows = kinds.iter().map(|kind| {
        let whose = match (cx.post.own_text(*kind), cx.post.text_of(*kind)) {
            (None, _) => "the program's text",
            (Some(_), Ok(_)) => "the office's own text",
            (Some(_), Err(_)) => "! cannot be used: open it",
        };
        MenuRow::plain(format!("{}  {whose}", text::pad_right(kind.word(), 18)))
    });
    let rows = rows.collect();
    let menu = Menu::new("The texts of messages", rows, move |row, cx, _| {
        Ok(one(cx, kinds[row]))
    });
    Step::Ask(Overlay::Menu(
        menu.saying("Enter opens a text to change it for every message to come."),
    ))
}

/// The page of one text.
fn one(cx: &Cx<'_>, kind: MessageKind) -> Step {
    let program = Template::programs(kind).map_or("", |(text, _)| text);
    let held = cx.post.own_text(kind).unwrap_or(program);
    let page = Page::new(
        format!("Text: {kind}"),
        held,
        words_of(kind),
        move |text, _, _| {
            if !text.trim().is_empty() {
                Template::of(kind, Some(("the text", &text)))?;
            }
            Ok(Step::Out(Out::KeepText(kind, text)))
        },
    );
    Step::Ask(Overlay::Page(page))
}

/// The words in braces that a text may use.
pub(in crate::tui::screen) fn words_of(kind: MessageKind) -> String {
    let words = Template::programs(kind).map_or(&[][..], |(_, words)| words);
    let words: Vec<String> = words.iter().map(|word| format!("{{{word}}}")).collect();
    format!("It may use {}.", words.join(" "))
}
