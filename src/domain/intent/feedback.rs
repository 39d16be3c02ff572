//! Asking, answering and reaching goals.
//!
//! An answer to an anonymous wave carries no name, no group and no day of its own, and neither does its label: an
//! edit is history, and history must not tell either (rule 14). Who has answered is ticked by an edit of its own.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use super::draft::{Draft, many};
use crate::domain::text::{clean_name, clean_text, fold};
use crate::domain::when::{day_short, local_to_utc};
use crate::domain::{
    Answer, Edit, Enrolment, EnrolmentState, Goal, Id, Mint, Model, Occasion, Refusal, Request, Response,
    Theme, Wave,
};

impl Model {
    /// Opens a wave and asks everybody it is for; where the same was asked on this occasion already, asks in that wave
    /// those who have come since.
    ///
    /// # Errors
    /// When it closes before it opens, its instrument or round is not there, or everybody has been asked.
    pub fn ask_wave(&self, mint: &mut Mint, wave: Wave, now: DateTime<Utc>) -> Result<Edit, Refusal> {
        if wave.closes < wave.opens {
            return Err(Refusal::unreadable(
                format!("the {} would close before it opens", wave.occasion),
                "give a later last day",
            ));
        }
        self.need(wave.instrument)?;
        let number = match wave.round {
            Some(round) => format!(" {}", self.need(round)?.number),
            None => String::new(),
        };
        let people = self.who_is_asked(&wave);
        if let Some((earlier, is)) = self.waves.iter().find(|(_, is)| wave.is_again(is)) {
            let known: HashSet<_> = self.requests_in(earlier).map(|(_, is)| is.enrolment).collect();
            let new: Vec<_> = people.into_iter().filter(|who| !known.contains(who)).collect();
            if new.is_empty() {
                let what = format!(
                    "everybody was asked already, in the {} of {}",
                    self.title(earlier.into()),
                    day_short(is.opens)
                );
                return Err(Refusal::rule(14, what, "remind those who have not answered"));
            }
            return self.ask_more(mint, earlier, &new, now);
        }
        let on = format!("{}{number} to {} people", wave.occasion, people.len());
        let mut draft = Draft::on(self);
        let wave = draft.make(mint, wave);
        for enrolment in people {
            draft.make(mint, request(wave, enrolment, now));
        }
        Ok(draft.edit(mint, "ask", on))
    }

    /// Whom a wave would ask, by name: of the roles its instrument is for, those who take part; for the pulse of
    /// a round those who were expected in its sessions; after the end also those who completed. Nobody is asked
    /// on leaving but those who are named.
    #[must_use]
    pub fn who_is_asked(&self, wave: &Wave) -> Vec<Id<Enrolment>> {
        let Some(audience) = self.instruments.get(wave.instrument).map(|i| i.audience) else {
            return Vec::new();
        };
        let is_asked = |e: &Enrolment| {
            let there = match wave.occasion {
                Occasion::Pulse | Occasion::Baseline | Occasion::Midpoint => e.state.is_live(),
                Occasion::Endpoint | Occasion::FollowUp => {
                    e.state.is_live() || e.state == EnrolmentState::Completed
                }
                Occasion::Exit => false,
            };
            there && Wave::asks(audience, e.role)
        };
        let met: HashSet<Id<Enrolment>> = match (wave.occasion, wave.round) {
            (Occasion::Pulse, Some(round)) => self
                .sessions
                .iter()
                .filter(|(_, s)| s.round == Some(round) && s.stands())
                .flat_map(|(id, _)| self.expected(id))
                .map(|e| e.enrolment)
                .collect(),
            _ => HashSet::new(),
        };
        let asked = self
            .enrolments
            .iter()
            .filter(|(id, e)| is_asked(e) && (met.is_empty() || met.contains(id)));
        self.by_name(asked.map(|(id, _)| id))
    }

    /// Asks more people in a wave; who was asked already is not asked twice.
    ///
    /// # Errors
    /// When there is no such wave.
    pub fn ask_more(
        &self,
        mint: &mut Mint,
        wave: Id<Wave>,
        people: &[Id<Enrolment>],
        now: DateTime<Utc>,
    ) -> Result<Edit, Refusal> {
        self.need(wave)?;
        let mut draft = Draft::on(self);
        let mut names = Vec::new();
        for enrolment in people {
            self.need(*enrolment)?;
            if self.requests_in(wave).all(|(_, r)| r.enrolment != *enrolment) {
                names.push(self.enrolled_name(*enrolment));
                draft.make(mint, request(wave, *enrolment, now));
            }
        }
        let on = format!("{} to {}", self.title(wave.into()), many(&names, "people"));
        Ok(draft.edit(mint, "ask", on))
    }

