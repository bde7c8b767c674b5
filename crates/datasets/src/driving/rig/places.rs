//! Where clips of rigs lie.
//!
//! In: a folder or a file. Out: the clips in it, not yet opened. What lies there is told by names of files: a `rig.toml`,
//! tables of nuScenes, records or components of Waymo, or label pictures by camera.

use std::path::{Path, PathBuf};

use super::clip::RigClip;
use crate::driving::nu_scenes::{NuScene, NuScenes};
use crate::driving::waymo::components::WaymoComponents;
use crate::error::{DatasetError, Result};
use crate::names::{files, folders};

/// A clip that can be opened.
#[derive(Clone, Debug)]
pub struct RigPlace {
    name: String,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Description(PathBuf),
    NuScene(Box<NuScene>, Option<PathBuf>),
    Records(PathBuf),
    Components(WaymoComponents, String),
    Labels(PathBuf),
}

impl RigPlace {
    /// The clips of a `rig.toml` or its folder, of a folder of nuScenes (of one version, where it has several), of one or
    /// more TFRecord files of Waymo, of Waymo's components, or of label pictures; or of a folder of folders of the first
    /// and the last kind. Masks of nuScenes lie in its folder `masks`.
    ///
    /// # Errors
    /// [`DatasetError::Layout`] where there is nothing of the kind or several versions, and what is wrong with tables.
    pub fn find(path: impl AsRef<Path>, version: Option<&str>) -> Result<Vec<Self>> {
        let path = path.as_ref();
        let name = named(path);
        if path.is_file() {
            let kind = if ends_in(path, "toml") {
                Kind::Description(path.to_owned())
            } else {
                Kind::Records(path.to_owned())
            };
            return Ok(vec![Self { name, kind }]);
        }
        if path.join("rig.toml").is_file() {
            let kind = Kind::Description(path.join("rig.toml"));
            return Ok(vec![Self { name, kind }]);
        }
        let inner = folders(path)?;
        let versions = inner.iter().filter(|name| {
            name.starts_with("v1.0-") && path.join(name).join("sample_data.json").is_file()
        });
        let versions: Vec<&str> = versions.map(String::as_str).collect();
        if !versions.is_empty() {
            return nu_scenes(path, &versions, version);
        }
        let mut records = files(path)?;
        records.retain(|name| ends_in(Path::new(name), "tfrecord"));
        if !records.is_empty() {
            let places = records.iter().map(|file| Self {
                name: named(Path::new(file)),
                kind: Kind::Records(path.join(file)),
            });
            return Ok(places.collect());
        }
        if inner.iter().any(|name| name == "camera_image") {
            let set = WaymoComponents::open(path)?;
            let places = set.segments("camera_image")?.into_iter().map(|name| Self {
                kind: Kind::Components(set.clone(), name.clone()),
                name,
            });
            return Ok(places.collect());
        }
        let own = label_clip(path, &inner)?;
        if own {
            let kind = Kind::Labels(path.to_owned());
            return Ok(vec![Self { name, kind }]);
        }
        Self::within(path, inner)
    }

    /// The clips in the folders of a folder.
    fn within(path: &Path, inner: Vec<String>) -> Result<Vec<Self>> {
        let mut places = Vec::new();
        for name in inner {
            let folder = path.join(&name);
            let kind = if folder.join("rig.toml").is_file() {
                Kind::Description(folder.join("rig.toml"))
            } else if label_clip(&folder, &folders(&folder)?)? {
                Kind::Labels(folder)
            } else {
                continue;
            };
            places.push(Self { name, kind });
        }
        if places.is_empty() {
            return Err(DatasetError::Layout {
                path: path.to_owned(),
                dataset: "rigs",
                reason: "it holds no `rig.toml`, no tables of nuScenes, no `.tfrecord`, no `camera_image` of Waymo and no \
                         label pictures `CAMERA/00000.png`"
                    .to_owned(),
            });
        }
        Ok(places)
    }

    /// Its name: that of the scene, the segment, or the file or folder.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Opens the clip.
    ///
    /// # Errors
    /// Those of the functions of [`RigClip`] that open the kind of clip that lies there.
    pub fn open(&self) -> Result<RigClip> {
        match &self.kind {
            Kind::Description(path) => RigClip::from_description(path),
            Kind::NuScene(scene, masks) => RigClip::from_nu_scene(scene, masks.as_deref()),
            Kind::Records(path) => RigClip::from_waymo_records(path),
            Kind::Components(set, segment) => RigClip::from_waymo_components(set, segment),
            Kind::Labels(folder) => RigClip::from_label_pictures(folder),
        }
    }
}

fn nu_scenes(root: &Path, versions: &[&str], wanted: Option<&str>) -> Result<Vec<RigPlace>> {
    let version = match (wanted, versions) {
        (Some(wanted), _) => wanted,
        (None, [only]) => only,
        (None, _) => {
            return Err(DatasetError::Layout {
                path: root.to_owned(),
                dataset: "nuScenes",
                reason: format!("it has several versions: {}", versions.join(", ")),
            });
        }
    };
    let set = NuScenes::open(root, version)?;
    let masks = Some(root.join("masks")).filter(|folder| folder.is_dir());
    let places = set.scenes().iter().map(|scene| RigPlace {
        name: scene.name.clone(),
        kind: Kind::NuScene(Box::new(scene.clone()), masks.clone()),
    });
    Ok(places.collect())
}

fn ends_in(path: &Path, ending: &str) -> bool {
    path.extension()
        .is_some_and(|it| it.eq_ignore_ascii_case(ending))
}

/// The name of a file without its ending, or of a folder.
fn named(path: &Path) -> String {
    let name = if path.is_dir() {
        path.file_name()
    } else {
        path.file_stem()
    };
    name.map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// Whether a folder's folders hold label pictures with numbers for names.
fn label_clip(path: &Path, inner: &[String]) -> Result<bool> {
    for camera in inner {
        let names = files(&path.join(camera))?;
        if names.iter().any(|name| step_number(name).is_some()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The step of a label picture such as `00012.png`.
pub(super) fn step_number(name: &str) -> Option<usize> {
    let digits = name.strip_suffix(".png")?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| is_number)
}
