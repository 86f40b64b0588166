//! Numbers, times and names as people read them.

use std::time::Duration;

use jiff::Timestamp;

/// `1 object`, `3 objects`.
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {}", plural(noun)) }
}

/// More than one of it: `Deployments`, `Ingresses`, `NetworkPolicies`.
pub fn plural(noun: &str) -> String {
    let last_but_one = noun.chars().rev().nth(1);
    if noun == "Endpoints" {
        noun.to_owned()
    } else if noun.ends_with('y') && last_but_one.is_some_and(|c| !"aeiou".contains(c)) {
        format!("{}ies", &noun[..noun.len() - 1])
    } else if noun.ends_with('s') || noun.ends_with('x') || noun.ends_with("ch") {
        format!("{noun}es")
    } else {
        format!("{noun}s")
    }
}

/// How long it took: `0.21 s`, `4.2 s`, `42 s`, `3 min 12 s`, `1 h 4 min`.
pub fn duration(duration: Duration) -> String {
    let milliseconds = duration.as_millis();
    let seconds = duration.as_secs();
    match seconds {
        0 => format!("0.{:02} s", milliseconds / 10),
        1..10 => format!("{seconds}.{} s", milliseconds % 1000 / 100),
        10..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// How long ago it was, in the largest unit that fits: `3 minutes ago`. What
/// lies ahead (clocks differ) is `just now`.
pub fn ago(now: Timestamp, then: Timestamp) -> String {
    let seconds = usize::try_from(now.as_second() - then.as_second()).unwrap_or(0);
    match units(seconds) {
        (_, "second") => "just now".to_owned(),
        (number, unit) => format!("{} ago", count(number, unit)),
    }
}

/// How old it is, short enough for a table: `12s`, `3m`, `5h`, `12d`.
pub fn age(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m", seconds / 60),
        3600..172_800 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86400),
    }
}

fn units(seconds: usize) -> (usize, &'static str) {
    match seconds {
        0..60 => (seconds, "second"),
        60..3600 => (seconds / 60, "minute"),
        3600..86_400 => (seconds / 3600, "hour"),
        86_400..5_184_000 => (seconds / 86_400, "day"),
        5_184_000..63_072_000 => (seconds / 2_592_000, "month"),
        _ => (seconds / 31_536_000, "year"),
    }
}

/// The first seven characters of a commit id.
pub fn short(sha: &str) -> &str {
    sha.get(..7).unwrap_or(sha)
}

/// The name out of `Name <mail>`.
pub fn name_of(author: &str) -> &str {
    match author.split_once('<') {
        Some((name, _)) if !name.trim().is_empty() => name.trim(),
        _ => author,
    }
}

/// `a`, `a and b`, `a, b and c`.
pub fn list<S: AsRef<str>>(items: &[S]) -> String {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    match items.split_last() {
        None => String::new(),
        Some((only, [])) => (*only).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// ` and 7 more`; nothing where there are none.
pub fn and_more(rest: usize) -> String {
    if rest == 0 { String::new() } else { format!(" and {rest} more") }
}

/// The first of many, and how many others there are: `a, b and 7 more`.
pub fn first_few(names: &[String], most: usize) -> String {
    let mut named: Vec<String> = names.iter().take(most).cloned().collect();
    if names.len() > most {
        named.push(format!("{} more", names.len() - most));
    }
    list(&named)
}

/// What a note warns of, where it's more than a note.
pub fn warning(note: &str) -> Option<&str> {
    note.strip_prefix("warning: ")
}

/// How many columns the text takes on a terminal.
pub fn width(text: &str) -> usize {
    anstream::adapter::strip_str(text).map(unicode_width::UnicodeWidthStr::width).sum()
}

/// The text filled up with spaces to this many columns.
pub fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// The text cut to this many columns, with `…` and without its colours where it was cut.
pub fn shortened(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let text = anstream::adapter::strip_str(text).to_string();
    let mut kept = String::new();
    let mut taken = 0;
    for c in text.chars() {
        taken += unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
        if taken + 1 > columns {
            break;
        }
        kept.push(c);
    }
    kept.push('…');
    kept
}

/// The items with commas between them, broken only behind a comma into lines
/// of at most this many columns.
pub fn flowed<S: AsRef<str>>(items: &[S], columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (position, item) in items.iter().enumerate() {
        let comma = if position + 1 < items.len() { "," } else { "" };
        let item = format!("{}{comma}", item.as_ref());
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(&item) <= columns => {
                line.push(' ');
                line.push_str(&item);
            }
            _ => lines.push(item),
        }
    }
    lines
}

/// The text broken at spaces into lines of at most this many columns; a word
/// that is longer stands alone.
pub fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(word) <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_get_english_plurals() {
        for (one, several) in [
            ("Deployment", "Deployments"),
            ("Ingress", "Ingresses"),
            ("NetworkPolicy", "NetworkPolicies"),
            ("Gateway", "Gateways"),
            ("Endpoints", "Endpoints"),
            ("StorageClass", "StorageClasses"),
        ] {
            assert_eq!(plural(one), several);
        }
        assert_eq!(count(1, "object"), "1 object");
        assert_eq!(count(0, "object"), "0 objects");
    }

    #[test]
    fn durations_have_two_digits_that_matter() {
        for (milliseconds, text) in [
            (4, "0.00 s"),
            (213, "0.21 s"),
            (4_250, "4.2 s"),
            (42_999, "42 s"),
            (192_000, "3 min 12 s"),
            (3_840_000, "1 h 4 min"),
        ] {
            assert_eq!(duration(Duration::from_millis(milliseconds)), text);
        }
    }

    #[test]
    fn ages_are_in_the_largest_unit_that_fits() {
        let now = Timestamp::from_second(1_000_000_000).expect("in range");
        for (seconds, text) in [
            (-5, "just now"),
            (0, "just now"),
            (59, "just now"),
            (60, "1 minute ago"),
            (180, "3 minutes ago"),
            (7_200, "2 hours ago"),
            (86_400, "1 day ago"),
            (90 * 86_400, "3 months ago"),
            (800 * 86_400, "2 years ago"),
        ] {
            let then = Timestamp::from_second(1_000_000_000 - seconds).expect("in range");
            assert_eq!(ago(now, then), text, "{seconds}");
        }
        assert_eq!([age(5), age(90), age(7_300), age(864_000)], ["5s", "1m", "2h", "10d"]);
    }

    #[test]
    fn authors_and_commits_are_named_shortly() {
        assert_eq!(name_of("Ada Lovelace <ada@example.org>"), "Ada Lovelace");
        assert_eq!(name_of("<ada@example.org>"), "<ada@example.org>");
        assert_eq!(short("abc1234def"), "abc1234");
        assert_eq!(short("abc"), "abc");
    }

    #[test]
    fn lists_read_as_sentences_do() {
        assert_eq!(list::<&str>(&[]), "");
        assert_eq!(list(&["a"]), "a");
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
    }

    #[test]
    fn text_is_cut_and_broken_by_columns_not_bytes() {
        assert_eq!(shortened("世界世界", 5), "世界…");
        assert_eq!(shortened("abc", 3), "abc");
        assert_eq!(flowed(&["1 to create", "2 to update"], 14), ["1 to create,", "2 to update"]);
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("incomprehensible", 4), ["incomprehensible"]);
        assert_eq!(padded("\u{1b}[1mab\u{1b}[0m", 4), "\u{1b}[1mab\u{1b}[0m  ");
    }
}
