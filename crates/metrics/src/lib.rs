//! Video segmentation metrics, each a fold over frames.
