//! What people answered: who was asked, scores, confidence, other questions, themes; all under rule 14.

use chrono::{DateTime, Utc};

use super::programme::streams;
use super::{Cell, Chart, Part, Section, Table, change, day, number, whole};
use crate::domain::feedback::{Change, Compared, Confidence, Readers, Shown, Up};
use crate::domain::{Model, Occasion, Ratio, Scope};

/// Who was asked what, and how many answered.
pub(super) fn asked(model: &Model) -> Section {
    let mut table = Table::new(
        "Who was asked, and who answered",
        &[
            "What",
            "From",
            "Until",
            "Asked",
            "Answered",
            "Missing",
            "Response rate",
        ],
    );
    let mut waves: Vec<_> = model.waves.iter().collect();
    waves.sort_by_key(|(id, wave)| (wave.opens, wave.round.map(|round| model.round_number(round)), *id));
    let mut all = Ratio::default();
    for (id, wave) in waves {
        let mut ratio = Ratio::default();
        model
            .requests_in(id)
            .for_each(|(_, request)| ratio.count(request.answered));
        let instrument = model
            .instruments
            .get(wave.instrument)
            .map_or("", |is| is.name.as_str());
        let anonymous = if wave.anonymous { ", anonymous" } else { "" };
        let name = match wave.round {
            Some(round) => format!(
                "{instrument} after round {}{anonymous}",
                model.round_number(round)
            ),
            None => format!("{instrument} ({}{anonymous})", wave.occasion),
        };
        all = all + ratio;
        table.rows.push(vec![
            name.into(),
            day(wave.opens).into(),
            day(wave.closes).into(),
            Cell::Count(ratio.whole),
            Cell::Count(ratio.part),
            Cell::Count(ratio.whole - ratio.part),
            Cell::Share(ratio),
        ]);
    }
    let heading = "Who answered";
    if table.rows.is_empty() {
        let said = "Nobody was asked.".to_owned();
        return Section {
            heading,
            parts: vec![Part::Say(said)],
        };
    }
    let said = format!(
        "Of the questionnaires sent, {} came back.",
        Cell::Share(all).text()
    );
    Section {
        heading,
        parts: vec![Part::Say(said), Part::Table(table)],
    }
}

/// The answers after sessions, by round and by stream; none where there were no pulses.
pub(super) fn pulses(model: &Model, now: DateTime<Utc>) -> Option<Section> {
    if model.pulses().is_empty() {
        return None;
    }
    let scores = model.pulse_scores(Readers::Published);
    let rounds = scores.rounds(model, Scope::Cohort);
    let mut by_round = Table::new(
        "Mean after each round, 1 to 5",
        &["Round", "Mean", "Counted", "Answered"],
    );
    let mut lines = Vec::new();
    for round in &rounds {
        if round.waves.is_empty() {
            continue;
        }
        by_round.rows.push(vec![
            format!("Round {}", round.round).into(),
            Cell::perhaps(round.mean.as_ref(), |mean| Cell::Number(mean, 1)),
            counted(
                round.mean.as_ref(),
                scores.counted(Scope::Cohort, Some(round.round), None),
            ),
            Cell::perhaps(round.answered.as_ref(), Cell::Share),
        ]);
        if let Some(mean) = round.mean.as_ref().and_then(Shown::value) {
            lines.push((format!("Round {}", round.round), vec![*mean]));
        }
    }
    let mut parts = Vec::new();
    if let ([(first, one), ..], [.., (last, two)]) = (&lines[..], &lines[..]) {
        parts.push(Part::Chart(Chart {
            title: "Mean of the answers after each round".to_owned(),
            says: format!(
                "Bars on a scale from 1 to 5: {} in {first}, {} in {last}.",
                number(one[0], 1),
                number(two[0], 1)
            ),
            series: vec!["mean"],
            scale: (1.0, 5.0),
            lines: lines.clone(),
            decimals: 1,
        }));
    }
    parts.push(Part::Table(by_round));
    let mut by_question = Table::new("Mean of each question, 1 to 5", &["Question", "Mean", "Counted"]);
    for question in scores.questions(model, Scope::Cohort) {
        by_question.rows.push(vec![
            question.text.as_str().into(),
            Cell::perhaps(question.all.as_ref(), |mean| Cell::Number(mean, 1)),
            counted(
                question.all.as_ref(),
                scores.counted(Scope::Cohort, None, Some(&question.key)),
            ),
        ]);
    }
    parts.push(Part::Table(by_question));
    let board = scores.board(model, now);
    let mut by_stream = Table::new(
        "Mean by stream, 1 to 5",
        &["Stream", "Mean", "Counted", "Answered"],
    );
    for line in board.streams.iter().chain([&board.all]) {
        by_stream.rows.push(vec![
            if line.scope == Scope::Cohort {
                "All streams".into()
            } else {
                line.name.as_str().into()
            },
            Cell::perhaps(line.mean.as_ref(), |mean| Cell::Number(mean, 1)),
            counted(line.mean.as_ref(), scores.counted(line.scope, None, None)),
            Cell::shown(&line.answered, Cell::Share),
        ]);
    }
    parts.push(Part::Table(by_stream));
    Some(Section {
        heading: "After the sessions",
        parts,
    })
}

