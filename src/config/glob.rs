//! `*` and `?` in names of environments, and in paths.

/// Whether this text is a pattern rather than a name.
pub(super) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// Whether the pattern fits the whole name: `*` is any text, `?` any one
/// character.
pub fn fits(pattern: &str, name: &str) -> bool {
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

/// The part of a path before its first folder or name with a pattern in it;
/// the path itself where it has none.
pub fn folder_of_pattern(path: &str) -> &str {
    let Some(special) = path.find(['*', '?']) else { return path };
    match path[..special].rfind('/') {
        Some(end) => &path[..end],
        None => ".",
    }
}

/// Whether the pattern fits the whole path: name by name, where `**` is any
/// number of folders.
pub fn path_fits(pattern: &str, path: &str) -> bool {
    let pattern: Vec<&str> = pattern.split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    names_fit(&pattern, &path)
}

fn names_fit(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern, path) {
        ([], []) => true,
        (["**", rest @ ..], _) => (0..=path.len()).any(|passed| names_fit(rest, &path[passed..])),
        ([first, rest @ ..], [name, below @ ..]) => fits(first, name) && names_fit(rest, below),
        _ => false,
    }
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

    #[test]
    fn patterns_fit_paths_name_by_name() {
        for (pattern, path) in [
            ("crds/*.yaml", "crds/widget.yaml"),
            ("*/crds/**", "shop/crds/a/b.yaml"),
            ("**/*.crd.yaml", "widget.crd.yaml"),
            ("crds/**/x?.yaml", "crds/a/b/x1.yaml"),
        ] {
            assert!(path_fits(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [("crds/*.yaml", "crds/a/widget.yaml"), ("crds/*", "other/a"), ("*", "a/b")] {
            assert!(!path_fits(pattern, path), "{pattern} {path}");
        }
    }

    #[test]
    fn a_pattern_begins_below_a_folder() {
        for (pattern, folder) in
            [("crds/*.yaml", "crds"), ("a/b/**/c", "a/b"), ("*.yaml", "."), ("crds", "crds")]
        {
            assert_eq!(folder_of_pattern(pattern), folder);
        }
    }
}
