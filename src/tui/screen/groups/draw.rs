//! How the board, the list and the inspector look.

use ratatui::layout::{Position, Rect};

use super::block::{Block, Seat, Spot, next_session};
use super::{Groups, act};
use crate::domain::{AnyId, Enrolment, Group, Id, when};
use crate::tui::part::{Canvas, Cell, Column, Line, Pane, split_rows};
use crate::tui::screen::Cx;
use crate::tui::theme::Role;

/// Width of one block on the board, its wall included.
const BLOCK: u16 = 20;
/// Width of the inspector on wide screens, its wall included.
const INSPECTOR: u16 = 46;

const COLUMNS: &[Column] = &[
    Column::new("NAME", 22, 2, 0),
    Column::new("ROLE", 6, 0, 2),
    Column::new("GROUP", 8, 0, 0),
    Column::new("STREAM", 6, 0, 3),
    Column::new("TRUST", 14, 1, 4),
    Column::new("NEXT", 8, 0, 1),
    Column::new("ATT", 5, 0, 1),
];

/// Where one block is drawn.
struct Slot {
    x: u16,
    /// Line of its heading, counted from the top of the whole board.
    line: usize,
    /// Lines of the highest block beside it.
    tall: usize,
}

impl Groups {
    /// The area of the board, without inspector and rule.
    fn board_area(cx: &Cx<'_>) -> Rect {
        let width = if cx.is_wide() {
            cx.body.width - INSPECTOR
        } else {
            cx.body.width
        };
        Rect {
            y: cx.body.y + 1,
            height: cx.body.height.saturating_sub(1),
            width,
            ..cx.body
        }
    }

    /// How many blocks stand side by side.
    pub(super) fn columns(&self, cx: &Cx<'_>) -> usize {
        usize::from(Self::board_area(cx).width / BLOCK).max(1)
    }

    /// Where every block goes, and how many lines the board has.
    fn slots(&self, cx: &Cx<'_>, all: &[Block]) -> (Vec<Slot>, usize) {
        let columns = self.columns(cx);
        let width = Self::board_area(cx).width / u16::try_from(columns).unwrap_or(1);
        let mut slots = Vec::with_capacity(all.len());
        let mut line = 0;
        for band in all.chunks(columns) {
            let tall = band.iter().map(Block::height).max().unwrap_or(1);
            for nth in 0..band.len() {
                let x = width * u16::try_from(nth).unwrap_or(0);
                slots.push(Slot { x, line, tall });
            }
            line += tall;
        }
        (slots, line)
    }

    /// Scrolls so that the cursor, and the heading of its block where possible, is inside.
    pub(super) fn scroll(&mut self, cx: &Cx<'_>) {
        let all = self.blocks(cx);
        if self.as_list || cx.is_small() {
            let rows = self.spots(cx).len();
            self.list
                .arrange(usize::from(cx.body.height).saturating_sub(3), rows);
            return;
        }
        let (slots, total) = self.slots(cx, &all);
        let Some((block, row)) = self.at.and_then(|spot| Self::find(&all, spot)) else {
            return;
        };
        let room = usize::from(Self::board_area(cx).height).max(1);
        let heading = slots[block].line;
        let here = heading + row;
        let bottom = heading + all[block].height();
        if heading < self.top {
            self.top = heading;
        } else if bottom > self.top + room {
            self.top = (bottom - room).min(heading);
        }
        if here >= self.top + room {
            self.top = here + 1 - room;
        }
        self.top = self.top.min(total.saturating_sub(room.saturating_sub(1)));
    }

    /// Where the one under the cursor is told about, on a wide screen.
    pub(super) fn beside(cx: &Cx<'_>) -> Option<Rect> {
        cx.is_wide().then(|| Rect {
            x: Self::board_area(cx).right() + 2,
            width: INSPECTOR - 2,
            ..cx.body
        })
    }

    pub(super) fn draw(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        let all = self.blocks(cx);
        let groups = all.iter().filter(|block| block.group.is_some()).count();
        let legend = self.filter.legend();
        let legend = legend.unwrap_or_else(|| "M mentor   ! attention   * marked".to_owned());
        let title = format!("{} {groups} groups", if self.as_list { "List" } else { "Board" });
        Pane::new(title.clone(), true).with(legend).draw(canvas, cx.body);
        let place = if groups == 0 && !self.filter.is_set() {
            draw_empty(cx, canvas);
            Some(Position {
                x: cx.body.x,
                y: cx.body.y,
            })
        } else if self.as_list || cx.is_small() {
            self.draw_list(cx, canvas, &all)
        } else {
            self.draw_board(cx, canvas, &all)
        };
        if let Some(beside) = Self::beside(cx) {
            canvas.wall(beside.x - 2, beside.y, beside.bottom());
            self.draw_inspector(cx, canvas, beside);
        } else if self.info {
            canvas.clear(cx.body);
            self.draw_inspector(cx, canvas, cx.body);
        }
        self.filter.place(cx.body, &title).or(place)
    }

