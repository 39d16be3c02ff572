//! Is everything all right: counts, today's sessions, and what needs attention.

use serde_json::{Value, json};

use super::agenda::{session_json, session_lines};
use super::lists::{stream_lines, streams_json};
use super::said::{Answer, Said, count, object};
use super::visit::{Globals, Visit, stamp};
use crate::domain::Alert;

/// How many of the things that need attention a person is shown.
const SHOWN: usize = 12;

/// Counts, sessions today, needs attention.
pub fn status(globals: &Globals) -> Said {
    let visit = Visit::open(globals)?;
    let (model, now) = (visit.model(), visit.now());
    let cohort = model.settings();
    let streams = streams_json(model, now);
    let today = model.sessions_on(visit.today());
    let attention = model.attention(now);
    let pool = model.pool().len();

    let mut lines = vec![format!(
        "Cohort {}, {}; revision {}.",
        cohort.name, cohort.state, model.rev
    )];
    lines.extend(stream_lines(&streams));
    lines.push(format!(
        "{} without a group.",
        count(pool, "accepted mentee is", "accepted mentees are")
    ));
    lines.push(if today.is_empty() {
        "No sessions today.".to_owned()
    } else {
        format!("{} today:", count(today.len(), "session", "sessions"))
    });
    if !today.is_empty() {
        lines.extend(session_lines(model, &today, now));
    }
    lines.push(match attention.len() {
        0 => "Nothing needs attention.".to_owned(),
        n => format!("{}:", count(n, "thing needs attention", "things need attention")),
    });
    for alert in attention.iter().take(SHOWN) {
        let known = if alert.acked.is_some() { " (known)" } else { "" };
        lines.push(format!(
            "! {}: {}, {}{known}",
            model.title(alert.subject),
            alert.concern,
            alert.evidence
        ));
    }
    if attention.len() > SHOWN {
        lines.push(format!("  and {} more", attention.len() - SHOWN));
    }

    let attention: Vec<Value> = attention
        .iter()
        .map(|alert: &Alert| {
            object([
                ("rule", json!(alert.concern)),
                ("subject", json!(model.title(alert.subject))),
                ("evidence", json!(alert.evidence)),
                ("since", json!(stamp(model, alert.since))),
                ("id", json!(alert.subject.to_string())),
                ("acknowledged", json!(alert.acked)),
            ])
        })
        .collect();
    let today: Vec<Value> = today
        .iter()
        .filter_map(|id| session_json(model, *id, now))
        .collect();
    let json = object([
        ("cohort", json!(cohort.name)),
        ("state", json!(cohort.state)),
        ("streams", json!(streams)),
        ("today", json!(today)),
        ("attention", json!(attention)),
        ("pool", json!(pool)),
        ("revision", json!(model.rev)),
    ]);
    Ok(Answer::found(json, lines))
}
