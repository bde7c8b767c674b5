//! YouTube-VOS, MOSE, SA-V, YouTube-VIS and SA-Co: real files where they are at hand, else files in the published form.

use std::fs;
use std::path::Path;

use tubelet_datasets::{
    DatasetError, InstanceResult, InstanceResultForm, MaskWriter, Mose, SaV, SavMasklets,
    SentenceMaskResult, VideoInstances, YoutubeVos, YoutubeVosMeta,
};
use tubelet_geometry::{FrameSize, Mask, RunLength};
use tubelet_video::{Frame, LabelMap};

use crate::shared::shared_file;

const SIZE: FrameSize = FrameSize::new(6, 4);

fn write_labels(path: &Path, labels: [u8; 24]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let map = LabelMap::from_labels(SIZE, labels.to_vec()).unwrap();
    map.write_png(path).unwrap();
}

fn write_image(path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let frame = Frame::new(SIZE, vec![9; 72]).unwrap();
    frame.write_jpeg(path, 90).unwrap();
}

#[test]
fn real_lists_of_youtube_vos_name_objects_and_frames() {
    let Some(path) = shared_file("ref_youtube_vos", "original/meta_expressions_valid.json") else {
        return;
    };
    let meta = YoutubeVosMeta::read(path).unwrap();
    assert_eq!(meta.videos().count(), 507);
    let objects = meta.objects("0062f687f1").unwrap();
    assert_eq!((objects[0].id, objects[0].category.as_str()), (1, "dog"));
    assert_eq!(
        (objects[0].frames.len(), objects[0].frames[1].as_str()),
        (19, "00005")
    );
    assert!(matches!(
        meta.objects("nothing"),
        Err(DatasetError::Missing { .. })
    ));
}

#[test]
fn youtube_vos_written_from_its_description_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let split = folder.path().join("valid");
    for frame in ["00000", "00005"] {
        write_image(&split.join(format!("JPEGImages/a/{frame}.jpg")));
    }
    let mut labels = [0; 24];
    labels[3] = 2;
    write_labels(&split.join("Annotations/a/00005.png"), labels);
    let meta =
        r#"{"videos": {"a": {"objects": {"2": {"category": "fish", "frames": ["00005"]}}}}}"#;
    fs::write(split.join("meta.json"), meta).unwrap();
    for place in [folder.path(), split.as_path()] {
        let set = YoutubeVos::open(place, "valid").unwrap();
        assert_eq!(set.videos().unwrap(), ["a"]);
        let sample = set.sample("a").unwrap();
        assert_eq!(sample.frames().len(), 2);
        assert_eq!(sample.objects().unwrap(), [2]);
        assert_eq!(sample.image(1).unwrap().size, SIZE);
        assert_eq!(set.meta().objects("a").unwrap()[0].frames, ["00005"]);
    }
    let bad = meta.replace("\"2\"", "\"0\"");
    fs::write(split.join("meta.json"), bad).unwrap();
    let error = YoutubeVos::open(folder.path(), "valid")
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("`videos/a`") && error.contains("`0`"),
        "{error}"
    );
    let error = YoutubeVos::open(folder.path(), "train/../valid").unwrap_err();
    assert!(matches!(error, DatasetError::SequenceName { .. }));
}

#[test]
fn mose_written_from_its_description_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let mut labels = [0; 24];
    (labels[0], labels[1]) = (1, 255);
    write_labels(
        &folder.path().join("train/Annotations/00b/00000.png"),
        labels,
    );
    write_image(&folder.path().join("train/JPEGImages/00b/00000.jpg"));
    let set = Mose::open(folder.path(), "train").unwrap();
    assert_eq!(set.videos().unwrap(), ["00b"]);
    assert_eq!(set.sample("00b").unwrap().objects().unwrap(), [1, 255]);
    let error = Mose::open(folder.path(), "valid").unwrap_err().to_string();
    assert!(error.contains("MOSE") && error.contains("valid"), "{error}");
}

