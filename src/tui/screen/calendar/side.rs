//! One session in words: for the side pane, the message line and the lines below.

use chrono::Utc;
use ratatui::layout::Rect;

use super::Calendar;
use super::carry::clash_words;
use crate::domain::{Id, Session, when};
use crate::plan::scheduling::next_free;
use crate::tui::part::{Canvas, Pane, split_rows};
use crate::tui::screen::Cx;

/// Slots offered beside a clash.
const OFFERED: usize = 3;

impl Calendar {
    /// The day, the session, what is in the way and what is free.
    pub(super) fn draw_side(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>, area: Rect) {
        let here = self.here(cx);
        let of_day = self.on_day(cx, here);
        let tall = u16::try_from(of_day.len() + 2)
            .unwrap_or(8)
            .max(3)
            .min(area.height / 3 + 1);
        let parts = split_rows(area, &[tall, area.height / 2]);
        let inside = Pane::new(here.format("%a %-d %B").to_string(), false).draw(canvas, parts[0]);
        let lines: Vec<String> = of_day
            .iter()
            .filter_map(|id| {
                let is = cx.model.sessions.get(*id)?;
                let sign = if self.at == Some(*id) { '>' } else { ' ' };
                let span = when::span(cx.model.local(is.starts), u32::from(is.minutes));
                let state = Self::concern(cx, *id).map_or_else(
                    || cx.model.phase(*id, cx.now).to_string(),
                    |concern| format!("! {concern}"),
                );
                Some(format!(
                    "{sign} {span} {:<8} {state}",
                    super::month::short_title(cx, *id)
                ))
            })
            .collect();
        canvas.lines(inside, lines.iter().map(String::as_str));
        let Some(id) = self.carried().map(|(session, ..)| session).or(self.at) else {
            return;
        };
        let inside = Pane::new(cx.model.session_title(id), false).draw(canvas, parts[1]);
        let mut lines = session_lines(cx, id);
        let clashes = cx.model.clashes(id);
        if !clashes.is_empty() {
            lines.push(String::new());
            lines.push("! Clash".to_owned());
            lines.extend(
                clashes
                    .iter()
                    .map(|clash| format!("  {}", clash_words(cx, clash))),
            );
            lines.push(String::new());
            lines.push("Free for everybody (m then s takes the first)".to_owned());
            let slots = next_free(cx.model, id, cx.now, OFFERED);
            lines.extend(
                slots
                    .iter()
                    .map(|slot| format!("  {}", when::moment_short(cx.model.local(*slot)))),
            );
        }
        canvas.lines(inside, lines.iter().map(String::as_str));
        let Some(group) = cx.model.sessions.get(id).and_then(|is| is.group) else {
            return;
        };
        let inside =
            Pane::new(format!("Sessions of {}", cx.model.group_code(group)), false).draw(canvas, parts[2]);
        let lines: Vec<String> = cx
            .model
            .sessions_of(group)
            .into_iter()
            .filter_map(|id| {
                let is = cx.model.sessions.get(id)?;
                let number = is
                    .round
                    .map(|round| cx.model.round_number(round))
                    .unwrap_or_default();
                let at = when::moment_short(cx.model.local(is.starts));
                Some(format!("S{number} {at}  {}", cx.model.phase(id, cx.now)))
            })
            .collect();
        canvas.lines(inside, lines.iter().map(String::as_str));
    }
}

/// The mentor of a session on its day.
pub(super) fn mentor_of(cx: &Cx<'_>, id: Id<Session>) -> String {
    let Some(is) = cx.model.sessions.get(id) else {
        return String::new();
    };
    let Some(group) = is.group else {
        return is.place.clone();
    };
    let lead = cx.model.lead_of(group, cx.model.day(is.starts));
    lead.map_or_else(|| "! no mentor".to_owned(), |lead| cx.model.enrolled_name(lead))
}

/// The sentence about a session under the cursor.
pub(super) fn about(cx: &Cx<'_>, id: Id<Session>) -> String {
    let Some(is) = cx.model.sessions.get(id) else {
        return String::new();
    };
    let at = when::moment_short(cx.model.local(is.starts));
    let state = Calendar::concern(cx, id).map_or_else(
        || cx.model.phase(id, cx.now).to_string(),
        |concern| format!("! {concern}"),
    );
    format!(
        "{} {at}, {}: {state}.",
        cx.model.session_title(id),
        mentor_of(cx, id)
    )
}

/// A session, a line a field.
pub(super) fn session_lines(cx: &Cx<'_>, id: Id<Session>) -> Vec<String> {
    let Some(is) = cx.model.sessions.get(id) else {
        return Vec::new();
    };
    let at = cx.model.local(is.starts);
    let link = match is.group.and_then(|g| cx.model.groups.get(g)) {
        _ if !is.link.is_empty() => is.link.clone(),
        Some(group) if !group.link.is_empty() => group.link.clone(),
        _ if !is.place.is_empty() => is.place.clone(),
        _ => "! none yet".to_owned(),
    };
    let mut lines = vec![
        format!(
            "  {} {}   mentor {}",
            when::day_short(at.date_naive()),
            when::span(at, u32::from(is.minutes)),
            mentor_of(cx, id)
        ),
        format!(
            "  Topic {}   Link {link}",
            if is.topic.is_empty() { "-" } else { &is.topic }
        ),
    ];
    if !is.reason.is_empty() {
        lines.push(format!("  {}: {}", cx.model.phase(id, cx.now), is.reason));
    }
    if !is.note.is_empty() {
        lines.push(format!("  Note {}", is.note));
    }
    let names: Vec<String> = cx
        .model
        .expected(id)
        .iter()
        .map(|e| cx.model.enrolled_name(e.enrolment))
        .collect();
    lines.extend(names.iter().skip(1).map(|name| format!("    {name}")));
    lines
}

/// `Free for all: Thu 23 Apr 10:00, …`.
pub(super) fn free_words(cx: &Cx<'_>, id: Id<Session>) -> String {
    let slots: Vec<chrono::DateTime<Utc>> = next_free(cx.model, id, cx.now, OFFERED);
    let words: Vec<String> = slots
        .iter()
        .map(|slot| when::moment_short(cx.model.local(*slot)))
        .collect();
    if words.is_empty() {
        return "  No slot is free for everybody in this window. m then / types any date.".to_owned();
    }
    format!("  Free for everybody: {}  (m s)", words.join(", "))
}
