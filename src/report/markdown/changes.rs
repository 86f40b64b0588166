//! One action as lines of a block of code that is coloured as a diff.

use crate::object::Shown;
use crate::plan::{Action, FieldChange, ManagerFields};
use crate::report::blamed::Telling;
use crate::report::moves::moves;
use crate::report::values::{Compared, block, compared, one_line};
use crate::report::visible::visible;
use crate::report::words;

/// Lines that one object may take.
const TALLEST: usize = 60;
/// Characters that one line may take.
const LONGEST: usize = 400;

/// The action's fields: `-` and `+` first on their lines, so that they're
/// coloured. `changes` are the action's own, or what it shares with others.
pub(super) fn lines(action: &Action, changes: &[FieldChange], mut telling: Telling<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if !changes.is_empty() {
        lines.extend(telling.whole(action, changes).map(|asker| format!("# {asker}")));
    }
    for one in changes {
        lines.extend(change(one));
        lines.extend(telling.field(one, changes).into_iter().map(|remark| format!("# {remark}")));
    }
    if !action.migrates.is_empty() {
        let managers: Vec<_> = action.migrates.iter().map(|manager| visible(manager).into_owned()).collect();
        lines.push(format!("# takes over what was set by {}", words::list(&managers)));
    }
    let takes = |taken| format!("# takes {}", fields_of(taken, "from"));
    lines.extend(action.takes_from.iter().map(takes));
    let stays = |staying| format!("# left as they are: {}", fields_of(staying, "owned also by"));
    lines.extend(action.stays.iter().map(stays));
    if lines.len() > TALLEST + 1 {
        let more = lines.len() - TALLEST;
        lines.truncate(TALLEST);
        lines.push(format!("# … {}", words::count(more, "more line")));
    }
    lines.into_iter().map(|line| words::shortened(&line, LONGEST)).collect()
}

fn fields_of(owned: &ManagerFields, whose: &str) -> String {
    let fields: Vec<_> = owned.fields.iter().map(|field| visible(&field.to_string()).into_owned()).collect();
    format!("{} {whose} {}", words::list(&fields), visible(&owned.manager))
}

fn change(change: &FieldChange) -> Vec<String> {
    let path = visible(&change.path.to_string()).into_owned();
    match (&change.from, &change.to) {
        (Some(from), Some(to)) => match moves(&change.path, from, to) {
            Some(moves) => moves.iter().map(|one| format!("  {}", one.told())).collect(),
            None => changed(&path, from, to),
        },
        (None, Some(to)) => one_sided('+', &path, to),
        (Some(from), None) => one_sided('-', &path, from),
        (None, None) => vec![format!("  {path}")],
    }
}

fn changed(path: &str, from: &Shown, to: &Shown) -> Vec<String> {
    if let (Some(from), Some(to)) = (one_line(from), one_line(to)) {
        return vec![format!("- {path}: {from}"), format!("+ {path}: {to}")];
    }
    let mut lines = vec![format!("  {path}:")];
    lines.extend(compared(from, to).into_iter().map(|line| match line {
        Compared::Same(line) => format!("      {line}"),
        Compared::Gone(line) => format!("-     {line}"),
        Compared::New(line) => format!("+     {line}"),
        Compared::Skipped(number) => format!("#     … {}", words::count(number, "line")),
        Compared::Remark(text) => format!("#     ({text})"),
    }));
    lines
}

fn one_sided(sign: char, path: &str, value: &Shown) -> Vec<String> {
    if let Some(value) = one_line(value) {
        return vec![format!("{sign} {path}: {value}")];
    }
    let mut lines = vec![format!("{sign} {path}:")];
    lines.extend(block(value).iter().map(|line| format!("{sign}     {line}")));
    lines
}
