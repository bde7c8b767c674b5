//! Which vector instructions to use: the fastest the processor has, or what `TUBELET_CPU` names.

use std::sync::OnceLock;

#[cfg(target_arch = "aarch64")]
use super::neon::Neon;
use super::{HalfSimd, Simd, portable::Portable};
#[cfg(target_arch = "x86_64")]
use super::{
    amx::Amx,
    avx2::Avx2,
    avx512::{Avx512, Avx512Half},
};
use crate::Precision;

/// Instructions this processor has.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Level {
    /// Plain Rust.
    Portable(Portable),
    /// NEON.
    #[cfg(target_arch = "aarch64")]
    Neon(Neon),
    /// AVX2 and FMA.
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    /// AVX-512.
    #[cfg(target_arch = "x86_64")]
    Avx512(Avx512),
    /// AVX-512 with products of bfloat16, which matrix products are made of. All else is as without.
    #[cfg(target_arch = "x86_64")]
    Avx512Half(Avx512Half),
    /// AVX-512, beside tile registers that nothing here makes use of.
    #[cfg(target_arch = "x86_64")]
    Amx(Amx),
    /// AVX-512 with products of bfloat16, and tile registers for matrix products of bfloat16.
    #[cfg(target_arch = "x86_64")]
    AmxHalf(Amx),
}

/// A kernel, compiled once for each level.
///
/// Implementations mark `run` `#[inline(always)]`, so that it is compiled with the level's instructions, and start no
/// threads inside (a closure on another thread would be compiled without them).
pub(crate) trait Task {
    /// What the kernel returns.
    type Output;
    /// The kernel.
    fn run<S: Simd>(self, simd: S) -> Self::Output;
}

/// A kernel with products of bfloat16; as [`Task`] in all else.
pub(crate) trait HalfTask {
    /// What the kernel returns.
    type Output;
    /// The kernel.
    fn run<H: HalfSimd>(self, half: H) -> Self::Output;
}

impl Level {
    /// The level of this call: chosen once in a process.
    pub(crate) fn current() -> Self {
        static CHOSEN: OnceLock<Level> = OnceLock::new();
        #[cfg(test)]
        if let Some(level) = level_tests::get() {
            return level;
        }
        *CHOSEN.get_or_init(|| {
            // No level is looked for beyond the one that is named: looking for tile registers asks the system for them.
            let named = std::env::var("TUBELET_CPU").ok();
            named
                .and_then(|name| Self::available().find(|level| level.name() == name))
                .or_else(|| Self::available().next_back())
                .unwrap_or(Self::Portable(Portable))
        })
    }

    /// The level of this call, with half products where they are wanted and the processor has them.
    pub(crate) fn of(precision: Precision) -> Self {
        match (precision, Self::current()) {
            #[cfg(target_arch = "x86_64")]
            (Precision::Half, Self::Avx512(simd)) => {
                Avx512Half::detect(simd).map_or(Self::Avx512(simd), Self::Avx512Half)
            }
            #[cfg(target_arch = "x86_64")]
            (Precision::Half, Self::Amx(amx)) => Self::AmxHalf(amx),
            (_, level) => level,
        }
    }

    /// Whether matrix products are made of bfloat16.
    pub(crate) fn is_half(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Half(_) | Self::AmxHalf(_) => true,
            _ => false,
        }
    }

    /// The tile registers, where matrix products are made on them.
    #[cfg(target_arch = "x86_64")]
    pub(crate) fn tiles(self) -> Option<Amx> {
        match self {
            Self::AmxHalf(amx) => Some(amx),
            _ => None,
        }
    }

    /// Every level this processor has, the fastest last; each is looked for when it is asked for.
    pub(crate) fn available() -> impl DoubleEndedIterator<Item = Self> {
        let detect: &[fn() -> Option<Self>] = &[
            || Some(Self::Portable(Portable)),
            #[cfg(target_arch = "aarch64")]
            || Neon::detect().map(Self::Neon),
            #[cfg(target_arch = "x86_64")]
            || Avx2::detect().map(Self::Avx2),
            #[cfg(target_arch = "x86_64")]
            || Avx512::detect().map(Self::Avx512),
            #[cfg(target_arch = "x86_64")]
            || {
                let half = Avx512Half::detect(Avx512::detect()?)?;
                Amx::detect(half).map(Self::Amx)
            },
        ];
        detect.iter().filter_map(|detect| detect())
    }

    /// The name `TUBELET_CPU` knows.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Portable(_) => "portable",
            #[cfg(target_arch = "aarch64")]
            Self::Neon(_) => "neon",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => "avx2",
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) | Self::Avx512Half(_) => "avx512",
            #[cfg(target_arch = "x86_64")]
            Self::Amx(_) | Self::AmxHalf(_) => "amx",
        }
    }

    /// Numbers in a vector.
    pub(crate) fn lanes(self) -> usize {
        match self {
            Self::Portable(_) => Portable::LANES,
            #[cfg(target_arch = "aarch64")]
            Self::Neon(_) => Neon::LANES,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => Avx2::LANES,
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) | Self::Avx512Half(_) | Self::Amx(_) | Self::AmxHalf(_) => {
                Avx512::LANES
            }
        }
    }

    /// Runs a kernel compiled for this level.
    pub(crate) fn run<T: Task>(self, task: T) -> T::Output {
        match self {
            Self::Portable(simd) => simd.run(task),
            #[cfg(target_arch = "aarch64")]
            Self::Neon(simd) => simd.run(task),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(simd) => simd.run(task),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(simd) => simd.run(task),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Half(half) => half.full().run(task),
            #[cfg(target_arch = "x86_64")]
            Self::Amx(amx) | Self::AmxHalf(amx) => amx.half().full().run(task),
        }
    }

    /// Runs a kernel compiled for this level's half products.
    ///
    /// # Panics
    /// Where the level is not [`Level::is_half`].
    pub(crate) fn run_half<T: HalfTask>(self, task: T) -> T::Output {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Half(half) => half.run(task),
            #[cfg(target_arch = "x86_64")]
            Self::AmxHalf(amx) => amx.half().run(task),
            _ => unreachable!("only levels of half products run them"),
        }
    }
}

/// A level for one thread's calls, so that tests visit all of them in one process.
#[cfg(test)]
pub(crate) mod level_tests {
    use super::Level;
    use std::cell::Cell;

    thread_local! {
        static LEVEL: Cell<Option<Level>> = const { Cell::new(None) };
    }

    pub(super) fn get() -> Option<Level> {
        LEVEL.get()
    }

    /// Runs `test` at every level of this processor.
    pub(crate) fn at_each_level(test: impl Fn(&'static str)) {
        for level in Level::available() {
            LEVEL.set(Some(level));
            test(level.name());
        }
        LEVEL.set(None);
    }
}
