//! Columns of lists: which are shown at a width, and how wide.

/// One column of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its heading.
    pub title: &'static str,
    /// The width it needs to be of use.
    pub least: u16,
    /// How much of the room left over it takes, in shares.
    pub grows: u16,
    /// Which columns go first when room is short: the highest rank is dropped first, 0 never.
    pub rank: u8,
}

impl Column {
    /// A column.
    #[must_use]
    pub const fn new(title: &'static str, least: u16, grows: u16, rank: u8) -> Self {
        Self {
            title,
            least,
            grows,
            rank,
        }
    }
}

/// The columns that fit, as (index, width), one blank between them; dropped by rank, never squeezed.
#[must_use]
pub fn fit_columns(columns: &[Column], width: u16) -> Vec<(usize, u16)> {
    let mut shown: Vec<usize> = (0..columns.len()).collect();
    let need = |shown: &[usize]| -> u16 {
        shown
            .iter()
            .map(|i| columns[*i].least + 1)
            .sum::<u16>()
            .saturating_sub(1)
    };
    while need(&shown) > width {
        let Some(worst) = shown
            .iter()
            .copied()
            .filter(|i| columns[*i].rank > 0)
            .max_by_key(|i| (columns[*i].rank, *i))
        else {
            break;
        };
        shown.retain(|i| *i != worst);
    }
    let spare = width.saturating_sub(need(&shown));
    let shares: u16 = shown.iter().map(|i| columns[*i].grows).sum();
    let mut left = spare;
    shown
        .iter()
        .map(|i| {
            let column = columns[*i];
            let more = (spare * column.grows).checked_div(shares).unwrap_or(0).min(left);
            left -= more;
            (*i, column.least + more)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] = &[
        Column::new("NAME", 10, 1, 0),
        Column::new("MAIL", 10, 0, 2),
        Column::new("TRUST", 8, 0, 1),
    ];

    #[test]
    fn the_highest_rank_is_dropped_first() {
        let shown: Vec<usize> = fit_columns(COLUMNS, 20).into_iter().map(|(i, _)| i).collect();
        assert_eq!(shown, [0, 2]);
    }

    #[test]
    fn spare_room_goes_to_columns_that_grow() {
        assert_eq!(fit_columns(COLUMNS, 40), [(0, 20), (1, 10), (2, 8)]);
    }
}