    /// Takes in an answer: a new one, or in place of the one this person gave before.
    ///
    /// # Errors
    /// Rule 14, for an answer with a name in an anonymous wave; when nothing was answered.
    pub fn answer(
        &self,
        mint: &mut Mint,
        wave: Id<Wave>,
        who: Option<Id<Enrolment>>,
        answers: &[Answer],
        by_way_of: &str,
        now: DateTime<Utc>,
    ) -> Result<Edit, Refusal> {
        let is = self.need(wave)?;
        let title = self.title(wave.into());
        if is.anonymous && who.is_some() {
            return Err(Refusal::rule(
                14,
                format!("{title} is anonymous and takes no names"),
                "leave the name out, and tick who has answered separately",
            ));
        }
        let answers: Vec<Answer> = answers
            .iter()
            .map(|a| Answer {
                text: clean_text(&a.text).text,
                ..a.clone()
            })
            .filter(|a| a.number.is_some() || !a.text.is_empty())
            .collect();
        if answers.is_empty() {
            return Err(Refusal::unreadable(
                "nothing was answered",
                "answer one question at least",
            ));
        }
        let mut draft = Draft::on(self);
        let given = who.and_then(|who| self.responses_of(who).find(|(_, r)| r.wave == wave));
        match given {
            Some((id, _)) => draft.change(id, |r: &mut Response| {
                r.answers = answers;
                r.received = now;
                by_way_of.clone_into(&mut r.by_way_of);
            })?,
            None => {
                let received = if is.anonymous {
                    self.first_moment(is.opens)?
                } else {
                    now
                };
                let response = Response {
                    wave,
                    enrolment: who,
                    group: who.and_then(|who| self.group_when_asked(is, who, now)),
                    received,
                    answers,
                    themes: Vec::new(),
                    by_way_of: by_way_of.to_owned(),
                };
                draft.make(mint, response);
            }
        }
        if let Some(who) = who {
            self.tick(&mut draft, wave, who, true)?;
        }
        let on = match who {
            Some(who) => format!("{title} of {}", self.enrolled_name(who)),
            None => title,
        };
        Ok(draft.edit(mint, "answer", on))
    }

    /// Ticks, or unticks, who has answered an anonymous wave.
    ///
    /// # Errors
    /// When there is no such wave.
    pub fn tick_answered(
        &self,
        mint: &mut Mint,
        wave: Id<Wave>,
        people: &[Id<Enrolment>],
        answered: bool,
    ) -> Result<Edit, Refusal> {
        self.need(wave)?;
        let mut draft = Draft::on(self);
        for enrolment in people {
            self.tick(&mut draft, wave, *enrolment, answered)?;
        }
        let names: Vec<_> = people.iter().map(|id| self.enrolled_name(*id)).collect();
        let on = format!("{}, {}", self.title(wave.into()), many(&names, "people"));
        Ok(draft.edit(mint, if answered { "tick" } else { "untick" }, on))
    }

    /// Notes on a person's request whether an answer has come.
    pub(super) fn tick(
        &self,
        draft: &mut Draft<'_>,
        wave: Id<Wave>,
        who: Id<Enrolment>,
        answered: bool,
    ) -> Result<(), Refusal> {
        let request = self.requests_in(wave).find(|(_, r)| r.enrolment == who);
        match request {
            Some((id, _)) => draft.change(id, |r: &mut Request| r.answered = answered),
            None => Ok(()),
        }
    }

    /// Puts a theme on an answer, or takes it off.
    ///
    /// # Errors
    /// When there is no such answer or theme.
    pub fn tag(&self, mint: &mut Mint, response: Id<Response>, theme: Id<Theme>) -> Result<Edit, Refusal> {
        let has = self.need(response)?.themes.contains(&theme);
        let name = self.need(theme)?.name.clone();
        let mut draft = Draft::on(self);
        draft.change(response, |r: &mut Response| {
            if has {
                r.themes.retain(|t| *t != theme);
            } else {
                r.themes.push(theme);
            }
        })?;
        let on = format!("{}: {name}", self.title(response.into()));
        Ok(draft.edit(mint, if has { "untag" } else { "tag" }, on))
    }

