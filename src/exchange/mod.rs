//! In and out: readers and writers of every file format. Models and values in, values out.

pub mod example;
mod letter;

pub use letter::Letter;
