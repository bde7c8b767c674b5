//! Which threads compute.

use std::{env, thread};

/// Makes the calling thread one of those that kernels run on; the first thing a program's main thread does.
///
/// Otherwise it hands every kernel to threads that have to be woken first and sleeps until they are done, which costs
/// a small kernel more than its work. Says whether it took effect: not where the pool of threads exists already, and not where
/// a single thread computes, since a kernel started elsewhere would wait for this thread, which may be waiting for whoever started it.
/// `RAYON_NUM_THREADS` decides on their number, the calling one included; as many as cores where it is not set.
pub fn compute_on_this_thread() -> bool {
    let wanted = env::var("RAYON_NUM_THREADS").ok();
    let wanted = wanted
        .and_then(|number| number.parse().ok())
        .filter(|number| *number > 0);
    let threads = wanted.unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from));
    if threads < 2 {
        return false;
    }
    rayon::ThreadPoolBuilder::new()
        .use_current_thread()
        .build_global()
        .is_ok()
}

/// Runs a pass on one of the threads that kernels run on: what starts a kernel there takes part at once, where a thread outside
/// would have to wake another for each kernel, and sleep until it is done. For libraries, which cannot know whose thread they
/// are called on.
pub fn inside_the_pool<R: Send>(pass: impl FnOnce() -> R + Send) -> R {
    rayon::scope(|_| pass())
}
