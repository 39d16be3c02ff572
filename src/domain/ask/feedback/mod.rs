//! What people answered, as plain values that may be shown: scores, answers, themes, quotes, confidence.
//!
//! Nothing here gives one person's numbers, and no mean comes from fewer answers than rule 14 allows. Must not
//! know how any of it is drawn. Values depend on the model and a moment only: keep them until either changes.

mod answers;
#[cfg(test)]
mod attack;
mod beside;
mod board;
mod concern;
mod confidence;
pub mod consents;
mod quotes;
mod shown;
mod surveys;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod world;

pub use answers::{AnswerRow, AskedRow, TextAnswer, ThemeLine};
pub use beside::{Amount, Beside};
pub use board::{Board, Line, PulseScores, QuestionLine, RoundScore, in_words};
pub use concern::{LowMean, LowPulse, SlowWave, WordWanted};
pub use confidence::{Change, Compared, Confidence, ItemLine, Up};
pub use consents::Requested;
pub use quotes::{ConsentWord, Label, QuoteLine, QuoteTotals};
pub use shown::{Blocks, Cover, Part, Shown, suppress};
pub use surveys::{SurveyLine, SurveyMean};

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, Utc};

use super::rates::Scope;
use crate::domain::{Enrolment, Id, Model, Occasion, Response, Round, Scale, Wave};

/// Answers from which on the office's screens show a mean of a pulse (rule 14).
pub const OFFICE_PULSE: u32 = 3;

/// For whose eyes something is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// The office, on its screens.
    Office,
    /// Everybody else: reports, exports, files.
    Published,
}

/// One answer with what is needed to count it.
pub(super) struct Voice<'a> {
    pub(super) id: Id<Response>,
    pub(super) is: &'a Response,
    /// The round asked about; 0 outside rounds.
    pub(super) round: u8,
    /// The narrowest scope it counts in: the group, else the stream, else the cohort.
    pub(super) place: Scope,
}

/// One person asked in one wave.
pub(super) struct Ask {
    pub(super) enrolment: Id<Enrolment>,
    pub(super) place: Scope,
    pub(super) asked: DateTime<Utc>,
    pub(super) answered: bool,
}

/// Answers to one question that may be shown together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Tally {
    pub(super) n: u32,
    pub(super) sum: f64,
}

impl Tally {
    pub(super) fn mean(self) -> Option<f64> {
        (self.n > 0).then(|| self.sum / f64::from(self.n))
    }
    fn add(&mut self, other: Self) {
        self.n += other.n;
        self.sum += other.sum;
    }
}

