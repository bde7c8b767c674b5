//! What each protocol is called, what it expects of folders and files, and by which rules it can be judged.
//!
//! Data alone: the list that `docs/evaluate.md` shows. How a protocol is carried out stands in `protocols`.

mod images;

pub(crate) use images::{A2D, G_REF_COCO, JHMDB, REF_COCO};

/// How a protocol counts where evaluators disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Its name.
    pub name: &'static str,
    /// What it does, and where it differs from the official code.
    pub about: &'static str,
}

/// One protocol.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub name: &'static str,
    pub about: &'static str,
    pub truth: &'static str,
    pub predictions: &'static str,
    pub split: Option<&'static str>,
    pub rules: &'static [Rules],
}

const fn rules(name: &'static str, about: &'static str) -> Rules {
    Rules { name, about }
}

const LABELS: &str = "VIDEO/FRAME.png, values are objects";
const EXPRESSIONS: &str = "VIDEO/EXPRESSION/FRAME.png, object where not 0";
const DECAY: &[Rules] = &[
    rules(
        "exact",
        "decay by true positions; equal to the official code for sequences of at most 256 frames, where that keeps \
         positions in eight bits",
    ),
    rules(
        "official-decay",
        "decay with positions modulo 256, as the official code calculates it; where that leaves no frames to compare, as \
         with 257 to 341, neither the object nor the benchmark has one",
    ),
];
const PROPOSALS: &[Rules] = &[
    DECAY[0],
    DECAY[1],
    rules(
        "trackeval",
        "as TrackEval: proposals of any number are assigned by J alone, objects may appear after the first frame, decay \
         with positions modulo 256",
    ),
];
const DAVIS_LIST: Option<&str> =
    Some("a list in ImageSets, such as `val`; all sequences on the disk if left out");
const TUBES: &str =
    "FILE.json: [{\"id\": …, \"span\": [FIRST, END], \"boxes\": {\"FRAME\": [X0, Y0, X1, Y1]}}]";

