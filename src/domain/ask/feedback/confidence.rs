//! Confidence before and now: pairs only, with interval and size of the change (domain.md §5).

use std::collections::{BTreeMap, HashMap};

use super::{Shown, Voice, answered, number};
use crate::domain::ask::rates::{Ratio, Scope};
use crate::domain::statistics::Sample;
use crate::domain::word::words;
use crate::domain::{Enrolment, Id, Instrument, Model, Occasion, Response, Scale, Wave};

words! {
    /// What "before" is.
    Compared {
        /// What people answered at the start.
        Baseline = 1 "asked before and at the end",
        /// What people at the end thought they would have answered at the start.
        ThenTest = 2 "both asked at the end",
    }
}

/// A change on pairs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// Mean before.
    pub then: f64,
    /// Mean now.
    pub now: f64,
    /// The differences, now less then: how many pairs, mean, spread; with interval and effect to ask for.
    pub by: Sample,
    /// How many people went up.
    pub up: u32,
}

/// One item of the scale.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemLine {
    /// Its key.
    pub key: String,
    /// What is asked.
    pub text: String,
    /// The mean before, while nobody has been asked again.
    pub before: Option<Shown<f64>>,
    /// The change, once people have been asked again.
    pub change: Option<Shown<Change>>,
}

/// Role confidence of a scope.
#[derive(Clone, Debug, PartialEq)]
pub struct Confidence {
    /// What is compared; none while people have been asked at most once.
    pub compared: Option<Compared>,
    /// How many of those asked at the start answered.
    pub before: Ratio,
    /// How many of those asked at the end answered.
    pub after: Ratio,
    /// The change of people's means.
    pub overall: Option<Shown<Change>>,
    /// Item by item.
    pub items: Vec<ItemLine>,
    /// The lowest and the highest number of the scale.
    pub scale: (i8, i8),
}

/// One person asked twice.
struct Pair {
    place: Scope,
    then: Vec<Option<i8>>,
    now: Vec<Option<i8>>,
    /// Means of the answered items, where enough are answered both times.
    means: Option<(f64, f64)>,
}

/// All pairs of a cohort.
struct Pairs {
    compared: Compared,
    questions: Vec<(String, String)>,
    /// Only people with a mean both times.
    of: Vec<Pair>,
}

impl Instrument {
    /// Whether it is a scale whose change is measured: several scored questions from 0 to 10.
    #[must_use]
    pub fn measures_change(&self) -> bool {
        let scored = self
            .questions
            .iter()
            .filter(|q| q.scored && q.scale == Scale::ZeroToTen);
        scored.count() > 1
    }

    /// The mean of the answered items, when enough are answered.
    fn mean(&self, numbers: &[Option<i8>]) -> Option<f64> {
        let given: Vec<f64> = numbers.iter().flatten().map(|n| f64::from(*n)).collect();
        let enough = given.len() >= usize::from(self.enough.max(1));
        enough.then(|| Sample::of(&given).map(|sample| sample.mean))?
    }
}

impl Change {
    fn of(pairs: &[(f64, f64)]) -> Option<Self> {
        let then: Vec<f64> = pairs.iter().map(|(then, _)| *then).collect();
        let now: Vec<f64> = pairs.iter().map(|(_, now)| *now).collect();
        let by: Vec<f64> = pairs.iter().map(|(then, now)| now - then).collect();
        Some(Self {
            then: Sample::of(&then)?.mean,
            now: Sample::of(&now)?.mean,
            by: Sample::of(&by)?,
            up: number(by.iter().filter(|by| **by > 0.0).count()),
        })
    }
}

impl Model {
    /// The waves on this occasion that ask for role confidence, with their instrument.
    fn confidence_waves(&self, occasion: Occasion) -> Vec<(Id<Wave>, &Instrument)> {
        let waves = self.waves.iter().filter(|(_, wave)| wave.occasion == occasion);
        waves
            .filter_map(|(id, wave)| Some((id, self.instruments.get(wave.instrument)?)))
            .filter(|(_, instrument)| instrument.measures_change())
            .collect()
    }

