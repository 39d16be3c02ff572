//! One cohort beside another: the figures that either has, each under the rules of its own cohort.

use chrono::{DateTime, Utc};

use super::{Readers, Shown};
use crate::domain::ask::rates::Ratio;
use crate::domain::{Id, Model, Wave};

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
    /// The wave of the first cohort that its figure comes from, the last of several; none where it has no figure.
    pub from: Option<Id<Wave>>,
}

/// A figure of one cohort.
struct Figure {
    what: String,
    amount: Amount,
    from: Option<Id<Wave>>,
}

impl Model {
    /// This cohort beside another: pulses, confidence, and every question of a survey that either asked, matched by
    /// its words. Nothing is shown of a cohort that it does not show by itself, and the two have nobody in common to
    /// count back from.
    #[must_use]
    pub fn beside(&self, other: &Self, now: DateTime<Utc>) -> Vec<Beside> {
        let (mine, theirs) = (self.figures(now), other.figures(now));
        let find = |all: &[Figure], what: &str| {
            let found = all.iter().find(|is| is.what == what);
            found.map_or(Amount::Missing, |is| is.amount.clone())
        };
        let further = theirs
            .iter()
            .filter(|other| mine.iter().all(|is| is.what != other.what))
            .map(|other| (other, None));
        let all = mine.iter().map(|is| (is, is.from)).chain(further);
        all.map(|(is, from)| Beside {
            amounts: [find(&mine, &is.what), find(&theirs, &is.what)],
            what: is.what.clone(),
            from,
        })
        .collect()
    }

    fn figures(&self, now: DateTime<Utc>) -> Vec<Figure> {
        let all = self.feedback_board(Readers::Office, now).all;
        let mut figures = Vec::new();
        let mut push = |what: String, amount: Amount, from: Option<Id<Wave>>| {
            figures.push(Figure { what, amount, from });
        };
        let pulse = |round: u8| self.pulses_of_round(round).first().copied();
        if let Some(mean) = all.mean {
            let asked = (1..).zip(&all.rounds).filter(|(_, mean)| mean.is_some());
            let last = asked.filter_map(|(round, _)| pulse(round)).last();
            push("answers to pulses".to_owned(), Amount::Part(all.answered), last);
            push("mean of all pulses".to_owned(), Amount::Mean(mean), last);
        }
        for (round, mean) in (1..).zip(all.rounds) {
            if let Some(mean) = mean {
                let what = format!("mean after session {round}");
                push(what, Amount::Mean(mean), pulse(round));
            }
        }
        if let Some(change) = all.confidence {
            let asks = |wave: &Wave| {
                let instrument = self.instruments.get(wave.instrument);
                instrument.is_some_and(crate::domain::Instrument::measures_change)
            };
            let waves = self.waves.iter().filter(|(_, wave)| asks(wave));
            let last = waves.max_by_key(|(id, wave)| (wave.opens, *id)).map(|(id, _)| id);
            push(
                "change in role confidence".to_owned(),
                Amount::Change(change),
                last,
            );
        }
        for line in self.survey_lines() {
            for of in line.means {
                let (lowest, highest) = of.scale;
                let what = format!("{} ({lowest}-{highest})", of.text);
                push(
                    what,
                    Amount::Mean(of.mean.map(|sample| sample.mean)),
                    Some(line.wave),
                );
                if let Some(score) = of.promoters {
                    let score = Amount::Change(score.map(|is| is.score));
                    push(format!("net promoters, {}", of.text), score, Some(line.wave));
                }
            }
        }
        figures
    }
}
