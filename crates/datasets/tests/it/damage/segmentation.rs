//! Small files of masks, with their readers.
//!
//! Written from the published descriptions of the formats.

use std::fs;

use tubelet_datasets::{
    Davis, DavisYear, InstanceResult, MotsRange, MotsSequence, SavMasklets, VideoInstances,
    YoutubeVosMeta,
};

use super::target::Case;

pub(super) const CASES: &[Case] = &[
    (
        "meta.json",
        r#"{"videos": {"a": {"objects": {"2": {"category": "fish", "frames": ["00005"]}}}}}"#,
        |path| YoutubeVosMeta::read(path).is_ok(),
    ),
    (
        "sav_1_manual.json",
        r#"{"video_id": "sav_1", "video_duration": 1.5, "video_frame_count": 8.0, "video_height": 2.0, "video_width": 3.0, "video_split": "train", "masklet": [[{"size": [2, 3], "counts": "123"}], [null]], "masklet_id": [0], "masklet_type": ["manual"]}"#,
        |path| SavMasklets::read(path).is_ok(),
    ),
    (
        "instances.json",
        r#"{"videos": [{"id": 1, "width": 3, "height": 2, "file_names": ["v/0.jpg", "v/5.jpg"]}], "categories": [{"id": 4, "name": "dog"}], "video_np_pairs": [{"video_id": 1, "category_id": 4, "noun_phrase": "x", "num_masklets": 1}],
        "annotations": [{"id": 9, "video_id": 1, "category_id": 4, "iscrowd": 0, "segmentations": [null, {"size": [2, 3], "counts": [0, 2, 4]}], "bboxes": [null, [0, 0, 1, 2]]}]}"#,
        |path| VideoInstances::read(path).is_ok(),
    ),
    (
        "coco.json",
        r#"{"videos": [{"id": 1, "name": "v"}], "images": [{"id": 5, "file_name": "v/0.jpg", "width": 9, "height": 7, "video_id": 1, "frame_id": 0}], "categories": [],
        "annotations": [{"id": 9, "image_id": 5, "video_id": 1, "category_id": 4, "instance_id": 2, "bbox": [0, 0, 1, 2], "segmentation": [[1, 1, 5, 1, 5, 4, 1.5, 4]]}]}"#,
        |path| VideoInstances::read(path).is_ok(),
    ),
    (
        "results.json",
        r#"[{"video_id": 1, "category_id": 4, "score": 0.5, "segmentations": [null, {"size": [2, 3], "counts": "123"}], "bboxes": [null, [0, 0, 1, 2]], "areas": [null, 2]}]"#,
        |path| InstanceResult::read_all(path).is_ok(),
    ),
    (
        "DAVIS/ImageSets/2017/val.txt",
        "bear\ndog\n/JPEGImages/480p/cat/00000.jpg /Annotations/480p/cat/00000.png\n",
        |path| {
            let root = path.ancestors().nth(3).unwrap();
            fs::create_dir_all(root.join("Annotations/480p")).unwrap();
            let davis = Davis::open(root, DavisYear::Davis2017).unwrap();
            davis.split("val").is_ok_and(|names| names.len() == 3)
        },
    ),
    (
        "0002.txt",
        "0 1001 1 2 3 123\n0 2001 2 2 3 42\n7 10000 10 2 3 6\n",
        |path| MotsSequence::read(path).is_ok(),
    ),
    ("val.seqmap", "0002 empty 000000 000232\n", |path| {
        MotsRange::read_all(path).is_ok()
    }),
];
