//! How a register is drawn: the heading, the people, what waits, what the marks mean, who marked last.

use ratatui::layout::{Position, Rect};

use super::super::Cx;
use super::RegisterSheet;
use super::lines::{self, Entered, Who, letter, session_name, set_by, word};
use crate::domain::{Id, MarkValue, Model, Phase, Session, text, when};
use crate::tui::part::{Canvas, Cell, Column, Line, Pane, fit_columns, share, split_rows};
use crate::tui::theme::Role;

/// Width of what stands beside the people on a wide screen.
const BESIDE: u16 = 55;
/// Headings of the rounds before.
const ROUNDS: [&str; 12] = [
    "S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "S9", "S10", "S11", "S12",
];

/// The parts of the body.
struct Parts {
    heading: Rect,
    people: Rect,
    waiting: Rect,
    legend: Rect,
    before: Rect,
    wall: Option<u16>,
}

impl RegisterSheet {
    /// How many rows the people have.
    pub(super) fn list_height(&self, cx: &Cx<'_>) -> usize {
        let headings = if cx.is_small() { 0 } else { 2 };
        usize::from(self.parts(cx).people.height.saturating_sub(headings))
    }

    fn parts(&self, cx: &Cx<'_>) -> Parts {
        let rows = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        let heading = if cx.is_small() { 1 } else { 2 };
        let areas = split_rows(cx.body, &[heading]);
        let (heading, rest) = (areas[0], areas[1]);
        let empty = Rect { height: 0, ..rest };
        if cx.is_small() {
            return Parts {
                heading,
                people: rest,
                waiting: empty,
                legend: empty,
                before: empty,
                wall: None,
            };
        }
        let people = 2_u16.saturating_add(rows(self.lines.len().max(1)));
        let waiting = self.waiting(cx).len();
        let waiting = if waiting == 0 { 0 } else { 1 + rows(waiting) };
        let legend = 1 + rows(self.legend(cx).len());
        let before = 1 + rows(self.before(cx).len().max(1));
        if cx.is_wide() {
            let beside = Rect {
                x: rest.right() - BESIDE,
                width: BESIDE,
                ..rest
            };
            let left = Rect {
                width: rest.width - BESIDE - 1,
                ..rest
            };
            let areas = split_rows(
                beside,
                &share(beside.height, &[waiting, legend, before], &[2, 2, 2], 0),
            );
            return Parts {
                heading,
                people: left,
                waiting: areas[0],
                legend: areas[1],
                before: areas[2],
                wall: Some(beside.x - 1),
            };
        }
        let wants = [people, waiting, legend, before];
        let least = [people.min(rest.height), waiting.min(3), 2, 2];
        let areas = split_rows(rest, &share(rest.height, &wants, &least, 0));
        Parts {
            heading,
            people: areas[0],
            waiting: areas[1],
            legend: areas[2],
            before: areas[3],
            wall: None,
        }
    }

    pub(super) fn draw(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        let parts = self.parts(cx);
        let on_heading = self.draw_heading(cx, canvas, parts.heading);
        let on_people = self.draw_people(cx, canvas, parts.people);
        draw_lines(canvas, parts.waiting, "Waiting for you", &self.waiting(cx));
        draw_lines(canvas, parts.legend, "Marks", &self.legend(cx));
        draw_lines(canvas, parts.before, "Before this", &self.before(cx));
        if let Some(x) = parts.wall {
            canvas.wall(x, parts.people.y, parts.people.bottom());
        }
        on_heading.or(on_people)
    }

    fn draw_heading(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>, area: Rect) -> Option<Position> {
        let [first, second] = heading(cx, self.session);
        let here = self.cursor.at == Some(Who::Heading);
        let sign = if here { "> " } else { "" };
        let lines = [format!("{sign}{first}"), second];
        canvas.lines(area, lines.iter().map(String::as_str));
        if !here || area.height == 0 {
            return None;
        }
        canvas.tint(Rect { height: 1, ..area }, Role::Cursor);
        Some(Position { x: area.x, y: area.y })
    }

