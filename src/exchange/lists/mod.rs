//! The lists of the office as grids: what each holds, in which columns, under which keys.
//!
//! Scores are those that anybody may see (rule 14): from the cohort's smallest published count on, and one
//! person's never, in no entry and no record either. Quotes are those that may be published today (rule 15).

mod answers;
mod history;

use chrono::{DateTime, Utc};

use super::grid::{Datum, Grid};
use crate::domain::{Enrolment, Group, Id, LeadRole, MarkValue, Model, Participant, Ratio, Scope, Session};

pub use history::{entries, entry_json};

/// What can be written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// Everybody who takes part or applied, one row for each part.
    People,
    /// The groups.
    Groups,
    /// The sessions.
    Sessions,
    /// Who was expected and who was there.
    Attendance,
    /// Scores, as anybody may see them.
    Feedback,
    /// What may be published today.
    Quotes,
    /// What to print for a workshop.
    Badges,
    /// The history.
    Entries,
    /// Every record, as JSON lines only.
    Everything,
}

impl List {
    /// Its word in commands, menus and file names.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Groups => "groups",
            Self::Sessions => "sessions",
            Self::Attendance => "attendance",
            Self::Feedback => "feedback",
            Self::Quotes => "quotes",
            Self::Badges => "badges",
            Self::Entries => "entries",
            Self::Everything => "everything",
        }
    }
}

/// A list as it stands; the history has none, its entries are asked of the store (see [`entries`]).
#[must_use]
pub fn grid(model: &Model, list: List, now: DateTime<Utc>) -> Grid {
    match list {
        List::People => people(model, &model.participants()),
        List::Groups => groups(model, now),
        List::Sessions => sessions(model, now),
        List::Attendance => attendance(model, now),
        List::Feedback => answers::feedback(model, now),
        List::Quotes => answers::quotes(model, now),
        List::Badges => badges(model, now),
        List::Entries => entries(model, &[]),
        List::Everything => history::everything(model),
    }
}

fn rate(ratio: Ratio) -> Datum {
    Datum::whole(ratio.percent())
}

/// These people, one row for each part they take; the columns read back as a roster.
#[must_use]
pub fn people(model: &Model, parts: &[Participant]) -> Grid {
    let mut grid = Grid::under(
        "people",
        &[
            ("id", "Id"),
            ("name", "Name"),
            ("known_as", "Known as"),
            ("email", "Email"),
            ("earlier_emails", "Earlier addresses"),
            ("role", "Role"),
            ("stream", "Stream"),
            ("second_stream", "Second stream"),
            ("group", "Group"),
            ("organisation", "Organisation"),
            ("region", "Region"),
            ("job_title", "Job title"),
            ("stage", "Career stage"),
            ("status", "Status"),
            ("from", "Started"),
            ("left", "Left"),
            ("attendance", "Present (%)"),
            ("commitment", "Present or apologies (%)"),
            ("phone", "Phone"),
            ("line_manager", "Line manager"),
            ("access_needs", "Access needs"),
            ("wishes", "Wishes"),
            ("availability", "Free times"),
            ("capacity", "Capacity"),
            ("note", "Note"),
            ("retain_until", "Keep until"),
        ],
    );
    for part in parts {
        let Some(is) = model.people.get(part.person) else {
            continue;
        };
        let enrolment = part.enrolment.and_then(|id| model.enrolments.get(id));
        let application = part.application.and_then(|id| model.applications.get(id));
        let second = enrolment
            .map(|e| e.second_stream)
            .or(application.map(|a| a.second_stream))
            .flatten();
        let wishes = enrolment.map(|e| &e.wishes).or(application.map(|a| &a.wishes));
        let free = enrolment
            .map(|e| &e.availability)
            .or(application.map(|a| &a.availability));
        let capacity = enrolment
            .map(|e| e.capacity)
            .or(application.map(|a| a.capacity))
            .flatten();
        let several = |texts: Vec<String>| {
            if texts.is_empty() {
                Datum::Nothing
            } else {
                Datum::Several(texts)
            }
        };
        let ratio = |of: fn(&Model, Id<Enrolment>) -> Ratio| {
            part.enrolment.map_or(Datum::Nothing, |id| rate(of(model, id)))
        };
        grid.rows.push(vec![
            Datum::text(part.person.to_string()),
            Datum::text(&is.name),
            Datum::text(&is.known_as),
            Datum::text(&is.email),
            several(is.earlier_emails.clone()),
            Datum::text(part.role.word()),
            Datum::text(part.stream.map(|id| model.stream_code(id)).unwrap_or_default()),
            Datum::text(second.map(|id| model.stream_code(id)).unwrap_or_default()),
            Datum::text(part.group.map(|id| model.group_code(id)).unwrap_or_default()),
            Datum::text(&is.organisation),
            Datum::text(&is.region),
            Datum::text(&is.job_title),
            Datum::text(part.stage.map(|stage| stage.word()).unwrap_or_default()),
            Datum::text(part.status.word()),
            Datum::day(enrolment.map(|e| e.from)),
            Datum::day(enrolment.and_then(|e| e.ended.as_ref()).map(|ended| ended.on)),
            ratio(Model::attendance_of_enrolment),
            ratio(Model::commitment_of_enrolment),
            Datum::text(&is.phone),
            Datum::text(&is.line_manager),
            Datum::text(&is.access_needs),
            several(wishes.cloned().unwrap_or_default()),
            several(
                free.map(|free| free.iter().map(ToString::to_string).collect())
                    .unwrap_or_default(),
            ),
            Datum::whole(capacity),
            Datum::text(&is.note),
            Datum::day(is.retain_until),
        ]);
    }
    grid
}

