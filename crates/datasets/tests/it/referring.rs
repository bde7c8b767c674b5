//! Ref-YouTube-VOS, Ref-DAVIS, MeViS, ReVOS, A2D, JHMDB and RefCOCO: real files where they are at hand, else files in
//! the published form.

use std::fs;

use tubelet_datasets::{
    A2dFrame, A2dSentences, A2dSubset, AnnotatedBox, CocoReference, ComprehensionResult,
    DavisAnnotator, DavisExpression, GenerationResult, JhmdbSentences, Mevis, PuppetMasks, RefCoco,
    RefDavis, RefYoutubeVos, ReferredObject, Revos,
};
use tubelet_geometry::FrameSize;

use crate::shared::{shared, shared_file, stored};

#[test]
fn both_real_files_of_ref_youtube_vos_list_the_same_videos() {
    let Some(root) = shared("ref_youtube_vos") else {
        return;
    };
    let set = RefYoutubeVos::open(&root, "valid").unwrap();
    let videos = set.videos();
    assert_eq!(videos.len(), 507);
    let first = videos.iter().find(|it| it.name == "0062f687f1").unwrap();
    assert_eq!((first.frames.len(), first.expressions.len()), (19, 6));
    assert_eq!(first.expressions[1].text, "a dog with puppies all around");
    assert!(first.expressions[1].objects.is_empty());
    let sample = set.sample(first).unwrap();
    assert_eq!(
        (sample.frames().len(), sample.frames()[1].name.as_str()),
        (19, "00005")
    );
    assert!(sample.image(0).is_err());
    assert!(set.clone().without(&set).videos().is_empty());

    let objects =
        ReferredObject::read_all(root.join("original/meta_expressions_valid.json")).unwrap();
    assert_eq!(objects[0].expressions[1], "a dog with puppies all around");
    assert_eq!(
        (objects[0].category.as_str(), objects[0].object),
        ("dog", 1)
    );
    let sentences: usize = objects.iter().map(|it| it.expressions.len()).sum();
    let listed: usize = videos.iter().map(|it| it.expressions.len()).sum();
    assert_eq!(sentences, listed);
}

#[test]
fn sentences_about_davis_written_from_their_description_are_repaired() {
    let folder = tempfile::tempdir().unwrap();
    let texts = folder.path().join("davis_text_annotations");
    fs::create_dir_all(&texts).unwrap();
    fs::write(
        texts.join("Davis17_annot1.txt"),
        "bear 1 \"a brown bear\"\nclasic-car 2 \"a \"red\" car\"\n",
    )
    .unwrap();
    fs::write(
        texts.join("Davis17_annot2_full_video.txt"),
        b"motor-bike 1 \"caf\xe9 racer\"\r\n",
    )
    .unwrap();
    let set = RefDavis::open(folder.path()).unwrap();
    let first = set.expressions(DavisAnnotator::FirstByFrame).unwrap();
    let expected = DavisExpression {
        video: "classic-car".into(),
        object: 2,
        text: "a \"red\" car".into(),
    };
    assert_eq!((first.len(), &first[1]), (2, &expected));
    let last = set.expressions(DavisAnnotator::SecondByVideo).unwrap();
    assert_eq!(
        (last[0].video.as_str(), last[0].text.as_str()),
        ("motorbike", "café racer")
    );
    assert!(set.expressions(DavisAnnotator::SecondByFrame).is_err());
    fs::write(
        texts.join("Davis17_annot1.txt"),
        "bear 1 \"a\"\nbear one \"b\"\n",
    )
    .unwrap();
    let error = set
        .expressions(DavisAnnotator::FirstByFrame)
        .unwrap_err()
        .to_string();
    assert!(error.contains("line 2: `one` is no number"), "{error}");
}

const EXPRESSIONS: &str = r#"{"videos": {"v": {"vid_id": 3, "frames": ["00000", "00001"], "height": 2, "width": 3, "expressions": {
    "0": {"exp": "the left one", "obj_id": [4], "anno_id": [11], "type_id": 0},
    "1": {"exp": "both", "obj_id": [4, 5], "anno_id": [11, 12], "type_id": 1},
    "2": {"exp": "a bird", "obj_id": [], "anno_id": [], "type_id": 2}}}}}"#;
