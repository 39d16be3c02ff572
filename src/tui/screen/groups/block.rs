//! The blocks of the board: the pool first, then a block a group, as plain values.

use crate::domain::{AnyId, Enrolment, Group, Id, Stream, text, when};
use crate::tui::screen::Cx;

/// Where the cursor can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Spot {
    /// The heading of the pool.
    Pool,
    /// The heading of a group.
    Group(Id<Group>),
    /// A person; the group whose block it is, none in the pool.
    Seat(Option<Id<Group>>, Id<Enrolment>),
}

impl Spot {
    /// The person there.
    pub(super) const fn person(self) -> Option<Id<Enrolment>> {
        match self {
            Self::Seat(_, enrolment) => Some(enrolment),
            Self::Pool | Self::Group(_) => None,
        }
    }

    /// The group there.
    pub(super) const fn group(self) -> Option<Id<Group>> {
        match self {
            Self::Seat(group, _) => group,
            Self::Group(group) => Some(group),
            Self::Pool => None,
        }
    }

    /// The record there.
    pub(super) fn record(self) -> Option<AnyId> {
        match self {
            Self::Seat(_, enrolment) => Some(enrolment.into()),
            Self::Group(group) => Some(group.into()),
            Self::Pool => None,
        }
    }
}

/// One person in a block.
#[derive(Clone, Debug)]
pub(super) struct Seat {
    pub(super) enrolment: Id<Enrolment>,
    pub(super) name: String,
    pub(super) mentor: bool,
    /// Why the person needs attention; empty when not.
    pub(super) concern: String,
}

/// The pool or one group.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) group: Option<Id<Group>>,
    pub(super) title: String,
    pub(super) more: String,
    pub(super) concern: String,
    pub(super) seats: Vec<Seat>,
    pub(super) free: usize,
}

impl Block {
    /// The spots of the block: its heading, then its people.
    pub(super) fn spots(&self) -> Vec<Spot> {
        let heading = self.group.map_or(Spot::Pool, Spot::Group);
        std::iter::once(heading)
            .chain(
                self.seats
                    .iter()
                    .map(|seat| Spot::Seat(self.group, seat.enrolment)),
            )
            .collect()
    }

    /// How many lines it takes on the board.
    pub(super) fn height(&self) -> usize {
        1 + self.seats.len().max(1) + usize::from(self.free > 0 && self.group.is_some())
    }
}

/// The pool and the groups of one stream (or of all), narrowed by what is typed.
pub(super) fn blocks(cx: &Cx<'_>, stream: Option<Id<Stream>>, wanted: &str) -> Vec<Block> {
    let wanted = text::fold(wanted);
    let here = |name: &str, code: &str| {
        wanted.is_empty()
            || text::fold(&format!("{name} {code}")).contains(&wanted)
            || matches_code(&wanted, code)
    };
    let in_stream = |id: Id<Enrolment>| {
        stream.is_none_or(|stream| cx.model.enrolments.get(id).is_some_and(|e| e.stream == stream))
    };
    let mut all = Vec::new();
    let pool: Vec<Seat> = cx
        .model
        .pool()
        .into_iter()
        .filter(|id| in_stream(*id))
        .map(|id| seat(cx, id, false, "no group yet"))
        .filter(|seat| here(&seat.name, "unassigned"))
        .collect();
    all.push(Block {
        group: None,
        title: format!("UNASSIGNED {}", pool.len()),
        more: if pool.len() == 1 {
            "person".to_owned()
        } else {
            "people".to_owned()
        },
        concern: String::new(),
        free: 0,
        seats: pool,
    });
    let day = cx.model.day(cx.now);
    for id in cx.model.groups_sorted() {
        let Some(group) = cx.model.groups.get(id) else {
            continue;
        };
        if stream.is_some_and(|stream| group.stream != stream) {
            continue;
        }
        let limits = cx.model.group_limits(id);
        let members = cx.model.members(id);
        let mut seats: Vec<Seat> = Vec::new();
        let lead = cx.model.lead_of(id, day);
        seats.extend(lead.map(|lead| seat(cx, lead, true, "")));
        seats.extend(
            cx.model
                .co_leads_of(id, day)
                .into_iter()
                .map(|co| seat(cx, co, true, "")),
        );
        seats.extend(members.iter().map(|member| seat(cx, *member, false, "")));
        let size = members.len();
        let concern = match lead {
            None => "no mentor".to_owned(),
            Some(_) if size < usize::from(limits.min) => format!("{size} of at least {}", limits.min),
            Some(_) => String::new(),
        };
        let names = seats
            .iter()
            .map(|s| s.name.as_str())
            .collect::<Vec<_>>()
            .join(" ");
        if here(&names, &group.code) {
            all.push(Block {
                group: Some(id),
                title: format!("{} {size}/{}", group.code, limits.max),
                more: next_session(cx, id),
                concern,
                free: usize::from(limits.max).saturating_sub(size),
                seats,
            });
        }
    }
    all
}

/// Whether `cc2` is meant for `CCIO-2`: its letters in order, its digits at the end.
fn matches_code(wanted: &str, code: &str) -> bool {
    let code = text::fold(code);
    let mut letters = code.chars().filter(|c| c.is_alphanumeric());
    let ends = match (wanted.chars().last(), code.chars().last()) {
        (Some(a), Some(b)) if a.is_ascii_digit() => a == b,
        _ => true,
    };
    ends && wanted.chars().all(|w| letters.by_ref().any(|c| c == w))
}

fn seat(cx: &Cx<'_>, enrolment: Id<Enrolment>, mentor: bool, concern: &str) -> Seat {
    Seat {
        enrolment,
        name: cx.model.enrolled_name(enrolment),
        mentor,
        concern: concern.to_owned(),
    }
}

/// `LIVE now`, `16:00` today, `Wed 19 Mar`, or nothing.
pub(super) fn next_session(cx: &Cx<'_>, group: Id<Group>) -> String {
    let Some(session) = cx
        .model
        .next_session(group, cx.now)
        .and_then(|id| cx.model.sessions.get(id))
    else {
        return String::new();
    };
    let starts = cx.model.local(session.starts);
    if session.starts <= cx.now {
        "LIVE".to_owned()
    } else if starts.date_naive() == cx.model.day(cx.now) {
        when::clock(starts)
    } else {
        format!("{}", starts.format("%-d %b"))
    }
}