/// How many went up, in words.
fn went_up(up: Up) -> String {
    match up {
        Up::Exactly(up) => up.to_string(),
        Up::AtLeast(up) => format!("{up} or more"),
        Up::AtMost(up) => format!("{up} or fewer"),
    }
}

/// How many answers a mean that is shown is made of.
fn counted(mean: Option<&Shown<f64>>, n: u32) -> Cell {
    mean.and_then(Shown::value)
        .map_or(Cell::Nothing, |_| Cell::Count(n))
}

/// The cells of a change: pairs, before, now, change, its interval, size and who went up.
fn changed(shown: Option<&Shown<Change>>) -> Vec<Cell> {
    let hidden = match shown {
        Some(Shown::Value(is)) => {
            let interval = is
                .by
                .interval()
                .map_or(Cell::Nothing, |interval| Cell::Between(interval, 2));
            return vec![
                Cell::Count(is.by.n),
                Cell::Number(is.then, 2),
                Cell::Number(is.now, 2),
                Cell::Change(is.by.mean, 2),
                interval,
                is.by.effect().map_or(Cell::Nothing, |d| Cell::Number(d, 2)),
                match is.up {
                    Some(Up::Exactly(up)) => Cell::Count(up),
                    Some(up) => went_up(up).into(),
                    None => Cell::Hidden("hidden: would tell single answers".to_owned()),
                },
            ];
        }
        Some(Shown::Hidden { why, .. }) => Cell::Hidden(why.clone()),
        None => Cell::Nothing,
    };
    let mut cells = vec![Cell::Nothing; 7];
    cells[1] = hidden.clone();
    cells[2] = hidden.clone();
    cells[3] = hidden;
    cells
}

const CHANGE: [&str; 7] = [
    "Pairs",
    "Before",
    "Now",
    "Change",
    "95 % interval",
    "Cohen's d",
    "Went up",
];

/// Role confidence before and now; none where nobody was asked.
pub(super) fn confidence(model: &Model) -> Option<Section> {
    let is = model.confidence(Scope::Cohort);
    if is.items.is_empty() {
        return None;
    }
    let heading = "Confidence then and now";
    let scale = format!("{} to {}", is.scale.0, is.scale.1);
    let Some(compared) = is.compared else {
        return Some(Section {
            heading,
            parts: vec![Part::Say(before_only(&is))],
        });
    };
    let mut parts = vec![Part::Say(confidence_said(model, &is, compared, &scale))];
    let lines: Vec<(String, Vec<f64>)> = is
        .items
        .iter()
        .filter_map(|item| {
            let change = item.change.as_ref()?.value()?;
            Some((item.text.clone(), vec![change.then, change.now]))
        })
        .collect();
    if !lines.is_empty() {
        let rise = |line: &(String, Vec<f64>)| line.1[1] - line.1[0];
        let most = lines.iter().max_by(|a, b| rise(a).total_cmp(&rise(b)));
        let most = most.map_or_else(String::new, |line| {
            format!(
                " The largest change is in \"{}\" ({}).",
                line.0,
                change(rise(line), 2)
            )
        });
        parts.push(Part::Chart(Chart {
            title: "Confidence before and now, item by item".to_owned(),
            says: format!("Two bars for each item on a scale from {scale}.{most}"),
            series: vec!["before", "now"],
            scale: (f64::from(is.scale.0), f64::from(is.scale.1)),
            lines,
            decimals: 1,
        }));
    }
    let heads = |first| [&[first][..], &CHANGE[..]].concat();
    let mut items = Table::new(format!("Confidence by item, {scale}"), &heads("Item"));
    for item in &is.items {
        items
            .rows
            .push([vec![item.text.as_str().into()], changed(item.change.as_ref())].concat());
    }
    items
        .rows
        .push([vec!["Mean of all items".into()], changed(is.overall.as_ref())].concat());
    parts.push(Part::Table(items));
    let mut by_stream = Table::new(format!("Confidence by stream, {scale}"), &heads("Stream"));
    for (id, stream) in streams(model) {
        let of_stream = model.confidence(Scope::Stream(id)).overall;
        by_stream
            .rows
            .push([vec![stream.code.as_str().into()], changed(of_stream.as_ref())].concat());
    }
    by_stream
        .rows
        .push([vec!["All streams".into()], changed(is.overall.as_ref())].concat());
    parts.push(Part::Table(by_stream));
    Some(Section { heading, parts })
}

