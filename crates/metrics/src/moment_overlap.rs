//! Overlap of moments: spans of seconds.
//!
//! `geometry`'s spans give the intersection over the union. Evaluators of moment retrieval mostly divide by the hull, which
//! is the same where the spans meet and does not matter where they do not; it differs for degenerate spans only.

use tubelet_geometry::Span;

/// Shared time divided by the time from the earlier start to the later end; 0 where nothing is shared.
pub fn hull_iou(first: Span, second: Span) -> f64 {
    let shared = first.end.min(second.end) - first.start.max(second.start);
    let hull = first.end.max(second.end) - first.start.min(second.start);
    let overlap = shared / hull;
    if shared > 0.0 && overlap.is_finite() {
        overlap
    } else {
        0.0
    }
}

/// The moments that suppression keeps, best first: a moment is dropped where its overlap with a better kept one exceeds
/// a threshold, or where neither lasts, which 2D-TAN's division of zero by zero comes to. No more than `most` are kept.
pub fn suppressed(ranked: &[Span], threshold: f64, most: usize) -> Vec<Span> {
    let mut kept: Vec<Span> = Vec::new();
    for &moment in ranked {
        if kept.len() == most {
            break;
        }
        let lasts = |span: &Span| span.end - span.start != 0.0;
        if kept
            .iter()
            .all(|better| better.iou(moment) <= threshold && (lasts(better) || lasts(&moment)))
        {
            kept.push(moment);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn spans() -> impl Strategy<Value = Span> {
        let end = prop_oneof![4 => -9.0..9.0, 1 => prop::num::f64::ANY];
        (end.clone(), end).prop_map(|(start, end)| Span::new(start, end))
    }

    proptest! {
        #[test]
        fn overlap_is_symmetric_and_bounded(first in spans(), second in spans()) {
            let overlap = hull_iou(first, second);
            prop_assert!((0.0..=1.0).contains(&overlap), "{overlap}");
            prop_assert_eq!(overlap, hull_iou(second, first));
        }

        #[test]
        fn spans_that_last_overlap_as_sets_do(
            starts in prop::array::uniform2(-9.0..9.0),
            lengths in prop::array::uniform2(0.01..9.0),
        ) {
            let [first, second]: [Span; 2] =
                std::array::from_fn(|index| Span::new(starts[index], starts[index] + lengths[index]));
            prop_assert!((hull_iou(first, second) - first.iou(second)).abs() < 1e-9);
        }
    }

    #[test]
    fn worse_moments_that_overlap_are_dropped() {
        let ranked = [(0.0, 10.0), (1.0, 10.0), (8.0, 20.0), (0.0, 5.0)]
            .map(|(start, end)| Span::new(start, end));
        assert_eq!(
            suppressed(&ranked, 0.5, 9),
            [ranked[0], ranked[2], ranked[3]]
        );
        assert_eq!(suppressed(&ranked, 0.5, 2), [ranked[0], ranked[2]]);
        assert_eq!(suppressed(&ranked, 0.4, 9), [ranked[0], ranked[2]]);
        let instants = [3.0, 4.0].map(|time| Span::new(time, time));
        assert_eq!(suppressed(&instants, 0.4, 9), instants[..1]);
    }
}
