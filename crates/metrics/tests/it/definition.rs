//! J and F against their definitions, pixel by pixel.

use proptest::prelude::*;
use tubelet_geometry::{FrameSize, Mask, PixelRect};
use tubelet_metrics::{BoundaryMatcher, FrameScorer, RegionOverlap, boundary_tolerance};

fn pixels(size: FrameSize) -> impl Iterator<Item = (usize, usize)> {
    (0..size.height).flat_map(move |y| (0..size.width).map(move |x| (x, y)))
}

fn boundary(mask: &Mask) -> Vec<(usize, usize)> {
    let (width, height) = (mask.width(), mask.height());
    let differs = |x: usize, y: usize| {
        let here = mask.get(x, y);
        let right = x + 1 < width && mask.get(x + 1, y) != here;
        let below = y + 1 < height && mask.get(x, y + 1) != here;
        let both = x + 1 < width && y + 1 < height && mask.get(x + 1, y + 1) != here;
        right || below || both
    };
    pixels(mask.size())
        .filter(|&(x, y)| differs(x, y))
        .collect()
}

fn near(pixel: (usize, usize), others: &[(usize, usize)], tolerance: usize) -> bool {
    others.iter().any(|other| {
        let (dx, dy) = (pixel.0.abs_diff(other.0), pixel.1.abs_diff(other.1));
        dx * dx + dy * dy <= tolerance * tolerance
    })
}

fn f_measure(truth: &Mask, prediction: &Mask, tolerance: usize) -> f64 {
    let (truth, prediction) = (boundary(truth), boundary(prediction));
    let matched = |from: &[(usize, usize)], to: &[(usize, usize)]| {
        from.iter()
            .filter(|&&pixel| near(pixel, to, tolerance))
            .count() as f64
            / from.len() as f64
    };
    let (precision, recall) = match (prediction.len(), truth.len()) {
        (0, 0) => (1.0, 1.0),
        (0, _) => (1.0, 0.0),
        (_, 0) => (0.0, 1.0),
        _ => (matched(&prediction, &truth), matched(&truth, &prediction)),
    };
    if precision + recall == 0.0 {
        0.0
    } else {
        2.0 * precision * recall / (precision + recall)
    }
}

/// Two masks of one size: a few rectangles each.
fn pairs() -> impl Strategy<Value = (Mask, Mask)> {
    (1usize..150, 1usize..40).prop_flat_map(|(width, height)| {
        let size = FrameSize::new(width, height);
        let rects = || prop::collection::vec((0..width, 0..height, 1..=width, 1..=height), 0..4);
        let draw = move |rects: Vec<(usize, usize, usize, usize)>| {
            let mut mask = Mask::new(size);
            for (left, top, width, height) in rects {
                mask.fill_rect(PixelRect {
                    left,
                    top,
                    right: left + width,
                    bottom: top + height,
                });
            }
            mask
        };
        (rects().prop_map(draw), rects().prop_map(draw))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn boundary_accuracy_equals_its_definition((truth, prediction) in pairs(), tolerance in 0usize..10) {
        let matcher = BoundaryMatcher::with_tolerance(tolerance);
        let found = matcher.matched(&truth, &prediction).f_measure();
        prop_assert_eq!(found, f_measure(&truth, &prediction, tolerance));
    }

    #[test]
    fn region_similarity_equals_its_definition((truth, prediction) in pairs()) {
        let both = pixels(truth.size()).filter(|&(x, y)| truth.get(x, y) && prediction.get(x, y)).count();
        let either = pixels(truth.size()).filter(|&(x, y)| truth.get(x, y) || prediction.get(x, y)).count();
        let expected = if either == 0 { 1.0 } else { both as f64 / either as f64 };
        prop_assert_eq!(RegionOverlap::of(&truth, &prediction).similarity(), expected);
    }

    #[test]
    fn scores_of_a_frame_equal_their_definitions((truth, prediction) in pairs()) {
        let score = FrameScorer::new(truth.size()).score(&truth, &prediction);
        prop_assert_eq!(score.region, RegionOverlap::of(&truth, &prediction).similarity());
        let tolerance = boundary_tolerance(truth.size());
        prop_assert_eq!(score.boundary, f_measure(&truth, &prediction, tolerance));
    }

    #[test]
    fn scores_are_symmetric_and_a_perfect_match_scores_one((truth, prediction) in pairs()) {
        let scorer = FrameScorer::new(truth.size());
        let score = scorer.score(&truth, &prediction);
        prop_assert!((0.0..=1.0).contains(&score.region) && (0.0..=1.0).contains(&score.boundary));
        let swapped = scorer.score(&prediction, &truth);
        prop_assert_eq!(score.region, swapped.region);
        prop_assert!((score.boundary - swapped.boundary).abs() < 1e-15);
        prop_assert_eq!(scorer.score(&truth, &truth).mean(), 1.0);
    }
}
