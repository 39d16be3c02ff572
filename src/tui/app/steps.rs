//! Carrying out what a key caused.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::App;
use crate::domain::{AnyId, EntryHead, Rev, when};
use crate::tui::key::{self, Action, Chord, Context, Tab};
use crate::tui::overlay::{Confirm, HelpSheet, Menu, MenuRow, Overlay, Palette};
use crate::tui::screen;
use crate::tui::signal::Out;
use crate::tui::step::Step;

impl App {
    /// Carries out a step.
    pub(super) fn take(&mut self, step: Step, now: DateTime<Utc>) {
        match step {
            Step::Stay => {}
            Step::Many(steps) => {
                for step in steps {
                    self.take(step, now);
                }
            }
            Step::Go(tab) => self.go(tab, now),
            Step::Show(id) => self.show(id, now),
            Step::ShowIn(tab, id) => {
                self.go(tab, now);
                self.with_screen(now, |screen, cx, _| screen.show(id, cx));
            }
            Step::Open(id) => self.open(id, now),
            Step::Enter(screen) => {
                self.over.push(screen);
                self.settle_all(now);
            }
            Step::Back => {
                if self.over.pop().is_none() {
                    self.ask_to_quit();
                }
            }
            Step::Ask(mut overlay) => {
                if let Some(said) = overlay.take_up(&self.hand) {
                    self.message = said;
                }
                self.overlays.push(overlay);
            }
            Step::Close => drop(self.overlays.pop()),
            Step::Later => self.undecided.extend(self.overlays.pop()),
            Step::Propose(edit, said) => self.propose(edit, said, now),
            Step::TakeBack(rev) => self.take_back(rev, String::new(), now),
            Step::TakeUp => self.take_up(now),
            Step::Say(what) => self.message = what,
            Step::Refuse(refusal) => {
                self.message = format!("{}. Try: {}.", sentence(&refusal.what), refusal.hint);
            }
            Step::Set(what) => {
                let step = self.set(&what, now);
                self.take(step, now);
            }
            Step::Act(action) => {
                let step = self.action(action, now);
                if matches!(step, Step::Unbound) {
                    self.message = "That does nothing here.".to_owned();
                } else {
                    self.take(step, now);
                }
            }
            Step::Lock(person, group) => self.lock_in_proposal(person, group, now),
            Step::Give(given) => self.give_in_plan(given, now),
            Step::Out(Out::Copy(text)) => {
                let lines = text.lines().count();
                self.message = format!(
                    "Sent {lines} line{} to your terminal's clipboard.",
                    if lines == 1 { "" } else { "s" }
                );
                self.outs.push(Out::Copy(text));
            }
            Step::Out(Out::Send(posts)) => {
                let count = posts.len();
                let plural = if count == 1 { "" } else { "s" };
                self.message = format!("Sending {count} message{plural}. The screen goes on meanwhile.");
                self.sendings += 1;
                self.outs.push(Out::Send(posts));
            }
            Step::Out(out) => self.outs.push(out),
            Step::Unbound => self.message = "That does nothing here.".to_owned(),
        }
    }

    fn go(&mut self, tab: Tab, now: DateTime<Utc>) {
        if tab != self.tab {
            self.before = self.tab;
        }
        self.over.clear();
        self.tab = tab;
        self.settle_all(now);
    }

    /// Shows a record in the view where it belongs.
    fn show(&mut self, id: AnyId, now: DateTime<Utc>) {
        use crate::domain::Kind;
        let tab = match id.kind {
            Kind::Person | Kind::Application | Kind::Enrolment | Kind::Membership => Tab::People,
            Kind::Group => Tab::Groups,
            Kind::Stream => Tab::Streams,
            Kind::Session | Kind::Round | Kind::Busy => Tab::Calendar,
            Kind::Wave | Kind::Response | Kind::Quote | Kind::Theme => Tab::Feedback,
            _ => Tab::History,
        };
        self.go(tab, now);
        self.with_screen(now, |screen, cx, _| screen.show(id, cx));
    }

    /// Opens a record: in a screen of its own where there is one.
    fn open(&mut self, id: AnyId, now: DateTime<Utc>) {
        match screen::opened(id, &self.cx(now)) {
            Some(screen) => self.take(Step::Enter(screen), now),
            None => self.show(id, now),
        }
    }

