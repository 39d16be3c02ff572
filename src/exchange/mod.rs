//! In and out: readers and writers of every file format. Models and values in, values out.
//!
//! A reader gives rows and problems, never an edit of the model behind somebody's back; a writer gives bytes.
//! Must not know the terminal, the store or the clock.

pub mod answers;
pub mod applications;
pub mod attendance;
mod busy;
pub mod calendar;
pub mod columns;
mod consents;
mod content;
mod cores;
mod delimited;
pub mod events;
pub mod example;
pub mod grid;
pub mod incoming;
pub mod intake;
mod letter;
pub mod lists;
pub mod mail;
pub mod messages;
pub mod people_rows;
mod postroom;
mod problem;
pub mod questionnaire;
mod questions;
pub mod report;
pub mod roster;
pub mod sheet;
mod since;
pub mod sniff;
pub mod spreadsheet;
pub mod subject;
mod template;
pub mod value;
mod workbook;

pub use content::Content;
pub use letter::{Letter, Post, parted};
pub use postroom::Postroom;
pub use problem::FileProblem;
pub use sheet::{Cell, RawSheet, Sheet, SheetRow, read_rows, read_sheet};
pub use template::Template;
