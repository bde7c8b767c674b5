//! Chooses a token.
//!
//! In: logits. Out: a token. The likeliest, or one drawn as temperature, top-k and top-p say; draws follow from a seed.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::error::{QwenError, Result};

/// How tokens are chosen.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Sampling {
    /// The likeliest token; the first of several.
    #[default]
    Greedy,
    /// A token drawn by its probability.
    Random(RandomSampling),
}

/// How tokens are drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct RandomSampling {
    /// Divides the logits; above zero.
    pub temperature: f32,
    /// Only the likeliest so many take part, where set.
    pub top_k: Option<usize>,
    /// Only the likeliest that together have this share of the probability take part; 1 for all.
    pub top_p: f32,
    /// The same seed, prompt and model give the same answer.
    pub seed: u64,
}

impl Sampling {
    /// Refuses settings that make no sense.
    ///
    /// # Errors
    /// [`QwenError::Generation`] names the first of them.
    pub fn check(&self) -> Result<()> {
        let Self::Random(settings) = self else {
            return Ok(());
        };
        let wrong = |reason: String| Err(QwenError::Generation { reason });
        if !settings.temperature.is_finite() || settings.temperature <= 0.0 {
            return wrong(format!("a temperature of {}", settings.temperature));
        }
        if !(settings.top_p > 0.0 && settings.top_p <= 1.0) {
            return wrong(format!("a top-p of {}", settings.top_p));
        }
        if settings.top_k == Some(0) {
            return wrong("a top-k of 0".to_owned());
        }
        Ok(())
    }
}

/// See the module docs.
#[derive(Clone, Debug)]
pub(crate) struct Sampler {
    drawing: Option<(RandomSampling, ChaCha8Rng)>,
}

impl Sampler {
    pub(crate) fn new(sampling: &Sampling) -> Result<Self> {
        sampling.check()?;
        let Sampling::Random(settings) = sampling else {
            return Ok(Self { drawing: None });
        };
        let random = ChaCha8Rng::seed_from_u64(settings.seed);
        Ok(Self {
            drawing: Some((settings.clone(), random)),
        })
    }

    /// A token among those `allowed`; `None` where there is none.
    pub(crate) fn choose(
        &mut self,
        logits: &[f32],
        allowed: impl Fn(usize) -> bool,
    ) -> Option<u32> {
        let candidates = logits
            .iter()
            .enumerate()
            .filter(|(token, logit)| !logit.is_nan() && allowed(*token));
        let Some((settings, random)) = &mut self.drawing else {
            return candidates
                .reduce(|best, other| if other.1 > best.1 { other } else { best })
                .map(|(token, _)| token as u32);
        };
        let mut candidates: Vec<(u32, f32)> = candidates
            .map(|(token, logit)| (token as u32, logit / settings.temperature))
            .collect();
        let by_logit = |left: &(u32, f32), right: &(u32, f32)| {
            right.1.total_cmp(&left.1).then(left.0.cmp(&right.0))
        };
        if let Some(most) = settings.top_k.filter(|most| *most < candidates.len()) {
            candidates.select_nth_unstable_by(most, by_logit);
            candidates.truncate(most);
        }
        candidates.sort_unstable_by(by_logit);
        let largest = candidates.first()?.1;
        let total: f64 = candidates
            .iter_mut()
            .map(|candidate| {
                candidate.1 = (candidate.1 - largest).exp();
                f64::from(candidate.1)
            })
            .sum();
        let mut reached = 0.0;
        let kept = candidates
            .iter()
            .take_while(|candidate| {
                let before = reached;
                reached += f64::from(candidate.1) / total;
                before < f64::from(settings.top_p)
            })
            .count();
        candidates.truncate(kept.max(1));
        let total: f64 = candidates.iter().map(|c| f64::from(c.1)).sum();
        let mut drawn = random.random::<f64>() * total;
        for (token, weight) in &candidates {
            drawn -= f64::from(*weight);
            if drawn < 0.0 {
                return Some(*token);
            }
        }
        candidates.last().map(|candidate| candidate.0)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
mod tests {
    use super::*;

    fn sampler(temperature: f32, top_k: Option<usize>, top_p: f32) -> Sampler {
        Sampler::new(&Sampling::Random(RandomSampling {
            temperature,
            top_k,
            top_p,
            seed: 5,
        }))
        .unwrap()
    }

    #[test]
    fn draws_follow_the_probabilities() {
        let logits = [0.0, 2.0_f32.ln(), f32::NEG_INFINITY, 5.0_f32.ln()];
        let mut sampler = sampler(1.0, None, 1.0);
        let mut counts = [0; 4];
        for _ in 0..8000 {
            counts[sampler.choose(&logits, |_| true).unwrap() as usize] += 1;
        }
        for (count, share) in counts.into_iter().zip([0.125, 0.25, 0.0, 0.625]) {
            assert!(
                (f64::from(count) / 8000.0 - share).abs() < 0.02,
                "{counts:?}"
            );
        }
    }

    #[test]
    fn what_is_cut_off_is_never_drawn() {
        let logits = [1.0, 3.0, 2.0, 0.0];
        for (top_k, top_p, least) in [(Some(2), 1.0, 2.0), (None, 0.7, 2.0), (None, 0.1, 3.0)] {
            let mut sampler = sampler(1.0, top_k, top_p);
            for _ in 0..200 {
                let token = sampler.choose(&logits, |_| true).unwrap();
                assert!(logits[token as usize] >= least, "{top_k:?} {top_p} {token}");
            }
        }
    }

    #[test]
    fn the_same_seed_draws_the_same() {
        let logits: Vec<f32> = (0..50).map(|index| (index as f32).sin()).collect();
        let draw = || {
            let mut sampler = sampler(0.8, Some(30), 0.95);
            (0..20)
                .map(|_| sampler.choose(&logits, |_| true))
                .collect::<Vec<_>>()
        };
        assert_eq!(draw(), draw());
    }

    #[test]
    fn greed_takes_the_first_of_the_likeliest_that_are_allowed() {
        let mut sampler = Sampler::new(&Sampling::Greedy).unwrap();
        let logits = [1.0, f32::NAN, 7.0, 7.0, 9.0];
        assert_eq!(sampler.choose(&logits, |token| token != 4), Some(2));
        assert_eq!(sampler.choose(&logits, |_| false), None);
    }
}
