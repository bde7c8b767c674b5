//! The largest difference between found and expected values; printed at the end (`--no-capture` shows it).

/// Agreement asked of everything that official evaluators calculate in f64.
const TOLERANCE: f64 = 1e-9;

/// Compares values of one protocol.
pub(crate) struct Difference {
    protocol: &'static str,
    values: usize,
    largest: f64,
}

impl Difference {
    pub(crate) fn of(protocol: &'static str) -> Self {
        Self {
            protocol,
            values: 0,
            largest: 0.0,
        }
    }

    /// Compares a value and fails where it is not the expected one to nine digits.
    #[track_caller]
    pub(crate) fn check(&mut self, what: &str, found: f64, expected: f64) {
        self.check_within(TOLERANCE, what, found, expected);
    }

    /// Compares a value with one that was calculated in fewer digits.
    #[track_caller]
    pub(crate) fn check_within(&mut self, most: f64, what: &str, found: f64, expected: f64) {
        let difference = (found - expected).abs();
        assert!(
            difference <= most,
            "{}, {what}: {found} is not {expected}",
            self.protocol
        );
        self.values += 1;
        self.largest = self.largest.max(difference);
    }
}

impl Drop for Difference {
    #[expect(clippy::print_stderr, reason = "says what was compared")]
    fn drop(&mut self) {
        eprintln!(
            "{}: {} values, largest difference {:.1e}",
            self.protocol, self.values, self.largest
        );
    }
}
