//! Which columns the grid shows: a popup that stays open while columns are turned on and off.

use std::cell::RefCell;
use std::rc::Rc;

use super::columns::COLUMNS;
use crate::tui::overlay::{Menu, MenuRow, Overlay};
use crate::tui::step::Step;

/// Which columns are shown, and which of them were asked for by hand: those are dropped last.
#[derive(Clone, Debug)]
pub(super) struct Chosen {
    /// The keys of those shown.
    pub shown: Vec<&'static str>,
    /// The keys of those asked for by hand.
    pub by_hand: Vec<&'static str>,
}

impl Default for Chosen {
    fn default() -> Self {
        Self {
            shown: COLUMNS
                .iter()
                .filter(|col| col.usual)
                .map(|col| col.key)
                .collect(),
            by_hand: Vec::new(),
        }
    }
}

impl Chosen {
    /// Shows a column, or hides it.
    fn turn(&mut self, key: &'static str) {
        let shown = self.shown.contains(&key);
        self.shown.retain(|is| *is != key);
        self.by_hand.retain(|is| *is != key);
        if !shown {
            self.shown.push(key);
            self.by_hand.push(key);
        }
    }
}

/// The popup of columns, open again after each choice on the row just chosen.
pub(super) fn columns_menu(chosen: Rc<RefCell<Chosen>>, on: usize) -> Step {
    let is = chosen.borrow();
    let rows = COLUMNS.iter().map(|col| {
        let tick = if is.shown.contains(&col.key) { "[x]" } else { "[ ]" };
        MenuRow::plain(format!("{tick} {:<13}{}", col.shape.title, col.about))
    });
    let rows: Vec<MenuRow> = rows.collect();
    let title = format!("Columns {} of {}", is.shown.len(), COLUMNS.len());
    drop(is);
    let menu = Menu::new(title, rows, move |row, _, _| {
        let col = COLUMNS.get(row).ok_or("There is no such column.")?;
        if col.key == "name" {
            return Err("NAME is always shown.".to_owned());
        }
        chosen.borrow_mut().turn(col.key);
        Ok(columns_menu(Rc::clone(&chosen), row))
    });
    Step::Ask(Overlay::Menu(menu.on(on).saying(
        "Enter shows or hides a column. Columns you choose are the last to go when room is short.",
    )))
}
