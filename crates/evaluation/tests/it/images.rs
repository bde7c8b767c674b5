//! Single frames: A2D-Sentences, JHMDB-Sentences, RefCOCO.

use std::fs;

use serde_json::{Value, json};
use tubelet_evaluation::Options;

use crate::judged::{figure, judge, near, of_group};
use crate::shared::{golden, stored};

fn split(rules: &str) -> Options {
    Options {
        rules: Some(rules.to_owned()),
        split: Some("unc/testA".to_owned()),
        ..Options::default()
    }
}

#[test]
fn expressions_of_refcoco_are_judged_by_box_and_by_mask() {
    let folder = tempfile::tempdir().unwrap();
    let (root, found) = (
        folder.path().join("refcoco"),
        folder.path().join("found.json"),
    );
    fs::create_dir_all(&root).unwrap();
    fs::copy(stored("refs_protocol_2.p"), root.join("refs(unc).p")).unwrap();
    let instances = json!({
        "images": [{"id": 581_857, "file_name": "a.jpg", "width": 8, "height": 6}],
        "annotations": [{"id": 1_719_310, "image_id": 581_857, "bbox": [2.0, 1.0, 3.0, 3.0], "category_id": 1,
            "segmentation": [[2, 1, 5, 1, 5, 4, 2, 4]]}],
    });
    fs::write(root.join("instances.json"), instances.to_string()).unwrap();
    let references = tubelet_datasets::RefCoco::open(&root, "unc").unwrap();
    let sentences: Vec<u64> = references
        .split("testA")
        .flat_map(|it| it.sentences.iter().map(|sentence| sentence.id))
        .collect();
    let boxes = |edges: [f64; 4]| {
        let rows = sentences.iter().map(
            |id| json!({"refexp_id": id, "annotation_id": 1_719_310, "predicted_bounding_boxes": [edges]}),
        );
        fs::write(&found, json!(rows.collect::<Vec<Value>>()).to_string()).unwrap();
    };
    boxes([2.0, 1.0, 3.0, 2.0]);
    let report = judge("refcoco", &root, &found, &split("iou")).unwrap();
    near("mean IoU", figure(&report, "mean IoU"), 2.0 / 3.0);
    assert_eq!(figure(&report, "P@1"), 1.0);
    boxes([3.0, 1.0, 3.0, 3.0]);
    // IoU is one half, and generalised IoU is the same where the hull is the union.
    let report = judge("refcoco", &root, &found, &split("giou")).unwrap();
    assert_eq!(figure(&report, "P@1"), 1.0);
    // The mask of the object, from column 2 to 4 and row 1 to 3, in columns of 6 pixels.
    let masks = sentences.iter().map(|id| {
        let code = json!({"size": [6, 8], "counts": [13, 3, 3, 3, 26]});
        json!({"image_id": id.to_string(), "score": 1.0, "segmentation": code})
    });
    fs::write(&found, json!(masks.collect::<Vec<Value>>()).to_string()).unwrap();
    let report = judge("refcoco", &root, &found, &split("lavt"));
    match report {
        Ok(report) => near("cIoU", figure(&report, "cIoU"), 6.0 / 9.0),
        Err(error) => panic!("{error}"),
    }
    // The same as the surest of two masks; the other one is right.
    let masks = sentences.iter().flat_map(|id| {
        let row = |counts: Value, score: f64| {
            let code = json!({"size": [6, 8], "counts": counts});
            json!({"image_id": id.to_string(), "score": score, "segmentation": code})
        };
        let right = json!([13, 3, 3, 3, 3, 3, 20]);
        [row(json!([13, 3, 3, 3, 26]), 0.9), row(right, 0.5)]
    });
    fs::write(&found, json!(masks.collect::<Vec<Value>>()).to_string()).unwrap();
    let report = judge("refcoco", &root, &found, &split("referformer")).unwrap();
    near("overall", figure(&report, "Overall IoU"), 6.0 / 9.0);
    assert_eq!(figure(&report, "P@0.6"), 1.0);
    assert_eq!(figure(&report, "P@0.7"), 0.0);
    // Up to 0.65 the surest masks are right, and above that the other half of all masks.
    near("AP50", figure(&report, "AP50"), 1.0);
    near("AP75", figure(&report, "AP75"), 0.5);
    near("mAP", figure(&report, "mAP"), (4.0 + 6.0 * 0.5) / 10.0);
    near("small", figure(&report, "AP small"), 0.7);
    let medium = report.summary.iter().find(|it| it.name == "AP medium");
    assert_eq!(medium.unwrap().value, None);
    let wrong = Options {
        split: Some("testA".to_owned()),
        ..Options::default()
    };
    assert!(
        judge("refcoco", &root, &found, &wrong)
            .unwrap_err()
            .to_string()
            .contains("umd/test")
    );
}

