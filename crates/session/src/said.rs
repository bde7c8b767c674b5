//! What was said about an object in a frame, checked and brought into the model's pixels.

use burn::tensor::{Device, Int, Tensor, TensorData};
use tubelet_geometry::{BoundingBox, FrameSize, Mask, PixelTransform, Point};
use tubelet_segmentation::{PointLabel, PointPrompts};

use crate::{
    command::{Click, ClickKind, Place},
    error::SessionError,
    outcome::image,
};

/// A box and clicks, in video pixels.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    pub(crate) edges: Option<BoundingBox>,
    pub(crate) clicks: Vec<Click>,
}

impl Said {
    /// A box, clicks or both, if they are in the frame.
    pub(crate) fn checked(
        place: Place,
        edges: Option<BoundingBox>,
        clicks: Vec<Click>,
        size: FrameSize,
    ) -> Result<Self, SessionError> {
        if let Some(edges) = edges {
            check_box(place, edges, size)?;
        }
        if edges.is_none() || !clicks.is_empty() {
            check_clicks(place, &clicks, size)?;
        }
        Ok(Self { edges, clicks })
    }

    /// The prompt, box first, as SAM 2 was trained.
    pub(crate) fn points(&self, model_from_video: PixelTransform, device: &Device) -> PointPrompts {
        let corners = self.edges.map(|edges| {
            [
                (Point::new(edges.left, edges.top), PointLabel::TopLeft),
                (
                    Point::new(edges.right, edges.bottom),
                    PointLabel::BottomRight,
                ),
            ]
        });
        let clicks = self.clicks.iter().map(|click| {
            let label = match click.kind {
                ClickKind::Include => PointLabel::Foreground,
                ClickKind::Exclude => PointLabel::Background,
            };
            (click.position, label)
        });
        let (positions, labels): (Vec<Point>, Vec<PointLabel>) =
            corners.into_iter().flatten().chain(clicks).unzip();
        let count = labels.len();
        let coordinates: Vec<f32> = positions
            .into_iter()
            .map(|position| model_from_video.apply(position))
            .flat_map(|position| [position.x, position.y])
            .collect();
        let labels: Vec<i32> = labels.into_iter().map(|label| label as i32).collect();
        PointPrompts {
            coordinates: Tensor::from_data(TensorData::new(coordinates, [1, count, 2]), device),
            labels: Tensor::<2, Int>::from_data(TensorData::new(labels, [1, count]), device),
        }
    }
}

/// Refuses clicks that are not in the frame.
pub(crate) fn check_clicks(
    place: Place,
    clicks: &[Click],
    size: FrameSize,
) -> Result<(), SessionError> {
    if clicks.is_empty() {
        return Err(SessionError::NoPoints {
            object: place.object,
            frame: place.frame,
        });
    }
    let inside = |point: Point| {
        (0.0..=size.width as f32).contains(&point.x)
            && (0.0..=size.height as f32).contains(&point.y)
    };
    match clicks.iter().find(|click| !inside(click.position)) {
        None => Ok(()),
        Some(click) => Err(SessionError::PointOutside {
            object: place.object,
            frame: place.frame,
            point: click.position,
            size,
        }),
    }
}

/// Refuses boxes that are empty or do not meet the frame.
fn check_box(place: Place, edges: BoundingBox, size: FrameSize) -> Result<(), SessionError> {
    let Place { object, frame } = place;
    let finite = [edges.left, edges.top, edges.right, edges.bottom]
        .iter()
        .all(|edge| edge.is_finite());
    if edges.is_empty() || !finite {
        return Err(SessionError::EmptyBox {
            object,
            frame,
            edges,
        });
    }
    if edges.intersection(BoundingBox::whole(size)).is_empty() {
        return Err(SessionError::BoxOutside {
            object,
            frame,
            edges,
            size,
        });
    }
    Ok(())
}

/// A mask as an image of zeros and ones: `[1, 1, height, width]`.
///
/// # Errors
/// [`SessionError::MaskSize`] where it has not the size of the frame.
pub(crate) fn mask_image(
    place: Place,
    mask: &Mask,
    size: FrameSize,
    device: &Device,
) -> Result<Tensor<4>, SessionError> {
    if mask.size() != size {
        return Err(SessionError::MaskSize {
            object: place.object,
            frame: place.frame,
            expected: size,
            found: mask.size(),
        });
    }
    let values = mask.to_bytes().into_iter().map(f32::from).collect();
    Ok(image(values, size, device))
}
