//! The objects of a target that are worth a look, and the warnings about them.

use anstyle::Style;

use super::TextOptions;
use super::table::{Cell, table};
use crate::health::Health;
use crate::report::palette::{CHANGED, DANGER, FAINT, GOOD, STRONG, WARNING, paint};
use crate::report::visible::visible;
use crate::report::words;
use crate::report::{ObjectStatus, OwnedStatus, StatusReport};

/// So many warnings are shown.
const WARNINGS: usize = 10;

/// The objects, the worst first, each with what it owns. Those about which there is
/// nothing to say are only counted.
pub(super) fn objects(report: &StatusReport, options: &TextOptions) -> Vec<String> {
    let all = options.full || options.show_unchanged;
    let (mut shown, quiet): (Vec<_>, Vec<_>) =
        report.objects.iter().partition(|object| all || is_worth_a_look(object));
    shown.sort_by_cached_key(|object| (rank(object.health), object.object.id()));
    let mut lines = Vec::new();
    if !shown.is_empty() {
        let titles = ["HEALTH", "OBJECT", "PODS", "AGE", "DRIFT"];
        let (mut rows, mut remarks) = (Vec::new(), Vec::new());
        for object in &shown {
            rows.push(cells(object));
            remarks.push(remark(object));
            below(&object.owned, 1, &mut rows, &mut remarks);
        }
        lines = table(&titles, &rows, &remarks, options.width);
    }
    if !quiet.is_empty() && !shown.is_empty() {
        lines.push(paint(FAINT, format_args!("and {} more, ready", quiet.len())));
    }
    lines
}

/// The newest last. Without `-v` not more than a screen can take.
pub(super) fn warnings(report: &StatusReport, options: &TextOptions) -> Vec<String> {
    let shown = if options.full { report.warnings.len() } else { WARNINGS };
    let told = report.warnings.iter().take(shown).flat_map(|warning| {
        let object = visible(&warning.object.id().to_string()).into_owned();
        let text = format!("{object}: {}", visible(&warning.message));
        let lines = words::wrapped(&text, options.width.saturating_sub(4).max(20));
        lines
            .into_iter()
            .enumerate()
            .map(|(at, line)| if at == 0 { format!("  {line}") } else { format!("    {line}") })
    });
    let mut lines: Vec<String> = told.collect();
    if report.warnings.len() > shown {
        lines.push(paint(FAINT, format_args!(" {} (-v)", words::and_more(report.warnings.len() - shown))));
    }
    if !lines.is_empty() {
        lines.insert(0, paint(STRONG, "warnings of the last hour:"));
    }
    lines
}

fn is_worth_a_look(object: &ObjectStatus) -> bool {
    object.health != Health::Ready
        || object.drift.is_some_and(|fields| fields > 0)
        || !object.reason.is_empty()
        || !object.owned.is_empty()
}

fn rank(health: Health) -> u8 {
    match health {
        Health::Failed => 0,
        Health::Progressing | Health::Deleting => 1,
        Health::Unknown => 2,
        Health::Ready => 3,
    }
}

pub(super) fn style(health: Health) -> Style {
    match health {
        Health::Failed => DANGER,
        Health::Progressing | Health::Deleting => CHANGED,
        Health::Unknown => WARNING,
        Health::Ready => GOOD,
    }
}

fn cells(object: &ObjectStatus) -> Vec<Cell> {
    let pods = object.pods.map_or_else(String::new, |pods| match pods.restarts {
        0 => format!("{}/{}", pods.ready, pods.total),
        restarts => {
            format!("{}/{} ({})", pods.ready, pods.total, words::count(restarts, "restart"))
        }
    });
    let drift = match object.drift {
        Some(0) | None => String::new(),
        Some(fields) => words::count(fields, "field"),
    };
    vec![
        Cell::new(style(object.health), object.health.to_string()),
        Cell::plain(visible(&object.object.id().to_string()).into_owned()),
        Cell::plain(pods),
        Cell::plain(object.age.map_or_else(|| absent(object), words::age)),
        Cell::new(CHANGED, drift),
    ]
}

/// What controllers made, a row each, further in with each step down.
fn below(owned: &[OwnedStatus], depth: usize, rows: &mut Vec<Vec<Cell>>, remarks: &mut Vec<Vec<String>>) {
    for one in owned {
        let name = format!("{}└ {}/{}", "  ".repeat(depth - 1), visible(&one.kind), visible(&one.name));
        let restarts = if one.restarts > 0 && one.owned.is_empty() {
            words::count(one.restarts, "restart")
        } else {
            String::new()
        };
        rows.push(vec![
            Cell::new(style(one.health), one.health.to_string()),
            Cell::plain(name),
            Cell::plain(restarts),
            Cell::plain(one.age.map_or_else(String::new, words::age)),
        ]);
        let is_told = one.health != Health::Ready && one.owned.is_empty();
        remarks.push(said(&one.message, &one.reason).filter(|_| is_told).into_iter().collect());
        below(&one.owned, depth + 1, rows, remarks);
    }
}

/// What stands for the age of what isn't there, or may not be seen.
fn absent(object: &ObjectStatus) -> String {
    let gone = object.health == Health::Failed;
    if gone { "gone".to_owned() } else { "?".to_owned() }
}

/// Why it isn't simply ready, and where it can be reached.
fn remark(object: &ObjectStatus) -> Vec<String> {
    let simply_ready = object.health == Health::Ready && object.reason.is_empty();
    let mut lines: Vec<String> =
        said(&object.message, &object.reason).filter(|_| !simply_ready).into_iter().collect();
    lines.extend(object.addresses.iter().map(|address| visible(address).into_owned()));
    lines
}

fn said(message: &str, reason: &str) -> Option<String> {
    let text = if message.is_empty() { reason } else { message };
    (!text.is_empty()).then(|| visible(text).into_owned())
}
