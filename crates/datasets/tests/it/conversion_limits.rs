//! What a conversion keeps, leaves out and refuses: parts, numbers of objects, void, and results that are not whole.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tubelet_datasets::{
    Conversion, ConversionCounts, DatasetError, DatasetKind, Davis, DavisYear, DeepLabels,
    MaskForm, MaskWriter, ResultWriter, VideoInstances, inspect, inspect_as,
};
use tubelet_geometry::{FrameSize, Mask};
use tubelet_video::LabelMap;

use crate::shared::shared;

const SIZE: FrameSize = FrameSize::new(4, 1);

fn convert(
    (from, split): (&Path, Option<&str>),
    to: &Path,
    form: MaskForm,
) -> Result<ConversionCounts, DatasetError> {
    let conversion = Conversion {
        from: from.to_owned(),
        kind: None,
        split: split.map(str::to_owned),
        to: to.to_owned(),
        form,
    };
    conversion.run(&mut |_| ())
}

/// Writes a picture of labels for each video.
fn write_labels(root: &Path, videos: &[(&str, [u8; 4])]) {
    for (video, labels) in videos {
        let map = LabelMap::from_labels(SIZE, labels.to_vec()).unwrap();
        let writer = ResultWriter::create(root, video).unwrap();
        writer.write("00000", &map).unwrap();
    }
}

/// The labels of each video's first frame in a folder of DAVIS, void as 255.
fn davis_labels(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let davis = Davis::open(root, DavisYear::Davis2017).unwrap();
    let labels = |video: String| {
        let found = davis
            .sample(&video)
            .unwrap()
            .annotation(0)
            .unwrap()
            .unwrap();
        let mut labels = found.labels.labels().to_vec();
        let void = found.void.map(|void| void.to_bytes()).unwrap_or_default();
        let marked = labels.iter_mut().zip(void).filter(|(_, void)| *void > 0);
        marked.for_each(|(label, _)| *label = 255);
        (video, labels)
    };
    davis.sequences().unwrap().into_iter().map(labels).collect()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort_unstable();
    names
}

#[test]
fn a_map_of_sequences_chooses_videos_and_their_frames() {
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("mots");
    fs::create_dir_all(from.join("instances_txt")).unwrap();
    fs::create_dir_all(from.join("mots_eval")).unwrap();
    for name in ["0002", "0006"] {
        let text = "0 1001 1 2 3 123\n3 1001 1 2 3 123\n";
        fs::write(from.join(format!("instances_txt/{name}.txt")), text).unwrap();
    }
    fs::write(from.join("mots_eval/val.seqmap"), "0006 empty 1 5\n").unwrap();
    fs::write(from.join("train.seqmap"), "0003 empty 0 5\n").unwrap();
    let to = folder.path().join("val.json");
    let counts = convert((&from, Some("val")), &to, MaskForm::YoutubeVis).unwrap();
    assert_eq!((counts.videos, counts.frames, counts.masks), (1, 5, 1));
    let found = VideoInstances::read(&to).unwrap();
    let video = &found.videos[0];
    assert_eq!((video.name.as_str(), video.files.len()), ("0006", 5));
    assert_eq!(video.files[0], "0006/000001.jpg");
    assert!(found.tracks[0].masks[2].is_some());
    let to = folder.path().join("other");
    let error = convert((&from, Some("nonsense")), &to, MaskForm::Davis).unwrap_err();
    let said = error.to_string();
    assert!(
        said.contains("nonsense.seqmap") && said.contains("train, val"),
        "{said}"
    );
    let error = convert((&from, Some("train")), &to, MaskForm::Davis).unwrap_err();
    assert!(matches!(error, DatasetError::NoSequence { name, .. } if name == "0003"));
    assert!(!to.exists());
    assert_eq!(
        convert((&from, None), &to, MaskForm::Davis).unwrap().videos,
        2
    );
}

