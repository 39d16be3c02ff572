//! A field that two people changed: theirs, mine, or a third value; nothing typed is lost.

use chrono::{DateTime, Utc};
use ratatui::layout::{Position, Rect};

use super::Then;
use crate::domain::{AnyId, Clash, text};
use crate::tui::key::Action;
use crate::tui::part::{Canvas, Pane, split_rows};
use crate::tui::screen::Cx;
use crate::tui::step::{Hand, Step};
use crate::tui::theme::Role;

/// What was chosen for one field in conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Keep what they saved.
    Theirs,
    /// Save what I typed.
    Mine,
}

/// The fields of one edit that others changed meanwhile.
pub struct Conflict {
    /// The fields.
    pub clashes: Vec<Clash>,
    /// What the record is called.
    pub title: String,
    /// What was merged without asking: the field, who changed it, what it was and is.
    pub merged: Vec<(String, String, String)>,
    /// When mine was refused.
    pub at_mine: DateTime<Utc>,
    /// The field shown.
    pub at: usize,
    /// What was chosen so far.
    pub choices: Vec<Option<Choice>>,
    /// What choosing for every field causes.
    pub then: Then<Vec<Choice>>,
    /// What `e` causes: editing a third value of this field.
    pub third: Then<(AnyId, String, String)>,
}

impl Conflict {
    pub(super) fn crumb(&self) -> String {
        format!(
            "{} > conflict {} of {}",
            text::visible(&self.title),
            self.at + 1,
            self.clashes.len()
        )
    }

    pub(super) fn note(&self) -> String {
        let Some(clash) = self.clashes.get(self.at) else {
            return String::new();
        };
        let by = if clash.by.is_empty() {
            "Somebody"
        } else {
            &clash.by
        };
        format!("{by} saved the same field before you. t keeps theirs, m saves yours.")
    }

    fn choose(&mut self, choice: Choice, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        if let (Choice::Theirs, Some(clash)) = (&choice, self.clashes.get(self.at)) {
            hand.drafts
                .insert(format!("{} {}", clash.id, clash.field), clash.mine.clone());
        }
        if let Some(place) = self.choices.get_mut(self.at) {
            *place = Some(choice);
        }
        if let Some(next) = self.choices.iter().position(Option::is_none) {
            self.at = next;
            return Step::Stay;
        }
        let choices = self.choices.iter().flatten().cloned().collect();
        match (self.then)(choices, cx, hand) {
            Ok(step) => Step::Many(vec![Step::Close, step]),
            Err(why) => Step::Say(why),
        }
    }

    pub(super) fn act(&mut self, action: Action, cx: &Cx<'_>, hand: &mut Hand) -> Step {
        match action {
            Action::Theirs => self.choose(Choice::Theirs, cx, hand),
            Action::Mine => self.choose(Choice::Mine, cx, hand),
            Action::NextField if self.clashes.len() < 2 => {
                Step::say("It is the only field in conflict: t, m or e.")
            }
            Action::NextField => {
                self.at = (self.at + 1) % self.clashes.len().max(1);
                Step::Stay
            }
            Action::Third => {
                let Some(clash) = self.clashes.get(self.at) else {
                    return Step::Close;
                };
                let what = (clash.id, clash.field.clone(), clash.mine.clone());
                match (self.third)(what, cx, hand) {
                    Ok(step) => Step::Many(vec![Step::Close, step]),
                    Err(why) => Step::Say(why),
                }
            }
            Action::Back | Action::Cancel | Action::Leave => {
                for clash in &self.clashes {
                    hand.drafts
                        .insert(format!("{} {}", clash.id, clash.field), clash.mine.clone());
                }
                Step::Many(vec![
                    Step::Later,
                    Step::say("Their value stays, your text is kept as a draft. n asks this again."),
                ])
            }
            _ => Step::say("t keeps theirs, m keeps mine, e types a third value, Esc decides later."),
        }
    }

    pub(super) fn view(&self, cx: &Cx<'_>, canvas: &mut Canvas<'_>) -> Option<Position> {
        canvas.clear(cx.body);
        let clash = self.clashes.get(self.at)?;
        let label = clash
            .id
            .kind
            .field(&clash.field)
            .map_or(clash.field.as_str(), |field| field.label);
        let what = if clash.field.is_empty() {
            "the whole record"
        } else {
            label
        };
        let by = if clash.by.is_empty() {
            "somebody"
        } else {
            &clash.by
        };
        let merged = u16::try_from(self.merged.len().min(4)).unwrap_or(4);
        let between = if merged > 0 { merged + 2 } else { 0 };
        let parts = split_rows(cx.body, &[9, between, 5]);
        let title = format!("{}: {}", self.title, what.to_uppercase());
        let inside = Pane::new(title, true)
            .with("both of you changed it")
            .draw(canvas, parts[0]);
        let clock = |at: DateTime<Utc>| cx.model.local(at).format("%H:%M:%S").to_string();
        let saved = cx.model.heads().find(|head| head.rev == clash.rev);
        let saved = saved.map(|head| clock(head.at) + ", ").unwrap_or_default();
        let lines = [
            String::new(),
            format!("  when you began   {}", clash.was),
            format!("  theirs  ({by}, {saved}saved)"),
            format!("                   {}", clash.theirs),
            format!("  mine    (you, {}, not saved)", clock(self.at_mine)),
            format!("                   {}", clash.mine),
        ];
        canvas.lines(inside, lines.iter().map(String::as_str));
        if merged > 0 {
            let inside = Pane::new("Merged without asking", false).draw(canvas, parts[1]);
            let lines: Vec<String> = self
                .merged
                .iter()
                .take(4)
                .map(|(field, who, told)| format!("  {field}   {who}  {told}"))
                .collect();
            canvas.lines(inside, lines.iter().map(String::as_str));
        }
        let inside = Pane::new("What each key does", false).draw(canvas, parts[2]);
        let lines = [
            format!(
                "  t    keeps {}. Your text stays in the draft (e then Up).",
                clash.theirs
            ),
            format!("  m    saves {}. {by} sees a line about it at once.", clash.mine),
            "  e    opens the field with your text.".to_owned(),
            "  Esc  leaves their value in place; n finds this conflict again.".to_owned(),
        ];
        canvas.lines(inside, lines.iter().map(String::as_str));
        canvas.tint(
            Rect {
                y: parts[0].y + 6,
                height: 1,
                ..parts[0]
            },
            Role::Cursor,
        );
        Some(Position {
            x: cx.body.x,
            y: parts[0].y + 6,
        })
    }
}
