//! Tracks in the pictures of a rig.

use anyhow::{Context, Result, ensure};
use glam::{DVec2, DVec3};
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
