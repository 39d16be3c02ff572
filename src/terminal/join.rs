//! The joiner: turns what crossterm makes of the bytes back into what was pressed.
//!
//! A pure state machine over (input, instant). crossterm reports `Esc` as soon as one byte is alone in a read, so a
//! key sequence cut in two by the network becomes `Esc`, `[`, `A`; tmux turns a slow Esc and `j` into Alt-j; a paste
//! without brackets is just many keys. It must not know which keys are bound, nor ask a clock.

use std::time::{Duration, Instant};

use crossterm::event::{Event as Raw, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::Event;

/// How long the joiner waits for what, at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// A lone Esc is held this long, because the rest of an arrow key may follow.
    pub hold: Duration,
    /// After Esc, `[` or `O` begins a late key sequence within this time and is never a key of its own; pasted text
    /// is at its end when nothing came for this long.
    pub guard: Duration,
    /// Keys that were read together are looked at together after this time even when the reader does not say so.
    pub gather: Duration,
}

impl Timing {
    /// The times for a terminal at hand (`far` false) or behind a network (`far` true).
    pub fn new(far: bool) -> Timing {
        Timing {
            hold: Duration::from_millis(if far { 100 } else { 50 }),
            guard: Duration::from_millis(300),
            gather: Duration::from_millis(5),
        }
    }

    /// The times for this process: far when it came by SSH, unless tmux, which joins sequences itself, is between.
    pub fn from_env() -> Timing {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        Timing::new(set("SSH_CONNECTION") && !set("TMUX"))
    }
}

/// This many keys with a line end or a tab in one read are pasted text: nobody types like that.
const BURST: usize = 16;
/// A paste is handed on in pieces of this many bytes, so that endless input cannot fill the memory.
const PASTE_LIMIT: usize = 1 << 20;
/// No key sequence is longer.
const TAIL_LIMIT: usize = 16;

/// What the joiner is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// crossterm reported this.
    Read(Raw),
    /// All that had arrived so far has been reported.
    Drained,
    /// Only time has passed: [`Joiner::deadline`] was reached.
    Tick,
}

#[derive(Debug)]
enum State {
    Idle,
    /// Esc was pressed and not yet handed on; `[A` may follow. Two of them when Alt is sent as Esc Esc [ A.
    Held {
        escs: u8,
        at: Instant,
    },
    /// Esc and the beginning of a key sequence, not yet handed on.
    Tail {
        escs: u8,
        text: String,
        at: Instant,
    },
    /// Esc was handed on; a late tail is swallowed.
    After {
        at: Instant,
    },
    /// The late tail, being swallowed.
    Late {
        text: String,
        at: Instant,
    },
    /// Pasted text without a known end.
    Pasting {
        text: String,
        at: Instant,
    },
}

/// Joins split key sequences, replays Alt chords, and tells pasted text from typed keys.
#[derive(Debug)]
pub struct Joiner {
    timing: Timing,
    state: State,
    batch: Vec<KeyEvent>,
    batch_at: Option<Instant>,
    out: Vec<Event>,
}

impl Joiner {
    /// A joiner that has seen nothing yet.
    pub fn new(timing: Timing) -> Joiner {
        Joiner {
            timing,
            state: State::Idle,
            batch: Vec::new(),
            batch_at: None,
            out: Vec::new(),
        }
    }

    /// Takes one input that happened `at`, and returns what is certain by then, in order.
    pub fn feed(&mut self, input: Input, at: Instant) -> Vec<Event> {
        match input {
            Input::Read(Raw::Key(key)) => {
                if let Some(key) = plain(key) {
                    self.batch_at.get_or_insert(at);
                    self.batch.push(key);
                }
            }
            Input::Read(Raw::Paste(text)) => {
                self.sort_batch();
                self.settle();
                self.out.push(Event::Paste(unix_lines(&text)));
            }
            Input::Read(Raw::Resize(width, height)) => {
                self.sort_batch();
                self.out.push(Event::Resize(width, height));
            }
            Input::Read(Raw::FocusGained | Raw::FocusLost | Raw::Mouse(_)) => {}
            Input::Drained => self.sort_batch(),
            Input::Tick => {
                if self
                    .batch_at
                    .is_some_and(|since| at >= since + self.timing.gather)
                {
                    self.sort_batch();
                }
                self.expire(at);
            }
        }
        std::mem::take(&mut self.out)
    }

