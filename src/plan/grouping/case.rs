//! The pool and the groups of a cohort as a puzzle: who may go where, and what each pairing is worth.
//!
//! Every hard rule of domain.md §6 ends here as a bar with its reason in words; everything else as points of the
//! fit, which is asked of [`crate::domain::fit`] alone.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::flow::NEVER;
use super::puzzle::{Class, Puzzle, Seats};
use crate::domain::fit::{Offer, Others, Part, Seeker, Weights, employer_loss, mix_loss, size_points};
use crate::domain::text::fold_email;
use crate::domain::{
    Enrolment, FitPart, Group, GroupState, Id, Limits, Model, PairKind, PairReason, PairRule, Person,
};

/// What is asked of grouping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The first day of the new memberships.
    pub day: NaiveDate,
    /// Placements that are given: these people go nowhere else.
    pub locked: Vec<(Id<Enrolment>, Id<Group>)>,
    /// A mentor who would leave: the members of the groups he or she leads are placed, instead of the pool.
    pub without: Option<Id<Enrolment>>,
}

impl Wish {
    /// To place the pool from this day on.
    #[must_use]
    pub const fn pool(day: NaiveDate) -> Self {
        Self {
            day,
            locked: Vec::new(),
            without: None,
        }
    }
}

/// Why somebody cannot go into a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bar {
    /// Another stream than the first or second choice.
    Stream,
    /// A pair rule, or a line manager: in words, and the rule if there is one.
    Pair(String, Option<Id<PairRule>>),
    /// The person is locked into another group.
    Locked(Id<Group>),
}

/// The puzzle of a cohort, and whom and what its numbers mean.
#[derive(Clone, Debug)]
pub struct Case {
    /// What was asked.
    pub wish: Wish,
    /// Who is to be placed, by name.
    pub seekers: Vec<Seeker>,
    /// The groups that can take people, in the order of lists.
    pub offers: Vec<Offer>,
    /// What each part of a fit counts.
    pub weights: Weights,
    /// The limits of each group.
    pub limits: Vec<Limits>,
    /// Who is in each group already and stays.
    pub members: Vec<Vec<Seeker>>,
    /// What keeps people out of groups.
    pub bars: BTreeMap<(usize, usize), Bar>,
    /// Sessions that somebody could not come to: person and group.
    pub clashes: BTreeMap<(usize, usize), String>,
    /// Which rules make which pairs of `puzzle.apart`.
    pub apart: Vec<Bar>,
    /// Which rules make which pairs of `puzzle.together`.
    pub together: Vec<Bar>,
    /// The numbers.
    pub puzzle: Puzzle,
}

/// Those whom a rule can keep apart in a group: its members who stay, and its mentors.
struct Present {
    person: Id<Person>,
    manager: String,
    email: String,
    name: String,
}

impl Case {
    /// The case of a cohort.
    #[must_use]
    pub fn of(model: &Model, wish: Wish) -> Self {
        let day = wish.day;
        let leaves = |group: Id<Group>| {
            let lead = model.groups.get(group).and_then(|is| is.lead_on(day));
            lead.is_some() && lead == wish.without
        };
        let all = model.groups_sorted();
        let people = match wish.without {
            None => model.pool(),
            Some(_) => {
                let members = all.iter().filter(|group| leaves(**group));
                model.by_name(members.flat_map(|group| model.members(*group)))
            }
        };
        let seekers: Vec<Seeker> = people.iter().filter_map(|id| Seeker::of(model, *id)).collect();
        let takes = |group: &&Id<Group>| {
            let open = model.groups.get(**group).is_some_and(|is| {
                matches!(is.state, GroupState::Forming | GroupState::Active) && is.lead_on(day).is_some()
            });
            open && !leaves(**group)
        };
        let offers: Vec<Offer> = all
            .iter()
            .filter(takes)
            .filter_map(|group| Offer::of(model, *group, day))
            .collect();
        let members = offers.iter().map(|offer| {
            let inside = model.members(offer.group);
            inside
                .iter()
                .filter_map(|id| Seeker::of(model, *id))
                .collect::<Vec<_>>()
        });
        let mut case = Self {
            weights: model.settings().weights(),
            limits: offers
                .iter()
                .map(|offer| model.group_limits(offer.group))
                .collect(),
            members: members.collect(),
            bars: BTreeMap::new(),
            clashes: BTreeMap::new(),
            apart: Vec::new(),
            together: Vec::new(),
            puzzle: Puzzle {
                people: seekers.len(),
                ..Puzzle::default()
            },
            wish,
            seekers,
            offers,
        };
        case.bar(model);
        case.note_clashes(model);
        case.puzzle.places = (0..case.offers.len()).map(|group| case.seats(group)).collect();
        case.price();
        case.puzzle.classes = case.classes();
        case
    }

    /// How many more people a group wants and has room for.
    fn seats(&self, group: usize) -> Seats {
        let there = self.members[group].len();
        let limits = &self.limits[group];
        let room = usize::from(limits.max).saturating_sub(there);
        let of = self.weights[Part::Size as usize];
        let gain = (0..=room).map(|more| {
            let each = size_points(there + more, limits.target, limits.max, of);
            i64::from(each) * i64::try_from(more).unwrap_or(0)
        });
        Seats {
            min: usize::from(limits.min).saturating_sub(there),
            gain: gain.collect(),
        }
    }

