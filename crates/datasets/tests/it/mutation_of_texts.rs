//! Damage to JSON, tables and lines.

use std::fs;
use std::path::Path;

use tubelet_datasets::{
    A2dSentences, CharadesLengths, CharadesMoment, CharadesReannotation, ClevrerQuestion,
    ClevrerResult, ComprehensionResult, ConstructedSample, Davis, DavisExpression, DavisYear,
    ForegroundDictionary, GenerationResult, Got10k, Got10kResults, GroundedVideo, HcStvgSample,
    HighlightQuery, HighlightResult, InstanceResult, JhmdbSentences, MaskDictionary, Mevis,
    MotsRange, MotsSequence, NextQaQuestion, NuScenes, NuTrackingResults, RefCoco, ReferredObject,
    SavMasklets, VidOrVideo, VidStgSample, VideoInstances, VideoMmeVideo, YoutubeVosMeta, inspect,
    read_grounding_results, read_next_qa_results, read_vid_or_paths,
};

use crate::mutation::{put, survives};
use crate::shared::stored;

const COPIES: usize = 3000;

/// A reader and a file that it can read.
type Case = (&'static str, &'static str, fn(&Path) -> bool);

fn all_survive(cases: &[Case]) {
    for (name, whole, read) in cases {
        survives(name, whole.as_bytes(), COPIES, read);
    }
}

#[test]
fn damaged_files_of_segmentation_do_no_harm() {
    all_survive(&[
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
    ]);
}

#[test]
fn damaged_files_of_sentences_do_no_harm() {
    all_survive(&[
        (
            "meta_expressions.json",
            r#"{"videos": {"v": {"frames": ["00000"], "height": 4, "width": 6, "expressions": {"10": {"exp": "b", "obj_id": [1, "2"], "anno_id": 7, "type_id": 1}}}}}"#,
            |path| Mevis::open(path.parent().unwrap(), "train").is_ok(),
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
            "comprehension.json",
            r#"[{"refexp_id": 2, "annotation_id": 298801, "predicted_bounding_boxes": [[357, 134, 253.5, 346]]}]"#,
            |path| ComprehensionResult::read_all(path).is_ok(),
        ),
        (
            "generation.json",
            r#"{"predictions": [{"sent": "man in black", "ref_id": 47}]}"#,
            |path| GenerationResult::read_all(path).is_ok(),
        ),
    ]);
}

