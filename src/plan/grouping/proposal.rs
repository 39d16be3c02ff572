//! A proposal in the words of the programme: who goes where and why, what comes next, why not elsewhere.

use super::case::{Bar, Case, Wish};
use super::flow::Worth;
use super::relax::{Relaxing, smallest};
use crate::domain::fit::Part;
use crate::domain::{Enrolment, FitPart, Group, Id, Limits, Model, Placement, Rev};
use crate::plan::{Cancelled, Watch};

/// Where everybody of the pool could go.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The revision it was made at.
    pub rev: Rev,
    /// The people and groups it is about.
    pub case: Case,
    /// The group of each person, by number.
    pub place: Vec<Option<usize>>,
    /// How good it is: people left over, seats missing from minimums, the sum of the fits.
    pub worth: Worth,
    /// What no proposal can exceed.
    pub bound: Worth,
    /// A smallest set of rules to relax, when somebody is left over.
    pub relax: Relaxing,
}

/// One placement and its reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Who.
    pub enrolment: Id<Enrolment>,
    /// Into which group.
    pub group: Id<Group>,
    /// How well it fits, 0 to 100: the sum of the parts.
    pub fit: u8,
    /// What the fit is made of.
    pub parts: Vec<FitPart>,
}

/// Another group for somebody, and why it was not chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// The group.
    pub group: Id<Group>,
    /// How well it would fit; nothing where a rule forbids it.
    pub fit: Option<u8>,
    /// Whether it has room once the proposal is applied.
    pub open: bool,
    /// Why it was not chosen.
    pub why_not: String,
}

/// A group before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The group.
    pub group: Id<Group>,
    /// Mentees now.
    pub before: usize,
    /// Mentees afterwards.
    pub after: usize,
    /// Its limits.
    pub limits: Limits,
}

/// Proposes groups.
///
/// # Errors
/// When the work was called off.
pub fn propose(model: &Model, wish: Wish, watch: &Watch) -> Result<Proposal, Cancelled> {
    watch.tell("reading the pool", 0, 0);
    let case = Case::of(model, wish);
    let solved = case.puzzle.solve(watch)?;
    let relax = if solved.worth.unplaced > 0 {
        smallest(model, &case, watch)?
    } else {
        Relaxing::default()
    };
    Ok(Proposal {
        rev: model.rev,
        case,
        place: solved.place,
        worth: solved.worth,
        bound: solved.bound,
        relax,
    })
}

impl Proposal {
    /// Whether nothing better exists.
    #[must_use]
    pub fn is_optimal(&self) -> bool {
        self.worth == self.bound
    }

    /// The placement of one person, by number.
    #[must_use]
    pub fn placed(&self, model: &Model, person: usize) -> Option<Placed> {
        let group = self.place[person]?;
        let parts = self.case.parts(model, person, group, &self.place);
        Some(Placed {
            enrolment: self.case.seekers[person].enrolment,
            group: self.case.offers[group].group,
            fit: parts.iter().map(|part| part.points).sum(),
            parts,
        })
    }

    /// Every other group for one person, the best first, and why it was not chosen.
    #[must_use]
    pub fn alternatives(&self, model: &Model, person: usize) -> Vec<Alternative> {
        let here = self.placed(model, person).map(|placed| placed.fit);
        let groups = (0..self.case.offers.len()).filter(|group| Some(*group) != self.place[person]);
        let mut all: Vec<Alternative> = groups
            .map(|group| self.alternative(model, person, group, here))
            .collect();
        all.sort_by_key(|is| (is.fit.is_none(), !is.open, std::cmp::Reverse(is.fit)));
        all
    }

    /// The best other group: one with room if there is one.
    #[must_use]
    pub fn next_best(&self, model: &Model, person: usize) -> Option<Alternative> {
        let all = self.alternatives(model, person);
        all.into_iter().find(|is| is.fit.is_some())
    }

    fn alternative(&self, model: &Model, person: usize, group: usize, here: Option<u8>) -> Alternative {
        let is = self.case.offers[group].group;
        if let Some(bar) = self.case.bars.get(&(person, group)) {
            return Alternative {
                group: is,
                fit: None,
                open: false,
                why_not: bar.words(model, &self.case, group),
            };
        }
        let parts = self.case.parts(model, person, group, &self.place);
        let fit: u8 = parts.iter().map(|part| part.points).sum();
        let size = self.size_after(group);
        let max = usize::from(self.case.limits[group].max);
        let open = size < max;
        let pairs = self.case.puzzle.apart.iter().zip(&self.case.apart);
        let in_the_way = pairs
            .filter_map(|((one, other), bar)| match person {
                is if is == *one => Some((*other, bar)),
                is if is == *other => Some((*one, bar)),
                _ => None,
            })
            .find(|(other, _)| self.place[*other] == Some(group));
        let why_not = if let Some((_, bar)) = in_the_way {
            bar.words(model, &self.case, group)
        } else if !open {
            format!("full with {size} of {max}")
        } else {
            self.why_worse(model, person, group, fit, here)
        };
        Alternative {
            group: is,
            fit: Some(fit),
            open,
            why_not,
        }
    }

    /// Why a group with room was not chosen.
    fn why_worse(&self, model: &Model, person: usize, group: usize, fit: u8, here: Option<u8>) -> String {
        let Some(here) = here else {
            return "has room".to_owned();
        };
        if let Some(from) = self.place[person]
            && self.size_after(from) <= usize::from(self.case.limits[from].min)
            && self.size_after(group) >= usize::from(self.case.limits[group].min)
        {
            let code = model.group_code(self.case.offers[from].group);
            return format!("{code} would be left under its minimum");
        }
        let mut moved = self.place.clone();
        moved[person] = Some(group);
        match self.case.puzzle.worth_of(&moved) {
            None => "somebody there and this person must be kept apart".to_owned(),
            Some(then) if fit <= here => {
                let lost = self.worth.points - then.points;
                format!("fits {} less ({lost} for all together)", here - fit)
            }
            Some(then) => {
                let lost = self.worth.points - then.points;
                format!("fits {} more, but all together would lose {lost}", fit - here)
            }
        }
    }