    fn draw_board(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>, all: &[Block]) -> Option<Position> {
        let area = Self::board_area(cx);
        let (slots, total) = self.slots(cx, all);
        let columns = self.columns(cx);
        let width = area.width / u16::try_from(columns).unwrap_or(1);
        let more_below = total > self.top + usize::from(area.height);
        let room = usize::from(area.height) - usize::from(more_below);
        let mut place = None;
        let mut hidden = 0;
        for (nth, (block, slot)) in all.iter().zip(&slots).enumerate() {
            if slot.line >= self.top + room {
                hidden += 1;
                continue;
            }
            for row in 0..slot.tall {
                let line = slot.line + row;
                if line < self.top || line >= self.top + room {
                    continue;
                }
                let y = area.y + u16::try_from(line - self.top).unwrap_or(0);
                let at = Rect {
                    x: area.x + slot.x,
                    y,
                    width: width - 1,
                    height: 1,
                };
                if self.draw_spot(cx, canvas, at, block, row) {
                    place = Some(Position { x: at.x, y });
                }
                if (nth + 1) % columns != 0 {
                    let wall = canvas.glyphs.wall.to_string();
                    canvas.put(at.right(), y, 1, &wall, Role::Plain);
                }
            }
        }
        if more_below {
            let line = format!("v {hidden} more groups below");
            canvas.put(area.x, area.bottom() - 1, area.width, &line, Role::Plain);
        }
        place
    }

    /// One line of a block; answers whether the cursor is on it.
    fn draw_spot(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>, at: Rect, block: &Block, row: usize) -> bool {
        let spots = block.spots();
        let here = spots.get(row).copied();
        let is_here = here.is_some() && here == self.at;
        let sign = if is_here { ">" } else { " " };
        if row == 0 {
            let flag = if block.concern.is_empty() { "" } else { " !" };
            let line = format!("{}{}{flag}", if is_here { ">" } else { "" }, block.title);
            let role = if block.concern.is_empty() {
                Role::Plain
            } else {
                Role::Attention
            };
            let used = canvas.put(at.x, at.y, at.width, &line, role);
            let room = at.width.saturating_sub(used + 1);
            canvas.put_right(at.right(), at.y, room, &block.more, Role::Plain);
            if is_here {
                canvas.tint(at, Role::Cursor);
            }
            return is_here;
        }
        let Some(seat) = block.seats.get(row - 1) else {
            if block.group.is_some() && block.free > 0 && row == block.seats.len() + 1 {
                let free = if block.free == 1 {
                    "(free)".to_owned()
                } else {
                    format!("({} free)", block.free)
                };
                canvas.put(at.x + 4, at.y, at.width.saturating_sub(4), &free, Role::Plain);
            }
            return false;
        };
        let line = seat_line(cx, seat, sign, self.marks.contains(&seat.enrolment));
        let marked = self.marks.contains(&seat.enrolment);
        let role = match (seat.concern.is_empty(), marked) {
            (false, _) => Role::Attention,
            (true, true) => Role::Marked,
            (true, false) => Role::Plain,
        };
        canvas.put(at.x, at.y, at.width, &line, role);
        if is_here {
            canvas.tint(at, Role::Cursor);
        }
        is_here
    }

    fn draw_list(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>, all: &[Block]) -> Option<Position> {
        let area = Self::board_area(cx);
        let mut lines = Vec::new();
        for block in all {
            let code = block
                .group
                .map_or_else(|| "none".to_owned(), |g| cx.model.group_code(g));
            lines.push(Line::of(
                [
                    block.title.clone(),
                    String::new(),
                    String::new(),
                    String::new(),
                    String::new(),
                    block.more.clone(),
                ]
                .map(Cell::from),
            ));
            for seat in &block.seats {
                let enrolment = cx.model.enrolments.get(seat.enrolment);
                let trust = enrolment
                    .and_then(|e| cx.model.people.get(e.person))
                    .map(|p| p.organisation.clone());
                let percent = cx.model.attendance_of_enrolment(seat.enrolment).percent();
                let mut line = Line::of(
                    [
                        seat.name.clone(),
                        if seat.mentor {
                            "mentor".to_owned()
                        } else {
                            "mentee".to_owned()
                        },
                        if block.group.is_none() {
                            "! none".to_owned()
                        } else {
                            code.clone()
                        },
                        enrolment
                            .map(|e| cx.model.stream_code(e.stream))
                            .unwrap_or_default(),
                        trust.unwrap_or_default(),
                        String::new(),
                        percent.map_or_else(|| "-".to_owned(), |p| format!("{p}%")),
                    ]
                    .map(Cell::from),
                );
                line.marked = self.marks.contains(&seat.enrolment);
                lines.push(line);
            }
        }
        let room = usize::from(area.height.saturating_sub(1));
        let top = self.list.top.min(lines.len());
        let shown: Vec<Line> = lines.iter().skip(top).take(room).cloned().collect();
        let below = lines.len().saturating_sub(top + shown.len());
        canvas.table(area, COLUMNS, &shown, self.list.row.checked_sub(top), below)
    }