fn groups(model: &Model, now: DateTime<Utc>) -> Grid {
    let mut grid = Grid::under(
        "groups",
        &[
            ("id", "Id"),
            ("code", "Group"),
            ("stream", "Stream"),
            ("mentor", "Mentor"),
            ("co_mentors", "Co-mentors"),
            ("size", "Mentees"),
            ("min", "Minimum"),
            ("target", "Target"),
            ("max", "Limit"),
            ("members", "Members"),
            ("state", "State"),
            ("sessions_held", "Sessions held"),
            ("sessions_due", "Sessions due"),
            ("attendance", "Present (%)"),
            ("commitment", "Present or apologies (%)"),
            ("link", "Joining link"),
            ("note", "Note"),
        ],
    );
    let today = model.day(now);
    for id in model.groups_sorted() {
        let Some(is) = model.groups.get(id) else { continue };
        let limits = model.group_limits(id);
        let members = model.members(id);
        let held = model.held_and_due(Scope::Group(id), now);
        let names = |ids: Vec<Id<Enrolment>>| {
            if ids.is_empty() {
                Datum::Nothing
            } else {
                Datum::Several(ids.into_iter().map(|id| model.enrolled_name(id)).collect())
            }
        };
        grid.rows.push(vec![
            Datum::text(id.to_string()),
            Datum::text(&is.code),
            Datum::text(model.stream_code(is.stream)),
            Datum::text(mentor(model, id, today)),
            names(model.co_leads_of(id, today)),
            Datum::Whole(i64::try_from(members.len()).unwrap_or(i64::MAX)),
            Datum::Whole(limits.min.into()),
            Datum::Whole(limits.target.into()),
            Datum::Whole(limits.max.into()),
            names(members),
            Datum::text(is.state.word()),
            Datum::Whole(held.part.into()),
            Datum::Whole(held.whole.into()),
            rate(model.attendance_of_group(id)),
            rate(model.commitment_of_group(id)),
            Datum::text(&is.link),
            Datum::text(&is.note),
        ]);
    }
    grid
}

