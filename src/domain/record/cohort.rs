//! A year's run, its streams and its rounds.

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::domain::word::words;

words! {
    /// Where a cohort stands.
    CohortState {
        Draft = 1 "draft", ApplicationsOpen = 2 "applications open", Matching = 3 "matching", Running = 4 "running",
        Evaluating = 5 "evaluating", Closed = 6 "closed", Archived = 7 "archived",
    }
}
words! {
    /// What kind of leader a stream is for.
    Family { Clinical = 1 "clinical", Technical = 2 "technical", Mixed = 3 "mixed" }
}
words! {
    /// Whether a stream takes people.
    StreamState { Open = 1 "open", Archived = 2 "archived" }
}

/// When something begins to need attention (domain.md §4); all of it is the cohort's to set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// Minutes after the start with nobody, or the mentor, unmarked.
    pub unmarked_minutes: u16,
    /// Minutes after the end with the register open.
    pub open_register_minutes: u16,
    /// Hours after the end after which a register is missing.
    pub missing_register_hours: u16,
    /// Days an accepted person may be without a group.
    pub pool_days: u16,
    /// Hours before a session by which it needs a joining link.
    pub link_hours: u16,
    /// Days after which answers should have come.
    pub answer_days: u16,
    /// Share of answers, in percent, under which a wave needs attention.
    pub answer_percent: u8,
    /// Mean, in tenths, under which scores need attention.
    pub low_mean_tenths: u8,
    /// Fall of a mean, in tenths, that needs attention.
    pub fall_tenths: u8,
    /// Pulse score at which a person needs attention.
    pub low_pulse: u8,
    /// Days before an offer expires.
    pub offer_days: u16,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            unmarked_minutes: 15,
            open_register_minutes: 30,
            missing_register_hours: 48,
            pool_days: 3,
            link_hours: 24,
            answer_days: 3,
            answer_percent: 60,
            low_mean_tenths: 35,
            fall_tenths: 8,
            low_pulse: 2,
            offer_days: 3,
        }
    }
}

/// One year's run of the programme.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cohort {
    /// Its name, as people say it: `2025`.
    pub name: String,
    /// First day.
    pub first_day: NaiveDate,
    /// Last day.
    pub last_day: NaiveDate,
    /// Where its clocks are.
    pub zone: Tz,
    /// How many rounds it has.
    pub rounds: u8,
    /// Fewest mentees of a group (warns under it).
    pub group_min: u8,
    /// Mentees a group is meant to have.
    pub group_target: u8,
    /// Most mentees of a group (refuses above it).
    pub group_max: u8,
    /// Sessions somebody must attend to complete.
    pub to_complete: u8,
    /// Fewest answers behind anything that is published.
    pub smallest_published: u8,
    /// Most sessions at once, for its facilitators.
    pub sessions_at_once: u8,
    /// What a proposed session costs for everybody outside their free times.
    pub cost_times: u8,
    /// What another weekday than the session before costs.
    pub cost_weekday: u8,
    /// What another time of day than the session before costs.
    pub cost_hour: u8,
    /// What each day more or less than four weeks after the session before costs.
    pub cost_apart: u8,
    /// Where it stands.
    pub state: CohortState,
    /// When things need attention.
    pub thresholds: Thresholds,
    /// How much its stream counts in a fit, against the other weights.
    pub weight_stream: u8,
    /// How much free times counts in a fit, against the other weights.
    pub weight_times: u8,
    /// How much other employers counts in a fit, against the other weights.
    pub weight_employer: u8,
    /// How much wishes counts in a fit, against the other weights.
    pub weight_wishes: u8,
    /// How much a mix of regions counts in a fit, against the other weights.
    pub weight_regions: u8,
    /// How much a mix of stages counts in a fit, against the other weights.
    pub weight_stages: u8,
    /// How much even sizes counts in a fit, against the other weights.
    pub weight_size: u8,
}

impl Cohort {
    /// A draft with the programme's defaults: six rounds, groups of three to six (target four), four sessions
    /// to complete, nothing published on fewer than five, clocks of Europe/London.
    #[must_use]
    pub fn draft(name: impl Into<String>, first_day: NaiveDate, last_day: NaiveDate) -> Self {
        Self {
            name: name.into(),
            first_day,
            last_day,
            zone: Tz::Europe__London,
            rounds: 6,
            group_min: 3,
            group_target: 4,
            group_max: 6,
            to_complete: 4,
            smallest_published: 5,
            sessions_at_once: 4,
            cost_times: 50,
            cost_weekday: 6,
            cost_hour: 4,
            cost_apart: 1,
            state: CohortState::Draft,
            thresholds: Thresholds::default(),
            weight_stream: 30,
            weight_times: 20,
            weight_employer: 15,
            weight_wishes: 20,
            weight_regions: 5,
            weight_stages: 5,
            weight_size: 5,
        }
    }

    /// Whether only erasure, withdrawal of consent and the follow-up wave may still change it.
    #[must_use]
    pub const fn is_read_only(&self) -> bool {
        matches!(self.state, CohortState::Closed | CohortState::Archived)
    }
}

/// Who a part of the programme is for, and where its mentors come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stream {
    /// Short code: `CCIO`.
    pub code: String,
    /// Full name.
    pub name: String,
    /// What kind of leader it is for; decides "one clinical mentee" (rule 15).
    pub family: Family,
    /// Where its mentors come from.
    pub source: String,
    /// Who in the office looks after it.
    pub lead: String,
    /// Place in lists, smallest first.
    pub order: u16,
    /// Whether it takes people.
    pub state: StreamState,
}

/// One of the planned slots across all groups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// 1 … the cohort's rounds.
    pub number: u8,
    /// First day of its window.
    pub opens: NaiveDate,
    /// Last day of its window.
    pub closes: NaiveDate,
    /// What it is about.
    pub theme: String,
}
