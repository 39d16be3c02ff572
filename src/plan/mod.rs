//! What could be: proposals made from a cohort, with their reasons. A [`crate::domain::Model`] in, a proposal out.
//!
//! Everything here is pure and repeatable: no clock, no I/O, no thread of its own, and the same input gives the
//! same answer. Long work looks at its [`Watch`], through which another thread asks it to stop and sees how far
//! it is. Nothing here changes anything: what a proposal would change is an intent of the domain.

mod dice;
pub mod grouping;
pub mod scheduling;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, Ordering};

use crate::domain::Model;

/// How far work has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// What is being done, in a few words: `placing people`.
    pub doing: &'static str,
    /// How much of it is done.
    pub done: u64,
    /// How much there is; 0 when nobody can say.
    pub of: u64,
}

/// What a planner is asked, and of which cohort.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Told apart from every other request.
    pub number: u64,
    /// The cohort as it was when somebody asked.
    pub model: Model,
    /// What is asked.
    pub asked: Asked,
}

/// What a planner can be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A group for everybody of the pool.
    Groups(grouping::Wish),
    /// Dates for the sessions that groups lack.
    Sessions(scheduling::Ask),
}

/// What a planner found.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Groups, with reasons.
    Groups(Box<grouping::Proposal>),
    /// Dates, with reasons.
    Sessions(Box<scheduling::Proposal>),
}

impl Request {
    /// The answer: long work, to be done off the screen's thread.
    ///
    /// # Errors
    /// When the work was called off.
    pub fn answer(&self, watch: &Watch) -> Result<Answer, Cancelled> {
        match &self.asked {
            Asked::Groups(wish) => {
                let proposal = grouping::propose(&self.model, wish.clone(), watch)?;
                Ok(Answer::Groups(Box::new(proposal)))
            }
            Asked::Sessions(ask) => {
                let proposal = scheduling::propose(&self.model, ask, watch)?;
                Ok(Answer::Sessions(Box::new(proposal)))
            }
        }
    }
}

/// The work was called off: there is no answer, not even an unfinished one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancelled;

/// Work in hand, as its worker and those who wait for it see it.
#[derive(Debug, Default)]
pub struct Watch {
    word: AtomicU8,
    progress: Mutex<Progress>,
}

impl Watch {
    /// Finish with the best answer so far.
    const ENOUGH: u8 = 1;
    /// Give up.
    const CANCELLED: u8 = 2;

    /// Calls the work off.
    pub fn cancel(&self) {
        self.word.store(Self::CANCELLED, Ordering::Relaxed);
    }

    /// Asks for the best answer found so far, with its bound; work that was called off stays so.
    pub fn enough(&self) {
        self.word.fetch_max(Self::ENOUGH, Ordering::Relaxed);
    }

    /// Whether the work is to stop with what it has.
    #[must_use]
    pub fn is_enough(&self) -> bool {
        self.word.load(Ordering::Relaxed) >= Self::ENOUGH
    }

    /// Whether to go on.
    ///
    /// # Errors
    /// When the work was called off.
    pub fn go_on(&self) -> Result<(), Cancelled> {
        if self.word.load(Ordering::Relaxed) == Self::CANCELLED {
            Err(Cancelled)
        } else {
            Ok(())
        }
    }

    /// Tells those who wait how far the work is.
    pub fn tell(&self, doing: &'static str, done: u64, of: u64) {
        *self.locked() = Progress { doing, done, of };
    }

    /// How far the work is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        *self.locked()
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Progress> {
        // Three numbers are whole whatever became of the thread that wrote them.
        self.progress
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_that_was_called_off_stays_so() {
        let watch = Watch::default();
        assert_eq!((watch.go_on(), watch.is_enough()), (Ok(()), false));
        watch.enough();
        assert_eq!((watch.go_on(), watch.is_enough()), (Ok(()), true));
        watch.cancel();
        watch.enough();
        assert_eq!((watch.go_on(), watch.is_enough()), (Err(Cancelled), true));
    }

    #[test]
    fn whoever_waits_sees_how_far_the_work_is() {
        let watch = Watch::default();
        watch.tell("placing people", 3, 8);
        let progress = watch.progress();
        assert_eq!(
            (progress.doing, progress.done, progress.of),
            ("placing people", 3, 8)
        );
    }
}