/// What may be said until enough have answered twice.
///
/// No means: from those of all who answered at the start and those of the ones who answered again would follow what
/// the few others answered.
fn before_only(is: &Confidence) -> String {
    let start = Cell::Share(is.before).text();
    if is.after.whole == 0 {
        return format!(
            "Mentees were asked at the start ({start} answered); they are asked again at the end."
        );
    }
    let end = Cell::Share(is.after).text();
    format!(
        "Mentees were asked at the start ({start} answered) and at the end ({end} so far); too few answered both \
         times to say how their confidence changed."
    )
}

fn confidence_said(model: &Model, is: &Confidence, compared: Compared, scale: &str) -> String {
    let Some(overall) = is.overall.as_ref().and_then(Shown::value) else {
        return format!(
            "Too few mentees answered to say how their confidence changed: fewer than {}.",
            model.smallest_published()
        );
    };
    let interval = overall.by.interval().map_or_else(String::new, |by| {
        format!(" (95 % interval {} to {})", change(by.low, 2), change(by.high, 2))
    });
    let size = overall
        .by
        .effect()
        .map_or_else(String::new, |d| format!(", Cohen's d for pairs {}", number(d, 2)));
    let up = overall.up.map_or_else(String::new, |up| {
        format!(" {} of {} went up.", went_up(up), overall.by.n)
    });
    let how = match compared {
        Compared::Baseline => "asked at the start and at the end",
        Compared::ThenTest => "both asked at the end, looking back",
    };
    format!(
        "Mentees rated their confidence in their role on a scale from {scale}, {how}. Of {} asked, {} answered. \
         Counted here are {} who answered enough of the items both times: their mean rose from {} to {}, a change of \
         {}{interval}{size}.{up}",
        is.after.whole,
        is.after.part,
        overall.by.n,
        number(overall.then, 2),
        number(overall.now, 2),
        change(overall.by.mean, 2),
    )
    .replace(
        "mean rose",
        if overall.by.mean > 0.0 { "mean rose" } else { "mean went" },
    )
}

/// Match quality, satisfaction, recommendation and goals; none where nobody was asked.
pub(super) fn surveys(model: &Model) -> Option<Section> {
    let mut table = Table::new(
        "Questions on a scale",
        &["Question", "Scale", "Answers", "Mean", "95 % interval"],
    );
    let mut promoters = Table::new(
        "Would people recommend it (net promoter score, \u{2212}100 to 100)",
        &["Question", "Answers", "Score", "95 % interval"],
    );
    for line in model.survey_lines() {
        for is in &line.means {
            let text = format!("{} ({})", is.text, line.name);
            let scale = format!("{} to {}", is.scale.0, is.scale.1).into();
            table.rows.push(match &is.mean {
                Shown::Value(mean) => vec![
                    text.clone().into(),
                    scale,
                    Cell::Count(mean.n),
                    Cell::Number(mean.mean, 2),
                    mean.interval().map_or(Cell::Nothing, |by| Cell::Between(by, 2)),
                ],
                Shown::Hidden { why, .. } => {
                    vec![
                        text.clone().into(),
                        scale,
                        Cell::Nothing,
                        Cell::Hidden(why.clone()),
                        Cell::Nothing,
                    ]
                }
            });
            match &is.promoters {
                Some(Shown::Value(score)) => promoters.rows.push(vec![
                    text.into(),
                    Cell::Count(score.n),
                    Cell::Change(score.score, 0),
                    Cell::Between(score.interval, 0),
                ]),
                Some(Shown::Hidden { why, .. }) => promoters.rows.push(vec![
                    text.into(),
                    Cell::Nothing,
                    Cell::Hidden(why.clone()),
                    Cell::Nothing,
                ]),
                None => {}
            }
        }
    }
    let mut parts = Vec::new();
    let judged = model
        .goals
        .iter()
        .filter(|(_, goal)| goal.score.is_some())
        .count();
    if judged > 0 {
        parts.push(Part::Say(match model.goals_reached() {
            Shown::Value(reached) => format!(
                "Goals that mentees set themselves were reached or exceeded in {} of {} cases ({}).",
                reached.part,
                reached.whole,
                Cell::Share(reached).text()
            ),
            Shown::Hidden { .. } => {
                "Too few mentees have judged their goals to say how many were reached.".to_owned()
            }
        }));
    }
    parts.extend(
        [table, promoters]
            .into_iter()
            .filter(|table| !table.rows.is_empty())
            .map(Part::Table),
    );
    (!parts.is_empty()).then_some(Section {
        heading: "Satisfaction",
        parts,
    })
}

