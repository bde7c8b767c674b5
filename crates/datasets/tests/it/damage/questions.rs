//! Small files of questions, with their readers.
//!
//! Written from the published descriptions of the formats.

use tubelet_datasets::{
    ClevrerQuestion, ClevrerResult, NextQaQuestion, VideoMmeVideo, read_next_qa_results,
    read_vid_or_paths,
};

use super::target::Case;

pub(super) const CASES: &[Case] = &[
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
];
