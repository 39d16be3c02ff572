//! Answers in words, to read, to tag and to quote from; and adding one that came by mail or telephone.

use ratatui::layout::{Position, Rect};

use super::draw;
use super::facts::{round_name, waves_of};
use crate::domain::Source;
use crate::domain::feedback::AnswerRow;
use crate::domain::{
    Answer, AnyId, Enrolment, Id, Instrument, Occasion, Question, Response, Scale, Scope, Theme, Wave, text,
};
use crate::tui::key::{Action, Context};
use crate::tui::overlay::{Form, FormField, LineBox, Menu, MenuRow, Overlay};
use crate::tui::part::{Canvas, Cell, Column, Cursor, Line, Pane, split_rows};
use crate::tui::screen::{Cx, Screen};
use crate::tui::signal::{Out, Place};
use crate::tui::step::{Hand, Step};
use crate::tui::theme::Role;

const COLUMNS: &[Column] = &[
    Column::new("NAME", 16, 1, 0),
    Column::new("S", 2, 0, 2),
    Column::new("CAME", 6, 0, 3),
    Column::new("WORDS", 24, 4, 0),
    Column::new("THEMES", 12, 2, 1),
];

/// The answers of a scope to some waves.
pub(super) struct Answers {
    name: String,
    scope: Scope,
    waves: Vec<Id<Wave>>,
    theme: Option<Id<Theme>>,
    rows: Vec<AnswerRow>,
    stamp: Option<u64>,
    cursor: Cursor<Id<Response>>,
}

/// Opens the answers to these waves, or only those with a theme.
pub(super) fn open(
    cx: &Cx<'_>,
    scope: Scope,
    waves: Vec<Id<Wave>>,
    theme: Option<Id<Theme>>,
    name: &str,
) -> Step {
    let mut answers = Answers {
        name: name.to_owned(),
        scope,
        waves,
        theme,
        rows: Vec::new(),
        stamp: None,
        cursor: Cursor::default(),
    };
    answers.settle(cx);
    if answers.rows.is_empty() {
        return Step::say(format!("No answers to {name} yet."));
    }
    Step::Enter(Box::new(answers))
}

impl Answers {
    fn keys(&self) -> Vec<Id<Response>> {
        self.rows.iter().map(|row| row.response).collect()
    }

    fn row(&self) -> Option<&AnswerRow> {
        self.rows.iter().find(|row| Some(row.response) == self.cursor.at)
    }

    fn list_height(cx: &Cx<'_>) -> u16 {
        cx.body.height.saturating_sub((cx.body.height / 3).max(5))
    }

    fn line(&self, cx: &Cx<'_>, row: &AnswerRow) -> Line {
        let words = row
            .texts
            .first()
            .map_or("(numbers only)", |text| text.text.as_str());
        let words = if row.word_wanted {
            Cell::new(format!("! would like a word. {words}"), Role::Attention)
        } else {
            Cell::from(words)
        };
        let themes: Vec<String> = row
            .themes
            .iter()
            .map(|theme| cx.model.title((*theme).into()))
            .collect();
        let round = if row.round > 0 {
            format!("S{}", row.round)
        } else {
            String::new()
        };
        let came = cx.model.local(row.received).format("%-d %b").to_string();
        Line {
            marked: self.cursor.marks.contains(&row.response),
            ..Line::of([
                row.name.clone().into(),
                round.into(),
                came.into(),
                words,
                themes.join(", ").into(),
            ])
        }
    }