    /// When to come back with [`Input::Tick`] if nothing else comes; `None` when nothing is waited for.
    pub fn deadline(&self) -> Option<Instant> {
        let waiting = match &self.state {
            State::Held { at, .. } => Some(*at + self.timing.hold),
            State::Tail { at, .. } | State::Pasting { at, .. } => Some(*at + self.timing.guard),
            State::Idle | State::After { .. } | State::Late { .. } => None,
        };
        let gathered = self.batch_at.map(|at| at + self.timing.gather);
        waiting.into_iter().chain(gathered).min()
    }

    /// Looks at the keys that were read together: long runs of text with a line end are pasted, the rest are keys.
    fn sort_batch(&mut self) {
        let Some(at) = self.batch_at.take() else { return };
        self.expire(at);
        let keys = std::mem::take(&mut self.batch);
        let mut typed_until = 0;
        let mut next = 0;
        while next < keys.len() {
            let whole = matches!(self.state, State::Idle)
                || matches!(self.state, State::After { .. }) && !begins_tail(&keys[next]);
            if whole && next >= typed_until {
                let run = run_length(&keys[next..]);
                if is_burst(&keys[next..next + run]) {
                    self.state = State::Pasting {
                        text: String::new(),
                        at,
                    };
                } else {
                    typed_until = next + run;
                }
            }
            self.key(keys[next], at);
            next += 1;
        }
    }

    fn key(&mut self, key: KeyEvent, at: Instant) {
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Idle if key.code == KeyCode::Esc => self.state = State::Held { escs: 1, at },
            State::Idle => self.press(key),
            State::Held { escs, .. } => self.key_after_esc(key, at, escs),
            State::Tail { escs, mut text, .. } => match grow(&mut text, &key) {
                Grown::More => self.state = State::Tail { escs, text, at },
                Grown::Whole => self.finish_tail(&text, at, true),
                Grown::Broken => {
                    self.esc(escs);
                    self.key(key, at);
                }
            },
            State::After { .. } if begins_tail(&key) => {
                self.state = State::Late {
                    text: tail_text(&key),
                    at,
                };
            }
            State::After { .. } => self.key(key, at),
            State::Late { mut text, .. } => match grow(&mut text, &key) {
                Grown::More => self.state = State::Late { text, at },
                Grown::Whole => self.finish_tail(&text, at, false),
                Grown::Broken => self.key(key, at),
            },
            State::Pasting { text, .. } => self.key_in_paste(key, at, text),
        }
    }

    fn key_after_esc(&mut self, key: KeyEvent, at: Instant, escs: u8) {
        if key.code == KeyCode::Esc {
            if escs == 2 {
                self.esc(1);
            }
            self.state = State::Held { escs: 2, at };
        } else if begins_tail(&key) {
            self.state = State::Tail {
                escs,
                text: tail_text(&key),
                at,
            };
        } else if is_sequence_key(key.code) {
            // Option-Up of a Mac is Esc Esc [ A.
            self.press(key);
        } else {
            self.esc(escs);
            self.press(key);
        }
    }

    fn finish_tail(&mut self, tail: &str, at: Instant, in_time: bool) {
        match decode(tail) {
            Decoded::Key(key) if in_time => self.press(key),
            Decoded::PasteStart => {
                self.state = State::Pasting {
                    text: String::new(),
                    at,
                }
            }
            Decoded::Key(_) | Decoded::Nothing => {}
        }
    }

    fn key_in_paste(&mut self, key: KeyEvent, at: Instant, mut text: String) {
        match key.code {
            KeyCode::Char(c) if is_text(&key) => text.push(c),
            KeyCode::Enter => text.push('\n'),
            KeyCode::Tab => text.push('\t'),
            // Kept until the end, where the closing bracket is looked for.
            KeyCode::Esc => text.push('\x1b'),
            KeyCode::Char(_) | KeyCode::Backspace => {}
            _ => {
                self.paste(text);
                return self.key(key, at);
            }
        }
        match text.strip_suffix("\x1b[201~") {
            Some(whole) => self.paste(whole.to_owned()),
            None if text.len() >= PASTE_LIMIT => self.paste(text),
            None => self.state = State::Pasting { text, at },
        }
    }

    /// Hands on what has waited long enough at the instant `now`.
    fn expire(&mut self, now: Instant) {
        let Timing { hold, guard, .. } = self.timing;
        match &self.state {
            State::Held { at, .. } if now >= *at + hold => {
                let at = *at;
                self.settle();
                if now < at + guard {
                    self.state = State::After { at };
                }
            }
            State::Tail { at, .. } | State::Pasting { at, .. } if now >= *at + guard => self.settle(),
            State::After { at } | State::Late { at, .. } if now >= *at + guard => self.state = State::Idle,
            _ => {}
        }
    }

    /// Ends the present wait: what is held is handed on, what is half a sequence is dropped.
    fn settle(&mut self) {
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Held { escs, .. } | State::Tail { escs, .. } => self.esc(escs),
            State::Pasting { text, .. } => self.paste(text),
            State::Idle | State::After { .. } | State::Late { .. } => {}
        }
    }

    fn esc(&mut self, times: u8) {
        for _ in 0..times {
            self.out.push(Event::Key(KeyEvent::from(KeyCode::Esc)));
        }
    }

    fn paste(&mut self, text: String) {
        let text = text.replace('\x1b', "");
        if !text.is_empty() {
            self.out.push(Event::Paste(text));
        }
    }

    /// Hands on one key; Alt with a character is what was pressed one after the other: Esc, then the character.
    fn press(&mut self, mut key: KeyEvent) {
        if key.modifiers.contains(KeyModifiers::ALT) {
            key.modifiers.remove(KeyModifiers::ALT);
            if !is_sequence_key(key.code) {
                self.esc(1);
            }
            // Ctrl-H and Ctrl-J may have been under the Alt.
            if let Some(key) = plain(key) {
                self.out.push(Event::Key(key));
            }
            return;
        }
        self.out.push(Event::Key(key));
    }
}

