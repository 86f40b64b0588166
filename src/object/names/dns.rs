//! DNS labels and subdomains (RFC 1123), and names that are safe in a path.
//! After k8s.io/apimachinery `pkg/util/validation` and
//! `pkg/api/validate/content` (Kubernetes 1.36).

use super::{Misnamed, quoted, stranger, too_long};

const LONGEST_LABEL: usize = 63;
const LONGEST_SUBDOMAIN: usize = 253;

/// A DNS label: lower-case letters, digits and dashes, at most 63.
pub fn label(text: &str) -> Result<(), Misnamed> {
    check(text, "", LONGEST_LABEL)
}

/// DNS labels joined by dots, at most 253 characters together (one label may
/// be longer than 63, as the API server allows).
pub fn subdomain(text: &str) -> Result<(), Misnamed> {
    check(text, ".", LONGEST_SUBDOMAIN)
}

/// Whether a subdomain has so many parts between dots
/// (`IsFullyQualifiedName` wants three).
pub fn at_least_parts(text: &str, least: usize) -> Result<(), Misnamed> {
    let parts = text.split('.').count();
    if parts >= least {
        return Ok(());
    }
    Err(Misnamed::new(format!("has {parts} of the {least} parts between dots that it needs")))
}

/// A subdomain with `*.` before it.
pub fn wildcard_subdomain(text: &str) -> Result<(), Misnamed> {
    match text.strip_prefix("*.") {
        Some(rest) if !rest.contains('*') => subdomain(rest),
        _ => {
            Err(Misnamed::new("has a \"*\", which may only be the whole first part, as in \"*.example.com\""))
        }
    }
}

/// Anything that can be a part of a URL's path (`IsPathSegmentName`).
pub fn path_segment(text: &str) -> Result<(), Misnamed> {
    if matches!(text, "." | "..") {
        return Err(Misnamed::new("isn't allowed: it has another meaning in paths"));
    }
    match text.chars().find(|c| matches!(c, '/' | '%')) {
        Some(c) => {
            let nearest = Some(text.replace(['/', '%'], "-"));
            Err(Misnamed::new(format!("has {}, which isn't allowed", quoted(c))).or(nearest))
        }
        None => Ok(()),
    }
}

/// `also` holds the separators of labels.
fn check(text: &str, also: &str, most: usize) -> Result<(), Misnamed> {
    let fault = charset(text, also).or_else(|| ends(text, also)).or_else(|| too_long(text, most));
    fault.map_or(Ok(()), |fault| Err(fault.or(nearest(text, also, most))))
}

fn charset(text: &str, also: &str) -> Option<Misnamed> {
    let allowed = if also.is_empty() { "digits and \"-\"" } else { "digits, \"-\" and \".\"" };
    let found = stranger(text, |c| is_alphanumeric(c) || c == '-' || also.contains(c))?;
    Some(Misnamed::new(format!("has {found}, but only lower-case letters, {allowed} are allowed")))
}

fn ends(text: &str, also: &str) -> Option<Misnamed> {
    if text.is_empty() {
        return Some(Misnamed::new("is empty"));
    }
    let parts = text.split(|c| also.contains(c));
    let is_whole = |part: &str| part.starts_with(is_alphanumeric) && part.ends_with(is_alphanumeric);
    if parts.clone().all(is_whole) {
        return None;
    }
    let subject = if parts.count() == 1 { "it" } else { "each part between dots" };
    Some(Misnamed::new(format!(
        "isn't allowed: {subject} must start and end with a lower-case letter or a digit"
    )))
}

pub(super) fn is_alphanumeric(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit()
}

/// In lower case, with dashes for what isn't allowed, cut where it's too long.
fn nearest(text: &str, also: &str, most: usize) -> Option<String> {
    let lower = text.to_lowercase();
    let plain: String =
        lower.chars().map(|c| if is_alphanumeric(c) || also.contains(c) { c } else { '-' }).collect();
    let parts = plain.split(|c| also.contains(c)).map(|part| part.trim_matches('-'));
    let joined = parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".");
    let cut = joined.get(..most).unwrap_or(&joined).trim_end_matches(['-', '.']).to_owned();
    (cut != text && check(&cut, also, most).is_ok()).then_some(cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_subdomains_are_told_from_what_is_not_one() {
        for good in ["web", "1web", "a", "a-b", "a--b", &"a".repeat(63)] {
            assert_eq!((label(good), subdomain(good)), (Ok(()), Ok(())), "{good:?}");
        }
        for dotted in ["a.b", "1.2", &"a".repeat(64), &"a".repeat(253)] {
            assert_eq!((label(dotted).is_ok(), subdomain(dotted)), (false, Ok(())), "{dotted:?}");
        }
        for bad in [
            "",
            "Web",
            "my_web",
            "-a",
            "a-",
            ".a",
            "a.",
            "a..b",
            "a-.b",
            "a.-b",
            "müsli",
            "a b",
            "a/b",
            "a\n",
            &"a".repeat(254),
        ] {
            assert!(label(bad).is_err() && subdomain(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_fault_says_what_is_wrong_and_what_would_do() {
        let told = |text: &str| {
            let fault = subdomain(text).expect_err("a fault");
            (fault.to_string(), fault.nearest.unwrap_or_default())
        };
        let allowed = "but only lower-case letters, digits, \"-\" and \".\" are allowed";
        assert_eq!(told("My_web"), (format!("has \"M\", {allowed}"), "my-web".to_owned()));
        assert_eq!(told("my web"), (format!("has a space, {allowed}"), "my-web".to_owned()));
        let parts =
            "isn't allowed: each part between dots must start and end with a lower-case letter or a digit";
        assert_eq!(told("a-.b"), (parts.to_owned(), "a.b".to_owned()));
        assert_eq!(told("web-").1, "web");
        assert_eq!(told("___").1, "");
        let long = told(&"a".repeat(300));
        assert_eq!(long, ("has 300 characters, but at most 253 are allowed".to_owned(), "a".repeat(253)));
        assert_eq!(label("a.b").expect_err("a fault").nearest.as_deref(), Some("a-b"));
    }

    #[test]
    fn a_star_is_the_whole_first_part_or_nothing() {
        assert_eq!(wildcard_subdomain("*.shop.example"), Ok(()));
        for bad in ["*", "a.*.b", "*a.b", "*.*.b", "*.B"] {
            assert!(wildcard_subdomain(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_part_of_a_path_may_be_nearly_anything() {
        assert_eq!(path_segment("system:shop Reader_ü"), Ok(()));
        assert_eq!(path_segment("a/b").expect_err("a fault").nearest.as_deref(), Some("a-b"));
        assert!(path_segment("..").is_err() && path_segment("a%b").is_err());
    }
}
