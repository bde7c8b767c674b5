//! Protocols of single frames and images: what they are called, expect and differ in.

use super::{Entry, rules};

pub(crate) const A2D: Entry = Entry {
    name: "a2d",
    about: "sentences to masks in single frames: P@K, overall and mean IoU, mAP and its parts",
    truth: "the folder of A2D-Sentences with text_annotations",
    predictions: "FILE.json: [{\"image_id\": …, \"score\": …, \"segmentation\": {\"size\", \"counts\"}}]",
    split: None,
    rules: &[rules(
        "mttr",
        "as MTTR and ReferFormer; a frame without masks counts as missed, where the official code stops",
    )],
};
pub(crate) const JHMDB: Entry = Entry {
    name: "jhmdb",
    about: "sentences to masks in three frames a video: P@K, overall and mean IoU, mAP and its parts",
    truth: "the folder of JHMDB-Sentences with jhmdb_sentences_samples_metadata.json",
    ..A2D
};
pub(crate) const REF_COCO: Entry = Entry {
    name: "refcoco",
    about: "expressions to boxes or masks in images (RefCOCO, RefCOCO+, RefCOCOg)",
    truth: "a folder such as refcoco+ with refs(PARTITION).p and instances.json",
    predictions: "boxes: FILE.json: [{\"refexp_id\", \"annotation_id\", \"predicted_bounding_boxes\": [[X, Y, W, H]]}]; masks: \
                  FILE.json: [{\"image_id\": \"SENTENCE\", \"score\", \"segmentation\"}]",
    split: Some("PARTITION/SPLIT, such as `umd/test`; `unc/val` if left out"),
    rules: &[
        rules(
            "iou",
            "boxes: IoU of at least 0.5, as the toolbox of RefCOCOg and the usual Acc@0.5",
        ),
        rules(
            "giou",
            "boxes: generalised IoU of at least 0.5, as MDETR and ReferFormer",
        ),
        rules("lavt", "masks: two empty masks share nothing, as LAVT"),
        rules("lisa", "masks: two empty masks agree, as LISA"),
        rules(
            "referformer",
            "masks: the figures of A2D-Sentences, as ReferFormer; a sentence may have several masks, the surest of \
             which must overlap by more than X",
        ),
    ],
};
pub(crate) const G_REF_COCO: Entry = Entry {
    name: "grefcoco",
    about: "expressions to masks in images, of many objects or none: cIoU, gIoU, N-acc, T-acc",
    truth: "a folder with grefs(PARTITION).json and instances.json",
    predictions: "FILE.json: [{\"image_id\": \"SENTENCE\", \"score\", \"segmentation\", \"no_target\": false}]; without \
                  no_target an empty mask says that nothing is meant",
    split: Some("PARTITION/SPLIT, such as `unc/testA`; `unc/val` if left out"),
    rules: &[rules(
        "rela",
        "the formulas of ReLA, in images of their own size, where ReLA shrinks truth and prediction to 480 by 480",
    )],
};
