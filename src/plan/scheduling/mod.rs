//! Dates for every group's sessions: proposed exactly or with a stated bound, with reasons.

pub mod instance;
mod timetable;