const MASKS: &str = r#"{"11": [{"size": [2, 3], "counts": [0, 2, 4]}, null],
    "12": [{"size": [2, 3], "counts": [2, 2, 2]}, [{"size": [2, 3], "counts": [5, 1]}]]}"#;

#[test]
fn mevis_written_from_its_description_is_read_one_object_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let split = folder.path().join("valid_u");
    fs::create_dir_all(&split).unwrap();
    fs::write(split.join("meta_expressions.json"), EXPRESSIONS).unwrap();
    assert!(
        Mevis::open(folder.path(), "valid_u")
            .unwrap()
            .masks()
            .is_none()
    );
    fs::write(split.join("mask_dict.json"), MASKS).unwrap();
    let set = Mevis::open(folder.path(), "valid_u").unwrap();
    let video = &set.videos()[0];
    let masks = set.masks().unwrap();
    assert_eq!(
        (masks.objects(), masks.contains(12), masks.contains(13)),
        (2, true, false)
    );
    let both = masks.expression_masks(&video.expressions[1]).unwrap();
    assert_eq!((both.tracks.len(), both.frames()), (2, 2));
    assert_eq!(both.union(0).unwrap().unwrap().area(), 4);
    assert_eq!(both.union(1).unwrap().unwrap().counts(), [5, 1]);
    let nothing = masks.expression_masks(&video.expressions[2]).unwrap();
    assert!(nothing.union(0).unwrap().is_none());
    assert!(
        masks
            .masks(13)
            .unwrap_err()
            .to_string()
            .ends_with("there is no mask of `13`")
    );
    assert!(
        set.sample(video).frames()[1]
            .image
            .as_ref()
            .unwrap()
            .ends_with("valid_u/JPEGImages/v/00001.jpg")
    );
    fs::write(
        split.join("mask_dict.json"),
        MASKS.replace("[5, 1]", "[5, 2]"),
    )
    .unwrap();
    let set = Mevis::open(folder.path(), "valid_u").unwrap();
    let error = set.masks().unwrap().masks(12).unwrap_err().to_string();
    assert!(error.contains("`12`: mask of frame 1: "), "{error}");
}

#[test]
fn revos_written_from_its_description_has_kinds_and_foreground() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("meta_expressions_valid_.json", EXPRESSIONS);
    write("mask_dict.json", MASKS);
    write(
        "mask_dict_foreground.json",
        r#"{"v": {"masks_rle": [{"size": [2, 3], "counts": [0, 4, 2]}, {"size": [2, 3], "counts": [5, 1]}], "foreground_ratio": [0.6, 0.1]}}"#,
    );
    let set = Revos::open(folder.path(), "valid").unwrap();
    let kinds: Vec<_> = set.videos()[0]
        .expressions
        .iter()
        .map(|it| it.kind)
        .collect();
    assert_eq!(kinds, [Some(0), Some(1), Some(2)]);
    assert_eq!(set.videos()[0].size, Some(FrameSize::new(3, 2)));
    let foreground = set.foreground().unwrap().masks("v").unwrap();
    assert_eq!(foreground[0].as_ref().unwrap().area(), 4);
    assert!(set.foreground().unwrap().masks("w").is_err());
    assert_eq!(set.masks().unwrap().masks(11).unwrap()[1], None);
    assert!(
        Revos::open(folder.path(), "train")
            .unwrap_err()
            .to_string()
            .contains("meta_expressions_train_.json")
    );
}

#[test]
fn real_sentences_of_a2d_leave_the_known_slip_out() {
    let Some(root) = shared("a2d_jhmdb_sentences") else {
        return;
    };
    let set = A2dSentences::open(root).unwrap();
    assert_eq!(
        (set.sentences().len(), set.missed_videos().len()),
        (6654, 28)
    );
    assert_eq!(
        set.slips(),
        ["line 3181: T6bNPuKV-wY,1 (copy),bird standing in the beach"]
    );
    let first = &set.sentences()[0];
    assert_eq!((first.video.as_str(), first.instance), ("--h5fAKYurM", 0));
    assert_eq!(first.image_id(15), "v_--h5fAKYurM_f_15_i_0");
    assert_eq!(set.sentences_of(A2dSubset::Test).count(), 0);
}

