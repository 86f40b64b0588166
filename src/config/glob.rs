//! `*` and `?` in names of environments.

/// Whether this text is a pattern rather than a name.
pub(super) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// Whether the pattern fits the whole name: `*` is any text, `?` any one
/// character.
pub(super) fn fits(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut at, mut read) = (0, 0);
    // After a star: the pattern's place, and how much of the name it took.
    let mut star: Option<(usize, usize)> = None;
    while read < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at + 1, read));
                at += 1;
            }
            Some(wanted) if *wanted == '?' || *wanted == name[read] => {
                at += 1;
                read += 1;
            }
            _ => {
                let Some((after, taken)) = star else { return false };
                star = Some((after, taken + 1));
                (at, read) = (after, taken + 1);
            }
        }
    }
    pattern[at..].iter().all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_whole_names() {
        for (pattern, name) in
            [("prod-*", "prod-eu"), ("*", ""), ("*-eu", "prod-x-eu"), ("p?od", "prod"), ("a*b*c", "aXbYbc")]
        {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in
            [("prod-*", "prod"), ("prod", "prod-eu"), ("?", ""), ("*-eu", "prod-us"), ("a*b", "ab-")]
        {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
    }
}
