//! How the grid is drawn: only the rows in the window, the cell cursor, what is being typed, who else is here.

use ratatui::layout::{Position, Rect};

use super::chooser::Chosen;
use super::columns::{COLUMNS, Col, Of};
use super::{Mode, People};
use crate::domain::text;
use crate::tui::part::{Canvas, Column, Line, Pane, fit_columns};
use crate::tui::screen::Cx;
use crate::tui::theme::Role;

/// The columns that fit into a list of this width, as (column, width). Those asked for by hand are dropped last.
pub(super) fn fitted(chosen: &Chosen, width: u16) -> Vec<(&'static Col, u16)> {
    let cols: Vec<&'static Col> = COLUMNS
        .iter()
        .filter(|col| chosen.shown.contains(&col.key))
        .collect();
    let shapes: Vec<Column> = cols
        .iter()
        .map(|col| Column {
            rank: if chosen.by_hand.contains(&col.key) {
                1
            } else {
                col.shape.rank
            },
            ..col.shape
        })
        .collect();
    let fitted = fit_columns(&shapes, width.saturating_sub(5));
    fitted
        .into_iter()
        .map(|(nth, width)| (cols[nth], width))
        .collect()
}

/// Draws the view; answers where the hardware cursor belongs.
pub(super) fn view(people: &People, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
    let (list, info) = people.areas(cx.body);
    let mut place = None;
    if list.width > 0 {
        place = draw_list(people, cx, canvas, list);
    }
    if info.width > 0 {
        if list.width > 0 {
            canvas.wall(info.x - 1, info.y, info.bottom());
        }
        let at = draw_info(people, cx, canvas, info);
        place = place.or(at);
    }
    place
}

fn heading(people: &People, cx: &Cx<'_>) -> String {
    let typed = people.filter.text();
    match (&people.mode, typed) {
        (Mode::Filter, typed) => format!("filter: {typed}_   (Esc clears)"),
        (_, "") => {
            let sort = people
                .sort
                .map_or(("name", false), |sort| (sort.by, sort.reversed));
            let title = COLUMNS
                .iter()
                .find(|col| col.key == sort.0)
                .map_or("NAME", |col| col.shape.title);
            let way = if sort.1 { "z-a" } else { "a-z" };
            let held = if people.roll.held {
                "   rows stay in place while marked"
            } else {
                ""
            };
            let wide = if cx.is_wide() {
                let shown = people.fitted(people.areas(cx.body).0.width).len();
                format!("   {shown} columns of {} shown (c)", COLUMNS.len())
            } else {
                String::new()
            };
            format!("sorted by {title} {way}{wide}{held}")
        }
        (_, typed) => format!("filter: {typed}   (Esc clears)"),
    }
}

fn draw_list(people: &People, cx: &Cx<'_>, canvas: &mut Canvas<'_>, area: Rect) -> Option<Position> {
    let inside = Pane::new("People", true)
        .with(heading(people, cx))
        .draw(canvas, area);
    let mut typing = None;
    if matches!(people.mode, Mode::Filter) {
        let at = 2 + 10 + 2 + 8 + u16::try_from(text::width(people.filter.text())).unwrap_or(0);
        typing = Some(Position {
            x: (area.x + at).min(area.right().saturating_sub(1)),
            y: area.y,
        });
    }
    if people.roll.keys().is_empty() {
        return typing.or(Some(draw_empty(people, canvas, inside)));
    }
    let fitted = people.fitted(area.width);
    let shapes: Vec<Column> = fitted
        .iter()
        .map(|(col, width)| Column {
            least: *width,
            grows: 0,
            rank: 0,
            ..col.shape
        })
        .collect();
    let at = fitted.iter().position(|(col, _)| col.key == people.at);
    let top = people.cursor.top;
    let room = usize::from(inside.height.saturating_sub(1));
    let rows: Vec<Line> = (top..people.roll.keys().len())
        .take(room)
        .filter_map(|row| people.roll.part(row).map(|part| (row, part)))
        .map(|(row, part)| {
            let of = Of::new(cx.model, part);
            let mut line = Line::of(fitted.iter().map(|(col, _)| of.cell(col.key)));
            line.marked = people.cursor.marks.contains(&(part.person, part.role));
            line.at = at.filter(|_| row == people.cursor.row);
            line
        })
        .collect();
    let below = people.roll.keys().len() - top - rows.len();
    let here = people.cursor.row.checked_sub(top);
    // The table is told exactly the widths that were fitted, so that it fits them the same way.
    let place = canvas.table(inside, &shapes, &rows, here, below);
    draw_others(people, cx, canvas, inside, rows.len(), below);
    let typed = draw_cell(people, canvas, inside, &fitted);
    typed.or(typing).or(place)
}

