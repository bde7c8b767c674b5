//! The image side, part by part and as a whole, against `transformers`' Sam2Model.

use burn::tensor::Tensor;
use tubelet_segmentation::{
    HieraConfig, ImageEncoder, MaskChoice, MaskDecoder, MaskDecoderInput, MaskPrediction,
    PointPrompts, PromptEncoder, SegmenterConfig, SegmenterSizes, Stability,
};

use crate::golden::Golden;

const FILES: [&str; 2] = ["image_padded", "image_global"];

fn config(golden: &Golden) -> SegmenterConfig {
    let four = |key: &str| <[usize; 4]>::try_from(golden.numbers(key)).unwrap();
    let channels = golden.numbers("channels")[0];
    let mut config = SegmenterConfig::from_sizes(SegmenterSizes {
        image_size: golden.numbers("image")[0],
        channels,
        trunk: HieraConfig {
            channels: golden.numbers("trunk")[0],
            heads: golden.numbers("heads")[0],
            blocks: four("blocks"),
            windows: four("windows"),
            global_blocks: golden.numbers("whole"),
            background: golden.numbers("background")[0],
        },
        token_hidden_channels: 2 * channels,
        quality_hidden_channels: channels + 8,
    });
    config.mask_decoder.stability = Stability {
        threshold: golden.metadata("stability_threshold").parse().unwrap(),
        ..Stability::default()
    };
    config
}

struct ImageSide {
    golden: Golden,
    encoder: ImageEncoder,
    prompts: PromptEncoder,
    decoder: MaskDecoder,
}

impl ImageSide {
    fn open(name: &str) -> Self {
        let golden = Golden::open(name);
        let config = config(&golden);
        config.check().unwrap();
        let device = golden.device();
        Self {
            encoder: golden.fill(config.image_encoder.init(device), "image_encoder."),
            prompts: golden.fill(config.prompt_encoder.init(device), "prompt_encoder."),
            decoder: golden.fill(config.mask_decoder.init(device), "mask_decoder."),
            golden,
        }
    }

    fn points(&self, name: &str) -> PointPrompts {
        PointPrompts {
            coordinates: self.golden.tensor(&format!("{name}.coordinates")),
            labels: self.golden.integers(&format!("{name}.labels")),
        }
    }
}

#[test]
fn every_stage_of_the_backbone_equals_the_reference() {
    for name in FILES {
        let golden = Golden::open(name);
        let trunk = config(&golden).image_encoder.trunk.init(golden.device());
        let trunk = golden.fill(trunk, "image_encoder.trunk.");
        let stages = trunk.forward(golden.tensor("images"));
        for (index, stage) in stages.into_iter().enumerate() {
            golden.check(&format!("stage.{index}"), stage);
        }
    }
}

#[test]
fn the_neck_equals_the_reference() {
    for name in FILES {
        let golden = Golden::open(name);
        let neck = config(&golden).image_encoder.neck.init(golden.device());
        let neck = golden.fill(neck, "image_encoder.neck.");
        let stages = [0, 1, 2, 3].map(|index| golden.tensor(&format!("stage.{index}")));
        let (embedding, [stride_4, stride_8]) = neck.forward(stages);
        golden.check("embedding", embedding);
        golden.check("stride_8", stride_8);
        golden.check("stride_4", stride_4);
    }
}

#[test]
fn the_image_encoder_equals_the_reference() {
    for name in FILES {
        let ImageSide {
            golden, encoder, ..
        } = ImageSide::open(name);
        let features = encoder.forward(golden.tensor("images"));
        let [stride_4, stride_8] = features.high_resolution;
        golden.check("embedding", features.embedding);
        golden.check("stride_8", stride_8);
        golden.check("stride_4", stride_4);
        golden.check("position", features.position);
    }
}

