//! Taking in a file on the screen: its path typed with completion, then the preview of what each row would do.
//!
//! What the file does not tell is asked; what was understood wrongly is corrected (`e`): what a heading holds, what
//! the file is, who a caller was. Nothing changes before `y`, and one undo takes all of it back.

mod path;
mod rows;

use std::collections::BTreeSet;
use std::rc::Rc;

use path::PathEntry;
use rows::{Shown, shown, totals, what_y_does};

use super::Cx;
use crate::domain::{FileOf, Id, Occasion, Refusal, Role as Part, Session};
use crate::exchange::FileProblem;
use crate::exchange::incoming::{self, Choices, Drawn, Incoming, Need, Stop};
use crate::tui::overlay::{LineBox, Menu, MenuRow, Notice, Overlay, Preview, PreviewRow};
use crate::tui::part::{Cell, Column};
use crate::tui::signal::Out;
use crate::tui::step::{Hand, Step};

/// How many sessions are offered for a report.
const SESSIONS: usize = 40;

/// The screen where the path is typed.
#[must_use]
pub fn open() -> Step {
    Step::Many(vec![
        Step::Enter(Box::<PathEntry>::default()),
        Step::Out(Out::List(String::new())),
    ])
}

/// A file with what was said of it so far.
#[derive(Clone)]
struct Looked {
    incoming: Rc<Incoming>,
    choices: Choices,
    /// Whether a preview of it is open underneath.
    shown: bool,
}

/// The preview of a file that was read, or what has to be said of it first.
fn look(file: &str, bytes: &[u8], cx: &Cx<'_>, hand: &mut Hand) -> Step {
    match incoming::read(file, bytes, cx.model.zone()) {
        Ok(incoming) => Looked {
            incoming: Rc::new(incoming),
            choices: Choices {
                preview: true,
                ..Choices::default()
            },
            shown: false,
        }
        .next(cx, hand),
        Err(problem) => unread(&problem, cx),
    }
}

fn refused(what: &str, remedy: &str) -> Step {
    Step::say(format!("{}. Try: {remedy}.", crate::tui::sentence(what)))
}

/// The file cannot be taken in: why, where, and what to do, in a popup that shows all of it.
fn unread(problem: &FileProblem, cx: &Cx<'_>) -> Step {
    Step::Ask(Overlay::Notice(Notice {
        title: format!("Not read: {}", problem.file),
        refusal: Refusal::unreadable(problem.to_string(), problem.remedy.clone()),
        at: cx.model.local(cx.now).format("%H:%M:%S").to_string(),
    }))
}

impl Looked {
    /// The same with something more said of it.
    fn with(&self, say: impl FnOnce(&mut Choices)) -> Self {
        let mut more = self.clone();
        say(&mut more.choices);
        more
    }

    /// The preview as it is now; or the question that has to be answered first.
    fn next(&self, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        let drawn = self
            .incoming
            .draw(cx.model, &mut hand.mint, &self.choices, cx.now);
        let step = match drawn {
            Ok(drawn) => self.preview(drawn),
            Err(Stop::Need(need)) => return self.ask(need, cx),
            Err(Stop::File(problem)) if self.incoming.headings().is_empty() => {
                return unread(&problem, cx);
            }
            Err(Stop::File(problem)) => {
                let understood = self.incoming.understood(cx.model, &self.choices);
                let wrong = crate::tui::sentence(&problem.what);
                return self.columns(cx, &understood, self.choices.kind, &wrong);
            }
            Err(Stop::Refused(refusal)) => return refused(&refusal.what, &refusal.hint),
        };
        // What was said of it before holds no longer.
        let anew = Step::say("");
        if self.shown {
            Step::Many(vec![Step::Close, anew, step])
        } else {
            Step::Many(vec![anew, step])
        }
    }

