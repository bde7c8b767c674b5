//! What holds for any input.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, ensure};
use glam::{DVec2, DVec3};
use proptest::prelude::*;
use tubelet_geometry::{OrientedBox, RigidTransform};
use tubelet_tracking3d::{
    Detection, DetectionFault, Interval, Overlap, TrackedBox, Tracker, TrackerConfig,
    TrackingError, VelocityInput,
};

fn detection(class: usize, place: DVec3, score: f64) -> Result<Detection> {
    Ok(Detection {
        bounds: OrientedBox {
            pose: RigidTransform::from_yaw(0.3, place)?,
            size: DVec3::new(4.0, 2.0, 1.5),
        },
        velocity: None,
        class,
        score,
    })
}

fn tracker() -> Result<Tracker> {
    let config = TrackerConfig::nu_scenes(VelocityInput::Unknown);
    Ok(Tracker::new(config)?)
}

prop_compose! {
    fn any_detection(classes: usize)(
        class in 0..classes,
        place in prop::array::uniform3(prop_oneof![-30.0..30.0, -1e8..1e8_f64]),
        size in prop::array::uniform3(prop_oneof![Just(0.0), 0.1..9.0, 0.0..1e4_f64]),
        yaw in -20.0..20.0_f64,
        velocity in prop::option::of(prop::array::uniform2(-1e4..1e4_f64)),
        score in 0.0..=1.0_f64,
    ) -> Option<Detection> {
        let pose = RigidTransform::from_yaw(yaw, DVec3::from_array(place)).ok()?;
        Some(Detection {
            bounds: OrientedBox { pose, size: DVec3::from_array(size) },
            velocity: velocity.map(DVec2::from_array),
            class,
            score,
        })
    }
}

