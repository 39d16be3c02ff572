//! The terminal program on a stage: keys in, text of the screen out, a store that answers at once.

use chrono::{DateTime, Utc};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::world;
use cohort::domain::{AdminRole, Edit, Entry, Message, MessageState, Mint, Model, Reason, Refusal};
use cohort::plan::Watch;
use cohort::tui::{App, Done, Looks, News, Out, Peer, Place, Signal, picture};

/// A program, the store behind it, and what it asked the loop to do.
pub struct Stage {
    /// The program.
    pub app: App,
    /// The cohort as the store has it.
    pub model: Model,
    /// Everything that landed, oldest first.
    pub entries: Vec<Entry>,
    /// What the program asked for besides edits, oldest first.
    pub outs: Vec<Out>,
    /// The clock.
    pub now: DateTime<Utc>,
    /// How many keys were pressed.
    pub pressed: usize,
    /// Whether the store answers; edits wait while it does not.
    pub answers: bool,
    /// Whether planners answer at once; else what they are asked stays in `outs`.
    pub plans: bool,
    size: (u16, u16),
    waiting: Vec<Out>,
}

impl Stage {
    /// Sam K before the small world at 80x24.
    pub fn new() -> Self {
        Self::with(world::world(), 80, 24)
    }

    /// Sam K before the small world.
    pub fn sized(width: u16, height: u16) -> Self {
        Self::with(world::world(), width, height)
    }

    /// Sam K before this cohort.
    pub fn with(model: Model, width: u16, height: u16) -> Self {
        Self::set(model, Looks::default(), world::now(), width, height)
    }

    /// Sam K before the example programme and its history, with these colours and characters.
    pub fn looking(looks: Looks, width: u16, height: u16) -> Self {
        let model = super::example::remembered("2025");
        Self::set(model, looks, cohort::exchange::example::clock(), width, height)
    }

    fn set(model: Model, looks: Looks, now: DateTime<Utc>, width: u16, height: u16) -> Self {
        let app = App::new(looks, Mint::seeded(4242), (width, height));
        let mut stage = Self {
            app,
            model: model.clone(),
            entries: Vec::new(),
            outs: Vec::new(),
            now,
            pressed: 0,
            answers: true,
            plans: true,
            size: (width, height),
            waiting: Vec::new(),
        };
        stage.signal(Signal::News(News::Welcome {
            model: Box::new(model),
            me: "Sam K".to_owned(),
            role: AdminRole::Owner,
        }));
        stage.draw();
        stage
    }

    /// Sam K before the example programme, twelve minutes into session 3 of CCIO-2.
    pub fn example(width: u16, height: u16) -> Self {
        let now = cohort::exchange::example::clock();
        Self::set(example(), Looks::default(), now, width, height)
    }

    /// Sam K may do only what this role may.
    pub fn role(&mut self, role: AdminRole) {
        let (model, me) = (Box::new(self.model.clone()), "Sam K".to_owned());
        self.signal(Signal::News(News::Welcome { model, me, role }));
    }

    /// Something happens; a frame is drawn after it, as the loop does.
    pub fn signal(&mut self, signal: Signal) {
        let outs = self.app.handle(signal, self.now);
        self.carry_out(outs);
        self.draw();
    }

