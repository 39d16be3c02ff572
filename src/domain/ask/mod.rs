//! What a model is asked: who, which, how many, when. Each file holds the questions about one subject.

mod links;
mod title;