    /// The pairs of the cohort: with what was answered at the start when enough people answered then and at the
    /// end, else with the then-test.
    fn confidence_pairs(&self) -> Option<Pairs> {
        let waves = self.confidence_waves(Occasion::Endpoint);
        let (_, instrument) = *waves.last()?;
        let ids: Vec<_> = waves.iter().map(|(id, _)| *id).collect();
        let questions = self.scored_questions(&ids, Scale::ZeroToTen);
        let earlier: HashMap<Id<Enrolment>, &Response> = self
            .confidence_waves(Occasion::Baseline)
            .into_iter()
            .flat_map(|(wave, _)| self.responses_in(wave))
            .filter_map(|(_, is)| Some((is.enrolment?, is)))
            .collect();
        let ends: Vec<Voice<'_>> = ids.iter().flat_map(|wave| self.voices(*wave)).collect();
        let asked = |response: &Response, then: bool| -> Vec<Option<i8>> {
            let key = |key: &str| {
                if then {
                    format!("then:{key}")
                } else {
                    key.to_owned()
                }
            };
            questions
                .iter()
                .map(|(item, _)| answered(response, &key(item)))
                .collect()
        };
        let pairs = |compared: Compared| -> Vec<Pair> {
            ends.iter()
                .filter_map(|voice| {
                    let then = match compared {
                        Compared::ThenTest => asked(voice.is, true),
                        Compared::Baseline => asked(earlier.get(&voice.is.enrolment?)?, false),
                    };
                    let now = asked(voice.is, false);
                    let means = instrument.mean(&then).zip(instrument.mean(&now));
                    means.is_some().then_some(Pair {
                        place: voice.place,
                        then,
                        now,
                        means,
                    })
                })
                .collect()
        };
        let baseline = pairs(Compared::Baseline);
        let enough = number(baseline.len()) >= self.smallest_published();
        let then_test = if enough {
            Vec::new()
        } else {
            pairs(Compared::ThenTest)
        };
        let (compared, of) = if then_test.len() > baseline.len() {
            (Compared::ThenTest, then_test)
        } else {
            (Compared::Baseline, baseline)
        };
        (!of.is_empty()).then_some(Pairs {
            compared,
            questions,
            of,
        })
    }

    /// Role confidence of a scope before and now.
    ///
    /// Everything is hidden under the cohort's smallest published count, on every screen. When exactly one person
    /// left out items, those items are hidden: what that person answered would follow from the rest.
    #[must_use]
    pub fn confidence(&self, scope: Scope) -> Confidence {
        let smallest = self.smallest_published();
        let ratio = |occasion| {
            let waves = self.confidence_waves(occasion).into_iter();
            let mut ratio = Ratio::default();
            for ask in waves.flat_map(|(wave, _)| self.asks(wave)) {
                if self.lies_in(ask.place, scope) {
                    ratio.count(ask.answered);
                }
            }
            ratio
        };
        let pairs = self.confidence_pairs();
        let (overall, items) = match &pairs {
            Some(pairs) => (
                Some(self.overall(pairs, scope, smallest)),
                self.items(pairs, scope, smallest),
            ),
            None => (None, self.items_before(scope, smallest)),
        };
        Confidence {
            compared: pairs.map(|pairs| pairs.compared),
            before: ratio(Occasion::Baseline),
            after: ratio(Occasion::Endpoint),
            overall,
            items,
            scale: Scale::ZeroToTen.range().unwrap_or_default(),
        }
    }

    fn overall(&self, pairs: &Pairs, scope: Scope, smallest: u32) -> Shown<Change> {
        let given: Vec<_> = pairs
            .of
            .iter()
            .filter_map(|p| Some((p.place, p.means?)))
            .collect();
        self.changed_by(&given, scope, smallest)
    }

