//! What needs attention in what people answered: evidence for the list of needs attention (domain.md §4).
//!
//! Never a person's numbers: a low answer is told of the narrowest scope with enough answers.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::board::tenths;
use super::{OFFICE_PULSE, answered};
use crate::domain::ask::rates::{Ratio, Scope};
use crate::domain::{Enrolment, Id, Model, Occasion, Response, Scale, Wave};

/// Answers that are slow to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlowWave {
    /// To what.
    pub wave: Id<Wave>,
    /// From whom; the cohort in an anonymous wave.
    pub scope: Scope,
    /// How many of those asked long enough ago have answered.
    pub answered: Ratio,
    /// Since when it needs attention.
    pub since: DateTime<Utc>,
}

/// Somebody answered very low; who is not said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LowPulse {
    /// To what.
    pub wave: Id<Wave>,
    /// The narrowest scope with enough answers not to say who.
    pub scope: Scope,
    /// The first day of the wave: when the answer came would tell whose it is.
    pub since: DateTime<Utc>,
}

/// Somebody would like a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordWanted {
    /// Who.
    pub enrolment: Id<Enrolment>,
    /// The answer that says so.
    pub response: Id<Response>,
    /// In which wave.
    pub wave: Id<Wave>,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// A group whose last mean is low, or has fallen.
#[derive(Clone, Debug, PartialEq)]
pub struct LowMean {
    /// Which group.
    pub scope: Scope,
    /// The round of the mean.
    pub round: u8,
    /// The mean.
    pub mean: f64,
    /// How far it fell from the round before, in tenths, when that needs attention.
    pub fell: Option<i32>,
    /// Whether the mean itself is low.
    pub low: bool,
    /// When the last answer behind it came.
    pub since: DateTime<Utc>,
}

impl Model {
    /// Waves still open of which too few have answered after the days allowed, by group where that may be said.
    #[must_use]
    pub fn slow_waves(&self, now: DateTime<Utc>) -> Vec<SlowWave> {
        let limits = self.settings().thresholds;
        let patience = TimeDelta::days(i64::from(limits.answer_days));
        let today = self.day(now);
        let mut slow = Vec::new();
        for (wave, is) in self
            .waves
            .iter()
            .filter(|(_, is)| is.opens <= today && today <= is.closes)
        {
            let mut by_place: BTreeMap<Scope, (Ratio, DateTime<Utc>)> = BTreeMap::new();
            for ask in self.asks(wave).iter().filter(|ask| ask.asked + patience <= now) {
                let place = if is.anonymous { Scope::Cohort } else { ask.place };
                let (ratio, since) = by_place.entry(place).or_insert((Ratio::default(), ask.asked));
                ratio.count(ask.answered);
                *since = ask.asked.min(*since);
            }
            let few = |ratio: Ratio| ratio.percent().is_some_and(|p| p < limits.answer_percent);
            slow.extend(by_place.into_iter().filter(|(_, (ratio, _))| few(*ratio)).map(
                |(scope, (answered, asked))| SlowWave {
                    wave,
                    scope,
                    answered,
                    since: asked + patience,
                },
            ));
        }
        slow
    }

    /// Pulses in which somebody answered very low, one line for each wave and scope.
    ///
    /// A scope is named when the answers that would be told there and nowhere narrower are enough: those of a stream
    /// whose other groups would be named themselves may be one person's.
    #[must_use]
    pub fn low_pulses(&self) -> Vec<LowPulse> {
        let limit = self.settings().thresholds.low_pulse;
        let is_low = |n: i8| u8::try_from(n).is_ok_and(|n| n <= limit);
        let mut all = Vec::new();
        for (_, wave) in self.pulses() {
            let questions = self.scored_questions(&[wave], Scale::OneToFive);
            let voices = self.voices(wave);
            let Some(since) = self.waves.get(wave).map(|is| self.morning(is.opens)) else {
                continue;
            };
            let mut numbers: BTreeMap<Id<Response>, Vec<i8>> = BTreeMap::new();
            for voice in &voices {
                let given = questions.iter().filter_map(|(key, _)| answered(voice.is, key));
                numbers.insert(voice.id, given.collect());
            }
            // A wave says how many answered, not which question: who answered none of them could not be meant.
            let given: Vec<(Scope, bool)> = voices
                .iter()
                .filter(|voice| !numbers[&voice.id].is_empty())
                .map(|voice| (voice.place, numbers[&voice.id].iter().any(|n| is_low(*n))))
                .collect();
            let (_, blocks) = self.blocks(&given, &[OFFICE_PULSE], &|_| false);
            for (scope, cells) in blocks.told_at() {
                if given.iter().any(|(place, low)| *low && cells.contains(place)) {
                    all.push(LowPulse { wave, scope, since });
                }
            }
        }
        all
    }