    fn draw_inspector(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>, area: Rect) {
        let parts = split_rows(area, &[area.height.saturating_sub(12), 12]);
        let (title, lines) = match self.at {
            Some(Spot::Seat(_, enrolment)) => {
                (cx.model.enrolled_name(enrolment), person_lines(cx, enrolment))
            }
            Some(Spot::Group(group)) => (cx.model.group_code(group), group_lines(cx, group)),
            _ => ("Pool".to_owned(), pool_lines(cx)),
        };
        let inside = Pane::new(title, false).draw(canvas, parts[0]);
        canvas.lines(inside, lines.iter().map(String::as_str));
        let inside = Pane::new("Balance", false).draw(canvas, parts[1]);
        let lines = balance(cx);
        canvas.lines(inside, lines.iter().map(String::as_str));
    }
}

fn seat_line(cx: &Cx<'_>, seat: &Seat, sign: &str, marked: bool) -> String {
    let mark = if marked { '*' } else { ' ' };
    let flag = if seat.concern.is_empty() {
        if seat.mentor { 'M' } else { ' ' }
    } else {
        '!'
    };
    let person = cx
        .model
        .enrolments
        .get(seat.enrolment)
        .map(|e| AnyId::from(e.person));
    let others = person
        .and_then(|id| cx.edited_by(id))
        .or_else(|| cx.edited_by(seat.enrolment.into()));
    let others = others.map(|initials| format!(" @{initials}")).unwrap_or_default();
    format!("{sign}{mark}{flag} {}{others}", seat.name)
}

fn draw_empty(cx: &Cx<'_>, canvas: &mut Canvas<'_>) {
    let participants = cx.model.pool().len();
    let mentors = cx
        .model
        .enrolments
        .iter()
        .filter(|(_, e)| e.role == crate::domain::Role::Mentor)
        .count();
    let area = Rect {
        x: cx.body.x + 8.min(cx.body.width / 8),
        y: cx.body.y + 3.min(cx.body.height),
        width: cx.body.width.saturating_sub(10),
        height: cx.body.height.saturating_sub(3),
    };
    let people = format!("There are {participants} mentees and {mentors} mentors waiting.");
    canvas.lines(
        area,
        [
            "No groups yet in this cohort.",
            "",
            people.as_str(),
            "",
            "   A   propose groups for everyone (a preview; nothing changes until y)",
            "   a   make a group by hand",
            "   6   look at the people first",
            "",
            "New here?  ?  shows every key here.  u  undoes what you try.",
        ],
    );
}

/// The sentence about a person under the cursor.
pub(super) fn about_person(cx: &Cx<'_>, group: Option<Id<Group>>, id: Id<Enrolment>) -> String {
    let Some(enrolment) = cx.model.enrolments.get(id) else {
        return String::new();
    };
    let trust = cx
        .model
        .people
        .get(enrolment.person)
        .map(|p| p.organisation.clone())
        .unwrap_or_default();
    let name = cx.model.name_of(enrolment.person);
    let stream = cx.model.stream_code(enrolment.stream);
    match group {
        None => format!("{name} ({stream}, {trust}) has no group. m gives one, best fit first."),
        Some(group) => {
            let rate = cx.model.attendance_of_enrolment(id).percent();
            let rate = rate.map_or_else(String::new, |p| format!(", attendance {p}%"));
            format!(
                "{name} ({stream}, {trust}) in {}{rate}.",
                cx.model.group_code(group)
            )
        }
    }
}

