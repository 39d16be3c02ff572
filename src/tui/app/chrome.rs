//! The four rows that are the same everywhere: tabs, where, message, hints; and the frame around a screen.

use chrono::{DateTime, Utc};
use ratatui::layout::{Position, Rect};

use super::{App, Line, whole};
use crate::domain::text;
use crate::tui::key::{self, Action, Context, Tab};
use crate::tui::part::Canvas;
use crate::tui::screen::beginning;
use crate::tui::theme::Role;

/// The smallest terminal on which a screen is drawn.
const LEAST: (u16, u16) = (30, 7);

/// The body of a terminal of this size: everything but two rows at the top and two at the bottom.
pub(super) const fn body(size: (u16, u16)) -> Rect {
    Rect {
        x: 0,
        y: 2,
        width: size.0,
        height: size.1.saturating_sub(4),
    }
}

/// How things stand with the store, in one word and a number.
pub(super) fn lamp(app: &App, now: DateTime<Utc>) -> String {
    let seconds = |since: DateTime<Utc>| (now - since).num_seconds().max(0);
    match &app.line {
        Line::Joining => "JOINING".to_owned(),
        Line::Failed(since, ..) | Line::Silent(since, _) | Line::Down(since) if app.is_ready() => {
            match seconds(*since) {
                few @ ..15 => format!("STALE {few}s"),
                many => format!("OFFLINE {}s", many / 15 * 15),
            }
        }
        Line::Failed(..) | Line::Silent(..) | Line::Down(_) => "OFFLINE".to_owned(),
        Line::Up => {
            let late = app
                .waiting
                .iter()
                .filter(|w| (now - w.since).num_milliseconds() > 300)
                .count();
            if late > 0 {
                format!("SAVING {late}")
            } else {
                "LIVE".to_owned()
            }
        }
    }
}

impl App {
    /// Draws the whole frame.
    pub(super) fn draw(&self, now: DateTime<Utc>, canvas: &mut Canvas<'_>) -> Option<Position> {
        let all = whole(self.size);
        if all.width < LEAST.0 || all.height < LEAST.1 {
            return self.draw_tiny(canvas, all);
        }
        if !self.is_ready() {
            let mut place = self.draw_unready(now, canvas, all);
            let cx = self.cx(now);
            for overlay in &self.overlays {
                place = overlay.view(&cx, canvas).or(place);
            }
            if !self.overlays.is_empty() {
                self.draw_message(now, canvas, all);
                self.draw_hints(now, canvas, all);
            }
            return place;
        }
        let cx = self.cx(now);
        self.draw_tabs(now, canvas, all);
        self.draw_where(now, canvas, all);
        let mut place = self.screen().view(&cx, canvas);
        for overlay in &self.overlays {
            place = overlay.view(&cx, canvas).or(place);
        }
        self.draw_message(now, canvas, all);
        self.draw_hints(now, canvas, all);
        place
    }

    fn draw_tiny(&self, canvas: &mut Canvas<'_>, all: Rect) -> Option<Position> {
        let size = format!("{}x{} is too small", all.width, all.height);
        let first = self.model.title(self.model.focus.into());
        canvas.lines(
            all,
            [size.as_str(), "make it 30x7 or more", first.as_str(), "q quits"],
        );
        Some(Position { x: 0, y: 0 })
    }

    fn draw_unready(&self, now: DateTime<Utc>, canvas: &mut Canvas<'_>, all: Rect) -> Option<Position> {
        let (what, hint) = match &self.line {
            Line::Failed(_, what, hint) => (what.clone(), format!("try: {hint}")),
            Line::Down(_) => (
                "The store cannot be reached".to_owned(),
                "It is being tried again; q quits.".to_owned(),
            ),
            // The store has answered, and there is nothing in it.
            _ if self.may_begin() => (
                "There is no cohort yet. a makes one: it asks for its name and its days.".to_owned(),
                "It opens here as soon as anybody makes it.".to_owned(),
            ),
            _ => ("Opening the programme".to_owned(), "One moment.".to_owned()),
        };
        canvas.put(
            0,
            0,
            all.width,
            &format!("cohort   {}", lamp(self, now)),
            Role::Focus,
        );
        canvas.put(2, 2, all.width.saturating_sub(2), &what, Role::Plain);
        canvas.put(2, 3, all.width.saturating_sub(2), &hint, Role::Plain);
        let hints = if self.may_begin() {
            "LIST a make a cohort  q quit"
        } else {
            "LIST q quit"
        };
        canvas.put(0, all.height - 1, all.width, hints, Role::Plain);
        Some(Position { x: 2, y: 2 })
    }

