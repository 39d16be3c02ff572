//! Asking people: instruments of one's own, waves, and who has answered.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::said::{Answer, Said, Trouble, count, object, table};
use super::visit::{Globals, Visit};
use crate::domain::text::fold;
use crate::domain::{
    Asked, Change, Delta, Id, Instrument, Kind, Label, Model, Occasion, Ratio, Scope, Wave, when,
};
use crate::exchange::questionnaire::{About, read};

/// A questionnaire to take in.
#[derive(Debug, Args)]
pub struct Questionnaire {
    /// A table with the columns key, question, scale and counts (.csv or .xlsx)
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Its short key, as in pulse
    #[arg(long, value_name = "KEY")]
    key: String,
    /// Its name
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Who is asked
    #[arg(long = "for", value_name = "WHO", default_value = "everybody", value_parser = audience)]
    audience: Asked,
    /// Fewest answers that make a mean of one person [default: all that count]
    #[arg(long, value_name = "NUMBER")]
    enough: Option<u8>,
}

fn audience(text: &str) -> Result<Asked, String> {
    Asked::from_word(text).ok_or_else(|| format!("it is one of {}", Asked::all_words().join(", ")))
}

fn occasion(text: &str) -> Result<Occasion, String> {
    Occasion::from_word(text).ok_or_else(|| format!("it is one of {}", Occasion::all_words().join(", ")))
}

/// Takes in an instrument of the office's own.
pub fn questionnaire(globals: &Globals, given: &Questionnaire) -> Said {
    let mut visit = Visit::open(globals)?;
    let bytes = std::fs::read(&given.file).map_err(|error| Trouble::file(&given.file, &error))?;
    let about = About {
        key: given.key.trim().to_owned(),
        name: given.name.trim().to_owned(),
        audience: given.audience,
        enough: given.enough,
    };
    let is = read(&given.file.display().to_string(), &bytes, about)?;
    let questions = is.questions.len();
    let label = Label::new("add", format!("instrument {}", is.name));
    let said = format!(
        "Added {} with {}.",
        is.name,
        count(questions, "question", "questions")
    );
    let Visit { client, mint, .. } = &mut visit;
    let id: Id<Instrument> = mint.id();
    let edit = client
        .model()
        .edit(mint.nonce(), label, vec![Change::from(Delta::made(id, is))]);
    let landed = visit.land(edit)?;
    let json = object([
        ("revision", json!(landed.rev)),
        ("id", json!(id.to_string())),
        ("questions", json!(questions)),
    ]);
    Ok(Answer::did(json, said).noting(landed.warnings))
}

/// What is asked, and when.
#[derive(Debug, Args)]
pub struct Ask {
    /// The instrument, by key or name: pulse, confidence, match, satisfaction, exit, or one of your own
    #[arg(value_name = "INSTRUMENT")]
    instrument: String,
    /// On what occasion: pulse, baseline, midpoint, endpoint, follow-up, exit
    #[arg(long, value_parser = occasion)]
    occasion: Occasion,
    /// The round it follows, for a pulse
    #[arg(long, value_name = "NUMBER")]
    round: Option<u8>,
    /// First day for answers [default: today]
    #[arg(long, value_name = "DAY")]
    opens: Option<String>,
    /// Last day for answers [default: two weeks after the first]
    #[arg(long, value_name = "DAY")]
    closes: Option<String>,
    /// Nothing links an answer to a person; cannot be changed once somebody has answered
    #[arg(long)]
    anonymous: bool,
}

/// Opens a wave and asks everybody it is for.
pub fn ask(globals: &Globals, given: &Ask) -> Said {
    let mut visit = Visit::open(globals)?;
    let (now, today) = (visit.now(), visit.today());
    let read_day = |text: &Option<String>| match text {
        Some(text) => when::parse_day(text, today)
            .map(Some)
            .map_err(crate::domain::Refusal::from),
        None => Ok(None),
    };
    let opens = read_day(&given.opens)?.unwrap_or(today);
    let closes = read_day(&given.closes)?.unwrap_or(opens + chrono::TimeDelta::days(14));
    let Visit { client, mint, .. } = &mut visit;
    let model = client.model();
    let round =
        match given.round {
            Some(number) => Some(model.round_numbered(number).ok_or_else(|| {
                Trouble::missing(format!("there is no round {number}"), "see `cohort agenda`")
            })?),
            None => None,
        };
    let wave = Wave {
        instrument: instrument(model, &given.instrument)?,
        occasion: given.occasion,
        round,
        opens,
        closes,
        anonymous: given.anonymous,
    };
    let edit = model.ask_wave(mint, wave, now)?;
    let requests = edit.changes.iter().filter_map(|change| match change {
        Change::Request(delta) => delta.after.as_ref(),
        _ => None,
    });
    let asked = requests.clone().count();
    // The new wave, or the one in which more people were asked.
    let new = edit
        .changes
        .iter()
        .map(Change::id)
        .find(|id| id.kind == Kind::Wave);
    let id = new.or_else(|| requests.map(|is| is.wave.into()).next());
    let said = format!("Asked {}.", edit.label.on);
    let landed = visit.land(edit)?;
    let json = object([
        ("revision", json!(landed.rev)),
        ("id", json!(id.map(|id| id.to_string()))),
        ("asked", json!(asked)),
    ]);
    Ok(Answer::did(json, said).noting(landed.warnings))
}

