//! As many parts as a comment holds.

use crate::report::words;

/// GitHub's comments hold 65,536 characters; the rest is for what is around.
pub(super) const MOST: usize = 65_536;

/// The head, as many parts as fit with the tail, and the tail. Says how many
/// are left out.
pub(super) fn fitted(head: &str, parts: &[String], tail: &str, noun: &str, most: usize) -> String {
    // Room for the sentence that says what is left out.
    let room = most.saturating_sub(length(head) + length(tail) + 200);
    let mut text = head.to_owned();
    let mut used = 0;
    let mut left_out = 0;
    for part in parts {
        if left_out == 0 && used + length(part) <= room {
            used += length(part);
            text.push_str(part);
        } else {
            left_out += 1;
        }
    }
    if left_out > 0 {
        let what = words::count(left_out, noun);
        text.extend([
            "\n_",
            &what,
            " left out: a comment holds no more. The run's own output has everything._\n",
        ]);
    }
    text.push_str(tail);
    text
}

/// Several in one comment, each with its share of the room.
pub(super) fn shared_out<T>(all: &[T], one: impl Fn(&T, usize) -> String) -> String {
    let share = MOST / all.len().max(1) - 1;
    all.iter().map(|each| one(each, share)).collect::<Vec<_>>().join("\n")
}

fn length(text: &str) -> usize {
    // GitHub counts UTF-16 code units at worst.
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_counted_and_the_tail_stays() {
        let parts: Vec<_> = (0..100).map(|_| "x".repeat(50)).collect();
        let text = fitted("head\n", &parts, "tail\n", "object", 1000);
        assert!(text.len() <= 1000, "{}", text.len());
        assert!(text.ends_with("tail\n"));
        assert!(text.contains("85 objects left out"), "{text}");
    }

    #[test]
    fn several_fit_one_comment() {
        let part = "x".repeat(10_000);
        let all = [20, 3, 9];
        let text = shared_out(&all, |count, most| {
            fitted("head\n", &vec![part.clone(); *count], "tail\n", "object", most)
        });
        assert!(text.len() <= MOST && text.len() > MOST / 2, "{}", text.len());
        assert_eq!((text.matches("left out").count(), text.matches("tail").count()), (3, 3));
    }

    #[test]
    fn what_fits_is_whole() {
        assert_eq!(fitted("a", &["b".into(), "c".into()], "d", "object", 1000), "abcd");
    }
}
