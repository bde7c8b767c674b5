//! Prompts of all objects in one frame, and how a simulated user adds to them.
//!
//! In: true and predicted masks. Out: points as the segmenter takes them. All objects have equally many points.

use burn::tensor::{Device, Int, Tensor, TensorData};
use rand::Rng;
use tubelet_geometry::{BoundingBox, Mask};
use tubelet_segmentation::{PointLabel, PointPrompts};

use crate::clicks::{
    correction::{Click, central_click, random_click},
    plan::PromptKind,
    rough_box::rough_box,
};

/// How a simulated user points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum UserModel {
    /// Clicks anywhere on a mistake, or with this chance anywhere on the object; boxes are rough. For training.
    Hasty {
        /// Chance of a correction that does not look at the prediction.
        on_object: f64,
    },
    /// Clicks in the middle of the largest mistake; boxes are exact. For evaluation.
    Careful,
}

/// A point with its label, in model pixels with the first pixel's centre at 0.
#[derive(Clone, Copy, Debug, PartialEq)]
struct LabelledPoint {
    x: f32,
    y: f32,
    label: PointLabel,
}

/// Points of every object.
#[derive(Clone, Debug, PartialEq, Default)]
pub(crate) struct PointLists {
    objects: Vec<Vec<LabelledPoint>>,
}

impl PointLists {
    /// First prompts for the true masks. An object that is absent gets a click on the background.
    pub(crate) fn first(
        truth: &[Mask],
        kind: PromptKind,
        user: UserModel,
        random: &mut impl Rng,
    ) -> Self {
        let of_object = |mask: &Mask| {
            let nothing = Mask::new(mask.size());
            let corners = match kind {
                PromptKind::Box => match user {
                    UserModel::Hasty { .. } => rough_box(mask, random),
                    UserModel::Careful => mask.bounding_box(),
                },
                PromptKind::Click | PromptKind::Mask => None,
            };
            if let Some(corners) = corners {
                return box_points(corners).to_vec();
            }
            let mut points = vec![click_point(click(mask, &nothing, user, random))];
            if kind == PromptKind::Box {
                points.push(LabelledPoint {
                    x: 0.0,
                    y: 0.0,
                    label: PointLabel::Nothing,
                });
            }
            points
        };
        Self {
            objects: truth.iter().map(of_object).collect(),
        }
    }

    /// One more click for every object, on a mistake of the prediction.
    pub(crate) fn correct(
        &mut self,
        truth: &[Mask],
        predicted: &[Mask],
        user: UserModel,
        random: &mut impl Rng,
    ) {
        let blind = match user {
            UserModel::Hasty { on_object } => random.random_bool(on_object),
            UserModel::Careful => false,
        };
        if self.objects.is_empty() {
            self.objects = vec![Vec::new(); truth.len()];
        }
        for ((points, truth), predicted) in self.objects.iter_mut().zip(truth).zip(predicted) {
            let nothing = Mask::new(truth.size());
            let seen = if blind { &nothing } else { predicted };
            points.push(click_point(click(truth, seen, user, random)));
        }
    }

    /// The points as tensors.
    pub(crate) fn tensors(&self, device: &Device) -> PointPrompts {
        let objects = self.objects.len();
        let count = self.objects.first().map_or(0, Vec::len);
        let all = || self.objects.iter().flatten();
        let coordinates: Vec<f32> = all().flat_map(|point| [point.x, point.y]).collect();
        let labels: Vec<i64> = all().map(|point| i64::from(point.label as i32)).collect();
        PointPrompts {
            coordinates: Tensor::from_data(
                TensorData::new(coordinates, [objects, count, 2]),
                device,
            ),
            labels: Tensor::<2, Int>::from_data(TensorData::new(labels, [objects, count]), device),
        }
    }
}

fn click(truth: &Mask, predicted: &Mask, user: UserModel, random: &mut impl Rng) -> Click {
    match user {
        UserModel::Hasty { .. } => random_click(truth, predicted, random),
        UserModel::Careful => central_click(truth, predicted),
    }
}

fn click_point(click: Click) -> LabelledPoint {
    let label = if click.positive {
        PointLabel::Foreground
    } else {
        PointLabel::Background
    };
    LabelledPoint {
        x: click.x as f32,
        y: click.y as f32,
        label,
    }
}

/// The first and the last pixel inside the box: edges lie half a pixel outside their centres.
fn box_points(corners: BoundingBox) -> [LabelledPoint; 2] {
    [
        LabelledPoint {
            x: corners.left,
            y: corners.top,
            label: PointLabel::TopLeft,
        },
        LabelledPoint {
            x: corners.right - 1.0,
            y: corners.bottom - 1.0,
            label: PointLabel::BottomRight,
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
    use tubelet_geometry::{FrameSize, PixelRect};

    const SIZE: FrameSize = FrameSize::new(32, 32);

    fn mask() -> Mask {
        let mut mask = Mask::new(SIZE);
        mask.fill_rect(PixelRect {
            left: 4,
            top: 6,
            right: 15,
            bottom: 17,
        });
        mask
    }

    #[test]
    fn a_careful_user_draws_the_exact_box_from_first_to_last_pixel() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let lists = PointLists::first(&[mask()], PromptKind::Box, UserModel::Careful, &mut random);
        let tensors = lists.tensors(&Device::default());
        let coordinates: Vec<f32> = tensors.coordinates.into_data().iter::<f32>().collect();
        assert_eq!(coordinates, [4.0, 6.0, 14.0, 16.0]);
        assert_eq!(
            tensors.labels.into_data().iter::<i64>().collect::<Vec<_>>(),
            [2, 3]
        );
    }

    #[test]
    fn absent_objects_have_as_many_points_as_the_others() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let truth = [mask(), Mask::new(SIZE)];
        let user = UserModel::Hasty { on_object: 0.0 };
        let mut lists = PointLists::first(&truth, PromptKind::Box, user, &mut random);
        lists.correct(&truth, &truth, user, &mut random);
        let tensors = lists.tensors(&Device::default());
        assert_eq!(tensors.coordinates.dims(), [2, 3, 2]);
        assert_eq!(
            tensors.labels.into_data().iter::<i64>().collect::<Vec<_>>(),
            [2, 3, 0, 0, -1, 0]
        );
    }

    #[test]
    fn a_tracked_frame_s_first_point_is_a_correction() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let mut lists = PointLists::default();
        lists.correct(
            &[mask()],
            &[Mask::new(SIZE)],
            UserModel::Careful,
            &mut random,
        );
        let tensors = lists.tensors(&Device::default());
        assert_eq!(
            tensors
                .coordinates
                .into_data()
                .iter::<f32>()
                .collect::<Vec<_>>(),
            [9.0, 11.0]
        );
    }
}
