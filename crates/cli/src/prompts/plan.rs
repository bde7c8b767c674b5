//! The order in which prompts are said: where an object is comes first, clicks that correct it when tracking gets there.
//!
//! In: prompts and a way through the clip. Out: commands for a session. A correction is made of the mask that tracking
//! found, with what is remembered of the object; said beforehand it would stand alone.

use std::collections::{BTreeMap, BTreeSet};

use tubelet_session::{Command, Course, Propagation};

use super::gathered::{Gathered, Spot};
use crate::failure::Failure;

/// What is said before tracking, and what on the way.
#[derive(Default)]
struct Sorted {
    opening: Vec<Command>,
    /// Frames in which it is said where an object is.
    frames: BTreeSet<usize>,
    /// By frame.
    corrections: BTreeMap<usize, Vec<Command>>,
}

impl Gathered {
    /// Commands that say everything and track all objects.
    ///
    /// # Errors
    /// When it is never said where an object is, a correction lies where tracking does not get, an image of a mask cannot be
    /// read, or a prompt is for the camera of a rig.
    pub(crate) fn plan(&self, asked: Propagation) -> Result<Vec<Command>, Failure> {
        let Sorted {
            opening,
            frames,
            corrections,
        } = self.sorted(asked.course == Course::Backward)?;
        let mut commands = opening;
        if corrections.is_empty() {
            commands.push(Command::Propagate(asked));
            return Ok(commands);
        }
        let start = match asked.course {
            Course::Forward | Course::Both => frames.first(),
            Course::Backward => frames.last(),
        };
        let &start = start.ok_or(Failure::NoPrompt)?;
        let reach = asked.frames.unwrap_or(usize::MAX);
        let end = start.saturating_add(reach.saturating_sub(1));
        let beginning = start.saturating_add(1).saturating_sub(reach);
        let reached = match asked.course {
            Course::Forward => start..=end,
            Course::Backward => beginning..=start,
            Course::Both => beginning..=end,
        };
        if let Some(&frame) = corrections.keys().find(|frame| !reached.contains(frame)) {
            return Err(Failure::Unreached { frame, start });
        }
        let mut back = corrections;
        if asked.course != Course::Backward {
            let onward = back.split_off(&start).into_iter();
            leg(&mut commands, (start, end), Course::Forward, onward);
        }
        if *reached.start() < start {
            let back = back.into_iter().rev();
            leg(&mut commands, (start, beginning), Course::Backward, back);
        }
        Ok(commands)
    }

    fn sorted(&self, is_backward: bool) -> Result<Sorted, Failure> {
        let openings = self.openings(is_backward)?;
        let mut sorted = Sorted::default();
        for spot in self.spots() {
            let commands = self.commands(spot)?;
            if self.corrects(spot, &openings) {
                let at = sorted.corrections.entry(spot.frame).or_default();
                at.extend(commands);
            } else {
                sorted.frames.insert(spot.frame);
                sorted.opening.extend(commands);
            }
        }
        Ok(sorted)
    }

    /// Whether something only corrects the mask that tracking finds there.
    pub(crate) fn corrects(&self, spot: &Spot, openings: &BTreeMap<u32, &Spot>) -> bool {
        let is_opening = openings.get(&spot.object).is_some_and(|opening| {
            opening.frame == spot.frame && (opening.camera == spot.camera || self.points_at(spot))
        });
        self.has_only_clicks(spot) && !is_opening
    }

    /// Where each object is first pointed at, on the way through the clip.
    ///
    /// # Errors
    /// [`Failure::NeverPointedAt`] when it is only said where an object is not.
    pub(crate) fn openings(&self, is_backward: bool) -> Result<BTreeMap<u32, &Spot>, Failure> {
        let mut openings: BTreeMap<u32, &Spot> = BTreeMap::new();
        for spot in self.spots().filter(|spot| self.points_at(spot)) {
            let known = openings.entry(spot.object).or_insert(spot);
            if is_backward && spot.frame > known.frame {
                *known = spot;
            }
        }
        match self
            .spots()
            .find(|spot| !openings.contains_key(&spot.object))
        {
            None => Ok(openings),
            Some(spot) => Err(Failure::NeverPointedAt {
                object: spot.object,
                frame: spot.frame,
            }),
        }
    }
}