#[test]
fn real_masklets_of_sa_v_fit_their_video() {
    let Some(manual) = shared_file("sav_example", "example/sav_000001_manual.json") else {
        return;
    };
    let found = SavMasklets::read(&manual).unwrap();
    assert_eq!(
        (found.video.as_str(), found.split.as_str()),
        ("sav_000001", "train")
    );
    assert_eq!((found.frames, found.size), (483, FrameSize::new(480, 848)));
    assert_eq!((found.masklets.len(), found.annotated_frames()), (5, 121));
    assert_eq!(
        (found.annotated_frames() - 1) * SavMasklets::FRAME_STEP,
        480
    );
    assert!(found.masklets.iter().all(|masklet| masklet.is_manual));
    // The sizes that the file itself states for its second object, over frames in which it is seen.
    let seen: Vec<usize> = found.masklets[1]
        .masks
        .iter()
        .flatten()
        .map(RunLength::area)
        .collect();
    let mean = seen.iter().sum::<usize>() as f64 / seen.len() as f64;
    assert!((mean - 38_512.487_603_305_8).abs() < 1e-6, "{mean}");
    assert!(
        found.masklets[3].masks[..113]
            .iter()
            .flatten()
            .all(RunLength::is_empty)
    );
    assert!(!found.masklets[3].masks[113].as_ref().unwrap().is_empty());
    assert!(found.video_path(&manual).ends_with("sav_000001.mp4"));
    let auto = shared_file("sav_example", "example/sav_000001_auto.json").unwrap();
    let auto = SavMasklets::read(auto).unwrap();
    assert_eq!(auto.masklets.len(), 9);
    assert!(auto.masklets.iter().all(|masklet| !masklet.is_manual));
}

#[test]
fn sa_v_validation_written_from_its_description_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for frame in 0..5 {
        write_image(&root.join(format!("JPEGImages_24fps/sav_1/{frame:05}.jpg")));
    }
    let mut labels = [0; 24];
    labels[7] = 255;
    write_labels(&root.join("Annotations_6fps/sav_1/000/00000.png"), labels);
    write_labels(&root.join("Annotations_6fps/sav_1/000/00004.png"), [0; 24]);
    labels[8] = 1;
    write_labels(&root.join("Annotations_6fps/sav_1/001/00000.png"), labels);
    fs::write(root.join("sav_val.txt"), "sav_1\nsav_2\n").unwrap();
    let set = SaV::open(root).unwrap();
    assert_eq!(set.videos().unwrap(), ["sav_1", "sav_2"]);
    assert_eq!(set.objects("sav_1").unwrap(), ["000", "001"]);
    let sample = set.sample("sav_1", "000").unwrap();
    assert_eq!(
        (sample.frames().len(), sample.objects().unwrap()),
        (5, vec![1])
    );
    assert!(sample.annotation(1).unwrap().is_none());
    assert!(
        sample
            .annotation(4)
            .unwrap()
            .unwrap()
            .labels
            .objects()
            .is_empty()
    );
    let error = set
        .sample("sav_1", "001")
        .unwrap()
        .annotation(0)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("001/00000.png") && error.contains("[1, 255]"),
        "{error}"
    );
}

#[test]
fn real_tracks_of_sa_co_are_read_and_written() {
    let Some(path) = shared_file(
        "saco_veval_toy",
        "toy_gt_and_pred/toy_saco_veval_sav_test_gt.json",
    ) else {
        return;
    };
    let truth = VideoInstances::read(path).unwrap();
    assert_eq!((truth.videos.len(), truth.tracks.len()), (1, 33));
    let video = &truth.videos[0];
    assert_eq!(
        (video.name.as_str(), video.size),
        ("sav_000208", FrameSize::new(720, 1280))
    );
    assert_eq!((video.files.len(), truth.categories.len()), (146, 51_248));
    assert_eq!(truth.phrases.iter().map(|it| it.objects).sum::<usize>(), 33);
    assert_eq!(truth.phrases.iter().filter(|it| it.objects == 0).count(), 1);
    let track = &truth.tracks[0];
    assert_eq!(track.noun_phrase.as_deref(), Some("a braid"));
    let (mask, edges) = (track.masks[0].as_ref().unwrap(), track.boxes[0].unwrap());
    assert_eq!(mask.area(), 1425);
    assert_eq!(edges.corner_and_size(), [286.0, 497.0, 69.0, 77.0]);
    // Boxes that the file states are those around its masks.
    let bounds = mask.bounds().unwrap();
    assert_eq!(
        edges.edges(),
        [bounds.left, bounds.top, bounds.right, bounds.bottom].map(|it| it as f64)
    );
    assert_eq!(truth.tracks_of(0).count(), 33);

    let path = shared_file(
        "saco_veval_toy",
        "toy_gt_and_pred/toy_saco_veval_sav_test_pred.json",
    );
    let found = InstanceResult::read_all(path.unwrap()).unwrap();
    assert_eq!((found.len(), found[0].category), (20, 847));
    assert_eq!(found[0].masks[0].as_ref().unwrap().area(), 620);
    let file = tempfile::NamedTempFile::new().unwrap();
    InstanceResult::write_all(file.path(), &found, InstanceResultForm::MasksAndBoxes).unwrap();
    assert_eq!(InstanceResult::read_all(file.path()).unwrap(), found);
    InstanceResult::write_all(file.path(), &found, InstanceResultForm::Masks).unwrap();
    assert_eq!(InstanceResult::read_all(file.path()).unwrap(), found);
}

