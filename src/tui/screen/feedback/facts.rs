//! What the Feedback view shows, asked of the model once and kept until the model or the cursor moves.

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::feedback::{
    AskedRow, Board, Confidence, Line, PulseScores, QuestionLine, QuoteLine, QuoteTotals, Readers,
    RoundScore, Shown, SurveyLine, ThemeLine,
};
use crate::domain::statistics::{self, decimal};
use crate::domain::{Cohort, Id, Model, Ratio, Rev, Scope, Wave};

/// What makes the board old: another cohort, another revision, another hour.
type Stamp = (Id<Cohort>, Rev, i64);

/// The table of groups.
pub(super) struct Facts {
    stamp: Stamp,
    /// The pulses, counted.
    scores: PulseScores,
    /// The scores of every group.
    pub(super) board: Board,
    /// Waves that do not follow a session.
    pub(super) surveys: Vec<SurveyLine>,
    /// What is shown of the scope under the cursor.
    pub(super) of: Option<Scoped>,
}

/// What is shown of one scope.
pub(super) struct Scoped {
    pub(super) scope: Scope,
    /// The round that `<` and `>` choose.
    pub(super) round: u8,
    pub(super) rounds: Vec<RoundScore>,
    /// The same of the stream the group is in, or of nothing.
    pub(super) around: Vec<RoundScore>,
    pub(super) questions: Vec<QuestionLine>,
    pub(super) themes: Vec<ThemeLine>,
    pub(super) quotes: Vec<QuoteLine>,
    pub(super) totals: QuoteTotals,
    pub(super) confidence: Confidence,
    /// Those asked in the round chosen: first who has not answered.
    pub(super) asked: Vec<AskedRow>,
    /// The last day for answers of the round chosen.
    pub(super) closes: Option<NaiveDate>,
}

impl Facts {
    /// What there is to show at a moment.
    pub(super) fn of(model: &Model, now: DateTime<Utc>) -> Self {
        let scores = model.pulse_scores(Readers::Office);
        Self {
            stamp: stamp(model, now),
            board: scores.board(model, now),
            scores,
            surveys: model.survey_lines(),
            of: None,
        }
    }

    /// Whether the model is still the one these were asked of.
    pub(super) fn is_of(&self, model: &Model, now: DateTime<Utc>) -> bool {
        self.stamp == stamp(model, now)
    }

    /// The line of a scope.
    pub(super) fn line(&self, scope: Scope) -> &Line {
        let groups = self.board.groups.iter().chain(&self.board.streams);
        groups
            .into_iter()
            .find(|line| line.scope == scope)
            .unwrap_or(&self.board.all)
    }

    /// Asks for one scope and round, unless they are at hand.
    ///
    /// Without a round it is the last that the scope was asked about, those still open first.
    pub(super) fn look_at(&mut self, model: &Model, now: DateTime<Utc>, scope: Scope, round: Option<u8>) {
        let round = round.unwrap_or_else(|| self.first_round(model, model.day(now), scope));
        if self
            .of
            .as_ref()
            .is_none_or(|of| (of.scope, of.round) != (scope, round))
        {
            self.of = Some(Scoped::of(&self.scores, model, now, scope, round));
        }
    }

    /// The round to begin with: the last open one that the scope was asked about, else the last it was asked
    /// about, else the surveys.
    fn first_round(&self, model: &Model, day: NaiveDate, scope: Scope) -> u8 {
        let asked = |round: &u8| {
            let line = self.line(scope);
            let at = usize::from(*round).checked_sub(1);
            at.and_then(|at| line.rounds.get(at)).is_some_and(Option::is_some)
        };
        let pulses = model.pulses();
        let open = pulses.iter().rev().filter(|(_, wave)| is_open(model, *wave, day));
        let mut open = open.map(|(round, _)| *round);
        let mut all = pulses.iter().rev().map(|(round, _)| *round);
        open.find(asked).or_else(|| all.find(asked)).unwrap_or(0)
    }

    /// Whether nobody has ever been asked anything here.
    pub(super) fn is_empty(&self) -> bool {
        let asked = self
            .board
            .all
            .answered
            .value()
            .is_none_or(|ratio| ratio.whole == 0);
        asked && self.surveys.iter().all(|survey| survey.answered.whole == 0)
    }
}

impl Scoped {
    fn of(scores: &PulseScores, model: &Model, now: DateTime<Utc>, scope: Scope, round: u8) -> Self {
        let day = model.day(now);
        let around = match scope {
            Scope::Group(group) => model
                .groups
                .get(group)
                .map(|group| scores.rounds(model, Scope::Stream(group.stream))),
            _ => None,
        };
        let waves = waves_of(model, round);
        let mut asked = model.asked_rows(&waves, scope);
        asked.sort_by_key(|row| !row.waiting);
        let closes = waves
            .iter()
            .filter_map(|wave| Some(model.waves.get(*wave)?.closes))
            .max();
        Self {
            scope,
            round,
            rounds: scores.rounds(model, scope),
            around: around.unwrap_or_default(),
            questions: scores.questions(model, scope),
            themes: model.theme_lines(scope, Readers::Office),
            quotes: model.quote_lines(scope, day),
            totals: model.quote_totals(scope, day),
            confidence: model.confidence(scope),
            closes: closes.filter(|_| !asked.is_empty()),
            asked,
        }
    }

    /// Those of the round who have not answered.
    pub(super) fn waiting(&self) -> impl Iterator<Item = &AskedRow> {
        self.asked.iter().filter(|row| row.waiting)
    }
}

fn stamp(model: &Model, now: DateTime<Utc>) -> Stamp {
    (model.focus, model.rev, now.timestamp() / 3600)
}

/// The waves behind a round; round 0 stands for the waves that follow no session.
pub(super) fn waves_of(model: &Model, round: u8) -> Vec<Id<Wave>> {
    if round > 0 {
        return model.pulses_of_round(round);
    }
    let pulses: Vec<Id<Wave>> = model.pulses().into_iter().map(|(_, wave)| wave).collect();
    model.waves.ids().filter(|id| !pulses.contains(id)).collect()
}

/// Whether answers to a wave are taken on a day.
pub(super) fn is_open(model: &Model, wave: Id<Wave>, day: NaiveDate) -> bool {
    let wave = model.waves.get(wave);
    wave.is_some_and(|wave| wave.opens <= day && day <= wave.closes)
}

/// A mean as shown: one decimal, `-` while hidden, nothing when nobody was asked.
pub(super) fn mean(shown: Option<&Shown<f64>>) -> String {
    match shown {
        Some(Shown::Value(mean)) => decimal(*mean, 1),
        Some(Shown::Hidden { .. }) => "-".to_owned(),
        None => String::new(),
    }
}

/// A change as shown: with its sign.
pub(super) fn signed(shown: Option<&Shown<f64>>) -> String {
    match shown {
        Some(Shown::Value(change)) => statistics::signed(*change, 1),
        Some(Shown::Hidden { .. }) => "-".to_owned(),
        None => String::new(),
    }
}

/// So many of so many, as shown.
pub(super) fn ratio(shown: &Shown<Ratio>) -> String {
    match shown {
        Shown::Value(ratio) if ratio.whole == 0 => String::new(),
        Shown::Value(ratio) => format!("{} of {}", ratio.part, ratio.whole),
        Shown::Hidden { .. } => "-".to_owned(),
    }
}

/// The name of a round in sentences: `session 3`, `the surveys`.
pub(super) fn round_name(round: u8) -> String {
    match round {
        0 => "the surveys".to_owned(),
        round => format!("session {round}"),
    }
}
