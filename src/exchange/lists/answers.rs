//! What was answered, as anybody may see it: scores with who was asked and who answered, and quotes.

use chrono::{DateTime, Utc};

use super::rate;
use crate::domain::feedback::{Readers, Shown};
use crate::domain::statistics::rounded;
use crate::domain::{Model, Ratio, Scope};
use crate::exchange::grid::{Datum, Grid};

/// A mean to two decimals, or why it is hidden.
fn mean(shown: Option<&Shown<f64>>) -> [Datum; 2] {
    match shown {
        None => [Datum::Nothing, Datum::Nothing],
        Some(Shown::Value(mean)) => [Datum::Real(rounded(*mean, 2)), Datum::Nothing],
        Some(Shown::Hidden { why, .. }) => [Datum::Nothing, Datum::text(why)],
    }
}

/// How many answers a mean is made of.
fn counting(n: Option<u32>) -> Datum {
    n.map_or(Datum::Nothing, |n| Datum::Whole(n.into()))
}

/// How many answered, of how many.
fn answered(shown: Option<&Shown<Ratio>>) -> [Datum; 3] {
    match shown.and_then(Shown::value) {
        Some(ratio) => [
            Datum::Whole(ratio.whole.into()),
            Datum::Whole(ratio.part.into()),
            rate(*ratio),
        ],
        None => [Datum::Nothing, Datum::Nothing, Datum::Nothing],
    }
}

pub(super) fn feedback(model: &Model, now: DateTime<Utc>) -> Grid {
    let mut grid = Grid::under(
        "feedback",
        &[
            ("wave", "Wave"),
            ("round", "Round"),
            ("of", "Of"),
            ("question", "Question"),
            ("asked", "Asked"),
            ("answered", "Answered"),
            ("answered_percent", "Answered (%)"),
            ("counted", "Counted"),
            ("before", "Mean before"),
            ("mean", "Mean"),
            ("hidden", "Hidden"),
        ],
    );
    let scores = model.pulse_scores(Readers::Published);
    let board = scores.board(model, now);
    let lines = std::iter::once(&board.all)
        .chain(&board.streams)
        .chain(&board.groups);
    for line in lines.clone() {
        let questions = scores.questions(model, line.scope);
        for round in scores.rounds(model, line.scope) {
            if round.waves.is_empty() {
                continue;
            }
            let mut row = |question: &str, key: Option<&str>, shown: Option<&Shown<f64>>| {
                let counted = shown
                    .and_then(Shown::value)
                    .map(|_| scores.counted(line.scope, Some(round.round), key));
                let [asked, given, percent] = answered(round.answered.as_ref());
                let [value, why] = mean(shown);
                grid.rows.push(vec![
                    Datum::text("pulse"),
                    Datum::Whole(round.round.into()),
                    Datum::text(&line.name),
                    Datum::text(question),
                    asked,
                    given,
                    percent,
                    counting(counted),
                    Datum::Nothing,
                    value,
                    why,
                ]);
            };
            row("all questions", None, round.mean.as_ref());
            for question in &questions {
                let nth = usize::from(round.round).saturating_sub(1);
                let shown = question.rounds.get(nth).and_then(Option::as_ref);
                row(&question.text, Some(&question.key), shown);
            }
        }
    }
    for wave in model.survey_lines() {
        let counted = Shown::Value(wave.answered);
        for asked in &wave.means {
            let [whole, part, percent] = answered(Some(&counted));
            let [value, why] = mean(Some(&asked.mean.clone().map(|sample| sample.mean)));
            grid.rows.push(vec![
                Datum::text(&wave.name),
                Datum::Nothing,
                Datum::text(&board.all.name),
                Datum::text(&asked.text),
                whole,
                part,
                percent,
                counting(asked.mean.value().map(|sample| sample.n)),
                Datum::Nothing,
                value,
                why,
            ]);
        }
    }
    for line in std::iter::once(&board.all).chain(&board.streams) {
        let confidence = model.confidence(line.scope);
        let compared = confidence.compared.map_or("role confidence", |how| how.word());
        let items = confidence
            .items
            .iter()
            .map(|item| (item.text.as_str(), item.change.as_ref()));
        let whole = std::iter::once(("all items", confidence.overall.as_ref()));
        // Not what was answered at the start: from that and a later file, of those who answered again, would follow
        // what the others answered.
        for (text, change) in whole.chain(items) {
            let Some(change) = change else { continue };
            let [was, why_was] = mean(Some(&change.clone().map(|c| c.then)));
            let [is, why] = mean(Some(&change.clone().map(|c| c.now)));
            let [asked, given, percent] = answered(Some(&Shown::Value(confidence.after)));
            grid.rows.push(vec![
                Datum::text(format!("role confidence, {compared}")),
                Datum::Nothing,
                Datum::text(&line.name),
                Datum::text(text),
                asked,
                given,
                percent,
                counting(change.value().map(|change| change.by.n)),
                was,
                is,
                if why == Datum::Nothing { why_was } else { why },
            ]);
        }
    }
    grid
}

/// The quotes that may be published today, as they would be printed.
pub(super) fn quotes(model: &Model, now: DateTime<Utc>) -> Grid {
    let mut grid = Grid::under(
        "quotes",
        &[
            ("id", "Id"),
            ("quote", "Quote"),
            ("attribution", "Attribution"),
            ("theme", "Theme"),
            ("round", "Round"),
        ],
    );
    for line in model.quote_lines(Scope::Cohort, model.day(now)) {
        let (true, Some(text)) = (line.held_by.is_empty(), line.text) else {
            continue;
        };
        let theme = line.theme.and_then(|id| model.themes.get(id));
        grid.rows.push(vec![
            Datum::text(line.id.to_string()),
            Datum::text(text),
            Datum::text(line.label.text),
            Datum::text(theme.map(|theme| theme.name.clone()).unwrap_or_default()),
            Datum::whole(Some(line.round).filter(|round| *round > 0)),
        ]);
    }
    grid
}
