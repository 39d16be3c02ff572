//! In and out: readers and writers of every file format. Models and values in, values out.

pub mod example;
