//! Pictures of the screen: a buffer as text for tests, as SVG for the README.

use std::fmt::Write as _;

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};

/// The characters of a buffer, a line a row, blanks at the end dropped.
#[must_use]
pub fn text(buf: &Buffer) -> String {
    let mut lines = Vec::new();
    for y in 0..buf.area.height {
        let mut line = String::new();
        let mut x = 0;
        while x < buf.area.width {
            let symbol = buf[(x, y)].symbol();
            line.push_str(symbol);
            x += u16::try_from(crate::domain::text::width(symbol))
                .unwrap_or(1)
                .max(1);
        }
        lines.push(line.trim_end().to_owned());
    }
    lines.join("\n")
}

/// The looks of a buffer, a line a row: `r` reversed, `b` bold, `u` underlined, `!` a hue, blank plain.
#[must_use]
pub fn styles(buf: &Buffer) -> String {
    let letter = |x: u16, y: u16| {
        let cell = &buf[(x, y)];
        match cell.modifier {
            m if m.contains(Modifier::REVERSED) => 'r',
            m if m.contains(Modifier::BOLD) => 'b',
            m if m.contains(Modifier::UNDERLINED) => 'u',
            _ if cell.fg != Color::Reset => '!',
            _ => ' ',
        }
    };
    let line = |y: u16| {
        (0..buf.area.width)
            .map(|x| letter(x, y))
            .collect::<String>()
            .trim_end()
            .to_owned()
    };
    (0..buf.area.height).map(line).collect::<Vec<_>>().join("\n")
}

/// Width and height of one cell in the picture, in pixels.
const CELL: (usize, usize) = (9, 18);

/// The buffer as an SVG picture with the terminal's colours (light on dark).
#[must_use]
pub fn svg(buf: &Buffer, title: &str) -> String {
    let (columns, rows) = (usize::from(buf.area.width), usize::from(buf.area.height));
    let (width, height) = (columns * CELL.0 + 16, rows * CELL.1 + 16);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\"><title>{}</title>\n<rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"#16181d\"/>\n\
         <g font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"15\" xml:space=\"preserve\">\n",
        escape(title)
    );
    for y in 0..buf.area.height {
        let mut x = 0;
        while x < buf.area.width {
            let start = x;
            let cell = &buf[(x, y)];
            let look = (cell.fg, cell.modifier);
            let mut run = String::new();
            while x < buf.area.width && (buf[(x, y)].fg, buf[(x, y)].modifier) == look {
                let symbol = buf[(x, y)].symbol();
                run.push_str(symbol);
                x += u16::try_from(crate::domain::text::width(symbol))
                    .unwrap_or(1)
                    .max(1);
            }
            let reversed = look.1.contains(Modifier::REVERSED);
            if run.trim().is_empty() && !reversed {
                continue;
            }
            let (left, top) = (usize::from(start) * CELL.0 + 8, usize::from(y) * CELL.1 + 8);
            let long = usize::from(x - start) * CELL.0;
            let ink = if reversed { "#16181d" } else { hue(look.0) };
            if reversed {
                // Writing to a String cannot fail.
                let _ = writeln!(
                    out,
                    "<rect x=\"{left}\" y=\"{top}\" width=\"{long}\" height=\"{}\" fill=\"#d7dae0\"/>",
                    CELL.1
                );
            }
            let bold = if look.1.contains(Modifier::BOLD) {
                " font-weight=\"bold\""
            } else {
                ""
            };
            let line = if look.1.contains(Modifier::UNDERLINED) {
                " text-decoration=\"underline\""
            } else {
                ""
            };
            let _ = writeln!(
                out,
                "<text x=\"{left}\" y=\"{}\" textLength=\"{long}\" fill=\"{ink}\"{bold}{line}>{}</text>",
                top + 14,
                escape(&run)
            );
        }
    }
    out.push_str("</g></svg>\n");
    out
}

/// The picture's colour for a terminal colour.
const fn hue(colour: Color) -> &'static str {
    match colour {
        Color::LightRed | Color::Red => "#ff6b6b",
        Color::Green => "#7ccf7c",
        Color::LightYellow => "#ffd866",
        Color::Cyan => "#66d9e8",
        Color::Blue => "#6ea8fe",
        _ => "#d7dae0",
    }
}

/// Text that is safe inside XML.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace(' ', "\u{a0}")
}
