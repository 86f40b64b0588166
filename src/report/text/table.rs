//! Columns that line up, with remarks below the rows they belong to.

use anstyle::Style;

use crate::report::palette::{FAINT, paint};
use crate::report::words;

/// The least that the last column gets before it is cut.
const LEAST_LAST: usize = 16;

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
    let line = |cell: &dyn Fn(usize) -> (Style, String)| -> String {
        let mut line = String::new();
        for (position, (column, columns_wide)) in columns.iter().zip(&widths).enumerate() {
            let (style, text) = cell(*column);
            let last = position + 1 == columns.len();
            let room = width.saturating_sub(words::width(&line)).max(LEAST_LAST);
            let text = if last { words::shortened(&text, room) } else { words::padded(&text, *columns_wide) };
            line.push_str(&if text.trim().is_empty() { text } else { paint(style, text) });
            if !last {
                line.push_str("  ");
            }
        }
        line.trim_end().to_owned()
    };
    let mut lines = vec![line(&|column| (FAINT, titles[column].to_owned()))];
    for (position, row) in rows.iter().enumerate() {
        lines.push(line(&|column| {
            row.get(column).map_or_else(Default::default, |cell| (cell.style, cell.text.clone()))
        }));
        for remark in remarks.get(position).into_iter().flatten() {
            lines.extend(
                words::wrapped(remark, width.saturating_sub(4)).into_iter().map(|text| format!("    {text}")),
            );
        }
    }
    lines
}

fn column_width(titles: &[&str], rows: &[Vec<Cell>], column: usize) -> usize {
    let widest = rows.iter().filter_map(|row| row.get(column)).map(|cell| words::width(&cell.text)).max();
    widest.unwrap_or(0).max(titles.get(column).map_or(0, |title| words::width(title)))
}
