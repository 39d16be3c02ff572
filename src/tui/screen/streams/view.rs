//! How Streams is drawn: streams above, their groups below, and on a wide screen sessions and one stream beside them.

use ratatui::layout::{Position, Rect};

use super::standing::{self, GroupLine, StreamLine, percent};
use super::{Order, Pane, Streams};
use crate::domain::{Ratio, Role as As, text};
use crate::tui::part::bar::bar;
use crate::tui::part::{self, Canvas, Cell, Column, Line};
use crate::tui::screen::{Cx, now};
use crate::tui::theme::Role;

/// Width of what stands beside the panes on a wide screen.
const BESIDE: u16 = 47;

const STREAMS: &[Column] = &[
    Column::new("STREAM", 6, 0, 0),
    Column::new("LEAD", 0, 0, 9),
    Column::new("GROUPS", 6, 0, 1),
    Column::new("MTRS", 4, 0, 3),
    Column::new("MTEE", 4, 0, 1),
    Column::new("POOL", 4, 0, 0),
    Column::new("SESSIONS HELD", 20, 1, 2),
    Column::new("ATT", 4, 0, 0),
    Column::new("FDBK", 4, 0, 2),
    Column::new("CONF", 5, 0, 3),
    Column::new("ATTENTION", 9, 0, 0),
];
const STREAMS_WIDE: &[Column] = &[
    Column::new("STREAM", 7, 0, 0),
    Column::new("LEAD", 14, 1, 4),
    Column::new("GROUPS", 6, 0, 1),
    Column::new("MENTORS", 7, 0, 3),
    Column::new("MENTEES", 7, 0, 1),
    Column::new("POOL", 5, 0, 0),
    Column::new("SESSIONS HELD", 20, 1, 2),
    Column::new("ATT", 6, 0, 0),
    Column::new("FDBK", 6, 0, 2),
    Column::new("CONF", 6, 0, 3),
    Column::new("ATTENTION", 9, 0, 0),
];
const GROUPS: &[Column] = &[
    Column::new("GROUP", 8, 0, 0),
    Column::new("MENTOR", 17, 1, 1),
    Column::new("SIZE", 5, 0, 0),
    Column::new("NEXT SESSION", 18, 0, 2),
    Column::new("ATT", 6, 0, 0),
    Column::new("FDBK", 6, 0, 3),
    Column::new("CONF", 0, 0, 9),
    Column::new("STATE", 7, 0, 0),
];
const GROUPS_WIDE: &[Column] = &[
    Column::new("GROUP", 9, 0, 0),
    Column::new("MENTOR", 18, 1, 1),
    Column::new("SIZE", 6, 0, 0),
    Column::new("NEXT SESSION", 18, 0, 2),
    Column::new("ATT", 8, 0, 0),
    Column::new("FDBK", 8, 0, 3),
    Column::new("CONF", 8, 0, 4),
    Column::new("STATE", 22, 1, 0),
];
const SHORT: &[Column] = &[
    Column::new("", 6, 0, 0),
    Column::new("", 14, 1, 0),
    Column::new("", 5, 0, 0),
];

const READING: [&str; 2] = [
    "POOL people with no group  ATT present or late of expected  FDBK answered",
    "CONF mean change in role confidence, baseline to endpoint (scale 0-10)",
];

/// The parts of the body.
struct Parts {
    streams: Rect,
    groups: Rect,
    sessions: Rect,
    rounds: Rect,
    reading: Rect,
    beside: Option<Rect>,
}

impl Streams {
    /// The heights the two lists have for rows.
    pub(super) fn heights(&self, cx: &Cx<'_>) -> [usize; 2] {
        let parts = self.parts(cx);
        let headings = if cx.is_small() { 0 } else { 2 };
        [parts.streams, parts.groups].map(|area| usize::from(area.height.saturating_sub(headings)))
    }

    fn parts(&self, cx: &Cx<'_>) -> Parts {
        let empty = Rect { height: 0, ..cx.body };
        let beside = cx.is_wide().then(|| Rect {
            x: cx.body.right() - BESIDE,
            width: BESIDE,
            ..cx.body
        });
        let left = Rect {
            width: cx.body.width - if beside.is_some() { BESIDE + 1 } else { 0 },
            ..cx.body
        };
        if cx.is_small() {
            let mine = |pane: Pane| if self.pane == pane { left } else { empty };
            return Parts {
                streams: mine(Pane::Streams),
                groups: mine(Pane::Groups),
                sessions: empty,
                rounds: empty,
                reading: empty,
                beside: None,
            };
        }
        let rows = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        let groups = rows(self.group_lines().len().max(1));
        let rounds = if cx.is_wide() {
            rows(cx.model.rounds.len())
        } else {
            0
        };
        let wants = [
            // A blank line keeps the panes apart where there is room.
            3_u16.saturating_add(rows(self.shown.len().max(1))),
            3_u16.saturating_add(groups),
            if cx.is_wide() {
                3_u16.saturating_add(groups)
            } else {
                0
            },
            if cx.is_wide() { 2 + rounds } else { 0 },
            1 + rows(READING.len()),
        ];
        let focused = if self.pane == Pane::Groups { 1 } else { 0 };
        let heights = part::share(left.height, &wants, &[4, 4, 4, 3, 3], focused);
        let areas = part::split_rows(left, &heights);
        Parts {
            streams: areas[0],
            groups: areas[1],
            sessions: areas[2],
            rounds: areas[3],
            reading: areas[4],
            beside,
        }
    }

