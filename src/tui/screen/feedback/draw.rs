//! Drawing the panes of the Feedback view: each from plain values, every bar beside its number.

use ratatui::layout::{Position, Rect};

use super::facts::{self, Scoped, round_name};
use super::layout::{Aside, Pane as Part};
use super::rows::{five, lines, why_hidden};
use super::{Feedback, Sort};
use crate::domain::feedback::{Compared, OFFICE_PULSE, Shown};
use crate::domain::statistics::decimal;
use crate::domain::{Scope, text, when};
use crate::tui::part::{Canvas, Column, Pane, fit_columns};
use crate::tui::screen::Cx;
use crate::tui::theme::Role;

/// How many rows a pane would fill, headings included.
pub(super) fn rows(view: &Feedback, cx: &Cx<'_>, pane: Part) -> u16 {
    let rows = view.count(cx, pane).max(1) + usize::from(has_heading(pane, u16::MAX));
    u16::try_from(rows).unwrap_or(u16::MAX)
}

/// Whether a pane's first row names its columns; a pane of three rows has better use for it.
pub(super) const fn has_heading(pane: Part, height: u16) -> bool {
    height > 3
        && matches!(
            pane,
            Part::Groups | Part::Scores | Part::Waiting | Part::Confidence
        )
}

/// Draws the whole view; answers where the cursor is.
pub(super) fn view(view: &Feedback, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
    let layout = view.layout(cx);
    for (column, top, bottom) in &layout.walls {
        canvas.wall(*column, *top, *bottom);
    }
    let mut place = None;
    for (pane, area) in &layout.panes {
        let found = draw_pane(view, cx, canvas, *pane, *area);
        if *pane == view.pane {
            place = found.or(Some(Position::new(area.x, area.y)));
        }
    }
    for (aside, area) in &layout.asides {
        match aside {
            Aside::Summary => draw_summary(view, cx, canvas, *area),
            Aside::Missing => draw_missing(view, canvas, *area),
            Aside::Trend => draw_trend(view, cx, canvas, *area),
        }
    }
    place
}

fn draw_pane(
    view: &Feedback,
    cx: &Cx<'_>,
    canvas: &mut Canvas<'_>,
    pane: Part,
    area: Rect,
) -> Option<Position> {
    let focused = view.pane == pane;
    let (title, more) = title(view, cx, pane, area.width);
    let title = match (&*view.filter_of(pane), view.filter.is_typed() && focused) {
        ("", false) => title,
        (typed, true) => format!("{title} / {typed}_"),
        (typed, false) => format!("{title} / {typed}"),
    };
    let inside = Pane::new(title.clone(), focused).with(more).draw(canvas, area);
    let total = view.count(cx, pane);
    if total == 0 {
        let words = empty(view, cx, pane);
        let width = inside.width.saturating_sub(2);
        canvas.put(inside.x + 2, inside.y, width, &words, Role::Plain);
        return None;
    }
    let heading = u16::from(has_heading(pane, area.height));
    let room = usize::from(inside.height.saturating_sub(heading));
    let (row, top) = view.window(pane);
    let (columns, shown) = lines(view, cx, canvas.glyphs, pane, inside.width, (top, room));
    let below = total.saturating_sub(top + shown.len());
    let here = focused.then(|| row.checked_sub(top)).flatten();
    let here = here.or_else(|| {
        (pane == Part::Groups || pane == Part::Scores)
            .then(|| row.checked_sub(top))
            .flatten()
    });
    let place = if heading > 0 {
        let place = canvas.table(inside, &columns, &shown, here, below);
        if pane == Part::Scores && view.table {
            name_questions(view, canvas, inside, &columns);
        }
        place
    } else {
        let fitted = fit_columns(&columns, inside.width.saturating_sub(4));
        canvas.rows(inside, &fitted, &shown, here, below)
    };
    if view.filter.is_typed() && focused {
        let before = 2 + 2 + text::width(&title).saturating_sub(1 + view.filter.behind());
        let x = area.x + u16::try_from(before).unwrap_or(0);
        return Some(Position::new(x.min(area.right().saturating_sub(1)), area.y));
    }
    place
}

/// Writes the keys of the questions over their columns.
fn name_questions(view: &Feedback, canvas: &mut Canvas<'_>, inside: Rect, columns: &[Column]) {
    let Some((_, of)) = view.shown() else { return };
    let mut x = inside.x + 4;
    for (at, width) in fit_columns(columns, inside.width.saturating_sub(4)) {
        if let Some(question) = at.checked_sub(3).and_then(|at| of.questions.get(at)) {
            canvas.put(x, inside.y, width, &question.key.to_uppercase(), Role::Plain);
        }
        x += width + 1;
    }
}

