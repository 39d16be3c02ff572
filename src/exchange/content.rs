//! A file on its way out: what is in it, made into bytes by whoever writes it, so that a screen does not wait.

use super::grid::Grid;
use super::spreadsheet;

/// What is in a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Bytes, as they are.
    Bytes(Vec<u8>),
    /// A list as an .xlsx workbook.
    Workbook(Grid),
    /// A list as separated values.
    Values(Grid),
    /// A list as lines of JSON.
    Lines(Grid),
}

impl Content {
    /// The bytes of the file.
    ///
    /// # Errors
    /// When a cell cannot be written into a workbook: which sheet, row and column.
    pub fn bytes(self) -> Result<Vec<u8>, String> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            Self::Workbook(grid) => spreadsheet::workbook(&[grid]),
            Self::Values(grid) => Ok(grid.csv()),
            Self::Lines(grid) => Ok(grid.json_lines()),
        }
    }
}
