//! The quotes: what may be printed and under which label, what keeps the others back, and who was asked for consent.

use clap::Args;
use serde_json::{Value, json};

use super::said::{Answer, Said, object, table};
use super::visit::{Globals, Visit};
use crate::domain::feedback::QuoteLine;
use crate::domain::{Scope, when};

/// Which of them.
#[derive(Debug, Args)]
pub struct Quotes {
    /// Only those whose speaker was asked for consent and has not answered
    #[arg(long)]
    asked: bool,
}

/// Lists the quotes of the cohort.
pub fn quotes(globals: &Globals, quotes: &Quotes) -> Said {
    let visit = Visit::open(globals)?;
    let model = visit.model();
    let lines = model.quote_lines(Scope::Cohort, model.day(visit.now()));
    let lines: Vec<QuoteLine> = lines
        .into_iter()
        .filter(|line| !quotes.asked || line.requested.is_some())
        .collect();
    let rows: Vec<Vec<String>> = lines
        .iter()
        .map(|line| {
            let asked = line.requested.map(|asked| model.day(asked.at));
            vec![
                line.id.to_string(),
                line.state.to_string(),
                line.consent.to_string(),
                asked.map_or_else(String::new, when::day_short),
                line.label.text.clone(),
                line.text
                    .clone()
                    .unwrap_or_else(|| "hidden: no consent".to_owned()),
            ]
        })
        .collect();
    let listed: Vec<Value> = lines
        .iter()
        .map(|line| {
            object([
                ("id", json!(line.id.to_string())),
                ("state", json!(line.state)),
                ("consent", json!(line.consent)),
                ("asked", json!(line.requested.map(|asked| visit.stamp(asked.at)))),
                ("asked_for", json!(line.requested.map(|asked| asked.attribution))),
                ("attribution", json!(line.label.text)),
                ("text", json!(line.text)),
                ("held_by", json!(line.held_by)),
            ])
        })
        .collect();
    let said = match (rows.is_empty(), quotes.asked) {
        (true, true) => vec!["Nobody is being asked for consent.".to_owned()],
        (true, false) => vec!["There are no quotes: 5 Feedback keeps words of answers as quotes.".to_owned()],
        (false, _) => table(&["ID", "STATE", "CONSENT", "ASKED", "AS", "TEXT"], &rows),
    };
    Ok(Answer::found(Value::Array(listed), said))
}