    /// What can be done with an answer.
    fn menu(&self) -> Step {
        let Some(row) = self.row() else {
            return Step::say("No answer is under the cursor.");
        };
        let (response, person) = (row.response, row.enrolment);
        let texts: Vec<String> = row.texts.iter().map(|text| text.text.clone()).collect();
        let chosen = self.cursor.chosen();
        let rows = vec![
            MenuRow::new('t', format!("themes of {}", many(chosen.len()))),
            MenuRow::new('w', "keep its words as a quote"),
            MenuRow::new('p', "open the person"),
        ];
        let mut menu = Menu::new("Answer", rows, move |row, cx, _| {
            Ok(match row {
                0 => theme_menu(cx, chosen.clone()),
                1 => keep_quote(response, &texts),
                _ => match person.and_then(|who| cx.model.enrolments.get(who)) {
                    Some(enrolment) => Step::Open(enrolment.person.into()),
                    None => Step::say("The wave is anonymous: nobody knows who answered."),
                },
            })
        })
        .saying("A letter chooses. Esc closes, nothing changed.");
        menu.table = Context::FieldMenu;
        Step::Ask(Overlay::Menu(menu))
    }
}

fn many(n: usize) -> String {
    if n == 1 {
        "this answer".to_owned()
    } else {
        format!("{n} answers")
    }
}

/// Puts a theme on answers, or takes it off; those whose words suggest a theme say so.
fn theme_menu(cx: &Cx<'_>, responses: Vec<Id<Response>>) -> Step {
    let mut themes: Vec<(u16, Id<Theme>)> = cx.model.themes.iter().map(|(id, is)| (is.order, id)).collect();
    themes.sort();
    if themes.is_empty() {
        return Step::say("There are no themes yet. : theme adds one.");
    }
    let said: String = responses
        .iter()
        .filter_map(|id| cx.model.responses.get(*id))
        .flat_map(|response| response.answers.iter().map(|answer| text::fold(&answer.text)))
        .collect::<Vec<_>>()
        .join(" ");
    let row = |(_, id): &(u16, Id<Theme>)| {
        let theme = cx.model.themes.get(*id)?;
        let has = responses.iter().all(|response| {
            cx.model
                .responses
                .get(*response)
                .is_some_and(|response| response.themes.contains(id))
        });
        let suggested = theme
            .words
            .iter()
            .any(|word| !word.is_empty() && said.contains(&text::fold(word)));
        let sign = if has { "[x]" } else { "[ ]" };
        let why = if suggested && !has {
            "   its words suggest it"
        } else {
            ""
        };
        Some(format!("{sign} {}{why}", theme.name))
    };
    let texts = themes.iter().map(|theme| row(theme).unwrap_or_default());
    let labels = ('1'..='9').map(Some).chain(std::iter::repeat(None));
    let rows = texts.zip(labels).map(|(text, label)| match label {
        Some(label) => MenuRow::new(label, text),
        None => MenuRow::plain(text),
    });
    let menu = Menu::new("Themes", rows.collect(), move |row, cx, hand| {
        let theme = themes[row].1;
        Ok(Step::propose(tag_all(cx, &responses, theme, hand)))
    });
    Step::Ask(Overlay::Menu(
        menu.saying("A number puts the theme on, or takes it off."),
    ))
}

/// Tags every answer that lacks the theme; when none lacks it, untags all.
fn tag_all(
    cx: &Cx<'_>,
    responses: &[Id<Response>],
    theme: Id<Theme>,
    hand: &mut Hand,
) -> Result<crate::domain::Edit, crate::domain::Refusal> {
    let has = |id: &Id<Response>| {
        cx.model
            .responses
            .get(*id)
            .is_some_and(|response| response.themes.contains(&theme))
    };
    let off = responses.iter().all(has);
    let wanted: Vec<Id<Response>> = responses.iter().copied().filter(|id| off || !has(id)).collect();
    let mut edits = wanted.iter().map(|id| cx.model.tag(&mut hand.mint, *id, theme));
    let mut whole = edits.next().unwrap_or_else(|| {
        Err(crate::domain::Refusal::missing(
            "there is no such answer",
            "choose another",
        ))
    })?;
    for edit in edits {
        whole.changes.extend(edit?.changes);
    }
    if wanted.len() > 1 {
        whole.label.on = format!("{} answers: {}", wanted.len(), cx.model.title(theme.into()));
    }
    Ok(whole)
}

