//! Says which data sets the folders given hold, how much of them, and what is wrong with them.
//!
//! ```console
//! $ cargo run -p tubelet-datasets --example inspect -- FOLDER…
//! ```
#![expect(clippy::print_stdout, reason = "an example for people at a terminal")]

use tubelet_datasets::{Overview, SplitOverview, inspect};

fn main() {
    for folder in std::env::args().skip(1) {
        match inspect(&folder) {
            Ok(found) => found.iter().for_each(print),
            Err(error) => println!("{error}"),
        }
    }
}

fn print(overview: &Overview) {
    println!("{}: {}", overview.root.display(), overview.kind);
    for split in &overview.splits {
        let SplitOverview {
            name,
            videos,
            objects,
            expressions,
            frames,
        } = split;
        let counts = [
            (videos, "videos"),
            (objects, "objects"),
            (expressions, "expressions"),
            (frames, "frames"),
        ];
        let known = counts.iter().filter_map(|(count, what)| {
            let count = (*count).as_ref()?;
            Some(format!("{count} {what}"))
        });
        println!("  {name}: {}", known.collect::<Vec<_>>().join(", "));
    }
    for problem in &overview.problems {
        println!("  ! {problem}");
    }
    let more = overview.problem_count - overview.problems.len();
    if more > 0 {
        println!("  ! and {more} more");
    }
}