/// The name of a group's lead mentor on a day; of a group whose time is another, of the one who came last.
fn mentor(model: &Model, group: Id<Group>, day: chrono::NaiveDate) -> String {
    let lead = model.lead_of(group, day).or_else(|| {
        let leads = model.groups.get(group)?.leads.iter();
        leads
            .filter(|lead| lead.role == LeadRole::Lead)
            .max_by_key(|lead| (lead.to.is_none(), lead.from))
            .map(|lead| lead.enrolment)
    });
    lead.map(|id| model.enrolled_name(id)).unwrap_or_default()
}

/// Every session by date, cancelled ones included.
fn by_date(model: &Model) -> Vec<Id<Session>> {
    let mut all: Vec<_> = model.sessions.iter().map(|(id, is)| (is.starts, id)).collect();
    all.sort_unstable();
    all.into_iter().map(|(_, id)| id).collect()
}

fn sessions(model: &Model, now: DateTime<Utc>) -> Grid {
    let mut grid = Grid::under(
        "sessions",
        &[
            ("id", "Id"),
            ("title", "Session"),
            ("group", "Group"),
            ("round", "Round"),
            ("starts", "Starts"),
            ("ends", "Ends"),
            ("minutes", "Minutes"),
            ("state", "State"),
            ("mentor", "Mentor"),
            ("topic", "Topic"),
            ("place", "Place"),
            ("link", "Joining link"),
            ("expected", "Expected"),
            ("present", "Present"),
            ("late", "Late"),
            ("apologies", "Apologies"),
            ("absent", "Absent"),
            ("unmarked", "Unmarked"),
            ("guests", "Guests"),
            ("moves", "Times moved"),
            ("reason", "Reason"),
            ("uid", "Calendar id"),
            ("sequence", "Calendar version"),
            ("note", "Note"),
        ],
    );
    for id in by_date(model) {
        let Some(is) = model.sessions.get(id) else {
            continue;
        };
        let counts = model.counts(id);
        grid.rows.push(vec![
            Datum::text(id.to_string()),
            Datum::text(model.session_title(id)),
            Datum::text(is.group.map(|group| model.group_code(group)).unwrap_or_default()),
            Datum::whole(model.round_of(id).map(|round| round.number)),
            Datum::Moment(model.local(is.starts)),
            Datum::Moment(model.local(is.ends())),
            Datum::Whole(is.minutes.into()),
            Datum::text(model.phase(id, now).word()),
            Datum::text(
                is.group
                    .map(|group| mentor(model, group, model.day(is.starts)))
                    .unwrap_or_default(),
            ),
            Datum::text(&is.topic),
            Datum::text(&is.place),
            Datum::text(model.link_of(is)),
            Datum::Whole(counts.expected().into()),
            Datum::Whole(counts.present.into()),
            Datum::Whole(counts.late.into()),
            Datum::Whole(counts.apologies.into()),
            Datum::Whole(counts.absent.into()),
            Datum::Whole(counts.unmarked.into()),
            Datum::Whole(counts.guests.into()),
            Datum::Whole(is.moves.into()),
            Datum::text(&is.reason),
            Datum::text(&is.uid),
            Datum::Whole(is.sequence.into()),
            Datum::text(&is.note),
        ]);
    }
    grid
}

