//! Which data sets a folder holds.
//!
//! In: a folder. Out: an overview of each data set in it or below it. A folder is compared with every layout; where one
//! fits, the folders below are part of it and not looked at by themselves.

use std::collections::{BTreeSet, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};

use super::overview::{DatasetKind, Overview};
use super::place::Place;
use super::problem::Problem;
use super::survey::{KEPT, KEPT_IN_OVERVIEW, Survey};
use super::{answering, driving, grounding, referring, rigs, segmentation};
use crate::driving::kitti_mots::picture_folder;
use crate::error::{DatasetError, Result};

/// How deep, and in how many folders, is looked for data sets.
const DEEPEST: usize = 6;
const MOST_FOLDERS: usize = 4096;

/// A data set that was read from its first to its last file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validation {
    /// What it holds, with the number of its problems.
    pub overview: Overview,
    /// The first problems found, a hundred at most.
    pub problems: Vec<Problem>,
}

/// Looks for all data sets in a folder and below it.
///
/// An overview counts and reads annotations; of pictures it reads few, so that it takes seconds even for large data sets.
/// What cannot be read is noted among its problems, folders outside all data sets among those of the first.
///
/// # Errors
/// [`DatasetError::Unrecognised`] where none is found, [`DatasetError::Read`] where the folder cannot be read, or none is
/// found and a folder below cannot be read.
pub fn inspect(path: impl AsRef<Path>) -> Result<Vec<Overview>> {
    let mut found = Vec::new();
    let unread = for_each(path.as_ref(), Place::look, |place, kind| {
        found.push(survey(place, kind, Survey::new(kind, &place.path)));
    })?;
    note_unread(&mut found, &unread);
    Ok(found.into_iter().map(|it| it.overview).collect())
}

/// Looks at a folder as a data set that the caller names, whatever it looks like.
///
/// # Errors
/// [`DatasetError::Read`] where the folder cannot be read, [`DatasetError::Layout`] with the first problems where no part
/// of the data set is found. What else does not fit is noted among the problems.
pub fn inspect_as(path: impl AsRef<Path>, kind: DatasetKind) -> Result<Overview> {
    let place = Place::look(path.as_ref())?;
    let Validation { overview, problems } = survey(&place, kind, Survey::new(kind, &place.path));
    if overview.splits.is_empty() {
        return Err(without_parts(&place, &overview, &problems));
    }
    Ok(overview)
}

/// Reads every sample of all data sets in a folder and below it: all annotations, and all pictures that are there.
/// `watch` is shown each file before it is read.
///
/// # Errors
/// Those of [`inspect`]. What cannot be read, or does not fit, is among the problems.
pub fn validate(path: impl AsRef<Path>, watch: &mut dyn FnMut(&Path)) -> Result<Vec<Validation>> {
    let mut validations = Vec::new();
    let unread = for_each(path.as_ref(), Place::look, |place, kind| {
        let empty = Survey::new(kind, &place.path).thorough(&mut *watch);
        validations.push(survey(place, kind, empty));
    })?;
    note_unread(&mut validations, &unread);
    Ok(validations)
}

/// Puts folders that could not be read before the problems of the first data set: what they hold nobody knows.
fn note_unread(found: &mut [Validation], unread: &[DatasetError]) {
    let Some(first) = found.first_mut() else {
        return;
    };
    first.overview.problem_count += unread.len();
    first
        .problems
        .splice(0..0, unread.iter().map(Problem::from));
    first.problems.truncate(KEPT);
    let stated = first.problems.iter().take(KEPT_IN_OVERVIEW);
    first.overview.problems = stated.map(Problem::to_string).collect();
}

/// What is wrong with a folder in which no part of a data set is.
fn without_parts(place: &Place, overview: &Overview, problems: &[Problem]) -> DatasetError {
    let first = problems.iter().take(overview.problems.len());
    // The error names the folder itself.
    let mut reasons: Vec<String> = first
        .map(|problem| match &problem.path {
            Some(path) if *path == place.path => problem.reason.clone(),
            _ => problem.to_string(),
        })
        .collect();
    if overview.problem_count > reasons.len() {
        reasons.push(format!(
            "and {} more",
            overview.problem_count - reasons.len()
        ));
    }
    DatasetError::Layout {
        path: place.path.clone(),
        dataset: overview.kind.name(),
        reason: reasons.join("; "),
    }
}

/// Reads every sample of a folder as the data set that the caller names, whatever it looks like.
///
/// # Errors
/// [`DatasetError::Read`] where the folder cannot be read. What does not fit, or is not there, is among the problems.
pub fn validate_as(
    path: impl AsRef<Path>,
    kind: DatasetKind,
    watch: &mut dyn FnMut(&Path),
) -> Result<Validation> {
    let place = Place::look(path.as_ref())?;
    let empty = Survey::new(kind, &place.path).thorough(watch);
    Ok(survey(&place, kind, empty))
}