#[test]
fn frames_of_a2d_written_by_h5py_from_the_description_hold_masks_and_boxes() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let masks = root.join("text_annotations/a2d_annotation_with_instances/vid");
    fs::create_dir_all(&masks).unwrap();
    fs::create_dir_all(root.join("Release")).unwrap();
    fs::write(
        root.join("text_annotations/a2d_annotation.txt"),
        "video_id,instance_id,query\nvid,2,\"a dog, jumping\"\n",
    )
    .unwrap();
    fs::write(root.join("text_annotations/a2d_missed_videos.txt"), "gone").unwrap();
    fs::write(
        root.join("Release/videoset.csv"),
        "vid,11,0:00,0:05,320,480,136,3,1\n",
    )
    .unwrap();
    fs::copy(stored("a2d_two_actors.h5"), masks.join("00015.h5")).unwrap();
    let set = A2dSentences::open(root).unwrap();
    assert_eq!(set.annotated_frames("vid").unwrap(), [15]);
    assert_eq!(set.sentences_of(A2dSubset::Test).count(), 1);
    let frame = set.frame("vid", 15).unwrap();
    let size = FrameSize::new(24, 16);
    assert_eq!((frame.size, frame.actors.len()), (size, 2));
    let actor = frame.actor(set.sentences()[0].instance).unwrap();
    assert_eq!(
        actor.mask.bounding_box().unwrap(),
        actor.edges.unwrap().to_bounding_box()
    );
    assert_eq!(actor.mask.count(), 8 * 9);
    let one = A2dFrame::read(stored("a2d_one_actor.h5")).unwrap();
    assert_eq!(
        (one.size, one.actors.len(), one.actors[0].instance),
        (size, 1, 0)
    );
    assert_eq!(one.actors[0].mask, frame.actors[0].mask);
    assert!(
        A2dFrame::read(stored("puppet_mask.mat"))
            .unwrap_err()
            .to_string()
            .contains("byte 0")
    );
}

#[test]
fn real_samples_of_jhmdb_are_three_frames_of_each_video() {
    let Some(root) = shared("a2d_jhmdb_sentences") else {
        return;
    };
    let set = JhmdbSentences::open(&root).unwrap();
    assert_eq!((set.sentences().len(), set.samples().len()), (928, 2784));
    let first = &set.samples()[0];
    assert_eq!((first.frame, first.frames), (2, 40));
    assert_eq!(
        first.image_id(),
        "v_100_pullups_pullup_f_nm_np1_fr_med_1_f_2"
    );
    assert_eq!(first.text, set.sentences()[0].text);
    assert!(first.masks.starts_with(&root) && first.masks.ends_with("puppet_mask.mat"));
    assert!(first.mask().is_err());
}

#[test]
fn masks_of_jhmdb_written_by_scipy_from_the_description_are_read() {
    for name in ["puppet_mask.mat", "puppet_mask_v6.mat"] {
        let masks = PuppetMasks::read(stored(name)).unwrap();
        assert_eq!(masks.frames(), 5);
        let mask = masks.mask(3).unwrap();
        assert_eq!(mask.size(), FrameSize::new(30, 20));
        // Both body parts of frame 3; the second is drawn in no other frame.
        assert_eq!(
            (mask.count(), mask.get(1, 12), mask.get(6, 4)),
            (6 * 14 + 4, true, true)
        );
        assert_eq!(masks.mask(2).unwrap().count(), 6 * 14);
        assert!(masks.mask(5).is_none());
    }
    let error = PuppetMasks::read(stored("a2d_one_actor.h5"))
        .unwrap_err()
        .to_string();
    assert!(error.contains("no MATLAB file of version 5"), "{error}");
}

