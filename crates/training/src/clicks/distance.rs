//! Exact Euclidean distance of every pixel of a mask to the nearest pixel outside.
//!
//! In: a mask. Out: squared distances, whole numbers. Beyond the frame lies outside, as if the frame had a border of one pixel.
//! (Meijster, Roerdink and Hesselink 2000, with linear time in the number of pixels.)

use tubelet_geometry::Mask;

/// Squared distance of every pixel to the nearest one outside the mask, row by row; 0 outside.
pub fn squared_distance_to_outside(mask: &Mask) -> Vec<u32> {
    let (width, height) = (mask.width(), mask.height());
    let mut columns = vec![0u32; width * height];
    for x in 0..width {
        let mut run = 0;
        for y in 0..height {
            run = if mask.get(x, y) { run + 1 } else { 0 };
            columns[y * width + x] = run;
        }
        run = 0;
        for y in (0..height).rev() {
            run = if mask.get(x, y) { run + 1 } else { 0 };
            columns[y * width + x] = columns[y * width + x].min(run);
        }
    }
    let mut squared = vec![0u32; width * height];
    let mut envelope = Envelope::default();
    for y in 0..height {
        let row = y * width..(y + 1) * width;
        envelope.lowest(&columns[row.clone()], &mut squared[row]);
    }
    squared
}

/// Parabolas `(x - centre)² + height²` that are lowest somewhere along a row, from left to right.
#[derive(Default)]
struct Envelope {
    /// Column of the parabola's centre, counted with the border, and the first column where it is lowest.
    parabolas: Vec<(i64, i64)>,
}

impl Envelope {
    /// Lowest parabola at every column, with one of height 0 on either side of the row.
    fn lowest(&mut self, heights: &[u32], squared: &mut [u32]) {
        let height = |column: i64| -> i64 {
            let inside = usize::try_from(column - 1).ok();
            inside
                .and_then(|x| heights.get(x))
                .map_or(0, |&height| i64::from(height))
        };
        let value = |x: i64, centre: i64| (x - centre).pow(2) + height(centre).pow(2);
        // The first column from which `right` is lower than `left`.
        let crossing = |left: i64, right: i64| {
            let gap = right * right - left * left + height(right).pow(2) - height(left).pow(2);
            gap.div_euclid(2 * (right - left)) + 1
        };
        let end = heights.len() as i64 + 1;
        self.parabolas.clear();
        self.parabolas.push((0, 0));
        for column in 1..=end {
            while let Some(&(centre, start)) = self.parabolas.last() {
                if value(start, centre) > value(start, column) {
                    self.parabolas.pop();
                } else {
                    break;
                }
            }
            let start = self
                .parabolas
                .last()
                .map_or(0, |&(centre, _)| crossing(centre, column));
            if start <= end {
                self.parabolas.push((column, start));
            }
        }
        let mut index = 0;
        for (x, squared) in squared.iter_mut().enumerate() {
            let x = x as i64 + 1;
            while self
                .parabolas
                .get(index + 1)
                .is_some_and(|&(_, start)| start <= x)
            {
                index += 1;
            }
            *squared = self
                .parabolas
                .get(index)
                .map_or(0, |&(centre, _)| value(x, centre) as u32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;
    use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
    use tubelet_geometry::FrameSize;

    fn by_search(mask: &Mask) -> Vec<u32> {
        let (width, height) = (mask.width() as i64, mask.height() as i64);
        let outside: Vec<(i64, i64)> = (-1..=height)
            .flat_map(|y| (-1..=width).map(move |x| (x, y)))
            .filter(|&(x, y)| x < 0 || y < 0 || !mask.get(x as usize, y as usize))
            .collect();
        let nearest = |x: i64, y: i64| {
            outside
                .iter()
                .map(|(other_x, other_y)| ((x - other_x).pow(2) + (y - other_y).pow(2)) as u32)
                .min()
                .unwrap()
        };
        (0..height)
            .flat_map(|y| (0..width).map(move |x| (x, y)))
            .map(|(x, y)| nearest(x, y))
            .collect()
    }

    #[test]
    fn it_equals_an_exhaustive_search() {
        let mut random = ChaCha8Rng::seed_from_u64(5);
        for round in 0..60 {
            let size = FrameSize::new(random.random_range(1..14), random.random_range(1..14));
            let share = f64::from(round % 6) / 5.0;
            let mut mask = Mask::new(size);
            for y in 0..size.height {
                for x in 0..size.width {
                    mask.set(x, y, random.random_bool(share));
                }
            }
            assert_eq!(
                squared_distance_to_outside(&mask),
                by_search(&mask),
                "{mask:?}"
            );
        }
    }

    #[test]
    fn a_full_frame_is_deepest_in_its_middle() {
        let squared = squared_distance_to_outside(&Mask::full(FrameSize::new(5, 3)));
        assert_eq!(squared[5 + 2], 4);
        assert_eq!(squared[0], 1);
    }
}
