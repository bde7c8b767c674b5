//! This project's side: tracks one frame whenever a line on standard input says so.

use std::io::{BufRead, Write};
use std::path::Path;
use std::time::Instant;

use burn::tensor::{Device, Tensor, TensorData};
use tubelet_nn::WeightFile;
use tubelet_segmentation::{
    Direction, FramePolicy, FrameRole, MemoryBank, Moment, Past, PointPrompts, Prompt, Segmenter,
    SegmenterConfig,
};

/// The frame that is timed: as many lie before it as object pointers are looked at.
const NOW: usize = 16;

/// A model, the frame, and what each object left behind.
struct Tracker {
    segmenter: Segmenter,
    frame: Tensor<4>,
    banks: Vec<MemoryBank>,
}

impl Tracker {
    fn load(folder: &Path, half_products: bool) -> anyhow::Result<Self> {
        let device = Device::default();
        let weights = WeightFile::open(&folder.join("model.safetensors"))?;
        let (segmenter, _) = Segmenter::load(&SegmenterConfig::of(&weights)?, &weights, &device)?;
        let segmenter = if half_products {
            segmenter.with_half_products()
        } else {
            segmenter
        };
        let size = segmenter.image_size();
        let frame = WeightFile::open(&folder.join("frame.safetensors"))?.read_f32("frame")?;
        let frame = TensorData::new(frame, [1, 3, size, size]);
        Ok(Self {
            segmenter,
            frame: Tensor::from_data(frame, &device),
            banks: Vec::new(),
        })
    }

    /// Objects that were pointed at in the first frame and tracked up to the timed one; all memories are the first's.
    fn prepare(&mut self, objects: usize) {
        let device = self.segmenter.device();
        let places = (0..objects).flat_map(|object| [200.0 + 120.0 * object as f32, 300.0]);
        let places = TensorData::new(places.collect::<Vec<f32>>(), [objects, 1, 2]);
        let prompt = Prompt::Points {
            points: PointPrompts {
                coordinates: Tensor::from_data(places, &device),
                labels: Tensor::ones([objects, 1], &device),
            },
            previous: None,
        };
        let policy = FramePolicy::prompted();
        let features = self.segmenter.encode(self.frame.clone());
        let mut recalled = self.segmenter.recall_nothing(&features);
        recalled.embedding = recalled.embedding.repeat_dim(0, objects);
        let prediction = self.segmenter.predict(&features, &recalled, prompt, policy);
        let memory = self.segmenter.remember(&features, &prediction, policy);
        let banks = memory.split().into_iter().map(|memory| {
            let mut bank = MemoryBank::default();
            for frame in 1..NOW {
                bank.insert(frame, FrameRole::Tracked, memory.clone());
            }
            bank.insert(0, FrameRole::Prompted, memory);
            bank
        });
        self.banks = banks.collect();
    }

    /// Tracks the frame: milliseconds by part, and in all.
    fn time(&self) -> Vec<f64> {
        let policy = FramePolicy::tracked();
        let banks: Vec<&MemoryBank> = self.banks.iter().collect();
        let past = Past {
            banks: &banks,
            moment: Moment {
                frame: NOW,
                direction: Direction::Forward,
                clip_frames: Some(NOW + 1),
            },
        };
        let started = Instant::now();
        let features = self.segmenter.encode(self.frame.clone());
        let encoded = Instant::now();
        let recalled = self.segmenter.recall(&features, past, policy);
        let looked_back = Instant::now();
        let prediction = self
            .segmenter
            .predict(&features, &recalled, Prompt::None, policy);
        let predicted = Instant::now();
        let memory = self.segmenter.remember(&features, &prediction, policy);
        let remembered = Instant::now();
        drop(memory);
        let marks = [started, encoded, looked_back, predicted, remembered];
        let milliseconds = |from: Instant, to: Instant| (to - from).as_secs_f64() * 1e3;
        let parts = marks.windows(2).map(|pair| milliseconds(pair[0], pair[1]));
        parts.chain([milliseconds(started, remembered)]).collect()
    }
}

/// Obeys the lines of standard input.
pub(crate) fn work(folder: &Path, half_products: bool) -> anyhow::Result<()> {
    let mut tracker = Tracker::load(folder, half_products)?;
    let mut out = std::io::stdout();
    for line in std::io::stdin().lock().lines() {
        if let Some(objects) = line?.strip_prefix("objects ") {
            tracker.prepare(objects.parse()?);
            writeln!(out, "ready")?;
        } else {
            let times: Vec<String> = tracker.time().iter().map(f64::to_string).collect();
            writeln!(out, "{}", times.join(" "))?;
        }
        out.flush()?;
    }
    Ok(())
}
