//! Which version a program says it is.

use semver::Version;

/// The first version in what a program printed: `v5.8.2`, `{Version:kustomize/v4.5.7 …}`.
pub fn version_in(text: &str) -> Option<Version> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
    text.split(|c| !is_part(c)).find_map(|word| {
        let word = word.strip_prefix('v').unwrap_or(word);
        // A build without a tag knows the first two numbers only.
        let is_short = word.matches('.').count() == 1 && word.chars().all(|c| c == '.' || c.is_ascii_digit());
        if is_short { Version::parse(&format!("{word}.0")).ok() } else { Version::parse(word).ok() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_programs_print_them() {
        let version = |text: &str| version_in(text).map(|version| version.to_string());
        assert_eq!(version("v5.8.2\n").as_deref(), Some("5.8.2"));
        assert_eq!(version("v4.3.1").as_deref(), Some("4.3.1"));
        assert_eq!(version("v3.22.0+gabc123").as_deref(), Some("3.22.0+gabc123"));
        assert_eq!(version("{Version:kustomize/v4.5.7 GitCommit:56d82a8}").as_deref(), Some("4.5.7"));
        assert_eq!(version("\"kustomizeVersion\": \"v5.7.1\"").as_deref(), Some("5.7.1"));
        assert_eq!(version("v4.3\n").as_deref(), Some("4.3.0"));
        assert_eq!(version("(devel) 5"), None);
    }
}
