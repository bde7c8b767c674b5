//! The order in which prompts are said: where an object is comes first, clicks that correct it when tracking gets there.
//!
//! In: prompts and a way through the clip. Out: commands for a session. A correction is made of the mask that tracking
//! found, with what is remembered of the object; said beforehand it would stand alone.

use std::collections::{BTreeMap, BTreeSet};

use tubelet_session::{Command, Course, Origin, Propagation};

use super::gathered::{Gathered, Spot};
use crate::failure::Failure;

/// What is said before tracking, and what on the way.
#[derive(Default)]
struct Sorted {
    opening: Vec<Command>,
    /// Frames in which it is said where an object is.
    frames: BTreeSet<usize>,
    /// By frame, of objects that are first pointed at in that frame or before it.
    onward: BTreeMap<usize, Vec<Command>>,
    /// By frame, of objects that are pointed at after it.
    back: BTreeMap<usize, Vec<Command>>,
}

impl Gathered {
    /// Commands that say everything and track all objects, each away from the frame in which it is first pointed at.
    ///
    /// # Errors
    /// When it is never said where an object is, a correction lies where tracking does not get, an image of a mask cannot be
    /// read, or a prompt is for the camera of a rig.
    pub(crate) fn plan(&self, asked: Propagation) -> Result<Vec<Command>, Failure> {
        let is_backward = asked.course == Course::Backward;
        let asked = Propagation {
            origin: if is_backward {
                Origin::LastPrompt
            } else {
                Origin::FirstPrompt
            },
            ..asked
        };
        let openings = self.openings(is_backward)?;
        let Sorted {
            opening: mut commands,
            frames,
            onward,
            back,
        } = self.sorted(&openings, is_backward)?;
        let (Some(&first), Some(&last)) = (frames.first(), frames.last()) else {
            return Err(Failure::NoPrompt);
        };
        let turn = if is_backward {
            last
        } else {
            let origins = openings.values().map(|spot| spot.frame);
            origins.max().unwrap_or(first)
        };
        let reach = asked.frames.unwrap_or(usize::MAX);
        let end = first.saturating_add(reach.saturating_sub(1));
        let beginning = turn.saturating_add(1).saturating_sub(reach);
        let unreached = |frame: Option<&usize>, start| match frame {
            Some(&frame) => Err(Failure::Unreached { frame, start }),
            None => Ok(()),
        };
        let mut opened = frames.iter();
        if is_backward {
            unreached(opened.find(|frame| **frame < beginning), turn)?;
        } else {
            unreached(opened.find(|frame| **frame > end), first)?;
        }
        unreached(onward.keys().find(|frame| **frame > end), first)?;
        if asked.course == Course::Forward {
            unreached(back.keys().next(), first)?;
        }
        unreached(back.keys().find(|frame| **frame < beginning), turn)?;
        if onward.is_empty() && back.is_empty() {
            commands.push(Command::Propagate(asked));
            return Ok(commands);
        }
        if !is_backward {
            leg(&mut commands, asked, (first, end), onward.into_iter());
        }
        if asked.course != Course::Forward && beginning < turn {
            let way = Propagation {
                course: Course::Backward,
                ..asked
            };
            leg(
                &mut commands,
                way,
                (turn, beginning),
                back.into_iter().rev(),
            );
        }
        Ok(commands)
    }

    fn sorted(
        &self,
        openings: &BTreeMap<u32, &Spot>,
        is_backward: bool,
    ) -> Result<Sorted, Failure> {
        let mut sorted = Sorted::default();
        for spot in self.spots() {
            let commands = self.commands(spot)?;
            if self.corrects(spot, openings) {
                let opened = openings.get(&spot.object).map(|opening| opening.frame);
                let leads_back = is_backward || opened > Some(spot.frame);
                let corrections = if leads_back {
                    &mut sorted.back
                } else {
                    &mut sorted.onward
                };
                corrections.entry(spot.frame).or_default().extend(commands);
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
    way: Propagation,
    (start, end): (usize, usize),
    corrections: impl Iterator<Item = (usize, Vec<Command>)>,
) {
    let track = |from: usize, to: usize| {
        Command::Propagate(Propagation {
            from: Some(from),
            course: match way.course {
                Course::Both => Course::Forward,
                course => course,
            },
            frames: from.abs_diff(to).checked_add(1),
            origin: way.origin,
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
            Command::SetPoints(place, bounds, _) => {
                let what = if bounds.is_some() { "box" } else { "clicks" };
                format!("{what} {}@{}", place.object, place.frame)
            }
            Command::Propagate(way) => format!("{:?} {:?} {:?}", way.course, way.from, way.frames),
            other => format!("{other:?}"),
        };
        let commands = commands.map_err(|failure| failure.to_string())?;
        Ok(commands.iter().map(describe).collect())
    }

    fn way(course: Course, frames: Option<usize>) -> Propagation {
        Propagation {
            course,
            frames,
            ..Propagation::default()
        }
    }

    #[test]
    fn prompts_without_corrections_are_said_at_once() {
        let said = plan(
            &["--point", "1,2", "--box", "2:1,2,3,4@7"],
            way(Course::Both, Some(8)),
        );
        let expected = ["clicks 1@0", "box 2@7", "Both None Some(8)"];
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
    fn each_object_is_corrected_on_the_way_away_from_its_prompt() {
        let prompts = [
            "--point",
            "1,2@2",
            "--box",
            "2:1,2,3,4@9",
            "--not-point",
            "2:5,5@6",
            "--not-point",
            "1:5,5@6",
        ];
        let said = plan(&prompts, way(Course::Both, Some(9)));
        let expected = [
            "clicks 1@2",
            "box 2@9",
            "Forward Some(2) Some(5)",
            "clicks 1@6",
            "Forward Some(6) Some(5)",
            "Backward Some(9) Some(4)",
            "clicks 2@6",
            "Backward Some(6) Some(6)",
        ];
        assert_eq!(said.expect("a plan"), expected);
    }

    #[test]
    fn an_object_that_tracking_does_not_get_to_is_refused() {
        let prompts = ["--point", "1,2", "--box", "2:1,2,3,4@12"];
        for course in [Course::Forward, Course::Both, Course::Backward] {
            let refused = plan(&prompts, way(course, Some(4))).expect_err("refused");
            assert!(refused.contains("does not get to"), "{refused}");
            assert!(plan(&prompts, way(course, Some(13))).is_ok());
        }
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
