//! A register at a glance: beside the sessions of Now and of the calendar.

use ratatui::layout::Rect;

use super::super::Cx;
use super::lines::{self, letter, session_name, word};
use super::view::going;
use crate::domain::{Enrolment, Id, Role as As, Session, when};
use crate::tui::part::{Canvas, Pane};
use crate::tui::theme::Role;

/// Draws who is here, who leads, and what can be done, into an area that keys do not go to.
pub(crate) fn glance(cx: &Cx<'_>, canvas: &mut Canvas<'_>, area: Rect, session: Id<Session>) {
    if area.height < 3 || area.width < 20 {
        return;
    }
    canvas.clear(area);
    let title = format!("Register {}", session_name(cx.model, session));
    let inside = Pane::new(title, false).draw(canvas, area);
    let mut text = Text {
        x: inside.x + 1,
        y: inside.y,
        area: inside,
    };
    let Some(is) = cx.model.sessions.get(session) else {
        return;
    };
    let span = when::span(cx.model.local(is.starts), u32::from(is.minutes));
    let day = when::day_short(cx.model.day(is.starts));
    let going = going(cx.model, session, cx.now);
    text.line(canvas, &format!("{day} {span}   {going}"), Role::Plain);
    for (label, field) in [("Topic", &is.topic), ("Place", &is.place), ("Note", &is.note)] {
        if !field.is_empty() {
            text.line(canvas, &format!("{label:<6} {field}"), Role::Plain);
        }
    }
    text.line(canvas, "", Role::Plain);
    let seen = cx.model.sightings_in(session).next().is_some();
    let people = lines::lines(cx.model, session);
    let fits = usize::from(area.height / 2);
    for line in people.iter().take(fits) {
        let value = line.value();
        let sign = if line.is_second_absence() { '!' } else { ' ' };
        let seen = if seen { line.seen(cx.model) } else { String::new() };
        let mark = format!("{} {}", letter(value), value.map_or("not marked", word));
        let name = crate::domain::text::fit(&line.row.name, 20, canvas.glyphs.cut);
        let seen = crate::domain::text::fit(&seen, if seen.is_empty() { 0 } else { 12 }, canvas.glyphs.cut);
        let role = if sign == '!' { Role::Attention } else { Role::Plain };
        text.line(canvas, &format!("{sign} {name} {seen} {mark}"), role);
    }
    if people.len() > fits {
        text.line(canvas, &format!("v {} more", people.len() - fits), Role::Plain);
    }
    let counts = cx.model.counts(session);
    let summary = format!(
        "{} present {} absent {} late {} excused {} not marked",
        counts.present, counts.absent, counts.late, counts.apologies, counts.unmarked
    );
    text.line(canvas, "", Role::Plain);
    text.line(canvas, &summary, Role::Plain);
    let lead = people.iter().find(|line| line.row.role == Some(As::Mentor));
    if let Some(lead) = lead.and_then(|line| line.row.enrolment) {
        text.line(canvas, "", Role::Plain);
        text.title(canvas, "Mentor");
        mentor(cx, canvas, &mut text, lead);
    }
    if text.left() > 8 {
        text.line(canvas, "", Role::Plain);
        text.title(canvas, "What you can do");
        for line in [
            "Enter  goes to the register: x cycles one mark",
            "X      marks everybody seen as present",
            "f      finishes the register, or opens it again",
            "m      finds a new time",
            "d      cancels the session (tells nobody by itself)",
            "r      prepares messages to its people",
            "y l    copies the join link",
        ] {
            text.line(canvas, line, Role::Plain);
        }
    }
}

fn mentor(cx: &Cx<'_>, canvas: &mut Canvas<'_>, text: &mut Text, lead: Id<Enrolment>) {
    let Some(is) = cx.model.enrolments.get(lead) else {
        return;
    };
    let Some(person) = cx.model.people.get(is.person) else {
        return;
    };
    text.line(
        canvas,
        &format!("{}   {}", person.name, person.job_title),
        Role::Plain,
    );
    text.line(
        canvas,
        &format!("{}   {}", person.email, person.phone),
        Role::Plain,
    );
    let rate = cx.model.attendance_of_enrolment(lead);
    text.line(
        canvas,
        &format!("Sessions attended {} of {}", rate.part, rate.whole),
        Role::Plain,
    );
    let today = cx
        .model
        .sessions_on(cx.model.day(cx.now))
        .into_iter()
        .filter(|id| {
            let led = cx.model.expected(*id);
            led.iter().any(|who| who.enrolment == lead)
        });
    let today: Vec<String> = today
        .filter_map(|id| {
            let is = cx.model.sessions.get(id)?;
            Some(format!(
                "{} {}",
                when::clock(cx.model.local(is.starts)),
                cx.model.session_title(id)
            ))
        })
        .collect();
    if today.len() > 1 {
        text.line(canvas, &format!("Today: {}", today.join(", ")), Role::Plain);
    }
}

/// Where the next line goes.
struct Text {
    x: u16,
    y: u16,
    area: Rect,
}

impl Text {
    const fn left(&self) -> u16 {
        self.area.bottom().saturating_sub(self.y)
    }

    fn line(&mut self, canvas: &mut Canvas<'_>, what: &str, role: Role) {
        if self.y < self.area.bottom() {
            canvas.put(
                self.x,
                self.y,
                self.area.right().saturating_sub(self.x),
                what,
                role,
            );
            self.y += 1;
        }
    }

    fn title(&mut self, canvas: &mut Canvas<'_>, title: &str) {
        if self.y < self.area.bottom() {
            Pane::new(title, false).draw(
                canvas,
                Rect {
                    y: self.y,
                    height: 1,
                    ..self.area
                },
            );
            self.y += 1;
        }
    }
}