    fn draw_people(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>, area: Rect) -> Option<Position> {
        if area.height == 0 {
            return None;
        }
        let top = self.cursor.top;
        let here = self.cursor.row.checked_sub(1 + top);
        if cx.is_small() {
            let shown: Vec<Line> = self
                .lines
                .iter()
                .skip(top)
                .map(|line| self.short(cx, line))
                .collect();
            let columns = [Column::new("", 14, 2, 0), Column::new("", 13, 1, 0)];
            return canvas.rows(
                area,
                &fit_columns(&columns, area.width.saturating_sub(4)),
                &shown,
                here,
                0,
            );
        }
        let mut counts = [0_u32; 5];
        for line in self.lines.iter().filter(|line| line.row.role.is_some()) {
            let place = match self.shown(cx, line).0 {
                Some(MarkValue::Present) => 0,
                Some(MarkValue::Absent) => 1,
                Some(MarkValue::Late) => 2,
                Some(MarkValue::Apologies) => 3,
                Some(MarkValue::Guest) | None => 4,
            };
            counts[place] += 1;
        }
        let [present, absent, late, excused, unmarked] = counts;
        let guests = self
            .lines
            .iter()
            .filter(|line| line.row.role.is_none() && line.value().is_some())
            .count();
        let guests = if guests == 0 {
            String::new()
        } else {
            format!("  {guests} guests")
        };
        let more = format!(
            "{present} present  {absent} absent  {late} late  {excused} excused  {unmarked} not marked{guests}"
        );
        let finished = cx.model.phase(self.session, cx.now) == Phase::Closed;
        let title = if finished { "Register finished" } else { "Register" };
        let inside = Pane {
            title: format!("{title} {}", self.lines.len()),
            more,
            focused: true,
            stale: cx.offline,
        }
        .draw(canvas, area);
        if self.lines.is_empty() {
            canvas.put(
                inside.x + 4,
                inside.y,
                inside.width.saturating_sub(4),
                "Nobody is expected.",
                Role::Plain,
            );
            return None;
        }
        let shown: Vec<Line> = (self.lines.iter().enumerate().skip(top))
            .map(|(nth, line)| self.full(cx, nth, line))
            .collect();
        canvas.table(inside, &self.columns(cx), &shown, here, 0)
    }

    fn columns(&self, cx: &Cx<'_>) -> Vec<Column> {
        let seen = cx.model.sightings_in(self.session).next().is_some();
        let earlier = self.earlier();
        let mut columns = vec![
            Column::new("#", if self.lines.len() < 10 { 1 } else { 2 }, 0, 3),
            Column::new("NAME", 20, 3, 0),
            Column::new("ROLE", 6, 0, 2),
            // Without a report of the call there is nothing to show.
            if seen {
                Column::new("SEEN", 11, 0, 1)
            } else {
                Column::new("", 0, 0, 99)
            },
            Column::new("MARK", 14, 1, 0),
        ];
        let oldest_first = earlier.iter().enumerate();
        columns.extend(oldest_first.map(|(nth, round)| {
            let title = ROUNDS
                .get(usize::from(*round).saturating_sub(1))
                .copied()
                .unwrap_or("S");
            // The rounds furthest back go first when room is short.
            Column::new(title, 2, 0, 20_u8.saturating_sub(u8::try_from(nth).unwrap_or(10)))
        }));
        columns.push(Column::new("NOTE", 9, 2, 0));
        columns
    }

    /// The rounds before this one that have a column.
    fn earlier(&self) -> Vec<u8> {
        let rounds = self
            .lines
            .first()
            .map(|line| line.row.earlier.as_slice())
            .unwrap_or_default();
        rounds.iter().map(|(round, _)| *round).collect()
    }