    /// Everything that keeps somebody out of a group.
    fn bar(&mut self, model: &Model) {
        let day = self.wish.day;
        let holds = |rule: &PairRule| rule.blocking && rule.until.is_none_or(|until| until >= day);
        let person_of = |enrolment: Id<Enrolment>| model.enrolments.get(enrolment).map(|is| is.person);
        let present: Vec<Vec<Present>> = self
            .offers
            .iter()
            .zip(&self.members)
            .map(|(offer, members)| {
                let leads = model.groups.get(offer.group).into_iter().flat_map(|is| &is.leads);
                let leads = leads
                    .filter(|lead| lead.to.is_none_or(|to| to >= day))
                    .map(|lead| lead.enrolment);
                let inside = members.iter().map(|member| member.enrolment).chain(leads);
                inside
                    .filter_map(|id| Present::of(model, person_of(id)?))
                    .collect()
            })
            .collect();
        let seekers: Vec<Option<Present>> = self
            .seekers
            .iter()
            .map(|seeker| Present::of(model, person_of(seeker.enrolment)?))
            .collect();
        let number: BTreeMap<Id<Person>, usize> = seekers
            .iter()
            .enumerate()
            .filter_map(|(nth, is)| Some((is.as_ref()?.person, nth)))
            .collect();
        for (person, is) in seekers.iter().enumerate() {
            let Some(is) = is else { continue };
            for (group, offer) in self.offers.iter().enumerate() {
                let seeker = &self.seekers[person];
                if seeker.stream != offer.stream && seeker.second != Some(offer.stream) {
                    self.bars.insert((person, group), Bar::Stream);
                } else if let Some(why) = present[group].iter().find_map(|other| is.managed(other)) {
                    self.bars.insert((person, group), Bar::Pair(why, None));
                }
            }
            for (other, there) in seekers.iter().enumerate().skip(person + 1) {
                if let Some(why) = there.as_ref().and_then(|there| is.managed(there)) {
                    self.puzzle.apart.push((person, other));
                    self.apart.push(Bar::Pair(why, None));
                }
            }
            for (id, rule) in model.pair_rules_of(is.person).filter(|(_, rule)| holds(rule)) {
                let other = if rule.one == is.person {
                    rule.other
                } else {
                    rule.one
                };
                let name = model.name_of(other);
                let why = reason_of(rule.reason);
                let at = |group: &usize| present[*group].iter().any(|there| there.person == other);
                let theirs: Vec<usize> = (0..self.offers.len()).filter(at).collect();
                match (rule.kind, number.get(&other)) {
                    (PairKind::Apart, Some(other)) if person < *other => {
                        let words = format!("must not share a group with {name} ({why})");
                        self.puzzle.apart.push((person, *other));
                        self.apart.push(Bar::Pair(words, Some(id)));
                    }
                    (PairKind::Together, Some(other)) if person < *other => {
                        let words = format!("must share a group with {name} ({why})");
                        self.puzzle.together.push((person, *other));
                        self.together.push(Bar::Pair(words, Some(id)));
                    }
                    (PairKind::Apart, _) => {
                        for group in theirs {
                            let words = format!("must not share a group with {name} ({why})");
                            self.bars
                                .entry((person, group))
                                .or_insert(Bar::Pair(words, Some(id)));
                        }
                    }
                    (PairKind::Together, None) if !theirs.is_empty() => {
                        for group in (0..self.offers.len()).filter(|group| !theirs.contains(group)) {
                            let words = format!("must share a group with {name} ({why})");
                            self.bars
                                .entry((person, group))
                                .or_insert(Bar::Pair(words, Some(id)));
                        }
                    }
                    (PairKind::Together, _) => {}
                }
            }
        }
        for (enrolment, wanted) in &self.wish.locked {
            let person = self
                .seekers
                .iter()
                .position(|seeker| seeker.enrolment == *enrolment);
            let Some(person) = person else { continue };
            for (group, offer) in self.offers.iter().enumerate() {
                if offer.group == *wanted {
                    // A lock is somebody's decision: another stream does not undo it.
                    if self.bars.get(&(person, group)) == Some(&Bar::Stream) {
                        self.bars.remove(&(person, group));
                    }
                } else {
                    self.bars.insert((person, group), Bar::Locked(*wanted));
                }
            }
        }
    }

    /// Sessions to come that people could not come to.
    fn note_clashes(&mut self, model: &Model) {
        for (person, seeker) in self.seekers.iter().enumerate() {
            let Some(is) = model.enrolments.get(seeker.enrolment) else {
                continue;
            };
            if model.busy_of(is.person).next().is_none() {
                continue;
            }
            for (group, offer) in self.offers.iter().enumerate() {
                if let Some(clash) = model.first_clash(seeker.enrolment, offer.group, self.wish.day) {
                    self.clashes.insert((person, group), clash);
                }
            }
        }
    }

