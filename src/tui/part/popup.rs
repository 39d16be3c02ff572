//! Popups: a box over the body, never taller than it.

use ratatui::layout::Rect;

use super::print::Canvas;
use crate::tui::theme::Role;

/// The place of a popup of this inner size in the middle of an area, borders included.
#[must_use]
pub fn popup_area(area: Rect, width: u16, height: u16) -> Rect {
    let width = (width + 4).min(area.width);
    let height = (height + 2).min(area.height);
    Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 3,
        width,
        height,
    }
}

impl Canvas<'_> {
    /// Draws an empty box with a title and answers its inside.
    pub fn popup(&mut self, area: Rect, title: &str) -> Rect {
        self.clear(area);
        if area.width < 4 || area.height < 2 {
            return Rect {
                width: 0,
                height: 0,
                ..area
            };
        }
        let [tl, tr, bl, br] = self.glyphs.corners;
        let rule = |left: char, right: char, rule: char| -> String {
            let middle: String = std::iter::repeat_n(rule, usize::from(area.width) - 2).collect();
            format!("{left}{middle}{right}")
        };
        let dash = self.glyphs.rule;
        self.put(area.x, area.y, area.width, &rule(tl, tr, dash), Role::Plain);
        self.put(
            area.x,
            area.bottom() - 1,
            area.width,
            &rule(bl, br, dash),
            Role::Plain,
        );
        self.wall(area.x, area.y + 1, area.bottom() - 1);
        self.wall(area.right() - 1, area.y + 1, area.bottom() - 1);
        self.put(
            area.x + 1,
            area.y,
            area.width - 2,
            &format!("{dash} {title} "),
            Role::Focus,
        );
        Rect {
            x: area.x + 2,
            y: area.y + 1,
            width: area.width - 4,
            height: area.height - 2,
        }
    }
}