/// The title of a pane and what follows it.
fn title(view: &Feedback, cx: &Cx<'_>, pane: Part, width: u16) -> (String, String) {
    let Some((facts, of)) = view.shown() else {
        return (String::new(), String::new());
    };
    let name = &facts.line(of.scope).name;
    match pane {
        Part::Groups => {
            let what = match view.sort {
                Sort::Streams => format!("Streams {}", facts.board.streams.len()),
                _ => format!("Groups {}", facts.board.groups.len()),
            };
            let more = if width < 60 {
                "mean 1-5".to_owned()
            } else {
                format!("mean 1-5 by session, from 3 answers on{}", view.sort.words())
            };
            (what, more)
        }
        Part::Scores => {
            let keys: Vec<String> = of.questions.iter().map(|q| format!("\"{}\"", q.key)).collect();
            let around = match of.scope {
                Scope::Group(group) => cx
                    .model
                    .groups
                    .get(group)
                    .and_then(|group| {
                        let line = facts.line(Scope::Stream(group.stream));
                        let mean = decimal(*line.mean.as_ref()?.value()?, 1);
                        Some(format!("; all {} {mean}", line.name))
                    })
                    .unwrap_or_default(),
                _ => String::new(),
            };
            let more = if keys.is_empty() {
                "no pulse yet".to_owned()
            } else {
                format!("1-5, mean of {}{around}", keys.join(", "))
            };
            (format!("Scores {name}"), more)
        }
        Part::Questions => ("By question".to_owned(), format!("1-5, {name}")),
        Part::Themes => ("Themes".to_owned(), "times named, all sessions".to_owned()),
        Part::Quotes => (
            format!("Quotes {}", of.totals.all),
            "yes = publish with name  anon = without  no = team only".to_owned(),
        ),
        Part::Confidence => {
            let people = match &of.confidence.overall {
                Some(Shown::Value(change)) => format!(", {} people", change.by.n),
                _ => String::new(),
            };
            let how = match of.confidence.compared {
                Some(Compared::ThenTest) => ", both judged at the end",
                Some(Compared::Baseline) | None => "",
            };
            let (low, high) = of.confidence.scale;
            (
                "Confidence before and now".to_owned(),
                format!("{low}-{high}{people}{how}"),
            )
        }
        Part::Surveys => ("Other waves".to_owned(), "whole cohort".to_owned()),
        Part::Waiting => {
            let waiting = of.waiting().count();
            let closes = of
                .closes
                .map_or(String::new(), |day| format!("closes {}", when::day_short(day)));
            (
                format!("Not answered, {}: {waiting}", round_name(of.round)),
                closes,
            )
        }
    }
}

/// What a pane without rows says.
fn empty(view: &Feedback, cx: &Cx<'_>, pane: Part) -> String {
    match pane {
        _ if !view.filter_of(pane).is_empty() => {
            format!("No match for {}. Esc shows all.", view.filter_of(pane))
        }
        Part::Groups => "No groups yet in this cohort: 3 Groups makes them.".to_owned(),
        Part::Scores | Part::Questions => "Nobody was asked after a session yet.".to_owned(),
        Part::Themes => "There are no themes yet: : add theme makes one.".to_owned(),
        Part::Quotes => "No quotes yet: open the answers and press e to make one.".to_owned(),
        Part::Confidence => {
            let confidence = view.shown().map(|(_, of)| &of.confidence);
            if let Some(why) = confidence.and_then(why_hidden) {
                return why;
            }
            let asked = confidence.map_or(0, |confidence| confidence.before.whole);
            if asked == 0 {
                "Nobody was asked for confidence yet.".to_owned()
            } else {
                "Asked once so far: the change comes with the endpoint.".to_owned()
            }
        }
        Part::Surveys => "No other waves.".to_owned(),
        Part::Waiting => {
            let round = view.shown().map_or(0, |(_, of)| of.round);
            let waves = facts::waves_of(cx.model, round);
            let anonymous = |id| cx.model.waves.get(id).is_some_and(|wave| wave.anonymous);
            if !waves.is_empty() && waves.into_iter().all(anonymous) {
                "An anonymous wave: by group nobody is listed.".to_owned()
            } else {
                format!("Nobody was asked about {}.", round_name(round))
            }
        }
    }
}

