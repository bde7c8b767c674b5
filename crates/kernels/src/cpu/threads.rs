//! Which threads compute.

/// Makes the calling thread one of those that kernels run on; the first thing a program's main thread does.
///
/// Otherwise it hands every kernel to threads that have to be woken first and sleeps until they are done, which costs
/// a small kernel more than its work. Says whether it took effect: not where the pool of threads exists already.
/// `RAYON_NUM_THREADS` decides on their number, the calling one included; as many as cores where it is not set.
pub fn compute_on_this_thread() -> bool {
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