#[test]
fn ref_coco_written_from_its_description_is_read_from_old_and_new_pickles() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for protocol in [0, 2, 4] {
        fs::copy(
            stored(&format!("refs_protocol_{protocol}.p")),
            root.join("refs(unc).p"),
        )
        .unwrap();
        let set = RefCoco::open(root, "unc").unwrap();
        assert_eq!(set.references().len(), 2);
        let first = set.split("testA").next().unwrap();
        assert_eq!(
            (first.id, first.annotation, first.image),
            (0, 1_719_310, 581_857)
        );
        assert_eq!(first.sentences[1].text, "café lady");
        assert!(set.object(first).is_none());
    }
    let instances = r#"{"images": [{"id": 581857, "file_name": "COCO_train2014_000000581857.jpg", "width": 8, "height": 6}],
        "categories": [], "annotations": [
        {"id": 1719310, "image_id": 581857, "bbox": [2.0, 1.0, 3.0, 3.0], "category_id": 1, "iscrowd": 0, "area": 9, "segmentation": [[2, 1, 5, 1, 5, 4, 2, 4]]},
        {"id": 4, "image_id": 7, "bbox": [0, 0, 1, 1], "category_id": 1, "segmentation": []}]}"#;
    fs::write(root.join("instances.json"), instances).unwrap();
    let set = RefCoco::open(root, "unc").unwrap();
    let object = set.object(&set.references()[0]).unwrap();
    assert_eq!(
        (object.size, object.mask().unwrap().area()),
        (FrameSize::new(8, 6), 9)
    );
    assert_eq!(
        object.edges,
        AnnotatedBox::from_corner_and_size([2.0, 1.0, 3.0, 3.0])
    );
    let error = RefCoco::open(root, "google").unwrap_err().to_string();
    assert!(error.contains("(there are: unc)"), "{error}");
}

#[test]
fn outlines_are_filled_as_coco_fills_them() {
    let vectors = fs::read(stored("polygons.json")).unwrap();
    let vectors: Vec<serde_json::Value> = serde_json::from_slice(&vectors).unwrap();
    assert!(vectors.len() >= 60);
    let folder = tempfile::tempdir().unwrap();
    fs::copy(
        stored("refs_protocol_2.p"),
        folder.path().join("refs(unc).p"),
    )
    .unwrap();
    for vector in &vectors {
        let instances = serde_json::json!({
            "images": [{"id": 1, "file_name": "a.jpg", "width": vector["width"], "height": vector["height"]}],
            "annotations": [{"id": 1_719_310, "image_id": 1, "bbox": [0, 0, 1, 1], "segmentation": vector["polygons"]}]
        });
        fs::write(folder.path().join("instances.json"), instances.to_string()).unwrap();
        let set = RefCoco::open(folder.path(), "unc").unwrap();
        let mask = set.object(&set.references()[0]).unwrap().mask().unwrap();
        assert_eq!(
            Some(mask.to_text().as_str()),
            vector["counts"].as_str(),
            "{vector}"
        );
    }
}

#[test]
fn real_pickles_that_construct_objects_are_refused() {
    let Some(path) = shared_file("nuscenes", "nuscenes_infos_test.pkl") else {
        return;
    };
    let error = CocoReference::read_all(path).unwrap_err().to_string();
    assert!(
        error.contains("opcode GLOBAL") && error.contains("not run"),
        "{error}"
    );
}

#[test]
fn real_results_of_both_refexp_toolboxes_are_read() {
    let Some(root) = shared("refcoco") else {
        return;
    };
    let path = root.join("evaluation/sample_results/sample_results_comprehension.json");
    let found = ComprehensionResult::read_all(path).unwrap();
    assert_eq!(
        (found.len(), found[0].expression, found[0].annotation),
        (9536, 2, 298_801)
    );
    assert_eq!(
        found[0].boxes[0].corner_and_size(),
        [357.0, 134.0, 253.0, 346.0]
    );
    let file = tempfile::NamedTempFile::new().unwrap();
    ComprehensionResult::write_all(file.path(), &found).unwrap();
    assert_eq!(ComprehensionResult::read_all(file.path()).unwrap(), found);
    for (name, count) in [
        (
            "evaluation/sample_results/sample_results_generation.json",
            1000,
        ),
        ("test/sample_expressions_testA.json", 1984),
        ("test/sample_expressions_testB.json", 1824),
    ] {
        let found = GenerationResult::read_all(root.join(name)).unwrap();
        assert_eq!(found.len(), count);
        GenerationResult::write_all(file.path(), &found).unwrap();
        assert_eq!(GenerationResult::read_all(file.path()).unwrap(), found);
    }
}
