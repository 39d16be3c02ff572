//! How Now is drawn: panes stacked at 80 columns, with the register beside them from 140.

use ratatui::layout::{Position, Rect};

use super::alerts::Row;
use super::{Meeting, Now, Order, Pane, month, today};
use crate::domain::{Id, Role as As, Scope, Session, text, when};
use crate::tui::part::bar::bar;
use crate::tui::part::{self, Canvas, Cell, Column, Line};
use crate::tui::screen::{Cx, register};
use crate::tui::theme::Role;

/// Width of what stands beside the panes on a wide screen.
const BESIDE: u16 = 55;

/// The parts of the body.
struct Parts {
    sessions: Rect,
    alerts: Rect,
    next: Rect,
    month: Rect,
    changes: Rect,
    beside: Option<Rect>,
}

impl Now {
    /// The heights the three lists have for rows.
    pub(super) fn heights(&self, cx: &Cx<'_>) -> [usize; 3] {
        let parts = self.parts(cx);
        let rows = |area: Rect, above: u16| usize::from(area.height.saturating_sub(above));
        let small = u16::from(!cx.is_small());
        [
            rows(parts.sessions, 2 * small),
            rows(parts.alerts, small),
            rows(parts.next, small + u16::from(cx.is_wide())),
        ]
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
        if cx.is_small() || self.zoomed {
            let mine = |pane: Pane| if self.pane == pane { left } else { empty };
            return Parts {
                sessions: mine(Pane::Sessions),
                alerts: mine(Pane::Alerts),
                next: mine(Pane::Next),
                month: empty,
                changes: empty,
                beside,
            };
        }
        let headings = 1 + u16::from(cx.is_wide());
        let rows = |n: usize| u16::try_from(n.max(1)).unwrap_or(u16::MAX);
        let month = if cx.is_wide() {
            2 + rows(cx.model.streams.len())
        } else {
            2
        };
        let changes = if cx.is_wide() {
            1 + rows(others(cx).len())
        } else {
            0
        };
        let wants = [
            2_u16.saturating_add(rows(self.meetings.len())),
            1_u16.saturating_add(rows(self.rows.len())),
            headings.saturating_add(rows(self.coming.len().min(8))),
            month,
            changes,
        ];
        let least = [4, 3, 1 + headings, 2, 2];
        let heights = part::share(left.height, &wants, &least, self.pane as usize);
        let areas = part::split_rows(left, &heights);
        Parts {
            sessions: areas[0],
            alerts: areas[1],
            next: areas[2],
            month: areas[3],
            changes: areas[4],
            beside,
        }
    }

    /// Where the register of the session under the cursor is, on a wide screen.
    pub(super) fn beside(&self, cx: &Cx<'_>) -> Option<Rect> {
        self.parts(cx).beside
    }

    pub(super) fn draw(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        let parts = self.parts(cx);
        let mut place = self.draw_sessions(cx, canvas, parts.sessions);
        place = self.draw_alerts(cx, canvas, parts.alerts).or(place);
        place = self.draw_next(cx, canvas, parts.next).or(place);
        self.draw_month(cx, canvas, parts.month);
        draw_changes(cx, canvas, parts.changes);
        if let Some(beside) = parts.beside {
            canvas.wall(beside.x - 1, beside.y, beside.bottom());
            if let Some(session) = self.session() {
                register::glance(cx, canvas, beside, session);
            }
        } else if self.info
            && let Some(session) = self.session()
        {
            register::glance(cx, canvas, cx.body, session);
        }
        place
    }

    fn draw_sessions(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>, area: Rect) -> Option<Position> {
        if area.height == 0 {
            return None;
        }
        let focused = self.pane == Pane::Sessions;
        let shown: Vec<Line> = self
            .meetings
            .iter()
            .skip(self.sessions.top)
            .map(|m| line(m, cx))
            .collect();
        let here = focused.then(|| self.sessions.row.saturating_sub(self.sessions.top));
        if cx.is_small() {
            let fitted = part::fit_columns(SHORT, area.width.saturating_sub(4));
            let short: Vec<Line> = self
                .meetings
                .iter()
                .skip(self.sessions.top)
                .map(short_line)
                .collect();
            return canvas.rows(area, &fitted, &short, here, 0);
        }
        let title = match self.day {
            None => format!("Sessions today {}", self.meetings.len()),
            Some(day) => format!("Sessions {} {}", when::day_short(day), self.meetings.len()),
        };
        let inside = part::Pane {
            title: title.clone(),
            more: self.more(cx),
            focused,
            stale: cx.offline,
        }
        .draw(canvas, area);
        if self.meetings.is_empty() {
            return self.draw_nothing(cx, canvas, inside);
        }
        let place = canvas.table(inside, &columns(&self.meetings), &shown, here, 0);
        self.filter.place(area, &title).or(place)
    }

