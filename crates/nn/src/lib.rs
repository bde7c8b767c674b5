//! Layers with two users and weight files.
