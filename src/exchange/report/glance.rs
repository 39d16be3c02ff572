//! The report in a few sentences, for an announcement: nothing that a later section does not state.

use chrono::{DateTime, Utc};

use super::programme::{completion, groups, held, streams, took_part};
use super::{Cell, Part, Section, change, listed, many, number};
use crate::domain::feedback::{Readers, Shown};
use crate::domain::{Model, Role, Scope};

/// So many themes are named here; all of them stand further below.
const THEMES: usize = 3;

/// The most that can be said in one breath each; what rule 14 hides is left out.
pub(super) fn section(model: &Model, now: DateTime<Utc>) -> Section {
    let said = [
        Some(who(model)),
        Some(met(model, now)),
        confidence(model),
        recommended(model),
        themes(model),
    ];
    Section {
        heading: "In short",
        parts: vec![Part::Points(said.into_iter().flatten().collect())],
    }
}

fn who(model: &Model) -> String {
    let codes: Vec<String> = streams(model)
        .into_iter()
        .map(|(_, is)| is.code.clone())
        .collect();
    let is = model.settings();
    format!(
        "{} mentees and {} mentors of {} ({}) in {}, from {} to {}.",
        took_part(model, Role::Mentee, None).len(),
        took_part(model, Role::Mentor, None).len(),
        many(codes.len(), "stream", "streams"),
        listed(&codes),
        many(groups(model, None), "group", "groups"),
        is.first_day.format("%B %Y"),
        is.last_day.format("%B %Y")
    )
}

fn met(model: &Model, now: DateTime<Utc>) -> String {
    let sessions = held(model, Scope::Cohort, now);
    let (completed, still) = completion(model, None);
    let end = if still == 0 {
        format!("{} of {} mentees completed", completed.part, completed.whole)
    } else {
        format!("{} still take part", many(still, "mentee", "mentees"))
    };
    format!(
        "{} of {} sessions held; attendance {}; {end}.",
        sessions.part,
        sessions.whole,
        Cell::Share(model.attendance_of_cohort()).text()
    )
}

fn confidence(model: &Model) -> Option<String> {
    let is = model.confidence(Scope::Cohort);
    let overall = is.overall.as_ref()?.value()?;
    Some(format!(
        "Confidence in the role from {} to {} ({}) on a scale from {} to {}, by {} who answered both times.",
        number(overall.then, 2),
        number(overall.now, 2),
        change(overall.by.mean, 2),
        is.scale.0,
        is.scale.1,
        many(
            usize::try_from(overall.by.n).unwrap_or(usize::MAX),
            "mentee",
            "mentees"
        )
    ))
}

fn recommended(model: &Model) -> Option<String> {
    let lines = model.survey_lines();
    let mut asked = lines.iter().rev().flat_map(|line| &line.means);
    let score = asked.find_map(|is| match &is.promoters {
        Some(Shown::Value(score)) => Some(score),
        Some(Shown::Hidden { .. }) | None => None,
    })?;
    Some(format!(
        "Net promoter score {} ({} answers).",
        change(score.score, 0),
        score.n
    ))
}

fn themes(model: &Model) -> Option<String> {
    let lines = model.theme_lines(Scope::Cohort, Readers::Published);
    let named: Vec<String> = lines
        .into_iter()
        .filter(|line| matches!(line.count, Shown::Value(_)))
        .map(|line| line.name)
        .take(THEMES)
        .collect();
    (!named.is_empty()).then(|| format!("People spoke most of {}.", listed(&named)))
}
