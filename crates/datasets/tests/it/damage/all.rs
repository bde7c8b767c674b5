//! All parsers of data sets, and which kinds of file share one.

use super::target::Target;

/// Beginnings of names whose files are read by one parser.
const SHARED: &[(&str, &str)] = &[
    ("tables/v1.0-mini/", "tables of nuScenes"),
    ("sentences/expressions/", "sentences/expressions"),
    ("sentences/a2d_annotation.txt", "sentences of A2D"),
    ("sentences/Release/videoset.csv", "sentences of A2D"),
    ("segmentation/instances.json", "segmentation/instances"),
    ("segmentation/coco.json", "segmentation/instances"),
    ("grounding/train/", "sequences of GOT-10k"),
    ("pictures/map.png", "label pictures"),
    ("pictures/labels.png", "label pictures"),
    ("binaries/damaged.tfrecord", "records of Waymo"),
    ("binaries/mended.tfrecord", "records of Waymo"),
    ("binaries/camera_", "components of Waymo"),
    ("binaries/vehicle_pose", "components of Waymo"),
    ("rigs/nu/masks/", "rigs/masks of nuScenes"),
];

/// All of them.
pub(crate) fn all_targets() -> Vec<Target> {
    let texts = [
        ("segmentation", super::segmentation::CASES),
        ("sentences", super::sentences::CASES),
        ("grounding", super::grounding::CASES),
        ("questions", super::questions::CASES),
        ("tables", super::tables::CASES),
        ("rigs", super::rigs::CASES),
    ];
    let texts = texts.into_iter().flat_map(|(group, cases)| {
        cases.iter().map(move |(file, text, read)| {
            Target::new(group, file, vec![text.as_bytes().to_vec()], *read)
        })
    });
    let mut targets: Vec<Target> = texts.collect();
    targets.extend(super::pictures::targets());
    targets.extend(super::binaries::targets());
    targets.extend(super::rigs::targets());
    targets.extend(super::overviews::targets());
    let named = targets.into_iter().map(|target| {
        let shared = SHARED
            .iter()
            .find(|(start, _)| target.name.starts_with(start));
        match shared {
            Some((_, parser)) => target.of(parser),
            None => target,
        }
    });
    named.collect()
}
