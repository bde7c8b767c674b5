//! Names of the segmenter's parameters: ours, SAM 2's own, and those of Hugging Face's `transformers`.
//!
//! A group joins each of its modules to each of its parts; `*` stands for an index. What follows a name, `weight` or
//! `bias`, is the same everywhere.

/// One thing's name in each naming.
pub(super) type Row = [&'static str; 3];

/// Index of our names in a [`Row`].
pub(super) const OURS: usize = 0;
/// Index of SAM 2's names in a [`Row`].
pub(super) const OFFICIAL: usize = 1;
/// Index of Hugging Face's names in a [`Row`].
pub(super) const HUGGING_FACE: usize = 2;

/// Modules of like parts.
pub(super) struct Group {
    /// Where the parts are.
    pub(super) modules: &'static [Row],
    /// What is in each of the modules.
    pub(super) parts: &'static [Row],
}

/// A tensor of published checkpoints that no part of the model uses. In our own naming it does not exist.
pub(super) const NO_MEMORY_POSITION: Row = ["", "no_mem_pos_enc", "no_memory_positional_encoding"];
/// A copy of another tensor in Hugging Face's checkpoints.
pub(super) const SHARED_ENCODING: &str = "prompt_encoder.shared_embedding.positional_embedding";

/// All parameters.
pub(super) const GROUPS: &[Group] = &[
    TRUNK,
    TRUNK_BLOCKS,
    NECK,
    PROMPT_ENCODER,
    PROMPT_MASK,
    MASK_DECODER,
    MASK_DECODER_LAYERS,
    RECALL,
    RECALL_LAYERS,
    MEMORY_ENCODER,
    MASK_REDUCTION,
    MEMORY_BLOCKS,
    OBJECT_POINTER,
    ATTENTIONS,
    PERCEPTRONS,
];

const TRUNK: Group = Group {
    modules: &[[
        "image_encoder.trunk",
        "image_encoder.trunk",
        "vision_encoder.backbone",
    ]],
    parts: &[
        ["patches", "patch_embed.proj", "patch_embed.projection"],
        ["position.background", "pos_embed", "pos_embed"],
        ["position.window", "pos_embed_window", "pos_embed_window"],
    ],
};

const TRUNK_BLOCKS: Group = Group {
    modules: &[[
        "image_encoder.trunk.blocks.*",
        "image_encoder.trunk.blocks.*",
        "vision_encoder.backbone.blocks.*",
    ]],
    parts: &[
        ["attention_norm", "norm1", "layer_norm1"],
        ["attention.query_key_value", "attn.qkv", "attn.qkv"],
        ["attention.output", "attn.proj", "attn.proj"],
        ["shortcut", "proj", "proj"],
        ["perceptron_norm", "norm2", "layer_norm2"],
        ["expand", "mlp.layers.0", "mlp.proj_in"],
        ["contract", "mlp.layers.1", "mlp.proj_out"],
    ],
};

/// The published necks list the coarsest stage first, and have the projections in the mask decoder.
const NECK: Group = Group {
    modules: &[["image_encoder.neck", "", ""]],
    parts: &[
        [
            "laterals.0",
            "image_encoder.neck.convs.3.conv",
            "vision_encoder.neck.convs.3",
        ],
        [
            "laterals.1",
            "image_encoder.neck.convs.2.conv",
            "vision_encoder.neck.convs.2",
        ],
        [
            "laterals.2",
            "image_encoder.neck.convs.1.conv",
            "vision_encoder.neck.convs.1",
        ],
        [
            "laterals.3",
            "image_encoder.neck.convs.0.conv",
            "vision_encoder.neck.convs.0",
        ],
        [
            "projections.0",
            "sam_mask_decoder.conv_s0",
            "mask_decoder.conv_s0",
        ],
        [
            "projections.1",
            "sam_mask_decoder.conv_s1",
            "mask_decoder.conv_s1",
        ],
    ],
};

const PROMPT_ENCODER: Group = Group {
    modules: &[["prompt_encoder", "sam_prompt_encoder", ""]],
    parts: &[
        [
            "frequencies.frequencies",
            "pe_layer.positional_encoding_gaussian_matrix",
            "shared_image_embedding.positional_embedding",
        ],
        // One parameter here, one for each label there.
        [
            "points.*",
            "point_embeddings.*.weight",
            "prompt_encoder.point_embed.weight",
        ],
        [
            "not_a_point",
            "not_a_point_embed.weight",
            "prompt_encoder.not_a_point_embed.weight",
        ],
        [
            "no_mask",
            "no_mask_embed.weight",
            "prompt_encoder.no_mask_embed.weight",
        ],
    ],
};

const PROMPT_MASK: Group = Group {
    modules: &[[
        "prompt_encoder.mask",
        "sam_prompt_encoder.mask_downscaling",
        "prompt_encoder.mask_embed",
    ]],
    parts: &[
        ["halvings.0", "0", "conv1"],
        ["norms.0", "1", "layer_norm1"],
        ["halvings.1", "3", "conv2"],
        ["norms.1", "4", "layer_norm2"],
        ["output", "6", "conv3"],
    ],
};

const MASK_DECODER: Group = Group {
    modules: &[["mask_decoder", "sam_mask_decoder", "mask_decoder"]],
    parts: &[
        [
            "presence_token",
            "obj_score_token.weight",
            "obj_score_token.weight",
        ],
        ["quality_token", "iou_token.weight", "iou_token.weight"],
        ["mask_tokens", "mask_tokens.weight", "mask_tokens.weight"],
        [
            "transformer.last_norm",
            "transformer.norm_final_attn",
            "transformer.layer_norm_final_attn",
        ],
        ["masks.doublings.0", "output_upscaling.0", "upscale_conv1"],
        ["masks.norm", "output_upscaling.1", "upscale_layer_norm"],
        ["masks.doublings.1", "output_upscaling.3", "upscale_conv2"],
    ],
};

const MASK_DECODER_LAYERS: Group = Group {
    modules: &[[
        "mask_decoder.transformer.layers.*",
        "sam_mask_decoder.transformer.layers.*",
        "mask_decoder.transformer.layers.*",
    ]],
    parts: &[
        ["token_to_token_norm", "norm1", "layer_norm1"],
        ["token_to_image_norm", "norm2", "layer_norm2"],
        ["perceptron_norm", "norm3", "layer_norm3"],
        ["image_to_token_norm", "norm4", "layer_norm4"],
        ["expand", "mlp.layers.0", "mlp.proj_in"],
        ["contract", "mlp.layers.1", "mlp.proj_out"],
    ],
};

const RECALL: Group = Group {
    modules: &[["recall", "", ""]],
    parts: &[
        ["no_memory", "no_mem_embed", "no_memory_embedding"],
        [
            "ages",
            "maskmem_tpos_enc",
            "memory_temporal_positional_encoding",
        ],
        [
            "attention.norm",
            "memory_attention.norm",
            "memory_attention.layer_norm",
        ],
    ],
};

const RECALL_LAYERS: Group = Group {
    modules: &[[
        "recall.attention.layers.*",
        "memory_attention.layers.*",
        "memory_attention.layers.*",
    ]],
    parts: &[
        ["self_norm", "norm1", "layer_norm1"],
        ["cross_norm", "norm2", "layer_norm2"],
        ["feed_forward_norm", "norm3", "layer_norm3"],
        ["expand", "linear1", "linear1"],
        ["contract", "linear2", "linear2"],
    ],
};

const MEMORY_ENCODER: Group = Group {
    modules: &[["memory_encoder", "", ""]],
    parts: &[
        [
            "absence",
            "no_obj_embed_spatial",
            "occlusion_spatial_embedding_parameter",
        ],
        [
            "feature_projection",
            "memory_encoder.pix_feat_proj",
            "memory_encoder.feature_projection",
        ],
        [
            "projection",
            "memory_encoder.out_proj",
            "memory_encoder.projection",
        ],
    ],
};

const MASK_REDUCTION: Group = Group {
    modules: &[[
        "memory_encoder.mask_reduction",
        "memory_encoder.mask_downsampler",
        "memory_encoder.mask_downsampler",
    ]],
    parts: &[
        ["stages.0.convolution", "encoder.0", "layers.0.conv"],
        ["stages.0.norm", "encoder.1", "layers.0.layer_norm"],
        ["stages.1.convolution", "encoder.3", "layers.1.conv"],
        ["stages.1.norm", "encoder.4", "layers.1.layer_norm"],
        ["stages.2.convolution", "encoder.6", "layers.2.conv"],
        ["stages.2.norm", "encoder.7", "layers.2.layer_norm"],
        ["stages.3.convolution", "encoder.9", "layers.3.conv"],
        ["stages.3.norm", "encoder.10", "layers.3.layer_norm"],
        ["projection", "encoder.12", "final_conv"],
    ],
};

const MEMORY_BLOCKS: Group = Group {
    modules: &[[
        "memory_encoder.blocks.*",
        "memory_encoder.fuser.layers.*",
        "memory_encoder.memory_fuser.layers.*",
    ]],
    parts: &[
        ["depthwise", "dwconv", "depthwise_conv"],
        ["norm", "norm", "layer_norm"],
        ["expand", "pwconv1", "pointwise_conv1"],
        ["contract", "pwconv2", "pointwise_conv2"],
        ["scale", "gamma", "scale"],
    ],
};

const OBJECT_POINTER: Group = Group {
    modules: &[["object_pointer", "", ""]],
    parts: &[
        ["absent", "no_obj_ptr", "no_object_pointer"],
        ["mask_reduction", "mask_downsample", "mask_downsample"],
        [
            "time_projection",
            "obj_ptr_tpos_proj",
            "temporal_positional_encoding_projection_layer",
        ],
    ],
};

const ATTENTIONS: Group = Group {
    modules: &[
        [
            "mask_decoder.transformer.layers.*.token_to_token",
            "sam_mask_decoder.transformer.layers.*.self_attn",
            "mask_decoder.transformer.layers.*.self_attn",
        ],
        [
            "mask_decoder.transformer.layers.*.token_to_image",
            "sam_mask_decoder.transformer.layers.*.cross_attn_token_to_image",
            "mask_decoder.transformer.layers.*.cross_attn_token_to_image",
        ],
        [
            "mask_decoder.transformer.layers.*.image_to_token",
            "sam_mask_decoder.transformer.layers.*.cross_attn_image_to_token",
            "mask_decoder.transformer.layers.*.cross_attn_image_to_token",
        ],
        [
            "mask_decoder.transformer.last_attention",
            "sam_mask_decoder.transformer.final_attn_token_to_image",
            "mask_decoder.transformer.final_attn_token_to_image",
        ],
        [
            "recall.attention.layers.*.self_attention",
            "memory_attention.layers.*.self_attn",
            "memory_attention.layers.*.self_attn",
        ],
        [
            "recall.attention.layers.*.cross_attention",
            "memory_attention.layers.*.cross_attn_image",
            "memory_attention.layers.*.cross_attn_image",
        ],
    ],
    parts: &[
        ["query", "q_proj", "q_proj"],
        ["key", "k_proj", "k_proj"],
        ["value", "v_proj", "v_proj"],
        ["output", "out_proj", "o_proj"],
    ],
};

/// Of three layers each.
const PERCEPTRONS: Group = Group {
    modules: &[
        [
            "mask_decoder.masks.filters.*",
            "sam_mask_decoder.output_hypernetworks_mlps.*",
            "mask_decoder.output_hypernetworks_mlps.*",
        ],
        [
            "mask_decoder.quality",
            "sam_mask_decoder.iou_prediction_head",
            "mask_decoder.iou_prediction_head",
        ],
        [
            "mask_decoder.presence",
            "sam_mask_decoder.pred_obj_score_head",
            "mask_decoder.pred_obj_score_head",
        ],
        [
            "object_pointer.projection",
            "obj_ptr_proj",
            "object_pointer_proj",
        ],
    ],
    parts: &[
        ["layers.0", "layers.0", "proj_in"],
        ["layers.1", "layers.1", "layers.0"],
        ["layers.2", "layers.2", "proj_out"],
    ],
};
