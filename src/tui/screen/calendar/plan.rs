//! `a` in the calendar: which group meets, and when first; the rest of its sessions, or those of all groups, are
//! proposed as a preview.

use super::Calendar;
use crate::domain::{Group, Id, Model, when};
use crate::plan::scheduling::Ask;
use crate::tui::overlay::{LineBox, Menu, MenuRow, Overlay, Scheduling};
use crate::tui::screen::Cx;
use crate::tui::step::{Hand, Step};

impl Calendar {
    /// The popup of groups, with those first that have no date yet; typing finds one.
    pub(super) fn which_group(&self, cx: &Cx<'_>) -> Overlay {
        let form_on = self.here(cx);
        let group_here = self.group_here(cx);
        let mut groups = cx.model.groups_sorted();
        groups.sort_by_key(|group| lacking(cx.model, *group, cx) == 0);
        let missing: usize = groups.iter().map(|group| lacking(cx.model, *group, cx)).sum();
        let mut rows = vec![match missing {
            0 => MenuRow::barred(
                "all groups: every session has a date",
                "Every round that is not over has its sessions.",
            ),
            1 => MenuRow::plain("all groups: propose a date for 1 session"),
            n => MenuRow::plain(format!("all groups: propose dates for {n} sessions")),
        }];
        rows.extend(groups.iter().map(|group| {
            let code = cx.model.group_code(*group);
            MenuRow::plain(match lacking(cx.model, *group, cx) {
                0 => format!("{code:<8} has all its dates: adds one more"),
                n => format!("{code:<8} {n} without a date"),
            })
        }));
        rows.push(MenuRow::plain("a workshop, or one session by form"));
        let menu = Menu::new("Who meets", rows, move |row, cx, hand| match row.checked_sub(1) {
            None => Ok(Scheduling::open(Ask::all(cx.now), cx, hand)),
            Some(row) => match groups.get(row) {
                Some(group) => Ok(Step::Ask(Overlay::Line(first_time(cx, *group)))),
                None => Ok(Step::Ask(Self::form(cx, form_on, group_here))),
            },
        });
        Overlay::Menu(
            menu.finding()
                .saying("Type a few letters of the group; Enter chooses."),
        )
    }
}

/// How many rounds that are not over have no session of this group.
fn lacking(model: &Model, group: Id<Group>, cx: &Cx<'_>) -> usize {
    let today = model.day(cx.now);
    let standing = model.standing_sessions_of(group);
    let open = model
        .rounds_sorted()
        .into_iter()
        .filter(|(_, round)| today <= round.closes);
    open.filter(|(id, _)| standing.iter().all(|(_, is)| is.round != Some(*id)))
        .count()
}

/// The line in which the time of a group's first session is typed.
fn first_time(cx: &Cx<'_>, group: Id<Group>) -> LineBox {
    let code = cx.model.group_code(group);
    let parse = |text: &str, cx: &Cx<'_>| {
        let now = cx.model.local(cx.now);
        when::parse_when(text, now, None).map_err(|problem| format!("{problem}. Try: {}.", problem.remedy()))
    };
    LineBox::new(
        format!("{code} meets on"),
        "A day and a time: 12 may 16, thu 9:30.",
        "",
        move |text, cx, hand| begin(cx, hand, group, parse(&text, cx)?),
    )
    .reading(move |text, cx| {
        let at = parse(text, cx)?;
        let said = when::moment_short(cx.model.local(at));
        Ok(match cx.model.standing_sessions_of(group).len() {
            0 => format!("{said}, and the same weekday and hour in the rounds after it"),
            _ => said,
        })
    })
}

/// A first session with all that follow, for a group that has none; else one more.
fn begin(
    cx: &Cx<'_>,
    hand: &mut Hand,
    group: Id<Group>,
    starts: chrono::DateTime<chrono::Utc>,
) -> Result<Step, String> {
    let day = cx.model.day(starts);
    let round = cx.model.round_on(day);
    let standing = cx.model.standing_sessions_of(group);
    if !standing.is_empty() {
        return super::does::one_session(cx, hand, group, starts, 60);
    }
    if round.is_none() {
        return Err(format!(
            "No round has {} in its window; choose a day of one.",
            when::day_short(day)
        ));
    }
    if starts < cx.now {
        return Err("That is over. Try: a day to come.".to_owned());
    }
    Ok(Scheduling::open(
        Ask::first_at(cx.model, group, starts, cx.now),
        cx,
        hand,
    ))
}