/// Tracks from the first of two frames to the other, and stops where something is to be corrected.
fn leg(
    commands: &mut Vec<Command>,
    (start, end): (usize, usize),
    course: Course,
    corrections: impl Iterator<Item = (usize, Vec<Command>)>,
) {
    let track = |from: usize, to: usize| {
        Command::Propagate(Propagation {
            from: Some(from),
            course,
            frames: from.abs_diff(to).checked_add(1),
        })
    };
    let mut from = start;
    for (frame, said) in corrections {
        commands.push(track(from, frame));
        commands.extend(said);
        from = frame;
    }
    commands.push(track(from, end));
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::arguments::{Arguments, Command as Typed};

    fn plan(prompts: &[&str], asked: Propagation) -> Result<Vec<String>, String> {
        let words = ["tubelet", "track", "clip.mp4"];
        let arguments = Arguments::try_parse_from(words.iter().chain(prompts)).expect("arguments");
        let Typed::Track(arguments) = arguments.command else {
            return Err("another command".to_owned());
        };
        let gathered = Gathered::from_arguments(&arguments);
        let commands = gathered.and_then(|gathered| gathered.plan(asked));
        let describe = |command: &Command| match command {
            Command::AddClicks(place, _) => format!("clicks {}@{}", place.object, place.frame),
            Command::SetBox(place, _) => format!("box {}@{}", place.object, place.frame),
            Command::Propagate(way) => format!("{:?} {:?} {:?}", way.course, way.from, way.frames),
            other => format!("{other:?}"),
        };
        let commands = commands.map_err(|failure| failure.to_string())?;
        Ok(commands.iter().map(describe).collect())
    }

    fn way(course: Course, frames: Option<usize>) -> Propagation {
        Propagation {
            from: None,
            course,
            frames,
        }
    }

    #[test]
    fn prompts_without_corrections_are_said_at_once() {
        let said = plan(
            &["--point", "1,2", "--box", "2:1,2,3,4@7"],
            way(Course::Both, Some(5)),
        );
        let expected = ["clicks 1@0", "box 2@7", "Both None Some(5)"];
        assert_eq!(said.expect("a plan"), expected);
    }

    #[test]
    fn corrections_wait_until_tracking_gets_there() {
        let prompts = [
            "--box",
            "1,2,3,4@5",
            "--not-point",
            "1,2@9",
            "--point",
            "1,2@2",
            "--point",
            "3,3@7",
        ];
        let said = plan(&prompts, way(Course::Both, None));
        let all = usize::MAX - 2;
        let expected = [
            "clicks 1@2".to_owned(),
            "box 1@5".to_owned(),
            "Forward Some(2) Some(6)".to_owned(),
            "clicks 1@7".to_owned(),
            "Forward Some(7) Some(3)".to_owned(),
            "clicks 1@9".to_owned(),
            format!("Forward Some(9) Some({})", all - 6),
            "Backward Some(2) Some(3)".to_owned(),
        ];
        assert_eq!(said.expect("a plan"), expected);
    }

    #[test]
    fn going_back_the_latest_frame_comes_first() {
        let prompts = [
            "--point",
            "1,2@9",
            "--not-point",
            "1,2@4",
            "--point",
            "1,2@6",
        ];
        let said = plan(&prompts, way(Course::Backward, Some(8)));
        let expected = [
            "clicks 1@9",
            "Backward Some(9) Some(4)",
            "clicks 1@6",
            "Backward Some(6) Some(3)",
            "clicks 1@4",
            "Backward Some(4) Some(3)",
        ];
        assert_eq!(said.expect("a plan"), expected);
    }

    #[test]
    fn what_cannot_be_corrected_is_refused() {
        let lone = plan(&["--not-point", "1,2@3"], way(Course::Both, None));
        assert!(
            lone.expect_err("refused")
                .contains("object 1 is never pointed at")
        );
        let beyond = plan(
            &["--point", "1,2", "--point", "1,2@9"],
            way(Course::Forward, Some(4)),
        );
        assert!(beyond.expect_err("refused").contains("does not get to"));
        let before = plan(
            &["--not-point", "1,2", "--point", "1,2@9"],
            way(Course::Forward, None),
        );
        assert!(before.expect_err("refused").contains("does not get to"));
    }
}
