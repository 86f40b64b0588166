//! The health of objects, a line each.

use super::table::{Cell, table};
use super::{lines_to_text, status_objects};
use crate::report::json::HealthRecord;
use crate::report::palette::FAINT;
use crate::report::visible::visible;

/// Every object with its health and why, in their order; long reasons are cut at
/// `width` columns.
pub fn health(records: &[HealthRecord], width: usize) -> String {
    if records.is_empty() {
        return "no objects\n".to_owned();
    }
    let row = |record: &HealthRecord| {
        let words = [record.reason.as_str(), record.message.as_str()].map(visible);
        let words: Vec<&str> = words.iter().map(AsRef::as_ref).filter(|word| !word.is_empty()).collect();
        vec![
            Cell::new(status_objects::style(record.health), record.health.to_string()),
            Cell::plain(visible(&record.object.id().to_string())),
            Cell::new(FAINT, words.join(": ")),
        ]
    };
    let rows: Vec<_> = records.iter().map(row).collect();
    lines_to_text(&table(&["HEALTH", "OBJECT", "WHY"], &rows, &[], width))
}