/// The themes heard in the answers, with counts; none where no answer has a theme.
pub(super) fn themes(model: &Model) -> Option<Section> {
    let lines = model.theme_lines(Scope::Cohort, Readers::Published);
    if lines.is_empty() {
        return None;
    }
    let mut table = Table::new("Themes in people's answers", &["Theme", "Answers that name it"]);
    let mut bars = Vec::new();
    for line in &lines {
        table.rows.push(vec![
            line.name.as_str().into(),
            Cell::shown(&line.count, Cell::Count),
        ]);
        if let Shown::Value(count) = line.count {
            bars.push((line.name.clone(), vec![f64::from(count)]));
        }
    }
    let mut parts = Vec::new();
    if let Some((first, most)) = bars.first().map(|(name, count)| (name.clone(), count[0])) {
        let names: Vec<String> = bars.iter().map(|(name, _)| name.clone()).collect();
        parts.push(Part::Say(format!("People spoke of {}.", super::listed(&names))));
        parts.push(Part::Chart(Chart {
            title: "How often each theme was named".to_owned(),
            says: format!(
                "One bar for each theme; \"{first}\" was named most often, in {} answers.",
                number(most, 0)
            ),
            series: vec!["answers"],
            scale: (0.0, most.max(1.0)),
            lines: bars,
            decimals: 0,
        }));
    }
    parts.push(Part::Table(table));
    Some(Section {
        heading: "Themes",
        parts,
    })
}

/// The headline figures beside those of the cohort before.
pub(super) fn against(model: &Model, last: &Model) -> Section {
    let names = [last.settings().name, model.settings().name];
    let mut table = Table::new("Against the cohort before", &["Measure", &names[0], &names[1]]);
    let both = |cell: &dyn Fn(&Model) -> Cell| [cell(last), cell(model)];
    let rate = |occasion: Option<Occasion>| {
        move |model: &Model| {
            let mut ratio = Ratio::default();
            for (id, wave) in model.waves.iter() {
                if occasion.is_none_or(|only| only == wave.occasion) {
                    model
                        .requests_in(id)
                        .for_each(|(_, request)| ratio.count(request.answered));
                }
            }
            if ratio.whole == 0 {
                Cell::Nothing
            } else {
                Cell::Share(ratio)
            }
        }
    };
    let rows: [(&str, [Cell; 2]); 6] = [
        (
            "Mentees",
            both(&|m| Cell::Count(of_role(m, crate::domain::Role::Mentee))),
        ),
        (
            "Mentors",
            both(&|m| Cell::Count(of_role(m, crate::domain::Role::Mentor))),
        ),
        ("Attendance", both(&|m| Cell::Share(m.attendance_of_cohort()))),
        ("Answered, all questionnaires", both(&rate(None))),
        ("Answered, after sessions", both(&rate(Some(Occasion::Pulse)))),
        (
            "Change in confidence",
            both(&|m| {
                let overall = m.confidence(Scope::Cohort).overall;
                Cell::perhaps(overall.as_ref(), |is| Cell::Change(is.by.mean, 2))
            }),
        ),
    ];
    for (name, [before, now]) in rows {
        table.rows.push(vec![name.into(), before, now]);
    }
    Section {
        heading: "Against the cohort before",
        parts: vec![Part::Table(table)],
    }
}

fn of_role(model: &Model, role: crate::domain::Role) -> u32 {
    whole(model.enrolments.iter().filter(|(_, is)| is.role == role).count())
}
