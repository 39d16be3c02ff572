//! The palette: every act, person, group, session and setting by name; the first line is always highlighted.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::layout::{Position, Rect};

use crate::domain::{AnyId, Kind, Model, text};
use crate::tui::key::{Act, Action, Context, bindings};
use crate::tui::part::{Canvas, LineInput};
use crate::tui::screen::{Cx, Typed};
use crate::tui::step::{Hand, Step};
use crate::tui::theme::Role;

/// What choosing a line does.
#[derive(Clone, Debug, PartialEq)]
enum Does {
    Act(Action),
    Open(AnyId),
    Setting(&'static str),
}

/// One thing that can be named.
#[derive(Clone, Debug)]
struct Item {
    section: &'static str,
    line: String,
    folded: String,
    key: String,
    does: Does,
}

/// Other words for acts, so that people find them.
const SYNONYMS: &[(Action, &str)] = &[
    (Action::Tick, "no show missing attendance absent"),
    (Action::Move, "postpone reschedule assign transfer"),
    (Action::Drop, "delete remove cancel withdraw"),
    (Action::Undo, "revert back mistake"),
    (Action::Remind, "mail email message send nudge"),
    (Action::Finish, "close complete register"),
    (Action::Copy, "clipboard yank export"),
    (Action::Filter, "search find"),
];

/// Settings and commands that have no key.
const SETTINGS: &[(&str, &str)] = &[
    ("theme mono", "theme: mono"),
    ("theme dark", "theme: dark background"),
    ("theme light", "theme: light background"),
    ("glyphs ascii", "characters: ASCII"),
    ("glyphs utf8", "characters: UTF-8"),
    (
        "import",
        "import a file: forms, rosters, answers, attendance, calendars",
    ),
    ("add record", "add a record of any kind"),
    ("change record", "change a record of any kind"),
    ("cohort", "open another cohort"),
    ("new cohort", "make a new cohort: its name and days"),
    (
        "messages",
        "messages: invitations, changes, cancellations, decisions, their texts",
    ),
    ("export", "export a list or the calendar into a file"),
    (
        "compare",
        "compare with the last cohort: scores, confidence, surveys",
    ),
    (
        "erase",
        "erase the person under the cursor, for good: the owner's",
    ),
    ("desk", "workshop desk: arrivals and guests"),
    ("line slow", "slow line: write as little as possible"),
    ("line quick", "quick line: find out by itself"),
    ("q", "quit at once"),
];

/// How many lines a search keeps.
const KEPT: usize = 60;

/// Everything by name.
pub struct Palette {
    /// What is typed.
    pub input: LineInput,
    items: Vec<Item>,
    found: Vec<usize>,
    row: usize,
}

impl Palette {
    /// The palette over a screen whose keys are read in `context` and that offers these acts.
    #[must_use]
    pub fn over(model: &Model, context: Context, offers: &[Action]) -> Self {
        let mut items = Vec::new();
        let wanted = |action: &Action| offers.iter().position(|o| o == action).unwrap_or(usize::MAX);
        let mut acts: Vec<_> = bindings(context)
            .into_iter()
            .filter(|b| !b.chords.is_empty())
            .collect();
        acts.sort_by_key(|b| wanted(&b.action));
        for binding in acts {
            let synonyms = SYNONYMS
                .iter()
                .find(|(action, _)| *action == binding.action)
                .map_or("", |(_, words)| words);
            let danger = if binding.act == Act::External { "  !" } else { "" };
            items.push(Item {
                section: "COMMANDS",
                line: format!("{}{danger}", binding.help),
                folded: text::fold(&format!("{} {} {synonyms}", binding.help, binding.hint)),
                key: binding.key(),
                does: Does::Act(binding.action),
            });
        }
        for (id, person) in model.people.iter() {
            items.push(named("PEOPLE", &person.name, &person.organisation, id.into()));
        }
        for (id, group) in model.groups.iter() {
            items.push(named("GROUPS AND SESSIONS", &group.code, "group", id.into()));
        }
        for (id, _) in model.sessions.iter() {
            items.push(named(
                "GROUPS AND SESSIONS",
                &model.session_title(id),
                "session",
                id.into(),
            ));
        }
        for (word, line) in SETTINGS {
            items.push(Item {
                section: "SETTINGS",
                line: (*line).to_owned(),
                folded: text::fold(&format!("{word} {line}")),
                key: format!(":{word}"),
                does: Does::Setting(word),
            });
        }
        let mut palette = Self {
            input: LineInput::default(),
            items,
            found: Vec::new(),
            row: 0,
        };
        palette.search();
        palette
    }

