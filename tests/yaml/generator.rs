//! Random documents, aimed at where readers of YAML differ: layout, quoting,
//! the kinds of scalars, tabs, comments, anchors, merges, block scalars.

use crate::proof::Random;

/// What a document is made of when there is no plan.
#[rustfmt::skip]
const FRAGMENTS: &[&str] = &[
    "a", "b", "c", "key", "x y", "1", "0", "-", "?", ":", ": ", ":\n", "- ", "-\n", "? ", ", ", ",", "[",
    "]", "{", "}", "\n", "\n", "\n", "\n  ", "\n    ", "\n ", "\n- ", "\n  - ", "\n\t", " ", "  ", "\t",
    "#", " # c", "# c\n", "\"", "'", "\"q\"", "'q'", "\"a: b\"", "''", "\\", "\\n", "\\x41", "\\/", "|",
    ">", "|-\n", "|+\n  ", ">\n  ", "|2\n  ", "&a ", "&b ", "*a", "*b", "*a ", "<<: ", "<<: *a\n", "!",
    "!!str ", "!!int ", "!local ", "!!binary ", "!<tag:yaml.org,2002:str> ", "~", "null", "yes", "0x1F",
    "1e3", ".5", "1_0", "08", "2001-01-01", "é", "\u{2028}", "\u{85}", "\u{feff}", "\r\n", "\r", "%", "@",
    "`", "---\n", "--- ", "---", "...\n", "%YAML 1.1\n", "%TAG !e! x:\n", "a: 1\n", "b: 2\n",
    "a:\n  b: 1\n", "- a: 1\n  b: 2\n", "{a: 1}", "[a, b]", "[\n", "{\n", "a:", "b:",
];

/// Scalars of all kinds.
#[rustfmt::skip]
const SCALARS: &[&str] = &[
    "a", "web", "x y", "nginx:1.27", "http://x/y?z#f", "$(VAR)", "10.0.0.1", "1Gi", "100m", "true", "False",
    "yes", "no", "on", "OFF", "y", "N", "~", "null", "Null", "", "0", "-0", "+1", "12", "0644", "0o17",
    "0x1F", "0b11", "-0b1", "1_000", "08", "1.5", "1.0", ".5", "5.", "1e3", "-1E-7", "1e21", "1e400",
    ".inf", "-.INF", ".nan", "12:30:45", "2001-12-14", "2001-12-14T21:59:43Z", "9223372036854775807",
    "9223372036854775808", "18446744073709551616", "-9223372036854775809", "123456.0", "0.00001",
    "0.1234567890123456789", "4.9e-324", "<<", "=", "-", "--", "-a", "?a", ":a", "a:b", "a#b", "a #b",
    "a: b", "a, b", "é", "日本", "\"\"", "''", "\"a\\tb\"", "\"\\u00e9\\U0001F600\"", "'it''s'",
    "\"a: b # c\"", "\"a\n  b\"", "'a\n\n  b'", "\"a\\\n  b\"", "a\n  b", "a\n\n  b", "!!str 12",
    "!!int \"5\"", "!!float 1", "!!bool yes", "!!null ''", "!!binary aGk=", "!local 1", "! 12",
    "!!timestamp 2001-01-01", "*x", "\"\u{85}\"", "a\u{a0}b", "{{ .Values.x }}", "@x", "`x`", "%x", "&",
    "*", "!", "|", ">", "[]", "{}", "[ ]", "{ }", "[a, -]", "[a,\n\tb]", "\"x\"#c", "'x' # c", "a\\nb",
    "\\", "\"\\q\"", "\"\\/\"", "1,2", "a]", "a}", "[a: b]", "{a}", "{a: }", "{? a : b}", "[? a]",
    "{\"a\":1}", "{a:1}", "[a:]", "&y z", "&y", "&y [1, *y]",
];

#[rustfmt::skip]
const KEYS: &[&str] = &[
    "a", "b", "c", "name", "apiVersion", "kind", "\"q\"", "'s'", "1", "0644", "yes", "~", "1.5", "1e6",
    "<<", "a b", "é", "? k\n", "&x k", "!!str 1", "-k", "k:k", "2001-01-01", ".inf", "[a]", "*x", "\"<<\"",
    "k-1", "k.l/m", "", "x\n  y",
];

const HEADERS: &[&str] =
    &["|", "|-", "|+", "|1", "|2", "|2-", "|+1", ">", ">-", ">+", ">2", "| # c", ">  ", "|0", "|x"];

const ENDS: &[&str] =
    &["\n", "\n", "\n", "\n", "\n", "\n", "\n", " \n", " # c\n", "\r\n", "\n\n", "\n# c\n", "\t\n", "\n \n"];

/// One document, or several.
pub(crate) fn document(random: &mut Random, written: &[&str]) -> String {
    match random.below(10) {
        0..3 => soup(random),
        3..7 => {
            let mut text = String::new();
            block(random, 0, 0, &mut text);
            if random.once_in(10) { spoil(random, &text) } else { text }
        }
        7 => {
            let text = pick(random, written);
            spoil(random, text)
        }
        8 => {
            let text = [pick(random, written), pick(random, written)].concat();
            spoil(random, &text)
        }
        _ => several(random, written),
    }
}