    /// Asks what the file does not tell.
    fn ask(&self, need: Need, cx: &Cx<'_>) -> Step {
        match need {
            Need::Kind => self.kinds(),
            Need::Role => self.menu(
                "Whose applications are these?",
                &["mentees", "mentors"],
                |choices, row| {
                    choices.role = Some(if row == 0 { Part::Mentee } else { Part::Mentor });
                },
            ),
            Need::Session => self.sessions(cx),
            Need::Round => {
                let rounds: Vec<u8> = cx.model.rounds_sorted().iter().map(|(_, is)| is.number).collect();
                let rows: Vec<String> = rounds.iter().map(|number| format!("round {number}")).collect();
                let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
                self.menu("After which round was it asked?", &rows, move |choices, row| {
                    choices.round = rounds.get(row).copied();
                })
            }
            Need::Wave => {
                const ALL: [Occasion; 4] = [
                    Occasion::Baseline,
                    Occasion::Midpoint,
                    Occasion::Endpoint,
                    Occasion::FollowUp,
                ];
                let rows: Vec<&str> = ALL.iter().map(|occasion| occasion.word()).collect();
                self.menu("On what occasion was it asked?", &rows, |choices, row| {
                    choices.wave = ALL.get(row).map(|occasion| occasion.word().to_owned());
                })
            }
            Need::Person => {
                let own = self.clone();
                let hint = "a name or address; nothing when it is everybody's";
                Step::Ask(Overlay::Line(LineBox::new(
                    "Whose calendar is it?",
                    hint,
                    "",
                    move |text, cx, hand| {
                        if text.trim().is_empty() {
                            return Ok(own
                                .with(|choices| choices.kind = Some(FileOf::Holidays))
                                .next(cx, hand));
                        }
                        let person = cx
                            .model
                            .find_person(&text)
                            .map_err(|refusal| format!("{}. Try: {}.", refusal.what, refusal.hint))?;
                        Ok(own.with(|choices| choices.person = Some(person)).next(cx, hand))
                    },
                )))
            }
        }
    }

    /// A menu whose answer is said of the file.
    fn menu(&self, title: &str, rows: &[&str], say: impl Fn(&mut Choices, usize) + 'static) -> Step {
        let own = self.clone();
        let rows = rows.iter().map(|row| MenuRow::plain(*row)).collect();
        let menu = Menu::new(title, rows, move |row, cx, hand| {
            Ok(own.with(|choices| say(choices, row)).next(cx, hand))
        });
        Step::Ask(Overlay::Menu(
            menu.saying("The file does not tell. Enter chooses, Esc leaves it."),
        ))
    }

    fn kinds(&self) -> Step {
        let kinds = self.incoming.kinds();
        let rows: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
        self.menu("What is in the file?", &rows, |choices, row| {
            choices.kind = kinds.get(row).copied()
        })
    }

    fn sessions(&self, cx: &Cx<'_>) -> Step {
        let mut sessions: Vec<(i64, Id<Session>)> = cx
            .model
            .sessions
            .iter()
            .filter(|(_, is)| is.stands())
            .map(|(id, is)| ((is.starts - cx.now).num_minutes().abs(), id))
            .collect();
        sessions.sort_unstable();
        sessions.truncate(SESSIONS);
        if sessions.is_empty() {
            return Step::say("There is no session yet. Add it in Calendar, then import the report.");
        }
        let rows: Vec<String> = sessions
            .iter()
            .filter_map(|(_, id)| Some((id, cx.model.sessions.get(*id)?)))
            .map(|(id, is)| {
                format!(
                    "{}  {}",
                    cx.model.session_title(*id),
                    crate::domain::when::moment_short(cx.model.local(is.starts))
                )
            })
            .collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        self.menu("Of which session is the report?", &rows, move |choices, row| {
            choices.session = sessions.get(row).map(|(_, id)| *id);
        })
    }