    /// The change of numbers given by people at places, where it may be shown.
    fn changed_by(&self, given: &[(Scope, (f64, f64))], scope: Scope, smallest: u32) -> Shown<Change> {
        let told = self.told(given, smallest);
        match told.get(&scope).and_then(|numbers| Change::of(numbers)) {
            Some(change) => Shown::Value(change),
            None => {
                let inside = given.iter().filter(|(place, _)| self.lies_in(*place, scope));
                Shown::until(smallest, number(inside.count()))
            }
        }
    }

    fn items(&self, pairs: &Pairs, scope: Scope, smallest: u32) -> Vec<ItemLine> {
        let both = |pair: &Pair, at: usize| pair.then[at].zip(pair.now[at]);
        let places = 0..pairs.questions.len();
        let inside = || pairs.of.iter().filter(|pair| self.lies_in(pair.place, scope));
        let mut partial = inside().filter(|pair| places.clone().any(|at| both(pair, at).is_none()));
        let alone = match (partial.next(), partial.next()) {
            (Some(alone), None) => Some(alone),
            _ => None,
        };
        let items = pairs.questions.iter().zip(places.clone());
        items
            .map(|((key, text), at)| {
                let given: Vec<_> = pairs
                    .of
                    .iter()
                    .filter_map(|pair| {
                        let (then, now) = both(pair, at)?;
                        Some((pair.place, (f64::from(then), f64::from(now))))
                    })
                    .collect();
                let left_out = alone.is_some_and(|alone| both(alone, at).is_none());
                let change = if left_out {
                    Shown::Hidden {
                        why: "hidden: one person left it out".to_owned(),
                        n: 0,
                    }
                } else {
                    self.changed_by(&given, scope, smallest)
                };
                ItemLine {
                    key: key.clone(),
                    text: text.clone(),
                    before: None,
                    change: Some(change),
                }
            })
            .collect()
    }

    /// The items while people have been asked once.
    fn items_before(&self, scope: Scope, smallest: u32) -> Vec<ItemLine> {
        let waves = self.confidence_waves(Occasion::Baseline);
        let ids: Vec<_> = waves.iter().map(|(id, _)| *id).collect();
        let voices: Vec<Voice<'_>> = ids.iter().flat_map(|wave| self.voices(*wave)).collect();
        let questions = self.scored_questions(&ids, Scale::ZeroToTen).into_iter();
        questions
            .map(|(key, text)| {
                let given: Vec<(Scope, f64)> = voices
                    .iter()
                    .filter_map(|voice| Some((voice.place, f64::from(answered(voice.is, &key)?))))
                    .collect();
                let told = self.told(&given, smallest);
                let before = match told.get(&scope).and_then(|numbers| Sample::of(numbers)) {
                    Some(sample) => Shown::Value(sample.mean),
                    None => {
                        let inside = given.iter().filter(|(place, _)| self.lies_in(*place, scope));
                        Shown::until(smallest, number(inside.count()))
                    }
                };
                ItemLine {
                    key,
                    text,
                    before: Some(before),
                    change: None,
                }
            })
            .collect()
    }

    /// The change of every scope in which somebody was asked twice.
    pub(super) fn confidence_changes(&self) -> BTreeMap<Scope, Shown<f64>> {
        let Some(pairs) = self.confidence_pairs() else {
            return BTreeMap::new();
        };
        let given: Vec<_> = pairs
            .of
            .iter()
            .filter_map(|p| Some((p.place, p.means?)))
            .collect();
        let smallest = self.smallest_published();
        let groups = self.groups_sorted().into_iter().map(Scope::Group);
        let streams = self.streams_sorted().into_iter().map(Scope::Stream);
        let scopes = groups.chain(streams).chain([Scope::Cohort]);
        scopes
            .filter(|scope| given.iter().any(|(place, _)| self.lies_in(*place, *scope)))
            .map(|scope| {
                (
                    scope,
                    self.changed_by(&given, scope, smallest)
                        .map(|change| change.by.mean),
                )
            })
            .collect()
    }
}
