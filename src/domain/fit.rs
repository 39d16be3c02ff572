//! How well a mentee and a group fit: 0 to 100, the sum of parts whose weights are the cohort's settings.
//!
//! The ranked popup asks it about groups as they are, grouping about groups as they would be; both give the same
//! answer because both ask here. What the rules refuse is no part of it.

use chrono::{NaiveDate, NaiveTime, Weekday};

use super::record::{Cohort, FreeTime, Stage};
use super::text::fold;
use super::{Enrolment, Group, Id, Model, Stream};

/// How many parts a fit has.
pub const PARTS: usize = 7;
/// Minutes that two people's free times must share to count.
const MEETING: u16 = 60;

/// What a fit is made of, in the order in which it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The group's stream is the mentee's.
    Stream = 0,
    /// The group, or its mentor, is there when the mentee is free.
    Times = 1,
    /// Mentor and mentees work elsewhere.
    Employer = 2,
    /// The mentor knows what the mentee wants.
    Wishes = 3,
    /// The others come from other regions.
    Regions = 4,
    /// The others are at other stages of their careers.
    Stages = 5,
    /// The group keeps the size it is meant to have.
    Size = 6,
}

impl Part {
    /// Every part, in the order in which they are shown.
    pub const ALL: [Self; PARTS] = [
        Self::Stream,
        Self::Times,
        Self::Employer,
        Self::Wishes,
        Self::Regions,
        Self::Stages,
        Self::Size,
    ];

    /// What it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stream => "stream",
            Self::Times => "free times",
            Self::Employer => "trust",
            Self::Wishes => "wishes",
            Self::Regions => "regions",
            Self::Stages => "stages",
            Self::Size => "size",
        }
    }
}

/// How much each part counts: together 100.
pub type Weights = [u8; PARTS];

/// The weights a new cohort begins with. The stream weighs most because the popup also ranks groups of other
/// streams; between groups of one stream wishes, free times and employers decide, each alone if need be.
pub const USUAL: Weights = [30, 20, 15, 20, 5, 5, 5];

impl Cohort {
    /// What each part counts, as the owner set it, brought to 100 together; the usual weights where all are 0.
    #[must_use]
    pub fn weights(&self) -> Weights {
        let set = [
            self.weight_stream,
            self.weight_times,
            self.weight_employer,
            self.weight_wishes,
            self.weight_regions,
            self.weight_stages,
            self.weight_size,
        ];
        let sum: u32 = set.iter().map(|weight| u32::from(*weight)).sum();
        if sum == 0 {
            return USUAL;
        }
        // Whole points, what is left over to those that lost most in rounding, earlier ones first.
        let mut shares = set.map(|weight| u8::try_from(u32::from(weight) * 100 / sum).unwrap_or(100));
        let mut lost: Vec<(u32, usize)> = (0..PARTS)
            .map(|nth| (u32::from(set[nth]) * 100 % sum, nth))
            .collect();
        lost.sort_by_key(|(lost, nth)| (std::cmp::Reverse(*lost), *nth));
        let missing = 100 - shares.iter().map(|share| usize::from(*share)).sum::<usize>();
        for (_, nth) in lost.into_iter().take(missing) {
            shares[nth] += 1;
        }
        shares
    }
}

/// One part of a fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FitPart {
    /// What it is about.
    pub part: Part,
    /// How many points it gives.
    pub points: u8,
    /// How many it could give.
    pub of: u8,
    /// Why, in a few words; empty when nothing is known.
    pub why: String,
}

impl FitPart {
    /// What it is called.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.part.name()
    }
}

/// What a mentee brings: everything a fit asks about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seeker {
    /// The participation.
    pub enrolment: Id<Enrolment>,
    /// First choice.
    pub stream: Id<Stream>,
    /// Second choice.
    pub second: Option<Id<Stream>>,
    /// The employer, folded; empty when it is not known.
    pub employer: String,
    /// The region, folded; empty when it is not known.
    pub region: String,
    /// Career stage.
    pub stage: Option<Stage>,
    /// What is wanted of a mentor: folded, and as written.
    pub wishes: Vec<(String, String)>,
    /// When the mentee is free.
    pub free: Vec<FreeTime>,
}