    fn ask_to_quit(&mut self) {
        let drafts = self.hand.drafts.len();
        let first = match (self.waiting.len(), drafts) {
            (0, 0) => "Everything is saved. Nothing is waiting.".to_owned(),
            (0, n) => format!("Everything is saved; {n} unfinished text(s) would be lost."),
            (n, _) => format!("{n} change(s) still wait to be saved."),
        };
        let sending =
            "Messages are being sent: leaving stops it, and the next sending goes on where this one stopped.";
        let mut lines = vec![first];
        lines.extend((self.sendings > 0).then(|| sending.to_owned()));
        lines.push("(:q and Ctrl-C twice quit without asking)".to_owned());
        let mut confirm = Confirm::new("Quit?", lines, |(), _, _| Ok(Step::Out(Out::Quit)));
        "y quits, n or Esc stays.".clone_into(&mut confirm.note);
        self.overlays.push(Overlay::Confirm(confirm));
    }

    pub(super) fn help(&mut self, now: DateTime<Utc>) -> Step {
        let cx = self.cx(now);
        let screen = self.screen();
        let title = match screen.marked() {
            0 => screen.home().title().to_owned(),
            n => format!("{}, {n} marked", screen.home().title()),
        };
        Step::Ask(Overlay::Help(HelpSheet::of(
            title,
            screen.home(),
            &screen.offers(&cx),
        )))
    }

    pub(super) fn palette(&mut self, now: DateTime<Utc>) -> Step {
        let cx = self.cx(now);
        let screen = self.screen();
        Step::Ask(Overlay::Palette(Palette::over(
            &self.model,
            screen.home(),
            &screen.offers(&cx),
        )))
    }

    pub(super) fn go_to(&mut self) -> Step {
        let acts: Vec<_> = key::BINDINGS
            .iter()
            .filter(|b| b.context == Context::GoTo && b.action != Action::Back)
            .collect();
        let rows = acts
            .iter()
            .map(|b| MenuRow::new(b.key().chars().next().unwrap_or(' '), b.help))
            .collect();
        let actions: Vec<Action> = acts.iter().map(|b| b.action).collect();
        let mut menu = Menu::new("Go to", rows, move |row, _, _| Ok(Step::Act(actions[row])))
            .saying("A letter goes there. 1-7 do the same; Esc closes.");
        // Keys are read as labels, so that j and k of other popups do not hide a letter of this one.
        menu.table = Context::GoTo;
        let digits: Vec<Tab> = Tab::ALL.to_vec();
        menu.other = Some(Box::new(move |action, _, _| match action {
            Action::Label(label) => label
                .to_digit(10)
                .and_then(|digit| digits.get((digit as usize).wrapping_sub(1)))
                .map(|tab| Step::Go(*tab))
                .ok_or_else(|| "A letter shown goes there; Esc closes.".to_owned()),
            action => Ok(Step::Act(action)),
        }));
        Step::Ask(Overlay::Menu(menu))
    }

    pub(super) fn who(&mut self, now: DateTime<Utc>) -> Step {
        let line = |name: &str, place: &str, rest: &str| {
            let name = crate::domain::text::fit(name, 12, "~");
            let name = crate::domain::text::pad_right(&name, 12);
            let place = crate::domain::text::pad_right(&crate::domain::text::fit(place, 38, "~"), 38);
            MenuRow::plain(format!("{name} {place} {rest}").trim_end().to_owned())
        };
        let since = |at: DateTime<Utc>| format!("since {}", self.clock(at, false));
        let mine = self.since.map(since).unwrap_or_default();
        let mut rows = vec![line("you", &self.place.view, &mine)];
        rows.extend(self.peers.iter().map(|peer| {
            let editing = peer.place.editing.as_ref();
            let editing = editing
                .map(|field| format!(", editing {field}"))
                .unwrap_or_default();
            let idle = (now - peer.active).num_minutes();
            let when = if idle >= 5 {
                format!("idle {idle} min")
            } else {
                since(peer.since)
            };
            let initials = crate::domain::text::initials(&peer.name);
            line(
                &peer.name,
                &format!("{}{editing}", peer.place.view),
                &format!("{when} @{initials}"),
            )
        }));
        let mut places = vec![None];
        places.extend(self.peers.iter().map(|peer| peer.place.on));
        let cut_off = self.is_cut_off();
        let menu = Menu::new(
            format!("Who is here {}", rows.len()),
            rows,
            move |row, _, _| match places.get(row).copied().flatten() {
                _ if cut_off => Ok(Step::Out(Out::Reconnect)),
                Some(on) => Ok(Step::Show(on)),
                None if row == 0 => Ok(Step::Stay),
                None => Err("They are on no record just now.".to_owned()),
            },
        );
        Step::Ask(Overlay::Menu(menu.saying(if cut_off {
            "Enter tries to connect now. Esc closes."
        } else {
            "Enter goes where they are. Esc closes."
        })))
    }