pub(crate) const DAVIS_2016: Entry = Entry {
    name: "davis-2016",
    about: "one foreground object per video: J and F with mean, recall, decay",
    truth: "Annotations/480p/VIDEO/FRAME.png, 0 and 255; JPEGImages/480p beside it for pictures",
    predictions: "VIDEO/FRAME.png, object where not 0",
    split: DAVIS_LIST,
    rules: DECAY,
};
pub(crate) const DAVIS_2017: Entry = Entry {
    name: "davis-2017",
    about: "objects given in the first frame: J and F with mean, recall, decay",
    truth: "Annotations/480p/VIDEO/FRAME.png, values are objects, 255 void",
    predictions: LABELS,
    split: DAVIS_LIST,
    rules: DECAY,
};
pub(crate) const DAVIS_2017_UNSUPERVISED: Entry = Entry {
    name: "davis-2017-unsupervised",
    about: "up to 20 proposals, assigned to the objects: J and F with mean, recall, decay",
    truth: "Annotations_unsupervised/480p/VIDEO/FRAME.png, values are objects, 255 void",
    predictions: LABELS,
    split: DAVIS_LIST,
    rules: PROPOSALS,
};
pub(crate) const VOS_BENCHMARK: Entry = Entry {
    name: "vos-benchmark",
    about: "J and F of every object from its first appearance on (MOSE, LVOS, YouTube-VOS)",
    truth: LABELS,
    predictions: LABELS,
    split: None,
    rules: &[
        rules(
            "inner",
            "the first and the last frame do not count, the default of the official code",
        ),
        rules(
            "all-frames",
            "all frames count, as with the official flag to keep both ends",
        ),
    ],
};
pub(crate) const SA_V: Entry = Entry {
    name: "sa-v",
    about: "J and F of single objects at annotated frames",
    truth: "Annotations_6fps/VIDEO/OBJECT/FRAME.png, one value beside 0",
    predictions: "VIDEO/OBJECT/FRAME.png, one value beside 0",
    split: None,
    rules: VOS_BENCHMARK.rules,
};
pub(crate) const MEVIS: Entry = Entry {
    name: "mevis",
    about: "sentences to masks: J and F over all frames, means over sentences",
    truth: "valid_u/meta_expressions.json and mask_dict.json",
    predictions: EXPRESSIONS,
    split: Some("its folder; `valid_u` if left out"),
    rules: &[rules("official", "as the official code")],
};
pub(crate) const REVOS: Entry = Entry {
    name: "revos",
    about: "sentences that need reasoning: J, F, accuracy A and robustness R by class",
    truth: "meta_expressions_valid_.json, mask_dict.json and mask_dict_foreground.json",
    predictions: EXPRESSIONS,
    split: Some("`valid` if left out"),
    rules: &[
        rules(
            "exact",
            "a pixel belongs to what is meant or not, so that A and R are what they are meant to be; exact means",
        ),
        rules(
            "sa2va",
            "predicted pixels count as 1, a pixel of two objects as 2, and each sentence is rounded to two decimals, \
             as Sa2VA's code does",
        ),
        rules(
            "visa",
            "predicted pixels count as 255 and each sentence is rounded to two decimals, as VISA's code does; never \
             compare its A and R with others",
        ),
    ],
};
pub(crate) const REF_DAVIS: Entry = Entry {
    name: "ref-davis",
    about: "sentences about the objects of DAVIS-2017",
    truth: "by-annotator: a DAVIS-2017 folder with Annotations_unsupervised; by-expression: meta_expressions/valid/\
            meta_expressions.json and valid/Annotations/VIDEO/FRAME.png, or valid/mask_dict.json or mask_dict.pkl with \
            VISA's numbers of sentences",
    predictions: "by-annotator: anno_0 to anno_3, each VIDEO/FRAME.png, values are objects; by-expression: \
                  VIDEO/EXPRESSION/FRAME.png",
    split: Some("by-annotator: a list in ImageSets; by-expression: `valid` if left out"),
    rules: &[
        rules(
            "by-annotator",
            "the DAVIS-2017 unsupervised protocol for each of four annotators, then their mean, as ReferFormer",
        ),
        rules(
            "by-expression",
            "every sentence by itself, as VISA and Sa2VA",
        ),
    ],
};
pub(crate) const REF_YOUTUBE_VOS: Entry = Entry {
    name: "ref-youtube-vos",
    about: "sentences to masks: J and F over all frames, means over sentences",
    truth: "meta_expressions/SPLIT/meta_expressions.json and SPLIT/Annotations/VIDEO/FRAME.png",
    predictions: EXPRESSIONS,
    split: Some("`valid` if left out"),
    rules: &[rules(
        "all-frames",
        "all annotated frames count; the server's code is not public, so whether it drops the ends is not known",
    )],
};
pub(crate) const VIDSTG: Entry = Entry {
    name: "vidstg",
    about: "sentences to tubes of boxes: m_tIoU, m_vIoU, vIoU@R by kind of sentence",
    truth: "test_annotations.json (or in annotations/), and the boxes of VidOR in vidor/",
    predictions: TUBES,
    split: Some("`test` if left out; ids number its sentences from 0, questions before captions"),
    rules: &[
        rules(
            "tubedetr",
            "at sampled frames, as TubeDETR; the last frame does not belong to a tube",
        ),
        rules(
            "stcat",
            "at every frame, as STCAT; a perfect prediction of the span stays below 1, and sentences with missing \
             boxes are left out",
        ),
        rules(
            "cg-stvg",
            "as stcat, but frames without predicted box share nothing, as TA-STVG; CG-STVG refuses them in this set",
        ),
        rules("definition", "at every frame, as the measure is defined"),
    ],
};
pub(crate) const HC_STVG: Entry = Entry {
    name: "hc-stvg",
    about: "sentences about people to tubes of boxes: m_tIoU, m_vIoU, vIoU@R",
    truth: "FILE.json of version 1 or 2",
    predictions: TUBES,
    split: None,
    rules: &[
        rules(
            "definition",
            "at every frame, as the measure is defined, from the first box on; published figures are by one of the others",
        ),
        rules(
            "tubedetr",
            "at sampled frames, as TubeDETR, whose true tubes lie one frame late because it takes a number that \
             counts from 1 for one that counts from 0",
        ),
        rules(
            "stcat",
            "at every frame, as STCAT; a perfect prediction of the span stays below 1",
        ),
        rules(
            "cg-stvg",
            "as stcat with boxes cut at the frame, and frames without predicted box share nothing, as CG-STVG",
        ),
    ],
};
pub(crate) const CHARADES_STA: Entry = Entry {
    name: "charades-sta",
    about: "sentences to moments: R@n, IoU=m and mean IoU",
    truth: "charades_sta_test.txt, or its folder; with Charades_v1_test.csv for the rules of 2D-TAN",
    predictions: "FILE.jsonl: {\"qid\", \"query\", \"vid\", \"pred_relevant_windows\": [[START, END, SCORE]]}",
    split: Some("`test` if left out"),
    rules: &[
        rules(
            "lgi",
            "an overlap of m counts, as LGI and Moment-DETR; all sentences are asked",
        ),
        rules(
            "2d-tan",
            "an overlap must exceed m, moments end with the video, and proposals that overlap a better one by more \
             than 0.5 are dropped, as 2D-TAN with convolutions",
        ),
        rules("2d-tan-pool", "as 2d-tan with 0.45, as 2D-TAN with pooling"),
    ],
};
pub(crate) const QV_HIGHLIGHTS: Entry = Entry {
    name: "qvhighlights",
    about: "queries to moments and highlights: R1, mAP, HL-mAP, HL-Hit1",
    truth: "highlight_val_release.jsonl",
    predictions: "FILE.jsonl: {\"qid\", \"query\", \"vid\", \"pred_relevant_windows\", \"pred_saliency_scores\"}",
    split: None,
    rules: &[rules(
        "official",
        "as standalone_eval, which prints percentages with two decimals; without one of the two lists its figures are \
         left out",
    )],
};
pub(crate) const NEXT_QA: Entry = Entry {
    name: "next-qa",
    about: "why and when, five answers to choose from: accuracy by kind",
    truth: "val.csv",
    predictions: "FILE.json: {\"VIDEO_QUESTION\": {\"prediction\": 0, \"answer\": 0}}",
    split: None,
    rules: &[rules(
        "official",
        "as the official code; the right answers are those of the ground truth",
    )],
};
pub(crate) const NEXT_GQA: Entry = Entry {
    name: "next-gqa",
    about: "answers with the moment that justifies them: Acc@GQA, IoP, IoU",
    truth: "a folder with val.csv and gsub_val.json",
    predictions: "a folder with grounding.json, {\"VIDEO_QUESTION\": [START, END]} in seconds, and answers.json as for next-qa",
    split: Some("`val` if left out"),
    rules: &[rules("official", "as the official code")],
};
pub(crate) const CLEVRER: Entry = Entry {
    name: "clevrer",
    about: "causes and consequences of collisions: accuracy by option and by question",
    truth: "validation.json",
    predictions: "FILE.json: [{\"scene_index\", \"questions\": [{\"question_id\", \"answer\" or \"choices\"}]}]",
    split: None,
    rules: &[rules(
        "definition",
        "as the benchmark defines it; the server's code is not public",
    )],
};
pub(crate) const VIDEO_MME: Entry = Entry {
    name: "video-mme",
    about: "four answers to choose from about videos of a minute to an hour: accuracy by length",
    truth: "the official template of questions",
    predictions: "FILE.json: the template with responses",
    split: None,
    rules: &[
        rules(
            "intended",
            "beginnings such as \"Best answer:\" are taken off; a question without answer is wrong",
        ),
        rules(
            "official",
            "letters as the official code finds them, which reads \"Best answer: C\" as B; questions without answer \
             are left out",
        ),
    ],
};
pub(crate) const GOT_10K: Entry = Entry {
    name: "got-10k",
    about: "one object followed by a box: AO, SR, success curve",
    truth: "val/VIDEO/groundtruth.txt, cover.label, meta_info.ini",
    predictions: "VIDEO/VIDEO_001.txt and further runs, and VIDEO_time.txt, a column for each run, for the speed",
    split: Some("`val` if left out"),
    rules: &[rules(
        "toolkit",
        "as the toolkit: all frames of all sequences and runs weigh the same; mAO and mSR weigh classes of objects \
         the same, as the paper",
    )],
};
pub(crate) const YOUTUBE_VIS: Entry = Entry {
    name: "youtube-vis",
    about: "tracks of masks by category: AP and AR",
    truth: "instances.json",
    predictions: "results.json: [{\"video_id\", \"category_id\", \"score\", \"segmentations\"}]",
    split: None,
    rules: &[rules("official", "as ytvoseval")],
};
pub(crate) const KITTI_MOTS: Entry = Entry {
    name: "kitti-mots",
    about: "masks of cars and pedestrians through a drive: sMOTSA, MOTSA, MOTSP, IDS",
    truth: "SEQUENCE.txt, or in instances_txt/",
    predictions: "SEQUENCE.txt",
    split: Some(
        "a map in the folder or in mots_eval/, such as `val`; all sequences up to the last mask of either side if left out",
    ),
    rules: &[rules("official", "as mots_tools")],
};
pub(crate) const SA_CO: Entry = Entry {
    name: "saco",
    about: "noun phrases to tracks: cgF1, phrase AP, HOTA, TETA",
    truth: "FILE.json of SA-Co/VEval",
    predictions: "FILE.json: [{\"video_id\", \"category_id\", \"score\", \"segmentations\"}]",
    split: None,
    rules: &[
        rules("masks", "tracks of masks"),
        rules(
            "boxes",
            "tracks of boxes, `bboxes` of the results or else around the masks, in the f32 arithmetic of TrackEval",
        ),
    ],
};

