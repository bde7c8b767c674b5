//! `tubelet doctor`: what this machine can do, and what is missing.

use std::{path::Path, process::Command, thread};

use hf_hub::Cache;
use serde::Serialize;

use crate::{
    arguments::DoctorArguments,
    failure::Failure,
    models::{known::KNOWN, locate},
    print::Printer,
};

/// One thing looked at.
#[derive(Debug, Serialize)]
struct Finding {
    about: &'static str,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'static str>,
}

/// Looks around.
///
/// # Errors
/// When the findings cannot be printed.
pub(crate) fn run(arguments: &DoctorArguments) -> Result<(), Failure> {
    let findings = [version(), processor(), memory(), ffmpeg(), weights()];
    if arguments.json {
        return Printer::json(&findings);
    }
    for finding in findings {
        Printer::result(&format!("{:10} {}", finding.about, finding.found))?;
        if let Some(hint) = finding.hint {
            Printer::result(&format!("{:10} hint: {hint}", ""))?;
        }
    }
    Ok(())
}

fn version() -> Finding {
    Finding {
        about: "tubelet",
        found: format!(
            "{} on {} {}",
            env!("CARGO_PKG_VERSION"),
            std::env::consts::OS,
            std::env::consts::ARCH
        ),
        hint: None,
    }
}

fn processor() -> Finding {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    Finding {
        about: "processor",
        found: format!(
            "{cores} cores, kernels for {}",
            tubelet_nn::processor_level()
        ),
        hint: None,
    }
}

fn memory() -> Finding {
    let available = std::fs::read_to_string("/proc/meminfo")
        .ok()
        .and_then(|text| {
            let line = text.lines().find(|line| line.starts_with("MemAvailable"))?;
            line.split_whitespace().nth(1)?.parse::<f64>().ok()
        });
    let found = match available {
        Some(kibibytes) => format!("{:.1} GiB free", kibibytes / 1024.0 / 1024.0),
        None => "unknown on this system".to_owned(),
    };
    Finding {
        about: "memory",
        found,
        hint: available
            .is_some_and(|kibibytes| kibibytes < 2.0 * 1024.0 * 1024.0)
            .then_some("large models want 4 GiB; tubelet-nano runs in less than 1 GiB"),
    }
}

/// The first line of what a program says of its version.
fn version_of(program: &str) -> Option<String> {
    let output = Command::new(program).arg("-version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    Some(text.lines().next()?.to_owned())
}

fn ffmpeg() -> Finding {
    // Both are asked for: one tells sizes and times, the other decodes.
    let version = version_of("ffprobe").and(version_of("ffmpeg"));
    Finding {
        about: "ffmpeg",
        hint: version.is_none().then_some(
            "install ffmpeg with its ffprobe to read other files than H.264 in MP4 and image folders, such as WebM or HEVC",
        ),
        found: version.unwrap_or_else(|| "not found".to_owned()),
    }
}

fn weights() -> Finding {
    let here = KNOWN
        .iter()
        .filter(|known| locate::cached(known.hub_id).is_some())
        .count();
    let cache = Cache::from_env();
    let folder: &Path = cache.path();
    Finding {
        about: "weights",
        found: format!(
            "tubelet-nano and tubelet-rig in the program, {here} of {} published models in {}",
            KNOWN.len(),
            folder.display()
        ),
        hint: None,
    }
}
