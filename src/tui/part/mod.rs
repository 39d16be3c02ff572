//! Parts of screens: they take plain values and a place, and know neither the app nor the model.

pub mod bar;
mod column;
mod cursor;
mod input;
mod pane;
mod popup;
mod print;

pub use column::{Column, fit_columns};
pub use cursor::Cursor;
pub use input::LineInput;
pub use pane::{Pane, around, room, share, split_rows};
pub use popup::popup_area;
pub use print::{Canvas, Cell, Line};
