//! The other waves: match quality, satisfaction, goals; of the whole cohort, from the smallest published count.

use chrono::NaiveDate;

use super::{Shown, answered, number};
use crate::domain::ask::rates::Ratio;
use crate::domain::statistics::{Promoters, Sample};
use crate::domain::{Id, Model, Occasion, Scale, Wave};

/// One wave that does not follow a session.
#[derive(Clone, Debug, PartialEq)]
pub struct SurveyLine {
    /// Which wave.
    pub wave: Id<Wave>,
    /// What it is called: `endpoint: satisfaction`.
    pub name: String,
    /// First day for answers.
    pub opens: NaiveDate,
    /// Last day for answers.
    pub closes: NaiveDate,
    /// How many of those asked answered.
    pub answered: Ratio,
    /// Its questions answered with numbers, save those of a scale whose change is measured (see
    /// `Model::confidence`).
    pub means: Vec<SurveyMean>,
}

/// What one question of such a wave got.
#[derive(Clone, Debug, PartialEq)]
pub struct SurveyMean {
    /// What was asked.
    pub text: String,
    /// Lowest and highest number.
    pub scale: (i8, i8),
    /// Mean and spread.
    pub mean: Shown<Sample>,
    /// Would people recommend it: only where the scale is 0 to 10.
    pub promoters: Option<Shown<Promoters>>,
}

impl Model {
    /// Every wave that does not follow a session, by first day.
    #[must_use]
    pub fn survey_lines(&self) -> Vec<SurveyLine> {
        let waves = self
            .waves
            .iter()
            .filter(|(_, wave)| wave.occasion != Occasion::Pulse);
        let mut lines: Vec<SurveyLine> = waves
            .filter_map(|(id, wave)| {
                let instrument = self.instruments.get(wave.instrument)?;
                let mut ratio = Ratio::default();
                self.requests_in(id)
                    .for_each(|(_, request)| ratio.count(request.answered));
                Some(SurveyLine {
                    wave: id,
                    name: format!("{}: {}", wave.occasion, instrument.name),
                    opens: wave.opens,
                    closes: wave.closes,
                    answered: ratio,
                    means: if instrument.measures_change() {
                        Vec::new()
                    } else {
                        self.survey_means(id, &instrument.questions)
                    },
                })
            })
            .collect();
        lines.sort_by(|a, b| (a.opens, &a.name, a.wave).cmp(&(b.opens, &b.name, b.wave)));
        lines
    }

    fn survey_means(&self, wave: Id<Wave>, questions: &[crate::domain::Question]) -> Vec<SurveyMean> {
        let smallest = self.smallest_published();
        let numeric = questions.iter().filter(|q| q.scale != Scale::YesNo);
        numeric
            .filter_map(|question| {
                let scale = question.scale.range()?;
                let given: Vec<i8> = self
                    .responses_in(wave)
                    .filter_map(|(_, is)| answered(is, &question.key))
                    .collect();
                let n = number(given.len());
                let numbers: Vec<f64> = given.iter().map(|n| f64::from(*n)).collect();
                let enough = n >= smallest;
                let mean = Sample::of(&numbers).filter(|_| enough);
                let score = Promoters::of(&given).filter(|_| enough);
                Some(SurveyMean {
                    text: question.text.clone(),
                    scale,
                    mean: mean.map_or_else(|| Shown::until(smallest, n), Shown::Value),
                    promoters: (question.scale == Scale::ZeroToTen)
                        .then(|| score.map_or_else(|| Shown::until(smallest, n), Shown::Value)),
                })
            })
            .collect()
    }

    /// How many goals were reached, at 0 or above, of those judged.
    #[must_use]
    pub fn goals_reached(&self) -> Shown<Ratio> {
        let mut ratio = Ratio::default();
        let mut people: Vec<_> = Vec::new();
        for (_, goal) in self.goals.iter() {
            if let Some(score) = goal.score {
                ratio.count(score >= 0);
                people.push(goal.enrolment);
            }
        }
        people.sort_unstable();
        people.dedup();
        let (n, smallest) = (number(people.len()), self.smallest_published());
        if n < smallest {
            Shown::until(smallest, n)
        } else {
            Shown::Value(ratio)
        }
    }
}
