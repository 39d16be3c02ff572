//! Every change of state there is, as tables (rule 10): what may follow what, and what the step is called.
//!
//! A record may be made in any state, because the past is imported as it was; what must be true of a record in a
//! state (an active group has a lead, a held session lies in the past) is checked wherever it comes from.

use crate::domain::{
    ApplicationState, CohortState, EnrolmentState, GroupState, QuoteState, Refusal, SessionState, StreamState,
};

/// One step from a state to another, and what it means.
pub type Step<S> = (S, S, &'static str);

/// A state that a record goes through by the steps of a table.
pub trait State: Copy + PartialEq + std::fmt::Display + 'static {
    /// What kind of record has it, with its article: `an application`.
    const OF: &'static str;
    /// Every step there is.
    const STEPS: &'static [Step<Self>];

    /// Whether this state may become that one in one step; staying is no step and always allowed.
    fn can_become(self, to: Self) -> bool {
        self == to
            || Self::STEPS
                .iter()
                .any(|(from, then, _)| *from == self && *then == to)
    }

    /// The states this one may become, in the order of the table.
    fn next(self) -> Vec<Self> {
        let steps = Self::STEPS.iter().filter(|(from, _, _)| *from == self);
        steps.map(|(_, to, _)| *to).collect()
    }

    /// Refuses a step that is in no table.
    ///
    /// # Errors
    /// Rule 10, with the states it may become.
    fn step_to(self, to: Self) -> Result<(), Refusal> {
        if self.can_become(to) {
            return Ok(());
        }
        let next: Vec<String> = self.next().iter().map(ToString::to_string).collect();
        let hint = if next.is_empty() {
            "undo what made it so, if that was a mistake".to_owned()
        } else {
            format!("it can become {}", next.join(", "))
        };
        let what = format!("{} that is {self} cannot become {to}", Self::OF);
        Err(Refusal::rule(10, what, hint))
    }
}

use ApplicationState as A;
use CohortState as C;
use EnrolmentState as E;
use GroupState as G;
use QuoteState as Q;
use SessionState as S;
use StreamState as T;

impl State for CohortState {
    const OF: &'static str = "a cohort";
    // Phases may be skipped forwards: a cohort of the past is imported and closed.
    const STEPS: &'static [Step<Self>] = &[
        (C::Draft, C::ApplicationsOpen, "open applications"),
        (C::Draft, C::Matching, "begin matching"),
        (C::Draft, C::Running, "begin"),
        (C::Draft, C::Evaluating, "end the sessions"),
        (C::Draft, C::Closed, "close"),
        (C::ApplicationsOpen, C::Matching, "close applications"),
        (C::ApplicationsOpen, C::Running, "begin"),
        (C::ApplicationsOpen, C::Evaluating, "end the sessions"),
        (C::ApplicationsOpen, C::Closed, "close"),
        (C::Matching, C::ApplicationsOpen, "open applications again"),
        (C::Matching, C::Running, "begin"),
        (C::Matching, C::Evaluating, "end the sessions"),
        (C::Matching, C::Closed, "close"),
        (C::Running, C::Evaluating, "end the sessions"),
        (C::Running, C::Closed, "close"),
        (C::Evaluating, C::Running, "go on with sessions"),
        (C::Evaluating, C::Closed, "close"),
        (C::Closed, C::Evaluating, "reopen"),
        (C::Closed, C::Archived, "archive"),
        (C::Archived, C::Closed, "take out of the archive"),
    ];
}

impl State for ApplicationState {
    const OF: &'static str = "an application";
    // Deciding includes reviewing, so a decision may follow receipt at once. A decision may be looked at again.
    const STEPS: &'static [Step<Self>] = &[
        (A::Received, A::UnderReview, "review"),
        (A::Received, A::Accepted, "accept"),
        (A::Received, A::Waitlisted, "waitlist"),
        (A::Received, A::Declined, "decline"),
        (A::Received, A::Duplicate, "mark as duplicate"),
        (A::Received, A::Withdrawn, "withdraw"),
        (A::UnderReview, A::Accepted, "accept"),
        (A::UnderReview, A::Waitlisted, "waitlist"),
        (A::UnderReview, A::Declined, "decline"),
        (A::UnderReview, A::Duplicate, "mark as duplicate"),
        (A::UnderReview, A::Withdrawn, "withdraw"),
        (A::Waitlisted, A::Offered, "offer"),
        (A::Waitlisted, A::Declined, "decline"),
        (A::Waitlisted, A::Withdrawn, "withdraw"),
        (A::Offered, A::Accepted, "accept"),
        (A::Offered, A::Expired, "let expire"),
        (
            A::Offered,
            A::DeclinedByApplicant,
            "note that the applicant declined",
        ),
        (A::Offered, A::Withdrawn, "withdraw"),
        (A::Accepted, A::Withdrawn, "withdraw"),
        (A::Declined, A::UnderReview, "review again"),
        (A::Duplicate, A::UnderReview, "review again"),
        (A::Expired, A::Offered, "offer again"),
        (A::Withdrawn, A::UnderReview, "review again"),
    ];
}

