//! The terminal: everything between the program and the real screen and keyboard.
//!
//! Owns raw mode and the alternate screen ([`Guard`]), the keyboard and the signals ([`spawn_input`]), and the
//! bytes of each frame ([`Painter`]). It deals in keys, buffers and bytes, and must not know what is on the
//! screen or what a key means.
//!
//! ```text
//! tty ─ crossterm ─ reader ┐
//! signals ─────────────────┼─ Joiner ─ Event ─► the loop ─ Buffer ─► Painter ─ one write ─► Screen ─ tty
//! hang-up watch ───────────┘
//! ```

mod copy;
mod glyph;
mod guard;
mod input;
mod join;
mod paint;
mod pencil;
mod scroll;

pub use copy::{COPY_LIMIT, copy_sequence};
pub use guard::{Guard, Screen, install_panic_hook};
pub use input::spawn_input;
pub use join::{Input, Joiner, Timing};
pub use paint::Painter;

use crossterm::event::KeyEvent;

/// What reaches the program from its terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A key went down or repeats; never a release, never an Alt chord.
    Key(KeyEvent),
    /// Text that was pasted, as it came but for line ends, which are `\n`; not cleaned, not limited.
    Paste(String),
    /// The terminal now has this many columns and rows.
    Resize(u16, u16),
    /// The terminal is gone: save, then leave with exit code 129 and write nothing to it.
    HangUp,
    /// This signal (a number, such as 15) asks the program to end, with exit code 128 + the number.
    Terminate(i32),
    /// The program was stopped and runs again: the screen is empty and must be repainted in full.
    Resumed,
}
