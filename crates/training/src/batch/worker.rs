//! A worker thread that is a few batches ahead of the trainer.
//!
//! In: what makes a batch of a number, and the number to begin with. Out: batches in order of their numbers. What they hold does not depend on when they
//! are made, so the thread changes the speed of a run and nothing else.

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::JoinHandle;

use crate::TrainingError;

/// Batches that wait at most.
const AHEAD: usize = 3;

/// The running worker; it ends when this is dropped.
pub struct BatchWorker<B> {
    batches: Option<Receiver<Result<B, TrainingError>>>,
    thread: Option<JoinHandle<()>>,
}

impl<B: Send + 'static> BatchWorker<B> {
    /// Starts to make batches from number `first` up to, not including, `end`.
    pub fn start(
        mut make: impl FnMut(u64) -> Result<B, TrainingError> + Send + 'static,
        first: u64,
        end: u64,
    ) -> Self {
        let (sender, batches) = sync_channel(AHEAD);
        let thread = std::thread::spawn(move || {
            for number in first..end {
                let batch = make(number);
                let failed = batch.is_err();
                if sender.send(batch).is_err() || failed {
                    return;
                }
            }
        });
        Self {
            batches: Some(batches),
            thread: Some(thread),
        }
    }

    /// Waits for the next batch; `None` past the end.
    pub fn next_batch(&self) -> Option<Result<B, TrainingError>> {
        self.batches.as_ref()?.recv().ok()
    }
}

impl<B> Drop for BatchWorker<B> {
    fn drop(&mut self) {
        self.batches.take();
        if let Some(thread) = self.thread.take() {
            // A panic of the worker has shown itself as a missing batch.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{batch::sampler::BatchSampler, recipe::file::Recipe};
    use std::path::Path;

    #[test]
    fn it_hands_out_the_sampler_s_batches_in_order_and_then_ends() {
        let recipe = Recipe::parse(
            include_str!("../../recipes/overfit.toml"),
            Path::new("overfit.toml"),
        )
        .unwrap();
        let mut sampler = BatchSampler::new(&recipe);
        let worker = BatchWorker::start(move |number| sampler.batch(number), 3, 8);
        let mut sampler = BatchSampler::new(&recipe);
        for number in 3..8 {
            assert_eq!(
                worker.next_batch().unwrap().unwrap(),
                sampler.batch(number).unwrap()
            );
        }
        assert!(worker.next_batch().is_none());
    }

    #[test]
    fn it_can_be_dropped_before_its_batches_are_taken() {
        let recipe = Recipe::parse(
            include_str!("../../recipes/overfit.toml"),
            Path::new("overfit.toml"),
        )
        .unwrap();
        let mut sampler = BatchSampler::new(&recipe);
        drop(BatchWorker::start(
            move |number| sampler.batch(number),
            0,
            1000,
        ));
    }
}