#[test]
fn real_coco_vid_files_become_tracks() {
    let Some(path) = shared_file("mmtracking_fixtures", "demo_vis_data/ann.json") else {
        return;
    };
    let found = VideoInstances::read(path).unwrap();
    assert_eq!(found.videos[0].name, "0043f083b5");
    assert_eq!(found.videos[0].files, ["0043f083b5/00000.jpg"]);
    assert_eq!(found.tracks[0].masks[0].as_ref().unwrap().area(), 6377);
    let path = shared_file("mmtracking_fixtures", "demo_cocovid_data/ann.json").unwrap();
    let found = VideoInstances::read(path).unwrap();
    assert_eq!(
        (found.videos[0].files.len(), found.tracks.is_empty()),
        (8, false)
    );
    assert!(found.tracks.iter().all(|track| track.boxes.len() == 8));
    let path = shared_file("mmtracking_fixtures", "demo_tao_data/ann.json").unwrap();
    let found = VideoInstances::read(path).unwrap();
    // Outlines of a rectangle, whose area the file states.
    assert_eq!(found.tracks[0].masks[0].as_ref().unwrap().area(), 45_150);
}

#[test]
fn youtube_vis_written_from_its_description_is_read_and_misfits_are_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let text = r#"{"videos": [{"id": 1, "width": 3, "height": 2, "length": 2, "file_names": ["v/00000.jpg", "v/00005.jpg"]}],
        "categories": [{"id": 4, "name": "dog"}],
        "annotations": [{"id": 9, "video_id": 1, "category_id": 4, "iscrowd": 0, "width": 3, "height": 2,
          "segmentations": [null, {"size": [2, 3], "counts": [0, 2, 4]}], "bboxes": [null, [0, 0, 1, 2]], "areas": [null, 2]}]}"#;
    fs::write(file.path(), text).unwrap();
    let found = VideoInstances::read(file.path()).unwrap();
    assert_eq!(
        (found.videos[0].name.as_str(), found.categories[&4].as_str()),
        ("v", "dog")
    );
    assert!(found.tracks[0].masks[0].is_none() && found.tracks[0].boxes[0].is_none());
    assert_eq!(found.tracks[0].masks[1].as_ref().unwrap().area(), 2);
    let secret = r#"{"videos": [{"id": 1, "width": 3, "height": 2, "file_names": []}], "annotations": null, "categories": []}"#;
    fs::write(file.path(), secret).unwrap();
    assert!(VideoInstances::read(file.path()).unwrap().tracks.is_empty());
    for (from, to, reason) in [
        (
            "[null, {\"size\"",
            "[{\"size\"",
            "1 masks in a video of 2 frames",
        ),
        (
            "\"size\": [2, 3]",
            "\"size\": [3, 2]",
            "a mask of 2×3 in a video of 3×2",
        ),
        ("\"video_id\": 1", "\"video_id\": 7", "no video Some(7)"),
        ("\"bboxes\": [null, ", "\"bboxes\": [", "1 boxes"),
    ] {
        fs::write(file.path(), text.replace(from, to)).unwrap();
        let error = VideoInstances::read(file.path()).unwrap_err().to_string();
        assert!(
            error.contains("`annotations/9`") && error.contains(reason),
            "{error}"
        );
    }
}

#[test]
fn masks_are_written_where_evaluators_look() {
    let folder = tempfile::tempdir().unwrap();
    let writer = MaskWriter::create(folder.path(), "video", "3").unwrap();
    let mut mask = Mask::new(SIZE);
    mask.set(5, 1, true);
    writer.write("00010", &mask).unwrap();
    let written = LabelMap::read_png(folder.path().join("video/3/00010.png")).unwrap();
    assert_eq!((written.objects(), written.mask(255)), (vec![255], mask));
    assert!(writer.write("../00010", &Mask::new(SIZE)).is_err());
    for (video, part) in [("..", "3"), ("a", "b/c"), ("/a", "3")] {
        assert!(MaskWriter::create(folder.path(), video, part).is_err());
    }
}

#[test]
fn masks_of_sentences_come_back() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut mask = Mask::new(SIZE);
    mask.set(2, 3, true);
    let results = [SentenceMaskResult {
        image_id: "v_a_f_15_i_0".into(),
        score: 0.25,
        mask: RunLength::encode(&mask),
        says_nothing: Some(false),
    }];
    SentenceMaskResult::write_all(file.path(), &results).unwrap();
    assert_eq!(SentenceMaskResult::read_all(file.path()).unwrap(), results);
}
