//! The week: days side by side, half an hour a line; where a carried session was and would be.

use chrono::{Days, NaiveDate, Timelike};
use ratatui::layout::{Position, Rect};

use super::carry::{Carry, clash_words};
use super::month::short_title;
use super::{Calendar, monday};
use crate::domain::{Id, Phase, Session, when};
use crate::tui::part::{Canvas, Pane};
use crate::tui::screen::Cx;
use crate::tui::theme::Role;

/// Width of the column of hours.
const HOURS: u16 = 6;
/// First half hour shown when nothing is earlier: 09:00.
const MORNING: u32 = 18;

/// The lines about the session under the cursor.
pub(super) fn below(area: Rect) -> Rect {
    let height = if area.height >= 14 { 3 } else { 0 };
    Rect {
        y: area.bottom() - height,
        height,
        ..area
    }
}

impl Calendar {
    pub(super) fn draw_week(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>, area: Rect) -> Option<Position> {
        let here = self.here(cx);
        let begin = monday(here);
        let weekend =
            (5..7).any(|n| begin + Days::new(n) == here || !self.on_day(cx, begin + Days::new(n)).is_empty());
        let days: u16 = if weekend { 7 } else { 5 };
        let width = area.width.saturating_sub(HOURS) / days;
        for nth in 0..days {
            let day = begin + Days::new(u64::from(nth));
            let today = if day == cx.model.day(cx.now) { " today" } else { "" };
            let sign = if day == here { ">" } else { " " };
            let head = format!("{sign}{}{today}", day.format("%a %-d"));
            canvas.put(area.x + HOURS + width * nth, area.y, width, &head, Role::Plain);
        }
        let rule: String = std::iter::repeat_n(canvas.glyphs.rule, usize::from(area.width)).collect();
        canvas.put(area.x, area.y + 1, area.width, &rule, Role::Plain);
        let rows = area.height.saturating_sub(2 + below(area).height);
        let half = |at: chrono::DateTime<chrono_tz::Tz>| at.hour() * 2 + at.minute() / 30;
        let all: Vec<(NaiveDate, Id<Session>)> = (0..days)
            .map(|nth| begin + Days::new(u64::from(nth)))
            .flat_map(|day| self.on_day(cx, day).into_iter().map(move |id| (day, id)))
            .collect();
        let starts = |id: &Id<Session>| {
            cx.model
                .sessions
                .get(*id)
                .map(|is| half(cx.model.local(is.starts)))
        };
        let carried = self.carried().map(|(_, _, at)| half(cx.model.local(at)));
        let earliest = all
            .iter()
            .filter_map(|(_, id)| starts(id))
            .chain(carried)
            .min()
            .unwrap_or(MORNING);
        let latest = all
            .iter()
            .filter_map(|(_, id)| starts(id))
            .chain(carried)
            .max()
            .unwrap_or(MORNING);
        // The carried or chosen session is always inside; else the day begins at nine or with its first session.
        let wanted = carried.or(self.at.as_ref().and_then(starts)).unwrap_or(MORNING);
        let mut top = earliest.min(MORNING) / 2 * 2;
        if latest >= top + u32::from(rows) {
            top = top.max((wanted + 3).saturating_sub(u32::from(rows)));
        }
        for row in 0..rows {
            let at = top + u32::from(row);
            if at % 2 == 0 && at < 48 {
                canvas.put(
                    area.x,
                    area.y + 2 + row,
                    HOURS,
                    &format!("{:02}:00", at / 2),
                    Role::Plain,
                );
            }
        }
        let mut place = None;
        let column = |day: NaiveDate| u16::try_from((day - begin).num_days()).ok().filter(|n| *n < days);
        let mut taken = std::collections::BTreeSet::new();
        for (day, id) in &all {
            let (Some(nth), Some(half)) = (column(*day), starts(id)) else {
                continue;
            };
            let Some(mut row) = half.checked_sub(top).and_then(|r| u16::try_from(r).ok()) else {
                continue;
            };
            while taken.contains(&(nth, row)) {
                row += 1;
            }
            if row >= rows {
                continue;
            }
            taken.insert((nth, row));
            let is_carried = self.carried().is_some_and(|(session, ..)| session == *id);
            let here = self.at == Some(*id) && self.carry.is_none();
            let text = if is_carried {
                ".was here".to_owned()
            } else {
                block_text(cx, *id)
            };
            let sign = if here { ">" } else { "|" };
            let cell = Rect {
                x: area.x + HOURS + width * nth,
                y: area.y + 2 + row,
                width: width.saturating_sub(1),
                height: 1,
            };
            let role = if text.contains('!') {
                Role::Attention
            } else {
                Role::Plain
            };
            canvas.put(cell.x, cell.y, cell.width, &format!("{sign}{text}"), role);
            if here {
                canvas.tint(cell, Role::Cursor);
                place = Some(Position { x: cell.x, y: cell.y });
            }
        }
        if let Some((session, from, at)) = self.carried().filter(|(_, from, at)| from != at) {
            let _ = from;
            let local = cx.model.local(at);
            let row = half(local)
                .checked_sub(top)
                .and_then(|r| u16::try_from(r).ok())
                .filter(|r| *r < rows);
            if let (Some(nth), Some(row)) = (column(local.date_naive()), row) {
                let clash = self
                    .carry
                    .as_ref()
                    .is_some_and(|carry| !carry.clashes(cx).is_empty());
                let text = format!(
                    ">{}{}",
                    short_title(cx, session),
                    if clash { " CLASH" } else { "" }
                );
                let cell = Rect {
                    x: area.x + HOURS + width * nth,
                    y: area.y + 2 + row,
                    width: width.saturating_sub(1),
                    height: 1,
                };
                canvas.clear(cell);
                canvas.put(
                    cell.x,
                    cell.y,
                    cell.width,
                    &text,
                    if clash { Role::Attention } else { Role::Plain },
                );
                canvas.tint(cell, Role::Cursor);
                place = Some(Position { x: cell.x, y: cell.y });
            }
        }
        let rest = below(area);
        if rest.height >= 2 {
            match &self.carry {
                Some(carry) => {
                    self.draw_clashes(cx, canvas, rest, carry);
                }
                None => self.draw_chosen(cx, canvas, rest),
            }
        }
        place.or(Some(Position { x: area.x, y: area.y }))
    }

