//! Text of others that can't be taken for Markdown, for HTML or for the end of
//! what it stands in.

use crate::report::visible::visible;

/// Text for a sentence or a table's cell, on one line.
pub(super) fn text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in visible(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // An at sign would call people, a number sign would link to issues.
            '@' => escaped.push_str("&#64;"),
            '#' => escaped.push_str("&#35;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '!' => {
                escaped.push('\\');
                escaped.push(c);
            }
            other => escaped.push(other),
        }
    }
    escaped
}

/// Text as code, in a sentence or a cell.
pub(super) fn code(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 13);
    for c in visible(text).chars() {
        match c {
            '&' | '<' | '>' | '|' | '`' | '*' | '_' | '[' | ']' | '~' | '@' | '#' | '\\' | '!' => {
                escaped.extend(["&#", &u32::from(c).to_string(), ";"]);
            }
            other => escaped.push(other),
        }
    }
    format!("<code>{escaped}</code>")
}

/// Lines as a block of code that nothing in them can close.
pub(super) fn block(language: &str, lines: &[String]) -> String {
    let longest = lines.iter().map(|line| longest_fence(line)).max().unwrap_or(0);
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}{language}\n{}\n{fence}\n", lines.join("\n"))
}

fn longest_fence(line: &str) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for c in line.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_taken_for_markdown() {
        assert_eq!(text("a|b *c* <img> @ada #12"), r"a\|b \*c\* &lt;img&gt; &#64;ada &#35;12");
        assert_eq!(text("a\nb"), "a␊b");
        assert_eq!(code("a|b`c"), "<code>a&#124;b&#96;c</code>");
    }

    #[test]
    fn a_block_of_code_is_closed_by_nothing_in_it() {
        assert_eq!(block("diff", &["```".to_owned()]), "````diff\n```\n````\n");
        assert_eq!(block("", &["a".to_owned()]), "```\na\n```\n");
    }
}