    fn full(&self, cx: &Cx<'_>, nth: usize, line: &Entered) -> Line {
        let mut cells: Vec<Cell> = vec![
            (nth + 1).to_string().into(),
            line.row.name.clone().into(),
            line.role().into(),
            line.seen(cx.model).into(),
            self.mark_cell(cx, line),
        ];
        let earlier = self.earlier();
        cells.extend(earlier.iter().map(|round| {
            let mark = line.row.earlier.iter().find(|(number, _)| number == round);
            match mark.and_then(|(_, mark)| *mark) {
                Some(MarkValue::Absent) => Cell::new("A", Role::Attention),
                Some(value) => Cell::from(letter(Some(value))),
                None => Cell::from(""),
            }
        }));
        cells.push(self.note_cell(cx, line));
        Line {
            cells,
            marked: self.cursor.marks.contains(&line.who),
            at: None,
        }
    }

    fn mark_cell(&self, cx: &Cx<'_>, line: &Entered) -> Cell {
        let (value, waits) = self.shown(cx, line);
        if line.row.role.is_none() && value.is_none() {
            return Cell::from("not expected");
        }
        let mut words = format!("{} {}", letter(value), value.map_or("not marked", word));
        if let (Some((_, mark)), Some(MarkValue::Late), false) = (&line.row.mark, value, waits)
            && let Some(minutes) = mark.minutes_late
        {
            words.push_str(&format!(" {minutes} min"));
        }
        if waits {
            words.push_str(" ~");
            return Cell::new(words, Role::Stale);
        }
        match value {
            Some(MarkValue::Absent) => Cell::new(words, Role::Attention),
            _ => Cell::from(words),
        }
    }

    fn note_cell(&self, cx: &Cx<'_>, line: &Entered) -> Cell {
        let note = line
            .row
            .mark
            .as_ref()
            .map(|(_, mark)| mark.note.clone())
            .unwrap_or_default();
        let second = if line.is_second_absence() { "! 2nd" } else { "" };
        let by = set_by(cx, self.session, line.who).unwrap_or_default();
        let role = match (by.is_empty(), second.is_empty()) {
            (false, _) => Role::Others,
            (true, false) => Role::Attention,
            (true, true) => Role::Plain,
        };
        let words: Vec<&str> = [by.as_str(), second, note.as_str()]
            .into_iter()
            .filter(|w| !w.is_empty())
            .collect();
        Cell::new(words.join(" "), role)
    }

    fn short(&self, cx: &Cx<'_>, line: &Entered) -> Line {
        Line {
            cells: vec![line.row.name.clone().into(), self.mark_cell(cx, line)],
            marked: self.cursor.marks.contains(&line.who),
            at: None,
        }
    }

