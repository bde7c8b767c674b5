//! Small files of grounding, and of boxes, with their readers.
//!
//! Written from the published descriptions of the formats.

use tubelet_datasets::{
    CharadesLengths, CharadesMoment, CharadesReannotation, ConstructedSample, Got10k,
    Got10kResults, GroundedVideo, HcStvgSample, HighlightQuery, HighlightResult, VidOrVideo,
    VidStgSample, read_grounding_results,
};

use super::target::{Case, put};

pub(super) const CASES: &[Case] = &[
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
    ("train/a/cover.label", "8\n0\n", |path| {
        put(
            &path.with_file_name("groundtruth.txt"),
            b"1,2,3,4\n1,2,3,4\n",
        );
        for other in ["absence.label", "cut_by_image.label"] {
            put(&path.with_file_name(other), b"0\n1\n");
        }
        let root = path.ancestors().nth(3).unwrap();
        Got10k::open(root, "train").unwrap().sequence("a").is_ok()
    }),
    ("train/list.txt", "a\nb\n", |path| {
        put(
            &path.with_file_name("a").join("groundtruth.txt"),
            b"1,2,3,4\n",
        );
        Got10k::open(path.parent().unwrap(), "train").is_ok()
    }),
    ("a/a_001.txt", "1.000,2.000,3.000,4.000\n", |path| {
        Got10kResults::new(path.ancestors().nth(2).unwrap())
            .runs("a")
            .is_ok()
    }),
];