    /// What follows the title: the filter, the order, how old it all is.
    fn more(&self, cx: &Cx<'_>) -> String {
        let mut more = Vec::from_iter(self.filter.legend());
        match self.order {
            Order::Urgent => {}
            Order::Time => more.push("by time".to_owned()),
            Order::Group => more.push("by group".to_owned()),
        }
        if cx.offline {
            more.push("not live".to_owned());
        }
        more.join("   ")
    }

    fn draw_nothing(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>, area: Rect) -> Option<Position> {
        let what = if self.filter.is_set() {
            self.filter.no_match()
        } else {
            self.nothing_today(cx)
        };
        canvas.put(
            area.x + 4,
            area.y,
            area.width.saturating_sub(4),
            &what,
            Role::Plain,
        );
        let keys = "4 calendar   n next problem   > the day after";
        if area.height > 1 {
            canvas.put(
                area.x + 4,
                area.y + 1,
                area.width.saturating_sub(4),
                keys,
                Role::Plain,
            );
        }
        Some(Position { x: area.x, y: area.y })
    }

    fn draw_alerts(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>, area: Rect) -> Option<Position> {
        if area.height == 0 {
            return None;
        }
        let focused = self.pane == Pane::Alerts;
        let inside = if cx.is_small() {
            area
        } else {
            let hint = if cx.is_wide() {
                "x acknowledges, n goes to the next one"
            } else {
                ""
            };
            let title = format!("Alerts {}", self.watch.open());
            part::Pane::new(title, focused).with(hint).draw(canvas, area)
        };
        if self.rows.is_empty() {
            canvas.put(
                inside.x + 2,
                inside.y,
                inside.width.saturating_sub(2),
                "Nothing needs attention.",
                Role::Plain,
            );
            return focused.then_some(Position {
                x: inside.x,
                y: inside.y,
            });
        }
        let shown: Vec<Line> = self
            .rows
            .iter()
            .skip(self.alerts.top)
            .map(|row| self.alert(cx, row))
            .collect();
        let here = focused.then(|| self.alerts.row.saturating_sub(self.alerts.top));
        let columns: &[Column] = if cx.is_wide() { ALERTS_WIDE } else { ALERTS };
        let fitted = part::fit_columns(columns, inside.width.saturating_sub(4));
        canvas.rows(inside, &fitted, &shown, here, 0)
    }

    fn alert(&self, cx: &Cx<'_>, row: &Row) -> Line {
        let role = if row.is_noted() {
            Role::Plain
        } else {
            Role::Attention
        };
        Line {
            cells: vec![
                Cell::new(row.age(cx.now), role),
                row.words(cx.model).into(),
                row.deal().into(),
            ],
            marked: self.alerts.marks.contains(&row.key),
            at: None,
        }
    }

    fn draw_next(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>, area: Rect) -> Option<Position> {
        if area.height == 0 {
            return None;
        }
        let focused = self.pane == Pane::Next;
        let inside = part::Pane::new("Next up", focused).draw(canvas, area);
        let shown: Vec<Line> = self
            .coming
            .iter()
            .skip(self.next.top)
            .take(usize::from(inside.height))
            .map(|id| next_line(cx, *id))
            .collect();
        if shown.is_empty() {
            canvas.put(
                inside.x + 2,
                inside.y,
                inside.width.saturating_sub(2),
                "Nothing is planned.",
                Role::Plain,
            );
            return focused.then_some(Position {
                x: inside.x,
                y: inside.y,
            });
        }
        let here = focused.then(|| self.next.row.saturating_sub(self.next.top));
        let columns = if cx.is_wide() { NEXT_WIDE } else { NEXT };
        let below = self.coming.len().saturating_sub(self.next.top + shown.len());
        // The list goes on for months: only the pane with the focus says how far.
        let below = if focused { below } else { 0 };
        if cx.is_wide() {
            canvas.table(inside, columns, &shown, here, below)
        } else {
            let fitted = part::fit_columns(columns, inside.width.saturating_sub(4));
            canvas.rows(inside, &fitted, &shown, here, below)
        }
    }

