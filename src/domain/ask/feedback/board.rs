//! The scores: of every group by round, of one scope by round and by question.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};

use super::{Readers, Shown, Tally, Voice, all_at_an_end, last_words, number};
use crate::domain::ask::rates::{Ratio, Scope};
use crate::domain::statistics::rounded;
use crate::domain::{Id, Model, Scale, Session, Wave};

/// Why a group's numbers are hidden in an anonymous wave.
const ANONYMOUS: &str = "hidden: anonymous wave";

/// One line of the table of scores.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What it is about.
    pub scope: Scope,
    /// What it is called: `all groups`, `CCIO`, `CCIO-2`.
    pub name: String,
    /// Mean of all rounds that are shown; none when nobody was asked.
    pub mean: Option<Shown<f64>>,
    /// How many of those asked answered, over all pulses.
    pub answered: Shown<Ratio>,
    /// Mean of each round, first round first; none where nobody was asked.
    pub rounds: Vec<Option<Shown<f64>>>,
    /// Change in role confidence, in points of its scale; none while nobody was asked twice.
    pub confidence: Option<Shown<f64>>,
    /// What needs attention, in a word or two each, most urgent first.
    pub attention: Vec<&'static str>,
}

/// The table of scores.
#[derive(Clone, Debug, PartialEq)]
pub struct Board {
    /// All groups together.
    pub all: Line,
    /// Each stream, in the order of lists.
    pub streams: Vec<Line>,
    /// Each group, in the order of lists.
    pub groups: Vec<Line>,
}

/// One round of one scope.
#[derive(Clone, Debug, PartialEq)]
pub struct RoundScore {
    /// Its number.
    pub round: u8,
    /// The pulses that asked about it.
    pub waves: Vec<Id<Wave>>,
    /// The group's session in it, where the scope is a group and it has one.
    pub session: Option<Id<Session>>,
    /// The day of that session, else the first day of the pulse, else of the round's window.
    pub day: Option<NaiveDate>,
    /// The last day for answers.
    pub closes: Option<NaiveDate>,
    /// When the first was asked.
    pub asked: Option<DateTime<Utc>>,
    /// The mean; none when nobody was asked.
    pub mean: Option<Shown<f64>>,
    /// How many of those asked answered.
    pub answered: Option<Shown<Ratio>>,
    /// Change from the round before that is shown, in tenths.
    pub change: Option<i32>,
}

/// One question of one scope.
#[derive(Clone, Debug, PartialEq)]
pub struct QuestionLine {
    /// Its key.
    pub key: String,
    /// What is asked.
    pub text: String,
    /// Mean of each round, first round first; none where nobody was asked.
    pub rounds: Vec<Option<Shown<f64>>>,
    /// Mean of all rounds that are shown.
    pub all: Option<Shown<f64>>,
    /// Whether it is the lowest of several, by a tenth at least.
    pub lowest: bool,
}

/// The means of one round: for each question the tally that each scope may show.
type Told = BTreeMap<String, BTreeMap<Scope, Tally>>;

/// All pulses of a cohort, counted once: asking for one scope after another is then cheap.
pub struct PulseScores {
    smallest: u32,
    questions: Vec<(String, String)>,
    rounds: Vec<Round>,
}

/// The pulses of one round, counted once.
struct Round {
    waves: Vec<Id<Wave>>,
    told: Told,
    voices: BTreeMap<Scope, u32>,
    asked: BTreeMap<Scope, Ratio>,
    first_asked: Option<DateTime<Utc>>,
    anonymous: bool,
}

impl PulseScores {
    fn of(model: &Model, readers: Readers) -> Self {
        let smallest = model.smallest_for_pulse(readers);
        let pulses = model.pulses();
        let waves: Vec<_> = pulses.iter().map(|(_, wave)| *wave).collect();
        let questions = model.scored_questions(&waves, Scale::OneToFive);
        let last = pulses.last().map_or(0, |(round, _)| *round);
        let rounds = (1..=last.max(model.settings().rounds))
            .map(|round| {
                let of_round = pulses.iter().filter(|(r, _)| *r == round);
                Round::of(
                    model,
                    of_round.map(|(_, wave)| *wave).collect(),
                    &questions,
                    model.levels_for_pulse(readers),
                )
            })
            .collect();
        Self {
            smallest,
            questions,
            rounds,
        }
    }

