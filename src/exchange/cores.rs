//! Rows of a long sheet, read on all the cores there are.

use std::panic::resume_unwind;
use std::thread;

/// So few rows are read sooner than threads are started.
const FEW: usize = 2_000;

/// What `read` makes of every row, in the order of the rows.
pub(super) fn on_all_cores<T: Sync, R: Send>(rows: &[T], read: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let share = rows.len().div_ceil(cores).max(FEW);
    if rows.len() <= share {
        return rows.iter().map(read).collect();
    }
    let read = &read;
    thread::scope(|scope| {
        let begun: Vec<_> = rows
            .chunks(share)
            .map(|part| scope.spawn(move || part.iter().map(read).collect::<Vec<R>>()))
            .collect();
        let parts = begun
            .into_iter()
            .map(|part| part.join().unwrap_or_else(|panic| resume_unwind(panic)));
        parts.flatten().collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_in_their_order_however_many_cores_read_them() {
        let rows: Vec<usize> = (0..5 * FEW + 7).collect();
        let doubled: Vec<usize> = rows.iter().map(|row| row * 2).collect();
        assert_eq!(on_all_cores(&rows, |row| row * 2), doubled);
    }
}