const RIG_TRUTH: &str = "nuScenes with masks/, Waymo's .tfrecord files or components, a rig.toml or folders of them, or \
                         CLIP/CAMERA/STEP.png, values are objects in all cameras";
const RIG_PREDICTIONS: &str =
    "CLIP/CAMERA/STEP.png, 16 bits, values are objects in all cameras; or CLIP/tracks.json";
const RIG_SPLIT: Option<&str> = Some("the version of nuScenes, where there are several");
const RIG_RULES: &[Rules] = &[
    rules(
        "all-frames",
        "an instance's score is the mean over all annotated pictures, in each camera from the first in which it appears on \
         either side; instances weigh the same (the paper does not say how it averages)",
    ),
    rules("predicted-objects", "likewise, of what is predicted"),
];

pub(crate) const RIG_CROSS_VIEW: Entry = Entry {
    name: "rig-cross-view",
    about: "objects that two or more cameras of a rig see: J and F over all cameras (MST-SAM)",
    truth: RIG_TRUTH,
    predictions: RIG_PREDICTIONS,
    split: RIG_SPLIT,
    rules: RIG_RULES,
};
pub(crate) const RIG_GENERIC: Entry = Entry {
    name: "rig-generic",
    about: "all objects that the cameras of a rig see: J and F over all cameras (MST-SAM)",
    ..RIG_CROSS_VIEW
};