    /// What the keys and letters mean.
    fn legend(&self, cx: &Cx<'_>) -> Vec<String> {
        let mut lines = if cx.is_wide() {
            vec![
                "x steps  - > P > A > L > E > -",
                "e then p l a e or - sets one directly",
                "P present  A absent  L late  E excused (apologies)",
                "- not marked yet",
            ]
        } else {
            vec![
                "x steps  - > P > A > L > E > -        e then p l a e or - sets one directly",
                "P present  A absent  L late  E excused (apologies)  - not marked yet",
            ]
        };
        if cx.model.sightings_in(self.session).next().is_some() {
            lines.push("SEEN comes from the call, it is not a mark.");
        }
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    /// Who is not marked although the session has begun.
    fn waiting(&self, cx: &Cx<'_>) -> Vec<String> {
        if self.is_to_come(cx)
            || !matches!(
                cx.model.phase(self.session, cx.now),
                Phase::Live | Phase::Ended | Phase::Held | Phase::Unconfirmed
            )
        {
            return Vec::new();
        }
        let unmarked = self
            .lines
            .iter()
            .enumerate()
            .filter(|(_, line)| line.row.role.is_some() && self.shown(cx, line).0.is_none());
        let mut said: Vec<String> = unmarked
            .map(|(nth, line)| {
                let shown = self.shown(cx, line);
                format!("{}  {}", nth + 1, line.sentence(cx, self.session, shown))
            })
            .take(3)
            .collect();
        let callers = self
            .lines
            .iter()
            .filter(|line| line.row.role.is_none() && line.value().is_none());
        said.extend(
            callers
                .take(2)
                .map(|line| line.sentence(cx, self.session, (None, false))),
        );
        said
    }

    /// The last marks, newest first.
    fn before(&self, cx: &Cx<'_>) -> Vec<String> {
        let mut marks: Vec<_> = cx.model.marks_in(self.session).collect();
        marks.sort_by_key(|(id, mark)| (std::cmp::Reverse(mark.at), *id));
        let lines = marks.into_iter().take(4).map(|(_, mark)| {
            let at = cx.model.local(mark.at);
            let at = if cx.model.day(mark.at) == cx.model.day(cx.now) {
                when::clock(at)
            } else {
                when::moment_short(at)
            };
            let by = if mark.by == cx.me { "you" } else { mark.by.as_str() };
            let who = mark
                .enrolment
                .map_or_else(|| mark.guest.clone(), |id| cx.model.enrolled_name(id));
            format!("{at} {by} marked {who} {}", lines::word(mark.value))
        });
        let lines: Vec<String> = lines.collect();
        if lines.is_empty() {
            vec!["Nobody has been marked yet.".to_owned()]
        } else {
            lines
        }
    }
}

/// Lines under a title.
fn draw_lines(canvas: &mut Canvas<'_>, area: Rect, title: &str, lines: &[String]) {
    if area.height == 0 {
        return;
    }
    let inside = Pane::new(title, false).draw(canvas, area);
    let inside = Rect {
        x: inside.x + 2,
        width: inside.width.saturating_sub(2),
        ..inside
    };
    canvas.lines(inside, lines.iter().map(String::as_str));
}

/// The two lines above a register: what session it is, and what is known of it.
fn heading(cx: &Cx<'_>, session: Id<Session>) -> [String; 2] {
    let Some(is) = cx.model.sessions.get(session) else {
        return ["This session is gone.".to_owned(), String::new()];
    };
    let rounds = cx.model.settings().rounds;
    let day = cx.model.day(is.starts);
    let lead = is.group.and_then(|group| cx.model.lead_of(group, day));
    let lead = lead
        .map(|id| format!("mentor {}", cx.model.enrolled_name(id)))
        .unwrap_or_default();
    let number = match cx.model.round_of(session) {
        Some(_) => format!("{} of {rounds}", session_name(cx.model, session)),
        None => session_name(cx.model, session),
    };
    let span = when::span(cx.model.local(is.starts), u32::from(is.minutes));
    let going = going(cx.model, session, cx.now);
    let parts = [number, format!("{} {span}", when::day_short(day)), going, lead];
    let first: Vec<&str> = parts
        .iter()
        .map(String::as_str)
        .filter(|part| !part.is_empty())
        .collect();
    let or_dash = |text: &str| {
        if text.is_empty() {
            "-".to_owned()
        } else {
            text.to_owned()
        }
    };
    let link = if super::super::now::link(cx.model, is).is_empty() {
        "none yet"
    } else {
        "y l"
    };
    let place = if is.place.is_empty() {
        String::new()
    } else {
        format!("Place  {}  ", is.place)
    };
    let topic = text::fit(&or_dash(&is.topic), 34, "~");
    let note = text::fit(&or_dash(&is.note), 12, "~");
    let second = format!("Topic  {topic}  Note  {note}  {place}Join link  {link}");
    [first.join("  "), second]
}

/// `42 min in`, `over`, `in 3h18`, `finished`.
pub(super) fn going(model: &Model, session: Id<Session>, now: chrono::DateTime<chrono::Utc>) -> String {
    let Some(is) = model.sessions.get(session) else {
        return String::new();
    };
    match model.phase(session, now) {
        Phase::Live => format!("{} in", when::ago(is.starts, now)),
        Phase::Ended | Phase::Held => "over".to_owned(),
        Phase::Unconfirmed => "over ! not confirmed".to_owned(),
        Phase::Closed => "finished".to_owned(),
        Phase::Cancelled => "cancelled".to_owned(),
        Phase::Postponed => "postponed".to_owned(),
        Phase::Planned | Phase::Confirmed | Phase::Soon => format!("in {}", when::ago(now, is.starts)),
    }
}
