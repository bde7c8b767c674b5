//! Sessions over rigs: one camera against a plain stream, dropped pictures, prompts in several cameras, faults.

use tubelet_geometry::{BoundingBox, Camera, Distortion, FrameSize, Lens, RigidTransform};
use tubelet_segmentation::{Direction, RigVariant, Segmenter, SpatialPositionConfig};
use tubelet_session::{
    Click, Command, ObjectId, ObjectMask, RigCamera, RigMasks, RigOptions, RigPicture, RigPrompt,
    RigSession, RigStep, Session, SessionError,
};
use tubelet_video::Frame;

use crate::clip::{FIRST, SECOND, at, click, frames, masks, plain, segmenter};

const SIZE: FrameSize = FrameSize::new(60, 45);

fn options(variant: RigVariant) -> RigOptions {
    RigOptions {
        rule: variant.rule(),
        largest_filled_hole: None,
        ..RigOptions::default()
    }
}

fn camera(index: usize) -> RigCamera {
    let lens = Lens::from_calibration([50.0; 2], [29.5, 22.0], Distortion::None).unwrap();
    let place = RigidTransform::from_quaternion([1.0, index as f64, 0.0, 0.3], [1.0, 0.0, 1.5]);
    RigCamera {
        name: format!("CAM_{index}"),
        calibration: Some(Camera::new(SIZE, lens, place.unwrap()).unwrap()),
    }
}

fn rig(cameras: usize, variant: RigVariant) -> RigSession {
    let cameras = (0..cameras).map(camera).collect();
    RigSession::new(segmenter(), cameras, options(variant)).unwrap()
}

fn picture(frame: Frame, step: usize) -> RigPicture {
    let place = RigidTransform::from_quaternion([1.0, 0.0, 0.0, 0.0], [step as f64, 0.0, 0.0]);
    RigPicture {
        frame,
        world_from_ego: place.ok(),
    }
}

/// Step `step` of a rig whose cameras see the clip at different times.
fn step(cameras: usize, step: usize) -> RigStep {
    let clip = frames(step + cameras);
    let pictures: Vec<Option<RigPicture>> = (0..cameras)
        .map(|camera| Some(picture(clip[step + camera].clone(), step)))
        .collect();
    RigStep {
        world_from_ego: pictures[0]
            .as_ref()
            .and_then(|picture| picture.world_from_ego),
        pictures,
    }
}

/// A step of a rig of one camera of which nothing is known.
fn alone(frame: &Frame) -> RigStep {
    RigStep {
        pictures: vec![Some(RigPicture {
            frame: frame.clone(),
            world_from_ego: None,
        })],
        world_from_ego: None,
    }
}

/// A rig of one camera of which nothing is known.
fn one_camera(variant: RigVariant) -> RigSession {
    let cameras = vec![RigCamera {
        name: "only".to_owned(),
        calibration: None,
    }];
    RigSession::new(segmenter(), cameras, options(variant)).unwrap()
}

fn point() -> RigPrompt {
    RigPrompt::Clicks(vec![Click::include(14.0, 17.0)])
}

fn of_camera(masks: &RigMasks, camera: usize) -> &[ObjectMask] {
    masks.cameras[camera].as_deref().unwrap()
}

#[test]
fn a_rig_of_one_camera_is_bit_equal_to_a_stream() {
    for variant in RigVariant::ALL {
        let mut stream = Session::streaming(segmenter(), plain());
        let mut rig = one_camera(variant);
        for (index, frame) in frames(14).into_iter().enumerate() {
            rig.show(index, &alone(&frame)).unwrap();
            let mut tracked = masks(&mut stream, Command::Push(frame));
            if index == 0 {
                tracked = masks(&mut stream, click(FIRST, 0));
                rig.say(FIRST, 0, point()).unwrap();
            }
            let found = rig.track().unwrap();
            assert_eq!(
                of_camera(&found, 0),
                tracked[0].masks,
                "{variant:?} {index}"
            );
        }
    }
}