    /// Presses keys: letters as they are, others as `<enter>`, `<esc>`, `<tab>`, `<down>`, `<space>`, `<c-c>`. Then
    /// the hand rests.
    pub fn press(&mut self, keys: &str) -> &mut Self {
        let mut rest = keys;
        while let Some(first) = rest.chars().next() {
            let (event, used) = match (first, rest.find('>')) {
                ('<', Some(end)) if end > 1 && !rest[1..end].contains('<') => (named(&rest[1..end]), end + 1),
                (c, _) => (KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE), c.len_utf8()),
            };
            rest = &rest[used..];
            self.pressed += 1;
            self.signal(Signal::Key(event));
        }
        if self.app.trails() {
            self.signal(Signal::Rest);
        }
        self
    }

    /// Lets this many milliseconds pass, and the program know of it.
    pub fn wait(&mut self, milliseconds: i64) -> &mut Self {
        self.now += chrono::TimeDelta::milliseconds(milliseconds);
        self.signal(Signal::Tick);
        self
    }

    /// Somebody else's edit lands.
    pub fn lands(&mut self, by: &str, edit: Edit) {
        self.land(by, edit, None);
    }

    /// Other admins are here: name and place.
    pub fn others(&mut self, others: &[(&str, Place)]) {
        let peer = |(name, place): &(&str, Place)| Peer {
            name: (*name).to_owned(),
            place: place.clone(),
            since: self.now,
            active: self.now,
        };
        let peers = others.iter().map(peer).collect();
        self.signal(Signal::News(News::Peers(peers)));
    }

    /// Answers what has waited while the store did not.
    pub fn answer(&mut self) {
        self.answers = true;
        let waiting = std::mem::take(&mut self.waiting);
        self.carry_out(waiting);
        self.draw();
    }

    fn carry_out(&mut self, outs: Vec<Out>) {
        for out in outs {
            match out {
                Out::Propose(_) | Out::Undo { .. } if !self.answers => self.waiting.push(out),
                Out::Propose(edit) => {
                    let nonce = edit.nonce;
                    match self.admit(edit) {
                        Ok(edit) => {
                            let rev = self.land("Sam K", edit, None);
                            self.signal(Signal::News(News::Settled { nonce, rev }));
                        }
                        Err(refusal) => {
                            let refusal = Box::new(refusal);
                            self.signal(Signal::News(News::Refused { nonce, refusal }));
                        }
                    }
                }
                Out::Undo { nonce, rev } => {
                    let undone = self.entries.iter().find(|entry| entry.rev == rev);
                    let Some(undone) = undone.cloned() else {
                        let refusal =
                            Box::new(Refusal::missing("there is no such change", "look at the history"));
                        self.signal(Signal::News(News::Refused { nonce, refusal }));
                        continue;
                    };
                    let mut edit = undone.edit.clone();
                    edit.nonce = nonce;
                    edit.label = undone.label_of_undo();
                    edit.changes = undone.edit.inverse();
                    if let Err(refusal) = self.model.admit_undo(&edit, AdminRole::Owner, self.now) {
                        let refusal = Box::new(refusal);
                        self.signal(Signal::News(News::Refused { nonce, refusal }));
                        continue;
                    }
                    let rev = self.land("Sam K", edit, Some(rev));
                    self.signal(Signal::News(News::Settled { nonce, rev }));
                }
                Out::Plan(request) if self.plans => {
                    let number = request.number;
                    if let Ok(answer) = request.answer(&Watch::default()) {
                        self.signal(Signal::Planned { number, answer });
                    }
                }
                Out::Entry(rev) => {
                    if let Some(entry) = self.entries.iter().find(|entry| entry.rev == rev).cloned() {
                        self.signal(Signal::News(News::EntryIs(Box::new(entry))));
                    }
                }
                Out::Outbox(posts) => {
                    let what = format!("Wrote {} messages", posts.len());
                    let notes = posts.iter().map(|post| post.note.clone()).collect();
                    self.outs.push(Out::Outbox(posts));
                    self.signal(Signal::Done(Done::Written { what, notes }));
                }
                Out::Send(posts) => {
                    let what = format!("Sent {0} of {0} messages", posts.len());
                    let notes = posts.iter().map(|post| Message {
                        state: MessageState::Sent,
                        ..post.note.clone()
                    });
                    let notes = notes.collect();
                    self.outs.push(Out::Send(posts));
                    self.signal(Signal::Done(Done::Sent { what, notes }));
                }
                other => self.outs.push(other),
            }
        }
    }

    /// What the store does with an edit: admits it, or first brings it together with what changed meanwhile.
    fn admit(&self, edit: Edit) -> Result<Edit, Refusal> {
        let Err(refusal) = self.model.admit(&edit, AdminRole::Owner, self.now) else {
            return Ok(edit);
        };
        if refusal.reason != Reason::Conflict {
            return Err(refusal);
        }
        let edit = self.model.rebase(&edit, |_| "Jo T".to_owned())?;
        self.model.admit(&edit, AdminRole::Owner, self.now)?;
        Ok(edit)
    }

    fn land(&mut self, by: &str, edit: Edit, undoes: Option<u64>) -> u64 {
        let entry = Entry {
            rev: self.model.rev + 1,
            at: self.now,
            by: by.to_owned(),
            edit,
            undoes,
        };
        let rev = entry.rev;
        self.model.apply(&entry);
        self.entries.push(entry.clone());
        self.signal(Signal::News(News::Landed(Box::new(entry))));
        rev
    }

    /// The frame as it would be drawn now.
    pub fn frame(&mut self) -> Buffer {
        self.draw()
    }

    fn draw(&mut self) -> Buffer {
        let mut buf = Buffer::empty(Rect::new(0, 0, self.size.0, self.size.1));
        self.app.view(self.now, &mut buf);
        buf
    }

    /// The terminal gets another size.
    pub fn resize(&mut self, width: u16, height: u16) {
        self.size = (width, height);
        self.signal(Signal::Resize(width, height));
    }

    /// What the screen shows.
    pub fn text(&mut self) -> String {
        picture::text(&self.draw())
    }

    /// The line under the cursor sign, blanks at its ends dropped.
    pub fn cursor_line(&mut self) -> String {
        let text = self.text();
        let lines = text.lines().skip(2);
        let here = lines.map(str::trim_end).find(|line| line.starts_with('>'));
        here.map(|line| line.trim_start_matches('>').trim().to_owned())
            .unwrap_or_default()
    }

    /// What stands before the terminal's cursor in its line.
    pub fn before_cursor(&mut self) -> String {
        let mut frame = Buffer::empty(Rect::new(0, 0, self.size.0, self.size.1));
        let place = self.app.view(self.now, &mut frame);
        let place = place.expect("a focused screen has a cursor");
        (0..place.x)
            .map(|x| frame[(x, place.y)].symbol().to_owned())
            .collect()
    }

    /// What was meant by the last entry, in words.
    pub fn last(&self) -> String {
        self.entries
            .last()
            .map(|entry| entry.edit.label.to_string())
            .unwrap_or_default()
    }

    /// Compares the screen with `tests/golden/NAME.txt`; `UPDATE=1` writes it instead.
    pub fn golden(&mut self, name: &str) {
        let text = self.text() + "\n";
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.txt"));
        if std::env::var_os("UPDATE").is_some() {
            let folder = path.parent().expect("a golden frame is in a folder");
            std::fs::create_dir_all(folder).expect("the folder can be made");
            std::fs::write(&path, &text).expect("the frame can be written");
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            kept, text,
            "{name} looks different; UPDATE=1 keeps the new frame\n{text}"
        );
    }
}