/// What a group offers, whoever its mentees are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The group.
    pub group: Id<Group>,
    /// Its stream.
    pub stream: Id<Stream>,
    /// When it usually meets: weekday, time, minutes.
    pub slot: Option<(Weekday, NaiveTime, u16)>,
    /// When its lead mentor is free.
    pub free: Vec<FreeTime>,
    /// The employers of its mentors, folded.
    pub employers: Vec<String>,
    /// What its lead mentor can help with, folded.
    pub topics: Vec<String>,
    /// How many mentees it is meant to have.
    pub target: u8,
    /// How many it can have.
    pub max: u8,
}

/// The others a mentee would meet in a group, as far as a fit asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Others {
    /// How many are of the mentee's employer.
    pub same_employer: usize,
    /// One of them, by name; empty when that does not matter.
    pub colleague: String,
    /// How many are of the mentee's region.
    pub same_region: usize,
    /// How many are at the mentee's stage.
    pub same_stage: usize,
    /// How many mentees the group would have, this one included.
    pub size: usize,
}

impl Seeker {
    /// What somebody's participation says.
    #[must_use]
    pub fn of(model: &Model, enrolment: Id<Enrolment>) -> Option<Self> {
        let is = model.enrolments.get(enrolment)?;
        let person = model.people.get(is.person);
        let folded = |text: Option<&str>| fold(text.unwrap_or_default().trim());
        Some(Self {
            enrolment,
            stream: is.stream,
            second: is.second_stream,
            employer: folded(person.map(|p| p.organisation.as_str())),
            region: folded(person.map(|p| p.region.as_str())),
            stage: is.stage,
            wishes: is
                .wishes
                .iter()
                .map(|wish| (fold(wish.trim()), wish.clone()))
                .collect(),
            free: is.availability.clone(),
        })
    }

    /// The points that do not depend on who else is in the group, of each part; 0 for the others. With the words.
    fn alone(&self, offer: &Offer, weights: &Weights, clashes: bool) -> [(u8, String); 3] {
        [
            self.stream_part(offer, weights[Part::Stream as usize]),
            self.times_part(offer, weights[Part::Times as usize], clashes),
            self.wishes_part(offer, weights[Part::Wishes as usize]),
        ]
    }

    /// The points of stream, free times and wishes together: what a group is worth whoever else is in it.
    #[must_use]
    pub fn points_alone(&self, offer: &Offer, weights: &Weights, clashes: bool) -> u8 {
        self.alone(offer, weights, clashes)
            .iter()
            .map(|(points, _)| points)
            .sum()
    }

    /// Every part of the fit with a group and the others in it.
    #[must_use]
    pub fn parts(&self, offer: &Offer, others: &Others, weights: &Weights, clashes: bool) -> Vec<FitPart> {
        let [stream, times, wishes] = self.alone(offer, weights, clashes);
        let size_of = weights[Part::Size as usize];
        let size = (
            size_points(others.size, offer.target, offer.max, size_of),
            match others.size {
                size if size > usize::from(offer.target) => {
                    format!("{size} of {}, meant for {}", offer.max, offer.target)
                }
                _ => String::new(),
            },
        );
        let parts = [
            stream,
            times,
            self.employer_part(offer, others, weights[Part::Employer as usize]),
            wishes,
            self.mix_part(
                !self.region.is_empty(),
                others.same_region,
                "region",
                weights[Part::Regions as usize],
            ),
            self.mix_part(
                self.stage.is_some(),
                others.same_stage,
                "stage",
                weights[Part::Stages as usize],
            ),
            size,
        ];
        let made = Part::ALL.into_iter().zip(parts);
        made.map(|(part, (points, why))| FitPart {
            part,
            points,
            of: weights[part as usize],
            why,
        })
        .collect()
    }

    fn stream_part(&self, offer: &Offer, of: u8) -> (u8, String) {
        let (points, why) = if self.stream == offer.stream {
            (of, "same stream")
        } else if self.second == Some(offer.stream) {
            (share(of, 3, 4), "second stream")
        } else {
            (0, "other stream")
        };
        (points, why.to_owned())
    }