/// Who was expected at each session that has begun or has marks, and who was there.
fn attendance(model: &Model, now: DateTime<Utc>) -> Grid {
    let mut grid = Grid::under(
        "attendance",
        &[
            ("session_id", "Session id"),
            ("session", "Session"),
            ("group", "Group"),
            ("round", "Round"),
            ("starts", "Starts"),
            ("state", "State"),
            ("register", "Register"),
            ("name", "Name"),
            ("email", "Email"),
            ("role", "Role"),
            ("mark", "Mark"),
            ("minutes_late", "Minutes late"),
            ("joined", "Joined the call"),
            ("left", "Left the call"),
            ("note", "Note"),
            ("by", "Marked by"),
            ("at", "Marked at"),
        ],
    );
    for id in by_date(model) {
        let Some(is) = model.sessions.get(id) else {
            continue;
        };
        if is.starts > now && model.marks_in(id).next().is_none() {
            continue;
        }
        let register = model.register(id);
        for row in &register.rows {
            let person = row
                .enrolment
                .and_then(|e| model.people.get(model.enrolments.get(e)?.person));
            let mark = row.mark.as_ref().map(|(_, mark)| mark);
            let seen = row.seen.as_ref();
            let moment =
                |at: Option<DateTime<Utc>>| at.map_or(Datum::Nothing, |at| Datum::Moment(model.local(at)));
            grid.rows.push(vec![
                Datum::text(id.to_string()),
                Datum::text(model.session_title(id)),
                Datum::text(is.group.map(|group| model.group_code(group)).unwrap_or_default()),
                Datum::whole(model.round_of(id).map(|round| round.number)),
                Datum::Moment(model.local(is.starts)),
                Datum::text(model.phase(id, now).word()),
                Datum::text(if register.closed { "closed" } else { "open" }),
                Datum::text(&row.name),
                Datum::text(person.map(|is| is.email.clone()).unwrap_or_default()),
                Datum::text(row.role.map_or("guest", |role| role.word())),
                Datum::text(mark.map_or("", |mark| mark.value.word())),
                Datum::whole(mark.and_then(|mark| mark.minutes_late)),
                moment(seen.map(|seen| seen.joined)),
                moment(seen.and_then(|seen| seen.left)),
                Datum::text(mark.map_or("", |mark| mark.note.as_str())),
                Datum::text(mark.map_or("", |mark| mark.by.as_str())),
                moment(mark.map(|mark| mark.at)),
            ]);
        }
    }
    grid
}

/// A badge for everybody who takes part, and for the guests of workshops: what to print, by name.
fn badges(model: &Model, now: DateTime<Utc>) -> Grid {
    let mut grid = Grid::under(
        "badges",
        &[
            ("name", "Name"),
            ("organisation", "Organisation"),
            ("job_title", "Job title"),
            ("role", "Role"),
            ("stream", "Stream"),
            ("group", "Group"),
            ("mentor", "Mentor"),
            ("access_needs", "Access needs"),
        ],
    );
    let today = model.day(now);
    for part in model.participants() {
        let live = part
            .enrolment
            .and_then(|id| model.enrolments.get(id))
            .is_some_and(|is| is.state.is_live());
        let Some(is) = model.people.get(part.person).filter(|_| live) else {
            continue;
        };
        let name = if is.known_as.is_empty() {
            is.name.clone()
        } else {
            format!("{} ({})", is.known_as, is.name)
        };
        grid.rows.push(vec![
            Datum::text(name),
            Datum::text(&is.organisation),
            Datum::text(&is.job_title),
            Datum::text(part.role.word()),
            Datum::text(part.stream.map(|id| model.stream_code(id)).unwrap_or_default()),
            Datum::text(part.group.map(|id| model.group_code(id)).unwrap_or_default()),
            Datum::text(part.group.map(|id| mentor(model, id, today)).unwrap_or_default()),
            Datum::text(&is.access_needs),
        ]);
    }
    let mut guests: Vec<&str> = Vec::new();
    for (_, mark) in model.marks.iter() {
        let session = model.sessions.get(mark.session);
        let is_workshop = session.is_some_and(|is| is.group.is_none() && is.stands());
        if is_workshop && !mark.guest.is_empty() {
            guests.push(&mark.guest);
        }
    }
    guests.sort_unstable();
    guests.dedup();
    let empty = grid.headings.len();
    grid.rows.extend(guests.into_iter().map(|name| {
        let mut row = vec![Datum::Nothing; empty];
        row[0] = Datum::text(name);
        row[3] = Datum::text(MarkValue::Guest.word());
        row
    }));
    grid
}
