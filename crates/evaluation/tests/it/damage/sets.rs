//! A small ground truth with predictions for each protocol whose files are texts.
//!
//! Written from the published descriptions of the formats.

use tubelet_evaluation::Protocol;

/// The files of a protocol.
pub(super) struct Set {
    pub(super) protocol: Protocol,
    /// Where the ground truth lies.
    pub(super) truth: &'static str,
    /// Where the predictions lie.
    pub(super) predictions: &'static str,
    /// Names and contents.
    pub(super) files: &'static [(&'static str, &'static str)],
}

const INSTANCES: &str = r#"{"videos": [{"id": 1, "width": 3, "height": 2, "file_names": ["v/0.jpg", "v/5.jpg"]}], "categories": [{"id": 4, "name": "dog"}],
"video_np_pairs": [{"id": 1, "video_id": 1, "category_id": 4, "noun_phrase": "x", "num_masklets": 1}],
"annotations": [{"id": 9, "video_id": 1, "category_id": 4, "iscrowd": 0, "areas": [null, 4], "segmentations": [null, {"size": [2, 3], "counts": [0, 2, 4]}], "bboxes": [null, [0, 0, 1, 2]]}]}"#;
const TRACKS: &str = r#"[{"video_id": 1, "category_id": 4, "score": 0.5, "segmentations": [null, {"size": [2, 3], "counts": "123"}], "bboxes": [null, [0, 0, 1, 2]], "areas": [null, 2]}]"#;
const QUESTIONS: &str = "video,frame_count,width,height,question,answer,qid,type,a0,a1,a2,a3,a4\n40,369,640,480,\"how, why\",0,6,CH,a,b,c,d,e\n";
const ANSWERS: &str = r#"{"40_6": {"prediction": 4, "answer": 0}}"#;
const TUBES: &str = r#"[{"id": "a.mp4", "span": [1, 3], "boxes": {"1": [1, 2, 4, 6], "2": [1, 2, 3, 4.5], "3": [0, 0, 1, 1]}}]"#;
const MOMENTS: &str = "{\"qid\": 0, \"query\": \"person turn a light on.\", \"vid\": \"3MSZA\", \"pred_relevant_windows\": [[20, 30.5, 0.5], [21, 29, 0.25]], \"pred_saliency_scores\": [0.5, 0.25, 1]}\n";
const TEMPLATE: &str = r#"[{"video_id": "001", "duration": "short", "domain": "d", "sub_category": "s", "questions": [{"question_id": "001-1", "task_type": "t", "question": "q", "options": ["A. x",], "answer": "C", "response": "Best answer: C.",},],},]"#;
const MOTS: &str = "0 1001 1 2 3 123\n0 2001 2 2 3 42\n1 1001 1 2 3 123\n1 10000 10 2 3 6\n";