fn keep_quote(response: Id<Response>, texts: &[String]) -> Step {
    if texts.is_empty() {
        return Step::say("The answer has no words to quote.");
    }
    let line = LineBox::new(
        "Quote, word for word",
        "Keep what is worth quoting; it is published only once cleared.",
        &texts.join(" "),
        move |said, cx, hand| {
            let from = Source {
                response: Some(response),
                ..Source::default()
            };
            Ok(Step::propose(cx.model.quote(&mut hand.mint, &said, from)))
        },
    );
    Step::Ask(Overlay::Line(line.drafting(format!("{response} quote"))))
}

impl Screen for Answers {
    fn context(&self) -> Context {
        Context::Feedback
    }

    fn crumbs(&self, cx: &Cx<'_>) -> Vec<String> {
        let scope = match self.scope {
            Scope::Cohort => "all groups".to_owned(),
            Scope::Stream(stream) => cx.model.stream_code(stream),
            Scope::Group(group) => cx.model.group_code(group),
        };
        vec![scope, format!("Answers to {}", self.name)]
    }

    fn aside(&self, _cx: &Cx<'_>) -> String {
        let with = self.rows.iter().filter(|row| !row.texts.is_empty()).count();
        format!("{} answers, {with} with words", self.rows.len())
    }

    fn note(&self, _cx: &Cx<'_>) -> String {
        "Words only: one person's scores are never shown. e puts themes on it or keeps a quote.".to_owned()
    }

    fn offers(&self, _cx: &Cx<'_>) -> Vec<Action> {
        vec![
            Action::Edit,
            Action::Mark,
            Action::Add,
            Action::NextProblem,
            Action::Open,
            Action::Copy,
            Action::Back,
        ]
    }

    fn hint(&self, action: Action, _cx: &Cx<'_>) -> Option<String> {
        match action {
            Action::Edit => Some("themes, quote".to_owned()),
            Action::Open => Some("person".to_owned()),
            Action::Mark => Some("mark".to_owned()),
            Action::NextProblem => Some("next to read".to_owned()),
            _ => None,
        }
    }

    fn act(&mut self, action: Action, cx: &Cx<'_>, _hand: &mut Hand) -> Step {
        self.settle(cx);
        let keys = self.keys();
        match action {
            Action::Back | Action::Left if action == Action::Left || !self.cursor.unmark() => Step::Back,
            Action::Back => Step::Stay,
            Action::Edit => self.menu(),
            Action::Open => match self.row().and_then(|row| cx.model.enrolments.get(row.enrolment?)) {
                Some(enrolment) => Step::Open(enrolment.person.into()),
                None => Step::say("The wave is anonymous: nobody knows who answered."),
            },
            Action::Add => {
                let round = self.row().map_or(0, |row| row.round);
                add(cx, self.scope, round, None)
            }
            Action::NextProblem | Action::PreviousProblem => {
                // To be read: who would like a word, and words that nobody gave a theme yet.
                let waits =
                    |row: &AnswerRow| row.word_wanted || (row.themes.is_empty() && !row.texts.is_empty());
                let wanted: Vec<usize> = (0..self.rows.len()).filter(|at| waits(&self.rows[*at])).collect();
                let next = if action == Action::NextProblem {
                    wanted.iter().find(|at| **at > self.cursor.row).or(wanted.first())
                } else {
                    wanted
                        .iter()
                        .rev()
                        .find(|at| **at < self.cursor.row)
                        .or(wanted.last())
                };
                match next {
                    Some(next) => {
                        self.cursor.go(*next, &keys);
                        Step::Stay
                    }
                    None => Step::say("Every answer in words has its theme, and nobody would like a word."),
                }
            }
            Action::Copy => {
                let lines = self.rows.iter().flat_map(|row| {
                    row.texts
                        .iter()
                        .map(|text| format!("{}\t{}\t{}", row.name, text.question, text.text))
                });
                Step::Out(Out::Copy(lines.collect::<Vec<_>>().join("\n")))
            }
            other => {
                let page = usize::from(Self::list_height(cx)).saturating_sub(2);
                if self.cursor.act(other, &keys, page) {
                    Step::Stay
                } else {
                    Step::Unbound
                }
            }
        }
    }

