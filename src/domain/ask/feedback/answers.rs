//! Who was asked and who is still to answer, what was answered in words, and the themes heard in it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Readers, Shown, number};
use crate::domain::ask::rates::Scope;
use crate::domain::{Enrolment, Id, MessageKind, Model, Response, Role, Theme, Wave};

/// One person asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedRow {
    /// Who.
    pub enrolment: Id<Enrolment>,
    /// The person's name.
    pub name: String,
    /// Mentor or mentee.
    pub role: Role,
    /// In which wave.
    pub wave: Id<Wave>,
    /// Where the person counts.
    pub place: Scope,
    /// When the person was asked.
    pub asked: DateTime<Utc>,
    /// Whether the answer is still to come.
    pub waiting: bool,
    /// When it came, where the wave is not anonymous.
    pub came: Option<DateTime<Utc>>,
    /// When the person was last reminded of it.
    pub reminded: Option<DateTime<Utc>>,
}

/// What somebody answered to one question in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextAnswer {
    /// What was asked.
    pub question: String,
    /// The words.
    pub text: String,
}

/// One answer as the office may read it: words, never one person's numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerRow {
    /// Which answer.
    pub response: Id<Response>,
    /// Whose; none in an anonymous wave.
    pub enrolment: Option<Id<Enrolment>>,
    /// The person's name; `somebody` in an anonymous wave.
    pub name: String,
    /// The round asked about; 0 outside rounds.
    pub round: u8,
    /// When it came (in an anonymous wave the wave's first day).
    pub received: DateTime<Utc>,
    /// What was answered in words.
    pub texts: Vec<TextAnswer>,
    /// What the office heard in it.
    pub themes: Vec<Id<Theme>>,
    /// Whether the person would like a word.
    pub word_wanted: bool,
    /// How it came.
    pub by_way_of: String,
}

/// How often one theme was heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThemeLine {
    /// Which theme.
    pub theme: Id<Theme>,
    /// Its name.
    pub name: String,
    /// In how many answers.
    pub count: Shown<u32>,
    /// In how many answers of each round, first round first; empty for readers outside the office.
    pub by_round: Vec<u32>,
}

impl Model {
    /// Everybody asked in these waves within a scope, by name and then wave.
    ///
    /// In an anonymous wave nobody is listed by group: how many of a group have answered is not shown.
    #[must_use]
    pub fn asked_rows(&self, waves: &[Id<Wave>], scope: Scope) -> Vec<AskedRow> {
        let mut rows = Vec::new();
        for wave in waves {
            let anonymous = self.waves.get(*wave).is_some_and(|wave| wave.anonymous);
            if anonymous && matches!(scope, Scope::Group(_)) {
                continue;
            }
            for ask in self.asks(*wave) {
                if !self.lies_in(ask.place, scope) {
                    continue;
                }
                let mut responses = self.responses_of(ask.enrolment);
                let came = responses
                    .find(|(_, is)| is.wave == *wave)
                    .map(|(_, is)| is.received);
                rows.push(AskedRow {
                    enrolment: ask.enrolment,
                    name: self.enrolled_name(ask.enrolment),
                    role: self
                        .enrolments
                        .get(ask.enrolment)
                        .map_or(Role::Mentee, |is| is.role),
                    wave: *wave,
                    place: ask.place,
                    asked: ask.asked,
                    waiting: !ask.answered && came.is_none(),
                    came,
                    reminded: self.reminded(ask.enrolment, *wave),
                });
            }
        }
        rows.sort_by_cached_key(|row| (crate::domain::text::fold(&row.name), row.wave, row.enrolment));
        rows
    }

    /// Those of the asked who have not answered.
    #[must_use]
    pub fn waiting_rows(&self, waves: &[Id<Wave>], scope: Scope) -> Vec<AskedRow> {
        let mut rows = self.asked_rows(waves, scope);
        rows.retain(|row| row.waiting);
        rows
    }

    /// When a participant was last reminded of a wave.
    #[must_use]
    pub fn reminded(&self, enrolment: Id<Enrolment>, wave: Id<Wave>) -> Option<DateTime<Utc>> {
        let person = self.enrolments.get(enrolment)?.person;
        let about = wave.to_string();
        self.messages_to(person)
            .filter(|(_, is)| is.kind == MessageKind::FeedbackReminder && is.about == about)
            .map(|(_, is)| is.at)
            .max()
    }

