//! The rooms of the house as data: which crate stands on which level, what it knows, what it must not know.
//!
//! Out: [`LAYERS`]. `tidy` compares it with what cargo resolves, `picture` draws it into the documents.
//! Rooms that are planned but not built are part of the table, so that their place is settled before they exist.

/// One crate, `tubelet-NAME` (or `tubelet` alone).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layer {
    /// Folder under `crates/`.
    pub name: &'static str,
    /// A crate may use only crates on lower levels.
    pub level: usize,
    /// What the crate is for.
    pub knows: &'static str,
    /// What is deliberately absent.
    pub must_not_know: &'static str,
    /// Whether the tensor framework is kept out, however indirectly, so that tests start in seconds.
    pub tensor_free: bool,
    /// Packages it must not ask for although their level, or no level, would allow it.
    pub refuses: &'static [&'static str],
}

/// The tensor framework; packages of the family start with this name.
pub(crate) const TENSOR_FRAMEWORK: &str = "burn";

/// Edges that only tests may have, against the levels: (from, to).
pub(crate) const TEST_ONLY_EDGES: &[(&str, &str)] = &[];

const JSON: &[&str] = &["serde", "serde_json"];

/// From the ground up.
pub(crate) const LAYERS: &[Layer] = &[
    Layer {
        name: "geometry",
        level: 1,
        knows: "points, boxes, bit-packed masks, run-length codes, outlines, pixel transforms, cameras, rigs, poses",
        must_not_know: "tensors, files, JSON",
        tensor_free: true,
        refuses: JSON,
    },
    Layer {
        name: "kernels",
        level: 1,
        knows: "fast tensor operations with gradients",
        must_not_know: "any layer or model",
        tensor_free: false,
        refuses: JSON,
    },
    Layer {
        name: "video",
        level: 2,
        knows: "decode, seek, sample, draw, encode",
        must_not_know: "models, data sets, tensors",
        tensor_free: true,
        refuses: JSON,
    },
    Layer {
        name: "metrics",
        level: 2,
        knows: "region similarity, boundary accuracy and their kin, each a fold over frames",
        must_not_know: "tensors, models, files",
        tensor_free: true,
        refuses: JSON,
    },
    Layer {
        name: "nn",
        level: 2,
        knows: "layers with two users and the same mathematics; weight files",
        must_not_know: "any model",
        tensor_free: false,
        refuses: &["tubelet-geometry"],
    },
    Layer {
        name: "datasets",
        level: 3,
        knows: "folder layouts and annotation formats as typed samples; procedural worlds",
        must_not_know: "tensors, models",
        tensor_free: true,
        refuses: &[],
    },
    Layer {
        name: "segmentation",
        level: 3,
        knows: "the SAM 2 family: encode, recall, predict, remember",
        must_not_know: "language, files other than weights, sessions",
        tensor_free: false,
        refuses: &["tubelet-video", "tubelet-metrics", "image"],
    },
    Layer {
        name: "qwen-vl",
        level: 3,
        knows: "the Qwen-VL family: vision tower, decoder, processor, generation",
        must_not_know: "SAM, geometry",
        tensor_free: false,
        refuses: &["tubelet-geometry", "tubelet-video", "tubelet-metrics"],
    },
    Layer {
        name: "tracking3d",
        level: 3,
        knows: "multi-object tracking in space, projection to cameras",
        must_not_know: "tensors",
        tensor_free: true,
        refuses: JSON,
    },
    Layer {
        name: "grounding",
        level: 4,
        knows: "sentence to span and tube, sentence to prompt points",
        must_not_know: "the segmenter's insides, sessions",
        tensor_free: false,
        refuses: &["tubelet-segmentation", "tubelet-datasets"],
    },
    Layer {
        name: "evaluation",
        level: 4,
        knows: "which files of a protocol are truth and which are predictions, and how a report looks",
        must_not_know: "models, tensors, arguments, printing",
        tensor_free: true,
        refuses: &["clap", "indicatif"],
    },
    Layer {
        name: "session",
        level: 5,
        knows: "the one mutable thing at inference: objects, prompts, memory; commands in, events out",
        must_not_know: "HTTP, JSON, async",
        tensor_free: false,
        refuses: &["serde", "serde_json", "tokio", "axum", "tubelet-datasets"],
    },
    Layer {
        name: "training",
        level: 5,
        knows: "losses, click simulation, optimiser, loop, checkpoints",
        must_not_know: "sessions, HTTP",
        tensor_free: false,
        refuses: &["tokio", "axum"],
    },
    Layer {
        name: "server",
        level: 6,
        knows: "HTTP, wire types, web files",
        must_not_know: "tensors, models, arithmetic",
        tensor_free: false,
        refuses: &[
            "burn",
            "tubelet-kernels",
            "tubelet-nn",
            "tubelet-segmentation",
        ],
    },
    Layer {
        name: "python",
        level: 6,
        knows: "NumPy views and exceptions",
        must_not_know: "arithmetic",
        tensor_free: false,
        refuses: &["burn", "tubelet-kernels"],
    },
    Layer {
        name: "tubelet",
        level: 7,
        knows: "the library face: what a program that uses Tubelet imports",
        must_not_know: "arithmetic, printing",
        tensor_free: false,
        refuses: &["tubelet-kernels", "serde_json"],
    },
    Layer {
        name: "cli",
        level: 7,
        knows: "arguments, settings, printing: the `tubelet` program",
        must_not_know: "arithmetic",
        tensor_free: false,
        refuses: &["tubelet-kernels"],
    },
];

/// The layer of a package, by the package's name.
pub(crate) fn layer(package: &str) -> Option<&'static Layer> {
    LAYERS.iter().find(|layer| layer.package() == package)
}

impl Layer {
    /// Name of the package in its manifest.
    pub(crate) fn package(&self) -> String {
        if self.name == "tubelet" {
            self.name.to_owned()
        } else {
            format!("tubelet-{}", self.name)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_stands_in_order_and_names_each_crate_once() {
        for pair in LAYERS.windows(2) {
            assert!(pair[0].level <= pair[1].level, "{}", pair[1].name);
        }
        for layer in LAYERS {
            let twins = LAYERS.iter().filter(|other| other.name == layer.name);
            assert_eq!(twins.count(), 1, "{}", layer.name);
        }
    }

    #[test]
    fn crates_of_the_table_are_refused_only_where_the_level_would_allow_them() {
        for layer in LAYERS {
            for refused in layer.refuses {
                let below = super::layer(refused).is_none_or(|other| other.level < layer.level);
                assert!(below, "{} need not refuse {refused}", layer.name);
            }
        }
    }
}