    fn size_after(&self, group: usize) -> usize {
        let coming = self.place.iter().filter(|place| **place == Some(group)).count();
        self.case.members[group].len() + coming
    }

    /// The groups that would change, before and after, when only these people are placed.
    #[must_use]
    pub fn changes(&self, people: &[usize]) -> Vec<Change> {
        let groups = 0..self.case.offers.len();
        let changes = groups.map(|group| {
            let before = self.case.members[group].len();
            let coming = people.iter().filter(|person| self.place[**person] == Some(group));
            Change {
                group: self.case.offers[group].group,
                before,
                after: before + coming.count(),
                limits: self.case.limits[group],
            }
        });
        changes.filter(|change| change.before != change.after).collect()
    }

    /// The placements of these people, each with its reason, for one entry.
    #[must_use]
    pub fn placements(&self, model: &Model, people: &[usize]) -> Vec<Placement> {
        let placed = people.iter().filter_map(|person| self.placed(model, *person));
        placed
            .map(|placed| Placement {
                enrolment: placed.enrolment,
                group: placed.group,
                reason: format!("fit {}: {}", placed.fit, placed.why()),
            })
            .collect()
    }

    /// Why somebody has no group, in words.
    #[must_use]
    pub fn why_unplaced(&self, model: &Model, person: usize) -> String {
        let seeker = &self.case.seekers[person];
        let allowed: Vec<usize> = (0..self.case.offers.len())
            .filter(|group| self.case.bars.get(&(person, *group)) != Some(&Bar::Stream))
            .collect();
        let mut streams = vec![model.stream_code(seeker.stream)];
        streams.extend(seeker.second.map(|second| model.stream_code(second)));
        let streams = streams.join(" or ");
        if allowed.is_empty() {
            return format!("no group of {streams} has a mentor");
        }
        let reasons = allowed.iter().map(|group| {
            let code = model.group_code(self.case.offers[*group].group);
            let max = self.case.limits[*group].max;
            match self.case.bars.get(&(person, *group)) {
                Some(bar) => format!("{code}: {}", bar.words(model, &self.case, *group)),
                None if self.size_after(*group) >= usize::from(max) => {
                    format!("{code}: full with {max}")
                }
                None => format!("{code}: somebody there must be kept apart from this person"),
            }
        });
        let reasons: Vec<String> = reasons.collect();
        let full = allowed.iter().all(|group| {
            !self.case.bars.contains_key(&(person, *group))
                && self.size_after(*group) >= usize::from(self.case.limits[*group].max)
        });
        if full {
            format!("every group of {streams} is full")
        } else {
            reasons.join("; ")
        }
    }

    /// The people whose placement differs from that of an earlier proposal, those who came or went included.
    #[must_use]
    pub fn differs_from(&self, earlier: &Self) -> Vec<Id<Enrolment>> {
        let at = |proposal: &Self, enrolment: Id<Enrolment>| {
            let seekers = &proposal.case.seekers;
            let nth = seekers.iter().position(|seeker| seeker.enrolment == enrolment)?;
            Some(proposal.place[nth].map(|group| proposal.case.offers[group].group))
        };
        let mut people: Vec<Id<Enrolment>> = self
            .case
            .seekers
            .iter()
            .chain(&earlier.case.seekers)
            .map(|seeker| seeker.enrolment)
            .collect();
        people.sort_unstable();
        people.dedup();
        people.retain(|person| at(self, *person) != at(earlier, *person));
        people
    }
}

impl Placed {
    /// The reasons in a few words, the telling ones first.
    #[must_use]
    pub fn why(&self) -> String {
        why(&self.parts)
    }
}

/// The parts in words: what speaks for a group before what speaks against it, what is plain left out.
#[must_use]
pub fn why(parts: &[FitPart]) -> String {
    let mut said: Vec<&FitPart> = parts.iter().filter(|part| !part.why.is_empty()).collect();
    // That the stream is the same goes without saying.
    said.retain(|part| part.why != "same stream");
    said.sort_by_key(|part| std::cmp::Reverse(u16::from(part.points) * 100 / u16::from(part.of.max(1))));
    let words: Vec<&str> = said.iter().map(|part| part.why.as_str()).collect();
    words.join("; ")
}

/// One part in words, also where there is little to say.
#[must_use]
pub fn said(part: &FitPart) -> String {
    if !part.why.is_empty() {
        return part.why.clone();
    }
    let full = part.points == part.of;
    match part.part {
        Part::Times => "free times are not known",
        Part::Employer => "the trust is not known",
        Part::Wishes if part.points == 0 => "none of the wishes is among the mentor's topics",
        Part::Wishes => "wishes or topics are not known",
        Part::Regions if full => "nobody else there of the same region",
        Part::Regions => "the region is not known",
        Part::Stages if full => "nobody else there at the same stage",
        Part::Stages => "the stage is not known",
        Part::Stream | Part::Size => "the group keeps the size it is meant to have",
    }
    .to_owned()
}

impl Bar {
    /// The bar in words.
    #[must_use]
    pub fn words(&self, model: &Model, case: &Case, group: usize) -> String {
        match self {
            Self::Stream => format!("{}, another stream", model.stream_code(case.offers[group].stream)),
            Self::Pair(words, _) => words.clone(),
            Self::Locked(elsewhere) => format!("locked into {}", model.group_code(*elsewhere)),
        }
    }
}
