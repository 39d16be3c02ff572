//! What is seen: the terminal program as a pure machine. The only room that says `ratatui` widgets and keys.
//!
//! [`App`] takes [`Signal`]s and answers with [`Out`]s for the loop; it draws a frame on demand. A key becomes an
//! [`key::Action`] through the one key table, an action becomes a [`Step`] through the popup on top or the screen,
//! and the app carries the step out. Screens own their view state; popups are data in one stack.

mod app;
pub mod key;
pub mod overlay;
pub mod part;
pub mod picture;
pub mod screen;
mod signal;
mod step;
pub mod theme;

pub(crate) use app::sentence;
pub use app::{App, Left, Looks, whole};
pub use signal::{Done, News, Out, Peer, Place, Signal};
pub use step::{Hand, Step};
