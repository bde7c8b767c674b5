//! `tubelet data revos-to-stvg`: sentences of ReVOS as tubes in longer videos.

use serde::Serialize;
use tubelet_datasets::{ConstructedSample, EventExtent, Revos, SeveralObjects, StvgConstruction};

use super::arguments::{EventArgument, RevosToStvgArguments, SeveralArgument};
use crate::{failure::Failure, print::Printer};

#[derive(Debug, Serialize)]
struct Summary {
    written: String,
    samples: usize,
    nothing_seen: usize,
    several_objects: usize,
    no_unrelated_clip: usize,
    too_long: usize,
    too_short: usize,
}

/// Puts samples together.
///
/// # Errors
/// When ReVOS or its masks are not there or damaged, or the file cannot be written.
pub(super) fn run(arguments: &RevosToStvgArguments, printer: Printer) -> Result<(), Failure> {
    let revos = Revos::open(&arguments.revos, &arguments.split)?;
    let construction = StvgConstruction {
        frame_rate: arguments.frame_rate,
        longest_seconds: arguments.longest,
        shortest_seconds: arguments.shortest,
        several_objects: match arguments.several_objects {
            SeveralArgument::LeaveOut => SeveralObjects::LeaveOut,
            SeveralArgument::Enclose => SeveralObjects::Enclose,
        },
        event: match arguments.event {
            EventArgument::WholeClip => EventExtent::WholeClip,
            EventArgument::Seen => EventExtent::Seen,
        },
        seed: arguments.seed,
    };
    let line = printer.spinner();
    let mut samples = Vec::new();
    let counts = construction.construct(&revos, |sample| {
        line.inc(1);
        line.set_message(sample.video.clone());
        samples.push(sample);
        Ok(())
    })?;
    ConstructedSample::write_all(&arguments.output, &samples)?;
    line.finish_and_clear();
    let summary = Summary {
        written: arguments.output.display().to_string(),
        samples: counts.samples,
        nothing_seen: counts.nothing_seen,
        several_objects: counts.several_objects,
        no_unrelated_clip: counts.no_unrelated_clip,
        too_long: counts.too_long,
        too_short: counts.too_short,
    };
    if arguments.json {
        return Printer::json(&summary);
    }
    Printer::result(&format!("{}: {} samples", summary.written, summary.samples))?;
    for (count, why) in [
        (summary.nothing_seen, "nothing that they mean is seen"),
        (summary.several_objects, "they mean several objects"),
        (
            summary.no_unrelated_clip,
            "no clip has nothing to do with them",
        ),
        (summary.too_long, "the video would be too long"),
        (summary.too_short, "the event is too short"),
    ] {
        if count > 0 {
            Printer::result(&format!("  {count} sentences left out: {why}"))?;
        }
    }
    Ok(())
}