/// The instrument with this key or name.
fn instrument(model: &Model, text: &str) -> Result<Id<Instrument>, Trouble> {
    let wanted = fold(text.trim());
    let named = model
        .instruments
        .iter()
        .find(|(id, is)| fold(&is.key) == wanted || fold(&is.name) == wanted || id.to_string() == wanted);
    named.map(|(id, _)| id).ok_or_else(|| {
        let keys: Vec<&str> = model.instruments.iter().map(|(_, is)| is.key.as_str()).collect();
        Trouble::missing(
            format!("there is no instrument {text:?}"),
            format!(
                "there are {}; `cohort questionnaire` takes in one of your own",
                keys.join(", ")
            ),
        )
    })
}

/// Which waves.
#[derive(Debug, Args)]
pub struct Waves {
    /// A wave's id: also who was asked in it and who has not answered
    #[arg(value_name = "WAVE")]
    wave: Option<String>,
}

/// The waves with how many were asked and have answered; of one wave also who.
pub fn waves(globals: &Globals, given: &Waves) -> Said {
    let visit = Visit::open(globals)?;
    let model = visit.model();
    if let Some(text) = &given.wave {
        let found = model.waves.iter().find(|(id, _)| id.to_string() == text.trim());
        let Some((id, is)) = found else {
            return Err(Trouble::missing(
                format!("there is no wave {text}"),
                "see `cohort waves`",
            ));
        };
        return Ok(who(&visit, id, is));
    }
    let mut all: Vec<(Id<Wave>, &Wave)> = model.waves.iter().collect();
    all.sort_by_key(|(id, is)| (is.opens, *id));
    let today = visit.today();
    let mut rows = Vec::new();
    let mut listed = Vec::new();
    for (id, is) in all {
        let answered = answered(model, id);
        let name = model.title(id.into());
        let asks = model
            .instruments
            .get(is.instrument)
            .map_or_else(String::new, |asks| asks.name.clone());
        let state = match (today < is.opens, today <= is.closes) {
            (true, _) => "to come",
            (false, true) => "open",
            (false, false) => "over",
        };
        rows.push(vec![
            name.clone(),
            asks.clone(),
            is.opens.to_string(),
            is.closes.to_string(),
            state.to_owned(),
            answered.whole.to_string(),
            answered.part.to_string(),
            if is.anonymous { "yes" } else { "" }.to_owned(),
            id.to_string(),
        ]);
        listed.push(object([
            ("id", json!(id.to_string())),
            ("name", json!(name)),
            ("instrument", json!(asks)),
            ("occasion", json!(is.occasion)),
            ("opens", json!(is.opens)),
            ("closes", json!(is.closes)),
            ("state", json!(state)),
            ("anonymous", json!(is.anonymous)),
            ("asked", json!(answered.whole)),
            ("answered", json!(answered.part)),
        ]));
    }
    let heads = [
        "WAVE",
        "ASKS",
        "FROM",
        "UNTIL",
        "STATE",
        ">ASKED",
        ">ANSWERED",
        "ANONYMOUS",
        "ID",
    ];
    let lines = if rows.is_empty() {
        vec!["Nobody has been asked yet: cohort ask INSTRUMENT --occasion ...".to_owned()]
    } else {
        table(&heads, &rows)
    };
    Ok(Answer::found(Value::Array(listed), lines))
}

fn answered(model: &Model, wave: Id<Wave>) -> Ratio {
    let mut ratio = Ratio::default();
    model
        .requests_in(wave)
        .for_each(|(_, is)| ratio.count(is.answered));
    ratio
}

/// Who was asked in a wave. Who answered is told here; what, never.
fn who(visit: &Visit, wave: Id<Wave>, is: &Wave) -> Answer {
    let model = visit.model();
    let people = model.asked_rows(&[wave], Scope::Cohort);
    let rows: Vec<Vec<String>> = people
        .iter()
        .map(|row| {
            vec![
                row.name.clone(),
                row.role.to_string(),
                if row.waiting { "waiting" } else { "answered" }.to_owned(),
                row.reminded
                    .map_or_else(String::new, |at| model.day(at).to_string()),
            ]
        })
        .collect();
    let listed: Vec<Value> = people
        .iter()
        .map(|row| {
            object([
                ("person", json!(row.name)),
                ("role", json!(row.role)),
                ("asked", json!(visit.stamp(row.asked))),
                ("waiting", json!(row.waiting)),
                ("reminded", json!(row.reminded.map(|at| visit.stamp(at)))),
            ])
        })
        .collect();
    let answered = answered(model, wave);
    let mut lines = table(&["NAME", "ROLE", "ANSWER", "REMINDED"], &rows);
    lines.push(format!(
        "{}: {} of {} have answered, until {}.",
        model.title(wave.into()),
        answered.part,
        answered.whole,
        when::day_long(is.closes)
    ));
    Answer::found(Value::Array(listed), lines)
}
