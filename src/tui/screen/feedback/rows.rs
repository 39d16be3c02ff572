//! The rows of the panes of the Feedback view: columns, and what stands in them.

use chrono::NaiveDate;

use super::facts::{self, Scoped};
use super::layout::Pane as Part;
use super::{Feedback, Sort};
use crate::domain::feedback::{
    AskedRow, Change, Confidence, ConsentWord, ItemLine, Line as Score, QuestionLine, QuoteLine, RoundScore,
    Shown, SurveyLine, ThemeLine, Up, in_words,
};
use crate::domain::statistics::{decimal, signed};
use crate::domain::{QuoteState, Scope, when};
use crate::tui::part::bar::bar;
use crate::tui::part::{Cell, Column, Line, fit_columns};
use crate::tui::screen::Cx;
use crate::tui::theme::{Glyphs, Role};

/// Headings of the rounds of the table of groups.
const ROUNDS: [&str; 12] = [
    "S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "S9", "S10", "S11", "S12",
];
const SIDE: &[Column] = &[
    Column::new("GROUP", 7, 0, 0),
    Column::new("MEAN", 4, 0, 0),
    Column::new("ANSWERS", 7, 0, 1),
    Column::new("TREND", 9, 1, 2),
];
const QUESTIONS: &[Column] = &[
    Column::new("QUESTION", 24, 3, 0),
    Column::new("MEAN", 4, 0, 0),
    Column::new("SESSIONS", 24, 1, 2),
    Column::new("1 to 5", 16, 2, 3),
    Column::new("", 8, 0, 1),
];
const THEMES: &[Column] = &[
    Column::new("THEME", 22, 1, 0),
    Column::new("TIMES", 5, 0, 0),
    Column::new("", 18, 2, 2),
    Column::new("BY SESSION", 20, 1, 1),
];
/// All columns fit the middle pane of 160; what there is more at 80 is the words'.
const QUOTES: &[Column] = &[
    Column::new("USE", 4, 0, 0),
    Column::new("S", 2, 0, 1),
    Column::new("AS", 14, 0, 3),
    Column::new("TEXT", 36, 1, 0),
    Column::new("STATE", 9, 0, 2),
];
/// On a pane of its own on a wide screen labels are told in whole, too.
const QUOTES_WIDE: &[Column] = &[
    Column::new("USE", 4, 0, 0),
    Column::new("S", 2, 0, 1),
    Column::new("AS", 14, 1, 3),
    Column::new("TEXT", 43, 2, 0),
    Column::new("STATE", 9, 0, 2),
];
const CONFIDENCE: &[Column] = &[
    Column::new("ITEM", 23, 3, 0),
    Column::new("BEFORE", 6, 0, 0),
    Column::new("", 8, 1, 3),
    Column::new("NOW", 5, 0, 0),
    Column::new("", 8, 1, 2),
    Column::new("CHANGE", 6, 0, 0),
    Column::new("PEOPLE UP", 9, 0, 1),
];
const SURVEYS: &[Column] = &[
    Column::new("WAVE", 26, 2, 0),
    Column::new("ANSWERED", 9, 0, 0),
    Column::new("CLOSES", 6, 0, 1),
    Column::new("MEANS", 22, 3, 2),
];
const WAITING: &[Column] = &[
    Column::new("NAME", 16, 2, 0),
    Column::new("GROUP", 7, 0, 2),
    Column::new("ANSWER", 12, 0, 0),
    Column::new("REMINDED", 12, 1, 1),
];

/// The columns of the scores: with a bar, or with a column for each question.
fn score_columns(table: bool, questions: &[QuestionLine]) -> (Vec<Column>, Vec<String>) {
    let mut columns = vec![
        Column::new("SESSION", 10, 0, 0),
        Column::new("DATE", 6, 0, 1),
        Column::new("MEAN", 4, 0, 0),
    ];
    let mut keys = Vec::new();
    if table {
        for (question, rank) in questions.iter().zip(3_u8..) {
            columns.push(Column::new("", 9, 1, rank));
            keys.push(question.key.clone());
        }
    } else {
        columns.push(Column::new("1     2      3      4     5", 26, 1, 3));
    }
    columns.push(Column::new("ANSWERS", 10, 0, 0));
    columns.push(Column::new("CHANGE", 9, 0, 2));
    (columns, keys)
}

