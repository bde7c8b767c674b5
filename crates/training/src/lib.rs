//! Losses, click simulation, optimiser, loop, checkpoints.
