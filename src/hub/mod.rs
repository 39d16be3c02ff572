//! Who may write: the store process and its clients.
//!
//! One process holds the data ([`serve`]); terminals and commands are its clients ([`Link`], [`Client`]) over a
//! Unix socket. Inside, one thread writes (`desk`), and each connection has a reading and a writing thread
//! (`seat`). Clients never lose an edit: what is unanswered when a connection breaks is sent again under the same
//! nonce, to a store that is started if need be, and lands once. It must not know screens or files.

mod client;
mod desk;
pub mod frame;
mod judge;
mod link;
mod seat;
mod service;
mod socket;
mod start;
mod undo;
mod who;
pub mod wire;

pub use crate::store::backup;
pub use client::{Client, Unlanded};
pub use desk::Clock;
pub use link::{Link, LinkEvent, Who, mint};
pub use service::{LOG, Service, Serving, serve};
pub use start::{LinkProblem, Start, retire};
pub use who::initials;
pub use wire::{Checked, Condition, Erased, Greeting, Peer, Place, Wanted};
