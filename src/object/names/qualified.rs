//! Keys and values of labels and annotations, and other short names. After
//! k8s.io/apimachinery `pkg/api/validate/content` and `pkg/util/validation`
//! (Kubernetes 1.36).

use super::{Misnamed, dns, stranger, too_long};

const LONGEST_NAME: usize = 63;
const LONGEST_CONFIG_KEY: usize = 253;
const LONGEST_PORT_NAME: usize = 15;

/// A label's key, which the API server calls a qualified name: a name, and a
/// domain and `/` before it if wanted.
pub fn label_key(text: &str) -> Result<(), Misnamed> {
    let Some((prefix, name)) = text.split_once('/') else { return part(text, "it") };
    if name.contains('/') {
        return Err(Misnamed::new("has more than one \"/\""));
    }
    if prefix.is_empty() {
        return Err(Misnamed::new("has nothing before its \"/\", where a domain belongs"));
    }
    dns::subdomain(prefix).map_err(|fault| {
        let nearest = fault.nearest.as_ref().map(|prefix| format!("{prefix}/{name}"));
        Misnamed::new(format!("isn't allowed: {prefix:?}, before its \"/\", {fault}")).or(nearest)
    })?;
    part(name, "what is after its \"/\"")
}

/// An annotation's key: like a label's, but capitals are allowed everywhere
/// (`ValidateAnnotations`).
pub fn annotation_key(text: &str) -> Result<(), Misnamed> {
    label_key(&text.to_lowercase())
}

/// A label's value; an empty one is allowed.
pub fn label_value(text: &str) -> Result<(), Misnamed> {
    if text.is_empty() { Ok(()) } else { part(text, "it").map_err(|fault| fault.or(nearest(text))) }
}

/// A key of a `ConfigMap` or a Secret: the name of a file.
pub fn config_key(text: &str) -> Result<(), Misnamed> {
    if text.is_empty() {
        return Err(Misnamed::new("is empty"));
    }
    if let Some(found) = stranger(text, is_name_character) {
        let allowed = "but only letters, digits, \"-\", \"_\" and \".\" are allowed";
        return Err(Misnamed::new(format!("has {found}, {allowed}")));
    }
    if text == "." || text.starts_with("..") {
        return Err(Misnamed::new("isn't allowed: it has another meaning in paths"));
    }
    too_long(text, LONGEST_CONFIG_KEY).map_or(Ok(()), Err)
}

/// A port's name (`IANA_SVC_NAME` of RFC 6335).
pub fn port_name(text: &str) -> Result<(), Misnamed> {
    if let Some(found) = stranger(text, |c| dns::is_alphanumeric(c) || c == '-') {
        let allowed = "but only lower-case letters, digits and \"-\" are allowed";
        return Err(Misnamed::new(format!("has {found}, {allowed}")));
    }
    if text.starts_with('-') || text.ends_with('-') || text.contains("--") {
        return Err(Misnamed::new("isn't allowed: \"-\" may only stand alone and between others"));
    }
    if !text.contains(|c: char| c.is_ascii_lowercase()) {
        return Err(Misnamed::new("needs at least one letter"));
    }
    too_long(text, LONGEST_PORT_NAME).map_or(Ok(()), Err)
}

/// Printable ASCII without `not`: names of environment variables
/// (`IsRelaxedEnvVarName`).
pub fn printable(text: &str, not: char) -> Result<(), Misnamed> {
    match stranger(text, |c| (c == ' ' || c.is_ascii_graphic()) && c != not) {
        Some(found) => {
            Err(Misnamed::new(format!("has {found}, but only printable ASCII without \"{not}\" is allowed")))
        }
        None => Ok(()),
    }
}

/// The name part of a key, or a label's value.
fn part(text: &str, subject: &str) -> Result<(), Misnamed> {
    if text.is_empty() {
        return Err(Misnamed::new(if subject == "it" { "is empty" } else { "has nothing after its \"/\"" }));
    }
    if let Some(found) = stranger(text, is_name_character) {
        let allowed = "but only letters, digits, \"-\", \"_\" and \".\" are allowed";
        return Err(Misnamed::new(format!("has {found}, {allowed}")));
    }
    if !(text.starts_with(is_letter_or_digit) && text.ends_with(is_letter_or_digit)) {
        return Err(Misnamed::new(format!(
            "isn't allowed: {subject} must start and end with a letter or a digit"
        )));
    }
    too_long(text, LONGEST_NAME).map_or(Ok(()), Err)
}

fn is_letter_or_digit(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

fn is_name_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

/// With dashes for what isn't allowed, cut where it's too long.
fn nearest(text: &str) -> Option<String> {
    let plain: String = text.chars().map(|c| if is_name_character(c) { c } else { '-' }).collect();
    let cut = plain.trim_matches(['-', '_', '.']);
    let cut = cut.get(..LONGEST_NAME).unwrap_or(cut).trim_end_matches(['-', '_', '.']);
    (!cut.is_empty() && cut != text).then(|| cut.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_labels_have_a_name_and_perhaps_a_domain() {
        let longest = format!("{}/{}", "a".repeat(253), "b".repeat(63));
        for good in ["app", "App_1.x", "example.com/App", "1/2", &longest] {
            assert_eq!(label_key(good), Ok(()), "{good:?}");
        }
        let too_long = "a".repeat(64);
        for bad in ["", "/a", "a/", "a/b/c", "Example.com/a", "a b", "-a", "a_", &too_long] {
            assert!(label_key(bad).is_err(), "{bad:?}");
        }
        let fault = label_key("Example.com/App").expect_err("a fault");
        assert_eq!(fault.nearest.as_deref(), Some("example.com/App"));
        assert_eq!(annotation_key("Example.com/App"), Ok(()));
        assert!(annotation_key("my key").is_err());
    }

    #[test]
    fn values_of_labels_are_short_names_or_nothing() {
        for good in ["", "a", "v1.2_3-x", &"a".repeat(63)] {
            assert_eq!(label_value(good), Ok(()), "{good:?}");
        }
        let nearest = |text: &str| label_value(text).expect_err("a fault").nearest;
        assert_eq!(nearest("feature/x").as_deref(), Some("feature-x"));
        assert_eq!(nearest("-a-").as_deref(), Some("a"));
        assert_eq!(nearest(&"a".repeat(64)), Some("a".repeat(63)));
        assert_eq!(nearest("ü"), None);
    }

    #[test]
    fn keys_of_settings_are_names_of_files() {
        for good in ["app.conf", "A_b-c", ".env", "a..b"] {
            assert_eq!(config_key(good), Ok(()), "{good:?}");
        }
        for bad in ["", ".", "..", "..a", "a/b", "a b", &"a".repeat(254)] {
            assert!(config_key(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn ports_have_short_names_with_a_letter() {
        for good in ["http", "a", "8080a", "a-b", &"a".repeat(15)] {
            assert_eq!(port_name(good), Ok(()), "{good:?}");
        }
        for bad in ["", "HTTP", "8080", "a--b", "-a", "a-", "a_b", &"a".repeat(16)] {
            assert!(port_name(bad).is_err(), "{bad:?}");
        }
    }
}
