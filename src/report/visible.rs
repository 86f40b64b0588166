//! Text of others (cluster, Git, programs) made safe to print: what would move
//! the cursor, change colours, ring the bell or turn the reading direction
//! becomes a visible sign.

use std::borrow::Cow;

/// The text in one line; a line break becomes `␊`, a tab `␉`.
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_unprintable) {
        Cow::Owned(text.chars().fold(String::with_capacity(text.len() + 8), shown))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text's lines, each safe to print, its tabs as spaces. Empty lines at
/// the end are left out.
pub fn visible_lines(text: &str) -> Vec<Cow<'_, str>> {
    text.trim_end().lines().map(visible_line).collect()
}

fn visible_line(line: &str) -> Cow<'_, str> {
    if line.contains('\t') {
        Cow::Owned(visible(&line.replace('\t', "    ")).into_owned())
    } else {
        visible(line)
    }
}

fn shown(mut text: String, c: char) -> String {
    match u32::from(c) {
        code @ 0..0x20 => text.extend(char::from_u32(0x2400 + code)),
        0x7f => text.push('␡'),
        _ if is_unprintable(c) => text.extend(c.escape_unicode()),
        _ => text.push(c),
    }
    text
}

/// Control characters, and the marks that turn the reading direction or that
/// nobody sees (CVE-2021-42574).
fn is_unprintable(c: char) -> bool {
    let turning =
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || turning || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{200b}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_stays_as_it_is() {
        for text in ["", "nginx:1.27", "grüße, 世界 🚀", "‹masked #1›"] {
            assert!(matches!(visible(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn what_would_command_the_terminal_is_shown() {
        assert_eq!(visible("a\u{1b}[2Jb\r\n\tc\u{7f}"), "a␛[2Jb␍␊␉c␡");
        assert_eq!(visible("\u{9b}31m \u{202e}drawkcab"), "\\u{9b}31m \\u{202e}drawkcab");
    }

    #[test]
    fn lines_stay_lines_and_tabs_become_spaces() {
        assert_eq!(visible_lines("a\tb\r\n\u{7}c\n\n"), ["a    b", "␇c"]);
        assert!(visible_lines("").is_empty());
    }
}
