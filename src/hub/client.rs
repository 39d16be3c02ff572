//! The link for programs that wait: one question, one answer. Commands use it.

use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::link::{Link, LinkEvent, Who};
use super::start::LinkProblem;
use super::wire::{Checked, Condition, Erased, Greeting, Peer};
use crate::domain::{Cohort, Edit, Entry, EntryHead, Id, Model, Person, Refusal, Rev};

/// How long a lost store may take to come back before a command gives up on its answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why an edit did not land.
#[derive(Clone, Debug, PartialEq)]
pub enum Unlanded {
    /// It was refused; nothing changed.
    Refused(Refusal),
    /// The store cannot be used. When it was lost on the way, the edit may have landed.
    Problem(LinkProblem),
}

impl From<LinkProblem> for Unlanded {
    fn from(problem: LinkProblem) -> Self {
        Self::Problem(problem)
    }
}

/// A connection to a store, for a program that waits for answers.
pub struct Client {
    link: Link,
    events: Receiver<LinkEvent>,
    model: Model,
    greeting: Greeting,
    peers: Vec<Peer>,
    entries: Vec<Entry>,
    lost: Option<Instant>,
}

impl Client {
    /// Connects to the store of a directory, starting one if need be, and fetches the wanted cohort.
    ///
    /// # Errors
    /// When there is no way in.
    pub fn connect(dir: &Path, who: Who) -> Result<Self, LinkProblem> {
        let (tell, events) = mpsc::channel();
        let link = Link::join(dir, who, move |event| {
            // Nobody waits for answers any more once the client is dropped.
            let _ = tell.send(event);
        });
        loop {
            match events.recv() {
                Ok(LinkEvent::Welcome(model, greeting)) => {
                    return Ok(Self {
                        link,
                        events,
                        model: *model,
                        greeting,
                        peers: Vec::new(),
                        entries: Vec::new(),
                        lost: None,
                    });
                }
                Ok(LinkEvent::Failed(problem)) => return Err(problem),
                Ok(_) => {}
                Err(_) => return Err(ended()),
            }
        }
    }

    /// The cohort, as of the last answer.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }
    /// Whom the store takes us for, and which cohorts there were when we came.
    #[must_use]
    pub fn greeting(&self) -> &Greeting {
        &self.greeting
    }
    /// Who else is here, as last heard.
    #[must_use]
    pub fn peers(&self) -> &[Peer] {
        &self.peers
    }

    /// Proposes an edit and waits until it is on disk; the model then has it.
    ///
    /// # Errors
    /// When it was refused, or the store cannot be used.
    pub fn propose(&mut self, edit: Edit) -> Result<Rev, Unlanded> {
        let nonce = edit.nonce;
        self.link.propose(edit);
        self.settled(nonce)
    }

    /// Takes an entry back, under this nonce.
    ///
    /// # Errors
    /// When it was refused, or the store cannot be used.
    pub fn undo(&mut self, nonce: u128, rev: Rev) -> Result<Rev, Unlanded> {
        self.link.undo(nonce, rev);
        self.settled(nonce)
    }

    fn settled(&mut self, asked: u128) -> Result<Rev, Unlanded> {
        self.wait(|event| match event {
            LinkEvent::Settled { nonce, rev } if nonce == asked => Some(Ok(rev)),
            LinkEvent::Refused { nonce, refusal } if nonce == asked => Some(Err(Unlanded::Refused(refusal))),
            LinkEvent::Unsaved { nonce, problem } if nonce == asked => Some(Err(Unlanded::Problem(problem))),
            _ => None,
        })?
    }

