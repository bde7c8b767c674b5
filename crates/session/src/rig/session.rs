//! A session over a rig: all cameras at once, step by step.
//!
//! In: one time step after the other, and prompts in any camera. Out: the masks of all objects in all cameras. Views of a step
//! are encoded as one batch; each then looks back on earlier views of all cameras, so that an object keeps its identity
//! from camera to camera (*MST-SAM*). Only the past is looked back on, and memory does not grow with time. Calls nobody back,
//! knows no file and no format.

use std::{collections::BTreeMap, sync::Arc};

use burn::tensor::{Device, Tensor};
use tubelet_geometry::{FrameSize, RigidTransform};
use tubelet_segmentation::{
    Direction, Encodings, FramePolicy, ImageFeatures, RayGrid, Reach, RigMoment, Segmenter, Sights,
    View, Viewpoint, prepare_frame,
};

use super::{
    object::RigObject,
    step::{RigCamera, RigOptions, RigStep},
};
use crate::{command::ObjectId, error::SessionError, finding::Finder};

/// Largest difference between the aspect ratios of a picture and of its camera's calibration, as a share.
const ASPECT_TOLERANCE: f64 = 0.01;

/// See the module docs.
#[derive(Clone)]
pub struct RigSession {
    pub(crate) segmenter: Arc<Segmenter>,
    pub(crate) device: Device,
    pub(crate) options: RigOptions,
    cameras: Vec<RigCamera>,
    rays: Vec<Option<Arc<RayGrid>>>,
    /// Of the pictures each camera has shown so far.
    sizes: Vec<Option<FrameSize>>,
    /// Where the views that are remembered were taken, by their numbers.
    viewpoints: BTreeMap<usize, Viewpoint>,
    /// Of the step that was tracked last.
    pub(crate) encodings: Encodings,
    pub(crate) present: Option<Present>,
    pub(crate) objects: Vec<RigObject>,
}

/// The step that was shown last.
#[derive(Clone)]
pub(crate) struct Present {
    pub(crate) step: usize,
    pub(crate) world_from_ego: Option<RigidTransform>,
    /// Row of each camera in `features`, and the size of its picture.
    pub(crate) rows: Vec<Option<(usize, FrameSize)>>,
    pub(crate) features: ImageFeatures,
}

impl RigSession {
    /// A session over cameras in a fixed order.
    ///
    /// # Errors
    /// [`SessionError::NoCameras`].
    pub fn new(
        segmenter: Arc<Segmenter>,
        cameras: Vec<RigCamera>,
        options: RigOptions,
    ) -> Result<Self, SessionError> {
        if cameras.is_empty() {
            return Err(SessionError::NoCameras);
        }
        let grid = segmenter.embedding_size();
        let rays = cameras
            .iter()
            .map(|camera| {
                let calibration = camera.calibration.as_ref()?;
                Some(Arc::new(RayGrid::new(calibration, grid)))
            })
            .collect();
        Ok(Self {
            device: segmenter.device(),
            segmenter,
            options,
            sizes: vec![None; cameras.len()],
            cameras,
            rays,
            viewpoints: BTreeMap::new(),
            encodings: Encodings::default(),
            present: None,
            objects: Vec::new(),
        })
    }

    /// The same session going the other way in time. After one step it is what a session would be that had been shown that step
    /// and told the same in the other direction, so that the step need not be looked at again.
    #[must_use]
    pub fn turned(&self) -> Self {
        let mut other = self.clone();
        other.options.direction = match self.options.direction {
            Direction::Forward => Direction::Backward,
            Direction::Backward => Direction::Forward,
        };
        other
    }

    /// Cameras in order.
    pub fn cameras(&self) -> &[RigCamera] {
        &self.cameras
    }

    /// Which way time steps come.
    pub fn direction(&self) -> Direction {
        self.options.direction
    }

    /// Objects in the order in which they were added.
    pub fn objects(&self) -> impl Iterator<Item = ObjectId> {
        self.objects.iter().map(|object| object.id)
    }

    /// Views that are remembered of an object, prompted ones included.
    ///
    /// # Errors
    /// [`SessionError::UnknownObject`].
    pub fn held(&self, object: ObjectId) -> Result<usize, SessionError> {
        Ok(self.known(object)?.bank.held().len())
    }

    /// Views on whose memories the last look for an object in a camera drew, which is what the look cost; none where the
    /// object was prompted or not looked for.
    ///
    /// # Errors
    /// [`SessionError::UnknownObject`].
    pub fn looked_at(&self, object: ObjectId, camera: usize) -> Result<usize, SessionError> {
        let looked_at = &self.known(object)?.looked_at;
        Ok(looked_at.get(&camera).copied().unwrap_or(0))
    }

    fn known(&self, object: ObjectId) -> Result<&RigObject, SessionError> {
        let known = self.objects.iter().find(|other| other.id == object);
        known.ok_or(SessionError::UnknownObject { object })
    }

    /// A look at a picture with these features.
    pub(crate) fn finder<'a>(&'a self, features: &'a ImageFeatures) -> Finder<'a> {
        Finder {
            segmenter: &self.segmenter,
            features,
            largest_filled_hole: self.options.largest_filled_hole,
        }
    }

    /// Forgets an object.
    ///
    /// # Errors
    /// [`SessionError::UnknownObject`].
    pub fn remove(&mut self, object: ObjectId) -> Result<(), SessionError> {
        let before = self.objects.len();
        self.objects.retain(|other| other.id != object);
        if self.objects.len() == before {
            return Err(SessionError::UnknownObject { object });
        }
        Ok(())
    }

