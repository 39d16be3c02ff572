//! One cohort beside another: the figures that either has, each under the rules of its own cohort.

use chrono::{DateTime, Utc};

use super::{Readers, Shown};
use crate::domain::Model;
use crate::domain::ask::rates::Ratio;

/// A figure of a cohort.
#[derive(Clone, Debug, PartialEq)]
pub enum Amount {
    /// The cohort has none: it was not asked.
    Missing,
    /// A mean, on the scale of the question.
    Mean(Shown<f64>),
    /// A change of a mean, or a score that may be negative.
    Change(Shown<f64>),
    /// So many of so many.
    Part(Shown<Ratio>),
}

/// A figure of two cohorts.
#[derive(Clone, Debug, PartialEq)]
pub struct Beside {
    /// What it is: `change in role confidence`.
    pub what: String,
    /// Of the first cohort and of the second.
    pub amounts: [Amount; 2],
}

impl Model {
    /// This cohort beside another: pulses, confidence, and every question of a survey that either asked, matched by
    /// its words. Nothing is shown of a cohort that it does not show by itself, and the two have nobody in common to
    /// count back from.
    #[must_use]
    pub fn beside(&self, other: &Self, now: DateTime<Utc>) -> Vec<Beside> {
        let (mine, theirs) = (self.figures(now), other.figures(now));
        let find = |all: &[(String, Amount)], what: &str| {
            let found = all.iter().find(|(is, _)| is == what);
            found.map_or(Amount::Missing, |(_, amount)| amount.clone())
        };
        let further = theirs
            .iter()
            .filter(|(what, _)| mine.iter().all(|(is, _)| is != what));
        let names = mine.iter().chain(further).map(|(what, _)| what.clone());
        names
            .map(|what| Beside {
                amounts: [find(&mine, &what), find(&theirs, &what)],
                what,
            })
            .collect()
    }

    fn figures(&self, now: DateTime<Utc>) -> Vec<(String, Amount)> {
        let all = self.feedback_board(Readers::Office, now).all;
        let mut figures = Vec::new();
        if let Some(mean) = all.mean {
            figures.push(("answers to pulses".to_owned(), Amount::Part(all.answered)));
            figures.push(("mean of all pulses".to_owned(), Amount::Mean(mean)));
        }
        for (number, mean) in (1..).zip(all.rounds) {
            if let Some(mean) = mean {
                figures.push((format!("mean after session {number}"), Amount::Mean(mean)));
            }
        }
        if let Some(change) = all.confidence {
            figures.push(("change in role confidence".to_owned(), Amount::Change(change)));
        }
        for line in self.survey_lines() {
            for of in line.means {
                let (lowest, highest) = of.scale;
                let what = format!("{} ({lowest}-{highest})", of.text);
                figures.push((what, Amount::Mean(of.mean.map(|sample| sample.mean))));
                if let Some(score) = of.promoters {
                    let score = Amount::Change(score.map(|is| is.score));
                    figures.push((format!("net promoters, {}", of.text), score));
                }
            }
        }
        figures
    }
}
