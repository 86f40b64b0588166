//! The figures, laid out.

use std::time::Duration;

use crate::scene::Applied;

/// A line of the table.
pub(crate) struct Row {
    what: String,
    took: Duration,
    notes: Vec<String>,
}

impl Row {
    /// Something that took so long.
    pub(crate) fn time(what: &str, took: Duration) -> Self {
        Self { what: what.to_owned(), took, notes: Vec::new() }
    }

    /// The writes it took, beside the objects that changed.
    pub(crate) fn writes(mut self, applied: &Applied) -> Self {
        self.notes.push(format!("{} writes for {} objects", applied.writes, applied.changed));
        self
    }

    /// The most memory it took.
    #[expect(clippy::cast_precision_loss, reason = "a process has far less than 2^52 bytes")]
    pub(crate) fn peak(mut self, applied: &Applied) -> Self {
        let mebibytes = |bytes: u64| bytes as f64 / f64::from(1 << 20);
        self.notes.extend(applied.peak.map(|bytes| format!("peak {:.0} MiB", mebibytes(bytes))));
        self
    }

    /// How that compares with something that can't be undercut.
    pub(crate) fn over(mut self, what: &str, floor: Duration) -> Self {
        self.notes.push(format!("{:.2} x {what}", self.took.as_secs_f64() / floor.as_secs_f64()));
        self
    }

    /// Which part of it ours takes, by what of ours.
    pub(crate) fn part_of(mut self, ours: &[(&str, Duration)]) -> Self {
        for (what, ours) in ours {
            self.notes
                .push(format!("{what} takes {:.2} of it", ours.as_secs_f64() / self.took.as_secs_f64()));
        }
        self
    }

    /// How long it went on after the last object was ready.
    pub(crate) fn after_the_last(mut self, added: Duration) -> Self {
        self.notes.push(format!("{:.0} ms after the last object was ready", added.as_secs_f64() * 1e3));
        self
    }

    /// How many times longer that is than ours.
    pub(crate) fn times(mut self, ours: Duration) -> Self {
        self.notes.push(format!("{:.1} times as long as ours", self.took.as_secs_f64() / ours.as_secs_f64()));
        self
    }
}

/// Prints it.
pub(crate) fn print(objects: usize, rows: &[Row]) {
    println!("\n{objects} objects");
    let width = rows.iter().map(|row| row.what.chars().count()).max().unwrap_or_default();
    for Row { what, took, notes } in rows {
        println!("  {what:width$}  {:9.1} ms  {}", took.as_secs_f64() * 1e3, notes.join(", "));
    }
    println!();
}
