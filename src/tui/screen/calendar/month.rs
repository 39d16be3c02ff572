//! The month: weeks from Monday, a few lines a day, the day under the cursor spelled out below.

use chrono::{Datelike, Days, NaiveDate};
use ratatui::layout::{Position, Rect};

use super::{Calendar, monday};
use crate::domain::{Id, Session, when};
use crate::tui::part::{Canvas, Pane};
use crate::tui::screen::Cx;
use crate::tui::theme::Role;

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// The weeks of a month and how tall they are. Nothing of it depends on the day under the cursor: rows do not move.
pub(super) struct Grid {
    begin: NaiveDate,
    /// How many lines each week has.
    tall: Vec<u16>,
}

impl Grid {
    /// The month of a day in an area. What is left over goes to the week of today, else a line each from the first.
    pub(super) fn of(area: Rect, day: NaiveDate, today: NaiveDate) -> Self {
        let first = day.with_day(1).unwrap_or(day);
        let begin = monday(first);
        let last = (first + Days::new(31)).with_day(1).unwrap_or(first) - Days::new(1);
        let weeks = u16::try_from((monday(last) - begin).num_days() / 7 + 1).unwrap_or(6);
        let below: u16 = if area.height >= 18 { 3 } else { 0 };
        let room = area.height.saturating_sub(2 + below);
        let each = (room / weeks).clamp(1, 9);
        let extra = if each == 9 {
            0
        } else {
            room.saturating_sub(each * weeks)
        };
        let now = (first..=last)
            .contains(&today)
            .then(|| (monday(today) - begin).num_days() / 7);
        let tall = (0..weeks).map(|week| match now {
            Some(now) if i64::from(week) == now => each + extra,
            None if week < extra => each + 1,
            _ => each,
        });
        Self {
            begin,
            tall: tall.collect(),
        }
    }

    /// The first line of each week, counted from the first of the grid, and how many it has.
    fn weeks(&self) -> impl Iterator<Item = (u16, u16)> {
        self.tall.iter().scan(0, |line, tall| {
            let at = *line;
            *line += tall;
            Some((at, *tall))
        })
    }

    /// What is left below the weeks.
    pub(super) fn below(&self, area: Rect) -> Rect {
        let used = (2 + self.tall.iter().sum::<u16>()).min(area.height);
        Rect {
            y: area.y + used,
            height: area.height - used,
            ..area
        }
    }
}

impl Calendar {
    pub(super) fn draw_month(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>, area: Rect) -> Option<Position> {
        let here = self.here(cx);
        let grid = Grid::of(area, here, cx.model.day(cx.now));
        let width = area.width / 7;
        for (nth, name) in DAYS.iter().enumerate() {
            let x = area.x + width * u16::try_from(nth).unwrap_or(0);
            canvas.put(x + 1, area.y, width.saturating_sub(1), name, Role::Plain);
        }
        let rule: String = std::iter::repeat_n(canvas.glyphs.rule, usize::from(area.width)).collect();
        canvas.put(area.x, area.y + 1, area.width, &rule, Role::Plain);
        let mut place = None;
        for (week, (line, tall)) in (0_u64..).zip(grid.weeks()) {
            for nth in 0..7 {
                let day = grid.begin + Days::new(week * 7 + u64::from(nth));
                let cell = Rect {
                    x: area.x + width * nth,
                    y: area.y + 2 + line,
                    width: width.saturating_sub(1),
                    height: tall,
                };
                if self.draw_day(cx, canvas, cell, day, day.month() == here.month()) {
                    place = Some(Position { x: cell.x, y: cell.y });
                }
            }
        }
        let rest = grid.below(area);
        if rest.height >= 2 {
            let in_day = self.draw_below(cx, canvas, rest, here);
            place = in_day.or(place);
        }
        place
    }