    fn times_part(&self, offer: &Offer, of: u8, clashes: bool) -> (u8, String) {
        if clashes {
            return (0, String::new());
        }
        if let Some((weekday, time, minutes)) = offer.slot {
            let when = format!("{weekday} {}", time.format("%H:%M"));
            let covered = self.free.iter().any(|free| free.covers(weekday, time, minutes));
            return match (covered, self.free.is_empty()) {
                (true, _) => (of, format!("free {when}")),
                (false, true) => (share(of, 1, 2), String::new()),
                (false, false) => (share(of, 1, 4), format!("not free {when}")),
            };
        }
        if self.free.is_empty() || offer.free.is_empty() {
            return (share(of, 1, 2), String::new());
        }
        match shared_time(&self.free, &offer.free) {
            Some(shared) => (of, format!("both free {shared}")),
            None => (share(of, 1, 4), "no free time in common".to_owned()),
        }
    }

    fn wishes_part(&self, offer: &Offer, of: u8) -> (u8, String) {
        if self.wishes.is_empty() || offer.topics.is_empty() {
            return (share(of, 1, 2), String::new());
        }
        let met = self.wishes.iter().filter(|(wish, _)| offer.topics.contains(wish));
        let met: Vec<&str> = met.map(|(_, wish)| wish.as_str()).collect();
        match met.as_slice() {
            [] => (0, String::new()),
            [wish] => (share(of, 2, 3), (*wish).to_owned()),
            [wish, ..] => (of, (*wish).to_owned()),
        }
    }

    /// Whether a mentor of the group is of the mentee's employer.
    #[must_use]
    pub fn works_with_mentor(&self, offer: &Offer) -> bool {
        !self.employer.is_empty() && offer.employers.contains(&self.employer)
    }

    fn employer_part(&self, offer: &Offer, others: &Others, of: u8) -> (u8, String) {
        if self.employer.is_empty() {
            return (share(of, 1, 2), String::new());
        }
        if self.works_with_mentor(offer) {
            return (0, "same trust as the mentor".to_owned());
        }
        let lost = employer_loss(others.same_employer, of);
        let why = match (others.same_employer, others.colleague.as_str()) {
            (0, _) => "other trust".to_owned(),
            (1, name) if !name.is_empty() => format!("same trust as {name}"),
            (n, _) => format!("{n} others of the same trust"),
        };
        (of - lost, why)
    }

    fn mix_part(&self, known: bool, same: usize, what: &str, of: u8) -> (u8, String) {
        if !known {
            return (share(of, 1, 2), String::new());
        }
        let why = match same {
            0 => String::new(),
            1 => format!("1 other of the same {what}"),
            n => format!("{n} others of the same {what}"),
        };
        (of - mix_loss(same, of), why)
    }
}

/// What colleagues among the other mentees cost somebody, of this weight: half of it, however many they are.
#[must_use]
pub const fn employer_loss(colleagues: usize, of: u8) -> u8 {
    if colleagues == 0 { 0 } else { of - share(of, 1, 2) }
}

/// What others of the same region or stage cost somebody, of this weight: half for the first, the rest for a
/// second.
#[must_use]
pub const fn mix_loss(same: usize, of: u8) -> u8 {
    match same {
        0 => 0,
        1 => of - share(of, 1, 2),
        _ => of,
    }
}

/// What a group of this size gives each of its mentees, of this weight: all of it up to the size it is meant to
/// have, nothing at its limit.
#[must_use]
pub fn size_points(size: usize, target: u8, max: u8, of: u8) -> u8 {
    if size <= usize::from(target) {
        return of;
    }
    let room = usize::from(max).saturating_sub(size);
    let spare = usize::from(max.saturating_sub(target)).max(1);
    u8::try_from((usize::from(of) * room).div_ceil(spare)).unwrap_or(of)
}

/// A share of a weight, in whole points.
const fn share(of: u8, part: u8, whole: u8) -> u8 {
    // A weight is 100 at most, a part 3: the product fits.
    ((of as u16 * part as u16) / whole as u16) as u8
}