pub(super) const SETS: &[Set] = &[
    Set {
        protocol: Protocol::YoutubeVis,
        truth: "truth.json",
        predictions: "found.json",
        files: &[("truth.json", INSTANCES), ("found.json", TRACKS)],
    },
    Set {
        protocol: Protocol::SaCo,
        truth: "truth.json",
        predictions: "found.json",
        files: &[("truth.json", INSTANCES), ("found.json", TRACKS)],
    },
    Set {
        protocol: Protocol::GRefCoco,
        truth: ".",
        predictions: "found.json",
        files: &[
            (
                "grefs(unc).json",
                r#"[{"ref_id": 5, "ann_id": [1, 2], "image_id": 7, "split": "val", "sentences": [{"sent_id": 9, "sent": "both"}, {"sent_id": 8, "sent": "them"}]}, {"ref_id": 6, "ann_id": [-1], "image_id": 7, "split": "val", "sentences": [{"sent_id": 10, "sent": "a cat"}]}]"#,
            ),
            (
                "instances.json",
                r#"{"images": [{"id": 7, "file_name": "a.jpg", "width": 8, "height": 6}], "annotations": [{"id": 1, "image_id": 7, "iscrowd": 0, "bbox": [0, 0, 2, 2], "segmentation": [[0, 0, 2, 0, 2, 2, 0, 2]]}, {"id": 2, "image_id": 7, "bbox": [1, 0, 2, 2], "segmentation": {"size": [6, 8], "counts": [6, 4, 38]}}]}"#,
            ),
            (
                "found.json",
                r#"[{"image_id": "9", "score": 1, "segmentation": {"size": [6, 8], "counts": [0, 5, 43]}}, {"image_id": "8", "score": 1, "segmentation": {"size": [6, 8], "counts": [48]}}, {"image_id": "10", "score": 0.5, "no_target": true, "segmentation": {"size": [6, 8], "counts": [1, 4, 43]}}]"#,
            ),
        ],
    },
    Set {
        protocol: Protocol::HcStvg,
        truth: "truth.json",
        predictions: "found.json",
        files: &[
            (
                "truth.json",
                r#"{"a.mp4": {"bbox": [[1, 2, 3, 4], [1, 2, 3, 4.5]], "st_frame": 2, "st_time": 0, "ed_time": 0.5, "img_num": 200, "English": "c", "img_size": [8, 9]}}"#,
            ),
            ("found.json", TUBES),
        ],
    },
    Set {
        protocol: Protocol::VidStg,
        truth: ".",
        predictions: "found.json",
        files: &[
            (
                "test_annotations.json",
                r#"[{"vid": "123", "fps": 25.0, "frame_count": 6, "width": 64, "height": 48, "used_segment": {"begin_fid": 0, "end_fid": 5}, "temporal_gt": {"begin_fid": 1, "end_fid": 3}, "subject/objects": [{"tid": 0, "category": "dog"}], "captions": [{"description": "a dog", "target_id": 0}], "questions": [{"description": "who", "target_id": 0}]}]"#,
            ),
            (
                "vidor/0000/123.json",
                r#"{"video_id": "123", "frame_count": 6, "fps": 25, "width": 64, "height": 48, "subject/objects": [{"tid": 0, "category": "dog"}], "trajectories": [[], [{"tid": 0, "bbox": {"xmin": 1, "ymin": 2, "xmax": 3, "ymax": 4}}], [{"tid": 0, "bbox": {"xmin": 1, "ymin": 2, "xmax": 3, "ymax": 4}}], [{"tid": 0, "bbox": {"xmin": 1, "ymin": 2, "xmax": 3, "ymax": 4}}]]}"#,
            ),
            (
                "found.json",
                r#"[{"id": 0, "span": [1, 3], "boxes": {"1": [1, 2, 4, 6], "2": [1, 2, 3, 4.5], "3": [0, 0, 1, 1]}}, {"id": 1, "span": [2, 5], "boxes": {"1": [1, 2, 4, 6], "2": [1, 2, 3, 4.5], "3": [0, 0, 1, 1]}}]"#,
            ),
        ],
    },
    Set {
        protocol: Protocol::CharadesSta,
        truth: ".",
        predictions: "found.jsonl",
        files: &[
            (
                "charades_sta_test.txt",
                "3MSZA 24.3 30.4##person turn a light on.\n",
            ),
            (
                "Charades_v1_test.csv",
                "id,length,script\n3MSZA,30.5,\"a, b\"\n",
            ),
            ("found.jsonl", MOMENTS),
        ],
    },
    Set {
        protocol: Protocol::QvHighlights,
        truth: "truth.jsonl",
        predictions: "found.jsonl",
        files: &[
            (
                "truth.jsonl",
                "{\"qid\": 0, \"query\": \"person turn a light on.\", \"duration\": 6, \"vid\": \"3MSZA\", \"relevant_clip_ids\": [1], \"saliency_scores\": [[4, 1, 1]], \"relevant_windows\": [[2, 4]]}\n",
            ),
            ("found.jsonl", MOMENTS),
        ],
    },
    Set {
        protocol: Protocol::NextQa,
        truth: "val.csv",
        predictions: "found.json",
        files: &[("val.csv", QUESTIONS), ("found.json", ANSWERS)],
    },
    Set {
        protocol: Protocol::NextGqa,
        truth: ".",
        predictions: ".",
        files: &[
            ("val.csv", QUESTIONS),
            (
                "gsub_val.json",
                r#"{"40": {"duration": 34, "fps": 29.97, "location": {"6": [[1.2, 5.8]]}}}"#,
            ),
            ("answers.json", ANSWERS),
            ("grounding.json", r#"{"40_6": [1.0, 2.5]}"#),
        ],
    },
    Set {
        protocol: Protocol::Clevrer,
        truth: "truth.json",
        predictions: "found.json",
        files: &[
            (
                "truth.json",
                r#"[{"scene_index": 1, "questions": [{"question_id": 0, "question": "q", "question_type": "descriptive", "answer": "yes"}, {"question_id": 1, "question": "q", "question_type": "explanatory", "choices": [{"choice_id": 0, "choice": "c", "answer": "correct"}]}]}]"#,
            ),
            (
                "found.json",
                r#"[{"scene_index": 1, "questions": [{"question_id": 0, "answer": "yes"}, {"question_id": 1, "choices": [{"choice_id": 0, "answer": "wrong"}]}]}]"#,
            ),
        ],
    },
    Set {
        protocol: Protocol::VideoMme,
        truth: "truth.json",
        predictions: "found.json",
        files: &[("truth.json", TEMPLATE), ("found.json", TEMPLATE)],
    },
    Set {
        protocol: Protocol::Got10k,
        truth: ".",
        predictions: "tracker",
        files: &[
            ("val/a/groundtruth.txt", "1,2,3,4\n1,2,3,4\n1,2,3,4.5\n"),
            (
                "val/a/meta_info.ini",
                "[METAINFO]\nresolution: (8, 9)\nobject_class: bear\n",
            ),
            (
                "tracker/a/a_001.txt",
                "1.000,2.000,3.000,4.000\n1,2,3,4\n0,0,2,2\n",
            ),
            ("tracker/a/a_time.txt", "0.5\n0.25\n0\n"),
        ],
    },
    Set {
        protocol: Protocol::KittiMots,
        truth: "truth",
        predictions: "found",
        files: &[("truth/0002.txt", MOTS), ("found/0002.txt", MOTS)],
    },
    Set {
        protocol: Protocol::Mevis,
        truth: "truth",
        predictions: "found",
        files: &[
            (
                "truth/valid_u/meta_expressions.json",
                r#"{"videos": {"v": {"frames": ["0"], "expressions": {"0": {"exp": "a", "anno_id": [1], "obj_id": [1]}}}}}"#,
            ),
            (
                "truth/valid_u/mask_dict.json",
                r#"{"1": [{"size": [2, 3], "counts": [0, 2, 4]}]}"#,
            ),
            ("found/v/0/0.png", ""),
        ],
    },
    Set {
        protocol: Protocol::Revos,
        truth: "truth",
        predictions: "found",
        files: &[
            (
                "truth/meta_expressions_valid_.json",
                r#"{"videos": {"v": {"frames": ["0"], "height": 2, "width": 3, "expressions": {"0": {"exp": "a", "anno_id": [1], "obj_id": [1], "type_id": 1}}}}}"#,
            ),
            (
                "truth/mask_dict.json",
                r#"{"1": [{"size": [2, 3], "counts": [0, 2, 4]}]}"#,
            ),
            (
                "truth/mask_dict_foreground.json",
                r#"{"v": {"masks_rle": [{"size": [2, 3], "counts": [0, 4, 2]}], "foreground_ratio": [0.6]}}"#,
            ),
            ("found/v/0/0.png", ""),
        ],
    },
    Set {
        protocol: Protocol::RigCrossView,
        truth: "truth",
        predictions: "found",
        files: &[
            (
                "found/tracks.json",
                r#"{"format": "tubelet-tracks", "version": 1, "rig": {"clip": "c", "steps": 1, "cameras": [{"name": "A", "width": 3, "height": 2}, {"name": "B", "width": 3, "height": 2}]}, "objects": [{"id": 1, "frames": [{"camera": "A", "frame": 0, "score": 0.9, "presence": 0.9, "mask": {"size": [2, 3], "counts": "123"}}]}]}"#,
            ),
            ("truth/c/A/00000.png", ""),
            ("truth/c/B/00000.png", ""),
        ],
    },
];
