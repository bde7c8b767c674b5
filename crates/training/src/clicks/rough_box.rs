//! A box as a hasty user would draw it.
//!
//! In: a mask, a generator. Out: the box around the mask with every edge off by up to a tenth of its side, 20 pixels at most
//! (SAM's noise, which SAM 2 kept).

use rand::Rng;
use tubelet_geometry::{BoundingBox, Mask};

/// Largest shift of an edge as a share of the side across it.
const SHARE: f32 = 0.1;
/// Largest shift of an edge in pixels.
const PIXELS: f32 = 20.0;

/// The box with noise, inside the frame; `None` for an empty mask.
pub fn rough_box(mask: &Mask, random: &mut impl Rng) -> Option<BoundingBox> {
    let exact = mask.bounding_box()?;
    let reach = [exact.width(), exact.height()].map(|side| (side * SHARE).min(PIXELS));
    let mut moved = |edge: f32, reach: f32, limit: usize| {
        (edge + (random.random::<f32>() * 2.0 - 1.0) * reach).clamp(0.0, limit as f32)
    };
    Some(BoundingBox {
        left: moved(exact.left, reach[0], mask.width()),
        top: moved(exact.top, reach[1], mask.height()),
        right: moved(exact.right, reach[0], mask.width()),
        bottom: moved(exact.bottom, reach[1], mask.height()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
    use tubelet_geometry::{FrameSize, PixelRect};

    #[test]
    fn edges_are_off_by_a_tenth_of_the_side_at_most_and_stay_in_the_frame() {
        let mut mask = Mask::new(FrameSize::new(400, 100));
        mask.fill_rect(PixelRect {
            left: 50,
            top: 60,
            right: 390,
            bottom: 100,
        });
        let exact = mask.bounding_box().unwrap();
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let mut largest = 0.0f32;
        for _ in 0..500 {
            let found = rough_box(&mask, &mut random).unwrap();
            assert!(
                (found.left - exact.left).abs() <= 20.0 && (found.top - exact.top).abs() <= 4.0
            );
            assert!(found.right <= 400.0 && found.bottom <= 100.0);
            largest = largest.max((found.left - exact.left).abs());
        }
        assert!(largest > 15.0);
    }

    #[test]
    fn an_empty_mask_has_no_box() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        assert_eq!(
            rough_box(&Mask::new(FrameSize::new(8, 8)), &mut random),
            None
        );
    }
}