/// The cell being typed in, over the row: as wide as its column, wider where the column is narrow.
fn draw_cell(
    people: &People,
    canvas: &mut Canvas<'_>,
    inside: Rect,
    fitted: &[(&'static Col, u16)],
) -> Option<Position> {
    let Mode::Cell(cell) = &people.mode else {
        return None;
    };
    let row = u16::try_from(people.cursor.row.checked_sub(people.cursor.top)?).ok()?;
    let y = inside.y + 1 + row;
    if y >= inside.bottom() {
        return None;
    }
    let mut x = inside.x + 4;
    let mut width = 0;
    for (col, wide) in fitted {
        if col.key == cell.col.key {
            width = *wide;
            break;
        }
        x += wide + 1;
    }
    let longest = inside.right().saturating_sub(x + 1);
    let width = width.max(28).min(longest);
    if width == 0 {
        return None;
    }
    let (typed, at) = cell.input.window(width);
    let typed = text::pad_right(&typed, usize::from(width));
    let area = Rect {
        x: x - 1,
        y,
        width: width + 2,
        height: 1,
    };
    canvas.clear(area);
    canvas.put(area.x, y, area.width, &format!("[{typed}]"), Role::Typing);
    Some(Position {
        x: (x + at).min(area.right().saturating_sub(2)),
        y,
    })
}

/// `@SK` at the end of rows that somebody else is editing.
fn draw_others(
    people: &People,
    cx: &Cx<'_>,
    canvas: &mut Canvas<'_>,
    inside: Rect,
    rows: usize,
    below: usize,
) {
    if cx.peers.iter().all(|peer| peer.place.editing.is_none()) {
        return;
    }
    let shown = if below > 0 { rows.saturating_sub(1) } else { rows };
    for row in 0..shown {
        let Some(part) = people.roll.part(people.cursor.top + row) else {
            continue;
        };
        if let Some(initials) = cx.edited_by(part.person.into()) {
            let y = inside.y + 1 + u16::try_from(row).unwrap_or(0);
            canvas.put_right(inside.right(), y, 6, &format!(" @{initials}"), Role::Others);
        }
    }
}

/// Nobody here, or nobody whom the filter takes: what is true, and the keys that end it.
fn draw_empty(people: &People, canvas: &mut Canvas<'_>, inside: Rect) -> Position {
    let filter = people.filter.text();
    let lines = if people.roll.count() == 0 {
        vec![
            "Nobody here yet. Paste rows from a spreadsheet or add one.".to_owned(),
            String::new(),
            "   paste   copied rows open a preview; nothing changes until y".to_owned(),
            "   p       the same, where the terminal does not tell pastes".to_owned(),
            "   a       add one person".to_owned(),
            String::new(),
            "New here?  ?  shows every key here.  u  undoes what you try.".to_owned(),
        ]
    } else {
        vec![
            format!("No match for {filter}. {} hidden.", people.roll.count()),
            String::new(),
            "   Esc     shows everybody again".to_owned(),
            "   :       searches everything by name".to_owned(),
        ]
    };
    let indent = if inside.width >= 60 { 8 } else { 1 };
    let area = Rect {
        x: inside.x + indent,
        y: inside.y + inside.height.min(3).saturating_sub(1),
        width: inside.width.saturating_sub(indent),
        height: inside.height.saturating_sub(2),
    };
    canvas.lines(area, lines.iter().map(String::as_str));
    Position { x: area.x, y: area.y }
}

fn draw_info(people: &People, cx: &Cx<'_>, canvas: &mut Canvas<'_>, area: Rect) -> Option<Position> {
    let part = people.here()?;
    let name = cx.model.name_of(part.person);
    let inside = Pane::new(name, area.width == cx.body.width).draw(canvas, area);
    let inside = Rect {
        x: inside.x + 1,
        width: inside.width.saturating_sub(1),
        ..inside
    };
    let lines = crate::tui::screen::card::facts::inspector(cx, part, usize::from(inside.width));
    canvas.lines(inside, lines.iter().map(String::as_str));
    Some(Position {
        x: inside.x,
        y: inside.y,
    })
}
