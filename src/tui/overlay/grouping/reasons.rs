//! Why somebody would go where: the parts of a fit, every other group and why not it, what becomes of the groups.

use super::{Grouping, TALL};
use crate::domain::fit::Part;
use crate::domain::text;
use crate::plan::grouping::{Change as GroupChange, Placed, Proposal, said};
use crate::tui::overlay::{Menu, MenuRow, Overlay};
use crate::tui::screen::Cx;
use crate::tui::step::Step;

impl Grouping {
    /// `Why CCIO-3 for Amina Yusuf`.
    pub(super) fn title(&self, proposal: &Proposal, cx: &Cx<'_>) -> String {
        let Some(seeker) = proposal.case.seekers.get(self.cursor.row) else {
            return "Why".to_owned();
        };
        let name = self.model(cx).enrolled_name(seeker.enrolment);
        match proposal.place[self.cursor.row] {
            Some(group) => {
                let code = self.model(cx).group_code(proposal.case.offers[group].group);
                format!("Why {code} for {name}")
            }
            None => format!("Why no group for {name}"),
        }
    }

    /// The parts of the fit under the cursor, and the next best group; in as few lines as it takes on a low screen,
    /// for Enter tells all.
    pub(super) fn why(&self, proposal: &Proposal, cx: &Cx<'_>) -> Vec<String> {
        let person = self.cursor.row;
        if proposal.case.seekers.get(person).is_none() {
            return Vec::new();
        }
        let Some(placed) = proposal.placed(self.model(cx), person) else {
            let mut lines = vec![proposal.why_unplaced(self.model(cx), person)];
            lines.extend(relaxing(proposal));
            return lines;
        };
        let mut lines: Vec<String> = proposal
            .next_best(self.model(cx), person)
            .map(|next| {
                let code = self.model(cx).group_code(next.group);
                let fit = next.fit.unwrap_or_default();
                format!("next best  {code}  {fit}  ({})", next.why_not)
            })
            .into_iter()
            .collect();
        if cx.body.height < TALL {
            let parts = placed.parts.iter().map(|part| {
                let all = format!("{} {}", part.name(), part.points);
                if part.points == part.of {
                    all
                } else {
                    format!("{all} of {}", part.of)
                }
            });
            let first = format!("fit {} =", placed.fit);
            lines.extend(flowed(&first, parts, " + ", room(cx)));
        } else {
            lines.extend(parts(&placed));
        }
        lines
    }

    /// The popup of every reason there is for the person under the cursor. It only tells: nothing is chosen in it.
    pub(super) fn reasons(&self, proposal: &Proposal, cx: &Cx<'_>) -> Step {
        let person = self.cursor.row;
        if proposal.case.seekers.get(person).is_none() {
            return Step::Stay;
        }
        let others = proposal.alternatives(self.model(cx), person);
        let rows = others.iter().map(|is| {
            let code = self.model(cx).group_code(is.group);
            let fit = is.fit.map_or_else(|| "-".to_owned(), |fit| fit.to_string());
            MenuRow::plain(format!("{code:<8} {fit:>3}  {}", is.why_not))
        });
        let mut menu = Menu::new(self.title(proposal, cx), rows.collect(), |_, _, _| {
            Err("This tells why. Esc goes back; e there chooses another group.".to_owned())
        });
        menu.heading = "every other group, and why not".to_owned();
        menu.footer = match proposal.placed(self.model(cx), person) {
            Some(placed) => {
                let sum = format!("fit {} is the sum of", placed.fit);
                std::iter::once(sum).chain(parts(&placed)).collect()
            }
            None => relaxing(proposal),
        };
        Step::Ask(Overlay::Menu(
            menu.saying("Nothing changes here. / finds a group, Esc goes back."),
        ))
    }

    /// `CCIO-3 3 -> 4 of 4`, as many to a line as fit, and the pool.
    pub(super) fn groups(&self, proposal: &Proposal, cx: &Cx<'_>) -> Vec<String> {
        let included = self.included(proposal);
        let mut all: Vec<String> = proposal
            .changes(&included)
            .iter()
            .map(|is| {
                let short = if is.after < usize::from(is.limits.min) {
                    format!(", {} is the minimum", is.limits.min)
                } else {
                    String::new()
                };
                let code = self.model(cx).group_code(is.group);
                format!("{code} {} -> {} of {}{short}", is.before, is.after, is.limits.max)
            })
            .collect();
        let new = |change: &&GroupChange| cx.model.groups.get(change.group).is_none();
        match proposal.changes(&included).iter().filter(new).count() {
            0 => {}
            1 => all.insert(0, "1 new group".to_owned()),
            n => all.insert(0, format!("{n} new groups, one for each mentor")),
        }
        let pool = proposal.place.len();
        all.push(format!("pool {pool} -> {}", pool - included.len()));
        flowed("", all, "    ", room(cx))
    }

    /// The rules that hold, and what a fit is made of.
    pub(super) fn rules(proposal: &Proposal, cx: &Cx<'_>) -> Vec<String> {
        let weights = Part::ALL
            .into_iter()
            .map(|part| format!("{} {}", part.name(), proposal.case.weights[part as usize]));
        let mut lines =
            vec!["stream or second stream; limits and capacities; pair rules; locked places".to_owned()];
        lines.extend(flowed("fit 100 =", weights, " + ", room(cx)));
        lines
    }
}

/// How wide a line of reasons may be.
fn room(cx: &Cx<'_>) -> usize {
    usize::from(cx.body.width).saturating_sub(4)
}

/// The parts of a fit, a line each.
fn parts(placed: &Placed) -> Vec<String> {
    let parts = placed.parts.iter().map(|part| {
        let sign = if part.points * 2 > part.of { '+' } else { '-' };
        format!(
            "{sign} {:<44} {:<11}{:>3} of {}",
            text::fit(&said(part), 44, "~"),
            part.name(),
            part.points,
            part.of
        )
    });
    parts.collect()
}

/// What to give up so that everybody has a place.
fn relaxing(proposal: &Proposal) -> Vec<String> {
    let rules = &proposal.relax.rules;
    let least = match (rules.is_empty(), proposal.relax.smallest) {
        (true, _) => return Vec::new(),
        (_, true) => "no fewer rules do, and no as many that touch fewer people",
        (_, false) => "fewer may do",
    };
    let mut lines = vec!["everybody would have a place if you".to_owned()];
    lines.extend(rules.iter().map(|is| format!("  {}", is.what)));
    lines.push(format!("({least})"));
    lines
}

/// Items one after another behind a beginning, as many to a line as fit.
fn flowed(first: &str, items: impl IntoIterator<Item = String>, between: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = first.to_owned();
    for (nth, item) in items.into_iter().enumerate() {
        let joint = match (nth, line.is_empty()) {
            (_, true) => "",
            (0, _) => " ",
            _ => between,
        };
        if text::width(&line) + text::width(joint) + text::width(&item) > width && !line.is_empty() {
            line.push_str(joint.trim_end());
            lines.push(std::mem::replace(&mut line, item));
        } else {
            line.push_str(joint);
            line.push_str(&item);
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::flowed;

    #[test]
    fn items_go_on_in_the_next_line_where_one_is_full() {
        let items = ["stream 30", "wishes 20", "trust 15"].map(str::to_owned);
        assert_eq!(
            flowed("fit 65 =", items, " + ", 20),
            ["fit 65 = stream 30 +", "wishes 20 + trust 15"]
        );
    }
}
