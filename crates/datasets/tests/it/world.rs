//! What every clip of the world promises, and what many clips hold on average.

use tubelet_datasets::{World, WorldConfig, WorldFrame};
use tubelet_geometry::FrameSize;

fn world(seed: u64) -> World {
    World::new(WorldConfig::training(64), seed).unwrap()
}

#[test]
fn the_same_seed_gives_the_same_bytes_in_any_order_and_on_any_thread() {
    for seed in 0..4 {
        let forwards: Vec<WorldFrame> = world(seed).frames().collect();
        let again = world(seed);
        let backwards: Vec<WorldFrame> = (0..8).rev().map(|index| again.frame(index)).collect();
        assert!(forwards.iter().eq(backwards.iter().rev()));
        let elsewhere = std::thread::spawn(move || world(seed).frames().collect::<Vec<_>>());
        assert_eq!(forwards, elsewhere.join().unwrap());
    }
}

#[test]
fn worlds_can_be_handed_to_other_threads() {
    fn is_shareable<T: Send + Sync>() {}
    is_shareable::<World>();
}

#[test]
fn other_seeds_give_other_clips() {
    assert_ne!(world(1).frame(0).rgb, world(2).frame(0).rgb);
}

#[test]
fn every_object_is_visible_in_the_first_frame_and_masks_are_a_partition() {
    for seed in 0..60 {
        let world = world(seed);
        let frame = world.frame(0);
        assert!(world.objects() > 0, "seed {seed}");
        let pixels = frame.size.pixel_count();
        assert_eq!((frame.rgb.len(), frame.ids.len()), (pixels * 3, pixels));
        let mut covered = 0;
        for id in 1..=world.objects() as u8 {
            let area = frame.visible(id);
            assert!(
                area as f32 >= 0.004 * pixels as f32,
                "seed {seed}, object {id}: {area} pixels"
            );
            assert_eq!(frame.mask(id).count(), area);
            let around = frame.bounding_box(id).unwrap();
            assert!(around.area() >= area as f32);
            covered += area;
        }
        let background = frame.visible(0);
        assert_eq!(
            covered + background,
            pixels,
            "seed {seed}: identities beyond the number of objects"
        );
    }
}

#[test]
fn an_object_keeps_its_identity_while_it_moves() {
    // In a slow and easy world an object overlaps itself from frame to frame more than it overlaps anyone else.
    for seed in 0..20 {
        let config = WorldConfig {
            objects: 3,
            ..WorldConfig::training(96)
        }
        .with_difficulty(0.25);
        let world = World::new(config, seed).unwrap();
        let frames: Vec<WorldFrame> = world.frames().collect();
        for pair in frames.windows(2) {
            for id in (1..=world.objects() as u8).filter(|id| pair[1].visible(*id) > 40) {
                let here = pair[1].mask(id);
                let shared = |other: u8| {
                    pair[0]
                        .ids
                        .iter()
                        .zip(here.to_bytes())
                        .filter(|(found, inside)| **found == other && *inside == 1)
                        .count()
                };
                let own = shared(id);
                let others = (1..=world.objects() as u8)
                    .filter(|other| *other != id)
                    .map(shared)
                    .max()
                    .unwrap_or(0);
                assert!(
                    own >= others,
                    "seed {seed}, object {id}: {own} of its own, {others} of another's"
                );
            }
        }
    }
}

#[test]
fn clips_hold_occlusion_look_alikes_sizes_and_absence_in_useful_shares() {
    let clips = 120;
    let (mut hidden, mut look_alikes, mut absent, mut several) = (0, 0, 0, 0);
    let mut areas: Vec<f32> = Vec::new();
    for seed in 0..clips {
        let world = world(1000 + seed);
        let frames = [0, 3, 7].map(|index| world.frame(index));
        let ids = 1..=world.objects() as u8;
        let any = |test: &dyn Fn(&WorldFrame, u8) -> bool| {
            ids.clone()
                .any(|id| frames.iter().any(|frame| test(frame, id)))
        };
        hidden += usize::from(any(&|frame, id| {
            frame.hidden_share(id).is_some_and(|share| share > 0.1)
        }));
        absent += usize::from(any(&|frame, id| frame.visible(id) == 0));
        look_alikes += usize::from(world.has_look_alikes());
        several += usize::from(world.objects() > 1);
        areas.extend(ids.map(|id| frames[0].visible(id) as f32 / frames[0].ids.len() as f32));
    }
    areas.sort_by(f32::total_cmp);
    let share = |count: usize| count as f32 / clips as f32;
    let at = |part: f32| areas[(part * (areas.len() - 1) as f32) as usize];
    let summary = format!(
        "hidden {:.2}, absent {:.2}, look-alikes {:.2}, several {:.2}, areas {:.3} {:.3} {:.3}",
        share(hidden),
        share(absent),
        share(look_alikes),
        share(several),
        at(0.1),
        at(0.5),
        at(0.9)
    );
    assert!((0.3..0.8).contains(&share(hidden)), "{summary}");
    assert!((0.02..0.35).contains(&share(absent)), "{summary}");
    assert!((0.2..0.75).contains(&share(look_alikes)), "{summary}");
    assert!((0.4..0.9).contains(&share(several)), "{summary}");
    assert!(
        at(0.1) < 0.025 && (0.02..0.15).contains(&at(0.5)) && at(0.9) > 0.1,
        "{summary}"
    );
}

#[test]
fn an_easy_world_has_one_object_and_nothing_before_it() {
    for seed in 0..20 {
        let world = World::new(WorldConfig::training(64).with_difficulty(0.0), seed).unwrap();
        assert_eq!((world.objects(), world.has_foreground()), (1, false));
    }
}

#[test]
fn any_size_and_any_length_can_be_had_and_nonsense_is_refused() {
    let world = World::new(WorldConfig::video(FrameSize::new(213, 120), 3), 5).unwrap();
    assert_eq!(world.frames().len(), 3);
    assert_eq!(world.frame(1500).ids.len(), 213 * 120);
    for config in [
        WorldConfig::training(8),
        WorldConfig {
            frames: 0,
            ..WorldConfig::training(64)
        },
    ] {
        let error = World::new(config, 0).err().unwrap().to_string();
        assert!(error.contains("16 to 8192 pixels"), "{error}");
    }
}