    /// The areas about the stream under the cursor: all but the list, for how high a part is depends on it too.
    pub(super) fn of_one_stream(&self, cx: &Cx<'_>) -> Vec<Rect> {
        if self.pane == Pane::Groups {
            return Vec::new();
        }
        part::around(cx.body, self.parts(cx).streams)
    }

    pub(super) fn draw(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        let parts = self.parts(cx);
        let mut place = self.draw_streams(cx, canvas, parts.streams);
        place = self.draw_groups(cx, canvas, parts.groups).or(place);
        self.draw_sessions(cx, canvas, parts.sessions);
        self.draw_rounds(cx, canvas, parts.rounds);
        draw_lines(canvas, parts.reading, "Reading this", &READING.map(str::to_owned));
        if let Some(beside) = parts.beside {
            canvas.wall(beside.x - 1, beside.y, beside.bottom());
            self.draw_stream(cx, canvas, beside);
        } else if self.info {
            canvas.clear(cx.body);
            self.draw_stream(cx, canvas, cx.body);
        }
        place
    }

    fn draw_streams(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>, area: Rect) -> Option<Position> {
        if area.height == 0 {
            return None;
        }
        let focused = self.pane == Pane::Streams;
        let here = focused.then(|| self.streams.row.saturating_sub(self.streams.top));
        let lines = || self.lines().skip(self.streams.top);
        if cx.is_small() {
            let fitted = part::fit_columns(SHORT, area.width.saturating_sub(4));
            let short: Vec<Line> = lines().map(short_line).collect();
            return canvas.rows(area, &fitted, &short, here, 0);
        }
        let order = match self.order {
            Order::Office => "",
            Order::Attention => "most attention first",
            Order::Attendance => "lowest attendance first",
        };
        let filter = self.filter.legend().unwrap_or_else(|| order.to_owned());
        let title = format!("Streams {}", self.shown.len());
        let inside = part::Pane {
            title: title.clone(),
            more: filter,
            focused,
            stale: cx.offline,
        }
        .draw(canvas, area);
        if self.shown.is_empty() {
            let what = if self.all.is_empty() {
                "No streams yet. A cohort needs at least one."
            } else {
                "No stream matches. Esc shows all."
            };
            canvas.put(
                inside.x + 4,
                inside.y,
                inside.width.saturating_sub(4),
                what,
                Role::Plain,
            );
            if self.all.is_empty() && inside.height > 2 {
                let key = "a   add a stream";
                canvas.put(
                    inside.x + 4,
                    inside.y + 2,
                    inside.width.saturating_sub(4),
                    key,
                    Role::Plain,
                );
            }
            return Some(Position {
                x: inside.x,
                y: inside.y,
            });
        }
        let shown: Vec<Line> = lines().map(|line| stream_row(line, canvas)).collect();
        // The blank line below the list is not part of it.
        let inside = Rect {
            height: inside
                .height
                .min(u16::try_from(shown.len() + 1).unwrap_or(u16::MAX)),
            ..inside
        };
        let columns = if cx.is_wide() { STREAMS_WIDE } else { STREAMS };
        let place = canvas.table(inside, columns, &shown, here, 0);
        self.filter.place(area, &title).or(place)
    }

    fn draw_groups(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>, area: Rect) -> Option<Position> {
        if area.height == 0 {
            return None;
        }
        let focused = self.pane == Pane::Groups;
        let here = focused.then(|| self.groups.row.saturating_sub(self.groups.top));
        let lines = || self.group_lines().iter().skip(self.groups.top);
        if cx.is_small() {
            let short =
                lines().map(|group| Line::of([group.code.clone(), group.mentor.clone(), group.state(false)]));
            let short: Vec<Line> = short.collect();
            let fitted = part::fit_columns(SHORT, area.width.saturating_sub(4));
            return canvas.rows(area, &fitted, &short, here, 0);
        }
        let code = self.line().map(|line| line.code.clone()).unwrap_or_default();
        let title = format!("{code} - groups");
        let inside = part::Pane::new(title, focused).draw(canvas, area);
        if self.group_lines().is_empty() {
            let what = "No groups yet: 3 then A proposes them, a makes one.";
            canvas.put(
                inside.x + 4,
                inside.y,
                inside.width.saturating_sub(4),
                what,
                Role::Plain,
            );
            return None;
        }
        let shown: Vec<Line> = lines().map(|group| group_row(group, cx.is_wide())).collect();
        let columns = if cx.is_wide() { GROUPS_WIDE } else { GROUPS };
        canvas.table(inside, columns, &shown, here, 0)
    }