/// The columns of a pane and its lines in a window: first line, how many.
pub(super) fn lines(
    view: &Feedback,
    cx: &Cx<'_>,
    glyphs: Glyphs,
    pane: Part,
    width: u16,
    (top, room): (usize, usize),
) -> (Vec<Column>, Vec<Line>) {
    let Some((facts, of)) = view.shown() else {
        return (Vec::new(), Vec::new());
    };
    match pane {
        Part::Groups if width < 60 => {
            let lines = view
                .lines(facts)
                .into_iter()
                .skip(top)
                .take(room)
                .map(side_line)
                .collect();
            let mut columns = SIDE.to_vec();
            columns[0] = Column::new(whose(view), 7, 0, 0);
            (columns, lines)
        }
        Part::Groups => {
            let rounds = facts.board.all.rounds.len();
            let lines = view
                .lines(facts)
                .into_iter()
                .skip(top)
                .take(room)
                .map(group_line)
                .collect();
            (group_columns(whose(view), rounds), lines)
        }
        Part::Scores => {
            let (columns, keys) = score_columns(view.table, &of.questions);
            let width = columns_width(&columns, width, 3);
            let keys = view.table.then_some(keys.as_slice());
            let rounds = of.rounds.iter().skip(top).take(room);
            let lines = rounds.map(|score| score_line(cx, of, score, glyphs, keys, width));
            (columns, lines.collect())
        }
        Part::Questions => {
            let width = columns_width(QUESTIONS, width, 3);
            let lines = of
                .questions
                .iter()
                .skip(top)
                .take(room)
                .map(|q| question_line(q, glyphs, width));
            (QUESTIONS.to_vec(), lines.collect())
        }
        Part::Themes => {
            let most = of.themes.iter().filter_map(|t| t.count.value().copied()).max();
            let width = columns_width(THEMES, width, 2);
            let lines = of
                .themes
                .iter()
                .skip(top)
                .take(room)
                .map(|t| theme_line(t, most.unwrap_or(0), glyphs, width));
            (THEMES.to_vec(), lines.collect())
        }
        Part::Quotes => {
            let quotes = view.quotes_shown(of);
            let lines = quotes.iter().skip(top).take(room).map(|quote| Line {
                marked: view.quotes.marks.contains(&quote.id),
                ..quote_line(cx, quote)
            });
            let columns = if width < 100 { QUOTES } else { QUOTES_WIDE };
            (columns.to_vec(), lines.collect())
        }
        Part::Confidence => {
            let lines = confidence_lines(of, glyphs, width).into_iter();
            (CONFIDENCE.to_vec(), lines.skip(top).take(room).collect())
        }
        Part::Surveys => {
            let surveys = facts.surveys.iter().skip(top).take(room);
            (SURVEYS.to_vec(), surveys.map(survey_line).collect())
        }
        Part::Waiting => {
            let rows = view.asked_shown(of).into_iter().skip(top).take(room);
            let lines = rows.map(|row| Line {
                marked: view.waiting.marks.contains(&(row.wave, row.enrolment)),
                ..waiting_line(cx, row)
            });
            (WAITING.to_vec(), lines.collect())
        }
    }
}

/// The width a column gets in a pane.
fn columns_width(columns: &[Column], width: u16, column: usize) -> usize {
    let fitted = fit_columns(columns, width.saturating_sub(4));
    let found = fitted.into_iter().find(|(at, _)| *at == column);
    found.map_or(0, |(_, width)| usize::from(width))
}

/// What the rows of the table of groups are.
fn whose(view: &Feedback) -> &'static str {
    match view.sort {
        Sort::Streams => "STREAM",
        _ => "GROUP",
    }
}

fn group_columns(whose: &'static str, rounds: usize) -> Vec<Column> {
    let mut columns = vec![
        Column::new(whose, 10, 1, 0),
        Column::new("MEAN", 4, 0, 0),
        Column::new("ANSWERED", 10, 0, 2),
    ];
    let titles = ROUNDS.iter().take(rounds);
    columns.extend(titles.map(|title| Column::new(title, 4, 0, 1)));
    columns.push(Column::new("CONF", 4, 0, 3));
    columns.push(Column::new("ATTENTION", 12, 1, 0));
    columns
}