    /// One day; answers whether the cursor is on it.
    fn draw_day(
        &self,
        cx: &Cx<'_>,
        canvas: &mut Canvas<'_>,
        cell: Rect,
        day: NaiveDate,
        inside: bool,
    ) -> bool {
        let is_here = day == self.here(cx);
        let today = day == cx.model.day(cx.now);
        let sign = if is_here { ">" } else { " " };
        let number = if inside {
            day.day().to_string()
        } else {
            format!("({})", day.day())
        };
        let holiday = cx
            .model
            .busy_for_everybody()
            .find(|(_, busy)| cx.model.day(busy.starts) == day);
        let mut head = format!("{sign}{number}");
        if today {
            head.push_str(" today");
        }
        if let Some((_, busy)) = holiday {
            head.push_str(&format!(" {}", busy.what));
        }
        canvas.put(cell.x, cell.y, cell.width, &head, Role::Plain);
        if is_here {
            canvas.tint(Rect { height: 1, ..cell }, Role::Cursor);
        }
        let mut lines = self.day_lines(cx, day, cell.width >= 15);
        let room = usize::from(cell.height.saturating_sub(1));
        if room == 0 && !lines.is_empty() {
            let n = lines.len();
            let used = u16::try_from(head.len() + 1).unwrap_or(0);
            canvas.put(
                cell.x + used,
                cell.y,
                cell.width.saturating_sub(used),
                &format!("{n} s."),
                Role::Plain,
            );
        }
        if lines.len() > room && room == 1 {
            let problem = lines.iter().any(|line| line.contains('!'));
            let sign = if problem { "!" } else { "" };
            let first = lines[0].trim_end_matches(" !");
            let named = format!("{first}+{}{sign}", lines.len() - 1);
            // How many there are is worth more than half a name.
            lines = if named.len() < usize::from(cell.width) {
                vec![named]
            } else {
                vec![format!("{} in all{sign}", lines.len())]
            };
        } else if lines.len() > room && room > 0 {
            let more = lines.len() - room + 1;
            let problem = lines[room - 1..].iter().any(|line| line.contains('!'));
            lines.truncate(room - 1);
            lines.push(format!("+{more} more{}", if problem { " !" } else { "" }));
        }
        for (nth, line) in lines.iter().take(room).enumerate() {
            let y = cell.y + 1 + u16::try_from(nth).unwrap_or(0);
            let role = if line.contains('!') {
                Role::Attention
            } else {
                Role::Plain
            };
            canvas.put(cell.x + 1, y, cell.width.saturating_sub(1), line, role);
        }
        is_here
    }

    /// The sessions of a day in a few columns: `11 CCIO-1 !`; the one in the hand where it would be.
    fn day_lines(&self, cx: &Cx<'_>, day: NaiveDate, roomy: bool) -> Vec<String> {
        let carried = self.carried();
        let mut lines = Vec::new();
        for id in self.on_day(cx, day) {
            let Some(is) = cx.model.sessions.get(id) else {
                continue;
            };
            if carried.is_some_and(|(session, ..)| session == id) {
                lines.push(".was here".to_owned());
                continue;
            }
            if !is.stands() {
                continue;
            }
            let at = cx.model.local(is.starts);
            let time = if roomy {
                at.format("%H:%M").to_string()
            } else {
                at.format("%H").to_string()
            };
            let flag = Self::concern(cx, id).map_or("", |_| " !");
            lines.push(format!("{time} {}{flag}", short_title(cx, id)));
        }
        if let Some((session, from, starts)) = carried
            && starts != from
            && cx.model.day(starts) == day
        {
            let clash = self
                .carry
                .as_ref()
                .is_some_and(|carry| !carry.clashes(cx).is_empty());
            let time = cx.model.local(starts).format("%H:%M");
            let flag = if clash { " CLASH!" } else { "" };
            lines.insert(0, format!(">{time} {}{flag}", short_title(cx, session)));
        }
        lines
    }

    /// The sessions of the day under the cursor; answers where the cursor is when it is among them.
    fn draw_below(
        &self,
        cx: &Cx<'_>,
        canvas: &mut Canvas<'_>,
        area: Rect,
        day: NaiveDate,
    ) -> Option<Position> {
        if let Some(carry) = &self.carry {
            return self.draw_clashes(cx, canvas, area, carry);
        }
        let inside = Pane::new(day.format("%a %-d %B").to_string(), self.in_day).draw(canvas, area);
        let mut x = inside.x + 2;
        let mut y = inside.y;
        let mut place = None;
        for id in self.on_day(cx, day) {
            let Some(is) = cx.model.sessions.get(id) else {
                continue;
            };
            let concern = match cx.model.phase(id, cx.now) {
                crate::domain::Phase::Cancelled | crate::domain::Phase::Postponed => " cancelled".to_owned(),
                crate::domain::Phase::Live => " LIVE".to_owned(),
                _ => Self::concern(cx, id).map_or_else(String::new, |concern| format!(" ! {concern}")),
            };
            let time = when::clock(cx.model.local(is.starts));
            let here = self.in_day && self.at == Some(id);
            let sign = if here { ">" } else { "" };
            let line = format!("{sign}{time} {}{concern}", cx.model.session_title(id));
            let width = u16::try_from(crate::domain::text::width(&line)).unwrap_or(0);
            if x + width > inside.right() {
                x = inside.x + 2;
                y += 1;
            }
            if y >= inside.bottom() {
                break;
            }
            canvas.put(x, y, width, &line, Role::Plain);
            if here {
                canvas.tint(
                    Rect {
                        x,
                        y,
                        width,
                        height: 1,
                    },
                    Role::Cursor,
                );
                place = Some(Position { x, y });
            }
            x += width + 3;
        }
        place
    }
}

/// `CCIO-2`, or a workshop's title.
pub(super) fn short_title(cx: &Cx<'_>, id: Id<Session>) -> String {
    match cx.model.sessions.get(id).and_then(|is| is.group) {
        Some(group) => cx.model.group_code(group),
        None => cx.model.session_title(id),
    }
}
