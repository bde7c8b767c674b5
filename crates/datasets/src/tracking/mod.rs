//! Data sets of one object followed by a box.

pub(crate) mod got_10k;
pub(crate) mod got_10k_results;