/// The number of a count; counts of people fit.
pub(super) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl Model {
    /// The fewest answers behind a mean of a pulse for these readers.
    #[must_use]
    pub fn smallest_for_pulse(&self, readers: Readers) -> u32 {
        match readers {
            Readers::Office => OFFICE_PULSE,
            Readers::Published => self.smallest_published(),
        }
    }

    /// The fewest answers, or people, behind anything else that is shown.
    #[must_use]
    pub fn smallest_published(&self) -> u32 {
        u32::from(self.settings().smallest_published.max(1))
    }

    /// The pulses: waves that follow a round's sessions, in order of round.
    #[must_use]
    pub fn pulses(&self) -> Vec<(u8, Id<Wave>)> {
        let mut pulses: Vec<_> = self
            .waves
            .iter()
            .filter(|(_, wave)| wave.occasion == Occasion::Pulse)
            .filter_map(|(id, wave)| Some((self.round_number(wave.round?), id)))
            .collect();
        pulses.sort_unstable();
        pulses
    }

    /// The pulses that ask about this round.
    #[must_use]
    pub fn pulses_of_round(&self, number: u8) -> Vec<Id<Wave>> {
        let of_round = self.pulses().into_iter().filter(|(round, _)| *round == number);
        of_round.map(|(_, wave)| wave).collect()
    }

    /// Whether a place lies within a scope.
    pub(super) fn lies_in(&self, place: Scope, scope: Scope) -> bool {
        match (scope, place) {
            (Scope::Cohort, _) => true,
            (Scope::Stream(_), Scope::Group(group)) => self
                .groups
                .get(group)
                .is_some_and(|g| scope == Scope::Stream(g.stream)),
            _ => scope == place,
        }
    }

    /// Where somebody counts on a day: the group, else the stream.
    pub(super) fn place_on(&self, enrolment: Id<Enrolment>, day: NaiveDate) -> Scope {
        if let Some(group) = self.group_of(enrolment, day) {
            return Scope::Group(group);
        }
        let is = self.enrolments.get(enrolment);
        is.map_or(Scope::Cohort, |is| Scope::Stream(is.stream))
    }

    /// Everybody asked in some of these waves, each once.
    pub(super) fn asked_in(&self, waves: impl IntoIterator<Item = Id<Wave>>) -> Vec<Ask> {
        let mut all: BTreeMap<Id<Enrolment>, Ask> = BTreeMap::new();
        for ask in waves.into_iter().flat_map(|wave| self.asks(wave)) {
            let answered = all.get(&ask.enrolment).is_some_and(|before| before.answered);
            let asked = all.get(&ask.enrolment).map_or(ask.asked, |before| before.asked);
            let answered = answered || ask.answered;
            let asked = asked.min(ask.asked);
            all.insert(
                ask.enrolment,
                Ask {
                    asked,
                    answered,
                    ..ask
                },
            );
        }
        all.into_values().collect()
    }

    /// Everybody asked in a wave, with where they counted when they were asked.
    pub(super) fn asks(&self, wave: Id<Wave>) -> Vec<Ask> {
        let known: HashMap<_, _> = self
            .responses_in(wave)
            .filter_map(|(_, is)| Some((is.enrolment?, is.group?)))
            .collect();
        self.requests_in(wave)
            .map(|(_, is)| Ask {
                enrolment: is.enrolment,
                place: known.get(&is.enrolment).map_or_else(
                    || self.place_on(is.enrolment, self.day(is.asked)),
                    |group| Scope::Group(*group),
                ),
                asked: is.asked,
                answered: is.answered,
            })
            .collect()
    }

    /// Every answer of a wave, with where it counts. In an anonymous wave that is the cohort.
    pub(super) fn voices(&self, wave: Id<Wave>) -> Vec<Voice<'_>> {
        let Some(asked) = self.waves.get(wave) else {
            return Vec::new();
        };
        let round = asked.round.map_or(0, |round| self.round_number(round));
        self.responses_in(wave)
            .map(|(id, is)| Voice {
                id,
                is,
                round,
                place: match (asked.anonymous, is.group, is.enrolment) {
                    (true, ..) | (_, None, None) => Scope::Cohort,
                    (false, Some(group), _) => Scope::Group(group),
                    (false, None, Some(enrolment)) => self.place_on(enrolment, self.day(is.received)),
                },
            })
            .collect()
    }

    /// The questions of these waves whose numbers make the mean: key and text, in order, each once.
    pub(super) fn scored_questions(&self, waves: &[Id<Wave>], scale: Scale) -> Vec<(String, String)> {
        let mut questions: Vec<(String, String)> = Vec::new();
        for wave in waves {
            let wave = self.waves.get(*wave);
            let Some(instrument) = wave.and_then(|wave| self.instruments.get(wave.instrument)) else {
                continue;
            };
            for question in instrument
                .questions
                .iter()
                .filter(|q| q.scored && q.scale == scale)
            {
                if !questions.iter().any(|(key, _)| *key == question.key) {
                    questions.push((question.key.clone(), question.text.clone()));
                }
            }
        }
        questions
    }

    /// The cells and totals of numbers of answers by place: groups, their streams, the cohort.
    pub(super) fn tree(&self, places: impl Iterator<Item = Scope>) -> Part<Scope> {
        let mut counts: BTreeMap<Scope, u32> = BTreeMap::new();
        for place in places {
            *counts.entry(place).or_default() += 1;
        }
        let mut streams: BTreeMap<Scope, Part<Scope>> = BTreeMap::new();
        let mut whole = Part::cell(Scope::Cohort, 0);
        for (place, n) in counts {
            let stream = match place {
                Scope::Cohort => {
                    whole.own += n;
                    continue;
                }
                Scope::Stream(_) => place,
                Scope::Group(group) => match self.groups.get(group) {
                    Some(group) => Scope::Stream(group.stream),
                    None => Scope::Cohort,
                },
            };
            let part = streams.entry(stream).or_insert_with(|| Part::cell(stream, 0));
            if stream == place {
                part.own += n;
            } else {
                part.parts.push(Part::cell(place, n));
            }
        }
        if let Some(orphans) = streams.remove(&Scope::Cohort) {
            whole.parts.extend(orphans.parts);
        }
        whole.parts.extend(streams.into_values());
        whole
    }

    /// What every scope may show of answers given at places: the answers its number is made of.
    ///
    /// The one place where rule 14 is decided. `smallest` are the fewest answers, for the office and then for the
    /// readers in question: what others read is made of whole blocks of what the office sees, so that who sees
    /// both learns nothing from the difference. Cells that are told only together are not told while that would
    /// tell each of them (`each`), as when everybody answered the same end of the scale.
    pub(super) fn told<T: Copy>(
        &self,
        given: &[(Scope, T)],
        smallest: &[u32],
        each: &dyn Fn(&[T]) -> bool,
    ) -> BTreeMap<Scope, Vec<T>> {
        let (whole, blocks) = self.blocks(given, smallest, each);
        pick(given, &blocks.cover(&whole))
    }

    /// The blocks of which [`Self::told`] makes its numbers, with the table they are blocks of.
    pub(super) fn blocks<T: Copy>(
        &self,
        given: &[(Scope, T)],
        smallest: &[u32],
        each: &dyn Fn(&[T]) -> bool,
    ) -> (Part<Scope>, Blocks<Scope>) {
        let whole = self.tree(given.iter().map(|(place, _)| *place));
        let mut by_place: BTreeMap<Scope, Vec<T>> = BTreeMap::new();
        for (place, answer) in given {
            by_place.entry(*place).or_default().push(*answer);
        }
        let may = |least: u32| {
            let by_place = &by_place;
            move |cells: &[Scope]| {
                let answers = cells.iter().filter_map(|cell| by_place.get(cell)).flatten();
                let answers: Vec<T> = answers.copied().collect();
                let enough = number(answers.len()) >= least.max(1);
                enough && !(cells.len() > 1 && each(&answers))
            }
        };
        let mut levels = smallest.iter();
        let mut blocks = Blocks::of(&whole, &may(levels.next().copied().unwrap_or(1)));
        for least in levels {
            blocks = blocks.coarser(&whole, &may(*least));
        }
        (whole, blocks)
    }

    /// The fewest answers behind a mean of a pulse, for the office and then for these readers.
    pub(super) fn levels_for_pulse(&self, readers: Readers) -> [u32; 2] {
        let own = self.smallest_for_pulse(readers);
        [own.min(OFFICE_PULSE), own]
    }

    /// The round with this number, with its id.
    pub(super) fn round_called(&self, number: u8) -> Option<(Id<Round>, &Round)> {
        let id = self.round_numbered(number)?;
        Some((id, self.rounds.get(id)?))
    }
}

