//! Tracks in the pictures of a rig.

use anyhow::{Context, Result, ensure};
use glam::{DVec2, DVec3};
use proptest::prelude::*;
use tubelet_geometry::{Camera, Distortion, FrameSize, Lens, OrientedBox, RigidTransform};
use tubelet_tracking3d::{BoxPrompt, TrackedBox, View, box_prompts};

/// A camera at the vehicle's origin that looks along an angle.
fn camera(yaw: f64) -> Result<Camera> {
    let lens = Lens::new(
        DVec2::splat(100.0),
        DVec2::new(100.0, 50.0),
        Distortion::None,
    )?;
    let facing = RigidTransform::from_axes([-DVec3::Y, -DVec3::Z, DVec3::X], DVec3::ZERO)?;
    let turned = RigidTransform::from_yaw(yaw, DVec3::ZERO)?;
    Ok(Camera::new(
        FrameSize::new(200, 100),
        lens,
        turned * facing,
    )?)
}

fn track(number: u64, place: DVec3, velocity: DVec2) -> Result<TrackedBox> {
    Ok(TrackedBox {
        track: number,
        class: 2,
        bounds: OrientedBox {
            pose: RigidTransform::from_yaw(0.0, place)?,
            size: DVec3::splat(2.0),
        },
        velocity,
        score: 0.5,
        detection: None,
    })
}

fn of(prompts: &[BoxPrompt], view: usize, track: u64) -> Result<&BoxPrompt> {
    prompts
        .iter()
        .find(|it| it.view == view && it.track == track)
        .context("no such prompt")
}

#[test]
fn prompts_say_where_how_deep_how_cut_and_how_hidden() -> Result<()> {
    let (front, left) = (camera(0.0)?, camera(std::f64::consts::FRAC_PI_2)?);
    // The vehicle stands at (100, 0) in the world.
    let world_from_ego = RigidTransform::from_yaw(0.0, DVec3::new(100.0, 0.0, 0.0))?;
    let view = |camera| View {
        camera,
        world_from_ego,
        seconds_later: 0.0,
    };
    let tracks = [
        track(4, DVec3::new(121.0, 0.0, 0.0), DVec2::ZERO)?,
        track(1, DVec3::new(111.0, 0.0, 0.0), DVec2::ZERO)?,
        track(2, DVec3::new(111.0, 10.0, 0.0), DVec2::ZERO)?,
        track(3, DVec3::new(90.0, 0.0, 0.0), DVec2::ZERO)?,
    ];
    let prompts = box_prompts(&tracks, &[view(&front), view(&left)]);
    let order: Vec<(usize, u64)> = prompts.iter().map(|it| (it.view, it.track)).collect();
    ensure!(order == [(0, 1), (0, 2), (0, 4), (1, 2)], "{order:?}");
    let near = of(&prompts, 0, 1)?;
    ensure!((near.depth - 11.0).abs() < 1e-9 && near.truncation < 1e-6 && near.occlusion == 0.0);
    ensure!((of(&prompts, 0, 4)?.occlusion - 1.0).abs() < 1e-6);
    // In front the box spans -10 to 25 pixels (its near face ends at 110 left of the middle, its far one begins at 75).
    let cut = of(&prompts, 0, 2)?;
    ensure!((cut.truncation - 10.0 / 35.0).abs() < 1e-6, "{cut:?}");
    Ok(())
}

#[test]
fn a_later_picture_shows_things_further_on() -> Result<()> {
    let front = camera(0.0)?;
    let view = |seconds_later| View {
        camera: &front,
        world_from_ego: RigidTransform::IDENTITY,
        seconds_later,
    };
    let tracks = [track(0, DVec3::new(11.0, 0.0, 0.0), DVec2::new(0.0, 10.0))?];
    let prompts = box_prompts(&tracks, &[view(0.0), view(0.05)]);
    let moved = of(&prompts, 0, 0)?.bounds.left - of(&prompts, 1, 0)?.bounds.left;
    // Half a metre to the left; the near face is at ten metres.
    ensure!((moved - 5.0).abs() < 1e-4);
    Ok(())
}

proptest! {
    #[test]
    fn any_box_has_a_prompt_inside_the_picture_or_none(
        places in prop::collection::vec(prop::array::uniform3(-60.0..60.0_f64), 0..9),
        size in prop::array::uniform3(0.0..20.0_f64),
        yaw in -4.0..4.0_f64,
        seconds_later in prop_oneof![Just(0.0), -1.0..1.0, Just(f64::NAN)],
    ) {
        let camera = camera(yaw).ok();
        let pose = RigidTransform::from_yaw(yaw, DVec3::new(yaw, 1.0, 2.0)).ok();
        let (Some(camera), Some(world_from_ego)) = (camera, pose) else {
            return Err(TestCaseError::fail("no camera"));
        };
        let mut tracks = Vec::new();
        for (number, place) in places.into_iter().enumerate() {
            let track = track(number as u64, DVec3::from_array(place), DVec2::new(3.0, yaw));
            let mut track = track.map_err(|error| TestCaseError::fail(error.to_string()))?;
            track.bounds.size = DVec3::from_array(size);
            tracks.push(track);
        }
        let view = View { camera: &camera, world_from_ego, seconds_later };
        let prompts = box_prompts(&tracks, &[view]);
        prop_assert!(!seconds_later.is_nan() || prompts.is_empty());
        prop_assert!(prompts.windows(2).all(|pair| pair[0].depth <= pair[1].depth));
        for prompt in &prompts {
            prop_assert!(!prompt.bounds.is_empty());
            prop_assert!(prompt.bounds.left >= 0.0 && prompt.bounds.right <= 200.0);
            prop_assert!(prompt.bounds.top >= 0.0 && prompt.bounds.bottom <= 100.0);
            prop_assert!((0.0..=1.0).contains(&prompt.truncation));
            prop_assert!((0.0..=1.0).contains(&prompt.occlusion));
        }
    }
}
