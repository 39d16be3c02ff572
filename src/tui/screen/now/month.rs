//! How the present round goes, in numbers: for the whole cohort and by stream.

use chrono::{DateTime, Utc};

use crate::domain::{Id, Model, Occasion, Phase, Ratio, Role, Round, Scope, Session, Wave};

/// One line of numbers about a round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Progress {
    /// Groups that held the round's session, of those that should.
    pub(crate) held: Ratio,
    /// Attendance in the round's finished registers.
    pub(crate) attendance: Ratio,
    /// Answers to the round's pulse, of those asked.
    pub(crate) feedback: Ratio,
    /// Sessions of the round that are over with an open register.
    pub(crate) open: u32,
}

/// The round that is on, else the last one that began.
pub(crate) fn present_round(model: &Model, now: DateTime<Utc>) -> Option<(Id<Round>, u8)> {
    let today = model.day(now);
    let rounds = model.rounds_sorted();
    let begun = rounds.iter().rev().find(|(_, round)| round.opens <= today);
    begun.or(rounds.first()).map(|(id, round)| (*id, round.number))
}

/// How a round goes within a scope.
pub(crate) fn progress(model: &Model, scope: Scope, round: Id<Round>, now: DateTime<Utc>) -> Progress {
    let sessions = sessions_in(model, scope, round);
    let is_open = |id: &&Id<Session>| {
        matches!(
            model.phase(**id, now),
            Phase::Ended | Phase::Held | Phase::Unconfirmed
        )
    };
    Progress {
        held: model.held_in_round(scope, round, now),
        attendance: sessions.iter().map(|id| model.attendance_of_session(*id)).sum(),
        feedback: feedback(model, scope, round),
        open: u32::try_from(sessions.iter().filter(is_open).count()).unwrap_or(u32::MAX),
    }
}

/// The standing sessions of a round within a scope.
fn sessions_in(model: &Model, scope: Scope, round: Id<Round>) -> Vec<Id<Session>> {
    let groups = model.groups_sorted().into_iter().filter(|group| match scope {
        Scope::Cohort => true,
        Scope::Group(only) => *group == only,
        Scope::Stream(stream) => model.groups.get(*group).is_some_and(|is| is.stream == stream),
    });
    groups
        .flat_map(|group| model.sessions_in(group))
        .filter(|(_, is)| is.round == Some(round) && is.stands())
        .map(|(id, _)| id)
        .collect()
}

/// Answers to a round's pulse, of those asked. Of an anonymous wave only the whole is told (rule 14).
fn feedback(model: &Model, scope: Scope, round: Id<Round>) -> Ratio {
    let is_pulse = |wave: &Wave| wave.occasion == Occasion::Pulse && wave.round == Some(round);
    let waves = model.waves.iter().filter(|(_, wave)| is_pulse(wave));
    let mut ratio = Ratio::default();
    for (wave, is) in waves.filter(|(_, wave)| scope == Scope::Cohort || !wave.anonymous) {
        for (_, request) in model.requests_in(wave) {
            let group = model.group_of(request.enrolment, is.opens);
            let inside = match scope {
                Scope::Cohort => true,
                Scope::Group(only) => group == Some(only),
                Scope::Stream(stream) => {
                    let enrolment = model.enrolments.get(request.enrolment);
                    enrolment.is_some_and(|is| is.stream == stream)
                }
            };
            if inside {
                ratio.count(request.answered);
            }
        }
    }
    ratio
}

/// `91%`, or `-` of nothing.
pub(crate) fn percent(ratio: Ratio) -> String {
    ratio
        .percent()
        .map_or_else(|| "-".to_owned(), |percent| format!("{percent}%"))
}

/// `5 of 12`.
pub(crate) fn of(ratio: Ratio) -> String {
    format!("{} of {}", ratio.part, ratio.whole)
}

/// How many people of a role a session expects.
pub(crate) fn expected(model: &Model, session: Id<Session>, role: Role) -> usize {
    model
        .expected(session)
        .iter()
        .filter(|who| who.role == role)
        .count()
}