/// The key without releases, with `^H` as Backspace and a line feed as Enter.
fn plain(key: KeyEvent) -> Option<KeyEvent> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    if key.modifiers == KeyModifiers::CONTROL {
        match key.code {
            KeyCode::Char('h') => return Some(KeyCode::Backspace.into()),
            KeyCode::Char('j') => return Some(KeyCode::Enter.into()),
            _ => {}
        }
    }
    Some(key)
}

/// Line ends as `\n`, whichever way they were sent.
fn unix_lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

fn is_text(key: &KeyEvent) -> bool {
    matches!(key.code, KeyCode::Char(_)) && (key.modifiers - KeyModifiers::SHIFT).is_empty()
}

fn is_blank_key(key: &KeyEvent) -> bool {
    matches!(key.code, KeyCode::Enter | KeyCode::Tab) && key.modifiers.is_empty()
}

/// Keys that a terminal sends as a sequence, so that they cannot be part of a text.
fn is_sequence_key(code: KeyCode) -> bool {
    !matches!(
        code,
        KeyCode::Char(_) | KeyCode::Enter | KeyCode::Tab | KeyCode::Backspace | KeyCode::Esc | KeyCode::Null
    )
}

/// How many keys from the first on may be one pasted text, control characters inside it included.
fn run_length(keys: &[KeyEvent]) -> usize {
    if !keys.first().is_some_and(|key| is_text(key) || is_blank_key(key)) {
        return 1;
    }
    let end = keys
        .iter()
        .position(|key| is_sequence_key(key.code))
        .unwrap_or(keys.len());
    let last = keys[..end]
        .iter()
        .rposition(|key| is_text(key) || is_blank_key(key));
    last.map_or(1, |last| last + 1)
}

fn is_burst(keys: &[KeyEvent]) -> bool {
    let text = keys
        .iter()
        .filter(|key| is_text(key) || is_blank_key(key))
        .count();
    text >= BURST && keys.iter().any(is_blank_key)
}

fn begins_tail(key: &KeyEvent) -> bool {
    is_text(key) && matches!(key.code, KeyCode::Char('[' | 'O'))
}

fn tail_text(key: &KeyEvent) -> String {
    match key.code {
        KeyCode::Char(c) => c.to_string(),
        _ => String::new(),
    }
}

enum Grown {
    More,
    Whole,
    Broken,
}