#[test]
fn one_camera_takes_boxes_corrections_and_several_objects_as_a_stream_does() {
    let mut stream = Session::streaming(segmenter(), plain());
    let mut rig = one_camera(RigVariant::Full);
    let bounds = BoundingBox {
        left: 8.0,
        top: 9.0,
        right: 30.0,
        bottom: 33.0,
    };
    let correction = Click::exclude(22.0, 12.0);
    for (index, frame) in frames(12).into_iter().enumerate() {
        rig.show(index, &alone(&frame)).unwrap();
        let mut expected = masks(&mut stream, Command::Push(frame));
        let said = match index {
            0 => vec![
                (click(FIRST, 0), FIRST, point()),
                (
                    Command::SetBox(at(SECOND, 0), bounds),
                    SECOND,
                    RigPrompt::Box(bounds),
                ),
            ],
            4 => vec![(
                Command::AddClicks(at(FIRST, 4), vec![correction]),
                FIRST,
                RigPrompt::Clicks(vec![correction]),
            )],
            _ => Vec::new(),
        };
        if index > 0 && !said.is_empty() {
            rig.track().unwrap();
        }
        for (command, object, prompt) in said {
            expected = masks(&mut stream, command);
            rig.say(object, 0, prompt).unwrap();
        }
        let found = rig.track().unwrap();
        for mask in &expected[0].masks {
            assert!(
                of_camera(&found, 0).contains(mask),
                "{index}: {:?}",
                mask.object
            );
        }
        if index > 4 {
            assert_eq!(of_camera(&found, 0), expected[0].masks, "{index}");
        }
    }
}

#[test]
fn a_session_that_turns_after_its_first_step_goes_back_as_one_that_began_so() {
    for variant in RigVariant::ALL {
        let run = |session: &mut RigSession| -> Vec<RigMasks> {
            (0..3)
                .rev()
                .map(|index| {
                    session.show(index, &step(2, index)).unwrap();
                    session.track().unwrap()
                })
                .collect()
        };
        let begin = |direction: Direction| {
            let options = RigOptions {
                direction,
                ..options(variant)
            };
            let cameras = (0..2).map(camera).collect();
            let mut session = RigSession::new(segmenter(), cameras, options).unwrap();
            session.show(3, &step(2, 3)).unwrap();
            session.say(FIRST, 1, point()).unwrap();
            let first = session.track().unwrap();
            (session, first)
        };
        let (mut backward, first) = begin(Direction::Backward);
        let (mut forward, same) = begin(Direction::Forward);
        let mut turned = forward.turned();
        forward.show(4, &step(2, 4)).unwrap();
        forward.track().unwrap();
        assert_eq!(first, same, "{variant:?}");
        assert_eq!(run(&mut backward), run(&mut turned), "{variant:?}");
    }
}

