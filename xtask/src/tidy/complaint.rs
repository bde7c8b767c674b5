//! One broken rule: where, what, why it is a rule, how to mend it.

use std::fmt;

/// Printed as `file:line: what`, then the reason and the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Complaint {
    /// File, relative to the workspace root.
    pub path: String,
    /// Line, counted from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// Why it is a rule.
    pub why: &'static str,
    /// How to mend it.
    pub fix: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}:{}: {}", self.path, self.line, self.what)?;
        writeln!(f, "    why: {}", self.why)?;
        write!(f, "    fix: {}", self.fix)
    }
}

#[cfg(test)]
mod tests {
    use super::Complaint;

    #[test]
    fn a_complaint_says_where_what_why_and_how() {
        let complaint = Complaint {
            path: "a.rs".to_owned(),
            line: 3,
            what: "wrong".to_owned(),
            why: "reason",
            fix: "mend".to_owned(),
        };
        assert_eq!(
            complaint.to_string(),
            "a.rs:3: wrong\n    why: reason\n    fix: mend"
        );
    }
}
