//! Ctrl-C as a wish: the work in hand is finished and written down first. A second one ends the program at once.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Whether the user wants to stop.
#[derive(Clone, Debug)]
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Starts to listen. Where the system refuses that, Ctrl-C ends the program as usual.
    pub(crate) fn watch() -> Self {
        let wanted = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&wanted);
        let listening = ctrlc::set_handler(move || {
            if seen.swap(true, Ordering::SeqCst) {
                std::process::exit(130);
            }
        });
        if let Err(error) = listening {
            tracing::debug!("Ctrl-C ends the program at once: {error}");
        }
        Self(wanted)
    }

    /// Whether Ctrl-C was pressed.
    pub(crate) fn is_wanted(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
