//! A table in which times and inputs of each parser add up over runs.
//!
//! In: a file of tab-separated values, which need not be there. Out: the same with what was added.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use crate::turn::Counts;

/// What each parser has had so far.
pub(crate) struct Times {
    table: Option<PathBuf>,
    rows: BTreeMap<String, [f64; 4]>,
}

impl Times {
    /// The table of a file; without one, times are forgotten.
    pub(crate) fn open(table: Option<PathBuf>) -> Self {
        let text = table
            .as_ref()
            .and_then(|table| fs::read_to_string(table).ok());
        let mut rows = BTreeMap::new();
        for line in text.unwrap_or_default().lines().skip(1) {
            let mut cells = line.split('\t');
            let name = cells.next().unwrap_or_default().to_owned();
            let mut number = || cells.next().and_then(|cell| cell.parse().ok());
            rows.insert(name, [(); 4].map(|()| number().unwrap_or(0.0)));
        }
        Self { table, rows }
    }

    /// Seconds of processor time that a parser has had.
    pub(crate) fn seconds(&self, parser: &str) -> f64 {
        self.rows.get(parser).map_or(0.0, |row| row[1])
    }

    /// Adds a turn, and writes the table.
    pub(crate) fn add(&mut self, parser: &str, counts: &Counts) {
        let row = self.rows.entry(parser.to_owned()).or_default();
        let added = [
            counts.seconds,
            counts.processor_seconds,
            counts.inputs as f64,
            counts.failures as f64,
        ];
        for (sum, added) in row.iter_mut().zip(added) {
            *sum += added;
        }
        let Some(table) = &self.table else {
            return;
        };
        let mut text = "parser\tseconds\tprocessor_seconds\tinputs\tfailures\n".to_owned();
        for (name, [seconds, processor, inputs, failures]) in &self.rows {
            writeln!(
                text,
                "{name}\t{seconds:.1}\t{processor:.1}\t{inputs}\t{failures}"
            )
            .unwrap();
        }
        // Whoever stops the program finds the old table or the new one.
        let partial = table.with_extension("partial");
        fs::write(&partial, text).unwrap();
        fs::rename(&partial, table).unwrap();
    }
}
