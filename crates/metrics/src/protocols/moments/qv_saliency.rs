//! QVHighlights, highlight detection: which clips of two seconds people would show.
//!
//! Three people judged every clip from 0 (very bad) to 4 (very good). Source: Moment-DETR's `standalone_eval`.

use crate::error::MetricsError;
use crate::mean::Mean;

/// People who judged.
const JUDGES: usize = 3;
/// Seconds of a clip.
const CLIP_SECONDS: f64 = 2.0;

/// More clips than a video of a day has; who has so many has damaged numbers.
const MOST_CLIPS: usize = 43_200;

/// The judgements of a clip that belongs to a true moment; all other clips have 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JudgedClip {
    /// Number of the clip in the video.
    pub clip: usize,
    /// What each of the three people gave, from 0 to 4.
    pub judgements: [u8; JUDGES],
}

/// Highlight detection for one least judgement, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QvHighlightReport {
    /// `HL-mAP`: the mean over queries and judges of the average precision.
    pub mean_average_precision: f64,
    /// `HL-Hit1`: the share of queries whose best clip someone judged good enough.
    pub hit_at_one: f64,
}

/// Collects queries for one least judgement.
#[derive(Debug, Clone)]
pub(crate) struct QvSaliencyFold {
    least: u8,
    precision: Mean,
    hit: Mean,
}

impl QvSaliencyFold {
    pub(crate) fn new(least: u8) -> Self {
        Self {
            least,
            precision: Mean::default(),
            hit: Mean::default(),
        }
    }

    /// Adds a query with the judgements of all clips, and a score for each clip.
    pub(crate) fn push(&mut self, judgements: &[[u8; JUDGES]], scores: &[f64]) {
        let is_good = |given: &u8| *given >= self.least;
        let best = first_largest(scores).and_then(|clip| judgements.get(clip));
        let is_hit = best.is_some_and(|given| given.iter().any(is_good));
        self.hit.push(f64::from(u8::from(is_hit)));
        for judge in 0..JUDGES {
            let clips = judgements.iter().enumerate().map(|(clip, given)| {
                let score = scores.get(clip).copied().unwrap_or(0.0);
                (score, given.get(judge).is_some_and(is_good))
            });
            self.precision.push(clip_precision(clips.collect()));
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.precision.merge(other.precision);
        self.hit.merge(other.hit);
    }

    pub(crate) fn finish(&self) -> QvHighlightReport {
        QvHighlightReport {
            mean_average_precision: self.precision.value(),
            hit_at_one: self.hit.value(),
        }
    }
}

/// The judgements of every whole clip of a video.
pub(crate) fn all_clips(
    seconds: f64,
    judged: &[JudgedClip],
) -> Result<Vec<[u8; JUDGES]>, MetricsError> {
    let clips = (seconds / CLIP_SECONDS) as usize;
    if clips > MOST_CLIPS {
        return Err(MetricsError::VideoTooLong { seconds });
    }
    let most = judged.iter().map(|judged| judged.clip).max();
    if let Some(clip) = most.filter(|&clip| clip >= clips) {
        return Err(MetricsError::ClipOutsideVideo { clip, clips });
    }
    let mut judgements = vec![[0; JUDGES]; clips];
    for judged in judged {
        if let Some(place) = judgements.get_mut(judged.clip) {
            *place = judged.judgements;
        }
    }
    Ok(judgements)
}

/// The first of the largest scores.
fn first_largest(scores: &[f64]) -> Option<usize> {
    let numbers = scores
        .iter()
        .enumerate()
        .filter(|(_, score)| !score.is_nan());
    let best = numbers.reduce(|best, next| if next.1 > best.1 { next } else { best });
    best.map(|(index, _)| index)
}

/// The mean, over the distinct scores of good clips, of the best precision among clips with that score or a smaller
/// one as threshold. Clips of one score are found together. 0 where no clip is good, 1 where all are.
fn clip_precision(mut clips: Vec<(f64, bool)>) -> f64 {
    clips.sort_by(|first, second| second.0.total_cmp(&first.0));
    let mut precisions = Vec::new();
    let (mut found, mut seen) = (0_usize, 0_usize);
    for group in clips.chunk_by(|first, second| first.0 == second.0) {
        let good = group.iter().filter(|(_, is_good)| *is_good).count();
        found += good;
        seen += group.len();
        if good > 0 {
            precisions.push(found as f64 / seen as f64);
        }
    }
    if found == seen && found > 0 {
        return 1.0;
    }
    let count = precisions.len().max(1) as f64;
    let mut best: f64 = 0.0;
    let mut sum = 0.0;
    for precision in precisions.into_iter().rev() {
        best = best.max(precision);
        sum += best;
    }
    sum / count
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop on what cannot happen")]
mod tests {
    use super::*;

    #[test]
    fn precision_is_averaged_over_distinct_scores() {
        let clips = vec![
            (0.9, false),
            (0.8, true),
            (0.7, true),
            (0.7, false),
            (0.1, true),
        ];
        // Precisions 1/2, 2/4, 3/5; each may be replaced by a later one.
        assert!((clip_precision(clips) - 0.6).abs() < 1e-12);
        assert_eq!(clip_precision(vec![(0.5, false)]), 0.0);
        assert_eq!(clip_precision(vec![(0.5, true), (0.1, true)]), 1.0);
        assert_eq!(clip_precision(Vec::new()), 0.0);
    }

    #[test]
    fn clips_beyond_the_video_are_refused() {
        let judged = [JudgedClip {
            clip: 2,
            judgements: [4, 0, 2],
        }];
        let expected = [[0; 3], [0; 3], [4, 0, 2]];
        assert_eq!(all_clips(7.0, &judged).unwrap(), expected);
        let (clip, clips) = (2, 2);
        assert_eq!(
            all_clips(5.9, &judged),
            Err(MetricsError::ClipOutsideVideo { clip, clips })
        );
        assert!(all_clips(f64::NAN, &[]).unwrap().is_empty());
        assert!(all_clips(f64::INFINITY, &[]).is_err());
    }

    #[test]
    fn the_best_clip_is_a_hit_where_one_judge_says_so() {
        let mut fold = QvSaliencyFold::new(3);
        fold.push(&[[0, 0, 0], [3, 0, 0]], &[0.1, 0.9, 0.9]);
        fold.push(&[[0, 0, 0], [3, 0, 0]], &[0.1, f64::NAN, 0.9]);
        assert_eq!(fold.finish().hit_at_one, 0.5);
    }
}