#[test]
fn frames_of_a2d_are_judged_by_the_surest_mask() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("a2d");
    let masks = root.join("text_annotations/a2d_annotation_with_instances/vid");
    fs::create_dir_all(&masks).unwrap();
    fs::create_dir_all(root.join("Release")).unwrap();
    fs::copy(stored("a2d_two_actors.h5"), masks.join("00015.h5")).unwrap();
    let frame = tubelet_datasets::A2dFrame::read(stored("a2d_two_actors.h5")).unwrap();
    let rows: Vec<String> = frame
        .actors
        .iter()
        .map(|actor| format!("vid,{},someone\n", actor.instance))
        .collect();
    let sentences = format!("video_id,instance_id,query\n{}", rows.concat());
    fs::write(root.join("text_annotations/a2d_annotation.txt"), sentences).unwrap();
    fs::write(root.join("text_annotations/a2d_missed_videos.txt"), "gone").unwrap();
    fs::write(root.join("Release/videoset.csv"), "vid,1,0,0,0,0,0,0,1\n").unwrap();
    let rows: Vec<Value> = frame
        .actors
        .iter()
        .flat_map(|actor| {
            let right = tubelet_geometry::RunLength::encode(&actor.mask);
            let all = tubelet_geometry::RunLength::encode(&tubelet_geometry::Mask::full(frame.size));
            let row = move |mask: &tubelet_geometry::RunLength, score: f64| {
                let code = json!({"size": [mask.size().height, mask.size().width], "counts": mask.to_text()});
                json!({"image_id": format!("v_vid_f_15_i_{}", actor.instance), "score": score, "segmentation": code})
            };
            [row(&right, 0.9), row(&all, 0.1)]
        })
        .collect();
    let found = folder.path().join("found.json");
    fs::write(&found, json!(rows).to_string()).unwrap();
    let report = judge("a2d", &root, &found, &Options::default()).unwrap();
    assert_eq!(
        (report.samples.len(), figure(&report, "Mean IoU")),
        (2, 1.0)
    );
    assert_eq!(figure(&report, "P@0.9"), 1.0);
    assert!(
        !golden("a2d_sentences")["samples"]
            .as_array()
            .unwrap()
            .is_empty()
    );
}

#[test]
fn expressions_of_grefcoco_may_mean_several_objects_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let square = |left: u32| json!([[left, 0, left + 2, 0, left + 2, 2, left, 2]]);
    let object = |id: u32| json!({"id": id, "image_id": 7, "iscrowd": 0, "bbox": [id - 1, 0, 2, 2], "segmentation": square(id - 1)});
    let instances = json!({
        "images": [{"id": 7, "file_name": "a.jpg", "width": 8, "height": 6}],
        "annotations": [object(1), object(2)],
    });
    fs::write(root.join("instances.json"), instances.to_string()).unwrap();
    let references = [
        json!([1]),
        json!([1, 2]),
        json!([-1]),
        json!([-1]),
        json!([2]),
    ];
    let references = references.iter().enumerate().map(|(number, annotations)| {
        json!({"ref_id": number, "ann_id": annotations, "image_id": 7, "split": "val", "category_id": [1],
            "sentences": [{"sent_id": number, "sent": "it", "raw": "It", "tokens": ["it"]}]})
    });
    let references: Vec<Value> = references.collect();
    fs::write(root.join("grefs(unc).json"), json!(references).to_string()).unwrap();
    let found = root.join("found.json");
    // The first object of 4 pixels, which lies in columns of 6 pixels; and nothing.
    let (first, nothing) = (json!([0, 2, 4, 2, 40]), json!([48]));
    let result = |number: u32, counts: &Value, says_nothing: Option<bool>| {
        let code = json!({"size": [6, 8], "counts": counts});
        let mut result = json!({"image_id": number.to_string(), "score": 1, "segmentation": code});
        if let Some(says_nothing) = says_nothing {
            result["no_target"] = json!(says_nothing);
        }
        result
    };
    let results = [
        result(0, &first, Some(false)),
        result(1, &first, None),
        result(2, &nothing, None),
        result(3, &first, Some(false)),
        result(4, &first, Some(true)),
    ];
    fs::write(&found, json!(results).to_string()).unwrap();
    let report = judge("grefcoco", root, &found, &Options::default()).unwrap();
    // Overlaps 4/4, 4/6, 1 for nothing, 0 for something where nothing is, and 0 for nothing where something is.
    near(
        "gIoU",
        figure(&report, "gIoU"),
        (1.0 + 4.0 / 6.0 + 1.0) / 5.0,
    );
    // Unions 4, 6, 0, 4 and 6.
    near("cIoU", figure(&report, "cIoU"), 8.0 / 20.0);
    near("N-acc", figure(&report, "N-acc"), 0.5);
    near("T-acc", figure(&report, "T-acc"), 2.0 / 3.0);
    near("Pr", figure(&report, "Pr@0.7"), 1.0 / 3.0);
    near(
        "several",
        of_group(&report, "several objects", "IoU"),
        4.0 / 6.0,
    );
    assert!(report.notes[0].starts_with("2 results have no `no_target`"));
}