/// The running cohort of the example programme, as Jo T put it in, an entry a day.
pub fn example() -> Model {
    let edits = cohort::exchange::example::edits(&mut Mint::seeded(1)).expect("the example can be read");
    let mut model = Model::empty(edits.last().expect("the example has edits").cohort);
    let mut at = cohort::exchange::example::clock() - chrono::TimeDelta::hours(7 + 24 * edits.len() as i64);
    for (edit, rev) in edits.into_iter().zip(1..) {
        at += chrono::TimeDelta::days(1);
        model.apply(&Entry {
            rev,
            at,
            by: "Jo T".to_owned(),
            edit,
            undoes: None,
        });
    }
    model
}

/// The key of this name.
fn named(name: &str) -> KeyEvent {
    let (name, modifiers) = match name.strip_prefix("c-") {
        Some(name) => (name, KeyModifiers::CONTROL),
        None => (name, KeyModifiers::NONE),
    };
    let code = match name {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "backtab" => KeyCode::BackTab,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "pageup" => KeyCode::PageUp,
        "pagedown" => KeyCode::PageDown,
        "backspace" => KeyCode::Backspace,
        "delete" => KeyCode::Delete,
        "space" => KeyCode::Char(' '),
        one if one.chars().count() == 1 => KeyCode::Char(one.chars().next().unwrap_or(' ')),
        other => panic!("there is no key {other}"),
    };
    KeyEvent::new(code, modifiers)
}