/// The first hour that is free in both, as `Mon 12:00`.
fn shared_time(one: &[FreeTime], other: &[FreeTime]) -> Option<String> {
    let both = one.iter().flat_map(|a| other.iter().map(move |b| (a, b)));
    let shared = both.filter(|(a, b)| a.day == b.day).filter_map(|(a, b)| {
        let from = a.from.max(b.from);
        (a.to.min(b.to) >= from + MEETING).then_some((a.day, from))
    });
    let (day, from) = shared.min()?;
    let text = FreeTime {
        day,
        from,
        to: from + MEETING,
    }
    .to_string();
    text.split('-').next().map(str::to_owned)
}

impl Offer {
    /// What a group offers on a day.
    #[must_use]
    pub fn of(model: &Model, group: Id<Group>, day: NaiveDate) -> Option<Self> {
        let is = model.groups.get(group)?;
        let limits = model.group_limits(group);
        let lead = is.lead_on(day).and_then(|lead| model.enrolments.get(lead));
        let mentors = is.leads.iter().filter(|lead| lead.on(day));
        let employers = mentors.filter_map(|lead| {
            let person = model.people.get(model.enrolments.get(lead.enrolment)?.person)?;
            Some(fold(person.organisation.trim())).filter(|text| !text.is_empty())
        });
        Some(Self {
            group,
            stream: is.stream,
            slot: model.usual_slot(group),
            free: lead.map(|lead| lead.availability.clone()).unwrap_or_default(),
            employers: employers.collect(),
            topics: lead
                .map(|lead| lead.wishes.iter().map(|wish| fold(wish.trim())).collect())
                .unwrap_or_default(),
            target: limits.target,
            max: limits.max,
        })
    }
}

impl Others {
    /// What these other mentees are to somebody; `name` is asked for the first colleague.
    #[must_use]
    pub fn among<'a>(
        seeker: &Seeker,
        others: impl Iterator<Item = &'a Seeker>,
        name: impl Fn(Id<Enrolment>) -> String,
    ) -> Self {
        let mut found = Self {
            size: 1,
            ..Self::default()
        };
        for other in others {
            found.size += 1;
            if !seeker.employer.is_empty() && other.employer == seeker.employer {
                if found.same_employer == 0 {
                    found.colleague = name(other.enrolment);
                }
                found.same_employer += 1;
            }
            found.same_region += usize::from(!seeker.region.is_empty() && other.region == seeker.region);
            found.same_stage += usize::from(seeker.stage.is_some() && other.stage == seeker.stage);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cohort() -> Cohort {
        let day = NaiveDate::from_ymd_opt(2025, 1, 1).expect("a day");
        Cohort::draft("2025", day, day)
    }

    #[test]
    fn the_usual_weights_come_to_a_hundred() {
        assert_eq!(cohort().weights(), USUAL);
        assert_eq!(USUAL.iter().map(|weight| u32::from(*weight)).sum::<u32>(), 100);
    }

    #[test]
    fn weights_of_the_owner_are_brought_to_a_hundred() {
        let mut is = cohort();
        is.weight_wishes = 60;
        is.weight_times = 7;
        let weights = is.weights();
        assert_eq!(weights.iter().map(|weight| u32::from(*weight)).sum::<u32>(), 100);
        assert!(weights[Part::Wishes as usize] > 40, "{weights:?}");
        for weight in [
            &mut is.weight_stream,
            &mut is.weight_times,
            &mut is.weight_employer,
            &mut is.weight_wishes,
            &mut is.weight_regions,
            &mut is.weight_stages,
            &mut is.weight_size,
        ] {
            *weight = 0;
        }
        assert_eq!(is.weights(), USUAL);
    }

    #[test]
    fn a_group_gives_less_the_nearer_it_is_to_its_limit() {
        let points: Vec<u8> = (1..=6).map(|size| size_points(size, 4, 6, 5)).collect();
        assert_eq!(points, [5, 5, 5, 5, 3, 0]);
    }
}
