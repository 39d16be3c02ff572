//! Making a cohort.

use chrono::NaiveDate;
use clap::Args;
use serde_json::json;

use super::said::{Answer, Said, Trouble, object};
use super::visit::{Globals, Visit};
use crate::domain::text::fold;
use crate::domain::{Cohort, Id};

/// What a new cohort is to be.
#[derive(Debug, Args)]
pub struct Init {
    /// Its name, as people say it
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Its first day
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: NaiveDate,
    /// Its last day
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: NaiveDate,
    /// Begin with the streams, surveys and themes of a template
    #[arg(long, value_name = "TEMPLATE", value_parser = ["dhn"])]
    template: Option<String>,
    /// Begin with the settings, streams and mentors of an earlier cohort
    #[arg(long, value_name = "NAME")]
    copy_from: Option<String>,
}

/// Makes a cohort; in a new programme whoever does so is its first owner.
pub fn init(globals: &Globals, init: &Init) -> Said {
    let dir = globals.directory()?;
    // The cohort asked for with --cohort may be the one that is about to be made.
    let who = crate::hub::Who {
        cohort: crate::hub::Wanted::Usual,
        ..globals.who(&dir)
    };
    let mut visit = Visit::enter(globals, &dir, who)?;
    if let Some(name) = &init.copy_from {
        let earlier = cohort_named(&visit, name)?;
        visit.client.open(earlier)?;
    }
    let earlier = init.copy_from.as_ref().map(|_| visit.client.model().clone());
    let mut edit = visit.client.model().new_cohort(
        &mut visit.mint,
        &init.name,
        init.from,
        init.to,
        init.template.is_some(),
        earlier.as_ref(),
    )?;
    let me = visit.me().to_owned();
    edit = visit
        .client
        .model()
        .owned_from_the_start(&mut visit.mint, edit, &me);
    let cohort = edit.cohort;
    let landed = visit.land(edit)?;
    let json = object([
        ("cohort", json!(init.name.trim())),
        ("id", json!(cohort)),
        ("revision", json!(landed.rev)),
    ]);
    let said = format!(
        "Made the cohort {}, {} to {}.",
        init.name.trim(),
        init.from,
        init.to
    );
    Ok(Answer::did(json, said))
}

/// The cohort with this name or id.
pub fn cohort_named(visit: &Visit, name: &str) -> Result<Id<Cohort>, Trouble> {
    let all = &visit.client.greeting().cohorts;
    let wanted = fold(name.trim());
    let found = all
        .iter()
        .find(|(id, is)| fold(&is.name) == wanted || id.to_string() == wanted);
    found.map(|(id, _)| *id).ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|(_, is)| is.name.as_str()).collect();
        let hint = if names.is_empty() {
            "there is none yet".to_owned()
        } else {
            format!("there is {}", names.join(", "))
        };
        Trouble::missing(format!("there is no cohort {name}"), hint)
    })
}
