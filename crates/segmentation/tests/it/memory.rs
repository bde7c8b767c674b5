//! Every verb that touches memory, against `transformers`' Sam2VideoModel.

use burn::tensor::{DType, Int, Tensor, TensorData};
use tubelet_geometry::FrameSize;
use tubelet_nn::relative_error;
use tubelet_segmentation::{
    Direction, FrameMemory, FramePolicy, FrameRole, Generation, ImageFeatures, MaskInMemory,
    MemoryBank, MemoryPrecision, Moment, Past, PointPrompts, Prediction, Prompt, Recalled,
    Segmenter, prepare_frame,
};

use crate::golden::Golden;

const FILES: [(&str, Generation); 2] = [
    ("memory_sam2_1", Generation::Sam21),
    ("memory_sam2", Generation::Sam2),
];
const PROMPTED: [usize; 2] = [2, 11];
const TRACKED: [usize; 9] = [3, 4, 5, 6, 8, 9, 10, 12, 13];

/// The weights are those of 2.1; SAM 2 has no use for two of its parts.
fn fill(weights: &Golden, generation: Generation) -> Segmenter {
    let config = weights.config().with_generation(generation);
    let segmenter = config.init(weights.device());
    weights.fill_where(segmenter, |parameter| {
        let only_in_2_1 = ["memory_encoder.absence", "object_pointer.time_projection"];
        let unused = only_in_2_1.iter().any(|part| parameter.starts_with(part));
        generation == Generation::Sam21 || !unused
    })
}

/// The model, the file, and the features of the file's only frame.
struct Tracker {
    golden: Golden,
    segmenter: Segmenter,
    features: ImageFeatures,
}

impl Tracker {
    fn open(name: &str, generation: Generation) -> Self {
        let golden = Golden::open(name);
        let weights = Golden::open("memory_model");
        let segmenter = fill(&weights, generation);
        let features = segmenter.encode(golden.tensor("frame"));
        Self {
            golden,
            segmenter,
            features,
        }
    }

    fn memory(&self, frame: usize) -> FrameMemory {
        FrameMemory {
            spatial: self.golden.tensor(&format!("recall.frame.{frame}.spatial")),
            pointer: self.golden.tensor(&format!("recall.frame.{frame}.pointer")),
        }
    }

    fn bank(&self) -> MemoryBank {
        let mut bank = MemoryBank::default();
        for frame in PROMPTED {
            bank.insert(frame, FrameRole::Prompted, self.memory(frame));
        }
        for frame in TRACKED {
            bank.insert(frame, FrameRole::Tracked, self.memory(frame));
        }
        bank
    }

    fn recalled(&self, name: &str) -> Recalled {
        Recalled {
            embedding: self.golden.tensor(name),
            looked_at: Vec::new(),
        }
    }

    fn check(&self, kind: &str, prediction: &Prediction) {
        let name = |part: &str| format!("predict.{kind}.{part}");
        self.golden
            .check(&name("logits"), prediction.logits.clone());
        self.golden
            .check(&name("scores"), prediction.object_score_logits.clone());
        self.golden
            .check(&name("pointer"), prediction.pointer.clone());
    }
}

fn moment(frame: usize, direction: Direction, clip_frames: usize) -> Moment {
    Moment {
        frame,
        direction,
        clip_frames: Some(clip_frames),
    }
}

#[test]
fn remembering_equals_the_reference() {
    for (name, generation) in FILES {
        let tracker = Tracker::open(name, generation);
        let golden = &tracker.golden;
        golden.check("embedding", tracker.features.embedding.clone());
        let mut prediction = tracker.segmenter.predict(
            &tracker.features,
            &tracker.recalled("recall.forward"),
            Prompt::None,
            FramePolicy::tracked(),
        );
        prediction.logits = golden.tensor("remember.logits");
        prediction.object_score_logits = golden.tensor("remember.scores");
        for (kind, mask_in_memory) in [
            ("remember.probability", MaskInMemory::Probability),
            ("remember.binary", MaskInMemory::Binary),
        ] {
            let policy = FramePolicy {
                mask_in_memory,
                precision: MemoryPrecision::Full,
                ..FramePolicy::tracked()
            };
            let memory = tracker
                .segmenter
                .remember(&tracker.features, &prediction, policy);
            golden.check(kind, memory.spatial);
            let half = FramePolicy {
                precision: MemoryPrecision::Half,
                ..policy
            };
            let memory = tracker
                .segmenter
                .remember(&tracker.features, &prediction, half);
            assert_eq!(memory.spatial.dtype(), DType::BF16);
        }
    }
}

#[test]
fn recalling_equals_the_reference_in_both_directions() {
    for (name, generation) in FILES {
        let tracker = Tracker::open(name, generation);
        let bank = tracker.bank();
        for (kind, moment) in [
            ("forward", moment(10, Direction::Forward, 40)),
            ("backward", moment(7, Direction::Backward, 40)),
            ("short", moment(9, Direction::Forward, 14)),
        ] {
            let past = Past {
                banks: &[&bank],
                moment,
            };
            let recalled =
                tracker
                    .segmenter
                    .recall(&tracker.features, past, FramePolicy::tracked());
            tracker
                .golden
                .check(&format!("recall.{kind}"), recalled.embedding);
        }
        let nothing = tracker.segmenter.recall_nothing(&tracker.features);
        tracker.golden.check("recall.nothing", nothing.embedding);
    }
}