/// What needs attention, with its sign.
fn attention(line: &Score) -> Cell {
    match line.attention.as_slice() {
        [] => Cell::default(),
        words => Cell::new(format!("! {}", words.join(", ")), Role::Attention),
    }
}

fn group_line(line: &Score) -> Line {
    let mut cells: Vec<Cell> = vec![
        line.name.clone().into(),
        facts::mean(line.mean.as_ref()).into(),
        facts::ratio(&line.answered).into(),
    ];
    let rounds = line.rounds.iter().take(ROUNDS.len());
    cells.extend(rounds.map(|mean| Cell::from(facts::mean(mean.as_ref()))));
    cells.push(facts::signed(line.confidence.as_ref()).into());
    cells.push(attention(line));
    Line::of(cells)
}

fn side_line(line: &Score) -> Line {
    let answered = match &line.answered {
        Shown::Value(ratio) if ratio.whole == 0 => String::new(),
        Shown::Value(ratio) => format!("{}/{}", ratio.part, ratio.whole),
        Shown::Hidden { .. } => "-".to_owned(),
    };
    let asked: Vec<String> = line
        .rounds
        .iter()
        .flatten()
        .map(|m| facts::mean(Some(m)))
        .collect();
    let trend = asked[asked.len().saturating_sub(2)..].join(" ");
    let trend = if line.attention.is_empty() {
        Cell::from(format!("  {trend}"))
    } else {
        Cell::new(format!("! {trend}"), Role::Attention)
    };
    let name = if line.scope == Scope::Cohort {
        "all"
    } else {
        &line.name
    };
    Line::of([
        Cell::from(name),
        facts::mean(line.mean.as_ref()).into(),
        answered.into(),
        trend,
    ])
}

/// The bar of a mean on a scale from 1 to 5.
pub(super) fn five(glyphs: Glyphs, mean: f64, width: usize) -> String {
    bar(glyphs, mean - 1.0, 4.0, width)
}

fn score_line(
    cx: &Cx<'_>,
    of: &Scoped,
    score: &RoundScore,
    glyphs: Glyphs,
    keys: Option<&[String]>,
    width: usize,
) -> Line {
    let mut cells: Vec<Cell> = vec![
        format!("Session {}", score.round).into(),
        score.day.map_or(String::new(), day_month).into(),
        facts::mean(score.mean.as_ref()).into(),
    ];
    match keys {
        None => cells.push(match &score.mean {
            Some(Shown::Value(mean)) => five(glyphs, *mean, width).into(),
            Some(Shown::Hidden { why, .. }) => why.as_str().into(),
            None => not_asked(cx, score).into(),
        }),
        Some(keys) => cells.extend(keys.iter().map(|key| {
            let question = of.questions.iter().find(|question| question.key == *key);
            let at = usize::from(score.round).saturating_sub(1);
            let mean = question.and_then(|question| question.rounds.get(at)?.as_ref());
            Cell::from(facts::mean(mean))
        })),
    }
    let answered = match &score.answered {
        Some(Shown::Value(ratio)) => {
            let percent = ratio.percent().map_or(String::new(), |p| format!("{p:>3}%"));
            format!("{}/{} {percent}", ratio.part, ratio.whole)
        }
        Some(Shown::Hidden { .. }) => "anonymous".to_owned(),
        None => String::new(),
    };
    cells.push(answered.into());
    cells.push(score.change.map_or(String::new(), in_words).into());
    Line::of(cells)
}

/// Why a session has no score.
fn not_asked(cx: &Cx<'_>, score: &RoundScore) -> String {
    let session = score.session.and_then(|id| cx.model.sessions.get(id));
    match session {
        Some(session) if session.starts > cx.now => "not held yet".to_owned(),
        _ if score.waves.is_empty() => "nobody was asked".to_owned(),
        _ => "nobody of these was asked".to_owned(),
    }
}

