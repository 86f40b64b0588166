//! A plan, to be read before it is agreed to.

use std::time::Duration;

use super::entry::{Layout, entry, name, some_of};
use super::guards::guards;
use super::header::{header, part};
use super::{TextOptions, labelled, lines_to_text};
use crate::plan::{Action, Summary, TargetPlan, Verb};
use crate::report::groups::{Entry, entries};
use crate::report::palette::{DANGER, FAINT, STRONG, WARNING, paint};
use crate::report::verbs;
use crate::report::visible::visible;
use crate::report::words;

/// As many names as a summary of deletions holds.
const NAMED: usize = 10;

/// The plan: where and what, each action in its order with its fields, what
/// the guards say, and a summary. With nothing to do: one line.
pub fn plan(plan: &TargetPlan, options: &TextOptions) -> String {
    let mut sections = vec![if plan.is_empty() { Vec::new() } else { title(plan, options) }];
    sections.push(actions(plan, options));
    sections.push(if options.show_unchanged { unchanged(plan, options) } else { Vec::new() });
    let mut remarks = notes(&plan.notes, options);
    remarks.extend(guards(&plan.guards, options));
    sections.push(remarks);
    sections.push(if plan.is_empty() { vec![nothing(plan)] } else { summary(plan, options) });
    let sections: Vec<_> = sections.into_iter().filter(|lines| !lines.is_empty()).collect();
    lines_to_text(&sections.join(&String::new()))
}

fn title(plan: &TargetPlan, options: &TextOptions) -> Vec<String> {
    let (commit, deployed) = (plan.commit.as_ref(), plan.deployed.as_ref());
    let mut lines = header(&plan.target, &plan.cluster, &plan.namespace, commit, deployed, options);
    lines.extend(part(plan.selection.as_ref(), options));
    lines
}

fn actions(plan: &TargetPlan, options: &TextOptions) -> Vec<String> {
    let changing: Vec<_> = plan.changing().collect();
    let layout = Layout::of(&changing, true, options).below(plan.commit.as_ref());
    shown(&changing, options).iter().flat_map(|one| entry(one, layout, options)).collect()
}

/// The entries, grouped unless everything is to be shown.
pub(super) fn shown<'a>(actions: &[&'a Action], options: &TextOptions) -> Vec<Entry<'a>> {
    if options.full {
        actions.iter().map(|action| Entry::One(action)).collect()
    } else {
        entries(actions.iter().copied())
    }
}

fn unchanged(plan: &TargetPlan, options: &TextOptions) -> Vec<String> {
    let same: Vec<_> = plan.actions.iter().filter(|action| action.action == Verb::Unchanged).collect();
    let layout = Layout::of(&same, true, options);
    same.into_iter().flat_map(|action| entry(&Entry::One(action), layout, options)).collect()
}

/// What is worth knowing besides.
pub(super) fn notes(notes: &[String], options: &TextOptions) -> Vec<String> {
    notes.iter().flat_map(|note| remark(note, options)).collect()
}

fn remark(note: &str, options: &TextOptions) -> Vec<String> {
    match words::warning(note) {
        Some(warning) => labelled(DANGER, "warning:", &visible(warning), options.width),
        None => labelled(STRONG, "note:", &visible(note), options.width),
    }
}

/// `prod: nothing to change (43 objects, 9 requests, 0.21 s)`.
fn nothing(plan: &TargetPlan) -> String {
    let objects = words::count(plan.summary.unchanged, "object");
    let target = paint(STRONG, format_args!("{}:", visible(&plan.target)));
    let part = plan.selection.as_ref().map(|part| format!(" of {}", visible(&part.to_string())));
    format!(
        "{target} nothing to change{} {}",
        part.unwrap_or_default(),
        paint(FAINT, format_args!("({objects}, {})", cost(plan)))
    )
}

fn cost(plan: &TargetPlan) -> String {
    let time = words::duration(Duration::from_millis(plan.duration_ms));
    format!("{}, {time}", words::count(plan.requests, "request"))
}

fn summary(plan: &TargetPlan, options: &TextOptions) -> Vec<String> {
    let mut lines = danger(plan, Verb::Delete, "will be deleted", options);
    lines.extend(danger(plan, Verb::Replace, "will be deleted and created again", options));
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.extend(approximate(plan, options));
    lines.extend(tally("Plan:", &counts(&plan.summary), options));
    if let Some(digest) = &plan.digest {
        lines.push(format!("digest {digest}"));
    }
    lines.push(paint(FAINT, format_args!("({})", cost(plan))));
    lines
}

/// `Plan: 3 to create, 1 to update, 2 to delete, 40 unchanged`.
pub(super) fn tally(label: &str, counts: &[String], options: &TextOptions) -> Vec<String> {
    let indent = words::width(label);
    let mut lines = words::flowed(counts, options.width.saturating_sub(indent + 1));
    for (position, line) in lines.iter_mut().enumerate() {
        let lead = if position == 0 { paint(STRONG, label) } else { " ".repeat(indent) };
        *line = format!("{lead} {line}");
    }
    lines
}

fn approximate(plan: &TargetPlan, options: &TextOptions) -> Vec<String> {
    let number = plan.changing().filter(|action| action.approximate).count();
    if number == 0 {
        return Vec::new();
    }
    let (actions, they) = (words::count(number, "action"), if number == 1 { "it is" } else { "they are" });
    let text = format!("{actions} could not be tried on the server; what {they} shown to do is approximate");
    labelled(WARNING, "approximate:", &text, options.width)
}

/// What can't be undone, once more where nobody overlooks it.
fn danger(plan: &TargetPlan, verb: Verb, what: &str, options: &TextOptions) -> Vec<String> {
    let names: Vec<_> = plan.actions.iter().filter(|action| action.action == verb).map(name).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let label = format!("{} {what}:", words::count(names.len(), "object"));
    let lines = words::flowed(&some_of(&names, NAMED), options.width.saturating_sub(2));
    let sign = verbs::sign(verb);
    let mut text = vec![paint(DANGER, format_args!("{sign} {label}"))];
    text.extend(lines.into_iter().map(|line| format!("  {}", paint(DANGER, line))));
    text
}

/// `3 to create`, `1 to update`, `2 to delete`, `40 unchanged`.
pub(super) fn counts(summary: &Summary) -> Vec<String> {
    let hooks = if summary.run == 1 { "hook to run" } else { "hooks to run" };
    counted(&[
        (summary.create, "to create"),
        (summary.update, "to update"),
        (summary.replace, "to replace"),
        (summary.delete, "to delete"),
        (summary.adopt, "to adopt"),
        (summary.forget, "to let go"),
        (summary.run, hooks),
        (summary.unchanged, "unchanged"),
    ])
}

/// The numbers that aren't 0, each with its words.
pub(super) fn counted(numbers: &[(usize, &str)]) -> Vec<String> {
    numbers
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{number} {what}"))
        .collect()
}

#[cfg(test)]
mod tests;
