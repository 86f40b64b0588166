//! One changed field as lines.

use anstyle::Style;

use super::TextOptions;
use crate::object::{Op, Shown};
use crate::plan::FieldChange;
use crate::report::moves::moves;
use crate::report::palette::{FAINT, GOOD, REMOVED, paint};
use crate::report::values::{Compared, block, compared, focused, one_line};
use crate::report::visible::visible;
use crate::report::words;

/// Columns before the sign, before the field, and before what is below it.
const INDENT: usize = 4;
const FIELD: usize = 6;
const BELOW: usize = 8;
/// Lines that one value may take.
const TALLEST: usize = 16;

/// The field with its old and new value, and who asked for it.
pub(super) fn change(change: &FieldChange, remarks: &[String], options: &TextOptions) -> Vec<String> {
    let mut lines = match (&change.from, &change.to) {
        (Some(from), Some(to)) => changed(change, from, to, options),
        (None, Some(to)) => one_sided(change, '+', GOOD, to, options),
        (Some(from), None) => one_sided(change, '-', REMOVED, from, options),
        (None, None) => vec![format!("{}{}", lead(sign(change.op)), path(change))],
    };
    for remark in remarks {
        append(&mut lines, &format!("← {remark}"), BELOW, options);
    }
    lines
}

fn sign(op: Op) -> char {
    match op {
        Op::Add => '+',
        Op::Remove => '-',
        Op::Change => ' ',
    }
}

fn lead(sign: char) -> String {
    format!("{}{sign} ", " ".repeat(INDENT))
}

fn path(change: &FieldChange) -> String {
    match visible(&change.path.to_string()).as_ref() {
        "" => "the whole object".to_owned(),
        path => path.to_owned(),
    }
}

fn changed(change: &FieldChange, from: &Shown, to: &Shown, options: &TextOptions) -> Vec<String> {
    let path = path(change);
    let (Some(old), Some(new)) = (one_line(from), one_line(to)) else {
        if let Some(moves) = moves(&change.path, from, to) {
            let lines = moves.iter().map(|one| format!("{}{}", lead(' '), one.told())).collect();
            return capped(lines, options);
        }
        let mut lines = vec![format!("{}{path}:", lead(' '))];
        lines.extend(capped(comparison(from, to, options), options));
        return lines;
    };
    let wide = FIELD + words::width(&path) + 2 + words::width(&old) + 3 + words::width(&new);
    if wide <= options.width {
        let arrow = paint(FAINT, "→");
        return vec![format!("{}{path}: {} {arrow} {}", lead(' '), paint(REMOVED, old), paint(GOOD, new))];
    }
    let (old, new) = if options.full { (old, new) } else { focused(&old, &new, value_width(options)) };
    vec![format!("{}{path}:", lead(' ')), below('-', REMOVED, &old), below('+', GOOD, &new)]
}

fn one_sided(
    change: &FieldChange,
    sign: char,
    style: Style,
    value: &Shown,
    options: &TextOptions,
) -> Vec<String> {
    let path = path(change);
    let field = format!("{}{}{}", " ".repeat(INDENT), paint(style, sign), format_args!(" {path}:"));
    match one_line(value) {
        Some(text) if FIELD + words::width(&path) + 2 + words::width(&text) <= options.width => {
            vec![format!("{field} {}", paint(style, text))]
        }
        Some(text) => vec![field, plain(style, &text, options)],
        None => {
            let lines = block(value).iter().map(|line| plain(style, line, options)).collect();
            let mut all = vec![field];
            all.extend(capped(lines, options));
            all
        }
    }
}

fn comparison(from: &Shown, to: &Shown, options: &TextOptions) -> Vec<String> {
    let cut = |line: &str| shortened(line, options);
    compared(from, to)
        .into_iter()
        .map(|line| match line {
            Compared::Same(line) => format!("{}{}", " ".repeat(BELOW + 2), cut(&line)),
            Compared::Gone(line) => below('-', REMOVED, &cut(&line)),
            Compared::New(line) => below('+', GOOD, &cut(&line)),
            Compared::Skipped(number) => remark(&format!("… {}", words::count(number, "line"))),
            Compared::Remark(text) => remark(&format!("({text})")),
        })
        .collect()
}

fn below(sign: char, style: Style, text: &str) -> String {
    format!("{}{}", " ".repeat(BELOW), paint(style, format_args!("{sign} {text}")))
}

fn plain(style: Style, text: &str, options: &TextOptions) -> String {
    format!("{}{}", " ".repeat(BELOW), paint(style, shortened(text, options)))
}

fn remark(text: &str) -> String {
    format!("{}{}", " ".repeat(BELOW + 2), paint(FAINT, text))
}

fn shortened(line: &str, options: &TextOptions) -> String {
    if options.full { line.to_owned() } else { words::shortened(line, value_width(options)) }
}

fn value_width(options: &TextOptions) -> usize {
    options.width.saturating_sub(BELOW + 2).max(24)
}

/// The first lines, and how many more there are.
fn capped(mut lines: Vec<String>, options: &TextOptions) -> Vec<String> {
    if !options.full && lines.len() > TALLEST + 1 {
        let more = words::count(lines.len() - TALLEST, "more line");
        lines.truncate(TALLEST);
        lines.push(remark(&format!("… {more}")));
    }
    lines
}

/// Behind the only line where it fits, else below, broken behind commas.
pub(super) fn append(lines: &mut Vec<String>, remark: &str, below: usize, options: &TextOptions) {
    match lines.as_mut_slice() {
        [only] if words::width(only) + 2 + words::width(remark) <= options.width => {
            only.push_str("  ");
            only.push_str(&paint(FAINT, remark));
        }
        _ => {
            let columns = options.width.saturating_sub(below + 2).max(20);
            let parts: Vec<&str> = remark.split(", ").collect();
            for (position, line) in words::flowed(&parts, columns).iter().enumerate() {
                let indent = if position == 0 { below } else { below + 2 };
                lines.push(format!("{}{}", " ".repeat(indent), paint(FAINT, line)));
            }
        }
    }
}
