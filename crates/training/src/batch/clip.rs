//! Clips before and after they become a batch.
//!
//! Knows no worlds.

use burn::tensor::Tensor;
use tubelet_geometry::{FrameSize, Mask};
use tubelet_kernels::{ResizeOptions, resize_bilinear};

use crate::rig::way::RigWay;

/// Frames with the identity of every pixel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelledClip {
    /// Width and height of all frames.
    pub size: FrameSize,
    /// One for each moment.
    pub frames: Vec<LabelledFrame>,
}

/// A picture and who is where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelledFrame {
    /// Red, green and blue of every pixel, row after row.
    pub rgb: Vec<u8>,
    /// Identity at every pixel; 0 is background.
    pub ids: Vec<u8>,
}

/// Clips that go through the model together: equally long, of one size, with any number of objects.
#[derive(Clone, Debug, PartialEq)]
pub struct ClipBatch {
    /// Width and height of all frames.
    pub size: FrameSize,
    /// Red, green and blue by `[frame][clip]`.
    pub pictures: Vec<Vec<Vec<u8>>>,
    /// Visible pixels by `[frame][object]`.
    pub masks: Vec<Vec<Mask>>,
    /// The clip of each object.
    pub clip_of_object: Vec<usize>,
    /// An object with fewer visible pixels, but some, can neither be asked for nor be held to be absent: such masks are not
    /// learnt from.
    pub least: usize,
    /// What makes the frames views of a rig, where they are.
    pub rig: Option<RigWay>,
}

impl LabelledClip {
    /// Identities that are visible in a frame on at least `least` pixels, ascending.
    pub fn visible_in(&self, frame: usize, least: usize) -> Vec<u8> {
        let mut areas = [0usize; 256];
        if let Some(frame) = self.frames.get(frame) {
            frame.ids.iter().for_each(|&id| areas[usize::from(id)] += 1);
        }
        (1..=u8::MAX)
            .filter(|&id| areas[usize::from(id)] >= least.max(1))
            .collect()
    }
}

impl LabelledFrame {
    /// Visible pixels of an identity.
    pub fn mask(&self, size: FrameSize, id: u8) -> Mask {
        Mask::from_values(size, &self.ids, |found| found == id).unwrap_or_else(|_| Mask::new(size))
    }
}

impl ClipBatch {
    /// Puts clips together, each with the objects chosen from it.
    pub fn new(size: FrameSize, clips: Vec<(LabelledClip, Vec<u8>)>) -> Self {
        let frames = clips
            .iter()
            .map(|(clip, _)| clip.frames.len())
            .min()
            .unwrap_or(0);
        let clip_of_object = clips
            .iter()
            .enumerate()
            .flat_map(|(index, (_, objects))| vec![index; objects.len()])
            .collect();
        let masks = (0..frames)
            .map(|frame| {
                let of_clip = |(clip, objects): &(LabelledClip, Vec<u8>)| -> Vec<Mask> {
                    objects
                        .iter()
                        .map(|&id| clip.frames[frame].mask(size, id))
                        .collect()
                };
                clips.iter().flat_map(of_clip).collect()
            })
            .collect();
        let mut pictures: Vec<Vec<Vec<u8>>> = (0..frames)
            .map(|_| Vec::with_capacity(clips.len()))
            .collect();
        for (clip, _) in clips {
            for (pictures, frame) in pictures.iter_mut().zip(clip.frames) {
                pictures.push(frame.rgb);
            }
        }
        Self {
            size,
            pictures,
            masks,
            clip_of_object,
            least: 1,
            rig: None,
        }
    }

    /// Number of frames.
    pub fn frames(&self) -> usize {
        self.pictures.len()
    }

    /// Number of clips.
    pub fn clips(&self) -> usize {
        self.pictures.first().map_or(0, Vec::len)
    }

    /// The frame in which objects are first pointed at.
    pub fn first(&self) -> usize {
        self.rig.as_ref().map_or(0, |way| way.first)
    }

    /// Logits in the size of the frames.
    ///
    /// # Shapes
    /// - `logits`: `[objects, 1, any height, any width]`
    /// - output: `[objects, 1, height, width]`
    pub(crate) fn shown(&self, logits: Tensor<4>) -> Tensor<4> {
        let options = ResizeOptions {
            size: [self.size.height, self.size.width],
            align_corners: false,
        };
        resize_bilinear(logits, options)
    }

    /// Number of objects of all clips together.
    pub fn objects(&self) -> usize {
        self.clip_of_object.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip(ids: [[u8; 4]; 2]) -> LabelledClip {
        LabelledClip {
            size: FrameSize::new(2, 2),
            frames: ids
                .map(|ids| LabelledFrame {
                    rgb: vec![ids[0]; 12],
                    ids: ids.to_vec(),
                })
                .to_vec(),
        }
    }

    #[test]
    fn objects_of_all_clips_stand_side_by_side_in_every_frame() {
        let first = clip([[1, 1, 0, 2], [0, 1, 2, 2]]);
        let second = clip([[0, 3, 3, 3], [3, 0, 0, 0]]);
        assert_eq!(first.visible_in(0, 2), [1]);
        let batch = ClipBatch::new(first.size, vec![(first, vec![1, 2]), (second, vec![3])]);
        assert_eq!((batch.frames(), batch.clips(), batch.objects()), (2, 2, 3));
        assert_eq!(batch.clip_of_object, [0, 0, 1]);
        let areas: Vec<Vec<usize>> = batch
            .masks
            .iter()
            .map(|masks| masks.iter().map(Mask::count).collect())
            .collect();
        assert_eq!(areas, [[2, 1, 3], [1, 2, 1]]);
        assert_eq!(batch.pictures[1][1], vec![3; 12]);
    }
}