    /// The sessions of the stream's groups: a row a group, a column a round.
    fn draw_sessions(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>, area: Rect) {
        let Some(line) = self.line().filter(|_| area.height > 0) else {
            return;
        };
        let title = format!("Sessions of {}", line.code);
        let legend = "P held  > today  . planned  ! problem";
        let inside = part::Pane::new(title, false).with(legend).draw(canvas, area);
        let rounds = cx.model.rounds_sorted();
        for (nth, (_, round)) in rounds.iter().enumerate() {
            let x = inside.x + 12 + u16::try_from(nth * 10).unwrap_or(0);
            canvas.put(x, inside.y, 9, &format!("S{}", round.number), Role::Plain);
        }
        for (row, group) in line
            .groups
            .iter()
            .enumerate()
            .take(usize::from(inside.height.saturating_sub(1)))
        {
            let y = inside.y + 1 + u16::try_from(row).unwrap_or(0);
            canvas.put(inside.x + 2, y, 9, &group.code, Role::Plain);
            for (nth, (id, _)) in rounds.iter().enumerate() {
                let x = inside.x + 12 + u16::try_from(nth * 10).unwrap_or(0);
                if x + 9 > inside.right() {
                    break;
                }
                let cell = standing::cell(cx.model, group.id, *id, cx.now);
                let role = if cell.starts_with('!') {
                    Role::Attention
                } else {
                    Role::Plain
                };
                canvas.put(x, y, 9, &cell, role);
            }
        }
    }

    /// Attendance of the stream, a row a round.
    fn draw_rounds(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>, area: Rect) {
        let Some(line) = self.line().filter(|_| area.height > 0) else {
            return;
        };
        let ratios = cx.model.rounds_sorted().into_iter();
        let ratios = ratios.map(|(id, round)| (round.number, standing::attendance_in(cx.model, line.id, id)));
        let known: Vec<(u8, Ratio)> = ratios.filter(|(_, ratio)| ratio.whole > 0).collect();
        let lines: Vec<String> = known
            .iter()
            .map(|(number, ratio)| {
                let graph = bar(canvas.glyphs, f64::from(ratio.part), f64::from(ratio.whole), 40);
                format!(
                    "S{number}  {:>4}  {:>7}  {graph}",
                    percent(*ratio),
                    format!("{}/{}", ratio.part, ratio.whole)
                )
            })
            .collect();
        let lines = if lines.is_empty() {
            vec!["No register is finished yet.".to_owned()]
        } else {
            lines
        };
        let title = format!(
            "Attendance by session, {} (present or late / expected)",
            line.code
        );
        draw_lines(canvas, area, &title, &lines);
    }

    /// Everything about the stream under the cursor.
    fn draw_stream(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>, area: Rect) {
        let Some(line) = self.line() else {
            return;
        };
        let Some(is) = cx.model.streams.get(line.id) else {
            return;
        };
        let settings = cx.model.settings();
        let or_dash = |text: &str| {
            if text.is_empty() {
                "-".to_owned()
            } else {
                text.to_owned()
            }
        };
        let mut said = vec![
            format!("{:<15} {}", "Name", is.name),
            format!("{:<15} {}", "Lead", or_dash(&is.lead)),
            format!("{:<15} {}", "Family", is.family),
            format!("{:<15} {}", "Mentors from", or_dash(&is.source)),
            format!(
                "{:<15} {} in groups, {} waiting",
                "Mentees",
                line.mentees.saturating_sub(line.pool),
                line.pool
            ),
            format!("{:<15} {}", "Mentors", spare(cx, line)),
            format!(
                "{:<15} {}-{} mentees in a group",
                "Limit", settings.group_min, settings.group_max
            ),
            String::new(),
            "Waiting".to_owned(),
        ];
        said.extend(waiting(cx, line));
        said.push(String::new());
        said.push("Open points".to_owned());
        let open = standing::open(cx.model, &self.watch.alerts, line.id.into());
        if open.is_empty() {
            said.push("  nothing".to_owned());
        }
        said.extend(
            open.iter()
                .map(|alert| format!("! {}  {}", now::alerts::subject(cx.model, alert), alert.evidence)),
        );
        draw_lines(canvas, area, &line.code, &said);
    }
}