    fn draw_tabs(&self, now: DateTime<Utc>, canvas: &mut Canvas<'_>, all: Rect) {
        canvas.clear(Rect { height: 1, ..all });
        let lamp = lamp(self, now);
        let clock = self.clock(now, false);
        let small = all.width < 60;
        let mut x = 0;
        for tab in Tab::ALL {
            let here = tab == self.tab;
            let digit = tab.index() + 1;
            let text = match (small && !here, here) {
                (true, _) => format!(" {digit}"),
                (false, true) => format!("[{digit} {}]", tab.name()),
                (false, false) => format!(" {digit} {}", tab.name()),
            };
            let role = if here { Role::Focus } else { Role::Plain };
            // The bracket of the view before stands where the blank before this one would.
            let after_here = tab.index() > 0 && tab.index() - 1 == self.tab.index();
            let text = if after_here { text[1..].to_owned() } else { text };
            x += canvas.put(x, 0, all.width - x.min(all.width), &text, role);
        }
        let right = if small {
            format!("{clock} {lamp}")
        } else {
            format!("{lamp} {clock}")
        };
        let role = match lamp.as_str() {
            "LIVE" => Role::Plain,
            other if other.starts_with("OFFLINE") => Role::Offline,
            _ => Role::Stale,
        };
        let width = u16::try_from(text::width(&right)).unwrap_or(0);
        if width + x < all.width {
            canvas.put_right(all.width, 0, width, &right, role);
        } else {
            canvas.put_right(all.width, 0, width, &right, Role::Offline);
        }
    }

    fn draw_where(&self, now: DateTime<Utc>, canvas: &mut Canvas<'_>, all: Rect) {
        canvas.clear(Rect {
            y: 1,
            height: 1,
            ..all
        });
        let cx = self.cx(now);
        let cohort = format!("{} cohort", self.model.title(self.model.focus.into()));
        let mut crumbs = vec![cohort, self.tab.name().to_owned()];
        crumbs.extend(self.screen().crumbs(&cx));
        crumbs.extend(self.overlays.iter().filter_map(super::Overlay::crumb));
        let mut aside = match self.overlays.last() {
            Some(super::Overlay::Help(help)) => format!("{} actions here", help.count()),
            _ if self.overlays.iter().any(super::Overlay::is_preview) => "nothing changed yet".to_owned(),
            _ => self.screen().aside(&cx),
        };
        let others: Vec<&str> = self.peers.iter().map(|peer| peer.name.as_str()).collect();
        if !others.is_empty() && all.width >= 60 {
            let here = format!("here: you, {}", others.join(", "));
            aside = if aside.is_empty() {
                here
            } else {
                format!("{here}   {aside}")
            };
        }
        if self.may_only_look() {
            aside = super::allowed::LOOKING.to_owned();
        }
        if let Line::Down(since) | Line::Failed(since, ..) | Line::Silent(since, _) = &self.line {
            aside = format!(
                "NO CONNECTION since {}   {} waiting to be saved",
                self.clock(*since, true),
                self.waiting.len()
            );
        }
        let right = u16::try_from(text::width(&aside))
            .unwrap_or(0)
            .min(all.width.saturating_sub(12));
        let left = all.width.saturating_sub(right + 1);
        let mut trail = crumbs.join(" > ");
        // The cohort is never hidden: what is cut is the middle.
        while text::width(&trail) > usize::from(left) && crumbs.len() > 2 {
            crumbs.remove(1);
            trail = format!(
                "{} > ..{}",
                crumbs[0],
                crumbs[1..].iter().fold(String::new(), |all, c| all + " > " + c)
            );
        }
        canvas.put(0, 1, left, &trail, Role::Plain);
        canvas.put_right(all.width, 1, right, &aside, Role::Plain);
    }

