//! What people said, as far as rule 15 lets it out, and how to read the numbers.

use std::collections::HashSet;

use chrono::NaiveDate;

use super::{Part, Printed, Section, capital, many};
use crate::domain::{Attribution, Id, Model, Quote, Scope};

/// The quotes that may be printed today, those with a name first, and how many may not.
pub(super) fn section(model: &Model, today: NaiveDate) -> (Section, usize) {
    let (printed, held) = printable(model, today);
    let mut parts = Vec::new();
    if printed.is_empty() {
        parts.push(Part::Say("No quote has been cleared for publication.".to_owned()));
    } else {
        parts.push(Part::Quotes(
            printed.into_iter().map(|(_, quote)| quote).collect(),
        ));
    }
    (
        Section {
            heading: "In their own words",
            parts,
        },
        held,
    )
}

/// The quotes that may be printed today; the same words only once.
pub(super) fn printable(model: &Model, today: NaiveDate) -> (Vec<(Id<Quote>, Printed)>, usize) {
    let lines = model.quote_lines(Scope::Cohort, today);
    let all = lines.len();
    let mut seen = HashSet::new();
    let mut printed: Vec<(Attribution, Id<Quote>, Printed)> = lines
        .into_iter()
        .filter(|line| line.held_by.is_empty() && line.label.attribution != Attribution::TeamOnly)
        .filter_map(|line| {
            Some((
                line.label.attribution,
                line.id,
                Printed {
                    text: line.text?,
                    label: line.label.text,
                },
            ))
        })
        .filter(|(_, _, quote)| seen.insert(crate::domain::text::fold(&quote.text)))
        .collect();
    // Ordered by what is printed, so that the order tells nothing about who said it.
    printed.sort_by(|a, b| (a.0, &a.2.label, &a.2.text).cmp(&(b.0, &b.2.label, &b.2.text)));
    let held = all - printed.len();
    (
        printed.into_iter().map(|(_, id, quote)| (id, quote)).collect(),
        held,
    )
}

/// What the numbers mean and where their formulas are from.
pub(super) fn reading(model: &Model) -> Section {
    let smallest = usize::try_from(model.smallest_published()).unwrap_or(usize::MAX);
    let parts = [
        format!(
            "No mean, share or distribution stands on fewer than {}. What stands on fewer is hidden, and where a \
             total would give a hidden number away it leaves it out; the total then says less than all answers. That \
             nearly all or hardly any of the people of small groups went up is told as \"or more\" and \"or fewer\".",
            many(smallest, "answer", "answers")
        ),
        "Means are given with the number of answers that they are made of (\"Counted\"). Intervals of means are 95 % intervals by Student's \
         t. Change is measured on pairs only: people who answered enough both times."
            .to_owned(),
        "Cohen's d for pairs is the mean of the differences divided by their standard deviation (d_z; Lakens, \
         Frontiers in Psychology 4:863, 2013, formula 6)."
            .to_owned(),
        "The net promoter score is the percentage who answered 9 or 10 less the percentage who answered 0 to 6; its \
         95 % interval follows from the variance of a difference of two shares of one sample: (p + d \u{2212} (p \u{2212} d)\u{b2}) / n."
            .to_owned(),
        format!(
            "{} are printed with the consent of those who said them, under a label that fits at least {}; with a \
             name only where the person agreed to that.",
            capital("quotes"),
            many(smallest, "person", "people")
        ),
    ];
    Section {
        heading: "How to read the numbers",
        parts: parts.into_iter().map(Part::Say).collect(),
    }
}
