//! A new cohort: its name, its days, and what it begins with. Also how a programme begins that has none yet.

use crate::domain::Model;
use crate::domain::when::{self, WhenProblem};
use crate::tui::overlay::{Form, FormField, Overlay};
use crate::tui::screen::Cx;
use crate::tui::step::{Hand, Step};

/// Begins with the streams, surveys and themes that come with the program.
const USUAL: &str = "the usual streams and surveys";
/// Begins with nothing.
const BARE: &str = "nothing";

/// Asks for a new cohort.
#[must_use]
pub fn form(model: &Model) -> Step {
    let earlier = model.cohort().map(|cohort| like(&cohort.name));
    let choices: Vec<String> = earlier
        .into_iter()
        .chain([USUAL, BARE].map(str::to_owned))
        .collect();
    let fields = vec![
        FormField::new("name", "Name", "").needed(),
        FormField::new("first_day", "First day", "").needed(),
        FormField::new("last_day", "Last day", "").needed(),
        FormField::new("with", "Begin with", &choices[0]).choosing(choices),
    ];
    Step::Ask(Overlay::Form(Form::new("A new cohort", fields, made)))
}

/// The streams, settings and mentors of an earlier cohort, as a choice.
fn like(name: &str) -> String {
    format!("streams and mentors of {name}")
}

/// What the filled form does.
fn made(texts: Vec<(String, String)>, cx: &Cx<'_>, hand: &mut Hand) -> Result<Step, String> {
    let text = |wanted: &str| {
        let found = texts.iter().find(|(key, _)| key == wanted);
        found.map_or("", |(_, text)| text.trim())
    };
    let day = |key: &str| {
        when::parse_day(text(key), cx.model.day(cx.now)).map_err(|wrong| match wrong {
            WhenProblem::Unreadable { .. } => {
                format!(
                    "\u{201c}{}\u{201d} is no day. Type one such as 5 jan 2026.",
                    text(key)
                )
            }
            wrong => format!("{wrong}. Try: {}.", wrong.remedy()),
        })
    };
    let copied = cx
        .model
        .cohort()
        .is_some_and(|cohort| text("with") == like(&cohort.name));
    let edit = cx.model.new_cohort(
        &mut hand.mint,
        text("name"),
        day("first_day")?,
        day("last_day")?,
        text("with") == USUAL,
        copied.then_some(cx.model),
    );
    let edit = edit.map_err(|refusal| format!("{}. Try: {}.", refusal.what, refusal.hint))?;
    let edit = cx.model.owned_from_the_start(&mut hand.mint, edit, cx.me);
    let said = match cx.model.cohort() {
        Some(_) => format!("Made the cohort {}. :cohort opens it.", text("name")),
        None => String::new(),
    };
    Ok(Step::Propose(edit, said))
}
