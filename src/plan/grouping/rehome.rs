//! What if this mentor leaves: ways to give every member a place, the one that moves fewest people first.

use chrono::NaiveDate;

use super::case::Wish;
use super::proposal::{Proposal, propose};
use crate::domain::fit::{Offer, Seeker};
use crate::domain::{Enrolment, Group, GroupState, Id, LeadRole, Model, Role};
use crate::plan::{Cancelled, Watch};

/// How many mentors who could take a group over are named.
const NAMED: usize = 3;

/// One way to go on without a mentor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// The group it is about.
    pub group: Id<Group>,
    /// The mentor who would lead it; nobody when its members go elsewhere.
    pub lead: Option<Id<Enrolment>>,
    /// How many people change their group.
    pub moves: usize,
    /// How many have no place then.
    pub left_over: usize,
    /// The mean fit, 0 to 100.
    pub fit: u8,
    /// The way in words.
    pub what: String,
}

/// Every way for each group that a mentor leads, fewest people left over and fewest moved first, then by fit; and
/// the members' places if they all went elsewhere.
///
/// # Errors
/// When the work was called off.
pub fn ways(
    model: &Model,
    mentor: Id<Enrolment>,
    day: NaiveDate,
    watch: &Watch,
) -> Result<(Vec<Way>, Proposal), Cancelled> {
    let wish = Wish {
        without: Some(mentor),
        ..Wish::pool(day)
    };
    let elsewhere = propose(model, wish, watch)?;
    let mut ways = Vec::new();
    for (group, is) in model.groups_led_by(mentor) {
        if is.lead_on(day) != Some(mentor) || !is.is_live() || is.state == GroupState::Completed {
            continue;
        }
        ways.extend(leads(model, group, is, mentor, day));
        ways.push(dispersed(model, group, &elsewhere));
    }
    ways.sort_by_key(|way| {
        (
            model.group_code(way.group),
            way.left_over,
            way.moves,
            std::cmp::Reverse(way.fit),
        )
    });
    Ok((ways, elsewhere))
}

/// Mentors who could lead the group: its co-mentor, or one who leads no group yet.
fn leads(model: &Model, group: Id<Group>, is: &Group, leaving: Id<Enrolment>, day: NaiveDate) -> Vec<Way> {
    let members: Vec<Seeker> = model
        .members(group)
        .iter()
        .filter_map(|id| Seeker::of(model, *id))
        .collect();
    let code = &is.code;
    let mut found = Vec::new();
    for (mentor, part) in model.enrolments.iter() {
        if mentor == leaving || part.role != Role::Mentor || !part.state.is_live() {
            continue;
        }
        let co = is
            .leads
            .iter()
            .any(|lead| lead.enrolment == mentor && lead.role == LeadRole::Co && lead.on(day));
        let busy = model
            .groups_led_by(mentor)
            .any(|(_, other)| other.is_live() && other.lead_on(day) == Some(mentor));
        let suits = part.stream == is.stream || part.second_stream == Some(is.stream);
        if !co && (busy || !suits) {
            continue;
        }
        let left_over = part
            .capacity
            .map_or(0, |capacity| members.len().saturating_sub(usize::from(capacity)));
        let fit = mean_under(model, group, mentor, &members, day);
        let name = model.enrolled_name(mentor);
        let what = if co {
            format!("{name}, co-mentor, leads {code}")
        } else {
            format!("{name}, who has no group, leads {code}")
        };
        found.push((
            co,
            Way {
                group,
                lead: Some(mentor),
                moves: 0,
                left_over,
                fit,
                what,
            },
        ));
    }
    found.sort_by_key(|(co, way)| (!co, way.left_over, std::cmp::Reverse(way.fit), way.lead));
    found.into_iter().take(NAMED).map(|(_, way)| way).collect()
}

/// The mean fit of a group's members if this mentor led it.
fn mean_under(
    model: &Model,
    group: Id<Group>,
    mentor: Id<Enrolment>,
    members: &[Seeker],
    day: NaiveDate,
) -> u8 {
    let mut then = model.clone();
    let Some(is) = then.groups.get(group) else {
        return 0;
    };
    let mut led = is.clone();
    for lead in &mut led.leads {
        if lead.role == LeadRole::Lead {
            lead.enrolment = mentor;
        }
    }
    then.put(crate::domain::Record::Group(group, Box::new(led)), model.rev);
    let Some(offer) = Offer::of(&then, group, day) else {
        return 0;
    };
    let weights = model.settings().weights();
    let fits = members.iter().map(|member| {
        let others = members.iter().filter(|other| other.enrolment != member.enrolment);
        let others = crate::domain::fit::Others::among(member, others, |_| String::new());
        let parts = member.parts(&offer, &others, &weights, false);
        parts.iter().map(|part| u32::from(part.points)).sum::<u32>()
    });
    mean(fits)
}

/// Every member in another group, each where it fits best.
fn dispersed(model: &Model, group: Id<Group>, elsewhere: &Proposal) -> Way {
    let members = model.members(group);
    let mut fits = Vec::new();
    let mut codes: Vec<String> = Vec::new();
    for (person, seeker) in elsewhere.case.seekers.iter().enumerate() {
        if !members.contains(&seeker.enrolment) {
            continue;
        }
        if let Some(placed) = elsewhere.placed(model, person) {
            fits.push(u32::from(placed.fit));
            let code = model.group_code(placed.group);
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
    }
    let left_over = members.len() - fits.len();
    let code = model.group_code(group);
    let what = match (fits.len(), left_over) {
        (0, _) => format!("no other group has room for anybody of {code}"),
        (moved, 0) => format!("all {moved} move to {}", codes.join(", ")),
        (moved, left) => format!("{moved} move to {}; {left} have no place", codes.join(", ")),
    };
    Way {
        group,
        lead: None,
        moves: fits.len(),
        left_over,
        fit: mean(fits.into_iter()),
        what,
    }
}

fn mean(fits: impl Iterator<Item = u32>) -> u8 {
    let (sum, count) = fits.fold((0, 0), |(sum, count), fit| (sum + fit, count + 1));
    u8::try_from((sum + count / 2).checked_div(count).unwrap_or(0)).unwrap_or(100)
}
