//! The figures, laid out.

use std::time::Duration;

use crate::floor::COLLECTIONS;
use crate::scene::Measured;

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

    /// A plan, with the requests that it took beyond one a kind.
    pub(crate) fn plan(what: &str, plan: Measured) -> Self {
        let kinds = COLLECTIONS.len() as u64;
        let beyond = plan.requests.saturating_sub(kinds);
        let mut row = Self::time(what, plan.took);
        row.notes.push(format!("{} requests ({beyond} + {kinds} kinds)", plan.requests));
        row.notes.push(format!("durationMs {}", plan.planning.as_millis()));
        row
    }

    /// A status, beside a plan of the same.
    pub(crate) fn status(what: &str, status: Measured, plan: Duration) -> Self {
        let mut row = Self::time(what, status.took);
        row.notes.push(format!("{} requests", status.requests));
        row.notes.push(format!("{:.2} x a plan", status.took.as_secs_f64() / plan.as_secs_f64()));
        row
    }

    /// How that compares with the floor, once what comes before the first request
    /// is taken off.
    pub(crate) fn over(mut self, floor: Duration, before: Duration) -> Self {
        let ratio = self.took.saturating_sub(before).as_secs_f64() / floor.as_secs_f64();
        self.notes.push(format!("{ratio:.2} x the floor"));
        self
    }

    /// The most memory it took.
    #[expect(clippy::cast_precision_loss, reason = "a process has far less than 2^52 bytes")]
    pub(crate) fn peak(mut self, bytes: Option<u64>) -> Self {
        self.notes.extend(bytes.map(|bytes| format!("peak {:.0} MiB", bytes as f64 / f64::from(1 << 20))));
        self
    }

    /// How much longer it took for each changed object.
    pub(crate) fn each(mut self, longer: Duration, changed: u32) -> Self {
        let milliseconds = longer.as_secs_f64() * 1e3 / f64::from(changed);
        self.notes.push(format!("{milliseconds:.1} ms more for each of {changed}"));
        self
    }

    /// How many times longer that is than ours.
    pub(crate) fn times(mut self, ours: Duration) -> Self {
        self.notes.push(format!("{:.0} times as long as ours", self.took.as_secs_f64() / ours.as_secs_f64()));
        self
    }
}

/// Prints it.
pub(crate) fn print(objects: usize, rows: &[Row]) {
    println!("\n{objects} objects");
    let width = rows.iter().map(|row| row.what.len()).max().unwrap_or_default();
    for Row { what, took, notes } in rows {
        println!("  {what:width$}  {:8.1} ms  {}", took.as_secs_f64() * 1e3, notes.join(", "));
    }
    println!();
}