    fn draw_message(&self, now: DateTime<Utc>, canvas: &mut Canvas<'_>, all: Rect) {
        let cx = self.cx(now);
        let said = if !self.message.is_empty() {
            self.message.clone()
        } else if let Some(overlay) = self.overlays.last() {
            overlay.note(&cx)
        } else {
            self.screen().note(&cx)
        };
        canvas.row(all, all.height - 2, &said, Role::Plain);
    }

    fn draw_hints(&self, now: DateTime<Utc>, canvas: &mut Canvas<'_>, all: Rect) {
        let cx = self.cx(now);
        let context = self.context();
        let hints: Vec<(String, String, Action)> = match self.overlays.last() {
            Some(overlay) => hints_of(context, |action| overlay.hint(action)),
            None if context.mode() == "LIST" => self
                .screen()
                .offers(&cx)
                .into_iter()
                .filter_map(|action| {
                    let binding = key::binding(context, action)?;
                    let words = self
                        .screen()
                        .hint(action, &cx)
                        .unwrap_or_else(|| binding.hint.to_owned());
                    (!words.is_empty()).then(|| (binding.key(), words, action))
                })
                .collect(),
            None => {
                let words = |action| self.screen().hint(action, &cx);
                hints_of(context, words)
            }
        };
        let ending = match (context.mode(), all.width) {
            ("LIST", 60..) => "? help  : all",
            ("LIST", _) => "? help",
            _ => "",
        };
        let y = all.height - 1;
        canvas.clear(Rect { y, height: 1, ..all });
        let room =
            usize::from(all.width).saturating_sub(if ending.is_empty() { 0 } else { ending.len() + 2 });
        let mut used = usize::from(canvas.put(0, y, all.width, context.mode(), Role::Plain));
        for (nth, (key, words, action)) in hints.iter().enumerate() {
            let gap = if nth == 0 { 1 } else { 2 };
            // What cannot be done just now stays where it is, in brackets: pressing it says why.
            let (more, role) = if self.is_barred(*action) {
                (format!("({key} {words})"), Role::Barred)
            } else {
                (format!("{key} {words}"), Role::Plain)
            };
            if used + gap + text::width(&more) <= room {
                let x = u16::try_from(used + gap).unwrap_or(u16::MAX);
                canvas.put(x, y, all.width, &more, role);
                used += gap + text::width(&more);
            }
        }
        canvas.put_right(
            all.width,
            y,
            u16::try_from(ending.len()).unwrap_or(0),
            ending,
            Role::Plain,
        );
    }

    /// Whether the store has answered and there is no cohort in it.
    fn may_begin(&self) -> bool {
        matches!(self.line, Line::Up) && !self.me.is_empty() && !self.is_ready()
    }

    /// Keys before the cohort has arrived.
    pub(super) fn key_before_ready(&mut self, chord: key::Chord, now: DateTime<Utc>) {
        let adds = key::resolve(Context::Any, chord).is_some_and(|binding| binding.action == Action::Add);
        if adds && self.may_begin() {
            self.take(beginning::form(&self.model), now);
            return;
        }
        let action = key::resolve(Context::Any, chord).map(|binding| binding.action);
        if matches!(action, Some(Action::Leave | Action::Back | Action::Cancel)) {
            self.outs.push(crate::tui::signal::Out::Quit);
        }
    }
}

/// The hints of a context, some of them in other words.
fn hints_of(context: Context, words: impl Fn(Action) -> Option<String>) -> Vec<(String, String, Action)> {
    let mut hints: Vec<(String, String, Action)> = Vec::new();
    for binding in key::bindings(context) {
        let hint = words(binding.action).unwrap_or_else(|| binding.hint.to_owned());
        let known = hints.iter().any(|(key, ..)| *key == binding.key());
        if !binding.hint.is_empty() && !hint.is_empty() && !known {
            hints.push((binding.key(), hint, binding.action));
        }
    }
    // One word for all labels is enough.
    if let Some(digits) = hints.iter().position(|(key, ..)| key == "1") {
        hints[digits].0 = "1-9".to_owned();
        hints.retain(|(key, ..)| key != "letter");
    }
    // What is chosen most comes first: Enter before the rest, Esc last.
    hints.sort_by_key(|(key, ..)| match key.as_str() {
        "y" | "1-9" | "letter" => 0,
        "Enter" => 1,
        "Esc" | "n" => 3,
        _ => 2,
    });
    hints
}
