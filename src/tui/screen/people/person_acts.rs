//! What the person card does with the same hands as the grid.

use crate::domain::{Mint, Participant};
use crate::tui::screen::Cx;
use crate::tui::step::{Hand, Step};

pub(in crate::tui::screen) use super::acts::{move_people, write};
pub(in crate::tui::screen) use super::copying::card as copy_card;

/// Withdraws these people.
pub(in crate::tui::screen) fn withdraw(cx: &Cx<'_>, parts: &[Participant], mint: &mut Mint) -> Step {
    super::acts::withdraw(cx, parts, mint)
}

/// The popup of a field's values.
pub(in crate::tui::screen) fn choose(cx: &Cx<'_>, part: &Participant, key: &'static str) -> Step {
    super::fields::choose(cx, std::slice::from_ref(part), key)
}

/// The line to type for a field.
pub(in crate::tui::screen) fn line(cx: &Cx<'_>, hand: &Hand, part: &Participant, key: &'static str) -> Step {
    super::fields::line(cx, hand, std::slice::from_ref(part), key)
}

/// Sets a field.
pub(in crate::tui::screen) fn set(
    cx: &Cx<'_>,
    hand: &mut Hand,
    part: &Participant,
    key: &'static str,
    text: &str,
) -> Result<Step, String> {
    super::fields::set(cx, hand, std::slice::from_ref(part), key, text)
}
