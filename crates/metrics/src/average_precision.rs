//! Average precision of a ranked list: the area under precision over recall.
//!
//! In: for each prediction, best first, whether it is right, and how many right answers there are. Out: the area under
//! the curve whose precision at a recall is the best at that recall or any larger one.

/// Steps of recall at which COCO reads the curve.
const COCO_STEPS: usize = 100;

/// The area under the whole curve, as Pascal VOC calculates it since 2010. 0 where there is nothing to find.
pub fn average_precision(ranked: &[bool], positives: usize) -> f64 {
    if positives == 0 {
        return 0.0;
    }
    let share = |found: usize| found as f64 / positives as f64;
    curve(ranked)
        .enumerate()
        .map(|(found, precision)| (share(found + 1) - share(found)) * precision)
        .sum()
}

/// The mean precision at recalls of 0, 0.01, ..., 1, as COCO calculates it; `None` where there is nothing to find.
pub fn coco_average_precision(ranked: &[bool], positives: usize) -> Option<f64> {
    if positives == 0 {
        return None;
    }
    let precisions: Vec<f64> = curve(ranked).collect();
    let mut found = 0;
    let mut sum = 0.0;
    for step in 0..=COCO_STEPS {
        // COCO compares numbers that stand for the same recall as they are rounded: those of `linspace` with quotients.
        let recall = if step == COCO_STEPS {
            1.0
        } else {
            step as f64 * (1.0 / COCO_STEPS as f64)
        };
        while found < precisions.len() && ((found + 1) as f64 / positives as f64) < recall {
            found += 1;
        }
        sum += precisions.get(found).copied().unwrap_or(0.0);
    }
    Some(sum / (COCO_STEPS + 1) as f64)
}

/// The precision when the first, the second, ... right prediction has been found, or the best one later.
fn curve(ranked: &[bool]) -> impl Iterator<Item = f64> {
    let right = ranked.iter().enumerate().filter(|&(_, &is_right)| is_right);
    let mut precisions: Vec<f64> = right
        .zip(1_usize..)
        .map(|((index, _), found)| found as f64 / (index + 1) as f64)
        .collect();
    let mut best: f64 = 0.0;
    for precision in precisions.iter_mut().rev() {
        best = best.max(*precision);
        *precision = best;
    }
    precisions.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn precision_is_the_best_at_a_larger_recall() {
        // Precisions 1, 1/2, 2/3, 1/2, 3/5: at the second and third find 2/3 and 3/5.
        let ranked = [true, false, true, false, true];
        let expected = (1.0 + 2.0 / 3.0 + 3.0 / 5.0) / 4.0;
        assert!((average_precision(&ranked, 4) - expected).abs() < 1e-12);
        // Recalls up to 0.25, 0.50 and 0.75, of which the first has one step more.
        let expected = (26.0 + 25.0 * 2.0 / 3.0 + 25.0 * 3.0 / 5.0) / 101.0;
        let found = coco_average_precision(&ranked, 4);
        assert!((found.unwrap_or(0.0) - expected).abs() < 1e-12);
    }

    #[test]
    fn without_anything_to_find_there_is_no_precision() {
        assert_eq!(average_precision(&[false], 0), 0.0);
        assert_eq!(coco_average_precision(&[false], 0), None);
        assert_eq!(coco_average_precision(&[], 3), Some(0.0));
        assert_eq!(average_precision(&[true; 3], 3), 1.0);
        assert_eq!(coco_average_precision(&[true; 3], 3), Some(1.0));
    }

    proptest! {
        #[test]
        fn a_right_prediction_never_harms(mut ranked in prop::collection::vec(any::<bool>(), 1..30), index in 0usize..30) {
            let positives = 30;
            let before = average_precision(&ranked, positives);
            prop_assert!((0.0..=1.0).contains(&before));
            let index = index % ranked.len();
            ranked[index] = true;
            prop_assert!(average_precision(&ranked, positives) >= before);
        }
    }
}