fn pick<'a>(random: &mut Random, from: &[&'a str]) -> &'a str {
    from[random.below(from.len())]
}

fn soup(random: &mut Random) -> String {
    (0..=random.below(12)).map(|_| pick(random, FRAGMENTS)).collect()
}

/// A map, a list or a scalar in block style.
fn block(random: &mut Random, indent: usize, depth: usize, text: &mut String) {
    let count = 1 + random.below(3);
    match random.below(if depth > 3 { 2 } else { 8 }) {
        0 => scalar(random, indent, text),
        1 => {
            flow(random, depth, text);
            text.push_str(pick(random, ENDS));
        }
        2..6 => {
            for index in 0..count {
                if index > 0 {
                    pad(random, indent, text);
                }
                text.push_str(pick(random, KEYS));
                text.push(':');
                inner(random, indent, depth, text);
            }
        }
        _ => {
            for index in 0..count {
                if index > 0 {
                    pad(random, indent, text);
                }
                text.push('-');
                inner(random, indent, depth, text);
            }
        }
    }
}

/// What follows a key or a dash: something in the same line or below it.
fn inner(random: &mut Random, indent: usize, depth: usize, text: &mut String) {
    match random.below(10) {
        0 => text.push_str(pick(random, ENDS)),
        1..6 => {
            text.push_str(if random.once_in(40) { "\t" } else { " " });
            scalar(random, indent, text);
        }
        6 => {
            text.push(' ');
            flow(random, depth, text);
            text.push_str(pick(random, ENDS));
        }
        7 => {
            text.push(' ');
            block(random, indent + 2, depth + 1, text);
        }
        _ => {
            if random.once_in(8) {
                text.push_str(pick(random, &[" &x", " !!map", " !t", " &y # c"]));
            }
            text.push_str(pick(random, ENDS));
            let inside = indent + random.below(4);
            pad(random, inside, text);
            block(random, inside, depth + 1, text);
        }
    }
}

/// Mostly the indentation that is due.
fn pad(random: &mut Random, indent: usize, text: &mut String) {
    let indent = match random.below(30) {
        0 => indent + 1,
        1 => indent.saturating_sub(1),
        _ => indent,
    };
    text.push_str(&" ".repeat(indent));
    if random.once_in(60) {
        text.push('\t');
    }
}

fn scalar(random: &mut Random, indent: usize, text: &mut String) {
    if !random.once_in(6) {
        text.push_str(pick(random, SCALARS));
        text.push_str(pick(random, ENDS));
        return;
    }
    text.push_str(pick(random, HEADERS));
    text.push('\n');
    for _ in 0..random.below(4) {
        let line =
            pick(random, &["", "x", "y z", "# no comment", "  more", "\ttab", " ", "a: b", "- c", "é "]);
        text.push_str(&" ".repeat(indent + random.below(4)));
        text.push_str(line);
        text.push_str(if random.once_in(12) { "\r\n" } else { "\n" });
    }
    if random.once_in(8) {
        text.pop();
    }
}

fn flow(random: &mut Random, depth: usize, text: &mut String) {
    let space = |random: &mut Random| pick(random, &["", "", " ", " ", "\n ", "\n", "\t", " # c\n  "]);
    if depth > 5 || random.once_in(3) {
        text.push_str(pick(random, SCALARS));
        return;
    }
    let is_map = random.once_in(2);
    text.push(if is_map { '{' } else { '[' });
    for index in 0..random.below(4) {
        if index > 0 {
            text.push(',');
        }
        text.push_str(space(random));
        if is_map || random.once_in(5) {
            text.push_str(pick(random, KEYS));
            text.push_str(pick(random, &[": ", ": ", ": ", ":", " : ", "", ":\n  "]));
        }
        flow(random, depth + 2, text);
        text.push_str(space(random));
    }
    text.push(if is_map { '}' } else { ']' });
}

/// A few characters or lines changed.
fn spoil(random: &mut Random, text: &str) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    for _ in 0..=random.below(3) {
        let at = random.below(characters.len() + 1);
        match random.below(4) {
            0 if at < characters.len() => {
                characters.remove(at);
            }
            1 => {
                let end = (at + random.below(8)).min(characters.len());
                let copy: Vec<char> = characters[at..end].to_vec();
                let to = random.below(characters.len() + 1);
                characters.splice(to..to, copy);
            }
            _ => {
                characters.splice(at..at, pick(random, FRAGMENTS).chars());
            }
        }
    }
    characters.into_iter().collect()
}

fn several(random: &mut Random, written: &[&str]) -> String {
    let mut text = String::new();
    for _ in 0..=random.below(4) {
        if random.once_in(2) {
            text.push_str(pick(random, written));
        } else {
            block(random, 0, 1, &mut text);
        }
        if !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(pick(
            random,
            &["---\n", "---\n", "---\n", "--- # c\n", "---  \n", "---\r\n", "# c\n---\n", "---\n---\n"],
        ));
    }
    text
}