#[test]
fn damaged_files_of_grounding_do_no_harm() {
    all_survive(&[
        (
            "val_annotations.json",
            r#"[{"vid": "123", "fps": 25.0, "frame_count": 6, "width": 64, "height": 48, "used_segment": {"begin_fid": 0, "end_fid": 5}, "temporal_gt": {"begin_fid": 1, "end_fid": 3}, "subject/objects": [{"tid": 0, "category": "dog"}], "captions": [{"description": "a dog", "target_id": 0}], "questions": []}]"#,
            |path| {
                let video = r#"{"video_id": "123", "frame_count": 6, "fps": 25, "width": 64, "height": 48, "subject/objects": [{"tid": 0, "category": "dog"}], "trajectories": [[], [{"tid": 0, "bbox": {"xmin": 1, "ymin": 2, "xmax": 3, "ymax": 4}}]]}"#;
                let other = path.with_file_name("123.json");
                put(&other, video.as_bytes());
                let video = VidOrVideo::read(other).unwrap();
                let samples = VidStgSample::read_all(path);
                samples.is_ok_and(|all| all.iter().all(|it| it.tube(&video, 0).is_some()))
            },
        ),
        (
            "1.json",
            r#"{"video_id": "1", "frame_count": 1, "fps": 25, "width": 8, "height": 8, "subject/objects": [{"tid": 0, "category": "dog"}], "trajectories": [[{"tid": 0, "bbox": {"xmin": 1, "ymin": 2, "xmax": 3, "ymax": 4}, "generated": 1}]]}"#,
            |path| VidOrVideo::read(path).is_ok(),
        ),
        (
            "val_v2.json",
            r#"{"a.mp4": {"bbox": [[1, 2, 3, 4]], "st_frame": 2, "st_time": 0, "ed_time": 1, "img_num": 2, "English": "c", "img_size": [8, 9]}}"#,
            |path| {
                HcStvgSample::read_all(path)
                    .is_ok_and(|all| all.iter().all(|it| !it.tube().frames().is_empty()))
            },
        ),
        (
            "charades_sta_test.txt",
            "3MSZA 24.3 30.4##person turn a light on.\n",
            |path| CharadesMoment::read_all(path).is_ok(),
        ),
        (
            "Charades_v1_test.csv",
            "id,length,script\nYSKX3,16,\"a, b\"\n",
            |path| CharadesLengths::read(path).is_ok(),
        ),
        (
            "test_00.csv",
            "HITId,video_id,description,start,end\n3CM,YAFX0.mp4,person.,55,81\n3CM,YAFX0.mp4,person.,41,76\n",
            |path| CharadesReannotation::read_all(path).is_ok(),
        ),
        (
            "highlight_val_release.jsonl",
            "{\"qid\": 2579, \"query\": \"A girl\", \"duration\": 150, \"vid\": \"x_660.0\", \"relevant_clip_ids\": [41], \"saliency_scores\": [[4, 1, 1]], \"relevant_windows\": [[82, 86]]}\n",
            |path| HighlightQuery::read_all(path).is_ok(),
        ),
        (
            "results.jsonl",
            "{\"qid\": 2579, \"query\": \"A girl\", \"vid\": \"x\", \"pred_relevant_windows\": [[82, 86, 0.5]], \"pred_saliency_scores\": [0.5]}\n",
            |path| HighlightResult::read_all(path).is_ok(),
        ),
        (
            "gsub_val.json",
            r#"{"1": {"duration": 34, "fps": 29.97, "location": {"1": [[1.2, 5.8]]}}}"#,
            |path| GroundedVideo::read_all(path).is_ok(),
        ),
        ("ground.json", r#"{"1_1": [1.0, 2.5]}"#, |path| {
            read_grounding_results(path).is_ok()
        }),
        (
            "stvg.jsonl",
            r#"{"video": "v", "expression": "0", "text": "a", "frame_rate": 6, "width": 8, "height": 8, "parts": [{"video": "v", "begin": 0, "end": 2}], "begin": 0, "end": 1, "boxes": [[1, 2, 3, 4]]}"#,
            |path| {
                ConstructedSample::read_all(path)
                    .is_ok_and(|all| all.iter().all(|it| it.span().duration() > 0.0))
            },
        ),
        (
            "train/a/groundtruth.txt",
            "347.0,443.0,429.0,272.0\n1 2 3 4\n",
            |path| {
                let root = path.ancestors().nth(3).unwrap();
                Got10k::open(root, "train").unwrap().sequence("a").is_ok()
            },
        ),
        (
            "train/a/meta_info.ini",
            "[METAINFO]\nresolution: (1920, 1080)\n",
            |path| {
                put(&path.with_file_name("groundtruth.txt"), b"1,2,3,4\n");
                let root = path.ancestors().nth(3).unwrap();
                Got10k::open(root, "train").unwrap().sequence("a").is_ok()
            },
        ),
        ("a/a_001.txt", "1.000,2.000,3.000,4.000\n", |path| {
            Got10kResults::new(path.ancestors().nth(2).unwrap())
                .runs("a")
                .is_ok()
        }),
    ]);
}

#[test]
fn damaged_files_of_questions_do_no_harm() {
    all_survive(&[
        (
            "val.csv",
            "video,frame_count,width,height,question,answer,qid,type,a0,a1,a2,a3,a4\n40,369,640,480,\"how, why\",0,6,CH,a,b,c,d,e\n",
            |path| NextQaQuestion::read_all(path).is_ok(),
        ),
        ("map.json", r#"{"2909445186": "0101/2909445186"}"#, |path| {
            read_vid_or_paths(path).is_ok()
        }),
        (
            "results.json",
            r#"{"40_6": {"prediction": 4, "answer": 0}}"#,
            |path| read_next_qa_results(path).is_ok(),
        ),
        (
            "clevrer.json",
            r#"{"8995": {"questions": [{"question_id": 11, "question": "q", "question_type": "explanatory", "choices": [{"choice_id": 0, "choice": "c", "answer": "correct"}]}]}}"#,
            |path| ClevrerQuestion::read_all(path).is_ok(),
        ),
        (
            "submission.json",
            r#"[{"scene_index": 1, "questions": [{"question_id": 0, "answer": "yes"}, {"question_id": 1, "choices": [{"choice_id": 0, "answer": "wrong"}]}]}]"#,
            |path| ClevrerResult::read_all(path).is_ok(),
        ),
        (
            "template.json",
            r#"[{"video_id": "001", "duration": "short", "domain": "d", "sub_category": "s", "questions": [{"question_id": "001-1", "task_type": "t", "question": "q", "options": ["A. x",], "answer": "C", "response": "C.",},],},]"#,
            |path| VideoMmeVideo::read_all(path).is_ok(),
        ),
    ]);
}