    /// Shows another cohort from now on.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub fn open(&mut self, cohort: Id<Cohort>) -> Result<(), LinkProblem> {
        self.link.open(cohort);
        self.wait(|event| matches!(event, LinkEvent::Opened(_)).then_some(()))
    }

    /// Lines of the cohort's history before a revision (or the newest), newest first.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub fn heads(&mut self, before: Option<Rev>, limit: u16) -> Result<Vec<EntryHead>, LinkProblem> {
        self.link.heads(before, limit);
        self.wait_or_ask_again(
            |link| link.heads(before, limit),
            |event| match event {
                LinkEvent::Heads(heads) => Some(heads),
                _ => None,
            },
        )
    }

    /// One whole entry, if there is one of this number.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub fn entry(&mut self, rev: Rev) -> Result<Option<Entry>, LinkProblem> {
        self.link.entry(rev);
        self.wait_or_ask_again(
            |link| link.entry(rev),
            |event| match event {
                LinkEvent::EntryIs(entry) => Some(entry.map(|entry| *entry)),
                _ => None,
            },
        )
    }

    /// How the store is.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub fn condition(&mut self) -> Result<Condition, LinkProblem> {
        self.link.condition();
        self.wait_or_ask_again(Link::condition, |event| match event {
            LinkEvent::Condition(condition) => Some(condition),
            _ => None,
        })
    }

    /// Everything there is, as a backup.
    ///
    /// # Errors
    /// When the store cannot be used, or we are only a viewer.
    pub fn backup(&mut self) -> Result<Vec<u8>, LinkProblem> {
        self.link.backup();
        let bytes = self.wait_or_ask_again(Link::backup, |event| match event {
            LinkEvent::BackedUp(bytes) => Some(bytes),
            _ => None,
        })?;
        if bytes.is_empty() {
            return Err(LinkProblem::not_permitted(
                "a viewer may not take a copy of everything",
                "ask an editor or an owner",
            ));
        }
        Ok(bytes)
    }

    /// Erases a person whose name was typed, under this nonce, and waits for the proof.
    ///
    /// # Errors
    /// When it was refused, or the store cannot be used. When the store was lost on the way, it may have happened.
    pub fn erase(&mut self, asked: u128, person: Id<Person>, name: &str) -> Result<Erased, Unlanded> {
        self.link.erase(asked, person, name);
        self.wait(|event| match event {
            LinkEvent::Erased(erased) => Some(Ok(erased)),
            LinkEvent::Refused { nonce, refusal } if nonce == asked => Some(Err(Unlanded::Refused(refusal))),
            LinkEvent::Unsaved { nonce, problem } if nonce == asked => Some(Err(Unlanded::Problem(problem))),
            _ => None,
        })?
    }

    /// Reads and checks everything on disk.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub fn verify(&mut self) -> Result<Checked, LinkProblem> {
        self.link.verify();
        self.wait_or_ask_again(Link::verify, |event| match event {
            LinkEvent::Verified(checked) => Some(checked),
            _ => None,
        })
    }

    /// The next entry that lands, of whatever cohort; `None` when none did within `patience`. The model has it then.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub fn next_entry(&mut self, patience: Duration) -> Result<Option<Entry>, LinkProblem> {
        let until = Instant::now() + patience;
        loop {
            if !self.entries.is_empty() {
                return Ok(Some(self.entries.remove(0)));
            }
            let left = until.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(left) {
                Ok(event) => {
                    self.take(event)?;
                }
                Err(RecvTimeoutError::Timeout) => return Ok(None),
                Err(RecvTimeoutError::Disconnected) => return Err(ended()),
            }
        }
    }

    /// Asks the store to end, and waits until it has gone.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub fn retire(self) -> Result<(), LinkProblem> {
        self.link.retire();
        loop {
            match self.events.recv_timeout(PATIENCE) {
                Ok(LinkEvent::Lost { .. }) => return Ok(()),
                Ok(_) => {}
                Err(_) => return Err(silent()),
            }
        }
    }

    fn wait<T>(&mut self, wanted: impl FnMut(LinkEvent) -> Option<T>) -> Result<T, LinkProblem> {
        self.wait_or_ask_again(|_| (), wanted)
    }

    /// Waits for an answer, keeping the model up to date; questions that a lost store took with it are asked again.
    fn wait_or_ask_again<T>(
        &mut self,
        again: impl Fn(&Link),
        mut wanted: impl FnMut(LinkEvent) -> Option<T>,
    ) -> Result<T, LinkProblem> {
        // Entries that nobody asked for with `next_entry` are in the model already.
        self.entries.clear();
        loop {
            match self.events.recv_timeout(Duration::from_secs(1)) {
                Ok(event) => {
                    let back = matches!(event, LinkEvent::Back);
                    if let Some(answer) = self.take(event)?.and_then(&mut wanted) {
                        return Ok(answer);
                    }
                    if back {
                        again(&self.link);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    if self.lost.is_some_and(|lost| lost.elapsed() > PATIENCE) {
                        return Err(silent());
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return Err(ended()),
            }
        }
    }

    /// Takes note of an event; hands on what somebody may be waiting for.
    fn take(&mut self, event: LinkEvent) -> Result<Option<LinkEvent>, LinkProblem> {
        match event {
            LinkEvent::Welcome(model, greeting) => {
                self.model = *model;
                self.greeting = greeting;
                self.lost = None;
            }
            LinkEvent::Opened(model) => {
                self.model = *model;
                return Ok(Some(LinkEvent::Opened(Box::new(Model::empty(Id::new(0))))));
            }
            LinkEvent::Landed(entry) => {
                self.model.apply(&entry);
                self.entries.push(entry);
            }
            LinkEvent::Peers(peers) => self.peers = peers,
            LinkEvent::Lost { .. } | LinkEvent::Silent { .. } => self.lost = Some(Instant::now()),
            LinkEvent::Back => self.lost = None,
            LinkEvent::Failed(problem) => return Err(problem),
            event => return Ok(Some(event)),
        }
        Ok(None)
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.link.leave();
    }
}

fn silent() -> LinkProblem {
    LinkProblem::unusable(
        "the store did not answer",
        "try again; an edit lands once even when it is sent twice",
    )
}

fn ended() -> LinkProblem {
    LinkProblem::unusable("the connection to the store has ended", "try again")
}
