//! Masks of one data set in the form of another, and back.

use std::fs;
use std::path::Path;

use tubelet_datasets::{
    Conversion, ConversionCounts, DatasetError, DatasetKind, Davis, DavisWriter, DavisYear,
    MaskForm, MotsSequence, ResultWriter, VideoInstances, World, WorldConfig, inspect,
};
use tubelet_geometry::{FrameSize, Mask, RunLength};
use tubelet_video::LabelMap;

use crate::shared::shared;

fn convert(from: &Path, to: &Path, form: MaskForm) -> Result<ConversionCounts, DatasetError> {
    let conversion = Conversion {
        from: from.to_owned(),
        kind: None,
        split: None,
        to: to.to_owned(),
        form,
    };
    conversion.run(&mut |_| ())
}

fn labels(folder: &Path, video: &str) -> Vec<LabelMap> {
    let davis = Davis::open(folder, DavisYear::Davis2017).unwrap();
    let sample = davis.sample(video).unwrap();
    let frames = 0..sample.frames().len();
    frames
        .map(|frame| sample.annotation(frame).unwrap().unwrap().labels)
        .collect()
}

#[test]
fn a_world_comes_back_through_every_form_that_keeps_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let mut writer = DavisWriter::create(at("world"), "train").unwrap();
    let world = World::new(WorldConfig::training(64), 3).unwrap();
    world.write_davis(&mut writer, "clip").unwrap();
    writer.finish().unwrap();
    let expected = labels(&at("world"), "clip");
    fs::create_dir_all(at("json")).unwrap();
    fs::create_dir_all(at("mots")).unwrap();
    for (form, to) in [
        (MaskForm::YoutubeVis, "json/train.json"),
        (MaskForm::KittiMots, "mots"),
        (MaskForm::LabelPictures, "pictures"),
        (MaskForm::MaskFolders, "folders/Annotations_6fps"),
        (MaskForm::Davis, "copy"),
    ] {
        let counts = convert(&at("world"), &at(to), form).unwrap();
        assert_eq!((counts.videos, counts.frames), (1, 8), "{form}");
        assert_eq!((counts.contested_pixels, counts.renumbered_videos), (0, 0));
    }
    for (from, kind) in [
        ("json", DatasetKind::YoutubeVis),
        ("mots", DatasetKind::KittiMots),
        ("pictures", DatasetKind::LabelPictures),
        ("copy", DatasetKind::Davis2017),
    ] {
        let found = &inspect(at(from)).unwrap()[0];
        assert_eq!((found.kind, found.problem_count), (kind, 0), "{found:?}");
        let back = at(&format!("{from}-back"));
        convert(&at(from), &back, MaskForm::Davis).unwrap();
        assert_eq!(labels(&back, "clip"), expected, "{from}");
    }
    let pictures = |root: &str| {
        fs::read_dir(at(root).join("JPEGImages/480p/clip"))
            .unwrap()
            .count()
    };
    assert_eq!(pictures("copy"), pictures("world"));
}

#[test]
fn objects_of_sa_v_keep_their_folders_numbers_plus_one() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("sav"), folder.path().join("davis"));
    let size = FrameSize::new(4, 2);
    for (object, x) in [("000", 0), ("004", 2)] {
        let writer =
            tubelet_datasets::MaskWriter::create(from.join("Annotations_6fps"), "v", object);
        let mut mask = Mask::new(size);
        mask.set(x, 0, true);
        writer.unwrap().write("00000", &mask).unwrap();
    }
    let counts = convert(&from, &to, MaskForm::Davis).unwrap();
    assert_eq!((counts.videos, counts.frames, counts.masks), (1, 1, 2));
    assert_eq!(counts.renumbered_videos, 1);
    assert_eq!(labels(&to, "v")[0].labels(), [1, 0, 5, 0, 0, 0, 0, 0]);
}