    fn preview(&self, drawn: Drawn) -> Step {
        let own = Self {
            shown: true,
            ..self.clone()
        };
        let lines: Rc<Vec<Shown>> = Rc::new(shown(&drawn));
        let rows = lines
            .iter()
            .map(|row| PreviewRow {
                included: row.included,
                allowed: row.allowed,
                cells: vec![
                    Cell::from(row.does),
                    Cell::from(row.line.to_string()),
                    Cell::from(row.name.clone()),
                    Cell::from(row.what.clone()),
                ],
                why: row.why.clone(),
            })
            .collect();
        let columns = vec![
            Column::new("DOES", 7, 0, 0),
            Column::new("LINE", 5, 0, 1),
            Column::new("WHO", 24, 1, 0),
            Column::new("WHAT", 30, 1, 0),
        ];
        let count = drawn.preview.rows;
        let heading = format!(
            "{}: {}{}, {count} row{}, {}",
            own.incoming.file,
            drawn.kind,
            if drawn.whose.is_empty() {
                String::new()
            } else {
                format!(", {}", drawn.whose)
            },
            if count == 1 { "" } else { "s" },
            own.incoming.form
        );
        let kind = drawn.kind;
        let columns_found = drawn.columns.clone();
        let totals = totals(&drawn);
        let told = format!(
            "y does it: {}. One u takes it all back. e corrects it.",
            what_y_does(&drawn)
        );
        let session = drawn.facts.session;
        let (at_y, shown_rows) = (own.clone(), Rc::clone(&lines));
        let mut preview = Preview::new("Import preview", columns, rows, move |included, cx, hand| {
            let kept: BTreeSet<usize> = included.into_iter().collect();
            let left: Vec<u32> = shown_rows
                .iter()
                .enumerate()
                .filter(|(nth, row)| row.included && !kept.contains(nth))
                .map(|(_, row)| row.line)
                .collect();
            let last = at_y.with(|choices| {
                choices.leave_out.extend(left);
                choices.preview = false;
            });
            let drawn = last
                .incoming
                .draw(cx.model, &mut hand.mint, &last.choices, cx.now)
                .map_err(|stop| said(&stop))?;
            let told = format!("Imported {}: {}", last.incoming.file, what_y_does(&drawn));
            let mut steps = vec![Step::Propose(drawn.edit, told), Step::Back];
            steps.extend(session.map(|session| Step::Open(session.into())));
            Ok(Step::Many(steps))
        });
        preview.heading = heading;
        preview.totals = totals;
        preview.note = told;
        preview.change = Some(Box::new(move |(row, _), cx, _| {
            Ok(own.correct(lines.get(row), kind, &columns_found, cx))
        }));
        Step::Ask(Overlay::Preview(preview))
    }

    /// What can be corrected: in this row, and in the file.
    fn correct(&self, row: Option<&Shown>, kind: FileOf, columns: &[incoming::Heard], cx: &Cx<'_>) -> Step {
        let mut rows = Vec::new();
        let mut steps: Vec<u8> = Vec::new();
        if let Some(row) = row.filter(|row| kind == FileOf::Attendance && row.does == "caller") {
            rows.push(MenuRow::new('w', format!("who {} was", row.name)));
            steps.push(b'w');
        }
        if let Some(row) = row.filter(|row| row.why.iter().any(|why| why.contains("since the last import"))) {
            let wins = self.choices.file_wins.contains(&row.line);
            rows.push(MenuRow::new(
                'f',
                if wins {
                    "keep what is here in this row"
                } else {
                    "take what the file says in this row"
                },
            ));
            steps.push(b'f');
        }
        if !incoming::words(cx.model, kind).is_empty() {
            rows.push(MenuRow::new('c', "what the columns hold"));
            steps.push(b'c');
        }
        match kind {
            FileOf::Attendance => rows.push(MenuRow::new('s', "of which session it is")),
            FileOf::Pulse => rows.push(MenuRow::new('s', "after which round it was asked")),
            FileOf::Survey => rows.push(MenuRow::new('s', "on what occasion it was asked")),
            FileOf::Busy | FileOf::Holidays => rows.push(MenuRow::new('s', "whose calendar it is")),
            FileOf::Applications => rows.push(MenuRow::new('s', "mentors or mentees")),
            FileOf::Roster => {}
        }
        if kind != FileOf::Roster {
            steps.push(b's');
        }
        if self.incoming.kinds().len() > 1 {
            rows.push(MenuRow::new('t', "what the file is about"));
            steps.push(b't');
        }
        if kind == FileOf::Applications {
            let accept = self.choices.accept;
            rows.push(MenuRow::new(
                'a',
                if accept {
                    "do not accept them at once"
                } else {
                    "accept them at once"
                },
            ));
            steps.push(b'a');
        }
        let (own, name, line) = (
            self.clone(),
            row.map(|row| row.name.clone()),
            row.map_or(0, |row| row.line),
        );
        let columns = columns.to_vec();
        let menu = Menu::new("Correct", rows, move |nth, cx, hand| {
            Ok(match steps.get(nth) {
                Some(b'w') => own.callers(name.as_deref().unwrap_or(""), cx),
                Some(b'f') => own
                    .with(|choices| {
                        if !choices.file_wins.remove(&line) {
                            choices.file_wins.insert(line);
                        }
                    })
                    .next(cx, hand),
                Some(b'c') => own.columns(cx, &columns, Some(kind), ""),
                Some(b't') => own.kinds(),
                Some(b'a') => own
                    .with(|choices| choices.accept = !choices.accept)
                    .next(cx, hand),
                _ => own.ask(
                    match kind {
                        FileOf::Attendance => Need::Session,
                        FileOf::Pulse => Need::Round,
                        FileOf::Survey => Need::Wave,
                        FileOf::Busy | FileOf::Holidays => Need::Person,
                        FileOf::Applications | FileOf::Roster => Need::Role,
                    },
                    cx,
                ),
            })
        });
        Step::Ask(Overlay::Menu(menu.saying("What was understood wrongly?")))
    }