    /// Sets a theme's name and the words that suggest it; answers and quotes that have the theme keep it.
    ///
    /// Words are kept as they are typed, each once without regard to case; empty ones are left out.
    ///
    /// # Errors
    /// When it would have no name, or there is no such theme.
    pub fn edit_theme(
        &self,
        mint: &mut Mint,
        theme: Id<Theme>,
        name: &str,
        words: &[String],
    ) -> Result<Edit, Refusal> {
        let name = clean_name(name).text;
        if name.is_empty() {
            return Err(Refusal::unreadable(
                "a theme needs a name",
                "name it in a word or two",
            ));
        }
        let mut kept: Vec<String> = Vec::new();
        for word in words.iter().map(|word| clean_name(word).text) {
            if !word.is_empty() && kept.iter().all(|other| fold(other) != fold(&word)) {
                kept.push(word);
            }
        }
        let mut draft = Draft::on(self);
        draft.change(theme, |t: &mut Theme| (t.name, t.words) = (name, kept))?;
        Ok(draft.edit(mint, "edit", format!("theme {}", self.title(theme.into()))))
    }

    /// Sets a goal for a mentee.
    ///
    /// # Errors
    /// When it has no words, or there is no such participation.
    pub fn goal(
        &self,
        mint: &mut Mint,
        enrolment: Id<Enrolment>,
        text: &str,
        day: NaiveDate,
    ) -> Result<Edit, Refusal> {
        self.need(enrolment)?;
        let text = clean_text(text).text;
        if text.is_empty() {
            return Err(Refusal::unreadable(
                "a goal needs words",
                "say what is to be reached",
            ));
        }
        let mut draft = Draft::on(self);
        let goal = Goal {
            enrolment,
            text,
            set_on: day,
            score: None,
            scored_on: None,
        };
        draft.make(mint, goal);
        Ok(draft.edit(mint, "add", format!("goal of {}", self.enrolled_name(enrolment))))
    }

    /// Scores a goal from -2 to +2, or takes the score back.
    ///
    /// # Errors
    /// When the score is not on the scale.
    pub fn score_goal(
        &self,
        mint: &mut Mint,
        goal: Id<Goal>,
        score: Option<i8>,
        day: NaiveDate,
    ) -> Result<Edit, Refusal> {
        if score.is_some_and(|score| !(-2..=2).contains(&score)) {
            return Err(Refusal::unreadable(
                "a goal is scored from -2 to +2",
                "0 is as expected, +1 and +2 are more, -1 and -2 are less",
            ));
        }
        let mut draft = Draft::on(self);
        draft.change(goal, |g: &mut Goal| {
            if g.score != score {
                g.score = score;
                g.scored_on = score.map(|_| day);
            }
        })?;
        Ok(draft.edit(mint, "score", self.title(goal.into())))
    }

    /// The group somebody was in when a wave was about it: on the day of the round's session, else today.
    fn group_when_asked(
        &self,
        wave: &Wave,
        who: Id<Enrolment>,
        now: DateTime<Utc>,
    ) -> Option<Id<crate::domain::Group>> {
        let expected = |id| self.expected(id).iter().any(|e| e.enrolment == who);
        let met = wave.round.and_then(|round| {
            let mut of_round = self
                .sessions
                .iter()
                .filter(|(_, s)| s.round == Some(round) && s.stands());
            of_round.find(|(id, _)| expected(*id)).and_then(|(_, s)| s.group)
        });
        met.or_else(|| self.group_of(who, self.day(now)))
    }

    /// The first moment of a day in the cohort's zone.
    fn first_moment(&self, day: NaiveDate) -> Result<DateTime<Utc>, Refusal> {
        Ok(local_to_utc(day.and_time(NaiveTime::MIN), self.zone())?)
    }
}

/// Somebody asked, who has not answered.
fn request(wave: Id<Wave>, enrolment: Id<Enrolment>, asked: DateTime<Utc>) -> Request {
    Request {
        wave,
        enrolment,
        asked,
        answered: false,
    }
}

#[cfg(test)]
mod tests;
