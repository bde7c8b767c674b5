//! Small files of sentences about objects, with their readers.
//!
//! Written from the published descriptions of the formats.

use std::fs;

use tubelet_datasets::{
    A2dSentences, ComprehensionResult, DavisExpression, ForegroundDictionary, GRefCoco,
    GenerationResult, JhmdbSentences, MaskDictionary, Mevis, RefCoco, RefYoutubeVos,
    ReferredObject, Revos, SentenceMaskResult,
};

use super::target::{Case, put};
use crate::shared::stored;

pub(super) const CASES: &[Case] = &[
    (
        "expressions/train/meta_expressions.json",
        r#"{"videos": {"v": {"frames": ["00000"], "height": 4, "width": 6, "expressions": {"10": {"exp": "b", "obj_id": [1, "2"], "anno_id": 7, "type_id": 1}}}}}"#,
        |path| Mevis::open(path.ancestors().nth(2).unwrap(), "train").is_ok(),
    ),
    (
        "expressions/meta_expressions_valid_.json",
        r#"{"videos": {"v": {"frames": ["00000"], "height": 4, "width": 6, "expressions": {"0": {"exp": "b", "obj_id": [1], "anno_id": [7, "8"], "type_id": 2}}}}}"#,
        |path| Revos::open(path.parent().unwrap(), "valid").is_ok(),
    ),
    (
        "expressions/meta_expressions/valid/meta_expressions.json",
        r#"{"videos": {"v": {"frames": ["00000"], "expressions": {"0": {"exp": "b", "obj_id": "1"}}}}}"#,
        |path| RefYoutubeVos::open(path.ancestors().nth(3).unwrap(), "valid").is_ok(),
    ),
    (
        "results.json",
        r#"[{"image_id": "v_a_f_1_i_2", "category_id": 1, "score": 0.5, "segmentation": {"size": [2, 3], "counts": "123"}}, {"image_id": "b", "score": 1, "segmentation": {"size": [2, 3], "counts": [0, 2, 4]}}]"#,
        |path| SentenceMaskResult::read_all(path).is_ok(),
    ),
    (
        "original.json",
        r#"{"videos": {"v": {"objects": {"1": {"category": "dog", "expressions": ["a"], "expressions_first_frame": ["b"], "frames": ["0"]}}}}}"#,
        |path| ReferredObject::read_all(path).is_ok(),
    ),
    (
        "mask_dict.json",
        r#"{"11": [{"size": [2, 3], "counts": [0, 2, 4]}, null], "12": [{"size": [2, 3], "counts": "222"}, [{"size": [2, 3], "counts": [5, 1]}]]}"#,
        |path| {
            let Ok(masks) = MaskDictionary::open(path) else {
                return false;
            };
            masks.masks(11).is_ok() & masks.masks(12).is_ok()
        },
    ),
    (
        "mask_dict_foreground.json",
        r#"{"v": {"masks_rle": [{"size": [2, 3], "counts": [0, 4, 2]}, null], "foreground_ratio": [0.6, 0.1]}}"#,
        |path| ForegroundDictionary::open(path).is_ok_and(|masks| masks.masks("v").is_ok()),
    ),
    (
        "Davis17_annot1.txt",
        "bear 1 \"a brown bear\"\nclasic-car 2 \"a \"red\" car\"\n",
        |path| DavisExpression::read_all(path).is_ok(),
    ),
    (
        "a2d_annotation.txt",
        "video_id,instance_id,query\nvid,2,\"a dog, jumping\"\nvid,1 (copy),a cat\n",
        |path| A2dSentences::open(path.parent().unwrap()).is_ok(),
    ),
    (
        "Release/videoset.csv",
        "vid,11,0:00,0:05,320,480,136,3,1\n",
        |path| {
            let root = path.ancestors().nth(2).unwrap();
            put(
                &root.join("a2d_annotation.txt"),
                b"video_id,instance_id,query\n",
            );
            A2dSentences::open(root).is_ok()
        },
    ),
    (
        "jhmdb_sentences_samples_metadata.json",
        r#"[["v", "./jhmdb_sentences/Rename_Images/a/v/00002.png", "./jhmdb_sentences/puppet_mask/a/v/puppet_mask.mat", 40, "x"]]"#,
        |path| {
            let root = path.parent().unwrap();
            put(&root.join("jhmdb_annotation.txt"), b"video_id,query\nv,x\n");
            JhmdbSentences::open(root).is_ok()
        },
    ),
    (
        "instances.json",
        r#"{"images": [{"id": 581857, "file_name": "a.jpg", "width": 8, "height": 6}], "annotations": [{"id": 1719310, "image_id": 581857, "bbox": [2.0, 1.0, 3.0, 3.0], "segmentation": [[2, 1, 5, 1, 5, 4, 2, 4], [0, 0, 1, 0, 1, 1]]}]}"#,
        |path| {
            let root = path.parent().unwrap();
            if !root.join("refs(unc).p").is_file() {
                fs::copy(stored("refs_protocol_2.p"), root.join("refs(unc).p")).unwrap();
            }
            let Ok(set) = RefCoco::open(root, "unc") else {
                return false;
            };
            let object = set.references().first().and_then(|it| set.object(it));
            object.is_some_and(|object| object.mask().is_ok())
        },
    ),
    (
        "grefs(unc).json",
        r#"[{"ref_id": 5, "ann_id": [1, 2], "image_id": 7, "split": "val", "sentences": [{"sent_id": 9, "sent": "both"}]}, {"ref_id": 6, "ann_id": [-1], "image_id": 7, "split": "val", "sentences": [{"sent_id": 10, "sent": "a cat"}]}]"#,
        |path| {
            let instances = r#"{"images": [{"id": 7, "file_name": "a.jpg", "width": 8, "height": 6}], "annotations": [{"id": 1, "image_id": 7, "iscrowd": 0, "bbox": [0, 0, 2, 2], "segmentation": [[0, 0, 2, 0, 2, 2, 0, 2]]}, {"id": 2, "image_id": 7, "bbox": [1, 0, 2, 2], "segmentation": {"size": [6, 8], "counts": [6, 4, 38]}}]}"#;
            let root = path.parent().unwrap();
            put(&root.join("instances.json"), instances.as_bytes());
            let Ok(set) = GRefCoco::open(root, "unc") else {
                return false;
            };
            set.references().iter().all(|it| set.mask(it).is_ok())
        },
    ),
    (
        "comprehension.json",
        r#"[{"refexp_id": 2, "annotation_id": 298801, "predicted_bounding_boxes": [[357, 134, 253.5, 346]]}]"#,
        |path| ComprehensionResult::read_all(path).is_ok(),
    ),
    (
        "generation.json",
        r#"{"predictions": [{"sent": "man in black", "ref_id": 47}]}"#,
        |path| GenerationResult::read_all(path).is_ok(),
    ),
];
