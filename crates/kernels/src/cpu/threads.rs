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
