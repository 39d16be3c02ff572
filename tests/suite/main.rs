//! One binary for everything that is tested from outside the library: see the table in the module list.

#[allow(dead_code, reason = "a kit offers more than one file of tests takes")]
mod kit;

mod anysize;
mod backup;
mod beginning;
mod commands;
mod disk;
mod docs;
mod erasure;
mod evaluation;
mod exchange;
mod exports;
mod flows_people;
mod fuzz;
mod imports;
mod keys;
mod killed;
mod listed;
mod mail;
mod matrix;
mod packaging;
mod planning;
mod planning_2025;
mod roles;
mod rooms;
mod rules;
mod screens_calendar;
mod screens_exchange;
mod screens_feedback;
mod screens_groups;
mod screens_messages;
mod screens_now;
mod screens_people;
mod screens_quotes;
mod screens_streams;
mod soak;
mod ssh;
mod steady;
mod takeover;
mod terminal;
mod together;