/// What is behind the line under the cursor, in a few lines.
fn draw_summary(view: &Feedback, cx: &Cx<'_>, canvas: &mut Canvas<'_>, area: Rect) {
    let Some((facts, of)) = view.shown() else { return };
    let mut title = facts.line(of.scope).name.clone();
    if let Some(first) = title.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    let inside = Pane::new(title, false).draw(canvas, area);
    let asked = of
        .rounds
        .iter()
        .filter_map(|score| Some((score.round, score.mean.as_ref()?)));
    let last: Vec<String> = asked
        .map(|(round, mean)| match mean {
            Shown::Value(value) => format!(
                "S{round} {}  {}",
                decimal(*value, 1),
                five(canvas.glyphs, *value, 20)
            ),
            Shown::Hidden { .. } => format!("S{round} -    {:<20}", "too few answers"),
        })
        .collect();
    let recent = last.len().saturating_sub(if inside.width >= 60 { 2 } else { 1 });
    let themes: Vec<String> = of
        .themes
        .iter()
        .filter_map(|theme| Some((&theme.name, theme.count.value().filter(|count| **count > 0)?)))
        .take(3)
        .map(|(name, count)| format!("{name} {count}"))
        .collect();
    let lowest = of.questions.iter().find(|question| question.lowest);
    let lowest = lowest.map_or(String::new(), |question| {
        format!(
            "Lowest   \"{}\" {}   ",
            question.key,
            facts::mean(question.all.as_ref())
        )
    });
    let lines = [
        if last.is_empty() {
            not_begun(cx, of)
        } else {
            last[recent..].join("   ")
        },
        format!(
            "Themes   {}",
            if themes.is_empty() {
                "none yet".to_owned()
            } else {
                themes.join("   ")
            }
        ),
        format!(
            "{lowest}Quotes we may use {} ({} with name)",
            of.totals.usable, of.totals.named
        ),
        "Enter opens scores, themes, quotes, confidence and who has not answered".to_owned(),
    ];
    let inside = Rect {
        x: inside.x + 2,
        width: inside.width.saturating_sub(2),
        ..inside
    };
    canvas.lines(inside, lines.iter().map(String::as_str));
}

/// What an empty cohort says: the first session, and who was not asked.
pub(super) fn not_begun(cx: &Cx<'_>, of: &Scoped) -> String {
    let held = of
        .rounds
        .iter()
        .find(|score| score.day.is_some_and(|day| day <= cx.model.day(cx.now)));
    match held.and_then(|score| Some((score.round, score.day?))) {
        Some((round, day)) => format!(
            "No answers yet. Session {round} was from {}; nobody was asked.",
            when::day_short(day)
        ),
        None => "No answers yet. The first session is still to come.".to_owned(),
    }
}

/// Which groups owe most answers to the round chosen.
fn draw_missing(view: &Feedback, canvas: &mut Canvas<'_>, area: Rect) {
    let Some((facts, of)) = view.shown() else { return };
    let inside = Pane::new("Answers still missing", false).draw(canvas, area);
    let mut owing: Vec<(u32, &str)> = facts
        .board
        .groups
        .iter()
        .filter_map(|line| {
            let ratio = line.answered.value()?;
            Some((ratio.whole - ratio.part.min(ratio.whole), line.name.as_str()))
        })
        .filter(|(missing, _)| *missing > 0)
        .collect();
    owing.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    let lines: Vec<String> = owing
        .iter()
        .map(|(n, name)| format!("  {name:<10} {n:>3}"))
        .collect();
    if lines.is_empty() && !of.rounds.is_empty() {
        canvas.lines(inside, ["  none by group"]);
    }
    canvas.lines(inside, lines.iter().map(String::as_str));
}

/// The scores of the stream around, and how everything here is hidden.
fn draw_trend(view: &Feedback, cx: &Cx<'_>, canvas: &mut Canvas<'_>, area: Rect) {
    let Some((facts, of)) = view.shown() else { return };
    let (name, rounds) = if of.around.is_empty() {
        ("all groups".to_owned(), &of.rounds)
    } else {
        let stream = facts.line(of.scope).name.split('-').next().unwrap_or_default();
        (format!("all {stream} groups"), &of.around)
    };
    let inside = Pane::new(format!("Trend, {name}"), false).draw(canvas, area);
    let width = usize::from(inside.width).saturating_sub(12);
    let mut lines: Vec<String> = rounds
        .iter()
        .filter_map(|score| {
            let words = match score.mean.as_ref()? {
                Shown::Value(mean) => format!("{}  {}", decimal(*mean, 1), five(canvas.glyphs, *mean, width)),
                Shown::Hidden { why, .. } => format!("-    {why}"),
            };
            Some(format!(" S{}  {words}", score.round))
        })
        .collect();
    lines.extend([
        String::new(),
        format!(" Below {OFFICE_PULSE} answers no mean is shown here,"),
        format!(
            " below {} in exports and in the report.",
            cx.model.smallest_published()
        ),
    ]);
    canvas.lines(inside, lines.iter().map(String::as_str));
}

/// A line broken at blanks so that its parts fit; parts after the first are set in.
pub(super) fn broken(line: &str, width: usize, indent: usize) -> Vec<String> {
    let mut parts = vec![String::new()];
    for (nth, word) in line.split(' ').enumerate() {
        let last = parts.last_mut().expect("there is always one part");
        if text::width(last) + 1 + text::width(word) > width && !last.trim().is_empty() {
            parts.push(format!("{:indent$}{word}", ""));
        } else {
            if nth > 0 {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    parts
}
