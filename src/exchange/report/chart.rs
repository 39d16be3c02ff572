//! A chart as inline SVG: bars with their numbers beside them, titled and described, the same without colour.

use maud::{Markup, html};

use super::{Chart, number};

/// Width of the drawing, in its own units: what a screen of 320 pixels shows at nearly full size.
const WIDTH: f64 = 340.0;
/// Width of a full bar; the number stands right of it.
const FULL: f64 = 280.0;
/// Height of a line of text, and of a bar.
const TEXT: f64 = 18.0;
const BAR: f64 = 16.0;
/// Space between two lines of a chart.
const GAP: f64 = 12.0;

/// The chart; `id` is its own in the page.
pub(super) fn draw(chart: &Chart, id: &str) -> Markup {
    let two = chart.series.len() > 1;
    let head = if two { TEXT + GAP } else { 0.0 };
    let (bars, lines) = (unit(chart.series.len()), unit(chart.lines.len()));
    let step = TEXT + bars * (BAR + 3.0) + GAP;
    let height = head + lines * step;
    let (title, said) = (format!("{id}-title"), format!("{id}-says"));
    html! {
        svg viewBox=(format!("0 0 {WIDTH} {height}")) role="img" aria-labelledby=(format!("{title} {said}"))
            xmlns="http://www.w3.org/2000/svg" {
            title id=(title) { (chart.title) }
            desc id=(said) { (chart.says) }
            @if two {
                @for (at, name) in chart.series.iter().enumerate() {
                    @let x = unit(at) * 110.0;
                    rect class=(class(at, two)) x=(x + 1.0) y="3" width="20" height="12" {}
                    text x=(x + 28.0) y="14" { (name) }
                }
            }
            @for (at, (label, values)) in chart.lines.iter().enumerate() {
                @let y = head + unit(at) * step;
                text x="0" y=(y + 13.0) { (label) }
                @for (nth, value) in values.iter().enumerate() {
                    @let top = y + TEXT + unit(nth) * (BAR + 3.0);
                    @let width = share(*value, chart.scale) * FULL;
                    rect class="track" x="1" y=(top) width=(FULL) height=(BAR) {}
                    rect class=(class(nth, two)) x="1" y=(top) width=(format!("{width:.1}")) height=(BAR) {}
                    text x=(FULL + 8.0) y=(top + 13.0) class="value" { (number(*value, chart.decimals)) }
                }
            }
        }
    }
}

/// Before is an outline, now is solid: told apart without colour.
const fn class(at: usize, two: bool) -> &'static str {
    if two && at == 0 { "before" } else { "now" }
}

/// How far along its scale a number is, 0 to 1.
fn share(value: f64, (low, high): (f64, f64)) -> f64 {
    ((value - low) / (high - low)).clamp(0.0, 1.0)
}

/// A small count as a coordinate.
fn unit(n: usize) -> f64 {
    u32::try_from(n).map_or(0.0, f64::from)
}