/// Shows each data set in a folder and below it to a closure, once even where links lead to it again. Gives what was wrong
/// with folders that could not be looked at.
fn for_each(
    path: &Path,
    look: impl Fn(&Path) -> Result<Place>,
    mut show: impl FnMut(&Place, DatasetKind),
) -> Result<Vec<DatasetError>> {
    let mut waiting = VecDeque::from([(path.to_owned(), 0)]);
    let (mut looked_at, mut found) = (0, false);
    let (mut seen, mut unread) = (BTreeSet::new(), Vec::new());
    while let Some((folder, depth)) = waiting.pop_front() {
        if !seen.insert(fs::canonicalize(&folder).unwrap_or_else(|_| folder.clone())) {
            continue;
        }
        looked_at += 1;
        let place = match look(&folder) {
            Ok(place) => place,
            Err(error) if depth == 0 => return Err(error),
            Err(error) => {
                unread.push(error);
                continue;
            }
        };
        let kinds = recognise(&place);
        if kinds.is_empty() && depth < DEEPEST && looked_at + waiting.len() < MOST_FOLDERS {
            let below = place
                .folders
                .iter()
                .map(|name| (folder.join(name), depth + 1));
            waiting.extend(below);
        }
        found |= !kinds.is_empty();
        for kind in kinds {
            show(&place, kind);
        }
    }
    if found {
        return Ok(unread);
    }
    Err(unread
        .into_iter()
        .next()
        .unwrap_or_else(|| DatasetError::Unrecognised {
            path: path.to_owned(),
        }))
}

/// The one data set in a folder or below it, with its own folder.
pub(crate) fn only_one(path: &Path) -> Result<(PathBuf, DatasetKind)> {
    let mut found = Vec::new();
    let unread = for_each(path, Place::look, |place, kind| {
        found.push((place.path.clone(), kind));
    })?;
    // It might hold another.
    if let Some(error) = unread.into_iter().next() {
        return Err(error);
    }
    if let [only] = found.as_slice() {
        return Ok(only.clone());
    }
    let names = found
        .iter()
        .map(|(path, kind)| format!("{kind} in {}", path.display()));
    Err(DatasetError::Layout {
        path: path.to_owned(),
        dataset: "one data set",
        reason: format!("it holds {}", names.collect::<Vec<_>>().join(", ")),
    })
}

/// The data sets whose layout a folder has: one, except where released files of two lie side by side.
fn recognise(place: &Place) -> Vec<DatasetKind> {
    let kinds = DatasetKind::ALL.iter().map(|(kind, _)| *kind);
    let mut fitting: Vec<DatasetKind> = kinds.filter(|kind| fits(place, *kind)).collect();
    // Ref-DAVIS-2017 is often converted to the form of Ref-YouTube-VOS, beside its texts or without them.
    if fitting.contains(&DatasetKind::RefDavis) {
        return vec![DatasetKind::RefDavis];
    }
    let beside = [DatasetKind::A2dSentences, DatasetKind::JhmdbSentences];
    if !fitting.iter().all(|kind| beside.contains(kind)) {
        fitting.truncate(1);
    }
    fitting
}

fn fits(place: &Place, kind: DatasetKind) -> bool {
    use DatasetKind as Kind;
    match kind {
        Kind::Davis2016 | Kind::Davis2017 => segmentation::davis_year(place) == Some(kind),
        Kind::YoutubeVos => {
            !place.splits_with("meta.json").is_empty() && segmentation::has_labels(place)
        }
        Kind::Mose => segmentation::has_labels(place),
        Kind::SaV => segmentation::is_sa_v(place),
        Kind::YoutubeVis => !segmentation::instance_files(place).is_empty(),
        Kind::LabelPictures => segmentation::is_label_pictures(place),
        Kind::RefYoutubeVos => referring::is_ref_youtube_vos(place),
        Kind::RefDavis => referring::is_ref_davis(place),
        Kind::Mevis => {
            !place.splits_with("mask_dict.json").is_empty()
                && !place.splits_with("meta_expressions.json").is_empty()
        }
        Kind::Revos => place.named("meta_expressions_", "_.json").next().is_some(),
        Kind::A2dSentences => {
            place.has_file("a2d_annotation.txt")
                || place
                    .path
                    .join("text_annotations/a2d_annotation.txt")
                    .is_file()
        }
        Kind::JhmdbSentences => place.has_file("jhmdb_annotation.txt"),
        Kind::GRefCoco => place.named("grefs(", ").json").next().is_some(),
        Kind::RefCoco => place.named("refs(", ").p").next().is_some(),
        Kind::RefCocoResults => !referring::result_files(place).is_empty(),
        Kind::VidStg => !grounding::vid_stg_files(place).is_empty(),
        Kind::VidOr => grounding::is_vid_or(place),
        Kind::HcStvg => !grounding::hc_stvg_files(place).is_empty(),
        Kind::CharadesSta => place.named("charades_sta_", ".txt").next().is_some(),
        Kind::QvHighlights => place.named("highlight_", "_release.jsonl").next().is_some(),
        Kind::NextGqa => place.named("gsub_", ".json").next().is_some(),
        Kind::NextQa => !answering::next_qa_files(place).is_empty(),
        Kind::ConstructedStvg => !grounding::constructed_files(place).is_empty(),
        Kind::Clevrer => !answering::clevrer_files(place).is_empty(),
        Kind::VideoMme => !answering::video_mme_files(place).is_empty(),
        Kind::Got10k => !grounding::got_10k_splits(place).is_empty(),
        Kind::KittiMots => {
            place.has_folder("instances_txt")
                || place.named("", ".seqmap").next().is_some()
                || picture_folder(&place.path).is_some()
        }
        Kind::NuScenes => !driving::nu_scenes_versions(place).is_empty(),
        Kind::WaymoRecords => place.named("", ".tfrecord").next().is_some(),
        Kind::WaymoComponents => driving::is_waymo_components(place),
        Kind::DescribedRig => place.has_file("rig.toml"),
        // Told from YouTube-VIS by what the file holds.
        Kind::SaCo => false,
    }
}