    /// Ranks: exact, prefix, word start, fuzzy; then the order in which things are listed.
    fn search(&mut self) {
        self.row = 0;
        let raw = self.input.text().trim().to_owned();
        let (only, typed) = match raw.chars().next() {
            Some('>') => (Some("COMMANDS"), &raw[1..]),
            Some('@') => (Some("PEOPLE"), &raw[1..]),
            Some('#') => (Some("GROUPS AND SESSIONS"), &raw[1..]),
            Some('/') => (Some("SETTINGS"), &raw[1..]),
            _ => (None, raw.as_str()),
        };
        let typed = text::fold(typed.trim());
        let pool = self
            .items
            .iter()
            .enumerate()
            .filter(|(_, item)| only.is_none_or(|only| only == item.section));
        if typed.is_empty() {
            self.found = pool.map(|(nth, _)| nth).take(KEPT).collect();
            return;
        }
        let pattern = Pattern::parse(&typed, CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut scratch = Vec::new();
        let mut ranked: Vec<(u32, u32, usize)> = pool
            .filter_map(|(nth, item)| {
                let score = pattern.score(Utf32Str::new(&item.folded, &mut scratch), &mut matcher);
                // `:q` is a name of its own; the key q means another thing.
                let class = if item.key.strip_prefix(':') == Some(raw.as_str()) {
                    0
                } else if item.key == raw || item.folded == typed {
                    1
                } else if item.folded.starts_with(&typed) {
                    2
                } else if item
                    .folded
                    .split(|c: char| !c.is_alphanumeric())
                    .any(|word| word.starts_with(&typed))
                {
                    3
                } else {
                    score?;
                    4
                };
                Some((class, u32::MAX - score.unwrap_or(0), nth))
            })
            .collect();
        ranked.sort_unstable();
        self.found = ranked.into_iter().map(|(_, _, nth)| nth).take(KEPT).collect();
        // Sections stay together, in the order of their best line.
        let order: Vec<&str> = self.found.iter().map(|nth| self.items[*nth].section).collect();
        let mut sections: Vec<&str> = Vec::new();
        for section in order {
            if !sections.contains(&section) {
                sections.push(section);
            }
        }
        let items = &self.items;
        self.found
            .sort_by_key(|nth| sections.iter().position(|s| *s == items[*nth].section));
    }

    pub(super) fn note(&self) -> String {
        match self.found.len() {
            0 => "No match. Backspace widens, Esc closes.".to_owned(),
            n => format!("{n} matches. The key at the right does the same without the palette."),
        }
    }

    pub(super) fn text(&mut self, typed: Typed, _cx: &Cx<'_>, _hand: &mut Hand) -> Step {
        match typed {
            Typed::Key(key) => {
                self.input.edit(key);
                self.search();
                Step::Stay
            }
            Typed::Down => {
                self.row = (self.row + 1).min(self.found.len().saturating_sub(1));
                Step::Stay
            }
            Typed::Up => {
                self.row = self.row.saturating_sub(1);
                Step::Stay
            }
            Typed::Next => {
                if let Some(item) = self.found.get(self.row).map(|nth| self.items[*nth].line.clone()) {
                    self.input.set(&item);
                    self.search();
                }
                Step::Stay
            }
            Typed::Previous | Typed::Leave => Step::Close,
            Typed::Save => {
                let Some(item) = self.found.get(self.row).map(|nth| &self.items[*nth]) else {
                    return Step::say("Nothing is called that. Esc closes.");
                };
                let does = match &item.does {
                    Does::Act(action) => Step::Act(*action),
                    Does::Open(id) => Step::Open(*id),
                    Does::Setting(word) => Step::Set((*word).to_owned()),
                };
                Step::Many(vec![Step::Close, does])
            }
        }
    }

    /// The word of the hint of an action, where the palette has another than text has.
    pub(super) fn hint(action: Action) -> Option<String> {
        let word = match action {
            Action::Open => "do it",
            Action::NextField => "complete",
            Action::Up => "one up",
            Action::Back => "leave",
            _ => return None,
        };
        Some(word.to_owned())
    }

    pub(super) fn view(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        let area = cx.body;
        canvas.clear(area);
        let (typed, at) = self.input.window(area.width.saturating_sub(4));
        canvas.put(area.x, area.y, area.width, &format!(": {typed}"), Role::Typing);
        let rule: String = std::iter::repeat_n(canvas.glyphs.rule, usize::from(area.width)).collect();
        canvas.put(area.x, area.y + 1, area.width, &rule, Role::Plain);
        let room = usize::from(area.height.saturating_sub(4));
        let mut lines: Vec<(Option<usize>, &str)> = Vec::new();
        for (row, nth) in self.found.iter().enumerate() {
            let item = &self.items[*nth];
            if row == 0 || self.items[self.found[row - 1]].section != item.section {
                lines.push((None, item.section));
            }
            lines.push((Some(row), &item.line));
        }
        let here = lines
            .iter()
            .position(|(row, _)| *row == Some(self.row))
            .unwrap_or(0);
        let top = (here + 1).saturating_sub(room.max(1));
        for (nth, (row, line)) in lines.iter().skip(top).take(room).enumerate() {
            let y = area.y + 2 + u16::try_from(nth).unwrap_or(0);
            let Some(row) = row else {
                canvas.put(area.x, y, area.width, line, Role::Focus);
                continue;
            };
            let item = &self.items[self.found[*row]];
            let sign = if *row == self.row { '>' } else { ' ' };
            canvas.put(
                area.x,
                y,
                area.width.saturating_sub(16),
                &format!("{sign} {line}"),
                Role::Plain,
            );
            canvas.put_right(area.right() - 1, y, 15, &item.key, Role::Plain);
            if *row == self.row {
                canvas.tint(Rect { y, height: 1, ..area }, Role::Cursor);
            }
        }
        let y = area.bottom().saturating_sub(1);
        let prefixes = "> only commands   @ only people   # only groups, sessions   / only settings";
        canvas.put(area.x + 2, y, area.width.saturating_sub(2), prefixes, Role::Plain);
        Some(Position {
            x: area.x + 2 + at,
            y: area.y,
        })
    }
}

/// A record as a line.
fn named(section: &'static str, name: &str, more: &str, id: AnyId) -> Item {
    let open = if id.kind == Kind::Person { "open" } else { "show" };
    Item {
        section,
        line: format!("{}  {}", text::pad_right(name, 24), more),
        folded: text::fold(name),
        key: open.to_owned(),
        does: Does::Open(id),
    }
}