impl State for EnrolmentState {
    const OF: &'static str = "a participation";
    const STEPS: &'static [Step<Self>] = &[
        (E::Confirmed, E::Active, "begin"),
        (E::Confirmed, E::Completed, "complete"),
        (E::Confirmed, E::DidNotComplete, "end without completing"),
        (E::Confirmed, E::Withdrawn, "withdraw"),
        (E::Confirmed, E::Removed, "remove"),
        (E::Active, E::Paused, "pause"),
        (E::Active, E::Completed, "complete"),
        (E::Active, E::DidNotComplete, "end without completing"),
        (E::Active, E::Withdrawn, "withdraw"),
        (E::Active, E::Removed, "remove"),
        (E::Paused, E::Active, "go on"),
        (E::Paused, E::Completed, "complete"),
        (E::Paused, E::DidNotComplete, "end without completing"),
        (E::Paused, E::Withdrawn, "withdraw"),
        (E::Paused, E::Removed, "remove"),
        // One participation per person and role (rule 1): who comes back takes the same one up again.
        (E::Withdrawn, E::Confirmed, "come back"),
        (E::Withdrawn, E::Active, "come back"),
    ];
}

impl State for GroupState {
    const OF: &'static str = "a group";
    const STEPS: &'static [Step<Self>] = &[
        (G::Forming, G::Active, "begin"),
        (G::Forming, G::Dissolved, "dissolve"),
        (G::Forming, G::Merged, "merge"),
        // An active group has a lead on any date (rule 6): without one it forms anew.
        (G::Active, G::Forming, "lose its mentor"),
        (G::Active, G::Completed, "complete"),
        (G::Active, G::Dissolved, "dissolve"),
        (G::Active, G::Merged, "merge"),
        (G::Completed, G::Active, "go on"),
        (G::Dissolved, G::Forming, "form again"),
    ];
}

impl State for SessionState {
    const OF: &'static str = "a session";
    // Live and unconfirmed are what the clock makes of these; see `Phase`.
    const STEPS: &'static [Step<Self>] = &[
        (S::Planned, S::Confirmed, "confirm"),
        (S::Planned, S::Held, "note that it was held"),
        (S::Planned, S::Closed, "close the register"),
        (S::Planned, S::Cancelled, "cancel"),
        (S::Planned, S::Postponed, "postpone"),
        (S::Confirmed, S::Planned, "plan anew"),
        (S::Confirmed, S::Held, "note that it was held"),
        (S::Confirmed, S::Closed, "close the register"),
        (S::Confirmed, S::Cancelled, "cancel"),
        (S::Confirmed, S::Postponed, "postpone"),
        (S::Held, S::Closed, "close the register"),
        (S::Held, S::Planned, "take back that it was held"),
        (S::Held, S::Confirmed, "take back that it was held"),
        (S::Closed, S::Held, "reopen the register"),
        (S::Cancelled, S::Planned, "restore"),
        (S::Postponed, S::Planned, "restore"),
    ];
}

impl State for QuoteState {
    const OF: &'static str = "a quote";
    const STEPS: &'static [Step<Self>] = &[
        (Q::Suggested, Q::Cleared, "clear"),
        (Q::Suggested, Q::Hidden, "hide"),
        (Q::Cleared, Q::Suggested, "take back"),
        (Q::Cleared, Q::Hidden, "hide"),
        (Q::Hidden, Q::Suggested, "show"),
        (Q::Hidden, Q::Cleared, "clear"),
    ];
}

impl State for StreamState {
    const OF: &'static str = "a stream";
    const STEPS: &'static [Step<Self>] = &[
        (T::Open, T::Archived, "archive"),
        (T::Archived, T::Open, "open again"),
    ];
}

/// One line of the listing of all steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// What kind of record: `a session`.
    pub of: &'static str,
    /// The state before.
    pub from: String,
    /// The state after.
    pub to: String,
    /// What the step is called.
    pub step: &'static str,
}

/// Every step of every kind of record, for help and documents.
#[must_use]
pub fn transitions() -> Vec<Listed> {
    fn list<S: State>(into: &mut Vec<Listed>) {
        into.extend(S::STEPS.iter().map(|(from, to, step)| Listed {
            of: S::OF,
            from: from.to_string(),
            to: to.to_string(),
            step,
        }));
    }
    let mut all = Vec::new();
    list::<CohortState>(&mut all);
    list::<StreamState>(&mut all);
    list::<ApplicationState>(&mut all);
    list::<EnrolmentState>(&mut all);
    list::<GroupState>(&mut all);
    list::<SessionState>(&mut all);
    list::<QuoteState>(&mut all);
    all
}
