//! Connected components: which pixels of a mask hang together.
//!
//! Works on the runs of each row: runs that touch in neighbouring rows are united in a disjoint-set forest, so the cost
//! follows the number of runs and not of pixels.

use super::bits::fill_run;
use crate::{FrameSize, Mask, PixelRect};

/// Which neighbours of a pixel count as touching it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connectivity {
    /// The pixels left, right, above and below.
    Four,
    /// Those and the four diagonal ones, as SAM 2 uses.
    Eight,
}

/// One connected component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Component {
    /// Number of pixels.
    pub area: usize,
    /// The smallest rectangle around it.
    pub bounds: PixelRect,
}

/// The connected components of a mask, in the order of their first pixels, row after row.
#[derive(Debug, Clone)]
pub struct Components {
    size: FrameSize,
    runs: Vec<Run>,
    measured: Vec<Component>,
}

/// Pixels `start..end` of row `y`. `parent` points to a run of the same component that comes no later, to itself for
/// the first run, and in the end holds the component's number.
#[derive(Debug, Clone, Copy)]
struct Run {
    y: usize,
    start: usize,
    end: usize,
    parent: usize,
}

impl Mask {
    /// The connected components of the mask.
    pub fn components(&self, connectivity: Connectivity) -> Components {
        let mut runs = Vec::new();
        let mut above = 0..0;
        for y in 0..self.height() {
            let first = runs.len();
            for run in self.row_runs(y) {
                let parent = runs.len();
                runs.push(Run {
                    y,
                    start: run.start,
                    end: run.end,
                    parent,
                });
            }
            unite_rows(&mut runs, above, connectivity);
            above = first..runs.len();
        }
        Components::number(self.size(), runs)
    }
}

/// Unites the runs after `above` (one row) with the runs of `above` (the row before) that they touch.
fn unite_rows(runs: &mut [Run], above: std::ops::Range<usize>, connectivity: Connectivity) {
    let diagonal = usize::from(connectivity == Connectivity::Eight);
    let mut upper = above.start;
    for lower in above.end..runs.len() {
        let (start, end) = (runs[lower].start, runs[lower].end);
        while upper < above.end && runs[upper].end + diagonal <= start {
            upper += 1;
        }
        let mut touched = upper;
        while touched < above.end && runs[touched].start < end + diagonal {
            unite(runs, touched, lower);
            touched += 1;
        }
    }
}

fn unite(runs: &mut [Run], left: usize, right: usize) {
    let (left, right) = (root(runs, left), root(runs, right));
    runs[left.max(right)].parent = left.min(right);
}

/// The first run of a component; halves the path on the way.
fn root(runs: &mut [Run], mut run: usize) -> usize {
    while runs[run].parent != run {
        let grandparent = runs[runs[run].parent].parent;
        runs[run].parent = grandparent;
        run = grandparent;
    }
    run
}

impl Components {
    /// Replaces parents by component numbers and measures the components.
    fn number(size: FrameSize, mut runs: Vec<Run>) -> Self {
        let mut measured: Vec<Component> = Vec::new();
        for index in 0..runs.len() {
            let run = runs[index];
            let extent = PixelRect {
                left: run.start,
                top: run.y,
                right: run.end,
                bottom: run.y + 1,
            };
            let area = run.end - run.start;
            if run.parent == index {
                runs[index].parent = measured.len();
                measured.push(Component {
                    area,
                    bounds: extent,
                });
                continue;
            }
            // A parent comes no later, so its number is known already.
            let number = runs[run.parent].parent;
            runs[index].parent = number;
            let component = &mut measured[number];
            component.area += area;
            component.bounds = component.bounds.union(extent);
        }
        Self {
            size,
            runs,
            measured,
        }
    }

    /// Number of components.
    pub fn len(&self) -> usize {
        self.measured.len()
    }

    /// Whether the mask was empty.
    pub fn is_empty(&self) -> bool {
        self.measured.is_empty()
    }

    /// Area and extent of each component.
    pub fn as_slice(&self) -> &[Component] {
        &self.measured
    }

    /// The union of the components that pass a test.
    pub fn select(&self, is_wanted: impl Fn(&Component) -> bool) -> Mask {
        let wanted: Vec<bool> = self.measured.iter().map(is_wanted).collect();
        self.paint(|number| wanted[number])
    }

    /// The component with the most pixels, the first of them where several have as many; an empty mask where there is
    /// none.
    pub fn largest(&self) -> Mask {
        let most = self.measured.iter().map(|component| component.area).max();
        let largest = self
            .measured
            .iter()
            .position(|component| Some(component.area) == most);
        self.paint(|number| Some(number) == largest)
    }

    fn paint(&self, is_wanted: impl Fn(usize) -> bool) -> Mask {
        let mut mask = Mask::new(self.size);
        for run in &self.runs {
            if is_wanted(run.parent) {
                fill_run(mask.row_mut(run.y), run.start..run.end);
            }
        }
        mask
    }
}

#[cfg(test)]
mod tests {
    use super::super::bits::tests::{drawn, shapes};
    use super::*;
    use proptest::prelude::*;

    /// Components by flood filling, in order of their first pixels.
    fn flood(mask: &Mask, connectivity: Connectivity) -> Vec<Mask> {
        let mut rest = mask.clone();
        let mut components = Vec::new();
        for y in 0..mask.height() {
            for x in 0..mask.width() {
                if !rest.get(x, y) {
                    continue;
                }
                let mut component = Mask::new(mask.size());
                let mut open = vec![(x, y)];
                while let Some((x, y)) = open.pop() {
                    if !rest.get(x, y) {
                        continue;
                    }
                    rest.set(x, y, false);
                    component.set(x, y, true);
                    for (dx, dy) in [
                        (0, 1),
                        (0, -1),
                        (1, 0),
                        (-1, 0),
                        (1, 1),
                        (1, -1),
                        (-1, 1),
                        (-1, -1),
                    ] {
                        if dx != 0 && dy != 0 && connectivity == Connectivity::Four {
                            continue;
                        }
                        if let (Some(x), Some(y)) =
                            (x.checked_add_signed(dx), y.checked_add_signed(dy))
                        {
                            open.push((x, y));
                        }
                    }
                }
                components.push(component);
            }
        }
        components
    }

    proptest! {
        #[test]
        fn components_equal_a_flood_fill(mask in shapes(), eight in any::<bool>()) {
            let connectivity = if eight { Connectivity::Eight } else { Connectivity::Four };
            let components = mask.components(connectivity);
            let expected = flood(&mask, connectivity);
            prop_assert_eq!(components.len(), expected.len());
            for (number, expected) in expected.iter().enumerate() {
                prop_assert_eq!(&components.paint(|wanted| wanted == number), expected);
                let component = components.as_slice()[number];
                prop_assert_eq!(component.area, expected.count());
                prop_assert_eq!(Some(component.bounds), expected.bounds());
            }
            prop_assert_eq!(components.select(|_| true), mask);
        }
    }

    #[test]
    fn diagonal_neighbours_touch_only_with_eight() {
        let mask = drawn(&["#..#", ".##."]);
        assert_eq!(mask.components(Connectivity::Eight).len(), 1);
        assert_eq!(mask.components(Connectivity::Four).len(), 3);
    }

    #[test]
    fn the_largest_component_is_kept() {
        let mask = drawn(&["##..#", "....#", "#...#"]);
        let components = mask.components(Connectivity::Four);
        assert_eq!(components.largest(), drawn(&["....#", "....#", "....#"]));
        assert!(
            drawn(&["..."])
                .components(Connectivity::Four)
                .largest()
                .is_empty()
        );
    }
}
