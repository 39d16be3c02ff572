//! One binary for everything that is tested from outside the library: see the table in the module list.

#[allow(dead_code, reason = "a kit offers more than one file of tests takes")]
mod kit;

mod anysize;
mod backup;
mod commands;
mod disk;
mod docs;
mod evaluation;
mod exchange;
mod exports;
mod flows_people;
mod keys;
mod listed;
mod planning;
mod rooms;
mod rules;
mod screens_calendar;
mod screens_feedback;
mod screens_groups;
mod screens_now;
mod screens_people;
mod screens_streams;
mod soak;
mod takeover;
mod terminal;
mod together;