    fn draw_month(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>, area: Rect) {
        if area.height == 0 {
            return;
        }
        let round = month::present_round(cx.model, cx.now);
        let title = if cx.is_wide() {
            "This month by stream"
        } else {
            "This month"
        };
        let inside = part::Pane::new(title, false).draw(canvas, area);
        let Some((round, number)) = round else {
            canvas.put(
                inside.x + 2,
                inside.y,
                inside.width.saturating_sub(2),
                "No rounds are planned.",
                Role::Plain,
            );
            return;
        };
        if !cx.is_wide() {
            let is = month::progress(cx.model, Scope::Cohort, round, cx.now);
            let line = format!(
                "Session {number} held {}   attendance {}   feedback {}   registers open {}",
                month::of(is.held),
                month::percent(is.attendance),
                month::of(is.feedback),
                is.open
            );
            canvas.put(
                inside.x + 2,
                inside.y,
                inside.width.saturating_sub(2),
                &line,
                Role::Plain,
            );
            return;
        }
        let held = format!("SESSION {number} HELD");
        canvas.put(inside.x + 2, inside.y, 8, "STREAM", Role::Plain);
        canvas.put(inside.x + 11, inside.y, 40, &held, Role::Plain);
        canvas.put(
            inside.x + 53,
            inside.y,
            45,
            "ATTENDANCE   FEEDBACK       REGISTERS OPEN",
            Role::Plain,
        );
        let rows = cx
            .model
            .streams_sorted()
            .into_iter()
            .take(usize::from(inside.height.saturating_sub(1)));
        for (row, stream) in rows.enumerate() {
            let y = inside.y + 1 + u16::try_from(row).unwrap_or(0);
            let is = month::progress(cx.model, Scope::Stream(stream), round, cx.now);
            let graph = bar(
                canvas.glyphs,
                f64::from(is.held.part),
                f64::from(is.held.whole),
                24,
            );
            canvas.put(inside.x + 2, y, 8, &cx.model.stream_code(stream), Role::Plain);
            canvas.put(
                inside.x + 11,
                y,
                40,
                &format!("{:<14} {graph}", month::of(is.held)),
                Role::Plain,
            );
            let rest = format!(
                "{:<12} {:<14} {}",
                month::percent(is.attendance),
                month::of(is.feedback),
                is.open
            );
            canvas.put(
                inside.x + 53,
                y,
                inside.width.saturating_sub(53),
                &rest,
                Role::Plain,
            );
        }
    }
}

/// The columns of the sessions; numbers are as wide as the largest.
fn columns(meetings: &[Meeting]) -> Vec<Column> {
    let most = meetings.iter().flat_map(Meeting::numbers).max().unwrap_or(0);
    let digits = if most < 10 {
        1
    } else if most < 100 {
        2
    } else {
        3
    };
    let number = |title: &'static str| Column::new(title, digits, 0, 0);
    let seen = meetings.iter().any(|meeting| meeting.seen.is_some());
    let mut columns = vec![
        Column::new("TIME", 11, 0, 0),
        Column::new("GROUP", 7, 0, 0),
        Column::new("SES", 4, 0, 2),
        Column::new("MENTOR", 15, 2, 1),
        Column::new("IN", if seen { 4 } else { 0 }, 0, if seen { 3 } else { 9 }),
    ];
    columns.extend(["P", "A", "L", "E", "-"].map(number));
    columns.push(Column::new("STATE", 20, 1, 0));
    columns
}

