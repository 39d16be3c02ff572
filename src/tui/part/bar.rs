//! Bars: always beside the number they repeat.

use crate::tui::theme::Glyphs;

/// A bar `width` columns long, full for `part` of `whole`.
#[must_use]
pub fn bar(glyphs: Glyphs, part: f64, whole: f64, width: usize) -> String {
    let share = if whole > 0.0 {
        (part / whole).clamp(0.0, 1.0)
    } else {
        0.0
    };
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "bounded by width"
    )]
    let full = (share * width as f64).round() as usize;
    std::iter::repeat_n(glyphs.full, full)
        .chain(std::iter::repeat_n(glyphs.empty, width - full))
        .collect()
}
