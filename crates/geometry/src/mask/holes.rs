//! Filling small holes and removing small specks, as SAM 2 cleans its masks.

use crate::{Connectivity, Mask};

impl Mask {
    /// Fills every 8-connected component of the background with at most `largest_hole` pixels.
    ///
    /// As in SAM 2 a hole need not be enclosed: a small piece of background cut off at the edge of the frame is filled
    /// too.
    pub fn fill_holes(&mut self, largest_hole: usize) {
        if largest_hole > 0 {
            let background = (!&*self).components(Connectivity::Eight);
            *self |= &background.select(|hole| hole.area <= largest_hole);
        }
    }

    /// Removes every 8-connected component with at most `largest_speck` pixels and at most half of all pixels.
    ///
    /// The second condition keeps an object that is itself no larger than a speck, as the later members of the SAM
    /// family do.
    pub fn remove_specks(&mut self, largest_speck: usize) {
        let limit = largest_speck.min(self.count() / 2);
        if limit > 0 {
            let foreground = self.components(Connectivity::Eight);
            *self -= &foreground.select(|speck| speck.area <= limit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::bits::tests::{drawn, shapes};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn filling_holes_never_shrinks_a_mask(mask in shapes(), largest in 0usize..60) {
            let mut filled = mask.clone();
            filled.fill_holes(largest);
            prop_assert!((&mask - &filled).is_empty());
            let mut again = filled.clone();
            again.fill_holes(largest);
            prop_assert_eq!(again, filled);
        }

        #[test]
        fn removing_specks_never_grows_or_empties_a_mask(mask in shapes(), largest in 0usize..60) {
            let mut cleaned = mask.clone();
            cleaned.remove_specks(largest);
            prop_assert!((&cleaned - &mask).is_empty());
            if mask.count() <= 1 {
                prop_assert_eq!(cleaned, mask);
            }
        }
    }

    #[test]
    fn only_small_holes_are_filled() {
        let mut mask = drawn(&["#######", "#.#..##", "#######"]);
        mask.fill_holes(1);
        assert_eq!(mask, drawn(&["#######", "###..##", "#######"]));
    }

    #[test]
    fn a_tiny_object_is_not_a_speck() {
        let mut alone = drawn(&["...", ".#.", "..."]);
        let before = alone.clone();
        alone.remove_specks(8);
        assert_eq!(alone, before);
        let mut beside = drawn(&["#.###", "..###"]);
        beside.remove_specks(8);
        assert_eq!(beside, drawn(&["..###", "..###"]));
    }
}