fn any_config() -> impl Strategy<Value = TrackerConfig> {
    let overlaps = prop::sample::select(vec![
        Overlap::IouBev,
        Overlap::Iou3d,
        Overlap::GiouBev,
        Overlap::Giou3d,
        Overlap::AlignedIouBev,
        Overlap::AlignedGiouBev,
        Overlap::AlignedGiou3d,
    ]);
    (overlaps, any::<bool>(), any::<bool>()).prop_map(|(overlap, is_measured, is_far)| {
        let mut config = TrackerConfig::nu_scenes(VelocityInput::Measured);
        if is_measured {
            config.interval = Interval::Measured;
        }
        for class in &mut config.classes {
            class.suppression.overlap = overlap;
            class.association.overlap = overlap;
            if is_far {
                class.association.reach = None;
                class.suppression.reach = None;
            }
        }
        config
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_detected_tracks_are_finite_distinct_and_the_same_again(
        config in any_config(),
        frames in prop::collection::vec(
            (prop_oneof![0.01..2.0, 1.0..1e9_f64], prop::collection::vec(any_detection(7), 0..12)),
            1..12,
        ),
    ) {
        let play = || -> Result<Vec<Vec<TrackedBox>>, TrackingError> {
            let mut tracker = Tracker::new(config.clone())?;
            let mut seconds = 0.0;
            frames.iter().map(|(passed, detections)| {
                seconds += passed;
                let detections: Vec<Detection> = detections.iter().flatten().copied().collect();
                tracker.step(seconds, &detections)
            }).collect()
        };
        let found = play();
        prop_assert!(found.is_ok(), "{found:?}");
        prop_assert_eq!(&found, &play());
        let mut classes = BTreeMap::new();
        for boxes in found.unwrap_or_default() {
            let numbers: BTreeSet<u64> = boxes.iter().map(|it| it.track).collect();
            prop_assert_eq!(numbers.len(), boxes.len());
            let detections: Vec<usize> = boxes.iter().filter_map(|it| it.detection).collect();
            let distinct: BTreeSet<usize> = detections.iter().copied().collect();
            prop_assert_eq!(distinct.len(), detections.len());
            for it in boxes {
                prop_assert!((0.0..=1.0).contains(&it.score), "{it:?}");
                prop_assert!(it.bounds.size.is_finite() && it.velocity.is_finite());
                prop_assert_eq!(*classes.entry(it.track).or_insert(it.class), it.class);
            }
        }
    }
}

#[test]
fn what_cannot_be_meant_is_refused_and_changes_nothing() -> Result<()> {
    let sound = detection(2, DVec3::ZERO, 0.5)?;
    let fault = |change: fn(&mut Detection)| -> Result<DetectionFault> {
        let mut tracker = tracker()?;
        tracker.step(0.0, &[sound])?;
        let mut broken = sound;
        change(&mut broken);
        let refused = tracker.step(0.5, &[sound, broken]);
        let Err(TrackingError::Detection { index: 1, what }) = refused else {
            anyhow::bail!("{refused:?}");
        };
        let boxes = tracker.step(0.5, &[sound])?;
        ensure!(boxes.len() == 1 && boxes[0].track == 0);
        Ok(what)
    };
    ensure!(
        fault(|it| it.class = 7)?
            == DetectionFault::Class {
                found: 7,
                classes: 7
            }
    );
    for score in [f64::NAN, -0.1, 1.1] {
        let mut broken = sound;
        broken.score = score;
        ensure!(matches!(
            tracker()?.step(0.0, &[broken]),
            Err(TrackingError::Detection {
                what: DetectionFault::Score { .. },
                ..
            })
        ));
    }
    let size = fault(|it| it.bounds.size.x = f64::NAN)?;
    ensure!(matches!(size, DetectionFault::Size { .. }));
    let size = fault(|it| it.bounds.size.y = -1.0)?;
    ensure!(matches!(size, DetectionFault::Size { .. }));
    let velocity = fault(|it| it.velocity = Some(DVec2::new(0.0, f64::INFINITY)))?;
    ensure!(matches!(velocity, DetectionFault::Velocity { .. }));
    let far = detection(2, DVec3::new(1e300, 0.0, 0.0), 0.5)?;
    let refused = tracker()?.step(0.0, &[far]);
    ensure!(matches!(
        refused,
        Err(TrackingError::Detection {
            what: DetectionFault::Place { .. },
            ..
        })
    ));
    Ok(())
}

#[test]
fn time_must_rise() -> Result<()> {
    let mut tracker = tracker()?;
    tracker.step(1.0, &[])?;
    for now in [1.0, 0.5, f64::NAN, f64::INFINITY] {
        let refused = tracker.step(now, &[]);
        ensure!(matches!(
            refused,
            Err(TrackingError::Time { before: 1.0, .. })
        ));
    }
    tracker.step(1.5, &[])?;
    tracker.reset();
    tracker.step(0.0, &[])?;
    Ok(())
}

#[test]
fn senseless_settings_are_refused_by_name() -> Result<()> {
    let refused = |change: fn(&mut TrackerConfig)| {
        let mut config = TrackerConfig::nu_scenes(VelocityInput::Measured);
        change(&mut config);
        Tracker::new(config).err().map(|it| it.to_string())
    };
    let reach = refused(|it| it.classes[2].association.reach = Some(0.0));
    ensure!(
        reach.as_deref() == Some("the reach of class `car` is 0, which is not a positive number")
    );
    ensure!(refused(|it| it.classes.clear()) == Some("there is no class to track".to_owned()));
    ensure!(refused(|it| it.classes[1].name = "bicycle".to_owned()).is_some());
    ensure!(refused(|it| it.interval = Interval::Fixed(0.0)).is_some());
    ensure!(refused(|_| ()).is_none());
    Ok(())
}

#[test]
fn measured_intervals_move_further_in_longer_gaps() -> Result<()> {
    let mut config = TrackerConfig::nu_scenes(VelocityInput::Measured);
    config.interval = Interval::Measured;
    let mut tracker = Tracker::new(config)?;
    let mut car = detection(2, DVec3::ZERO, 0.9)?;
    car.velocity = Some(DVec2::from_angle(0.3) * 10.0);
    tracker.step(0.0, &[car])?;
    let boxes = tracker.step(2.0, &[])?;
    let [ahead] = &boxes[..] else {
        anyhow::bail!("{boxes:?}");
    };
    let way = ahead.bounds.pose.translation().truncate();
    ensure!(way.distance(DVec2::from_angle(0.3) * 20.0) < 1e-9 && ahead.detection.is_none());
    Ok(())
}