#[test]
fn a_part_of_what_has_no_parts_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    write_labels(&at("results"), &[("v", [0, 1, 2, 0])]);
    write_labels(&at("sav_val/Annotations_6fps/v"), &[("000", [0, 1, 0, 0])]);
    for from in ["results", "sav_val"] {
        let error = convert((&at(from), Some("nonsense")), &at("to"), MaskForm::Davis);
        let said = error.unwrap_err().to_string();
        assert!(said.contains("`nonsense`: no such part"), "{said}");
    }
    for (split, to) in [("val", "a"), ("sav_val", "b")] {
        convert((&at("sav_val"), Some(split)), &at(to), MaskForm::Davis).unwrap();
    }
}

#[test]
fn real_sequences_of_val_are_nine() {
    let Some(path) = shared("kitti_mots") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("val.json");
    let counts = convert((&path, Some("val")), &to, MaskForm::YoutubeVis).unwrap();
    assert_eq!(counts.videos, 9);
    assert_eq!(
        inspect(folder.path()).unwrap()[0].kind,
        DatasetKind::YoutubeVis
    );
}

#[test]
fn written_tracks_name_their_videos_before_their_annotations() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    write_labels(&at("from"), &[("v", [0, 1, 2, 0])]);
    convert(
        (&at("from"), None),
        &at("a/b/tracks.json"),
        MaskForm::YoutubeVis,
    )
    .unwrap();
    let text = fs::read_to_string(at("a/b/tracks.json")).unwrap();
    let places = ["\"videos\"", "\"categories\"", "\"annotations\""].map(|it| text.find(it));
    assert!(places.is_sorted() && places[0] == Some(1), "{places:?}");
    assert_eq!(names(&at("a/b")), ["tracks.json"]);
    let found = &inspect(at("a")).unwrap()[0];
    assert_eq!(
        (found.kind, found.splits[0].objects),
        (DatasetKind::YoutubeVis, Some(2))
    );
}

#[test]
fn numbers_of_objects_come_back_through_folders_and_tracks() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let videos = [
        ("a", [1, 2, 0, 0]),
        ("b", [2, 1, 5, 0]),
        ("c", [0, 3, 0, 0]),
    ];
    write_labels(&at("davis/Annotations/480p"), &videos);
    fs::create_dir_all(at("davis/ImageSets/2017")).unwrap();
    let expected = davis_labels(&at("davis"));
    for (to, form, renumbered) in [
        ("folders/Annotations_6fps", MaskForm::MaskFolders, 0),
        ("json/tracks.json", MaskForm::YoutubeVis, 2),
        ("mots", MaskForm::KittiMots, 0),
    ] {
        let counts = convert((&at("davis"), None), &at(to), form).unwrap();
        assert_eq!(counts.renumbered_videos, renumbered, "{form}");
        let root = to.split('/').next().unwrap();
        let back = at(&format!("{root}-back"));
        let counts = convert((&at(root), None), &back, MaskForm::Davis).unwrap();
        assert_eq!((counts.videos, counts.renumbered_videos), (3, 0), "{form}");
        assert_eq!(davis_labels(&back), expected, "{form}");
    }
    assert_eq!(
        names(&at("folders/Annotations_6fps/b")),
        ["001", "002", "005"]
    );
}

#[test]
fn tracks_that_are_numbered_through_a_file_are_numbered_from_one_in_each_video() {
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("from");
    fs::create_dir(&from).unwrap();
    let code = r#"[{"size": [1, 4], "counts": [0, 1, 3]}]"#;
    let track = |id: u64, video: u64| {
        format!(r#"{{"id": {id}, "video_id": {video}, "category_id": 1, "segmentations": {code}}}"#)
    };
    let text = format!(
        r#"{{"videos": [{{"id": 1, "width": 4, "height": 1, "file_names": ["a/0.jpg"]}}, {{"id": 2, "width": 4, "height": 1, "file_names": ["b/0.jpg"]}}],
        "categories": [{{"id": 1, "name": "object"}}], "annotations": [{}, {}]}}"#,
        track(1, 1),
        track(2, 2)
    );
    fs::write(from.join("tracks.json"), text).unwrap();
    let to = folder.path().join("to");
    let counts = convert((&from, None), &to, MaskForm::Davis).unwrap();
    assert_eq!(counts.renumbered_videos, 1);
    assert!(
        davis_labels(&to)
            .values()
            .all(|labels| labels == &[1, 0, 0, 0])
    );
}

