//! How each stream and each of its groups stands, as lines of numbers.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::domain::feedback::{Readers, Shown};
use crate::domain::statistics::signed;
use crate::domain::{
    Alert, Group, Id, Model, Phase, Ratio, Role, Round, Scope, Session, Stream, StreamState, when,
};

/// What people answered, as it may be shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Voices {
    answered: Option<Shown<Ratio>>,
    confidence: Option<Shown<f64>>,
}

impl Voices {
    /// Share of those asked who answered a pulse: `88%`, `-` while hidden or nobody was asked.
    pub(super) fn answered(&self) -> String {
        match &self.answered {
            Some(Shown::Value(ratio)) => percent(*ratio),
            Some(Shown::Hidden { .. }) | None => "-".to_owned(),
        }
    }

    /// Mean change of role confidence: `+0.9`, `-` while hidden or not asked twice.
    pub(super) fn confidence(&self) -> String {
        match &self.confidence {
            Some(Shown::Value(change)) => signed(*change, 1),
            Some(Shown::Hidden { .. }) | None => "-".to_owned(),
        }
    }
}

/// One stream.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct StreamLine {
    pub(super) id: Id<Stream>,
    pub(super) code: String,
    pub(super) lead: String,
    pub(super) archived: bool,
    pub(super) mentors: usize,
    pub(super) mentees: usize,
    pub(super) pool: usize,
    pub(super) held: Ratio,
    pub(super) attendance: Ratio,
    pub(super) voices: Voices,
    /// Alerts nobody has taken note of.
    pub(super) open: usize,
    pub(super) groups: Vec<GroupLine>,
}

/// One group.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct GroupLine {
    pub(super) id: Id<Group>,
    pub(super) code: String,
    pub(super) mentor: String,
    /// `3/4`: mentees of those meant.
    pub(super) size: String,
    /// `Wed 15 Apr 11:00`, `LIVE now`.
    pub(super) next: String,
    pub(super) attendance: Ratio,
    pub(super) voices: Voices,
    pub(super) open: usize,
    /// The most urgent alert, in its word.
    pub(super) worst: Option<&'static str>,
}

impl GroupLine {
    /// `ok`, `! 1`, `! 1 clash`.
    pub(super) fn state(&self, wide: bool) -> String {
        match (self.open, self.worst, wide) {
            (0, ..) => "ok".to_owned(),
            (n, Some(worst), true) => format!("! {n} {worst}"),
            (n, ..) => format!("! {n}"),
        }
    }
}

/// `93%`, `-` of nothing.
pub(super) fn percent(ratio: Ratio) -> String {
    ratio
        .percent()
        .map_or_else(|| "-".to_owned(), |percent| format!("{percent}%"))
}

/// Every stream as it stands, in the office's order.
pub(super) fn standing(model: &Model, alerts: &[Alert], now: DateTime<Utc>) -> Vec<StreamLine> {
    let board = model.feedback_board(Readers::Office, now);
    let voices: BTreeMap<Scope, Voices> = board
        .streams
        .into_iter()
        .chain(board.groups)
        .map(|line| {
            let voices = Voices {
                answered: Some(line.answered),
                confidence: line.confidence,
            };
            (line.scope, voices)
        })
        .collect();
    let voices_of = |scope: Scope| voices.get(&scope).cloned().unwrap_or_default();
    let pool = model.pool();
    let groups = model.groups_sorted();
    let stream_of = |id| model.enrolments.get(id).map(|is| is.stream);
    let line = |id: Id<Stream>| {
        let is = model.streams.get(id)?;
        let role = |role: Role| {
            let inside = model
                .enrolments
                .iter()
                .filter(|(_, e)| e.stream == id && e.role == role && e.state.is_live());
            inside.count()
        };
        let here = groups
            .iter()
            .filter(|group| model.groups.get(**group).is_some_and(|is| is.stream == id));
        Some(StreamLine {
            id,
            code: is.code.clone(),
            lead: is.lead.clone(),
            archived: is.state == StreamState::Archived,
            mentors: role(Role::Mentor),
            mentees: role(Role::Mentee),
            pool: pool.iter().filter(|who| stream_of(**who) == Some(id)).count(),
            held: model.held_and_due(Scope::Stream(id), now),
            attendance: model.attendance_of_stream(id),
            voices: voices_of(Scope::Stream(id)),
            open: open(model, alerts, id.into()).len(),
            groups: here
                .filter_map(|group| group_line(model, alerts, *group, voices_of(Scope::Group(*group)), now))
                .collect(),
        })
    };
    model.streams_sorted().into_iter().filter_map(line).collect()
}

/// The alerts about a record that nobody has taken note of.
pub(super) fn open<'a>(model: &Model, alerts: &'a [Alert], id: crate::domain::AnyId) -> Vec<&'a Alert> {
    let mut open = model.attention_of(id, alerts);
    open.retain(|alert| alert.acked.is_none());
    open
}

fn group_line(
    model: &Model,
    alerts: &[Alert],
    id: Id<Group>,
    voices: Voices,
    now: DateTime<Utc>,
) -> Option<GroupLine> {
    let is = model.groups.get(id)?;
    let lead = model.lead_of(id, model.day(now));
    let open = open(model, alerts, id.into());
    Some(GroupLine {
        id,
        code: is.code.clone(),
        mentor: lead.map_or_else(|| "no mentor".to_owned(), |lead| model.enrolled_name(lead)),
        size: format!("{}/{}", model.members(id).len(), model.group_limits(id).target),
        next: next(model, id, now),
        attendance: model.attendance_of_group(id),
        voices,
        open: open.len(),
        worst: open.first().map(|alert| alert.concern.word()),
    })
}

/// When a group meets next.
fn next(model: &Model, group: Id<Group>, now: DateTime<Utc>) -> String {
    let Some(id) = model.next_session(group, now) else {
        return "none planned".to_owned();
    };
    if model.phase(id, now) == Phase::Live {
        return "LIVE now".to_owned();
    }
    let starts = model.sessions.get(id).map(|is| is.starts);
    starts
        .map(|starts| when::moment_short(model.local(starts)))
        .unwrap_or_default()
}

/// One cell of the sessions of a group: `P 11 Feb`, `> 14 Apr`, `. 12 May`, `! none`.
pub(super) fn cell(model: &Model, group: Id<Group>, round: Id<Round>, now: DateTime<Utc>) -> String {
    let in_round = |(_, is): &(Id<Session>, &Session)| is.round == Some(round);
    let Some((id, is)) = model.standing_sessions_of(group).into_iter().find(in_round) else {
        return "! none".to_owned();
    };
    let day = model.local(is.starts).format("%-d %b");
    let sign = match model.phase(id, now) {
        Phase::Closed | Phase::Held | Phase::Ended => "P",
        Phase::Unconfirmed => "!",
        Phase::Live => ">",
        _ if model.day(is.starts) == model.day(now) => ">",
        _ => ".",
    };
    format!("{sign} {day}")
}

/// Attendance of a stream in the finished registers of one round.
pub(super) fn attendance_in(model: &Model, stream: Id<Stream>, round: Id<Round>) -> Ratio {
    model
        .groups_in(stream)
        .flat_map(|(group, _)| model.sessions_in(group))
        .filter(|(_, is)| is.round == Some(round))
        .map(|(id, _)| model.attendance_of_session(id))
        .sum()
}