    /// What each pairing is worth before it matters who else is there.
    fn price(&mut self) {
        let of = |part: Part| self.weights[part as usize];
        let whole_or_half = |known: bool, of: u8| if known { of } else { of / 2 };
        let mut worth = Vec::with_capacity(self.seekers.len() * self.offers.len());
        for (person, seeker) in self.seekers.iter().enumerate() {
            for (group, offer) in self.offers.iter().enumerate() {
                if self.bars.contains_key(&(person, group)) {
                    worth.push(NEVER);
                    continue;
                }
                let clashes = self.clashes.contains_key(&(person, group));
                let employer = if seeker.works_with_mentor(offer) {
                    0
                } else {
                    whole_or_half(!seeker.employer.is_empty(), of(Part::Employer))
                };
                let points = i16::from(seeker.points_alone(offer, &self.weights, clashes))
                    + i16::from(employer)
                    + i16::from(whole_or_half(!seeker.region.is_empty(), of(Part::Regions)))
                    + i16::from(whole_or_half(seeker.stage.is_some(), of(Part::Stages)));
                worth.push(points);
            }
        }
        self.puzzle.worth = worth;
    }

    /// Those of one employer, of one region, of one stage: what they cost each other.
    fn classes(&self) -> Vec<Class> {
        let mut classes = Vec::new();
        let of = |part: Part| self.weights[part as usize];
        let losses = |lost: fn(usize, u8) -> u8, of: u8| (0..3).map(|n| i64::from(lost(n, of))).collect();
        let mut add = |alike: &dyn Fn(&Seeker) -> String, exempt: bool, loss: Vec<i64>| {
            let mut kinds: BTreeMap<String, Vec<usize>> = BTreeMap::new();
            for (person, seeker) in self.seekers.iter().enumerate() {
                let kind = alike(seeker);
                if !kind.is_empty() {
                    kinds.entry(kind).or_default().push(person);
                }
            }
            for (kind, people) in kinds {
                let already = self.offers.iter().zip(&self.members).map(|(offer, members)| {
                    // With a mentor of their employer they have nothing left to lose.
                    let nothing = exempt && offer.employers.contains(&kind);
                    (!nothing).then(|| members.iter().filter(|member| alike(member) == kind).count())
                });
                let already: Vec<Option<usize>> = already.collect();
                let alone = people.len() == 1 && already.iter().all(|there| there.unwrap_or(0) == 0);
                if !alone {
                    classes.push(Class {
                        people,
                        already,
                        loss: loss.clone(),
                    });
                }
            }
        };
        add(
            &|seeker| seeker.employer.clone(),
            true,
            losses(employer_loss, of(Part::Employer)),
        );
        add(
            &|seeker| seeker.region.clone(),
            false,
            losses(mix_loss, of(Part::Regions)),
        );
        let stage = |seeker: &Seeker| {
            seeker
                .stage
                .map_or_else(String::new, |stage| stage.word().to_owned())
        };
        add(&stage, false, losses(mix_loss, of(Part::Stages)));
        classes
    }

    /// The fit of somebody with a group when everybody sits as `place` says and this person there.
    #[must_use]
    pub fn parts(&self, model: &Model, person: usize, group: usize, place: &[Option<usize>]) -> Vec<FitPart> {
        let seeker = &self.seekers[person];
        let coming = place.iter().enumerate();
        let coming = coming.filter(|(other, at)| *other != person && **at == Some(group));
        let others = self.members[group]
            .iter()
            .chain(coming.map(|(other, _)| &self.seekers[other]));
        let others = Others::among(seeker, others, |id| model.enrolled_name(id));
        let clashes = self.clashes.contains_key(&(person, group));
        let mut parts = seeker.parts(&self.offers[group], &others, &self.weights, clashes);
        if let Some(clash) = self.clashes.get(&(person, group)) {
            parts[Part::Times as usize].why = format!("clash {clash}");
        }
        parts
    }
}

impl Present {
    fn of(model: &Model, person: Id<Person>) -> Option<Self> {
        let is = model.people.get(person)?;
        Some(Self {
            person,
            manager: fold_email(&is.line_manager).into_owned(),
            email: fold_email(&is.email).into_owned(),
            name: is.name.clone(),
        })
    }

    /// Why two people may not share a group, when one is the other's line manager (rule 5).
    fn managed(&self, other: &Self) -> Option<String> {
        let reports = |one: &Self, to: &Self| {
            !one.manager.is_empty() && one.manager != one.email && one.manager == to.email
        };
        if reports(self, other) {
            Some(format!("{} is the line manager", other.name))
        } else if reports(other, self) {
            Some(format!("is the line manager of {}", other.name))
        } else {
            None
        }
    }
}

/// Why a pair rule exists, in words.
const fn reason_of(reason: PairReason) -> &'static str {
    match reason {
        PairReason::LineManager => "line manager",
        PairReason::SameEmployer => "same employer",
        PairReason::EarlierPair => "a pair before",
        PairReason::Request => "by request",
    }
}