    /// What was answered in these waves within a scope, in words; oldest first, in anonymous waves in no order.
    #[must_use]
    pub fn answer_rows(&self, waves: &[Id<Wave>], scope: Scope) -> Vec<AnswerRow> {
        let voices = waves.iter().flat_map(|wave| self.voices(*wave));
        let mut rows: Vec<AnswerRow> = voices
            .filter(|voice| self.lies_in(voice.place, scope))
            .map(|voice| AnswerRow {
                response: voice.id,
                enrolment: voice.is.enrolment,
                name: voice
                    .is
                    .enrolment
                    .map_or_else(|| "somebody".to_owned(), |e| self.enrolled_name(e)),
                round: voice.round,
                received: voice.is.received,
                texts: self.texts(voice.is),
                themes: voice.is.themes.clone(),
                word_wanted: self.wants_a_word(voice.is.wave, voice.is),
                by_way_of: voice.is.by_way_of.clone(),
            })
            .collect();
        rows.sort_by_key(|row| (row.round, row.received, row.response));
        rows
    }

    /// The answers of a response that are words, with their questions.
    fn texts(&self, response: &Response) -> Vec<TextAnswer> {
        let instrument = self.waves.get(response.wave).map(|wave| wave.instrument);
        let instrument = instrument.and_then(|id| self.instruments.get(id));
        let asked = |key: &str| {
            let question = instrument.and_then(|is| is.questions.iter().find(|q| q.key == key));
            question.map_or_else(|| key.to_owned(), |question| question.text.clone())
        };
        let words = response.answers.iter().filter(|a| !a.text.trim().is_empty());
        words
            .map(|answer| TextAnswer {
                question: asked(&answer.question),
                text: answer.text.clone(),
            })
            .collect()
    }

    /// How often each theme was heard in a scope, most often first; the office sees every count, others only
    /// counts that stand on enough answers.
    #[must_use]
    pub fn theme_lines(&self, scope: Scope, readers: Readers) -> Vec<ThemeLine> {
        let smallest = match readers {
            Readers::Office => 0,
            Readers::Published => self.smallest_published(),
        };
        // Wave by wave: the same few people answering again are not more people.
        let mut voices = Vec::new();
        let mut told: Vec<usize> = Vec::new();
        for wave in self.waves.ids() {
            let from = voices.len();
            voices.extend(self.voices(wave));
            let places: Vec<(Scope, usize)> = voices.iter().map(|v| v.place).zip(0..).skip(from).collect();
            told.extend(
                self.told(&places, &[smallest], &|_| false)
                    .remove(&scope)
                    .unwrap_or_default(),
            );
        }
        let inside = voices.iter().filter(|voice| self.lies_in(voice.place, scope));
        let hidden = told.is_empty() && smallest > 0;
        let last = voices.iter().map(|voice| voice.round).max().unwrap_or(0);
        let mut counts: BTreeMap<Id<Theme>, (u32, Vec<u32>)> = BTreeMap::new();
        for voice in told.iter().filter_map(|at| voices.get(*at)) {
            for theme in &voice.is.themes {
                let (count, by_round) = counts
                    .entry(*theme)
                    .or_insert_with(|| (0, vec![0; usize::from(last)]));
                *count += 1;
                if let Some(of_round) = usize::from(voice.round).checked_sub(1) {
                    by_round[of_round] += 1;
                }
            }
        }
        let n = number(inside.count());
        let mut lines: Vec<(u32, u16, ThemeLine)> = self
            .themes
            .iter()
            .filter_map(|(id, theme)| {
                let (count, by_round) = counts.remove(&id).unwrap_or_default();
                let line = ThemeLine {
                    theme: id,
                    name: theme.name.clone(),
                    count: if hidden {
                        Shown::until(smallest, n)
                    } else {
                        Shown::Value(count)
                    },
                    by_round: if readers == Readers::Office {
                        by_round
                    } else {
                        Vec::new()
                    },
                };
                // The office finds a theme that nobody has named yet, to change the words that suggest it.
                let listed = count > 0 || hidden || readers == Readers::Office;
                listed.then_some((count, theme.order, line))
            })
            .collect();
        lines.sort_by(|a, b| (b.0, a.1, &a.2.name).cmp(&(a.0, b.1, &b.2.name)));
        lines.into_iter().map(|(_, _, line)| line).collect()
    }
}