    fn settle(&mut self, cx: &Cx<'_>) {
        if self.stamp != Some(cx.model.rev) {
            self.stamp = Some(cx.model.rev);
            self.rows = cx.model.answer_rows(&self.waves, self.scope);
            if let Some(theme) = self.theme {
                self.rows.retain(|row| row.themes.contains(&theme));
            }
        }
        self.cursor.settle(&self.keys());
    }

    fn arrange(&mut self, cx: &Cx<'_>) {
        let room = usize::from(Self::list_height(cx)).saturating_sub(3);
        self.cursor.arrange(room, self.rows.len());
    }

    fn view(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        let parts = split_rows(cx.body, &[Self::list_height(cx)]);
        let inside = Pane::new(format!("Answers {}", self.rows.len()), true).draw(canvas, parts[0]);
        let room = usize::from(inside.height.saturating_sub(1));
        let rows = self.rows.iter().skip(self.cursor.top).take(room);
        let lines: Vec<Line> = rows.map(|row| self.line(cx, row)).collect();
        let below = self.rows.len().saturating_sub(self.cursor.top + lines.len());
        let here = self.cursor.row.checked_sub(self.cursor.top);
        let place = canvas.table(inside, COLUMNS, &lines, here, below);
        let inside = Pane::new("In full", false).draw(canvas, parts[1]);
        let inside = Rect {
            x: inside.x + 2,
            width: inside.width.saturating_sub(2),
            ..inside
        };
        if let Some(row) = self.row() {
            let width = usize::from(inside.width);
            let mut lines: Vec<String> = Vec::new();
            for text in &row.texts {
                lines.push(text.question.clone());
                lines.extend(draw::broken(&format!("  {}", text.text), width, 2));
            }
            if row.word_wanted {
                lines.push("! would like a word with the organisers".to_owned());
            }
            lines.push(format!("by way of {}", row.by_way_of));
            canvas.lines(inside, lines.iter().map(String::as_str));
        }
        place
    }

    fn show(&mut self, id: AnyId, _cx: &Cx<'_>) -> bool {
        let keys = self.keys();
        id.of().is_some_and(|response| self.cursor.find(response, &keys))
    }

    fn place(&self, _cx: &Cx<'_>) -> Place {
        Place {
            on: self.cursor.at.map(Into::into),
            ..Place::default()
        }
    }

    fn marked(&self) -> usize {
        self.cursor.marks.len()
    }
}

/// Opens the form for an answer that came by another way.
pub(super) fn add(cx: &Cx<'_>, scope: Scope, round: u8, who: Option<(Id<Wave>, Id<Enrolment>)>) -> Step {
    let waves = waves_of(cx.model, round);
    let Some(wave) = who.map(|(wave, _)| wave).or_else(|| waves.last().copied()) else {
        return Step::say(format!(
            "Nobody was asked about {}: < and > go to another.",
            round_name(round)
        ));
    };
    let Some(is) = cx.model.waves.get(wave) else {
        return Step::say("That wave is gone.");
    };
    let Some(instrument) = cx.model.instruments.get(is.instrument) else {
        return Step::say("Its questions are gone.");
    };
    let questions = questions_of(instrument, is.occasion);
    let mut fields = Vec::new();
    if !is.anonymous {
        let waiting = cx.model.waiting_rows(&[wave], scope).into_iter();
        let name = who.map_or(String::new(), |(_, who)| cx.model.enrolled_name(who));
        let mut field =
            FormField::new("who", "Who answered", &name).choosing(waiting.map(|row| row.name).collect());
        field.needed = true;
        fields.push(field);
    }
    fields.extend(
        questions.iter().map(|question| {
            FormField::new(&question.key, &question.text, "").choosing(choices(question.scale))
        }),
    );
    fields.push(FormField::new("by way of", "By way of", "mail"));
    let form = Form::new(
        format!("Answer to {}", round_name(round)),
        fields,
        move |texts, cx, hand| {
            let typed = |key: &str| {
                let found = texts.iter().find(|(k, _)| k == key);
                found.map_or("", |(_, text)| text.trim())
            };
            let who = match typed("who") {
                "" => None,
                name => Some(find_asked(cx, wave, name)?),
            };
            let mut answers = Vec::new();
            for question in &questions {
                answers.extend(read(question, typed(&question.key))?);
            }
            let by = typed("by way of");
            let edit = cx.model.answer(&mut hand.mint, wave, who, &answers, by, cx.now);
            let edit = edit.map_err(|refusal| format!("{}. Try: {}.", refusal.what, refusal.hint))?;
            Ok(Step::Propose(edit, String::new()))
        },
    );
    Step::Ask(Overlay::Form(form))
}

