//! The next click of a simulated user: on a mistake of the model, or on the object if there is no model yet.
//!
//! In: the true mask, the predicted one, a generator. Out: a pixel and whether it belongs to the object. Both of SAM 2's
//! samplers: anywhere on the mistakes, and in the middle of the largest one.

use rand::Rng;
use tubelet_geometry::Mask;

use super::distance::squared_distance_to_outside;

/// A click on a pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Click {
    /// Column.
    pub x: usize,
    /// Row.
    pub y: usize,
    /// Whether the pixel belongs to the object.
    pub positive: bool,
}

/// A click drawn evenly from the pixels where `prediction` is wrong: positive where it misses the object, negative where it
/// goes beyond. Where it is right everywhere, a negative click on the background; where there is no background, a positive one.
///
/// An empty `prediction` gives a first click.
pub fn random_click(truth: &Mask, prediction: &Mask, random: &mut impl Rng) -> Click {
    let wrong = truth ^ prediction;
    let from = [wrong, !truth, truth.clone()]
        .into_iter()
        .find(|mask| !mask.is_empty());
    let (x, y) = from
        .and_then(|mask| {
            let chosen = random.random_range(0..mask.count());
            pixel(&mask, chosen)
        })
        .unwrap_or_default();
    Click {
        x,
        y,
        positive: truth.get(x, y),
    }
}

/// A click on the pixel farthest from the edge of its region of mistakes, as in interactive evaluation; the first such pixel row by
/// row, a negative one if both kinds of mistake reach equally deep.
pub fn central_click(truth: &Mask, prediction: &Mask) -> Click {
    let missed = deepest(&(truth - prediction));
    let beyond = deepest(&(prediction - truth));
    let positive = missed.depth > beyond.depth;
    let deepest = if positive { missed } else { beyond };
    let width = truth.width().max(1);
    Click {
        x: deepest.index % width,
        y: deepest.index / width,
        positive,
    }
}

/// The pixel of a mask that is farthest from its edge.
struct Deepest {
    index: usize,
    depth: u32,
}

fn deepest(mask: &Mask) -> Deepest {
    let mut found = Deepest { index: 0, depth: 0 };
    for (index, &depth) in squared_distance_to_outside(mask).iter().enumerate() {
        if depth > found.depth {
            found = Deepest { index, depth };
        }
    }
    found
}

/// The member number `chosen` of a mask, row by row.
fn pixel(mask: &Mask, mut chosen: usize) -> Option<(usize, usize)> {
    for y in 0..mask.height() {
        for run in mask.row_runs(y) {
            if chosen < run.len() {
                return Some((run.start + chosen, y));
            }
            chosen -= run.len();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
    use tubelet_geometry::{FrameSize, PixelRect};

    const SIZE: FrameSize = FrameSize::new(70, 40);

    fn rect(left: usize, top: usize, right: usize, bottom: usize) -> Mask {
        let mut mask = Mask::new(SIZE);
        mask.fill_rect(PixelRect {
            left,
            top,
            right,
            bottom,
        });
        mask
    }

    #[test]
    fn random_clicks_lie_on_mistakes_and_cover_them_evenly() {
        let (truth, prediction) = (rect(4, 4, 12, 8), rect(6, 4, 14, 8));
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let mut positive = 0;
        for _ in 0..2000 {
            let click = random_click(&truth, &prediction, &mut random);
            assert_ne!(
                truth.get(click.x, click.y),
                prediction.get(click.x, click.y)
            );
            assert_eq!(click.positive, truth.get(click.x, click.y));
            positive += usize::from(click.positive);
        }
        assert!(
            (900..1100).contains(&positive),
            "{positive} of 2000 on one of two equal halves"
        );
    }

    #[test]
    fn a_first_click_is_positive_and_an_absent_object_gets_a_negative_one() {
        let mut random = ChaCha8Rng::seed_from_u64(2);
        let nothing = Mask::new(SIZE);
        assert!(random_click(&rect(0, 0, 3, 3), &nothing, &mut random).positive);
        assert!(!random_click(&nothing, &nothing, &mut random).positive);
        let all = Mask::full(SIZE);
        assert!(random_click(&all, &all, &mut random).positive);
    }

    #[test]
    fn a_perfect_prediction_gets_a_negative_click_on_the_background() {
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let truth = rect(0, 0, 60, 40);
        let click = random_click(&truth, &truth, &mut random);
        assert!(!click.positive && click.x >= 60);
    }

    #[test]
    fn the_central_click_is_in_the_middle_of_the_larger_mistake() {
        let truth = rect(10, 10, 21, 21);
        let nothing = Mask::new(SIZE);
        let first = central_click(&truth, &nothing);
        assert_eq!(
            first,
            Click {
                x: 15,
                y: 15,
                positive: true
            }
        );
        let beyond = &truth | &rect(40, 0, 70, 30);
        let second = central_click(&truth, &beyond);
        assert_eq!(
            second,
            Click {
                x: 54,
                y: 14,
                positive: false
            }
        );
    }

    #[test]
    fn the_same_seed_gives_the_same_clicks() {
        let draw = || {
            let mut random = ChaCha8Rng::seed_from_u64(9);
            [0; 20].map(|_| random_click(&rect(3, 3, 50, 30), &rect(9, 9, 60, 39), &mut random))
        };
        assert_eq!(draw(), draw());
    }
}
