//! The agenda: one line a session, the easiest layout to read aloud.

use ratatui::layout::{Position, Rect};

use super::Calendar;
use super::carry::clash_words;
use crate::domain::{Id, Phase, Session, when};
use crate::tui::part::{Canvas, Cell, Column, Line, Pane, split_rows};
use crate::tui::screen::Cx;
use crate::tui::theme::Role;

const COLUMNS: &[Column] = &[
    Column::new("DAY", 10, 0, 0),
    Column::new("TIME", 11, 0, 0),
    Column::new("GROUP", 8, 1, 0),
    Column::new("SES", 3, 0, 2),
    Column::new("MENTOR", 16, 1, 1),
    Column::new("P A L E -", 9, 0, 3),
    Column::new("STATE", 14, 1, 0),
];

/// The columns where only one short list fits.
const SHORT: &[Column] = &[
    Column::new("DAY", 6, 0, 1),
    Column::new("TIME", 5, 0, 0),
    Column::new("GROUP", 8, 0, 0),
    Column::new("STATE", 8, 1, 0),
];

/// How high the list is.
pub(super) fn list_height(cx: &Cx<'_>) -> u16 {
    if cx.body.height >= 14 {
        cx.body.height - 4
    } else {
        cx.body.height
    }
}

/// The lines about the session under the cursor.
pub(super) fn below(cx: &Cx<'_>, area: Rect) -> Rect {
    split_rows(area, &[list_height(cx)])[1]
}

impl Calendar {
    pub(super) fn draw_agenda(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>, area: Rect) -> Option<Position> {
        let parts = split_rows(area, &[list_height(cx)]);
        let all = self.everything(cx);
        let inside = Pane::new("Agenda", true).draw(canvas, parts[0]);
        let room = usize::from(inside.height.saturating_sub(1));
        let mut before = None;
        let shown: Vec<Line> = all
            .iter()
            .skip(self.agenda.top)
            .take(room)
            .map(|id| {
                let day = cx.model.sessions.get(*id).map(|is| cx.model.day(is.starts));
                let line = line(cx, *id, day != before);
                before = day;
                line
            })
            .collect();
        let below = all.len().saturating_sub(self.agenda.top + shown.len());
        if all.is_empty() {
            let text = if self.filter.is_empty() {
                format!(
                    "No sessions yet. {} groups have none planned. a adds one.",
                    cx.model.groups.len()
                )
            } else {
                format!("No match for {}. Esc shows all sessions.", self.filter)
            };
            canvas.put(
                inside.x + 4,
                inside.y + 2,
                inside.width.saturating_sub(4),
                &text,
                Role::Plain,
            );
        }
        let here = self.agenda.row.checked_sub(self.agenda.top);
        let columns = if cx.is_small() { SHORT } else { COLUMNS };
        let place = canvas.table(inside, columns, &shown, here, below);
        if parts[1].height >= 2
            && let Some(id) = self.at
        {
            let clashes = cx.model.clashes(id);
            let title = cx.model.session_title(id);
            let (heading, lines) = if clashes.is_empty() || cx.model.phase(id, cx.now) == Phase::Closed {
                (title, super::side::session_lines(cx, id))
            } else {
                let mut lines: Vec<String> = clashes
                    .iter()
                    .map(|c| format!("  {}", clash_words(cx, c)))
                    .collect();
                lines.push(super::side::free_words(cx, id));
                (format!("Why {title} clashes"), lines)
            };
            let inside = Pane::new(heading, false).draw(canvas, parts[1]);
            canvas.lines(inside, lines.iter().map(String::as_str));
        }
        place.or(Some(Position { x: area.x, y: area.y }))
    }
}

/// One session as a row.
fn line(cx: &Cx<'_>, id: Id<Session>, with_day: bool) -> Line {
    let Some(is) = cx.model.sessions.get(id) else {
        return Line::default();
    };
    let at = cx.model.local(is.starts);
    let counts = cx.model.counts(id);
    let marked = counts.present + counts.absent + counts.late + counts.apologies;
    let marks = if marked == 0 {
        String::new()
    } else {
        format!(
            "{} {} {} {} {}",
            counts.present, counts.absent, counts.late, counts.apologies, counts.unmarked
        )
    };
    let phase = cx.model.phase(id, cx.now);
    let concern = Calendar::concern(cx, id);
    let (state, role) = match (phase, concern) {
        (Phase::Live, Some(concern)) => (format!("LIVE ! {concern}"), Role::Live),
        (Phase::Live, None) => ("LIVE".to_owned(), Role::Live),
        (Phase::Ended, _) => ("ENDED ! finish".to_owned(), Role::Attention),
        (_, Some(concern)) => (format!("! {concern}"), Role::Attention),
        (phase, None) => (phase.to_string(), Role::Plain),
    };
    let rounds = cx.model.settings().rounds;
    let number = is.round.map_or_else(String::new, |round| {
        format!("{}/{rounds}", cx.model.round_number(round))
    });
    if cx.is_small() {
        let day = if with_day {
            at.format("%-d %b").to_string()
        } else {
            String::new()
        };
        let (time, group) = (when::clock(at), super::month::short_title(cx, id));
        return Line::of([
            Cell::from(day),
            Cell::from(time),
            Cell::from(group),
            Cell::new(state, role),
        ]);
    }
    let day = if with_day {
        when::day_short(at.date_naive())
    } else {
        String::new()
    };
    let cells = [
        Cell::from(day),
        Cell::from(when::span(at, u32::from(is.minutes))),
        Cell::from(super::month::short_title(cx, id)),
        Cell::from(number),
        Cell::from(super::side::mentor_of(cx, id)),
        Cell::from(marks),
        Cell::new(state, role),
    ];
    Line::of(cells)
}

/// One session as a line of text with tabs.
pub(super) fn plain(cx: &Cx<'_>, id: Id<Session>) -> String {
    let Some(is) = cx.model.sessions.get(id) else {
        return String::new();
    };
    let at = cx.model.local(is.starts);
    format!(
        "{}\t{}\t{}\t{}\t{}",
        at.format("%Y-%m-%d"),
        when::span(at, u32::from(is.minutes)),
        cx.model.session_title(id),
        super::side::mentor_of(cx, id),
        cx.model.phase(id, cx.now)
    )
}