/// The sentence about a group under the cursor.
pub(super) fn about_group(cx: &Cx<'_>, id: Id<Group>) -> String {
    let limits = cx.model.group_limits(id);
    let next = cx
        .model
        .next_session(id, cx.now)
        .and_then(|s| cx.model.sessions.get(s));
    let next = next.map_or_else(
        || "no session planned".to_owned(),
        |s| format!("next {}", when::moment_short(cx.model.local(s.starts))),
    );
    let size = cx.model.members(id).len();
    let small = if size < usize::from(limits.min) {
        format!("! fewer than {}; ", limits.min)
    } else {
        String::new()
    };
    format!(
        "{}: {size} of {}; {small}{next}. e changes it, a adds people.",
        cx.model.group_code(id),
        limits.max
    )
}

fn person_lines(cx: &Cx<'_>, id: Id<Enrolment>) -> Vec<String> {
    let Some(is) = cx.model.enrolments.get(id) else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    if let Some(person) = cx.model.people.get(is.person) {
        lines.extend([
            format!("{}   {}", is.role, cx.model.stream_code(is.stream)),
            person.job_title.clone(),
            person.organisation.clone(),
            person.email.clone(),
            person.region.clone(),
        ]);
    }
    lines.push(String::new());
    lines.push(format!("Wishes    {}", act::wishes(cx, id)));
    let free: Vec<String> = is.availability.iter().map(ToString::to_string).collect();
    lines.push(format!("Free      {}", free.first().cloned().unwrap_or_default()));
    lines.extend(
        free.iter()
            .skip(1)
            .take(5)
            .map(|time| format!("          {time}")),
    );
    lines.push(String::new());
    for (_, membership) in cx.model.memberships_of(id) {
        let until = membership
            .to
            .map_or_else(String::new, |to| format!(" to {}", when::day_short(to)));
        lines.push(format!(
            "{}  from {}{until}  {}",
            cx.model.group_code(membership.group),
            when::day_short(membership.from),
            membership.reason
        ));
    }
    lines.retain({
        let mut blank = false;
        move |line| {
            let keep = !(line.is_empty() && blank);
            blank = line.is_empty();
            keep
        }
    });
    lines
}

fn group_lines(cx: &Cx<'_>, id: Id<Group>) -> Vec<String> {
    let Some(group) = cx.model.groups.get(id) else {
        return Vec::new();
    };
    let limits = cx.model.group_limits(id);
    let rate = |percent: Option<u8>| percent.map_or_else(|| "-".to_owned(), |p| format!("{p}%"));
    let mut lines = vec![
        format!("Stream    {}", cx.model.stream_code(group.stream)),
        format!(
            "Size      {} of {} to {}",
            cx.model.members(id).len(),
            limits.min,
            limits.max
        ),
        format!(
            "Link      {}",
            if group.link.is_empty() {
                "! none yet"
            } else {
                &group.link
            }
        ),
        format!("State     {}", group.state),
        format!("Att.      {}", rate(cx.model.attendance_of_group(id).percent())),
        format!("Next      {}", next_session(cx, id)),
        String::new(),
    ];
    for session in cx.model.sessions_of(id) {
        let Some(is) = cx.model.sessions.get(session) else {
            continue;
        };
        let number = is
            .round
            .map(|round| cx.model.round_number(round))
            .unwrap_or_default();
        let at = when::moment_short(cx.model.local(is.starts));
        lines.push(format!("S{number}  {at}  {}", cx.model.phase(session, cx.now)));
    }
    if !group.note.is_empty() {
        lines.push(format!("Note      {}", group.note));
    }
    lines
}

fn pool_lines(cx: &Cx<'_>) -> Vec<String> {
    cx.model
        .pool()
        .into_iter()
        .map(|id| about_person(cx, None, id))
        .collect()
}

/// How even the groups are.
fn balance(cx: &Cx<'_>) -> Vec<String> {
    let mut sizes = std::collections::BTreeMap::new();
    let mut free = 0;
    let mut regions = std::collections::BTreeMap::new();
    for id in cx.model.groups_sorted() {
        let members = cx.model.members(id);
        *sizes.entry(members.len()).or_insert(0_usize) += 1;
        free += usize::from(cx.model.group_limits(id).max).saturating_sub(members.len());
        for member in members {
            let region = cx
                .model
                .enrolments
                .get(member)
                .and_then(|e| cx.model.people.get(e.person));
            if let Some(person) = region.filter(|p| !p.region.is_empty()) {
                *regions.entry(person.region.clone()).or_insert(0_usize) += 1;
            }
        }
    }
    let mut lines: Vec<String> = sizes
        .iter()
        .map(|(size, n)| format!("groups of {size}: {n}"))
        .collect();
    lines.push(format!("free seats {free}"));
    lines.extend(regions.iter().map(|(region, n)| format!("{region} {n}")));
    lines
}