#[test]
fn folders_of_objects_keep_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for (video, object) in [("v", "000"), ("v", "001"), ("w", "dog"), ("w", "001")] {
        let writer = MaskWriter::create(at("sav/Annotations_6fps"), video, object).unwrap();
        writer.write("00000", &Mask::new(SIZE)).unwrap();
    }
    let counts = convert((&at("sav"), None), &at("to"), MaskForm::MaskFolders).unwrap();
    assert_eq!(counts.renumbered_videos, 0);
    assert_eq!(names(&at("to/v")), ["000", "001"]);
    assert_eq!(names(&at("to/w")), ["001", "dog"]);
    let counts = convert((&at("sav"), None), &at("davis"), MaskForm::Davis).unwrap();
    assert_eq!(counts.renumbered_videos, 2);
}

#[test]
fn void_in_label_pictures_is_no_object() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    write_labels(&at("from"), &[("v", [0, 1, 255, 255])]);
    let counts = convert((&at("from"), None), &at("davis"), MaskForm::Davis).unwrap();
    assert_eq!((counts.masks, counts.void_pixels), (1, 2));
    assert_eq!(davis_labels(&at("davis"))["v"], [0, 1, 255, 255]);
    let counts = convert((&at("from"), None), &at("a.json"), MaskForm::YoutubeVis).unwrap();
    assert_eq!((counts.masks, counts.void_pixels), (1, 2));
    assert_eq!(VideoInstances::read(at("a.json")).unwrap().tracks.len(), 1);
}

#[test]
fn pictures_of_kitti_mots_are_its_masks_where_there_are_no_texts() {
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("kitti/instances");
    fs::create_dir_all(from.join("0002")).unwrap();
    for (frame, values) in [(0, [1001, 2003, 10_000, 0]), (1, [0, 1001, 0, 0])] {
        let mut labels = DeepLabels::new(SIZE);
        for (x, value) in values.into_iter().enumerate().filter(|(_, it)| *it > 0) {
            let mut mask = Mask::new(SIZE);
            mask.set(x, 0, true);
            labels.paint(&mask, value).unwrap();
        }
        let path = from.join(format!("0002/{frame:06}.png"));
        labels.write(path).unwrap();
    }
    for root in [&from, from.parent().unwrap(), folder.path()] {
        let found = inspect(root).unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
        let split = &found[0].splits[0];
        assert_eq!(
            (found[0].kind, found[0].problem_count),
            (DatasetKind::KittiMots, 0)
        );
        assert_eq!((split.videos, split.frames), (Some(1), Some(2)));
        assert_eq!(
            inspect_as(&found[0].root, DatasetKind::KittiMots).unwrap(),
            found[0]
        );
    }
    let to = folder.path().join("davis");
    let counts = convert((&from, None), &to, MaskForm::Davis).unwrap();
    assert_eq!((counts.frames, counts.masks, counts.void_pixels), (2, 3, 1));
    assert_eq!(davis_labels(&to)["0002"], [1, 2, 255, 0]);
    fs::write(from.join("0002/a.png"), "").unwrap();
    let error = convert((&from, None), &folder.path().join("b"), MaskForm::Davis).unwrap_err();
    assert!(error.to_string().contains("`a.png`"), "{error}");
}

#[test]
fn a_conversion_that_fails_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    write_labels(&at("from"), &[("a", [0, 1, 0, 0]), ("b", [0, 1, 0, 0])]);
    let picture = at("from/b/00000.png");
    let bytes = fs::read(&picture).unwrap();
    fs::write(&picture, &bytes[..bytes.len() / 2]).unwrap();
    fs::create_dir(at("empty")).unwrap();
    for form in MaskForm::ALL {
        let error = convert((&at("from"), None), &at("to"), form).unwrap_err();
        assert!(error.to_string().contains("00000.png"), "{error}");
        if form != MaskForm::YoutubeVis {
            convert((&at("from"), None), &at("empty"), form).unwrap_err();
        }
        assert_eq!(names(folder.path()), ["empty", "from"], "{form}");
        assert!(names(&at("empty")).is_empty());
    }
    fs::write(&picture, bytes).unwrap();
    convert((&at("from"), None), &at("empty"), MaskForm::Davis).unwrap();
    assert_eq!(davis_labels(&at("empty")).len(), 2);
}
