//! The best one-to-one assignment between two sets.
//!
//! In: a score for every pair. Out: pairs whose scores have the largest sum. The method is that of successive shortest
//! augmenting paths (Jonker and Volgenant, Computing 1987; rectangular tables: Crouse, IEEE TAES 2016). Among equally
//! good assignments it prefers what SciPy's `linear_sum_assignment` prefers, because tracking scores depend on it.

/// Pairs `(row, column)` by rising row, as many as the shorter side of the table has, whose scores have the largest
/// sum. A score that is not a finite number counts as the worst of the table.
pub fn best_assignment(
    rows: usize,
    columns: usize,
    score: impl Fn(usize, usize) -> f64,
) -> Vec<(usize, usize)> {
    let costs = Costs::new(rows, columns, score);
    let columns_of = costs.assign();
    let mut pairs: Vec<(usize, usize)> = columns_of
        .into_iter()
        .enumerate()
        .filter_map(|(row, column)| Some((row, column?)))
        .map(|(row, column)| {
            if costs.is_transposed {
                (column, row)
            } else {
                (row, column)
            }
        })
        .collect();
    pairs.sort_unstable();
    pairs
}

/// What each pair costs, with no more rows than columns.
struct Costs {
    rows: usize,
    columns: usize,
    is_transposed: bool,
    values: Vec<f64>,
}

impl Costs {
    fn new(rows: usize, columns: usize, score: impl Fn(usize, usize) -> f64) -> Self {
        let is_transposed = columns < rows;
        let (short, long) = if is_transposed {
            (columns, rows)
        } else {
            (rows, columns)
        };
        let cost = |first, second| {
            if is_transposed {
                -score(second, first)
            } else {
                -score(first, second)
            }
        };
        let mut values: Vec<f64> = (0..short)
            .flat_map(|first| (0..long).map(move |second| (first, second)))
            .map(|(first, second)| cost(first, second))
            .collect();
        let finite = values.iter().copied().filter(|cost| cost.is_finite());
        let worst = finite.fold(0.0, f64::max);
        for value in &mut values {
            if !value.is_finite() {
                *value = worst;
            }
        }
        Self {
            rows: short,
            columns: long,
            is_transposed,
            values,
        }
    }

    /// The column of each row.
    fn assign(&self) -> Vec<Option<usize>> {
        let mut state = State {
            row_prices: vec![0.0; self.rows],
            column_prices: vec![0.0; self.columns],
            row_of: vec![None; self.columns],
            column_of: vec![None; self.rows],
        };
        for row in 0..self.rows {
            let path = self.shortest_path(&state, row);
            state.adopt(&path, row);
        }
        state.column_of
    }

    /// The cheapest way from a free row over alternating assignments to a free column.
    fn shortest_path(&self, state: &State, free_row: usize) -> Path {
        let mut path = Path {
            distances: vec![f64::INFINITY; self.columns],
            rows_before: vec![free_row; self.columns],
            reached_rows: vec![false; self.rows],
            reached_columns: vec![false; self.columns],
            length: 0.0,
            end: None,
        };
        // From the last to the first, so that a table of equal costs gives the diagonal.
        let mut open: Vec<usize> = (0..self.columns).rev().collect();
        let mut row = free_row;
        while path.end.is_none() && !open.is_empty() {
            path.reached_rows[row] = true;
            let mut nearest = (f64::INFINITY, 0);
            for (index, &column) in open.iter().enumerate() {
                let cost = self.values[row * self.columns + column];
                let distance =
                    path.length + cost - state.row_prices[row] - state.column_prices[column];
                if distance < path.distances[column] {
                    path.distances[column] = distance;
                    path.rows_before[column] = row;
                }
                let known = path.distances[column];
                // Of equally near columns a free one ends the search.
                if known < nearest.0 || (known == nearest.0 && state.row_of[column].is_none()) {
                    nearest = (known, index);
                }
            }
            path.length = nearest.0;
            let column = open.swap_remove(nearest.1);
            path.reached_columns[column] = true;
            match state.row_of[column] {
                Some(next) => row = next,
                None => path.end = Some(column),
            }
        }
        path
    }
}

