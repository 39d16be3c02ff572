//! Confidence before and now: pairs only, with interval and size of the change (domain.md §5).

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Blocks, Part, Shown, Voice, all_at_an_end, answered, last_words, number, pick};
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
    /// How many people went up; none where that would tell which way people went whose change is hidden.
    pub up: Option<Up>,
}

/// How many people went up, as exactly as may be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Up {
    /// So many.
    Exactly(u32),
    /// So many or more: nearly all, or all.
    AtLeast(u32),
    /// So many or fewer: hardly anybody, or nobody.
    AtMost(u32),
}

impl Up {
    /// What may be told of `n` people some of whom are told of only together with others.
    ///
    /// That everybody went up tells it of each of them, and so of those whose change is hidden: nearly all and
    /// hardly anybody are told alike (top and bottom coding; Willenborg and de Waal, 2001, 1.5). Whether it is coded
    /// depends on the total alone.
    fn coded(up: u32, n: u32, smallest: u32) -> Option<Self> {
        if n < 2 * smallest {
            None
        } else if up > n - smallest {
            Some(Self::AtLeast(n - smallest + 1))
        } else if up < smallest {
            Some(Self::AtMost(smallest - 1))
        } else {
            Some(Self::Exactly(up))
        }
    }
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

impl Pair {
    /// What was answered to an item both times.
    fn both(&self, at: usize) -> Option<(i8, i8)> {
        self.then[at].zip(self.now[at])
    }

    /// How many items were answered before, now, and both times: who answered as many counts alike in means.
    fn answered(&self) -> (usize, usize, usize) {
        let count = |items: &[Option<i8>]| items.iter().flatten().count();
        let both = (0..self.now.len()).filter(|at| self.both(*at).is_some());
        (count(&self.then), count(&self.now), both.count())
    }
}

/// Whether the means of these people and of their items together tell nothing about fewer than `smallest` of them.
///
/// The mean of all, less the items that it is the mean of, leaves those who left some out; an item that most
/// left out leaves those who did not. Either must be nobody, or enough.
fn nobody_apart<'a>(people: impl Iterator<Item = &'a Pair> + Clone, smallest: u32) -> bool {
    let enough = |n: u32| n == 0 || n >= smallest;
    let mut sorts: BTreeMap<(usize, usize, usize), u32> = BTreeMap::new();
    for pair in people.clone() {
        *sorts.entry(pair.answered()).or_default() += 1;
    }
    let items = people.clone().map(|pair| pair.now.len()).max().unwrap_or(0);
    let mut by_item = (0..items).map(|at| number(people.clone().filter(|p| p.both(at).is_some()).count()));
    sorts.into_values().all(enough) && by_item.all(enough)
}

/// The items to keep back so that the others tell nothing about fewer than `smallest` of these people: those
/// that somebody left out whose like are too few. None when only keeping back all of them would do.
fn telling_items(people: &[&Pair], smallest: u32) -> Option<Vec<usize>> {
    let mut sorts: BTreeMap<(usize, usize, usize), Vec<&Pair>> = BTreeMap::new();
    for pair in people {
        sorts.entry(pair.answered()).or_default().push(pair);
    }
    let few = sorts.into_values().filter(|alike| number(alike.len()) < smallest);
    let few: Vec<&Pair> = few.flatten().collect();
    let items = 0..people.first().map_or(0, |pair| pair.now.len());
    let answered = |at: usize| number(people.iter().filter(|pair| pair.both(at).is_some()).count());
    if items.clone().any(|at| answered(at) < smallest) {
        return None;
    }
    Some(
        items
            .filter(|at| few.iter().any(|pair| pair.both(*at).is_none()))
            .collect(),
    )
}

/// Whether the figures of these people together tell the figures of each: all were, or are, at the same end of the
/// scale, or all changed by the same.
fn tells_each(pairs: &[(f64, f64)]) -> bool {
    let Some((lowest, highest)) = Scale::ZeroToTen.range() else {
        return false;
    };
    let all_are = |of: &dyn Fn(&(f64, f64)) -> f64, end: f64| {
        pairs.iter().all(|pair| (of(pair) - end).abs() < f64::EPSILON)
    };
    let at_an_end =
        |of: &dyn Fn(&(f64, f64)) -> f64| all_are(of, f64::from(lowest)) || all_are(of, f64::from(highest));
    let by = |pair: &(f64, f64)| pair.1 - pair.0;
    let alike = pairs.first().is_some_and(|first| all_are(&by, by(first)));
    at_an_end(&|pair| pair.0) || at_an_end(&|pair| pair.1) || alike
}

/// Whether nobody of these went up, or everybody: how many did is then known of each.
fn one_way(pairs: &[(f64, f64)]) -> bool {
    let went_up = |pair: &(f64, f64)| pair.1 > pair.0;
    pairs.iter().all(went_up) || !pairs.iter().any(went_up)
}

