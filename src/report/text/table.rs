//! Columns that line up, with remarks below the rows they belong to. What doesn't fit
//! beside the rest goes below it, in columns as well.

use std::ops::Range;

use anstyle::Style;

use crate::report::palette::{FAINT, paint};
use crate::report::words;

/// The least that the last column gets beside the others.
const LEAST_LAST: usize = 16;

/// Between two columns.
const GAP: usize = 2;

/// How far what goes below is set in.
const INDENT: usize = 4;

/// One cell.
pub(super) struct Cell {
    style: Style,
    text: String,
}

impl Cell {
    /// Text in a colour.
    pub(super) fn new(style: Style, text: impl Into<String>) -> Self {
        Self { style, text: text.into() }
    }

    /// Text in no colour.
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self::new(Style::new(), text)
    }
}

/// The rows below their titles. A column with nothing in it is left out; each
/// row's remarks follow it.
pub(super) fn table(
    titles: &[&str],
    rows: &[Vec<Cell>],
    remarks: &[Vec<String>],
    width: usize,
) -> Vec<String> {
    let is_used =
        |column: &usize| rows.iter().any(|row| row.get(*column).is_some_and(|cell| !cell.text.is_empty()));
    let columns: Vec<_> = (0..titles.len()).filter(is_used).collect();
    let widths: Vec<_> = columns.iter().map(|column| column_width(titles, rows, *column)).collect();
    let layout = layout(&widths, width);
    let row = |cell: &dyn Fn(usize) -> (Style, String)| -> Vec<String> {
        let mut lines = Vec::new();
        for (position, part) in layout.iter().enumerate() {
            let indent = if position == 0 { 0 } else { INDENT };
            let (mut line, mut taken) = (" ".repeat(indent), indent);
            for at in part.clone() {
                let (style, text) = cell(columns[at]);
                let is_last = at + 1 == part.end;
                let text = words::shortened(&text, width.saturating_sub(taken).max(1));
                let text = if is_last { text } else { words::padded(&text, widths[at]) };
                taken += words::width(&text) + GAP;
                line.push_str(&if text.trim().is_empty() { text } else { paint(style, text) });
                if !is_last {
                    line.push_str(&" ".repeat(GAP));
                }
            }
            let line = line.trim_end();
            // Below there is only what there is.
            if position == 0 || !line.is_empty() {
                lines.push(line.to_owned());
            }
        }
        lines
    };
    let mut lines = row(&|column| (FAINT, titles[column].to_owned()));
    for (position, cells) in rows.iter().enumerate() {
        lines.extend(row(&|column| {
            cells.get(column).map_or_else(Default::default, |cell| (cell.style, cell.text.clone()))
        }));
        for remark in remarks.get(position).into_iter().flatten() {
            let wrapped = words::wrapped(remark, width.saturating_sub(INDENT));
            lines.extend(wrapped.into_iter().map(|text| format!("{}{text}", " ".repeat(INDENT))));
        }
    }
    lines
}

/// Which columns stand side by side: as many as there is room for, in their order. The
/// last one may be cut to a little.
fn layout(widths: &[usize], width: usize) -> Vec<Range<usize>> {
    let mut lines: Vec<Range<usize>> = Vec::new();
    let mut taken = 0;
    for (at, &wide) in widths.iter().enumerate() {
        let needed = if at + 1 == widths.len() { wide.min(LEAST_LAST) } else { wide };
        match lines.last_mut() {
            Some(line) if taken + GAP + needed <= width => {
                line.end = at + 1;
                taken += GAP + wide;
            }
            before => {
                taken = wide + if before.is_some() { INDENT } else { 0 };
                lines.push(at..at + 1);
            }
        }
    }
    lines
}

fn column_width(titles: &[&str], rows: &[Vec<Cell>], column: usize) -> usize {
    let widest = rows.iter().filter_map(|row| row.get(column)).map(|cell| words::width(&cell.text)).max();
    widest.unwrap_or(0).max(titles.get(column).map_or(0, |title| words::width(title)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::plain;

    fn shown(width: usize) -> Vec<String> {
        let cells = |texts: [&str; 4]| texts.into_iter().map(Cell::plain).collect::<Vec<_>>();
        let rows = [
            cells([
                "production",
                "unhealthy",
                "2 hours ago",
                "a subject of some length, cut where it must be",
            ]),
            cells(["dev", "", "", ""]),
        ];
        let remarks = [Vec::new(), vec!["it can't be reached".to_owned()]];
        let lines = table(&["ENVIRONMENT", "RESULT", "WHEN", "SUBJECT"], &rows, &remarks, width);
        lines.iter().map(|line| plain(line)).collect()
    }

    #[test]
    fn what_has_no_room_beside_the_rest_goes_below() {
        insta::assert_snapshot!(shown(60).join("\n"), @"
        ENVIRONMENT  RESULT     WHEN         SUBJECT
        production   unhealthy  2 hours ago  a subject of some leng…
        dev
            it can't be reached
        ");
        insta::assert_snapshot!(shown(40).join("\n"), @"
        ENVIRONMENT  RESULT     WHEN
            SUBJECT
        production   unhealthy  2 hours ago
            a subject of some length, cut where…
        dev
            it can't be reached
        ");
        insta::assert_snapshot!(shown(20).join("\n"), @"
        ENVIRONMENT
            RESULT
            WHEN
            SUBJECT
        production
            unhealthy
            2 hours ago
            a subject of so…
        dev
            it can't be
            reached
        ");
    }

    #[test]
    fn nothing_is_wider_than_there_is_room() {
        for width in 12..=120 {
            assert!(shown(width).iter().all(|line| words::width(line) <= width), "{:#?}", shown(width));
        }
    }
}
