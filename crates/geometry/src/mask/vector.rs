//! Loops over words, compiled a second time for processors that have wider vectors than the baseline.
//!
//! In: a loop. Out: what it returns, the same on every processor.

use pulp::Arch;

/// Runs a loop with the widest vectors of this processor: AVX2 and hardware bit counting on x86-64 where they are.
///
/// Only what is inlined is compiled for the processor at hand, so functions that the loop calls are to be inlined.
pub(super) fn vectorized<T>(words: impl FnOnce() -> T) -> T {
    Arch::new().dispatch(words)
}