    /// Takes back my last change that still holds; asks when it was made before this terminal was opened, for then
    /// nobody has it before their eyes.
    pub(super) fn undo(&mut self) -> Step {
        let heads: Vec<&EntryHead> = self.model.heads().collect();
        let Some(rev) = last_in_force(&heads, &self.me, false) else {
            return Step::say("Nothing of yours to take back here. 7 History undoes any line.");
        };
        let before = heads.iter().find(|head| head.rev == rev);
        match before.filter(|_| self.opened_at.is_some_and(|opened| rev <= opened)) {
            None => Step::TakeBack(rev),
            Some(head) => {
                let records = match head.count {
                    1 => "1 record".to_owned(),
                    count => format!("{count} records"),
                };
                let lines = vec![
                    format!("{}  ({records})", head.label),
                    format!(
                        "Made {}, before this terminal was opened.",
                        when::moment_short(self.model.local(head.at))
                    ),
                ];
                Step::Ask(Overlay::Confirm(Confirm::new(
                    "Take back your last change?",
                    lines,
                    move |(), _, _| Ok(Step::TakeBack(rev)),
                )))
            }
        }
    }

    /// Brings back what I took back last.
    pub(super) fn redo(&mut self) -> Step {
        let heads: Vec<&EntryHead> = self.model.heads().collect();
        match last_in_force(&heads, &self.me, true) {
            Some(rev) => Step::TakeBack(rev),
            None => Step::say("Nothing to bring back: your last step was not an undo."),
        }
    }

    /// Says what a key that means nothing here would mean elsewhere.
    pub(super) fn explain(&mut self, chord: Chord, context: Context) {
        if context == Context::Text {
            return;
        }
        if context.mode() == "ASK" {
            let keys: Vec<String> = key::bindings(context)
                .iter()
                .filter(|b| !b.hint.is_empty())
                .map(|b| format!("{} {}", b.key(), b.hint))
                .collect();
            self.message = format!("{chord} is no answer here: {}.", keys.join(", "));
            return;
        }
        let elsewhere = key::BINDINGS
            .iter()
            .find(|b| b.chords.contains(&chord) && b.context.mode() == "LIST");
        self.message = match elsewhere {
            Some(b) if b.context == Context::Any => {
                format!("{chord} ({}) does nothing here. ? shows the keys.", b.help)
            }
            Some(b) => {
                format!(
                    "{chord} does nothing here; in {} it is: {}. ? shows the keys.",
                    b.context.title(),
                    b.help
                )
            }
            None => {
                let other =
                    swapped_case(chord).and_then(|other| key::resolve(context, other).map(|b| (other, b)));
                match other {
                    Some((other, b)) => {
                        format!(
                            "{chord} does nothing here. Did you mean {other} ({})? ? shows the keys.",
                            b.help
                        )
                    }
                    None => format!("{chord} does nothing here. ? shows the keys."),
                }
            }
        };
    }
}

/// The same letter in the other case.
fn swapped_case(chord: Chord) -> Option<Chord> {
    let c = chord.types()?;
    let other = if c.is_uppercase() {
        c.to_ascii_lowercase()
    } else {
        c.to_ascii_uppercase()
    };
    (other != c).then(|| key::ch(other))
}

/// The newest entry of `me` that still holds and that undo (or, for `redo`, redo) would take back.
///
/// `heads` are newest first. An undo that was itself taken back does not hold; an undo of an undo is an edit again.
fn last_in_force(heads: &[&EntryHead], me: &str, redo: bool) -> Option<Rev> {
    let mut dead: BTreeSet<Rev> = BTreeSet::new();
    let is_undo = |rev: Rev| undoes_an_edit(heads, rev);
    for head in heads {
        if dead.contains(&head.rev) {
            continue;
        }
        if let Some(undone) = head.undoes {
            dead.insert(undone);
        }
        if head.by != me {
            continue;
        }
        match (redo, is_undo(head.rev)) {
            (true, true) | (false, false) => return Some(head.rev),
            (true, false) => return None,
            (false, true) => {}
        }
    }
    None
}

/// Whether the entry is an undo of an edit, rather than an edit or an undo of an undo.
fn undoes_an_edit(heads: &[&EntryHead], rev: Rev) -> bool {
    let undoes = |rev: Rev| {
        heads
            .iter()
            .find(|head| head.rev == rev)
            .and_then(|head| head.undoes)
    };
    let mut depth = 0_usize;
    let mut at = rev;
    while let Some(next) = undoes(at) {
        depth += 1;
        at = next;
    }
    depth % 2 == 1
}

/// The first letter in upper case.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().collect::<String>() + letters.as_str())
        .unwrap_or_default()
}