/// Adds one key to the tail of a sequence (`[`, `[5`, `O`), and says whether it can be one and is at its end.
fn grow(tail: &mut String, key: &KeyEvent) -> Grown {
    let KeyCode::Char(c) = key.code else {
        return Grown::Broken;
    };
    if !is_text(key) || tail.len() >= TAIL_LIMIT {
        return Grown::Broken;
    }
    let linux_function_key = tail == "[" && c == '[';
    let parameter =
        tail.starts_with('[') && (c.is_ascii_digit() || matches!(c, ';' | ':' | '<' | '=' | '>' | '?'));
    if linux_function_key || parameter {
        tail.push(c);
        Grown::More
    } else if c.is_ascii_alphabetic() || tail.len() > 1 && matches!(c, '~' | '^' | '$' | '@') {
        tail.push(c);
        Grown::Whole
    } else {
        Grown::Broken
    }
}

enum Decoded {
    Key(KeyEvent),
    PasteStart,
    Nothing,
}

/// What a whole tail (all after the Esc) means; the same answers as crossterm's own for a sequence in one piece.
fn decode(tail: &str) -> Decoded {
    if tail == "[200~" {
        return Decoded::PasteStart;
    }
    let Some(last) = tail.chars().last() else {
        return Decoded::Nothing;
    };
    let middle = &tail[1..tail.len() - last.len_utf8()];
    let mut numbers = middle
        .split(';')
        .map(|number| number.split(':').next().unwrap_or_default());
    let first: Option<u8> = numbers.next().and_then(|number| number.parse().ok());
    let modifiers = numbers
        .next()
        .and_then(|number| number.parse().ok())
        .map_or(KeyModifiers::NONE, modifiers);
    let code = match (last, first) {
        ('A', _) if middle == "[" => Some(KeyCode::F(1)),
        ('B', _) if middle == "[" => Some(KeyCode::F(2)),
        ('C', _) if middle == "[" => Some(KeyCode::F(3)),
        ('D', _) if middle == "[" => Some(KeyCode::F(4)),
        ('E', _) if middle == "[" => Some(KeyCode::F(5)),
        ('A', _) => Some(KeyCode::Up),
        ('B', _) => Some(KeyCode::Down),
        ('C', _) => Some(KeyCode::Right),
        ('D', _) => Some(KeyCode::Left),
        ('H', _) => Some(KeyCode::Home),
        ('F', _) => Some(KeyCode::End),
        ('Z', _) => Some(KeyCode::BackTab),
        ('P', _) => Some(KeyCode::F(1)),
        ('Q', _) => Some(KeyCode::F(2)),
        ('R', _) if tail.starts_with('O') => Some(KeyCode::F(3)),
        ('S', _) => Some(KeyCode::F(4)),
        ('~', Some(1 | 7)) => Some(KeyCode::Home),
        ('~', Some(2)) => Some(KeyCode::Insert),
        ('~', Some(3)) => Some(KeyCode::Delete),
        ('~', Some(4 | 8)) => Some(KeyCode::End),
        ('~', Some(5)) => Some(KeyCode::PageUp),
        ('~', Some(6)) => Some(KeyCode::PageDown),
        ('~', Some(n @ 11..=15)) => Some(KeyCode::F(n - 10)),
        ('~', Some(n @ 17..=21)) => Some(KeyCode::F(n - 11)),
        ('~', Some(n @ 23..=26)) => Some(KeyCode::F(n - 12)),
        ('~', Some(n @ 28..=29)) => Some(KeyCode::F(n - 15)),
        ('~', Some(n @ 31..=34)) => Some(KeyCode::F(n - 17)),
        _ => None,
    };
    match code {
        Some(KeyCode::BackTab) => Decoded::Key(KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT)),
        Some(code) => Decoded::Key(KeyEvent::new(code, modifiers)),
        None => Decoded::Nothing,
    }
}

/// xterm's number for the modifiers held with a key: 1 + Shift 1, Alt 2, Ctrl 4.
fn modifiers(number: u8) -> KeyModifiers {
    let bits = number.saturating_sub(1);
    let mut held = KeyModifiers::NONE;
    held.set(KeyModifiers::SHIFT, bits & 1 != 0);
    held.set(KeyModifiers::ALT, bits & 2 != 0);
    held.set(KeyModifiers::CONTROL, bits & 4 != 0);
    held
}

#[cfg(test)]
#[path = "join_tests.rs"]
mod tests;