#[test]
fn prompts_of_every_kind_equal_the_reference() {
    for name in FILES {
        let side = ImageSide::open(name);
        let ImageSide {
            golden, prompts, ..
        } = &side;
        golden.check("dense_position", prompts.dense_position());

        let points = prompts.forward(Some(side.points("points")), None, 7);
        golden.check("points.sparse", points.sparse);

        let corners = Tensor::<2, burn::tensor::Int>::from_data([[2, 3], [2, 3]], golden.device());
        let boxes = PointPrompts {
            coordinates: golden.tensor("boxes.corners"),
            labels: corners,
        };
        let boxes = prompts.forward(Some(boxes), None, 2);
        golden.check("boxes.sparse", boxes.sparse);
        golden.check("no_mask.dense", boxes.dense);

        let nothing = prompts.forward(None, None, 3);
        golden.check("nothing.sparse", nothing.sparse);

        let masks = prompts.forward(None, Some(golden.tensor("mask.logits")), 2);
        golden.check("mask.dense", masks.dense);
    }
}

#[test]
fn the_mask_decoder_and_its_choices_equal_the_reference() {
    for name in FILES {
        let ImageSide {
            golden,
            prompts,
            decoder,
            ..
        } = ImageSide::open(name);
        let prediction = decoder.forward(MaskDecoderInput {
            image: golden.tensor("decoder.image"),
            image_position: prompts.dense_position(),
            sparse: golden.tensor("decoder.sparse"),
            dense: golden.tensor("decoder.dense"),
            high_resolution: ["decoder.stride_4", "decoder.stride_8"].map(|map| golden.tensor(map)),
        });
        for (prefix, choice) in [
            ("multiple", MaskChoice::Multiple),
            ("single", MaskChoice::Single),
            ("stable", MaskChoice::StableSingle),
        ] {
            let chosen = decoder.select(prediction.clone(), choice);
            golden.check(&format!("{prefix}.tokens"), chosen.object_tokens);
            golden.check(&format!("{prefix}.logits"), chosen.logits);
            golden.check(&format!("{prefix}.iou"), chosen.iou);
            golden.check(&format!("{prefix}.score"), chosen.object_score_logits);
        }
    }
}

#[test]
fn pixels_and_points_to_masks_equal_the_reference() {
    for name in FILES {
        let side = ImageSide::open(name);
        let golden = &side.golden;
        let features = side.encoder.forward(golden.tensor("images"));
        let no_memory = golden.weight("no_memory_embedding");
        let no_memory = Tensor::<1>::from_data(no_memory.as_slice(), golden.device());
        let prompts = side.prompts.forward(Some(side.points("whole")), None, 2);
        let prediction = side.decoder.forward(MaskDecoderInput {
            image: features.embedding + no_memory.reshape([1, -1, 1, 1]),
            image_position: side.prompts.dense_position(),
            sparse: prompts.sparse,
            dense: prompts.dense,
            high_resolution: features.high_resolution,
        });
        let chosen = side.decoder.select(prediction, MaskChoice::Multiple);
        golden.check("whole.logits", chosen.logits);
        golden.check("whole.iou", chosen.iou);
        golden.check("whole.score", chosen.object_score_logits);
    }
}

#[test]
fn the_best_mask_is_the_one_with_the_highest_expected_quality() {
    let golden = Golden::open("image_padded");
    let chosen = MaskPrediction {
        logits: golden.tensor("multiple.logits"),
        iou: golden.tensor("multiple.iou"),
        object_tokens: golden.tensor("multiple.tokens"),
        object_score_logits: golden.tensor("multiple.score"),
    };
    let [objects, _] = chosen.iou.dims();
    let iou = chosen.iou.clone().try_into_vec_as::<f32>().unwrap();
    let best = chosen.clone().best();
    for object in 0..objects {
        let row = &iou[3 * object..3 * object + 3];
        let index = (0..3).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap();
        let expected = chosen
            .logits
            .clone()
            .narrow(0, object, 1)
            .narrow(1, index, 1);
        let taken = best.logits.clone().narrow(0, object, 1);
        taken.into_data().assert_eq(&expected.into_data(), true);
        let token = chosen
            .object_tokens
            .clone()
            .narrow(0, object, 1)
            .narrow(1, index, 1);
        let taken = best.object_tokens.clone().narrow(0, object, 1);
        taken.into_data().assert_eq(&token.into_data(), true);
    }
}