/// One session as a row.
fn line(meeting: &Meeting, cx: &Cx<'_>) -> Line {
    let mut cells: Vec<Cell> = vec![
        meeting.span.clone().into(),
        meeting.group.clone().into(),
        meeting.number.clone().into(),
        meeting.mentor.clone().into(),
        if cx.offline && meeting.seen.is_some() {
            format!("?{}", meeting.here()).into()
        } else {
            meeting.here().into()
        },
    ];
    for number in meeting.numbers() {
        let number = if meeting.has_marks() {
            number.to_string()
        } else {
            String::new()
        };
        cells.push(number.into());
    }
    let role = match (&meeting.trouble, meeting.state == "LIVE") {
        (Some(_), _) => Role::Attention,
        (None, true) => Role::Live,
        (None, false) => Role::Plain,
    };
    let words = if cx.offline {
        format!("? {}", meeting.words())
    } else {
        meeting.words()
    };
    cells.push(Cell::new(words, role));
    Line::of(cells)
}

const ALERTS: &[Column] = &[Column::new("", 10, 0, 0), Column::new("", 20, 1, 0)];
const ALERTS_WIDE: &[Column] = &[
    Column::new("", 10, 0, 0),
    Column::new("", 40, 1, 0),
    Column::new("", 36, 0, 1),
];

/// How long ago the changes of others are listed, in minutes.
const RECENT: i64 = 60;

/// What others changed in the last hour, newest first.
fn others(cx: &Cx<'_>) -> Vec<String> {
    let recent = cx
        .model
        .heads()
        .take_while(|head| (cx.now - head.at).num_minutes() < RECENT);
    recent
        .filter(|head| head.by != cx.me)
        .take(8)
        .map(|head| {
            let by = text::fit(&head.by, 8, "~");
            format!("{}  {by} {}", when::clock(cx.model.local(head.at)), head.label)
        })
        .collect()
}

fn draw_changes(cx: &Cx<'_>, canvas: &mut Canvas<'_>, area: Rect) {
    if area.height == 0 {
        return;
    }
    let inside = part::Pane::new("Changes by others in the last hour", false).draw(canvas, area);
    let mut lines = others(cx);
    if lines.is_empty() {
        lines.push("None.".to_owned());
    }
    let inside = Rect {
        x: inside.x + 2,
        width: inside.width.saturating_sub(2),
        ..inside
    };
    canvas.lines(inside, lines.iter().map(String::as_str));
}

const SHORT: &[Column] = &[
    Column::new("", 5, 0, 0),
    Column::new("", 7, 0, 0),
    Column::new("", 18, 1, 0),
];

/// One session as a row of a small screen.
fn short_line(meeting: &Meeting) -> Line {
    let start = meeting.span.split('-').next().unwrap_or_default().to_owned();
    let words = match (&meeting.trouble, meeting.here()) {
        (Some(trouble), here) if here.is_empty() => format!("! {trouble}"),
        (Some(trouble), here) => format!("{here} ! {trouble}"),
        (None, here) if here.is_empty() => meeting.state.clone(),
        (None, here) => format!("{here} {}", meeting.state),
    };
    Line::of([start, meeting.group.clone(), words])
}

const NEXT: &[Column] = &[
    Column::new("", 16, 0, 0),
    Column::new("", 8, 0, 0),
    Column::new("", 10, 0, 2),
    Column::new("", 24, 1, 0),
];
const NEXT_WIDE: &[Column] = &[
    Column::new("WHEN", 16, 0, 0),
    Column::new("GROUP", 8, 0, 0),
    Column::new("EXPECTED", 10, 0, 2),
    Column::new("STATE", 24, 1, 0),
];

/// A session to come as a row.
fn next_line(cx: &Cx<'_>, id: Id<Session>) -> Line {
    let Some(is) = cx.model.sessions.get(id) else {
        return Line::default();
    };
    let group = is
        .group
        .map_or_else(|| is.title.clone(), |group| cx.model.group_code(group));
    let mentees = month::expected(cx.model, id, As::Mentee);
    let state = match cx.model.clashes(id).first() {
        Some(clash) => Cell::new(format!("! {}", clash.why), Role::Attention),
        None => match (today::link(cx.model, is).is_empty(), is.place.is_empty()) {
            (false, _) => Cell::from("link ok"),
            (true, false) => Cell::from(is.place.clone()),
            (true, true) => Cell::new("! no join link yet", Role::Attention),
        },
    };
    Line::of([
        when::moment_short(cx.model.local(is.starts)).into(),
        group.into(),
        format!("{mentees} mentees").into(),
        state,
    ])
}