    /// Shows what all cameras see at time step `number`, which comes after the steps shown before in the session's
    /// direction.
    ///
    /// # Errors
    /// Where the step is out of order, has not one entry for each camera, or a picture does not fit its camera; the session
    /// is as it was before.
    pub fn show(&mut self, number: usize, step: &RigStep) -> Result<(), SessionError> {
        self.check_order(number)?;
        if step.pictures.len() != self.cameras.len() {
            return Err(SessionError::CameraCount {
                step: number,
                expected: self.cameras.len(),
                found: step.pictures.len(),
            });
        }
        let side = self.segmenter.image_size();
        let mut images = Vec::new();
        let mut rows = Vec::with_capacity(self.cameras.len());
        for (camera, picture) in step.pictures.iter().enumerate() {
            let Some(picture) = picture else {
                rows.push(None);
                continue;
            };
            let size = picture.frame.size;
            self.check_size(camera, number, size)?;
            let image = prepare_frame(&picture.frame.pixels, size, side, &self.device)
                .map_err(|error| self.in_camera(camera, error.into()))?;
            rows.push(Some((images.len(), size)));
            images.push(image);
        }
        if images.is_empty() {
            return Err(SessionError::NoPictures { step: number });
        }
        // The features of the last step go before those of this one come.
        self.present = None;
        for object in &mut self.objects {
            object.turn_page();
        }
        // Also where nobody points at anything, steps before this one leave nothing behind.
        self.keep_viewpoints(number);
        let features = self.segmenter.encode(Tensor::cat(images, 0));
        for (camera, row) in rows.iter().enumerate() {
            let Some((_, size)) = row else { continue };
            self.sizes[camera] = Some(*size);
            let picture = step.pictures[camera].as_ref();
            let view = View {
                step: number,
                camera,
            };
            if let Some(rays) = &self.rays[camera] {
                let viewpoint = Viewpoint {
                    rays: Arc::clone(rays),
                    world_from_ego: picture.and_then(|picture| picture.world_from_ego),
                };
                self.viewpoints
                    .insert(view.number(self.cameras.len()), viewpoint);
            }
        }
        self.present = Some(Present {
            step: number,
            world_from_ego: step.world_from_ego,
            rows,
            features,
        });
        Ok(())
    }

    fn check_order(&self, number: usize) -> Result<(), SessionError> {
        let Some(present) = &self.present else {
            return Ok(());
        };
        let comes_after = match self.options.direction {
            Direction::Forward => number > present.step,
            Direction::Backward => number < present.step,
        };
        if comes_after {
            return Ok(());
        }
        Err(SessionError::StepOrder {
            step: number,
            before: present.step,
        })
    }

    fn check_size(&self, camera: usize, step: usize, size: FrameSize) -> Result<(), SessionError> {
        if size.pixel_count() == 0 {
            return Err(self.in_camera(camera, SessionError::EmptyFrames { size }));
        }
        if let Some(expected) = self.sizes[camera].filter(|known| *known != size) {
            let changed = SessionError::FrameSizeChanged {
                frame: step,
                expected,
                found: size,
            };
            return Err(self.in_camera(camera, changed));
        }
        if let Some(calibration) = &self.cameras[camera].calibration {
            let aspect = |size: FrameSize| size.width as f64 / size.height as f64;
            let ratio = aspect(size) / aspect(calibration.size);
            if (ratio - 1.0).abs() > ASPECT_TOLERANCE {
                let other = SessionError::CalibrationSize {
                    calibration: calibration.size,
                    found: size,
                };
                return Err(self.in_camera(camera, other));
            }
        }
        Ok(())
    }

    pub(crate) fn in_camera(&self, camera: usize, error: SessionError) -> SessionError {
        let name = self.cameras.get(camera).map(|camera| camera.name.clone());
        SessionError::InCamera {
            camera: name.unwrap_or_else(|| camera.to_string()),
            source: Box::new(error),
        }
    }

    pub(crate) fn moment(&self, view: View) -> RigMoment {
        RigMoment {
            view,
            direction: self.options.direction,
            cameras: self.cameras.len(),
            steps: None,
        }
    }

    /// Where all views are at a time; `encoded` belongs to that time.
    pub(crate) fn sights<'a>(
        &'a self,
        present: &Present,
        encoded: &'a mut Encodings,
    ) -> Sights<'a> {
        let scope = self.options.rule.scope;
        Sights::new(&self.viewpoints, (present.world_from_ego, scope), encoded)
    }

    /// Lets go of what no later step can look back on.
    pub(crate) fn let_go(&mut self, step: usize) {
        let reach = Reach {
            rule: &self.options.rule,
            window: self.segmenter.window(FramePolicy::tracked().recall),
        };
        for object in &mut self.objects {
            object.bank.let_go(step, self.options.direction, reach);
        }
        self.keep_viewpoints(step);
    }

    /// Lets go of where views were that are of another step and that nothing is remembered of.
    fn keep_viewpoints(&mut self, step: usize) {
        let objects = &self.objects;
        let cameras = self.cameras.len();
        self.viewpoints.retain(|&number, _| {
            number / cameras == step
                || objects
                    .iter()
                    .any(|object| object.bank.numbers().any(|held| held == number))
        });
    }
}