/// The answers given in the cells of each part.
pub(super) fn pick<T: Copy>(given: &[(Scope, T)], cover: &Cover<Scope>) -> BTreeMap<Scope, Vec<T>> {
    let inside = |cells: &Vec<Scope>| {
        let inside = given.iter().filter(|(place, _)| cells.contains(place));
        inside.map(|(_, answer)| *answer).collect()
    };
    cover
        .iter()
        .map(|(scope, cells)| (*scope, inside(cells)))
        .collect()
}

/// Whether everybody answered the same end of the scale: the mean then tells what each of them answered.
pub(super) fn all_at_an_end(scale: Scale) -> impl Fn(&[i8]) -> bool {
    move |answers| {
        scale.range().is_some_and(|(lowest, highest)| {
            answers.iter().all(|n| *n == lowest) || answers.iter().all(|n| *n == highest)
        })
    }
}

/// The last of several answers that one person gave to a question; whoever has no name speaks once in each.
pub(super) fn last_words(voices: &[Voice<'_>], question: &str) -> Vec<(Scope, i8)> {
    let mut last: HashMap<Id<Enrolment>, (DateTime<Utc>, Id<Response>)> = HashMap::new();
    let given = voices
        .iter()
        .filter_map(|voice| Some((voice, answered(voice.is, question)?)));
    for (voice, _) in given.clone() {
        if let Some(who) = voice.is.enrolment {
            let said = (voice.is.received, voice.id);
            let last = last.entry(who).or_insert(said);
            *last = said.max(*last);
        }
    }
    given
        .filter(|(voice, _)| voice.is.enrolment.is_none_or(|who| last[&who].1 == voice.id))
        .map(|(voice, n)| (voice.place, n))
        .collect()
}

/// The number somebody answered to a question.
pub(super) fn answered(response: &Response, question: &str) -> Option<i8> {
    let answer = response.answers.iter().find(|a| a.question == question)?;
    answer.number
}