fn survey(place: &Place, kind: DatasetKind, mut survey: Survey<'_>) -> Validation {
    use DatasetKind as Kind;
    let look = match kind {
        Kind::Davis2016 | Kind::Davis2017 => segmentation::davis,
        Kind::YoutubeVos => segmentation::youtube_vos,
        Kind::Mose => segmentation::mose,
        Kind::SaV => segmentation::sa_v,
        Kind::YoutubeVis | Kind::SaCo => segmentation::instances,
        Kind::LabelPictures => segmentation::label_pictures,
        Kind::RefYoutubeVos => referring::ref_youtube_vos,
        Kind::RefDavis => referring::ref_davis,
        Kind::Mevis => referring::mevis,
        Kind::Revos => referring::revos,
        Kind::A2dSentences => referring::a2d,
        Kind::JhmdbSentences => referring::jhmdb,
        Kind::GRefCoco => referring::g_ref_coco,
        Kind::RefCoco => referring::ref_coco,
        Kind::RefCocoResults => referring::ref_coco_results,
        Kind::VidStg => grounding::vid_stg,
        Kind::VidOr => grounding::vid_or,
        Kind::HcStvg => grounding::hc_stvg,
        Kind::CharadesSta => grounding::charades_sta,
        Kind::QvHighlights => grounding::qv_highlights,
        Kind::NextGqa => answering::next_gqa,
        Kind::NextQa => answering::next_qa,
        Kind::ConstructedStvg => grounding::constructed,
        Kind::Clevrer => answering::clevrer,
        Kind::VideoMme => answering::video_mme,
        Kind::Got10k => grounding::got_10k,
        Kind::KittiMots => driving::kitti_mots,
        Kind::NuScenes => driving::nu_scenes,
        Kind::WaymoRecords => driving::waymo_records,
        Kind::WaymoComponents => driving::waymo_components,
        Kind::DescribedRig => rigs::described,
    };
    look(place, &mut survey);
    let (mut overview, mut problems) = survey.finish();
    if overview.splits.is_empty() && problems.is_empty() {
        let problem = Problem {
            path: Some(place.path.clone()),
            line: None,
            column: None,
            reason: format!("nothing of {kind} is here"),
        };
        overview.problems.push(problem.to_string());
        overview.problem_count = 1;
        problems.push(problem);
    }
    Validation { overview, problems }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::io::{Error, ErrorKind};

    use super::*;

    /// Refuses to look at folders `closed`.
    fn guarded(path: &Path) -> Result<Place> {
        if path.ends_with("closed") {
            return Err(DatasetError::Read {
                path: path.to_owned(),
                source: Error::from(ErrorKind::PermissionDenied),
            });
        }
        Place::look(path)
    }

    #[test]
    fn a_folder_that_cannot_be_read_is_a_problem_with_its_cause() {
        let folder = tempfile::tempdir().unwrap();
        let closed = folder.path().join("a/closed");
        fs::create_dir_all(&closed).unwrap();
        let error = for_each(folder.path(), guarded, |_, _| ()).unwrap_err();
        assert!(matches!(error, DatasetError::Read { path, .. } if path == closed));
        fs::create_dir(folder.path().join("mots")).unwrap();
        fs::write(folder.path().join("mots/val.seqmap"), "0002 empty 0 9\n").unwrap();
        let mut found = Vec::new();
        let unread = for_each(folder.path(), guarded, |place, kind| {
            found.push(survey(place, kind, Survey::new(kind, &place.path)));
        });
        note_unread(&mut found, &unread.unwrap());
        let [only] = found.as_slice() else {
            panic!("{found:?}");
        };
        assert_eq!((only.overview.problem_count, only.problems.len()), (1, 1));
        assert_eq!(only.problems[0].path.as_ref(), Some(&closed));
        let stated = &only.overview.problems[0];
        assert!(
            stated.ends_with("cannot read: permission denied"),
            "{stated}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_loop_of_links_shows_a_data_set_once() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("mots")).unwrap();
        fs::write(folder.path().join("mots/val.seqmap"), "0002 empty 0 9\n").unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("again")).unwrap();
        assert_eq!(inspect(folder.path()).unwrap().len(), 1);
    }
}