    /// What is in the way where the session is carried.
    pub(super) fn draw_clashes(
        &self,
        cx: &Cx<'_>,
        canvas: &mut Canvas<'_>,
        area: Rect,
        carry: &Carry,
    ) -> Option<Position> {
        let clashes = carry.clashes(cx);
        let people = cx.model.expected(carry.session).len();
        let at = when::moment_short(cx.model.local(carry.starts));
        let more = format!("{} of {people} people", clashes.len());
        let inside = Pane::new(format!("Clashes at {at}"), false)
            .with(more)
            .draw(canvas, area);
        let lines: Vec<String> = if clashes.is_empty() {
            vec!["  none: everybody expected is free".to_owned()]
        } else {
            clashes
                .iter()
                .map(|clash| format!("  ! {}", clash_words(cx, clash)))
                .collect()
        };
        canvas.lines(inside, lines.iter().map(String::as_str));
        None
    }

    /// The session under the cursor, in two lines.
    fn draw_chosen(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>, area: Rect) {
        let Some(id) = self.at else {
            Pane::new("No session this day", false).draw(canvas, area);
            return;
        };
        let inside = Pane::new(cx.model.session_title(id), false).draw(canvas, area);
        let lines = super::side::session_lines(cx, id);
        canvas.lines(inside, lines.iter().map(String::as_str));
    }
}

/// `CCIO-2 S3 !`, `CCIO-2 LIVE`.
fn block_text(cx: &Cx<'_>, id: Id<Session>) -> String {
    let title = cx.model.session_title(id);
    match cx.model.phase(id, cx.now) {
        Phase::Live => format!("{} LIVE", short_title(cx, id)),
        Phase::Cancelled | Phase::Postponed => format!("({title})"),
        _ => match Calendar::concern(cx, id) {
            Some(concern) => format!("{} !{concern}", short_title(cx, id)),
            None => title,
        },
    }
}