fn question_line(question: &QuestionLine, glyphs: Glyphs, width: usize) -> Line {
    let rounds = question.rounds.iter().zip(1..);
    let rounds = rounds.filter_map(|(mean, n)| Some(format!("S{n} {}", facts::mean(Some(mean.as_ref()?)))));
    let all = question.all.as_ref().and_then(Shown::value);
    let lowest = if question.lowest {
        Cell::new("! lowest", Role::Attention)
    } else {
        Cell::default()
    };
    Line::of([
        Cell::from(question.text.clone()),
        facts::mean(question.all.as_ref()).into(),
        rounds.collect::<Vec<_>>().join("  ").into(),
        all.map_or(String::new(), |mean| five(glyphs, *mean, width))
            .into(),
        lowest,
    ])
}

fn theme_line(theme: &ThemeLine, most: u32, glyphs: Glyphs, width: usize) -> Line {
    let count = theme.count.value().copied().unwrap_or(0);
    let share = f64::from(count) / f64::from(most.max(1));
    let full = bar(glyphs, share, 1.0, width);
    let full: String = full.chars().filter(|c| *c == glyphs.full).collect();
    let rounds = theme.by_round.iter().zip(1..);
    let rounds: Vec<String> = rounds.map(|(n, round)| format!("S{round} {n}")).collect();
    Line::of([theme.name.clone(), format!("{count:>3}"), full, rounds.join("  ")].map(Cell::from))
}

/// The words of a quote, or why they are not shown.
pub(super) fn words_of(quote: &QuoteLine) -> String {
    quote.text.as_ref().map_or_else(
        || "hidden: no consent to read outside the team".to_owned(),
        |words| format!("\"{words}\""),
    )
}

/// Where a quote stands, in a word: `asked` while its speaker has not answered.
pub(super) fn state_of(quote: &QuoteLine) -> &'static str {
    match (quote.state, &quote.requested) {
        (QuoteState::Hidden, _) => QuoteState::Hidden.word(),
        (_, Some(_)) => "asked",
        (QuoteState::Suggested, None) => QuoteState::Suggested.word(),
        (QuoteState::Cleared, None) if quote.held_by.is_empty() => "may go",
        (QuoteState::Cleared, None) => "held",
    }
}

fn quote_line(cx: &Cx<'_>, quote: &QuoteLine) -> Line {
    let who = match quote.consent {
        ConsentWord::No => "--".to_owned(),
        ConsentWord::Yes | ConsentWord::Anon => quote.label.text.clone(),
    };
    let state = match (state_of(quote), &quote.requested) {
        ("asked", Some(asked)) => match (cx.now - asked.at).num_days() {
            ..1 => "asked".to_owned(),
            days => format!("asked {days}d"),
        },
        (state, _) => state.to_owned(),
    };
    let round = if quote.round > 0 {
        format!("S{}", quote.round)
    } else {
        String::new()
    };
    Line::of([quote.consent.to_string(), round, who, words_of(quote), state].map(Cell::from))
}

fn confidence_lines(of: &Scoped, glyphs: Glyphs, width: u16) -> Vec<Line> {
    let bars = (
        columns_width(CONFIDENCE, width, 2),
        columns_width(CONFIDENCE, width, 4),
    );
    let (low, high) = (f64::from(of.confidence.scale.0), f64::from(of.confidence.scale.1));
    let bar = |mean: f64, width: usize| bar(glyphs, mean - low, high - low, width);
    let changed = |name: &str, change: &Shown<Change>| match change {
        Shown::Value(change) => Line::of(
            [
                name.to_owned(),
                decimal(change.then, 1),
                bar(change.then, bars.0),
                decimal(change.now, 1),
                bar(change.now, bars.1),
                signed(change.by.mean, 1),
                match change.up {
                    Some(Up::Exactly(up)) => format!("{up} of {}", change.by.n),
                    Some(Up::AtLeast(up)) => format!("{up}+ of {}", change.by.n),
                    Some(Up::AtMost(up)) => format!("<{} of {}", up + 1, change.by.n),
                    None => "hidden".to_owned(),
                },
            ]
            .map(Cell::from),
        ),
        Shown::Hidden { .. } => hidden_line(name),
    };
    let mut lines = Vec::new();
    if why_hidden(&of.confidence).is_some() {
        return lines;
    }
    lines.extend(
        of.confidence
            .overall
            .iter()
            .map(|overall| changed("all items", overall)),
    );
    let item = |item: &ItemLine| match (&item.change, &item.before) {
        (Some(change), _) => changed(&item.text, change),
        (None, Some(Shown::Value(before))) => Line::of(
            [
                item.text.clone(),
                decimal(*before, 1),
                bar(*before, bars.0),
                "later".to_owned(),
            ]
            .map(Cell::from),
        ),
        (None, _) => hidden_line(&item.text),
    };
    lines.extend(of.confidence.items.iter().map(item));
    lines
}