/// The questions of a wave; at the end those about the start as well.
fn questions_of(instrument: &Instrument, occasion: Occasion) -> Vec<Question> {
    let mut questions = Vec::new();
    if occasion == Occasion::Endpoint && instrument.measures_change() {
        questions.extend(
            instrument
                .questions
                .iter()
                .filter(|q| q.scored)
                .map(|q| Question {
                    key: format!("then:{}", q.key),
                    text: format!("Then: {}", q.text),
                    ..q.clone()
                }),
        );
    }
    questions.extend(instrument.questions.iter().cloned());
    questions
}

/// What may be chosen on a scale; nothing for text.
fn choices(scale: Scale) -> Vec<String> {
    match (scale, scale.range()) {
        (Scale::YesNo, _) => vec!["no".to_owned(), "yes".to_owned()],
        (_, Some((low, high))) => (low..=high).map(|n| n.to_string()).collect(),
        (_, None) => Vec::new(),
    }
}

/// The person meant: somebody asked in the wave by that name, else anybody who takes part.
fn find_asked(cx: &Cx<'_>, wave: Id<Wave>, name: &str) -> Result<Id<Enrolment>, String> {
    let wanted = text::fold(name);
    let mut asked = cx
        .model
        .requests_in(wave)
        .map(|(_, request)| request.enrolment)
        .filter(|who| text::fold(&cx.model.enrolled_name(*who)) == wanted);
    if let (Some(one), None) = (asked.next(), asked.next()) {
        return Ok(one);
    }
    let person = cx
        .model
        .find_person(name)
        .map_err(|refusal| format!("{}: {}.", refusal.what, refusal.hint))?;
    let part = cx.model.participant(person).and_then(|part| part.enrolment);
    part.ok_or_else(|| format!("{name} does not take part in this cohort."))
}

/// What was typed to a question; nothing when nothing was.
fn read(question: &Question, typed: &str) -> Result<Option<Answer>, String> {
    if typed.is_empty() {
        return Ok(None);
    }
    let answer = |number, text: &str| Answer {
        question: question.key.clone(),
        number,
        text: text.to_owned(),
    };
    let folded = text::fold(typed);
    match (question.scale, question.scale.range()) {
        (Scale::YesNo, _) if !folded.is_empty() && "yes".starts_with(&folded) => {
            Ok(Some(answer(Some(1), "")))
        }
        (Scale::YesNo, _) if !folded.is_empty() && "no".starts_with(&folded) => Ok(Some(answer(Some(0), ""))),
        (Scale::YesNo, _) => Err(format!("{}: yes or no.", question.text)),
        (_, Some((low, high))) => match typed.parse::<i8>() {
            Ok(number) if (low..=high).contains(&number) => Ok(Some(answer(Some(number), ""))),
            _ => Err(format!("{}: a whole number from {low} to {high}.", question.text)),
        },
        (_, None) => Ok(Some(answer(None, typed))),
    }
}