/// How many of the mentors lead a group.
fn spare(cx: &Cx<'_>, line: &StreamLine) -> String {
    let today = cx.model.day(cx.now);
    let leading = |id| cx.model.leads_of(id).any(|(_, lead)| lead.on(today));
    let mentors = cx
        .model
        .enrolments
        .iter()
        .filter(|(_, is)| is.stream == line.id && is.role == As::Mentor && is.state.is_live());
    let spare: Vec<String> = mentors
        .filter(|(id, _)| !leading(*id))
        .map(|(id, _)| cx.model.enrolled_name(id))
        .collect();
    match spare.len() {
        0 => format!("{}, none spare", line.mentors),
        n => format!("{}, {n} spare: {}", line.mentors, spare.join(", ")),
    }
}

/// Who waits for a group, since when, and where each would fit best.
fn waiting(cx: &Cx<'_>, line: &StreamLine) -> Vec<String> {
    let today = cx.model.day(cx.now);
    let mut said = Vec::new();
    let pool = cx.model.pool().into_iter();
    let here = pool.filter(|id| {
        cx.model
            .enrolments
            .get(*id)
            .is_some_and(|is| is.stream == line.id)
    });
    for id in here.take(6) {
        let Some(is) = cx.model.enrolments.get(id) else {
            continue;
        };
        let trust = cx
            .model
            .people
            .get(is.person)
            .map(|person| person.organisation.clone())
            .unwrap_or_default();
        let days = (today - is.from).num_days().max(0);
        said.push(format!(
            "! {}   {trust}   {days} days",
            cx.model.enrolled_name(id)
        ));
        if let Some(best) = cx
            .model
            .rank_groups(id, today)
            .iter()
            .find(|choice| choice.is_open())
        {
            said.push(format!(
                "  best fit {} ({})",
                cx.model.group_code(best.group),
                best.fit
            ));
        }
    }
    match (said.is_empty(), line.pool) {
        (true, _) => said.push("  nobody".to_owned()),
        (false, pool @ 7..) => said.push(format!("  and {} more", pool - 6)),
        _ => {}
    }
    said
}

/// One stream as a row.
fn stream_row(line: &StreamLine, canvas: &Canvas<'_>) -> Line {
    let held = bar(
        canvas.glyphs,
        f64::from(line.held.part),
        f64::from(line.held.whole),
        6,
    );
    let attention = match (line.archived, line.open) {
        (true, _) => Cell::from("archived"),
        (false, 0) => Cell::from(""),
        (false, n) => Cell::new(format!("! {n}"), Role::Attention),
    };
    Line::of([
        line.code.clone().into(),
        line.lead.clone().into(),
        right(line.groups.len(), 6),
        right(line.mentors, 4),
        right(line.mentees, 4),
        right(line.pool, 4),
        format!("{held} {} of {} due", line.held.part, line.held.whole).into(),
        text::pad_left(&percent(line.attendance), 4).into(),
        text::pad_left(&line.voices.answered(), 4).into(),
        text::pad_left(&line.voices.confidence(), 5).into(),
        attention,
    ])
}

/// A number at the right of its column.
fn right(n: usize, width: usize) -> Cell {
    text::pad_left(&n.to_string(), width).into()
}

/// One group as a row.
fn group_row(group: &GroupLine, wide: bool) -> Line {
    let role = if group.open > 0 {
        Role::Attention
    } else {
        Role::Plain
    };
    let live = if group.next.starts_with("LIVE") {
        Role::Live
    } else {
        Role::Plain
    };
    Line::of([
        group.code.clone().into(),
        group.mentor.clone().into(),
        group.size.clone().into(),
        Cell::new(group.next.clone(), live),
        percent(group.attendance).into(),
        group.voices.answered().into(),
        group.voices.confidence().into(),
        Cell::new(group.state(wide), role),
    ])
}

/// One stream as a row of a small screen.
fn short_line(line: &StreamLine) -> Line {
    let held = format!(
        "{} of {} held {}",
        line.held.part,
        line.held.whole,
        percent(line.attendance)
    );
    let attention = if line.open > 0 {
        format!("! {}", line.open)
    } else {
        String::new()
    };
    Line::of([line.code.clone(), held, attention])
}

/// Lines under a title.
fn draw_lines(canvas: &mut Canvas<'_>, area: Rect, title: &str, lines: &[String]) {
    if area.height == 0 {
        return;
    }
    let inside = part::Pane::new(title, false).draw(canvas, area);
    let inside = Rect {
        x: inside.x + 2,
        width: inside.width.saturating_sub(2),
        ..inside
    };
    canvas.lines(inside, lines.iter().map(String::as_str));
}