/// The assignment so far, and prices that make every pair in it free and every other pair cost nothing or more.
struct State {
    row_prices: Vec<f64>,
    column_prices: Vec<f64>,
    row_of: Vec<Option<usize>>,
    column_of: Vec<Option<usize>>,
}

struct Path {
    distances: Vec<f64>,
    rows_before: Vec<usize>,
    reached_rows: Vec<bool>,
    reached_columns: Vec<bool>,
    length: f64,
    end: Option<usize>,
}

impl State {
    /// Assigns along a path, which gives the free row a column.
    fn adopt(&mut self, path: &Path, free_row: usize) {
        for row in 0..self.column_of.len() {
            if row == free_row {
                self.row_prices[row] += path.length;
            } else if path.reached_rows[row]
                && let Some(column) = self.column_of[row]
            {
                self.row_prices[row] += path.length - path.distances[column];
            }
        }
        for (column, price) in self.column_prices.iter_mut().enumerate() {
            if path.reached_columns[column] {
                *price -= path.length - path.distances[column];
            }
        }
        let mut next = path.end;
        while let Some(column) = next {
            let row = path.rows_before[column];
            self.row_of[column] = Some(row);
            next = self.column_of[row].replace(column);
            if row == free_row {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The largest sum over all assignments of the rows from `row` on.
    fn best_sum(scores: &[Vec<f64>], row: usize, taken: &mut Vec<bool>) -> f64 {
        let Some(scores_of_row) = scores.get(row) else {
            return 0.0;
        };
        let free_columns = taken.iter().filter(|&&taken| !taken).count();
        let mut best = if scores.len() - row > free_columns {
            best_sum(scores, row + 1, taken)
        } else {
            f64::NEG_INFINITY
        };
        for (column, score) in scores_of_row.iter().enumerate() {
            if !taken[column] {
                taken[column] = true;
                best = best.max(score + best_sum(scores, row + 1, taken));
                taken[column] = false;
            }
        }
        best
    }

    fn tables() -> impl Strategy<Value = Vec<Vec<f64>>> {
        (0usize..5, 0usize..6).prop_flat_map(|(rows, columns)| {
            let score = (-4i8..5).prop_map(f64::from);
            prop::collection::vec(prop::collection::vec(score, columns), rows)
        })
    }

    proptest! {
        #[test]
        fn no_assignment_scores_more(table in tables()) {
            let columns = table.first().map_or(0, Vec::len);
            let pairs = best_assignment(table.len(), columns, |row, column| table[row][column]);
            prop_assert_eq!(pairs.len(), table.len().min(columns));
            let mut seen: Vec<usize> = pairs.iter().map(|pair| pair.1).collect();
            seen.sort_unstable();
            seen.dedup();
            prop_assert_eq!(seen.len(), pairs.len());
            prop_assert!(pairs.is_sorted_by(|first, second| first.0 < second.0));
            let sum: f64 = pairs.iter().map(|&(row, column)| table[row][column]).sum();
            let mut taken = vec![false; columns];
            prop_assert_eq!(sum, best_sum(&table, 0, &mut taken));
        }

        #[test]
        fn any_scores_give_an_assignment(scores in prop::collection::vec(prop::num::f64::ANY, 12)) {
            prop_assert_eq!(best_assignment(3, 4, |row, column| scores[row * 4 + column]).len(), 3);
            prop_assert_eq!(best_assignment(4, 3, |row, column| scores[row * 3 + column]).len(), 3);
        }
    }

    #[test]
    fn equal_scores_give_the_diagonal() {
        assert_eq!(best_assignment(3, 4, |_, _| 0.5), [(0, 0), (1, 1), (2, 2)]);
        assert_eq!(best_assignment(4, 2, |_, _| 0.0), [(0, 0), (1, 1)]);
        assert!(best_assignment(0, 3, |_, _| 1.0).is_empty());
    }
}
