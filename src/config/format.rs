//! What the texts of the configuration must look like: the `format`s that the
//! schema names.

use super::duration::Period;
use super::kind::KindPattern;
use super::limit::Limit;
use crate::health::Predicate;
use crate::object::FieldPattern;
use crate::render::Vars;
use crate::tools::VersionReq;

/// The longest name that Helm gives a release.
const LONGEST_RELEASE: usize = 53;

/// The longest `name`.
const LONGEST_NAME: usize = 40;

/// The longest label of DNS-1123, which namespaces are.
const LONGEST_LABEL: usize = 63;

/// Why the text doesn't have this format.
pub(super) fn problem(format: &str, text: &str) -> Option<String> {
    match format {
        "name" => label(text, LONGEST_NAME),
        "environment" | "namespace" => label(text, LONGEST_LABEL),
        "uid" => uid(text),
        "path" => path(text),
        "period" => text.parse::<Period>().err().map(|error| error.to_string()),
        "limit" => text.parse::<Limit>().err().map(|error| error.to_string()),
        "field" => text.parse::<FieldPattern>().err(),
        "predicate" => text.parse::<Predicate>().err(),
        "variable" => (!Vars::is_name(text))
            .then(|| format!("{text:?} isn't a variable's name: letters, digits and `_` are allowed")),
        "release" => label(text, LONGEST_RELEASE),
        "versions" => text.parse::<VersionReq>().err().map(|_| {
            format!("{text:?} isn't a range of versions: it's written as \">=5.4\", \"4\" or \">=3.10, <5\"")
        }),
        "kind" => text.parse::<KindPattern>().err().map(|error| error.to_string()),
        _ => None,
    }
}

/// What a text of this format is called.
pub(super) fn noun(format: &str) -> &'static str {
    match format {
        "period" => "a duration such as 5m",
        "limit" => "a percentage such as 20%",
        "versions" => "a range of versions such as \">=5.4\"",
        _ => "a string",
    }
}

fn label(text: &str, longest: usize) -> Option<String> {
    let is_inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if text.is_empty() || !text.chars().all(is_inner) || text.starts_with('-') || text.ends_with('-') {
        return Some(format!(
            "{text:?} isn't a name: lower-case letters, digits and `-` between them are allowed"
        ));
    }
    (text.len() > longest).then(|| format!("{text:?} is too long: at most {longest} characters are allowed"))
}

fn uid(text: &str) -> Option<String> {
    let is_uid = text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase(),
        });
    (!is_uid).then(|| {
        format!("{text:?} isn't a uid: `kubectl get namespace kube-system -o jsonpath={{.metadata.uid}}` prints it")
    })
}

fn path(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some("it's empty".to_owned());
    }
    text.starts_with('/').then(|| format!("{text:?} is absolute: it must be relative to this file"))
}