    /// Asks who a caller was.
    fn callers(&self, name: &str, cx: &Cx<'_>) -> Step {
        let session = self.choices.session.or_else(|| {
            let drawn = self.incoming.draw(
                cx.model,
                &mut crate::domain::Mint::seeded(0),
                &self.choices,
                cx.now,
            );
            drawn.ok().and_then(|drawn| drawn.facts.session)
        });
        let mut people: Vec<_> = session
            .map(|id| cx.model.expected(id))
            .unwrap_or_default()
            .into_iter()
            .map(|one| one.enrolment)
            .collect();
        let others = cx
            .model
            .enrolments
            .iter()
            .filter(|(_, is)| is.state.is_live())
            .map(|(id, _)| id);
        let mut others: Vec<_> = others
            .filter(|id| !people.contains(id))
            .map(|id| (cx.model.enrolled_name(id), id))
            .collect();
        others.sort();
        people.extend(others.into_iter().map(|(_, id)| id));
        let rows: Vec<String> = people.iter().map(|id| cx.model.enrolled_name(*id)).collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let caller = name.to_owned();
        self.menu(&format!("Who was {name}?"), &rows, move |choices, row| {
            if let Some(who) = people.get(row) {
                choices.callers.insert(caller.clone(), *who);
            }
        })
    }

    /// Asks what a column holds: first which, then what; `wrong` is what is wrong with what was understood.
    fn columns(&self, cx: &Cx<'_>, columns: &[incoming::Heard], kind: Option<FileOf>, wrong: &str) -> Step {
        let kind = kind.unwrap_or(FileOf::Applications);
        let words = incoming::words(cx.model, kind);
        let columns: Vec<(String, String)> = columns
            .iter()
            .map(|heard| (heard.heading.clone(), heard.field.clone()))
            .collect();
        let rows = columns
            .iter()
            .map(|(heading, field)| {
                let field = if field.is_empty() { "not used" } else { field };
                MenuRow::plain(format!("{field:<16} {heading}"))
            })
            .collect();
        let own = self.clone();
        let menu = Menu::new("What the columns hold", rows, move |nth, _, _| {
            let heading = columns
                .get(nth)
                .map(|(heading, _)| heading.clone())
                .unwrap_or_default();
            let mut fields: Vec<String> = vec!["not used".to_owned()];
            fields.extend(words.iter().map(|(_, text)| text.clone()));
            let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
            let (words, title) = (words.clone(), format!("What stands under {heading}?"));
            Ok(own.menu(&title, &fields, move |choices, row| {
                let word = row
                    .checked_sub(1)
                    .and_then(|row| words.get(row))
                    .map(|(word, _)| word.clone());
                choices.mapping.retain(|(own, _)| *own != heading);
                choices.mapping.push((heading.clone(), word.unwrap_or_default()));
            }))
        });
        let mut menu = menu.saying("Choose the column that was read wrongly; it is remembered.");
        if !wrong.is_empty() {
            menu.footer = vec![String::new(), format!("{wrong}.")];
        }
        Step::Many(vec![Step::say(""), Step::Ask(Overlay::Menu(menu))])
    }
}

/// Why a file cannot be drawn up any more, as a sentence.
fn said(stop: &Stop) -> String {
    match stop {
        Stop::File(problem) => format!("{problem}. Try: {}.", problem.remedy),
        Stop::Refused(refusal) => format!("{}. Try: {}.", refusal.what, refusal.hint),
        Stop::Need(_) => "The cohort changed meanwhile: leave and read the file again.".to_owned(),
    }
}