/// How many rows confidence has.
pub(super) fn confidence_rows(of: &Scoped) -> usize {
    match (&of.confidence.overall, why_hidden(&of.confidence)) {
        (_, Some(_)) => 0,
        (Some(_), None) => of.confidence.items.len() + 1,
        (None, None) => of.confidence.items.len(),
    }
}

/// Whether there is a change of confidence to look at.
pub(super) fn change_is_shown(of: Option<&Scoped>) -> bool {
    of.is_some_and(|of| confidence_rows(of) > 0)
}

/// Why nothing of confidence is shown, when nothing is.
pub(super) fn why_hidden(confidence: &Confidence) -> Option<String> {
    let hidden = |why: &str, n: u32| format!("Confidence is {why}; there are {n}.");
    match &confidence.overall {
        Some(Shown::Hidden { why, n }) => Some(hidden(why, *n)),
        Some(Shown::Value(_)) => None,
        None => {
            let mut befores = confidence.items.iter().map(|item| item.before.as_ref());
            match confidence.items.first()?.before.as_ref() {
                Some(Shown::Hidden { why, n })
                    if befores.all(|before| before.is_some_and(|b| b.value().is_none())) =>
                {
                    Some(hidden(why, *n))
                }
                _ => None,
            }
        }
    }
}

fn hidden_line(name: &str) -> Line {
    Line::of([name, "-", "", "-", "", "-", "hidden"].map(Cell::from))
}

fn survey_line(survey: &SurveyLine) -> Line {
    let means: Vec<String> = survey
        .means
        .iter()
        .map(|mean| match (&mean.mean, &mean.promoters) {
            (_, Some(Shown::Value(nps))) => format!(
                "NPS {} (n {}, 95 % {} to {})",
                signed(nps.score, 0),
                nps.n,
                signed(nps.interval.low, 0),
                signed(nps.interval.high, 0)
            ),
            (Shown::Value(sample), _) => {
                format!("{} of {} (n {})", decimal(sample.mean, 1), mean.scale.1, sample.n)
            }
            (Shown::Hidden { why, .. }, _) => why.clone(),
        })
        .collect();
    let answered = format!("{} of {}", survey.answered.part, survey.answered.whole);
    Line::of(
        [
            survey.name.clone(),
            answered,
            day_month(survey.closes),
            means.join("; "),
        ]
        .map(Cell::from),
    )
}

fn waiting_line(cx: &Cx<'_>, row: &AskedRow) -> Line {
    let group = match row.place {
        Scope::Group(group) => cx.model.group_code(group),
        Scope::Stream(stream) => cx.model.stream_code(stream),
        Scope::Cohort => String::new(),
    };
    let wave = cx.model.waves.get(row.wave);
    let survey = wave
        .filter(|wave| wave.round.is_none())
        .and_then(|wave| cx.model.instruments.get(wave.instrument));
    let group = survey.map_or(group, |instrument| instrument.name.clone());
    let answer = match (row.waiting, row.came) {
        (true, _) => "waiting".to_owned(),
        (false, Some(came)) => cx.model.local(came).format("%-d %b %H:%M").to_string(),
        (false, None) => "answered".to_owned(),
    };
    let reminded = match (row.waiting, row.reminded) {
        (true, None) => "never".to_owned(),
        (true, Some(at)) => when::ago(at, cx.now),
        (false, _) => String::new(),
    };
    Line::of([row.name.clone(), group, answer, reminded].map(Cell::from))
}

fn day_month(day: NaiveDate) -> String {
    day.format("%-d %b").to_string()
}
