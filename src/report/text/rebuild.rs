//! An inventory that is to be made again.

use super::entry::some_of;
use super::header::header;
use super::{TextOptions, labelled, lines_to_text};
use crate::report::palette::{FAINT, STRONG, paint};
use crate::report::visible::visible;
use crate::report::{RebuildReport, words};

/// So many objects are named.
const NAMED: usize = 30;

/// What was found, and what the inventory will say.
pub fn rebuild(report: &RebuildReport, options: &TextOptions) -> String {
    let mut lines = header(&report.target, &report.cluster, &report.namespace, None, None, options);
    let state = match (report.is_there, report.is_complete) {
        (false, _) => "isn't there",
        (true, false) => "is there, but lacks something",
        (true, true) => "is there and lacks nothing",
    };
    let mut row = |label: &str, text: String| {
        for (at, line) in words::wrapped(&text, options.width.saturating_sub(14).max(20)).iter().enumerate() {
            let label = if at == 0 { label } else { "" };
            lines.push(format!("  {} {line}", words::padded(&paint(FAINT, label), 10)));
        }
    };
    row("inventory", format!("{} {state}", visible(&report.inventory)));
    row(
        "records",
        report.release.map_or_else(
            || "none: what was deployed isn't known".to_owned(),
            |release| format!("release {release} is deployed"),
        ),
    );
    row(
        "kinds",
        words::list(&report.kinds.iter().map(|kind| visible(kind).into_owned()).collect::<Vec<_>>()),
    );
    row(
        "namespaces",
        words::list(&report.namespaces.iter().map(|it| visible(it).into_owned()).collect::<Vec<_>>()),
    );
    row("objects", words::count(report.objects.len(), "object") + " with its label");
    let names: Vec<String> = report.objects.iter().map(|id| visible(&id.to_string()).into_owned()).collect();
    let shown = if options.full { names.len() } else { NAMED };
    lines.extend(some_of(&names, shown).into_iter().map(|name| format!("    {name}")));
    if !report.notes.is_empty() {
        lines.push(String::new());
    }
    lines.extend(
        report.notes.iter().flat_map(|note| labelled(STRONG, "note:", &visible(note), options.width)),
    );
    lines_to_text(&lines)
}