#[test]
fn untrained_places_leave_every_variant_as_it_is_without_calibration() {
    let plain = segmenter();
    let file = tubelet_nn::WeightFile::open(
        &std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../segmentation/tests/golden/memory_model.safetensors"),
    )
    .unwrap();
    let config = tubelet_segmentation::SegmenterConfig::of(&file)
        .unwrap()
        .with_spatial(Some(SpatialPositionConfig::default()));
    let placed = std::sync::Arc::new(Segmenter::clone(&plain).with_fresh_places(&config));
    for variant in [RigVariant::Local, RigVariant::Full] {
        let run = |segmenter: &std::sync::Arc<Segmenter>| {
            let cameras = (0..2).map(camera).collect();
            let mut session =
                RigSession::new(segmenter.clone(), cameras, options(variant)).unwrap();
            (0..4)
                .map(|index| {
                    session.show(index, &step(2, index)).unwrap();
                    if index == 0 {
                        session.say(FIRST, 1, point()).unwrap();
                    }
                    session.track().unwrap()
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(run(&plain), run(&placed), "{variant:?}");
    }
}

#[test]
fn all_cameras_of_every_step_have_all_objects_and_memory_stays_bounded() {
    for variant in RigVariant::ALL {
        let mut session = rig(3, variant);
        let mut held = Vec::new();
        for index in 0..24 {
            session.show(index, &step(3, index)).unwrap();
            match index {
                0 => drop(session.say(FIRST, 2, point()).unwrap()),
                1 => {
                    let edges = BoundingBox::new(32.0, 19.0, 45.0, 32.0);
                    session.say(SECOND, 0, RigPrompt::Box(edges)).unwrap();
                }
                _ => {}
            }
            let found = session.track().unwrap();
            assert_eq!((found.step, found.cameras.len()), (index, 3));
            let objects = usize::min(index + 1, 2);
            assert!((0..3).all(|camera| of_camera(&found, camera).len() == objects));
            held.push(session.held(FIRST).unwrap());
            for camera in 0..3 {
                let looked_at = session.looked_at(FIRST, camera).unwrap();
                // The prompted view is looked at beside the window, and did not look itself.
                let bounds = match (index, camera) {
                    (0, 2) => 0..=0,
                    _ => 1..=variant.rule().window + 1,
                };
                assert!(
                    bounds.contains(&looked_at),
                    "{variant:?} {index} {camera} {looked_at}"
                );
            }
        }
        let late = held[18..].iter().max().unwrap();
        assert!(late <= &30, "{variant:?} {held:?}");
    }
}

#[test]
fn a_camera_may_drop_out_and_come_back() {
    let mut session = rig(3, RigVariant::Full);
    for index in 0..9 {
        let mut shown = step(3, index);
        if (3..6).contains(&index) {
            shown.pictures[1] = None;
        }
        session.show(index, &shown).unwrap();
        if index == 0 {
            session.say(FIRST, 1, point()).unwrap();
        }
        if index == 4 {
            let error = session.say(FIRST, 1, point()).unwrap_err();
            assert!(error.to_string().contains("CAM_1"), "{error}");
            assert!(error.to_string().contains("dropped"), "{error}");
        }
        let found = session.track().unwrap();
        assert_eq!(found.cameras[1].is_none(), (3..6).contains(&index));
        assert!(found.cameras[0].is_some() && found.cameras[2].is_some());
    }
}

#[test]
fn a_correction_changes_its_camera_and_what_follows() {
    let run = |corrected: bool| {
        let mut session = rig(2, RigVariant::Full);
        let mut last = None;
        for index in 0..4 {
            session.show(index, &step(2, index)).unwrap();
            if index == 0 {
                session.say(FIRST, 0, point()).unwrap();
            }
            let mut found = session.track().unwrap();
            if corrected && index == 2 {
                let click = Click::exclude(40.0, 30.0);
                let shown = session
                    .say(FIRST, 1, RigPrompt::Clicks(vec![click]))
                    .unwrap();
                found = session.track().unwrap();
                assert_eq!(of_camera(&found, 1)[0], shown);
            }
            last = Some(found);
        }
        last.unwrap()
    };
    assert_ne!(run(true), run(false));
}

#[test]
fn what_cannot_be_done_is_refused_by_name() {
    let mut session = rig(2, RigVariant::Full);
    let says = |error: SessionError, words: &[&str]| {
        let text = error.to_string();
        for word in words {
            assert!(text.contains(word), "{text}");
        }
    };
    says(session.track().unwrap_err(), &["point at an object"]);
    says(
        session.say(FIRST, 0, point()).unwrap_err(),
        &["no time step"],
    );
    says(
        session.show(0, &step(3, 0)).unwrap_err(),
        &["3 pictures", "2 cameras"],
    );
    session.show(3, &step(2, 3)).unwrap();
    says(session.show(3, &step(2, 3)).unwrap_err(), &["step 3"]);
    says(
        session.say(FIRST, 5, point()).unwrap_err(),
        &["camera number 5"],
    );
    let outside = RigPrompt::Clicks(vec![Click::include(700.0, 17.0)]);
    says(
        session.say(FIRST, 1, outside).unwrap_err(),
        &["CAM_1", "outside"],
    );
    assert_eq!(session.objects().count(), 0);
    let empty = RigStep {
        pictures: vec![None, None],
        world_from_ego: None,
    };
    says(session.show(4, &empty).unwrap_err(), &["no camera"]);
    let mut odd = step(2, 4);
    odd.pictures[0] = Some(picture(frames(1)[0].clone(), 4)).map(|mut picture| {
        picture.frame.size = FrameSize::new(45, 60);
        picture
    });
    says(session.show(4, &odd).unwrap_err(), &["CAM_0", "45"]);
    says(session.remove(ObjectId(99)).unwrap_err(), &["object 99"]);
    // The step shown before the refusals is still there.
    session.say(FIRST, 1, point()).unwrap();
    assert_eq!(session.track().unwrap().step, 3);
    let none = RigSession::new(segmenter(), Vec::new(), RigOptions::default());
    assert!(matches!(none, Err(SessionError::NoCameras)));
}