    /// Everybody who asked for a word with the organisers after a session.
    ///
    /// A yes to any yes-or-no question of a pulse is such a wish; in an anonymous wave nobody can be found.
    #[must_use]
    pub fn words_wanted(&self) -> Vec<WordWanted> {
        let pulses = self
            .waves
            .iter()
            .filter(|(_, wave)| wave.occasion == Occasion::Pulse);
        pulses
            .flat_map(|(wave, _)| self.responses_in(wave).map(move |response| (wave, response)))
            .filter(|(wave, (_, is))| self.wants_a_word(*wave, is))
            .filter_map(|(wave, (response, is))| {
                Some(WordWanted {
                    enrolment: is.enrolment?,
                    response,
                    wave,
                    since: is.received,
                })
            })
            .collect()
    }

    /// Whether an answer to a pulse asks for a word with the organisers.
    pub(super) fn wants_a_word(&self, wave: Id<Wave>, response: &Response) -> bool {
        let instrument = self.waves.get(wave).map(|wave| wave.instrument);
        let Some(instrument) = instrument.and_then(|id| self.instruments.get(id)) else {
            return false;
        };
        let yes_or_no = instrument.questions.iter().filter(|q| q.scale == Scale::YesNo);
        yes_or_no.clone().any(|q| answered(response, &q.key) == Some(1))
    }

    /// Groups whose last mean that is shown is under the threshold, or fell by the threshold.
    #[must_use]
    pub fn low_means(&self) -> Vec<LowMean> {
        let limits = self.settings().thresholds;
        let mut low = Vec::new();
        for (scope, means) in self.group_means() {
            let mut shown = means.iter().rev();
            let Some((round, mean)) = shown.next().copied() else {
                continue;
            };
            let fell = shown.next().map(|(_, before)| tenths(*before) - tenths(mean));
            let fell = fell.filter(|fell| *fell >= i32::from(limits.fall_tenths));
            let is_low = tenths(mean) < i32::from(limits.low_mean_tenths);
            let waves = self.pulses_of_round(round).into_iter();
            let last = waves
                .flat_map(|wave| self.voices(wave))
                .filter(|voice| voice.place == scope)
                .map(|voice| voice.is.received)
                .max();
            if let (Some(since), true) = (last, is_low || fell.is_some()) {
                low.push(LowMean {
                    scope,
                    round,
                    mean,
                    fell,
                    low: is_low,
                    since,
                });
            }
        }
        low
    }

    /// What needs attention in what each group answered, in a word or two each, most urgent first.
    pub(super) fn concerns_by_group(&self, now: DateTime<Utc>) -> BTreeMap<Scope, Vec<&'static str>> {
        let mut all: BTreeMap<Scope, Vec<&'static str>> = BTreeMap::new();
        let mut note = |scope: Scope, word: &'static str| {
            let words = all.entry(scope).or_default();
            if !words.contains(&word) {
                words.push(word);
            }
        };
        for word in self.words_wanted() {
            let response = self.responses.get(word.response);
            let group = response.and_then(|is| is.group);
            note(
                group.map_or_else(
                    || self.place_on(word.enrolment, self.day(word.since)),
                    Scope::Group,
                ),
                "a word",
            );
        }
        for low in self.low_pulses() {
            note(low.scope, "low answer");
        }
        for low in self.low_means() {
            note(low.scope, if low.fell.is_some() { "falling" } else { "low" });
        }
        for slow in self.slow_waves(now) {
            note(slow.scope, "answers");
        }
        all
    }
}
