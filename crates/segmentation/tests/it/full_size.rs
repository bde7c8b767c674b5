//! The published sizes, with random weights, against `transformers`' Sam2VideoModel.
//!
//! Needs the files of `fixtures/segmentation/full_size.py`, and half a minute to minutes for each size:
//! `TUBELET_FULL_SIZE=FOLDER cargo nextest run -p tubelet-segmentation --run-ignored all --no-capture full_size`.

use std::path::{Path, PathBuf};

use burn::tensor::Tensor;
use tubelet_nn::{WeightFile, relative_error};
use tubelet_segmentation::{FramePolicy, PointPrompts, Prompt, Segmenter, SegmenterConfig};

use crate::golden::Golden;

#[test]
#[ignore = "needs checkpoints of up to 0.9 GB; see the module docs"]
fn every_published_size_equals_the_reference() {
    let folder = PathBuf::from(std::env::var_os("TUBELET_FULL_SIZE").unwrap());
    let sizes = [
        ("tiny", SegmenterConfig::tiny()),
        ("small", SegmenterConfig::small()),
        ("base_plus", SegmenterConfig::base_plus()),
        ("large", SegmenterConfig::large()),
    ];
    for (name, config) in sizes {
        let weights = folder.join(format!("{name}.safetensors"));
        if weights.exists() {
            compare(&folder, name, &config);
        }
    }
}

fn compare(folder: &Path, name: &str, expected: &SegmenterConfig) {
    let weights = WeightFile::open(&folder.join(format!("{name}.safetensors"))).unwrap();
    let golden = Golden::open_path(&folder.join(format!("{name}_golden.safetensors")));
    let config = SegmenterConfig::of(&weights).unwrap();
    assert_eq!(&config, expected);
    let (segmenter, _) = Segmenter::load(&config, &weights, golden.device()).unwrap();

    let features = segmenter.encode(golden.tensor("images"));
    let recalled = segmenter.recall_nothing(&features);
    let points = PointPrompts {
        coordinates: golden.tensor("points.coordinates"),
        labels: golden.integers("points.labels"),
    };
    let prompt = Prompt::Points {
        points,
        previous: None,
    };
    let prediction = segmenter.predict(&features, &recalled, prompt, FramePolicy::prompted());

    let report = Report { golden, name };
    let [stride_4, stride_8] = features.high_resolution;
    report.check("embedding", features.embedding);
    report.check("stride_8", stride_8);
    report.check("stride_4", stride_4);
    report.check("position", features.position);
    report.check("score", prediction.object_score_logits);
    report.check("iou", prediction.candidates.iou);
    report.check("logits", prediction.logits);
    report.check("pointer", prediction.pointer);
}

struct Report<'a> {
    golden: Golden,
    name: &'a str,
}

impl Report<'_> {
    #[expect(
        clippy::print_stderr,
        reason = "the numbers are what the test is run for"
    )]
    fn check<const D: usize>(&self, part: &str, actual: Tensor<D>) {
        let error = relative_error(actual.clone(), self.golden.tensor(part));
        eprintln!("{} {part}: {error:.1e}", self.name);
        self.golden.check(part, actual);
    }
}