    /// The mean of one round: the mean of the questions that are shown.
    ///
    /// Made of shown means only, so that nothing follows from it that they do not say.
    fn mean(&self, model: &Model, round: &Round, scope: Scope) -> Option<Shown<f64>> {
        let of_question = |(key, _): &(String, String)| round.tally(key, scope).mean();
        let means: Vec<f64> = self.questions.iter().filter_map(of_question).collect();
        self.shown(model, [round].into_iter(), scope, &means)
    }

    /// The mean of all rounds: of every question the answers that are shown in its rounds.
    fn overall(&self, model: &Model, scope: Scope) -> Option<Shown<f64>> {
        let of_question = |(key, _): &(String, String)| self.question(key, scope).mean();
        let means: Vec<f64> = self.questions.iter().filter_map(of_question).collect();
        self.shown(model, self.rounds.iter(), scope, &means)
    }

    /// The answers to one question that are shown in some round.
    fn question(&self, key: &str, scope: Scope) -> Tally {
        let mut tally = Tally::default();
        for round in &self.rounds {
            tally.add(round.tally(key, scope));
        }
        tally
    }

    fn shown<'a>(
        &self,
        model: &Model,
        rounds: impl Iterator<Item = &'a Round> + Clone,
        scope: Scope,
        means: &[f64],
    ) -> Option<Shown<f64>> {
        let asked: Ratio = rounds.clone().map(|round| round.asked_in(model, scope)).sum();
        let n: u32 = rounds.clone().map(|round| round.heard_in(model, scope)).sum();
        if asked.whole == 0 && n == 0 {
            return None;
        }
        if !means.is_empty() {
            let mean = means.iter().sum::<f64>() / f64::from(number(means.len()));
            return Some(Shown::Value(mean));
        }
        let in_group = matches!(scope, Scope::Group(_));
        Some(if in_group && rounds.clone().all(|round| round.anonymous) {
            anonymous()
        } else {
            Shown::until(self.smallest, n)
        })
    }

    fn answered(&self, model: &Model, scope: Scope) -> Shown<Ratio> {
        let rounds = self.rounds.iter().filter(|round| !round.waves.is_empty());
        let open = |round: &&Round| !(round.anonymous && matches!(scope, Scope::Group(_)));
        let counted: Vec<&Round> = rounds.clone().filter(open).collect();
        if counted.is_empty() && rounds.count() > 0 {
            return anonymous();
        }
        Shown::Value(counted.iter().map(|round| round.asked_in(model, scope)).sum())
    }
}

impl Round {
    fn of(model: &Model, waves: Vec<Id<Wave>>, questions: &[(String, String)], levels: [u32; 2]) -> Self {
        let voices: Vec<Voice<'_>> = waves.iter().flat_map(|wave| model.voices(*wave)).collect();
        let told = questions
            .iter()
            .map(|(key, _)| (key.clone(), tallies(model, &voices, key, levels)))
            .collect();
        let mut heard = BTreeMap::new();
        let mut seen = HashSet::new();
        let once = |voice: &&Voice<'_>| voice.is.enrolment.is_none_or(|who| seen.insert(who));
        for voice in voices.iter().filter(once) {
            *heard.entry(voice.place).or_default() += 1;
        }
        let asks = model.asked_in(waves.iter().copied());
        let mut asked: BTreeMap<Scope, Ratio> = BTreeMap::new();
        for ask in &asks {
            asked.entry(ask.place).or_default().count(ask.answered);
        }
        let anonymous = waves
            .iter()
            .any(|w| model.waves.get(*w).is_some_and(|w| w.anonymous));
        Self {
            waves,
            told,
            voices: heard,
            asked,
            first_asked: asks.iter().map(|ask| ask.asked).min(),
            anonymous,
        }
    }

    fn tally(&self, question: &str, scope: Scope) -> Tally {
        let by_scope = self.told.get(question);
        by_scope
            .and_then(|by_scope| by_scope.get(&scope).copied())
            .unwrap_or_default()
    }