/// One small table set; the first is the one that is damaged.
const TABLES: &[(&str, &str)] = &[
    (
        "sample_data",
        r#"[{"token": "d", "sample_token": "k", "ego_pose_token": "e", "calibrated_sensor_token": "cs", "timestamp": 5, "is_key_frame": true, "height": 4, "width": 6, "filename": "samples/CAM_FRONT/a.jpg"}]"#,
    ),
    (
        "calibrated_sensor",
        r#"[{"token": "cs", "sensor_token": "c", "translation": [1, 0, 1.5], "rotation": [1, 0, 0, 0], "camera_intrinsic": [[9, 0, 2], [0, 9, 2], [0, 0, 1]]}]"#,
    ),
    (
        "sample_annotation",
        r#"[{"token": "a", "sample_token": "k", "instance_token": "i", "visibility_token": "4", "translation": [9, 1, 1], "size": [2, 4, 1.5], "rotation": [0, 0, 0, 1], "num_lidar_pts": 7}]"#,
    ),
    (
        "scene",
        r#"[{"token": "s", "name": "scene-1", "description": "d"}]"#,
    ),
    (
        "sample",
        r#"[{"token": "k", "timestamp": 5, "scene_token": "s"}]"#,
    ),
    (
        "sensor",
        r#"[{"token": "c", "channel": "CAM_FRONT", "modality": "camera"}]"#,
    ),
    (
        "ego_pose",
        r#"[{"token": "e", "rotation": [1, 0, 0, 0], "translation": [0, 0, 0]}]"#,
    ),
    ("category", r#"[{"token": "car", "name": "vehicle.car"}]"#),
    ("instance", r#"[{"token": "i", "category_token": "car"}]"#),
];

#[test]
fn damaged_tables_of_nu_scenes_do_no_harm() {
    for (damaged, whole) in TABLES {
        survives(
            &format!("v1.0-mini/{damaged}.json"),
            whole.as_bytes(),
            500,
            |path| {
                for (name, text) in TABLES.iter().filter(|(name, _)| name != damaged) {
                    put(
                        &path.with_file_name(format!("{name}.json")),
                        text.as_bytes(),
                    );
                }
                NuScenes::open(path.ancestors().nth(2).unwrap(), "v1.0-mini").is_ok()
            },
        );
    }
    let results = r#"{"meta": {"use_camera": true}, "results": {"t": [{"sample_token": "t", "translation": [1, 2, 3], "size": [1, 2, 3], "rotation": [1, 0, 0, 0], "velocity": [0, 0], "tracking_id": "7", "tracking_name": "car", "tracking_score": 0.5}]}}"#;
    survives("results.json", results.as_bytes(), COPIES, |path| {
        NuTrackingResults::read(path).is_ok()
    });
}

#[test]
fn overviews_of_damaged_folders_do_no_harm() {
    let sentences = r#"{"videos": {"v": {"frames": ["0"], "expressions": {"0": {"exp": "a", "anno_id": [1], "obj_id": [1]}}}}}"#;
    survives(
        "train/meta_expressions.json",
        sentences.as_bytes(),
        1000,
        |path| {
            put(&path.with_file_name("mask_dict.json"), br#"{"1": [null]}"#);
            inspect(path.ancestors().nth(2).unwrap()).is_ok_and(|found| found[0].problem_count == 0)
        },
    );
}