/// What was given in each block of several cells within a scope.
fn together<'a, T: Copy>(
    blocks: &'a Blocks<Scope>,
    whole: &Part<Scope>,
    scope: Scope,
    given: &'a [(Scope, T)],
) -> impl Iterator<Item = Vec<T>> + use<'a, T> {
    let several = blocks
        .within(whole, scope)
        .into_iter()
        .filter(|cells| cells.len() > 1);
    several.map(|cells| {
        let inside = given.iter().filter(|(place, _)| cells.contains(place));
        inside.map(|(_, is)| *is).collect()
    })
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
            up: Some(Up::Exactly(number(by.iter().filter(|by| **by > 0.0).count()))),
        })
    }

    /// The same, where these are told of only together with others.
    fn guarded(self, only_together: &[Vec<(f64, f64)>], smallest: u32) -> Self {
        let Some(Up::Exactly(up)) = self.up.filter(|_| !only_together.is_empty()) else {
            return self;
        };
        let up = match Up::coded(up, self.by.n, smallest) {
            Some(Up::Exactly(_)) if only_together.iter().any(|pairs| one_way(pairs)) => None,
            coded => coded,
        };
        Self { up, ..self }
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
        let mut ends: Vec<Voice<'_>> = ids.iter().flat_map(|wave| self.voices(*wave)).collect();
        // Who answered twice is one pair, with the last answer.
        ends.sort_by_key(|voice| std::cmp::Reverse((voice.is.received, voice.id)));
        let mut seen = HashSet::new();
        ends.retain(|voice| voice.is.enrolment.is_none_or(|who| seen.insert(who)));
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
    /// Everything is hidden under the cohort's smallest published count, on every screen. Items are shown of people
    /// together of whom nobody is told apart by having left items out: otherwise what a few answered would follow
    /// from the means of all and of the items.
    #[must_use]
    pub fn confidence(&self, scope: Scope) -> Confidence {
        let smallest = self.smallest_published();
        let ratio = |occasion| {
            let waves = self.confidence_waves(occasion).into_iter();
            let mut ratio = Ratio::default();
            for ask in self.asked_in(waves.map(|(wave, _)| wave)) {
                if self.lies_in(ask.place, scope) {
                    ratio.count(ask.answered);
                }
            }
            ratio
        };
        // What was answered at the start is shown until enough have answered twice.
        let pairs = self.confidence_pairs().filter(|pairs| {
            number(pairs.of.len()) >= smallest || self.confidence_waves(Occasion::Baseline).is_empty()
        });
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
        let (whole, blocks) = self.blocks(given, &[smallest], &tells_each);
        let told = pick(given, &blocks.cover(&whole));
        match told.get(&scope).and_then(|numbers| Change::of(numbers)) {
            Some(change) => {
                let only_together: Vec<_> = together(&blocks, &whole, scope, given).collect();
                Shown::Value(change.guarded(&only_together, smallest))
            }
            None => {
                let inside = given.iter().filter(|(place, _)| self.lies_in(*place, scope));
                Shown::until(smallest, number(inside.count()))
            }
        }
    }

    fn items(&self, pairs: &Pairs, scope: Scope, smallest: u32) -> Vec<ItemLine> {
        let means: Vec<_> = pairs
            .of
            .iter()
            .filter_map(|p| Some((p.place, p.means?)))
            .collect();
        let people: Vec<(Scope, &Pair)> = pairs.of.iter().map(|pair| (pair.place, pair)).collect();
        let (whole, blocks) = self.blocks(&means, &[smallest], &tells_each);
        let alike = |cells: &[Scope]| {
            let inside = people.iter().filter(|(place, _)| cells.contains(place));
            nobody_apart(inside.map(|(_, pair)| *pair), smallest)
        };
        let coarser = blocks.coarser(&whole, &alike);
        let told = coarser.cover(&whole);
        let mut rest: BTreeMap<_, _> = blocks.cover(&whole);
        for cells in rest.values_mut() {
            cells.retain(|cell| !told[&Scope::Cohort].contains(cell));
        }
        let (told, rest) = (pick(&people, &told), pick(&people, &rest));
        let told = told.get(&scope).map_or(&[][..], Vec::as_slice);
        // Who is told apart anywhere is told of in the whole cohort only, without the items that would tell.
        let rest = rest.get(&scope).filter(|_| scope == Scope::Cohort);
        let rest = rest.map_or(&[][..], Vec::as_slice);
        let without = telling_items(rest, smallest);
        let inside = people
            .iter()
            .filter(|(place, _)| self.lies_in(*place, scope))
            .count();
        let items = pairs.questions.iter().zip(0..);
        items
            .map(|((key, text), at)| {
                let rest = without
                    .as_ref()
                    .filter(|items| !items.contains(&at))
                    .map_or(&[][..], |_| rest);
                let of_item = |people: &mut dyn Iterator<Item = &Pair>| -> Vec<(f64, f64)> {
                    people
                        .filter_map(|pair| pair.both(at))
                        .map(|(then, now)| (f64::from(then), f64::from(now)))
                        .collect()
                };
                let given = of_item(&mut told.iter().chain(rest).copied());
                // Who is told of only together with others: the blocks of several cells, and the rest.
                let mut only_together: Vec<Vec<(f64, f64)>> = together(&coarser, &whole, scope, &people)
                    .map(|block| of_item(&mut block.into_iter()))
                    .collect();
                only_together.push(of_item(&mut rest.iter().copied()));
                only_together.retain(|pairs| !pairs.is_empty());
                let change = match Change::of(&given) {
                    Some(_) if only_together.iter().any(|pairs| tells_each(pairs)) => Shown::would_tell(0),
                    Some(change) => Shown::Value(change.guarded(&only_together, smallest)),
                    None if number(inside) < smallest => Shown::until(smallest, number(inside)),
                    None => Shown::would_tell(0),
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
                let given = last_words(&voices, &key);
                let told = self.told(&given, &[smallest], &all_at_an_end(Scale::ZeroToTen));
                let numbers = told.get(&scope).map_or(&[][..], Vec::as_slice).iter();
                let numbers: Vec<f64> = numbers.map(|n| f64::from(*n)).collect();
                let before = match Sample::of(&numbers) {
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