#[test]
fn large_numbers_are_replaced_and_contested_pixels_counted() {
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("from");
    fs::create_dir(&from).unwrap();
    let text = r#"{"videos": [{"id": 1, "width": 3, "height": 2, "file_names": ["v/00000.jpg", "v/00001.jpg"]}], "categories": [{"id": 4, "name": "person"}],
        "annotations": [{"id": 900, "video_id": 1, "category_id": 4, "iscrowd": 0, "segmentations": [{"size": [2, 3], "counts": [0, 2, 4]}, null], "bboxes": [null, null]},
        {"id": 1001, "video_id": 1, "category_id": 4, "iscrowd": 0, "segmentations": [{"size": [2, 3], "counts": [1, 3, 2]}, null], "bboxes": [null, null]}]}"#;
    fs::write(from.join("a.json"), text).unwrap();
    let to = folder.path().join("to");
    let counts = convert(&from, &to, MaskForm::Davis).unwrap();
    let expected = ConversionCounts {
        videos: 1,
        frames: 2,
        masks: 2,
        contested_pixels: 1,
        renumbered_videos: 1,
        void_pixels: 0,
    };
    assert_eq!(counts, expected);
    let found = labels(&to, "v");
    assert_eq!(found[0].labels(), [1, 2, 0, 2, 2, 0]);
    assert_eq!(found[1].labels(), [0; 6]);
    let mots = folder.path().join("mots");
    convert(&from, &mots, MaskForm::KittiMots).unwrap();
    let sequence = MotsSequence::read(mots.join("instances_txt/v.txt")).unwrap();
    let objects: Vec<_> = sequence.frames[&0]
        .iter()
        .map(|it| (it.track, it.class))
        .collect();
    assert_eq!(objects, [(900, 2), (1001, 2)]);
    assert_eq!(sequence.frames[&0][0].mask.area(), 1);
}

#[test]
fn what_cannot_be_converted_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let results = ResultWriter::create(at("results"), "v").unwrap();
    results
        .write("0", &LabelMap::new(FrameSize::new(2, 2)))
        .unwrap();
    let error = convert(&at("results"), &at("results"), MaskForm::Davis).unwrap_err();
    assert!(matches!(error, DatasetError::Write { .. }), "{error}");
    fs::write(at("charades_sta_test.txt"), "A 1 2##b.\n").unwrap();
    let error = convert(folder.path(), &at("to"), MaskForm::Davis).unwrap_err();
    assert!(
        error.to_string().contains("no masks of whole videos"),
        "{error}"
    );
    for part in ["train", "valid"] {
        let map = LabelMap::new(FrameSize::new(2, 2));
        let writer = ResultWriter::create(at("mose").join(part).join("Annotations"), "v").unwrap();
        writer.write("0", &map).unwrap();
    }
    let error = convert(&at("mose"), &at("to"), MaskForm::Davis).unwrap_err();
    assert!(error.to_string().contains("train, valid"), "{error}");
    assert!(!at("to").exists());
    for form in MaskForm::ALL {
        assert_eq!(MaskForm::from_name(form.name()), Some(form));
    }
}

#[test]
fn real_masks_of_kitti_come_back_through_json() {
    let Some(path) = shared("kitti_mots") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("from/instances_txt");
    fs::create_dir_all(&from).unwrap();
    fs::copy(path.join("instances_txt/0017.txt"), from.join("0017.txt")).unwrap();
    let json = folder.path().join("json");
    fs::create_dir(&json).unwrap();
    convert(
        from.parent().unwrap(),
        &json.join("a.json"),
        MaskForm::YoutubeVis,
    )
    .unwrap();
    let found = VideoInstances::read(json.join("a.json")).unwrap();
    let source = MotsSequence::read(from.join("0017.txt")).unwrap();
    assert_eq!(found.tracks.len(), source.tracks().len());
    let masks = |frame: usize| -> Vec<_> {
        let objects = source.frames.get(&frame).into_iter().flatten();
        let mut masks: Vec<_> = objects
            .filter(|it| it.class != 10)
            .map(|it| it.mask.clone())
            .collect();
        masks.sort_by_key(RunLength::to_text);
        masks
    };
    for frame in 0..found.videos[0].files.len() {
        let seen = found
            .tracks
            .iter()
            .filter_map(|track| track.masks[frame].clone());
        let mut seen: Vec<_> = seen.collect();
        seen.sort_by_key(RunLength::to_text);
        assert_eq!(seen, masks(frame), "{frame}");
    }
}

#[test]
fn real_masklets_of_people_and_models_are_two_parts() {
    let Some(path) = shared("sav_example") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let error = convert(&path, &folder.path().join("a"), MaskForm::MaskFolders).unwrap_err();
    assert!(error.to_string().contains("manual, auto"), "{error}");
    let conversion = Conversion {
        from: path,
        kind: None,
        split: Some("manual".to_owned()),
        to: folder.path().join("b.json"),
        form: MaskForm::YoutubeVis,
    };
    assert_eq!(conversion.run(&mut |_| ()).unwrap().videos, 1);
}
