//! The same tracks as the public implementation: numbers, boxes, scores and order, frame by frame.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use tubelet_tracking3d::{
    ConstantFilter, InitialVariance, MotionModel, Overlap, ScoreDecay, ScoreUpdate, SecondStage,
    Termination, TrackedBox, Tracker, TrackerConfig, VelocityInput,
};

use crate::recording::{detections, tracks};

/// The recorded numbers have seven digits after the point.
const TOLERANCE: f64 = 1e-6;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn nu_scenes() -> TrackerConfig {
    TrackerConfig::nu_scenes(VelocityInput::Measured)
}

fn compare(run: &str, config: TrackerConfig, velocity: VelocityInput) -> Result<usize> {
    let scenes = detections(&folder())?;
    let mut tracker = Tracker::new(config)?;
    let mut compared = 0;
    for (scene, wanted) in tracks(&folder(), run)? {
        tracker.reset();
        let frames = scenes.get(&scene).context("no such scene")?;
        let last = wanted.keys().max().copied().unwrap_or_default();
        for frame in 0..=last {
            let mut found = frames.get(&frame).cloned().unwrap_or_default();
            if velocity == VelocityInput::Unknown {
                for it in &mut found {
                    it.velocity = None;
                }
            }
            let boxes = tracker.step(frame as f64 * 0.5, &found)?;
            let wanted = wanted.get(&frame).map_or(&[][..], Vec::as_slice);
            let place = format!("{run}, scene {scene}, frame {frame}");
            let numbers =
                |boxes: &[TrackedBox]| -> Vec<u64> { boxes.iter().map(|it| it.track).collect() };
            ensure!(
                numbers(&boxes) == numbers(wanted),
                "{place}: {:?} instead of {:?}",
                numbers(&boxes),
                numbers(wanted)
            );
            for (own, wanted) in boxes.iter().zip(wanted) {
                let difference = difference(own, wanted);
                ensure!(
                    own.class == wanted.class && difference < TOLERANCE,
                    "{place}: {difference}, {own:?} instead of {wanted:?}"
                );
                compared += 1;
            }
        }
    }
    Ok(compared)
}

/// The largest difference of two boxes in any number.
fn difference(own: &TrackedBox, wanted: &TrackedBox) -> f64 {
    let (pose, wanted_pose) = (&own.bounds.pose, &wanted.bounds.pose);
    let turn = (pose.yaw() - wanted_pose.yaw() + 1.0).rem_euclid(std::f64::consts::TAU) - 1.0;
    let lengths = [
        pose.translation() - wanted_pose.translation(),
        own.bounds.size - wanted.bounds.size,
        (own.velocity - wanted.velocity).extend(turn),
    ];
    lengths
        .iter()
        .map(|it| it.abs().max_element())
        .fold((own.score - wanted.score).abs(), f64::max)
}

#[test]
fn published_settings_give_the_published_tracks() -> Result<()> {
    ensure!(compare("default", nu_scenes(), VelocityInput::Measured)? == 1173);
    Ok(())
}

#[test]
fn other_overlaps_and_no_reach() -> Result<()> {
    let mut config = nu_scenes();
    let overlaps = [
        (Overlap::GiouBev, Overlap::Giou3d),
        (Overlap::Iou3d, Overlap::IouBev),
        (Overlap::Giou3d, Overlap::Giou3d),
        (Overlap::AlignedGiou3d, Overlap::GiouBev),
        (Overlap::AlignedIouBev, Overlap::AlignedGiou3d),
        (Overlap::GiouBev, Overlap::Iou3d),
        (Overlap::Iou3d, Overlap::GiouBev),
    ];
    for (class, (suppression, association)) in config.classes.iter_mut().zip(overlaps) {
        class.suppression.overlap = suppression;
        class.suppression.reach = None;
        class.association.overlap = association;
        class.association.reach = None;
    }
    config.classes[1].association.largest_cost = 0.9;
    config.classes[5].association.largest_cost = 0.95;
    config.second_stage = Some(SecondStage {
        overlap: Overlap::GiouBev,
        largest_cost: 1.0,
    });
    ensure!(compare("exact", config, VelocityInput::Measured)? > 200);
    Ok(())
}

#[test]
fn other_laws_of_motion_and_filters() -> Result<()> {
    let mut config = nu_scenes();
    let [_, bus, car, _, pedestrian, trailer, truck] = &mut config.classes[..] else {
        anyhow::bail!("seven classes");
    };
    let same = |variance| InitialVariance {
        place: variance,
        velocity: variance,
        acceleration: variance,
        heading: variance,
        turn: variance,
    };
    bus.motion.model = MotionModel::Velocity;
    bus.motion.initial = same(0.01);
    bus.motion.process_noise = 0.49;
    bus.constants = ConstantFilter::Kalman {
        initial: 0.01,
        process: 0.49,
        measurement: 1.0,
    };
    car.motion.model = MotionModel::TurnRateVelocity;
    car.motion.process_noise = 0.49;
    car.constants = ConstantFilter::Kalman {
        initial: 4.0,
        process: 0.49,
        measurement: 1.0,
    };
    pedestrian.constants = ConstantFilter::Kalman {
        initial: 4.0,
        process: 1.0,
        measurement: 1.0,
    };
    trailer.constants = ConstantFilter::Median { window: 4 };
    truck.motion.model = MotionModel::Acceleration;
    truck.motion.initial = same(0.01);
    truck.motion.process_noise = 100.0;
    truck.motion.measurement_noise = 0.001;
    truck.constants = ConstantFilter::Mean { window: 5 };
    ensure!(compare("models", config, VelocityInput::Measured)? > 200);
    Ok(())
}

#[test]
fn another_life_cycle() -> Result<()> {
    let mut config = nu_scenes();
    config.second_stage = None;
    config.score_update = ScoreUpdate::Parallel;
    config.termination = Termination::LatestScore;
    config.longest_prediction = 3;
    let steps = [0.24, 0.24, 0.26, 0.28, 0.18, 0.22, 0.28];
    for (class, step) in config.classes.iter_mut().zip(steps) {
        class.life.most_missed = 3;
        class.life.least_hits = 3;
        class.life.lowest_score = 0.05;
        class.life.decay = ScoreDecay::Step(step);
    }
    ensure!(compare("cycle", config, VelocityInput::Measured)? > 150);
    Ok(())
}

#[test]
fn a_detector_without_velocities() -> Result<()> {
    let mut config = TrackerConfig::nu_scenes(VelocityInput::Unknown);
    config.score_update = ScoreUpdate::Detection;
    ensure!(compare("blind", config, VelocityInput::Unknown)? > 200);
    Ok(())
}