#[test]
fn predicting_equals_the_reference_for_every_prompt() {
    for (name, generation) in FILES {
        let tracker = Tracker::open(name, generation);
        let predict = |recalled: &Recalled, prompt| {
            let policy = FramePolicy::tracked();
            tracker
                .segmenter
                .predict(&tracker.features, recalled, prompt, policy)
        };
        let recalled = tracker.recalled("predict.there");
        tracker.check("present", &predict(&recalled, Prompt::None));
        let gone = tracker.recalled("predict.gone");
        tracker.check("absent", &predict(&gone, Prompt::None));

        let golden = &tracker.golden;
        let coordinates: Tensor<3> = golden.tensor("predict.coordinates");
        let labels =
            Tensor::<2, Int>::from_data(TensorData::new(vec![1, 0], [1, 2]), golden.device());
        let one = PointPrompts {
            coordinates: coordinates.clone().narrow(1, 0, 1),
            labels: labels.clone().narrow(1, 0, 1),
        };
        let one = Prompt::Points {
            points: one,
            previous: None,
        };
        tracker.check("one_point", &predict(&recalled, one));
        let two = Prompt::Points {
            points: PointPrompts {
                coordinates,
                labels,
            },
            previous: Some(golden.tensor("predict.previous")),
        };
        tracker.check("two_points", &predict(&recalled, two));

        let empty = Tensor::<4>::zeros([1, 1, 96, 96], golden.device());
        let inside = Tensor::ones([1, 1, 47, 59], golden.device());
        let given = empty
            .clone()
            .slice_assign([0..1, 0..1, 10..57, 21..80], inside);
        tracker.check("mask", &predict(&recalled, Prompt::Mask(given)));
        tracker.check("empty_mask", &predict(&recalled, Prompt::Mask(empty)));
    }
}

#[test]
fn objects_recall_together_what_they_recall_alone() {
    let (name, generation) = FILES[0];
    let tracker = Tracker::open(name, generation);
    let full = tracker.bank();
    let mut recent = MemoryBank::default();
    recent.insert(4, FrameRole::Prompted, tracker.memory(4));
    recent.insert(9, FrameRole::Tracked, tracker.memory(9));
    let mut other = recent.clone();
    other.insert(9, FrameRole::Tracked, tracker.memory(8));
    let mut earlier = recent.clone();
    earlier.remove(9);
    earlier.insert(8, FrameRole::Tracked, tracker.memory(8));
    let empty = MemoryBank::default();
    let banks = [&full, &recent, &empty, &other, &earlier];
    let recall = |features: &ImageFeatures, banks: &[&MemoryBank]| {
        let past = Past {
            banks,
            moment: moment(10, Direction::Forward, 40),
        };
        let recalled = tracker
            .segmenter
            .recall(features, past, FramePolicy::tracked());
        recalled.embedding
    };
    let alone = banks.map(|bank| recall(&tracker.features, &[bank]));
    let alone = Tensor::cat(alone.to_vec(), 0);
    let together = recall(&tracker.features, &banks);
    let frames = Tensor::<1, Int>::zeros([banks.len()], tracker.golden.device());
    let each_with_features = recall(&tracker.features.frames(&frames), &banks);
    for batched in [together, each_with_features] {
        let error = relative_error(batched, alone.clone());
        assert!(error < 1e-6, "{error:.2e}");
    }
}

#[test]
fn frames_are_prepared_as_the_reference_prepares_bytes() {
    let golden = Golden::open(FILES[0].0);
    for kind in ["smaller", "larger", "fitting"] {
        let pixels: Tensor<3> = golden.tensor(&format!("prepare.{kind}.pixels"));
        let [height, width, _] = pixels.dims();
        let levels = pixels.into_data().try_into_vec::<f32>().unwrap();
        let bytes: Vec<u8> = levels.into_iter().map(|level| level as u8).collect();
        let size = FrameSize::new(width, height);
        let prepared = prepare_frame(&bytes, size, 24, golden.device()).unwrap();
        let expected: Tensor<4> = golden.tensor(&format!("prepare.{kind}"));
        let error = relative_error(prepared, expected);
        // One level of one colour would be more than a thousandth.
        assert!(error < 1e-6, "{kind}: {error:.2e}");
        assert!(prepare_frame(&bytes[3..], size, 24, golden.device()).is_err());
    }
}

#[test]
fn half_products_stay_near_the_reference() {
    const NEAR: f32 = 0.03;
    let (name, generation) = FILES[0];
    let mut tracker = Tracker::open(name, generation);
    tracker.segmenter = tracker.segmenter.with_half_products();
    let golden = &tracker.golden;
    let near = |part: &str, error: f32| assert!(error < NEAR, "{part}: {error:.2e}");

    let features = tracker.segmenter.encode(golden.tensor("frame"));
    let error = relative_error(features.embedding, golden.tensor("embedding"));
    near("embedding", error);

    let bank = tracker.bank();
    let past = Past {
        banks: &[&bank],
        moment: moment(10, Direction::Forward, 40),
    };
    let policy = FramePolicy {
        precision: MemoryPrecision::Full,
        ..FramePolicy::tracked()
    };
    let recalled = tracker.segmenter.recall(&tracker.features, past, policy);
    let error = relative_error(recalled.embedding.clone(), golden.tensor("recall.forward"));
    near("recalled", error);

    let mut prediction =
        tracker
            .segmenter
            .predict(&tracker.features, &recalled, Prompt::None, policy);
    prediction.logits = golden.tensor("remember.logits");
    prediction.object_score_logits = golden.tensor("remember.scores");
    let memory = tracker
        .segmenter
        .remember(&tracker.features, &prediction, policy);
    let error = relative_error(memory.spatial, golden.tensor("remember.probability"));
    near("memory", error);
}