    fn asked_in(&self, model: &Model, scope: Scope) -> Ratio {
        let inside = self
            .asked
            .iter()
            .filter(|(place, _)| model.lies_in(**place, scope));
        inside.map(|(_, ratio)| *ratio).sum()
    }

    fn heard_in(&self, model: &Model, scope: Scope) -> u32 {
        let inside = self
            .voices
            .iter()
            .filter(|(place, _)| model.lies_in(**place, scope));
        inside.map(|(_, n)| *n).sum()
    }
}

/// What each scope may show of the answers to one question.
fn tallies(model: &Model, voices: &[Voice<'_>], key: &str, levels: [u32; 2]) -> BTreeMap<Scope, Tally> {
    let given = last_words(voices, key);
    let told = model.told(&given, &levels, &all_at_an_end(Scale::OneToFive));
    told.into_iter()
        .map(|(scope, numbers)| {
            let sum = numbers.iter().map(|n| f64::from(*n)).sum();
            let n = number(numbers.len());
            (scope, Tally { n, sum })
        })
        .collect()
}

fn anonymous<T>() -> Shown<T> {
    Shown::Hidden {
        why: ANONYMOUS.to_owned(),
        n: 0,
    }
}

/// A mean in tenths, as it is shown.
pub(super) fn tenths(mean: f64) -> i32 {
    // Means lie between −10 and 10.
    #[allow(clippy::cast_possible_truncation, reason = "means are small")]
    let tenths = (rounded(mean, 1) * 10.0).round() as i32;
    tenths
}

/// A change in tenths as words: `+0.3 up`, `-0.8 down`, `same`.
#[must_use]
pub fn in_words(change: i32) -> String {
    let size = f64::from(change) / 10.0;
    match change {
        0 => "same".to_owned(),
        1.. => format!("{size:+.1} up"),
        _ => format!("{size:+.1} down"),
    }
}

impl PulseScores {
    /// How many answers a mean of a scope is made of: of one round, or of all; of one question, or of the most that
    /// one of them has. Fewer than have answered where some left it out, or are held back.
    #[must_use]
    pub fn counted(&self, scope: Scope, round: Option<u8>, question: Option<&str>) -> u32 {
        let rounds = (1_u8..).zip(&self.rounds);
        let rounds = rounds.filter(|(number, _)| round.is_none_or(|round| round == *number));
        let rounds: Vec<&Round> = rounds.map(|(_, round)| round).collect();
        let keys = self.questions.iter().map(|(key, _)| key.as_str());
        keys.filter(|key| question.is_none_or(|question| question == *key))
            .map(|key| rounds.iter().map(|round| round.tally(key, scope).n).sum())
            .max()
            .unwrap_or(0)
    }

    /// The table of scores: all groups, each stream, each group.
    #[must_use]
    pub fn board(&self, model: &Model, now: DateTime<Utc>) -> Board {
        let concerns = model.concerns_by_group(now);
        let confidence = model.confidence_changes();
        let line = |scope: Scope, name: String| Line {
            scope,
            name,
            mean: self.overall(model, scope),
            answered: self.answered(model, scope),
            rounds: self.rounds.iter().map(|r| self.mean(model, r, scope)).collect(),
            confidence: confidence.get(&scope).cloned(),
            attention: concerns.get(&scope).cloned().unwrap_or_default(),
        };
        let groups = model.groups_sorted().into_iter();
        let streams = model.streams_sorted().into_iter();
        Board {
            all: line(Scope::Cohort, "all groups".to_owned()),
            streams: streams
                .map(|id| line(Scope::Stream(id), model.stream_code(id)))
                .collect(),
            groups: groups
                .map(|id| line(Scope::Group(id), model.group_code(id)))
                .collect(),
        }
    }

    /// One scope round by round, every round of the cohort.
    #[must_use]
    pub fn rounds(&self, model: &Model, scope: Scope) -> Vec<RoundScore> {
        let mut last: Option<i32> = None;
        (1_u8..)
            .zip(&self.rounds)
            .map(|(number, round)| {
                let mean = self.mean(model, round, scope);
                let now = mean.as_ref().and_then(Shown::value).map(|mean| tenths(*mean));
                let change = now.zip(last).map(|(now, before)| now - before);
                last = now.or(last);
                let session = match scope {
                    Scope::Group(group) => model.session_in_round(group, number),
                    _ => None,
                };
                let session_day = session.and_then(|id| Some(model.day(model.sessions.get(id)?.starts)));
                let waves = round.waves.iter().filter_map(|wave| model.waves.get(*wave));
                let hides = round.anonymous && matches!(scope, Scope::Group(_));
                let asked = round.asked_in(model, scope);
                RoundScore {
                    round: number,
                    session,
                    day: session_day
                        .or_else(|| waves.clone().map(|wave| wave.opens).min())
                        .or_else(|| Some(model.round_called(number)?.1.opens)),
                    closes: waves.map(|wave| wave.closes).max(),
                    asked: round.first_asked,
                    mean,
                    answered: (asked.whole > 0).then(
                        || {
                            if hides { anonymous() } else { Shown::Value(asked) }
                        },
                    ),
                    change,
                    waves: round.waves.clone(),
                }
            })
            .collect()
    }

    /// One scope question by question.
    #[must_use]
    pub fn questions(&self, model: &Model, scope: Scope) -> Vec<QuestionLine> {
        let mut lines: Vec<QuestionLine> = self
            .questions
            .iter()
            .map(|(key, text)| {
                let shown = |rounds: &[Round], tally: Tally| {
                    let mean = tally.mean();
                    self.shown(model, rounds.iter(), scope, mean.as_slice())
                };
                QuestionLine {
                    key: key.clone(),
                    text: text.clone(),
                    rounds: self
                        .rounds
                        .iter()
                        .map(|r| shown(std::slice::from_ref(r), r.tally(key, scope)))
                        .collect(),
                    all: shown(&self.rounds, self.question(key, scope)),
                    lowest: false,
                }
            })
            .collect();
        mark_lowest(&mut lines);
        lines
    }
}

impl Model {
    /// The pulses of the cohort, counted for these readers.
    #[must_use]
    pub fn pulse_scores(&self, readers: Readers) -> PulseScores {
        PulseScores::of(self, readers)
    }

    /// The table of scores: all groups, each stream, each group.
    #[must_use]
    pub fn feedback_board(&self, readers: Readers, now: DateTime<Utc>) -> Board {
        self.pulse_scores(readers).board(self, now)
    }

    /// One scope round by round, every round of the cohort.
    #[must_use]
    pub fn round_scores(&self, scope: Scope, readers: Readers) -> Vec<RoundScore> {
        self.pulse_scores(readers).rounds(self, scope)
    }

    /// One scope question by question.
    #[must_use]
    pub fn question_scores(&self, scope: Scope, readers: Readers) -> Vec<QuestionLine> {
        self.pulse_scores(readers).questions(self, scope)
    }

    /// The means of every group that are shown on the office's screens, with their rounds.
    pub(super) fn group_means(&self) -> Vec<(Scope, Vec<(u8, f64)>)> {
        let scores = PulseScores::of(self, Readers::Office);
        let of_group = |id| {
            let scope = Scope::Group(id);
            let means = (1_u8..).zip(&scores.rounds);
            let means = means.filter_map(|(n, round)| {
                let mean = scores.mean(self, round, scope)?;
                mean.value().map(|mean| (n, *mean))
            });
            (scope, means.collect())
        };
        self.groups_sorted().into_iter().map(of_group).collect()
    }
}

/// Marks the question whose mean is lowest, when one is.
fn mark_lowest(lines: &mut [QuestionLine]) {
    let mean = |line: &QuestionLine| line.all.as_ref().and_then(Shown::value).map(|m| tenths(*m));
    let mut means: Vec<i32> = lines.iter().filter_map(mean).collect();
    means.sort_unstable();
    let [lowest, next, ..] = means[..] else { return };
    if lowest < next {
        for line in lines.iter_mut() {
            line.lowest = mean(line) == Some(lowest);
        }
    }
}
