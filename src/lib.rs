//! `cohort`: live administration of a mentoring cohort, in the terminal.
//!
//! # The rooms
//!
//! | room | owns | must not know |
//! |---|---|---|
//! | [`domain`] | what is true: records, the vocabulary of change, rules, questions | I/O, clocks, terminals, databases |
//! | [`plan`] | what could be: groups and sessions proposed, with reasons | clocks, I/O, who asks |
//! | [`store`] | what is kept: the only room that says `sled` | sockets, screens |
//! | [`hub`] | who may write: the store process, and its clients | screens, file formats |
//! | [`exchange`] | in and out: every file format, previews as values | the store, the terminal |
//! | [`tui`] | what is seen: the program minus I/O, one key table | the store, sockets |
//! | [`cli`] | what is said: one-shot commands | the store |
//! | [`terminal`] | the real screen and keyboard | what is on the screen |
//! | [`run`] | the loop that joins them | |
//!
//! The arrow: `domain ← store ← hub`, `domain ← plan`, `domain ← exchange`; `tui` and `cli` stand on `domain`, `plan`,
//! `exchange` and the clients of `hub`; `run` and `main` join everything. A test reads `src/` and fails on a wrong arrow.
//!
//! # One keypress, followed
//!
//! The reader thread of [`terminal`] tells the loop of a key. [`tui::App::handle`] finds its [`tui::key::Action`] in
//! the one key table, and gives it to the popup on top or to the screen, which answers with a [`tui::Step`]. A step
//! that changes data carries a [`domain::Edit`], built by a verb of the domain (`Model::move_to`). The loop hands it
//! to [`hub::Link`], which sends it over the socket to the store process. There one thread asks
//! [`domain::Model::admit`], commits the edit in one transaction, waits for the disk, applies it to its own model
//! and tells every client: the entry landed. The client applies the entry to its replica and the loop draws one
//! frame. Nothing is shown as saved before it is on disk.
//!
//! # Where to touch what
//!
//! | to add | touch |
//! |---|---|
//! | a kind of record | its struct in `domain/record`, one row of `every_kind!` in `domain/kind.rs`, its fields in `domain/field`, its golden bytes |
//! | a field of a record | the struct, its row in `domain/field`, a frozen copy of the old struct in `store` |
//! | a rule | a function in `domain/rules`, a test named after it |
//! | a verb | a function in `domain/intent`; the screen and the command that call it |
//! | a key | one row in `tui/key/table.rs`, one arm in the screen |
//! | a screen | one file in `tui/screen`, one row in `tui::screen::tabs` |
//! | a file format | one file in `exchange` |
//! | a command | one file in `cli`, one variant of its arguments |
//!
//! The words are those of the programme: cohort, stream, group, round, session, register, mark, pulse, wave.

pub mod cli;
pub mod domain;
pub mod exchange;
pub mod hub;
pub mod plan;
pub mod run;
pub mod store;
pub mod terminal;
pub mod tui;
