//! The panes of the Feedback view and where they stand at a size.

use ratatui::layout::Rect;

/// A part of the view that keys can go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pane {
    /// The groups with their scores.
    Groups,
    /// One scope, session by session.
    Scores,
    /// One scope, question by question.
    Questions,
    /// What was said in many words.
    Themes,
    /// What may be quoted.
    Quotes,
    /// Confidence before and now.
    Confidence,
    /// Waves that follow no session.
    Surveys,
    /// Who was asked and has not answered.
    Waiting,
}

/// A part of the view that only shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aside {
    /// What is behind the line under the cursor, in a few lines.
    Summary,
    /// Which groups owe most answers.
    Missing,
    /// The same scores of everybody around.
    Trend,
}

/// Where everything stands.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) panes: Vec<(Pane, Rect)>,
    pub(super) asides: Vec<(Aside, Rect)>,
    /// Columns with a vertical divider: column, first row, row after the last.
    pub(super) walls: Vec<(u16, u16, u16)>,
}

/// What decides where panes stand.
pub(super) struct Wanted {
    /// Where the view draws.
    pub(super) body: Rect,
    /// The pane keys go to.
    pub(super) focus: Pane,
    /// Whether one group has the whole body.
    pub(super) opened: bool,
    /// Whether only the focused pane is shown.
    pub(super) alone: bool,
    /// Whether waves without a session are shown.
    pub(super) surveys: bool,
}

impl Wanted {
    /// The panes in the order of Tab.
    pub(super) fn order(&self) -> Vec<Pane> {
        let mut panes = vec![Pane::Groups, Pane::Scores];
        if self.body.width >= 100 {
            panes.push(Pane::Questions);
        }
        panes.extend([Pane::Themes, Pane::Quotes, Pane::Confidence]);
        if self.surveys {
            panes.push(Pane::Surveys);
        }
        panes.push(Pane::Waiting);
        panes
    }

    /// Where everything stands; `rows` says how many rows a pane would fill, headings included.
    pub(super) fn layout(&self, rows: impl Fn(Pane) -> u16) -> Layout {
        let body = self.body;
        let mut layout = Layout::default();
        if self.alone {
            layout.panes.push((self.focus, body));
            return layout;
        }
        if body.width < 100 {
            if self.opened {
                let panes: Vec<Pane> = self.order().into_iter().filter(|p| *p != Pane::Groups).collect();
                layout.panes = stack(body, &panes, self.focus, &rows);
            } else {
                let summary = 5.min(body.height / 3);
                let list = body.height - summary;
                layout.panes.push((Pane::Groups, Rect { height: list, ..body }));
                let below = Rect {
                    y: body.y + list,
                    height: summary,
                    ..body
                };
                layout.asides.push((Aside::Summary, below));
            }
            return layout;
        }
        let left = Rect { width: 34, ..body };
        let right_width = if body.width >= 140 { 47 } else { 0 };
        let middle = Rect {
            x: body.x + 35,
            width: body.width - 35 - right_width - u16::from(right_width > 0),
            ..body
        };
        layout.walls.push((body.x + 34, body.y, body.bottom()));
        let list = (rows(Pane::Groups) + 1)
            .min(body.height.saturating_sub(7))
            .max(6)
            .min(body.height);
        layout.panes.push((Pane::Groups, Rect { height: list, ..left }));
        layout.asides.push((
            Aside::Missing,
            Rect {
                y: left.y + list,
                height: left.height - list,
                ..left
            },
        ));
        let mut panes: Vec<Pane> = self.order().into_iter().filter(|p| *p != Pane::Groups).collect();
        if right_width > 0 {
            panes.retain(|pane| *pane != Pane::Waiting);
            let right = Rect {
                x: middle.right() + 1,
                width: right_width,
                ..body
            };
            layout.walls.push((middle.right(), body.y, body.bottom()));
            let list = (rows(Pane::Waiting) + 3)
                .min(body.height.saturating_sub(9))
                .max(9)
                .min(body.height);
            layout.panes.extend(stack(middle, &panes, self.focus, &rows));
            layout.panes.push((
                Pane::Waiting,
                Rect {
                    height: list,
                    ..right
                },
            ));
            layout.asides.push((
                Aside::Trend,
                Rect {
                    y: right.y + list,
                    height: right.height - list,
                    ..right
                },
            ));
        } else {
            layout.panes.extend(stack(middle, &panes, self.focus, &rows));
        }
        layout
    }
}

/// Panes one above the other: the focused one gets what it can use, the others a title and two rows, and then
/// everybody what is left, from the top.
fn stack(area: Rect, panes: &[Pane], focus: Pane, rows: &impl Fn(Pane) -> u16) -> Vec<(Pane, Rect)> {
    let wants: Vec<u16> = panes.iter().map(|pane| rows(*pane) + 1).collect();
    let mut heights: Vec<u16> = wants.iter().map(|want| (*want).min(3)).collect();
    let mut left = area.height;
    for height in &mut heights {
        *height = (*height).min(left);
        left -= *height;
    }
    let focused = panes.iter().position(|pane| *pane == focus);
    // The focused pane first; the others grow together, so that a long one leaves something to each.
    let grow = |at: usize, to: u16, heights: &mut Vec<u16>, left: &mut u16| {
        let more = to.min(wants[at]).saturating_sub(heights[at]).min(*left);
        heights[at] += more;
        *left -= more;
    };
    if let Some(at) = focused {
        grow(at, u16::MAX, &mut heights, &mut left);
    }
    for to in [5, 8, 11, u16::MAX] {
        for at in 0..panes.len() {
            grow(at, to, &mut heights, &mut left);
        }
    }
    if let Some(last) = heights.last_mut() {
        *last += left;
    }
    let mut y = area.y;
    let place = |(pane, height): (&Pane, &u16)| {
        let rect = Rect {
            y,
            height: *height,
            ..area
        };
        y += height;
        (*pane, rect)
    };
    panes.iter().zip(&heights).map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(width: u16, height: u16, focus: Pane, opened: bool) -> Wanted {
        Wanted {
            body: Rect::new(0, 2, width, height),
            focus,
            opened,
            alone: false,
            surveys: false,
        }
    }

    #[test]
    fn an_opened_group_gives_the_focused_pane_what_it_needs() {
        let layout = wanted(80, 20, Pane::Scores, true).layout(|_| 7);
        let heights: Vec<u16> = layout.panes.iter().map(|(_, rect)| rect.height).collect();
        assert_eq!(heights, [8, 3, 3, 3, 3]);
    }

    #[test]
    fn panes_never_leave_the_body_at_any_size() {
        for width in [1, 30, 80, 100, 139, 140, 300] {
            for height in [1, 3, 7, 20, 46, 96] {
                for opened in [false, true] {
                    let wanted = wanted(width, height, Pane::Quotes, opened);
                    let layout = wanted.layout(|_| 40);
                    let panes = layout.panes.iter().map(|(_, rect)| *rect);
                    for rect in panes.chain(layout.asides.iter().map(|(_, rect)| *rect)) {
                        assert!(
                            rect.bottom() <= wanted.body.bottom(),
                            "{width}x{height}: {rect:?}"
                        );
                        assert!(rect.right() <= wanted.body.right(), "{width}x{height}: {rect:?}");
                    }
                }
            }
        }
    }
}
